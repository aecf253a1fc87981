//! Who speaks, and who gets the credit, in whole runs.

use super::studio::{Studio, ffmpeg, fixture};
use serde_json::Value;
use spinetime::failure::Exit;
use std::path::Path;

/// Entries by what their credits are: the people's ids joined, or the status where nobody is credited.
fn credited(studio: &Studio) -> Vec<String> {
    let entries = studio.json("entries.json");
    let entries = entries["entries"].as_array().unwrap().iter().filter(|entry| !entry["answer"].is_null());
    let of = |entry: &Value| {
        let credits = entry["credits"].as_array().unwrap();
        let people: Vec<&str> = credits.iter().map(|credit| credit["person"].as_str().unwrap()).collect();
        if people.is_empty() { entry["status"].as_str().unwrap().to_owned() } else { people.join("+") }
    };
    entries.map(of).collect()
}

fn with_setting(studio: &Studio, line: &str) {
    let path = studio.library().join("spinetime.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\n{line}\n")).unwrap();
}

#[test]
fn a_voice_that_is_named_once_is_credited_everywhere_and_stays_so() {
    let studio = Studio::with_cast();
    // Under a name that nobody says in the recording.
    let roster = studio.library().join("roster.toml");
    let people = std::fs::read_to_string(&roster).unwrap();
    let people = people.replace("name = \"Orson Pebble\"", "name = \"Wilbur Kettle\"").replace("\"Dr. Pebble\"", "");
    std::fs::write(&roster, people).unwrap();
    let recording = studio.bring("ep2.webm");
    let facts = studio.path("ep2.episode.toml");
    let text = std::fs::read_to_string(&facts).unwrap();
    std::fs::write(&facts, text.lines().filter(|l| !l.starts_with("experts")).collect::<Vec<_>>().join("\n")).unwrap();
    studio.process(&recording);
    let before = credited(&studio);
    assert!(before.iter().all(|credit| !credit.contains("orson-pebble")), "{before:?}");
    assert!(before.contains(&"needs_review".to_owned()), "{before:?}");

    let episode = studio.episode().file_name().unwrap().to_owned();
    let voices = |arguments: &[&str]| {
        let mut all: Vec<std::ffi::OsString> = vec!["voices".into(), episode.clone()];
        all.extend(arguments.iter().map(Into::into));
        studio.run(all)
    };
    let listed = voices(&[]);
    assert!(listed.out.contains("speaker 2") && listed.out.contains("answers"), "{listed:?}");
    let clusters: Vec<Value> = serde_json::from_str(&voices(&["--json"]).out).unwrap();
    let unnamed = clusters.iter().find(|c| c["role"] == "expert" && c["person"].is_null()).unwrap();
    let number = unnamed["id"].as_u64().unwrap() + 1;

    assert_eq!(voices(&["--name", "99=orson-pebble"]).exit, Exit::Usage);
    let stranger = voices(&["--name", &format!("{number}=nobody-knows")]);
    assert!(stranger.exit == Exit::Usage && stranger.err.contains("roster.toml"), "{stranger:?}");
    assert!(!studio.episode().join("edits.jsonl").exists());

    let named = voices(&["--name", &format!("{number}=orson-pebble")]);
    assert_eq!(named.exit, Exit::Done, "{named:?}");
    let after = credited(&studio);
    assert!(after.iter().any(|credit| credit == "orson-pebble"), "{after:?}");
    for (before, after) in before.iter().zip(&after) {
        assert!(after.contains("orson-pebble") || before == after, "{before} became {after}");
    }
    assert!(voices(&[]).out.contains("named by an editor"));
    let spoken = studio.run(["show".into(), episode.clone(), "--transcript".into()]);
    assert!(spoken.out.contains(&format!("Wilbur Kettle (speaker {number}):\n")), "{spoken:?}");

    let again = studio.run(["process".into(), recording.clone().into_os_string(), "--redo".into(), "speakers".into()]);
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    assert_eq!(credited(&studio), after);

    assert_eq!(voices(&["--name", &format!("{number}=nobody")]).exit, Exit::Done);
    assert_eq!(credited(&studio), before);
}

#[test]
fn without_voices_every_entry_is_there_and_needs_review() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let broken = studio.path("broken");
    std::fs::create_dir(&broken).unwrap();
    // A few thousand bytes in its middle are gone.
    let mut model =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ge2e-voice-encoder.onnx")).unwrap();
    let middle = model.len() / 2;
    model[middle..middle + 4000].fill(0xff);
    std::fs::write(broken.join("ge2e-voice-encoder.onnx"), model).unwrap();
    let ran = studio.run(["--models".into(), broken.into_os_string(), "process".into(), clip.clone().into_os_string()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(ran.err.contains("The voices could not be told apart"), "{ran:?}");
    assert_eq!(credited(&studio), ["needs_review"]);
    assert!(!studio.episode().join("speakers.json").exists());

    // With the model back, the voices are made up for.
    studio.process(&clip);
    assert!(studio.episode().join("speakers.json").exists());

    with_setting(&studio, "[speakers]\ndiarization = false");
    studio.process(&clip);
    assert_eq!(credited(&studio), ["needs_review"]);
    let voices = studio.process(&clip);
    assert!(voices.out.contains("nothing to do"), "{voices:?}");
}

#[test]
fn one_speaker_is_one_voice_and_no_host() {
    let studio = Studio::with_cast();
    let truth: Value = serde_json::from_slice(&std::fs::read(fixture("truth/ep1.json")).unwrap()).unwrap();
    // The longest run of sentences by one speaker.
    let mut runs: Vec<(&str, f64, f64)> = Vec::new();
    for sentence in truth["sentences"].as_array().unwrap() {
        let (who, end) = (sentence["speaker"].as_str().unwrap(), sentence["end"].as_f64().unwrap());
        match runs.last_mut() {
            Some((last, _, until)) if *last == who => *until = end,
            _ => runs.push((who, sentence["start"].as_f64().unwrap(), end)),
        }
    }
    let (_, start, end) = runs.into_iter().max_by(|a, b| (a.2 - a.1).total_cmp(&(b.2 - b.1))).unwrap();
    let alone = studio.path("alone.wav");
    ffmpeg(&[
        "-i",
        fixture("ep1.m4a").to_str().unwrap(),
        "-ss",
        &start.to_string(),
        "-to",
        &end.to_string(),
        alone.to_str().unwrap(),
    ]);
    studio.process(&alone);
    let speakers = studio.json("speakers.json");
    let clusters = speakers["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 1, "{clusters:?}");
    assert_ne!(clusters[0]["role"], "host");
}
