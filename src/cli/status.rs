//! `spinetime status`.

use super::{Context, Failed, report};
use crate::failure::Exit;
use crate::library::{EpisodeFolder, LibraryError, artefact};
use crate::model::{Entries, Status};
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    held_on: Option<String>,
    state: String,
    entries: usize,
    needs_review: usize,
    approved: usize,
}

pub(super) fn run(context: &Context) -> Result<Exit, Failed> {
    let library = context.library()?;
    let rows: Vec<Row> = library.episodes()?.iter().map(row).collect::<Result<_, _>>()?;
    if context.args.json {
        context.say_json(&serde_json::json!({ "episodes": rows }))?;
    } else if rows.is_empty() {
        context.say("No episodes yet. Next: spinetime process RECORDING")?;
    } else {
        let mut table =
            report::table(&context.env.console, &["Episode", "Title", "Entries", "To review", "Approved", "State"]);
        for row in rows {
            table.add_row([
                row.id,
                row.title,
                row.entries.to_string(),
                row.needs_review.to_string(),
                row.approved.to_string(),
                row.state,
            ]);
        }
        context.say(&table.to_string())?;
    }
    Ok(Exit::Done)
}

fn row(folder: &EpisodeFolder) -> Result<Row, LibraryError> {
    let entries: Option<Entries> = artefact::load(&folder.entries())?;
    let facts = folder.read_facts()?;
    let answered = entries.as_ref().map_or(0, |e| e.entries.iter().filter(|e| e.answer.is_some()).count());
    let count =
        |wanted: &[Status]| entries.iter().flat_map(|e| &e.entries).filter(|e| wanted.contains(&e.status)).count();
    let to_review = count(&[Status::NeedsReview, Status::Draft]);
    Ok(Row {
        id: folder.id.to_string(),
        title: facts.title.unwrap_or_default(),
        held_on: facts.held_on.map(|d| d.to_string()),
        state: state(folder, entries.as_ref().map(|_| (answered, to_review))).to_owned(),
        entries: answered,
        needs_review: to_review,
        approved: count(&[Status::Approved]),
    })
}

/// How far the episode has come, in an editor's words. `entries` has how many there are and how many are to review.
fn state(folder: &EpisodeFolder, entries: Option<(usize, usize)>) -> &'static str {
    if let Some((all, to_review)) = entries {
        match (all, to_review) {
            (0, _) => "no audience questions",
            (_, 0) => "reviewed",
            _ => "ready for review",
        }
    } else if folder.draft().exists() || folder.transcript().exists() {
        "transcribed, not finished"
    } else if folder.readings().exists() {
        "transcription interrupted"
    } else if folder.source().exists() {
        "fetched"
    } else if folder.fetching().exists() {
        "download interrupted"
    } else {
        "not fetched"
    }
}
