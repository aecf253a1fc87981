//! What the pages show: an episode's entries and transcript in the words and numbers of a template.

mod recording;

pub use recording::{SentenceView, Stretch, TurnView, VoiceView, WordsView};
pub(in crate::review) use recording::{is_video, timeline, turns, voices, words};

use super::desk::Version;
use crate::draft::Fold;
use crate::model::{
    Answer, Credit, DraftEntry, Entry, EntryId, EpisodeHead, Fact, Flag, FlagKind, PersonId, QuestionSource, Status,
    Transcript,
};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;

/// How many entries are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The machine is unsure.
    pub needs_review: usize,
    /// Nobody has looked yet.
    pub draft: usize,
    /// May be published.
    pub approved: usize,
    /// Was published and is not valid any more.
    pub withdrawn: usize,
    /// Nobody answered.
    pub unanswered: usize,
    /// Likelier to be none.
    pub possible: usize,
    /// Is none.
    pub dismissed: usize,
    /// Findings of live entries that nobody has resolved.
    pub open_flags: usize,
}

impl Counts {
    /// Of these entries.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut counts = Self::default();
        for entry in entries {
            let place = match entry.status {
                Status::NeedsReview => &mut counts.needs_review,
                Status::Draft => &mut counts.draft,
                Status::Approved => &mut counts.approved,
                Status::Withdrawn => &mut counts.withdrawn,
                Status::Unanswered => &mut counts.unanswered,
                Status::Possible => &mut counts.possible,
                Status::Dismissed => &mut counts.dismissed,
            };
            *place += 1;
            if !matches!(entry.status, Status::Possible | Status::Dismissed) {
                counts.open_flags += entry.flags.iter().filter(|flag| flag.resolved.is_none()).count();
            }
        }
        counts
    }
}

/// The episode's page.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// The episode.
    pub episode: EpisodeHead,
    /// How much later the published video begins than the recording, in seconds.
    pub head_cut: f64,
    /// What people state about it.
    pub facts: BTreeMap<Fact, Option<String>>,
    /// The ids of the experts whom people state.
    pub experts: Vec<PersonId>,
    /// What it shows.
    pub version: Version,
    /// Who edits.
    pub editor: String,
    /// Whether nobody may.
    pub read_only: bool,
    /// Whether a new draft is being made.
    pub redrafting: bool,
    /// Whether the recording is kept on this computer.
    pub has_media: bool,
    /// Whether it has a picture.
    pub video: bool,
    /// Where the page gets it.
    pub media_url: String,
    /// What would be taken back.
    pub undo: Option<String>,
    /// What would come back.
    pub redo: Option<String>,
    /// How many entries are where.
    pub counts: Counts,
    /// Edits that could not be laid over the draft, as sentences.
    pub conflicts: Vec<String>,
    /// Whom an answer can be credited to.
    pub people: Vec<Credit>,
    /// The voices.
    pub voices: Vec<VoiceView>,
    /// What the episode consists of.
    pub timeline: Vec<Stretch>,
    /// The transcript.
    pub turns: Vec<TurnView>,
    /// The entries.
    pub entries: Vec<EntryView>,
}

/// An entry on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryView {
    /// Its id.
    pub id: EntryId,
    /// Where it stands.
    pub status: Status,
    /// The same in words.
    pub status_words: &'static str,
    /// What was asked.
    pub question: QuestionView,
    /// What was answered.
    pub answer: Option<AnswerView>,
    /// Whose answer it is.
    pub credits: Vec<Credit>,
    /// The same by roster id.
    pub people: Vec<PersonId>,
    /// Addresses in the published recording.
    pub links: Option<crate::model::Links>,
    /// How sure the machine is, in percent.
    pub confidence_percent: u8,
    /// What spoke for it.
    pub reasons: Vec<String>,
    /// What to look at.
    pub flags: Vec<FlagView>,
    /// How many findings are open.
    pub open: OpenFlags,
    /// Why it can't be approved, as sentences.
    pub blockers: Vec<String>,
    /// Whether it can be approved now.
    pub can_approve: bool,
    /// The texts as the machine drafted them.
    pub original: OriginalView,
    /// Whether a person wrote the question.
    pub question_edited: bool,
    /// Whether a person wrote the answer.
    pub answer_edited: bool,
    /// How the question differs from the draft; empty when it does not.
    pub question_diff: Vec<DiffView>,
    /// How the answer differs from the draft, paragraph by paragraph; empty when it does not.
    pub answer_diff: Vec<Vec<DiffView>>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When, in UTC.
    pub approved_at: Option<String>,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    /// What was printed in place of what was heard.
    pub corrections: Vec<crate::model::Correction>,
    /// When its content last changed, in UTC.
    pub updated_at: String,
    /// Whether a person added it.
    pub made_by_hand: bool,
}

/// A question on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionView {
    /// As printed.
    pub text: String,
    /// Word for word.
    pub verbatim: String,
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends.
    pub end: f64,
    /// When it begins, as "1:02:03".
    pub clock: String,
    /// How it reached the panel.
    pub source_words: &'static str,
    /// Who asked, as spoken. Never published.
    pub asker: Option<String>,
    /// Whether it was only written, so that it has no time of its own.
    pub written: bool,
}

/// An answer on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerView {
    /// As printed.
    pub paragraphs: Vec<String>,
    /// The same with an empty line between two paragraphs.
    pub text: String,
    /// Word for word.
    pub verbatim: String,
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends.
    pub end: f64,
    /// When it begins, as "1:02:03".
    pub clock: String,
    /// When it ends.
    pub end_clock: String,
    /// Its stretches.
    pub spans: Vec<crate::model::AnswerSpan>,
    /// What is cut out of it.
    pub gaps: Vec<GapView>,
}

/// What is cut out of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GapView {
    /// From here, in seconds …
    pub start: f64,
    /// … to here.
    pub end: f64,
    /// What is said there.
    pub text: String,
}

/// A finding on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlagView {
    /// Its number in the entry, from 1.
    pub number: usize,
    /// Its kind.
    pub kind: FlagKind,
    /// The same in words.
    pub kind_words: &'static str,
    /// Its stable name.
    pub code: String,
    /// What was found and what to do.
    pub message: String,
    /// The words that it is about.
    pub text: String,
    /// From here, in seconds …
    pub start: f64,
    /// … to here.
    pub end: f64,
    /// Where it sounds, as "1:02:03".
    pub clock: String,
    /// Whether the entry can't be approved before it is resolved.
    pub blocking: bool,
    /// How it was resolved.
    pub resolved: Option<String>,
    /// All of it, to be sent back.
    pub raw: Flag,
}

/// How many findings are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OpenFlags {
    /// That must be resolved.
    pub blocking: usize,
    /// That may be checked.
    pub other: usize,
}

/// The texts as the machine drafted them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OriginalView {
    /// The question.
    pub question: String,
    /// The answer.
    pub paragraphs: Vec<String>,
}

/// A part of a text that was edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffView {
    /// "same", "add" or "remove".
    pub op: &'static str,
    /// The words.
    pub text: String,
}

impl EntryView {
    /// Of an entry as it stands, with what the machine drafted.
    pub(super) fn of(entry: &Entry, fold: &Fold, transcript: &Transcript) -> Self {
        let drafted = fold.drafted(&entry.id);
        let (machine, made_by_hand) =
            (drafted.map(|(machine, _)| machine), drafted.is_some_and(|(_, by_hand)| by_hand));
        let original = OriginalView {
            question: machine.map_or_else(String::new, |machine| machine.entry.question.text.clone()),
            paragraphs: machine.and_then(|m| m.entry.answer.as_ref()).map(|a| a.paragraphs.clone()).unwrap_or_default(),
        };
        let paragraphs = entry.answer.as_ref().map(|answer| answer.paragraphs.as_slice()).unwrap_or_default();
        let question_edited = machine.is_some() && original.question != entry.question.text;
        let answer_edited = machine.is_some() && original.paragraphs != paragraphs;
        let blockers = blockers(entry);
        let open = |blocking: bool| {
            entry.flags.iter().filter(|flag| flag.resolved.is_none() && flag.blocking == blocking).count()
        };
        Self {
            id: entry.id.clone(),
            status: entry.status,
            status_words: status_words(entry.status),
            question: QuestionView {
                text: entry.question.text.clone(),
                verbatim: entry.question.verbatim.clone(),
                start: entry.question.span.start.seconds(),
                end: entry.question.span.end.seconds(),
                clock: entry.question.span.start.to_string(),
                source_words: source_words(entry.question.source),
                asker: entry.question.asker.clone(),
                written: entry.question.source == QuestionSource::Written,
            },
            answer: entry.answer.as_ref().map(|answer| answer_view(answer, machine, transcript)),
            credits: entry.credits.clone(),
            people: entry.credits.iter().map(|credit| credit.person.clone()).collect(),
            links: entry.links.clone(),
            confidence_percent: (100.0 * entry.confidence.clamp(0.0, 1.0)).round() as u8,
            reasons: machine.map(|machine| machine.reasons.clone()).unwrap_or_default(),
            flags: (1..).zip(&entry.flags).map(|(number, flag)| flag_view(number, flag)).collect(),
            open: OpenFlags { blocking: open(true), other: open(false) },
            can_approve: blockers.is_empty() && entry.status != Status::Approved,
            blockers,
            question_diff: if question_edited { diff(&original.question, &entry.question.text) } else { Vec::new() },
            answer_diff: if answer_edited { diff_paragraphs(&original.paragraphs, paragraphs) } else { Vec::new() },
            original,
            question_edited,
            answer_edited,
            approved_by: entry.approved_by.clone(),
            approved_at: entry.approved_at.map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string()),
            withdrawn: entry.withdrawn.clone(),
            corrections: entry.corrections.clone(),
            updated_at: entry.updated_at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            made_by_hand,
        }
    }
}

fn answer_view(answer: &Answer, machine: Option<&DraftEntry>, transcript: &Transcript) -> AnswerView {
    let runs = machine.map(|machine| machine.answer_words.as_slice()).unwrap_or_default();
    let gap = |words: std::ops::Range<usize>| {
        let span = transcript.span_of_words(words.clone())?;
        let (start, end) = (span.start.seconds(), span.end.seconds());
        Some(GapView { start, end, text: transcript.text(words) })
    };
    AnswerView {
        paragraphs: answer.paragraphs.clone(),
        text: answer.paragraphs.join("\n\n"),
        verbatim: answer.verbatim.clone(),
        start: answer.span.start.seconds(),
        end: answer.span.end.seconds(),
        clock: answer.span.start.to_string(),
        end_clock: answer.span.end.to_string(),
        spans: answer.spans.clone(),
        gaps: runs.windows(2).filter_map(|two| gap(two[0].end..two[1].start)).collect(),
    }
}

fn flag_view(number: usize, flag: &Flag) -> FlagView {
    FlagView {
        number,
        kind: flag.kind,
        kind_words: match flag.kind {
            FlagKind::Lint => "is it cut right",
            FlagKind::Risk => "listen closely",
            FlagKind::Privacy => "personal detail",
            FlagKind::Credit => "who answers",
        },
        code: flag.code.clone(),
        message: flag.message.clone(),
        text: flag.text.clone(),
        start: flag.start.seconds(),
        end: flag.end.seconds(),
        clock: flag.start.to_string(),
        blocking: flag.blocking,
        resolved: flag.resolved.clone(),
        raw: flag.clone(),
    }
}

/// Why an entry can't be approved, each reason once.
fn blockers(entry: &Entry) -> Vec<String> {
    let mut blockers: Vec<String> = Vec::new();
    match entry.status {
        Status::Dismissed => blockers.push("It was dismissed: restore it first.".into()),
        Status::Withdrawn => blockers.push("It was withdrawn: restore it first.".into()),
        Status::Possible => blockers.push("It is only possibly a question: accept it first.".into()),
        Status::Unanswered => blockers.push("Nobody answers the question: set where the answer is.".into()),
        Status::NeedsReview | Status::Draft | Status::Approved => {}
    }
    if entry.answer.is_some() && entry.credits.is_empty() {
        blockers.push("Nobody is credited: choose who answers.".into());
    }
    for flag in entry.flags.iter().filter(|flag| flag.blocking && flag.resolved.is_none()) {
        let told = flag.text.is_empty() || flag.message.contains(&flag.text);
        let about = if told { String::new() } else { format!(" (\u{201c}{}\u{201d})", flag.text) };
        let blocker = format!("{}{about}", flag.message);
        if !blockers.contains(&blocker) {
            blockers.push(blocker);
        }
    }
    blockers
}

/// A status as people read it.
#[must_use]
pub fn status_words(status: Status) -> &'static str {
    match status {
        Status::NeedsReview => "needs review",
        Status::Draft => "ready to check",
        Status::Approved => "approved",
        Status::Withdrawn => "withdrawn",
        Status::Unanswered => "not answered",
        Status::Possible => "possible",
        Status::Dismissed => "dismissed",
    }
}

fn source_words(source: QuestionSource) -> &'static str {
    match source {
        QuestionSource::ReadByHost => "read aloud",
        QuestionSource::Live => "asked live",
        QuestionSource::Chat => "from the chat",
        QuestionSource::Written => "sent in writing, not read aloud",
    }
}

/// How `new` differs from `old`, word by word.
fn diff(old: &str, new: &str) -> Vec<DiffView> {
    let mut parts: Vec<DiffView> = Vec::new();
    for change in TextDiff::from_words(old, new).iter_all_changes() {
        let op = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Insert => "add",
            ChangeTag::Delete => "remove",
        };
        match parts.last_mut().filter(|last| last.op == op) {
            Some(last) => last.text.push_str(change.value()),
            None => parts.push(DiffView { op, text: change.value().to_owned() }),
        }
    }
    parts
}

/// The same for paragraphs: those at the same place are compared, the more of one side stand alone.
fn diff_paragraphs(old: &[String], new: &[String]) -> Vec<Vec<DiffView>> {
    let at = |list: &[String], i: usize| list.get(i).cloned().unwrap_or_default();
    (0..old.len().max(new.len())).map(|i| diff(&at(old, i), &at(new, i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_word_by_word() {
        let parts = diff("Do not run on ice.", "Do not run on snow or ice.");
        let told: Vec<String> = parts.iter().map(|part| format!("{}:{}", part.op, part.text)).collect();
        assert_eq!(told, ["same:Do not run on ", "add:snow or ", "same:ice."]);
        let whole: String = parts.iter().filter(|part| part.op != "remove").map(|part| part.text.as_str()).collect();
        assert_eq!(whole, "Do not run on snow or ice.");
        assert_eq!(
            diff_paragraphs(&["a".into()], &["a".into(), "b".into()])[1],
            [DiffView { op: "add", text: "b".into() }]
        );
    }
}
