//! The glossary's table over printed text: what was proved to be said, written as a person's table says.
//!
//! It comes behind the proof and touches nothing that is kept as heard. Each change is recorded with what stood there,
//! and is a finding, so that nobody reads a corrected text without knowing.

use super::codes::Code;
use super::verbatim::Token;
use crate::model::{Corrected, CorrectedBy, Correction, Flag, Span, Transcript};
use crate::text::corrections::{Corrections, Printed};

/// The text with the table's corrections, and what they changed. The text is one paragraph: no correction crosses its
/// end.
pub(super) fn correct(
    table: &Corrections,
    transcript: &Transcript,
    text: &[Token],
    place: Corrected,
) -> (Vec<Token>, Vec<Correction>) {
    let words: Vec<Printed<'_>> =
        text.iter().map(|token| Printed { text: &token.text, sentence: token.sentence }).collect();
    let (mut tokens, mut corrections, mut next) = (Vec::with_capacity(text.len()), Vec::new(), 0);
    for found in table.find(&words) {
        let Some([first, .., last] | [first @ last]) = text.get(found.words.clone()) else { continue };
        tokens.extend_from_slice(&text[next..found.words.start]);
        next = found.words.end;
        let stands_for = |text: &str| Token { text: text.to_owned(), last: last.last, ..first.clone() };
        tokens.extend(found.text.split_whitespace().map(stands_for));
        corrections.push(Correction {
            from: found.from,
            to: found.to,
            span: span(transcript, first, last),
            place,
            by: CorrectedBy::Glossary,
        });
    }
    tokens.extend_from_slice(&text[next..]);
    (tokens, corrections)
}

/// A name as the table writes it.
pub(super) fn name(table: &Corrections, name: &str) -> String {
    let words: Vec<Printed<'_>> = name.split_whitespace().map(|text| Printed { text, sentence: 0 }).collect();
    let mut written: Vec<String> = words.iter().map(|word| word.text.to_owned()).collect();
    for found in table.find(&words).into_iter().rev() {
        written.splice(found.words, [found.text]);
    }
    written.join(" ")
}

/// From a token's first to another's last word.
pub(super) fn span(transcript: &Transcript, first: &Token, last: &Token) -> Span {
    let words = transcript.words.get(first.word..=last.last).unwrap_or_default();
    words.iter().map(|word| word.span).reduce(Span::hull).unwrap_or_default()
}

/// The finding for a correction. It never blocks: a person wrote the table, and a pronoun is shown as it was.
pub(super) fn flag(correction: &Correction) -> Flag {
    let Correction { from, to, span, .. } = correction;
    if correction.by == CorrectedBy::Pronoun {
        return Code::PronounChange.found(*span, to);
    }
    Code::GlossaryCorrection.flag(format!("The glossary changed \"{from}\" to \"{to}\"."), *span, to)
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
mod tests {
    use super::super::trial::{LATER, Trial, edit};
    use super::super::{Ground, apply};
    use super::*;
    use crate::model::{Change, Draft, Status};
    use crate::text::corrections::table;
    use proptest::prelude::*;

    const CODE: &str = "glossary-correction";

    fn trial() -> Trial {
        let mut trial = Trial::new(&[
            "H She wants to know, is a disc of L 4, 5 bad?",
            "E The ozwestry is, um, low at L 4 5.",
            "E Ozwestry tells a lot.",
        ])
        .pair(0..1, &[1..3]);
        trial.corrections = table(&[("L 4 5", "L4-L5"), ("ozwestry", "Oswestry score")]);
        trial
    }

    fn flags(draft: &Draft) -> Vec<String> {
        let flags = draft.entries[0].entry.flags.iter();
        flags.map(|flag| format!("{} {}-{} {}", flag.code, flag.start.0, flag.end.0, flag.text)).collect()
    }

    #[test]
    fn the_printed_text_is_corrected_visibly_and_what_was_heard_stays() {
        let draft = trial().draft();
        let entry = &draft.entries[0].entry;
        let answer = entry.answer.as_ref().unwrap();
        assert_eq!(entry.question.text, "Is a disc of L4-L5 bad?");
        assert_eq!(entry.question.verbatim, "She wants to know, is a disc of L 4, 5 bad?");
        assert_eq!(answer.paragraphs, ["The Oswestry score is low at L4-L5. Oswestry score tells a lot."]);
        assert_eq!(answer.verbatim, "The ozwestry is, um, low at L 4 5. Ozwestry tells a lot.");
        insta::assert_snapshot!(serde_json::to_string(&entry.corrections).unwrap().replace("},", "},\n"), @r#"
        [{"from":"L 4, 5","to":"L4-L5","start":5.0,"end":6.5,"in":"question"},
        {"from":"ozwestry","to":"Oswestry score","start":8.0,"end":8.5,"in":"answer"},
        {"from":"L 4 5","to":"L4-L5","start":10.5,"end":12.0,"in":"answer"},
        {"from":"Ozwestry","to":"Oswestry score","start":12.5,"end":13.0,"in":"answer"}]
        "#);
        insta::assert_snapshot!(flags(&draft).join("\n"), @r"
        glossary-correction 5000-6500 L4-L5
        glossary-correction 8000-8500 Oswestry score
        glossary-correction 10500-12000 L4-L5
        glossary-correction 12500-13000 Oswestry score
        level 5000-6500 of L4-L5 bad
        level 10500-12000 at L4-L5
        ");
        let flag = entry.flags.iter().find(|flag| flag.code == CODE).unwrap();
        assert_eq!(flag.message, "The glossary changed \"L 4, 5\" to \"L4-L5\".");
        assert!(entry.flags.iter().all(|flag| flag.code != CODE || !flag.blocking));
        assert_eq!(entry.status, Status::Draft);
    }

    #[test]
    fn without_the_line_the_text_is_as_it_was_and_a_line_for_nothing_changes_nothing() {
        let (with, mut without) = (trial(), trial());
        without.corrections = Corrections::default();
        let first = without.draft();
        assert!(!serde_json::to_string(&first).unwrap().contains("corrections"));
        without.corrections = table(&[("kyphoplasty", "Kyphoplasty")]);
        assert_eq!(without.draft(), first);
        let corrected = with.draft_after(Some(&first), LATER, 7);
        assert_eq!(corrected.entries[0].entry.id, first.entries[0].entry.id);
        assert_ne!(corrected.entries[0].entry.content_hash, first.entries[0].entry.content_hash);
        assert_eq!(with.draft_after(Some(&corrected), "2026-03-05T10:00:00Z", 7), corrected);
        let mut back = without.draft_after(Some(&corrected), LATER, 7);
        back.entries[0].entry.updated_at = first.entries[0].entry.updated_at;
        assert_eq!(back, first);
    }

    #[test]
    fn a_persons_text_is_not_corrected_and_keeps_the_records_of_what_it_still_has() {
        let draft = trial().draft();
        let id = &draft.entries[0].entry.id;
        let paragraphs = vec!["The ozwestry is low at L4-L5, and L 4 5 hurts.".to_owned()];
        let (entries, conflicts) = apply(
            Ground { draft: &draft, material: None },
            &[edit(1, id, Change::SetAnswer { paragraphs: paragraphs.clone() })],
        );
        let entry = &entries.entries[0];
        assert!(conflicts.is_empty());
        assert_eq!(entry.answer.as_ref().unwrap().paragraphs, paragraphs);
        let left: Vec<(Corrected, &str)> = entry.corrections.iter().map(|c| (c.place, c.to.as_str())).collect();
        assert_eq!(left, [(Corrected::Question, "L4-L5"), (Corrected::Answer, "L4-L5")]);
        assert_eq!(entry.flags.iter().filter(|flag| flag.code == CODE).count(), 2);
    }

    #[test]
    fn a_corrected_name_is_still_the_askers() {
        let mut trial = Trial::new(&[
            "H Our next question is from Marya in Queens.",
            "H She asks, is it safe to run?",
            "E It depends on what Marya can do today.",
        ])
        .pair(1..2, &[2..3]);
        let named =
            |trial: &Trial| trial.draft().entries[0].entry.flags.iter().find(|f| f.blocking).unwrap().text.clone();
        assert_eq!(named(&trial), "Marya");
        trial.corrections = table(&[("marya", "Maria")]);
        assert_eq!(named(&trial), "Maria");
        trial.outline.pairs[0].asker = Some("Marya".into());
        trial.transcript.words[5].text = "somebody".into();
        assert_eq!(named(&trial), "Maria");
    }

    proptest! {
        #[test]
        fn undoing_the_records_gives_the_text_as_it_was(
            said in proptest::collection::vec("((disc|pain|um|the|the the|therapy|hurts|So)(,|\\.)? ){1,8}hurts\\.", 3..6),
            heard in proptest::collection::vec("(disc|pain|the|therapy|hurts|so)( (disc|pain|the|hurts)){0,2}", 1..5),
        ) {
            let lines: Vec<String> = said.iter().map(|line| format!("E {line}")).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let mut trial = Trial::new(&lines).pair(0..1, &[1..lines.len()]);
            let plain = trial.draft();
            for (i, heard) in heard.iter().enumerate() {
                let _ = trial.corrections.insert(heard, &format!("Z{} (z)", "z".repeat(i + 1)));
            }
            let mut draft = trial.draft();
            let (entry, old) = (&mut draft.entries[0].entry, &plain.entries[0].entry);
            let (question, answer) = (&mut entry.question, entry.answer.as_mut().unwrap());
            let mut parts = std::iter::once(&mut question.text).chain(&mut answer.paragraphs);
            let mut text = parts.next().unwrap();
            for Correction { from, to, span, .. } in &entry.corrections {
                prop_assert!(span.start < span.end);
                while !text.contains(to.as_str()) {
                    text = parts.next().unwrap();
                }
                *text = text.replacen(to.as_str(), from, 1);
            }
            prop_assert_eq!(&entry.question, &old.question);
            prop_assert_eq!(&entry.answer, &old.answer);
        }
    }
}
