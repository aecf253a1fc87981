//! `spinetime resolve`.

use super::{Context, Failed, Usage};
use crate::draft;
use crate::failure::Exit;
use crate::library::lock::Lock;
use crate::library::{EpisodeFolder, Library, LibraryError, artefact, journal};
use crate::model::{Change, Entries, Entry, EntryId, Flag};
use crate::pipeline;
use jiff::Timestamp;
use std::time::Duration;

/// Closes the findings of an entry that have this code, or, without a reason, opens them again; those about `text`
/// alone if it is given.
pub(super) fn run(
    context: &Context,
    entry: &EntryId,
    code: &str,
    text: Option<&str>,
    reason: Option<&str>,
) -> Result<Exit, Failed> {
    let reason = reason.map(str::trim);
    if reason == Some("") {
        return Err(Usage::new("the reason is empty", "Say in a few words why the finding may stand.").into());
    }
    if !draft::flag_codes().iter().any(|known| known.code == code) {
        let shown = format!("\"spinetime show {entry}\" has the codes of this entry, docs/flags.md has all.");
        return Err(Usage::new(format!("there is no finding with the code \"{code}\""), shown).into());
    }
    let library = context.library()?;
    let folder = episode_of(&library, entry)?;
    let _lock = Lock::take(&folder.lock(), &context.holder(), Duration::ZERO)?;
    let _edits = folder.lock_edits(&context.holder())?;
    // Edits that were made meanwhile count.
    let (entries, _) = pipeline::settle(&library, &folder)?;
    let flags = flags(find(&entries, entry)?, code, text, reason)?;
    let editor = context.editor();
    for flag in flags {
        let flag = Box::new(flag);
        let change = match reason {
            Some(reason) => Change::ResolveFlag { flag, how: reason.to_owned() },
            None => Change::ReopenFlag { flag },
        };
        journal::add_edit(&folder.edits(), Timestamp::now(), &editor, Some(entry.clone()), change)?;
    }
    let (entries, warnings) = pipeline::settle(&library, &folder)?;
    let now = find(&entries, entry)?;
    if context.args.json {
        context.say_json(now)?;
        return Ok(Exit::Done);
    }
    if !context.args.quiet {
        for warning in warnings {
            context.env.console.tell(&format!("  note: {warning}"));
        }
    }
    let open = now.flags.iter().filter(|flag| flag.resolved.is_none());
    let (must, may): (Vec<&Flag>, Vec<&Flag>) = open.partition(|flag| flag.blocking);
    let done = if reason.is_some() { "resolved" } else { "open again" };
    context.say(&format!("{entry}: {code} is {done}; {} left to resolve, {} to check.", must.len(), may.len()))?;
    Ok(Exit::Done)
}

fn episode_of(library: &Library, entry: &EntryId) -> Result<EpisodeFolder, Failed> {
    for folder in library.episodes()? {
        let entries = artefact::load::<Entries>(&folder.entries())?;
        if entries.is_some_and(|entries| find(&entries, entry).is_ok()) {
            return Ok(folder);
        }
    }
    Err(LibraryError::NoEntry(entry.clone()).into())
}

fn find<'a>(entries: &'a Entries, id: &EntryId) -> Result<&'a Entry, LibraryError> {
    entries.entries.iter().find(|entry| entry.id == *id).ok_or_else(|| LibraryError::NoEntry(id.clone()))
}

/// The findings to be changed: each kind of them once, since a decision holds for all with the same text.
fn flags(entry: &Entry, code: &str, text: Option<&str>, reason: Option<&str>) -> Result<Vec<Flag>, Usage> {
    let here = |flag: &&Flag| flag.code == code && text.is_none_or(|text| flag.text == text);
    let mut found: Vec<Flag> = Vec::new();
    for flag in entry.flags.iter().filter(here) {
        if !found.iter().any(|other| other.text == flag.text) {
            found.push(flag.clone());
        }
    }
    let shows = format!("\"spinetime show {}\" lists what is open.", entry.id);
    if found.is_empty() {
        let about = text.map_or(String::new(), |text| format!(" about \"{text}\""));
        return Err(Usage::new(format!("{} has no finding \"{code}\"{about}", entry.id), shows));
    }
    if reason.is_none() && found.iter().all(|flag| flag.resolved.is_none()) {
        return Err(Usage::new(format!("\"{code}\" of {} is not resolved", entry.id), shows));
    }
    Ok(found)
}
