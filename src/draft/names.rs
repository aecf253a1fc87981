//! Which capitalised words may be somebody's name or a place, as far as spelling and a short list can tell.

use super::drugs::is_drug;
use super::words::{core, is_number, is_protected, low};
use std::sync::LazyLock;

/// Months as they are spoken.
#[rustfmt::skip]
pub(super) const MONTHS: &[&str] = &[
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "aug", "sept", "sep", "oct", "nov", "dec",
];

/// Days of the week.
pub(super) const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Words that stand with a capital at a sentence's start or always, and name nobody.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "a", "an", "the", "i", "i'm", "i've", "i'd", "i'll", "he", "she", "it", "we", "you", "they", "he's", "she's",
    "it's", "we're", "we've", "you're", "they're", "my", "your", "his", "her", "our", "their", "its", "this", "that",
    "these", "those", "there", "here", "here's", "there's", "that's", "who", "what", "when", "where", "why", "how",
    "which", "whose", "who's", "what's", "how's", "and", "or", "but", "so", "if", "because", "since", "while",
    "after", "before", "then", "than", "as", "at", "by", "for", "from", "in", "into", "of", "on", "to", "with",
    "about", "over", "under", "until", "is", "are", "was", "were", "am", "be", "been", "do", "does", "did", "can",
    "could", "will", "would", "shall", "should", "may", "might", "must", "have", "has", "had", "let", "let's",
    "please", "thank", "thanks", "okay", "ok", "yes", "yeah", "well", "now", "also", "just", "maybe", "perhaps", "hi",
    "hello", "hey", "good", "great", "morning", "afternoon", "evening", "next", "first", "second", "third", "last",
    "another", "one", "other", "both", "all", "any", "some", "someone", "somebody", "anyone", "anybody", "everyone",
    "everybody", "anonymous", "attendee", "viewer", "listener", "caller", "patient", "patients", "people", "doctor",
    "doctors", "dr", "mr", "mrs", "ms", "miss", "mister", "professor", "prof", "surgeon", "nurse", "question",
    "questions", "answer", "right", "left", "alright", "sorry", "sure", "oh", "um", "uh", "er", "erm", "like", "go",
    "welcome", "time", "again", "though", "actually", "finally", "sometimes", "usually", "often", "most", "many",
    "more", "much", "my", "dear", "god", "english", "spanish", "french", "american", "christmas", "easter",
    "thanksgiving", "medicare", "medicaid", "covid", "tylenol", "advil", "aleve", "motrin", "botox", "google", "zoom",
    "facebook", "youtube", "internet", "pilates", "yoga", "german", "italian", "irish", "indian", "chinese", "year",
    "years", "daughter", "son", "mother", "father", "mom", "dad", "husband", "wife", "chair", "ninth", "parkinson's",
    "alzheimer's", "crohn's", "lyme", "latin", "gabapentin", "lyrica", "celebrex", "ibuprofen", "aspirin",
    "prednisone", "naproxen", "tramadol", "oxycodone",
];

/// Given names in lower case, sorted; `names/README.md` tells where they are from.
static GIVEN: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/given.txt").lines().collect());

/// Whether the word, in lower case, is a given name and no other word.
pub(super) fn is_given_name(word: &str) -> bool {
    GIVEN.binary_search(&word.strip_suffix("'s").unwrap_or(word)).is_ok()
}

/// English words that name nobody, in lower case, sorted; `names/README.md` tells where they are from.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("names/words.txt").lines().collect());

/// What words of medicine begin and end with that no list of words has.
#[rustfmt::skip]
const PREFIXES: &[&str] = &[
    "non", "pre", "post", "anti", "micro", "hyper", "hypo", "neuro", "osteo", "spondyl", "arthr", "myelo", "radicul",
    "inter", "intra", "over", "under", "semi", "super", "multi", "self", "endo", "electro", "thermo",
];
#[rustfmt::skip]
const SUFFIXES: &[&str] = &[
    "itis", "osis", "oses", "ectomy", "ectomies", "plasty", "otomy", "ostomy", "ogram", "ography", "oscopy", "algia",
    "pathy", "pathic", "listhesis", "olysis", "trophy", "plegia", "paresis", "esthesia", "emia", "logist", "logists",
    "ologic", "ological", "therapy", "zumab", "mycin", "cillin", "profen", "pril", "statin", "sone", "sulfan",
];
/// Endings of English words that leave a word.
const ENDINGS: &[&str] =
    &["s", "es", "d", "r", "rs", "ed", "ing", "ly", "er", "ers", "ish", "y", "ness", "less", "like", "able"];

/// Whether a word of lower-case letters may be one that a dictionary has, or is made as such words are.
pub(super) fn is_word(word: &str) -> bool {
    let known = |word: &str| WORDS.binary_search(&word).is_ok();
    let ends = |ending: &&str| word.strip_suffix(*ending).is_some_and(|stem| stem.len() > 3 && known(stem));
    let medical = |ending: &&str| word.len() > ending.len() + 2 && word.ends_with(*ending);
    let begins = |prefix: &&str| word.strip_prefix(*prefix).is_some_and(|rest| rest.len() < 4 || known(rest));
    known(word)
        || word.strip_suffix("ies").is_some_and(|stem| is_word(&format!("{stem}y")))
        || ENDINGS.iter().any(ends)
        || SUFFIXES.iter().any(medical)
        || PREFIXES.iter().any(begins)
}

/// Whether the word, in lower case, is one that names nobody.
pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
        || MONTHS.contains(&word)
        || WEEKDAYS.contains(&word)
        || is_protected(word)
        || is_number(word)
}

/// Whether the token begins with a capital and, by itself, may be a part of a name: no acronym, number, month, weekday
/// or word that merely opens a sentence.
pub(super) fn is_name_like(token: &str) -> bool {
    let bare = core(token);
    let low = low(token);
    let possessive = low.strip_suffix("'s").unwrap_or(&low);
    let mut chars = bare.chars();
    chars.next().is_some_and(char::is_uppercase)
        && (bare.chars().count() == 1 || chars.any(char::is_lowercase))
        && !is_protected(token)
        && !is_number(token)
        && !is_drug(&low)
        && ![low.as_str(), possessive]
            .iter()
            .any(|word| COMMON.contains(word) || MONTHS.contains(word) || WEEKDAYS.contains(word))
}

/// Whether the token is a title before a name.
pub(super) fn is_title(token: &str) -> bool {
    matches!(low(token).as_str(), "dr" | "doctor" | "mr" | "mrs" | "ms" | "miss" | "mister" | "professor" | "prof")
}

/// How many tokens from `at` on are one name: name-like, no mark between them (an initial's full stop aside).
pub(super) fn name_length(tokens: &[&str], at: usize, longest: usize) -> usize {
    let mut length = 0;
    while length < longest && tokens.get(at + length).is_some_and(|token| is_name_like(token)) {
        length += 1;
        let token = tokens[at + length - 1];
        let initial = core(token).chars().count() == 1 || low(token) == "st";
        if token.ends_with([',', ';', ':', '?', '!', '—', '"', ')']) || (token.ends_with('.') && !initial) {
            break;
        }
    }
    length
}
