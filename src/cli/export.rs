//! `spinetime export`.

use super::args::ExportArgs;
use super::{Context, Failed, Usage};
use crate::atomic::FileStamp;
use crate::export::Options;
use crate::failure::Exit;
use crate::pipeline::export::{Exported, Request, to_folder, to_memory};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

pub(super) fn run(context: &Context, args: &ExportArgs) -> Result<Exit, Failed> {
    let library = context.library()?;
    let episodes = library.named(&args.episodes)?;
    let mut formats = args.format.clone();
    formats.sort_unstable();
    formats.dedup();
    let since = args.since.as_deref().map(moment).transpose()?;
    let request = Request {
        episodes,
        options: Options { formats, since, templates: Vec::new() },
        drafts: args.drafts,
        program: program(),
    };
    let (holder, cancel) = (context.holder(), &context.env.cancel);
    if args.out.as_os_str() == "-" {
        let (files, exported) = to_memory(&library, &request, &holder, cancel)?;
        let [file] = &files[..] else {
            return Err(Usage::new(
                format!("that makes {} files, and standard output takes one", files.len()),
                "Name one episode and one format, or a folder with --out.",
            )
            .into());
        };
        context.env.console.write(&file.bytes)?;
        for note in exported.blocked.iter().chain(&exported.notes) {
            context.env.console.tell(note);
        }
        return Ok(outcome(&exported));
    }
    let out = context.env.cwd.join(&args.out);
    // A shell must not find itself in a folder that is gone.
    let in_place =
        out.canonicalize().is_ok_and(|out| context.env.cwd.canonicalize().is_ok_and(|cwd| cwd.starts_with(out)));
    let exported = to_folder(&library, &request, &out, in_place, &holder, cancel)?;
    tell(context, &exported, &args.out, args.drafts)?;
    Ok(outcome(&exported))
}

/// An approval that does not hold is a fault that somebody must see to; all else was exported.
fn outcome(exported: &Exported) -> Exit {
    if exported.blocked.is_empty() { Exit::Done } else { Exit::ChecksFailed }
}

/// Which program this is: of two builds of one version the files may differ.
fn program() -> String {
    let built = std::env::current_exe().ok().and_then(|path| FileStamp::of(&path));
    format!("{} {built:?}", env!("CARGO_PKG_VERSION"))
}

/// A moment, or a day, which begins at midnight UTC.
fn moment(text: &str) -> Result<Timestamp, Usage> {
    let day = || format!("{text}T00:00:00Z").parse().ok();
    text.parse().ok().or_else(day).ok_or_else(|| {
        Usage::new(
            format!("--since: \"{text}\" is no day and no moment"),
            "Write a day such as 2026-11-24, or a moment such as 2026-11-24T08:00:00Z.",
        )
    })
}

fn tell(context: &Context, exported: &Exported, out: &Path, drafts: bool) -> Result<(), Failed> {
    let absolute = |p: &PathBuf| p.canonicalize().unwrap_or_else(|_| p.clone()).display().to_string();
    let pages: Vec<String> = exported.pages.iter().map(absolute).collect();
    let (files, held_back) = (exported.files, exported.held_back);
    if context.args.json {
        return context.say_json(&serde_json::json!({
            "written": files.written, "unchanged": files.unchanged, "removed": files.removed, "held_back": held_back,
            "blocked": exported.blocked, "notes": exported.notes, "pages": pages,
        }));
    }
    let gone = if files.removed > 0 { format!(", {} out-of-date files removed", files.removed) } else { String::new() };
    context.say(&format!(
        "{} files written, {} unchanged{gone}, in {}",
        files.written,
        files.unchanged,
        out.display()
    ))?;
    if held_back > 0 && !drafts {
        context.say(&format!(
            "{held_back} entries were left out because nobody approved them yet; --drafts shows them, marked as drafts."
        ))?;
    }
    if !exported.blocked.is_empty() {
        for blocked in &exported.blocked {
            context.env.console.tell(blocked);
        }
        context.env.console.tell("Resolve what is open on the review page (\"spinetime review\"), then export again.");
    }
    for note in &exported.notes {
        context.say(note)?;
    }
    // Many pages are not a list to read.
    for page in pages.iter().take(10) {
        context.say(&format!("Page: {page}"))?;
    }
    Ok(())
}
