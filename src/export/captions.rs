//! Captions of what is published.
use super::NamedBytes;
use super::contract::EpisodeDocument;
use super::timed::TimedEntry;
use crate::config::Config;

/// `captions.vtt`.
pub(super) fn vtt(_document: &EpisodeDocument, _timed: &[TimedEntry], _config: &Config) -> Vec<NamedBytes> {
    Vec::new()
}

/// `captions.srt`.
pub(super) fn srt(_document: &EpisodeDocument, _timed: &[TimedEntry], _config: &Config) -> Vec<NamedBytes> {
    Vec::new()
}

/// The captions of one entry, on the recording's clock.
pub(super) fn entry_vtt(_document: &EpisodeDocument, _timed: &TimedEntry, _config: &Config) -> String {
    "WEBVTT\n".to_owned()
}
