//! When an entry last changed, where people took an edit back or brought one back, and when it could leave again.

use crate::model::{Change, Edit, Entries, EntryId, Fact};
use std::collections::BTreeMap;

/// Moves `updated_at` and `approved_at` on to when somebody took an edit of content, or an approval, back or brought it
/// back. The fold over the edits that stand knows nothing of the others, and would let an entry seem older than it was.
/// An approval that a finding held up counts from when the finding was closed.
pub fn move_on(entries: &mut Entries, edits: &[Edit]) {
    let by_number: BTreeMap<u64, &Edit> = edits.iter().map(|edit| (edit.seq, edit)).collect();
    for edit in edits {
        let meant = match edit.change {
            Change::Undo { seq } | Change::Redo { seq } => by_number.get(&seq).copied(),
            Change::ResolveFlag { .. } => Some(edit),
            _ => None,
        };
        let Some(meant) = meant else { continue };
        let is_meant =
            |id: &EntryId| meant.entry.as_ref().is_none_or(|entry| entry == id) || other(&meant.change) == Some(id);
        for entry in entries.entries.iter_mut().filter(|entry| is_meant(&entry.id)) {
            if changes_content(&meant.change) {
                entry.updated_at = entry.updated_at.max(edit.time);
            }
            if decides(&meant.change) {
                entry.approved_at = entry.approved_at.map(|at| at.max(edit.time));
            }
        }
    }
}

/// Whether an approval holds, or does not, because of it.
fn decides(change: &Change) -> bool {
    matches!(
        change,
        Change::Approve { .. }
            | Change::Dismiss
            | Change::SendBack
            | Change::ResolveFlag { .. }
            | Change::ReopenFlag { .. }
    )
}

fn other(change: &Change) -> Option<&EntryId> {
    match change {
        Change::Merge { other } => Some(other),
        Change::Split { into, .. } => Some(into),
        _ => None,
    }
}

/// Whether a reader may see the change.
fn changes_content(change: &Change) -> bool {
    match change {
        Change::SetQuestion { .. }
        | Change::SetAnswer { .. }
        | Change::SetQuestionTime { .. }
        | Change::SetAnswerTime { .. }
        | Change::CutOut { .. }
        | Change::PutBack { .. }
        | Change::Split { .. }
        | Change::Merge { .. }
        | Change::SetSpeakers { .. }
        | Change::NameVoice { .. }
        | Change::Withdraw { .. } => true,
        // Stands beside the entries.
        Change::SetFact { fact, .. } => *fact != Fact::Title,
        Change::Add { .. }
        | Change::ResolveFlag { .. }
        | Change::ReopenFlag { .. }
        | Change::Approve { .. }
        | Change::SendBack
        | Change::Accept
        | Change::Dismiss
        | Change::Restore
        | Change::Undo { .. }
        | Change::Redo { .. } => false,
    }
}
