//! Labelled transcripts: what people found, to measure against. Three forms are read.
//!
//! - **Labelled JSON**: `{"id", "sentences": [{"text", "speaker", "start", "end"}], "pairs": [{"question": [first, last],
//!   "answer": [first, last], "answer_alts"}], "optional_pairs"}`, sentence numbers, both ends included.
//! - **Truth JSON** of a recording: the same with `{"question": {"sentences": [..]}, "answer": {"sentences": [..]}}`.
//! - **Scripts** (`.txt`): a line `LABEL SPEAKER TEXT` for each sentence, `# key: value` above them.
//!
//! A file of predictions is the first form reduced to `id` and `pairs`.

use crate::failure::{Exit, Failure};
use crate::model::{ClusterId, Millis, Span, Utterance};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A labelled pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldPair {
    /// The sentences of the question.
    pub question: Range<usize>,
    /// The sentences of the answer.
    pub answer: Range<usize>,
    /// Other extents of the answer that are as good.
    pub answer_alts: Vec<Range<usize>>,
}

/// A labelled transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Gold {
    /// Its name.
    pub id: String,
    /// The kind of event ("webinar"); empty when the file doesn't say.
    pub kind: String,
    /// The sentences. Voices are numbered in the order in which they first speak; roles are left out.
    pub utterances: Vec<Utterance>,
    /// The pairs, in order.
    pub pairs: Vec<GoldPair>,
    /// Pairs that may be found or not.
    pub optional: Vec<GoldPair>,
    /// The questions that nobody answers, in order; empty where the form doesn't tell.
    pub unanswered: Vec<Range<usize>>,
}

/// A pair as proposed. An empty range fits nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicted {
    /// The sentences of the question.
    pub question: Range<usize>,
    /// The sentences of the answer, from the first to the last.
    pub answer: Range<usize>,
}

/// What can be wrong with labelled files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldError {
    /// A file or folder can't be read.
    #[error("{path} can't be read")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is none of the forms.
    #[error("{path} is no labelled transcript: {reason}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What is wrong, with the line where there is one.
        reason: String,
    },
    /// A folder holds nothing to measure against.
    #[error("{path} holds no labelled transcript")]
    Empty {
        /// Which.
        path: PathBuf,
    },
}

impl Failure for GoldError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unreadable { .. } | Self::Malformed { .. } | Self::Empty { .. } => Exit::Input,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some("Check the path and the permission to read it.".into()),
            Self::Malformed { .. } => Some("Correct the file or move it out of the folder.".into()),
            Self::Empty { .. } => Some("Give a folder with labelled .json files or .txt scripts.".into()),
        }
    }
}

impl Gold {
    /// The same without knowing who speaks.
    #[must_use]
    pub fn without_speakers(&self) -> Self {
        let mut gold = self.clone();
        for utterance in &mut gold.utterances {
            (utterance.speaker, utterance.role) = (None, None);
        }
        gold
    }
}

#[derive(Deserialize)]
struct Document {
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    sentences: Vec<Sentence>,
    #[serde(default)]
    pairs: Vec<Labelled>,
    #[serde(default)]
    optional_pairs: Vec<Labelled>,
    #[serde(default)]
    unanswered: Vec<Open>,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    start: Option<f64>,
    #[serde(default)]
    end: Option<f64>,
}

#[derive(Deserialize)]
struct Labelled {
    question: Extent,
    answer: Extent,
    #[serde(default)]
    answer_alts: Vec<Extent>,
}

#[derive(Deserialize)]
struct Open {
    question: Extent,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Extent {
    Ends(usize, usize),
    Sentences { sentences: Vec<usize> },
    // Whatever else a file of predictions holds fits nothing.
    Other(serde::de::IgnoredAny),
}

impl Extent {
    /// As a range; empty when it doesn't lie within `count` sentences.
    fn range(&self, count: usize) -> Range<usize> {
        let (first, last) = match self {
            Self::Ends(first, last) => (*first, *last),
            Self::Sentences { sentences } => match (sentences.iter().min(), sentences.iter().max()) {
                (Some(first), Some(last)) => (*first, *last),
                _ => return 0..0,
            },
            Self::Other(_) => return 0..0,
        };
        if first <= last && last < count { first..last + 1 } else { 0..0 }
    }
}

impl Labelled {
    fn gold(&self, count: usize) -> GoldPair {
        GoldPair {
            question: self.question.range(count),
            answer: self.answer.range(count),
            answer_alts: self.answer_alts.iter().map(|alt| alt.range(count)).collect(),
        }
    }
}

fn number(voices: &mut HashMap<String, ClusterId>, name: &str) -> ClusterId {
    let next = ClusterId(u32::try_from(voices.len()).unwrap_or(u32::MAX));
    *voices.entry(name.to_owned()).or_insert(next)
}

impl Document {
    fn gold(self) -> Option<Gold> {
        let count = self.sentences.len();
        let mut voices = HashMap::new();
        let all = |labelled: &[Labelled]| labelled.iter().map(|pair| pair.gold(count)).collect::<Vec<_>>();
        let (pairs, optional) = (all(&self.pairs), all(&self.optional_pairs));
        let unanswered: Vec<_> = self.unanswered.iter().map(|open| open.question.range(count)).collect();
        let empty = |pair: &GoldPair| pair.question.is_empty() || pair.answer.is_empty();
        if pairs.iter().chain(&optional).any(empty) || unanswered.iter().any(Range::is_empty) {
            return None;
        }
        let utterance = |sentence: Sentence| Utterance {
            speaker: sentence.speaker.as_deref().map(|name| number(&mut voices, name)),
            span: sentence
                .start
                .zip(sentence.end)
                .map(|(start, end)| Span::new(Millis::from_seconds(start), Millis::from_seconds(end))),
            text: sentence.text,
            role: None,
        };
        let utterances = self.sentences.into_iter().map(utterance).collect();
        Some(Gold { id: self.id, kind: self.kind, utterances, pairs, optional, unanswered })
    }
}

/// A script into a labelled transcript.
///
/// A question that shares the answer of a later one belongs to that pair. What an asker adds after the answer has
/// begun belongs to the answer. Lines labelled `u` are an unanswered question together with its deferral.
///
/// # Errors
/// What is wrong, with the number of the line.
pub fn script(id: &str, text: &str) -> Result<Gold, String> {
    let mut gold = Gold {
        id: id.to_owned(),
        kind: String::new(),
        utterances: Vec::new(),
        pairs: Vec::new(),
        optional: Vec::new(),
        unanswered: Vec::new(),
    };
    let (mut voices, mut labels) = (HashMap::new(), Vec::new());
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if let Some(header) = line.strip_prefix('#') {
            if let Some(("kind", value)) = header.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
                gold.kind = value.split_whitespace().next().unwrap_or_default().to_owned();
            }
            continue;
        }
        let fault = || format!("line {} is not \"LABEL SPEAKER TEXT\"", at + 1);
        let (label, rest) = line.trim().split_once(char::is_whitespace).ok_or_else(fault)?;
        let (speaker, said) = rest.trim_start().split_once(char::is_whitespace).ok_or_else(fault)?;
        let mut parts = label.chars();
        let kind = parts.next().filter(|kind| "qahgntijsuo".contains(*kind)).ok_or_else(fault)?;
        let number_of_pair: usize = match (kind, parts.as_str()) {
            ('q' | 'a', number) => number.parse().map_err(|_| fault())?,
            (_, "") => 0,
            _ => return Err(fault()),
        };
        labels.push((kind, number_of_pair));
        gold.utterances.push(Utterance {
            text: said.trim().to_owned(),
            span: None,
            speaker: (speaker != "-").then(|| number(&mut voices, speaker)),
            role: None,
        });
    }
    gold.pairs = pairs_of(&labels)?;
    for run in labels.iter().enumerate().collect::<Vec<_>>().chunk_by(|a, b| a.1.0 == b.1.0) {
        if let (Some((first, ('u', _))), Some((last, _))) = (run.first(), run.last()) {
            gold.unanswered.push(*first..last + 1);
        }
    }
    Ok(gold)
}

fn pairs_of(labels: &[(char, usize)]) -> Result<Vec<GoldPair>, String> {
    let mut places: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, (kind, number)) in labels.iter().enumerate() {
        match kind {
            'q' => places.entry(*number).or_default().0.push(at),
            'a' => places.entry(*number).or_default().1.push(at),
            _ => {}
        }
    }
    // The start of questions that wait for the answer of a later one.
    let (mut pairs, mut waiting) = (Vec::new(), None);
    for (number, (questions, answers)) in &places {
        let first = *questions.first().ok_or_else(|| format!("a{number} has no q{number}"))?;
        let (Some(&from), Some(&to)) = (answers.first(), answers.last()) else {
            waiting = waiting.or(Some(first));
            continue;
        };
        let last = questions.iter().rev().find(|&&q| q < from).copied();
        let last = last.ok_or_else(|| format!("a{number} starts before q{number}"))?;
        let start = waiting.take().map_or(first, |earlier: usize| earlier.min(first));
        pairs.push(GoldPair { question: start..last + 1, answer: from..to + 1, answer_alts: Vec::new() });
    }
    if waiting.is_some() {
        return Err("the last question has no answer".to_owned());
    }
    pairs.sort_by_key(|pair| pair.question.start);
    Ok(pairs)
}

fn text_of(path: &Path) -> Result<String, GoldError> {
    std::fs::read_to_string(path).map_err(|source| GoldError::Unreadable { path: path.to_owned(), source })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, GoldError> {
    let unreadable = |source| GoldError::Unreadable { path: folder.to_owned(), source };
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    files.sort();
    Ok(files)
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

/// The labelled transcripts in a folder (not in folders below it), or in one file, ordered by file name.
///
/// JSON files without sentences (such as predictions) and texts that are no scripts (no line `# kind:`) are skipped.
///
/// # Errors
/// When the folder or a file can't be read, a file is malformed, or nothing is labelled.
pub fn load(folder: &Path) -> Result<Vec<Gold>, GoldError> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let malformed = |reason: String| GoldError::Malformed { path: path.clone(), reason };
        if has_extension(&path, "txt") {
            let text = text_of(&path)?;
            if text.lines().any(|line| line.starts_with("# kind:")) {
                let id = path.file_stem().unwrap_or_default().to_string_lossy();
                found.push(script(&id, &text).map_err(malformed)?);
            }
        } else if has_extension(&path, "json") {
            let text = text_of(&path)?;
            let Ok(document) = serde_json::from_str::<Document>(&text) else {
                let object: Option<serde_json::Value> = serde_json::from_str(&text).ok();
                if object.is_some_and(|value| value.get("sentences").is_none()) {
                    continue;
                }
                return Err(malformed("it has sentences, but not in the form of a labelled transcript".to_owned()));
            };
            if !document.sentences.is_empty() {
                let gold = document.gold();
                found.push(gold.ok_or_else(|| malformed("a pair lies outside its sentences".to_owned()))?);
            }
        }
    }
    if found.is_empty() { Err(GoldError::Empty { path: folder.to_owned() }) } else { Ok(found) }
}

/// The predictions in a folder or file, by document. A pair whose ranges don't lie within the document stays as a
/// pair that fits nothing.
///
/// # Errors
/// When the folder or a file can't be read or is no file of predictions.
pub fn load_predictions(folder: &Path, golds: &[Gold]) -> Result<HashMap<String, Vec<Predicted>>, GoldError> {
    let mut all = HashMap::new();
    for path in files(folder)?.into_iter().filter(|path| has_extension(path, "json")) {
        let document: Document = serde_json::from_str(&text_of(&path)?)
            .map_err(|why| GoldError::Malformed { path: path.clone(), reason: why.to_string() })?;
        let Some(gold) = golds.iter().find(|gold| gold.id == document.id) else { continue };
        let count = gold.utterances.len();
        let predicted = |pair: &Labelled| {
            let (question, answer) = (pair.question.range(count), pair.answer.range(count));
            if question.is_empty() || answer.is_empty() {
                Predicted { question: 0..0, answer: 0..0 }
            } else {
                Predicted { question, answer }
            }
        };
        all.insert(document.id, document.pairs.iter().map(predicted).collect());
    }
    Ok(all)
}

/// A file of predictions: `{"id", "pairs": [{"question": [first, last], "answer": [first, last]}]}`. Pairs that fit
/// nothing are left out.
#[must_use]
pub fn predictions(id: &str, pairs: &[Predicted]) -> String {
    let ends = |range: &Range<usize>| [range.start, range.end.saturating_sub(1)];
    let pairs: Vec<_> = pairs
        .iter()
        .filter(|p| !p.question.is_empty() && !p.answer.is_empty())
        .map(|p| serde_json::json!({ "question": ends(&p.question), "answer": ends(&p.answer) }))
        .collect();
    serde_json::json!({ "id": id, "pairs": pairs }).to_string()
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a run of sentences is meant")]
mod tests {
    use super::*;

    const SCRIPT: &str = "# title: A test\n# kind: webinar (short)\n\
        g H Welcome.\nh H First, Theo.\nq1 H Can I swim?\nq2 H And can I dive?\na2 E1 Yes.\ns H Nice.\n\
        q2 A1 Both, that is.\na2 E1 Both.\nu H One on insurance, we leave that.\nu H Sorry.\ng - Bye.\n";

    #[test]
    fn a_script_becomes_pairs() {
        let gold = script("x", SCRIPT).unwrap();
        assert_eq!((gold.kind.as_str(), gold.utterances.len()), ("webinar", 11));
        assert_eq!(gold.pairs, [GoldPair { question: 2..4, answer: 4..8, answer_alts: vec![] }]);
        assert_eq!(gold.unanswered, [8..10]);
        assert_eq!(gold.utterances[2].speaker, gold.utterances[0].speaker);
        assert_eq!(gold.utterances[10].speaker, None);
    }

    #[test]
    fn faults_of_a_script_are_named() {
        assert_eq!(script("x", "a1 E1 Yes.").unwrap_err(), "a1 has no q1");
        assert_eq!(script("x", "q1 H Can I swim?").unwrap_err(), "the last question has no answer");
        assert_eq!(script("x", "g H Hello.\nz H Hm.").unwrap_err(), "line 2 is not \"LABEL SPEAKER TEXT\"");
    }

    #[test]
    fn all_committed_scripts_are_sound() {
        let golds = load(Path::new("fixtures/qa-scripts")).unwrap();
        let pairs: usize = golds.iter().map(|gold| gold.pairs.len()).sum();
        assert_eq!((golds.len(), pairs), (223, 2112));
    }

    #[test]
    fn truth_of_a_recording_is_read() {
        let golds = load(Path::new("fixtures/truth")).unwrap();
        let ep2 = golds.iter().find(|gold| gold.id == "ep2").unwrap();
        assert_eq!((ep2.pairs[2].question.clone(), ep2.pairs[2].answer.clone()), (69..71, 71..78));
        assert_eq!(ep2.unanswered, [82..83]);
        assert!(ep2.utterances[0].span.is_some() && ep2.without_speakers().utterances[0].speaker.is_none());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let gold = script("x", SCRIPT).unwrap();
        let pairs = [Predicted { question: 2..4, answer: 4..8 }];
        std::fs::write(folder.path().join("x.json"), predictions("x", &pairs)).unwrap();
        let read = load_predictions(folder.path(), &[gold]).unwrap();
        assert_eq!(read["x"], pairs);
    }

    #[test]
    fn a_folder_without_labels_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.json"), predictions("x", &[])).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "nothing").unwrap();
        assert!(matches!(load(folder.path()), Err(GoldError::Empty { .. })));
        std::fs::write(folder.path().join("y.json"), r#"{"id": "y", "sentences": 3}"#).unwrap();
        assert!(matches!(load(folder.path()), Err(GoldError::Malformed { .. })));
    }
}
