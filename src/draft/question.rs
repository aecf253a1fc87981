//! The question as printed: the spoken words without greetings, hand-overs and who asks, where that is safe.
//!
//! "Maria in Queens wants to know, um, is it safe to run?" becomes "Is it safe to run?". Only a sentence's beginning is
//! cut, only by a small grammar of phrases, only if what stays can stand alone, and never across a negation or a
//! number. Otherwise the sentence stays whole.

use super::names::{is_name_like, is_title, name_length};
use super::verbatim::{Token, clean, tokens};
use super::words::{core, ends_marked, ends_sentence, is_filler, is_protected, low};
use crate::model::Transcript;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Words that may lead into a phrase below and say nothing alone.
///
/// The notation of all tables: `a|b` is either word, `?` behind it makes it optional, `<class>` is a phrase of the
/// table [`CLASSES`], a `<name>` (up to three name-like words) or a `<place>` (up to four).
const LEADS: &[&str] = &[
    "and",
    "so",
    "okay|ok|alright",
    "all right",
    "now",
    "well",
    "yes|yeah",
    "great|lovely|perfect|good",
    "oh",
    "right",
    "then",
    "let's see",
    "go ahead",
];

/// Phrases that carry nothing of the question.
const CUES: &[&str] = &[
    // Greetings and thanks.
    "hi|hello|hey|hiya there? everyone|everybody|all|both? <doctor>?",
    "good morning|afternoon|evening|day everyone|everybody|all? <doctor>?",
    "thank you so|very? much? both|all|everyone? <doctor>?",
    "thanks so? much? both|all|everyone? <doctor>?",
    "thanks a lot",
    "for taking my question|questions|call",
    "for having me",
    "for the|this|your great|wonderful|excellent|interesting|good|helpful? talk|presentation|webinar|lecture",
    "can you hear me now|okay|ok|alright?",
    "can you hear me all right",
    // Who I am.
    "my name is <who>",
    "my name's <who>",
    "this is <who>",
    "i'm <name> <where>",
    "i am <name> <where>",
    "i'm|i am? calling|writing|joining in? from <place>",
    "i'm|i am? from|in <place>",
    "i live in <place>",
    "calling|writing in? from <place>",
    // That I ask.
    "i have|had|got a|another|one|just? a|one? quick|short? question for|about? <doctor>?",
    "i've got a|another|one quick|short? question",
    "my|her|his|their|the question is|was",
    "i just? wanted|want to ask|know",
    "i would like|love to ask|know",
    "i'd like|love to ask|know",
    "i was just? wondering",
    "i'm just? wondering|curious",
    "i am just? wondering|curious",
    "can|could|may i just? ask you?",
    // That somebody else asks.
    "our|the|your|a|this very? <nth> question|one|caller|email|letter <arrives>? <source>?",
    "<nth> question|caller|email|up <arrives>? <source>?",
    "another|one more? question|one|caller|email <arrives>? <source>?",
    "another|one more? <source>",
    "this|that one|question|email <arrives> <source>?",
    "here|there is one|a|another <nth>? quick|good|great? question|one? <source>?",
    "here's|there's one|a|another <nth>? quick|good|great? question|one? <source>?",
    "we|i have|got|see one|a|another <nth>? quick|good|great? question|one? <source>?",
    "we've|i've got|had one|a|another <nth>? quick|good|great? question|one? <source>?",
    "time for one|a last|final|more question <source>?",
    "a|the question|one <source>",
    "<source>",
    "<asker> <asks>",
];

/// Phrases inside phrases.
const CLASSES: &[(&str, &[&str])] = &[
    ("doctor", &["doctor|doctors", "dr <name>?", "doctor <name>"]),
    ("who", &["<title>? <name> <where>?", "<name> and <name>"]),
    ("where", &["in|from|of|near <place>", "calling|writing in? from <place>", "out? in <place>"]),
    ("nth", &["next|first|second|third|fourth|fifth|last|final|other|follow-up"]),
    ("arrives", &["is|was", "comes|came in?", "is coming"]),
    (
        "source",
        &[
            "from <who>",
            "from <person> <where>?",
            "in|by|via|through|on|from the|an? chat|email|e-mail|mail|q&a|box|phone|line|facebook|youtube|zoom|message",
            "for <doctor>",
        ],
    ),
    (
        "person",
        &[
            "someone|somebody",
            "an|a|one|another|the|this|our anonymous? attendee|viewer|listener|patient|caller|participant|person|member|lady|gentleman|man|woman",
            "anonymous attendee|viewer|listener",
            "someone|somebody else|anonymous",
        ],
    ),
    ("asker", &["she|he|they|who|anonymous", "<who>", "<person> <where>?"]),
    (
        "asks",
        &[
            "also? asks|asked|writes|wrote|says|said|wonders|adds|continues",
            "is asking|wondering|writing|saying",
            "wants|wanted to know|ask",
            "would like to know|ask",
            "has asked|written",
            "has a question",
        ],
    ),
];

/// Words that show in a left-out phrase that it is one of the above; the proof asks for one of them.
#[rustfmt::skip]
const SIGNS: &[&str] = &[
    "hi", "hello", "hey", "hiya", "morning", "afternoon", "evening", "day", "thank", "thanks", "taking", "having",
    "talk", "presentation", "webinar", "lecture", "hear", "name", "name's", "calling", "writing", "joining", "from",
    "live", "in", "question", "questions", "ask", "know", "wondering", "curious", "caller", "email", "one", "letter",
    "up", "asks", "asked", "writes", "wrote", "says", "said", "wonders", "adds", "continues", "asking", "saying",
    "written", "chat", "this", "for", "by", "via", "i'm", "i",
];

/// Verbs at the end of a sentence that only say who asked: "…, says Norman."
const TAIL_VERBS: &[&str] = &["says", "said", "asks", "asked", "writes", "wrote"];

/// Verbs that open a direct question.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "will", "would", "shall", "should", "may",
    "might", "must", "have", "has", "had", "isn't", "aren't", "don't", "doesn't", "can't", "won't", "wouldn't",
    "shouldn't",
];

/// Words behind which a direct question may begin without any mark.
#[rustfmt::skip]
const BEFORE_DIRECT: &[&str] = &[
    "asks", "asked", "writes", "wrote", "says", "said", "wonders", "wondered", "know", "ask", "asking", "wondering",
    "saying", "curious", "is", "was",
];

/// Words that open a question about something.
const ASKS_WHAT: &[&str] =
    &["what", "when", "where", "why", "how", "which", "who", "whose", "what's", "how's", "who's"];

/// Words that show, when they come before the verb, that a question is told and not asked ("how long she should").
const SUBJECTS: &[&str] = &[
    "i", "you", "he", "she", "it", "we", "they", "a", "an", "the", "my", "your", "his", "her", "our", "their", "this",
    "that", "there", "people", "i'm", "you're", "he's", "she's", "it's", "we're", "they're",
];

/// Words that a cut never ends with.
const ARTICLES: &[&str] = &["a", "an", "the"];

/// The question's printed tokens, and whether a head was cut anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    /// The tokens.
    pub(super) tokens: Vec<Token>,
    /// No sentence has anything but greetings and hand-overs: there may be no question here. The tokens are then whole.
    pub(super) hollow: bool,
    /// In how many sentences somebody's words are introduced ("and Beatrix asks").
    pub(super) attributions: usize,
}

/// The fewest words that a cut question must keep; below, it stays whole.
const FEWEST_WORDS: usize = 2;

/// The question as printed.
pub(super) fn print(transcript: &Transcript, ranges: &[Range<usize>]) -> Printed {
    let spoken = tokens(transcript, ranges);
    let mut kept: Vec<Token> = Vec::with_capacity(spoken.len());
    let mut attributions = 0;
    for sentence in spoken.chunk_by(|a, b| a.sentence == b.sentence) {
        let texts: Vec<&str> = sentence.iter().map(|t| t.text.as_str()).collect();
        let cut = head_length(&texts);
        attributions += usize::from(texts[..cut].iter().any(|text| TAIL_VERBS.contains(&low(text).as_str())));
        let mut rest = sentence[cut..].to_vec();
        if let Some(tail) = tail_length(&texts[cut..]) {
            let end = texts.last().and_then(|text| text.chars().next_back()).filter(|c| matches!(c, '.' | '?' | '!'));
            rest.truncate(rest.len() - tail);
            if let Some(last) = rest.last_mut() {
                last.text = format!("{}{}", last.text.trim_end_matches(','), end.unwrap_or('.'));
            }
        }
        if rest.iter().any(|t| !core(&t.text).is_empty() && !is_filler(&t.text)) {
            let opens = cut > 0 || kept.last().is_none_or(|last| ends_sentence(&last.text));
            kept.extend(clean(&rest, opens));
        }
    }
    if kept.iter().filter(|t| !core(&t.text).is_empty()).count() < FEWEST_WORDS.min(spoken.len()) {
        let hollow = kept.is_empty() && !spoken.is_empty();
        return Printed { tokens: clean(&spoken, true), hollow, attributions };
    }
    unquote(&mut kept);
    Printed { tokens: kept, hollow: false, attributions }
}

/// Takes the quotation marks off a question that is one quotation from its first to its last word: "She asks, ..." is
/// gone, and the page says that it is a question.
fn unquote(tokens: &mut [Token]) {
    const MARKS: [char; 3] = ['"', '“', '”'];
    let marks = tokens.iter().map(|t| t.text.matches(MARKS).count()).sum::<usize>();
    let opens = tokens.first().is_some_and(|t| t.text.starts_with(MARKS));
    let closes = tokens.last().is_some_and(|t| t.text.ends_with(MARKS));
    // One mark alone is a quotation whose other end was cut off with the head, or that the recogniser forgot.
    if (marks == 2 && opens && closes) || (marks == 1 && (opens || closes)) {
        for token in tokens {
            token.text = token.text.replace(MARKS, "");
        }
    }
}

/// How many tokens at a sentence's beginning can go; all of them when nothing else is there.
pub(super) fn head_length(tokens: &[&str]) -> usize {
    let (mut at, mut cued, mut cut) = (0, false, 0);
    while at < tokens.len() {
        let cue = longest(&GRAMMAR.cues, tokens, at);
        let lead = longest(&GRAMMAR.leads, tokens, at).max(at + usize::from(is_filler(tokens[at])));
        if cue.max(lead) == at {
            break;
        }
        cued |= cue >= lead;
        at = cue.max(lead);
        if tokens[..at].iter().any(|text| is_protected(text)) {
            break;
        }
        let before = (0..at).rev().find(|&i| !is_filler(tokens[i])).unwrap_or(0);
        let marked = tokens[before..at].iter().any(|text| ends_marked(text));
        // "I've got a, I've got a van": what an article belongs to is still to come.
        if ARTICLES.contains(&low(tokens[before]).as_str()) {
            continue;
        }
        if cued && (at == tokens.len() || stands_alone(&tokens[at..], &low(tokens[before]), marked)) {
            cut = at;
        }
    }
    cut
}

/// Whether `rest` can be printed without what stood before it: `before` is the last word of that, `marked` whether a
/// mark stands between.
fn stands_alone(rest: &[&str], before: &str, marked: bool) -> bool {
    let first = low(rest[0]);
    if is_filler(rest[0]) {
        return rest.len() > 1 && stands_alone(&rest[1..], before, marked || ends_marked(rest[0]));
    }
    match first.as_str() {
        // "If I have a herniated disc, is it safe?" asks; "if it is safe to run" is told.
        "if" => marked && rest.windows(2).any(|pair| pair[0].ends_with(',') && opens_question(&low(pair[1]))),
        "whether" | "that" | "about" | "to" | "of" | "regarding" => false,
        "who" | "which" if !rest.get(1).is_some_and(|next| VERBS.contains(&low(next).as_str())) => false,
        _ if marked => true,
        "i" | "i'm" | "i've" | "i'd" | "my" | "we" | "our" | "we're" => true,
        word if ASKS_WHAT.contains(&word) => {
            let decides = rest[1..]
                .iter()
                .map(|text| low(text))
                .find(|word| VERBS.contains(&word.as_str()) || SUBJECTS.contains(&word.as_str()));
            word.ends_with("'s") || decides.is_some_and(|word| VERBS.contains(&word.as_str()))
        }
        // "She asks is it safe", but not "the question from Maria is about …".
        word => VERBS.contains(&word) && BEFORE_DIRECT.contains(&before),
    }
}

/// Whether a direct question may begin with the word.
pub(super) fn opens_question(word: &str) -> bool {
    VERBS.contains(&word) || ASKS_WHAT.contains(&word)
}

/// How many tokens at the sentence's end only say who asked.
fn tail_length(tokens: &[&str]) -> Option<usize> {
    (2..=4.min(tokens.len().saturating_sub(FEWEST_WORDS))).find(|&length| {
        let at = tokens.len() - length;
        tokens[at - 1].ends_with(',') && is_tail(&tokens[at..]) && !tokens[at..].iter().any(|text| is_protected(text))
    })
}

/// Whether these words only say who asked: "says Norman". For the proof as well.
pub(super) fn is_tail(tokens: &[&str]) -> bool {
    matches!(tokens, [verb, name, ..] if TAIL_VERBS.contains(&low(verb).as_str()) && is_name_like(name))
        && tokens.len() <= 4
        && tokens[1..].iter().all(|text| is_name_like(text) || is_title(text))
}

/// Whether these words may be missing at a sentence's beginning, for the proof: all of them stand in the tables or are
/// name-like, and one of them shows what the phrase is. It does not follow the grammar.
pub(super) fn is_head(tokens: &[&str]) -> bool {
    let all = tokens.iter().all(|text| {
        is_filler(text) || is_name_like(text) || is_title(text) || GRAMMAR.vocabulary.contains(low(text).as_str())
    });
    all && tokens.iter().any(|text| SIGNS.contains(&low(text).as_str()))
}

/// One place in a phrase.
enum Item {
    Words(Vec<&'static str>),
    Class(&'static str),
}

/// A phrase: its places, each with whether it may be absent.
type Phrase = Vec<(Item, bool)>;

struct Grammar {
    leads: Vec<Phrase>,
    cues: Vec<Phrase>,
    classes: Vec<(&'static str, Vec<Phrase>)>,
    vocabulary: HashSet<&'static str>,
}

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let read = |phrases: &[&'static str]| phrases.iter().map(|phrase| parse(phrase)).collect::<Vec<_>>();
    let (leads, cues) = (read(LEADS), read(CUES));
    let classes: Vec<_> = CLASSES.iter().map(|(name, phrases)| (*name, read(phrases))).collect();
    let all = leads.iter().chain(&cues).chain(classes.iter().flat_map(|(_, phrases)| phrases));
    let words = all.flatten().filter_map(|(item, _)| match item {
        Item::Words(words) => Some(words.iter().copied()),
        Item::Class(_) => None,
    });
    let vocabulary = words.flatten().collect();
    Grammar { leads, cues, classes, vocabulary }
});

fn parse(phrase: &'static str) -> Phrase {
    let item = |text: &'static str| {
        let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
        match text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
            Some(class) => (Item::Class(class), optional),
            None => (Item::Words(text.split('|').collect()), optional),
        }
    };
    phrase.split_whitespace().map(item).collect()
}

/// Where the longest of `phrases` that begins at `at` ends; `at` when none does.
fn longest(phrases: &[Phrase], tokens: &[&str], at: usize) -> usize {
    phrases.iter().flat_map(|phrase| ends(phrase, tokens, at)).max().unwrap_or(at)
}

/// Every place at which the phrase can end when it begins at `at`. Fillers inside are passed over.
fn ends(phrase: &[(Item, bool)], tokens: &[&str], at: usize) -> Vec<usize> {
    let Some(((item, optional), rest)) = phrase.split_first() else { return vec![at] };
    let mut found = if *optional { ends(rest, tokens, at) } else { Vec::new() };
    let mut next = at;
    while tokens.get(next).is_some_and(|text| is_filler(text)) {
        next += 1;
    }
    let after: Vec<usize> = match item {
        Item::Words(words) => {
            let here = tokens.get(next).is_some_and(|text| words.contains(&low(text).as_str()));
            if here { vec![next + 1] } else { Vec::new() }
        }
        Item::Class("name") => (1..=name_length(tokens, next, 3)).map(|n| next + n).collect(),
        Item::Class("place") => (1..=name_length(tokens, next, 4)).map(|n| next + n).collect(),
        Item::Class("title") => {
            if tokens.get(next).is_some_and(|text| is_title(text)) {
                vec![next + 1]
            } else {
                Vec::new()
            }
        }
        Item::Class(class) => {
            let phrases = GRAMMAR.classes.iter().find(|(name, _)| name == class).map(|(_, phrases)| phrases);
            phrases.into_iter().flatten().flat_map(|phrase| ends(phrase, tokens, next)).collect()
        }
    };
    for end in after.into_iter().filter(|&end| end > at) {
        found.extend(ends(rest, tokens, end));
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        let tokens: Vec<&str> = text.split_whitespace().collect();
        let head = head_length(&tokens);
        assert!(head == 0 || is_head(&tokens[..head]), "the proof would refuse {:?}", &tokens[..head]);
        if head == tokens.len() { "(nothing)".into() } else { tokens[head..].join(" ") }
    }

    #[test]
    fn heads_go_where_the_rest_stands_alone() {
        let spoken = [
            "She asks, is it safe to exercise?",
            "Maria in Queens wants to know, um, is it safe?",
            "Maria from Queens wants to know how long should I wait?",
            "We have one from Archibald, who writes, my insurance denied it.",
            "And Beatrix asks, when can I drive?",
            "Our next question is from Theo in Gullhaven, what kind of mattress is best?",
            "Hi, thank you for taking my question, I have had sciatica for six weeks.",
            "My name is Daphne, and I'm calling from Mossy Hollow.",
            "Great, thank you.",
            "An anonymous attendee asks, if I have a slipped disc, can I swim?",
            "Okay, so, um, another one in the chat, should I use heat?",
            "I was wondering, does yoga help?",
            "Hi, can you hear me?",
        ];
        insta::assert_snapshot!(spoken.map(cut).join("\n"), @r"
        is it safe to exercise?
        is it safe?
        how long should I wait?
        my insurance denied it.
        when can I drive?
        what kind of mattress is best?
        I have had sciatica for six weeks.
        (nothing)
        (nothing)
        if I have a slipped disc, can I swim?
        should I use heat?
        does yoga help?
        (nothing)
        ");
    }

    #[test]
    fn heads_stay_where_cutting_would_change_or_lose_something() {
        let spoken = [
            "She asks if it is safe to exercise.",
            "He wants to know how long he should wait.",
            "I have two questions, is it safe?",
            "She says her back hurts.",
            "He is asking about his MRI.",
            "So what about ice?",
            "Our second question for Dr. Pebble is not about surgery.",
            "I have no question, thanks.",
            "Dr. Pebble, is there a number that people should listen for?",
            "I've got a, I've got a van.",
        ];
        for text in spoken {
            assert_eq!(cut(text), text);
        }
    }
}
