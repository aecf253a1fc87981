//! The next token from the scores of all: the most probable one that the rules of Whisper's transcripts allow (Radford
//! et al. 2022, section 4.5, and `decoding.py` of the authors' program): time stamps come in pairs around each stretch
//! of text and never go back.

use super::tokens::Vocabulary;
use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_vecmath::{Exp, MaxNum};

/// The first time stamp of a window is at most one second, in steps of 20 ms.
const LATEST_START: u32 = 50;

/// The logarithm of a probability that can't be told.
const IMPOSSIBLE: f32 = -100.0;

/// A chosen token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    pub(super) token: u32,
    /// The logarithm of its probability among all that were allowed.
    pub(super) log_probability: f32,
}

/// Chance that gives the same numbers on every run (SplitMix64, Steele et al. 2014).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 up to but without 1.
    fn draw(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ x >> 31) >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// Chooses what follows `before`, the tokens of this window. `scores` has one a token and may be changed.
pub(super) fn choose(
    vocabulary: &Vocabulary,
    scores: &mut [f32],
    before: &[u32],
    temperature: f32,
    chance: &mut Chance,
) -> Choice {
    let v = vocabulary;
    let stamp = |token: Option<&u32>| token.is_some_and(|t| *t >= v.zero);
    let (last, one_before) = (stamp(before.last()), before.len() < 2 || stamp(before.get(before.len() - 2)));
    if temperature > 0.0 {
        scores.iter_mut().for_each(|s| *s /= temperature);
    }
    if before.is_empty() {
        for token in [Some(v.end), v.blank].into_iter().flatten() {
            scores[token as usize] = f32::NEG_INFINITY;
        }
    }
    if last && !one_before {
        scores[..v.end as usize].fill(f32::NEG_INFINITY);
    }
    let text = 0..v.end as usize + 1;
    let earliest = before.iter().rev().find(|t| **t > v.zero).copied().unwrap_or(v.zero);
    let latest = if before.is_empty() { v.zero + LATEST_START + 1 } else { v.count };
    let stamps = match last && one_before {
        true => 0..0,
        false => earliest as usize..latest as usize,
    };

    let highest = |range: std::ops::Range<usize>| match &scores[range] {
        [] => f32::NEG_INFINITY,
        some => MaxNum::new(some).dispatch(),
    };
    let (best_text, best_stamp) = (highest(text.clone()), highest(stamps.clone()));
    let most = best_text.max(best_stamp);
    let sum = |range: std::ops::Range<usize>| SumExp { scores: &scores[range], most }.dispatch();
    let (text_sum, stamp_sum) = (sum(text.clone()), if stamps.is_empty() { 0.0 } else { sum(stamps.clone()) });
    // A time stamp is due when all of them together are more probable than any word.
    let allowed = match stamp_sum > (best_text - most).exp() {
        true => stamps,
        false => text.start..stamps.end.max(text.end),
    };
    let forbidden = |token: usize| (v.end as usize + 1..v.zero as usize).contains(&token);
    let token = if temperature > 0.0 {
        drawn(scores, allowed, forbidden, most, chance)
    } else {
        let best = if allowed.start > 0 { best_stamp } else { most };
        let found =
            scores[allowed.clone()].iter().enumerate().find(|(i, s)| **s == best && !forbidden(allowed.start + i));
        found.map_or(v.end as usize, |(i, _)| allowed.start + i)
    };
    let log_probability = scores[token] - most - (text_sum + stamp_sum).ln();
    // Weights far out of range give no numbers.
    let log_probability = if log_probability.is_finite() { log_probability } else { IMPOSSIBLE };
    Choice { token: token as u32, log_probability }
}

/// A token by chance, each as often as it is probable.
fn drawn(
    scores: &[f32],
    allowed: std::ops::Range<usize>,
    forbidden: impl Fn(usize) -> bool,
    most: f32,
    chance: &mut Chance,
) -> usize {
    let weights = || allowed.clone().filter(|t| !forbidden(*t)).map(|t| (t, (scores[t] - most).exp()));
    let mut rest = weights().map(|(_, w)| w).sum::<f32>() * chance.draw();
    let mut last = allowed.start;
    for (token, weight) in weights().filter(|(_, w)| *w > 0.0) {
        last = token;
        rest -= weight;
        if rest < 0.0 {
            break;
        }
    }
    last
}

/// The probability of one token among all, whatever the rules.
pub(super) fn probability(scores: &[f32], token: u32) -> f32 {
    let most = MaxNum::new(scores).dispatch();
    (scores[token as usize] - most).exp() / SumExp { scores, most }.dispatch()
}

/// The number of the highest score, and its probability among these.
pub(super) fn likeliest(scores: &[f32]) -> (u32, f32) {
    let best = (0..).zip(scores).max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(number, _)| number);
    (best, probability(scores, best))
}

/// `Σ exp(score - most)`, where `most` is the highest.
struct SumExp<'a> {
    scores: &'a [f32],
    most: f32,
}

impl SimdOp for SumExp<'_> {
    type Output = f32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> f32 {
        let ops = isa.f32();
        let most = ops.splat(self.most);
        let whole = self.scores.len() / ops.len() * ops.len();
        let mut sums = ops.zero();
        for at in (0..whole).step_by(ops.len()) {
            let score = ops.sub(ops.load(&self.scores[at..]), most);
            sums = ops.add(sums, Exp {}.eval(isa, score));
        }
        let mut sum = ops.sum(sums);
        for score in &self.scores[whole..] {
            sum += (score - self.most).exp();
        }
        sum
    }
}
