//! Entries: what editors review and the website imports (`entries.json`).

use super::{Digest, EntryId, EpisodeId, Millis, PersonId, Span, VideoCut, YoutubeId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The machine is unsure of something that a person must decide.
    NeedsReview,
    /// The machine found nothing to doubt; no person has looked yet.
    Draft,
    /// A person approved it: it may be published.
    Approved,
    /// It was published and is not valid any more; the website says so.
    Withdrawn,
    /// The question was asked and nobody answered it.
    Unanswered,
    /// The machine found it likelier to be no entry; a person may accept it. Never exported.
    Possible,
    /// A person decided that this is no entry.
    Dismissed,
}

/// How a question reached the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionSource {
    /// The host or an expert reads it out.
    ReadByHost,
    /// The asker speaks.
    Live,
    /// It came by the webinar's chat or question box, and somebody reads it.
    Chat,
    /// It was sent in writing, and nobody reads it: its text is the asker's own.
    Written,
}

/// The question of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What the page prints after "Q:".
    pub text: String,
    /// Every word that was said, as it was said.
    pub verbatim: String,
    /// From its first to its last word; the start is snapped to the end of the silence before it.
    #[serde(flatten)]
    pub span: Span,
    /// How it reached the panel.
    pub source: QuestionSource,
    /// The asker's name as spoken. A personal detail: exporters never print it.
    pub asker: Option<String>,
}

/// One stretch of an answer, by one speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerSpan {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Who, when that is known well enough.
    pub speaker: Option<PersonId>,
}

/// The answer of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What the page prints after "A:": the words that were said, without fillers and false starts, corrected as the
    /// glossary says.
    pub paragraphs: Vec<String>,
    /// Every word that was said, as it was said.
    pub verbatim: String,
    /// From its first to its last word; the start is snapped to the end of the silence before it.
    #[serde(flatten)]
    pub span: Span,
    /// The stretches that it consists of, in order, without what was cut out.
    pub spans: Vec<AnswerSpan>,
}

/// Whose answer it is, as printed below it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Credit {
    /// The person in the roster.
    pub person: PersonId,
    /// "Jane Doe", without titles.
    pub name: String,
    /// "MD, PhD"; empty for none.
    pub credentials: String,
    /// The title on the day the webinar was held; empty for none.
    pub title: String,
    /// The institution on that day; empty for none.
    pub affiliation: String,
    /// How sure it is that this person speaks, 0 to 1.
    pub confidence: f32,
}

/// Addresses that jump to the entry in the published recording. Whole seconds, rounded down at starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// To the answer's first word.
    pub answer: String,
    /// To the question's first word.
    pub question: String,
    /// To the answer, short.
    pub short: String,
    /// For a player that loads on click, from the answer's start to its end.
    pub embed: String,
}

impl Links {
    /// The addresses for an entry of video `id`.
    #[must_use]
    pub fn new(id: &YoutubeId, question: Millis, answer: Span) -> Self {
        let (start, end) = (answer.start.floor_seconds(), answer.end.ceil_seconds());
        Self {
            answer: Self::watch(id, answer.start),
            question: Self::watch(id, question),
            short: format!("https://youtu.be/{id}?t={start}"),
            embed: format!("https://www.youtube-nocookie.com/embed/{id}?start={start}&end={end}"),
        }
    }

    /// The address that plays video `id` from the second of `at` on.
    #[must_use]
    pub fn watch(id: &YoutubeId, at: Millis) -> String {
        format!("https://www.youtube.com/watch?v={id}&t={}s", at.floor_seconds())
    }
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// The pair may be cut wrongly or be no pair.
    Lint,
    /// A word whose misrecognition would change the medicine.
    Risk,
    /// A personal detail of an asker.
    Privacy,
    /// It is unclear whom to credit.
    Credit,
}

/// A finding for the editor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Its kind.
    pub kind: FlagKind,
    /// A stable name of the check, such as `asker-name`.
    pub code: String,
    /// What was found and what to do, for a person.
    pub message: String,
    /// Where it sounds, from here …
    pub start: Millis,
    /// … to here.
    pub end: Millis,
    /// The words that it is about, as printed.
    pub text: String,
    /// Whether the entry can't be approved before a person resolves it.
    pub blocking: bool,
    /// How a person resolved it, in words; `None` while open.
    pub resolved: Option<String>,
}

/// Where in an entry something was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corrected {
    /// In the printed question.
    Question,
    /// In the printed answer.
    Answer,
}

/// A place of the printed text that is not as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// As it was.
    pub from: String,
    /// As it is now.
    pub to: String,
    /// When its words sound.
    #[serde(flatten)]
    pub span: Span,
    /// Where it stands.
    #[serde(rename = "in")]
    pub place: Corrected,
    /// What changed it.
    #[serde(default, skip_serializing_if = "CorrectedBy::is_glossary")]
    pub by: CorrectedBy,
}

/// What changes printed text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectedBy {
    /// The glossary's table.
    #[default]
    Glossary,
    /// A pronoun of a question that somebody else read means the asker.
    Pronoun,
}

impl CorrectedBy {
    fn is_glossary(&self) -> bool {
        *self == Self::Glossary
    }
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Given once, kept for ever.
    pub id: EntryId,
    /// Where it stands.
    pub status: Status,
    /// What was asked.
    pub question: Question,
    /// What was answered; `None` exactly for [`Status::Unanswered`] questions.
    pub answer: Option<Answer>,
    /// Whose answer it is, in order of speaking.
    pub credits: Vec<Credit>,
    /// Addresses in the published recording; `None` while its YouTube id is not known, or where the video lacks some of
    /// the question or the answer.
    pub links: Option<Links>,
    /// Findings for the editor.
    pub flags: Vec<Flag>,
    /// What the glossary changed in the printed text, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// How likely it is that this is an audience question with its whole answer, 0 to 1.
    pub confidence: f32,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// Why it was withdrawn, for the page; `None` while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// When its content last changed.
    pub updated_at: Timestamp,
    /// SHA-256 of its content; equal hashes mean that nothing a reader sees has changed.
    pub content_hash: Digest,
}

/// An entry that may be handed to an exporter: approved with nothing open, or a draft that says so visibly.
///
/// The only ways to make one are [`Entry::approved`] and [`Entry::as_visible_draft`].
#[derive(Debug, Clone, Copy)]
pub struct Publishable<'a> {
    entry: &'a Entry,
    answer: &'a Answer,
    draft: bool,
}

/// Why an entry may not be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPublishable {
    /// Nobody approved it.
    #[error("it is not approved yet")]
    NotApproved,
    /// A blocking finding is open.
    #[error("a finding is still open: {0}")]
    Blocked(String),
    /// Nobody is credited.
    #[error("nobody is credited for the answer")]
    NoCredit,
    /// There is no answer.
    #[error("the question was not answered")]
    NoAnswer,
}

impl Entry {
    /// The entry for publication.
    ///
    /// # Errors
    /// When it isn't approved, lacks an answer or a credit, or has an open flag that blocks or is about a personal detail.
    pub fn approved(&self) -> Result<Publishable<'_>, NotPublishable> {
        let answer = self.answer.as_ref().ok_or(NotPublishable::NoAnswer)?;
        if self.status != Status::Approved {
            return Err(NotPublishable::NotApproved);
        }
        let holds = |flag: &&Flag| flag.resolved.is_none() && (flag.blocking || flag.kind == FlagKind::Privacy);
        if let Some(flag) = self.flags.iter().find(holds) {
            return Err(NotPublishable::Blocked(flag.message.clone()));
        }
        if self.credits.is_empty() {
            return Err(NotPublishable::NoCredit);
        }
        Ok(Publishable { entry: self, answer, draft: false })
    }

    /// The entry for `--drafts`, marked as a draft unless it could be published as it is.
    ///
    /// # Errors
    /// When there is nothing to show: no answer, or a person dismissed or withdrew it.
    pub fn as_visible_draft(&self) -> Result<Publishable<'_>, NotPublishable> {
        if let Ok(publishable) = self.approved() {
            return Ok(publishable);
        }
        let answer = self.answer.as_ref().ok_or(NotPublishable::NoAnswer)?;
        match self.status {
            Status::Dismissed | Status::Withdrawn | Status::Unanswered | Status::Possible => {
                Err(NotPublishable::NotApproved)
            }
            Status::NeedsReview | Status::Draft | Status::Approved => {
                Ok(Publishable { entry: self, answer, draft: true })
            }
        }
    }
}

impl<'a> Publishable<'a> {
    /// The entry.
    #[must_use]
    pub fn entry(self) -> &'a Entry {
        self.entry
    }

    /// Its answer.
    #[must_use]
    pub fn answer(self) -> &'a Answer {
        self.answer
    }

    /// Whether it must be marked as a draft.
    #[must_use]
    pub fn is_draft(self) -> bool {
        self.draft
    }
}

/// What an export says of the episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpisodeHead {
    /// The episode's id.
    pub id: EpisodeId,
    /// The series' name.
    pub series: String,
    /// The episode's title.
    pub title: String,
    /// The day on which the webinar was held; `None` until a person states it.
    pub held_on: Option<Date>,
    /// The video's id.
    pub youtube_id: Option<YoutubeId>,
    /// The video's address.
    pub recording_url: Option<String>,
    /// What the video lacks of the recording. Links are on the video's clock, all other times on the recording's.
    #[serde(default, skip_serializing_if = "VideoCut::is_none")]
    pub video_cut: VideoCut,
    /// The recording's length.
    pub duration: Millis,
    /// Two-letter code of the language.
    pub language: String,
}

/// What made the entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// This program's version.
    pub spinetime: String,
    /// The speech model.
    pub model: String,
    /// SHA-256 of its file.
    pub model_sha256: Digest,
    /// SHA-256 of the recording.
    pub source_sha256: Digest,
}

/// An entry that was there once: its id is never given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The id.
    pub id: EntryId,
    /// When the entry disappeared.
    pub at: Timestamp,
}

/// An entry as drafted, with what proves and explains it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftEntry {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// The question's words in the transcript.
    pub question_words: Vec<Range<usize>>,
    /// The answer's words in the transcript.
    pub answer_words: Vec<Range<usize>>,
    /// What spoke for the pair, in words, strongest first.
    pub reasons: Vec<String>,
}

/// The machine's proposal (`draft.json`): regenerated freely, never touched by people's edits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The episode.
    pub episode: EpisodeHead,
    /// Its entries, in order of time.
    pub entries: Vec<DraftEntry>,
    /// What disappeared from earlier drafts.
    pub tombstones: Vec<Tombstone>,
    /// Everybody in the roster as credited on the day of the webinar: whom an editor can name.
    #[serde(default)]
    pub people: Vec<Credit>,
    /// What made them.
    pub provenance: Provenance,
}

/// The entries as they stand: the draft with people's edits (`entries.json`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entries {
    /// The episode.
    pub episode: EpisodeHead,
    /// Its entries, in order of time.
    pub entries: Vec<Entry>,
    /// Ids that must not be shown any more.
    pub tombstones: Vec<Tombstone>,
    /// What made them.
    pub provenance: Provenance,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_never_point_behind_the_first_word() {
        let id = "SpineTime01".parse().unwrap();
        let links = Links::new(&id, Millis(754_999), Span::new(Millis(762_140), Millis(840_001)));
        assert_eq!(links.question, "https://www.youtube.com/watch?v=SpineTime01&t=754s");
        assert_eq!(links.short, "https://youtu.be/SpineTime01?t=762");
        assert_eq!(links.embed, "https://www.youtube-nocookie.com/embed/SpineTime01?start=762&end=841");
    }
}
