//! One run at a time holds an episode. The operating system keeps the lock, so that a dead process holds nothing.

use super::LibraryError;
use crate::atomic;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

/// Who holds a lock, as written into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub process: u32,
    /// The machine.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
}

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a child that another thread is just starting has a copy of the file for a moment.
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock at `path`, or waits at most `patience` for whoever holds it.
    ///
    /// # Errors
    /// [`LibraryError::Busy`] with the holder when it is still held then.
    pub fn take(path: &Path, holder: &Holder, patience: Duration) -> Result<Self, LibraryError> {
        let file = atomic::open_lock_file(path)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(std::fs::TryLockError::WouldBlock) if started.elapsed() >= patience => {
                    return Err(LibraryError::Busy { path: path.to_owned(), holder: holder_of(path) });
                }
                Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
                Err(std::fs::TryLockError::Error(source)) => {
                    return Err(LibraryError::Unreadable { path: path.to_owned(), source });
                }
            }
        }
        // Only for people: the lock itself is the operating system's.
        let text = serde_json::to_string(holder).unwrap_or_default();
        atomic::fill_lock_file(&file, path, &text)?;
        Ok(Self { file })
    }
}

/// Who wrote himself into the lock at `path` last; `None` when that can't be read.
#[must_use]
pub fn holder_of(path: &Path) -> Option<Holder> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(process: u32) -> Holder {
        Holder { process, host: "desk".into(), since: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn the_second_is_told_who_holds_it_and_gets_it_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = Lock::take(&path, &holder(1), Duration::ZERO).unwrap();
        match Lock::take(&path, &holder(2), Duration::ZERO) {
            Err(LibraryError::Busy { holder: Some(h), .. }) => assert_eq!(h.process, 1),
            other => panic!("{other:?}"),
        }
        // As a child has one that is just being started.
        let _copy = first.file.try_clone().unwrap();
        drop(first);
        Lock::take(&path, &holder(2), Duration::ZERO).unwrap();
        assert_eq!(holder_of(&path).unwrap().process, 2);
    }
}
