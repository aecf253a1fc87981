//! The template engine as both page formats set it up: whatever a template prints is escaped unless it was marked as
//! safe in this folder's code, and a misspelt fact is an error, never an empty place.

use super::{ExportError, NamedBytes};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

/// Templates by name.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    /// From names and texts. `escape` makes any text harmless in the format.
    pub(super) fn new(texts: &[(&'static str, &'static str)], escape: fn(&str) -> String) -> Result<Self, ExportError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|e| made("the syntax of templates", &e))?);
        environment.set_auto_escape_callback(|_| AutoEscape::Custom("page".into()));
        environment.set_formatter(move |out, _, value| {
            let text = value.to_string();
            out.write_str(&if value.is_safe() { text } else { escape(&text) })?;
            Ok(())
        });
        for (name, text) in texts {
            environment.add_template(name, text).map_err(|e| made(name, &e))?;
        }
        Ok(Self(environment))
    }

    /// Gives templates a filter that turns a text into one which is printed as it is.
    pub(super) fn with_filter(mut self, name: &'static str, filter: fn(&str) -> String) -> Self {
        self.0.add_filter(name, move |text: &str| Value::from_safe_string(filter(text)));
        self
    }

    /// The file `name`, as `template` arranges `values`.
    pub(super) fn file(&self, template: &str, name: String, values: Value) -> Result<NamedBytes, ExportError> {
        match self.0.get_template(template).and_then(|t| t.render(values)) {
            Ok(text) => Ok(NamedBytes { name, bytes: text.into_bytes() }),
            Err(e) => Err(made(&name, &e)),
        }
    }
}

fn made(name: &str, error: &minijinja::Error) -> ExportError {
    ExportError::Made { name: name.to_owned(), reason: error.to_string() }
}
