//! What a sentence is by its words alone: a table of words and word pairs with a weight for each class.

use super::lines::Line;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The classes, in the order of the columns.
pub(super) const CLASSES: [&str; 10] = [
    "question",
    "answer",
    "hand-over",
    "greeting",
    "announcement",
    "talk",
    "interview",
    "reply",
    "aside",
    "unanswered",
];

/// A probability for each class.
pub(super) type Shares = [f32; CLASSES.len()];

/// Weights are whole hundredths in the file.
const UNIT: f32 = 0.01;

#[derive(Debug, Deserialize)]
struct Weights {
    bias: Vec<i32>,
    words: HashMap<String, Vec<i32>>,
}

fn weights() -> &'static Weights {
    static WEIGHTS: OnceLock<Weights> = OnceLock::new();
    WEIGHTS.get_or_init(|| {
        serde_json::from_str(include_str!("words.json")).expect("the table is part of the program and tested")
    })
}

/// The words, pairs, opening and closing of a sentence, without repeats, in order of appearance.
pub(super) fn grams(line: &Line) -> Vec<String> {
    let words = &line.words;
    let mut all: Vec<String> = words.clone();
    all.extend(words.windows(2).map(|pair| pair.join(" ")));
    for opening in 1..=words.len().min(3) {
        all.push(format!("^ {}", words[..opening].join(" ")));
    }
    for closing in 1..=words.len().min(2) {
        all.push(format!("{} $", words[words.len() - closing..].join(" ")));
    }
    if line.ends_asking {
        all.push("?".to_owned());
    }
    let length = match words.len() {
        0..=2 => "<3",
        3..=6 => "<7",
        7..=14 => "<15",
        15..=30 => "<31",
        _ => "long",
    };
    all.push(length.to_owned());
    let mut seen = std::collections::HashSet::new();
    all.retain(|gram| seen.insert(gram.clone()));
    all
}

/// How likely each class is.
pub(super) fn classify(line: &Line) -> Shares {
    let weights = weights();
    let mut sums = [0i32; CLASSES.len()];
    let mut add = |row: &[i32]| sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
    add(&weights.bias);
    for gram in grams(line) {
        if let Some(row) = weights.words.get(&gram) {
            add(row);
        }
    }
    let top = sums.iter().copied().max().unwrap_or(0);
    let mut shares = sums.map(|sum| (UNIT * (sum - top) as f32).exp());
    let total: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_one() {
        for text in ["", "Our next question is from Maria.", "…", "is it safe to exercise"] {
            let sum: f32 = classify(&Line::read(text)).iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{text}");
        }
    }
}
