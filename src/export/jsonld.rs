//! What pages say to machines, in schema.org's words: each question with its answer, and the video with its clips.
//!
//! A `VideoObject` stands only where everything is known that search engines want of one: the page's own address, when
//! the recording was uploaded, a picture. Its clips lead to that page, each to another second. No `QAPage` (for answers
//! that users submit), no `FAQPage` (no search engine shows it any more), no `SeekToAction` beside clips. Drafts are
//! never told to machines.

use super::contract::{Episode, EpisodeDocument, PublicEntry};
use super::page::{self, EntryPage, EpisodePage, Expert};
use super::{ExportError, Format, NamedBytes, address, json, site_address};
use crate::config::Config;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Search engines take no shorter video, in seconds.
const SHORTEST: u64 = 30;

/// How many episodes a note names.
const NAMED: usize = 5;

/// `episode.jsonld`; none while nothing is published.
pub(super) fn file(document: &EpisodeDocument, config: &Config) -> Result<Vec<NamedBytes>, ExportError> {
    let episode = page::episode(document, config)?;
    let published: Vec<_> =
        document.entries.iter().zip(&episode.entries).filter(|(entry, _)| !entry.is_draft()).collect();
    if published.is_empty() {
        return Ok(Vec::new());
    }
    let own = site_address::episode(&config.website, &document.episode.id);
    let mut graph: Vec<Value> = video(document, &episode, own.as_deref(), &published).into_iter().collect();
    graph.extend(published.iter().map(|(entry, shown)| question(&episode, entry, shown)));
    json::file(format!("{}/episode.jsonld", episode.id), &whole(graph))
}

/// What an episode's page says: its video, without the questions, which have pages of their own. `own` is that page's
/// address. Nothing where drafts are on it.
pub(super) fn of_episode(document: &EpisodeDocument, episode: &EpisodePage, own: Option<&str>) -> Option<String> {
    if episode.draft {
        return None;
    }
    let published: Vec<_> = document.entries.iter().zip(&episode.entries).collect();
    video(document, episode, own, &published).map(|video| script(&whole(vec![video])))
}

/// What an entry's page says; nothing for a draft.
pub(super) fn of_entry(
    document: &EpisodeDocument,
    episode: &EpisodePage,
    entry: &PublicEntry,
    shown: &EntryPage,
) -> Option<String> {
    if entry.is_draft() {
        return None;
    }
    let mut graph: Vec<Value> =
        video(document, episode, entry.page_url.as_deref(), &[(entry, shown)]).into_iter().collect();
    graph.push(question(episode, entry, shown));
    Some(script(&whole(graph)))
}

/// Why search engines get no video, as sentences: a missing setting once, and what is missing of which episodes.
pub(super) fn notes(format: Format, documents: &[EpisodeDocument], config: &Config) -> Vec<String> {
    let mut notes = Vec::new();
    let website = &config.website;
    let published: Vec<&EpisodeDocument> =
        documents.iter().filter(|document| document.entries.iter().any(|entry| !entry.is_draft())).collect();
    // Pages of entries may have an address of their own; that of an episode is always the site's.
    let has_address =
        site_address::site(website).is_some() || (format == Format::Site && !website.entry_url.trim().is_empty());
    if !has_address && !published.is_empty() {
        notes.push(format!("{format}: search engines get no video with clips, since website.site_url is not set"));
        return notes;
    }
    for (lacks, why) in LACKS {
        let lacking: Vec<&str> = published
            .iter()
            .map(|document| &document.episode)
            .filter(|head| lacks(head))
            .map(|head| head.id.as_str())
            .collect();
        if !lacking.is_empty() {
            let named = lacking[..lacking.len().min(NAMED)].join(", ");
            let more =
                if lacking.len() > NAMED { format!(", … ({} episodes)", lacking.len()) } else { String::new() };
            notes.push(format!("{format}: search engines get no video with clips where {why}: {named}{more}"));
        }
    }
    notes
}

type Lacks = fn(&Episode) -> bool;

/// What a recording may lack to be described as a video. Each names only those that lack nothing before.
const LACKS: [(Lacks, &str); 3] = [
    (|head| head.youtube_id.is_none(), "the video's id is not known"),
    (|head| head.youtube_id.is_some() && head.uploaded_at.is_none(), "it is not known when the recording was uploaded"),
    (|head| is_dated(head) && head.duration.floor_seconds() < SHORTEST, "the recording is shorter than 30 seconds"),
];

fn is_dated(head: &Episode) -> bool {
    head.youtube_id.is_some() && head.uploaded_at.is_some()
}

fn thumbnail(head: &Episode) -> Option<&str> {
    head.thumbnail_url.as_deref().and_then(address::web)
}

fn whole(graph: Vec<Value>) -> Value {
    json!({ "@context": "https://schema.org", "@graph": graph })
}

/// The video with one clip for each published entry of `entries`, which lead to the page `own`; none where something is
/// missing, or no clip is left.
fn video(
    document: &EpisodeDocument,
    episode: &EpisodePage,
    own: Option<&str>,
    entries: &[(&PublicEntry, &EntryPage)],
) -> Option<Value> {
    let head = &document.episode;
    let (own, id, uploaded, thumbnail) = (own?, head.youtube_id.as_ref()?, head.uploaded_at?, thumbnail(head)?);
    let length = head.duration.floor_seconds();
    let mut starts = BTreeSet::new();
    let clips: Vec<Value> = entries
        .iter()
        .filter(|(entry, shown)| !entry.is_draft() && !shown.question.is_empty())
        .filter_map(|(entry, shown)| {
            let (start, end) = (entry.answer.start.floor_seconds(), entry.answer.end.ceil_seconds().min(length));
            // Two answers in one second: a video has one clip there.
            (start < end && starts.insert(start)).then(|| clip(&shown.question, start, end, own))
        })
        .collect();
    if length < SHORTEST || clips.is_empty() {
        return None;
    }
    let about = if episode.about.is_empty() { &episode.title } else { &episode.about };
    Some(json!({
        "@type": "VideoObject",
        "name": episode.title,
        "description": about,
        "thumbnailUrl": thumbnail,
        "uploadDate": uploaded.to_string(),
        "duration": format!("PT{length}S"),
        "embedUrl": format!("https://www.youtube-nocookie.com/embed/{id}"),
        "inLanguage": episode.language,
        "hasPart": clips,
    }))
}

fn clip(name: &str, start: u64, end: u64, page: &str) -> Value {
    json!({
        "@type": "Clip",
        "name": name,
        "startOffset": start,
        "endOffset": end,
        "url": at_second(page, start),
    })
}

/// A page's address with the second at which its player starts: the page's script knows the parameter.
fn at_second(page: &str, second: u64) -> String {
    let (before, place) = page.split_at(page.find('#').unwrap_or(page.len()));
    let joint = if before.contains('?') { '&' } else { '?' };
    format!("{before}{joint}t={second}{place}")
}

/// The text for a `script` element: JSON in which nothing can end the element or open another.
fn script(value: &Value) -> String {
    let text = value.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

fn question(episode: &EpisodePage, entry: &PublicEntry, shown: &EntryPage) -> Value {
    let mut answer = Map::new();
    answer.insert("@type".into(), json!("Answer"));
    answer.insert("text".into(), json!(shown.paragraphs.join("\n\n")));
    if !shown.experts.is_empty() {
        answer.insert("author".into(), shown.experts.iter().map(person).collect());
    }
    if let Some(day) = &episode.held_on {
        answer.insert("dateCreated".into(), json!(day));
    }
    if let Some(watch) = &shown.watch {
        answer.insert("isBasedOn".into(), json!(watch.url));
    }
    let mut question = Map::new();
    question.insert("@type".into(), json!("Question"));
    question.insert("name".into(), json!(shown.question));
    question.insert("text".into(), json!(shown.question));
    question.insert("inLanguage".into(), json!(episode.language));
    if let Some(url) = &entry.page_url {
        question.insert("url".into(), json!(url));
    }
    question.insert("answerCount".into(), json!(1));
    question.insert("acceptedAnswer".into(), answer.into());
    question.into()
}

fn person(expert: &Expert) -> Value {
    let mut person = Map::new();
    person.insert("@type".into(), json!("Person"));
    person.insert("name".into(), json!(expert.name));
    for (key, fact) in [("honorificSuffix", &expert.credentials), ("jobTitle", &expert.title)] {
        if !fact.is_empty() {
            person.insert(key.into(), json!(fact));
        }
    }
    if !expert.affiliation.is_empty() {
        person.insert("affiliation".into(), json!({ "@type": "Organization", "name": expert.affiliation }));
    }
    person.into()
}
