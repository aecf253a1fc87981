//! The log mel spectrogram that Whisper hears (Radford et al. 2022, section 2.2): windows of 25 ms every 10 ms, 80 or
//! 128 bands, logarithm, everything below the loudest by 80 dB raised to there.

use super::file::BINS;
use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex};
use std::f64::consts::PI;
use std::ops::Range;
use std::sync::Arc;

/// Samples of a window, and from one window to the next.
const WINDOW: usize = 400;
pub(super) const HOP: usize = 160;

/// Makes spectrograms.
pub(super) struct Spectrogram {
    fft: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    /// For each band the bins that it covers, and their weights.
    bands: Vec<(Range<usize>, Vec<f32>)>,
}

/// Frames of 10 ms, one after the other, each with a value a band.
#[derive(Debug, Clone, Default)]
pub(super) struct Mel {
    pub(super) values: Vec<f32>,
    pub(super) bands: usize,
    /// What silence behind the audio looks like.
    floor: f32,
}

impl Mel {
    /// Frames that hold audio.
    pub(super) fn frames(&self) -> usize {
        self.values.len() / self.bands.max(1)
    }

    /// `count` frames from frame `from` on, silence behind the end, with a frame of zeros on either side: what a
    /// convolution three frames wide reads.
    pub(super) fn padded(&self, from: usize, count: usize) -> Vec<f32> {
        let known = from.min(self.frames())..(from + count).min(self.frames());
        let mut padded = vec![0.0; self.bands];
        padded.extend_from_slice(&self.values[known.start * self.bands..known.end * self.bands]);
        padded.resize((count + 1) * self.bands, self.floor);
        padded.resize((count + 2) * self.bands, 0.0);
        padded
    }
}

impl Spectrogram {
    /// With a model's filters: a row of [`BINS`] weights a band.
    pub(super) fn new(filters: &[f32]) -> Self {
        let hann = |i: usize| (0.5 * (1.0 - (2.0 * PI * i as f64 / WINDOW as f64).cos())) as f32;
        let band = |row: &[f32]| {
            let first = row.iter().position(|w| *w != 0.0).unwrap_or(0);
            let end = row.iter().rposition(|w| *w != 0.0).map_or(first, |last| last + 1);
            (first..end, row[first..end].to_vec())
        };
        Self {
            fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
            hann: (0..WINDOW).map(hann).collect(),
            bands: filters.chunks_exact(BINS).map(band).collect(),
        }
    }

    /// The spectrogram of audio at 16 kHz.
    pub(super) fn of(&self, samples: &[f32]) -> Mel {
        let half = WINDOW / 2;
        // The beginning mirrored, silence behind the end: as whisper.cpp has it.
        let mut padded: Vec<f32> = (1..=half).rev().map(|i| samples.get(i).copied().unwrap_or(0.0)).collect();
        padded.extend_from_slice(samples);
        padded.resize(padded.len() + WINDOW, 0.0);
        let frames = samples.len() / HOP;
        let mut input = vec![0.0; WINDOW];
        let mut spectrum = vec![Complex::default(); BINS];
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = vec![0.0; BINS];
        let mut values = Vec::with_capacity(frames * self.bands.len());
        for frame in 0..frames {
            let audio = &padded[frame * HOP..frame * HOP + WINDOW];
            for ((input, sample), weight) in input.iter_mut().zip(audio).zip(&self.hann) {
                *input = sample * weight;
            }
            if self.fft.process_with_scratch(&mut input, &mut spectrum, &mut scratch).is_err() {
                // Only wrong lengths fail.
                spectrum.fill(Complex::default());
            }
            for (power, bin) in power.iter_mut().zip(&spectrum) {
                *power = bin.norm_sqr();
            }
            values.extend(self.bands.iter().map(|(bins, weights)| {
                let sum: f32 = power[bins.clone()].iter().zip(weights).map(|(p, w)| p * w).sum();
                sum.max(1e-10).log10()
            }));
        }
        let loudest = values.iter().copied().fold(-10.0, f32::max);
        let scaled = |value: f32| (value.max(loudest - 8.0) + 4.0) / 4.0;
        for value in &mut values {
            *value = scaled(*value);
        }
        Mel { values, bands: self.bands.len(), floor: scaled(-10.0) }
    }
}
