//! The list of what an export wrote, in the folder itself: which files are its own to take away, and what they were made
//! of, so that nothing is made again that would come out the same.

use super::{Outcome, Request};
use crate::atomic::FileStamp;
use crate::export::Format;
use crate::library::artefact::Key;
use crate::library::{EpisodeFolder, Library, LibraryError, SETTINGS, read_text};
use crate::model::{Digest, EpisodeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The list's name. A server that shows files whose names begin with a dot shows names with it and nothing else.
pub(super) const LIST: &str = ".spinetime.json";

/// The list's form; a list of another form is read as an empty one, and everything is made again.
const FORMAT: u32 = 1;

/// A file as the list knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// What it was exported as.
    pub(super) format: String,
    /// The episode that it was made of; `None` where it holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) episode: Option<EpisodeId>,
    /// How it looked then.
    pub(super) stamp: FileStamp,
}

impl Listed {
    /// Whether it was exported as one of these.
    pub(super) fn is_of(&self, formats: &[Format]) -> bool {
        formats.iter().any(|format| format.name() == self.format)
    }
}

/// What an episode's files were made of, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) key: Digest,
    pub(super) outcome: Outcome,
}

/// The list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct List {
    format: u32,
    /// By path below the folder.
    pub(super) files: BTreeMap<String, Listed>,
    /// The episodes of the last export, if it was one of the same kind.
    pub(super) episodes: BTreeMap<EpisodeId, Before>,
    /// What the last export said of all episodes together.
    pub(super) notes: Vec<String>,
}

impl List {
    /// The list of the folder; an empty one where there is none.
    pub(super) fn read(out: &Path) -> Self {
        let text = std::fs::read_to_string(out.join(LIST)).ok();
        let list: Option<Self> = text.and_then(|text| serde_json::from_str(&text).ok());
        list.filter(|list| list.format == FORMAT).unwrap_or_default()
    }

    /// A new list.
    pub(super) fn new() -> Self {
        Self { format: FORMAT, ..Self::default() }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Names, numbers and texts always become JSON; should they not, the next export makes everything again.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The files of these formats by episode, or `None` for an episode of which one is not as it was written any more.
    pub(super) fn intact(&self, out: &Path, formats: &[Format]) -> BTreeMap<Option<&EpisodeId>, Option<Vec<&String>>> {
        let mut intact: BTreeMap<_, Option<Vec<&String>>> = BTreeMap::new();
        for (name, file) in self.files.iter().filter(|(_, file)| file.is_of(formats)) {
            let own = intact.entry(file.episode.as_ref()).or_insert_with(|| Some(Vec::new()));
            if FileStamp::of(&out.join(name)) != Some(file.stamp) {
                *own = None;
            } else if let Some(own) = own {
                own.push(name);
            }
        }
        intact
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

/// The key of an episode's files: of how the files look that they are made of. Each of these is replaced as a whole
/// when it changes, so that it is another file then.
pub(super) fn episode_key(shared: &Digest, folder: &EpisodeFolder) -> Digest {
    let sources =
        [folder.entries(), folder.edits(), folder.draft(), folder.source(), folder.transcript(), folder.facts()];
    let stamps: Vec<Option<FileStamp>> = sources.iter().map(|path| FileStamp::of(path)).collect();
    Key::of("export-episode", 1).with("shared", shared.as_str()).with_value("sources", &stamps).digest()
}
