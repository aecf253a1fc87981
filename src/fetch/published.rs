//! yt-dlp's JSON into what this program keeps of a page. Texts are others': they lose control characters and are cut to
//! a sensible length, and that is all; whoever shows them escapes them.

use crate::model::{Chapter, Millis, Published, YoutubeId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

/// The most that is kept of a title, a description (both in characters) and a list of chapters.
const TITLE: usize = 300;
const DESCRIPTION: usize = 10_000;
const CHAPTERS: usize = 500;

/// A page with one recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// What is kept of it.
    pub published: Published,
    /// Size of the file that would be fetched, in bytes, if that is known.
    pub bytes: Option<u64>,
    /// When a broadcast that is yet to come begins, in words.
    pub starts: Option<String>,
}

/// A playlist or channel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// The channel's id (`UC…`), if the page tells.
    pub channel_id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its videos, as listed.
    pub videos: Vec<Listed>,
}

/// A row of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The video.
    pub id: YoutubeId,
    /// Its title.
    pub title: Option<String>,
    /// How long it is.
    pub duration: Option<Millis>,
    /// The day of the upload, if the listing tells.
    pub uploaded_on: Option<Date>,
    /// As in [`Published::live_status`].
    pub live_status: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    #[serde(rename = "_type")]
    kind: Option<String>,
    id: Value,
    title: Value,
    channel: Value,
    uploader: Value,
    channel_id: Value,
    description: Value,
    duration: Value,
    timestamp: Value,
    release_timestamp: Value,
    upload_date: Value,
    chapters: Value,
    thumbnail: Value,
    live_status: Value,
    is_live: Value,
    filesize: Value,
    entries: Value,
    #[serde(rename = "_version")]
    version: Value,
}

/// What a page says.
///
/// # Errors
/// In words, when it holds no recording or several.
pub(super) fn page(json: &str) -> Result<Page, String> {
    let mut raw = read(json)?;
    let version = raw.version["version"].as_str().map(str::to_owned);
    if raw.kind.as_deref().is_some_and(|kind| kind != "video") {
        // A page with one recording in it is a list of one.
        let mut entries = rows(&raw.entries);
        raw = match (entries.pop(), entries.len()) {
            (Some(only), 0) => serde_json::from_value(only.clone()).map_err(|e| e.to_string())?,
            (None, _) => return Err("there is no recording on that page".into()),
            (Some(_), more) => return Err(format!("there are {} recordings on that page: name one of them", more + 1)),
        };
    }
    let uploaded = seconds(&raw.release_timestamp).or_else(|| seconds(&raw.timestamp));
    let live = text(&raw.live_status, 20).or_else(|| raw.is_live.as_bool().filter(|l| *l).map(|_| "is_live".into()));
    let upcoming = live.as_deref() == Some("is_upcoming");
    Ok(Page {
        bytes: raw.filesize.as_f64().map(|bytes| bytes as u64),
        starts: uploaded.filter(|_| upcoming).map(|at| at.strftime("on %-d %B %Y, %H:%M UTC").to_string()),
        published: Published {
            id: text(&raw.id, 100),
            channel: text(&raw.channel, TITLE).or_else(|| text(&raw.uploader, TITLE)),
            title: text(&raw.title, TITLE),
            uploaded,
            uploaded_on: day(&raw.upload_date),
            duration: length(&raw.duration),
            description: lines(&raw.description),
            chapters: chapters(&raw.chapters),
            thumbnail: text(&raw.thumbnail, 2000).filter(|url| url.starts_with("https://")),
            live_status: live,
            yt_dlp: version,
            fetched: None,
        },
    })
}

/// What a playlist or channel holds. Its tabs (videos, broadcasts) are joined; what is no video is left out.
///
/// # Errors
/// In words, when it is no list.
pub(super) fn listing(json: &str) -> Result<Listing, String> {
    let raw = read(json)?;
    let mut videos = Vec::new();
    collect(&raw.entries, 0, &mut videos);
    if raw.kind.as_deref() != Some("playlist") && videos.is_empty() {
        return Err("that is no playlist and no channel".into());
    }
    Ok(Listing {
        channel_id: text(&raw.channel_id, 40).or_else(|| text(&raw.id, 40)).filter(|id| id.starts_with("UC")),
        title: text(&raw.title, TITLE),
        videos,
    })
}

fn collect(entries: &Value, depth: usize, videos: &mut Vec<Listed>) {
    for entry in rows(entries) {
        if entry["entries"].is_array() && depth < 4 {
            collect(&entry["entries"], depth + 1, videos);
        }
        let Ok(raw) = serde_json::from_value::<Raw>(entry.clone()) else { continue };
        let Some(id) = raw.id.as_str().and_then(|id| id.parse::<YoutubeId>().ok()) else { continue };
        if videos.iter().any(|known: &Listed| known.id == id) {
            continue;
        }
        videos.push(Listed {
            id,
            title: text(&raw.title, TITLE),
            duration: length(&raw.duration),
            uploaded_on: day(&raw.upload_date)
                .or_else(|| seconds(&raw.timestamp).map(|at| jiff::tz::Offset::UTC.to_datetime(at).date())),
            live_status: text(&raw.live_status, 20),
        });
    }
}

fn read(json: &str) -> Result<Raw, String> {
    if !json.trim_start().starts_with('{') {
        return Err("yt-dlp's answer can't be read".into());
    }
    serde_json::from_str(json).map_err(|error| format!("yt-dlp's answer can't be read: {error}"))
}

fn rows(entries: &Value) -> Vec<&Value> {
    entries.as_array().map(|rows| rows.iter().filter(|row| row.is_object()).collect()).unwrap_or_default()
}

/// One line of text; `None` when nothing is left.
fn text(value: &Value, most: usize) -> Option<String> {
    line(value.as_str()?, most)
}

/// A title as it is kept.
pub(super) fn title(text: &str) -> Option<String> {
    line(text, TITLE)
}

fn line(text: &str, most: usize) -> Option<String> {
    let spaced: String = text.chars().map(|c| if is_odd(c) { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line.chars().take(most).collect::<String>()).filter(|line| !line.is_empty())
}

/// Text of several lines.
fn lines(value: &Value) -> Option<String> {
    let clean: String = value.as_str()?.chars().filter(|c| !is_odd(*c) || *c == '\n').take(DESCRIPTION).collect();
    Some(clean.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Control characters, and those that turn the direction of text.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn length(value: &Value) -> Option<Millis> {
    value.as_f64().filter(|seconds| *seconds > 0.0 && seconds.is_finite()).map(Millis::from_seconds)
}

fn seconds(value: &Value) -> Option<Timestamp> {
    value.as_f64().and_then(|seconds| Timestamp::from_second(seconds as i64).ok())
}

/// "20210714".
fn day(value: &Value) -> Option<Date> {
    let digits = value.as_str().filter(|text| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()))?;
    Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()
}

fn chapters(value: &Value) -> Vec<Chapter> {
    let chapter = |row: &&Value| {
        let start = row["start_time"].as_f64().filter(|s| *s >= 0.0 && s.is_finite())?;
        Some(Chapter { start: Millis::from_seconds(start), title: text(&row["title"], TITLE)? })
    };
    rows(value).iter().filter_map(chapter).take(CHAPTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_page_is_read_and_its_texts_are_tamed() {
        let page = page(
            &json!({
                "id": "SpineTime01", "title": "Spine\u{202e} Time:\n<b>July 14</b>\u{7}", "channel": "Spine Centre",
                "timestamp": 1626300000, "upload_date": "20210714", "duration": 3600.4, "live_status": "was_live",
                "description": "First line\r\nsecond \u{1b}[31mline", "thumbnail": "javascript:alert(1)",
                "chapters": [{"start_time": 0, "title": "Welcome"}, {"start_time": "x"}, {"start_time": 61.5, "title": "Q"}],
                "filesize": 1234, "_version": {"version": "2026.10.26"}, "formats": [{"url": "https://x.example/?key=hush"}]
            })
            .to_string(),
        )
        .unwrap();
        insta::assert_debug_snapshot!(page, @r#"
        Page {
            published: Published {
                id: Some(
                    "SpineTime01",
                ),
                channel: Some(
                    "Spine Centre",
                ),
                title: Some(
                    "Spine Time: <b>July 14</b>",
                ),
                uploaded: Some(
                    2021-07-14T22:00:00Z,
                ),
                uploaded_on: Some(
                    2021-07-14,
                ),
                duration: Some(
                    Millis(
                        3600400,
                    ),
                ),
                description: Some(
                    "First line\nsecond [31mline",
                ),
                chapters: [
                    Chapter {
                        start: Millis(
                            0,
                        ),
                        title: "Welcome",
                    },
                    Chapter {
                        start: Millis(
                            61500,
                        ),
                        title: "Q",
                    },
                ],
                thumbnail: None,
                live_status: Some(
                    "was_live",
                ),
                yt_dlp: Some(
                    "2026.10.26",
                ),
                fetched: None,
            },
            bytes: Some(
                1234,
            ),
            starts: None,
        }
        "#);
    }

    #[test]
    fn a_list_of_one_is_a_recording_and_of_many_is_none() {
        let one = json!({"_type": "playlist", "entries": [null, {"id": "a", "title": "Talk", "duration": 3}]});
        assert_eq!(page(&one.to_string()).unwrap().published.title.as_deref(), Some("Talk"));
        let two = json!({"_type": "playlist", "entries": [{"id": "a"}, {"id": "b"}]});
        assert_eq!(page(&two.to_string()).unwrap_err(), "there are 2 recordings on that page: name one of them");
        assert!(page(r#"{"_type": "playlist", "entries": []}"#).is_err() && page("[]").is_err() && page("").is_err());
    }

    #[test]
    fn tabs_of_a_channel_are_joined_and_each_video_is_listed_once() {
        let video = |id: &str| json!({"_type": "url", "id": id, "title": id, "duration": 60, "live_status": null});
        let channel = json!({
            "_type": "playlist", "id": "UCabcdefghijklmnopqrstuv", "title": "Spine Centre", "entries": [
                {"_type": "playlist", "entries": [video("SpineTime02"), video("SpineTime01"), {"id": "PLnovideo"}]},
                {"_type": "playlist", "entries": [video("SpineTime03"), video("SpineTime02")]},
            ]
        });
        let found = listing(&channel.to_string()).unwrap();
        let ids: Vec<&str> = found.videos.iter().map(|video| video.id.as_str()).collect();
        assert_eq!(ids, ["SpineTime02", "SpineTime01", "SpineTime03"]);
        assert_eq!(found.channel_id.as_deref(), Some("UCabcdefghijklmnopqrstuv"));
        assert!(listing(r#"{"id": "SpineTime01"}"#).is_err());
    }

    proptest! {
        #[test]
        fn whatever_a_page_says_is_read_or_refused(
            title in "\\PC{0,20}|[\\x00-\\x1f\u{202e}]{0,9}", number in any::<f64>(), odd in any::<bool>()
        ) {
            let value = if odd { json!(title) } else { json!(number) };
            let text = json!({
                "id": value, "title": title, "duration": value, "timestamp": value, "upload_date": value, "chapters": [value],
                "filesize": value, "live_status": value, "thumbnail": title,
            }).to_string();
            if let Ok(page) = page(&text) {
                prop_assert!(page.published.title.is_none_or(|title| !title.chars().any(is_odd) && !title.is_empty()));
            }
            let _ = listing(&text);
        }
    }
}
