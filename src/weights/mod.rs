//! The models: which ship, which can be pulled, where they are, whether they are whole.
//!
//! A model goes by a name (`tiny.en-q8_0`) or, for a ggml file of one's own, by a path. A known model is taken for
//! whole when its size and its first bytes are right, and its SHA-256 is the one of the list: hashing 43 MB at every
//! start would cost more than all else that a run with nothing to do costs. [`Store::verify`] hashes.

mod error;
mod ggml;
mod http;
mod pull;
mod registry;
#[cfg(test)]
mod tests;

pub use crate::config::{DEFAULT_BASE_URL, DEFAULT_MODEL};
pub use error::{Damage, WeightsError};
pub use registry::{ModelFile, OVERLAPS, Purpose, SENTENCES, SPEECH_DETECTION, VOICES, WORD_PIECES, pullable, shipped};

use crate::checksum;
use crate::model::Digest;
use crate::progress::{Amount, Cancel, Progress};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// Where models are looked for, in this order. Pulled ones go to the last folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Store {
    /// The folders; they need not exist.
    pub folders: Vec<PathBuf>,
}

/// A model that is there and whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Its name; for a file of one's own the file's name without `ggml-` and `.bin`.
    pub name: String,
    /// Its SHA-256.
    pub sha256: Digest,
}

impl Store {
    /// The model with this name, or the ggml file at this path (anything with a `/` in it, or that exists).
    ///
    /// A known model costs a few microseconds; a file of one's own is walked through and hashed, about a second for
    /// each gigabyte.
    ///
    /// # Errors
    /// When it is not there, not whole, or something else.
    pub fn find(&self, name_or_path: &str) -> Result<Found, WeightsError> {
        match self.place(name_or_path)? {
            (path, Some(model)) => {
                let sha256 = model.sha256.parse().expect("a test reads every checksum of the lists");
                Ok(Found { path, name: model.name.into(), sha256 })
            }
            (path, None) => by_hand(path, None, &Cancel::default()),
        }
    }

    /// As [`Store::find`], and every byte is read.
    ///
    /// # Errors
    /// As [`Store::find`], when the SHA-256 is another one, and when it is cancelled.
    pub fn verify(&self, name_or_path: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<Found, WeightsError> {
        let (path, known) = self.place(name_or_path)?;
        let Some(model) = known else { return by_hand(path, Some(progress), cancel) };
        let found = hash(&path, Some(progress), cancel)?;
        if found.as_str() != model.sha256 {
            let damage = Damage::Checksum { expected: model.sha256.into(), found: found.into() };
            return Err(WeightsError::Damaged { path, file: Some(model.file.into()), damage });
        }
        Ok(Found { path, name: model.name.into(), sha256: found })
    }

    /// The file for a name or path, and the known model that it is.
    fn place(&self, name_or_path: &str) -> Result<(PathBuf, Option<&'static ModelFile>), WeightsError> {
        let path = Path::new(name_or_path);
        let Some((model, _)) = registry::named(name_or_path) else {
            if !name_or_path.contains(MAIN_SEPARATOR) && !path.exists() {
                return Err(WeightsError::Unknown { name: name_or_path.into() });
            }
            // A path to a known model, such as models/ggml-base.en.bin, is that model.
            let known = path.file_name().and_then(|file| registry::named(file.to_str()?)).map(|(model, _)| model);
            let whole = known.filter(|model| matches!(check(model, path), Ok(Some(()))));
            return if path.exists() {
                Ok((path.into(), whole))
            } else {
                Err(WeightsError::NoFile { path: path.into() })
            };
        };
        let mut damaged = None;
        for folder in &self.folders {
            let path = folder.join(model.file);
            match check(model, &path) {
                Ok(Some(())) => return Ok((path, Some(model))),
                Ok(None) => {}
                Err(error) => damaged = damaged.or(Some(error)),
            }
        }
        Err(damaged.unwrap_or_else(|| WeightsError::Missing {
            name: model.name.into(),
            file: model.file.into(),
            looked: self.folders.clone(),
        }))
    }
}

/// Whether a known model's file is there (`None` when not) and looks whole: its size and its first bytes.
fn check(model: &ModelFile, path: &Path) -> Result<Option<()>, WeightsError> {
    let damaged = |damage| WeightsError::Damaged { path: path.into(), file: Some(model.file.into()), damage };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => return Err(WeightsError::Unreadable { path: path.into(), source }),
    };
    let unreadable = |source| WeightsError::Unreadable { path: path.into(), source };
    let found = file.metadata().map_err(unreadable)?.len();
    if found != model.bytes {
        return Err(damaged(Damage::Size { expected: model.bytes, found }));
    }
    let mut start = [0; 4];
    file.read_exact(&mut start).map_err(unreadable)?;
    if model.begins_with(&start) { Ok(Some(())) } else { Err(damaged(Damage::NotAModel)) }
}

/// A ggml file of one's own.
fn by_hand(path: PathBuf, progress: Option<&dyn Progress>, cancel: &Cancel) -> Result<Found, WeightsError> {
    let whole = File::open(&path).and_then(|file| ggml::check(&mut BufReader::new(file)));
    match whole {
        Err(source) => return Err(WeightsError::Unreadable { path, source }),
        Ok(Err(damage)) => return Err(WeightsError::Damaged { path, file: None, damage }),
        Ok(Ok(())) => {}
    }
    let sha256 = hash(&path, progress, cancel)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.strip_prefix("ggml-").unwrap_or(&stem).to_owned();
    Ok(Found { path, name, sha256 })
}

fn hash(path: &Path, progress: Option<&dyn Progress>, cancel: &Cancel) -> Result<Digest, WeightsError> {
    let unreadable = |source| WeightsError::Unreadable { path: path.into(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    if let Some(progress) = progress {
        let bytes = fs::metadata(path).map_err(unreadable)?.len();
        progress.start("check", Amount::Bytes(bytes));
    }
    let sha256 = checksum::of(&mut file, |done| {
        if let Some(progress) = progress {
            progress.at(done);
        }
        cancel.check()
    });
    if let Some(progress) = progress {
        progress.finish(&path.file_name().unwrap_or_default().to_string_lossy());
    }
    sha256.map_err(unreadable)?.map_err(WeightsError::from)
}
