use super::cues::LINE;
use super::*;
use crate::export::contract::PublicStatus;
use crate::export::timed::tests::{any_text, document, said};
use crate::export::timed::{self};
use crate::model::{Span, Word};
use proptest::prelude::*;

const ANSWER: [&str; 2] = [
    "Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir \
     it up, and then to build a plan around the ones that help.",
    "Give it 6 to 8 weeks. Do not take more than 400 mg a day.",
];

fn answered() -> (EpisodeDocument, Vec<Word>) {
    let spans = [(13.0, 25.0, Some("jane-doe")), (60.0, 66.0, Some("casper-quill"))];
    let document = document(&[("Can physical therapy help?", [10.0, 12.0], &ANSWER, &spans)]);
    let words = [said(10_000, "um can physical therapy help"), said(13_000, ANSWER[0]), said(60_000, ANSWER[1])];
    (document, words.concat())
}

fn made(
    format: fn(&EpisodeDocument, &[TimedEntry], &Config) -> Vec<NamedBytes>,
    (document, words): &(EpisodeDocument, Vec<Word>),
) -> String {
    let files = format(document, &timed::entries(document, words), &Config::default());
    files.into_iter().map(|file| String::from_utf8(file.bytes).unwrap()).collect()
}

#[test]
fn an_answer_as_captions() {
    insta::assert_snapshot!(made(vtt, &answered()), @r"
    WEBVTT

    NOTE Spine Time: Your Back

    e-00000000-q1
    00:00:10.300 --> 00:00:11.650
    <v Question>Can physical therapy help?

    e-00000000-a1
    00:00:13.000 --> 00:00:14.800
    <v Jane Doe>Yes, for most people it can.

    e-00000000-a2
    00:00:14.800 --> 00:00:19.000
    <v Jane Doe>The aim of the first weeks is to find
    which movements ease your pain

    e-00000000-a3
    00:00:19.000 --> 00:00:23.800
    <v Jane Doe>and which stir it up, and then
    to build a plan around the ones that help.

    e-00000000-a4
    00:01:00.000 --> 00:01:04.500
    <v Casper Quill>Give it 6 to 8 weeks.
    Do not take more than 400 mg a day.
    ");
    insta::assert_snapshot!(made(srt, &answered()), @r"
    1
    00:00:10,300 --> 00:00:11,650
    Can physical therapy help?

    2
    00:00:13,000 --> 00:00:14,800
    Yes, for most people it can.

    3
    00:00:14,800 --> 00:00:19,000
    The aim of the first weeks is to find
    which movements ease your pain

    4
    00:00:19,000 --> 00:00:23,800
    and which stir it up, and then
    to build a plan around the ones that help.

    5
    00:01:00,000 --> 00:01:04,500
    Give it 6 to 8 weeks.
    Do not take more than 400 mg a day.
    ");
}

#[test]
fn an_entry_alone_keeps_its_times() {
    let (document, words) = answered();
    let timed = timed::entries(&document, &words);
    let alone = entry_vtt(&document, &timed[0], &Config::default());
    assert_eq!(alone, made(vtt, &(document, words)));
}

#[test]
fn a_question_that_nobody_says_has_no_cue_and_nothing_has_no_file() {
    let (mut document, words) = answered();
    document.entries[0].question.end = document.entries[0].question.start;
    let text = made(vtt, &(document.clone(), words));
    assert!(text.contains("<v Jane Doe>Yes") && !text.contains("Can physical therapy"), "{text}");
    document.entries.clear();
    assert_eq!(made(vtt, &(document.clone(), Vec::new())), "");
    assert_eq!(made(srt, &(document, Vec::new())), "");
}

#[test]
fn a_draft_is_marked() {
    let (mut document, words) = answered();
    document.entries[0].status = PublicStatus::NeedsReview;
    let text = made(srt, &(document, words));
    assert_eq!(text.matches("[Draft - not approved]").count(), 2, "{text}");
}

#[test]
fn no_text_becomes_a_sign() {
    let nasty = "<v Nobody>x</v> &amp; 00:00 --> 00:01 <b> a<5 {\\an8}y";
    let mut document = document(&[(nasty, [10.0, 30.0], &[nasty], &[(40.0, 60.0, Some("jane-doe"))])]);
    document.episode.title = format!("{nasty}\n\nNOTE");
    document.entries[0].credits[0].name = "Jane > <i> & Doe".into();
    insta::assert_snapshot!(made(vtt, &(document.clone(), Vec::new())), @r"
    WEBVTT

    NOTE Spine Time: &lt;v Nobody&gt;x&lt;/v&gt; &amp;amp; 00:00 --&gt; 00:01 &lt;b&gt; a&lt;5 {\an8}y NOTE

    e-00000000-q1
    00:00:10.000 --> 00:00:15.925
    <v Question>&lt;v Nobody&gt;x&lt;/v&gt;

    e-00000000-q2
    00:00:15.925 --> 00:00:21.851
    <v Question>&amp;amp; 00:00 --&gt;

    e-00000000-q3
    00:00:21.851 --> 00:00:25.555
    <v Question>00:01 &lt;b&gt;

    e-00000000-q4
    00:00:25.555 --> 00:00:30.000
    <v Question>a&lt;5 {\an8}y

    e-00000000-a1
    00:00:40.000 --> 00:00:45.925
    <v Jane &gt; &lt;i&gt; &amp; Doe>&lt;v Nobody&gt;x&lt;/v&gt;

    e-00000000-a2
    00:00:45.925 --> 00:00:51.851
    <v Jane &gt; &lt;i&gt; &amp; Doe>&amp;amp; 00:00 --&gt;

    e-00000000-a3
    00:00:51.851 --> 00:00:55.555
    <v Jane &gt; &lt;i&gt; &amp; Doe>00:01 &lt;b&gt;

    e-00000000-a4
    00:00:55.555 --> 00:01:00.000
    <v Jane &gt; &lt;i&gt; &amp; Doe>a&lt;5 {\an8}y
    ");
    let text = made(srt, &(document, Vec::new()));
    let arrows = text.lines().filter(|line| line.contains("-->"));
    assert!(arrows.into_iter().all(|line| line.len() == "00:00:00,000 --> 00:00:00,000".len()), "{text}");
    assert!(text.contains(&format!("\na<5 {{{UNSEEN}\\an8}}y")) && text.contains(&format!("--{UNSEEN}>\n")), "{text}");
}

/// The cues of a VTT file: start, end, lines.
fn read(text: &str) -> Vec<(u64, u64, Vec<String>)> {
    let millis = |text: &str| {
        let (clock, ms) = text.split_once('.').unwrap();
        clock.split(':').fold(0, |all, part| all * 60 + part.parse::<u64>().unwrap()) * 1000
            + ms.parse::<u64>().unwrap()
    };
    let block = |block: &str| {
        let mut lines = block.lines();
        let (from, to) = lines.find_map(|line| line.split_once(" --> "))?;
        let unescape = |line: &str| line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        Some((millis(from), millis(to), lines.map(unescape).collect()))
    };
    text.split("\n\n").filter_map(block).collect()
}

proptest! {
    #[test]
    fn captions_keep_their_rules_whatever_is_said(
        texts in prop::collection::vec(any_text(60), 1..5),
        letter in 0u64..120,
        pause in 0u64..2000,
    ) {
        let texts: Vec<String> = texts.iter().map(|text| text.join(" ")).collect();
        let mut at = 1000;
        let spans: Vec<[f64; 2]> = texts.iter().map(|text| {
            let from = at + pause;
            at = from + text.chars().count() as u64 * letter;
            [from as f64 / 1000.0, at as f64 / 1000.0]
        }).collect();
        let answers: Vec<_> = texts.iter().map(|text| [text.as_str()]).collect();
        let stretches: Vec<_> = spans.iter().map(|[from, to]| [(*from, *to, Some("casper-quill"))]).collect();
        let told: Vec<_> = texts.iter().enumerate()
            .map(|(at, _)| ("", [spans[at][0], spans[at][0]], &answers[at][..], &stretches[at][..])).collect();
        let mut document = document(&told);
        document.episode.duration = Millis(at + 5000);
        let cues = read(&made(vtt, &(document.clone(), Vec::new())).replace("<v Casper Quill>", ""));
        let enough = cues.len() as u64 * 1000 <= document.episode.duration.0;
        let mut end = 0;
        for (from, to, lines) in &cues {
            prop_assert!(end <= *from && from < to && *to <= document.episode.duration.0);
            prop_assert!(to - from <= 7000 && (!enough || to - from >= 1000), "{} {}", from, to);
            prop_assert!((1..=2).contains(&lines.len()));
            prop_assert!(lines.iter().all(|line| !line.is_empty() && line.chars().count() <= LINE));
            end = *to;
        }
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let shown: String = cues.iter().flat_map(|(_, _, lines)| lines).map(|line| bare(line)).collect();
        prop_assert_eq!(shown, bare(&texts.concat()));
    }

    #[test]
    fn speech_at_a_usual_pace_is_shown_long_enough_and_when_it_is_said(
        words in prop::collection::vec("[a-z]{2,9}[,.]?", 4..120),
    ) {
        // Fifteen characters a second.
        let text = words.join(" ");
        let length = text.chars().count() as f64 / 15.0;
        let document = document(&[("", [5.0, 5.0], &[&text], &[(5.0, 5.0 + length, None)])]);
        let timed = timed::entries(&document, &[]);
        let mut first = 0;
        for (from, to, lines) in read(&made(vtt, &(document, Vec::new()))) {
            let count = lines.iter().map(|line| line.split(' ').count()).sum::<usize>();
            // A cue that is a little too short takes the rest of its second from the next.
            let Span { start, end } = timed[0].answer[first].span.hull(timed[0].answer[first + count - 1].span);
            let is_close = start.0 <= from && from <= start.0 + 150 && end.0 <= to;
            prop_assert!(is_close, "{:?} from {} to {}, said {} to {}", lines, from, to, start.0, end.0);
            let characters = lines.iter().map(|line| line.chars().count() as u64 + 1).sum::<u64>() - 1;
            prop_assert!(characters * 1000 <= 20 * (to - from), "{:?} in {} ms", lines, to - from);
            first += count;
        }
        prop_assert_eq!(first, words.len());
    }
}
