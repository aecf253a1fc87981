//! Rolling captions: a line is shown while it is spoken, again above the next one, and in YouTube's files once more for
//! ten milliseconds between. Each line is kept where it is shown first.

use super::{Cue, Heard};
use crate::model::{Caption, Millis, Span};

/// Nobody reads a cue this short: it only holds a line until the next one rolls in.
const HOLD: Millis = Millis(50);
/// What is shown again after so long a pause is said again.
const APART: Millis = Millis(1_000);
/// So many words of one cue that begin the next one are no chance.
const FEW: usize = 3;
/// Repetitions that make a file without holding cues a rolling one, and the share of its cues that must repeat.
const TIMES: usize = 3;
const ONE_IN: usize = 3;
/// The most words of a cue that are compared with the next one.
const COMPARED: usize = 100;
/// A line that has times of its own is cut where no word begins for so long.
const PAUSE: Millis = Millis(2_000);
/// How long a word lasts before such a pause.
const WORD: Millis = Millis(500);

/// The cues' words, each once, in order of time.
pub(super) fn unrolled(cues: &[Cue]) -> Vec<Caption> {
    let rolls = rolls(cues);
    let mut captions = Vec::with_capacity(cues.len());
    let mut before: Option<&Cue> = None;
    for cue in cues {
        let known = match before {
            // The same cue twice, as files have it that were put together from parts.
            Some(before) if before == cue => usize::MAX,
            Some(before) if rolls => repeated(before, cue),
            _ => 0,
        };
        captions.extend(pieces(cue, known));
        before = Some(cue);
    }
    captions.sort_by_key(|caption| caption.span.start);
    captions
}

/// Whether lines are repeated because they roll, and not because they are said again.
fn rolls(cues: &[Cue]) -> bool {
    let (mut pairs, mut repeats) = (0, 0);
    for two in cues.windows(2) {
        let (before, cue) = (&two[0], &two[1]);
        let count = cue.lines.iter().flatten().count();
        let known = repeated(before, cue);
        if known > 0 && known == count && cue.span.length() <= HOLD {
            return true;
        }
        pairs += usize::from(count > 0);
        let whole_line = known > 0 && known < count && ends_line(cue, known);
        repeats += usize::from(known >= FEW || whole_line);
    }
    repeats >= TIMES && repeats * ONE_IN >= pairs
}

/// Whether the first `words` words of the cue are whole lines.
fn ends_line(cue: &Cue, words: usize) -> bool {
    let mut sum = 0;
    cue.lines.iter().any(|line| {
        sum += line.len();
        sum == words
    })
}

/// How many words at the cue's beginning were shown before: the last lines of the cue before it, or its last words.
fn repeated(before: &Cue, cue: &Cue) -> usize {
    if cue.span.start > before.span.end.plus(APART) {
        return 0;
    }
    // A line with times of its own is being spoken, and what stands above it is old.
    let spoken = cue.lines.iter().position(|line| line.iter().any(|word| word.at.is_some()));
    let above = &cue.lines[..spoken.unwrap_or(cue.lines.len())];
    let shown: Vec<&str> = above.iter().flatten().map(|word| word.text.as_str()).take(COMPARED).collect();
    let mut old: Vec<(&str, bool)> = Vec::new();
    for line in &before.lines {
        old.extend(line.iter().enumerate().map(|(i, word)| (word.text.as_str(), i == 0)));
    }
    let first = old.len() - old.len().min(shown.len());
    for (at, (_, opens)) in old.iter().enumerate().skip(first) {
        let rest = old.len() - at;
        if (*opens || rest >= FEW) && old[at..].iter().map(|(text, _)| text).eq(shown[..rest].iter()) {
            return rest;
        }
    }
    0
}

/// The cue's words from number `known` on, cut where the times of its words leave a pause.
fn pieces(cue: &Cue, known: usize) -> Vec<Caption> {
    let words: Vec<&Heard> = cue.lines.iter().flatten().skip(known).collect();
    let caption = |words: &[&Heard], start: Millis, end: Millis| Caption {
        span: Span::new(start, end),
        text: words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
    };
    let (mut found, mut first, mut start, mut last) = (Vec::new(), 0, cue.span.start, cue.span.start);
    for (i, word) in words.iter().enumerate() {
        // A time outside the cue or before the last one is a mistake.
        let Some(at) = word.at.filter(|at| last <= *at && *at < cue.span.end) else { continue };
        if i == 0 {
            start = at;
        } else if at.minus(last) > PAUSE {
            found.push(caption(&words[first..i], start, last.plus(WORD)));
            (first, start) = (i, at);
        }
        last = at;
    }
    if first < words.len() {
        found.push(caption(&words[first..], start, cue.span.end));
    }
    found
}
