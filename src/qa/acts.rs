//! What a sentence does among its neighbours, by their embeddings: a small network that was learned from the scripts.
//!
//! An embedding goes through a projection onto its main directions; those of seven neighbouring sentences through one
//! hidden layer give the probabilities of the classes and marks. Words that no script has are no obstacle here.

use super::candidates::{MARKS, Marks};
use super::embed::{Embedding, WIDTH};
use super::trees::logistic;
use super::words::{CLASSES, Shares};
use std::sync::OnceLock;

/// Main directions of an embedding.
const DIRECTIONS: usize = 128;
/// A sentence is seen with so many on either side.
const NEAR: usize = 3;
const WINDOW: usize = 2 * NEAR + 1;
const HIDDEN: usize = 192;
const OUTPUTS: usize = CLASSES.len() + MARKS.len();

/// What the network says of one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Act {
    /// Probabilities of [`CLASSES`].
    pub(super) shares: Shares,
    /// Probabilities of [`MARKS`].
    pub(super) marks: Marks,
}

impl Act {
    /// From the probabilities of classes and marks in one.
    pub(super) fn read(outputs: &[f32; OUTPUTS]) -> Self {
        let mut act = Self::default();
        let (shares, marks) = outputs.split_at(CLASSES.len());
        act.shares.copy_from_slice(shares);
        act.marks.copy_from_slice(marks);
        act
    }
}

/// The network, as `training/train.py` writes it: numbers in rows, one part behind the other.
struct Network {
    /// The mean embedding.
    center: Vec<f32>,
    /// A row of [`WIDTH`] a direction.
    directions: Vec<f32>,
    /// For each sentence of the window, and each hidden unit, a row of [`DIRECTIONS`].
    hidden: Vec<f32>,
    hidden_bias: Vec<f32>,
    /// A row of [`HIDDEN`] an output.
    output: Vec<f32>,
    output_bias: Vec<f32>,
}

const PARTS: [usize; 6] = [WIDTH, DIRECTIONS * WIDTH, WINDOW * HIDDEN * DIRECTIONS, HIDDEN, OUTPUTS * HIDDEN, OUTPUTS];

fn network() -> &'static Network {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    NETWORK.get_or_init(|| {
        let (numbers, _) = include_bytes!("acts.bin").as_chunks::<4>();
        assert_eq!(numbers.len(), PARTS.iter().sum::<usize>(), "the network is part of the program and tested");
        let mut numbers = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let parts = PARTS.map(|length| numbers.by_ref().take(length).collect());
        let [center, directions, hidden, hidden_bias, output, output_bias] = parts;
        Network { center, directions, hidden, hidden_bias, output, output_bias }
    })
}

/// The product of two rows. Sixteen sums side by side let the compiler use wide registers.
pub(super) fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    for (a, b) in a.iter().zip(b) {
        for k in 0..16 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// What each sentence does.
pub(super) fn read(embeddings: &[Embedding]) -> Vec<Act> {
    let network = network();
    let mut centered = [0.0; WIDTH];
    let mut project = |embedding: &Embedding| {
        for ((centered, x), center) in centered.iter_mut().zip(embedding.act).zip(&network.center) {
            *centered = x - center;
        }
        let mut projected = [0.0; DIRECTIONS];
        for (x, direction) in projected.iter_mut().zip(network.directions.chunks_exact(WIDTH)) {
            *x = product(&centered, direction);
        }
        projected
    };
    let projected: Vec<[f32; DIRECTIONS]> = embeddings.iter().map(&mut project).collect();
    (0..projected.len()).map(|i| network.act(&projected, i)).collect()
}

impl Network {
    fn act(&self, projected: &[[f32; DIRECTIONS]], i: usize) -> Act {
        let mut hidden: Vec<f32> = self.hidden_bias.clone();
        for (offset, weights) in self.hidden.chunks_exact(HIDDEN * DIRECTIONS).enumerate() {
            let Some(near) = (i + offset).checked_sub(NEAR).and_then(|at| projected.get(at)) else { continue };
            for (unit, row) in hidden.iter_mut().zip(weights.chunks_exact(DIRECTIONS)) {
                *unit += product(near, row);
            }
        }
        hidden.iter_mut().for_each(|unit| *unit = unit.max(0.0));
        let mut outputs = [0.0; OUTPUTS];
        for (output, (row, bias)) in outputs.iter_mut().zip(self.output.chunks_exact(HIDDEN).zip(&self.output_bias)) {
            *output = product(&hidden, row) + bias;
        }
        let (classes, marks) = outputs.split_at_mut(CLASSES.len());
        let most = classes.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        classes.iter_mut().for_each(|x| *x = (*x - most).exp());
        let sum: f32 = classes.iter().sum();
        classes.iter_mut().for_each(|x| *x /= sum);
        marks.iter_mut().for_each(|x| *x = logistic(*x));
        Act::read(&outputs)
    }
}
