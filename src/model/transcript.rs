//! What was said, word by word, with times.

use super::{AudioReport, Digest, Millis, Span};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One spoken word with its punctuation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As the recogniser wrote it, punctuation attached, no spaces around.
    pub text: String,
    /// When it sounds.
    #[serde(flatten)]
    pub span: Span,
    /// The probability that it is right, 0 to 1, calibrated: of the words at 0.8 four in five are.
    pub probability: f32,
}

impl Word {
    /// Words that are less probable are marked for the editor: on the fixtures one in eighty,
    /// and with them a third of all errors.
    pub const SURE: f32 = 0.75;

    /// Whether it should be listened to.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.probability < Self::SURE
    }
}

/// A run of words that ends where a sentence ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Its words, by index into [`Transcript::words`]; never empty.
    pub words: Range<usize>,
    /// From the first word's start to the last word's end; the start is snapped to the end of the silence before it.
    #[serde(flatten)]
    pub span: Span,
}

/// A model that took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name, such as `tiny.en-q8_0`.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
}

/// How the recogniser fared on one stretch of packed speech.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChunkNote {
    /// From the first to the last sample of the chunk.
    #[serde(flatten)]
    pub span: Span,
    /// How much of it is speech by the VAD.
    pub speech: Millis,
    /// Words that were kept.
    pub words: usize,
    /// How often it was decoded: 1 when the first reading was sound.
    pub attempts: u32,
    /// Mean log probability of the tokens of the reading that was kept.
    pub log_probability: f32,
    /// What the guards still hold against the reading that was kept; empty when it is sound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
}

/// A whole recording as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Two-letter code of the language.
    pub language: String,
    /// The recording's length on the player's clock.
    pub duration: Millis,
    /// The recogniser.
    pub model: ModelInfo,
    /// What decoding found.
    pub audio: AudioReport,
    /// Where the VAD heard speech, in order, without overlap.
    pub speech: Vec<Span>,
    /// Every word, in order.
    pub words: Vec<Word>,
    /// The words as sentences, in order, covering all words.
    pub sentences: Vec<Sentence>,
    /// How the recogniser fared, chunk by chunk.
    pub chunks: Vec<ChunkNote>,
    /// What the editor should know of the audio or the recognition, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl Transcript {
    /// The text of a run of words, joined by spaces. Indices past the end are left out.
    #[must_use]
    pub fn text(&self, words: Range<usize>) -> String {
        let end = words.end.min(self.words.len());
        let start = words.start.min(end);
        let texts: Vec<&str> = self.words[start..end].iter().map(|w| w.text.as_str()).collect();
        texts.join(" ")
    }

    /// The text of sentence `index`; empty when there is none.
    #[must_use]
    pub fn sentence_text(&self, index: usize) -> String {
        self.sentences.get(index).map(|s| self.text(s.words.clone())).unwrap_or_default()
    }

    /// The words of a run of sentences.
    #[must_use]
    pub fn words_of(&self, sentences: &Range<usize>) -> Range<usize> {
        match self.sentences.get(sentences.clone()) {
            Some([first, .., last]) => first.words.start..last.words.end,
            Some([only]) => only.words.clone(),
            _ => 0..0,
        }
    }

    /// From the first word's start to the last one's end; `None` for an empty or impossible range.
    #[must_use]
    pub fn span_of_words(&self, words: Range<usize>) -> Option<Span> {
        let words = self.words.get(words)?;
        Some(words.first()?.span.hull(words.last()?.span))
    }

    /// The same with each sentence cut before these words. Cuts at a sentence's start or outside change nothing.
    #[must_use]
    pub fn cut_at(&self, cuts: &[usize]) -> Self {
        let mut cut = self.clone();
        if cuts.is_empty() {
            return cut;
        }
        cut.sentences = self.sentences.iter().flat_map(|sentence| self.parts(sentence, cuts)).collect();
        cut
    }

    /// A sentence's parts between the cuts: the outer edges are the sentence's own, the inner ones those of words.
    fn parts(&self, sentence: &Sentence, cuts: &[usize]) -> Vec<Sentence> {
        let Range { start, end } = sentence.words;
        let mut edges: Vec<usize> = cuts.iter().copied().filter(|&word| start < word && word < end).collect();
        edges.sort_unstable();
        edges.dedup();
        edges.push(end);
        let mut from = start;
        let mut parts: Vec<Sentence> = Vec::with_capacity(edges.len());
        for edge in edges {
            let words = std::mem::replace(&mut from, edge)..edge;
            let span = self.span_of_words(words.clone()).unwrap_or(sentence.span);
            parts.push(Sentence { words, span });
        }
        if let Some(first) = parts.first_mut() {
            first.span = Span::new(sentence.span.start, first.span.end);
        }
        if let Some(last) = parts.last_mut() {
            last.span = Span::new(last.span.start, sentence.span.end.max(last.span.start));
        }
        parts
    }

    /// From the first sentence's start to the last one's end; `None` for an empty or impossible range.
    #[must_use]
    pub fn span_of(&self, sentences: &Range<usize>) -> Option<Span> {
        match self.sentences.get(sentences.clone()) {
            Some([first, .., last]) => Some(first.span.hull(last.span)),
            Some([only]) => Some(only.span),
            _ => None,
        }
    }
}
