//! Findings about the cut of a pair: whether it is one, and whether it begins and ends where it should.
//!
//! A blocking finding doubts that this is a question with its answer; the others point to a place worth a look. The
//! letters name the failures of question extraction that each guards against.

use super::words::{ends_sentence, low};
use crate::model::{ClusterId, Flag, FlagKind, Millis, Role, Span, Speakers, Transcript};
use std::ops::Range;

/// An answer below this is hardly one: it may be cut short.
const SHORTEST_ANSWER: Millis = Millis(5_000);
/// An answer beyond this probably holds the next question.
const LONGEST_ANSWER: Millis = Millis(8 * 60_000);
/// A pair below this confidence needs a person's decision, whatever else is found.
pub(super) const LOW_CONFIDENCE: f32 = 0.5;

/// What the checks look at.
pub(super) struct Look<'a> {
    pub(super) transcript: &'a Transcript,
    pub(super) speakers: &'a Speakers,
    pub(super) question: &'a [Range<usize>],
    pub(super) answer: &'a [Range<usize>],
    /// The question as printed.
    pub(super) printed: &'a str,
    /// Whether the question has nothing but greetings and hand-overs.
    pub(super) hollow: bool,
    /// In how many sentences of the question somebody's words are introduced.
    pub(super) attributions: usize,
    /// The pair's confidence; `None` for a question without an answer.
    pub(super) confidence: Option<f32>,
}

/// A check by phrases: code, phrases, blocking in a question, message. Phrases are in lower case without marks.
type Phrases = (&'static str, &'static [&'static str], bool, &'static str);

/// Phrases that make a question doubtful.
const IN_QUESTION: &[Phrases] = &[
    (
        "comms-check", // A
        &[
            "can you hear me",
            "can everybody hear",
            "am i on mute",
            "you're on mute",
            "you are on mute",
            "is this on",
            "see my screen",
            "see my slides",
            "sound check",
        ],
        true,
        "This may be a check of the sound and not a question. Dismiss the entry, or resolve this.",
    ),
    (
        "introduction", // C
        &[
            "please welcome",
            "our guest",
            "introduce yourself",
            "tell everyone who you are",
            "telling everyone who you are",
            "tell us about yourself",
            "our next speaker",
        ],
        true,
        "This may be the host's introduction and not a question. Dismiss the entry, or resolve this.",
    ),
    (
        "announcement", // E
        &[
            "register",
            "survey",
            "will be recorded",
            "being recorded",
            "will be posted",
            "our website",
            "next webinar",
            "q&a box",
            "raise hand button",
            "housekeeping",
        ],
        true,
        "This may be an announcement and not a question. Dismiss the entry, or resolve this.",
    ),
    (
        "ceremony", // L
        &[
            "round of applause",
            "congratulations",
            "this award",
            "the award",
            "thank our",
            "thanks to all of",
            "thank all of",
        ],
        true,
        "This may be thanks or ceremony and not a question. Dismiss the entry, or resolve this.",
    ),
];

/// Phrases that show that an answer runs into something else.
const IN_ANSWER: &[Phrases] = &[
    (
        "greeting-inside", // B
        &[
            "good night",
            "good evening",
            "thank you for having me",
            "thanks for having me",
            "welcome back to",
            "thank you for calling",
            "thanks for calling",
            "see you next",
        ],
        false,
        "A greeting or farewell stands inside the answer. Check where it begins and ends.",
    ),
    (
        "announcement-inside", // E
        &[
            "you can register",
            "short survey",
            "will be posted",
            "next webinar",
            "q&a box",
            "is being recorded",
            "raise hand button",
        ],
        false,
        "An announcement stands inside the answer. Check where it ends.",
    ),
    (
        "next-question-inside",
        &[
            "next question",
            "another question",
            "last question",
            "question comes from",
            "question is from",
            "next caller",
            "another one in the chat",
        ],
        false,
        "The next question may begin inside the answer. Check where it ends.",
    ),
];

/// Words that praise; a "question" of praise alone is a compliment (K).
const PRAISE: &[&str] = &[
    "great talk",
    "wonderful talk",
    "great presentation",
    "excellent presentation",
    "wonderful presentation",
    "so informative",
    "very informative",
    "love this",
    "love your",
    "appreciate you",
    "great job",
    "thank you for this",
    "thank you for all",
];

/// Words with which a question does not end when it is whole.
const DANGLING: &[&str] = &[
    "and", "or", "but", "so", "because", "the", "a", "an", "my", "of", "to", "with", "for", "if", "that", "is", "when",
    "in",
];

/// Words that open a question, somewhere behind a comma or at a sentence's start.
const OPENERS: &[&str] = &[
    "what", "when", "where", "why", "how", "which", "who", "is", "are", "was", "do", "does", "did", "can", "could",
    "will", "would", "should", "may", "have", "has", "am", "any",
];

/// The findings for one entry.
pub(super) fn lint(look: &Look<'_>) -> Vec<Flag> {
    let mut found = Vec::new();
    let question = span(look, look.question);
    let mut add = |code: &str, message: &str, at: Span, text: &str, blocking: bool| {
        found.push(Flag {
            kind: FlagKind::Lint,
            code: code.to_owned(),
            message: message.to_owned(),
            start: at.start,
            end: at.end,
            text: text.to_owned(),
            blocking,
            resolved: None,
        });
    };
    let printed = plain(look.printed);
    for (code, phrases, blocking, message) in IN_QUESTION {
        if let Some(phrase) = phrases.iter().find(|phrase| has(&printed, phrase)) {
            add(code, message, question, phrase, *blocking);
        }
    }
    if look.hollow {
        let message = "There is a hand-over here but no question. Dismiss the entry, or set the question."; // J
        add("name-only", message, question, look.printed, true);
    }
    let asks = look.printed.contains('?');
    if let Some(praise) = PRAISE.iter().find(|praise| !asks && has(&printed, praise)) {
        let message = "This may be a compliment and not a question. Dismiss the entry, or resolve this."; // K
        add("compliment", message, question, praise, true);
    }
    if !asks && !look.hollow && !opens_somewhere(look.printed) {
        let message = "This is a statement and no question in form. Check whether it asks something."; // D
        add("statement", message, question, look.printed, false);
    }
    let last = look.printed.split_whitespace().last().unwrap_or_default();
    if (DANGLING.contains(&low(last).as_str()) && !ends_sentence(last)) || last.ends_with([',', '-', '—']) {
        add("question-cut-short", "The question breaks off. Check where it ends.", question, last, false); // G
    }
    if look.attributions > 1 {
        let message = "Two people's questions may stand in this one. Check whether they should be one entry."; // H
        add("merged-questions", message, question, look.printed, false);
    }
    if look.confidence.is_some_and(|confidence| confidence < LOW_CONFIDENCE) {
        let message =
            "It is not sure that this is a question of the audience with its whole answer. Listen before approving.";
        add("low-confidence", message, question, "", false);
    }
    if !look.answer.is_empty() {
        lint_answer(look, &mut add);
    }
    found
}

fn lint_answer(look: &Look<'_>, add: &mut impl FnMut(&str, &str, Span, &str, bool)) {
    let answer = span(look, look.answer);
    let length = look
        .answer
        .iter()
        .filter_map(|range| look.transcript.span_of(range))
        .fold(Millis::ZERO, |sum, span| sum.plus(span.length()));
    if length < SHORTEST_ANSWER {
        add("short-answer", "The answer is shorter than five seconds. Check where it ends.", answer, "", false);
    } else if length > LONGEST_ANSWER {
        add(
            "long-answer",
            "The answer is longer than eight minutes. Check whether it holds another question.",
            answer,
            "",
            false,
        );
    }
    for sentence in look.answer.iter().cloned().flatten() {
        let Some(at) = look.transcript.sentences.get(sentence).map(|s| s.span) else { continue };
        let text = look.transcript.sentence_text(sentence);
        let words = plain(&text);
        for (code, phrases, blocking, message) in IN_ANSWER {
            if phrases.iter().any(|phrase| has(&words, phrase)) {
                add(code, message, at, &text, *blocking);
            }
        }
    }
    let last =
        look.answer.iter().cloned().flatten().last().map(|i| look.transcript.sentence_text(i)).unwrap_or_default();
    if last.ends_with('?') {
        let message = "The answer ends with a question. Check whether it is the next one.";
        add("answer-ends-asking", message, answer, &last, false);
    } else if !last.is_empty() && !ends_sentence(&last) {
        add("answer-cut-short", "The answer breaks off. Check where it ends.", answer, "", false);
    }
    lint_voices(look, add);
}

/// Findings by who speaks.
fn lint_voices(look: &Look<'_>, add: &mut impl FnMut(&str, &str, Span, &str, bool)) {
    let asks: Vec<(usize, Option<ClusterId>)> = voices(look, look.question);
    let answers: Vec<(usize, Option<ClusterId>)> = voices(look, look.answer);
    let (Some((_, Some(asker))), Some((_, Some(answerer)))) = (asks.first().copied(), answers.first().copied()) else {
        return;
    };
    let role = |id: ClusterId| look.speakers.cluster(id).filter(|c| c.role_confidence >= 0.5).and_then(|c| c.role);
    let at = |sentence: usize| look.transcript.sentences.get(sentence).map_or(Span::default(), |s| s.span);
    if asker == answerer {
        return; // One person reads and answers, or the voices were not told apart.
    }
    if role(asker) == Some(Role::Expert) && matches!(role(answerer), Some(Role::Host | Role::Audience)) {
        let message = "Question and answer may be swapped: an expert asks, and no expert answers. Check both."; // F
        add("swapped", message, span(look, look.question), "", true);
    }
    if let Some((sentence, _)) = asks.iter().rev().take_while(|(_, voice)| *voice == Some(answerer)).last() {
        let message = "The answer's first words may stand in the question. Check where the question ends."; // I
        add("answer-in-question", message, at(*sentence), &look.transcript.sentence_text(*sentence), false);
    }
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
