//! Tokens into words, and words onto the recording's clock.
//!
//! The model's time stamps stand between sentences and are right to a few tenths of a second; the VAD's spans are
//! right to a frame. So words are dealt out to the spans, in order, such that each span's words last about as long
//! as the span, pauses fall behind punctuation and the time stamps are met (a dynamic programme). A sentence that begins
//! after a silence thereby begins where the silence ends. Within a span words begin where the model looked when it wrote
//! them.

use super::confidence::calibrated;
use super::engine::Decoded;
use super::pack::Packed;
use super::vad::Voiced;
use crate::model::{Millis, SAMPLE_RATE, Span, Word};

/// Seconds that a character of a word, a digit and a letter of an abbreviation take at a usual pace; each word has
/// [`WORD_SECONDS`] on top. Only their proportions matter: the pace is fitted to the chunk.
const LETTER_SECONDS: f32 = 0.06;
const DIGIT_SECONDS: f32 = 0.25;
const CAPITAL_SECONDS: f32 = 0.15;
const WORD_SECONDS: f32 = 0.06;

/// Seconds that the model looks at a word after it began. With sentences run together (`bench/run_together.py`) half of
/// their starts are found within 0.04 s and 95 % within 0.17 s; without this 0.04 and 0.21 s, by the words' lengths alone
/// 0.07 and 0.43 s.
const LATE: f32 = 0.04;
/// Seconds that a word has at least, if its span of speech has room.
const SHORTEST: f32 = 0.04;

/// The prices of the dynamic programme, in units of one badly met expectation. Chosen on the fixtures, where no question
/// and no answer begins more than a tenth of a second off.
mod price {
    /// A second of speech without a word, and the most that a whole span of it costs: readings do drop sentences.
    pub(super) const EMPTY_SECOND: f32 = 2.5;
    pub(super) const EMPTY_MOST: f32 = 4.0;
    /// A pause behind a comma, and behind no punctuation at all; plus the latter's price for each second of it.
    pub(super) const PAUSE_AT_COMMA: f32 = 0.1;
    pub(super) const PAUSE_IN_PHRASE: f32 = 0.8;
    pub(super) const PAUSE_IN_PHRASE_SECOND: f32 = 2.0;
    /// The end of a sentence without a pause.
    pub(super) const NO_PAUSE_AT_END: f32 = 1.0;
    /// Seconds by which a time stamp is off at the price of one, and the most that a wrong one can cost.
    pub(super) const STAMP_SECONDS: f32 = 0.25;
    pub(super) const STAMP_MOST: f32 = 1.2;
}

/// A word as the model wrote it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    /// With its punctuation, without spaces around.
    pub(super) text: String,
    /// The probability that it is right, from the geometric mean of its tokens' probabilities.
    pub(super) probability: f32,
    /// The model's time stamp before it, in seconds from the start of the chunk.
    pub(super) starts: Option<f32>,
    /// The model's time stamp behind it.
    pub(super) ends: Option<f32>,
    /// When it begins by what the model looked at, in seconds from the start of the chunk.
    pub(super) heard: Option<f32>,
}

/// How the end of a word reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Sentence,
    Phrase,
    Open,
}

fn ending(text: &str) -> Ending {
    let text = text.trim_end_matches(['"', '\'', '”', '’', ')']);
    match text.chars().last() {
        Some('.' | '?' | '!' | '…') => Ending::Sentence,
        Some(',' | ';' | ':' | '-' | '–' | '—') => Ending::Phrase,
        _ => Ending::Open,
    }
}

/// The words of a reading. Remarks of the model about what it hears, `[Music]` or `(laughs)`, are left out.
pub(super) fn written(decoded: &Decoded) -> Vec<Written> {
    struct Open {
        bytes: Vec<u8>,
        log_probability: f32,
        tokens: u32,
        starts: Option<f32>,
        heard: Option<f32>,
    }
    let mut words = Vec::new();
    for segment in &decoded.segments {
        let mut open: Vec<Open> = Vec::new();
        for token in &segment.tokens {
            let begins = token.bytes.first() == Some(&b' ') || open.is_empty();
            if begins {
                let starts = open.is_empty().then_some(segment.start);
                open.push(Open { bytes: Vec::new(), log_probability: 0.0, tokens: 0, starts, heard: token.start });
            }
            if let Some(word) = open.last_mut() {
                word.bytes.extend_from_slice(&token.bytes);
                // A doubtful comma makes no doubtful word.
                if !token.bytes.iter().all(|b| b.is_ascii_punctuation() || *b == b' ') {
                    word.log_probability += token.log_probability;
                    word.tokens += 1;
                }
            }
        }
        let first = words.len();
        words.extend(open.into_iter().map(|word| Written {
            text: String::from_utf8_lossy(&word.bytes).trim().to_owned(),
            probability: calibrated((word.log_probability / word.tokens.max(1) as f32).exp()),
            starts: word.starts,
            ends: None,
            heard: word.heard,
        }));
        if let Some(last) = words[first..].last_mut() {
            last.ends = Some(segment.end);
        }
    }
    spoken(words)
}

/// Leaves out what nobody said: remarks in brackets, notes, dashes and marks of a new speaker.
fn spoken(words: Vec<Written>) -> Vec<Written> {
    let mut kept: Vec<Written> = Vec::with_capacity(words.len());
    let mut inside: Option<char> = None;
    for mut word in words {
        if inside.is_none() {
            inside = match word.text.chars().next() {
                Some('[') => Some(']'),
                Some('(') => Some(')'),
                _ => None,
            };
        }
        if let Some(close) = inside {
            if word.text.contains(close) {
                inside = None;
            }
            continue;
        }
        let text = word.text.trim_start_matches(['-', '–', '—', '>', '♪', '*']).trim_end_matches(['♪', '*']);
        if text.chars().any(|c| c.is_alphanumeric() || "&%$€£+=".contains(c)) {
            word.text = text.to_owned();
            kept.push(word);
        }
    }
    kept
}

/// Seconds that a word takes at a usual pace.
pub(super) fn usual_seconds(text: &str) -> f32 {
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let sound = text.chars().map(|c| match c {
        c if c.is_numeric() => DIGIT_SECONDS,
        c if c.is_uppercase() && capitals > 1 => CAPITAL_SECONDS,
        c if c.is_alphabetic() => LETTER_SECONDS,
        _ => 0.0,
    });
    WORD_SECONDS + sound.sum::<f32>()
}

/// Words on the recording's clock, and how they cover the speech.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    /// In order, without overlap, inside the chunk's speech.
    pub(super) words: Vec<Word>,
    /// For each span of the chunk's speech, its words by index.
    pub(super) spans: Vec<std::ops::Range<usize>>,
}

/// A span of speech within the chunk, in seconds.
#[derive(Debug, Clone, Copy)]
struct Island {
    start: f32,
    length: f32,
    /// Silence before and behind it, as far as the chunk holds it.
    before: f32,
    behind: f32,
    /// Silence behind it in the recording; 0 for the last one.
    pause: f32,
}

/// Puts words where they were said.
pub(super) fn place(words: &[Written], chunk: &Packed) -> Placed {
    let islands = islands(chunk);
    let spans = deal(words, &islands);
    let mut placed = Vec::with_capacity(words.len());
    for (range, voiced) in spans.iter().zip(&chunk.voiced) {
        let shares = shares(&words[range.clone()], chunk, *voiced);
        for (word, share) in words[range.clone()].iter().zip(shares.windows(2)) {
            let moment = |share: f32| {
                Millis::from_samples(
                    voiced.start + ((voiced.end - voiced.start) as f64 * f64::from(share.min(1.0))) as u64,
                )
            };
            placed.push(Word {
                text: word.text.clone(),
                span: Span::new(moment(share[0]), moment(share[1])),
                probability: word.probability,
            });
        }
    }
    Placed { words: placed, spans }
}

/// Where the words of a span of speech begin, as parts of its length, and 1 behind the last: the first at the span's
/// start, the others where the model looked at them, or by their length where that is not known.
fn shares(words: &[Written], chunk: &Packed, voiced: Voiced) -> Vec<f32> {
    let seconds = |samples: u64| samples as f32 / SAMPLE_RATE as f32;
    let (start, length) = (seconds(chunk.clock().joined(voiced.start)), seconds(voiced.end - voiced.start));
    let all: f32 = words.iter().map(|word| usual_seconds(&word.text)).sum();
    // What every word has at least.
    let least = (SHORTEST / length).min(1.0 / words.len().max(1) as f32);
    let (mut shares, mut done, mut earliest) = (Vec::with_capacity(words.len() + 1), 0.0, 0.0f32);
    for (i, word) in words.iter().enumerate() {
        let share = match word.heard {
            _ if i == 0 => 0.0,
            Some(heard) => (heard - LATE - start) / length,
            None => done / all,
        };
        let share = share.min(1.0 - least * (words.len() - i) as f32).max(earliest);
        earliest = share + least;
        shares.push(share);
        done += usual_seconds(&word.text);
    }
    shares.push(1.0);
    shares
}

fn islands(chunk: &Packed) -> Vec<Island> {
    let clock = chunk.clock();
    let seconds = |samples: u64| samples as f32 / SAMPLE_RATE as f32;
    let end = chunk.samples.len() as u64;
    let edges: Vec<(u64, u64)> = chunk.voiced.iter().map(|v| (clock.joined(v.start), clock.joined(v.end))).collect();
    (0..edges.len())
        .map(|i| {
            let (start, stop) = edges[i];
            let next = edges.get(i + 1).map_or(end, |next| next.0);
            let pause = chunk.voiced.get(i + 1).map_or(0, |next| next.start - chunk.voiced[i].end);
            Island {
                start: seconds(start),
                length: seconds(stop - start),
                before: seconds(start - if i == 0 { 0 } else { edges[i - 1].1 }),
                behind: seconds(next.saturating_sub(stop)),
                pause: seconds(pause),
            }
        })
        .collect()
}

/// Deals the words out to the islands: for each island, the range of its words.
fn deal(words: &[Written], islands: &[Island]) -> Vec<std::ops::Range<usize>> {
    let (n, m) = (words.len(), islands.len());
    if m == 0 {
        return Vec::new();
    }
    // Seconds before each word at the chunk's own pace.
    let mut before = Vec::with_capacity(n + 1);
    before.push(0.0_f32);
    for word in words {
        before.push(before[before.len() - 1] + usual_seconds(&word.text));
    }
    let speech: f32 = islands.iter().map(|i| i.length).sum();
    let pace = if before[n] > 0.0 { (speech / before[n]).clamp(0.6, 1.5) } else { 1.0 };
    for seconds in &mut before {
        *seconds *= pace;
    }
    let endings: Vec<Ending> = words.iter().map(|w| ending(&w.text)).collect();

    // costs[j]: the least cost of dealing the first j words to the islands so far; chosen[k][j]: where island k began.
    let mut costs = vec![f32::INFINITY; n + 1];
    costs[0] = 0.0;
    let mut chosen = Vec::with_capacity(m);
    for island in islands {
        let mut next = vec![f32::INFINITY; n + 1];
        let mut from = vec![0; n + 1];
        for i in (0..=n).filter(|i| costs[*i].is_finite()) {
            // Far more words than fit are not worth a look, but one is always allowed.
            let room = before[i] + 4.0 * island.length + 4.0;
            for j in (i..=n).take_while(|j| *j <= i + 1 || before[*j] <= room) {
                let cost = costs[i] + price_of(words, &endings, &before, i..j, *island);
                if cost < next[j] {
                    (next[j], from[j]) = (cost, i);
                }
            }
        }
        costs = next;
        chosen.push(from);
    }
    let mut spans = vec![0..0; m];
    let mut end = n;
    for (span, from) in spans.iter_mut().zip(&chosen).rev() {
        *span = from[end]..end;
        end = from[end];
    }
    spans
}

/// How badly these words fit this island.
fn price_of(
    words: &[Written],
    endings: &[Ending],
    before: &[f32],
    range: std::ops::Range<usize>,
    island: Island,
) -> f32 {
    if range.is_empty() {
        return (price::EMPTY_SECOND * island.length).min(price::EMPTY_MOST);
    }
    let seconds = before[range.end] - before[range.start];
    let misfit = seconds - island.length;
    let mut cost = misfit * misfit / (0.25 * island.length + 0.1);
    if range.end < words.len() {
        cost += match endings[range.end - 1] {
            Ending::Sentence => 0.0,
            Ending::Phrase => price::PAUSE_AT_COMMA,
            Ending::Open => price::PAUSE_IN_PHRASE + price::PAUSE_IN_PHRASE_SECOND * island.pause.min(2.0),
        };
    }
    let at = |word: usize| island.start + island.length * (before[word] - before[range.start]) / seconds;
    // A stamp may stand anywhere in the silence beside the word.
    let stamp = |from: f32, to: f32, stamp: f32| {
        let off = (from - stamp).max(stamp - to).max(0.0);
        (off / price::STAMP_SECONDS).min(price::STAMP_MOST)
    };
    for i in range.clone() {
        let (first, last) = (i == range.start, i + 1 == range.end);
        if !last && endings[i] == Ending::Sentence {
            cost += price::NO_PAUSE_AT_END;
        }
        if let Some(start) = words[i].starts {
            cost += stamp(at(i) - if first { island.before } else { 0.0 }, at(i), start);
        }
        if let Some(end) = words[i].ends {
            cost += stamp(at(i + 1), at(i + 1) + if last { island.behind } else { 0.0 }, end);
        }
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Segment, Token};
    use super::super::pack::Piece;
    use super::*;
    use proptest::prelude::*;

    /// A chunk of one piece with speech at these seconds.
    fn chunk(speech: &[(f32, f32)], end: f32) -> Packed {
        let samples = |seconds: f32| (seconds * 16_000.0) as u64;
        Packed {
            pieces: vec![Piece { start: 0, end: samples(end) }],
            voiced: speech.iter().map(|(start, end)| Voiced { start: samples(*start), end: samples(*end) }).collect(),
            samples: vec![0.0; samples(end) as usize],
            lead: 0,
            tail: 0,
        }
    }

    fn tokens(text: &str) -> Vec<Token> {
        let token =
            |bytes: &str| Token { bytes: bytes.into(), probability: 0.5, log_probability: 0.5f32.ln(), start: None };
        text.split('|').map(token).collect()
    }

    fn decoded(segments: &[(f32, f32, &str)]) -> Decoded {
        let segment =
            |(start, end, text): &(f32, f32, &str)| Segment { start: *start, end: *end, tokens: tokens(text) };
        Decoded { segments: segments.iter().map(segment).collect(), no_speech: 0.0 }
    }

    fn texts(words: &[Written]) -> Vec<&str> {
        words.iter().map(|w| w.text.as_str()).collect()
    }

    #[test]
    fn tokens_join_to_words_and_remarks_are_left_out() {
        let heard = decoded(&[
            (0.0, 4.0, " [|Music|]| Sten|osis|,| (|soft| laugh|)| is| -| caf|\u{fffd}"),
            (4.0, 5.0, " ♪|>>| -|Yes|.| 15| %"),
        ]);
        let words = written(&heard);
        insta::assert_compact_debug_snapshot!(texts(&words), @r#"["Stenosis,", "is", "caf�", "Yes.", "15", "%"]"#);
        assert!((words[0].probability - calibrated(0.5)).abs() < 1e-6);
        assert_eq!(words[5].ends, Some(5.0));
    }

    #[test]
    fn a_sentence_begins_where_the_silence_ends() {
        // The model's stamp for the second sentence is 0.4 s early, in the middle of the pause.
        let heard =
            decoded(&[(0.0, 2.1, " Is| it| safe| to| lift|?"), (2.1, 4.6, " Not| in| the| first| few| days|.")]);
        let chunk = chunk(&[(0.3, 1.7), (2.5, 4.4)], 5.0);
        let placed = place(&written(&heard), &chunk);
        assert_eq!(placed.spans, [0..5, 5..11]);
        assert_eq!(placed.words[5].span.start, Millis(2500));
        assert_eq!(placed.words[0].span.start, Millis(300));
        assert_eq!(placed.words[10].span.end, Millis(4400));
    }

    #[test]
    fn within_a_span_a_word_begins_where_the_model_looked() {
        let mut heard = decoded(&[(0.0, 4.0, " No|.| Take| a| short| walk|.")]);
        for (token, start) in heard.segments[0].tokens.iter_mut().zip([0.3, 0.6, 2.04, 2.2, 2.3, 2.9, 3.5]) {
            token.start = Some(start);
        }
        let placed = place(&written(&heard), &chunk(&[(0.5, 3.5)], 4.0));
        let starts: Vec<u64> = placed.words.iter().map(|w| w.span.start.0).collect();
        // The first at the span's start; the last goes to its end.
        assert_eq!(starts, [500, 2000, 2160, 2260, 2860]);
        assert_eq!(placed.words[4].span.end, Millis(3500));
    }

    #[test]
    fn speech_that_nobody_wrote_down_stays_empty() {
        let heard = decoded(&[(0.0, 2.0, " Stay| active| every| day|."), (9.0, 11.0, " Thank| you| for| coming|.")]);
        let placed = place(&written(&heard), &chunk(&[(0.2, 1.8), (2.5, 8.5), (9.1, 10.4)], 11.0));
        assert_eq!(placed.spans, [0..4, 4..4, 4..8]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn words_keep_their_order_and_stay_inside_speech(
            text in prop::collection::vec("[ ][A-Za-z0-9]{1,9}[.,?]?", 0..60),
            parts in prop::collection::vec((0.1f32..1.0, 0.13f32..4.0), 1..9),
            stamp in 0f32..20.0,
            looks in prop::collection::vec(prop::option::of(0f32..30.0), 60),
        ) {
            let mut at = 0.0;
            let speech: Vec<(f32, f32)> = parts
                .iter()
                .map(|(pause, length)| {
                    let start = at + pause;
                    at = start + length;
                    (start, at)
                })
                .collect();
            let chunk = chunk(&speech, at + 0.3);
            let mut decoded = decoded(&[(0.0, stamp, &text.join("|"))]);
            for (token, start) in decoded.segments[0].tokens.iter_mut().zip(&looks) {
                token.start = *start;
            }
            let words = written(&decoded);
            let placed = place(&words, &chunk);
            prop_assert_eq!(placed.words.len(), words.len());
            let mut end = Millis::ZERO;
            for word in &placed.words {
                prop_assert!(word.span.start >= end && word.span.start <= word.span.end);
                end = word.span.end;
                let inside = |v: &Voiced| {
                    Millis::from_samples(v.start) <= word.span.start && word.span.end <= Millis::from_samples(v.end)
                };
                prop_assert!(chunk.voiced.iter().any(inside));
            }
        }
    }
}
