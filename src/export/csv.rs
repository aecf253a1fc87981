//! `entries.csv`.
use super::contract::FeedDocument;
use super::{ExportError, NamedBytes};

/// The table.
pub(super) fn file(_feed: &FeedDocument) -> Result<Vec<NamedBytes>, ExportError> {
    Ok(Vec::new())
}
