//! The recogniser: packed audio in, tokens with probabilities and the model's own time stamps out.
//!
//! Models are read by our own [`whisper`](super::whisper); those whose numbers are stored in one of ggml's K formats,
//! which it does not know, by whisper.cpp ([`cpp`]). What is read again, and how, is decided by [`super::guard`].

mod cpp;

use super::whisper::file::{Fault, File};
use super::whisper::{Session, Whisper};
use super::{AUTO, SpeechError, Stop};
use crate::neural;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// English among the languages.
const ENGLISH: u32 = 0;

/// A loaded model. Clones share it.
#[derive(Clone)]
pub(super) struct Model {
    path: PathBuf,
    engine: Engine,
    /// The number of the spoken language, as soon as it is known.
    language: Arc<OnceLock<u32>>,
}

#[derive(Clone)]
enum Engine {
    Own(Arc<Whisper>),
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
    /// Loads a model for a language, a code or [`AUTO`]. `whisper_cpp` has whisper.cpp read it in any case.
    pub(super) fn open(path: &Path, language: &str, whisper_cpp: bool) -> Result<Self, SpeechError> {
        // whisper.cpp and ggml write to stderr otherwise, of an unknown language too. Only the first call has an effect.
        whisper_rs::install_logging_hooks();
        let damaged = |reason: String| SpeechError::ModelDamaged { path: path.to_owned(), reason };
        let bytes =
            std::fs::read(path).map_err(|source| SpeechError::ModelMissing { path: path.to_owned(), source })?;
        let file = File::read(&bytes).map_err(|fault| damaged(fault.to_string()))?;
        let known = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        let number = match language {
            AUTO if file.shape.multilingual() => None,
            AUTO => Some(ENGLISH),
            code if known => whisper_rs::get_lang_id(code).map(i32::unsigned_abs),
            _ => None,
        };
        // Younger models know more languages than older ones.
        let number = number.filter(|number| *number < file.shape.languages());
        if number.is_none() && language != AUTO {
            return Err(SpeechError::LanguageUnknown { language: language.to_owned() });
        }
        if number != Some(ENGLISH) && !file.shape.multilingual() {
            return Err(SpeechError::LanguageUnsupported { language: language.to_owned(), path: path.to_owned() });
        }
        let own = if whisper_cpp { Err(Fault::Format) } else { Whisper::load(&file) };
        let engine = match own {
            Ok(whisper) => Engine::Own(Arc::new(whisper)),
            Err(Fault::Format) => Engine::Cpp(cpp::Model::open(path, file.shape).map_err(damaged)?),
            Err(fault) => return Err(damaged(fault.to_string())),
        };
        let language = number.map(OnceLock::from).unwrap_or_default();
        Ok(Self { path: path.to_owned(), engine, language: Arc::new(language) })
    }

    /// Makes sure that the language is known: if it is not stated, it is heard in `samples`. Gives the probability of a
    /// language that was heard.
    pub(super) fn settle_language(&self, samples: &[f32], stop: &Stop) -> Result<Option<f32>, SpeechError> {
        if self.language.get().is_some() {
            return Ok(None);
        }
        let (language, probability) = match &self.engine {
            Engine::Own(whisper) => self.on_one_thread(|| Ok(Session::default().language(whisper, samples, stop)?))?,
            Engine::Cpp(model) => model.language(samples).map_err(|reason| self.failure(reason))?,
        };
        // Nobody else sets it: one thread hands out the chunks.
        let _ = self.language.set(language);
        Ok(Some(probability))
    }

    /// The code of the spoken language; English as long as nobody spoke.
    pub(super) fn language(&self) -> &'static str {
        let number = self.language.get().copied().unwrap_or(ENGLISH);
        number.try_into().ok().and_then(whisper_rs::get_lang_str).unwrap_or("en")
    }

    /// The text as tokens.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        match &self.engine {
            Engine::Own(whisper) => whisper.tokens(text),
            Engine::Cpp(model) => model.tokens(text),
        }
    }

    /// A reader with a memory of its own.
    pub(super) fn reader(&self, stop: &Stop) -> Result<Reader, SpeechError> {
        let work = match &self.engine {
            Engine::Own(whisper) => Work::Own { whisper: Arc::clone(whisper), session: Session::default() },
            Engine::Cpp(model) => {
                let reader = model.reader(stop).map_err(|reason| self.failure(reason))?;
                Work::Cpp { reader, read: Vec::new() }
            }
        };
        Ok(Reader { model: self.clone(), stop: stop.clone(), work })
    }

    /// Does something on one thread: matrix kernels share their work among the threads of the pool that calls them.
    pub(super) fn on_one_thread<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, SpeechError> + Send,
    ) -> Result<T, SpeechError> {
        neural::on_one_thread(work).map_err(|error| self.failure(error))?
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
    Own {
        whisper: Arc<Whisper>,
        session: Session,
    },
    /// whisper.cpp reads a chunk as soon as it comes.
    Cpp {
        reader: cpp::Reader,
        read: Vec<(usize, Decoded)>,
    },
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
        let language = self.model.language.get().copied().unwrap_or(ENGLISH);
        match &mut self.work {
            Work::Own { whisper, session } => {
                session.begin(whisper, key, samples, manner, language, &self.stop)?;
            }
            Work::Cpp { reader, read } => {
                let decoded =
                    reader.read(samples, manner, self.model.language()).map_err(|reason| self.model.failure(reason))?;
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
            let decoded = reader.read(samples, manner, self.model.language());
            return decoded.map_err(|reason| self.model.failure(reason));
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
