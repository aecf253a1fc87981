//! `spinetime review` as the real program: what it called saved is there whatever happens to it.

use super::studio::Studio;
use reqwest::blocking::{Client, Response};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A running program, until it is dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program with its page.
pub(crate) struct Page {
    program: Program,
    origin: String,
    cookie: String,
    client: Client,
}

impl Page {
    pub(crate) fn open(studio: &Studio, more: &[&str]) -> Self {
        let arguments = ["review", "--no-open", "--quiet", "--editor", "Wren"].iter().chain(more);
        let mut command = studio.program(arguments.copied());
        let mut program = Program(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Review: ").unwrap_or_else(|| panic!("{line}")).to_owned();
        let client = client();
        let welcome = client.get(&address).send().unwrap();
        let cookie = welcome.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let origin = address.split("/?").next().unwrap().split("/episodes").next().unwrap().to_owned();
        Self { program, origin, cookie, client }
    }

    fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.origin)).header("Cookie", &self.cookie).send().unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        let request = self.client.post(format!("{}{path}", self.origin)).header("Cookie", &self.cookie);
        request.header("Origin", &self.origin).body(body.to_string()).send()
    }

    pub(crate) fn done(&self, path: &str, body: &Value) -> Value {
        let response = self.post(path, body).unwrap();
        let (status, text) = (response.status(), response.text().unwrap());
        assert_eq!(status.as_u16(), 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn version(&self, studio: &Studio) -> Value {
        // A page of no edits learns the present version.
        let delta: Value =
            serde_json::from_str(&self.get(&path(studio, "/since?version=0.none")).text().unwrap()).unwrap();
        delta["delta"]["version"].clone()
    }

    fn kill(&mut self) {
        self.program.0.kill().unwrap();
        self.program.0.wait().unwrap();
    }
}

fn client() -> Client {
    // Only the first test of the process can set it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(60)).build().unwrap()
}

pub(crate) fn path(studio: &Studio, end: &str) -> String {
    format!("/episodes/{}{end}", studio.episode().file_name().unwrap().to_str().unwrap())
}

/// A library with the short recording, processed.
fn studio() -> Studio {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    studio
}

fn entry(studio: &Studio) -> Value {
    studio.json("entries.json")["entries"][0].clone()
}

#[test]
fn whatever_was_called_saved_is_there_after_a_hundred_kills() {
    let studio = studio();
    let id = entry(&studio)["id"].clone();
    // A number of its own for each kill, spread over the time that a few edits take.
    let moments = (0..100u64).map(|i| Duration::from_micros(i * 7919 % 60_000));
    let mut saved: Vec<String> = Vec::new();
    for (round, moment) in moments.enumerate() {
        let mut page = Page::open(&studio, &[]);
        let mut version = page.version(&studio);
        let client = client();
        let (origin, cookie, edits) = (page.origin.clone(), page.cookie.clone(), path(&studio, "/edits"));
        let id = id.clone();
        let (tell, told) = std::sync::mpsc::channel();
        let sender = std::thread::spawn(move || {
            for number in 0.. {
                let text = format!("Is it safe to run {round} times {number}?");
                let body = json!({ "version": version, "key": text, "entry": id,
                    "change": { "do": "set_question", "text": text } });
                let request = client.post(format!("{origin}{edits}")).header("Cookie", &cookie);
                let answer = request.header("Origin", &origin).body(body.to_string()).send();
                // Gone in the middle: nobody was told anything.
                let text_of = |answer: Response| answer.error_for_status()?.text();
                let Ok(value) = answer.and_then(text_of) else { return };
                let Ok(value) = serde_json::from_str::<Value>(&value) else { return };
                version = value["delta"]["version"].clone();
                if tell.send(text).is_err() {
                    return;
                }
            }
        });
        saved.extend(told.recv_timeout(Duration::from_secs(60)));
        std::thread::sleep(moment);
        page.kill();
        sender.join().unwrap();
        saved.extend(told.try_iter());
        let journal = std::fs::read_to_string(studio.episode().join("edits.jsonl")).unwrap();
        let there: HashSet<String> = journal
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter_map(|edit| edit["change"]["text"].as_str().map(str::to_owned))
            .collect();
        let lost: Vec<&String> = saved.iter().filter(|text| !there.contains(*text)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
    assert!(saved.len() > 100, "{}", saved.len());
    // And what follows from them is made up for.
    let journal = std::fs::read_to_string(studio.episode().join("edits.jsonl")).unwrap();
    let last = journal.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).next_back().unwrap();
    let page = Page::open(&studio, &[]);
    assert_eq!(page.get(&path(&studio, "")).status().as_u16(), 200);
    assert_eq!(entry(&studio)["question"]["text"], last["change"]["text"]);
}

#[test]
fn an_entry_is_corrected_credited_resolved_approved_and_exported() {
    let studio = studio();
    let page = Page::open(&studio, &[]);
    let id = entry(&studio)["id"].clone();
    let edits = path(&studio, "/edits");
    let mut version = page.version(&studio);
    let mut number = 0;
    let mut edit = |change: Value| {
        number += 1;
        let body = json!({ "version": version, "key": format!("k{number}"), "entry": id, "change": change });
        let done = page.done(&edits, &body);
        version = done["delta"]["version"].clone();
        done["delta"]["entries"][0].clone()
    };
    edit(json!({ "do": "set_question", "text": "Is it safe to exercise with a herniated disc?" }));
    let mut now = edit(json!({ "do": "set_speakers", "people": ["orson-pebble"] }));
    while let Some(flag) =
        now["flags"].as_array().unwrap().iter().find(|f| f["blocking"] == true && f["resolved"].is_null())
    {
        now = edit(json!({ "do": "resolve_flag", "flag": flag["raw"], "how": "Checked." }));
    }
    // The day comes last; with it a new draft is made, in which all of this holds.
    page.done(
        &path(&studio, "/facts"),
        &json!({ "version": page.version(&studio), "key": "day", "fact": "held_on",
        "to": "2025-05-14" }),
    );
    let patience = Instant::now() + Duration::from_secs(60);
    while studio.json("draft.json")["episode"]["held_on"] != "2025-05-14" {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(20));
    }
    let body = json!({ "version": page.version(&studio), "key": "last", "entry": id, "change": { "do": "approve" } });
    let done = page.done(&edits, &body);
    assert_eq!(done["delta"]["entries"][0]["status"], "approved", "{done}");
    assert_eq!(entry(&studio)["approved_by"], "Wren");
    assert!(page.get(&path(&studio, "")).text().unwrap().contains("Is it safe to exercise with a herniated disc?"));
    drop(page);
    let out = studio.path("out");
    let ran = studio.run(["export", "--format", "json", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.exit.code(), 0, "{ran:?}");
    // A run of the pipeline changes nothing of it.
    let before = entry(&studio);
    studio.run(["process", studio.episode().file_name().unwrap().to_str().unwrap(), "--redo", "segment"]);
    assert_eq!(entry(&studio), before);
}

#[test]
fn the_command_line_says_what_it_cannot_do() {
    let studio = studio();
    let remote = studio.run(["review", "--no-open", "--bind", "0.0.0.0"]);
    assert!(remote.exit.code() == 2 && remote.err.contains("--allow-remote"), "{remote:?}");
    let unknown = studio.run(["review", "--no-open", "nowhere"]);
    assert!(unknown.exit.code() == 2 && unknown.err.contains("no episode"), "{unknown:?}");
    let page = Page::open(&studio, &["--read-only"]);
    let body = json!({ "version": "0.x", "key": "k", "entry": entry(&studio)["id"], "change": { "do": "dismiss" } });
    assert_eq!(page.post(&path(&studio, "/edits"), &body).unwrap().status().as_u16(), 403);
    assert_ne!(entry(&studio)["status"], "dismissed");
}
