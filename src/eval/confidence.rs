//! Whether a word's probability means what it says: of the words that are given 0.8, four in five should be right.

use crate::model::{Transcript, Utterance, Word};
use crate::text::align::{Step, align};
use crate::text::normalize;
use serde::Serialize;
use std::collections::HashMap;

/// Borders between the parts of the curve: most words are sure, so that they lie closer at the upper end.
const BORDERS: &[f32] = &[0.0, 0.4, 0.6, 0.75, 0.85, 0.9, 0.95, 0.98, 0.99, 1.0];

/// Words of about the same probability.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Part {
    /// How many.
    pub words: usize,
    /// How many of them are right.
    pub right: usize,
    /// The sum of their probabilities.
    pub probability: f64,
}

/// The calibration curve of some words.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Curve {
    /// From the least probable words to the most probable ones.
    pub parts: Vec<Part>,
    /// Words that are marked as unsure.
    pub marked: Part,
}

impl Curve {
    /// Adds the words of another recording.
    pub fn add(&mut self, other: &Self) {
        self.parts.resize(BORDERS.len() - 1, Part::default());
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            part.add(*other);
        }
        self.marked.add(other.marked);
    }

    /// All words together.
    #[must_use]
    pub fn whole(&self) -> Part {
        let mut whole = Part::default();
        self.parts.iter().for_each(|part| whole.add(*part));
        whole
    }

    /// How far apart the parts' probability and the share of right words are on average (the expected calibration
    /// error).
    #[must_use]
    pub fn error(&self) -> f64 {
        let off = self.parts.iter().map(|part| (part.probability - part.right as f64).abs()).sum::<f64>();
        off / self.whole().words.max(1) as f64
    }
}

impl Part {
    fn add(&mut self, other: Self) {
        self.words += other.words;
        self.right += other.right;
        self.probability += other.probability;
    }

    fn count(&mut self, word: &Word, right: bool) {
        self.words += 1;
        self.right += usize::from(right);
        self.probability += f64::from(word.probability);
    }
}

/// The curve of a transcript's words: those that the truth has at their place are right.
#[must_use]
pub fn score(truth: &[Utterance], transcript: &Transcript) -> Curve {
    let mut numbers = HashMap::new();
    let mut number = |text: &str| -> Vec<usize> {
        let words = text.split_whitespace().flat_map(normalize::words);
        let number = |word: String| {
            let next = numbers.len();
            *numbers.entry(word).or_insert(next)
        };
        words.map(number).collect()
    };
    let said: Vec<usize> = truth.iter().flat_map(|utterance| number(&utterance.text)).collect();
    let (mut heard, mut word_of) = (Vec::new(), Vec::new());
    for (index, word) in transcript.words.iter().enumerate() {
        let own = number(&word.text);
        word_of.resize(word_of.len() + own.len(), index);
        heard.extend(own);
    }
    // What a word is written as may be several: all must be right.
    let mut right: Vec<Option<bool>> = vec![None; transcript.words.len()];
    let mut at = 0;
    for step in align(&said, &heard) {
        if step != Step::Deleted {
            let right = right[word_of[at]].get_or_insert(true);
            *right &= step == Step::Equal;
            at += 1;
        }
    }
    let mut curve = Curve { parts: vec![Part::default(); BORDERS.len() - 1], marked: Part::default() };
    for (word, right) in transcript.words.iter().zip(right) {
        let Some(right) = right else { continue };
        let above = BORDERS[1..BORDERS.len() - 1].iter().filter(|border| word.probability >= **border).count();
        curve.parts[above].count(word, right);
        if word.is_unsure() {
            curve.marked.count(word, right);
        }
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AudioReport, Span};

    fn transcript(words: &[(&str, f32)]) -> Transcript {
        let word =
            |(text, p): &(&str, f32)| serde_json::json!({"text": text, "start": 0.0, "end": 0.0, "probability": p});
        serde_json::from_value(serde_json::json!({
            "language": "en", "duration": 9.0, "model": {"name": "x", "sha256": "0".repeat(64)},
            "audio": AudioReport::default(), "speech": [], "sentences": [], "chunks": [],
            "words": words.iter().map(word).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    #[test]
    fn words_are_counted_by_their_probability_and_whether_they_are_right() {
        let say = |text: &str| Utterance { text: text.into(), span: Some(Span::default()), speaker: None, role: None };
        let heard =
            transcript(&[("Do", 0.995), ("not", 0.5), ("band", 0.55), ("at", 0.97), ("L4-L5.", 0.7), ("…", 0.3)]);
        let curve = score(&[say("Do not bend"), say("at L4-L5.")], &heard);
        let counts: Vec<(usize, usize)> = curve.parts.iter().map(|part| (part.words, part.right)).collect();
        assert_eq!(counts, [(0, 0), (2, 1), (1, 1), (0, 0), (0, 0), (0, 0), (1, 1), (0, 0), (1, 1)]);
        assert_eq!((curve.marked.words, curve.marked.right), (3, 2));
        assert!((curve.whole().probability - 3.715).abs() < 1e-5);
        let mut twice = Curve::default();
        twice.add(&curve);
        twice.add(&curve);
        assert_eq!(twice.whole().words, 10);
        assert!((twice.error() - curve.error()).abs() < 1e-9);
    }

    #[test]
    fn honest_words_have_no_error() {
        let say = |text: &str| Utterance { text: text.into(), span: None, speaker: None, role: None };
        let heard = transcript(&[("one", 0.5), ("two", 0.5)]);
        assert_eq!(score(&[say("one three")], &heard).error(), 0.0);
        assert_eq!(Curve::default().error(), 0.0);
    }
}
