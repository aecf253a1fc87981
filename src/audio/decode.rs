//! A media file into frames of sound with their moments on the player's clock, by FFmpeg.
//!
//! The file is opened here, not by FFmpeg: so any path will do (FFmpeg takes a colon for a protocol and its wrapper
//! stops at names that are no Unicode), a disk error is told apart from damaged media, and a playlist inside a
//! download reaches neither the network nor other files.

use super::error::AudioError;
use super::probe;
use crate::model::{Millis, SAMPLE_RATE};
use ffmpeg_next::format::context::{Input, StreamIo};
use ffmpeg_next::format::stream::Disposition;
use ffmpeg_next::util::error::EAGAIN;
use ffmpeg_next::{Dictionary, Error, Packet, Rational, codec, decoder, format, frame, log, media};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};

/// So many reads in a row may fail before the rest of the file is given up. A cut-off MP4 fails once for each frame
/// that it lacks; a reader that makes no headway at all would fail forever.
const FAILURES_IN_A_ROW: u64 = 2000;
/// Encoders start up to so early (in samples) before the first moment, to warm the decoder up: Opus 6.5 to 80 ms.
const PRIMING: i64 = SAMPLE_RATE as i64 / 10;
/// Bytes read from the disk at once.
const BUFFER: usize = 64 * 1024;

/// Containers whose own zero is the player's, so that sound which starts late is late. Elsewhere (MPEG streams) the
/// count begins anywhere, and players call the first moment zero.
const ABSOLUTE: [&str; 2] = ["mov,mp4", "matroska"];
/// Bare streams of frames, without a clock: FFmpeg counts frames in the rate that the first one had, which is wrong
/// from a change of format on. So sound simply follows sound. They state no length either; FFmpeg guesses one from
/// the bit rate, off by a tenth and more (but MP3 may state it).
const CLOCKLESS: [&str; 7] = ["mp3", "aac", "ac3", "eac3", "dts", "loas", "amr"];
/// Their length is what the last time stamp says, so nothing that they state can be missed.
const LENGTHLESS: [&str; 2] = ["mpeg", "mpegts"];

/// A piece of decoded sound.
pub(super) struct Frame {
    pub(super) audio: frame::Audio,
    /// Its first sample's place in samples at [`SAMPLE_RATE`] from the player's zero, if the file tells.
    pub(super) at: Option<i64>,
    /// Whether something before it could not be decoded.
    pub(super) after_loss: bool,
}

/// What the file says of itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) codec: String,
    pub(super) sample_rate: u32,
    pub(super) channels: u32,
    /// How long the recording is, or a guess.
    pub(super) length: Option<Millis>,
    /// Whether `length` is a guess.
    pub(super) estimated: bool,
    pub(super) title: Option<String>,
    /// Number of sound tracks, and which of them is read (from 1).
    pub(super) tracks: (usize, usize),
}

enum Phase {
    Reading,
    Draining,
}

/// An open file, its best sound track, and how far it was read.
pub(super) struct Decoder {
    input: Input,
    decoder: decoder::Audio,
    stream: usize,
    /// Each stream's unit of time.
    units: Vec<Rational>,
    /// The player's zero in samples on the file's clock.
    zero: i64,
    /// Whether its time stamps mean nothing.
    clockless: bool,
    phase: Phase,
    trouble: Trouble,
    failures: u64,
    lost: bool,
    pub(super) facts: Facts,
    /// Packets that could not be read or decoded; those at the very end are missing, not bad.
    pub(super) bad: u64,
    /// The last moment of anything in the file, in samples from the player's zero.
    pub(super) reached: i64,
    /// Why reading ended before the file did, in FFmpeg's words.
    pub(super) stopped_by: Option<String>,
}

impl Decoder {
    pub(super) fn open(path: &Path) -> Result<Self, AudioError> {
        let file = open_file(path)?;
        // Looked into at given offsets only: it shares its position with the file that FFmpeg reads.
        let probe = file.try_clone().map_err(|e| AudioError::cannot_open(path, e))?;
        Self::read(path, file, &probe)
    }

    /// The same from the bytes of `source`; `path` is for messages.
    pub(super) fn read<S>(path: &Path, source: S, probe: &File) -> Result<Self, AudioError>
    where
        S: Read + Seek + Send + 'static,
    {
        quiet();
        let trouble = Trouble::default();
        let input = demux(path, source, probe, &trouble)?;
        let Some(best) = input.streams().best(media::Type::Audio) else {
            let pictures = input.streams().any(|s| s.parameters().medium() == media::Type::Video && !cover(&s));
            return Err(AudioError::NoSound { path: path.to_owned(), pictures });
        };
        let stream = best.index();
        let parameters = best.parameters();
        let codec = parameters.id().name().to_owned();
        let opened =
            codec::Context::from_parameters(parameters).map(codec::Context::decoder).and_then(|mut decoder| {
                decoder.set_packet_time_base(best.time_base());
                decoder.audio()
            });
        let Ok(decoder) = opened else {
            return Err(AudioError::UnknownCodec { path: path.to_owned(), codec });
        };
        let kind = input.format().name().to_owned();
        let clockless = CLOCKLESS.contains(&kind.as_str());
        let is_sound = |s: &ffmpeg_next::Stream| s.parameters().medium() == media::Type::Audio;
        let facts = Facts {
            codec,
            sample_rate: decoder.rate(),
            channels: decoder.channels().into(),
            // Microseconds; zero or the smallest number when unknown.
            length: u64::try_from(input.duration()).ok().filter(|&d| d > 0).map(|d| Millis(d.div_ceil(1000))),
            estimated: LENGTHLESS.contains(&kind.as_str())
                || clockless && !(kind == "mp3" && probe::mp3_states_length(probe)),
            title: title(&input, &best),
            tracks: (
                input.streams().filter(|s| is_sound(s)).count(),
                input.streams().filter(|s| is_sound(s) && s.index() <= stream).count(),
            ),
        };
        Ok(Self {
            units: input.streams().map(|s| s.time_base()).collect(),
            zero: zero(&input),
            clockless,
            input,
            decoder,
            stream,
            phase: Phase::Reading,
            trouble,
            failures: 0,
            lost: false,
            facts,
            bad: 0,
            reached: 0,
            stopped_by: None,
        })
    }

    /// The next piece of sound; `None` at the end. What can't be decoded is counted and passed over.
    ///
    /// # Errors
    /// When the disk fails: what is missing then is not missing in the file.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, io::Error> {
        loop {
            let mut audio = frame::Audio::empty();
            match self.decoder.receive_frame(&mut audio) {
                Ok(()) if audio.samples() == 0 => {}
                Ok(()) => {
                    if self.facts.sample_rate == 0 {
                        // Transport streams may not tell before.
                        (self.facts.sample_rate, self.facts.channels) = (audio.rate(), audio.channels().into());
                    }
                    let at = audio.timestamp().filter(|_| !self.clockless);
                    let at = at.and_then(|t| self.moment(self.stream, t));
                    return Ok(Some(Frame { audio, at, after_loss: std::mem::take(&mut self.lost) }));
                }
                Err(Error::Other { errno: EAGAIN }) => self.feed()?,
                Err(Error::Eof) => return Ok(None),
                Err(_) => {
                    self.lose(1);
                    if let Phase::Draining = self.phase {
                        self.failures += 1;
                        if self.failures > FAILURES_IN_A_ROW {
                            return Ok(None);
                        }
                    }
                }
            }
        }
    }

    /// Gives the decoder the next packet of the track, or tells it that there is none.
    fn feed(&mut self) -> Result<(), io::Error> {
        loop {
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) => {
                    let missed = std::mem::take(&mut self.failures);
                    self.lose(missed);
                    self.note_reached(&packet);
                    // A packet without bytes would end the decoder.
                    if packet.stream() == self.stream && packet.size() > 0 {
                        if self.decoder.send_packet(&packet).is_err() {
                            self.lose(1);
                        }
                        return Ok(());
                    }
                }
                Err(error) => {
                    if let Some(trouble) = self.trouble.take() {
                        return Err(trouble);
                    }
                    let more = match error {
                        Error::InvalidData | Error::Other { errno: EAGAIN } => self.failures < FAILURES_IN_A_ROW,
                        _ => false,
                    };
                    if more {
                        self.failures += 1;
                    } else {
                        self.stopped_by = (error != Error::Eof).then(|| error.to_string());
                        self.phase = Phase::Draining;
                        self.failures = 0;
                        // Fails only where the decoder has ended already.
                        let _ = self.decoder.send_eof();
                        return Ok(());
                    }
                }
            }
        }
    }

    fn lose(&mut self, packets: u64) {
        self.bad += packets;
        self.lost |= packets > 0;
    }

    fn note_reached(&mut self, packet: &Packet) {
        let end = packet.pts().or(packet.dts()).map(|t| t.saturating_add(packet.duration().max(0)));
        if let Some(end) = end.and_then(|end| self.moment(packet.stream(), end)).filter(|_| !self.clockless) {
            self.reached = self.reached.max(end);
        }
    }

    /// A time stamp of `stream` in samples from the player's zero.
    fn moment(&self, stream: usize, stamp: i64) -> Option<i64> {
        Some(to_samples(stamp, *self.units.get(stream)?)?.saturating_sub(self.zero))
    }
}

/// FFmpeg told to be silent, once a process: its complaints go to standard error otherwise.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Without this every error of FFmpeg prints as nothing. It can't fail.
        let _ = ffmpeg_next::init();
        log::set_level(log::Level::Quiet);
    });
}

fn open_file(path: &Path) -> Result<File, AudioError> {
    let cannot = |source| AudioError::cannot_open(path, source);
    let facts = std::fs::metadata(path).map_err(cannot)?;
    if facts.is_dir() {
        return Err(AudioError::Folder { path: path.to_owned() });
    }
    if !facts.is_file() {
        // A pipe would block, and nothing here may read a stream twice.
        return Err(AudioError::NoFile { path: path.to_owned() });
    }
    if facts.len() == 0 {
        return Err(AudioError::Empty { path: path.to_owned() });
    }
    File::open(path).map_err(cannot)
}

fn demux<S>(path: &Path, source: S, probe: &File, trouble: &Trouble) -> Result<Input, AudioError>
where
    S: Read + Seek + Send + 'static,
{
    let source = Watched { source, trouble: trouble.clone() };
    // The ending helps FFmpeg to tell formats without a mark of their own apart; the rest of the name is of no use.
    let ending = path.extension().and_then(|e| e.to_str()).filter(|e| e.chars().all(|c| c.is_ascii_alphanumeric()));
    let hint = ending.map(|e| format!("recording.{e}"));
    let mut options = Dictionary::new();
    options.set("protocol_whitelist", "none");
    StreamIo::from_read_seek_with_capacity(source, BUFFER)
        .and_then(|io| format::input_from_stream(io, hint.as_deref(), Some(options)))
        .map_err(|error| match trouble.take() {
            Some(source) => AudioError::Unreadable { path: path.to_owned(), at: Millis::ZERO, source },
            None if probe::mp4_without_index(probe) => AudioError::Unfinished { path: path.to_owned() },
            None => AudioError::NotMedia { path: path.to_owned(), reason: error.to_string() },
        })
}

/// The moment that players call zero, in samples on the file's clock.
fn zero(input: &Input) -> i64 {
    let earliest = input
        .streams()
        .filter(|s| matches!(s.parameters().medium(), media::Type::Audio | media::Type::Video) && !cover(s))
        .filter_map(|s| to_samples(s.start_time(), s.time_base()))
        .min()
        .unwrap_or(0);
    let absolute = ABSOLUTE.iter().any(|name| input.format().name().starts_with(name));
    match earliest {
        early if (-PRIMING..=0).contains(&early) => 0,
        late if late > 0 && absolute => 0,
        other => other,
    }
}

fn cover(stream: &ffmpeg_next::Stream) -> bool {
    stream.disposition().contains(Disposition::ATTACHED_PIC)
}

/// `stamp` units of time in samples, to the nearest; `None` for "unknown" and for units that can't be.
fn to_samples(stamp: i64, unit: Rational) -> Option<i64> {
    let (numerator, denominator) = (i128::from(unit.numerator()), i128::from(unit.denominator()));
    if stamp == i64::MIN || numerator <= 0 || denominator <= 0 {
        return None;
    }
    let doubled = i128::from(stamp) * numerator * i128::from(SAMPLE_RATE) * 2 + denominator;
    i64::try_from(doubled.div_euclid(denominator * 2)).ok()
}

fn title(input: &Input, stream: &ffmpeg_next::Stream) -> Option<String> {
    let clean = |text: &str| {
        let text = String::from_utf8_lossy(text.as_bytes());
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Some(text.trim().to_owned()).filter(|t| !t.is_empty())
    };
    // Ogg keeps its tags with the stream.
    input.metadata().get("title").and_then(clean).or_else(|| stream.metadata().get("title").and_then(clean))
}

/// What went wrong on the disk, if anything did: FFmpeg passes on a number at best.
#[derive(Clone, Default)]
struct Trouble(Arc<Mutex<Option<io::Error>>>);

impl Trouble {
    fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let copy = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            if error.kind() != io::ErrorKind::Interrupted {
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
            copy
        })
    }
}

/// The file as FFmpeg reads it.
struct Watched<S> {
    source: S,
    trouble: Trouble,
}

impl<S: Read> Read for Watched<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.source.read(buffer);
        self.trouble.note(result)
    }
}

impl<S: Seek> Seek for Watched<S> {
    // A place that can't be is the file's fault, not the disk's.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}
