//! Templates of the library's own, by the command line.

use crate::studio::Studio;
use spinetime::failure::Exit;

#[test]
fn what_is_printed_can_be_changed_and_takes_its_place() {
    let studio = Studio::with_cast();
    let listed = studio.run(["templates"]).out;
    assert!(listed.lines().any(|line| line.starts_with("entry.html ")), "{listed}");
    let printed = studio.run(["templates", "index.html"]).out;
    let folder = studio.library().join("templates");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("index.html"), printed.replace("<h1>", "<p>Telephone: 555 0100</p>\n<h1>")).unwrap();
    let out = studio.path("site");
    let export = || studio.run(["export", "--format", "site", "--out", out.to_str().unwrap()]);
    let ran = export();
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(std::fs::read_to_string(out.join("index.html")).unwrap().contains("555 0100"));
    // A name that nothing has is told, and nothing is touched.
    std::fs::rename(folder.join("index.html"), folder.join("home.html")).unwrap();
    let ran = export();
    assert_eq!(ran.exit, Exit::Usage);
    assert!(ran.err.contains("home.html") && ran.err.contains("index.html, episodes.html"), "{}", ran.err);
    assert!(std::fs::read_to_string(out.join("index.html")).unwrap().contains("555 0100"));
    assert_eq!(studio.run(["templates", "home.html"]).exit, Exit::Usage);
}
