//! What the page needs of the rest of the program. `review` knows no pipeline: whoever starts it hands this in.

use crate::draft::Material;
use crate::failure::{Exit, Failure, causes};
use crate::model::{EpisodeId, Fact};
use crate::progress::{Cancel, Progress};
use serde::Serialize;

/// What the page needs of the rest of the program.
pub trait Backstage: Send + Sync {
    /// Takes a source (address, file, or episode id) through all stages; gives the episode's id. Blocking.
    ///
    /// # Errors
    /// Whatever stopped it, in words.
    fn process(&self, source: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<EpisodeId, Trouble>;

    /// The sources that a typed or dropped text means: an address or a file itself, a folder its recordings, a list its
    /// videos.
    ///
    /// # Errors
    /// When it means nothing, or a list can't be had.
    fn sources(&self, text: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<Vec<String>, Trouble>;

    /// Looks for new recordings and processes them; gives one plain sentence on the outcome.
    ///
    /// # Errors
    /// Whatever stopped it, in words.
    fn sync(&self, progress: &dyn Progress, cancel: &Cancel) -> Result<String, Trouble>;

    /// What the episode's entries are cut from.
    ///
    /// # Errors
    /// When a file of it is missing or damaged.
    fn material(&self, id: &EpisodeId) -> Result<Material, Trouble>;

    /// Writes a fact into `episode.toml`, comments kept; no `value` removes it.
    ///
    /// # Errors
    /// When the value is none for that fact, or the file can't be written.
    fn set_fact(&self, id: &EpisodeId, fact: Fact, value: Option<&str>) -> Result<(), Trouble>;
}

/// An error in the three parts that people are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// What happened, and to what.
    pub what: String,
    /// Why; empty when there is nothing to add.
    pub why: String,
    /// What to do next, as a sentence.
    pub next: Option<String>,
    /// Whether somebody asked for it to stop.
    pub cancelled: bool,
}

impl Trouble {
    /// An error of another module.
    #[must_use]
    pub fn of(error: &dyn Failure) -> Self {
        Self {
            what: error.to_string(),
            why: causes(error),
            next: error.remedy(),
            cancelled: error.exit() == Exit::Interrupted,
        }
    }

    /// One of the page's own.
    #[must_use]
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), why: String::new(), next: Some(next.into()), cancelled: false }
    }

    /// All of it in one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut text = self.what.trim_end_matches('.').to_owned();
        if !self.why.is_empty() {
            text.push_str(&format!(" ({})", self.why));
        }
        text.push('.');
        if let Some(next) = &self.next {
            text.push_str(&format!(" {next}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::LibraryError;

    #[test]
    fn an_error_is_told_in_the_words_of_the_command_line() {
        let source = std::io::Error::from_raw_os_error(5);
        let trouble = Trouble::of(&LibraryError::Unreadable { path: "a/b".into(), source });
        assert_eq!(
            trouble.sentence(),
            "a/b could not be read (Input/output error (os error 5)). See that you may read that file, then try again."
        );
        assert!(!trouble.cancelled);
    }
}
