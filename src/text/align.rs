//! Two sequences of words side by side.
//!
//! The alignment has the least number of substituted, inserted and deleted words, of several such the most equal words,
//! and a passage that was left out stays in one piece. Memory grows with the length of one text, not with the product
//! of both (Hirschberg, "A linear space algorithm for computing maximal common subsequences", 1975).

use std::collections::HashMap;
use std::hash::Hash;

/// Cost of an error. A substitution costs one more, which decides only between alignments with as many errors: there
/// are never 2^24 of them in a table that is computed.
const ERROR: u64 = 1 << 24;

/// Up to so many cells (8 MB) an alignment is computed at once instead of being split.
const CELLS: usize = 1 << 20;

/// The steps that turn the words `a` into `b`.
#[must_use]
pub fn align_words<T: Eq + Hash>(a: &[T], b: &[T]) -> Vec<Step> {
    let mut numbers = HashMap::new();
    let mut number = |word| {
        let next = numbers.len();
        *numbers.entry(word).or_insert(next)
    };
    let a: Vec<usize> = a.iter().map(&mut number).collect();
    let b: Vec<usize> = b.iter().map(&mut number).collect();
    align(&a, &b)
}

/// The words that stand in both, by index in each.
#[must_use]
pub fn common<T: Eq + Hash>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    for step in align_words(a, b) {
        if step == Step::Equal {
            common.push((i, j));
        }
        i += usize::from(step != Step::Inserted);
        j += usize::from(step != Step::Deleted);
    }
    common
}

/// What happened to a word of the first sequence on its way to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It stands in both.
    Equal,
    /// Another word stands for it.
    Substituted,
    /// It is missing.
    Deleted,
    /// The second sequence has a word that the first doesn't have.
    Inserted,
}

/// The steps that turn `a` into `b`; words are the same when their numbers are.
#[must_use]
pub fn align(a: &[usize], b: &[usize]) -> Vec<Step> {
    let mut steps = Vec::with_capacity(a.len().max(b.len()));
    align_into(a, b, &mut steps);
    join_gaps(a, &mut steps);
    steps
}

/// Appends the steps that turn `a` into `b`.
fn align_into(a: &[usize], b: &[usize], steps: &mut Vec<Step>) {
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
        align_into(&a[..half], &b[..cut], steps);
        align_into(&a[half..], &b[cut..], steps);
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

/// As [`align_into`], with the whole table in memory.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_of_the_same_sound_does_not_cut_a_missing_passage() {
        // "the yellow the zebra" of which one "the" is left: the second one would cut the passage in two.
        let mut steps = [Step::Deleted, Step::Deleted, Step::Equal, Step::Deleted];
        join_gaps(&[7, 1, 7, 2], &mut steps);
        assert_eq!(steps, [Step::Equal, Step::Deleted, Step::Deleted, Step::Deleted]);
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
}
