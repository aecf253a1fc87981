//! Silero's network, layer by layer: a short-time Fourier transform, four convolutions, an LSTM and a logit.
//!
//! The build is fixed here; the weights come from the ONNX file, which must describe the same build. The layers run
//! over [`BLOCK`] frames at once, so that each weight is fetched once for all of them; only the LSTM goes frame by
//! frame.

use super::kernels::{BLOCK, GATES, GROUPS, Gates, Lanes, Product, ROWS, Recurrence, STATE, UNITS};
use crate::neural::onnx::{Graph, Node};
use realfft::{RealFftPlanner, RealToComplex};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_vecmath::Sigmoid;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Samples a frame (32 ms), fixed by the network.
pub(in crate::speech) const FRAME: usize = 512;
/// Samples before the frame that the network sees too.
pub(super) const CONTEXT: usize = 64;

/// The Fourier transform's window, its step, and the windows of a frame; the last one reaches so far behind the
/// frame that its samples are mirrored.
const WINDOW: usize = 256;
const HOP: usize = 128;
const WINDOWS: usize = 4;
const MIRRORED: usize = 64;
const BINS: usize = WINDOW / 2 + 1;

/// Width of the convolutions' kernels; they reach one value over both ends.
const TAPS: usize = 3;
/// Channels into and out of the convolutions, and their strides.
const CONVOLUTIONS: [(usize, usize, usize); 4] = [(BINS, 128, 1), (128, 64, 2), (64, 64, 2), (64, STATE, 1)];

/// The operators that compute, in their order.
const OPERATORS: [&str; 15] = [
    "Pad", "Conv", "Sqrt", "Conv", "Relu", "Conv", "Relu", "Conv", "Relu", "Conv", "Relu", "LSTM", "Relu", "Conv",
    "Sigmoid",
];
const OTHER_BUILD: &str = "it is no Silero network of the kind that reads a sequence";

/// The weights, the state of the LSTM, and room to compute in.
pub(super) struct Network {
    fourier: Fourier,
    convolutions: Vec<Layer>,
    /// From the last convolution to the gates.
    gates: Layer,
    recurrent: Box<[[Gates; STATE]; GROUPS]>,
    output: [f32; STATE],
    bias: f32,
    hidden: [f32; STATE],
    cell: [f32; STATE],
}

impl Network {
    /// Reads an ONNX file. Says what is wrong with it.
    pub(super) fn read(file: &[u8]) -> Result<Self, &'static str> {
        let graph = Graph::read(file)?;
        let computing: Vec<&Node> =
            graph.nodes.iter().filter(|node| OPERATORS.iter().any(|name| name.as_bytes() == node.operator)).collect();
        if !computing.iter().map(|node| node.operator).eq(OPERATORS.map(str::as_bytes)) {
            return Err(OTHER_BUILD);
        }
        let [_, transform, _, first, _, second, _, third, _, fourth, _, lstm, _, output, _] = computing[..] else {
            return Err(OTHER_BUILD);
        };
        let built = |node: &Node, stride: usize, pad: u64| {
            node.has("strides", &[stride as u64]) && node.has("pads", &[pad, pad]) && node.has("dilations", &[1])
        };
        let convolutions = [first, second, third, fourth].into_iter().zip(CONVOLUTIONS);
        if !built(transform, HOP, 0)
            || !convolutions.clone().all(|(node, (_, _, stride))| built(node, stride, 1))
            || !built(output, 1, 0)
        {
            return Err(OTHER_BUILD);
        }
        Fourier::check(&graph.weights(transform, 1, &[2 * BINS as u64, 1, WINDOW as u64])?)?;
        let convolutions = convolutions.map(|(node, (inputs, outputs, stride))| {
            let weights = graph.weights(node, 1, &[outputs as u64, inputs as u64, TAPS as u64])?;
            let bias = graph.weights(node, 2, &[outputs as u64])?;
            let weight = |output: usize, tap: usize, input: usize| weights[(output * inputs + input) * TAPS + tap];
            Ok(Layer::new(inputs, TAPS, stride, &bias, weight))
        });
        let convolutions = convolutions.collect::<Result<_, &'static str>>()?;

        let (width, gates) = (STATE as u64, (GATES * STATE) as u64);
        let weights = graph.weights(lstm, 1, &[1, gates, width])?;
        let recurrent = graph.weights(lstm, 2, &[1, gates, width])?;
        let bias = graph.weights(lstm, 3, &[1, 2 * gates])?;
        let bias: Vec<f32> =
            (0..GATES * STATE).map(gate_row).map(|row| bias[row] + bias[GATES * STATE + row]).collect();
        let gates = Layer::new(STATE, 1, 1, &bias, |output, _, input| weights[gate_row(output) * STATE + input]);
        Ok(Self {
            fourier: Fourier::new(),
            convolutions,
            gates: Layer { rectified: false, ..gates },
            recurrent: recurrent_weights(&recurrent),
            output: graph.weights(output, 1, &[1, width, 1])?.try_into().map_err(|_| OTHER_BUILD)?,
            bias: graph.weights(output, 2, &[1])?[0],
            hidden: [0.0; STATE],
            cell: [0.0; STATE],
        })
    }

    /// The probabilities of speech in the next frames, at most [`BLOCK`] of them: `samples` are the [`CONTEXT`]
    /// samples before the first frame, and the frames.
    pub(super) fn run(&mut self, samples: &[f32]) -> Vec<f32> {
        let frames = (samples.len() - CONTEXT) / FRAME;
        let mut values = self.fourier.magnitudes(samples);
        for layer in &self.convolutions {
            values = layer.run(&values);
        }
        let gates = self.gates.run(&values);
        let gates: Vec<[Gates; GROUPS]> = (0..frames).map(|frame| gates_of(&gates, frame)).collect();
        let mut probabilities = vec![0.0; frames];
        Recurrence {
            weights: &self.recurrent,
            gates: &gates,
            hidden: &mut self.hidden,
            cell: &mut self.cell,
            output: &self.output,
            bias: self.bias,
            logits: &mut probabilities,
        }
        .dispatch();
        Sigmoid {}.map_mut(&mut probabilities);
        probabilities
    }
}

/// ONNX's row of the gate that comes at `place` when the gates of [`UNITS`] units lie side by side.
fn gate_row(place: usize) -> usize {
    let (group, gate, unit) = (place / (GATES * UNITS), place / UNITS % GATES, place % UNITS);
    gate * STATE + group * UNITS + unit
}

fn recurrent_weights(rows: &[f32]) -> Box<[[Gates; STATE]; GROUPS]> {
    let mut weights = Box::new([[[0.0; GATES * UNITS]; STATE]; GROUPS]);
    for place in 0..GATES * STATE {
        let row = &rows[gate_row(place) * STATE..][..STATE];
        for (weights, value) in weights[place / (GATES * UNITS)].iter_mut().zip(row) {
            weights[place % (GATES * UNITS)] = *value;
        }
    }
    weights
}

/// What `frame` has of the gates.
fn gates_of(gates: &[Lanes], frame: usize) -> [Gates; GROUPS] {
    let mut own = [[0.0; GATES * UNITS]; GROUPS];
    for (own, lanes) in own.as_flattened_mut().iter_mut().zip(gates) {
        *own = lanes[frame];
    }
    own
}

/// A convolution over the few positions of a frame, with as many zeros at both ends as its kernel reaches over.
struct Layer {
    inputs: usize,
    taps: usize,
    stride: usize,
    rectified: bool,
    /// As [`Product`] wants them: an output's inputs are those of its first tap, of its second, and so on.
    weights: Vec<[f32; ROWS]>,
    bias: Vec<[f32; ROWS]>,
}

impl Layer {
    /// `weight` gives the weight of an output, tap and input; there are as many outputs as biases.
    fn new(
        inputs: usize,
        taps: usize,
        stride: usize,
        bias: &[f32],
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let panel = |first: usize| {
            let weight = &weight;
            let places = (0..taps).flat_map(move |tap| (0..inputs).map(move |input| (tap, input)));
            places.map(move |(tap, input)| std::array::from_fn(|row| weight(first + row, tap, input)))
        };
        Self {
            inputs,
            taps,
            stride,
            rectified: true,
            weights: (0..bias.len()).step_by(ROWS).flat_map(panel).collect(),
            bias: bias.as_chunks().0.to_vec(),
        }
    }

    /// Takes and gives the values position by position.
    fn run(&self, values: &[Lanes]) -> Vec<Lanes> {
        let (positions, reach) = (values.len() / self.inputs, self.taps / 2);
        let outputs = self.bias.len() * ROWS;
        let mut results = vec![[0.0; BLOCK]; positions.div_ceil(self.stride) * outputs];
        for (at, output) in results.chunks_exact_mut(outputs).enumerate() {
            let centre = at * self.stride;
            // Zeros are not multiplied.
            let (first, last) = (reach.saturating_sub(centre), self.taps.min(positions + reach - centre));
            let from = centre + first - reach;
            Product {
                weights: &self.weights,
                panel: self.taps * self.inputs,
                part: first * self.inputs..last * self.inputs,
                input: &values[from * self.inputs..(from + last - first) * self.inputs],
                bias: &self.bias,
                rectified: self.rectified,
                output,
            }
            .dispatch();
        }
        results
    }
}

/// The short-time Fourier transform. The network has it as a convolution; the fast transform is the same.
struct Fourier {
    transform: Arc<dyn RealToComplex<f32>>,
    window: [f32; WINDOW],
}

impl Fourier {
    fn new() -> Self {
        let window = std::array::from_fn(|n| hann(n) as f32);
        Self { transform: RealFftPlanner::new().plan_fft_forward(WINDOW), window }
    }

    /// Whether the network's convolution is the transform that is computed instead.
    fn check(basis: &[f32]) -> Result<(), &'static str> {
        let circle: Vec<(f64, f64)> = (0..WINDOW).map(|n| (TAU * n as f64 / WINDOW as f64).sin_cos()).collect();
        let window: Vec<f64> = (0..WINDOW).map(hann).collect();
        let same = basis.chunks(WINDOW).enumerate().all(|(row, values)| {
            values.iter().zip(&window).enumerate().all(|(n, (value, weight))| {
                let (sine, cosine) = circle[row % BINS * n % WINDOW];
                let wave = if row < BINS { cosine } else { -sine };
                (f64::from(*value) - weight * wave).abs() < 1e-6
            })
        });
        if same { Ok(()) } else { Err("its first layer is no Fourier transform") }
    }

    /// The magnitudes of the frames' bins, window by window.
    fn magnitudes(&self, samples: &[f32]) -> Vec<Lanes> {
        let mut values = vec![[0.0; BLOCK]; WINDOWS * BINS];
        let mut spectrum = self.transform.make_output_vec();
        let mut scratch = self.transform.make_scratch_vec();
        let mut windowed = [0.0; WINDOW];
        let mut seen = [0.0; CONTEXT + FRAME + MIRRORED];
        for (lane, start) in (0..samples.len() - CONTEXT).step_by(FRAME).enumerate() {
            let (own, mirrored) = seen.split_at_mut(CONTEXT + FRAME);
            own.copy_from_slice(&samples[start..start + CONTEXT + FRAME]);
            for (mirrored, sample) in mirrored.iter_mut().zip(own.iter().rev().skip(1)) {
                *mirrored = *sample;
            }
            for (at, values) in values.chunks_exact_mut(BINS).enumerate() {
                for ((to, sample), weight) in windowed.iter_mut().zip(&seen[at * HOP..]).zip(&self.window) {
                    *to = sample * weight;
                }
                // It fails only when the lengths don't fit, and they are its own.
                if self.transform.process_with_scratch(&mut windowed, &mut spectrum, &mut scratch).is_ok() {
                    for (lanes, bin) in values.iter_mut().zip(&spectrum) {
                        lanes[lane] = (bin.re * bin.re + bin.im * bin.im).sqrt();
                    }
                }
            }
        }
        values
    }
}

fn hann(n: usize) -> f64 {
    0.5 - 0.5 * (TAU * n as f64 / WINDOW as f64).cos()
}
