//! Conversations written as text, for tests of roles and names.

use super::Expected;
use super::names::{Name, Scene, names};
use super::prints::Likeness;
use super::roles::{Part, parts, runs};
use crate::model::{AudioReport, ClusterId, Digest, Millis, ModelInfo, Sentence, Span, Transcript, Turn, Word};
use crate::roster::Person;

/// Somebody of the roster, with an id made of the name.
pub(super) fn person(name: &str) -> Person {
    let id = name.to_lowercase().replace(' ', "-").parse().unwrap();
    Person { id, name: name.into(), credentials: String::new(), aliases: Vec::new(), titles: Vec::new() }
}

/// A transcript of these sentences; the words of each share its time evenly, and all of it is speech.
pub(super) fn transcript<'a>(lines: impl IntoIterator<Item = (&'a str, Span)>) -> Transcript {
    let (mut words, mut sentences, mut speech) = (Vec::new(), Vec::new(), Vec::new());
    for (text, span) in lines {
        let from = words.len();
        let count = text.split_whitespace().count() as u64;
        let at = |index: u64| span.start.plus(Millis(span.length().0 * index / count));
        for (word, index) in text.split_whitespace().zip(0..) {
            words.push(Word { text: word.into(), span: Span::new(at(index), at(index + 1)), probability: 1.0 });
        }
        sentences.push(Sentence { words: from..words.len(), span });
        speech.push(span);
    }
    Transcript {
        language: "en".into(),
        duration: speech.last().map_or(Millis::ZERO, |s: &Span| s.end),
        model: ModelInfo { name: "none".into(), sha256: Digest::from_bytes([0; 32]) },
        audio: AudioReport::default(),
        speech,
        words,
        sentences,
        chunks: Vec::new(),
        warnings: Vec::new(),
    }
}

/// What is concluded from a conversation, voice by voice.
pub(super) struct Conclusion {
    pub(super) parts: Vec<Part>,
    pub(super) names: Vec<Name>,
    pub(super) warnings: Vec<String>,
}

impl Conclusion {
    /// The person of voice `index`; empty for nobody.
    pub(super) fn person(&self, index: usize) -> &str {
        self.names[index].person.as_ref().map_or("", |p| p.as_str())
    }
}

/// Draws conclusions from lines such as `(0, "Welcome to the show.")`: a voice, counted from 0, and what it says.
/// Every line is a sentence; a word takes 0.4 s, and 0.5 s lie between lines.
pub(super) fn conclude(lines: &[(u32, &str)], expected: &Expected) -> Conclusion {
    conclude_with(lines, &vec![1.0; lines.len()], expected)
}

/// The same with the confidence of each line's voice.
pub(super) fn conclude_with(lines: &[(u32, &str)], confidences: &[f32], expected: &Expected) -> Conclusion {
    concluded(lines, confidences, &[], expected)
}

/// The same with voices that are like enrolled ones, at a cosine of 0.9.
pub(super) fn conclude_alike(lines: &[(u32, &str)], likes: &[(usize, &str)], expected: &Expected) -> Conclusion {
    let like = |&(voice, person): &(usize, &str)| Likeness { voice, person: person.parse().unwrap(), cosine: 0.9 };
    concluded(lines, &vec![1.0; lines.len()], &likes.iter().map(like).collect::<Vec<_>>(), expected)
}

fn concluded(lines: &[(u32, &str)], confidences: &[f32], alike: &[Likeness], expected: &Expected) -> Conclusion {
    let mut at = 0;
    let spans: Vec<Span> = lines
        .iter()
        .map(|(_, text)| {
            let start = at;
            at += text.split_whitespace().count() as u64 * 400 + 500;
            Span::new(Millis(start), Millis(at - 500))
        })
        .collect();
    let transcript = transcript(lines.iter().map(|(_, text)| *text).zip(spans.iter().copied()));
    let turns: Vec<Turn> = lines
        .iter()
        .zip(spans.iter().zip(confidences))
        .map(|((voice, _), (&span, &confidence))| Turn { span, cluster: ClusterId(*voice), confidence })
        .collect();
    let speakers: Vec<Option<ClusterId>> = lines.iter().map(|(voice, _)| Some(ClusterId(*voice))).collect();
    let count = lines.iter().map(|(voice, _)| *voice as usize + 1).max().unwrap_or(0);
    let runs = runs(&transcript, &speakers);
    let parts = parts(&transcript, &speakers, &runs, count);
    let scene = Scene {
        transcript: &transcript,
        turns: &turns,
        speakers: &speakers,
        runs: &runs,
        parts: &parts,
        alike,
        expected,
    };
    let (names, warnings) = names(&scene);
    Conclusion { parts, names, warnings }
}
