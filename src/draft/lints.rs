//! Findings about the cut of a pair: whether it is one, and whether it begins and ends where it should.
//!
//! A blocking finding doubts that this is a question with its answer; the others point to a place worth a look. The
//! letters name the failures of question extraction that each guards against.

mod phrases;
#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
mod tests;

use super::codes::Code;
use super::names::is_name_like;
use super::words::{ends_sentence, is_filler, low};
use crate::model::{ClusterId, Flag, Millis, Role, Segment, SegmentKind, Span, Speakers, Transcript};
use phrases::{
    ANNOUNCED, ANOTHERS, ANSWERS, DANGLING, HAND_OVERS, HANDING, IN_ANSWER, IN_QUESTION, LIGHT, NEVER_LAST, OPENERS,
    PRAISE,
};
use std::ops::Range;

/// An answer below this is hardly one: it may be cut short.
const SHORTEST_ANSWER: Millis = Millis(5_000);
/// An answer beyond this probably holds the next question.
const LONGEST_ANSWER: Millis = Millis(8 * 60_000);
/// A pair below this confidence needs a person's decision, whatever else is found.
pub(super) const LOW_CONFIDENCE: f32 = 0.5;
/// What asks nothing in form is taken for a question from this confidence on.
const SURE_STATEMENT: f32 = 0.65;
/// So much speech within an answer that belongs to nothing is a gap.
const LONGEST_GAP: Millis = Millis(5_000);
/// So many words of an answer are looked at for how it begins.
const LONGEST_OPENING: usize = 12;

/// What the checks look at.
pub(super) struct Look<'a> {
    pub(super) transcript: &'a Transcript,
    pub(super) speakers: &'a Speakers,
    pub(super) question: &'a [Range<usize>],
    pub(super) answer: &'a [Range<usize>],
    /// The questions and answers of all other entries.
    pub(super) others: Vec<Range<usize>>,
    /// What the episode consists of.
    pub(super) segments: &'a [Segment],
    /// The question as printed.
    pub(super) printed: &'a str,
    /// The answer's first paragraph as printed; empty for none.
    pub(super) opening: &'a str,
    /// Whether the question has nothing but greetings and hand-overs.
    pub(super) hollow: bool,
    /// In how many sentences of the question somebody's words are introduced.
    pub(super) attributions: usize,
    /// The pair's confidence; `None` for a question without an answer.
    pub(super) confidence: Option<f32>,
}

/// The findings for one entry.
pub(super) fn lint(look: &Look<'_>) -> Vec<Flag> {
    let mut found = Vec::new();
    let question = span(look, look.question);
    let printed = plain(look.printed);
    for (code, phrases) in IN_QUESTION {
        if let Some(phrase) = phrases.iter().find(|phrase| has(&printed, phrase)) {
            found.push(code.found(question, phrase));
        }
    }
    let hollow = look.hollow || only_names(look.printed);
    if hollow {
        found.push(Code::NameOnly.found(question, look.printed)); // J
    }
    let asks = look.printed.contains('?');
    if let Some(praise) = PRAISE.iter().find(|praise| !asks && has(&printed, praise)) {
        found.push(Code::Compliment.found(question, praise)); // K
    }
    if !asks && !hollow && !opens_somewhere(look.printed) {
        let unlikely = look.confidence.is_some_and(|confidence| confidence < SURE_STATEMENT);
        let code = if unlikely { Code::UnlikelyQuestion } else { Code::Statement }; // D
        found.push(code.found(question, look.printed));
    }
    if let Some(last) = breaks_off(look.printed) {
        found.push(Code::QuestionCutShort.found(question, last)); // G
    }
    if look.attributions > 1 || ANOTHERS.iter().any(|phrase| has(&printed, phrase)) {
        found.push(Code::MergedQuestions.found(question, look.printed)); // H
    }
    if look.confidence.is_some_and(|confidence| confidence < LOW_CONFIDENCE) {
        found.push(Code::LowConfidence.found(question, ""));
    }
    found.extend(overlap(look));
    if !look.answer.is_empty() {
        lint_answer(look, &mut found);
    }
    found
}

fn lint_answer(look: &Look<'_>, found: &mut Vec<Flag>) {
    let answer = span(look, look.answer);
    let length = look
        .answer
        .iter()
        .filter_map(|range| look.transcript.span_of(range))
        .fold(Millis::ZERO, |sum, span| sum.plus(span.length()));
    if length < SHORTEST_ANSWER {
        found.push(Code::ShortAnswer.found(answer, ""));
    } else if length > LONGEST_ANSWER {
        found.push(Code::LongAnswer.found(answer, ""));
    }
    let sentences: Vec<usize> = look.answer.iter().cloned().flatten().collect();
    for &sentence in &sentences {
        let text = look.transcript.sentence_text(sentence);
        let words = plain(&text);
        let told = IN_ANSWER.iter().filter(|(_, phrases)| phrases.iter().any(|phrase| has(&words, phrase)));
        found.extend(told.map(|(code, _)| code.found(at(look, sentence), &text)));
    }
    found.extend(opening(look, answer));
    let last = sentences.last().map(|&i| look.transcript.sentence_text(i)).unwrap_or_default();
    if last.ends_with('?') {
        found.push(Code::AnswerEndsAsking.found(answer, &last));
    } else if !last.is_empty() && !ends_sentence(&last) {
        found.push(Code::AnswerCutShort.found(answer, ""));
    }
    found.extend(gaps(look));
    found.extend(announced(look));
    let asking = |ranges: &[Range<usize>]| {
        ranges.iter().cloned().flatten().filter(|&i| look.transcript.sentence_text(i).ends_with('?')).count()
    };
    // Whoever answers with nothing but questions, to what asks nothing, asks.
    if asking(look.question) == 0 && asking(look.answer) == sentences.len() {
        found.push(Code::Swapped.found(span(look, look.question), "")); // F
    } else {
        lint_voices(look, found);
    }
    if !found.iter().any(|flag| flag.code == Code::AnswerInQuestion.name()) {
        found.extend(answered(look)); // I
    }
}

/// The sentences of an entry that are another's too, or both its question and its answer.
fn overlap(look: &Look<'_>) -> Option<Flag> {
    let meet = |a: &Range<usize>, b: &Range<usize>| a.start.max(b.start)..a.end.min(b.end);
    let own = || look.question.iter().chain(look.answer);
    let other = own().flat_map(|a| look.others.iter().map(move |b| meet(a, b)));
    let both = look.question.iter().flat_map(|a| look.answer.iter().map(move |b| meet(a, b)));
    let shared = other.chain(both).find(|range| !range.is_empty())?;
    let text = look.transcript.text(look.transcript.words_of(&shared));
    Some(Code::OverlappingEntry.found(look.transcript.span_of(&shared)?, &text))
}

/// How the answer begins: with words that win time, with thanks or a hand-over.
fn opening(look: &Look<'_>, answer: Span) -> Option<Flag> {
    let words: Vec<&str> = look.opening.split_whitespace().take(LONGEST_OPENING).collect();
    let first: &[&str] = words.split_inclusive(|word| ends_sentence(word)).next().unwrap_or_default();
    let begins = plain(&first.join(" "));
    if let Some(phrase) = HAND_OVERS.iter().find(|phrase| begins.starts_with(&format!(" {phrase} "))) {
        return Some(Code::HandoverStart.found(answer, phrase));
    }
    let light: Vec<&str> = words.iter().copied().take_while(|word| is_light(word)).collect();
    let wins_time = light.iter().any(|word| is_filler(word)) || light.len() > 1;
    wins_time.then(|| Code::FillerStart.found(answer, &light.join(" ")))
}

fn is_light(word: &str) -> bool {
    is_filler(word) || LIGHT.contains(&low(word).as_str())
}

/// Speech within the answer's time that belongs to nothing: neither to the answer nor to another entry, a hand-over or
/// an announcement.
fn gaps(look: &Look<'_>) -> Vec<Flag> {
    let transcript = look.transcript;
    let (Some(first), Some(last)) = (look.answer.first(), look.answer.last()) else { return Vec::new() };
    let told = |kind| matches!(kind, SegmentKind::Question | SegmentKind::HandOver | SegmentKind::Other);
    let known = |i: usize| {
        look.answer.iter().chain(look.question).chain(&look.others).any(|range| range.contains(&i))
            || look.segments.iter().any(|segment| told(segment.kind) && segment.sentences.contains(&i))
    };
    let mut found = Vec::new();
    let mut gap: Option<(Span, Millis)> = None;
    let add = |gap: &mut Option<(Span, Millis)>, at: Span, speech: Millis| {
        let (span, sum) = gap.map_or((at, Millis::ZERO), |(span, sum)| (span.hull(at), sum));
        *gap = Some((span, sum.plus(speech)));
    };
    let mut end = at(look, first.start).start;
    for i in first.start..last.end {
        let here = at(look, i);
        let between = Span::new(end, here.start.max(end));
        let heard = transcript.speech.iter().filter(|speech| speech.overlap(between) > Millis::ZERO);
        for speech in heard {
            let part = Span::new(speech.start.max(between.start), speech.end.min(between.end));
            add(&mut gap, part, part.length());
        }
        if known(i) {
            found.extend(gap.take());
        } else {
            add(&mut gap, here, here.length());
        }
        end = here.end;
    }
    found.retain(|(_, speech)| *speech > LONGEST_GAP);
    found.into_iter().map(|(span, speech)| Code::GapInAnswer.found(span, &speech.to_string())).collect()
}

/// Announcements between question and answer, and where the answer was cut.
fn announced(look: &Look<'_>) -> Vec<Flag> {
    let runs: Vec<&Range<usize>> = look.question.last().into_iter().chain(look.answer).collect();
    let holes = runs.windows(2).flat_map(|two| two[0].end..two[1].start);
    let told = holes.filter_map(|i| {
        let text = look.transcript.sentence_text(i);
        let words = plain(&text);
        let announces = ANNOUNCED.iter().any(|phrase| has(&words, phrase));
        announces.then(|| Code::AcrossAnnouncement.found(at(look, i), &text))
    });
    told.collect()
}

/// The sentence of the question, behind its last asking one, that begins as answers do.
fn answered(look: &Look<'_>) -> Option<Flag> {
    let sentences: Vec<usize> = look.question.iter().cloned().flatten().collect();
    let text = |i: usize| look.transcript.sentence_text(i);
    let asking = sentences.iter().rposition(|&i| text(i).ends_with('?'))?;
    let answers = |&&i: &&usize| {
        let words = plain(&text(i));
        ANSWERS.iter().any(|phrase| words.starts_with(&format!(" {phrase} ")))
    };
    let sentence = *sentences[asking + 1..].iter().find(answers)?;
    Some(Code::AnswerInQuestion.found(at(look, sentence), &text(sentence)))
}

/// Whether a text has nothing but names and what hands over: "Next is Maria from Queens."
fn only_names(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = |word: &&&str| is_name_like(word);
    let hands = |word: &&str| HANDING.contains(&low(word).as_str());
    words.iter().any(|word| name(&word)) && words.iter().all(|word| name(&word) || hands(word))
}

/// The last word of a text that breaks off there. An article, a possessive or a joining word ends no sentence, whatever
/// mark the recogniser sets behind it.
fn breaks_off(text: &str) -> Option<&str> {
    let last = text.split_whitespace().last()?;
    let word = low(last);
    let open = DANGLING.contains(&word.as_str()) && !ends_sentence(last);
    let never = NEVER_LAST.contains(&word.as_str()) && !last.ends_with('!');
    (open || never || last.ends_with([',', '-', '—', '…'])).then_some(last)
}

/// Findings by who speaks.
fn lint_voices(look: &Look<'_>, found: &mut Vec<Flag>) {
    let asks: Vec<(usize, Option<ClusterId>)> = voices(look, look.question);
    let answers: Vec<(usize, Option<ClusterId>)> = voices(look, look.answer);
    let (Some((_, Some(asker))), Some((_, Some(answerer)))) = (asks.first().copied(), answers.first().copied()) else {
        return;
    };
    let role = |id: ClusterId| look.speakers.cluster(id).filter(|c| c.role_confidence >= 0.5).and_then(|c| c.role);
    if asker == answerer {
        return; // One person reads and answers, or the voices were not told apart.
    }
    if role(asker) == Some(Role::Expert) && matches!(role(answerer), Some(Role::Host | Role::Audience)) {
        found.push(Code::Swapped.found(span(look, look.question), "")); // F
    }
    if let Some((sentence, _)) = asks.iter().rev().take_while(|(_, voice)| *voice == Some(answerer)).last() {
        let text = look.transcript.sentence_text(*sentence);
        found.push(Code::AnswerInQuestion.found(at(look, *sentence), &text)); // I
    }
}

fn at(look: &Look<'_>, sentence: usize) -> Span {
    look.transcript.sentences.get(sentence).map_or(Span::default(), |s| s.span)
}

fn voices(look: &Look<'_>, ranges: &[Range<usize>]) -> Vec<(usize, Option<ClusterId>)> {
    ranges.iter().cloned().flatten().map(|i| (i, look.speakers.sentences.get(i).copied().flatten())).collect()
}

fn span(look: &Look<'_>, ranges: &[Range<usize>]) -> Span {
    ranges.iter().filter_map(|range| look.transcript.span_of(range)).reduce(Span::hull).unwrap_or_default()
}

/// The words in lower case without marks, a space before and behind each.
fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(low).collect();
    format!(" {} ", words.join(" "))
}

fn has(plain: &str, phrase: &str) -> bool {
    plain.contains(&format!(" {phrase} "))
}

/// Whether a sentence or a clause opens like a question.
fn opens_somewhere(text: &str) -> bool {
    let mut opens = true;
    text.split_whitespace().any(|token| {
        let here = opens && OPENERS.contains(&low(token).as_str());
        // "so can I swim", "and what about": a joining word passes the opening on.
        let joins = opens && matches!(low(token).as_str(), "so" | "and" | "but" | "or" | "then" | "also");
        opens = joins || token.ends_with([',', '.', ';', ':', '!']);
        here
    })
}
