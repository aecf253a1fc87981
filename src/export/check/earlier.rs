//! An export against an earlier one: ids are kept for ever, and what an importer decides by changes with the content alone.

use super::place::Place;
use super::read::{Read, entry_at};
use super::together::{File, all_ids};
use crate::export::contract::{FORMAT, FeedEntry, GoneReason, PublicEntry, PublicStatus};
use crate::model::{Digest, EntryId, EpisodeId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// An earlier file: what could be read of it, or the major version that it states.
pub(super) struct Earlier<'a> {
    pub(super) name: &'a str,
    pub(super) read: Result<Read, u64>,
}

/// The rules, so that two earlier exports don't give the same fault twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    Major,
    Reused,
    Moved,
    Vanished,
    Hash,
    Unchanged,
    Backwards,
}

#[derive(Default)]
struct Found {
    told: BTreeSet<(usize, Place, Rule)>,
    faults: Vec<(usize, Place, String)>,
}

impl Found {
    fn add(&mut self, file: usize, place: Place, rule: Rule, what: String) {
        if self.told.insert((file, place.clone(), rule)) {
            self.faults.push((file, place, what));
        }
    }
}

/// An id in the new files.
struct Now<'a> {
    file: usize,
    place: Place,
    episode: &'a EpisodeId,
    gone: bool,
}

/// Adds what is wrong against the earlier files to the new ones.
pub(super) fn check(files: &mut [File<'_>], earlier: &[Earlier<'_>]) {
    let mut found = Found::default();
    let now = standing(files);
    for before in earlier {
        match &before.read {
            Err(major) => {
                for file in 0..files.len() {
                    let what = format!(
                        "{} is version {major} of the contract and this is version {FORMAT}: importers must be told before it \
                         changes.",
                        before.name
                    );
                    found.add(file, Place::default().name("format"), Rule::Major, what);
                }
            }
            Ok(read) => {
                ids(files, &now, before.name, read, &mut found);
                contents(files, before.name, read, &mut found);
            }
        }
    }
    for (file, place, what) in found.faults {
        files[file].faults.add(place, what);
    }
}

fn standing<'a>(files: &'a [File<'_>]) -> BTreeMap<EntryId, Now<'a>> {
    let mut now: BTreeMap<EntryId, Now<'_>> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        for (id, episode, place, gone) in file.read.iter().flat_map(all_ids) {
            let Some(episode) = episode else { continue };
            now.entry(id.clone()).or_insert(Now { file: number, place, episode, gone });
        }
    }
    now
}

fn ids(files: &[File<'_>], now: &BTreeMap<EntryId, Now<'_>>, name: &str, before: &Read, found: &mut Found) {
    let removed: BTreeMap<&EntryId, Timestamp> =
        before.gone.iter().filter(|gone| gone.reason == GoneReason::Removed).map(|gone| (&gone.id, gone.at)).collect();
    // Drafts were never before the public.
    let drafts: BTreeSet<&EntryId> = before
        .entries
        .iter()
        .map(|(_, entry)| (&entry.id, entry.status))
        .chain(before.rows.iter().map(|(_, row)| (&row.id, row.status)))
        .filter(|(_, status)| *status != PublicStatus::Approved)
        .map(|(id, _)| id)
        .collect();
    for (id, episode, _, gone) in all_ids(before) {
        let Some(episode) = episode.filter(|_| !drafts.contains(id)) else { continue };
        let Some(here) = now.get(id) else {
            if let Some((file, list)) = covering(files, episode) {
                let what = match gone {
                    true => format!(
                        "{id} has a tombstone in {name} and none here: an importer that missed it keeps the entry."
                    ),
                    false => format!("{id} is an entry in {name}, and here neither an entry nor a tombstone."),
                };
                // All of them have the same place.
                found.faults.extend(
                    found.told.insert((file, list.name(id.as_str()), Rule::Vanished)).then_some((file, list, what)),
                );
            }
            continue;
        };
        let place = here.place.name("id");
        if here.episode != episode {
            let what = format!("{id} is an entry of {episode} in {name}: an id never moves to another episode.");
            found.add(here.file, place, Rule::Moved, what);
        } else if let Some(at) = removed.get(id).filter(|_| !here.gone) {
            let what =
                format!("{id} was removed at {at}, says {name}, and stands for an entry again: ids are not reused.");
            found.add(here.file, place, Rule::Reused, what);
        }
    }
}

/// The list in which an id of the episode must be found: of the episode's own document, or of a feed of everything.
fn covering(files: &[File<'_>], episode: &EpisodeId) -> Option<(usize, Place)> {
    let covers = |file: &File<'_>| {
        file.read.as_ref().is_some_and(|read| match &read.episode {
            Some(own) => own.id == *episode && read.whole,
            None => read.document == crate::export::contract::Document::Feed && read.since.is_none() && read.whole,
        })
    };
    files.iter().position(covers).map(|file| (file, Place::default().name("tombstones")))
}

/// What decides whether an importer takes an entry again.
struct Marks<'a> {
    hash: &'a Digest,
    updated_at: Timestamp,
}

fn contents(files: &[File<'_>], name: &str, before: &Read, found: &mut Found) {
    let nested: BTreeMap<&EntryId, &PublicEntry> = before.entries.iter().map(|(_, entry)| (&entry.id, entry)).collect();
    let flat: BTreeMap<&EntryId, &FeedEntry> = before.rows.iter().map(|(_, row)| (&row.id, row)).collect();
    for (number, file) in files.iter().enumerate() {
        let Some(read) = &file.read else { continue };
        for (index, entry) in &read.entries {
            let Some(old) = nested.get(&entry.id) else { continue };
            let same = (&old.question, &old.answer, &old.credits, &old.links)
                == (&entry.question, &entry.answer, &entry.credits, &entry.links);
            let marks = |entry: &'_ PublicEntry| (entry.content_hash.clone(), entry.updated_at);
            let ((old_hash, old_at), (hash, at)) = (marks(old), marks(entry));
            let (old, new) = (Marks { hash: &old_hash, updated_at: old_at }, Marks { hash: &hash, updated_at: at });
            judge(number, &entry_at(*index), &old, &new, Some(same), name, found);
        }
        for (index, row) in &read.rows {
            let Some(old) = flat.get(&row.id) else { continue };
            // Titles and stretches are part of the hash and not of a feed's entry: only one way can be judged.
            let content = |row: &FeedEntry| {
                let links = (row.watch_url.clone(), row.embed_url.clone());
                let times = (row.question_start, row.answer_start, row.answer_end);
                (row.question.clone(), row.answer_text.clone(), row.people.clone(), links, times)
            };
            let same = if content(old) == content(row) { None } else { Some(false) };
            let marks = |row: &FeedEntry| (row.content_hash.clone(), row.updated_at);
            let ((old_hash, old_at), (hash, at)) = (marks(old), marks(row));
            let (old, new) = (Marks { hash: &old_hash, updated_at: old_at }, Marks { hash: &hash, updated_at: at });
            judge(number, &entry_at(*index), &old, &new, same, name, found);
        }
    }
}

/// A later moment under the same hash is no fault: somebody changed the entry in between and took it back.
///
/// `same`: whether the content is the same; `None` where that can't be known.
fn judge(
    file: usize,
    place: &Place,
    old: &Marks<'_>,
    new: &Marks<'_>,
    same: Option<bool>,
    name: &str,
    found: &mut Found,
) {
    let (hash, updated_at) = (place.name("content_hash"), place.name("updated_at"));
    if old.hash == new.hash && same == Some(false) {
        found.add(file, hash, Rule::Hash, format!("The entry is not what it is in {name}, and its hash is."));
    } else if old.hash != new.hash && same == Some(true) {
        found.add(file, hash, Rule::Unchanged, format!("The entry is what it is in {name}, and its hash is not."));
    } else if new.updated_at < old.updated_at {
        let what = format!("This is before {}, when it was last changed says {name}.", old.updated_at);
        found.add(file, updated_at, Rule::Backwards, what);
    }
}
