//! The main job: a recording in, entries out.

use crate::studio::{Studio, ffmpeg, fixture};
use spinetime::failure::Exit;
use std::time::SystemTime;

/// The parts of entries that must not depend on when, and how often interrupted, they were made.
fn essence(entries: &serde_json::Value) -> serde_json::Value {
    let mut entries = entries.clone();
    for entry in entries["entries"].as_array_mut().unwrap() {
        for part in ["id", "updated_at"] {
            entry.as_object_mut().unwrap().remove(part);
        }
    }
    entries.as_object_mut().unwrap().remove("key");
    entries
}

#[test]
fn a_clip_becomes_an_entry_with_links_and_a_second_run_does_nothing() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let first = studio.run([
        "process".into(),
        clip.clone().into_os_string(),
        "--title".into(),
        "A clip".into(),
        "--held-on".into(),
        "2025-03-12".into(),
        "--youtube".into(),
        "SpineTime01".into(),
    ]);
    assert_eq!(first.exit, Exit::Done, "{first:?}");
    assert!(studio.episode().ends_with("2025-03-12-a-clip"), "{:?}", studio.episode());

    let entries = studio.json("entries.json");
    assert_eq!(entries["format"], 1);
    assert_eq!(entries["episode"]["youtube_id"], "SpineTime01");
    let entry = &entries["entries"][0];
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(fixture("truth/clip.json")).unwrap()).unwrap();
    let start = entry["answer"]["start"].as_f64().unwrap();
    let true_start = truth["pairs"][0]["answer"]["start"].as_f64().unwrap();
    assert!((start - true_start).abs() < 1.0, "{start} instead of {true_start}");
    let link = format!("https://www.youtube.com/watch?v=SpineTime01&t={}s", start.floor());
    assert_eq!(entry["links"]["answer"], link);

    let before = studio.snapshot();
    let second = studio.process(&clip);
    assert!(second.out.contains("nothing to do"), "{second:?}");
    assert_eq!(studio.snapshot(), before);
}

#[test]
fn exactly_the_stages_that_depend_on_a_change_run_again() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let ran = |arguments: &[&str]| -> Vec<String> {
        let mut all: Vec<std::ffi::OsString> = vec!["process".into(), "--json".into(), clip.clone().into_os_string()];
        all.extend(arguments.iter().map(Into::into));
        let ran = studio.run(all);
        assert_eq!(ran.exit, Exit::Done, "{ran:?}");
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        serde_json::from_value(document["episodes"][0]["ran"].clone()).unwrap()
    };
    assert_eq!(ran(&[]), [""; 0]);
    assert_eq!(ran(&["--youtube", "SpineTime02"]), ["draft", "entries"]);
    assert_eq!(ran(&["--redo", "segment"]), ["segment", "draft", "entries"]);

    let roster = studio.library().join("roster.toml");
    let people = std::fs::read_to_string(&roster).unwrap();
    std::fs::write(&roster, format!("{people}\n[[person]]\nid = \"new-comer\"\nname = \"Newt Comer\"\n")).unwrap();
    assert_eq!(ran(&[]), ["speakers", "segment", "draft", "entries"]);

    // Touched, but with the same bytes: it is read again and found to be the same.
    let file = std::fs::File::options().append(true).open(&clip).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    drop(file);
    assert_eq!(ran(&[]), ["fetch"]);

    let id = studio.json("entries.json")["entries"][0]["id"].clone();
    ffmpeg(&["-i", fixture("clip.m4a").to_str().unwrap(), "-af", "volume=0.8", clip.to_str().unwrap()]);
    assert_eq!(ran(&[]), ["fetch", "transcribe", "speakers", "segment", "draft", "entries"]);
    assert_eq!(studio.json("entries.json")["entries"][0]["id"], id, "an entry's id is for ever");
}

#[test]
fn json_is_one_document_and_nothing_else_on_standard_output() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let output = studio.output(["process".into(), "--json".into(), clip.into_os_string()]);
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["errors"].as_array().unwrap().len(), 0);
    assert_eq!(document["episodes"][0]["entries"]["entries"].as_array().unwrap().len(), 1);
    let quiet = studio.output(["process".into(), "--quiet".into(), studio.path("clip.m4a").into_os_string()]);
    assert!(quiet.stderr.is_empty(), "{}", String::from_utf8_lossy(&quiet.stderr));
}

#[test]
fn a_folder_gives_an_episode_for_each_recording_and_one_failure_stops_no_other() {
    let studio = Studio::with_cast();
    let folder = studio.path("recordings");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a broken one.mp4"), "this is no recording").unwrap();
    std::fs::copy(fixture("clip.m4a"), folder.join("b é 'clip'.m4a")).unwrap();
    let ran = studio.run(["process".into(), folder.into_os_string()]);
    assert_eq!(ran.exit, Exit::Input);
    assert!(ran.err.contains("a broken one.mp4"), "{}", ran.err);
    assert!(studio.episode().ends_with("spine-time-quick-test-clip-bed-rest"), "{:?}", studio.episode());
}

#[test]
fn facts_beside_the_recording_are_read_and_the_editors_own_win() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    std::fs::write(studio.path("episode.toml"), "title = \"Beside\"\nheld_on = \"2024-02-03\"\n").unwrap();
    studio.process(&clip);
    assert!(studio.episode().ends_with("2024-02-03-beside"));
    let facts = studio.episode().join("episode.toml");
    std::fs::write(&facts, "# mine\ntitle = \"My own title\"\nheld_on = \"2024-02-04\"\n").unwrap();
    studio.process(&clip);
    let entries = studio.json("entries.json");
    assert_eq!(entries["episode"]["title"], "My own title");
    assert_eq!(entries["episode"]["held_on"], "2024-02-04");
    assert!(std::fs::read_to_string(&facts).unwrap().starts_with("# mine"));
}

#[test]
fn people_say_whether_and_where_the_audience_asks() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let facts = studio.episode().join("episode.toml");
    let before = std::fs::read_to_string(&facts).unwrap();
    let entries = |audience: &str| {
        std::fs::write(&facts, format!("{before}\n[audience]\n{audience}\n")).unwrap();
        let ran = studio.process(&clip);
        let entries = studio.json("entries.json");
        let kept = entries["entries"].as_array().unwrap().iter().filter(|entry| entry["status"] != "possible");
        (kept.count(), ran.err)
    };
    assert_eq!(entries("asks = true").0, 1);
    assert_eq!(entries("asks = false").0, 0);
    assert_eq!(entries("from = \"0:58\"").0, 0);
    assert_eq!(entries("until = 3").0, 0);
    assert_eq!(entries("from = \"0:00\"\nuntil = \"1:00:00\"").0, 1);
    let (count, told) = entries("host_voice = 9");
    assert!(count == 1 && told.contains("there is no such voice"), "{told}");
    std::fs::write(&facts, format!("{before}\n[audience]\nfrom = \"noon\"\n")).unwrap();
    let ran = studio.run(["process".into(), clip.into_os_string()]);
    assert!(ran.exit == Exit::Usage && ran.err.contains("is no moment"), "{ran:?}");
}

#[test]
fn a_recording_without_speech_has_no_entries_and_is_no_error() {
    let studio = Studio::new();
    let silence = studio.path("silence.wav");
    ffmpeg(&["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "20", silence.to_str().unwrap()]);
    let ran = studio.process(&silence);
    assert!(ran.out.contains("No audience questions found"), "{ran:?}");
    assert_eq!(studio.json("transcript.json")["words"].as_array().unwrap().len(), 0);
}

#[test]
fn a_killed_run_resumes_with_the_same_result() {
    let studio = Studio::with_cast();
    let clip = studio.path("twice.m4a");
    // Twice the clip: two chunks, so that a kill can fall between them.
    ffmpeg(&["-stream_loop", "1", "-i", fixture("clip.m4a").to_str().unwrap(), "-c", "copy", clip.to_str().unwrap()]);
    let started = std::time::Instant::now();
    studio.process(&clip);
    let whole = started.elapsed();
    let expected = essence(&studio.json("entries.json"));
    let words = studio.json("transcript.json")["words"].clone();

    // A fixed sequence that covers the run evenly in no order (multiples of the golden ratio).
    for n in 1..=30u32 {
        let share = (f64::from(n) * 0.618_033_988_75).fract();
        std::fs::remove_dir_all(studio.library().join("episodes")).unwrap();
        let mut child =
            studio.program(["process".into(), "--quiet".into(), clip.clone().into_os_string()]).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(share));
        child.kill().unwrap();
        child.wait().unwrap();
        studio.process(&clip);
        assert_eq!(essence(&studio.json("entries.json")), expected, "killed at {share:.2} of the run");
        assert_eq!(studio.json("transcript.json")["words"], words, "killed at {share:.2} of the run");
        let left: Vec<_> =
            studio.snapshot().into_iter().filter(|(p, _)| p.to_string_lossy().contains(".tmp-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_language_that_cannot_be_transcribed_is_told_in_plain_words_and_nothing_else() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let clip = clip.to_str().unwrap();
    for (language, told) in [("xx", "\"xx\" is no language that can be transcribed"), ("de", "knows English only")] {
        // The whole program: what a library of C prints is not seen by a run within this process.
        let output = studio.output(["--quiet", "process", clip, "--held-on", "2025-01-01", "--language", language]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(errors.starts_with("error: ") && errors.contains(told), "{errors}");
        assert_eq!(errors.lines().count(), 2, "{errors}");
    }
}
