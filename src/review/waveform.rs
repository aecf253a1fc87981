//! How loud the recording is where, for the strip above the transcript: about two thousand values, made once in the
//! background and kept beside the episode.

use super::Trouble;
use crate::audio::AudioReader;
use crate::library::EpisodeFolder;
use crate::library::artefact::{self, Key};
use crate::model::{Chunk, EpisodeId, Recording, SAMPLE_RATE};
use crate::progress::Cancel;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Raised whenever the same recording gives other values.
const VERSION: u32 = 1;
/// At most so many values.
const VALUES: usize = 2000;
/// Samples that become one value at first: a fiftieth of a second.
const STEP: usize = SAMPLE_RATE as usize / 50;

/// How loud it is where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Peaks {
    /// Seconds that one value stands for.
    pub(super) seconds_per_peak: f64,
    /// The loudest sample of each stretch; 255 is the loudest one of the recording.
    pub(super) peaks: Vec<u8>,
}

/// What is known of an episode's loudness.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// All.
    Made(Peaks),
    /// It is being found out.
    Pending,
    /// There is no recording.
    None,
    /// It can't be found out.
    Failed(Trouble),
}

#[derive(Default)]
struct Shared {
    /// Episodes that are being listened to, and those for which that failed.
    under_way: Mutex<HashMap<EpisodeId, Option<Trouble>>>,
    /// One listens at a time.
    turn: Mutex<()>,
}

/// Finds out how loud recordings are.
pub(super) struct Waveforms {
    shared: Arc<Shared>,
    cancel: Cancel,
}

impl Waveforms {
    /// `cancel` stops it.
    pub(super) fn new(cancel: Cancel) -> Self {
        Self { shared: Arc::default(), cancel }
    }

    /// What is known. Blocks for as long as it takes to read a small file.
    pub(super) fn of(&self, folder: &EpisodeFolder) -> Answer {
        let recording = match artefact::load::<Recording>(&folder.source()) {
            Ok(Some(recording)) => recording,
            Ok(None) => return Answer::None,
            Err(error) => return Answer::Failed(Trouble::of(&error)),
        };
        let key = Key::of("peaks", VERSION).with("recording", recording.sha256.as_str()).digest();
        let path = folder.peaks();
        if matches!(artefact::key_of(&path), Ok(Some(found)) if found == key)
            && let Ok(Some(peaks)) = artefact::load(&path)
        {
            return Answer::Made(peaks);
        }
        let Some(media) = super::media::path(folder, &recording) else { return Answer::None };
        let mut under_way = lock(&self.shared.under_way);
        match under_way.get(&folder.id) {
            Some(None) => return Answer::Pending,
            // The next page that asks makes another attempt.
            Some(Some(_)) => {
                let failed = under_way.remove(&folder.id).flatten();
                return failed.map_or(Answer::Pending, Answer::Failed);
            }
            None => under_way.insert(folder.id.clone(), None),
        };
        drop(under_way);
        let (shared, cancel, id) = (Arc::clone(&self.shared), self.cancel.clone(), folder.id.clone());
        let listen = move || {
            let turn = lock(&shared.turn);
            let made = catch_unwind(AssertUnwindSafe(|| {
                let peaks = listen(&media, &cancel)?;
                artefact::save(&path, &key, &peaks).map_err(|error| Trouble::of(&error))
            }));
            drop(turn);
            let mut under_way = lock(&shared.under_way);
            match made.unwrap_or_else(|_| Err(super::desks::panicked())) {
                Ok(()) => under_way.remove(&id),
                Err(trouble) => under_way.insert(id, Some(trouble)),
            };
        };
        match std::thread::Builder::new().name("waveform".into()).spawn(listen) {
            Ok(_) => Answer::Pending,
            Err(_) => {
                lock(&self.shared.under_way).remove(&folder.id);
                Answer::Failed(Trouble::new("The waveform could not be made", "Close some programs, then try again."))
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens to the recording at `path`.
fn listen(path: &Path, cancel: &Cancel) -> Result<Peaks, Trouble> {
    let reader = AudioReader::open(path).map_err(|error| Trouble::of(&error))?;
    let mut fine = Vec::new();
    for chunk in reader {
        if cancel.is_cancelled() {
            return Err(Trouble { cancelled: true, ..Trouble::new("The waveform was not finished", "") });
        }
        match chunk {
            Ok(chunk) => fine.extend(loudest(&chunk)),
            // What came before the damage is better than nothing.
            Err(_) if !fine.is_empty() => break,
            Err(error) => return Err(Trouble::of(&error)),
        }
    }
    Ok(coarse(&fine))
}

/// Chunks are whole seconds but for the last, so that steps never lie across two.
fn loudest(chunk: &Chunk) -> impl Iterator<Item = f32> {
    chunk.samples.chunks(STEP).map(|step| step.iter().fold(0.0f32, |most, sample| most.max(sample.abs())))
}

fn coarse(fine: &[f32]) -> Peaks {
    let together = fine.len().div_ceil(VALUES).max(1);
    let most = fine.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let value = |steps: &[f32]| {
        let loudest = steps.iter().copied().fold(0.0, f32::max);
        // `as` saturates and maps what is no number to 0.
        (255.0 * loudest / most).round() as u8
    };
    Peaks {
        seconds_per_peak: (together * STEP) as f64 / f64::from(SAMPLE_RATE),
        peaks: fine.chunks(together).map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn fixture(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
    }

    #[test]
    fn a_long_recording_has_as_many_values_as_the_strip_has_room_for() {
        for seconds in [1, 39, 41, 3600, 10_800] {
            let fine: Vec<f32> = (0..50 * seconds).map(|i| if i == 17 { 0.5 } else { 0.25 }).collect();
            let peaks = coarse(&fine);
            assert!(peaks.peaks.len() <= VALUES && peaks.peaks.len() >= (50 * seconds).min(VALUES / 2));
            let length = peaks.peaks.len() as f64 * peaks.seconds_per_peak;
            assert!((length - seconds as f64).abs() < 2.0 * peaks.seconds_per_peak, "{length}");
            assert_eq!(peaks.peaks.iter().max(), Some(&255));
            assert_eq!(peaks.peaks.last(), Some(&128).filter(|_| fine.len() > 100).or(peaks.peaks.last()));
        }
        assert!(coarse(&[]).peaks.is_empty());
        assert_eq!(coarse(&[0.0, f32::NAN]).peaks, [0, 0]);
    }

    #[test]
    fn a_recording_is_listened_to_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = EpisodeFolder::new(dir.path(), "a".parse().unwrap());
        std::fs::create_dir_all(folder.media()).unwrap();
        std::fs::copy(fixture("ep3.mp3"), folder.media().join("recording.mp3")).unwrap();
        let waveforms = Waveforms::new(Cancel::default());
        assert!(matches!(waveforms.of(&folder), Answer::None));
        let recording = r#"{"format": 1, "key": null, "source": {"file": "ep3.mp3"}, "file": "recording.mp3",
            "bytes": 1, "sha256": "0000000000000000000000000000000000000000000000000000000000000000"}"#;
        std::fs::write(folder.source(), recording).unwrap();
        assert!(matches!(waveforms.of(&folder), Answer::Pending));
        let patience = Instant::now() + Duration::from_secs(60);
        let peaks = loop {
            match waveforms.of(&folder) {
                Answer::Made(peaks) => break peaks,
                Answer::Pending if Instant::now() < patience => std::thread::sleep(Duration::from_millis(20)),
                other => panic!("{other:?}"),
            }
        };
        assert!(peaks.peaks.len() > 900 && peaks.peaks.contains(&255), "{}", peaks.peaks.len());
        // Another recording of the same name is listened to again.
        std::fs::write(folder.source(), recording.replace("\"0000", "\"1000")).unwrap();
        assert!(matches!(waveforms.of(&folder), Answer::Pending));
    }
}
