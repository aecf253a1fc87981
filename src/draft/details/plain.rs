//! Details in a text without capitals: by given names, and by the words around what no list knows.

use super::lists::{BEHIND_NAME, BEHIND_PERSON, HOSPITALS, PERSONS, PLAIN, RELATIVES, WIDE};
use super::{Kind, Text, phrase};
use crate::draft::names::{is_common, is_given_name};
use crate::draft::words::core;

impl Text<'_> {
    /// Whether a word may be of a name: letters only, and none of the words that everybody uses.
    pub(super) fn is_open(&self, at: usize) -> bool {
        let word = self.low(at);
        let word = word.strip_suffix("'s").unwrap_or(word);
        word.len() > 2
            && core(word).chars().all(|c| c.is_alphabetic() || c == '-')
            && !is_common(word)
            && !PLAIN.contains(&word)
            && !crate::draft::drugs::is_drug(word)
    }

    /// How many words from `at` on may be of one name.
    pub(super) fn open_run(&self, at: usize, longest: usize) -> usize {
        (at..self.tokens.len().min(at + longest)).take_while(|&i| self.is_open(i)).count()
    }

    pub(super) fn plain_name(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let (one, two) = (self.before(at, 1), self.before(at, 2));
        let given = is_given_name(self.low(at)) && !WIDE.contains(&self.low(at));
        let open = self.is_open(at);
        let introduced = (one == "is" && two == "name") || one == "name's" || one == "named";
        let titled = matches!(one, "dr" | "doctor" | "mr" | "mrs" | "ms" | "miss" | "mister" | "professor");
        let here = one == "is"
            && two == "this"
            && open
            && matches!(self.low(at + 1), "from" | "calling" | "in" | "i'm" | "i" | "and" | "again");
        let followed = BEHIND_PERSON.contains(&self.low(at + 1));
        let relative = RELATIVES.contains(&one) && followed;
        let sent = one == "from" && matches!(two, "is" | "comes" | "question" | "one" | "was") && followed;
        let asks =
            at == 0 && matches!(self.low(1), "in" | "from") && (2..6).any(|i| BEHIND_NAME.contains(&self.low(i)));
        let known = given || introduced || titled || relative || sent || asks || here;
        if !(open && known) {
            return None;
        }
        let length = if introduced { self.open_run(at, 2) } else { 1 };
        Some((Kind::Name, at, at + length.max(1)))
    }

    pub(super) fn plain_town(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let (one, two, three) = (self.before(at, 1), self.before(at, 2), self.before(at, 3));
        let from = one == "from"
            && matches!(two, "calling" | "i'm" | "am" | "writing" | "here" | "watching" | "come" | "she's");
        let lives = one == "in" && matches!(two, "live" | "lives" | "living" | "lived" | "up" | "we're");
        let moved = one == "to" && matches!(two, "moved" | "move" | "moving");
        let named = matches!(one, "from" | "in") && (is_given_name(two) || is_given_name(three) && two != "a");
        let asker = matches!(one, "from" | "in") && self.known.is_named(two);
        let said = one == "from" && (three == "is" && self.before(at, 4) == "this" || PERSONS.contains(&two));
        let asks = at == 2 && matches!(one, "from" | "in") && (3..6).any(|i| BEHIND_NAME.contains(&self.low(i)));
        if !(said || asks || from || lives || moved || named || asker) {
            return None;
        }
        let length = self.open_run(at, 2);
        let wide = length > 0 && WIDE.contains(&phrase(self.tokens[at..at + length].iter().copied()).as_str());
        let state = WIDE.contains(&self.low(at));
        (length > 0 && !wide && !state).then_some((Kind::Town, at, at + length))
    }

    /// "at saint brendan's hospital"
    pub(super) fn plain_hospital(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let the = usize::from(self.before(at, 1) == "the");
        if !matches!(self.before(at, 1 + the), "at" | "from" | "in" | "to" | "and" | "by") || !self.is_open(at) {
            return None;
        }
        let last = (at + 1..at + 5).take_while(|&i| {
            self.is_open(i) || HOSPITALS.contains(&self.low(i)) || matches!(self.low(i), "spine" | "general" | "back")
        });
        let last = last.filter(|&i| HOSPITALS.contains(&self.low(i)) || self.low(i) == "general").last()?;
        Some((Kind::Hospital, at, last + 1))
    }
}
