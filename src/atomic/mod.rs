//! The only way to create a file: write beside, sync, rename, sync the folder. A reader never sees half a file,
//! and a killed run leaves the old file whole.

mod folder;

pub use folder::{FileStamp, Replaced, Replacement, is_below};

use crate::failure::{Exit, Failure, exit_of_write, remedy_of_write};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file or folder could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be written", path.display())]
pub struct WriteError {
    /// What was to be written.
    pub path: PathBuf,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

impl Failure for WriteError {
    fn exit(&self) -> Exit {
        exit_of_write(&self.source)
    }

    fn remedy(&self) -> Option<String> {
        remedy_of_write(&self.source)
    }
}

/// Names of temporary files begin so; `library` sweeps what a killed run left.
pub const TEMPORARY_PREFIX: &str = ".tmp-";

/// Replaces the file at `path` by what `fill` writes, or leaves it as it was.
///
/// # Errors
/// When the folder does not exist, the disk is full, or `fill` fails.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let attempt = || -> io::Result<()> {
        let folder = folder_of(path);
        let mut file =
            tempfile::Builder::new().prefix(TEMPORARY_PREFIX).permissions(permissions()).tempfile_in(folder)?;
        let mut buffered = io::BufWriter::new(file.as_file_mut());
        fill(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        sync_folder(folder)
    };
    attempt().map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Makes a new file of what `fill` writes, under the first name of `names` that no file has yet; overwrites nothing.
///
/// # Errors
/// As [`write_with`]; [`io::ErrorKind::AlreadyExists`] when all names are taken.
pub fn write_new(
    folder: &Path,
    names: impl Iterator<Item = String>,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<PathBuf, WriteError> {
    let attempt = || -> io::Result<PathBuf> {
        let mut file =
            tempfile::Builder::new().prefix(TEMPORARY_PREFIX).permissions(permissions()).tempfile_in(folder)?;
        fill(file.as_file_mut())?;
        file.as_file().sync_all()?;
        for name in names {
            let path = folder.join(name);
            match file.persist_noclobber(&path) {
                Ok(_) => return sync_folder(folder).map(|()| path),
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => file = taken.file,
                Err(other) => return Err(other.error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    };
    attempt().map_err(|source| WriteError { path: folder.to_owned(), source })
}

/// Replaces the file at `path` by `bytes`.
///
/// # Errors
/// As [`write_with`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_with(path, |out| out.write_all(bytes))
}

/// Replaces the file at `path` by `bytes`, which nobody but this user may read.
///
/// # Errors
/// As [`write_with`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let attempt = || -> io::Result<()> {
        let folder = folder_of(path);
        // Temporary files are this user's alone unless they are told otherwise.
        let mut file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        sync_folder(folder)
    };
    attempt().map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Replaces the file at `path` by `bytes` unless it holds exactly these already. Tells whether it wrote.
///
/// # Errors
/// As [`write_with`].
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool, WriteError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write(path, bytes).map(|()| true)
}

/// Moves a file that another program finished, on the same disk, over what is at `path`; synced before and after.
///
/// # Errors
/// When it can't be synced or moved.
pub fn adopt(from: &Path, path: &Path) -> Result<(), WriteError> {
    let moved = File::open(from).and_then(|file| move_over(&file, from, path));
    moved.map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Syncs `file`, which lies at `from`, moves it over what is at `to`, and syncs the folder.
fn move_over(file: &File, from: &Path, to: &Path) -> io::Result<()> {
    file.sync_all()?;
    fs::rename(from, to)?;
    sync_folder(folder_of(to))
}

/// Appends one line and syncs it. A torn line of a killed run is ended first, so that the new line stands alone.
///
/// # Errors
/// When the file can't be opened or written.
pub fn append_line(path: &Path, line: &str) -> Result<(), WriteError> {
    use std::io::{Read, Seek, SeekFrom};
    let attempt = || -> io::Result<()> {
        let new = !path.exists();
        let mut file = File::options().create(true).append(true).read(true).open(path)?;
        let mut text = String::with_capacity(line.len() + 2);
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                text.push('\n');
            }
        }
        text.push_str(line);
        text.push('\n');
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        if new { sync_folder(folder_of(path)) } else { Ok(()) }
    };
    attempt().map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Opens the file whose lock tells that somebody is at work, and makes it if need be. It holds nothing of value.
///
/// # Errors
/// When it can't be opened.
pub fn open_lock_file(path: &Path) -> Result<File, WriteError> {
    File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Writes into a lock file who holds it. In place: the file's identity is the lock.
///
/// # Errors
/// When it can't be written.
pub fn fill_lock_file(mut file: &File, path: &Path, text: &str) -> Result<(), WriteError> {
    use std::io::{Seek, SeekFrom};
    let mut attempt = || -> io::Result<()> {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())
    };
    attempt().map_err(|source| WriteError { path: path.to_owned(), source })
}

/// Makes a folder and those above it.
///
/// # Errors
/// When it can't be made.
pub fn create_folder(path: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(path).map_err(|source| WriteError { path: path.to_owned(), source })
}

/// A file that fills up over several runs, such as a download: it grows beside its place under the same name and
/// `.part`, and moves there when it is whole. One process at a time has it.
#[derive(Debug)]
pub struct Partial {
    file: File,
    part: PathBuf,
    path: PathBuf,
    length: u64,
}

impl Partial {
    /// Opens what an earlier run left for `path`, or begins with nothing.
    ///
    /// # Errors
    /// When the file can't be made or read; [`io::ErrorKind::WouldBlock`] while another process fills it.
    pub fn open(path: &Path) -> Result<Self, WriteError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let attempt = || -> io::Result<(File, u64)> {
            let file = File::options().create(true).append(true).read(true).open(&part)?;
            file.try_lock()?;
            // Between opening and locking, the run that had it may have moved it to its place.
            if !same_file(&file, &part)? {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        let (file, length) = attempt().map_err(|source| WriteError { path: part.clone(), source })?;
        Ok(Self { file, part, path: path.to_owned(), length })
    }

    /// How many bytes are there.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When they can't be written; what was there before stays.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.file.write_all(bytes);
        match written {
            Ok(()) => self.length += bytes.len() as u64,
            // A part of the bytes may have gone through before the disk was full: without it the rest still fits.
            Err(_) => drop(self.file.set_len(self.length)),
        }
        self.at(written)
    }

    /// Begins again with nothing.
    ///
    /// # Errors
    /// When the file can't be cut.
    pub fn restart(&mut self) -> Result<(), WriteError> {
        self.length = 0;
        let cut = self.file.set_len(0);
        self.at(cut)
    }

    /// The bytes from the first one on, to check them.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn reader(&self) -> Result<impl io::Read, WriteError> {
        use std::io::Seek;
        let mut file = &self.file;
        let rewound = file.rewind();
        self.at(rewound).map(|()| file)
    }

    /// It is whole: moves it to its place, over what is there.
    ///
    /// # Errors
    /// When it can't be synced or moved; it is kept for the next run then.
    pub fn finish(self) -> Result<(), WriteError> {
        let moved = move_over(&self.file, &self.part, &self.path);
        moved.map_err(|source| WriteError { path: self.path.clone(), source })
    }

    /// It is no good: removes it.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn discard(self) -> Result<(), WriteError> {
        let removed = fs::remove_file(&self.part);
        self.at(removed)
    }

    fn at(&self, outcome: io::Result<()>) -> Result<(), WriteError> {
        outcome.map_err(|source| WriteError { path: self.part.clone(), source })
    }
}

fn same_file(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (open, named) = (file.metadata()?, fs::metadata(path)?);
    Ok(open.dev() == named.dev() && open.ino() == named.ino())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    // The umask takes away what the user does not grant.
    fs::Permissions::from_mode(0o666)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write(&path, b"old").unwrap();
        let failed = write_with(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(failed.unwrap_err().exit(), Exit::Disk);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_takes_the_first_free_name_and_a_failed_one_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let names = || ["a".to_owned(), "b".to_owned()].into_iter();
        for (content, name) in [("1", "a"), ("2", "b")] {
            let path = write_new(dir.path(), names(), |out| out.write_all(content.as_bytes())).unwrap();
            assert_eq!(
                (path, fs::read_to_string(dir.path().join(name)).unwrap()),
                (dir.path().join(name), content.into())
            );
        }
        let full = write_new(dir.path(), names(), |out| out.write_all(b"3")).unwrap_err();
        assert_eq!(full.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"1");
        write_new(dir.path(), ["c".to_owned()].into_iter(), |_| Err(io::ErrorKind::ConnectionAborted.into()))
            .unwrap_err();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_private_file_is_this_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write(&path, b"old").unwrap();
        write_private(&path, b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"secret");
    }

    #[test]
    fn an_unchanged_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        assert!(write_if_changed(&path, b"1").unwrap());
        assert!(!write_if_changed(&path, b"1").unwrap());
        assert!(write_if_changed(&path, b"2").unwrap());
    }

    #[test]
    fn a_partial_file_is_found_again_and_belongs_to_one_process() {
        use std::io::Read;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.bin");
        let mut partial = Partial::open(&path).unwrap();
        partial.append(b"half").unwrap();
        assert_eq!(Partial::open(&path).unwrap_err().source.kind(), io::ErrorKind::WouldBlock);
        drop(partial);

        let mut partial = Partial::open(&path).unwrap();
        assert_eq!((partial.length(), path.exists()), (4, false));
        partial.append(b" and half").unwrap();
        let mut text = String::new();
        partial.reader().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "half and half");
        partial.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"half and half");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

        let mut partial = Partial::open(&path).unwrap();
        partial.append(b"wrong").unwrap();
        partial.restart().unwrap();
        assert_eq!(partial.length(), 0);
        partial.discard().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_torn_last_line_does_not_swallow_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("edits.jsonl");
        append_line(&path, "one").unwrap();
        fs::write(&path, "one\ntor").unwrap();
        append_line(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntor\ntwo\n");
    }
}
