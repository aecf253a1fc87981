//! `spinetime export`.

use super::{Context, Failed, Usage};
use crate::atomic::{self, WriteError};
use crate::config::Config;
use crate::export::{self, Format, NamedBytes};
use crate::failure::Exit;
use crate::library::{EpisodeFolder, artefact};
use crate::model::{Entries, EntryId, EpisodeId, Publishable};
use std::path::{Path, PathBuf};

/// What an export did.
#[derive(Default)]
struct Tally {
    written: usize,
    unchanged: usize,
    removed: usize,
    held_back: usize,
    pages: Vec<PathBuf>,
}

pub(super) fn run(
    context: &Context,
    episodes: &[String],
    formats: &[Format],
    out: &Path,
    drafts: bool,
) -> Result<Exit, Failed> {
    let library = context.library()?;
    let config = library.config()?;
    let folders = if episodes.is_empty() {
        library.episodes()?
    } else {
        episodes.iter().map(|name| library.episode(name)).collect::<Result<_, _>>()?
    };
    let mut tally = Tally::default();
    for folder in &folders {
        match artefact::load::<Entries>(&folder.entries())? {
            Some(entries) => episode(&entries, formats, out, drafts, &config, &mut tally)?,
            None if episodes.is_empty() => {}
            None => return Err(unprocessed(folder).into()),
        }
    }
    tell(context, &tally, out, drafts)?;
    Ok(Exit::Done)
}

fn unprocessed(folder: &EpisodeFolder) -> Usage {
    Usage::new(format!("{} has no entries yet", folder.id), "Run \"spinetime process\" on it first.")
}

fn episode(
    entries: &Entries,
    formats: &[Format],
    out: &Path,
    drafts: bool,
    config: &Config,
    tally: &mut Tally,
) -> Result<(), Failed> {
    let mut publishable: Vec<Publishable> = Vec::new();
    for entry in &entries.entries {
        match if drafts { entry.as_visible_draft() } else { entry.approved() } {
            Ok(entry) => publishable.push(entry),
            Err(_) => tally.held_back += 1,
        }
    }
    for format in formats {
        let (head, made) = (&entries.episode, &entries.provenance);
        let files = export::export(head, &publishable, &entries.tombstones, made, config, *format)?;
        write(&files, out, tally)?;
        remove_stale(&head.id, &files, out, *format, tally)?;
    }
    Ok(())
}

fn write(files: &[NamedBytes], out: &Path, tally: &mut Tally) -> Result<(), WriteError> {
    for file in files {
        let path = out.join(&file.name);
        if let Some(parent) = path.parent() {
            atomic::create_folder(parent)?;
        }
        if atomic::write_if_changed(&path, &file.bytes)? {
            tally.written += 1;
        } else {
            tally.unchanged += 1;
        }
        if file.name.ends_with("index.html") {
            tally.pages.push(path);
        }
    }
    Ok(())
}

/// Removes pages of entries that this export does not have: one that was sent back must not stay on the website.
fn remove_stale(
    id: &EpisodeId,
    files: &[NamedBytes],
    out: &Path,
    format: Format,
    tally: &mut Tally,
) -> Result<(), WriteError> {
    let ending = match format {
        Format::Html => "html",
        Format::Markdown => "md",
        Format::Json => return Ok(()),
    };
    let folder = out.join(id.as_str());
    let Ok(found) = std::fs::read_dir(&folder) else { return Ok(()) };
    for path in found.flatten().map(|entry| entry.path()) {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_page = path.extension().is_some_and(|e| e == ending) && stem.parse::<EntryId>().is_ok();
        let is_current = files.iter().any(|file| out.join(&file.name) == path);
        if is_page && !is_current {
            std::fs::remove_file(&path).map_err(|source| WriteError { path, source })?;
            tally.removed += 1;
        }
    }
    Ok(())
}

fn tell(context: &Context, tally: &Tally, out: &Path, drafts: bool) -> Result<(), Failed> {
    let absolute = |p: &PathBuf| p.canonicalize().unwrap_or_else(|_| p.clone()).display().to_string();
    let pages: Vec<String> = tally.pages.iter().map(absolute).collect();
    let Tally { written, unchanged, removed, held_back, .. } = tally;
    if context.args.json {
        return context.say_json(&serde_json::json!({
            "written": written, "unchanged": unchanged, "removed": removed, "held_back": held_back, "pages": pages,
        }));
    }
    let gone = if *removed > 0 { format!(", {removed} out-of-date pages removed") } else { String::new() };
    context.say(&format!("{written} files written, {unchanged} unchanged{gone}, in {}", out.display()))?;
    if *held_back > 0 && !drafts {
        context.say(&format!(
            "{held_back} entries were left out because nobody approved them yet; --drafts shows them, marked as drafts."
        ))?;
    }
    for page in pages {
        context.say(&format!("Page: {page}"))?;
    }
    Ok(())
}
