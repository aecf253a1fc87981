//! What the search takes for the same word. `templates/search.js` has the same rule: one table of examples holds both
//! to it (`tests/browser/terms.json`).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are cut, in characters; what somebody types is cut alike.
const LONGEST: usize = 24;

/// The words of a text as they are looked for: lower case, without accents and apostrophes.
pub(super) fn terms(text: &str) -> Vec<String> {
    let joined: String = text.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    let folded: String = joined
        .to_lowercase()
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        // The letter's form at the end of a word.
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|term| !term.is_empty())
        .map(|term| term.chars().take(LONGEST).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_here_and_in_the_browser() {
        let table = include_str!("../../../tests/browser/terms.json");
        let table: Vec<(String, Vec<String>)> = serde_json::from_str(table).unwrap();
        assert!(table.len() > 40);
        for (text, wanted) in table {
            assert_eq!(terms(&text), wanted, "{text:?}");
        }
    }
}
