//! Layers of weights: 8 bit integers with a scale an output, multiplied with inputs that are brought to 8 bits row by
//! row (the scheme of CTranslate2's int8). The products are summed in integers, so that a row's result does not depend
//! on the rows beside it: chunks may be decoded in any company and come out the same to the last bit.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{Gelu, MinMax};

/// Rows that are multiplied at a time: what they need stays in a core's cache. The kernels take six or eight at once.
pub(crate) const ROWS: usize = 48;

/// The matrix kernels of this machine's processor, chosen when the program runs.
pub(crate) struct Kernels {
    pub(crate) floats: GemmExecutor<f32, f32, f32>,
    integers: GemmExecutor<u8, i8, i32>,
}

impl Default for Kernels {
    fn default() -> Self {
        Self { floats: GemmExecutor::new(), integers: GemmExecutor::new() }
    }
}

impl Kernels {
    /// A product in single precision, into rows of `out`.
    pub(crate) fn multiply(&self, a: NdTensorView<f32, 2>, b: &PackedBMatrix<f32>, out: &mut [f32]) {
        self.floats
            .gemm(out, GemmInputA::Unpacked(a), GemmInputB::Packed(b), GemmOptions::default())
            .expect("the caller's matrices fit each other");
    }
}

/// The number in a row of weights that becomes 127. Where `paired`, no two neighbours that point the same way come to
/// more than 128 steps together: x86-64 processors without dot products of bytes (`vpmaddubsw`) add the products of a
/// pair in 16 bits, and 255 × 128 is what fits.
fn largest(row: &[f32], paired: bool) -> f32 {
    let most = row.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    if !paired {
        return most;
    }
    // Rounding may add half a step to each of the two, so that 127 leaves room for it.
    row.chunks(2).fold(most, |most, pair| {
        let up: f32 = pair.iter().map(|x| x.max(0.0)).sum();
        let down: f32 = pair.iter().map(|x| x.min(0.0)).sum();
        most.max(up).max(-down)
    })
}

/// Rows of numbers in 8 bits.
pub(crate) struct Steps {
    steps: Vec<i8>,
    /// For each row, what a step is worth.
    scales: Vec<f32>,
}

impl Steps {
    /// From rows of `width` numbers, as exact as 8 bits allow.
    pub(crate) fn new(numbers: &[f32], width: usize) -> Self {
        Self::with(numbers, width, false)
    }

    fn with(numbers: &[f32], width: usize, paired: bool) -> Self {
        let mut scales = Vec::with_capacity(numbers.len() / width);
        let mut steps = Vec::with_capacity(numbers.len());
        for row in numbers.chunks_exact(width) {
            let most = largest(row, paired);
            let inverse = if most > 0.0 { 127.0 / most } else { 0.0 };
            steps.extend(row.iter().map(|x| nearest(x * inverse)));
            scales.push(most / 127.0);
        }
        Self { steps, scales }
    }

    /// Rows that were stored so, a scale each.
    pub(crate) fn stored(steps: Vec<i8>, scales: Vec<f32>) -> Self {
        Self { steps, scales }
    }

    /// A row's numbers.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = f32> {
        let width = self.steps.len() / self.scales.len();
        self.steps[row * width..][..width].iter().map(move |step| f32::from(*step) * self.scales[row])
    }
}

/// The nearest whole number of at most 127 either way. Adding 1.5 × 2^23 rounds without a call.
pub(crate) fn nearest(x: f32) -> i8 {
    const ROUND: f32 = 12_582_912.0;
    ((x + ROUND).to_bits() as i32 - ROUND.to_bits() as i32) as i8
}

/// A layer: `outputs = inputs × weights + bias`.
pub(crate) struct Linear {
    weights: PackedBMatrix<i8>,
    /// For each output, what a step of its weights is worth.
    scales: Vec<f32>,
    /// For each output, the sum of its weights' steps: what a zero that is no byte 0 adds.
    sums: Vec<i32>,
    bias: Vec<f32>,
    inputs: usize,
}

/// What is done with a layer's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// They are written.
    Set,
    /// They are added to what is there.
    Add,
    /// They go through the activation (GELU), then are written.
    Activate,
}

/// Memory that is used again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    bytes: Vec<u8>,
    zeros: Vec<u8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
}

impl Linear {
    /// From single precision, a row of `inputs` weights an output.
    pub(crate) fn new(kernels: &Kernels, weights: &[f32], bias: Vec<f32>, inputs: usize) -> Self {
        let Steps { steps, scales } = Steps::with(weights, inputs, kernels.integers.may_saturate());
        let rows = NdTensorView::from_data([scales.len(), inputs], steps.as_slice());
        Self {
            weights: kernels.integers.prepack_b(rows.transposed()),
            sums: steps.chunks_exact(inputs).map(|row| row.iter().map(|step| i32::from(*step)).sum()).collect(),
            scales,
            bias,
            inputs,
        }
    }

    /// Width of the outputs.
    pub(crate) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// Multiplies rows of inputs into rows of outputs.
    pub(crate) fn apply(&self, kernels: &Kernels, inputs: &[f32], outputs: &mut [f32], then: Then, s: &mut Scratch) {
        let (width, wide) = (self.inputs, self.outputs());
        for (rows, out) in inputs.chunks(ROWS * width).zip(outputs.chunks_mut(ROWS * wide)) {
            s.bytes.resize(rows.len(), 0);
            s.zeros.clear();
            s.scales.clear();
            for (row, bytes) in rows.chunks_exact(width).zip(s.bytes.chunks_exact_mut(width)) {
                let (zero, scale) = to_bytes(row, bytes);
                s.zeros.push(zero);
                s.scales.push(scale);
            }
            let count = s.zeros.len();
            s.sums.resize(count * wide, 0);
            let bytes = NdTensorView::from_data([count, width], s.bytes.as_slice());
            kernels
                .integers
                .gemm(
                    &mut s.sums,
                    GemmInputA::Unpacked(bytes),
                    GemmInputB::Packed(&self.weights),
                    GemmOptions::default(),
                )
                .expect("a layer's sizes are checked when it is loaded");
            let rows = s.sums.chunks_exact(wide).zip(out.chunks_exact_mut(wide));
            for ((sums, out), (zero, scale)) in rows.zip(s.zeros.iter().zip(&s.scales)) {
                Finish { layer: self, sums, zero: i32::from(*zero), scale: *scale, out, then }.dispatch();
            }
        }
    }
}

/// Brings a row to bytes; gives the byte that stands for zero, and what a step is worth.
fn to_bytes(row: &[f32], bytes: &mut [u8]) -> (u8, f32) {
    let (least, most) = MinMax::new(row).dispatch();
    let (least, most) = (least.min(0.0), most.max(0.0));
    let scale = ((most - least) / 255.0).max(1e-12);
    let zero = (-least / scale).round_ties_even().clamp(0.0, 255.0) as u8;
    Bytes { row, bytes, inverse: scale.recip(), zero }.dispatch();
    (zero, scale)
}

/// `bytes = round(row × inverse) + zero`.
struct Bytes<'a> {
    row: &'a [f32],
    bytes: &'a mut [u8],
    inverse: f32,
    zero: u8,
}

impl SimdOp for Bytes<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (floats, ints) = (isa.f32(), isa.i32());
        let (inverse, zero) = (floats.splat(self.inverse), ints.splat(i32::from(self.zero)));
        let lanes = floats.len();
        let (mut rows, mut bytes) = (self.row.chunks_exact(4 * lanes), self.bytes.chunks_exact_mut(4 * lanes));
        for (row, bytes) in rows.by_ref().zip(bytes.by_ref()) {
            let [a, b, c, d] = floats.load_many::<4>(row);
            // Written out: a closure would not be compiled for this processor.
            let a = ints.add(floats.to_int_round(floats.mul(a, inverse)), zero);
            let b = ints.add(floats.to_int_round(floats.mul(b, inverse)), zero);
            let c = ints.add(floats.to_int_round(floats.mul(c, inverse)), zero);
            let d = ints.add(floats.to_int_round(floats.mul(d, inverse)), zero);
            let (low, high) = (ints.narrow_saturate(a, b), ints.narrow_saturate(c, d));
            isa.u8().store(isa.i16().narrow_saturate(low, high), bytes);
        }
        for (x, byte) in rows.remainder().iter().zip(bytes.into_remainder()) {
            let step = (x * self.inverse).round_ties_even() as i32 + i32::from(self.zero);
            *byte = step.clamp(0, 255) as u8;
        }
    }
}

/// A row of sums into numbers.
struct Finish<'a> {
    layer: &'a Linear,
    sums: &'a [i32],
    zero: i32,
    scale: f32,
    out: &'a mut [f32],
    then: Then,
}

impl SimdOp for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (floats, ints) = (isa.f32(), isa.i32());
        let (scale, zero) = (floats.splat(self.scale), ints.splat(self.zero));
        let lanes = floats.len();
        let whole = self.sums.len() / lanes * lanes;
        let Linear { scales, sums, bias, .. } = self.layer;
        for at in (0..whole).step_by(lanes) {
            let shift = ints.mul(zero, ints.load(&sums[at..]));
            let sum = ints.to_float(ints.sub(ints.load(&self.sums[at..]), shift));
            let step = floats.mul(scale, floats.load(&scales[at..]));
            let value = floats.mul_add(sum, step, floats.load(&bias[at..]));
            let value = match self.then {
                Then::Set => value,
                Then::Add => floats.add(value, floats.load(&self.out[at..])),
                Then::Activate => Gelu {}.eval(isa, value),
            };
            floats.store(value, &mut self.out[at..]);
        }
        for at in whole..self.sums.len() {
            let sum = self.sums[at] - self.zero * sums[at];
            let value = sum as f32 * (self.scale * scales[at]) + bias[at];
            self.out[at] = match self.then {
                Then::Set => value,
                Then::Add => value + self.out[at],
                Then::Activate => Gelu {}.scalar_eval(value),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wave(count: usize, pace: f32, size: f32) -> Vec<f32> {
        (0..count).map(|i| ((i as f32 * pace).sin() + (i as f32 * 0.013).cos()) * size).collect()
    }

    fn exact(inputs: &[f32], weights: &[f32], bias: &[f32], width: usize) -> Vec<f32> {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let row = |row| weights.chunks(width).zip(bias).map(move |(w, b)| dot(row, w) as f32 + b);
        inputs.chunks(width).flat_map(row).collect()
    }

    #[test]
    fn a_layer_is_close_to_the_exact_product() {
        let kernels = Kernels::default();
        let (weights, bias) = (wave(192 * 128, 0.7, 0.05), wave(192, 0.3, 0.1));
        let layer = Linear::new(&kernels, &weights, bias.clone(), 128);
        let inputs = wave(70 * 128, 0.11, 2.0);
        let exact = exact(&inputs, &weights, &bias, 128);
        let mut out = vec![1.0; 70 * 192];
        let mut scratch = Scratch::default();
        layer.apply(&kernels, &inputs, &mut out, Then::Set, &mut scratch);
        let off = out.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let most = exact.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        assert!(off < 0.02 * most, "{off} of {most}");
        let before = out.clone();
        layer.apply(&kernels, &inputs, &mut out, Then::Add, &mut scratch);
        assert!(out.iter().zip(&before).all(|(twice, once)| (twice - 2.0 * once).abs() < 1e-5));
        layer.apply(&kernels, &inputs, &mut out, Then::Activate, &mut scratch);
        assert!(out.iter().zip(&before).all(|(active, value)| *active >= -0.2 && *active <= value.max(0.0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_row_does_not_depend_on_its_company(rows in 1usize..70, pick in 0usize..70, size in 0.01f32..30.0) {
            let kernels = Kernels::default();
            let layer = Linear::new(&kernels, &wave(97 * 64, 0.7, 0.05), wave(97, 0.3, 0.1), 64);
            let inputs = wave(rows * 64, 0.23, size);
            let mut scratch = Scratch::default();
            let mut together = vec![0.0; rows * 97];
            layer.apply(&kernels, &inputs, &mut together, Then::Set, &mut scratch);
            let pick = pick % rows;
            let mut alone = vec![0.0; 97];
            layer.apply(&kernels, &inputs[pick * 64..][..64], &mut alone, Then::Set, &mut scratch);
            prop_assert_eq!(&together[pick * 97..][..97], &alone[..]);
        }
    }

    proptest! {
        #[test]
        fn no_pair_of_weights_overflows_sixteen_bits(row in prop::collection::vec(-1.0f32..1.0, 1..40)) {
            let Steps { steps, scales } = Steps::with(&row, row.len(), true);
            for pair in steps.chunks(2) {
                for way in [1, -1] {
                    let sum: i32 = pair.iter().map(|step| (i32::from(*step) * way).max(0)).sum();
                    prop_assert!(sum * 255 <= i32::from(i16::MAX));
                }
            }
            for (x, step) in row.iter().zip(&steps) {
                prop_assert!((x - f32::from(*step) * scales[0]).abs() <= scales[0] * 0.51);
            }
        }
    }

    #[test]
    fn a_step_is_the_nearest_whole_number() {
        for (x, whole) in [(0.0, 0), (126.6, 127), (-126.6, -127), (0.49, 0), (-3.51, -4), (127.0, 127)] {
            assert_eq!(nearest(x), whole);
        }
    }
}
