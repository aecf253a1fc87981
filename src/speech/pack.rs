//! Spans of speech into chunks that the recogniser reads in one go: at most [`LONGEST`] of speech with its short
//! pauses, long silences shortened, cut where the silence is longest.
//!
//! Where speech goes on without a silence, both chunks hold a second of the other, so that neither begins or ends in the
//! middle of a word; [`super::merge`] joins their words.
//!
//! A chunk is a list of pieces of the recording, joined without a seam; [`Clock`] maps a moment of the joined audio
//! back to the recording. Packing sees nothing but the audio, so a chunk is the same on every run.

use super::vad::Voiced;
use crate::model::SAMPLE_RATE;
use serde::{Deserialize, Serialize};
use std::ops::Range;

const SECOND: u64 = SAMPLE_RATE as u64;
/// Samples of a full chunk: the recogniser's window is 30 s.
pub(super) const LONGEST: u64 = 29 * SECOND + SECOND / 2;
/// Silence that stays on either side of speech.
const PAD: u64 = 3 * SECOND / 10;
/// What two chunks share where speech was cut without a silence.
const OVERLAP: u64 = SECOND;
/// A chunk is cut at its longest silence behind this much: with ten seconds to choose from there is nearly always a
/// pause between two sentences. With chunks of 10, 15, 20 and 29.5 s, `ep1` and `ep2` had 38, 42, 29 and 30 wrong words
/// of 2,734 and took 67, 65, 70 and 79 s of processor time on a busy machine. At 20 s 7 of 205 sentences, one of them a
/// listener's question, had no start within 0.3 s, at 29.5 s 4: little, but questions are what is looked for.
const CUT_FROM: u64 = 19 * SECOND;
/// Samples on either side of a moment whose quietness counts: 16 ms.
const QUIET: usize = 256;
/// Silence that ends a chunk whatever its length: what follows has nothing to do with it.
const FAR: u64 = 30 * SECOND;

/// A stretch of the recording, from sample `start` up to but without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// Number of the first sample, from the player's zero.
    pub(super) start: u64,
    /// Number of the first sample behind it.
    pub(super) end: u64,
}

impl Piece {
    fn length(self) -> u64 {
        self.end - self.start
    }
}

/// Speech to be read in one go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packed {
    /// Where its audio comes from; in order, without overlap.
    pub(super) pieces: Vec<Piece>,
    /// The speech in it, with what it shares with its neighbours.
    pub(super) voiced: Vec<Voiced>,
    /// The pieces' audio, joined.
    pub(super) samples: Vec<f32>,
    /// Samples at its beginning that are the chunk's before it.
    pub(super) lead: u64,
    /// Samples at its end that are the next chunk's.
    pub(super) tail: u64,
}

/// A span of speech with the audio around it, as far as it may be packed.
#[derive(Debug)]
struct Held {
    voiced: Voiced,
    /// From [`PAD`] before the speech, or the end of the speech before it, to [`PAD`] behind it; where speech was cut
    /// from [`OVERLAP`] before it and to [`OVERLAP`] behind it.
    piece: Piece,
    samples: Vec<f32>,
    /// Whether it goes on where the speech before it was cut.
    goes_on: bool,
}

/// Collects speech until a chunk is full.
#[derive(Debug, Default)]
pub(super) struct Packer {
    /// Audio that may still be needed.
    recent: Recent,
    /// Spans whose padding is not heard whole yet, and whether each was cut.
    waiting: Vec<(Voiced, bool)>,
    held: Vec<Held>,
}

#[derive(Debug, Default)]
struct Recent {
    start: u64,
    samples: Vec<f32>,
}

impl Recent {
    fn end(&self) -> u64 {
        self.start + self.samples.len() as u64
    }

    fn slice(&self, piece: Piece) -> &[f32] {
        let at = |sample: u64| (sample.saturating_sub(self.start) as usize).min(self.samples.len());
        &self.samples[at(piece.start)..at(piece.end)]
    }

    fn forget_before(&mut self, sample: u64) {
        let gone = (sample.saturating_sub(self.start) as usize).min(self.samples.len());
        // Moving the rest is dear: do it once a good deal is gone.
        if gone > SECOND as usize {
            self.samples.drain(..gone);
            self.start += gone as u64;
        }
    }
}

impl Packer {
    /// Takes the next audio. Speech that is told of later may begin at `needed_from`, and needs [`OVERLAP`] before it.
    pub(super) fn audio(&mut self, samples: &[f32], needed_from: u64) {
        self.recent.samples.extend_from_slice(samples);
        let waiting = self.waiting.first().map_or(needed_from, |(v, _)| v.start.min(needed_from));
        self.recent.forget_before(waiting.saturating_sub(OVERLAP));
    }

    /// Takes a span of speech, later than all before, and whether it was cut though speech goes on. Gives the chunks that
    /// are full by it.
    pub(super) fn speech(&mut self, voiced: Voiced, cut: bool) -> Vec<Packed> {
        self.waiting.push((voiced, cut));
        self.settle(false)
    }

    /// The audio has ended: what is left.
    pub(super) fn finish(&mut self) -> Vec<Packed> {
        let mut chunks = self.settle(true);
        let rest = std::mem::take(&mut self.held);
        if !rest.is_empty() {
            chunks.push(join(rest, None));
        }
        chunks
    }

    /// Moves spans whose padding has been heard from `waiting` to `held`.
    fn settle(&mut self, ended: bool) -> Vec<Packed> {
        let mut chunks = Vec::new();
        while let Some(&(voiced, cut)) = self.waiting.first() {
            let end = voiced.end + if cut { OVERLAP } else { PAD };
            if !ended && self.recent.end() < end {
                break;
            }
            let before = self.held.last().map(|held| held.voiced.end);
            let goes_on = before == Some(voiced.start);
            let start = if goes_on {
                voiced.start.saturating_sub(OVERLAP)
            } else {
                voiced.start.saturating_sub(PAD).max(before.unwrap_or(0))
            };
            let piece = Piece { start, end: end.min(self.recent.end()) };
            self.waiting.remove(0);
            let samples = self.recent.slice(piece).to_vec();
            chunks.extend(self.hold(Held { voiced, piece, samples, goes_on }));
        }
        chunks
    }

    /// Adds a span. Usually at most one chunk is full by it, two when it is long and the cut leaves much.
    fn hold(&mut self, new: Held) -> Vec<Packed> {
        let mut chunks = Vec::new();
        if let Some(last) = self.held.last_mut().filter(|_| !new.goes_on) {
            // It was cut, and then nobody spoke on.
            last.end_at(last.voiced.end + PAD);
        }
        while let Some(last) = self.held.last() {
            let cut = if new.voiced.start - last.voiced.end > FAR {
                self.held.len()
            } else if packed_length(self.held.iter().chain([&new])) > LONGEST {
                self.best_cut(&new)
            } else {
                break;
            };
            let rest = self.held.split_off(cut);
            let next = rest.first().unwrap_or(&new).voiced;
            chunks.push(join(std::mem::replace(&mut self.held, rest), Some(next)));
        }
        self.held.push(new);
        chunks
    }

    /// How many of the held spans make the chunk: up to the longest silence that leaves it well filled.
    fn best_cut(&self, new: &Held) -> usize {
        let mut best = (self.held.len(), 0);
        for cut in 1..=self.held.len() {
            let next = self.held.get(cut).unwrap_or(new);
            let silence = next.voiced.start - self.held[cut - 1].voiced.end;
            if packed_length(self.held[..cut].iter()) >= CUT_FROM && silence >= best.1 {
                best = (cut, silence);
            }
        }
        best.0
    }
}

/// The pieces without what two of them share.
fn pieces<'a>(held: impl Iterator<Item = &'a Held>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for held in held {
        match pieces.last_mut() {
            Some(last) if held.piece.start <= last.end => last.end = last.end.max(held.piece.end),
            _ => pieces.push(held.piece),
        }
    }
    pieces
}

fn packed_length<'a>(held: impl Iterator<Item = &'a Held>) -> u64 {
    pieces(held).into_iter().map(Piece::length).sum()
}

impl Held {
    /// Leaves out what sounds from sample `end` on.
    fn end_at(&mut self, end: u64) {
        self.piece.end = self.piece.end.min(end);
        self.samples.truncate(self.piece.length() as usize);
    }
}

/// The chunk of these spans, which speech `next` follows: what sounds there belongs to the next chunk.
fn join(mut held: Vec<Held>, next: Option<Voiced>) -> Packed {
    let (mut lead, mut tail) = (0, 0);
    if let Some(first) = held.first_mut().filter(|first| first.goes_on) {
        lead = first.voiced.start - first.piece.start;
        first.voiced.start = first.piece.start;
    }
    if let Some(last) = held.last_mut() {
        match next {
            Some(next) if next.start == last.voiced.end => {
                tail = last.piece.end - last.voiced.end;
                last.voiced.end = last.piece.end;
            }
            Some(next) => last.end_at(next.start),
            None => last.end_at(last.voiced.end + PAD),
        }
    }
    // Speech that was cut may go on for a moment only, and what overlaps it reach further.
    let end = held.last().map_or(0, |last| last.piece.end);
    held.iter_mut().for_each(|held| held.end_at(end));
    let pieces = pieces(held.iter());
    let mut samples = Vec::with_capacity(pieces.iter().map(|p| p.length() as usize).sum());
    let mut end = 0;
    for held in &held {
        let known = end.max(held.piece.start) - held.piece.start;
        samples.extend_from_slice(held.samples.get(known as usize..).unwrap_or_default());
        end = held.piece.end.max(end);
    }
    Packed { pieces, voiced: held.into_iter().map(|h| h.voiced).collect(), samples, lead, tail }
}

impl Packed {
    /// The part of this chunk that holds the spans `from..to` of its speech, as a chunk of its own.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let (first, last) = (self.voiced[from], self.voiced[to - 1]);
        let middle = |a: u64, b: u64| a + (b - a) / 2;
        let start = if from == 0 { 0 } else { middle(self.voiced[from - 1].end, first.start) };
        let end = self.voiced.get(to).map_or(u64::MAX, |next| middle(last.end, next.start));
        let (mut pieces, mut samples, mut at) = (Vec::new(), Vec::new(), 0usize);
        for piece in &self.pieces {
            let kept = Piece { start: piece.start.max(start), end: piece.end.min(end) };
            if kept.start < kept.end {
                let offset = at + (kept.start - piece.start) as usize;
                let audio = self.samples.get(offset..offset + kept.length() as usize).unwrap_or_default();
                samples.extend_from_slice(audio);
                pieces.push(kept);
            }
            at += piece.length() as usize;
        }
        Self { pieces, voiced: self.voiced[from..to].to_vec(), samples, lead: 0, tail: 0 }
    }

    /// The same chunk with its longest span of speech made two at the quietest moment of its middle third.
    pub(super) fn halved(&self) -> Self {
        let mut halved = self.clone();
        let longest = (0..self.voiced.len()).max_by_key(|i| self.voiced[*i].end - self.voiced[*i].start);
        let Some(index) = longest else { return halved };
        let Voiced { start, end } = self.voiced[index];
        let (third, from) = ((end - start) / 3, self.clock().joined(start));
        let loudness = |at: &u64| {
            let first = (from + at - start) as usize;
            let near = self.samples.get(first.saturating_sub(QUIET)..first + QUIET).unwrap_or_default();
            near.iter().map(|sample| sample * sample).sum::<f32>()
        };
        let moments = (start + third..end - third).step_by(QUIET);
        if let Some(cut) = moments.min_by(|a, b| loudness(a).total_cmp(&loudness(b))) {
            halved.voiced.splice(index..=index, [Voiced { start, end: cut }, Voiced { start: cut, end }]);
        }
        halved
    }

    /// The speech in it without what it shares with its neighbours.
    pub(super) fn own(&self) -> Vec<Voiced> {
        let mut own = self.voiced.clone();
        if let Some(first) = own.first_mut() {
            first.start += self.lead;
        }
        if let Some(last) = own.last_mut() {
            last.end -= self.tail;
        }
        own
    }

    /// Samples of speech.
    pub(super) fn speech(&self) -> u64 {
        self.speech_of(&(0..self.voiced.len()))
    }

    /// Samples of these spans of speech.
    pub(super) fn speech_of(&self, spans: &Range<usize>) -> u64 {
        self.voiced[spans.clone()].iter().map(|v| v.end - v.start).sum()
    }

    /// The way from the joined audio to the recording and back.
    pub(super) fn clock(&self) -> Clock<'_> {
        Clock(&self.pieces)
    }
}

/// Moments of joined audio and of the recording. Both ways never go back as time goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'a>(&'a [Piece]);

impl Clock<'_> {
    /// The recording's sample that sounds as sample `joined` of the chunk; the end of the last piece behind it.
    #[cfg(test)]
    pub(super) fn recorded(&self, joined: u64) -> u64 {
        let mut rest = joined;
        for piece in self.0 {
            if rest < piece.length() {
                return piece.start + rest;
            }
            rest -= piece.length();
        }
        self.0.last().map_or(0, |p| p.end)
    }

    /// The chunk's sample at which sample `recorded` of the recording sounds; the next that sounds when it was left out.
    pub(super) fn joined(&self, recorded: u64) -> u64 {
        let mut at = 0;
        for piece in self.0 {
            if recorded < piece.end {
                return at + recorded.saturating_sub(piece.start);
            }
            at += piece.length();
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Spans from pairs of silence before and speech, in frames of 512 samples.
    fn spans(parts: &[(u64, u64)]) -> Vec<Voiced> {
        let mut at = 0;
        let mut spans = Vec::new();
        for (silence, speech) in parts {
            let start = at + silence * 512;
            at = start + speech * 512;
            spans.push(Voiced { start, end: at });
        }
        spans
    }

    /// Packs audio whose samples are their own numbers, cut into steps of `step` samples.
    fn pack(spans: &[Voiced], step: u64) -> Vec<Packed> {
        let length = spans.last().map_or(0, |v| v.end) + 5 * SECOND;
        let (mut packer, mut chunks) = (Packer::default(), Vec::new());
        let mut told = 0;
        let mut at = 0;
        while at < length {
            let next = (at + step).min(length);
            let needed = spans.get(told).map_or(at, |v| v.start.min(at));
            let samples: Vec<f32> = (at..next).map(|n| n as f32).collect();
            packer.audio(&samples, needed);
            at = next;
            while let Some(span) = spans.get(told).filter(|v| v.end + 1536 <= at) {
                let cut = spans.get(told + 1).is_some_and(|next| next.start == span.end);
                chunks.extend(packer.speech(*span, cut));
                told += 1;
            }
        }
        chunks.extend(packer.finish());
        chunks
    }

    #[test]
    fn a_chunk_is_cut_at_its_longest_late_pause() {
        let second = SECOND / 512;
        // Five seconds each, pauses of half a second, one of a second after the fourth.
        let parts = [
            (10, 5 * second),
            (16, 5 * second),
            (16, 5 * second),
            (16, 5 * second),
            (32, 5 * second),
            (16, 5 * second),
        ];
        let chunks = pack(&spans(&parts), SECOND);
        assert_eq!(chunks.iter().map(|c| c.voiced.len()).collect::<Vec<_>>(), [4, 2]);
    }

    #[test]
    fn silence_is_shortened_and_nothing_else() {
        let chunks = pack(&spans(&[(100, 50), (500, 50)]), SECOND);
        assert_eq!(chunks.len(), 1);
        assert_eq!(chunks[0].samples.len() as u64, 100 * 512 + 4 * PAD);
        assert_eq!(chunks[0].pieces.len(), 2);
    }

    #[test]
    fn a_span_is_halved_where_it_is_quietest() {
        let mut samples: Vec<f32> = (0..30_000).map(|i| (i as f32 * 0.3).sin()).collect();
        samples[13_900..14_500].fill(0.0);
        let chunk = Packed {
            pieces: vec![Piece { start: 100_000, end: 130_000 }],
            voiced: vec![Voiced { start: 101_000, end: 104_000 }, Voiced { start: 105_000, end: 128_000 }],
            samples,
            lead: 0,
            tail: 0,
        };
        let halved = chunk.halved();
        assert_eq!(halved.voiced.len(), 3);
        let (before, behind) = (halved.voiced[1], halved.voiced[2]);
        assert!(before.end == behind.start && before.end.abs_diff(114_200) < 200, "{before:?}");
        assert_eq!((before.start, behind.end), (105_000, 128_000));
    }

    #[test]
    fn a_long_silence_ends_a_chunk() {
        assert_eq!(pack(&spans(&[(0, 50), (31 * SECOND / 512 + 1, 50)]), SECOND).len(), 2);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(pack(&[], SECOND).is_empty());
    }

    fn parts() -> impl Strategy<Value = Vec<(u64, u64)>> {
        // 0: cut by force.
        let silence = prop_oneof![1 => Just(0u64), 8 => 3u64..60, 1 => 60u64..1200];
        let speech = prop_oneof![8 => 4u64..200, 1 => 200u64..812];
        prop::collection::vec((silence, speech), 0..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn all_speech_is_in_exactly_one_chunk_at_its_place(parts in parts(), step in 500u64..40_000) {
            let spans = spans(&parts);
            let chunks = pack(&spans, step);
            let packed: Vec<Voiced> = chunks.iter().flat_map(Packed::own).collect();
            prop_assert_eq!(&packed, &spans);
            for (index, chunk) in chunks.iter().enumerate() {
                prop_assert!(chunk.samples.len() as u64 <= LONGEST);
                let joined: u64 = chunk.pieces.iter().map(|p| p.length()).sum();
                prop_assert_eq!(joined, chunk.samples.len() as u64);
                let holds = |v: &Voiced| chunk.pieces.iter().any(|p| p.start <= v.start && v.end <= p.end);
                prop_assert!(chunk.voiced.iter().all(holds));
                // Nobody else's speech is in it, but for a second where speech was cut.
                let (own, mut foreign) = (chunk.own(), 0);
                for v in packed.iter().filter(|v| !own.contains(v)) {
                    foreign += chunk.pieces.iter().map(|p| v.end.min(p.end).saturating_sub(v.start.max(p.start))).sum::<u64>();
                }
                prop_assert!(foreign <= chunk.lead + chunk.tail, "chunk {}", index);
                let cut = |a: Option<&Voiced>, b: Option<&Voiced>| {
                    a.zip(b).is_some_and(|(a, b)| a.end == b.start)
                };
                let before = index.checked_sub(1).map(|i| chunks[i].own());
                prop_assert_eq!(chunk.lead > 0, cut(before.as_ref().and_then(|b| b.last()), own.first()));
                prop_assert!(chunk.lead <= OVERLAP && chunk.tail <= OVERLAP);
            }
        }

        #[test]
        fn the_step_of_the_stream_changes_nothing(parts in parts(), step in 500u64..40_000) {
            let spans = spans(&parts);
            prop_assert_eq!(pack(&spans, step), pack(&spans, SECOND));
        }

        #[test]
        fn the_clock_is_exact_and_never_goes_back(parts in parts(), at in 0u64..480_000) {
            for chunk in pack(&spans(&parts), SECOND) {
                let at = at.min(chunk.samples.len() as u64 - 1);
                let recorded = chunk.clock().recorded(at);
                // A sample is its own number, as far as a float can tell.
                prop_assert_eq!(chunk.samples[at as usize], recorded as f32);
                prop_assert_eq!(chunk.clock().joined(recorded), at);
                prop_assert!(chunk.clock().recorded(at + 1) > recorded);
                for v in &chunk.voiced {
                    prop_assert_eq!(chunk.clock().recorded(chunk.clock().joined(v.start)), v.start);
                }
            }
        }

        #[test]
        fn parts_make_the_whole(parts in parts(), cut in 1usize..20) {
            for chunk in pack(&spans(&parts), SECOND) {
                let cut = cut % chunk.voiced.len();
                if cut > 0 {
                    let (a, b) = (chunk.part(0, cut), chunk.part(cut, chunk.voiced.len()));
                    prop_assert_eq!([a.voiced.clone(), b.voiced.clone()].concat(), chunk.voiced.clone());
                    prop_assert!(a.voiced.last().unwrap().end <= a.pieces.last().unwrap().end);
                    prop_assert!(a.pieces.last().unwrap().end <= b.pieces[0].start);
                    for part in [a, b] {
                        let first = part.clock().recorded(0);
                        prop_assert_eq!(part.samples[0], first as f32);
                        prop_assert!(part.samples.len() <= chunk.samples.len());
                    }
                }
            }
        }
    }
}
