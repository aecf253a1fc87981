//! Progress as people see it: a bar a stage on a terminal, plain lines elsewhere, nothing with `--quiet`.

use super::console::Console;
use crate::progress::{Amount, Meter, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Between two plain lines of one stage.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

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
    meter: Meter,
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
            let bar = ProgressBar::with_draw_target(Some(amount.total().max(1)), ProgressDrawTarget::stderr());
            let template = if amount.total() > 0 {
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
        *self.task() = Some(Task { name: name.into(), meter: Meter::start(amount), printed: Instant::now(), bar });
    }

    fn at(&self, done: u64) {
        if self.detail == Detail::Quiet {
            return;
        }
        let mut guard = self.task();
        let Some(task) = guard.as_mut() else { return };
        task.meter.at(done);
        match &task.bar {
            Some(bar) => {
                bar.set_message(task.meter.status());
                bar.set_position(task.meter.done());
            }
            None if task.printed.elapsed() >= PLAIN_INTERVAL => {
                task.printed = Instant::now();
                self.console.tell(&format!("  {}: {}", task.name, task.meter.status()));
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
            self.console.tell(&format!("  {:<11} {}", task.name, task.meter.summary(outcome)));
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
