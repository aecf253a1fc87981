//! `episode.json`: the document of `entries.json` with what may leave the house.
//!
//! The fields are those of [`Entries`], so that one schema describes both. Some are always empty or
//! absent, since each can hold an asker's name: `asker`, `verbatim` (what was said word for word, while an editor may
//! have taken a name out of the printed text), `corrections` (they quote what was said too), and `flags` (findings
//! quote what they found, and are between the program and the editor).

use super::{ExportError, NamedBytes, address};
use crate::model::{Entries, Entry, EpisodeHead, Links, Provenance, Publishable, Status, Tombstone};
use serde::Serialize;

/// Version of the document's fields.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document {
    format: u32,
    #[serde(flatten)]
    entries: Entries,
}

/// The one file of this format.
pub(super) fn files(
    head: &EpisodeHead,
    entries: &[Publishable],
    tombstones: &[Tombstone],
    provenance: &Provenance,
) -> Result<Vec<NamedBytes>, ExportError> {
    let name = format!("{}/episode.json", head.id);
    let mut episode = head.clone();
    episode.recording_url = episode.recording_url.filter(|url| address::web(url).is_some());
    let entries = Entries {
        episode,
        entries: entries.iter().map(|publishable| public(*publishable)).collect(),
        tombstones: tombstones.to_vec(),
        provenance: provenance.clone(),
    };
    match serde_json::to_vec_pretty(&Document { format: FORMAT, entries }) {
        Ok(mut bytes) => {
            bytes.push(b'\n');
            Ok(vec![NamedBytes { name, bytes }])
        }
        Err(e) => Err(ExportError::Made { name, reason: e.to_string() }),
    }
}

/// The entry without what stays in the house.
fn public(publishable: Publishable) -> Entry {
    let mut entry = publishable.entry().clone();
    entry.question.asker = None;
    entry.question.verbatim.clear();
    if let Some(answer) = &mut entry.answer {
        answer.verbatim.clear();
    }
    entry.flags.clear();
    entry.corrections.clear();
    entry.links = entry.links.filter(are_safe);
    if publishable.is_draft() {
        // An approval that does not hold (a finding is open, nobody is credited) must not pass for one.
        if entry.status == Status::Approved {
            entry.status = Status::NeedsReview;
        }
        entry.approved_by = None;
        entry.approved_at = None;
    }
    entry
}

fn are_safe(links: &Links) -> bool {
    [&links.answer, &links.question, &links.short].into_iter().all(|url| address::web(url).is_some())
        && address::player(&links.embed).is_some()
}
