//! Written questions that were answered aloud without being read: where the answer is, by what is said in it.
//!
//! The platform's report says that such a question was answered, but not when. The answer is looked for among the
//! sentences that belong to no pair: the run that is about what the question is about. It is a proposal at best, so the
//! draft of it always waits for a person.

use super::candidates::{Marks, mark};
use super::embed::Embedding;
use super::features::Sheet;
use crate::model::{Aloud, WrittenQuestion};
use std::ops::Range;

/// A sentence this alike to the question neither speaks for nor against belonging to its answer.
const NEUTRAL: f32 = 0.28;
/// The best sentence of an answer is at least this alike to the question.
const ALIKE: f32 = 0.5;
/// A pair whose question is this alike asks the same in other words.
const SAME: f32 = 0.65;
/// An answer has at most so many sentences.
const LONGEST: usize = 40;
/// Another run may be at most this share as good as the best one.
const RIVAL: f32 = 0.85;

/// The written questions with the embeddings of their texts.
pub(super) struct Written<'a> {
    pub(super) questions: &'a [WrittenQuestion],
    pub(super) embeddings: &'a [Embedding],
}

/// A run of sentences that may answer.
struct Found {
    sentences: Range<usize>,
    worth: f32,
    /// The likeness of its best sentence.
    most: f32,
}

impl Written<'_> {
    /// For each question that was answered aloud and that nobody reads, its answer, or nothing where none is found. `read`
    /// tells by a question's number whether it is read; `questions` are those of the pairs; `free` sentences belong to
    /// nothing yet.
    pub(super) fn answered(
        &self,
        sheet: &Sheet<'_>,
        marks: &[Marks],
        read: impl Fn(usize) -> bool,
        questions: &[Range<usize>],
        free: &mut [bool],
    ) -> Vec<Aloud> {
        let mut found = Vec::new();
        for (number, (question, embedding)) in self.questions.iter().zip(self.embeddings).enumerate() {
            if !question.aloud || read(number) {
                continue;
            }
            let in_other_words = |range: &Range<usize>| sheet.alike_to(&embedding.topic, range.clone()) > SAME;
            if questions.iter().any(in_other_words) {
                continue;
            }
            let answer = answer(sheet, marks, embedding, free);
            if let Some(found) = &answer {
                free[found.sentences.clone()].fill(false);
            }
            let reason = match &answer {
                Some(answer) => format!(
                    "the report says that it was answered aloud; it was not read aloud, and this is about the same ({:.2})",
                    answer.most
                ),
                None => "the report says that it was answered aloud; it was not read aloud, and its answer was not found".into(),
            };
            found.push(Aloud {
                question: question.text.clone(),
                asker: question.asker.clone(),
                at: question.at,
                answer: answer.map(|found| found.sentences),
                reason,
            });
        }
        found
    }
}

/// The run of free sentences that is most about the question, if no other is nearly as much: the greatest sum of what each
/// sentence is more alike to it than [`NEUTRAL`].
fn answer(sheet: &Sheet<'_>, marks: &[Marks], question: &Embedding, free: &[bool]) -> Option<Found> {
    let alike: Vec<f32> = (0..sheet.len()).map(|i| sheet.alike_to(&question.topic, i..i + 1)).collect();
    // A hand-over or a question of others ends a run.
    let open = |i: usize| free[i] && marks[i][mark::HAND_OVER].max(marks[i][mark::QUESTION]) < 0.5;
    let mut runs: Vec<Found> = Vec::new();
    for start in (0..sheet.len()).filter(|&i| open(i) && alike[i] > NEUTRAL) {
        let (mut worth, mut most) = (0.0, 0.0f32);
        for end in (start..sheet.len().min(start + LONGEST)).take_while(|&i| open(i)) {
            worth += alike[end] - NEUTRAL;
            most = most.max(alike[end]);
            if worth <= 0.0 {
                break;
            }
            runs.push(Found { sentences: start..end + 1, worth, most });
        }
    }
    let best = runs.iter().reduce(|best, run| if run.worth > best.worth { run } else { best })?;
    let apart = |run: &&Found| run.sentences.end <= best.sentences.start || best.sentences.end <= run.sentences.start;
    let rival = runs.iter().filter(apart).any(|run| run.worth > best.worth * RIVAL);
    (best.most >= ALIKE && !rival)
        .then(|| Found { sentences: best.sentences.clone(), worth: best.worth, most: best.most })
}
