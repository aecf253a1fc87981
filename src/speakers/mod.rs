//! Who speaks when, and who that is.

mod cluster;
mod embed;
mod turns;

use crate::failure::{Cancelled, Exit, Failure};
use crate::model::{Chunk, Cluster, ClusterId, Millis, Speakers, Transcript};
use crate::progress::{Cancel, Progress};
use crate::roster::Person;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Raised when the same input gives another result.
pub const VERSION: u32 = 1;

/// The model files that this stage uses.
#[derive(Debug, Clone, Copy)]
pub struct Models<'a> {
    /// The GE2E voice encoder, an ONNX file.
    pub ge2e: &'a Path,
}

/// Whom the episode may be about.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Who moderates, by `episode.toml`.
    pub host: Option<Person>,
    /// Who answers, by `episode.toml`; empty when it names nobody.
    pub experts: Vec<Person>,
    /// The whole roster.
    pub people: Vec<Person>,
}

/// An error of the audio stream, passed on as it came.
#[derive(Debug)]
pub struct AudioFault(Box<dyn Failure>);

impl fmt::Display for AudioFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AudioFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Voices can't be told apart.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeakersError {
    /// The model's file can't be read.
    #[error("the voice model {} can't be read", path.display())]
    ModelUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not the model that it should be.
    #[error("the voice model {} can't be used: {reason}", path.display())]
    ModelDamaged {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
    /// The audio ended with an error.
    #[error(transparent)]
    Audio(AudioFault),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl SpeakersError {
    fn audio(error: impl Failure) -> Self {
        Self::Audio(AudioFault(Box::new(error)))
    }
}

impl Failure for SpeakersError {
    fn exit(&self) -> Exit {
        match self {
            Self::ModelUnreadable { .. } | Self::ModelDamaged { .. } => Exit::Model,
            Self::Audio(fault) => fault.0.exit(),
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::ModelUnreadable { .. } | Self::ModelDamaged { .. } => {
                Some("Put the voice model back: it ships with spinetime, in the folder models.".into())
            }
            Self::Audio(fault) => fault.0.remedy(),
            Self::Cancelled(_) => None,
        }
    }
}

/// Tells the voices of a recording apart.
///
/// # Errors
/// When the model or the audio can't be read, or somebody asks to stop.
pub fn diarize<E: Failure>(
    audio: impl Iterator<Item = Result<Chunk, E>>,
    transcript: &Transcript,
    models: &Models,
    expected: &Expected,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Speakers, SpeakersError> {
    let encoder = embed::Encoder::load(models.ge2e)?;
    let pieces = turns::pieces(transcript);
    let windows = embed::embed(audio, &pieces, &encoder, transcript.duration, progress, cancel)?;
    let voices = cluster::voices(&windows);
    let turns = turns::turns(&pieces, &windows, &voices, transcript);
    let sentences = turns::sentences(transcript, &turns);
    let clusters = (0..voices.means.len())
        .map(|i| Cluster {
            id: ClusterId(i as u32),
            speech: Millis(turns.iter().filter(|t| t.cluster.0 == i as u32).map(|t| t.span.length().0).sum()),
            role: None,
            role_confidence: 0.0,
            person: None,
            confidence: 0.0,
            evidence: vec![],
        })
        .collect();
    let _ = expected;
    Ok(Speakers { turns, clusters, sentences, warnings: vec![] })
}
