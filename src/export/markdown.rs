//! The pages as text to paste into an editor: `index.md` and a file for each entry. Markdown has no way to quote a
//! text as a whole, so each character that some dialect gives a meaning gets a backslash where it would have it.

use super::page::EpisodePage;
use super::templates::Templates;
use super::{ExportError, NamedBytes};
use minijinja::value::Serde;
use minijinja::{Value, context};

/// The episode's list and its entries.
pub(super) fn files(episode: &EpisodePage, templates: &Templates) -> Result<Vec<NamedBytes>, ExportError> {
    let name = |file: &str| format!("{}/{file}", episode.id);
    let (shared, site) = (Value::from(Serde(episode)), Value::from(Serde(&episode.site)));
    let values = context! { site => &site, episode => &shared };
    let mut files = vec![templates.file("episode.md", name("index.md"), values)?];
    for entry in &episode.entries {
        files.push(templates.file(
            "entry.md",
            name(&format!("{}.md", entry.id)),
            context! { site => &site, episode => &shared, entry => Serde(entry) },
        )?);
    }
    Ok(files)
}

/// The text such that every dialect prints it as it is. Takes a single line (see [`super::page`]).
///
/// The rules are CommonMark's (a backslash before ASCII punctuation prints it), together with what common dialects
/// add: bare addresses, mentions, emoji names, formulas, marked and raised text, template braces.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    // Digits at the front are a list's number when a dot or bracket follows.
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let special = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' | '$' | '^' | '{' | '}' | '#' | '@' => true,
            '&' => next.is_some_and(|n| n == '#' || n.is_ascii_alphanumeric()),
            // A time such as 12:42 stays as it is.
            ':' => {
                let after_digit = text[..at].ends_with(|p: char| p.is_ascii_digit());
                at == 0
                    || next.is_some_and(|n| "/+-".contains(n) || n.is_alphabetic() || (n.is_numeric() && !after_digit))
            }
            '=' | '-' | '+' | '%' => at == 0 || next == Some(c),
            '.' | ')' => (number > 0 && at == number) || (c == '.' && text[..at].to_ascii_lowercase().ends_with("www")),
            '!' => at == 0 || next == Some('['),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The address inside a link's round brackets. It was checked to be an address; a bracket could end it early, and a
/// semicolon could end the name of a character (`&#106;`), which is read there too.
pub(super) fn destination(url: &str) -> String {
    url.replace('(', "%28").replace(')', "%29").replace(';', "%3B")
}
