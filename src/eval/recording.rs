//! A recording that went through the whole pipeline against its exact ground truth.

use super::confidence::{self, Curve};
use super::der::Speech;
use super::findings::{self, Findings};
use super::gold::{Gold, Predicted};
use super::pairs::{self, Score};
use super::times::{self, Times};
use super::voices::{self, Names, Voices};
use super::wer::{self, Wer};
use crate::model::{Entries, Entry, FlagKind, Millis, Span, Speakers, Status, Transcript, Utterance};
use crate::roster::Roster;
use serde::Deserialize;
use std::ops::Range;

/// What the ground truth of a recording says beyond its labelled sentences.
#[derive(Debug, Clone, Deserialize)]
pub struct Truth {
    /// Its name, which is the recording's file name without ending.
    pub id: String,
    pairs: Vec<TruthPair>,
    #[serde(default)]
    speakers: Vec<TruthSpeaker>,
    #[serde(default)]
    sentences: Vec<TruthSentence>,
}

#[derive(Debug, Clone, Deserialize)]
struct TruthSpeaker {
    name: String,
    #[serde(default)]
    role: String,
}

#[derive(Debug, Clone, Deserialize)]
struct TruthSentence {
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    start: Option<f64>,
    #[serde(default)]
    end: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct TruthPair {
    answerers: Vec<String>,
}

impl Truth {
    /// Who speaks when: the sentences of which that is known.
    fn speech(&self) -> Vec<Speech> {
        let speech = |s: &TruthSentence| {
            let span = Span::new(Millis::from_seconds(s.start?), Millis::from_seconds(s.end?));
            Some(Speech { span, speaker: s.speaker.clone()? })
        };
        self.sentences.iter().filter_map(speech).collect()
    }

    fn audience(&self) -> Vec<String> {
        self.speakers.iter().filter(|s| s.role == "audience").map(|s| s.name.clone()).collect()
    }
}

/// What the pipeline made of a recording.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// What was said.
    pub transcript: &'a Transcript,
    /// Who spoke.
    pub speakers: &'a Speakers,
    /// Questions and answers.
    pub entries: &'a Entries,
}

/// How far the credits can be used as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Credits {
    /// Entries with an answer.
    pub entries: usize,
    /// Those of them that ask nobody to decide whom to credit.
    pub sure: usize,
    /// Those of the sure ones that are right pairs and credit exactly those who answer.
    pub right: usize,
    /// Those of the sure ones that are right pairs and credit anybody else, or leave somebody out.
    pub wrong: usize,
}

/// How the recording fared.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The recording.
    pub id: String,
    /// The transcript's words.
    pub words: Wer,
    /// The times of its sentences.
    pub times: Times,
    /// How honest its words' probabilities are.
    pub confidence: Curve,
    /// The pairs, after times were turned into the truth's sentences.
    pub pairs: Score,
    /// For each right pair, how far its answer's start is from the truth, in seconds; positive is late.
    pub answer_starts: Vec<f64>,
    /// Its voices and their names; `None` when the truth doesn't say who speaks.
    pub voices: Option<(Voices, Names)>,
    /// The credits that need no decision.
    pub credits: Credits,
    /// Right pairs that credit exactly those who answer, sure or not.
    pub credited: usize,
    /// Right pairs that credit somebody who does not answer, sure or not. The one figure that must be zero.
    pub miscredited: usize,
    /// Questions that nobody answers, by the truth.
    pub unanswered: usize,
    /// Those of them that were found to be so.
    pub unanswered_found: usize,
    /// What the entries are to be looked at for.
    pub findings: Findings,
}

/// Measures what the pipeline made of a recording whose people are looked up in `roster`.
#[must_use]
pub fn score(truth: &Truth, gold: &Gold, roster: &Roster, made: &Made) -> Figures {
    let Made { transcript, speakers, entries } = *made;
    let spoken: Vec<&str> = gold.utterances.iter().map(|u| u.text.as_str()).collect();
    let answered: Vec<(&Entry, Span)> =
        entries.entries.iter().filter_map(|e| e.answer.as_ref().map(|a| (e, a.span))).collect();
    let predicted: Vec<Predicted> = answered
        .iter()
        .map(|(entry, answer)| Predicted {
            question: sentences_in(&gold.utterances, entry.question.span),
            answer: sentences_in(&gold.utterances, *answer),
        })
        .collect();
    let speech = truth.speech();
    let voices = || (voices::score(&speech, speakers), voices::names(&speech, &truth.audience(), speakers, roster));
    let mut figures = Figures {
        id: gold.id.clone(),
        words: wer::score(&spoken.join(" "), &transcript.text(0..transcript.words.len())),
        times: times::score(&gold.utterances, transcript),
        confidence: confidence::score(&gold.utterances, transcript),
        pairs: pairs::score(gold, &predicted, false),
        answer_starts: Vec::new(),
        voices: (!speech.is_empty()).then(voices),
        credits: Credits {
            entries: answered.len(),
            sure: answered.iter().filter(|(entry, _)| is_sure(entry)).count(),
            ..Credits::default()
        },
        credited: 0,
        miscredited: 0,
        unanswered: gold.unanswered.len(),
        unanswered_found: 0,
        findings: findings::count(entries.entries.iter().filter(|entry| entry.status != Status::Possible)),
    };
    for (found, wanted) in pairs::matched(gold, &predicted) {
        let (entry, answer) = answered[found];
        let start = gold.utterances.get(gold.pairs[wanted].answer.start).and_then(|u| u.span).map(|s| s.start);
        figures.answer_starts.extend(start.map(|start| answer.start.seconds() - start.seconds()));
        let names = truth.pairs.get(wanted).map(|p| p.answerers.as_slice()).unwrap_or_default();
        let wrong = entry.credits.iter().any(|c| !names.contains(&c.name));
        let all = names.iter().all(|name| entry.credits.iter().any(|c| c.name == *name));
        figures.miscredited += usize::from(wrong);
        figures.credited += usize::from(all && !wrong);
        if is_sure(entry) {
            figures.credits.right += usize::from(all && !wrong);
            figures.credits.wrong += usize::from(!all || wrong);
        }
    }
    let open = entries.entries.iter().filter(|e| e.answer.is_none()).map(|e| e.question.span);
    let open: Vec<Range<usize>> = open.map(|span| sentences_in(&gold.utterances, span)).collect();
    figures.unanswered_found =
        gold.unanswered.iter().filter(|wanted| open.iter().any(|found| overlaps(wanted, found))).count();
    figures
}

/// Whether nobody has to decide whom the entry credits.
fn is_sure(entry: &Entry) -> bool {
    !entry.flags.iter().any(|f| f.kind == FlagKind::Credit && f.blocking && f.resolved.is_none())
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start.max(b.start) < a.end.min(b.end)
}

/// The labelled sentences of which at least half sounds in `span`, from the first to the last.
fn sentences_in(utterances: &[Utterance], span: Span) -> Range<usize> {
    let inside = |u: &Utterance| u.span.is_some_and(|s| s.overlap(span).0 * 2 >= s.length().0.max(1));
    match (utterances.iter().position(inside), utterances.iter().rposition(inside)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    }
}

impl Figures {
    /// How many answers start within `seconds` of the truth.
    #[must_use]
    pub fn starts_within(&self, seconds: f64) -> usize {
        self.answer_starts.iter().filter(|error| error.abs() <= seconds).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_means_the_sentences_that_mostly_sound_in_it() {
        let sentence = |start, end| Utterance {
            text: String::new(),
            span: Some(Span::new(Millis(start), Millis(end))),
            speaker: None,
            role: None,
        };
        let all = [sentence(0, 1000), sentence(1000, 2000), sentence(2000, 3000)];
        assert_eq!(sentences_in(&all, Span::new(Millis(600), Millis(2600))), 1..3);
        assert_eq!(sentences_in(&all, Span::new(Millis(5000), Millis(6000))), 0..0);
    }

    /// A recording of three pairs, the last two of them answered by two people: 10 s a sentence, questions first.
    fn labelled() -> serde_json::Value {
        let pair = |number: usize, answerers: &[&str]| {
            let (question, answer) = (number * 2, number * 2 + 1);
            serde_json::json!({ "question": [question, question], "answer": [answer, answer], "answerers": answerers })
        };
        let sentence = |number: usize| {
            let speaker = if number.is_multiple_of(2) { "Cleo Host" } else { "Anna Ash" };
            serde_json::json!({ "text": "So.", "speaker": speaker, "start": number * 10, "end": number * 10 + 10 })
        };
        let both = ["Anna Ash", "Ben Beech"];
        serde_json::json!({
            "id": "x", "sentences": (0..6).map(sentence).collect::<Vec<_>>(),
            "speakers": [{ "name": "Anna Ash", "role": "expert" }, { "name": "Cleo Host", "role": "audience" }],
            "pairs": [pair(0, &["Anna Ash"]), pair(1, &both), pair(2, &both)],
        })
    }

    /// The entry of a pair, that credits these people; doubtful when a person must decide.
    fn entry(pair: u64, credits: &[&str], doubtful: bool) -> serde_json::Value {
        let start = (pair * 20) as f64;
        let credit = |name: &&str| {
            serde_json::json!({
                "person": name.to_lowercase().replace(' ', "-"), "name": name, "credentials": "", "title": "",
                "affiliation": "", "confidence": 0.9,
            })
        };
        let flag = |blocking: bool| {
            serde_json::json!({
                "kind": "credit", "code": "x", "message": "", "start": 0.0, "end": 0.0, "text": "", "blocking": blocking,
                "resolved": null,
            })
        };
        serde_json::json!({
            "id": format!("e-{pair:08}"), "status": "draft", "links": null, "confidence": 1.0,
            "question": {
                "text": "", "verbatim": "", "start": start, "end": start + 10.0, "source": "live", "asker": null,
            },
            "answer": { "paragraphs": [], "verbatim": "", "start": start + 10.0, "end": start + 20.0, "spans": [] },
            "credits": credits.iter().map(credit).collect::<Vec<_>>(), "flags": [flag(doubtful)],
            "approved_by": null, "approved_at": null, "updated_at": "2025-03-12T00:00:00Z",
            "content_hash": "0".repeat(64),
        })
    }

    #[test]
    fn a_sure_credit_is_right_when_it_names_exactly_those_who_answer() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.json"), labelled().to_string()).unwrap();
        let gold = super::super::gold::load(folder.path()).unwrap().remove(0);
        let truth: Truth = serde_json::from_value(labelled()).unwrap();
        let transcript: Transcript = serde_json::from_value(serde_json::json!({
            "language": "en", "duration": 60.0, "model": {"name": "x", "sha256": "0".repeat(64)},
            "audio": crate::model::AudioReport::default(), "speech": [], "words": [], "sentences": [], "chunks": [],
        }))
        .unwrap();
        let measured = |entries: [serde_json::Value; 3]| {
            let entries = serde_json::json!({
                "episode": {
                    "id": "x", "series": "", "title": "", "held_on": null, "youtube_id": null, "recording_url": null,
                    "duration": 60.0, "language": "en",
                },
                "entries": entries, "tombstones": [],
                "provenance": {
                    "spinetime": "", "model": "", "model_sha256": "0".repeat(64), "source_sha256": "0".repeat(64),
                },
            });
            let entries: Entries = serde_json::from_value(entries).unwrap();
            let made = Made { transcript: &transcript, speakers: &Speakers::default(), entries: &entries };
            let figures = score(&truth, &gold, &Roster::default(), &made);
            (figures.credits, figures.credited, figures.miscredited)
        };
        let both = ["Anna Ash", "Ben Beech"];
        let all = [entry(0, &["Anna Ash"], false), entry(1, &both, false), entry(2, &both, false)];
        assert_eq!(measured(all), (Credits { entries: 3, sure: 3, right: 3, wrong: 0 }, 3, 0));
        // Somebody else, somebody left out, and a doubt that a person must resolve.
        let some = [entry(0, &["Ben Beech"], false), entry(1, &["Anna Ash"], false), entry(2, &[], true)];
        assert_eq!(measured(some), (Credits { entries: 3, sure: 2, right: 0, wrong: 2 }, 0, 1));
        let doubted = [entry(0, &["Anna Ash"], true), entry(1, &both, false), entry(2, &["Cleo Host"], true)];
        assert_eq!(measured(doubted), (Credits { entries: 3, sure: 1, right: 1, wrong: 0 }, 2, 1));
    }

    #[test]
    fn voices_are_measured_where_the_truth_says_who_speaks() {
        let truth: Truth = serde_json::from_value(labelled()).unwrap();
        assert_eq!((truth.speech().len(), truth.audience()), (6, vec!["Cleo Host".to_owned()]));
        let silent: Truth = serde_json::from_str(
            r#"{"id": "x", "pairs": [], "sentences": [{"text": "So.", "start": 0, "end": 1}, {"text": "No.", "speaker": "a"}]}"#,
        )
        .unwrap();
        assert_eq!(silent.speech(), []);
    }
}
