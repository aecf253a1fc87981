//! Entries into files for the website.

use crate::shelf::{Shelf, flag};
use crate::studio::{Ran, Studio};
use serde_json::{Value, json};
use spinetime::failure::Exit;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// All formats that go into one folder.
const ALL: &str = "json,feed,jsonld,chapters,vtt,srt,chapters-vtt,markdown,html,csv,jsonfeed,wxr";
const ONE: &str = "2021-07-14-your-back";
const OTHER: &str = "2022-03-02-your-neck";
const A: &str = "e-aaaaaaaa";
const B: &str = "e-bbbbbbbb";
const C: &str = "e-cccccccc";

fn export(studio: &Studio, format: &str, more: &[&str]) -> Ran {
    let mut all: Vec<OsString> = vec!["export".into(), "--format".into(), format.into(), "--out".into()];
    all.push(studio.path("out").into());
    all.extend(more.iter().map(Into::into));
    let ran = studio.run(all);
    // An approval that does not hold is told, and everything else is exported all the same.
    let blocked = ran.err.contains("was approved and is left out");
    assert_eq!(ran.exit, if blocked { Exit::ChecksFailed } else { Exit::Done }, "{ran:?}");
    ran
}

/// Each file of the folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn marks(folder: &Path) -> BTreeMap<PathBuf, (u64, i64, i64)> {
    let mark = |path: PathBuf| {
        let meta = std::fs::metadata(folder.join(&path)).unwrap();
        (path, (meta.ino(), meta.mtime(), meta.mtime_nsec()))
    };
    files(folder).into_keys().map(mark).collect()
}

fn document(studio: &Studio, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(studio.path("out").join(name)).unwrap()).unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

fn validate(studio: &Studio, more: &[&str]) -> Ran {
    let mut all: Vec<OsString> = vec!["validate".into(), studio.path("out").into()];
    all.extend(more.iter().map(Into::into));
    studio.run(all)
}

/// An episode with an entry in each state, each of which says so in every place.
fn every_state(studio: &Studio) {
    let open = |entry: &mut Value| entry["flags"] = json!([flag("privacy", false, Value::Null)]);
    let blocked = |entry: &mut Value| entry["flags"] = json!([flag("lint", true, Value::Null)]);
    Shelf::new(studio, ONE)
        .entry(A, "approved")
        .entry("e-dddddddd", "draft")
        .entry("e-nnnnnnnn", "needs_review")
        .entry("e-wwwwwwww", "withdrawn")
        .entry("e-00000000", "unanswered")
        .entry("e-pppppppp", "possible")
        .entry("e-xxxxxxxx", "dismissed")
        .entry_with("e-ffffffff", "approved", open)
        .entry_with("e-gggggggg", "approved", blocked)
        .entry_with("e-hhhhhhhh", "approved", |entry| entry["credits"] = json!([]))
        .write();
}

#[test]
fn nothing_unapproved_or_private_is_in_any_file_of_any_format() {
    let studio = Studio::new();
    every_state(&studio);
    for format in [ALL, "site"] {
        let _ = std::fs::remove_dir_all(studio.path("out"));
        export(&studio, format, &[]);
        let all = files(&studio.path("out"));
        assert!(format == "site" || all.len() > 8, "{:?}", all.keys());
        for (name, bytes) in &all {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("Private"), "{}", name.display());
            for id in ["d", "n", "w", "0", "p", "x", "f", "g", "h"] {
                let id = format!("e-{}", id.repeat(8));
                for planted in [format!("Question-of-{id}"), format!("Answer-of-{id}")] {
                    assert!(!text.contains(&planted), "{}: {planted}", name.display());
                }
            }
        }
    }
    export(&studio, ALL, &[]);
    assert!(
        files(&studio.path("out")).values().any(|b| String::from_utf8_lossy(b).contains(&format!("Answer-of-{A}")))
    );
    let checked = validate(&studio, &[]);
    assert_eq!(checked.exit, Exit::Done, "{}", checked.out);
}

#[test]
fn drafts_leave_only_when_asked_for_and_say_so() {
    let studio = Studio::new();
    every_state(&studio);
    export(&studio, ALL, &["--drafts"]);
    for (name, bytes) in files(&studio.path("out")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Private"), "{}", name.display());
        for id in ["w", "0", "p", "x"] {
            assert!(!text.contains(&format!("Answer-of-e-{}", id.repeat(8))), "{}", name.display());
        }
        if text.contains("Answer-of-e-dddddddd") && name != Path::new(".spinetime.json") {
            assert!(text.to_lowercase().contains("draft"), "{} shows a draft without a mark", name.display());
        }
    }
    let entries = document(&studio, &format!("{ONE}/episode.json"));
    assert_eq!(entries["entries"].as_array().unwrap().len(), 6);
    let checked = validate(&studio, &[]);
    assert_eq!(checked.exit, Exit::ChecksFailed);
    assert!(checked.out.contains("Nobody approved this entry"), "{}", checked.out);
    export(&studio, ALL, &[]);
    let left = files(&studio.path("out"));
    assert!(left.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("Answer-of-e-dddddddd")));
}

#[test]
fn an_unchanged_export_touches_no_file_and_a_changed_entry_only_its_own() {
    let studio = Studio::new();
    let shelf = || Shelf::new(&studio, ONE).entry(A, "approved").entry(B, "approved");
    shelf().write();
    Shelf::new(&studio, OTHER).entry(C, "approved").write();
    export(&studio, ALL, &[]);
    let (before, bytes) = (marks(&studio.path("out")), files(&studio.path("out")));
    let again = export(&studio, ALL, &[]);
    assert!(again.out.starts_with("0 files written"), "{}", again.out);
    assert_eq!(marks(&studio.path("out")), before);
    // Another model, a corrected title and date: nothing that a reader sees of an entry itself.
    let head = |document: &mut Value| {
        document["provenance"]["model"] = json!("large-v3");
        (document["episode"]["title"], document["episode"]["held_on"]) =
            (json!("A corrected title"), json!("2021-07-15"));
    };
    let old = document(&studio, &format!("{ONE}/episode.json"));
    std::fs::create_dir(studio.path("kept")).unwrap();
    std::fs::copy(studio.path(&format!("out/{ONE}/episode.json")), studio.path("kept/episode.json")).unwrap();
    shelf().with(head).write();
    export(&studio, ALL, &[]);
    let new = document(&studio, &format!("{ONE}/episode.json"));
    assert_ne!(old, new);
    assert_eq!(old["entries"], new["entries"], "ids, hashes and moments stay");
    let kept = studio.path("kept");
    let checked = validate(&studio, &["--against", kept.to_str().unwrap()]);
    assert_eq!(checked.exit, Exit::Done, "{}", checked.out);
    // One entry changes: the files of the other episode and of the other entry stay the files that they are.
    shelf().write();
    export(&studio, ALL, &[]);
    let before = marks(&studio.path("out"));
    assert_eq!(files(&studio.path("out")), bytes, "back to what it was");
    // Into another folder, and where nothing is remembered: the same bytes.
    let elsewhere = studio.path("elsewhere");
    let ran = studio.run(["export", "--format", ALL, "--out", elsewhere.to_str().unwrap()]);
    assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
    assert_eq!(files(&elsewhere), bytes);
    std::fs::remove_dir_all(studio.library().join(".exports")).unwrap();
    let again = export(&studio, ALL, &[]);
    assert!(again.out.starts_with("0 files written"), "{}", again.out);
    assert_eq!(marks(&studio.path("out")), before);
    shelf().with(|document| document["entries"][0]["answer"]["paragraphs"] = json!(["Other words."])).write();
    export(&studio, ALL, &[]);
    let after = marks(&studio.path("out"));
    let touched: Vec<&PathBuf> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(touched.iter().any(|path| path.ends_with(format!("{A}.html"))), "{touched:?}");
    for path in touched {
        assert!(!path.starts_with(OTHER) && !path.to_string_lossy().contains(B), "{path:?}");
    }
}

#[test]
fn tombstones_come_with_their_reason_and_go_when_the_entry_is_approved_again() {
    let studio = Studio::new();
    let shelf = |a: &str, b: &str, c: &str, edits: &[(&str, Value)]| {
        let approve = || json!({ "do": "approve" });
        let updated = |day: &str| {
            let at = json!(format!("2026-11-{day}T08:00:00Z"));
            move |entry: &mut Value| entry["updated_at"] = at.clone()
        };
        let shelf = Shelf::new(&studio, ONE).entry_with(A, a, updated("01")).entry_with(B, b, updated("01"));
        // What the machine changed after the approval.
        let shelf = shelf.entry_with(C, c, updated(if c == "approved" { "01" } else { "09" }));
        let shelf = shelf.edit(A, approve()).edit(B, approve()).edit(C, approve());
        edits.iter().fold(shelf, |shelf, (id, edit)| shelf.edit(id, edit.clone())).write();
        export(&studio, "json,feed", &[]);
        (document(&studio, &format!("{ONE}/episode.json")), document(&studio, "feed.json"))
    };
    let withdrawn = (A, json!({ "do": "withdraw", "reason": "New guidance." }));
    let (dismissed, approved) = ((B, json!({ "do": "dismiss" })), (A, json!({ "do": "approve" })));
    let (first, _) = shelf("approved", "approved", "approved", &[]);
    assert_eq!((ids(&first["entries"]), ids(&first["tombstones"])), (vec![A, B, C], vec![]));
    std::fs::write(studio.path("first.json"), first.to_string()).unwrap();
    let (gone, feed) = shelf("withdrawn", "dismissed", "needs_review", &[withdrawn.clone(), dismissed.clone()]);
    assert_eq!(
        gone["tombstones"],
        json!([
            { "id": A, "at": "2026-11-04T10:00:00Z", "reason": "withdrawn", "notice": "New guidance." },
            { "id": B, "at": "2026-11-05T10:00:00Z", "reason": "removed" },
            { "id": C, "at": "2026-11-09T08:00:00Z", "reason": "unapproved" },
        ])
    );
    assert_eq!((ids(&feed["entries"]), ids(&feed["tombstones"])), (vec![], vec![A, B, C]));
    let first_path = studio.path("first.json");
    let checked = validate(&studio, &["--against", first_path.to_str().unwrap()]);
    assert_eq!(checked.exit, Exit::Done, "{}", checked.out);
    let (back, _) = shelf("approved", "dismissed", "approved", &[withdrawn, dismissed, approved]);
    assert_eq!((ids(&back["entries"]), ids(&back["tombstones"])), (vec![A, C], vec![B]));
    let checked = validate(&studio, &["--against", first_path.to_str().unwrap()]);
    assert_eq!(checked.exit, Exit::Done, "{}", checked.out);
}

#[test]
fn nothing_to_do_is_said_only_where_nothing_is_to_be_done() {
    let studio = Studio::new();
    let shelf = |ending: &str| {
        let words = json!([format!("Words that {ending}.")]);
        Shelf::new(&studio, ONE).entry(A, "approved").entry_with(B, "approved", move |entry| {
            entry["answer"]["paragraphs"] = words.clone();
        })
    };
    shelf("stay").write();
    let flagged = |entry: &mut Value| entry["flags"] = json!([flag("privacy", true, Value::Null)]);
    let other = || Shelf::new(&studio, OTHER).entry(C, "approved");
    other().entry_with("e-ffffffff", "approved", flagged).write();
    let only_one = || export(&studio, "json,feed", &[ONE]);
    // Of several, one with something blocked; then without that one.
    export(&studio, "json,feed", &[ONE, OTHER]);
    only_one();
    assert_eq!(ids(&document(&studio, "feed.json")["entries"]), [A, B]);
    let again = only_one();
    assert!(again.out.starts_with("0 files written, 2 unchanged"), "{}", again.out);
    // One changed: the list of files is the same, and is not what is counted.
    shelf("change").write();
    let changed = only_one();
    assert!(changed.out.starts_with("2 files written, 0 unchanged"), "{}", changed.out);
    // An episode that is no more, of a library of which the last export was one episode.
    assert!(studio.path(&format!("out/{OTHER}/episode.json")).exists());
    std::fs::remove_dir_all(studio.library().join("episodes").join(OTHER)).unwrap();
    export(&studio, "json", &[]);
    assert!(!studio.path(&format!("out/{OTHER}/episode.json")).exists());
    // Named twice, it is there once.
    let twice = studio.run(["export", "--out", "-", "--format", "feed", ONE, "your-back"]);
    assert_eq!(ids(&serde_json::from_str::<Value>(&twice.out).unwrap()["entries"]), [A, B]);
}

#[test]
fn a_list_leads_nowhere_else_and_the_librarys_memory_is_never_exported() {
    let studio = Studio::new();
    Shelf::new(&studio, ONE).entry(A, "approved").write();
    export(&studio, "json", &[]);
    std::fs::write(studio.path("precious.json"), "mine").unwrap();
    let absolute = studio.path("precious.json");
    let list = json!({ "format": 1, "files": {
        "../precious.json": { "format": "json" }, absolute.to_str().unwrap(): { "format": "json" },
    } });
    std::fs::write(studio.path("out/.spinetime.json"), list.to_string()).unwrap();
    export(&studio, "json", &[]);
    assert!(absolute.exists());
    let memory = studio.library().join(".exports");
    assert_eq!(std::fs::read_dir(&memory).unwrap().count(), 1);
    let ran = studio.run(["export", "--format", "json", "--out", memory.to_str().unwrap()]);
    assert_eq!(ran.exit, Exit::Done, "{}", ran.err);
    assert!(memory.join(format!("{ONE}/episode.json")).exists());
    assert_eq!(std::fs::read_dir(&memory).unwrap().count(), 3, "the memory of \"out\", the list, the episode");
    // A memory that can't be kept costs time and no export.
    std::fs::remove_dir_all(&memory).unwrap();
    std::fs::write(&memory, "in the way").unwrap();
    Shelf::new(&studio, ONE).entry(A, "approved").entry(B, "approved").write();
    let ran = export(&studio, "json", &[]);
    assert!(ran.out.contains("The next export makes all files again"), "{}", ran.out);
    assert_eq!(ids(&document(&studio, &format!("{ONE}/episode.json"))["entries"]), [A, B]);
}

#[test]
fn an_approval_that_ended_is_not_exported_because_the_draft_is_lost() {
    let studio = Studio::new();
    let withdraw = json!({ "do": "withdraw", "reason": "New guidance." });
    Shelf::new(&studio, ONE).entry(A, "approved").edit(A, json!({ "do": "approve" })).edit(A, withdraw).write();
    let out = studio.path("out");
    let ran = studio.run(["export", "--format", "json", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.exit, Exit::Unexpected);
    assert!(ran.err.contains("somebody ended the approval of e-aaaaaaaa"), "{}", ran.err);
    assert!(!out.exists());
}

#[test]
fn an_export_since_a_moment_takes_away_what_must_not_be_shown() {
    let studio = Studio::new();
    let approve = || json!({ "do": "approve" });
    let shelf =
        |b: &str| Shelf::new(&studio, ONE).entry(A, "approved").entry(B, b).edit(A, approve()).edit(B, approve());
    shelf("approved").write();
    Shelf::new(&studio, OTHER).entry(C, "approved").write();
    export(&studio, "html,markdown,feed", &[]);
    assert!(studio.path(&format!("out/{ONE}/{B}.html")).exists());
    shelf("needs_review").edit(B, json!({ "do": "send_back" })).write();
    // Long after that: nothing tells when an approval ended by itself.
    export(&studio, "html,markdown,feed", &["--since", "2027-01-01"]);
    let names: Vec<PathBuf> = files(&studio.path("out")).into_keys().collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains(B)), "{names:?}");
    assert!(names.contains(&PathBuf::from(format!("{ONE}/{A}.html"))), "{names:?}");
    assert!(names.contains(&PathBuf::from(format!("{OTHER}/{C}.html"))), "{names:?}");
    let feed = document(&studio, "feed.json");
    assert_eq!((ids(&feed["entries"]), ids(&feed["tombstones"])), (vec![], vec![B]));
}

#[test]
fn since_gives_what_changed_and_standard_output_takes_one_file() {
    let studio = Studio::new();
    let later = |entry: &mut Value| entry["updated_at"] = json!("2026-11-25T09:00:00Z");
    Shelf::new(&studio, ONE).entry(A, "approved").entry_with(B, "approved", later).write();
    Shelf::new(&studio, OTHER).entry(C, "approved").write();
    let to_stdout = |more: &[&str]| {
        let mut all = vec!["export", "--out", "-", "--format"];
        all.extend(more);
        studio.run(all)
    };
    let all: Value = serde_json::from_str(&to_stdout(&["feed"]).out).unwrap();
    assert_eq!((ids(&all["entries"]), &all["since"]), (vec![C, A, B], &Value::Null));
    let some: Value = serde_json::from_str(&to_stdout(&["feed", "--since", "2026-11-24"]).out).unwrap();
    assert_eq!((ids(&some["entries"]), &some["since"]), (vec![B], &json!("2026-11-24T00:00:00Z")));
    let one: Value = serde_json::from_str(&to_stdout(&["json", ONE]).out).unwrap();
    assert_eq!(ids(&one["entries"]), [A, B]);
    assert_eq!(to_stdout(&["json"]).exit, Exit::Usage, "two files");
    assert_eq!(to_stdout(&["json", ONE, "--since", "soon"]).exit, Exit::Usage);
    export(&studio, "json", &["--since", "2026-11-24"]);
    assert!(studio.path(&format!("out/{ONE}/episode.json")).exists());
    assert!(!studio.path(&format!("out/{OTHER}/episode.json")).exists(), "nothing changed in it");
}

#[test]
fn another_episodes_files_and_foreign_ones_stay() {
    let studio = Studio::new();
    Shelf::new(&studio, ONE).entry(A, "approved").write();
    Shelf::new(&studio, OTHER).entry(C, "approved").write();
    export(&studio, "json,markdown", &[ONE]);
    std::fs::write(studio.path("out/robots.txt"), "mine").unwrap();
    std::fs::write(studio.path(&format!("out/{ONE}/picture.png")), "mine too").unwrap();
    export(&studio, "json,markdown", &[OTHER]);
    let names: Vec<PathBuf> = files(&studio.path("out")).into_keys().collect();
    for kept in ["robots.txt".to_owned(), format!("{ONE}/picture.png"), format!("{ONE}/episode.json")] {
        assert!(names.contains(&PathBuf::from(&kept)), "{kept}: {names:?}");
    }
    assert!(names.contains(&PathBuf::from(format!("{OTHER}/episode.json"))), "{names:?}");
    Shelf::new(&studio, ONE).entry(A, "needs_review").write();
    export(&studio, "json,markdown", &[]);
    let names: Vec<PathBuf> = files(&studio.path("out")).into_keys().collect();
    assert!(!names.iter().any(|name| name.ends_with(format!("{A}.md"))), "{names:?}");
    assert!(names.contains(&PathBuf::from("robots.txt")), "{names:?}");
}

/// Two states of a library of a few hundred entries, which take a while to be written.
fn state(studio: &Studio, word: &str) {
    for episode in 0..12u32 {
        let mut shelf = Shelf::new(studio, &format!("2021-07-{:02}-part", episode + 1));
        for entry in 0..20u32 {
            let digits = format!("{:08}", episode * 100 + entry);
            let words = json!([format!("{word}."), format!("{word} again.")]);
            shelf = shelf.entry_with(&format!("e-{digits}"), "approved", |entry| {
                entry["answer"]["paragraphs"] = words.clone();
                entry["content_hash"] = json!(word.repeat(64)[..64].to_lowercase());
            });
        }
        shelf.write();
    }
}

/// Which of the states the folder shows. Both at once, or a page that is listed and missing, fail the test.
fn shown(out: &Path) -> Option<String> {
    // What a reader has open stays what it is, also when the folder is exchanged.
    let folder = std::fs::read_dir(out).ok()?;
    drop(folder);
    let feed: Value = serde_json::from_slice(&std::fs::read(out.join("feed.json")).ok()?).expect("a whole feed");
    let words: Vec<&str> =
        feed["entries"].as_array().unwrap().iter().map(|e| e["answer_text"].as_str().unwrap()).collect();
    assert!(words.iter().all(|text| *text == words[0]), "a mixed feed");
    Some(words[0].split('.').next().unwrap().to_owned())
}

#[test]
fn the_pages_of_an_expert_grow_and_shrink_with_their_answers() {
    let studio = Studio::new();
    let answered = |episodes: usize| {
        let _ = std::fs::remove_dir_all(studio.library().join("episodes"));
        for episode in 0..episodes {
            let mut shelf = Shelf::new(&studio, &format!("2021-07-{:02}-part", episode + 1));
            for entry in 0..50 {
                shelf = shelf.entry(&format!("e-{:08}", episode * 50 + entry), "approved");
            }
            shelf.write();
        }
        export(&studio, "site", &[]);
        let pages: Vec<String> =
            files(&studio.path("out/experts")).into_keys().map(|path| path.to_string_lossy().into_owned()).collect();
        pages
    };
    assert_eq!(answered(4), ["juniper-maplewood.html"]);
    assert_eq!(answered(5), ["juniper-maplewood.2.html", "juniper-maplewood.html"]);
    let second = std::fs::read_to_string(studio.path("out/experts/juniper-maplewood.2.html")).unwrap();
    assert!(second.contains("Question-of-e-00000049?") && !second.contains("Question-of-e-00000249?"), "the oldest");
    assert_eq!(answered(4), ["juniper-maplewood.html"], "what is not made any more is gone");
}

#[test]
fn a_killed_export_leaves_the_old_folder_or_the_new_one() {
    let studio = Studio::new();
    state(&studio, "A");
    export(&studio, "json,feed,html", &[]);
    let old = files(&studio.path("out"));
    state(&studio, "B");
    let arguments = || {
        let out: OsString = studio.path("out").into();
        let all: [OsString; 5] = ["export".into(), "--format".into(), "json,feed,html".into(), "--out".into(), out];
        all
    };
    let mut killed = 0;
    for round in 0..12u64 {
        let mut child = studio.program(arguments()).stdout(std::process::Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(15 * (round + 1)) && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        killed += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
        let now = files(&studio.path("out"));
        let word = shown(&studio.path("out")).unwrap();
        let pages = now.values().filter(|bytes| String::from_utf8_lossy(bytes).contains(&format!("{word} again.")));
        assert!(now == old || word == "B", "neither the old folder nor the new one");
        assert!(pages.count() >= 12, "{word}");
        if word == "B" {
            let mixed = now.iter().find(|(_, bytes)| String::from_utf8_lossy(bytes).contains("A again."));
            assert!(mixed.is_none(), "{:?} is of the old folder", mixed.map(|(path, _)| path));
        }
    }
    assert!(killed > 0, "no export was under way when it was killed");
    export(&studio, "json,feed,html", &[]);
    assert_eq!(shown(&studio.path("out")).as_deref(), Some("B"));
    let left: Vec<_> = std::fs::read_dir(studio.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("tmp")), "{left:?}");
}

#[test]
fn a_reader_never_sees_a_mixed_folder() {
    let studio = Studio::new();
    Shelf::new(&studio, ONE).entry(A, "approved").write();
    export(&studio, "feed,html", &[]);
    let out = studio.path("out");
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut looks = 0u32;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                // Opened once, the folder is one state for all that is read below it.
                let folder = std::fs::File::open(&out).unwrap();
                let open = PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&folder)));
                let Ok(feed) = std::fs::read(open.join("feed.json")) else { continue };
                let feed: Value = serde_json::from_slice(&feed).expect("a whole feed");
                for entry in feed["entries"].as_array().unwrap() {
                    let page = open.join(ONE).join(format!("{}.html", entry["id"].as_str().unwrap()));
                    // An old state is cleared away behind the exchange: what counts is the folder that stands there.
                    let is_current =
                        || std::fs::metadata(&out).is_ok_and(|now| now.ino() == folder.metadata().unwrap().ino());
                    assert!(page.exists() || !is_current(), "{} is listed and not there", page.display());
                }
                looks += 1;
            }
            looks
        });
        for round in 0..50 {
            let shelf = Shelf::new(&studio, ONE).entry(A, "approved");
            match round % 2 {
                0 => shelf.entry(B, "approved").entry(C, "approved").write(),
                _ => shelf.write(),
            }
            export(&studio, "feed,html", &[]);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
}

#[test]
fn what_a_real_run_exports_keeps_its_id_and_validates() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let held = export(&studio, "json,feed,html,markdown", &[]);
    assert!(held.out.contains("1 entries were left out"), "{}", held.out);
    let (id, answer) = {
        let entry = &studio.json("entries.json")["entries"][0];
        (entry["id"].as_str().unwrap().to_owned(), entry["answer"].clone())
    };
    let mut edits: Vec<Value> = Vec::new();
    let mut edit = |change: Value| {
        let seq = edits.len() + 1;
        let time = format!("2030-01-{seq:02}T10:00:00Z");
        edits.push(json!({ "seq": seq, "time": time, "editor": "an editor", "entry": id, "change": change }));
        let lines: Vec<String> = edits.iter().map(|edit| format!("{edit}\n")).collect();
        std::fs::write(studio.episode().join("edits.jsonl"), lines.concat()).unwrap();
    };
    let close = |edit: &mut dyn FnMut(Value)| {
        for flag in studio.json("entries.json")["entries"][0]["flags"].as_array().unwrap() {
            if flag["resolved"].is_null() && (flag["blocking"] == true || flag["kind"] == "privacy") {
                edit(json!({ "do": "resolve_flag", "flag": flag, "how": "looked at" }));
            }
        }
    };
    edit(json!({ "do": "set_speakers", "people": ["juniper-maplewood"] }));
    close(&mut edit);
    edit(json!({ "do": "approve" }));
    let name = format!("{}/episode.json", studio.episode().file_name().unwrap().to_str().unwrap());
    export(&studio, "json,feed,html,markdown", &[]);
    let first = document(&studio, &name);
    assert_eq!(ids(&first["entries"]), [id.as_str()], "{}", validate(&studio, &[]).out);
    let checked = validate(&studio, &[]);
    assert_eq!(checked.exit, Exit::Done, "{}", checked.out);
    std::fs::copy(studio.path("out").join(&name), studio.path("first.json")).unwrap();
    // A boundary moves: the same id, other content.
    let (start, end) = (answer["start"].as_f64().unwrap(), answer["end"].as_f64().unwrap());
    edit(json!({ "do": "set_answer_time", "span": { "start": start, "end": end - (end - start) / 3.0 } }));
    edit(json!({ "do": "approve" }));
    export(&studio, "json,feed,html,markdown", &[]);
    close(&mut edit);
    edit(json!({ "do": "approve" }));
    export(&studio, "json,feed,html,markdown", &[]);
    let moved = document(&studio, &name);
    assert_eq!(ids(&moved["entries"]), [id.as_str()], "{moved:#}");
    let (old, new) = (&first["entries"][0], &moved["entries"][0]);
    assert_ne!(old["content_hash"], new["content_hash"]);
    assert!(old["updated_at"].as_str().unwrap() < new["updated_at"].as_str().unwrap());
    let earlier = studio.path("first.json");
    let checked = validate(&studio, &["--against", earlier.to_str().unwrap()]);
    assert_eq!(checked.exit, Exit::Done, "{}", checked.out);
}

#[test]
fn validate_tells_faults_by_line_and_goes_on_where_it_can() {
    let studio = Studio::new();
    Shelf::new(&studio, ONE).entry(A, "approved").write();
    export(&studio, "json,feed", &[]);
    let path = studio.path(&format!("out/{ONE}/episode.json"));
    let text = std::fs::read_to_string(&path).unwrap().replace("t=66s", "t=70s");
    std::fs::write(&path, &text).unwrap();
    let told = validate(&studio, &["missing.json"]);
    assert_eq!(told.exit, Exit::ChecksFailed, "{told:?}");
    let line = text.lines().position(|line| line.contains("\"answer\": \"https")).unwrap() + 1;
    assert!(told.out.contains(&format!("episode.json:{line}:9: $.entries[0].links.answer: ")), "{}", told.out);
    assert!(told.err.contains("missing.json can't be read"), "{}", told.err);
    let json: Value = serde_json::from_str(&validate(&studio, &["--json"]).out).unwrap();
    assert_eq!((&json["ok"], json["files"].as_array().unwrap().len()), (&json!(false), 2));
    assert_eq!(studio.run(["validate", "missing.json"]).exit, Exit::Input);
    std::fs::create_dir(studio.path("empty")).unwrap();
    assert_eq!(studio.run(["validate", "empty"]).exit, Exit::Input);
    let schema: Value = serde_json::from_str(&studio.run(["schema", "feed"]).out).unwrap();
    assert_eq!(schema["$id"], "urn:spinetime:schema:feed:1");
    assert_eq!(studio.run(["schema", "page"]).exit, Exit::Usage);
}
