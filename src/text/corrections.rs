//! A person's table of corrections: what is heard, and how it is written.
//!
//! The table decides alone; nothing here guesses. A phrase is found by its whole words, whatever their case and the
//! commas or hyphens between them, and never across a sentence's end. What would change a number, a negation, a side of
//! the body or a spinal level is refused when the table is read.

use super::sentence::is_short_form;
use super::stakes::{self, Stake};
use super::words::{capital, core, ends_sentence, is_mark, low};
use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// The longest phrase of a table, in characters.
pub const LONGEST: usize = 80;

/// Why a line of the table can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionError {
    /// Nothing is to be replaced, or nothing to be written.
    #[error("the correction {0:?} has an empty side: write what is heard before the = and what is printed behind it")]
    Empty(String),
    /// Only signs.
    #[error("{0:?} has neither a letter nor a digit, so it can't be corrected or be a correction")]
    NoWord(String),
    /// Too long for a phrase.
    #[error("{0:?} is longer than {LONGEST} characters: a correction is a word or a short phrase")]
    TooLong(String),
    /// A line break, a tab or the like.
    #[error("{0:?} has a line break or another character that can't be seen")]
    Control(String),
    /// Both sides are the same.
    #[error("{0:?} is corrected to itself: leave that line out")]
    Same(String),
    /// Another line is for the same words.
    #[error("{0:?} and {1:?} are the same words once case, commas and hyphens are left aside: keep one of them")]
    Twice(String, String),
    /// More than a phrase.
    #[error("the correction {0:?} would end a sentence: a correction is a word or a phrase of one sentence")]
    EndsSentence(String),
    /// What a table may not change.
    #[error(
        "{heard:?} can't become {written:?}: that changes a {what}. Numbers, spinal levels, negations and left or right \
         are changed in review, by hand, in each entry"
    )]
    Changes {
        /// What is heard.
        heard: String,
        /// What was to be printed.
        written: String,
        /// What differs.
        what: &'static str,
    },
}

/// A table of corrections that was checked, in the order of the phrases that are heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    table: BTreeMap<String, String>,
    /// The same for finding, the longest first.
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    heard: Vec<String>,
    written: String,
}

/// A word of a text that is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printed<'a> {
    /// As it stands there, with its marks and without spaces.
    pub text: &'a str,
    /// Its sentence, by any number.
    pub sentence: usize,
}

/// A place of a text that the table changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The words that are replaced.
    pub words: Range<usize>,
    /// What stands there, without the marks around it.
    pub from: String,
    /// What is written in its place.
    pub to: String,
    /// The same with the marks that stood around it, in place of all these words.
    pub text: String,
}

impl Corrections {
    /// Adds a line.
    ///
    /// # Errors
    /// When the line means nothing, is there already, or would change what only a person may change.
    pub fn insert(&mut self, heard: &str, written: &str) -> Result<(), CorrectionError> {
        if let Some(side) = [heard, written].into_iter().find(|side| side.contains(is_unseen)) {
            return Err(CorrectionError::Control(side.to_owned()));
        }
        let spaced = |side: &str| side.split_whitespace().collect::<Vec<_>>().join(" ");
        let (heard, written) = (spaced(heard), spaced(written));
        let (heard, written) = (heard.as_str(), written.as_str());
        if heard.is_empty() || written.is_empty() {
            return Err(CorrectionError::Empty(format!("{heard} = {written}")));
        }
        for side in [heard, written] {
            if !side.contains(char::is_alphanumeric) {
                return Err(CorrectionError::NoWord(side.to_owned()));
            }
            if side.chars().count() > LONGEST {
                return Err(CorrectionError::TooLong(side.to_owned()));
            }
        }
        if heard == written {
            return Err(CorrectionError::Same(heard.to_owned()));
        }
        if ends_within(written) {
            return Err(CorrectionError::EndsSentence(written.to_owned()));
        }
        if let Some(stake) = stakes::changed(heard, written) {
            let what = match stake {
                Stake::Negation => "negation",
                Stake::Side => "side of the body",
                Stake::Level => "spinal level",
                Stake::Number => "number",
            };
            return Err(CorrectionError::Changes { heard: heard.to_owned(), written: written.to_owned(), what });
        }
        let rule = Rule { heard: heard.split_whitespace().flat_map(units).collect(), written: written.to_owned() };
        let is_same = |other: &&String| other.split_whitespace().flat_map(units).eq(rule.heard.iter().cloned());
        if let Some(other) = self.table.keys().find(is_same) {
            return Err(CorrectionError::Twice(other.clone(), heard.to_owned()));
        }
        self.table.insert(heard.to_owned(), written.to_owned());
        let at = self.rules.partition_point(|other| other.heard.len() >= rule.heard.len());
        self.rules.insert(at, rule);
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The places of a text that the table changes, in order, without overlap: from left to right, and of several
    /// phrases that begin at the same word the longest. A place that reads already as it should is none.
    #[must_use]
    pub fn find(&self, text: &[Printed<'_>]) -> Vec<Found> {
        if self.is_empty() {
            return Vec::new();
        }
        let words: Vec<Vec<String>> = text.iter().map(|word| units(word.text).collect()).collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let hit = self.rules.iter().find_map(|rule| Some((rule, rule.end(text, &words, at)?)));
            let Some((rule, end)) = hit else {
                at += 1;
                continue;
            };
            found.extend(rule.replace(text, at..end));
            at = end;
        }
        found
    }
}

impl Rule {
    /// Where the phrase ends that begins at word `at`.
    fn end(&self, text: &[Printed<'_>], words: &[Vec<String>], at: usize) -> Option<usize> {
        let mut missing = self.heard.as_slice();
        let mut next = at;
        loop {
            let here = words.get(next)?;
            // A hyphen may stand alone, as in "L4 - L5".
            if here.is_empty() && (next == at || !joins(text[next].text)) {
                return None;
            }
            missing = missing.strip_prefix(here.as_slice())?;
            next += 1;
            if missing.is_empty() {
                return Some(next);
            }
            if !goes_on(&text[next - 1], text.get(next)?) {
                return None;
            }
        }
    }

    fn replace(&self, text: &[Printed<'_>], words: Range<usize>) -> Option<Found> {
        let inside = text.get(words.clone())?;
        let (first, last) = (inside.first()?, inside.last()?);
        let whole = inside.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        let (lead, _) = marks(first.text);
        let (_, mut trail) = marks(last.text);
        let mut to = self.written.clone();
        let opens = words.start.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|before| {
            before.sentence != first.sentence || (ends_sentence(before.text) && !is_short_form(before.text))
        });
        if opens && core(first.text).starts_with(char::is_uppercase) && to.starts_with(char::is_lowercase) {
            let (word, rest) = to.split_at(to.find(char::is_whitespace).unwrap_or(to.len()));
            to = capital(word) + rest;
        }
        // A sentence that ends with "Ph.D." has one point.
        if to.ends_with('.') && trail.starts_with('.') && !trail.starts_with("..") {
            trail = &trail[1..];
        }
        let from = whole[lead.len()..whole.len() - trail.len()].to_owned();
        let text = format!("{lead}{to}{trail}");
        (from != to).then_some(Found { words, from, to, text })
    }
}

/// Whether a phrase may run on from a word to the next.
fn goes_on(word: &Printed<'_>, next: &Printed<'_>) -> bool {
    let ((_, trail), (lead, _)) = (marks(word.text), marks(next.text));
    let short = trail == "." && is_short_form(word.text);
    word.sentence == next.sentence && (short || matches!(trail, "," | ";" | ":") || joins(trail)) && joins(lead)
}

/// The marks before and behind a word. Of marks alone all stand before and behind.
fn marks(word: &str) -> (&str, &str) {
    let core = core(word);
    if core.is_empty() {
        return (word, word);
    }
    let end = word.trim_end_matches(is_mark).len();
    (&word[..end - core.len()], &word[end..])
}

/// A word's parts between hyphens, in lower case without marks. A sign before a number belongs to it.
fn units(word: &str) -> impl Iterator<Item = String> + use<> {
    let low = low(word);
    let sign = low.starts_with(is_hyphen);
    // Two hyphens are a dash, which parts what stands around it.
    let dashed = low.contains("--");
    let parts = low.split(|c| is_hyphen(c) && !dashed).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    parts.into_iter().enumerate().map(move |(i, part)| if sign && i == 0 { format!("-{part}") } else { part })
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–')
}

/// Whether these marks between two words part nothing: none, or one hyphen.
fn joins(marks: &str) -> bool {
    matches!(marks, "" | "-" | "‐" | "‑")
}

/// Whether a sentence ends in the phrase, its last point aside: "Ph.D." is a word.
fn ends_within(phrase: &str) -> bool {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    words.iter().enumerate().any(|(i, word)| {
        let point = word.ends_with('.') && (i + 1 == words.len() || is_short_form(word));
        word.contains(['?', '!', '…']) || word.contains("..") || (ends_sentence(word) && !point)
    })
}

fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

impl Serialize for Corrections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Corrections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;

        impl<'de> Visitor<'de> for Table {
            type Value = Corrections;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("lines such as \"what is heard\" = \"what is printed\"")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Corrections, A::Error> {
                let mut table = Corrections::default();
                while let Some(heard) = map.next_key::<String>()? {
                    map.next_value_seed(Line { table: &mut table, heard })?;
                }
                Ok(table)
            }
        }

        /// Checks a line while its place in the file is known.
        struct Line<'a> {
            table: &'a mut Corrections,
            heard: String,
        }

        impl<'de> DeserializeSeed<'de> for Line<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_str(self)
            }
        }

        impl Visitor<'_> for Line<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what is printed, in quotation marks")
            }

            fn visit_str<E: serde::de::Error>(self, written: &str) -> Result<(), E> {
                self.table.insert(&self.heard, written).map_err(E::custom)
            }
        }

        deserializer.deserialize_map(Table)
    }
}

/// A table of good lines, for tests.
#[cfg(test)]
pub(crate) fn table(lines: &[(&str, &str)]) -> Corrections {
    let mut table = Corrections::default();
    for (heard, written) in lines {
        table.insert(heard, written).unwrap();
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each `|` ends a sentence.
    fn read(text: &str) -> Vec<Printed<'_>> {
        let sentences = text.split('|').enumerate();
        sentences.flat_map(|(sentence, s)| s.split_whitespace().map(move |text| Printed { text, sentence })).collect()
    }

    /// The text after correction.
    fn applied(text: &[Printed<'_>], found: &[Found]) -> Vec<String> {
        let mut written = Vec::new();
        let mut next = 0;
        for place in found {
            assert!(next <= place.words.start && place.words.start < place.words.end, "{found:?}");
            written.extend(text[next..place.words.start].iter().map(|word| word.text.to_owned()));
            written.push(place.text.clone());
            next = place.words.end;
        }
        written.extend(text[next..].iter().map(|word| word.text.to_owned()));
        written
    }

    fn corrected(table: &Corrections, text: &str) -> String {
        let text = read(text);
        applied(&text, &table.find(&text)).join(" ")
    }

    #[test]
    fn whole_words_are_found_whatever_their_case_and_the_marks_between() {
        let table = table(&[
            ("L 4 5", "L4-L5"),
            ("L4 L5", "L4-L5"),
            ("ozwestry", "Oswestry"),
            ("ozwestry disability index", "Oswestry Disability Index (ODI)"),
            ("face it joint", "facet joint"),
            ("Dr. smithers", "Dr. Smithers"),
            ("ph d", "Ph.D."),
        ]);
        for (text, expected) in [
            ("It is at L 4, 5 and l-4-5, (L 4 5) or L 4 - 5.", "It is at L4-L5 and L4-L5, (L4-L5) or L4-L5."),
            ("Your ozwestry disability index, the OZWESTRY!", "Your Oswestry Disability Index (ODI), the Oswestry!"),
            ("Face it joint pain. | Face it joints hurt.", "Facet joint pain. Face it joints hurt."),
            ("The Face it joint; a face-it joint.", "The facet joint; a facet joint."),
            ("I saw Dr. smithers, a Ph D. | Then", "I saw Dr. Smithers, a Ph.D. Then"),
            ("\u{201c}ozwestry\u{201d}...", "\u{201c}Oswestry\u{201d}..."),
            // Already right.
            ("L4-L5 and Oswestry", "L4-L5 and Oswestry"),
            // Not the same words, or not together.
            ("L 4 50, XL 4 5, L-4-5-6, ozwestry's", "L 4 50, XL 4 5, L-4-5-6, ozwestry's"),
            ("It is L | 4 5. L 4. 5. L 4? 5", "It is L 4 5. L 4. 5. L 4? 5"),
            (
                "L (4 5), L \"4\" 5, L \u{2014} 4 5, L -- 4 5, L 4... 5",
                "L (4 5), L \"4\" 5, L \u{2014} 4 5, L -- 4 5, L 4... 5",
            ),
            ("L -4 5", "L -4 5"),
        ] {
            assert_eq!(corrected(&table, text), expected);
        }
        assert_eq!(corrected(&Corrections::default(), "L 4 5"), "L 4 5");
    }

    #[test]
    fn a_line_that_means_nothing_or_too_much_is_refused_in_plain_words() {
        let long = "a".repeat(LONGEST + 1);
        let mut table = table(&[("L 4 5", "L4-L5")]);
        for (heard, written, said) in [
            ("", "x", "empty side"),
            ("x", " ", "empty side"),
            ("-", "x", "neither a letter nor a digit"),
            ("x", "\u{2026}", "neither a letter nor a digit"),
            ("x", "x", "corrected to itself"),
            ("l-4, 5", "L4-5", "\"L 4 5\" and \"l-4, 5\" are the same words"),
            ("x", "a\nb", "line break"),
            ("x", "a\u{7}", "line break or another character"),
            (long.as_str(), "x", "longer than 80"),
            ("x", long.as_str(), "longer than 80"),
            ("x", "Yes. Go on", "would end a sentence"),
            ("x", "really?", "would end a sentence"),
            ("fifteen", "50", "changes a number"),
            ("is safe", "isn't safe", "changes a negation"),
            ("left", "right", "changes a side of the body"),
            ("L4", "L5", "changes a spinal level"),
        ] {
            let error = table.insert(heard, written).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert_eq!(serde_json::to_string(&table).unwrap(), r#"{"L 4 5":"L4-L5"}"#);
    }

    fn phrase() -> impl Strategy<Value = String> {
        proptest::collection::vec("(l|L|4|5|4-5|disc|Pain|not|Dr\\.|m\u{fc}ller)", 1..4)
            .prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn undoing_what_was_found_gives_the_text_back(
            lines in proptest::collection::vec((phrase(), phrase()), 0..8),
            text in "((\"|\\(|-)?(l|L|4|5|L-4|4-5|disc|pain|not|dr\\.|M\u{fc}ller|\u{2014}|-)(,|\\.|\\?|;|-|\\)|\\.\\.\\.)?( | \\| )){0,24}",
        ) {
            let mut table = Corrections::default();
            for (heard, written) in &lines {
                let _ = table.insert(heard, written);
            }
            let text = read(&text);
            let found = table.find(&text);
            let mut written = applied(&text, &found);
            let (mut shift, whole) = (0, text.iter().map(|word| word.text).collect::<Vec<_>>().join(" "));
            for place in &found {
                let one_sentence = text[place.words.clone()].iter().all(|w| w.sentence == text[place.words.start].sentence);
                prop_assert!(one_sentence && place.from != place.to);
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                prop_assert_eq!(digits(&place.from), digits(&place.to));
                prop_assert_eq!(place.from.to_lowercase().matches("not").count(), place.to.matches("not").count());
                let here = &mut written[place.words.start - shift];
                let (lead, trail) = here.split_once(&place.to).unwrap();
                *here = format!("{lead}{}{trail}", place.from);
                shift += place.words.len() - 1;
            }
            prop_assert_eq!(written.join(" "), whole);
        }

        #[test]
        fn no_text_and_no_table_make_it_panic(heard in "\\PC{0,12}", written in "\\PC{0,12}", text in "\\PC{0,40}") {
            let mut table = Corrections::default();
            let _ = table.insert(&heard, &written);
            let _ = table.find(&read(&format!("{text} {heard} {text}")));
        }
    }
}
