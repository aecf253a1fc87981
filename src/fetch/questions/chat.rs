//! Chats: YouTube's live chat as yt-dlp writes it, and plain JSON of other platforms and tools.

use super::{Found, Outcome, moment};
use crate::model::Millis;
use serde_json::Value;

/// Words that open a question.
const OPENINGS: [&str; 42] = [
    "what",
    "what's",
    "whats",
    "why",
    "how",
    "how's",
    "when",
    "where",
    "who",
    "who's",
    "which",
    "whose",
    "whom",
    "is",
    "isn't",
    "are",
    "aren't",
    "am",
    "was",
    "were",
    "do",
    "does",
    "don't",
    "doesn't",
    "did",
    "didn't",
    "can",
    "can't",
    "could",
    "couldn't",
    "should",
    "shouldn't",
    "would",
    "will",
    "won't",
    "have",
    "has",
    "may",
    "might",
    "must",
    "any",
    "shall",
];
/// Words that may stand before them.
const GREETINGS: [&str; 14] =
    ["hi", "hello", "hey", "and", "but", "so", "ok", "okay", "please", "q", "question", "thanks", "also", "dr"];
/// A shorter message is no question that a host could read.
const FEWEST: usize = 3;

const LISTS: [&str; 7] = ["questions", "messages", "comments", "chat", "items", "data", "results"];
const TEXT: [&str; 5] = ["question", "text", "message", "content", "body"];
const ASKER: [&str; 8] = ["asker", "author", "author_name", "user", "username", "name", "sender", "commenter"];
const TIME: [&str; 8] =
    ["time_in_seconds", "content_offset_seconds", "offset_seconds", "offset", "time", "timestamp", "time_text", "at"];

/// Reads JSON, whole or a value a line, into `found`.
pub(super) fn read(text: &str, found: &mut Found) -> Outcome {
    let values: Vec<Value> = match serde_json::from_str(text) {
        Ok(value) => vec![value],
        // A stream that broke off leaves half a line: the whole ones count.
        Err(_) => text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
    };
    let mut objects = false;
    for value in &values {
        for (item, kind) in items(value) {
            objects |= item.is_object();
            take(item, kind, found);
        }
    }
    if objects { Outcome::Read } else { Outcome::Other }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Everything is a question.
    Questions,
    /// Some messages are.
    Messages,
}

fn items(value: &Value) -> Vec<(&Value, Kind)> {
    let list = |list: &'_ str| value.get(list).and_then(Value::as_array).map(|items| (list == LISTS[0], items));
    match value {
        Value::Array(items) => items.iter().map(|item| (item, Kind::Messages)).collect(),
        Value::Object(_) => match LISTS.iter().find_map(|name| list(name)) {
            Some((true, items)) => items.iter().map(|item| (item, Kind::Questions)).collect(),
            Some((false, items)) => items.iter().map(|item| (item, Kind::Messages)).collect(),
            None => vec![(value, Kind::Messages)],
        },
        _ => Vec::new(),
    }
}

fn take(item: &Value, kind: Kind, found: &mut Found) {
    let replayed = item.get("replayChatItemAction");
    if let Some(actions) = replayed.and_then(|replayed| replayed.get("actions")).and_then(Value::as_array) {
        let at = offset(item.get("videoOffsetTimeMsec").or_else(|| replayed?.get("videoOffsetTimeMsec")));
        actions.iter().for_each(|action| youtube(action, at, found));
    } else if item.get("addChatItemAction").is_some() {
        youtube(item, None, found);
    } else {
        plain(item, kind, found);
    }
}

fn youtube(action: &Value, at: Option<Millis>, found: &mut Found) {
    let Some(item) = action.get("addChatItemAction").and_then(|add| add.get("item")) else { return };
    let message = item.get("liveChatTextMessageRenderer").or_else(|| item.get("liveChatPaidMessageRenderer"));
    let Some(message) = message else { return };
    let text = message.get("message").and_then(words).unwrap_or_default();
    if looks_like_question(&text) {
        found.add(&text, message.get("authorName").and_then(words).as_deref(), at, None);
    }
}

fn plain(item: &Value, kind: Kind, found: &mut Found) {
    if let Value::String(text) = item {
        if kind == Kind::Questions || looks_like_question(text) {
            found.add(text, None, None, None);
        }
        return;
    }
    let first = |names: &[&str]| names.iter().find_map(|name| item.get(name).and_then(words));
    let (asker, reply) = (first(&ASKER), first(&["answer", "reply"]));
    // Zoom's interface for programs lists a person's questions below the name.
    if let Some(details) = item.get("question_details").and_then(Value::as_array) {
        for detail in details {
            let of = |name: &str| detail.get(name).and_then(words);
            if let Some(text) = of("question") {
                found.add(&text, asker.as_deref(), None, of("answer").as_deref());
            }
        }
        return;
    }
    let Some(text) = first(&TEXT) else { return };
    let all = kind == Kind::Questions || item.get(TEXT[0]).is_some_and(Value::is_string);
    if all || looks_like_question(&text) {
        let at = offset(item.get("videoOffsetTimeMsec")).or_else(|| TIME.iter().find_map(|name| time(item.get(name)?)));
        found.add(&text, asker.as_deref(), at, reply.as_deref());
    }
}

/// A text, however it is wrapped.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => {
            if let Some(runs) = value.get("runs").and_then(Value::as_array) {
                return Some(runs.iter().filter_map(|run| run.get("text")?.as_str()).collect());
            }
            ["simpleText", "name", "display_name", "text", "body"]
                .iter()
                .find_map(|name| value.get(name)?.as_str().map(str::to_owned))
        }
        _ => None,
    }
}

/// Milliseconds into the recording, as a number or a text.
fn offset(value: Option<&Value>) -> Option<Millis> {
    number(value?).and_then(|ms| moment(ms / 1000.0))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Seconds into the recording, or "h:mm:ss".
fn time(value: &Value) -> Option<Millis> {
    if let Some(seconds) = number(value) {
        return moment(seconds);
    }
    let parts: Vec<f64> = value.as_str()?.trim().split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    if !(2..=3).contains(&parts.len()) || parts.iter().any(|part| part.is_sign_negative()) {
        return None;
    }
    moment(parts.iter().fold(0.0, |sum, part| sum * 60.0 + part))
}

/// Whether a message asks something: by its mark, not that of an address, or by its first word.
fn looks_like_question(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.iter().filter(|word| word.chars().any(char::is_alphanumeric)).count() < FEWEST {
        return false;
    }
    let closing = |c: char| matches!(c, '"' | '\'' | ')' | '”' | '’' | '!' | '.') || !c.is_ascii();
    if words.iter().any(|word| word.trim_end_matches(closing).ends_with('?') || word.contains('？')) {
        return true;
    }
    let plain = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('’', "'");
    let opening = words.iter().filter(|word| !word.starts_with('@')).map(plain);
    let opening = opening.filter(|word| !word.is_empty()).find(|word| !GREETINGS.contains(&word.as_str()));
    opening.is_some_and(|word| OPENINGS.contains(&word.as_str()))
}
