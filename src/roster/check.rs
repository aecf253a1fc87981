//! What is doubtful in a roster, and in what episodes state of its people: told before a credit goes wrong.

use super::form::is_address;
use super::{Person, Roster, Title};
use crate::model::{EpisodeId, PersonId};
use jiff::civil::Date;
use serde::Serialize;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Credits are wrong or missing because of it.
    Error,
    /// A credit may be.
    Warning,
    /// Good to know.
    Hint,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of finding it is, for programs.
    pub code: &'static str,
    /// Whom it is about.
    pub people: Vec<PersonId>,
    /// The episode that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<EpisodeId>,
    /// What is so, as a sentence.
    pub what: String,
    /// What to do, as a sentence.
    pub next: String,
}

/// What an episode states of its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The episode.
    pub episode: EpisodeId,
    /// The day on which it was held.
    pub held_on: Option<Date>,
    /// Who moderates.
    pub host: Option<PersonId>,
    /// Who answers.
    pub experts: Vec<PersonId>,
}

/// Looks through a roster, and through what episodes state; what matters most comes first.
#[must_use]
pub fn check(roster: &Roster, episodes: &[Stated]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for person in &roster.people {
        of_credentials(person, &mut findings);
        of_titles(person, &mut findings);
    }
    of_names(roster, &mut findings);
    for episode in episodes {
        of_episode(roster, episode, &mut findings);
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

impl Finding {
    fn new(severity: Severity, code: &'static str, people: &[&Person], what: String, next: impl Into<String>) -> Self {
        let people = people.iter().map(|p| p.id.clone()).collect();
        Self { severity, code, people, episode: None, what, next: next.into() }
    }
}

/// Why credentials can't be printed as they are; `None` when they can, or are empty.
pub(super) fn odd_credentials(credentials: &str) -> Option<String> {
    if credentials.is_empty() {
        return None;
    }
    for part in credentials.split(',').map(str::trim) {
        if part.is_empty() {
            return Some("something is missing beside a comma".into());
        }
        if part.split_whitespace().any(is_address) {
            return Some(format!("\"{part}\" is a form of address, not a degree"));
        }
        if part.contains(char::is_control) || part.split_whitespace().count() > 3 {
            return Some(format!("\"{part}\" looks like a title or a sentence"));
        }
    }
    None
}

fn of_credentials(person: &Person, findings: &mut Vec<Finding>) {
    if let Some(why) = odd_credentials(&person.credentials) {
        let what = format!("The credentials \"{}\" of {} look odd: {why}.", person.credentials, person.name);
        let next = format!("Write degrees with commas between, such as \"MD, PhD\", at {} in roster.toml.", person.id);
        findings.push(Finding::new(Severity::Error, "odd-credentials", &[person], what, next));
    }
    if person.name.split_whitespace().next().is_some_and(is_address) {
        let what = format!("The name \"{}\" begins with a form of address, which would be printed.", person.name);
        let next = format!("Take it out at {} in roster.toml; credentials show the degree.", person.id);
        findings.push(Finding::new(Severity::Warning, "address-in-name", &[person], what, next));
    }
}

fn of_titles(person: &Person, findings: &mut Vec<Finding>) {
    let mut add = |severity, code, what: String, next: String| {
        findings.push(Finding::new(severity, code, &[person], what, next));
    };
    let (name, id) = (&person.name, &person.id);
    for title in person.titles.iter().filter(|t| t.title.trim().is_empty() && t.affiliation.trim().is_empty()) {
        let when = title.from.map(|day| format!(" from {day}")).unwrap_or_default();
        add(
            Severity::Warning,
            "empty-title",
            format!("A title of {name}{when} says neither what nor where."),
            format!("Fill in title or affiliation at {id} in roster.toml, or take the block out."),
        );
    }
    let backward = |title: &Title| title.from.zip(title.until).is_some_and(|(from, until)| until < from);
    for title in person.titles.iter().filter(|t| backward(t)) {
        add(
            Severity::Error,
            "title-backwards",
            format!("\"{}\" of {name} ends before it begins, so it is never printed.", title),
            format!("Put from and until right at {id} in roster.toml."),
        );
    }
    let undated: Vec<&Title> = person.titles.iter().filter(|t| t.is_undated()).collect();
    let mut dated: Vec<&Title> = person.titles.iter().filter(|t| !t.is_undated() && !backward(t)).collect();
    if let [first, second, ..] = undated.as_slice() {
        add(
            Severity::Error,
            "titles-overlap",
            format!(
                "{name} has two titles without dates, \"{}\" and \"{}\": only the first is ever printed.",
                first, second
            ),
            format!("Say with from and until at {id} in roster.toml when each was held."),
        );
    }
    if let ([title, ..], false) = (undated.as_slice(), dated.is_empty()) {
        add(
            Severity::Warning,
            "undated-beside-dated",
            format!(
                "\"{}\" of {name} has no dates, but other titles have: it is printed wherever no other one fits.",
                title
            ),
            format!("Give it from and until at {id} in roster.toml."),
        );
    }
    dated.sort_by_key(|t| t.from);
    // The title that lasts longest of those before, so that a short one within a long one hides nothing.
    let mut latest: Option<&Title> = None;
    for title in dated {
        if let Some(before) = latest {
            let meets = title.from.is_none_or(|from| before.until.is_none_or(|until| from <= until));
            let next_day = before.until.and_then(|until| until.tomorrow().ok());
            if meets {
                let day = title.from.map_or_else(String::new, |from| format!(" from {from} on"));
                add(
                    Severity::Error,
                    "titles-overlap",
                    format!(
                        "{name} has both \"{}\" and \"{}\"{day}: only the one that began last is printed.",
                        before, title
                    ),
                    format!("End the older one with until at {id} in roster.toml, or make one title of both."),
                );
            } else if let (Some(from), Some(next)) = (title.from, next_day)
                && next < from
                && undated.is_empty()
            {
                let last = from.yesterday().unwrap_or(from);
                add(
                    Severity::Warning,
                    "titles-gap",
                    format!("{name} has no title between {next} and {last}: credits of those days have none."),
                    format!("Add what {name} was then, or mend the dates, at {id} in roster.toml."),
                );
            }
        }
        let ends_later = |before: &Title| before.until.is_some() && title.until.is_none_or(|u| Some(u) > before.until);
        if latest.is_none_or(ends_later) {
            latest = Some(title);
        }
    }
}

/// A form of a name as it is heard: small letters, no forms of address, single spaces.
fn heard(name: &str) -> String {
    let words = name.split_whitespace().skip_while(|word| is_address(word));
    let letters =
        |word: &str| -> String { word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    words.map(letters).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn of_names(roster: &Roster, findings: &mut Vec<Finding>) {
    let pairs = roster.people.iter().enumerate().flat_map(|(i, a)| roster.people[i + 1..].iter().map(move |b| (a, b)));
    for (a, b) in pairs {
        if heard(&a.name) == heard(&b.name) {
            let what =
                format!("{} and {} have the same name, {}: by name neither can be recognised.", a.id, b.id, a.name);
            let next =
                "If it is one person, keep one block with both titles. If they are two, name who answers in review.";
            findings.push(Finding::new(Severity::Warning, "same-name", &[a, b], what, next));
            continue;
        }
        let shared = a.names().find(|name| b.names().any(|other| heard(other) == heard(name)));
        let family = heard(a.family_name());
        if let Some(name) = shared.filter(|name| heard(name) != family || heard(b.family_name()) != family) {
            let what = format!("\"{name}\" fits both {} and {}, so it is taken for nobody.", a.name, b.name);
            let next = format!(
                "Take it out of the aliases of {} or {} in roster.toml, unless both are called so.",
                a.id, b.id
            );
            findings.push(Finding::new(Severity::Warning, "shared-alias", &[a, b], what, next));
        } else if family == heard(b.family_name()) {
            let what = format!(
                "{} and {} share a family name: \"Dr. {}\" means neither, only the full name is recognised.",
                a.name,
                b.name,
                a.family_name()
            );
            let next = "Ask hosts to use full names, or to say who it is before handing over.";
            findings.push(Finding::new(Severity::Hint, "shared-family-name", &[a, b], what, next));
        }
    }
}

fn of_episode(roster: &Roster, stated: &Stated, findings: &mut Vec<Finding>) {
    let host = stated.host.iter().map(|id| (id, false));
    for (id, answers) in host.chain(stated.experts.iter().map(|id| (id, true))) {
        let mut add = |severity, code, what: String, next: String| {
            let episode = Some(stated.episode.clone());
            findings.push(Finding { severity, code, people: vec![id.clone()], episode, what, next });
        };
        let Some(person) = roster.person(id) else {
            add(
                Severity::Error,
                "unknown-person",
                format!(
                    "Episode {} names \"{id}\", whom roster.toml does not know: no credit can be given.",
                    stated.episode
                ),
                format!(
                    "Add that person with \"spinetime roster add\" and --id {id}, or mend the id in the episode's episode.toml."
                ),
            );
            continue;
        };
        if person.title(stated.held_on).is_some() {
            continue;
        }
        // A host is not credited for answers; a person without any title is printed so on purpose.
        let severity = if answers && !person.titles.is_empty() { Severity::Warning } else { Severity::Hint };
        match stated.held_on {
            Some(day) => add(
                severity,
                "no-title-that-day",
                format!("{} has no title on {day}, the day of episode {}.", person.name, stated.episode),
                format!(
                    "Add one with \"spinetime roster add\" --id {id} --title \"…\" and the days from and until which it was held."
                ),
            ),
            None if person.titles.is_empty() => add(
                severity,
                "no-title-that-day",
                format!("{} has no title, and is stated in episode {}.", person.name, stated.episode),
                format!("Add one with \"spinetime roster add\" --id {id} --title \"…\"."),
            ),
            None => add(
                severity,
                "no-day",
                format!(
                    "Nobody stated the day of episode {}, so it is not known which title {} had.",
                    stated.episode, person.name
                ),
                "Write held_on = \"YYYY-MM-DD\" into the episode's episode.toml.".into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(roster: &str, episodes: &[Stated]) -> Vec<String> {
        let findings = check(&Roster::parse(roster).unwrap(), episodes);
        assert!(findings.windows(2).all(|pair| pair[0].severity <= pair[1].severity));
        assert!(findings.iter().all(|f| f.what.ends_with('.') && f.next.ends_with('.')), "{findings:?}");
        findings.iter().map(|f| f.code.to_owned()).collect()
    }

    fn person(id: &str, name: &str, more: &str) -> String {
        format!("[[person]]\nid = \"{id}\"\nname = \"{name}\"\n{more}\n")
    }

    /// Jane with titles from and until these days; "" for an open end.
    fn jane(titles: &[(&str, &str)]) -> String {
        let titles: String = titles
            .iter()
            .enumerate()
            .map(|(i, (from, until))| {
                let day =
                    |name, day: &str| if day.is_empty() { String::new() } else { format!("{name} = \"{day}\"\n") };
                format!("[[person.titles]]\ntitle = \"T{i}\"\n{}{}", day("from", from), day("until", until))
            })
            .collect();
        person("jane-doe", "Jane Doe", &titles)
    }

    fn episode(day: Option<&str>, host: &str, experts: &[&str]) -> Stated {
        Stated {
            episode: "e".parse().unwrap(),
            held_on: day.map(|day| day.parse().unwrap()),
            host: (!host.is_empty()).then(|| host.parse().unwrap()),
            experts: experts.iter().map(|id| id.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn titles_that_follow_each_other_are_fine() {
        for titles in [
            &[][..],
            &[("", "")],
            &[("", "2020-12-31"), ("2021-01-01", "")],
            &[("2021-01-01", ""), ("2019-05-01", "2020-12-31"), ("", "2019-04-30")],
        ] {
            assert_eq!(codes(&jane(titles), &[]), [""; 0], "{titles:?}");
        }
    }

    #[test]
    fn titles_that_overlap_leave_a_gap_or_make_no_sense_are_told() {
        for (titles, wanted) in [
            (&[("2019-01-01", ""), ("2021-01-01", "")][..], &["titles-overlap"][..]),
            (&[("", "2021-01-01"), ("2021-01-01", "")], &["titles-overlap"]),
            (&[("", "2021-01-01"), ("", "2022-01-01")], &["titles-overlap"]),
            // The second lies within the first; the third overlaps the first alone.
            (
                &[("2010-01-01", "2020-01-01"), ("2012-01-01", "2013-01-01"), ("2019-01-01", "")],
                &["titles-overlap", "titles-overlap"],
            ),
            (&[("", "2020-12-30"), ("2021-01-01", "")], &["titles-gap"]),
            (&[("2021-01-01", "2020-01-01")], &["title-backwards"]),
            (&[("", ""), ("", "")], &["titles-overlap"]),
            (&[("", ""), ("2021-01-01", "")], &["undated-beside-dated"]),
        ] {
            assert_eq!(codes(&jane(titles), &[]), wanted, "{titles:?}");
        }
        let found = check(&Roster::parse(&jane(&[("", "2020-11-30"), ("2021-01-01", "")])).unwrap(), &[]);
        assert!(found[0].what.contains("between 2020-12-01 and 2020-12-31"), "{}", found[0].what);
        assert_eq!(codes(&person("a", "A B", "[[person.titles]]\nfrom = \"2021-01-01\""), &[]), ["empty-title"]);
    }

    #[test]
    fn names_and_aliases_that_fit_two_people_are_told() {
        let two = |a: &str, b: &str, alias: &str| {
            let aliases = format!("aliases = [{alias}]");
            codes(&format!("{}{}", person("a", a, ""), person("b", b, &aliases)), &[])
        };
        assert_eq!(two("Ada Smith", "Eve Jones", "\"Dr. Jones\""), [""; 0]);
        assert_eq!(two("Ada Smith", "ada  smith", ""), ["same-name"]);
        assert_eq!(two("Ada Smith", "Eve Smith", "\"Dr. Smith\""), ["shared-family-name"]);
        assert_eq!(two("Ada Smith", "Eve Jones", "\"Dr. Ada Smith\""), ["shared-alias"]);
    }

    #[test]
    fn odd_credentials_are_told() {
        for (credentials, odd) in [
            ("MD, PhD", false),
            ("", false),
            ("PT, DPT, OCS", false),
            ("Dr.", true),
            ("MD,", true),
            (" ", true),
            ("Chief of spine surgery", true),
        ] {
            let found = codes(&person("a", "A B", &format!("credentials = \"{credentials}\"")), &[]);
            assert_eq!(found == ["odd-credentials"], odd, "{credentials:?}: {found:?}");
        }
        assert_eq!(codes(&person("a", "Dr. A B", ""), &[]), ["address-in-name"]);
    }

    #[test]
    fn episodes_that_name_strangers_or_people_without_a_title_are_told() {
        let roster = jane(&[("2021-01-01", "")]);
        let of = |stated: Stated| codes(&roster, &[stated]);
        assert_eq!(of(episode(Some("2021-01-01"), "jane-doe", &["jane-doe"])), [""; 0]);
        assert_eq!(of(episode(Some("2021-01-01"), "", &["john-doe"])), ["unknown-person"]);
        assert_eq!(of(episode(Some("2020-12-31"), "", &["jane-doe"])), ["no-title-that-day"]);
        assert_eq!(of(episode(None, "", &["jane-doe"])), ["no-day"]);
        let severity = |host: &str, experts: &[&str]| {
            check(&Roster::parse(&roster).unwrap(), &[episode(Some("2020-12-31"), host, experts)])[0].severity
        };
        assert_eq!((severity("jane-doe", &[]), severity("", &["jane-doe"])), (Severity::Hint, Severity::Warning));
    }

    proptest! {
        /// What the check calls fine gives every day at most one title.
        #[test]
        fn where_nothing_overlaps_no_day_has_two_titles(
            days in prop::collection::vec((0i64..400, 0i64..400, 0u8..4), 0..4), day in 0i64..400,
        ) {
            let date = |n: i64| jiff::civil::date(2020, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
            let titles: Vec<Title> = days
                .iter()
                .map(|&(from, until, ends)| Title {
                    title: "T".into(),
                    affiliation: String::new(),
                    from: (ends & 1 == 0).then(|| date(from)),
                    until: (ends & 2 == 0).then(|| date(until)),
                })
                .collect();
            let mut roster = Roster::parse(&person("a", "A B", "")).unwrap();
            roster.people[0].titles = titles.clone();
            let quiet = check(&roster, &[]).iter().all(|f| !matches!(f.code, "titles-overlap" | "undated-beside-dated"));
            prop_assert!(!quiet || titles.iter().filter(|t| t.held_on(date(day))).count() <= 1);
        }
    }
}
