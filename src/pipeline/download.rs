//! An address into an episode under its lock, with its recording in the library.
//!
//! What is being fetched is written down before the first byte comes, so that a killed run is found again by its
//! address. The library's lock is held only while an episode is looked up or made, never while the network is asked.

use super::place::{self, PATIENCE, Placed, Request};
use super::{Error, Settings, Stage, World, attach};
use crate::atomic;
use crate::audio::AudioReader;
use crate::failure::{Exit, Failure};
use crate::fetch::address::Address;
use crate::fetch::trouble::Trouble;
use crate::fetch::ytdlp;
use crate::fetch::{self, FetchError, held};
use crate::library::{EpisodeFolder, Library, LibraryError, Lock, artefact};
use crate::model::{EpisodeFacts, Millis, Published, Recording, Source, VideoCut};
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

/// A recording on its way from an address into an episode.
pub(super) struct Order<'a> {
    pub(super) address: &'a Address,
    pub(super) request: &'a Request,
    pub(super) settings: &'a Settings,
    pub(super) world: &'a World<'a>,
}

/// What the page at an address has to say.
struct Offer {
    published: Published,
    /// What it proposes for `episode.toml`.
    facts: EpisodeFacts,
}

/// What the library has of an address.
enum Look {
    /// An episode, under its lock.
    Known(EpisodeFolder, Lock),
    /// Nothing; the library's lock keeps others from making it.
    New(Lock),
}

impl Order<'_> {
    /// Finds or makes the episode of the address, locks it, and brings its recording.
    pub(super) fn place(&self, library: &Library) -> Result<Placed, Error> {
        if let Look::Known(folder, lock) = self.look(library)? {
            return self.go_on(folder, lock);
        }
        let offer = self.ask()?;
        let guard = match self.look(library)? {
            // Another run was faster.
            Look::Known(folder, lock) => return self.go_on(folder, lock),
            Look::New(guard) => guard,
        };
        let fail = |e: LibraryError| Error::new(&self.address.canonical(), None, e);
        let title = offer.facts.title.clone().unwrap_or_default();
        let folder = place::free_folder(library, offer.facts.held_on, &title).map_err(fail)?;
        let new = !folder.facts().exists();
        atomic::create_folder(&folder.downloads()).map_err(|e| fail(e.into()))?;
        let lock = place::lock(&folder, &self.address.canonical(), self.world)?;
        self.announce(&folder, &offer).map_err(fail)?;
        drop(guard);
        let placed = self.fill(&folder, lock, offer, new);
        // Nothing has come, or nothing can ever come of it: nothing is left behind.
        let useless = |error: &Error| error.exit() == Exit::Input || is_empty(&folder.downloads());
        if new && placed.as_ref().is_err_and(useless) {
            let _ = std::fs::remove_dir_all(folder.path());
        }
        placed
    }

    /// Takes up an episode: with its recording, or by going on with its download.
    pub(super) fn go_on(&self, folder: EpisodeFolder, lock: Lock) -> Result<Placed, Error> {
        let subject = folder.id.to_string();
        let fail = |e: LibraryError| Error::new(&subject, Some(Stage::Fetch), e);
        folder.sweep();
        let known = artefact::load::<Recording>(&folder.source()).map_err(fail)?;
        let again = self.settings.redo == Some(Stage::Fetch);
        match known {
            // A copy of a file of this computer is not replaced by what the network has.
            Some(recording) if !again || matches!(recording.source, Source::File(_)) => {
                let facts = place::stated(&folder, self.request).map_err(fail)?;
                Ok(Placed { folder, facts, recording, new: false, fetched: false, _lock: lock })
            }
            _ => {
                let offer = self.ask()?;
                atomic::create_folder(&folder.downloads()).map_err(|e| fail(e.into()))?;
                self.announce(&folder, &offer).map_err(fail)?;
                self.fill(&folder, lock, offer, false)
            }
        }
    }

    fn look(&self, library: &Library) -> Result<Look, Error> {
        let subject = self.address.canonical();
        let fail = |e: LibraryError| Error::new(&subject, None, e);
        atomic::create_folder(&library.root().join("episodes")).map_err(|e| fail(e.into()))?;
        let guard = Lock::take(&library.lock_path(), &self.world.holder, PATIENCE).map_err(fail)?;
        match find(library, self.address).map_err(fail)? {
            Some(folder) => {
                let lock = place::lock(&folder, &subject, self.world)?;
                Ok(Look::Known(folder, lock))
            }
            None => Ok(Look::New(guard)),
        }
    }

    /// Reads the page.
    fn ask(&self) -> Result<Offer, Error> {
        let World { progress, cancel, now, .. } = self.world;
        progress.note("Asking what there is …");
        let page = ytdlp::probe(&self.settings.download, self.address, *progress, cancel)
            .map_err(|e| Error::new(&self.address.canonical(), Some(Stage::Fetch), e))?;
        let published = Published { fetched: Some(now()), ..page.published };
        Ok(Offer { facts: proposed(self.address, &published, self.request), published })
    }

    /// Writes down what is about to be fetched.
    fn announce(&self, folder: &EpisodeFolder, offer: &Offer) -> Result<(), LibraryError> {
        let fetching = Fetching { address: self.address.canonical(), published: offer.published.clone() };
        let key = artefact::Key::of(Stage::Fetch.name(), 1).with("address", &fetching.address).digest();
        artefact::save(&folder.fetching(), &key, &fetching)
    }

    /// Downloads, checks, and moves the recording to its place.
    fn fill(&self, folder: &EpisodeFolder, lock: Lock, offer: Offer, new: bool) -> Result<Placed, Error> {
        let subject = folder.id.to_string();
        let fail = |e: LibraryError| Error::new(&subject, Some(Stage::Fetch), e);
        let asked_before = folder.read_facts().map_err(fail)?.held_on.is_some();
        place::state(folder, &offer.facts).map_err(fail)?;
        if !asked_before && self.request.held_on.is_none() && offer.facts.held_on.is_some() {
            place::annotate(
                folder,
                "held_on",
                "proposed by the video's title or description: correct it if it is wrong",
            )
            .map_err(fail)?;
        }
        let mut facts = place::stated(folder, self.request).map_err(fail)?;
        let path = self.verified(folder, &offer.published)?;
        let sha256 =
            fetch::digest_of(&path, self.world.cancel).map_err(|e| Error::new(&subject, Some(Stage::Fetch), e))?;
        let file = format!("recording.{}", fetch::ending_of(&path));
        let old = artefact::load::<Recording>(&folder.source()).map_err(fail)?;
        atomic::adopt(&path, &folder.media().join(&file)).map_err(|e| fail(e.into()))?;
        let bytes = std::fs::metadata(folder.media().join(&file)).map_or(0, |facts| facts.len());
        let key = artefact::Key::of(Stage::Fetch.name(), 1).with("sha256", sha256.as_str()).digest();
        let source = Source::Address(self.address.canonical());
        let published = Some(Box::new(offer.published));
        let recording = Recording { source, file, sha256, bytes, modified: None, published };
        artefact::save(&folder.source(), &key, &recording).map_err(fail)?;
        // The published video as it is now is the recording: nothing was cut from the one to make the other.
        let published = attach::page(&facts, &recording).as_ref() == Some(self.address);
        if published && !facts.video_cut.is_none() && old.as_ref().is_some_and(|old| old.sha256 != recording.sha256) {
            place::remove_cut(folder).map_err(fail)?;
            facts.video_cut = VideoCut::default();
            self.world
                .progress
                .note("The recording is the published video now: video_cut was taken out of episode.toml.");
        }
        // Leftovers do no harm: the next run passes over them.
        let _ = std::fs::remove_file(folder.fetching());
        let _ = std::fs::remove_dir_all(folder.downloads());
        if let Some(old) = old.filter(|old| old.file != recording.file) {
            let _ = std::fs::remove_file(folder.media().join(old.file));
        }
        Ok(Placed { folder: folder.clone(), facts, recording, new, fetched: true, _lock: lock })
    }

    /// The downloaded file, once it is a recording as long as its page says. One that is not is thrown away, and
    /// fetched once more: it may have been changed while an earlier part of it lay here.
    fn verified(&self, folder: &EpisodeFolder, published: &Published) -> Result<PathBuf, Error> {
        let subject = folder.id.to_string();
        let (tool, address, World { progress, cancel, .. }) = (&self.settings.download, self.address, self.world);
        let failed = |e: FetchError| Error::new(&subject, Some(Stage::Fetch), e);
        let mut last = false;
        loop {
            let path = ytdlp::download(tool, address, &folder.downloads(), *progress, cancel).map_err(failed)?;
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
            if length.is_some_and(|length| length > tool.longest) {
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
                    atomic::create_folder(&folder.downloads())
                        .map_err(|e| Error::new(&subject, Some(Stage::Fetch), e))?;
                    progress.note("What came is not as long as its page says: fetching all of it again.");
                }
                _ => return Ok(path),
            }
        }
    }
}

/// The episode of an address: one that has it, that is fetching it, or that states the video's id.
fn find(library: &Library, address: &Address) -> Result<Option<EpisodeFolder>, LibraryError> {
    let canonical = address.canonical();
    for folder in library.episodes()? {
        let known = address_of(&folder).is_some_and(|known| known == canonical);
        let stated =
            || address.youtube().is_some_and(|id| folder.read_facts().is_ok_and(|f| f.youtube.as_ref() == Some(id)));
        if known || stated() {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

/// The address from which an episode's recording came or is coming.
pub(super) fn address_of(folder: &EpisodeFolder) -> Option<String> {
    // A damaged file is told of when that episode is processed.
    let came = artefact::load::<Recording>(&folder.source()).ok().flatten();
    let coming = || artefact::load::<Fetching>(&folder.fetching()).ok().flatten();
    match came.map(|recording| recording.source) {
        Some(Source::Address(address)) => Some(address),
        Some(Source::File(_)) => None,
        None => coming().map(|fetching| fetching.address),
    }
}

/// What the page proposes for `episode.toml`.
fn proposed(address: &Address, published: &Published, request: &Request) -> EpisodeFacts {
    let title = published.title.clone().unwrap_or_default();
    let description = published.description.as_deref().unwrap_or_default();
    let stated = || held::day(&title, description, published.day());
    let name = request.title.clone().or_else(|| published.title.clone()).or_else(|| published.id.clone());
    EpisodeFacts {
        title: name.or_else(|| Some("Recording".into())),
        held_on: request.held_on.or_else(stated),
        youtube: request.youtube.clone().or_else(|| address.youtube().cloned()),
        ..EpisodeFacts::default()
    }
}

/// Whether two lengths of the same recording are the same for practical purposes.
pub(super) fn agree(expected: Millis, found: Millis) -> bool {
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
