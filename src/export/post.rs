//! An entry as a post of WordPress, for the bulk load and for publishing alike: so that a site which was loaded from a
//! file is recognised as up to date.
//!
//! WordPress filters what it stores and reads more into a text than HTML says. The texts are written so that neither
//! happens: only elements and entities that its filter (KSES) leaves as they are, and no character that begins a
//! shortcode, an embedded address or a block. Every paragraph has a class: on saving, WordPress's editor takes out a bare
//! `<p>`, and what it saved would count as changed by hand.

use super::contract::{EpisodeDocument, GoneReason};
use super::page::{self, EntryPage, EpisodePage, Link};
use super::wording::draft_mark;
use super::{ExportError, address};
use crate::config::{Config, Wording};
use crate::model::{Digest, EntryId};
use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The meta field with the entry's id.
pub const META_ID: &str = "spinetime_id";
/// The meta field with [`text_hash`] of the post as it was written.
pub const META_HASH: &str = "spinetime_hash";

/// A published entry as a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The entry.
    pub id: EntryId,
    /// The post's name in addresses: the entry's id, for ever.
    pub slug: String,
    /// The question as plain text, for people.
    pub question: String,
    /// The question, escaped: WordPress takes titles for HTML.
    pub title: String,
    /// The answer with all that stands around it, without the question as a heading.
    pub content: String,
    /// The answer's beginning, escaped.
    pub excerpt: String,
    /// The fields that the plugin registers, in a fixed order.
    pub meta: Vec<(&'static str, Value)>,
    /// The day on which the webinar was held.
    pub held_on: Option<Date>,
    /// Where the answer begins in the recording, in whole seconds.
    pub start: u64,
    /// When an importer has to look at it again.
    pub changed_at: Timestamp,
    /// [`text_hash`] of title, content and excerpt.
    pub hash: Digest,
}

/// An entry whose post must not be shown as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The entry.
    pub id: EntryId,
    /// Why.
    pub reason: GoneReason,
    /// What a withdrawn entry's post says instead, as HTML.
    pub notice: Option<String>,
}

/// What an episode's posts are, and which must not be shown any more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Posts {
    /// In order of time.
    pub posts: Vec<Post>,
    /// By id.
    pub gone: Vec<Gone>,
}

/// The posts of an episode.
///
/// # Errors
/// As [`page::episode`].
pub fn posts(document: &EpisodeDocument, config: &Config) -> Result<Posts, ExportError> {
    let shown = page::episode(document, config)?;
    let posts = document.entries.iter().zip(&shown.entries).map(|(entry, page)| {
        let (title, content, excerpt) =
            (title(page, &config.wording), content(&shown, page, &config.wording), text(&page.summary));
        let hash = text_hash(&title, &content, &excerpt);
        let mut meta = facts(document, &shown, page, entry.answer.start.0 / 1000);
        meta.insert(1, (META_HASH, hash.as_str().into()));
        Post {
            id: entry.id.clone(),
            slug: entry.id.to_string(),
            question: page.question.clone(),
            title,
            content,
            excerpt,
            meta,
            held_on: document.episode.held_on,
            start: entry.answer.start.0 / 1000,
            changed_at: entry.changed_at(),
            hash,
        }
    });
    Ok(Posts {
        posts: posts.collect(),
        gone: document
            .tombstones
            .iter()
            .map(|gone| Gone {
                id: gone.id.clone(),
                reason: gone.reason,
                notice: (gone.reason == GoneReason::Withdrawn).then(|| notice(gone.notice.as_deref(), config)),
            })
            .collect(),
    })
}

/// Signs that [`text`] writes as references, since WordPress acts on them. Its visual editor puts the signs back when
/// somebody saves a post there.
const REFERENCES: [(&str, &str); 4] = [("&#035;", "#"), ("&#058;", ":"), ("&#091;", "["), ("&#093;", "]")];

/// SHA-256 over what people read of a post, as the site has it. A sign and a reference to it are the same.
#[must_use]
pub fn text_hash(title: &str, content: &str, excerpt: &str) -> Digest {
    let mut hash = Sha256::new();
    for part in [title, content, excerpt] {
        let part = REFERENCES.iter().fold(part.to_owned(), |part, (reference, sign)| part.replace(reference, sign));
        // Lengths first, so that no two posts run together to the same bytes.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    Digest::from_bytes(hash.finalize().into())
}

/// A category's or tag's name as WordPress keeps it.
#[must_use]
pub fn term(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A title or a term's name of the site as plain text.
#[must_use]
pub fn plain(html: &str) -> String {
    // An escaped "&lt;" must not become a sign: the "&" comes last.
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#039;", "'")];
    let entities = named.iter().chain(&REFERENCES).chain(&[("&amp;", "&")]);
    page::clean(&entities.fold(html.to_owned(), |text, (entity, sign)| text.replace(entity, sign)))
}

/// Plain text as WordPress must be given it. The numeric entities have three digits, since its filter would add the
/// zero otherwise.
pub(super) fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + plain.len() / 16);
    let mut rest = plain;
    // The filter takes an escaped "&#39;" for the sign that it would stand for.
    let mut after_and = false;
    while let Some(c) = rest.chars().next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '#' if after_and => out.push_str("&#035;"),
            '[' => out.push_str("&#091;"),
            ']' => out.push_str("&#093;"),
            // A paragraph that is an address and nothing else would load whatever stands there.
            ':' if rest.starts_with("://") => out.push_str("&#058;"),
            _ if is_unstored(c) => out.push(' '),
            _ => out.push(c),
        }
        after_and = c == '&';
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Characters that XML or the database does not take.
fn is_unstored(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn title(entry: &EntryPage, wording: &Wording) -> String {
    match entry.draft {
        true => format!("{}: {}", text(&draft_mark(wording)), text(&entry.question)),
        false => text(&entry.question),
    }
}

/// The house's shape. Each paragraph is an element on a line of its own, which is what WordPress makes of text.
fn content(episode: &EpisodePage, entry: &EntryPage, wording: &Wording) -> String {
    let label = |label: &str| match page::clean(label) {
        label if label.is_empty() => String::new(),
        label => format!("{} ", strong(&label)),
    };
    let mut lines = Vec::new();
    if entry.draft {
        lines.push(paragraph("draft", &strong(&draft_mark(wording))));
    }
    lines.extend(entry.experts.iter().map(|expert| paragraph("expert", &strong(&expert.shown))));
    lines.push(paragraph("question", &format!("{}{}", label(&wording.question), text(&entry.question))));
    for (number, answer) in entry.paragraphs.iter().enumerate() {
        let label = if number == 0 { label(&wording.answer) } else { String::new() };
        lines.push(paragraph("answer", &format!("{label}{}", text(answer))));
    }
    let watch = match &entry.watch {
        Some(watch) => {
            let time = format!("{}–{}", entry.start, entry.end);
            format!("{} ({})", link(&page::clean(&wording.watch), &watch.url), text(&time))
        }
        None => text(&entry.unlinked),
    };
    lines.push(paragraph("watch", &watch));
    let credits = entry.experts.iter().filter(|expert| !expert.credit.is_empty());
    lines.extend(credits.map(|expert| paragraph("credit", &emphasis(&expert.credit))));
    let recording = episode.recording.as_ref().map(|to| format!(" {}", link(&to.text, &to.url))).unwrap_or_default();
    lines.push(paragraph("source", &format!("{}{recording}", text(&episode.source))));
    for Link { text: shown, url } in episode.site.subscribe.iter().chain(&episode.site.index) {
        // What leads to a place on the exported site leads nowhere from a post.
        if address::web(url).is_some() || url.starts_with('/') {
            lines.push(paragraph("link", &link(shown, url)));
        }
    }
    if !episode.site.disclaimer.is_empty() {
        lines.push(paragraph("disclaimer", &emphasis(&episode.site.disclaimer)));
    }
    lines.join("\n")
}

/// A paragraph of HTML, with the class `spinetime-{class}`.
fn paragraph(class: &str, html: &str) -> String {
    format!("<p class=\"spinetime-{class}\">{html}</p>")
}

fn strong(plain: &str) -> String {
    format!("<strong>{}</strong>", text(plain))
}

fn emphasis(plain: &str) -> String {
    format!("<em>{}</em>", text(plain))
}

/// A link; the address is one that [`address`] let through, so that it holds no quote.
fn link(shown: &str, url: &str) -> String {
    format!("<a href=\"{}\">{}</a>", url.replace('&', "&amp;").replace('[', "%5B").replace(']', "%5D"), text(shown))
}

/// What a withdrawn entry's post says: the editor's word, or the series'.
fn notice(stated: Option<&str>, config: &Config) -> String {
    let stated = page::clean(stated.unwrap_or_default());
    let lead = page::clean(&config.wording.withdrawn);
    let both = [lead, stated].into_iter().filter(|line| !line.is_empty());
    both.map(|line| paragraph("notice", &text(&line))).collect::<Vec<_>>().join("\n")
}

fn facts(
    document: &EpisodeDocument,
    episode: &EpisodePage,
    entry: &EntryPage,
    start: u64,
) -> Vec<(&'static str, Value)> {
    let joined = |texts: Vec<&str>, between: &str| field(&texts.join(between));
    vec![
        (META_ID, entry.id.clone().into()),
        ("spinetime_episode", document.episode.id.as_str().into()),
        ("spinetime_experts", joined(entry.experts.iter().map(|e| e.shown.as_str()).collect(), "; ")),
        ("spinetime_credit", joined(entry.experts.iter().map(|e| e.credit.as_str()).collect(), " ")),
        ("spinetime_held_on", document.episode.held_on.map(|day| day.to_string()).unwrap_or_default().into()),
        ("spinetime_recording", episode.recording.as_ref().map(|link| link.url.clone()).unwrap_or_default().into()),
        ("spinetime_watch", entry.watch.as_ref().map(|watch| watch.url.clone()).unwrap_or_default().into()),
        ("spinetime_start", start.into()),
    ]
}

/// The fields that tell of an answer, as they are once it was withdrawn.
#[must_use]
pub fn emptied() -> Vec<(&'static str, Value)> {
    let texts =
        ["spinetime_experts", "spinetime_credit", "spinetime_held_on", "spinetime_recording", "spinetime_watch"];
    texts.into_iter().map(|key| (key, "".into())).chain([("spinetime_start", 0.into())]).collect()
}

/// A field's text: plain, without the signs that the plugin takes out of whatever it is given.
fn field(text: &str) -> Value {
    let plain: String = text.chars().map(|c| if matches!(c, '<' | '>') || is_unstored(c) { ' ' } else { c }).collect();
    page::clean(&plain).into()
}
