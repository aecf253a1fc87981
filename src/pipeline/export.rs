//! Entries into a folder for the website, or into memory.
//!
//! The folder changes as a whole where the system can do that ([`atomic::Replacement`]). A list of what was written, in
//! the folder itself, tells the next export which files are its own to take away.

use super::handover::{Handover, handover};
use crate::atomic::{Replaced, Replacement, WriteError};
use crate::config::Config;
use crate::export::{Edition, EpisodeInput, ExportError, Format, NamedBytes, Options};
use crate::failure::{Cancelled, Exit, Failure};
use crate::library::{EpisodeFolder, Holder, Library, LibraryError, Lock};
use crate::model::{EntryId, EpisodeId};
use crate::progress::Cancel;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The list of what an export wrote. A server that shows files beginning with a dot shows names only.
const LIST: &str = ".spinetime.json";

/// What is exported.
#[derive(Debug, Clone)]
pub struct Request {
    /// The episodes; empty for all.
    pub episodes: Vec<EpisodeFolder>,
    /// How.
    pub options: Options,
    /// Whether entries leave that nobody approved, visibly marked.
    pub drafts: bool,
}

/// What an export did.
#[derive(Debug, Clone, Default)]
pub struct Exported {
    /// The files in the folder.
    pub files: Replaced,
    /// Entries that were left out since nobody approved them.
    pub held_back: usize,
    /// What people should know, as sentences.
    pub notes: Vec<String>,
    /// Pages to open first, with their folder.
    pub pages: Vec<PathBuf>,
}

/// An export stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutletError {
    /// The episode has no entries.
    #[error("{0} has no entries yet")]
    Unprocessed(EpisodeId),
    /// Something in the library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Something in the settings or templates.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The folder.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Failure for OutletError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unprocessed(_) => Exit::Usage,
            Self::Library(e) => e.exit(),
            Self::Export(e) => e.exit(),
            Self::Write(e) => e.exit(),
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Unprocessed(_) => Some("Run \"spinetime process\" on it first.".into()),
            Self::Library(e) => e.remedy(),
            Self::Export(e) => e.remedy(),
            Self::Write(e) => e.remedy(),
            Self::Cancelled(_) => Some("Nothing was changed in the folder.".into()),
        }
    }
}

/// A file as the list knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    episode: Option<EpisodeId>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct List {
    format: u32,
    files: BTreeMap<String, Listed>,
}

/// Writes the files into the folder `out` and takes away those of earlier exports that are not made any more.
///
/// `in_place`: the process works inside the folder, so that it must stay the folder that it is.
///
/// # Errors
/// When another export is under way, the settings can't be used, an episode can't be read, or the folder can't be
/// written. The folder is then as it was, or, where it can't change as a whole, holds whole files.
pub fn to_folder(
    library: &Library,
    request: &Request,
    out: &Path,
    in_place: bool,
    holder: &Holder,
    cancel: &Cancel,
) -> Result<Exported, OutletError> {
    let _lock = Lock::take(&library.export_lock_path(), holder, Duration::ZERO)?;
    let config = library.config()?;
    let old = read_list(out);
    let mut ours: BTreeSet<String> = old.files.keys().cloned().collect();
    ours.insert(LIST.to_owned());
    let mut next = Replacement::begin(out, &ours, in_place)?;
    let mut list = BTreeMap::new();
    let mut pages = Vec::new();
    let mut seen = BTreeSet::new();
    let mut put = |format: Format, episode: Option<&EpisodeId>, file: NamedBytes| -> Result<(), OutletError> {
        next.put(&file.name, &file.bytes)?;
        if is_first_page(format, &file.name) {
            pages.push(out.join(&file.name));
        }
        list.insert(file.name, Listed { format: format.name().to_owned(), episode: episode.cloned() });
        Ok(())
    };
    let (held_back, notes) = make(library, &config, request, holder, cancel, &mut seen, &mut put)?;
    let stale: Vec<String> = old
        .files
        .iter()
        .filter(|(name, file)| !list.contains_key(*name) && is_stale(file, request, &seen))
        .map(|(name, _)| name.clone())
        .chain(unlisted_pages(out, request, &seen).into_iter().filter(|name| !list.contains_key(name)))
        .collect();
    for name in &stale {
        next.remove(name);
    }
    for (name, file) in old.files {
        if !stale.contains(&name) {
            list.entry(name).or_insert(file);
        }
    }
    let text = serde_json::to_vec(&List { format: 1, files: list }).unwrap_or_default();
    next.put(LIST, &text)?;
    cancel.check()?;
    let mut files = next.finish()?;
    // The list is for the next export, nothing that anybody asked for.
    if files.written > 0 {
        files.written -= 1
    } else {
        files.unchanged = files.unchanged.saturating_sub(1)
    }
    Ok(Exported { files, held_back, notes, pages })
}

/// The files as they would be written, by format, without a look at any folder.
///
/// # Errors
/// As [`to_folder`], but for the folder.
pub fn to_memory(
    library: &Library,
    request: &Request,
    holder: &Holder,
    cancel: &Cancel,
) -> Result<(Vec<NamedBytes>, Exported), OutletError> {
    let mut files = Vec::new();
    let mut put = |_: Format, _: Option<&EpisodeId>, file: NamedBytes| -> Result<(), OutletError> {
        files.push(file);
        Ok(())
    };
    let config = library.config()?;
    let (held_back, notes) = make(library, &config, request, holder, cancel, &mut BTreeSet::new(), &mut put)?;
    Ok((files, Exported { held_back, notes, ..Exported::default() }))
}

type Put<'a> = &'a mut dyn FnMut(Format, Option<&EpisodeId>, NamedBytes) -> Result<(), OutletError>;

/// Makes all files, episode by episode; `seen` are the episodes that were made.
fn make(
    library: &Library,
    config: &Config,
    request: &Request,
    holder: &Holder,
    cancel: &Cancel,
    seen: &mut BTreeSet<EpisodeId>,
    put: Put,
) -> Result<(usize, Vec<String>), OutletError> {
    let options = Options { templates: library.own_templates()?, ..request.options.clone() };
    let edition = Edition::new(config, options)?;
    let with_words = request.options.formats.iter().any(|format| format.needs_words());
    let all = request.episodes.is_empty();
    let folders = if all { library.episodes()? } else { request.episodes.clone() };
    let (mut documents, mut held_back, mut notes) = (Vec::new(), 0, Vec::new());
    for folder in &folders {
        cancel.check()?;
        let Some(handed) = handover(library, folder, holder, with_words)? else {
            if all {
                continue;
            }
            return Err(OutletError::Unprocessed(folder.id.clone()));
        };
        let (publishable, left_out) = handed.publishable(request.drafts);
        held_back += left_out;
        let made = edition.episode(&input(&handed, &publishable))?;
        for (format, file) in made.files {
            put(format, Some(&folder.id), file)?;
        }
        notes.extend(handed.note());
        notes.extend(made.notes);
        documents.push(made.document);
        seen.insert(folder.id.clone());
    }
    cancel.check()?;
    let finished = edition.finish(documents)?;
    for (format, file) in finished.files {
        put(format, None, file)?;
    }
    notes.extend(finished.notes);
    Ok((held_back, notes))
}

fn input<'a>(handed: &'a Handover, publishable: &'a [crate::model::Publishable<'a>]) -> EpisodeInput<'a> {
    EpisodeInput {
        head: &handed.entries.episode,
        entries: publishable,
        gone: &handed.gone,
        provenance: &handed.entries.provenance,
        published: handed.published.as_deref(),
        words: &handed.words,
    }
}

/// Whether an earlier export's file is one that this export would have made if it were made any more.
fn is_stale(file: &Listed, request: &Request, seen: &BTreeSet<EpisodeId>) -> bool {
    let Ok(format) = file.format.parse::<Format>() else { return false };
    if !request.options.formats.contains(&format) {
        return false;
    }
    match &file.episode {
        None => true,
        // What is only left out because nothing changed in it stays.
        Some(_) if request.options.since.is_some() => false,
        Some(id) => request.episodes.is_empty() || seen.contains(id) || format.joins_episodes(),
    }
}

/// Pages of entries that no list knows, since somebody removed it: one that was sent back must not stay on the website.
fn unlisted_pages(out: &Path, request: &Request, seen: &BTreeSet<EpisodeId>) -> Vec<String> {
    let has = |format| request.options.formats.contains(&format);
    if request.options.since.is_some() {
        return Vec::new();
    }
    let mut pages = Vec::new();
    for id in seen {
        let Ok(found) = std::fs::read_dir(out.join(id.as_str())) else { continue };
        for name in found.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
            let Some((stem, ending)) = name.rsplit_once('.') else { continue };
            let is_ours = match ending {
                "html" => has(Format::Html) || has(Format::Site),
                "vtt" => has(Format::Site),
                "md" => has(Format::Markdown),
                _ => false,
            };
            if is_ours && stem.parse::<EntryId>().is_ok() {
                pages.push(format!("{id}/{name}"));
            }
        }
    }
    pages
}

fn is_first_page(format: Format, name: &str) -> bool {
    match format {
        Format::Site => name == "index.html",
        Format::Html => name.ends_with("/index.html"),
        _ => false,
    }
}

fn read_list(out: &Path) -> List {
    let read = |path: PathBuf| std::fs::read_to_string(path).ok();
    read(out.join(LIST)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
