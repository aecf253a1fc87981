//! What is known of an episode before anything was heard: its facts and its recording.

use super::{Digest, Millis, PersonId, YoutubeId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What people state about an episode (`episode.toml`). Machines only fill gaps here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EpisodeFacts {
    /// The episode's title as the website prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The day on which the webinar was held (not the upload).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_on: Option<Date>,
    /// The recording's YouTube id; without it entries have no links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub youtube: Option<YoutubeId>,
    /// Who moderates, by roster id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<PersonId>,
    /// The experts, by roster id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub experts: Vec<PersonId>,
    /// The spoken language as a two-letter code; the series' language without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The webinar platform's question report, beside `episode.toml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<String>,
}

/// Where a recording comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A local file, by the path that was given.
    File(String),
}

/// A recording at rest in the library, and what is known of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Where it comes from.
    pub source: Source,
    /// The file's name in the episode's `media/`.
    pub file: String,
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// The file's size in bytes.
    pub bytes: u64,
    /// When the original was last changed: with its size it tells cheaply whether it is still the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
}

/// A piece of the one audio stream that all stages read: mono, [`super::SAMPLE_RATE`] samples a second, -1 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Number of the first sample, counted from the player's time zero.
    pub start: u64,
    /// The samples; never empty.
    pub samples: Vec<f32>,
}

/// What decoding had to say about a recording. All of it is worth telling, none of it stops the episode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioReport {
    /// The audio's codec by FFmpeg's name, such as `aac`.
    pub codec: String,
    /// Samples a second in the file.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: u32,
    /// How long the file says that it is; `None` when it doesn't.
    pub declared: Option<Millis>,
    /// How much audio was decoded, silence for holes included.
    pub decoded: Millis,
    /// Packets that could not be decoded and were skipped.
    pub bad_packets: u64,
    /// Holes in the file's time line that were filled with silence.
    pub gaps: u64,
    /// Silence put into holes, in all.
    pub gap_time: Millis,
    /// Why reading ended before the file did, in FFmpeg's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
}
