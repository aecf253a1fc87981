//! A whole website.
use super::contract::EpisodeDocument;
use super::timed::TimedEntry;
use super::{ExportError, NamedBytes};
use crate::config::Config;

/// The pages of an episode.
pub(super) fn episode(
    _document: &EpisodeDocument,
    _timed: &[TimedEntry],
    _config: &Config,
    _templates: &[(String, String)],
) -> Result<Vec<NamedBytes>, ExportError> {
    Ok(Vec::new())
}

/// The pages of all episodes.
pub(super) fn whole(
    _documents: &[EpisodeDocument],
    _config: &Config,
    _templates: &[(String, String)],
    _notes: &mut Vec<String>,
) -> Result<Vec<NamedBytes>, ExportError> {
    Ok(Vec::new())
}
