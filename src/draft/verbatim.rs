//! Spoken words as printed text: fillers, stutters and cut-off beginnings are left out, marks and capitals set right.
//!
//! Nothing is reworded and nothing added. What may be left out is a closed list (`words`), and `proof` checks the
//! outcome without trusting anything here. Where it is unclear whether a word carries meaning, it stays.

use super::words::{
    LONGEST_STUTTER, capital, core, ends_marked, ends_sentence, is_fenced, is_filler, is_protected, is_stutter, low,
};
use crate::model::Transcript;
use std::ops::Range;

/// A spoken word on its way to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Its word in the transcript, …
    pub(super) word: usize,
    /// … and the last one that it stands for: another only where a correction took several together.
    pub(super) last: usize,
    /// The text, as spoken at first, as printed in the end.
    pub(super) text: String,
    /// Its sentence in the transcript.
    pub(super) sentence: usize,
}

/// The words of runs of sentences, in order. A word with spaces inside becomes several tokens.
pub(super) fn tokens(transcript: &Transcript, ranges: &[Range<usize>]) -> Vec<Token> {
    let sentences = ranges.iter().cloned().flatten().filter_map(|i| Some((i, transcript.sentences.get(i)?)));
    let words = sentences.flat_map(|(i, sentence)| sentence.words.clone().map(move |word| (i, word)));
    words
        .filter_map(|(sentence, word)| Some((sentence, word, transcript.words.get(word)?)))
        .flat_map(|(sentence, word, said)| {
            said.text.split_whitespace().map(move |text| Token { word, last: word, text: text.to_owned(), sentence })
        })
        .collect()
}

/// Words after which a comma can only have come from a filler: "in, uh, most cases".
#[rustfmt::skip]
const LEADS_ON: &[&str] = &[
    "a", "an", "the", "my", "your", "his", "our", "their", "of", "in", "on", "at", "for", "from", "with", "to",
    "into", "is", "are", "was", "were", "be", "been", "have", "has", "had", "can", "could", "will", "would", "should",
    "may", "might", "must", "and", "or", "but", "because", "if", "that", "i", "we", "they", "he", "she", "it's",
    "i'm", "you're", "we're", "they're", "there's", "very", "regarding", "about", "not",
];

/// Words before which the same holds: "the pain, um, is worse".
const CARRIES_ON: &[&str] = &["is", "are", "was", "were", "of", "has", "will", "would", "should", "might", "must"];

/// Words that make of those the beginning of a question: "Maria, um, is it safe?"
const TURNS: &[&str] =
    &["i", "you", "he", "she", "it", "we", "they", "there", "this", "that", "the", "a", "my", "your"];

/// Words after which "you know" is no filler: "do you know, …", "as you know, …".
const ASKS_KNOW: &[&str] =
    &["do", "did", "as", "if", "that", "what", "how", "because", "when", "don't", "would", "let"];

/// The printed form of `spoken`: a subsequence of it, with commas, full stops and first letters set right. `opens`
/// says that the first word begins a sentence. When nothing would be left, everything stays.
pub(super) fn clean(spoken: &[Token], opens: bool) -> Vec<Token> {
    let lows: Vec<String> = spoken.iter().map(|t| low(&t.text)).collect();
    let mut printed: Vec<Token> = Vec::with_capacity(spoken.len());
    let (mut at, mut raise) = (0, opens);
    while at < spoken.len() {
        let skipped = left_out(spoken, &lows, at);
        if skipped == 0 {
            let token = &spoken[at];
            let text = if raise { capital(&token.text) } else { token.text.clone() };
            raise = raise && core(&text).is_empty();
            printed.push(Token { text, ..token.clone() });
            at += 1;
            continue;
        }
        let gone = &spoken[at..at + skipped];
        let opened = at == 0 || spoken[at - 1].sentence != gone[0].sentence || ends_sentence(&spoken[at - 1].text);
        raise |= opened && core(&gone[0].text).starts_with(char::is_uppercase);
        if let Some(before) = printed.last_mut().filter(|before| before.sentence == gone[0].sentence) {
            mend(before, &gone[skipped - 1].text, &lows[at + skipped..]);
        }
        at += skipped;
    }
    if printed.iter().all(|t| core(&t.text).is_empty()) { spoken.to_vec() } else { printed }
}

/// How many tokens from `at` on are left out, 0 when the token stays.
fn left_out(spoken: &[Token], lows: &[String], at: usize) -> usize {
    let measures = at > 0 && spoken[at - 1].text.ends_with(|c: char| c.is_ascii_digit()); // "5 um" is a length.
    if is_filler(&spoken[at].text) && !measures {
        return 1;
    }
    if says_you_know(spoken, lows, at) {
        return 2;
    }
    let stutter = (1..=LONGEST_STUTTER).rev().find_map(|length| stutter(spoken, lows, at, length));
    stutter.unwrap_or_else(|| usize::from(is_cut_off(spoken, lows, at)))
}

/// Whether "you know" stands at `at` between marks, or opens a sentence, and nothing asks about the knowing.
fn says_you_know(spoken: &[Token], lows: &[String], at: usize) -> bool {
    let [you, know, ..] = &lows[at..] else { return false };
    let closed = spoken[at + 1].text.ends_with(',') && !ends_marked(&spoken[at].text);
    let inside = at > 0 && spoken[at - 1].sentence == spoken[at].sentence;
    let opened = !inside || spoken[at - 1].text.ends_with(',');
    let asked = inside && ASKS_KNOW.contains(&lows[at - 1].as_str());
    let goes_on = spoken.get(at + 2).is_some_and(|next| next.sentence == spoken[at].sentence);
    let fenced = is_fenced(&spoken[at].text) || is_fenced(&spoken[at + 1].text);
    you == "you" && know == "know" && closed && opened && !asked && goes_on && !fenced
}

/// The tokens of a run of `length` words at `at` that is spoken again right behind, fillers aside.
fn stutter(spoken: &[Token], lows: &[String], at: usize, length: usize) -> Option<usize> {
    let mut heard = (at..spoken.len()).filter(|&i| !is_filler(&spoken[i].text));
    let first: Vec<usize> = heard.by_ref().take(length).collect();
    let again: Vec<usize> = heard.take(length).collect();
    let (&last, &next) = (first.last()?, again.first()?);
    let run: Vec<String> = first.iter().map(|&i| lows[i].clone()).collect();
    let whole = again.len() == length && first[0] == at && again.iter().map(|&i| &lows[i]).eq(run.iter());
    let one_sentence = spoken[at].sentence == spoken[*again.last()?].sentence
        && !first.iter().any(|&i| ends_sentence(&spoken[i].text));
    let fenced = first.iter().any(|&i| is_fenced(&spoken[i].text));
    // "It was, um, it was": the filler shows that the run begins anew.
    let hesitant = length > 1 && next > last + 1;
    let marked = !hesitant && (last..next).any(|i| ends_marked(&spoken[i].text));
    (whole && one_sentence && !fenced && is_stutter(&run, marked)).then(|| last + 1 - at)
}

/// Whether the token is the beginning of the next word, broken off: "ther- therapy".
fn is_cut_off(spoken: &[Token], lows: &[String], at: usize) -> bool {
    let text = &spoken[at].text;
    let next = (at + 1..spoken.len()).find(|&i| !is_filler(&spoken[i].text));
    text.ends_with(['-', '—'])
        && !lows[at].is_empty()
        && !is_fenced(text)
        && !is_protected(text)
        && next.is_some_and(|i| {
            lows[i].len() > lows[at].len()
                && lows[i].starts_with(&lows[at])
                && spoken[i].sentence == spoken[at].sentence
        })
}

/// Sets the marks of the word before something that was left out, `gone` being its last token.
fn mend(before: &mut Token, gone: &str, next: &[String]) {
    if ends_sentence(gone) && !ends_sentence(&before.text) {
        let end = gone.trim_end_matches(['"', '”', '’', '\'', ')', ']']).chars().next_back().unwrap_or('.');
        before.text = format!("{}{end}", before.text.trim_end_matches([',', ';', ':', '—', '–', '-']));
        return;
    }
    let leads = LEADS_ON.contains(&low(&before.text).as_str());
    let carries = next.first().is_some_and(|word| CARRIES_ON.contains(&word.as_str()))
        && !next.get(1).is_some_and(|word| TURNS.contains(&word.as_str()));
    if before.text.ends_with(',') && gone.ends_with(',') && (leads || carries) {
        before.text.pop();
    }
}

/// The tokens' texts joined by spaces.
pub(super) fn join(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        let mut sentence = 0;
        let mut spoken = Vec::new();
        for (word, text) in text.split_whitespace().enumerate() {
            spoken.push(Token { word, last: word, text: text.to_owned(), sentence });
            sentence += usize::from(ends_sentence(text));
        }
        join(&clean(&spoken, true))
    }

    #[test]
    fn fillers_and_stutters_go_and_marks_and_capitals_are_mended() {
        let spoken = [
            "Um, so the the disc is, uh, soft.",
            "I, I would not, um, lift it.",
            "In, uh, most cases, yes.",
            "The pain, um, is worse at at night, um.",
            "You know, it's, you know, a graph.",
            "We start in the, in the morning, and, and then we ther- therapy.",
            "Uh. Er, walk every day, it was, um, it was fine.",
            "Maria, um, is it safe?",
        ];
        insta::assert_snapshot!(spoken.map(printed).join("\n"), @r"
        So the disc is soft.
        I would not lift it.
        In most cases, yes.
        The pain is worse at night.
        It's a graph.
        We start in the morning, and then we therapy.
        Walk every day, it was fine.
        Maria, is it safe?
        ");
    }

    #[test]
    fn what_may_carry_meaning_stays() {
        let spoken = [
            "No, no, it is very, very important, and not not true.",
            "Go to the ER. Take 5 mm off, or two two milligram tablets.",
            "If you do it, it will help. Do you know, I doubt it. As you know, it hurts.",
            "It goes on and on and on. I know that that had had an effect.",
            "You know what to do. Uh-uh, that is wrong.",
        ];
        for text in spoken {
            assert_eq!(printed(text), text);
        }
    }

    #[test]
    fn an_answer_of_fillers_alone_is_printed_as_it_is() {
        assert_eq!(printed("Um. Uh."), "Um. Uh.");
    }
}
