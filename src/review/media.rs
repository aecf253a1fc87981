//! The recording as the player asks for it: all of it, or one stretch of its bytes.

use super::answer::{Problem, Reply};
use crate::library::{EpisodeFolder, artefact};
use crate::model::Recording;
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, RANGE};
use axum::response::{IntoResponse, Response};
use std::io::SeekFrom;
use std::path::{Component, Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// Where the recording lies; `None` when it is not kept.
pub(super) fn path(folder: &EpisodeFolder, recording: &Recording) -> Option<PathBuf> {
    let name = Path::new(&recording.file);
    // A name and nothing else, whatever the file says.
    let mut parts = name.components();
    let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
    let path = folder.media().join(name);
    (plain && path.is_file()).then_some(path)
}

/// Where the recording of an episode lies; `None` when there is none. Blocks.
pub(super) fn find(folder: &EpisodeFolder) -> Option<PathBuf> {
    let recording = artefact::load::<Recording>(&folder.source()).ok().flatten()?;
    path(folder, &recording)
}

/// What browsers call such a file.
fn kind_of(path: &Path) -> &'static str {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref().unwrap_or_default() {
        "mp3" => "audio/mpeg",
        "m4a" | "m4b" => "audio/mp4",
        "aac" => "audio/aac",
        "flac" => "audio/flac",
        "oga" | "ogg" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "weba" => "audio/webm",
        "aif" | "aiff" => "audio/aiff",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "ogv" => "video/ogg",
        "mpeg" | "mpg" => "video/mpeg",
        "ts" => "video/mp2t",
        "avi" => "video/x-msvideo",
        "wmv" => "video/x-ms-wmv",
        "wma" => "audio/x-ms-wma",
        _ => "application/octet-stream",
    }
}

/// What is wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    /// From this byte, so many.
    Part(u64, u64),
    /// What is not there.
    Nothing,
}

/// Reads a `Range` header for a file of `length` bytes. What is no range of bytes, or several of them, wants all.
fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(range) = header.and_then(|text| text.trim().strip_prefix("bytes=")).filter(|r| !r.contains(',')) else {
        return Wanted::All;
    };
    let Some((first, last)) = range.split_once('-') else { return Wanted::All };
    let (first, last) = (first.trim(), last.trim());
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(first) || !digits(last) || first.is_empty() && last.is_empty() {
        return Wanted::All;
    }
    // A number that is too large for the type is behind every end.
    let number = |text: &str| text.parse().unwrap_or(u64::MAX);
    let (from, until) = if first.is_empty() {
        (length.saturating_sub(number(last)), length)
    } else {
        let until = if last.is_empty() { length } else { number(last).saturating_add(1).min(length) };
        if !last.is_empty() && number(last) < number(first) {
            return Wanted::All;
        }
        (number(first), until)
    };
    if from < until { Wanted::Part(from, until - from) } else { Wanted::Nothing }
}

/// The file at `path`, or the part of it that is asked for.
pub(super) async fn answer(path: &Path, headers: &HeaderMap, reply: &Reply) -> Response {
    let opened = async {
        let file = tokio::fs::File::open(path).await?;
        let length = file.metadata().await?.len();
        std::io::Result::Ok((file, length))
    };
    let Ok((mut file, length)) = opened.await else {
        return reply.problem(Problem::gone("The recording is not kept here"));
    };
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let common = [(ACCEPT_RANGES, "bytes".to_owned()), (CONTENT_TYPE, kind_of(path).to_owned())];
    let (status, from, count) = match wanted(range, length) {
        Wanted::All => (StatusCode::OK, 0, length),
        Wanted::Part(from, count) => (StatusCode::PARTIAL_CONTENT, from, count),
        Wanted::Nothing => {
            let all = [(CONTENT_RANGE, format!("bytes */{length}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, common, all).into_response();
        }
    };
    if from > 0 && file.seek(SeekFrom::Start(from)).await.is_err() {
        return reply.problem(Problem::gone("The recording could not be read"));
    }
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(count), PIECE));
    let mut response = (status, common, [(CONTENT_LENGTH, count.to_string())], body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {from}-{}/{length}", from + count - 1).parse()
    {
        response.headers_mut().insert(CONTENT_RANGE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_as_players_write_them() {
        for (header, is) in [
            (None, Wanted::All),
            (Some("bytes=0-"), Wanted::Part(0, 100)),
            (Some("bytes=0-0"), Wanted::Part(0, 1)),
            (Some("bytes=10-19"), Wanted::Part(10, 10)),
            (Some("bytes=90-1000"), Wanted::Part(90, 10)),
            (Some("bytes=-10"), Wanted::Part(90, 10)),
            (Some("bytes=-1000"), Wanted::Part(0, 100)),
            (Some("bytes=-0"), Wanted::Nothing),
            (Some("bytes=100-"), Wanted::Nothing),
            (Some("bytes=99999999999999999999999-"), Wanted::Nothing),
            (Some("bytes=5-99999999999999999999999"), Wanted::Part(5, 95)),
            (Some("bytes=20-10"), Wanted::All),
            (Some("bytes=0-1,5-6"), Wanted::All),
            (Some("bytes=-"), Wanted::All),
            (Some("bytes=a-b"), Wanted::All),
            (Some("seconds=1-2"), Wanted::All),
        ] {
            assert_eq!(wanted(header, 100), is, "{header:?}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
    }

    #[test]
    fn a_recording_lies_in_its_folder_whatever_a_file_says() {
        let dir = tempfile::tempdir().unwrap();
        let folder = EpisodeFolder::new(dir.path(), "a".parse().unwrap());
        std::fs::create_dir_all(folder.media()).unwrap();
        for name in ["episodes/a/media/r.mp3", "secret"] {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        let at = |file: &str| {
            let text = serde_json::json!({
                "format": 1, "key": null, "source": { "file": "x" }, "file": file, "bytes": 1, "sha256": "0".repeat(64),
            });
            std::fs::write(folder.source(), text.to_string()).unwrap();
            find(&folder)
        };
        assert_eq!(at("r.mp3"), Some(folder.media().join("r.mp3")));
        let outside = dir.path().join("secret");
        for file in ["../../../secret", outside.to_str().unwrap(), "", ".", "..", "no.mp3", "./r.mp3/.."] {
            assert_eq!(at(file), None, "{file}");
        }
    }

    proptest! {
        #[test]
        fn no_range_leads_behind_the_end(header in "bytes=[0-9]{0,22}-[0-9]{0,22}", length in 0u64..1_000_000) {
            if let Wanted::Part(from, count) = wanted(Some(&header), length) {
                prop_assert!(count > 0 && from + count <= length);
            }
        }
    }
}
