//! Captions as YouTube, editors and converters write them.

use super::*;
use proptest::prelude::*;

fn texts(file: &str) -> Vec<String> {
    let captions = read(file.as_bytes()).unwrap();
    captions.iter().map(|c| format!("{}-{} {}", c.span.start.0, c.span.end.0, c.text)).collect()
}

/// As YouTube's own recogniser publishes it.
const ROLLING: &str = "WEBVTT\nKind: captions\nLanguage: en\n\n\
    00:00:00.160 --> 00:00:03.429 align:start position:0%\n \n\
    so<00:00:00.960><c> do</c><00:00:01.520><c> not</c><00:00:02.159><c> bend</c>\n\n\
    00:00:03.429 --> 00:00:03.439 align:start position:0%\nso do not bend\n \n\n\
    00:00:03.439 --> 00:00:05.749 align:start position:0%\nso do not bend\n\
    no<00:00:03.760><c> no</c>\n\n\
    00:00:05.749 --> 00:00:05.759 align:start position:0%\nno no\n \n\n\
    00:00:05.759 --> 00:00:12.000 align:start position:0%\nno no\n\
    [Music]<00:00:06.000><c> &gt;&gt;</c><00:00:06.100><c> it&#39;s</c><00:00:10.000><c> fine</c>\n\n";

#[test]
fn what_a_terminal_might_obey_stays_out() {
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000\nDo \u{1b}[2J&#27;[31mnot\u{202e} bend&#x7;\n";
    let captions = read(text.as_bytes()).unwrap();
    assert!(!captions[0].text.chars().any(char::is_control), "{captions:?}");
    assert!(captions[0].text.starts_with("Do ") && captions[0].text.ends_with("not bend"), "{captions:?}");
}

#[test]
fn of_rolling_captions_each_line_stays_once() {
    let expected = ["160-3429 so do not bend", "3439-5749 no no", "6100-6600 it's", "10000-12000 fine"];
    assert_eq!(texts(ROLLING), expected);
    // Some editors strip the blank that keeps YouTube's first line empty.
    assert_eq!(texts(&ROLLING.replace("\n \n", "\n\n")), expected);
    // Lines that roll without cues between, as on television.
    let tv = "1\n00:00:01,000 --> 00:00:02,000\none two\n\n2\n00:00:02,000 --> 00:00:03,000\none two\nthree\n\n3\n\
        00:00:03,000 --> 00:00:04,000\nthree\nfour\n\n4\n00:00:04,000 --> 00:00:05,000\nfour\nfive";
    assert_eq!(texts(tv), ["1000-2000 one two", "2000-3000 three", "3000-4000 four", "4000-5000 five"]);
}

#[test]
fn what_is_said_twice_stays_twice() {
    let file = "1\n00:00:01,000 --> 00:00:02,000\nNo, no.\n\n2\n00:00:02,000 --> 00:00:03,000\nNo, no.\n\n\
        3\n00:00:03,000 --> 00:00:04,000\nNo, no.\nNot that.\n\n4\n00:00:04,000 --> 00:00:05,000\nWell.\n";
    assert_eq!(texts(file).len(), 4);
    assert_eq!(texts(file)[2], "3000-4000 No, no. Not that.");
}

#[test]
fn marks_go_and_words_stay() {
    let file = "WEBVTT - a title\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnot spoken\n\n\
        intro 1\n01:02.5 --> 01:04.000 line:0 align:start\n- <v.loud Juniper Maplewood>Take &lt; 5&nbsp;mg<i>s</i> &amp; rest\n\n\
        NOTE 00:01 nothing\n\n01:05.000 --> 01:06.000\n{\\an8}DR. QUILL: not (applause) more (L4) ♪ la ♪ <3 kinds > 2\n\n\
        01:06.000 --> 01:05.000\nbackwards\n\n01:07.000 --> 01:08.000\n[Music]\n\n\
        100:01:07.000 --> 100:01:08.000\nNote: HERE it is\n2024\n";
    assert_eq!(
        texts(file),
        [
            "62500-64000 Take < 5 mgs & rest",
            "65000-66000 not more (L4) la <3 kinds > 2",
            "360067000-360068000 Note: HERE it is 2024",
        ]
    );
}

#[test]
fn encodings_are_told_apart() {
    let srt = "1\r\n00:00:01,000 --> 00:00:02,000\r\nCafé’s\r\n";
    let expected = ["1000-2000 Café’s"];
    let marked: Vec<u8> = [&[0xef, 0xbb, 0xbf], srt.as_bytes()].concat();
    let wide: Vec<u8> = srt.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(srt.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let old: Vec<u8> = srt.chars().map(|c| if c == '’' { 0x92 } else { c as u8 }).collect();
    let mac = srt.replace("\r\n", "\r").into_bytes();
    for bytes in [marked, wide, big, old, mac] {
        let read = read(&bytes).unwrap();
        assert_eq!(read.iter().map(|c| format!("1000-2000 {}", c.text)).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn what_is_no_caption_file_says_how_to_get_one() {
    let error = read(b"Just a text, 5 --> 6.").unwrap_err();
    assert_eq!((error, error.exit()), (CaptionsError::OtherForm, Exit::Input));
    assert!(error.remedy().unwrap().contains(".vtt or .srt"));
    assert_eq!(read(b"WEBVTT\n\n00:01.000 --> 00:02.000\n[Music]\n").unwrap_err(), CaptionsError::NoWords);
    assert_eq!(read(b"").unwrap_err(), CaptionsError::OtherForm);
}

fn stamp(ms: u64, point: char) -> String {
    format!("{:02}:{:02}:{:02}{point}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

/// Lines as YouTube rolls them, with or without the times of words.
fn rolled(lines: &[String], tagged: bool) -> String {
    let mut file = "WEBVTT\n\n".to_owned();
    let mut above = " ";
    for (line, at) in lines.iter().zip((0_u64..).map(|n| n * 3000)) {
        let words: Vec<String> = (line.split(' ').enumerate())
            .map(|(i, word)| match i {
                0 => word.to_owned(),
                _ if tagged => format!("<{}><c> {word}</c>", stamp(at + i as u64 * 100, '.')),
                _ => format!(" {word}"),
            })
            .collect();
        let cue = |from, to| format!("{} --> {} align:start position:0%", stamp(from, '.'), stamp(to, '.'));
        file += &format!("{}\n{above}\n{}\n\n", cue(at, at + 2990), words.concat());
        file += &format!("{}\n{line}\n \n\n", cue(at + 2990, at + 3000));
        above = line;
    }
    file
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn nothing_that_looks_like_captions_makes_it_panic(
        parts in proptest::collection::vec(
            "(WEBVTT|NOTE|STYLE|\n|\n\n|\r|00:01.000 --> 00:02.000|99:99:99,9 --> 1:00:00:00|<00:01.5>|<c>|<|>|>>|&amp;|&#x1F600;|&|;|\\{\\\\an8\\}|\\[|\\]|\\(music\\)|♪|- |NAME: |é|a b|7)",
            0..40,
        )
    ) {
        if let Ok(captions) = read(parts.concat().as_bytes()) {
            prop_assert!(captions.windows(2).all(|two| two[0].span.start <= two[1].span.start));
            prop_assert!(captions.iter().all(|c| !c.text.trim().is_empty() && c.span.start < c.span.end));
        }
    }

    #[test]
    fn what_was_written_is_read_back(
        cues in proptest::collection::vec((1_u64..5000, 1_u64..5000, "[a-z]{1,6}( [a-z,.']{0,3}[a-z]){0,5}"), 1..20),
        vtt: bool,
    ) {
        let mut at = 0;
        let mut captions = Vec::new();
        for (gap, length, text) in cues {
            let span = Span::new(Millis(at + gap), Millis(at + gap + length + 60));
            at = span.end.0;
            captions.push(Caption { span, text });
        }
        let point = if vtt { '.' } else { ',' };
        let mut file = if vtt { "WEBVTT\n\n".to_owned() } else { String::new() };
        for (n, c) in captions.iter().enumerate() {
            let (from, to) = (stamp(c.span.start.0, point), stamp(c.span.end.0, point));
            file += &format!("{}\n{from} --> {to}\n{}\n\n", n + 1, c.text);
        }
        prop_assert_eq!(read(file.as_bytes()).unwrap(), captions);
    }

    #[test]
    fn lines_that_roll_are_read_once(
        lines in proptest::collection::vec("[a-c]( [a-c]){0,4}", 1..12), tagged: bool,
    ) {
        let read = read(rolled(&lines, tagged).as_bytes()).unwrap();
        let texts: Vec<&String> = read.iter().map(|c| &c.text).collect();
        prop_assert_eq!(texts, lines.iter().collect::<Vec<_>>());
        prop_assert!(read.iter().enumerate().all(|(n, c)| c.span.start == Millis(n as u64 * 3000)));
    }
}
