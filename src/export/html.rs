//! A folder of pages that works as it is, from a website or from a disk: `index.html`, a page for each entry, one
//! style and one script. The templates escape whatever they print. Until a reader presses play, no page asks any
//! other server for anything, which its content security policy holds it to.

use super::contract::EpisodeDocument;
use super::page::{self, EntryPage, EpisodePage};
use super::templates::Templates;
use super::{ExportError, NamedBytes, jsonld};
use crate::config::Config;
use minijinja::value::Serde;
use minijinja::{HtmlEscape, Value, context};

const STYLE: &[u8] = include_bytes!("templates/style.css");
const SCRIPT: &[u8] = include_bytes!("templates/script.js");

const TEMPLATES: [(&str, &str); 3] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("episode.html", include_str!("templates/episode.html")),
    ("entry.html", include_str!("templates/entry.html")),
];

/// The episode's page, the entries' pages, and what they load.
pub(super) fn files(
    document: &EpisodeDocument,
    config: &Config,
    own: &[(String, String)],
) -> Result<Vec<NamedBytes>, ExportError> {
    let episode = &page::episode(document, config)?;
    let name = |file: &str| format!("{}/{file}", episode.id);
    let templates = Templates::new(&TEMPLATES, own, escape)?;
    let shared = Value::from(Serde(episode));
    let mut files = vec![templates.file("episode.html", name("index.html"), context! { episode => &shared })?];
    for entry in &episode.entries {
        let values = context! { episode => &shared, entry => Serde(entry), data => data(episode, entry) };
        files.push(templates.file("entry.html", name(&format!("{}.html", entry.id)), values)?);
    }
    files.push(NamedBytes { name: name("style.css"), bytes: STYLE.to_vec() });
    files.push(NamedBytes { name: name("script.js"), bytes: SCRIPT.to_vec() });
    Ok(files)
}

/// The text for an element or a quoted attribute. The engine escapes slashes too, which only unquoted attributes need;
/// addresses stay readable without.
fn escape(text: &str) -> String {
    HtmlEscape(text).to_string().replace("&#x2f;", "/")
}

/// The structured data, escaped for its element already; none for a draft, which no machine should pick up.
fn data(episode: &EpisodePage, entry: &EntryPage) -> Option<Value> {
    (!entry.draft).then(|| Value::from_safe_string(jsonld::script(episode, entry)))
}

/// Paragraphs as HTML and nothing else, for whoever builds a page around them.
pub(super) fn paragraphs(texts: &[String]) -> String {
    texts.iter().map(|text| format!("<p>{}</p>", escape(text))).collect::<Vec<_>>().join("\n")
}
