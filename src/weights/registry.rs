//! The models that the product knows, as data: those that ship in `models/` and those that can be pulled.

use std::fmt;

/// Speech detection, for the stage `speech`.
pub const SPEECH_DETECTION: &str = "silero-vad-sequence";
/// The voice encoder, for the stage `speakers`.
pub const VOICES: &str = "ge2e-voice-encoder";

/// The detector of overlapping speech, for the stage `speakers`.
pub const OVERLAPS: &str = "pyannote-segmentation";

/// The sentence embedder and its list of word pieces, for the stage `qa`.
pub const SENTENCES: &str = "all-minilm-l6-v2";
/// See [`SENTENCES`].
pub const WORD_PIECES: &str = "all-minilm-l6-v2-tokenizer";

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Turns speech into text: a ggml file of whisper.cpp.
    Transcription,
    /// Tells speech from silence and music.
    SpeechDetection,
    /// Tells voices apart.
    Voices,
    /// Tells where several people speak at once.
    Overlaps,
    /// Tells how alike sentences are.
    Sentences,
    /// Cuts sentences for that: a list of word pieces.
    WordPieces,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transcription => "transcription",
            Self::SpeechDetection => "speech detection",
            Self::Voices => "voices",
            Self::Overlaps => "overlapping speech",
            Self::Sentences => "like sentences",
            Self::WordPieces => "like sentences: words",
        })
    }
}

/// A model that the product knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelFile {
    /// The name that people and `spinetime.toml` use.
    pub name: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// The file's exact size.
    pub bytes: u64,
    /// The file's SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// What to expect of it, in a few words.
    pub note: &'static str,
    /// The licence of the weights, as an SPDX identifier.
    pub licence: &'static str,
    /// Who made the weights: the attribution where the licence asks for one.
    pub source: &'static str,
}

impl ModelFile {
    /// Whether `start`, the file's first bytes, can begin a model of this kind: ggml's magic number, or the field of
    /// an ONNX file that comes first (`ir_version`, a protobuf varint with number 1), or the brace of a JSON file.
    #[must_use]
    pub fn begins_with(&self, start: &[u8]) -> bool {
        match self.purpose {
            Purpose::Transcription => start.starts_with(super::ggml::MAGIC),
            Purpose::SpeechDetection | Purpose::Voices | Purpose::Overlaps | Purpose::Sentences => {
                start.starts_with(&[0x08])
            }
            Purpose::WordPieces => start.starts_with(b"{"),
        }
    }
}

/// The models in the source's folder `models/`. `models/README.md` tells how each was made.
#[must_use]
pub fn shipped() -> &'static [ModelFile] {
    const {
        &[
            ModelFile {
                name: "tiny.en-q8_0",
                file: "ggml-tiny.en-q8_0.bin",
                bytes: 43_550_778,
                sha256: "f4c266b1c7a9013d88821dc4a75c1a9af1c40ada6d276da14479c3d7ec5df856",
                purpose: Purpose::Transcription,
                note: "English; fast",
                licence: "MIT",
                source: "OpenAI Whisper tiny.en",
            },
            ModelFile {
                name: SPEECH_DETECTION,
                file: "silero-vad-sequence.onnx",
                bytes: 1_246_165,
                sha256: "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
                purpose: Purpose::SpeechDetection,
                note: "any language",
                licence: "MIT",
                source: "Silero VAD 6.2, Silero Team",
            },
            ModelFile {
                name: VOICES,
                file: "ge2e-voice-encoder.onnx",
                bytes: 5_695_328,
                sha256: "6b4eb5a6bb87e1412b77fc4dc34da874a00b5f8de4eb66019d3b95ad2126bb4e",
                purpose: Purpose::Voices,
                note: "256 values a voice",
                licence: "Apache-2.0",
                source: "Resemblyzer, Resemble AI",
            },
            ModelFile {
                name: OVERLAPS,
                file: "pyannote-segmentation-int8.onnx",
                bytes: 1_532_398,
                sha256: "ee5a16a3fe3256ffa97580a0488ea06ed68b7fb0a6050b9797a66f3275352125",
                purpose: Purpose::Overlaps,
                note: "where people speak at once",
                licence: "CC-BY-4.0",
                source: "pyannote community-1 segmentation, pyannote.ai",
            },
            ModelFile {
                name: SENTENCES,
                file: "all-minilm-l6-v2-int8.onnx",
                bytes: 22_881_369,
                sha256: "6ac91a063e70b953142f1eab63bf6a0d6011b076c740e8f71b15fd40eff703e5",
                purpose: Purpose::Sentences,
                note: "English; 384 values a sentence",
                licence: "Apache-2.0",
                source: "all-MiniLM-L6-v2, sentence-transformers",
            },
            ModelFile {
                name: WORD_PIECES,
                file: "all-minilm-l6-v2-tokenizer.json",
                bytes: 466_247,
                sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                purpose: Purpose::WordPieces,
                note: "30 522 pieces",
                licence: "Apache-2.0",
                source: "all-MiniLM-L6-v2, sentence-transformers",
            },
        ]
    }
}

/// What the makers of whisper.cpp publish and `spinetime models pull NAME` brings, smallest first. Sizes and
/// checksums are those of the published files.
#[must_use]
pub fn pullable() -> &'static [ModelFile] {
    const fn whisper(
        name: &'static str,
        file: &'static str,
        bytes: u64,
        sha256: &'static str,
        note: &'static str,
    ) -> ModelFile {
        let (purpose, licence, source) = (Purpose::Transcription, "MIT", "OpenAI Whisper, published by whisper.cpp");
        ModelFile { name, file, bytes, sha256, purpose, note, licence, source }
    }
    const {
        &[
            whisper(
                "tiny.en",
                "ggml-tiny.en.bin",
                77_704_715,
                "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f",
                "English; the shipped model before its weights were shortened",
            ),
            whisper(
                "base.en",
                "ggml-base.en.bin",
                147_964_211,
                "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002",
                "English; better, twice as large as tiny",
            ),
            whisper(
                "small.en",
                "ggml-small.en.bin",
                487_614_201,
                "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d",
                "English; good, six times as large as tiny",
            ),
            whisper(
                "large-v3-turbo-q5_0",
                "ggml-large-v3-turbo-q5_0.bin",
                574_041_195,
                "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2",
                "all languages; nearly the best",
            ),
            whisper(
                "medium.en",
                "ggml-medium.en.bin",
                1_533_774_781,
                "cc37e93478338ec7700281a7ac30a10128929eb8f427dda2e865faa8f6da4356",
                "English; very good, slow",
            ),
            whisper(
                "large-v3-turbo",
                "ggml-large-v3-turbo.bin",
                1_624_555_275,
                "1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69",
                "all languages; nearly the best, weights unshortened",
            ),
            whisper(
                "large-v3",
                "ggml-large-v3.bin",
                3_095_033_483,
                "64d182b440b98d5203c4f9bd541544d84c605196c4f7b845dfa11fb23594d1e2",
                "all languages; the best and the slowest",
            ),
        ]
    }
}

/// The model with this name or file name, and whether it ships.
pub(super) fn named(wanted: &str) -> Option<(&'static ModelFile, bool)> {
    let by = |model: &&ModelFile| model.name == wanted || model.file == wanted;
    let own = shipped().iter().find(by).map(|model| (model, true));
    own.or_else(|| pullable().iter().find(by).map(|model| (model, false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DEFAULT_MODEL;
    use crate::model::Digest;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_checksums_are_checksums() {
        let all: Vec<&ModelFile> = shipped().iter().chain(pullable()).collect();
        assert_eq!(all.iter().map(|m| m.name).collect::<HashSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|m| m.file).collect::<HashSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|m| m.sha256).collect::<HashSet<_>>().len(), all.len());
        for model in all {
            assert!(model.sha256.parse::<Digest>().is_ok(), "{}", model.name);
            assert!(model.purpose != Purpose::Transcription || model.file == format!("ggml-{}.bin", model.name));
        }
        assert!(named(DEFAULT_MODEL).is_some_and(|(_, ships)| ships));
    }
}
