//! Layer normalisation, for widths that are a multiple of 64.

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp};

/// A layer's normalisation: what its numbers are scaled and moved by.
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// What is added to a row's variance.
    pub(crate) epsilon: f32,
}

impl Norm {
    /// Normalises each row of `rows` into `out`.
    pub(crate) fn apply(&self, rows: &[f32], out: &mut Vec<f32>) {
        let width = self.weight.len();
        out.resize(rows.len(), 0.0);
        for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            Normalise { row, out, norm: self }.dispatch();
        }
    }
}

struct Normalise<'a> {
    row: &'a [f32],
    out: &'a mut [f32],
    norm: &'a Norm,
}

impl SimdOp for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let lanes = ops.len();
        let Norm { weight, bias, epsilon } = self.norm;
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
        let scale = ops.splat((ops.sum(squares) / count + epsilon).sqrt().recip());
        for at in (0..width).step_by(lanes) {
            let off = ops.mul(ops.sub(ops.load(&self.row[at..]), mean), scale);
            let value = ops.mul_add(off, ops.load(&weight[at..]), ops.load(&bias[at..]));
            ops.store(value, &mut self.out[at..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normalised_row_has_mean_zero_and_deviation_one() {
        let norm = Norm { weight: vec![1.0; 128], bias: vec![0.0; 128], epsilon: 1e-5 };
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
