//! `spinetime export`.

use super::{Context, Failed, Usage};
use crate::atomic;
use crate::export::{self, Format};
use crate::failure::Exit;
use crate::library::artefact;
use crate::model::{Entries, NotPublishable, Publishable};
use std::path::Path;

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
    let (mut written, mut unchanged, mut held_back, mut pages) = (0usize, 0usize, 0usize, Vec::new());
    for folder in &folders {
        let Some(entries) = artefact::load::<Entries>(&folder.entries())? else {
            if episodes.is_empty() {
                continue;
            }
            return Err(Usage::new(
                format!("{} has no entries yet", folder.id),
                "Run \"spinetime process\" on it first.",
            )
            .into());
        };
        let publishable: Vec<Publishable> = entries
            .entries
            .iter()
            .filter_map(|entry| {
                let result: Result<Publishable, NotPublishable> =
                    if drafts { entry.as_visible_draft() } else { entry.approved() };
                held_back += usize::from(result.is_err());
                result.ok()
            })
            .collect();
        for format in formats {
            let files = export::export(
                &entries.episode,
                &publishable,
                &entries.tombstones,
                &entries.provenance,
                &config,
                *format,
            )?;
            for file in files {
                let path = out.join(&file.name);
                if let Some(parent) = path.parent() {
                    atomic::create_folder(parent)?;
                }
                if atomic::write_if_changed(&path, &file.bytes)? {
                    written += 1;
                } else {
                    unchanged += 1;
                }
                if file.name.ends_with("index.html") {
                    pages.push(path);
                }
            }
        }
    }
    let pages: Vec<String> =
        pages.iter().map(|p| p.canonicalize().unwrap_or_else(|_| p.clone()).display().to_string()).collect();
    if context.args.json {
        let document = serde_json::json!({
            "written": written, "unchanged": unchanged, "held_back": held_back, "pages": pages,
        });
        context.say_json(&document)?;
        return Ok(Exit::Done);
    }
    context.say(&format!("{written} files written, {unchanged} unchanged, in {}", out.display()))?;
    if held_back > 0 && !drafts {
        context.say(&format!(
            "{held_back} entries were left out because nobody approved them yet; --drafts shows them, marked as drafts."
        ))?;
    }
    for page in pages {
        context.say(&format!("Page: {page}"))?;
    }
    Ok(Exit::Done)
}
