//! The day on which a webinar was held, where a title or a description states it. An upload can come weeks later, so its
//! day is no guess; a date in the text that lies behind the upload is one of a coming event.

use jiff::civil::Date;

/// The longest time between a webinar and its upload that is believed.
const LONGEST_WAIT: i32 = 730;
/// Words of a description that show that the date beside them is the webinar's. Up to [`NEAR`] words before it.
const SIGNS: [&str; 16] = [
    "held",
    "recorded",
    "recording",
    "webinar",
    "live",
    "aired",
    "broadcast",
    "presented",
    "streamed",
    "took",
    "filmed",
    "episode",
    "session",
    "event",
    "date",
    "originally",
];
const NEAR: usize = 8;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH_NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The day that the title states, or else the one that the description states for the webinar; `None` when neither does,
/// or when it is not clear which of several is meant. `uploaded` is the day of the upload.
#[must_use]
pub fn day(title: &str, description: &str, uploaded: Option<Date>) -> Option<Date> {
    let possible = |date: &Date| match uploaded {
        // A day more: the upload's day is that of another time zone.
        Some(upload) => upload.since(*date).is_ok_and(|span| (-1..=LONGEST_WAIT).contains(&span.get_days())),
        None => true,
    };
    let in_title: Vec<Date> = dates(title).into_iter().map(|found| found.date).filter(possible).collect();
    if !in_title.is_empty() {
        return only(in_title);
    }
    let found: Vec<Found> = dates(description).into_iter().filter(|found| possible(&found.date)).collect();
    only(found.into_iter().filter(|found| found.signed).map(|found| found.date).collect())
}

/// The date, when all are one.
fn only(mut dates: Vec<Date>) -> Option<Date> {
    dates.dedup();
    match dates.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

struct Found {
    date: Date,
    /// Whether a word before it says what it is the date of.
    signed: bool,
}

/// The whole dates of a text: "July 14, 2021", "14 July 2021", "14th of July, 2021", "2021-07-14", "7/14/2021".
fn dates(text: &str) -> Vec<Found> {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || "()[]|“”\"–—".contains(c))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty() && word != "of" && word != "the")
        .collect();
    let mut found = Vec::new();
    for at in 0..words.len() {
        let next = |ahead: usize| words.get(at + ahead).map_or("", String::as_str);
        let spelt =
            month(next(0)).zip(ordinal(next(1)).zip(year(next(2)))).map(|(month, (day, year))| (year, month, day));
        let turned =
            ordinal(next(0)).zip(month(next(1)).zip(year(next(2)))).map(|(day, (month, year))| (year, month, day));
        let Some((year, month, day)) = spelt.or(turned).or_else(|| digits(next(0))) else { continue };
        let Ok(date) = Date::new(year, month, day) else { continue };
        let before = &words[at.saturating_sub(NEAR)..at];
        let signed = before.iter().any(|word| SIGNS.contains(&word.trim_end_matches(':')));
        found.push(Found { date, signed });
    }
    found
}

fn month(word: &str) -> Option<i8> {
    let full = MONTH_NAMES.iter().position(|name| *name == word);
    let short = || MONTHS.iter().position(|name| *name == word || word == "sept" && *name == "sep");
    full.or_else(short).and_then(|at| i8::try_from(at + 1).ok())
}

/// "14", "14th".
fn ordinal(word: &str) -> Option<i8> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    bare.parse().ok().filter(|day| (1..=31).contains(day) && bare.len() <= 2)
}

fn year(word: &str) -> Option<i16> {
    word.parse().ok().filter(|year| (2005..=2100).contains(year) && word.len() == 4)
}

/// "2021-07-14", "2021/07/14", "20210714", and the American "7/14/2021", where only one order of the first two is a date.
fn digits(word: &str) -> Option<(i16, i8, i8)> {
    if word.len() == 8 && word.bytes().all(|b| b.is_ascii_digit()) {
        return Some((year(&word[..4])?, word[4..6].parse().ok()?, word[6..].parse().ok()?));
    }
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    if let Some(year) = year(a) {
        return Some((year, ordinal(b)?, ordinal(c)?));
    }
    let (first, second, year) = (ordinal(a)?, ordinal(b)?, year(c)?);
    match (first, second) {
        _ if first == second => Some((year, first, second)),
        (13.., 1..=12) => Some((year, second, first)),
        (1..=12, 13..) => Some((year, first, second)),
        // 3/4/2021 is March or April.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(title: &str, description: &str) -> String {
        let upload = "2021-08-02".parse().unwrap();
        day(title, description, Some(upload)).map_or("-".into(), |date| date.to_string())
    }

    #[test]
    fn a_stated_day_is_found_and_an_unclear_one_is_not() {
        let pages = [
            ("Spine Time: Your Back (July 14, 2021)", ""),
            ("Spine Time 14 July 2021 – Your Back", ""),
            ("Spine Time | 2021-07-14", "Recorded on May 2, 2021."),
            ("Spine Time 7/14/2021", ""),
            ("Your Back", "This webinar was held on Wednesday, July 14th, 2021 at 6 pm."),
            ("Your Back", "Recorded live on the 14th of July, 2021.\nNext webinar: September 8, 2021."),
            ("Spine Time 3/4/2021", ""),
            ("Spine Time: Exercises from 2019", "Founded on May 3, 2010. Our centre opened July 14, 2021."),
            ("Your Back", "Webinars: held on May 5, 2021, and held on June 9, 2021."),
            ("Spine Time September 8, 2021", ""),
            ("Spine Time July 14", "live at 6 pm"),
            ("Spine Time February 30, 2021", ""),
        ];
        let table: Vec<String> = pages.iter().map(|(title, text)| told(title, text)).collect();
        insta::assert_snapshot!(table.join(" "), @"2021-07-14 2021-07-14 2021-07-14 2021-07-14 2021-07-14 2021-07-14 - - - - - -");
    }

    proptest! {
        #[test]
        fn any_text_will_do_and_every_day_is_found(text in "\\PC{0,60}", days in 0i32..7000) {
            let _ = day(&text, &text, None);
            let date = "2006-01-01".parse::<Date>().unwrap() + jiff::Span::new().days(days);
            for form in ["%B %-d, %Y", "%-d %b %Y", "%Y-%m-%d"] {
                prop_assert_eq!(day(&format!("Talk {}", date.strftime(form)), "", None), Some(date));
            }
        }
    }
}
