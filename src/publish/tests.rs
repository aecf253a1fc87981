//! The whole of it against a site that is played: what a real one does only on its bad days.

use super::*;
use crate::export::post::{META_HASH, META_ID, Post, text_hash};
use crate::failure::{Exit, Failure};
use crate::progress::Silent;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;
use tiny_http::{Header, Method, Request, Response, Server};

const PASSWORD: &str = "abcd efgh ijkl";

/// A request as the site sees it.
#[derive(Debug, Clone)]
struct Seen {
    method: Method,
    path: String,
    query: BTreeMap<String, String>,
    body: Value,
    signed: bool,
}

/// What the site does instead of its work.
enum Mood {
    /// Its work.
    Work,
    /// This status, body and headers, before it does anything.
    Says(u16, String, Vec<(&'static str, String)>),
    /// Its work, but the answer is lost on the way back.
    Mutters,
}

type Moods = Box<dyn FnMut(&Seen, usize) -> Mood + Send>;

#[derive(Default)]
struct Inside {
    posts: Vec<Value>,
    seen: Vec<Seen>,
    meta: Vec<&'static str>,
    /// What a filter of the site's makes of texts.
    filter: Option<fn(&str) -> String>,
}

/// A site.
struct Stub {
    url: String,
    inside: Arc<Mutex<Inside>>,
}

impl Stub {
    fn new(mut moods: impl FnMut(&Seen, usize) -> Mood + Send + 'static) -> Self {
        Self::with(Box::new(move |seen: &Seen, nth| moods(seen, nth)))
    }

    fn with(mut moods: Moods) -> Self {
        let server = Server::http("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.server_addr().to_ip().unwrap());
        let inside: Arc<Mutex<Inside>> = Arc::default();
        let (shared, address) = (Arc::clone(&inside), url.clone());
        thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let mut inside = shared.lock().unwrap();
                let seen = seen(&mut request);
                inside.seen.push(seen.clone());
                let nth = inside.seen.len();
                match moods(&seen, nth) {
                    Mood::Says(status, body, headers) => answer(request, status, body, &headers),
                    Mood::Work => {
                        let (status, body) = inside.work(&seen);
                        let link = format!("<{address}/wp-json/>; rel=\"https://api.w.org/\"");
                        let allow = "GET, POST".to_owned();
                        answer(request, status, body.to_string(), &[("Link", link), ("Allow", allow)]);
                    }
                    Mood::Mutters => {
                        inside.work(&seen);
                        answer(request, 502, "<h1>Bad gateway</h1>".into(), &[]);
                    }
                }
            }
        });
        Self { url, inside }
    }

    fn working() -> Self {
        Self::new(|_, _| Mood::Work)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    fn settings(&self) -> Settings {
        let config = crate::config::Wordpress {
            url: self.url.clone(),
            user: "editor".into(),
            requests_per_second: 100.0,
            ..Default::default()
        };
        let mut settings = Settings::new(&config, None, Some(PASSWORD), std::path::Path::new(".")).unwrap();
        settings.pause = Duration::from_millis(1);
        settings.patience = Duration::from_secs(10);
        settings
    }

    fn writes(&self) -> usize {
        self.inside().seen.iter().filter(|seen| seen.method == Method::Post).count()
    }
}

fn seen(request: &mut Request) -> Seen {
    let mut body = String::new();
    request.as_reader().read_to_string(&mut body).unwrap();
    let url = reqwest::Url::parse("http://x").unwrap().join(request.url()).unwrap();
    Seen {
        method: request.method().clone(),
        path: url.path().to_owned(),
        query: url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
        body: serde_json::from_str(&body).unwrap_or_default(),
        signed: request.headers().iter().any(|header| header.field.equiv("Authorization")),
    }
}

fn answer(request: Request, status: u16, body: String, headers: &[(&'static str, String)]) {
    let mut response = Response::from_string(body).with_status_code(status);
    for (name, value) in headers {
        response.add_header(Header::from_bytes(*name, value.as_str()).unwrap());
    }
    // The other side may have gone.
    let _ = request.respond(response);
}

impl Inside {
    /// What WordPress does, as far as it matters here.
    fn work(&mut self, seen: &Seen) -> (u16, Value) {
        let fields: serde_json::Map<String, Value> =
            self.meta.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
        match (&seen.method, seen.path.as_str()) {
            (Method::Get, "/") => (200, json!("a page")),
            (Method::Get, "/wp-json/") => {
                (200, json!({ "namespaces": ["wp/v2"], "authentication": { "application-passwords": {} } }))
            }
            (Method::Get, "/wp-json/wp/v2/users/me") => (200, json!({ "id": 1 })),
            (Method::Options, "/wp-json/wp/v2/posts") => (
                200,
                json!({ "schema": { "properties": {
                    "title": {}, "content": {}, "excerpt": {}, "meta": { "properties": fields },
                } } }),
            ),
            (Method::Get, "/wp-json/wp/v2/posts") => {
                let among = |key: &str, value: &str| {
                    seen.query.get(key).is_none_or(|list| list.split(',').any(|one| one == value))
                };
                let fits = |post: &&Value| {
                    among("slug", post["slug"].as_str().unwrap()) && among("include", &post["id"].to_string())
                };
                (200, Value::Array(self.posts.iter().filter(fits).cloned().collect()))
            }
            (Method::Post, "/wp-json/wp/v2/posts") => {
                let id = self.posts.len() + 1;
                self.posts.push(
                    json!({ "id": id, "slug": "", "status": "", "link": format!("http://x/?p={id}"), "meta": [] }),
                );
                (201, self.write(id - 1, &seen.body))
            }
            (method, path) => {
                let id: usize = path.rsplit('/').next().unwrap().parse().unwrap();
                match method {
                    Method::Post => (200, self.write(id - 1, &seen.body)),
                    _ => (200, self.posts[id - 1].clone()),
                }
            }
        }
    }

    fn write(&mut self, at: usize, body: &Value) -> Value {
        let post = &mut self.posts[at];
        for (key, value) in body.as_object().unwrap() {
            post[key] = match (key.as_str(), self.filter) {
                ("title" | "content" | "excerpt", Some(filter)) => json!({ "raw": filter(value.as_str().unwrap()) }),
                ("title" | "content" | "excerpt", None) => json!({ "raw": value }),
                _ => value.clone(),
            };
        }
        post.clone()
    }
}

fn post(number: u8, answer: &str) -> Post {
    let id: EntryId = format!("e-0000000{number}").parse().unwrap();
    let (title, content, excerpt) = (format!("Question {number}?"), format!("<p>{answer}</p>"), answer.to_owned());
    let hash = text_hash(&title, &content, &excerpt);
    Post {
        slug: id.to_string(),
        question: title.clone(),
        meta: vec![(META_ID, id.as_str().into()), (META_HASH, hash.as_str().into())],
        held_on: None,
        start: 1,
        changed_at: jiff::Timestamp::UNIX_EPOCH,
        id,
        title,
        content,
        excerpt,
        hash,
    }
}

fn posts(answer: &str) -> Posts {
    Posts { posts: (1..=5).map(|number| post(number, answer)).collect(), gone: Vec::new() }
}

struct Desk {
    dir: tempfile::TempDir,
    cancel: Cancel,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("spinetime.toml"), "").unwrap();
        Self { dir, cancel: Cancel::default() }
    }

    fn library(&self) -> Library {
        Library::open(self.dir.path()).unwrap()
    }

    fn publish(&self, settings: &Settings, posts: &Posts) -> Result<Report, PublishError> {
        let press = Press::open(settings, &self.cancel)?;
        let plan = press.plan(&self.library(), posts, &BTreeSet::new(), &Silent)?;
        Ok(press.carry_out(plan, &Silent))
    }
}

fn counts(report: &Report) -> [usize; 5] {
    Outcome::ALL.map(|outcome| report.count(outcome))
}

fn refused(stub: &Stub) -> PublishError {
    Desk::new().publish(&stub.settings(), &posts("x")).unwrap_err()
}

fn is_create(seen: &Seen) -> bool {
    seen.method == Method::Post && seen.path == "/wp-json/wp/v2/posts"
}

#[test]
fn the_second_time_nothing_is_sent() {
    let (stub, desk) = (Stub::working(), Desk::new());
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [0, 0, 5, 0, 0]);
    assert_eq!(stub.writes(), 5);
    let strangers = stub.inside().seen.iter().filter(|seen| !seen.signed).count();
    assert_eq!(strangers, 4, "the home page and the root, twice: all else is signed");
}

#[test]
fn a_site_that_asks_to_wait_gets_its_time_but_not_any_time() {
    let busy = |seconds: &'static str| {
        let mut left = 2;
        Stub::new(move |seen, _| {
            if is_create(seen) && left > 0 {
                left -= 1;
                return Mood::Says(429, String::new(), vec![("Retry-After", seconds.into())]);
            }
            Mood::Work
        })
    };
    let stub = busy("0");
    assert_eq!(counts(&Desk::new().publish(&stub.settings(), &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
    let stub = busy("99999");
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!((counts(&report), report.exit), ([3, 0, 0, 0, 2], Exit::SourceRefused));
    assert!(report.items[0].why.contains("asks to wait 99999 seconds"), "{report:?}");
    // A moment in the past is now.
    let stub = busy("Fri, 27 Nov 2020 08:00:00 GMT");
    assert_eq!(counts(&Desk::new().publish(&stub.settings(), &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
}

#[test]
fn a_post_whose_answer_was_lost_is_not_made_twice() {
    let mut left = 1;
    let stub = Stub::new(move |seen, _| {
        if is_create(seen) && left > 0 {
            left -= 1;
            return Mood::Mutters;
        }
        Mood::Work
    });
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    let made = stub.inside().posts.len();
    assert_eq!((counts(&report), made, stub.writes()), ([5, 0, 0, 0, 0], 5, 5));
}

#[test]
fn a_site_that_fails_again_and_again_is_left_in_peace() {
    let stub = Stub::new(|seen, _| match is_create(seen) {
        true => Mood::Says(503, "<h1>Briefly unavailable</h1>".into(), Vec::new()),
        false => Mood::Work,
    });
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!((counts(&report), report.exit), ([0, 0, 0, 0, 5], Exit::SourceRefused));
    assert!(report.stopped.is_some() && report.items[4].why == "was not tried any more", "{report:?}");
}

#[test]
fn the_password_goes_to_no_other_host() {
    let other = Stub::working();
    let to = other.url.clone();
    for (path, status) in
        [("/wp-json/wp/v2/users/me", 307), ("/wp-json/wp/v2/posts", 308), ("/", 301), ("/wp-json/", 302)]
    {
        let there = to.clone();
        let stub = Stub::new(move |seen, _| match seen.path == path {
            true => Mood::Says(status, String::new(), vec![("Location", format!("{there}{}", seen.path))]),
            false => Mood::Work,
        });
        let error = refused(&stub);
        assert!(matches!(&error, PublishError::Moved { to: shown, .. } if shown.starts_with(&to)), "{path}: {error:?}");
        assert_eq!(error.exit(), Exit::Usage);
    }
    // Nor where the site says that its interface is elsewhere.
    let link = format!("<{to}/wp-json/>; rel=\"https://api.w.org/\"");
    let stub = Stub::new(move |seen, _| match seen.path == "/" {
        true => Mood::Says(200, String::new(), vec![("Link", link.clone())]),
        false => Mood::Work,
    });
    assert!(matches!(refused(&stub), PublishError::Moved { .. }));
    assert!(other.inside().seen.is_empty(), "{:?}", other.inside().seen);
}

#[test]
fn who_answers_in_wordpresss_place_is_told_apart() {
    let says = |path: &'static str, status: u16, body: &'static str| {
        refused(&Stub::new(move |seen, _| match seen.path.starts_with(path) {
            true => Mood::Says(status, body.into(), Vec::new()),
            false => Mood::Work,
        }))
    };
    let me = "/wp-json/wp/v2/users/me";
    assert!(matches!(says(me, 200, "<html>Are you human?"), PublishError::NotJson { status: 200 }));
    assert!(matches!(says(me, 403, "<html>Blocked"), PublishError::NotJson { status: 403 }));
    assert!(matches!(says(me, 401, r#"{"code":"incorrect_password"}"#), PublishError::WrongPassword { .. }));
    assert!(matches!(says(me, 401, r#"{"code":"rest_not_logged_in"}"#), PublishError::Unseen { .. }));
    assert!(matches!(says(me, 401, r#"{"code":"application_passwords_disabled"}"#), PublishError::NoPasswords));
    assert!(matches!(says("/", 404, "<html>Not found"), PublishError::NoRest { .. }));
    assert!(matches!(says("/", 403, "<html>Blocked"), PublishError::NotJson { status: 403 }));
    let posts = "/wp-json/wp/v2/posts";
    assert!(matches!(says(posts, 404, r#"{"code":"rest_no_route"}"#), PublishError::NoPostType { .. }));
    assert!(matches!(says(posts, 200, "[]"), PublishError::NoPostType { .. }));
    assert!(matches!(says(posts, 200, r#"{"endpoints":[]}"#), PublishError::Garbled { .. }));
    assert!(matches!(says(posts, 403, r#"{"code":"rest_forbidden"}"#), PublishError::Forbidden { .. }));
    // What a server says is shown short, on one line, and without the password.
    let error = says(posts, 400, "{\"code\":\"x\",\"message\":\"you sent abcd efgh ijkl\\u001b[31m\\nand more\"}");
    assert_eq!(error.to_string(), "WordPress answers \"you sent … [31m and more\" (status 400, x)");
    let unreachable = Stub { url: "http://127.0.0.1:9".into(), inside: Arc::default() };
    assert!(matches!(refused(&unreachable), PublishError::Unreachable { .. }));
}

#[test]
fn a_filter_of_the_sites_is_no_change_by_hand() {
    let (stub, desk) = (Stub::working(), Desk::new());
    stub.inside().filter = Some(|text| text.replace("<p>", "<p class=\"wide\">"));
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [0, 0, 5, 0, 0]);
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("y")).unwrap()), [0, 5, 0, 0, 0]);
    stub.inside().posts[0]["content"]["raw"] = "by hand".into();
    let report = desk.publish(&stub.settings(), &posts("z")).unwrap();
    assert_eq!((counts(&report), report.exit), ([0, 4, 0, 1, 0], Exit::Done));
    assert_eq!(stub.inside().posts[0]["content"]["raw"], "by hand");
}

#[test]
fn the_fields_tell_whose_text_it_is_where_the_ledger_is_lost() {
    let stub = Stub::working();
    stub.inside().meta = vec![META_ID, META_HASH];
    Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    stub.inside().posts[0]["content"]["raw"] = "by hand".into();
    let report = Desk::new().publish(&stub.settings(), &posts("y")).unwrap();
    assert_eq!(counts(&report), [0, 4, 0, 1, 0]);
    assert!(report.items[0].why.contains("by hand"), "{report:?}");
    assert_eq!(stub.inside().posts[1]["meta"][META_HASH], post(2, "y").hash.as_str());
}

#[test]
fn what_changed_since_the_plan_is_left() {
    let (stub, desk) = (Stub::working(), Desk::new());
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    let settings = stub.settings();
    let press = Press::open(&settings, &desk.cancel).unwrap();
    let plan = press.plan(&desk.library(), &posts("y"), &BTreeSet::new(), &Silent).unwrap();
    assert_eq!(plan.count(Action::Update), 5);
    stub.inside().posts[2]["title"]["raw"] = "By hand?".into();
    stub.inside().posts[3]["status"] = "trash".into();
    let report = press.carry_out(plan, &Silent);
    assert_eq!(counts(&report), [0, 3, 0, 2, 0]);
    assert_eq!(stub.inside().posts[2]["title"]["raw"], "By hand?");
}

#[test]
fn a_stopped_run_says_so_and_the_next_one_goes_on() {
    let desk = Desk::new();
    let cancel = desk.cancel.clone();
    let mut made = 0;
    let stub = Stub::new(move |seen, _| {
        made += usize::from(is_create(seen));
        if made == 2 {
            cancel.cancel();
        }
        Mood::Work
    });
    let report = desk.publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!(report.exit, Exit::Interrupted);
    let settings = stub.settings();
    let again = Desk { cancel: Cancel::default(), ..desk };
    let report = again.publish(&settings, &posts("x")).unwrap();
    assert_eq!((counts(&report)[4], stub.inside().posts.len()), (0, 5));
}

#[test]
fn a_damaged_ledger_is_named_and_nothing_is_sent() {
    let (stub, desk) = (Stub::working(), Desk::new());
    std::fs::write(desk.library().posts_path(), "{").unwrap();
    let error = desk.publish(&stub.settings(), &posts("x")).unwrap_err();
    assert!(matches!(error, PublishError::Ledger { .. }) && stub.writes() == 0, "{error:?}");
}
