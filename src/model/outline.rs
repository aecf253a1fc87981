//! What an episode consists of: talk, hand-overs, questions, answers.

use super::{ClusterId, Millis, QuestionSource, Role, Span};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A sentence as segmentation sees it. Only the text is always there: transcripts without times or speakers work too.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// The sentence.
    pub text: String,
    /// When it is said.
    pub span: Option<Span>,
    /// Which voice says it.
    pub speaker: Option<ClusterId>,
    /// What that voice does in this episode, if known.
    pub role: Option<Role>,
}

/// What a run of sentences is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Presentation, welcome, conversation that is not about an audience question.
    Talk,
    /// From one question to the next: routing, thanks, the asker's name.
    HandOver,
    /// An audience question.
    Question,
    /// The answer to one.
    Answer,
    /// Announcements, jokes, sign-off.
    Other,
}

/// A run of sentences of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// Its sentences.
    pub sentences: Range<usize>,
}

/// An audience question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The sentences that ask, in order; several runs when something stands between them.
    pub question: Vec<Range<usize>>,
    /// The sentences that answer, in order; several runs when an announcement is cut out.
    pub answer: Vec<Range<usize>>,
    /// How the question reached the panel.
    pub source: QuestionSource,
    /// The asker's name as spoken, if somebody says it. Never published by itself.
    pub asker: Option<String>,
    /// How likely it is that this is a question from the audience with its answer, 0 to 1.
    pub confidence: f32,
    /// What spoke for it, in words, strongest first.
    pub reasons: Vec<String>,
}

/// From the first to the last sentence of several runs in order; `None` without any.
#[must_use]
pub fn hull(runs: &[Range<usize>]) -> Option<Range<usize>> {
    Some(runs.first()?.start..runs.last()?.end)
}

/// A question of the audience that nobody answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unanswered {
    /// The sentences that ask.
    pub question: Range<usize>,
    /// Why it is taken for unanswered, in words.
    pub reason: String,
}

/// A written question that was answered aloud, but not read aloud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aloud {
    /// The asker's own text.
    pub question: String,
    /// When it was asked, if that is known.
    pub at: Option<Millis>,
    /// The sentences that answer, if they were found.
    pub answer: Option<Range<usize>>,
    /// What speaks for it, in words.
    pub reason: String,
}

/// A pair that somebody else proposes, by its sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The sentences that ask.
    pub question: Range<usize>,
    /// The sentences that answer.
    pub answer: Range<usize>,
}

/// The structure of an episode.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// All sentences in order as runs of one kind.
    pub segments: Vec<Segment>,
    /// The pairs, in order, without overlap.
    pub pairs: Vec<Pair>,
    /// Questions without an answer, in order.
    pub unanswered: Vec<Unanswered>,
    /// What is likelier to be no pair, but may be one: in order, without overlap with the pairs or each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<Pair>,
    /// Written questions that were answered without being read aloud, in the order of the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aloud: Vec<Aloud>,
}
