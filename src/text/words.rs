//! Single words as they are written: the marks around them, capitals, and the words that carry a negation or a number.

/// Words whose loss turns a sentence into its opposite.
const NEGATIONS: &[&str] = &[
    "no", "not", "never", "none", "nobody", "nothing", "nowhere", "nor", "neither", "without", "cannot", "except",
    "unless", "hardly", "rarely", "barely", "uh-uh", "nope", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt",
    "wont", "cant", "shouldnt", "wouldnt", "couldnt", "mustnt",
];

/// Number words. "one", "first" and "third" are left to their context: "the next one" is no number.
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "zero", "nil", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty",
    "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "half", "quarter", "thirds",
    "once", "twice", "double", "triple", "dozen", "percent",
];

/// Whether `c` is a mark that may stand around a word.
pub(super) fn is_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '?'
            | '!'
            | '"'
            | '\''
            | '('
            | ')'
            | '['
            | ']'
            | '…'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '—'
            | '–'
            | '-'
    )
}

/// The word without the marks around it. A sign or point right before a digit belongs to the number and stays.
#[must_use]
pub fn core(token: &str) -> &str {
    let inner = token.trim_start_matches(is_mark);
    let cut = token.len() - inner.len();
    let sign = token[..cut].chars().next_back().filter(|c| matches!(c, '-' | '–' | '.'));
    let start = match (sign, inner.chars().next()) {
        (Some(sign), Some(first)) if first.is_numeric() => cut - sign.len_utf8(),
        _ => cut,
    };
    token[start..].trim_end_matches(is_mark)
}

/// [`core()`] in lower case with straight apostrophes: the form that the lists hold.
#[must_use]
pub fn low(token: &str) -> String {
    core(token).replace('’', "'").to_lowercase()
}

/// Whether the word negates.
#[must_use]
pub fn is_negation(token: &str) -> bool {
    let low = low(token);
    low.ends_with("n't") || NEGATIONS.contains(&low.as_str()) || (low.starts_with("non-") && low.len() > 4)
}

/// Whether the word has a digit or is a number word, alone or in a compound ("two-part").
#[must_use]
pub fn is_number(token: &str) -> bool {
    token.chars().any(char::is_numeric) || low(token).split('-').any(|part| NUMBERS.contains(&part))
}

/// Whether a sentence ends with this token.
#[must_use]
pub fn ends_sentence(token: &str) -> bool {
    let text = token.trim_end_matches(['"', '”', '’', '\'', ')', ']', '»']);
    text.ends_with(['.', '?', '!']) && !text.ends_with("..")
}

/// The text on one line: no control characters, and single spaces between words.
#[must_use]
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text with a capital at its first letter; words such as "mRNA" and "iPhone" stay.
#[must_use]
pub fn capital(token: &str) -> String {
    let Some((at, first)) = token.char_indices().find(|(_, c)| c.is_alphanumeric()) else { return token.to_owned() };
    if core(token).chars().skip(1).any(char::is_uppercase) {
        return token.to_owned();
    }
    let mut upper = first.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => format!("{}{one}{}", &token[..at], &token[at + first.len_utf8()..]),
        _ => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_sign_and_a_word_loses_its_marks() {
        let cores: Vec<&str> =
            ["“L4-L5,”", "-5", "(-5)", ".5", "3.5.", "well...", "don't", "—", "th-"].into_iter().map(core).collect();
        assert_eq!(cores, ["L4-L5", "-5", "-5", ".5", "3.5", "well", "don't", "", "th"]);
    }
}
