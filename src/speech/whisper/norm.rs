//! Layer normalisation.

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp};

/// A layer's normalisation: what its numbers are scaled and moved by.
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Norm {
    /// Normalises each row of `rows` into `out`.
    pub(super) fn apply(&self, rows: &[f32], out: &mut Vec<f32>) {
        let width = self.weight.len();
        out.resize(rows.len(), 0.0);
        for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            Normalise { row, out, weight: &self.weight, bias: &self.bias }.dispatch();
        }
    }
}

struct Normalise<'a> {
    row: &'a [f32],
    out: &'a mut [f32],
    weight: &'a [f32],
    bias: &'a [f32],
}

impl SimdOp for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let lanes = ops.len();
        // A width is a multiple of 64, which all vectors divide.
        let width = self.row.len();
        let count = width as f32;
        let mut sum = ops.zero();
        for at in (0..width).step_by(lanes) {
            sum = ops.add(sum, ops.load(&self.row[at..]));
        }
        let mean = ops.splat(ops.sum(sum) / count);
        let mut squares = ops.zero();
        for at in (0..width).step_by(lanes) {
            let off = ops.sub(ops.load(&self.row[at..]), mean);
            squares = ops.mul_add(off, off, squares);
        }
        let scale = ops.splat((ops.sum(squares) / count + 1e-5).sqrt().recip());
        for at in (0..width).step_by(lanes) {
            let off = ops.mul(ops.sub(ops.load(&self.row[at..]), mean), scale);
            let value = ops.mul_add(off, ops.load(&self.weight[at..]), ops.load(&self.bias[at..]));
            ops.store(value, &mut self.out[at..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normalised_row_has_mean_zero_and_deviation_one() {
        let norm = Norm { weight: vec![1.0; 128], bias: vec![0.0; 128] };
        let mut out = Vec::new();
        let rows: Vec<f32> = (0..256).map(|i| (i as f32 * 0.7).sin() * 3.0 + (i as f32 * 0.013).cos()).collect();
        norm.apply(&rows, &mut out);
        for row in out.chunks(128) {
            let mean = row.iter().sum::<f32>() / 128.0;
            let variance = row.iter().map(|v| v * v).sum::<f32>() / 128.0;
            assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-3);
        }
    }
}
