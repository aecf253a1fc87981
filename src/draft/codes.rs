//! Every finding that the draft can make: its code, its kind, whether it blocks, and what it means in plain words.
//!
//! A finding is made here and nowhere else, so that none can have a code that the table of docs/flags.md lacks.

use super::details::Kind;
use super::privacy::Place;
use crate::model::{Flag, FlagKind, Span};

macro_rules! codes {
    ($($kind:ident { $($name:ident $code:literal $blocks:literal $says:literal;)* })*) => {
        /// What was found; details of askers have codes of their own, of [`detail`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code { $($(#[doc = $says] $name,)*)* }

        impl Code {
            const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// The code as it stands in files; it never changes.
            pub(super) fn name(self) -> &'static str {
                match self { $($(Self::$name => $code,)*)* }
            }

            fn kind(self) -> FlagKind {
                match self { $($(Self::$name => FlagKind::$kind,)*)* }
            }

            /// Whether an entry can't be approved before a person resolves it; one that may block in some cases does.
            fn blocks(self) -> bool {
                match self { $($(Self::$name => $blocks,)*)* }
            }

            /// What it means, for a person.
            pub(super) fn says(self) -> &'static str {
                match self { $($(Self::$name => $says,)*)* }
            }
        }
    };
}

codes! {
    Lint {
        CommsCheck "comms-check" true
            "This may be a check of the sound and not a question. Dismiss the entry, or resolve this.";
        GreetingInQuestion "greeting-in-question" false
            "A greeting or farewell stands inside the question. Check where it begins and ends.";
        GreetingInside "greeting-inside" false
            "A greeting or farewell stands inside the answer. Check where it begins and ends.";
        Introduction "introduction" true
            "This may be the host's introduction and not a question. Dismiss the entry, or resolve this.";
        Statement "statement" false "This is a statement and no question in form. Check whether it asks something.";
        UnlikelyQuestion "unlikely-question" true
            "Nothing here asks, and the pair is not sure either. Dismiss the entry, or resolve this.";
        Announcement "announcement" true
            "This may be an announcement and not a question. Dismiss the entry, or resolve this.";
        AnnouncementInside "announcement-inside" false "An announcement stands inside the answer. Check where it ends.";
        AcrossAnnouncement "across-announcement" false
            "An announcement stands between the question and its answer, or was cut out of the answer. Check whether \
             they belong together.";
        Swapped "swapped" true "Question and answer may be swapped: who answers asks. Check both.";
        NoShortQuestion "no-short-question" true
            "All of it is printed, since no short question could be made by leaving words out alone. Resolve this if it \
             may stay so.";
        PronounChange "pronoun-change" false
            "A pronoun was turned to the asker, who is meant, since somebody else read the question.";
        QuestionCutShort "question-cut-short" false "The question breaks off. Check where it ends.";
        MergedQuestions "merged-questions" false
            "Two people's questions may stand in this one. Check whether they should be one entry.";
        AnswerInQuestion "answer-in-question" false
            "The answer's first words may stand in the question. Check where the question ends.";
        NameOnly "name-only" true "There is a hand-over here but no question. Dismiss the entry, or set the question.";
        Compliment "compliment" true "This may be a compliment and not a question. Dismiss the entry, or resolve this.";
        Ceremony "ceremony" true
            "This may be thanks or ceremony and not a question. Dismiss the entry, or resolve this.";
        Sent "written-question" true
            "This question was sent in writing and not read aloud; its answer was found by its words. Check that this \
             answers it, and where it begins and ends.";
        AnswerNotFound "answer-not-found" true
            "This question was sent in writing and, by the report, answered aloud, but its answer was not found. Set its \
             times, or dismiss the entry.";
        LowConfidence "low-confidence" false
            "It is not sure that this is a question of the audience with its whole answer. Listen before approving.";
        OverlappingEntry "overlapping-entry" true
            "The same sentences stand in another entry, or in question and answer both. Move the times of one of \
             them.";
        ShortAnswer "short-answer" false "The answer is shorter than five seconds. Check where it ends.";
        LongAnswer "long-answer" false
            "The answer is longer than eight minutes. Check whether it holds another question.";
        GapInAnswer "gap-in-answer" false
            "Somebody speaks here, within the answer's time, and it is neither in the answer nor anywhere else. \
             Listen whether it belongs to it.";
        NextQuestionInside "next-question-inside" false
            "The next question may begin inside the answer. Check where it ends.";
        FillerStart "filler-start" false
            "The answer begins with words that only win time. Check where it should begin.";
        HandoverStart "handover-start" false
            "The answer begins with thanks or a hand-over. Check where it should begin.";
        AnswerEndsAsking "answer-ends-asking" false
            "The answer ends with a question. Check whether it is the next one.";
        AnswerCutShort "answer-cut-short" false "The answer breaks off. Check where it ends.";
    }
    Credit {
        Undated "day-not-stated" true
            "Nobody has stated the day on which the webinar was held, and titles depend on it. State it as held_on in \
             episode.toml, then process the episode again.";
        BriefVoice "brief-voice" false "Somebody of the roster says a few words in the answer and is not credited.";
        HostAnswers "host-answers" true "The host speaks at length inside the answer and is not credited.";
        HostInAnswer "host-in-answer" false "The host speaks inside the answer and is not credited.";
        AudienceInAnswer "audience-in-answer" true
            "Somebody of the audience speaks inside the answer. Check where it ends, then name who answers.";
        NotInRoster "not-in-roster" true "Who answers is not in roster.toml.";
        UnsureVoice "unsure-voice" true "It is not sure who answers. Listen, then name who answers.";
        UnknownVoice "unknown-voice" true "It is not known who answers. Listen, then name who answers.";
        NoCredit "no-credit" true "Nobody is credited for the answer. Listen, then name who answers.";
    }
    Risk {
        Negation "negation" false "A negation: listen whether it is said, since without it the advice is the opposite.";
        Side "side" false "A side of the body: listen whether it is left or right.";
        Level "level" false "A spinal level: listen whether letter and number are right.";
        Number "number" false "A number: listen whether it is right.";
        Dose "dose" false "A dose: listen whether number and unit are right.";
        Drug "drug" false "A drug: listen whether it is the right one, and check its spelling.";
        DrugMisheard "drug-misheard" false "This may be a drug that was misheard: listen to it.";
        Unsure "unsure" false "This may be misheard: listen to it.";
        Doubtful "doubtful-passage" false
            "The recogniser had trouble with this passage and may have made words up or left some out: listen to it.";
        CaptionsDiffer "captions-differ" false "The published captions say something else here. Listen to it.";
        CaptionsHaveMore "captions-have-more" false "The published captions have more words here. Listen to it.";
        Overlap "overlap" false
            "Several people speak at once here. Words may be missing, or be somebody else's: listen.";
        GlossaryCorrection "glossary-correction" false "The glossary changed the printed text here.";
    }
}

impl Code {
    /// The finding with what the code says as its message.
    pub(super) fn found(self, at: Span, text: &str) -> Flag {
        self.flag(self.says(), at, text)
    }

    /// The finding with a message of its own.
    pub(super) fn flag(self, message: impl Into<String>, at: Span, text: &str) -> Flag {
        flag((self.kind(), self.name().to_owned(), self.blocks()), message.into(), at, text)
    }
}

/// The finding about a personal detail.
pub(super) fn detail(kind: Kind, place: Place, message: String, at: Span, text: &str) -> Flag {
    flag((FlagKind::Privacy, of_detail(kind, place), true), message, at, text)
}

fn of_detail(kind: Kind, place: Place) -> String {
    format!("{}{}", kind.code(), place.suffix())
}

fn flag((kind, code, blocking): (FlagKind, String, bool), message: String, at: Span, text: &str) -> Flag {
    Flag { kind, code, message, start: at.start, end: at.end, text: text.to_owned(), blocking, resolved: None }
}

/// A code of a finding, as docs/flags.md lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagCode {
    /// As it stands in files.
    pub code: String,
    /// Its kind.
    pub kind: FlagKind,
    /// Whether it keeps an entry from being approved.
    pub blocks: bool,
    /// What it means.
    pub says: String,
}

/// All codes that findings can have.
#[must_use]
pub fn flag_codes() -> Vec<FlagCode> {
    let code = |code: &Code| FlagCode {
        code: code.name().to_owned(),
        kind: code.kind(),
        blocks: code.blocks(),
        says: code.says().to_owned(),
    };
    let detail = |kind: Kind, place: Place| FlagCode {
        code: of_detail(kind, place),
        kind: FlagKind::Privacy,
        blocks: true,
        says: format!("{} {}.", place.says(), kind.noun()),
    };
    let details = Kind::ALL.into_iter().flat_map(|kind| Place::ALL.into_iter().map(move |place| detail(kind, place)));
    Code::ALL.iter().map(code).chain(details).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    fn docs() -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flags.md");
        std::fs::read_to_string(path).unwrap()
    }

    fn row(code: &FlagCode) -> String {
        format!("| `{}` | {} | {} |", code.code, if code.blocks { "yes" } else { "no" }, code.says)
    }

    #[test]
    fn the_table_in_the_docs_has_every_code_and_no_other() {
        let docs = docs();
        let rows: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
        let codes: Vec<String> = flag_codes().iter().map(row).collect();
        for code in &codes {
            assert!(
                rows.contains(&code.as_str()),
                "docs/flags.md lacks this line:\n{code}\nall of them:\n{}",
                codes.join("\n")
            );
        }
        for row in rows {
            assert!(codes.iter().any(|code| code == row), "docs/flags.md has a line for no code: {row}");
        }
        let unlike: HashSet<String> = flag_codes().into_iter().map(|code| code.code).collect();
        assert_eq!(unlike.len(), codes.len(), "two findings share a code");
    }

    /// Findings are made in this file alone: so each has a code of the table.
    #[test]
    fn no_other_file_makes_a_finding() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/draft");
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.file_name().unwrap().to_str().unwrap();
                if name == "tests.rs" || name == "codes.rs" || !name.ends_with(".rs") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                assert!(!code.contains("blocking:"), "{} makes a finding by itself", path.display());
            }
        }
    }
}
