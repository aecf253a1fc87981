//! Whisper's weights in a ggml file: magic number, numbers of the model, mel filters, vocabulary, then one tensor after
//! the other (`whisper.cpp`, `models/convert-pt-to-ggml.py`, describes it).
//!
//! whisper.cpp reads such a file without looking and ends the whole process when a part of it makes no sense, so every
//! model is walked through here first, whichever engine reads it.

use std::collections::HashMap;
use std::ops::Range;

/// `ggml`, little endian.
const MAGIC: u32 = 0x6767_6d6c;
/// Vocabulary of the models that know English only.
const ENGLISH_TOKENS: usize = 51864;
/// Tokens of a vocabulary but for the languages; one more in the models that know several.
const WITHOUT_LANGUAGES: u32 = 51765;
/// whisper.cpp stores a tensor's name in 64 bytes and knows four dimensions.
const LONGEST_NAME: usize = 63;
const MOST_DIMENSIONS: usize = 4;
const LONGEST_TOKEN: usize = 1024;
/// Bins of the spectrum of 400 samples.
pub(in crate::speech) const BINS: usize = 201;

/// Why a model's file is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::speech) enum Fault {
    /// It is no model, or only a part of one.
    #[error("{0}")]
    Damaged(&'static str),
    /// Its numbers are stored in a form that only whisper.cpp reads.
    #[error("its numbers are stored in a form that is not known here")]
    Format,
}

/// The numbers of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::speech) struct Shape {
    /// Tokens of the vocabulary, special ones and time stamps included.
    pub(in crate::speech) tokens: usize,
    /// Positions of the encoder: 1500 for 30 s.
    pub(in crate::speech) audio_positions: usize,
    /// Width of the encoder.
    pub(in crate::speech) audio_width: usize,
    /// Attention heads of the encoder.
    pub(in crate::speech) audio_heads: usize,
    /// Layers of the encoder.
    pub(in crate::speech) audio_layers: usize,
    /// Positions of the decoder: 448.
    pub(in crate::speech) text_positions: usize,
    /// Width of the decoder.
    pub(in crate::speech) text_width: usize,
    /// Attention heads of the decoder.
    pub(in crate::speech) text_heads: usize,
    /// Layers of the decoder.
    pub(in crate::speech) text_layers: usize,
    /// Mel bands: 80, or 128 from large-v3 on.
    pub(in crate::speech) mels: usize,
}

impl Shape {
    /// Whether the model knows other languages than English.
    pub(in crate::speech) fn multilingual(&self) -> bool {
        self.tokens > ENGLISH_TOKENS
    }

    /// Languages that have a token, by the first numbers of whisper.cpp's list. A model for English has the tokens, too.
    pub(in crate::speech) fn languages(&self) -> u32 {
        self.tokens as u32 - WITHOUT_LANGUAGES - u32::from(self.multilingual())
    }
}

/// A model's file in memory, walked through.
#[derive(Debug)]
pub(in crate::speech) struct File<'a> {
    /// The numbers.
    pub(in crate::speech) shape: Shape,
    /// Mel filters: a row of [`BINS`] weights a band.
    pub(in crate::speech) filters: Vec<f32>,
    /// The bytes of each text token, by id.
    pub(in crate::speech) vocabulary: Vec<&'a [u8]>,
    tensors: HashMap<&'a str, Tensor>,
    bytes: &'a [u8],
}

#[derive(Debug, Clone)]
struct Tensor {
    format: Format,
    /// Fastest dimension first, as ggml has it.
    dimensions: Vec<usize>,
    data: Range<usize>,
}

/// ggml's number formats by their number in `ggml.h`: elements and bytes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format {
    number: u32,
    elements: usize,
    bytes: usize,
}

impl Format {
    fn of(number: u32) -> Option<Self> {
        let (elements, bytes) = match number {
            0 => (1, 4),
            1 => (1, 2),
            2 => (32, 18),
            3 => (32, 20),
            6 => (32, 22),
            7 => (32, 24),
            8 => (32, 34),
            10 => (256, 84),
            11 => (256, 110),
            12 => (256, 144),
            13 => (256, 176),
            14 => (256, 210),
            _ => return None,
        };
        Some(Self { number, elements, bytes })
    }
}

impl<'a> File<'a> {
    /// Walks through a model's bytes.
    pub(in crate::speech) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut walk = Walk { bytes, at: 0 };
        if walk.int().ok() != Some(MAGIC) {
            return Err(Fault::Damaged("it is no Whisper model in ggml format"));
        }
        let mut head = [0; 11];
        for value in &mut head {
            *value = walk.size()?;
        }
        let [tokens, audio_positions, audio_width, audio_heads, audio_layers, rest @ ..] = head;
        let [text_positions, text_width, text_heads, text_layers, mels, _] = rest;
        let shape = Shape {
            tokens,
            audio_positions,
            audio_width,
            audio_heads,
            audio_layers,
            text_positions,
            text_width,
            text_heads,
            text_layers,
            mels,
        };
        let few = |n: usize| (1..=64).contains(&n);
        let wide = |n: usize| (64..=8192).contains(&n) && n.is_multiple_of(64);
        if !(ENGLISH_TOKENS..=ENGLISH_TOKENS + 64).contains(&tokens)
            || audio_positions != 1500
            || text_positions != 448
            || ![audio_layers, text_layers, audio_heads, text_heads].into_iter().all(few)
            || !wide(audio_width)
            || [audio_width, text_width] != [64 * audio_heads, 64 * text_heads]
            || text_width != audio_width
            || ![80, 128].contains(&mels)
        {
            return Err(Fault::Damaged("its head makes no sense"));
        }
        if (walk.size()?, walk.size()?) != (mels, BINS) {
            return Err(Fault::Damaged("its mel filters make no sense"));
        }
        let filters = floats(walk.take(mels * BINS * 4)?);
        let count = walk.size()?;
        if count > tokens {
            return Err(Fault::Damaged("its vocabulary makes no sense"));
        }
        let mut vocabulary = Vec::with_capacity(count);
        for _ in 0..count {
            let length = walk.size()?;
            if length > LONGEST_TOKEN {
                return Err(Fault::Damaged("its vocabulary makes no sense"));
            }
            vocabulary.push(walk.take(length)?);
        }
        let mut tensors = HashMap::new();
        while walk.at < bytes.len() {
            let (name, tensor) = walk.tensor()?;
            tensors.insert(name, tensor);
        }
        // whisper.cpp counts them exactly, but takes a file without any for a test.
        if tensors.is_empty() {
            return Err(Fault::Damaged("it ends early"));
        }
        Ok(Self { shape, filters, vocabulary, tensors, bytes })
    }

    /// The numbers of tensor `name`, the last dimension of `dimensions` the fastest, ones left out or not.
    pub(in crate::speech) fn tensor(&self, name: &str, dimensions: &[usize]) -> Result<Vec<f32>, Fault> {
        let tensor = self.tensors.get(name).ok_or(Fault::Damaged("a part of it is missing"))?;
        let without_ones = |all: &mut dyn Iterator<Item = usize>| all.filter(|n| *n != 1).collect::<Vec<_>>();
        let (found, wanted) = (&mut tensor.dimensions.iter().rev().copied(), &mut dimensions.iter().copied());
        if without_ones(found) != without_ones(wanted) {
            return Err(Fault::Damaged("a part of it has another size than its head says"));
        }
        let numbers = numbers(tensor.format, &self.bytes[tensor.data.clone()]).ok_or(Fault::Format)?;
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(numbers)
        } else {
            Err(Fault::Damaged("some of its weights are no numbers"))
        }
    }
}

/// A place in the file.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let end = self.at.saturating_add(length);
        let taken = self.bytes.get(self.at..end).ok_or(Fault::Damaged("it ends early"))?;
        self.at = end;
        Ok(taken)
    }

    fn int(&mut self) -> Result<u32, Fault> {
        let bytes = self.take(4)?;
        Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    fn size(&mut self) -> Result<usize, Fault> {
        // Negative numbers become far too large ones.
        Ok(self.int()? as usize)
    }

    fn tensor(&mut self) -> Result<(&'a str, Tensor), Fault> {
        let nonsense = Fault::Damaged("a part of it makes no sense");
        let (count, name, format) = (self.size()?, self.size()?, self.int()?);
        if !(1..=MOST_DIMENSIONS).contains(&count) || !(1..=LONGEST_NAME).contains(&name) {
            return Err(nonsense);
        }
        let mut dimensions = Vec::with_capacity(count);
        for _ in 0..count {
            dimensions.push(self.size()?);
        }
        let format = Format::of(format).ok_or(Fault::Damaged("it is stored in an unknown precision"))?;
        let name = std::str::from_utf8(self.take(name)?).map_err(|_| nonsense)?;
        let elements = dimensions.iter().fold(1usize, |all, n| all.saturating_mul(*n));
        let start = self.at;
        self.take((elements / format.elements).saturating_mul(format.bytes))?;
        Ok((name, Tensor { format, dimensions, data: start..self.at }))
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// Half precision (IEEE 754 binary16) as single.
fn half(bytes: [u8; 2]) -> f32 {
    let bits = u32::from(u16::from_le_bytes(bytes));
    let (sign, exponent, fraction) = ((bits & 0x8000) << 16, bits >> 10 & 0x1f, bits & 0x3ff);
    match (exponent, fraction) {
        // 2^-24 a step below the smallest normal number.
        (0, f) => f32::from_bits(sign | (f as f32 * f32::from_bits(0x3380_0000)).to_bits()),
        (31, f) => f32::from_bits(sign | 0x7f80_0000 | f << 13),
        (e, f) => f32::from_bits(sign | (e + 112) << 23 | f << 13),
    }
}

/// The numbers of a tensor; `None` for formats that are left to whisper.cpp. Blocks as in ggml's `ggml-common.h`.
fn numbers(format: Format, data: &[u8]) -> Option<Vec<f32>> {
    let two = |b: &[u8]| half([b[0], b[1]]);
    if format.number == 0 {
        return Some(floats(data));
    }
    let mut all = Vec::with_capacity(data.len() / format.bytes * format.elements);
    for block in data.chunks_exact(format.bytes) {
        match format.number {
            1 => all.push(two(block)),
            8 => all.extend(block[2..].iter().map(|q| two(block) * f32::from(*q as i8))),
            // Four bits and, for q5, a fifth each; an offset (q4_0, q5_0) or a smallest value (q4_1, q5_1).
            2 | 3 | 6 | 7 => {
                let (five, minimum) = (format.number >= 6, matches!(format.number, 3 | 7));
                let (step, rest) = (two(block), &block[if minimum { 4 } else { 2 }..]);
                let (high, low) = rest.split_at(if five { 4 } else { 0 });
                let high = high.iter().rev().fold(0u32, |bits, b| bits << 8 | u32::from(*b));
                let start = match (minimum, five) {
                    (true, _) => two(&block[2..]),
                    (false, true) => -16.0 * step,
                    (false, false) => -8.0 * step,
                };
                let value = |i: usize| {
                    let nibble = if i < 16 { low[i] & 15 } else { low[i - 16] >> 4 };
                    start + step * (u32::from(nibble) | (high >> i & 1) << 4) as f32
                };
                all.extend((0..32).map(value));
            }
            _ => return None,
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::LazyLock;

    static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin")).unwrap()
    });

    #[test]
    fn the_shipped_model_is_whole_and_english() {
        let file = File::read(&MODEL).unwrap();
        assert!(!file.shape.multilingual());
        assert_eq!(file.shape.audio_positions, 1500);
        assert_eq!(file.vocabulary[383], b" The");
        let bias = file.tensor("decoder.ln.bias", &[384]).unwrap();
        assert!(bias.iter().all(|b| b.is_finite()) && bias.iter().any(|b| *b != 0.0));
        assert!(file.tensor("decoder.ln.bias", &[385]).is_err());
        assert!(file.tensor("decoder.none", &[1]).is_err());
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        assert!(File::read(b"").is_err());
        assert!(File::read(b"<!DOCTYPE html><title>Not found</title>").is_err());
    }

    #[test]
    fn half_precision_is_exact() {
        let value = |bits: u16| half(bits.to_le_bytes());
        assert_eq!(value(0x3c00), 1.0);
        assert_eq!(value(0xc500), -5.0);
        assert_eq!(value(0x0001), 2f32.powi(-24));
        assert_eq!(value(0x8000).to_bits(), (-0.0f32).to_bits());
        assert_eq!(value(0x7c00), f32::INFINITY);
    }

    #[test]
    fn blocks_are_read_as_ggml_writes_them() {
        let of = |number| Format::of(number).unwrap();
        let one = [0x00, 0x3c];
        let eight = [&one[..], &[1, 0xff], &[0; 30]].concat();
        assert_eq!(numbers(of(8), &eight).unwrap()[..3], [1.0, -1.0, 0.0]);
        // The first element in the low half of the first byte, the 17th in the high one.
        let four = [&one[..], &[0x3f], &[0x88; 15]].concat();
        let read = numbers(of(2), &four).unwrap();
        assert_eq!((read[0], read[16], read[1]), (7.0, -5.0, 0.0));
        // Fifth bits of the first and the 17th; the smallest value is 1.
        let five = [&one[..], &one[..], &[1, 0, 1, 0], &[0x21], &[0; 15]].concat();
        let read = numbers(of(7), &five).unwrap();
        assert_eq!((read[0], read[16], read[1]), (18.0, 19.0, 1.0));
        assert!(numbers(of(12), &[0; 144]).is_none());
    }

    proptest! {
        #[test]
        fn a_file_that_ends_early_is_refused(part in 0.0f64..1.0) {
            // One byte less is as bad as half.
            prop_assert!(File::read(&MODEL[..MODEL.len() - 1]).is_err());
            let length = (MODEL.len() as f64 * part) as usize;
            // Behind a whole tensor the file looks well: a missing one is noticed when it is asked for.
            if let Ok(file) = File::read(&MODEL[..length]) {
                prop_assert!(file.tensors.len() < 167);
            }
        }

        #[test]
        fn no_head_makes_it_panic(head in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = MAGIC.to_le_bytes().to_vec();
            bytes.extend_from_slice(&head);
            let _ = File::read(&bytes);
            bytes.splice(4..4, MODEL[4..48].iter().copied());
            let _ = File::read(&bytes);
        }
    }
}
