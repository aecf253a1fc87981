//! The short question of a page: one sentence that asks and can be understood alone, made of what was said by leaving
//! out alone, with its pronouns turned to the asker where somebody else read it ("can it help her back" is "my back").
//!
//! Nothing is left out that may matter: a sentence with a negation or a number, or a second question. Then the question stays
//! whole, and a person writes a short one or keeps it.

use super::details::RELATIVES;
use super::question::opens_question;
use super::verbatim::Token;
use super::words::{capital, core, ends_marked, is_filler, is_protected, low};

/// Words in front of a direct question that say nothing.
const LEADS: &[&str] = &["and", "so", "but", "okay", "ok", "well", "now", "then", "anyway"];

/// Verbs that introduce somebody's question; one of them shows that somebody else reads it.
const ASKS: &[&str] = &["asks", "asked", "writes", "wrote", "says", "said", "wonders", "wants", "wanted"];

/// People besides relatives and the asker whom a question may be about.
const OTHERS: &[&str] = &[
    "man",
    "woman",
    "patient",
    "parent",
    "lady",
    "gentleman",
    "someone",
    "somebody",
    "person",
    "doctor",
    "surgeon",
    "therapist",
    "trainer",
    "chiropractor",
    "physician",
    "nurse",
    "fiance",
];

/// Words that point to what was said before, unless they come with what they point to.
const POINTING: &[&str] = &[
    "it",
    "it's",
    "its",
    "this",
    "these",
    "those",
    "that's",
    "he",
    "she",
    "him",
    "her",
    "his",
    "hers",
    "he's",
    "she's",
    "they",
    "they're",
    "them",
    "their",
    "one",
    "ones",
    "either",
    "neither",
    "both",
    "former",
    "latter",
    "such",
    "there",
    "else",
    "same",
    "too",
    "also",
    "otherwise",
    "instead",
    "then",
];

/// "That" in front of these, or at the end, points as well; elsewhere it joins sentences.
const BEHIND_THAT: &[&str] = &[
    "is", "was", "does", "mean", "means", "happen", "happens", "will", "would", "can", "could", "work", "help", "helps",
];

/// "Is it safe to swim": what it is stands behind.
const BEHIND_IT: &[&str] = &["to", "for", "that", "if", "when", "worth"];

/// Verbs of one form for "I" and "she".
const SAME_VERBS: &[&str] =
    &["can", "could", "should", "will", "would", "may", "might", "must", "did", "had", "was", "shouldn't", "can't"];

/// Verbs that change with the person: hers and mine.
const VERBS: &[(&str, &str)] = &[("is", "am"), ("does", "do"), ("has", "have")];

/// Words that show that "her" in front of them is no possessive, or may be none.
#[rustfmt::skip]
const BEHIND_OBJECT: &[&str] = &[
    "to", "from", "for", "in", "on", "at", "with", "and", "or", "if", "when", "after", "before", "by", "about", "than",
    "as", "that", "so", "but", "because", "more", "less", "better", "a", "an", "the", "any", "some",
];

/// The short question among the printed sentences, if there is one that is safe.
pub(super) fn short(printed: &[Token]) -> Option<Vec<Token>> {
    let sentences: Vec<&[Token]> = printed.chunk_by(|a, b| a.sentence == b.sentence).collect();
    let asks = |sentence: &[Token]| sentence.last().is_some_and(|token| token.text.contains('?'));
    let mut asking = sentences.iter().copied().filter(|sentence| asks(sentence));
    let (asked, None) = (asking.next()?, asking.next()) else { return None };
    // Marks inside show that the recogniser joined sentences.
    let joined =
        asked[..asked.len() - 1].iter().any(|token| token.text.ends_with(['?', '.']) && !is_title(&token.text));
    if joined {
        return None;
    }
    if sentences.len() == 1 {
        return Some(printed.to_vec());
    }
    let others = sentences.iter().filter(|sentence| !std::ptr::eq(**sentence, asked)).copied().flatten();
    if others.map(|token| token.text.as_str()).any(is_protected) {
        return None;
    }
    let leads = asked.iter().take_while(|t| LEADS.contains(&low(&t.text).as_str()) || is_filler(&t.text)).count();
    let words: Vec<String> = asked[leads..].iter().map(|token| low(&token.text)).collect();
    let first = words.first()?;
    let then = |two: &[Token]| two[0].text.ends_with(',') && opens_question(&low(&two[1].text));
    let direct = opens_question(first) || (first == "if" && asked.windows(2).any(then));
    let mut short = asked.to_vec();
    short[0].text = capital(&short[0].text);
    (direct && !points_back(&words)).then_some(short)
}

fn is_title(text: &str) -> bool {
    matches!(core(text), "Dr" | "Mr" | "Mrs" | "Ms" | "Prof")
}

/// Whether something in the sentence can only be understood with what was said before.
fn points_back(words: &[String]) -> bool {
    let at = |i: usize| words.get(i).map_or("", String::as_str);
    (0..words.len()).any(|i| match at(i) {
        // "Is it safe to …", "would it be better if …".
        "it" => {
            let empty = i > 0 && matches!(at(i - 1), "is" | "was" | "would" | "be" | "can" | "will");
            !(empty && words[i + 1..].iter().take(5).any(|word| BEHIND_IT.contains(&word.as_str())))
        }
        "there" => i == 0 || !matches!(at(i - 1), "is" | "are" | "was" | "were"),
        "one" => !matches!(at(i + 1), "of" | "operation" | "surgery" | "day" | "week" | "month" | "year"),
        "both" => i + 1 == words.len(),
        "that" => {
            let asked = i > 0 && opens_question(at(i - 1));
            i == 0 || asked || i + 1 == words.len() || BEHIND_THAT.contains(&at(i + 1))
        }
        word => POINTING.contains(&word),
    })
}

/// A pronoun that was turned to the asker: the token, and its new text.
pub(super) type Turned = (usize, String);

/// The pronouns of a short question that mean the asker, where somebody else reads it: `said` is the whole question as it was
/// said, in which nobody else may be spoken of. `None` when it is not sure that all of them mean the asker.
pub(super) fn turn(question: &[Token], said: &[Token]) -> Option<Vec<Turned>> {
    let words: Vec<String> = question.iter().map(|token| low(&token.text)).collect();
    let third = |word: &str| matches!(word, "she" | "her" | "he" | "him" | "his" | "she's" | "he's" | "hers");
    if !words.iter().any(|word| third(word)) {
        return Some(Vec::new());
    }
    let whole: Vec<String> = said.iter().map(|token| low(&token.text)).collect();
    let told = whole.iter().any(|word| ASKS.contains(&word.as_str()));
    let other = |word: &str| RELATIVES.contains(&word) || OTHERS.contains(&word);
    let others = whole.iter().any(|word| other(word.trim_end_matches("'s")));
    let own = words.iter().any(|word| matches!(word.as_str(), "i" | "my" | "me" | "i'm" | "i've" | "mine"));
    let woman = words.iter().any(|word| matches!(word.as_str(), "she" | "her"));
    let man = words.iter().any(|word| matches!(word.as_str(), "he" | "him" | "his"));
    if !told || others || own || (woman && man) {
        return None;
    }
    let mut turned: Vec<Turned> = Vec::new();
    let verb = |word: &str| VERBS.iter().find(|(hers, _)| *hers == word).map(|(_, mine)| *mine);
    for (i, word) in words.iter().enumerate() {
        let next = words.get(i + 1).map_or("", String::as_str);
        match word.as_str() {
            "she" | "he" => {
                let before = i.checked_sub(1).map_or("", |b| words[b].as_str());
                if let Some(mine) = verb(before) {
                    turned.push((i - 1, mine.to_owned()));
                } else if let Some(mine) = verb(next) {
                    turned.push((i + 1, mine.to_owned()));
                } else if !SAME_VERBS.contains(&before) && !SAME_VERBS.contains(&next) {
                    return None;
                }
                turned.push((i, "I".to_owned()));
            }
            "her" | "him" if ends_marked(&question[i].text) || next.is_empty() => turned.push((i, "me".to_owned())),
            "him" => turned.push((i, "me".to_owned())),
            "his" | "her" if !BEHIND_OBJECT.contains(&next) && !ends_marked(&question[i].text) => {
                turned.push((i, "my".to_owned()));
            }
            other if third(other) => return None,
            _ => {}
        }
    }
    turned.sort();
    turned.dedup();
    Some(turned.into_iter().map(|(i, text)| (i, marked_like(&question[i].text, &text, i == 0))).collect())
}

/// A new word with the marks of the old one, and its capital at the beginning.
fn marked_like(old: &str, new: &str, opens: bool) -> String {
    let mut text = old.replacen(core(old), new, 1);
    if opens && let Some(first) = text.chars().next() {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::trial::Trial;
    use crate::model::Status;

    /// What is printed for a question of these sentences, and what is marked in it.
    fn printed(sentences: &[&str]) -> String {
        let lines: Vec<String> = sentences.iter().map(|text| format!("H {text}")).collect();
        let lines: Vec<&str> =
            lines.iter().map(String::as_str).chain(["E Most people can, after a while, I think."]).collect();
        let last = lines.len() - 1;
        let draft = Trial::new(&lines).pair(0..last, std::slice::from_ref(&(last..last + 1))).draft();
        let entry = &draft.entries[0].entry;
        let changes: Vec<String> = entry.corrections.iter().map(|c| format!("{} -> {}", c.from, c.to)).collect();
        let long = entry.flags.iter().any(|flag| flag.code == "no-short-question" && flag.blocking);
        assert!(!long || entry.status == Status::NeedsReview);
        let text = format!("{} {} {}", if long { "!" } else { "-" }, entry.question.text, changes.join(", "));
        text.trim_end().to_owned()
    }

    #[test]
    fn one_sentence_is_left_where_nothing_is_lost() {
        let asked = [
            vec!["Maria in Queens wants to know, um, can physical therapy help my back pain?"],
            vec!["Hi, thanks for the talk.", "I love gardening.", "So, um, should I use heat or ice?"],
            vec!["I have had sciatica for years.", "Is it safe to run with a slipped disc?"],
            vec!["I saw a chiropractor.", "If I lift something heavy, will the disc slip again?"],
            vec!["I am 67.", "Is it safe to run?"],
            vec!["I have not had surgery.", "Does yoga help?"],
            vec!["I had an injection.", "Can I have it again?"],
            vec!["How long will I be in the hospital?", "When can I drive?"],
            vec!["I wanted to hear more about braces."],
            vec!["My doctor talks about fusion.", "Is that the only way?"],
        ];
        insta::assert_snapshot!(asked.map(|sentences| printed(&sentences)).join("\n"), @r"
        - Can physical therapy help my back pain?
        - So, should I use heat or ice?
        - Is it safe to run with a slipped disc?
        - If I lift something heavy, will the disc slip again?
        ! I am 67. Is it safe to run?
        ! I have not had surgery. Does yoga help?
        ! I had an injection. Can I have it again?
        ! How long will I be in the hospital? When can I drive?
        ! I wanted to hear more about braces.
        ! My doctor talks about fusion. Is that the only way?
        ");
    }

    #[test]
    fn pronouns_turn_to_the_asker_where_nobody_else_is_meant() {
        let asked = [
            vec!["Maria asks, can physical therapy help her back pain?"],
            vec!["Wendell wants to know, is he too old for surgery, and should he see a surgeon about his back?"],
            vec!["Maria asks, can her mother swim after her operation?"],
            vec!["Beatrix asks, does she need a brace when she walks?"],
            vec!["Beatrix asks, would a brace help her?"],
            vec!["Is she too old for surgery?"],
        ];
        insta::assert_snapshot!(asked.map(|sentences| printed(&sentences)).join("\n"), @r"
        - Can physical therapy help my back pain? her -> my
        ! Is he too old for surgery, and should he see a surgeon about his back?
        ! Can her mother swim after her operation?
        ! Does she need a brace when she walks?
        - Would a brace help me? her? -> me?
        ! Is she too old for surgery?
        ");
    }
}
