//! How the published video lies over the recording that was transcribed: what it lacks, or has more, at its two ends.

use super::{Millis, Span};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What a question or an answer may lack at the video's beginning: no more than where it was cut is known.
const HEAD_SLACK: Millis = Millis(300);
/// The same at its end: pages tell whole seconds, and the silence behind the last word belongs to an answer.
const TAIL_SLACK: Millis = Millis(1_000);
/// No recording is longer, in seconds.
const LONGEST: f64 = 1e7;

/// A difference of two times, in whole milliseconds. In JSON and TOML it is a number of seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delta(pub i64);

impl Delta {
    /// `a - b`.
    #[must_use]
    pub fn between(a: Millis, b: Millis) -> Self {
        let ms = i128::from(a.0) - i128::from(b.0);
        Self(i64::try_from(ms).unwrap_or(if ms < 0 { i64::MIN } else { i64::MAX }))
    }

    /// From seconds; `None` for what no recording can differ by.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        (seconds.abs() < LONGEST).then(|| Self((seconds * 1000.0).round() as i64))
    }

    /// As seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// How much it is, either way.
    #[must_use]
    pub fn size(self) -> Millis {
        Millis(self.0.unsigned_abs())
    }

    /// `self + other`, at most the largest that can be.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self - other`, at most the largest that can be.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Delta {
    /// Seconds with as many decimals as there are, such as "12.4".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.seconds().fmt(f)
    }
}

impl Serialize for Delta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.seconds())
    }
}

impl<'de> Deserialize<'de> for Delta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Self::from_seconds(seconds).ok_or_else(|| serde::de::Error::custom("that is no number of seconds"))
    }
}

/// What the published video lacks of the recording at its ends; nothing for a video that is the recording.
///
/// All times of an episode are on the recording's clock. Only what leads to the video, and what is exported, is moved to
/// the video's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VideoCut {
    /// Seconds of the recording that were cut from its beginning; negative where something stands before it.
    #[serde(skip_serializing_if = "is_zero")]
    pub head: Delta,
    /// Seconds that were cut from its end; negative where something stands behind it.
    #[serde(skip_serializing_if = "is_zero")]
    pub tail: Delta,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(delta: &Delta) -> bool {
    delta.0 == 0
}

impl VideoCut {
    /// Whether the video is the recording.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// How long the video is of a recording of this length.
    #[must_use]
    pub fn length(self, recording: Millis) -> Millis {
        let length = i128::from(recording.0) - i128::from(self.head.0) - i128::from(self.tail.0);
        Millis(u64::try_from(length.max(0)).unwrap_or(u64::MAX))
    }

    /// The moment on the video's clock; its beginning for what was before.
    #[must_use]
    pub fn moment(self, at: Millis) -> Millis {
        let moved = i128::from(at.0) - i128::from(self.head.0);
        Millis(u64::try_from(moved.max(0)).unwrap_or(u64::MAX))
    }

    /// The stretch of a recording of this length on the video's clock, its ends clipped to the video's.
    #[must_use]
    pub fn clipped(self, span: Span, recording: Millis) -> Span {
        if self.is_none() {
            return span;
        }
        let end = self.length(recording);
        Span::new(self.moment(span.start).min(end), self.moment(span.end).min(end))
    }

    /// The same where the video has all of the stretch; `None` where it lacks some.
    #[must_use]
    pub fn on_video(self, span: Span, recording: Millis) -> Option<Span> {
        if self.is_none() {
            return Some(span);
        }
        let (start, end) = (span.start.plus(HEAD_SLACK), self.moment(span.end));
        let begins = i128::from(start.0) >= i128::from(self.head.0);
        // A stretch that is all slack would be clipped to nothing.
        let kept = self.clipped(span, recording);
        (begins
            && end <= self.length(recording).plus(TAIL_SLACK)
            && (kept.length() > Millis::ZERO || span.start == span.end))
            .then_some(kept)
    }

    /// As people write it: the head's seconds, and the tail's behind a comma where there are some. `None` for no cut.
    #[must_use]
    pub fn stated(self) -> Option<String> {
        match (self.is_none(), self.tail) {
            (true, _) => None,
            (false, Delta(0)) => Some(self.head.to_string()),
            (false, tail) => Some(format!("{}, {tail}", self.head)),
        }
    }

    /// Reads what [`VideoCut::stated`] writes; `None` when it is something else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let seconds = |text: &str| text.trim().parse().ok().and_then(Delta::from_seconds);
        // With the blank: "12,4" is a number in many countries, and no head and tail.
        let (head, tail) = text.split_once(", ").unwrap_or((text, "0"));
        Some(Self { head: seconds(head)?, tail: seconds(tail)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECORDING: Millis = Millis(60_000);

    fn span(start: u64, end: u64) -> Span {
        Span::new(Millis(start), Millis(end))
    }

    fn cut(head: i64, tail: i64) -> VideoCut {
        VideoCut { head: Delta(head), tail: Delta(tail) }
    }

    #[test]
    fn what_the_video_lacks_has_no_place_on_it() {
        let cut = cut(7_300, 5_000);
        assert_eq!(cut.length(RECORDING), Millis(47_700));
        assert_eq!(cut.on_video(span(10_000, 20_000), RECORDING), Some(span(2_700, 12_700)));
        assert_eq!(cut.on_video(span(7_100, 20_000), RECORDING), Some(span(0, 12_700)), "within what is known");
        assert_eq!(cut.on_video(span(6_900, 20_000), RECORDING), None);
        assert_eq!(cut.on_video(span(50_000, 55_900), RECORDING), Some(span(42_700, 47_700)));
        assert_eq!(cut.on_video(span(50_000, 56_001), RECORDING), None);
        assert_eq!(cut.on_video(span(55_100, 55_900), RECORDING), None, "nothing of it is left");
    }

    #[test]
    fn a_video_with_a_new_beginning_has_all_later() {
        let cut = cut(-4_000, 0);
        assert_eq!((cut.length(RECORDING), cut.moment(Millis(0))), (Millis(64_000), Millis(4_000)));
        assert_eq!(cut.on_video(span(0, 60_000), RECORDING), Some(span(4_000, 64_000)));
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        let texts = [(cut(12_400, 0), "12.4"), (cut(-3_000, 0), "-3"), (cut(0, 20_005), "0, 20.005")];
        for (cut, text) in texts {
            assert_eq!(cut.stated().as_deref(), Some(text));
            assert_eq!(VideoCut::read(text), Some(cut));
        }
        assert_eq!(VideoCut::default().stated(), None);
        for wrong in ["", "x", "1, x", "nan", "inf", "1e300", "1;2", "12,4"] {
            assert_eq!(VideoCut::read(wrong), None, "{wrong}");
        }
        assert_eq!(toml::from_str::<VideoCut>("head = 12.4").unwrap(), cut(12_400, 0));
        assert_eq!(toml::from_str::<VideoCut>("head = 12").unwrap(), cut(12_000, 0));
        assert!(toml::from_str::<VideoCut>("head = nan").is_err() && toml::from_str::<VideoCut>("heat = 1").is_err());
    }

    proptest! {
        #[test]
        fn no_cut_moves_nothing(a in 0u64..100_000, b in 0u64..100_000) {
            let span = Span::new(Millis(a.min(b)), Millis(a.max(b)));
            prop_assert_eq!(VideoCut::default().on_video(span, RECORDING), Some(span));
        }

        #[test]
        fn what_is_on_the_video_lies_in_it(a in 0u64..60_000, b in 0u64..60_000, h in -90_000i64..90_000, t in -90_000i64..90_000) {
            let (cut, span) = (cut(h, t), Span::new(Millis(a.min(b)), Millis(a.max(b))));
            prop_assert_eq!(VideoCut::read(&cut.stated().unwrap_or("0".into())), Some(cut));
            if let Some(there) = cut.on_video(span, RECORDING) {
                prop_assert!(there.end <= cut.length(RECORDING));
                prop_assert!(there.length() <= span.length());
            }
        }

        #[test]
        fn any_numbers_do_no_harm(a in any::<u64>(), b in any::<u64>(), h in any::<i64>(), t in any::<i64>(), r in any::<u64>()) {
            let (cut, span) = (cut(h, t), Span::new(Millis(a), Millis(b)));
            let _ = (cut.on_video(span, Millis(r)), Delta::between(Millis(a), Millis(b)).plus(Delta(h)).minus(Delta(t)).size());
        }
    }
}
