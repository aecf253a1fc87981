//! Voices that present themselves by a name that nobody in the roster has: whatever else speaks for somebody, they are not
//! that person. A guest must never be credited as the expert who was expected.

use super::mentions::{Mention, Token, is_title};
use super::names::{PATIENCE, Scene};
use super::phrases::{INTRODUCES, presents_itself};
use super::roles::{plain, says};
use super::turns::speaker_of;
use crate::model::{ClusterId, Span};
use std::ops::Range;

/// Words with a capital that are no part of a name where somebody says what they are.
const NO_NAMES: &[&str] = &[
    "american",
    "assistant",
    "associate",
    "attending",
    "board",
    "british",
    "canadian",
    "chief",
    "clinical",
    "director",
    "german",
    "head",
    "indian",
    "medical",
    "neuro",
    "new",
    "nurse",
    "orthopaedic",
    "orthopedic",
    "pain",
    "physical",
    "senior",
    "spinal",
    "spine",
    "the",
    "vice",
];

/// A voice goes by a name that is not in the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stranger {
    pub(super) cluster: ClusterId,
    /// The sentence in which the name is said.
    pub(super) sentence: usize,
    /// Whether the voice itself says it, not somebody who introduces it.
    pub(super) own: bool,
}

/// All such voices, in order of time.
pub(super) fn strangers(scene: &Scene, tokens: &[Token], mentions: &[Mention]) -> Vec<Stranger> {
    let mut found = Vec::new();
    for (index, sentence) in scene.transcript.sentences.iter().enumerate() {
        if mentions.iter().any(|mention| mention.sentence == index) {
            continue;
        }
        let words = sentence.words.start..sentence.words.end.min(tokens.len());
        let introduced = says(&plain(&scene.transcript.sentence_text(index)), INTRODUCES);
        for at in words.clone() {
            let Some(name) = full_name(tokens, at..words.end) else { continue };
            let before = &tokens[words.start..at];
            if presents_itself(before) {
                let span = scene.transcript.words[name].iter().map(|w| w.span).reduce(Span::hull);
                let voice = span.and_then(|span| speaker_of(span, scene.turns)).or(scene.speakers[index]);
                found.extend(voice.map(|cluster| Stranger { cluster, sentence: index, own: true }));
                break;
            }
            // "Our guest is Dr. Wilbur Kettle", not "our guest will tell us about Back Pain".
            let titled =
                is_title(&tokens[at]) || before.last().is_some_and(|t| matches!(t.letters.as_str(), "is" | "welcome"));
            if introduced && titled {
                let run = scene.runs.iter().position(|run| run.sentences.contains(&index));
                let next = run.and_then(|run| scene.runs.get(run + 1));
                let next = next.filter(|next| next.sentences.start <= index + PATIENCE);
                found.extend(next.map(|next| Stranger { cluster: next.cluster, sentence: index, own: false }));
                break;
            }
        }
    }
    found
}

/// The words of a full name that begins with the first of `words`, its titles left out: two words with capitals that
/// nothing stands between.
fn full_name(tokens: &[Token], words: Range<usize>) -> Option<Range<usize>> {
    let first = words.clone().find(|&word| !is_title(&tokens[word]))?;
    let pair = tokens[..words.end].get(first..first + 2)?;
    let named = |token: &Token| token.capital && token.letters.len() > 1 && !NO_NAMES.contains(&token.letters.as_str());
    (pair.iter().all(named) && pair[0].end.is_none()).then_some(first..first + 2)
}
