//! `wordpress.xml`.
use super::contract::EpisodeDocument;
use super::{ExportError, NamedBytes};
use crate::config::Config;
use jiff::Timestamp;

/// The files.
pub(super) fn files(
    _documents: &[EpisodeDocument],
    _since: Option<Timestamp>,
    _config: &Config,
) -> Result<Vec<NamedBytes>, ExportError> {
    Ok(Vec::new())
}
