//! Several files of one export: each id stands for one entry, and `feed.json` says what the `episode.json` files say.

use super::faults::{Faults, shown};
use super::place::Place;
use super::read::{Gone, Read, entry_at};
use crate::export::contract::{Episode, FeedEntry, PublicEntry};
use crate::export::page;
use crate::model::{EntryId, EpisodeId};
use std::collections::{BTreeMap, BTreeSet};

/// A file with what was found in it.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) read: Option<Read>,
    pub(super) faults: Faults,
}

/// Adds what is wrong between the files to the later one of two.
pub(super) fn check(files: &mut [File<'_>]) {
    let mut found: Vec<(usize, Place, String)> = Vec::new();
    ids(files, &mut found);
    pages(files, &mut found);
    for (number, feed) in files.iter().enumerate() {
        if let Some(read) = feed.read.as_ref().filter(|read| read.episode.is_none()) {
            agreement(files, number, read, &mut found);
        }
    }
    for (number, place, what) in found {
        files[number].faults.add(place, what);
    }
}

/// Where an id stands.
struct Standing<'a> {
    file: usize,
    episode: &'a EpisodeId,
    gone: bool,
    /// Whether the file is an `episode.json`.
    own: bool,
}

/// All ids of a file with their places and episodes.
pub(super) fn all_ids(read: &Read) -> impl Iterator<Item = (&EntryId, Option<&EpisodeId>, Place, bool)> {
    let episode = read.episode.as_ref().map(|episode| &episode.id);
    let nested = read.entries.iter().map(move |(i, entry)| (&entry.id, episode, entry_at(*i), false));
    let flat = read.rows.iter().map(|(i, row)| (&row.id, Some(&row.episode_id), entry_at(*i), false));
    let gone = read.gone.iter().map(|gone| (&gone.id, Some(&gone.episode), gone.place(), true));
    nested.chain(flat).chain(gone)
}

fn ids(files: &[File<'_>], found: &mut Vec<(usize, Place, String)>) {
    let mut known: BTreeMap<&EntryId, Standing<'_>> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        for (id, episode, place, gone) in file.read.iter().flat_map(all_ids) {
            let Some(episode) = episode else { continue };
            let own = file.read.as_ref().is_some_and(|read| read.episode.is_some());
            let here = Standing { file: number, episode, gone, own };
            let Some(there) = known.get(id) else {
                known.insert(id, here);
                continue;
            };
            let with = if there.file == number { "this file".to_owned() } else { files[there.file].name.to_owned() };
            let what = if there.episode != here.episode {
                format!("{id} stands in {with} too, as an entry of {}.", there.episode)
            } else if there.gone != here.gone {
                format!("{id} is an entry and has a tombstone, one of them in {with}.")
            } else if there.file == number || there.own && here.own {
                format!("{id} stands in {with} already.")
            } else {
                continue;
            };
            found.push((number, place.name("id"), what));
        }
    }
}

fn pages(files: &[File<'_>], found: &mut Vec<(usize, Place, String)>) {
    let mut known: BTreeMap<&str, &EntryId> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        let Some(read) = &file.read else { continue };
        let nested = read.entries.iter().map(|(i, entry)| (*i, &entry.id, entry.page_url.as_deref()));
        let flat = read.rows.iter().map(|(i, row)| (*i, &row.id, row.page_url.as_deref()));
        for (index, id, url) in nested.chain(flat) {
            let Some(url) = url else { continue };
            match known.get(url) {
                Some(other) if *other != id => {
                    found.push((number, entry_at(index).name("page_url"), format!("{other} has the same page.")));
                }
                Some(_) => {}
                None => {
                    known.insert(url, id);
                }
            }
        }
    }
}

/// Compares a feed with the episodes that were given beside it.
fn agreement(files: &[File<'_>], number: usize, feed: &Read, found: &mut Vec<(usize, Place, String)>) {
    let rows: BTreeMap<&EntryId, usize> = feed.rows.iter().enumerate().map(|(i, (_, row))| (&row.id, i)).collect();
    let gone: BTreeMap<&EntryId, &Gone> = feed.gone.iter().map(|gone| (&gone.id, gone)).collect();
    for file in files {
        let Some((read, episode)) = file.read.as_ref().and_then(|read| Some((read, read.episode.as_ref()?))) else {
            continue;
        };
        // What could not be read is not missing.
        if !read.whole || !feed.whole {
            continue;
        }
        let entries: BTreeSet<&EntryId> = read.entries.iter().map(|(_, entry)| &entry.id).collect();
        for (_, entry) in &read.entries {
            match rows.get(&entry.id) {
                Some(row) => {
                    let (index, row) = &feed.rows[*row];
                    for (field, meant) in differences(entry, episode, row) {
                        let what = format!("{} has {} here.", file.name, shown(&meant));
                        found.push((number, entry_at(*index).name(field), what));
                    }
                }
                None if feed.since.is_none_or(|since| since <= entry.changed_at()) => {
                    let what = format!("{} of {} is missing in the feed.", entry.id, file.name);
                    found.push((number, Place::default().name("entries"), what));
                }
                None => {}
            }
        }
        for (index, row) in feed.rows.iter().filter(|(_, row)| row.episode_id == episode.id) {
            if !entries.contains(&row.id) {
                found.push((number, entry_at(*index).name("id"), format!("{} has no entry {}.", file.name, row.id)));
            }
        }
        for buried in &read.gone {
            match gone.get(&buried.id) {
                Some(other) => {
                    let same = (other.at, other.reason, &other.notice) == (buried.at, buried.reason, &buried.notice);
                    if !same {
                        found.push((
                            number,
                            other.place(),
                            format!("{} says something else of {}.", file.name, buried.id),
                        ));
                    }
                }
                None => {
                    let what = format!("The tombstone of {} in {} is missing in the feed.", buried.id, file.name);
                    found.push((number, Place::default().name("tombstones"), what));
                }
            }
        }
        let own: BTreeSet<&EntryId> = read.gone.iter().map(|gone| &gone.id).collect();
        for other in feed.gone.iter().filter(|gone| gone.episode == episode.id && !own.contains(&gone.id)) {
            found.push((number, other.place().name("id"), format!("{} has no tombstone of {}.", file.name, other.id)));
        }
    }
}

/// The fields of a feed's entry that say something else than the episode's document, with what that says.
fn differences(entry: &PublicEntry, episode: &Episode, row: &FeedEntry) -> Vec<(&'static str, String)> {
    let paragraphs: Vec<String> =
        entry.answer.paragraphs.iter().map(|text| page::clean(text)).filter(|text| !text.is_empty()).collect();
    let people: Vec<&str> = entry.credits.iter().map(|credit| credit.person.as_str()).collect();
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
    let links = entry.links.as_ref();
    let mut pairs = vec![
        ("status", word(&entry.status), word(&row.status)),
        ("question", page::clean(&entry.question.text), row.question.clone()),
        ("answer_text", paragraphs.join("\n\n"), row.answer_text.clone()),
        ("people", people.join(", "), row.people.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("series", episode.series.clone(), row.series.clone()),
        ("episode_title", episode.title.clone(), row.episode_title.clone()),
        ("held_on", word(&episode.held_on), word(&row.held_on)),
        ("watch_url", text(&links.map(|links| links.answer.clone())), text(&row.watch_url)),
        ("embed_url", text(&links.map(|links| links.embed.clone())), text(&row.embed_url)),
        ("page_url", text(&entry.page_url), text(&row.page_url)),
        ("language", episode.language.clone(), row.language.clone()),
        ("question_start", entry.question.start.seconds().to_string(), row.question_start.seconds().to_string()),
        ("answer_start", entry.answer.start.seconds().to_string(), row.answer_start.seconds().to_string()),
        ("answer_end", entry.answer.end.seconds().to_string(), row.answer_end.seconds().to_string()),
        ("approved_at", word(&entry.approved_at), word(&row.approved_at)),
        ("updated_at", word(&entry.updated_at), word(&row.updated_at)),
        ("content_hash", entry.content_hash.to_string(), row.content_hash.to_string()),
    ];
    if episode.recording_url.is_some() {
        pairs.push(("recording_url", text(&episode.recording_url), text(&row.recording_url)));
    }
    pairs.into_iter().filter(|(_, meant, stated)| meant != stated).map(|(field, meant, _)| (field, meant)).collect()
}

/// A value as JSON writes it, without quotes.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}
