//! Decoded sound laid on the player's time line: what comes out is contiguous, whatever the file's timestamps say.
//!
//! A file's timestamps are the truth about holes and late starts, and lie about small things: they are rounded,
//! they jitter, they jump where two files were joined. So the clock acts only when a frame is further from its
//! place than a tolerance: forward it owes silence, backward it skips what was heard already, and where a jump is
//! beyond belief it moves itself instead. Sound is thrown away on a timestamp's word only within an allowance.
//!
//! The unit is a sample at [`SAMPLE_RATE`]; moments are counted from the player's time zero.

use crate::model::SAMPLE_RATE;

/// Samples in a second, signed.
const SECOND: i64 = SAMPLE_RATE as i64;
/// How far a frame may be from its place in running sound. Containers round timestamps to up to 23 ms (MPEG audio
/// frames), so less would cut into sound that is whole; a tenth of a second is below what a link to whole seconds shows.
const TOLERANCE: i64 = SECOND / 10;
/// The same where nothing came before, so that a late start is honoured nearly to the sample; Matroska rounds to 1 ms.
const START_TOLERANCE: i64 = SECOND / 200;
/// The same right after a damaged packet, whose length is missing for sure.
const LOSS_TOLERANCE: i64 = SECOND / 100;
/// A hole longer than this is a jump of the file's clock (joined files, a wrapped counter), not a pause.
const LONGEST_HOLE: i64 = 600 * SECOND;
/// The latest start that is believed, even when the file says that it is long enough.
const LATEST_START: i64 = 12 * 3600 * SECOND;
/// Sound that may be skipped at once because its timestamps say that its time is over.
const SKIP_ALLOWANCE: i64 = 2 * SECOND;
/// The allowance grows by a sample for so many laid ones: twenty times the drift of a bad sound card (100 ppm).
const SKIP_ALLOWANCE_GROWTH: u64 = 500;

/// The time line so far, and what is owed to it before the next sound.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Samples on the line, silence included.
    laid: u64,
    /// Silence that is due now.
    silence: u64,
    /// Samples of the coming sound that have no place.
    skip: u64,
    /// What to add to the file's moments since its clock jumped.
    shift: i64,
    started: bool,
    latest_start: i64,
    tally: Tally,
}

/// What the clock had to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Holes filled with silence; a late start is none.
    pub(super) gaps: u64,
    /// Silence put into holes.
    pub(super) gap_samples: u64,
    /// Where the first hole begins.
    pub(super) first_gap: Option<u64>,
    /// Sound that was left out because its time was over.
    pub(super) skipped: u64,
    /// How often the file's clock jumped beyond belief.
    pub(super) jumps: u64,
    /// Where it first did.
    pub(super) first_jump: Option<u64>,
}

impl Clock {
    /// A clock at the player's zero. `declared` is how long the file says that it is, in samples: a start later than
    /// that is not believed.
    pub(super) fn new(declared: Option<u64>) -> Self {
        let declared = declared.and_then(|d| i64::try_from(d).ok()).unwrap_or(0);
        Self {
            laid: 0,
            silence: 0,
            skip: 0,
            shift: 0,
            started: false,
            latest_start: declared.clamp(LONGEST_HOLE, LATEST_START),
            tally: Tally::default(),
        }
    }

    /// Samples on the line so far.
    pub(super) fn laid(&self) -> u64 {
        self.laid
    }

    /// What the clock had to do so far.
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether sound that says it belongs at `at` goes on where the last ended, near enough. `inside` samples are
    /// still on their way (in the resampler); `lost` tells that something before it could not be decoded.
    ///
    /// When it doesn't, the caller lays what is on its way and calls [`Clock::place`].
    pub(super) fn follows(&self, at: Option<i64>, inside: u64, lost: bool) -> bool {
        let Some(at) = at else { return true };
        let tolerance = match (self.started, lost) {
            (false, _) => START_TOLERANCE,
            (true, true) => LOSS_TOLERANCE,
            (true, false) => TOLERANCE,
        };
        let next = self.next().saturating_add(signed(inside));
        at.saturating_add(self.shift).saturating_sub(next).saturating_abs() <= tolerance
    }

    /// Makes `at` the place of the next sound: silence or skipping becomes due, or the clock moves.
    pub(super) fn place(&mut self, at: i64) {
        let target = at.saturating_add(self.shift);
        let ahead = target.saturating_sub(signed(self.laid));
        let longest = if self.started { LONGEST_HOLE } else { self.latest_start };
        let allowance = SKIP_ALLOWANCE + signed(self.laid / SKIP_ALLOWANCE_GROWTH) - signed(self.tally.skipped);
        if ahead > longest || ahead < -allowance {
            (self.skip, self.silence) = (0, 0);
            self.shift = signed(self.laid).saturating_sub(at);
            self.tally.jumps += 1;
            self.tally.first_jump.get_or_insert(self.laid);
            return;
        }
        self.skip = u64::try_from(-ahead).unwrap_or(0);
        self.silence = u64::try_from(ahead).unwrap_or(0);
        if self.started && self.silence > 0 {
            self.tally.gaps += 1;
            self.tally.gap_samples += self.silence;
            self.tally.first_gap.get_or_insert(self.laid);
        }
    }

    /// Lays at most `most` samples of the silence that is due; tells how many.
    pub(super) fn rest(&mut self, most: usize) -> usize {
        let now = usize::try_from(self.silence).unwrap_or(usize::MAX).min(most);
        self.silence -= now as u64;
        self.laid += now as u64;
        now
    }

    /// Lays sound: what of `samples` belongs on the line.
    pub(super) fn lay<'a, T>(&mut self, samples: &'a [T]) -> &'a [T] {
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX).min(samples.len());
        self.skip -= skip as u64;
        self.tally.skipped += skip as u64;
        self.laid += (samples.len() - skip) as u64;
        self.started = true;
        &samples[skip..]
    }

    /// Where the next sound falls if nothing is done.
    fn next(&self) -> i64 {
        signed(self.laid).saturating_add(signed(self.silence)).saturating_sub(signed(self.skip))
    }
}

fn signed(samples: u64) -> i64 {
    i64::try_from(samples).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Frames as (moment, length) through a clock: each output sample is the number of an input sample, or `None`.
    fn run(clock: &mut Clock, frames: &[(Option<i64>, usize, bool)]) -> Vec<Option<u64>> {
        let (mut line, mut number) = (Vec::new(), 0u64);
        for &(at, length, lost) in frames {
            if let (false, Some(at)) = (clock.follows(at, 0, lost), at) {
                clock.place(at);
            }
            loop {
                let rest = clock.rest(1000);
                if rest == 0 {
                    break;
                }
                line.extend(std::iter::repeat_n(None, rest));
            }
            let samples: Vec<_> = (number..number + length as u64).map(Some).collect();
            number += length as u64;
            line.extend_from_slice(clock.lay(&samples));
        }
        line
    }

    #[test]
    fn a_hole_becomes_silence_and_a_late_start_too() {
        let mut clock = Clock::new(None);
        let line =
            run(&mut clock, &[(Some(8000), 1600, false), (Some(9600), 1600, false), (Some(43_200), 1600, false)]);
        assert_eq!(line.len(), 44_800);
        assert_eq!(line[8000], Some(0));
        assert_eq!(line[43_200], Some(3200));
        assert_eq!(clock.tally().gaps, 1, "a late start is no hole");
        assert_eq!(clock.tally().gap_samples, 32_000);
    }

    #[test]
    fn jitter_is_left_alone_unless_something_was_lost() {
        let frames = |lost| [(Some(0), 1600, false), (Some(2400), 1600, lost)];
        assert_eq!(run(&mut Clock::new(None), &frames(false)).len(), 3200);
        assert_eq!(run(&mut Clock::new(None), &frames(true)).len(), 4000);
    }

    #[test]
    fn a_clock_that_jumps_moves_and_loses_nothing() {
        let mut clock = Clock::new(None);
        let hours = 3600 * SECOND * 20;
        let line = run(
            &mut clock,
            &[
                (Some(0), 1600, false),
                (Some(hours), 1600, false),
                (Some(hours + 1600), 1600, false),
                (Some(5), 1600, false),
            ],
        );
        assert_eq!(line, (0..6400).map(Some).collect::<Vec<_>>());
        assert_eq!(clock.tally().jumps, 2, "there and back");
    }

    #[test]
    fn slow_drift_is_followed_for_hours() {
        // A card that is 0.1 % too fast: after three hours its clock is 10.8 s behind the samples.
        let mut clock = Clock::new(None);
        for second in 0..10_800 {
            if !clock.follows(Some(second * 15_984), 0, false) {
                clock.place(second * 15_984);
            }
            assert_eq!(clock.rest(1), 0);
            clock.lay(&[(); 16_000]);
        }
        assert_eq!(clock.tally().jumps, 0);
        assert!((signed(clock.laid()) - 10_800 * 15_984).abs() <= TOLERANCE + 16);
    }

    proptest! {
        /// Whatever the timestamps say: no sample twice, none out of order, none lost but those counted as skipped,
        /// and the length of the line is sound plus silence.
        #[test]
        fn the_line_is_contiguous_and_sound_is_never_lost_uncounted(
            frames in prop::collection::vec(
                (prop::option::of(prop_oneof![-50_000i64..200_000, any::<i64>(), Just(i64::MAX), Just(i64::MIN)]),
                 0usize..5000, any::<bool>()), 0..30),
            declared in prop::option::of(0u64..1_000_000),
        ) {
            let mut clock = Clock::new(declared);
            let line = run(&mut clock, &frames);
            let given: u64 = frames.iter().map(|f| f.1 as u64).sum();
            let heard: Vec<u64> = line.iter().flatten().copied().collect();
            let tally = clock.tally();
            prop_assert_eq!(clock.laid(), line.len() as u64);
            prop_assert!(heard.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(heard.len() as u64 + tally.skipped, given);
            prop_assert!(tally.skipped <= (SKIP_ALLOWANCE as u64) + clock.laid() / SKIP_ALLOWANCE_GROWTH);
            prop_assert!(tally.gap_samples <= (line.len() - heard.len()) as u64);
        }

        /// Timestamps that tell the truth are kept to the sample, across holes and cut into any frames.
        #[test]
        fn true_timestamps_are_kept(pieces in prop::collection::vec((1700i64..100_000, 1usize..5000), 1..20)) {
            let (mut at, mut frames) = (0, Vec::new());
            for &(hole, length) in &pieces {
                at += hole;
                frames.push((Some(at), length, false));
                at += length as i64;
            }
            let line = run(&mut Clock::new(None), &frames);
            prop_assert_eq!(line.len() as i64, at);
            let mut number = 0;
            for (at, length, _) in frames {
                prop_assert_eq!(line[at.unwrap() as usize], Some(number));
                number += length as u64;
            }
        }
    }
}
