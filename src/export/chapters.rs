//! Questions as chapters.
use super::NamedBytes;
use super::contract::EpisodeDocument;
use crate::config::Config;

/// `chapters.txt`.
pub(super) fn description(_document: &EpisodeDocument, _config: &Config, _notes: &mut Vec<String>) -> Vec<NamedBytes> {
    Vec::new()
}

/// `chapters.vtt`.
pub(super) fn vtt(_document: &EpisodeDocument, _config: &Config) -> Vec<NamedBytes> {
    Vec::new()
}
