//! The network of all-MiniLM-L6-v2 (Wang and others 2020, "MiniLM"; trained by sentence-transformers): BERT's encoder
//! with six layers over the embeddings of word pieces; a sentence is the mean of its pieces, brought to length 1.
//!
//! The build is fixed here; the weights come from the ONNX file, which must describe the same build. The pieces of several
//! sentences go through a layer as rows of one product, without padding; only attention keeps sentences apart.

use super::WIDTH;
use crate::neural::attention::attend;
use crate::neural::linear::{Kernels, Linear, ROWS, Scratch, Steps, Then};
use crate::neural::norm::Norm;
use crate::neural::onnx::Graph;

/// Pieces that have a row of their own.
pub(super) const PIECES: usize = 30_522;
/// Pieces of a sentence at most: what the network was trained with. The file has positions for more.
pub(super) const LONGEST: usize = 128;
/// Positions in the file.
const POSITIONS: usize = 512;
const LAYERS: usize = 6;
/// Width of an attention head.
const HEAD: usize = 32;
/// Width within a layer's second half.
const WIDE: usize = 1536;

/// The operators of the build: embeddings, one layer, mean.
const BEFORE: &str = "Shape Gather Range Cast Mul Gather Cast Mul Gather Add Add LayerNormalization \
                      Cast Unsqueeze Sub Mul";
const LAYER: &str = "Cast Mul MatMul Add Reshape Transpose Cast Mul MatMul Add Reshape Transpose \
                     Cast Mul MatMul Add Reshape Transpose MatMul Mul Add Softmax MatMul Transpose Reshape \
                     Cast Mul MatMul Add Add LayerNormalization Cast Mul MatMul Add Mul Erf Add Mul Mul \
                     Cast Mul MatMul Add Add LayerNormalization";
const AFTER: &str = "Unsqueeze Mul ReduceSum ReduceSum Div Mul ReduceSum Sqrt Div";
const OTHER_BUILD: &str = "it is no all-MiniLM-L6-v2";

/// The network.
pub(super) struct Network {
    /// A row a piece.
    pieces: Steps,
    /// A row a position, with what each piece of a single text gets.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    /// Queries, keys and values at once.
    projections: Linear,
    output: Linear,
    attention_norm: Norm,
    widen: Linear,
    narrow: Linear,
    feed_norm: Norm,
}

/// Numbers in rows, and what is added to each output.
#[derive(Default)]
struct Rows {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

/// The file, by the places of its operators.
struct Build<'a>(Graph<'a>);

impl Network {
    /// Reads an ONNX file. Says what is wrong with it.
    pub(super) fn read(file: &[u8]) -> Result<Self, &'static str> {
        let graph = Graph::read(file)?;
        let (before, layer) = (count(BEFORE), count(LAYER));
        let layers = std::iter::repeat_n(LAYER, LAYERS);
        let operators = [BEFORE].into_iter().chain(layers).chain([AFTER]).flat_map(str::split_whitespace);
        if !graph.nodes.iter().map(|node| node.operator).eq(operators.map(str::as_bytes)) {
            return Err(OTHER_BUILD);
        }
        let (build, kernels) = (Build(graph), Kernels::default());
        let pieces = build.table(3, PIECES)?;
        let positions = build.table(6, POSITIONS)?;
        let kind = build.numbers(10, 1, WIDTH)?;
        let positions = (0..LONGEST).flat_map(|at| positions.row(at).zip(&kind).map(|(x, kind)| x + kind)).collect();
        let layer = |i: usize| Layer::read(&build, &kernels, before + i * layer);
        Ok(Self { pieces, positions, norm: build.norm(11)?, layers: (0..LAYERS).map(layer).collect::<Result<_, _>>()? })
    }

    /// The embedding of each sentence, from the numbers of its pieces: at least one, at most [`LONGEST`], each below
    /// [`PIECES`].
    ///
    /// Call it through [`crate::neural::on_one_thread`].
    pub(super) fn embed(&self, kernels: &Kernels, sentences: &[Vec<u32>]) -> Vec<[f32; WIDTH]> {
        let mut scratch = Scratch::default();
        let mut sums = Vec::new();
        for sentence in sentences {
            for (piece, position) in sentence.iter().zip(self.positions.chunks_exact(WIDTH)) {
                sums.extend(self.pieces.row(*piece as usize).zip(position).map(|(x, position)| x + position));
            }
        }
        let mut states = Vec::new();
        self.norm.apply(&sums, &mut states);
        let (mut projected, mut context, mut wide) = (vec![0.0; 3 * states.len()], sums, Vec::new());
        for layer in &self.layers {
            layer.projections.apply(kernels, &states, &mut projected, Then::Set, &mut scratch);
            let mut from = 0;
            for sentence in sentences {
                let to = from + sentence.len() * WIDTH;
                attend(kernels, &projected[3 * from..3 * to], WIDTH, HEAD, &mut context[from..to]);
                from = to;
            }
            layer.output.apply(kernels, &context, &mut states, Then::Add, &mut scratch);
            layer.attention_norm.apply(&states, &mut context);
            // In parts, so that the wide rows stay in the cache.
            for rows in context.chunks_mut(ROWS * WIDTH) {
                wide.resize(rows.len() / WIDTH * WIDE, 0.0);
                layer.widen.apply(kernels, rows, &mut wide, Then::Activate, &mut scratch);
                layer.narrow.apply(kernels, &wide, rows, Then::Add, &mut scratch);
            }
            layer.feed_norm.apply(&context, &mut states);
        }
        let mut from = 0;
        let mean = |sentence: &Vec<u32>| {
            let rows = &states[from..from + sentence.len() * WIDTH];
            from += rows.len();
            direction(rows)
        };
        sentences.iter().map(mean).collect()
    }
}

/// The sum of rows at length 1, which is their mean at length 1; zeros when it has no direction.
fn direction(rows: &[f32]) -> [f32; WIDTH] {
    let mut sum = [0.0; WIDTH];
    for row in rows.chunks_exact(WIDTH) {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length.is_normal() { sum.map(|x| x / length) } else { [0.0; WIDTH] }
}

fn count(operators: &str) -> usize {
    operators.split_whitespace().count()
}

impl Layer {
    /// From the operators from number `at` on.
    fn read(build: &Build, kernels: &Kernels, at: usize) -> Result<Self, &'static str> {
        let [query, key, value, output, widen, narrow] = [0, 6, 12, 25, 31, 40].map(|place| at + place);
        // Scaling the queries here saves scaling all scores.
        let mut projections = build.rows(query, WIDTH, WIDTH)?;
        let scale = (HEAD as f32).sqrt().recip();
        projections.weights.iter_mut().chain(&mut projections.bias).for_each(|x| *x *= scale);
        for part in [key, value] {
            let Rows { weights, bias } = build.rows(part, WIDTH, WIDTH)?;
            projections.weights.extend(weights);
            projections.bias.extend(bias);
        }
        let linear = |rows: Rows, inputs| Linear::new(kernels, &rows.weights, rows.bias, inputs);
        Ok(Self {
            projections: linear(projections, WIDTH),
            output: linear(build.rows(output, WIDTH, WIDTH)?, WIDTH),
            attention_norm: build.norm(output + 5)?,
            widen: linear(build.rows(widen, WIDTH, WIDE)?, WIDTH),
            narrow: linear(build.rows(narrow, WIDE, WIDTH)?, WIDE),
            feed_norm: build.norm(narrow + 5)?,
        })
    }
}

impl Build<'_> {
    /// Weights that an operator takes: so many numbers.
    fn numbers(&self, operator: usize, input: usize, count: usize) -> Result<Vec<f32>, &'static str> {
        self.0.weights(&self.0.nodes[operator], input, &[count as u64])
    }

    /// Rows of [`WIDTH`] numbers with a scale each, which the operators from `at` on make single precision.
    fn table(&self, at: usize, rows: usize) -> Result<Steps, &'static str> {
        let steps = self.0.steps(&self.0.nodes[at], 0, &[rows as u64, WIDTH as u64])?;
        Ok(Steps::stored(steps, self.0.weights(&self.0.nodes[at + 1], 1, &[rows as u64, 1])?))
    }

    /// A layer's weights, a row an output. The file has a row an input, and a scale an output.
    fn rows(&self, at: usize, inputs: usize, outputs: usize) -> Result<Rows, &'static str> {
        let steps = self.0.steps(&self.0.nodes[at], 0, &[inputs as u64, outputs as u64])?;
        let scales = self.0.weights(&self.0.nodes[at + 1], 1, &[1, outputs as u64])?;
        let mut weights = Vec::with_capacity(steps.len());
        for (output, scale) in scales.iter().enumerate() {
            weights.extend(steps[output..].iter().step_by(outputs).map(|step| f32::from(*step) * scale));
        }
        Ok(Rows { weights, bias: self.numbers(at + 3, 1, outputs)? })
    }

    fn norm(&self, at: usize) -> Result<Norm, &'static str> {
        Ok(Norm { weight: self.numbers(at, 1, WIDTH)?, bias: self.numbers(at, 2, WIDTH)?, epsilon: 1e-12 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name)).unwrap()
    }

    #[test]
    fn another_or_a_damaged_network_is_refused() {
        let mut whole = file("all-minilm-l6-v2-int8.onnx");
        for length in (0..whole.len()).step_by(999_983) {
            assert!(Network::read(&whole[..length]).is_err());
        }
        for other in ["ge2e-voice-encoder.onnx", "silero-vad-sequence.onnx"] {
            assert_eq!(Network::read(&file(other)).err(), Some(OTHER_BUILD));
        }
        // Another operator; the operators stand in front of the weights.
        let softmax = whole.windows(9).position(|field| field == b"\x22\x07Softmax").unwrap() + 2;
        whole[softmax] = b'H';
        assert_eq!(Network::read(&whole).err(), Some(OTHER_BUILD));
        whole[softmax] = b'S';
        // Weights that go by another name.
        let name = whole.windows(5).rposition(|name| name == b"\x42\x03c32").unwrap();
        whole[name + 4] = b'x';
        assert_eq!(Network::read(&whole).err(), Some("weights are missing"));
    }

    #[test]
    fn rows_without_direction_give_none() {
        assert_eq!(direction(&[0.0; WIDTH]), [0.0; WIDTH]);
        assert_eq!(direction(&[f32::NAN; WIDTH]), [0.0; WIDTH]);
        let mut rows = [0.0; 2 * WIDTH];
        (rows[3], rows[WIDTH + 4]) = (3.0, 4.0);
        assert_eq!((direction(&rows)[3], direction(&rows)[4]), (0.6, 0.8));
    }
}
