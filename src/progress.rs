//! How a long stage tells that it is alive, and how it is told to stop.

use crate::failure::Cancelled;
use crate::model::Millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Work that is reported within this time was done by an earlier run, so it says nothing of the speed.
const HEAD_START: Duration = Duration::from_millis(500);

/// Before this much has passed, speed and time left are guesses.
const WARM_UP: Duration = Duration::from_secs(1);

/// What a stage's progress is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Seconds of audio, in all; speed is shown as a multiple of real time.
    Audio(Millis),
    /// Bytes, in all; 0 while that is not known.
    Bytes(u64),
    /// Things, in all.
    Items(u64),
    /// Not known beforehand.
    Unknown,
}

/// Where a stage reports to. One task runs at a time; `at` may be called from any thread.
pub trait Progress: Send + Sync {
    /// A task begins: what it does, as a word or two ("transcribe"), and how much there is to do.
    fn start(&self, task: &str, amount: Amount);

    /// So much is done: milliseconds, bytes or items, in the unit of the amount. Never goes back.
    fn at(&self, done: u64);

    /// The task ended; what came of it, in a few words.
    fn finish(&self, outcome: &str);

    /// Something worth a line of its own.
    fn note(&self, message: &str);
}

impl Amount {
    /// How much there is to do, in milliseconds, bytes or items; 0 while that is not known.
    #[must_use]
    pub fn total(self) -> u64 {
        match self {
            Self::Audio(length) => length.0,
            Self::Bytes(n) | Self::Items(n) => n,
            Self::Unknown => 0,
        }
    }
}

/// How far a task has come, in words.
#[derive(Debug, Clone)]
pub struct Meter {
    amount: Amount,
    started: Instant,
    head_start: u64,
    done: u64,
}

impl Meter {
    /// A task that begins now.
    #[must_use]
    pub fn start(amount: Amount) -> Self {
        Self { amount, started: Instant::now(), head_start: 0, done: 0 }
    }

    /// So much is done.
    pub fn at(&mut self, done: u64) {
        if self.started.elapsed() < HEAD_START {
            self.head_start = self.head_start.max(done);
        }
        self.done = self.done.max(done);
    }

    /// How much is done, at most all of it.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.min(self.amount.total().max(1))
    }

    /// The same in percent; `None` while it is not known how much there is to do.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let total = self.amount.total();
        // At most 100, so that it always fits.
        (total > 0).then(|| (u128::from(self.done.min(total)) * 100 / u128::from(total)) as u8)
    }

    /// Units of the amount a second, once that can be told.
    fn rate(&self, after: Duration) -> Option<f64> {
        let elapsed = self.started.elapsed();
        let fresh = self.done.saturating_sub(self.head_start);
        (elapsed >= after && fresh > 0).then(|| fresh as f64 / elapsed.as_secs_f64())
    }

    /// "1:20 of 6:34, 12.3× real time, 0:26 left".
    #[must_use]
    pub fn status(&self) -> String {
        let total = self.amount.total();
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
    #[must_use]
    pub fn summary(&self, outcome: &str) -> String {
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

/// Reports to nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _task: &str, _amount: Amount) {}
    fn at(&self, _done: u64) {}
    fn finish(&self, _outcome: &str) {}
    fn note(&self, _message: &str) {}
}

/// A flag that asks every stage to stop soon. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// For `?`.
    ///
    /// # Errors
    /// [`Cancelled`] when somebody asked.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_run_did_is_not_taken_for_speed() {
        let started = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        let meter = Meter { amount: Amount::Audio(Millis(300_000)), started, head_start: 100_000, done: 200_000 };
        assert!(meter.status().starts_with("3:20 of 5:00, 10.0× real time, 0:"), "{}", meter.status());
        assert_eq!((meter.percent(), Meter::start(Amount::Unknown).percent()), (Some(66), None));
    }
}
