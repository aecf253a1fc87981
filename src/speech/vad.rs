//! Where somebody speaks: Silero's voice activity detector, run over the stream, and its probabilities made spans.
//!
//! The network reads frames of [`FRAME`] samples with the [`CONTEXT`] samples before them and carries an LSTM's
//! state. Frames are always run in blocks of [`BLOCK`], however the audio was cut when it came in, so that the same
//! audio gives the same spans to the last bit.

use super::SpeechError;
use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Samples a frame (32 ms), fixed by the network.
pub(super) const FRAME: usize = 512;
/// Samples before the frame that the network sees too.
const CONTEXT: usize = 64;
/// Frames a run of the network: about a second.
const BLOCK: usize = 32;
/// Width of the LSTM's state.
const STATE: usize = 128;

/// Speech begins at this probability and ends below [`OFFSET`]: Silero's own hysteresis.
const ONSET: f32 = 0.5;
const OFFSET: f32 = 0.35;
/// Frames of silence that end a span: 96 ms, Silero's 100 ms in whole frames.
const SILENT_FRAMES: usize = 3;
/// Shorter sounds are clicks and coughs: 128 ms. A spoken "no" has 200 ms and more.
const SHORTEST_FRAMES: usize = 4;
/// A span is cut here even without silence: the recogniser's window is 30 s, and padding comes on top.
const LONGEST_FRAMES: usize = 28 * 16_000 / FRAME;
/// The forced cut is looked for in the last third of the span.
const CUT_FROM_FRAMES: usize = LONGEST_FRAMES * 2 / 3;

/// Speech from sample `start` up to but without `end`, counted from the player's zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Voiced {
    /// Number of the first sample.
    pub(super) start: u64,
    /// Number of the first sample behind it.
    pub(super) end: u64,
}

/// A decided frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The probability that somebody speaks.
    pub(super) probability: f32,
    /// The samples' mean square.
    pub(super) loudness: f32,
}

/// The network with its state.
pub(super) struct Detector {
    path: PathBuf,
    model: Model,
    inputs: [NodeId; 3],
    outputs: [NodeId; 3],
    options: RunOptions,
    hidden: NdTensor<f32, 3>,
    cell: NdTensor<f32, 3>,
    /// The last [`CONTEXT`] samples of the block before, then samples that fill no block yet.
    pending: Vec<f32>,
}

impl Detector {
    /// Loads the network.
    pub(super) fn open(path: &Path) -> Result<Self, SpeechError> {
        let damaged = |reason: String| SpeechError::ModelDamaged { path: path.to_owned(), reason };
        let bytes =
            std::fs::read(path).map_err(|source| SpeechError::ModelMissing { path: path.to_owned(), source })?;
        let model = Model::load(bytes).map_err(|e| damaged(e.to_string()))?;
        let node = |name: &str| {
            model.node_id(name).map_err(|_| damaged(format!("it is no Silero network: it has no \"{name}\"")))
        };
        Ok(Self {
            inputs: [node("input")?, node("h")?, node("c")?],
            outputs: [node("speech_probs")?, node("hn")?, node("cn")?],
            path: path.to_owned(),
            model,
            // One thread: the recogniser's workers have the other cores.
            options: RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1)))),
            hidden: NdTensor::zeros([1, 1, STATE]),
            cell: NdTensor::zeros([1, 1, STATE]),
            pending: vec![0.0; CONTEXT],
        })
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
        let fault = |reason: String, path: &Path| SpeechError::ModelDamaged { path: path.to_owned(), reason };
        let width = CONTEXT + FRAME;
        let mut rows = Vec::with_capacity(frames * width);
        for frame in 0..frames {
            rows.extend_from_slice(&self.pending[frame * FRAME..frame * FRAME + width]);
        }
        self.pending.drain(..frames * FRAME);
        let loudness: Vec<f32> = rows.chunks(width).map(|row| mean_square(&row[CONTEXT..])).collect();
        let rows = NdTensorView::from_data([frames, width], rows.as_slice());
        let inputs = vec![
            (self.inputs[0], rows.into()),
            (self.inputs[1], self.hidden.view().into()),
            (self.inputs[2], self.cell.view().into()),
        ];
        let [speech, hidden, cell] = self
            .model
            .run_n(inputs, self.outputs, Some(self.options.clone()))
            .map_err(|e| fault(e.to_string(), &self.path))?;
        let shape = |e: rten::TryFromValueError| fault(e.to_string(), &self.path);
        let speech: NdTensor<f32, 1> = speech.try_into().map_err(shape)?;
        self.hidden = hidden.try_into().map_err(shape)?;
        self.cell = cell.try_into().map_err(shape)?;
        let frames = speech.iter().zip(loudness);
        decided.extend(frames.map(|(&probability, loudness)| Frame { probability, loudness }));
        Ok(())
    }
}

/// Probabilities into spans, frame by frame.
#[derive(Debug, Default)]
pub(super) struct Segmenter {
    /// Number of the next frame.
    next: usize,
    /// The frames of the span that is open, with what sounds after its last sure frame.
    open: Vec<Frame>,
    /// How many of the last frames of `open` are silent.
    silent: usize,
    /// Whether speech was just cut by force, so that its rest is kept however short it is.
    continued: bool,
}

impl Segmenter {
    /// Takes a frame; gives the span that ended by it.
    pub(super) fn push(&mut self, frame: Frame) -> Option<Voiced> {
        let probability = frame.probability;
        self.next += 1;
        if self.open.is_empty() && probability < ONSET {
            self.continued = false;
            return None;
        }
        self.open.push(frame);
        self.silent = if probability < OFFSET {
            self.silent + 1
        } else if probability < ONSET && self.silent > 0 {
            // Between the two thresholds nothing new begins.
            self.silent + 1
        } else {
            0
        };
        if self.silent >= SILENT_FRAMES {
            return self.close();
        }
        (self.open.len() >= LONGEST_FRAMES).then(|| self.cut())
    }

    /// The span that is open at the end of the audio.
    pub(super) fn finish(&mut self) -> Option<Voiced> {
        self.close()
    }

    /// Number of the first frame that an open span may still need; the next frame when none is open.
    pub(super) fn pending_from(&self) -> usize {
        self.next - self.open.len()
    }

    fn close(&mut self) -> Option<Voiced> {
        let first = self.next - self.open.len();
        let frames = self.open.len() - self.silent;
        let kept = frames >= SHORTEST_FRAMES || (self.continued && frames > 0);
        let span = kept.then(|| voiced(first, frames));
        self.open.clear();
        self.silent = 0;
        self.continued = false;
        span
    }

    /// Ends the open span at the quietest moment of its last third; the rest stays open.
    fn cut(&mut self) -> Voiced {
        let quiet = |i: &usize| self.open[*i - 1..=*i].iter().map(|f| f.loudness).sum::<f32>();
        let at = (CUT_FROM_FRAMES..self.open.len())
            .min_by(|a, b| quiet(a).total_cmp(&quiet(b)))
            .unwrap_or(self.open.len() - 1);
        let span = voiced(self.next - self.open.len(), at);
        self.open.drain(..at);
        self.silent = self.silent.min(self.open.len());
        self.continued = true;
        span
    }
}

fn mean_square(samples: &[f32]) -> f32 {
    samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32
}

fn voiced(first: usize, frames: usize) -> Voiced {
    Voiced { start: (first * FRAME) as u64, end: ((first + frames) * FRAME) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn network() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("models/silero-vad-sequence.onnx")
    }

    fn frames(spans: &[(f32, usize)]) -> Vec<Frame> {
        let frame = |p: f32| Frame { probability: p, loudness: p };
        spans.iter().flat_map(|(p, count)| std::iter::repeat_n(frame(*p), *count)).collect()
    }

    fn spans(frames: &[Frame]) -> Vec<(u64, u64)> {
        let mut segmenter = Segmenter::default();
        let mut spans: Vec<Voiced> = frames.iter().filter_map(|f| segmenter.push(*f)).collect();
        spans.extend(segmenter.finish());
        spans.iter().map(|v| (v.start / FRAME as u64, v.end / FRAME as u64)).collect()
    }

    #[test]
    fn speech_begins_at_one_threshold_and_ends_at_a_lower_one() {
        let heard =
            spans(&frames(&[(0.1, 5), (0.9, 10), (0.4, 2), (0.9, 10), (0.1, 5), (0.45, 5), (0.8, 3), (0.1, 9)]));
        // The dip stays inside; what follows never reaches the first threshold, or is too short.
        assert_eq!(heard, [(5, 27)]);
    }

    #[test]
    fn endless_speech_is_cut_at_its_quietest_moment() {
        let mut endless = frames(&[(0.9, LONGEST_FRAMES + 100)]);
        for quiet in &mut endless[700..702] {
            quiet.loudness = 0.01;
        }
        assert_eq!(spans(&endless), [(0, 701), (701, LONGEST_FRAMES as u64 + 100)]);
    }

    #[test]
    fn the_cut_of_the_stream_changes_no_bit() {
        let tone = |i: usize| (i as f32 * 0.07).sin() * ((i / 4000 % 2) as f32) * 0.3;
        let audio: Vec<f32> = (0..50_000).map(tone).collect();
        let run = |size: usize| {
            let mut detector = Detector::open(&network()).unwrap();
            let mut heard = Vec::new();
            for part in audio.chunks(size) {
                heard.extend(detector.push(part).unwrap());
            }
            heard.extend(detector.finish().unwrap());
            heard.iter().map(|f| f.probability.to_bits()).collect::<Vec<_>>()
        };
        let whole = run(audio.len());
        assert_eq!(whole.len(), audio.len().div_ceil(FRAME));
        assert_eq!(run(777), whole);
        assert_eq!(run(16_000), whole);
    }

    #[test]
    fn broken_samples_are_silence() {
        let mut detector = Detector::open(&network()).unwrap();
        let mut heard = detector.push(&[f32::NAN, f32::INFINITY, -1e30].repeat(20_000)).unwrap();
        heard.extend(detector.finish().unwrap());
        assert!(heard.iter().all(|f| f.probability.is_finite()));
    }

    #[test]
    fn a_file_that_is_no_network_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let cut = folder.path().join("cut.onnx");
        let bytes = std::fs::read(network()).unwrap();
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(Detector::open(&cut), Err(SpeechError::ModelDamaged { .. })));
        assert!(matches!(Detector::open(&folder.path().join("no.onnx")), Err(SpeechError::ModelMissing { .. })));
        let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ge2e-voice-encoder.onnx");
        assert!(matches!(Detector::open(&other), Err(SpeechError::ModelDamaged { .. })));
    }

    proptest! {
        #[test]
        fn spans_are_in_order_apart_and_bounded(parts in prop::collection::vec((0f32..1.0, 1usize..400), 0..30)) {
            let frames = frames(&parts);
            let heard = spans(&frames);
            for (start, end) in &heard {
                prop_assert!(start < end && *end <= frames.len() as u64 && end - start <= LONGEST_FRAMES as u64);
            }
            for pair in heard.windows(2) {
                let gap = pair[1].0 - pair[0].1;
                // Apart by silence, or by nothing where speech was too long.
                prop_assert!(gap >= SILENT_FRAMES as u64 || gap == 0);
            }
            // Every run of sure speech is kept.
            let mut run = 0;
            for (i, frame) in frames.iter().enumerate() {
                run = if frame.probability >= ONSET { run + 1 } else { 0 };
                if run >= SHORTEST_FRAMES {
                    prop_assert!(heard.iter().any(|(start, end)| (*start..*end).contains(&(i as u64))));
                }
            }
        }
    }
}
