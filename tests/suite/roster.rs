//! The people of the series: added, listed, checked; their voices enrolled and forgotten.

use crate::studio::{Ran, Studio, ffmpeg, fixture};
use serde_json::Value;
use spinetime::failure::Exit;
use std::path::{Path, PathBuf};

fn ran(studio: &Studio, arguments: &[&str]) -> Ran {
    studio.run(["roster"].iter().chain(arguments))
}

fn done(studio: &Studio, arguments: &[&str]) -> String {
    let ran = ran(studio, arguments);
    assert_eq!(ran.exit, Exit::Done, "{arguments:?}: {ran:?}");
    ran.out
}

fn json(studio: &Studio, arguments: &[&str]) -> Value {
    let ran = ran(studio, &[arguments, &["--json"]].concat());
    serde_json::from_str(&ran.out).unwrap()
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn people_are_added_below_what_stands_in_the_file() {
    let studio = Studio::new();
    assert!(done(&studio, &["list"]).contains("Nobody is in roster.toml yet"));
    let path = studio.library().join("roster.toml");
    let template = std::fs::read_to_string(&path).unwrap();
    let chief = ["--title", "Chief of spine surgery", "--affiliation", "General Hospital", "--from", "2021-01-01"];
    let jane = [&["add", "Jane Doe", "--credentials", "MD, PhD", "--alias", "Dr. Dough"], &chief[..]].concat();
    assert!(done(&studio, &jane).contains("Jane Doe, MD, PhD is in roster.toml now, with the id jane-doe."));
    let fellow = ["add", "--id", "jane-doe", "--title", "Fellow", "--until", "2020-11-30"];
    assert!(done(&studio, &fellow).contains("no title between 2020-12-01 and 2020-12-31"));
    assert!(done(&studio, &["add", "Jane Doe"]).contains("somebody of that name already"));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with(&template));

    let list = done(&studio, &["list"]);
    for told in ["Jane Doe, MD, PhD", "Chief of spine", "Dr. Dough", "jane-doe-2"] {
        assert!(list.contains(told), "{told}: {list}");
    }
    let people = json(&studio, &["list"])["people"].clone();
    assert_eq!(people[0]["shown"], "Jane Doe, MD, PhD");
    assert_eq!(people[0]["title"]["affiliation"], "General Hospital");
    assert_eq!((&people[0]["titles"], &people[0]["enrolled"]), (&Value::from(2), &Value::from(false)));

    let before = std::fs::read(&path).unwrap();
    for (refused, told) in [
        (&["add", "Dr. John Roe"][..], "\"John Roe\""),
        (&["add", "John Roe, MD"], "\"John Roe\" --credentials \"MD\""),
        (&["add", "Jane Roe", "--id", "jane-doe"], "is taken by Jane Doe"),
        (&["add", "--id", "john-roe", "--title", "Fellow"], "nobody with the id \"john-roe\""),
        (&["add", "--id", "jane-doe"], "neither a title nor an affiliation"),
        (&["add"], "not said who"),
    ] {
        let ran = ran(&studio, refused);
        assert_eq!(ran.exit, Exit::Usage, "{refused:?}: {ran:?}");
        assert!(ran.err.contains(told) && ran.err.contains("what to do:"), "{refused:?}: {}", ran.err);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn the_check_looks_at_people_and_episodes() {
    let studio = Studio::with_cast();
    assert!(done(&studio, &["check"]).contains("5 people and 0 episodes looked through: all is well."));
    let episode = studio.library().join("episodes/2024-09-01-a");
    std::fs::create_dir_all(&episode).unwrap();
    let facts = |experts: &str| {
        std::fs::write(episode.join("episode.toml"), format!("held_on = \"2024-09-01\"\nexperts = [{experts}]\n"))
            .unwrap();
    };
    facts("\"juniper-maplewood\"");
    assert!(done(&studio, &["check"]).contains("all is well"));
    facts("\"juniper-mapelwood\"");
    let ran = ran(&studio, &["check"]);
    assert_eq!(ran.exit, Exit::ChecksFailed, "{ran:?}");
    assert!(ran.out.contains("error: Episode 2024-09-01-a names \"juniper-mapelwood\""), "{}", ran.out);
    let findings = json(&studio, &["check"]);
    assert_eq!((&findings["ok"], &findings["findings"][0]["code"]), (&false.into(), &"unknown-person".into()));
}

#[test]
fn each_episode_has_the_title_of_its_own_day() {
    let studio = Studio::with_cast();
    let mut titles = Vec::new();
    for (name, day, volume) in [("before.wav", "2024-08-31", "1"), ("after.wav", "2024-09-01", "0.9")] {
        // She says who she is, then answers. Not the same bytes twice: that would be one recording.
        let path = studio.path(name);
        let (talk, clip) = (fixture("ep1.m4a"), fixture("clip.m4a"));
        let both = format!("[0:a]atrim=36:54,asetpts=N/SR/TB[a];[a][1:a]concat=n=2:v=0:a=1,volume={volume}");
        ffmpeg(&[
            "-i",
            talk.to_str().unwrap(),
            "-i",
            clip.to_str().unwrap(),
            "-filter_complex",
            &both,
            path.to_str().unwrap(),
        ]);
        let ran = studio.run(["process", path.to_str().unwrap(), "--held-on", day, "--title", "Clip"]);
        assert_eq!(ran.exit, Exit::Done, "{ran:?}");
        let entries = read(&studio.library().join(format!("episodes/{day}-clip/entries.json")));
        let credits = &entries["entries"][0]["credits"];
        titles.push(credits[0]["title"].as_str().unwrap_or_else(|| panic!("{credits}")).to_owned());
    }
    assert_eq!(titles, ["Physical therapist", "Director of outpatient physical therapy"]);
}

/// A part of the second fixture, in seconds, processed as an episode of that name.
fn part(studio: &Studio, name: &str, from: u32, to: u32) -> PathBuf {
    let path = studio.path(&format!("{name}.wav"));
    let (from, to) = (from.to_string(), to.to_string());
    let recording = fixture("ep2.webm");
    ffmpeg(&["-i", recording.to_str().unwrap(), "-ss", &from, "-to", &to, path.to_str().unwrap()]);
    let ran = studio.run(["process", path.to_str().unwrap(), "--title", name]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    path
}

#[test]
fn an_enrolled_voice_is_known_where_nobody_names_it_until_it_is_forgotten() {
    let studio = Studio::with_cast();
    // Orson Pebble says who he is and talks; later he answers, and nobody names him.
    part(&studio, "first", 30, 92);
    let second = part(&studio, "second", 317, 367);
    let speakers = || read(&studio.library().join("episodes/second/speakers.json"));
    let voice = |speakers: &Value| -> Value {
        let voices = speakers["clusters"].as_array().unwrap();
        let longest = |v: &&Value| v["speech"].as_f64().unwrap().to_bits();
        voices.iter().max_by_key(longest).unwrap().clone()
    };
    let unknown = speakers();
    assert_eq!(voice(&unknown)["person"], Value::Null, "{}", voice(&unknown));

    let refused = ran(&studio, &["enroll", "orson-pebble", "first"]);
    assert_eq!(refused.exit, Exit::Usage);
    assert!(refused.err.contains("biometric data") && refused.err.contains("--consent"), "{}", refused.err);
    for (person, episode, told) in [
        ("orson-pebble", "second", "no voice of episode second is known to be Orson Pebble"),
        ("nobody", "first", "knows nobody"),
        ("clementine-starling", "first", "what to do:"),
    ] {
        let refused = ran(&studio, &["enroll", person, episode, "--consent"]);
        assert_eq!(refused.exit, Exit::Usage, "{refused:?}");
        assert!(refused.err.contains(told), "{}", refused.err);
    }
    let print = studio.library().join("voices/orson-pebble.json");
    assert!(!print.parent().unwrap().exists());

    let enrolled = done(&studio, &["enroll", "Orson Pebble", "first", "--consent"]);
    assert!(enrolled.contains("biometric data"), "{enrolled}");
    let kept = read(&print);
    assert_eq!((&kept["format"], &kept["person"]), (&Value::from(1), &"orson-pebble".into()));
    assert!(kept["note"].as_str().unwrap().contains("consent"));
    assert!(json(&studio, &["list"])["people"][2]["enrolled"].as_bool().unwrap());
    let twice = ran(&studio, &["enroll", "orson-pebble", "first", "--consent"]);
    assert!(twice.exit == Exit::Usage && read(&print) == kept, "{twice:?}");

    studio.process(&second);
    let known = voice(&speakers());
    assert_eq!(known["person"], "orson-pebble", "{known}");
    let says = known["evidence"][0]["text"].as_str().unwrap();
    assert!(says.starts_with("This voice is like the enrolled voice of Orson Pebble (0."), "{says}");
    let circular = ran(&studio, &["enroll", "orson-pebble", "second", "--consent"]);
    assert!(circular.err.contains("by the enrolled voice alone"), "{}", circular.err);
    assert!(studio.process(&second).out.contains("nothing to do"));

    // A print of another model is told of, and names nobody.
    let mut other = kept.clone();
    other["model"] = "0".repeat(64).into();
    std::fs::write(&print, other.to_string()).unwrap();
    let told = studio.process(&second);
    assert!(told.err.contains("another voice model"), "{}", told.err);
    assert_eq!(voice(&speakers())["person"], Value::Null);

    let forgotten = done(&studio, &["forget", "orson-pebble"]);
    assert!(forgotten.contains("orson-pebble.json") && forgotten.contains("of first"), "{forgotten}");
    assert!(!print.exists());
    assert!(done(&studio, &["forget", "orson-pebble"]).contains("nothing to forget"));
    studio.process(&second);
    assert_eq!(speakers(), unknown);
}
