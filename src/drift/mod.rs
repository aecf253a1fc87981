//! A published video beside the recording that was transcribed: which stretch of the one is which of the other.
//!
//! Two ways lead there. [`words`] compares captions with the transcript, [`sound`] compares how loud both are when. Both
//! give [`Piece`]s, and [`judge`] makes of them what can be done about it: a video that was cut at its ends alone can be
//! followed by moving all times, one that was cut in its middle can't. Pure: nothing is fetched or written here.

pub mod sound;
pub mod words;

use crate::model::{Delta, Millis, Span, VideoCut};
use serde::Serialize;

/// Lengths that differ by no more are the same: pages tell whole seconds, and containers round to frames.
pub const TOLERANCE: Millis = Millis(1_000);
/// Less than this part of the shorter of both that was found again is no likeness.
const LEAST_LIKE: f64 = 0.4;

/// A stretch of the video that is a stretch of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// On the video's clock.
    pub video: Span,
    /// How much later the same sounds on the recording's clock.
    pub offset: Delta,
}

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Captions with the transcript.
    Captions,
    /// The sound.
    Sound,
}

impl By {
    /// How exact an offset is: the error that the tests allow.
    #[must_use]
    pub fn accuracy(self) -> Millis {
        match self {
            Self::Captions => Millis(300),
            Self::Sound => Millis(50),
        }
    }

    /// An offset this near to a known one is that one: both were found with an error.
    #[must_use]
    pub fn unseen(self) -> Millis {
        Millis(2 * self.accuracy().0)
    }
}

/// What was found of a video.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alignment {
    /// In the order of the video; neighbours differ in their offset.
    pub pieces: Vec<Piece>,
    /// How much of the video was found in the recording.
    pub found: Millis,
}

/// A place in the video's middle from where on it lies otherwise over the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Joint {
    /// Where, on the recording's clock.
    pub at: Millis,
    /// What was cut out there, in seconds; negative where something was put in.
    pub cut: Delta,
}

/// What a video is to a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All of it, but for what was cut from or put to its ends.
    Whole(VideoCut),
    /// It was cut in its middle.
    Rearranged {
        /// What it lacks at its beginning, in seconds; negative where something stands before it.
        head: Delta,
        /// Where it lies otherwise from then on; at least one.
        joints: Vec<Joint>,
    },
    /// Too little of it is in the recording: it is another one.
    Other,
}

/// Judges a video of the length `video` beside a recording of the length `recording`.
#[must_use]
pub fn judge(alignment: &Alignment, recording: Millis, video: Millis) -> Verdict {
    let shorter = recording.min(video).0 as f64;
    let [first, rest @ ..] = alignment.pieces.as_slice() else { return Verdict::Other };
    if (alignment.found.0 as f64) < LEAST_LIKE * shorter {
        return Verdict::Other;
    }
    if rest.is_empty() {
        let tail = Delta::between(recording, video).minus(first.offset);
        // Where the lengths agree, nothing is known to be missing.
        let tail = if tail.size() <= TOLERANCE { Delta(0) } else { tail };
        return Verdict::Whole(VideoCut { head: first.offset, tail });
    }
    let joint = |two: &[Piece]| Joint {
        at: VideoCut { head: Delta(two[0].offset.0.saturating_neg()), tail: Delta(0) }.moment(two[0].video.end),
        cut: two[1].offset.minus(two[0].offset),
    };
    Verdict::Rearranged { head: first.offset, joints: alignment.pieces.windows(2).map(joint).collect() }
}

/// The middle one of some values; `None` of none.
fn median(mut values: Vec<i64>) -> Option<i64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable(middle).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start: u64, end: u64, offset: i64) -> Piece {
        Piece { video: Span::new(Millis(start), Millis(end)), offset: Delta(offset) }
    }

    fn judged(pieces: &[Piece], recording: u64, video: u64) -> Verdict {
        let found = pieces.iter().map(|piece| piece.video.length().0).sum();
        judge(&Alignment { pieces: pieces.to_vec(), found: Millis(found) }, Millis(recording), Millis(video))
    }

    #[test]
    fn ends_are_told_from_the_middle_and_from_another_recording() {
        let whole = |head, tail| Verdict::Whole(VideoCut { head: Delta(head), tail: Delta(tail) });
        assert_eq!(judged(&[piece(0, 87_600, 12_400)], 100_000, 87_600), whole(12_400, 0));
        assert_eq!(
            judged(&[piece(0, 88_000, 12_400)], 100_000, 88_300),
            whole(12_400, 0),
            "a page tells whole seconds"
        );
        assert_eq!(judged(&[piece(0, 70_000, 0)], 100_000, 70_000), whole(0, 30_000));
        assert_eq!(judged(&[piece(9_000, 109_000, -9_000)], 100_000, 109_000), whole(-9_000, 0));
        assert_eq!(judged(&[piece(0, 90_000, 10_000)], 100_000, 100_000), whole(10_000, -10_000));
        let joints = |head, at, cut| Verdict::Rearranged {
            head: Delta(head),
            joints: vec![Joint { at: Millis(at), cut: Delta(cut) }],
        };
        assert_eq!(
            judged(&[piece(0, 40_000, 5_000), piece(40_000, 80_000, 20_000)], 100_000, 80_000),
            joints(5_000, 45_000, 15_000)
        );
        assert_eq!(
            judged(&[piece(0, 40_000, 0), piece(50_000, 110_000, -10_000)], 100_000, 110_000),
            joints(0, 40_000, -10_000)
        );
        assert_eq!(judged(&[], 100_000, 100_000), Verdict::Other);
        assert_eq!(judged(&[piece(0, 10_000, 0)], 100_000, 100_000), Verdict::Other);
    }
}
