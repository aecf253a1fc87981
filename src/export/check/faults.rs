//! What was found in a file, before it is known on which line it stands.

use super::place::{Place, Position};

/// The most faults that are told of one file: a file of another kind would have one on each line.
pub(super) const MOST: usize = 500;

/// The most characters of a value that a sentence repeats.
const SHOWN: usize = 120;

/// One fault.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) place: Place,
    /// Where the place alone does not tell it.
    pub(super) at: Option<Position>,
    /// A sentence.
    pub(super) what: String,
}

/// The faults of a file, in the order in which they were found.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    pub(super) found: Vec<Finding>,
    /// How many there are that were not kept.
    pub(super) more: usize,
}

impl Faults {
    pub(super) fn add(&mut self, place: Place, what: impl Into<String>) {
        self.keep(Finding { place, at: None, what: what.into() });
    }

    pub(super) fn add_at(&mut self, place: Place, at: Position, what: impl Into<String>) {
        self.keep(Finding { place, at: Some(at), what: what.into() });
    }

    fn keep(&mut self, finding: Finding) {
        if self.found.len() < MOST {
            self.found.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Whether something below `place`, or `place` itself, is at fault.
    pub(super) fn touch(&self, place: &Place) -> bool {
        self.more > 0 || self.found.iter().any(|finding| finding.place.steps().starts_with(place.steps()))
    }
}

/// A value from a file as a sentence repeats it: short, and harmless on a terminal.
pub(super) fn shown(text: &str) -> String {
    let mut head: String = text.chars().take(SHOWN).collect();
    if head.len() < text.len() {
        head.push('…');
    }
    format!("\"{}\"", head.escape_debug().to_string().replace("\\'", "'"))
}
