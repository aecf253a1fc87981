//! The newest entries as a JSON Feed 1.1, `jsonfeed.json`, for feed readers and newsletters.
//!
//! An item's id is the entry's id, not its address: addresses may change, and a reader would show all items again.

use super::contract::{EpisodeDocument, PublicEntry};
use super::page::{self, EntryPage, EpisodePage};
use super::{ExportError, NamedBytes, address, html, json, site_address, wording};
use crate::config::Config;
use jiff::Timestamp;
use minijinja::HtmlEscape;
use serde::Serialize;
use std::cmp::Reverse;

const NAME: &str = "jsonfeed.json";

/// How many items a feed holds: readers ask for all of it each time.
const MOST: usize = 100;

#[derive(Serialize)]
struct Feed {
    version: &'static str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    title: String,
    content_html: String,
    content_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<Timestamp>,
    date_modified: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    language: String,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

/// The feed of what changed last; with `since`, of nothing older.
///
/// # Errors
/// As [`page::episode`].
pub(super) fn file(
    documents: &[EpisodeDocument],
    since: Option<Timestamp>,
    config: &Config,
) -> Result<Vec<NamedBytes>, ExportError> {
    let mut newest: Vec<(&PublicEntry, usize, usize)> = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        newest.extend(document.entries.iter().enumerate().map(|(place, entry)| (entry, at, place)));
    }
    newest.retain(|(entry, ..)| since.is_none_or(|since| since <= entry.changed_at()));
    newest.sort_by_key(|(entry, ..)| (Reverse(entry.changed_at()), entry.id.clone()));
    newest.truncate(MOST);
    let mut shown: Vec<Option<EpisodePage>> = documents.iter().map(|_| None).collect();
    let mut items = Vec::with_capacity(newest.len());
    for (entry, at, place) in newest {
        let episode = match &mut shown[at] {
            Some(episode) => episode,
            empty => empty.insert(page::episode(&documents[at], config)?),
        };
        items.push(item(entry, episode, &episode.entries[place], config));
    }
    let site = site_address::site(&config.website);
    let feed = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: page::clean(&config.wording.heading),
        home_page_url: address::web(&config.website.index_url).map(str::to_owned).or_else(|| site.clone()),
        feed_url: site.map(|site| format!("{site}{NAME}")),
        language: items.first().map(|item| item.language.clone()).filter(|l| items.iter().all(|i| i.language == *l)),
        items,
    };
    json::file(NAME.to_owned(), &feed)
}

fn item(entry: &PublicEntry, episode: &EpisodePage, shown: &EntryPage, config: &Config) -> Item {
    let (html, text) = content(episode, shown, config);
    let url = entry.page_url.as_ref().or_else(|| entry.links.as_ref().map(|links| &links.answer)).cloned();
    Item {
        id: entry.id.to_string(),
        url: url.filter(|url| address::web(url).is_some()),
        title: match entry.is_draft() {
            true => format!("[{}] {}", wording::draft_mark(&config.wording), shown.question),
            false => shown.question.clone(),
        },
        content_html: html,
        content_text: text,
        date_published: entry.approved_at,
        date_modified: entry.updated_at,
        authors: shown.experts.iter().map(|expert| Author { name: expert.shown.clone() }).collect(),
        language: episode.language.clone(),
    }
}

/// What an entry's page says below its question, as HTML and as text.
fn content(episode: &EpisodePage, shown: &EntryPage, config: &Config) -> (String, String) {
    let mut before = shown.paragraphs.clone();
    before.extend(shown.experts.iter().map(|expert| expert.credit.clone()));
    before.push(episode.source.clone());
    before.retain(|text| !text.is_empty());
    let watch = page::clean(&config.wording.watch);
    let link = shown.watch.as_ref().map(|link| link.url.as_str()).filter(|_| !watch.is_empty());
    let mut html = vec![html::paragraphs(&before)];
    let mut text = before;
    if let Some(url) = link {
        html.push(format!("<p><a href=\"{}\">{}</a></p>", escaped(url), escaped(&watch)));
        text.push(format!("{watch}: {url}"));
    }
    if !episode.site.disclaimer.is_empty() {
        html.push(html::paragraphs(std::slice::from_ref(&episode.site.disclaimer)));
        text.push(episode.site.disclaimer.clone());
    }
    (html.join("\n"), text.join("\n\n"))
}

/// The text for an element or a quoted attribute; slashes need no escape there.
fn escaped(text: &str) -> String {
    HtmlEscape(text).to_string().replace("&#x2f;", "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::contract::PublicStatus;
    use crate::export::timed::tests::document;

    fn made(documents: &[EpisodeDocument], since: Option<Timestamp>, config: &Config) -> serde_json::Value {
        serde_json::from_slice(&file(documents, since, config).unwrap()[0].bytes).unwrap()
    }

    fn asked() -> EpisodeDocument {
        let answer = [(13.0, 25.0, Some("jane-doe"))];
        document(&[
            ("Is <b> safe?", [10.0, 12.5], &["Yes & no.", "Ask."], &answer),
            ("And now?", [30.0, 31.0], &["Wait."], &answer),
        ])
    }

    #[test]
    fn a_feed_of_the_newest_entries() {
        let (mut document, mut config) = (asked(), Config::default());
        document.entries[1].updated_at = "2026-11-21T10:00:00Z".parse().unwrap();
        document.entries[1].status = PublicStatus::Draft;
        document.entries[1].approved_at = None;
        insta::assert_snapshot!(serde_json::to_string_pretty(&made(&[document], None, &config)).unwrap(), @r#"
        {
          "version": "https://jsonfeed.org/version/1.1",
          "title": "Ask a Spine Doctor",
          "language": "en",
          "items": [
            {
              "id": "e-00000001",
              "url": "https://www.youtube.com/watch?v=SpineTime01&t=13s",
              "title": "[Draft - not approved] And now?",
              "content_html": "<p>Wait.</p>\n<p>Answered by Jane Doe, MD.</p>\n<p>Answered by Casper Quill, MD.</p>\n<p>This question was answered in the Spine Time webinar “Your Back”, held on July 14, 2021.</p>\n<p><a href=\"https://www.youtube.com/watch?v=SpineTime01&amp;t=13s\">Watch this answer on YouTube</a></p>\n<p>This is general information and does not replace the advice of your own doctor.</p>",
              "content_text": "Wait.\n\nAnswered by Jane Doe, MD.\n\nAnswered by Casper Quill, MD.\n\nThis question was answered in the Spine Time webinar “Your Back”, held on July 14, 2021.\n\nWatch this answer on YouTube: https://www.youtube.com/watch?v=SpineTime01&t=13s\n\nThis is general information and does not replace the advice of your own doctor.",
              "date_modified": "2026-11-21T10:00:00Z",
              "authors": [
                {
                  "name": "Jane Doe, MD"
                },
                {
                  "name": "Casper Quill, MD"
                }
              ],
              "language": "en"
            },
            {
              "id": "e-00000000",
              "url": "https://www.youtube.com/watch?v=SpineTime01&t=13s",
              "title": "Is <b> safe?",
              "content_html": "<p>Yes &amp; no.</p>\n<p>Ask.</p>\n<p>Answered by Jane Doe, MD.</p>\n<p>Answered by Casper Quill, MD.</p>\n<p>This question was answered in the Spine Time webinar “Your Back”, held on July 14, 2021.</p>\n<p><a href=\"https://www.youtube.com/watch?v=SpineTime01&amp;t=13s\">Watch this answer on YouTube</a></p>\n<p>This is general information and does not replace the advice of your own doctor.</p>",
              "content_text": "Yes & no.\n\nAsk.\n\nAnswered by Jane Doe, MD.\n\nAnswered by Casper Quill, MD.\n\nThis question was answered in the Spine Time webinar “Your Back”, held on July 14, 2021.\n\nWatch this answer on YouTube: https://www.youtube.com/watch?v=SpineTime01&t=13s\n\nThis is general information and does not replace the advice of your own doctor.",
              "date_published": "2026-11-20T10:00:00Z",
              "date_modified": "2026-11-20T10:00:00Z",
              "authors": [
                {
                  "name": "Jane Doe, MD"
                },
                {
                  "name": "Casper Quill, MD"
                }
              ],
              "language": "en"
            }
          ]
        }
        "#);
        config.website.site_url = "https://spine.example/ask".into();
        let mut known = asked();
        known.entries[0].page_url = Some("https://spine.example/?p=e-00000000".into());
        let feed = made(&[known], None, &config);
        assert_eq!(feed["home_page_url"], "https://spine.example/ask/");
        assert_eq!(feed["feed_url"], "https://spine.example/ask/jsonfeed.json");
        assert_eq!(feed["items"][0]["url"], "https://spine.example/?p=e-00000000");
        config.website.index_url = "https://spine.example/questions".into();
        assert_eq!(made(&[], None, &config)["home_page_url"], "https://spine.example/questions");
    }

    #[test]
    fn a_feed_holds_a_hundred_items_and_nothing_old() {
        let (config, many) = (Config::default(), vec![asked(); 80]);
        assert_eq!(made(&many, None, &config)["items"].as_array().unwrap().len(), MOST);
        let after = "2026-11-20T10:00:01Z".parse().ok();
        assert_eq!(made(&many, after, &config)["items"], serde_json::json!([]));
    }
}
