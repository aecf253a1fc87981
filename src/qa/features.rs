//! Utterances into columns of numbers, one row a sentence: what the trees ask about.
//!
//! Everything works without speakers, roles, times and punctuation; what is unknown is [`UNKNOWN`]. Figures about the
//! whole document are counts of conspicuous sentences and their ratios, so that a longer talk before the questions
//! changes them little.

use super::acts::{self, Act};
use super::candidates::MARKS;
use super::cues::{self, Hits, Kind};
use super::embed::{Embedding, WIDTH};
use super::lines::Line;
use super::words::{self, CLASSES, Shares};
use crate::model::{Role, Utterance};
use std::collections::HashMap;
use std::ops::Range;

/// Stands for "not known" in a column.
pub(super) const UNKNOWN: f32 = -1.0;

/// Positions in [`CLASSES`].
pub(super) mod class {
    pub(in crate::qa) const QUESTION: usize = 0;
    pub(in crate::qa) const ANSWER: usize = 1;
    pub(in crate::qa) const HAND_OVER: usize = 2;
    pub(in crate::qa) const GREETING: usize = 3;
    pub(in crate::qa) const ANNOUNCEMENT: usize = 4;
    pub(in crate::qa) const TALK: usize = 5;
    pub(in crate::qa) const INTERVIEW: usize = 6;
    pub(in crate::qa) const REPLY: usize = 7;
    pub(in crate::qa) const ASIDE: usize = 8;
    pub(in crate::qa) const UNANSWERED: usize = 9;
}

/// A row of columns, with their names when somebody asks for them.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The values.
    pub(super) values: Vec<f32>,
    names: Option<Vec<String>>,
}

impl Row {
    pub(super) fn push(&mut self, name: &str, value: f32) {
        self.values.push(value);
        if let Some(names) = &mut self.names {
            names.push(name.to_owned());
        }
    }

    /// Adds `prefix` and a number or name to the column's name.
    pub(super) fn push_at(&mut self, name: &str, at: impl std::fmt::Display, value: f32) {
        self.values.push(value);
        if let Some(names) = &mut self.names {
            names.push(format!("{name} {at}"));
        }
    }

    /// A row that remembers the names of its columns.
    #[cfg(any(test, feature = "training"))]
    pub(super) fn named() -> Self {
        Self { names: Some(Vec::new()), ..Self::default() }
    }

    /// The names of the columns of a row made by [`Row::named`].
    #[cfg(any(test, feature = "training"))]
    pub(super) fn into_names(self) -> Vec<String> {
        self.names.unwrap_or_default()
    }
}

/// One voice over the whole document.
#[derive(Debug, Clone, Default)]
pub(super) struct Voice {
    /// Its share of all words.
    pub(super) share: f32,
    /// The mean of its sentences' class shares.
    pub(super) shares: Shares,
    /// Its sentences.
    pub(super) sentences: usize,
    /// How often it takes the word.
    pub(super) turns: usize,
    /// The share of its sentences that end with a question mark.
    pub(super) asking: f32,
}

/// The sentences with all that is known of each alone, and of the document.
pub(super) struct Sheet<'a> {
    pub(super) utterances: &'a [Utterance],
    pub(super) lines: Vec<Line>,
    pub(super) hits: Vec<Hits>,
    pub(super) shares: Vec<Shares>,
    /// What each sentence does, by embeddings.
    pub(super) acts: Vec<Act>,
    /// What each sentence is about.
    topics: Vec<&'a [f32; WIDTH]>,
    /// The voice of each sentence as an index into `voices`.
    pub(super) voice: Vec<Option<usize>>,
    pub(super) voices: Vec<Voice>,
    /// For each sentence the first and the last sentence of its turn (the run with the same voice).
    turn: Vec<(usize, usize)>,
    /// Figures about the whole document.
    document: Vec<(&'static str, f32)>,
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

impl<'a> Sheet<'a> {
    /// Reads the sentences, each with its embedding.
    pub(super) fn read(utterances: &'a [Utterance], embeddings: &'a [Embedding]) -> Self {
        let lines: Vec<Line> = utterances.iter().map(|u| Line::read(&u.text)).collect();
        let shares = lines.iter().map(words::classify).collect();
        let topics = embeddings.iter().map(|embedding| &embedding.topic).collect();
        Self::with_shares(utterances, lines, shares, acts::read(embeddings), topics)
    }

    /// Reads the sentences with given class shares and acts: training takes them from tables and networks that never saw
    /// the document.
    pub(super) fn with_shares(
        utterances: &'a [Utterance],
        lines: Vec<Line>,
        shares: Vec<Shares>,
        acts: Vec<Act>,
        topics: Vec<&'a [f32; WIDTH]>,
    ) -> Self {
        let hits: Vec<Hits> = lines.iter().map(cues::hits).collect();
        let mut numbers = HashMap::new();
        let voice: Vec<Option<usize>> = utterances
            .iter()
            .map(|u| {
                u.speaker.map(|id| {
                    let next = numbers.len();
                    *numbers.entry(id).or_insert(next)
                })
            })
            .collect();
        let mut sheet = Self {
            voices: vec![Voice::default(); numbers.len()],
            turn: turns(&voice),
            utterances,
            lines,
            hits,
            shares,
            acts,
            topics,
            voice,
            document: Vec::new(),
        };
        sheet.measure_voices();
        sheet.document = sheet.measure_document();
        sheet
    }

    /// How many sentences there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    fn measure_voices(&mut self) {
        let total: usize = self.lines.iter().map(|l| l.words.len()).sum();
        for (i, voice) in self.voice.iter().enumerate() {
            let Some(voice) = voice.map(|v| &mut self.voices[v]) else { continue };
            voice.sentences += 1;
            voice.share += ratio(self.lines[i].words.len() as f32, total as f32);
            voice.asking += f32::from(u8::from(self.lines[i].ends_asking));
            voice.turns += usize::from(self.turn[i].0 == i);
            voice.shares.iter_mut().zip(self.shares[i]).for_each(|(sum, share)| *sum += share);
        }
        for voice in &mut self.voices {
            let count = voice.sentences.max(1) as f32;
            voice.asking /= count;
            voice.shares.iter_mut().for_each(|share| *share /= count);
        }
    }

    fn measure_document(&self) -> Vec<(&'static str, f32)> {
        let strong = |class: usize| self.shares.iter().filter(|s| s[class] > 0.5).count() as f32;
        let cued = |kind: Kind| self.hits.iter().filter(|h| h.has(kind)).count() as f32;
        let (questions, hand_overs, interview) =
            (strong(class::QUESTION), strong(class::HAND_OVER), strong(class::INTERVIEW));
        let asking = self.lines.iter().filter(|l| l.ends_asking).count() as f32;
        let marked = self.lines.iter().filter(|l| l.ends_marked).count() as f32;
        let words: usize = self.lines.iter().map(|l| l.words.len()).sum();
        vec![
            ("punctuated", ratio(marked, self.len() as f32)),
            ("voices", self.voices.len().min(8) as f32),
            ("many questions", (1.0 + questions).ln()),
            ("many hand-overs", (1.0 + hand_overs).ln()),
            ("many interview questions", (1.0 + interview).ln()),
            ("hand-overs a question", ratio(hand_overs, 1.0 + questions)),
            ("interview", ratio(interview, 1.0 + questions + interview)),
            ("attributions", ratio(cued(Kind::Attribution) + cued(Kind::Source), 1.0 + questions)),
            ("numberings", ratio(cued(Kind::Numbering), 1.0 + questions)),
            ("callers", ratio(cued(Kind::Caller) + cued(Kind::Greeting), 1.0 + questions)),
            ("thanks", ratio(cued(Kind::Thanks), 1.0 + questions)),
            ("asking a question", ratio(asking, 1.0 + questions)),
            ("words a sentence", ratio(words as f32, self.len() as f32)),
        ]
    }

    /// Whether both sentences have the same voice; [`UNKNOWN`] where one is not known.
    pub(super) fn same_voice(&self, a: usize, b: usize) -> f32 {
        match (self.voice.get(a).copied().flatten(), self.voice.get(b).copied().flatten()) {
            (Some(a), Some(b)) => f32::from(u8::from(a == b)),
            _ => UNKNOWN,
        }
    }

    /// The first sentence of the turn that sentence `i` stands in.
    pub(super) fn turn_start(&self, i: usize) -> usize {
        self.turn[i].0
    }

    /// The columns of the document.
    pub(super) fn push_document(&self, row: &mut Row) {
        for (name, value) in &self.document {
            row.push(name, *value);
        }
    }

    /// The columns of sentence `i`.
    pub(super) fn push_sentence(&self, i: usize, row: &mut Row) {
        let line = &self.lines[i];
        row.push("words", (1.0 + line.words.len() as f32).ln());
        row.push("ends asking", f32::from(u8::from(line.ends_asking)));
        row.push("asks", f32::from(u8::from(line.asks)));
        row.push("capitals", line.capitals.min(4) as f32);
        for kind in Kind::ALL {
            row.push_at("cue", format_args!("{kind:?}"), f32::from(u8::from(self.hits[i].has(kind))));
        }
        for (name, share) in CLASSES.iter().zip(self.shares[i]) {
            row.push_at("class", name, share);
        }
        self.push_acts(i, row);
        self.push_neighbours(i, row);
        self.push_voice(i, row);
        row.push("to the end", ((self.len() - i) as f32).min(30.0));
        self.push_document(row);
    }

    fn push_acts(&self, i: usize, row: &mut Row) {
        for offset in [-1isize, 0, 1] {
            let near = i.checked_add_signed(offset).and_then(|at| self.acts.get(at));
            for (class, name) in CLASSES.iter().enumerate() {
                row.push_at(&format!("act {name}"), offset, near.map_or(UNKNOWN, |act| act.shares[class]));
            }
            for (mark, name) in MARKS.iter().enumerate() {
                row.push_at(&format!("act mark {name}"), offset, near.map_or(UNKNOWN, |act| act.marks[mark]));
            }
        }
        for far in [1, 3, 6] {
            let (before, behind) = (i.saturating_sub(far)..i, i..(i + far).min(self.len()));
            row.push_at("topic before", far, self.alike(before.clone(), behind));
            row.push_at("topic around", far, self.alike(before, i + 1..(i + 1 + far).min(self.len())));
        }
    }

    /// How alike two runs of sentences are in what they are about: the cosine of their sums; [`UNKNOWN`] for an empty one.
    pub(super) fn alike(&self, a: Range<usize>, b: Range<usize>) -> f32 {
        let sum = |range: Range<usize>| {
            let mut sum = [0.0f32; WIDTH];
            for topic in self.topics.get(range).unwrap_or_default() {
                for (sum, x) in sum.iter_mut().zip(*topic) {
                    *sum += x;
                }
            }
            sum
        };
        let (a, b) = (sum(a), sum(b));
        let lengths = (acts::product(&a, &a) * acts::product(&b, &b)).sqrt();
        if lengths > 0.0 { acts::product(&a, &b) / lengths } else { UNKNOWN }
    }

    /// How alike a run of sentences is to a topic.
    pub(super) fn alike_to(&self, topic: &[f32; WIDTH], run: Range<usize>) -> f32 {
        let mut sum = [0.0f32; WIDTH];
        for other in self.topics.get(run).unwrap_or_default() {
            sum.iter_mut().zip(*other).for_each(|(sum, x)| *sum += x);
        }
        let length = acts::product(&sum, &sum).sqrt();
        if length > 0.0 { acts::product(&sum, topic) / length } else { UNKNOWN }
    }

    /// The mean of what the embeddings say of a class in sentences `from..to`.
    pub(super) fn mean_act(&self, class: usize, from: usize, to: usize) -> f32 {
        let part = self.acts.get(from..to.min(self.len())).unwrap_or_default();
        ratio(part.iter().map(|act| act.shares[class]).sum(), part.len() as f32)
    }

    fn push_neighbours(&self, i: usize, row: &mut Row) {
        const NEAR: [usize; 8] = [
            class::QUESTION,
            class::ANSWER,
            class::HAND_OVER,
            class::ANNOUNCEMENT,
            class::TALK,
            class::INTERVIEW,
            class::REPLY,
            class::ASIDE,
        ];
        const CUES: [Kind; 8] = [
            Kind::Attribution,
            Kind::Numbering,
            Kind::Source,
            Kind::Caller,
            Kind::Thanks,
            Kind::Opening,
            Kind::Asking,
            Kind::Interrogative,
        ];
        for offset in [-3i32, -2, -1, 1, 2, 3] {
            let at = i.checked_add_signed(offset as isize).filter(|&at| at < self.len());
            for class in NEAR {
                row.push_at(CLASSES[class], offset, at.map_or(UNKNOWN, |at| self.shares[at][class]));
            }
            row.push_at("asking", offset, at.map_or(UNKNOWN, |at| f32::from(u8::from(self.lines[at].asks))));
            row.push_at("words", offset, at.map_or(UNKNOWN, |at| (1.0 + self.lines[at].words.len() as f32).ln()));
            row.push_at("same voice", offset, at.map_or(UNKNOWN, |at| self.same_voice(at, i)));
            if offset.abs() == 1 {
                for kind in CUES {
                    let value = at.map_or(UNKNOWN, |at| f32::from(u8::from(self.hits[at].has(kind))));
                    row.push_at(&format!("cue {kind:?}"), offset, value);
                }
            }
        }
        let wide = [class::QUESTION, class::ANSWER, class::HAND_OVER, class::TALK, class::INTERVIEW, class::REPLY];
        for class in wide {
            row.push_at(CLASSES[class], "8 before", self.mean(class, i.saturating_sub(8), i));
            row.push_at(CLASSES[class], "8 behind", self.mean(class, i + 1, i + 9));
        }
        for class in [class::QUESTION, class::HAND_OVER, class::INTERVIEW] {
            row.push_at(CLASSES[class], "since", self.distance(i, -1, |at| self.shares[at][class] > 0.4));
            row.push_at(CLASSES[class], "until", self.distance(i, 1, |at| self.shares[at][class] > 0.4));
        }
        row.push("asking since", self.distance(i, -1, |at| self.lines[at].asks));
        row.push("asking until", self.distance(i, 1, |at| self.lines[at].asks));
        let source = [Kind::Attribution, Kind::Numbering, Kind::Source, Kind::Caller];
        row.push("source since", self.distance(i, -1, |at| self.hits[at].any(&source)));
        row.push("source until", self.distance(i, 1, |at| self.hits[at].any(&source)));
    }

    /// The mean share of a class in sentences `from..to`.
    pub(super) fn mean(&self, class: usize, from: usize, to: usize) -> f32 {
        let part = self.shares.get(from..to.min(self.len())).unwrap_or_default();
        ratio(part.iter().map(|s| s[class]).sum(), part.len() as f32)
    }

    /// How many sentences away (at most 15) the next one is that passes, walking by `step`.
    fn distance(&self, i: usize, step: isize, passes: impl Fn(usize) -> bool) -> f32 {
        const FAR: usize = 15;
        let near = (1..FAR)
            .find(|&far| i.checked_add_signed(step * far as isize).filter(|&at| at < self.len()).is_some_and(&passes));
        near.unwrap_or(FAR) as f32
    }

    fn push_voice(&self, i: usize, row: &mut Row) {
        const TRAITS: [usize; 6] =
            [class::QUESTION, class::ANSWER, class::HAND_OVER, class::INTERVIEW, class::REPLY, class::TALK];
        let known = self.voice[i].map(|v| &self.voices[v]);
        let (first, last) = self.turn[i];
        row.push("voice share", known.map_or(UNKNOWN, |v| v.share));
        row.push("voice asking", known.map_or(UNKNOWN, |v| v.asking));
        row.push("voice turn", known.map_or(UNKNOWN, |v| ratio(v.sentences as f32, v.turns as f32)));
        row.push("voice turns", known.map_or(UNKNOWN, |v| v.turns.min(20) as f32));
        row.push("in turn", known.map_or(UNKNOWN, |_| ((i - first) as f32).min(20.0)));
        row.push("left in turn", known.map_or(UNKNOWN, |_| ((last - i) as f32).min(20.0)));
        for class in TRAITS {
            row.push_at("voice", CLASSES[class], known.map_or(UNKNOWN, |v| v.shares[class]));
        }
        let before = first.checked_sub(1);
        let behind = Some(last + 1).filter(|&at| at < self.len());
        for (name, at) in [("before", before), ("behind", behind)] {
            let other = at.and_then(|at| self.voice[at]).filter(|_| known.is_some()).map(|v| &self.voices[v]);
            for class in [class::ANSWER, class::HAND_OVER, class::QUESTION] {
                row.push_at(&format!("voice {name}"), CLASSES[class], other.map_or(UNKNOWN, |v| v.shares[class]));
            }
            row.push_at("share", name, other.map_or(UNKNOWN, |v| v.share));
            let length = at.map_or(UNKNOWN, |at| ((self.turn[at].1 - self.turn[at].0 + 1) as f32).min(20.0));
            row.push_at("turn", name, if known.is_some() { length } else { UNKNOWN });
        }
        let sandwich = before.zip(behind).map_or(UNKNOWN, |(a, b)| self.same_voice(a, b));
        row.push("sandwich", if known.is_some() { sandwich } else { UNKNOWN });
        let role = match self.utterances[i].role {
            None => UNKNOWN,
            Some(Role::Host) => 0.0,
            Some(Role::Expert) => 1.0,
            Some(Role::Audience) => 2.0,
        };
        row.push("role", role);
    }
}

fn turns(voice: &[Option<usize>]) -> Vec<(usize, usize)> {
    let mut turns = Vec::with_capacity(voice.len());
    for run in voice.chunk_by(|a, b| a == b) {
        let first = turns.len();
        turns.extend(std::iter::repeat_n((first, first + run.len() - 1), run.len()));
    }
    turns
}
