//! Which entries must not be shown any more.

use super::{GoneReason, Tombstone};
use crate::model::{Change, Edit, Entries, EntryId, Status};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The tombstones of an episode: entries that disappeared from the draft, those that were withdrawn, and those that were
/// approved at any time and are not any more. By id; the same entries and edits give the same tombstones.
///
/// `edits` are all lines of `edits.jsonl`, also those that were taken back: an approval may have been exported before.
#[must_use]
pub fn gone(entries: &Entries, edits: &[Edit]) -> Vec<Tombstone> {
    let touched = touched(edits);
    let mut gone: BTreeMap<EntryId, Tombstone> = BTreeMap::new();
    for tombstone in &entries.tombstones {
        let removed =
            Tombstone { id: tombstone.id.clone(), at: tombstone.at, reason: GoneReason::Removed, notice: None };
        gone.insert(tombstone.id.clone(), removed);
    }
    let approved: BTreeSet<&EntryId> = edits
        .iter()
        .filter(|edit| matches!(edit.change, Change::Approve { .. }))
        .filter_map(|edit| edit.entry.as_ref())
        .collect();
    for entry in &entries.entries {
        gone.remove(&entry.id);
        let at = touched.get(&entry.id).map_or(entry.updated_at, |touched| entry.updated_at.max(*touched));
        let reason = match entry.status {
            Status::Withdrawn => GoneReason::Withdrawn,
            _ if !approved.contains(&entry.id) || entry.approved().is_ok() => continue,
            Status::Dismissed | Status::Possible => GoneReason::Removed,
            _ => GoneReason::Unapproved,
        };
        let notice = entry.withdrawn.clone().filter(|_| reason == GoneReason::Withdrawn);
        gone.insert(entry.id.clone(), Tombstone { id: entry.id.clone(), at, reason, notice });
    }
    for id in approved {
        if !gone.contains_key(id) && entries.entries.iter().all(|entry| entry.id != *id) {
            let at = touched.get(id).copied().unwrap_or_default();
            gone.insert(id.clone(), Tombstone { id: id.clone(), at, reason: GoneReason::Removed, notice: None });
        }
    }
    gone.into_values().collect()
}

/// When somebody last changed each entry, undos and redos included.
fn touched(edits: &[Edit]) -> BTreeMap<EntryId, Timestamp> {
    let by_number: BTreeMap<u64, &Edit> = edits.iter().map(|edit| (edit.seq, edit)).collect();
    let mut touched = BTreeMap::new();
    for edit in edits {
        let meant = match edit.change {
            Change::Undo { seq } | Change::Redo { seq } => by_number.get(&seq).copied().unwrap_or(edit),
            _ => edit,
        };
        let also = match &meant.change {
            Change::Merge { other } => Some(other),
            Change::Split { into, .. } => Some(into),
            _ => None,
        };
        for id in meant.entry.iter().chain(also) {
            let at = touched.entry(id.clone()).or_insert(edit.time);
            *at = edit.time.max(*at);
        }
    }
    touched
}
