//! People's edits (`edits.jsonl`): an input beside the draft, applied by a fold, never a change to it.

use super::{EntryId, Flag, PersonId, Span};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of `edits.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was made.
    pub time: Timestamp,
    /// Who made it.
    pub editor: String,
    /// The entry that it is about; `None` for what concerns the whole episode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// What changes.
    pub change: Change,
}

impl Edit {
    /// Whether it tells whose voice a voice is.
    #[must_use]
    pub fn names_voice(&self) -> bool {
        matches!(self.change, Change::NameVoice { .. })
    }
}

/// What an editor can change in an entry, or in the episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Change {
    /// Sets the printed question.
    SetQuestion {
        /// The new text.
        text: String,
    },
    /// Sets the printed answer.
    SetAnswer {
        /// Its paragraphs.
        paragraphs: Vec<String>,
    },
    /// Moves the question in time.
    SetQuestionTime {
        /// From its first to its last word.
        span: Span,
    },
    /// Moves the answer in time.
    SetAnswerTime {
        /// From its first to its last word.
        span: Span,
    },
    /// Names who answers, in order of speaking.
    SetSpeakers {
        /// The people, by roster id.
        people: Vec<PersonId>,
    },
    /// Closes a finding, with the reason in words. The flag is found again by kind, code and text.
    ResolveFlag {
        /// The finding as it stood.
        flag: Box<Flag>,
        /// What was decided, and why; never empty.
        how: String,
    },
    /// Takes the closing of a finding back. The flag is found again by kind, code and text.
    ReopenFlag {
        /// The finding as it stood.
        flag: Box<Flag>,
    },
    /// Approves the entry as it then stands.
    Approve,
    /// Takes an approval back.
    SendBack,
    /// Withdraws a published entry.
    Withdraw {
        /// Why; printed on the page.
        reason: String,
    },
    /// A possible entry is one.
    Accept,
    /// This is no entry.
    Dismiss,
    /// Takes a dismissal back.
    Restore,
    /// Tells whose voice it is, everywhere in the episode. Concerns the episode, not an entry.
    NameVoice {
        /// Where the voice is heard. Voices may be numbered otherwise after another run: by this it is found again.
        heard: Vec<Span>,
        /// Whose it is; `None`: nobody of the roster's, or nobody knows.
        person: Option<PersonId>,
    },
}
