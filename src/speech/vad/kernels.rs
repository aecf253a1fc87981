//! The two loops that the network's time goes into, written for the widest vectors that the processor has. Every sum
//! is added up in one order, one product after another: the same input gives the same bits in any company.

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_vecmath::{Sigmoid, Tanh};
use std::ops::Range;

/// Frames side by side, the lanes of the vectors: a multiple of twice the widest vector.
pub(super) const BLOCK: usize = 32;
/// One value of every frame of a block.
pub(super) type Lanes = [f32; BLOCK];
/// Outputs that are summed at a time: enough sums to hide that an addition takes time.
pub(super) const ROWS: usize = 4;
/// Vectors of frames that are summed at a time.
const VECTORS: usize = 2;

/// Width of the LSTM's state.
pub(super) const STATE: usize = 128;
/// Gates of an LSTM, in ONNX's order: input, output, forget, cell.
pub(super) const GATES: usize = 4;
/// Units of the LSTM whose gates lie side by side: the widest vector.
pub(super) const UNITS: usize = 16;
/// Groups of so many units.
pub(super) const GROUPS: usize = STATE / UNITS;
/// The gates of [`UNITS`] units, gate by gate.
pub(super) type Gates = [f32; GATES * UNITS];

/// A matrix times the values of a block of frames.
pub(super) struct Product<'a> {
    /// For every [`ROWS`] outputs a panel: for every input the weights of these outputs.
    pub(super) weights: &'a [[f32; ROWS]],
    /// Inputs of a panel.
    pub(super) panel: usize,
    /// The inputs of a panel that are multiplied.
    pub(super) part: Range<usize>,
    /// As many as `part` has.
    pub(super) input: &'a [Lanes],
    pub(super) bias: &'a [[f32; ROWS]],
    /// Whether negative sums become zero.
    pub(super) rectified: bool,
    pub(super) output: &'a mut [Lanes],
}

impl SimdOp for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let least = ops.splat(if self.rectified { 0.0 } else { f32::NEG_INFINITY });
        let panels = self.weights.chunks_exact(self.panel).zip(self.bias);
        for ((panel, bias), output) in panels.zip(self.output.as_chunks_mut::<ROWS>().0) {
            let panel = &panel[self.part.clone()];
            for lane in (0..BLOCK).step_by(VECTORS * ops.len()) {
                let mut sums = [[ops.zero(); VECTORS]; ROWS];
                for row in 0..ROWS {
                    sums[row] = [ops.splat(bias[row]); VECTORS];
                }
                for (weights, input) in panel.iter().zip(self.input) {
                    let input: [_; VECTORS] = ops.load_many(&input[lane..]);
                    for row in 0..ROWS {
                        let weight = ops.splat(weights[row]);
                        for vector in 0..VECTORS {
                            sums[row][vector] = ops.mul_add(weight, input[vector], sums[row][vector]);
                        }
                    }
                }
                for row in 0..ROWS {
                    for vector in 0..VECTORS {
                        // In this order what is no number stays so, and is noticed.
                        let sum = ops.max(least, sums[row][vector]);
                        ops.store(sum, &mut output[row][lane + vector * ops.len()..]);
                    }
                }
            }
        }
    }
}

/// The LSTM over frames one after another, and the probability's logit from its state.
pub(super) struct Recurrence<'a> {
    /// For every group of units: for every unit of the state before, its weights in their gates.
    pub(super) weights: &'a [[Gates; STATE]; GROUPS],
    /// The part of the gates that comes from the input, frame by frame.
    pub(super) gates: &'a [[Gates; GROUPS]],
    pub(super) hidden: &'a mut [f32; STATE],
    pub(super) cell: &'a mut [f32; STATE],
    /// Weights of the rectified state in the logit.
    pub(super) output: &'a [f32; STATE],
    pub(super) bias: f32,
    /// As many as `gates`.
    pub(super) logits: &'a mut [f32],
}

impl SimdOp for Recurrence<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        for (gates, logit) in self.gates.iter().zip(self.logits) {
            let before = *self.hidden;
            let mut total = ops.zero();
            for (group, (gates, weights)) in gates.iter().zip(self.weights).enumerate() {
                for lane in (0..UNITS).step_by(ops.len()) {
                    let mut sums = [ops.zero(); GATES];
                    for gate in 0..GATES {
                        sums[gate] = ops.load(&gates[gate * UNITS + lane..]);
                    }
                    for (weights, state) in weights.iter().zip(&before) {
                        let state = ops.splat(*state);
                        for gate in 0..GATES {
                            let weights = ops.load(&weights[gate * UNITS + lane..]);
                            sums[gate] = ops.mul_add(state, weights, sums[gate]);
                        }
                    }
                    let [input, output, forget, candidate] = sums;
                    let at = group * UNITS + lane;
                    let kept = ops.mul(Sigmoid::apply(isa, forget), ops.load(&self.cell[at..]));
                    let cell = ops.mul_add(Sigmoid::apply(isa, input), Tanh::apply(isa, candidate), kept);
                    let hidden = ops.mul(Sigmoid::apply(isa, output), Tanh::apply(isa, cell));
                    ops.store(cell, &mut self.cell[at..]);
                    ops.store(hidden, &mut self.hidden[at..]);
                    total = ops.mul_add(ops.max(ops.zero(), hidden), ops.load(&self.output[at..]), total);
                }
            }
            *logit = ops.sum(total) + self.bias;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rten_simd::isa::GenericIsa;

    /// Values between -1 and 1 without a pattern.
    fn values(seed: usize, count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) as f32 * 0.37).sin()).collect()
    }

    fn product(part: Range<usize>, panel: usize, rectified: bool, run: impl Fn(Product)) -> Vec<Lanes> {
        let weights = values(1, 2 * panel * ROWS);
        let input = values(2, part.len() * BLOCK);
        let bias = values(3, 2 * ROWS);
        let mut output = vec![[9.0; BLOCK]; 2 * ROWS];
        run(Product {
            weights: weights.as_chunks().0,
            panel,
            part,
            input: input.as_chunks().0,
            bias: bias.as_chunks().0,
            rectified,
            output: &mut output,
        });
        output
    }

    /// By the book.
    fn slowly(product: Product) {
        for (row, output) in product.output.iter_mut().enumerate() {
            let panel = &product.weights[row / ROWS * product.panel..][..product.panel];
            let weights = || panel[product.part.clone()].iter().zip(product.input);
            let sum = |lane: usize| weights().map(|(w, input)| f64::from(w[row % ROWS]) * f64::from(input[lane])).sum();
            for (lane, output) in output.iter_mut().enumerate() {
                let sum: f64 = sum(lane);
                let sum = sum as f32 + product.bias[row / ROWS][row % ROWS];
                *output = if product.rectified { sum.max(0.0) } else { sum };
            }
        }
    }

    proptest! {
        #[test]
        fn a_product_is_what_the_book_says(from in 0usize..40, length in 0usize..200, more in 0usize..9, rectified: bool) {
            let run = |run: fn(Product)| product(from..from + length, from + length + more, rectified, run);
            let wanted = run(slowly);
            // The widest vectors of this machine, and the narrowest of any.
            for found in [run(|product| product.dispatch()), run(|product| product.eval(GenericIsa::new()))] {
                for (found, wanted) in found.as_flattened().iter().zip(wanted.as_flattened()) {
                    prop_assert!((found - wanted).abs() < 1e-4, "{found} for {wanted}");
                }
            }
        }
    }

    /// Three frames, and the states behind them.
    fn recurrence(run: impl Fn(Recurrence)) -> Vec<f32> {
        let weights: Vec<f32> = values(1, GROUPS * STATE * GATES * UNITS).iter().map(|w| w * 0.2).collect();
        let gates = values(2, 3 * GROUPS * GATES * UNITS);
        let gates: &[Gates] = gates.as_chunks().0;
        let output: [f32; STATE] = values(3, STATE).try_into().unwrap();
        let weights: &[Gates] = weights.as_chunks().0;
        let (mut hidden, mut cell) = ([0.3; STATE], [-0.2; STATE]);
        let mut logits = vec![0.0; 3];
        run(Recurrence {
            weights: weights.as_chunks().0.as_array().unwrap(),
            gates: gates.as_chunks().0,
            hidden: &mut hidden,
            cell: &mut cell,
            output: &output,
            bias: 0.5,
            logits: &mut logits,
        });
        [logits.as_slice(), &hidden, &cell].concat()
    }

    #[test]
    fn the_lstm_is_what_the_book_says() {
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let wanted = recurrence(|lstm| {
            for (gates, logit) in lstm.gates.iter().zip(lstm.logits) {
                let before = *lstm.hidden;
                *logit = lstm.bias;
                for unit in 0..STATE {
                    let (group, unit_of_group) = (unit / UNITS, unit % UNITS);
                    let gate = |gate: usize| {
                        let at = gate * UNITS + unit_of_group;
                        let recurrent = before.iter().zip(&lstm.weights[group]).map(|(h, w)| h * w[at]).sum::<f32>();
                        gates[group][at] + recurrent
                    };
                    lstm.cell[unit] = sigmoid(gate(2)) * lstm.cell[unit] + sigmoid(gate(0)) * gate(3).tanh();
                    lstm.hidden[unit] = sigmoid(gate(1)) * lstm.cell[unit].tanh();
                    *logit += lstm.hidden[unit].max(0.0) * lstm.output[unit];
                }
            }
        });
        for found in [recurrence(|lstm| lstm.dispatch()), recurrence(|lstm| lstm.eval(GenericIsa::new()))] {
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!((found - wanted).abs() < 1e-4, "{found} for {wanted}");
            }
        }
    }
}
