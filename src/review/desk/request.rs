//! What a page asks of a desk, and what it is told.

use crate::model::{Change, EntryId};
use crate::review::backstage::Trouble;
use crate::review::view::{Counts, EntryView, Stretch};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a page shows: so many edits over this draft. As text "12.ab34cd78".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// How many edits.
    pub edits: u64,
    /// The beginning of the draft's key.
    pub draft: String,
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{}", self.edits, self.draft))
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('.').and_then(|(edits, draft)| Some((edits.parse().ok()?, draft.to_owned())));
        let (edits, draft) = parts.ok_or_else(|| serde::de::Error::custom("that is no version"))?;
        Ok(Self { edits, draft })
    }
}

/// An edit as the page sends it.
#[derive(Debug, Clone, Deserialize)]
pub struct EditRequest {
    /// What the editor saw.
    pub version: Version,
    /// What is sent twice is one edit.
    pub key: String,
    /// The entry; `None` for the whole episode.
    #[serde(default)]
    pub entry: Option<EntryId>,
    /// What changes.
    pub change: Change,
}

/// Why an edit was not made.
#[derive(Debug, Clone)]
pub enum Refused {
    /// Somebody changed this entry since.
    Stale {
        /// What they changed, as sentences.
        changes: Vec<String>,
        /// How it stands now.
        delta: Box<Delta>,
    },
    /// It can't be applied: a sentence.
    Impossible(String),
    /// It could not be saved.
    Trouble(Trouble),
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delta {
    /// What it leads to.
    pub version: Version,
    /// Entries that changed.
    pub entries: Vec<EntryView>,
    /// Entries that are gone.
    pub gone: Vec<EntryId>,
    /// All entries in order.
    pub order: Vec<EntryId>,
    /// What would be taken back.
    pub undo: Option<String>,
    /// What would come back.
    pub redo: Option<String>,
    /// How many are where.
    pub counts: Counts,
    /// What could not be laid over the draft, as sentences.
    pub conflicts: Vec<String>,
    /// What the episode consists of now.
    pub timeline: Vec<Stretch>,
    /// Whether a new draft is being made.
    pub redrafting: bool,
}
