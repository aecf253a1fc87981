//! The closed lists of the draft: what may be left out of printed text, and what may never be.
//!
//! Both the cleaner and the proof of its work read these lists, and nothing else is shared between them.

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

/// Words whose loss turns a sentence into its opposite.
const NEGATIONS: &[&str] = &[
    "no", "not", "never", "none", "nobody", "nothing", "nowhere", "nor", "neither", "without", "cannot", "except",
    "unless", "hardly", "rarely", "barely", "uh-uh", "nope", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt",
    "wont", "cant", "shouldnt", "wouldnt", "couldnt", "mustnt",
];

/// Number words. "one", "first" and "third" are left to their context: "the next one" is no number.
#[rustfmt::skip]
const NUMBERS: &[&str] = &[
    "zero", "nil", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty",
    "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "half", "quarter", "thirds",
    "once", "twice", "double", "triple", "dozen", "percent",
];

/// Whether `c` is a mark that may stand around a word.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '?'
            | '!'
            | '"'
            | '\''
            | '('
            | ')'
            | '['
            | ']'
            | '…'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '—'
            | '–'
            | '-'
    )
}

/// The word without the marks around it. A sign or point right before a digit belongs to the number and stays.
pub(super) fn core(token: &str) -> &str {
    let inner = token.trim_start_matches(is_mark);
    let cut = token.len() - inner.len();
    let sign = token[..cut].chars().next_back().filter(|c| matches!(c, '-' | '–' | '.'));
    let start = match (sign, inner.chars().next()) {
        (Some(sign), Some(first)) if first.is_numeric() => cut - sign.len_utf8(),
        _ => cut,
    };
    token[start..].trim_end_matches(is_mark)
}

/// [`core()`] in lower case with straight apostrophes: the form that the lists hold.
pub(super) fn low(token: &str) -> String {
    core(token).replace('’', "'").to_lowercase()
}

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

/// Whether the word negates.
pub(super) fn is_negation(token: &str) -> bool {
    let low = low(token);
    low.ends_with("n't") || NEGATIONS.contains(&low.as_str()) || (low.starts_with("non-") && low.len() > 4)
}

/// Whether the word has a digit or is a number word, alone or in a compound ("two-part").
pub(super) fn is_number(token: &str) -> bool {
    token.chars().any(char::is_numeric) || low(token).split('-').any(|part| NUMBERS.contains(&part))
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

/// Whether a sentence ends with this token.
pub(super) fn ends_sentence(token: &str) -> bool {
    let text = token.trim_end_matches(['"', '”', '’', '\'', ')', ']', '»']);
    text.ends_with(['.', '?', '!']) && !text.ends_with("..")
}

/// Whether any mark closes the token.
pub(super) fn ends_marked(token: &str) -> bool {
    token.ends_with([',', ';', ':', '.', '?', '!', '…', '—', '–', '-'])
}

/// The text with a capital at its first letter; words such as "mRNA" and "iPhone" stay.
pub(super) fn capital(token: &str) -> String {
    let Some((at, first)) = token.char_indices().find(|(_, c)| c.is_alphanumeric()) else { return token.to_owned() };
    if core(token).chars().skip(1).any(char::is_uppercase) {
        return token.to_owned();
    }
    let mut upper = first.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => format!("{}{one}{}", &token[..at], &token[at + first.len_utf8()..]),
        _ => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_sign_and_a_word_loses_its_marks() {
        let cores: Vec<&str> =
            ["“L4-L5,”", "-5", "(-5)", ".5", "3.5.", "well...", "don't", "—", "th-"].into_iter().map(core).collect();
        assert_eq!(cores, ["L4-L5", "-5", "-5", ".5", "3.5", "well", "don't", "", "th"]);
    }

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
