//! What is known of an episode before anything was heard: its facts and its recording.

use super::{Digest, Fact, Millis, PersonId, Span, VideoCut, YoutubeId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
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
    /// What the published video lacks of the recording, in seconds: `{ head = 12.4 }`. "spinetime check-links" finds it.
    #[serde(skip_serializing_if = "VideoCut::is_none")]
    pub video_cut: VideoCut,
    /// Who moderates, by roster id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<PersonId>,
    /// The experts, by roster id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub experts: Vec<PersonId>,
    /// How many people speak; found out without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voices: Option<VoiceCount>,
    /// The spoken language as a two-letter code, or "auto"; the series' language without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The webinar platform's question report, beside `episode.toml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions: Option<String>,
    /// Published captions, beside `episode.toml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captions: Option<String>,
    /// What people know of the audience's questions.
    #[serde(skip_serializing_if = "AudienceFacts::is_empty")]
    pub audience: AudienceFacts,
}

impl EpisodeFacts {
    /// A fact as text, as [`Fact`] says how; `None` where nobody states it.
    #[must_use]
    pub fn stated(&self, fact: Fact) -> Option<String> {
        match fact {
            Fact::Title => self.title.clone(),
            Fact::HeldOn => self.held_on.map(|day| day.to_string()),
            Fact::Youtube => self.youtube.as_ref().map(ToString::to_string),
            Fact::VideoCut => self.video_cut.stated(),
            Fact::Host => self.host.as_ref().map(ToString::to_string),
            Fact::Experts => {
                let ids: Vec<String> = self.experts.iter().map(ToString::to_string).collect();
                (!ids.is_empty()).then(|| ids.join(", "))
            }
        }
    }
}

/// What people know of the audience's questions; segmentation obeys. All of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceFacts {
    /// Whether anybody in the audience asks anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<bool>,
    /// Where the first question starts: no question is looked for before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Where the last answer ends: no question is looked for behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Which voice is the host's, as the voices are numbered for people, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_voice: Option<u32>,
    /// What was asked, in any order and about in these words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
}

impl AudienceFacts {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A moment of the recording as people write it: `"12:40"`, `"1:02:40"`, or seconds as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "MomentForm", into = "String")]
pub struct Moment(pub Millis);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a moment must be written as \"12:40\", \"1:02:40\" or as seconds")]
enum MomentForm {
    Seconds(f64),
    Clock(String),
}

impl TryFrom<MomentForm> for Moment {
    type Error = String;

    fn try_from(form: MomentForm) -> Result<Self, Self::Error> {
        let wrong = |given: &str| format!("{given:?} is no moment: write \"12:40\", \"1:02:40\" or seconds");
        match form {
            MomentForm::Seconds(seconds) if (0.0..1e9).contains(&seconds) => Ok(Self(Millis::from_seconds(seconds))),
            MomentForm::Seconds(seconds) => Err(wrong(&seconds.to_string())),
            MomentForm::Clock(clock) => {
                let parts: Option<Vec<f64>> =
                    clock.split(':').map(|p| p.trim().parse().ok().filter(|n| (0.0..1e6).contains(n))).collect();
                let parts = parts.filter(|parts| parts.len() <= 3 && parts.iter().skip(1).all(|part| *part < 60.0));
                let seconds = parts.map(|parts| parts.iter().fold(0.0, |sum, part| 60.0 * sum + part));
                seconds.map(|seconds| Self(Millis::from_seconds(seconds))).ok_or_else(|| wrong(&clock))
            }
        }
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.0.to_string()
    }
}

/// How many voices an episode has, by people's word: `3`, or `[2, 4]` for two to four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CountForm", into = "CountForm")]
pub struct VoiceCount {
    /// At least so many; 1 or more.
    pub least: u32,
    /// At most so many; no fewer than `least`.
    pub most: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "voices must be a number such as 3, or two of them such as [2, 4]")]
enum CountForm {
    Exactly(u32),
    Between([u32; 2]),
}

impl TryFrom<CountForm> for VoiceCount {
    type Error = &'static str;

    fn try_from(form: CountForm) -> Result<Self, Self::Error> {
        let (least, most) = match form {
            CountForm::Exactly(count) => (count, count),
            CountForm::Between([least, most]) => (least, most),
        };
        if least == 0 || most < least {
            return Err("voices must be 1 or more, and the second number no smaller than the first");
        }
        Ok(Self { least, most })
    }
}

impl From<VoiceCount> for CountForm {
    fn from(count: VoiceCount) -> Self {
        if count.least == count.most { Self::Exactly(count.least) } else { Self::Between([count.least, count.most]) }
    }
}

/// Where a recording comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A local file, by the path that was given.
    File(String),
    /// An address, in its canonical form.
    Address(String),
}

/// A chapter that the publisher set in the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// Where it begins.
    pub start: Millis,
    /// Its title: text of others, to be escaped wherever it is shown.
    pub title: String,
}

/// What the publisher's page says of a recording. All texts are others' and are escaped wherever they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Published {
    /// The recording's id on its website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was uploaded or broadcast, to the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploaded: Option<Timestamp>,
    /// The day of the upload, where the second is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploaded_on: Option<Date>,
    /// How long it is by the page's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Millis>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Chapters, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<Chapter>,
    /// Address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// `not_live`, `was_live`, `is_live`, `is_upcoming`, `post_live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_status: Option<String>,
    /// The version of yt-dlp that said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yt_dlp: Option<String>,
    /// When it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Timestamp>,
}

impl Published {
    /// When it was uploaded; where only the day is known, its beginning in UTC, which is the clock of upload days.
    #[must_use]
    pub fn uploaded_at(&self) -> Option<Timestamp> {
        let start = || Offset::UTC.to_timestamp(self.uploaded_on?.at(0, 0, 0, 0)).ok();
        self.uploaded.or_else(start)
    }

    /// The day of the upload or broadcast, in UTC where the second is known.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.uploaded.map(|at| Offset::UTC.to_datetime(at).date()).or(self.uploaded_on)
    }
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
    /// What its page says, for a recording that was downloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Box<Published>>,
}

/// A question that somebody asked in writing during the webinar, from the platform's report or the chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenQuestion {
    /// Its words.
    pub text: String,
    /// Who asked. A personal detail: never published.
    pub asker: Option<String>,
    /// When it was asked, if that is on the recording's clock.
    pub at: Option<Millis>,
    /// A written reply, which is never published either.
    pub reply: Option<String>,
    /// The platform's report says that somebody answered it aloud.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aloud: bool,
}

/// A line of published captions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    /// When it is shown.
    #[serde(flatten)]
    pub span: Span,
    /// Its words, each once: what rolled over from the line before is left out.
    pub text: String,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_voices_is_a_number_or_two() {
        let read = |text: &str| serde_json::from_str::<VoiceCount>(text);
        for (text, least, most) in [("3", 3, 3), ("[2,4]", 2, 4)] {
            let count = read(text).unwrap();
            assert_eq!(count, VoiceCount { least, most });
            assert_eq!(serde_json::to_string(&count).unwrap(), text);
        }
        for text in ["0", "[4,2]", "-1", "\"many\"", "[1,2,3]"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
