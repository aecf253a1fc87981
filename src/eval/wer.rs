//! Word error rate: how far a transcript is from what was said, and the longest passage that it leaves out.
//!
//! Both texts are normalised first ([`crate::text::normalize`]) and aligned ([`crate::text::align`]).

use crate::text::align::{Step, align_words};
use crate::text::normalize;
use serde::{Deserialize, Serialize};

/// How far a hypothesis is from its reference, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wer {
    /// Words that stand for another one.
    pub substitutions: usize,
    /// Words that nobody said.
    pub insertions: usize,
    /// Words that are missing.
    pub deletions: usize,
    /// Words of the reference, normalised.
    pub words: usize,
    /// The longest passage that is missing; `None` when no word is.
    pub drop_out: Option<DropOut>,
}

/// A passage of the reference that the hypothesis leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOut {
    /// Number of its first word in the normalised reference, from 0.
    pub at: usize,
    /// How many words are missing in a row.
    pub words: usize,
    /// The missing words, normalised.
    pub text: String,
}

impl Wer {
    /// Errors per word of the reference; 0 is perfect, more than 1 is possible. A reference without words counts as
    /// one word, so that whatever was invented for silence shows.
    #[must_use]
    pub fn rate(&self) -> f64 {
        (self.substitutions + self.insertions + self.deletions) as f64 / self.words.max(1) as f64
    }
}

/// Scores `hypothesis` against `reference`, both as plain text.
#[must_use]
pub fn score(reference: &str, hypothesis: &str) -> Wer {
    let (said, written) = (normalize::words(reference), normalize::words(hypothesis));
    let steps = align_words(&said, &written);
    let count = |kind| steps.iter().filter(|step| **step == kind).count();
    Wer {
        substitutions: count(Step::Substituted),
        insertions: count(Step::Inserted),
        deletions: count(Step::Deleted),
        words: said.len(),
        drop_out: longest_gap(&steps).map(|(at, words)| DropOut { at, words, text: said[at..at + words].join(" ") }),
    }
}

/// First word and length of the longest run of deletions; the first of several.
fn longest_gap(steps: &[Step]) -> Option<(usize, usize)> {
    let (mut word, mut run, mut longest) = (0, 0, None);
    for step in steps {
        match step {
            Step::Deleted => {
                run += 1;
                word += 1;
                if longest.is_none_or(|(_, words)| run > words) {
                    longest = Some((word - run, run));
                }
            }
            // An invented word within a gap does not end it.
            Step::Inserted => {}
            Step::Equal | Step::Substituted => {
                run = 0;
                word += 1;
            }
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_is_counted() {
        let wer = score("alpha bravo charlie delta", "alpha bravissimo delta echo");
        assert_eq!((wer.substitutions, wer.deletions, wer.insertions, wer.words), (1, 1, 1, 4));
        assert!((wer.rate() - 0.75).abs() < 1e-9);
        assert!((score("", "so much invented").rate() - 3.0).abs() < 1e-9);
        assert_eq!(score("L4-L5 at fifteen percent", "l4l5 at 15%").rate(), 0.0);
    }

    #[test]
    fn a_missing_passage_is_found_in_one_piece() {
        let wer = score("we see the back and the neck and the leg often", "we see the leg often");
        let gap = wer.drop_out.unwrap();
        assert_eq!((gap.at, gap.words, wer.deletions), (3, 6, 6));
        assert_eq!(gap.text, "back and the neck and the");
        assert_eq!(score("all of it", "all of it").drop_out, None);
    }

    #[test]
    fn hours_of_speech_are_scored() {
        let said: Vec<String> = (0..12_000_u64).map(|i| format!("w{}x", i * i % 997)).collect();
        let mut written = said.clone();
        written.drain(5_000..5_040);
        written[100] = "other".into();
        written.insert(9_000, "more".into());
        let wer = score(&said.join(" "), &written.join(" "));
        assert_eq!((wer.substitutions, wer.deletions, wer.insertions), (1, 40, 1));
        assert_eq!(wer.drop_out.map(|gap| gap.words), Some(40));
    }
}
