//! The queue with a backstage of one's own.

use super::*;
use crate::draft::Material;
use crate::model::Fact;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Fails, panics, dawdles or works, as the source says.
#[derive(Default)]
struct Fake {
    at_once: AtomicUsize,
    most: AtomicUsize,
    redrafted: AtomicUsize,
    drafts: AtomicUsize,
}

impl Backstage for Fake {
    fn process(&self, source: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<EpisodeId, Trouble> {
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(at_once, Ordering::SeqCst);
        progress.start("transcribe", Amount::Items(10));
        progress.at(4);
        let outcome = match source {
            "panics" => {
                self.at_once.fetch_sub(1, Ordering::SeqCst);
                panic!("as the test wants it");
            }
            "fails" => Err(Trouble::new("no sound", "Choose another.")),
            "2025-01-01-a" => {
                self.drafts.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(100));
                Ok(source.parse().unwrap())
            }
            "2025-01-01-fails" => Err(Trouble::new("the roster can't be read", "Mend it.")),
            "dawdles" => {
                while !cancel.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(Trouble { cancelled: true, ..Trouble::new("stopped on request", "") })
            }
            _ => {
                progress.note("a note");
                progress.finish("10 words");
                Ok("2025-01-01-a".parse().unwrap())
            }
        };
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        outcome
    }

    fn sources(&self, text: &str, _: &dyn Progress, _: &Cancel) -> Result<Vec<String>, Trouble> {
        Ok(vec![text.to_owned()])
    }

    fn sync(&self, _: &dyn Progress, _: &Cancel) -> Result<String, Trouble> {
        Ok("Nothing new.".into())
    }

    fn material(&self, _: &EpisodeId) -> Result<Material, Trouble> {
        Err(panicked())
    }

    fn set_fact(&self, _: &EpisodeId, _: Fact, _: Option<&str>) -> Result<(), Trouble> {
        Ok(())
    }
}

fn start() -> (tempfile::TempDir, Arc<Fake>, Jobs) {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(Fake::default());
    let told = Arc::clone(&fake);
    let redrafted = move |_: &EpisodeId| {
        told.redrafted.fetch_add(1, Ordering::SeqCst);
    };
    let jobs = Jobs::start(Arc::clone(&fake) as Arc<dyn Backstage>, dir.path().to_owned(), redrafted).unwrap();
    (dir, fake, jobs)
}

fn until(jobs: &Jobs, number: u64, state: State) -> Job {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let job = jobs.all().into_iter().find(|job| job.number == number).unwrap();
        if job.state == state {
            return job;
        }
        assert!(Instant::now() < patience, "{job:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn add(jobs: &Jobs, sources: &[&str]) -> Vec<u64> {
    let sources = sources.iter().map(|s| (*s).to_owned()).collect();
    jobs.process(sources, &[]).iter().map(|job| job.number).collect()
}

#[test]
fn jobs_run_one_after_the_other_and_outlive_those_that_fail() {
    let (_dir, fake, jobs) = start();
    assert_eq!(add(&jobs, &["panics", "fails", "/a/b/talk.mp3"]), [1, 2, 3]);
    let done = until(&jobs, 3, State::Done);
    assert_eq!((done.what.as_str(), done.episode.unwrap().as_str()), ("talk.mp3", "2025-01-01-a"));
    assert_eq!((done.notes, done.steps), (vec!["a note".to_owned()], vec!["transcribe: 10 words".to_owned()]));
    assert_eq!(until(&jobs, 1, State::Failed).trouble, Some(panicked()));
    let failed = until(&jobs, 2, State::Failed);
    assert_eq!((failed.trouble.unwrap().what.as_str(), failed.stage, failed.percent), ("no sound", None, None));
    assert_eq!(fake.most.load(Ordering::SeqCst), 1);
}

#[test]
fn a_job_can_be_stopped_tried_again_and_forgotten() {
    let (_dir, _, jobs) = start();
    assert_eq!(add(&jobs, &["dawdles", "waits"]), [1, 2]);
    let running = until(&jobs, 1, State::Running);
    assert!(jobs.cancel(2), "one that waits");
    assert_eq!(until(&jobs, 2, State::Stopped).episode, None);
    // Named once more it is not done twice at once.
    assert_eq!(add(&jobs, &["dawdles"]), [1]);
    assert!(!jobs.retry(1) && !jobs.forget(1), "it runs: {running:?}");
    let patience = Instant::now() + Duration::from_secs(20);
    while jobs.all()[0].percent != Some(40) {
        assert!(Instant::now() < patience);
    }
    assert!(jobs.cancel(1));
    until(&jobs, 1, State::Stopped);
    assert!(jobs.retry(2));
    until(&jobs, 2, State::Done);
    assert!(!jobs.cancel(2) && !jobs.retry(2) && jobs.forget(2) && !jobs.forget(2));
    assert_eq!(jobs.all().len(), 1);
    jobs.sync();
    assert_eq!(until(&jobs, 3, State::Done).status, "Nothing new.");
}

#[test]
fn closing_stops_what_runs_and_starts_nothing() {
    let (_dir, _, jobs) = start();
    add(&jobs, &["dawdles", "waits"]);
    until(&jobs, 1, State::Running);
    jobs.close();
    let states: Vec<State> = jobs.all().iter().map(|job| job.state).collect();
    assert_eq!(states, [State::Stopped, State::Waiting]);
}

#[test]
fn a_dropped_recording_goes_once_the_library_has_it() {
    let (dir, _, jobs) = start();
    let place = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    for name in ["good.mp3", "other"] {
        std::fs::write(place(name), b"x").unwrap();
    }
    let outside = tempfile::NamedTempFile::new().unwrap();
    let numbers = add(&jobs, &[&place("good.mp3"), outside.path().to_str().unwrap()]);
    until(&jobs, numbers[1], State::Done);
    assert!(!dir.path().join("good.mp3").exists() && dir.path().join("other").exists() && outside.path().exists());
}

#[test]
fn a_new_draft_waits_for_no_recording_and_takes_in_the_last_edit() {
    let (_dir, fake, jobs) = start();
    add(&jobs, &["dawdles"]);
    until(&jobs, 1, State::Running);
    let (good, bad) = ("2025-01-01-a".parse().unwrap(), "2025-01-01-fails".parse().unwrap());
    jobs.redraft(&good);
    until(&jobs, 2, State::Running);
    // It may have begun before these edits; both are in one more draft.
    jobs.redraft(&good);
    jobs.redraft(&good);
    let patience = Instant::now() + Duration::from_secs(20);
    while fake.redrafted.load(Ordering::SeqCst) == 0 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!((fake.drafts.load(Ordering::SeqCst), fake.redrafted.load(Ordering::SeqCst)), (2, 1));
    assert_eq!(jobs.all().len(), 1, "what is done is not listed");
    jobs.redraft(&bad);
    assert_eq!(until(&jobs, 3, State::Failed).trouble.unwrap().what, "the roster can't be read");
    assert_eq!(jobs.all()[0].state, State::Running);
}
