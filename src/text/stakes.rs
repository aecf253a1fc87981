//! What the medicine of a phrase hangs on: its negations, its sides of the body, its spinal levels, its numbers.
//!
//! A correction that would change one of them is refused. So the comparison asks rather than trusts: two ways of
//! writing the same ("fifteen" and "15", "can not" and "can't", "L 4 5" and "L4-L5") pass, everything else doesn't.

use super::normalize::{self, is_level};
use super::words::{is_negation, is_number, low};

/// What differs between two phrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stake {
    /// Without it the advice is the opposite.
    Negation,
    /// Left or right.
    Side,
    /// Of the spine.
    Level,
    /// Any other, with its signs.
    Number,
}

/// The first that differs between what is heard and what is to be written.
pub(super) fn changed(heard: &str, written: &str) -> Option<Stake> {
    let (from, to) = (compared(heard), compared(written));
    if negations(heard) != negations(written) {
        Some(Stake::Negation)
    } else if sides(&from) != sides(&to) {
        Some(Stake::Side)
    } else if !levels(&from).is_empty() && levels(&from) != levels(&to) {
        Some(Stake::Level)
    } else if numbers(&from) != numbers(&to) && !are_levels_apart(&from, &to) {
        Some(Stake::Number)
    } else {
        None
    }
}

/// The words for comparing. Brackets hide nothing here, and a minus sign is a word.
fn compared(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let characters: Vec<char> = text.chars().collect();
    for (i, &c) in characters.iter().enumerate() {
        let opens = i == 0 || !characters[i - 1].is_alphanumeric();
        let digit = characters.get(i + 1).is_some_and(|next| next.is_numeric() || *next == '.');
        match c {
            '[' | ']' | '(' | ')' | '<' | '>' => plain.push(' '),
            '-' | '\u{2212}' | '–' if opens && digit => plain.push_str(" minus "),
            _ => plain.push(c),
        }
    }
    normalize::words(&plain)
}

/// The negations in order; the forms of "not" are one.
fn negations(text: &str) -> Vec<String> {
    let within = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '‐' | '‑');
    let mut found = Vec::new();
    for word in text.split(|c| !within(c)).filter(|word| !word.is_empty()) {
        let word = low(&word.replace(['‐', '‑'], "-"));
        // "uh-uh" is one as a whole; in "non-union" and "not-so-bad" one stands before the hyphen.
        if is_negation(&word) && !word.starts_with("non-") {
            found.push(plain(&word));
        } else {
            found.extend(word.split('-').filter(|part| is_negation(part) || is_non(part)).map(plain));
        }
    }
    found
}

/// "non", alone or before another word.
fn is_non(word: &str) -> bool {
    word == "non" || (word.starts_with("non") && word.len() > 5 && word != "nonetheless")
}

fn plain(negation: &str) -> String {
    match negation {
        "not" | "cannot" => "not".into(),
        // "don't" and "dont".
        _ if negation.ends_with("n't") || negation.ends_with("nt") && is_negation(negation) => "not".into(),
        _ if !is_negation(negation) => "non".into(),
        _ => negation.to_owned(),
    }
}

fn sides(words: &[String]) -> Vec<&String> {
    words.iter().filter(|word| matches!(word.as_str(), "left" | "right")).collect()
}

fn levels(words: &[String]) -> Vec<&String> {
    words.iter().filter(|word| is_spinal(word)).collect()
}

fn is_spinal(word: &str) -> bool {
    word.is_ascii() && is_level(word)
}

/// The numbers in order: figures with their signs, and words such as "half".
fn numbers(words: &[String]) -> Vec<String> {
    let signs = |c: &char| c.is_numeric() || matches!(c, '.' | '%' | '$' | '€' | '£');
    words.iter().filter(|word| is_number(word) || *word == "minus").map(|word| figures(word, signs)).collect()
}

fn figures(word: &str, signs: impl FnMut(&char) -> bool) -> String {
    if word.contains(char::is_numeric) { word.chars().filter(signs).collect() } else { word.to_owned() }
}

/// Whether levels that were heard as one number are only written apart: "L45" and "L4-L5".
fn are_levels_apart(from: &[String], to: &[String]) -> bool {
    let written = levels(to);
    let Some(region) = written.first().map(|level| &level[..1]) else { return false };
    let mut rests = from.iter().filter_map(|word| word.strip_prefix(region));
    let heard = rests.any(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    heard && written.len() == numbers(to).len() && numbers(from).concat() == numbers(to).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_way_of_writing_changes_nothing() {
        for (heard, written) in [
            ("ozwestry", "Oswestry"),
            ("L 4 5", "L4-L5"),
            ("L four five", "L4-L5"),
            ("L45", "L4-L5"),
            ("L 45", "L4-L5"),
            ("ell 4 5", "L4-L5"),
            ("L 5 S 1", "L5-S1"),
            ("fifteen", "15"),
            ("fifty percent", "50%"),
            ("two point five", "2.5"),
            ("can not", "can't"),
            ("dont", "don't"),
            ("non union", "non-union"),
            ("non steroidal", "nonsteroidal"),
            ("left sided", "left-sided"),
            ("stint", "stent"),
        ] {
            assert_eq!(changed(heard, written), None, "{heard} -> {written}");
        }
    }

    #[test]
    fn what_the_medicine_hangs_on_is_seen() {
        for (heard, written, stake) in [
            ("fifteen", "50", Stake::Number),
            ("25", "2.5", Stake::Number),
            ("2 5", "2.5", Stake::Number),
            ("25", "2-5", Stake::Number),
            ("five or six", "56", Stake::Number),
            ("forty five", "L4-L5", Stake::Number),
            ("the dose", "the dose (5 mg)", Stake::Number),
            ("-5", "5", Stake::Number),
            ("half a tablet", "a tablet", Stake::Number),
            ("for weeks", "four weeks", Stake::Number),
            ("L4", "L5", Stake::Level),
            ("C 4 5", "L4-L5", Stake::Level),
            ("L45", "C4-C5", Stake::Number),
            ("left leg", "right leg", Stake::Side),
            ("left leg", "leg", Stake::Side),
            ("not safe", "safe", Stake::Negation),
            ("can", "can't", Stake::Negation),
            ("never", "not", Stake::Negation),
            ("knot", "not", Stake::Negation),
            ("safe", "safe [not]", Stake::Negation),
            ("and", "and/not", Stake::Negation),
            ("non union", "union", Stake::Negation),
            ("with", "without", Stake::Negation),
        ] {
            assert_eq!(changed(heard, written), Some(stake), "{heard} -> {written}");
        }
    }
}
