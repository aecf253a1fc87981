//! When the printed words of an entry sound: each printed word gets the time of the word that was said for it.

use super::contract::EpisodeDocument;
use crate::model::{EntryId, Millis, PersonId, Span, Word};

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

/// The entries' printed words with times, in the order of `document`: each paragraph's words share the entry's time.
pub(super) fn entries(document: &EpisodeDocument, _words: &[Word]) -> Vec<TimedEntry> {
    let spread = |texts: &[&str], span: Span| -> Vec<TimedWord> {
        let words: Vec<(bool, &str)> = texts
            .iter()
            .flat_map(|text| text.split_whitespace().enumerate().map(|(at, word)| (at == 0, word)))
            .collect();
        let at = |number: usize| Millis(span.start.0 + span.length().0 * number as u64 / (words.len() as u64).max(1));
        words
            .iter()
            .enumerate()
            .map(|(number, (begins_paragraph, word))| TimedWord {
                text: (*word).to_owned(),
                span: Span::new(at(number), at(number + 1)),
                begins_paragraph: *begins_paragraph,
                speaker: None,
            })
            .collect()
    };
    document
        .entries
        .iter()
        .map(|entry| TimedEntry {
            id: entry.id.clone(),
            question: spread(&[&entry.question.text], entry.question.span()),
            answer: spread(
                &entry.answer.paragraphs.iter().map(String::as_str).collect::<Vec<_>>(),
                entry.answer.span(),
            ),
        })
        .collect()
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
