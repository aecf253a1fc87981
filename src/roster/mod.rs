//! The people of the series (`roster.toml`): names, credentials, titles by date. Credits come from here alone.

mod add;
mod check;
mod form;

pub use add::{AddError, Addition, NewPerson, add_person, add_title};
pub use check::{Finding, Severity, Stated, check};
pub use form::{bare_name, full_name};

use crate::failure::{Exit, Failure};
use crate::model::{Credit, PersonId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A title with its institution, and when it was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// "Director of outpatient physical therapy".
    #[serde(default)]
    pub title: String,
    /// The institution.
    #[serde(default)]
    pub affiliation: String,
    /// The first day; open without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day; open without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Title {
    /// Whether it was held on `day`.
    #[must_use]
    pub fn held_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether it says nothing of when.
    #[must_use]
    pub fn is_undated(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

impl fmt::Display for Title {
    /// "Chief of spine surgery at General Hospital", or what there is of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.title.trim(), self.affiliation.trim()) {
            ("", "") => f.write_str("(empty)"),
            ("", at) => write!(f, "at {at}"),
            (title, "") => f.write_str(title),
            (title, at) => write!(f, "{title} at {at}"),
        }
    }
}

/// Somebody who hosts or answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Never changes.
    pub id: PersonId,
    /// "Jane Doe", without titles.
    pub name: String,
    /// "MD, PhD"; empty for none.
    #[serde(default)]
    pub credentials: String,
    /// Other forms under which the person is announced or misheard: "Dr. Dough".
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Titles, by date.
    #[serde(default)]
    pub titles: Vec<Title>,
}

impl Person {
    /// The title as valid on `day`: of several the one that began last, of those the first in the file. Without a day
    /// only a title without dates is taken: a guess could be wrong.
    #[must_use]
    pub fn title(&self, day: Option<Date>) -> Option<&Title> {
        let valid = self.titles.iter().filter(|t| match day {
            Some(day) => t.held_on(day),
            None => t.is_undated(),
        });
        // The last of several equals is taken, hence backwards.
        valid.rev().max_by_key(|t| t.from)
    }

    /// The credit with the [`Person::title`] of `day`.
    #[must_use]
    pub fn credit(&self, day: Option<Date>, confidence: f32) -> Credit {
        let title = self.title(day);
        Credit {
            person: self.id.clone(),
            name: self.name.clone(),
            credentials: self.credentials.clone(),
            title: title.map(|t| t.title.clone()).unwrap_or_default(),
            affiliation: title.map(|t| t.affiliation.clone()).unwrap_or_default(),
            confidence,
        }
    }

    /// The name as printed: "Jane Doe, MD, PhD".
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(&self.name, &self.credentials)
    }

    /// The family name: the last word of the name.
    #[must_use]
    pub fn family_name(&self) -> &str {
        self.name.split_whitespace().last().unwrap_or(&self.name)
    }

    /// Every form under which the person may be named: the name first, then the aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// All people of the series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// In the file's order.
    #[serde(default, rename = "person")]
    pub people: Vec<Person>,
}

/// `roster.toml` can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// It is no TOML, or a field is wrong.
    #[error("the roster of people can't be read: {0}")]
    Syntax(String),
    /// Two people have one id.
    #[error("the roster names the id \"{0}\" twice")]
    Twice(PersonId),
    /// A person has no name.
    #[error("the roster's person \"{0}\" has no name")]
    Nameless(PersonId),
}

impl Failure for RosterError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Syntax(_) => "Mend that line of roster.toml, then run the same command again.".into(),
            Self::Twice(_) => "Give each person in roster.toml an id of their own.".into(),
            Self::Nameless(id) => format!("Add a line such as name = \"Jane Doe\" to {id} in roster.toml."),
        })
    }
}

impl Roster {
    /// Reads `roster.toml`.
    ///
    /// # Errors
    /// When it is no valid roster.
    pub fn parse(text: &str) -> Result<Self, RosterError> {
        let roster: Self = toml::from_str(text).map_err(|e| RosterError::Syntax(e.to_string()))?;
        for (i, person) in roster.people.iter().enumerate() {
            if person.name.trim().is_empty() {
                return Err(RosterError::Nameless(person.id.clone()));
            }
            if roster.people[..i].iter().any(|p| p.id == person.id) {
                return Err(RosterError::Twice(person.id.clone()));
            }
        }
        Ok(roster)
    }

    /// The person with this id.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().find(|p| p.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANE: &str = r#"
        [[person]]
        id = "jane-doe"
        name = "Jane Doe"
        credentials = "MD, PhD"
        [[person.titles]]
        title = "Fellow"
        until = "2020-12-31"
        [[person.titles]]
        title = "Chief of spine surgery"
        affiliation = "General Hospital"
        from = "2021-01-01"
    "#;

    #[test]
    fn a_credit_has_the_title_of_that_day_and_never_a_guess() {
        let roster = Roster::parse(JANE).unwrap();
        let jane = roster.person(&"jane-doe".parse().unwrap()).unwrap();
        assert_eq!(jane.credit(Some("2020-05-01".parse().unwrap()), 1.0).title, "Fellow");
        assert_eq!(jane.credit(Some("2021-05-01".parse().unwrap()), 1.0).affiliation, "General Hospital");
        assert_eq!(jane.credit(None, 1.0).title, "");
    }

    #[test]
    fn of_two_titles_on_one_day_the_later_one_is_taken() {
        let title = |title: &str, from: Option<&str>| Title {
            title: title.into(),
            affiliation: String::new(),
            from: from.map(|day| day.parse().unwrap()),
            until: None,
        };
        let titles =
            vec![title("Always", None), title("Fellow", Some("2019-01-01")), title("Chief", Some("2021-01-01"))];
        let mut jane = Roster::parse(JANE).unwrap().people.remove(0);
        for turned in [false, true] {
            jane.titles = titles.clone();
            if turned {
                jane.titles.reverse();
            }
            let on = |day: &str| jane.credit(Some(day.parse().unwrap()), 1.0).title;
            assert_eq!([on("2018-05-01"), on("2020-05-01"), on("2021-01-01")], ["Always", "Fellow", "Chief"]);
        }
        jane.titles = vec![title("First", None), title("Second", None)];
        assert_eq!(jane.credit(None, 1.0).title, "First");
    }

    #[test]
    fn faults_are_named() {
        assert!(matches!(Roster::parse(&JANE.repeat(2)), Err(RosterError::Twice(_))));
        assert!(Roster::parse("[[person]]\nid = \"a\"\nnom = \"b\"").unwrap_err().to_string().contains("nom"));
    }
}
