//! Trial episodes for the tests: from lines of text, or from a fixture's truth.

use super::{Inputs, Material, Opinion, draft, opinion};
use crate::model::{
    AudioReport, Caption, Change, Cluster, ClusterId, Digest, Draft, Edit, EntryId, EpisodeFacts, EpisodeHead, Millis,
    ModelInfo, Outline, Pair, PersonId, Provenance, QuestionSource, Role, Sentence, Span, Speakers, Transcript,
    Unanswered, VideoCut, Word,
};
use crate::roster::Roster;
use crate::text::corrections::Corrections;
use serde_json::Value;
use std::ops::{Deref, DerefMut, Range};

pub(crate) const NOW: &str = "2026-03-01T10:00:00Z";
pub(crate) const LATER: &str = "2026-03-02T10:00:00Z";

/// A draft's material, and the captions that its opinion is to come from.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) material: Material,
    pub(crate) captions: Vec<Caption>,
}

impl Deref for Trial {
    type Target = Material;

    fn deref(&self) -> &Material {
        &self.material
    }
}

impl DerefMut for Trial {
    fn deref_mut(&mut self) -> &mut Material {
        &mut self.material
    }
}

/// Voice 0 hosts, 1 and 2 answer, 3 asks.
const ROLES: [Role; 4] = [Role::Host, Role::Expert, Role::Expert, Role::Audience];
const PEOPLE: [Option<&str>; 4] = [Some("host"), Some("first-expert"), Some("second-expert"), None];

impl Trial {
    /// Each line is a sentence, `H`, `E`, `F` or `A` (host, experts, audience) and its words; a sentence lasts a
    /// second for every two words, half a second apart.
    pub(crate) fn new(lines: &[&str]) -> Self {
        let mut at = 1000;
        let sentences = lines.iter().map(|line| {
            let (who, text) = line.split_at(1);
            let voice = "HEFA".find(who).unwrap();
            let start = at;
            at += 500 * text.split_whitespace().count() as u64 + 500;
            (voice as u32, text.trim().to_owned(), Span::new(Millis(start), Millis(at - 500)))
        });
        Self::build(sentences.collect(), &["Casper Quill", "Juniper Maplewood", "Orson Pebble", ""])
    }

    fn build(sentences: Vec<(u32, String, Span)>, names: &[&str]) -> Self {
        let mut words = Vec::new();
        let mut runs = Vec::new();
        for (_, text, span) in &sentences {
            let first = words.len();
            let count = text.split_whitespace().count() as u64;
            for (i, text) in text.split_whitespace().enumerate() {
                let at = |n: u64| Millis(span.start.0 + span.length().0 * n / count);
                let span = Span::new(at(i as u64), at(i as u64 + 1));
                words.push(Word { text: text.to_owned(), span, probability: 0.95 });
            }
            runs.push(Sentence { words: first..words.len(), span: *span });
        }
        let digest = Digest::from_bytes([7; 32]);
        let duration = sentences.last().map_or(Millis::ZERO, |(_, _, span)| span.end.plus(Millis(1000)));
        let transcript = Transcript {
            language: "en".into(),
            duration,
            model: ModelInfo { name: "trial".into(), sha256: digest },
            audio: AudioReport::default(),
            speech: Vec::new(),
            words,
            sentences: runs,
            chunks: Vec::new(),
            warnings: Vec::new(),
        };
        let clusters = (0..4).map(|i| Cluster {
            id: ClusterId(i),
            speech: Millis(60_000),
            role: Some(ROLES[i as usize]),
            role_confidence: 0.9,
            person: PEOPLE[i as usize].map(|id| id.parse().unwrap()),
            confidence: 0.9,
            evidence: Vec::new(),
        });
        let speakers = Speakers {
            clusters: clusters.collect(),
            sentences: sentences.iter().map(|(voice, _, _)| Some(ClusterId(*voice))).collect(),
            ..Speakers::default()
        };
        let person = |(id, name): (&Option<&str>, &&str)| {
            let id: PersonId = id.as_ref()?.parse().unwrap();
            Some(format!("[[person]]\nid = \"{id}\"\nname = \"{name}\"\ncredentials = \"MD\"\n"))
        };
        let people: String = PEOPLE.iter().zip(names).filter_map(person).collect();
        let head = EpisodeHead {
            id: "2025-03-12-trial".parse().unwrap(),
            series: "Spine Time".into(),
            title: "Trial".into(),
            held_on: Some("2025-03-12".parse().unwrap()),
            youtube_id: Some("SpineTime01".parse().unwrap()),
            recording_url: None,
            video_cut: VideoCut::default(),
            duration,
            language: "en".into(),
        };
        let facts = EpisodeFacts { host: Some("host".parse().unwrap()), ..EpisodeFacts::default() };
        let roster = Roster::parse(&people).unwrap();
        let material = Material {
            head,
            transcript,
            speakers,
            outline: Outline::default(),
            roster,
            facts,
            opinion: Opinion::default(),
            corrections: Corrections::default(),
            provenance: provenance(),
        };
        Self { material, captions: Vec::new() }
    }

    /// With one more pair.
    pub(crate) fn pair(mut self, question: Range<usize>, answer: &[Range<usize>]) -> Self {
        self.outline.pairs.push(Pair {
            question: vec![question],
            answer: answer.to_vec(),
            source: QuestionSource::ReadByHost,
            asker: None,
            confidence: 0.9,
            reasons: vec!["somebody asks".into()],
        });
        self
    }

    /// With one more question that nobody answers.
    pub(crate) fn unanswered(mut self, question: Range<usize>) -> Self {
        self.outline.unanswered.push(Unanswered { question, reason: "nobody answers".into() });
        self
    }

    /// The episode that a fixture's truth describes.
    pub(crate) fn of_fixture(name: &str) -> (Self, Value) {
        let path = format!("{}/fixtures/truth/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let truth: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let experts: Vec<&str> = (truth["speakers"].as_array().unwrap().iter())
            .filter(|speaker| speaker["role"] == "expert")
            .map(|speaker| speaker["name"].as_str().unwrap())
            .collect();
        let voice = |name: &Value| match experts.iter().position(|expert| name == expert) {
            Some(i) => i as u32 + 1,
            None => {
                if name == "Casper Quill" {
                    0
                } else {
                    3
                }
            }
        };
        let time = |value: &Value| Millis::from_seconds(value.as_f64().unwrap());
        let sentences = (truth["sentences"].as_array().unwrap().iter()).map(|s| {
            let span = Span::new(time(&s["start"]), time(&s["end"]));
            (voice(&s["speaker"]), s["text"].as_str().unwrap().to_owned(), span)
        });
        let second = experts.get(1).copied().unwrap_or("Nobody Else");
        let mut trial = Self::build(sentences.collect(), &["Casper Quill", experts[0], second, ""]);
        let runs = |list: &Value| -> Vec<Range<usize>> {
            let mut runs: Vec<Range<usize>> = Vec::new();
            for i in list.as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize) {
                match runs.last_mut().filter(|run| run.end == i) {
                    Some(run) => run.end += 1,
                    None => runs.push(i..i + 1),
                }
            }
            runs
        };
        for pair in truth["pairs"].as_array().unwrap() {
            let asker = pair["asker"].as_str().filter(|name| *name != "Casper Quill");
            trial.outline.pairs.push(Pair {
                question: runs(&pair["question"]["sentences"]),
                answer: runs(&pair["answer"]["sentences"]),
                source: if pair["kind"] == "live_caller" { QuestionSource::Live } else { QuestionSource::ReadByHost },
                asker: asker.map(str::to_owned),
                confidence: 0.9,
                reasons: Vec::new(),
            });
        }
        for unanswered in truth["unanswered"].as_array().unwrap() {
            trial = trial.unanswered(runs(&unanswered["question"]["sentences"])[0].clone());
        }
        (trial, truth)
    }

    pub(crate) fn inputs<'a>(&'a self, opinion: &'a Opinion, previous: Option<&'a Draft>, now: &str) -> Inputs<'a> {
        Inputs { opinion, ..self.material.inputs(previous, now.parse().unwrap()) }
    }

    /// What people's boundaries cut from.
    pub(crate) fn material(&self) -> Material {
        Material { opinion: opinion(&self.transcript, &self.captions), ..self.material.clone() }
    }

    /// The draft, with ids counted from `seed`.
    pub(crate) fn draft_after(&self, previous: Option<&Draft>, now: &str, mut seed: u64) -> Draft {
        let opinion = opinion(&self.transcript, &self.captions);
        draft(&self.inputs(&opinion, previous, now), &mut || {
            seed += 1;
            seed
        })
        .unwrap()
    }

    pub(crate) fn draft(&self) -> Draft {
        self.draft_after(None, NOW, 0)
    }
}

fn provenance() -> Provenance {
    let digest = Digest::from_bytes([7; 32]);
    Provenance { spinetime: "0.1.0".into(), model: "trial".into(), model_sha256: digest.clone(), source_sha256: digest }
}

pub(crate) fn edit(seq: u64, entry: &EntryId, change: Change) -> Edit {
    Edit { seq, time: LATER.parse().unwrap(), editor: "Wren".into(), entry: Some(entry.clone()), key: None, change }
}
