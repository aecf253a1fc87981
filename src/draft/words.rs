//! The closed lists of the draft: what may be left out of printed text, and what may never be.
//!
//! Both the cleaner and the proof of its work read these lists, and nothing else is shared between them.

pub(super) use crate::text::words::{capital, core, ends_sentence, is_negation, is_number, low};

/// Sounds without meaning. "mm" (millimetres), "err" (to err), "ah" (assent) and "uh-huh" (yes) are not here on purpose.
pub(super) const FILLERS: &[&str] =
    &["um", "umm", "ummm", "uhm", "uh", "uhh", "uhhh", "er", "erm", "hmm", "hmmm", "mmm"];

/// Words that nobody repeats for emphasis: a second one right behind, even after a comma, is a stutter.
const STUTTERED: &[&str] = &[
    "a", "an", "the", "i", "we", "he", "she", "they", "and", "but", "or", "if", "because", "my", "our", "their", "i'm",
    "i've", "i'd", "i'll", "it's", "that's", "there's", "we're", "we've", "we'll", "you're", "you've", "you'll",
    "he's", "she's", "they're", "they've",
];

/// Words that may stand twice on purpose around a comma ("if you do it, it helps"; "come in, in the morning"), so that
/// only a repetition without any mark between is a stutter.
const STUTTERED_BARE: &[&str] = &[
    "it", "you", "your", "his", "this", "these", "those", "there", "to", "of", "for", "from", "with", "at", "as", "by",
    "are", "was", "were", "can", "could", "would", "should", "will", "may", "might", "must", "what", "how", "which",
    "when", "while", "where", "who", "into", "about", "than", "be", "been", "am", "does", "has", "have",
];

/// Words that a repeated run of two to four words may consist of, besides the two lists above.
const STUTTERED_IN_RUNS: &[&str] =
    &["in", "on", "is", "do", "that", "so", "think", "lot", "kind", "sort", "going", "want"];

/// Whether the token is a filler and nothing else. "ER" and other capitals are words; so is anything with a quotation
/// mark, a bracket or a question mark.
pub(super) fn is_filler(token: &str) -> bool {
    let bare = core(token);
    let shouted = bare.chars().count() > 1 && bare.chars().all(char::is_uppercase);
    !shouted && !is_fenced(token) && !token.ends_with('?') && FILLERS.contains(&low(token).as_str())
}

/// Whether the token carries a quotation mark or a bracket, whose partner stands elsewhere.
pub(super) fn is_fenced(token: &str) -> bool {
    token.chars().any(|c| matches!(c, '"' | '(' | ')' | '[' | ']' | '“' | '”' | '‘' | '«' | '»'))
        || token.starts_with(['\'', '’'])
        || token.ends_with('\'')
}

/// Whether the word may never be left out of printed text, whatever surrounds it.
pub(super) fn is_protected(token: &str) -> bool {
    is_negation(token) || is_number(token)
}

/// Whether a run of words, spoken twice in a row, is a stutter. `marked`: a mark stands between the two.
pub(super) fn is_stutter(run: &[String], marked: bool) -> bool {
    let known = |word: &String| {
        let word = word.as_str();
        STUTTERED.contains(&word) || STUTTERED_BARE.contains(&word) || STUTTERED_IN_RUNS.contains(&word)
    };
    match run {
        [] => false,
        [word] => STUTTERED.contains(&word.as_str()) || (!marked && STUTTERED_BARE.contains(&word.as_str())),
        // "on and on and on", "more and more": a run that joins is emphasis; so is "it is, it is".
        [first, rest @ .., last] => {
            let joins = |word: &String| word == "and" || word == "or";
            let surely = |word: &String| STUTTERED.contains(&word.as_str());
            run.iter().all(known)
                && !rest.iter().chain([last]).any(joins)
                && (!joins(first) || rest.iter().all(surely))
                && (surely(last) || (!marked && !joins(first)))
        }
    }
}

/// The longest run of words that is looked at as a stutter.
pub(super) const LONGEST_STUTTER: usize = 4;

/// Whether any mark closes the token.
pub(super) fn ends_marked(token: &str) -> bool {
    token.ends_with([',', ';', ':', '.', '?', '!', '…', '—', '–', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_a_filler_stays() {
        for word in ["ER", "mm", "uh-huh", "uh-uh", "err", "\"Um", "Um?", "ah"] {
            assert!(!is_filler(word), "{word}");
        }
        assert!(["Um,", "uh", "Er,", "hmm..."].into_iter().all(is_filler));
    }

    #[test]
    fn no_list_of_deletable_words_holds_a_protected_one() {
        for word in [FILLERS, STUTTERED, STUTTERED_BARE, STUTTERED_IN_RUNS].concat() {
            assert!(!is_protected(word), "{word}");
        }
    }

    #[test]
    fn emphasis_is_no_stutter() {
        let run = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(is_stutter(&run("the"), true) && is_stutter(&run("it"), false) && is_stutter(&run("in the"), true));
        for kept in ["no", "very", "on and", "two", "again", "had"] {
            assert!(!is_stutter(&run(kept), false), "{kept}");
        }
        assert!(!is_stutter(&run("it"), true));
    }
}
