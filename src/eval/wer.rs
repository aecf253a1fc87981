//! Word error rate: how far a transcript is from what was said, and the longest passage that it leaves out.
//!
//! Both texts are normalised first ([`crate::text::normalize`]). The alignment has the least number of substituted,
//! inserted and deleted words, of several such the most equal words, and a passage that was left out stays in one
//! piece. Memory grows with the length of one text, not with the product of both (Hirschberg, "A linear space
//! algorithm for computing maximal common subsequences", 1975), so that hours of speech can be scored.

use crate::text::normalize;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Cost of an error. A substitution costs one more, which decides only between alignments with as many errors: there
/// are never 2^24 of them in a table that is computed.
const ERROR: u64 = 1 << 24;

/// Up to so many cells (8 MB) an alignment is computed at once instead of being split.
const CELLS: usize = 1 << 20;

/// How far a hypothesis is from its reference, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wer {
    /// Words that stand for another one.
    pub substitutions: usize,
    /// Words that nobody said.
    pub insertions: usize,
    /// Words that are missing.
    pub deletions: usize,
    /// Words of the reference, normalised.
    pub words: usize,
    /// The longest passage that is missing; `None` when no word is.
    pub drop_out: Option<DropOut>,
}

/// A passage of the reference that the hypothesis leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOut {
    /// Number of its first word in the normalised reference, from 0.
    pub at: usize,
    /// How many words are missing in a row.
    pub words: usize,
    /// The missing words, normalised.
    pub text: String,
}

impl Wer {
    /// Errors per word of the reference; 0 is perfect, more than 1 is possible. A reference without words counts as
    /// one word, so that whatever was invented for silence shows.
    #[must_use]
    pub fn rate(&self) -> f64 {
        (self.substitutions + self.insertions + self.deletions) as f64 / self.words.max(1) as f64
    }
}

/// What happened to a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Equal,
    Substituted,
    Deleted,
    Inserted,
}

/// Scores `hypothesis` against `reference`, both as plain text.
#[must_use]
pub fn score(reference: &str, hypothesis: &str) -> Wer {
    let (said, written) = (normalize::words(reference), normalize::words(hypothesis));
    let mut numbers = HashMap::new();
    let mut number = |word| {
        let next = numbers.len();
        *numbers.entry(word).or_insert(next)
    };
    let a: Vec<usize> = said.iter().map(&mut number).collect();
    let b: Vec<usize> = written.iter().map(&mut number).collect();
    let mut steps = Vec::with_capacity(a.len().max(b.len()));
    align(&a, &b, &mut steps);
    join_gaps(&a, &mut steps);
    let count = |kind| steps.iter().filter(|step| **step == kind).count();
    Wer {
        substitutions: count(Step::Substituted),
        insertions: count(Step::Inserted),
        deletions: count(Step::Deleted),
        words: a.len(),
        drop_out: longest_gap(&steps).map(|(at, words)| DropOut { at, words, text: said[at..at + words].join(" ") }),
    }
}

/// Appends the steps that turn `a` into `b`.
fn align(a: &[usize], b: &[usize], steps: &mut Vec<Step>) {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    steps.extend(std::iter::repeat_n(Step::Equal, same));
    let (a, b) = (&a[same..], &b[same..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.len() < 2 || b.len() < 2 || (a.len() + 1).saturating_mul(b.len() + 1) <= CELLS {
        align_small(a, b, steps);
    } else {
        let half = a.len() / 2;
        let forth = costs(a[..half].iter(), b.iter(), b.len());
        let back = costs(a[half..].iter().rev(), b.iter().rev(), b.len());
        let cut = (0..=b.len()).min_by_key(|&j| forth[j] + back[b.len() - j]).unwrap_or(0);
        align(&a[..half], &b[..cut], steps);
        align(&a[half..], &b[cut..], steps);
    }
    steps.extend(std::iter::repeat_n(Step::Equal, tail));
}

/// The least cost between all of `a` and each beginning of `b`.
fn costs<'a>(
    a: impl Iterator<Item = &'a usize>,
    b: impl Iterator<Item = &'a usize> + Clone,
    length: usize,
) -> Vec<u64> {
    let mut row: Vec<u64> = (0..=length as u64).map(|j| j * ERROR).collect();
    for x in a {
        let mut diagonal = row[0];
        row[0] += ERROR;
        for (j, y) in b.clone().enumerate() {
            let cost = (diagonal + exchange(x, y)).min(row[j] + ERROR).min(row[j + 1] + ERROR);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row
}

/// As [`align`], with the whole table in memory.
fn align_small(a: &[usize], b: &[usize], steps: &mut Vec<Step>) {
    let width = b.len() + 1;
    let mut table: Vec<u64> = (0..width as u64).map(|j| j * ERROR).collect();
    for (i, x) in a.iter().enumerate() {
        table.push((i as u64 + 1) * ERROR);
        for (j, y) in b.iter().enumerate() {
            let above = i * width + j;
            let left = table[table.len() - 1];
            let cost = (table[above] + exchange(x, y)).min(table[above + 1] + ERROR).min(left + ERROR);
            table.push(cost);
        }
    }
    let (mut i, mut j) = (a.len(), b.len());
    let begin = steps.len();
    while i > 0 || j > 0 {
        let here = table[i * width + j];
        if i > 0 && j > 0 && table[(i - 1) * width + j - 1] + exchange(&a[i - 1], &b[j - 1]) == here {
            steps.push(if a[i - 1] == b[j - 1] { Step::Equal } else { Step::Substituted });
            (i, j) = (i - 1, j - 1);
        } else if i > 0 && table[(i - 1) * width + j] + ERROR == here {
            steps.push(Step::Deleted);
            i -= 1;
        } else {
            steps.push(Step::Inserted);
            j -= 1;
        }
    }
    steps[begin..].reverse();
}

/// The cost of `y` where `x` was said.
fn exchange(x: &usize, y: &usize) -> u64 {
    if x == y { 0 } else { ERROR + 1 }
}

/// A missing passage that happens to hold the words beside it ("the … the") can be cut in several places at the same
/// cost. Moves each gap over equal words to the next gap where it can, so that one passage is one gap.
fn join_gaps(a: &[usize], steps: &mut [Step]) {
    let mut word = 0;
    let mut at = 0;
    while at < steps.len() {
        if steps[at] != Step::Deleted {
            word += usize::from(steps[at] != Step::Inserted);
            at += 1;
            continue;
        }
        let gap = steps[at..].iter().take_while(|s| **s == Step::Deleted).count();
        let between = steps[at + gap..].iter().take_while(|s| **s == Step::Equal).count();
        let next_is_gap = steps.get(at + gap + between) == Some(&Step::Deleted);
        // Sliding right by one word asks that the gap's first word equals the word behind the gap.
        if between > 0 && next_is_gap && (0..between).all(|k| a[word + k] == a[word + gap + k]) {
            steps[at..at + between].fill(Step::Equal);
            steps[at + between..at + between + gap].fill(Step::Deleted);
            word += between;
            at += between;
        } else {
            word += gap;
            at += gap;
        }
    }
}

/// First word and length of the longest run of deletions; the first of several.
fn longest_gap(steps: &[Step]) -> Option<(usize, usize)> {
    let (mut word, mut run, mut longest) = (0, 0, None);
    for step in steps {
        match step {
            Step::Deleted => {
                run += 1;
                word += 1;
                if longest.is_none_or(|(_, words)| run > words) {
                    longest = Some((word - run, run));
                }
            }
            // An invented word within a gap does not end it.
            Step::Inserted => {}
            Step::Equal | Step::Substituted => {
                run = 0;
                word += 1;
            }
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_of_error_is_counted() {
        let wer = score("alpha bravo charlie delta", "alpha bravissimo delta echo");
        assert_eq!((wer.substitutions, wer.deletions, wer.insertions, wer.words), (1, 1, 1, 4));
        assert!((wer.rate() - 0.75).abs() < 1e-9);
        assert!((score("", "so much invented").rate() - 3.0).abs() < 1e-9);
        assert_eq!(score("L4-L5 at fifteen percent", "l4l5 at 15%").rate(), 0.0);
    }

    #[test]
    fn a_missing_passage_is_found_in_one_piece() {
        let wer = score("we see the back and the neck and the leg often", "we see the leg often");
        let gap = wer.drop_out.unwrap();
        assert_eq!((gap.at, gap.words, wer.deletions), (3, 6, 6));
        assert_eq!(gap.text, "back and the neck and the");
        // "the yellow the zebra" of which one "the" is left: the second one would cut the passage in two.
        let mut steps = [Step::Deleted, Step::Deleted, Step::Equal, Step::Deleted];
        join_gaps(&[7, 1, 7, 2], &mut steps);
        assert_eq!(longest_gap(&steps), Some((1, 3)));
        assert_eq!(score("all of it", "all of it").drop_out, None);
    }

    proptest! {
        #[test]
        fn a_split_alignment_costs_no_more_than_a_whole_one(
            a in proptest::collection::vec(0_usize..4, 0..40),
            b in proptest::collection::vec(0_usize..4, 0..40),
        ) {
            let mut whole = Vec::new();
            align_small(&a, &b, &mut whole);
            let half = a.len() / 2;
            let forth = costs(a[..half].iter(), b.iter(), b.len());
            let back = costs(a[half..].iter().rev(), b.iter().rev(), b.len());
            let least = (0..=b.len()).map(|j| forth[j] + back[b.len() - j]).min().unwrap();
            let errors = whole.iter().filter(|s| **s != Step::Equal).count();
            prop_assert_eq!(errors, (least / ERROR) as usize);
            join_gaps(&a, &mut whole);
            // The steps still turn a into b.
            let (mut i, mut j) = (0, 0);
            for step in &whole {
                match step {
                    Step::Equal => { prop_assert_eq!(a[i], b[j]); i += 1; j += 1; }
                    Step::Substituted => { prop_assert_ne!(a[i], b[j]); i += 1; j += 1; }
                    Step::Deleted => i += 1,
                    Step::Inserted => j += 1,
                }
            }
            prop_assert_eq!((i, j, errors), (a.len(), b.len(), whole.iter().filter(|s| **s != Step::Equal).count()));
        }
    }

    #[test]
    fn hours_of_speech_are_scored() {
        let said: Vec<String> = (0..12_000_u64).map(|i| format!("w{}x", i * i % 997)).collect();
        let mut written = said.clone();
        written.drain(5_000..5_040);
        written[100] = "other".into();
        written.insert(9_000, "more".into());
        let wer = score(&said.join(" "), &written.join(" "));
        assert_eq!((wer.substitutions, wer.deletions, wer.insertions), (1, 40, 1));
        assert_eq!(wer.drop_out.map(|gap| gap.words), Some(40));
    }
}
