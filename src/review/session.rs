//! Where the page was opened last. A page that is still open in a browser finds the server again after a restart, and
//! sends what it kept, when port and secret are the same.

use super::{ReviewError, Token};
use crate::atomic::{self, WriteError};
use crate::library::Library;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a secret is good for after the page was last opened.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Port and secret of a page.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// The port that it had; 0 when there was none.
    pub(super) port: u16,
    /// Its secret.
    pub(super) token: Token,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    port: u16,
    token: String,
    opened: Timestamp,
}

impl Session {
    /// The last one, or one of its own: for a page that is only to look at always, or whoever got its address could
    /// edit as soon as somebody does.
    pub(super) fn of(library: &Library, read_only: bool, now: Timestamp) -> Result<Self, ReviewError> {
        let kept = || {
            let kept: Kept = serde_json::from_slice(&std::fs::read(library.review_path()).ok()?).ok()?;
            let fresh = now.duration_since(kept.opened).abs() < GOOD_FOR;
            let token = Token::kept(&kept.token).filter(|_| fresh)?;
            Some(Self { port: kept.port, token })
        };
        match kept().filter(|_| !read_only) {
            Some(session) => Ok(session),
            None => Ok(Self { port: 0, token: Token::random()? }),
        }
    }

    /// Keeps it for the next time.
    pub(super) fn keep(&self, library: &Library, now: Timestamp) -> Result<(), WriteError> {
        let kept = Kept { port: self.port, token: self.token.as_str().to_owned(), opened: now };
        // Plain data always serialises; should it not, nothing is kept.
        let bytes = serde_json::to_vec(&kept).unwrap_or_default();
        atomic::write_private(&library.review_path(), &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_on_for_a_week_but_not_for_those_who_only_look() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let first = Session::of(&library, false, now).unwrap();
        assert_eq!(first.port, 0);
        Session { port: 8000, ..first.clone() }.keep(&library, now).unwrap();
        let after =
            |hours: i64, read_only| Session::of(&library, read_only, now + SignedDuration::from_hours(hours)).unwrap();
        let next = after(7 * 24 - 1, false);
        assert_eq!((next.port, &next.token), (8000, &first.token));
        assert_ne!(after(1, true).token, first.token);
        assert_ne!(after(7 * 24 + 1, false).token, first.token);
        for damaged in ["", "{", r#"{"port": 1, "token": "x", "opened": "1970-01-01T00:00:00Z"}"#] {
            std::fs::write(library.review_path(), damaged).unwrap();
            assert_ne!(after(1, false).token, first.token);
        }
    }
}
