//! Finding personal details in a text: names, places below a state, dates, ages, hospitals, telephone numbers, mail
//! addresses, numbers of policies and records (HIPAA's Safe Harbor list, as far as it is spoken in questions).
//!
//! Spelling and neighbouring words decide. Capitals matter: in a text without any, names are found by a list of given
//! names, by the words around them and by a list of English words that they are not in, and some stay hidden. Where it
//! is unclear, a detail is found rather than missed.

mod few;
mod forms;
mod lists;
mod plain;
#[cfg(test)]
mod tests;

use super::names::{is_given_name, is_name_like, is_title, is_word, name_length};
use super::words::{core, ends_sentence, low};
use crate::model::{Flag, FlagKind};
pub(super) use lists::RELATIVES;
use lists::{BEFORE_NAME, BEFORE_PLACE, BEHIND_NAME, HARMLESS, WIDE};
use std::collections::HashSet;

/// A kind of personal detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Name,
    Age,
    Date,
    Town,
    Hospital,
    Phone,
    Mail,
    Number,
    Address,
    Link,
    Employer,
    Rare,
}

impl Kind {
    pub(super) const ALL: [Self; 12] = [
        Self::Name,
        Self::Age,
        Self::Date,
        Self::Town,
        Self::Hospital,
        Self::Phone,
        Self::Mail,
        Self::Number,
        Self::Address,
        Self::Link,
        Self::Employer,
        Self::Rare,
    ];

    /// What a finding's code begins with.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Name => "asker-name",
            Self::Age => "age",
            Self::Date => "date",
            Self::Town => "town",
            Self::Hospital => "hospital",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::Number => "id-number",
            Self::Address => "address",
            Self::Link => "web-address",
            Self::Employer => "employer",
            Self::Rare => "rare-circumstance",
        }
    }

    /// The kind in words.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Name => "a name",
            Self::Age => "an age",
            Self::Date => "a date",
            Self::Town => "a place or a name",
            Self::Hospital => "a hospital",
            Self::Phone => "a telephone number",
            Self::Mail => "a mail address",
            Self::Number => "the number of a policy or record",
            Self::Address => "an address",
            Self::Link => "a web address",
            Self::Employer => "an employer",
            Self::Rare => "something that is true of one person or few",
        }
    }
}

/// A personal detail in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detail {
    pub(super) kind: Kind,
    /// The first word, by index, …
    pub(super) first: usize,
    /// … and the one behind the last.
    pub(super) end: usize,
    /// Its words, without the marks around them.
    pub(super) text: String,
}

/// What is known before a text is searched.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Words of names that are public: hosts, experts, the series; in lower case.
    pub(super) public: HashSet<String>,
    /// Details that are known to be the asker's: from the hand-over, and the name that segmentation found.
    pub(super) details: Vec<(Kind, String)>,
}

impl Known {
    /// Public names, by whole names.
    pub(super) fn new<'a>(public: impl Iterator<Item = &'a str>) -> Self {
        Self { public: public.flat_map(str::split_whitespace).map(low).collect(), details: Vec::new() }
    }

    /// Adds the asker's name as segmentation gives it, several people in one text included.
    pub(super) fn asker(&mut self, name: &str) {
        let parts = name.split_whitespace().filter(|word| is_name_like(word)).map(|word| (Kind::Name, low(word)));
        self.details.extend(parts);
    }

    /// Adds what an earlier finding is about.
    pub(super) fn learn_flag(&mut self, flag: &Flag) {
        let kind = Kind::ALL.into_iter().find(|kind| flag.code.starts_with(&format!("{}-in-", kind.code())));
        if let Some(kind) = kind.filter(|_| flag.kind == FlagKind::Privacy) {
            self.learn(&[Detail { kind, first: 0, end: 0, text: flag.text.clone() }]);
        }
    }

    /// Adds what a hand-over gives away.
    pub(super) fn learn(&mut self, details: &[Detail]) {
        for detail in details {
            match detail.kind {
                Kind::Name => self.asker(&detail.text),
                kind => self.details.push((kind, phrase(detail.text.split_whitespace()))),
            }
        }
    }

    fn is_public(&self, tokens: &[&str]) -> bool {
        tokens.iter().any(|text| {
            let low = low(text);
            self.public.contains(low.strip_suffix("'s").unwrap_or(&low))
        })
    }

    /// Whether the word, in lower case, is of the asker's name.
    fn is_named(&self, word: &str) -> bool {
        self.details.iter().any(|(kind, text)| *kind == Kind::Name && text == word)
    }

    fn is_asker(&self, token: &str) -> bool {
        let low = low(token);
        let name = low.strip_suffix("'s").unwrap_or(&low);
        is_name_like(token) && self.details.iter().any(|(kind, text)| *kind == Kind::Name && text == name)
    }
}

fn phrase<'a>(tokens: impl Iterator<Item = &'a str>) -> String {
    tokens.map(low).collect::<Vec<_>>().join(" ")
}

/// The personal details in a question or a hand-over, in order, without overlap.
pub(super) fn in_question(tokens: &[&str], known: &Known) -> Vec<Detail> {
    let lows: Vec<String> = tokens.iter().map(|text| low(text)).collect();
    let text = Text { tokens, lows: &lows, known, raw: is_raw(tokens) };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let hit = text.detail(at).filter(|(_, first, end)| *first < *end && *end > at);
        let Some((kind, first, end)) = hit else {
            at += 1;
            continue;
        };
        let from = found.last().map_or(0, |last: &Detail| last.end).max(first).min(at);
        found.push(Detail { kind, first: from, end, text: bare(&tokens[from..end]) });
        at = end;
    }
    found
}

/// The asker's details that an answer repeats, and names by which it addresses somebody.
pub(super) fn in_answer(tokens: &[&str], known: &Known) -> Vec<Detail> {
    let lows: Vec<String> = tokens.iter().map(|text| low(text)).collect();
    let text = Text { tokens, lows: &lows, known, raw: false };
    let mut found: Vec<Detail> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((kind, end)) = text.repeated(at).or_else(|| text.addressed(at)) else {
            at += 1;
            continue;
        };
        found.push(Detail { kind, first: at, end, text: bare(&tokens[at..end]) });
        at = end;
    }
    found
}

/// Whether a text of some length has no capital at all.
fn is_raw(tokens: &[&str]) -> bool {
    tokens.len() > 3 && !tokens.iter().any(|text| text.chars().any(char::is_uppercase))
}

/// Tokens as one text without the marks at its ends.
fn bare(tokens: &[&str]) -> String {
    match tokens {
        [] => String::new(),
        [only] => core(only).to_owned(),
        [first, middle @ .., last] => {
            let parts = std::iter::once(first.trim_start_matches(['"', '“', '(', '\'']));
            parts.chain(middle.iter().copied()).chain(std::iter::once(core(last))).collect::<Vec<_>>().join(" ")
        }
    }
}

struct Text<'a> {
    tokens: &'a [&'a str],
    lows: &'a [String],
    known: &'a Known,
    /// Without capitals.
    raw: bool,
}

impl Text<'_> {
    fn low(&self, at: usize) -> &str {
        self.lows.get(at).map_or("", String::as_str)
    }

    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |i| self.low(i))
    }

    /// The detail at `at`: kind, first word (possibly before `at`), end.
    fn detail(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let found = self
            .mail(at)
            .or_else(|| self.link(at))
            .or_else(|| self.phone(at))
            .or_else(|| self.record(at))
            .or_else(|| self.address(at))
            .or_else(|| self.rare(at))
            .or_else(|| self.hospital(at))
            .or_else(|| self.employer(at))
            .or_else(|| self.date(at))
            .or_else(|| self.age(at))
            .or_else(|| self.name(at))
            .or_else(|| self.town(at))
            .or_else(|| self.repeated(at).map(|(kind, end)| (kind, at, end)));
        let found = found.or_else(|| self.unknown(at));
        let plain = || self.plain_hospital(at).or_else(|| self.plain_name(at)).or_else(|| self.plain_town(at));
        let plain = || plain().or_else(|| self.plain_employer(at)).or_else(|| self.plain_unknown(at));
        found.or_else(|| self.raw.then(plain).flatten())
    }

    fn name(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if self.known.is_asker(self.tokens[at]) {
            let length = (at..self.tokens.len()).take_while(|&i| self.known.is_asker(self.tokens[i])).count();
            return Some((Kind::Name, at, at + length));
        }
        let length = name_length(self.tokens, at, 3);
        let harmless = length == 1 && HARMLESS.contains(&self.low(at));
        if length == 0 || harmless || self.known.is_public(&self.tokens[at..at + length]) {
            return None;
        }
        let (one, two) = (self.before(at, 1), self.before(at, 2));
        // "Mobile, Alabama, asks"
        let behind = at > 0 && self.tokens[at - 1].ends_with(',') && is_name_like(self.tokens[at - 1]);
        if behind && WIDE.contains(&phrase(self.tokens[at..at + length].iter().copied()).as_str()) {
            return None;
        }
        let next = self.low(at + length);
        let marked = closed(self.tokens[at + length - 1]);
        let placed = matches!(next, "in" | "from" | "calling" | "near" | "again" | "here" | "and");
        let introduced = (one == "is" && two == "name")
            || one == "name's"
            || one == "it's"
            || BEFORE_NAME.contains(&one)
            || one == "there" && BEFORE_NAME.contains(&two)
            || one == "named"
            || one == "called" && two != "are";
        let announced =
            (one == "is" && two == "this" || one == "i'm" || (one == "am" && two == "i")) && (marked || placed);
        let sends =
            one == "from" && (placed || matches!(two, "question" | "one" | "email" | "letter" | "comes" | "caller"));
        // "Agatha in Cloverdale asks"
        let opens = at == 0 || closed(self.tokens[at - 1]) && !self.tokens[at - 1].ends_with(',');
        let place = at + length + 1;
        let far = usize::from(matches!(next, "out" | "over" | "down" | "up") && self.low(at + length + 1) == "in");
        let place = place + far;
        let there = opens
            && (matches!(next, "in" | "from") || far > 0)
            && ((place..place + 4).any(|i| BEHIND_NAME.contains(&self.low(i)))
                || name_length(self.tokens, place, 3) > 0);
        let asks = there || BEHIND_NAME.contains(&next) || (next == "would" && self.low(at + length + 1) == "like");
        let relative = RELATIVES.contains(&one) || (one == "is" && RELATIVES.contains(&two));
        let thanked = (one == "you" && two == "thank") || one == "thanks";
        let titled = at > 0 && is_title(self.tokens[at - 1]);
        let also = one == "and" && at >= 2 && self.known.is_asker(self.tokens[at - 2]);
        (introduced || announced || sends || asks || relative || thanked || titled || also).then_some((
            Kind::Name,
            at,
            at + length,
        ))
    }

    /// A word with a capital inside a sentence that nothing else explains: a name, a place, an employer.
    fn unknown(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let inside = at > 0 && !ends_sentence(self.tokens[at - 1]) && !self.tokens[at - 1].ends_with(['"', ':', '“']);
        // A sentence may begin with any word; one that no dictionary has is a name there too.
        let first = self.low(at).trim_end_matches("'s");
        let inside = inside || first.len() > 3 && first.chars().all(char::is_alphabetic) && !is_word(first);
        let length = name_length(self.tokens, at, 4);
        let words = &self.tokens[at..at + length];
        let letter = length == 1 && core(self.tokens[at]).chars().count() == 1;
        let wide = WIDE.contains(&phrase(words.iter().copied()).as_str());
        let harmless = words.iter().any(|text| HARMLESS.contains(&low(text).trim_end_matches("'s")));
        if !inside || length == 0 || letter || wide || harmless || self.known.is_public(words) {
            return None;
        }
        let given = words.iter().any(|text| is_given_name(&low(text)));
        // "Scranton P.D."
        let more = |&i: &usize| {
            let capital = self.tokens.get(i).is_some_and(|text| core(text).starts_with(char::is_uppercase));
            capital && !closed(self.tokens[i - 1].trim_end_matches('.')) && self.low(i).contains('.')
        };
        let end = at + length + (at + length..).take_while(more).count();
        Some((if given { Kind::Name } else { Kind::Town }, at, end))
    }

    fn town(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let the = self.before(at, 1) == "the" && self.before(at, 2) == "in";
        let moved = self.before(at, 1) == "to"
            && (2..=3)
                .any(|back| matches!(self.before(at, back), "moved" | "move" | "moving" | "drive" | "drove" | "flew"));
        let of = self.before(at, 1) == "of"
            && matches!(self.before(at, 2), "mayor" | "town" | "city" | "village" | "outskirts" | "county" | "suburb");
        // "at L 4 5" is a level of the spine.
        let letter = core(self.tokens[at]).chars().count() == 1;
        if letter || !(BEFORE_PLACE.contains(&self.before(at, 1)) || the || moved || of) {
            return None;
        }
        let mut length = name_length(self.tokens, at, 4);
        if length == 0 || self.known.is_public(&self.tokens[at..at + length]) {
            return None;
        }
        if WIDE.contains(&phrase(self.tokens[at..at + length].iter().copied()).as_str()) {
            return None;
        }
        // "Austin, Texas"
        if self.tokens[at + length - 1].ends_with(',') && !BEHIND_NAME.contains(&self.low(at + length + 1)) {
            length += name_length(self.tokens, at + length, 2);
        }
        Some((Kind::Town, at, at + length))
    }

    /// A detail of the asker that is already known, at `at`.
    fn repeated(&self, at: usize) -> Option<(Kind, usize)> {
        if self.known.is_asker(self.tokens[at]) {
            return Some((Kind::Name, at + 1));
        }
        self.known.details.iter().find_map(|(kind, text)| {
            let length = text.split(' ').count();
            let here = self.lows.get(at..at + length)?.join(" ");
            let same = match kind {
                Kind::Name => false,
                Kind::Age => return self.same_age(at, text),
                _ => here == *text && core(self.tokens[at]).starts_with(|c: char| c.is_uppercase() || c.is_numeric()),
            };
            same.then_some((*kind, at + length))
        })
    }

    /// An age in an answer that is the asker's: the same number, spoken of somebody's age.
    fn same_age(&self, at: usize, known: &str) -> Option<(Kind, usize)> {
        let spoken = known.split([' ', '-']).next()?;
        let number = self.low(at).split('-').next()? == spoken;
        let address = matches!(self.before(at, 1), "you're" | "at" | "age" | "are");
        let aged = self.age(at).is_some() || (address && (closed(self.tokens[at]) || self.low(at + 1).is_empty()));
        (number && aged).then_some((Kind::Age, self.age(at).map_or(at + 1, |(_, _, end)| end)))
    }

    /// A name by which somebody is addressed: "Thank you, Daphne", "…, Maria."
    fn addressed(&self, at: usize) -> Option<(Kind, usize)> {
        if !is_name_like(self.tokens[at]) || self.known.is_public(&self.tokens[at..=at]) {
            return None;
        }
        let (one, two) = (self.before(at, 1), self.before(at, 2));
        let greeted = (one == "you" && two == "thank") || matches!(one, "thanks" | "hi" | "hello" | "hey" | "sorry");
        let called = at > 0
            && self.tokens[at - 1].ends_with(',')
            && self.tokens[at].ends_with(['.', '?', '!'])
            && at.checked_sub(2).is_none_or(|i| !is_name_like(self.tokens[i + 1]));
        (greeted || called).then_some((Kind::Name, at + 1))
    }
}

/// Whether a mark closes the token.
fn closed(token: &str) -> bool {
    token.ends_with([',', '.', ';', ':', '?', '!', '"', ')', '”'])
}
