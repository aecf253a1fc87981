//! People's edits over the draft: a fold that loses nothing.
//!
//! An edit always wins over what the machine drafts, now or later. What can't be applied comes back as a [`Conflict`]
//! with its edit. An approval holds as long as the machine changes nothing under it: a person's own later edits keep
//! it, unless they open a blocking finding or leave nobody credited; a new draft with another content that is younger
//! than the approval ends it, and the approval comes back as a conflict.

use super::codes::Code;
use super::details::Known;
use super::privacy::{Timed, answer_flags, question_flags};
use super::words::low;
use super::{content, links, standing};
use crate::model::{
    AnswerSpan, Change, Corrected, Draft, DraftEntry, Edit, Entries, Entry, Flag, FlagKind, Millis, PersonId, Span,
    Status,
};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// An edit that could not be applied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// The edit, whole.
    pub edit: Edit,
    /// Why it could not be applied.
    pub reason: ConflictReason,
}

impl fmt::Display for Conflict {
    /// One sentence: which edit, and why not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Edit { seq, editor, entry, .. } = &self.edit;
        let entry = entry.as_ref().map_or("the episode".to_owned(), ToString::to_string);
        write!(f, "edit {seq} by {editor} to {entry} was not applied: {}", self.reason)
    }
}

/// Why an edit could not be applied; its `Display` is a sentence for the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConflictReason {
    /// The entry isn't there any more, or never was.
    #[error("the entry is not in the draft any more")]
    EntryGone,
    /// The finding that was resolved isn't there any more.
    #[error("the finding \"{code}\" is not there any more")]
    FlagGone {
        /// The finding's code.
        code: String,
    },
    /// A finding was resolved without a reason.
    #[error("no reason is given for resolving the finding")]
    NoReason,
    /// Somebody who isn't in the roster was named.
    #[error("{person} is not in the roster: add that person to roster.toml and draft the episode again")]
    UnknownPerson {
        /// The id that was given.
        person: PersonId,
    },
    /// The entry can't be approved as it stands.
    #[error("it can't be approved: {why_not}")]
    NotReady {
        /// What stands against it.
        why_not: String,
    },
    /// The machine changed the entry after it was approved.
    #[error("the entry changed after it was approved: look at it again, then approve it again")]
    ChangedSince {
        /// When it changed.
        at: Timestamp,
    },
    /// The question has no answer to be edited.
    #[error("the question has no answer")]
    NoAnswer,
    /// The new text is empty.
    #[error("the new text is empty")]
    Blank,
    /// The new time is empty or lies behind the recording's end.
    #[error("the new time does not lie in the recording")]
    OutsideRecording,
    /// The entry was dismissed or withdrawn.
    #[error("the entry was dismissed or withdrawn: restore it first")]
    PutAway,
}

/// The entries as they stand: `draft` with `edits` applied in the order of their numbers, and the edits that could not be.
///
/// Pure: the same draft and edits give the same entries; each edit is either applied or in a conflict.
#[must_use]
pub fn apply(draft: &Draft, edits: &[Edit]) -> (Entries, Vec<Conflict>) {
    let mut entries: Vec<Entry> = draft.entries.iter().map(|drafted| drafted.entry.clone()).collect();
    let places: HashMap<String, usize> =
        entries.iter().enumerate().map(|(i, entry)| (entry.id.as_str().to_owned(), i)).collect();
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.seq);
    let mut conflicts = Vec::new();
    for edit in ordered {
        if edit.names_voice() {
            // The draft was made with it.
            continue;
        }
        let outcome = match edit.entry.as_ref().and_then(|id| places.get(id.as_str())) {
            Some(&i) => change(draft, &draft.entries[i], &mut entries[i], edit),
            None => Err(ConflictReason::EntryGone),
        };
        if let Err(reason) = outcome {
            conflicts.push(Conflict { edit: edit.clone(), reason });
        }
    }
    entries.sort_by(|a, b| a.question.span.cmp(&b.question.span).then_with(|| a.id.cmp(&b.id)));
    let whole = Entries {
        episode: draft.episode.clone(),
        entries,
        tombstones: draft.tombstones.clone(),
        provenance: draft.provenance.clone(),
    };
    (whole, conflicts)
}

/// Applies one edit, or leaves the entry as it was.
fn change(draft: &Draft, drafted: &DraftEntry, entry: &mut Entry, edit: &Edit) -> Result<(), ConflictReason> {
    match &edit.change {
        Change::SetQuestion { text } => set_question(draft, entry, text)?,
        Change::SetAnswer { paragraphs } => set_answer(draft, entry, paragraphs)?,
        Change::SetQuestionTime { span } => entry.question.span = inside(draft, *span)?,
        Change::SetAnswerTime { span } => set_answer_time(draft, entry, *span)?,
        Change::SetSpeakers { people } => set_speakers(draft, entry, people, &edit.editor)?,
        Change::ResolveFlag { flag, how } => {
            let how = how.trim();
            if how.is_empty() {
                return Err(ConflictReason::NoReason);
            }
            resolve(entry, flag, Some(how))?;
        }
        Change::ReopenFlag { flag } => resolve(entry, flag, None)?,
        Change::Approve => approve(drafted, entry, edit)?,
        Change::SendBack => {
            if entry.status == Status::Approved {
                unapprove(entry);
            }
        }
        Change::Accept => {
            if entry.status == Status::Possible {
                entry.status = standing(entry);
            }
        }
        Change::Withdraw { reason } => {
            if entry.answer.is_none() {
                return Err(ConflictReason::NoAnswer);
            }
            entry.status = Status::Withdrawn;
            entry.withdrawn = Some(reason.trim().to_owned());
        }
        Change::Dismiss => {
            unapprove(entry);
            entry.status = Status::Dismissed;
            entry.withdrawn = None;
        }
        // The draft was made with it: the loop does not come here.
        Change::NameVoice { .. } => return Ok(()),
        Change::Restore => {
            if matches!(entry.status, Status::Dismissed | Status::Withdrawn) {
                unapprove(entry);
                entry.withdrawn = None;
            }
        }
    }
    settle(draft, entry, edit.time);
    Ok(())
}

/// Brings everything that follows from the content up to it.
fn settle(draft: &Draft, entry: &mut Entry, time: Timestamp) {
    entry.links = links(&draft.episode, entry);
    match entry.status {
        Status::Approved if entry.approved().is_err() => unapprove(entry),
        Status::Draft | Status::NeedsReview | Status::Unanswered => entry.status = standing(entry),
        Status::Approved | Status::Withdrawn | Status::Dismissed | Status::Possible => {}
    }
    let hash = content::hash(entry);
    if hash != entry.content_hash {
        entry.content_hash = hash;
        entry.updated_at = entry.updated_at.max(time);
    }
}

fn unapprove(entry: &mut Entry) {
    entry.approved_by = None;
    entry.approved_at = None;
    entry.status = standing(entry);
}

fn approve(drafted: &DraftEntry, entry: &mut Entry, edit: &Edit) -> Result<(), ConflictReason> {
    if matches!(entry.status, Status::Dismissed | Status::Withdrawn) {
        return Err(ConflictReason::PutAway);
    }
    if drafted.entry.updated_at > edit.time {
        return Err(ConflictReason::ChangedSince { at: drafted.entry.updated_at });
    }
    let before = std::mem::replace(&mut entry.status, Status::Approved);
    if let Err(error) = entry.approved() {
        entry.status = before;
        return Err(ConflictReason::NotReady { why_not: error.to_string() });
    }
    entry.approved_by = Some(edit.editor.clone());
    entry.approved_at = Some(edit.time);
    Ok(())
}

fn set_question(draft: &Draft, entry: &mut Entry, text: &str) -> Result<(), ConflictReason> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ConflictReason::Blank);
    }
    text.clone_into(&mut entry.question.text);
    let span = entry.question.span;
    let found = question_flags(&timed(text, span), &timed(&entry.question.verbatim, span), &known(draft, entry));
    renew(entry, &["-in-question", "-in-verbatim"], found, text, span);
    keep_corrections(entry, Corrected::Question, text);
    // A person has written it: there is one.
    entry.flags.retain(|flag| flag.code != Code::NoShortQuestion.name());
    Ok(())
}

fn set_answer(draft: &Draft, entry: &mut Entry, paragraphs: &[String]) -> Result<(), ConflictReason> {
    let paragraphs: Vec<String> =
        paragraphs.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    let known = known(draft, entry);
    let answer = entry.answer.as_mut().ok_or(ConflictReason::NoAnswer)?;
    if paragraphs.is_empty() {
        return Err(ConflictReason::Blank);
    }
    let (text, span) = (paragraphs.join(" "), answer.span);
    answer.paragraphs = paragraphs;
    let found = answer_flags(&timed(&text, span), &known);
    renew(entry, &["-in-answer"], found, &text, span);
    keep_corrections(entry, Corrected::Answer, &text);
    Ok(())
}

/// Replaces the privacy findings with these suffixes by `found`, keeping what was decided and where they sound, and
/// drops the risky places within `span` that the new text doesn't have.
fn renew(entry: &mut Entry, suffixes: &[&str], found: Vec<Flag>, text: &str, span: Span) {
    let about =
        |flag: &Flag| flag.kind == FlagKind::Privacy && suffixes.iter().any(|suffix| flag.code.ends_with(suffix));
    let (old, mut flags): (Vec<Flag>, Vec<Flag>) = std::mem::take(&mut entry.flags).into_iter().partition(about);
    let text = plain(text);
    flags.retain(|flag| {
        let here = flag.kind == FlagKind::Risk && span.start <= flag.start && flag.end <= span.end;
        !here || text.contains(&plain(&flag.text))
    });
    let mut renewed = found;
    for flag in &mut renewed {
        let detail = |old: &&Flag| old.text == flag.text;
        if let Some(old) = old.iter().find(|old| old.code == flag.code && old.text == flag.text) {
            *flag = old.clone();
        } else if let Some(old) = old.iter().find(detail) {
            (flag.start, flag.end) = (old.start, old.end);
        }
    }
    renewed.append(&mut flags);
    entry.flags = renewed;
}

/// Drops the corrections that a person's text has no more.
fn keep_corrections(entry: &mut Entry, place: Corrected, text: &str) {
    let text = plain(text);
    entry.corrections.retain(|correction| correction.place != place || text.contains(&plain(&correction.to)));
}

/// Words in lower case without marks, spaces at both ends.
fn plain(text: &str) -> String {
    format!(" {} ", text.split_whitespace().map(low).collect::<Vec<_>>().join(" "))
}

fn timed(text: &str, span: Span) -> Vec<Timed<'_>> {
    text.split_whitespace().map(|text| Timed { text, span, probability: 1.0 }).collect()
}

/// Public names, the asker's name, and every detail that was found in this entry.
fn known(draft: &Draft, entry: &Entry) -> Known {
    let public = draft.people.iter().map(|person| person.name.as_str());
    let mut known = Known::new(public.chain([draft.episode.series.as_str()]));
    if let Some(asker) = &entry.question.asker {
        known.asker(asker);
    }
    for flag in &entry.flags {
        known.learn_flag(flag);
    }
    known
}

fn inside(draft: &Draft, span: Span) -> Result<Span, ConflictReason> {
    let possible = span.length() > Millis::ZERO && span.start < draft.episode.duration;
    if possible { Ok(span) } else { Err(ConflictReason::OutsideRecording) }
}

fn set_answer_time(draft: &Draft, entry: &mut Entry, span: Span) -> Result<(), ConflictReason> {
    let answer = entry.answer.as_mut().ok_or(ConflictReason::NoAnswer)?;
    answer.span = inside(draft, span)?;
    let speaker = answer.spans.first().and_then(|first| first.speaker.clone());
    let lone = answer.spans.iter().all(|part| part.speaker == speaker);
    answer.spans.retain_mut(|part| {
        let kept = part.span.overlap(span) > Millis::ZERO;
        part.span = Span::new(part.span.start.max(span.start), part.span.end.min(span.end));
        kept
    });
    if answer.spans.is_empty() {
        answer.spans.push(AnswerSpan { span, speaker: speaker.filter(|_| lone) });
    }
    if let Some(first) = answer.spans.first_mut() {
        first.span = Span::new(span.start, first.span.end);
    }
    if let Some(last) = answer.spans.last_mut() {
        last.span = Span::new(last.span.start, span.end);
    }
    Ok(())
}

fn set_speakers(draft: &Draft, entry: &mut Entry, people: &[PersonId], editor: &str) -> Result<(), ConflictReason> {
    let answer = entry.answer.as_mut().ok_or(ConflictReason::NoAnswer)?;
    let mut credits = Vec::with_capacity(people.len());
    for id in people {
        let Some(credit) = draft.people.iter().find(|credit| credit.person == *id) else {
            return Err(ConflictReason::UnknownPerson { person: id.clone() });
        };
        if !credits.contains(credit) {
            credits.push(credit.clone());
        }
    }
    for part in &mut answer.spans {
        match people {
            [only] => part.speaker = Some(only.clone()),
            _ => part.speaker = part.speaker.take().filter(|speaker| people.contains(speaker)),
        }
    }
    entry.credits = credits;
    if !people.is_empty() {
        // Who answers does not tell when.
        let open = |flag: &&mut Flag| {
            flag.kind == FlagKind::Credit && flag.code != Code::Undated.name() && flag.resolved.is_none()
        };
        for flag in entry.flags.iter_mut().filter(open) {
            flag.resolved = Some(format!("{editor} named who answers"));
        }
    }
    Ok(())
}

/// Closes the finding wherever it stands in the entry, or opens it again.
fn resolve(entry: &mut Entry, flag: &Flag, how: Option<&str>) -> Result<(), ConflictReason> {
    let mut found = false;
    for same in &mut entry.flags {
        if same.kind == flag.kind && same.code == flag.code && same.text == flag.text {
            same.resolved = how.map(str::to_owned);
            found = true;
        }
    }
    if found { Ok(()) } else { Err(ConflictReason::FlagGone { code: flag.code.clone() }) }
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
mod tests {
    use super::super::trial::{LATER, Trial, edit};
    use super::*;
    use crate::model::EntryId;

    fn trial() -> Trial {
        Trial::new(&[
            "H Our next question is from Maria in Queens.",
            "H Maria fears that it is not safe to run, so is it safe?",
            "E It is safe for most people, but do not run on ice, Maria.",
        ])
        .pair(1..2, &[2..3])
    }

    fn settled(draft: &Draft, changes: Vec<Change>) -> (Entry, Vec<ConflictReason>) {
        let id: EntryId = draft.entries[0].entry.id.clone();
        let edits: Vec<Edit> = changes.into_iter().zip(1..).map(|(change, seq)| edit(seq, &id, change)).collect();
        let (mut entries, conflicts) = apply(draft, &edits);
        (entries.entries.remove(0), conflicts.into_iter().map(|conflict| conflict.reason).collect())
    }

    fn open(entry: &Entry) -> Vec<String> {
        let open = entry.flags.iter().filter(|flag| flag.blocking && flag.resolved.is_none());
        open.map(|flag| format!("{}: {}", flag.code, flag.text)).collect()
    }

    /// Every edit that clears the trial's findings.
    fn cleared(draft: &Draft) -> Vec<Change> {
        let mut changes = vec![
            Change::SetQuestion { text: "Is it safe to run?".into() },
            Change::SetAnswer { paragraphs: vec!["It is safe for most people, but do not run on ice.".into()] },
        ];
        let (entry, _) = settled(draft, changes.clone());
        changes.extend(
            entry
                .flags
                .iter()
                .filter(|f| f.blocking)
                .map(|flag| Change::ResolveFlag { flag: Box::new(flag.clone()), how: "not published".into() }),
        );
        changes
    }

    #[test]
    fn a_detail_that_is_edited_out_still_asks_about_the_word_for_word_text() {
        let draft = trial().draft();
        assert_eq!(open(&draft.entries[0].entry), ["asker-name-in-question: Maria", "asker-name-in-answer: Maria"]);
        let (entry, conflicts) = settled(&draft, cleared(&draft)[..2].to_vec());
        assert_eq!(open(&entry), ["asker-name-in-verbatim: Maria"]);
        assert!(conflicts.is_empty());
        let typed = Change::SetQuestion { text: "Is it safe to run in Queens when I'm 67?".into() };
        assert!(open(&settled(&draft, vec![typed]).0).contains(&"age-in-question: 67".to_owned()));
    }

    #[test]
    fn approval_needs_everything_decided() {
        let draft = trial().draft();
        let (entry, conflicts) = settled(&draft, vec![Change::Approve]);
        assert_eq!(entry.status, Status::NeedsReview);
        assert!(
            conflicts[0].to_string().starts_with("it can't be approved: a finding is still open"),
            "{}",
            conflicts[0]
        );
        let mut changes = cleared(&draft);
        changes.push(Change::Approve);
        let (entry, conflicts) = settled(&draft, changes.clone());
        assert_eq!((entry.status, conflicts), (Status::Approved, vec![]));
        assert_eq!((entry.approved_by.as_deref(), entry.updated_at), (Some("Wren"), LATER.parse().unwrap()));
        // A later edit keeps it, a personal detail ends it.
        changes.push(Change::SetQuestion { text: "Is running safe?".into() });
        assert_eq!(settled(&draft, changes.clone()).0.status, Status::Approved);
        changes.push(Change::SetQuestion { text: "Is running safe for Maria?".into() });
        assert_eq!(settled(&draft, changes).0.status, Status::NeedsReview);
    }

    #[test]
    fn a_possible_entry_waits_until_a_person_accepts_it() {
        let mut trial = trial();
        trial.outline.possible = std::mem::take(&mut trial.outline.pairs);
        let draft = trial.draft();
        let (entry, _) = settled(&draft, vec![]);
        assert_eq!(entry.status, Status::Possible);
        assert!(entry.as_visible_draft().is_err() && entry.approved().is_err());
        assert_eq!(settled(&draft, cleared(&draft)).0.status, Status::Possible);
        let (accepted, conflicts) = settled(&draft, vec![Change::Accept]);
        assert_eq!((accepted.status, conflicts), (Status::NeedsReview, vec![]));
        assert_eq!(settled(&draft, vec![Change::Dismiss]).0.status, Status::Dismissed);
        // When a better model takes it for a pair, it is the same entry.
        trial.outline.pairs = std::mem::take(&mut trial.outline.possible);
        let again = trial.draft_after(Some(&draft), "2026-03-05T10:00:00Z", 7);
        assert_eq!((&again.entries[0].entry.id, again.entries[0].entry.status), (&entry.id, Status::NeedsReview));
    }

    #[test]
    fn an_approval_ends_when_the_machine_changes_what_was_approved() {
        let trial = trial();
        let first = trial.draft();
        let mut changes = cleared(&first);
        changes.push(Change::Approve);
        let again = trial.draft_after(Some(&first), "2026-03-05T10:00:00Z", 7);
        assert_eq!(settled(&again, changes.clone()).0.status, Status::Approved);
        let mut other = trial.clone();
        other.transcript.words[30].text = "slopes,".into();
        let changed = other.draft_after(Some(&first), "2026-03-05T10:00:00Z", 7);
        let (entry, conflicts) = settled(&changed, changes);
        assert_eq!(entry.question.text, "Is it safe to run?", "the person's text stays");
        assert_eq!(conflicts, [ConflictReason::ChangedSince { at: "2026-03-05T10:00:00Z".parse().unwrap() }]);
        assert_eq!(entry.approved_by, None);
    }

    #[test]
    fn naming_who_answers_settles_the_credit() {
        let mut trial = trial();
        trial.speakers.sentences[2] = None;
        let draft = trial.draft();
        let name = |id: &str| Change::SetSpeakers { people: vec![id.parse().unwrap()] };
        let (entry, _) = settled(&draft, vec![name("second-expert")]);
        assert_eq!(entry.credits[0].name, "Orson Pebble");
        assert_eq!(entry.answer.unwrap().spans[0].speaker, Some("second-expert".parse().unwrap()));
        assert!(entry.flags.iter().all(|flag| flag.kind != FlagKind::Credit || flag.resolved.is_some()));
        let (_, conflicts) = settled(&draft, vec![name("nobody")]);
        assert!(matches!(conflicts[..], [ConflictReason::UnknownPerson { .. }]));
    }

    #[test]
    fn edits_of_what_is_gone_come_back_whole() {
        let draft = trial().draft();
        let mut empty = trial();
        empty.outline.pairs.clear();
        let after = empty.draft_after(Some(&draft), LATER, 7);
        let lost = edit(1, &draft.entries[0].entry.id, Change::SetQuestion { text: "Kept?".into() });
        let (entries, conflicts) = apply(&after, std::slice::from_ref(&lost));
        assert!(entries.entries.is_empty() && entries.tombstones.len() == 1);
        assert_eq!(conflicts, [Conflict { edit: lost, reason: ConflictReason::EntryGone }]);
    }

    #[test]
    fn a_finding_is_silenced_with_a_reason_as_long_as_it_comes_back_and_can_be_opened_again() {
        let trial = trial();
        let draft = trial.draft();
        let flag = Box::new(draft.entries[0].entry.flags.iter().find(|f| f.code == "negation").unwrap().clone());
        let reason = |draft: &Draft, changes: Vec<Change>| -> Vec<Option<String>> {
            let flags = settled(draft, changes).0.flags;
            flags.into_iter().filter(|f| f.code == "negation" && f.text == flag.text).map(|f| f.resolved).collect()
        };
        let silence = Change::ResolveFlag { flag: flag.clone(), how: " heard it ".into() };
        let heard = Some("heard it".to_owned());
        assert_eq!(reason(&draft, vec![silence.clone()]), std::slice::from_ref(&heard));
        // The finding comes back elsewhere and with another message.
        let mut again = trial.clone();
        again.transcript.words.iter_mut().for_each(|word| {
            word.span = Span::new(word.span.start.plus(Millis(700)), word.span.end.plus(Millis(700)));
            word.probability = 0.6;
        });
        let again = again.draft_after(Some(&draft), LATER, 7);
        assert_ne!(again.entries[0].entry.flags.iter().find(|f| f.code == "negation").unwrap().message, flag.message);
        assert_eq!(reason(&again, vec![silence.clone()]), [heard]);
        let open = Change::ReopenFlag { flag: flag.clone() };
        assert_eq!(reason(&draft, vec![silence, open]), [None]);
        let blank = Change::ResolveFlag { flag: flag.clone(), how: "  ".into() };
        assert_eq!(settled(&draft, vec![blank]).1, [ConflictReason::NoReason]);
        // Opening a blocking finding ends an approval.
        let mut changes = cleared(&draft);
        let blocking = changes.iter().find_map(|change| match change {
            Change::ResolveFlag { flag, .. } => Some(flag.clone()),
            _ => None,
        });
        changes.extend([Change::Approve, Change::ReopenFlag { flag: blocking.unwrap() }]);
        assert_eq!(settled(&draft, changes).0.status, Status::NeedsReview);
    }

    #[test]
    fn withdrawing_says_why_and_restoring_asks_for_a_new_approval() {
        let draft = trial().draft();
        let mut changes = cleared(&draft);
        changes.extend([Change::Approve, Change::Withdraw { reason: "Outdated.".into() }]);
        let (entry, _) = settled(&draft, changes.clone());
        assert_eq!((entry.status, entry.withdrawn.as_deref()), (Status::Withdrawn, Some("Outdated.")));
        assert_ne!(entry.content_hash, settled(&draft, cleared(&draft)).0.content_hash);
        changes.extend([Change::Approve, Change::Restore]);
        let (entry, conflicts) = settled(&draft, changes);
        assert_eq!((entry.status, entry.withdrawn), (Status::Draft, None));
        assert_eq!(conflicts, [ConflictReason::PutAway]);
    }

    #[test]
    fn moving_the_answer_moves_its_spans_and_links() {
        let draft = trial().draft();
        let old = draft.entries[0].entry.answer.as_ref().unwrap().span;
        let span = Span::new(old.start.plus(Millis(1000)), old.end.plus(Millis(500)));
        let (entry, _) = settled(&draft, vec![Change::SetAnswerTime { span }]);
        let answer = entry.answer.unwrap();
        assert_eq!((answer.span, answer.spans[0].span), (span, span));
        assert!(entry.links.unwrap().short.ends_with(&format!("?t={}", span.start.floor_seconds())));
        let empty = Change::SetAnswerTime { span: Span::new(span.start, span.start) };
        assert_eq!(settled(&draft, vec![empty]).1, [ConflictReason::OutsideRecording]);
    }
}
