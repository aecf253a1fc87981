//! Where an answer's paragraphs begin: at another speaker, behind a cut, and where pause, topic and wording agree.
//!
//! Sentences never break. Within one speaker's run the best division is found by dynamic programming over all of them:
//! each paragraph pays for a length away from the usual one, each break earns what speaks for it.

use super::verbatim::{Token, join};
use super::words::low;
use crate::model::{ClusterId, Millis};
use crate::text::similarity::cohesion;

/// A printed sentence with what decides about a break before it.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// Its printed words; never empty.
    pub(super) tokens: Vec<Token>,
    /// The silence before it.
    pub(super) pause: Millis,
    /// Who speaks, if that is known.
    pub(super) voice: Option<ClusterId>,
    /// Which of the answer's runs of sentences it belongs to.
    pub(super) run: usize,
}

/// Words that a paragraph has when nothing else decides: about four spoken sentences.
const USUAL_WORDS: f32 = 60.0;
/// A paragraph this much longer or shorter costs as much as one good reason for a break earns.
const TOLERANCE: f32 = 40.0;
/// What any break costs.
const BREAK_COST: f32 = 0.9;
/// What a second of silence beyond [`BREATH`] earns, up to [`MOST_PAUSE`].
const PAUSE_GAIN: f32 = 0.6;
/// A pause between two sentences that says nothing.
const BREATH: f32 = 0.5;
/// Longer pauses say no more.
const MOST_PAUSE: f32 = 1.5;
/// What a marker such as "Second" earns.
const MARKER_GAIN: f32 = 1.0;
/// What a wholly new vocabulary earns.
const TOPIC_GAIN: f32 = 0.5;
/// Sentences that one paragraph may hold; more only cost time.
const MOST_SENTENCES: usize = 40;

/// Beginnings that announce a next point.
#[rustfmt::skip]
const MARKERS: &[&str] = &[
    "first", "second", "third", "secondly", "thirdly", "finally", "lastly", "however", "now", "another", "on the other
    hand", "for the first part", "for the second part", "as for", "in terms of", "the other thing", "the second", "the
    third", "the next", "the last", "in summary", "so in summary", "and then the", "but the other", "with regard to",
];

/// The paragraphs, each as its tokens in order.
pub(super) fn paragraphs(units: &[Unit]) -> Vec<Vec<Token>> {
    let together =
        |a: &Unit, b: &Unit| a.run == b.run && (a.voice == b.voice || a.voice.is_none() || b.voice.is_none());
    let mut found = Vec::new();
    for block in units.chunk_by(together) {
        let mut start = 0;
        for end in divide(block) {
            found.push(block[start..end].iter().flat_map(|unit| unit.tokens.iter().cloned()).collect());
            start = end;
        }
    }
    found
}

/// The ends of the paragraphs of one speaker's run, in order; the last is the run's end.
fn divide(block: &[Unit]) -> Vec<usize> {
    let words: Vec<f32> = block.iter().map(|unit| unit.tokens.len() as f32).collect();
    let gains: Vec<f32> = (0..block.len()).map(|i| if i == 0 { 0.0 } else { gain(&block[i - 1], &block[i]) }).collect();
    // best[end] = (cost, start of the last paragraph) of the best division of the sentences before `end`.
    let mut best = vec![(0.0_f32, 0_usize)];
    for end in 1..=block.len() {
        let mut total = 0.0;
        let mut choice = (f32::INFINITY, end - 1);
        for start in (end.saturating_sub(MOST_SENTENCES)..end).rev() {
            total += words[start];
            let short = total < USUAL_WORDS && end - start == block.len();
            let length = if short { 0.0 } else { ((total - USUAL_WORDS) / TOLERANCE).powi(2) };
            let cost = best[start].0 + length + if start == 0 { 0.0 } else { BREAK_COST - gains[start] };
            if cost < choice.0 {
                choice = (cost, start);
            }
        }
        best.push(choice);
    }
    let mut ends = vec![block.len()];
    while let Some(&end) = ends.last().filter(|end| **end > 0) {
        ends.push(best[end].1);
    }
    ends.pop();
    ends.reverse();
    ends
}

/// What speaks for a break between two sentences.
fn gain(before: &Unit, after: &Unit) -> f32 {
    let pause = (after.pause.seconds() as f32 - BREATH).clamp(0.0, MOST_PAUSE) * PAUSE_GAIN;
    let opening: Vec<String> = after.tokens.iter().take(4).map(|t| low(&t.text)).collect();
    let opening = format!("{} ", opening.join(" "));
    let marker = MARKERS.iter().any(|m| opening.strip_prefix(m).is_some_and(|rest| rest.starts_with(' ')));
    let topic = 1.0 - cohesion(&join(&before.tokens), &join(&after.tokens));
    pause + topic * TOPIC_GAIN + if marker { MARKER_GAIN } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str, pause: u64, voice: u32, run: usize) -> Unit {
        let tokens = text.split(' ').map(|text| Token { word: 0, last: 0, text: text.into(), sentence: 0 }).collect();
        Unit { tokens, pause: Millis(pause), voice: Some(ClusterId(voice)), run }
    }

    fn sizes(units: &[Unit]) -> Vec<usize> {
        paragraphs(units).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_short_answer_is_one_paragraph_and_speakers_and_cuts_part_it() {
        let said = "It is safe to walk every day.";
        assert_eq!(sizes(&[unit(said, 300, 0, 0), unit(said, 300, 0, 0)]), [14]);
        assert_eq!(sizes(&[unit(said, 300, 0, 0), unit(said, 300, 1, 0), unit(said, 300, 1, 1)]), [7, 7, 7]);
        assert!(sizes(&[]).is_empty());
    }

    #[test]
    fn a_long_answer_breaks_at_the_marker_with_the_pause() {
        let filler = "word ".repeat(19) + "end.";
        let mut units = vec![unit(&filler, 300, 0, 0); 3];
        units.push(unit(&format!("Second, {filler}"), 1400, 0, 0));
        units.extend(vec![unit(&filler, 300, 0, 0); 3]);
        assert_eq!(sizes(&units), [60, 81]);
    }
}
