//! People's edits (`edits.jsonl`): an input beside the draft, applied by a fold, never a change to it.

use super::{Digest, EntryId, Flag, PersonId, Span};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

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
    /// Whatever the page called it when it sent it: what is sent twice is one edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What changes.
    pub change: Change,
}

impl Edit {
    /// Whether it tells whose voice a voice is.
    #[must_use]
    pub fn names_voice(&self) -> bool {
        matches!(self.change, Change::NameVoice { .. })
    }

    /// Whether it concerns what the draft is made of, so that it is not laid over the draft.
    #[must_use]
    pub fn is_of_episode(&self) -> bool {
        matches!(self.change, Change::NameVoice { .. } | Change::SetFact { .. })
    }

    /// Whether it takes back or brings back another one.
    #[must_use]
    pub fn is_of_history(&self) -> bool {
        matches!(self.change, Change::Undo { .. } | Change::Redo { .. })
    }

    /// Whether entries are cut anew from the transcript by it.
    #[must_use]
    pub fn cuts(&self) -> bool {
        matches!(
            self.change,
            Change::SetQuestionTime { .. }
                | Change::SetAnswerTime { .. }
                | Change::CutOut { .. }
                | Change::PutBack { .. }
                | Change::Split { .. }
                | Change::Merge { .. }
                | Change::Add { .. }
        )
    }
}

/// What people did and took back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Numbers of the edits that hold, in the order in which they would be taken back, the last one first to go.
    done: Vec<u64>,
    /// Numbers of the edits that were taken back, the last one first to come back.
    undone: Vec<u64>,
}

impl History {
    /// Of edits in their order. An undo of what does not hold, and a redo of what was not taken back, do nothing.
    #[must_use]
    pub fn of(edits: &[Edit]) -> Self {
        let mut history = Self::default();
        for edit in edits {
            history.add(edit);
        }
        history
    }

    /// Takes in one more edit.
    pub fn add(&mut self, edit: &Edit) {
        let (from, to, seq) = match edit.change {
            Change::Undo { seq } => (&mut self.done, &mut self.undone, seq),
            Change::Redo { seq } => (&mut self.undone, &mut self.done, seq),
            _ => {
                self.done.push(edit.seq);
                // What was taken back before stays so: something else was done since.
                self.undone.clear();
                return;
            }
        };
        if let Some(at) = from.iter().rposition(|number| *number == seq) {
            from.remove(at);
            to.push(seq);
        }
    }

    /// The number of the edit that would be taken back next.
    #[must_use]
    pub fn undo(&self) -> Option<u64> {
        self.done.last().copied()
    }

    /// The number of the edit that would come back next.
    #[must_use]
    pub fn redo(&self) -> Option<u64> {
        self.undone.last().copied()
    }
}

/// The edits that hold: without those that were taken back, and without the undos and redos themselves.
#[must_use]
pub fn standing(edits: &[Edit]) -> Vec<Edit> {
    let done: BTreeSet<u64> = History::of(edits).done.into_iter().collect();
    edits.iter().filter(|edit| !edit.is_of_history() && done.contains(&edit.seq)).cloned().collect()
}

/// What people state about an episode and can change on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The title.
    Title,
    /// The day on which the webinar was held, as "2026-03-01".
    HeldOn,
    /// The published video: its id or its address.
    Youtube,
    /// What the published video lacks of the recording, in seconds: "12.4" at its head, "12.4, 3" at its end too.
    VideoCut,
    /// Who hosts, by roster id.
    Host,
    /// Who answers, by roster ids with commas between.
    Experts,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title => "the title",
            Self::HeldOn => "the day it was held",
            Self::Youtube => "the YouTube video",
            Self::VideoCut => "how the published video was cut",
            Self::Host => "the host",
            Self::Experts => "the experts",
        })
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
    /// Takes a stretch out of the answer: an announcement, a joke.
    CutOut {
        /// What goes.
        span: Span,
    },
    /// Takes into the answer what was not in it.
    PutBack {
        /// What comes.
        span: Span,
    },
    /// The answer holds the next question: it ends before that, and what is behind becomes the answer of a new entry.
    Split {
        /// The next question.
        question: Span,
        /// The new entry.
        into: EntryId,
    },
    /// Takes another entry in: its question and answer join this one's answer, or, where this one has none, its question
    /// this one's question. The other entry is dismissed.
    Merge {
        /// The other entry.
        other: EntryId,
    },
    /// An entry that the machine did not find. The edit's entry is its id.
    Add {
        /// Its question.
        question: Span,
        /// Its answer; `None` when nobody answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Span>,
    },
    /// Approves the entry as it then stands.
    Approve {
        /// The content that was approved, by [`crate::draft::seen`]: what was never seen is never approved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<Digest>,
    },
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
    /// Something that people state about the episode was changed in `episode.toml`. Concerns the episode, not an entry.
    SetFact {
        /// What.
        fact: Fact,
        /// What it was.
        from: Option<String>,
        /// What it is; `None`: not stated.
        to: Option<String>,
    },
    /// Takes an edit back.
    Undo {
        /// Its number.
        seq: u64,
    },
    /// Brings back an edit that was taken back.
    Redo {
        /// Its number.
        seq: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edits(changes: &[Change]) -> Vec<Edit> {
        let edit = |(seq, change): (u64, &Change)| Edit {
            seq,
            time: Timestamp::UNIX_EPOCH,
            editor: String::new(),
            entry: None,
            key: None,
            change: change.clone(),
        };
        (1..).zip(changes).map(edit).collect()
    }

    fn numbers(edits: &[Edit]) -> Vec<u64> {
        standing(edits).iter().map(|edit| edit.seq).collect()
    }

    #[test]
    fn what_is_taken_back_does_not_hold_until_it_comes_back() {
        let all = edits(&[Change::Accept, Change::Dismiss, Change::Undo { seq: 2 }, Change::Redo { seq: 2 }]);
        assert_eq!(numbers(&all[..2]), [1, 2]);
        assert_eq!(numbers(&all[..3]), [1]);
        assert_eq!((History::of(&all[..3]).undo(), History::of(&all[..3]).redo()), (Some(1), Some(2)));
        assert_eq!(numbers(&all), [1, 2]);
        // Behind something new nothing comes back.
        let all = edits(&[Change::Accept, Change::Undo { seq: 1 }, Change::Dismiss, Change::Redo { seq: 1 }]);
        assert_eq!((numbers(&all), History::of(&all).redo()), (vec![3], None));
    }

    #[test]
    fn edits_from_before_are_read() {
        let line =
            r#"{"seq":1,"time":"2026-01-01T00:00:00Z","editor":"a","entry":"e-7k3m9q2x","change":{"do":"approve"}}"#;
        let edit: Edit = serde_json::from_str(line).unwrap();
        assert_eq!(edit.change, Change::Approve { content: None });
        assert_eq!(serde_json::to_string(&edit).unwrap(), line);
    }

    proptest! {
        #[test]
        fn undoing_all_leaves_nothing_and_redoing_all_brings_all_back(steps in prop::collection::vec(0u8..4, 0..60)) {
            let mut all: Vec<Edit> = Vec::new();
            let add = |all: &mut Vec<Edit>, change| {
                let seq = all.len() as u64 + 1;
                all.push(Edit { seq, ..edits(&[change]).remove(0) });
            };
            for step in steps {
                let history = History::of(&all);
                match (step, history.undo(), history.redo()) {
                    (0, Some(seq), _) => add(&mut all, Change::Undo { seq }),
                    (1, _, Some(seq)) => add(&mut all, Change::Redo { seq }),
                    _ => add(&mut all, Change::Accept),
                }
            }
            let before = numbers(&all);
            let mut undone = 0;
            while let Some(seq) = History::of(&all).undo() {
                add(&mut all, Change::Undo { seq });
                undone += 1;
            }
            prop_assert_eq!((numbers(&all), undone), (vec![], before.len()));
            for _ in 0..undone {
                let seq = History::of(&all).redo();
                prop_assert!(seq.is_some());
                add(&mut all, Change::Redo { seq: seq.unwrap_or_default() });
            }
            prop_assert_eq!(numbers(&all), before);
        }
    }
}
