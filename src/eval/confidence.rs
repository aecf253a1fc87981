//! Whether a word's probability means what it says: of the words that are given 0.8, four in five should be right.

use crate::model::{Transcript, Utterance, Word};
use crate::text::align::common;
use crate::text::normalize;
use serde::Serialize;

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
    let plain = |text: &str| text.split_whitespace().flat_map(normalize::words).collect::<Vec<_>>();
    let said: Vec<String> = truth.iter().flat_map(|utterance| plain(&utterance.text)).collect();
    let parts: Vec<Vec<String>> = transcript.words.iter().map(|word| plain(&word.text)).collect();
    let heard: Vec<&String> = parts.iter().flatten().collect();
    let mut said_too = vec![false; heard.len()];
    for (_, at) in common(&said.iter().collect::<Vec<_>>(), &heard) {
        said_too[at] = true;
    }
    let mut curve = Curve { parts: vec![Part::default(); BORDERS.len() - 1], marked: Part::default() };
    let mut rest = said_too.as_slice();
    for (word, parts) in transcript.words.iter().zip(&parts) {
        let (own, behind) = rest.split_at(parts.len());
        rest = behind;
        if own.is_empty() {
            continue;
        }
        // A written word may be several spoken ones: all must be right.
        let right = own.iter().all(|right| *right);
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
