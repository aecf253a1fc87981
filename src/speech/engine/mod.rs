//! The recogniser: packed audio in, tokens with probabilities and the model's own time stamps out.
//!
//! Models are read by our own [`whisper`](super::whisper); those whose numbers are stored in one of ggml's K formats,
//! which it does not know, by whisper.cpp ([`cpp`]). What is read again, and how, is decided by [`super::guard`].

mod cpp;

use super::whisper::file::{Fault, File};
use super::whisper::{Session, Whisper};
use super::{SpeechError, Stop};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A loaded model. Clones share it.
#[derive(Clone)]
pub(super) struct Model {
    path: PathBuf,
    engine: Engine,
}

#[derive(Clone)]
enum Engine {
    Own {
        whisper: Arc<Whisper>,
        /// Its number among the languages.
        language: u32,
    },
    Cpp(cpp::Model),
}

/// How a chunk is to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Manner<'a> {
    /// Vocabulary that the model sees before the audio, as tokens; empty for none.
    pub(super) prompt: &'a [u32],
    /// Whether the encoder sees its whole window of 30 s, silence behind the audio, as in its training.
    pub(super) whole_context: bool,
    /// 0 takes the most probable token, above that tokens are drawn.
    pub(super) temperature: f32,
}

/// What the model wrote.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Decoded {
    /// In order.
    pub(super) segments: Vec<Segment>,
    /// The model's probability that nobody speaks, the highest of its windows.
    pub(super) no_speech: f32,
}

/// Text between two of the model's time stamps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    /// Seconds from the start of the chunk.
    pub(super) start: f32,
    /// Seconds from the start of the chunk.
    pub(super) end: f32,
    /// Text tokens, in order.
    pub(super) tokens: Vec<Token>,
}

/// A text token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// Its bytes, with the space before a word; a part of a character is possible.
    pub(super) bytes: Vec<u8>,
    /// Its probability.
    pub(super) probability: f32,
    /// The logarithm of its probability.
    pub(super) log_probability: f32,
    /// When it begins by what the model looked at, in seconds from the start of the chunk, if known.
    pub(super) start: Option<f32>,
}

impl Decoded {
    /// Mean log probability of the tokens; 0 without any.
    pub(super) fn log_probability(&self) -> f32 {
        let tokens = || self.segments.iter().flat_map(|s| &s.tokens);
        tokens().map(|t| t.log_probability).sum::<f32>() / tokens().count().max(1) as f32
    }
}

impl Model {
    /// Loads a model for a language. `whisper_cpp` has whisper.cpp read it in any case.
    pub(super) fn open(path: &Path, language: &str, whisper_cpp: bool) -> Result<Self, SpeechError> {
        let damaged = |reason: String| SpeechError::ModelDamaged { path: path.to_owned(), reason };
        let known = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        let id = if known { whisper_rs::get_lang_id(language) } else { None };
        let bytes =
            std::fs::read(path).map_err(|source| SpeechError::ModelMissing { path: path.to_owned(), source })?;
        let file = File::read(&bytes).map_err(|fault| damaged(fault.to_string()))?;
        let (Some(id), Some(name)) = (id, id.and_then(whisper_rs::get_lang_str)) else {
            return Err(SpeechError::LanguageUnknown { language: language.to_owned() });
        };
        if language != "en" && !file.shape.multilingual() {
            return Err(SpeechError::LanguageUnsupported { language: language.to_owned(), path: path.to_owned() });
        }
        let own = if whisper_cpp { Err(Fault::Format) } else { Whisper::load(&file) };
        let engine = match own {
            Ok(whisper) => Engine::Own { whisper: Arc::new(whisper), language: id.unsigned_abs() },
            Err(Fault::Format) => Engine::Cpp(cpp::Model::open(path, name, file.shape).map_err(damaged)?),
            Err(fault) => return Err(damaged(fault.to_string())),
        };
        Ok(Self { path: path.to_owned(), engine })
    }

    /// The text as tokens.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        match &self.engine {
            Engine::Own { whisper, .. } => whisper.tokens(text),
            Engine::Cpp(model) => model.tokens(text),
        }
    }

    /// A reader with a memory of its own.
    pub(super) fn reader(&self, stop: &Stop) -> Result<Reader, SpeechError> {
        let work = match &self.engine {
            Engine::Own { whisper, language } => {
                Work::Own { whisper: Arc::clone(whisper), language: *language, session: Session::default() }
            }
            Engine::Cpp(model) => {
                let reader = model.reader(stop).map_err(|reason| self.failure(reason))?;
                Work::Cpp { reader, read: Vec::new() }
            }
        };
        Ok(Reader { model: self.clone(), stop: stop.clone(), work })
    }

    /// The engine failed for this reason.
    pub(super) fn failure(&self, reason: impl ToString) -> SpeechError {
        SpeechError::Engine { path: self.path.clone(), reason: reason.to_string() }
    }
}

/// Reads chunks, several at once if that pays. One thread each.
pub(super) struct Reader {
    model: Model,
    stop: Stop,
    work: Work,
}

enum Work {
    Own { whisper: Arc<Whisper>, language: u32, session: Session },
    /// whisper.cpp reads a chunk as soon as it comes.
    Cpp { reader: cpp::Reader, read: Vec<(usize, Decoded)> },
}

impl Reader {
    /// Chunks that are being read.
    pub(super) fn busy(&self) -> usize {
        match &self.work {
            Work::Own { session, .. } => session.len(),
            Work::Cpp { read, .. } => read.len(),
        }
    }

    /// Chunks that it pays to read at the same time.
    pub(super) fn most(&self) -> usize {
        match &self.work {
            Work::Own { whisper, .. } => whisper.side_by_side(),
            Work::Cpp { .. } => 1,
        }
    }

    /// Begins to read at most 30 s of audio, which comes back under `key`.
    pub(super) fn begin(&mut self, key: usize, samples: &[f32], manner: &Manner) -> Result<(), SpeechError> {
        match &mut self.work {
            Work::Own { whisper, language, session } => {
                session.begin(whisper, key, samples, manner, *language, &self.stop)?;
            }
            Work::Cpp { reader, read } => {
                let decoded = reader.read(samples, manner).map_err(|reason| self.model.failure(reason))?;
                read.push((key, decoded));
            }
        }
        Ok(())
    }

    /// Reads on; gives the chunks that are finished.
    pub(super) fn step(&mut self) -> Result<Vec<(usize, Decoded)>, SpeechError> {
        match &mut self.work {
            Work::Own { whisper, session, .. } => Ok(session.step(whisper, &self.stop)?),
            Work::Cpp { read, .. } => Ok(std::mem::take(read)),
        }
    }

    /// Reads a chunk alone, beside those that are being read.
    pub(super) fn read(&mut self, samples: &[f32], manner: &Manner) -> Result<Decoded, SpeechError> {
        if let Work::Cpp { reader, .. } = &mut self.work {
            return reader.read(samples, manner).map_err(|reason| self.model.failure(reason));
        }
        let mut alone = self.model.reader(&self.stop)?;
        alone.begin(0, samples, manner)?;
        loop {
            if let Some((_, decoded)) = alone.step()?.pop() {
                return Ok(decoded);
            }
        }
    }
}
