//! Texts as parts of ids.

use deunicode::deunicode;

/// Lower-case ASCII letters and digits with single hyphens between, at most `longest` bytes; empty when nothing of the
/// text can be written so.
#[must_use]
pub fn slug(text: &str, longest: usize) -> String {
    let mut slug = String::new();
    for c in deunicode(text).chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' {
            slug.push('-');
        }
    }
    slug.truncate(longest);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_readable_and_short() {
        assert_eq!(slug("Dr. Müller's talk", 80), "dr-mullers-talk");
        assert_eq!(slug("Jane Doe", 5), "jane");
        assert_eq!(slug("…", 80), "");
    }
}
