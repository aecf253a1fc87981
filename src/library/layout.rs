//! Where everything of a library lies. Nothing else in the program joins these names.

use crate::atomic::TEMPORARY_PREFIX;
use crate::model::EpisodeId;
use std::path::{Path, PathBuf};

/// Name of the settings file; a folder that holds it is a library.
pub const SETTINGS: &str = "spinetime.toml";

/// The folder of one episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpisodeFolder {
    /// Its id, which is the folder's name.
    pub id: EpisodeId,
    path: PathBuf,
}

impl EpisodeFolder {
    /// The folder of episode `id` in the library at `root`.
    #[must_use]
    pub fn new(root: &Path, id: EpisodeId) -> Self {
        let path = root.join("episodes").join(id.as_str());
        Self { id, path }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What people state: title, date, YouTube id, speakers.
    #[must_use]
    pub fn facts(&self) -> PathBuf {
        self.path.join("episode.toml")
    }

    /// What was fetched.
    #[must_use]
    pub fn source(&self) -> PathBuf {
        self.path.join("source.json")
    }

    /// What is being fetched: the address and what its page says. Gone once the recording is there.
    #[must_use]
    pub fn fetching(&self) -> PathBuf {
        self.path.join("source.partial.json")
    }

    /// Where a download grows.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.path.join("media").join("download")
    }

    /// Where captions of the recording's page come to; gone once they are beside `episode.toml`.
    #[must_use]
    pub fn caption_downloads(&self) -> PathBuf {
        self.path.join(format!("{TEMPORARY_PREFIX}captions"))
    }

    /// Where captions and sound of the published video come to while they are compared; gone thereafter.
    #[must_use]
    pub fn link_downloads(&self) -> PathBuf {
        self.path.join(format!("{TEMPORARY_PREFIX}links"))
    }

    /// The recording's folder.
    #[must_use]
    pub fn media(&self) -> PathBuf {
        self.path.join("media")
    }

    /// How loud the recording is where, for the review page.
    #[must_use]
    pub fn peaks(&self) -> PathBuf {
        self.path.join("peaks.json")
    }

    /// Words and sentences.
    #[must_use]
    pub fn transcript(&self) -> PathBuf {
        self.path.join("transcript.json")
    }

    /// Finished stretches of a transcription that is still under way.
    #[must_use]
    pub fn readings(&self) -> PathBuf {
        self.path.join("transcript.partial.jsonl")
    }

    /// Turns, voices, names.
    #[must_use]
    pub fn speakers(&self) -> PathBuf {
        self.path.join("speakers.json")
    }

    /// Segments and pairs.
    #[must_use]
    pub fn outline(&self) -> PathBuf {
        self.path.join("outline.json")
    }

    /// The machine's proposal.
    #[must_use]
    pub fn draft(&self) -> PathBuf {
        self.path.join("draft.json")
    }

    /// People's edits.
    #[must_use]
    pub fn edits(&self) -> PathBuf {
        self.path.join("edits.jsonl")
    }

    /// The lock to hold while an edit is added, or while the edits are laid over the draft.
    #[must_use]
    pub fn edits_lock(&self) -> PathBuf {
        self.path.join("edits.lock")
    }

    /// The entries as they stand.
    #[must_use]
    pub fn entries(&self) -> PathBuf {
        self.path.join("entries.json")
    }

    /// What happened, as JSON lines.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path.join("run.log")
    }

    /// Who works on the episode.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }
}
