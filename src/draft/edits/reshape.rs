//! Edits that set boundaries: the entry is cut anew from the transcript.

use super::{ConflictReason, Fold, Ground, State, change, dismiss, end_approval, settle};
use crate::draft::material::{Cutting, Material, cut, with, without, words_in};
use crate::model::{Change, ClusterId, Draft, DraftEntry, Edit, EntryId, Millis, QuestionSource, Role, Span, Status};
use std::ops::Range;
use std::sync::Arc;

/// The words of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    question: Vec<Range<usize>>,
    answer: Vec<Range<usize>>,
}

impl Shape {
    fn of(state: &State) -> Self {
        Self { question: state.drafted.question_words.clone(), answer: state.drafted.answer_words.clone() }
    }
}

impl Fold {
    /// Applies an edit for which [`Edit::cuts`] holds, or leaves everything as it was.
    pub(super) fn reshape(&mut self, ground: Ground<'_>, edit: &Edit) -> Result<(), ConflictReason> {
        let material = ground.material.ok_or(ConflictReason::NoWords)?;
        let words = |span: Span| -> Result<Range<usize>, ConflictReason> {
            let words = words_in(&material.transcript, inside(ground.draft, span)?);
            if words.is_empty() { Err(ConflictReason::NoWords) } else { Ok(words) }
        };
        if let Change::Add { question, answer } = &edit.change {
            let answer = answer.as_ref().map(|span| words(*span)).transpose()?.into_iter().collect();
            let id = edit.entry.as_ref().ok_or(ConflictReason::EntryGone)?;
            return self.add_by_hand(ground, edit, id, Shape { question: vec![words(*question)?], answer });
        }
        let place = self.place(edit.entry.as_ref())?;
        let mut shape = Shape::of(&self.states[place]);
        match &edit.change {
            Change::SetQuestionTime { span } => {
                if shape.question.is_empty() {
                    // It was only written: it has no words.
                    return Err(ConflictReason::NoWords);
                }
                shape.question = vec![words(*span)?];
            }
            Change::SetAnswerTime { span } => {
                let new = words(*span)?;
                let gaps = gaps(&shape.answer);
                shape.answer = gaps.iter().fold(vec![new], |words, gap| without(&words, gap));
            }
            Change::CutOut { span } => shape.answer = without(&shape.answer, &words(*span)?),
            Change::PutBack { span } => shape.answer = with(&shape.answer, &words(*span)?),
            Change::Split { question, into } => {
                let question = words(*question)?;
                let whole = shape.answer.first().zip(shape.answer.last()).map(|(first, last)| first.start..last.end);
                let whole = whole.ok_or(ConflictReason::NoAnswer)?;
                if question.start <= whole.start || question.end > whole.end {
                    return Err(ConflictReason::OutsideAnswer);
                }
                let behind = without(&shape.answer, &(0..question.end));
                shape.answer = without(&shape.answer, &(question.start..usize::MAX));
                if shape.answer.is_empty() {
                    return Err(ConflictReason::OutsideAnswer);
                }
                let before = self.clone();
                self.recut(ground, place, shape, edit)?;
                let added = self.add_by_hand(ground, edit, into, Shape { question: vec![question], answer: behind });
                if added.is_err() {
                    *self = before;
                }
                return added;
            }
            Change::Merge { other } => {
                let from =
                    self.place(Some(other)).ok().filter(|from| *from != place).ok_or(ConflictReason::EntryGone)?;
                let taken = Shape::of(&self.states[from]);
                if shape.answer.is_empty() {
                    shape.question = taken.question.iter().fold(shape.question, |words, more| with(&words, more));
                    shape.answer = taken.answer;
                } else {
                    let all = taken.question.iter().chain(&taken.answer);
                    shape.answer = all.fold(shape.answer, |words, more| with(&words, more));
                }
                let before = self.states[from].entry.clone();
                let other = &mut Arc::make_mut(&mut self.states[from]).entry;
                dismiss(other);
                settle(ground.draft, other, edit.time);
                let done = self.recut(ground, place, shape, edit);
                if done.is_err() {
                    Arc::make_mut(&mut self.states[from]).entry = before;
                }
                return done;
            }
            _ => {}
        }
        self.recut(ground, place, shape, edit)
    }

    /// Gives an entry other words, and lays what people decided over it again.
    fn recut(&mut self, ground: Ground<'_>, place: usize, shape: Shape, edit: &Edit) -> Result<(), ConflictReason> {
        let state = &self.states[place];
        let written = state.drafted.question_words.is_empty();
        if (shape.question.is_empty() && !written) || (shape.answer.is_empty() && state.entry.answer.is_some()) {
            return Err(ConflictReason::NothingLeft);
        }
        let drafted = self.cut_of(ground, &state.entry.id, shape, Some(&state.drafted), edit)?;
        let old = &state.entry;
        let mut entry = drafted.entry.clone();
        for decision in &state.decided {
            // A finding that is not there any more needs no decision.
            let _ = change(ground.draft, &drafted, &mut entry, decision);
        }
        // Where it stands, and when a reader last saw it change, do not depend on the cut.
        (entry.approved_by, entry.approved_at) = (old.approved_by.clone(), old.approved_at);
        entry.withdrawn.clone_from(&old.withdrawn);
        (entry.updated_at, entry.content_hash) = (old.updated_at, old.content_hash.clone());
        entry.status = match old.status {
            Status::Unanswered | Status::Draft | Status::NeedsReview => crate::draft::standing(&entry),
            kept => kept,
        };
        settle(ground.draft, &mut entry, edit.time);
        end_approval(old, &mut entry, &edit.editor);
        let state = Arc::make_mut(&mut self.states[place]);
        (state.entry, state.drafted, state.cut) = (entry, drafted, true);
        Ok(())
    }

    fn add_by_hand(
        &mut self,
        ground: Ground<'_>,
        edit: &Edit,
        id: &EntryId,
        shape: Shape,
    ) -> Result<(), ConflictReason> {
        if self.places.contains_key(id) {
            return Err(ConflictReason::EntryThere);
        }
        let mut drafted = self.cut_of(ground, id, shape, None, edit)?;
        drafted.entry.updated_at = edit.time;
        self.places.insert(id.clone(), self.states.len());
        let entry = drafted.entry.clone();
        self.states.push(Arc::new(State { entry, drafted, decided: Vec::new(), by_hand: true, cut: true }));
        Ok(())
    }

    fn cut_of(
        &self,
        ground: Ground<'_>,
        id: &EntryId,
        shape: Shape,
        old: Option<&DraftEntry>,
        edit: &Edit,
    ) -> Result<DraftEntry, ConflictReason> {
        let material = ground.material.ok_or(ConflictReason::NoWords)?;
        let others = self.states.iter().filter(|state| state.entry.id != *id && state.is_live());
        let mut others: Vec<Range<usize>> = others.flat_map(|other| other.words()).cloned().collect();
        others.sort_by_key(|words| words.start);
        let by_hand = [format!("{} set where it begins and ends", edit.editor)];
        let heard = shape.question.first().and_then(|words| voice_at(material, words.start));
        let source = if heard == Some(Role::Audience) { QuestionSource::Live } else { QuestionSource::ReadByHost };
        let cutting = Cutting {
            id,
            question: shape.question,
            answer: shape.answer,
            others,
            source: old.map_or(source, |old| old.entry.question.source),
            asker: old.and_then(|old| old.entry.question.asker.as_deref()),
            written: old.map_or("", |old| &old.entry.question.text),
            // A person says that it is one.
            confidence: 1.0,
            reasons: &by_hand,
        };
        cut(&material.inputs(None, edit.time), &cutting)
            .map_err(|error| ConflictReason::NotCut { cause: error.to_string() })
    }
}

/// What stands between the runs.
fn gaps(runs: &[Range<usize>]) -> Vec<Range<usize>> {
    runs.windows(2).map(|two| two[0].end..two[1].start).collect()
}

/// What the voice does that says this word.
fn voice_at(material: &Material, word: usize) -> Option<Role> {
    let sentence = material.transcript.sentences.partition_point(|sentence| sentence.words.end <= word);
    let voice: ClusterId = (*material.speakers.sentences.get(sentence)?)?;
    material.speakers.cluster(voice)?.role
}

fn inside(draft: &Draft, span: Span) -> Result<Span, ConflictReason> {
    let possible = span.length() > Millis::ZERO && span.start < draft.episode.duration;
    if possible { Ok(span) } else { Err(ConflictReason::OutsideRecording) }
}
