//! `wordpress.json` of the library: which entry became which post, what was sent, and what the site made of it. The
//! last is how a change by hand is told from a filter of the site's: it is compared with what the site itself returned.
//!
//! Without it posts are still found by their names, and with the plugin by the ids in their fields; and known as ours by
//! their texts, or with the plugin by their hashes. What only the ledger knows is lost with it: without the plugin a post
//! that was given another name on the site is made a second time, and one whose entry changed since counts as
//! somebody else's.

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
    /// Whether it was made a draft because its entry is gone: what people do to its status from then on stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) taken_down: bool,
}

impl Known {
    /// Of a post without fields whose entry is there.
    pub(super) fn of(post: u64, sent: Digest, site: Digest) -> Self {
        Self { post, sent, site, meta: None, taken_down: false }
    }
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
    /// What the posts are listed under: the site's address, a space, and their kind.
    key: String,
    unsaved: usize,
}

impl Ledger {
    /// Reads it; empty when there is none yet. `kind` is that of the posts.
    pub(super) fn open(path: &Path, site: &str, kind: &str) -> Result<Self, PublishError> {
        let broken = |why: String| PublishError::Ledger { path: path.to_owned(), why };
        let written = match library::read_text(path)? {
            Some(text) => serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?,
            None => Written { format: FORMAT, sites: BTreeMap::new() },
        };
        if written.format > FORMAT {
            return Err(broken(format!("a newer spinetime wrote it (format {})", written.format)));
        }
        Ok(Self { path: path.to_owned(), written, key: format!("{site} {kind}"), unsaved: 0 })
    }

    fn posts(&self) -> Option<&BTreeMap<EntryId, Known>> {
        self.written.sites.get(&self.key)
    }

    /// Whether no post of this kind on this site is known.
    pub(super) fn is_new(&self) -> bool {
        self.posts().is_none_or(BTreeMap::is_empty)
    }

    /// The posts of this site that are of other kinds: each kind with their numbers.
    pub(super) fn other_kinds(&self) -> Vec<(&str, Vec<u64>)> {
        let site = self.key.split(' ').next().unwrap_or_default();
        let others = self.written.sites.iter().filter(|(key, posts)| **key != self.key && !posts.is_empty());
        others
            .filter_map(|(key, posts)| {
                let (of, kind) = key.split_once(' ')?;
                (of == site).then(|| (kind, posts.values().map(|known| known.post).collect()))
            })
            .collect()
    }

    pub(super) fn get(&self, entry: &EntryId) -> Option<&Known> {
        self.posts()?.get(entry)
    }

    /// Notes a post. Saved at once while the ledger is short, else now and then, since all of it is written each time: the
    /// few posts that a killed run wrote last are found by their names, and known by their texts.
    pub(super) fn note(&mut self, entry: &EntryId, known: Known) -> Result<(), PublishError> {
        if self.get(entry) == Some(&known) {
            return Ok(());
        }
        let posts = self.written.sites.entry(self.key.clone()).or_default();
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
