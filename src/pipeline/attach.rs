//! Files that people attach to an episode: the questions that were asked in writing, which are looked for among what is
//! said, and published captions, a second opinion on it. They lie beside `episode.toml`, which names them.

use super::place::{self, Placed};
use super::{Error, Request, Settings, Stage, World};
use crate::atomic;
use crate::failure::{Exit, Failure};
use crate::fetch::address::Address;
use crate::fetch::captions::{self, CaptionsError};
use crate::fetch::questions::{self, QuestionsError};
use crate::fetch::ytdlp;
use crate::library::{EpisodeFolder, LibraryError};
use crate::model::{EpisodeFacts, Recording, Source};
use std::io;
use std::path::{Path, PathBuf};

/// Larger files are none of these, in bytes.
const LARGEST: u64 = 64 << 20;

/// Where captions come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptionsFrom {
    /// A file of this computer.
    File(PathBuf),
    /// The recording's page.
    Page,
}

/// A file can't be attached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// It can't be read.
    #[error("{} could not be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no list of questions.
    #[error(transparent)]
    Questions(#[from] QuestionsError),
    /// It is no file of captions.
    #[error("{} can't be used as captions: {source}", path.display())]
    Captions {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CaptionsError,
    },
    /// The recording has no page from which captions could come.
    #[error("they can only be fetched for a recording with an address: state the video with --youtube ID")]
    NoPage,
    /// The recording's page has none.
    #[error("the recording's page has none in its language")]
    NoCaptions,
}

impl Failure for AttachError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unreadable { .. } => Exit::Input,
            Self::Questions(error) => error.exit(),
            Self::Captions { source, .. } => source.exit(),
            Self::NoPage => Exit::Usage,
            Self::NoCaptions => Exit::SourceUnavailable,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some("Check the spelling, and that you may read that file.".into()),
            Self::Questions(error) => error.remedy(),
            Self::Captions { source, .. } => source.remedy(),
            Self::NoPage | Self::NoCaptions => Some("Name a file with --captions FILE.".into()),
        }
    }
}

/// What is to be attached, once it was read and can be used.
pub(super) struct Attached {
    questions: Option<File>,
    captions: Option<File>,
}

struct File {
    /// Its name in the episode's folder.
    name: &'static str,
    bytes: Vec<u8>,
}

/// Reads what the request attaches: a file that can't be used is told of before anything is fetched.
pub(super) fn read(request: &Request) -> Result<Attached, AttachError> {
    let questions = request.questions.as_deref().map(|path| -> Result<File, AttachError> {
        let bytes = bytes(path)?;
        questions::read(&path.to_string_lossy(), &bytes)?;
        let name = if questions::is_chat(&bytes) { "questions.json" } else { "questions.csv" };
        Ok(File { name, bytes })
    });
    let captions = match &request.captions {
        Some(CaptionsFrom::File(path)) => Some(captions_file(path)?),
        Some(CaptionsFrom::Page) | None => None,
    };
    Ok(Attached { questions: questions.transpose()?, captions })
}

fn captions_file(path: &Path) -> Result<File, AttachError> {
    let bytes = bytes(path)?;
    captions::read(&bytes).map_err(|source| AttachError::Captions { path: path.to_owned(), source })?;
    let name = if captions::is_vtt(&bytes) { "captions.vtt" } else { "captions.srt" };
    Ok(File { name, bytes })
}

fn bytes(path: &Path) -> Result<Vec<u8>, AttachError> {
    let read = || -> io::Result<Vec<u8>> {
        if std::fs::metadata(path)?.len() > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        std::fs::read(path)
    };
    read().map_err(|source| AttachError::Unreadable { path: path.to_owned(), source })
}

/// Lays what is attached beside `episode.toml` and names it there; captions of the recording's page are fetched first.
/// Returns what the editor should know.
pub(super) fn keep(
    mut attached: Attached,
    placed: &mut Placed,
    request: &Request,
    settings: &Settings,
    world: &World,
) -> Result<Option<String>, Error> {
    let subject = placed.folder.id.to_string();
    let mut warning = None;
    if request.captions == Some(CaptionsFrom::Page)
        && (placed.facts.captions.is_none() || settings.redo == Some(Stage::Fetch))
    {
        match fetched(placed, settings, world) {
            Ok(file) => attached.captions = Some(file),
            Err(error) if error.exit() == Exit::Interrupted => return Err(error),
            // Only a second opinion: the entries are worth having without it.
            Err(error) => warning = Some(format!("There are no captions to compare with: {error}.")),
        }
    }
    let old = placed.facts.clone();
    let store = |file: Option<File>, before: &Option<String>| -> Result<Option<String>, LibraryError> {
        let Some(File { name, bytes }) = file else { return Ok(before.clone()) };
        atomic::write_if_changed(&placed.folder.path().join(name), &bytes)?;
        Ok(Some(name.to_owned()))
    };
    let fail = |e: LibraryError| Error::new(&subject, Some(Stage::Fetch), e);
    let facts = EpisodeFacts {
        questions: store(attached.questions, &old.questions).map_err(fail)?,
        captions: store(attached.captions, &old.captions).map_err(fail)?,
        ..old.clone()
    };
    if facts != old {
        place::write_facts(&placed.folder, &facts).map_err(fail)?;
        placed.facts = facts;
    }
    Ok(warning)
}

/// The captions that the recording's page has.
fn fetched(placed: &Placed, settings: &Settings, world: &World) -> Result<File, Error> {
    let subject = placed.folder.id.to_string();
    let fail =
        |source: Box<dyn Failure>| Error { subject: subject.clone(), stage: Some(Stage::Fetch), early: None, source };
    let address = page(&placed.facts, &placed.recording).ok_or_else(|| fail(Box::new(AttachError::NoPage)))?;
    let folder = placed.folder.caption_downloads();
    atomic::create_folder(&folder).map_err(|e| fail(Box::new(e)))?;
    let language = settings.language_of(&placed.facts);
    let found = ytdlp::captions(&settings.download, &address, &language, &folder, world.progress, world.cancel);
    let file = match found {
        Ok(Some(path)) => captions_file(&path).map_err(|e| fail(Box::new(e))),
        Ok(None) => Err(fail(Box::new(AttachError::NoCaptions))),
        Err(error) => Err(fail(Box::new(error))),
    };
    // What stays is swept away by the next run.
    let _ = std::fs::remove_dir_all(&folder);
    file
}

/// The address of the recording's page.
pub(super) fn page(facts: &EpisodeFacts, recording: &Recording) -> Option<Address> {
    let address = match (&facts.youtube, &recording.source) {
        (Some(id), _) => return Some(Address::Video(id.clone())),
        (None, Source::Address(address)) => address,
        (None, Source::File(_)) => return None,
    };
    Address::parse(address).ok().flatten()
}

/// What an attached file holds, and what is wrong with it. `name` is a person's word: only a file beside
/// `episode.toml` is read.
pub(super) fn held<T, E: std::fmt::Display>(
    folder: &EpisodeFolder,
    name: Option<&String>,
    read: impl Fn(&str, &[u8]) -> Result<Vec<T>, E>,
) -> (Vec<T>, Option<String>) {
    let Some(name) = name else { return (Vec::new(), None) };
    let path = Path::new(name).file_name().map(|file| folder.path().join(file));
    let unused = |why: String| (Vec::new(), Some(format!("episode.toml names \"{name}\", which was not used: {why}.")));
    match path.as_deref().map(bytes) {
        None => unused("that is no file's name".into()),
        Some(Err(AttachError::Unreadable { source, .. })) => unused(source.to_string()),
        Some(Err(error)) => unused(error.to_string()),
        Some(Ok(bytes)) => match read(name, &bytes) {
            Ok(values) => (values, None),
            Err(error) => unused(error.to_string()),
        },
    }
}
