//! The best set of pairs that do not overlap, and the pairs' probabilities.

use super::candidates::{self, Candidate, MARKS, Marks};
use super::features::{Row, Sheet};
use super::trees::Ensemble;
use serde::Deserialize;
use std::sync::OnceLock;

/// What was learned: an ensemble for each of [`MARKS`], and one for pairs.
#[derive(Debug, Deserialize)]
pub(super) struct Learned {
    /// In the order of [`MARKS`].
    pub(super) marks: Vec<Ensemble>,
    /// The same, knowing the first marks of the sentences around.
    again: Vec<Ensemble>,
    /// Whether a candidate is a pair.
    pub(super) pair: Ensemble,
    /// Candidates below this probability are not drafted.
    pub(super) least: f32,
}

/// The ensembles.
pub(super) fn learned() -> &'static Learned {
    static LEARNED: OnceLock<Learned> = OnceLock::new();
    LEARNED.get_or_init(|| {
        serde_json::from_str(include_str!("trees.json")).expect("the ensembles are part of the program and tested")
    })
}

/// The marks of all sentences, in two rounds: the second one knows what the first one said of the neighbours, and what
/// `known` makes of it.
pub(super) fn mark(sheet: &Sheet<'_>, known: impl FnOnce(Vec<Marks>) -> Vec<Marks>) -> Vec<Marks> {
    let ask = |ensembles: &[Ensemble], row: &Row| {
        let mut marks = [0.0; MARKS.len()];
        marks.iter_mut().zip(ensembles).for_each(|(mark, ensemble)| *mark = ensemble.probability(&row.values));
        marks
    };
    let mut rows: Vec<Row> = Vec::with_capacity(sheet.len());
    for i in 0..sheet.len() {
        let mut row = Row::default();
        sheet.push_sentence(i, &mut row);
        rows.push(row);
    }
    let first = known(rows.iter().map(|row| ask(&learned().marks, row)).collect());
    for (i, row) in rows.iter_mut().enumerate() {
        candidates::push_context(&first, i, row);
    }
    rows.iter().map(|row| ask(&learned().again, row)).collect()
}

/// All candidates with the probability that they are pairs.
pub(super) fn rate(sheet: &Sheet<'_>, marks: &[Marks]) -> Vec<(Candidate, f32)> {
    let candidates = candidates::propose(sheet, marks).into_iter();
    candidates.map(|candidate| (candidate, odds(sheet, marks, candidate))).collect()
}

/// The probability that one candidate is a pair.
pub(super) fn odds(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate) -> f32 {
    let mut row = Row::default();
    candidates::push(sheet, marks, candidate, &mut row);
    learned().pair.probability(&row.values)
}

/// The set without overlap whose sum of (probability - `least`) is greatest, in order: weighted interval scheduling.
///
/// Of equal sums, the one wins that ends earlier.
pub(super) fn choose(rated: &[(Candidate, f32)], least: f32, sentences: usize) -> Vec<(Candidate, f32)> {
    let mut ending: Vec<Vec<usize>> = vec![Vec::new(); sentences];
    for (index, (candidate, odds)) in rated.iter().enumerate() {
        if *odds > least {
            ending[candidate.answer.1].push(index);
        }
    }
    // best[i]: the greatest sum over sentences 0..i, and the candidate that ends at i - 1 if one is taken.
    let mut best: Vec<(f32, Option<usize>)> = vec![(0.0, None)];
    for (end, indices) in ending.iter().enumerate() {
        let mut here = (best[end].0, None);
        for &index in indices {
            let (candidate, odds) = rated[index];
            let sum = best[candidate.question.0].0 + odds - least;
            if sum > here.0 {
                here = (sum, Some(index));
            }
        }
        best.push(here);
    }
    let (mut chosen, mut at) = (Vec::new(), sentences);
    while at > 0 {
        match best[at].1 {
            Some(index) => {
                chosen.push(rated[index]);
                at = rated[index].0.question.0;
            }
            None => at -= 1,
        }
    }
    chosen.reverse();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Utterance;

    #[test]
    fn the_ensembles_fit_the_columns() {
        let utterance = Utterance { text: "Is it safe?".to_owned(), span: None, speaker: None, role: None };
        let utterances = [utterance.clone(), utterance];
        let sheet = Sheet::read(&utterances);
        let marks = mark(&sheet, |first| first);
        let (mut first, mut pair) = (Row::named(), Row::default());
        sheet.push_sentence(0, &mut first);
        let width = first.values.len();
        let learned = learned();
        assert_eq!((learned.marks.len(), learned.again.len()), (MARKS.len(), MARKS.len()));
        assert!(learned.marks.iter().all(|e| e.width() <= width));
        candidates::push_context(&marks, 0, &mut first);
        assert!(learned.again.iter().all(|e| e.width() <= first.values.len()));
        candidates::push(&sheet, &marks, Candidate { question: (0, 0), answer: (1, 1) }, &mut pair);
        assert!(learned.pair.width() <= pair.values.len());
        assert_eq!(first.values.len(), first.into_names().len());
    }

    #[test]
    fn the_best_set_wins_over_the_best_candidate() {
        let candidate = |from: usize, to: usize| Candidate { question: (from, from), answer: (from + 1, to) };
        let rated = [(candidate(0, 9), 0.8), (candidate(0, 4), 0.7), (candidate(5, 9), 0.7), (candidate(3, 6), 0.1)];
        assert_eq!(choose(&rated, 0.3, 10), [rated[1], rated[2]]);
        assert_eq!(choose(&rated, 0.75, 10), [rated[0]]);
        assert_eq!(choose(&rated, 0.9, 10), []);
    }
}
