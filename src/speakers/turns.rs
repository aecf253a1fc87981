//! Voices of windows into turns: who speaks from when to when, and who speaks each sentence.
//!
//! Turns are in order, don't overlap, and cover the speech. A change of voice inside a stretch of speech is put on the
//! sentence start that is near.

use super::cluster::Voices;
use super::embed::Window;
use crate::model::{ClusterId, Millis, Span, Transcript, Turn};

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
        let mut rest = Span::new(speech.start.min(transcript.duration), speech.end.min(transcript.duration));
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

/// The turns.
pub(super) fn turns(pieces: &[Piece], windows: &[Window], voices: &Voices, transcript: &Transcript) -> Vec<Turn> {
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
    join(turns)
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

/// Makes one turn of one voice's neighbouring ones.
fn join(turns: Vec<Turn>) -> Vec<Turn> {
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

/// For each sentence the voice that speaks most of it; `None` where no voice speaks.
pub(super) fn sentences(transcript: &Transcript, turns: &[Turn]) -> Vec<Option<ClusterId>> {
    transcript.sentences.iter().map(|s| speaker_of(s.span, turns)).collect()
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

fn number(label: usize) -> ClusterId {
    ClusterId(u32::try_from(label).unwrap_or(u32::MAX))
}
