//! The importer of docs/importing.md, as a website would run it.

use crate::server::{Manner, Server};
use crate::shelf::Shelf;
use crate::studio::Studio;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const EPISODE: &str = "2021-07-14-your-back";
const A: &str = "e-aaaaaaaa";
const B: &str = "e-bbbbbbbb";

/// Exports the feed, serves it, and imports it into the studio's `pages`; gives the last line.
fn import(studio: &Studio, drafts: bool) -> String {
    let mut arguments = vec!["export", "--format", "feed", "--out", "-"];
    arguments.extend(drafts.then_some("--drafts"));
    let feed = studio.run(arguments).out;
    let server = Server::new(feed.into_bytes(), &[("feed", Manner::Plain)]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes/import_feed.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(server.url("feed.json")).arg(studio.path("pages"));
    let output = command.env_remove("http_proxy").env("no_proxy", "*").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{err}").trim().to_owned()
}

fn page(studio: &Studio, id: &str) -> Value {
    serde_json::from_slice(&std::fs::read(studio.path(&format!("pages/{id}.json"))).unwrap()).unwrap()
}

#[test]
fn what_is_no_id_becomes_no_path() {
    let studio = Studio::new();
    let approved = json!({ "id": "../stray", "status": "approved" });
    let removed = json!({ "id": "e-aa/../../stray", "reason": "removed" });
    for (entries, tombstones) in [(json!([approved]), json!([])), (json!([]), json!([removed]))] {
        let feed = studio.path("feed.json");
        std::fs::write(&feed, json!({ "format": 1, "entries": entries, "tombstones": tombstones }).to_string())
            .unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes/import_feed.py");
        let output = Command::new("python3").arg(script).arg(&feed).arg(studio.path("pages")).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains("is no id of an entry"), "{told}");
    }
    assert!(!studio.path("stray.json").exists());
}

#[test]
fn the_plain_importer_changes_what_changed_and_nothing_twice() {
    let studio = Studio::new();
    let shelf = || Shelf::new(&studio, EPISODE);
    shelf().entry(A, "approved").entry(B, "approved").write();
    assert_eq!(import(&studio, false), "2 created, 0 updated, 0 unchanged, 0 taken down");
    assert_eq!(import(&studio, false), "0 created, 0 updated, 2 unchanged, 0 taken down");
    let other = |entry: &mut Value| {
        entry["answer"]["paragraphs"] = json!(["Tea & <b>rest</b>."]);
        entry["content_hash"] = json!("9".repeat(64));
    };
    shelf().entry_with(A, "approved", other).entry(B, "approved").write();
    assert_eq!(import(&studio, false), "0 created, 1 updated, 1 unchanged, 0 taken down");
    assert_eq!(page(&studio, A)["body"], "<p>Tea &amp; &lt;b&gt;rest&lt;/b&gt;.</p>");
    // Both are gone, for two reasons; then one comes back.
    let approve = || json!({ "do": "approve" });
    let gone =
        |a: &str| shelf().entry_with(A, a, other).entry(B, "withdrawn").edit(A, approve()).edit(B, approve()).write();
    gone("needs_review");
    assert_eq!(import(&studio, false), "0 created, 0 updated, 0 unchanged, 2 taken down");
    assert_eq!(import(&studio, false), "0 created, 0 updated, 0 unchanged, 0 taken down");
    assert_eq!(
        (&page(&studio, A)["state"], &page(&studio, B)["body"]),
        (&json!("unapproved"), &json!("New guidance."))
    );
    assert!(import(&studio, true).contains("is a draft"));
    gone("approved");
    assert_eq!(import(&studio, false), "0 created, 1 updated, 0 unchanged, 0 taken down");
    assert_eq!(page(&studio, A)["state"], "public");
}
