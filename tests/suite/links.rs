//! Published videos that were cut after they were transcribed: the real yt-dlp against a server on this machine, and a
//! stand-in for what only YouTube's pages tell.

use crate::review::{Page, path};
use crate::server::{Manner, Server};
use crate::stand_in::{StandIn, clip_seconds, page, studio};
use crate::studio::{Ran, Studio, ffmpeg, fixture};
use serde_json::{Value, json};
use spinetime::failure::Exit;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn truth() -> Value {
    serde_json::from_slice(&std::fs::read(fixture("truth/ep1.json")).unwrap()).unwrap()
}

fn seconds(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// The words of a sentence, each with its share of the time.
fn words(sentence: &Value) -> Vec<Value> {
    let (start, end) = (seconds(&sentence["start"]), seconds(&sentence["end"]));
    let texts: Vec<&str> = sentence["text"].as_str().unwrap().split_whitespace().collect();
    let at = |i: usize| start + (end - start) * i as f64 / texts.len() as f64;
    let word =
        |(i, text): (usize, &&str)| json!({ "text": text, "start": at(i), "end": at(i + 1), "probability": 1.0 });
    texts.iter().enumerate().map(word).collect()
}

/// Puts `ep1` on the shelf as if it had been fetched from `address` and transcribed without a fault.
fn shelve(studio: &Studio, address: &str) {
    let truth = truth();
    let folder = studio.library().join("episodes/2025-03-12-ep1");
    std::fs::create_dir_all(folder.join("media")).unwrap();
    std::fs::copy(fixture("ep1.m4a"), folder.join("media/recording.m4a")).unwrap();
    let digest = "0".repeat(64);
    let write = |name: &str, mut value: Value| {
        value["format"] = json!(1);
        value["key"] = json!(digest);
        std::fs::write(folder.join(name), value.to_string()).unwrap();
    };
    write(
        "source.json",
        json!({ "source": { "address": address }, "file": "recording.m4a", "sha256": digest, "bytes": 1 }),
    );
    let (mut all, mut sentences) = (Vec::new(), Vec::new());
    for sentence in truth["sentences"].as_array().unwrap() {
        let first = all.len();
        all.extend(words(sentence));
        sentences.push(json!({
            "words": { "start": first, "end": all.len() }, "start": sentence["start"], "end": sentence["end"],
        }));
    }
    let length = &truth["duration"];
    write(
        "transcript.json",
        json!({
            "language": "en", "duration": length, "model": { "name": "m", "sha256": digest }, "speech": [],
            "audio": { "codec": "aac", "sample_rate": 44100, "channels": 1, "declared": length, "decoded": length,
                "bad_packets": 0, "gaps": 0, "gap_time": 0.0 },
            "words": all, "sentences": sentences, "chunks": [],
        }),
    );
    let entry = |(i, pair): (usize, &Value)| {
        let (q, a) = (&pair["question"], &pair["answer"]);
        json!({
            "id": format!("e-7k3m9q{i:02}"), "status": "draft", "credits": [], "links": null, "flags": [],
            "question": { "text": q["text"], "verbatim": q["text"], "start": q["start"], "end": q["end"],
                "source": "read_by_host", "asker": null },
            "answer": { "paragraphs": [a["text"]], "verbatim": a["text"], "start": a["start"], "end": a["end"],
                "spans": [] },
            "confidence": 0.9, "approved_by": null, "approved_at": null, "updated_at": "2025-04-01T00:00:00Z",
            "content_hash": digest,
        })
    };
    write(
        "entries.json",
        json!({
            "entries": truth["pairs"].as_array().unwrap().iter().enumerate().map(entry).collect::<Vec<_>>(),
            "tombstones": [],
            "episode": { "id": "2025-03-12-ep1", "series": "Spine Time", "title": "Ep 1", "held_on": null,
                "youtube_id": null, "recording_url": null, "duration": length, "language": "en" },
            "provenance": { "spinetime": "0.1.0", "model": "m", "model_sha256": digest, "source_sha256": digest },
        }),
    );
    std::fs::write(folder.join("episode.toml"), "title = \"Ep 1\"\n").unwrap();
}

/// `ep1` through a filter of FFmpeg's, encoded anew and not as loud.
fn published(studio: &Studio, filter: &str) -> PathBuf {
    let path = studio.path("published.m4a");
    let filter = format!("{filter},volume=0.7");
    let source = fixture("ep1.m4a");
    let arguments = ["-i", source.to_str().unwrap(), "-filter_complex", &filter, "-c:a", "aac", "-b:a", "64k"];
    ffmpeg(&[&arguments[..], &[path.to_str().unwrap()]].concat());
    path
}

fn check(studio: &Studio, more: &[&str]) -> (Ran, Value) {
    let ran = studio.run(["--json", "check-links"].iter().chain(more).copied());
    let document = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    (ran, document)
}

#[test]
fn the_real_program_s_download_tells_what_was_cut_to_a_twentieth_of_a_second() {
    let studio = studio();
    // From here on the address is the only thing that changes.
    for (filter, finding, head, exit) in [
        ("anull", "same", 0.0, Exit::Done),
        ("atrim=start=7.3,asetpts=PTS-STARTPTS", "moved", 7.3, Exit::ChecksFailed),
        ("adelay=9400", "moved", -9.4, Exit::ChecksFailed),
        ("atrim=end=300", "moved", 0.0, Exit::ChecksFailed),
        ("aselect='not(between(t,170,211.5))',asetpts=N/SR/TB", "rearranged", 0.0, Exit::ChecksFailed),
        ("aselect='not(lt(t,7.3)+between(t,170,211.5))',asetpts=N/SR/TB", "rearranged", 7.3, Exit::ChecksFailed),
    ] {
        let server = Server::new(std::fs::read(published(&studio, filter)).unwrap(), &[]);
        shelve(&studio, &server.url("talk.m4a"));
        let before = studio.snapshot();
        let (ran, document) = check(&studio, &[]);
        assert_eq!(ran.exit, exit, "{filter}: {ran:?}");
        let found = &document["episodes"][0]["finding"];
        assert_eq!(found["is"], finding, "{filter}: {document:#}");
        let cut = found["cut"]["head"].as_f64().or(found["head"].as_f64()).unwrap_or_default();
        assert!((cut - head).abs() <= 0.05, "{filter}: {document:#}");
        if filter.contains("end=300") {
            assert!((seconds(&found["cut"]["tail"]) - 94.3).abs() < 0.2, "{document:#}");
            assert_eq!(document["episodes"][0]["wrong"], 0, "links stay right");
            assert!(!document["episodes"][0]["outside"].as_array().unwrap().is_empty(), "{document:#}");
        }
        if finding == "rearranged" {
            let joint = &found["joints"][0];
            assert!((seconds(&joint["cut"]) - 41.5).abs() <= 0.05, "{joint}");
            assert!((seconds(&joint["at"]) - 170.0).abs() <= 0.5, "{joint}");
            let [wrong, all] = ["wrong", "entries"].map(|name| document["episodes"][0][name].as_u64().unwrap());
            assert_eq!(
                wrong == all,
                head > 0.0,
                "before the joint all is right, unless the head was cut: {document:#}"
            );
            let out = studio.run(["check-links"]).out;
            assert_eq!(out.contains("7.3 s were cut from its head"), head > 0.0, "{out}");
        }
        assert_eq!(studio.snapshot(), before, "nothing is changed by looking, and nothing stays behind");
    }
}

#[test]
fn a_video_that_is_gone_or_refused_is_told_with_its_own_exit_code() {
    let studio = studio();
    let server = Server::new(Vec::new(), &[("gone", Manner::Status(404)), ("broken", Manner::Status(503))]);
    shelve(&studio, &server.url("gone.m4a"));
    let ran = studio.run(["check-links", "ep1"]);
    assert_eq!(ran.exit, Exit::SourceUnavailable, "{ran:?}");
    assert!(ran.err.contains("lead nowhere") && ran.err.contains("what to do:"), "{}", ran.err);
    shelve(&studio, &server.url("broken.m4a"));
    let ran = studio.run(["check-links"]);
    assert_eq!(ran.exit, Exit::SourceRefused, "{ran:?}");
    assert!(!ran.err.contains("lead nowhere"), "it may be there: {}", ran.err);
    let stand_in = StandIn::new(&studio);
    shelve(&studio, "https://www.youtube.com/watch?v=SpineTime01");
    stand_in.says(
        "page.errors",
        "ERROR: [youtube] SpineTime01: Private video. Sign in if you've been granted access to this video",
    );
    let ran = studio.run(["check-links"]);
    assert_eq!(ran.exit, Exit::SourceUnavailable, "{ran:?}");
    assert!(ran.err.contains("private") && ran.err.contains("lead nowhere"), "{}", ran.err);
    for error in [
        "The uploader has not made this video available in your country",
        "Sign in to confirm your age. This video may be inappropriate for some users.",
    ] {
        stand_in.says("page.errors", &format!("ERROR: [youtube] SpineTime01: {error}"));
        let ran = studio.run(["check-links"]);
        assert_eq!(ran.exit, Exit::SourceUnavailable, "{ran:?}");
        assert!(!ran.err.contains("lead nowhere"), "others may see it: {}", ran.err);
    }
}

#[test]
fn a_damaged_episode_keeps_no_other_from_being_looked_at_and_a_refusal_is_told_with_what_was_left() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    shelve(&studio, "https://www.youtube.com/watch?v=SpineTime01");
    let episodes = studio.library().join("episodes");
    for name in ["2025-01-01-damaged", "2025-04-01-later"] {
        std::fs::create_dir(episodes.join(name)).unwrap();
        for file in ["source.json", "transcript.json", "entries.json", "episode.toml"] {
            std::fs::copy(episodes.join("2025-03-12-ep1").join(file), episodes.join(name).join(file)).unwrap();
        }
    }
    std::fs::write(episodes.join("2025-01-01-damaged/source.json"), "{").unwrap();
    stand_in.says("page.json", &page(394.0));
    let (ran, document) = check(&studio, &[]);
    assert_eq!(ran.exit, Exit::Unexpected, "{ran:?}");
    let ids: Vec<&str> =
        document["episodes"].as_array().unwrap().iter().map(|episode| episode["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["2025-03-12-ep1", "2025-04-01-later"]);
    assert!(document["errors"][0]["what"].as_str().unwrap().contains("2025-01-01-damaged"), "{document:#}");
    assert!(ran.err.contains("2025-01-01-damaged") && document["not_looked_at"] == json!([]), "{ran:?}");

    std::fs::remove_dir_all(episodes.join("2025-01-01-damaged")).unwrap();
    stand_in.says("page.errors", "ERROR: [youtube] SpineTime01: Sign in to confirm you\u{2019}re not a bot.");
    let (ran, document) = check(&studio, &[]);
    assert_eq!(ran.exit, Exit::SourceRefused, "{ran:?}");
    assert_eq!(document["not_looked_at"], json!(["2025-04-01-later"]));
    let ran = studio.run(["check-links"]);
    assert!(ran.err.contains("Not looked at: 2025-04-01-later."), "{}", ran.err);
}

#[test]
fn what_is_stated_and_not_followed_by_the_entries_is_no_right_link() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    for (fact, length) in [("video_cut = { head = 12.4 }", 382.0), ("youtube = \"SpineTime02\"", 394.0)] {
        shelve(&studio, "https://www.youtube.com/watch?v=SpineTime01");
        let toml = studio.episode().join("episode.toml");
        std::fs::write(&toml, format!("title = \"Ep 1\"\n{fact}\n")).unwrap();
        stand_in.says("page.json", &page(length));
        let (ran, document) = check(&studio, &[]);
        let found = &document["episodes"][0];
        assert_eq!((ran.exit, &found["finding"]["is"]), (Exit::ChecksFailed, &json!("behind")), "{document:#}");
        assert_eq!(found["wrong"], found["entries"], "{document:#}");
        let ran = studio.run(["check-links"]);
        assert!(ran.out.contains("spinetime process 2025-03-12-ep1"), "{}", ran.out);
        assert!(ran.exit == Exit::ChecksFailed && !ran.out.contains("are right"), "{}", ran.out);
    }
}

#[test]
fn fetched_again_the_video_is_the_recording_and_has_no_cut_any_more() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    shelve(&studio, "https://www.youtube.com/watch?v=SpineTime01");
    let silence = studio.path("silence.m4a");
    ffmpeg(&["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "3", "-c:a", "aac", silence.to_str().unwrap()]);
    stand_in.has(&silence);
    stand_in.says("page.json", &page(3.0));
    let toml = studio.episode().join("episode.toml");
    let fetched_again = || {
        std::fs::write(&toml, "# by Ann\ntitle = \"Ep 1\"\nvideo_cut = { head = 12.4 }\n").unwrap();
        // Whether anything is said in it is another matter.
        let ran = studio.run(["process", "ep1", "--redo", "fetch"]);
        (ran, std::fs::read_to_string(&toml).unwrap())
    };
    let (ran, text) = fetched_again();
    assert!(!text.contains("video_cut") && text.contains("# by Ann") && text.contains("title"), "{ran:?} {text}");
    assert!(ran.err.contains("video_cut was taken out"), "{}", ran.err);
    let (_, text) = fetched_again();
    assert!(text.contains("video_cut"), "the same video again tells nothing new: {text}");
}

#[test]
fn a_second_less_than_the_page_told_once_is_looked_into() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    shelve(&studio, "https://www.youtube.com/watch?v=SpineTime01");
    let path = studio.episode().join("source.json");
    let mut source: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    source["published"] = json!({ "duration": 394.0 });
    std::fs::write(&path, source.to_string()).unwrap();
    stand_in.says("page.json", &page(394.0));
    assert_eq!((check(&studio, &[]).0.exit, stand_in.calls()), (Exit::Done, 1));
    stand_in.says("page.json", &page(393.0));
    stand_in.has(&published(&studio, "atrim=start=1.4,asetpts=PTS-STARTPTS"));
    let (ran, document) = check(&studio, &[]);
    assert_eq!(ran.exit, Exit::ChecksFailed, "{document:#}");
    assert!((seconds(&document["episodes"][0]["finding"]["cut"]["head"]) - 1.4).abs() <= 0.05, "{document:#}");
}

/// Captions as YouTube's machine makes them: each line is spoken, stands above the next one, and is held between.
fn rolling(offset: f64) -> String {
    let clock = |seconds: f64| format!("{:02}:{:02}:{:06.3}", 0, (seconds / 60.0) as u64, seconds % 60.0);
    let all: Vec<Value> = truth()["sentences"].as_array().unwrap().iter().flat_map(words).collect();
    let (mut text, mut above) = ("WEBVTT\nKind: captions\nLanguage: en\n".to_owned(), " ".to_owned());
    for line in all.chunks(8).filter(|line| seconds(&line[0]["start"]) >= offset) {
        let at = |word: &Value, name: &str| seconds(&word[name]) - offset;
        let (start, end) = (at(&line[0], "start"), at(&line[line.len() - 1], "end"));
        let said: Vec<&str> = line.iter().map(|word| word["text"].as_str().unwrap()).collect();
        let times = |(i, said): (usize, &&str)| match i {
            0 => (*said).to_owned(),
            _ => format!("<{}><c> {said}</c>", clock(at(&line[i], "start"))),
        };
        let timed: String = said.iter().enumerate().map(times).collect();
        let plain = said.join(" ");
        text += &format!("\n{} --> {}\n{above}\n{timed}\n", clock(start), clock(end - 0.01));
        text += &format!("\n{} --> {}\n{plain}\n \n", clock(end - 0.01), clock(end));
        above = plain;
    }
    text
}

#[test]
fn by_the_page_s_word_alone_where_it_can_be_and_by_captions_where_the_sound_is_refused() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    shelve(&studio, "https://www.youtube.com/watch?v=SpineTime01");
    stand_in.says("page.json", &page(394.0));
    let (ran, document) = check(&studio, &[]);
    assert_eq!((ran.exit, &document["episodes"][0]["finding"]["is"]), (Exit::Done, &json!("same")));
    assert_eq!(stand_in.calls(), 1, "the page is all that is asked for");

    stand_in.says("page.json", &page(382.0));
    stand_in.says("auto.vtt", &rolling(12.4));
    stand_in.says("file.errors", "ERROR: [youtube] SpineTime01: Sign in to confirm you\u{2019}re not a bot.");
    for more in [&[][..], &["--captions-only"]] {
        let (ran, document) = check(&studio, more);
        assert_eq!(ran.exit, Exit::ChecksFailed, "{ran:?}");
        let found = &document["episodes"][0];
        assert_eq!(found["finding"]["by"], "captions", "{document:#}");
        assert!((seconds(&found["finding"]["cut"]["head"]) - 12.4).abs() <= 0.3, "{document:#}");
        assert_eq!(found["finding"]["cut"]["tail"], Value::Null, "{document:#}");
        assert_eq!(found["wrong"], found["entries"], "{document:#}");
    }
    let ran = studio.run(["check-links"]);
    assert!(ran.out.contains("begins 12.") && ran.out.contains("links would be wrong"), "{}", ran.out);
    assert!(ran.out.contains("--apply") && ran.out.contains("exact to about 0.3 s"), "{}", ran.out);
    assert!(ran.out.contains("a difference of up to 0.6 s is not seen"), "{}", ran.out);

    // Dubbed: what is written is the same, what sounds is not.
    stand_in.forgets("file.errors");
    stand_in.has(&published(&studio, "areverse"));
    let (ran, document) = check(&studio, &[]);
    assert_eq!((ran.exit, &document["episodes"][0]["finding"]["by"]), (Exit::ChecksFailed, &json!("captions")));
    assert!(document["episodes"][0]["notes"][0].as_str().unwrap().contains("sounds otherwise"), "{document:#}");
    stand_in.says("file.errors", "ERROR: [youtube] SpineTime01: Sign in to confirm you\u{2019}re not a bot.");

    stand_in.forgets("auto.vtt");
    let ran = studio.run(["check-links"]);
    assert_eq!(ran.exit, Exit::SourceRefused, "{ran:?}");
    assert!(ran.err.contains("could not be found out"), "{}", ran.err);
    // The same length hides it, unless somebody asks to look closely.
    stand_in.forgets("file.errors");
    stand_in.says("page.json", &page(394.3));
    stand_in.has(&published(&studio, "atrim=start=6,asetpts=PTS-STARTPTS,apad=pad_dur=6"));
    assert_eq!(check(&studio, &[]).0.exit, Exit::Done);
    let (ran, document) = check(&studio, &["--thorough"]);
    assert_eq!(ran.exit, Exit::ChecksFailed, "{document:#}");
    assert!((seconds(&document["episodes"][0]["finding"]["cut"]["head"]) - 6.0).abs() <= 0.05, "{document:#}");
    assert_eq!(stand_in.log().lines().filter(|call| call.contains("watch?v=SpineTime02")).count(), 0);
    let ran = studio.run(["check-links", "nothing-like-it"]);
    assert_eq!(ran.exit, Exit::Usage, "{ran:?}");
}

/// Approves the only entry, whatever has to be settled before.
fn approve(studio: &Studio, page: &Page) {
    let id = studio.json("entries.json")["entries"][0]["id"].clone();
    let edits = path(studio, "/edits");
    let mut number = 0;
    let mut edit = |change: Value| {
        number += 1;
        let version = page.version(studio);
        let body = json!({ "version": version, "key": format!("k{number}"), "entry": id, "change": change });
        page.done(&edits, &body)["delta"]["entries"][0].clone()
    };
    let mut now = edit(json!({ "do": "set_speakers", "people": ["orson-pebble"] }));
    while let Some(flag) = now["flags"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| (f["blocking"] == true || f["kind"] == "privacy") && f["resolved"].is_null())
    {
        now = edit(json!({ "do": "resolve_flag", "flag": flag["raw"], "how": "Checked." }));
    }
    let now = edit(json!({ "do": "approve" }));
    assert_eq!(now["status"], "approved", "{now:#}");
}

fn exported(studio: &Studio) -> (Ran, Value) {
    let out = studio.path("out");
    let ran = studio.run(["export", "--format", "json", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let file = out.join(studio.episode().file_name().unwrap()).join("episode.json");
    (ran, serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

#[test]
fn what_leaves_is_moved_on_an_editor_s_word_and_back_by_undo() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    stand_in.says("page.json", &page(clip_seconds()));
    stand_in.has(&fixture("clip.m4a"));
    assert_eq!(studio.run(["process", "SpineTime01"]).exit, Exit::Done);
    let desk = Page::open(&studio, &[]);
    approve(&studio, &desk);
    let (_, before) = exported(&studio);
    let entry = &before["entries"][0];
    let own = studio.json("entries.json")["entries"][0].clone();

    // Five seconds of an intro.
    let longer = studio.path("longer.m4a");
    let clip = fixture("clip.m4a");
    ffmpeg(&["-i", clip.to_str().unwrap(), "-af", "adelay=5000", "-c:a", "aac", longer.to_str().unwrap()]);
    stand_in.has(&longer);
    stand_in.says("page.json", &page((clip_seconds() + 5.0).round()));
    let (ran, document) = check(&studio, &["--apply"]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let head = seconds(&document["episodes"][0]["finding"]["cut"]["head"]);
    assert!((head + 5.0).abs() <= 0.05 && document["episodes"][0]["applied"] == true, "{document:#}");
    let toml = std::fs::read_to_string(studio.episode().join("episode.toml")).unwrap();
    assert!(toml.contains(&format!("video_cut = {{ head = {head:?} }}")), "{toml}");

    let (_, after) = exported(&studio);
    let moved = &after["entries"][0];
    for (part, side) in [("question", "start"), ("question", "end"), ("answer", "start"), ("answer", "end")] {
        let by = seconds(&moved[part][side]) - seconds(&entry[part][side]);
        assert!((by + head).abs() < 0.0005, "{part} {side} by {by}");
    }
    let start = seconds(&moved["answer"]["start"]).floor();
    assert_eq!(moved["links"]["short"], format!("https://youtu.be/SpineTime01?t={start}"));
    assert_ne!(moved["content_hash"], entry["content_hash"]);
    assert_eq!(moved["status"], "approved", "what was approved is what is said, not where");
    let now = studio.json("entries.json")["entries"][0].clone();
    assert_eq!((&now["question"], &now["answer"]), (&own["question"], &own["answer"]), "the recording's clock stays");
    assert_eq!(check(&studio, &["--thorough"]).0.exit, Exit::Done, "what is stated is as it should be");
    let name = studio.episode().file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(studio.run(["process", &name, "--redo", "segment"]).exit, Exit::Done);
    assert_eq!(exported(&studio).1["entries"][0]["links"], moved["links"], "a run keeps it");

    let body = json!({ "version": desk.version(&studio), "key": "back" });
    desk.done(&path(&studio, "/undo"), &body);
    let patience = Instant::now() + Duration::from_secs(60);
    while !studio.json("draft.json")["episode"]["video_cut"].is_null() {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(desk);
    assert!(!std::fs::read_to_string(studio.episode().join("episode.toml")).unwrap().contains("video_cut"));
    let (_, again) = exported(&studio);
    for part in ["question", "answer", "links", "content_hash"] {
        assert_eq!(again["entries"][0][part], entry[part]);
    }

    // Stated, and the entries made before: they are said to be right only when they follow.
    let toml = studio.episode().join("episode.toml");
    let plain = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, format!("{plain}video_cut = {{ head = {head:?} }}\n")).unwrap();
    let (ran, document) = check(&studio, &[]);
    assert_eq!((ran.exit, &document["episodes"][0]["finding"]["is"]), (Exit::ChecksFailed, &json!("behind")));
    assert_eq!(document["episodes"][0]["wrong"], 1, "{document:#}");
    let ran = studio.run(["check-links"]);
    assert!(ran.out.contains(&format!("spinetime process {name}")) && !ran.out.contains("are right"), "{}", ran.out);
    let (ran, document) = check(&studio, &["--apply"]);
    assert!(ran.exit == Exit::Done && document["episodes"][0]["applied"] == true, "{document:#}");
    assert_eq!(exported(&studio).1["entries"][0]["links"], moved["links"]);
    assert_eq!(check(&studio, &[]).1["episodes"][0]["finding"]["is"], "same");

    // The question is cut away: the entry is held back, and the website told so.
    std::fs::write(&toml, plain + "video_cut = { head = 6.5 }\n").unwrap();
    assert_eq!(studio.run(["process", &name]).exit, Exit::Done);
    assert_eq!(studio.json("entries.json")["entries"][0]["links"], Value::Null);
    let (ran, lacking) = exported(&studio);
    assert!(ran.out.contains("1 entry left out, since the published video lacks"), "{}", ran.out);
    assert_eq!(lacking["entries"], json!([]));
    assert_eq!(
        (&lacking["tombstones"][0]["id"], &lacking["tombstones"][0]["reason"]),
        (&entry["id"], &json!("unapproved"))
    );
}
