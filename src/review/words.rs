//! The words of an episode with their times, as short as JSON allows: a webinar of three hours has thirty thousand.

use super::Trouble;
use crate::library::{EpisodeFolder, artefact};
use crate::model::{Speakers, Transcript};
use std::fmt::Write as _;

/// `{"words":[[from, to, sure],…],"sentences":[[first, end],…]}`: milliseconds, percent, and indices of words; `None`
/// when nothing is transcribed yet. The sentences are those of the page, cut where another voice begins.
pub(super) fn of(folder: &EpisodeFolder) -> Result<Option<String>, Trouble> {
    let Some(transcript) = artefact::load::<Transcript>(&folder.transcript()).map_err(|e| Trouble::of(&e))? else {
        return Ok(None);
    };
    let speakers = artefact::load::<Speakers>(&folder.speakers()).map_err(|e| Trouble::of(&e))?.unwrap_or_default();
    Ok(Some(short(&transcript.cut_at(&speakers.cuts))))
}

fn short(transcript: &Transcript) -> String {
    let mut text = String::with_capacity(24 * transcript.words.len());
    text.push_str("{\"words\":[");
    for (i, word) in transcript.words.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        // Writing into a text can't fail.
        let _ = write!(
            text,
            "{comma}[{},{},{}]",
            word.span.start.0,
            word.span.end.0,
            (100.0 * word.probability).round().clamp(0.0, 100.0)
        );
    }
    text.push_str("],\"sentences\":[");
    for (i, sentence) in transcript.sentences.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(text, "{comma}[{},{}]", sentence.words.start, sentence.words.end);
    }
    text.push_str("]}");
    text
}
