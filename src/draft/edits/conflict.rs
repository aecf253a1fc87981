//! Edits that could not be applied, and why.

use crate::model::{Edit, PersonId};
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// An edit that could not be applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// The edit, whole.
    pub edit: Edit,
    /// Why it could not be applied.
    pub reason: ConflictReason,
}

impl fmt::Display for Conflict {
    /// One sentence: which edit, and why not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Edit { seq, editor, entry, .. } = &self.edit;
        let entry = entry.as_ref().map_or("the episode".to_owned(), ToString::to_string);
        write!(f, "edit {seq} by {editor} to {entry} was not applied: {}", self.reason)
    }
}

/// Why an edit could not be applied; its `Display` is a sentence for the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConflictReason {
    /// The entry isn't there any more, or never was.
    #[error("the entry is not in the draft any more")]
    EntryGone,
    /// The finding that was resolved isn't there any more.
    #[error("the finding \"{code}\" is not there any more")]
    FlagGone {
        /// The finding's code.
        code: String,
    },
    /// A finding was resolved without a reason.
    #[error("no reason is given for resolving the finding")]
    NoReason,
    /// Somebody who isn't in the roster was named.
    #[error("{person} is not in the roster: add that person to roster.toml and draft the episode again")]
    UnknownPerson {
        /// The id that was given.
        person: PersonId,
    },
    /// The entry can't be approved as it stands.
    #[error("it can't be approved: {why_not}")]
    NotReady {
        /// What stands against it.
        why_not: String,
    },
    /// The machine changed the entry after it was approved.
    #[error("the entry changed after it was approved: look at it again, then approve it again")]
    ChangedSince {
        /// When it changed.
        at: Timestamp,
    },
    /// The question has no answer to be edited.
    #[error("the question has no answer")]
    NoAnswer,
    /// The new text is empty.
    #[error("the new text is empty")]
    Blank,
    /// Nothing is said in the stretch that was given.
    #[error("nobody says anything there")]
    NoWords,
    /// Nothing would be left of the question or the answer.
    #[error("nothing would be left of it")]
    NothingLeft,
    /// The next question lies outside the answer that was to be split.
    #[error("the next question must lie inside the answer")]
    OutsideAnswer,
    /// The id of a new entry is taken.
    #[error("there is such an entry already")]
    EntryThere,
    /// The entry cannot be made of what was said there.
    #[error("no entry can be made of it: {cause}")]
    NotCut {
        /// Why.
        cause: String,
    },
    /// The new time is empty or lies behind the recording's end.
    #[error("the new time does not lie in the recording")]
    OutsideRecording,
    /// The entry was dismissed or withdrawn.
    #[error("the entry was dismissed or withdrawn: restore it first")]
    PutAway,
}
