//! Outline, transcript and voices become a draft of entries; people's edits folded over the draft become the entries.
//!
//! Printed text is what was said, with nothing reworded: [`draft`] leaves out fillers, stutters and, from questions,
//! hand-overs, and then proves each text against the transcript, afresh. A text that can't be proved fails the run.
//! Whatever is doubtful becomes a finding for the editor and never a silent choice.
//!
//! One thing alone may then differ from what was said: what the glossary's table of corrections, which a person wrote,
//! replaces in the printed text. Each such place is recorded with what stood there; the word-for-word texts stay.

mod aligned;
mod codes;
mod content;
mod corrected;
mod credits;
mod details;
mod drugs;
mod edits;
mod identity;
mod lints;
mod material;
mod names;
mod opinion;
mod paragraphs;
mod phrased;
mod privacy;
mod proof;
mod question;
mod risk;
mod short;
mod verbatim;
mod words;

pub use codes::{FlagCode, flag_codes};
pub use content::{hash as content_hash, seen};
pub use edits::{Conflict, ConflictReason, Fold, Ground, apply};
pub use material::Material;
pub use opinion::{Opinion, opinion};

use crate::failure::{Exit, Failure};
use crate::model::{
    Aloud, Answer, Corrected, Correction, Credit, Draft, DraftEntry, Entry, EntryId, EpisodeFacts, EpisodeHead, Flag,
    Links, Millis, Outline, Provenance, Question, QuestionSource, Role, Span, Speakers, Status, Transcript,
};
use crate::roster::Roster;
use crate::text::corrections::Corrections;
use codes::Code;
pub use credits::CREDIT_CONFIDENCE;
use credits::Credited;
use details::{Detail, Kind, Known};
use identity::Shape;
use jiff::Timestamp;
use lints::Look;
use paragraphs::Unit;
use phrased::Phrased;
use privacy::Timed;
use proof::{Leave, prove};
use std::ops::Range;
use verbatim::{Token, clean, join, tokens};

/// Raised when the same input gives another draft.
pub const VERSION: u32 = 8;

/// Sentences before a question that are searched for who asks.
const HAND_OVER_SENTENCES: usize = 4;
/// The confidence of a question without an answer: nobody measures it.
const UNANSWERED_CONFIDENCE: f32 = 0.5;
/// The confidence of a written question's answer, which was found by its words alone.
const SENT_CONFIDENCE: f32 = 0.3;

/// What a draft is made of.
#[derive(Debug, Clone)]
pub struct Inputs<'a> {
    /// What is said of the episode, as it stands in the draft.
    pub head: EpisodeHead,
    /// What was said.
    pub transcript: &'a Transcript,
    /// Who said it.
    pub speakers: &'a Speakers,
    /// Which of it asks and which answers.
    pub outline: &'a Outline,
    /// Whom credits may name.
    pub roster: &'a Roster,
    /// What published captions have to say, of [`opinion()`].
    pub opinion: &'a Opinion,
    /// What is printed in place of what is heard.
    pub corrections: &'a Corrections,
    /// What people state; the host is taken from here.
    pub facts: &'a EpisodeFacts,
    /// What made the inputs.
    pub provenance: Provenance,
    /// The draft before, whose ids are kept.
    pub previous: Option<&'a Draft>,
    /// The entries of it that people worked on: they stay, cut anew by their times, if nothing found now continues them.
    pub worked_on: &'a [EntryId],
    /// The time for what is new or changed.
    pub now: Timestamp,
}

/// Why there is no draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// A printed text is not what was said.
    #[error("the drafted {part} at {at} is not what was said: \"{printed}\" is printed where \"{said}\" is heard")]
    NotSaid {
        /// "question" or "answer".
        part: &'static str,
        /// Where it is heard.
        at: Millis,
        /// The first printed word without a counterpart; empty when the text ends too early.
        printed: String,
        /// The word that is heard there; empty behind the last one.
        said: String,
    },
    /// The outline points outside the transcript.
    #[error("the outline points at sentence {sentence}, but the transcript has {sentences}")]
    BeyondTranscript {
        /// The sentence, counted from 0.
        sentence: usize,
        /// How many there are.
        sentences: usize,
    },
    /// A question or an answer of the outline has no words, or its sentences are out of order.
    #[error("the outline's pair {pair} has sentences out of order or none at all")]
    BadPair {
        /// The pair, counted from 1; unanswered and written questions count on behind the pairs.
        pair: usize,
    },
    /// The transcript's sentences don't fit its words.
    #[error("sentence {sentence} of the transcript does not fit its words")]
    BadTranscript {
        /// The sentence, counted from 0.
        sentence: usize,
    },
}

impl Failure for DraftError {
    fn exit(&self) -> Exit {
        match self {
            Self::NotSaid { .. }
            | Self::BeyondTranscript { .. }
            | Self::BadPair { .. }
            | Self::BadTranscript { .. } => Exit::Unexpected,
        }
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NotSaid { .. } => {
                "Nothing was written. Please report this with the transcript around that time: it is a fault of the program."
                    .into()
            }
            Self::BeyondTranscript { .. } | Self::BadPair { .. } => {
                "Run the same command again with --redo segment, so that the outline is made anew.".into()
            }
            Self::BadTranscript { .. } => {
                "Run the same command again with --redo transcribe, so that the transcript is made anew.".into()
            }
        })
    }
}

/// The draft of an episode's entries, in order of time, unanswered questions among them.
///
/// The same inputs give the same draft: `random` is asked only for the ids of entries that continue none of
/// `inputs.previous`, and `updated_at` moves only with the content.
///
/// # Errors
/// When the inputs don't fit each other, or a printed text can't be proved to be what was said.
pub fn draft(inputs: &Inputs<'_>, random: &mut dyn FnMut() -> u64) -> Result<Draft, DraftError> {
    check(inputs.transcript, inputs.outline)?;
    let mut made: Vec<Made> = Vec::new();
    let (pairs, possible) = (&inputs.outline.pairs, &inputs.outline.possible);
    let all = pairs.iter().map(|pair| (pair, false)).chain(possible.iter().map(|pair| (pair, true)));
    for (index, (pair, possible)) in all.enumerate() {
        made.push(make(
            inputs,
            &Asked {
                index,
                question: &pair.question,
                answer: &pair.answer,
                source: pair.source,
                asker: pair.asker.as_deref(),
                confidence: if pair.confidence.is_finite() { pair.confidence.clamp(0.0, 1.0) } else { 0.0 },
                reasons: &pair.reasons,
                possible,
                aloud: None,
            },
        )?);
    }
    for (index, unanswered) in (pairs.len() + possible.len()..).zip(&inputs.outline.unanswered) {
        let voice = inputs.speakers.speaker_of(unanswered.question.start).and_then(|cluster| cluster.role);
        made.push(make(
            inputs,
            &Asked {
                index,
                question: std::slice::from_ref(&unanswered.question),
                answer: &[],
                source: if voice == Some(Role::Audience) { QuestionSource::Live } else { QuestionSource::ReadByHost },
                asker: None,
                confidence: UNANSWERED_CONFIDENCE,
                reasons: std::slice::from_ref(&unanswered.reason),
                possible: false,
                aloud: None,
            },
        )?);
    }
    for (index, aloud) in (pairs.len() + possible.len() + inputs.outline.unanswered.len()..).zip(&inputs.outline.aloud)
    {
        made.push(make(
            inputs,
            &Asked {
                index,
                question: &[],
                answer: aloud.answer.as_slice(),
                source: QuestionSource::Written,
                asker: None,
                confidence: SENT_CONFIDENCE,
                reasons: std::slice::from_ref(&aloud.reason),
                possible: false,
                aloud: Some(aloud),
            },
        )?);
    }
    made.sort_by_key(|made| (made.question.span, made.answer.as_ref().map(|answer| answer.span)));

    let shapes: Vec<Shape> = made.iter().map(Made::shape).collect();
    let (ids, mut tombstones) = identity::assign(&shapes, inputs.previous, inputs.now, random);
    let mut entries: Vec<DraftEntry> =
        made.into_iter().zip(ids).map(|(made, (id, old))| made.entry(inputs, id, old)).collect();
    let old = inputs.previous.map_or(&[][..], |previous| &previous.entries);
    for old in old.iter().filter(|old| inputs.worked_on.contains(&old.entry.id)) {
        let Some(at) = tombstones.iter().position(|gone| gone.id == old.entry.id) else { continue };
        if let Some(kept) = material::again(inputs, old, &entries)? {
            tombstones.remove(at);
            entries.push(kept);
        }
    }
    entries.sort_by_key(|drafted| (drafted.entry.question.span, drafted.entry.answer.as_ref().map(|a| a.span)));
    let people: Vec<Credit> = inputs.roster.people.iter().map(|p| p.credit(inputs.head.held_on, 1.0)).collect();
    Ok(Draft { episode: inputs.head.clone(), entries, tombstones, people, provenance: inputs.provenance.clone() })
}

/// Whether outline and transcript fit each other.
fn check(transcript: &Transcript, outline: &Outline) -> Result<(), DraftError> {
    let mut next = 0;
    for (sentence, s) in transcript.sentences.iter().enumerate() {
        if s.words.start < next || s.words.end <= s.words.start || s.words.end > transcript.words.len() {
            return Err(DraftError::BadTranscript { sentence });
        }
        next = s.words.end;
    }
    let sentences = transcript.sentences.len();
    let pairs = outline.pairs.iter().chain(&outline.possible);
    let count = outline.pairs.len() + outline.possible.len();
    let pairs = pairs.flat_map(|pair| [pair.question.as_slice(), pair.answer.as_slice()]);
    let unanswered = outline.unanswered.iter().map(|u| std::slice::from_ref(&u.question));
    let answered = outline.aloud.iter().filter_map(|aloud| aloud.answer.as_ref()).map(std::slice::from_ref);
    for (i, ranges) in pairs.chain(unanswered).chain(answered).enumerate() {
        let pair = if i < 2 * count { i / 2 + 1 } else { i + 1 - count };
        if let Some(range) = ranges.iter().find(|range| range.end > sentences) {
            return Err(DraftError::BeyondTranscript { sentence: range.end - 1, sentences });
        }
        let ordered = ranges.windows(2).all(|two| two[0].end <= two[1].start);
        if ranges.is_empty() || !ordered || ranges.iter().any(Range::is_empty) {
            return Err(DraftError::BadPair { pair });
        }
    }
    Ok(())
}

/// A question of the outline with or without its answer.
struct Asked<'a> {
    /// The pair, counted from 0; possible pairs count on behind the pairs, unanswered questions behind those.
    index: usize,
    question: &'a [Range<usize>],
    answer: &'a [Range<usize>],
    source: QuestionSource,
    asker: Option<&'a str>,
    confidence: f32,
    reasons: &'a [String],
    /// Whether it is likelier to be no pair.
    possible: bool,
    /// The written question, where nobody reads it aloud.
    aloud: Option<&'a Aloud>,
}

/// An entry before it has an id.
struct Made {
    question: Question,
    answer: Option<Answer>,
    credits: Vec<Credit>,
    flags: Vec<Flag>,
    corrections: Vec<Correction>,
    confidence: f32,
    question_words: Vec<Range<usize>>,
    answer_words: Vec<Range<usize>>,
    reasons: Vec<String>,
    possible: bool,
}

fn make(inputs: &Inputs<'_>, asked: &Asked<'_>) -> Result<Made, DraftError> {
    let transcript = inputs.transcript;
    let correct = |text: &[Token], place| corrected::correct(inputs.corrections, transcript, text, place);
    let phrased = match asked.aloud {
        None => phrased::heard(inputs, asked)?,
        Some(aloud) => phrased::sent(inputs, aloud),
    };
    let Phrased { question, known, mut flags, mut risks, mut corrections, hollow, attributions } = phrased;
    let (mut answer, mut credits) = (None, Vec::new());
    if !asked.answer.is_empty() {
        let paragraphs = paragraphs::paragraphs(&units(inputs, asked.answer));
        let all: Vec<Token> = paragraphs.iter().flatten().cloned().collect();
        let verbatim = join(&tokens(transcript, asked.answer));
        certify(transcript, asked.answer, &verbatim, Leave::Nothing, "answer")?;
        certify(transcript, asked.answer, &join(&all), Leave::Stumbles, "answer")?;
        let (paragraphs, made): (Vec<_>, Vec<_>) =
            paragraphs.iter().map(|paragraph| correct(paragraph, Corrected::Answer)).unzip();
        let all: Vec<Token> = paragraphs.iter().flatten().cloned().collect();
        corrections.extend(made.into_iter().flatten());
        let credited: Credited =
            credits::credit(transcript, inputs.speakers, asked.answer, inputs.roster, inputs.facts);
        flags.extend(privacy::answer_flags(&timed(transcript, &all), &known));
        flags.extend(credited.flags);
        risks.extend(risk::flags(&timed(transcript, &all)));
        risks.extend(risk::doubtful(transcript, asked.answer));
        risks.extend(inputs.opinion.in_answer(transcript, asked.answer, &all));
        risks.extend(credits::overlaps(transcript, inputs.speakers, asked.answer));
        credits = credited.credits;
        answer = Some(Answer {
            paragraphs: paragraphs.iter().map(|paragraph| join(paragraph)).collect(),
            verbatim,
            span: span(transcript, asked.answer),
            spans: credited.spans,
        });
    }
    flags.extend(lints::lint(&Look {
        transcript,
        speakers: inputs.speakers,
        question: asked.question,
        answer: asked.answer,
        printed: &question.text,
        hollow,
        attributions,
        confidence: answer.as_ref().map(|_| asked.confidence),
        others: others(inputs.outline, asked.index),
        segments: &inputs.outline.segments,
        opening: answer.as_ref().and_then(|answer| answer.paragraphs.first()).map_or("", String::as_str),
    }));
    if answer.is_some() && inputs.head.held_on.is_none() {
        // Credits and the page's source line depend on a day that only a person knows.
        flags.push(Code::Undated.found(question.span, ""));
    }
    flags.extend(corrections.iter().map(corrected::flag));
    flags.extend(risks);
    let words = |ranges: &[Range<usize>]| ranges.iter().map(|range| transcript.words_of(range)).collect();
    Ok(Made {
        question,
        answer,
        credits,
        flags,
        corrections,
        confidence: asked.confidence,
        question_words: words(asked.question),
        answer_words: words(asked.answer),
        reasons: asked.reasons.to_vec(),
        possible: asked.possible,
    })
}

impl Made {
    fn shape(&self) -> Shape {
        Shape {
            question: self.question.span,
            answer: self.answer.as_ref().map(|answer| answer.span),
            text: self.question.verbatim.clone(),
        }
    }

    fn entry(self, inputs: &Inputs<'_>, id: EntryId, old: Option<&DraftEntry>) -> DraftEntry {
        let mut entry = Entry {
            id,
            status: Status::Draft,
            question: self.question,
            answer: self.answer,
            credits: self.credits,
            links: None,
            flags: self.flags,
            corrections: self.corrections,
            confidence: self.confidence,
            approved_by: None,
            approved_at: None,
            withdrawn: None,
            updated_at: inputs.now,
            content_hash: crate::model::Digest::from_bytes([0; 32]),
        };
        entry.status = if self.possible { Status::Possible } else { standing(&entry) };
        entry.links = links(&inputs.head, &entry);
        entry.content_hash = content::hash(&entry);
        if let Some(old) = old.filter(|old| old.entry.content_hash == entry.content_hash) {
            entry.updated_at = old.entry.updated_at;
        }
        DraftEntry {
            entry,
            question_words: self.question_words,
            answer_words: self.answer_words,
            reasons: self.reasons,
        }
    }
}

/// The sentences of all entries but this one and those that are likelier to be none.
fn others(outline: &Outline, index: usize) -> Vec<Range<usize>> {
    let (pairs, possible) = (&outline.pairs, &outline.possible);
    let asked = pairs.iter().map(|pair| [pair.question.as_slice(), pair.answer.as_slice()].concat()).enumerate();
    let unanswered = outline.unanswered.iter().map(|unanswered| vec![unanswered.question.clone()]);
    let answered = outline.aloud.iter().map(|aloud| aloud.answer.clone().into_iter().collect());
    let behind = (pairs.len() + possible.len()..).zip(unanswered.chain(answered));
    asked.chain(behind).filter(|(other, _)| *other != index).flat_map(|(_, ranges)| ranges).collect()
}

/// Where an entry stands as long as no person has decided.
fn standing(entry: &Entry) -> Status {
    let blocked = entry.flags.iter().any(|flag| flag.blocking && flag.resolved.is_none());
    match &entry.answer {
        None => Status::Unanswered,
        Some(_) if blocked || entry.confidence < lints::LOW_CONFIDENCE => Status::NeedsReview,
        Some(_) => Status::Draft,
    }
}

fn links(head: &EpisodeHead, entry: &Entry) -> Option<Links> {
    let (id, answer) = (head.youtube_id.as_ref()?, entry.answer.as_ref()?);
    let on_video = |span| head.video_cut.on_video(span, head.duration);
    Some(Links::new(id, on_video(entry.question.span)?.start, on_video(answer.span)?))
}

/// From the first to the last sentence of the ranges, which are not empty.
fn span(transcript: &Transcript, ranges: &[Range<usize>]) -> Span {
    ranges.iter().filter_map(|range| transcript.span_of(range)).reduce(Span::hull).unwrap_or_default()
}

fn timed<'a>(transcript: &Transcript, tokens: &'a [Token]) -> Vec<Timed<'a>> {
    let of = |token: &'a Token| {
        let words = transcript.words.get(token.word..=token.last).unwrap_or_default();
        let probability = words.iter().map(|word| word.probability).fold(1.0, f32::min);
        Timed { text: &token.text, span: corrected::span(transcript, token, token), probability }
    };
    tokens.iter().map(of).collect()
}

/// The answer's printed sentences.
fn units(inputs: &Inputs<'_>, ranges: &[Range<usize>]) -> Vec<Unit> {
    let sentences = &inputs.transcript.sentences;
    let printed = clean(&tokens(inputs.transcript, ranges), true);
    let unit = |part: &[Token]| {
        let sentence = part[0].sentence;
        let end = sentence.checked_sub(1).map_or(Millis::ZERO, |before| sentences[before].span.end);
        Unit {
            tokens: part.to_vec(),
            pause: sentences[sentence].span.start.minus(end),
            voice: inputs.speakers.sentences.get(sentence).copied().flatten(),
            run: ranges.iter().position(|range| range.contains(&sentence)).unwrap_or_default(),
        }
    };
    printed.chunk_by(|a, b| a.sentence == b.sentence).map(unit).collect()
}

/// Names that are no personal details.
fn public_names<'a>(inputs: &'a Inputs<'_>) -> impl Iterator<Item = &'a str> {
    let people = inputs.roster.people.iter().flat_map(|person| person.names());
    people.chain([inputs.head.series.as_str()])
}

/// What is known of the asker and of public names before the entry's texts are searched.
fn known(inputs: &Inputs<'_>, asked: &Asked<'_>, spoken: &[Token]) -> Known {
    let mut known = Known::new(public_names(inputs));
    if let Some(asker) = asked.asker {
        known.asker(asker);
        known.asker(&corrected::name(inputs.corrections, asker));
    }
    let first = asked.question.first().map_or(0, |range| range.start);
    let pairs = inputs.outline.pairs.iter().flat_map(|pair| pair.question.iter().chain(&pair.answer));
    let others = pairs.chain(inputs.outline.unanswered.iter().map(|unanswered| &unanswered.question));
    let before = others.map(|range| range.end).filter(|end| *end <= first).max().unwrap_or(0);
    let hand_over = before.max(first.saturating_sub(HAND_OVER_SENTENCES))..first;
    let said = tokens(inputs.transcript, &[hand_over]);
    let written = |tokens| corrected::correct(inputs.corrections, inputs.transcript, tokens, Corrected::Question);
    let (said_now, spoken_now) = (written(&said), written(spoken));
    let mut texts: Vec<(&[Token], bool)> = vec![(&said, false), (spoken, true)];
    // A name that the table corrects is known both as heard and as printed.
    for ((tokens, corrections), whole) in [(&said_now, false), (&spoken_now, true)] {
        texts.extend((!corrections.is_empty()).then_some((tokens.as_slice(), whole)));
    }
    for (text, whole) in texts {
        let text: Vec<&str> = text.iter().map(|token| token.text.as_str()).collect();
        let details: Vec<Detail> = details::in_question(&text, &known)
            .into_iter()
            .filter(|detail| whole || matches!(detail.kind, Kind::Name | Kind::Town | Kind::Hospital))
            .collect();
        known.learn(&details);
    }
    known
}

/// Fails unless `printed` is proved to be what was said in `ranges`.
fn certify(
    transcript: &Transcript,
    ranges: &[Range<usize>],
    printed: &str,
    leave: Leave,
    part: &'static str,
) -> Result<(), DraftError> {
    prove(transcript, ranges, printed, leave).map_err(|gap| {
        let word = gap.word.and_then(|word| transcript.words.get(word));
        DraftError::NotSaid {
            part,
            at: word.map_or(span(transcript, ranges).end, |word| word.span.start),
            printed: gap.printed.unwrap_or_default(),
            said: word.map(|word| word.text.clone()).unwrap_or_default(),
        }
    })
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "an answer of one run is a list with one range")]
mod tests;
#[cfg(test)]
pub(crate) mod trial;
