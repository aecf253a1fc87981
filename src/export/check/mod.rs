//! Checks exported files: texts in, faults with their lines out.
//!
//! A file is recognised by what it holds. First its form is checked, by the JSON Schema that is published; then what it says,
//! entry by entry; then whether several files agree; then what became of an earlier export. Faults are data, and one fault
//! hides no other: what can't be read of a file is told, and the rest is checked all the same. No input makes this panic.

mod earlier;
mod faults;
mod lines;
mod meaning;
mod place;
mod read;
mod structure;
mod together;

#[cfg(test)]
mod tests;

pub use place::{Place, Position};

use super::contract::{Document, FORMAT};
use crate::failure::{Exit, Failure};
use earlier::Earlier;
use faults::Faults;
use together::File;

/// A file as it was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// What people call it: its path.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Something that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the text.
    pub at: Position,
    /// Where in the document.
    pub place: Place,
    /// What, as a sentence.
    pub what: String,
}

/// What was found in a file.
#[derive(Debug, Clone)]
pub struct Report {
    /// The file's name.
    pub name: String,
    /// What it is; `None` when that can't be told.
    pub document: Option<Document>,
    /// The version of the contract that it states; empty when it states none.
    pub contract: String,
    /// How many entries it has.
    pub entries: usize,
    /// How many tombstones it has.
    pub tombstones: usize,
    /// In the order of the text.
    pub faults: Vec<Fault>,
    /// How many further faults there are, which are not listed.
    pub more: usize,
    /// What people should know and is no fault, as sentences.
    pub notes: Vec<String>,
}

impl Report {
    /// How many faults there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.faults.len() + self.more
    }
}

/// An earlier export can't be compared with.
#[derive(Debug, thiserror::Error)]
#[error("the earlier export {name} can't be read, line {}: {what}", at.line)]
pub struct EarlierError {
    /// The file.
    pub name: String,
    /// Where it fails.
    pub at: Position,
    /// Why.
    pub what: String,
}

impl Failure for EarlierError {
    fn exit(&self) -> Exit {
        Exit::Input
    }

    fn remedy(&self) -> Option<String> {
        Some(
            "Give --against an episode.json or feed.json that was exported before, or the folder of such an export."
                .into(),
        )
    }
}

/// Checks `files` each alone, together, and against those of `earlier` exports. Gives a report for each of `files`, in their
/// order.
///
/// # Errors
/// When an earlier file is no export at all. Its smaller faults are not told: it is past.
pub fn check(files: &[Given], earlier: &[Given]) -> Result<Vec<Report>, EarlierError> {
    let before = earlier.iter().map(past).collect::<Result<Vec<_>, _>>()?;
    let mut notes = Vec::with_capacity(files.len());
    let mut read: Vec<File<'_>> = Vec::with_capacity(files.len());
    for given in files {
        let (mut faults, mut told) = (Faults::default(), Vec::new());
        let found = read::read(&given.bytes, &mut faults, &mut told);
        if let Some(found) = &found {
            meaning::check(found, &mut faults);
        }
        read.push(File { name: &given.name, read: found, faults });
        notes.push(told);
    }
    together::check(&mut read);
    earlier::check(&mut read, &before);
    Ok(read.into_iter().zip(files).zip(notes).map(|((file, given), notes)| report(file, given, notes)).collect())
}

fn past(given: &Given) -> Result<Earlier<'_>, EarlierError> {
    let mut faults = Faults::default();
    let read = match read::read(&given.bytes, &mut faults, &mut Vec::new()) {
        Some(read) => Ok(read),
        None => match read::stated_major(&given.bytes).filter(|major| *major != u64::from(FORMAT)) {
            Some(major) => Err(major),
            None => {
                let (at, what) = match faults.found.into_iter().next() {
                    Some(fault) => (fault.at.unwrap_or(Position::START), fault.what),
                    None => (Position::START, "It is no export.".to_owned()),
                };
                return Err(EarlierError { name: given.name.clone(), at, what });
            }
        },
    };
    Ok(Earlier { name: &given.name, read })
}

fn report(file: File<'_>, given: &Given, notes: Vec<String>) -> Report {
    let text = std::str::from_utf8(&given.bytes).unwrap_or_default();
    let places: Vec<&Place> =
        file.faults.found.iter().filter(|found| found.at.is_none()).map(|found| &found.place).collect();
    let mut positions = match places.is_empty() {
        true => Vec::new(),
        false => lines::positions(text, &places),
    }
    .into_iter();
    let mut faults: Vec<Fault> = Vec::with_capacity(file.faults.found.len());
    for found in &file.faults.found {
        let at = found.at.or_else(|| positions.next()).unwrap_or(Position::START);
        faults.push(Fault { at, place: found.place.clone(), what: found.what.clone() });
    }
    faults.sort_by_key(|fault| fault.at);
    faults.dedup();
    let count = |read: &read::Read| (read.entries.len() + read.rows.len(), read.gone.len());
    let (entries, tombstones) = file.read.as_ref().map_or((0, 0), count);
    Report {
        name: given.name.clone(),
        document: file.read.as_ref().map(|read| read.document),
        contract: file.read.as_ref().map(|read| read.contract.clone()).unwrap_or_default(),
        entries,
        tombstones,
        faults,
        more: file.faults.more,
        notes,
    }
}
