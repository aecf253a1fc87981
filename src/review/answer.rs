//! Answers: pages for people, JSON for the page's scripts, and problems in the same words for both.

use super::desk::{Delta, Refused};
use super::pages::Surroundings;
use super::{App, ReviewError, Trouble};
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// What is wrong with a request, or with us.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) trouble: Trouble,
}

impl Problem {
    pub(super) fn new(status: StatusCode, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { status, trouble: Trouble::new(what, next) }
    }

    /// Something is not there.
    pub(super) fn gone(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what, "Go back to the list of episodes.")
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, trouble }
    }
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, trouble: Trouble::of(&error) }
    }
}

/// What became of an edit, with its entries as they stand on the page.
#[derive(Serialize)]
pub(super) struct Changed {
    /// What somebody else changed before; left out when the edit was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<String>>,
    delta: Box<Delta>,
    html: BTreeMap<String, String>,
}

/// How to answer a request.
#[derive(Clone)]
pub(super) struct Reply {
    app: Arc<App>,
    as_page: bool,
}

impl FromRequestParts<Arc<App>> for Reply {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self::to(app, &parts.method, &parts.headers))
    }
}

impl Reply {
    /// Browsers that go to a place ask for a page; scripts do not.
    pub(super) fn to(app: &Arc<App>, method: &Method, headers: &HeaderMap) -> Self {
        let accepts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let as_page = *method == Method::GET && accepts.into_iter().any(|value| value.contains("text/html"));
        Self { app: Arc::clone(app), as_page }
    }

    /// A problem, as a page or as JSON.
    pub(super) fn problem(&self, problem: impl Into<Problem>) -> Response {
        let Problem { status, trouble } = problem.into();
        if self.as_page {
            let text = self.app.pages.trouble(&trouble).unwrap_or_else(|_| trouble.sentence());
            // Without its template it is plain text, which nothing in it can turn into markup.
            let kind = if text.starts_with('<') { "text/html; charset=utf-8" } else { "text/plain; charset=utf-8" };
            (status, [(CONTENT_TYPE, kind)], text).into_response()
        } else {
            json(status, &serde_json::json!({ "problem": trouble.sentence(), "trouble": trouble }))
        }
    }

    /// A page.
    pub(super) fn page(&self, made: Result<String, Problem>) -> Response {
        match made {
            Ok(text) => ([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
            Err(problem) => self.problem(problem),
        }
    }

    /// A value.
    pub(super) fn value(&self, made: Result<impl Serialize, Problem>) -> Response {
        match made {
            Ok(value) => json(StatusCode::OK, &value),
            Err(problem) => self.problem(problem),
        }
    }

    /// What became of an edit.
    pub(super) fn changed(&self, outcome: Result<Changed, Unchanged>) -> Response {
        match outcome {
            Ok(changed) => json(StatusCode::OK, &changed),
            Err(Unchanged::Stale(changed)) => json(StatusCode::CONFLICT, &changed),
            Err(Unchanged::Impossible(problem)) => {
                json(StatusCode::UNPROCESSABLE_ENTITY, &serde_json::json!({ "problem": problem }))
            }
            Err(Unchanged::Problem(problem)) => self.problem(problem),
        }
    }
}

/// Why an edit was not made, with its entries as they stand on the page.
pub(super) enum Unchanged {
    Stale(Changed),
    Impossible(String),
    Problem(Problem),
}

/// Adds the entries as they stand on the page.
pub(super) fn dress(app: &App, outcome: Result<Delta, Refused>) -> Result<Changed, Unchanged> {
    let html = |delta: &Delta| {
        let page = Surroundings { read_only: app.read_only, editor: app.editor.clone() };
        let entries = delta.entries.iter().map(|entry| (entry.id.to_string(), entry));
        app.pages.entries(entries, &page).map_err(|error| Unchanged::Problem(error.into()))
    };
    match outcome {
        Ok(delta) => Ok(Changed { changes: None, html: html(&delta)?, delta: Box::new(delta) }),
        Err(Refused::Stale { changes, delta }) => {
            Err(Unchanged::Stale(Changed { changes: Some(changes), html: html(&delta)?, delta }))
        }
        Err(Refused::Impossible(problem)) => Err(Unchanged::Impossible(problem)),
        // Not the edit's fault: it may be sent again.
        Err(Refused::Trouble(trouble)) => {
            Err(Unchanged::Problem(Problem { status: StatusCode::SERVICE_UNAVAILABLE, trouble }))
        }
    }
}

/// A value as JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => (status, [(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Body::empty()).into_response(),
    }
}
