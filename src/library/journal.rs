//! Journals: files of JSON lines that only grow. A torn last line of a killed run is no fault.

use super::LibraryError;
use crate::atomic;
use crate::model::{Change, Digest, Edit, EntryId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Serialize)]
struct KeyedRef<'a, T> {
    key: &'a Digest,
    value: &'a T,
}

#[derive(Deserialize)]
struct Keyed<T> {
    key: Digest,
    value: T,
}

/// Appends `value` under `key`, synced.
///
/// # Errors
/// When it can't be written.
pub fn append<T: Serialize>(path: &Path, key: &Digest, value: &T) -> Result<(), atomic::WriteError> {
    let line = serde_json::to_string(&KeyedRef { key, value })
        .map_err(|e| atomic::WriteError { path: path.to_owned(), source: e.into() })?;
    atomic::append_line(path, &line)
}

/// All values that were appended under `key`, in order. Lines of other keys and torn lines are passed over.
#[must_use]
pub fn read<T: DeserializeOwned>(path: &Path, key: &Digest) -> Vec<T> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    bytes
        .split(|b| *b == b'\n')
        .filter_map(|line| serde_json::from_slice::<Keyed<T>>(line).ok())
        .filter(|entry| entry.key == *key)
        .map(|entry| entry.value)
        .collect()
}

/// People's edits, in order. A torn line is passed over: nobody was told that it is saved.
///
/// # Errors
/// When the file can't be read, or the edits' numbers have a gap: an edit must never get lost silently.
pub fn edits(path: &Path) -> Result<Vec<Edit>, LibraryError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(LibraryError::Unreadable { path: path.to_owned(), source }),
    };
    let mut edits: Vec<Edit> = Vec::new();
    for edit in bytes.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice::<Edit>(line).ok()) {
        let expected = edits.len() as u64 + 1;
        if edit.seq != expected {
            let why = format!("edit number {expected} is missing; the next one is number {}", edit.seq);
            return Err(LibraryError::Damaged { path: path.to_owned(), why });
        }
        edits.push(edit);
    }
    Ok(edits)
}

/// Appends an edit with the next number, synced. The caller holds the episode's lock.
///
/// # Errors
/// When the edits so far can't be read, or it can't be written.
pub fn add_edit(
    path: &Path,
    time: Timestamp,
    editor: &str,
    entry: Option<EntryId>,
    change: Change,
) -> Result<Edit, LibraryError> {
    let seq = edits(path)?.len() as u64 + 1;
    let edit = Edit { seq, time, editor: editor.to_owned(), entry, key: None, change };
    append_edit(path, &edit)?;
    Ok(edit)
}

/// Appends an edit that has its number, synced. The caller holds the lock of the episode's edits and knows the last number.
///
/// # Errors
/// When it can't be written.
pub fn append_edit(path: &Path, edit: &Edit) -> Result<(), LibraryError> {
    let line = serde_json::to_string(edit)
        .map_err(|e| LibraryError::Unreadable { path: path.to_owned(), source: e.into() })?;
    Ok(atomic::append_line(path, &line)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::artefact::Key;

    #[test]
    fn readings_come_back_by_key_without_what_was_torn() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (a, b) = (Key::of("a", 1).digest(), Key::of("b", 1).digest());
        append(&path, &a, &1).unwrap();
        append(&path, &b, &2).unwrap();
        append(&path, &a, &3).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"key\":\"");
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read::<i32>(&path, &a), [1, 3]);
    }

    #[test]
    fn a_torn_edit_is_passed_over_but_a_missing_one_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("edits.jsonl");
        let line = |seq: u64| {
            format!(
                r#"{{"seq":{seq},"time":"2026-01-01T00:00:00Z","editor":"a","entry":"e-7k3m9q2x","change":{{"do":"approve"}}}}"#
            )
        };
        std::fs::write(&path, format!("{}\n{{\"seq\":2\n{}\n", line(1), line(2))).unwrap();
        assert_eq!(edits(&path).unwrap().len(), 2);
        std::fs::write(&path, format!("{}\n{{\"seq\":2,\"damaged\n{}\n", line(1), line(3))).unwrap();
        assert!(matches!(edits(&path), Err(LibraryError::Damaged { .. })));
    }
}
