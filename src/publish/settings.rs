//! `[wordpress]` and what the environment adds become settings that can be used, or a fault with its remedy.

use super::error::PublishError;
use crate::config::Wordpress;
use reqwest::Url;
use std::fmt;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// How long one answer may take, whole.
const PATIENCE: Duration = Duration::from_secs(60);
/// Before a request is tried again; each further pause is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest time that is waited because the site says so.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// Bytes of a password file that are read; an application password has 24 letters.
const LONGEST_PASSWORD: u64 = 4096;
const PER_SECOND: f64 = 4.0;

/// An application password: it shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// `None` for an empty one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Reads it from a file that is this user's alone.
    ///
    /// # Errors
    /// When the file is none, others may read it, or it is empty.
    pub fn from_file(path: &Path) -> Result<Self, PublishError> {
        let unusable = |why: String| PublishError::PasswordFile { path: path.to_owned(), why };
        let about = std::fs::metadata(path).map_err(|e| unusable(e.to_string()))?;
        if !about.is_file() {
            return Err(unusable("it is no regular file".into()));
        }
        let mode = about.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(PublishError::PasswordShown { path: path.to_owned(), mode });
        }
        if about.len() > LONGEST_PASSWORD {
            return Err(unusable("it is too long for a password".into()));
        }
        let text = std::fs::read_to_string(path).map_err(|e| unusable(e.to_string()))?;
        Self::new(&text).ok_or_else(|| unusable("it is empty".into()))
    }

    pub(super) fn secret(&self) -> &str {
        &self.0
    }

    /// `text` without the password, should a server have written it there.
    pub(super) fn taken_out_of(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Where and how entries are published.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The site.
    pub(super) url: Url,
    /// Who publishes.
    pub(super) user: String,
    pub(super) password: Password,
    /// The kind of post, by its name in addresses.
    pub(super) post_type: String,
    /// How new posts begin.
    pub(super) status: String,
    pub(super) categories: Vec<String>,
    pub(super) tags: Vec<String>,
    /// Between two requests.
    pub(super) gap: Duration,
    pub(super) patience: Duration,
    pub(super) pause: Duration,
    pub(super) longest_wait: Duration,
}

impl Settings {
    /// From `[wordpress]`; `user` and `password` are those of the environment and win. A relative `password_file` lies
    /// in `library`.
    ///
    /// # Errors
    /// When something is missing or means nothing.
    pub fn new(
        wordpress: &Wordpress,
        user: Option<&str>,
        password: Option<&str>,
        library: &Path,
    ) -> Result<Self, PublishError> {
        let url = site(&wordpress.url)?;
        let user = user.unwrap_or(&wordpress.user).trim().to_owned();
        if user.is_empty() {
            return Err(PublishError::NoUser);
        }
        if user.contains(':') {
            return Err(PublishError::UserName { user });
        }
        let password = match (password.and_then(Password::new), wordpress.password_file.trim()) {
            (Some(password), _) => password,
            (None, "") => return Err(PublishError::NoPassword { user }),
            (None, file) => Password::from_file(&library.join(file))?,
        };
        let names_only = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let post_type = wordpress.post_type.trim().to_owned();
        if post_type.is_empty() || !post_type.chars().all(names_only) {
            let may = "the kind's name in the site's addresses, such as \"posts\" or \"spine-answers\"";
            return Err(PublishError::Setting { key: "post_type", value: post_type, may });
        }
        let status = wordpress.status.trim().to_owned();
        if !matches!(status.as_str(), "draft" | "pending" | "publish") {
            let may = "\"draft\", \"pending\" or \"publish\"";
            return Err(PublishError::Setting { key: "status", value: status, may });
        }
        let rate = wordpress.requests_per_second;
        let rate = if rate.is_finite() && rate > 0.0 { rate.clamp(0.1, 100.0) } else { PER_SECOND };
        Ok(Self {
            url,
            user,
            password,
            post_type,
            status,
            categories: names(&wordpress.categories),
            tags: names(&wordpress.tags),
            gap: Duration::from_secs_f64(1.0 / rate),
            patience: PATIENCE,
            pause: PAUSE,
            longest_wait: LONGEST_WAIT,
        })
    }

    /// The site's address for people.
    #[must_use]
    pub fn site(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}

fn names(stated: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in stated.iter().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The site's address, which must be safe for a password.
fn site(stated: &str) -> Result<Url, PublishError> {
    let stated = stated.trim();
    if stated.is_empty() {
        return Err(PublishError::NoSite);
    }
    let url = Url::parse(stated).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let shown = || stated.split('@').next_back().unwrap_or_default().to_owned();
    let mut url = url.ok_or_else(|| PublishError::Address { value: shown() })?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(PublishError::Address { value: shown() });
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if url.scheme() != "https" && !is_here {
        return Err(PublishError::Insecure);
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Wordpress {
        Wordpress { url: url.into(), user: "editor".into(), ..Wordpress::default() }
    }

    fn settings(config: &Wordpress) -> Result<Settings, PublishError> {
        Settings::new(config, None, Some("abcd efgh"), Path::new("."))
    }

    #[test]
    fn a_password_travels_only_where_nobody_reads_along() {
        for good in ["https://www.example.org", "http://127.0.0.1:8080/blog", "http://localhost", "http://[::1]:8080"] {
            assert!(settings(&config(good)).is_ok(), "{good}");
        }
        for bad in ["http://www.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1"] {
            assert!(matches!(settings(&config(bad)), Err(PublishError::Insecure)), "{bad}");
        }
        for bad in ["www.example.org", "ftp://a.example", "https://me:secret@a.example", "https://a.example/?p=1"] {
            let error = settings(&config(bad)).unwrap_err();
            assert!(matches!(error, PublishError::Address { .. }), "{bad}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(matches!(settings(&config(" ")), Err(PublishError::NoSite)));
    }

    #[test]
    fn a_password_file_is_this_users_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        std::fs::write(&path, "abcd efgh\n").unwrap();
        let with_mode = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            Password::from_file(&path)
        };
        for mode in [0o600, 0o400] {
            assert_eq!(with_mode(mode).unwrap(), Password::new("abcd efgh").unwrap());
        }
        for mode in [0o644, 0o640, 0o604, 0o660, 0o601] {
            assert!(matches!(with_mode(mode), Err(PublishError::PasswordShown { .. })), "{mode:o}");
        }
        assert!(matches!(Password::from_file(dir.path()), Err(PublishError::PasswordFile { .. })));
        assert!(matches!(Password::from_file(&dir.path().join("none")), Err(PublishError::PasswordFile { .. })));
        std::fs::write(&path, " \n").unwrap();
        assert!(matches!(with_mode(0o600), Err(PublishError::PasswordFile { .. })));
        let mut config = config("https://a.example");
        config.password_file = "password".into();
        std::fs::write(&path, "from file").unwrap();
        let of = |password| Settings::new(&config, Some("other"), password, dir.path()).unwrap();
        assert_eq!(of(None).password.secret(), "from file");
        assert_eq!((of(Some("x")).password.secret(), of(Some("x")).user.as_str()), ("x", "other"));
        assert!(!format!("{:?}", of(Some("sesame"))).contains("sesame"));
    }

    #[test]
    fn settings_that_mean_nothing_are_named() {
        let mut odd = config("https://a.example");
        odd.status = "private".into();
        assert!(matches!(settings(&odd), Err(PublishError::Setting { key: "status", .. })));
        odd = Wordpress { user: "a:b".into(), ..config("https://a.example") };
        assert!(matches!(settings(&odd), Err(PublishError::UserName { .. })));
        odd.user = " ".into();
        assert!(matches!(settings(&odd), Err(PublishError::NoUser)));
        odd = config("https://a.example");
        odd.post_type = "../users".into();
        assert!(matches!(settings(&odd), Err(PublishError::Setting { key: "post_type", .. })));
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            odd = Wordpress { requests_per_second: rate, ..config("https://a.example") };
            assert_eq!(settings(&odd).unwrap().gap, Duration::from_millis(250));
        }
    }
}
