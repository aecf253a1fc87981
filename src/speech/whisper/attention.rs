//! A token looks back: at the audio, and at the tokens before it.
//!
//! One token has one query a head, so that looking is no product of matrices but a stream through the memory of keys
//! and values, and its size is what it costs. Keys are stored turned, in tiles of [`TILE`] positions, so that both
//! streams run forward without a gap; those of the audio, which are read for every token, in 8 bits with a scale for
//! each of a head's 64 channels.

use super::encoder::HEAD;
use crate::neural::linear::nearest;
use rten_simd::ops::{BitOps, Extend, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp};
use rten_vecmath::Softmax;

/// Positions of a tile.
const TILE: usize = 64;

/// Numbers as they are stored.
trait Stored: Copy {
    /// The first four vectors of a row.
    fn load<I: Isa>(isa: I, row: &[Self]) -> [I::F32; 4];
}

impl Stored for f32 {
    #[inline(always)]
    fn load<I: Isa>(isa: I, row: &[f32]) -> [I::F32; 4] {
        isa.f32().load_many::<4>(row)
    }
}

impl Stored for i8 {
    #[inline(always)]
    fn load<I: Isa>(isa: I, row: &[i8]) -> [I::F32; 4] {
        let (ints, shorts, bytes) = (isa.i32(), isa.i16(), isa.i8());
        // A vector of bytes makes four of numbers.
        let row = bytes.load(row);
        let (low, high) = (bytes.extend_low(row), bytes.extend_high(row));
        [
            ints.to_float(shorts.extend_low(low)),
            ints.to_float(shorts.extend_high(low)),
            ints.to_float(shorts.extend_low(high)),
            ints.to_float(shorts.extend_high(high)),
        ]
    }
}

/// `out = Σ weights[i] × rows[i]`, each row 64 numbers.
struct Weigh<'a, T> {
    weights: &'a [f32],
    rows: &'a [T],
    out: &'a mut [f32; HEAD],
}

impl<T: Stored> SimdOp for Weigh<'_, T> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let lanes = ops.len();
        // Four vectors at a time: 64 numbers with the widest ones.
        for at in (0..HEAD).step_by(4 * lanes) {
            let mut sums = [ops.zero(); 4];
            for (weight, row) in self.weights.iter().zip(self.rows.chunks_exact(HEAD)) {
                let weight = ops.splat(*weight);
                let row = T::load(isa, &row[at..]);
                for i in 0..4 {
                    sums[i] = ops.mul_add(weight, row[i], sums[i]);
                }
            }
            for (i, sum) in sums.into_iter().enumerate() {
                ops.store(sum, &mut self.out[at + i * lanes..]);
            }
        }
    }
}

/// What a layer's heads remember of the audio.
pub(super) struct Audio {
    heads: Vec<AudioHead>,
}

struct AudioHead {
    /// Tiles of 64 channels of [`TILE`] positions.
    keys: Vec<i8>,
    key_scales: [f32; HEAD],
    /// Rows of 64 channels.
    values: Vec<i8>,
    value_scales: [f32; HEAD],
    positions: usize,
}

impl Audio {
    /// From rows of keys and of values, each of all heads.
    pub(super) fn new(projected: &[f32], width: usize) -> Self {
        let row = 2 * width;
        let head = |head: usize| {
            let part = |which: usize| {
                let start = which * width + head * HEAD;
                projected.chunks_exact(row).map(move |row| &row[start..start + HEAD])
            };
            let positions = projected.len() / row;
            let (key_scales, value_scales) = (scales(part(0)), scales(part(1)));
            let mut keys = vec![0; positions.div_ceil(TILE) * TILE * HEAD];
            let inverses = key_scales.map(inverse);
            for (position, key) in part(0).enumerate() {
                let tile = &mut keys[position / TILE * TILE * HEAD + position % TILE..];
                for ((tile, x), inverse) in tile.chunks_mut(TILE).zip(key).zip(inverses) {
                    tile[0] = nearest(x * inverse);
                }
            }
            let mut values = vec![0; positions * HEAD];
            let inverses = value_scales.map(inverse);
            for (value, steps) in part(1).zip(values.chunks_exact_mut(HEAD)) {
                for ((byte, x), inverse) in steps.iter_mut().zip(value).zip(inverses) {
                    *byte = nearest(x * inverse);
                }
            }
            AudioHead { keys, key_scales, values, value_scales, positions }
        };
        Self { heads: (0..width / HEAD).map(head).collect() }
    }

    /// What a query of all heads sees, into `out`. `scores` is memory to be used; `watch` is told for each head by its
    /// number how much it looked at each position.
    pub(super) fn look(
        &self,
        query: &[f32],
        out: &mut [f32],
        scores: &mut Vec<f32>,
        mut watch: impl FnMut(usize, &[f32]),
    ) {
        let each = query.chunks_exact(HEAD).zip(out.chunks_exact_mut(HEAD));
        for ((number, head), (query, out)) in self.heads.iter().enumerate().zip(each) {
            let mut weights = [0.0; HEAD];
            for ((weight, x), scale) in weights.iter_mut().zip(query).zip(head.key_scales) {
                *weight = x * scale;
            }
            look(&weights, &head.keys, &head.values, head.positions, out, scores);
            watch(number, scores);
            for (x, scale) in out.iter_mut().zip(head.value_scales) {
                *x *= scale;
            }
        }
    }
}

fn scales<'a>(rows: impl Iterator<Item = &'a [f32]>) -> [f32; HEAD] {
    let mut most = [0.0f32; HEAD];
    for row in rows {
        for (most, x) in most.iter_mut().zip(row) {
            *most = most.max(x.abs());
        }
    }
    most.map(|most| most / 127.0)
}

fn inverse(scale: f32) -> f32 {
    if scale > 0.0 { scale.recip() } else { 0.0 }
}

/// What a layer's heads remember of the tokens so far.
#[derive(Default)]
pub(super) struct Tokens {
    heads: Vec<TokenHead>,
    positions: usize,
}

#[derive(Default)]
struct TokenHead {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl Tokens {
    /// Adds a token's key and value, each of all heads.
    pub(super) fn push(&mut self, key: &[f32], value: &[f32]) {
        self.heads.resize_with(key.len() / HEAD, TokenHead::default);
        for ((head, key), value) in self.heads.iter_mut().zip(key.chunks_exact(HEAD)).zip(value.chunks_exact(HEAD)) {
            let (tile, place) = (self.positions / TILE, self.positions % TILE);
            head.keys.resize((tile + 1) * TILE * HEAD, 0.0);
            for (tile, x) in head.keys[tile * TILE * HEAD + place..].chunks_mut(TILE).zip(key) {
                tile[0] = *x;
            }
            head.values.extend_from_slice(value);
        }
        self.positions += 1;
    }

    /// What a query sees of the first `positions` tokens.
    pub(super) fn look(&self, query: &[f32], positions: usize, out: &mut [f32], scores: &mut Vec<f32>) {
        for ((head, query), out) in self.heads.iter().zip(query.chunks_exact(HEAD)).zip(out.chunks_exact_mut(HEAD)) {
            look(query, &head.keys, &head.values, positions, out, scores);
        }
    }
}

/// What a head's query sees: the values, weighed by how well their keys fit.
fn look<T: Stored>(query: &[f32], keys: &[T], values: &[T], positions: usize, out: &mut [f32], scores: &mut Vec<f32>) {
    let tiles = positions.div_ceil(TILE);
    scores.resize(tiles * TILE, 0.0);
    let (places, _) = scores.as_chunks_mut::<TILE>();
    for (scores, keys) in places.iter_mut().zip(keys.chunks_exact(TILE * HEAD)) {
        Weigh { weights: query, rows: keys, out: scores }.dispatch();
    }
    scores.truncate(positions);
    Softmax::new_mut(scores).dispatch();
    let mut seen = [0.0; HEAD];
    Weigh { weights: scores, rows: values, out: &mut seen }.dispatch();
    out.copy_from_slice(&seen);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(count: usize, pace: f32) -> Vec<f32> {
        (0..count).map(|i| (i as f32 * pace).sin() + (i as f32 * 0.013).cos()).collect()
    }

    /// Attention as it is written in books, for one head of several.
    fn exact(query: &[f32], keys: &[&[f32]], values: &[&[f32]]) -> Vec<f32> {
        let fit = |key: &&[f32]| key.iter().zip(query).map(|(k, q)| k * q).sum::<f32>().exp();
        let fits: Vec<f32> = keys.iter().map(fit).collect();
        let sum: f32 = fits.iter().sum();
        (0..HEAD).map(|i| values.iter().zip(&fits).map(|(v, f)| v[i] * f / sum).sum()).collect()
    }

    #[test]
    fn both_memories_see_what_the_books_say() {
        let (width, count) = (128, 150);
        let projected = wave(count * 2 * width, 0.37);
        let query: Vec<f32> = wave(width, 0.9).iter().map(|q| q * 0.1).collect();
        let rows: Vec<&[f32]> = projected.chunks(2 * width).collect();
        let (audio, mut tokens) = (Audio::new(&projected, width), Tokens::default());
        for row in &rows {
            tokens.push(&row[..width], &row[width..]);
        }
        let (mut out, mut scores) = (vec![0.0; width], Vec::new());
        for positions in [1, 63, 64, 65, 150] {
            tokens.look(&query, positions, &mut out, &mut scores);
            for head in 0..2 {
                let part = |which: usize| -> Vec<&[f32]> {
                    let start = which * width + head * HEAD;
                    rows[..positions].iter().map(|row| &row[start..start + HEAD]).collect()
                };
                let exact = exact(&query[head * HEAD..][..HEAD], &part(0), &part(1));
                let off = |out: &[f32]| exact.iter().zip(out).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off(&out[head * HEAD..][..HEAD]) < 1e-4);
                if positions == count {
                    let mut coarse = vec![0.0; width];
                    audio.look(&query, &mut coarse, &mut scores, |_, weights| {
                        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-3);
                    });
                    assert!(off(&coarse[head * HEAD..][..HEAD]) < 0.02);
                }
            }
        }
    }
}
