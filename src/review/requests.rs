//! Bodies of requests: read whole, within their limit, and turned into what the desk takes.

use super::answer::Problem;
use super::backstage::Trouble;
use super::desk::{EditRequest, Refused, Version};
use crate::model::{EntryId, PersonId};
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;

/// The most bytes of a JSON body.
const LARGEST: usize = 1 << 20;
/// So many bytes of what is refused are read all the same: a browser that is cut off while it sends never reads why.
const PASSED_OVER: u64 = 64 << 20;

/// A JSON body, or what is wrong with it.
pub(super) struct Sent<T>(pub(super) Result<T, Problem>);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Sent<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let read = read(request.into_body()).await;
        Ok(Self(read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| unreadable(&error).into()))))
    }
}

fn unreadable(error: &serde_json::Error) -> Trouble {
    Trouble {
        why: error.to_string(),
        ..Trouble::new("What the page sent could not be understood", "Reload the page, then try once more.")
    }
}

async fn read(mut body: Body) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut fits = body.size_hint().lower() <= LARGEST as u64;
    while fits {
        let Some(frame) = body.frame().await else { return Ok(bytes) };
        let frame = frame.map_err(|_| {
            Problem::new(StatusCode::BAD_REQUEST, "What the page sent did not arrive whole", "Try once more.")
        })?;
        if let Ok(piece) = frame.into_data() {
            fits = bytes.len() + piece.len() <= LARGEST;
            bytes.extend_from_slice(if fits { &piece } else { &[] });
        }
    }
    pass_over(body).await;
    Err(Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "That is too long: a change may have 1 MB at most",
        "Shorten the text, then save it again.",
    ))
}

/// Reads what nobody needs, so that the answer is read.
pub(super) async fn pass_over(mut body: Body) {
    let mut rest = PASSED_OVER;
    if body.size_hint().lower() > rest {
        return;
    }
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
        let Some(left) = rest.checked_sub(length) else { return };
        rest = left;
    }
}

/// An edit as the page sends it. What is new gets its id here when the page gives it none.
pub(super) fn edit(mut body: Value) -> Result<EditRequest, Refused> {
    let act = body["change"]["do"].as_str().unwrap_or_default().to_owned();
    let place = match act.as_str() {
        "split" => body.get_mut("change").and_then(Value::as_object_mut).map(|change| (change, "into")),
        "add" => body.as_object_mut().map(|body| (body, "entry")),
        _ => None,
    };
    if let Some((object, name)) = place
        && object.get(name).is_none_or(Value::is_null)
    {
        object.insert(name.to_owned(), json!(fresh()?));
    }
    request(body)
}

fn fresh() -> Result<EntryId, Refused> {
    let bits = getrandom::u64().map_err(|error| {
        Refused::Trouble(Trouble {
            why: error.to_string(),
            ..Trouble::new("No new id could be made", "Try once more.")
        })
    })?;
    Ok(EntryId::from_random(bits))
}

fn request(body: Value) -> Result<EditRequest, Refused> {
    serde_json::from_value(body).map_err(|error| Refused::Impossible(unreadable(&error).sentence()))
}

/// Whose voice it is.
#[derive(Deserialize)]
pub(super) struct VoiceName {
    pub(super) version: Version,
    pub(super) key: String,
    /// The voice's number as people count, from 1.
    pub(super) voice: u32,
    /// Whose it is; none: nobody of the roster's, or nobody knows.
    #[serde(default)]
    pub(super) person: Option<PersonId>,
}

/// What somebody states about the episode.
#[derive(Deserialize)]
pub(super) struct FactSet {
    version: Value,
    key: Value,
    fact: Value,
    #[serde(default)]
    to: Value,
}

/// The edit that states it.
pub(super) fn set_fact(body: FactSet) -> Result<EditRequest, Refused> {
    let change = json!({ "do": "set_fact", "fact": body.fact, "to": body.to });
    request(json!({ "version": body.version, "key": body.key, "entry": null, "change": change }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Change;

    fn body(change: Value) -> Value {
        json!({ "version": "1.a", "key": "k", "entry": "e-7k3m9q2x", "change": change })
    }

    #[test]
    fn an_edit_is_read_as_the_page_sends_it() {
        let request = edit(body(json!({ "do": "set_question", "text": "Can I swim?" }))).unwrap();
        assert_eq!(request.change, Change::SetQuestion { text: "Can I swim?".into() });
        for wrong in [json!(1), json!([]), json!({}), body(json!({ "do": "explode" })), body(json!("x"))] {
            assert!(matches!(edit(wrong.clone()), Err(Refused::Impossible(_))), "{wrong}");
        }
    }

    #[test]
    fn a_body_is_read_up_to_its_limit() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = |length| runtime.block_on(read(Body::from(vec![b' '; length])));
        assert_eq!(read(LARGEST).unwrap().len(), LARGEST);
        let problem = read(LARGEST + 1).unwrap_err();
        assert_eq!(problem.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn a_fact_is_an_edit_too() {
        let set = |fact: &str| {
            let body = json!({ "version": "1.a", "key": "k", "fact": fact, "to": "New" });
            set_fact(serde_json::from_value(body).unwrap())
        };
        assert!(matches!(set("colour"), Err(Refused::Impossible(_))));
    }
}
