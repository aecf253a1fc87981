//! How alike two texts are, by their words.

use std::collections::{HashMap, HashSet};

/// The words of a text in lower case, without marks around them.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// From 0 (no word in common) to 1 (the same words in the same order); symmetric.
///
/// The mean of the Dice coefficients of single words and of pairs of neighbours, so that order counts but a word that
/// was recognised differently costs little. Two empty texts are alike, an empty one is like nothing else.
#[must_use]
pub fn similarity(left: &str, right: &str) -> f32 {
    let (left, right) = (words(left), words(right));
    if left.is_empty() && right.is_empty() {
        return 1.0;
    }
    let singles = dice(left.iter(), right.iter());
    if left.len() < 2 && right.len() < 2 {
        return singles;
    }
    f32::midpoint(singles, dice(left.windows(2), right.windows(2)))
}

/// Twice the common items over all items, repeated ones counted.
fn dice<T: std::hash::Hash + Eq>(left: impl Iterator<Item = T>, right: impl Iterator<Item = T>) -> f32 {
    let mut counts: HashMap<T, i64> = HashMap::new();
    let (mut total, mut common) = (0_i64, 0_i64);
    for item in left {
        *counts.entry(item).or_default() += 1;
        total += 1;
    }
    for item in right {
        total += 1;
        if let Some(count) = counts.get_mut(&item).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    if total == 0 { 0.0 } else { 2.0 * common as f32 / total as f32 }
}

/// How much two neighbouring passages speak of the same things: the common share of their longer words, by the first
/// five letters ("exercise", "exercising"), over the smaller set. From 0 to 1; 0 when one has no longer word.
#[must_use]
pub fn cohesion(left: &str, right: &str) -> f32 {
    let stems = |text: &str| -> HashSet<String> {
        words(text).into_iter().filter(|w| w.chars().count() > 4).map(|w| w.chars().take(5).collect()).collect()
    };
    let (left, right) = (stems(left), stems(right));
    let smaller = left.len().min(right.len());
    if smaller == 0 { 0.0 } else { left.intersection(&right).count() as f32 / smaller as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_counts_and_one_wrong_word_costs_little() {
        let asked = "can physical therapy help my back pain";
        assert!((similarity(asked, "Can physical therapy help my back pain?") - 1.0).abs() < 1e-6);
        assert!(similarity(asked, "can physical therapy help my neck pain") > 0.7);
        assert!(similarity(asked, "pain back my help therapy physical can") < 0.6);
        assert!(similarity(asked, "should I use heat or ice") < 0.1);
        assert!(cohesion("gentle exercises help", "exercising is gentle") > 0.9);
    }

    proptest! {
        #[test]
        fn symmetric_and_between_nothing_and_all(a in "[a-d ]{0,30}", b in "[a-d ]{0,30}") {
            let s = similarity(&a, &b);
            prop_assert!((0.0..=1.0).contains(&s));
            prop_assert_eq!(s, similarity(&b, &a));
            prop_assert!((similarity(&a, &a) - 1.0).abs() < 1e-6);
        }
    }
}
