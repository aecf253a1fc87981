//! What of an episode may go to the website, as it stands on the disk now.

use super::edited;
use crate::draft;
use crate::export::contract::{self, Tombstone};
use crate::library::artefact::{self, entries_key};
use crate::library::{EpisodeFolder, Holder, Library, LibraryError, journal};
use crate::model::{Entries, EntryId, NotPublishable, Publishable, Published, Recording, Status, Transcript, Word};

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

impl Handover {
    /// What may leave: approved entries, or with `drafts` also the others, which then say so visibly.
    #[must_use]
    pub fn publication(&self, drafts: bool) -> Publication<'_> {
        let mut publication = Publication::default();
        for entry in &self.entries.entries {
            match if drafts { entry.as_visible_draft() } else { entry.approved() } {
                Ok(entry) => publication.entries.push(entry),
                Err(why) if entry.status == Status::Approved => publication.blocked.push((entry.id.clone(), why)),
                Err(_) if matches!(entry.status, Status::NeedsReview | Status::Draft) => publication.held_back += 1,
                Err(_) => {}
            }
        }
        publication
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
