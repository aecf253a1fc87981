//! An address into an episode under its lock, with its recording in the library.
//!
//! What is being fetched is written down before the first byte comes, so that a killed run is found again by its
//! address. The library's lock is held only while an episode is looked up or made, never while the network is asked.

use super::place::{self, PATIENCE, Placed, Request};
use super::{Error, Settings, Stage, World};
use crate::atomic;
use crate::audio::AudioReader;
use crate::failure::{Exit, Failure};
use crate::fetch::address::Address;
use crate::fetch::trouble::Trouble;
use crate::fetch::ytdlp;
use crate::fetch::{self, FetchError, Page, held};
use crate::library::{EpisodeFolder, Library, LibraryError, Lock, artefact};
use crate::model::{EpisodeFacts, Millis, Published, Recording, Source};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What a file's length may differ from what its page says: containers round, and pages do.
const TOLERANCE: Millis = Millis(2000);
/// The same as a part of the length.
const TOLERANCE_PART: u64 = 100;

/// `source.partial.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Fetching {
    address: String,
    published: Published,
}

/// Finds or makes the episode of `address`, locks it, and brings its recording.
pub(super) fn place(
    library: &Library,
    address: &Address,
    request: &Request,
    settings: &Settings,
    world: &World,
) -> Result<Placed, Error> {
    let subject = address.canonical();
    let fail = |e: LibraryError| Error::new(&subject, None, e);
    let look = || -> Result<(Lock, Option<EpisodeFolder>), LibraryError> {
        let guard = Lock::take(&library.lock_path(), &world.holder, PATIENCE)?;
        let found = find(library, address)?;
        Ok((guard, found))
    };
    atomic::create_folder(&library.root().join("episodes")).map_err(|e| fail(e.into()))?;
    let (guard, found) = look().map_err(fail)?;
    if let Some(folder) = found {
        let lock = place::lock(&folder, &subject, world)?;
        drop(guard);
        return continued(folder, lock, address, request, settings, world);
    }
    drop(guard);
    let page = probe(address, settings, world)?;
    let (guard, found) = look().map_err(fail)?;
    if let Some(folder) = found {
        // Another run was faster.
        let lock = place::lock(&folder, &subject, world)?;
        drop(guard);
        return continued(folder, lock, address, request, settings, world);
    }
    let facts = proposed(address, &page.published, request);
    let title = facts.title.clone().unwrap_or_default();
    let folder = place::free_folder(library, facts.held_on, &title).map_err(fail)?;
    let new = !folder.facts().exists();
    atomic::create_folder(&folder.downloads()).map_err(|e| fail(e.into()))?;
    let lock = place::lock(&folder, &subject, world)?;
    announce(&folder, address, &page).map_err(fail)?;
    drop(guard);
    let placed = fill(&folder, lock, address, page, request, settings, world, new);
    // Nothing has come, or nothing can ever come of it: nothing is left behind.
    let useless = |error: &Error| error.exit() == Exit::Input || is_empty(&folder.downloads());
    if new && placed.as_ref().is_err_and(useless) {
        let _ = std::fs::remove_dir_all(folder.path());
    }
    placed
}

/// The episode of an address: one that has it, that is fetching it, or that states the video's id.
fn find(library: &Library, address: &Address) -> Result<Option<EpisodeFolder>, LibraryError> {
    let canonical = address.canonical();
    for folder in library.episodes()? {
        // A damaged file here belongs to another episode: it is told of when that one is processed.
        let recording = artefact::load::<Recording>(&folder.source()).ok().flatten();
        let fetching = || artefact::load::<Fetching>(&folder.fetching()).ok().flatten();
        let same = recording.is_some_and(|r| r.source == Source::Address(canonical.clone()))
            || fetching().is_some_and(|f| f.address == canonical)
            || address.youtube().is_some_and(|id| folder.read_facts().is_ok_and(|f| f.youtube.as_ref() == Some(id)));
        if same {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

/// Takes up an episode: with its recording, or by going on with its download.
fn continued(
    folder: EpisodeFolder,
    lock: Lock,
    address: &Address,
    request: &Request,
    settings: &Settings,
    world: &World,
) -> Result<Placed, Error> {
    let subject = folder.id.to_string();
    let fail = |e: LibraryError| Error::new(&subject, Some(Stage::Fetch), e);
    folder.sweep();
    let known = artefact::load::<Recording>(&folder.source()).map_err(fail)?;
    let again = settings.redo == Some(Stage::Fetch);
    match known {
        // A copy of a file of this computer is not replaced by what the network has.
        Some(recording) if !again || matches!(recording.source, Source::File(_)) => {
            let facts = place::stated(&folder, request).map_err(fail)?;
            Ok(Placed { folder, facts, recording, new: false, fetched: false, _lock: lock })
        }
        _ => {
            let page = probe(address, settings, world)?;
            atomic::create_folder(&folder.downloads()).map_err(|e| fail(e.into()))?;
            announce(&folder, address, &page).map_err(fail)?;
            fill(&folder, lock, address, page, request, settings, world, false)
        }
    }
}

fn probe(address: &Address, settings: &Settings, world: &World) -> Result<Page, Error> {
    world.progress.note("Asking what there is …");
    let mut page = ytdlp::probe(&settings.download, address, world.cancel)
        .map_err(|e| Error::new(&address.canonical(), Some(Stage::Fetch), e))?;
    page.published.fetched = Some((world.now)());
    Ok(page)
}

/// What the page proposes for `episode.toml`.
fn proposed(address: &Address, published: &Published, request: &Request) -> EpisodeFacts {
    let title = published.title.clone().unwrap_or_default();
    let uploaded = published.uploaded_on.or_else(|| published.uploaded.map(|at| Offset::UTC.to_datetime(at).date()));
    let stated = || held::day(&title, published.description.as_deref().unwrap_or_default(), uploaded);
    let name = request.title.clone().or_else(|| published.title.clone()).or_else(|| published.id.clone());
    EpisodeFacts {
        title: name.or_else(|| Some("Recording".into())),
        held_on: request.held_on.or_else(stated),
        youtube: request.youtube.clone().or_else(|| address.youtube().cloned()),
        ..EpisodeFacts::default()
    }
}

/// Writes down what is about to be fetched.
fn announce(folder: &EpisodeFolder, address: &Address, page: &Page) -> Result<(), LibraryError> {
    let fetching = Fetching { address: address.canonical(), published: page.published.clone() };
    let key = artefact::Key::of(Stage::Fetch.name(), 1).with("address", &fetching.address).digest();
    artefact::save(&folder.fetching(), &key, &fetching)
}

/// Downloads, checks, and moves the recording to its place.
#[expect(clippy::too_many_arguments, reason = "each is a different thing, and a struct would only rename them")]
fn fill(
    folder: &EpisodeFolder,
    lock: Lock,
    address: &Address,
    page: Page,
    request: &Request,
    settings: &Settings,
    world: &World,
    new: bool,
) -> Result<Placed, Error> {
    let subject = folder.id.to_string();
    let fail = |e: LibraryError| Error::new(&subject, Some(Stage::Fetch), e);
    let failed = |e: FetchError| Error::new(&subject, Some(Stage::Fetch), e);
    let proposals = proposed(address, &page.published, request);
    let asked_before = folder.read_facts().map_err(fail)?.held_on.is_some();
    place::state(folder, &proposals).map_err(fail)?;
    if !asked_before && request.held_on.is_none() && proposals.held_on.is_some() {
        place::annotate(folder, "held_on", "proposed by the video's title or description: correct it if it is wrong")
            .map_err(fail)?;
    }
    let facts = place::stated(folder, request).map_err(fail)?;
    let path = verified(folder, address, &page.published, settings, world)?;
    let sha256 = fetch::digest_of(&path, world.cancel).map_err(failed)?;
    let file = format!("recording.{}", fetch::ending_of(&path));
    let old = artefact::load::<Recording>(&folder.source()).map_err(fail)?;
    atomic::adopt(&path, &folder.media().join(&file)).map_err(|e| fail(e.into()))?;
    let bytes = std::fs::metadata(folder.media().join(&file)).map_or(0, |facts| facts.len());
    let key = artefact::Key::of(Stage::Fetch.name(), 1).with("sha256", sha256.as_str()).digest();
    let source = Source::Address(address.canonical());
    let published = Some(Box::new(page.published));
    let recording = Recording { source, file, sha256, bytes, modified: None, published };
    artefact::save(&folder.source(), &key, &recording).map_err(fail)?;
    // Leftovers do no harm: the next run passes over them.
    let _ = std::fs::remove_file(folder.fetching());
    let _ = std::fs::remove_dir_all(folder.downloads());
    if let Some(old) = old.filter(|old| old.file != recording.file) {
        let _ = std::fs::remove_file(folder.media().join(old.file));
    }
    Ok(Placed { folder: folder.clone(), facts, recording, new, fetched: true, _lock: lock })
}

/// The downloaded file, once it is a recording as long as its page says. One that is not is thrown away, and fetched
/// once more: it may have been changed while an earlier part of it lay here.
fn verified(
    folder: &EpisodeFolder,
    address: &Address,
    published: &Published,
    settings: &Settings,
    world: &World,
) -> Result<PathBuf, Error> {
    let subject = folder.id.to_string();
    let failed = |e: FetchError| Error::new(&subject, Some(Stage::Fetch), e);
    let mut last = false;
    loop {
        let path = ytdlp::download(&settings.download, address, &folder.downloads(), world.progress, world.cancel)
            .map_err(failed)?;
        let length = AudioReader::open(&path).map(|reader| reader.report().declared);
        let discard = || {
            let _ = std::fs::remove_dir_all(folder.downloads());
        };
        let length = match length {
            Ok(length) => length,
            Err(error) => {
                discard();
                return Err(Error::new(&address.canonical(), Some(Stage::Fetch), error));
            }
        };
        if length.is_some_and(|length| length > settings.download.longest) {
            discard();
            let trouble = Trouble::TooLong;
            return Err(failed(FetchError::Unavailable { address: address.canonical(), trouble }));
        }
        match (published.duration, length) {
            (Some(expected), Some(found)) if !agree(expected, found) => {
                discard();
                if last {
                    return Err(failed(FetchError::Incomplete { address: address.canonical(), expected, found }));
                }
                last = true;
                atomic::create_folder(&folder.downloads()).map_err(|e| Error::new(&subject, Some(Stage::Fetch), e))?;
                world.progress.note("What came is not as long as its page says: fetching all of it again.");
            }
            _ => return Ok(path),
        }
    }
}

fn agree(expected: Millis, found: Millis) -> bool {
    let tolerance = TOLERANCE.max(Millis(expected.0 / TOLERANCE_PART));
    expected.0.abs_diff(found.0) <= tolerance.0
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_agree_within_two_seconds_or_one_percent() {
        assert!(agree(Millis(60_000), Millis(62_000)) && !agree(Millis(60_000), Millis(62_001)));
        assert!(agree(Millis(3_600_000), Millis(3_564_000)) && !agree(Millis(3_600_000), Millis(3_563_999)));
    }
}
