//! What spoke for a pair, in words for an editor, and what leaves doubt.

use super::candidates::{Candidate, Marks, mark};
use super::cues::Kind;
use super::features::Sheet;
use super::pairs::hand_over_start;
use super::prior::Prior;

/// The most that is quoted of a sentence, in characters.
const QUOTE: usize = 70;

fn quote(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(QUOTE) {
        Some((cut, _)) => {
            let cut = text[..cut].rfind(' ').unwrap_or(cut);
            format!("“{} …”", &text[..cut])
        }
        None => format!("“{text}”"),
    }
}

/// The reasons for a pair, strongest first; doubts follow.
pub(super) fn reasons(
    sheet: &Sheet<'_>,
    marks: &[Marks],
    prior: &Prior<'_>,
    candidate: Candidate,
    earliest: usize,
) -> Vec<String> {
    let ((first, asked), (start, end)) = (candidate.question, candidate.answer);
    let from = hand_over_start(candidate, earliest);
    let text = |i: usize| quote(&sheet.utterances[i].text);
    let nearest = |kinds: &[Kind]| (from..=first).rev().find(|&i| sheet.hits[i].any(kinds));
    let mut reasons = Vec::new();
    let written = prior.reads(candidate.question);
    if let Some(text) = written {
        reasons.push(format!("it stands in the written questions: {}", quote(text)));
    }
    if let Some(i) = nearest(&[Kind::Attribution, Kind::Source]) {
        reasons.push(format!("{} says where the question comes from", text(i)));
    }
    if let Some(i) = nearest(&[Kind::Caller]) {
        reasons.push(format!("{} gives somebody the word", text(i)));
    }
    if let Some(i) = nearest(&[Kind::Numbering, Kind::FollowUp]) {
        reasons.push(format!("{} announces a question", text(i)));
    }
    if let Some(i) = (first..=asked).find(|&i| sheet.hits[i].has(Kind::Asker)) {
        reasons.push(format!("{} is how people ask", text(i)));
    }
    if (first..=asked).any(|i| sheet.lines[i].asks) {
        reasons.push("it has a question mark".to_owned());
    } else if (first..=asked).any(|i| sheet.hits[i].any(&[Kind::Asking, Kind::Interrogative])) {
        reasons.push("it is worded as a question".to_owned());
    }
    if sheet.same_voice(asked, start) == 0.0 {
        reasons.push("another voice answers".to_owned());
    }
    if sheet.hits[start].any(&[Kind::Opening, Kind::Praise]) {
        reasons.push(format!("{} opens an answer", text(start)));
    }
    let thanks = [Kind::Thanks, Kind::Acknowledgement, Kind::Numbering, Kind::SignOff];
    if let Some(i) = (end + 1..sheet.len().min(end + 3)).find(|&i| sheet.hits[i].any(&thanks)) {
        reasons.push(format!("{} closes it", text(i)));
    }
    if reasons.is_empty() {
        reasons.push("the sentences around it are like those around other questions".to_owned());
    }
    let announced = nearest(&[Kind::Attribution, Kind::Source, Kind::Caller, Kind::Numbering, Kind::FollowUp]);
    if announced.is_none() && written.is_none() {
        reasons.push("doubt: nothing before it says that the audience asks".to_owned());
    }
    if marks[end][mark::ANSWER_END] < 0.3 {
        reasons.push("doubt: the answer may end earlier or later".to_owned());
    }
    if marks[first][mark::QUESTION_START] < 0.3 {
        reasons.push("doubt: the question may start earlier or later".to_owned());
    }
    reasons
}
