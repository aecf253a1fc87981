//! Stage results at rest: one JSON file each, with a format version and the key of what it was made from.
//!
//! Equal key: the file is what the stage would make again, so there is nothing to do.

use super::LibraryError;
use crate::atomic;
use crate::model::{Digest, Edit, standing};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// The version of the files that this program writes. A file of a newer version is refused, never overwritten.
pub const FORMAT: u32 = 1;

/// What a stage's result depends on, as it grows: the stage, its version, its inputs' keys, its parameters.
#[derive(Debug, Clone)]
pub struct Key(Sha256);

impl Key {
    /// A key for results of `stage` in its version `version`.
    #[must_use]
    pub fn of(stage: &str, version: u32) -> Self {
        Self(Sha256::new()).with("stage", stage).with("version", &version.to_string())
    }

    /// Adds a named input or parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        // Lengths first, so that no two lists of fields run together to the same bytes.
        for part in [name, value] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part.as_bytes());
        }
        self
    }

    /// Adds a value as JSON.
    #[must_use]
    pub fn with_value(self, name: &str, value: &impl Serialize) -> Self {
        // Plain data without maps of odd keys always serialises; should it not, the key is just less specific.
        let text = serde_json::to_string(value).unwrap_or_default();
        self.with(name, &text)
    }

    /// The finished key.
    #[must_use]
    pub fn digest(self) -> Digest {
        Digest::from_bytes(self.0.finalize().into())
    }
}

#[derive(Serialize)]
struct Written<'a, T> {
    format: u32,
    key: &'a Digest,
    #[serde(flatten)]
    value: &'a T,
}

#[derive(Deserialize)]
struct Head {
    format: u32,
    key: Option<Digest>,
}

#[derive(Deserialize)]
struct Read<T> {
    #[serde(flatten)]
    value: T,
}

/// Saves `value` with its key. A file that holds exactly this already is left alone.
///
/// # Errors
/// When it can't be written.
pub fn save<T: Serialize>(path: &Path, key: &Digest, value: &T) -> Result<(), LibraryError> {
    let mut bytes = serde_json::to_vec_pretty(&Written { format: FORMAT, key, value })
        .map_err(|e| LibraryError::Damaged { path: path.to_owned(), why: e.to_string() })?;
    bytes.push(b'\n');
    atomic::write_if_changed(path, &bytes)?;
    Ok(())
}

/// The key of the file at `path`; `None` when there is no such file, or none that can be read (it is made again).
///
/// # Errors
/// When a newer program wrote it.
pub fn key_of(path: &Path) -> Result<Option<Digest>, LibraryError> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(None) };
    match serde_json::from_slice::<Head>(&bytes) {
        Ok(head) if head.format > FORMAT => Err(LibraryError::Newer { path: path.to_owned(), format: head.format }),
        Ok(head) => Ok(head.key),
        Err(_) => Ok(None),
    }
}

/// Reads the value of the file at `path`; `None` when there is no such file.
///
/// # Errors
/// When it can't be read, is damaged, or a newer program wrote it.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, LibraryError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LibraryError::Unreadable { path: path.to_owned(), source }),
    };
    let damaged = |e: serde_json::Error| LibraryError::Damaged { path: path.to_owned(), why: e.to_string() };
    let head: Head = serde_json::from_slice(&bytes).map_err(damaged)?;
    if head.format > FORMAT {
        return Err(LibraryError::Newer { path: path.to_owned(), format: head.format });
    }
    serde_json::from_slice::<Read<T>>(&bytes).map(|read| Some(read.value)).map_err(damaged)
}

/// The key of entries: of the draft and the edits over it, as `version` of the program lays them.
#[must_use]
pub fn entries_key(version: u32, draft: &Digest, edits: &[Edit]) -> Digest {
    Key::of("entries", version).with("draft", draft.as_str()).with_value("edits", &standing(edits)).digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_fields_apart() {
        let a = Key::of("s", 1).with("a", "bc").digest();
        let b = Key::of("s", 1).with("ab", "c").digest();
        assert_ne!(a, b);
        assert_ne!(Key::of("s", 1).digest(), Key::of("s", 2).digest());
        assert_eq!(a, Key::of("s", 1).with("a", "bc").digest());
    }

    #[test]
    fn a_value_comes_back_with_its_key_and_a_newer_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.json");
        let key = Key::of("s", 1).digest();
        assert_eq!(key_of(&path).unwrap(), None);
        save(&path, &key, &crate::model::Outline::default()).unwrap();
        assert_eq!(key_of(&path).unwrap(), Some(key));
        assert_eq!(load::<crate::model::Outline>(&path).unwrap(), Some(crate::model::Outline::default()));
        std::fs::write(&path, r#"{"format": 9, "key": null}"#).unwrap();
        assert!(matches!(key_of(&path), Err(LibraryError::Newer { .. })));
        std::fs::write(&path, r#"{"form"#).unwrap();
        assert_eq!(key_of(&path).unwrap(), None);
    }
}
