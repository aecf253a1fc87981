//! What of an episode may go to the website, as it stands on the disk now.

use super::edited;
use crate::draft;
use crate::export::contract::{self, Tombstone};
use crate::library::artefact::{self, entries_key};
use crate::library::{EpisodeFolder, Holder, Library, LibraryError, journal};
use crate::model::{Entries, Entry, NotPublishable, Publishable, Published, Recording, Status, Transcript, Word};

/// An episode's entries with what an export says beside them.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The entries as they stand, also those that may not leave.
    pub entries: Entries,
    /// What must not be shown any more.
    pub gone: Vec<Tombstone>,
    /// What the recording's page says, for a recording that was downloaded.
    pub published: Option<Box<Published>>,
    /// The transcript's words; empty unless they were asked for and are there.
    pub words: Vec<Word>,
}

impl Handover {
    /// What may leave: approved entries, or with `drafts` also the others, which then say so visibly. And how many are
    /// held back of those that wait for people.
    #[must_use]
    pub fn publishable(&self, drafts: bool) -> (Vec<Publishable<'_>>, usize) {
        let all = self.entries.entries.iter();
        let tried: Vec<Result<Publishable<'_>, NotPublishable>> =
            all.map(|entry| if drafts { entry.as_visible_draft() } else { entry.approved() }).collect();
        let waits = |entry: &Entry| matches!(entry.status, Status::NeedsReview | Status::Draft | Status::Approved);
        let held_back =
            self.entries.entries.iter().zip(&tried).filter(|(entry, tried)| waits(entry) && tried.is_err()).count();
        (tried.into_iter().flatten().collect(), held_back)
    }
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
    if !edits.is_empty()
        && let Some(draft_key) = artefact::key_of(&folder.draft())?
        && artefact::key_of(&folder.entries())? != Some(entries_key(draft::VERSION, &draft_key, &edits))
    {
        let _lock = folder.lock_edits(holder)?;
        edited::settle(library, folder)?;
    }
    let Some(entries) = artefact::load::<Entries>(&folder.entries())? else { return Ok(None) };
    let recording: Option<Recording> = artefact::load(&folder.source())?;
    let transcript: Option<Transcript> = if with_words { artefact::load(&folder.transcript())? } else { None };
    Ok(Some(Handover {
        gone: contract::gone(&entries, &edits),
        entries,
        published: recording.and_then(|recording| recording.published),
        words: transcript.map(|transcript| transcript.words).unwrap_or_default(),
    }))
}
