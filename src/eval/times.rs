//! How far the times of a transcript are from the truth: where a sentence's first word begins, and where its last ends.
//!
//! The truth knows the times of sentences, a transcript those of words; the words of both are aligned, and a sentence
//! counts where its first, or its last, word was recognised.

use crate::model::{Millis, Transcript, Utterance};
use crate::text::align::common;
use crate::text::normalize;

/// Errors in seconds; positive is late.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Times {
    /// Sentences that have times.
    pub sentences: usize,
    /// Of the starts of those whose first word was recognised.
    pub starts: Vec<f64>,
    /// Of the ends of those whose last word was recognised.
    pub ends: Vec<f64>,
}

impl Times {
    /// Adds the errors of another recording.
    pub fn add(&mut self, other: &Self) {
        self.sentences += other.sentences;
        self.starts.extend_from_slice(&other.starts);
        self.ends.extend_from_slice(&other.ends);
    }
}

/// The size of error that `part` of the errors do not exceed: 0.5 gives the median; `None` without errors.
#[must_use]
pub fn within(errors: &[f64], part: f64) -> Option<f64> {
    let mut sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let last = sizes.len().checked_sub(1)?;
    sizes.get((part.clamp(0.0, 1.0) * last as f64).round() as usize).copied()
}

/// A word for comparing, with the time at which it begins or ends.
struct Timed {
    plain: String,
    start: Option<Millis>,
    end: Option<Millis>,
}

/// Compares the times of sentences with those of a transcript's words.
#[must_use]
pub fn score(truth: &[Utterance], transcript: &Transcript) -> Times {
    let mut said = Vec::new();
    for sentence in truth {
        let from = said.len();
        add(&mut said, &sentence.text);
        if let (Some(span), false) = (sentence.span, said.len() == from) {
            said[from].start = Some(span.start);
            let last = said.len() - 1;
            said[last].end = Some(span.end);
        }
    }
    let mut heard = Vec::new();
    for word in &transcript.words {
        let from = heard.len();
        add(&mut heard, &word.text);
        for timed in &mut heard[from..] {
            (timed.start, timed.end) = (Some(word.span.start), Some(word.span.end));
        }
    }
    let plain = |words: &[Timed]| words.iter().map(|word| word.plain.clone()).collect::<Vec<_>>();
    let mut times = Times { sentences: truth.iter().filter(|s| s.span.is_some()).count(), ..Times::default() };
    let late = |found: Millis, truth: Millis| found.seconds() - truth.seconds();
    for (i, j) in common(&plain(&said), &plain(&heard)) {
        let (truth, found) = (&said[i], &heard[j]);
        times.starts.extend(found.start.zip(truth.start).map(|(found, truth)| late(found, truth)));
        times.ends.extend(found.end.zip(truth.end).map(|(found, truth)| late(found, truth)));
    }
    times
}

/// Appends the words of a text. Each written word is normalised by itself, so that both sides are cut alike.
fn add(words: &mut Vec<Timed>, text: &str) {
    let plain = text.split_whitespace().flat_map(normalize::words);
    words.extend(plain.map(|plain| Timed { plain, start: None, end: None }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    fn transcript(words: &[(&str, u64, u64)]) -> Transcript {
        let word = |(text, start, end): &(&str, u64, u64)| serde_json::json!({"text": text, "start": *start as f64 / 1000.0, "end": *end as f64 / 1000.0, "probability": 1.0});
        serde_json::from_value(serde_json::json!({
            "language": "en", "duration": 9.0, "model": {"name": "x", "sha256": "0".repeat(64)},
            "audio": crate::model::AudioReport::default(), "speech": [], "sentences": [], "chunks": [], "warnings": [],
            "words": words.iter().map(word).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    #[test]
    fn a_sentence_counts_where_its_first_or_last_word_was_heard() {
        let say = |text: &str, start, end| Utterance {
            text: text.into(),
            span: Some(Span::new(Millis(start), Millis(end))),
            speaker: None,
            role: None,
        };
        let truth = [say("Do not bend.", 1000, 2000), say("Is it safe, at L4-L5?", 3000, 5000), say("…", 6000, 6100)];
        let heard = transcript(&[
            ("Do", 1250, 1400),
            ("not", 1400, 1500),
            ("band.", 1500, 1900),
            ("Is", 2900, 3100),
            ("it", 3100, 3200),
            ("safe", 3200, 3900),
            ("at", 3900, 4000),
            ("L4L5?", 4000, 5200),
        ]);
        let times = score(&truth, &heard);
        let rounded = |errors: &[f64]| errors.iter().map(|e| (e * 1000.0).round()).collect::<Vec<_>>();
        assert_eq!((rounded(&times.starts), rounded(&times.ends)), (vec![250.0, -100.0], vec![200.0]));
        assert_eq!(times.sentences, 3);
    }

    #[test]
    fn parts_of_errors_are_told_by_size() {
        let errors = [-0.5, 0.1, 0.2, -0.3, 0.4];
        assert_eq!((within(&errors, 0.5), within(&errors, 1.0), within(&[], 0.5)), (Some(0.3), Some(0.5), None));
    }
}
