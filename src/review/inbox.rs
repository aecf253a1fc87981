//! Recordings that are dropped on the page come to the library's inbox, under a name that leads nowhere else.

use super::Trouble;
use super::answer::Problem;
use crate::atomic::{self, WriteError};
use crate::library::Library;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use std::io;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// The most bytes of a recording: days of video.
const LARGEST: u64 = 50 << 30;
/// Pieces that may wait for the disk.
const AHEAD: usize = 16;
/// The longest name, in bytes without the ending; file systems allow 255.
const LONGEST: usize = 120;
/// The longest ending, in bytes.
const ENDING: usize = 10;
/// So many recordings of one name may lie there.
const SAME: usize = 1000;

/// A name that is one on every system and means nothing but itself: letters, digits, and a few signs between.
fn safe_name(given: &str) -> (String, String) {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .map(
            |c| if c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '(' | ')' | ',' | '&') { c } else { '-' },
        )
        .collect();
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((&plain, ""));
    let fits = !ending.is_empty() && ending.len() <= ENDING && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    let (stem, ending) = if fits { (stem, ending) } else { (plain.as_str(), "") };
    let mut end = stem.len().min(LONGEST);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let stem = stem[..end].trim_matches(|c: char| c == '.' || c == '-' || c.is_whitespace());
    let stem = if stem.is_empty() { "recording" } else { stem };
    let ending = if ending.is_empty() { String::new() } else { format!(".{}", ending.to_ascii_lowercase()) };
    (stem.to_owned(), ending)
}

/// The name, and others like it in case it is taken.
fn names(given: &str) -> impl Iterator<Item = String> {
    let (stem, ending) = safe_name(given);
    (1..=SAME).map(move |n| if n == 1 { format!("{stem}{ending}") } else { format!("{stem} ({n}){ending}") })
}

/// A piece of a recording on its way to the disk.
enum Piece {
    Bytes(Bytes),
    End,
}

/// Takes a recording in; gives the place where it lies.
pub(super) async fn take(library: &Library, name: &str, body: Body) -> Result<PathBuf, Problem> {
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The recording is larger than {} GB", LARGEST >> 30),
            "Put it into a folder of that computer and type its path instead.",
        )
    };
    if body.size_hint().lower() > LARGEST {
        return Err(too_large());
    }
    let (to_disk, pieces) = mpsc::channel(AHEAD);
    let (folder, name) = (library.inbox(), name.to_owned());
    let written = tokio::task::spawn_blocking(move || write(&folder, &name, pieces));
    let sent = send(body, &to_disk).await;
    drop(to_disk);
    let written = written.await.map_err(|_| super::desks::panicked())?;
    match (sent, written) {
        (Ok(false), _) => Err(too_large()),
        (Err(()), _) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "The recording did not arrive whole, so it was not kept",
            "Drop it once more.",
        )),
        (Ok(true), Ok(path)) => Ok(path),
        (Ok(true), Err(error)) => Err(Trouble::of(&error).into()),
    }
}

/// Hands the body to the disk piece by piece. `false` when it is too large, an error when it breaks off.
async fn send(mut body: Body, to_disk: &mpsc::Sender<Piece>) -> Result<bool, ()> {
    let mut length = 0u64;
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(drop)?.into_data() else { continue };
        length += bytes.len() as u64;
        if length > LARGEST {
            return Ok(false);
        }
        if to_disk.send(Piece::Bytes(bytes)).await.is_err() {
            // The disk refused; the writer tells why.
            return Ok(true);
        }
    }
    // A disk that refused has told so.
    let _ = to_disk.send(Piece::End).await;
    Ok(true)
}

fn write(folder: &std::path::Path, name: &str, mut pieces: mpsc::Receiver<Piece>) -> Result<PathBuf, WriteError> {
    atomic::create_folder(folder)?;
    atomic::write_new(folder, names(name), |out| {
        loop {
            match pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => out.write_all(&bytes)?,
                Some(Piece::End) => return Ok(()),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_readable_and_lead_nowhere() {
        for (given, is) in [
            ("Spine Time März (2).MP4", "Spine Time März (2).mp4"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("<script>alert(1)</script>.mp3", "script.mp3"),
            ("<img src=x onerror=alert(1)>.mp3", "img src-x onerror-alert(1).mp3"),
            (".hidden.mp3", "hidden.mp3"),
            ("..", "recording"),
            ("", "recording"),
            ("a\0b\n.wav", "a-b.wav"),
            (".mp3", "recording.mp3"),
            ("talk.verylongending", "talk.verylongending"),
            ("-rf.mp3", "rf.mp3"),
        ] {
            assert_eq!(names(given).next().unwrap(), is, "{given:?}");
        }
        assert_eq!(names("a.mp3").nth(1).unwrap(), "a (2).mp3");
    }

    proptest! {
        #[test]
        fn a_name_is_one_part_of_a_path(given in "\\PC{0,400}") {
            for name in names(&given).take(2) {
                let parts: Vec<_> = std::path::Path::new(&name).components().collect();
                prop_assert!(matches!(parts[..], [std::path::Component::Normal(_)]), "{}", name);
                prop_assert!(!name.starts_with('.') && name.len() < 200 && !name.contains(['<', '>', '"', '\'']));
            }
        }
    }
}
