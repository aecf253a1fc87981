//! The facts of a page, shared by HTML and Markdown: plain text, not escaped yet. Templates only arrange them.

use super::contract::{EpisodeDocument, PublicCredit, PublicEntry};
use super::{ExportError, address, contract, wording};
use crate::config::{Config, Wording};
use crate::roster::{bare_name, full_name};
use crate::text::words::one_line;
use serde::Serialize;
use std::collections::BTreeMap;

/// The longest summary of a page for search engines, in characters; they cut what is longer.
const SUMMARY: usize = 160;

/// A link.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    /// What is shown.
    pub(super) text: String,
    /// Where it leads: checked by [`address`].
    pub(super) url: String,
}

/// Somebody who answers.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Expert {
    /// The person's id.
    pub(super) person: String,
    pub(super) name: String,
    pub(super) credentials: String,
    pub(super) title: String,
    pub(super) affiliation: String,
    /// "Jane Doe, MD, PhD".
    pub(super) shown: String,
    /// The credit line.
    pub(super) credit: String,
}

/// How to see an answer in the recording.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Watch {
    /// To the answer's second.
    pub(super) url: String,
    /// For the player that loads on a click.
    pub(super) embed: Option<String>,
}

/// One entry.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EntryPage {
    /// Its id: the page's name.
    pub(super) id: String,
    /// Whether it must be marked.
    pub(super) draft: bool,
    pub(super) question: String,
    /// Never empty texts.
    pub(super) paragraphs: Vec<String>,
    /// The answer's beginning.
    pub(super) summary: String,
    /// In order of speaking, each person once.
    pub(super) experts: Vec<Expert>,
    /// When the answer begins, as a player shows it.
    pub(super) start: String,
    /// The same in whole seconds.
    pub(super) second: u64,
    /// When it ends.
    pub(super) end: String,
    /// `None` while the recording has no address.
    pub(super) watch: Option<Watch>,
    /// The times in words, for that case.
    pub(super) unlinked: String,
}

/// What all pages of a website share.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SitePage {
    pub(super) heading: String,
    /// The page that lists everything, where the settings name one.
    pub(super) index: Option<Link>,
    pub(super) subscribe: Option<Link>,
    pub(super) disclaimer: String,
}

/// What all pages of an episode share, and its entries.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EpisodePage {
    /// The episode's id: the folder's name.
    pub(super) id: String,
    /// For `lang`.
    pub(super) language: String,
    pub(super) title: String,
    /// `2021-07-14`.
    pub(super) held_on: Option<String>,
    /// The same as the series writes it; empty while nobody stated it.
    pub(super) date: String,
    /// Below the title.
    pub(super) about: String,
    /// The source line of its entries.
    pub(super) source: String,
    pub(super) recording: Option<Link>,
    /// Whether any entry is a draft.
    pub(super) draft: bool,
    pub(super) entries: Vec<EntryPage>,
    /// What it shares with other episodes: templates know it as `site`.
    #[serde(skip)]
    pub(super) site: SitePage,
}

/// The settings' part of a page.
///
/// # Errors
/// When they link to what is no address.
pub(super) fn site(config: &Config) -> Result<SitePage, ExportError> {
    let (words, website) = (&config.wording, &config.website);
    Ok(SitePage {
        heading: clean(&words.heading),
        index: link("website.index_url", &words.index, &website.index_url)?,
        subscribe: link("website.subscribe_url", &words.subscribe, &website.subscribe_url)?,
        disclaimer: clean(&words.disclaimer),
    })
}

/// All of [`Wording`] as templates know it: each line under the setting's name, those with facts as they are.
pub(super) fn words(config: &Config) -> BTreeMap<String, serde_json::Value> {
    let Ok(serde_json::Value::Object(lines)) = serde_json::to_value(&config.wording) else { return BTreeMap::new() };
    let mut words: BTreeMap<String, serde_json::Value> = lines
        .into_iter()
        .map(|(key, value)| match value.as_str() {
            Some(line) => (key, clean(line).into()),
            None => (key, value),
        })
        .collect();
    words.insert("draft".into(), wording::draft_mark(&config.wording).into());
    words
}

/// Gathers the facts.
///
/// # Errors
/// When the settings link to what is no address.
pub(super) fn episode(document: &EpisodeDocument, config: &Config) -> Result<EpisodePage, ExportError> {
    let (head, entries) = (&document.episode, &document.entries);
    let words = &config.wording;
    let (series, title) = (clean(&head.series), clean(&head.title));
    let title = if title.is_empty() { head.id.to_string() } else { title };
    let date = clean(&head.held_on.map(|day| wording::date(day, words)).unwrap_or_default());
    let (about, source) = match head.held_on {
        Some(_) => (&words.episode, &words.source),
        None => (&words.episode_undated, &words.source_undated),
    };
    let facts = [("series", series.as_str()), ("title", title.as_str()), ("date", date.as_str())];
    Ok(EpisodePage {
        id: head.id.to_string(),
        language: language(&head.language),
        held_on: head.held_on.map(|day| day.to_string()),
        about: wording::line(about, &facts),
        source: wording::line(source, &facts),
        recording: recording(head, words),
        draft: document.has_drafts(),
        entries: entries.iter().map(|e| entry(e, words)).collect(),
        site: site(config)?,
        date,
        title,
    })
}

fn entry(entry: &PublicEntry, words: &Wording) -> EntryPage {
    let answer = &entry.answer;
    let mut experts: Vec<Expert> = Vec::new();
    for credit in &entry.credits {
        let expert = expert(credit, words);
        if !expert.name.is_empty() && experts.iter().all(|e| e.person != expert.person) {
            experts.push(expert);
        }
    }
    let paragraphs: Vec<String> = answer.paragraphs.iter().map(|p| clean(p)).filter(|p| !p.is_empty()).collect();
    let (start, end) = (answer.start.to_string(), answer.end.to_string());
    let watch = entry.links.as_ref().and_then(|links| {
        let embed = address::player(&links.embed).map(str::to_owned);
        address::web(&links.answer).map(|url| Watch { url: url.to_owned(), embed })
    });
    EntryPage {
        id: entry.id.to_string(),
        draft: entry.is_draft(),
        question: clean(&entry.question.text),
        summary: summary(paragraphs.first().map(String::as_str).unwrap_or_default()),
        paragraphs,
        experts,
        unlinked: wording::line(&words.unlinked, &[("start", &start), ("end", &end)]),
        start,
        second: answer.start.floor_seconds(),
        end,
        watch,
    }
}

fn expert(credit: &PublicCredit, words: &Wording) -> Expert {
    let (credentials, title, affiliation) =
        (clean(&credit.credentials), clean(&credit.title), clean(&credit.affiliation));
    let name = bare_name(&clean(&credit.name), &credentials);
    let line = match (title.is_empty(), affiliation.is_empty()) {
        (false, false) => &words.credit,
        (true, false) => &words.credit_untitled,
        (false, true) => &words.credit_unaffiliated,
        (true, true) => &words.credit_bare,
    };
    let facts = [
        ("name", name.as_str()),
        ("credentials", credentials.as_str()),
        ("title", title.as_str()),
        ("affiliation", affiliation.as_str()),
    ];
    let shown = full_name(&name, &credentials);
    Expert {
        person: credit.person.to_string(),
        credit: wording::line(line, &facts),
        shown,
        name,
        credentials,
        title,
        affiliation,
    }
}

/// The recording's own page: what the episode states, or what its video's id makes.
fn recording(head: &contract::Episode, words: &Wording) -> Option<Link> {
    let stated = head.recording_url.as_deref().and_then(address::web).map(str::to_owned);
    let url = stated.or_else(|| head.youtube_id.as_ref().map(|id| format!("https://www.youtube.com/watch?v={id}")))?;
    let text = if head.youtube_id.is_some() { &words.recording } else { &words.recording_elsewhere };
    Some(Link { text: clean(text), url })
}

/// A link from the settings; none when the address or its text is empty.
fn link(key: &'static str, text: &str, url: &str) -> Result<Option<Link>, ExportError> {
    let text = clean(text);
    if url.trim().is_empty() || text.is_empty() {
        return Ok(None);
    }
    match address::web_or_path(url) {
        Some(url) => Ok(Some(Link { text, url: url.to_owned() })),
        None => Err(ExportError::Address { key, value: url.to_owned() }),
    }
}

/// The language's code, when it looks like one.
fn language(code: &str) -> String {
    let fits = code.len() >= 2 && code.len() <= 35 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { code.to_owned() } else { "en".to_owned() }
}

/// One line of text: no control characters, single spaces. Layout is the templates' business.
pub(super) fn clean(text: &str) -> String {
    one_line(text)
}

/// The beginning of a paragraph, cut between words.
fn summary(paragraph: &str) -> String {
    if paragraph.chars().count() <= SUMMARY {
        return paragraph.to_owned();
    }
    let head: String = paragraph.chars().take(SUMMARY - 1).collect();
    let cut = head.rfind(' ').unwrap_or(head.len());
    format!("{}…", head[..cut].trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_ends_between_words() {
        let text = summary(&"wörd, ".repeat(60));
        assert!(text.chars().count() <= SUMMARY && text.ends_with("wörd…"), "{text}");
        assert_eq!(summary("short"), "short");
        assert!(summary(&"x".repeat(500)).ends_with("x…"));
    }
}
