//! `spinetime status`.

use super::{Context, Failed, report};
use crate::failure::Exit;
use crate::library::{EpisodeFolder, LibraryError, artefact};
use crate::model::{Entries, Note, NoteKind, Status, Watch, YoutubeId};
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
    #[serde(skip)]
    youtube: Option<YoutubeId>,
    /// Whether it has entries.
    #[serde(skip)]
    done: bool,
}

pub(super) fn run(context: &Context) -> Result<Exit, Failed> {
    let library = context.library()?;
    let rows: Vec<Row> = library.episodes()?.iter().map(row).collect::<Result<_, _>>()?;
    let watch = artefact::load::<Watch>(&library.watch_path())?.unwrap_or_default();
    let news: Vec<News> = watch.notes.iter().filter_map(|(video, note)| news(&rows, video, note)).collect();
    if context.args.json {
        return context.say_json(&serde_json::json!({ "episodes": rows, "news": news })).map(|()| Exit::Done);
    }
    if rows.is_empty() {
        context.say("No episodes yet. Next: spinetime process RECORDING")?;
    } else {
        let mut table =
            report::table(&context.env.console, &["Episode", "Title", "Entries", "To review", "Approved", "State"]);
        for row in &rows {
            let [entries, needs_review, approved] =
                [row.entries, row.needs_review, row.approved].map(|n| n.to_string());
            table.add_row([&row.id, &row.title, &entries, &needs_review, &approved, &row.state]);
        }
        context.say(&table.to_string())?;
    }
    for news in &news {
        context.say(&news.sentence())?;
    }
    Ok(Exit::Done)
}

/// What the last sync had to say of a video.
#[derive(Serialize)]
struct News<'a> {
    video: &'a YoutubeId,
    /// The episode that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    episode: Option<&'a str>,
    #[serde(flatten)]
    note: &'a Note,
}

/// What is worth telling of a note, which may have been overtaken by what somebody did since.
fn news<'a>(rows: &'a [Row], video: &'a YoutubeId, note: &'a Note) -> Option<News<'a>> {
    let row = rows.iter().find(|row| row.youtube.as_ref() == Some(video));
    let holds = match note.kind {
        NoteKind::Gone | NoteKind::Changed => row.is_some(),
        NoteKind::Waiting | NoteKind::Failed | NoteKind::Again => row.is_none_or(|row| !row.done),
    };
    holds.then(|| News { video, episode: row.map(|row| row.id.as_str()), note })
}

impl News<'_> {
    fn sentence(&self) -> String {
        let Self { video, note: Note { kind, title, text, since }, .. } = self;
        let named = title.as_ref().map(|title| format!("{video} \"{title}\"")).unwrap_or_else(|| video.to_string());
        let day = since.strftime("%Y-%m-%d");
        let episode = self.episode.unwrap_or_default();
        match kind {
            NoteKind::Gone => {
                format!(
                    "{episode}: its video {video} can't be seen any more: {text} (noticed on {day}). Its entries are kept."
                )
            }
            NoteKind::Changed => format!(
                "{episode}: its video {video} was changed: {text} (noticed on {day}). \
                 \"spinetime process {episode} --redo fetch\" fetches it again."
            ),
            NoteKind::Waiting => format!("{named} is waiting: {text}. The next sync tries it again."),
            NoteKind::Failed => format!(
                "{named} failed on {day}: {text}. The next sync tries it again; to have it passed over, add \"{video}\" to \
                 skip under [sync] in spinetime.toml."
            ),
            NoteKind::Again => format!("{named} is waiting for you: {text}."),
        }
    }
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
        youtube: facts.youtube,
        done: entries.is_some(),
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
