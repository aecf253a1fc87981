//! 16 kHz audio into words and sentences with times: speech is found ([`vad`]), packed into chunks ([`pack`]), read
//! by Whisper ([`engine`], [`whisper`]) on several cores, checked ([`guard`]) and put onto the recording's clock
//! ([`words`]).
//!
//! The invariant: the same audio, models and options give the same [`Heard`], whatever the number of workers and
//! however often the run was interrupted. So packing sees only the audio, a reading only its chunk, and nothing
//! remembers what was read before. Where speech was cut without a silence, the words of the two chunks are joined
//! ([`merge`]). Memory does not grow with the recording but for the words: a worker reads a few chunks at a time
//! ([`engine::Reader::most`]), and as many as there are workers wait.

mod confidence;
mod engine;
mod guard;
mod listen;
mod merge;
mod pack;
mod reading;
mod vad;
mod vocabulary;
mod whisper;
mod words;

pub use reading::Reading;

use self::engine::{Manner, Model};
use self::listen::Listener;
use self::pack::Packed;
use crate::atomic::WriteError;
use crate::failure::{Cancelled, Exit, Failure, Passed};
use crate::model::{Chunk, ChunkNote, Millis, Sentence, Span, Word};
use crate::progress::{Amount, Cancel, Progress};
use crate::text::sentence;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Raised whenever the same audio, models and options give another result.
pub const VERSION: u32 = 3;

/// Stands for a language that is to be heard.
pub const AUTO: &str = "auto";
/// Below this probability the language that was heard is told as a doubt.
const SURE_LANGUAGE: f32 = 0.7;

/// How often a waiting thread looks whether somebody asked to stop.
const WATCH: Duration = Duration::from_millis(20);
/// How long a stopped run waits for its workers. Whisper's encoder can't be interrupted; a large model may take
/// longer, and its worker then ends by itself.
const PATIENCE: Duration = Duration::from_millis(600);

/// The files of the models.
#[derive(Debug, Clone, Copy)]
pub struct Engine<'a> {
    /// A Whisper model in ggml format.
    pub whisper: &'a Path,
    /// Silero's voice activity detector as ONNX, the form that reads a sequence.
    pub vad: &'a Path,
    /// Whether whisper.cpp reads the model in any case, for comparison. Otherwise it reads what our own engine does not
    /// know.
    pub whisper_cpp: bool,
}

/// What may be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Two-letter code of the spoken language, or [`AUTO`]: then it is heard in the first half a minute of speech.
    pub language: String,
    /// Names and terms to be spelt so, the most important ones first; the first few are used.
    pub vocabulary: Vec<String>,
    /// Threads that read, one core each; at least one. Changes nothing in the result.
    pub workers: usize,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Two-letter code of the language.
    pub language: String,
    /// The length of the audio.
    pub duration: Millis,
    /// Where the VAD heard speech, in order, without overlap.
    pub speech: Vec<Span>,
    /// Every word, in order.
    pub words: Vec<Word>,
    /// The words as sentences, in order, covering all words.
    pub sentences: Vec<Sentence>,
    /// How the recogniser fared, chunk by chunk.
    pub chunks: Vec<ChunkNote>,
    /// What an editor should know, as sentences.
    pub warnings: Vec<String>,
}

/// A recording could not be transcribed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// The audio could not be read further.
    #[error(transparent)]
    Audio(Passed),
    /// A model's file can't be read.
    #[error("the model {} can't be read", path.display())]
    ModelMissing {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A model's file is not what it should be.
    #[error("the model {} is damaged or of another kind: {reason}", path.display())]
    ModelDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No model knows this language.
    #[error("\"{language}\" is no language that can be transcribed")]
    LanguageUnknown {
        /// As it was given.
        language: String,
    },
    /// The model knows English only.
    #[error("the model {} knows English only, the recording's language is \"{language}\"", path.display())]
    LanguageUnsupported {
        /// As it was given.
        language: String,
        /// The model's file.
        path: PathBuf,
    },
    /// The recogniser failed on good input: the machine is out of memory, or the model is broken.
    #[error("transcription with {} failed: {reason}", path.display())]
    Engine {
        /// The model's file.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
    /// A finished chunk could not be kept.
    #[error(transparent)]
    Keep(#[from] WriteError),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Failure for SpeechError {
    fn exit(&self) -> Exit {
        match self {
            Self::Audio(error) => error.exit(),
            Self::ModelMissing { .. } | Self::ModelDamaged { .. } => Exit::Model,
            Self::LanguageUnknown { .. } | Self::LanguageUnsupported { .. } => Exit::Usage,
            Self::Engine { .. } => Exit::Unexpected,
            Self::Keep(error) => error.exit(),
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Audio(error) => error.remedy(),
            Self::ModelMissing { .. } => Some("Look at `spinetime models list`, or pull the model again.".into()),
            Self::ModelDamaged { .. } => Some("Pull the model again with `spinetime models pull`.".into()),
            Self::LanguageUnknown { .. } => {
                Some("Give the language as a two-letter code, such as --language en, or --language auto.".into())
            }
            Self::LanguageUnsupported { .. } => Some(
                "Choose a model without \".en\" in its name, such as --model base, or set the language to en.".into(),
            ),
            Self::Engine { .. } => Some("Close other programs, or choose a smaller model with --model.".into()),
            Self::Keep(error) => error.remedy(),
            Self::Cancelled(_) => Some("Run the same command again: finished work is kept.".into()),
        }
    }
}

/// Transcribes a recording: `audio` is contiguous and begins at the player's zero.
///
/// `finished` are the readings that an interrupted run of the same recording, models and options kept; what does not
/// fit is read again. `keep` is called with each new reading as soon as it is there, in no particular order, from the
/// calling thread. `expected` is the declared length, for the progress alone. Audio of silence or music gives no
/// words and a warning.
///
/// # Errors
/// When a model can't be used or does not know the language, the audio or `keep` fails, or somebody asks to stop:
/// that takes effect within a second.
#[expect(clippy::too_many_arguments, reason = "each is a different thing, and a struct would only rename them")]
pub fn transcribe<E: Failure>(
    audio: impl Iterator<Item = Result<Chunk, E>> + Send,
    engine: &Engine,
    options: &Options,
    finished: Vec<Reading>,
    keep: &(dyn Fn(&Reading) -> Result<(), WriteError> + Sync),
    expected: Option<Millis>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Heard, SpeechError> {
    cancel.check()?;
    let listener = Listener::new(engine.vad)?;
    let model = Model::open(engine.whisper, &options.language, engine.whisper_cpp)?;
    let stop = Stop { asked: cancel.clone(), failed: Cancel::default() };
    progress.start("transcribe", expected.map_or(Amount::Unknown, Amount::Audio));

    let (jobs, waiting) = mpsc::sync_channel(options.workers.max(1));
    let (done, results) = mpsc::channel();
    let workers = start_workers(options, &model, waiting, &done, &stop);
    let outcome = thread::scope(|scope| {
        let producer = scope.spawn({
            let (stop, model) = (&stop, &model);
            move || {
                let produced = produce(audio, listener, model, finished, &jobs, &done, stop);
                if produced.is_err() {
                    stop.failed.cancel();
                }
                produced
            }
        });
        let readings = collect(&results, keep, progress, &stop);
        if readings.is_err() {
            stop.failed.cancel();
        }
        let produced = producer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match (produced, readings) {
            (Ok(produced), Ok(readings)) if readings.len() == produced.chunks => Ok((produced, readings)),
            (Ok(_), Ok(_)) => Err(model.failure("a worker ended before its time")),
            // Whoever was only told to stop does not know why.
            (Err(SpeechError::Cancelled(_)), Err(error)) | (Err(error), _) | (_, Err(error)) => Err(error),
        }
    });
    wait_for(&workers);
    let (produced, readings) = outcome?;
    let mut heard = heard(model.language(), produced.samples, readings);
    heard.warnings.extend(produced.unsure_language.map(|probability| {
        format!(
            "The language seems to be \"{}\" (probability {:.0} %). If it is another, say so with --language.",
            heard.language,
            100.0 * probability
        )
    }));
    progress.at(heard.duration.0);
    progress.finish(&format!("{} words", heard.words.len()));
    Ok(heard)
}

/// Why work should end: somebody asked, or another part failed.
#[derive(Debug, Clone)]
struct Stop {
    asked: Cancel,
    failed: Cancel,
}

impl Stop {
    fn is_set(&self) -> bool {
        self.asked.is_cancelled() || self.failed.is_cancelled()
    }

    fn check(&self) -> Result<(), Cancelled> {
        if self.is_set() { Err(Cancelled) } else { Ok(()) }
    }
}

/// A chunk with its number, or what came of it.
type Job = (usize, Packed);
type Outcome = Result<Finished, SpeechError>;

struct Finished {
    reading: Reading,
    /// Whether it was read now.
    new: bool,
}

/// What came of the audio.
#[derive(Debug, Default)]
struct Produced {
    /// Its length.
    samples: u64,
    chunks: usize,
    /// The probability of the language that was heard, when it is low.
    unsure_language: Option<f32>,
}

/// Finds and packs speech as long as audio comes.
fn produce<E: Failure>(
    audio: impl Iterator<Item = Result<Chunk, E>>,
    mut listener: Listener,
    model: &Model,
    finished: Vec<Reading>,
    jobs: &SyncSender<Job>,
    done: &Sender<Outcome>,
    stop: &Stop,
) -> Result<Produced, SpeechError> {
    let mut finished: BTreeMap<usize, Reading> = finished.into_iter().map(|r| (r.index(), r)).collect();
    let (mut index, mut produced) = (0, Produced::default());
    let mut send = |chunks: Vec<Packed>| -> Result<(), SpeechError> {
        for chunk in chunks {
            if let Some(probability) = model.settle_language(&chunk.samples, stop)? {
                produced.unsure_language = (probability < SURE_LANGUAGE).then_some(probability);
            }
            match finished.remove(&index) {
                Some(reading) if reading.is_of(&chunk) => {
                    // Nobody listens any more only when the run ends anyway.
                    let _ = done.send(Ok(Finished { reading, new: false }));
                }
                _ => hand_over(jobs, (index, chunk), stop)?,
            }
            index += 1;
        }
        Ok(())
    };
    let mut samples = 0;
    for chunk in audio {
        stop.check()?;
        let chunk = chunk.map_err(|e| SpeechError::Audio(Passed::on(e)))?;
        samples += chunk.samples.len() as u64;
        send(listener.push(&chunk.samples)?)?;
    }
    send(listener.finish()?)?;
    Ok(Produced { samples, chunks: index, ..produced })
}

/// Gives a job to the workers as soon as one has room for it.
fn hand_over(jobs: &SyncSender<Job>, mut job: Job, stop: &Stop) -> Result<(), SpeechError> {
    loop {
        stop.check()?;
        match jobs.try_send(job) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(back)) => job = back,
            // All workers have ended: one of them has told why.
            Err(TrySendError::Disconnected(_)) => return Err(Cancelled.into()),
        }
        thread::sleep(WATCH);
    }
}

/// Starts the workers. They own all they need, so that a stopped run need not wait for the encoder of a large model.
fn start_workers(
    options: &Options,
    model: &Model,
    jobs: Receiver<Job>,
    done: &Sender<Outcome>,
    stop: &Stop,
) -> Vec<JoinHandle<()>> {
    let jobs = Arc::new(Mutex::new(jobs));
    let prompt: Arc<[u32]> = model.tokens(&vocabulary::prompt(&options.vocabulary)).into();
    (0..options.workers.max(1))
        .map(|_| {
            let (model, jobs, prompt, done, stop) =
                (model.clone(), Arc::clone(&jobs), Arc::clone(&prompt), done.clone(), stop.clone());
            thread::spawn(move || {
                let worked = model.on_one_thread(|| work(&model, &jobs, &prompt, &done, &stop));
                if let Err(error) = worked {
                    // A failed send means that nobody waits for the result.
                    let _ = done.send(Err(error));
                }
            })
        })
        .collect()
}

fn work(
    model: &Model,
    jobs: &Mutex<Receiver<Job>>,
    prompt: &[u32],
    done: &Sender<Outcome>,
    stop: &Stop,
) -> Result<(), SpeechError> {
    // The engine calls it a failure to encode or decode when it was told to stop.
    let told = |error| if stop.is_set() { Cancelled.into() } else { error };
    let mut reader = model.reader(stop)?;
    let manner = Manner { prompt, whole_context: false, temperature: 0.0 };
    let mut chunks: HashMap<usize, Packed> = HashMap::new();
    loop {
        while reader.busy() < reader.most() {
            let Some((index, chunk)) = next_job(jobs, reader.busy() == 0) else { break };
            stop.check()?;
            reader.begin(index, &chunk.samples, &manner).map_err(told)?;
            chunks.insert(index, chunk);
        }
        if reader.busy() == 0 {
            return Ok(());
        }
        for (index, decoded) in reader.step().map_err(told)? {
            let Some(chunk) = chunks.remove(&index) else { continue };
            let reading = Reading::new(index, &chunk, &decoded, &mut reader).map_err(told)?;
            if done.send(Ok(Finished { reading, new: true })).is_err() {
                return Ok(());
            }
        }
    }
}

/// The next chunk. An idle worker waits for it; the others take what is there. `None` at the end, or when nothing is.
fn next_job(jobs: &Mutex<Receiver<Job>>, idle: bool) -> Option<Job> {
    if idle {
        return jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    }
    match jobs.try_lock() {
        Ok(jobs) => jobs.try_recv().ok(),
        Err(TryLockError::Poisoned(jobs)) => jobs.into_inner().try_recv().ok(),
        // An idle worker waits there: nothing can be left for a busy one.
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Takes readings as they come until the last worker has ended.
fn collect(
    results: &Receiver<Outcome>,
    keep: &(dyn Fn(&Reading) -> Result<(), WriteError> + Sync),
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<BTreeMap<usize, Reading>, SpeechError> {
    let mut readings: BTreeMap<usize, Reading> = BTreeMap::new();
    // Everything before this chunk is there.
    let mut next = 0;
    loop {
        stop.check()?;
        match results.recv_timeout(WATCH) {
            Ok(outcome) => {
                let Finished { reading, new } = outcome?;
                if new {
                    keep(&reading)?;
                }
                readings.insert(reading.index(), reading);
                while let Some(reading) = readings.get(&next) {
                    progress.at(reading.note().span.end.0);
                    next += 1;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(readings),
        }
    }
}

/// Waits for the workers, but not for ever.
fn wait_for(workers: &[JoinHandle<()>]) {
    let until = Instant::now() + PATIENCE;
    while !workers.iter().all(JoinHandle::is_finished) && Instant::now() < until {
        thread::sleep(WATCH);
    }
}

/// Puts the readings together.
fn heard(language: &str, length: u64, readings: BTreeMap<usize, Reading>) -> Heard {
    let mut heard = Heard {
        language: language.to_owned(),
        duration: Millis::from_samples(length),
        speech: Vec::new(),
        words: Vec::new(),
        sentences: Vec::new(),
        chunks: Vec::new(),
        warnings: Vec::new(),
    };
    for mut reading in readings.into_values() {
        reading.add_words(&mut heard.words);
        let (speech, note) = reading.into_parts();
        heard.warnings.extend(warning_of(&note));
        heard.speech.extend(speech);
        heard.chunks.push(note);
    }
    if heard.speech.is_empty() {
        heard.warnings.push("There is no speech in the recording: it is silence, music or noise.".into());
    } else if heard.words.is_empty() {
        heard.warnings.push("No words could be recognised in the recording.".into());
    }
    heard.sentences = sentence::sentences(&heard.words)
        .into_iter()
        .map(|words| {
            let span = heard.words[words.start].span.hull(heard.words[words.end - 1].span);
            Sentence { words, span }
        })
        .collect();
    heard
}

fn warning_of(note: &ChunkNote) -> Option<String> {
    let doubts = note.doubts.join(", and ");
    (!doubts.is_empty()).then(|| {
        format!(
            "Please listen to {} to {}: the transcript may be wrong there, since {doubts}.",
            note.span.start, note.span.end
        )
    })
}
