//! A recording that went through the whole pipeline against its exact ground truth.

use super::confidence::{self, Curve};
use super::gold::{Gold, Predicted};
use super::pairs::{self, Score};
use super::times::{self, Times};
use super::wer::{self, Wer};
use crate::model::{Entries, Entry, Span, Transcript, Utterance};
use serde::Deserialize;
use std::ops::Range;

/// What the ground truth of a recording says beyond its labelled sentences.
#[derive(Debug, Clone, Deserialize)]
pub struct Truth {
    /// Its name, which is the recording's file name without ending.
    pub id: String,
    pairs: Vec<TruthPair>,
}

#[derive(Debug, Clone, Deserialize)]
struct TruthPair {
    answerers: Vec<String>,
}

/// How the recording fared.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The recording.
    pub id: String,
    /// The transcript's words.
    pub words: Wer,
    /// The times of its sentences.
    pub times: Times,
    /// How honest its words' probabilities are.
    pub confidence: Curve,
    /// The pairs, after times were turned into the truth's sentences.
    pub pairs: Score,
    /// For each right pair, how far its answer's start is from the truth, in seconds; positive is late.
    pub answer_starts: Vec<f64>,
    /// Right pairs that credit exactly those who answer.
    pub credited: usize,
    /// Right pairs that credit somebody who does not answer. The one figure that must be zero.
    pub miscredited: usize,
    /// Questions that nobody answers, by the truth.
    pub unanswered: usize,
    /// Those of them that were found to be so.
    pub unanswered_found: usize,
}

/// Measures what the pipeline made of a recording.
#[must_use]
pub fn score(truth: &Truth, gold: &Gold, transcript: &Transcript, entries: &Entries) -> Figures {
    let spoken: Vec<&str> = gold.utterances.iter().map(|u| u.text.as_str()).collect();
    let answered: Vec<(&Entry, Span)> =
        entries.entries.iter().filter_map(|e| e.answer.as_ref().map(|a| (e, a.span))).collect();
    let predicted: Vec<Predicted> = answered
        .iter()
        .map(|(entry, answer)| Predicted {
            question: sentences_in(&gold.utterances, entry.question.span),
            answer: sentences_in(&gold.utterances, *answer),
        })
        .collect();
    let mut figures = Figures {
        id: gold.id.clone(),
        words: wer::score(&spoken.join(" "), &transcript.text(0..transcript.words.len())),
        times: times::score(&gold.utterances, transcript),
        confidence: confidence::score(&gold.utterances, transcript),
        pairs: pairs::score(gold, &predicted, false),
        answer_starts: Vec::new(),
        credited: 0,
        miscredited: 0,
        unanswered: gold.unanswered.len(),
        unanswered_found: 0,
    };
    for (found, wanted) in pairs::matched(gold, &predicted) {
        let (entry, answer) = answered[found];
        let start = gold.utterances.get(gold.pairs[wanted].answer.start).and_then(|u| u.span).map(|s| s.start);
        figures.answer_starts.extend(start.map(|start| answer.start.seconds() - start.seconds()));
        let names = truth.pairs.get(wanted).map(|p| p.answerers.as_slice()).unwrap_or_default();
        let wrong = entry.credits.iter().any(|c| !names.contains(&c.name));
        let all = names.iter().all(|name| entry.credits.iter().any(|c| c.name == *name));
        figures.miscredited += usize::from(wrong);
        figures.credited += usize::from(all && !wrong);
    }
    let open = entries.entries.iter().filter(|e| e.answer.is_none()).map(|e| e.question.span);
    let open: Vec<Range<usize>> = open.map(|span| sentences_in(&gold.utterances, span)).collect();
    figures.unanswered_found =
        gold.unanswered.iter().filter(|wanted| open.iter().any(|found| overlaps(wanted, found))).count();
    figures
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start.max(b.start) < a.end.min(b.end)
}

/// The labelled sentences of which at least half sounds in `span`, from the first to the last.
fn sentences_in(utterances: &[Utterance], span: Span) -> Range<usize> {
    let inside = |u: &Utterance| u.span.is_some_and(|s| s.overlap(span).0 * 2 >= s.length().0.max(1));
    match (utterances.iter().position(inside), utterances.iter().rposition(inside)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    }
}

impl Figures {
    /// How many answers start within `seconds` of the truth.
    #[must_use]
    pub fn starts_within(&self, seconds: f64) -> usize {
        self.answer_starts.iter().filter(|error| error.abs() <= seconds).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

    #[test]
    fn a_span_means_the_sentences_that_mostly_sound_in_it() {
        let sentence = |start, end| Utterance {
            text: String::new(),
            span: Some(Span::new(Millis(start), Millis(end))),
            speaker: None,
            role: None,
        };
        let all = [sentence(0, 1000), sentence(1000, 2000), sentence(2000, 3000)];
        assert_eq!(sentences_in(&all, Span::new(Millis(600), Millis(2600))), 1..3);
        assert_eq!(sentences_in(&all, Span::new(Millis(5000), Millis(6000))), 0..0);
    }
}
