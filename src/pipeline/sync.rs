//! New recordings on channels and playlists: what there is, what of it to take, and what became of what the library has.
//!
//! A channel's feed is asked first; its whole listing when there is no feed, when the feed does not reach back to a video
//! that is known, or once a month, for what vanished from behind the feed's end. A playlist may grow anywhere, so that
//! only a feed that has all of it will do. Videos of the library are never fetched again: one that is gone from its
//! website, or of another length there, is noted for the editors, and its entries stay.

use super::{Error, Report, Request, Settings, Stage, Wanted, World, download, process};
use crate::failure::{Exit, Failure};
use crate::fetch::address::{Address, List};
use crate::fetch::feed::{self, FeedError};
use crate::fetch::{FetchError, Listed, ytdlp};
use crate::library::{Library, LibraryError, Lock, artefact};
use crate::model::{EpisodeId, Millis, Note, NoteKind, Recording, Seen, Watch, YoutubeId};
use jiff::SignedDuration;
use jiff::civil::Date;
use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// So long the feed alone is looked at.
const LISTING_EVERY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many pages of vanished videos are asked for in one look, so that a website is not asked too often.
const LOOKS: usize = 10;
/// The titles that a playlist has in place of videos that are not shown any more.
const CLOSED: [(&str, &str); 2] = [("[Private video]", "it is private"), ("[Deleted video]", "it was deleted")];

/// The settings name nothing that can be looked through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// No channel or playlist is named.
    #[error("spinetime.toml names no channel or playlist to look through")]
    NoSource,
    /// Something that is neither is named.
    #[error("\"{0}\" in spinetime.toml is no YouTube channel or playlist")]
    NoList(String),
    /// The title's regular expression can't be read.
    #[error("the \"title\" under [sync] in spinetime.toml can't be read as a regular expression: {0}")]
    Title(String),
}

impl Failure for SyncError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoSource => {
                "Write its address under [sync] in spinetime.toml: sources = [\"https://www.youtube.com/@YourChannel\"]"
                    .into()
            }
            Self::NoList(_) => "Open the channel or playlist in a browser and copy the address from there.".into(),
            Self::Title(_) => "Write a part of the titles as it stands there, such as title = \"Spine Time\".".into(),
        })
    }
}

/// What was asked for a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The feed.
    Feed,
    /// The whole listing.
    Listing,
}

/// A video that may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The video.
    pub video: Seen,
    /// Where it was found.
    source: String,
    /// Whether what stands behind it there is older.
    newest_first: bool,
}

/// What to do about the videos that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// To be taken, in the order of the sources and of their listings.
    pub take: Vec<Candidate>,
    /// How many the library has.
    pub known: usize,
    /// How many the title or the settings rule out.
    pub passed_over: usize,
    /// How many were uploaded too early.
    pub older: usize,
    /// How many are live, have not begun, or wait for an editor's word.
    pub waiting: usize,
}

/// What became of a video that was to be taken.
#[derive(Debug)]
pub enum Outcome {
    /// It is an episode.
    Taken(Box<Report>),
    /// It was uploaded before the day from which on recordings are wanted.
    Older,
    /// It is not there yet, in words: the next sync tries it again.
    Early(String),
}

/// An episode that has a video.
#[derive(Debug, Clone)]
struct Known {
    episode: EpisodeId,
    /// Whether it has entries; without them an earlier run did not come to its end.
    done: bool,
    title: Option<String>,
    /// The video's length when it was fetched.
    duration: Option<Millis>,
}

/// One run of `sync`.
pub struct Session<'a> {
    library: &'a Library,
    settings: &'a Settings,
    world: &'a World<'a>,
    filter: Regex,
    watch: Watch,
    known: BTreeMap<YoutubeId, Known>,
    /// Videos that the listings of this run show as live or yet to come.
    early: BTreeSet<YoutubeId>,
    /// Sources whose next videos are too old, all of them.
    exhausted: BTreeSet<String>,
    /// Held by a run that writes; `None` for one that only looks.
    lock: Option<Lock>,
}

/// The channels and playlists of the settings.
///
/// # Errors
/// When there are none, or something else is named.
pub fn sources(settings: &Settings) -> Result<Vec<List>, SyncError> {
    let named = &settings.config.sync.sources;
    let lists: Result<Vec<List>, SyncError> = named
        .iter()
        .map(|text| match Address::parse(text) {
            Ok(Some(Address::List(list))) => Ok(list),
            _ => Err(SyncError::NoList(text.clone())),
        })
        .collect();
    lists.and_then(|lists| if lists.is_empty() { Err(SyncError::NoSource) } else { Ok(lists) })
}

/// Which titles are wanted: as `pattern` says, or those with the series' name, however it is spaced.
fn filter(pattern: &str, series: &str) -> Result<Regex, SyncError> {
    let words: Vec<String> = series.split_whitespace().map(regex::escape).collect();
    let pattern = if pattern.is_empty() { words.join(r"\s+") } else { pattern.to_owned() };
    RegexBuilder::new(&pattern).case_insensitive(true).build().map_err(|e| SyncError::Title(e.to_string()))
}

impl<'a> Session<'a> {
    /// Begins. With `only_look` nothing is written.
    ///
    /// # Errors
    /// When the settings or the library can't be read, or another sync is under way.
    pub fn open(
        library: &'a Library,
        settings: &'a Settings,
        world: &'a World<'a>,
        only_look: bool,
    ) -> Result<Self, Error> {
        let fail = |e: LibraryError| Error::new("sync", None, e);
        let filter = filter(&settings.config.sync.title, &settings.config.series.name)
            .map_err(|e| Error::new("sync", None, e))?;
        let take = || Lock::take(&library.watch_lock_path(), &world.holder, Duration::ZERO).map_err(fail);
        let lock = if only_look { None } else { Some(take()?) };
        let mut watch = artefact::load::<Watch>(&library.watch_path()).map_err(fail)?.unwrap_or_default();
        let known = known(library).map_err(fail)?;
        // Somebody may have processed by hand what was waiting.
        let about_new = |note: &Note| matches!(note.kind, NoteKind::Waiting | NoteKind::Failed | NoteKind::Again);
        watch.notes.retain(|id, note| !(about_new(note) && known.get(id).is_some_and(|known| known.done)));
        let (early, exhausted) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { library, settings, world, filter, watch, known, early, exhausted, lock })
    }

    /// Looks through a channel or playlist.
    ///
    /// # Errors
    /// When it can't be had, somebody asks to stop, or what was seen can't be written down.
    pub fn look(&mut self, list: &List) -> Result<Way, Error> {
        let source = list.canonical();
        let World { progress, cancel, now, .. } = self.world;
        let (way, found) = match self.feed(list, &source)? {
            Some(videos) => (Way::Feed, videos),
            None => {
                let address = Address::List(list.clone());
                let listing = ytdlp::list(&self.settings.download, &address, *progress, cancel)
                    .map_err(|e| Error::new(&source, Some(Stage::Fetch), e))?;
                let watched = self.watch.sources.entry(source.clone()).or_default();
                watched.channel_id = listing.channel_id.or(watched.channel_id.take());
                watched.listed = Some(now());
                (Way::Listing, listing.videos)
            }
        };
        for video in &found {
            self.note_row(video);
        }
        // A playlist's feed is taken only when it has all of it.
        let whole = way == Way::Listing || matches!(list, List::Playlist(_));
        let missing = self.merge(&source, found, whole);
        self.look_for(&source, missing)?;
        self.note_new_uploads(&source);
        self.save()?;
        Ok(way)
    }

    /// The feed's videos, when they are enough to go by.
    fn feed(&self, list: &List, source: &str) -> Result<Option<Vec<Listed>>, Error> {
        let Some(watched) = self.watch.sources.get(source) else { return Ok(None) };
        let old = watched.listed.is_none_or(|at| (self.world.now)().duration_since(at) >= LISTING_EVERY);
        let Some((what, id)) = list.feed(watched.channel_id.as_deref()).filter(|_| !old) else { return Ok(None) };
        let (base, patience) = (&self.settings.config.sync.feed_url, self.settings.download.silence);
        let videos = match feed::fetch(base, (what, &id), patience, self.world.cancel) {
            Ok(videos) => videos,
            Err(FeedError::Cancelled(cancelled)) => {
                return Err(Error::new(source, Some(Stage::Fetch), FetchError::from(cancelled)));
            }
            // The listing has all that the feed has, or says why there is nothing.
            Err(_) => return Ok(None),
        };
        let enough = match list {
            List::Playlist(_) => videos.len() < feed::FULL,
            List::Channel(..) | List::Named(..) => {
                videos.iter().any(|video| watched.videos.iter().any(|seen| seen.id == video.id))
            }
        };
        Ok(enough.then_some(videos))
    }

    /// What a row of a listing says of its video. What it can't tell stays as it was.
    fn note_row(&mut self, video: &Listed) {
        let early = matches!(video.live_status.as_deref(), Some("is_live" | "is_upcoming" | "post_live"));
        if early {
            self.early.insert(video.id.clone());
        }
        let changed = |known: &Known| -> Option<(NoteKind, String)> {
            let (then, now) = (known.duration?, video.duration?);
            let text = format!(
                "it lasts {now} now, but {then} when it was fetched: the times of its entries may be off. \"spinetime \
                     check-links {}\" finds out",
                known.episode
            );
            (!download::agree(then, now)).then_some((NoteKind::Changed, text))
        };
        let news = match (self.known.get(&video.id), closed(video.title.as_deref())) {
            (Some(_), Some(why)) => Some((NoteKind::Gone, why.to_owned())),
            (Some(known), None) => changed(known),
            (None, _) => early.then(|| (NoteKind::Waiting, "it is live, or has not been broadcast yet".to_owned())),
        };
        let outdated = match self.watch.notes.get(&video.id).map(|note| note.kind) {
            Some(NoteKind::Gone) => true,
            Some(NoteKind::Changed) => video.duration.is_some(),
            Some(NoteKind::Waiting) => video.live_status.is_some(),
            Some(NoteKind::Failed | NoteKind::Again) | None => false,
        };
        match news {
            Some((kind, text)) => self.note(&video.id, video.title.clone(), kind, text),
            None if outdated => {
                self.watch.notes.remove(&video.id);
            }
            None => {}
        }
    }

    fn note(&mut self, id: &YoutubeId, title: Option<String>, kind: NoteKind, text: String) {
        let same = |note: &Note| note.kind == kind && note.text == text;
        if !self.watch.notes.get(id).is_some_and(same) {
            let since = (self.world.now)();
            self.watch.notes.insert(id.clone(), Note { kind, title, text, since });
        }
    }

    /// Lays what was found over what was known of a source. Returns the library's videos that should stand there and
    /// don't: all that are lacking when `whole` of it was found, else those that are newer than something found.
    fn merge(&mut self, source: &str, found: Vec<Listed>, whole: bool) -> Vec<YoutubeId> {
        let oldest = found.iter().filter_map(|video| video.uploaded_on).min();
        let watched = self.watch.sources.entry(source.to_owned()).or_default();
        let old = std::mem::take(&mut watched.videos);
        let day = |id: &YoutubeId| old.iter().find(|seen| seen.id == *id).and_then(|seen| seen.uploaded_on);
        watched.videos = found
            .into_iter()
            .map(|video| Seen {
                uploaded_on: video.uploaded_on.or_else(|| day(&video.id)),
                id: video.id,
                title: video.title,
            })
            .collect();
        let listed: BTreeSet<YoutubeId> = watched.videos.iter().map(|seen| seen.id.clone()).collect();
        let (mut missing, mut behind) = (Vec::new(), Vec::new());
        for seen in old.into_iter().filter(|seen| !listed.contains(&seen.id)) {
            let within = oldest.zip(seen.uploaded_on).is_some_and(|(oldest, day)| day > oldest);
            let known = self.known.contains_key(&seen.id);
            if known && (whole || within) {
                missing.push(seen.id.clone());
            }
            // Behind the end of a feed stands all that was known; behind that of the whole, what is to be looked for.
            if known || !whole {
                behind.push(seen);
            }
        }
        watched.videos.extend(behind);
        missing
    }

    /// Asks for the pages of videos that a source does not show any more.
    fn look_for(&mut self, source: &str, missing: Vec<YoutubeId>) -> Result<(), Error> {
        let World { progress, cancel, .. } = self.world;
        for id in missing.into_iter().take(LOOKS) {
            match ytdlp::probe(&self.settings.download, &Address::Video(id.clone()), *progress, cancel) {
                // Not listed any more, but there.
                Ok(_) => {}
                // There, but not for whoever asks: asking again tells no more, and others may be asked for.
                Err(error) if !error.is_gone() && error.exit() == Exit::SourceUnavailable => {}
                Err(error) if error.is_gone() => {
                    let title = self.known.get(&id).and_then(|known| known.title.clone());
                    self.note(&id, title, NoteKind::Gone, error.reason());
                }
                Err(error) if error.exit() == Exit::Interrupted => return Err(Error::new(source, None, error)),
                // What can't be told now is looked for again next time: a website that refuses is not asked on.
                Err(_) => break,
            }
            if let Some(watched) = self.watch.sources.get_mut(source) {
                watched.videos.retain(|seen| seen.id != id);
            }
        }
        Ok(())
    }

    /// Finds new videos with the title of one that the library has and that is gone.
    fn note_new_uploads(&mut self, source: &str) {
        let plain = |title: &str| title.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let gone: BTreeMap<String, EpisodeId> = self
            .known
            .iter()
            .filter(|(id, _)| self.watch.notes.get(id).is_some_and(|note| note.kind == NoteKind::Gone))
            .filter_map(|(_, known)| Some((plain(known.title.as_deref()?), known.episode.clone())))
            .collect();
        let mut videos = self.watch.sources.get(source).map(|watched| watched.videos.clone()).unwrap_or_default();
        videos.retain(|seen| !self.known.contains_key(&seen.id));
        for Seen { id, title, .. } in videos {
            let Some(episode) = title.as_deref().and_then(|title| gone.get(&plain(title))) else { continue };
            let text = format!(
                "it seems to be a new upload of {episode}, whose video is gone. To move that episode's links to it, write \
                 youtube = \"{id}\" into its episode.toml and process it again; to make another episode of it, run \
                 \"spinetime process {id}\""
            );
            self.note(&id, title, NoteKind::Again, text);
        }
    }

    /// What to take of all that was found.
    #[must_use]
    pub fn plan(&self, lists: &[List], since: Option<Date>) -> Plan {
        let (mut plan, mut met) = (Plan::default(), BTreeSet::new());
        for list in lists {
            let source = list.canonical();
            let Some(watched) = self.watch.sources.get(&source) else { continue };
            for video in watched.videos.iter().filter(|video| met.insert(&video.id)) {
                let known = self.known.get(&video.id);
                let wanted = || {
                    let title = video.title.as_deref().unwrap_or_default();
                    closed(Some(title)).is_none() && self.filter.is_match(title)
                };
                let waits = || {
                    let asked = self.watch.notes.get(&video.id).is_some_and(|note| note.kind == NoteKind::Again);
                    asked || self.early.contains(&video.id)
                };
                if known.is_some_and(|known| known.done) {
                    plan.known += 1;
                } else if self.settings.config.sync.skip.contains(&video.id) || (known.is_none() && !wanted()) {
                    plan.passed_over += 1;
                } else if since.zip(video.uploaded_on).is_some_and(|(since, day)| day < since) {
                    plan.older += 1;
                } else if waits() {
                    plan.waiting += 1;
                } else {
                    let newest_first = !matches!(list, List::Playlist(_));
                    plan.take.push(Candidate { video: video.clone(), source: source.clone(), newest_first });
                }
            }
        }
        plan
    }

    /// Whether a video was uploaded before `since`. Its page is asked when the listing did not tell.
    ///
    /// # Errors
    /// When the page can't be had.
    pub fn is_older(&mut self, candidate: &Candidate, since: Date) -> Result<bool, FetchError> {
        if let Some(day) = candidate.video.uploaded_on {
            return Ok(day < since);
        }
        if candidate.newest_first && self.exhausted.contains(&candidate.source) {
            return Ok(true);
        }
        let World { progress, cancel, .. } = self.world;
        let address = Address::Video(candidate.video.id.clone());
        let page = ytdlp::probe(&self.settings.download, &address, *progress, cancel)?;
        let day = page.published.day();
        if let Some(watched) = self.watch.sources.get_mut(&candidate.source) {
            let seen = watched.videos.iter_mut().filter(|seen| seen.id == candidate.video.id);
            seen.for_each(|seen| seen.uploaded_on = day);
        }
        let older = day.is_some_and(|day| day < since);
        if older {
            self.exhausted.insert(candidate.source.clone());
        }
        Ok(older)
    }

    /// Takes a video all the way to entries, and remembers what became of it.
    ///
    /// # Errors
    /// As [`process`].
    pub fn take(&mut self, candidate: &Candidate, since: Option<Date>) -> Result<Outcome, Error> {
        let Seen { id, title, .. } = &candidate.video;
        let outcome = match self.attempt(candidate, since) {
            Err(Error { early: Some(why), .. }) => Ok(Outcome::Early(why)),
            outcome => outcome,
        };
        match &outcome {
            Ok(Outcome::Taken(_) | Outcome::Older) => {
                self.watch.notes.remove(id);
            }
            Ok(Outcome::Early(why)) => self.note(id, title.clone(), NoteKind::Waiting, why.clone()),
            Err(error) if matches!(error.exit(), Exit::SourceUnavailable | Exit::Input | Exit::Unexpected) => {
                self.note(id, title.clone(), NoteKind::Failed, error.to_string());
            }
            // What hinders all videos alike says nothing of this one.
            Err(_) => {}
        }
        self.save()?;
        outcome
    }

    fn attempt(&mut self, candidate: &Candidate, since: Option<Date>) -> Result<Outcome, Error> {
        let address = Address::Video(candidate.video.id.clone());
        let fail = |error: FetchError| Error::new(&address.canonical(), Some(Stage::Fetch), error);
        if since.map_or(Ok(false), |since| self.is_older(candidate, since)).map_err(fail)? {
            return Ok(Outcome::Older);
        }
        let request = Request::new(Wanted::Address(address));
        let report = process(self.library, &request, self.settings, self.world)?;
        Ok(Outcome::Taken(Box::new(report)))
    }

    fn save(&self) -> Result<(), Error> {
        if self.lock.is_none() {
            return Ok(());
        }
        let key = artefact::Key::of("sync", 1).digest();
        artefact::save(&self.library.watch_path(), &key, &self.watch).map_err(|e| Error::new("sync", None, e))
    }
}

/// What a playlist says in place of the title of a video that it does not show any more.
fn closed(title: Option<&str>) -> Option<&'static str> {
    CLOSED.iter().find(|(closed, _)| title == Some(*closed)).map(|(_, why)| *why)
}

/// The library's videos.
fn known(library: &Library) -> Result<BTreeMap<YoutubeId, Known>, LibraryError> {
    let mut known = BTreeMap::new();
    for folder in library.episodes()? {
        // A damaged file is told of when that episode is processed.
        let recording = artefact::load::<Recording>(&folder.source()).ok().flatten();
        let published = recording.and_then(|recording| recording.published);
        let facts = folder.read_facts().unwrap_or_default();
        let came = download::address_of(&folder).and_then(|address| Address::parse(&address).ok().flatten());
        let fetched = came.as_ref().and_then(Address::youtube).cloned();
        let episode = Known {
            episode: folder.id.clone(),
            done: folder.entries().exists(),
            title: published.as_ref().and_then(|page| page.title.clone()).or(facts.title.clone()),
            duration: published.and_then(|page| page.duration).map(|then| facts.video_cut.length(then)),
        };
        // An episode whose links an editor moved to a new upload is known under both.
        known.extend(facts.youtube.into_iter().chain(fetched).map(|id| (id, episode.clone())));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_matched_by_the_series_name_or_by_a_pattern() {
        let finds = |pattern: &str, series: &str, title: &str| filter(pattern, series).unwrap().is_match(title);
        assert!(finds("", "Spine Time", "SPINE  TIME: your neck (with Q&A)"));
        assert!(!finds("", "Spine Time", "Our new building"));
        assert!(finds("", "C++ (live)", "More c++ (LIVE)") && !finds("", "C++ (live)", "C live"));
        assert!(finds("^webinar|Q&A$", "Spine Time", "Webinar 12") && !finds("^webinar", "Spine Time", "Spine Time"));
        assert!(finds("", "", "anything"));
        assert!(matches!(filter("(", ""), Err(SyncError::Title(_))));
    }
}
