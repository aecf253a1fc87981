//! How a long stage tells that it is alive, and how it is told to stop.

use crate::failure::Cancelled;
use crate::model::Millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
