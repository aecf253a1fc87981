//! The first half of the stage: audio in, packed speech out.

use super::SpeechError;
use super::pack::{Packed, Packer};
use super::vad::{Detector, FRAME, Frame, Segmenter};
use std::path::Path;

/// Finds speech and packs it.
pub(super) struct Listener {
    detector: Detector,
    segmenter: Segmenter,
    packer: Packer,
}

impl Listener {
    /// With the VAD's network at `path`.
    pub(super) fn new(path: &Path) -> Result<Self, SpeechError> {
        Ok(Self { detector: Detector::open(path)?, segmenter: Segmenter::default(), packer: Packer::default() })
    }

    /// Takes the next audio; gives the chunks that are full now.
    pub(super) fn push(&mut self, samples: &[f32]) -> Result<Vec<Packed>, SpeechError> {
        self.packer.audio(samples, (self.segmenter.pending_from() * FRAME) as u64);
        let frames = self.detector.push(samples)?;
        Ok(self.pack(frames))
    }

    /// The audio has ended: what is left.
    pub(super) fn finish(&mut self) -> Result<Vec<Packed>, SpeechError> {
        let frames = self.detector.finish()?;
        let mut chunks = self.pack(frames);
        if let Some(voiced) = self.segmenter.finish() {
            chunks.extend(self.packer.speech(voiced, false));
        }
        chunks.extend(self.packer.finish());
        Ok(chunks)
    }

    fn pack(&mut self, frames: Vec<Frame>) -> Vec<Packed> {
        let segmenter = &mut self.segmenter;
        let spans = frames.into_iter().filter_map(|frame| Some((segmenter.push(frame)?, segmenter.goes_on())));
        spans.flat_map(|(voiced, cut)| self.packer.speech(voiced, cut)).collect()
    }
}
