//! `jsonfeed.json`.
use super::contract::EpisodeDocument;
use super::{ExportError, NamedBytes};
use crate::config::Config;
use jiff::Timestamp;

/// The feed.
pub(super) fn file(
    _documents: &[EpisodeDocument],
    _since: Option<Timestamp>,
    _config: &Config,
) -> Result<Vec<NamedBytes>, ExportError> {
    Ok(Vec::new())
}
