//! Values become pages. Whatever a template prints is escaped, and a misspelt fact is an error, never an empty place.

use super::assets::TEMPLATES;
use super::{ReviewError, Trouble};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use std::collections::BTreeMap;

/// The page's templates.
pub(super) struct Pages(Environment<'static>);

/// What an entry's template is told of the page that it stands on.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Surroundings {
    /// Whether nobody may edit.
    pub(super) read_only: bool,
    /// Who edits.
    pub(super) editor: String,
}

impl Pages {
    /// Reads the templates.
    pub(super) fn new() -> Result<Self, ReviewError> {
        Self::of(TEMPLATES)
    }

    fn of(templates: &[(&'static str, &'static str)]) -> Result<Self, ReviewError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, text) in templates {
            environment.add_template(name, text).map_err(|error| fault(name, &error))?;
        }
        Ok(Self(environment))
    }

    /// The first page.
    pub(super) fn home(&self, home: &impl Serialize) -> Result<String, ReviewError> {
        self.page("home.html", context! { home => Serde(home) })
    }

    /// An episode's page.
    pub(super) fn episode(&self, page: &impl Serialize) -> Result<String, ReviewError> {
        self.page("episode.html", context! { page => Serde(page) })
    }

    /// Entries as they stand on an episode's page, by id.
    pub(super) fn entries<'a, E: Serialize + 'a>(
        &self,
        entries: impl Iterator<Item = (String, &'a E)>,
        page: &Surroundings,
    ) -> Result<BTreeMap<String, String>, ReviewError> {
        let page = Value::from(Serde(page));
        entries
            .map(|(id, entry)| {
                let html = self.page("entry.html", context! { entry => Serde(entry), page => &page })?;
                Ok((id, html))
            })
            .collect()
    }

    /// A page that says what went wrong.
    pub(super) fn trouble(&self, trouble: &Trouble) -> Result<String, ReviewError> {
        self.page("error.html", context! { trouble => Serde(trouble) })
    }

    fn page(&self, name: &str, values: Value) -> Result<String, ReviewError> {
        self.0.get_template(name).and_then(|template| template.render(values)).map_err(|error| fault(name, &error))
    }
}

fn fault(name: &str, error: &minijinja::Error) -> ReviewError {
    // The cause tells the line.
    ReviewError::Page { name: name.to_owned(), reason: format!("{error:#}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_never_becomes_markup() {
        let evil = "</title><script>alert(1)</script>\" onload='x'";
        let page = Pages::new().unwrap().trouble(&Trouble::new(evil, evil)).unwrap();
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
        // Also in attributes, and in values that scripts read.
        let pages = Pages::of(&[("entry.html", "<p title=\"{{ entry }}\" data-x='{{ entry|tojson }}'>")]).unwrap();
        let surroundings = Surroundings { read_only: false, editor: String::new() };
        let made = pages.entries([("e".to_owned(), &evil)].into_iter(), &surroundings).unwrap();
        let html = &made["e"];
        assert!(html.matches('<').count() == 1 && html.matches('"').count() >= 2, "{html}");
        assert!(!html.contains("onload='x'"), "{html}");
    }

    #[test]
    fn a_misspelt_fact_is_an_error() {
        let pages = Pages::of(&[("home.html", "{{ home.titel }}")]).unwrap();
        let error = pages.home(&serde_json::json!({ "title": "x" })).unwrap_err();
        assert!(matches!(error, ReviewError::Page { .. }), "{error}");
        assert!(Pages::of(&[("home.html", "{% if %}")]).is_err());
    }
}
