//! The queue of words whose misrecognition would change the medicine: negations, sides, spinal levels, numbers, doses,
//! drugs; and of passages that the recogniser doubts. Each is a place to listen to, none blocks.

use super::codes::Code;
use super::drugs::{is_drug, sounds_like};
use super::privacy::Timed;
use super::words::{core, ends_marked, ends_sentence, is_negation, is_number, low};
use crate::model::{Flag, Millis, Span, Transcript, Word};
use std::ops::Range;

#[rustfmt::skip]
const DOSES: &[&str] = &[
    "mg", "milligram", "milligrams", "mcg", "microgram", "micrograms", "gram", "grams", "g", "ml", "milliliter",
    "milliliters", "millilitres", "unit", "units", "tablet", "tablets", "pill", "pills", "capsule", "capsules",
    "drops", "puffs",
];
#[rustfmt::skip]
const MEASURES: &[&str] = &[
    "percent", "%", "degrees", "degree", "pounds", "kilos", "kilograms", "minutes", "minute", "hours", "hour", "days",
    "day", "weeks", "week", "months", "month", "years", "year", "times", "inches", "centimeters", "millimeters",
];
/// Parts of the body that have a side.
const SIDED: &[&str] = &[
    "leg", "legs", "arm", "arms", "hand", "hands", "foot", "feet", "side", "hip", "knee", "shoulder", "ankle", "elbow",
    "wrist", "buttock", "thigh", "calf", "toe", "toes", "finger", "fingers", "thumb", "eye", "ear", "kidney", "lung",
    "rib", "ribs", "nerve", "lower", "upper", "facet",
];
/// Units that are a dose also where no number stands before them: it may be lost.
const STRONG_UNITS: &[&str] = &["mg", "milligram", "milligrams", "mcg", "microgram", "micrograms"];
/// Letters of spinal levels as they are spoken.
const REGIONS: &[&str] = &["l", "c", "t", "s", "ell"];

/// The risky places of a text, in order.
pub(super) fn flags(text: &[Timed<'_>]) -> Vec<Flag> {
    let words: Vec<&str> = text.iter().map(|word| word.text).collect();
    let mut places = places(&words);
    places.extend(unsure(text, &places));
    places.sort_by_key(|(_, place)| place.start);
    places.into_iter().map(|(risk, place)| flag(text, place.start, place.end, risk)).collect()
}

/// Runs of words, within a sentence, that may be misheard and are in none of the `places`: those say it themselves.
fn unsure(text: &[Timed<'_>], places: &[(Risk, Range<usize>)]) -> Vec<(Risk, Range<usize>)> {
    let mut runs: Vec<(Risk, Range<usize>)> = Vec::new();
    for at in (0..text.len()).filter(|at| text[*at].probability < Word::SURE) {
        if places.iter().any(|(_, place)| place.contains(&at)) {
            continue;
        }
        match runs.last_mut() {
            Some((_, run)) if run.end == at && !ends_sentence(text[at - 1].text) => run.end = at + 1,
            _ => runs.push((Risk::Unsure, at..at + 1)),
        }
    }
    runs
}

/// Where the words of a text are risky, in order without overlap, and why.
pub(super) fn places(text: &[&str]) -> Vec<(Risk, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some((risk, end)) = risk(text, at) else {
            at += 1;
            continue;
        };
        found.push((risk, at..end));
        at = end;
    }
    found
}

/// Whether the word, in lower case, is what a number counts: milligrams, weeks.
pub(super) fn is_unit(word: &str) -> bool {
    DOSES.contains(&word) || MEASURES.contains(&word)
}

/// Why a word is risky.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Risk {
    /// Without it the advice is the opposite.
    Negation,
    /// Left or right.
    Side,
    /// Of the spine.
    Level,
    /// With what it counts.
    Number,
    /// With its unit.
    Dose,
    /// A medicine.
    Drug,
    /// What sounds like this one.
    Alike(&'static str),
    /// The recogniser may have misheard.
    Unsure,
}

impl Risk {
    fn code(self) -> Code {
        match self {
            Self::Negation => Code::Negation,
            Self::Side => Code::Side,
            Self::Level => Code::Level,
            Self::Number => Code::Number,
            Self::Dose => Code::Dose,
            Self::Drug => Code::Drug,
            Self::Alike(_) => Code::DrugMisheard,
            Self::Unsure => Code::Unsure,
        }
    }

    fn message(self) -> String {
        match self {
            Self::Alike(drug) => format!("This may be \"{drug}\", misheard: listen to it."),
            other => other.code().says().to_owned(),
        }
    }
}

/// The risk at `at` and where its words end.
fn risk(text: &[&str], at: usize) -> Option<(Risk, usize)> {
    let token = text[at];
    let here = low(token);
    let next = |ahead: usize| text.get(at + ahead).map(|t| low(t)).unwrap_or_default();
    if is_level(core(token)) {
        return Some((Risk::Level, at + 1));
    }
    if let Some(end) = spoken_level(text, at) {
        return Some((Risk::Level, end));
    }
    if matches!(here.as_str(), "left" | "right") {
        let other = if here == "left" { "right" } else { "left" };
        let before = |back: usize| at.checked_sub(back).map(|i| low(text[i])).unwrap_or_default();
        let sided = SIDED.contains(&next(1).as_str()) && !ends_sentence(token);
        let paired = (1..=4).any(|n| next(n) == other || before(n) == other);
        let owned = matches!(before(1).as_str(), "my" | "your" | "his" | "her");
        // "on the left", and not "on the right track".
        let closes =
            ends_marked(token) || matches!(next(1).as_str(), "" | "and" | "or" | "but" | "than" | "with" | "when");
        let placed = before(1) == "the" && matches!(before(2).as_str(), "on" | "to" | "from" | "in") && closes;
        return (sided || paired || owned || placed).then_some((Risk::Side, at + 1));
    }
    if here.starts_with("left-") || here.starts_with("right-") && !here.ends_with("click") {
        return Some((Risk::Side, at + 1));
    }
    if is_negation(token) {
        return Some((Risk::Negation, at + 1));
    }
    let one_unit = here == "one" && (DOSES.contains(&next(1).as_str()) || MEASURES.contains(&next(1).as_str()));
    if is_number(token) || one_unit {
        return Some(number(text, at));
    }
    if STRONG_UNITS.contains(&here.as_str()) {
        return Some((Risk::Dose, at + 1));
    }
    if is_drug(&here) {
        return Some((Risk::Drug, at + 1));
    }
    let alike = (!ends_marked(token)).then(|| sounds_like(&here, &next(1))).flatten()?;
    Some((Risk::Alike(alike), at + 2))
}

/// Where a level ends that is spoken in parts: "L 4 5", "L four five", "C 5".
fn spoken_level(text: &[&str], at: usize) -> Option<usize> {
    let word = |i: usize| text.get(i).map(|t| low(t)).unwrap_or_default();
    let figure = |i: usize| {
        let word = word(i);
        let digits = word.split('-').all(|part| part.parse::<u32>().is_ok_and(|n| (1..=12).contains(&n)));
        digits || matches!(word.as_str(), "one" | "two" | "three" | "four" | "five" | "six" | "seven")
    };
    let open = |i: usize| !ends_sentence(text[i - 1]);
    if !REGIONS.contains(&word(at).as_str()) || !figure(at + 1) || ends_marked(text[at]) {
        return None;
    }
    let mut end = at + 2;
    while end < text.len() && open(end) && end < at + 6 {
        if figure(end) {
            end += 1;
        } else if REGIONS.contains(&word(end).as_str()) && figure(end + 1) {
            end += 2;
        } else {
            break;
        }
    }
    Some(end)
}

/// A run of numbers with its unit: "60 to 80 percent".
fn number(text: &[&str], at: usize) -> (Risk, usize) {
    let word = |i: usize| text.get(i).map(|t| low(t)).unwrap_or_default();
    let is_numeric = |i: usize| text.get(i).is_some_and(|t| is_number(t) && !is_level(core(t)));
    let mut end = at + 1;
    while !ends_sentence(text[end - 1]) {
        if is_numeric(end) {
            end += 1;
        } else if matches!(word(end).as_str(), "to" | "or" | "through" | "and" | "point") && is_numeric(end + 1) {
            end += 2;
        } else {
            break;
        }
    }
    let closed = text[end - 1].ends_with([',', '.', '?', '!', ';']);
    let unit = word(end);
    let glued = DOSES.iter().any(|dose| {
        low(text[end - 1]).strip_suffix(dose).is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()))
    });
    if !closed && DOSES.contains(&unit.as_str()) {
        (Risk::Dose, end + 1)
    } else if !closed && MEASURES.contains(&unit.as_str()) {
        (Risk::Number, end + 1)
    } else {
        (if glued { Risk::Dose } else { Risk::Number }, end)
    }
}

/// Whether the text is a vertebra or a segment: "L4", "L4-L5", "L4L5", "C5-6", "S1".
fn is_level(text: &str) -> bool {
    let mut rest = text;
    let mut count = 0;
    while !rest.is_empty() {
        let named = rest.trim_start_matches(['-', '–', '/']);
        let letter = named.strip_prefix(['C', 'T', 'L', 'S', 'c', 't', 'l', 's']);
        if letter.is_none() && (count == 0 || named.len() == rest.len()) {
            return false;
        }
        let digits = letter.unwrap_or(named);
        let length = digits.chars().take_while(char::is_ascii_digit).count();
        if !(1..=2).contains(&length) {
            return false;
        }
        rest = &digits[length..];
        count += 1;
    }
    (1..=3).contains(&count)
}

fn flag(text: &[Timed<'_>], at: usize, end: usize, risk: Risk) -> Flag {
    // A word before and two behind, within the sentence, so that a person knows the place again.
    let first = at.checked_sub(1).filter(|&i| !ends_sentence(text[i].text)).unwrap_or(at);
    let last =
        (end..text.len().min(end + 2)).take_while(|&i| !ends_sentence(text[i - 1].text)).last().unwrap_or(end - 1);
    let words: Vec<&str> = text[first..=last].iter().map(|t| t.text).collect();
    let span: Span = text[at].span.hull(text[end - 1].span);
    let probability = text[at..end].iter().map(|t| t.probability).fold(1.0, f32::min);
    let mut message = risk.message();
    if probability < Word::SURE {
        message.push_str(&format!(" The recogniser was unsure here ({:.0} %).", probability * 100.0));
    }
    let text = words.join(" ");
    risk.code().flag(message, span, text.trim_end_matches([',', '.', '?', '!', ';', ':']))
}

/// The most words of a doubtful passage that are shown.
const SHOWN: usize = 12;

/// Where the recogniser still doubts what it wrote of a passage ([`crate::model::ChunkNote::doubts`]), within these
/// sentences: words may be made up there, or missing.
pub(super) fn doubtful(transcript: &Transcript, ranges: &[Range<usize>]) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for chunk in transcript.chunks.iter().filter(|chunk| !chunk.doubts.is_empty()) {
        let words = ranges.iter().flat_map(|range| transcript.words_of(range));
        let inside = |word: &&Word| word.span.overlap(chunk.span) > Millis::ZERO;
        let words: Vec<&Word> = words.filter_map(|word| transcript.words.get(word)).filter(inside).collect();
        let Some(span) = words.iter().map(|word| word.span).reduce(Span::hull) else { continue };
        let text: Vec<&str> = words.iter().take(SHOWN).map(|word| word.text.as_str()).collect();
        let message = format!("{} The reason: {}.", Code::Doubtful.says(), chunk.doubts.join(", and "));
        flags.push(Code::Doubtful.flag(message, span, &text.join(" ")));
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let timed: Vec<Timed<'_>> =
            text.split(' ').map(|text| Timed { text, span: Span::default(), probability: 0.9 }).collect();
        flags(&timed).iter().map(|f| format!("{}: {}", f.code, f.text)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_would_change_the_medicine_is_queued() {
        let text = "If one bone is sliding at L4-L5, you may feel it down the left or the right leg. Perhaps 60 to 80 percent \
            improve. Take 20 milligrams, or 15mg of naproxen. You should not wait. Call right away, at the right time.";
        insta::assert_snapshot!(found(text), @r"
        level: at L4-L5, you may
        side: the left or the
        side: the right leg
        number: Perhaps 60 to 80 percent improve
        dose: Take 20 milligrams, or 15mg
        dose: or 15mg of naproxen
        drug: of naproxen
        negation: should not wait
        ");
    }

    #[test]
    fn what_may_be_misheard_is_queued_once() {
        let unsure = ["windle", "me", "not.", "Sorry", "20"];
        let probability = |text: &str| if unsure.contains(&text) { 0.6 } else { 0.9 };
        let timed: Vec<Timed<'_>> = "Doctor windle me says you should not. Sorry for 20 minutes"
            .split(' ')
            .map(|text| Timed { text, span: Span::default(), probability: probability(text) })
            .collect();
        let found: Vec<String> =
            flags(&timed).iter().map(|f| format!("{} [{}]: {}", f.code, f.text, f.message)).collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        unsure [Doctor windle me says you]: This may be misheard: listen to it. The recogniser was unsure here (60 %).
        negation [should not]: A negation: listen whether it is said, since without it the advice is the opposite. The recogniser was unsure here (60 %).
        unsure [Sorry for 20]: This may be misheard: listen to it. The recogniser was unsure here (60 %).
        number [for 20 minutes]: A number: listen whether it is right. The recogniser was unsure here (60 %).
        ");
    }

    #[test]
    fn sides_levels_and_units_are_found_however_they_are_said() {
        let text = "It is on the left. You are on the right track. Left-sided pain at L 4 5 and l five S one, a few \
            milligrams, I take ibu profane on the right and S is a letter.";
        insta::assert_snapshot!(found(text), @r"
        side: the left
        side: Left-sided pain at
        level: at L 4 5 and l
        level: and l five S one, a few
        dose: few milligrams, I take
        drug-misheard: take ibu profane on the
        side: the right and S
        ");
    }

    #[test]
    fn levels_are_read_as_they_are_written() {
        for level in ["L4", "L4-L5", "L4L5", "C5-6", "S1", "T12-L1"] {
            assert!(is_level(level), "{level}");
        }
        for other in ["", "L", "5", "4-5", "Lumbar", "MRI", "L123", "T-shirt", "C", "L4-"] {
            assert!(!is_level(other), "{other}");
        }
    }
}
