//! `spinetime segment`: questions and answers from a transcript alone, in whatever form somebody has it.

use crate::studio::{Ran, Studio, fixture};
use spinetime::failure::Exit;
use std::ffi::OsString;
use std::fmt::Write as _;

fn truth(id: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(fixture("truth").join(format!("{id}.json"))).unwrap()).unwrap()
}

fn stamp(seconds: f64, mark: char) -> String {
    let ms = (seconds * 1000.0).round() as u64;
    format!("{:02}:{:02}:{:02}{mark}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

/// The fixture's sentences as captions of at most seven words, as players show them.
fn captions(id: &str, srt: bool, dressed: impl Fn(&str) -> String) -> String {
    let mut file = if srt { String::new() } else { "WEBVTT\n\n".to_owned() };
    let mut number = 0;
    for sentence in truth(id)["sentences"].as_array().unwrap() {
        let (start, end) = (sentence["start"].as_f64().unwrap(), sentence["end"].as_f64().unwrap());
        let words: Vec<&str> = sentence["text"].as_str().unwrap().split_whitespace().collect();
        let moment = |word: usize| start + (end - start) * word as f64 / words.len() as f64;
        for (line, part) in words.chunks(7).enumerate() {
            number += 1;
            let mark = if srt { ',' } else { '.' };
            let (from, to) = (moment(line * 7), moment(line * 7 + part.len()));
            write!(file, "{number}\n{} --> {}\n{}\n\n", stamp(from, mark), stamp(to, mark), dressed(&part.join(" ")))
                .unwrap();
        }
    }
    file
}

fn segment(studio: &Studio, name: &str, file: impl AsRef<[u8]>) -> Ran {
    let path = studio.path(name);
    std::fs::write(&path, file).unwrap();
    studio.run([OsString::from("--json"), "segment".into(), path.into()])
}

fn json(ran: &Ran) -> serde_json::Value {
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

/// How many of the fixture's answers start within two seconds of an answer that was found.
fn starts_found(id: &str, found: &serde_json::Value) -> usize {
    let starts: Vec<f64> =
        found["pairs"].as_array().unwrap().iter().map(|p| p["answer"]["start"].as_f64().unwrap()).collect();
    let near = |pair: &&serde_json::Value| {
        let truth = pair["answer"]["start"].as_f64().unwrap();
        starts.iter().any(|start| (start - truth).abs() <= 2.0)
    };
    truth(id)["pairs"].as_array().unwrap().iter().filter(near).count()
}

#[test]
fn captions_become_pairs_with_times() {
    let studio = Studio::new();
    for (name, srt) in [("ep1.vtt", false), ("ep1.srt", true)] {
        let found = json(&segment(&studio, name, captions("ep1", srt, str::to_owned)));
        assert!(starts_found("ep1", &found) >= 6, "{found:#}");
        let pair = &found["pairs"][0];
        assert!(
            pair["question"]["text"].as_str().unwrap().ends_with('?') && pair["reasons"][0].is_string(),
            "{pair:#}"
        );
    }
    let raw = |text: &str| text.to_lowercase().replace(['.', ',', '?', '!'], "");
    let found = json(&segment(&studio, "raw.srt", captions("ep1", true, raw)));
    assert!(found["pairs"].as_array().unwrap().len() >= 4, "{found:#}");
    let ran = studio.run([OsString::from("segment"), studio.path("ep1.vtt").into()]);
    assert!(ran.out.contains("questions with answers in") && ran.out.contains(" 2:50 "), "{}", ran.out);
}

#[test]
fn labelled_transcripts_scripts_and_own_transcripts_are_read() {
    let studio = Studio::new();
    let labelled = std::fs::read(fixture("truth").join("ep2.json")).unwrap();
    let found = json(&segment(&studio, "ep2.json", labelled));
    assert!(starts_found("ep2", &found) >= 6 && found["unanswered"][0]["reason"].is_string(), "{found:#}");
    let script = std::fs::read(fixture("qa-scripts").join("call01.txt")).unwrap();
    let found = json(&segment(&studio, "call01.txt", script));
    assert!(
        found["pairs"].as_array().unwrap().len() >= 3 && found["pairs"][0]["answer"]["start"].is_null(),
        "{found:#}"
    );

    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let folder = std::fs::read_dir(studio.library().join("episodes")).unwrap().flatten().find(|f| f.path().is_dir());
    let found = json(&studio.run([
        OsString::from("--json"),
        "segment".into(),
        folder.unwrap().path().join("transcript.json").into(),
    ]));
    let entries = studio.json("entries.json");
    let starts = |found: &serde_json::Value, part: &str| -> Vec<f64> {
        found[part].as_array().unwrap().iter().map(|p| p["answer"]["start"].as_f64().unwrap()).collect()
    };
    assert_eq!(starts(&found, "pairs"), starts(&entries, "entries"));
}

#[test]
fn odd_transcripts_give_a_result_or_a_reason() {
    let studio = Studio::new();
    for (name, file, says) in [
        ("empty.vtt", "WEBVTT\n\n".as_bytes().to_vec(), "no words"),
        ("nothing.srt", Vec::new(), "neither the form"),
        ("noise.vtt", (0..=255).cycle().take(100_000).collect(), "neither the form"),
        ("broken.json", b"{\"words\": [".to_vec(), "no labelled transcript"),
    ] {
        let ran = segment(&studio, name, file);
        assert!(ran.exit == Exit::Input && ran.err.contains(says) && ran.err.contains("what to do"), "{ran:?}");
    }
    let missing = studio.run(["segment", "missing.vtt"]);
    assert!(missing.exit == Exit::Input && missing.err.contains("can't be read"), "{missing:?}");

    let cue = |from: f64, to: f64, text: &str| format!("{} --> {}\n{text}\n\n", stamp(from, '.'), stamp(to, '.'));
    let one = format!("WEBVTT\n\n{}", cue(0.0, 2.0, "Is it safe?"));
    let words: String =
        (0..3000).map(|i| cue(f64::from(i), f64::from(i + 1), ["so", "yes", "why"][i as usize % 3])).collect();
    let long = format!("WEBVTT\n\n{}", cue(0.0, 3600.0, &"And so on it goes. ".repeat(55_000)));
    let overlapping = format!(
        "WEBVTT\n\n{}{}{}",
        cue(0.0, 9.0, "She asks, can I swim?"),
        cue(3.0, 5.0, "Yes, you can."),
        cue(1.0, 8.0, "You should not dive.")
    );
    let western = b"1\r\n00:00:01,000 --> 00:00:03,000\r\nIs a clich\xe9 enough?\r\n".to_vec();
    for (name, file, sentences) in [
        ("one.vtt", one.into_bytes(), 1),
        ("words.vtt", format!("WEBVTT\n\n{words}").into_bytes(), 3000),
        ("long.vtt", long.into_bytes(), 55_000),
        ("overlapping.vtt", overlapping.into_bytes(), 3),
        ("western.srt", western, 1),
    ] {
        let found = json(&segment(&studio, name, file));
        assert_eq!(found["sentences"], sentences, "{name}");
    }
}
