//! A site that is played, and a library to publish from.

use crate::export::post::{META_HASH, META_ID, Post, Posts, text_hash};
use crate::library::Library;
use crate::model::EntryId;
use crate::progress::{Cancel, Silent};
use crate::publish::{Outcome, Press, PublishError, Report, Settings};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;
use tiny_http::{Header, Method, Request, Response, Server};

pub(super) const PASSWORD: &str = "abcd efgh ijkl";

/// A request as the site sees it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Value,
    pub(super) signed: bool,
}

/// What the site does instead of its work.
pub(super) enum Mood {
    /// Its work.
    Work,
    /// This status, body and headers, before it does anything.
    Says(u16, String, Vec<(&'static str, String)>),
    /// Its work, but the answer is lost on the way back.
    Mutters,
    /// Half of its work: it dies once the texts are written.
    Stumbles,
}

pub(super) type Moods = Box<dyn FnMut(&Seen, usize) -> Mood + Send>;

#[derive(Default)]
pub(super) struct Inside {
    pub(super) posts: Vec<Value>,
    pub(super) seen: Vec<Seen>,
    pub(super) meta: Vec<&'static str>,
    /// What a filter of the site's makes of texts.
    pub(super) filter: Option<fn(&str) -> String>,
}

/// A site.
pub(super) struct Stub {
    pub(super) url: String,
    pub(super) inside: Arc<Mutex<Inside>>,
}

impl Stub {
    pub(super) fn new(mut moods: impl FnMut(&Seen, usize) -> Mood + Send + 'static) -> Self {
        Self::with(Box::new(move |seen: &Seen, nth| moods(seen, nth)))
    }

    pub(super) fn with(mut moods: Moods) -> Self {
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
                let mood = moods(&seen, nth);
                match mood {
                    Mood::Says(status, ref body, ref headers) => answer(request, status, body.clone(), headers),
                    Mood::Work => {
                        let (status, body) = inside.work(&seen);
                        let link = format!("<{address}/wp-json/>; rel=\"https://api.w.org/\"");
                        let allow = "GET, POST".to_owned();
                        answer(request, status, body.to_string(), &[("Link", link), ("Allow", allow)]);
                    }
                    Mood::Mutters | Mood::Stumbles => {
                        let mut heard = seen.clone();
                        if matches!(mood, Mood::Stumbles) {
                            let texts = heard.body.as_object_mut().unwrap();
                            texts.retain(|key, _| !["meta", "categories", "tags"].contains(&key.as_str()));
                        }
                        inside.work(&heard);
                        answer(request, 502, "<h1>Bad gateway</h1>".into(), &[]);
                    }
                }
            }
        });
        Self { url, inside }
    }

    pub(super) fn working() -> Self {
        Self::new(|_, _| Mood::Work)
    }

    pub(super) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub(super) fn settings(&self) -> Settings {
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

    pub(super) fn writes(&self) -> usize {
        self.inside().seen.iter().filter(|seen| seen.method == Method::Post).count()
    }
}

pub(super) fn seen(request: &mut Request) -> Seen {
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

pub(super) fn answer(request: Request, status: u16, body: String, headers: &[(&'static str, String)]) {
    let mut response = Response::from_string(body).with_status_code(status);
    for (name, value) in headers {
        response.add_header(Header::from_bytes(*name, value.as_str()).unwrap());
    }
    // The other side may have gone.
    let _ = request.respond(response);
}

impl Inside {
    /// What WordPress does, as far as it matters here.
    pub(super) fn work(&mut self, seen: &Seen) -> (u16, Value) {
        let fields: serde_json::Map<String, Value> =
            self.meta.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
        match (&seen.method, seen.path.as_str()) {
            (Method::Get, "/") => (200, json!("a page")),
            (Method::Get, "/wp-json/") => {
                (200, json!({ "namespaces": ["wp/v2"], "authentication": { "application-passwords": {} } }))
            }
            (Method::Get, "/wp-json/wp/v2/users/me") => (200, json!({ "id": 1 })),
            (Method::Options, "/wp-json/wp/v2/posts" | "/wp-json/wp/v2/pages") => (
                200,
                json!({ "schema": { "properties": {
                    "title": {}, "content": {}, "excerpt": {}, "categories": {}, "meta": { "properties": fields },
                } } }),
            ),
            (Method::Get, "/wp-json/wp/v2/pages") => (200, json!([])),
            (Method::Get, "/wp-json/wp/v2/posts") => {
                let among = |key: &str, value: &str| {
                    seen.query.get(key).is_none_or(|list| list.split(',').any(|one| one == value))
                };
                let trash = seen.query["status"].contains("trash");
                let fits = |post: &&Value| {
                    among("slug", post["slug"].as_str().unwrap())
                        && among("include", &post["id"].to_string())
                        && (trash || post["status"] != "trash")
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

    pub(super) fn write(&mut self, at: usize, body: &Value) -> Value {
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

/// An entry's id.
pub(super) fn id(number: u8) -> EntryId {
    format!("e-0000000{number}").parse().unwrap()
}

pub(super) fn post(number: u8, answer: &str) -> Post {
    let id = id(number);
    let (title, content, excerpt) =
        (format!("Question {number}?"), format!("<p class=\"spinetime-answer\">{answer}</p>"), answer.to_owned());
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

pub(super) fn posts(answer: &str) -> Posts {
    Posts { posts: (1..=5).map(|number| post(number, answer)).collect(), gone: Vec::new() }
}

pub(super) struct Desk {
    pub(super) dir: tempfile::TempDir,
    pub(super) cancel: Cancel,
}

impl Desk {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("spinetime.toml"), "").unwrap();
        Self { dir, cancel: Cancel::default() }
    }

    pub(super) fn library(&self) -> Library {
        Library::open(self.dir.path()).unwrap()
    }

    pub(super) fn publish(&self, settings: &Settings, posts: &Posts) -> Result<Report, PublishError> {
        let press = Press::open(settings, &self.cancel)?;
        let plan = press.plan(&self.library(), posts, &BTreeSet::new(), &Silent)?;
        Ok(press.carry_out(plan, &|_| true, &Silent))
    }
}

pub(super) fn counts(report: &Report) -> [usize; 5] {
    Outcome::ALL.map(|outcome| report.count(outcome))
}
