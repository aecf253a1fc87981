//! Fingerprints of an entry: of what a reader sees, and of what a person judges.

use crate::model::{Answer, AnswerSpan, Credit, Digest, Entry, Links, PersonId, Question, QuestionSource};
use crate::text::words::one_line;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What a person judges before approving, in a fixed order. No status, clock, finding or confidence, and not the asker's
/// name. Approvals in `edits.jsonl` carry its fingerprint: a change here ends them all.
#[derive(Serialize)]
struct Judged<'a> {
    question: (&'a str, &'a str, u64, u64, QuestionSource),
    answer: Option<&'a Answer>,
    credits: Vec<[&'a str; 5]>,
    links: Option<&'a Links>,
    withdrawn: Option<&'a str>,
}

/// What a reader sees, in a fixed order: what the website is given of it, and neither how sure anything is nor what was
/// said word for word.
#[derive(Serialize)]
struct Content<'a> {
    question: (String, u64, u64, QuestionSource),
    answer: Option<(Vec<String>, u64, u64, Vec<AnswerSpan>)>,
    credits: Vec<[&'a str; 5]>,
    links: Option<&'a Links>,
    withdrawn: Option<&'a str>,
}

/// The fingerprint of what a person judges before approving: the texts, when they are heard, and whose answer it is.
/// Where it links to can change without anybody looking again.
#[must_use]
pub fn seen(entry: &Entry) -> Digest {
    let Question { text, verbatim, span, source, asker: _ } = &entry.question;
    fingerprint(&Judged {
        question: (text, verbatim, span.start.0, span.end.0, *source),
        answer: entry.answer.as_ref(),
        credits: credits(entry),
        links: None,
        withdrawn: None,
    })
}

/// The fingerprint of what a reader sees.
#[must_use]
pub fn hash(entry: &Entry) -> Digest {
    let Question { text, span, source, .. } = &entry.question;
    // Exports name no speaker who is not credited, and print no space twice.
    let is_credited = |person: &PersonId| entry.credits.iter().any(|credit| credit.person == *person);
    let stretch =
        |stretch: &AnswerSpan| AnswerSpan { span: stretch.span, speaker: stretch.speaker.clone().filter(is_credited) };
    let answer = |answer: &Answer| {
        let (paragraphs, stretches) = (&answer.paragraphs, &answer.spans);
        (
            paragraphs.iter().map(|text| one_line(text)).filter(|text| !text.is_empty()).collect(),
            answer.span.start.0,
            answer.span.end.0,
            stretches.iter().map(stretch).collect(),
        )
    };
    fingerprint(&Content {
        question: (one_line(text), span.start.0, span.end.0, *source),
        answer: entry.answer.as_ref().map(answer),
        credits: credits(entry),
        links: entry.links.as_ref(),
        withdrawn: entry.withdrawn.as_deref(),
    })
}

fn credits(entry: &Entry) -> Vec<[&str; 5]> {
    fn shown(credit: &Credit) -> [&str; 5] {
        [credit.person.as_str(), &credit.name, &credit.credentials, &credit.title, &credit.affiliation]
    }
    entry.credits.iter().map(shown).collect()
}

/// SHA-256 over the canonical JSON.
fn fingerprint(content: &impl Serialize) -> Digest {
    let json = serde_json::to_vec(content).expect("texts, numbers and lists always become JSON");
    Digest::from_bytes(Sha256::digest(json).into())
}
