//! What the whole pipeline must reach on the fixtures with the model that ships, and what `eval` measures.

use crate::studio::{Studio, ffmpeg, fixture};
use spinetime::failure::Exit;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn truth(id: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(fixture("truth").join(format!("{id}.json"))).unwrap()).unwrap()
}

/// `length` seconds of a fixture, from `from` on.
fn excerpt(name: &str, from: f64, length: f64, to: &Path) {
    let (from, length) = (from.to_string(), length.to_string());
    ffmpeg(&["-i", fixture(name).to_str().unwrap(), "-ss", &from, "-t", &length, "-vn", to.to_str().unwrap()]);
}

#[test]
fn the_fixtures_are_transcribed_segmented_and_credited_well_enough() {
    let studio = Studio::new();
    let ran = studio.run(["eval".into(), "--json".into(), fixture("").into_os_string()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let figures: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let (mut starts, mut on_the_spot, mut sentences) = (0, 0, Vec::new());
    let (mut entries, mut sure) = (0, 0);
    for recording in figures["recordings"].as_array().unwrap() {
        let id = recording["id"].as_str().unwrap();
        assert!(recording["wer"].as_f64().unwrap() <= 0.05, "{recording}");
        // A peer's tiny model leaves out 34 words of ep2 in a row.
        assert!(recording["words"]["drop_out"]["words"].as_u64().unwrap_or(0) <= 3, "{recording}");
        let right = recording["pairs"]["right"].as_u64().unwrap();
        let least = match id {
            "clip" => 1,
            "ep1" => 6,
            "ep2" => 5,
            "ep3" => 0,
            _ => panic!("{id} has no floor"),
        };
        assert!(right >= least, "{recording}");
        if id == "ep3" {
            assert_eq!(recording["pairs"]["false"], 0, "{recording}");
        }
        let times = recording["sentence_starts"].as_array().unwrap();
        assert!(times.len() * 10 >= recording["sentences"].as_u64().unwrap() as usize * 9, "{recording}");
        sentences.extend(times.iter().map(|error| error.as_f64().unwrap().abs()));
        assert_eq!(recording["miscredited"], 0, "an answer is never credited to the wrong person: {recording}");
        let (voices, credits) = (&recording["voices"], &recording["credits"]);
        assert!(voices["collar"]["der"].as_f64().unwrap() <= 0.05, "{recording}");
        assert!(voices["whole"]["der"].as_f64() >= voices["collar"]["der"].as_f64(), "{recording}");
        assert_eq!(voices["count_right"], true, "{recording}");
        assert_eq!(voices["names"]["wrong"], 0, "nobody is taken for another person: {recording}");
        assert_eq!(credits["wrong"], 0, "a credit that asks for no decision is right: {recording}");
        entries += credits["entries"].as_u64().unwrap();
        sure += credits["sure"].as_u64().unwrap();
        for start in recording["answer_starts"].as_array().unwrap() {
            starts += 1;
            on_the_spot += usize::from(start.as_f64().unwrap().abs() <= 1.0);
        }
    }
    sentences.sort_by(f64::total_cmp);
    let (half, most) = (sentences[sentences.len() / 2], sentences[sentences.len() * 95 / 100]);
    assert!(half <= 0.15 && most <= 0.5, "sentences start {half} s and {most} s from the truth");
    assert!(on_the_spot * 10 >= starts * 9, "{on_the_spot} of {starts} answers start within a second of the truth");
    assert!(sure * 10 >= entries * 8, "{sure} of {entries} entries ask nobody to decide whom to credit");
}

/// A folder with 80 s of the second fixture and its turns: the host, an expert, and a caller.
fn folder_of_turns(studio: &Studio) -> PathBuf {
    const FROM: f64 = 205.0;
    const LENGTH: f64 = 80.0;
    let folder = studio.path("turns");
    std::fs::create_dir(&folder).unwrap();
    excerpt("ep2.webm", FROM, LENGTH, &folder.join("part.opus"));
    let mut turns = String::new();
    for sentence in truth("ep2")["sentences"].as_array().unwrap() {
        let start = (sentence["start"].as_f64().unwrap() - FROM).max(0.0);
        let end = (sentence["end"].as_f64().unwrap() - FROM).min(LENGTH);
        if start < end {
            let who = sentence["speaker"].as_str().unwrap().replace(' ', "_");
            writeln!(turns, "SPEAKER part 1 {start:.3} {:.3} <NA> <NA> {who} <NA> <NA>", end - start).unwrap();
        }
    }
    std::fs::write(folder.join("part.rttm"), turns).unwrap();
    folder
}

#[test]
fn a_recording_beside_its_turns_is_measured_by_them() {
    let studio = Studio::new();
    let folder = folder_of_turns(&studio);
    let ran = studio.run(["eval".into(), "--json".into(), folder.clone().into_os_string()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let figures: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let part = &figures["recordings"][0];
    assert_eq!(
        (&part["id"], &part["voices"]["speakers"], &part["voices"]["found"]),
        (&"part".into(), &3.into(), &3.into())
    );
    assert_eq!((&part["voices"]["count_right"], &figures["count_right"]), (&true.into(), &1.into()), "{figures}");
    let (collar, whole) = (&part["voices"]["collar"], &part["voices"]["whole"]);
    assert!(collar["der"].as_f64().unwrap() <= 0.05 && collar["confusion"].as_f64().unwrap() <= 0.01, "{figures}");
    let errors = ["missed", "false_alarm", "confusion"].map(|kind| whole[kind].as_f64().unwrap()).iter().sum::<f64>();
    assert!((errors - whole["der"].as_f64().unwrap()).abs() < 1e-9, "{figures}");
    assert_eq!((&figures["mean"]["collar"], &figures["mean"]["whole"]), (collar, whole));

    // The turns of one more person, who is not in the recording; a file of turns without a recording is passed over.
    let turns = std::fs::read_to_string(folder.join("part.rttm")).unwrap();
    let more = format!("{turns}SPEAKER part 1 200 6 <NA> <NA> Nobody <NA> <NA>\n");
    std::fs::write(folder.join("part.rttm"), more).unwrap();
    std::fs::write(folder.join("other.rttm"), turns).unwrap();
    let ran = studio.run(["eval".into(), "--quiet".into(), folder.into_os_string()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let row: Vec<&str> = ran.out.lines().find(|line| line.starts_with(" part")).unwrap().split_whitespace().collect();
    assert_eq!(row[1..6], ["3", "of", "4", "1", "lacking"], "{}", ran.out);
    assert!(ran.out.contains(" mean ") && ran.out.ends_with("count right in 0 of 1\n"), "{}", ran.out);
}

#[test]
fn turns_that_cannot_be_measured_by_are_told() {
    let studio = Studio::new();
    let folder = studio.path("turns");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(fixture("clip.m4a"), folder.join("clip.m4a")).unwrap();
    std::fs::write(folder.join("other.rttm"), "").unwrap();
    let eval = |more: &[&str]| {
        let arguments = ["eval"].iter().chain(more).map(OsString::from);
        studio.run(arguments.chain([folder.clone().into_os_string()]).collect::<Vec<_>>())
    };
    let ran = eval(&[]);
    assert!(ran.exit == Exit::Usage && ran.err.contains("holds no recording beside its file of turns"), "{ran:?}");
    std::fs::write(folder.join("clip.rttm"), "SPEAKER clip 1 0.0 2.0 <NA> <NA> a\nSPEAKER clip 1 soon 2.0 <NA> <NA> a")
        .unwrap();
    let ran = eval(&[]);
    assert!(ran.exit == Exit::Input && ran.err.contains("line 2 of ") && ran.err.contains("clip.rttm"), "{ran:?}");
    for option in [["--min-f1", "0.5"], ["--predictions", "out"]] {
        let ran = eval(&option);
        assert!(ran.exit == Exit::Usage && ran.err.contains("are about pairs"), "{ran:?}");
    }
}

#[test]
fn with_an_empty_roster_nobody_is_credited_and_every_entry_asks_who_answers() {
    let studio = Studio::new();
    let part = studio.bring("ep1.m4a");
    // The introduction and the first two questions; the facts beside it say who hosts and who answers.
    excerpt("ep1.m4a", 0.0, 204.5, &part);
    let ran = studio.process(&part);
    let entries = studio.json("entries.json");
    let entries = entries["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{ran:?}");
    for entry in entries {
        assert_eq!((&entry["status"], &entry["credits"]), (&"needs_review".into(), &serde_json::json!([])), "{entry}");
        assert!(entry["answer"]["spans"].as_array().unwrap().iter().all(|span| span["speaker"].is_null()), "{entry}");
        let mut flags = entry["flags"].as_array().unwrap().iter();
        assert!(flags.any(|flag| flag["kind"] == "credit" && flag["blocking"] == true), "{entry}");
    }
    for voice in studio.json("speakers.json")["clusters"].as_array().unwrap() {
        assert!(voice["person"].is_null(), "{voice}");
    }
}
