//! Whether a ggml file is a whole Whisper model. whisper.cpp reads past a file's end without noticing when only the
//! last tensor is cut, and then transcribes nonsense; here every tensor's place is checked before that.
//!
//! The layout is that of whisper.cpp's converter: magic number, eleven numbers of the model's shape, mel filters,
//! vocabulary, then tensors, each with its shape, its type and its name.

use super::error::Damage;
use std::io::{self, BufRead, ErrorKind, Read, Seek};

/// The first bytes of a ggml file ("ggml" as a little-endian number).
pub(super) const MAGIC: &[u8] = b"lmgg";

/// Names and dimensions beyond this are no model's: a limit on what a wrong file can ask for.
const LONGEST_NAME: u32 = 256;

/// Checks that `file` holds a Whisper model from the first byte to the last tensor.
///
/// The outer error is one of reading, the inner what is wrong with the file.
pub(super) fn check(file: &mut (impl BufRead + Seek)) -> io::Result<Result<(), Damage>> {
    match walk(file) {
        Ok(verdict) => Ok(verdict),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Err(Damage::CutOff)),
        Err(error) => Err(error),
    }
}

fn walk(file: &mut (impl BufRead + Seek)) -> io::Result<Result<(), Damage>> {
    let length = file.seek(io::SeekFrom::End(0))?;
    file.rewind()?;
    let mut magic = [0; MAGIC.len()];
    if length < magic.len() as u64 {
        return Ok(Err(Damage::NotAModel));
    }
    file.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Ok(Err(Damage::NotAModel));
    }
    let mut shape = [0; 11];
    for number in &mut shape {
        *number = number_at(file)?;
    }
    let [_, _, _, _, encoder_layers, _, _, _, decoder_layers, _, _] = shape;
    let (mels, bins) = (number_at(file)?, number_at(file)?);
    skip(file, (u64::from(mels) * u64::from(bins)).saturating_mul(4))?;
    for _ in 0..number_at(file)? {
        let token = number_at(file)?;
        if token > LONGEST_NAME {
            return Ok(Err(Damage::NotAModel));
        }
        skip(file, u64::from(token))?;
    }
    let mut tensors = 0_u64;
    while file.stream_position()? < length {
        let (dimensions, name, kind) = (number_at(file)?, number_at(file)?, number_at(file)?);
        // A tensor of a kind that this table lacks is left to whisper.cpp to judge.
        let Some((block_values, block_bytes)) = block_of(kind) else { return Ok(Ok(())) };
        if !(1..=4).contains(&dimensions) || name > LONGEST_NAME {
            return Ok(Err(Damage::NotAModel));
        }
        let mut values = 1_u64;
        for _ in 0..dimensions {
            values = values.saturating_mul(u64::from(number_at(file)?));
        }
        skip(file, u64::from(name))?;
        skip(file, (values / block_values).saturating_mul(block_bytes))?;
        if file.stream_position()? > length {
            return Ok(Err(Damage::CutOff));
        }
        tensors += 1;
    }
    // Whisper's network: seven tensors before and after the encoder's layers, four around the decoder's.
    let expected = 11 + 15 * u64::from(encoder_layers) + 24 * u64::from(decoder_layers);
    Ok(if tensors < expected { Err(Damage::CutOff) } else { Ok(()) })
}

/// Values and bytes of a block of ggml's tensor types: f32, f16, q4_0, q4_1, q5_0, q5_1, q8_0.
fn block_of(kind: u32) -> Option<(u64, u64)> {
    match kind {
        0 => Some((1, 4)),
        1 => Some((1, 2)),
        2 => Some((32, 18)),
        3 => Some((32, 20)),
        6 => Some((32, 22)),
        7 => Some((32, 24)),
        8 => Some((32, 34)),
        _ => None,
    }
}

fn number_at(file: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn skip(file: &mut impl Seek, bytes: u64) -> io::Result<()> {
    let bytes = i64::try_from(bytes).map_err(|_| io::Error::from(ErrorKind::UnexpectedEof))?;
    match file.seek_relative(bytes) {
        // A jump past the largest offset: further than any file reaches.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Err(ErrorKind::UnexpectedEof.into()),
        outcome => outcome,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    /// A Whisper model of one encoder layer, no decoder layer and tensors of four values.
    pub(in crate::weights) fn tiny_model() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut put = |numbers: &[u32]| bytes.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
        put(&[2, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0]);
        put(&[1, 2]);
        put(&[0, 0]);
        put(&[2, 1]);
        bytes.extend(b"a");
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend(b"bc");
        for tensor in 0..26_u32 {
            bytes.extend([2, 3, 0, 2, 2].iter().flat_map(|n: &u32| n.to_le_bytes()));
            bytes.extend(format!("t{tensor:02}").bytes());
            bytes.extend([0; 16]);
        }
        bytes
    }

    fn verdict(bytes: &[u8]) -> Result<(), Damage> {
        check(&mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn a_model_is_whole_or_cut_at_every_single_byte() {
        let model = tiny_model();
        assert_eq!(verdict(&model), Ok(()));
        for length in MAGIC.len()..model.len() {
            assert_eq!(verdict(&model[..length]), Err(Damage::CutOff), "cut at {length}");
        }
    }

    #[test]
    fn a_page_is_no_model() {
        assert_eq!(verdict(b"<!DOCTYPE html>"), Err(Damage::NotAModel));
        assert_eq!(verdict(b"lm"), Err(Damage::NotAModel));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic_or_allocate(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut bytes = MAGIC.to_vec();
            bytes.extend(tail);
            let _ = verdict(&bytes);
        }
    }
}
