//! Details by their form: numbers, addresses, dates, ages, hospitals, employers.

use super::lists::{
    BEFORE_EMPLOYER, BEFORE_PLACE, DECADES, EMPLOYERS, HEDGES, HOLIDAYS, HOSPITALS, NO_AGE, PERSONS, PHONE_DIGITS,
    RECORDS, RELATIVES, STREETS, TEENS, TENS, UNITS,
};
use super::{Kind, Text, closed};
use crate::draft::names::{MONTHS, WEEKDAYS, is_name_like, name_length};
use crate::draft::words::core;

impl Text<'_> {
    pub(super) fn mail(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if core(self.tokens[at]).split('@').filter(|part| !part.is_empty()).count() == 2 {
            return Some((Kind::Mail, at, at + 1));
        }
        let domain = matches!(self.low(at + 1), "com" | "org" | "net" | "edu" | "gov" | "uk" | "ca" | "co");
        let dot = self.low(at) == "dot" && domain;
        let sign = (1..=5).find(|&back| self.before(at, back) == "at").filter(|_| dot)?;
        let mut first = at.saturating_sub(sign + 1);
        while first >= 2 && matches!(self.before(first, 1), "dot" | "underscore" | "dash") {
            first -= 2;
        }
        Some((Kind::Mail, first, at + 2))
    }

    pub(super) fn link(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let token = self.low(at);
        let ending = token.rsplit_once('.').is_some_and(|(name, end)| {
            name.len() > 2 && matches!(end.split('/').next(), Some("com" | "org" | "net" | "edu" | "gov"))
        });
        if token.starts_with("www.") || token.starts_with("http") || ending {
            return Some((Kind::Link, at, at + 1));
        }
        let spoken = token == "dot" && matches!(self.low(at + 1), "com" | "org" | "net" | "edu" | "gov");
        let www = at.checked_sub(3).filter(|_| self.before(at, 2) == "dot" && self.before(at, 3) == "www");
        (spoken && at > 0).then(|| (Kind::Link, www.unwrap_or(at.saturating_sub(1)), at + 2))
    }

    pub(super) fn phone(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let (mut digits, mut words, mut joined, mut end) = (0, 0, false, at);
        while let Some(token) = self.tokens.get(end) {
            let bare = core(token);
            let numeric = bare.chars().filter(char::is_ascii_digit).count();
            let plain =
                bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')' | '+' | '–' | '/'));
            let spoken =
                matches!(self.low(end), "oh" | "o" | "zero" | "double" | "triple") || UNITS.contains(&self.low(end));
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

    pub(super) fn record(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let named = RECORDS.contains(&self.low(at)) || self.low(at).ends_with("'s") && self.low(at + 1) == "license";
        let digits = |i: usize| self.tokens[i].chars().filter(char::is_ascii_digit).count();
        let counts = |i: usize| {
            let word = self.low(i);
            matches!(
                word,
                "number" | "id" | "code" | "no" | "security" | "policy" | "license" | "licence" | "plate" | "mrn"
            ) || matches!(word, "ends" | "ending" | "starts") && matches!(self.low(i + 1), "in" | "with")
        };
        // "policy number is eight eight one four"
        let spoken = |i: usize| UNITS.contains(&self.low(i)) || matches!(self.low(i), "oh" | "o" | "zero");
        if let Some(first) = (at + 1..at + 7).find(|&i| (i..i + 3).all(spoken)).filter(|_| named) {
            let end = (first..self.tokens.len()).find(|&i| !spoken(i)).unwrap_or(self.tokens.len());
            return (at..first).any(counts).then_some((Kind::Number, first, end));
        }
        let near = (at + 1..(at + 8).min(self.tokens.len())).find(|&i| digits(i) >= 2)?;
        let counted = (at..near).any(counts);
        let letters =
            |i: usize| core(self.tokens[i]).chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || c == '-');
        let mut first = near;
        while first > at + 1 && letters(first - 1) {
            first -= 1;
        }
        let mut end = near + 1;
        while end < self.tokens.len() && !closed(self.tokens[end - 1]) && digits(end) > 0 && letters(end) {
            end += 1;
        }
        let mixed = core(self.tokens[near]).chars().any(char::is_alphabetic);
        let long = mixed || (first..end).map(digits).sum::<usize>() >= 3;
        (named && counted && long).then_some((Kind::Number, first, end))
    }

    pub(super) fn address(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let bare = core(self.tokens[at]);
        let digits = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit());
        let street =
            |from: usize, longest: usize| (from + 1..=from + longest).find(|&i| STREETS.contains(&self.low(i)));
        if digits {
            let length = if self.raw { 3 } else { name_length(self.tokens, at + 1, 4) };
            let live = matches!(self.before(at, 1), "at" | "is")
                && (2..=3)
                    .any(|back| matches!(self.before(at, back), "live" | "lives" | "living" | "address" | "house"));
            if live && length > 0 && !self.raw {
                return Some((Kind::Address, at, at + 1 + length));
            }
            return street(at + 1, length.saturating_sub(1)).map(|end| (Kind::Address, at, end + 1));
        }
        // "apartment 4B", "route 9"
        let numbered =
            matches!(self.low(at), "apartment" | "apt" | "suite" | "route" | "highway" | "interstate" | "exit")
                && (self.tokens.get(at + 1).is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
                    || self.number(at + 1).is_some());
        if numbered {
            return Some((Kind::Address, at, self.number(at + 1).map_or(at + 2, |(_, end)| end)));
        }
        // "on maple avenue"
        let on = self.raw && matches!(self.before(at, 1), "on" | "off") && self.is_open(at);
        if let Some(street) = street(at, 2).filter(|&end| on && (at..end).all(|i| self.is_open(i))) {
            let lives =
                (2..=4).any(|back| matches!(self.before(at, back), "live" | "lives" | "lived" | "living" | "house"));
            let sure = !matches!(self.low(street), "way" | "drive" | "court" | "circle" | "lane" | "road");
            return (sure || lives).then_some((Kind::Address, at, street + 1));
        }
        if self.raw {
            let (_, end) = self.number(at).filter(|_| !matches!(self.before(at, 1), "the"))?;
            let street = street(end, 2).filter(|street| (end..*street).all(|i| self.is_open(i)))?;
            return Some((Kind::Address, at, street + 1));
        }
        // "on Cooper Street"
        let led = matches!(self.before(at, 1), "on" | "at" | "off" | "of" | "from" | "to");
        let street = street(at, name_length(self.tokens, at, 4).saturating_sub(1)).filter(|_| led)?;
        Some((Kind::Address, at, street + 1))
    }

    pub(super) fn hospital(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let capital = |i: usize| self.tokens.get(i).is_some_and(|text| core(text).starts_with(char::is_uppercase));
        // "the VA in Palo Alto": without the place it is no detail.
        if self.low(at) == "va" && self.low(at + 1) == "in" && name_length(self.tokens, at + 2, 3) > 0 {
            return Some((Kind::Hospital, at, at + 2 + name_length(self.tokens, at + 2, 3)));
        }
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
        // "at Mercy General"
        let kind =
            kind || (end == at + 2 && self.low(at + 1) == "general" && BEFORE_PLACE.contains(&self.before(at, 1)));
        let named = (at..end).any(|i| is_name_like(self.tokens[i]) && !HOSPITALS.contains(&self.low(i)));
        let known = matches!(self.low(at), "kaiser" | "mayo");
        (kind && (named || known) && (end > at + 1 || known)).then_some((Kind::Hospital, at, end))
    }

    pub(super) fn date(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let token = core(self.tokens[at]);
        let parts: Vec<&str> = token.split(['/', '-', '.']).collect();
        let numeric = parts.iter().all(|p| !p.is_empty() && p.len() <= 4 && p.chars().all(|c| c.is_ascii_digit()));
        if parts.len() == 3 && numeric && parts.iter().any(|p| p.len() == 4 || token.contains('/')) {
            return Some((Kind::Date, at, at + 1));
        }
        let joined = at > 0 && !closed(self.tokens[at - 1]);
        // "on 3/14"
        let small = |part: &str, most: u32| part.parse::<u32>().is_ok_and(|value| (1..=most).contains(&value));
        let led =
            matches!(self.before(at, 1), "on" | "since" | "by" | "until" | "from" | "before" | "after" | "around");
        if token.contains('/') && parts.len() == 2 && small(parts[0], 12) && small(parts[1], 31) && joined && led {
            return Some((Kind::Date, at, at + 1));
        }
        if let Some(found) = self.day_alone(at).or_else(|| self.birthday(at)).or_else(|| self.season(at)) {
            return Some(found);
        }
        let near = joined
            && matches!(self.before(at, 1), "last" | "this" | "next" | "early" | "late" | "mid" | "past" | "coming");
        if WEEKDAYS.contains(&self.low(at)) && (near || joined && self.before(at, 1) == "on") {
            return Some((Kind::Date, at - 1, at + 1));
        }
        let holiday = HOLIDAYS.iter().find(|words| words.iter().enumerate().all(|(i, word)| self.low(at + i) == *word));
        let led = matches!(
            self.before(at, 1),
            "on" | "last"
                | "since"
                | "before"
                | "after"
                | "at"
                | "this"
                | "until"
                | "around"
                | "by"
                | "near"
                | "over"
                | "past"
                | "of"
                | "during"
        );
        if let Some(words) = holiday.filter(|_| joined && led) {
            // "the day after Thanksgiving"
            let day = |word: &str| matches!(word, "day" | "week" | "weekend" | "night" | "morning" | "weeks" | "days");
            let back = if day(self.before(at, 2)) || WEEKDAYS.contains(&self.before(at, 2)) { 3 } else { 0 };
            return Some((Kind::Date, at - back.min(at), at + words.len()));
        }
        if !MONTHS.contains(&self.low(at)) || !(self.raw || token.starts_with(char::is_uppercase)) {
            return None;
        }
        let the = usize::from(self.low(at + 1) == "the" && is_day(self.low(at + 2)));
        let day = is_day(self.low(at + 1 + the));
        let year = |i: usize| is_year(self.low(i));
        let of = self.before(at, 1) == "of" && is_day(self.before(at, 2));
        let led = near
            || of
            || (joined
                && matches!(self.before(at, 1), "in" | "since" | "of" | "until" | "by" | "on" | "before" | "after"));
        // A verb, where no day, year or word of time stands beside it; a text without capitals needs one for all.
        let verb = self.raw || matches!(self.low(at), "may" | "march" | "sun");
        let opens = self.before(at, 1) == "in";
        if verb && !(day || led || opens || year(at + 1)) {
            return None;
        }
        let first = match (of, near) {
            (true, _) => at - 2 - usize::from(self.before(at, 3) == "the"),
            (_, true) => at - 1,
            // "the second week of September"
            _ if self.before(at, 1) == "of"
                && matches!(self.before(at, 2), "week" | "weekend" | "end" | "half" | "middle") =>
            {
                at.saturating_sub(4)
            }
            _ => at,
        };
        let mut end = at + 1 + the + usize::from(day);
        end += usize::from(self.low(end) == "of" && year(end + 1));
        end += usize::from(year(end));
        // "of last year"
        let turn = self.low(end) == "of" && matches!(self.low(end + 1), "last" | "this" | "next");
        end += 3 * usize::from(turn && self.low(end + 2) == "year");
        // "nineteen fifty one"
        if day && matches!(self.low(end), "nineteen" | "twenty") && !closed(self.tokens[end - 1]) {
            end += (end..end + 3).take_while(|&i| is_spoken(self.low(i))).count();
        }
        Some((Kind::Date, first, end))
    }

    /// "on the 19th", with no noun behind.
    fn day_alone(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let day = self.low(at);
        let ordinal = day.ends_with(['t', 'd', 'h']) && is_day(day);
        let led = self.before(at, 1) == "the" && matches!(self.before(at, 2), "on" | "by" | "since" | "until" | "of");
        let few = matches!(day, "first" | "second" | "third");
        let alone = closed(self.tokens[at])
            || !few && matches!(self.low(at + 1), "and" | "at" | "so" | "but" | "i" | "i'm" | "");
        (ordinal && led && alone).then(|| (Kind::Date, at - 2, at + 1))
    }

    /// "seventy-fifth", "75th"
    fn is_later(&self, at: usize) -> bool {
        let word = self.low(at);
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        word.split_once('-').is_some_and(|(tens, _)| TENS.contains(&tens))
            || word.ends_with("ieth")
            || digits.len() > 1 && digits.chars().all(|c| c.is_ascii_digit())
    }

    /// "my birthday is nine eleven fifty two"
    fn birthday(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let near =
            (1..=5).any(|back| matches!(self.before(at, back), "birthday" | "birthdate" | "birth" | "born" | "dob"));
        let part = |i: usize| is_spoken(self.low(i)) || self.tokens.get(i).is_some_and(|text| small_number(text));
        let end = at + (at..at + 6).take_while(|&i| part(i)).count();
        (near && end > at + 1).then_some((Kind::Date, at, end))
    }

    /// "last winter", "the spring of 2019"; a fall may be one down the stairs.
    fn season(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let season = matches!(self.low(at), "spring" | "summer" | "autumn" | "winter" | "fall");
        let fall = self.low(at) == "fall";
        let near = matches!(self.before(at, 1), "last" | "this" | "next" | "past");
        let hurt =
            fall && matches!(self.before(at, 2), "my" | "the" | "a" | "his" | "her" | "after" | "since" | "from");
        if season && near && !hurt {
            return Some((Kind::Date, at - 1, at + 1));
        }
        let of = season && self.before(at, 1) == "the" && self.low(at + 1) == "of" && is_year(self.low(at + 2));
        of.then(|| (Kind::Date, at, at + 3))
    }

    pub(super) fn age(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let owned = |back: &usize| matches!(self.before(at, *back), "my" | "his" | "her" | "their");
        if let Some(back) = (1..=3).find(owned).filter(|_| DECADES.contains(&self.low(at))) {
            return Some((Kind::Age, at - back, at + 1));
        }
        let compound = self.low(at).ends_with("-year-old") || self.low(at).ends_with("-years-old");
        let some = self.low(at).strip_suffix("-something").is_some_and(|tens| TENS.contains(&tens));
        if compound || some {
            return Some((Kind::Age, at, at + 1));
        }
        // "the big five-oh"
        if self.low(at) == "big" && self.before(at, 1) == "the" && TURNS.contains(&self.before(at, 2)) {
            let two = usize::from(!closed(self.tokens[at]) && matches!(self.low(at + 2), "oh" | "o" | "zero"));
            return Some((Kind::Age, at - 1, (at + 2 + two).min(self.tokens.len())));
        }
        // "my seventy-fifth birthday", "in eighth grade"
        let ordinal = self.low(at).ends_with(['t', 'd', 'h']) && (is_day(self.low(at)) || self.is_later(at));
        let taught = matches!(self.before(at, 1), "teach" | "taught" | "teaching" | "teaches");
        if ordinal && !taught && matches!(self.low(at + 1), "birthday" | "grade" | "grader") {
            return Some((Kind::Age, at, at + 2));
        }
        let (value, mut end) = self.number(at)?;
        // "when I was three"
        let then = self.before(at, 1) == "was" && matches!(self.before(at, 3), "when" | "since" | "until" | "before");
        let part = matches!(self.low(end + 1), "a" | "three") && matches!(self.low(end + 2), "half" | "quarters");
        end += 3 * usize::from(self.low(end) == "and" && part);
        end += usize::from(matches!(self.low(end), "something" | "ish"));
        let (next, after) = (self.low(end), self.low(end + 1));
        let measured = NO_AGE.contains(&next) || self.number(end).is_some() && !closed(self.tokens[end - 1]);
        // "a mother of three, 38, and", "Gus, 71."
        let comma = at > 0 && self.tokens[at - 1].ends_with(',');
        let counted = comma && self.number(at - 1).is_some_and(|(before, _)| before >= 10 || value < 18);
        let listed = counted || self.number(end).is_some();
        let named = comma && is_name_like(self.tokens[at - 1]) && closed(self.tokens[end - 1]);
        let apart = comma && !listed && value >= 10 && (named || self.tokens[end - 1].ends_with(','));
        let will = matches!(self.before(at, 1), "be")
            && matches!(self.before(at, 2), "i'll" | "he'll" | "she'll" | "we'll" | "will" | "gonna" | "to");
        // "is it too late at sixty"
        let at_age = self.before(at, 1) == "at"
            && value >= 18
            && !measured
            && (closed(self.tokens[end - 1])
                || matches!(next, "" | "i" | "i'm" | "is" | "do" | "can" | "should" | "and"));
        let turns = TURNS.contains(&self.before(at, 1)) && value >= 12 && !measured;
        if matches!(next, "year-old" | "years-old" | "yo" | "y/o" | "year-olds")
            || (matches!(next, "year" | "years") && matches!(after, "old" | "young"))
        {
            return Some((Kind::Age, at, end + 1 + usize::from(matches!(after, "old" | "young"))));
        }
        if matches!(next, "year" | "years") && after == "of" && self.low(end + 2) == "age" {
            return Some((Kind::Age, at, end + 3));
        }
        let aged = matches!(self.before(at, 1), "age" | "aged" | "turned" | "turning" | "turns")
            || (self.before(at, 1) == "of" && self.before(at, 2) == "age")
            || (self.before(at, 1) == "just" && self.before(at, 2) == "turned");
        // "somebody of 52", "my daughter Imelda is 11"
        let of = self.before(at, 1) == "of"
            && value >= 12
            && (2..=3)
                .any(|back| PERSONS.contains(&self.before(at, back)) || RELATIVES.contains(&self.before(at, back)));
        let relative = self.before(at, 1) == "is" && (2..=4).any(|back| RELATIVES.contains(&self.before(at, back)));
        let before = (1..=3).map(|back| self.before(at, back)).find(|word| !HEDGES.contains(word));
        let person = of
            || relative
            || before.is_some_and(|word| {
                matches!(word, "he's" | "she's" | "who's")
                    || (matches!(word, "i'm" | "am" | "is" | "was") && value >= 12)
                    || word.strip_suffix("'s").is_some_and(|who| RELATIVES.contains(&who))
            });
        if will && value >= 12 && !measured {
            return Some((Kind::Age, at - 2, end));
        }
        if then && !measured {
            return Some((Kind::Age, at - 3, end));
        }
        if apart || at_age || turns {
            return Some((Kind::Age, at, end));
        }
        let ends = closed(self.tokens[end - 1])
            || matches!(next, "and" | "now" | "or" | "but" | "with" | "from" | "this" | "next" | "in" | "on" | "")
            || !measured
                && (self.raw || value >= 12 && before.is_some_and(|word| matches!(word, "i'm" | "he's" | "she's")));
        // "a young seventy-seven"
        let hedges = (1..=2).take_while(|&back| HEDGES.contains(&self.before(at, back))).count();
        let first = if person { at - hedges } else { at };
        (aged || (person && ends)).then_some((Kind::Age, first, end))
    }

    /// A whole number up to 115 at `at`, in digits or words, and where it ends.
    pub(super) fn number(&self, at: usize) -> Option<(u32, usize)> {
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
            (if text == "a" && self.low(at + 1) == "hundred" { 1 } else { unit(text)? }, at + 1)
        };
        let (value, end) = if matches!(text, "a" | "one") && self.low(at + 1) == "hundred" {
            let and = usize::from(self.low(at + 2) == "and");
            self.number(at + 2 + and).map_or((100, at + 2), |(rest, end)| (100 + rest, end))
        } else {
            (value, end)
        };
        (1..=115).contains(&value).then_some((value, end))
    }

    /// "I work at Hollis Freight", "for the post office".
    pub(super) fn employer(&self, at: usize) -> Option<(Kind, usize, usize)> {
        let the = usize::from(self.low(at) == "the");
        let led = BEFORE_EMPLOYER
            .iter()
            .any(|[verb, led]| self.before(at, 1) == *led && (2..=4).any(|back| self.before(at, back) == *verb));
        if !led {
            return None;
        }
        let first = at + the;
        let plain = |words: &&&[&str]| words.iter().enumerate().all(|(i, word)| self.low(first + i) == *word);
        if let Some(words) = EMPLOYERS.iter().find(plain) {
            return Some((Kind::Employer, first, first + words.len()));
        }
        if self.raw {
            let mut length = self.open_run(first, 3);
            if length > 0 && self.low(first + length) == "and" && self.is_open(first + length + 1) {
                length += 2;
            }
            return (length > 0 && the == 0).then_some((Kind::Employer, first, first + length));
        }
        let capital = |i: usize| self.tokens.get(i).is_some_and(|text| core(text).starts_with(char::is_uppercase));
        let mut end = first;
        while capital(end) || (end > first && matches!(self.low(end), "of" | "and" | "&" | "for") && capital(end + 1)) {
            end += 1;
            if closed(self.tokens[end - 1]) {
                break;
            }
        }
        // "for UPS"
        let letters = |i: usize| {
            let bare = core(self.tokens[i]);
            bare.len() > 1 && bare.chars().all(|c| c.is_ascii_uppercase()) && !matches!(bare, "PT" | "PM" | "AM" | "TV")
        };
        let named = (first..end).any(|i| is_name_like(self.tokens[i]) || letters(i));
        (named && !self.known.is_public(&self.tokens[first..end])).then_some((Kind::Employer, first, end))
    }
}

pub(super) fn is_day(word: &str) -> bool {
    let digits = word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']);
    let spoken = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    digits.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
        || spoken.contains(&word)
        || (word.ends_with("th") && word.len() > 4 && word != "month")
        || word.split_once('-').is_some_and(|(tens, unit)| TENS.contains(&tens) && spoken.contains(&unit))
}

/// Whether the word is of one or two digits.
fn small_number(word: &str) -> bool {
    core(word).parse::<u32>().is_ok_and(|value| value < 100)
}

/// Words before an age that is reached.
const TURNS: &[&str] =
    &["turn", "turned", "turns", "turning", "hit", "hitting", "pushing", "nearing", "approaching", "made", "reached"];

/// Whether the word is a number below a hundred in words.
fn is_spoken(word: &str) -> bool {
    TENS.contains(&word) || TEENS.contains(&word) || UNITS.contains(&word)
}

pub(super) fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
}
