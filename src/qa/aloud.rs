//! Written questions that were answered aloud without being read: where the answer is, by what is said in it.
//!
//! The platform's report says that such a question was answered, but not when. The answer is looked for among the
//! sentences that belong to no pair: the run that is about what the question is about. It is a proposal at best, so the
//! draft of it always waits for a person.

use super::candidates::{Marks, mark};
use super::embed::Embedding;
use super::features::Sheet;
use crate::model::{Aloud, WrittenQuestion};
use std::collections::HashSet;
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
#[derive(Clone)]
struct Found {
    sentences: Range<usize>,
    worth: f32,
    /// The likeness of its best sentence.
    most: f32,
}

impl Written<'_> {
    /// For each question that was answered aloud and that nobody reads, its answer, or nothing where none is found. `read`
    /// holds the numbers of those that are read; `questions` are those of the pairs; `free` sentences belong to
    /// nothing yet.
    pub(super) fn answered(
        &self,
        sheet: &Sheet<'_>,
        marks: &[Marks],
        read: &HashSet<usize>,
        questions: &[Range<usize>],
        free: &mut [bool],
    ) -> Vec<Aloud> {
        let mut found = Vec::new();
        for (number, (question, embedding)) in self.questions.iter().zip(self.embeddings).enumerate() {
            if !question.aloud || read.contains(&number) {
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
                None => {
                    "the report says that it was answered aloud; it was not read aloud, and its answer was not found"
                        .into()
                }
            };
            found.push(Aloud {
                question: question.text.clone(),
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
    (best.most >= ALIKE && !rival).then(|| Found {
        sentences: best.sentences.clone(),
        worth: best.worth,
        most: best.most,
    })
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a run of sentences is meant")]
mod tests {
    use super::super::embed;
    use super::super::{Hints, outline};
    use super::*;
    use crate::model::{ClusterId, Outline, Utterance};

    const SAID: [(u32, &str); 14] = [
        (0, "Let's turn to your questions."),
        (0, "Our first question is from Maria in Queens."),
        (0, "She asks, is it safe to swim after a fusion?"),
        (1, "In most cases, yes, once the wound has healed."),
        (1, "I would start slowly, and I would avoid diving at first."),
        (1, "If it hurts more the next day, you did too much."),
        (0, "Thank you, doctor."),
        (0, "Let me remind everybody that the slides are on our page."),
        (1, "And let me pick one that nobody read out."),
        (1, "For sleeping after back surgery, lie on your back with a pillow under your knees."),
        (1, "Many people sleep better on their side, with a pillow between the legs."),
        (1, "Sleeping on your stomach strains the back after an operation, so leave that for later."),
        (0, "That's all the time we have tonight."),
        (0, "Good night, everyone."),
    ];

    fn found(written: &[(&str, bool)]) -> Outline {
        let said = |&(speaker, text): &(u32, &str)| Utterance {
            text: text.to_owned(),
            span: None,
            speaker: Some(ClusterId(speaker)),
            role: None,
        };
        let said: Vec<Utterance> = SAID.iter().map(said).collect();
        let asked = |&(text, aloud): &(&str, bool)| WrittenQuestion { text: text.into(), aloud, ..Default::default() };
        let written: Vec<WrittenQuestion> = written.iter().map(asked).collect();
        let texts = written.iter().map(|question| &question.text);
        let written_embeddings = embed::embedder().embed(texts, &Default::default()).unwrap();
        let hints = Hints { written: &written, written_embeddings: &written_embeddings, ..Hints::default() };
        outline(&said, &embed::of(&said), &hints)
    }

    #[test]
    fn an_answer_is_found_by_what_it_is_about() {
        let outline = found(&[("What is the best sleeping position after surgery on the back?", true)]);
        assert_eq!(outline.aloud.len(), 1, "{outline:#?}");
        let answer = outline.aloud[0].answer.clone().unwrap();
        assert!(answer.contains(&9) && answer.contains(&11) && answer.end == 12, "{outline:#?}");
        assert!(outline.pairs.iter().all(|pair| pair.answer.iter().all(|run| run.end <= 7)), "{outline:#?}");
    }

    #[test]
    fn what_is_read_aloud_asked_in_other_words_or_not_answered_is_no_second_entry() {
        for text in ["Is it safe to swim after a fusion?", "After my fusion, can I safely go swimming?"] {
            assert_eq!(found(&[(text, true)]).aloud, []);
        }
        assert_eq!(found(&[("What is the best sleeping position after surgery on the back?", false)]).aloud, []);
    }

    #[test]
    fn an_answer_that_is_not_found_is_said_to_be_missing() {
        let outline = found(&[("Does my insurance pay for a robotic operation?", true)]);
        assert_eq!(outline.aloud.iter().map(|aloud| aloud.answer.clone()).collect::<Vec<_>>(), [None]);
        assert!(outline.aloud[0].reason.contains("not found"));
    }
}
