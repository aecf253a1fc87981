//! A real WordPress (tests/wordpress) with a library to publish from. Where `SPINETIME_STAND` names the folder of one that
//! runs, as under `scripts/wordpress.sh`, tests share it, one at a time; else each starts one of its own.

use crate::studio::{Ran, Studio};
use serde_json::{Value, json};
use spinetime::failure::Exit;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What must never leave the library: bench/shelf.py plants it in entries that nobody approved, and as an asker's name.
const MARKERS: [&str; 2] = ["Zanzibar-Unapproved-Marker", "Wilhelmina"];

/// The site, and a library with entries for it. Held until the test ends.
pub(crate) struct Stand {
    pub(crate) dir: PathBuf,
    pub(crate) about: Value,
    pub(crate) studio: Studio,
    _turn: File,
    _own: Option<Own>,
}

/// A site that lives as long as the test.
struct Own(tempfile::TempDir);

impl Own {
    fn start() -> Self {
        let own = Self(tempfile::tempdir().unwrap());
        let served = own.serve("start");
        assert!(served.status.success(), "{}", String::from_utf8_lossy(&served.stderr));
        own
    }

    fn serve(&self, what: &str) -> std::process::Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wordpress/serve.sh");
        Command::new(script).arg(what).arg(self.0.path()).output().unwrap()
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.serve("stop");
    }
}

impl Stand {
    /// With or without the plugin, with either kind of addresses, and nothing on the site.
    pub(crate) fn new(plugin: bool, permalinks: &str) -> Self {
        let shared = std::env::var_os("SPINETIME_STAND").map(PathBuf::from);
        let own = if shared.is_none() { Some(Own::start()) } else { None };
        let dir = shared.or_else(|| own.as_ref().map(|own| own.0.path().to_owned())).unwrap();
        let turn = File::create(dir.join("turn")).unwrap();
        turn.lock().unwrap();
        let about = serde_json::from_slice(&std::fs::read(dir.join("stand.json")).unwrap()).unwrap();
        let stand = Self { dir, about, studio: Studio::new(), _turn: turn, _own: own };
        let _ = std::fs::remove_file(stand.dir.join("faults.json"));
        let _ = std::fs::remove_file(stand.dir.join("filtered"));
        // Emptied while the plugin's kind of post is known.
        stand.ask(["plugin", "on"]);
        stand.ask(["empty"]);
        stand.ask(["plugin", if plugin { "on" } else { "off" }]);
        stand.ask(["permalinks", permalinks]);
        stand.shelve(&stand.studio, 2, 5);
        stand.settings("");
        stand
    }

    /// Fills a library with invented episodes.
    pub(crate) fn shelve(&self, studio: &Studio, episodes: usize, entries: usize) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/shelf.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(studio.library());
        command.args(["--episodes", &episodes.to_string(), "--entries", &entries.to_string()]);
        assert!(command.output().unwrap().status.success());
    }

    /// `[wordpress]` for the editor, with these lines more.
    pub(crate) fn settings(&self, more: &str) {
        self.settings_as("editor", self.about["editor"]["password"].as_str().unwrap(), more);
    }

    pub(crate) fn settings_as(&self, role: &str, password: &str, more: &str) {
        let file = self.studio.library().join("password");
        std::fs::write(&file, format!("{password}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let (url, user) = (&self.about["url"], &self.about[role]["name"]);
        let text = format!(
            "[wordpress]\nurl = {url}\nuser = {user}\npassword_file = \"password\"\nrequests_per_second = 100\n{more}"
        );
        std::fs::write(self.studio.library().join("spinetime.toml"), text).unwrap();
    }

    /// Runs a command of stand.php.
    pub(crate) fn ask<const N: usize>(&self, arguments: [&str; N]) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wordpress/stand.php");
        let output =
            Command::new("php").arg(script).args(arguments).env("SPINETIME_STAND", &self.dir).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    pub(crate) fn posts(&self) -> Vec<Value> {
        self.ask(["posts"]).as_array().unwrap().clone()
    }

    pub(crate) fn faults(&self, skip: u32, fail: u32, when: &str, pause_ms: u32) {
        let faults = json!({ "skip": skip, "fail": fail, "when": when, "status": 500, "pause_ms": pause_ms });
        std::fs::write(self.dir.join("faults.json"), faults.to_string()).unwrap();
    }

    pub(crate) fn publish(&self, more: &[&str]) -> Ran {
        let all = ["publish", "wordpress"].iter().chain(more).map(OsString::from);
        self.studio.run(all)
    }

    /// Publishes, which must succeed; the report's numbers: created, updated, unchanged, skipped, failed.
    pub(crate) fn published(&self, more: &[&str]) -> ([u64; 5], Value) {
        let all: Vec<&str> = more.iter().copied().chain(["--json"]).collect();
        let ran = self.publish(&all);
        assert_eq!(ran.exit, Exit::Done, "{ran:?}");
        numbers(&ran)
    }

    /// Changes an entry as the machine and its editors would have: in entries.json, of which everything is made.
    pub(crate) fn change(&self, entry: &str, change: impl Fn(&mut Value)) {
        for folder in self.studio.episodes() {
            let path = folder.join("entries.json");
            let mut document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            for found in document["entries"].as_array_mut().unwrap().iter_mut().filter(|e| e["id"] == entry) {
                change(found);
            }
            std::fs::write(&path, document.to_string()).unwrap();
        }
    }

    /// The ids of the approved entries, in order.
    pub(crate) fn approved(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for folder in self.studio.episodes() {
            let document: Value = serde_json::from_slice(&std::fs::read(folder.join("entries.json")).unwrap()).unwrap();
            let entries = document["entries"].as_array().unwrap().clone();
            let approved = entries.iter().filter(|entry| entry["status"] == "approved");
            ids.extend(approved.map(|entry| entry["id"].as_str().unwrap().to_owned()));
        }
        ids
    }

    /// What WordPress's editor makes of a post's text when somebody saves it there: its own functions, run by Node.js.
    pub(crate) fn as_the_editor_saves(&self, text: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wordpress/editor.cjs");
        let mut command = Command::new("node");
        command.arg(script).arg(self.dir.join("site")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn nothing_private_is_there(&self) {
        for marker in MARKERS {
            assert_eq!(self.ask(["grep", marker]), 0, "{marker} is in the site's database");
        }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.dir.join("faults.json"));
        let _ = std::fs::remove_file(self.dir.join("filtered"));
    }
}

pub(crate) fn numbers(ran: &Ran) -> ([u64; 5], Value) {
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    let numbers = ["created", "updated", "unchanged", "skipped", "failed"].map(|name| document[name].as_u64().unwrap());
    (numbers, document)
}

/// The post of an entry.
pub(crate) fn of<'a>(posts: &'a [Value], entry: &str) -> &'a Value {
    let found: Vec<&Value> = posts.iter().filter(|post| post["name"] == entry).collect();
    assert_eq!(found.len(), 1, "{entry}: {posts:#?}");
    found[0]
}
