//! Who may ask: the secret of the opened address, the hosts and origins that are ours, and what every answer says to
//! the browser. Nothing gets to a route but through [`Guard::admit`].

use super::ReviewError;
use super::tls::Tls;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, Request, StatusCode};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::hint::black_box;
use std::sync::Arc;

/// Bytes of randomness in a token.
const SECRET: usize = 24;

/// What the browser is told with every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; \
         connect-src 'self'; frame-src https://www.youtube-nocookie.com; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // YouTube's player refuses to play for a page that does not name itself.
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The secret of the opened address.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// When the operating system has no random numbers.
    pub fn random() -> Result<Self, ReviewError> {
        let mut bytes = [0; SECRET];
        getrandom::fill(&mut bytes).map_err(|e| ReviewError::Start(std::io::Error::other(e.to_string())))?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// One that was kept; `None` when the text can't be one.
    #[must_use]
    pub fn kept(text: &str) -> Option<Self> {
        let right = text.len() == 2 * SECRET && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        right.then(|| Self(text.to_owned()))
    }

    /// As it stands in the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` is it. Takes as long for every text: of the time no part of the secret can be read.
    fn is(&self, text: &str) -> bool {
        let (ours, theirs) = (Sha256::digest(self.0.as_bytes()), Sha256::digest(text.as_bytes()));
        let difference = ours.iter().zip(theirs.iter()).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
        difference == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is for somebody else.
    Host,
    /// It has no secret.
    Token,
    /// Another page makes it.
    Origin,
    /// It would change something.
    ReadOnly,
}

impl Refusal {
    /// What the answer is numbered.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Token | Self::Origin | Self::ReadOnly => StatusCode::FORBIDDEN,
        }
    }

    /// What happened and what to do.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Host => {
                ("This is not the address of a review page", "Open the address that \"spinetime review\" printed.")
            }
            Self::Token => (
                "This page opens only with the address that \"spinetime review\" printed",
                "Open the address that \"spinetime review\" printed: it ends in ?token=… and is good for a week.",
            ),
            Self::Origin => (
                "Another page asked for this, so nothing was done",
                "Open the address that \"spinetime review\" printed, and work there.",
            ),
            Self::ReadOnly => (
                "This page is only to look at, so nothing was changed",
                "To edit, start \"spinetime review\" without --read-only.",
            ),
        }
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is answered.
    Granted,
    /// It brings the secret: the browser keeps it and asks again for this place, by itself or, when another site's link
    /// led here, from a page of ours: what comes from another site has no cookie with it.
    Welcome { to: String, from_elsewhere: bool },
    /// It is not answered.
    Refused(Refusal),
}

/// Where the page can be reached.
#[derive(Clone)]
pub(super) struct Own {
    /// Hosts with ports, in lower case.
    pub(super) hosts: Vec<String>,
    /// Origins, in lower case.
    pub(super) origins: Vec<String>,
    /// Tells the cookies of two reviews on one computer apart, which browsers do not by port.
    pub(super) port: u16,
    /// Whether browsers come by https only.
    pub(super) encrypted: bool,
    /// With it, whatever the certificate is for is ours too: no browser comes by a name that it is not for.
    pub(super) tls: Option<Arc<Tls>>,
}

impl Own {
    fn has_host(&self, host: &str) -> bool {
        let certified = || {
            let name = host.strip_suffix(&format!(":{}", self.port)).or((self.port == 443).then_some(host));
            self.tls.as_ref().zip(name).is_some_and(|(tls, name)| tls.is_for(name))
        };
        self.hosts.iter().any(|ours| ours == host) || certified()
    }

    fn has_origin(&self, origin: &str) -> bool {
        let certified =
            || origin.strip_prefix("https://").is_some_and(|host| self.tls.is_some() && self.has_host(host));
        self.origins.iter().any(|ours| ours == origin) || certified()
    }
}

/// Who may ask for what.
pub(super) struct Guard {
    token: Token,
    own: Own,
    cookie: String,
    read_only: bool,
}

impl Guard {
    pub(super) fn new(token: Token, own: Own, read_only: bool) -> Self {
        let cookie = format!("spinetime-{}", own.port);
        Self { token, own, cookie, read_only }
    }

    /// Looks at a request.
    pub(super) fn admit<B>(&self, request: &Request<B>) -> Admission {
        let (headers, changes) = (request.headers(), !matches!(*request.method(), Method::GET | Method::HEAD));
        if !self.is_for_us(request) {
            return Admission::Refused(Refusal::Host);
        }
        let elsewhere = only(headers, &SEC_FETCH_SITE).is_some_and(|site| matches!(site, "cross-site" | "same-site"));
        if let Some((tokens, to)) = without_token(request).filter(|_| !changes) {
            let known = tokens.iter().any(|token| self.token.is(token));
            return if known || self.has_cookie(headers) {
                Admission::Welcome { to, from_elsewhere: elsewhere }
            } else {
                Admission::Refused(Refusal::Token)
            };
        }
        if !self.has_cookie(headers) {
            return Admission::Refused(Refusal::Token);
        }
        let ours = if changes {
            let origin = only(headers, &header::ORIGIN).map(str::to_ascii_lowercase);
            !elsewhere && origin.is_some_and(|origin| self.own.has_origin(&origin))
        } else {
            // Other pages may lead here; they may not build our answers into themselves.
            !elsewhere || only(headers, &SEC_FETCH_MODE) == Some("navigate")
        };
        match (ours, self.read_only && changes) {
            (false, _) => Admission::Refused(Refusal::Origin),
            (true, true) => Admission::Refused(Refusal::ReadOnly),
            (true, false) => Admission::Granted,
        }
    }

    /// What makes the browser keep the secret.
    pub(super) fn set_cookie(&self) -> String {
        let secure = if self.own.encrypted { "; Secure" } else { "" };
        format!("{}={}; HttpOnly; SameSite=Strict; Path=/{secure}", self.cookie, self.token.as_str())
    }

    fn is_for_us<B>(&self, request: &Request<B>) -> bool {
        let named = only(request.headers(), &header::HOST).map(str::to_ascii_lowercase);
        let asked = request.uri().authority().map(|authority| authority.as_str().to_ascii_lowercase());
        let is_ours = |host: String| self.own.has_host(&host);
        named.is_some_and(is_ours) && asked.is_none_or(is_ours)
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.cookie && self.token.is(value))
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The header's value when it stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// The tokens of the address, and the address without them; `None` when it has none.
fn without_token<B>(request: &Request<B>) -> Option<(Vec<String>, String)> {
    let query = request.uri().query()?;
    let (tokens, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("token="));
    if tokens.is_empty() {
        return None;
    }
    // One slash only: two would lead to another host.
    let path = request.uri().path().trim_start_matches(['/', '\\']);
    let mark = if rest.is_empty() { "" } else { "?" };
    let tokens = tokens.iter().filter_map(|pair| pair.strip_prefix("token=")).map(str::to_owned).collect();
    Some((tokens, format!("/{path}{mark}{}", rest.join("&"))))
}

/// Puts what every answer says to the browser onto one. How long it may be kept is the answer's own when it says so.
pub(super) fn seal(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        if name != header::CACHE_CONTROL || !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn guard(read_only: bool) -> Guard {
        let own = Own {
            hosts: vec!["127.0.0.1:8000".into(), "localhost:8000".into()],
            origins: vec!["http://127.0.0.1:8000".into(), "http://localhost:8000".into()],
            port: 8000,
            encrypted: false,
            tls: None,
        };
        Guard::new(Token::kept(&"0a".repeat(SECRET)).unwrap(), own, read_only)
    }

    fn ask(method: &str, address: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    fn cookie() -> String {
        format!("other=1; spinetime-8000={}", "0a".repeat(SECRET))
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:8000");

    #[test]
    fn only_what_is_for_us_and_has_the_secret_gets_in() {
        let (guard, cookie) = (guard(false), cookie());
        let cookie = ("cookie", cookie.as_str());
        let refused = |request| match guard.admit(&request) {
            Admission::Refused(refusal) => Some(refusal),
            _ => None,
        };
        assert_eq!(refused(ask("GET", "/", &[HOST, cookie])), None);
        assert_eq!(refused(ask("GET", "/", &[("host", "LOCALHOST:8000"), cookie])), None);
        assert_eq!(refused(ask("GET", "/", &[HOST])), Some(Refusal::Token));
        assert_eq!(refused(ask("GET", "/", &[HOST, ("cookie", "spinetime-8000=0a")])), Some(Refusal::Token));
        for host in ["127.0.0.1", "127.0.0.1:80", "evil.example:8000", "127.0.0.1:8000.evil.example", ""] {
            assert_eq!(refused(ask("GET", "/", &[("host", host), cookie])), Some(Refusal::Host), "{host}");
        }
        assert_eq!(refused(ask("GET", "/", &[cookie])), Some(Refusal::Host));
        assert_eq!(refused(ask("GET", "/", &[HOST, HOST, cookie])), Some(Refusal::Host));
        assert_eq!(refused(ask("GET", "http://evil.example/", &[HOST, cookie])), Some(Refusal::Host));
    }

    #[test]
    fn only_our_own_pages_change_anything() {
        let (guard, cookie) = (guard(false), cookie());
        let post = |headers: &[(&str, &str)]| {
            let all: Vec<_> = [&[HOST, ("cookie", cookie.as_str())], headers].concat();
            guard.admit(&ask("POST", "/jobs", &all))
        };
        let ours = ("origin", "http://127.0.0.1:8000");
        assert_eq!(post(&[ours]), Admission::Granted);
        assert_eq!(post(&[ours, ("sec-fetch-site", "same-origin")]), Admission::Granted);
        let refused = Admission::Refused(Refusal::Origin);
        for origin in ["null", "http://127.0.0.1:8001", "https://127.0.0.1:8000", "http://evil.example", ""] {
            assert_eq!(post(&[("origin", origin)]), refused, "{origin}");
        }
        assert_eq!(post(&[]), refused);
        assert_eq!(post(&[ours, ours]), refused);
        assert_eq!(post(&[ours, ("sec-fetch-site", "cross-site")]), refused);
        // A page on another port of this computer has our cookie with it, and still gets nothing of ours into itself.
        let all = [HOST, ("cookie", cookie.as_str()), ("sec-fetch-site", "same-site")];
        assert_eq!(guard.admit(&ask("GET", "/home.json", &all)), refused);
        let all = [&all[..], &[("sec-fetch-mode", "navigate")]].concat();
        assert_eq!(guard.admit(&ask("GET", "/", &all)), Admission::Granted);
    }

    #[test]
    fn nothing_is_changed_on_a_page_to_look_at() {
        let (guard, cookie) = (guard(true), cookie());
        let all = [HOST, ("cookie", cookie.as_str()), ("origin", "http://localhost:8000")];
        assert_eq!(guard.admit(&ask("POST", "/jobs", &all)), Admission::Refused(Refusal::ReadOnly));
        assert_eq!(guard.admit(&ask("DELETE", "/jobs", &all)), Admission::Refused(Refusal::ReadOnly));
        assert_eq!(guard.admit(&ask("GET", "/", &all)), Admission::Granted);
    }

    #[test]
    fn the_secret_goes_from_the_address_into_a_cookie() {
        let guard = guard(false);
        let token = "0a".repeat(SECRET);
        let to = |address: &str| match guard.admit(&ask("GET", address, &[HOST])) {
            Admission::Welcome { to, from_elsewhere: false } => to,
            other => panic!("{other:?}"),
        };
        assert_eq!(to(&format!("/?token={token}")), "/");
        assert_eq!(to(&format!("/episodes/a?x=1&token={token}&y=2")), "/episodes/a?x=1&y=2");
        assert_eq!(to(&format!("//evil.example/?token={token}")), "/evil.example/");
        let wrong = ask("GET", "/?token=0b", &[HOST]);
        assert_eq!(guard.admit(&wrong), Admission::Refused(Refusal::Token));
        // With the cookie an old address is just another one.
        let cookie = cookie();
        let old = guard.admit(&ask("GET", "/?token=0b", &[HOST, ("cookie", &cookie)]));
        assert_eq!(old, Admission::Welcome { to: "/".into(), from_elsewhere: false });
        assert!(guard.set_cookie().contains("HttpOnly; SameSite=Strict; Path=/"));
        assert!(!format!("{:?}", guard.token).contains(&token));
    }

    proptest! {
        #[test]
        fn no_text_but_the_secret_is_it(text in "[0-9a-f]{0,60}") {
            let token = Token::kept(&"0a".repeat(SECRET)).unwrap();
            prop_assert_eq!(token.is(&text), text == token.as_str());
        }
    }
}
