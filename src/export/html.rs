//! The pages of an episode: its list, a page for each entry, and one in the place of each that was withdrawn. As the
//! format `html` they are a folder that works as it is, from a website or from a disk; [`super::site`] puts the same
//! pages into a whole website.
//!
//! The templates escape whatever they print. Until a reader presses play, no page asks any other server for anything,
//! which its content security policy holds it to.

use super::contract::{EpisodeDocument, GoneReason, PublicEntry, Tombstone};
use super::page::{self, EntryPage, EpisodePage};
use super::templates::Templates;
use super::timed::{self, TimedEntry};
use super::{ExportError, NamedBytes, address, jsonld, site_address, wording};
use crate::config::{Config, Wording};
use crate::model::{Links, Millis, PersonId};
use jiff::tz::Offset;
use minijinja::value::Serde;
use minijinja::{HtmlEscape, Value, context};
use serde::Serialize;

const SCRIPT: &[u8] = include_bytes!("templates/script.js");

/// Where a page stands, and what its head says of it: templates know it as `page`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Place<'a> {
    /// Whether it is part of a whole website.
    pub(super) in_site: bool,
    /// The way to the website's first page: `../`, or nothing.
    pub(super) root: &'static str,
    /// The way to style and scripts.
    pub(super) assets: &'static str,
    /// Its own address, where the settings tell it.
    pub(super) url: Option<String>,
    /// The recording's picture, which nothing on the page loads.
    pub(super) image: Option<&'a str>,
    /// For `lang`.
    pub(super) language: &'a str,
    /// Whether it shows a draft, and must say so.
    pub(super) draft: bool,
    /// Whether search engines should leave it out.
    pub(super) hidden: bool,
}

impl<'a> Place<'a> {
    /// In an episode's folder.
    fn below(episode: &'a EpisodePage, document: &'a EpisodeDocument, in_site: bool) -> Self {
        let (root, assets) = if in_site { ("../", "../assets/") } else { ("", "") };
        let image = document.episode.thumbnail_url.as_deref().and_then(address::web);
        Self { in_site, root, assets, url: None, image, language: &episode.language, draft: false, hidden: false }
    }
}

/// The format `html`: the pages, with style and script beside them.
pub(super) fn files(
    document: &EpisodeDocument,
    config: &Config,
    templates: &Templates,
) -> Result<Vec<NamedBytes>, ExportError> {
    let name = |file: &str| format!("{}/{file}", document.episode.id);
    let mut files = pages(document, &[], config, templates, false)?;
    files.push(templates.style(name("style.css")));
    files.push(script(name("script.js")));
    Ok(files)
}

/// The script of the pages as the file `name`.
pub(super) fn script(name: String) -> NamedBytes {
    NamedBytes { name, bytes: SCRIPT.to_vec() }
}

/// The episode's page and those of its entries. With `timed`, entries have their words with times, and captions beside
/// them.
pub(super) fn pages(
    document: &EpisodeDocument,
    timed: &[TimedEntry],
    config: &Config,
    templates: &Templates,
    in_site: bool,
) -> Result<Vec<NamedBytes>, ExportError> {
    let episode = &page::episode(document, config)?;
    let name = |file: &str| format!("{}/{file}", episode.id);
    let (shared, site) = (Value::from(Serde(episode)), Value::from(Serde(&episode.site)));
    let place = Place::below(episode, document, in_site);
    let own = site_address::episode(&config.website, &document.episode.id);
    let player = document.episode.youtube_id.as_ref();
    let values = context! {
        site => &site,
        page => Serde(Place {
            draft: episode.draft,
            hidden: episode.draft || episode.entries.is_empty(),
            url: own.clone(),
            ..place.clone()
        }),
        episode => &shared,
        player => player.map(|id| format!("{}{id}?start=0", address::PLAYER)),
        data => jsonld::of_episode(document, episode, own.as_deref()).map(Value::from_safe_string),
    };
    let mut files = vec![templates.file("episode.html", name("index.html"), values)?];
    for (at, (entry, shown)) in document.entries.iter().zip(&episode.entries).enumerate() {
        let words = timed.iter().find(|timed| timed.id == entry.id).filter(|timed| !timed.answer.is_empty());
        let values = context! {
            site => &site,
            page => Serde(Place {
                draft: shown.draft,
                hidden: shown.draft,
                url: entry.page_url.clone(),
                ..place.clone()
            }),
            episode => &shared,
            entry => Serde(shown),
            previous => at.checked_sub(1).and_then(|at| episode.entries.get(at)).map(Neighbour::of).map(Serde),
            next => episode.entries.get(at + 1).map(Neighbour::of).map(Serde),
            sentences => Serde(words.map(|words| sentences(words, document, entry, shown, &config.wording)).unwrap_or_default()),
            captions => words.map(|_| format!("{}.vtt", entry.id)),
            data => jsonld::of_entry(document, episode, entry, shown).map(Value::from_safe_string),
        };
        files.push(templates.file("entry.html", name(&format!("{}.html", entry.id)), values)?);
    }
    for gone in document.tombstones.iter().filter(|gone| gone.reason == GoneReason::Withdrawn) {
        let values = context! {
            site => &site,
            page => Serde(Place { hidden: true, ..place.clone() }),
            episode => &shared,
            withdrawn => Serde(Withdrawn::of(gone, config)),
        };
        files.push(templates.file("withdrawn.html", name(&format!("{}.html", gone.id)), values)?);
    }
    Ok(files)
}

/// The question before, or after.
#[derive(Debug, Clone, Serialize)]
struct Neighbour<'a> {
    url: String,
    question: &'a str,
}

impl<'a> Neighbour<'a> {
    fn of(entry: &'a EntryPage) -> Self {
        Self { url: format!("{}.html", entry.id), question: &entry.question }
    }
}

/// What stands in the place of an answer that was withdrawn: nothing of what it said.
#[derive(Debug, Clone, Serialize)]
struct Withdrawn {
    /// When, by the day in UTC.
    line: String,
    notice: String,
}

impl Withdrawn {
    fn of(gone: &Tombstone, config: &Config) -> Self {
        let day = wording::date(Offset::UTC.to_datetime(gone.at).date(), &config.wording);
        Self {
            line: wording::line(&config.wording.withdrawn_line, &[("date", &day)]),
            notice: page::clean(gone.notice.as_deref().unwrap_or_default()),
        }
    }
}

/// A sentence of the answer and when it sounds.
#[derive(Debug, Clone, Serialize)]
struct Sentence {
    /// As a player shows it.
    start: String,
    second: u64,
    /// To that second; `None` while the video is not known.
    url: Option<String>,
    /// Who begins to speak with it, where several answer.
    speaker: Option<String>,
    text: String,
}

/// The sentences. Where several people answer, each says who begins to speak; where that is not sure, it says that too:
/// it must not seem to be the words of the one before.
fn sentences(
    words: &TimedEntry,
    document: &EpisodeDocument,
    entry: &PublicEntry,
    shown: &EntryPage,
    wording: &Wording,
) -> Vec<Sentence> {
    let name = |id: &PersonId| shown.experts.iter().find(|expert| expert.person == id.as_str());
    let mut last = None;
    timed::sentences(&words.answer)
        .into_iter()
        .map(|(span, text, speaker)| {
            let named = speaker.as_ref().and_then(name).map(|expert| expert.name.clone());
            let changed = entry.credits.len() > 1 && last.replace(named.clone()) != Some(named.clone());
            Sentence {
                start: span.start.to_string(),
                second: span.start.floor_seconds(),
                url: watch(document, span.start),
                speaker: changed.then(|| named.unwrap_or_else(|| page::clean(&wording.unnamed))),
                text: page::clean(&text),
            }
        })
        .filter(|sentence| !sentence.text.is_empty())
        .collect()
}

/// To a moment of the video.
fn watch(document: &EpisodeDocument, at: Millis) -> Option<String> {
    document.episode.youtube_id.as_ref().map(|id| Links::watch(id, at))
}

/// The text for an element or a quoted attribute. The engine escapes slashes too, which only unquoted attributes need;
/// addresses stay readable without.
pub(super) fn escape(text: &str) -> String {
    HtmlEscape(text).to_string().replace("&#x2f;", "/")
}

/// Paragraphs as HTML and nothing else, for whoever builds a page around them.
pub(super) fn paragraphs(texts: &[String]) -> String {
    texts.iter().map(|text| format!("<p>{}</p>", escape(text))).collect::<Vec<_>>().join("\n")
}
