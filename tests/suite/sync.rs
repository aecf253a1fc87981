//! New recordings on channels and playlists: a stand-in for yt-dlp, and a server on this machine for the feeds.

use crate::server::{Manner, Server};
use crate::stand_in::{PAGE, StandIn, clip_seconds, page, settings_of, studio};
use crate::studio::{Ran, Studio, fixture};
use serde_json::{Value, json};
use spinetime::failure::Exit;
use std::collections::BTreeSet;
use std::path::PathBuf;

const CHANNEL: &str = "UCabcdefghijklmnopqrstuv";

/// A library that looks through one channel, with a listing of these videos.
fn set_up(videos: &[Value]) -> (Studio, StandIn) {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    settings_of(&studio, "sync", "sources = [\"https://www.youtube.com/@OurSpineCentre/\"]\n");
    // Nobody listens there: without a feed the listing is asked.
    settings_of(&studio, "sync", "feed_url = \"http://127.0.0.1:9/\"\n");
    stand_in.has(&fixture("clip.m4a"));
    stand_in.says("page.json", &page(clip_seconds()));
    lists(&stand_in, videos);
    (studio, stand_in)
}

fn lists(stand_in: &StandIn, videos: &[Value]) {
    let listing = json!({"_type": "playlist", "id": CHANNEL, "channel_id": CHANNEL, "entries": videos});
    stand_in.says("list.json", &listing.to_string());
}

fn video(id: &str, title: &str) -> Value {
    json!({"_type": "url", "id": id, "title": title})
}

/// A server with the feed of these videos: id, title, day.
fn feed(studio: &Studio, videos: &[(&str, &str, &str)]) -> Server {
    let entry = |(id, title, day): &(&str, &str, &str)| {
        format!(
            "<entry><yt:videoId>{id}</yt:videoId><title>{title}</title><published>{day}T12:00:00+00:00</published></entry>"
        )
    };
    let entries: String = videos.iter().map(entry).collect();
    let server = Server::new(format!("<feed>{entries}</feed>").into_bytes(), &[("gone", Manner::Status(404))]);
    asks(studio, &server.url("feed"));
    server
}

fn asks(studio: &Studio, feed: &str) {
    let path = studio.library().join("spinetime.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|line| line.starts_with("feed_url")).unwrap().to_owned();
    std::fs::write(&path, text.replace(&line, &format!("feed_url = \"{feed}\""))).unwrap();
}

fn sync(studio: &Studio, more: &[&str]) -> Ran {
    studio.run(["sync"].iter().chain(more).copied())
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
}

/// An episode that the library has, without its recording.
fn shelve(studio: &Studio, id: &str, title: &str) {
    let folder = studio.library().join("episodes").join(format!("2024-{}", id.to_lowercase().replace('_', "-")));
    std::fs::create_dir_all(&folder).unwrap();
    let source = json!({
        "format": 1, "key": "0".repeat(64), "source": {"address": format!("https://www.youtube.com/watch?v={id}")},
        "file": "recording.m4a", "sha256": "0".repeat(64), "bytes": 1,
        "published": {"id": id, "title": title, "duration": 100.0},
    });
    std::fs::write(folder.join("source.json"), source.to_string()).unwrap();
    std::fs::write(folder.join("episode.toml"), format!("title = {title:?}\nyoutube = \"{id}\"\n")).unwrap();
    let entries = json!({
        "format": 1, "key": "0".repeat(64), "entries": [], "tombstones": [],
        "episode": {
            "id": folder.file_name().unwrap().to_str(), "series": "Spine Time", "title": title, "held_on": null,
            "youtube_id": id, "recording_url": null, "duration": 100.0, "language": "en",
        },
        "provenance": {"spinetime": "0.1.0", "model": "x", "model_sha256": "0".repeat(64), "source_sha256": "0".repeat(64)},
    });
    std::fs::write(folder.join("entries.json"), entries.to_string()).unwrap();
}

fn id(n: usize) -> String {
    format!("SpineTm{n:04}")
}

#[test]
fn what_is_new_is_taken_once_and_a_second_sync_does_nothing() {
    let (studio, stand_in) = set_up(&[
        video("SpineTime01", "Spine Time: Your Back"),
        video("OurBuilding", "Our new building"),
        json!({"id": "SpineTime09", "title": "Spine Time: Soon", "live_status": "is_upcoming"}),
    ]);
    let before = studio.snapshot();
    let ran = sync(&studio, &["--dry-run"]);
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Done, "SpineTime01  Spine Time: Your Back\n"), "{ran:?}");
    assert!(ran.err.contains("1 new recording; 1 waiting") && ran.err.contains("1 passed over"), "{}", ran.err);
    assert_eq!(studio.snapshot(), before, "a dry run writes nothing");

    let ran = sync(&studio, &[]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(studio.json("entries.json")["entries"].is_array());
    let status = studio.run(["status"]);
    assert!(status.out.contains("SpineTime09 \"Spine Time: Soon\" is waiting"), "{}", status.out);

    let server = feed(
        &studio,
        &[("OurBuilding", "Our new building", "2025-05-01"), ("SpineTime01", "Spine Time: Your Back", "2025-03-16")],
    );
    stand_in.says("page.SpineTime09.json", &PAGE.replace('\n', " ").replace("not_live", "is_upcoming"));
    let (after, calls) = (studio.snapshot(), stand_in.calls());
    let mut snapshots = Vec::new();
    for _ in 0..2 {
        let ran = sync(&studio, &["--json"]);
        assert_eq!(ran.exit, Exit::Done, "{ran:?}");
        let found = document(&ran);
        assert_eq!(found["sources"][0]["way"], "feed");
        assert_eq!((&found["found"]["known"], &found["new"]), (&json!(1), &json!([])), "{found:#}");
        snapshots.push(studio.snapshot());
    }
    let more: Vec<String> = stand_in.log().lines().skip(calls).map(str::to_owned).collect();
    assert!(more.len() == 2 && more.iter().all(|call| call.ends_with("SpineTime09")), "only what waits: {more:?}");
    assert!(server.requests("feed?channel_id=UCabcdefghijklmnopqrstuv").len() == 2);
    // The first feed tells the days of the uploads, which the listing did not.
    let names = |snapshot: &[(PathBuf, Vec<u8>)]| snapshot.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(names(&snapshots[0]), names(&after));
    assert_eq!(snapshots[0], snapshots[1], "the second does nothing");
}

#[test]
fn a_feed_that_is_missing_or_too_short_is_no_feed() {
    let (studio, stand_in) = set_up(&[]);
    shelve(&studio, "SpineTime01", "Spine Time: Your Back");
    let old = video("SpineTime01", "Spine Time: Your Back");
    lists(&stand_in, std::slice::from_ref(&old));
    let way = |ran: &Ran| document(ran)["sources"][0]["way"].clone();
    assert_eq!(way(&sync(&studio, &["--json"])), "listing", "nothing is known yet");
    let new = video("SpineTime02", "Spine Time: Your Neck");
    let server = feed(&studio, &[("SpineTime02", "Spine Time: Your Neck", "2025-04-16")]);
    lists(&stand_in, &[new, old]);
    let ran = sync(&studio, &["--dry-run", "--json"]);
    assert_eq!((way(&ran), &document(&ran)["new"][0]["id"]), (json!("listing"), &json!("SpineTime02")));
    asks(&studio, &server.url("gone"));
    assert_eq!(way(&sync(&studio, &["--dry-run", "--json"])), "listing");
    let both = [("SpineTime02", "Spine Time: Your Neck", "2025-04-16"), ("SpineTime01", "Spine Time", "2025-03-16")];
    let _server = feed(&studio, &both);
    assert_eq!(way(&sync(&studio, &["--dry-run", "--json"])), "feed");
}

#[test]
fn a_playlists_feed_is_all_of_it_or_not_believed() {
    let (studio, stand_in) = set_up(&[video("SpineTime02", "Spine Time"), video("SpineTime01", "Spine Time")]);
    let path = studio.library().join("spinetime.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("https://www.youtube.com/@OurSpineCentre/", "PLabcdefghijkl")).unwrap();
    shelve(&studio, "SpineTime01", "Spine Time");
    shelve(&studio, "SpineTime02", "Spine Time");
    assert_eq!(sync(&studio, &[]).exit, Exit::Done);
    stand_in.says(
        "page.SpineTime01.errors",
        "ERROR: [youtube] SpineTime01: Video unavailable. This video has been removed by the uploader",
    );
    let server = feed(&studio, &[("SpineTime02", "Spine Time", "2025-04-16")]);
    assert_eq!(document(&sync(&studio, &["--json"]))["sources"][0]["way"], "feed");
    assert_eq!(server.requests("feed?playlist_id=PLabcdefghijkl").len(), 1);
    let told = studio.run(["status"]).out;
    assert!(told.contains("its video SpineTime01 can't be seen any more"), "{told}");
    let ids: Vec<String> = (0..15).map(id).collect();
    let full: Vec<(&str, &str, &str)> = ids.iter().map(|id| (id.as_str(), "Other", "2025-04-16")).collect();
    let _server = feed(&studio, &full);
    assert_eq!(document(&sync(&studio, &["--json"]))["sources"][0]["way"], "listing", "it may go on elsewhere");
}

#[test]
fn five_hundred_videos_are_sorted_out_in_order_and_without_duplicates() {
    let listed: Vec<Value> = (0..500).map(|n| video(&id(n), &format!("Spine Time {n}"))).collect();
    let (studio, stand_in) = set_up(&[listed.clone(), listed[..50].to_vec()].concat());
    (0..500).filter(|n| n % 25 != 7).for_each(|n| shelve(&studio, &id(n), &format!("Spine Time {n}")));
    let expected: Vec<String> = (0..500).filter(|n| n % 25 == 7).map(id).collect();
    let ids = |ran: &Ran| -> Vec<String> {
        let new = document(ran)["new"].clone();
        new.as_array().unwrap().iter().map(|seen| seen["id"].as_str().unwrap().to_owned()).collect()
    };
    let ran = sync(&studio, &["--dry-run", "--json"]);
    assert_eq!(ids(&ran), expected);
    assert_eq!(document(&ran)["found"]["known"], 480);
    assert_eq!(ids(&sync(&studio, &["--dry-run", "--json"])), expected);
    assert_eq!(ids(&sync(&studio, &["--dry-run", "--json", "--limit", "3"])), expected[..3]);

    stand_in.says("page.errors", "ERROR: [youtube] x: This video is private");
    let ran = sync(&studio, &["--json"]);
    assert_eq!(ran.exit, Exit::SourceUnavailable, "{ran:?}");
    assert_eq!(document(&ran)["errors"].as_array().unwrap().len(), 20, "one that fails stops no other");
    let asked: Vec<String> =
        stand_in.log().lines().filter_map(|l| l.split("watch?v=").nth(1).map(str::to_owned)).collect();
    assert_eq!(asked, expected, "no video of the library is asked for");
    assert_eq!(studio.episodes().len(), 480);
    let notes: Value = serde_json::from_slice(&std::fs::read(studio.library().join("sync.json")).unwrap()).unwrap();
    let failed: BTreeSet<String> = notes["notes"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(failed, expected.into_iter().collect());

    stand_in.says("page.errors", "ERROR: [youtube] x: Sign in to confirm you\u{2019}re not a bot.");
    let calls = stand_in.calls();
    assert_eq!(sync(&studio, &[]).exit, Exit::SourceRefused);
    assert_eq!(stand_in.calls(), calls + 2, "a website that takes us for a robot is not asked again");
}

#[test]
fn what_was_uploaded_too_early_or_is_not_wanted_stays_where_it_is() {
    let dated = |id: &str, day: &str| json!({"id": id, "title": "Spine Time", "upload_date": day});
    let (studio, stand_in) = set_up(&[
        dated("SpineTime05", "20250601"),
        dated("SpineTime04", "20250401"),
        video("SpineTime03", "Spine Time"),
        video("SpineTime02", "Spine Time"),
        video("SpineTime01", "Spine Time"),
    ]);
    for (id, second) in [("SpineTime03", 1_743_465_600_u64), ("SpineTime02", 1_709_251_200)] {
        let page = PAGE.replace('\n', " ").replace("1742155200", &second.to_string());
        stand_in.says(&format!("page.{id}.json"), &page);
    }
    settings_of(&studio, "sync", "skip = [\"SpineTime04\"]\n");
    let ran = sync(&studio, &["--dry-run", "--since", "2025-03-01"]);
    let ids: Vec<&str> = ran.out.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(ids, ["SpineTime05", "SpineTime03"], "{ran:?}");
    assert!(!stand_in.log().contains("SpineTime01"), "behind one that is too old stand older ones");

    settings_of(&studio, "sync", "title = \"neck|hips\"\n");
    assert!(sync(&studio, &["--dry-run"]).out.is_empty());
}

#[test]
fn what_became_of_the_librarys_videos_is_told_and_their_entries_stay() {
    let (studio, stand_in) = set_up(&[]);
    for (id, title) in [
        ("SpineTime00", "Knees"),
        ("SpineTime01", "Spine Time: Hips"),
        ("SpineTime02", "Spine Time: Back"),
        ("SpineTime03", "X"),
    ] {
        shelve(&studio, id, title);
    }
    let row = |id: &str, seconds: u64| json!({"id": id, "title": "Spine Time", "duration": seconds});
    let all = ["SpineTime00", "SpineTime01", "SpineTime02", "SpineTime03"];
    lists(&stand_in, &all.map(|id| row(id, if id == "SpineTime03" { 101 } else { 100 })));
    assert_eq!(sync(&studio, &[]).exit, Exit::Done);
    let noticed = |studio: &Studio| studio.run(["status"]).out.contains("noticed");
    assert!(!noticed(&studio));

    // One not shown in this country, which tells of whoever asks; one private, one of another length, one only not
    // listed any more, and one seemingly uploaded anew.
    stand_in.says(
        "page.SpineTime00.errors",
        "ERROR: [youtube] SpineTime00: The uploader has not made this video available in your country",
    );
    stand_in.says(
        "page.SpineTime01.errors",
        "ERROR: [youtube] SpineTime01: Private video. Sign in if you've been granted access",
    );
    lists(&stand_in, &[row("SpineTime02", 90), json!({"id": "SpineTime04", "title": "Spine Time: hips"})]);
    let ran = sync(&studio, &[]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(studio.episodes().len() == 4 && ran.err.contains("Nothing new"), "{ran:?}");
    let text = std::fs::read_to_string(studio.library().join("sync.json")).unwrap();
    let watch: Value = serde_json::from_str(&text).unwrap();
    let kinds: Vec<(&str, &str)> = watch["notes"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, note)| (id.as_str(), note["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, [("SpineTime01", "gone"), ("SpineTime02", "changed"), ("SpineTime04", "again")]);
    let told = studio.run(["status"]).out;
    for says in [
        "2024-spinetime01: its video SpineTime01 can't be seen any more: it is private (noticed on ",
        "2024-spinetime02: its video SpineTime02 was changed: it lasts 1:30 now, but 1:40 when it was fetched",
        "SpineTime04 \"Spine Time: hips\" is waiting for you: it seems to be a new upload of 2024-spinetime01",
    ] {
        assert!(told.contains(says), "{told}");
    }
    lists(&stand_in, &[row("SpineTime01", 100), row("SpineTime02", 100)]);
    assert_eq!(sync(&studio, &[]).exit, Exit::Done);
    let watch: Value = serde_json::from_slice(&std::fs::read(studio.library().join("sync.json")).unwrap()).unwrap();
    assert_eq!(watch["notes"].as_object().unwrap().keys().collect::<Vec<_>>(), ["SpineTime04"]);
    assert!(!noticed(&studio), "all is as it was");
}

#[test]
fn settings_that_name_nothing_are_told() {
    let studio = studio();
    let ran = sync(&studio, &[]);
    assert_eq!(ran.exit, Exit::Usage, "{ran:?}");
    assert!(ran.err.contains("sources = ["), "{}", ran.err);
    settings_of(&studio, "sync", "sources = [\"https://youtu.be/SpineTime01\"]\n");
    let ran = sync(&studio, &[]);
    assert!(ran.exit == Exit::Usage && ran.err.contains("no YouTube channel or playlist"), "{ran:?}");
}
