//! `wordpress.json` of the library: which entry became which post, what was sent, and what the site made of it. The
//! last is how a change by hand is told from a filter of the site's: it is compared with what the site itself returned.
//!
//! A lost ledger loses little: posts are found by their names, and known by their texts.

use super::error::PublishError;
use crate::atomic;
use crate::library;
use crate::model::{Digest, EntryId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FORMAT: u32 = 1;

/// What is known of an entry's post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// Its number on the site.
    pub(super) post: u64,
    /// Of the texts that were sent last.
    pub(super) sent: Digest,
    /// Of the texts as the site returned them then.
    pub(super) site: Digest,
    /// Of the fields that were sent last; `None` where the site has no such fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<Digest>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Written {
    format: u32,
    sites: BTreeMap<String, BTreeMap<EntryId, Known>>,
}

/// The ledger, as it concerns one site and kind of post.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    written: Written,
    site: String,
    unsaved: usize,
}

impl Ledger {
    /// Reads it; empty when there is none yet. `site` is what the posts are listed under.
    pub(super) fn open(path: &Path, site: String) -> Result<Self, PublishError> {
        let broken = |why: String| PublishError::Ledger { path: path.to_owned(), why };
        let mut written = match library::read_text(path)? {
            Some(text) => serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?,
            None => Written { format: FORMAT, sites: BTreeMap::new() },
        };
        if written.format > FORMAT {
            return Err(broken(format!("a newer spinetime wrote it (format {})", written.format)));
        }
        written.sites.entry(site.clone()).or_default();
        Ok(Self { path: path.to_owned(), written, site, unsaved: 0 })
    }

    fn posts(&self) -> Option<&BTreeMap<EntryId, Known>> {
        self.written.sites.get(&self.site)
    }

    pub(super) fn get(&self, entry: &EntryId) -> Option<&Known> {
        self.posts()?.get(entry)
    }

    /// Notes a post. Saved at once while the ledger is short, else now and then: what is lost is found by its name.
    pub(super) fn note(&mut self, entry: &EntryId, known: Known) -> Result<(), PublishError> {
        if self.get(entry) == Some(&known) {
            return Ok(());
        }
        let posts = self.written.sites.entry(self.site.clone()).or_default();
        posts.insert(entry.clone(), known);
        self.unsaved += 1;
        if self.unsaved > posts.len() / 200 { self.save() } else { Ok(()) }
    }

    /// Saves what is not saved yet.
    pub(super) fn save(&mut self) -> Result<(), PublishError> {
        if self.unsaved > 0 {
            let mut bytes = serde_json::to_vec_pretty(&self.written)
                .map_err(|e| PublishError::Ledger { path: self.path.clone(), why: e.to_string() })?;
            bytes.push(b'\n');
            atomic::write(&self.path, &bytes)?;
            self.unsaved = 0;
        }
        Ok(())
    }
}
