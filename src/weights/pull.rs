//! Brings a model: resumes what an earlier run left, checks every byte, then moves it to its place.

use super::error::{Damage, WeightsError};
use super::ggml::MAGIC;
use super::registry::{ModelFile, named};
use super::{Store, check, http};
use crate::atomic::{Partial, WriteError, create_folder};
use crate::checksum;
use crate::failure::Cancelled;
use crate::progress::{Amount, Cancel, Progress};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// A server that asks for a longer pause is told to the user instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Times a download is taken up again, even when each brings some bytes.
const MOST_ATTEMPTS: usize = 100;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// How long a server may say nothing.
    pub(super) silence: Duration,
    /// The pauses between attempts that bring nothing; after the last the download fails.
    pub(super) pauses: &'static [Duration],
}

const PATIENCE: Patience = Patience {
    silence: Duration::from_secs(30),
    pauses: &[Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9)],
};

impl Store {
    /// Brings a pullable model from `base_url` into the last folder and returns its path. What is there and whole
    /// stays; what an earlier run left is resumed; a connection that breaks is taken up again, a few times without
    /// any progress. Nothing but the whole, checked file ever has the model's name.
    ///
    /// # Errors
    /// When the name is none that can be pulled, the address is wrong, the server does not give the file, sends
    /// something else, or the disk does not take it; within a second after it is cancelled.
    pub fn pull(
        &self,
        name: &str,
        base_url: &str,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<PathBuf, WeightsError> {
        match named(name) {
            None => Err(WeightsError::Unknown { name: name.into() }),
            Some((model, true)) => Err(WeightsError::Ships { name: model.name.into(), file: model.file.into() }),
            Some((model, false)) => {
                let folder = self.folders.last().map_or(Path::new("."), PathBuf::as_path);
                pull_into(folder, model, base_url, PATIENCE, progress, cancel)
            }
        }
    }
}

/// [`Store::pull`] for any model and any patience.
pub(super) fn pull_into(
    folder: &Path,
    model: &ModelFile,
    base_url: &str,
    patience: Patience,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<PathBuf, WeightsError> {
    let path = folder.join(model.file);
    if matches!(check(model, &path), Ok(Some(()))) && super::hash(&path, None, cancel)?.as_str() == model.sha256 {
        progress.note(&format!("{} is there already.", path.display()));
        return Ok(path);
    }
    let url = http::address(base_url, model.file)?;
    create_folder(folder)?;
    let partial = Partial::open(&path).map_err(|error| busy(error, model))?;
    progress.start(&format!("pull {}", model.name), Amount::Bytes(model.bytes));
    let mut download = Download { model, url, partial, patience, progress, cancel, most: 0 };
    if download.partial.length() > model.bytes {
        download.partial.restart()?;
    }
    let resumed = download.partial.length() > 0;
    let mut damage = download.fill()?;
    if damage.is_some() && resumed {
        progress.note("What an earlier run had fetched does not fit; fetching all of it.");
        download.partial.restart()?;
        damage = download.fill()?;
    }
    let Download { url, partial, .. } = download;
    if let Some(damage) = damage {
        partial.discard()?;
        return Err(WeightsError::WrongBytes { url: url.into(), damage });
    }
    partial.finish()?;
    progress.finish(&format!("{} is in {}", model.file, folder.display()));
    Ok(path)
}

struct Download<'a> {
    model: &'a ModelFile,
    url: reqwest::Url,
    partial: Partial,
    patience: Patience,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
    /// The most bytes that were told: progress never goes back.
    most: u64,
}

impl Download<'_> {
    /// Fetches until the file has its size, then reads all of it. Tells what is wrong with it.
    fn fill(&mut self) -> Result<Option<Damage>, WeightsError> {
        let mut vain = 0;
        for attempt in 1.. {
            let before = self.partial.length();
            let Err(error) = self.attempt() else { break };
            vain = if self.partial.length() > before { 0 } else { vain + 1 };
            let asked = match error {
                WeightsError::Refused { after: Some(seconds), .. } => Duration::from_secs(seconds),
                _ => Duration::ZERO,
            };
            match self.patience.pauses.get(vain.max(1) - 1) {
                Some(pause) if error.may_heal() && asked <= LONGEST_PAUSE && attempt < MOST_ATTEMPTS => {
                    self.progress.note(&format!("{error}; trying again"));
                    pause_for(asked.max(*pause), self.cancel)?;
                }
                _ => return Err(error),
            }
        }
        self.damage()
    }

    /// One request, until the file has its size. What is no model is refused before anything is given up for it:
    /// the log-in page of a network must not cost the gigabyte that is there already.
    fn attempt(&mut self) -> Result<(), WeightsError> {
        let expected = self.model.bytes;
        if self.partial.length() == expected {
            return Ok(());
        }
        let wrong = |url: &reqwest::Url, damage| WeightsError::WrongBytes { url: url.to_string(), damage };
        let (head, answer) = http::get(&self.url, self.partial.length(), self.patience.silence, self.cancel)?;
        if let Some(found) = head.length.map(|length| head.start.saturating_add(length))
            && found != expected
        {
            return Err(wrong(&self.url, Damage::Size { expected, found }));
        }
        let mut at = head.start;
        while let Some(bytes) = answer.bytes()? {
            if at == 0 && bytes.len() >= MAGIC.len() && !self.model.begins_with(&bytes) {
                return Err(wrong(&self.url, Damage::NotAModel));
            }
            if at != self.partial.length() {
                // The server sends another part than asked for, mostly the whole file.
                self.partial.restart()?;
                if at != 0 {
                    return Err(self.dropped());
                }
            }
            at += bytes.len() as u64;
            if at > expected {
                return Err(wrong(&self.url, Damage::Size { expected, found: at }));
            }
            self.partial.append(&bytes)?;
            self.most = self.most.max(at);
            self.progress.at(self.most);
        }
        if self.partial.length() < expected { Err(self.dropped()) } else { Ok(()) }
    }

    fn dropped(&self) -> WeightsError {
        WeightsError::Dropped { url: self.url.to_string(), got: self.partial.length(), bytes: self.model.bytes }
    }

    fn damage(&self) -> Result<Option<Damage>, WeightsError> {
        let sha256 = checksum::of(&mut self.partial.reader()?, |_| self.cancel.check())
            .map_err(|source| WeightsError::Unreadable { path: self.model.file.into(), source })?;
        let (found, expected) = (String::from(sha256?), self.model.sha256.to_owned());
        Ok((found != expected).then_some(Damage::Checksum { expected, found }))
    }
}

fn pause_for(length: Duration, cancel: &Cancel) -> Result<(), Cancelled> {
    let since = Instant::now();
    while since.elapsed() < length {
        cancel.check()?;
        thread::sleep(Duration::from_millis(50).min(length));
    }
    cancel.check()
}

fn busy(error: WriteError, model: &ModelFile) -> WeightsError {
    if error.source.kind() == ErrorKind::WouldBlock {
        WeightsError::Busy { name: model.name.into() }
    } else {
        error.into()
    }
}
