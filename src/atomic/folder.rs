//! A folder that changes as a whole: its next state is laid out beside it, and takes its place in one step of the
//! system. Whoever reads the folder sees the old state or the new one.

use super::{TEMPORARY_PREFIX, WriteError, adopt, create_folder, folder_of, sync_folder, write, write_if_changed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A folder's next state, as it grows. Files that are there already with the same bytes stay the files that they are.
#[derive(Debug)]
pub struct Replacement {
    target: PathBuf,
    /// Beside the target; made with the first file that is new.
    staging: PathBuf,
    /// Whether the target may be exchanged. Otherwise each file is replaced by itself.
    at_once: bool,
    kept: BTreeSet<String>,
    written: BTreeSet<String>,
    removed: BTreeSet<String>,
    list: Option<FileList>,
}

/// The file that lists what the folder holds.
#[derive(Debug)]
struct FileList {
    name: String,
    /// What it says while files are replaced one by one: of all that may be there then.
    meanwhile: Vec<u8>,
    bytes: Vec<u8>,
}

/// A file that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// Whether it is new or has new bytes.
    pub is_new: bool,
    /// How it will look.
    pub stamp: FileStamp,
}

/// How a file looks from outside: one that has the same stamp later is the same file with the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Its bytes.
    bytes: u64,
    /// When they were written, in nanoseconds since 1970.
    modified: i128,
    /// Its number in the file system: what is written anew gets another.
    number: u64,
}

impl FileStamp {
    /// The stamp of a file as it is now; `None` where there is none.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        let modified = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
        Some(Self { bytes: meta.len(), modified, number: meta.ino() })
    }
}

/// What became of a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replaced {
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files that stayed as they were.
    pub unchanged: usize,
    /// Files that are gone.
    pub removed: usize,
}

impl Replacement {
    /// For the folder at `target`, whether it exists or not. Only one at a time may be under way for it.
    ///
    /// `ours` are the names of all files that the folder may hold for it to be exchanged as a whole. Where it holds
    /// others, where the process works inside it (`in_place`), or where the system can't do it, each file is replaced by itself, and files
    /// called `index.html` last.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn begin(target: &Path, ours: &BTreeSet<String>, in_place: bool) -> Result<Self, WriteError> {
        let at = |source| WriteError { path: target.to_owned(), source };
        // What stands behind a link is exchanged, not the link.
        let target = match fs::canonicalize(target) {
            Ok(path) => path,
            Err(e) if e.kind() == io::ErrorKind::NotFound => target.to_owned(),
            Err(e) => return Err(at(e)),
        };
        let mut staging = std::ffi::OsString::from(TEMPORARY_PREFIX);
        staging.push(target.file_name().unwrap_or("folder".as_ref()));
        let staging = folder_of(&target).join(staging);
        remove_folder(&staging).map_err(at)?;
        let at_once = !in_place && holds_only(&target, Path::new(""), ours);
        let (kept, written, removed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Ok(Self { target, staging, at_once, kept, written, removed, list: None })
    }

    /// Adds a file. `name` is its path below the folder with `/` between the parts.
    ///
    /// # Errors
    /// When the disk is full or refuses; [`io::ErrorKind::InvalidInput`] for a name that would lead out of the folder.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<Put, WriteError> {
        let fault = |path: &Path, source| WriteError { path: path.to_owned(), source };
        if !is_below(name) {
            return Err(fault(Path::new(name), io::ErrorKind::InvalidInput.into()));
        }
        let present = self.target.join(name);
        // Before it is read: what changes meanwhile looks otherwise.
        if let Some(stamp) = FileStamp::of(&present)
            && stamp.bytes == bytes.len() as u64
            && fs::read(&present).is_ok_and(|old| old == bytes)
        {
            self.kept.insert(name.to_owned());
            return Ok(Put { is_new: false, stamp });
        }
        let path = self.staging.join(name);
        create_folder(folder_of(&path))?;
        // All are synced together at the end.
        fs::write(&path, bytes).map_err(|source| fault(&path, source))?;
        self.written.insert(name.to_owned());
        let stamp = FileStamp::of(&path).ok_or_else(|| fault(&path, io::ErrorKind::NotFound.into()))?;
        Ok(Put { is_new: true, stamp })
    }

    /// Adds the file that lists what the folder holds. Where files are replaced one by one it says `meanwhile` until all of
    /// them are, so that whoever is killed in between leaves no file that nobody knows of.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub fn put_list(&mut self, name: &str, meanwhile: &[u8], bytes: &[u8]) -> Result<Put, WriteError> {
        let put = self.put(name, bytes)?;
        self.list = Some(FileList { name: name.to_owned(), meanwhile: meanwhile.to_vec(), bytes: bytes.to_vec() });
        Ok(put)
    }

    /// Leaves a file as it is without reading it.
    pub fn keep(&mut self, name: &str) {
        self.kept.insert(name.to_owned());
    }

    /// Takes a file away, if it is there, below the folder, and was not added.
    pub fn remove(&mut self, name: &str) {
        if is_below(name)
            && !self.kept.contains(name)
            && !self.written.contains(name)
            && self.target.join(name).is_file()
        {
            self.removed.insert(name.to_owned());
        }
    }

    /// Puts the next state in place.
    ///
    /// # Errors
    /// When the disk is full or refuses.
    pub fn finish(self) -> Result<Replaced, WriteError> {
        let replaced =
            Replaced { written: self.written.len(), unchanged: self.kept.len(), removed: self.removed.len() };
        if replaced.written == 0 && replaced.removed == 0 {
            return Ok(replaced);
        }
        if self.at_once && self.exchange().map_err(|source| WriteError { path: self.target.clone(), source })? {
            return Ok(replaced);
        }
        self.one_by_one()?;
        Ok(replaced)
    }

    /// Exchanges the folders; tells whether the system could.
    fn exchange(&self) -> io::Result<bool> {
        fs::create_dir_all(&self.staging)?;
        if let Ok(meta) = fs::metadata(&self.target) {
            fs::set_permissions(&self.staging, meta.permissions())?;
            for name in &self.kept {
                let path = self.staging.join(name);
                fs::create_dir_all(folder_of(&path))?;
                if let Err(error) = fs::hard_link(self.target.join(name), &path) {
                    return if is_refusal(&error) { Ok(false) } else { Err(error) };
                }
            }
            // What others of ours left, and this export has nothing to do with.
            if let Err(error) = self.link_others(Path::new("")) {
                return if is_refusal(&error) { Ok(false) } else { Err(error) };
            }
        }
        sync_all(&self.staging)?;
        if !self.target.exists() {
            fs::rename(&self.staging, &self.target)?;
            sync_folder(folder_of(&self.target))?;
            return Ok(true);
        }
        match swap(&self.staging, &self.target) {
            Ok(()) => {}
            Err(error) if is_refusal(&error) => {
                // The links of what stays would only be in the way.
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        sync_folder(folder_of(&self.target))?;
        remove_folder(&self.staging)?;
        Ok(true)
    }

    fn link_others(&self, below: &Path) -> io::Result<()> {
        for entry in fs::read_dir(self.target.join(below))? {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                self.link_others(&name)?;
                continue;
            }
            let text = name.to_string_lossy();
            if !self.removed.contains(&*text) && !self.written.contains(&*text) && !self.kept.contains(&*text) {
                let path = self.staging.join(&name);
                fs::create_dir_all(folder_of(&path))?;
                fs::hard_link(self.target.join(&name), path)?;
            }
        }
        Ok(())
    }

    /// Replaces file by file: what is linked to comes before what links to it, and what goes goes last.
    fn one_by_one(&self) -> Result<(), WriteError> {
        if let Some(list) = &self.list {
            create_folder(&self.target)?;
            write_if_changed(&self.target.join(&list.name), &list.meanwhile)?;
        }
        let is_list = |name: &String| self.list.as_ref().is_some_and(|list| list.name == *name);
        let is_index = |name: &&String| name.ends_with("index.html");
        let files = self.written.iter().filter(|name| !is_list(name));
        let (last, first): (Vec<&String>, Vec<&String>) = files.partition(is_index);
        for name in first.into_iter().chain(last) {
            let (from, path) = (self.staging.join(name), self.target.join(name));
            create_folder(folder_of(&path))?;
            if adopt(&from, &path).is_err() {
                // The folder is on another disk than what is beside it.
                let bytes = fs::read(&from).map_err(|source| WriteError { path: from, source })?;
                write(&path, &bytes)?;
            }
        }
        for name in &self.removed {
            let path = self.target.join(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(WriteError { path, source }),
                _ => {}
            }
            // An empty folder is of no use; one that is not empty stays.
            let _ = fs::remove_dir(folder_of(&path));
        }
        if let Some(list) = &self.list {
            write_if_changed(&self.target.join(&list.name), &list.bytes)?;
        }
        remove_folder(&self.staging).map_err(|source| WriteError { path: self.staging.clone(), source })
    }
}

impl Drop for Replacement {
    /// Leaves nothing behind when an export stops half way.
    fn drop(&mut self) {
        let _ = remove_folder(&self.staging);
    }
}

/// Whether a path leads to something below the folder that it is relative to.
#[must_use]
pub fn is_below(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn holds_only(target: &Path, below: &Path, ours: &BTreeSet<String>) -> bool {
    let Ok(entries) = fs::read_dir(target.join(below)) else { return !target.exists() };
    entries.into_iter().all(|entry| {
        let Ok(entry) = entry else { return false };
        let name = below.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => holds_only(target, &name, ours),
            Ok(kind) => kind.is_file() && name.to_str().is_some_and(|name| ours.contains(name)),
            Err(_) => false,
        }
    })
}

fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Whether the file system can't do it, so that another way may work.
fn is_refusal(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::Unsupported
            | Kind::InvalidInput
            | Kind::ResourceBusy
            | Kind::CrossesDevices
            | Kind::PermissionDenied
            | Kind::TooManyLinks
    )
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn swap(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(io::Error::from)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Brings all that was written to the disk.
#[cfg(target_os = "linux")]
fn sync_all(folder: &Path) -> io::Result<()> {
    rustix::fs::syncfs(fs::File::open(folder)?).map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => sync_all(&entry.path())?,
            false => fs::File::open(entry.path())?.sync_all()?,
        }
    }
    sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn ours(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_folder_is_exchanged_and_what_did_not_change_is_the_same_file() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("a").join("site");
        let mut first = Replacement::begin(&out, &ours(&[]), false).unwrap();
        first.put("index.html", b"1").unwrap();
        first.put("x/a.html", b"a").unwrap();
        first.put("x/b.html", b"b").unwrap();
        assert!(!out.exists());
        assert_eq!(first.finish().unwrap(), Replaced { written: 3, ..Replaced::default() });
        let before = fs::metadata(out.join("x/a.html")).unwrap();
        let folder = fs::metadata(&out).unwrap().ino();

        let all = ours(&["index.html", "x/a.html", "x/b.html"]);
        let mut second = Replacement::begin(&out, &all, false).unwrap();
        second.put("index.html", b"2").unwrap();
        second.put("x/a.html", b"a").unwrap();
        second.remove("x/b.html");
        second.remove("never/there");
        assert_eq!(fs::read(out.join("index.html")).unwrap(), b"1");
        assert_eq!(second.finish().unwrap(), Replaced { written: 1, unchanged: 1, removed: 1 });
        assert_eq!(fs::read(out.join("index.html")).unwrap(), b"2");
        assert_eq!(names(&out.join("x")), ["a.html"]);
        let after = fs::metadata(out.join("x/a.html")).unwrap();
        assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
        assert_ne!(folder, fs::metadata(&out).unwrap().ino());
        assert_eq!(names(&dir.path().join("a")), ["site"]);
    }

    #[test]
    fn where_others_keep_files_each_is_replaced_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("site");
        fs::create_dir_all(out.join(".git")).unwrap();
        fs::write(out.join("CNAME"), "x").unwrap();
        fs::write(out.join("old.html"), "x").unwrap();
        let folder = fs::metadata(&out).unwrap().ino();
        let mut next = Replacement::begin(&out, &ours(&["old.html"]), false).unwrap();
        next.put("x/a.html", b"a").unwrap();
        next.remove("old.html");
        assert_eq!(next.finish().unwrap(), Replaced { written: 1, unchanged: 0, removed: 1 });
        assert_eq!(names(&out), [".git", "CNAME", "x"]);
        assert_eq!(folder, fs::metadata(&out).unwrap().ino());
        assert_eq!(names(dir.path()), ["site"]);
    }

    #[test]
    fn whoever_is_stopped_between_two_files_leaves_a_list_of_both_states() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("site");
        fs::create_dir_all(out.join("taken")).unwrap();
        fs::write(out.join("theirs"), "x").unwrap();
        fs::write(out.join("taken/theirs"), "x").unwrap();
        fs::write(out.join("old"), "x").unwrap();
        let next = |names: &[&str]| {
            let mut next = Replacement::begin(&out, &ours(&["old", "list"]), false).unwrap();
            names.iter().for_each(|name| assert!(next.put(name, b"new").unwrap().is_new));
            next.put_list("list", b"old and new", b"new").unwrap();
            next.remove("old");
            next
        };
        // A folder stands where a file must go.
        next(&["a", "taken"]).finish().unwrap_err();
        assert_eq!(names(&out), ["a", "list", "old", "taken", "theirs"]);
        assert_eq!(fs::read(out.join("list")).unwrap(), b"old and new");
        next(&["b"]).finish().unwrap();
        assert_eq!(names(&out), ["a", "b", "list", "taken", "theirs"]);
        assert_eq!(fs::read(out.join("list")).unwrap(), b"new");
    }

    #[test]
    fn nothing_beside_the_folder_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("site");
        fs::create_dir_all(&out).unwrap();
        fs::write(dir.path().join("precious"), "x").unwrap();
        let mut next = Replacement::begin(&out, &ours(&[]), false).unwrap();
        next.put("a", b"a").unwrap();
        next.remove("../precious");
        next.remove(dir.path().join("precious").to_str().unwrap());
        assert_eq!(next.finish().unwrap().removed, 0);
        assert!(dir.path().join("precious").exists());
    }

    #[test]
    fn what_is_dropped_half_way_leaves_the_folder_and_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("site");
        let mut half = Replacement::begin(&out, &ours(&[]), false).unwrap();
        half.put("a", b"a").unwrap();
        for name in ["../b", "/b", "", "a/../../b"] {
            assert!(half.put(name, b"b").is_err(), "{name}");
        }
        drop(half);
        assert_eq!(names(dir.path()), [""; 0]);
    }
}
