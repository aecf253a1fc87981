//! Whisper's encoder: mel frames into states, 20 ms each.

use super::super::Stop;
use super::file::{Fault, File};
use super::mel::Mel;
use crate::failure::Cancelled;
use crate::neural::attention::attend;
use crate::neural::linear::{Kernels, Linear, Scratch, Then};
use crate::neural::norm::Norm;
use rten_gemm::PackedBMatrix;
use rten_simd::SimdUnaryOp;
use rten_tensor::NdTensorView;
use rten_vecmath::Gelu;

/// Width of an attention head in every Whisper model.
pub(super) const HEAD: usize = 64;

/// The encoder's weights.
pub(super) struct Encoder {
    first: Convolution,
    second: Convolution,
    positions: Vec<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    width: usize,
}

/// A convolution over three neighbours, as one product: a window of three rows is one long row.
struct Convolution {
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
    /// Width of its input.
    inputs: usize,
    /// Rows from one window to the next.
    stride: usize,
}

struct Layer {
    attention_norm: Norm,
    /// Queries, keys and values at once.
    projections: Linear,
    output: Linear,
    feed_norm: Norm,
    widen: Linear,
    narrow: Linear,
}

impl Encoder {
    pub(super) fn load(file: &File, kernels: &Kernels) -> Result<Self, Fault> {
        let (width, mels) = (file.shape.audio_width, file.shape.mels);
        let layer = |i| Layer::load(file, kernels, &format!("encoder.blocks.{i}"), width);
        Ok(Self {
            first: Convolution::load(file, kernels, "encoder.conv1", mels, width, 1)?,
            second: Convolution::load(file, kernels, "encoder.conv2", width, width, 2)?,
            positions: file.tensor("encoder.positional_embedding", &[file.shape.audio_positions, width])?,
            layers: (0..file.shape.audio_layers).map(layer).collect::<Result<_, _>>()?,
            norm: norm(file, "encoder.ln_post", width)?,
            width,
        })
    }

    /// The states of `count` positions from mel frame `from` on, two frames each.
    pub(super) fn run(
        &self,
        kernels: &Kernels,
        mel: &Mel,
        from: usize,
        count: usize,
        s: &mut Scratch,
        stop: &Stop,
    ) -> Result<Vec<f32>, Cancelled> {
        let frames = self.first.apply(kernels, &mel.padded(from, 2 * count), 2 * count);
        // The second convolution has zeros on either side, too.
        let mut padded = vec![0.0; self.width];
        padded.extend(frames);
        padded.resize(padded.len() + self.width, 0.0);
        let mut states = self.second.apply(kernels, &padded, count);
        for (state, position) in states.iter_mut().zip(&self.positions) {
            *state += position;
        }
        let mut normal = Vec::new();
        let mut context = vec![0.0; states.len()];
        let mut projected = Vec::new();
        let mut wide = Vec::new();
        for layer in &self.layers {
            stop.check()?;
            layer.attention_norm.apply(&states, &mut normal);
            projected.resize(3 * states.len(), 0.0);
            layer.projections.apply(kernels, &normal, &mut projected, Then::Set, s);
            attend(kernels, &projected, self.width, HEAD, &mut context);
            layer.output.apply(kernels, &context, &mut states, Then::Add, s);
            layer.feed_norm.apply(&states, &mut normal);
            // In parts, so that the wide rows stay in the cache.
            for (normal, states) in normal.chunks(64 * self.width).zip(states.chunks_mut(64 * self.width)) {
                wide.resize(4 * normal.len(), 0.0);
                layer.widen.apply(kernels, normal, &mut wide, Then::Activate, s);
                layer.narrow.apply(kernels, &wide, states, Then::Add, s);
            }
        }
        self.norm.apply(&states, &mut normal);
        Ok(normal)
    }
}

impl Convolution {
    fn load(
        file: &File,
        kernels: &Kernels,
        name: &str,
        inputs: usize,
        outputs: usize,
        stride: usize,
    ) -> Result<Self, Fault> {
        let weights = file.tensor(&format!("{name}.weight"), &[outputs, inputs, 3])?;
        // From [output, input, place] to [place and input, output].
        let mut turned = vec![0.0; weights.len()];
        for (output, rest) in weights.chunks_exact(inputs * 3).enumerate() {
            for (input, places) in rest.chunks_exact(3).enumerate() {
                for (place, weight) in places.iter().enumerate() {
                    turned[(place * inputs + input) * outputs + output] = *weight;
                }
            }
        }
        let turned = NdTensorView::from_data([3 * inputs, outputs], turned.as_slice());
        let bias = file.tensor(&format!("{name}.bias"), &[outputs])?;
        Ok(Self { weights: kernels.floats.prepack_b(turned), bias, inputs, stride })
    }

    /// Rows with one more on either side into `count` rows, through the activation.
    fn apply(&self, kernels: &Kernels, padded: &[f32], count: usize) -> Vec<f32> {
        let windows = [count, 3 * self.inputs];
        let windows = NdTensorView::from_slice_with_strides(windows, padded, [self.stride * self.inputs, 1])
            .expect("the rows are padded");
        let mut out = vec![0.0; count * self.bias.len()];
        kernels.multiply(windows, &self.weights, &mut out);
        for row in out.chunks_exact_mut(self.bias.len()) {
            for (value, bias) in row.iter_mut().zip(&self.bias) {
                *value += bias;
            }
        }
        Gelu {}.map_mut(&mut out);
        out
    }
}

impl Layer {
    fn load(file: &File, kernels: &Kernels, name: &str, width: usize) -> Result<Self, Fault> {
        let linear = |part: &str, inputs, outputs| linear(file, kernels, &format!("{name}.{part}"), inputs, outputs);
        Ok(Self {
            attention_norm: norm(file, &format!("{name}.attn_ln"), width)?,
            projections: projections(file, kernels, &format!("{name}.attn"), width, &["query", "key", "value"])?,
            output: linear("attn.out", width, width)?,
            feed_norm: norm(file, &format!("{name}.mlp_ln"), width)?,
            widen: linear("mlp.0", width, 4 * width)?,
            narrow: linear("mlp.2", 4 * width, width)?,
        })
    }
}

/// A normalisation's weights.
pub(super) fn norm(file: &File, name: &str, width: usize) -> Result<Norm, Fault> {
    Ok(Norm {
        weight: file.tensor(&format!("{name}.weight"), &[width])?,
        bias: file.tensor(&format!("{name}.bias"), &[width])?,
        epsilon: 1e-5,
    })
}

/// A layer's weights.
pub(super) fn linear(
    file: &File,
    kernels: &Kernels,
    name: &str,
    inputs: usize,
    outputs: usize,
) -> Result<Linear, Fault> {
    let weights = file.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
    let bias = file.tensor(&format!("{name}.bias"), &[outputs])?;
    Ok(Linear::new(kernels, &weights, bias, inputs))
}

/// Some of an attention's projections as one layer. Queries are scaled here, keys have no bias.
pub(super) fn projections(
    file: &File,
    kernels: &Kernels,
    name: &str,
    width: usize,
    parts: &[&str],
) -> Result<Linear, Fault> {
    let (mut weights, mut bias) = (Vec::new(), Vec::new());
    for part in parts {
        let scale = if *part == "query" { (HEAD as f32).sqrt().recip() } else { 1.0 };
        weights.extend(file.tensor(&format!("{name}.{part}.weight"), &[width, width])?.iter().map(|w| w * scale));
        match *part {
            "key" => bias.resize(bias.len() + width, 0.0),
            _ => bias.extend(file.tensor(&format!("{name}.{part}.bias"), &[width])?.iter().map(|b| b * scale)),
        }
    }
    Ok(Linear::new(kernels, &weights, bias, width))
}
