//! The list of what an export wrote, in the folder itself: which files are its own to take away. It says nothing of when
//! or where, so that two exports of the same entries are the same bytes.

use crate::atomic::is_below;
use crate::export::Format;
use crate::model::EpisodeId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The list's name. A server that shows files whose names begin with a dot shows names with it and nothing else.
pub(super) const LIST: &str = ".spinetime.json";

/// The list's form; a list of another form is read as an empty one, and no file counts as an export's own.
const FORMAT: u32 = 1;

/// A file as the list knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// What it was exported as.
    pub(super) format: String,
    /// The episode that it was made of; `None` where it holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) episode: Option<EpisodeId>,
}

impl Listed {
    /// Whether it was exported as one of these.
    pub(super) fn is_of(&self, formats: &[Format]) -> bool {
        formats.iter().any(|format| format.name() == self.format)
    }
}

/// The list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct List {
    format: u32,
    /// By path below the folder.
    pub(super) files: BTreeMap<String, Listed>,
}

impl List {
    /// The list of the folder; an empty one where there is none.
    pub(super) fn read(out: &Path) -> Self {
        let text = std::fs::read_to_string(out.join(LIST)).ok();
        let list: Option<Self> = text.and_then(|text| serde_json::from_str(&text).ok());
        let mut list = list.filter(|list| list.format == FORMAT).unwrap_or_default();
        // Whoever can write into the folder must not lead out of it.
        list.files.retain(|name, _| is_below(name));
        list
    }

    /// A new list.
    pub(super) fn new() -> Self {
        Self { format: FORMAT, ..Self::default() }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Names always become JSON; should they not, the next export finds no list.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
