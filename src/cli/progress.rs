//! Progress as people see it: a bar a stage on a terminal, plain lines elsewhere, nothing with `--quiet`.

use super::console::Console;
use crate::model::Millis;
use crate::progress::{Amount, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Between two plain lines of one stage.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// Work that is reported within this time was done by an earlier run, so it says nothing of the speed.
const HEAD_START: Duration = Duration::from_millis(500);

/// Before this much has passed, speed and time left are guesses.
const WARM_UP: Duration = Duration::from_secs(1);

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Nothing.
    Quiet,
    /// A line when a stage ends, and now and then while it runs.
    Plain,
    /// A bar.
    Bar,
}

/// Draws or prints progress on standard error.
pub(super) struct Reporter {
    console: Console,
    detail: Detail,
    task: Mutex<Option<Task>>,
}

struct Task {
    name: String,
    amount: Amount,
    started: Instant,
    head_start: u64,
    done: u64,
    printed: Instant,
    bar: Option<ProgressBar>,
}

impl Reporter {
    /// A reporter that writes to `console`.
    #[must_use]
    pub(super) fn new(console: Console, detail: Detail) -> Self {
        Self { console, detail, task: Mutex::new(None) }
    }

    /// Takes the bar of a task that did not finish off the screen.
    fn clear(&self) {
        if let Some(bar) = self.task().take().and_then(|task| task.bar) {
            bar.finish_and_clear();
        }
    }

    fn task(&self) -> MutexGuard<'_, Option<Task>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Reporter {
    fn start(&self, name: &str, amount: Amount) {
        self.clear();
        let bar = (self.detail == Detail::Bar).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total(amount).max(1)), ProgressDrawTarget::stderr());
            let template = if total(amount) > 0 {
                "  {prefix:<11} {bar:24.green} {percent:>3} %  {msg}"
            } else {
                "  {prefix:<11} {msg}"
            };
            // The template is a constant, and valid; the default style would do as well.
            bar.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_bar())
                    .progress_chars("━╸─"),
            );
            bar.set_prefix(name.to_owned());
            bar.tick();
            bar
        });
        let now = Instant::now();
        *self.task() =
            Some(Task { name: name.into(), amount, started: now, head_start: 0, done: 0, printed: now, bar });
    }

    fn at(&self, done: u64) {
        if self.detail == Detail::Quiet {
            return;
        }
        let mut guard = self.task();
        let Some(task) = guard.as_mut() else { return };
        if task.started.elapsed() < HEAD_START {
            task.head_start = task.head_start.max(done);
        }
        task.done = task.done.max(done);
        match &task.bar {
            Some(bar) => {
                bar.set_message(task.status());
                bar.set_position(task.done.min(total(task.amount).max(1)));
            }
            None if task.printed.elapsed() >= PLAIN_INTERVAL => {
                task.printed = Instant::now();
                self.console.tell(&format!("  {}: {}", task.name, task.status()));
            }
            None => {}
        }
    }

    fn finish(&self, outcome: &str) {
        let Some(task) = self.task().take() else { return };
        if let Some(bar) = &task.bar {
            bar.finish_and_clear();
        }
        if self.detail != Detail::Quiet {
            self.console.tell(&format!("  {:<11} {}", task.name, task.summary(outcome)));
        }
    }

    fn note(&self, message: &str) {
        if self.detail == Detail::Quiet {
            return;
        }
        match self.task().as_ref().and_then(|t| t.bar.clone()) {
            Some(bar) => bar.suspend(|| self.console.tell(&format!("  {message}"))),
            None => self.console.tell(&format!("  {message}")),
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.clear();
    }
}

fn total(amount: Amount) -> u64 {
    match amount {
        Amount::Audio(length) => length.0,
        Amount::Bytes(n) | Amount::Items(n) => n,
        Amount::Unknown => 0,
    }
}

impl Task {
    /// Units of the amount a second, once that can be told.
    fn rate(&self, after: Duration) -> Option<f64> {
        let elapsed = self.started.elapsed();
        let fresh = self.done.saturating_sub(self.head_start);
        (elapsed >= after && fresh > 0).then(|| fresh as f64 / elapsed.as_secs_f64())
    }

    /// "1:20 of 6:34, 12.3× real time, 0:26 left".
    fn status(&self) -> String {
        let total = total(self.amount);
        let mut text = match self.amount {
            Amount::Audio(length) if total > 0 => format!("{} of {length}", Millis(self.done)),
            Amount::Audio(_) => Millis(self.done).to_string(),
            Amount::Bytes(0) => format!("{:.1} MB", self.done as f64 / 1e6),
            Amount::Bytes(_) => format!("{:.1} of {:.1} MB", self.done as f64 / 1e6, total as f64 / 1e6),
            Amount::Items(_) => format!("{} of {total}", self.done),
            Amount::Unknown => String::new(),
        };
        if let Some(rate) = self.rate(WARM_UP) {
            if let Amount::Audio(_) = self.amount {
                text.push_str(&format!(", {:.1}× real time", rate / 1000.0));
            }
            if total > self.done {
                let left = (total - self.done) as f64 / rate;
                text.push_str(&format!(", {} left", Millis::from_seconds(left)));
            }
        }
        text
    }

    /// "7 stretches, in 0:21 (18.6× real time)".
    fn summary(&self, outcome: &str) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let mut text = if outcome.is_empty() { "done".to_owned() } else { outcome.to_owned() };
        if seconds >= 1.0 {
            text.push_str(&format!(", in {}", Millis::from_seconds(seconds)));
            if let (Amount::Audio(_), Some(rate)) = (self.amount, self.rate(Duration::ZERO)) {
                text.push_str(&format!(" ({:.1}× real time)", rate / 1000.0));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_run_did_is_not_taken_for_speed() {
        let started = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        let task = Task {
            name: "transcribe".into(),
            amount: Amount::Audio(Millis(300_000)),
            started,
            head_start: 100_000,
            done: 200_000,
            printed: started,
            bar: None,
        };
        assert!(task.status().starts_with("3:20 of 5:00, 10.0× real time, 0:"), "{}", task.status());
    }
}
