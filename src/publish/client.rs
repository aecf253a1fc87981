//! Requests to one site: paced, tried again where that may help, and with the password to that site alone.
//!
//! Each request runs on a thread of its own, so that its owner can stop within a moment while a server hangs.

use super::error::PublishError;
use super::settings::Settings;
use crate::failure::causes;
use crate::http;
use crate::progress::Cancel;
use jiff::Timestamp;
use reqwest::blocking::{Client as Http, Response};
use reqwest::header::{HeaderMap, LINK, LOCATION, RETRY_AFTER};
use reqwest::{Method, Url};
use serde_json::Value;
use std::cell::Cell;
use std::io::Read;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often the owner looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(50);
/// How often a request is made before it counts as failed.
const ATTEMPTS: u32 = 5;
/// How long a stopped run waits for the answer to what it wrote: unheard, a post that was made would not be noted.
const LAST_WORD: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read: a hundred long posts are a few.
const MOST: u64 = 64 << 20;
/// Characters of a server's message that are shown.
const MESSAGE: usize = 200;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Value>,
    /// Whether the password goes along.
    pub(super) signed: bool,
}

/// What the site said, with a status below 400.
#[derive(Debug)]
pub(super) struct Reply {
    /// `Null` where it was no JSON.
    pub(super) body: Value,
    /// The `Allow` header, for OPTIONS.
    pub(super) allow: String,
    /// The `Link` headers.
    pub(super) links: Vec<String>,
    /// How many pages there are, of a list.
    pub(super) pages: u64,
}

/// Why a request gave nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Trying again may help. Whether the site did what it was asked is not known.
    Passing(PublishError, Option<Duration>),
    /// The site sends us on, to this address.
    Elsewhere(Url),
    /// It will not.
    Lasting(PublishError),
}

/// What a site sent, before it is known what that means.
struct Raw {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

/// Speaks with one site.
pub(super) struct Client<'a> {
    http: Http,
    pub(super) settings: &'a Settings,
    cancel: &'a Cancel,
    next: Cell<Option<Instant>>,
}

impl<'a> Client<'a> {
    pub(super) fn new(settings: &'a Settings, cancel: &'a Cancel) -> Result<Self, PublishError> {
        let http = http::steadfast(&settings.url, settings.patience)
            .map_err(|e| PublishError::Unreachable { host: host(&settings.url), why: e.to_string() })?;
        Ok(Self { http, settings, cancel, next: Cell::new(None) })
    }

    /// Asks until there is an answer, as often as makes sense.
    pub(super) fn ask(&self, ask: &Ask) -> Result<Reply, PublishError> {
        self.ask_unless(ask, || Ok(None))?.map_or_else(|found: Reply| Ok(found), Ok)
    }

    /// The same; but before it asks again after trouble, `done` looks whether the site did it already.
    pub(super) fn ask_unless<T>(
        &self,
        ask: &Ask,
        done: impl Fn() -> Result<Option<T>, PublishError>,
    ) -> Result<Result<Reply, T>, PublishError> {
        let mut pause = self.settings.pause;
        let mut attempt = 1;
        loop {
            let (error, wait) = match self.once(ask) {
                Ok(reply) => return Ok(Ok(reply)),
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Elsewhere(to)) => return Err(self.moved(to)),
                Err(Trouble::Passing(error, wait)) => (error, wait),
            };
            let wait = wait.unwrap_or(pause);
            if attempt == ATTEMPTS || wait > self.settings.longest_wait {
                // The last attempt may have been heard, too.
                return match done() {
                    Ok(Some(found)) => Ok(Err(found)),
                    _ => Err(error),
                };
            }
            self.sleep(wait)?;
            pause *= 2;
            attempt += 1;
            if let Some(found) = done()? {
                return Ok(Err(found));
            }
        }
    }

    /// Asks once.
    pub(super) fn once(&self, ask: &Ask) -> Result<Reply, Trouble> {
        if ask.signed && ask.url.origin() != self.settings.url.origin() {
            // Addresses are made of the site's own; should one not be, the password stays here.
            return Err(Trouble::Elsewhere(ask.url.clone()));
        }
        self.keep_pace().map_err(|e| Trouble::Lasting(e.into()))?;
        let raw = self.raw(ask)?;
        self.read(ask, raw)
    }

    pub(super) fn moved(&self, to: Url) -> PublishError {
        PublishError::Moved { from: self.settings.site().to_owned(), to: shown(to) }
    }

    fn keep_pace(&self) -> Result<(), crate::failure::Cancelled> {
        if let Some(next) = self.next.get() {
            self.sleep(next.saturating_duration_since(Instant::now()))?;
        }
        self.cancel.check()?;
        self.next.set(Some(Instant::now() + self.settings.gap));
        Ok(())
    }

    fn sleep(&self, time: Duration) -> Result<(), crate::failure::Cancelled> {
        let until = Instant::now() + time;
        loop {
            self.cancel.check()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(LOOK));
        }
    }

    fn raw(&self, ask: &Ask) -> Result<Raw, Trouble> {
        let mut request = self.http.request(ask.method.clone(), ask.url.clone()).timeout(self.settings.patience);
        request = request.header("accept", "application/json");
        if ask.signed {
            request = request.basic_auth(&self.settings.user, Some(self.settings.password.secret()));
        }
        if let Some(body) = &ask.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let (to, answer) = channel();
        let unreachable = |why: String| PublishError::Unreachable { host: host(&ask.url), why };
        let spawned = thread::Builder::new().name("publish".into()).spawn(move || {
            // A stopped owner has gone.
            let _ = to.send(request.send().map_err(|e| reason(&e)).and_then(whole));
        });
        spawned.map_err(|e| Trouble::Lasting(unreachable(e.to_string())))?;
        let patience = if ask.method == Method::POST { LAST_WORD } else { Duration::ZERO };
        let mut stopped_at = None;
        loop {
            if let Err(stopped) = self.cancel.check()
                && stopped_at.get_or_insert_with(Instant::now).elapsed() >= patience
            {
                return Err(Trouble::Lasting(stopped.into()));
            }
            match answer.recv_timeout(LOOK) {
                Ok(Ok(raw)) => return Ok(raw),
                Ok(Err(why)) => return Err(Trouble::Passing(unreachable(why), None)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Trouble::Passing(unreachable("the connection broke".into()), None));
                }
            }
        }
    }

    /// What an answer means.
    fn read(&self, ask: &Ask, raw: Raw) -> Result<Reply, Trouble> {
        let Raw { status, headers, bytes } = raw;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let json: Option<Value> = serde_json::from_slice(&bytes).ok();
        match status {
            200..=299 => {
                if ask.signed && json.is_none() {
                    return Err(Trouble::Lasting(PublishError::NotJson { status }));
                }
                Ok(Reply {
                    body: json.unwrap_or_default(),
                    allow: text("allow").to_owned(),
                    links: headers.get_all(LINK).iter().filter_map(|l| l.to_str().ok().map(str::to_owned)).collect(),
                    pages: text("x-wp-totalpages").parse().unwrap_or(1),
                })
            }
            300..=399 => {
                let to = headers.get(LOCATION).and_then(|l| l.to_str().ok()).and_then(|l| ask.url.join(l).ok());
                let to = to.unwrap_or_else(|| ask.url.clone());
                Err(Trouble::Elsewhere(to))
            }
            408 | 425 | 429 | 500..=599 => {
                let wait = wait(&headers);
                let error = PublishError::Refused { status, after: wait.map(|wait| wait.as_secs()) };
                Err(Trouble::Passing(error, wait))
            }
            _ => Err(Trouble::Lasting(match json {
                Some(json) => self.refusal(status, &json),
                None => PublishError::NotJson { status },
            })),
        }
    }

    /// WordPress's own "no".
    fn refusal(&self, status: u16, json: &Value) -> PublishError {
        let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
        let code = self.harmless(text("code"));
        let user = self.settings.user.clone();
        match (status, code.as_str()) {
            (_, "incorrect_password" | "invalid_username" | "invalid_email" | "invalidcombo") => {
                PublishError::WrongPassword { user }
            }
            (_, "application_passwords_disabled" | "application_passwords_disabled_for_user") => {
                PublishError::NoPasswords
            }
            (401, "rest_not_logged_in" | "rest_forbidden_context" | "rest_cannot_access" | "rest_login_required") => {
                PublishError::Unseen { user }
            }
            (401 | 403, _) => PublishError::Forbidden { user, what: "do that" },
            _ => {
                let term = json.get("data").and_then(|data| data.get("term_id")).and_then(Value::as_u64);
                PublishError::Answer { status, code, message: self.harmless(text("message")), term }
            }
        }
    }

    /// A server's text, as one short line without the password.
    fn harmless(&self, text: &str) -> String {
        let text = self.settings.password.taken_out_of(text);
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The whole answer. A connection that breaks in the middle is no answer.
fn whole(response: Response) -> Result<Raw, String> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut bytes = Vec::new();
    response.take(MOST).read_to_end(&mut bytes).map_err(|_| "the connection broke in the middle".to_owned())?;
    Ok(Raw { status, headers, bytes })
}

/// How long the site asks to wait: seconds, or a moment.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let until = || {
        let moment = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Some((moment.as_second() - Timestamp::now().as_second()).max(0).unsigned_abs())
    };
    text.parse().ok().or_else(until).map(Duration::from_secs)
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// An address for people, without what may be secret in it.
fn shown(mut url: Url) -> String {
    // An address that takes neither has none.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// Why a request failed, in words; without its address, which the message names.
fn reason(error: &reqwest::Error) -> String {
    let chain = causes(error);
    if error.is_timeout() {
        return "it does not answer".into();
    }
    if chain.contains("dns error") {
        return "no address is known for it".into();
    }
    if chain.contains("Connection refused") {
        return "it refuses the connection".into();
    }
    if chain.to_lowercase().contains("certificate") {
        return format!("its identity can't be checked: {chain}");
    }
    if chain.is_empty() { "the connection broke".into() } else { chain }
}
