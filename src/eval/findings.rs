//! What drafted entries are to be looked at for, counted by the finding's code: which lints fire, and how often.

use crate::draft::{DraftError, Material, Opinion, draft};
use crate::model::{
    AudioReport, Cluster, ClusterId, Digest, Entry, EpisodeFacts, EpisodeHead, Millis, ModelInfo, Outline, Provenance,
    Sentence, Span, Speakers, Transcript, Utterance, VideoCut, Word,
};
use crate::roster::Roster;
use crate::text::corrections::Corrections;
use std::collections::{BTreeMap, BTreeSet};

/// How long a word is taken to last where no times are known: 150 words a minute, a usual pace of talks.
const WORD: Millis = Millis(400);

/// How many findings of each code, of all kinds together.
pub type Findings = BTreeMap<String, usize>;

/// Counts the findings of entries.
pub fn count<'a>(entries: impl Iterator<Item = &'a Entry>) -> Findings {
    let mut findings = Findings::new();
    for flag in entries.flat_map(|entry| &entry.flags) {
        *findings.entry(flag.code.clone()).or_default() += 1;
    }
    findings
}

/// Drafts the pairs and unanswered questions of an outline and counts what is found in them.
///
/// Nobody is known by name, so whatever the credits lack is counted for every answer. Where sentences have no times,
/// every word is taken to last as long as any other.
///
/// # Errors
/// When the outline doesn't fit the sentences, or a printed text can't be proved to be what was said.
pub fn of_outline(id: &str, utterances: &[Utterance], outline: &Outline) -> Result<Findings, DraftError> {
    let transcript = transcript(utterances);
    let digest = Digest::from_bytes([0; 32]);
    let material = Material {
        head: EpisodeHead {
            // Every name that is no id of an episode is as good as any other here.
            id: id.parse().or_else(|_| "labelled".parse()).map_err(|_| DraftError::BadTranscript { sentence: 0 })?,
            series: String::new(),
            title: String::new(),
            held_on: None,
            youtube_id: None,
            recording_url: None,
            video_cut: VideoCut::default(),
            duration: transcript.duration,
            language: transcript.language.clone(),
        },
        transcript,
        speakers: speakers(utterances),
        outline: Outline { possible: Vec::new(), ..outline.clone() },
        roster: Roster::default(),
        opinion: Opinion::default(),
        corrections: Corrections::default(),
        facts: EpisodeFacts::default(),
        provenance: Provenance {
            spinetime: String::new(),
            model: String::new(),
            model_sha256: digest.clone(),
            source_sha256: digest,
        },
    };
    let mut ids = 0..;
    let drafted = draft(&material.inputs(None, jiff::Timestamp::UNIX_EPOCH), &mut || ids.next().unwrap_or_default())?;
    Ok(count(drafted.entries.iter().map(|drafted| &drafted.entry)))
}

/// Labelled sentences as if they had been transcribed.
fn transcript(utterances: &[Utterance]) -> Transcript {
    let timed = utterances.iter().all(|utterance| utterance.span.is_some());
    let mut words: Vec<Word> = Vec::new();
    let mut sentences = Vec::with_capacity(utterances.len());
    let mut end = Millis::ZERO;
    for utterance in utterances {
        let first = words.len();
        // A sentence without words would be none.
        let texts: Vec<&str> = match utterance.text.split_whitespace().collect::<Vec<_>>() {
            texts if texts.is_empty() => vec!["…"],
            texts => texts,
        };
        let count = texts.len() as u64;
        let span = match utterance.span {
            Some(span) if timed => span,
            _ => Span::new(end, Millis(end.0 + WORD.0 * count)),
        };
        let at = |number: u64| Millis(span.start.0 + span.length().0 * number / count);
        words.extend((0..).zip(texts).map(|(number, text)| Word {
            text: text.to_owned(),
            span: Span::new(at(number), at(number + 1)),
            probability: 1.0,
        }));
        sentences.push(Sentence { words: first..words.len(), span });
        end = end.max(span.end);
    }
    Transcript {
        language: "en".into(),
        duration: end,
        model: ModelInfo { name: String::new(), sha256: Digest::from_bytes([0; 32]) },
        audio: AudioReport::default(),
        speech: Vec::new(),
        words,
        sentences,
        chunks: Vec::new(),
        warnings: Vec::new(),
    }
}

/// The voices of labelled sentences, of which nobody is known.
fn speakers(utterances: &[Utterance]) -> Speakers {
    let last = utterances.iter().filter_map(|utterance| utterance.speaker).map(|id| id.0).max();
    let cluster = |id: u32| {
        let own = || utterances.iter().filter(move |utterance| utterance.speaker == Some(ClusterId(id)));
        let roles: BTreeSet<_> = own().filter_map(|utterance| utterance.role).collect();
        Cluster {
            id: ClusterId(id),
            speech: Millis(own().filter_map(|utterance| utterance.span).map(|span| span.length().0).sum()),
            role: roles.first().copied().filter(|_| roles.len() == 1),
            role_confidence: 1.0,
            person: None,
            confidence: 0.0,
            evidence: Vec::new(),
        }
    };
    Speakers {
        clusters: last.map(|last| (0..=last).map(cluster).collect()).unwrap_or_default(),
        sentences: utterances.iter().map(|utterance| utterance.speaker).collect(),
        ..Speakers::default()
    }
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a question of one run is a list with one range")]
mod tests {
    use super::*;
    use crate::eval::gold;
    use crate::model::{Pair, QuestionSource};
    use std::path::Path;

    fn pair(question: usize, answer: usize) -> Pair {
        Pair {
            question: vec![question..question + 1],
            answer: vec![answer..answer + 1],
            source: QuestionSource::ReadByHost,
            asker: None,
            confidence: 0.9,
            reasons: Vec::new(),
        }
    }

    #[test]
    fn findings_are_counted_by_code_with_times_and_without() {
        let sentence = |text: &str, span| Utterance { text: text.to_owned(), span, speaker: None, role: None };
        let texts = ["Can I run with it?", "Yes.", "Should my wife take 20 milligrams?", "Do not take it."];
        let bare: Vec<Utterance> = texts.iter().map(|text| sentence(text, None)).collect();
        let outline = Outline { pairs: vec![pair(0, 1), pair(2, 3)], ..Outline::default() };
        let found = of_outline("x", &bare, &outline).unwrap();
        assert_eq!((found["short-answer"], found["negation"]), (2, 1), "{found:?}");
        // Two of them last long enough, by the times.
        let timed =
            |(i, text): (u64, &&str)| sentence(text, Some(Span::new(Millis(i * 9000), Millis(i * 9000 + 8000))));
        let timed: Vec<Utterance> = (0..).zip(&texts).map(timed).collect();
        let found = of_outline("no id/at all", &timed, &outline).unwrap();
        assert_eq!((found.get("short-answer"), found["negation"]), (None, 1), "{found:?}");
    }

    /// Whatever people say, a draft is made of it.
    #[test]
    fn all_labelled_pairs_can_be_drafted() {
        for folder in ["fixtures/qa-scripts", "fixtures/truth"] {
            for gold in gold::load(Path::new(folder)).unwrap() {
                let pairs = gold.pairs.iter().map(|labelled| Pair {
                    question: vec![labelled.question.clone()],
                    answer: vec![labelled.answer.clone()],
                    ..pair(0, 0)
                });
                let outline = Outline { pairs: pairs.collect(), ..Outline::default() };
                let found = of_outline(&gold.id, &gold.utterances, &outline);
                assert!(found.is_ok(), "{}: {found:?}", gold.id);
            }
        }
    }
}
