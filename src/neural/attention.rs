//! Attention: positions look at each other.

use crate::neural::linear::Kernels;
use rten_simd::SimdOp;
use rten_tensor::NdTensorView;
use rten_vecmath::Softmax;

/// Positions that look at all others at a time: their scores stay in a core's cache.
const ROWS: usize = 48;

/// Every position looks at all: rows of queries, keys and values, each `width` numbers in heads of `head`, into rows of
/// what was seen. The queries are scaled already.
pub(crate) fn attend(kernels: &Kernels, projected: &[f32], width: usize, head: usize, context: &mut [f32]) {
    let row = 3 * width;
    let count = projected.len() / row;
    let mut scores = vec![0.0; ROWS * count];
    let mut seen = vec![0.0; ROWS * head];
    for first in (0..width).step_by(head) {
        let part = |which: usize, from: usize, rows: usize| {
            let start = from * row + which * width + first;
            NdTensorView::from_slice_with_strides([rows, head], &projected[start..], [row, 1])
                .expect("a head lies within its row")
        };
        let keys = kernels.floats.prepack_b(part(1, 0, count).transposed());
        let values = kernels.floats.prepack_b(part(2, 0, count));
        for from in (0..count).step_by(ROWS) {
            let rows = ROWS.min(count - from);
            let (scores, seen) = (&mut scores[..rows * count], &mut seen[..rows * head]);
            kernels.multiply(part(0, from, rows), &keys, scores);
            for row in scores.chunks_exact_mut(count) {
                Softmax::new_mut(row).dispatch();
            }
            kernels.multiply(NdTensorView::from_data([rows, count], &*scores), &values, seen);
            for (seen, context) in seen.chunks_exact(head).zip(context[from * width..].chunks_exact_mut(width)) {
                context[first..][..head].copy_from_slice(seen);
            }
        }
    }
}
