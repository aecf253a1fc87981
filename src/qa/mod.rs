//! Sentences into an outline of segments, questions and answers.
//!
//! The way: wordings ([`cues`]) and a word table ([`words`]) say what a sentence is like alone; trees ([`trees`]) see
//! it among its neighbours, voices and the document and mark starts and ends ([`candidates`]); every promising start
//! gets the most promising answers, trees rate each such pair as a whole, and the best set without overlap wins
//! ([`decoder`]). Tables and trees are learned from invented scripts by `training/train.py`. No question mark, voice
//! or time is needed; each helps.

mod acts;
mod aloud;
mod candidates;
mod cues;
mod decoder;
pub mod embed;
mod explain;
mod features;
mod lines;
mod open;
mod pairs;
mod prior;
mod second;
#[cfg(feature = "training")]
pub mod training;
mod trees;
mod words;

use crate::model::{
    Millis, Outline, Pair, Proposed, Segment, SegmentKind, Unanswered, Utterance, WrittenQuestion, hull,
};
use aloud::Written;
use candidates::{Candidate, Marks, mark};
use embed::Embedding;
use features::{Sheet, class};
use open::Open;
use prior::Prior;
use std::collections::HashSet;
use std::ops::Range;

/// Raised when the same sentences give another outline.
pub const VERSION: u32 = 4;

/// Where people say that the audience asks, this share of the usual probability is enough for a pair.
const STATED: f32 = 0.6;
/// From this share of the probability that makes a pair on, a candidate is kept as possible.
const POSSIBLE: f32 = 0.45;

/// What people know of the audience's questions. Nothing by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints<'a> {
    /// Questions that were asked in writing: where one of them is read aloud, a question is likelier than without.
    pub written: &'a [WrittenQuestion],
    /// The embeddings of their texts; without them the answers of unread ones are not looked for.
    pub written_embeddings: &'a [Embedding],
    /// Whether anybody in the audience asks anything.
    pub asks: Option<bool>,
    /// No question starts before.
    pub from: Option<Millis>,
    /// No answer starts behind.
    pub until: Option<Millis>,
    /// Pairs that a second reader proposes: rated like all others, and a little likelier.
    pub proposed: &'a [Proposed],
}

impl Hints<'_> {
    /// Whether a candidate lies where people say that there are questions.
    fn allow(&self, sheet: &Sheet<'_>, candidate: Candidate) -> bool {
        let start = |i: usize| sheet.utterances[i].span.map(|span| span.start);
        let early = self.from.zip(start(candidate.question.1)).is_some_and(|(from, start)| start < from);
        let late = self.until.zip(start(candidate.answer.0)).is_some_and(|(until, start)| start > until);
        self.asks != Some(false) && !early && !late
    }

    /// The probability from which on a candidate is a pair.
    fn least(&self) -> f32 {
        let stated = self.asks == Some(true) || self.from.is_some();
        decoder::learned().least * if stated { STATED } else { 1.0 }
    }
}

/// The outline of an episode: pairs in order and without overlap, and every sentence in one segment.
///
/// `embeddings` holds that of each utterance's text, see [`embed`]. Pure and deterministic; any input gives an outline, the
/// empty one an empty outline.
///
/// # Panics
/// When there are not as many embeddings as utterances.
#[must_use]
pub fn outline(utterances: &[Utterance], embeddings: &[Embedding], hints: &Hints<'_>) -> Outline {
    assert_eq!(utterances.len(), embeddings.len(), "an embedding for each sentence");
    let sheet = Sheet::read(utterances, embeddings);
    let heard = decoder::mark(&sheet, |first| first);
    let prior = Prior::find(&sheet, &heard, hints.written);
    let marks = prior.mark(&sheet, &heard);
    let mut open = open::put_off(&sheet, &marks);
    open.retain(|open| hints.allow(&sheet, open.as_candidate()));
    let mut rated = prior.rate(&sheet, &heard, &marks);
    second::lift(&sheet, &marks, hints.proposed, &mut rated);
    rated
        .retain(|(candidate, _)| hints.allow(&sheet, *candidate) && !open.iter().any(|open| open.overlaps(*candidate)));
    let chosen = decoder::choose(&rated, hints.least(), sheet.len());
    let chosen = pairs::unite(&sheet, &marks, chosen);
    let trimmed = chosen.into_iter().map(|(candidate, odds)| (pairs::trim(&sheet, &marks, candidate), odds));
    let (deferred, chosen): (Vec<_>, Vec<_>) = trimmed.partition(|(c, _)| open::only_defers(&sheet, &marks, *c));
    open.extend(deferred.into_iter().map(|(candidate, _)| Open::from(candidate)));
    let pair = |candidate: Candidate, odds: f32, earliest: usize| Pair {
        question: std::iter::once(candidate.question.0..candidate.question.1 + 1).collect(),
        answer: pairs::answer(&sheet, &marks, candidate),
        source: pairs::source(&sheet, candidate, earliest),
        asker: pairs::asker(&sheet, candidate, earliest),
        confidence: odds.clamp(0.0, 1.0),
        reasons: explain::reasons(&sheet, &marks, &prior, candidate, earliest),
    };
    let mut earliest = 0;
    let mut pairs = Vec::new();
    for (candidate, odds) in chosen {
        let put_off = open.iter().filter(|open| open.end <= candidate.question.0).map(|open| open.end).max();
        earliest = earliest.max(put_off.unwrap_or(0));
        let candidate = pairs::widen(&sheet, &marks, candidate, earliest);
        pairs.push(pair(candidate, odds, earliest));
        earliest = candidate.answer.1 + 1;
    }
    let mut outline = Outline { segments: Vec::new(), pairs, ..Outline::default() };
    let mut kinds = kinds(&sheet, &marks, &outline);
    let paired: Vec<bool> = kinds.iter().map(|k| matches!(k, SegmentKind::Question | SegmentKind::Answer)).collect();
    for open in open::complete(&sheet, &marks, open, &kinds) {
        // An answer that goes on after an invitation may have reached into a question put off.
        if paired[open.question.clone()].contains(&true) {
            continue;
        }
        kinds[open.question.clone()].fill(SegmentKind::Question);
        kinds[open.question.end..open.end].fill(SegmentKind::HandOver);
        outline.unanswered.push(Unanswered { reason: open.reason(&sheet), question: open.question });
    }
    let free = |i: &usize| !matches!(kinds[*i], SegmentKind::Question | SegmentKind::Answer);
    rated.retain(|(candidate, _)| (candidate.question.0..=candidate.answer.1).all(|i| free(&i)));
    for (candidate, odds) in decoder::choose(&rated, hints.least() * POSSIBLE, sheet.len()) {
        let candidate = pairs::trim(&sheet, &marks, candidate);
        let before = (0..candidate.question.0).rev().find(|i| !free(i)).map_or(0, |i| i + 1);
        outline.possible.push(pair(candidate, odds, before));
    }
    let written = Written { questions: hints.written, embeddings: hints.written_embeddings };
    let asked: Vec<Range<usize>> = outline.pairs.iter().filter_map(|p| hull(&p.question)).collect();
    let mut open: Vec<bool> = (0..sheet.len()).map(|i| free(&i)).collect();
    let unanswered = outline.unanswered.iter().map(|open| open.question.clone());
    let read = asked.iter().cloned().chain(unanswered).filter_map(|q| prior.number_read((q.start, q.end - 1)));
    let read: HashSet<usize> = read.collect();
    if hints.asks != Some(false) {
        outline.aloud = written.answered(&sheet, &marks, &read, &asked, &mut open);
    }
    for run in outline.aloud.iter().filter_map(|aloud| aloud.answer.clone()) {
        kinds[run].fill(SegmentKind::Answer);
    }
    outline.possible.retain(|pair| pair.question.iter().chain(&pair.answer).cloned().flatten().all(|i| open[i]));
    for (i, kind) in kinds.into_iter().enumerate() {
        match outline.segments.last_mut().filter(|segment| segment.kind == kind) {
            Some(segment) => segment.sentences.end = i + 1,
            None => outline.segments.push(Segment { kind, sentences: i..i + 1 }),
        }
    }
    outline
}

fn kinds(sheet: &Sheet<'_>, marks: &[Marks], outline: &Outline) -> Vec<SegmentKind> {
    let first = outline.pairs.first().and_then(|p| p.question.first()).map_or(usize::MAX, |r| r.start);
    let kind = |i: usize| {
        let shares = &sheet.shares[i];
        let aside = shares[class::ANNOUNCEMENT] + shares[class::ASIDE];
        let farewell = shares[class::GREETING] > 0.4 && i > first;
        if marks[i][mark::HAND_OVER] > 0.5 {
            SegmentKind::HandOver
        } else if farewell || aside > 0.5 {
            SegmentKind::Other
        } else {
            SegmentKind::Talk
        }
    };
    let mut kinds: Vec<SegmentKind> = (0..sheet.len()).map(kind).collect();
    for pair in &outline.pairs {
        let ends = pair.question.first().zip(pair.answer.last());
        for i in ends.map_or(0..0, |(question, answer)| question.start..answer.end) {
            // Between a question and its answer, and in what is cut out, nothing is talk.
            if kinds[i] == SegmentKind::Talk {
                kinds[i] = SegmentKind::HandOver;
            }
        }
        for (ranges, kind) in [(&pair.question, SegmentKind::Question), (&pair.answer, SegmentKind::Answer)] {
            ranges.iter().for_each(|range| kinds[range.clone()].fill(kind));
        }
    }
    kinds
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a run of sentences is meant")]
mod tests {
    use super::*;
    use crate::model::{ClusterId, QuestionSource, Role, Span};
    use crate::progress::Cancel;
    use proptest::prelude::*;

    fn heard(utterances: &[Utterance], hints: &Hints<'_>) -> Outline {
        outline(utterances, &embed::of(utterances), hints)
    }

    fn say(speaker: u32, text: &str) -> Utterance {
        Utterance { text: text.to_owned(), span: None, speaker: Some(ClusterId(speaker)), role: None }
    }

    fn webinar() -> Vec<Utterance> {
        vec![
            say(0, "Welcome back, everyone, and thank you, Dr. Pebble, for that talk."),
            say(0, "Let's turn to your questions."),
            say(0, "Our first question is from Maria in Queens."),
            say(0, "She asks, is it safe to swim after a fusion?"),
            say(1, "In most cases, yes, once the wound has healed."),
            say(1, "I would start slowly, and I would avoid diving at first."),
            say(1, "If it hurts more the next day, you did too much."),
            say(0, "Dr. Starling, do you want to add anything?"),
            say(2, "I would only say that walking in the water is a good start."),
            say(2, "You should not swim with an open wound."),
            say(0, "Thank you both."),
            say(0, "The next one came in by email."),
            say(0, "My father is 82 and takes a blood thinner, is he too old for surgery?"),
            say(1, "Age alone is not a reason to say no."),
            say(1, "We look at the heart, the lungs and the bones."),
            say(0, "That's all the time we have tonight."),
            say(0, "Good night, everyone."),
        ]
    }

    #[test]
    fn a_webinar_becomes_pairs() {
        let outline = heard(&webinar(), &Hints::default());
        let pairs: Vec<_> = outline.pairs.iter().map(|p| (p.question.clone(), p.answer.clone())).collect();
        assert_eq!(pairs, [(vec![3..4], vec![4..7, 8..10]), (vec![12..13], vec![13..15])]);
        assert_eq!(outline.pairs[0].asker.as_deref(), Some("Maria"));
        assert_eq!(outline.segments.first().unwrap().kind, SegmentKind::Talk);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(heard(&[], &Hints::default()), Outline::default());
    }

    fn write(texts: &[&str]) -> Vec<WrittenQuestion> {
        let written = |text: &&str| WrittenQuestion { text: (*text).to_owned(), ..Default::default() };
        texts.iter().map(written).collect()
    }

    fn reading(written: &[WrittenQuestion]) -> Hints<'_> {
        Hints { written, ..Hints::default() }
    }

    /// The webinar with a question that is only a few words, read without any introduction.
    fn terse() -> Vec<Utterance> {
        let mut all = webinar();
        let more = [
            say(0, "Thank you both."),
            say(0, "Gardening with a brace."),
            say(1, "I like that people stay active and outside."),
            say(1, "Kneel, keep things close, and take a rest every half hour."),
            say(1, "The brace reminds you not to bend too far."),
        ];
        all.splice(15..15, more);
        all
    }

    #[test]
    fn a_terse_question_is_found_when_it_stands_in_the_written_ones() {
        let asked = |outline: &Outline| outline.pairs.iter().any(|p| p.question == [16..17] && p.answer[0].start == 17);
        let plain = heard(&terse(), &Hints::default());
        assert!(!asked(&plain), "{plain:#?}");
        let others = ["Will I need a walker?", "Can I still do my gardening while I wear a brace?", "Heat or ice?"];
        let found = heard(&terse(), &reading(&write(&others)));
        assert!(asked(&found), "{found:#?}");
        let pair = found.pairs.iter().find(|p| p.question == [16..17]).unwrap();
        assert_eq!(
            pair.reasons[0],
            "it stands in the written questions: “Can I still do my gardening while I wear a brace?”"
        );
        assert_eq!(pair.source, QuestionSource::ReadByHost);
        let rest = |o: &Outline| -> Vec<_> { o.pairs.iter().filter(|p| p.question != [16..17]).cloned().collect() };
        assert_eq!(rest(&found)[0], plain.pairs[0]);
    }

    #[test]
    fn written_questions_that_nobody_reads_change_nothing() {
        let unread = [
            "",
            "???",
            "Will I need a walker?",
            "What about the open wound?",
            "Do you look at the lungs and the bones, and at the kidneys, the liver and my blood pressure?",
            "Which surgery helps against numb feet after many years of diabetes?",
            "If it hurts the day after physiotherapy, did my therapist do too much with my shoulder?",
        ];
        for event in [webinar(), terse()] {
            assert_eq!(heard(&event, &reading(&write(&unread))), heard(&event, &Hints::default()));
        }
    }

    const TALK: [&str; 10] = [
        "The spine has thirty-three bones.",
        "Between them lie discs, and each disc is like a cushion.",
        "As we grow older they lose water, and that is normal.",
        "Most people with such changes feel nothing at all.",
        "So what does the disc do all day?",
        "It takes the load when we bend and when we sit.",
        "I had a patient once who could not tie his shoes.",
        "On this slide you see the nerve roots, here on the left.",
        "The muscles hold the spine like the ropes of a mast.",
        "That brings me to the next picture.",
    ];

    const PARTS: [&str; 24] = [
        "",
        "?",
        "…",
        "Next.",
        "Our next question is from Theo in Gullhaven.",
        "What kind of mattress is best?",
        "Someone asks, how long should I wait?",
        "Well, it depends.",
        "Yes.",
        "You should keep walking.",
        "Thank you so much, that helps.",
        "We will have to take that offline.",
        "Good night, everyone.",
        "so is smaller always better",
        "Hi, can you hear me?",
        "I have had sciatica for six weeks.",
        "Dr. Starling, do you want to add anything?",
        "Let me pause for a quick announcement.",
        "ÄÖ ß 漢字 ١٢",
        "I mean, who knows, right?",
        "And what about ice?",
        "Welcome to Spine Time.",
        "L4-L5",
        "We leave that one for next time.",
    ];

    fn utterance() -> impl Strategy<Value = Utterance> {
        let text =
            prop_oneof![4 => proptest::sample::select(PARTS.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,40}"];
        let role = proptest::option::of(proptest::sample::select(vec![Role::Host, Role::Expert, Role::Audience]));
        (text, proptest::option::of(0u32..4), role).prop_map(|(text, speaker, role)| Utterance {
            text,
            span: None,
            speaker: speaker.map(ClusterId),
            role,
        })
    }

    proptest! {
        #[test]
        fn pairs_stand_in_order_without_overlap_and_segments_cover_all(
            utterances in proptest::collection::vec(utterance(), 0..60),
            texts in proptest::collection::vec(proptest::sample::select(PARTS.to_vec()), 0..6),
        ) {
            let written = write(&texts);
            let found = heard(&utterances, &reading(&written));
            let mut at = 0;
            for pair in &found.pairs {
                for range in pair.question.iter().chain(&pair.answer) {
                    prop_assert!(range.start >= at && range.end > range.start && range.end <= utterances.len());
                    at = range.end;
                }
                prop_assert!(!pair.question.is_empty() && !pair.answer.is_empty() && !pair.reasons.is_empty());
                prop_assert!((0.0..=1.0).contains(&pair.confidence));
            }
            let mut covered = 0;
            for segment in &found.segments {
                prop_assert_eq!(segment.sentences.start, covered);
                prop_assert!(segment.sentences.end > covered);
                covered = segment.sentences.end;
            }
            prop_assert_eq!(covered, utterances.len());
            let mut at = 0;
            for pair in &found.possible {
                for range in pair.question.iter().chain(&pair.answer) {
                    prop_assert!(range.start >= at && range.end > range.start && range.end <= utterances.len());
                    at = range.end;
                    let chosen = found.pairs.iter().flat_map(|p| p.question.iter().chain(&p.answer));
                    prop_assert!(chosen.clone().all(|other| other.end <= range.start || range.end <= other.start));
                }
            }
            let taken = |i: usize| found.pairs.iter().flat_map(|p| p.question.iter().chain(&p.answer)).any(|r| r.contains(&i));
            for open in &found.unanswered {
                prop_assert!(open.question.end <= utterances.len() && !open.question.clone().any(taken));
            }
            prop_assert_eq!(heard(&utterances, &reading(&written)), found);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_talk_before_the_questions_moves_the_pairs_and_changes_none(
            talk in proptest::collection::vec(proptest::sample::select(TALK.to_vec()), 0..160),
        ) {
            let before: Vec<Utterance> = talk.iter().map(|text| say(1, text)).collect();
            let shift = |ranges: &[Range<usize>]| -> Vec<Range<usize>> {
                ranges.iter().map(|r| r.start + before.len()..r.end + before.len()).collect()
            };
            let plain = heard(&webinar(), &Hints::default());
            let moved: Vec<_> = plain.pairs.iter().map(|p| (shift(&p.question), shift(&p.answer))).collect();
            let longer = heard(&[before.clone(), webinar()].concat(), &Hints::default());
            let found: Vec<_> = longer.pairs.into_iter().map(|p| (p.question, p.answer)).collect();
            prop_assert_eq!(found, moved);
        }
    }

    #[test]
    fn people_say_where_questions_are_and_whether_there_are_any() {
        let mut event = webinar();
        for (second, utterance) in event.iter_mut().enumerate() {
            let start = Millis(second as u64 * 1000);
            utterance.span = Some(Span::new(start, Millis(start.0 + 900)));
        }
        let starts = |hints: &Hints<'_>| -> Vec<usize> {
            heard(&event, hints).pairs.iter().map(|pair| pair.question[0].start).collect()
        };
        let second = |second: u64| Some(Millis(second * 1000));
        assert_eq!(starts(&Hints::default()), [3, 12]);
        // Where people say that there are questions, less is enough for one.
        let late = starts(&Hints { from: second(6), ..Hints::default() });
        assert!(late.contains(&12) && late.iter().all(|start| *start >= 6), "{late:?}");
        assert_eq!(starts(&Hints { until: second(9), ..Hints::default() }), [3]);
        let written = [WrittenQuestion { text: "Do I need a brace?".into(), aloud: true, ..Default::default() }];
        let written_embeddings = embed::embedder().embed(["Do I need a brace?"], &Cancel::default()).unwrap();
        let asked = Hints { written: &written, written_embeddings: &written_embeddings, ..Hints::default() };
        assert_eq!(heard(&event, &asked).aloud.len(), 1);
        let none = heard(&event, &Hints { asks: Some(false), ..asked });
        assert!(none.pairs.is_empty() && none.possible.is_empty() && none.unanswered.is_empty(), "{none:#?}");
        assert!(none.aloud.is_empty());
    }
}
