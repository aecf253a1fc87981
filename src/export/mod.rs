//! Entries become files for a website: [`EpisodeInput`] in, names and bytes out. Nothing is written here, and equal input
//! gives equal bytes.
//!
//! What leaves goes through one gate, [`contract::document`], which takes only what may be published (or drafts, which
//! then say so visibly). Every format is made of that document and of nothing else; captions also of when its words sound
//! ([`timed`]). An [`Edition`] makes the files of one episode after the other, then those of all.

mod address;
mod captions;
mod chapters;
pub mod check;
pub mod contract;
mod csv;
mod edition;
mod html;
mod json;
mod jsonfeed;
mod jsonld;
mod markdown;
mod page;
pub mod post;
mod site;
mod site_address;
mod templates;
mod timed;
mod wording;
mod wxr;

#[cfg(test)]
mod tests;

pub use edition::{Edition, Made, Options};
pub use templates::{BUILT_IN, BuiltIn};

use crate::failure::{Exit, Failure};
use crate::model::{EpisodeHead, Provenance, Publishable, Published, Word};
use std::fmt;
use std::str::FromStr;

/// What entries can be exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `episode.json`: everything that an importer needs, one an episode.
    Json,
    /// `feed.json`: all entries in one flat list.
    Feed,
    /// schema.org's words for search engines: the video with its clips, and the questions.
    Jsonld,
    /// The list of chapters for the video's description on YouTube.
    Chapters,
    /// The published answers as captions, WebVTT.
    Vtt,
    /// The same as SubRip.
    Srt,
    /// Questions as chapters of a player, WebVTT.
    ChaptersVtt,
    /// The pages as text to paste into an editor.
    Markdown,
    /// A page for the episode and one for each entry, with their style and script beside them.
    Html,
    /// All entries as a table.
    Csv,
    /// The newest entries as a JSON Feed 1.1.
    Jsonfeed,
    /// WordPress's own form for a first bulk load.
    Wxr,
    /// A whole website: index with search, episodes, experts, entries.
    Site,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Json,
        Self::Feed,
        Self::Jsonld,
        Self::Chapters,
        Self::Vtt,
        Self::Srt,
        Self::ChaptersVtt,
        Self::Markdown,
        Self::Html,
        Self::Csv,
        Self::Jsonfeed,
        Self::Wxr,
        Self::Site,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Feed => "feed",
            Self::Jsonld => "jsonld",
            Self::Chapters => "chapters",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::ChaptersVtt => "chapters-vtt",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Jsonfeed => "jsonfeed",
            Self::Wxr => "wxr",
            Self::Site => "site",
        }
    }

    /// Whether it is made of when the words sound, so that the transcript is needed.
    #[must_use]
    pub fn needs_words(self) -> bool {
        matches!(self, Self::Vtt | Self::Srt | Self::Site)
    }

    /// Whether its files hold several episodes.
    #[must_use]
    pub fn joins_episodes(self) -> bool {
        matches!(self, Self::Feed | Self::Csv | Self::Jsonfeed | Self::Wxr | Self::Site)
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

/// What is exported of one episode.
#[derive(Debug, Clone, Copy)]
pub struct EpisodeInput<'a> {
    /// What is said of it.
    pub head: &'a EpisodeHead,
    /// What may be published, in order of time.
    pub entries: &'a [Publishable<'a>],
    /// What must not be shown any more, from [`contract::gone`].
    pub gone: &'a [contract::Tombstone],
    /// What made the entries.
    pub provenance: &'a Provenance,
    /// What the recording's page says, for a recording that was downloaded.
    pub published: Option<&'a Published>,
    /// The words of the transcript; empty where no format needs them, or where there is none.
    pub words: &'a [Word],
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
    /// The address of an entry's page has no place for its id.
    #[error("website.entry_url in spinetime.toml does not say where the entry's id goes: \"{value}\"")]
    EntryAddress {
        /// Its value.
        value: String,
    },
    /// A template of the library's can't be used.
    #[error("the template {name} can't be used: {why}")]
    Template {
        /// Its name.
        name: String,
        /// What is wrong, with the line.
        why: String,
    },
    /// A file in the library's `templates/` takes no template's place.
    #[error("there is no template {name} to be replaced by the one in templates/")]
    NoTemplate {
        /// Its name.
        name: String,
    },
    /// Two formats would write the same files.
    #[error("the formats {first} and {second} can't go into the same folder")]
    Together {
        /// One of them.
        first: Format,
        /// The other.
        second: Format,
    },
    /// A site is whole or none.
    #[error("a site can't be made of what changed alone")]
    SiteSince,
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
            Self::Format { .. }
            | Self::Address { .. }
            | Self::EntryAddress { .. }
            | Self::Template { .. }
            | Self::NoTemplate { .. }
            | Self::Together { .. }
            | Self::SiteSince
            | Self::Fact { .. } => Exit::Usage,
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
            Self::EntryAddress { .. } => {
                Some("Write {id} where it goes, such as https://www.example.org/ask/{id}.".into())
            }
            Self::Template { name, .. } => Some(format!(
                "Mend templates/{name} in the library, or remove it: \"spinetime templates {name}\" prints the one that is \
                 built in."
            )),
            Self::NoTemplate { .. } => {
                let names: Vec<&str> = BUILT_IN.iter().map(|template| template.name).collect();
                Some(format!("Rename or remove it; these can be replaced: {}.", names.join(", ")))
            }
            Self::Together { .. } => Some("Export them one after the other, with another --out.".into()),
            Self::SiteSince => Some("Leave --since out: files that did not change are left alone anyway.".into()),
            Self::Fact { known, .. } => {
                let names: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
                Some(format!("That line knows {}.", names.join(", ")))
            }
            Self::Made { .. } => None,
        }
    }
}
