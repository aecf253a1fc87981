//! Whether a reading can be trusted: the checks of the Whisper paper (Radford et al. 2022, section 4.5: repetition,
//! log probability, probability of silence), and what the VAD knows and Whisper does not: how much speech there is.

use super::engine::Decoded;
use super::pack::Packed;
use super::vad::Voiced;
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
const LONGEST_PHRASE: usize = 40;
/// No word has more letters than this; "w-i-w-i-w-i" is a loop that goes on without a space.
const LONGEST_WORD: usize = 45;
/// A hole is at least so many seconds of speech whose words take less than [`THIN`] of it at a usual pace. Over four
/// seconds the fixtures' speakers have 0.8 and more, their shortest spans 0.5.
const HOLE_SECONDS: f32 = 2.2;
const THIN: f32 = 0.45;
/// A hole, too, is so much speech that the model passed by: whole spans between where it looked for a word, and that
/// word's usual length later, and where it looked for the next. Readings do end a sentence early and sound sure of it.
const PASSED_SECONDS: f32 = 0.7;
/// Words that would take this much longer than the speech at a usual pace were not said: the fixtures' speakers reach
/// 1.4 over four seconds.
const CROWDED: f32 = 2.2;

/// So many words cannot be said in [`UNHEARD_SECONDS`]: the model wrote them without listening on. On the fixtures there
/// are never more than two at that pace, in loops and inventions dozens.
const UNHEARD_WORDS: usize = 5;
const UNHEARD_SECONDS: f32 = 0.24;

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
    /// Words that the model wrote without listening on.
    Unheard,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loop => "a phrase comes over and over",
            Self::Improbable => "the recogniser is unsure of the whole passage",
            Self::Silence => "the recogniser hears no speech",
            Self::Hole(_) => "there is speech without words",
            Self::Crowded => "there are more words than can be said in that time",
            Self::Unheard => "some words may not have been said",
        })
    }
}

/// What is to be held against a reading of `chunk`; nothing when it is sound.
pub(super) fn doubts(chunk: &Packed, decoded: &Decoded, words: &[Written], placed: &Placed) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if loops(words).is_some() || words.iter().any(endless) {
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
    if words.windows(UNHEARD_WORDS).any(unheard) {
        doubts.push(Doubt::Unheard);
    }
    let mut holes = holes(chunk, words, placed);
    holes.extend(passed(chunk, words));
    doubts.extend(joined(holes).into_iter().map(Doubt::Hole));
    doubts
}

/// Whether the model hardly moved on in the audio while it wrote these words.
fn unheard(words: &[Written]) -> bool {
    let looked = |word: Option<&Written>| word.and_then(|word| word.heard);
    let moved = looked(words.first()).zip(looked(words.last())).map(|(first, last)| last - first);
    moved.is_some_and(|moved| moved <= UNHEARD_SECONDS)
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

fn endless(word: &Written) -> bool {
    word.text.chars().count() > LONGEST_WORD
}

/// Leaves one round of the first phrase that comes over and over, and nothing of endless words; tells whether there was
/// such a phrase.
pub(super) fn unroll(words: &mut Vec<Written>) -> bool {
    words.retain(|word| !endless(word));
    let found = loops(words);
    if let Some((all, length)) = &found {
        words.drain(all.start + length..all.end);
    }
    found.is_some()
}

/// Runs of speech with hardly a word over them: each window of whole spans that is long enough is looked at.
fn holes(chunk: &Packed, words: &[Written], placed: &Placed) -> Vec<Range<usize>> {
    let length: Vec<f32> = chunk.voiced.iter().map(|v| seconds(v.end - v.start)).collect();
    let said = |span: &Range<usize>| words[span.clone()].iter().map(|w| usual_seconds(&w.text)).sum::<f32>();
    let said: Vec<f32> = placed.spans.iter().map(said).collect();
    let mut holes = Vec::new();
    for from in 0..length.len() {
        let long_enough = |to: &usize| length[from..*to].iter().sum::<f32>() >= HOLE_SECONDS;
        let Some(to) = (from + 1..=length.len()).find(long_enough) else { break };
        if said[from..to].iter().sum::<f32>() >= THIN * length[from..to].iter().sum::<f32>() {
            continue;
        }
        holes.push(from..to);
    }
    holes
}

/// Runs of speech between the places that the model looked at.
fn passed(chunk: &Packed, words: &[Written]) -> Vec<Range<usize>> {
    let clock = chunk.clock();
    let edges = |v: &Voiced| (seconds(clock.joined(v.start)), seconds(clock.joined(v.end)));
    let spans: Vec<(f32, f32)> = chunk.voiced.iter().map(edges).collect();
    let end = spans.last().map_or(0.0, |span| span.1);
    let looked: Vec<(f32, f32)> =
        words.iter().filter_map(|word| word.heard.map(|at| (at, at + usual_seconds(&word.text)))).collect();
    let next = looked.iter().skip(1).map(|word| word.0).chain([end]);
    let runs = looked.iter().zip(next).map(|((_, from), to)| {
        let first = spans.partition_point(|span| span.0 < *from);
        first..spans.partition_point(|span| span.1 <= to).max(first)
    });
    runs.filter(|run| spans[run.clone()].iter().map(|(start, end)| end - start).sum::<f32>() >= PASSED_SECONDS)
        .collect()
}

/// Ranges in order, those that touch as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

fn seconds(samples: u64) -> f32 {
    samples as f32 / SAMPLE_RATE as f32
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Segment, Token};
    use super::super::pack::Piece;
    use super::super::words::{place, written};
    use super::*;

    fn chunk(speech: &[(u64, u64)]) -> Packed {
        let end = speech.last().map_or(0, |s| s.1);
        Packed {
            pieces: vec![Piece { start: 0, end: end * 1600 }],
            voiced: speech.iter().map(|s| Voiced { start: s.0 * 1600, end: s.1 * 1600 }).collect(),
            samples: vec![0.0; end as usize * 1600],
            lead: 0,
            tail: 0,
        }
    }

    /// Doubts about a text over speech, in tenths of seconds, at a log probability of its tokens.
    fn judge(text: &str, speech: &[(u64, u64)], log_probability: f32, no_speech: f32) -> Vec<Doubt> {
        let token = |word: &str| Token {
            bytes: format!(" {word}").into(),
            probability: log_probability.exp(),
            log_probability,
            start: None,
        };
        let end = speech.last().map_or(0, |s| s.1) as f32 / 10.0;
        let tokens = text.split_whitespace().map(token).collect();
        let decoded = Decoded { segments: vec![Segment { start: 0.0, end, tokens }], no_speech };
        let (chunk, words) = (chunk(speech), written(&decoded));
        doubts(&chunk, &decoded, &words, &place(&words, &chunk))
    }

    #[test]
    fn a_usual_reading_is_sound() {
        let text = "No, no, no, you should not lift anything heavy for the first few days.";
        assert_eq!(judge(text, &[(3, 12), (15, 50)], -0.3, 0.1), []);
        // What the model doubts it may still have heard: the text is probable.
        assert_eq!(judge(text, &[(3, 12), (15, 50)], -0.3, 0.9), []);
    }

    #[test]
    fn what_nobody_says_is_doubted() {
        let all = [(3, 12), (15, 50)];
        assert_eq!(judge("and so on and so on and so on and so on", &all, -0.1, 0.1), [Doubt::Loop]);
        assert_eq!(judge("you should not lift anything for some days", &all, -1.2, 0.1), [Doubt::Improbable]);
        assert_eq!(judge("thank you for watching this video of ours", &all, -0.7, 0.8), [Doubt::Silence]);
        let much = "nobody can ever say all of these many different words within such a very short second".repeat(2);
        assert!(judge(&much, &[(3, 20)], -0.2, 0.1).contains(&Doubt::Crowded));
    }

    #[test]
    fn words_that_nobody_listened_to_are_doubted() {
        let word = |(i, text): (usize, &str)| Written {
            text: text.into(),
            probability: 1.0,
            starts: None,
            ends: None,
            // The first four at a usual pace, then the model stays where it is.
            heard: Some(0.3 * i.min(3) as f32 + 0.02 * i as f32),
        };
        let words: Vec<Written> = "we say good night good night to all".split(' ').enumerate().map(word).collect();
        assert!(words.windows(UNHEARD_WORDS).any(unheard));
        assert!(!words[..6].windows(UNHEARD_WORDS).any(unheard));
        let blind: Vec<Written> = words.into_iter().map(|w| Written { heard: None, ..w }).collect();
        assert!(!blind.windows(UNHEARD_WORDS).any(unheard));
    }

    #[test]
    fn speech_without_words_is_a_hole() {
        let text = "You should not lift anything heavy";
        assert_eq!(judge(text, &[(3, 22), (25, 65), (69, 90)], -0.2, 0.1).len(), 1);
        assert_eq!(judge("", &[(3, 40)], 0.0, 0.0), [Doubt::Hole(0..1)]);
        // A short sound may well be a cough.
        assert_eq!(judge(text, &[(3, 22), (25, 35)], -0.2, 0.1), []);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "a run of spans is meant")]
    fn speech_that_the_model_passed_by_is_a_hole() {
        let chunk = chunk(&[(0, 20), (25, 60), (64, 70), (75, 82)]);
        let word = |(text, heard): &(&str, f32)| Written {
            text: (*text).into(),
            probability: 1.0,
            starts: None,
            ends: None,
            heard: Some(*heard),
        };
        let words = |words: &[(&str, f32)]| words.iter().map(word).collect::<Vec<_>>();
        let mut all = vec![("Do", 0.1), ("not", 0.8), ("lift", 1.5), ("anything", 2.6), ("heavy.", 4.5)];
        assert_eq!(passed(&chunk, &words(&all)), [2..4]);
        all.extend([("For", 6.4), ("days.", 7.5)]);
        assert!(passed(&chunk, &words(&all)).is_empty());
        all.drain(2..5);
        assert_eq!(passed(&chunk, &words(&all)), [1..2]);
    }

    #[test]
    fn a_loop_keeps_its_first_round() {
        let word = |text: &str| Written { text: text.into(), probability: 1.0, starts: None, ends: None, heard: None };
        let mut words: Vec<Written> = "we do this, We do this. we do this we stop".split(' ').map(word).collect();
        assert!(unroll(&mut words));
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["we", "do", "this,", "we", "stop"]);
        assert!(!unroll(&mut words));
        words.push(word(&"W-I-".repeat(40)));
        assert!(!unroll(&mut words));
        assert_eq!(words.len(), 5);
    }
}
