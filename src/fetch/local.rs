//! Recordings that lie on this computer.

use super::FetchError;
use crate::atomic;
use crate::checksum;
use crate::failure::Cancelled;
use crate::model::{Digest, Recording, Source};
use crate::progress::{Amount, Cancel, Progress};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Endings of file names that are taken for recordings in a folder. A file named by hand may have any.
const MEDIA: [&str; 27] = [
    "3gp", "aac", "aif", "aiff", "avi", "flac", "flv", "m4a", "m4b", "m4v", "mka", "mkv", "mov", "mp2", "mp3", "mp4",
    "mpeg", "mpg", "mts", "oga", "ogg", "opus", "ts", "wav", "webm", "wma", "wmv",
];

/// How much is copied at a time, in bytes.
const PIECE: usize = 1 << 20;

/// The recordings that `path` means: itself, or those directly in the folder, by name.
///
/// # Errors
/// When there is nothing of the kind, or it can't be read.
pub fn recordings_in(path: &Path) -> Result<Vec<PathBuf>, FetchError> {
    let facts = metadata(path)?;
    if facts.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !facts.is_dir() {
        return Err(FetchError::NoFile(path.to_owned()));
    }
    let unreadable = |source| FetchError::Unreadable { path: path.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if is_media(&path) && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() { Err(FetchError::NothingIn(path.to_owned())) } else { Ok(found) }
}

fn is_media(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    !hidden && ending.is_some_and(|e| MEDIA.contains(&e.as_str()))
}

fn metadata(path: &Path) -> Result<Metadata, FetchError> {
    std::fs::metadata(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FetchError::Missing(path.to_owned()),
        _ => FetchError::Unreadable { path: path.to_owned(), source },
    })
}

fn modified(facts: &Metadata) -> Option<Timestamp> {
    facts.modified().ok().and_then(|time| Timestamp::try_from(time).ok())
}

/// Whether the file at `path` is by size and time of change still the one that was brought as `recording`, and
/// `media` still holds the copy.
#[must_use]
pub fn same_as_before(path: &Path, media: &Path, recording: &Recording) -> bool {
    let unchanged = std::fs::metadata(path)
        .is_ok_and(|facts| facts.len() == recording.bytes && modified(&facts) == recording.modified);
    let kept = std::fs::metadata(media.join(&recording.file)).is_ok_and(|facts| facts.len() == recording.bytes);
    unchanged && recording.modified.is_some() && kept
}

/// SHA-256 of the file at `path`.
///
/// # Errors
/// When it can't be read, or somebody asks to stop.
pub fn digest_of(path: &Path, cancel: &Cancel) -> Result<Digest, FetchError> {
    let unreadable = |source| FetchError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    Ok(checksum::of(&mut file, |_| cancel.check()).map_err(unreadable)??)
}

/// The ending of a recording's name in lower case, if it looks like one; `media` otherwise.
#[must_use]
pub fn ending_of(path: &Path) -> String {
    path.extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .filter(|e| e.len() <= 8 && !e.is_empty() && e.bytes().all(|b| b.is_ascii_alphanumeric()))
        .unwrap_or_else(|| "media".into())
}

/// Copies the file at `path` into the folder `media` and returns what it is.
///
/// The copy's name is made of nothing that the original's says but its ending.
///
/// # Errors
/// When it can't be read or the copy can't be written; then nothing of it stays.
pub fn bring(path: &Path, media: &Path, progress: &dyn Progress, cancel: &Cancel) -> Result<Recording, FetchError> {
    let unreadable = |source| FetchError::Unreadable { path: path.to_owned(), source };
    let facts = metadata(path)?;
    let mut from = File::open(path).map_err(unreadable)?;
    let file = format!("recording.{}", ending_of(path));

    progress.start("copy", Amount::Bytes(facts.len()));
    let mut hash = Sha256::new();
    let mut bytes = 0u64;
    // What went wrong on the reading side must not be told as a fault of the writing side.
    let mut read_fault = None;
    let copied = atomic::write_with(&media.join(&file), |out| {
        let mut piece = vec![0; PIECE];
        loop {
            if cancel.is_cancelled() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let n = match from.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    read_fault = Some(e);
                    return Err(io::ErrorKind::Other.into());
                }
            };
            hash.update(&piece[..n]);
            out.write_all(&piece[..n])?;
            bytes += n as u64;
            progress.at(bytes);
        }
    });
    if cancel.is_cancelled() {
        return Err(Cancelled.into());
    }
    if let Some(fault) = read_fault {
        return Err(unreadable(fault));
    }
    copied?;
    progress.finish(&format!("{:.1} MB", bytes as f64 / 1e6));
    Ok(Recording {
        source: Source::File(path.to_string_lossy().into_owned()),
        file,
        sha256: Digest::from_bytes(hash.finalize().into()),
        bytes,
        modified: modified(&facts),
        published: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn a_copy_is_whole_and_remembers_its_original() {
        let dir = tempfile::tempdir().unwrap();
        let original = dir.path().join("Talk é.MP3");
        let content: Vec<u8> = (0..3_000_000u32).map(|i| i as u8).collect();
        std::fs::write(&original, &content).unwrap();
        let media = dir.path().join("media");
        std::fs::create_dir(&media).unwrap();
        let recording = bring(&original, &media, &Silent, &Cancel::default()).unwrap();
        assert_eq!(recording.file, "recording.mp3");
        assert_eq!(std::fs::read(media.join("recording.mp3")).unwrap(), content);
        assert!(same_as_before(&original, &media, &recording));
        std::fs::write(&original, b"other").unwrap();
        assert!(!same_as_before(&original, &media, &recording));
    }

    #[test]
    fn a_cancelled_copy_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let original = dir.path().join("a.wav");
        std::fs::write(&original, b"content").unwrap();
        let cancel = Cancel::default();
        cancel.cancel();
        let media = dir.path().join("media");
        std::fs::create_dir(&media).unwrap();
        assert!(matches!(bring(&original, &media, &Silent, &cancel), Err(FetchError::Cancelled(_))));
        assert_eq!(std::fs::read_dir(&media).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_gives_its_recordings_in_order() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(recordings_in(dir.path()), Err(FetchError::NothingIn(_))));
        for name in ["b.mp3", "a.WEBM", "notes.txt", ".c.mp3"] {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        let names: Vec<_> = recordings_in(dir.path()).unwrap();
        assert_eq!(names, [dir.path().join("a.WEBM"), dir.path().join("b.mp3")]);
        assert!(matches!(recordings_in(&dir.path().join("none")), Err(FetchError::Missing(_))));
    }
}
