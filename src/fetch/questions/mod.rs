//! Questions that were asked in writing, from the file of the webinar platform: Zoom's Q&A report, any table with a
//! column of questions, or a live chat.
//!
//! Names and replies are personal details; addresses are not even read. What the file says is text of others.

mod chat;
mod table;

use super::encoding;
use crate::failure::{Exit, Failure};
use crate::model::{Millis, WrittenQuestion};
use crate::text::similarity;
use std::collections::HashMap;

/// A longer question or reply is cut here, in characters.
const LONGEST: usize = 4_000;
/// A name is cut here, in characters.
const LONGEST_NAME: usize = 120;
/// Moments further into the recording are none: they are dates, or nonsense.
const LATEST: f64 = 48.0 * 3600.0;

/// A file has no written questions to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionsError {
    /// It is no table and no chat.
    #[error("{name} is neither a question report nor a chat")]
    NotQuestions {
        /// The file.
        name: String,
    },
    /// A table has no column of questions.
    #[error("{name} is a table without a column named \"Question\"")]
    NoColumn {
        /// The file.
        name: String,
    },
    /// There is not one question.
    #[error("there is no question in {name}")]
    NoQuestion {
        /// The file.
        name: String,
    },
}

impl Failure for QuestionsError {
    fn exit(&self) -> Exit {
        match self {
            Self::NotQuestions { .. } | Self::NoColumn { .. } | Self::NoQuestion { .. } => Exit::Input,
        }
    }

    fn remedy(&self) -> Option<String> {
        const ZOOM: &str = "In Zoom: Reports -> Webinar -> Q&A Report.";
        Some(match self {
            Self::NotQuestions { .. } => format!(
                "Give Zoom's Q&A report (.csv), another table with a column named \"Question\" (.csv), or a chat \
                 (.json, such as the .live_chat.json of a YouTube stream). {ZOOM} Save an Excel workbook as CSV first."
            ),
            Self::NoColumn { .. } => {
                format!("Take the Q&A report, not the list of attendees, or name the column \"Question\". {ZOOM}")
            }
            Self::NoQuestion { .. } => {
                format!("Check that it is this webinar's file, made after the webinar had ended. {ZOOM}")
            }
        })
    }
}

/// The questions in a file, in its order and each once, whoever asked it again. `name` is the file's, for messages.
///
/// Of a report all questions are taken, of a chat the messages that look like one. `at` is only a rough hint: a
/// report's times count from the webinar's start, and the recording may begin earlier or later.
///
/// # Errors
/// When the file is none of the kinds that are read, or holds no question.
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<WrittenQuestion>, QuestionsError> {
    let text = encoding::decode(bytes);
    let mut found = Found::default();
    let outcome = if is_chat_text(&text) { chat::read(&text, &mut found) } else { table::read(&text, &mut found) };
    let name = || name.to_owned();
    match outcome {
        Outcome::Other => Err(QuestionsError::NotQuestions { name: name() }),
        Outcome::NoColumn => Err(QuestionsError::NoColumn { name: name() }),
        Outcome::Read if found.questions.is_empty() => Err(QuestionsError::NoQuestion { name: name() }),
        Outcome::Read => Ok(found.questions),
    }
}

/// Whether a file is a chat in JSON, and not a table.
#[must_use]
pub fn is_chat(bytes: &[u8]) -> bool {
    is_chat_text(&encoding::decode(bytes))
}

fn is_chat_text(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It was read.
    Read,
    /// It is a table of something else.
    NoColumn,
    /// It is something else.
    Other,
}

/// The questions found so far.
#[derive(Debug, Default)]
struct Found {
    questions: Vec<WrittenQuestion>,
    by_words: HashMap<String, usize>,
}

impl Found {
    /// Adds a question, or what is new of one that was asked before. Returns its number.
    fn add(&mut self, text: &str, asker: Option<&str>, at: Option<Millis>, reply: Option<&str>) -> Option<usize> {
        let text = clean(text, LONGEST);
        let words = similarity::words(&text).join(" ");
        if words.is_empty() {
            return None;
        }
        let next = self.questions.len();
        let number = *self.by_words.entry(words).or_insert(next);
        if number == next {
            self.questions.push(WrittenQuestion { text, ..WrittenQuestion::default() });
        }
        let question = self.questions.get_mut(number)?;
        question.asker = question.asker.take().or_else(|| asker.and_then(person));
        question.at = question.at.or(at);
        if let Some(reply) = reply {
            self.reply(number, reply);
        }
        Some(number)
    }

    /// Adds a reply to question `number`.
    fn reply(&mut self, number: usize, reply: &str) {
        // Zoom's note that somebody answered aloud.
        const ALOUD: [&str; 3] = ["live answered", "answered live", "live answer"];
        let reply = clean(reply, LONGEST);
        let Some(question) = self.questions.get_mut(number) else { return };
        if ALOUD.contains(&reply.to_lowercase().as_str()) {
            question.aloud = true;
            return;
        }
        if reply.is_empty() {
            return;
        }
        match &mut question.reply {
            Some(before) if before.lines().any(|line| line == reply) => {}
            Some(before) if before.chars().count() < LONGEST => *before = format!("{before}\n{reply}"),
            Some(_) => {}
            none => *none = Some(reply),
        }
    }
}

/// A name, unless it says that there is none.
fn person(name: &str) -> Option<String> {
    const NOBODY: [&str; 8] =
        ["anonymous", "anonymous attendee", "anonymous user", "guest", "unknown", "n/a", "none", "--"];
    let name = clean(name, LONGEST_NAME);
    let known = name.chars().any(char::is_alphabetic) && !NOBODY.contains(&name.to_lowercase().as_str());
    known.then_some(name)
}

/// The text without control and invisible characters, with single blanks, and at most `longest` characters long.
fn clean(text: &str, longest: usize) -> String {
    let visible: String = text.chars().filter(|c| !encoding::is_hidden(*c)).collect();
    let mut clean = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = clean.char_indices().nth(longest) {
        clean.truncate(cut);
        clean.truncate(clean.trim_end().len());
    }
    clean
}

/// Seconds into the recording as a moment, if they can be one.
fn moment(seconds: f64) -> Option<Millis> {
    (0.0..LATEST).contains(&seconds).then(|| Millis::from_seconds(seconds))
}

#[cfg(test)]
mod tests;
