//! The words around a name: does somebody say their own, introduce somebody, or speak to somebody?

use super::mentions::Token;

/// Words by which somebody is introduced.
pub(super) const INTRODUCES: &[&str] = &[
    "our guest",
    "our speaker",
    "our expert",
    "our presenter",
    "our panelist",
    "please welcome",
    "id like to introduce",
    "let me introduce",
    "pleased to introduce",
    "happy to introduce",
    "joined by",
    "floor is yours",
    "please join me",
    "i am joined",
    "with us is",
    "with us today",
    "with us tonight",
    "lets welcome",
    "handing over to",
    "turn it over to",
    "hand it over to",
    "over to",
];

/// Words that begin a question or a request to the person just named.
const ADDRESSES: &[&str] = &[
    "do", "does", "would", "will", "could", "can", "what", "whats", "is", "are", "how", "why", "when", "where",
    "please", "you", "your", "any", "should", "have", "go", "over", "id", "if",
];

/// Words that may stand before the name of somebody who is spoken to.
const OPENS: &[&str] = &["", "and", "so", "now", "okay", "ok", "well", "alright", "all", "right", "but", "then", "yes"];

/// "I'm", "I am", "my name is" right before the name; not within somebody's reported speech.
pub(super) fn presents_itself(before: &[Token]) -> bool {
    let words: Vec<&str> = before.iter().map(|t| t.letters.as_str()).collect();
    let quotes = |w: &&str| matches!(*w, "asks" | "asked" | "writes" | "wrote" | "says" | "said");
    let own = match words.as_slice() {
        [.., "im"] | [.., "i", "am"] | [.., "my", "name", "is"] => true,
        [.., "my", "name"] => before.last().is_some_and(|t| t.possessive),
        _ => false,
    };
    own && !words.iter().any(quotes)
}

/// Whether a name is spoken to somebody, or hands over to somebody: "Dr. Starling, do you …", "is for Dr. Starling".
pub(super) fn calls(before: &[Token], last: &Token, after: &[Token]) -> bool {
    let words: Vec<&str> = before.iter().map(|t| t.letters.as_str()).collect();
    let handed = matches!(words.as_slice(), [.., "for" | "to" | "ask"] | [.., "hear", "from"]) && after.len() <= 4;
    let asked = after.first().is_some_and(|t| ADDRESSES.contains(&t.letters.as_str()));
    let first = words.iter().all(|w| OPENS.contains(w)) && (last.end == Some(',') || asked);
    let final_word = after.is_empty() && before.last().is_some_and(|t| t.end == Some(','));
    handed || first || final_word
}
