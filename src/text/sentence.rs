//! Words into sentences.
//!
//! The recogniser's punctuation decides. Where there is none for long, pauses do.

use crate::model::{Millis, Word};
use std::ops::Range;

/// A sentence longer than this is cut at its longest pause: the recogniser gave no punctuation.
const MOST_WORDS: usize = 60;
/// A part that is cut off so has at least this many words.
const LEAST_WORDS: usize = 4;
/// Without punctuation a pause of this length ends a sentence if the next word is written like a beginning.
const PAUSE: Millis = Millis(700);
/// Behind a full stop a pause of this length ends a sentence even if the next word is written in the middle of one.
const SHORT_PAUSE: Millis = Millis(250);

/// Words with a point that ends no sentence, in lower case: a name or a number follows.
const TITLES: &[&str] = &[
    "dr.", "drs.", "mr.", "mrs.", "ms.", "prof.", "st.", "sr.", "jr.", "mt.", "rev.", "hon.", "gen.", "sgt.", "no.",
    "vs.", "fig.", "approx.", "e.g.", "i.e.", "cf.", "al.",
];
/// Words with a point that end a sentence only when the next word is written like a beginning.
const SHORT_FORMS: &[&str] =
    &["etc.", "a.m.", "p.m.", "inc.", "ltd.", "co.", "u.s.", "u.k.", "m.d.", "ph.d.", "d.o.", "d.p.t."];

/// The words as sentences: ranges in order that cover all words; none is empty.
#[must_use]
pub fn sentences(words: &[Word]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for index in 0..words.len() {
        if index + 1 == words.len() || ends_here(&words[index], &words[index + 1], index - start + 1) {
            split(words, start..index + 1, &mut sentences);
            start = index + 1;
        }
    }
    sentences
}

/// Whether a sentence ends between these two words; `length` words of it are there.
fn ends_here(word: &Word, next: &Word, length: usize) -> bool {
    let text = word.text.trim_end_matches(CLOSING);
    let begins = begins(&next.text);
    let pause = next.span.start.minus(word.span.end);
    match text.chars().last() {
        Some('?' | '!') => begins || pause >= SHORT_PAUSE,
        Some('…') => begins,
        Some('.') => {
            let plain = text.trim_start_matches(OPENING).to_lowercase();
            if text.ends_with("...") {
                begins
            } else if TITLES.contains(&plain.as_str()) {
                // "No." is a number before a digit and an answer otherwise.
                plain == "no." && !next.text.starts_with(|c: char| c.is_ascii_digit())
            } else if is_initial(text) {
                false
            } else if SHORT_FORMS.contains(&plain.as_str()) {
                begins && !is_name_like(&next.text)
            } else {
                begins || pause >= SHORT_PAUSE
            }
        }
        Some(',' | ';' | ':' | '-' | '–' | '—') => false,
        _ => begins && !is_name_like(&next.text) && pause >= PAUSE && length >= LEAST_WORDS,
    }
}

const CLOSING: [char; 6] = ['"', '\'', '”', '’', ')', ']'];
const OPENING: [char; 6] = ['"', '\'', '“', '‘', '(', '['];

/// Whether a word is written like the beginning of a sentence.
fn begins(text: &str) -> bool {
    let text = text.trim_start_matches(OPENING);
    !text.starts_with(char::is_lowercase)
}

/// Whether a capital says nothing about a beginning: "I", abbreviations such as "MRI" or "L4-L5", numbers.
fn is_name_like(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.first() == Some(&'I') && letters.get(1).is_none_or(|c| "mdlv".contains(*c))
        || letters.iter().filter(|c| c.is_uppercase() || c.is_numeric()).count() > 1
        || letters.first().is_some_and(|c| c.is_numeric())
}

/// Whether the point of this word ends no sentence by itself: "Dr.", "J.", "e.g.".
#[must_use]
pub fn is_short_form(text: &str) -> bool {
    let plain = text.trim_start_matches(OPENING).to_lowercase();
    is_initial(text) || (plain != "no." && [TITLES, SHORT_FORMS].iter().any(|list| list.contains(&plain.as_str())))
}

/// "J." in "J. Smith".
fn is_initial(text: &str) -> bool {
    let mut chars = text.trim_start_matches(OPENING).chars();
    matches!((chars.next(), chars.next(), chars.next()), (Some(letter), Some('.'), None) if letter.is_uppercase() && letter != 'I')
}

/// Cuts what is too long for a sentence at its longest pauses.
fn split(words: &[Word], range: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let mut rest = vec![range];
    while let Some(range) = rest.pop() {
        if range.len() <= MOST_WORDS {
            sentences.push(range);
            continue;
        }
        let pause = |at: usize| words[at].span.start.minus(words[at - 1].span.end);
        let middle = range.start + range.len() / 2;
        // Of equal pauses the one nearest the middle.
        let cut = (range.start + LEAST_WORDS..=range.end - LEAST_WORDS)
            .max_by_key(|at| (pause(*at), std::cmp::Reverse(at.abs_diff(middle))))
            .unwrap_or(middle);
        rest.push(cut..range.end);
        rest.push(range.start..cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use proptest::prelude::*;

    /// A word each 300 ms; `|` is a pause of a second, `/` one of 300 ms.
    fn words(text: &str) -> Vec<Word> {
        let mut at = 0;
        let mut words = Vec::new();
        for text in text.split_whitespace() {
            match text {
                "|" => at += 1000,
                "/" => at += 300,
                _ => {
                    let span = Span::new(Millis(at), Millis(at + 300));
                    words.push(Word { text: text.into(), span, probability: 1.0 });
                    at += 300;
                }
            }
        }
        words
    }

    fn cut(text: &str) -> Vec<String> {
        let words = words(text);
        let text = |range: Range<usize>| words[range].iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        sentences(&words).into_iter().map(text).collect()
    }

    #[test]
    fn points_that_end_no_sentence() {
        insta::assert_debug_snapshot!(cut(
            "Dr. Maple and Mr. J. Smith saw L4-L5. At 2.5 weeks, i.e. early, \"Is it safe?\" she asked. \
             No. It is not! See no. 5 at 9 a.m. Monday vs. St. Paul etc. and so on... maybe. Ask your M.D. first."
        ), @r#"
        [
            "Dr. Maple and Mr. J. Smith saw L4-L5.",
            "At 2.5 weeks, i.e. early, \"Is it safe?\" she asked.",
            "No.",
            "It is not!",
            "See no. 5 at 9 a.m.",
            "Monday vs. St. Paul etc. and so on... maybe.",
            "Ask your M.D. first.",
        ]
        "#);
    }

    #[test]
    fn a_pause_ends_what_the_recogniser_left_open() {
        // At a chunk's start the recogniser may write small or capital letters for either.
        assert_eq!(cut("Go the same day. / clumsy hands matter.").len(), 2);
        assert_eq!(cut("I see Dr. | Maple today.").len(), 1);
        assert_eq!(cut("we will see you next week | Our next question is this").len(), 2);
        assert_eq!(cut("what helps with this is | MRI and").len(), 1);
        assert_eq!(cut("one and the | same thing").len(), 1);
    }

    #[test]
    fn text_without_punctuation_is_cut_at_its_longest_pauses() {
        let text = ["so we then"; 30].join(" ").replacen("so we then so we then so", "so we then so we then | so", 1);
        let lengths: Vec<usize> = sentences(&words(&text)).into_iter().map(|r| r.len()).collect();
        assert_eq!(lengths[0], 6);
        assert!(lengths.iter().all(|n| *n <= MOST_WORDS));
        assert_eq!(lengths.iter().sum::<usize>(), 90);
    }

    proptest! {
        #[test]
        fn sentences_cover_all_words_in_order(text in prop::collection::vec("[A-Za-z0-9.?!,\"'|…]{1,6}", 0..200)) {
            let words = words(&text.join(" "));
            let mut end = 0;
            for range in sentences(&words) {
                prop_assert!(range.start == end && range.start < range.end && range.len() <= MOST_WORDS);
                end = range.end;
            }
            prop_assert_eq!(end, words.len());
        }
    }
}
