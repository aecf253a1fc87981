//! Entries into a folder for the website, or into memory.
//!
//! The folder changes as a whole where the system can do that ([`Replacement`]). A list of what was written, in
//! the folder itself, tells the next export which files are its own to take away; the library remembers what they were
//! made of.

mod list;
mod memory;

use super::handover::{Handover, handover};
use crate::atomic::{Replaced, Replacement, WriteError};
use crate::export::contract::EpisodeDocument;
use crate::export::{Edition, EpisodeInput, ExportError, Format, NamedBytes, Options};
use crate::failure::{Cancelled, Exit, Failure};
use crate::library::{EpisodeFolder, Holder, Library, LibraryError, Lock};
use crate::model::{Digest, EntryId, EpisodeId, Publishable};
use crate::progress::Cancel;
use list::{LIST, List, Listed};
use memory::{Before, Memory};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// What is exported.
#[derive(Debug, Clone)]
pub struct Request {
    /// The episodes, each once; empty for all.
    pub episodes: Vec<EpisodeFolder>,
    /// How.
    pub options: Options,
    /// Whether entries leave that nobody approved, visibly marked.
    pub drafts: bool,
    /// Which program makes it: another one may make other files of the same entries.
    pub program: String,
}

/// What an export did.
#[derive(Debug, Clone, Default)]
pub struct Exported {
    /// The files in the folder.
    pub files: Replaced,
    /// Entries that were left out since nobody approved them.
    pub held_back: usize,
    /// Entries that were approved and left out all the same, with the reason, as sentences.
    pub blocked: Vec<String>,
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
    let old = List::read(out);
    let known = Memory::read(library, out, &old);
    let plan = Plan::of(library, request, out, &old, &known)?;
    if plan.is_done {
        return Ok(as_before(&old, known, request, out));
    }
    let mut ours: BTreeSet<String> = old.files.keys().cloned().collect();
    ours.insert(LIST.to_owned());
    let mut next = Replacement::begin(out, &ours, in_place)?;
    let (mut new, mut memory) = (List::new(), Memory::default());
    for (name, file) in plan.kept.iter().filter_map(|name| old.files.get_key_value(name)) {
        next.keep(name);
        new.files.insert(name.clone(), file.clone());
    }
    let mut put = |format: Format, episode: Option<&EpisodeId>, file: NamedBytes| -> Result<(), OutletError> {
        memory.stamps.insert(file.name.clone(), next.put(&file.name, &file.bytes)?.stamp);
        new.files.insert(file.name, Listed { format: format.name().to_owned(), episode: episode.cloned() });
        Ok(())
    };
    let made = make(library, request, &plan.works, holder, cancel, &mut put)?;
    let seen: BTreeSet<&EpisodeId> = plan
        .works
        .iter()
        .zip(&made.episodes)
        .filter(|(_, one)| one.is_whole)
        .map(|(work, _)| &work.folder.id)
        .collect();
    let stale: BTreeSet<String> = old
        .files
        .iter()
        .filter(|(_, file)| is_stale(file, request, &seen))
        .map(|(name, _)| name.clone())
        .chain(pages_of_entries(out, request, &seen))
        .filter(|name| !new.files.contains_key(name))
        .collect();
    for name in &stale {
        next.remove(name);
    }
    let mut meanwhile = List::new();
    meanwhile.files = old.files.iter().chain(&new.files).map(|(name, file)| (name.clone(), file.clone())).collect();
    for (name, file) in old.files {
        if !stale.contains(&name) {
            // What was not made now looks as it did before, or is not believed.
            if let Some(stamp) = known.stamps.get(&name) {
                memory.stamps.entry(name.clone()).or_insert(*stamp);
            }
            new.files.entry(name).or_insert(file);
        }
    }
    for (work, one) in plan.works.iter().zip(&made.episodes) {
        let key = Some(work.key.clone()).filter(|_| one.is_settled());
        memory.episodes.insert(work.folder.id.clone(), Before { key, outcome: one.outcome.clone() });
    }
    memory.notes.clone_from(&made.notes);
    let list = next.put_list(LIST, &meanwhile.bytes(), &new.bytes())?;
    cancel.check()?;
    let mut files = next.finish()?;
    // The list is for the next export, nothing that anybody asked for.
    let counted = if list.is_new { &mut files.written } else { &mut files.unchanged };
    *counted = counted.saturating_sub(1);
    let pages = first_pages(&new, &memory, request, out);
    let mut exported = exported(files, made.episodes.into_iter().map(|one| one.outcome), made.notes, pages);
    if let Err(error) = memory.write(library, out, &new) {
        // All files are in place; only the next export has more to do.
        exported.notes.push(format!("The next export makes all files again: {error}."));
    }
    Ok(exported)
}

/// What the export before said, which made the same.
fn as_before(old: &List, known: Memory, request: &Request, out: &Path) -> Exported {
    let is_of_these = |file: &&Listed| file.episode.as_ref().is_none_or(|id| known.episodes.contains_key(id));
    let asked = old.files.values().filter(|file| file.is_of(&request.options.formats));
    let files = Replaced { unchanged: asked.filter(is_of_these).count(), ..Replaced::default() };
    let pages = first_pages(old, &known, request, out);
    exported(files, known.episodes.into_values().map(|before| before.outcome), known.notes, pages)
}

/// The files as they would be written, without a look at any folder.
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
    let works = works(library, request, &memory::shared_key(library, request)?)?;
    let made = make(library, request, &works, holder, cancel, &mut put)?;
    let outcomes = made.episodes.into_iter().map(|one| one.outcome);
    Ok((files, exported(Replaced::default(), outcomes, made.notes, Vec::new())))
}

fn exported(
    files: Replaced,
    outcomes: impl Iterator<Item = Outcome>,
    whole: Vec<String>,
    pages: Vec<PathBuf>,
) -> Exported {
    let mut exported = Exported { files, pages, ..Exported::default() };
    for outcome in outcomes {
        exported.held_back += outcome.held_back;
        exported.blocked.extend(outcome.blocked);
        exported.notes.extend(outcome.notes);
    }
    exported.notes.extend(whole);
    exported
}

/// An episode to export.
struct Work {
    folder: EpisodeFolder,
    /// Of what its files are made.
    key: Digest,
    /// What came of it before, where its own files are there as they would be made.
    done: Option<Outcome>,
}

fn works(library: &Library, request: &Request, shared: &Digest) -> Result<Vec<Work>, LibraryError> {
    let folders = if request.episodes.is_empty() { library.episodes()? } else { request.episodes.clone() };
    let work = |folder: EpisodeFolder| Work { key: memory::episode_key(shared, &folder), folder, done: None };
    Ok(folders.into_iter().map(work).collect())
}

/// What there is to do.
struct Plan {
    works: Vec<Work>,
    /// Files of episodes that are done.
    kept: Vec<String>,
    /// Whether there is nothing to do.
    is_done: bool,
}

impl Plan {
    fn of(library: &Library, request: &Request, out: &Path, old: &List, known: &Memory) -> Result<Self, LibraryError> {
        let mut works = works(library, request, &memory::shared_key(library, request)?)?;
        let mut kept = Vec::new();
        let intact = known.intact(old, request, out);
        for work in &mut works {
            let Some(before) = known.episodes.get(&work.folder.id) else { continue };
            if before.key.as_ref() != Some(&work.key) {
                continue;
            }
            // An episode may have no files at all.
            let files = intact.get(&Some(&work.folder.id)).map_or(Some(&[][..]), |files| files.as_deref());
            if let Some(files) = files {
                work.done = Some(before.outcome.clone());
                kept.extend(files.iter().map(|name| (*name).clone()));
            }
        }
        // An episode that is not there any more changes what holds all of them.
        let same = works.len() == known.episodes.len() && works.iter().all(|work| work.done.is_some());
        let whole = intact.get(&None).is_none_or(Option::is_some);
        let seen: BTreeSet<&EpisodeId> = works.iter().map(|work| &work.folder.id).collect();
        let stays =
            |file: &Listed| file.episode.as_ref().is_none_or(|id| seen.contains(id) || !is_stale(file, request, &seen));
        let is_done = same && whole && !works.is_empty() && old.files.values().all(stays);
        Ok(Self { is_done, works, kept })
    }
}

type Put<'a> = &'a mut dyn FnMut(Format, Option<&EpisodeId>, NamedBytes) -> Result<(), OutletError>;

/// What came of an episode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Outcome {
    /// As in [`Exported`].
    held_back: usize,
    /// Never written down: what an open finding says may quote what it found.
    #[serde(skip)]
    blocked: Vec<String>,
    notes: Vec<String>,
}

/// One episode of an export.
#[derive(Debug, Clone, Default)]
struct One {
    outcome: Outcome,
    /// Whether it has entries.
    has_entries: bool,
    /// Whether all files were made that it has, so that others of it are out of date.
    is_whole: bool,
}

impl One {
    /// Whether the next export may leave it as it is. What is wrong is told each time.
    fn is_settled(&self) -> bool {
        self.has_entries && self.outcome.blocked.is_empty()
    }
}

/// What came of all.
struct Whole {
    /// In the order of the works.
    episodes: Vec<One>,
    notes: Vec<String>,
}

/// What a worker hands over.
struct Finished {
    document: EpisodeDocument,
    files: Vec<(Format, NamedBytes)>,
    one: One,
}

/// Makes all files. Episodes are made side by side; files are put one after the other.
fn make(
    library: &Library,
    request: &Request,
    works: &[Work],
    holder: &Holder,
    cancel: &Cancel,
    put: Put,
) -> Result<Whole, OutletError> {
    let config = library.config()?;
    let options = Options { templates: library.own_templates()?, ..request.options.clone() };
    let edition = Edition::new(&config, options)?;
    let (next, workers) = (AtomicUsize::new(0), std::thread::available_parallelism().map_or(1, NonZero::get));
    // Of an episode without entries no file is left.
    let mut episodes: Vec<One> = works.iter().map(|_| One { is_whole: true, ..One::default() }).collect();
    let mut documents: Vec<Option<EpisodeDocument>> = works.iter().map(|_| None).collect();
    std::thread::scope(|scope| -> Result<(), OutletError> {
        // Few wait to be put: what was made must not fill the memory.
        let (hand, handed) = mpsc::sync_channel(2 * workers);
        for _ in 0..workers.min(works.len()) {
            let (hand, next, edition) = (hand.clone(), &next, &edition);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(work) = works.get(at) else { return };
                    let finished = cancel.check().map_err(OutletError::from);
                    let finished = finished.and_then(|()| one(library, request, work, edition, holder));
                    // Nobody takes it any more once another one has failed.
                    if hand.send((at, finished)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(hand);
        for (at, finished) in handed {
            let Some(finished) = finished? else { continue };
            for (format, file) in finished.files {
                put(format, Some(&works[at].folder.id), file)?;
            }
            episodes[at] = finished.one;
            documents[at] = Some(finished.document);
        }
        Ok(())
    })?;
    cancel.check()?;
    let finished = edition.finish(documents.into_iter().flatten().collect())?;
    for (format, file) in finished.files {
        put(format, None, file)?;
    }
    Ok(Whole { episodes, notes: finished.notes })
}

/// The document and the files of one episode.
fn one(
    library: &Library,
    request: &Request,
    work: &Work,
    edition: &Edition,
    holder: &Holder,
) -> Result<Option<Finished>, OutletError> {
    let with_words = work.done.is_none() && request.options.formats.iter().any(|format| format.needs_words());
    let Some(handed) = handover(library, &work.folder, holder, with_words)? else {
        // Of all episodes those are meant that have entries.
        return if request.episodes.is_empty() {
            Ok(None)
        } else {
            Err(OutletError::Unprocessed(work.folder.id.clone()))
        };
    };
    let publication = handed.publication(request.drafts);
    let input = input(&handed, &publication.entries);
    if let Some(done) = &work.done {
        let document = edition.document(&input);
        let one = One { outcome: done.clone(), has_entries: true, is_whole: false };
        return Ok(Some(Finished { document, files: Vec::new(), one }));
    }
    let made = edition.episode(&input)?;
    let outcome = Outcome {
        held_back: publication.held_back,
        blocked: publication.told_blocked(),
        notes: handed.note().into_iter().chain(made.notes).collect(),
    };
    let one = One { outcome, has_entries: true, is_whole: made.has_news };
    Ok(Some(Finished { document: made.document, files: made.files, one }))
}

fn input<'a>(handed: &'a Handover, publishable: &'a [Publishable<'a>]) -> EpisodeInput<'a> {
    EpisodeInput {
        head: &handed.entries.episode,
        entries: publishable,
        gone: &handed.gone,
        provenance: &handed.entries.provenance,
        published: handed.published.as_deref(),
        words: &handed.words,
    }
}

/// Whether an earlier export's file is one that this export would have made if it were made any more. `seen` are the
/// episodes of which it made all files.
fn is_stale(file: &Listed, request: &Request, seen: &BTreeSet<&EpisodeId>) -> bool {
    let Ok(format) = file.format.parse::<Format>() else { return false };
    if !request.options.formats.contains(&format) {
        return false;
    }
    match &file.episode {
        None => true,
        Some(id) if seen.contains(id) => true,
        // What is only left out because nothing changed in it stays.
        Some(_) if request.options.since.is_some() => false,
        Some(_) => request.episodes.is_empty() || format.joins_episodes(),
    }
}

/// Pages of entries that are there, whether a list knows them or not: one that was sent back must not stay on the website
/// because somebody removed the list.
fn pages_of_entries(out: &Path, request: &Request, seen: &BTreeSet<&EpisodeId>) -> Vec<String> {
    let has = |format| request.options.formats.contains(&format);
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

/// The pages to open first.
fn first_pages(list: &List, memory: &Memory, request: &Request, out: &Path) -> Vec<PathBuf> {
    let is_first = |name: &str, file: &Listed| match file.format.parse::<Format>() {
        Ok(Format::Site) => name == "index.html",
        Ok(Format::Html) => {
            name.ends_with("/index.html") && file.episode.as_ref().is_some_and(|id| memory.episodes.contains_key(id))
        }
        _ => false,
    };
    let files = list.files.iter().filter(|(name, file)| file.is_of(&request.options.formats) && is_first(name, file));
    files.map(|(name, _)| out.join(name)).collect()
}
