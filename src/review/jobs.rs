//! Recordings wait here for their turn and are processed one after the other: the recogniser uses the whole machine.
//! New drafts of what is transcribed already take seconds, and do not wait behind them: they have a lane of their own.
//! The list lives as long as the server; what a job has done is in the library.

use super::backstage::{Backstage, Trouble};
use super::desks::panicked;
use crate::model::EpisodeId;
use crate::progress::{Amount, Cancel, Meter, Progress};
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

/// So many notes of a job are kept, the latest ones.
const NOTES: usize = 50;
/// So many jobs are in the list at most.
const JOBS: usize = 1000;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Takes one source through all stages.
    Process,
    /// Looks for new recordings.
    Sync,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Others come first.
    Waiting,
    /// It is at work.
    Running,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody stopped it.
    Stopped,
}

/// A job as the page shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Job {
    /// Its number, from 1.
    pub(super) number: u64,
    /// The source as people know it.
    pub(super) what: String,
    /// What it does.
    pub(super) kind: Kind,
    /// How far it is.
    pub(super) state: State,
    /// What it is at, as a word or two.
    pub(super) stage: Option<String>,
    /// How much of the stage is done.
    pub(super) percent: Option<u8>,
    /// The same in words; the outcome when it has ended.
    pub(super) status: String,
    /// Stages that are finished, as sentences.
    pub(super) steps: Vec<String>,
    /// What was worth a line.
    pub(super) notes: Vec<String>,
    /// The episode that it is about.
    pub(super) episode: Option<EpisodeId>,
    /// Why it failed.
    pub(super) trouble: Option<Trouble>,
}

/// What waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Recordings,
    Drafts,
}

struct Task {
    job: Job,
    lane: Lane,
    source: String,
    cancel: Cancel,
    meter: Option<Meter>,
    /// Something was edited since it began: it begins again when it has ended.
    again: bool,
}

#[derive(Default)]
struct List {
    tasks: Vec<Task>,
    last: u64,
    closed: bool,
}

struct Shared {
    list: Mutex<List>,
    /// Tells the worker that there is something to do.
    wake: Condvar,
    inbox: PathBuf,
    redrafted: Redrafted,
}

/// The queues and their workers.
pub(super) struct Jobs {
    shared: Arc<Shared>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

/// What hears that an attempt at a new draft is over.
type Redrafted = Box<dyn Fn(&EpisodeId) + Send + Sync>;

impl Shared {
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.list().tasks.iter_mut().find(|task| task.job.number == number) {
            change(task);
        }
    }

    /// The next job of a lane, once there is one; `None` when the list is closed.
    fn next(&self, lane: Lane) -> Option<Next> {
        let mut list = self.list();
        loop {
            if list.closed {
                return None;
            }
            // Two at one episode would only hinder each other.
            let busy: Vec<EpisodeId> = list.running().filter_map(|task| task.job.episode.clone()).collect();
            let free = |task: &&mut Task| task.job.episode.as_ref().is_none_or(|id| !busy.contains(id));
            let mut waiting = list.tasks.iter_mut().filter(|t| t.lane == lane && t.job.state == State::Waiting);
            if let Some(task) = waiting.find(free) {
                task.job.state = State::Running;
                task.again = false;
                let (source, cancel) = (task.source.clone(), task.cancel.clone());
                return Some(Next { number: task.job.number, kind: task.job.kind, source, cancel });
            }
            list = self.wake.wait(list).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Removes a dropped recording of which the library has its copy, or that nobody wants any more.
    fn tidy(&self, source: &str) {
        let path = Path::new(source);
        if path.parent() == Some(&self.inbox) {
            // What can't be removed lies there and harms nobody.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Jobs {
    /// Starts the workers. Recordings that lie in `inbox` are removed once they are processed; `redrafted` hears that
    /// an attempt at a new draft is over.
    pub(super) fn start(
        backstage: Arc<dyn Backstage>,
        inbox: PathBuf,
        redrafted: impl Fn(&EpisodeId) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let redrafted = Box::new(redrafted);
        let shared = Arc::new(Shared { list: Mutex::default(), wake: Condvar::new(), inbox, redrafted });
        let jobs = Self { shared, workers: Mutex::default() };
        for (name, lane) in [("recordings", Lane::Recordings), ("drafts", Lane::Drafts)] {
            let (shared, backstage) = (Arc::clone(&jobs.shared), Arc::clone(&backstage));
            let worker = Builder::new().name(name.into()).spawn(move || work(&shared, lane, backstage.as_ref()))?;
            jobs.workers().push(worker);
        }
        Ok(jobs)
    }

    fn workers(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has an episode drafted anew, once more when that is under way already: it may have begun before the last edit.
    pub(super) fn redraft(&self, id: &EpisodeId) {
        let mut list = self.shared.list();
        let same = |task: &&mut Task| task.lane == Lane::Drafts && task.source == id.as_str();
        match list.tasks.iter_mut().find(same) {
            Some(task) if task.job.state == State::Running => task.again = true,
            Some(task) if task.job.state == State::Waiting => {}
            Some(task) => task.renew(),
            None => {
                list.add(Lane::Drafts, Kind::Process, &format!("New draft of {id}"), id.to_string(), Some(id.clone()));
            }
        }
        drop(list);
        self.shared.wake.notify_all();
    }

    /// All jobs, in the order in which they came.
    pub(super) fn all(&self) -> Vec<Job> {
        self.shared.list().tasks.iter().map(shown).collect()
    }

    /// Adds a job for each source; one that waits or runs already is not added again. Returns the jobs.
    pub(super) fn process(&self, sources: Vec<String>, episodes: &[EpisodeId]) -> Vec<Job> {
        let mut list = self.shared.list();
        let jobs = sources.into_iter().filter_map(|source| {
            let episode = episodes.iter().find(|id| id.as_str() == source).cloned();
            list.add(Lane::Recordings, Kind::Process, &what(&source), source, episode)
        });
        let jobs = jobs.collect();
        self.shared.wake.notify_all();
        jobs
    }

    /// Adds a job that looks for new recordings, unless one waits or runs already.
    pub(super) fn sync(&self) {
        self.shared.list().add(Lane::Recordings, Kind::Sync, "New recordings", String::new(), None);
        self.shared.wake.notify_all();
    }

    /// Stops a job, now or as soon as it can. Tells whether there is one that could be stopped.
    pub(super) fn cancel(&self, number: u64) -> bool {
        self.with(number, |task| {
            match task.job.state {
                State::Waiting => {
                    task.job.state = State::Stopped;
                    task.job.status = "stopped before it began".into();
                }
                State::Running => task.cancel.cancel(),
                State::Done | State::Failed | State::Stopped => return false,
            }
            true
        })
    }

    /// Puts a job that failed or was stopped into the queue again. Tells whether there is one.
    pub(super) fn retry(&self, number: u64) -> bool {
        let again = self.with(number, |task| {
            if !matches!(task.job.state, State::Failed | State::Stopped) {
                return false;
            }
            task.renew();
            true
        });
        self.shared.wake.notify_all();
        again
    }

    /// Takes a job that has ended off the list. Tells whether there is one.
    pub(super) fn forget(&self, number: u64) -> bool {
        let mut list = self.shared.list();
        let over = |task: &Task| task.job.number == number && task.is_over();
        let Some(at) = list.tasks.iter().position(over) else { return false };
        let task = list.tasks.remove(at);
        drop(list);
        self.shared.tidy(&task.source);
        true
    }

    /// Stops what runs, starts nothing more and waits for the workers.
    pub(super) fn close(&self) {
        let mut list = self.shared.list();
        list.closed = true;
        list.tasks.iter().for_each(|task| task.cancel.cancel());
        drop(list);
        self.shared.wake.notify_all();
        let workers = std::mem::take(&mut *self.workers());
        for worker in workers {
            // They catch panics themselves.
            let _ = worker.join();
        }
    }

    fn with(&self, number: u64, change: impl FnOnce(&mut Task) -> bool) -> bool {
        let mut list = self.shared.list();
        list.tasks.iter_mut().find(|task| task.job.number == number).is_some_and(change)
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.close();
    }
}

impl Task {
    fn is_over(&self) -> bool {
        !matches!(self.job.state, State::Waiting | State::Running)
    }

    /// It waits for its turn again.
    fn renew(&mut self) {
        self.cancel = Cancel::default();
        self.meter = None;
        let Job { number, what, kind, episode, .. } = self.job.clone();
        self.job = new(number, kind, &what, episode);
    }
}

impl List {
    fn running(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.job.state == State::Running)
    }

    fn add(&mut self, lane: Lane, kind: Kind, what: &str, source: String, episode: Option<EpisodeId>) -> Option<Job> {
        let same =
            |task: &&Task| !task.is_over() && task.lane == lane && task.job.kind == kind && task.source == source;
        if let Some(task) = self.tasks.iter().find(same) {
            return Some(shown(task));
        }
        if self.tasks.len() >= JOBS {
            let over = self.tasks.iter().position(Task::is_over)?;
            self.tasks.remove(over);
        }
        self.last += 1;
        let job = new(self.last, kind, what, episode);
        let task = Task { job: job.clone(), lane, source, cancel: Cancel::default(), meter: None, again: false };
        self.tasks.push(task);
        Some(job)
    }
}

fn new(number: u64, kind: Kind, what: &str, episode: Option<EpisodeId>) -> Job {
    Job {
        number,
        what: what.to_owned(),
        kind,
        state: State::Waiting,
        stage: None,
        percent: None,
        status: String::new(),
        steps: Vec::new(),
        notes: Vec::new(),
        episode,
        trouble: None,
    }
}

fn shown(task: &Task) -> Job {
    let mut job = task.job.clone();
    if let Some(meter) = &task.meter {
        job.percent = meter.percent();
        job.status = meter.status();
    }
    if job.state == State::Running && task.cancel.is_cancelled() {
        job.status = "stopping …".into();
    }
    job
}

/// A source as people know it: of a path its last part.
fn what(source: &str) -> String {
    let path = Path::new(source);
    let name = path.file_name().filter(|_| path.is_absolute()).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| source.to_owned())
}

/// Reports what a job does to the list.
struct Live<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Progress for Live<'_> {
    fn start(&self, task: &str, amount: Amount) {
        self.shared.change(self.number, |t| {
            t.job.stage = Some(task.to_owned());
            t.meter = Some(Meter::start(amount));
        });
    }

    fn at(&self, done: u64) {
        self.shared.change(self.number, |t| {
            if let Some(meter) = &mut t.meter {
                meter.at(done);
            }
        });
    }

    fn finish(&self, outcome: &str) {
        self.shared.change(self.number, |t| {
            let Some(meter) = t.meter.take() else { return };
            let stage = t.job.stage.clone().unwrap_or_default();
            t.job.steps.push(format!("{stage}: {}", meter.summary(outcome)));
        });
    }

    fn note(&self, message: &str) {
        self.shared.change(self.number, |t| {
            if t.job.notes.len() == NOTES {
                t.job.notes.remove(0);
            }
            t.job.notes.push(message.to_owned());
        });
    }
}

/// What a worker is given.
struct Next {
    number: u64,
    kind: Kind,
    source: String,
    cancel: Cancel,
}

/// What came of a job.
enum Outcome {
    Episode(EpisodeId),
    Sentence(String),
}

fn work(shared: &Shared, lane: Lane, backstage: &dyn Backstage) {
    while let Some(Next { number, kind, source, cancel }) = shared.next(lane) {
        let progress = Live { shared, number };
        let outcome = catch_unwind(AssertUnwindSafe(|| match kind {
            Kind::Process => backstage.process(&source, &progress, &cancel).map(Outcome::Episode),
            Kind::Sync => backstage.sync(&progress, &cancel).map(Outcome::Sentence),
        }));
        let outcome = outcome.unwrap_or_else(|_| Err(panicked()));
        let done = outcome.is_ok();
        if done {
            shared.tidy(&source);
        }
        shared.change(number, |task| end(task, outcome));
        // The other lane may wait for the episode.
        shared.wake.notify_all();
        if lane == Lane::Drafts {
            redrafted(shared, number, done, &source);
        }
    }
}

/// A draft is done: it is not listed any more, or made once more. What failed stays in the list.
fn redrafted(shared: &Shared, number: u64, done: bool, source: &str) {
    let mut list = shared.list();
    let at = list.tasks.iter().position(|task| task.job.number == number);
    let again = at.is_some_and(|at| list.tasks[at].again);
    match at {
        Some(at) if again => list.tasks[at].renew(),
        Some(at) if done => drop(list.tasks.remove(at)),
        _ => {}
    }
    drop(list);
    if let Ok(id) = source.parse::<EpisodeId>()
        && !again
    {
        (shared.redrafted)(&id);
    }
}

fn end(task: &mut Task, outcome: Result<Outcome, Trouble>) {
    task.meter = None;
    let job = &mut task.job;
    job.stage = None;
    job.percent = None;
    match outcome {
        Ok(Outcome::Episode(id)) => {
            job.state = State::Done;
            job.status = "ready for review".into();
            job.episode = Some(id);
        }
        Ok(Outcome::Sentence(sentence)) => {
            job.state = State::Done;
            job.status = sentence;
        }
        Err(trouble) if trouble.cancelled => {
            job.state = State::Stopped;
            job.status = "stopped; what is finished is kept".into();
        }
        Err(trouble) => {
            job.state = State::Failed;
            job.status = String::new();
            job.trouble = Some(trouble);
        }
    }
}

#[cfg(test)]
mod tests;
