//! Entries become files for a website: `&[Publishable]` in, names and bytes out. Nothing is written here, and equal
//! input gives equal bytes. What nobody approved can't be passed, except as a draft that then says so visibly.
//!
//! Three formats so far: [`Format::Json`] for importers, [`Format::Html`] for a folder of pages that works as it is,
//! [`Format::Markdown`] for pasting into an editor. All names lie in a folder named after the episode, so that many
//! episodes go into one place.

mod address;
mod html;
mod json;
mod jsonld;
mod markdown;
mod page;
mod templates;
mod wording;

#[cfg(test)]
mod tests;

use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::model::{EpisodeHead, Provenance, Publishable, Tombstone};
use std::fmt;
use std::str::FromStr;

/// What entries can be exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `episode.json`: everything that an importer needs.
    Json,
    /// A page for the episode and one for each entry, with their style and script beside them.
    Html,
    /// The same pages as text to paste into an editor.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Json, Self::Html, Self::Markdown];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = ExportError;

    /// Takes the names of [`Format::name`], in any case.
    fn from_str(text: &str) -> Result<Self, ExportError> {
        let wanted = text.trim();
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.name().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| ExportError::Format { name: wanted.to_owned() })
    }
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBytes {
    /// Its path below the export's folder, with `/` between the parts; made of ids only, so it never leads out.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Entries could not be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// There is no such format.
    #[error("there is no export format \"{name}\"")]
    Format {
        /// What was asked for.
        name: String,
    },
    /// An address in `spinetime.toml` is nothing that a page may link to.
    #[error("{key} in spinetime.toml is no web address: \"{value}\"")]
    Address {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
    },
    /// A line of wording asks for a fact that it can't have.
    #[error("{key} in spinetime.toml asks for {{{fact}}}, which is no fact of that line")]
    Fact {
        /// The setting.
        key: &'static str,
        /// What stands between the braces.
        fact: String,
        /// What may stand there.
        known: &'static [&'static str],
    },
    /// A file could not be put together: a fault of this program.
    #[error("{name} could not be made: {reason}")]
    Made {
        /// The file.
        name: String,
        /// Why, as the template engine or the JSON writer says.
        reason: String,
    },
}

impl Failure for ExportError {
    fn exit(&self) -> Exit {
        match self {
            Self::Format { .. } | Self::Address { .. } | Self::Fact { .. } => Exit::Usage,
            Self::Made { .. } => Exit::Unexpected,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Format { .. } => {
                let names: Vec<&str> = Format::ALL.iter().map(|f| f.name()).collect();
                Some(format!("Choose one of these: {}.", names.join(", ")))
            }
            Self::Address { key, .. } => {
                Some(format!("Give {key} an address that begins with https://, or leave it empty to omit the link."))
            }
            Self::Fact { known, .. } => {
                let names: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
                Some(format!("That line knows {}.", names.join(", ")))
            }
            Self::Made { .. } => None,
        }
    }
}

/// The files of one episode in one format, in the order of their names' first appearance on the episode's page.
///
/// The order of `entries` is kept. An entry that must be marked as a draft is: by its status in JSON, by a band on
/// its page and on the episode's page, by a first line in Markdown.
///
/// # Errors
/// When the settings hold an address that is none or a line of wording with a fact that does not exist.
pub fn export(
    head: &EpisodeHead,
    entries: &[Publishable],
    tombstones: &[Tombstone],
    provenance: &Provenance,
    config: &Config,
    format: Format,
) -> Result<Vec<NamedBytes>, ExportError> {
    match format {
        Format::Json => json::files(head, entries, tombstones, provenance),
        Format::Html => html::files(&page::episode(head, entries, config)?),
        Format::Markdown => markdown::files(&page::episode(head, entries, config)?),
    }
}
