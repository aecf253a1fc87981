//! What captions may find, and what they may not.

use super::super::trial::Trial;
use super::*;
use crate::model::FlagKind;
use crate::model::Millis;
use proptest::prelude::*;

/// The transcript's words as captions of at most seven words, in small letters without marks, as recognisers publish
/// them; `change` may replace each word by others or by nothing.
fn captions_of(transcript: &Transcript, mut change: impl FnMut(usize, &str) -> String) -> Vec<Caption> {
    let words: Vec<(usize, &crate::model::Word)> = transcript.words.iter().enumerate().collect();
    let line = |words: &[(usize, &crate::model::Word)]| {
        let texts: Vec<String> = words
            .iter()
            .map(|(i, word)| change(*i, word.text.to_lowercase().trim_matches(['.', ',', '?', '!', ';', ':'])))
            .filter(|text| !text.is_empty())
            .collect();
        let span = words[0].1.span.hull(words[words.len() - 1].1.span);
        Caption { span, text: texts.join(" ") }
    };
    words.chunks(7).map(line).filter(|caption| !caption.text.is_empty()).collect()
}

/// A trial of one question and one answer, with captions that say `said` instead of the lines.
fn trial(lines: &[&str], said: &[&str]) -> Trial {
    let mut trial = Trial::new(lines).pair(0..1, &[1..lines.len()]);
    let sentences = trial.transcript.sentences.iter().zip(said);
    trial.captions = sentences.map(|(s, text)| Caption { span: s.span, text: (*text).to_owned() }).collect();
    trial
}

fn found(trial: &Trial) -> Vec<Flag> {
    let draft = trial.draft();
    let flags = draft.entries.iter().flat_map(|entry| &entry.entry.flags);
    flags.filter(|flag| flag.code.starts_with("captions-")).cloned().collect()
}

/// Findings as code, text and message.
fn told(trial: &Trial) -> String {
    found(trial).iter().map(|f| format!("{}: {} | {}", f.code, f.text, f.message)).collect::<Vec<_>>().join("\n")
}

const QUESTION: &str = "H Is it safe to run with a herniated disc?";
const ASKED: &str = "is it safe to run with a herniated disc";
const REST: &str = "E Most people get better with time, with gentle walking and with good physical therapy.";
const SAID: &str = "most people get better with time with gentle walking and with good physical therapy";

#[test]
fn a_lost_negation_is_heard_by_the_captions() {
    let lines = [QUESTION, "E Well, we do recommend it in the first six weeks.", REST];
    let trial = trial(&lines, &[ASKED, "well we do not recommend it in the first 6 weeks", SAID]);
    let flags = found(&trial);
    assert_eq!(flags.len(), 1, "{flags:?}");
    insta::assert_snapshot!(told(&trial), @r#"captions-differ: we do recommend it | The published captions say "… we do not recommend it …" here; the transcript says "… we do recommend it …". Listen to it."#);
    let words = &trial.transcript.words;
    let at = words.iter().position(|word| word.text == "recommend").unwrap();
    assert_eq!((flags[0].start, flags[0].end), (words[at - 1].span.start, words[at].span.end));
    assert!(!flags[0].blocking && flags[0].kind == FlagKind::Risk && flags[0].resolved.is_none());
    // The texts are those without captions.
    let alone = Trial { captions: Vec::new(), ..trial.clone() };
    let (with, without) = (trial.draft(), alone.draft());
    assert_eq!(with.entries[0].entry.content_hash, without.entries[0].entry.content_hash);
    let rest = with.entries[0].entry.flags.iter().filter(|flag| !flag.code.starts_with("captions-")).cloned();
    assert_eq!(rest.collect::<Vec<_>>(), without.entries[0].entry.flags);
}

#[test]
fn a_finding_is_decided_like_any_other() {
    use super::super::trial::edit;
    use super::super::{Ground, apply};
    use crate::model::Change;
    let lines = [QUESTION, "E Well, we do recommend it in the first six weeks.", REST];
    let trial = trial(&lines, &[ASKED, "well we do not recommend it in the first 6 weeks", SAID]);
    let draft = trial.draft();
    let after = |change: Change| {
        let (entries, conflicts) =
            apply(Ground { draft: &draft, material: None }, &[edit(1, &draft.entries[0].entry.id, change)]);
        assert_eq!(conflicts, []);
        let flags = entries.entries[0].flags.clone();
        flags.into_iter().filter(|flag| flag.code == "captions-differ").collect::<Vec<Flag>>()
    };
    let said =
        |words: &str| Change::SetAnswer { paragraphs: vec![format!("We do {words} it. Most people get better.")] };
    assert_eq!(after(said("recommend")).len(), 1, "still open");
    assert_eq!(after(said("not recommend")), [], "the text was set right");
    let resolve = Change::ResolveFlag { flag: Box::new(found(&trial)[0].clone()), how: "heard".into() };
    assert_eq!(after(resolve)[0].resolved.as_deref(), Some("heard"));
}

#[test]
fn a_dropped_sentence_is_found_inside_and_at_the_end() {
    let lines = [QUESTION, "E Swimming is fine.", "E Ask your surgeon before you begin.", REST];
    let inside = "ask your surgeon before you begin but if your foot goes numb call us at once";
    insta::assert_snapshot!(told(&trial(&lines, &[ASKED, "swimming is fine", inside, SAID])), @r#"captions-have-more: you begin. Most people | The published captions have more words here: they say "… you begin but if your foot goes numb call us at once most people …"; the transcript says "… you begin. Most people …". Listen to it."#);
    let end = format!("{SAID} and stop when your leg hurts");
    let behind = trial(&lines, &[ASKED, "swimming is fine", "ask your surgeon before you begin", &end]);
    insta::assert_snapshot!(told(&behind), @r#"captions-have-more: physical therapy | The published captions have more words here: they say "… physical therapy and stop when your leg hurts …"; the transcript says "… physical therapy. …". Listen to it."#);
    let last = behind.transcript.words.last().unwrap();
    assert_eq!((found(&behind)[0].start, found(&behind)[0].end), (last.span.start, last.span.end));
}

#[test]
fn what_would_change_the_medicine_is_told() {
    let lines = [
        QUESTION,
        "E Take 15 mg of naproxen for two weeks.",
        "E The disc at L4-L5 presses on the left leg, and it never heals in a day.",
        "E We look at the lumbar spine with a scanner before surgery.",
        REST,
    ];
    let said = [
        ASKED,
        "take 50 mg of naproxen for two months",
        "the disc at l4 l6 presses on the right leg and it always heals in a day",
        "we look at the lumber spy with us can or be force are jury",
        SAID,
    ];
    insta::assert_snapshot!(told(&trial(&lines, &said)), @r#"
    captions-differ: Take 15 mg of | The published captions say "… disc take 50 mg of …" here; the transcript says "… disc? Take 15 mg of …". Listen to it.
    captions-differ: for two weeks. The disc | The published captions say "… for two months the disc …" here; the transcript says "… for two weeks. The disc …". Listen to it.
    captions-differ: disc at L4-L5 presses on | The published captions say "… disc at l4 l6 presses on …" here; the transcript says "… disc at L4-L5 presses on …". Listen to it.
    captions-differ: on the left leg, and | The published captions say "… on the right leg and …" here; the transcript says "… on the left leg, and …". Listen to it.
    captions-differ: and it never heals in | The published captions say "… and it always heals in …" here; the transcript says "… and it never heals in …". Listen to it.
    captions-differ: at the lumbar spine with a scanner before surgery. Most people | The published captions say "… at the lumber spy with us can or be force are jury most people …" here; the transcript says "… at the lumbar spine with a scanner before surgery. Most people …". Listen to it.
    "#);
}

#[test]
fn other_spelling_is_no_difference() {
    let lines = [
        QUESTION,
        "E Um, it's about twenty-five percent at L4-L5, and you can't lift 15 mg of anything.",
        "E I don't think, I don't think that health care is at the two hundred and six centres we analysed.",
        "E The the disk, you know, herniated in the left leg. No, no. It's not dangerous.",
        REST,
    ];
    let said = [
        ASKED,
        "it is about 25% at L4 5 and you cannot lift fifteen milligrams of anything",
        "i do not think that healthcare is at the 206 centers we analyzed",
        "the disc uh herniated in the left leg no it is not dangerous",
        SAID,
    ];
    assert_eq!(told(&trial(&lines, &said)), "");
}

#[test]
fn captions_of_something_else_are_not_used() {
    for other in ["ep1", "ep2", "ep3"] {
        for name in ["ep1", "ep2"].into_iter().filter(|name| *name != other) {
            let mut trial = Trial::of_fixture(name).0;
            trial.captions = captions_of(&Trial::of_fixture(other).0.transcript, |_, word| word.to_owned());
            let opinion = opinion(&trial.transcript, &trial.captions);
            let warning = opinion.warning().unwrap();
            assert!(warning.starts_with("The captions differ from what was heard in "), "{warning}");
            assert_eq!(found(&trial), []);
        }
    }
    // The same talk with half a minute more before it.
    let mut trial = Trial::of_fixture("ep1").0;
    trial.captions = captions_of(&trial.transcript, |_, word| word.to_owned());
    assert_eq!((opinion(&trial.transcript, &trial.captions), found(&trial)), (Opinion::default(), vec![]));
    for caption in &mut trial.captions {
        caption.span = Span::new(caption.span.start.plus(Millis(30_000)), caption.span.end.plus(Millis(30_000)));
    }
    assert!(opinion(&trial.transcript, &trial.captions).warning().is_some());
    // Times that have nothing in common.
    trial.captions = vec![Caption { span: Span::new(Millis(90_000_000), Millis(90_001_000)), text: "late".into() }];
    assert!(opinion(&trial.transcript, &trial.captions).warning().unwrap().contains("no words"));
}

/// A number that looks random and is the same each time.
fn dice(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 11
    }
}

/// The words of `transcript` of which some are wrong, as a recogniser's are: exchanged, left out, or one more.
fn mistaken(transcript: &Transcript, percent: u64, seed: u64) -> Vec<Caption> {
    let mut roll = dice(seed);
    let wrong = |_, word: &str| -> String {
        let other = transcript.words[roll() as usize % transcript.words.len()].text.to_lowercase();
        let kind = roll() % 4;
        if roll() % 100 >= percent {
            return word.to_owned();
        }
        match kind {
            0 => String::new(),
            1 => format!("{word} {other}"),
            _ => other,
        }
    };
    captions_of(transcript, wrong)
}

#[test]
fn honest_errors_find_little_and_captions_stay_in_use() {
    for name in ["ep1", "ep2", "ep3"] {
        // Percentage of wrong words, and the most findings for the seven questions of an episode.
        for (percent, most) in [(2, 2), (5, 4), (10, 8), (20, 16)] {
            let (mut trial, _) = Trial::of_fixture(name);
            trial.captions = mistaken(&trial.transcript, percent, percent);
            assert_eq!(opinion(&trial.transcript, &trial.captions).warning(), None, "{name} at {percent} %");
            let flags = found(&trial).len();
            assert!(flags <= most, "{name} at {percent} %: {flags}");
        }
        let (trial, _) = Trial::of_fixture(name);
        let poor = mistaken(&trial.transcript, 40, 40);
        assert!(opinion(&trial.transcript, &poor).warning().is_some(), "{name}");
    }
}

#[test]
fn hours_of_speech_take_a_moment() {
    let mut roll = dice(3);
    let lines: Vec<String> = (0..3_000)
        .map(|_| {
            let words: Vec<String> = (0..10)
                .map(|_| {
                    let r = roll() % 4000;
                    format!("w{}", r * r / 4000)
                })
                .collect();
            format!("E {}.", words.join(" "))
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let trial = Trial::new(&lines);
    let captions = captions_of(&trial.transcript, |i, word| match i % 10 {
        3 => "x".into(),
        _ if (15_000..15_100).contains(&i) => String::new(),
        _ => word.to_owned(),
    });
    let opinion = opinion(&trial.transcript, &captions);
    assert_eq!(opinion.warning(), None);
    let covers = |place: &Place| place.words.start <= 15_000 && 15_100 <= place.words.end;
    assert!(opinion.places.iter().any(covers));
    // Nothing in common.
    let other = captions_of(&trial.transcript, |i, _| format!("y{i}"));
    assert!(super::opinion(&trial.transcript, &other).warning().is_some());
}

proptest! {
    #[test]
    fn findings_lie_in_their_entry_and_change_no_text(
        lines in proptest::collection::vec(proptest::collection::vec(
            "(not|no|15|fifty|mg|left|right|leg|the|a|L4-L5|can't|um|walk|surgery|nerve|pain,|often\\.|one|hundred)", 1..9), 2..7),
        said in proptest::collection::vec((0_u64..20_000, 0_u64..6_000, "(not |15 |mg |left |leg |the |l4 |l5 |can |walk |surgery |nerve |pain |often |very |spine |\\( |— ){0,8}"), 0..7),
        true_too: bool,
    ) {
        let lines: Vec<String> = lines.iter().map(|words| format!("E {}", words.join(" "))).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut trial = Trial::new(&lines).pair(0..1, &[1..lines.len()]);
        if true_too {
            trial.captions = captions_of(&trial.transcript, |i, word| if i % 9 == 4 { "pain".into() } else { word.into() });
        }
        trial.captions.extend(said.into_iter().map(|(start, length, text)| Caption {
            span: Span::new(Millis(start), Millis(start + length)), text,
        }));
        trial.captions.sort_by_key(|caption| caption.span.start);
        let (first, second) = (found(&trial), found(&trial));
        prop_assert_eq!(&first, &second);
        let alone = Trial { captions: Vec::new(), ..trial.clone() };
        let (with, without) = (trial.draft(), alone.draft());
        for (with, without) in with.entries.iter().zip(&without.entries) {
            prop_assert_eq!(&with.entry.content_hash, &without.entry.content_hash);
            let (question, answer) = (with.entry.question.span, with.entry.answer.as_ref().unwrap());
            let text = format!("{} {}", with.entry.question.text, answer.paragraphs.join(" "));
            for flag in with.entry.flags.iter().filter(|flag| flag.code.starts_with("captions-")) {
                let inside = |span: Span| span.start <= flag.start && flag.start <= flag.end && flag.end <= span.end;
                prop_assert!(inside(question) || inside(answer.span), "{flag:?}");
                prop_assert!(text.contains(&flag.text), "{flag:?} not in {text}");
            }
        }
    }
}
