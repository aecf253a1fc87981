//! Where somebody speaks: Silero's voice activity detector, run over the stream, and its probabilities made spans.
//!
//! The network ([`network`]) reads frames of [`FRAME`] samples with the [`CONTEXT`] samples before them and carries an
//! LSTM's state. Frames are always run in blocks of [`BLOCK`], however the audio was cut when it came in, so that the
//! same audio gives the same spans to the last bit.

mod kernels;
mod network;
mod segment;
#[cfg(test)]
mod tests;

pub(super) use self::network::FRAME;
pub(super) use self::segment::{Frame, Segmenter, Voiced};

use self::kernels::BLOCK;
use self::network::{CONTEXT, Network};
use super::SpeechError;
use std::path::{Path, PathBuf};

/// The network on a stream.
pub(super) struct Detector {
    path: PathBuf,
    network: Network,
    /// The last [`CONTEXT`] samples of the block before, then samples that fill no block yet.
    pending: Vec<f32>,
}

impl Detector {
    /// Loads the network.
    pub(super) fn open(path: &Path) -> Result<Self, SpeechError> {
        let file = std::fs::read(path).map_err(|source| SpeechError::ModelMissing { path: path.to_owned(), source })?;
        let network = Network::read(&file)
            .map_err(|reason| SpeechError::ModelDamaged { path: path.to_owned(), reason: reason.into() })?;
        Ok(Self { path: path.to_owned(), network, pending: vec![0.0; CONTEXT] })
    }

    /// Takes the next samples; gives the frames that are decided now.
    pub(super) fn push(&mut self, samples: &[f32]) -> Result<Vec<Frame>, SpeechError> {
        // The network must not see what a broken decoder makes: one NaN would stay in its state for ever.
        self.pending.extend(samples.iter().map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 }));
        let mut decided = Vec::new();
        while self.pending.len() >= CONTEXT + BLOCK * FRAME {
            self.run(BLOCK, &mut decided)?;
        }
        Ok(decided)
    }

    /// The frames of what is left; the last one is filled with silence.
    pub(super) fn finish(&mut self) -> Result<Vec<Frame>, SpeechError> {
        let frames = (self.pending.len() - CONTEXT).div_ceil(FRAME);
        self.pending.resize(CONTEXT + frames * FRAME, 0.0);
        let mut decided = Vec::new();
        if frames > 0 {
            self.run(frames, &mut decided)?;
        }
        Ok(decided)
    }

    fn run(&mut self, frames: usize, decided: &mut Vec<Frame>) -> Result<(), SpeechError> {
        let samples = &self.pending[..CONTEXT + frames * FRAME];
        let probabilities = self.network.run(samples);
        if probabilities.iter().any(|probability| !probability.is_finite()) {
            let reason = "its weights are too large to compute with".into();
            return Err(SpeechError::ModelDamaged { path: self.path.clone(), reason });
        }
        let loudness = samples[CONTEXT..].chunks(FRAME).map(mean_square);
        let frames_heard = probabilities.into_iter().zip(loudness);
        decided.extend(frames_heard.map(|(probability, loudness)| Frame { probability, loudness }));
        self.pending.drain(..frames * FRAME);
        Ok(())
    }
}

fn mean_square(samples: &[f32]) -> f32 {
    samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32
}
