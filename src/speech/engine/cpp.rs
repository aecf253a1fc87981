//! Models read by whisper.cpp, one thread a reader, for the formats that our own engine does not know.
//!
//! whisper.cpp's threads wait for each other in a spin and collapse on busy cores, so readers run side by side
//! instead, each with a state of its own. Flash attention is off: on a CPU it halves the speed. The library's own
//! ladder of temperatures is off too: the guards decide what is read again, and how.
//!
//! Word times by alignment of attention (DTW) are not used: whisper.cpp ends the whole process when a window is
//! shorter than its median filter, which a single wrong time stamp of the model brings about.

use super::super::Stop;
use super::super::whisper::file::Shape;
use super::super::whisper::{MARGIN, SHORTEST_CONTEXT};
use super::{Decoded, Manner, Segment, Token};
use std::path::Path;
use std::sync::Arc;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

/// Positions of the encoder a second.
const POSITIONS_A_SECOND: usize = 50;
/// A loaded model. Clones share it.
#[derive(Clone)]
pub(super) struct Model {
    context: Arc<WhisperContext>,
    positions: usize,
}

impl Model {
    /// Loads a model that was walked through before; tells what whisper.cpp says against it.
    pub(super) fn open(path: &Path, shape: Shape) -> Result<Self, String> {
        #[cfg(target_arch = "x86_64")]
        if !has_avx2() {
            return Err("models of this format need a processor with AVX2".into());
        }
        let mut parameters = WhisperContextParameters::default();
        parameters.flash_attn(false).use_gpu(false);
        let context = WhisperContext::new_with_params(path, parameters).map_err(|e| e.to_string())?;
        Ok(Self { context: Arc::new(context), positions: shape.audio_positions })
    }

    /// The text as tokens.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        // The wrapper trusts that the list is long enough; no text has more tokens than bytes.
        let tokens = self.context.tokenize(text, text.len() + 1).unwrap_or_default();
        tokens.into_iter().filter_map(|token| token.try_into().ok()).collect()
    }

    /// The number of the language that is spoken in `samples`, and its probability.
    pub(super) fn language(&self, samples: &[f32]) -> Result<(u32, f32), String> {
        let mut state = self.state()?;
        state.pcm_to_mel(samples, 1).map_err(|e| e.to_string())?;
        let (number, probabilities) = state.lang_detect(0, 1).map_err(|e| e.to_string())?;
        let number = number.unsigned_abs();
        Ok((number, probabilities.get(number as usize).copied().unwrap_or(0.0)))
    }

    /// A reader with a state of its own.
    pub(super) fn reader(&self, stop: &Stop) -> Result<Reader, String> {
        Ok(Reader { state: Some(self.state()?), parameters: self.parameters(stop), model: self.clone() })
    }

    fn state(&self) -> Result<WhisperState, String> {
        self.context.create_state().map_err(|e| e.to_string())
    }

    fn parameters(&self, stop: &Stop) -> FullParams<'static, 'static> {
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(1);
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

/// Whether the processor has what whisper.cpp is built for here (`.cargo/config.toml`).
#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    use std::arch::is_x86_feature_detected;
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("bmi2")
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
    /// Reads at most 30 s of audio, spoken in a language that is given by its code.
    pub(super) fn read(&mut self, samples: &[f32], manner: &Manner, language: &'static str) -> Result<Decoded, String> {
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
        parameters.set_language(Some(language));
        let positions = samples.len() * POSITIONS_A_SECOND / 16_000 + MARGIN;
        if !manner.whole_context && positions < self.model.positions {
            parameters.set_audio_ctx(positions.max(SHORTEST_CONTEXT).min(self.model.positions) as i32);
        }
        parameters.set_temperature(manner.temperature);
        let prompt: Vec<i32> = manner.prompt.iter().map(|token| token.cast_signed()).collect();
        if !manner.prompt.is_empty() {
            parameters.set_tokens(&prompt);
        }
        state.full(parameters, samples).map_err(|e| e.to_string())?;
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
                Some(Token { bytes, probability: data.p, log_probability: data.plog, start: None })
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
