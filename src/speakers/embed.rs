//! Speech into voice embeddings: windows of the audio stream through the GE2E voice encoder.
//!
//! Windows never reach outside their piece of speech, so that a window holds one voice wherever voices change in a
//! pause. The audio passes once; only the stretch under the windows that are still open is kept.

use super::SpeakersError;
use super::ge2e::{BANDS, Network, STATE};
use super::overlap::{Overlaps, REACH};
use super::turns::Piece;
use crate::failure::{Failure, Passed};
use crate::model::{Chunk, Millis, SAMPLE_RATE};
use crate::neural;
use crate::progress::{Amount, Cancel, Progress};
use realfft::{RealFftPlanner, RealToComplex};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Length of an embedding; each has the Euclidean length 1.
pub(super) const DIMENSIONS: usize = STATE;

/// Samples in a whole window: 1.5 s, about what the encoder was trained on (1.6 s).
const WINDOW: u64 = 24_000;
/// Samples from one window to the next: 0.75 s, so that each moment lies in two windows.
const HOP: u64 = 12_000;
/// Shorter pieces than 0.4 s say too little about a voice; they go with their neighbours.
const SHORTEST: u64 = 6_400;
/// Windows that pass through the network together: some 0.1 s of work, so that a request to stop is soon heard.
const BATCH: usize = 64;
/// More threads would have too little to do.
const THREADS: usize = 2;

/// Samples under one spectrum: 25 ms.
const FFT: usize = 400;
/// Samples from one spectrum to the next: 10 ms.
const FFT_HOP: usize = 160;
/// Quieter windows are raised to this level (-30 dB below full scale), louder ones left, as in the encoder's training.
const LEVEL: f32 = 0.031_622_78;

/// A window and its voice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    /// Number of the first sample.
    pub(super) start: u64,
    /// Samples in it.
    pub(super) length: u64,
    /// Samples for which it alone stands, since windows overlap.
    pub(super) own: u64,
    /// The piece of speech that it lies in, by index.
    pub(super) piece: usize,
    /// The voice; [`DIMENSIONS`] numbers.
    pub(super) voice: Vec<f32>,
}

impl Window {
    /// 1 for a whole window, less for a short piece.
    pub(super) fn weight(&self) -> f32 {
        self.length as f32 / WINDOW as f32
    }

    /// Number of the sample in the middle.
    pub(super) fn middle(&self) -> u64 {
        self.start + self.length / 2
    }
}

/// Where the windows of the pieces lie, in order. Pieces that are too short get none.
fn plan(pieces: &[Piece]) -> impl Iterator<Item = Window> {
    pieces.iter().enumerate().flat_map(|(index, piece)| {
        let (start, end) = (piece.span.start.samples(), piece.span.end.samples());
        let whole = end - start;
        let length = whole.min(WINDOW);
        // The last window ends where the piece ends; those before are spread evenly.
        let count = if whole < SHORTEST { 0 } else { (whole - length).div_ceil(HOP) + 1 };
        (0..count).map(move |step| Window {
            start: start + mul_div(whole - length, step, count - 1),
            length,
            own: whole / count,
            piece: index,
            voice: Vec::new(),
        })
    })
}

/// `a * b / c` without overflow; 0 when `c` is 0.
fn mul_div(a: u64, b: u64, c: u64) -> u64 {
    let quotient = (u128::from(a) * u128::from(b)).checked_div(u128::from(c)).unwrap_or(0);
    u64::try_from(quotient).unwrap_or(u64::MAX)
}

/// Embeds the voices in `pieces` of the stream, and listens for `overlaps` on the way. Pieces behind the stream's end are left out.
///
/// # Errors
/// When the audio can't be read, the model fails, or somebody asks to stop.
pub(super) fn embed<E: Failure>(
    audio: impl Iterator<Item = Result<Chunk, E>>,
    pieces: &[Piece],
    encoder: &Encoder,
    mut overlaps: Option<&mut Overlaps>,
    duration: Millis,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Vec<Window>, SpeakersError> {
    progress.start("tell voices apart", Amount::Audio(duration));
    let mut done: Vec<Window> = Vec::new();
    let mut waiting: Vec<(Window, Vec<f32>)> = Vec::new();
    let mut tape = Tape::default();
    let mut open = plan(pieces).peekable();
    let mut finish = |waiting: &mut Vec<(Window, Vec<f32>)>, tape: &Tape| -> Result<(), SpeakersError> {
        let before = done.len();
        encoder.run(waiting, &mut done)?;
        if let Some(overlaps) = overlaps.as_deref_mut() {
            overlaps.listen(&done[before..], tape)?;
        }
        Ok(cancel.check()?)
    };
    for chunk in audio {
        cancel.check()?;
        tape.append(chunk.map_err(|e| SpeakersError::Audio(Passed::on(e)))?);
        while let Some(window) = open.next_if(|w| w.start + w.length <= tape.end()) {
            let samples = tape.cut(window.start, window.length);
            waiting.push((window, samples));
            if waiting.len() == BATCH * THREADS || tape.end() - tape.start() > REACH {
                finish(&mut waiting, &tape)?;
            }
        }
        let next = open.peek().map_or(tape.end(), |w| w.start);
        tape.forget(waiting.first().map_or(next, |(window, _)| window.start));
        progress.at(Millis::from_samples(tape.end()).0.min(duration.0));
        if open.peek().is_none() {
            break;
        }
    }
    finish(&mut waiting, &tape)?;
    progress.at(duration.0);
    Ok(done)
}

/// The part of the stream that is still needed.
#[derive(Debug, Default)]
pub(super) struct Tape {
    start: u64,
    samples: Vec<f32>,
}

impl Tape {
    /// Number of its first sample.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Number of the sample behind its last one.
    pub(super) fn end(&self) -> u64 {
        self.start + self.samples.len() as u64
    }

    /// Adds a chunk. A hole before it is bridged by forgetting what lies before: no window may reach across.
    fn append(&mut self, chunk: Chunk) {
        if chunk.start > self.end() {
            self.samples.clear();
            self.start = chunk.start;
        }
        let known = usize::try_from(self.end() - chunk.start).unwrap_or(usize::MAX);
        self.samples.extend(chunk.samples.get(known..).unwrap_or_default());
    }

    /// The samples from `start`; those that are not on the tape are left out.
    pub(super) fn cut(&self, start: u64, length: u64) -> Vec<f32> {
        let index =
            |at: u64| usize::try_from(at.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.samples.len());
        self.samples[index(start)..index(start + length)].to_vec()
    }

    fn forget(&mut self, before: u64) {
        let gone = usize::try_from(before.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.samples.len());
        self.samples.drain(..gone);
        self.start += gone as u64;
    }
}

/// The voice encoder with its features.
pub(super) struct Encoder {
    path: PathBuf,
    network: Network,
    mel: Mel,
    threads: usize,
}

impl Encoder {
    /// Loads `ge2e-voice-encoder.onnx`.
    ///
    /// # Errors
    /// When the file is missing or is no such model.
    pub(super) fn load(path: &Path) -> Result<Self, SpeakersError> {
        let bytes =
            std::fs::read(path).map_err(|source| SpeakersError::ModelUnreadable { path: path.to_owned(), source })?;
        let network = Network::read(&bytes)
            .map_err(|reason| SpeakersError::ModelDamaged { path: path.to_owned(), reason: reason.to_owned() })?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        Ok(Self { path: path.to_owned(), network, mel: Mel::new(), threads })
    }

    /// Embeds the waiting windows and moves them to `done`, in order.
    fn run(&self, waiting: &mut Vec<(Window, Vec<f32>)>, done: &mut Vec<Window>) -> Result<(), SpeakersError> {
        let share = waiting.len().div_ceil(self.threads).max(1);
        let results: Vec<Result<(), SpeakersError>> = std::thread::scope(|scope| {
            let jobs: Vec<_> =
                waiting.chunks_mut(share).map(|windows| scope.spawn(move || self.embed(windows))).collect();
            jobs.into_iter().map(|job| job.join().unwrap_or_else(|_| Err(self.failed("a thread died")))).collect()
        });
        results.into_iter().collect::<Result<(), _>>()?;
        done.extend(waiting.drain(..).map(|(window, _)| window).filter(|w| !w.voice.is_empty()));
        Ok(())
    }

    /// Embeds each window. Digital silence gives no direction: such a window says nothing.
    fn embed(&self, windows: &mut [(Window, Vec<f32>)]) -> Result<(), SpeakersError> {
        let features: Vec<Vec<f32>> = windows.iter().map(|(_, samples)| self.mel.features(samples)).collect();
        let voices = neural::on_one_thread(|| self.network.voices(&features)).map_err(|e| self.failed(e))?;
        for ((window, _), voice) in windows.iter_mut().zip(voices) {
            window.voice = voice;
        }
        Ok(())
    }

    fn failed(&self, reason: impl ToString) -> SpeakersError {
        SpeakersError::ModelDamaged { path: self.path.clone(), reason: reason.to_string() }
    }
}

/// Power spectra in Slaney's mel bands, no logarithm: what `librosa.feature.melspectrogram` gives for 16 kHz,
/// `n_fft` 400, `hop_length` 160 and 40 bands.
struct Mel {
    fft: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    /// For each band its first bin and the weights of the bins from there.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Mel {
    fn new() -> Self {
        // Periodic, as for spectra.
        let hann =
            (0..FFT).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / FFT as f32).cos()).collect::<Vec<f32>>();
        Self { fft: RealFftPlanner::new().plan_fft_forward(FFT), hann, bands: bands() }
    }

    /// Frames of [`BANDS`] powers, one after the other; the frames are centred on every 10 ms, with silence around.
    /// Empty for digital silence.
    fn features(&self, samples: &[f32]) -> Vec<f32> {
        let power = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / samples.len().max(1) as f64;
        if !power.is_normal() {
            return Vec::new();
        }
        let gain = (LEVEL / power.sqrt() as f32).max(1.0);
        let mut padded = vec![0.0; FFT / 2];
        padded.extend(samples.iter().map(|x| x * gain));
        padded.resize(padded.len() + FFT / 2, 0.0);
        let (mut frame, mut spectrum) = (self.fft.make_input_vec(), self.fft.make_output_vec());
        let mut features = Vec::with_capacity((samples.len() / FFT_HOP + 1) * BANDS);
        for start in (0..=samples.len()).step_by(FFT_HOP) {
            for ((x, sample), weight) in frame.iter_mut().zip(&padded[start..]).zip(&self.hann) {
                *x = sample * weight;
            }
            if self.fft.process(&mut frame, &mut spectrum).is_err() {
                return Vec::new();
            }
            for (first, weights) in &self.bands {
                let bins = spectrum[*first..].iter().zip(weights);
                features.push(bins.map(|(bin, weight)| bin.norm_sqr() * weight).sum());
            }
        }
        features
    }
}

/// Triangles of equal area on Slaney's mel scale, from 0 Hz to half the sampling rate.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let hertz = |bin: usize| bin as f64 * f64::from(SAMPLE_RATE) / FFT as f64;
    let top = mel_of(f64::from(SAMPLE_RATE) / 2.0);
    let edge = |i: usize| hertz_of(top * i as f64 / (BANDS + 1) as f64);
    (0..BANDS)
        .map(|band| {
            let (low, peak, high) = (edge(band), edge(band + 1), edge(band + 2));
            let weight = |bin: usize| {
                let f = hertz(bin);
                ((f - low) / (peak - low)).min((high - f) / (high - peak)).max(0.0) * 2.0 / (high - low)
            };
            let first = (0..=FFT / 2).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            let weights = (first..=FFT / 2).map(|bin| weight(bin) as f32).take_while(|&w| w > 0.0).collect();
            (first, weights)
        })
        .collect()
}

/// Slaney's mel scale (Auditory Toolbox): linear below 1 kHz, 15 mel there, then 27 steps an octave-like factor of 6.4.
fn mel_of(hertz: f64) -> f64 {
    if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + 27.0 * (hertz / 1000.0).ln() / 6.4_f64.ln() }
}

/// The inverse of [`mel_of`].
fn hertz_of(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) / 27.0 * 6.4_f64.ln()).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_lie_in_their_pieces_and_leave_nothing_out(
            lengths in prop::collection::vec((0u64..2000, 0u64..20_000), 0..12),
        ) {
            let mut at = 0;
            let pieces: Vec<Piece> = lengths
                .iter()
                .map(|(pause, length)| {
                    let span = Span::new(Millis(at + pause), Millis(at + pause + length));
                    at = span.end.0;
                    Piece { span }
                })
                .collect();
            let windows: Vec<Window> = plan(&pieces).collect();
            prop_assert!(windows.is_sorted_by_key(|w| w.start));
            for (index, piece) in pieces.iter().enumerate() {
                let own: Vec<&Window> = windows.iter().filter(|w| w.piece == index).collect();
                let (start, end) = (piece.span.start.samples(), piece.span.end.samples());
                if end - start < SHORTEST {
                    prop_assert!(own.is_empty());
                } else {
                    prop_assert_eq!(own[0].start, start);
                    prop_assert_eq!(own[own.len() - 1].start + own[own.len() - 1].length, end);
                    prop_assert!(own.windows(2).all(|w| w[1].start - w[0].start <= HOP));
                }
            }
        }

        #[test]
        fn the_tape_gives_back_what_went_in(cuts in prop::collection::vec(1usize..3000, 1..20), want in 1u64..4000) {
            let mut tape = Tape::default();
            let mut at = 0;
            for cut in cuts {
                tape.append(Chunk { start: at, samples: (at..at + cut as u64).map(|i| i as f32).collect() });
                at += cut as u64;
                let start = at.saturating_sub(want);
                let expected: Vec<f32> = (start..at).map(|i| i as f32).collect();
                prop_assert_eq!(tape.cut(start, at - start), expected);
                tape.forget(start);
            }
        }
    }

    #[test]
    fn an_endless_piece_is_planned_lazily() {
        let piece = Piece { span: Span::new(Millis::ZERO, Millis(u64::MAX)) };
        assert_eq!(plan(&[piece]).take(3).map(|w| w.start).collect::<Vec<_>>(), [0, 11_999, 23_999]);
    }

    #[test]
    fn a_hole_in_the_stream_is_not_bridged() {
        let mut tape = Tape::default();
        tape.append(Chunk { start: 0, samples: vec![1.0; 100] });
        tape.append(Chunk { start: 200, samples: vec![2.0; 100] });
        assert_eq!((tape.cut(0, 100).len(), tape.cut(150, 100)), (0, vec![2.0; 50]));
        // What came already is not taken twice.
        tape.append(Chunk { start: 250, samples: vec![3.0; 100] });
        assert_eq!(tape.cut(299, 2), [2.0, 3.0]);
    }

    #[test]
    fn mel_bands_are_slaneys() {
        assert!((mel_of(1000.0) - 15.0).abs() < 1e-9 && (mel_of(6400.0) - 42.0).abs() < 1e-9);
        assert!((hertz_of(mel_of(3217.0)) - 3217.0).abs() < 1e-6);
        // Triangles of area 1 over hertz; the narrowest ones have few bins, hence the wide margin.
        for (first, weights) in bands() {
            let area = weights.iter().sum::<f32>() * SAMPLE_RATE as f32 / FFT as f32;
            assert!((0.6..1.4).contains(&area), "{first}: {area}");
        }
    }

    #[test]
    fn quiet_and_loud_speech_give_the_same_features_and_silence_none() {
        let tone = |level: f32| -> Vec<f32> { (0..24_000).map(|i| level * (i as f32 * 0.4).sin()).collect() };
        let mel = Mel::new();
        let (quiet, quieter) = (mel.features(&tone(0.01)), mel.features(&tone(0.001)));
        assert_eq!(quiet.len(), 151 * BANDS);
        assert!(quiet.iter().zip(&quieter).all(|(a, b)| (a - b).abs() <= 1e-3 * a.max(1e-3)));
        // 0.4 rad a sample are 1019 Hz, 15.2 mel: band 13 of 40, counted from 0 (its peak is 15.17 mel).
        let frame = &quiet[75 * BANDS..76 * BANDS];
        let loudest = (0..BANDS).max_by(|&a, &b| frame[a].total_cmp(&frame[b])).unwrap();
        assert_eq!(loudest, 13);
        assert!(mel.features(&[0.0; 24_000]).is_empty() && mel.features(&[]).is_empty());
    }
}
