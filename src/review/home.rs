//! The first page: the episodes and what each waits for, and the jobs.

use super::Trouble;
use super::jobs::{Job, State};
use super::stamp::{Stamp, stamp};
use super::view::Counts;
use crate::library::{EpisodeFolder, Library, LibraryError, artefact};
use crate::model::{Entries, EpisodeId};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The first page.
#[derive(Debug, Serialize)]
pub(super) struct HomeView {
    series: String,
    library: String,
    read_only: bool,
    editor: String,
    episodes: Vec<EpisodeRow>,
    jobs: Vec<Job>,
}

/// Where an episode stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Reviewing,
    Done,
    Working,
    Failed,
    Empty,
}

#[derive(Debug, Clone, Serialize)]
struct EpisodeRow {
    id: EpisodeId,
    title: String,
    held_on: Option<String>,
    state: Standing,
    waits_for: String,
    counts: Counts,
    duration: String,
    problem: Option<Trouble>,
}

/// Remembers what it read: the page asks every second.
#[derive(Default)]
pub(super) struct Shelf {
    rows: Mutex<HashMap<EpisodeId, ([Stamp; 2], EpisodeRow)>>,
}

impl Shelf {
    /// The page as it stands. Blocks.
    pub(super) fn view(
        &self,
        library: &Library,
        jobs: Vec<Job>,
        editor: &str,
        read_only: bool,
    ) -> Result<HomeView, LibraryError> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let folders = library.episodes()?;
        rows.retain(|id, _| folders.iter().any(|folder| folder.id == *id));
        let mut episodes = Vec::with_capacity(folders.len());
        for folder in &folders {
            let stamps = [stamp(&folder.entries()), stamp(&folder.facts())];
            let row = match rows.get(&folder.id) {
                Some((known, row)) if *known == stamps && stamps[0].is_some() => row.clone(),
                _ => {
                    let row = row(folder);
                    rows.insert(folder.id.clone(), (stamps, row.clone()));
                    row
                }
            };
            episodes.push(with_jobs(row, &jobs));
        }
        // The latest webinar first: ids begin with the day.
        episodes.reverse();
        Ok(HomeView {
            // A fault in the settings must not hide the episodes; processing tells it.
            series: library.config().map(|config| config.series.name).unwrap_or_default(),
            library: library.root().display().to_string(),
            read_only,
            editor: editor.to_owned(),
            episodes,
            jobs,
        })
    }
}

fn row(folder: &EpisodeFolder) -> EpisodeRow {
    let mut row = EpisodeRow {
        id: folder.id.clone(),
        title: folder.id.to_string(),
        held_on: None,
        state: Standing::Empty,
        waits_for: String::new(),
        counts: Counts::default(),
        duration: String::new(),
        problem: None,
    };
    let read = || {
        let facts = folder.read_facts()?;
        let entries = artefact::load::<Entries>(&folder.entries())?;
        Result::<_, LibraryError>::Ok((facts, entries))
    };
    match read() {
        Ok((facts, entries)) => {
            row.held_on = facts.held_on.map(|day| day.to_string());
            if let Some(title) = facts.title {
                row.title = title;
            }
            match entries {
                Some(entries) => reviewed(&mut row, &entries),
                None => row.waits_for = unfinished(folder).into(),
            }
        }
        Err(error) => {
            row.state = Standing::Failed;
            row.problem = Some(Trouble::of(&error));
        }
    }
    row
}

fn reviewed(row: &mut EpisodeRow, entries: &Entries) {
    row.counts = Counts::of(&entries.entries);
    row.duration = entries.episode.duration.to_string();
    let open = row.counts.needs_review + row.counts.draft;
    (row.state, row.waits_for) = match open {
        0 if entries.entries.iter().all(|entry| entry.answer.is_none()) => {
            (Standing::Done, "no audience questions found".into())
        }
        0 => (Standing::Done, String::new()),
        1 => (Standing::Reviewing, "1 entry to review".into()),
        _ => (Standing::Reviewing, format!("{open} entries to review")),
    };
}

/// How far an episode came that has no entries yet.
fn unfinished(folder: &EpisodeFolder) -> &'static str {
    if folder.draft().exists() || folder.transcript().exists() {
        "transcribed, not finished: process it again"
    } else if folder.readings().exists() {
        "transcription interrupted: process it again"
    } else if folder.source().exists() {
        "fetched, not transcribed: process it again"
    } else if folder.fetching().exists() {
        "download interrupted: process it again"
    } else {
        "its recording"
    }
}

/// What the jobs say of an episode.
fn with_jobs(mut row: EpisodeRow, jobs: &[Job]) -> EpisodeRow {
    let Some(job) = jobs.iter().rfind(|job| job.episode.as_ref() == Some(&row.id)) else { return row };
    match job.state {
        State::Waiting | State::Running => row.state = Standing::Working,
        State::Failed if row.problem.is_none() => {
            if row.state == Standing::Empty {
                row.state = Standing::Failed;
            }
            row.problem = job.trouble.clone();
        }
        State::Failed | State::Done | State::Stopped => {}
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> (tempfile::TempDir, Library) {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        (dir, library)
    }

    fn view(shelf: &Shelf, library: &Library, jobs: Vec<Job>) -> serde_json::Value {
        serde_json::to_value(shelf.view(library, jobs, "Ann", false).unwrap()).unwrap()
    }

    #[test]
    fn a_damaged_episode_hides_no_other_and_is_read_again_once_it_is_mended() {
        let (_dir, library) = library();
        let folders = ["2025-01-01-a", "2025-02-01-b"].map(|id| library.folder(id.parse().unwrap()));
        for folder in &folders {
            std::fs::create_dir_all(folder.path()).unwrap();
        }
        std::fs::write(folders[0].facts(), "title = \"<script>\"\nheld_on = \"2025-01-01\"").unwrap();
        std::fs::write(folders[1].entries(), "{").unwrap();
        let shelf = Shelf::default();
        let home = view(&shelf, &library, Vec::new());
        let [b, a] = [&home["episodes"][0], &home["episodes"][1]];
        assert_eq!((a["title"].as_str(), a["state"].as_str()), (Some("<script>"), Some("empty")), "{home}");
        assert_eq!((b["id"].as_str(), b["state"].as_str()), (Some("2025-02-01-b"), Some("failed")), "{home}");
        assert!(b["problem"]["what"].as_str().unwrap().contains("entries.json is damaged"), "{home}");
        std::fs::remove_file(folders[1].entries()).unwrap();
        let home = view(&shelf, &library, Vec::new());
        assert_eq!((&home["episodes"][0]["state"], &home["episodes"][0]["problem"]), (&"empty".into(), &().into()));
    }
}
