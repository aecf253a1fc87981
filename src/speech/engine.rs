//! Whisper, one thread a reader: packed audio in, tokens with probabilities and the model's own time stamps out.
//!
//! whisper.cpp's threads wait for each other in a spin and collapse on busy cores, so readers run side by side
//! instead, each with a state of its own. Flash attention is off: on a CPU it halves the speed. The library's own
//! ladder of temperatures is off too: [`super::guard`] decides what is read again, and how.
//!
//! Word times by alignment of attention (DTW) are not used: whisper.cpp ends the whole process when a window is
//! shorter than its median filter, which a single wrong time stamp of the model brings about.

use super::layout::Layout;
use super::{SpeechError, Stop};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

/// Positions of the encoder a second.
const POSITIONS_A_SECOND: usize = 50;
/// Encoder positions behind the audio's end: one second. Without a margin the last words suffer.
const MARGIN: usize = 50;
/// The context is never trimmed below this, eight seconds: on two seconds of audio with the margin alone the model
/// loops.
const SHORTEST_CONTEXT: usize = 400;

/// A loaded model. Clones share it.
#[derive(Clone)]
pub(super) struct Model {
    path: PathBuf,
    context: Arc<WhisperContext>,
    language: &'static str,
    positions: usize,
}

/// How a chunk is to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Manner<'a> {
    /// Vocabulary that the model sees before the audio, as tokens; empty for none.
    pub(super) prompt: &'a [i32],
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
}

impl Decoded {
    /// Mean log probability of the tokens; 0 without any.
    pub(super) fn log_probability(&self) -> f32 {
        let tokens = || self.segments.iter().flat_map(|s| &s.tokens);
        tokens().map(|t| t.log_probability).sum::<f32>() / tokens().count().max(1) as f32
    }
}

impl Model {
    /// Loads a model for a language.
    pub(super) fn open(path: &Path, language: &str) -> Result<Self, SpeechError> {
        // whisper.cpp and ggml write to stderr otherwise. Only the first call has an effect.
        whisper_rs::install_logging_hooks();
        let damaged = |reason: String| SpeechError::ModelDamaged { path: path.to_owned(), reason };
        let layout = Layout::read(path)?;
        let known = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        let id = if known { whisper_rs::get_lang_id(language) } else { None };
        let Some(name) = id.and_then(whisper_rs::get_lang_str) else {
            return Err(SpeechError::LanguageUnknown { language: language.to_owned() });
        };
        if language != "en" && !layout.multilingual() {
            return Err(SpeechError::LanguageUnsupported { language: language.to_owned(), path: path.to_owned() });
        }
        let mut parameters = WhisperContextParameters::default();
        parameters.flash_attn(false).use_gpu(false);
        let context = WhisperContext::new_with_params(path, parameters).map_err(|e| damaged(e.to_string()))?;
        Ok(Self {
            path: path.to_owned(),
            context: Arc::new(context),
            language: name,
            positions: layout.audio_positions(),
        })
    }

    /// The text as tokens.
    pub(super) fn tokens(&self, text: &str) -> Vec<i32> {
        // The wrapper trusts that the list is long enough; no text has more tokens than bytes.
        self.context.tokenize(text, text.len() + 1).unwrap_or_default()
    }

    /// A reader with a state of its own.
    pub(super) fn reader(&self, stop: &Stop) -> Result<Reader, SpeechError> {
        Ok(Reader { state: Some(self.state()?), parameters: self.parameters(stop), model: self.clone() })
    }

    /// The engine failed for this reason.
    pub(super) fn failure(&self, reason: impl ToString) -> SpeechError {
        SpeechError::Engine { path: self.path.clone(), reason: reason.to_string() }
    }

    fn state(&self) -> Result<WhisperState, SpeechError> {
        self.context.create_state().map_err(|e| self.failure(e))
    }

    fn parameters(&self, stop: &Stop) -> FullParams<'static, 'static> {
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(1);
        parameters.set_language(Some(self.language));
        parameters.set_translate(false);
        parameters.set_no_context(true);
        parameters.set_temperature_inc(0.0);
        parameters.set_print_special(false);
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        parameters.set_print_timestamps(false);
        let stop = stop.clone();
        // Boxed on purpose: the wrapper boxes the closure once more and reads that box as the type named here. For
        // a plain closure the two differ and the call would read foreign memory; for this very type they agree.
        // It is asked after each run of the encoder and between tokens.
        let abort: Box<dyn FnMut() -> bool> = Box::new(move || stop.is_set());
        parameters.set_abort_callback_safe::<_, Box<dyn FnMut() -> bool>>(abort);
        parameters
    }
}

/// A state of the model. One chunk at a time.
pub(super) struct Reader {
    model: Model,
    /// `None` only while it is made anew.
    state: Option<WhisperState>,
    // Made once and cloned for each chunk: the wrapper never frees the strings and closures in it.
    parameters: FullParams<'static, 'static>,
}

impl Reader {
    /// Reads at most 30 s of audio.
    pub(super) fn read(&mut self, samples: &[f32], manner: &Manner) -> Result<Decoded, SpeechError> {
        if manner.temperature > 0.0 {
            // A state's random numbers go on from chunk to chunk; a fresh one draws the same for the same audio.
            // The old one goes first: a state takes a hundred megabytes.
            self.state = None;
        }
        let state = match &mut self.state {
            Some(state) => state,
            none => none.insert(self.model.state()?),
        };
        let mut parameters = self.parameters.clone();
        let positions = samples.len() * POSITIONS_A_SECOND / 16_000 + MARGIN;
        if !manner.whole_context && positions < self.model.positions {
            parameters.set_audio_ctx(positions.max(SHORTEST_CONTEXT).min(self.model.positions) as i32);
        }
        parameters.set_temperature(manner.temperature);
        if !manner.prompt.is_empty() {
            parameters.set_tokens(manner.prompt);
        }
        state.full(parameters, samples).map_err(|e| self.model.failure(e))?;
        Ok(decoded(state, self.model.context.token_eot()))
    }
}

/// What a state holds after reading; tokens from `end` on are no text.
fn decoded(state: &WhisperState, end: i32) -> Decoded {
    let mut decoded = Decoded::default();
    for segment in state.as_iter() {
        let tokens = (0..segment.n_tokens())
            .filter_map(|i| segment.get_token(i))
            .filter(|token| token.token_id() < end)
            .filter_map(|token| {
                let data = token.token_data();
                let bytes = token.to_bytes().ok()?.to_vec();
                Some(Token { bytes, probability: data.p, log_probability: data.plog })
            })
            .collect();
        decoded.no_speech = decoded.no_speech.max(segment.no_speech_probability());
        decoded.segments.push(Segment {
            start: segment.start_timestamp() as f32 / 100.0,
            end: segment.end_timestamp() as f32 / 100.0,
            tokens,
        });
    }
    decoded
}
