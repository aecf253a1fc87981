//! Files that are attached to an episode: written questions and published captions.

use crate::stand_in::{StandIn, clip_seconds, page, studio};
use crate::studio::{Ran, Studio, fixture};
use serde_json::Value;
use spinetime::failure::Exit;
use std::path::{Path, PathBuf};

const REPORT: &str = "Q&A Report\r\nReport Generated:,\"03/13/2025 09:12 AM\"\r\n\
    Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Question\r\n\
    Spine Time,123 4567 8901,\"Mar 12, 2025 06:58 PM\",58,2\r\nQuestion Details\r\n\
    #,Question,Asker Name,Asker Email,Answer(s),Question Time,Answered Time,Answer Name,Answer Email\r\n\
    1,\"Should I stay in bed when my back \"\"goes out\"\"?\",Wilhelmina Garrideb,w.g@mail.example,live answered,,,,\r\n\
    2,Do you treat children?,Anonymous Attendee,,,,,,\r\n";

/// WebVTT with what is said in the clip, one sentence a cue, with a word or two exchanged.
fn captions(exchange: &[(&str, &str)]) -> String {
    let truth: Value = serde_json::from_slice(&std::fs::read(fixture("truth/clip.json")).unwrap()).unwrap();
    let time = |value: &Value| format!("00:00:{:06.3}", value.as_f64().unwrap());
    let cue = |sentence: &Value| {
        let text = sentence["text"].as_str().unwrap();
        let text = exchange.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        format!("\n{} --> {}\n{text}\n", time(&sentence["start"]), time(&sentence["end"]))
    };
    format!("WEBVTT\n{}", truth["sentences"].as_array().unwrap().iter().map(cue).collect::<String>())
}

fn file(studio: &Studio, name: &str, text: &str) -> PathBuf {
    let path = studio.path(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn process(studio: &Studio, source: &Path, more: &[&str]) -> Ran {
    let mut arguments = vec!["--json", "process", source.to_str().unwrap()];
    arguments.extend(more);
    studio.run(arguments)
}

/// The stages that ran.
fn ran(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    document["episodes"][0]["ran"].as_array().unwrap().iter().map(|stage| stage.as_str().unwrap().to_owned()).collect()
}

/// The flags on captions.
fn differences(studio: &Studio) -> Vec<Value> {
    let entries = studio.json("entries.json");
    let flags =
        entries["entries"].as_array().unwrap().iter().flat_map(|entry| entry["flags"].as_array().unwrap().clone());
    flags.filter(|flag| flag["code"].as_str().unwrap().starts_with("captions-")).collect()
}

fn answer(studio: &Studio) -> Value {
    studio.json("entries.json")["entries"][0]["answer"].clone()
}

#[test]
fn written_questions_steer_the_search_and_never_leave_the_house() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    assert_eq!(ran(&process(&studio, &clip, &[])).len(), 6);
    let report = file(&studio, "Q&A report.csv", REPORT);
    let attach = || process(&studio, &clip, &["--questions", report.to_str().unwrap()]);
    assert_eq!(ran(&attach()), ["segment", "draft", "entries"], "nothing is heard anew");
    assert_eq!(std::fs::read_to_string(studio.episode().join("questions.csv")).unwrap(), REPORT);
    assert!(ran(&attach()).is_empty() && ran(&process(&studio, &clip, &[])).is_empty());
    let shown = studio.run(["show", "--why", studio.json("entries.json")["entries"][0]["id"].as_str().unwrap()]);
    assert!(shown.out.contains("written questions"), "{}", shown.out);
    let out = studio.path("site");
    let exported = studio.run(["export", "--drafts", "--format", "json,html,markdown", "--out", out.to_str().unwrap()]);
    assert_eq!(exported.exit, Exit::Done, "{exported:?}");
    for folder in [out, studio.episode()] {
        for (path, text) in texts(&folder).into_iter().filter(|(path, _)| !path.ends_with("questions.csv")) {
            assert!(!text.contains("Garrideb") && !text.contains("mail.example"), "{}", path.display());
        }
    }
}

fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push((path, text));
        }
    }
    found
}

#[test]
fn captions_are_a_second_opinion_and_change_no_word() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    process(&studio, &clip, &[]);
    let before = answer(&studio);
    let same = file(&studio, "same.vtt", &captions(&[]));
    assert_eq!(ran(&process(&studio, &clip, &["--captions", same.to_str().unwrap()])), ["draft", "entries"]);
    assert_eq!(differences(&studio), Vec::<Value>::new());
    let other =
        file(&studio, "other.vtt", &captions(&[("do not stay", "do stay"), ("five minutes", "fifteen minutes")]));
    assert_eq!(ran(&process(&studio, &clip, &["--captions", other.to_str().unwrap()])), ["draft", "entries"]);
    let found = differences(&studio);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0]["message"].as_str().unwrap().contains("do stay"), "{found:#?}");
    assert!((7.5..9.5).contains(&found[0]["start"].as_f64().unwrap()), "{found:#?}");
    assert_eq!(answer(&studio), before, "a second opinion changes no word");
    let foreign =
        "WEBVTT\n\n00:00.000 --> 00:24.000\nToday we bake bread. ".to_owned() + &"Knead the dough slowly. ".repeat(12);
    let foreign = file(&studio, "foreign.vtt", &foreign);
    let told = process(&studio, &clip, &["--captions", foreign.to_str().unwrap()]);
    let document: Value = serde_json::from_str(&told.out).unwrap();
    assert!(document["episodes"][0]["warnings"].to_string().contains("captions"), "{told:?}");
    assert!(differences(&studio).is_empty());
}

#[test]
fn captions_of_the_page_are_fetched_once_and_those_of_people_come_first() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    stand_in.says("page.json", &page(clip_seconds()));
    stand_in.has(&fixture("clip.m4a"));
    let source = Path::new("SpineTime01");
    let none = process(&studio, source, &["--captions", "auto"]);
    assert!(ran(&none).contains(&"fetch".to_owned()) && none.out.contains("page has none"), "{none:?}");
    stand_in.says("auto.vtt", &captions(&[("do not stay", "do stay")]));
    assert_eq!(ran(&process(&studio, source, &["--captions", "auto"])), ["draft", "entries"]);
    assert_eq!(differences(&studio).len(), 1);
    let calls = stand_in.calls();
    assert!(ran(&process(&studio, source, &["--captions", "auto"])).is_empty());
    assert_eq!(stand_in.calls(), calls, "the library has them");
    stand_in.says("people.vtt", &captions(&[]));
    assert!(ran(&process(&studio, source, &["--captions", "auto", "--redo", "fetch"])).contains(&"draft".to_owned()));
    assert!(differences(&studio).is_empty(), "people's captions before a machine's");
    let left: Vec<_> = std::fs::read_dir(studio.episode()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".tmp")), "{left:?}");
}

#[test]
fn a_file_that_can_t_be_used_is_told_before_anything_is_made() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let letter = file(&studio, "letter.txt", "Dear all,\nhere is nothing of use.\n");
    for option in ["--questions", "--captions"] {
        for path in [letter.to_str().unwrap(), "/nowhere/at.all"] {
            let ran = studio.run(["process", clip.to_str().unwrap(), option, path]);
            assert_eq!(ran.exit, Exit::Input, "{ran:?}");
            assert!(ran.err.contains(path) && ran.err.contains("what to do:"), "{}", ran.err);
        }
    }
    assert!(studio.episodes().is_empty());
    let told = process(&studio, &clip, &["--captions", "auto"]);
    assert!(ran(&told).contains(&"entries".to_owned()) && told.out.contains("--youtube ID"), "{told:?}");
}

#[test]
fn a_file_that_episode_toml_names_wrongly_is_told_and_stops_nothing() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    file(&studio, "outside.csv", REPORT);
    process(&studio, &clip, &[]);
    let toml = studio.episode().join("episode.toml");
    let text = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, text + "questions = \"../../../outside.csv\"\ncaptions = \"lost.vtt\"\n").unwrap();
    let ran = process(&studio, &clip, &[]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let warnings = document["episodes"][0]["warnings"].to_string();
    assert!(warnings.contains("outside.csv") && warnings.contains("lost.vtt"), "{warnings}");
}
