//! An optional second reader of transcripts: a language model behind an OpenAI-compatible address (a llama.cpp server on
//! this machine, for example). It proposes where questions and answers stand, as numbers of sentences and nothing else:
//! no text of it goes anywhere. What it proposes is rated like every other possible pair.
//!
//! Nothing that it answers is trusted, and nothing that it fails at fails a run.

mod request;

use crate::failure::{Cancelled, Exit, Failure};
use crate::model::{Proposed, Utterance};
use crate::progress::{Amount, Cancel, Progress};
use reqwest::Url;
use serde::Deserialize;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

/// Sentences that are shown at a time, and how many of them the next time again.
const SHOWN: usize = 140;
const AGAIN: usize = 50;
/// The most sentences of a question and of an answer that are believed.
const LONGEST_QUESTION: usize = 25;
const LONGEST_ANSWER: usize = 130;

const TASK: &str = "You mark up the transcript of a recorded event. Each line is the number of a sentence, who says it if \
    that is known, and the sentence. Find every question that somebody in the AUDIENCE asks (live, or read out by the \
    host) and the sentences that answer it. Questions of the host's own, rhetorical questions and greetings are none. \
    Leave hand-overs, thanks and announcements out. Reply with JSON only: \
    {\"pairs\":[{\"question\":[first,last],\"answer\":[first,last]}]}, numbers of sentences; an empty list if there are none.";

/// Where the reader is, and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its address up to and without `/chat/completions`.
    pub url: Url,
    /// The model's name, where the server wants one.
    pub model: String,
    /// The key, where the server wants one.
    pub key: Option<Key>,
    /// How long one answer may take.
    pub patience: Duration,
}

/// A secret: it shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Settings {
    /// Whether the reader is on this machine, so that no word leaves it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The address without what may be secret in it.
    #[must_use]
    pub fn shown(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}", self.url.scheme(), self.url.host_str().unwrap_or_default())
    }
}

/// The second reader gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReaderError {
    /// It can't be reached, or stopped in the middle.
    #[error("it can't be reached ({why})")]
    Unreachable {
        /// Why.
        why: String,
    },
    /// It took too long.
    #[error("it took longer than {seconds} seconds")]
    TooSlow {
        /// How long it was waited for.
        seconds: u64,
    },
    /// It answered with an error.
    #[error("it answers with the status {status}")]
    Refused {
        /// The status.
        status: u16,
    },
    /// Its answer is none.
    #[error("its answer is not in the form that was asked for")]
    Garbage,
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Failure for ReaderError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unreachable { .. } | Self::TooSlow { .. } | Self::Refused { .. } | Self::Garbage => {
                Exit::SourceRefused
            }
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Cancelled(_) => None,
            _ => Some("Check [reader] in spinetime.toml, or take its url out: it is only a second reader.".into()),
        }
    }
}

/// What the reader proposes for these sentences, in order and without overlap.
///
/// # Errors
/// When it gives no usable answer for one part of them, or somebody asks to stop.
pub fn propose(
    settings: &Settings,
    utterances: &[Utterance],
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Vec<Proposed>, ReaderError> {
    let mut proposed: Vec<Proposed> = Vec::new();
    let mut from = 0;
    progress.start("ask the second reader", Amount::Items(utterances.len() as u64));
    while from < utterances.len() {
        progress.at(from as u64);
        let to = (from + SHOWN).min(utterances.len());
        let body = serde_json::json!({
            "model": settings.model, "temperature": 0, "response_format": { "type": "json_object" },
            "messages": [{ "role": "system", "content": TASK }, { "role": "user", "content": page(utterances, from..to) }],
        });
        let answer = request::ask(settings, body.to_string(), cancel)?;
        for pair in pairs(&answer, from..to).ok_or(ReaderError::Garbage)? {
            let whole = pair.question.start..pair.answer.end;
            let clashes = |other: &Proposed| other.question.start < whole.end && whole.start < other.answer.end;
            if !proposed.iter().any(clashes) {
                proposed.push(pair);
            }
        }
        if to == utterances.len() {
            break;
        }
        from = to - AGAIN;
    }
    progress.finish(&format!("{} possible pairs", proposed.len()));
    proposed.sort_by_key(|pair| pair.question.start);
    Ok(proposed)
}

/// Some sentences as the reader sees them.
fn page(utterances: &[Utterance], range: Range<usize>) -> String {
    let mut page = String::new();
    for (number, utterance) in utterances[range.clone()].iter().enumerate() {
        let voice = utterance.speaker.map(|speaker| format!(" ({speaker})")).unwrap_or_default();
        let text: Vec<&str> = utterance.text.split_whitespace().collect();
        // Writing to a String can't fail.
        let _ = writeln!(page, "{}{voice}: {}", range.start + number, text.join(" "));
    }
    page
}

#[derive(Deserialize)]
struct Reply {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

#[derive(Deserialize)]
struct Written {
    pairs: Vec<WrittenPair>,
}

#[derive(Deserialize)]
struct WrittenPair {
    question: [i64; 2],
    answer: [i64; 2],
}

/// The pairs of an answer that lie in what was shown; nothing when it is in another form.
fn pairs(answer: &[u8], shown: Range<usize>) -> Option<Vec<Proposed>> {
    let reply: Reply = serde_json::from_slice(answer).ok()?;
    let content = &reply.choices.first()?.message.content;
    // Models like to say something around it.
    let written: Written = serde_json::from_str(content.get(content.find('{')?..content.rfind('}')? + 1)?).ok()?;
    let range = |[first, last]: [i64; 2], longest: usize| {
        let (first, last) = (usize::try_from(first).ok()?, usize::try_from(last).ok()?);
        (shown.contains(&first) && shown.contains(&last) && first <= last && last - first < longest)
            .then_some(first..last + 1)
    };
    let pair = |pair: &WrittenPair| {
        let (question, answer) = (range(pair.question, LONGEST_QUESTION)?, range(pair.answer, LONGEST_ANSWER)?);
        (question.end <= answer.start).then_some(Proposed { question, answer })
    };
    Some(written.pairs.iter().filter_map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reply(content: &str) -> Vec<u8> {
        serde_json::json!({ "choices": [{ "message": { "role": "assistant", "content": content } }] })
            .to_string()
            .into_bytes()
    }

    fn local(url: &str) -> Settings {
        Settings { url: url.parse().unwrap(), model: String::new(), key: None, patience: Duration::from_secs(1) }
    }

    #[test]
    fn only_numbers_that_can_be_are_taken() {
        let content = "Sure! {\"pairs\":[{\"question\":[3,4],\"answer\":[5,9]},{\"question\":[4,3],\"answer\":[5,9]},\
            {\"question\":[6,7],\"answer\":[5,9]},{\"question\":[-1,4],\"answer\":[5,9]},{\"question\":[3,4],\"answer\":[5,99]}]} \
            Anything else?";
        assert_eq!(pairs(&reply(content), 0..20), Some(vec![Proposed { question: 3..5, answer: 5..10 }]));
        assert_eq!(pairs(&reply("{\"pairs\":[]}"), 0..20), Some(vec![]));
        for garbage in ["", "no", "} {", "{\"pairs\":7}", "[3,4]"] {
            assert_eq!(pairs(&reply(garbage), 0..20), None, "{garbage}");
        }
        assert_eq!(pairs(b"<html>", 0..20), None);
    }

    #[test]
    fn an_address_elsewhere_is_known_as_such() {
        for url in ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:1/v1"] {
            assert!(local(url).is_local(), "{url}");
        }
        for url in ["https://example.org/v1", "http://127.0.0.1.example.org/v1", "http://10.0.0.7/v1"] {
            assert!(!local(url).is_local(), "{url}");
        }
        assert_eq!(local("https://user:secret@example.org:8/v1?key=secret").shown(), "https://example.org:8");
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(answer in proptest::collection::vec(any::<u8>(), 0..200), content in ".{0,80}") {
            let _ = pairs(&answer, 0..9);
            let _ = pairs(&reply(&content), 0..9);
        }
    }
}
