//! A line of captions as spoken words.

use super::super::encoding::is_hidden;
use super::{Heard, clock};
use crate::model::Millis;

/// Words that name a sound. Brackets around one of them hold no speech.
#[rustfmt::skip]
const SOUNDS: &[&str] = &[
    "music", "applause", "laughter", "laughs", "laughing", "laugh", "chuckles", "chuckling", "chuckle", "cough",
    "coughs", "coughing", "clears", "sighs", "sigh", "silence", "pause", "inaudible", "indistinct", "unintelligible",
    "crosstalk", "applauding", "clapping", "cheering", "cheers", "noise", "static", "beep", "bell", "ringing", "rings",
    "chimes", "jingle", "instrumental", "foreign", "speaking",
];
/// The most words of a note on a sound, and of a speaker's name.
const NOTE: usize = 5;
const NAME: usize = 4;

/// The spoken words of a line of a cue.
pub(super) fn words(line: &str) -> Vec<Heard> {
    let (mut plain, marks) = without_tags(line);
    for range in unspoken(&plain) {
        plain.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    while let Some(range) = speaker(&plain) {
        plain.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    let mut heard = Vec::new();
    let mut from = 0;
    for word in plain.split_whitespace() {
        let start = word.as_ptr() as usize - plain.as_ptr() as usize;
        let at = marks.iter().rev().find(|(place, _)| *place <= start && *place >= from).map(|(_, at)| *at);
        from = start;
        let text: String = word.chars().filter(|c| !is_hidden(*c)).collect();
        if text.chars().any(char::is_alphanumeric) || (!text.is_empty() && !heard.is_empty()) {
            heard.push(Heard { text, at });
        }
    }
    heard
}

/// The line without tags, with its entities read, and where in it a time was set.
fn without_tags(line: &str) -> (String, Vec<(usize, Millis)>) {
    let (mut plain, mut marks) = (String::with_capacity(line.len()), Vec::new());
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes()[0] {
            b'<' => tag(rest).inspect(|&length| {
                marks.extend(clock(&rest[1..length - 1]).map(|time| (plain.len(), time)));
            }),
            b'{' => rest.find('}').filter(|_| rest.starts_with("{\\")).map(|end| end + 1),
            _ => entity(rest).map(|(c, length)| {
                plain.extend(c);
                length
            }),
        };
        let length = length.unwrap_or_else(|| {
            plain.push_str(&rest[..1]);
            1
        });
        rest = &rest[length..];
    }
    plain.push_str(rest);
    (plain, marks)
}

/// The length of the tag that `text` begins with: `<i>`, `</c>`, `<v Name>`, `<00:01.000>`, but not `< 5` or `<3`.
fn tag(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let inner = &text[1..end];
    let named = inner.strip_prefix('/').unwrap_or(inner).starts_with(|c: char| c.is_ascii_alphabetic());
    (named || inner == "/" || clock(inner).is_some()).then_some(end + 1)
}

/// The sign that an entity at the beginning of `text` stands for, and the entity's length.
fn entity(text: &str) -> Option<(Option<char>, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let numbered = |digits: &str, base| u32::from_str_radix(digits, base).ok().and_then(char::from_u32);
    let sign = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "lrm" | "rlm" => return Some((None, end + 1)),
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => numbered(&hex[1..], 16)?,
            digits => numbered(digits, 10)?,
        },
    };
    Some((Some(sign), end + 1))
}

/// What is no speech: square brackets, notes on sounds in round ones or between notes of music, and marks.
fn unspoken(line: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let end = at + c.len_utf8();
        let close = match c {
            '[' => Some(']'),
            '(' => Some(')'),
            '♪' | '♫' | '♬' | '♩' => Some(c),
            _ => None,
        };
        let closed = close.and_then(|close| Some((close, end + line[end..].find(close)?)));
        let noted = closed.filter(|(_, inner)| c == '[' || is_sound(&line[end..*inner]));
        let next = noted.map_or(end, |(close, inner)| inner + close.len_utf8());
        let angles = line[at..].bytes().take_while(|b| *b == b'>').count();
        if noted.is_some() || (close.is_some() && !matches!(c, '[' | '(')) {
            found.push(at..next);
        } else if angles > 1 {
            found.push(at..at + angles);
        }
        at = if angles > 1 { at + angles } else { next };
    }
    found
}

fn is_sound(note: &str) -> bool {
    let words = crate::text::similarity::words(note);
    words.is_empty() || (words.len() <= NOTE && words.iter().any(|word| SOUNDS.contains(&word.as_str())))
}

/// The mark of who speaks at the line's beginning: a dash, or a name in capitals with a colon.
fn speaker(line: &str) -> Option<std::ops::Range<usize>> {
    let text = line.trim_start();
    let start = line.len() - text.len();
    if let Some(rest) = text.strip_prefix(['-', '–', '—'])
        && rest.starts_with([' ', '\u{a0}'])
    {
        return Some(start..line.len() - rest.len());
    }
    let colon = text.find(':')?;
    let (name, rest) = (&text[..colon], &text[colon + 1..]);
    let named = name.chars().all(|c| c.is_uppercase() || matches!(c, ' ' | '.' | '\'' | '’' | '-'))
        && name.chars().filter(|c| c.is_uppercase()).count() > 1
        && name.split_whitespace().count() <= NAME;
    // Where all is in capitals, "HERE IS THE THING: STOP" is speech.
    let apart = rest.is_empty() || (rest.starts_with(char::is_whitespace) && rest.chars().any(char::is_lowercase));
    (named && apart).then(|| start..start + colon + 1)
}
