//! The documents of the [`contract`](super::contract) as files.

use super::contract::{EpisodeDocument, FeedDocument};
use super::{ExportError, NamedBytes};
use serde::Serialize;
use serde_json::{Map, Value};

/// `episode.json`.
pub(super) fn episode(document: &EpisodeDocument) -> Result<Vec<NamedBytes>, ExportError> {
    file(format!("{}/episode.json", document.episode.id), document)
}

/// `feed.json`.
pub(super) fn feed(document: &FeedDocument) -> Result<Vec<NamedBytes>, ExportError> {
    file("feed.json".to_owned(), document)
}

/// A value as a JSON file.
pub(super) fn file(name: String, value: &impl Serialize) -> Result<Vec<NamedBytes>, ExportError> {
    match serde_json::to_vec_pretty(value) {
        Ok(mut bytes) => {
            bytes.push(b'\n');
            Ok(vec![NamedBytes { name, bytes }])
        }
        Err(e) => Err(ExportError::Made { name, reason: e.to_string() }),
    }
}

/// The fields of a value, in their order.
pub(super) fn value(name: &str, value: &impl Serialize) -> Result<Map<String, Value>, ExportError> {
    let reason = match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => return Ok(fields),
        Ok(_) => "no fields".to_owned(),
        Err(e) => e.to_string(),
    };
    Err(ExportError::Made { name: name.to_owned(), reason })
}
