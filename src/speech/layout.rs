//! What a Whisper model file must look like: read before whisper.cpp loads it, because whisper.cpp takes a file that
//! ends early for a good one, and trusts every length in it.

use super::SpeechError;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

const MAGIC: u32 = 0x6767_6d6c;
/// Tokens of the English models; the multilingual ones have more.
const ENGLISH_TOKENS: i32 = 51_864;
/// Bytes of a token's text, dimensions and length of a tensor's name in real models are far below these.
const LONGEST_TOKEN: u32 = 1024;
const MOST_DIMENSIONS: i32 = 4;
const LONGEST_NAME: i32 = 256;

/// The head of a model file whose parts all are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    tokens: i32,
    audio_positions: i32,
}

enum Fault {
    Io(io::Error),
    Damaged(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Damaged("it ends early") } else { Self::Io(error) }
    }
}

impl Layout {
    /// Reads the head and walks over everything behind it.
    pub(super) fn read(path: &Path) -> Result<Self, SpeechError> {
        let walk = || -> Result<Self, Fault> {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            walk(&mut BufReader::new(file), length)
        };
        walk().map_err(|fault| match fault {
            Fault::Io(source) => SpeechError::ModelMissing { path: path.to_owned(), source },
            Fault::Damaged(reason) => SpeechError::ModelDamaged { path: path.to_owned(), reason: reason.into() },
        })
    }

    /// Whether the model knows languages besides English.
    pub(super) fn multilingual(self) -> bool {
        self.tokens > ENGLISH_TOKENS
    }

    /// Positions of the encoder's whole window.
    pub(super) fn audio_positions(self) -> usize {
        self.audio_positions as usize
    }
}

fn walk(file: &mut (impl Read + Seek), length: u64) -> Result<Layout, Fault> {
    if int(file)? as u32 != MAGIC {
        return Err(Fault::Damaged("it is no Whisper model in ggml format"));
    }
    let mut head = [0; 11];
    for value in &mut head {
        *value = int(file)?;
    }
    let [tokens, audio_positions, .., mels, _] = head;
    let layers = |n: i32| (1..=64).contains(&n);
    if !(ENGLISH_TOKENS..=ENGLISH_TOKENS + 64).contains(&tokens)
        || audio_positions != 1500
        || !layers(head[4])
        || !layers(head[8])
        || ![80, 128].contains(&mels)
    {
        return Err(Fault::Damaged("its head makes no sense"));
    }
    let (filters, width) = (int(file)?, int(file)?);
    skip(file, length, u64::from(filters.unsigned_abs()) * u64::from(width.unsigned_abs()) * 4)?;
    for _ in 0..int(file)? {
        let bytes = int(file)? as u32;
        if bytes > LONGEST_TOKEN {
            return Err(Fault::Damaged("its vocabulary makes no sense"));
        }
        skip(file, length, u64::from(bytes))?;
    }
    let mut tensors = 0;
    while file.stream_position()? < length {
        tensor(file, length)?;
        tensors += 1;
    }
    // whisper.cpp counts them exactly, but takes a file without any for a test.
    if tensors == 0 { Err(Fault::Damaged("it ends early")) } else { Ok(Layout { tokens, audio_positions }) }
}

fn tensor(file: &mut (impl Read + Seek), length: u64) -> Result<(), Fault> {
    let (dimensions, name, kind) = (int(file)?, int(file)?, int(file)?);
    if !(1..=MOST_DIMENSIONS).contains(&dimensions) || !(1..=LONGEST_NAME).contains(&name) {
        return Err(Fault::Damaged("a part of it makes no sense"));
    }
    let mut elements: u64 = 1;
    for _ in 0..dimensions {
        elements = elements.saturating_mul(u64::from(int(file)?.unsigned_abs()));
    }
    let (block, bytes) = block_of(kind).ok_or(Fault::Damaged("it is stored in an unknown precision"))?;
    skip(file, length, u64::from(name.unsigned_abs()).saturating_add((elements / block).saturating_mul(bytes)))
}

/// Elements and bytes of a block of ggml's number formats, by their number in `ggml.h`.
fn block_of(kind: i32) -> Option<(u64, u64)> {
    Some(match kind {
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
    })
}

fn int(file: &mut impl Read) -> Result<i32, Fault> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(i32::from_le_bytes(bytes))
}

fn skip(file: &mut impl Seek, length: u64, bytes: u64) -> Result<(), Fault> {
    let at = file.stream_position()?;
    if bytes > length.saturating_sub(at) {
        return Err(Fault::Damaged("it ends early"));
    }
    // The distance is at most the file's length here.
    let Ok(distance) = i64::try_from(bytes) else { return Err(Fault::Damaged("it ends early")) };
    file.seek_relative(distance)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;
    use std::sync::LazyLock;

    static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin")).unwrap()
    });

    fn read(bytes: &[u8]) -> Option<Layout> {
        walk(&mut Cursor::new(bytes), bytes.len() as u64).ok()
    }

    #[test]
    fn the_shipped_model_is_whole_and_english() {
        let layout = read(&MODEL).unwrap();
        assert!(!layout.multilingual());
        assert_eq!(layout.audio_positions(), 1500);
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        assert!(read(b"").is_none());
        assert!(read(b"<!DOCTYPE html><title>Not found</title>").is_none());
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Layout::read(&folder.path().join("none.bin")), Err(SpeechError::ModelMissing { .. })));
        assert!(matches!(Layout::read(folder.path()), Err(SpeechError::ModelMissing { .. })));
    }

    proptest! {
        #[test]
        fn a_file_that_ends_early_is_refused(part in 0.0f64..1.0) {
            // One byte less is as bad as half.
            prop_assert!(read(&MODEL[..MODEL.len() - 1]).is_none());
            let length = (MODEL.len() as f64 * part) as usize;
            // Behind a whole part of the model the file looks well: the loader counts the parts.
            if let Some(layout) = read(&MODEL[..length]) {
                prop_assert_eq!(layout.audio_positions(), 1500);
            }
        }

        #[test]
        fn no_head_makes_it_panic(head in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = MAGIC.to_le_bytes().to_vec();
            bytes.extend_from_slice(&head);
            let _ = read(&bytes);
            bytes.splice(4..4, MODEL[4..48].iter().copied());
            let _ = read(&bytes);
        }
    }
}
