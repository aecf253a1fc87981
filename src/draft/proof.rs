//! The proof that printed text was said: its words stand in the recording's transcript, in order, inside the stated
//! sentences, and what is missing between them is only what may be missing.
//!
//! It reads the printed text afresh and knows nothing of how that was made. It asks whether *any* way of leaving words
//! out by the closed lists gives this text; so a word that was never said, a word out of order, and a lost "not" or
//! number all fail.

use super::question::{is_head, is_tail};
use super::words::{
    LONGEST_STUTTER, capital, core, ends_marked, ends_sentence, is_filler, is_protected, is_stutter, low,
};
use crate::model::Transcript;
use std::collections::BTreeSet;
use std::ops::Range;

/// What may be missing from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nothing: word-for-word text.
    Nothing,
    /// Fillers, stutters, cut-off beginnings.
    Stumbles,
    /// Those, and at a sentence's edge greetings, hand-overs and who asks.
    Heads,
}

/// Where a text stops being what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    /// The word in the transcript up to which all is well; `None` behind the last one.
    pub(super) word: Option<usize>,
    /// The printed word that has no counterpart; `None` when the text ends too early.
    pub(super) printed: Option<String>,
}

/// A word of the transcript.
struct Said<'a> {
    text: &'a str,
    word: usize,
    sentence: usize,
}

/// Checks `printed` against the words of `ranges` (sentences of `transcript`).
pub(super) fn prove(transcript: &Transcript, ranges: &[Range<usize>], printed: &str, leave: Leave) -> Result<(), Gap> {
    let said: Vec<Said<'_>> = ranges
        .iter()
        .cloned()
        .flatten()
        .filter_map(|i| Some((i, transcript.sentences.get(i)?)))
        .flat_map(|(sentence, s)| s.words.clone().map(move |word| (sentence, word)))
        .filter_map(|(sentence, word)| Some((sentence, word, transcript.words.get(word)?)))
        .flat_map(|(sentence, word, w)| w.text.split_whitespace().map(move |text| Said { text, word, sentence }))
        .filter(|said| !core(said.text).is_empty())
        .collect();
    let drafted: Vec<&str> = printed.split_whitespace().filter(|text| !core(text).is_empty()).collect();

    // reach[i] holds each j for which the first i spoken words can give the first j printed ones.
    let mut reach = vec![BTreeSet::new(); said.len() + 1];
    reach[0].insert(0);
    let mut furthest = (0, 0);
    for i in 0..said.len() {
        let Some(&last) = reach[i].last() else { continue };
        furthest = furthest.max((last, i));
        let lengths = if leave == Leave::Nothing { Vec::new() } else { may_be_missing(&said, i, leave) };
        for j in std::mem::take(&mut reach[i]) {
            if drafted.get(j).is_some_and(|text| is_same(said[i].text, text)) {
                reach[i + 1].insert(j + 1);
            }
            for length in &lengths {
                reach[i + length].insert(j);
            }
        }
    }
    if reach[said.len()].contains(&drafted.len()) {
        return Ok(());
    }
    let end = reach[said.len()].last().map_or((0, 0), |&j| (j, said.len()));
    let (j, i) = furthest.max(end);
    Err(Gap { word: said.get(i).map(|s| s.word), printed: drafted.get(j).map(|&text| text.to_owned()) })
}

/// Whether the printed word is the spoken one: equal but for the marks around it and a capital at its beginning.
fn is_same(said: &str, printed: &str) -> bool {
    let (said, printed) = (core(said), core(printed));
    said == printed || capital(said) == printed
}

/// How many words from `at` on may be missing together; each length is a case of its own.
fn may_be_missing(said: &[Said<'_>], at: usize, leave: Leave) -> Vec<usize> {
    let sentence = said[at].sentence;
    let length = said[at..].iter().take_while(|s| s.sentence == sentence).count();
    let rest: Vec<&str> = said[at..at + length].iter().map(|s| s.text).collect();
    let before = said[..at].last().filter(|s| s.sentence == sentence).map(|s| s.text);

    let mut lengths = Vec::new();
    if is_filler(rest[0]) {
        lengths.push(1);
    }
    if let [you, know, _, ..] = rest[..]
        && (low(you), low(know)) == ("you".into(), "know".into())
        && know.ends_with(',')
        && before.is_none_or(|text| text.ends_with(','))
    {
        lengths.push(2);
    }
    let spoken: Vec<usize> = (0..rest.len()).filter(|&i| !is_filler(rest[i])).collect();
    if spoken.first() == Some(&0) {
        for size in 1..=LONGEST_STUTTER.min(spoken.len() / 2) {
            let run: Vec<String> = spoken[..size].iter().map(|&i| low(rest[i])).collect();
            let again = spoken[size..2 * size].iter().map(|&i| low(rest[i]));
            let (last, next) = (spoken[size - 1], spoken[size]);
            let hesitant = size > 1 && next > last + 1;
            let marked = !hesitant && rest[last..next].iter().any(|text| ends_marked(text));
            let ends = spoken[..size].iter().any(|&i| ends_sentence(rest[i]));
            if again.eq(run.iter().cloned()) && !ends && is_stutter(&run, marked) {
                lengths.push(last + 1);
            }
        }
        if let Some(&next) = spoken.get(1)
            && rest[0].ends_with(['-', '—'])
            && low(rest[next]).len() > low(rest[0]).len()
            && low(rest[next]).starts_with(&low(rest[0]))
        {
            lengths.push(1);
        }
    }
    if leave == Leave::Heads {
        if before.is_none() {
            lengths.extend((1..=rest.len()).filter(|&n| is_head(&rest[..n])));
        } else if before.is_some_and(|text| text.ends_with(',')) && is_tail(&rest) {
            lengths.push(rest.len());
        }
    }
    lengths.retain(|&n| !rest[..n].iter().any(|text| is_protected(text)));
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}
