//! What a second reader proposes, among the candidates.

use super::candidates::{Candidate, Marks};
use super::decoder;
use super::features::Sheet;
use super::trees::lifted;
use crate::model::Proposed;

/// What the reader's agreement adds to the log-odds of a candidate that is its proposal or nearly so.
const GAIN: f32 = 1.2;
/// Two answers are nearly the same when so much of both together is in both.
const ALIKE: f32 = 0.7;

/// Adds the proposals that are no candidates yet, rated as if they were, and raises those that agree with one.
///
/// Proposals that point nowhere, or whose answer does not follow the question, are passed over.
pub(super) fn lift(sheet: &Sheet<'_>, marks: &[Marks], proposed: &[Proposed], rated: &mut Vec<(Candidate, f32)>) {
    for Proposed { question, answer } in proposed {
        let sound = !question.is_empty() && !answer.is_empty() && question.end <= answer.start;
        if !sound || answer.end > sheet.len() {
            continue;
        }
        let exact = Candidate { question: (question.start, question.end - 1), answer: (answer.start, answer.end - 1) };
        if !rated.iter().any(|(candidate, _)| *candidate == exact) {
            rated.push((exact, decoder::odds(sheet, marks, exact)));
        }
        for (_, odds) in rated.iter_mut().filter(|(candidate, _)| agrees(*candidate, exact)) {
            *odds = lifted(*odds, GAIN);
        }
    }
}

fn agrees(a: Candidate, b: Candidate) -> bool {
    let both = (a.answer.1.min(b.answer.1) + 1).saturating_sub(a.answer.0.max(b.answer.0)) as f32;
    let whole = (a.answer.1.max(b.answer.1) + 1 - a.answer.0.min(b.answer.0)) as f32;
    a.question.0.abs_diff(b.question.0) <= 1 && both >= ALIKE * whole
}

#[cfg(test)]
mod tests {
    use super::super::{Hints, embed, outline};
    use super::*;
    use crate::model::Utterance;

    fn event() -> Vec<Utterance> {
        let say = |text: &str| Utterance { text: text.to_owned(), span: None, speaker: None, role: None };
        [
            "The discs lose water as we grow older.",
            "Hot baths, when the back is stiff in the morning.",
            "A bath is fine, and so is a shower.",
            "Keep it short, and dress warmly.",
            "Then we move on to the muscles of the trunk.",
            "They hold the spine like the ropes of a mast.",
        ]
        .map(say)
        .to_vec()
    }

    #[test]
    fn a_proposal_counts_as_what_it_is_worth_and_nonsense_as_nothing() {
        let event = event();
        let embeddings = embed::of(&event);
        let plain = outline(&event, &embeddings, &Hints::default());
        let proposal = |question, answer| Proposed { question, answer };
        let nonsense = [proposal(3..3, 4..5), proposal(0..2, 1..4), proposal(1..2, 2..90), proposal(1..1, 2..3)];
        assert_eq!(outline(&event, &embeddings, &Hints { proposed: &nonsense, ..Hints::default() }), plain);

        let sheet = Sheet::read(&event, &embeddings);
        let marks = decoder::mark(&sheet, |first| first);
        let mut rated = Vec::new();
        lift(&sheet, &marks, &[proposal(1..2, 2..4)], &mut rated);
        let exact = Candidate { question: (1, 1), answer: (2, 3) };
        let alone = decoder::odds(&sheet, &marks, exact);
        assert!(rated.len() == 1 && rated[0].0 == exact && rated[0].1 > alone && rated[0].1 < 1.0, "{rated:?}");
    }
}
