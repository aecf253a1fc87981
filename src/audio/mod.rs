//! Recordings into 16 kHz mono audio on the player's clock, streamed.
//!
//! Any file that FFmpeg reads becomes one contiguous line of samples from the moment that players call zero: late
//! starts and holes are silence, padding of the encoder is gone, damage is passed over and reported. A second
//! of sound and a frame are held at a time, however long the recording; nothing runs ahead of the consumer, so
//! dropping the reader is all it takes to stop.

mod clock;
mod decode;
mod error;
mod probe;
mod resample;

pub use error::AudioError;

use crate::model::{AudioReport, Chunk, Millis, SAMPLE_RATE};
use clock::Clock;
use decode::{Decoder, Frame};
use resample::Resampler;
use std::path::{Path, PathBuf};

/// Raised whenever the same file gives other samples.
pub const VERSION: u32 = 1;

/// Samples in a chunk, but for the last: one second.
const CHUNK: usize = SAMPLE_RATE as usize;
/// Sound that may be missing at the end before a recording counts as cut off: containers round, players cut.
const SLACK: Millis = Millis(1000);
/// How much longer than the sound a recording must go on for that to be worth a warning.
const QUIET_END: Millis = Millis(5000);
/// Skipped sound that is worth a warning; less is the drift of a sound card.
const NOTABLE_SKIP: Millis = Millis(1000);

/// The version of FFmpeg's libraries that this program runs with, such as "libavformat 59.27.100".
#[must_use]
pub fn ffmpeg_version() -> String {
    let version = ffmpeg_next::format::version();
    format!("libavformat {}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff)
}

/// An open recording, as an iterator over its sound.
///
/// Chunks are at most one second long, contiguous, and start at the player's zero. After an error there are none.
pub struct AudioReader {
    path: PathBuf,
    decoder: Decoder,
    resampler: Resampler,
    clock: Clock,
    /// A decoded frame that waits until the silence before it is told.
    held: Option<Frame>,
    /// Sound on the line that is not handed out yet; it begins at `start`.
    pending: Vec<f32>,
    start: u64,
    /// Frames that the resampler refused.
    refused: u64,
    /// Where the first damage was.
    first_loss: Option<u64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Emptying,
    Ended,
}

impl AudioReader {
    /// Opens the recording at `path` and chooses its best sound track, as FFmpeg would.
    ///
    /// # Errors
    /// When there is no such file, it can't be read, is no media or has no sound. Whether the sound can be decoded
    /// shows only at the first chunk.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        Ok(Self::over(path, Decoder::open(path)?))
    }

    fn over(path: &Path, decoder: Decoder) -> Self {
        Self {
            path: path.to_owned(),
            resampler: Resampler::default(),
            clock: Clock::new(decoder.facts.length.map(Millis::samples)),
            decoder,
            held: None,
            pending: Vec::with_capacity(2 * CHUNK),
            start: 0,
            refused: 0,
            first_loss: None,
            state: State::Reading,
        }
    }

    /// How long the recording is by its own word, or by FFmpeg's guess; for progress only.
    #[must_use]
    pub fn declared(&self) -> Option<Millis> {
        self.decoder.facts.length
    }

    /// The title that the file carries.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        self.decoder.facts.title.clone()
    }

    /// What was found so far; complete once the iterator has ended.
    #[must_use]
    pub fn report(&self) -> AudioReport {
        let (facts, tally) = (&self.decoder.facts, self.clock.tally());
        AudioReport {
            codec: facts.codec.clone(),
            sample_rate: facts.sample_rate,
            channels: facts.channels,
            declared: facts.length.filter(|_| !facts.estimated),
            decoded: Millis::from_samples(self.clock.laid()),
            bad_packets: self.decoder.bad + self.refused,
            gaps: tally.gaps,
            gap_time: Millis::from_samples(tally.gap_samples),
            stopped_by: self.decoder.stopped_by.clone(),
        }
    }

    /// What an editor should know about the recording, as sentences; complete once the iterator has ended.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let (report, tally) = (self.report(), self.clock.tally());
        let mut warnings = Vec::new();
        let early_end = self.early_end(&report).filter(|_| self.state == State::Ended);
        match (early_end, &report.stopped_by) {
            (Some(warning), _) => warnings.push(warning),
            (None, Some(reason)) => warnings.push(format!(
                "Reading stopped at {}, before the end of the file ({reason}): what comes after is missing.",
                report.decoded
            )),
            (None, None) => {}
        }
        if report.bad_packets > 0 {
            let (places, were) = count(report.bad_packets, "damaged piece", "was", "were");
            let at = Millis::from_samples(self.first_loss.unwrap_or(self.clock.laid()));
            warnings.push(format!("{places} of the sound {were} skipped, the first at {at}: words may be missing."));
        }
        if let Some(first) = tally.first_gap {
            let (holes, were) = count(tally.gaps, "hole", "was", "were");
            warnings.push(format!(
                "{holes} in the sound, the first at {}, {were} filled with silence ({:.1} seconds in all), so that times \
                 match the player's.",
                Millis::from_samples(first),
                report.gap_time.seconds()
            ));
        }
        if let Some(first) = tally.first_jump {
            warnings.push(format!(
                "The recording's own clock jumps at {}: times after that may differ from the player's.",
                Millis::from_samples(first)
            ));
        }
        let skipped = Millis::from_samples(tally.skipped);
        if skipped >= NOTABLE_SKIP {
            warnings.push(format!(
                "{:.1} seconds of sound were left out because the file gives their time to other sound.",
                skipped.seconds()
            ));
        }
        let (tracks, used) = self.decoder.facts.tracks;
        if tracks > 1 {
            warnings.push(format!("The recording has {tracks} sound tracks: number {used} was used."));
        }
        warnings
    }

    fn early_end(&self, report: &AudioReport) -> Option<String> {
        let decoded = report.decoded;
        let reached = Millis::from_samples(u64::try_from(self.decoder.reached).unwrap_or(0)).max(decoded);
        if let Some(declared) = report.declared.filter(|&d| reached.plus(SLACK) < d) {
            return Some(format!(
                "The recording ends at {reached} although it says it lasts {declared}: the file is incomplete. What is \
                 there was used."
            ));
        }
        (decoded.plus(QUIET_END) < reached)
            .then(|| format!("The sound ends at {decoded} although the recording goes on until {reached}."))
    }

    /// Puts one frame through the resampler onto the line.
    fn lay(&mut self, mut frame: Frame) {
        let mut sound = Vec::new();
        if self.resampler.push(&mut frame.audio, &mut sound).is_err() {
            self.refused += 1;
            self.first_loss.get_or_insert(self.clock.laid());
        }
        self.pending.extend_from_slice(self.clock.lay(&sound));
    }

    /// Brings what is still in the resampler onto the line.
    fn drain(&mut self) {
        let mut sound = Vec::new();
        self.resampler.drain(&mut sound);
        if sound.is_empty() {
            // Before the first frame: the clock has not started yet.
            return;
        }
        self.pending.extend_from_slice(self.clock.lay(&sound));
    }

    /// One step: some silence, a held frame, or the next frame.
    fn step(&mut self) -> Result<(), AudioError> {
        let silence = self.clock.rest(CHUNK);
        if silence > 0 {
            self.pending.resize(self.pending.len() + silence, 0.0);
            return Ok(());
        }
        if let Some(frame) = self.held.take() {
            self.lay(frame);
            return Ok(());
        }
        match self.decoder.next_frame() {
            Ok(Some(frame)) => {
                if frame.after_loss {
                    self.first_loss.get_or_insert(self.clock.laid());
                }
                if let (false, Some(at)) =
                    (self.clock.follows(frame.at, self.resampler.inside(), frame.after_loss), frame.at)
                {
                    self.drain();
                    self.clock.place(at);
                }
                self.held = Some(frame);
                Ok(())
            }
            Ok(None) => {
                self.drain();
                self.state = State::Emptying;
                if self.clock.laid() > 0 {
                    return Ok(());
                }
                let reason = match self.decoder.bad + self.refused {
                    0 => "it is empty".to_owned(),
                    bad => count(bad, "damaged piece", "", "").0,
                };
                Err(AudioError::Silent { path: self.path.clone(), reason })
            }
            Err(source) => {
                let at = Millis::from_samples(self.clock.laid());
                Err(AudioError::Unreadable { path: self.path.clone(), at, source })
            }
        }
    }

    fn take(&mut self) -> Option<Chunk> {
        let rest = self.pending.split_off(CHUNK.min(self.pending.len()));
        let samples = std::mem::replace(&mut self.pending, rest);
        if samples.is_empty() {
            return None;
        }
        let start = self.start;
        self.start += samples.len() as u64;
        Some(Chunk { start, samples })
    }
}

impl Iterator for AudioReader {
    type Item = Result<Chunk, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.state == State::Reading && self.pending.len() < CHUNK {
            if let Err(error) = self.step() {
                self.state = State::Ended;
                return Some(Err(error));
            }
        }
        if self.state == State::Ended {
            return None;
        }
        let chunk = self.take();
        if chunk.is_none() {
            self.state = State::Ended;
        }
        chunk.map(Ok)
    }
}

impl std::iter::FusedIterator for AudioReader {}

impl std::fmt::Debug for AudioReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AudioReader").field("path", &self.path).field("start", &self.start).finish_non_exhaustive()
    }
}

/// "1 hole" and "was", "2 holes" and "were".
fn count<'a>(number: u64, thing: &str, one: &'a str, many: &'a str) -> (String, &'a str) {
    if number == 1 { (format!("1 {thing}"), one) } else { (format!("{number} {thing}s"), many) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::causes;
    use std::fs::File;
    use std::io::{self, Read, Seek, SeekFrom};

    /// A disk that fails from some byte on.
    struct Failing {
        file: File,
        from: u64,
    }

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.file.stream_position()? + buffer.len() as u64 > self.from {
                return Err(io::Error::from_raw_os_error(5));
            }
            self.file.read(buffer)
        }
    }

    impl Seek for Failing {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    fn open(from: u64) -> Result<AudioReader, AudioError> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ep3.mp3");
        let file = File::open(&path).unwrap();
        let probe = file.try_clone().unwrap();
        Decoder::read(&path, Failing { file, from }, &probe).map(|decoder| AudioReader::over(&path, decoder))
    }

    #[test]
    fn a_disk_that_fails_is_an_error_and_no_end() {
        let mut last = None;
        let mut chunks = 0;
        for chunk in open(800_000).unwrap() {
            assert!(last.is_none(), "nothing after an error");
            chunks += 1;
            last = chunk.err();
        }
        let error = last.unwrap();
        assert!(chunks > 60, "what came before is handed out: {chunks} s");
        assert!(matches!(&error, AudioError::Unreadable { at, .. } if at.0 > 60_000), "{error}");
        assert_eq!(causes(&error), "Input/output error (os error 5)");
        assert!(matches!(open(1000), Err(AudioError::Unreadable { .. })));
    }

    #[test]
    fn a_reader_may_move_to_another_thread() {
        fn check<T: Send + 'static>() {}
        check::<AudioReader>();
    }
}
