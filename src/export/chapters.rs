//! Questions as chapters: a list for the video's description on YouTube, and a track for players.
//!
//! YouTube takes a list only when all of it is right: the first line at 0:00, three lines or more, each chapter ten
//! seconds or longer. A question that would make a shorter one shares the chapter before it. Where no list can be had,
//! none is made, and a note says why.

use super::captions::{clock, escape};
use super::contract::{EpisodeDocument, PublicEntry};
use super::{NamedBytes, page, wording};
use crate::config::Config;
use crate::model::{Millis, Span};
use std::fmt::Write;

/// The least seconds of a chapter.
const SHORTEST: u64 = 10;
/// The fewest chapters of a list.
const FEWEST: usize = 3;
/// The most characters of a title; it is made shorter where the list would be too long.
const TITLE: usize = 70;
/// The shortest that titles are made.
const SHORT_TITLE: usize = 24;
/// What a description on YouTube holds, of characters and of bytes.
const DESCRIPTION: usize = 5000;

/// `chapters.txt`.
pub(super) fn description(document: &EpisodeDocument, config: &Config, notes: &mut Vec<String>) -> Vec<NamedBytes> {
    let (chapters, shared) = chapters(document, config);
    let id = &document.episode.id;
    if chapters.len() < FEWEST {
        notes.push(format!(
            "chapters: {id} has no chapters.txt. YouTube asks for three chapters of at least ten seconds each, and its \
             questions make {}.",
            if chapters.len() < 2 { "no more than one".to_owned() } else { chapters.len().to_string() }
        ));
        return Vec::new();
    }
    let Some(text) = (SHORT_TITLE..=TITLE).rev().map(|most| list(&chapters, most)).find(|text| fits(text)) else {
        notes.push(format!(
            "chapters: {id} has no chapters.txt. Its {} questions do not fit into the {DESCRIPTION} characters of a \
             description on YouTube.",
            chapters.len()
        ));
        return Vec::new();
    };
    match shared {
        0 => {}
        1 => notes.push(format!(
            "chapters: in {id}, 1 question has no chapter of its own, since chapters must be at least ten seconds long."
        )),
        _ => notes.push(format!(
            "chapters: in {id}, {shared} questions have no chapters of their own, since chapters must be at least ten \
             seconds long."
        )),
    }
    vec![NamedBytes { name: format!("{id}/chapters.txt"), bytes: text.into_bytes() }]
}

/// The chapters by the second in which they begin, and how many questions got none.
fn chapters(document: &EpisodeDocument, config: &Config) -> (Vec<(u64, String)>, usize) {
    let end = document.episode.duration.floor_seconds();
    let mut asked: Vec<(u64, String)> = entries(document)
        .into_iter()
        .map(|entry| (entry.question.start.floor_seconds(), title(entry, config)))
        .filter(|(_, title)| !title.is_empty())
        .collect();
    let all = asked.len();
    match asked.first_mut() {
        // What comes before is no chapter: too short.
        Some((at, _)) if *at < SHORTEST => *at = 0,
        Some(_) => asked.insert(0, (0, wording::chapter_start(&config.wording))),
        None => {}
    }
    let beginning = asked.len() - all;
    let mut chapters: Vec<(u64, String)> = Vec::new();
    for (at, title) in asked {
        let is_long = chapters.last().is_none_or(|(before, _)| before + SHORTEST <= at);
        if is_long && at + SHORTEST <= end {
            chapters.push((at, title));
        }
    }
    let shared = (all + beginning).saturating_sub(chapters.len());
    (chapters, shared)
}

/// In order of time.
fn entries(document: &EpisodeDocument) -> Vec<&PublicEntry> {
    let mut entries: Vec<&PublicEntry> = document.entries.iter().collect();
    entries.sort_by_key(|entry| entry.question.span());
    entries
}

/// The question, marked where it is a draft.
fn title(entry: &PublicEntry, config: &Config) -> String {
    let question = page::clean(&entry.question.text);
    match entry.is_draft() {
        true => format!("[{}] {question}", wording::draft_mark(&config.wording)),
        false => question,
    }
}

fn list(chapters: &[(u64, String)], most: usize) -> String {
    let mut text = String::new();
    for (at, title) in chapters {
        // A description may not hold angle brackets.
        let title = title.replace('<', "‹").replace('>', "›");
        let _ = writeln!(text, "{} {}", Millis(at.saturating_mul(1000)), shortened(&title, most));
    }
    text
}

fn fits(text: &str) -> bool {
    // A text never has more characters than bytes.
    text.len() <= DESCRIPTION
}

/// The title, cut between words where it has more than `most` characters.
fn shortened(title: &str, most: usize) -> String {
    if title.chars().count() <= most {
        return title.to_owned();
    }
    let head: String = title.chars().take(most).collect();
    // The word that is cut goes as a whole, unless it is the only one.
    let cut = head.rfind(' ').unwrap_or_else(|| head.char_indices().last().map_or(0, |(at, _)| at));
    format!("{}…", head[..cut].trim_end_matches([',', ';', ':', '-', '–', '—', ' ']))
}

/// `chapters.vtt`: from each question to the end of its answer. One that begins together with the next has no chapter.
pub(super) fn vtt(document: &EpisodeDocument, config: &Config) -> Vec<NamedBytes> {
    let entries = entries(document);
    let mut text = String::from("WEBVTT\n\n");
    let mut any = false;
    for (at, entry) in entries.iter().enumerate() {
        let start = entry.question.start;
        let next = entries.get(at + 1).map_or(Millis(u64::MAX), |next| next.question.start);
        let span = Span::new(start, entry.answer.end.min(next));
        let title = title(entry, config);
        if span.length() > Millis::ZERO && !title.is_empty() {
            any = true;
            let (from, to) = (clock(span.start, '.'), clock(span.end, '.'));
            let _ = write!(text, "{}\n{from} --> {to}\n{}\n\n", entry.id, escape(&title));
        }
    }
    let name = format!("{}/chapters.vtt", document.episode.id);
    if any { vec![NamedBytes { name, bytes: text.into_bytes() }] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::contract::PublicStatus;
    use crate::export::timed::tests::document;
    use proptest::prelude::*;

    /// An episode of ten minutes with a question at each of these seconds.
    fn asked(questions: &[(f64, &str)]) -> EpisodeDocument {
        let spans: Vec<_> = questions.iter().map(|(at, _)| [(at + 2.0, at + 60.0, None)]).collect();
        let told: Vec<_> =
            questions.iter().zip(&spans).map(|((at, q), span)| (*q, [*at, at + 2.0], &["A."][..], &span[..])).collect();
        document(&told)
    }

    fn described(document: &EpisodeDocument) -> (String, Vec<String>) {
        let mut notes = Vec::new();
        let files = description(document, &Config::default(), &mut notes);
        (files.into_iter().map(|file| String::from_utf8(file.bytes).unwrap()).collect(), notes)
    }

    #[test]
    fn questions_are_chapters_behind_a_beginning() {
        let long =
            "Is it safe to go on with a very strong medicine for <b>pain</b>, if nothing else has helped me so far?";
        let mut document = asked(&[(75.9, "Can it help?"), (81.0, "And now?"), (312.0, long), (594.0, "Too late?")]);
        let (text, notes) = described(&document);
        insta::assert_snapshot!(text, @"
        0:00 Introduction
        1:15 Can it help?
        5:12 Is it safe to go on with a very strong medicine for ‹b›pain‹/b›, if…
        ");
        insta::assert_snapshot!(notes.join("\n"), @"chapters: in 2021-07-14-your-back, 2 questions have no chapters of their own, since chapters must be at least ten seconds long.");
        let mut config = Config::default();
        config.wording.chapter_start = " ".into();
        let files = description(&document, &config, &mut Vec::new());
        assert_eq!(str::from_utf8(&files[0].bytes).unwrap(), text, "a chapter is never without a title");
        document.entries[0].question.start = Millis(4_000);
        document.episode.duration = Millis(4_000_000);
        document.entries[3].question.start = Millis(3_661_000);
        document.entries[3].status = PublicStatus::Draft;
        insta::assert_snapshot!(described(&document).0, @"
        0:00 Can it help?
        1:21 And now?
        5:12 Is it safe to go on with a very strong medicine for ‹b›pain‹/b›, if…
        1:01:01 [Draft - not approved] Too late?
        ");
    }

    #[test]
    fn what_youtube_would_not_take_is_not_made() {
        let (text, notes) = described(&asked(&[(20.0, "Q?"), (25.0, "R?")]));
        assert_eq!(text, "");
        insta::assert_snapshot!(notes.join("\n"), @"chapters: 2021-07-14-your-back has no chapters.txt. YouTube asks for three chapters of at least ten seconds each, and its questions make 2.");
        let many: Vec<(f64, String)> = (2..60).map(|at| (f64::from(at) * 10.0, "ä ".repeat(50))).collect();
        let many: Vec<(f64, &str)> = many.iter().map(|(at, text)| (*at, text.as_str())).collect();
        let (text, _) = described(&asked(&many));
        assert!(text.lines().count() == 59 && text.len() <= 5000 && text.len() > 4500, "{}", text.len());
    }

    #[test]
    fn a_track_of_chapters() {
        let document = asked(&[(20.0, "Is a < b --> c?"), (50.0, "Twin?"), (50.0, "Now?"), (300.0, "Last?")]);
        let file = &vtt(&document, &Config::default())[0];
        insta::assert_snapshot!(str::from_utf8(&file.bytes).unwrap(), @r"
        WEBVTT

        e-00000000
        00:00:20.000 --> 00:00:50.000
        Is a &lt; b --&gt; c?

        e-00000002
        00:00:50.000 --> 00:01:50.000
        Now?

        e-00000003
        00:05:00.000 --> 00:06:00.000
        Last?
        ");
        assert_eq!(vtt(&asked(&[]), &Config::default()), []);
    }

    proptest! {
        #[test]
        fn any_list_is_one_that_youtube_takes(
            questions in prop::collection::vec((0u32..610, "\\PC{0,90}"), 0..40),
        ) {
            let questions: Vec<(f64, &str)> = questions.iter().map(|(at, q)| (f64::from(*at), q.as_str())).collect();
            let (text, notes) = described(&asked(&questions));
            prop_assert!(!text.is_empty() || !notes.is_empty());
            let mut starts: Vec<u64> = text.lines().map(|line| {
                let (at, title) = line.split_once(' ').unwrap();
                assert!(!title.is_empty() && title.chars().count() <= 70 && !title.contains(['<', '>']), "{title}");
                at.split(':').fold(0, |all, part| all * 60 + part.parse::<u64>().unwrap())
            }).collect();
            if !starts.is_empty() {
                prop_assert!(starts.len() >= 3 && starts[0] == 0 && text.len() <= 5000);
                starts.push(600);
                prop_assert!(starts.windows(2).all(|pair| pair[0] + 10 <= pair[1]));
            }
        }
    }
}
