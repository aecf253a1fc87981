//! Spoken text in a form that can be compared: the same words in the same order give the same text, however a
//! transcriber wrote them down.
//!
//! The steps are those that the Whisper paper describes for English (Radford et al., "Robust Speech Recognition via
//! Large-Scale Weak Supervision", 2022, appendix C): notes in brackets and fillers go, contractions are spelt out,
//! numbers become digits, British spelling American, and all other signs blanks. Added for this subject: levels of
//! the spine, where "L4-L5", "L4L5", "L4-5" and "L four L five" are the same two words, and the sign "&".

use super::numbers;
use super::spelling;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Sounds that are no words.
const FILLERS: [&str; 9] = ["hmm", "hm", "mm", "mhm", "mmm", "uh", "um", "uhm", "umm"];

/// Whole words that stand for two or more others.
const SPELT_OUT: [(&str, &str); 16] = [
    ("won't", "will not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("let's", "let us"),
    ("ain't", "aint"),
    ("y'all", "you all"),
    ("wanna", "want to"),
    ("gonna", "going to"),
    ("gotta", "got to"),
    ("i'ma", "i am going to"),
    ("imma", "i am going to"),
    ("mr", "mister"),
    ("mrs", "missus"),
    ("dr", "doctor"),
    ("prof", "professor"),
    ("st", "saint"),
];

/// What an apostrophe's second half stands for. "'s" is "is" even for a possessive: the two can't be told apart, and
/// both texts of a comparison are treated alike.
const ENDINGS: [(&str, &str); 8] = [
    ("n't", "not"),
    ("'re", "are"),
    ("'s", "is"),
    ("'d", "would"),
    ("'ll", "will"),
    ("'t", "not"),
    ("'ve", "have"),
    ("'m", "am"),
];

/// The text in the form for comparing: lower-case words and figures with single blanks between them.
#[must_use]
pub fn normalize(text: &str) -> String {
    words(text).join(" ")
}

/// The words of [`normalize`].
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let plain = without_notes(&plain_letters(text));
    let tokens = spelt_out(tokens(&plain));
    let words = numbers::as_digits(&tokens).into_iter().flat_map(levels_apart).map(spelling::american).collect();
    levels_together(words)
}

/// Lower case, no accents, one kind of apostrophe.
fn plain_letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{b4}' => plain.push('\''),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            // Latin letters that do not decompose: æ, ø, ß, ł.
            '\u{80}'..='\u{24f}' if c.is_alphabetic() => plain.push_str(deunicode::deunicode_char(c).unwrap_or("")),
            _ => plain.push(c),
        }
    }
    plain
}

/// What stands between brackets is not spoken: `[applause]`, `(laughs)`. An opening bracket without its end stays.
fn without_notes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(', '<']) {
        let close = match rest.as_bytes()[at] {
            b'[' => ']',
            b'(' => ')',
            _ => '>',
        };
        kept.push_str(&rest[..at]);
        match rest[at..].find(close) {
            Some(end) => rest = &rest[at + end + 1..],
            None => rest = &rest[at + 1..],
        }
        kept.push(' ');
    }
    kept.push_str(rest);
    kept
}

/// Words and numbers with the signs that belong to them ("10,000", "2.5", "$5", "50%", "don't"); "&" and "%" as words.
fn tokens(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut token = String::new();
    for (i, &c) in characters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|j| characters.get(j)).copied().unwrap_or(' ');
        let after = characters.get(i + 1).copied().unwrap_or(' ');
        let between_digits = before.is_ascii_digit() && after.is_ascii_digit();
        match c {
            ',' if between_digits => {}
            '.' if after.is_ascii_digit() && (before.is_ascii_digit() || !before.is_alphanumeric()) => token.push('.'),
            '\'' if before.is_alphanumeric() && after.is_alphanumeric() => token.push('\''),
            _ if c.is_alphanumeric() => token.push(c),
            _ => {
                if !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
                match c {
                    '&' => tokens.push("and".into()),
                    '%' => tokens.push("percent".into()),
                    '$' | '€' | '£' if after.is_ascii_digit() => token.push(c),
                    _ => {}
                }
            }
        }
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

fn spelt_out(tokens: Vec<String>) -> Vec<String> {
    let mut words = Vec::with_capacity(tokens.len());
    for token in tokens {
        if FILLERS.contains(&token.as_str()) {
            continue;
        }
        if let Some((_, long)) = SPELT_OUT.iter().find(|(short, _)| *short == token) {
            words.extend(long.split(' ').map(str::to_owned));
            continue;
        }
        if token == "cent" && words.last().is_some_and(|last| last == "per") {
            words.pop();
            words.push("percent".into());
            continue;
        }
        let mut stem = token.as_str();
        let mut endings = Vec::new();
        // "shouldn't've" has two.
        while let Some((ending, long)) = ENDINGS.iter().find(|(e, _)| stem.len() > e.len() && stem.ends_with(e)) {
            stem = &stem[..stem.len() - ending.len()];
            endings.push(*long);
        }
        words.push(stem.replace('\'', ""));
        words.extend(endings.into_iter().rev().map(str::to_owned));
    }
    words
}

/// "l4l5" is "l4 l5".
fn levels_apart(word: String) -> Vec<String> {
    let cut = word.char_indices().skip(2).find(|(at, _)| is_level(&word[..*at]) && is_level(&word[*at..]));
    match cut {
        Some((at, _)) => vec![word[..at].to_owned(), word[at..].to_owned()],
        None => vec![word],
    }
}

/// "l 4" is "l4", and a bare number after a level is the next one: "l4 5" is "l4 l5".
fn levels_together(words: Vec<String>) -> Vec<String> {
    let mut together: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        if let Some(last) = together.last_mut() {
            let joined = format!("{last}{word}");
            if last.len() == 1 && is_level(&joined) {
                *last = joined;
                continue;
            }
            if is_level(last) && follows(last, &word) {
                let region = &last[..1];
                let next = format!("{region}{word}");
                together.push(next);
                continue;
            }
        }
        together.push(word);
    }
    together
}

/// A letter for the region and a number that this region has.
pub(super) fn is_level(word: &str) -> bool {
    let highest = match word.as_bytes().first() {
        Some(b'c') => 8,
        Some(b't') => 12,
        Some(b'l' | b's') => 5,
        _ => return false,
    };
    word[1..].parse::<u8>().is_ok_and(|n| (1..=highest).contains(&n)) && word.as_bytes()[1].is_ascii_digit()
}

fn follows(level: &str, number: &str) -> bool {
    match (level[1..].parse::<u8>(), number.parse::<u8>()) {
        (Ok(upper), Ok(lower)) => lower == upper + 1 && is_level(&format!("{}{number}", &level[..1])),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_sounds_the_same_is_the_same() {
        for (a, b) in [
            ("L4-L5", "L4L5"),
            ("L4-L5", "l4, l5"),
            ("L4-5", "L4 L5"),
            ("L four, L five", "L4–L5"),
            ("T12-L1", "T12L1"),
            ("Um, it's fifteen percent.", "It is 15%"),
            ("twenty-five hundred", "2,500"),
            ("two thousand and twenty five", "2025"),
            ("nineteen ninety nine", "1999"),
            ("the twenty-first of May", "the 21st of May"),
            ("I don’t know [laughs]", "I do not know"),
            ("two and a half weeks", "2.5 weeks"),
            ("two point five", "2.5"),
            ("three hundred and six", "306"),
            ("ten dollars", "$10"),
            ("ten million dollars", "$10 million"),
            ("orthopaedic anaesthesia", "Orthopedic anesthesia"),
            ("naïve façade", "naive facade"),
            ("We'll analyse the programme's centre", "we will analyze the program is center"),
            ("Q&A", "Q and A"),
            ("Dr. Starling", "doctor starling"),
            ("a per cent", "a percent"),
            ("they shouldn't've", "they should not have"),
            ("in the sixties", "in the 60s"),
        ] {
            assert_eq!(normalize(a), normalize(b), "{a} | {b}");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        for (a, b) in [
            ("L4-L5", "L3-L4"),
            ("should", "should not"),
            ("fifteen", "fifty"),
            ("five or six", "56"),
            ("C5 6 times", "C5 times"),
            ("your ER", "your"),
        ] {
            assert_ne!(normalize(a), normalize(b), "{a} | {b}");
        }
        assert_eq!(normalize("One (aside) two"), "12");
        assert_eq!(normalize("[unclosed note"), "unclosed note");
    }

    proptest! {
        #[test]
        fn any_text_is_normalised_once_and_for_all(text in "\\PC{0,60}") {
            let once = normalize(&text);
            prop_assert!(!once.contains("  ") && once.trim() == once);
        }

        #[test]
        fn case_and_punctuation_do_not_count(list in proptest::collection::vec("[a-z]{3,8}", 0..8)) {
            let shouted: Vec<String> = list.iter().map(|w| w.to_uppercase()).collect();
            prop_assert_eq!(normalize(&format!("{}!", shouted.join(", "))), normalize(&list.join(" ")));
        }
    }
}
