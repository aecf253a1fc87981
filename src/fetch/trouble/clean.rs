//! Lines of another program, into lines that may be shown and written down: short, plain, and without secrets.

use super::super::address::SECRETS;
use super::reading;

/// How many lines are kept.
const LINES: usize = 5;
/// How long each may be, in characters.
const LONGEST: usize = 300;
/// What stands for something that was taken out.
const GONE: &str = "…";

/// The last lines that say something.
pub(super) fn last(lines: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = lines
        .iter()
        .rev()
        .map(|line| short(&hide(&plain(line))))
        .filter(|line| !line.is_empty() && line != "ERROR:")
        .take(LINES)
        .collect();
    kept.reverse();
    kept
}

/// `line` without colours, control characters, and characters that are not seen or turn the text around.
pub(super) fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.next();
                while chars.next_if(|c| matches!(c, '0'..='9' | ';' | '?')).is_some() {}
                chars.next_if(char::is_ascii_alphabetic);
            }
            '\t' | '\r' | '\n' => text.push(' '),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {}
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text
}

fn short(line: &str) -> String {
    // yt-dlp asks for reports to its makers, which is no advice to our readers.
    let line = line.split("; please report this issue on").next().unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        None => line.to_owned(),
        Some(_) => line.chars().take(LONGEST - 1).chain(GONE.chars()).collect(),
    }
}

/// Takes out passwords, values of queries, and cookies.
fn hide(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    // Whole lines of the file of cookies follow.
    for word in ["cookie file entry", "cookies file", "cookie:", "authorization:"] {
        if let Some(at) = lower.find(word) {
            return format!("{} {GONE}", &line[..at + word.len()]);
        }
    }
    let line = without_id(line);
    let mut text = String::with_capacity(line.len());
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        text.push_str(&hide_in_word(word));
        text.push_str(&piece[word.len()..]);
    }
    text
}

/// On websites that yt-dlp has no name for, a page's id is the end of its address, with spaces where it had "%20".
fn without_id(line: &str) -> String {
    const FRONT: &str = "[generic] ";
    let Some(at) = line.find(FRONT).map(|at| at + FRONT.len()) else { return line.to_owned() };
    let (front, rest) = line.split_at(at);
    let end = reading::note(rest).or_else(|| rest.rfind(": ")).unwrap_or(rest.len());
    match rest.find('?') {
        Some(query) if query < end => format!("{front}{}?{GONE}{}", &rest[..query], &rest[end..]),
        _ => line.to_owned(),
    }
}

fn hide_in_word(word: &str) -> String {
    let word = without_password(word);
    // The addresses of YouTube's files let anybody in who has them.
    const FILES: &str = "googlevideo.com";
    if let Some(at) = word.find(FILES) {
        return format!("{}/{GONE}", &word[..at + FILES.len()]);
    }
    let query =
        word.find('?').filter(|at| word[at + 1..].starts_with(|c: char| c.is_alphanumeric() || "_%&=".contains(c)));
    if let Some(at) = query {
        return format!("{}?{}", &word[..at], names(&word[at + 1..]));
    }
    match word.match_indices('=').find(|(at, _)| secret(&word[..*at])) {
        Some((at, _)) => format!("{}={GONE}", &word[..at]),
        None => word,
    }
}

/// Whether what `front` ends with is the name of a secret.
fn secret(front: &str) -> bool {
    let name = front.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    name.ends_with("sid") || SECRETS.iter().any(|part| name.contains(part))
}

/// The names of a query's parameters, without their values and what comes behind them.
fn names(query: &str) -> String {
    let query = query.split('#').next().unwrap_or_default();
    let pieces = query.split(['&', ';']).map(|piece| match piece.split_once('=') {
        Some((name, value)) if is_name(name) && !value.trim_start_matches('=').is_empty() => format!("{name}={GONE}"),
        _ => GONE.to_owned(),
    });
    pieces.collect::<Vec<_>>().join("&")
}

fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// `word` without the user and password of every address in it.
fn without_password(word: &str) -> String {
    let first = scheme(word).map_or(word.len(), |(start, _)| start);
    let (front, mut rest) = word.split_at(first);
    // A user and password without "https://" in front.
    let mut text = match front.rfind('@') {
        Some(end) if front[..end].contains(':') => format!("{GONE}{}", &front[end..]),
        _ => front.to_owned(),
    };
    while let Some((_, end)) = scheme(rest) {
        text.push_str(&rest[..end]);
        rest = &rest[end..];
        // A password may hold a slash; what stands before it then looks like a port.
        let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let next = scheme(rest).map_or(rest.len(), |(start, _)| start);
        let until = if rest[..host].contains(':') { next } else { host.min(next) };
        if let Some(end) = rest[..until].rfind('@') {
            rest = &rest[end + 1..];
        }
    }
    text + rest
}

/// Where the first "https://" or the like begins and ends.
fn scheme(text: &str) -> Option<(usize, usize)> {
    const SCHEMES: [&str; 9] =
        ["http://", "https://", "ftp://", "rtmp://", "ws://", "wss://", "socks4://", "socks5://", "socks5h://"];
    SCHEMES.iter().filter_map(|scheme| text.find(scheme).map(|at| (at, at + scheme.len()))).min()
}
