//! Each failure pattern and each other lint on a telling exchange, and what only looks like one.

use super::super::trial::Trial;
use super::*;
use crate::model::FlagKind;

const ANSWER: &str =
    "E In most cases you can walk and swim again after about six weeks, and I encourage people to do so.";

/// The lints of the first entry.
fn lints(trial: &Trial) -> Vec<String> {
    let draft = trial.draft();
    let flags = draft.entries[0].entry.flags.iter().filter(|flag| flag.kind == FlagKind::Lint);
    flags.map(|flag| flag.code.clone()).collect()
}

fn asked(question: &str) -> Vec<String> {
    lints(&Trial::new(&[question, ANSWER]).pair(0..1, &[1..2]))
}

fn answered(answer: &str) -> Vec<String> {
    let answer = format!("{answer} And so it is safe for most people who come to us with this.");
    lints(&Trial::new(&["H Is it safe to run?", &answer]).pair(0..1, &[1..2]))
}

#[test]
fn each_pattern_of_a_wrong_question_is_told() {
    for (code, question) in [
        ("comms-check", "A Hi, is this on, and can everyone hear me okay?"),
        ("greeting-in-question", "H Is it safe to run, and have a good evening?"),
        ("introduction", "H With us tonight is a surgeon, so would you introduce yourself?"),
        ("statement", "A I have had sciatica for six weeks and the shots did nothing."),
        ("announcement", "H Can you all use the q&a box for that?"),
        ("question-cut-short", "A Is it safe to run with the."),
        ("question-cut-short", "A Is it safe to run and"),
        ("merged-questions", "H Is it safe to run, and somebody else asks, can I swim?"),
        ("name-only", "H Next is Maria from Queens."),
        ("compliment", "A I just love your work, it was so helpful."),
        ("ceremony", "H Can we give them a round of applause?"),
    ] {
        assert!(asked(question).contains(&code.to_owned()), "{code}: {question}: {:?}", asked(question));
    }
    for question in [
        "A Is it safe to run with a herniated disc?",
        "A What is it made of?",
        "A My back hurts when I sit, so what can I do?",
        "A Thank you, that was so helpful, but can I swim?",
    ] {
        assert!(asked(question).is_empty(), "{question}: {:?}", asked(question));
    }
}

#[test]
fn an_answer_that_begins_late_or_early_is_told() {
    for (code, answer) in [
        ("filler-start", "E Yeah, so it is safe."),
        ("filler-start", "E Okay, well, so it is."),
        ("handover-start", "E Thanks for that question, it is."),
        ("handover-start", "E That's a great question. It is."),
        ("handover-start", "E I'll take that one, it is."),
        ("greeting-inside", "E It is safe. Have a great night."),
        ("announcement-inside", "E It is safe. You can register for it now."),
        ("next-question-inside", "E It is safe. Our next question is from Ann."),
        ("greeting-inside", "E It is safe, so join me in thanking them."),
    ] {
        assert!(answered(answer).contains(&code.to_owned()), "{code}: {answer}: {:?}", answered(answer));
    }
    for answer in
        ["E Yeah, it is safe.", "E So it is.", "E Right legs heal as fast as left ones.", "E Well, that depends."]
    {
        assert!(answered(answer).is_empty(), "{answer}: {:?}", answered(answer));
    }
}

#[test]
fn the_answers_words_in_the_question_are_heard_by_words_and_by_voices() {
    let same = Trial::new(&["H Is it safe to run?", "H Great question.", "E It is.", ANSWER]).pair(0..2, &[2..4]);
    assert_eq!(lints(&same), ["answer-in-question"]);
    let voices = Trial::new(&["H Is it safe to run?", "E In my view it is.", ANSWER]).pair(0..2, &[2..3]);
    assert_eq!(lints(&voices), ["answer-in-question"]);
}

#[test]
fn swapped_parts_are_told_by_roles_and_by_form() {
    let roles = Trial::new(&[ANSWER, "A So is it safe, and I mean for everybody who had this done last year?"]);
    assert!(lints(&roles.pair(0..1, &[1..2])).contains(&"swapped".to_owned()));
    let form =
        Trial::new(&["H You can run.", "H Is it safe to run for somebody who had this surgery just last year then?"]);
    assert!(lints(&form.pair(0..1, &[1..2])).contains(&"swapped".to_owned()));
}

#[test]
fn what_asks_nothing_needs_a_decision_only_where_the_pair_is_not_sure() {
    let mut trial = Trial::new(&["A My back has hurt for years.", ANSWER]).pair(0..1, &[1..2]);
    assert_eq!(lints(&trial), ["no-short-question", "statement"]);
    trial.outline.pairs[0].confidence = 0.6;
    assert_eq!(lints(&trial), ["no-short-question", "unlikely-question"]);
    trial.outline.pairs[0].confidence = 0.4;
    assert_eq!(lints(&trial), ["no-short-question", "unlikely-question", "low-confidence"]);
}

#[test]
fn sentences_in_two_entries_are_told_in_both() {
    let lines =
        ["H Is it safe to run?", ANSWER, "E And swimming is fine too.", "E So is walking, as I said before today."];
    let trial = Trial::new(&lines).pair(0..1, &[1..3]).pair(2..3, &[3..4]);
    let draft = trial.draft();
    for drafted in &draft.entries {
        let flag = drafted.entry.flags.iter().find(|flag| flag.code == "overlapping-entry").unwrap();
        assert_eq!(
            (flag.text.as_str(), flag.start),
            ("And swimming is fine too.", trial.transcript.sentences[2].span.start)
        );
    }
}

#[test]
fn speech_that_belongs_to_nothing_is_a_gap() {
    let long = "E This sentence is left out though it says a good deal about how to walk in water.";
    let trial = Trial::new(&["H Is it safe to run?", ANSWER, long, "E After that it is fine for most people."])
        .pair(0..1, &[1..2, 3..4]);
    let draft = trial.draft();
    let gap = draft.entries[0].entry.flags.iter().find(|flag| flag.code == "gap-in-answer").unwrap();
    assert_eq!(Span::new(gap.start, gap.end), trial.transcript.sentences[2].span);
    // A hand-over or a joke that segmentation knows of is no gap.
    let mut known = trial.clone();
    known.outline.segments.push(Segment { kind: SegmentKind::Other, sentences: 2..3 });
    assert_eq!(lints(&known), Vec::<String>::new());
    // Nor is a short one; speech without any words counts.
    let mut silent =
        Trial::new(&["H Is it safe to run?", ANSWER, "E After that it is fine for most people."]).pair(0..1, &[1..3]);
    let (before, after) = (silent.transcript.sentences[1].span, &mut silent.transcript.sentences[2].span);
    *after = Span::new(after.start.plus(Millis(8_000)), after.end.plus(Millis(8_000)));
    assert_eq!(lints(&silent), Vec::<String>::new());
    silent.transcript.speech = vec![Span::new(before.end, before.end.plus(Millis(4_000)))];
    assert_eq!(lints(&silent), Vec::<String>::new());
    silent.transcript.speech = vec![Span::new(before.end, before.end.plus(Millis(6_000)))];
    assert_eq!(lints(&silent), ["gap-in-answer"]);
}

#[test]
fn an_announcement_between_question_and_answer_or_cut_out_of_it_is_told() {
    let between = Trial::new(&["H Is it safe to run?", "H Please fill out the survey before you go.", ANSWER]);
    assert_eq!(lints(&between.pair(0..1, &[2..3])), ["across-announcement"]);
    let inside = Trial::new(&["H Is it safe to run?", ANSWER, "H A quick announcement.", "E After that it is fine."]);
    assert_eq!(lints(&inside.pair(0..1, &[1..2, 3..4])), ["across-announcement"]);
    let plain = Trial::new(&["H Is it safe to run?", "H Doctor, please.", ANSWER]);
    assert_eq!(lints(&plain.pair(0..1, &[2..3])), Vec::<String>::new());
}
