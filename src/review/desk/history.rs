//! Edits in words, for people who undo them or find them made by somebody else.

use crate::model::{Change, Edit, Entries};

/// The longest quotation of a question, in characters.
const QUOTED: usize = 40;

/// What an edit did, as the rest of a sentence: "changed the answer to “Can I run?”".
pub(super) fn told(edit: &Edit, entries: &Entries) -> String {
    let entry = edit.entry.as_ref().and_then(|id| entries.entries.iter().find(|entry| entry.id == *id));
    let of = entry.map_or_else(
        || edit.entry.as_ref().map_or("the episode".to_owned(), ToString::to_string),
        |entry| format!("\u{201c}{}\u{201d}", short(&entry.question.text)),
    );
    match &edit.change {
        Change::SetQuestion { .. } => format!("changed the question {of}"),
        Change::SetAnswer { .. } => format!("changed the answer to {of}"),
        Change::SetQuestionTime { .. } => format!("moved the question {of}"),
        Change::SetAnswerTime { .. } => format!("moved the answer to {of}"),
        Change::CutOut { .. } => format!("cut something out of the answer to {of}"),
        Change::PutBack { .. } => format!("put something back into the answer to {of}"),
        Change::Split { .. } => format!("split {of}"),
        Change::Merge { .. } => format!("merged another entry into {of}"),
        Change::Add { .. } => format!("added {of}"),
        Change::SetSpeakers { .. } => format!("named who answers {of}"),
        Change::ResolveFlag { flag, .. } => format!("resolved \u{201c}{}\u{201d} in {of}", flag.code),
        Change::ReopenFlag { flag } => format!("opened \u{201c}{}\u{201d} again in {of}", flag.code),
        Change::Approve { .. } => format!("approved {of}"),
        Change::SendBack => format!("took back the approval of {of}"),
        Change::Withdraw { .. } => format!("withdrew {of}"),
        Change::Accept => format!("accepted {of}"),
        Change::Dismiss => format!("dismissed {of}"),
        Change::Restore => format!("restored {of}"),
        Change::NameVoice { .. } => "named a voice".into(),
        Change::SetFact { fact, .. } => format!("changed {fact}"),
        Change::Undo { .. } => format!("took back a change of {of}"),
        Change::Redo { .. } => format!("brought back a change of {of}"),
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
