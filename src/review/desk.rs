//! An episode on the editor's desk: the draft with people's edits, and how one more edit comes to it.
//!
//! The files are the truth. Before anything is done the desk takes in what others changed; an edit is appended to
//! `edits.jsonl` and synced before anybody is told that it is saved; `entries.json` follows from both.

mod history;
mod request;

pub use request::{Delta, EditRequest, Refused, Version};

use super::backstage::{Backstage, Trouble};
use super::stamp::{Stamp, stamp};
use super::view::{self, Counts, EntryView, PageView, WordsView};
use crate::draft::{self, Fold, Ground, Material};
use crate::library::artefact::{self, entries_key};
use crate::library::{EpisodeFolder, Holder, Library, LibraryError, Lock, journal};
use crate::model::{
    Change, Digest, Draft, Edit, Entries, Entry, EntryId, EpisodeId, Fact, History, Recording, standing,
};
use crate::speakers::heard;
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Somebody waits for the page: less long than a run may wait for the edits' lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many edits can be taken back without laying all others over the draft again.
const REMEMBERED: usize = 500;

/// An episode that is being edited.
pub struct Desk {
    folder: EpisodeFolder,
    holder: Holder,
    backstage: Arc<dyn Backstage>,
    draft: Draft,
    draft_key: Digest,
    material: Material,
    recording: Option<Recording>,
    /// All edits, those that were taken back among them.
    edits: Vec<Edit>,
    fold: Fold,
    /// How all stood before each of the last edits that hold, with the edit's number: undoing is going back there.
    past: Vec<(u64, Fold)>,
    entries: Entries,
    /// For each entry the edit with which it last changed; for those that are gone the one with which they went.
    changed: HashMap<EntryId, u64>,
    gone: HashMap<EntryId, u64>,
    /// How the files looked that all this was read from.
    stamps: Vec<Stamp>,
    /// The draft that was there when an edit asked for a new one.
    outdated: Option<Digest>,
}

fn trouble(error: LibraryError) -> Trouble {
    Trouble::of(&error)
}

impl Desk {
    /// Opens an episode.
    ///
    /// # Errors
    /// When it has no entries yet, or a file of it can't be read.
    pub fn open(
        library: &Library,
        id: EpisodeId,
        holder: Holder,
        backstage: Arc<dyn Backstage>,
    ) -> Result<Self, Trouble> {
        let folder = library.folder(id);
        let stamps = stamps(&folder);
        let read = Read::new(&folder, &*backstage)?;
        let fold = Fold::new(&read.draft);
        let entries = fold.entries(Ground { draft: &read.draft, material: None });
        let mut desk = Self {
            folder,
            holder,
            backstage,
            draft: read.draft,
            draft_key: read.draft_key,
            material: read.material,
            recording: read.recording,
            edits: Vec::new(),
            fold,
            past: Vec::new(),
            entries,
            changed: HashMap::new(),
            gone: HashMap::new(),
            stamps,
            outdated: None,
        };
        desk.edits = journal::edits(&desk.folder.edits()).map_err(trouble)?;
        desk.fold_anew();
        // A killed program may have saved an edit and not what follows from it.
        let _lock = desk.lock()?;
        desk.save()?;
        Ok(desk)
    }

    fn lock(&self) -> Result<Lock, Trouble> {
        Lock::take(&self.folder.edits_lock(), &self.holder, PATIENCE).map_err(trouble)
    }

    fn ground(&self) -> Ground<'_> {
        Ground { draft: &self.draft, material: Some(&self.material) }
    }

    /// Lays all edits over the draft.
    fn fold_anew(&mut self) {
        let mut fold = Fold::new(&self.draft);
        for edit in standing(&self.edits) {
            fold.add(self.ground(), &edit);
        }
        self.fold = fold;
        self.past.clear();
        self.take_stock();
    }

    /// Goes on to `fold`, which has one edit more.
    fn go_on(&mut self, seq: u64, fold: Fold) {
        if self.past.len() >= REMEMBERED {
            self.past.remove(0);
        }
        self.past.push((seq, std::mem::replace(&mut self.fold, fold)));
    }

    /// Notes which entries are other ones now.
    fn take_stock(&mut self) {
        let now = self.fold.entries(self.ground());
        let seq = self.edits.len() as u64;
        let before: HashMap<&EntryId, &Entry> = self.entries.entries.iter().map(|entry| (&entry.id, entry)).collect();
        for entry in &now.entries {
            if before.get(&entry.id).is_none_or(|old| *old != entry) {
                self.changed.insert(entry.id.clone(), seq);
                self.gone.remove(&entry.id);
            }
        }
        for id in before.into_keys() {
            if !now.entries.iter().any(|entry| entry.id == *id) {
                self.gone.insert(id.clone(), seq);
            }
        }
        self.entries = now;
    }

    /// Takes in what others changed on disk: a new draft, edits of another program. Tells whether anything changed.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn refresh(&mut self) -> Result<bool, Trouble> {
        let now = stamps(&self.folder);
        if now == self.stamps {
            return Ok(false);
        }
        let made_anew = now[1..] != self.stamps[1..];
        let edits = journal::edits(&self.folder.edits()).map_err(trouble)?;
        if made_anew {
            let read = Read::new(&self.folder, &*self.backstage)?;
            (self.draft, self.draft_key) = (read.draft, read.draft_key);
            (self.material, self.recording) = (read.material, read.recording);
            if self.outdated.as_ref().is_some_and(|old| *old != self.draft_key) {
                self.outdated = None;
            }
        }
        let changed = made_anew || edits != self.edits;
        self.stamps = now;
        if changed {
            self.edits = edits;
            self.fold_anew();
        }
        Ok(changed)
    }

    /// What a page would show now.
    #[must_use]
    pub fn version(&self) -> Version {
        Version { edits: self.edits.len() as u64, draft: self.draft_key.as_str().chars().take(8).collect() }
    }

    /// Whether an edit waits for a new draft.
    #[must_use]
    pub fn wants_redraft(&self) -> bool {
        self.outdated.is_some()
    }

    /// The attempt at a new draft is over, whatever came of it.
    pub fn redraft_ended(&mut self) {
        self.outdated = None;
    }

    /// The recording, when it is kept on this computer.
    #[must_use]
    pub fn media(&self) -> Option<PathBuf> {
        let path = self.folder.media().join(&self.recording.as_ref()?.file);
        path.is_file().then_some(path)
    }

    /// All that the episode's page shows.
    #[must_use]
    pub fn page(&self, editor: &str, read_only: bool) -> PageView {
        let history = History::of(&self.edits);
        let facts = [Fact::Title, Fact::HeldOn, Fact::Youtube, Fact::VideoCut, Fact::Host, Fact::Experts];
        let media = self.media();
        PageView {
            head_cut: self.draft.episode.video_cut.head.seconds(),
            episode: self.draft.episode.clone(),
            facts: facts.into_iter().map(|fact| (fact, self.material.facts.stated(fact))).collect(),
            experts: self.material.facts.experts.clone(),
            version: self.version(),
            editor: editor.to_owned(),
            read_only,
            redrafting: self.wants_redraft(),
            video: media.as_ref().is_some_and(|path| view::is_video(path)),
            has_media: media.is_some(),
            media_url: format!("/episodes/{}/media", self.folder.id),
            undo: self.label(history.undo()),
            redo: self.label(history.redo()),
            counts: Counts::of(&self.entries.entries),
            conflicts: self.conflicts(),
            people: self.draft.people.clone(),
            voices: view::voices(&self.material.speakers, &self.material.roster),
            timeline: view::timeline(&self.material, &self.entries.entries),
            turns: view::turns(&self.material),
            entries: self.entries.entries.iter().map(|entry| self.view(entry)).collect(),
        }
    }

    /// The times of all words of the transcript.
    #[must_use]
    pub fn words(&self) -> WordsView {
        view::words(&self.material.transcript)
    }

    /// The entries as they stand.
    #[must_use]
    pub fn entries(&self) -> &Entries {
        &self.entries
    }

    fn view(&self, entry: &Entry) -> EntryView {
        EntryView::of(entry, &self.fold, &self.material.transcript)
    }

    fn conflicts(&self) -> Vec<String> {
        self.fold.conflicts().iter().map(ToString::to_string).collect()
    }

    fn label(&self, seq: Option<u64>) -> Option<String> {
        let edit = self.edits.get(usize::try_from(seq?).ok()?.checked_sub(1)?)?;
        Some(history::told(edit, &self.entries))
    }

    /// What changed since a page was made or last told.
    #[must_use]
    pub fn entries_since(&self, seen: &Version) -> Delta {
        let history = History::of(&self.edits);
        let all = seen.draft != self.version().draft;
        let since = |map: &HashMap<EntryId, u64>, id: &EntryId| map.get(id).is_some_and(|seq| *seq > seen.edits);
        let entries = self.entries.entries.iter().filter(|entry| all || since(&self.changed, &entry.id));
        Delta {
            version: self.version(),
            entries: entries.map(|entry| self.view(entry)).collect(),
            gone: self.gone.keys().filter(|id| all || since(&self.gone, id)).cloned().collect(),
            order: self.entries.entries.iter().map(|entry| entry.id.clone()).collect(),
            undo: self.label(history.undo()),
            redo: self.label(history.redo()),
            counts: Counts::of(&self.entries.entries),
            conflicts: self.conflicts(),
            timeline: view::timeline(&self.material, &self.entries.entries),
            redrafting: self.wants_redraft(),
        }
    }

    /// Makes an edit: when this returns, it is saved.
    ///
    /// # Errors
    /// When somebody else changed the same entry since, when it can't be applied, or when it can't be saved.
    pub fn edit(&mut self, editor: &str, request: &EditRequest, now: Timestamp) -> Result<Delta, Refused> {
        let _lock = self.lock()?;
        self.refresh()?;
        if self.is_known(Some(&request.key)) {
            return Ok(self.entries_since(&request.version));
        }
        self.is_fresh(request)?;
        let change = match &request.change {
            Change::SetFact { fact, to, .. } => {
                let from = self.material.facts.stated(*fact);
                let set = self.backstage.set_fact(&self.folder.id, *fact, to.as_deref());
                set.map_err(|trouble| Refused::Impossible(trouble.sentence()))?;
                Change::SetFact { fact: *fact, from, to: to.clone() }
            }
            Change::Approve { .. } => {
                let entry = self.entries.entries.iter().find(|entry| Some(&entry.id) == request.entry.as_ref());
                Change::Approve { content: entry.map(draft::seen) }
            }
            Change::Undo { .. } | Change::Redo { .. } => {
                return Err(Refused::Impossible("Use undo and redo for that.".into()));
            }
            other => other.clone(),
        };
        let edit = Edit {
            seq: self.edits.len() as u64 + 1,
            time: now,
            editor: editor.to_owned(),
            entry: request.entry.clone(),
            key: Some(request.key.clone()),
            change,
        };
        let mut fold = self.fold.clone();
        let conflicts = fold.conflicts().len();
        fold.add(self.ground(), &edit);
        if let Some(conflict) = fold.conflicts().get(conflicts) {
            return Err(Refused::Impossible(sentence(&conflict.reason.to_string())));
        }
        self.append(&edit)?;
        self.go_on(edit.seq, fold);
        if edit.is_of_episode() {
            self.outdated = Some(self.draft_key.clone());
        }
        self.finish()?;
        Ok(self.entries_since(&request.version))
    }

    /// Tells whose voice a voice is, by its number from 1; a new draft is wanted then.
    ///
    /// # Errors
    /// When there is no such voice, and as [`Desk::edit`].
    pub fn name_voice(
        &mut self,
        editor: &str,
        seen: &Version,
        key: &str,
        voice: u32,
        person: Option<crate::model::PersonId>,
        now: Timestamp,
    ) -> Result<Delta, Refused> {
        let speakers = &self.material.speakers;
        let cluster = voice.checked_sub(1).map(crate::model::ClusterId).and_then(|id| speakers.cluster(id));
        let Some(cluster) = cluster else {
            return Err(Refused::Impossible(format!("This episode has no voice {voice}.")));
        };
        if let Some(stranger) = person.as_ref().filter(|id| self.material.roster.person(id).is_none()) {
            return Err(Refused::Impossible(format!("The roster does not know \u{201c}{stranger}\u{201d}.")));
        }
        let change = Change::NameVoice { heard: heard(speakers, cluster.id), person };
        let request = EditRequest { version: seen.clone(), key: key.to_owned(), entry: None, change };
        self.edit(editor, &request, now)
    }

    /// Takes the last edit back that holds.
    ///
    /// # Errors
    /// When there is none, when somebody edited since, or when it can't be saved.
    pub fn undo(&mut self, editor: &str, seen: &Version, key: Option<&str>, now: Timestamp) -> Result<Delta, Refused> {
        self.travel(editor, seen, key, now, true)
    }

    /// Brings the edit back that was taken back last.
    ///
    /// # Errors
    /// As [`Desk::undo`].
    pub fn redo(&mut self, editor: &str, seen: &Version, key: Option<&str>, now: Timestamp) -> Result<Delta, Refused> {
        self.travel(editor, seen, key, now, false)
    }

    fn travel(
        &mut self,
        editor: &str,
        seen: &Version,
        key: Option<&str>,
        now: Timestamp,
        back: bool,
    ) -> Result<Delta, Refused> {
        let _lock = self.lock()?;
        self.refresh()?;
        if self.is_known(key) {
            return Ok(self.entries_since(seen));
        }
        let since = self.edits_since(seen);
        if !since.is_empty() {
            return Err(self.stale(&since, seen));
        }
        let history = History::of(&self.edits);
        let Some(seq) = (if back { history.undo() } else { history.redo() }) else {
            let nothing = if back { "There is nothing to take back." } else { "There is nothing to bring back." };
            return Err(Refused::Impossible(nothing.into()));
        };
        let target = usize::try_from(seq).ok().and_then(|seq| self.edits.get(seq.checked_sub(1)?)).cloned();
        let of_episode = target.as_ref().is_some_and(Edit::is_of_episode);
        if let Some(Edit { change: Change::SetFact { fact, from, to }, .. }) = &target {
            let (is, becomes) = if back { (to, from) } else { (from, to) };
            if self.material.facts.stated(*fact).as_deref().unwrap_or_default() != is.as_deref().unwrap_or_default() {
                return Err(Refused::Impossible(format!("Somebody changed {fact} in episode.toml since.")));
            }
            self.backstage.set_fact(&self.folder.id, *fact, becomes.as_deref())?;
        }
        let edit = Edit {
            seq: self.edits.len() as u64 + 1,
            time: now,
            editor: editor.to_owned(),
            entry: target.as_ref().and_then(|edit| edit.entry.clone()),
            key: key.map(str::to_owned),
            change: if back { Change::Undo { seq } } else { Change::Redo { seq } },
        };
        self.append(&edit)?;
        if of_episode {
            self.outdated = Some(self.draft_key.clone());
        }
        match (back, target) {
            (true, _) if self.past.last().is_some_and(|(before, _)| *before == seq) => {
                self.fold = self.past.pop().map_or_else(|| self.fold.clone(), |(_, fold)| fold);
            }
            (false, Some(again)) => {
                let mut fold = self.fold.clone();
                fold.add(self.ground(), &again);
                self.go_on(seq, fold);
            }
            _ => self.fold_anew(),
        }
        self.finish()?;
        Ok(self.entries_since(seen))
    }

    /// Whether what a page sends was saved before: the answer to the first time did not arrive then.
    fn is_known(&self, key: Option<&str>) -> bool {
        key.is_some_and(|key| self.edits.iter().any(|edit| edit.key.as_deref() == Some(key)))
    }

    /// Edits that a page has not seen.
    fn edits_since(&self, seen: &Version) -> Vec<Edit> {
        let from = usize::try_from(seen.edits).unwrap_or(usize::MAX).min(self.edits.len());
        self.edits[from..].to_vec()
    }

    /// Fails when somebody changed what the edit is about, and the page did not show that.
    fn is_fresh(&self, request: &EditRequest) -> Result<(), Refused> {
        let mut about: Vec<&EntryId> = request.entry.iter().collect();
        if let Change::Merge { other } = &request.change {
            about.push(other);
        }
        let touches = |edit: &Edit| -> bool {
            let other = match &edit.change {
                Change::Merge { other } => Some(other),
                Change::Split { into, .. } => Some(into),
                _ => None,
            };
            edit.entry.iter().chain(other).any(|id| about.contains(&id))
                || (about.is_empty() && request.entry.is_none() && edit.is_of_episode())
        };
        let since: Vec<Edit> = self.edits_since(&request.version).into_iter().filter(touches).collect();
        if !since.is_empty() {
            return Err(self.stale(&since, &request.version));
        }
        let unseen = request.version.draft != self.version().draft;
        if unseen && matches!(request.change, Change::Approve { .. }) {
            return Err(Refused::Stale {
                changes: vec!["The entries were made anew since: look at this one again.".into()],
                delta: Box::new(self.entries_since(&request.version)),
            });
        }
        Ok(())
    }

    fn stale(&self, since: &[Edit], seen: &Version) -> Refused {
        let told = |edit: &Edit| format!("{}: {}", edit.editor, history::told(edit, &self.entries));
        Refused::Stale { changes: since.iter().map(told).collect(), delta: Box::new(self.entries_since(seen)) }
    }

    /// Saves an edit; whoever is told so can rely on it.
    fn append(&mut self, edit: &Edit) -> Result<(), Refused> {
        journal::append_edit(&self.folder.edits(), edit).map_err(trouble)?;
        self.edits.push(edit.clone());
        Ok(())
    }

    /// Brings everything up to the edits.
    fn finish(&mut self) -> Result<(), Refused> {
        self.take_stock();
        self.save()?;
        Ok(())
    }

    /// Writes `entries.json`, when it is not the same already.
    fn save(&mut self) -> Result<(), Trouble> {
        let key = entries_key(draft::VERSION, &self.draft_key, &self.edits);
        let path = self.folder.entries();
        if artefact::key_of(&path).map_err(trouble)?.as_ref() != Some(&key) {
            artefact::save(&path, &key, &self.entries).map_err(trouble)?;
        }
        // Only of what was written here: others may have written the rest since it was read.
        self.stamps[0] = stamp(&self.folder.edits());
        Ok(())
    }
}

/// What is read of an episode.
struct Read {
    draft: Draft,
    draft_key: Digest,
    material: Material,
    recording: Option<Recording>,
}

impl Read {
    fn new(folder: &EpisodeFolder, backstage: &dyn Backstage) -> Result<Self, Trouble> {
        let draft: Option<Draft> = artefact::load(&folder.draft()).map_err(trouble)?;
        let key = artefact::key_of(&folder.draft()).map_err(trouble)?;
        let (Some(draft), Some(draft_key)) = (draft, key) else {
            return Err(Trouble::new(format!("{} has no entries yet", folder.id), "Process the episode first."));
        };
        let recording = artefact::load(&folder.source()).map_err(trouble)?;
        Ok(Self { draft, draft_key, material: backstage.material(&folder.id)?, recording })
    }
}

/// The files that a desk is read from: the edits first.
fn stamps(folder: &EpisodeFolder) -> Vec<Stamp> {
    [
        folder.edits(),
        folder.draft(),
        folder.transcript(),
        folder.speakers(),
        folder.outline(),
        folder.facts(),
        folder.source(),
    ]
    .map(|path| stamp(&path))
    .into()
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
pub(super) mod tests;
