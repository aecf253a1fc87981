//! People's edits over the draft: a fold that loses nothing.
//!
//! An edit always wins over what the machine drafts, now or later. What can't be applied comes back as a [`Conflict`]
//! with its edit. An approval holds as long as the machine changes nothing under it, else it comes back as a conflict. Later
//! edits of who approved keep it, unless they open a blocking finding or leave nobody credited; somebody else's end it.
//!
//! Where a person moves boundaries, the entry is cut anew from the transcript, and what people had written, named and
//! decided before is laid over it again.

mod conflict;
mod reshape;

pub use conflict::{Conflict, ConflictReason};

use super::codes::Code;
use super::details::Known;
use super::material::Material;
use super::privacy::{Timed, answer_flags, question_flags};
use super::words::low;
use super::{content, links, standing};
use crate::model::{
    Change, Corrected, Digest, Draft, DraftEntry, Edit, Entries, Entry, EntryId, Flag, FlagKind, PersonId, Span, Status,
};
use jiff::Timestamp;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What edits are laid over.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The machine's proposal.
    pub draft: &'a Draft,
    /// What it was cut from. Only edits for which [`Edit::cuts`] holds need it.
    pub material: Option<&'a Material>,
}

/// The entries with some edits laid over them; more can be added.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Shared between folds that differ in few entries: a fold before each edit can be kept.
    states: Vec<Arc<State>>,
    places: HashMap<EntryId, usize>,
    conflicts: Vec<Conflict>,
}

/// An entry as it stands.
#[derive(Debug, Clone)]
struct State {
    /// As the machine makes it, within the boundaries that people set.
    drafted: DraftEntry,
    /// As it is now.
    entry: Entry,
    /// What people wrote, named and decided, in order.
    decided: Vec<Edit>,
    /// Whether a person made it.
    by_hand: bool,
    /// Whether a person set its boundaries.
    cut: bool,
}

impl State {
    fn of(drafted: &DraftEntry) -> Self {
        Self { entry: drafted.entry.clone(), drafted: drafted.clone(), decided: Vec::new(), by_hand: false, cut: false }
    }

    fn words(&self) -> impl Iterator<Item = &Range<usize>> {
        self.drafted.question_words.iter().chain(&self.drafted.answer_words)
    }

    /// Whether it counts as an entry, so that others must not have the same words.
    fn is_live(&self) -> bool {
        !matches!(self.entry.status, Status::Dismissed | Status::Possible)
    }

    fn is_untouched(&self) -> bool {
        !self.by_hand && !self.cut && self.decided.is_empty()
    }
}

/// The entries as they stand: the draft with `edits` applied in the order of their numbers, without those that were taken
/// back, and the edits that could not be.
///
/// Pure: the same ground and edits give the same entries; each edit is applied, taken back, or in a conflict.
#[must_use]
pub fn apply(ground: Ground<'_>, edits: &[Edit]) -> (Entries, Vec<Conflict>) {
    let mut ordered = edits.to_vec();
    ordered.sort_by_key(|edit| edit.seq);
    let mut fold = Fold::new(ground.draft);
    for edit in crate::model::standing(&ordered) {
        fold.add(ground, &edit);
    }
    (fold.entries(ground), fold.conflicts)
}

impl Fold {
    /// The entries of a draft before any edit.
    #[must_use]
    pub fn new(draft: &Draft) -> Self {
        let states: Vec<Arc<State>> = draft.entries.iter().map(|drafted| Arc::new(State::of(drafted))).collect();
        let places = (0..).zip(&states).map(|(i, state)| (state.entry.id.clone(), i)).collect();
        Self { states, places, conflicts: Vec::new() }
    }

    /// Applies one more edit, which was not taken back, or keeps it as a conflict.
    pub fn add(&mut self, ground: Ground<'_>, edit: &Edit) {
        if edit.is_of_episode() || edit.is_of_history() {
            // The draft was made with the former; the latter say which edits come here.
            return;
        }
        if let Err(reason) = self.change(ground, edit) {
            self.conflicts.push(Conflict { edit: edit.clone(), reason });
        }
    }

    /// What could not be applied, in order.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The entry as the machine makes it within its boundaries, and whether a person made the entry.
    #[must_use]
    pub fn drafted(&self, id: &EntryId) -> Option<(&DraftEntry, bool)> {
        let state = &self.states[*self.places.get(id)?];
        Some((&state.drafted, state.by_hand))
    }

    /// The entries in order of time.
    #[must_use]
    pub fn entries(&self, ground: Ground<'_>) -> Entries {
        let mut entries: Vec<Entry> = self.states.iter().map(|state| self.shown(state)).collect();
        entries.sort_by(|a, b| a.question.span.cmp(&b.question.span).then_with(|| a.id.cmp(&b.id)));
        Entries {
            episode: ground.draft.episode.clone(),
            entries,
            tombstones: ground.draft.tombstones.clone(),
            provenance: ground.draft.provenance.clone(),
        }
    }

    /// The entry as it is shown: with regard to the others.
    fn shown(&self, state: &State) -> Entry {
        let mut entry = state.entry.clone();
        // The machine found later what a person had added before.
        if state.is_untouched()
            && state.is_live()
            && self.states.iter().any(|other| other.by_hand && is_same(other, state))
        {
            entry.status = Status::Possible;
        }
        let others = self.states.iter().filter(|other| other.entry.id != state.entry.id && other.is_live());
        let others: Vec<&Range<usize>> = others.flat_map(|other| other.words()).collect();
        let meets =
            state.words().any(|own| others.iter().any(|other| own.start.max(other.start) < own.end.min(other.end)));
        if state.cut && !meets {
            entry.flags.retain(|flag| flag.code != Code::OverlappingEntry.name());
            if matches!(entry.status, Status::NeedsReview | Status::Draft) {
                entry.status = standing(&entry);
            }
        }
        entry
    }

    fn place(&self, id: Option<&EntryId>) -> Result<usize, ConflictReason> {
        id.and_then(|id| self.places.get(id)).copied().ok_or(ConflictReason::EntryGone)
    }

    /// Applies one edit, or leaves everything as it was.
    fn change(&mut self, ground: Ground<'_>, edit: &Edit) -> Result<(), ConflictReason> {
        if edit.cuts() {
            return self.reshape(ground, edit);
        }
        let place = self.place(edit.entry.as_ref())?;
        let state = Arc::make_mut(&mut self.states[place]);
        let mut entry = state.entry.clone();
        change(ground.draft, &state.drafted, &mut entry, edit)?;
        settle(ground.draft, &mut entry, edit.time);
        end_approval(&state.entry, &mut entry, &edit.editor);
        state.entry = entry;
        if is_decision(&edit.change) {
            state.decided.push(edit.clone());
        }
        Ok(())
    }
}

/// Whether two entries are one: they share most of their words.
fn is_same(a: &State, b: &State) -> bool {
    let count = |state: &State| state.words().map(Range::len).sum::<usize>();
    let common = |x: &Range<usize>, y: &Range<usize>| x.end.min(y.end).saturating_sub(x.start.max(y.start));
    let both: usize = a.words().map(|x| b.words().map(|y| common(x, y)).sum::<usize>()).sum();
    2 * both > count(a).min(count(b))
}

/// Whether the change stays when the entry is cut anew.
fn is_decision(change: &Change) -> bool {
    matches!(
        change,
        Change::SetQuestion { .. }
            | Change::SetAnswer { .. }
            | Change::SetSpeakers { .. }
            | Change::ResolveFlag { .. }
            | Change::ReopenFlag { .. }
    )
}

/// Applies an edit that leaves the boundaries as they are.
fn change(draft: &Draft, drafted: &DraftEntry, entry: &mut Entry, edit: &Edit) -> Result<(), ConflictReason> {
    match &edit.change {
        Change::SetQuestion { text } => set_question(draft, drafted, entry, text)?,
        Change::SetAnswer { paragraphs } => set_answer(draft, drafted, entry, paragraphs)?,
        Change::SetSpeakers { people } => set_speakers(draft, entry, people, &edit.editor)?,
        Change::ResolveFlag { flag, how } => {
            let how = how.trim();
            if how.is_empty() {
                return Err(ConflictReason::NoReason);
            }
            resolve(entry, flag, Some(how))?;
        }
        Change::ReopenFlag { flag } => resolve(entry, flag, None)?,
        Change::Approve { content } => approve(drafted, entry, edit, content.as_ref())?,
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
        Change::Dismiss => dismiss(entry),
        Change::Restore => {
            if matches!(entry.status, Status::Dismissed | Status::Withdrawn) {
                unapprove(entry);
                entry.withdrawn = None;
            }
        }
        // These come elsewhere: the first to `reshape`, the others nowhere.
        Change::SetQuestionTime { .. }
        | Change::SetAnswerTime { .. }
        | Change::CutOut { .. }
        | Change::PutBack { .. }
        | Change::Split { .. }
        | Change::Merge { .. }
        | Change::Add { .. }
        | Change::NameVoice { .. }
        | Change::SetFact { .. }
        | Change::Undo { .. }
        | Change::Redo { .. } => {}
    }
    Ok(())
}

fn dismiss(entry: &mut Entry) {
    unapprove(entry);
    entry.status = Status::Dismissed;
    entry.withdrawn = None;
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

/// Ends an approval when somebody else than who gave it changes what was approved.
fn end_approval(before: &Entry, entry: &mut Entry, editor: &str) {
    let anothers = entry.approved_by.as_deref().is_some_and(|approver| approver != editor);
    if entry.status == Status::Approved && anothers && content::seen(before) != content::seen(entry) {
        unapprove(entry);
    }
}

fn unapprove(entry: &mut Entry) {
    entry.approved_by = None;
    entry.approved_at = None;
    entry.status = standing(entry);
}

fn approve(drafted: &DraftEntry, entry: &mut Entry, edit: &Edit, seen: Option<&Digest>) -> Result<(), ConflictReason> {
    if matches!(entry.status, Status::Dismissed | Status::Withdrawn) {
        return Err(ConflictReason::PutAway);
    }
    let changed = match seen {
        Some(seen) => content::seen(entry) != *seen,
        None => drafted.entry.updated_at > edit.time,
    };
    if changed {
        return Err(ConflictReason::ChangedSince { at: entry.updated_at.max(drafted.entry.updated_at) });
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

fn set_question(draft: &Draft, drafted: &DraftEntry, entry: &mut Entry, text: &str) -> Result<(), ConflictReason> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ConflictReason::Blank);
    }
    // What an edit before had dropped with its words comes back with them.
    bring_back(entry, &drafted.entry, Corrected::Question, entry.question.span);
    text.clone_into(&mut entry.question.text);
    let span = entry.question.span;
    let found = question_flags(&timed(text, span), &timed(&entry.question.verbatim, span), &known(draft, entry));
    renew(entry, &["-in-question", "-in-verbatim"], found, text, span);
    keep_corrections(entry, Corrected::Question, text);
    // A person has written it: there is one.
    entry.flags.retain(|flag| flag.code != Code::NoShortQuestion.name());
    Ok(())
}

fn set_answer(
    draft: &Draft,
    drafted: &DraftEntry,
    entry: &mut Entry,
    paragraphs: &[String],
) -> Result<(), ConflictReason> {
    let paragraphs: Vec<String> =
        paragraphs.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    let known = known(draft, entry);
    let heard = entry.answer.as_ref().ok_or(ConflictReason::NoAnswer)?.span;
    if paragraphs.is_empty() {
        return Err(ConflictReason::Blank);
    }
    bring_back(entry, &drafted.entry, Corrected::Answer, heard);
    let answer = entry.answer.as_mut().ok_or(ConflictReason::NoAnswer)?;
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

/// Findings of risky words and corrections that an earlier text of a person had not, as they were drafted: the new text
/// may have them again.
fn bring_back(entry: &mut Entry, drafted: &Entry, place: Corrected, span: Span) {
    for flag in drafted.flags.iter().filter(|flag| flag.kind == FlagKind::Risk) {
        let here = span.start <= flag.start && flag.end <= span.end;
        let is_same = |other: &Flag| other.code == flag.code && other.text == flag.text && other.start == flag.start;
        if here && !entry.flags.iter().any(is_same) {
            entry.flags.push(flag.clone());
        }
    }
    for correction in drafted.corrections.iter().filter(|correction| correction.place == place) {
        if !entry.corrections.contains(correction) {
            entry.corrections.push(correction.clone());
        }
    }
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
mod tests;

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
mod basics;
