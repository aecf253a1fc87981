//! Captions of the published video beside the transcript of the recording.
//!
//! A few words in a row that stand once in each of both are the same moment. How far their times are apart is the offset;
//! what holds for many neighbours is no chance. Of captions only the beginning of a line is known, and how exact it is
//! depends on who made them: the middle of all lines is taken.

use super::{Alignment, Piece, median};
use crate::model::{Caption, Delta, Millis, Span, Word};
use crate::text::normalize;
use std::collections::HashMap;

/// Words in a row that must be the same.
const RUN: usize = 3;
/// Offsets that belong together differ by no more: captions come early and late.
const TOGETHER: i64 = 1_000;
/// Neighbours that are looked at together, so that a line that is quite wrong decides nothing.
const NEIGHBOURS: usize = 4;
/// So many moments make a piece.
const LEAST: usize = 5;
/// Fewer in all are too few to rely on.
const FEWEST: usize = 8;
/// Moments further apart are no proof for what lies between, in milliseconds.
const GAP: u64 = 60_000;

/// A word for comparing, and when it sounds.
struct Heard {
    text: String,
    at: Millis,
    /// Whether it begins a line, so that its time is known.
    known: bool,
}

/// The same moment in both.
#[derive(Debug, Clone, Copy)]
struct Moment {
    video: Millis,
    offset: i64,
}

/// What of the video with these captions is in the recording with these words; nothing where they have too little in
/// common.
#[must_use]
pub fn align(words: &[Word], captions: &[Caption]) -> Alignment {
    let heard = words.iter().flat_map(|word| spoken(&word.text, word.span.start, true)).collect::<Vec<_>>();
    let shown = captions.iter().flat_map(line).collect::<Vec<_>>();
    let mut moments = moments(&heard, &shown);
    if moments.len() < FEWEST {
        return Alignment::default();
    }
    moments.sort_by_key(|moment| (moment.video, moment.offset));
    let smooth: Vec<i64> = (0..moments.len()).filter_map(|at| median(around(&moments, at))).collect();
    let mut groups: Vec<(Vec<Moment>, i64)> = Vec::new();
    for (moment, smooth) in moments.iter().zip(smooth) {
        match groups.last_mut().filter(|(_, offset)| (smooth - *offset).abs() <= TOGETHER) {
            Some((group, _)) => group.push(*moment),
            None => groups.push((vec![*moment], smooth)),
        }
    }
    pieces(groups)
}

/// The offsets around a moment.
fn around(moments: &[Moment], at: usize) -> Vec<i64> {
    let end = (at + NEIGHBOURS + 1).min(moments.len());
    moments[at.saturating_sub(NEIGHBOURS)..end].iter().map(|moment| moment.offset).collect()
}

/// Groups of neighbours that are no chance, joined where their offsets are the same.
fn pieces(groups: Vec<(Vec<Moment>, i64)>) -> Alignment {
    let mut joined: Vec<(Vec<Moment>, i64)> = Vec::new();
    for (group, offset) in groups.into_iter().filter(|(group, _)| group.len() >= LEAST) {
        match joined.last_mut().filter(|(_, last)| (offset - *last).abs() <= TOGETHER) {
            Some((last, _)) => last.extend(group),
            None => joined.push((group, offset)),
        }
    }
    let mut alignment = Alignment::default();
    for (group, near) in joined {
        let fits = |moment: &&Moment| (moment.offset - near).abs() <= 2 * TOGETHER;
        let fitting: Vec<Moment> = group.iter().filter(fits).copied().collect();
        let (Some(first), Some(last)) = (fitting.first(), fitting.last()) else { continue };
        let video = Span::new(first.video, last.video);
        let Some(offset) = median(fitting.iter().map(|moment| moment.offset).collect()) else { continue };
        let between = fitting.windows(2).map(|two| two[1].video.minus(two[0].video).0.min(GAP));
        alignment.found = alignment.found.plus(Millis(between.sum()));
        alignment.pieces.push(Piece { video, offset: Delta(offset) });
    }
    alignment
}

/// A word may become several for comparing.
fn spoken(text: &str, at: Millis, known: bool) -> Vec<Heard> {
    let words = normalize::words(text).into_iter();
    words.enumerate().map(|(i, text)| Heard { text, at, known: known && i == 0 }).collect()
}

/// The words of a caption: the first begins with it, the others' times are guessed from their letters.
fn line(caption: &Caption) -> Vec<Heard> {
    let (whole, mut done, mut words) = (caption.text.len().max(1) as f64, 0, Vec::new());
    for word in caption.text.split_whitespace() {
        let part = caption.span.length().0 as f64 * done as f64 / whole;
        words.extend(spoken(word, caption.span.start.plus(Millis(part as u64)), done == 0));
        done += word.len() + 1;
    }
    words
}

/// What stands once in each of both; the beginnings of lines alone where there are enough of them.
fn moments(heard: &[Heard], shown: &[Heard]) -> Vec<Moment> {
    let (ours, theirs) = (once(heard), once(shown));
    let mut all: Vec<(Moment, bool)> = Vec::new();
    for (run, &at) in &theirs {
        let (Some(Some(there)), Some(here)) = (ours.get(run), at) else { continue };
        let (word, said) = (&shown[here], &heard[*there]);
        let Ok(offset) = i64::try_from(i128::from(said.at.0) - i128::from(word.at.0)) else { continue };
        all.push((Moment { video: word.at, offset }, word.known));
    }
    let lines = all.iter().filter(|(_, known)| *known).count();
    let sure = lines >= 2 * FEWEST;
    all.into_iter().filter(|(_, known)| *known || !sure).map(|(moment, _)| moment).collect()
}

/// Runs of words and where they begin; `None` for those that stand more than once.
fn once(words: &[Heard]) -> HashMap<Vec<&str>, Option<usize>> {
    let mut found = HashMap::new();
    for (at, run) in words.windows(RUN).enumerate() {
        let run: Vec<&str> = run.iter().map(|word| word.text.as_str()).collect();
        found.entry(run).and_modify(|place| *place = None).or_insert(Some(at));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{By, Verdict, judge};
    use crate::model::VideoCut;
    use proptest::prelude::*;

    /// A talk of made-up words, one each 400 ms.
    fn talk(length: usize, seed: u64) -> Vec<Word> {
        let mut state = seed | 1;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let word = |i: usize| {
            let text = format!("w{}", "abcdefghij".chars().nth((next() % 10) as usize).unwrap())
                + &"xyz"[..1 + (next() % 3) as usize]
                + ["", "o", "u", "e"][(next() % 4) as usize];
            let start = Millis(i as u64 * 400);
            Word { text, span: Span::new(start, start.plus(Millis(350))), probability: 1.0 }
        };
        (0..length).map(word).collect()
    }

    /// Lines of seven words as the video shows them: `keep` of the recording, moved to the video's clock.
    fn captions(words: &[Word], keep: &[(Span, i64)], noise: &dyn Fn(usize) -> i64) -> Vec<Caption> {
        let mut lines = Vec::new();
        for (span, offset) in keep {
            let kept: Vec<&Word> = words.iter().filter(|word| span.contains(word.span.start)).collect();
            for (n, line) in kept.chunks(7).enumerate() {
                let moved = |at: Millis| Millis(u64::try_from(at.0 as i64 - offset + noise(n)).unwrap_or(0));
                let text = line.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
                lines.push(Caption {
                    span: Span::new(moved(line[0].span.start), moved(line[line.len() - 1].span.end)),
                    text,
                });
            }
        }
        lines
    }

    fn span(start: u64, end: u64) -> Span {
        Span::new(Millis(start), Millis(end))
    }

    #[test]
    fn a_cut_in_the_middle_is_seen() {
        let words = talk(1_500, 7);
        let keep = [(span(0, 200_000), 0), (span(260_000, 600_000), 60_000)];
        let alignment = align(&words, &captions(&words, &keep, &|_| 0));
        let Verdict::Rearranged { joints, .. } = judge(&alignment, Millis(600_000), Millis(540_000)) else {
            panic!("{alignment:?}");
        };
        assert_eq!(joints.len(), 1, "{joints:?}");
        assert!(joints[0].cut.minus(Delta(60_000)).size() <= Millis(300), "{joints:?}");
        assert!(joints[0].at.0.abs_diff(200_000) < 10_000, "{joints:?}");
    }

    #[test]
    fn captions_of_something_else_or_of_nothing_tell_nothing() {
        let (words, other) = (talk(1_500, 7), talk(1_500, 1_000));
        let foreign = align(&words, &captions(&other, &[(span(0, 600_000), 0)], &|_| 0));
        assert_eq!(judge(&foreign, Millis(600_000), Millis(600_000)), Verdict::Other);
        assert_eq!(align(&words, &[]), Alignment::default());
        assert_eq!(align(&[], &captions(&words, &[(span(0, 600_000), 0)], &|_| 0)), Alignment::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_offset_is_found_whatever_was_cut_and_however_captions_waver(
            head in -90_000i64..120_000, length in 300usize..1_500, seed in any::<u64>(), wrong in 0usize..4,
        ) {
            let mut words = talk(length, seed);
            let recording = Millis(length as u64 * 400);
            prop_assume!(head < recording.0 as i64 / 2);
            // Lines begin up to a quarter of a second early or late, some seconds off now and then.
            let noise = |n: usize| (n as i64 * 7_919 % 500) - 250 + if n % 17 == 3 { 6_000 } else { 0 };
            let keep = [(span(u64::try_from(head).unwrap_or(0), recording.0), head)];
            let shown = captions(&words, &keep, &noise);
            // What the recogniser misheard.
            for word in words.iter_mut().skip(3).step_by(10).take(length * wrong / 10) {
                word.text = "misheard".into();
            }
            let video = VideoCut { head: Delta(head), tail: Delta(0) }.length(recording);
            let verdict = judge(&align(&words, &shown), recording, video);
            let Verdict::Whole(cut) = verdict else { return Err(TestCaseError::fail(format!("{verdict:?}"))) };
            prop_assert!(cut.head.minus(Delta(head)).size() <= By::Captions.accuracy(), "{cut:?} for {head}");
        }

        #[test]
        fn any_times_do_no_harm(lines in prop::collection::vec((any::<u64>(), any::<u64>(), "[a-c ]{0,40}"), 0..40)) {
            let captions: Vec<Caption> =
                lines.into_iter().map(|(a, b, text)| Caption { span: Span::new(Millis(a), Millis(b)), text }).collect();
            let words: Vec<Word> = captions
                .iter()
                .flat_map(|c| c.text.split_whitespace().map(|w| Word { text: w.into(), span: c.span, probability: 1.0 }))
                .collect();
            let _ = judge(&align(&words, &captions), Millis(1_000), Millis(1_000));
        }
    }
}
