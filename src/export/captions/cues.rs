//! Words with times become cues that can be read in time.
//!
//! Where to cut is decided for a whole text at once, by what each possible cut and cue costs a reader: sentences end
//! cues first, clauses second, and a number stays with its unit as long as anything else is possible. Order, lines and
//! the absence of overlaps always hold; lengths and reading speed as far as the speech allows.

use crate::export::timed::TimedWord;
use crate::model::{Millis, PersonId, Span};
use crate::text::{sentence, words};

/// The most characters of a line, as the BBC and most broadcasters have it (37 to 42).
pub(super) const LINE: usize = 42;
/// The least time of a cue.
const SHORTEST: u64 = 1000;
/// The most time of a cue.
const LONGEST: u64 = 7000;
/// The time of a character for a grown-up who reads: 20 a second.
const CHARACTER: u64 = 50;
/// A hole between cues that is shorter than this flickers.
const FLICKER: u64 = 250;
/// A pause from which on words belong to different cues if anything allows.
const PAUSE: u64 = 700;

/// Something to read for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    /// When.
    pub(super) span: Span,
    /// One or two, none empty, each of at most [`LINE`] characters.
    pub(super) lines: Vec<String>,
    /// Who says it, where that is sure.
    pub(super) speaker: Option<PersonId>,
}

/// What is never cut: a word, or a part of one that is longer than a line.
struct Piece<'a> {
    text: String,
    length: usize,
    span: Span,
    word: &'a TimedWord,
    /// Whether it continues the word before.
    inner: bool,
}

/// The cues of a text. Their times are those of the words; [`arrange`] makes them readable.
pub(super) fn cut(text: &[TimedWord]) -> Vec<Cue> {
    let pieces: Vec<Piece> = text.iter().flat_map(pieces).collect();
    let breaks: Vec<u64> = (0..pieces.len()).map(|at| cost_of_break(&pieces, at)).collect();
    // The least cost of all cues that begin at a piece, and where the first of them ends.
    let mut best = vec![(0, 0); pieces.len() + 1];
    for start in (0..pieces.len()).rev() {
        let mut least = (u64::MAX, start + 1);
        let (mut pauses, mut size) = (0, Size::default());
        for end in start + 1..=pieces.len() {
            let cue = &pieces[start..end];
            size.add(&pieces[end - 1], end > start + 1);
            if let [.., before, last] = cue {
                let pause = last.span.start.minus(before.span.end).0;
                pauses += pause.saturating_sub(PAUSE) / 100;
                let too_long = last.span.end.minus(cue[0].span.start).0 > LONGEST;
                if too_long || starts_anew(before, last) {
                    break;
                }
            }
            let Some(line) = break_line(cue, size, &breaks[start..end]) else { break };
            let until = pieces.get(end).map_or(Millis(u64::MAX), |next| next.span.start);
            let cost = line.cost + cost_of_cue(cue, size, until) + pauses * 2;
            let behind = if end < pieces.len() { breaks[end] } else { 0 };
            let whole = cost.saturating_add(behind).saturating_add(best[end].0);
            if whole < least.0 {
                least = (whole, end);
            }
        }
        best[start] = least;
    }
    let (mut cues, mut at) = (Vec::new(), 0);
    while at < pieces.len() {
        let end = best[at].1;
        cues.push(cue(&pieces[at..end], &breaks[at..end]));
        at = end;
    }
    cues
}

fn pieces(word: &TimedWord) -> Vec<Piece<'_>> {
    let letters: Vec<char> = word.text.chars().collect();
    let (all, length) = (letters.len().max(1) as u64, word.span.length().0);
    let place = |at: usize| word.span.start.plus(Millis((length / all).saturating_mul(at as u64)));
    let mut pieces = Vec::new();
    for (number, part) in letters.chunks(LINE).enumerate() {
        let (from, to) = (number * LINE, number * LINE + part.len());
        let end = if to == letters.len() { word.span.end } else { place(to) };
        let span = Span::new(place(from), end);
        pieces.push(Piece { text: part.iter().collect(), length: part.len(), span, word, inner: number > 0 });
    }
    pieces
}

/// Whether no cue can hold both.
fn starts_anew(before: &Piece, piece: &Piece) -> bool {
    !piece.inner && (piece.word.begins_paragraph || before.word.speaker != piece.word.speaker)
}

/// What it costs a reader that a cue or a line ends before the piece.
fn cost_of_break(pieces: &[Piece], at: usize) -> u64 {
    let (Some(before), piece) = (at.checked_sub(1).map(|at| &pieces[at]), &pieces[at]) else { return 0 };
    if piece.inner || starts_anew(before, piece) {
        return 0;
    }
    let (left, right) = (before.text.as_str(), piece.text.as_str());
    let short = sentence::is_short_form(left);
    let low = words::low(left);
    if words::ends_sentence(left) && !short {
        0
    } else if left.ends_with([',', ';', ':', '—', '–']) {
        2
    } else if short || words::is_number(left) || words::is_negation(left) || CLINGING.contains(&low.as_str()) {
        30
    } else if OPENING.contains(&words::low(right).as_str()) || PAUSE / 2 <= piece.span.start.minus(before.span.end).0 {
        5
    } else {
        10
    }
}

/// Words that belong to the one behind them.
const CLINGING: &[&str] = &[
    "a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "this", "that", "these", "those", "of", "to",
    "in", "on", "at", "by", "for", "from", "with", "about", "into", "very", "more", "most", "less", "too", "so", "is",
    "are", "was", "were", "be", "i", "you", "he", "she", "it", "we", "they", "and", "or", "but", "if",
];

/// Words that a clause begins with.
const OPENING: &[&str] = &[
    "and", "but", "or", "nor", "so", "because", "since", "although", "though", "if", "unless", "when", "while",
    "where", "which", "who", "that", "than", "then", "before", "after", "until", "as", "to", "in", "on", "at", "for",
    "from", "with", "without", "about",
];

/// How much a cue holds.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Its characters, with a blank behind each piece.
    length: usize,
    /// How often it goes on in the middle of a word.
    torn: usize,
}

impl Size {
    fn add(&mut self, piece: &Piece, follows: bool) {
        self.length += piece.length + 1;
        self.torn += usize::from(follows && piece.inner);
    }
}

/// What a cue costs that can be shown until `until`, without its lines.
fn cost_of_cue(cue: &[Piece], size: Size, until: Millis) -> u64 {
    let [first, ..] = cue else { return 0 };
    let window = until.minus(first.span.start).0.min(LONGEST);
    let length = size.length as u64;
    let hurried = (length * CHARACTER).saturating_sub(window) / 100;
    let flash = SHORTEST.saturating_sub(window) / 4;
    let tiny = if length < 12 { 8 } else { 0 };
    6 + hurried + flash + tiny
}

/// How a cue is laid out.
struct Line {
    /// Where its second line begins; its length if it has one line.
    at: usize,
    cost: u64,
}

/// Where the line of a cue is best broken; `None` where it does not fit into two. A word that is no line's length alone
/// fits always.
fn break_line(cue: &[Piece], size: Size, breaks: &[u64]) -> Option<Line> {
    let Size { length: whole, torn } = size;
    if whole <= LINE + 1 && torn == 0 {
        return Some(Line { at: cue.len(), cost: 0 });
    }
    let (mut left, mut best) = (0, None::<Line>);
    for (at, pair) in (1..).zip(cue.windows(2)) {
        left += pair[0].length + 1;
        if left > LINE + 1 {
            break;
        }
        let right = whole - left;
        // Parts of a word never share a line: there is no blank between them.
        if right <= LINE + 1 && torn == usize::from(pair[1].inner) {
            let cost = breaks[at] / 2 + left.abs_diff(right) as u64 / 6;
            if best.as_ref().is_none_or(|best| cost < best.cost) {
                best = Some(Line { at, cost });
            }
        }
    }
    best
}

fn cue(pieces: &[Piece], breaks: &[u64]) -> Cue {
    let mut size = Size::default();
    for (at, piece) in pieces.iter().enumerate() {
        size.add(piece, at > 0);
    }
    let at = break_line(pieces, size, breaks).map_or(pieces.len(), |line| line.at);
    let join = |part: &[Piece]| part.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ");
    let lines = [join(&pieces[..at]), join(&pieces[at..])].into_iter().filter(|line| !line.is_empty()).collect();
    let hull = pieces.iter().map(|piece| piece.span).reduce(Span::hull).unwrap_or_default();
    Cue { span: hull, lines, speaker: pieces.first().and_then(|piece| piece.word.speaker.clone()) }
}

/// Puts cues in order and gives each the time that it needs, as far as there is any: none overlaps the next, none ends
/// behind `limit` unless its words do, and none is empty.
pub(super) fn arrange<T>(cues: &mut [(Cue, T)], limit: Millis) {
    cues.sort_by_key(|(cue, _)| cue.span.start);
    let limit = cues.iter().map(|(cue, _)| cue.span.end.0).fold(limit.0, u64::max);
    // With less than a second for each, all get the same; a millisecond at the least.
    let shortest = (limit / cues.len().max(1) as u64).clamp(1, SHORTEST);
    let mut starts: Vec<u64> = cues.iter().map(|(cue, _)| cue.span.start.0).collect();
    for at in 1..starts.len() {
        starts[at] = starts[at].max(starts[at - 1].saturating_add(shortest));
    }
    let mut next = limit;
    for start in starts.iter_mut().rev() {
        *start = (*start).min(next.saturating_sub(shortest));
        next = *start;
    }
    for at in 1..starts.len() {
        starts[at] = starts[at].max(starts[at - 1].saturating_add(1));
    }
    for (at, (cue, _)) in cues.iter_mut().enumerate() {
        let start = starts[at];
        let most = starts.get(at + 1).copied().unwrap_or(limit.max(start + 1)).min(start + LONGEST);
        let length: usize = cue.lines.iter().map(|line| line.chars().count() + 1).sum();
        let wanted = start + (length as u64 * CHARACTER).max(SHORTEST);
        let end = cue.span.end.0.max(wanted).min(most);
        let end = if most - end < FLICKER { most } else { end };
        cue.span = Span::new(Millis(start), Millis(end));
    }
}
