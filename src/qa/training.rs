//! The columns for `training/train.py`, so that it learns from exactly what the program computes.
//!
//! Only with the feature `training`; the program `training/columns.rs` reads and writes the files.

use super::acts::Act;
use super::candidates::{self, MARKS};
use super::embed::WIDTH;
use super::features::{Row, Sheet};
use super::lines::Line;
use super::words::{self, CLASSES};
use crate::model::Utterance;

/// Probabilities of [`CLASSES`] for one sentence.
pub type Shares = [f32; CLASSES.len()];
/// Probabilities of [`MARKS`] for one sentence.
pub type Marks = [f32; MARKS.len()];
/// Probabilities of [`CLASSES`] and [`MARKS`] for one sentence, by embeddings.
pub type Acts = [f32; CLASSES.len() + MARKS.len()];
/// A candidate's first and last sentence of the question and of the answer.
pub type Place = [usize; 4];

/// Rows of figures, one after the other, with the names of the columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// All rows in one.
    pub values: Vec<f32>,
    /// A name for each column; empty while there is no row.
    pub names: Vec<String>,
}

impl Columns {
    fn add(&mut self, fill: impl FnOnce(&mut Row)) {
        let mut row = if self.names.is_empty() { Row::named() } else { Row::default() };
        fill(&mut row);
        self.values.append(&mut row.values);
        if self.names.is_empty() {
            self.names = row.into_names();
        }
    }
}

/// The words and word pairs of a sentence that the word table may weigh.
#[must_use]
pub fn grams(text: &str) -> Vec<String> {
    words::grams(&Line::read(text))
}

/// What is known of a document's sentences each.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The sentences.
    pub document: &'a [Utterance],
    /// Their classes by words.
    pub shares: &'a [Shares],
    /// Their classes and marks by embeddings.
    pub acts: &'a [Acts],
    /// What they are about, see [`super::embed::Embedding::topic`].
    pub topics: &'a [&'a [f32; WIDTH]],
}

impl<'a> Known<'a> {
    fn sheet(&self) -> Sheet<'a> {
        let lines = self.document.iter().map(|u| Line::read(&u.text)).collect();
        let acts = self.acts.iter().map(Act::read).collect();
        Sheet::with_shares(self.document, lines, self.shares.to_vec(), acts, self.topics.to_vec())
    }
}

/// Adds a row for each sentence of a document.
pub fn sentences(known: &Known<'_>, columns: &mut Columns) {
    let sheet = known.sheet();
    for i in 0..sheet.len() {
        columns.add(|row| sheet.push_sentence(i, row));
    }
}

/// Adds a row for each sentence of a document: what `marks`, those of the first round, say around it.
pub fn context(marks: &[Marks], columns: &mut Columns) {
    for i in 0..marks.len() {
        columns.add(|row| candidates::push_context(marks, i, row));
    }
}

/// Adds a row for each candidate of a document, and returns where they lie.
pub fn pairs(known: &Known<'_>, marks: &[Marks], columns: &mut Columns) -> Vec<Place> {
    let sheet = known.sheet();
    let found = candidates::propose(&sheet, marks);
    for candidate in &found {
        columns.add(|row| candidates::push(&sheet, marks, *candidate, row));
    }
    found.iter().map(|c| [c.question.0, c.question.1, c.answer.0, c.answer.1]).collect()
}
