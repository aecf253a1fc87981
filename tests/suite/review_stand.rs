//! A served library with one episode, and a client that sends exactly what a test says.

use super::studio::fixture;
use serde_json::{Value, json};
use spinetime::draft::{Material, Opinion};
use spinetime::library::{Holder, Library};
use spinetime::model::{AudioReport, EpisodeId, Fact, Outline, Speakers};
use spinetime::progress::{Amount, Cancel, Progress};
use spinetime::review::{self, Backstage, Options, ReviewError, Token, Trouble};
use spinetime::roster::Roster;
use spinetime::text::corrections::Corrections;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub(crate) const EPISODE: &str = "2025-03-12-your-back";
pub(crate) const EVIL: &str = "</title><script>alert(1)</script>\"><img src=x onerror=alert(2)>";
pub(crate) const ENTRY: &str = "e-7k3m9q2x";

/// What the pipeline would do.
pub(crate) struct Fake {
    pub(crate) library: Library,
}

impl Backstage for Fake {
    fn process(&self, source: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<EpisodeId, Trouble> {
        progress.start("transcribe", Amount::Bytes(200));
        progress.at(50);
        progress.note(EVIL);
        match source {
            "panics" => panic!("as the test wants it"),
            "fails" => Err(Trouble::new("The video is private", "Ask its owner.")),
            "dawdles" => {
                while !cancel.is_cancelled() {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(Trouble { cancelled: true, ..Trouble::new("stopped on request", "") })
            }
            _ => Ok(EPISODE.parse().unwrap()),
        }
    }

    fn sources(&self, text: &str, _: &dyn Progress, _: &Cancel) -> Result<Vec<String>, Trouble> {
        if text == "nothing" {
            return Err(Trouble::new("\"nothing\" is no address", "Paste one."));
        }
        // A path is one source, other texts a list of them.
        let split = if text.starts_with('/') { '\0' } else { ' ' };
        Ok(text.split(split).map(str::to_owned).collect())
    }

    fn sync(&self, _: &dyn Progress, _: &Cancel) -> Result<String, Trouble> {
        Ok("2 new recordings.".into())
    }

    fn material(&self, id: &EpisodeId) -> Result<Material, Trouble> {
        let word = json!({ "text": EVIL, "start": 1, "end": 2, "probability": 0.9 });
        let transcript = json!({
            "language": "en", "duration": 75, "model": { "name": "m", "sha256": "0".repeat(64) },
            "audio": AudioReport::default(), "speech": [], "words": [word],
            "sentences": [{ "words": { "start": 0, "end": 1 }, "start": 1, "end": 2 }], "chunks": [],
        });
        Ok(Material {
            head: serde_json::from_value(head()).unwrap(),
            transcript: serde_json::from_value(transcript).unwrap(),
            speakers: Speakers::default(),
            outline: Outline::default(),
            roster: Roster::default(),
            facts: self.library.folder(id.clone()).read_facts().unwrap(),
            opinion: Opinion::default(),
            corrections: Corrections::default(),
            provenance: serde_json::from_value(provenance()).unwrap(),
        })
    }

    fn set_fact(&self, _: &EpisodeId, _: Fact, _: Option<&str>) -> Result<(), Trouble> {
        Ok(())
    }
}

/// A served library with one episode, until the test ends.
pub(crate) struct Desk {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) cancel: Cancel,
    pub(crate) server: Option<JoinHandle<Result<(), ReviewError>>>,
    pub(crate) port: u16,
    pub(crate) token: Token,
    pub(crate) opened: String,
}

pub(crate) fn holder() -> Holder {
    Holder { process: 1, host: "desk".into(), since: jiff::Timestamp::UNIX_EPOCH }
}

fn head() -> Value {
    json!({ "id": EPISODE, "series": "Spine Time", "title": EVIL, "held_on": null, "youtube_id": null,
        "recording_url": null, "duration": 75, "language": "en" })
}

fn provenance() -> Value {
    let digest = "0".repeat(64);
    json!({ "spinetime": "0", "model": "m", "model_sha256": digest, "source_sha256": digest })
}

pub(crate) fn library() -> (tempfile::TempDir, Library) {
    let dir = tempfile::tempdir().unwrap();
    let (library, _) = Library::init(&dir.path().join("library")).unwrap();
    let folder = library.folder(EPISODE.parse().unwrap());
    std::fs::create_dir_all(folder.media()).unwrap();
    let facts: toml::Table = [("title".to_owned(), toml::Value::from(EVIL))].into_iter().collect();
    std::fs::write(folder.facts(), toml::to_string(&facts).unwrap()).unwrap();
    let digest = "0".repeat(64);
    let entry = json!({
        "id": ENTRY, "status": "unanswered", "answer": null, "credits": [], "links": null, "flags": [],
        "confidence": 0.5,
        "question": {"text": EVIL, "verbatim": EVIL, "start": 1, "end": 2, "source": "live", "asker": null},
        "approved_by": null, "approved_at": null, "updated_at": "2026-01-01T00:00:00Z", "content_hash": digest,
        "question_words": [{ "start": 0, "end": 1 }], "answer_words": [], "reasons": [],
    });
    let draft = json!({
        "format": 1, "key": digest, "entries": [entry], "tombstones": [], "people": [], "episode": head(),
        "provenance": provenance(),
    });
    std::fs::write(folder.draft(), draft.to_string()).unwrap();
    let source = json!({ "format": 1, "key": digest, "source": {"file": "x"}, "file": "recording.mp3", "bytes": 3,
        "sha256": digest });
    std::fs::write(folder.source(), source.to_string()).unwrap();
    std::fs::copy(fixture("ep3.mp3"), folder.media().join("recording.mp3")).unwrap();
    (dir, library)
}

impl Desk {
    pub(crate) fn open(change: impl FnOnce(&mut Options)) -> Self {
        let (dir, library) = library();
        let token = Token::random().unwrap();
        let mut options = Options { token: Some(token.clone()), ..Options::new("Ann", holder()) };
        change(&mut options);
        let wanted = options.port;
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let (tell, told) = mpsc::channel();
        let server = thread::spawn(move || {
            let fake = Arc::new(Fake { library: library.clone() });
            review::serve(&options, fake, library, &stop, |address| tell.send(address.to_owned()).unwrap())
        });
        let opened = told.recv_timeout(Duration::from_secs(20)).unwrap();
        let authority = opened.split('/').nth(2).unwrap();
        // A proxy's address has none of ours.
        let port = authority.rsplit(':').next().unwrap().parse().unwrap_or(wanted);
        Self { dir, cancel, server: Some(server), port, token, opened }
    }

    pub(crate) fn new() -> Self {
        Self::open(|_| {})
    }

    pub(crate) fn library(&self) -> PathBuf {
        self.dir.path().join("library")
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn cookie(&self) -> String {
        format!("spinetime-{}={}", self.port, self.token.as_str())
    }

    /// Sends exactly this and reads what comes.
    pub(crate) fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        Answer::read(stream)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub(crate) fn get_with(&self, path: &str, more: &[(&str, &str)]) -> Answer {
        let (host, cookie) = (self.host(), self.cookie());
        let headers = [&[("Host", host.as_str()), ("Cookie", &cookie), ("Accept", "text/html")], more].concat();
        self.raw("GET", path, &headers, b"")
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        let (host, cookie) = (self.host(), self.cookie());
        let origin = format!("http://{host}");
        self.raw("POST", path, &[("Host", &host), ("Cookie", &cookie), ("Origin", &origin)], body)
    }

    pub(crate) fn send(&self, path: &str, body: Value) -> Answer {
        self.post(path, body.to_string().as_bytes())
    }

    /// The job of this number, once it is in this state.
    pub(crate) fn job(&self, number: u64, state: &str) -> Value {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let home = self.get("/home.json").json();
            let job = home["jobs"].as_array().unwrap().iter().find(|job| job["number"] == number).unwrap();
            if job["state"] == state {
                return job.clone();
            }
            assert!(Instant::now() < patience, "{job}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.cancel.cancel();
        let served = self.server.take().unwrap().join().unwrap();
        if !thread::panicking() {
            served.unwrap();
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn read(stream: impl Read) -> Self {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        let mut headers = Vec::new();
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
                None => break,
            }
        }
        let mut body = Vec::new();
        reader.read_to_end(&mut body).unwrap();
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Every answer, whatever it says, keeps foreign scripts and pages out.
    pub(crate) fn is_sealed(&self) -> bool {
        let policy = self.header("content-security-policy");
        policy.contains("default-src 'none'; script-src 'self'; style-src 'self'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe")
            && self.header("x-content-type-options") == "nosniff"
            && !self.header("referrer-policy").is_empty()
            && !self.header("cache-control").is_empty()
    }
}
