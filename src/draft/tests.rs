//! What a draft promises, on the fixtures' scripts, on telling cases and on any transcript at all.

use super::trial::{LATER, NOW, Trial, edit};
use super::words::{core, is_protected};
use super::*;
use crate::model::{Change, ChunkNote, Evidence, EvidenceKind, FlagKind};
use crate::roster::Title;
use proptest::prelude::*;

/// The entries as a person would read them.
fn page(draft: &Draft) -> String {
    let entry = |drafted: &DraftEntry| {
        let entry = &drafted.entry;
        let answer = entry.answer.as_ref().map(|answer| answer.paragraphs.join("\n   ")).unwrap_or_default();
        let credits: Vec<&str> = entry.credits.iter().map(|credit| credit.name.as_str()).collect();
        let flags = entry.flags.iter().filter(|flag| flag.kind != FlagKind::Risk);
        let flags: Vec<String> = flags
            .map(|flag| format!("{} {}: {}\n", if flag.blocking { "!" } else { "-" }, flag.code, flag.text))
            .collect();
        format!(
            "{:?}\nQ: {}\nA: {answer} -- {}\n{}",
            entry.status,
            entry.question.text,
            if credits.is_empty() { "nobody".into() } else { credits.join(", ") },
            flags.concat()
        )
    };
    draft.entries.iter().map(entry).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_lively_exchange_becomes_a_page() {
    let trial = Trial::new(&[
        "H Our next question is from Maria in Queens.",
        "H She wants to know, um, is it is it safe to to run when I'm 67?",
        "E Um, that's a, a common worry, Maria.",
        "E I, I would not, uh, run for the first two weeks, and and you should, you know, walk instead.",
        "H And now a quick announcement.",
        "E After that, no, no problem at all.",
    ])
    .pair(1..2, &[2..4, 5..6]);
    insta::assert_snapshot!(page(&trial.draft()), @r"
    NeedsReview
    Q: Is it safe to run when I'm 67?
    A: That's a common worry, Maria. I would not run for the first two weeks, and you should walk instead.
       After that, no, no problem at all. -- Juniper Maplewood
    ! age-in-question: 67
    ! asker-name-in-answer: Maria
    - across-announcement: And now a quick announcement.
    ");
}

/// Questions and findings of a fixture; its answers, which have no fillers, are compared with the script here.
fn summary(name: &str) -> String {
    let (trial, truth) = Trial::of_fixture(name);
    let mut draft = trial.draft();
    let mut pairs = truth["pairs"].as_array().unwrap().iter();
    for drafted in &mut draft.entries {
        let Some(answer) = drafted.entry.answer.as_mut() else { continue };
        assert_eq!(answer.paragraphs.join(" "), pairs.next().unwrap()["answer"]["text"].as_str().unwrap());
        let sizes = answer.paragraphs.iter().map(|text| format!("({} words)", text.split(' ').count()));
        answer.paragraphs = vec![sizes.collect::<Vec<_>>().join(" ")];
    }
    page(&draft)
}

#[test]
fn the_first_fixture_reads_as_its_script() {
    insta::assert_snapshot!(summary("ep1"), @r"
    NeedsReview
    Q: Is it safe to exercise when I have a herniated disc at L4-L5?
    A: (91 words) -- Juniper Maplewood
    ! asker-name-in-answer: Maria

    Draft
    Q: How long should I try physical therapy before I think about an injection or surgery?
    A: (81 words) -- Juniper Maplewood

    NeedsReview
    Q: I was told never to bend or lift again, and honestly, I'm afraid to pick up my grandson.
    A: (86 words) -- Juniper Maplewood
    ! no-short-question: I was told never to bend or lift again, and honestly, I'm afraid to pick up my grandson.
    - statement: I was told never to bend or lift again, and honestly, I'm afraid to pick up my grandson.

    Draft
    Q: What kind of mattress is best for a bad back?
    A: (43 words) -- Juniper Maplewood

    Draft
    Q: First, should I use heat or ice, and second, is it all right to take an anti-inflammatory before therapy?
    A: (34 words) (56 words) -- Juniper Maplewood

    Draft
    Q: If the medicine hides the pain, could someone overdo it in therapy?
    A: (46 words) -- Juniper Maplewood

    NeedsReview
    Q: My neck MRI says there is narrowing at C5-C6, and I get tingling in my right hand, but not in my left. Can therapy help, or is it too late for that?
    A: (78 words) (32 words) -- Juniper Maplewood
    ! no-short-question: My neck MRI says there is narrowing at C5-C6, and I get tingling in my right hand, but not in my left. Can therapy help, or is it too late for that?
    ");
}

#[test]
fn the_second_fixture_reads_as_its_script() {
    insta::assert_snapshot!(summary("ep2"), @r"
    Draft
    Q: How do I know whether I need a fusion or just a decompression?
    A: (82 words) (51 words) -- Orson Pebble, Clementine Starling

    NeedsReview
    Q: I'm 67 years old, and I had a discectomy on March 3rd, 2021, at Gingerbread General Hospital. It helped my left leg for almost two years, but since last October the pain has been back on the same side. My scan shows another herniation at L5-S1. Would a second operation work as well as the first one, or should I be looking at something else?
    A: (64 words) (58 words) -- Clementine Starling
    ! age-in-question: 67 years old
    ! date-in-question: March 3rd, 2021
    ! hospital-in-question: Gingerbread General Hospital
    ! date-in-question: last October
    ! asker-name-in-verbatim: Daphne
    ! town-in-verbatim: Mossy Hollow
    ! no-short-question: I'm 67 years old, and I had a discectomy on March 3rd, 2021, at Gingerbread General Hospital. It helped my left leg for almost two years, but since last October the pain has been back on the same side. My scan shows another herniation at L5-S1. Would a second operation work as well as the first one, or should I be looking at something else?
    ! asker-name-in-answer: Daphne
    - handover-start: thank you

    NeedsReview
    Q: How long will I be in the hospital after a minimally invasive procedure? When can I drive and go back to my desk job?
    A: (50 words) (45 words) -- Orson Pebble
    ! asker-name-in-verbatim: Wendell
    ! asker-name-in-verbatim: Beatrix
    ! no-short-question: How long will I be in the hospital after a minimally invasive procedure? When can I drive and go back to my desk job?
    - merged-questions: How long will I be in the hospital after a minimally invasive procedure? When can I drive and go back to my desk job?
    - handover-start: i'll take

    Unanswered
    Q: My insurance company denied my robotic surgery, so can you tell me whether the denial was correct?
    A:  -- nobody
    ! asker-name-in-verbatim: Archibald

    Draft
    Q: Do robots and lasers really make the surgery safer?
    A: (80 words) -- Clementine Starling

    Draft
    Q: Dr. Pebble, is there a number that people should listen for when they ask that?
    A: (31 words) -- Orson Pebble

    NeedsReview
    Q: My father is 82, he's a smoker, and he takes a blood thinner. Is he simply too old for spine surgery?
    A: (93 words) (38 words) -- Orson Pebble, Clementine Starling
    ! age-in-question: 82
    ! no-short-question: My father is 82, he's a smoker, and he takes a blood thinner. Is he simply too old for spine surgery?

    Draft
    Q: After surgery, what should make me call right away?
    A: (82 words) -- Clementine Starling
    ");
}

/// Every personal detail that stands in a question or an answer of the fixtures is found, and little else.
#[test]
fn personal_details_of_the_fixtures_are_found() {
    let (mut there, mut found, mut extra) = (0, 0, Vec::new());
    for name in ["ep1", "ep2", "ep3", "clip"] {
        let (trial, truth) = Trial::of_fixture(name);
        let draft = trial.draft();
        let mut details: Vec<String> = Vec::new();
        for sentence in truth["sentences"].as_array().unwrap() {
            for detail in sentence["pii"].as_array().into_iter().flatten() {
                let detail = detail.as_str().unwrap();
                details.push(detail.to_lowercase());
                let index = sentence["i"].as_u64().unwrap() as usize;
                let words = trial.transcript.sentences[index].words.clone();
                let inside = |ranges: &[Range<usize>]| ranges.iter().any(|range| range.contains(&words.start));
                let entry = draft.entries.iter().find(|e| inside(&e.question_words) || inside(&e.answer_words));
                let Some(entry) = entry else { continue };
                there += 1;
                let hit = entry.entry.flags.iter().filter(|flag| flag.kind == FlagKind::Privacy && flag.blocking).any(
                    |flag| flag.text.to_lowercase().contains(&detail.to_lowercase()) || detail.contains(&flag.text),
                );
                assert!(hit, "{name}: {detail} is not flagged");
                found += 1;
            }
        }
        let flags = draft.entries.iter().flat_map(|e| &e.entry.flags).filter(|flag| flag.kind == FlagKind::Privacy);
        extra.extend(flags.map(|f| f.text.clone()).filter(|text| {
            !details.iter().any(|detail| detail.contains(&text.to_lowercase()) || text.to_lowercase().contains(detail))
        }));
    }
    assert_eq!((found, there), (11, 11));
    assert!(extra.is_empty(), "{extra:?}");
}

#[test]
fn what_the_fixtures_mark_outside_of_entries_is_known_for_a_detail_too() {
    let mut there = 0;
    for name in ["clip", "ep1", "ep2", "ep3"] {
        let (trial, truth) = Trial::of_fixture(name);
        let public = trial.roster.people.iter().flat_map(|person| person.names());
        let known = Known::new(public);
        for sentence in truth["sentences"].as_array().unwrap() {
            let text = sentence["text"].as_str().unwrap();
            let tokens: Vec<&str> = text.split(' ').collect();
            let found = details::in_question(&tokens, &known);
            for detail in sentence["pii"].as_array().into_iter().flatten().map(|detail| detail.as_str().unwrap()) {
                there += 1;
                let hit = found.iter().any(|hit| hit.text.contains(detail) || detail.contains(&hit.text));
                assert!(hit, "{name}: {detail} is not found in \"{text}\": {found:?}");
            }
        }
    }
    assert_eq!(there, 26);
}

#[test]
fn negations_that_the_fixtures_mark_in_answers_are_in_the_risk_queue() {
    let mut there = 0;
    for name in ["clip", "ep1", "ep2", "ep3"] {
        let (trial, truth) = Trial::of_fixture(name);
        let draft = trial.draft();
        for sentence in truth["sentences"].as_array().unwrap().iter().filter(|s| s["tag"] == "negation") {
            let at = &trial.transcript.sentences[sentence["i"].as_u64().unwrap() as usize];
            let inside = |ranges: &[Range<usize>]| ranges.iter().any(|range| range.contains(&at.words.start));
            let Some(entry) = draft.entries.iter().find(|entry| inside(&entry.answer_words)) else { continue };
            there += 1;
            let flags = &entry.entry.flags;
            let hit = flags
                .iter()
                .any(|flag| flag.kind == FlagKind::Risk && flag.code == "negation" && at.span.contains(flag.start));
            assert!(hit, "{name}: \"{}\" is not in the queue: {flags:?}", sentence["text"]);
        }
    }
    assert_eq!(there, 11);
}

#[test]
fn personal_details_are_told_from_what_only_looks_like_them() {
    let found = |text: &str| -> String {
        let tokens: Vec<&str> = text.split(' ').collect();
        let details = details::in_question(&tokens, &Known::new(["Orson Pebble"].into_iter()));
        details.iter().map(|d| format!("{:?} {}", d.kind, d.text)).collect::<Vec<_>>().join(", ")
    };
    let texts = [
        "My name is Ann Lee, I'm calling from Little Rock, Arkansas, and I'm seventy-two.",
        "My son Peter turned 40 on the 3rd of May, 2019, at Saint Mary's Hospital for Special Surgery.",
        "Call me at 718-555-0142 or ann.lee@example.org, or five five five oh one four two.",
        "My policy number is 4471882, and I live at 12 Elm Street in the Bronx.",
        "I'm a 67-year-old woman in my sixties, operated last Tuesday and on 3/14/2021 by Dr. Smith.",
        "Dr. Pebble, may I take 20 milligrams in the morning for 6 weeks, or is 5 better in Texas?",
        "Is the MRI in March too late? May I run at L4-L5 with Tylenol from age to age?",
        "I have been in pain since 2019, in most cases, and I march on.",
    ];
    insta::assert_snapshot!(texts.map(found).join("\n"), @r"
    Name Ann Lee, Town Little Rock, Arkansas, Age seventy-two
    Name Peter, Age 40, Date the 3rd of May, 2019, Hospital Saint Mary's Hospital for Special Surgery
    Phone 718-555-0142, Mail ann.lee@example.org, Phone five five five oh one four two
    Number policy number is 4471882, Address 12 Elm Street, Town Bronx
    Age 67-year-old, Age my sixties, Date last Tuesday, Date 3/14/2021, Name Smith

    Date March
    ");
}

#[test]
fn a_text_that_was_not_said_is_refused() {
    let trial = Trial::new(&["H Is it safe?", "E You should not run, um, for 20 days."]);
    let answer = std::slice::from_ref(&(1..2));
    let proves = |text: &str| prove(&trial.transcript, answer, text, Leave::Stumbles).is_ok();
    assert!(proves("You should not run, um, for 20 days.") && proves("You should not run for 20 days."));
    for wrong in [
        "You should run for 20 days.",
        "You should not run for days.",
        "You should not run for 30 days.",
        "You should not for run 20 days.",
        "You should not run for 20 days. Is it safe?",
        "You should not run for 20 whole days.",
        "should not run for 20 days.",
        "You should not run for 20",
        "",
    ] {
        assert!(!proves(wrong), "{wrong}");
    }
    let error = certify(&trial.transcript, answer, "You should run.", Leave::Stumbles, "answer").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the drafted answer at 0:04 is not what was said: \"run.\" is printed where \"not\" is heard"
    );
}

#[test]
fn an_outline_of_another_transcript_is_an_error() {
    let trial = Trial::new(&["H Is it safe?", "E Yes."]);
    let fails = |trial: Trial| draft(&trial.inputs(&Opinion::default(), None, NOW), &mut || 1).unwrap_err();
    let beyond = fails(trial.clone().pair(0..1, &[1..9]));
    assert_eq!(beyond, DraftError::BeyondTranscript { sentence: 8, sentences: 2 });
    assert_eq!(fails(trial.clone().pair(0..1, &[])), DraftError::BadPair { pair: 1 });
    assert_eq!(fails(trial.pair(0..1, &[1..2]).unanswered(1..1)), DraftError::BadPair { pair: 2 });
}

#[test]
fn nobody_is_credited_by_a_guess() {
    let lines =
        ["H Is it safe to run?", "E Yes, it is safe for most people today.", "A And I did it all my life, you see."];
    let base = Trial::new(&lines).pair(0..1, &[1..2]);
    let codes = |trial: &Trial| -> Vec<String> {
        let draft = trial.draft();
        let entry = &draft.entries[0].entry;
        let flags = entry.flags.iter().filter(|flag| flag.kind == FlagKind::Credit);
        let mut found: Vec<String> = flags.map(|flag| flag.code.clone()).collect();
        found.extend(entry.credits.iter().map(|credit| credit.name.clone()));
        found.push(format!("{:?}", entry.status));
        found
    };
    assert_eq!(codes(&base), ["Juniper Maplewood", "Draft"]);
    let mut unsure = base.clone();
    unsure.speakers.clusters[1].confidence = credits::CREDIT_CONFIDENCE - 0.01;
    assert_eq!(codes(&unsure), ["unsure-voice", "NeedsReview"]);
    let mut unknown = base.clone();
    unknown.speakers.sentences[1] = None;
    assert_eq!(codes(&unknown), ["unknown-voice", "NeedsReview"]);
    let mut hosted = base.clone();
    hosted.speakers.sentences[1] = hosted.speakers.sentences[0];
    assert_eq!(codes(&hosted), ["host-in-answer", "no-credit", "NeedsReview"]);
    let mut stranger = base.clone();
    stranger.roster.people.clear();
    assert_eq!(codes(&stranger), ["not-in-roster", "NeedsReview"]);
    let audience = Trial::new(&lines).pair(0..1, &[1..3]);
    assert_eq!(codes(&audience), ["audience-in-answer", "Juniper Maplewood", "NeedsReview"]);
}

#[test]
fn a_host_who_answers_is_credited_when_somebody_says_so_and_asked_about_when_not() {
    let long = "H And I would add that walking every day, at a pace that you can keep up while you talk, does more for most \
                people than any belt or pillow that they could buy, and that it costs nothing at all.";
    let lines = ["A Is it safe to run?", "E Yes, it is safe for most people today.", long];
    let base = Trial::new(&lines).pair(0..1, &[1..3]);
    let outcome = |trial: &Trial| -> (Vec<String>, Vec<String>) {
        let entry = trial.draft().entries.remove(0).entry;
        let flags = entry.flags.iter().filter(|flag| flag.kind == FlagKind::Credit && flag.blocking);
        let credits = entry.credits.iter().map(|credit| credit.name.clone()).collect();
        (flags.map(|flag| flag.code.clone()).collect(), credits)
    };
    assert_eq!(outcome(&base), (vec!["host-answers".into()], vec!["Juniper Maplewood".into()]));
    let mut stated = base.clone();
    stated.facts.experts = vec!["host".parse().unwrap()];
    let both = (Vec::new(), vec!["Juniper Maplewood".into(), "Casper Quill".into()]);
    assert_eq!(outcome(&stated), both);
    // Not the host by anybody's word, but by behaviour alone: an editor's word goes before.
    let mut named = base;
    named.facts.host = None;
    let listened =
        Evidence { sentence: None, at: None, kind: EvidenceKind::Named, text: "Wren named this voice.".into() };
    named.speakers.clusters[0].evidence.push(listened);
    assert_eq!(outcome(&named), both);
}

#[test]
fn where_people_speak_at_once_the_answer_is_to_be_listened_to() {
    let mut trial = Trial::new(&["H Is it safe?", "E Yes, it is safe for most people today."]).pair(0..1, &[1..2]);
    let words = trial.transcript.words.clone();
    trial.speakers.overlaps = vec![words[0].span, words[4].span.hull(words[5].span)];
    let entry = trial.draft().entries.remove(0).entry;
    let flags: Vec<&Flag> = entry.flags.iter().filter(|flag| flag.code == "overlap").collect();
    assert_eq!(flags.iter().map(|flag| flag.text.as_str()).collect::<Vec<_>>(), ["it is"]);
    assert!(!flags[0].blocking && entry.status == Status::Draft);
}

#[test]
fn a_passage_that_the_recogniser_doubts_is_to_be_listened_to() {
    let lines = ["H Is it safe?", "E Yes, it is safe for most people today.", "E And so is walking."];
    let mut trial = Trial::new(&lines).pair(0..1, &[1..3]);
    let span = trial.transcript.sentences[1].span;
    let note = |span, doubts: &[&str]| ChunkNote {
        span,
        speech: span.length(),
        words: 8,
        attempts: 2,
        log_probability: -0.4,
        doubts: doubts.iter().map(|&doubt| doubt.to_owned()).collect(),
    };
    let rest = Span::new(span.end, span.end.plus(Millis(9000)));
    trial.transcript.chunks = vec![note(span, &["a run of words is repeated", "it is improbable"]), note(rest, &[])];
    let entry = trial.draft().entries.remove(0).entry;
    let flags: Vec<&Flag> = entry.flags.iter().filter(|flag| flag.code == "doubtful-passage").collect();
    assert_eq!(flags.len(), 1);
    assert_eq!(flags[0].text, "Yes, it is safe for most people today.");
    assert!(flags[0].message.ends_with("The reason: a run of words is repeated, and it is improbable."));
    assert_eq!((flags[0].start, flags[0].kind, flags[0].blocking), (span.start, FlagKind::Risk, false));
}

#[test]
fn namesakes_are_credited_each_for_their_own_and_a_title_is_that_of_the_day() {
    let lines = ["H Is it safe to run?", "E Yes, it is safe for most people today.", "F I would wait for six weeks."];
    let mut trial = Trial::new(&lines).pair(0..1, &[1..3]);
    for (person, name) in trial.roster.people.iter_mut().skip(1).zip(["Ada Smith", "Eve Smith"]) {
        person.name = name.into();
    }
    let title = |title: &str, from: Option<&str>, until: Option<&str>| Title {
        title: title.into(),
        affiliation: String::new(),
        from: from.map(|day| day.parse().unwrap()),
        until: until.map(|day| day.parse().unwrap()),
    };
    trial.roster.people[1].titles =
        vec![title("Fellow", None, Some("2025-02-28")), title("Chief of surgery", Some("2025-03-01"), None)];
    let mut credits = |day: &str| -> Vec<(String, String)> {
        trial.facts.held_on = Some(day.parse().unwrap());
        let entry = trial.draft().entries.remove(0).entry;
        entry.credits.iter().map(|credit| (credit.name.clone(), credit.title.clone())).collect()
    };
    let of = |title: &str| vec![("Ada Smith".to_owned(), title.to_owned()), ("Eve Smith".to_owned(), String::new())];
    assert_eq!(credits("2025-02-28"), of("Fellow"));
    assert_eq!(credits("2025-03-12"), of("Chief of surgery"));
}

#[test]
fn a_rerun_changes_nothing_and_a_changed_outline_keeps_the_ids_that_go_on() {
    let (trial, _) = Trial::of_fixture("ep2");
    let first = trial.draft();
    assert_eq!(trial.draft_after(Some(&first), LATER, 900), first);

    let mut changed = trial.clone();
    let gone = changed.outline.pairs.remove(1);
    changed.outline.pairs[0].answer[0].end -= 1;
    let second = changed.draft_after(Some(&first), LATER, 900);
    let ids = |draft: &Draft| draft.entries.iter().map(|e| e.entry.id.clone()).collect::<Vec<_>>();
    let mut kept = ids(&first);
    let lost = kept.remove(1);
    assert_eq!(ids(&second), kept);
    assert_eq!(second.tombstones.iter().map(|t| t.id.clone()).collect::<Vec<_>>(), [lost]);
    assert_eq!(second.entries[0].entry.updated_at, LATER.parse().unwrap());
    assert_eq!(second.entries[1].entry.updated_at, NOW.parse().unwrap());

    // Back again: another id, since the old one was declared gone, even if chance offers it.
    changed.outline.pairs.insert(1, gone);
    let third = changed.draft_after(Some(&second), LATER, 1);
    let used: Vec<EntryId> = second.tombstones.iter().map(|t| t.id.clone()).collect();
    assert!(ids(&third).iter().all(|id| !used.contains(id)));
    assert_eq!(third.tombstones, second.tombstones);
}

#[test]
fn ids_outlive_another_models_words_and_a_recording_cut_anew() {
    let (trial, _) = Trial::of_fixture("ep1");
    let first = trial.draft();
    let ids = |draft: &Draft| draft.entries.iter().map(|e| e.entry.id.clone()).collect::<Vec<_>>();
    let mut misheard = trial.clone();
    for word in misheard.transcript.words.iter_mut().step_by(3) {
        word.text = "mumble".into();
    }
    assert_eq!(ids(&misheard.draft_after(Some(&first), LATER, 900)), ids(&first));
    let mut moved = trial.clone();
    let later = |span: Span| Span::new(span.start.plus(Millis(90_000)), span.end.plus(Millis(90_000)));
    moved.transcript.words.iter_mut().for_each(|word| word.span = later(word.span));
    moved.transcript.sentences.iter_mut().for_each(|sentence| sentence.span = later(sentence.span));
    assert_eq!(ids(&moved.draft_after(Some(&first), LATER, 900)), ids(&first));
}

/// Words that provoke the cleaner: fillers, stutters, negations, numbers, names, marks.
fn any_word() -> impl Strategy<Value = String> {
    let words = [
        "um,", "uh", "Er,", "the", "The", "the,", "I", "I,", "you", "know,", "not", "no,", "don't", "5", "20", "mg",
        "L4-L5", "two", "never", "and", "on", "in", "She", "asks,", "Maria", "from", "Queens.", "question", "is", "it",
        "safe?", "th-", "therapy", "right.", "very", "—", "“Um,", "ER", "thank", "you.", "next", "our", "wants", "to",
        "know", "says", "…", "I...", "é", "a b", "without", "hi", "says", "Norman?",
    ];
    proptest::sample::select(words.to_vec()).prop_map(str::to_owned)
}

fn any_trial() -> impl Strategy<Value = Trial> {
    let sentence = (0..4_usize, proptest::collection::vec(any_word(), 1..12));
    (proptest::collection::vec(sentence, 4..14), any::<u64>()).prop_map(|(sentences, cut)| {
        let lines: Vec<String> = sentences
            .iter()
            .map(|(who, words)| format!("{} {}", ["H", "E", "F", "A"][*who], words.join(" ")))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let n = lines.len();
        let a = 1 + cut as usize % (n - 2);
        let b = a + 1 + (cut >> 20) as usize % (n - a - 1);
        let trial = Trial::new(&lines);
        let middle = a + (b - a) / 2;
        let answer = if middle > a && cut % 2 == 0 { vec![a..middle, middle..b] } else { vec![a..b] };
        let trial = trial.pair(0..a, &answer);
        if b < n { trial.unanswered(b..n) } else { trial }
    })
}

fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| core(word).to_lowercase()).filter(|word| !word.is_empty()).collect()
}

fn is_subsequence(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|word| rest.any(|other| other == word))
}

fn any_change() -> impl Strategy<Value = Change> {
    let flag = |text: &str| Flag {
        kind: FlagKind::Privacy,
        code: "asker-name-in-question".into(),
        message: String::new(),
        start: Millis(0),
        end: Millis(1),
        text: text.into(),
        blocking: true,
        resolved: None,
    };
    prop_oneof![
        "[a-zA-Z ]{0,20}".prop_map(|text| Change::SetQuestion { text }),
        proptest::collection::vec("[a-zA-Z ]{0,20}", 0..3).prop_map(|paragraphs| Change::SetAnswer { paragraphs }),
        (0..9000_u64, 0..9000_u64).prop_map(|(a, b)| Change::SetQuestionTime { span: Span::new(Millis(a), Millis(b)) }),
        (0..9000_u64, 0..9000_u64).prop_map(|(a, b)| Change::SetAnswerTime { span: Span::new(Millis(a), Millis(b)) }),
        proptest::sample::subsequence(vec!["host", "first-expert", "nobody"], 0..3)
            .prop_map(|ids| Change::SetSpeakers { people: ids.iter().map(|id| id.parse().unwrap()).collect() }),
        Just(Change::ResolveFlag { flag: Box::new(flag("Maria")), how: "agreed".into() }),
        Just(Change::ReopenFlag { flag: Box::new(flag("Maria")) }),
        Just(Change::Approve { content: None }),
        Just(Change::SendBack),
        Just(Change::Withdraw { reason: "outdated".into() }),
        Just(Change::Dismiss),
        Just(Change::Restore),
    ]
}

proptest! {
    #[test]
    fn printed_words_were_said_and_no_negation_or_number_is_lost(trial in any_trial()) {
        let draft = draft(&trial.inputs(&Opinion::default(), None, NOW), &mut || 5);
        prop_assert!(draft.is_ok(), "{:?}", draft);
        for drafted in draft.unwrap().entries {
            let entry = drafted.entry;
            let answer = entry.answer.map(|a| (a.paragraphs.join(" "), a.verbatim));
            for (printed, verbatim) in [Some((entry.question.text, entry.question.verbatim)), answer].into_iter().flatten() {
                let (printed, verbatim) = (words_of(&printed), words_of(&verbatim));
                prop_assert!(is_subsequence(&printed, &verbatim));
                let guarded = |words: &[String]| words.iter().filter(|word| is_protected(word)).cloned().collect::<Vec<_>>();
                prop_assert_eq!(guarded(&printed), guarded(&verbatim));
                prop_assert!(!printed.is_empty() || verbatim.is_empty());
            }
        }
    }

    #[test]
    fn a_rerun_is_the_same_draft(trial in any_trial(), seed in any::<u32>()) {
        let first = trial.draft();
        prop_assert_eq!(trial.draft_after(Some(&first), LATER, seed.into()), first);
    }

    #[test]
    fn edits_fold_the_same_way_and_none_is_lost(trial in any_trial(), changes in proptest::collection::vec((0..3_usize, any_change()), 0..12)) {
        let draft = trial.draft();
        let ghost = EntryId::from_random(u64::MAX);
        let id = |i: usize| draft.entries.get(i).map_or(&ghost, |e| &e.entry.id);
        let edits: Vec<_> = changes.into_iter().enumerate().map(|(i, (e, change))| edit(i as u64 + 1, id(e), change)).collect();
        let material = trial.material();
        let ground = Ground { draft: &draft, material: Some(&material) };
        let (entries, conflicts) = apply(ground, &edits);
        prop_assert_eq!(apply(ground, &edits), (entries.clone(), conflicts.clone()));
        let gone = edits.iter().filter(|edit| edit.entry.as_ref() == Some(&ghost)).count();
        prop_assert_eq!(conflicts.iter().filter(|c| c.reason == ConflictReason::EntryGone).count(), gone);
        // One edit more changes the outcome or comes back: folding a prefix and then the rest is the whole.
        for (i, edit) in edits.iter().enumerate() {
            let before = apply(ground, &edits[..i]);
            let after = apply(ground, &edits[..=i]);
            let refused = after.1.len() > before.1.len();
            prop_assert_eq!(refused, conflicts.iter().any(|c| c.edit == *edit));
            if refused {
                prop_assert_eq!(before.0, after.0);
            }
        }
        for entry in &entries.entries {
            prop_assert_eq!(&content::hash(entry), &entry.content_hash);
            prop_assert!(entry.status != Status::Approved || entry.approved().is_ok());
            prop_assert_eq!(entry.answer.is_none() && entry.status != Status::Dismissed, entry.status == Status::Unanswered);
        }
    }
}
