//! The table of corrections in `glossary.toml`, from the file to what is printed and back.

use crate::studio::Studio;
use serde_json::Value;
use spinetime::failure::Exit;
use std::ffi::OsString;
use std::path::Path;

fn ran(studio: &Studio, clip: &Path) -> Vec<String> {
    let ran = studio.run(["process".into(), "--json".into(), clip.as_os_str().to_owned()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    serde_json::from_value(document["episodes"][0]["ran"].clone()).unwrap()
}

#[test]
fn a_line_of_the_glossary_changes_what_is_printed_visibly_and_can_be_taken_back() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let first = studio.json("entries.json")["entries"][0].clone();
    let printed = first["answer"]["paragraphs"][0].as_str().unwrap();
    assert!(printed.contains("Gentle walking") && first.get("corrections").is_none(), "{first}");
    let transcript = std::fs::read(studio.episode().join("transcript.json")).unwrap();

    let glossary = studio.library().join("glossary.toml");
    let without = std::fs::read_to_string(&glossary).unwrap();
    let with = format!("{without}\n[corrections]\n\"gentle walking\" = \"gentle strolling\"\n");
    std::fs::write(&glossary, with).unwrap();
    assert_eq!(ran(&studio, &clip), ["draft", "entries"]);
    let entry = studio.json("entries.json")["entries"][0].clone();
    assert_eq!(entry["answer"]["paragraphs"][0], printed.replace("Gentle walking", "Gentle strolling"));
    assert_eq!(entry["answer"]["verbatim"], first["answer"]["verbatim"]);
    assert_eq!(entry["id"], first["id"]);
    assert_eq!(std::fs::read(studio.episode().join("transcript.json")).unwrap(), transcript);
    let corrections = entry["corrections"].as_array().unwrap();
    let correction = &corrections[0];
    assert_eq!(corrections.len(), 1);
    let told = ["from", "to", "in"].map(|field| correction[field].as_str().unwrap());
    assert_eq!(told, ["Gentle walking", "Gentle strolling", "answer"]);
    let (start, end) = (correction["start"].as_f64().unwrap(), correction["end"].as_f64().unwrap());
    assert!(entry["answer"]["start"].as_f64().unwrap() < start && start < end, "{correction}");
    let flags = entry["flags"].as_array().unwrap();
    let flag = flags.iter().find(|flag| flag["code"] == "glossary-correction").unwrap();
    assert_eq!(flag["message"], "The glossary changed \"Gentle walking\" to \"Gentle strolling\".");
    assert_eq!(flag["blocking"], false);

    let shown = studio.run(["show", entry["id"].as_str().unwrap()]).out;
    assert!(shown.contains("changed by the glossary: \"Gentle walking\" to \"Gentle strolling\" at 0:"), "{shown}");
    let out = studio.path("site");
    let export = ["export", "--format", "json", "--drafts", "--out"].map(OsString::from);
    let exported = studio.run(export.into_iter().chain([out.clone().into()]));
    assert_eq!(exported.exit, Exit::Done, "{exported:?}");
    let site = out.join(studio.episode().file_name().unwrap()).join("episode.json");
    let site = std::fs::read_to_string(site).unwrap();
    assert!(site.contains("Gentle strolling") && !site.contains("Gentle walking"), "{site}");

    let before = studio.snapshot();
    assert_eq!(ran(&studio, &clip), [""; 0]);
    assert_eq!(studio.snapshot(), before);

    std::fs::write(&glossary, without).unwrap();
    assert_eq!(ran(&studio, &clip), ["draft", "entries"]);
    let mut back = studio.json("entries.json")["entries"][0].clone();
    back["updated_at"] = first["updated_at"].clone();
    assert_eq!(back, first);
}

#[test]
fn a_line_that_would_change_a_number_is_refused_before_anything_is_made() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let glossary = studio.library().join("glossary.toml");
    std::fs::write(&glossary, "[corrections]\n\"five\" = \"fifty\"\n").unwrap();
    let ran = studio.run(["process".into(), clip.into_os_string()]);
    assert_eq!(ran.exit, Exit::Usage, "{ran:?}");
    for said in ["glossary.toml", "line 2", "\"five\" can't become \"fifty\"", "in review, by hand"] {
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert!(studio.episodes().is_empty());
}
