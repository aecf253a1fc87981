//! Findings about personal details of askers: what was found, where in the entry, and what to do about it.
//!
//! Each blocks publication until a person decides, so this asks rather than misses. In answers only what the asker gave
//! away is looked for, and forms of address.

use super::codes;
use super::details::{Kind, Known, in_answer, in_question};
use crate::model::{Flag, Span};

/// A word of a text with its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed<'a> {
    /// The word as it stands in the text.
    pub(super) text: &'a str,
    /// When it sounds.
    pub(super) span: Span,
    /// How sure the recogniser was; 1 for what a person wrote.
    pub(super) probability: f32,
}

/// Where in the entry a detail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the printed question.
    Question,
    /// Only in the question's word-for-word text.
    Verbatim,
    /// In the answer.
    Answer,
}

impl Place {
    pub(super) const ALL: [Self; 3] = [Self::Question, Self::Verbatim, Self::Answer];

    /// The beginning of a sentence about it.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::Question => "The printed question gives",
            Self::Verbatim => "Only the word-for-word question gives",
            Self::Answer => "The answer repeats or gives",
        }
    }

    /// What a finding's code ends with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Question => "-in-question",
            Self::Verbatim => "-in-verbatim",
            Self::Answer => "-in-answer",
        }
    }
}

/// Findings for a question: what is printed, and what only the word-for-word text still has.
pub(super) fn question_flags(printed: &[Timed<'_>], verbatim: &[Timed<'_>], known: &Known) -> Vec<Flag> {
    let mut found = flags(printed, Place::Question, known);
    let printed_details: Vec<String> = found.iter().map(|flag| flag.text.to_lowercase()).collect();
    let only = flags(verbatim, Place::Verbatim, known);
    found.extend(only.into_iter().filter(|flag| {
        let text = flag.text.to_lowercase();
        !printed_details.iter().any(|printed| printed.contains(&text))
    }));
    found
}

/// Findings for an answer.
pub(super) fn answer_flags(answer: &[Timed<'_>], known: &Known) -> Vec<Flag> {
    flags(answer, Place::Answer, known)
}

fn flags(text: &[Timed<'_>], place: Place, known: &Known) -> Vec<Flag> {
    let tokens: Vec<&str> = text.iter().map(|t| t.text).collect();
    let details = if place == Place::Answer { in_answer(&tokens, known) } else { in_question(&tokens, known) };
    let mut flags: Vec<Flag> = Vec::with_capacity(details.len());
    for detail in details {
        let span = text[detail.first].span.hull(text[detail.end - 1].span);
        let message = message(detail.kind, place, &detail.text);
        let flag = codes::detail(detail.kind, place, message, span, &detail.text);
        // One decision holds for every place in the same text.
        if !flags.iter().any(|other| other.code == flag.code && other.text == flag.text) {
            flags.push(flag);
        }
    }
    flags
}

fn message(kind: Kind, place: Place, text: &str) -> String {
    let noun = kind.noun();
    match place {
        Place::Question => format!(
            "The question gives {noun}: \"{text}\". Take it out of the text, or resolve this if it may be published."
        ),
        Place::Verbatim => format!(
            "The word-for-word question still has {noun}: \"{text}\". Resolve this if that may stay in the record."
        ),
        Place::Answer => format!(
            "The answer repeats {noun}: \"{text}\". Take it out of the text, or resolve this if it may be published."
        ),
    }
}
