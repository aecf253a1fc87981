//! What people change: edits laid over the draft, and facts written into `episode.toml`.

use super::attach;
use crate::atomic;
use crate::config;
use crate::draft::{self, Material};
use crate::failure::{Exit, Failure};
use crate::fetch::address::Address;
use crate::fetch::captions;
use crate::library::artefact::{self, entries_key};
use crate::library::{EpisodeFolder, Library, LibraryError, journal, read_text};
use crate::model::{
    Draft, Edit, Entries, EpisodeFacts, EpisodeHead, Fact, Outline, PersonId, Provenance, Recording, Speakers,
    Transcript, VideoCut, YoutubeId, standing,
};
use crate::speakers;

/// Lays people's edits over the draft as it stands and saves the entries, with a sentence for each edit that does not
/// apply. Runs no other stage, so a change of one finding never waits for a model. The caller holds
/// [`EpisodeFolder::lock_edits`].
///
/// # Errors
/// When there is no draft yet, or a file can't be read or written.
pub fn settle(library: &Library, folder: &EpisodeFolder) -> Result<(Entries, Vec<String>), LibraryError> {
    let edits = journal::edits(&folder.edits())?;
    let drafted: Draft = there(&folder.draft())?;
    let draft_key = artefact::key_of(&folder.draft())?
        .ok_or_else(|| LibraryError::Damaged { path: folder.draft(), why: "it has no key".into() })?;
    let material = match standing(&edits).iter().any(Edit::cuts) {
        true => Some(material(library, folder)?),
        false => None,
    };
    let ground = draft::Ground { draft: &drafted, material: material.as_ref() };
    let (entries, conflicts) = draft::apply(ground, &edits);
    artefact::save(&folder.entries(), &entries_key(draft::VERSION, &draft_key, &edits), &entries)?;
    Ok((entries, conflicts.iter().map(unapplied).collect()))
}

/// What to tell of an edit that could not be applied.
fn unapplied(conflict: &draft::Conflict) -> String {
    let what = conflict.edit.entry.as_ref().map_or("the episode".to_owned(), |entry| format!("entry {entry}"));
    format!("Edit {} of {what} could not be applied: {}.", conflict.edit.seq, conflict.reason)
}

fn there<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<T, LibraryError> {
    artefact::load(path)?.ok_or_else(|| LibraryError::Damaged { path: path.to_owned(), why: "it is not there".into() })
}

/// What the episode's entries are cut from, as the last run left it.
///
/// # Errors
/// When a file of the episode or of the library can't be read.
pub fn material(library: &Library, folder: &EpisodeFolder) -> Result<Material, LibraryError> {
    let config = library.config()?;
    let facts = folder.read_facts()?;
    let recording: Recording = there(&folder.source())?;
    let transcript: Transcript = there(&folder.transcript())?;
    let voices: Option<Speakers> = if config.speakers.diarization { artefact::load(&folder.speakers())? } else { None };
    let voices = voices.unwrap_or_default();
    let transcript = transcript.cut_at(&voices.cuts);
    let (voices, _) = speakers::named(voices, &standing(&journal::edits(&folder.edits())?));
    let (captions, _) = attach::held(folder, facts.captions.as_ref(), |_, bytes| captions::read(bytes));
    let outline: Outline = there(&folder.outline())?;
    Ok(Material {
        head: head(folder, &facts, &config.series.name, &transcript),
        opinion: draft::opinion(&transcript, &captions),
        provenance: provenance(&transcript, &recording),
        transcript,
        speakers: voices,
        outline,
        roster: library.roster()?,
        facts,
        corrections: library.glossary()?.corrections,
    })
}

/// What is said of the episode.
pub(super) fn head(folder: &EpisodeFolder, facts: &EpisodeFacts, series: &str, transcript: &Transcript) -> EpisodeHead {
    EpisodeHead {
        id: folder.id.clone(),
        series: series.to_owned(),
        title: facts.title.clone().unwrap_or_else(|| folder.id.to_string()),
        held_on: facts.held_on,
        youtube_id: facts.youtube.clone(),
        recording_url: facts.youtube.as_ref().map(|id| format!("https://www.youtube.com/watch?v={id}")),
        video_cut: facts.video_cut,
        duration: transcript.duration,
        language: transcript.language.clone(),
    }
}

/// What made the entries.
pub(super) fn provenance(transcript: &Transcript, recording: &Recording) -> Provenance {
    Provenance {
        spinetime: env!("CARGO_PKG_VERSION").into(),
        model: transcript.model.name.clone(),
        model_sha256: transcript.model.sha256.clone(),
        source_sha256: recording.sha256.clone(),
    }
}

/// A fact can't be stated so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactError {
    /// It is not in the form that it must have.
    #[error("{fact} can't be \"{value}\"")]
    Form {
        /// Which fact.
        fact: Fact,
        /// What was stated.
        value: String,
        /// How it is written.
        form: &'static str,
    },
    /// Nobody in the roster has that id.
    #[error("roster.toml does not know \"{0}\"")]
    Stranger(String),
    /// The file can't be read or written.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl Failure for FactError {
    fn exit(&self) -> Exit {
        match self {
            Self::Form { .. } | Self::Stranger(_) => Exit::Usage,
            Self::Library(error) => error.exit(),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Form { form, .. } => Some(format!("Write it as {form}.")),
            Self::Stranger(_) => Some("Add that person to roster.toml first.".into()),
            Self::Library(error) => error.remedy(),
        }
    }
}

/// Writes a fact into `episode.toml`, whose comments and other lines stay; without a value the line goes. Gives the value
/// as it stands now.
///
/// # Errors
/// When the value has not the form that it must have, names nobody of the roster, or the file can't be written.
pub fn set_fact(
    library: &Library,
    folder: &EpisodeFolder,
    what: Fact,
    value: Option<&str>,
) -> Result<Option<String>, FactError> {
    let damaged = |why: String| LibraryError::Damaged { path: folder.facts(), why };
    let text = read_text(&folder.facts())?.unwrap_or_default();
    let mut document: toml_edit::DocumentMut =
        text.parse().map_err(|e: toml_edit::TomlError| damaged(e.to_string()))?;
    let name = match what {
        Fact::Title => "title",
        Fact::HeldOn => "held_on",
        Fact::Youtube => "youtube",
        Fact::VideoCut => "video_cut",
        Fact::Host => "host",
        Fact::Experts => "experts",
    };
    let roster = library.roster()?;
    let nothing = |value: &str| {
        value.is_empty() || (what == Fact::VideoCut && VideoCut::read(value) == Some(VideoCut::default()))
    };
    match value.map(str::trim).filter(|value| !nothing(value)) {
        None => {
            document.remove(name);
        }
        Some(value) => {
            let form = |form| FactError::Form { fact: what, value: value.to_owned(), form };
            let known = |id: &str| -> Result<PersonId, FactError> {
                let id: PersonId = id.parse().map_err(|_| FactError::Stranger(id.to_owned()))?;
                if roster.person(&id).is_some() { Ok(id) } else { Err(FactError::Stranger(id.to_string())) }
            };
            let item: toml_edit::Value =
                match what {
                    Fact::Title => value.into(),
                    Fact::HeldOn => {
                        let day: jiff::civil::Date = value.parse().map_err(|_| form("2026-03-01: year, month, day"))?;
                        day.to_string().into()
                    }
                    Fact::Youtube => {
                        video(value).ok_or_else(|| form("the video's address or its 11 signs"))?.to_string().into()
                    }
                    Fact::VideoCut => cut(VideoCut::read(value)
                        .ok_or_else(|| form("12.4, or 12.4, 30: seconds of its head and its end"))?),
                    Fact::Host => known(value)?.to_string().into(),
                    Fact::Experts => {
                        let ids = value.split(',').map(str::trim).filter(|id| !id.is_empty()).map(known);
                        let ids: Vec<String> = ids.map(|id| Ok(id?.to_string())).collect::<Result<_, FactError>>()?;
                        ids.into_iter().collect::<toml_edit::Array>().into()
                    }
                };
            match document.get_mut(name).and_then(toml_edit::Item::as_value_mut) {
                Some(old) => {
                    let decor = old.decor().clone();
                    *old = item;
                    *old.decor_mut() = decor;
                }
                None => document[name] = toml_edit::Item::Value(item),
            }
        }
    }
    let text = document.to_string();
    // Nothing is written that could not be read again.
    config::parse::<EpisodeFacts>("episode.toml", &text).map_err(LibraryError::from)?;
    atomic::write(&folder.facts(), text.as_bytes()).map_err(LibraryError::from)?;
    Ok(folder.read_facts()?.stated(what))
}

/// `{ head = 12.4 }`.
fn cut(cut: VideoCut) -> toml_edit::Value {
    let sides = [("head", cut.head), ("tail", cut.tail)].into_iter().filter(|(_, side)| side.0 != 0);
    sides.map(|(name, side)| (name, side.seconds())).collect::<toml_edit::InlineTable>().into()
}

/// The video that an id or an address means.
fn video(text: &str) -> Option<YoutubeId> {
    text.parse().ok().or_else(|| match Address::parse(text) {
        Ok(Some(Address::Video(id))) => Some(id),
        _ => None,
    })
}
