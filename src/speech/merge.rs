//! The words of two chunks between which speech was cut without a silence: both hold the second on either side of the
//! cut, each is sure of what lies deep inside it, and of the words that both have the one nearest to the cut is the seam.

use crate::model::{Millis, Word};
use crate::text::align::common;
use crate::text::normalize;

/// Words so close to the cut may be in both chunks: the second that they share, and a word's length.
const NEAR: u64 = 1500;

/// Joins `next`, the words of the chunk that goes on at `cut`, to the words so far.
pub(super) fn join(words: &mut Vec<Word>, next: Vec<Word>, cut: Millis) {
    let middle = |word: &Word| u64::midpoint(word.span.start.0, word.span.end.0);
    let near = |word: &Word| middle(word).abs_diff(cut.0) <= NEAR;
    let first = words.len() - words.iter().rev().take_while(|word| near(word)).count();
    let shared = next.iter().take_while(|word| near(word)).count();
    let (kept, from) = match seam(&words[first..], &next[..shared], cut) {
        Some((mine, theirs)) => (first + mine + 1, theirs + 1),
        // Nothing in common: each keeps its side.
        None => (
            first + words[first..].iter().take_while(|word| middle(word) < cut.0).count(),
            next.iter().take_while(|word| middle(word) < cut.0).count(),
        ),
    };
    words.truncate(kept);
    let mut end = words.last().map_or(Millis::ZERO, |word| word.span.end);
    words.extend(next.into_iter().skip(from).map(|mut word| {
        // The two chunks may differ by a little in when a word was said.
        word.span.start = word.span.start.max(end);
        word.span.end = word.span.end.max(word.span.start);
        end = word.span.end;
        word
    }));
}

/// The word that both have nearest to the cut, by index in each.
fn seam(mine: &[Word], theirs: &[Word], cut: Millis) -> Option<(usize, usize)> {
    let plain = |words: &[Word]| words.iter().map(|word| normalize::normalize(&word.text)).collect::<Vec<_>>();
    let off = |(i, j): &(usize, usize)| {
        let start = |word: &Word| word.span.start.0.abs_diff(cut.0);
        start(&mine[*i]) + start(&theirs[*j])
    };
    common(&plain(mine), &plain(theirs)).into_iter().min_by_key(off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;
    use proptest::prelude::*;

    /// Words at these tenths of seconds.
    fn words(text: &str, from: u64) -> Vec<Word> {
        let word = |(i, text): (u64, &str)| Word {
            text: text.into(),
            span: Span::new(Millis((from + 3 * i) * 100), Millis((from + 3 * i + 3) * 100)),
            probability: 1.0,
        };
        (0..).zip(text.split_whitespace()).map(word).collect()
    }

    fn joined(mine: &[Word], theirs: Vec<Word>, cut: u64) -> String {
        let mut all = mine.to_vec();
        join(&mut all, theirs, Millis(cut));
        assert!(all.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
        all.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_word_that_was_cut_comes_whole_and_once() {
        // The first chunk hears only the beginning of "emergency", the second only the end of "surgery".
        let mine = words("Before the surgery you are emerge", 0);
        let theirs = words("jury You are emergency patients then.", 8);
        assert_eq!(joined(&mine, theirs, 1200), "Before the surgery you are emergency patients then.");
    }

    #[test]
    fn chunks_with_nothing_in_common_keep_their_sides() {
        let mine = words("one two three four", 0);
        let theirs = words("five six seven eight", 3);
        // Cut at 0.6 s: the first two words of the first chunk, from the second chunk those after it.
        assert_eq!(joined(&mine, theirs, 600), "one two six seven eight");
        assert_eq!(joined(&[], words("alone", 5), 600), "alone");
        assert_eq!(joined(&words("alone", 1), Vec::new(), 600), "alone");
    }

    proptest! {
        #[test]
        fn two_views_of_the_same_words_give_the_words(count in 8u64..40, cut in 10u64..30, skip in 0i64..3) {
            let text: Vec<String> = (0..count).map(|i| format!("w{i}")).collect();
            let all = words(&text.join(" "), 0);
            let cut = Millis((cut * 3).min(count * 3 - 6) * 100);
            let mine: Vec<Word> = all.iter().filter(|w| w.span.end.0 <= cut.0 + 1000).cloned().collect();
            // The second chunk's clock is off by up to 0.2 s.
            let theirs = all.iter().filter(|w| w.span.start.0 + 1000 >= cut.0).cloned().map(|mut word| {
                word.span = Span::new(Millis(word.span.start.0 + 100 * skip as u64), Millis(word.span.end.0 + 100 * skip as u64));
                word
            });
            prop_assert_eq!(joined(&mine, theirs.collect(), cut.0), text.join(" "));
        }
    }
}
