//! The frames' probabilities made spans of speech.

use super::network::FRAME;

/// Speech begins at this probability and ends below [`OFFSET`]: Silero's own hysteresis.
const ONSET: f32 = 0.5;
const OFFSET: f32 = 0.35;
/// Frames of silence that end a span: 96 ms, Silero's 100 ms in whole frames.
const SILENT_FRAMES: usize = 3;
/// Shorter sounds are clicks and coughs: 128 ms. A spoken "no" has 200 ms and more.
const SHORTEST_FRAMES: usize = 4;
/// A span is cut here even without silence: the recogniser's window is 30 s, and a second that overlaps with each
/// neighbour comes on top.
const LONGEST_FRAMES: usize = 26 * 16_000 / FRAME;
/// The forced cut is looked for in the last third of the span.
const CUT_FROM_FRAMES: usize = LONGEST_FRAMES * 2 / 3;

/// Speech from sample `start` up to but without `end`, counted from the player's zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::speech) struct Voiced {
    /// Number of the first sample.
    pub(in crate::speech) start: u64,
    /// Number of the first sample behind it.
    pub(in crate::speech) end: u64,
}

/// A decided frame.
#[derive(Debug, Clone, Copy)]
pub(in crate::speech) struct Frame {
    /// The probability that somebody speaks.
    pub(in crate::speech) probability: f32,
    /// The samples' mean square.
    pub(in crate::speech) loudness: f32,
}

/// Probabilities into spans, frame by frame.
#[derive(Debug, Default)]
pub(in crate::speech) struct Segmenter {
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
    pub(in crate::speech) fn push(&mut self, frame: Frame) -> Option<Voiced> {
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
    pub(in crate::speech) fn finish(&mut self) -> Option<Voiced> {
        self.close()
    }

    /// Whether the span that ended last was cut though speech goes on.
    pub(in crate::speech) fn goes_on(&self) -> bool {
        self.continued
    }

    /// Number of the first frame that an open span may still need; the next frame when none is open.
    pub(in crate::speech) fn pending_from(&self) -> usize {
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

fn voiced(first: usize, frames: usize) -> Voiced {
    Voiced { start: (first * FRAME) as u64, end: ((first + frames) * FRAME) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
