//! Whether a reading can be trusted: the checks of the Whisper paper (Radford et al. 2022, section 4.5: repetition,
//! log probability, probability of silence), and what the VAD knows and Whisper does not: how much speech there is.

use super::engine::Decoded;
use super::pack::Packed;
use super::words::{Placed, Written, usual_seconds};
use crate::model::SAMPLE_RATE;
use std::fmt;
use std::ops::Range;

/// The paper's limits: mean log probability of the tokens, and probability of silence.
const LOG_PROBABILITY: f32 = -1.0;
const NO_SPEECH: f32 = 0.6;
/// A phrase of up to [`LONGEST_PHRASE`] words that comes this often in a row is a loop. People do say "no, no, no",
/// so that a single word needs more. The paper compresses the text instead, which a short loop passes.
const REPEATS: usize = 3;
const WORD_REPEATS: usize = 5;
const LONGEST_PHRASE: usize = 16;
/// A hole is speech of this many seconds whose words take less than [`THIN`] of it at a usual pace. Slow speakers
/// reach 0.5 over a few seconds.
const HOLE_SECONDS: f32 = 2.2;
const THIN: f32 = 0.4;
/// Words that would take this much longer than the speech at a usual pace were not said: the fastest speakers do 1.8.
const CROWDED: f32 = 2.2;

/// What is held against a reading.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doubt {
    /// A phrase comes over and over.
    Loop,
    /// The model itself finds its text improbable.
    Improbable,
    /// The model hears no speech.
    Silence,
    /// Speech without words: spans of the chunk's speech, by index.
    Hole(Range<usize>),
    /// More words than anybody can say in that time.
    Crowded,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loop => "a phrase comes over and over",
            Self::Improbable => "the recogniser is unsure of the whole passage",
            Self::Silence => "the recogniser hears no speech",
            Self::Hole(_) => "there is speech without words",
            Self::Crowded => "there are more words than can be said in that time",
        })
    }
}

/// What is to be held against a reading of `chunk`; nothing when it is sound.
pub(super) fn doubts(chunk: &Packed, decoded: &Decoded, words: &[Written], placed: &Placed) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if loops(words).is_some() {
        doubts.push(Doubt::Loop);
    }
    if decoded.log_probability() < LOG_PROBABILITY {
        doubts.push(Doubt::Improbable);
    }
    if decoded.no_speech > NO_SPEECH && decoded.log_probability() < LOG_PROBABILITY / 2.0 {
        doubts.push(Doubt::Silence);
    }
    let speech = seconds(chunk.speech());
    if words.iter().map(|w| usual_seconds(&w.text)).sum::<f32>() > CROWDED * speech.max(0.5) {
        doubts.push(Doubt::Crowded);
    }
    doubts.extend(holes(chunk, words, placed).into_iter().map(Doubt::Hole));
    doubts
}

/// The first phrase that comes over and over: the words of all its rounds, and how many words it has.
fn loops(words: &[Written]) -> Option<(Range<usize>, usize)> {
    let plain: Vec<String> = words
        .iter()
        .map(|w| w.text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .collect();
    for start in 0..plain.len() {
        for length in 1..=LONGEST_PHRASE.min(plain.len() - start) {
            let phrase = &plain[start..start + length];
            let rounds = plain[start..].chunks(length).take_while(|next| *next == phrase).count();
            if rounds >= if length == 1 { WORD_REPEATS } else { REPEATS } {
                return Some((start..start + rounds * length, length));
            }
        }
    }
    None
}

/// Leaves one round of the first phrase that comes over and over; tells whether there was one.
pub(super) fn unroll(words: &mut Vec<Written>) -> bool {
    let found = loops(words);
    if let Some((all, length)) = &found {
        words.drain(all.start + length..all.end);
    }
    found.is_some()
}

/// Runs of speech with hardly a word over them.
fn holes(chunk: &Packed, words: &[Written], placed: &Placed) -> Vec<Range<usize>> {
    let mut holes: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(usize, f32)> = None;
    for (index, (span, voiced)) in placed.spans.iter().zip(&chunk.voiced).enumerate() {
        let length = seconds(voiced.end - voiced.start);
        let said: f32 = words[span.clone()].iter().map(|w| usual_seconds(&w.text)).sum();
        if said < THIN * length {
            let (from, sum) = open.unwrap_or((index, 0.0));
            open = Some((from, sum + length));
        } else if let Some((from, sum)) = open.take()
            && sum >= HOLE_SECONDS
        {
            holes.push(from..index);
        }
    }
    if let Some((from, sum)) = open
        && sum >= HOLE_SECONDS
    {
        holes.push(from..chunk.voiced.len());
    }
    holes
}

fn seconds(samples: u64) -> f32 {
    samples as f32 / SAMPLE_RATE as f32
}
