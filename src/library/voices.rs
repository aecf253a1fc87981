//! Enrolled voices at rest: one file a person in `voices/`. They are biometric data and say so themselves.

use super::artefact::{self, FORMAT};
use super::{Library, LibraryError};
use crate::atomic;
use crate::model::{PersonId, VoicePrint};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// What stands in each file, for whoever finds it.
pub const BIOMETRIC: &str = "A voice print is biometric data: keep it only with the person's consent, keep this folder \
    from others, and remove it with \"spinetime roster forget\" when the person asks for it.";

/// The enrolled voices of a library.
#[derive(Debug, Clone, Default)]
pub struct Voices {
    /// Those that can be read, by person.
    pub prints: Vec<VoicePrint>,
    /// What is to be said of the others, as sentences.
    pub warnings: Vec<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    note: &'static str,
    #[serde(flatten)]
    print: &'a VoicePrint,
}

impl Library {
    fn voices_path(&self) -> PathBuf {
        self.root().join("voices")
    }

    /// Where the print of a person lies, if there is one.
    #[must_use]
    pub fn voice_path(&self, person: &PersonId) -> PathBuf {
        self.voices_path().join(format!("{person}.json"))
    }

    /// The enrolled voices. One that can't be read stops nothing: it only names nobody.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn voices(&self) -> Result<Voices, LibraryError> {
        let mut voices = Voices::default();
        for path in files(&self.voices_path())? {
            let Some(person) = path.file_stem().and_then(|stem| stem.to_str()?.parse::<PersonId>().ok()) else {
                continue;
            };
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            match artefact::load::<VoicePrint>(&path) {
                Ok(Some(print)) if print.person == person => voices.prints.push(print),
                Ok(None) => {}
                Ok(Some(_)) => voices.warnings.push(unusable(&person, "it is another person's")),
                Err(error) => voices.warnings.push(unusable(&person, &error.to_string())),
            }
        }
        voices.prints.sort_by(|a, b| a.person.cmp(&b.person));
        Ok(voices)
    }

    /// The print of a person; `None` when there is none.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn voice(&self, person: &PersonId) -> Result<Option<VoicePrint>, LibraryError> {
        artefact::load(&self.voice_path(person))
    }

    /// Keeps the print of a person, over the one before. Returns its file.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn keep_voice(&self, print: &VoicePrint) -> Result<PathBuf, LibraryError> {
        let path = self.voice_path(&print.person);
        let mut bytes = serde_json::to_vec_pretty(&Written { format: FORMAT, note: BIOMETRIC, print })
            .map_err(|e| LibraryError::Damaged { path: path.clone(), why: e.to_string() })?;
        bytes.push(b'\n');
        atomic::create_folder(&self.voices_path())?;
        atomic::write(&path, &bytes)?;
        Ok(path)
    }

    /// Removes the print of a person, and what a killed run left half-written of any. Tells whether there was one.
    ///
    /// # Errors
    /// When something can't be removed.
    pub fn forget_voice(&self, person: &PersonId) -> Result<bool, LibraryError> {
        let path = self.voice_path(person);
        let remains = files(&self.voices_path())?.into_iter().filter(|file| {
            file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(atomic::TEMPORARY_PREFIX))
        });
        let mut found = false;
        for file in remains.chain([path.clone()]) {
            match std::fs::remove_file(&file) {
                Ok(()) => found |= file == path,
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(LibraryError::Write(atomic::WriteError { path: file, source })),
            }
        }
        Ok(found)
    }
}

fn unusable(person: &PersonId, why: &str) -> String {
    format!(
        "The enrolled voice of {person} can't be used: {why}. Remove it with \"spinetime roster forget {person}\", then \
         enrol that voice again."
    )
}

/// The files in a folder; none when there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    let unreadable = |source| LibraryError::Unreadable { path: folder.to_owned(), source };
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(unreadable)
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(unreadable(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Millis};

    #[test]
    fn a_print_comes_back_with_its_note_and_leaves_nothing_when_it_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        let print = VoicePrint {
            person: "jane-doe".parse().unwrap(),
            episodes: vec!["a".parse().unwrap()],
            speech: Millis(30_000),
            model: Digest::from_bytes([0; 32]),
            vector: vec![0.6, -0.8],
        };
        assert!(!library.forget_voice(&print.person).unwrap());
        let path = library.keep_voice(&print).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("biometric data"));
        assert_eq!(library.voice(&print.person).unwrap(), Some(print.clone()));
        std::fs::write(dir.path().join("voices/rob-roe.json"), "{").unwrap();
        std::fs::write(dir.path().join("voices/.tmp-x"), "half").unwrap();
        let voices = library.voices().unwrap();
        assert_eq!(voices.prints, std::slice::from_ref(&print));
        assert!(voices.warnings[0].contains("roster forget rob-roe"), "{:?}", voices.warnings);
        assert!(library.forget_voice(&print.person).unwrap());
        assert!(library.forget_voice(&"rob-roe".parse().unwrap()).unwrap());
        assert_eq!(std::fs::read_dir(dir.path().join("voices")).unwrap().count(), 0);
    }
}
