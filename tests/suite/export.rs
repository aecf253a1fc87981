//! Entries into files for the website.

use crate::studio::Studio;
use spinetime::failure::Exit;

#[test]
fn nothing_unapproved_leaves_unless_asked_and_then_visibly() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let out = studio.path("site");
    let export = |more: &[&str]| {
        let mut all: Vec<std::ffi::OsString> =
            vec!["export".into(), "--format".into(), "json,html,markdown".into(), "--out".into(), out.clone().into()];
        all.extend(more.iter().map(Into::into));
        let ran = studio.run(all);
        assert_eq!(ran.exit, Exit::Done, "{ran:?}");
        ran
    };
    let answer = studio.json("entries.json")["entries"][0]["answer"]["paragraphs"][0].as_str().unwrap().to_owned();
    let some_words: String = answer.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
    let text = |wanted: &str| {
        let folder = out.join(studio.episode().file_name().unwrap());
        let files = std::fs::read_dir(folder).unwrap().map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap());
        files.filter(|text| text.contains(wanted)).count()
    };
    let held = export(&[]);
    assert!(held.out.contains("1 entries were left out"), "{}", held.out);
    assert_eq!(text(&some_words), 0);
    export(&["--drafts"]);
    assert!(text(&some_words) >= 3, "the JSON, a page and a Markdown file");
    let again = export(&["--drafts"]);
    assert!(again.out.starts_with("0 files written"), "{}", again.out);
    // The pages of drafts do not stay behind.
    export(&[]);
    assert_eq!(text(&some_words), 0);
}
