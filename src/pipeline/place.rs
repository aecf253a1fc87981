//! Which episode a source belongs to: one that is there, or a new one with its folder and `episode.toml`.

use super::attach::CaptionsFrom;
use super::download::{self, Order};
use super::{Error, Settings, Stage, World};
use crate::atomic;
use crate::audio::AudioReader;
use crate::config;
use crate::fetch;
use crate::fetch::address::Address;
use crate::library::{EpisodeFolder, Library, LibraryError, Lock, artefact, read_text};
use crate::model::{EpisodeFacts, EpisodeId, Recording, Source, YoutubeId};
use crate::progress::Cancel;
use crate::text;
use jiff::civil::Date;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a run waits while another one looks up or makes an episode.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Longest slug of a title in an episode's id, in bytes.
const LONGEST_SLUG: usize = 80;

/// What somebody asks to be processed.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A recording on this computer, or an episode of the library by its id.
    Path(PathBuf),
    /// A recording on the network.
    Address(Address),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// What somebody asks to be processed, with what he states about it.
#[derive(Debug, Clone)]
pub struct Request {
    /// What.
    pub source: Wanted,
    /// The title.
    pub title: Option<String>,
    /// The day on which the webinar was held.
    pub held_on: Option<Date>,
    /// The video's id.
    pub youtube: Option<YoutubeId>,
    /// A file of the questions that were asked in writing.
    pub questions: Option<PathBuf>,
    /// Published captions.
    pub captions: Option<CaptionsFrom>,
}

impl Request {
    /// Nothing is stated about it.
    #[must_use]
    pub fn new(source: Wanted) -> Self {
        Self { source, title: None, held_on: None, youtube: None, questions: None, captions: None }
    }
}

/// An episode under its lock, with its recording in the library.
pub(super) struct Placed {
    pub(super) folder: EpisodeFolder,
    pub(super) facts: EpisodeFacts,
    pub(super) recording: Recording,
    pub(super) new: bool,
    /// Whether the recording was brought in this run.
    pub(super) fetched: bool,
    pub(super) _lock: Lock,
}

/// Finds or makes the episode of `request`, locks it, and brings its recording.
pub(super) fn place(library: &Library, request: &Request, settings: &Settings, world: &World) -> Result<Placed, Error> {
    match &request.source {
        Wanted::Path(path) => place_file(library, path, request, settings, world),
        Wanted::Address(address) => Order { address, request, settings, world }.place(library),
    }
}

fn place_file(
    library: &Library,
    path: &Path,
    request: &Request,
    settings: &Settings,
    world: &World,
) -> Result<Placed, Error> {
    let subject = path.display().to_string();
    let fail = |e: LibraryError| Error::new(&subject, None, e);

    // Held until the recording is there: a second run of the same source must find this one's episode.
    atomic::create_folder(&library.root().join("episodes")).map_err(|e| fail(e.into()))?;
    let guard = Lock::take(&library.lock_path(), &world.holder, PATIENCE).map_err(fail)?;

    if let (false, Some(name)) = (path.exists(), path.to_str()) {
        match library.episode(name) {
            Ok(folder) => {
                let lock = lock(&folder, &subject, world)?;
                drop(guard);
                return reopen(folder, lock, request, settings, world);
            }
            Err(error @ LibraryError::Ambiguous { .. }) => return Err(fail(error)),
            Err(_) => {}
        }
    }
    if let Some(folder) = find(library, path, world.cancel).map_err(fail)? {
        let lock = lock(&folder, &subject, world)?;
        return bring(folder, lock, path, request, world, false);
    }
    // Opened before anything is made, so that a file that is no recording leaves no trace.
    let reader = AudioReader::open(path).map_err(|e| Error::new(&subject, Some(Stage::Fetch), e))?;
    let beside = facts_beside(path).map_err(fail)?;
    let title = [request.title.clone(), beside.title.clone(), reader.title()]
        .into_iter()
        .flatten()
        .map(|t| t.trim().to_owned())
        .find(|t| !t.is_empty())
        .unwrap_or_else(|| title_of(path));
    drop(reader);
    let held_on = request.held_on.or(beside.held_on);
    let folder = free_folder(library, held_on, &title).map_err(fail)?;
    let new = !folder.facts().exists();
    atomic::create_folder(&folder.media()).map_err(|e| fail(e.into()))?;
    let lock = lock(&folder, &subject, world)?;
    folder.sweep();
    state(&folder, &EpisodeFacts { title: Some(title), held_on, ..beside }).map_err(fail)?;
    let placed = bring(folder.clone(), lock, path, request, world, new);
    if placed.is_err() && new {
        // Best effort: what is left of it is taken up again by the next run of the same title.
        let _ = std::fs::remove_dir_all(folder.path());
    }
    placed
}

pub(super) fn lock(folder: &EpisodeFolder, subject: &str, world: &World) -> Result<Lock, Error> {
    Lock::take(&folder.lock(), &world.holder, Duration::ZERO).map_err(|e| Error::new(subject, None, e))
}

/// Takes up an episode by its id: with the recording that the library keeps, or by the address from which it comes.
fn reopen(
    folder: EpisodeFolder,
    lock: Lock,
    request: &Request,
    settings: &Settings,
    world: &World,
) -> Result<Placed, Error> {
    let subject = folder.id.to_string();
    let fail = |e: LibraryError| Error::new(&subject, None, e);
    folder.sweep();
    // One whose recording is on its way, or is to be fetched again, by the address that it has.
    let address = download::address_of(&folder).and_then(|address| Address::parse(&address).ok().flatten());
    if let Some(address) = address {
        return Order { address: &address, request, settings, world }.go_on(folder, lock);
    }
    let recording = artefact::load::<Recording>(&folder.source())
        .map_err(fail)?
        .ok_or_else(|| fail(LibraryError::NoRecording(subject.clone())))?;
    let facts = stated(&folder, request).map_err(fail)?;
    Ok(Placed { folder, facts, recording, new: false, fetched: false, _lock: lock })
}

/// Brings the recording unless the library has it as it is.
fn bring(
    folder: EpisodeFolder,
    lock: Lock,
    path: &Path,
    request: &Request,
    world: &World,
    new: bool,
) -> Result<Placed, Error> {
    let subject = folder.id.to_string();
    let fail = |e: LibraryError| Error::new(&subject, Some(Stage::Fetch), e);
    folder.sweep();
    let facts = stated(&folder, request).map_err(fail)?;
    let known = artefact::load::<Recording>(&folder.source()).map_err(fail)?;
    if let Some(known) = known.clone().filter(|k| fetch::same_as_before(path, &folder.media(), k)) {
        return Ok(Placed { folder, facts, recording: known, new, fetched: false, _lock: lock });
    }
    atomic::create_folder(&folder.media()).map_err(|e| fail(e.into()))?;
    let mut recording = fetch::bring(path, &folder.media(), world.progress, world.cancel)
        .map_err(|e| Error::new(&subject, Some(Stage::Fetch), e))?;
    recording.source = Source::File(absolute(path));
    let key = artefact::Key::of(Stage::Fetch.name(), 1).with("sha256", recording.sha256.as_str()).digest();
    artefact::save(&folder.source(), &key, &recording).map_err(fail)?;
    if let Some(old) = known.filter(|old| old.file != recording.file) {
        // A leftover copy under another ending does no harm.
        let _ = std::fs::remove_file(folder.media().join(old.file));
    }
    Ok(Placed { folder, facts, recording, new, fetched: true, _lock: lock })
}

/// The path in one form, so that the same file under another name is the same source.
fn absolute(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// The episode made of the file at `path`, or of a file with the same bytes.
fn find(library: &Library, path: &Path, cancel: &Cancel) -> Result<Option<EpisodeFolder>, LibraryError> {
    let wanted = Source::File(absolute(path));
    let size = std::fs::metadata(path).map(|m| m.len()).ok();
    let mut twin = None;
    for folder in library.episodes()? {
        // A damaged file here belongs to another episode: it is told of when that one is processed.
        let Ok(Some(known)) = artefact::load::<Recording>(&folder.source()) else { continue };
        if known.source == wanted {
            return Ok(Some(folder));
        }
        if twin.is_none() && Some(known.bytes) == size {
            twin = Some((folder, known));
        }
    }
    let same = |known: &Recording| fetch::digest_of(path, cancel).is_ok_and(|digest| digest == known.sha256);
    Ok(twin.filter(|(_, known)| same(known)).map(|(folder, _)| folder))
}

/// `STEM.episode.toml` beside the recording, or `episode.toml` in a folder that holds no other recording.
fn facts_beside(path: &Path) -> Result<EpisodeFacts, LibraryError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut own = path.file_stem().unwrap_or_default().to_owned();
    own.push(".episode.toml");
    let alone = || fetch::recordings_in(folder).is_ok_and(|found| found.len() == 1);
    let text = match read_text(&folder.join(&own))? {
        Some(text) => Some((own.to_string_lossy().into_owned(), text)),
        None if alone() => read_text(&folder.join("episode.toml"))?.map(|text| ("episode.toml".to_owned(), text)),
        None => None,
    };
    match text {
        Some((name, text)) => Ok(config::parse(&name, &text)?),
        None => Ok(EpisodeFacts::default()),
    }
}

/// A title made of a file's name.
fn title_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().replace(['_', '.'], " ");
    let words: Vec<&str> = stem.split_whitespace().collect();
    if words.is_empty() { "Recording".into() } else { words.join(" ") }
}

/// A title as part of an episode's id.
fn slug(title: &str) -> String {
    let slug = text::slug(title, LONGEST_SLUG);
    if slug.is_empty() { "episode".into() } else { slug }
}

/// A folder for a new episode: none that another recording has, but one that a killed run, or a person, began.
pub(super) fn free_folder(
    library: &Library,
    held_on: Option<Date>,
    title: &str,
) -> Result<EpisodeFolder, LibraryError> {
    let date = held_on.map(|d| format!("{d}-")).unwrap_or_default();
    let stem = format!("{date}{}", slug(title));
    for n in 1u32.. {
        let name = if n == 1 { stem.clone() } else { format!("{stem}-{n}") };
        let Ok(id) = name.parse::<EpisodeId>() else { break };
        let folder = library.folder(id);
        if !folder.source().exists() && !folder.fetching().exists() {
            return Ok(folder);
        }
    }
    Err(LibraryError::NoEpisode(stem))
}

/// What `episode.toml` states, after what the request states has been written into it.
pub(super) fn stated(folder: &EpisodeFolder, request: &Request) -> Result<EpisodeFacts, LibraryError> {
    let mut facts = folder.read_facts()?;
    let wished = EpisodeFacts {
        title: request.title.clone().or_else(|| facts.title.clone()),
        held_on: request.held_on.or(facts.held_on),
        youtube: request.youtube.clone().or_else(|| facts.youtube.clone()),
        ..facts.clone()
    };
    if wished != facts {
        write_facts(folder, &wished)?;
        facts = wished;
    }
    Ok(facts)
}

/// Fills gaps of `episode.toml` by `known`; what a person wrote there stays.
pub(super) fn state(folder: &EpisodeFolder, known: &EpisodeFacts) -> Result<(), LibraryError> {
    let old = folder.read_facts()?;
    let filled = EpisodeFacts {
        title: old.title.clone().or_else(|| known.title.clone()),
        held_on: old.held_on.or(known.held_on),
        youtube: old.youtube.clone().or_else(|| known.youtube.clone()),
        host: old.host.clone().or_else(|| known.host.clone()),
        experts: if old.experts.is_empty() { known.experts.clone() } else { old.experts.clone() },
        video_cut: if old.video_cut.is_none() { known.video_cut } else { old.video_cut },
        voices: old.voices.or(known.voices),
        language: old.language.clone().or_else(|| known.language.clone()),
        questions: old.questions.clone().or_else(|| known.questions.clone()),
        captions: old.captions.clone().or_else(|| known.captions.clone()),
        audience: if old.audience.is_empty() { known.audience.clone() } else { old.audience.clone() },
    };
    if filled == old { Ok(()) } else { write_facts(folder, &filled) }
}

/// Sets the fields of `episode.toml` to `facts`; comments and the order of lines stay.
pub(super) fn write_facts(folder: &EpisodeFolder, facts: &EpisodeFacts) -> Result<(), LibraryError> {
    let damaged = |why: String| LibraryError::Damaged { path: folder.facts(), why };
    let old = read_text(&folder.facts())?.unwrap_or_default();
    let mut document: toml_edit::DocumentMut = old.parse().map_err(|e: toml_edit::TomlError| damaged(e.to_string()))?;
    let new = toml_edit::ser::to_document(facts).map_err(|e| damaged(e.to_string()))?;
    let known = toml_edit::ser::to_document(&folder.read_facts()?).map_err(|e| damaged(e.to_string()))?;
    for (name, item) in new.iter() {
        // Compared by what it means: however a person wrote it, it stays so.
        let same = known.get(name).is_some_and(|old| old.to_string() == item.to_string());
        if !same {
            document[name] = item.clone();
        }
    }
    atomic::write(&folder.facts(), document.to_string().as_bytes())?;
    Ok(())
}

/// Takes `video_cut` out of `episode.toml`; all other lines stay.
pub(super) fn remove_cut(folder: &EpisodeFolder) -> Result<(), LibraryError> {
    let damaged = |why: String| LibraryError::Damaged { path: folder.facts(), why };
    let text = read_text(&folder.facts())?.unwrap_or_default();
    let mut document: toml_edit::DocumentMut =
        text.parse().map_err(|e: toml_edit::TomlError| damaged(e.to_string()))?;
    document.remove("video_cut");
    atomic::write(&folder.facts(), document.to_string().as_bytes())?;
    Ok(())
}

/// Puts a remark behind a line of `episode.toml`.
pub(super) fn annotate(folder: &EpisodeFolder, name: &str, remark: &str) -> Result<(), LibraryError> {
    let old = read_text(&folder.facts())?.unwrap_or_default();
    let Ok(mut document) = old.parse::<toml_edit::DocumentMut>() else { return Ok(()) };
    if let Some(value) = document.get_mut(name).and_then(toml_edit::Item::as_value_mut) {
        value.decor_mut().set_suffix(format!(" # {remark}"));
        atomic::write(&folder.facts(), document.to_string().as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slugs_are_readable() {
        assert_eq!(slug("Physical Therapy & Your Back: What Works?"), "physical-therapy-your-back-what-works");
        assert_eq!(slug("…"), "episode");
    }

    #[test]
    fn stating_a_fact_keeps_a_persons_comments() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        let folder = library.folder("a".parse().unwrap());
        std::fs::create_dir_all(folder.path()).unwrap();
        std::fs::write(folder.facts(), "# checked by Ann\ntitle = \"Old\" # sic\nexperts = [\"jane-doe\"]\n").unwrap();
        let request = Request { title: Some("New".into()), ..Request::new(Wanted::Path("a".into())) };
        assert_eq!(stated(&folder, &request).unwrap().title.as_deref(), Some("New"));
        let text = std::fs::read_to_string(folder.facts()).unwrap();
        assert!(text.contains("# checked by Ann") && text.contains("jane-doe") && text.contains("\"New\""), "{text}");
    }

    proptest! {
        #[test]
        fn every_title_and_date_make_a_valid_id(title in ".{0,200}", year in 1i16..9999) {
            let dir = std::path::Path::new("/nowhere");
            let library = EpisodeFolder::new(dir, format!("{year:04}-01-01-{}", slug(&title)).parse().unwrap());
            prop_assert!(library.path().starts_with(dir));
        }
    }
}
