//! A question's texts and the findings about them: of one that was heard, and of one that was only sent in writing.

use super::codes::Code;
use super::corrected;
use super::details::{Known, in_question};
use super::privacy::{self, Timed};
use super::question::Printed;
use super::short::{self, Turned};
use super::verbatim::{Token, join, tokens};
use super::{Asked, DraftError, Inputs, Leave, certify, known, prove, question, risk, span, timed};
use crate::model::{
    Aloud, Corrected, CorrectedBy, Correction, Flag, Millis, Question, QuestionSource, Span, Transcript,
};
use std::ops::Range;

/// A question with what its words give rise to.
pub(super) struct Phrased {
    pub(super) question: Question,
    /// What is known of the asker.
    pub(super) known: Known,
    /// Personal details.
    pub(super) flags: Vec<Flag>,
    /// What review shows first.
    pub(super) risks: Vec<Flag>,
    pub(super) corrections: Vec<Correction>,
    /// Whether it has nothing but greetings and hand-overs.
    pub(super) hollow: bool,
    /// In how many sentences somebody's words are introduced.
    pub(super) attributions: usize,
}

/// A question that stands in the transcript.
pub(super) fn heard(inputs: &Inputs<'_>, asked: &Asked<'_>) -> Result<Phrased, DraftError> {
    let transcript = inputs.transcript;
    let spoken = tokens(transcript, asked.question);
    let (printed, short) = proved(transcript, asked.question, &spoken, question::print(transcript, asked.question));
    let mut question = Question {
        text: join(&printed.tokens),
        verbatim: join(&spoken),
        span: span(transcript, asked.question),
        source: asked.source,
        asker: asked.asker.map(str::to_owned),
    };
    certify(transcript, asked.question, &question.verbatim, Leave::Nothing, "question")?;
    let short = short.and_then(|short| Some((short::turn(&short, &spoken)?, short)));
    let mut findings = Vec::new();
    if short.is_none() && !printed.hollow {
        findings.push(Code::NoShortQuestion.found(question.span, &question.text));
    }
    let (turned, kept) = short.unwrap_or_else(|| (Vec::new(), printed.tokens.clone()));
    let (kept, mut corrections) = with_pronouns(transcript, kept, turned);
    let (written, corrected) = corrected::correct(inputs.corrections, transcript, &kept, Corrected::Question);
    corrections.extend(corrected);
    question.text = join(&written);
    let known = known(inputs, asked, &spoken);
    let mut flags = privacy::question_flags(&timed(transcript, &written), &timed(transcript, &spoken), &known);
    flags.extend(findings);
    let mut risks = risk::flags(&timed(transcript, &written));
    risks.extend(risk::doubtful(transcript, asked.question));
    risks.extend(inputs.opinion.in_question(transcript, asked.question, &written));
    let (hollow, attributions) = (printed.hollow, printed.attributions);
    Ok(Phrased { question, known, flags, risks, corrections, hollow, attributions })
}

/// What is printed, and the short question among it. Where it can't be proved that only what may be missing is missing,
/// all of `spoken` is printed and nothing is short, so that a person is asked.
fn proved(
    transcript: &Transcript,
    ranges: &[Range<usize>],
    spoken: &[Token],
    printed: Printed,
) -> (Printed, Option<Vec<Token>>) {
    let is_said =
        |kept: &[Token], ranges: &[Range<usize>]| prove(transcript, ranges, &join(kept), Leave::Heads).is_ok();
    if !is_said(&printed.tokens, ranges) {
        return (Printed { tokens: spoken.to_vec(), ..printed }, None);
    }
    let short = short::short(&printed.tokens).filter(|kept| {
        // What is left of several sentences is one of them.
        let own: Vec<Range<usize>> = kept.first().map(|token| token.sentence..token.sentence + 1).into_iter().collect();
        kept.len() == printed.tokens.len() || is_said(kept, &own)
    });
    (printed, short)
}

/// The question with its pronouns turned to the asker, each change recorded.
fn with_pronouns(transcript: &Transcript, mut kept: Vec<Token>, turned: Vec<Turned>) -> (Vec<Token>, Vec<Correction>) {
    let mut corrections = Vec::with_capacity(turned.len());
    for (i, to) in turned {
        let Some(token) = kept.get_mut(i) else { continue };
        let from = std::mem::replace(&mut token.text, to.clone());
        let span = corrected::span(transcript, token, token);
        corrections.push(Correction { from, to, span, place: Corrected::Question, by: CorrectedBy::Pronoun });
    }
    (kept, corrections)
}

/// A question that was sent in writing and that nobody reads: the asker's own text, unchanged. Who sent it stays in the
/// report. It has no time of its own and takes the moment at which its answer begins, or at which it was sent.
pub(super) fn sent(inputs: &Inputs<'_>, aloud: &Aloud) -> Phrased {
    let answer = aloud.answer.as_ref().and_then(|answer| inputs.transcript.span_of(answer));
    let at = answer.map(|span| span.start).or(aloud.at).unwrap_or(Millis::ZERO).min(inputs.transcript.duration);
    let span = Span::new(at, at);
    let words: Vec<Timed<'_>> =
        aloud.question.split_whitespace().map(|text| Timed { text, span, probability: 1.0 }).collect();
    let mut known = Known::new(super::public_names(inputs));
    let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
    let details = in_question(&texts, &known);
    known.learn(&details);
    let mut flags = vec![if answer.is_some() { Code::Sent } else { Code::AnswerNotFound }.found(span, "")];
    flags.extend(privacy::question_flags(&words, &words, &known));
    let question = Question {
        text: aloud.question.clone(),
        verbatim: aloud.question.clone(),
        span,
        source: QuestionSource::Written,
        asker: None,
    };
    let risks = risk::flags(&words);
    Phrased { question, known, flags, risks, corrections: Vec::new(), hollow: false, attributions: 0 }
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a question of one run is a list with one range")]
mod tests {
    use super::super::trial::{LATER, Trial};
    use super::*;
    use crate::model::{Draft, DraftEntry, Status};

    #[test]
    fn what_cannot_be_proved_is_printed_whole() {
        let transcript = Trial::new(&["A My back hurts.", "A So, um, is it safe to run?"]).material().transcript;
        let spoken = tokens(&transcript, &[0..2]);
        let printed = question::print(&transcript, &[0..2]);
        let (same, short) = proved(&transcript, &[0..2], &spoken, printed.clone());
        assert_eq!((&same, join(&short.unwrap())), (&printed, "So, is it safe to run?".to_owned()));
        let mut reworded = printed;
        reworded.tokens.last_mut().unwrap().text = "walk?".into();
        let (whole, short) = proved(&transcript, &[0..2], &spoken, reworded);
        assert_eq!((whole.tokens, short), (spoken, None));
    }

    fn entries(draft: &Draft) -> String {
        format!("{:#?}", draft.entries)
    }

    #[test]
    fn a_question_that_was_only_sent_keeps_its_own_words_and_waits_for_a_person() {
        let mut trial = Trial::new(&[
            "H Let's see what else there is.",
            "E For the nights, lie on your back, with a pillow under your knees, and don't worry.",
            "H Thank you.",
        ]);
        let text = "best sleeping position?? i am 67, Gullhaven";
        let sent = |answer| Aloud { question: text.into(), at: None, answer, reason: "the report says so".into() };
        trial.outline.aloud = vec![sent(Some(1..2)), sent(None)];
        let draft = trial.draft();
        let [missing, found] = draft.entries.as_slice() else { panic!("{}", entries(&draft)) };
        for entry in [&missing.entry, &found.entry] {
            assert_eq!((entry.question.text.as_str(), entry.question.verbatim.as_str()), (text, text));
            assert_eq!(entry.question.source, QuestionSource::Written);
            assert!(
                entry.flags.iter().any(|flag| flag.code == "age-in-question" && flag.blocking),
                "{}",
                entries(&draft)
            );
        }
        assert_eq!((missing.entry.status, found.entry.status), (Status::Unanswered, Status::NeedsReview));
        let has =
            |entry: &DraftEntry, code: &str| entry.entry.flags.iter().any(|flag| flag.code == code && flag.blocking);
        assert!(has(found, "written-question") && has(missing, "answer-not-found"));
        let answer = found.entry.answer.as_ref().unwrap();
        assert_eq!(found.entry.question.span, Span::new(answer.span.start, answer.span.start));
        // The next run knows both again.
        let again = trial.draft_after(Some(&draft), LATER, 99);
        let ids = |draft: &Draft| draft.entries.iter().map(|entry| entry.entry.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&again), ids(&draft));
    }
}
