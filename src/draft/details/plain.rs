//! Details in a text without capitals: by given names, and by the words around what no list knows.

use super::lists::{
    BEHIND_EMPLOYER, BEHIND_NAME, BEHIND_PERSON, HARMLESS, HOSPITALS, NAMES_AND_WORDS, PERSONS, PLAIN, RELATIVES, WIDE,
};
use super::{Kind, Text, phrase};
use crate::draft::names::{is_common, is_given_name, is_word};
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
        // "this is carol ann i'm in"
        let run = self.open_run(at, 3);
        let here = (one == "is" && two == "this" || matches!(one, "hi" | "hello" | "hey" | "it's"))
            && open
            && matches!(self.low(at + run), "from" | "calling" | "in" | "i'm" | "i" | "and" | "again" | "here");
        let follows = |word: &str| BEHIND_PERSON.contains(&word) || matches!(word, "he" | "she" | "he's" | "she's");
        let followed = follows(self.low(at + 1)) || follows(self.low(at + run));
        let law = one == "law" && two == "in" && RELATIVES.contains(&self.before(at, 3));
        let relative = (RELATIVES.contains(&one) || law) && followed;
        let sent = one == "from" && matches!(two, "is" | "comes" | "question" | "one" | "was") && followed;
        let asks =
            at == 0 && matches!(self.low(1), "in" | "from") && (2..6).any(|i| BEHIND_NAME.contains(&self.low(i)));
        // "hi i'm frank i'm", "big mike from"
        let word = NAMES_AND_WORDS.contains(&self.low(at));
        let stated = word
            && (matches!(
                one,
                "i'm" | "hi" | "hello" | "hey" | "says" | "big" | "little" | "uncle" | "aunt" | "named" | "it's"
            ) || one == "from" && matches!(two, "is" | "comes" | "question" | "one")
                || one == "is" && matches!(two, "this" | "name" | "friend")
                || BEHIND_NAME.contains(&self.low(at + 1)) && at == 0);
        let known = stated || given || introduced || titled || relative || sent || asks || here;
        if !((open || stated) && known) {
            return None;
        }
        let length = match (here, introduced || titled || relative) {
            (true, _) => run,
            (_, true) => self.open_run(at, 2),
            _ => 1,
        };
        Some((Kind::Name, at, at + length.max(1)))
    }

    pub(super) fn plain_town(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let (one, two, three) = (self.before(at, 1), self.before(at, 2), self.before(at, 3));
        let from = one == "from"
            && matches!(two, "calling" | "i'm" | "am" | "writing" | "here" | "watching" | "come" | "she's");
        let lives = one == "in"
            && matches!(two, "live" | "lives" | "living" | "lived" | "up" | "we're" | "down" | "here" | "out" | "over");
        let went = |back| {
            matches!(
                self.before(at, back),
                "moved" | "move" | "moving" | "drove" | "drive" | "driving" | "flew" | "fly"
            )
        };
        let moved = matches!(one, "to" | "from") && (2..=5).any(went);
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

    /// "a line cook at the cheesecake factory", "a sophomore at penn state", "buncombe county".
    pub(super) fn plain_employer(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let role = |back| {
            matches!(self.before(at, back), "a" | "an" | "the")
                && matches!(self.before(at, back + 1), "i'm" | "am" | "was" | "he's" | "she's" | "is" | "as" | "been")
        };
        let the = usize::from(self.before(at, 1) == "the");
        let been = matches!(self.before(at, 2 + the), "been" | "job" | "shift" | "employed");
        let led = self.before(at, 1 + the) == "at" && (been || (3..=5).any(|back| role(back + the)));
        let trade = usize::from(matches!(self.low(at), "general" | "national" | "united" | "american" | "first"));
        let run = match self.open_run(at + trade, 3) {
            0 => 0,
            run => run + trade,
        };
        if led && run > the {
            return Some((Kind::Employer, at, at + run));
        }
        let length = (1..=2).find(|&i| BEHIND_EMPLOYER.contains(&self.low(at + i)))?;
        let named = self.open_run(at, length) == length;
        let last = self.low(at + length);
        let adjective = |i: usize| {
            matches!(
                self.low(i),
                "community" | "local" | "junior" | "senior" | "state" | "medical" | "whole" | "entire" | "blood"
            )
        };
        let school = !matches!(last, "high" | "middle") || self.low(at + length + 1) == "school";
        let goods = !matches!(last, "foods" | "electric" | "steel" | "college") || !is_word(self.low(at + length - 1));
        let kind = if matches!(last, "county" | "township" | "parish") { Kind::Town } else { Kind::Employer };
        (named && school && goods && !adjective(at)).then_some((kind, at, at + length + 1))
    }

    /// A word that no dictionary has, in a text whose words all may be names.
    pub(super) fn plain_unknown(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let unknown = |i: usize| {
            let word = self.low(i).split('\'').next().unwrap_or_default();
            self.is_open(i)
                && word.split('-').any(|part| part.len() > 3 && !is_word(part))
                && !HARMLESS.contains(&word)
                && !WIDE.contains(&word)
                && !WIDE.contains(&format!("{} {word}", self.before(i, 1)).as_str())
        };
        // "saint joe's"
        if matches!(self.low(at), "saint" | "st") && self.is_open(at + 1) {
            let led = matches!(self.before(at, 1), "at" | "to" | "from" | "by" | "in" | "the");
            return led.then_some((Kind::Hospital, at, at + 2));
        }
        let length = (at..at + 3).take_while(|&i| unknown(i)).count();
        let public = self.known.is_public(self.tokens.get(at..at + length)?);
        (length > 0 && !public).then_some((Kind::Town, at, at + length))
    }
}
