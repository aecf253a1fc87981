//! Published captions, WebVTT or SubRip (SRT), as lines of speech with times.
//!
//! Which of the two it is shows in the text, never in the file's name, and what is a little wrong is read all the same:
//! other tools strip blanks, number cues twice or save in old encodings. Notes on sounds and the marks of speakers are
//! left out, words never. Of rolling captions ([`rolling`]) each word is kept once.

mod rolling;
mod text;

use super::encoding;
use crate::failure::{Exit, Failure};
use crate::model::{Caption, Millis, Span};

/// A file of captions can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaptionsError {
    /// It is something else.
    #[error("this is no file of captions: it has neither the form of WebVTT nor that of SRT")]
    OtherForm,
    /// It has the form, but nothing is said in it.
    #[error("the captions have no words with times")]
    NoWords,
}

impl Failure for CaptionsError {
    fn exit(&self) -> Exit {
        match self {
            Self::OtherForm | Self::NoWords => Exit::Input,
        }
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::OtherForm => {
                "Get the captions as a .vtt or .srt file: in YouTube Studio open the video's subtitles, then choose \
                 Download and one of these two. Or leave the captions out: they are only a second opinion."
                    .into()
            }
            Self::NoWords => {
                "Open the file in a text editor: it may be cut off. Get the captions again, or leave them out: they are \
                 only a second opinion."
                    .into()
            }
        })
    }
}

/// A cue as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cue {
    span: Span,
    lines: Vec<Vec<Heard>>,
}

/// A word of a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    text: String,
    /// When it sounds, if the line has times of its own.
    at: Option<Millis>,
}

/// The captions of a file, in order of time.
///
/// # Errors
/// When the file is neither WebVTT nor SRT, or has no words.
pub fn read(bytes: &[u8]) -> Result<Vec<Caption>, CaptionsError> {
    let text = encoding::decode(bytes);
    let mut cues = cues(&text).ok_or(CaptionsError::OtherForm)?;
    cues.sort_by_key(|cue| cue.span.start);
    let captions = rolling::unrolled(&cues);
    if captions.is_empty() { Err(CaptionsError::NoWords) } else { Ok(captions) }
}

/// Whether a file is WebVTT, and not SRT.
#[must_use]
pub fn is_vtt(bytes: &[u8]) -> bool {
    is_vtt_text(&encoding::decode(bytes))
}

fn is_vtt_text(text: &str) -> bool {
    text.starts_with("WEBVTT")
}

/// The cues in the order of the file; `None` when it has none and isn't WebVTT either.
///
/// A cue reaches from its line of times to the next one, so that a blank line inside it loses no words.
fn cues(text: &str) -> Option<Vec<Cue>> {
    let vtt = is_vtt_text(text);
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = unified.split('\n').collect();
    let timed: Vec<(usize, Option<Span>)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, times(line)?))).collect();
    if timed.is_empty() && !vtt {
        return None;
    }
    let mut cues = Vec::with_capacity(timed.len());
    for (n, (at, span)) in timed.iter().enumerate() {
        let Some(span) = *span else { continue };
        let end = timed.get(n + 1).map_or(lines.len(), |(next, _)| *next - usize::from(has_id(&lines, *next, vtt)));
        let body = lines.get(at + 1..end).unwrap_or_default();
        cues.push(Cue { span, lines: spoken(body, vtt).into_iter().map(text::words).collect() });
    }
    Some(cues)
}

/// Whether the line before the times at line `at` names the cue: a number in SRT, any line behind a blank in WebVTT.
fn has_id(lines: &[&str], at: usize, vtt: bool) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|i| lines.get(i)).map(|line| line.trim());
    match before(1) {
        None | Some("") => false,
        Some(id) => id.bytes().all(|b| b.is_ascii_digit()) || (vtt && before(2).is_none_or(str::is_empty)),
    }
}

/// A cue's lines without the blocks that WebVTT allows between cues.
fn spoken<'a>(body: &[&'a str], vtt: bool) -> Vec<&'a str> {
    let (mut kept, mut apart) = (Vec::with_capacity(body.len()), false);
    for (i, line) in body.iter().enumerate() {
        let opens = i > 0 && body[i - 1].trim().is_empty();
        let first = line.split([' ', '\t']).next().unwrap_or_default();
        let block = matches!(first, "NOTE") || matches!(line.trim_end(), "STYLE" | "REGION");
        apart = (apart && !line.trim().is_empty()) || (vtt && opens && block);
        if !apart {
            kept.push(*line);
        }
    }
    kept
}

/// The times of a cue: `None` when the line has none, `Some(None)` when they can't be.
fn times(line: &str) -> Option<Option<Span>> {
    let (from, to) = line.split_once("-->")?;
    let from = from.trim();
    if !from.starts_with(|c: char| c.is_ascii_digit() || c == '-') || !from.contains(':') {
        return None;
    }
    let to = to.split_whitespace().next().unwrap_or_default();
    Some(clock(from).zip(clock(to)).filter(|(from, to)| from < to).map(|(from, to)| Span::new(from, to)))
}

/// "1:02:03.456", "02:03,456", "02:03".
fn clock(text: &str) -> Option<Millis> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let parts: Vec<&str> = whole.split(':').collect();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| !part.is_empty() && digits(part)) {
        return None;
    }
    if !digits(fraction) {
        return None;
    }
    let seconds = parts.iter().try_fold(0_u64, |sum, part| sum.checked_mul(60)?.checked_add(part.parse().ok()?))?;
    let thousandths: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(Millis(seconds.checked_mul(1000)?.checked_add(thousandths)?))
}

#[cfg(test)]
mod tests;
