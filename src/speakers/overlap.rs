//! Where several people speak at once: words may be missing or given to the wrong person there.
//!
//! The network (pyannote's speaker segmentation: three speakers' activity every 17 ms of 10 s, several may be active at a
//! time) costs as much as all the rest of this stage, so it listens only where speech goes on without a pause and yet sounds
//! unlike a moment before: where voices change, or mix.

use super::SpeakersError;
use super::embed::{Tape, Window};
use crate::model::{Millis, SAMPLE_RATE, Span};
use crate::neural::onnx::Graph;
use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Samples that the network hears at once: 10 s.
const LISTENS: u64 = 160_000;
/// Speakers that it tells apart.
const SPEAKERS: usize = 3;
/// Neighbouring windows of a piece share half of their samples; with less cosine than this they are unlike each other.
const UNLIKE: f32 = 0.82;
/// Listening at most so often for so many windows bounds the cost: the most unlike places are taken.
const PLACES: usize = 3;
const PER_WINDOWS: usize = 128;
/// Audio is kept at hand for at most so long (100 s): as much as those windows take where speech is dense.
pub(super) const REACH: u64 = 100 * SAMPLE_RATE as u64;
/// A speaker is active from this activity on.
const ACTIVE: f32 = 0.5;
/// Shorter overlaps (0.25 s) are turns that touch.
const SHORTEST: Millis = Millis(250);
/// Overlaps with less than this between them are one.
const JOIN: Millis = Millis(200);

/// The network, and what it found.
pub(super) struct Overlaps {
    path: PathBuf,
    model: Model,
    input: NodeId,
    output: NodeId,
    pool: Arc<ThreadPool>,
    found: Vec<Span>,
}

impl Overlaps {
    /// Loads `pyannote-segmentation-int8.onnx`.
    ///
    /// # Errors
    /// When the file is missing or is no such model.
    pub(super) fn load(path: &Path) -> Result<Self, SpeakersError> {
        let bytes =
            std::fs::read(path).map_err(|source| SpeakersError::ModelUnreadable { path: path.to_owned(), source })?;
        let damaged = |reason: String| SpeakersError::ModelDamaged { path: path.to_owned(), reason };
        // First by our own reader, which trusts no length.
        Graph::read(&bytes).map_err(|reason| damaged(reason.to_owned()))?;
        let model = Model::load(bytes).map_err(|e| damaged(e.to_string()))?;
        let (&[input], &[output]) = (model.input_ids(), model.output_ids()) else {
            return Err(damaged("it must have one input and one output".into()));
        };
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { path: path.to_owned(), model, input, output, pool, found: Vec::new() })
    }

    /// Listens at the places among `windows` where voices may mix, as far as the tape still holds them.
    pub(super) fn listen(&mut self, windows: &[Window], tape: &Tape) -> Result<(), SpeakersError> {
        for middle in places(windows) {
            let length = LISTENS.min(tape.end() - tape.start());
            let start = middle.saturating_sub(LISTENS / 2).clamp(tape.start(), tape.end() - length);
            let mut samples = tape.cut(start, length);
            samples.resize(LISTENS as usize, 0.0);
            let active = self.active(samples)?;
            self.found.extend(spans(&active, start));
        }
        Ok(())
    }

    /// For each frame, how many speakers are active.
    fn active(&self, samples: Vec<f32>) -> Result<Vec<usize>, SpeakersError> {
        let failed = |reason: String| SpeakersError::ModelDamaged { path: self.path.clone(), reason };
        let sound = NdTensor::from_data([1, 1, LISTENS as usize], samples);
        let options = RunOptions::default().with_thread_pool(Some(self.pool.clone()));
        let [value] = self
            .model
            .run_n(vec![(self.input, sound.into())], [self.output], Some(options))
            .map_err(|e| failed(e.to_string()))?;
        let activity: NdTensor<f32, 3> = value.try_into().map_err(|_| failed("its output has another shape".into()))?;
        let [1, frames, SPEAKERS] = activity.shape() else { return Err(failed("its output has another shape".into())) };
        if frames == 0 {
            return Err(failed("its output is empty".into()));
        }
        let activity = activity.to_vec();
        Ok(activity.chunks_exact(SPEAKERS).map(|frame| frame.iter().filter(|a| **a >= ACTIVE).count()).collect())
    }

    /// All overlaps, in order, without those that are too short to matter.
    pub(super) fn finish(mut self) -> Vec<Span> {
        self.found.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(self.found.len());
        for span in self.found {
            match joined.last_mut() {
                Some(last) if span.start <= last.end.plus(JOIN) => *last = last.hull(span),
                _ => joined.push(span),
            }
        }
        joined.retain(|span| span.length() >= SHORTEST);
        joined
    }
}

/// The samples between windows of one piece of speech that are unlike each other: the most unlike, each at least half a
/// hearing away from the others.
fn places(windows: &[Window]) -> Vec<u64> {
    let mut unlike: Vec<(f32, u64)> = windows
        .windows(2)
        .filter(|pair| pair[0].piece == pair[1].piece)
        .map(|pair| {
            let cosine = pair[0].voice.iter().zip(&pair[1].voice).map(|(a, b)| a * b).sum::<f32>();
            (cosine, pair[0].middle().midpoint(pair[1].middle()))
        })
        .filter(|(cosine, _)| *cosine < UNLIKE)
        .collect();
    unlike.sort_by(|a, b| a.0.total_cmp(&b.0));
    let most = PLACES * windows.len().div_ceil(PER_WINDOWS);
    let mut places: Vec<u64> = Vec::new();
    for (_, middle) in unlike {
        if places.len() == most {
            break;
        }
        if places.iter().all(|place| place.abs_diff(middle) >= LISTENS / 2) {
            places.push(middle);
        }
    }
    places
}

/// Where two or more are active, from frames that begin with sample `start`.
fn spans(active: &[usize], start: u64) -> Vec<Span> {
    let at = |frame: usize| Millis::from_samples(start + LISTENS * frame as u64 / active.len() as u64);
    let mut spans = Vec::new();
    let mut frame = 0;
    for run in active.chunk_by(|a, b| (*a > 1) == (*b > 1)) {
        if run[0] > 1 {
            spans.push(Span::new(at(frame), at(frame + run.len())));
        }
        frame += run.len();
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn root(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    fn samples(from: f64, length: f64) -> Vec<f32> {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-ss", &from.to_string(), "-i"])
            .arg(root("fixtures/ep2.webm"))
            .args(["-t", &length.to_string(), "-ac", "1", "-ar", "16000", "-f", "f32le", "-"])
            .output()
            .expect("tests need the ffmpeg command");
        output.stdout.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    #[test]
    fn two_people_at_once_are_heard_and_one_alone_is_not() {
        let overlaps = Overlaps::load(&root("models/pyannote-segmentation-int8.onnx")).unwrap();
        let truth = std::fs::read_to_string(root("fixtures/truth/ep2.json")).unwrap();
        let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
        let long = |who: &str| {
            let sentences = truth["sentences"].as_array().unwrap().iter().filter(|s| s["speaker"] == who);
            let spans = sentences.map(|s| (s["start"].as_f64().unwrap(), s["end"].as_f64().unwrap()));
            spans.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))).unwrap().0
        };
        let mut sound = samples(long("Orson Pebble"), 10.0);
        let alone = overlaps.active(sound.clone()).unwrap();
        assert!(spans(&alone, 0).iter().all(|span| span.length() < SHORTEST), "{:?}", spans(&alone, 0));
        // From 2 to 4 s somebody else speaks too.
        for (at, other) in sound[32_000..].iter_mut().zip(samples(long("Clementine Starling") + 0.3, 2.0)) {
            *at += other;
        }
        let both = spans(&overlaps.active(sound).unwrap(), 0);
        let heard: u64 = both.iter().map(|span| span.overlap(Span::new(Millis(2000), Millis(4000))).0).sum();
        let all: u64 = both.iter().map(|span| span.length().0).sum();
        assert!(heard > 1000 && all - heard < 300, "{both:?}");
    }

    #[test]
    fn the_most_unlike_places_are_heard_and_not_all() {
        let window = |index: usize, voice: Vec<f32>| Window {
            start: index as u64 * 12_000,
            length: 24_000,
            own: 12_000,
            piece: index / 50,
            voice,
        };
        let voice = |x: f32| vec![x, (1.0 - x * x).sqrt()];
        // Changes at 10, 30, 32 and, between pieces, at 50.
        let voices = (0..100).map(|i| match i {
            10..30 => voice(0.3),
            30..32 => voice(0.9),
            32..50 => voice(0.2),
            _ => voice(1.0),
        });
        let windows: Vec<Window> = voices.enumerate().map(|(i, voice)| window(i, voice)).collect();
        let mut found = places(&windows);
        found.sort_unstable();
        assert_eq!(found, [10 * 12_000 + 6_000, 32 * 12_000 + 6_000]);
        assert!(places(&[]).is_empty());
    }

    #[test]
    fn overlaps_are_joined_and_short_ones_left_out() {
        assert_eq!(spans(&[0, 1, 2, 3, 1, 2], 16_000)[0].start, Millis(1000 + 3333));
        let mut overlaps = Overlaps::load(&root("models/pyannote-segmentation-int8.onnx")).unwrap();
        let span = |start, end| Span::new(Millis(start), Millis(end));
        overlaps.found = vec![span(5000, 5100), span(1000, 1500), span(1600, 2000), span(1400, 1650)];
        assert_eq!(overlaps.finish(), [span(1000, 2000)]);
    }

    #[test]
    fn another_network_is_refused() {
        let loaded = Overlaps::load(&root("models/ge2e-voice-encoder.onnx"));
        let active = loaded.and_then(|overlaps| overlaps.active(vec![0.1; LISTENS as usize]));
        assert!(matches!(active, Err(SpeakersError::ModelDamaged { .. })));
    }
}
