//! `feed.json`: all episodes in one flat list, id first, so that an importer needs no nesting.

use super::{
    CONTRACT, ENTRY_ID, EpisodeDocument, FORMAT, GoneReason, PublicEntry, PublicStatus, SHA256, SLUG, Tombstone,
    VERSION,
};
use crate::config::Config;
use crate::export::page::{self, EntryPage, EpisodePage};
use crate::export::{ExportError, html};
use crate::model::{Digest, EntryId, EpisodeId, Millis, PersonId};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All published questions and answers: `feed.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "feed.json")]
pub struct FeedDocument {
    /// The major version of the contract. An importer refuses one that it does not know.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// The version of the contract, by Semantic Versioning.
    #[schemars(regex(pattern = VERSION))]
    pub contract: String,
    /// What the website calls these questions and answers.
    pub heading: String,
    /// What stands below every answer; empty for nothing.
    pub disclaimer: String,
    /// Only entries that changed at this moment or later are listed, and all tombstones; null: all entries are.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub since: Option<Timestamp>,
    /// The questions with their answers: the newest episode first, within it in order of time.
    pub entries: Vec<FeedEntry>,
    /// Entries that must not be shown any more.
    pub tombstones: Vec<FeedTombstone>,
}

/// One question with its answer, flat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedEntry {
    /// Its id: given once, kept for ever, never given to another entry.
    #[schemars(with = "String", regex(pattern = ENTRY_ID))]
    pub id: EntryId,
    /// How it stands. An importer that publishes takes `approved` ones and no others.
    pub status: PublicStatus,
    /// The question, one line of plain text.
    #[schemars(length(min = 1))]
    pub question: String,
    /// The answer as plain text, an empty line between paragraphs.
    #[schemars(length(min = 1))]
    pub answer_text: String,
    /// The answer as HTML: `p` elements and nothing else.
    #[schemars(length(min = 1))]
    pub answer_html: String,
    /// Who answers, as printed above the question: "Jane Doe, MD, PhD", several joined by "; ".
    pub experts: String,
    /// The credit lines, several joined by a space.
    pub credit: String,
    /// The people's ids, the same in all entries.
    #[schemars(with = "Vec<String>", inner(regex(pattern = SLUG), length(max = 80)))]
    pub people: Vec<PersonId>,
    /// The line that names the episode.
    pub source: String,
    /// The series' name.
    pub series: String,
    /// The episode's id.
    #[schemars(with = "String", regex(pattern = SLUG), length(max = 120))]
    pub episode_id: EpisodeId,
    /// The episode's title.
    pub episode_title: String,
    /// The day on which the webinar was held; null while nobody stated it.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub held_on: Option<Date>,
    /// The recording's own page; null while it has none.
    #[schemars(extend("format" = "uri"))]
    pub recording_url: Option<String>,
    /// To the answer's first word in the recording; null while its video is not known.
    #[schemars(extend("format" = "uri"))]
    pub watch_url: Option<String>,
    /// For a player in a page; null while the video is not known.
    #[schemars(extend("format" = "uri"))]
    pub embed_url: Option<String>,
    /// Where the website shows the entry; null unless `spinetime.toml` says where that is.
    #[schemars(extend("format" = "uri"))]
    pub page_url: Option<String>,
    /// The spoken language, as a two-letter code.
    pub language: String,
    /// Where the question begins, in seconds from the recording's start.
    #[schemars(with = "f64", range(min = 0))]
    pub question_start: Millis,
    /// Where the answer's first word begins, in seconds.
    #[schemars(with = "f64", range(min = 0))]
    pub answer_start: Millis,
    /// Where the answer's last word ends, in seconds.
    #[schemars(with = "f64", range(min = 0))]
    pub answer_end: Millis,
    /// When it was approved; null for a draft.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub approved_at: Option<Timestamp>,
    /// When what a reader sees of it last changed.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub updated_at: Timestamp,
    /// SHA-256 of what a reader sees of it. Equal hashes: nothing to import.
    #[schemars(with = "String", regex(pattern = SHA256))]
    pub content_hash: Digest,
}

/// An entry that must not be shown any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedTombstone {
    /// Its id.
    #[schemars(with = "String", regex(pattern = ENTRY_ID))]
    pub id: EntryId,
    /// The episode that it was part of.
    #[schemars(with = "String", regex(pattern = SLUG), length(max = 120))]
    pub episode_id: EpisodeId,
    /// Since when.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// Why.
    pub reason: GoneReason,
    /// What its page says instead; only for a withdrawn one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub notice: Option<String>,
}

/// The feed of `documents`, which are in the order in which it lists them.
///
/// # Errors
/// As [`page::episode`].
pub fn feed(
    documents: &[EpisodeDocument],
    since: Option<Timestamp>,
    config: &Config,
) -> Result<FeedDocument, ExportError> {
    let recent = |at: Timestamp| since.is_none_or(|since| since <= at);
    let (mut entries, mut tombstones) = (Vec::new(), Vec::new());
    for document in documents {
        let shown = page::episode(document, config)?;
        for (entry, shown_entry) in document.entries.iter().zip(&shown.entries) {
            if recent(entry.changed_at()) {
                entries.push(flat(document, entry, &shown, shown_entry));
            }
        }
        tombstones.extend(document.tombstones.iter().map(|gone| buried(document, gone)));
    }
    Ok(FeedDocument {
        format: FORMAT,
        contract: CONTRACT.to_owned(),
        heading: page::clean(&config.wording.heading),
        disclaimer: page::clean(&config.wording.disclaimer),
        since,
        entries,
        tombstones,
    })
}

fn buried(document: &EpisodeDocument, gone: &Tombstone) -> FeedTombstone {
    FeedTombstone {
        id: gone.id.clone(),
        episode_id: document.episode.id.clone(),
        at: gone.at,
        reason: gone.reason,
        notice: gone.notice.clone(),
    }
}

fn flat(document: &EpisodeDocument, entry: &PublicEntry, episode: &EpisodePage, shown: &EntryPage) -> FeedEntry {
    let joined = |texts: Vec<&str>, between: &str| texts.join(between);
    FeedEntry {
        id: entry.id.clone(),
        status: entry.status,
        question: shown.question.clone(),
        answer_text: shown.paragraphs.join("\n\n"),
        answer_html: html::paragraphs(&shown.paragraphs),
        experts: joined(shown.experts.iter().map(|expert| expert.shown.as_str()).collect(), "; "),
        credit: joined(shown.experts.iter().map(|expert| expert.credit.as_str()).collect(), " "),
        people: entry.credits.iter().map(|credit| credit.person.clone()).collect(),
        source: episode.source.clone(),
        series: document.episode.series.clone(),
        episode_id: document.episode.id.clone(),
        episode_title: document.episode.title.clone(),
        held_on: document.episode.held_on,
        recording_url: episode.recording.as_ref().map(|link| link.url.clone()),
        watch_url: entry.links.as_ref().map(|links| links.answer.clone()),
        embed_url: entry.links.as_ref().map(|links| links.embed.clone()),
        page_url: entry.page_url.clone(),
        language: document.episode.language.clone(),
        question_start: entry.question.start,
        answer_start: entry.answer.start,
        answer_end: entry.answer.end,
        approved_at: entry.approved_at,
        updated_at: entry.updated_at,
        content_hash: entry.content_hash.clone(),
    }
}
