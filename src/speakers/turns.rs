//! Voices of windows into turns: who speaks from when to when, and who speaks each sentence.
//!
//! Turns are in order, don't overlap, and cover the speech. A change of voice inside a stretch of speech is put on the
//! sentence start that is near.

use super::cluster::Voices;
use super::embed::Window;
use crate::model::{ClusterId, Millis, Span, Transcript, Turn};
use std::ops::Range;

/// A pause between two words that may hide a change of voice.
const PAUSE: Millis = Millis(300);
/// The same between two sentences, where a change is likelier.
const SENTENCE_PAUSE: Millis = Millis(120);
/// Speech is not cut into shorter pieces than this: the encoder needs some of it.
const SHORTEST: Millis = Millis(500);
/// How far a change of voice is moved to fall on a sentence start: half a window.
const SNAP: Millis = Millis(750);
/// One voice's turns with a shorter pause than this between them are one turn.
const JOIN: Millis = Millis(300);
/// A voice has a part of a sentence to itself when it speaks so long in it, ...
const PART: Millis = Millis(800);
/// ... says so many words of it, ...
const PART_WORDS: usize = 3;
/// ... and is so sure.
const PART_SURE: f32 = 0.5;
/// What a mark behind a word is worth when a sentence is cut there, as milliseconds of pause.
const MARK: u64 = 300;
/// A sentence without detected speech belongs to the voice on both sides when both are as near as this.
const NEAR: Millis = Millis(1_000);

/// A stretch of speech without a notable pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// When.
    pub(super) span: Span,
}

/// The transcript's speech, cut at pauses between words.
pub(super) fn pieces(transcript: &Transcript) -> Vec<Piece> {
    let mut starts_sentence = vec![false; transcript.words.len()];
    for sentence in &transcript.sentences {
        if let Some(start) = starts_sentence.get_mut(sentence.words.start) {
            *start = true;
        }
    }
    let mut pauses = transcript
        .words
        .windows(2)
        .zip(&starts_sentence[1.min(starts_sentence.len())..])
        .filter_map(|(pair, &first)| {
            let pause = Span::new(pair[0].span.end, pair[1].span.start);
            (pause.length() >= if first { SENTENCE_PAUSE } else { PAUSE }).then_some(pause)
        })
        .peekable();
    let mut pieces = Vec::new();
    for &speech in &transcript.speech {
        let free = pieces.last().map_or(Millis::ZERO, |p: &Piece| p.span.end);
        let end = speech.end.min(transcript.duration);
        let mut rest = Span::new(speech.start.max(free).min(end), end);
        while let Some(pause) = pauses.next_if(|p| p.start < rest.end) {
            let (before, after) = (Span::new(rest.start, pause.start), Span::new(pause.end, rest.end));
            if pause.start > rest.start && before.length() >= SHORTEST && after.length() >= SHORTEST {
                pieces.push(Piece { span: before });
                rest = after;
            }
        }
        if rest.length() > Millis::ZERO {
            pieces.push(Piece { span: rest });
        }
    }
    pieces
}

/// The stretches of speech with their voices: at least one a piece, in order.
pub(super) fn stretches(pieces: &[Piece], windows: &[Window], voices: &Voices, transcript: &Transcript) -> Vec<Turn> {
    let starts: Vec<Millis> = transcript.sentences.iter().map(|s| s.span.start).collect();
    let mut turns: Vec<Turn> = Vec::new();
    // Pieces without a window, until it is known whose they are.
    let mut unknown: Vec<Span> = Vec::new();
    let mut next = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let count = windows[next..].iter().take_while(|w| w.piece == index).count();
        let range = next..next + count;
        next += count;
        if range.is_empty() {
            unknown.push(piece.span);
            continue;
        }
        let mut found = inside(
            piece.span,
            &windows[range.clone()],
            &voices.labels[range.clone()],
            &voices.confidences[range],
            &starts,
        );
        settle(&mut unknown, &mut turns, found.first());
        turns.append(&mut found);
    }
    settle(&mut unknown, &mut turns, None);
    turns
}

/// The turns within one piece, from its windows.
fn inside(piece: Span, windows: &[Window], labels: &[usize], confidences: &[f32], starts: &[Millis]) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut from = piece.start;
    let mut first = 0;
    for i in 1..=windows.len() {
        if i < windows.len() && labels[i] == labels[first] {
            continue;
        }
        let end = if i == windows.len() {
            piece.end
        } else {
            let change = Millis::from_samples(windows[i - 1].middle().midpoint(windows[i].middle()));
            snapped(change, Span::new(from, piece.end), starts)
        };
        let sure = confidences[first..i].iter().sum::<f32>() / (i - first) as f32;
        turns.push(Turn { span: Span::new(from, end), cluster: number(labels[first]), confidence: sure });
        (from, first) = (end, i);
    }
    turns
}

/// The sentence start nearest to `change`, when one is near and strictly inside `limits`.
fn snapped(change: Millis, limits: Span, starts: &[Millis]) -> Millis {
    let from = starts.partition_point(|&s| s <= limits.start);
    let near = starts[from..].iter().take_while(|&&s| s < limits.end).min_by_key(|s| s.0.abs_diff(change.0));
    match near {
        Some(&start) if start.0.abs_diff(change.0) <= SNAP.0 => start,
        _ => change.max(limits.start).min(limits.end),
    }
}

/// Gives pieces without windows to the nearer neighbour, without confidence.
fn settle(unknown: &mut Vec<Span>, turns: &mut Vec<Turn>, after: Option<&Turn>) {
    for span in unknown.drain(..) {
        let before = turns.last().map(|t| (span.start.minus(t.span.end), t.cluster));
        let after = after.map(|t| (t.span.start.minus(span.end), t.cluster));
        let nearer = [before, after].into_iter().flatten().min_by_key(|(pause, _)| *pause);
        if let Some((_, cluster)) = nearer {
            turns.push(Turn { span, cluster, confidence: 0.0 });
        }
    }
}

/// Makes one turn of one voice's neighbouring stretches.
pub(super) fn join(turns: Vec<Turn>) -> Vec<Turn> {
    let mut joined: Vec<Turn> = Vec::with_capacity(turns.len());
    for turn in turns.into_iter().filter(|t| t.span.length() > Millis::ZERO) {
        match joined.last_mut() {
            Some(last) if last.cluster == turn.cluster && turn.span.start.minus(last.span.end) < JOIN => {
                let (a, b) = (last.span.length().0 as f32, turn.span.length().0 as f32);
                last.confidence = (last.confidence * a + turn.confidence * b) / (a + b);
                last.span = last.span.hull(turn.span);
            }
            _ => joined.push(turn),
        }
    }
    joined
}

/// The words, by index, at which another voice begins within a sentence: a recogniser joins what two people say without a
/// pause. Each part of a sentence has some words and a voice that is fairly sure; the place is moved to the pause between
/// words that is near.
pub(super) fn cuts(transcript: &Transcript, turns: &[Turn]) -> Vec<usize> {
    transcript.sentences.iter().flat_map(|sentence| cuts_in(transcript, turns, sentence.words.clone())).collect()
}

fn cuts_in(transcript: &Transcript, turns: &[Turn], words: Range<usize>) -> Vec<usize> {
    let span = |part: &Range<usize>| transcript.span_of_words(part.clone()).unwrap_or_default();
    let mut parts: Vec<(ClusterId, Range<usize>)> = Vec::new();
    for word in words.clone() {
        let voice = transcript.words.get(word).and_then(|w| speaker_of(w.span, turns));
        match (parts.last_mut(), voice) {
            (Some((last, part)), voice) if voice.is_none_or(|voice| voice == *last) => part.end = word + 1,
            (_, Some(voice)) => parts.push((voice, word..word + 1)),
            (_, None) => {}
        }
    }
    let solid = |(_, part): &(ClusterId, Range<usize>)| {
        let span = span(part);
        part.len() >= PART_WORDS && span.length() >= PART && confidence_at(span, turns) >= PART_SURE
    };
    parts.retain(solid);
    parts.dedup_by_key(|(voice, _)| *voice);
    let changes = parts.iter().skip(1).map(|(_, part)| part.start);
    changes.map(|word| best_cut(transcript, word, words.clone())).collect()
}

/// The word near `word` before which the pause is longest, or a sentence's mark stands.
fn best_cut(transcript: &Transcript, word: usize, words: Range<usize>) -> usize {
    let at = |index: usize| transcript.words[index].span.start;
    let worth = |index: usize| {
        let before = &transcript.words[index - 1];
        let mark = if before.text.ends_with(['.', '?', '!', ',', '-']) { MARK } else { 0 };
        let pause = at(index).minus(before.span.end).0;
        (pause + mark) as i64 - (at(index).0.abs_diff(at(word).0) / 4) as i64
    };
    let near = (words.start + 1..words.end).filter(|&index| at(index).0.abs_diff(at(word).0) <= SNAP.0);
    near.max_by_key(|&index| worth(index)).unwrap_or(word)
}

/// For each sentence the voice that speaks most of it; `None` where no voice speaks. What lies in a gap of one voice is
/// that voice's: the voice activity detector missed it.
pub(super) fn sentences(transcript: &Transcript, turns: &[Turn]) -> Vec<Option<ClusterId>> {
    transcript.sentences.iter().map(|s| speaker_of(s.span, turns).or_else(|| around(s.span, turns))).collect()
}

/// The voice that speaks shortly before and shortly after `span`.
fn around(span: Span, turns: &[Turn]) -> Option<ClusterId> {
    let next = turns.partition_point(|t| t.span.end <= span.start);
    let (before, after) = (turns.get(next.checked_sub(1)?)?, turns.get(next)?);
    let near = span.start.minus(before.span.end).max(after.span.start.minus(span.end)) <= NEAR;
    (near && before.cluster == after.cluster).then_some(before.cluster)
}

/// The voice that speaks most of `span`.
pub(super) fn speaker_of(span: Span, turns: &[Turn]) -> Option<ClusterId> {
    let from = turns.partition_point(|t| t.span.end <= span.start);
    let mut shares: Vec<(ClusterId, u64)> = Vec::new();
    for turn in turns[from..].iter().take_while(|t| t.span.start < span.end) {
        let time = turn.span.overlap(span).0;
        match shares.iter_mut().find(|(cluster, _)| *cluster == turn.cluster) {
            Some((_, share)) => *share += time,
            None => shares.push((turn.cluster, time)),
        }
    }
    shares.into_iter().filter(|(_, time)| *time > 0).max_by_key(|(_, time)| *time).map(|(cluster, _)| cluster)
}

/// How sure the voices within `span` are, in the mean; 0 where nobody speaks.
pub(super) fn confidence_at(span: Span, turns: &[Turn]) -> f32 {
    let from = turns.partition_point(|t| t.span.end <= span.start);
    let heard = turns[from..].iter().take_while(|t| t.span.start < span.end);
    let (sum, time) = heard.fold((0.0, 0.0), |(sum, time), turn| {
        let share = turn.span.overlap(span).0 as f32;
        (sum + share * turn.confidence, time + share)
    });
    if time > 0.0 { sum / time } else { 0.0 }
}

fn number(label: usize) -> ClusterId {
    ClusterId(u32::try_from(label).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AudioReport, Digest, ModelInfo, Sentence, Word};
    use proptest::prelude::*;

    /// A transcript of words at these times, each sentence as long as given, speech from the first to the last word.
    fn transcript(words: &[(u64, u64)], sentences: &[usize]) -> Transcript {
        let words: Vec<Word> = words
            .iter()
            .map(|&(start, end)| Word {
                text: "word".into(),
                span: Span::new(Millis(start), Millis(end)),
                probability: 1.0,
            })
            .collect();
        let mut from = 0;
        let sentences = sentences
            .iter()
            .map(|&count| {
                let range = from..from + count;
                from += count;
                Sentence { span: words[range.start].span.hull(words[range.end - 1].span), words: range }
            })
            .collect();
        let whole = words.iter().map(|w| w.span).reduce(Span::hull);
        Transcript {
            language: "en".into(),
            duration: whole.map_or(Millis::ZERO, |w| w.end),
            model: ModelInfo { name: "none".into(), sha256: Digest::from_bytes([0; 32]) },
            audio: AudioReport::default(),
            speech: whole.into_iter().collect(),
            words,
            sentences,
            chunks: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn window(piece: usize, start: u64) -> Window {
        Window { start: Millis(start).samples(), length: 24_000, own: 12_000, piece, voice: Vec::new() }
    }

    fn voices(labels: &[usize]) -> Voices {
        Voices { labels: labels.to_vec(), confidences: vec![0.9; labels.len()], means: Vec::new() }
    }

    #[test]
    fn speech_is_cut_at_pauses_and_readily_between_sentences() {
        let words = [(0, 1000), (1200, 2000), (2400, 3000), (3150, 4000)];
        let cut = |sentences: &[usize]| -> Vec<(u64, u64)> {
            pieces(&transcript(&words, sentences)).iter().map(|p| (p.span.start.0, p.span.end.0)).collect()
        };
        assert_eq!(cut(&[4]), [(0, 2000), (2400, 4000)]);
        assert_eq!(cut(&[3, 1]), [(0, 2000), (2400, 3000), (3150, 4000)]);
    }

    #[test]
    fn a_change_within_speech_falls_on_the_sentence_start_nearby() {
        let transcript = transcript(&[(0, 2000), (2050, 6000)], &[1, 1]);
        let pieces = pieces(&transcript);
        assert_eq!(pieces.len(), 1);
        let windows: Vec<Window> = [0, 750, 1500, 2250, 3000, 3750, 4500].iter().map(|&at| window(0, at)).collect();
        let ends = |labels: &[usize]| -> Vec<u64> {
            join(stretches(&pieces, &windows, &voices(labels), &transcript)).iter().map(|t| t.span.end.0).collect()
        };
        assert_eq!(ends(&[0, 0, 1, 1, 1, 1, 1]), [2050, 6000]);
        assert_eq!(ends(&[0, 0, 0, 0, 0, 1, 1]), [4125, 6000]);
    }

    #[test]
    fn a_sentence_of_two_voices_is_cut_at_the_pause_between_them() {
        let words = [
            (0, 400),
            (400, 800),
            (800, 1200),
            (1200, 1600),
            (1900, 2200),
            (2200, 2600),
            (2600, 3000),
            (3000, 3400),
            (3400, 3600),
        ];
        let transcript = transcript(&words, &[9]);
        let turn = |start, end, voice, confidence| Turn {
            span: Span::new(Millis(start), Millis(end)),
            cluster: ClusterId(voice),
            confidence,
        };
        // The change was heard a word too early.
        assert_eq!(cuts(&transcript, &[turn(0, 1200, 0, 0.9), turn(1200, 3600, 1, 0.9)]), [4]);
        // Not sure, or too short to be somebody's words.
        assert_eq!(cuts(&transcript, &[turn(0, 1200, 0, 0.9), turn(1200, 3600, 1, 0.3)]), [0; 0]);
        assert_eq!(cuts(&transcript, &[turn(0, 3400, 0, 0.9), turn(3400, 3600, 1, 0.9)]), [0; 0]);
        let cut = transcript.cut_at(&[4, 0, 99]);
        assert_eq!(cut.sentences.iter().map(|s| s.words.clone()).collect::<Vec<_>>(), [0..4, 4..9]);
        assert_eq!(cut.sentences[0].span, Span::new(Millis(0), Millis(1600)));
        assert_eq!(cut.sentences[1].span, Span::new(Millis(1900), Millis(3600)));
        assert_eq!(transcript.cut_at(&[]), transcript);
    }

    #[test]
    fn a_sentence_belongs_to_the_voice_that_speaks_most_of_it() {
        let turn = |start, end, voice| Turn {
            span: Span::new(Millis(start), Millis(end)),
            cluster: ClusterId(voice),
            confidence: 1.0,
        };
        let all =
            [turn(0, 1000, 0), turn(1000, 1400, 1), turn(1500, 3000, 0), turn(4000, 5000, 0), turn(8000, 9000, 1)];
        let of = |start, end| {
            let span = Span::new(Millis(start), Millis(end));
            speaker_of(span, &all).or_else(|| around(span, &all)).map(|c| c.0)
        };
        assert_eq!(of(900, 1400), Some(1));
        assert_eq!(of(700, 2000), Some(0));
        assert_eq!(of(3200, 3800), Some(0));
        assert_eq!(of(5200, 7900), None);
    }

    proptest! {
        #[test]
        fn turns_are_ordered_do_not_overlap_and_cover_the_speech(
            layout in prop::collection::vec((0u64..1500, 1u64..9000), 1..12),
            labels in prop::collection::vec(0usize..3, 200),
        ) {
            let mut at = 0;
            let mut words = Vec::new();
            for (pause, length) in layout {
                words.push((at + pause, at + pause + length));
                at += pause + length;
            }
            let mut transcript = transcript(&words, &vec![1; words.len()]);
            transcript.speech = transcript.words.iter().map(|w| w.span).collect();
            let pieces = pieces(&transcript);
            let mut windows = Vec::new();
            for (index, piece) in pieces.iter().enumerate() {
                let mut start = piece.span.start.0;
                while start + 1500 <= piece.span.end.0 {
                    windows.push(window(index, start));
                    start += 750;
                }
            }
            let found = join(stretches(&pieces, &windows, &voices(&labels[..windows.len()]), &transcript));
            prop_assert!(found.windows(2).all(|t| t[0].span.end <= t[1].span.start));
            prop_assert!(found.iter().all(|t| t.span.start < t.span.end));
            if !windows.is_empty() {
                for piece in &pieces {
                    let covered: u64 = found.iter().map(|t| t.span.overlap(piece.span).0).sum();
                    prop_assert_eq!(covered, piece.span.length().0);
                }
            }
        }
    }
}
