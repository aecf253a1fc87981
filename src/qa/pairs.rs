//! From a chosen candidate to a pair: what is cut out of the answer, how the question came, who asked.

use super::candidates::{self, Candidate, Marks, mark};
use super::cues::Kind;
use super::features::{Sheet, class};
use crate::model::{QuestionSource, Role};
use std::ops::Range;

/// How many sentences before a question its hand-over is looked for.
const HAND_OVER: usize = 4;
/// A sentence inside an answer is cut out when something else is at least this likely.
const CUT: f32 = 0.5;

/// Runs of sentences of `from..=to` that pass.
fn runs((from, to): (usize, usize), passes: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for i in (from..=to).filter(|&i| passes(i)) {
        match runs.last_mut().filter(|run| run.end == i) {
            Some(run) => run.end = i + 1,
            None => runs.push(i..i + 1),
        }
    }
    runs
}

/// Whether a sentence only announces a question: "The next one is for Dr. Starling."
fn announces(sheet: &Sheet<'_>, i: usize) -> bool {
    let (line, hits) = (&sheet.lines[i], sheet.hits[i]);
    let content = [Kind::Asking, Kind::Interrogative, Kind::History, Kind::Attribution];
    line.words.len() <= 12
        && !line.asks
        && hits.any(&[Kind::Numbering, Kind::Source, Kind::Caller])
        && !hits.any(&content)
}

/// An answer that goes on after "do you want to add anything?" lasts at most so many sentences more.
const ADDITION: usize = 30;

/// Whether a sentence only invites another expert to add to the answer.
fn invites_more(sheet: &Sheet<'_>, i: usize) -> bool {
    const MORE: [&str; 8] = ["add", "adding", "jump", "comment", "thoughts", "chime", "weigh", "agree"];
    let line = &sheet.lines[i];
    let (asks, short) = (line.asks || !line.ends_marked, line.words.len() <= 15);
    let elsewhere = [Kind::Attribution, Kind::Source, Kind::Numbering, Kind::Asker, Kind::History];
    asks && short
        && sheet.hits[i].has(Kind::Routing)
        && !sheet.hits[i].any(&elsewhere)
        && line.words.iter().any(|w| MORE.contains(&w.as_str()))
}

/// The chosen pairs with answers that go on after an invitation to add something, instead of a pair of its own.
pub(super) fn unite(sheet: &Sheet<'_>, marks: &[Marks], chosen: Vec<(Candidate, f32)>) -> Vec<(Candidate, f32)> {
    let mut united: Vec<(Candidate, f32)> = Vec::with_capacity(chosen.len());
    for (candidate, odds) in chosen {
        let (first, asked) = candidate.question;
        let more = (first..=asked).all(|i| invites_more(sheet, i));
        match united.last_mut().filter(|(before, _)| more && before.answer.1 + 1 == first) {
            Some((before, _)) => before.answer.1 = candidate.answer.1,
            None => united.push((candidate, odds)),
        }
    }
    for k in 0..united.len() {
        let limit = united.get(k + 1).map_or(sheet.len(), |(next, _)| next.question.0);
        let (start, end) = united[k].0.answer;
        let (invitation, from) = (end + 1, end + 2);
        if start < end && from < limit && invites_more(sheet, invitation) && marks[from][mark::QUESTION] < 0.5 {
            let places = (from..limit.min(from + ADDITION)).map(|i| (i, marks[i][mark::ANSWER_END]));
            united[k].0.answer.1 = candidates::likeliest(places, 1).first().map_or(end, |(place, _)| *place);
        }
    }
    united
}

/// The candidate without what hands over at its edges: a question starts with its own first sentence, an answer ends
/// before thanks, routing and announcements.
pub(super) fn trim(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate) -> Candidate {
    let Candidate { question: (mut first, asked), answer: (mut start, mut end) } = candidate;
    let hands_over = |i: usize, instead_of: usize| marks[i][mark::HAND_OVER] > marks[i][instead_of].max(0.3);
    while first < asked && (announces(sheet, first) || (hands_over(first, mark::QUESTION) && !sheet.lines[first].asks))
    {
        first += 1;
    }
    while start < end && hands_over(start, mark::ANSWER) {
        start += 1;
    }
    let closes = |i: usize| {
        let shares = &sheet.shares[i];
        let farewell = shares[class::GREETING] + shares[class::ANNOUNCEMENT] > 0.5
            && sheet.hits[i].any(&[Kind::SignOff, Kind::Announcement, Kind::Thanks]);
        hands_over(i, mark::ANSWER) || (farewell && marks[i][mark::ANSWER] < 0.6)
    };
    while end > start && closes(end) {
        end -= 1;
    }
    Candidate { question: (first, asked), answer: (start, end) }
}

/// The candidate with the sentences right before its question that ask too: two people's questions with one answer,
/// or what the question builds on. It stays behind `earliest`.
pub(super) fn widen(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate, earliest: usize) -> Candidate {
    let asks = |i: usize| {
        let marks = &marks[i];
        marks[mark::QUESTION] > 0.5
            && marks[mark::QUESTION] > marks[mark::HAND_OVER].max(marks[mark::ANSWER])
            && !announces(sheet, i)
    };
    let mut first = candidate.question.0;
    while first > earliest && asks(first - 1) {
        first -= 1;
    }
    Candidate { question: (first, candidate.question.1), ..candidate }
}

/// The runs of the answer without hand-overs, announcements and jokes in it. Its first and last sentence stay.
pub(super) fn answer(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate) -> Vec<Range<usize>> {
    let (start, end) = candidate.answer;
    runs((start, end), |i| i == start || i == end || !is_foreign(sheet, marks, candidate, i))
}

/// Whether a sentence inside an answer is no part of what is said in reply.
fn is_foreign(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate, i: usize) -> bool {
    let (shares, hits) = (&sheet.shares[i], sheet.hits[i]);
    let interlude = shares[class::ANNOUNCEMENT].max(shares[class::HAND_OVER]);
    let by_answering_voice = sheet.same_voice(candidate.answer.0, i) > 0.5;
    // "Dr. Starling, do you want to add anything?" by somebody who doesn't answer.
    let routed = hits.has(Kind::Routing) && sheet.lines[i].words.len() <= 15 && sheet.lines[i].asks;
    let by_host = sheet.same_voice(candidate.question.1, i) > 0.5 || sheet.utterances[i].role == Some(Role::Host);
    if routed && (by_host || !by_answering_voice) {
        return true;
    }
    !by_answering_voice && (marks[i][mark::HAND_OVER] > CUT || interlude > CUT + 0.2) && marks[i][mark::ANSWER] < 0.6
}

/// Where a question's hand-over may stand: from here up to the question.
pub(super) fn hand_over_start(candidate: Candidate, earliest: usize) -> usize {
    candidate.question.0.saturating_sub(HAND_OVER).max(earliest).min(candidate.question.0)
}

/// How the question reached the panel. `earliest` is the first sentence behind the pair before.
pub(super) fn source(sheet: &Sheet<'_>, candidate: Candidate, earliest: usize) -> QuestionSource {
    const CHAT: [&str; 8] = ["chat", "q&a", "box", "typed", "stream", "slack", "discord", "online"];
    let (first, asked) = candidate.question;
    let before = hand_over_start(candidate, earliest);
    let said = |word: &str| sheet.lines[before..=first].iter().any(|l| l.words.iter().any(|w| w == word));
    let any = |from: usize, kinds: &[Kind]| sheet.hits[from..=asked].iter().any(|h| h.any(kinds));
    let by = |role: Role| sheet.utterances[asked].role == Some(role);
    if by(Role::Audience) {
        return QuestionSource::Live;
    }
    if CHAT.iter().any(|word| said(word)) {
        return QuestionSource::Chat;
    }
    if by(Role::Host) || any(before, &[Kind::Attribution]) {
        return QuestionSource::ReadByHost;
    }
    let visitor = sheet.voice[asked].is_some_and(|v| {
        let voice = &sheet.voices[v];
        voice.share < 0.12 && voice.shares[class::HAND_OVER] < 0.4 && voice.turns <= 12
    });
    let handed = first.checked_sub(1).is_some_and(|i| sheet.same_voice(i, first) == 0.0);
    if visitor && (handed || any(before, &[Kind::Caller, Kind::Greeting])) {
        return QuestionSource::Live;
    }
    let called = any(before, &[Kind::Caller]) && !any(before, &[Kind::Source]);
    if sheet.voice[asked].is_none() && (called || any(first, &[Kind::Asker, Kind::Greeting])) {
        QuestionSource::Live
    } else {
        QuestionSource::ReadByHost
    }
}

/// The asker's name as spoken, from the hand-over or the question's first sentences; several joined by "; ".
///
/// Names need capitals: a transcript without them has none.
pub(super) fn asker(sheet: &Sheet<'_>, candidate: Candidate, earliest: usize) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for i in hand_over_start(candidate, earliest)..=candidate.question.1 {
        let asking = i >= candidate.question.0;
        if let Some(name) = name_in(&sheet.utterances[i].text, asking)
            && !names.contains(&name)
        {
            // Only people asking together share an answer; names further back are of those who asked before.
            if !asking {
                names.clear();
            }
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join("; "))
}

const VERBS: [&str; 9] = ["asks", "asked", "writes", "wrote", "wants", "says", "wonders", "is asking", "who"];
const NOT_NAMES: [&str; 58] = [
    "i",
    "a",
    "the",
    "an",
    "anonymous",
    "facebook",
    "youtube",
    "twitter",
    "zoom",
    "instagram",
    "somebody",
    "someone",
    "she",
    "he",
    "they",
    "it",
    "this",
    "that",
    "and",
    "so",
    "but",
    "okay",
    "our",
    "next",
    "here",
    "one",
    "then",
    "yes",
    "no",
    "now",
    "what",
    "who",
    "how",
    "is",
    "from",
    "people",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "everyone",
    "hi",
    "hello",
    "hey",
    "good",
    "thanks",
    "thank",
    "my",
    "well",
    "yeah",
    "perhaps",
    "right",
    "sorry",
    "please",
    "great",
];

struct Token<'a> {
    bare: &'a str,
    closes: bool,
    comma: bool,
}

impl Token<'_> {
    fn is_name(&self) -> bool {
        let abbreviation = self.bare.chars().count() > 1 && !self.bare.chars().any(char::is_lowercase);
        self.bare.chars().next().is_some_and(char::is_uppercase)
            && !abbreviation
            && !NOT_NAMES.contains(&self.bare.to_lowercase().trim_end_matches("'s").trim_end_matches("’s"))
            && !self.bare.starts_with("I'")
            && !self.bare.starts_with("I’")
    }

    fn is(&self, words: &[&str]) -> bool {
        words.iter().any(|w| self.bare.eq_ignore_ascii_case(w))
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    text.split_whitespace()
        .map(|raw| Token {
            bare: raw.trim_matches(|c: char| !c.is_alphanumeric()),
            closes: raw.ends_with(['.', ',', '?', '!', ';', ':']),
            comma: raw.ends_with(','),
        })
        .filter(|t| !t.bare.is_empty())
        .collect()
}

/// A name of at most three words from token `at` on.
fn name_from(tokens: &[Token<'_>], at: usize) -> Option<String> {
    const TITLES: [&str; 10] = ["mr", "mrs", "ms", "miss", "mister", "dr", "doctor", "professor", "prof", "sir"];
    let mut name = Vec::new();
    for token in tokens.get(at..)?.iter().take(3) {
        if !token.is_name() {
            break;
        }
        name.push(token.bare.trim_end_matches("'s").trim_end_matches("’s"));
        if token.closes && !token.is(&TITLES) {
            break;
        }
    }
    let only_title = name.len() == 1 && TITLES.iter().any(|t| name[0].eq_ignore_ascii_case(t));
    (!name.is_empty() && !only_title).then(|| name.join(" "))
}

fn name_in(text: &str, asking: bool) -> Option<String> {
    let tokens = tokens(text);
    for (i, token) in tokens.iter().enumerate() {
        let next = tokens.get(i + 1);
        let verb = next.is_some_and(|n| n.is(&VERBS));
        if token.is_name() && verb {
            // The whole name stands before the verb.
            let first = (0..i).rev().take_while(|&k| tokens[k].is_name() && !tokens[k].closes).last().unwrap_or(i);
            return name_from(&tokens, first.max(i.saturating_sub(2)));
        }
        // "… says Annegret", "… from Theo in Gullhaven", "the line of Gavin Trewhella", "the next caller is Gene".
        let led = token.is(&["from", "by"]) || (token.is(&["asks", "says", "writes"]) && !token.closes);
        let line_of = token.is(&["of"]) && i > 0 && tokens[i - 1].is(&["line"]);
        let caller_is = token.is(&["is", "it's"]) && !asking && i > 0 && tokens[i - 1].is(&["caller", "one", "name"]);
        // "This is Daphne", but not "I'm calling from Mossy Hollow" or "Maria from Queens".
        let own = asking && token.is(&["is"]) && i > 0 && tokens[i - 1].is(&["this", "name"]);
        let place = token.is(&["from"])
            && i > 0
            && (tokens[i - 1].is_name() || tokens[i - 1].is(&["calling", "i'm", "am", "here"]));
        if (led || line_of || caller_is || own)
            && !place
            && !token.closes
            && let Some(name) = name_from(&tokens, i + 1)
        {
            return Some(name);
        }
    }
    if asking {
        return None;
    }
    // "Daphne, you should be able to unmute now."
    let called = |t: &Token<'_>| t.is(&["air", "unmute", "ahead", "on", "line", "hello", "hi", "morning", "through"]);
    let vocative = tokens.iter().position(|t| t.is_name() && t.comma && !t.is(&["dr", "doctor"]))?;
    (vocative <= 3 && tokens.iter().any(called)).then(|| name_from(&tokens, vocative)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_spoken() {
        let cases = [
            ("Our first question is from Maria in Queens.", Some("Maria")),
            ("Our next question comes from the line of Gavin Trewhella with Pell.", Some("Gavin Trewhella")),
            ("Is walking enough, says Annegret, she's eighty-one.", Some("Annegret")),
            ("Wendell asks, how long will I be in the hospital?", Some("Wendell")),
            ("Daphne, you should be able to unmute now, so please go ahead.", Some("Daphne")),
            ("And our last question comes from an anonymous attendee.", None),
            ("The next one is for Dr. Starling.", None),
            ("Someone asks, how long should I try physical therapy?", None),
            ("This one came in by email.", None),
            ("Hi, thanks for taking my question, I'm calling from Mossy Hollow.", None),
            ("My neck MRI says there is narrowing.", None),
        ];
        for (text, name) in cases {
            assert_eq!(name_in(text, false).as_deref(), name, "{text}");
        }
    }
}
