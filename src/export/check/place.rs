//! Where in a JSON document something stands: a path of names and numbers, and its line in the text.

use std::fmt;

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// To an object's member.
    Name(String),
    /// To an array's item, counted from 0.
    Item(usize),
}

/// A path into a document. Printed as a JSONPath (RFC 9535): `$.entries[3].answer.start`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Vec<Step>);

impl Place {
    /// The member `name` of what stands here.
    #[must_use]
    pub(super) fn name(&self, name: &str) -> Self {
        self.step(Step::Name(name.to_owned()))
    }

    /// The item `index` of what stands here.
    #[must_use]
    pub(super) fn item(&self, index: usize) -> Self {
        self.step(Step::Item(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Its steps, the first one first.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl FromIterator<Step> for Place {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.0 {
            match step {
                Step::Item(index) => write!(f, "[{index}]")?,
                Step::Name(name) if is_plain(name) => write!(f, ".{name}")?,
                // A name that somebody else chose must not write to the terminal.
                Step::Name(name) => write!(f, "['{}']", name.escape_debug())?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A line and a column of a text, both counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// Where every text begins.
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_printed_as_a_path() {
        let place = Place::default().name("entries").item(3).name("it's \u{1b}[2J").name("answer");
        assert_eq!(place.to_string(), r"$.entries[3]['it\'s \u{1b}[2J'].answer");
        assert_eq!(Place::default().to_string(), "$");
    }
}
