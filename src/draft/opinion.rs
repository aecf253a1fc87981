//! Published captions as a second opinion: where they say something else than the transcript and it matters, a person
//! listens. They never change a text: which of the two is right only the recording tells.
//!
//! Spelling, fillers, contractions, figures and repeated words are no difference. What is left becomes a finding when a
//! risky word (`risk`) stands in one text and not in the other, when the captions have words that the transcript
//! lacks, or when several words of content differ in a row.

use super::aligned::{Aligned, Run, Side, compared};
use super::codes::Code;
use super::risk::{Risk, is_unit, places};
use super::verbatim::Token;
use super::words::{is_negation, is_number, low};
use crate::model::{Caption, Flag, Span, Transcript};
use std::ops::Range;

/// The most of the captions' words that may differ, where both texts are. With errors strewn over the fixtures' truth,
/// two recognisers that are wrong in one word of ten each differ in 20 % of the words, and captions of another talk or
/// of a shifted one in more than 90 %. Between them lie captions so poor that most findings would be their own faults.
const MOST: f64 = 0.25;
/// So many words in a row that the transcript lacks are a dropped passage.
const MORE: usize = 4;
/// So many words of content that differ in a row are worth a look.
const UNLIKE: usize = 3;
/// Differences with so few equal words between are one place.
const TOGETHER: usize = 2;
/// Words of the text around a place, and the most that is shown of a text.
const AROUND: usize = 2;
const SHOWN: usize = 16;
/// Spellings so alike are one word, where it is no risky one.
const ALIKE: f64 = 0.7;
/// The longest run of words that may stand twice.
const REPEATED: usize = 4;

/// Words without content of their own, and what people say to win time.
#[rustfmt::skip]
const LIGHT: &[&str] = &[
    "a", "an", "the", "and", "or", "but", "so", "if", "that", "this", "these", "those", "there", "here", "it", "its",
    "i", "you", "he", "she", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his", "our", "their", "is",
    "are", "was", "were", "be", "been", "am", "do", "does", "did", "has", "have", "had", "will", "would", "can",
    "could", "should", "may", "might", "of", "in", "on", "at", "to", "for", "from", "with", "by", "as", "than", "then",
    "what", "which", "who", "how", "when", "where", "why", "just", "really", "very", "well", "okay", "ok", "yeah",
    "yes", "oh", "ah", "er", "erm", "uh", "um", "like", "know", "mean", "kind", "sort", "right", "now", "also", "too",
    "thank", "thanks", "going", "go", "get", "got", "say", "said", "thing", "things", "because", "about", "some", "any",
    "all", "1", "cause", "actually", "basically", "think", "guess", "see", "let", "up", "out", "into",
];

/// What the captions say that the transcript doesn't, and the other way round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opinion {
    warning: Option<String>,
    places: Vec<Place>,
}

/// A place where they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// The transcript's words; empty where it lacks some.
    words: Range<usize>,
    /// Whether the captions have a passage more.
    more: bool,
    /// What the captions say around it.
    captions: String,
    /// What the transcript says around it.
    heard: String,
}

impl Opinion {
    /// What it says of some of the words, which are counted from their first one on.
    pub(super) fn of(&self, words: &Range<usize>) -> Self {
        let inside = |place: &&Place| words.start <= place.words.start && place.words.end <= words.end;
        let moved = |place: &Place| Place {
            words: place.words.start - words.start..place.words.end - words.start,
            ..place.clone()
        };
        Self { warning: self.warning.clone(), places: self.places.iter().filter(inside).map(moved).collect() }
    }
}

/// Compares the transcript with captions of the same recording; no captions, no opinion.
///
/// Pure, and done in well under a second for hours of speech.
#[must_use]
pub fn opinion(transcript: &Transcript, captions: &[Caption]) -> Opinion {
    if captions.is_empty() || transcript.words.is_empty() {
        return Opinion::default();
    }
    let both = Aligned::new(transcript, captions);
    let (Some(shown), Some(heard)) = (both.captions.span(), both.heard.span()) else { return Opinion::default() };
    let (shown, heard) = (both.captions.within(heard), both.heard.within(shown));
    let runs: Vec<Run> = (both.runs().into_iter())
        .map(|run| Run { captions: clipped(&run.captions, &shown), heard: clipped(&run.heard, &heard) })
        .filter(|run| run.captions.len() + run.heard.len() > 0 && !is_same(&both, run))
        .collect();
    // A passage that the recogniser dropped says nothing against the captions.
    let (dropped, other): (Vec<&Run>, Vec<&Run>) =
        runs.iter().partition(|run| run.heard.is_empty() && run.captions.len() >= MORE);
    let words = |runs: &[&Run]| runs.iter().map(|run| run.captions.len()).sum::<usize>();
    let compared = shown.len().saturating_sub(words(&dropped));
    if compared == 0 {
        let warning = "The captions have no words for what was heard, so they were not used: they may belong to another \
                       recording.";
        return Opinion { warning: Some(warning.into()), places: Vec::new() };
    }
    let share = words(&other) as f64 / compared as f64;
    if share > MOST {
        let warning = format!(
            "The captions differ from what was heard in {:.0} % of the words, so they were not used: they may belong to \
             another recording or another cut of it, or be too poor.",
            share * 100.0
        );
        return Opinion { warning: Some(warning), places: Vec::new() };
    }
    let judge = Judge { captions: risks(&both.captions), heard: risks(&both.heard), both: &both };
    let near =
        |a: &Run, b: &Run| b.captions.start - a.captions.end <= TOGETHER && b.heard.start - a.heard.end <= TOGETHER;
    Opinion { warning: None, places: runs.chunk_by(near).filter_map(|runs| judge.place(runs)).collect() }
}

impl Opinion {
    /// A sentence for the episode when the captions could not be used.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// The findings in a question: between the first and the last word that is printed.
    pub(super) fn in_question(&self, transcript: &Transcript, runs: &[Range<usize>], printed: &[Token]) -> Vec<Flag> {
        self.flags(transcript, runs, printed, |words, tokens| match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => (first.word..last.last + 1, false),
            _ => (words.start..words.start, false),
        })
    }

    /// The findings in an answer. What is lacking at its very beginning or end is one too: so answers lose their ends.
    pub(super) fn in_answer(&self, transcript: &Transcript, runs: &[Range<usize>], printed: &[Token]) -> Vec<Flag> {
        self.flags(transcript, runs, printed, |words, _| (words, true))
    }

    fn flags(
        &self,
        transcript: &Transcript,
        runs: &[Range<usize>],
        printed: &[Token],
        bounds: impl Fn(Range<usize>, &[Token]) -> (Range<usize>, bool),
    ) -> Vec<Flag> {
        let mut found = Vec::new();
        let mut next = 0;
        for run in runs.iter().filter(|_| !self.places.is_empty()) {
            let words = transcript.words_of(run);
            let tokens: Vec<Token> = printed.iter().filter(|token| words.contains(&token.word)).cloned().collect();
            let (bounds, edges) = bounds(words, &tokens);
            let Some(span) = transcript.span_of(run).filter(|_| !bounds.is_empty()) else { continue };
            let inside = |place: &Place| match (place.words.is_empty(), edges) {
                (true, true) => bounds.start <= place.words.start && place.words.start <= bounds.end,
                (true, false) => bounds.start < place.words.start && place.words.start < bounds.end,
                (false, _) => place.words.start < bounds.end && bounds.start < place.words.end,
            };
            for (i, place) in self.places.iter().enumerate().skip(next).filter(|(_, place)| inside(place)) {
                found.push(place.flag(transcript, &bounds, span, &tokens));
                next = i + 1; // A place that reaches into two runs is told once.
            }
        }
        found
    }
}

impl Place {
    fn flag(&self, transcript: &Transcript, bounds: &Range<usize>, span: Span, tokens: &[Token]) -> Flag {
        let Self { words, more, captions, heard } = self;
        // Where the transcript lacks words, those on both sides show the place.
        let about = if words.is_empty() { words.start.saturating_sub(1)..words.start + 1 } else { words.clone() };
        let about = clipped(&about, bounds);
        let sound = transcript.words.get(about).unwrap_or_default();
        let sound = sound.iter().map(|word| word.span).reduce(Span::hull).unwrap_or(span);
        let start = sound.start.clamp(span.start, span.end);
        let at = |word: usize| tokens.partition_point(|token| token.last < word);
        let first = at(words.start).saturating_sub(AROUND);
        let last = (at(words.end) + AROUND).min(tokens.len()).min(first + SHOWN);
        let text: Vec<&str> = tokens[first..last.max(first)].iter().map(|token| token.text.as_str()).collect();
        let message = if *more {
            format!(
                "The published captions have more words here: they say \"{captions}\"; the transcript says \"{heard}\". \
                 Listen to it."
            )
        } else {
            format!("The published captions say \"{captions}\" here; the transcript says \"{heard}\". Listen to it.")
        };
        let code = if *more { Code::CaptionsHaveMore } else { Code::CaptionsDiffer };
        let sound = Span::new(start, sound.end.clamp(start, span.end.max(start)));
        code.flag(message, sound, text.join(" ").trim_end_matches([',', '.', '?', '!', ';', ':']))
    }
}

/// Why each written word is risky.
fn risks(side: &Side<'_>) -> Vec<Option<Risk>> {
    let mut risks = vec![None; side.words.len()];
    for (risk, place) in places(&side.words) {
        risks[place].fill(Some(risk));
    }
    risks
}

/// Tells which differences matter.
struct Judge<'a> {
    both: &'a Aligned<'a>,
    captions: Vec<Option<Risk>>,
    heard: Vec<Option<Risk>>,
}

impl Judge<'_> {
    /// The place of neighbouring differences, if it matters.
    fn place(&self, runs: &[Run]) -> Option<Place> {
        let both = self.both;
        let (first, last) = (runs.first()?, runs.last()?);
        let more = runs.iter().any(|run| self.has_more(run));
        if !more && !self.is_risky(runs) && !runs.iter().any(|run| self.is_unlike(run)) {
            return None;
        }
        let whole = Run { captions: first.captions.start..last.captions.end, heard: first.heard.start..last.heard.end };
        let wide = both.widened(&whole, 0);
        Some(Place {
            words: both.heard.written(&wide.heard),
            more,
            captions: shown(&both.captions, &wide.captions),
            heard: shown(&both.heard, &wide.heard),
        })
    }

    fn name(&self, token: usize) -> &str {
        &self.both.names[token]
    }

    /// Whether the captions have a passage that the transcript lacks.
    fn has_more(&self, run: &Run) -> bool {
        let tokens = &self.both.captions.tokens[run.captions.clone()];
        let content = tokens.iter().filter(|&&token| !LIGHT.contains(&self.name(token))).count();
        content > 0 && tokens.len() >= run.heard.len() + MORE
    }

    /// Whether risky words stand in one of the texts only.
    fn is_risky(&self, runs: &[Run]) -> bool {
        let (mut captions, mut heard) = (Vec::new(), Vec::new());
        for run in runs {
            let wide = self.both.widened(run, 0);
            captions.extend(keys(&self.both.captions, &wide.captions, &self.captions));
            heard.extend(keys(&self.both.heard, &wide.heard, &self.heard));
        }
        captions.sort_unstable();
        heard.sort_unstable();
        captions != heard
    }

    /// Whether several words of content differ in a row.
    fn is_unlike(&self, run: &Run) -> bool {
        let captions = &self.both.captions.tokens[run.captions.clone()];
        let heard = &self.both.heard.tokens[run.heard.clone()];
        let other = |from: &[usize], to: &[usize]| {
            let alone = |token: &&usize| {
                let name = self.name(**token);
                let alike = |other: &usize| strsim::normalized_levenshtein(name, self.name(*other)) >= ALIKE;
                !LIGHT.contains(&name) && !to.iter().take(SHOWN).any(alike)
            };
            from.iter().take(SHOWN).filter(alone).count()
        };
        other(captions, heard).max(other(heard, captions)) >= UNLIKE
    }
}

/// What the risky words of a run of tokens say: all negations are one, and figures are read together.
fn keys(side: &Side<'_>, tokens: &Range<usize>, risks: &[Option<Risk>]) -> Vec<String> {
    let written = side.written(tokens);
    let numeric = |risk: &Option<Risk>| matches!(risk, Some(Risk::Number | Risk::Dose | Risk::Level));
    let figures = risks[written.clone()].iter().any(numeric);
    let mut keys = Vec::new();
    for word in compared(&side.words[written.clone()].join(" ")) {
        if is_negation(&word) {
            keys.push("not".to_owned());
        } else if figures
            && word.contains(|c: char| c.is_ascii_digit())
            && !matches!(word.as_str(), "1st" | "2nd" | "3rd")
        {
            keys.push(word);
        }
    }
    for at in written {
        let word = low(side.words[at]);
        match risks[at] {
            Some(Risk::Side | Risk::Drug) => keys.push(word.trim_end_matches('s').to_owned()),
            Some(Risk::Number | Risk::Dose) => {
                let parts = compared(&word).into_iter().filter(|part| is_unit(part) || is_number(part));
                let parts = parts.filter(|part| !part.contains(|c: char| c.is_ascii_digit()));
                keys.extend(parts.map(|part| part.trim_end_matches('s').to_owned()));
            }
            _ => {}
        }
    }
    keys
}

/// Whether the two only spell the same words in another way, or one of them says something twice.
fn is_same(both: &Aligned<'_>, run: &Run) -> bool {
    // A long passage is no matter of spelling.
    let short = run.captions.len().max(run.heard.len()) <= 4 * SHOWN;
    short
        && [0, 1, REPEATED].into_iter().any(|around| {
            let wide = both.widened(run, around);
            let words = |side: &Side<'_>, tokens: &Range<usize>| compared(&side.words[side.written(tokens)].join(" "));
            let (a, b) = (words(&both.captions, &wide.captions), words(&both.heard, &wide.heard));
            a == b || a.concat() == b.concat() || once(a) == once(b)
        })
}

/// The words without what is repeated right behind.
fn once(mut words: Vec<String>) -> Vec<String> {
    let mut at = 0;
    while at < words.len() {
        let again = |length: &usize| {
            words.get(at + length..at + 2 * length).is_some_and(|next| next == &words[at..at + length])
        };
        match (1..=REPEATED).find(again) {
            Some(length) => drop(words.drain(at..at + length)),
            None => at += 1,
        }
    }
    words
}

fn clipped(range: &Range<usize>, bounds: &Range<usize>) -> Range<usize> {
    let start = range.start.clamp(bounds.start, bounds.end);
    start..range.end.clamp(start, bounds.end)
}

/// The words of a run and some around it, the middle of a long one left out.
fn shown(side: &Side<'_>, tokens: &Range<usize>) -> String {
    let written = side.written(tokens);
    let start = written.start.saturating_sub(AROUND);
    let words = &side.words[start..(written.end + AROUND).min(side.words.len())];
    if words.len() <= SHOWN {
        return format!("… {} …", words.join(" "));
    }
    let tail = SHOWN / 3;
    format!("… {} … {} …", words[..SHOWN - tail].join(" "), words[words.len() - tail..].join(" "))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
mod tests;
