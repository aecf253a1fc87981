//! Sentences into an outline of segments, questions and answers.
//!
//! The way: wordings ([`cues`]) and a word table ([`words`]) say what a sentence is like alone; trees ([`trees`]) see
//! it among its neighbours, voices and the document and mark starts and ends ([`candidates`]); every promising start
//! gets the most promising answers, trees rate each such pair as a whole, and the best set without overlap wins
//! ([`decoder`]). Tables and trees are learned from invented scripts by `training/train.py`. No question mark, voice
//! or time is needed; each helps.

mod candidates;
mod cues;
mod decoder;
mod explain;
mod features;
mod lines;
mod pairs;
#[cfg(test)]
mod training;
mod trees;
mod words;

use crate::model::{Outline, Pair, Segment, SegmentKind, Unanswered, Utterance};
use candidates::{Candidate, Marks, mark};
use cues::Kind;
use features::{Sheet, class};

/// Raised when the same sentences give another outline.
pub const VERSION: u32 = 1;

/// A sentence is a deferral, or a question that is put off, from this probability on.
const PUT_OFF: f32 = 0.5;

/// The outline of an episode: pairs in order and without overlap, and every sentence in one segment.
///
/// Pure and deterministic; any input gives an outline, the empty one an empty outline.
#[must_use]
pub fn outline(utterances: &[Utterance]) -> Outline {
    let sheet = Sheet::read(utterances);
    let marks = decoder::mark(&sheet);
    let rated = decoder::rate(&sheet, &marks);
    let chosen = decoder::choose(&rated, decoder::learned().least, sheet.len());
    let (put_off, chosen): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|(c, _)| is_put_off(&sheet, &marks, *c));
    let mut earliest = 0;
    let mut pairs = Vec::new();
    for (candidate, odds) in chosen {
        pairs.push(Pair {
            question: std::iter::once(candidate.question.0..candidate.question.1 + 1).collect(),
            answer: pairs::answer(&sheet, &marks, candidate),
            source: pairs::source(&sheet, candidate, earliest),
            asker: pairs::asker(&sheet, candidate, earliest),
            confidence: odds.clamp(0.0, 1.0),
            reasons: explain::reasons(&sheet, &marks, candidate, earliest),
        });
        earliest = candidate.answer.1 + 1;
    }
    let mut outline = Outline { segments: Vec::new(), pairs, unanswered: Vec::new() };
    let mut kinds = kinds(&sheet, &marks, &outline);
    outline.unanswered = unanswered(&sheet, &marks, &mut kinds, &put_off);
    for (i, kind) in kinds.into_iter().enumerate() {
        match outline.segments.last_mut().filter(|segment| segment.kind == kind) {
            Some(segment) => segment.sentences.end = i + 1,
            None => outline.segments.push(Segment { kind, sentences: i..i + 1 }),
        }
    }
    outline
}

/// Whether what follows a question only puts it off.
fn is_put_off(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate) -> bool {
    let (start, end) = candidate.answer;
    end - start < 3 && (start..=end).all(|i| defers(sheet, marks, i))
}

fn defers(sheet: &Sheet<'_>, marks: &[Marks], i: usize) -> bool {
    let share = sheet.shares[i][class::UNANSWERED];
    marks[i][mark::UNANSWERED] > PUT_OFF
        || (sheet.hits[i].has(Kind::Deferral) && share.max(marks[i][mark::UNANSWERED]) > 0.2)
}

fn kinds(sheet: &Sheet<'_>, marks: &[Marks], outline: &Outline) -> Vec<SegmentKind> {
    let first = outline.pairs.first().and_then(|p| p.question.first()).map_or(usize::MAX, |r| r.start);
    let kind = |i: usize| {
        let shares = &sheet.shares[i];
        let aside = shares[class::ANNOUNCEMENT] + shares[class::ASIDE];
        let farewell = shares[class::GREETING] > 0.4 && i > first;
        if marks[i][mark::HAND_OVER] > 0.5 {
            SegmentKind::HandOver
        } else if farewell || aside > 0.5 {
            SegmentKind::Other
        } else {
            SegmentKind::Talk
        }
    };
    let mut kinds: Vec<SegmentKind> = (0..sheet.len()).map(kind).collect();
    for pair in &outline.pairs {
        let ends = pair.question.first().zip(pair.answer.last());
        for i in ends.map_or(0..0, |(question, answer)| question.start..answer.end) {
            // Between a question and its answer, and in what is cut out, nothing is talk.
            if kinds[i] == SegmentKind::Talk {
                kinds[i] = SegmentKind::HandOver;
            }
        }
        for (ranges, kind) in [(&pair.question, SegmentKind::Question), (&pair.answer, SegmentKind::Answer)] {
            ranges.iter().for_each(|range| kinds[range.clone()].fill(kind));
        }
    }
    kinds
}

/// Questions outside pairs that are put off, in order.
fn unanswered(
    sheet: &Sheet<'_>,
    marks: &[Marks],
    kinds: &mut [SegmentKind],
    put_off: &[(Candidate, f32)],
) -> Vec<Unanswered> {
    let mut found: Vec<Unanswered> = Vec::new();
    let mut i = 0;
    while i < sheet.len() {
        let free = |i: usize| !matches!(kinds[i], SegmentKind::Question | SegmentKind::Answer);
        let known = put_off.iter().find(|(c, _)| c.question.0 == i);
        let (question, end) = if let Some((candidate, _)) = known {
            (candidate.question.0..candidate.question.1 + 1, candidate.answer.1 + 1)
        } else if free(i) && marks[i][mark::UNANSWERED] > PUT_OFF {
            let end = (i..sheet.len()).find(|&k| !free(k) || marks[k][mark::UNANSWERED] <= PUT_OFF);
            let end = end.unwrap_or(sheet.len());
            // The question ends before the first sentence that only puts it off.
            let asked = (i + 1..end).find(|&k| sheet.hits[k].has(Kind::Deferral)).unwrap_or(i + 1);
            (i..asked, end)
        } else {
            i += 1;
            continue;
        };
        let deferral = (question.start..end).rev().find(|&k| sheet.hits[k].has(Kind::Deferral));
        let reason = match deferral {
            Some(k) => format!("“{}” puts it off", sheet.utterances[k].text.trim()),
            None => "nobody answers it".to_owned(),
        };
        kinds[question.clone()].fill(SegmentKind::Question);
        kinds[question.end..end].fill(SegmentKind::HandOver);
        i = end.max(question.end);
        found.push(Unanswered { question, reason });
    }
    found
}
