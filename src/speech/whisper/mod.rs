//! Whisper (Radford et al. 2022), written for the machines that this program runs on: one thread a worker, several
//! chunks at once, 8 bit weights, kernels chosen for the processor when the program runs.
//!
//! whisper.cpp decodes one token of one chunk at a time; for a small model most of its time then goes into fetching
//! weights, and into attention to the audio that is stored so that each step jumps through memory. Here a [`Session`]
//! decodes its chunks side by side. A chunk's result is the same to the last bit in any company.

mod alignment;
mod attention;
mod decoder;
mod encoder;
pub(super) mod file;
mod mel;
mod sampling;
mod tokens;

use self::decoder::{Decoder, Memory, Rows, Turn};
use self::encoder::Encoder;
use self::file::{Fault, File};
use self::mel::{Mel, Spectrogram};
use self::sampling::Chance;
use self::tokens::Vocabulary;
use super::Stop;
use super::engine::{Decoded, Manner, Segment, Token};
use crate::failure::Cancelled;
use crate::neural::linear::{Kernels, Scratch};
use std::thread;

/// Mel frames a position of the encoder.
const FRAMES: usize = 2;
/// Mel frames of the window of 30 s.
const WINDOW: usize = 3000;
/// Less than this many mel frames at the end are not read: 100 ms.
const REST: usize = 10;
/// Tokens of a window.
const MOST_TOKENS: usize = 220;
/// Windows of a chunk; more than a few mean that the model's time stamps are not to be trusted.
const MOST_WINDOWS: usize = 12;
/// Mel frames of a short rest, which is read without vocabulary: it would be repeated there.
const SHORT_REST: usize = 500;
/// Above this probability of silence, with a mean log probability below [`UNSURE`], a window's text is left out.
const SILENCE: f32 = 0.6;
const UNSURE: f32 = -1.0;

/// Encoder positions behind the audio's end: one second. Without a margin the last words suffer.
pub(super) const MARGIN: usize = 50;
/// The context is never trimmed below this, eight seconds: on two seconds of audio with the margin alone the model
/// loops.
pub(super) const SHORTEST_CONTEXT: usize = 400;
/// Chunks side by side: as many rows as the matrix kernels take at once, if their memories take no more than this many
/// bytes.
const MOST_READINGS: usize = 8;
const READINGS_BYTES: usize = 64 << 20;

/// A loaded model.
pub(super) struct Whisper {
    spectrogram: Spectrogram,
    encoder: Encoder,
    decoder: Decoder,
    vocabulary: Vocabulary,
    positions: usize,
    multilingual: bool,
}

impl Whisper {
    /// Loads a model.
    pub(super) fn load(file: &File) -> Result<Self, Fault> {
        // Both halves at the same time: for a short recording loading counts.
        let (encoder, decoder) = thread::scope(|scope| {
            let encoder = scope.spawn(|| Encoder::load(file, &Kernels::default()));
            let decoder = Decoder::load(file, &Kernels::default());
            (encoder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), decoder)
        });
        Ok(Self {
            spectrogram: Spectrogram::new(&file.filters),
            encoder: encoder?,
            decoder: decoder?,
            vocabulary: Vocabulary::new(file),
            positions: file.shape.audio_positions,
            multilingual: file.shape.multilingual(),
        })
    }

    /// Chunks that it pays to read at the same time.
    pub(super) fn side_by_side(&self) -> usize {
        (READINGS_BYTES / self.decoder.memory_bytes(self.positions)).clamp(1, MOST_READINGS)
    }

    /// The text as tokens.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        self.vocabulary.tokens(text)
    }
}

/// Chunks that are being read.
#[derive(Default)]
pub(super) struct Session {
    kernels: Kernels,
    readings: Vec<Reading>,
    rows: Rows,
    scratch: Scratch,
}

/// A chunk that is being read.
struct Reading {
    key: usize,
    mel: Mel,
    prompt: Vec<u32>,
    language: u32,
    whole_context: bool,
    temperature: f32,
    chance: Chance,
    window: Window,
    windows: usize,
    decoded: Decoded,
}

/// A part of a chunk that is read in one go.
#[derive(Default)]
struct Window {
    /// Its first mel frame.
    from: usize,
    memory: Memory,
    /// What the decoder sees next.
    next: Vec<u32>,
    tokens: Vec<u32>,
    log_probabilities: Vec<f32>,
    /// What the heads that follow the audio looked at, for each token.
    looks: Vec<Vec<u16>>,
    no_speech: f32,
}

/// Why a window ends.
enum End {
    /// Its first so many tokens are good, and the next window begins so many mel frames later.
    Whole { tokens: usize, frames: usize },
    /// The model found no end.
    Lost { frames: usize },
}

impl Session {
    /// How many chunks are being read.
    pub(super) fn len(&self) -> usize {
        self.readings.len()
    }

    /// Begins to read a chunk of at most 30 s, in the language of that number.
    pub(super) fn begin(
        &mut self,
        whisper: &Whisper,
        key: usize,
        samples: &[f32],
        manner: &Manner,
        language: u32,
        stop: &Stop,
    ) -> Result<(), Cancelled> {
        let mel = whisper.spectrogram.of(samples);
        let mut reading = Reading {
            key,
            mel,
            prompt: manner.prompt.to_vec(),
            language,
            whole_context: manner.whole_context,
            temperature: manner.temperature,
            chance: Chance::new(1),
            window: Window::default(),
            windows: 0,
            decoded: Decoded::default(),
        };
        self.open(whisper, &mut reading, 0, stop)?;
        self.readings.push(reading);
        Ok(())
    }

    /// The number of the language that is spoken in `samples`, and its probability among all.
    pub(super) fn language(
        &mut self,
        whisper: &Whisper,
        samples: &[f32],
        stop: &Stop,
    ) -> Result<(u32, f32), Cancelled> {
        let mel = whisper.spectrogram.of(samples);
        let states = whisper.encoder.run(&self.kernels, &mel, 0, whisper.positions, &mut self.scratch, stop)?;
        let mut memory = whisper.decoder.remember(&self.kernels, &states, &mut self.scratch);
        let mut turns = [Turn { memory: &mut memory, tokens: &[whisper.vocabulary.start] }];
        whisper.decoder.step(&self.kernels, &mut turns, &mut self.rows, &mut self.scratch);
        let languages = whisper.vocabulary.languages();
        let scores = &self.rows.scores[languages.start as usize..languages.end as usize];
        Ok(sampling::likeliest(scores))
    }

    /// Begins the window of a chunk that begins at mel frame `from`.
    fn open(&mut self, whisper: &Whisper, reading: &mut Reading, from: usize, stop: &Stop) -> Result<(), Cancelled> {
        let (mel, most) = (&reading.mel, whisper.positions);
        let needed = mel.frames().saturating_sub(from) / FRAMES + MARGIN;
        let positions = if reading.whole_context { most } else { needed.max(SHORTEST_CONTEXT).min(most) };
        let states = whisper.encoder.run(&self.kernels, mel, from, positions, &mut self.scratch, stop)?;
        let memory = whisper.decoder.remember(&self.kernels, &states, &mut self.scratch);
        let v = &whisper.vocabulary;
        let mut next = Vec::new();
        let short_rest = from > 0 && from + SHORT_REST >= mel.frames();
        if !reading.prompt.is_empty() && !short_rest {
            next.push(v.previous);
            next.extend_from_slice(&reading.prompt);
        }
        next.push(v.start);
        if whisper.multilingual {
            next.push(v.languages().start + reading.language);
            next.push(v.transcribe);
        }
        reading.window = Window { from, memory, next, ..Window::default() };
        reading.windows += 1;
        Ok(())
    }

    /// Reads the next token of every chunk; gives the chunks that are read to their end.
    pub(super) fn step(&mut self, whisper: &Whisper, stop: &Stop) -> Result<Vec<(usize, Decoded)>, Cancelled> {
        stop.check()?;
        let mut turns: Vec<Turn> =
            self.readings.iter_mut().map(|r| Turn { memory: &mut r.window.memory, tokens: &r.window.next }).collect();
        whisper.decoder.step(&self.kernels, &mut turns, &mut self.rows, &mut self.scratch);
        let v = &whisper.vocabulary;
        let mut ended = Vec::new();
        let scores = self.rows.scores.chunks_exact_mut(v.count as usize).zip(&mut self.rows.looks);
        for ((index, reading), (scores, looks)) in self.readings.iter_mut().enumerate().zip(scores) {
            let window = &mut reading.window;
            if window.tokens.is_empty() {
                window.no_speech = sampling::probability(scores, v.no_speech);
            }
            let choice = sampling::choose(v, scores, &window.tokens, reading.temperature, &mut reading.chance);
            window.tokens.push(choice.token);
            window.log_probabilities.push(choice.log_probability);
            window.looks.push(std::mem::take(looks));
            window.next = vec![choice.token];
            if let Some(end) = window.end(v, reading.mel.frames()) {
                ended.push((index, end));
            }
        }
        let mut finished = Vec::new();
        // From the last one, so that the others keep their places.
        for (index, end) in ended.into_iter().rev() {
            let mut reading = self.readings.swap_remove(index);
            let from = reading.close(whisper, &end);
            if from + REST < reading.mel.frames() && reading.windows < MOST_WINDOWS {
                self.open(whisper, &mut reading, from, stop)?;
                self.readings.push(reading);
            } else {
                finished.push((reading.key, reading.decoded));
            }
        }
        Ok(finished)
    }
}

impl Window {
    /// Whether it ends with the last token, in a chunk of so many mel frames.
    fn end(&self, v: &Vocabulary, frames: usize) -> Option<End> {
        let stamp = self.tokens.iter().rposition(|t| *t > v.zero);
        let delta = stamp.map_or(WINDOW, |at| FRAMES * (self.tokens[at] - v.zero) as usize);
        let good = stamp.map_or(0, |at| at + 1);
        let at_end = self.from + delta + REST >= frames;
        let last = self.tokens.last().copied();
        if last == Some(v.end) || (stamp.is_some() && at_end && last > Some(v.zero)) {
            return Some(match (good, at_end) {
                (0, false) => End::Lost { frames: delta },
                (0, true) => End::Whole { tokens: self.tokens.len(), frames: delta },
                _ => End::Whole { tokens: good, frames: delta },
            });
        }
        let full = self.tokens.len() >= MOST_TOKENS;
        full.then_some(match good {
            0 => End::Lost { frames: delta },
            _ if delta < WINDOW / 2 => End::Lost { frames: delta },
            _ => End::Whole { tokens: good, frames: delta },
        })
    }
}

impl Reading {
    /// Takes over what a window holds; tells the mel frame behind it.
    fn close(&mut self, whisper: &Whisper, end: &End) -> usize {
        let v = &whisper.vocabulary;
        let window = &self.window;
        let (count, mut frames) = match *end {
            End::Whole { tokens, frames } => (tokens, frames),
            End::Lost { frames } => (window.tokens.len(), frames),
        };
        let tokens = &window.tokens[..count];
        let sum: f32 = window.log_probabilities[..count].iter().sum();
        let unsure = count == 0 || sum / (count as f32) < UNSURE || matches!(end, End::Lost { .. });
        if !(window.no_speech > SILENCE && unsure) {
            self.decoded.segments.extend(segments(whisper, window, count, frames, self.mel.frames()));
            self.decoded.no_speech = self.decoded.no_speech.max(window.no_speech);
        }
        // A single time stamp at the end: nothing more is said in this window.
        if let [.., text, stamp] = tokens
            && *text < v.zero
            && *stamp > v.zero
        {
            frames = WINDOW;
        }
        window.from + frames
    }
}

/// Stretches of text between time stamps, in a chunk of so many mel frames.
fn segments(whisper: &Whisper, window: &Window, count: usize, frames: usize, all: usize) -> Vec<Segment> {
    let v = &whisper.vocabulary;
    let seconds = |frames: usize| (window.from + frames) as f32 / 100.0;
    let moment = |token: u32| FRAMES * token.saturating_sub(v.zero) as usize;
    let is_text = |token: &u32| *token < v.end;
    let tokens = || window.tokens[..count].iter().zip(&window.log_probabilities).zip(&window.looks);
    let looks: Vec<&[u16]> = tokens().filter(|((t, _), _)| is_text(t)).map(|(_, looks)| looks.as_slice()).collect();
    let audio = all.saturating_sub(window.from).div_ceil(FRAMES);
    let mut begun = alignment::starts(&looks, whisper.decoder.watched(), audio).into_iter();
    let mut segments = Vec::new();
    let mut start = window.tokens.first().map_or(0, |token| moment(*token));
    let mut text: Vec<Token> = Vec::new();
    for ((token, log_probability), _) in tokens() {
        if is_text(token) {
            text.push(Token {
                bytes: v.bytes(*token).to_vec(),
                probability: log_probability.exp(),
                log_probability: *log_probability,
                start: begun.next().map(|position| seconds(FRAMES * position)),
            });
        } else if *token > v.zero {
            let end = moment(*token);
            if !text.is_empty() {
                segments.push(Segment { start: seconds(start), end: seconds(end), tokens: std::mem::take(&mut text) });
            }
            start = end;
        }
    }
    if !text.is_empty() {
        segments.push(Segment { start: seconds(start), end: seconds(frames), tokens: text });
    }
    segments
}
