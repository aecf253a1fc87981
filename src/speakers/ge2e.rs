//! The GE2E voice encoder (Wan and others 2018, "Generalized end-to-end loss for speaker verification", in the build of
//! Resemblyzer): three LSTM layers over mel powers, then a linear layer, its positive part, brought to length 1.
//!
//! The build is fixed here; the weights come from the ONNX file, which must describe the same build. Windows go through
//! side by side: a step of all of them is one product of matrices. The first layer's input stays in single precision
//! (powers range over many orders of magnitude), everything between the layers lies between -1 and 1 and is multiplied
//! in 8 bits.

use crate::neural::linear::{Kernels, Linear, Scratch, Then};
use crate::neural::onnx::{Graph, Node};
use rten_gemm::{BiasVector, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{Sigmoid, Tanh};
use std::cmp::Reverse;

/// Powers a frame.
pub(super) const BANDS: usize = 40;
/// Width of the layers, and of an embedding.
pub(super) const STATE: usize = 256;
/// Gates of an LSTM, in ONNX's order: input, output, forget, cell.
const GATES: usize = 4;
const LAYERS: usize = 3;
/// Frames that pass through all layers together: their gates stay in a core's cache.
const BLOCK: usize = 8;

/// The operators that have weights, and those that must not stand between them.
const OPERATORS: [&[u8]; LAYERS + 1] = [b"LSTM", b"LSTM", b"LSTM", b"Gemm"];
const OTHER_BUILD: &str = "it is no GE2E voice encoder";

/// The network.
pub(super) struct Network {
    kernels: Kernels,
    first: Floats,
    /// From one layer to the next.
    between: [Linear; LAYERS - 1],
    recurrent: [Linear; LAYERS],
    last: Floats,
}

/// A layer in single precision.
struct Floats {
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

/// What an LSTM remembers, window by window.
#[derive(Clone)]
struct Memory {
    hidden: Vec<f32>,
    cell: Vec<f32>,
}

impl Network {
    /// Reads an ONNX file. Says what is wrong with it.
    pub(super) fn read(file: &[u8]) -> Result<Self, &'static str> {
        let graph = Graph::read(file)?;
        let nodes: Vec<&Node> = graph.nodes.iter().filter(|node| OPERATORS.contains(&node.operator)).collect();
        let [a, b, c, output] = nodes.as_slice() else { return Err(OTHER_BUILD) };
        if !nodes.iter().map(|node| node.operator).eq(OPERATORS) {
            return Err(OTHER_BUILD);
        }
        let kernels = Kernels::default();
        let (gates, state) = (GATES * STATE, STATE as u64);
        // Both biases of ONNX's LSTM, that of the input and that of the state, are added to the same sum.
        let bias = |node: &Node| -> Result<Vec<f32>, &'static str> {
            let both = graph.weights(node, 3, &[1, 2 * gates as u64])?;
            Ok(both[..gates].iter().zip(&both[gates..]).map(|(a, b)| a + b).collect())
        };
        let weights =
            |node: &Node, input: usize, width: usize| graph.weights(node, input, &[1, gates as u64, width as u64]);
        let recurrent = |node: &Node| {
            Ok::<_, &'static str>(Linear::new(&kernels, &weights(node, 2, STATE)?, vec![0.0; gates], STATE))
        };
        let between =
            |node: &Node| Ok::<_, &'static str>(Linear::new(&kernels, &weights(node, 1, STATE)?, bias(node)?, STATE));
        Ok(Self {
            first: Floats::new(&kernels, &weights(a, 1, BANDS)?, bias(a)?, BANDS),
            between: [between(b)?, between(c)?],
            recurrent: [recurrent(a)?, recurrent(b)?, recurrent(c)?],
            last: Floats::new(
                &kernels,
                &graph.weights(output, 1, &[state, state])?,
                graph.weights(output, 2, &[state])?,
                STATE,
            ),
            kernels,
        })
    }

    /// The embedding of each window, from its frames of [`BANDS`] powers: [`STATE`] numbers of Euclidean length 1, or none
    /// where there are no frames or they say nothing.
    ///
    /// Call it through [`crate::neural::on_one_thread`].
    pub(super) fn voices(&self, features: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let frames = |window: usize| features[window].len() / BANDS;
        let mut order: Vec<usize> = (0..features.len()).filter(|&window| frames(window) > 0).collect();
        order.sort_by_key(|&window| Reverse(frames(window)));
        let longest = order.first().map_or(0, |&window| frames(window));
        let blank = vec![0.0; order.len() * STATE];
        let mut memories = vec![Memory { hidden: blank.clone(), cell: blank.clone() }; LAYERS];
        let mut ends = blank;
        let (mut inputs, mut outputs, mut gates) = (Vec::new(), Vec::new(), Vec::new());
        let mut scratch = Scratch::default();
        for from in (0..longest).step_by(BLOCK) {
            let steps = BLOCK.min(longest - from);
            // Windows that have ended are left behind; one that ends within the block goes on with silence.
            let open = order.partition_point(|&window| frames(window) > from);
            inputs.clear();
            for step in from..from + steps {
                for &window in &order[..open] {
                    let frame = features[window].get(step * BANDS..(step + 1) * BANDS);
                    inputs.extend_from_slice(frame.unwrap_or(&[0.0; BANDS]));
                }
            }
            for (layer, memory) in memories.iter_mut().enumerate() {
                gates.resize(steps * open * GATES * STATE, 0.0);
                match layer.checked_sub(1) {
                    None => self.first.apply(&self.kernels, &inputs, &mut gates),
                    Some(before) => {
                        self.between[before].apply(&self.kernels, &inputs, &mut gates, Then::Set, &mut scratch);
                    }
                }
                let (hidden, cell) = (&mut memory.hidden[..open * STATE], &mut memory.cell[..open * STATE]);
                outputs.clear();
                for gates in gates.chunks_exact_mut(open * GATES * STATE) {
                    self.recurrent[layer].apply(&self.kernels, hidden, gates, Then::Add, &mut scratch);
                    Step { gates, hidden, cell }.dispatch();
                    outputs.extend_from_slice(hidden);
                }
                std::mem::swap(&mut inputs, &mut outputs);
            }
            for (row, &window) in order[..open].iter().enumerate() {
                let end = frames(window) - 1;
                if (from..from + steps).contains(&end) {
                    let state = &inputs[((end - from) * open + row) * STATE..][..STATE];
                    ends[row * STATE..][..STATE].copy_from_slice(state);
                }
            }
        }
        let mut directions = vec![0.0; ends.len()];
        self.last.apply(&self.kernels, &ends, &mut directions);
        let mut voices = vec![Vec::new(); features.len()];
        for (&window, direction) in order.iter().zip(directions.chunks_exact(STATE)) {
            voices[window] = positive(direction);
        }
        voices
    }
}

/// The positive part at length 1; nothing when there is none.
fn positive(direction: &[f32]) -> Vec<f32> {
    let length = direction.iter().map(|x| x.max(0.0).powi(2)).sum::<f32>().sqrt();
    if !length.is_normal() {
        return Vec::new();
    }
    direction.iter().map(|x| x.max(0.0) / length).collect()
}

impl Floats {
    /// From a row of `inputs` weights an output.
    fn new(kernels: &Kernels, weights: &[f32], bias: Vec<f32>, inputs: usize) -> Self {
        let rows = NdTensorView::from_data([bias.len(), inputs], weights);
        Self { weights: kernels.floats.prepack_b(rows.transposed()), bias, inputs }
    }

    fn apply(&self, kernels: &Kernels, inputs: &[f32], outputs: &mut [f32]) {
        if inputs.is_empty() {
            return;
        }
        let rows = NdTensorView::from_data([inputs.len() / self.inputs, self.inputs], inputs);
        let options = GemmOptions { bias: Some(BiasVector::Row(&self.bias)), ..GemmOptions::default() };
        kernels
            .floats
            .gemm(outputs, GemmInputA::Unpacked(rows), GemmInputB::Packed(&self.weights), options)
            .expect("a layer's sizes are checked when it is loaded");
    }
}

/// A step of an LSTM for rows side by side: [`GATES`] times [`STATE`] sums a row into a new state.
struct Step<'a> {
    gates: &'a [f32],
    hidden: &'a mut [f32],
    cell: &'a mut [f32],
}

impl SimdOp for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let rows = self.gates.chunks_exact(GATES * STATE).zip(self.hidden.chunks_exact_mut(STATE));
        for ((gates, hidden), cell) in rows.zip(self.cell.chunks_exact_mut(STATE)) {
            // A width of 256, which all vectors divide.
            for at in (0..STATE).step_by(ops.len()) {
                let input = Sigmoid::apply(isa, ops.load(&gates[at..]));
                let output = Sigmoid::apply(isa, ops.load(&gates[STATE + at..]));
                let forget = Sigmoid::apply(isa, ops.load(&gates[2 * STATE + at..]));
                let candidate = Tanh::apply(isa, ops.load(&gates[3 * STATE + at..]));
                let kept = ops.mul(forget, ops.load(&cell[at..]));
                let new = ops.mul_add(input, candidate, kept);
                ops.store(new, &mut cell[at..]);
                ops.store(ops.mul(output, Tanh::apply(isa, new)), &mut hidden[at..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rten_tensor::NdTensor;
    use rten_tensor::prelude::*;
    use std::path::Path;

    fn file() -> Vec<u8> {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ge2e-voice-encoder.onnx")).unwrap()
    }

    /// Powers as speech has them: over many orders of magnitude, and changing.
    fn powers(frames: usize, pace: f32) -> Vec<f32> {
        (0..frames * BANDS)
            .map(|i| (4.0 * (i as f32 * pace).sin() - 5.0 * (i % BANDS) as f32 / BANDS as f32).exp())
            .collect()
    }

    /// What the network's file says, run operator by operator.
    fn reference(powers: &[f32]) -> Vec<f32> {
        let model = rten::Model::load(file()).unwrap();
        let (&[input], &[output]) = (model.input_ids(), model.output_ids()) else { panic!("one in, one out") };
        let powers = NdTensor::from_data([1, powers.len() / BANDS, BANDS], powers.to_vec());
        let [value] = model.run_n(vec![(input, powers.into())], [output], None).unwrap();
        NdTensor::<f32, 2>::try_from(value).unwrap().to_vec()
    }

    #[test]
    fn an_embedding_is_what_the_file_says() {
        let network = Network::read(&file()).unwrap();
        let windows = [powers(13, 0.37), powers(151, 0.23), powers(60, 0.011)];
        for (voice, powers) in network.voices(&windows).iter().zip(&windows) {
            let cosine: f32 = voice.iter().zip(reference(powers)).map(|(a, b)| a * b).sum();
            assert!(cosine > 0.999, "{cosine}");
        }
    }

    #[test]
    fn a_window_is_the_same_in_any_company() {
        let network = Network::read(&file()).unwrap();
        let windows: Vec<Vec<f32>> = (0..9).map(|i| powers(i * 5, 0.1 + i as f32 * 0.03)).collect();
        let together = network.voices(&windows);
        assert!(together[0].is_empty());
        for (window, voice) in windows.iter().zip(&together).skip(1) {
            assert_eq!(&network.voices(std::slice::from_ref(window))[0], voice);
        }
        assert!(network.voices(&[]).is_empty());
    }

    #[test]
    fn another_or_a_damaged_network_is_refused() {
        let whole = file();
        for length in (0..whole.len()).step_by(99_991) {
            assert!(Network::read(&whole[..length]).is_err());
        }
        let silero = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/silero-vad-sequence.onnx"));
        assert_eq!(Network::read(&silero.unwrap()).err(), Some(OTHER_BUILD));
    }
}
