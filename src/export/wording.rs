//! The words around the facts: lines of `spinetime.toml` such as "{name}, {credentials}, is {title}." become
//! sentences. An empty fact takes the commas around it along, so that no ", ," stays behind.

use super::{ExportError, page};
use crate::config::{Config, Wording};
use jiff::civil::Date;

/// A piece of a line.
enum Piece<'a> {
    Words(&'a str),
    Fact(&'a str),
}

/// Cuts a line at its `{facts}`. A brace that belongs to none is a word like any other.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((open, close)) = next_fact(rest) {
        pieces.push(Piece::Words(&rest[..open]));
        pieces.push(Piece::Fact(&rest[open + 1..close]));
        rest = &rest[close + 1..];
    }
    pieces.push(Piece::Words(rest));
    pieces
}

/// Where the next `{` and its `}` stand, when there are only letters and underscores between them.
fn next_fact(text: &str) -> Option<(usize, usize)> {
    text.char_indices().filter(|(_, c)| *c == '{').find_map(|(open, _)| {
        let inside = &text[open + 1..];
        let length = inside.find(|c: char| !c.is_ascii_alphabetic() && c != '_')?;
        (length > 0 && inside[length..].starts_with('}')).then_some((open, open + 1 + length))
    })
}

/// The line with its facts in place. A fact that `facts` does not name counts as empty.
pub(super) fn fill(line: &str, facts: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(line.len());
    let mut after_empty = false;
    for piece in pieces(line) {
        match piece {
            Piece::Words(words) => {
                out.push_str(if after_empty { words.strip_prefix(',').unwrap_or(words) } else { words });
                after_empty &= words.is_empty();
            }
            Piece::Fact(name) => {
                let value = facts.iter().find(|(n, _)| *n == name).map(|(_, v)| v.trim()).unwrap_or_default();
                if value.is_empty() {
                    out.truncate(out.trim_end_matches([',', ' ']).len());
                }
                out.push_str(value);
                after_empty = value.is_empty();
            }
        }
    }
    out.trim().to_owned()
}

/// The same as one line of text, as pages show it.
pub(super) fn line(line: &str, facts: &[(&str, &str)]) -> String {
    page::clean(&fill(line, facts))
}

/// The mark of a draft, never empty.
pub(super) fn draft_mark(words: &Wording) -> String {
    set(&words.draft, Wording::DRAFT)
}

/// The title of the first chapter, never empty.
pub(super) fn chapter_start(words: &Wording) -> String {
    set(&words.chapter_start, Wording::CHAPTER_START)
}

/// A line as pages show it, or the default where it was left empty.
fn set(line: &str, default: &str) -> String {
    let line = page::clean(line);
    if line.is_empty() { default.to_owned() } else { line }
}

/// A day as the series writes it.
pub(super) fn date(day: Date, words: &Wording) -> String {
    let month = words.months.get(usize::from(day.month().unsigned_abs()) - 1).map(String::as_str).unwrap_or_default();
    let (number, year) = (day.day().to_string(), day.year().to_string());
    fill(&words.date, &[("day", &number), ("month", month), ("year", &year)])
}

/// A line for one, or for so many.
pub(super) fn count(one: &str, many: &str, count: usize) -> String {
    line(if count == 1 { one } else { many }, &[("count", &count.to_string())])
}

const CREDIT: &[&str] = &["name", "credentials", "title", "affiliation"];

/// Refuses lines that ask for a fact which does not exist, before anything is printed.
pub(super) fn check(config: &Config) -> Result<(), ExportError> {
    let w: &Wording = &config.wording;
    let lines: [(&'static str, &str, &'static [&'static str]); 17] = [
        ("wording.credit", &w.credit, CREDIT),
        ("wording.credit_untitled", &w.credit_untitled, CREDIT),
        ("wording.credit_unaffiliated", &w.credit_unaffiliated, CREDIT),
        ("wording.credit_bare", &w.credit_bare, CREDIT),
        ("wording.source", &w.source, &["series", "title", "date"]),
        ("wording.source_undated", &w.source_undated, &["series", "title"]),
        ("wording.episode", &w.episode, &["series", "date"]),
        ("wording.episode_undated", &w.episode_undated, &["series"]),
        ("wording.unlinked", &w.unlinked, &["start", "end"]),
        ("wording.date", &w.date, &["day", "month", "year"]),
        ("wording.count", &w.count, &["count"]),
        ("wording.count_one", &w.count_one, &["count"]),
        ("wording.page", &w.page, &["page", "pages"]),
        ("wording.expert", &w.expert, &["name", "credentials"]),
        ("wording.search_count", &w.search_count, &["count"]),
        ("wording.search_one", &w.search_one, &["count"]),
        ("wording.withdrawn_line", &w.withdrawn_line, &["date"]),
    ];
    for (key, line, known) in lines {
        for piece in pieces(line) {
            if let Piece::Fact(fact) = piece
                && !known.contains(&fact)
            {
                return Err(ExportError::Fact { key, fact: fact.to_owned(), known });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_fact_leaves_no_trace() {
        let line = "{name}, {credentials}, is {title}.";
        let say =
            |name, credentials, title| fill(line, &[("name", name), ("credentials", credentials), ("title", title)]);
        assert_eq!(say("Jane Doe", "MD, PhD", "Chief"), "Jane Doe, MD, PhD, is Chief.");
        assert_eq!(say("Jane Doe", " ", "Chief"), "Jane Doe is Chief.");
        assert_eq!(fill("Answered by {name}, {credentials}.", &[("name", "Jane Doe")]), "Answered by Jane Doe.");
        assert_eq!(fill("{credentials}, {name}", &[("name", "Jane Doe")]), "Jane Doe");
    }

    #[test]
    fn a_fact_is_never_read_as_a_line() {
        assert_eq!(fill("{name} {", &[("name", "{credentials}"), ("credentials", "MD")]), "{credentials} {");
        assert_eq!(fill("{}{{name}}{no one}{", &[("name", "x")]), "{}{x}{no one}{");
    }

    #[test]
    fn a_day_is_written_as_the_series_writes_it() {
        let (day, mut words) = (jiff::civil::date(2021, 7, 4), Wording::default());
        assert_eq!(date(day, &words), "July 4, 2021");
        words.date = "{day}. {month} {year}".into();
        words.months[6] = "Juli".into();
        assert_eq!(date(day, &words), "4. Juli 2021");
        let counted = |number| count("{count} alone", "{count} of them", number);
        assert_eq!([0, 1, 2].map(counted), ["0 of them", "1 alone", "2 of them"]);
    }

    #[test]
    fn an_unknown_fact_is_named() {
        let mut config = Config::default();
        assert!(check(&config).is_ok());
        config.wording.source = "Held on {day}.".into();
        let error = check(&config).unwrap_err();
        insta::assert_snapshot!(error, @"wording.source in spinetime.toml asks for {day}, which is no fact of that line");
        for change in [
            (|w: &mut Wording| &mut w.count_one) as fn(&mut Wording) -> &mut String,
            |w| &mut w.search_one,
            |w| &mut w.page,
        ] {
            let mut config = Config::default();
            *change(&mut config.wording) = "{number}".into();
            assert!(check(&config).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_line_can_be_filled(line in "[{}a-c, é]{0,30}", value in "\\PC{0,8}") {
            fill(&line, &[("a", &value), ("ab", ""), ("c", "{a}")]);
        }
    }
}
