//! The template engine as all pages use it: whatever a template prints is escaped for its kind of file unless it was
//! marked as safe in this folder's code, and a misspelt fact is an error, never an empty place.
//!
//! A library may bring along templates that take the place of built-in ones, each by itself.

use super::{ExportError, NamedBytes, html, markdown, page};
use crate::config::Config;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value};

/// The style is no template of the engine's: braces mean something else there.
const STYLE: &str = "style.css";

/// A template that a library may replace.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// The file's name in the library's `templates/`.
    pub name: &'static str,
    /// What it makes.
    pub about: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal: $about:literal),* $(,)?) => {
        &[$(BuiltIn { name: $name, about: $about, text: include_str!(concat!("templates/", $name)) }),*]
    };
}

/// All of them.
pub const BUILT_IN: &[BuiltIn] = built_in![
    "layout.html": "What every HTML page has around its content",
    "list.html": "How questions, and links to them, look in lists",
    "entry.html": "The page of a question and its answer",
    "episode.html": "The page of an episode with its questions",
    "withdrawn.html": "The page that takes the place of a withdrawn answer",
    "index.html": "The site's first page: search and newest questions",
    "episodes.html": "The site's list of episodes",
    "experts.html": "The site's list of experts",
    "expert.html": "The page of an expert with the questions that they answered",
    "style.css": "The style of all HTML pages; taken as it is",
    "entry.md": "A question and its answer as Markdown",
    "episode.md": "An episode with its questions as Markdown",
    "foot.md": "What stands below both in Markdown",
];

/// Templates by name.
#[derive(Debug)]
pub(super) struct Templates {
    environment: Environment<'static>,
    style: String,
    /// Names of those that the library brings along.
    replaced: Vec<String>,
}

impl Templates {
    /// The built-in ones, but for those of `own`: name and text of what the library brings along.
    pub(super) fn new(own: &[(String, String)], config: &Config) -> Result<Self, ExportError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|e| made("the syntax of templates", &e))?);
        environment.set_auto_escape_callback(|name| AutoEscape::Custom(kind(name).into()));
        environment.set_formatter(print);
        environment.add_filter("destination", |text: &str| Value::from_safe_string(markdown::destination(text)));
        environment.add_global("words", Value::from(Serde(page::words(config))));
        let mut style = String::new();
        let mut replaced = Vec::new();
        for (name, _) in own {
            if BUILT_IN.iter().all(|known| known.name != name) {
                return Err(ExportError::NoTemplate { name: name.clone() });
            }
        }
        for BuiltIn { name, text, .. } in BUILT_IN {
            let mine = own.iter().find(|(own, _)| own == name);
            replaced.extend(mine.map(|(name, _)| name.clone()));
            match mine {
                Some((_, text)) if *name == STYLE => style.clone_from(text),
                None if *name == STYLE => style = (*text).to_owned(),
                Some((name, text)) => environment
                    .add_template_owned(name.clone(), text.clone())
                    .map_err(|e| ExportError::Template { name: name.clone(), why: told(&e) })?,
                None => environment.add_template(name, text).map_err(|e| made(name, &e))?,
            }
        }
        Ok(Self { environment, style, replaced })
    }

    /// The file `name`, as `template` arranges `values`.
    pub(super) fn file(&self, template: &str, name: String, values: Value) -> Result<NamedBytes, ExportError> {
        match self.environment.get_template(template).and_then(|t| t.render(values)) {
            Ok(text) => Ok(NamedBytes { name, bytes: text.into_bytes() }),
            Err(e) => Err(self.fault(&name, &e)),
        }
    }

    /// The style as the file `name`.
    pub(super) fn style(&self, name: String) -> NamedBytes {
        NamedBytes { name, bytes: self.style.clone().into_bytes() }
    }

    /// A fault of the library's templates, where it brings any along: a built-in one fails only for what another gives.
    fn fault(&self, file: &str, error: &minijinja::Error) -> ExportError {
        let at = error.name().unwrap_or_default();
        match self.replaced.iter().find(|own| *own == at).or(self.replaced.first()) {
            Some(name) if name == at => ExportError::Template { name: name.clone(), why: told(error) },
            Some(name) => ExportError::Template { name: name.clone(), why: format!("{} of {at}", told(error)) },
            None => made(file, error),
        }
    }
}

/// What a template's text is escaped for.
fn kind(name: &str) -> &'static str {
    if name.ends_with(".md") { "markdown" } else { "html" }
}

/// Prints a value: what nobody marked as safe becomes harmless in the file's kind.
fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    let is_markdown = matches!(state.auto_escape(), AutoEscape::Custom(kind) if kind == "markdown");
    match value.as_str() {
        Some(text) if value.is_safe() => out.write_str(text)?,
        Some(text) if is_markdown => out.write_str(&markdown::escape(text))?,
        Some(text) => out.write_str(&html::escape(text))?,
        None if is_markdown => out.write_str(&markdown::escape(&value.to_string()))?,
        None => out.write_str(&html::escape(&value.to_string()))?,
    }
    Ok(())
}

/// What is wrong, without the engine's name of the file.
fn told(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}{detail}{line}", error.kind())
}

fn made(name: &str, error: &minijinja::Error) -> ExportError {
    ExportError::Made { name: name.to_owned(), reason: error.to_string() }
}
