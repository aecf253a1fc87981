//! Stands in for the views of an episode: as little of them as the server needs to be tried.

use super::desk::Version;
use crate::model::{Entry, EntryId, EpisodeHead, Status};
use serde::Serialize;

/// How many entries are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The machine is unsure.
    pub needs_review: usize,
    /// Nobody has looked yet.
    pub draft: usize,
    /// May be published.
    pub approved: usize,
    /// Was published and is not valid any more.
    pub withdrawn: usize,
    /// Nobody answered.
    pub unanswered: usize,
    /// Likelier to be none.
    pub possible: usize,
    /// Is none.
    pub dismissed: usize,
    /// Findings that nobody has resolved.
    pub open_flags: usize,
}

impl Counts {
    /// Of these entries.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let count = |status| entries.iter().filter(|entry| entry.status == status).count();
        Self {
            needs_review: count(Status::NeedsReview),
            draft: count(Status::Draft),
            approved: count(Status::Approved),
            withdrawn: count(Status::Withdrawn),
            unanswered: count(Status::Unanswered),
            possible: count(Status::Possible),
            dismissed: count(Status::Dismissed),
            open_flags: entries.iter().flat_map(|entry| &entry.flags).filter(|flag| flag.resolved.is_none()).count(),
        }
    }
}

/// The episode's page.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// The episode.
    pub episode: EpisodeHead,
    /// What it shows.
    pub version: Version,
    /// Who edits.
    pub editor: String,
    /// Whether nobody may.
    pub read_only: bool,
    /// The entries.
    pub entries: Vec<EntryView>,
}

/// The times of all words, for the page's script.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordsView {
    /// For each word when it begins and ends, in milliseconds, and how sure it is, in percent.
    pub words: Vec<(u64, u64, u8)>,
    /// For each sentence its first word and the one behind its last.
    pub sentences: Vec<(usize, usize)>,
}

/// An entry on the page.
#[derive(Debug, Clone, Serialize)]
pub struct EntryView {
    /// Its id.
    pub id: EntryId,
    /// All of it.
    #[serde(flatten)]
    pub entry: Rest,
}

/// An entry without its id.
#[derive(Debug, Clone, Serialize)]
pub struct Rest {
    /// Where it stands.
    pub status: Status,
    /// What was asked.
    pub question: crate::model::Question,
}

impl EntryView {
    /// Of an entry.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self { id: entry.id.clone(), entry: Rest { status: entry.status, question: entry.question.clone() } }
    }
}
