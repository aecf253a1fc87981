//! Is the published video still the recording that was transcribed? Where it was cut at its ends, how far all times have
//! to be moved is found out, and on an editor's word written into `episode.toml`.
//!
//! Its page is asked first. Only where the length is another one are its captions compared with the transcript, and its
//! sound with the recording's. What was downloaded for that is removed again; the library's recording stays as it is.

use super::{Error, Stage, World, attach, edited, on_video};
use crate::atomic;
use crate::audio::AudioReader;
use crate::drift::sound::Loudness;
use crate::drift::{self, By, Joint, TOLERANCE, Verdict};
use crate::failure::{Exit, Failure};
use crate::fetch::address::Address;
use crate::fetch::ytdlp::{self, Tool};
use crate::fetch::{FetchError, captions};
use crate::library::{EpisodeFolder, Library, LibraryError, Lock, artefact, journal};
use crate::model::{
    Change, Delta, Entries, Entry, EntryId, EpisodeFacts, EpisodeId, Fact, Millis, Recording, Source, Status,
    Transcript, VideoCut,
};
use crate::progress::Amount;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// How a video is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Also when its length did not change.
    pub thorough: bool,
    /// Without its sound, which is a larger download.
    pub captions_only: bool,
}

/// What a published video is to the recording, and to the entries that were made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Finding {
    /// What it was: all links lead where they should.
    Same,
    /// What `episode.toml` states, but the entries were made before that was stated.
    Behind,
    /// It was cut at its ends: all times can be moved.
    Moved {
        /// What it lacks now.
        cut: VideoCut,
        /// What tells so.
        by: By,
    },
    /// It was cut in its middle: no one shift is right for all times.
    Rearranged {
        /// What it lacks at its beginning.
        head: Delta,
        /// Where.
        joints: Vec<Joint>,
        /// What tells so.
        by: By,
    },
    /// It is another video.
    Other {
        /// What tells so.
        by: By,
    },
}

/// An entry that the video lacks, or some of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// The entry.
    pub id: EntryId,
    /// Its question.
    pub question: String,
    /// Where it begins, on the recording's clock.
    pub at: Millis,
}

/// What a look at a published video told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The episode.
    pub id: EpisodeId,
    /// The video.
    pub address: String,
    /// How long the recording is.
    pub recording: Millis,
    /// How long the video is by its page's word.
    pub video: Option<Millis>,
    /// What `episode.toml` states of it.
    pub stated: VideoCut,
    /// What it is.
    pub finding: Finding,
    /// Entries that are published or may be.
    pub entries: usize,
    /// Those of them with times that are not right now.
    pub wrong: usize,
    /// Those that the video does not have whole.
    pub outside: Vec<Outside>,
    /// What else people should know, as sentences.
    pub notes: Vec<String>,
}

/// A published video could not be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinksError {
    /// The episode has none.
    #[error("{0} has no published video that is known")]
    NoVideo(EpisodeId),
    /// The episode has no entries.
    #[error("{0} has no entries yet")]
    Unprocessed(EpisodeId),
    /// The video is not there any more.
    #[error("{source}; the website's links of {id} lead nowhere ({entries} entries)")]
    Gone {
        /// The episode.
        id: EpisodeId,
        /// How many entries link to it.
        entries: usize,
        /// Why.
        source: FetchError,
    },
    /// The video has changed, and what there is of it does not tell how.
    #[error(
        "the published video of {id} lasts {video} and not {expected}, and how it was cut could not be found out: {why}"
    )]
    Unclear {
        /// The episode.
        id: EpisodeId,
        /// Its length, in words.
        video: String,
        /// What it was.
        expected: Millis,
        /// What could not be had.
        why: String,
        /// How grave that is.
        exit: Exit,
    },
    /// Somebody stated something else meanwhile.
    #[error("somebody changed video_cut in the episode.toml of {0} meanwhile")]
    Overtaken(EpisodeId),
}

impl Failure for LinksError {
    fn exit(&self) -> Exit {
        match self {
            Self::NoVideo(_) | Self::Unprocessed(_) => Exit::Usage,
            Self::Gone { source, .. } => source.exit(),
            Self::Unclear { exit, .. } => *exit,
            Self::Overtaken(_) => Exit::Busy,
        }
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoVideo(_) => "State it in episode.toml, such as youtube = \"dQw4w9WgXcQ\".".into(),
            Self::Unprocessed(id) => format!("Run \"spinetime process {id}\" first."),
            Self::Gone { source, .. } => {
                let own = source.remedy().map(|remedy| format!("{remedy} ")).unwrap_or_default();
                format!(
                    "{own}If it was uploaded anew, write the new video's youtube = \"…\" into episode.toml; else withdraw its \
                     entries on the review page."
                )
            }
            Self::Unclear { .. } => {
                "Run the same command again later. If you know how much was cut, write video_cut = { head = 12.4 } into \
                 episode.toml, in seconds, and process the episode again."
                    .into()
            }
            Self::Overtaken(_) => "Run the same command again.".into(),
        })
    }
}

/// What a check is made of.
struct Look<'a> {
    folder: &'a EpisodeFolder,
    address: Address,
    tool: Tool,
    language: String,
    recording: Recording,
    transcript: Transcript,
    world: &'a World<'a>,
}

/// Looks whether the published video of the episode is what its times were made for. Changes nothing.
///
/// # Errors
/// When the episode has no entries or no video, the video can't be had, or what was cut from it can't be told.
pub fn check(
    library: &Library,
    folder: &EpisodeFolder,
    tool: &Tool,
    options: Options,
    world: &World,
) -> Result<Checked, Error> {
    let subject = folder.id.to_string();
    let fail = |e: LibraryError| Error::new(&subject, None, e);
    let refuse = |e: LinksError| Error::new(&subject, None, e);
    // A run sweeps away what it takes for leftovers: of ours, too.
    let _lock = Lock::take(&folder.lock(), &world.holder, Duration::ZERO).map_err(fail)?;
    let facts = folder.read_facts().map_err(fail)?;
    let entries: Option<Entries> = artefact::load(&folder.entries()).map_err(fail)?;
    let recording: Option<Recording> = artefact::load(&folder.source()).map_err(fail)?;
    let transcript: Option<Transcript> = artefact::load(&folder.transcript()).map_err(fail)?;
    let (Some(entries), Some(recording), Some(transcript)) = (entries, recording, transcript) else {
        return Err(refuse(LinksError::Unprocessed(folder.id.clone())));
    };
    let address = attach::page(&facts, &recording).ok_or_else(|| refuse(LinksError::NoVideo(folder.id.clone())))?;
    let live: Vec<&Entry> = entries.entries.iter().filter(|entry| is_live(entry)).collect();
    let page = ytdlp::probe(tool, &address, world.progress, world.cancel).map_err(|source| {
        if source.is_gone() {
            refuse(LinksError::Gone { id: folder.id.clone(), entries: live.len(), source })
        } else {
            Error::new(&subject, Some(Stage::Fetch), source)
        }
    })?;
    let (stated, length, video) = (facts.video_cut, transcript.duration, page.published.duration);
    let had = entries.episode.video_cut;
    let elsewhere = entries.episode.youtube_id != facts.youtube;
    let expected = stated.length(length);
    let as_fetched = fetched_length(&recording, &address).map(|then| stated.length(then));
    let unchanged = video.is_some_and(|now| is_as_long(now, expected, as_fetched));
    let mut notes = Vec::new();
    let finding = if unchanged && !options.thorough {
        Finding::Same
    } else {
        let language = language(library, &facts).map_err(fail)?;
        let tool = Tool { keep_video: false, ..tool.clone() };
        let look = Look { folder, address: address.clone(), tool, language, recording, transcript, world };
        let (verdict, by) = look.closely(options, video, expected, &mut notes)?;
        found(verdict, by, stated, unchanged)
    };
    let finding = match finding {
        Finding::Same if elsewhere || had != stated => Finding::Behind,
        other => other,
    };
    let now = match &finding {
        Finding::Moved { cut, .. } => *cut,
        _ => stated,
    };
    let outside = live.iter().filter(|entry| !on_video::has(now, entry, length));
    Ok(Checked {
        id: folder.id.clone(),
        address: address.canonical(),
        recording: length,
        video,
        stated,
        entries: live.len(),
        wrong: live.iter().filter(|entry| elsewhere || is_wrong(entry, &finding, had, now)).count(),
        outside: outside
            .map(|entry| Outside {
                id: entry.id.clone(),
                question: entry.question.text.clone(),
                at: entry.question.span.start,
            })
            .collect(),
        finding,
        notes,
    })
}

/// Writes down what was found: as a fact of the episode, with an edit that can be taken back. The entries follow with the
/// episode's next run; until then [`check`] finds them [`Finding::Behind`]. Does nothing where there is nothing to move.
///
/// # Errors
/// When somebody stated something else since, or a file can't be written.
pub fn apply(
    library: &Library,
    folder: &EpisodeFolder,
    checked: &Checked,
    editor: &str,
    world: &World,
) -> Result<(), Error> {
    let Finding::Moved { cut, .. } = checked.finding else { return Ok(()) };
    let subject = folder.id.to_string();
    let fail = |e: LibraryError| Error::new(&subject, None, e);
    let _lock = Lock::take(&folder.lock(), &world.holder, Duration::ZERO).map_err(fail)?;
    let _edits = folder.lock_edits(&world.holder).map_err(fail)?;
    if folder.read_facts().map_err(fail)?.video_cut != checked.stated {
        return Err(Error::new(&subject, None, LinksError::Overtaken(folder.id.clone())));
    }
    let to = edited::set_fact(library, folder, Fact::VideoCut, cut.stated().as_deref())
        .map_err(|e| Error::new(&subject, None, e))?;
    let change = Change::SetFact { fact: Fact::VideoCut, from: checked.stated.stated(), to };
    journal::add_edit(&folder.edits(), (world.now)(), editor, None, change).map_err(fail)?;
    Ok(())
}

/// The episodes that have a published video and entries, and what keeps others from telling whether they have.
///
/// # Errors
/// When the library can't be read.
pub fn with_video(library: &Library) -> Result<Vec<Result<EpisodeFolder, LibraryError>>, LibraryError> {
    let has = |folder: &EpisodeFolder| -> Result<bool, LibraryError> {
        let recording: Option<Recording> = artefact::load(&folder.source())?;
        let facts = folder.read_facts()?;
        let video = recording.is_some_and(|recording| attach::page(&facts, &recording).is_some());
        Ok(video && folder.entries().exists())
    };
    let looked = library.episodes()?.into_iter().map(|folder| match has(&folder) {
        Ok(true) => Some(Ok(folder)),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    });
    Ok(looked.flatten().collect())
}

/// Whether it is published or may be.
fn is_live(entry: &Entry) -> bool {
    matches!(entry.status, Status::NeedsReview | Status::Draft | Status::Approved)
}

/// The length that the page of the same video told when it was fetched.
fn fetched_length(recording: &Recording, address: &Address) -> Option<Millis> {
    let Source::Address(from) = &recording.source else { return None };
    recording.published.as_ref().filter(|_| *from == address.canonical())?.duration
}

/// Whether a video that lasts so long now may be taken for unchanged. Pages tell whole seconds: beside what the page told
/// then, a second less is a second that was cut. Without that the recording's own length has to do, to one second.
fn is_as_long(now: Millis, expected: Millis, as_fetched: Option<Millis>) -> bool {
    match as_fetched {
        Some(then) => now.0.abs_diff(then.0) < TOLERANCE.0,
        None => now.0.abs_diff(expected.0) <= TOLERANCE.0,
    }
}

fn language(library: &Library, facts: &EpisodeFacts) -> Result<String, LibraryError> {
    facts.language.clone().map_or_else(|| library.config().map(|config| config.series.language), Ok)
}

/// What a verdict means beside what is stated.
fn found(verdict: Verdict, by: By, stated: VideoCut, unchanged: bool) -> Finding {
    // What was found once must not be found again to be a little otherwise.
    let settled = |head: Delta| {
        let known = [stated.head, Delta(0)];
        known.into_iter().find(|known| head.minus(*known).size() <= by.unseen()).unwrap_or(head)
    };
    match verdict {
        Verdict::Other => Finding::Other { by },
        Verdict::Rearranged { head, joints } => Finding::Rearranged { head: settled(head), joints, by },
        Verdict::Whole(cut) => {
            let head = settled(cut.head);
            let same_tail = unchanged || cut.tail.minus(stated.tail).size() <= TOLERANCE;
            if head == stated.head && same_tail {
                return Finding::Same;
            }
            // A head that moved in a video of the same length moved the end by as much.
            let tail = if unchanged { stated.tail.plus(stated.head).minus(head) } else { cut.tail };
            let tail = if tail.size() <= TOLERANCE { Delta(0) } else { tail };
            Finding::Moved { cut: VideoCut { head, tail }, by }
        }
    }
}

/// Whether times of the entry that leave are not those of the video. They leave as of a video with the cut `had`, and it
/// has the cut `now`.
fn is_wrong(entry: &Entry, finding: &Finding, had: VideoCut, now: VideoCut) -> bool {
    let start = entry.answer.as_ref().map_or(entry.question.span.start, |answer| answer.span.start);
    let end = entry.answer.as_ref().map_or(entry.question.span.end, |answer| answer.span.end);
    match finding {
        Finding::Same => false,
        Finding::Other { .. } => true,
        Finding::Rearranged { head, joints, .. } => {
            *head != had.head || joints.first().is_some_and(|joint| joint.at < end)
        }
        Finding::Moved { .. } | Finding::Behind => {
            let differ = |at: Millis| now.moment(at).floor_seconds() != had.moment(at).floor_seconds();
            differ(start) || differ(entry.question.span.start)
        }
    }
}

/// The note that no sound stands behind what was found.
fn by_captions_alone(why: &str) -> String {
    format!(
        "The video's sound could not be compared ({why}), only its captions: times are exact to about {} s, and a \
         difference of up to {} s is not seen.",
        By::Captions.accuracy().seconds(),
        By::Captions.unseen().seconds()
    )
}

impl Look<'_> {
    fn fail(&self, error: impl Failure) -> Error {
        Error::new(self.folder.id.as_str(), Some(Stage::Fetch), error)
    }

    /// Compares captions and sound. What the sound says counts for more.
    fn closely(
        &self,
        options: Options,
        video: Option<Millis>,
        expected: Millis,
        notes: &mut Vec<String>,
    ) -> Result<(Verdict, By), Error> {
        let by_captions = match self.by_captions(video.unwrap_or(expected)) {
            Err(error) if error.exit() == Exit::Interrupted => return Err(error),
            // They are the lesser witness: the sound may tell without them.
            other => other,
        };
        let unclear = |why: String, exit: Exit| {
            let video = video.map_or("an unknown time".to_owned(), |video| video.to_string());
            self.fail(LinksError::Unclear { id: self.folder.id.clone(), video, expected, why, exit })
        };
        if options.captions_only {
            return match by_captions {
                Ok(Some(verdict)) => Ok((verdict, By::Captions)),
                Ok(None) => Err(unclear("it has no captions that could be compared".into(), Exit::ChecksFailed)),
                Err(error) => Err(unclear(error.to_string(), error.exit())),
            };
        }
        let by_sound = match self.by_sound(video) {
            Err(error) if error.exit() == Exit::Interrupted => return Err(error),
            other => other,
        };
        match (by_sound, by_captions) {
            // Dubbed, or with music throughout: what is said is the same.
            (Ok(Verdict::Other), Ok(Some(verdict))) if verdict != Verdict::Other => {
                notes.push(by_captions_alone("the video sounds otherwise"));
                Ok((verdict, By::Captions))
            }
            (Ok(verdict), _) => Ok((verdict, By::Sound)),
            (Err(error), Ok(Some(verdict))) => {
                notes.push(by_captions_alone(&error.to_string()));
                Ok((verdict, By::Captions))
            }
            (Err(error), _) => Err(unclear(error.to_string(), error.exit())),
        }
    }

    /// Runs `work` with an empty folder, which is gone thereafter.
    fn scratch<T>(&self, work: impl FnOnce(&Path) -> Result<T, Error>) -> Result<T, Error> {
        let folder = self.folder.link_downloads();
        // A killed run may have left something there.
        let _ = std::fs::remove_dir_all(&folder);
        atomic::create_folder(&folder).map_err(|e| self.fail(e))?;
        let result = work(&folder);
        let _ = std::fs::remove_dir_all(&folder);
        result
    }

    /// By the captions of the video's page; `None` when it has none that are of use.
    fn by_captions(&self, video: Millis) -> Result<Option<Verdict>, Error> {
        let World { progress, cancel, .. } = self.world;
        self.scratch(|folder| {
            let file = ytdlp::captions(&self.tool, &self.address, &self.language, folder, *progress, cancel)
                .map_err(|e| self.fail(e))?;
            let captions = file.and_then(|file| std::fs::read(file).ok()).and_then(|bytes| captions::read(&bytes).ok());
            let Some(captions) = captions else { return Ok(None) };
            let alignment = drift::words::align(&self.transcript.words, &captions);
            Ok((!alignment.pieces.is_empty()).then(|| drift::judge(&alignment, self.transcript.duration, video)))
        })
    }

    /// By the video's sound.
    fn by_sound(&self, video: Option<Millis>) -> Result<Verdict, Error> {
        let World { progress, cancel, .. } = self.world;
        let ours = self.folder.media().join(&self.recording.file);
        let theirs = self.scratch(|folder| {
            let file =
                ytdlp::download(&self.tool, &self.address, folder, *progress, cancel).map_err(|e| self.fail(e))?;
            self.loudness(&file, "listen to the video")
        })?;
        let ours = self.loudness(&ours, "listen to the recording")?;
        let alignment = drift::sound::align(&theirs, &ours);
        Ok(drift::judge(&alignment, self.transcript.duration, video.unwrap_or(theirs.length())))
    }

    fn loudness(&self, file: &Path, task: &str) -> Result<Loudness, Error> {
        let World { progress, cancel, .. } = self.world;
        let reader = AudioReader::open(file).map_err(|e| self.fail(e))?;
        progress.start(task, Amount::Audio(reader.declared().unwrap_or_default()));
        let mut loudness = Loudness::default();
        for chunk in reader {
            cancel.check().map_err(|e| self.fail(FetchError::from(e)))?;
            loudness.push(&chunk.map_err(|e| self.fail(e))?.samples);
            progress.at(loudness.length().0);
        }
        progress.finish(&loudness.length().to_string());
        Ok(loudness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stated_is_not_found_again_and_an_end_alone_moves_no_head() {
        let cut = |head, tail| VideoCut { head: Delta(head), tail: Delta(tail) };
        let whole =
            |head, tail, stated, unchanged| found(Verdict::Whole(cut(head, tail)), By::Sound, stated, unchanged);
        let moved = |head, tail| Finding::Moved { cut: cut(head, tail), by: By::Sound };
        assert_eq!(whole(7_301, 0, cut(0, 0), false), moved(7_301, 0));
        assert_eq!(whole(7_290, 0, cut(7_301, 0), false), Finding::Same);
        assert_eq!(whole(20, 30_000, cut(0, 0), false), moved(0, 30_000));
        assert_eq!(whole(7_290, 30_000, cut(7_301, 0), false), moved(7_301, 30_000));
        assert_eq!(whole(7_290, 30_400, cut(7_301, 30_000), false), Finding::Same);
        assert_eq!(whole(-30, 0, cut(7_301, 0), false), moved(0, 0), "the old beginning is back");
        let joints = vec![Joint { at: Millis(200_000), cut: Delta(30_000) }];
        let rearranged = |head| {
            let verdict = Verdict::Rearranged { head: Delta(head), joints: joints.clone() };
            match found(verdict, By::Sound, cut(7_301, 0), false) {
                Finding::Rearranged { head, .. } => head,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!([7_290, 30, 9_000].map(rearranged), [Delta(7_301), Delta(0), Delta(9_000)]);
        // As long as before, since its end was put to it.
        assert_eq!(whole(12_000, -10_300, cut(0, 0), true), moved(12_000, -12_000));
    }

    #[test]
    fn beside_what_the_page_told_then_a_second_less_is_a_cut() {
        let told = |now, then| is_as_long(Millis(now), Millis(394_300), then);
        assert!(told(394_000, Some(Millis(394_000))) && !told(393_000, Some(Millis(394_000))));
        assert!(!told(394_300, Some(Millis(396_000))), "what the page told counts alone");
        assert!(told(393_300, None) && !told(393_200, None));
    }
}
