//! One chunk, read until it is sound or nothing is left to try.

use super::SpeechError;
use super::engine::{Decoded, Manner, Reader};
use super::guard::{self, Doubt};
use super::merge;
use super::pack::{Packed, Piece};
use super::words;
use crate::model::{ChunkNote, Millis, SAMPLE_RATE, Span, Word};
use serde::{Deserialize, Serialize};

/// Temperature of the last attempt: enough to leave a loop, hardly enough to invent.
const DRAWN: f32 = 0.4;
/// Samples of a hole that nobody need be told of: four seconds.
const SHORT_HOLE: u64 = 4 * SAMPLE_RATE as u64;

/// A finished chunk: what to keep in case the run is interrupted. Its form is private to this stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    index: usize,
    pieces: Vec<Piece>,
    speech: Vec<Span>,
    words: Vec<Word>,
    /// Where speech was cut without a silence at its beginning: the words before are those of the chunk before it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goes_on: Option<Millis>,
    note: ChunkNote,
}

impl Reading {
    /// Chunk number `index`, whose first reading is `decoded`; `reader` reads it again if need be.
    pub(super) fn new(
        index: usize,
        chunk: &Packed,
        decoded: &Decoded,
        reader: &mut Reader,
    ) -> Result<Self, SpeechError> {
        let (best, attempts) = best_attempt(chunk, decoded, reader)?;
        let span = |start, end| Span::new(Millis::from_samples(start), Millis::from_samples(end));
        let (first, last) = (chunk.pieces.first(), chunk.pieces.last());
        let own = chunk.own();
        let note = ChunkNote {
            span: span(first.map_or(0, |p| p.start), last.map_or(0, |p| p.end)),
            speech: Millis::from_samples(own.iter().map(|v| v.end - v.start).sum()),
            words: best.words.len(),
            attempts,
            log_probability: best.log_probability,
            doubts: best.doubts.iter().map(ToString::to_string).collect(),
        };
        Ok(Self {
            index,
            pieces: chunk.pieces.clone(),
            goes_on: own.first().filter(|_| chunk.lead > 0).map(|first| Millis::from_samples(first.start)),
            speech: own.iter().map(|v| span(v.start, v.end)).collect(),
            words: best.words,
            note,
        })
    }

    /// The chunk's number.
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// How the recogniser fared.
    pub(super) fn note(&self) -> &ChunkNote {
        &self.note
    }

    /// Whether this is a reading of that chunk.
    pub(super) fn is_of(&self, chunk: &Packed) -> bool {
        self.pieces == chunk.pieces
    }

    /// Adds the words to those of the chunks before it.
    pub(super) fn add_words(&mut self, words: &mut Vec<Word>) {
        let own = std::mem::take(&mut self.words);
        match self.goes_on {
            Some(cut) => merge::join(words, own, cut),
            None => words.extend(own),
        }
    }

    /// The speech and the note.
    pub(super) fn into_parts(self) -> (Vec<Span>, ChunkNote) {
        (self.speech, self.note)
    }
}

/// A reading of a chunk or of a part of it.
#[derive(Debug, Clone, Default)]
struct Attempt {
    words: Vec<Word>,
    doubts: Vec<Doubt>,
    log_probability: f32,
}

impl Attempt {
    /// How bad it is, in samples of speech that may be lost; 0 is sound.
    fn badness(&self, chunk: &Packed) -> u64 {
        self.doubts
            .iter()
            .map(|doubt| match doubt {
                Doubt::Loop | Doubt::Crowded | Doubt::Unheard => 5 * u64::from(SAMPLE_RATE),
                Doubt::Silence | Doubt::Improbable => 3 * u64::from(SAMPLE_RATE),
                Doubt::Hole(spans) => chunk.speech_of(spans),
            })
            .sum()
    }
}

/// Tries what helps: with the whole context and without the vocabulary, which both can mislead; in parts, cut around
/// a hole or at the longest pause; with drawn tokens, which leaves a loop. A mere hole is read in parts at once.
fn best_attempt(chunk: &Packed, decoded: &Decoded, reader: &mut Reader) -> Result<(Attempt, u32), SpeechError> {
    let careful = Manner { prompt: &[], whole_context: true, temperature: 0.0 };
    let mut best = judged(chunk, decoded);
    let mut attempts = 1;
    for step in [Step::Careful, Step::Parts, Step::Drawn] {
        let badness = best.badness(chunk);
        if badness == 0 {
            break;
        }
        let only_holes = best.doubts.iter().all(|doubt| matches!(doubt, Doubt::Hole(_)));
        let next = match step {
            _ if only_holes && step != Step::Parts => continue,
            Step::Careful => attempt(chunk, reader, &careful)?,
            Step::Parts => match cuts(chunk, &best.doubts) {
                cuts if cuts.is_empty() => in_halves(chunk, reader, &careful)?,
                cuts => in_parts(chunk, &cuts, reader, &careful)?,
            },
            Step::Drawn => attempt(chunk, reader, &Manner { temperature: DRAWN, ..careful })?,
        };
        attempts += 1;
        if next.badness(chunk) < badness {
            best = next;
        }
    }
    // What the model doubts itself and the VAD took for speech is music or noise.
    if best.doubts.contains(&Doubt::Silence) {
        best.words.clear();
    }
    // Two readings without words: a laugh, a long "um".
    best.doubts.retain(|doubt| !matches!(doubt, Doubt::Hole(spans) if chunk.speech_of(spans) < SHORT_HOLE));
    Ok((best, attempts))
}

/// Another way to read a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Careful,
    Parts,
    Drawn,
}

fn attempt(chunk: &Packed, reader: &mut Reader, manner: &Manner) -> Result<Attempt, SpeechError> {
    Ok(judged(chunk, &reader.read(&chunk.samples, manner)?))
}

/// The words of what was decoded, on the recording's clock, and what is held against them.
fn judged(chunk: &Packed, decoded: &Decoded) -> Attempt {
    let mut written = words::written(decoded);
    let mut placed = words::place(&written, chunk);
    let doubts = guard::doubts(chunk, decoded, &written, &placed);
    if doubts.contains(&Doubt::Loop) {
        while guard::unroll(&mut written) {}
        placed = words::place(&written, chunk);
    }
    Attempt { words: placed.words, doubts, log_probability: decoded.log_probability() }
}

/// Reads the stretches between `cuts`, numbers of spans, each alone.
fn in_parts(chunk: &Packed, cuts: &[usize], reader: &mut Reader, manner: &Manner) -> Result<Attempt, SpeechError> {
    let mut whole = Attempt::default();
    let mut from = 0;
    for &to in cuts.iter().chain([&chunk.voiced.len()]) {
        let part = attempt(&chunk.part(from, to), reader, manner)?;
        if part.doubts.contains(&Doubt::Silence) {
            // Music or noise among speech.
            whole.doubts.push(Doubt::Hole(from..to));
        } else {
            whole.words.extend(part.words);
            whole.doubts.extend(part.doubts.into_iter().map(|doubt| match doubt {
                Doubt::Hole(spans) => Doubt::Hole(spans.start + from..spans.end + from),
                other => other,
            }));
        }
        whole.log_probability += part.log_probability / (cuts.len() + 1) as f32;
        from = to;
    }
    Ok(whole)
}

/// Reads a chunk of a single span of speech in two parts.
fn in_halves(chunk: &Packed, reader: &mut Reader, manner: &Manner) -> Result<Attempt, SpeechError> {
    let halved = chunk.halved();
    let mut whole = in_parts(&halved, &cuts(&halved, &[]), reader, manner)?;
    for doubt in &mut whole.doubts {
        if let Doubt::Hole(spans) = doubt {
            // The chunk itself has no halves.
            *spans = 0..chunk.voiced.len();
        }
    }
    Ok(whole)
}

/// Where to cut: on both sides of each hole, or at the longest pause between the first and the last third.
fn cuts(chunk: &Packed, doubts: &[Doubt]) -> Vec<usize> {
    let count = chunk.voiced.len();
    let mut cuts: Vec<usize> = doubts
        .iter()
        .filter_map(|doubt| match doubt {
            Doubt::Hole(spans) => Some([spans.start, spans.end]),
            _ => None,
        })
        .flatten()
        .filter(|cut| (1..count).contains(cut))
        .collect();
    if cuts.is_empty() {
        let pause = |cut: &usize| chunk.voiced[*cut].start - chunk.voiced[*cut - 1].end;
        cuts.extend((count.div_ceil(3).max(1)..(count * 2).div_ceil(3)).max_by_key(pause));
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
