//! Stands in for the desk at which an episode is edited: it shows `entries.json` and refuses every edit.

use super::backstage::{Backstage, Trouble};
use super::view::{Counts, EntryView, PageView, WordsView};
use crate::library::{EpisodeFolder, Holder, Library, artefact};
use crate::model::{Change, Entries, EntryId, EpisodeId, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// How many edits.
    pub edits: u64,
    /// Of which draft.
    pub draft: String,
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.{}", self.edits, self.draft))
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('.').and_then(|(edits, draft)| Some((edits.parse().ok()?, draft.to_owned())));
        let (edits, draft) = parts.ok_or_else(|| serde::de::Error::custom("that is no version"))?;
        Ok(Self { edits, draft })
    }
}

/// An edit as the page sends it.
#[derive(Debug, Clone, Deserialize)]
pub struct EditRequest {
    /// What the editor saw.
    pub version: Version,
    /// What is sent twice is one edit.
    pub key: String,
    /// The entry; none for the whole episode.
    pub entry: Option<EntryId>,
    /// What changes.
    pub change: Change,
}

/// Why an edit was not made.
#[derive(Debug, Clone)]
pub enum Refused {
    /// Somebody changed this entry since.
    Stale {
        /// What they changed, as sentences.
        changes: Vec<String>,
        /// How it stands now.
        delta: Box<Delta>,
    },
    /// It can't be applied: a sentence.
    Impossible(String),
    /// It could not be saved.
    Trouble(Trouble),
}

/// What changed.
#[derive(Debug, Clone, Serialize)]
pub struct Delta {
    /// What it leads to.
    pub version: Version,
    /// Entries that changed.
    pub entries: Vec<EntryView>,
    /// Entries that are gone.
    pub gone: Vec<EntryId>,
    /// All entries in order.
    pub order: Vec<EntryId>,
    /// What would be taken back.
    pub undo: Option<String>,
    /// What would come back.
    pub redo: Option<String>,
    /// How many are where.
    pub counts: Counts,
    /// What could not be laid over the draft.
    pub conflicts: Vec<String>,
    /// Whether a new draft is being made.
    pub redrafting: bool,
}

/// An episode that is being edited.
pub struct Desk {
    folder: EpisodeFolder,
    entries: Entries,
    outdated: bool,
}

impl Desk {
    /// Opens an episode.
    ///
    /// # Errors
    /// When it has no entries yet, or they can't be read.
    pub fn open(
        library: &Library,
        id: EpisodeId,
        _holder: Holder,
        _backstage: Arc<dyn Backstage>,
    ) -> Result<Self, Trouble> {
        let folder = library.folder(id);
        let entries = load(&folder)?;
        Ok(Self { folder, entries, outdated: false })
    }

    /// Takes in what others changed on disk.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn refresh(&mut self) -> Result<bool, Trouble> {
        let entries = load(&self.folder)?;
        let changed = entries != self.entries;
        self.entries = entries;
        Ok(changed)
    }

    /// What a page would show.
    #[must_use]
    pub fn version(&self) -> Version {
        let count = self.entries.entries.iter().map(|entry| entry.question.text.len() as u64).sum();
        Version { edits: count, draft: "stand-in".into() }
    }

    /// Whether an edit waits for a new draft.
    #[must_use]
    pub fn wants_redraft(&self) -> bool {
        self.outdated
    }

    /// The attempt at a new draft is over, whatever came of it.
    pub fn redraft_ended(&mut self) {
        self.outdated = false;
    }

    /// The times of all words of the transcript.
    #[must_use]
    pub fn words(&self) -> WordsView {
        WordsView { words: Vec::new(), sentences: Vec::new() }
    }

    /// Tells whose voice a voice is.
    ///
    /// # Errors
    /// Always but for voice 1.
    pub fn name_voice(
        &mut self,
        _editor: &str,
        seen: &Version,
        _key: &str,
        voice: u32,
        _person: Option<PersonId>,
        _now: Timestamp,
    ) -> Result<Delta, Refused> {
        if voice != 1 {
            return Err(Refused::Impossible(format!("This episode has no voice {voice}.")));
        }
        self.outdated = true;
        Ok(self.entries_since(seen))
    }

    /// The page.
    #[must_use]
    pub fn page(&self, editor: &str, read_only: bool) -> PageView {
        PageView {
            episode: self.entries.episode.clone(),
            version: self.version(),
            editor: editor.to_owned(),
            read_only,
            entries: self.entries.entries.iter().map(EntryView::of).collect(),
        }
    }

    /// Entries that changed since.
    #[must_use]
    pub fn entries_since(&self, seen: &Version) -> Delta {
        let entries = if *seen == self.version() { Vec::new() } else { self.page("", false).entries };
        Delta {
            version: self.version(),
            entries,
            gone: Vec::new(),
            order: self.entries.entries.iter().map(|entry| entry.id.clone()).collect(),
            undo: None,
            redo: None,
            counts: Counts::of(&self.entries.entries),
            conflicts: Vec::new(),
            redrafting: self.outdated,
        }
    }

    /// Makes an edit.
    ///
    /// # Errors
    /// Always.
    pub fn edit(&mut self, _editor: &str, request: &EditRequest, _now: Timestamp) -> Result<Delta, Refused> {
        if request.version != self.version() {
            let delta = Box::new(self.entries_since(&request.version));
            return Err(Refused::Stale { changes: vec!["Somebody changed the question.".into()], delta });
        }
        match &request.change {
            Change::SetQuestion { text } if text == "panic" => panic!("as the test wants it"),
            Change::SetQuestion { text } if text == "disk" => {
                Err(Refused::Trouble(Trouble::new("edits.jsonl could not be written", "Free some space.")))
            }
            Change::Accept => Ok(self.entries_since(&Version { edits: 0, draft: String::new() })),
            _ => Err(Refused::Impossible("Nothing can be edited yet.".into())),
        }
    }

    /// Takes an edit back.
    ///
    /// # Errors
    /// Always.
    pub fn undo(&mut self, _editor: &str, _seen: &Version, _now: Timestamp) -> Result<Delta, Refused> {
        Err(Refused::Impossible("Nothing can be taken back yet.".into()))
    }

    /// Brings an edit back.
    ///
    /// # Errors
    /// Always.
    pub fn redo(&mut self, _editor: &str, _seen: &Version, _now: Timestamp) -> Result<Delta, Refused> {
        Err(Refused::Impossible("Nothing can be brought back yet.".into()))
    }
}

fn load(folder: &EpisodeFolder) -> Result<Entries, Trouble> {
    let entries = artefact::load(&folder.entries()).map_err(|error| Trouble::of(&error))?;
    entries.ok_or_else(|| Trouble::new(format!("{} has no entries yet", folder.id), "Process the episode first."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::{Cancel, Progress};
    use crate::review::answer::{Unchanged, dress};
    use crate::review::{App, Fact, Material, Options, Own, Token};
    use axum::http::StatusCode;

    struct Nobody;

    impl Backstage for Nobody {
        fn process(&self, _: &str, _: &dyn Progress, _: &Cancel) -> Result<EpisodeId, Trouble> {
            Err(Trouble::new("", ""))
        }
        fn sources(&self, _: &str, _: &dyn Progress, _: &Cancel) -> Result<Vec<String>, Trouble> {
            Ok(Vec::new())
        }
        fn sync(&self, _: &dyn Progress, _: &Cancel) -> Result<String, Trouble> {
            Ok(String::new())
        }
        fn material(&self, _: &EpisodeId) -> Result<Material, Trouble> {
            Err(Trouble::new("", ""))
        }
        fn set_fact(&self, _: &EpisodeId, _: Fact, _: Option<&str>) -> Result<(), Trouble> {
            Ok(())
        }
    }

    #[test]
    fn whatever_a_desk_does_is_answered_and_the_next_edit_finds_a_desk() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        let id: EpisodeId = "a".parse().unwrap();
        let folder = library.folder(id.clone());
        std::fs::create_dir_all(folder.path()).unwrap();
        let own = Own { hosts: vec![], origins: vec![], port: 1, encrypted: false, tls: None };
        let token = Token::random().unwrap();
        let app = App::new(
            &Options::new("Ann", crate::review::tests::holder()),
            token,
            own,
            Arc::new(Nobody),
            library,
            Cancel::default(),
        )
        .unwrap();
        let edit = |text: &str| {
            let outcome = app.desks.at(&id, |desk| {
                let change = match text {
                    "accept" => Change::Accept,
                    text => Change::SetQuestion { text: text.into() },
                };
                let version = if text == "stale" { Version { edits: 9, draft: "x".into() } } else { desk.version() };
                desk.edit("Ann", &EditRequest { version, key: "k".into(), entry: None, change }, Timestamp::UNIX_EPOCH)
            });
            match dress(&app, outcome) {
                Ok(_) => 200,
                Err(Unchanged::Stale(_)) => 409,
                Err(Unchanged::Impossible(_)) => 422,
                Err(Unchanged::Problem(problem)) => problem.status.as_u16(),
            }
        };
        assert_eq!(edit("accept"), StatusCode::SERVICE_UNAVAILABLE.as_u16(), "there are no entries");
        let digest = "0".repeat(64);
        let entries = serde_json::json!({
            "format": 1, "key": digest, "entries": [], "tombstones": [],
            "episode": {"id": "a", "series": "", "title": "", "held_on": null, "youtube_id": null,
                "recording_url": null, "duration": 75, "language": "en"},
            "provenance": {"spinetime": "0", "model": "m", "model_sha256": digest, "source_sha256": digest},
        });
        std::fs::write(folder.entries(), entries.to_string()).unwrap();
        let outcomes = ["accept", "stale", "other", "disk", "panic", "accept"].map(edit);
        assert_eq!(outcomes, [200, 409, 422, 503, 503, 200]);
    }
}
