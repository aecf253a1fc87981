//! Finding personal details in a text: names, places below a state, dates, ages, hospitals, telephone numbers, mail
//! addresses, numbers of policies and records (HIPAA's Safe Harbor list, as far as it is spoken in questions).
//!
//! Spelling and neighbouring words decide; capitals matter, so a transcript without them hides names. Where it is
//! unclear, a detail is found rather than missed.

use super::names::{MONTHS, WEEKDAYS, is_name_like, is_title, name_length};
use super::words::{core, low};
use crate::model::{Flag, FlagKind};
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
}

impl Kind {
    pub(super) const ALL: [Self; 9] = [
        Self::Name,
        Self::Age,
        Self::Date,
        Self::Town,
        Self::Hospital,
        Self::Phone,
        Self::Mail,
        Self::Number,
        Self::Address,
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

    fn is_asker(&self, token: &str) -> bool {
        let low = low(token);
        let name = low.strip_suffix("'s").unwrap_or(&low);
        is_name_like(token) && self.details.iter().any(|(kind, text)| *kind == Kind::Name && text == name)
    }
}

fn phrase<'a>(tokens: impl Iterator<Item = &'a str>) -> String {
    tokens.map(low).collect::<Vec<_>>().join(" ")
}

/// Words before a place.
const BEFORE_PLACE: &[&str] = &["from", "in", "at", "near", "outside", "around"];
/// Places that may be told: a state or a country is no personal detail by Safe Harbor. New York and Washington are
/// cities as well.
#[rustfmt::skip]
const WIDE: &[&str] = &[
    "alabama", "alaska", "arizona", "arkansas", "california", "colorado", "connecticut", "delaware", "florida",
    "georgia", "hawaii", "idaho", "illinois", "indiana", "iowa", "kansas", "kentucky", "louisiana", "maine",
    "maryland", "massachusetts", "michigan", "minnesota", "mississippi", "missouri", "montana", "nebraska", "nevada",
    "new hampshire", "new jersey", "new mexico", "north carolina", "north dakota", "ohio", "oklahoma", "oregon",
    "pennsylvania", "rhode island", "south carolina", "south dakota", "tennessee", "texas", "utah", "vermont",
    "virginia", "west virginia", "wisconsin", "wyoming", "america", "europe", "asia", "africa", "australia", "canada",
    "mexico", "england", "scotland", "ireland", "wales", "britain", "germany", "france", "spain", "italy", "poland",
    "india", "china", "japan", "israel",
];
/// Words before a name that is being introduced.
const BEFORE_NAME: &[&str] = &["hi", "hello", "hey", "dear", "says", "asks", "named", "called"];
/// Words behind a name that asks.
const BEHIND_NAME: &[&str] = &["asks", "asked", "writes", "wrote", "says", "wants", "wonders", "asking", "here"];
/// People whose name may follow.
#[rustfmt::skip]
const RELATIVES: &[&str] = &[
    "husband", "wife", "son", "daughter", "mother", "father", "mom", "mum", "dad", "brother", "sister", "friend",
    "partner", "grandson", "granddaughter", "uncle", "aunt", "cousin", "nephew", "niece", "neighbor", "neighbour",
    "boyfriend", "girlfriend", "fiancé", "grandmother", "grandfather",
];
/// Words that make capitalised words a hospital or practice.
#[rustfmt::skip]
const HOSPITALS: &[&str] = &[
    "hospital", "clinic", "medical", "infirmary", "health", "healthcare", "institute", "center", "centre", "hospice",
    "kaiser", "mayo", "surgery", "orthopedics", "orthopaedics", "rehab",
];
const STREETS: &[&str] = &["street", "avenue", "ave", "road", "lane", "drive", "boulevard", "court", "crescent"];
/// What a number belongs to when it names a person's record.
const RECORDS: &[&str] = &[
    "policy",
    "member",
    "claim",
    "account",
    "record",
    "security",
    "insurance",
    "license",
    "licence",
    "medicare",
    "zip",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const UNITS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TEENS: &[&str] =
    &["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
#[rustfmt::skip]
const DECADES: &[&str] = &[
    "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties", "20s", "30s", "40s",
    "50s", "60s", "70s", "80s", "90s",
];
/// The fewest digits of a telephone number.
const PHONE_DIGITS: usize = 7;

/// The personal details in a question or a hand-over, in order, without overlap.
pub(super) fn in_question(tokens: &[&str], known: &Known) -> Vec<Detail> {
    let lows: Vec<String> = tokens.iter().map(|text| low(text)).collect();
    let text = Text { tokens, lows: &lows, known };
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
    let text = Text { tokens, lows: &lows, known };
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
        self.mail(at)
            .or_else(|| self.phone(at))
            .or_else(|| self.record(at))
            .or_else(|| self.address(at))
            .or_else(|| self.hospital(at))
            .or_else(|| self.date(at))
            .or_else(|| self.age(at))
            .or_else(|| self.name(at))
            .or_else(|| self.town(at))
            .or_else(|| self.repeated(at).map(|(kind, end)| (kind, at, end)))
    }

    fn mail(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if core(self.tokens[at]).split('@').filter(|part| !part.is_empty()).count() == 2 {
            return Some((Kind::Mail, at, at + 1));
        }
        let domain = matches!(self.low(at + 1), "com" | "org" | "net" | "edu" | "gov" | "uk" | "ca" | "co");
        let dot = self.low(at) == "dot" && domain;
        let sign = (1..=5).find(|&back| self.before(at, back) == "at").filter(|_| dot)?;
        Some((Kind::Mail, at.saturating_sub(sign + 1), at + 2))
    }

    fn phone(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let (mut digits, mut words, mut joined, mut end) = (0, 0, false, at);
        while let Some(token) = self.tokens.get(end) {
            let bare = core(token);
            let numeric = bare.chars().filter(char::is_ascii_digit).count();
            let plain =
                bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')' | '+' | '–' | '/'));
            let spoken = matches!(self.low(end), "oh" | "zero" | "double" | "triple") || UNITS.contains(&self.low(end));
            if numeric > 0 && plain {
                digits += numeric;
                joined |= numeric >= PHONE_DIGITS || bare.contains(['-', '(', ')', '–']) || end > at + 1;
            } else if spoken {
                words += 1;
            } else {
                break;
            }
            end += 1;
        }
        let date = end == at + 1 && core(self.tokens[at]).contains('/');
        (!date && (words >= PHONE_DIGITS || (digits + words >= PHONE_DIGITS && joined))).then_some((
            Kind::Phone,
            at,
            end,
        ))
    }

    fn record(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let named = RECORDS.contains(&self.low(at));
        let near = (at + 1..(at + 5).min(self.tokens.len()))
            .find(|&i| self.tokens[i].chars().filter(char::is_ascii_digit).count() >= 3)?;
        let counted = (at..near).any(|i| matches!(self.low(i), "number" | "id" | "code" | "no" | "security"));
        (named && counted).then_some((Kind::Number, near, near + 1))
    }

    fn address(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if !core(self.tokens[at]).chars().all(|c| c.is_ascii_digit()) || core(self.tokens[at]).is_empty() {
            return None;
        }
        let length = name_length(self.tokens, at + 1, 4);
        let street = (at + 2..=at + length).find(|&i| STREETS.contains(&self.low(i)))?;
        Some((Kind::Address, at, street + 1))
    }

    fn hospital(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let capital = |i: usize| self.tokens.get(i).is_some_and(|text| core(text).starts_with(char::is_uppercase));
        if !capital(at)
            || (at > 0 && capital(at - 1) && is_name_like(self.tokens[at - 1]) && !closed(self.tokens[at - 1]))
        {
            return None;
        }
        let mut end = at;
        while capital(end) || (end > at && matches!(self.low(end), "of" | "for" | "the") && capital(end + 1)) {
            end += 1;
            if closed(self.tokens[end - 1]) {
                break;
            }
        }
        let kind = (at..end).any(|i| HOSPITALS.contains(&self.low(i)));
        let named = (at..end).any(|i| is_name_like(self.tokens[i]) && !HOSPITALS.contains(&self.low(i)));
        let known = matches!(self.low(at), "kaiser" | "mayo");
        (kind && (named || known) && (end > at + 1 || known)).then_some((Kind::Hospital, at, end))
    }

    fn date(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let token = core(self.tokens[at]);
        let parts: Vec<&str> = token.split(['/', '-', '.']).collect();
        let numeric = parts.iter().all(|p| !p.is_empty() && p.len() <= 4 && p.chars().all(|c| c.is_ascii_digit()));
        if parts.len() == 3 && numeric && parts.iter().any(|p| p.len() == 4 || token.contains('/')) {
            return Some((Kind::Date, at, at + 1));
        }
        let joined = at > 0 && !closed(self.tokens[at - 1]);
        let near = joined && matches!(self.before(at, 1), "last" | "this" | "next" | "early" | "late" | "mid");
        if WEEKDAYS.contains(&self.low(at)) && near {
            return Some((Kind::Date, at - 1, at + 1));
        }
        if !MONTHS.contains(&self.low(at)) || !token.starts_with(char::is_uppercase) {
            return None;
        }
        let day = is_day(self.low(at + 1));
        let year = |i: usize| is_year(self.low(i));
        let of = self.before(at, 1) == "of" && is_day(self.before(at, 2));
        let led = near
            || of
            || (joined
                && matches!(self.before(at, 1), "in" | "since" | "of" | "until" | "by" | "on" | "before" | "after"));
        let verb = matches!(self.low(at), "may" | "march");
        if verb && !(day || led || year(at + 1)) {
            return None;
        }
        let first = match (of, near) {
            (true, _) => at - 2 - usize::from(self.before(at, 3) == "the"),
            (_, true) => at - 1,
            _ => at,
        };
        let mut end = at + 1 + usize::from(day);
        end += usize::from(self.low(end) == "of" && year(end + 1));
        end += usize::from(year(end));
        Some((Kind::Date, first, end))
    }

    fn age(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if DECADES.contains(&self.low(at))
            && (1..=3).any(|back| matches!(self.before(at, back), "my" | "his" | "her" | "their"))
        {
            return Some((Kind::Age, at, at + 1));
        }
        let compound = self.low(at).ends_with("-year-old") || self.low(at).ends_with("-years-old");
        if compound {
            return Some((Kind::Age, at, at + 1));
        }
        let (value, end) = self.number(at)?;
        let (next, after) = (self.low(end), self.low(end + 1));
        if matches!(next, "year-old" | "years-old" | "yo" | "y/o")
            || (matches!(next, "year" | "years") && after == "old")
        {
            return Some((Kind::Age, at, end + 1 + usize::from(after == "old")));
        }
        let aged = matches!(self.before(at, 1), "age" | "aged" | "turned" | "turning")
            || (self.before(at, 1) == "of" && self.before(at, 2) == "age")
            || (self.before(at, 1) == "just" && self.before(at, 2) == "turned");
        let before =
            (1..=2).map(|back| self.before(at, back)).find(|word| !matches!(*word, "now" | "just" | "about" | "only"));
        let person = before.is_some_and(|word| {
            matches!(word, "i'm" | "am" | "he's" | "she's" | "who's")
                || (matches!(word, "is" | "was") && value >= 12)
                || word.strip_suffix("'s").is_some_and(|who| RELATIVES.contains(&who))
        });
        let ends = closed(self.tokens[end - 1]) || matches!(next, "and" | "now" | "or" | "but" | "with" | "");
        (aged || (person && ends)).then_some((Kind::Age, at, end))
    }

    /// A whole number up to 115 at `at`, in digits or words, and where it ends.
    fn number(&self, at: usize) -> Option<(u32, usize)> {
        let text = self.low(at);
        let unit = |word: &str| UNITS.iter().position(|w| *w == word).map(|i| i as u32 + 1);
        let ten = |word: &str| TENS.iter().position(|w| *w == word).map(|i| (i as u32 + 2) * 10);
        let (value, end) = if let Ok(value) = text.parse::<u32>() {
            (value, at + 1)
        } else if let Some(value) = TEENS.iter().position(|w| *w == text) {
            (value as u32 + 10, at + 1)
        } else if let Some((tens, units)) = text.split_once('-') {
            (ten(tens)? + unit(units)?, at + 1)
        } else if let Some(tens) = ten(text) {
            match unit(self.low(at + 1)).filter(|_| !closed(self.tokens[at])) {
                Some(units) => (tens + units, at + 2),
                None => (tens, at + 1),
            }
        } else {
            (unit(text)?, at + 1)
        };
        (1..=115).contains(&value).then_some((value, end))
    }

    fn name(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if self.known.is_asker(self.tokens[at]) {
            let length = (at..self.tokens.len()).take_while(|&i| self.known.is_asker(self.tokens[i])).count();
            return Some((Kind::Name, at, at + length));
        }
        let length = name_length(self.tokens, at, 3);
        if length == 0 || self.known.is_public(&self.tokens[at..at + length]) {
            return None;
        }
        let (one, two) = (self.before(at, 1), self.before(at, 2));
        let next = self.low(at + length);
        let marked = closed(self.tokens[at + length - 1]);
        let placed = matches!(next, "in" | "from" | "calling" | "near" | "again");
        let introduced = (one == "is" && two == "name") || one == "name's" || BEFORE_NAME.contains(&one);
        let announced =
            (one == "is" && two == "this" || one == "i'm" || (one == "am" && two == "i")) && (marked || placed);
        let sends =
            one == "from" && (placed || matches!(two, "question" | "one" | "email" | "letter" | "comes" | "caller"));
        let asks = BEHIND_NAME.contains(&next) || (next == "would" && self.low(at + length + 1) == "like");
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

    fn town(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let the = self.before(at, 1) == "the" && self.before(at, 2) == "in";
        if !(BEFORE_PLACE.contains(&self.before(at, 1)) || the) {
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

fn is_day(word: &str) -> bool {
    let digits = word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']);
    let spoken = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    digits.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
        || spoken.contains(&word)
        || (word.ends_with("th") && word.len() > 4 && word != "month")
        || word.split_once('-').is_some_and(|(tens, unit)| TENS.contains(&tens) && spoken.contains(&unit))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
}
