//! A whole website: the pages of all episodes, and what leads to them. It works from any host and from a disk, since
//! all addresses in it are relative and the search needs no server.
//!
//! ```text
//! index.html                 search, newest questions
//! episodes.html experts.html
//! experts/<person>.html      what somebody answered
//! <episode>/index.html       an episode's questions
//! <episode>/<entry>.html     a question, with <entry>.vtt beside it
//! assets/                    style, scripts, and the search's index
//! sitemap.xml                only where the settings name the site's address
//! ```

mod search;
mod sitemap;
mod terms;

use super::contract::EpisodeDocument;
use super::html::{self, Place};
use super::page::{self, Expert, SitePage};
use super::templates::Templates;
use super::timed::TimedEntry;
use super::{ExportError, Format, NamedBytes, captions, jsonld, site_address, wording};
use crate::config::Config;
use minijinja::value::Serde;
use minijinja::{Value, context};
use search::Index;
use serde::Serialize;
use std::collections::BTreeMap;

const SEARCH: &[u8] = include_bytes!("../templates/search.js");

/// The first page lists all questions up to so many,
const ALL: usize = 200;
/// else this many of the newest.
const NEWEST: usize = 100;

/// The pages of an episode, and the captions of its entries.
pub(super) fn episode(
    document: &EpisodeDocument,
    timed: &[TimedEntry],
    config: &Config,
    templates: &Templates,
) -> Result<Vec<NamedBytes>, ExportError> {
    let mut files = html::pages(document, timed, config, templates, true)?;
    for entry in timed.iter().filter(|entry| !entry.answer.is_empty()) {
        files.push(NamedBytes {
            name: format!("{}/{}.vtt", document.episode.id, entry.id),
            bytes: captions::entry_vtt(document, entry, config).into_bytes(),
        });
    }
    Ok(files)
}

/// A question in a list.
#[derive(Debug, Clone, Serialize)]
struct Card {
    /// From the site's first page.
    url: String,
    question: String,
    draft: bool,
    experts: Vec<Expert>,
    episode: String,
    /// From the site's first page.
    episode_url: String,
    /// As the series writes it; empty while nobody stated it.
    date: String,
}

/// An episode in the list.
#[derive(Debug, Clone, Serialize)]
struct Listed {
    url: String,
    title: String,
    held_on: Option<String>,
    date: String,
    /// How many answers it has, in words.
    count: String,
}

/// Somebody who answered.
#[derive(Debug, Clone, Serialize)]
struct Answerer {
    url: String,
    count: String,
    /// Who they were when they answered last.
    expert: Expert,
}

/// The pages of all episodes. `documents` are in the order in which they are listed.
pub(super) fn whole(
    documents: &[EpisodeDocument],
    config: &Config,
    templates: &Templates,
    notes: &mut Vec<String>,
) -> Result<Vec<NamedBytes>, ExportError> {
    let site = page::site(config)?;
    let (mut cards, mut listed) = (Vec::new(), Vec::new());
    let mut index = Index::default();
    // From the oldest on, so that a new episode leaves the numbers of all others as they are.
    for document in documents.iter().rev() {
        let episode = page::episode(document, config)?;
        for entry in episode.entries.into_iter().rev() {
            let experts: Vec<&str> = entry.experts.iter().map(|expert| expert.shown.as_str()).collect();
            index.add(
                &search::Found { episode: &episode.id, title: &episode.title, date: &episode.date, id: &entry.id },
                [&entry.question, &experts.join("; "), &episode.title, &entry.paragraphs.join("\n")],
            );
            cards.push(Card {
                url: format!("{}/{}.html", episode.id, entry.id),
                question: entry.question,
                draft: entry.draft,
                experts: entry.experts,
                episode: episode.title.clone(),
                episode_url: format!("{}/index.html", episode.id),
                date: episode.date.clone(),
            });
        }
        if !document.entries.is_empty() {
            listed.push(Listed {
                url: format!("{}/index.html", episode.id),
                title: episode.title,
                held_on: episode.held_on,
                date: episode.date,
                count: counted(document.entries.len(), config),
            });
        }
    }
    cards.reverse();
    listed.reverse();
    let press = Press { site: &site, config, templates, draft: documents.iter().any(EpisodeDocument::has_drafts) };
    let (version, search_files) = index.files();
    let mut files = press.lists(&cards, &listed, &version)?;
    let answered = by_expert(&cards);
    files.extend(press.experts(&cards, &answered)?);
    files.push(templates.style("assets/style.css".into()));
    files.push(html::script("assets/script.js".into()));
    files.push(NamedBytes { name: "assets/search.js".into(), bytes: SEARCH.to_vec() });
    files.extend(search_files);
    match site_address::site(&config.website) {
        Some(address) => files.extend(sitemap::files(&address, documents, answered.keys().copied())),
        None => notes.push(
            "site: there is no sitemap, and pages don't tell their address, since website.site_url is not set".into(),
        ),
    }
    notes.extend(jsonld::notes(Format::Site, documents, config));
    Ok(files)
}

fn counted(count: usize, config: &Config) -> String {
    page::clean(&wording::count(&config.wording.count_one, &config.wording.count, count))
}

/// The numbers of each expert's cards, in order.
fn by_expert(cards: &[Card]) -> BTreeMap<&str, Vec<usize>> {
    let mut answered: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, card) in cards.iter().enumerate() {
        for expert in &card.experts {
            let numbers = answered.entry(&expert.person).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }
    answered
}

/// What the pages of all episodes are made with.
struct Press<'a> {
    site: &'a SitePage,
    config: &'a Config,
    templates: &'a Templates,
    draft: bool,
}

impl Press<'_> {
    /// The facts of the page `name` itself.
    fn place(&self, name: &str) -> Place<'_> {
        let language = self.config.series.language.as_str();
        let (root, assets) = if name.contains('/') { ("../", "../assets/") } else { ("", "assets/") };
        Place {
            in_site: true,
            root,
            assets,
            url: site_address::site(&self.config.website).map(|site| match name {
                "index.html" => site,
                _ => format!("{site}{name}"),
            }),
            image: None,
            // Where the language is found out by episode, these pages are in that of their wording.
            language: if language == "auto" { "en" } else { language },
            draft: self.draft,
            hidden: self.draft,
        }
    }

    fn lists(&self, cards: &[Card], episodes: &[Listed], version: &str) -> Result<Vec<NamedBytes>, ExportError> {
        let shown = if cards.len() <= ALL { cards } else { &cards[..NEWEST] };
        let values = |name: &str| {
            context! {
                site => Serde(self.site),
                page => Serde(self.place(name)),
                all => shown.len() == cards.len(),
                version => version,
                questions => Serde(if name == "index.html" { shown } else { &[] }),
                episodes => Serde(if name == "episodes.html" { episodes } else { &[] }),
            }
        };
        ["index.html", "episodes.html"]
            .into_iter()
            .map(|name| self.templates.file(name, name.to_owned(), values(name)))
            .collect()
    }

    fn experts(&self, cards: &[Card], answered: &BTreeMap<&str, Vec<usize>>) -> Result<Vec<NamedBytes>, ExportError> {
        let mut files = Vec::new();
        let mut answerers = Vec::new();
        let site = Value::from(Serde(self.site));
        for (person, numbers) in answered {
            let latest = numbers.first().and_then(|number| cards[*number].experts.iter().find(|e| e.person == *person));
            let Some(expert) = latest else { continue };
            let name = format!("experts/{person}.html");
            let facts = [("name", expert.name.as_str()), ("credentials", expert.credentials.as_str())];
            let questions: Vec<Value> = numbers.iter().map(|number| Value::from(Serde(&cards[*number]))).collect();
            let values = context! {
                site => &site,
                page => Serde(self.place(&name)),
                title => page::clean(&wording::fill(&self.config.wording.expert, &facts)),
                expert => Serde(expert),
                questions => questions,
            };
            files.push(self.templates.file("expert.html", name.clone(), values)?);
            answerers.push(Answerer { url: name, count: counted(numbers.len(), self.config), expert: expert.clone() });
        }
        // By last name, as people look for somebody.
        answerers.sort_by_cached_key(|answerer| {
            let name = &answerer.expert.name;
            (terms::terms(name.rsplit(' ').next().unwrap_or(name)), terms::terms(name), answerer.url.clone())
        });
        let values = context! {
            site => &site,
            page => Serde(self.place("experts.html")),
            experts => Serde(&answerers),
        };
        files.push(self.templates.file("experts.html", "experts.html".into(), values)?);
        Ok(files)
    }
}
