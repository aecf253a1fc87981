//! Captions of what is published: the questions and answers, on the published video's clock. Between them nothing is
//! shown, and a question that nobody says aloud has no cue.
//!
//! The same cues become WebVTT, which names who speaks, and SubRip, which has no way to. Lines end with a line feed in
//! both: WebVTT allows it, and every player of SubRip that is in use reads it.

mod cues;

#[cfg(test)]
mod tests;

use super::NamedBytes;
use super::contract::{EpisodeDocument, PublicEntry};
use super::timed::{TimedEntry, TimedWord};
use super::{page, wording};
use crate::config::Config;
use crate::model::Millis;
use crate::roster::bare_name;
use cues::Cue;
use std::fmt::Write;

/// A character that is not shown. It keeps others from being read as a sign.
const UNSEEN: char = '\u{2060}';

/// A cue, and what is said of it.
struct Shown<'a> {
    entry: &'a PublicEntry,
    is_question: bool,
    /// Counted from 1 within the question or answer.
    number: usize,
}

/// `captions.vtt`; none without anything to show.
pub(super) fn vtt(document: &EpisodeDocument, timed: &[TimedEntry], config: &Config) -> Vec<NamedBytes> {
    let text = web(document, &cues(document, timed, config), config);
    file(document, "captions.vtt", text)
}

/// `captions.srt`; none without anything to show.
pub(super) fn srt(document: &EpisodeDocument, timed: &[TimedEntry], config: &Config) -> Vec<NamedBytes> {
    let mut text = String::new();
    for (number, (cue, _)) in (1..).zip(&cues(document, timed, config)) {
        let (from, to) = (clock(cue.span.start, ','), clock(cue.span.end, ','));
        let lines: Vec<String> = cue.lines.iter().map(|line| plain(line)).collect();
        let _ = write!(text, "{number}\n{from} --> {to}\n{}\n\n", lines.join("\n"));
    }
    file(document, "captions.srt", text)
}

/// The captions of one entry, WebVTT, on the same clock; empty without anything to show.
pub(super) fn entry_vtt(document: &EpisodeDocument, timed: &TimedEntry, config: &Config) -> String {
    web(document, &cues(document, std::slice::from_ref(timed), config), config)
}

fn file(document: &EpisodeDocument, name: &str, text: String) -> Vec<NamedBytes> {
    let name = format!("{}/{name}", document.episode.id);
    if text.is_empty() { Vec::new() } else { vec![NamedBytes { name, bytes: text.into_bytes() }] }
}

fn cues<'a>(document: &'a EpisodeDocument, timed: &[TimedEntry], config: &Config) -> Vec<(Cue, Shown<'a>)> {
    let mark = wording::draft_mark(&config.wording);
    let mut all = Vec::new();
    for words in timed {
        let Some(entry) = document.entries.iter().find(|entry| entry.id == words.id) else { continue };
        let said = if entry.question.start < entry.question.end { &words.question[..] } else { &[] };
        for (text, is_question) in [(said, true), (&words.answer[..], false)] {
            let made = if entry.is_draft() { cues::cut(&marked(text, &mark)) } else { cues::cut(text) };
            let numbered = (1..).zip(made);
            all.extend(numbered.map(|(number, cue)| (cue, Shown { entry, is_question, number })));
        }
    }
    cues::arrange(&mut all, document.episode.duration);
    all
}

/// The words of a draft behind the mark of one.
fn marked(text: &[TimedWord], mark: &str) -> Vec<TimedWord> {
    let Some(first) = text.first() else { return Vec::new() };
    let at = crate::model::Span::new(first.span.start, first.span.start);
    let mark = format!("[{mark}]");
    let word = |text: &str| TimedWord { text: text.to_owned(), span: at, begins_paragraph: false, ..first.clone() };
    let unmarked = |word: &TimedWord| TimedWord { begins_paragraph: false, ..word.clone() };
    let rest = text.iter().take(1).map(unmarked).chain(text.iter().skip(1).cloned());
    mark.split_whitespace().map(word).chain(rest).collect()
}

fn web(document: &EpisodeDocument, cues: &[(Cue, Shown)], config: &Config) -> String {
    let mut text = String::new();
    if cues.is_empty() {
        return text;
    }
    let facts = [&document.episode.series, &document.episode.title].map(|fact| escape(&page::clean(fact)));
    let about: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    text.push_str("WEBVTT\n\n");
    if !about.is_empty() {
        let _ = write!(text, "NOTE {}\n\n", about.join(": "));
    }
    for (cue, shown) in cues {
        let (from, to) = (clock(cue.span.start, '.'), clock(cue.span.end, '.'));
        let part = if shown.is_question { 'q' } else { 'a' };
        let _ = write!(text, "{}-{part}{}\n{from} --> {to}\n", shown.entry.id, shown.number);
        let voice = voice(cue, shown, config);
        if !voice.is_empty() {
            let _ = write!(text, "<v {}>", escape(&voice));
        }
        let lines: Vec<String> = cue.lines.iter().map(|line| escape(line)).collect();
        let _ = write!(text, "{}\n\n", lines.join("\n"));
    }
    text
}

/// Whose words a cue holds; empty where that is not sure. Who asks stays unnamed.
fn voice(cue: &Cue, shown: &Shown, config: &Config) -> String {
    if shown.is_question {
        return page::clean(&config.wording.voice_question);
    }
    let credits = &shown.entry.credits;
    let credit = cue.speaker.as_ref().and_then(|speaker| credits.iter().find(|credit| credit.person == *speaker));
    credit.map(|credit| bare_name(&page::clean(&credit.name), &page::clean(&credit.credentials))).unwrap_or_default()
}

/// `00:12:34.310`, with another sign before the milliseconds.
pub(super) fn clock(at: Millis, sign: char) -> String {
    let (h, m, s, ms) = (at.0 / 3_600_000, at.0 / 60_000 % 60, at.0 / 1000 % 60, at.0 % 1000);
    format!("{h:02}:{m:02}:{s:02}{sign}{ms:03}")
}

/// The text for a WebVTT cue, name or note: no tag, no character's name, and no arrow that would begin a cue.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The line for SubRip, which has no escapes: players take what looks like a tag or a style away, and a reader would
/// miss those words. An unseen character behind its first sign makes it text.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let opens = match (c, chars.peek()) {
            ('<', Some(next)) => next.is_ascii_alphabetic() || "/!?".contains(*next),
            ('{', Some(next)) => *next == '\\' || next.is_ascii_alphabetic(),
            ('-', Some('>')) => true,
            _ => false,
        };
        if opens {
            out.push(UNSEEN);
        }
    }
    out
}
