//! The fingerprint of what a reader sees of an entry.

use crate::model::{Answer, Credit, Digest, Entry, Links, Question, QuestionSource};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What a reader sees, in a fixed order. No status, clock, finding or confidence, and not the asker's name.
#[derive(Serialize)]
struct Content<'a> {
    question: (&'a str, &'a str, u64, u64, QuestionSource),
    answer: Option<&'a Answer>,
    credits: Vec<[&'a str; 5]>,
    links: Option<&'a Links>,
    withdrawn: Option<&'a str>,
}

/// The fingerprint of what a person judges before approving: the texts, when they are heard, and whose answer it is.
/// Where it links to can change without anybody looking again.
#[must_use]
pub fn seen(entry: &Entry) -> Digest {
    let mut judged = entry.clone();
    (judged.links, judged.withdrawn) = (None, None);
    hash(&judged)
}

/// SHA-256 over the canonical JSON of the entry's content.
pub(super) fn hash(entry: &Entry) -> Digest {
    let Question { text, verbatim, span, source, asker: _ } = &entry.question;
    fn shown(credit: &Credit) -> [&str; 5] {
        [credit.person.as_str(), &credit.name, &credit.credentials, &credit.title, &credit.affiliation]
    }
    let content = Content {
        question: (text, verbatim, span.start.0, span.end.0, *source),
        answer: entry.answer.as_ref(),
        credits: entry.credits.iter().map(shown).collect(),
        links: entry.links.as_ref(),
        withdrawn: entry.withdrawn.as_deref(),
    };
    let json = serde_json::to_vec(&content).expect("texts, numbers and lists always become JSON");
    Digest::from_bytes(Sha256::digest(json).into())
}
