//! Makes libraries of reviewed episodes by hand, with entries in every state and words in every place that must stay in the
//! house. Nothing is transcribed: what an export reads is `entries.json`, with `edits.jsonl` for what was there before.

use crate::studio::Studio;
use serde_json::{Value, json};
use std::path::PathBuf;

/// An episode as it grows.
pub(crate) struct Shelf {
    folder: PathBuf,
    document: Value,
    edits: Vec<Value>,
}

impl Shelf {
    /// An episode of the studio's library that lasts an hour, without entries. The library is made where there is none.
    pub(crate) fn new(studio: &Studio, id: &str) -> Self {
        let library = studio.library();
        let folder = library.join("episodes").join(id);
        std::fs::create_dir_all(&folder).unwrap();
        if !library.join("spinetime.toml").exists() {
            std::fs::write(library.join("spinetime.toml"), "").unwrap();
        }
        let document = json!({
            "format": 1, "key": "0".repeat(64),
            "episode": {
                "id": id, "series": "Spine Time", "title": format!("About {id}"), "held_on": id[..10],
                "youtube_id": "SpineTime01", "recording_url": "https://www.youtube.com/watch?v=SpineTime01",
                "duration": 3600, "language": "en",
            },
            "entries": [], "tombstones": [],
            "provenance": {
                "spinetime": "0.1.0", "model": "tiny.en-q8_0", "model_sha256": "1".repeat(64),
                "source_sha256": "2".repeat(64),
            },
        });
        Self { folder, document, edits: Vec::new() }
    }

    /// An entry in this state, a minute behind the one before. Its printed words say its id; all others are `Private`.
    pub(crate) fn entry(self, id: &str, status: &str) -> Self {
        self.entry_with(id, status, |_| {})
    }

    /// The same, changed.
    pub(crate) fn entry_with(mut self, id: &str, status: &str, change: impl Fn(&mut Value)) -> Self {
        let entries = self.document["entries"].as_array_mut().unwrap();
        let start = 60.5 * (entries.len() + 1) as f64;
        let (answer, end) = (start + 6.25, start + 30.125);
        let (seconds, last) = (answer as u64, end.ceil() as u64);
        let watch = "https://www.youtube.com/watch?v=SpineTime01&t=";
        let approved = status == "approved";
        let mut entry = json!({
            "id": id, "status": status, "confidence": 0.9,
            "question": {
                "text": format!("Question-of-{id}?"), "verbatim": "Private-Verbatim asks", "start": start,
                "end": start + 5.0, "source": "read_by_host", "asker": "Private-Asker",
            },
            "answer": {
                "paragraphs": [format!("Answer-of-{id}."), "Second."], "verbatim": "Private-Answer-Verbatim",
                "start": answer, "end": end,
                "spans": [{ "start": answer, "end": end, "speaker": "juniper-maplewood" }],
            },
            "credits": [{
                "person": "juniper-maplewood", "name": "Juniper Maplewood", "credentials": "MD", "title": "Surgeon",
                "affiliation": "Example Spine Center", "confidence": 0.9,
            }],
            "links": {
                "answer": format!("{watch}{seconds}s"), "question": format!("{watch}{}s", start as u64),
                "short": format!("https://youtu.be/SpineTime01?t={seconds}"),
                "embed": format!("https://www.youtube-nocookie.com/embed/SpineTime01?start={seconds}&end={last}"),
            },
            "flags": [flag("risk", false, Value::Null), flag("privacy", true, json!("Private-Reason"))],
            "corrections": [{
                "from": "Private-Correction", "to": "x", "start": start, "end": answer, "in": "question",
            }],
            "approved_by": if approved { json!("Private-Editor") } else { Value::Null },
            "approved_at": if approved { json!("2026-11-20T10:00:00Z") } else { Value::Null },
            "updated_at": "2026-11-20T09:00:00Z",
            "content_hash": format!("{:0>64x}", 16 + entries.len()),
        });
        if status == "unanswered" {
            (entry["answer"], entry["links"], entry["credits"]) = (Value::Null, Value::Null, json!([]));
        }
        if status == "withdrawn" {
            entry["withdrawn"] = json!("New guidance.");
        }
        change(&mut entry);
        entries.push(entry);
        self
    }

    /// Changes the whole file.
    pub(crate) fn with(mut self, change: impl Fn(&mut Value)) -> Self {
        change(&mut self.document);
        self
    }

    /// An edit of an entry, with the next number; each a day behind the one before.
    pub(crate) fn edit(mut self, entry: &str, change: Value) -> Self {
        let seq = self.edits.len() + 1;
        self.edits.push(json!({
            "seq": seq, "time": format!("2026-11-{:02}T10:00:00Z", seq), "editor": "Private-Editor", "entry": entry,
            "change": change,
        }));
        self
    }

    /// Writes the episode's files.
    pub(crate) fn write(self) {
        std::fs::write(self.folder.join("entries.json"), serde_json::to_vec_pretty(&self.document).unwrap()).unwrap();
        let lines: Vec<String> = self.edits.iter().map(|edit| format!("{edit}\n")).collect();
        std::fs::write(self.folder.join("edits.jsonl"), lines.concat()).unwrap();
    }
}

/// A finding; `resolved`: how.
pub(crate) fn flag(kind: &str, blocking: bool, resolved: Value) -> Value {
    json!({
        "kind": kind, "code": "negation", "message": "Private-Message", "start": 60, "end": 61, "text": "Private-Flag",
        "blocking": blocking, "resolved": resolved,
    })
}
