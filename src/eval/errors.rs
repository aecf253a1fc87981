//! What is wrong with missed and false pairs: how many of each pattern.

use super::gold::{Gold, Predicted};
use super::pairs::{answer_overlap, is_ignored, matched, overlap, question_fits};
use std::collections::BTreeMap;
use std::ops::Range;

/// How often each pattern occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// Labelled pairs without a fitting one.
    pub missed: BTreeMap<&'static str, usize>,
    /// Proposed pairs that fit nothing.
    pub surplus: BTreeMap<&'static str, usize>,
}

impl Errors {
    /// Sorts what was missed and what was found falsely in one document.
    #[must_use]
    pub fn new(gold: &Gold, predicted: &[Predicted]) -> Self {
        let matched = matched(gold, predicted);
        let mut errors = Self::default();
        for (number, labelled) in gold.pairs.iter().enumerate() {
            if matched.iter().any(|(_, fitted)| *fitted == number) {
                continue;
            }
            let answers = |p: &Predicted| answer_overlap(&p.answer, labelled);
            let asked = predicted.iter().find(|p| question_fits(&p.question, &labelled.question));
            let pattern = if let Some(p) = asked {
                if p.answer.end < labelled.answer.end { "answer too short" } else { "answer too long" }
            } else if predicted.iter().any(|p| answers(p) >= 0.5) {
                "question elsewhere"
            } else if predicted.iter().any(|p| touch(&p.answer, &labelled.question)) {
                "inside another's answer"
            } else if predicted.iter().any(|p| touch(&p.question, &labelled.question)) {
                "question too long or too short"
            } else if predicted.iter().any(|p| touch(&p.question, &labelled.answer)) {
                "answer taken for a question"
            } else {
                "not seen"
            };
            *errors.missed.entry(pattern).or_default() += 1;
        }
        for (number, p) in predicted.iter().enumerate() {
            if matched.iter().any(|(fitting, _)| *fitting == number) || is_ignored(gold, p) {
                continue;
            }
            let near = |part: fn(&Predicted) -> &Range<usize>| {
                gold.pairs.iter().any(|l| touch(part(p), &l.question) || touch(part(p), &l.answer))
            };
            let within = gold.pairs.iter().any(|l| overlap(&p.question, &l.answer) > 0.0);
            let fits = gold.pairs.iter().any(|l| question_fits(&p.question, &l.question));
            let pattern = if fits {
                "question right, answer wrong"
            } else if within {
                "question inside an answer"
            } else if near(|p| &p.question) || near(|p| &p.answer) {
                "overlaps a labelled pair"
            } else {
                "where nothing is labelled"
            };
            *errors.surplus.entry(pattern).or_default() += 1;
        }
        errors
    }

    /// Adds those of another document.
    pub fn add(&mut self, other: &Self) {
        for (sum, part) in [(&mut self.missed, &other.missed), (&mut self.surplus, &other.surplus)] {
            for (pattern, count) in part {
                *sum.entry(pattern).or_default() += count;
            }
        }
    }
}

fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    overlap(a, b) > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::gold::GoldPair;

    #[test]
    fn each_pattern_is_told_apart() {
        let pair = |question, answer| GoldPair { question, answer, answer_alts: Vec::new() };
        let found = |question, answer| Predicted { question, answer };
        let gold = |pairs| Gold {
            id: "x".into(),
            kind: String::new(),
            utterances: Vec::new(),
            pairs,
            optional: vec![pair(80..81, 81..90)],
            unanswered: Vec::new(),
        };
        let cases = [
            (10..12, 12..20, found(10..12, 12..14), "answer too short", "question right, answer wrong"),
            (10..12, 12..20, found(10..12, 12..40), "answer too long", "question right, answer wrong"),
            (10..12, 12..20, found(6..7, 12..20), "question elsewhere", "overlaps a labelled pair"),
            (10..12, 12..20, found(2..3, 3..30), "inside another's answer", "overlaps a labelled pair"),
            (10..12, 12..20, found(4..12, 12..14), "question too long or too short", "overlaps a labelled pair"),
            (10..12, 12..20, found(15..16, 16..18), "answer taken for a question", "question inside an answer"),
            (10..12, 12..20, found(40..41, 41..50), "not seen", "where nothing is labelled"),
        ];
        let mut sum = Errors::default();
        for (question, answer, p, missed, surplus) in cases {
            let ignored = found(80..81, 81..90);
            let errors = Errors::new(&gold(vec![pair(question, answer)]), &[p, ignored]);
            assert_eq!(errors.missed, [(missed, 1)].into());
            assert_eq!(errors.surplus, [(surplus, 1)].into(), "{missed}");
            sum.add(&errors);
        }
        assert_eq!((sum.missed.len(), sum.surplus["question right, answer wrong"]), (7, 2));
    }
}
