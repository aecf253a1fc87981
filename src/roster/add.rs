//! Adding to `roster.toml`: the new lines are put into the text, and what people wrote there stays byte for byte.

use super::check::odd_credentials;
use super::form::is_address;
use super::{Person, Roster, RosterError, Title};
use crate::failure::{Exit, Failure};
use crate::model::PersonId;
use crate::text;
use jiff::civil::Date;
use toml_edit::{Document, Item, Value};

/// Longest id that is made of a name, in bytes: a number may come behind it.
const LONGEST_SLUG: usize = 70;
/// What people write behind a name, without full stops. "Do" and "Ma" are family names, hence the exact letters.
const CREDENTIALS: [&str; 36] = [
    "MD", "DO", "PhD", "DPT", "PT", "RN", "NP", "PA", "PA-C", "MPH", "MBA", "FACS", "FRCS", "MSc", "BSc", "MS", "MA",
    "DC", "OT", "OTR", "OTR/L", "PharmD", "PsyD", "DNP", "CRNA", "MBBS", "FAAOS", "FAANS", "ATC", "LAc", "MPT", "EdD",
    "JD", "DDS", "DMD", "OCS",
];

/// Somebody to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPerson {
    /// "Jane Doe".
    pub name: String,
    /// "MD, PhD"; empty for none.
    pub credentials: String,
    /// Other forms of the name.
    pub aliases: Vec<String>,
    /// What the person is.
    pub title: Option<Title>,
    /// The id; one is made of the name without it.
    pub id: Option<PersonId>,
}

/// A changed roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The whole new text of `roster.toml`.
    pub text: String,
    /// The same, read.
    pub roster: Roster,
    /// To whom something was added.
    pub id: PersonId,
    /// Somebody else who has the same name.
    pub namesake: Option<PersonId>,
}

/// Something can't be added to the roster.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// The roster as it is can't be read.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// A text is empty, or more than one line.
    #[error("{0} must be one line of text")]
    NoLine(&'static str),
    /// "Dr. Jane Doe".
    #[error("\"{name}\" has a form of address in it; the roster keeps names without")]
    Address {
        /// The name as given.
        name: String,
        /// The name alone.
        bare: String,
    },
    /// "Jane Doe, MD".
    #[error("\"{name}\" has credentials in it; the roster keeps them apart from the name")]
    Credentials {
        /// The name as given.
        name: String,
        /// The name alone.
        bare: String,
        /// What seems to be credentials.
        credentials: String,
    },
    /// Credentials that are none.
    #[error("the credentials \"{credentials}\" can't stand: {why}")]
    OddCredentials {
        /// As given.
        credentials: String,
        /// What is wrong.
        why: String,
    },
    /// The id is somebody's.
    #[error("the id \"{id}\" is taken by {name}")]
    Taken {
        /// The id.
        id: PersonId,
        /// Whose it is.
        name: String,
    },
    /// The name has no letter that could stand in an id.
    #[error("no id can be made of the name \"{0}\"")]
    NoId(String),
    /// Nobody has this id.
    #[error("the roster has nobody with the id \"{0}\"")]
    Unknown(PersonId),
    /// A title that says nothing.
    #[error("there is neither a title nor an affiliation to add")]
    NoTitle,
    /// A title that ends before it begins.
    #[error("the title would end on {until}, before it begins on {from}")]
    Backwards {
        /// Its first day.
        from: Date,
        /// Its last day.
        until: Date,
    },
    /// The file is written in another form.
    #[error("roster.toml is written in a form to which nothing can be added by command")]
    Form,
}

impl Failure for AddError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Roster(error) => return error.remedy(),
            Self::NoLine(what) => format!("Give {what} in the form in which it is printed."),
            Self::Address { bare, .. } => format!(
                "Give the name alone: \"spinetime roster add\" with \"{bare}\". Whoever is announced as \"Dr. …\" is \
                 recognised all the same; what shows the degree goes into --credentials."
            ),
            Self::Credentials { bare, credentials, .. } => {
                format!("Give them apart: \"spinetime roster add\" with \"{bare}\" --credentials \"{credentials}\".")
            }
            Self::OddCredentials { .. } => "Give degrees with commas between, as in --credentials \"MD, PhD\".".into(),
            Self::Taken { id, .. } => format!(
                "To give that person a title, leave the name out: \"spinetime roster add\" --id {id} --title \"…\". For \
                 somebody else choose another id."
            ),
            Self::NoId(_) => "Choose one with --id, such as --id jane-doe.".into(),
            Self::Unknown(_) => "\"spinetime roster list\" shows the ids. To add a person, give the name too.".into(),
            Self::NoTitle => "Give --title, --affiliation or both.".into(),
            Self::Backwards { .. } => "Give --from the earlier and --until the later day.".into(),
            Self::Form => {
                "Write it into roster.toml with an editor; \"spinetime roster check\" then tells whether all is well."
                    .into()
            }
        })
    }
}

/// Adds a person to the roster in `text`, at its end.
///
/// # Errors
/// When the roster can't be read, or the person can't stand in it.
pub fn add_person(text: &str, new: &NewPerson) -> Result<Addition, AddError> {
    let mut roster = Roster::parse(text)?;
    let name = checked_name(&new.name)?;
    let credentials = new.credentials.trim().to_owned();
    if let Some(why) = odd_credentials(&credentials) {
        return Err(AddError::OddCredentials { credentials, why });
    }
    let aliases = new.aliases.iter().map(|a| line(a, "an alias")).collect::<Result<Vec<String>, _>>()?;
    let titles = new.title.as_ref().map(checked_title).transpose()?.into_iter().collect();
    let id = match &new.id {
        Some(id) => match roster.person(id) {
            Some(owner) => return Err(AddError::Taken { id: id.clone(), name: owner.name.clone() }),
            None => id.clone(),
        },
        None => free_id(&roster, &name).ok_or_else(|| AddError::NoId(name.clone()))?,
    };
    let namesake = roster.people.iter().find(|p| p.name.to_lowercase() == name.to_lowercase()).map(|p| p.id.clone());
    let person = Person { id: id.clone(), name, credentials, aliases, titles };
    let mut lines = Lines::in_style_of(text);
    if !text.is_empty() && !text.ends_with('\n') {
        lines.push("");
    }
    if !text.trim().is_empty() && !text.ends_with("\n\n") && !text.ends_with("\n\r\n") {
        lines.push("");
    }
    lines.person(&person);
    roster.people.push(person);
    proved(format!("{text}{}", lines.text), roster, id, namesake)
}

/// Gives the person `id` of the roster in `text` one more title, behind those that are there.
///
/// # Errors
/// When the roster can't be read, nobody has that id, or the title can't stand.
pub fn add_title(text: &str, id: &PersonId, title: &Title) -> Result<Addition, AddError> {
    let mut roster = Roster::parse(text)?;
    let index = roster.people.iter().position(|p| p.id == *id).ok_or_else(|| AddError::Unknown(id.clone()))?;
    let title = checked_title(title)?;
    let at = end_of_person(text, index).ok_or(AddError::Form)?;
    let (before, after) = text.split_at(at);
    let mut lines = Lines::in_style_of(text);
    if !before.ends_with('\n') {
        lines.push("");
    }
    lines.title(&title);
    if !after.is_empty() && !after.starts_with(['\n', '\r']) {
        lines.push("");
    }
    roster.people[index].titles.push(title);
    proved(format!("{before}{}{after}", lines.text), roster, id.clone(), None)
}

/// The new text, when it reads as what was meant.
fn proved(text: String, meant: Roster, id: PersonId, namesake: Option<PersonId>) -> Result<Addition, AddError> {
    match Roster::parse(&text) {
        Ok(roster) if roster == meant => Ok(Addition { text, roster, id, namesake }),
        _ => Err(AddError::Form),
    }
}

/// Where the lines of the person end, in bytes: behind the last value, its remark, and comments right below it that
/// don't stand right above something else.
fn end_of_person(text: &str, index: usize) -> Option<usize> {
    let document = Document::parse(text).ok()?;
    let person = document.get("person")?.as_array_of_tables()?.get(index)?;
    let table_end = |table: &toml_edit::Table| end_of(&Item::Table(table.clone()));
    let mut at = next_line(text, table_end(person)?);
    let mut below = at;
    while text[below..].trim_start_matches([' ', '\t']).starts_with('#') {
        below = next_line(text, below);
    }
    let rest = text[below..].trim_start_matches([' ', '\t', '\r']);
    if rest.is_empty() || rest.starts_with('\n') {
        at = below;
    }
    Some(at)
}

/// The end of the furthest value or head in `item`.
fn end_of(item: &Item) -> Option<usize> {
    let own = item.span().map(|span| span.end);
    let inner: Option<usize> = match item {
        Item::Table(table) => table.iter().filter_map(|(_, item)| end_of(item)).max(),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .filter_map(|table| {
                table.iter().filter_map(|(_, item)| end_of(item)).max().max(table.span().map(|s| s.end))
            })
            .max(),
        Item::Value(_) | Item::None => None,
    };
    own.max(inner)
}

fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |line| at + line + 1)
}

/// Lines of TOML in the file's own line ends.
struct Lines {
    text: String,
    end: &'static str,
}

impl Lines {
    fn in_style_of(text: &str) -> Self {
        Self { text: String::new(), end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str(self.end);
    }

    fn field(&mut self, name: &str, value: impl Into<Value>) {
        self.push(&format!("{name} = {}", value.into().to_string().trim()));
    }

    fn person(&mut self, person: &Person) {
        self.push("[[person]]");
        self.field("id", person.id.as_str());
        self.field("name", person.name.as_str());
        if !person.credentials.is_empty() {
            self.field("credentials", person.credentials.as_str());
        }
        if !person.aliases.is_empty() {
            self.field("aliases", person.aliases.iter().map(String::as_str).collect::<toml_edit::Array>());
        }
        for title in &person.titles {
            self.title(title);
        }
    }

    fn title(&mut self, title: &Title) {
        self.push("");
        self.push("[[person.titles]]");
        for (name, text) in [("title", &title.title), ("affiliation", &title.affiliation)] {
            if !text.is_empty() {
                self.field(name, text.as_str());
            }
        }
        for (name, day) in [("from", title.from), ("until", title.until)] {
            if let Some(day) = day {
                self.field(name, day.to_string());
            }
        }
    }
}

/// A name without what does not belong into it.
fn checked_name(name: &str) -> Result<String, AddError> {
    let name = line(name, "the name")?.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = name.split(' ').collect();
    let first = words.iter().take_while(|word| is_address(word)).count();
    let last = words.len() - words.iter().rev().take_while(|word| is_credential(word)).count();
    let bare = words.get(first..last).unwrap_or_default().join(" ").trim_end_matches(',').to_owned();
    if last < words.len() && !bare.is_empty() {
        let credentials: Vec<&str> = words[last..].iter().map(|word| word.trim_matches(',')).collect();
        let credentials = credentials.join(", ");
        return Err(AddError::Credentials { name, bare, credentials });
    }
    if first > 0 {
        return Err(AddError::Address { name, bare });
    }
    Ok(name)
}

/// Whether a word at a name's end is no part of the name.
fn is_credential(word: &str) -> bool {
    let bare: String = word.chars().filter(|c| !matches!(c, '.' | ',')).collect();
    CREDENTIALS.contains(&bare.as_str()) || (word.contains('.') && CREDENTIALS.contains(&bare.to_uppercase().as_str()))
}

fn checked_title(title: &Title) -> Result<Title, AddError> {
    let text = |text: &str, what: &'static str| {
        if text.trim().is_empty() { Ok(String::new()) } else { line(text, what) }
    };
    let title = Title {
        title: text(&title.title, "the title")?,
        affiliation: text(&title.affiliation, "the affiliation")?,
        ..title.clone()
    };
    if title.title.is_empty() && title.affiliation.is_empty() {
        return Err(AddError::NoTitle);
    }
    match (title.from, title.until) {
        (Some(from), Some(until)) if until < from => Err(AddError::Backwards { from, until }),
        _ => Ok(title),
    }
}

fn line(text: &str, what: &'static str) -> Result<String, AddError> {
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_control) { Err(AddError::NoLine(what)) } else { Ok(text.to_owned()) }
}

/// An id made of the name, with a number behind it when somebody has it.
fn free_id(roster: &Roster, name: &str) -> Option<PersonId> {
    let stem = text::slug(name, LONGEST_SLUG);
    (1..=roster.people.len() + 1)
        .map(|n| if n == 1 { stem.clone() } else { format!("{stem}-{n}") })
        .filter_map(|id| id.parse::<PersonId>().ok())
        .find(|id| roster.person(id).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "# Ours.\n\n[[person]]  # first\nid = \"jane-doe\"\nname = 'Jane Doe' # sic\n\n\
        [[person.titles]]\ntitle = \"Fellow\"\nuntil = \"2020-12-31\" # left then\n# she said so\n\n# The second.\n\
        [[person]]\nid = \"rob-roe\"\nname = \"Rob Roe\"\n# end\n";

    fn person(name: &str) -> NewPerson {
        NewPerson { name: name.into(), ..NewPerson::default() }
    }

    fn title(title: &str) -> Title {
        Title {
            title: title.into(),
            affiliation: String::new(),
            from: Some("2021-01-01".parse().unwrap()),
            until: None,
        }
    }

    #[test]
    fn a_person_is_put_at_the_end_with_what_is_known() {
        let new = NewPerson {
            credentials: "MD, PhD".into(),
            aliases: vec!["Dr. \"Dough\"".into()],
            title: Some(Title { affiliation: "General Hospital".into(), ..title("Chief") }),
            ..person("Jane  Doe")
        };
        let added = add_person(FILE, &new).unwrap();
        assert_eq!(added.namesake.as_ref().map(PersonId::as_str), Some("jane-doe"));
        insta::assert_snapshot!(added.text.strip_prefix(FILE).unwrap(), @r#"

        [[person]]
        id = "jane-doe-2"
        name = "Jane Doe"
        credentials = "MD, PhD"
        aliases = ['Dr. "Dough"']

        [[person.titles]]
        title = "Chief"
        affiliation = "General Hospital"
        from = "2021-01-01"
        "#);
    }

    #[test]
    fn a_title_is_put_behind_the_persons_own_lines() {
        let jane = add_title(FILE, &"jane-doe".parse().unwrap(), &title("Chief")).unwrap();
        let lines = "\n[[person.titles]]\ntitle = \"Chief\"\nfrom = \"2021-01-01\"\n";
        assert_eq!(jane.text, FILE.replace("# she said so\n", &format!("# she said so\n{lines}")));
        let rob = add_title(FILE, &"rob-roe".parse().unwrap(), &title("Chief")).unwrap();
        assert_eq!(rob.text, format!("{FILE}{lines}"));
    }

    #[test]
    fn what_stands_in_the_file_keeps_its_line_ends_and_forms() {
        let windows = FILE.replace('\n', "\r\n");
        let added = add_person(&windows, &person("New Comer")).unwrap();
        assert!(added.text.starts_with(&windows) && !added.text.replace("\r\n", "").contains('\n'));
        let cut = FILE.trim_end();
        assert!(add_person(cut, &person("New Comer")).unwrap().text.starts_with(&format!("{cut}\n\n[[person]]")));
        for strange in
            ["person = [{ id = \"a\", name = \"A B\" }]\n", "[[person]]\nid = \"a\"\nname = \"A B\"\ntitles = []\n"]
        {
            assert_eq!(add_title(strange, &"a".parse().unwrap(), &title("Chief")), Err(AddError::Form), "{strange}");
        }
        assert_eq!(add_person("person = []", &person("New Comer")), Err(AddError::Form));
    }

    #[test]
    fn what_does_not_belong_into_a_name_is_refused_with_what_to_type() {
        for (name, told) in [
            ("Dr. Jane Doe", "with \"Jane Doe\""),
            ("professor Jane Doe", "with \"Jane Doe\""),
            ("Jane Doe, MD, PhD", "\"Jane Doe\" --credentials \"MD, PhD\""),
            ("Dr. Jane Doe M.D.", "\"Jane Doe\" --credentials \"M.D.\""),
        ] {
            let error = add_person(FILE, &person(name)).unwrap_err();
            assert!(error.remedy().unwrap().contains(told), "{name}: {error:?} {:?}", error.remedy());
        }
        for name in ["Anh Do", "Jack Ma", "Sammy Davis, Jr.", "Drew Prof"] {
            assert_eq!(add_person(FILE, &person(name)).unwrap().roster.people[2].name, name);
        }
        for name in ["", " ", "A\nB", "Dr."] {
            assert!(add_person(FILE, &person(name)).is_err(), "{name:?}");
        }
        assert!(matches!(add_person("", &person("…")), Err(AddError::NoId(_))));
    }

    #[test]
    fn ids_that_are_taken_unknown_people_and_empty_or_backward_titles_are_refused() {
        let taken = NewPerson { id: Some("rob-roe".parse().unwrap()), ..person("Roberta Roe") };
        assert!(matches!(add_person(FILE, &taken), Err(AddError::Taken { name, .. }) if name == "Rob Roe"));
        let jane = "jane-doe".parse().unwrap();
        assert!(matches!(add_title(FILE, &"nobody".parse().unwrap(), &title("Chief")), Err(AddError::Unknown(_))));
        assert_eq!(add_title(FILE, &jane, &title(" ")), Err(AddError::NoTitle));
        let backwards = Title { until: Some("2020-01-01".parse().unwrap()), ..title("Chief") };
        assert!(matches!(add_title(FILE, &jane, &backwards), Err(AddError::Backwards { .. })));
        let odd = NewPerson { credentials: "Dr.".into(), ..person("Ann Other") };
        assert!(matches!(add_person(FILE, &odd), Err(AddError::OddCredentials { .. })));
    }

    proptest! {
        #[test]
        fn any_name_and_title_are_refused_or_come_back_and_nothing_else_changes(
            name in "\\PC{0,30}", words in ".{0,30}", at in 0usize..2,
        ) {
            let new = NewPerson { aliases: vec![words.clone()], ..person(&name) };
            if let Ok(added) = add_person(FILE, &new) {
                prop_assert!(added.text.starts_with(FILE));
            }
            let id: PersonId = ["jane-doe", "rob-roe"][at].parse().unwrap();
            if let Ok(added) = add_title(FILE, &id, &title(&words)) {
                let mut lines = added.text.lines().peekable();
                for line in FILE.lines() {
                    prop_assert!(lines.any(|l| l == line), "{} is gone", line);
                }
            }
        }
    }
}
