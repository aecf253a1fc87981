//! The contract with the website: what `episode.json` and `feed.json` hold, field by field.
//!
//! These types are the schema: `schema/*.json` is generated from them, and the doc comments are its descriptions. They
//! are not those of `entries.json`, since much of that stays in the house: who asked, what was said word for word (an
//! editor may have taken a name out of the printed text), findings and corrections (they quote what they found),
//! confidences, and who approved. [`document`] is the only way from there to here, and takes only what may be published.
//!
//! The version follows SemVer: a field more is a minor version, a field less or with another meaning a major one.

mod feed;
mod gone;
mod moments;
mod public;
mod schema;

#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;

pub use feed::{FeedDocument, FeedEntry, FeedTombstone, feed};
pub use gone::gone;
pub use moments::move_on;
pub use public::document;
pub use schema::{Document, UnknownDocument};

use crate::model::{Digest, EntryId, EpisodeId, Millis, PersonId, QuestionSource, Span, YoutubeId};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The major version of the contract.
pub const FORMAT: u32 = 1;

/// The version of the contract.
pub const CONTRACT: &str = "1.0.0";

// What texts of a kind look like, for the schema. The types of `model` hold themselves to the same.
pub(in crate::export) const ENTRY_ID: &str = "^e-[0-9a-hjkmnp-tv-z]{8}$";
pub(in crate::export) const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
pub(in crate::export) const YOUTUBE_ID: &str = "^[A-Za-z0-9_-]{11}$";
pub(in crate::export) const SHA256: &str = "^[0-9a-f]{64}$";
pub(in crate::export) const VERSION: &str = r"^[0-9]+\.[0-9]+\.[0-9]+$";

/// One episode with its published questions and answers: `episode.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "episode.json")]
pub struct EpisodeDocument {
    /// The major version of the contract. An importer refuses one that it does not know.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// The version of the contract, by Semantic Versioning.
    #[schemars(regex(pattern = VERSION))]
    pub contract: String,
    /// The episode.
    pub episode: Episode,
    /// What is published of it, in order of time.
    pub entries: Vec<PublicEntry>,
    /// Entries that must not be shown any more, by id. An id is never given to another entry.
    pub tombstones: Vec<Tombstone>,
    /// What the texts were made with.
    pub provenance: Provenance,
}

/// The webinar and its recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Episode {
    /// Its id: never changes, also when title or date are corrected.
    #[schemars(with = "String", regex(pattern = SLUG), length(max = 120))]
    pub id: EpisodeId,
    /// The series' name.
    pub series: String,
    /// The episode's title.
    pub title: String,
    /// The day on which the webinar was held, as `2021-07-14`; null while nobody stated it.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub held_on: Option<Date>,
    /// The video's id on YouTube; null while it is not known.
    #[schemars(with = "Option<String>", regex(pattern = YOUTUBE_ID))]
    pub youtube_id: Option<YoutubeId>,
    /// The recording's own page; null while it has none.
    #[schemars(extend("format" = "uri"))]
    pub recording_url: Option<String>,
    /// The length of the recording as it is published, in seconds.
    #[schemars(with = "f64", range(min = 0))]
    pub duration: Millis,
    /// The spoken language, as a two-letter code.
    pub language: String,
    /// When the recording was uploaded; left out while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub uploaded_at: Option<Timestamp>,
    /// A picture of the recording; left out while it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "uri"))]
    pub thumbnail_url: Option<String>,
}

/// How a published entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicStatus {
    /// A person approved it.
    Approved,
    /// Nobody approved it yet: only in exports that were asked for drafts, never for the public.
    Draft,
    /// Nobody approved it yet, and something in it is in doubt: only in exports that were asked for drafts.
    NeedsReview,
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicEntry {
    /// Its id: given once, kept for ever, never given to another entry.
    #[schemars(with = "String", regex(pattern = ENTRY_ID))]
    pub id: EntryId,
    /// How it stands. An importer that publishes takes `approved` ones and no others.
    pub status: PublicStatus,
    /// What was asked.
    pub question: PublicQuestion,
    /// What was answered.
    pub answer: PublicAnswer,
    /// Whose answer it is, in order of speaking.
    pub credits: Vec<PublicCredit>,
    /// Addresses that jump into the recording; null while its video is not known.
    pub links: Option<PublicLinks>,
    /// Where the website shows it; left out unless `spinetime.toml` says where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "uri"))]
    pub page_url: Option<String>,
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

impl PublicEntry {
    /// When an importer has to look at it again: its content changed, or it was approved.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        self.approved_at.map_or(self.updated_at, |approved| approved.max(self.updated_at))
    }

    /// Whether it must be marked as a draft wherever it is shown.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.status != PublicStatus::Approved
    }
}

/// The question of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicQuestion {
    /// The question, one line of plain text.
    #[schemars(length(min = 1))]
    pub text: String,
    /// Where it is asked, in seconds from the recording's start, to the millisecond.
    #[schemars(with = "f64", range(min = 0))]
    pub start: Millis,
    /// Where its last word ends.
    #[schemars(with = "f64", range(min = 0))]
    pub end: Millis,
    /// How it reached the panel.
    #[schemars(with = "Source")]
    pub source: QuestionSource,
}

/// How a question reached the panel.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[allow(dead_code, reason = "only describes QuestionSource for the schema")]
enum Source {
    /// The host or an expert reads it out.
    ReadByHost,
    /// The asker speaks.
    Live,
    /// It came by chat or question box, and somebody reads it.
    Chat,
    /// It was sent in writing, and nobody reads it.
    Written,
}

/// The answer of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicAnswer {
    /// Its paragraphs, plain text without markup.
    #[schemars(length(min = 1))]
    pub paragraphs: Vec<String>,
    /// Where its first word begins, in seconds from the recording's start, to the millisecond.
    #[schemars(with = "f64", range(min = 0))]
    pub start: Millis,
    /// Where its last word ends.
    #[schemars(with = "f64", range(min = 0))]
    pub end: Millis,
    /// The stretches that it consists of, in order; what lies between them is not part of it.
    pub spans: Vec<PublicSpan>,
}

/// One stretch of an answer, by one speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicSpan {
    /// Where it begins, in seconds.
    #[schemars(with = "f64", range(min = 0))]
    pub start: Millis,
    /// Where it ends.
    #[schemars(with = "f64", range(min = 0))]
    pub end: Millis,
    /// Who speaks: a `person` of the credits; null where that is not sure.
    #[schemars(with = "Option<String>", regex(pattern = SLUG), length(max = 80))]
    pub speaker: Option<PersonId>,
}

/// Whose answer it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicCredit {
    /// The person's id, the same in all entries.
    #[schemars(with = "String", regex(pattern = SLUG), length(max = 80))]
    pub person: PersonId,
    /// First and last name, without titles: "Jane Doe".
    #[schemars(length(min = 1))]
    pub name: String,
    /// Degrees, as they stand behind the name: "MD, PhD"; empty for none.
    pub credentials: String,
    /// The title on the day the webinar was held; empty for none.
    pub title: String,
    /// The institution on that day; empty for none.
    pub affiliation: String,
}

/// Addresses that jump into the recording, in whole seconds, never behind the first word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicLinks {
    /// To the answer's first word.
    #[schemars(extend("format" = "uri"))]
    pub answer: String,
    /// To the question's first word.
    #[schemars(extend("format" = "uri"))]
    pub question: String,
    /// To the answer, short.
    #[schemars(extend("format" = "uri"))]
    pub short: String,
    /// For a player in a page, from the answer's start to its end. Load it when a reader asks for it, not before.
    #[schemars(extend("format" = "uri"))]
    pub embed: String,
}

/// Why an entry is not shown any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoneReason {
    /// It was published and is not valid any more: show the notice in its place.
    Withdrawn,
    /// It is no entry any more: take its page away.
    Removed,
    /// It was approved once and changed since, and nobody approved that yet: it may come back.
    Unapproved,
}

/// An entry that must not be shown any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// Its id.
    #[schemars(with = "String", regex(pattern = ENTRY_ID))]
    pub id: EntryId,
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

/// What the texts were made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The version of spinetime.
    pub spinetime: String,
    /// The speech model.
    pub model: String,
    /// SHA-256 of its file.
    #[schemars(with = "String", regex(pattern = SHA256))]
    pub model_sha256: Digest,
    /// SHA-256 of the recording.
    #[schemars(with = "String", regex(pattern = SHA256))]
    pub source_sha256: Digest,
}

impl PublicQuestion {
    /// From its first to its last word.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

impl PublicAnswer {
    /// From its first to its last word.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

impl EpisodeDocument {
    /// Whether any of its entries must be marked as a draft.
    #[must_use]
    pub fn has_drafts(&self) -> bool {
        self.entries.iter().any(PublicEntry::is_draft)
    }
}
