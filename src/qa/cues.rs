//! Wordings that speak for or against a question: the table `cues.toml` and how its rows are matched.
//!
//! A pattern is a row of words. `a|b` is either word, `'d` a word that ends so, `#` a number in digits, `*` any word,
//! `...` up to five words, `^` the start of a sentence, `$` its end. A caption line or a segment of a speech
//! recogniser may hold several sentences; `^` and `$` match at each of them.

use super::lines::Line;
use serde::Deserialize;
use std::sync::OnceLock;

/// How many words `...` may stand for.
const GAP: usize = 5;

/// What a wording speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Somebody is named as the one who asks.
    Attribution,
    /// Questions are counted: "our next question".
    Numbering,
    /// A question's way is told: "from Theo", "in the chat".
    Source,
    /// Somebody is given the word to ask.
    Caller,
    /// "Hi", "good morning", "thanks for taking my call".
    Greeting,
    /// The asker says that this is a question.
    Asker,
    /// The asker's own story.
    History,
    /// What askers ask.
    Asking,
    /// The form of a question.
    Interrogative,
    /// How answers begin.
    Opening,
    /// "That's a great question."
    Praise,
    /// Thanks.
    Thanks,
    /// "Great", "okay".
    Acknowledgement,
    /// The word goes to an expert.
    Routing,
    /// Housekeeping, adverts, disclaimers.
    Announcement,
    /// How and when to ask.
    Invite,
    /// The end.
    SignOff,
    /// A question is put off.
    Deferral,
    /// Welcome and introductions.
    Introduction,
    /// A host's own conversation.
    Interview,
    /// A question that builds on the one before.
    FollowUp,
    /// Questions that nobody asks for an answer.
    Rhetorical,
    /// A story from the past.
    Story,
    /// A presentation.
    Talk,
    /// What answers consist of.
    Advice,
}

impl Kind {
    /// All kinds, in the order of the columns.
    pub(super) const ALL: [Self; 25] = [
        Self::Attribution,
        Self::Numbering,
        Self::Source,
        Self::Caller,
        Self::Greeting,
        Self::Asker,
        Self::History,
        Self::Asking,
        Self::Interrogative,
        Self::Opening,
        Self::Praise,
        Self::Thanks,
        Self::Acknowledgement,
        Self::Routing,
        Self::Announcement,
        Self::Invite,
        Self::SignOff,
        Self::Deferral,
        Self::Introduction,
        Self::Interview,
        Self::FollowUp,
        Self::Rhetorical,
        Self::Story,
        Self::Talk,
        Self::Advice,
    ];
}

/// The kinds that a sentence shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hits(u32);

impl Hits {
    /// Whether a wording of this kind is there.
    pub(super) fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// Whether a wording of one of these kinds is there.
    pub(super) fn any(self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|&kind| self.has(kind))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    cue: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: Kind,
    pattern: String,
    #[cfg_attr(not(test), allow(dead_code, reason = "the examples are for readers and tests"))]
    example: String,
}

#[derive(Debug)]
enum Step {
    Start,
    End,
    Any,
    Gap,
    OneOf(Vec<String>),
}

#[derive(Debug)]
struct Cue {
    kind: Kind,
    steps: Vec<Step>,
}

fn compile(row: &Row) -> Cue {
    let step = |word: &str| match word {
        "^" => Step::Start,
        "$" => Step::End,
        "*" => Step::Any,
        "..." => Step::Gap,
        words => Step::OneOf(words.split('|').map(str::to_owned).collect()),
    };
    Cue { kind: row.kind, steps: row.pattern.split_whitespace().map(step).collect() }
}

fn rows() -> Vec<Row> {
    let table: Table = toml::from_str(include_str!("cues.toml")).expect("the table is part of the program and tested");
    table.cue
}

fn cues() -> &'static [Cue] {
    static CUES: OnceLock<Vec<Cue>> = OnceLock::new();
    CUES.get_or_init(|| rows().iter().map(compile).collect())
}

fn word_matches(alternative: &str, word: &str) -> bool {
    alternative == word || (alternative.starts_with('\'') && word.ends_with(alternative))
}

fn matches_at(steps: &[Step], line: &Line, at: usize) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    match step {
        Step::Start => line.starts(at) && matches_at(rest, line, at),
        Step::End => line.ends(at) && matches_at(rest, line, at),
        Step::Any => at < line.words.len() && matches_at(rest, line, at + 1),
        Step::Gap => (0..=GAP).any(|skip| at + skip <= line.words.len() && matches_at(rest, line, at + skip)),
        Step::OneOf(words) => {
            line.words.get(at).is_some_and(|word| words.iter().any(|w| word_matches(w, word)))
                && matches_at(rest, line, at + 1)
        }
    }
}

/// The kinds of wordings in a sentence.
pub(super) fn hits(line: &Line) -> Hits {
    let mut hits = Hits::default();
    for cue in cues() {
        let bit = 1 << cue.kind as u32;
        if hits.0 & bit == 0 && (0..line.words.len()).any(|at| matches_at(&cue.steps, line, at)) {
            hits.0 |= bit;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_matches_its_example() {
        let missed = |row: &Row| {
            let (cue, line) = (compile(row), Line::read(&row.example));
            !(0..=line.words.len()).any(|at| matches_at(&cue.steps, &line, at))
        };
        let missing: Vec<Row> = rows().into_iter().filter(missed).collect();
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn each_kind_has_a_row_and_a_column() {
        for (column, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, column);
            assert!(rows().iter().any(|row| row.kind == *kind), "{kind:?}");
        }
    }

    #[test]
    fn a_start_is_also_inside_a_segment_that_joins_sentences() {
        let joined = Line::read("So keep walking. What kind of mattress is best?");
        assert!(hits(&joined).has(Kind::Interrogative));
        assert!(!hits(&Line::read("I know what you mean by that.")).has(Kind::Greeting));
    }
}
