//! Where a transcript names people of the roster. A recogniser misspells names, so they are compared by letters and by
//! sound; what could mean two people means nobody.

use crate::model::Transcript;
use crate::roster::Person;
use deunicode::deunicode;
use std::ops::Range;
use strsim::normalized_damerau_levenshtein;

/// Letters that may differ in a full name: about one in six.
const FULL: f64 = 0.82;
/// In a family name after a title: about one in four.
const FAMILY: f64 = 0.75;
/// A shorter name than this must be spelt exactly: too many words look like it.
const SHORT: usize = 4;
/// Another person whose name fits about as well makes a mention ambiguous.
const MARGIN: f64 = 0.06;
/// What a name that only sounds the same counts.
const SOUND: f64 = 0.9;

/// How a person is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// "Juniper".
    Given,
    /// "Maplewood" alone.
    Family,
    /// "Dr. Maplewood".
    Titled,
    /// "Juniper Maplewood", with or without a title.
    Full,
}

/// A person of the roster is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// The words of the name, its title included.
    pub(super) words: Range<usize>,
    /// The sentence.
    pub(super) sentence: usize,
    /// Who, by index.
    pub(super) person: usize,
    /// How.
    pub(super) form: Form,
}

/// A word as names are compared.
#[derive(Debug, Clone, Default)]
pub(super) struct Token {
    /// Lower-case letters alone, without a possessive "'s".
    pub(super) letters: String,
    /// "Maplewood's": speaks of somebody, not to somebody.
    pub(super) possessive: bool,
    /// It begins with a capital.
    pub(super) capital: bool,
    /// What it ends with, such as a comma.
    pub(super) end: Option<char>,
}

/// The transcript's words as [`Token`]s.
pub(super) fn tokens(transcript: &Transcript) -> Vec<Token> {
    transcript.words.iter().map(|word| token(&word.text)).collect()
}

fn token(word: &str) -> Token {
    let ascii = deunicode(word);
    let trimmed = ascii.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let possessive = trimmed.ends_with("'s");
    let stem = trimmed.strip_suffix("'s").unwrap_or(trimmed);
    Token {
        letters: letters(stem),
        possessive,
        capital: stem.chars().find(char::is_ascii_alphabetic).is_some_and(|c| c.is_ascii_uppercase()),
        end: ascii.chars().last().filter(|c| !c.is_ascii_alphanumeric()),
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

/// "Dr.", "Doctor", "Professor", "Mrs." and the like.
pub(super) fn is_title(token: &Token) -> bool {
    matches!(token.letters.as_str(), "dr" | "doctor" | "prof" | "professor" | "mr" | "mrs" | "ms" | "miss")
}

/// A name of a person, in parts.
struct Name {
    person: usize,
    given: String,
    family: String,
    /// All parts, and the first and last alone, written together.
    whole: Vec<String>,
    /// How many words it has.
    words: usize,
}

fn names(people: &[Person]) -> Vec<Name> {
    let mut names = Vec::new();
    for (person, form) in people.iter().enumerate().flat_map(|(i, p)| p.names().map(move |name| (i, name))) {
        let parts: Vec<Token> = form.split_whitespace().map(token).filter(|t| !t.letters.is_empty()).collect();
        let parts: Vec<String> = parts.into_iter().skip_while(is_title).map(|t| t.letters).collect();
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { continue };
        let single = parts.len() == 1;
        let mut whole = Vec::new();
        if !single {
            whole.push(parts.concat());
            whole.push(format!("{first}{last}"));
            whole.dedup();
        }
        let given = if single { String::new() } else { first.clone() };
        names.push(Name { person, given, family: last.clone(), whole, words: parts.len() });
    }
    names
}

/// Every mention of one of `people`, in order, without overlap.
pub(super) fn mentions(transcript: &Transcript, tokens: &[Token], people: &[Person]) -> Vec<Mention> {
    let names = names(people);
    let mut mentions = Vec::new();
    for (sentence, range) in transcript.sentences.iter().map(|s| s.words.clone()).enumerate() {
        let mut at = range.start;
        let end = range.end.min(tokens.len());
        while at < end {
            match named(&tokens[at..end], &names) {
                Some((length, person, form)) => {
                    if let Some(person) = person {
                        mentions.push(Mention { words: at..at + length, sentence, person, form });
                    }
                    at += length;
                }
                None => at += 1,
            }
        }
    }
    mentions
}

/// The name that begins with the first of `tokens`: words in it, who it is (nobody when it could be two people), form.
fn named(tokens: &[Token], names: &[Name]) -> Option<(usize, Option<usize>, Form)> {
    let titles = tokens.iter().take_while(|t| is_title(t)).count();
    let rest = &tokens[titles..];
    if !rest.first()?.capital {
        return None;
    }
    // Whole names first: more words, surer. A word before the name ("I'm Jane Doe") must not become part of it.
    if let Some((score, length, person)) = whole(rest, names) {
        let later = whole(rest.get(1..).unwrap_or_default(), names).map_or(0.0, |(score, ..)| score);
        return (later <= score).then_some((titles + length, person, Form::Full));
    }
    if titles > 0 {
        let family = (1..=2.min(rest.len())).filter_map(|count| {
            let heard = together(&rest[..count]);
            let fits = names.iter().map(|n| (n.person, likeness(&heard, &n.family).max(exactly(&heard, &n.given))));
            only_one(fits, FAMILY).map(|(score, person)| (score, titles + count, person, Form::Titled))
        });
        return family.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, length, person, form)| (length, person, form));
    }
    let heard = together(&rest[..1]);
    let one = |form: Form, of: fn(&Name) -> &str| {
        let fits = names.iter().map(|n| (n.person, exactly(&heard, of(n))));
        only_one(fits, 1.0).map(|(_, person)| (1, person, form))
    };
    one(Form::Family, |n| &n.family).or_else(|| one(Form::Given, |n| &n.given))
}

/// The whole name that begins with the first of `tokens`: its score, its words, and who it is.
fn whole(tokens: &[Token], names: &[Name]) -> Option<(f64, usize, Option<usize>)> {
    let longest = names.iter().map(|n| n.words).max()? + 1;
    let found = (1..=longest.min(tokens.len())).filter_map(|count| {
        let heard = together(&tokens[..count]);
        let fits = names.iter().map(|n| (n.person, n.whole.iter().map(|w| likeness(&heard, w)).fold(0.0, f64::max)));
        only_one(fits, FULL).map(|(score, person)| (score, count, person))
    });
    found.max_by(|a, b| a.0.total_cmp(&b.0))
}

/// Words written together: a recogniser may split a name.
fn together(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.letters.as_str()).collect()
}

/// The best fit of at least `least`: its score and its person, nobody when another person fits about as well.
fn only_one(fits: impl Iterator<Item = (usize, f64)>, least: f64) -> Option<(f64, Option<usize>)> {
    let fits: Vec<(usize, f64)> = fits.filter(|(_, score)| *score >= least - MARGIN).collect();
    let &(person, score) = fits.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if score < least {
        return None;
    }
    let alone = fits.iter().all(|&(other, s)| other == person || score - s > MARGIN);
    Some((score, alone.then_some(person)))
}

fn exactly(heard: &str, name: &str) -> f64 {
    if !name.is_empty() && heard == name { 1.0 } else { 0.0 }
}

/// How alike two names are, 0 to 1, by letters or by sound.
fn likeness(heard: &str, name: &str) -> f64 {
    if name.len() < SHORT || heard.len() < SHORT {
        return exactly(heard, name);
    }
    let letters = normalized_damerau_levenshtein(heard, name);
    let (a, b) = (sound(heard), sound(name));
    if letters >= 0.5 && a.len() >= 3 && a == b { letters.max(SOUND) } else { letters }
}

/// The consonants of an English name as they sound; a vowel only at the beginning. For lower-case letters.
fn sound(name: &str) -> String {
    let mut sound = String::new();
    let letters: Vec<char> = name.chars().collect();
    let mut i = 0;
    while i < letters.len() {
        let (c, next) = (letters[i], letters.get(i + 1).copied());
        let (heard, used) = match (c, next) {
            ('k' | 'g', Some('n')) if i == 0 => ("n", 2),
            ('w', Some('r')) if i == 0 => ("r", 2),
            ('p', Some('h')) => ("f", 2),
            ('g', Some('h')) => ("", 2),
            ('s', Some('h')) | ('c', Some('h')) => ("j", 2),
            ('c', Some('k')) | ('q', Some('u')) => ("k", 2),
            ('d', Some('g')) => ("j", 2),
            ('t', Some('h')) => ("t", 2),
            ('c', Some('e' | 'i' | 'y')) => ("s", 1),
            ('c' | 'q' | 'k', _) => ("k", 1),
            ('x', _) => ("ks", 1),
            ('z' | 's', _) => ("s", 1),
            ('v' | 'f', _) => ("f", 1),
            ('a' | 'e' | 'i' | 'o' | 'u' | 'y', _) => (if i == 0 { "a" } else { "" }, 1),
            ('h' | 'w', _) if i > 0 => ("", 1),
            _ => ("", 0),
        };
        if used == 0 {
            push(&mut sound, c);
            i += 1;
        } else {
            heard.chars().for_each(|h| push(&mut sound, h));
            i += used;
        }
    }
    sound
}

/// Double letters sound once.
fn push(sound: &mut String, c: char) {
    if !sound.ends_with(c) {
        sound.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{person, transcript};
    use super::*;
    use crate::model::{Millis, Span};
    use proptest::prelude::*;

    fn found(text: &str, people: &[&str]) -> Vec<Mention> {
        let transcript = transcript([(text, Span::new(Millis(0), Millis(10_000)))]);
        let people: Vec<Person> = people.iter().map(|p| person(p)).collect();
        mentions(&transcript, &tokens(&transcript), &people)
    }

    #[test]
    fn names_are_known_by_letters_and_sound() {
        let roster = ["Casper Quill", "Juniper Maplewood", "Clementine Starling", "Rufus Hollybush", "Wu Li"];
        let who = |text: &str| -> Option<(usize, Form)> { found(text, &roster).first().map(|m| (m.person, m.form)) };
        assert_eq!(who("I'm Jasper Quill, welcome."), Some((0, Form::Full)));
        assert_eq!(who("Thanks, Casper."), Some((0, Form::Given)));
        assert_eq!(who("Doctor Holly Bush, please."), Some((3, Form::Titled)));
        assert_eq!(who("Our guest is Dr. Klementine Sterling."), Some((2, Form::Full)));
        assert_eq!(who("Thank you, Dr. Li."), Some((4, Form::Titled)));
        assert_eq!(who("Thank you, Dr. Lee."), None);
        assert_eq!(who("Dr. Miller and the starling."), None);
    }

    #[test]
    fn a_name_takes_its_own_words_only() {
        let mention = &found("Well, I'm Dr. Juniper Maplewood and I help.", &["Juniper Maplewood"])[0];
        assert_eq!(mention.words, 2..5);
        assert_eq!(found("I'm Casper Quill.", &["Casper Quill"])[0].words, 1..3);
    }

    #[test]
    fn what_fits_two_people_fits_nobody() {
        assert!(found("Dr. Smith, please.", &["Ada Smith", "Eve Smith"]).is_empty());
        assert!(found("Dr. Smyth, please.", &["Ada Smith", "Eve Smyth"])[0].person == 1);
        assert_eq!(found("Eve Smith, please.", &["Ada Smith", "Eve Smith"])[0].person, 1);
    }

    #[test]
    fn sounds() {
        for (a, b) in [("philips", "filips"), ("knight", "night"), ("schwartz", "schwarts"), ("quill", "kwill")] {
            assert_eq!(sound(a), sound(b));
        }
        assert_ne!(sound("pebble"), sound("people"));
    }

    proptest! {
        #[test]
        fn mentions_are_in_order_and_do_not_overlap(text in "[A-Za-z' .,é]{0,120}", name in "[A-Z][a-z]{1,8} [A-Z][a-z]{1,8}") {
            prop_assume!(!text.trim().is_empty());
            let text = format!("{text} {name} x Dr. {name}");
            let found = found(&text, &[&name, "Casper Quill"]);
            prop_assert!(found.windows(2).all(|m| m[0].words.end <= m[1].words.start));
        }
    }
}
