//! What is known of the channels and playlists that are looked through for new recordings.

use super::YoutubeId;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The channels and playlists, and what is to be said of single videos (`sync.json`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watch {
    /// By the canonical address of the channel or playlist.
    pub sources: BTreeMap<String, Watched>,
    /// What editors should know of a video.
    pub notes: BTreeMap<YoutubeId, Note>,
}

/// A channel or playlist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watched {
    /// The channel's id (`UC…`), once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// When all of it was listed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<Timestamp>,
    /// Its videos, as listed: on a channel the newest first.
    pub videos: Vec<Seen>,
}

/// A video of a channel or playlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The video.
    pub id: YoutubeId,
    /// Its title: text of others, to be escaped wherever it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The day of the upload, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_on: Option<Date>,
}

/// What editors should know of a video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What kind of thing.
    pub kind: NoteKind,
    /// The video's title, if known: text of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// In words: a clause that goes on after the video's name, without its end mark.
    pub text: String,
    /// Since when this is so.
    pub since: Timestamp,
}

/// What kind of thing is to be said of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// It is live or has not begun: tried again by the next sync.
    Waiting,
    /// It could not be processed: tried again by the next sync.
    Failed,
    /// The library has it, and its website no longer shows it.
    Gone,
    /// The library has it, and it is of another length now.
    Changed,
    /// It seems to be a new upload of a recording that the library has, so that nobody takes it unasked.
    Again,
}
