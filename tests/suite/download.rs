//! Recordings from addresses: the real yt-dlp against a server on this machine, and a stand-in for what only YouTube does.

use crate::server::{Manner, Server, unknown_to_all};
use crate::stand_in::{PAGE, StandIn, clip, clip_seconds, page, settings, studio};
use crate::studio::{Ran, Studio, fixture};
use sha2::{Digest, Sha256};
use spinetime::failure::Exit;
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

fn process(studio: &Studio, address: &str) -> Ran {
    studio.run(["process", address])
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The one episode has the whole recording, once, and nothing of the download is left.
fn assert_whole(studio: &Studio, content: &[u8]) {
    let source = studio.json("source.json");
    assert_eq!(source["sha256"], hex(content).as_str());
    assert_eq!(source["bytes"], content.len());
    let media: Vec<PathBuf> =
        std::fs::read_dir(studio.episode().join("media")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(media, [studio.episode().join("media").join(source["file"].as_str().unwrap())]);
    assert!(!studio.episode().join("source.partial.json").exists());
}

#[test]
fn an_address_becomes_an_episode_once() {
    let (studio, server) = (studio(), Server::new(clip(), &[]));
    let ran = process(&studio, &server.url("talks/Spine%20Time%20March%2012,%202025.m4a"));
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert_whole(&studio, &clip());
    let source = studio.json("source.json");
    assert!(source["published"]["fetched"].is_string() && source["published"]["yt_dlp"].is_string(), "{source:#}");
    let facts = std::fs::read_to_string(studio.episode().join("episode.toml")).unwrap();
    assert!(facts.contains("held_on = \"2025-03-12\" # proposed"), "{facts}");
    assert!(studio.episode().ends_with("2025-03-12-spine-time-march-12-2025"), "{:?}", studio.episode());
    let (before, asked) = (studio.snapshot(), server.requests("").len());
    let again = process(&studio, &server.url("talks/Spine%20Time%20March%2012,%202025.m4a#t=10"));
    assert_eq!(again.exit, Exit::Done);
    assert!(again.err.contains("nothing to do") || again.out.contains("nothing to do"), "{again:?}");
    assert_eq!(studio.snapshot(), before);
    assert_eq!(server.requests("").len(), asked, "nothing is asked of the network");
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    // Twice as large as the socket buffers, so that what came before the cut is surely there.
    let content = std::fs::read(fixture("ep3.mp3")).unwrap();
    let (studio, server) = (studio(), Server::new(content.clone(), &[("cut", Manner::Cut(0.4, 3))]));
    settings(&studio, "max_hours = 0.01\n");
    // Longer than what is taken: the download is whole, and then refused; so nothing need be transcribed here.
    let ran = process(&studio, &server.url("cut.mp3"));
    assert_eq!(ran.exit, Exit::Input, "{ran:?}");
    let from: Vec<Option<usize>> = server.requests("cut").iter().map(|request| request.from).collect();
    let last = from.iter().flatten().max().copied().unwrap_or(0);
    // yt-dlp loses the block that it was reading when the connection broke.
    assert!(last >= content.len() / 10, "{from:?}");
    assert!(studio.episodes().is_empty());
}

#[test]
fn what_a_server_does_wrong_is_survived_or_told() {
    let manners = [
        ("slow", Manner::Slow(Duration::from_secs(2))),
        ("elsewhere", Manner::Redirect),
        ("busy", Manner::StatusFirst(429, 2)),
        ("short", Manner::TooShort),
        ("forbidden", Manner::Status(403)),
        ("gone", Manner::Status(404)),
        ("broken", Manner::Status(503)),
        ("page", Manner::Page),
        ("endless", Manner::Endless),
    ];
    let server = Server::new(clip(), &manners);
    for survived in ["slow", "elsewhere", "busy"] {
        let studio = studio();
        let ran = process(&studio, &server.url(&format!("{survived}.m4a")));
        assert_eq!(ran.exit, Exit::Done, "{survived}: {ran:?}");
        assert_whole(&studio, &clip());
    }
    let studio = studio();
    settings(&studio, "max_gigabytes = 0.002\nretries = 1\n");
    let mut told = String::new();
    for failing in ["forbidden.m4a", "gone.m4a", "broken.m4a", "page", "endless.mp3", "short.m4a"] {
        let ran = process(&studio, &server.url(failing));
        assert!(ran.err.contains("what to do:"), "{failing}: {ran:?}");
        let what = ran.err.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_default();
        writeln!(told, "{} {}", ran.exit.code(), what.replace(&server.url(""), "")).unwrap();
        // What has come of the last one is kept, in case the rest comes later.
        assert_eq!(studio.episodes().len(), usize::from(failing == "short.m4a"), "{failing}");
    }
    insta::assert_snapshot!(told, @r"
    4 forbidden.m4a can't be fetched: the website refuses it (HTTP 403)
    4 gone.m4a can't be fetched: the website has nothing there (HTTP 404)
    5 broken.m4a can't be fetched: the website has a fault of its own (HTTP 503)
    3 page can't be fetched: there is no recording, or none that can be found
    3 endless.mp3 can't be fetched: it is larger than the settings allow
    5 short.m4a can't be fetched: the connection failed or was cut off
    ");
}

#[test]
fn nobody_there_no_such_name_and_an_unknown_certificate_are_told_apart() {
    let studio = studio();
    settings(&studio, "retries = 0\n");
    let unknown = format!("{}/talk.mp3", unknown_to_all());
    for (address, says) in [
        ("http://127.0.0.1:9/talk.mp3", "127.0.0.1"),
        ("http://nobody.invalid/talk.mp3", "nobody.invalid"),
        (&unknown, "no secure connection"),
    ] {
        let ran = process(&studio, address);
        assert_eq!(ran.exit, Exit::SourceRefused, "{ran:?}");
        assert!(ran.err.contains(says) && ran.err.contains("what to do:"), "{}", ran.err);
    }
    let ran = studio.run(["process", "ftp://example.org/talk.mp3", "https://ann:hush@example.org/talk.mp3"]);
    assert_eq!(ran.exit, Exit::Usage);
    assert!(!ran.err.contains("hush"), "{}", ran.err);
    assert!(studio.episodes().is_empty());
}

/// yt-dlp's part of a run ends with the run: one that stayed would write to the same file as the next.
#[test]
fn a_killed_download_goes_on_and_leaves_no_second_copy() {
    let (studio, server) = (studio(), Server::new(clip(), &[("slow", Manner::Slow(Duration::from_millis(2500)))]));
    let address = server.url("slow.m4a");
    let run = || -> Child {
        studio.program(["process", &address]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // Spread over the start of yt-dlp, its question, its second start and the download.
    for moment in 0..20_u64 {
        let mut child = run();
        std::thread::sleep(Duration::from_millis(150 + (moment * 7 % 20) * 260));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(studio.episodes().len() <= 1, "{:?}", studio.episodes());
    }
    let ran = process(&studio, &address);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert_whole(&studio, &clip());
    let resumed = server.requests("slow").iter().filter(|request| request.from.is_some_and(|from| from > 0)).count();
    assert!(resumed > 0, "no download was taken up again");
}

#[test]
fn a_download_that_is_stopped_keeps_what_has_come() {
    let (studio, server) = (studio(), Server::new(clip(), &[("slow", Manner::Slow(Duration::from_secs(8)))]));
    let mut child = studio
        .program(["process", &server.url("slow.m4a")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let part = || studio.episodes().first().map(|e| e.join("media/download/recording.m4a.part"));
    while part().and_then(|path| path.metadata().ok()).is_none_or(|facts| facts.len() == 0) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::sleep(Duration::from_millis(50));
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(part().unwrap().metadata().unwrap().len() > 0);
    let status = studio.run(["status"]);
    assert!(status.out.contains("download interrupted"), "{}", status.out);
    let episode = studio.episode().file_name().unwrap().to_owned();
    let ran = studio.run([std::ffi::OsString::from("process"), episode]);
    assert_eq!(ran.exit, Exit::Done, "by its name it goes on: {ran:?}");
    assert_whole(&studio, &clip());
    assert!(server.requests("slow").iter().any(|request| request.from.is_some_and(|from| from > 0)));
}

#[test]
fn a_video_is_one_episode_under_every_address_and_editors_facts_stay() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    stand_in.says("page.json", &page(clip_seconds()));
    stand_in.has(&fixture("clip.m4a"));
    let ran = process(&studio, "https://youtu.be/SpineTime01?si=x&t=3");
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert_whole(&studio, &clip());
    assert!(studio.episode().ends_with("2025-03-12-spine-time-your-back-b-you-b"), "{:?}", studio.episode());
    let source = studio.json("source.json");
    assert_eq!(source["source"]["address"], "https://www.youtube.com/watch?v=SpineTime01");
    assert_eq!(source["published"]["uploaded"], "2025-03-16T20:00:00Z");
    let entries = studio.json("entries.json");
    assert_eq!(entries["episode"]["youtube_id"], "SpineTime01");
    assert!(entries["entries"][0]["links"]["answer"].as_str().unwrap().contains("v=SpineTime01&t="), "{entries:#}");

    let pages = studio.path("pages");
    let exported = studio.run(["export", "--drafts", "--format", "html,markdown", "--out", pages.to_str().unwrap()]);
    assert_eq!(exported.exit, Exit::Done, "{exported:?}");
    let episode = studio.episode().file_name().unwrap().to_owned();
    let html = std::fs::read_to_string(pages.join(&episode).join("index.html")).unwrap();
    assert!(html.contains("Your Back &lt;b&gt;&amp; You&lt;/b&gt;") && !html.contains("<b>&"), "a title is text");

    let toml = studio.episode().join("episode.toml");
    let edited = std::fs::read_to_string(&toml).unwrap().replace("Spine Time: Your Back <b>& You</b>", "Your back");
    std::fs::write(&toml, &edited).unwrap();
    let calls = stand_in.calls();
    for address in ["https://m.youtube.com/watch?v=SpineTime01&list=PLabcdefghijkl", "SpineTime01"] {
        assert_eq!(process(&studio, address).exit, Exit::Done);
    }
    assert_eq!(stand_in.calls(), calls, "the library has it: nothing is asked");
    for (times, name) in [(1, "SpineTime01"), (2, episode.to_str().unwrap())] {
        let again = studio.run(["process", name, "--redo", "fetch"]);
        assert_eq!(again.exit, Exit::Done, "{again:?}");
        assert_eq!(stand_in.calls(), calls + 2 * times);
    }
    assert_eq!(std::fs::read_to_string(&toml).unwrap(), edited, "what a person wrote beats what a page says");
    assert_whole(&studio, &clip());
}

#[test]
fn without_a_stated_day_entries_wait_and_the_editor_is_asked() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    stand_in.says("page.json", &page(clip_seconds()).replace("held on March 12, 2025", "a pleasure"));
    stand_in.has(&fixture("clip.m4a"));
    let ran = process(&studio, "SpineTime01");
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(ran.err.contains("held_on = ") || ran.out.contains("held_on = "), "{ran:?}");
    let entries = studio.json("entries.json");
    assert_eq!(entries["entries"][0]["status"], "needs_review");
    assert!(entries["entries"][0]["flags"].as_array().unwrap().iter().any(|flag| flag["code"] == "day-not-stated"));
    let toml = studio.episode().join("episode.toml");
    std::fs::write(&toml, std::fs::read_to_string(&toml).unwrap() + "held_on = \"2025-03-12\"\n").unwrap();
    let episode = studio.episode().file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(process(&studio, &episode).exit, Exit::Done);
    let entries = studio.json("entries.json");
    assert!(!entries["entries"][0]["flags"].as_array().unwrap().iter().any(|flag| flag["code"] == "day-not-stated"));
}

#[test]
fn a_file_that_is_not_as_long_as_its_page_says_is_not_believed() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    stand_in.says("page.json", &page(clip_seconds() + 3.0));
    stand_in.has(&fixture("clip.m4a"));
    let ran = process(&studio, "SpineTime01");
    assert_eq!(ran.exit, Exit::SourceRefused, "{ran:?}");
    assert!(ran.err.contains("its page says"), "{}", ran.err);
    assert!(studio.episodes().is_empty());
}

#[test]
fn a_playlist_is_all_its_videos_and_one_that_fails_stops_no_other() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    let row = |id: &str| format!(r#"{{"_type": "url", "id": "{id}", "title": "Talk {id}"}}"#);
    stand_in.says(
        "list.json",
        &format!(
            r#"{{"_type": "playlist", "id": "PLabcdefghijkl", "entries": [{}, {}]}}"#,
            row("SpineTime01"),
            row("SpineTime02")
        ),
    );
    stand_in.says(
        "page.errors",
        "ERROR: [youtube] SpineTime01: Private video. Sign in if you've been granted access to this video",
    );
    let ran = studio.run(["process", "--json", "https://www.youtube.com/playlist?list=PLabcdefghijkl"]);
    assert_eq!(ran.exit, Exit::SourceUnavailable, "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["errors"].as_array().unwrap().len(), 2, "{document:#}");
    let calls = stand_in.calls();
    stand_in.says("page.errors", "ERROR: [youtube] SpineTime01: Sign in to confirm you\u{2019}re not a bot.");
    assert_eq!(process(&studio, "PLabcdefghijkl").exit, Exit::SourceRefused);
    assert_eq!(stand_in.calls(), calls + 2, "the list and one page: a website that refuses is not asked on");
    stand_in.forgets("page.errors");
    let ran = process(&studio, "PLabcdefghijkl");
    assert_ne!(ran.exit, Exit::Done, "without a page there is nothing: {ran:?}");
    assert!(studio.episodes().is_empty());
}

#[test]
fn what_is_live_or_too_long_is_told_before_anything_is_fetched() {
    let studio = studio();
    let stand_in = StandIn::new(&studio);
    stand_in.has(&fixture("clip.m4a"));
    let mut told = String::new();
    for (from, to) in [
        ("\"not_live\"", "\"is_live\""),
        ("\"not_live\"", "\"is_upcoming\", \"release_timestamp\": 1799999999"),
        ("39.5", "36000"),
        ("\"not_live\"", "\"not_live\", \"filesize\": 30000000000"),
    ] {
        stand_in.says("page.json", &PAGE.replace('\n', " ").replace(from, to));
        let ran = process(&studio, "SpineTime01");
        let what = ran.err.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_default();
        writeln!(told, "{} {}", ran.exit.code(), what.replace("https://www.youtube.com/watch?v=", "")).unwrap();
        assert!(studio.episodes().is_empty());
    }
    insta::assert_snapshot!(told, @r"
    4 SpineTime01 can't be fetched: it is being broadcast right now, or its recording is not ready yet
    4 SpineTime01 can't be fetched: it has not been broadcast yet, but begins on 15 January 2027, 07:59 UTC
    3 SpineTime01 can't be fetched: it is longer than the settings allow
    3 SpineTime01 can't be fetched: it is larger than the settings allow
    ");
}

#[test]
fn a_missing_program_and_an_old_one_are_told() {
    let studio = studio();
    settings(&studio, "yt_dlp = \"/nowhere/yt-dlp\"\n");
    let ran = process(&studio, "SpineTime01");
    assert_eq!(ran.exit, Exit::ProgramMissing, "{ran:?}");
    assert!(ran.err.contains("make setup"), "{}", ran.err);
    let studio = self::studio();
    let old = studio.path("old");
    std::fs::write(
        &old,
        "#!/bin/sh\n[ \"$1\" = --version ] && { echo 2023.03.04; exit 0; }\necho 'yt-dlp: error: no such option: --js-runtimes' >&2\nexit 2\n",
    )
    .unwrap();
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).unwrap();
    settings(&studio, &format!("yt_dlp = \"{}\"\n", old.display()));
    let ran = process(&studio, "SpineTime01");
    assert_eq!(ran.exit, Exit::ProgramMissing, "{ran:?}");
    assert!(ran.err.contains("2023.03.04"), "{}", ran.err);
}
