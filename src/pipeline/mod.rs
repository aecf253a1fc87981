//! The order of the stages: which results are stale, run what is, keep what is not. The only place that knows all
//! stages; each of them takes values and returns one, and this module lays them down in the library.

mod attach;
mod download;
mod edited;
mod enroll;
pub mod export;
mod handover;
pub mod links;
mod on_video;
mod place;
mod stages;
pub mod sync;

pub use attach::{AttachError, CaptionsFrom};
pub use edited::{FactError, material, set_fact, settle};
pub use enroll::{EnrollError, Enrolled, enroll};
pub use handover::{Handover, Publication, handover};
pub use place::{Request, Wanted};
pub use stages::utterances;

use crate::config::{Config, Glossary};
use crate::failure::{Exit, Failure};
use crate::fetch::FetchError;
use crate::fetch::ytdlp::Tool;
use crate::library::{Holder, Library, LibraryError, Voices};
use crate::model::{Digest, Entries, EpisodeFacts, EpisodeId};
use crate::progress::{Cancel, Progress};
use crate::reader;
use crate::roster::Roster;
use jiff::Timestamp;
use serde::Serialize;
use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The stages, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The recording is copied into the library.
    Fetch,
    /// Speech becomes words and sentences.
    Transcribe,
    /// Voices are told apart and named.
    Speakers,
    /// Questions and answers are found.
    Segment,
    /// Entries are drafted.
    Draft,
    /// People's edits are laid over the draft.
    Entries,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 6] =
        [Self::Fetch, Self::Transcribe, Self::Speakers, Self::Segment, Self::Draft, Self::Entries];

    /// The stage's name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Transcribe => "transcribe",
            Self::Speakers => "speakers",
            Self::Segment => "segment",
            Self::Draft => "draft",
            Self::Entries => "entries",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names: Vec<&str> = Self::ALL.iter().map(|s| s.name()).collect();
        Self::ALL
            .into_iter()
            .find(|s| s.name() == text)
            .ok_or_else(|| format!("there is no stage \"{text}\"; the stages are {}", names.join(", ")))
    }
}

/// A model at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// Whether and how voices are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diarization {
    /// With a voice encoder, and a detector of overlapping speech.
    Models {
        /// The voice encoder.
        encoder: Model,
        /// The detector.
        overlaps: Model,
    },
    /// They are not, by the settings.
    Off,
    /// They can't be, for this reason and with this remedy, as sentences.
    Unusable(String),
}

impl Diarization {
    /// The voice encoder and the detector of overlapping speech.
    fn models(&self) -> Option<(&Model, &Model)> {
        match self {
            Self::Models { encoder, overlaps } => Some((encoder, overlaps)),
            Self::Off | Self::Unusable(_) => None,
        }
    }
}

/// Everything besides the source that decides what a run makes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `spinetime.toml`, with what the command line says laid over it.
    pub config: Config,
    /// The people.
    pub roster: Roster,
    /// The series' own words.
    pub glossary: Glossary,
    /// The recogniser.
    pub speech_model: Model,
    /// The voice activity detector.
    pub vad_model: Model,
    /// Whether and how voices are told apart.
    pub diarization: Diarization,
    /// The sentence model.
    pub sentences: Model,
    /// Its word pieces.
    pub word_pieces: Model,
    /// Enrolled voices.
    pub voices: Voices,
    /// The second reader, if there is one.
    pub reader: Option<reader::Settings>,
    /// How recordings are fetched from addresses.
    pub download: Tool,
    /// Language that the command line states; the episode's or the series' without it.
    pub language: Option<String>,
    /// Processor cores that transcribe.
    pub workers: usize,
    /// This stage and those behind it run even if nothing changed.
    pub redo: Option<Stage>,
}

impl Settings {
    /// The language that an episode is spoken in: the command line's, the episode's, or the series'.
    fn language_of(&self, facts: &EpisodeFacts) -> String {
        let stated = self.language.clone().or_else(|| facts.language.clone());
        stated.unwrap_or_else(|| self.config.series.language.clone())
    }
}

/// The outside world as far as a run needs it.
pub struct World<'a> {
    /// Where progress goes.
    pub progress: &'a dyn Progress,
    /// Whether to stop.
    pub cancel: &'a Cancel,
    /// The time.
    pub now: &'a dyn Fn() -> Timestamp,
    /// Random bits, for ids.
    pub random: &'a dyn Fn() -> u64,
    /// Who runs this, for locks.
    pub holder: Holder,
}

/// What a run did.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The episode.
    pub id: EpisodeId,
    /// The stages that ran; the others had nothing to do.
    pub ran: Vec<Stage>,
    /// What the editor should know, as sentences.
    pub warnings: Vec<String>,
    /// The entries as they stand.
    pub entries: Entries,
}

/// A run failed: what, with which episode, and why.
#[derive(Debug)]
pub struct Error {
    /// What was being worked on: the episode's id, or the source as it was named.
    pub subject: String,
    /// The stage that failed; `None` before the first.
    pub stage: Option<Stage>,
    /// Why the recording is not there yet, if that is all: its broadcast has not begun, or is not over.
    pub early: Option<String>,
    source: Box<dyn Failure>,
}

impl Error {
    fn new(subject: &str, stage: Option<Stage>, source: impl Failure) -> Self {
        let early =
            (&source as &dyn Any).downcast_ref::<FetchError>().filter(|error| error.is_early()).map(FetchError::reason);
        Self { subject: subject.to_owned(), stage, early, source: Box::new(source) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.source()
    }
}

impl Failure for Error {
    fn exit(&self) -> Exit {
        self.source.exit()
    }

    fn remedy(&self) -> Option<String> {
        self.source.remedy()
    }
}

/// Takes one source all the way to entries. What is finished already is kept; what is stale runs.
///
/// # Errors
/// When a stage fails or somebody asks to stop. Finished stages, and finished stretches of a transcription, stay.
pub fn process(library: &Library, request: &Request, settings: &Settings, world: &World) -> Result<Report, Error> {
    let attached = attach::read(request).map_err(|error| Error::new(&request.source.to_string(), None, error))?;
    let mut placed = place::place(library, request, settings, world)?;
    let subject = placed.folder.id.to_string();
    let new = placed.new;
    let folder = placed.folder.clone();
    let result = attach::keep(attached, &mut placed, request, settings, world)
        .and_then(|warning| stages::run(library, placed, warning, settings, world));
    if let Err(error) = &result
        && new
        && error.exit() == Exit::Input
    {
        // Nothing can ever come of it, and nobody has worked on it yet.
        std::fs::remove_dir_all(folder.path()).map_err(|source| {
            Error::new(&subject, None, LibraryError::Unreadable { path: folder.path().to_owned(), source })
        })?;
    }
    result
}
