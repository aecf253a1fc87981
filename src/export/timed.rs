//! When the printed words of an entry sound: each printed word gets the time of the word that was said for it.

use super::contract::EpisodeDocument;
use crate::model::{EntryId, PersonId, Span, Word};

/// A printed word and when it sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimedWord {
    /// As printed.
    pub(super) text: String,
    /// When.
    pub(super) span: Span,
    /// Whether a new paragraph begins with it.
    pub(super) begins_paragraph: bool,
    /// Who says it, where that is sure.
    pub(super) speaker: Option<PersonId>,
}

/// An entry's printed words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimedEntry {
    pub(super) id: EntryId,
    pub(super) question: Vec<TimedWord>,
    pub(super) answer: Vec<TimedWord>,
}

/// The entries' printed words with times, in the order of `document`.
pub(super) fn entries(_document: &EpisodeDocument, _words: &[Word]) -> Vec<TimedEntry> {
    Vec::new()
}

/// Words as sentences, each with when it sounds and who says it.
pub(super) fn sentences(words: &[TimedWord]) -> Vec<(Span, String, Option<PersonId>)> {
    words
        .split_inclusive(|word| word.text.ends_with(['.', '?', '!']))
        .filter_map(|words| {
            let (first, last) = (words.first()?, words.last()?);
            let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            Some((first.span.hull(last.span), text, first.speaker.clone()))
        })
        .collect()
}
