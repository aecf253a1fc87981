//! Questions that nobody answers: put off, left for another day, taken offline.

use super::candidates::{Candidate, Marks, mark};
use super::cues::Kind;
use super::features::{Sheet, class};
use crate::model::SegmentKind;
use std::ops::Range;

/// From this probability on, a sentence is taken for a question put off, or for what puts it off.
const PUT_OFF: f32 = 0.5;
/// From this probability on, a question is looked for whose only reply is a deferral.
const START: f32 = 0.3;
/// A deferral lasts at most so many sentences.
const LONGEST: usize = 4;

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    /// Its sentences.
    pub(super) question: Range<usize>,
    /// Behind the last sentence that puts it off.
    pub(super) end: usize,
}

impl From<Candidate> for Open {
    fn from(candidate: Candidate) -> Self {
        Self { question: candidate.question.0..candidate.question.1 + 1, end: candidate.answer.1 + 1 }
    }
}

impl Open {
    /// As a pair of the question and what puts it off.
    pub(super) fn as_candidate(&self) -> Candidate {
        Candidate { question: (self.question.start, self.question.end - 1), answer: (self.question.end, self.end) }
    }

    /// Whether a candidate shares a sentence with the question or its deferral.
    pub(super) fn overlaps(&self, candidate: Candidate) -> bool {
        candidate.question.0 < self.end && self.question.start <= candidate.answer.1
    }

    /// Why it is taken for unanswered, in words.
    pub(super) fn reason(&self, sheet: &Sheet<'_>) -> String {
        match (self.question.start..self.end).rev().find(|&i| sheet.hits[i].has(Kind::Deferral)) {
            Some(i) => format!("“{}” puts it off", sheet.utterances[i].text.trim()),
            None => "nobody answers it".to_owned(),
        }
    }
}

/// Whether a sentence says that there will be no answer now. "Contact your doctor" alone is advice.
fn refuses(sheet: &Sheet<'_>, i: usize) -> bool {
    const NOW: [&str; 16] = [
        "offline",
        "can't",
        "cannot",
        "won't",
        "not",
        "couldn't",
        "leave",
        "leaving",
        "hold",
        "save",
        "skip",
        "skipping",
        "park",
        "back",
        "individually",
        "afterwards",
    ];
    sheet.hits[i].has(Kind::Deferral) && sheet.lines[i].words.iter().any(|w| NOW.contains(&w.as_str()))
}

/// Questions whose only reply is a deferral, right before the next hand-over, thanks or the end.
pub(super) fn put_off(sheet: &Sheet<'_>, marks: &[Marks]) -> Vec<Open> {
    let mut found: Vec<Open> = Vec::new();
    let mut i = 0;
    while i < sheet.len() {
        let start = i;
        i += 1;
        if marks[start][mark::QUESTION_START] < START {
            continue;
        }
        let asks = |k: usize| marks[k][mark::QUESTION] > 0.4 && !sheet.hits[k].has(Kind::Deferral);
        let asked = (start + 1..sheet.len()).find(|&k| !asks(k)).unwrap_or(sheet.len());
        let end = (asked..sheet.len()).find(|&k| !sheet.hits[k].has(Kind::Deferral)).unwrap_or(sheet.len());
        let moves_on =
            [Kind::Numbering, Kind::Source, Kind::Caller, Kind::SignOff, Kind::Thanks, Kind::Acknowledgement];
        let over = end == sheet.len() || marks[end][mark::HAND_OVER] > 0.3 || sheet.hits[end].any(&moves_on);
        let refused = (asked..end).any(|k| refuses(sheet, k));
        if refused && over && end - asked <= LONGEST {
            found.push(Open { question: start..asked, end });
            i = end;
        }
    }
    found
}

/// Whether what a pair takes for the answer only puts the question off.
pub(super) fn only_defers(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate) -> bool {
    let (start, end) = candidate.answer;
    let defers = |i: usize| {
        let odds = marks[i][mark::UNANSWERED];
        odds > PUT_OFF || (sheet.hits[i].has(Kind::Deferral) && sheet.shares[i][class::UNANSWERED].max(odds) > 0.2)
    };
    end - start < LONGEST && (start..=end).all(defers)
}

/// The questions known to be open, and those between the pairs that look like it, in order.
pub(super) fn complete(sheet: &Sheet<'_>, marks: &[Marks], known: Vec<Open>, kinds: &[SegmentKind]) -> Vec<Open> {
    let mut free: Vec<bool> =
        kinds.iter().map(|kind| !matches!(kind, SegmentKind::Question | SegmentKind::Answer)).collect();
    known.iter().for_each(|open| free[open.question.start..open.end].fill(false));
    let mut all = known;
    let mut i = 0;
    while i < sheet.len() {
        let looks_open = |k: usize| free[k] && marks[k][mark::UNANSWERED] > PUT_OFF;
        if !looks_open(i) {
            i += 1;
            continue;
        }
        let end = (i..sheet.len()).find(|&k| !looks_open(k)).unwrap_or(sheet.len());
        // The question ends before the first sentence that only puts it off.
        let asked = (i + 1..end).find(|&k| sheet.hits[k].has(Kind::Deferral)).unwrap_or(i + 1);
        all.push(Open { question: i..asked, end });
        i = end;
    }
    all.sort_by_key(|open| open.question.start);
    all
}
