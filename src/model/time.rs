//! Time as a type. Every conversion from samples, engine ticks or seconds happens here.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Samples a second of the audio that all stages share.
pub const SAMPLE_RATE: u32 = 16_000;

/// A moment on the player's clock (or a length of time), in whole milliseconds.
///
/// In JSON it is a number of seconds with at most three decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// The beginning of the recording.
    pub const ZERO: Self = Self(0);

    /// The moment at which sample number `samples` (of [`SAMPLE_RATE`] a second) sounds, rounded to the nearest.
    #[must_use]
    pub fn from_samples(samples: u64) -> Self {
        let rate = u128::from(SAMPLE_RATE);
        let ms = (u128::from(samples) * 1000 + rate / 2) / rate;
        Self(u64::try_from(ms).unwrap_or(u64::MAX))
    }

    /// From seconds; negative and non-finite values become zero.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        // `as` saturates and maps NaN to 0.
        Self((seconds * 1000.0).round() as u64)
    }

    /// From centiseconds, the unit of Whisper's time stamps; negative values become zero.
    #[must_use]
    pub fn from_centiseconds(ticks: i64) -> Self {
        Self(u64::try_from(ticks).unwrap_or(0).saturating_mul(10))
    }

    /// The number of the sample (of [`SAMPLE_RATE`] a second) that sounds at this moment, rounded down.
    #[must_use]
    pub fn samples(self) -> u64 {
        let samples = u128::from(self.0) * u128::from(SAMPLE_RATE) / 1000;
        u64::try_from(samples).unwrap_or(u64::MAX)
    }

    /// As seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Whole seconds, rounded down: links must never point behind the first word.
    #[must_use]
    pub fn floor_seconds(self) -> u64 {
        self.0 / 1000
    }

    /// Whole seconds, rounded up.
    #[must_use]
    pub fn ceil_seconds(self) -> u64 {
        self.0.div_ceil(1000)
    }

    /// `self + other`, at most the largest representable moment.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self - other`, at least zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Millis {
    /// `m:ss` below an hour, `h:mm:ss` from there, rounded down.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (h, m, s) = (self.0 / 3_600_000, self.0 / 60_000 % 60, self.0 / 1000 % 60);
        if h > 0 { write!(f, "{h}:{m:02}:{s:02}") } else { write!(f, "{m}:{s:02}") }
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.seconds())
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if seconds.is_finite() && seconds >= 0.0 {
            Ok(Self::from_seconds(seconds))
        } else {
            Err(serde::de::Error::custom("a time must be zero or more seconds"))
        }
    }
}

/// A stretch of time, from `start` up to but without `end`; `start` is never behind `end`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawSpan")]
pub struct Span {
    /// Where it begins.
    pub start: Millis,
    /// Where it ends.
    pub end: Millis,
}

#[derive(Deserialize)]
struct RawSpan {
    start: Millis,
    end: Millis,
}

impl TryFrom<RawSpan> for Span {
    type Error = &'static str;

    fn try_from(raw: RawSpan) -> Result<Self, Self::Error> {
        if raw.start <= raw.end {
            Ok(Self { start: raw.start, end: raw.end })
        } else {
            Err("a span must not end before it starts")
        }
    }
}

impl Span {
    /// The stretch from `start` to `end`; an `end` before `start` gives the empty span at `start`.
    #[must_use]
    pub fn new(start: Millis, end: Millis) -> Self {
        Self { start, end: end.max(start) }
    }

    /// How long it lasts.
    #[must_use]
    pub fn length(self) -> Millis {
        self.end.minus(self.start)
    }

    /// How long both sound together.
    #[must_use]
    pub fn overlap(self, other: Self) -> Millis {
        self.end.min(other.end).minus(self.start.max(other.start))
    }

    /// The smallest stretch that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(self, at: Millis) -> bool {
        self.start <= at && at < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_as_a_player_shows_it() {
        assert_eq!(Millis(754_310).to_string(), "12:34");
        assert_eq!(Millis(3_661_999).to_string(), "1:01:01");
        assert_eq!(serde_json::to_string(&Millis(754_310)).unwrap(), "754.31");
    }

    #[test]
    fn refuses_times_that_cannot_be() {
        assert!(serde_json::from_str::<Millis>("-1").is_err());
        assert!(serde_json::from_str::<Span>(r#"{"start":2,"end":1}"#).is_err());
    }

    proptest! {
        #[test]
        fn json_keeps_every_millisecond(ms in 0u64..400_000_000) {
            let text = serde_json::to_string(&Millis(ms)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Millis>(&text).unwrap(), Millis(ms));
        }

        #[test]
        fn samples_and_back_is_off_by_less_than_one_millisecond(samples in 0u64..6_000_000_000) {
            let back = Millis::from_samples(samples).samples();
            prop_assert!(back.abs_diff(samples) <= u64::from(SAMPLE_RATE) / 1000);
        }

        #[test]
        fn hull_holds_both_and_overlap_is_symmetric(a in 0u64..1000, b in 0u64..1000, c in 0u64..1000, d in 0u64..1000) {
            let (x, y) = (Span::new(Millis(a), Millis(b)), Span::new(Millis(c), Millis(d)));
            prop_assert!(x.hull(y).overlap(x) == x.length());
            prop_assert_eq!(x.overlap(y), y.overlap(x));
        }
    }
}
