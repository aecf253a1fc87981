//! The library on disk: layout, locks, keys, journals. The only module that knows where the files of an episode lie.

pub mod artefact;
pub mod journal;
mod layout;
pub mod lock;
mod voices;

pub use layout::{EpisodeFolder, SETTINGS};
pub use lock::{Holder, Lock};
pub use voices::{BIOMETRIC, Voices};

use crate::atomic::{self, WriteError};
use crate::config::{self, Config, ConfigError, Glossary};
use crate::failure::{Exit, Failure};
use crate::model::{EntryId, EpisodeFacts, EpisodeId};
use crate::roster::{Roster, RosterError};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The library can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The folder is no library.
    #[error("{} is not a library: it has no {SETTINGS}", .0.display())]
    NoLibrary(PathBuf),
    /// No episode has this id.
    #[error("the library has no episode \"{0}\"")]
    NoEpisode(String),
    /// More than one episode has this in its id.
    #[error("\"{name}\" may be any of these episodes: {}", ids.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The episodes.
        ids: Vec<String>,
    },
    /// The episode has no recording.
    #[error("episode \"{0}\" has no recording yet")]
    NoRecording(String),
    /// No entry has this id.
    #[error("the library has no entry \"{0}\"")]
    NoEntry(EntryId),
    /// A file can't be read.
    #[error("{} could not be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds something else than it should.
    #[error("{} is damaged ({why})", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A newer program wrote the file.
    #[error("{} was written by a newer spinetime (format {format})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// Somebody else works on it.
    #[error("{}", busy(path, holder.as_ref()))]
    Busy {
        /// The lock.
        path: PathBuf,
        /// Who, if that can be told.
        holder: Option<Holder>,
    },
    /// A file can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Settings, glossary or an `episode.toml`.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The roster.
    #[error(transparent)]
    Roster(#[from] RosterError),
}

fn busy(path: &Path, holder: Option<&Holder>) -> String {
    let what = path.parent().and_then(Path::file_name).map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    match holder {
        Some(h) => format!(
            "another run is working on {what}: process {} on {}, since {}",
            h.process,
            h.host,
            h.since.strftime("%H:%M UTC")
        ),
        None => format!("another run is working on {what}"),
    }
}

impl Failure for LibraryError {
    fn exit(&self) -> Exit {
        match self {
            Self::NoLibrary(_)
            | Self::NoEpisode(_)
            | Self::Ambiguous { .. }
            | Self::NoRecording(_)
            | Self::NoEntry(_) => Exit::Usage,
            Self::Unreadable { .. } | Self::Damaged { .. } | Self::Newer { .. } => Exit::Unexpected,
            Self::Busy { .. } => Exit::Busy,
            Self::Write(e) => e.exit(),
            Self::Config(e) => e.exit(),
            Self::Roster(e) => e.exit(),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::NoLibrary(_) => Some("Make one with \"spinetime init\", or name it with --library.".into()),
            Self::NoEpisode(_) => Some("\"spinetime status\" lists the episodes.".into()),
            Self::Ambiguous { .. } => Some("Give more of its id.".into()),
            Self::NoRecording(_) => Some("Run \"spinetime process\" with the recording's file or address.".into()),
            Self::NoEntry(_) => Some("\"spinetime show EPISODE\" lists an episode's entries.".into()),
            Self::Unreadable { .. } => Some("See that you may read that file, then try again.".into()),
            Self::Damaged { path, .. } if path.extension().is_some_and(|e| e == "jsonl") => {
                Some("Restore that file from a backup: it holds people's edits.".into())
            }
            Self::Damaged { .. } => Some("Move that file away and run process again: it is made anew.".into()),
            Self::Newer { .. } => Some("Use the newer spinetime.".into()),
            Self::Busy { .. } => Some("Wait until it has finished, then run the same command again.".into()),
            Self::Write(e) => e.remedy(),
            Self::Config(e) => e.remedy(),
            Self::Roster(e) => e.remedy(),
        }
    }
}

/// A library folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    root: PathBuf,
}

/// Whoever adds an edit or lays the edits over a draft is done sooner than this.
const EDITS_PATIENCE: Duration = Duration::from_secs(20);

/// Name of the people's file.
const ROSTER: &str = "roster.toml";

/// The commented files of a new library, by name.
const TEMPLATES: [(&str, &str); 3] = [
    (SETTINGS, include_str!("templates/spinetime.toml")),
    (ROSTER, include_str!("templates/roster.toml")),
    ("glossary.toml", include_str!("templates/glossary.toml")),
];

impl Library {
    /// Opens the library at `root`.
    ///
    /// # Errors
    /// [`LibraryError::NoLibrary`] when there is none.
    pub fn open(root: &Path) -> Result<Self, LibraryError> {
        if root.join(SETTINGS).is_file() {
            Ok(Self { root: root.to_owned() })
        } else {
            Err(LibraryError::NoLibrary(root.to_owned()))
        }
    }

    /// Makes a library at `root`: folders and commented settings. What is there already stays as it is.
    /// Returns the names of the files that were made.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn init(root: &Path) -> Result<(Self, Vec<&'static str>), LibraryError> {
        atomic::create_folder(&root.join("episodes"))?;
        let mut made = Vec::new();
        // The settings come last: only a complete folder is a library.
        for (name, text) in TEMPLATES.iter().rev() {
            let path = root.join(name);
            if !path.exists() {
                atomic::write(&path, text.as_bytes())?;
                made.push(*name);
            }
        }
        made.reverse();
        Ok((Self { root: root.to_owned() }, made))
    }

    /// The library's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lock to hold while an episode is looked up or made.
    #[must_use]
    pub fn lock_path(&self) -> PathBuf {
        self.root.join("episodes").join("lock")
    }

    /// What is known of the channels and playlists that are looked through.
    #[must_use]
    pub fn watch_path(&self) -> PathBuf {
        self.root.join("sync.json")
    }

    /// The lock to hold while they are looked through.
    #[must_use]
    pub fn watch_lock_path(&self) -> PathBuf {
        self.root.join("sync.lock")
    }

    /// The lock to hold while entries are exported.
    #[must_use]
    pub fn export_lock_path(&self) -> PathBuf {
        self.root.join("export.lock")
    }

    /// What is remembered of the folders that entries were exported into; it may be thrown away.
    #[must_use]
    pub fn exports_path(&self) -> PathBuf {
        self.root.join(".exports")
    }

    /// Which entry became which post of which WordPress site.
    #[must_use]
    pub fn posts_path(&self) -> PathBuf {
        self.root.join("wordpress.json")
    }

    /// The lock to hold while entries are published.
    #[must_use]
    pub fn publish_lock_path(&self) -> PathBuf {
        self.root.join("publish.lock")
    }

    /// The templates that take the place of built-in ones: name and text of each file in `templates/`, by name.
    ///
    /// # Errors
    /// When one can't be read.
    pub fn own_templates(&self) -> Result<Vec<(String, String)>, LibraryError> {
        let folder = self.root.join("templates");
        let Ok(found) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut names: Vec<String> = found.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| !name.starts_with('.') && folder.join(name).is_file());
        names.sort();
        names.into_iter().map(|name| Ok((name.clone(), read_text(&folder.join(&name))?.unwrap_or_default()))).collect()
    }

    /// Where recordings lie that were dropped on the review page, until they are processed.
    #[must_use]
    pub fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }

    /// Where the review page was opened last, with its secret.
    #[must_use]
    pub fn review_path(&self) -> PathBuf {
        self.root.join("review.json")
    }

    /// The people's file.
    #[must_use]
    pub fn roster_path(&self) -> PathBuf {
        self.root.join(ROSTER)
    }

    fn text(&self, name: &str) -> Result<String, LibraryError> {
        read_text(&self.root.join(name)).map(Option::unwrap_or_default)
    }

    /// The settings.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn config(&self) -> Result<Config, LibraryError> {
        Ok(config::parse(SETTINGS, &self.text(SETTINGS)?)?)
    }

    /// The people; nobody when there is no roster.
    ///
    /// # Errors
    /// When the roster can't be read.
    pub fn roster(&self) -> Result<Roster, LibraryError> {
        Ok(Roster::parse(&self.text(ROSTER)?)?)
    }

    /// The series' own words; none when there is no glossary.
    ///
    /// # Errors
    /// When the glossary can't be read.
    pub fn glossary(&self) -> Result<Glossary, LibraryError> {
        Ok(config::parse("glossary.toml", &self.text("glossary.toml")?)?)
    }

    /// The folder of episode `id`, whether it exists or not.
    #[must_use]
    pub fn folder(&self, id: EpisodeId) -> EpisodeFolder {
        EpisodeFolder::new(&self.root, id)
    }

    /// The episodes, by id.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn episodes(&self) -> Result<Vec<EpisodeFolder>, LibraryError> {
        let path = self.root.join("episodes");
        let unreadable = |source| LibraryError::Unreadable { path: path.clone(), source };
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(unreadable(e)),
        };
        let mut folders = Vec::new();
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let id = entry.file_name().to_str().and_then(|name| name.parse::<EpisodeId>().ok());
            if let Some(id) = id.filter(|_| entry.path().is_dir()) {
                folders.push(self.folder(id));
            }
        }
        folders.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(folders)
    }

    /// The episodes that people named, in their order, each once; none for no names.
    ///
    /// # Errors
    /// As [`Self::episode`].
    pub fn named(&self, names: &[String]) -> Result<Vec<EpisodeFolder>, LibraryError> {
        let mut folders = names.iter().map(|name| self.episode(name)).collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        folders.retain(|folder| seen.insert(folder.id.clone()));
        Ok(folders)
    }

    /// The folder of the episode that `name` means: its id, or the beginning or an unmistakable part of it.
    ///
    /// # Errors
    /// [`LibraryError::NoEpisode`] when there is none, [`LibraryError::Ambiguous`] when there are several.
    pub fn episode(&self, name: &str) -> Result<EpisodeFolder, LibraryError> {
        let folders = self.episodes()?;
        if let Some(exact) = folders.iter().find(|f| f.id.as_str() == name) {
            return Ok(exact.clone());
        }
        let mut like = folders.into_iter().filter(|f| !name.is_empty() && f.id.as_str().contains(name));
        let Some(first) = like.next() else { return Err(LibraryError::NoEpisode(name.to_owned())) };
        let mut ids: Vec<String> = like.map(|f| f.id.to_string()).collect();
        if ids.is_empty() {
            return Ok(first);
        }
        ids.insert(0, first.id.to_string());
        Err(LibraryError::Ambiguous { name: name.to_owned(), ids })
    }
}

/// The text of a file; `None` when there is no such file.
///
/// # Errors
/// When it can't be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<Option<String>, LibraryError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LibraryError::Unreadable { path: path.to_owned(), source }),
    }
}

impl EpisodeFolder {
    /// What people state about the episode; nothing when there is no `episode.toml`.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn read_facts(&self) -> Result<EpisodeFacts, LibraryError> {
        let text = read_text(&self.facts())?.unwrap_or_default();
        Ok(config::parse("episode.toml", &text)?)
    }

    /// Takes the lock of the episode's edits, for as long as an edit is added or the edits are laid over the draft.
    ///
    /// # Errors
    /// When it is held too long, or the file can't be made.
    pub fn lock_edits(&self, holder: &Holder) -> Result<Lock, LibraryError> {
        Lock::take(&self.edits_lock(), holder, EDITS_PATIENCE)
    }

    /// Sweeps away what a killed run left half-written. To be called under the episode's lock.
    pub fn sweep(&self) {
        for folder in [self.path().to_owned(), self.media()] {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries.flatten() {
                if entry.file_name().to_string_lossy().starts_with(atomic::TEMPORARY_PREFIX) {
                    // What can't be removed now is removed next time.
                    let path = entry.path();
                    let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_library_has_valid_settings_and_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Library::open(dir.path()), Err(LibraryError::NoLibrary(_))));
        let (library, made) = Library::init(dir.path()).unwrap();
        assert_eq!(made, ["spinetime.toml", "roster.toml", "glossary.toml"]);
        // The template states the defaults, in comments and in values.
        assert_eq!(library.config().unwrap(), Config::default());
        library.roster().unwrap();
        library.glossary().unwrap();
        std::fs::write(dir.path().join("roster.toml"), "# mine\n").unwrap();
        assert!(Library::init(dir.path()).unwrap().1.is_empty());
        assert_eq!(std::fs::read_to_string(dir.path().join("roster.toml")).unwrap(), "# mine\n");
    }

    #[test]
    fn the_commented_settings_are_all_settings_with_their_defaults() {
        let settings = TEMPLATES[0].1;
        let uncommented: Vec<&str> = settings
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line))
            .collect();
        let uncommented = uncommented.join("\n");
        assert_eq!(config::parse::<Config>(SETTINGS, &uncommented).unwrap(), Config::default());
        let all = toml::to_string(&Config::default()).unwrap();
        for key in all.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key) {
            assert!(settings.contains(&format!("# {key} = ")), "{key} is not explained");
        }
    }

    #[test]
    fn an_episode_is_found_by_an_unmistakable_part_of_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        for id in ["2025-03-12-your-back", "2025-05-14-your-neck"] {
            std::fs::create_dir_all(library.folder(id.parse().unwrap()).path()).unwrap();
        }
        assert_eq!(library.episode("neck").unwrap().id.as_str(), "2025-05-14-your-neck");
        assert_eq!(
            library.episode("your").unwrap_err().to_string(),
            "\"your\" may be any of these episodes: 2025-03-12-your-back, 2025-05-14-your-neck"
        );
        assert!(matches!(library.episode("leg"), Err(LibraryError::NoEpisode(_))));
    }
}
