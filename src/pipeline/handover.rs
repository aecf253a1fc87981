//! What of an episode may go to the website, as it stands on the disk now; all times are on the published video's clock.

use super::edited;
use super::on_video::move_to_video;
use crate::draft;
use crate::export::contract::{self, Tombstone};
use crate::library::artefact::{self, entries_key};
use crate::library::{EpisodeFolder, Holder, Library, LibraryError, journal};
use crate::model::{
    Change, Edit, Entries, Entry, EntryId, NotPublishable, Publishable, Published, Recording, Status, Transcript, Word,
    standing,
};
use std::collections::BTreeMap;

/// An episode's entries with what an export says beside them.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The entries as they stand, also those that may not leave. Those that the published video lacks are not among them.
    pub entries: Entries,
    /// Entries that people worked on or may, of which the published video lacks the question or the answer.
    pub not_on_video: Vec<EntryId>,
    /// What must not be shown any more.
    pub gone: Vec<Tombstone>,
    /// What the recording's page says, for a recording that was downloaded.
    pub published: Option<Box<Published>>,
    /// The transcript's words; empty unless they were asked for and are there.
    pub words: Vec<Word>,
}

/// What may leave of an episode, and what is left out.
#[derive(Debug, Clone, Default)]
pub struct Publication<'a> {
    /// What may leave.
    pub entries: Vec<Publishable<'a>>,
    /// How many wait for people.
    pub held_back: usize,
    /// Those that were approved and may not leave all the same, with the reason.
    pub blocked: Vec<(EntryId, NotPublishable)>,
}

impl Publication<'_> {
    /// What to tell of those that were approved and may not leave, as sentences.
    #[must_use]
    pub fn told_blocked(&self) -> Vec<String> {
        self.blocked.iter().map(|(id, why)| format!("{id} was approved and is left out: {why}.")).collect()
    }
}

impl Handover {
    /// What may leave: approved entries, or with `drafts` also the others, which then say so visibly.
    #[must_use]
    pub fn publication(&self, drafts: bool) -> Publication<'_> {
        let mut publication = Publication::default();
        for entry in &self.entries.entries {
            match if drafts { entry.as_visible_draft() } else { entry.approved() } {
                Ok(entry) => publication.entries.push(entry),
                Err(why) if entry.status == Status::Approved => publication.blocked.push((entry.id.clone(), why)),
                Err(_) if may_leave(entry) => publication.held_back += 1,
                Err(_) => {}
            }
        }
        publication
    }

    /// What people should know of what is left out, as a sentence.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let ids: Vec<&str> = self.not_on_video.iter().map(EntryId::as_str).collect();
        let (what, its) = match ids.len() {
            0 => return None,
            1 => ("1 entry".to_owned(), "its question or its answer"),
            n => (format!("{n} entries"), "their questions or answers"),
        };
        Some(format!(
            "{}: {what} left out, since the published video lacks {its}: {}. Move the times of these entries on the review \
             page, or dismiss them.",
            self.entries.episode.id,
            ids.join(", ")
        ))
    }
}

/// Whether it may be published some day.
fn may_leave(entry: &Entry) -> bool {
    matches!(entry.status, Status::NeedsReview | Status::Draft | Status::Approved)
}

/// Reads what an export is made of; `None` while the episode has no entries.
///
/// Where a run was killed between somebody's edit and the entries, the edits are laid over the draft first: what was
/// withdrawn must not leave because of that.
///
/// # Errors
/// When a file can't be read, or the entries can't be brought up to the edits.
pub fn handover(
    library: &Library,
    folder: &EpisodeFolder,
    holder: &Holder,
    with_words: bool,
) -> Result<Option<Handover>, LibraryError> {
    let edits = journal::edits(&folder.edits())?;
    let draft_key = artefact::key_of(&folder.draft())?;
    if !edits.is_empty()
        && let Some(draft_key) = &draft_key
        && artefact::key_of(&folder.entries())? != Some(entries_key(draft::VERSION, draft_key, &edits))
    {
        let _lock = folder.lock_edits(holder)?;
        edited::settle(library, folder)?;
    }
    let Some(mut entries) = artefact::load::<Entries>(&folder.entries())? else { return Ok(None) };
    if draft_key.is_none()
        && let Some(id) = behind(&entries, &edits)
    {
        let why = format!("somebody ended the approval of {id}, and the entries do not know it yet");
        return Err(LibraryError::Damaged { path: folder.entries(), why });
    }
    let recording: Option<Recording> = artefact::load(&folder.source())?;
    let transcript: Option<Transcript> = if with_words { artefact::load(&folder.transcript())? } else { None };
    let mut words = transcript.map(|transcript| transcript.words).unwrap_or_default();
    contract::move_on(&mut entries, &edits);
    let lost = move_to_video(&mut entries, &mut words);
    Ok(Some(Handover {
        gone: gone(&entries, &lost, &edits),
        not_on_video: lost.iter().filter(|entry| may_leave(entry)).map(|entry| entry.id.clone()).collect(),
        entries,
        published: recording.and_then(|recording| recording.published),
        words,
    }))
}

/// An entry that counts as approved although the last decision of people is another one: without the draft, the edits
/// can't be laid over it anew.
fn behind<'a>(entries: &'a Entries, edits: &[Edit]) -> Option<&'a EntryId> {
    let mut decided: BTreeMap<EntryId, bool> = BTreeMap::new();
    for edit in standing(edits) {
        let approves = match edit.change {
            Change::Approve { .. } => true,
            Change::Withdraw { .. } | Change::SendBack | Change::Dismiss => false,
            _ => continue,
        };
        decided.extend(edit.entry.map(|entry| (entry, approves)));
    }
    let mut approved = entries.entries.iter().filter(|entry| entry.status == Status::Approved).map(|entry| &entry.id);
    approved.find(|id| decided.get(*id) == Some(&false))
}

/// The tombstones, also of entries that were approved and are not on the video any more: they may come back.
fn gone(entries: &Entries, lost: &[Entry], edits: &[Edit]) -> Vec<Tombstone> {
    if lost.is_empty() {
        return contract::gone(entries, edits);
    }
    let mut all = entries.clone();
    all.entries.extend(lost.iter().cloned().map(|entry| match entry.status {
        Status::Approved => Entry { status: Status::NeedsReview, ..entry },
        _ => entry,
    }));
    let mut gone = contract::gone(&all, edits);
    for tombstone in &mut gone {
        if let Some(entry) = lost.iter().find(|entry| entry.id == tombstone.id) {
            tombstone.at = tombstone.at.max(entry.updated_at);
        }
    }
    gone
}
