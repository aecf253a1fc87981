//! A source into a recording at rest in the library. What is brought is checked byte by byte with SHA-256.
//!
//! [`local`] copies files of this computer; [`address`] reads what people paste, and [`ytdlp`] downloads it.
//! [`questions`] reads what was asked in writing, [`captions`] what was published as captions.

pub mod address;
pub mod captions;
mod child;
mod encoding;
pub mod feed;
pub mod held;
mod local;
mod published;
pub mod questions;
pub mod spoken;
pub mod trouble;
pub mod ytdlp;

pub use local::{bring, digest_of, ending_of, recordings_in, same_as_before};
pub use published::{Listed, Listing, Page};

use crate::atomic::WriteError;
use crate::failure::{Cancelled, Exit, Failure};
use crate::model::Millis;
use std::io;
use std::path::PathBuf;
use trouble::Trouble;

/// A recording can't be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no such file.
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    /// The file or folder can't be read.
    #[error("{} could not be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder holds no recording.
    #[error("the folder {} holds no recording", .0.display())]
    NothingIn(PathBuf),
    /// It is neither file nor folder.
    #[error("{} is neither a file nor a folder", .0.display())]
    NoFile(PathBuf),
    /// The address can't be fetched.
    #[error("{address} can't be fetched: {trouble}")]
    Unavailable {
        /// The address, without anything secret.
        address: String,
        /// Why.
        trouble: Trouble,
    },
    /// What came is shorter or longer than the page says.
    #[error("what came from {address} lasts {found}, but its page says {expected}")]
    Incomplete {
        /// The address.
        address: String,
        /// By the page's word.
        expected: Millis,
        /// By the file's.
        found: Millis,
    },
    /// The copy can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl FetchError {
    /// Why, without the address.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unavailable { trouble, .. } => trouble.to_string(),
            other => other.to_string(),
        }
    }

    /// Whether there is nothing yet: the broadcast has not begun, or is not over.
    #[must_use]
    pub fn is_early(&self) -> bool {
        matches!(self, Self::Unavailable { trouble: Trouble::LiveNow | Trouble::Upcoming { .. }, .. })
    }

    /// Whether the video was taken away or closed to the public since somebody could fetch it. What is kept from whoever
    /// asks, by age, country or password, is there for others.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        use Trouble::{MembersOnly, NotFound, Private, Removed};
        matches!(self, Self::Unavailable { trouble: Private | Removed | MembersOnly | NotFound, .. })
    }
}

impl Failure for FetchError {
    fn exit(&self) -> Exit {
        match self {
            Self::Missing(_) | Self::Unreadable { .. } | Self::NothingIn(_) | Self::NoFile(_) => Exit::Input,
            Self::Unavailable { trouble, .. } => trouble.exit(),
            Self::Incomplete { .. } => Exit::SourceRefused,
            Self::Write(e) => e.exit(),
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Missing(_) => Some("Check the spelling, and put quotes around a path that has spaces.".into()),
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("Ask for permission to read that file, or copy it to a folder of your own.".into())
            }
            Self::Unreadable { .. } => Some("Copy the recording to this computer's disk and try again.".into()),
            Self::NothingIn(_) => Some("Name the folder that holds the recordings, or a recording itself.".into()),
            Self::Unavailable { trouble, .. } => trouble.remedy(),
            Self::Incomplete { .. } => {
                Some("Run the same command again later: the recording may still be in the making.".into())
            }
            Self::NoFile(_) => Some("Name an audio or video file.".into()),
            Self::Write(e) => e.remedy(),
            Self::Cancelled(_) => None,
        }
    }
}
