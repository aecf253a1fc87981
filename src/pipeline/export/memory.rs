//! What the library remembers of the last export into a folder, so that nothing is made again that would come out the
//! same. It may be thrown away: the next export makes everything, and writes what is new.

use super::list::List;
use super::{Outcome, Request};
use crate::atomic::{self, FileStamp, WriteError};
use crate::library::artefact::Key;
use crate::library::{EpisodeFolder, Library, LibraryError, SETTINGS, read_text};
use crate::model::{Digest, EpisodeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The form of what is remembered; another form is not read.
const FORMAT: u32 = 1;

/// What an episode's files were made of, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    /// `None` for one that is to be made anew each time, since people must be told each time what is wrong with it.
    pub(super) key: Option<Digest>,
    pub(super) outcome: Outcome,
}

/// What is remembered of a folder.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    format: u32,
    /// The folder, as the system calls it.
    folder: PathBuf,
    /// Of the list that the folder held then: with another list it is another folder, or somebody else's.
    list: Option<Digest>,
    /// How each file looked when the export was done, by path below the folder.
    pub(super) stamps: BTreeMap<String, FileStamp>,
    /// All episodes that it was of.
    pub(super) episodes: BTreeMap<EpisodeId, Before>,
    /// What the export said of all episodes together.
    pub(super) notes: Vec<String>,
}

impl Memory {
    /// What is remembered of the folder `out` with this list; nothing where it is not known.
    pub(super) fn read(library: &Library, out: &Path, list: &List) -> Self {
        let Some((folder, path)) = place(library, out) else { return Self::default() };
        let text = std::fs::read_to_string(path).ok();
        let memory: Option<Self> = text.and_then(|text| serde_json::from_str(&text).ok());
        let is_of = |memory: &Self| {
            memory.format == FORMAT && memory.folder == folder && memory.list.as_ref() == Some(&digest(list))
        };
        memory.filter(is_of).unwrap_or_default()
    }

    /// Keeps it for the next export, and forgets folders that are gone.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn write(mut self, library: &Library, out: &Path, list: &List) -> Result<(), WriteError> {
        let Some((folder, path)) = place(library, out) else { return Ok(()) };
        (self.format, self.folder, self.list) = (FORMAT, folder, Some(digest(list)));
        let all = library.exports_path();
        atomic::create_folder(&all)?;
        forget_what_is_gone(&all);
        // Names, numbers and texts always become JSON; should they not, the next export makes everything again.
        atomic::write(&path, &serde_json::to_vec(&self).unwrap_or_default())
    }

    /// The files by episode, or `None` for an episode of which one is not as it was written any more.
    pub(super) fn intact<'a>(
        &self,
        list: &'a List,
        request: &Request,
        out: &Path,
    ) -> BTreeMap<Option<&'a EpisodeId>, Option<Vec<&'a String>>> {
        let mut intact: BTreeMap<_, Option<Vec<&String>>> = BTreeMap::new();
        for (name, file) in list.files.iter().filter(|(_, file)| file.is_of(&request.options.formats)) {
            let own = intact.entry(file.episode.as_ref()).or_insert_with(|| Some(Vec::new()));
            let now = FileStamp::of(&out.join(name));
            if now.is_none() || now.as_ref() != self.stamps.get(name) {
                *own = None;
            } else if let Some(own) = own {
                own.push(name);
            }
        }
        intact
    }
}

/// The folder as the system calls it, and the file that remembers it; `None` where it is not there, and for the folder
/// of these files.
fn place(library: &Library, out: &Path) -> Option<(PathBuf, PathBuf)> {
    let folder = out.canonicalize().ok()?;
    if library.exports_path().canonicalize().is_ok_and(|all| folder.starts_with(&all) || all.starts_with(&folder)) {
        return None;
    }
    let name = Key::of("export-folder", 1).with("folder", &folder.to_string_lossy()).digest();
    let path = library.exports_path().join(format!("{}.json", &name.as_str()[..16]));
    Some((folder, path))
}

fn digest(list: &List) -> Digest {
    Key::of("export-list", 1).with_value("files", &list.files).digest()
}

/// Forgets folders that are not there any more.
fn forget_what_is_gone(all: &Path) {
    #[derive(Deserialize)]
    struct Place {
        format: u32,
        folder: PathBuf,
    }
    for path in std::fs::read_dir(all).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let place = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Place>(&text).ok());
        if place.is_some_and(|place| place.format == FORMAT && !place.folder.exists()) {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The key of all that makes the same files of the same episode: settings, templates, formats, and the program.
pub(super) fn shared_key(library: &Library, request: &Request) -> Result<Digest, LibraryError> {
    let formats: Vec<&str> = request.options.formats.iter().map(|format| format.name()).collect();
    let settings = read_text(&library.root().join(SETTINGS))?.unwrap_or_default();
    let key = Key::of("export", 1)
        .with("program", &request.program)
        .with("settings", &settings)
        .with_value("templates", &library.own_templates()?)
        .with_value("formats", &formats)
        .with_value("since", &request.options.since)
        .with_value("drafts", &request.drafts);
    Ok(key.digest())
}

/// The key of an episode's files: of how the files look that they are made of. Whoever changes one of these changes its
/// length or its moment.
pub(super) fn episode_key(shared: &Digest, folder: &EpisodeFolder) -> Digest {
    let sources =
        [folder.entries(), folder.edits(), folder.draft(), folder.source(), folder.transcript(), folder.facts()];
    let stamps: Vec<Option<FileStamp>> = sources.iter().map(|path| FileStamp::of(path)).collect();
    Key::of("export-episode", 1).with("shared", shared.as_str()).with_value("sources", &stamps).digest()
}
