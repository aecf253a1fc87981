//! A whole website: the pages of all episodes, and what leads to them. It works from any host and from a disk, since
//! all addresses in it are relative and the search needs no server.
//!
//! ```text
//! index.html                 search, newest questions
//! episodes.html experts.html
//! experts/<person>.html      what somebody answered; more of it in <person>.2.html, <person>.3.html, …
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
/// The questions of an expert fill pages of so many: some 60 kB, and what a reader still looks through.
const PAGE: usize = 200;

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
                &search::Found {
                    episode: &episode.id,
                    title: &episode.title,
                    date: &episode.date,
                    id: &entry.id,
                    draft: entry.draft,
                },
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
    let (answerers, pages) = press.expert_pages(&cards)?;
    files.push(press.experts(answerers)?);
    files.push(templates.style("assets/style.css".into()));
    files.push(html::script("assets/script.js".into()));
    files.push(NamedBytes { name: "assets/search.js".into(), bytes: SEARCH.to_vec() });
    files.extend(search_files);
    match site_address::site(&config.website) {
        Some(address) => {
            let names = pages.iter().map(|page| page.name.as_str());
            files.extend(sitemap::files(&address, documents, names));
        }
        None => notes.push(
            "site: there is no sitemap, and pages don't tell their address, since website.site_url is not set".into(),
        ),
    }
    files.extend(pages);
    notes.extend(jsonld::notes(Format::Site, documents, config));
    Ok(files)
}

fn counted(count: usize, config: &Config) -> String {
    wording::count(&config.wording.count_one, &config.wording.count, count)
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

    /// The pages of each expert, and who they are.
    fn expert_pages(&self, cards: &[Card]) -> Result<(Vec<Answerer>, Vec<NamedBytes>), ExportError> {
        let (mut answerers, mut files) = (Vec::new(), Vec::new());
        let site = Value::from(Serde(self.site));
        for (person, numbers) in by_expert(cards) {
            let latest = numbers.first().and_then(|number| cards[*number].experts.iter().find(|e| e.person == person));
            let Some(expert) = latest else { continue };
            let facts = [("name", expert.name.as_str()), ("credentials", expert.credentials.as_str())];
            let title = wording::line(&self.config.wording.expert, &facts);
            let pages = numbers.len().div_ceil(PAGE);
            let way = |page: usize| context! { url => page_name(person, page) };
            for (page, numbers) in (1..).zip(numbers.chunks(PAGE)) {
                let name = format!("experts/{}", page_name(person, page));
                let questions: Vec<Value> = numbers.iter().map(|number| Value::from(Serde(&cards[*number]))).collect();
                let which = [("page", page.to_string()), ("pages", pages.to_string())];
                let which = which.each_ref().map(|(name, number)| (*name, number.as_str()));
                let values = context! {
                    site => &site,
                    page => Serde(self.place(&name)),
                    title => &title,
                    expert => Serde(expert),
                    questions => questions,
                    position => (pages > 1).then(|| wording::line(&self.config.wording.page, &which)),
                    previous => (page > 1).then(|| way(page - 1)),
                    next => (page < pages).then(|| way(page + 1)),
                };
                files.push(self.templates.file("expert.html", name, values)?);
            }
            answerers.push(Answerer {
                url: format!("experts/{}", page_name(person, 1)),
                count: counted(numbers.len(), self.config),
                expert: expert.clone(),
            });
        }
        Ok((answerers, files))
    }

    /// The list of them.
    fn experts(&self, mut answerers: Vec<Answerer>) -> Result<NamedBytes, ExportError> {
        // By last name, as people look for somebody.
        answerers.sort_by_cached_key(|answerer| {
            let name = &answerer.expert.name;
            (terms::terms(name.rsplit(' ').next().unwrap_or(name)), terms::terms(name), answerer.url.clone())
        });
        let values = context! {
            site => Serde(self.site),
            page => Serde(self.place("experts.html")),
            experts => Serde(&answerers),
        };
        self.templates.file("experts.html", "experts.html".into(), values)
    }
}

/// The name of an expert's page, counted from 1. A person's id has no dot: no page has the name of another person's.
fn page_name(person: &str, page: usize) -> String {
    if page == 1 { format!("{person}.html") } else { format!("{person}.{page}.html") }
}
