//! What is true of one person or few: who is the only one of a place, holds an office, was in the news.

use super::lists::{FAMOUS, NEWS, OFFICES, RELATIVES, WHOLE};
use super::{Kind, Text, closed};
use crate::draft::names::is_name_like;

/// The most words of such a circumstance that are marked.
const LONGEST: usize = 8;

impl Text<'_> {
    pub(super) fn rare(&self, at: usize) -> Option<(Kind, usize, usize)> {
        self.one_of(at)
            .or_else(|| self.alone(at))
            .or_else(|| self.known_for(at))
            .or_else(|| self.definite(at))
            .or_else(|| self.part_of(at))
            .or_else(|| self.size(at))
    }

    /// "I'm the only person in the state who", "I was the mayor of".
    fn alone(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let person =
            |word: &str| matches!(word, "i'm" | "am" | "was" | "is" | "as" | "she's" | "he's" | "we're" | "are" | "be");
        let set_off = at >= 2 && self.tokens[at - 2].ends_with(',');
        let the = self.before(at, 1) == "the" && (person(self.before(at, 2)) || set_off);
        let one = self.low(at) == "one" && self.low(at + 1) == "of" && person(self.before(at, 1));
        if the && OFFICES.contains(&self.low(at)) && self.low(at + 1) == "of" {
            return Some((Kind::Rare, at - 1, at + 2));
        }
        let alone = self.low(at) == "only" && self.before(at, 1) == "the";
        let single = alone
            || the && matches!(self.low(at), "only" | "first" | "oldest" | "youngest" | "last" | "second" | "third");
        if !single && !one {
            return None;
        }
        let near = (at + 1..at + 8).find(|&i| self.low(i) == "in")?;
        // "the youngest one was in hospital"
        if (at + 1..near).any(|i| matches!(self.low(i), "is" | "was" | "were" | "are") || closed(self.tokens[i])) {
            return None;
        }
        // "the only thing in the world" is a manner of speaking.
        let saying = alone && !the && matches!(self.low(near + 2), "world" | "family" | "hospital");
        let whole = (near + 1..=near + 2).filter(|_| !saying).find(|&i| WHOLE.contains(&self.low(i)));
        let place = (the || one) && self.tokens.get(near + 1).is_some_and(|text| is_name_like(text));
        let end = whole.map(|i| i + 1).or(place.then_some(near + 1))?;
        let after = usize::from(matches!(self.low(end), "who" | "with" | "to" | "that"));
        Some((Kind::Rare, at, end + after))
    }

    /// "one of four people with", "one of the few who"
    fn one_of(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let one = self.low(at) == "one" && self.low(at + 1) == "of";
        let few = self.low(at + 2) == "the" && matches!(self.low(at + 3), "few" | "only");
        let some = self.number(at + 2).is_some_and(|(_, end)| {
            matches!(
                self.low(end),
                "people" | "persons" | "patients" | "cases" | "women" | "men" | "families" | "kids" | "in"
            )
        });
        (one && (few || some)).then(|| (Kind::Rare, at, self.clause(at)))
    }

    /// A word or phrase that is said of few: "an Olympian", "it was in all the papers".
    fn known_for(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let here = |words: &&&[&str]| words.iter().enumerate().all(|(i, word)| self.low(at + i) == *word);
        // "I saw on the news that"
        let heard = (1..=4).any(|back| matches!(self.before(at, back), "saw" | "heard" | "read" | "watched" | "see"));
        if let Some(words) = NEWS.iter().find(here).filter(|_| !heard) {
            return Some((Kind::Rare, at, at + words.len()));
        }
        let words = FAMOUS.iter().find(here)?;
        let back = usize::from(matches!(self.before(at, 1), "a" | "an" | "the" | "retired" | "former" | "ex"));
        let back = back + usize::from(back == 1 && matches!(self.before(at, 2), "a" | "an" | "the"));
        Some((Kind::Rare, at - back, at + words.len()))
    }

    /// Whether `at` is "the" behind a person who speaks of themselves or of one other.
    fn is_the_one(&self, at: usize) -> bool {
        let (one, two) = (self.before(at, 1), self.before(at, 2));
        let person = |word: &str| matches!(word, "i" | "he" | "she" | "we") || RELATIVES.contains(&word);
        self.low(at) == "the"
            && (matches!(one, "i'm" | "he's" | "she's" | "we're")
                || matches!(one, "was" | "am" | "is" | "were" | "are") && person(two))
    }

    /// "I'm the mayor", "I was the girl who fell off the ski lift", "she's the choir director at".
    fn definite(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if !self.is_the_one(at) {
            return None;
        }
        let next = self.low(at + 1);
        let office = OFFICES.contains(&next);
        let single = matches!(next, "only" | "first" | "oldest" | "youngest" | "tallest" | "last")
            && !matches!(self.low(at + 2), "one" | "to" | "thing" | "time");
        // What everybody may be: "the one who asked", "the same", "the caregiver for my wife".
        #[rustfmt::skip]
        let common = matches!(
            next,
            "one" | "same" | "kind" | "type" | "sort" | "caregiver" | "patient" | "person" | "only" | "first" | "last" | "opposite"
                | "driver" | "passenger" | "age" | "way" | "most" | "worst" | "best" | "breadwinner"
        ) || RELATIVES.contains(&next) && !matches!(self.low(at + 2), "who" | "that");
        let role = !common
            && (at + 2..at + 5).any(|i| {
                matches!(self.low(i), "who" | "that" | "of" | "at" | "for" | "in" | "with")
                    && (at + 1..i).all(|j| !closed(self.tokens[j]))
                    && i + 1 < self.tokens.len()
            });
        (office || single || role).then(|| (Kind::Rare, at, self.clause(at)))
    }

    /// "I was on the ferry that hit the dock".
    fn part_of(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let there = matches!(self.before(at, 1), "on" | "in" | "at") && matches!(self.low(at), "the" | "that");
        let was =
            matches!(self.before(at, 2), "was" | "were") && matches!(self.before(at, 3), "i" | "we" | "he" | "she");
        let told = (at + 2..at + 5).any(|i| matches!(self.low(i), "that" | "where" | "when") && i < self.tokens.len());
        let known = (at + 1..at + 4)
            .any(|i| matches!(self.low(i), "crash" | "shooting" | "bombing" | "collapse" | "derailment" | "explosion"));
        (there && was && (told || known)).then(|| (Kind::Rare, at, self.clause(at)))
    }

    /// "six foot nine", "four foot eight".
    fn size(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let (feet, end) = self.number(at).filter(|(feet, _)| (3..9).contains(feet))?;
        if !matches!(self.low(end), "foot" | "feet" | "ft") {
            return None;
        }
        let inches = self.number(end + 1).filter(|(inches, _)| *inches < 12);
        let tall = inches.map_or(u32::from(self.low(end + 1) == "tall"), |(inches, _)| inches);
        let stated = inches.is_some() || tall > 0;
        let seldom = feet >= 7 || feet == 6 && tall >= 7 || feet < 4 || feet == 4 && tall <= 8;
        (stated && seldom).then_some((Kind::Rare, at, inches.map_or(end + 1, |(_, end)| end)))
    }

    /// Where the clause that begins at `at` ends, at a mark or a word that begins another.
    fn clause(&self, at: usize) -> usize {
        let longest = self.tokens.len().min(at + LONGEST);
        let begins =
            |i: usize| matches!(self.low(i), "and" | "but" | "so" | "i" | "i'm" | "i've" | "it" | "because" | "my");
        (at + 2..longest).find(|&i| closed(self.tokens[i - 1]) || begins(i)).unwrap_or(longest)
    }
}
