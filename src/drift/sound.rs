//! The sound of the published video beside that of the recording: how loud both are, fifty times a second.
//!
//! A stretch of the video is laid against the whole recording at once, by the Fourier transform; where it fits like
//! nowhere else, it comes from. That is done for many stretches, so that a cut in the middle shows. Loudness is compared
//! as a logarithm without what changes slowly: gain, noise and another encoder change little of that.

use super::{Alignment, Piece, median};
use crate::model::{Delta, Millis, SAMPLE_RATE, Span};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Samples of a frame: 20 ms.
const FRAME: usize = SAMPLE_RATE as usize / 50;
const FRAME_MS: f64 = 20.0;
/// Sound so much weaker than the mean counts as silence: 30 dB.
const SILENCE: f64 = 1e-3;
/// Changes slower than this are no speech: 4 s, in frames.
const SLOW: usize = 200;
/// A stretch is so long at least and at most, in frames: 8 s and 30 s.
const SHORTEST: usize = 400;
const LONGEST: usize = 1_500;
/// So many stretches make the shorter one of both, as long as that keeps them within their limits.
const PARTS: usize = 6;
/// The most stretches that are looked for.
const STRETCHES: usize = 240;
/// A stretch with less variance (of natural logarithms) is silence or a tone, and fits anywhere.
const FLAT: f64 = 0.2;
/// From this correlation on a stretch fits, if it fits nowhere else nearly as well.
const FITS: f32 = 0.6;
const BETTER: f32 = 0.1;
/// A single stretch between others needs more.
const ALONE: f32 = 0.8;
/// Places that are nearer than 1 s are one place, in frames.
const PLACE: usize = 50;
/// Offsets of one piece differ by no more, in milliseconds.
const TOGETHER: i64 = 60;

/// How loud a recording is when.
#[derive(Debug, Clone, Default)]
pub struct Loudness {
    /// The mean square of each frame.
    frames: Vec<f64>,
    /// Of the frame that is under way.
    sum: f64,
    samples: usize,
    /// The last sample, for what takes hum away.
    last: f32,
}

/// A stretch of the video that was found in the recording.
#[derive(Debug, Clone, Copy)]
struct Match {
    /// Its first frame.
    from: usize,
    /// Recording less video, in milliseconds.
    offset: i64,
    likeness: f32,
}

impl Loudness {
    /// Takes in the next samples, of [`SAMPLE_RATE`] a second.
    pub fn push(&mut self, samples: &[f32]) {
        for sample in samples {
            let sharp = f64::from(sample - 0.95 * self.last);
            self.last = *sample;
            self.sum += if sharp.is_finite() { sharp * sharp } else { 0.0 };
            self.samples += 1;
            if self.samples == FRAME {
                self.frames.push(self.sum / FRAME as f64);
                (self.sum, self.samples) = (0.0, 0);
            }
        }
    }

    /// How much was taken in.
    #[must_use]
    pub fn length(&self) -> Millis {
        Millis::from_samples((self.frames.len() * FRAME + self.samples) as u64)
    }

    /// As a logarithm, without what changes slowly.
    fn curve(&self) -> Vec<f32> {
        let mean = self.frames.iter().sum::<f64>() / self.frames.len().max(1) as f64;
        let floor = (mean * SILENCE).max(1e-20);
        let logs: Vec<f64> = self.frames.iter().map(|power| (power + floor).ln()).collect();
        let sums = sums(logs.iter().copied());
        let even = |(at, log): (usize, &f64)| {
            let (start, end) = (at.saturating_sub(SLOW / 2), (at + SLOW / 2 + 1).min(logs.len()));
            (log - (sums[end] - sums[start]) / (end - start) as f64) as f32
        };
        logs.iter().enumerate().map(even).collect()
    }
}

/// What of the video is in the recording; nothing where they have too little in common.
#[must_use]
pub fn align(video: &Loudness, recording: &Loudness) -> Alignment {
    let (video, recording) = (video.curve(), recording.curve());
    let shorter = video.len().min(recording.len());
    let width = (shorter / PARTS).clamp(SHORTEST, LONGEST).min(shorter);
    // Of less than two seconds nothing can be said.
    if width < 2 * PLACE {
        return Alignment::default();
    }
    let search = Search::new(&recording, width);
    let step = (width / 2).max((video.len() - width) / STRETCHES).max(1);
    let starts = (0..=video.len() - width).step_by(step);
    // The last one ends with the video: what was cut shortly before the end must show.
    let last = (!(video.len() - width).is_multiple_of(step)).then_some(video.len() - width);
    let matches: Vec<Match> =
        starts.chain(last).filter_map(|from| search.find(from, &video[from..from + width])).collect();
    pieces(&matches, width, &video, &recording)
}

/// A recording that stretches are looked for in.
struct Search {
    spectrum: Vec<Complex<f32>>,
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    /// Sums of squares up to each frame.
    squares: Vec<f64>,
    places: usize,
}

impl Search {
    fn new(recording: &[f32], width: usize) -> Self {
        let size = (recording.len() + width).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, backward) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let spectrum = transformed(&*forward, recording);
        let squares = sums(recording.iter().map(|value| f64::from(*value).powi(2)));
        Self { spectrum, forward, backward, squares, places: recording.len() - width + 1 }
    }

    /// Where `stretch`, which begins at frame `from` of the video, comes from.
    fn find(&self, from: usize, stretch: &[f32]) -> Option<Match> {
        let own: f64 = stretch.iter().map(|value| f64::from(*value).powi(2)).sum();
        if own / stretch.len() as f64 <= FLAT {
            return None;
        }
        let mut product = transformed(&*self.forward, stretch);
        for (mine, theirs) in product.iter_mut().zip(&self.spectrum) {
            *mine = mine.conj() * theirs;
        }
        // Both ends of a real spectrum are real.
        if let [first, .., last] = product.as_mut_slice() {
            (first.im, last.im) = (0.0, 0.0);
        }
        let mut fit = self.backward.make_output_vec();
        self.backward.process(&mut product, &mut fit).expect("the lengths are those of the plan");
        let size = fit.len() as f64;
        let likeness = |at: usize| {
            let here = (self.squares[at + stretch.len()] - self.squares[at]).max(own * 1e-6);
            (f64::from(fit[at]) / size / (own * here).sqrt()) as f32
        };
        let all: Vec<f32> = (0..self.places).map(likeness).collect();
        let best = (0..all.len()).max_by(|a, b| all[*a].total_cmp(&all[*b]))?;
        let elsewhere = all.iter().enumerate().filter(|(at, _)| at.abs_diff(best) > PLACE).map(|(_, like)| *like);
        let second = elsewhere.fold(0.0, f32::max);
        if all[best] < FITS || all[best] - second < BETTER {
            return None;
        }
        let frames = best as f64 + vertex(&all, best) - from as f64;
        Some(Match { from, offset: (frames * FRAME_MS).round() as i64, likeness: all[best] })
    }
}

fn transformed(plan: &dyn RealToComplex<f32>, values: &[f32]) -> Vec<Complex<f32>> {
    let (mut padded, mut spectrum) = (plan.make_input_vec(), plan.make_output_vec());
    padded[..values.len()].copy_from_slice(values);
    plan.process(&mut padded, &mut spectrum).expect("the lengths are those of the plan");
    spectrum
}

/// Where between its neighbours the top of a peak lies, from -0.5 to 0.5.
fn vertex(values: &[f32], at: usize) -> f64 {
    let neighbours = at.checked_sub(1).and_then(|before| values.get(before)).zip(values.get(at + 1));
    let Some((before, behind)) = neighbours else { return 0.0 };
    let (before, top, behind) = (f64::from(*before), f64::from(values[at]), f64::from(*behind));
    let bend = before - 2.0 * top + behind;
    if bend < 0.0 { (0.5 * (before - behind) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Matches that follow each other with one offset are one piece.
fn pieces(matches: &[Match], width: usize, video: &[f32], recording: &[f32]) -> Alignment {
    let mut groups: Vec<Vec<Match>> = Vec::new();
    for found in matches {
        match groups.last_mut().filter(|group| group.last().is_some_and(|last| same(last, found))) {
            Some(group) => group.push(*found),
            None => groups.push(vec![*found]),
        }
    }
    groups.retain(|group| group.len() > 1 || group[0].likeness >= ALONE || matches.len() == 1);
    let mut joined: Vec<Vec<Match>> = Vec::new();
    for group in groups {
        match joined.last_mut().filter(|last| last.last().is_some_and(|last| same(last, &group[0]))) {
            Some(last) => last.extend(group),
            None => joined.push(group),
        }
    }
    let mut alignment = Alignment::default();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for group in &joined {
        let offset = median(group.iter().map(|found| found.offset).collect()).unwrap_or_default();
        let (first, last) = (group[0].from, group[group.len() - 1].from + width);
        // Stretches overlap: what one has of the one before is not counted twice.
        let mut counted = first;
        let mut frames = 0;
        for found in group {
            frames += found.from + width - counted.max(found.from);
            counted = found.from + width;
        }
        alignment.found = alignment.found.plus(millis(frames));
        alignment.pieces.push(Piece { video: Span::new(millis(first), millis(last)), offset: Delta(offset) });
        ends.push((first, last));
    }
    for at in 1..alignment.pieces.len() {
        let (before, behind) = (alignment.pieces[at - 1].offset, alignment.pieces[at].offset);
        let within = (ends[at - 1].1.saturating_sub(width), (ends[at].0 + width).min(video.len()));
        let seam = millis(seam(video, recording, within, (before, behind)));
        alignment.pieces[at - 1].video = Span::new(alignment.pieces[at - 1].video.start, seam);
        alignment.pieces[at].video = Span::new(seam, alignment.pieces[at].video.end);
    }
    alignment
}

fn same(a: &Match, b: &Match) -> bool {
    (a.offset - b.offset).abs() <= TOGETHER
}

/// The frame of the video up to which one offset fits best, and from where on the other does.
fn seam(video: &[f32], recording: &[f32], within: (usize, usize), offsets: (Delta, Delta)) -> usize {
    let (start, end) = within;
    let unlike = |at: usize, offset: Delta| -> f64 {
        let there = at as i64 + (offset.0 as f64 / FRAME_MS).round() as i64;
        let other = usize::try_from(there).ok().and_then(|there| recording.get(there)).copied().unwrap_or(0.0);
        f64::from(video[at] - other).powi(2)
    };
    let mut behind: f64 = (start..end).map(|at| unlike(at, offsets.1)).sum();
    let (mut before, mut least, mut best) = (0.0, behind, start);
    for at in start..end {
        before += unlike(at, offsets.0);
        behind -= unlike(at, offsets.1);
        if before + behind < least {
            (least, best) = (before + behind, at + 1);
        }
    }
    best
}

fn millis(frames: usize) -> Millis {
    Millis::from_samples((frames * FRAME) as u64)
}

/// Sums of all values before each place, and of all.
fn sums(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let running = values.scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    });
    std::iter::once(0.0).chain(running).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{By, Verdict, judge};
    use crate::model::VideoCut;
    use proptest::prelude::*;

    struct Noise(u64);

    impl Noise {
        fn next(&mut self) -> f32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
        }
    }

    /// Something as uneven as speech: syllables of noise with pauses between.
    fn speech(seconds: usize, seed: u64) -> Vec<f32> {
        let mut noise = Noise(seed);
        let mut samples = Vec::new();
        while samples.len() < seconds * SAMPLE_RATE as usize {
            let length = 1_500 + ((noise.next() + 1.0) * 2_000.0) as usize;
            let loud = noise.next().abs();
            let loud = if loud < 0.25 { 0.001 } else { loud * loud };
            for i in 0..length {
                let swell = (std::f32::consts::PI * i as f32 / length as f32).sin();
                samples.push(0.5 * loud * swell * noise.next());
            }
        }
        samples.truncate(seconds * SAMPLE_RATE as usize);
        samples
    }

    fn loudness(samples: &[f32]) -> Loudness {
        let mut loudness = Loudness::default();
        samples.chunks(16_000).for_each(|chunk| loudness.push(chunk));
        loudness
    }

    fn verdict(video: &[f32], recording: &[f32]) -> Verdict {
        let (video, recording) = (loudness(video), loudness(recording));
        judge(&align(&video, &recording), recording.length(), video.length())
    }

    fn seconds(samples: &[f32], from: f64, to: f64) -> Vec<f32> {
        let at = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
        samples[at(from)..at(to)].to_vec()
    }

    #[test]
    fn a_cut_in_the_middle_and_something_put_in_are_found_with_their_place() {
        let recording = speech(300, 3);
        let cut = [seconds(&recording, 0.0, 120.0), seconds(&recording, 161.0, 300.0)].concat();
        let Verdict::Rearranged { joints, .. } = verdict(&cut, &recording) else { panic!("nothing seen") };
        assert_eq!(joints.len(), 1, "{joints:?}");
        assert!(joints[0].cut.minus(Delta(41_000)).size() < Millis(50), "{joints:?}");
        assert!(joints[0].at.0.abs_diff(120_000) < 500, "{joints:?}");
        let longer = [seconds(&recording, 0.0, 200.0), speech(20, 99), seconds(&recording, 200.0, 300.0)].concat();
        let Verdict::Rearranged { joints, .. } = verdict(&longer, &recording) else { panic!("nothing seen") };
        assert!(joints[0].cut.minus(Delta(-20_000)).size() < Millis(50), "{joints:?}");
        assert!(joints[0].at.0.abs_diff(200_000) < 21_000, "{joints:?}");
        // Shortly before the end, too.
        let late = [seconds(&recording, 0.0, 250.0), seconds(&recording, 265.0, 300.0)].concat();
        assert!(matches!(verdict(&late, &recording), Verdict::Rearranged { joints, .. } if joints.len() == 1));
    }

    #[test]
    fn another_recording_silence_and_too_little_are_not_taken_for_it() {
        let recording = speech(120, 3);
        assert_eq!(verdict(&speech(120, 4), &recording), Verdict::Other);
        assert_eq!(verdict(&vec![0.0; 120 * 16_000], &recording), Verdict::Other);
        assert_eq!(verdict(&recording, &vec![0.0; 120 * 16_000]), Verdict::Other);
        assert_eq!(verdict(&[0.1; 500], &recording), Verdict::Other);
        assert_eq!(verdict(&[], &[]), Verdict::Other);
        assert_eq!(verdict(&vec![f32::NAN; 64_000], &vec![f32::INFINITY; 64_000]), Verdict::Other);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn whatever_was_cut_from_the_ends_is_measured_through_gain_and_noise(
            head in -30.0..40.0f64, tail in 0.0..30.0f64, gain in 0.05..1.5f32, hiss in 0.0..0.01f32, seed in any::<u64>(),
        ) {
            let recording = speech(150, seed);
            let kept = seconds(&recording, head.max(0.0), 150.0 - tail);
            let intro = speech(40, seed ^ 0xFFFF);
            let mut video = [seconds(&intro, 0.0, (-head).max(0.0)), kept].concat();
            let mut noise = Noise(seed);
            video.iter_mut().for_each(|sample| *sample = *sample * gain + hiss * gain * noise.next());
            let verdict = verdict(&video, &recording);
            let Verdict::Whole(VideoCut { head: found, tail: end }) = verdict else {
                return Err(TestCaseError::fail(format!("{verdict:?}")));
            };
            let stated = Delta::from_seconds(head).unwrap();
            prop_assert!(found.minus(stated).size() <= By::Sound.accuracy(), "{found} for {stated}");
            prop_assert!((end.seconds() - tail).abs() <= 1.05, "{end} for {tail}");
        }
    }
}
