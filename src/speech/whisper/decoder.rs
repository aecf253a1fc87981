//! Whisper's decoder: states of the audio and the tokens so far into the scores of the next token, for several chunks
//! at once, so that the weights are read once for all of them.

use super::alignment;
use super::attention::{Audio, Tokens};
use super::encoder::{linear, norm, projections};
use super::file::{Fault, File};
use crate::neural::linear::{Kernels, Linear, Scratch, Steps, Then};
use crate::neural::norm::Norm;

/// The decoder's weights.
pub(super) struct Decoder {
    /// A row a token.
    embedding: Steps,
    positions: Vec<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    /// The embedding once more, as the layer that scores tokens.
    scores: Linear,
    /// Heads that follow the audio, by layer and number.
    heads: Vec<(usize, usize)>,
    width: usize,
}

struct Layer {
    own_norm: Norm,
    /// Queries, keys and values at once.
    own: Linear,
    own_output: Linear,
    audio_norm: Norm,
    audio_query: Linear,
    /// Keys and values of the audio.
    audio: Linear,
    audio_output: Linear,
    feed_norm: Norm,
    widen: Linear,
    narrow: Linear,
}

/// What the decoder remembers of a chunk: its audio and its tokens so far.
#[derive(Default)]
pub(super) struct Memory {
    audio: Vec<Audio>,
    tokens: Vec<Tokens>,
    length: usize,
}

/// Tokens that follow what is remembered.
pub(super) struct Turn<'a> {
    pub(super) memory: &'a mut Memory,
    pub(super) tokens: &'a [u32],
}

/// Memory that is used again and again.
#[derive(Default)]
pub(super) struct Rows {
    states: Vec<f32>,
    normal: Vec<f32>,
    projected: Vec<f32>,
    seen: Vec<f32>,
    wide: Vec<f32>,
    fits: Vec<f32>,
    last: Vec<f32>,
    /// Scores of all tokens, a row a turn.
    pub(super) scores: Vec<f32>,
    /// For each turn, what the heads that follow the audio looked at, one after the other, in parts of 65,535.
    pub(super) looks: Vec<Vec<u16>>,
}

impl Decoder {
    pub(super) fn load(file: &File, kernels: &Kernels) -> Result<Self, Fault> {
        let (width, tokens) = (file.shape.text_width, file.shape.tokens);
        let embedding = file.tensor("decoder.token_embedding.weight", &[tokens, width])?;
        let layer = |i| Layer::load(file, kernels, &format!("decoder.blocks.{i}"), width);
        Ok(Self {
            scores: Linear::new(kernels, &embedding, vec![0.0; tokens], width),
            embedding: Steps::new(&embedding, width),
            positions: file.tensor("decoder.positional_embedding", &[file.shape.text_positions, width])?,
            layers: (0..file.shape.text_layers).map(layer).collect::<Result<_, _>>()?,
            norm: norm(file, "decoder.ln", width)?,
            heads: alignment::heads(&file.shape),
            width,
        })
    }

    /// Bytes that a chunk's [`Memory`] takes, about, with so many positions of audio.
    pub(super) fn memory_bytes(&self, positions: usize) -> usize {
        // Of the audio a byte for each key and value, of about a hundred tokens four.
        self.layers.len() * 2 * self.width * (positions + 4 * 128)
    }

    /// What is to be remembered of the encoder's states.
    pub(super) fn remember(&self, kernels: &Kernels, states: &[f32], s: &mut Scratch) -> Memory {
        let mut projected = vec![0.0; 2 * states.len()];
        let audio = self.layers.iter().map(|layer| {
            layer.audio.apply(kernels, states, &mut projected, Then::Set, s);
            Audio::new(&projected, self.width)
        });
        let audio = audio.collect();
        Memory { audio, tokens: self.layers.iter().map(|_| Tokens::default()).collect(), length: 0 }
    }

    /// How many heads follow the audio.
    pub(super) fn watched(&self) -> usize {
        self.heads.len()
    }

    /// Takes the next tokens of some chunks; leaves the scores of what follows the last of each in `rows.scores`.
    pub(super) fn step(&self, kernels: &Kernels, turns: &mut [Turn], rows: &mut Rows, s: &mut Scratch) {
        let width = self.width;
        rows.states.clear();
        for turn in turns.iter() {
            for (i, token) in turn.tokens.iter().enumerate() {
                let position = &self.positions[(turn.memory.length + i) * width..][..width];
                rows.states.extend(self.embedding.row(*token as usize).zip(position).map(|(e, p)| e + p));
            }
        }
        let size = rows.states.len();
        rows.seen.resize(size, 0.0);
        rows.wide.resize(4 * size, 0.0);
        rows.looks.clear();
        rows.looks.resize_with(turns.len(), Vec::new);
        for (index, layer) in self.layers.iter().enumerate() {
            layer.own_norm.apply(&rows.states, &mut rows.normal);
            rows.projected.resize(3 * size, 0.0);
            layer.own.apply(kernels, &rows.normal, &mut rows.projected, Then::Set, s);
            let mut each = rows.projected.chunks_exact(3 * width).zip(rows.seen.chunks_exact_mut(width));
            for turn in turns.iter_mut() {
                let tokens = &mut turn.memory.tokens[index];
                for (i, (row, seen)) in each.by_ref().take(turn.tokens.len()).enumerate() {
                    tokens.push(&row[width..2 * width], &row[2 * width..]);
                    tokens.look(&row[..width], turn.memory.length + i + 1, seen, &mut rows.fits);
                }
            }
            layer.own_output.apply(kernels, &rows.seen, &mut rows.states, Then::Add, s);

            layer.audio_norm.apply(&rows.states, &mut rows.normal);
            rows.projected.resize(size, 0.0);
            layer.audio_query.apply(kernels, &rows.normal, &mut rows.projected, Then::Set, s);
            let mut each = rows.projected.chunks_exact(width).zip(rows.seen.chunks_exact_mut(width));
            let heads = || self.heads.iter().filter(|(layer, _)| *layer == index).map(|(_, head)| *head);
            for (turn, looks) in turns.iter().zip(&mut rows.looks) {
                for (i, (query, seen)) in each.by_ref().take(turn.tokens.len()).enumerate() {
                    let last = i + 1 == turn.tokens.len();
                    turn.memory.audio[index].look(query, seen, &mut rows.fits, |head, weights| {
                        if last && heads().any(|h| h == head) {
                            looks.extend(weights.iter().map(|w| (w * 65535.0) as u16));
                        }
                    });
                }
            }
            layer.audio_output.apply(kernels, &rows.seen, &mut rows.states, Then::Add, s);

            layer.feed_norm.apply(&rows.states, &mut rows.normal);
            layer.widen.apply(kernels, &rows.normal, &mut rows.wide, Then::Activate, s);
            layer.narrow.apply(kernels, &rows.wide, &mut rows.states, Then::Add, s);
        }
        rows.last.clear();
        let mut end = 0;
        for turn in turns.iter_mut() {
            turn.memory.length += turn.tokens.len();
            end += turn.tokens.len();
            rows.last.extend_from_slice(&rows.states[(end - 1) * width..end * width]);
        }
        self.norm.apply(&rows.last, &mut rows.normal);
        rows.scores.resize(turns.len() * self.scores.outputs(), 0.0);
        self.scores.apply(kernels, &rows.normal, &mut rows.scores, Then::Set, s);
    }
}

impl Layer {
    fn load(file: &File, kernels: &Kernels, name: &str, width: usize) -> Result<Self, Fault> {
        let linear = |part: &str, inputs, outputs| linear(file, kernels, &format!("{name}.{part}"), inputs, outputs);
        let norm = |part: &str| norm(file, &format!("{name}.{part}"), width);
        let projections =
            |part: &str, parts: &[&str]| projections(file, kernels, &format!("{name}.{part}"), width, parts);
        Ok(Self {
            own_norm: norm("attn_ln")?,
            own: projections("attn", &["query", "key", "value"])?,
            own_output: linear("attn.out", width, width)?,
            audio_norm: norm("cross_attn_ln")?,
            audio_query: projections("cross_attn", &["query"])?,
            audio: projections("cross_attn", &["key", "value"])?,
            audio_output: linear("cross_attn.out", width, width)?,
            feed_norm: norm("mlp_ln")?,
            widen: linear("mlp.0", width, 4 * width)?,
            narrow: linear("mlp.2", 4 * width, width)?,
        })
    }
}
