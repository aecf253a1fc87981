//! The review page's server, asked over a real socket, also by those who should get nothing.

use super::review_stand::{Answer, Desk, ENTRY, EPISODE, EVIL, Fake, holder, library};
use super::studio::fixture;
use serde_json::{Value, json};
use spinetime::progress::Cancel;
use spinetime::review::{self, Identity, Options, ReviewError};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn the_opened_address_becomes_a_cookie_and_vanishes() {
    let desk = Desk::open(|options| options.episode = Some(EPISODE.parse().unwrap()));
    assert_eq!(desk.opened, format!("http://{}/episodes/{EPISODE}?token={}", desk.host(), desk.token.as_str()));
    let host = desk.host();
    let path = desk.opened.split_once(&host).unwrap().1.to_owned();
    let answer = desk.raw("GET", &path, &[("Host", &host)], b"");
    assert_eq!((answer.status, answer.header("location")), (303, &*format!("/episodes/{EPISODE}")), "{answer:?}");
    let cookie = answer.header("set-cookie");
    assert_eq!(cookie, format!("{}; HttpOnly; SameSite=Strict; Path=/", desk.cookie()));
    assert!(answer.is_sealed());
    // From a link in a message it goes by a page of ours, or the browser would not send the cookie along.
    let answer = desk.raw("GET", &path, &[("Host", &host), ("Sec-Fetch-Site", "cross-site")], b"");
    let refresh = format!("content=\"0;url=/episodes/{EPISODE}\"");
    assert!(answer.status == 200 && answer.text().contains(&refresh) && !answer.header("set-cookie").is_empty());
    assert_eq!(desk.get("/").status, 200);
}

#[test]
fn who_does_not_belong_here_gets_nothing_and_is_told_why() {
    let desk = Desk::new();
    let (host, cookie) = (desk.host(), desk.cookie());
    let (h, c) = (("Host", host.as_str()), ("Cookie", cookie.as_str()));
    let paths = [
        "/",
        "/home.json",
        &format!("/episodes/{EPISODE}"),
        &format!("/episodes/{EPISODE}/media"),
        "/assets/review.css",
    ];
    for path in paths {
        for headers in [vec![h], vec![h, ("Cookie", "spinetime=x")], vec![h, ("Cookie", "spinetime-1=")]] {
            let answer = desk.raw("GET", path, &headers, b"");
            assert!(
                answer.status == 403 && answer.is_sealed() && answer.text().contains("spinetime review"),
                "{answer:?}"
            );
        }
        for foreign in ["evil.example", &format!("evil.example:{}", desk.port), "127.0.0.1", "127.0.0.1:1"] {
            let answer = desk.raw("GET", path, &[("Host", foreign), c], b"");
            assert!(answer.status == 421 && answer.is_sealed(), "{foreign}: {answer:?}");
        }
    }
    for wrong in ["", "0", &"0".repeat(48), &format!("{}0", desk.token.as_str())] {
        let answer = desk.raw("GET", &format!("/?token={wrong}"), &[h, ("Accept", "text/html")], b"");
        assert!(answer.status == 403 && answer.header("set-cookie").is_empty(), "{answer:?}");
        assert!(answer.text().contains("<h1>"), "a page for people: {answer:?}");
    }
    // The secret in an address lets nobody change anything without a cookie.
    let path = format!("/jobs?token={}", desk.token.as_str());
    let origin = format!("http://{host}");
    assert_eq!(desk.raw("POST", &path, &[h, ("Origin", &origin)], b"{\"source\":\"x\"}").status, 403);
    for origin in
        [None, Some("null"), Some("http://evil.example"), Some("http://localhost:1"), Some("https://127.0.0.1")]
    {
        let headers: Vec<_> = [Some(h), Some(c), origin.map(|o| ("Origin", o))].into_iter().flatten().collect();
        let answer = desk.raw("POST", "/jobs", &headers, b"{\"source\":\"x\"}");
        assert!(answer.status == 403 && answer.is_sealed(), "{origin:?}: {answer:?}");
    }
    let headers = [h, c, ("Origin", origin.as_str()), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(desk.raw("POST", "/jobs", &headers, b"{\"source\":\"x\"}").status, 403);
    assert_eq!(desk.get_with("/home.json", &[("Sec-Fetch-Site", "same-site")]).status, 403);
    assert_eq!(desk.get("/home.json").json()["jobs"], json!([]), "nothing was started");
}

#[test]
fn no_path_leads_out_of_the_library() {
    let desk = Desk::new();
    std::fs::write(desk.library().join("secret"), "secret").unwrap();
    for path in [
        "/../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e%2freview.css",
        "/assets/review.css%00",
        "/assets/home.html",
        "/assets//etc/passwd",
        "/assets/none.js",
        "/episodes/../secret",
        "/episodes/..%2f..%2fsecret",
        "/episodes/..%2fmedia/media",
        "/episodes/%2e%2e",
        "/episodes/./media",
        "/episodes/..%5c..%5csecret",
        "/episodes/2025-01-01-none",
        "/episodes/2025-01-01-none/media",
        "/episodes/2025-01-01-none/peaks.json",
        "/episodes/2025-01-01-none/words.json",
        "/episodes/%ff",
        &format!("/episodes/{EPISODE}/..%2f..%2f..%2fsecret"),
        &format!("/episodes/{EPISODE}/media/..%2fentries.json"),
        &format!("/episodes/{EPISODE}/entries.json"),
        "/nowhere",
    ] {
        let answer = desk.get(path);
        assert!(matches!(answer.status, 400 | 404) && answer.is_sealed(), "{path}: {answer:?}");
        assert!(!answer.text().contains("secret\n") && answer.text() != "secret", "{path}");
    }
    assert_eq!(desk.send("/episodes/..%2fx/edits", json!({})).status, 404);
    let answer = desk.raw(
        "DELETE",
        "/",
        &[("Host", &desk.host()), ("Cookie", &desk.cookie()), ("Origin", &format!("http://{}", desk.host()))],
        b"",
    );
    assert!(answer.status == 405 && answer.is_sealed(), "{answer:?}");
    let page = desk.get("/episodes/2025-01-01-none");
    assert!(page.text().contains("<h1") && page.header("content-type").starts_with("text/html"), "{page:?}");
    assert!(desk.get("/assets/review.css").header("content-type").starts_with("text/css"));
}

#[test]
fn too_much_is_refused_and_the_server_lives_on() {
    let desk = Desk::new();
    let large = vec![b'a'; 10 << 20];
    for path in ["/jobs", &format!("/episodes/{EPISODE}/edits"), &format!("/episodes/{EPISODE}/undo")] {
        let answer = desk.post(path, &large);
        assert!(answer.status == 413 && answer.is_sealed(), "{path}: {answer:?}");
        assert!(answer.json()["problem"].as_str().unwrap().contains("1 MB"));
        for odd in [&b"{"[..], b"", b"[]", b"\xff", b"{\"source\": 1}", b"null"] {
            let answer = desk.post(path, odd);
            assert!(answer.status == 422 && answer.json()["problem"].is_string(), "{path}: {answer:?}");
        }
    }
    let host = desk.host();
    let foreign = desk.raw("POST", "/jobs", &[("Host", &host), ("Origin", "http://evil.example")], &large);
    assert_eq!(foreign.status, 403);
    assert_eq!(desk.get("/").status, 200);
}

#[test]
fn what_others_wrote_is_text_everywhere() {
    let desk = Desk::new();
    desk.send("/jobs", json!({ "source": "<script>alert(3)</script>" }));
    desk.job(1, "done");
    for path in ["/", &format!("/episodes/{EPISODE}")] {
        let page = desk.get(path);
        assert_eq!(page.status, 200, "{page:?}");
        let text = page.text();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{text}");
        assert!(text.contains("&lt;script&gt;alert(1)"), "{text}");
    }
    let since = desk.get(&format!("/episodes/{EPISODE}/since?version=0.x")).json();
    let html = since["html"][ENTRY].as_str().unwrap();
    assert!(
        html.contains("<article")
            && html.contains(" id=\"e-7k3m9q2x\"")
            && !html.contains("<script>")
            && !html.contains("<img"),
        "{html}"
    );
    // What scripts read is no page, whatever is in it.
    let answer = desk.get("/home.json");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[test]
fn a_dropped_recording_gets_a_safe_name_of_its_own() {
    let desk = Desk::new();
    let inbox = desk.library().join("inbox");
    let content: Vec<u8> = (0..3_000_000u32).map(|i| i as u8).collect();
    // Until this one is done the others stay where they are.
    desk.send("/jobs", json!({ "source": "dawdles" }));
    for (name, lands) in [
        ("Talk%20one.MP3", "Talk one.mp3"),
        ("Talk%20one.mp3", "Talk one (2).mp3"),
        ("..%2f..%2fspinetime.toml", "spinetime.toml"),
        ("%3Cscript%3Ealert(1)%3C%2Fscript%3E.mp3", "script.mp3"),
        ("%3Cimg%20src%3Dx%20onerror%3Dalert(2)%3E.mp3", "img src-x onerror-alert(2).mp3"),
        ("", "recording"),
    ] {
        let answer = desk.post(&format!("/jobs/upload?name={name}"), &content);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["jobs"][0]["what"], lands);
        assert!(std::fs::read(inbox.join(lands)).unwrap() == content, "{lands}");
    }
    assert_eq!(std::fs::read_dir(&inbox).unwrap().count(), 6);
    assert!(std::fs::read_to_string(desk.library().join("spinetime.toml")).unwrap().contains("[series]"));
    let page = desk.get("/").text();
    assert!(!page.contains("<img src"), "{page}");
    // One that breaks off leaves nothing.
    let (host, cookie) = (desk.host(), desk.cookie());
    let mut stream = TcpStream::connect(&host).unwrap();
    let head = format!(
        "POST /jobs/upload?name=half.mp3 HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: http://{host}\r\n\
         Content-Length: 1000000\r\n\r\nhalf"
    );
    stream.write_all(head.as_bytes()).unwrap();
    drop(stream);
    let patience = Instant::now() + Duration::from_secs(10);
    while std::fs::read_dir(&inbox).unwrap().count() != 6 {
        assert!(Instant::now() < patience);
        thread::sleep(Duration::from_millis(10));
    }
    assert!(!inbox.join("half.mp3").exists());
    desk.post("/jobs/1/cancel", b"");
    desk.job(7, "done");
    assert_eq!(std::fs::read_dir(&inbox).unwrap().count(), 0, "the library has its copies");
}

#[test]
fn jobs_show_how_far_they_are_and_can_be_stopped_and_tried_again() {
    let desk = Desk::new();
    let refused = desk.send("/jobs", json!({ "source": "nothing" }));
    assert_eq!((refused.status, refused.json()["trouble"]["next"].as_str()), (422, Some("Paste one.")));
    assert_eq!(desk.send("/jobs", json!({ "source": "  " })).status, 422);
    let started = desk.send("/jobs", json!({ "source": "dawdles fails panics" })).json();
    assert_eq!(started["jobs"].as_array().unwrap().len(), 3);
    let running = desk.job(1, "running");
    assert_eq!(
        (&running["stage"], &running["percent"], &running["notes"]),
        (&json!("transcribe"), &json!(25), &json!([EVIL]))
    );
    assert_eq!(desk.job(2, "waiting")["stage"], Value::Null);
    let home = desk.post("/jobs/1/cancel", b"").json();
    assert!(home["episodes"].is_array() && home["jobs"].is_array());
    assert_eq!(desk.job(1, "stopped")["trouble"], Value::Null);
    assert_eq!(desk.job(2, "failed")["trouble"]["what"], "The video is private");
    let panicked = desk.job(3, "failed");
    assert!(panicked["trouble"]["what"].as_str().unwrap().contains("fault of the program"), "{panicked}");
    desk.post("/jobs/1/retry", b"");
    desk.job(1, "running");
    desk.post("/jobs/1/cancel", b"");
    desk.job(1, "stopped");
    let home = desk.post("/jobs/2/forget", b"").json();
    assert_eq!(home["jobs"].as_array().unwrap().len(), 2);
    desk.post("/jobs/sync", b"");
    assert_eq!(desk.job(4, "done")["status"], "2 new recordings.");
    for path in ["/jobs/99/cancel", "/jobs/1/cancel", "/jobs/18446744073709551615/forget"] {
        assert_eq!(desk.post(path, b"").status, 200, "{path}");
    }
    for path in ["/jobs/x/cancel", "/jobs/-1/cancel", "/jobs/1/explode", "/jobs/99999999999999999999/forget"] {
        assert_eq!(desk.post(path, b"").status, 404, "{path}");
    }
}

#[test]
fn the_player_gets_the_stretch_that_it_asks_for() {
    let desk = Desk::new();
    let file = std::fs::read(fixture("ep3.mp3")).unwrap();
    let path = format!("/episodes/{EPISODE}/media");
    let all = desk.get(&path);
    assert_eq!((all.status, all.header("content-type"), all.header("accept-ranges")), (200, "audio/mpeg", "bytes"));
    assert!(all.body == file && all.is_sealed());
    let n = file.len();
    for (range, from, until) in
        [("bytes=0-99", 0, 100), ("bytes=-50", n - 50, n), ("bytes=100-", 100, n), ("bytes=1000-99999999999", 1000, n)]
    {
        let part = desk.get_with(&path, &[("Range", range)]);
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{n}", until - 1));
        assert_eq!(part.header("content-length"), (until - from).to_string());
        assert!(part.body == file[from..until], "{range}");
    }
    let beyond = desk.get_with(&path, &[("Range", &format!("bytes={n}-"))]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, &*format!("bytes */{n}")));
    assert!(beyond.is_sealed());
    let (host, cookie) = (desk.host(), desk.cookie());
    let head = desk.raw("HEAD", &path, &[("Host", &host), ("Cookie", &cookie)], b"");
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, &*n.to_string(), 0));
    std::fs::remove_file(desk.library().join(format!("episodes/{EPISODE}/media/recording.mp3"))).unwrap();
    assert_eq!(desk.get(&path).status, 404);
}

#[test]
fn the_waveform_is_made_in_the_background() {
    let desk = Desk::new();
    let path = format!("/episodes/{EPISODE}/peaks.json");
    let first = desk.get(&path);
    assert_eq!((first.status, first.json()), (202, json!({ "pending": true })));
    let patience = Instant::now() + Duration::from_secs(60);
    let peaks = loop {
        let answer = desk.get(&path);
        if answer.status == 200 {
            break answer.json();
        }
        assert!(answer.status == 202 && Instant::now() < patience, "{answer:?}");
        thread::sleep(Duration::from_millis(20));
    };
    let values = peaks["peaks"].as_array().unwrap();
    assert!((500..=2000).contains(&values.len()) && values.contains(&json!(255)), "{}", values.len());
    assert!(peaks["seconds_per_peak"].as_f64().unwrap() > 0.0);
    assert!(desk.library().join(format!("episodes/{EPISODE}/peaks.json")).exists());
}

#[test]
fn a_page_to_look_at_changes_nothing() {
    let desk = Desk::open(|options| options.read_only = true);
    for path in
        ["/jobs", "/jobs/sync", "/jobs/upload?name=a.mp3", &format!("/episodes/{EPISODE}/edits"), "/jobs/1/cancel"]
    {
        let answer = desk.post(path, b"{}");
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.json()["problem"].as_str().unwrap().contains("only to look at"), "{answer:?}");
    }
    assert!(!desk.library().join("inbox").exists());
    assert_eq!(desk.get("/home.json").json()["read_only"], true);
    assert_eq!(desk.get(&format!("/episodes/{EPISODE}")).status, 200);
}

#[test]
fn other_computers_need_leave_and_encryption() {
    let (dir, library) = library();
    let serve = |change: fn(&mut Options)| {
        let mut options = Options::new("Ann", holder());
        change(&mut options);
        let fake = Arc::new(Fake { library: library.clone() });
        let cancel = Cancel::default();
        cancel.cancel();
        review::serve(&options, fake, library.clone(), &cancel, |_| {})
    };
    let everywhere = |options: &mut Options| options.bind = "0.0.0.0".parse().unwrap();
    assert!(matches!(serve(everywhere), Err(ReviewError::Remote { .. })));
    let plain = |options: &mut Options| {
        options.bind = "0.0.0.0".parse().unwrap();
        options.allow_remote = true;
    };
    assert!(matches!(serve(plain), Err(ReviewError::Unencrypted { .. })));
    let wrong =
        |options: &mut Options| options.tls = Some(Identity { cert: "none.pem".into(), key: "none.pem".into() });
    assert!(matches!(serve(wrong), Err(ReviewError::Certificate { .. })));
    drop(dir);
}

#[test]
fn behind_a_proxy_its_address_is_ours() {
    let desk = Desk::open(|options| {
        options.allow_remote = true;
        options.behind_proxy = Some("https://Review.example.org/".into());
        options.port = free_port();
    });
    assert!(desk.opened.starts_with("https://review.example.org/?token="), "{}", desk.opened);
    let (own, cookie) = (format!("127.0.0.1:{}", desk.port), desk.cookie());
    let sync = |host: &str, origin: &str| {
        desk.raw("POST", "/jobs/sync", &[("Host", host), ("Cookie", &cookie), ("Origin", origin)], b"").status
    };
    // Some proxies pass the host on, some put their own request's in.
    for host in ["review.example.org", &own] {
        assert_eq!(sync(host, "https://review.example.org"), 200);
        assert_eq!(sync(host, "http://review.example.org"), 403);
        assert_eq!(sync(host, "https://review.example.org.evil.example"), 403);
    }
    assert_eq!(sync("evil.example", "https://review.example.org"), 421);
    let path = format!("/?token={}", desk.token.as_str());
    let welcome = desk.raw("GET", &path, &[("Host", "review.example.org")], b"");
    assert!(welcome.header("set-cookie").ends_with("; Secure"), "{welcome:?}");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_page_that_is_still_open_finds_the_server_again() {
    let (_dir, library) = library();
    let open = |read_only: bool| {
        let options = Options { read_only, ..Options::new("Ann", holder()) };
        let (cancel, fake) = (Cancel::default(), Arc::new(Fake { library: library.clone() }));
        let mut opened = String::new();
        let stop = cancel.clone();
        review::serve(&options, fake, library.clone(), &cancel, |address| {
            opened = address.to_owned();
            stop.cancel();
        })
        .unwrap();
        opened
    };
    let first = open(false);
    assert_eq!(open(false), first);
    assert_ne!(open(true).split_once("token=").unwrap().1, first.split_once("token=").unwrap().1);
    assert_eq!(open(false), first);
}

#[test]
fn what_changed_since_is_told_once() {
    let desk = Desk::new();
    let since = |version: &str| desk.get(&format!("/episodes/{EPISODE}/since?version={version}"));
    let all = since("0.x").json();
    assert!(all["html"][ENTRY].is_string() && all["delta"]["order"] == json!([ENTRY]), "{all}");
    let version = all["delta"]["version"].as_str().unwrap();
    let nothing = since(version);
    assert_eq!((nothing.status, nothing.body.len()), (204, 0));
    for wrong in ["", "x", "%ff"] {
        assert_eq!(since(wrong).status, 400, "{wrong}");
    }
    let edit = |change: Value| {
        let body = json!({ "version": version, "key": "k1", "entry": ENTRY, "change": change });
        desk.send(&format!("/episodes/{EPISODE}/edits"), body)
    };
    for wrong in [json!({ "do": "explode" }), json!({}), json!(null), json!({ "do": "set_question" })] {
        let answer = edit(wrong.clone());
        assert_eq!(answer.status, 422, "{wrong}: {answer:?}");
        assert!(answer.json()["problem"].is_string());
    }
    let voice = json!({ "version": version, "key": "k2", "voice": 7, "person": null });
    let answer = desk.send(&format!("/episodes/{EPISODE}/voices"), voice);
    assert_eq!((answer.status, answer.json()), (422, json!({ "problem": "This episode has no voice 7." })));
}

#[test]
fn tls_is_spoken_with_a_certificate_of_ones_own() {
    let keys = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(["desk.example".to_owned(), "localhost".to_owned()]).unwrap();
    let identity = Identity { cert: keys.path().join("cert.pem"), key: keys.path().join("key.pem") };
    std::fs::write(&identity.cert, certified.cert.pem()).unwrap();
    std::fs::write(&identity.key, certified.signing_key.serialize_pem()).unwrap();
    let desk = Desk::open(|options| {
        options.bind = "0.0.0.0".parse().unwrap();
        options.allow_remote = true;
        options.tls = Some(identity);
    });
    assert!(desk.opened.starts_with(&format!("https://localhost:{}/", desk.port)), "{}", desk.opened);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    let ask = |host: &str, request: &str| {
        let mut session =
            rustls::ClientConnection::new(Arc::clone(&config), "desk.example".try_into().unwrap()).unwrap();
        let mut socket = TcpStream::connect(desk.host()).unwrap();
        let mut stream = rustls::Stream::new(&mut session, &mut socket);
        let request = format!("{request}Host: {host}:{}\r\nConnection: close\r\n\r\n", desk.port);
        stream.write_all(request.as_bytes()).unwrap();
        Answer::read(stream)
    };
    // One who connects and says nothing keeps nobody out.
    let _silent = TcpStream::connect(desk.host()).unwrap();
    let welcome = ask("desk.example", &format!("GET /?token={} HTTP/1.1\r\n", desk.token.as_str()));
    assert!(welcome.status == 303 && welcome.header("set-cookie").ends_with("; Secure"), "{welcome:?}");
    let with = format!("Cookie: {}\r\n", desk.cookie());
    assert_eq!(ask("desk.example", &format!("GET / HTTP/1.1\r\n{with}")).status, 200);
    assert_eq!(ask("evil.example", &format!("GET / HTTP/1.1\r\n{with}")).status, 421);
    let post = |origin: &str| {
        let head = format!("POST /jobs/sync HTTP/1.1\r\n{with}Origin: {origin}\r\nContent-Length: 0\r\n");
        ask("desk.example", &head).status
    };
    assert_eq!(post(&format!("https://desk.example:{}", desk.port)), 200);
    assert_eq!(post(&format!("http://desk.example:{}", desk.port)), 403);
    assert_eq!(post(&format!("https://evil.example:{}", desk.port)), 403);
}

#[test]
fn it_stops_when_asked_although_a_player_still_reads() {
    let desk = Desk::new();
    let (host, cookie) = (desk.host(), desk.cookie());
    let mut stream = TcpStream::connect(&host).unwrap();
    let request = format!("GET /episodes/{EPISODE}/media HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 16]).unwrap();
    desk.send("/jobs", json!({ "source": "dawdles" }));
    let started = Instant::now();
    drop(desk);
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    assert!(TcpStream::connect(&host).is_err());
}
