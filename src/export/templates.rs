//! The template engine as both page formats set it up: whatever a template prints is escaped unless it was marked as
//! safe in this folder's code, and a misspelt fact is an error, never an empty place.

use super::{ExportError, NamedBytes};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

/// Templates by name.
pub(super) struct Templates {
    environment: Environment<'static>,
    /// Names of those that the library brings along.
    replaced: Vec<String>,
}

impl Templates {
    /// From names and texts. Those of `own` with the same name take their place: what the library brings along. `escape`
    /// makes any text harmless in the format.
    pub(super) fn new(
        texts: &[(&'static str, &'static str)],
        own: &[(String, String)],
        escape: fn(&str) -> String,
    ) -> Result<Self, ExportError> {
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
        let mut replaced = Vec::new();
        for (name, text) in texts {
            match own.iter().find(|(own, _)| own == name) {
                Some((name, text)) => {
                    environment
                        .add_template_owned(name.clone(), text.clone())
                        .map_err(|e| ExportError::Template { name: name.clone(), why: told(&e) })?;
                    replaced.push(name.clone());
                }
                None => environment.add_template(name, text).map_err(|e| made(name, &e))?,
            }
        }
        Ok(Self { environment, replaced })
    }

    /// Gives templates a filter that turns a text into one which is printed as it is.
    pub(super) fn with_filter(mut self, name: &'static str, filter: fn(&str) -> String) -> Self {
        self.environment.add_filter(name, move |text: &str| Value::from_safe_string(filter(text)));
        self
    }

    /// The file `name`, as `template` arranges `values`.
    pub(super) fn file(&self, template: &str, name: String, values: Value) -> Result<NamedBytes, ExportError> {
        match self.environment.get_template(template).and_then(|t| t.render(values)) {
            Ok(text) => Ok(NamedBytes { name, bytes: text.into_bytes() }),
            Err(e) => Err(self.fault(&name, &e)),
        }
    }

    /// A fault of the library's template, where it is one of those.
    fn fault(&self, file: &str, error: &minijinja::Error) -> ExportError {
        match error.name().filter(|name| self.replaced.iter().any(|own| own == name)) {
            Some(name) => ExportError::Template { name: name.to_owned(), why: told(error) },
            None => made(file, error),
        }
    }
}

/// What is wrong, without the engine's name of the file.
fn told(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}{line}{detail}", error.kind())
}

fn made(name: &str, error: &minijinja::Error) -> ExportError {
    ExportError::Made { name: name.to_owned(), reason: error.to_string() }
}
