//! What an entry's page says to machines: a schema.org `Question` with its `Answer`.
//!
//! No `VideoObject` with `Clip`s: it must state the upload's day with its time zone and a thumbnail, which nobody
//! stated, and each clip the page's own address, which the website alone knows. No `QAPage` (for answers that users
//! submit) and no `FAQPage` (no search engine shows it any more).

use super::contract::EpisodeDocument;
use super::page::{EntryPage, EpisodePage, Expert};
use super::{ExportError, NamedBytes};
use crate::config::Config;
use serde_json::{Map, Value, json};

/// `episode.jsonld`.
pub(super) fn file(
    _document: &EpisodeDocument,
    _config: &Config,
    _notes: &mut Vec<String>,
) -> Result<Vec<NamedBytes>, ExportError> {
    Ok(Vec::new())
}

/// The text for a `script` element: JSON in which nothing can end the element or open another.
pub(super) fn script(episode: &EpisodePage, entry: &EntryPage) -> String {
    let text = question(episode, entry).to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

fn question(episode: &EpisodePage, entry: &EntryPage) -> Value {
    let mut answer = Map::new();
    answer.insert("@type".into(), json!("Answer"));
    answer.insert("text".into(), json!(entry.paragraphs.join("\n\n")));
    if !entry.experts.is_empty() {
        answer.insert("author".into(), entry.experts.iter().map(person).collect());
    }
    if let Some(day) = &episode.held_on {
        answer.insert("dateCreated".into(), json!(day));
    }
    if let Some(watch) = &entry.watch {
        answer.insert("isBasedOn".into(), json!(watch.url));
    }
    json!({
        "@context": "https://schema.org",
        "@type": "Question",
        "name": entry.question,
        "text": entry.question,
        "inLanguage": episode.language,
        "answerCount": 1,
        "acceptedAnswer": answer,
    })
}

fn person(expert: &Expert) -> Value {
    let mut person = Map::new();
    person.insert("@type".into(), json!("Person"));
    person.insert("name".into(), json!(expert.name));
    for (key, fact) in [("honorificSuffix", &expert.credentials), ("jobTitle", &expert.title)] {
        if !fact.is_empty() {
            person.insert(key.into(), json!(fact));
        }
    }
    if !expert.affiliation.is_empty() {
        person.insert("affiliation".into(), json!({ "@type": "Organization", "name": expert.affiliation }));
    }
    person.into()
}
