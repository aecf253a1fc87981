//! Entries cut anew: stretches of the recording, as people set them, become an entry in the same way as what the machine
//! found.

use super::{Asked, DraftError, Inputs, Opinion, make};
use crate::model::{
    Aloud, Draft, DraftEntry, Entry, EntryId, EpisodeFacts, EpisodeHead, Millis, Outline, Pair, Provenance,
    QuestionSource, Segment, Sentence, Span, Speakers, Transcript,
};
use crate::roster::Roster;
use crate::text::corrections::Corrections;
use jiff::Timestamp;
use std::ops::Range;

/// All that the entries of a draft are cut from.
#[derive(Debug, Clone)]
pub struct Material {
    /// What is said of the episode.
    pub head: EpisodeHead,
    /// What was said, its sentences cut where another voice begins.
    pub transcript: Transcript,
    /// Who said it, by the names that people gave.
    pub speakers: Speakers,
    /// What the episode consists of.
    pub outline: Outline,
    /// Whom credits may name.
    pub roster: Roster,
    /// What people state.
    pub facts: EpisodeFacts,
    /// What published captions have to say.
    pub opinion: Opinion,
    /// What is printed in place of what is heard.
    pub corrections: Corrections,
    /// What made all this.
    pub provenance: Provenance,
}

impl Material {
    /// The inputs of a draft.
    #[must_use]
    pub fn inputs<'a>(&'a self, previous: Option<&'a Draft>, now: Timestamp) -> Inputs<'a> {
        Inputs {
            head: self.head.clone(),
            transcript: &self.transcript,
            speakers: &self.speakers,
            outline: &self.outline,
            roster: &self.roster,
            facts: &self.facts,
            opinion: &self.opinion,
            corrections: &self.corrections,
            provenance: self.provenance.clone(),
            previous,
            worked_on: &[],
            now,
        }
    }
}

/// An entry to be cut, in words of the transcript.
#[derive(Debug, Clone)]
pub(super) struct Cutting<'a> {
    pub(super) id: &'a EntryId,
    /// Nothing for a question that was only written.
    pub(super) question: Vec<Range<usize>>,
    pub(super) answer: Vec<Range<usize>>,
    /// The words of all other entries, in order.
    pub(super) others: Vec<Range<usize>>,
    pub(super) source: QuestionSource,
    pub(super) asker: Option<&'a str>,
    /// The text of a question that was only written.
    pub(super) written: &'a str,
    pub(super) confidence: f32,
    pub(super) reasons: &'a [String],
}

/// Sentences around an entry that may have a say in it: who is handed over to, what is announced.
const AROUND: usize = 24;

/// Cuts the entry out of the transcript, exactly at its words. What lies far from it has no say, so that this takes no
/// longer for hours than for minutes.
pub(super) fn cut(inputs: &Inputs<'_>, cutting: &Cutting<'_>) -> Result<DraftEntry, DraftError> {
    cut_within(inputs, cutting, AROUND)
}

fn cut_within(inputs: &Inputs<'_>, cutting: &Cutting<'_>, around: usize) -> Result<DraftEntry, DraftError> {
    let old = inputs.transcript;
    let own = || cutting.question.iter().chain(&cutting.answer);
    let (first, last) = (own().map(|words| words.start).min(), own().map(|words| words.end).max());
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    let near = old.sentences.partition_point(|sentence| sentence.words.end <= first).saturating_sub(around)
        ..old
            .sentences
            .partition_point(|sentence| sentence.words.start < last)
            .saturating_add(around)
            .min(old.sentences.len());
    let words = old.words_of(&near);
    let here = |range: &Range<usize>| {
        let clip = |word: usize| word.clamp(words.start, words.end) - words.start;
        clip(range.start)..clip(range.end)
    };
    let all_here = |ranges: &[Range<usize>]| -> Vec<Range<usize>> { ranges.iter().map(here).collect() };
    let heard = old.span_of(&near).unwrap_or_default();
    let sounds = |span: &Span| span.overlap(heard) > Millis::ZERO;
    let sentence = |sentence: &Sentence| Sentence { words: here(&sentence.words), span: sentence.span };
    let part = Transcript {
        language: old.language.clone(),
        duration: old.duration,
        model: old.model.clone(),
        audio: old.audio.clone(),
        speech: old.speech.iter().filter(|span| sounds(span)).copied().collect(),
        words: old.words.get(words.clone()).unwrap_or_default().to_vec(),
        sentences: old.sentences[near.clone()].iter().map(sentence).collect(),
        chunks: old.chunks.iter().filter(|chunk| sounds(&chunk.span)).cloned().collect(),
        warnings: Vec::new(),
    };
    let (question, answer) = (all_here(&cutting.question), all_here(&cutting.answer));
    let edges: Vec<usize> = question.iter().chain(&answer).flat_map(|words| [words.start, words.end]).collect();
    let transcript = part.cut_at(&edges);
    // The old sentence of each new one.
    let origin: Vec<usize> = (transcript.sentences.iter())
        .map(|sentence| near.start + part.sentences.partition_point(|other| other.words.end <= sentence.words.start))
        .collect();
    let moved = |sentence: usize| origin.partition_point(|from| *from < sentence);
    let speakers = Speakers {
        turns: inputs.speakers.turns.iter().filter(|turn| sounds(&turn.span)).cloned().collect(),
        overlaps: inputs.speakers.overlaps.iter().filter(|span| sounds(span)).copied().collect(),
        clusters: inputs.speakers.clusters.clone(),
        cuts: Vec::new(),
        sentences: origin.iter().map(|from| inputs.speakers.sentences.get(*from).copied().flatten()).collect(),
        warnings: Vec::new(),
    };
    let segment = |segment: &Segment| Segment {
        kind: segment.kind,
        sentences: moved(segment.sentences.start)..moved(segment.sentences.end),
    };
    let in_sentences = |words: &[Range<usize>]| runs(&transcript.sentences, words);
    let other = |words: &Range<usize>| Pair {
        question: in_sentences(&[here(words)]),
        answer: Vec::new(),
        source: QuestionSource::ReadByHost,
        asker: None,
        confidence: 1.0,
        reasons: Vec::new(),
    };
    let outline = Outline {
        segments: inputs.outline.segments.iter().map(segment).filter(|part| !part.sentences.is_empty()).collect(),
        pairs: cutting.others.iter().map(other).filter(|pair| !pair.question.is_empty()).collect(),
        ..Outline::default()
    };
    let (question, answer) = (in_sentences(&question), in_sentences(&answer));
    let aloud = cutting.question.is_empty().then(|| Aloud {
        question: cutting.written.to_owned(),
        at: None,
        answer: answer.first().cloned(),
        reason: cutting.reasons.first().cloned().unwrap_or_default(),
    });
    let opinion = inputs.opinion.of(&words);
    let inputs =
        Inputs { transcript: &transcript, speakers: &speakers, outline: &outline, opinion: &opinion, ..inputs.clone() };
    let asked = Asked {
        index: usize::MAX,
        question: &question,
        answer: &answer,
        source: cutting.source,
        asker: cutting.asker,
        confidence: cutting.confidence,
        reasons: cutting.reasons,
        possible: false,
        aloud: aloud.as_ref(),
    };
    let mut drafted = make(&inputs, &asked)?.entry(&inputs, cutting.id.clone(), None);
    for run in drafted.question_words.iter_mut().chain(&mut drafted.answer_words) {
        *run = run.start + words.start..run.end + words.start;
    }
    Ok(drafted)
}

/// The sentences of which most words lie in `words`, as runs.
fn runs(sentences: &[Sentence], words: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for range in words {
        let first = sentences.partition_point(|sentence| sentence.words.end <= range.start);
        let near = sentences[first..].iter().take_while(|sentence| sentence.words.start < range.end);
        for (at, sentence) in (first..).zip(near) {
            let inside = sentence.words.end.min(range.end) - sentence.words.start.max(range.start);
            if 2 * inside <= sentence.words.len() {
                continue;
            }
            match runs.last_mut().filter(|last| last.end == at) {
                Some(last) => last.end = at + 1,
                None => runs.push(at..at + 1),
            }
        }
    }
    runs
}

/// The words that sound in `span` by more than half.
pub(super) fn words_in(transcript: &Transcript, span: Span) -> Range<usize> {
    let middle = |word: &crate::model::Word| word.span.start.0 + word.span.length().0 / 2;
    let first = transcript.words.partition_point(|word| middle(word) < span.start.0);
    let count = transcript.words[first..].iter().take_while(|word| middle(word) < span.end.0).count();
    first..first + count
}

/// What is in `words` or in `more`, as runs in order.
pub(super) fn with(words: &[Range<usize>], more: &Range<usize>) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = words.iter().chain([more]).filter(|range| !range.is_empty()).cloned().collect();
    all.sort_by_key(|range| range.start);
    let mut runs: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for range in all {
        match runs.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => runs.push(range),
        }
    }
    runs
}

/// What is in `words` but not in `less`, as runs in order.
pub(super) fn without(words: &[Range<usize>], less: &Range<usize>) -> Vec<Range<usize>> {
    let parts = |range: &Range<usize>| {
        [range.start..range.end.min(less.start.max(range.start)), range.start.max(less.end.min(range.end))..range.end]
    };
    words.iter().flat_map(parts).filter(|range| !range.is_empty()).collect()
}

/// An entry of an earlier draft, cut again where it was heard; `None` when no words are there any more.
pub(super) fn again(
    inputs: &Inputs<'_>,
    old: &DraftEntry,
    others: &[DraftEntry],
) -> Result<Option<DraftEntry>, DraftError> {
    let entry = &old.entry;
    let question = match old.question_words.is_empty() {
        true => Vec::new(),
        false => with(&[], &words_in(inputs.transcript, entry.question.span)),
    };
    let stretches = entry.answer.iter().flat_map(|answer| &answer.spans);
    let answer = stretches.fold(Vec::new(), |words, part| with(&words, &words_in(inputs.transcript, part.span)));
    if (question.is_empty() && !old.question_words.is_empty()) || (answer.is_empty() && entry.answer.is_some()) {
        return Ok(None);
    }
    let others = others.iter().flat_map(|other| other.question_words.iter().chain(&other.answer_words));
    let cutting = Cutting {
        id: &entry.id,
        question,
        answer,
        others: others.cloned().collect(),
        source: entry.question.source,
        asker: entry.question.asker.as_deref(),
        written: &entry.question.text,
        confidence: entry.confidence,
        reasons: &old.reasons,
    };
    let kept = cut(inputs, &cutting)?;
    Ok(Some(DraftEntry { entry: continued(kept.entry, entry, inputs.now), ..kept }))
}

/// The new entry, with the old one's time of change if nothing that a reader sees changed.
fn continued(mut new: Entry, old: &Entry, now: Timestamp) -> Entry {
    new.updated_at = if new.content_hash == old.content_hash { old.updated_at } else { now };
    new
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a question of one run is a list with one range")]
mod tests {
    use super::super::trial::{NOW, Trial};
    use super::*;
    use proptest::prelude::*;

    const SAID: [&str; 8] = [
        "H Our next question is from Maria in Queens.",
        "A My back hurts since I was 82, is it safe to run?",
        "E Do not run on ice, Maria.",
        "F I would take 20 milligrams of ibuprofen.",
        "H A word from our sponsor before we go on.",
        "E So we wait.",
        "H Thank you, and what about L4-L5?",
        "F Um, it is, it is stable.",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_lies_far_away_has_no_say(
            said in prop::collection::vec(prop::sample::select(SAID.to_vec()), 60..140),
            at in 0usize..1000,
            lengths in (1usize..30, 1usize..60, 0usize..5),
        ) {
            let mut trial = Trial::new(&said);
            trial.outline.segments = (0..said.len() / 5)
                .map(|i| Segment { kind: crate::model::SegmentKind::Talk, sentences: 5 * i..5 * i + 5 })
                .collect();
            let material = trial.material();
            let count = material.transcript.words.len();
            let from = at % (count - 100);
            let (asked, answered) = (from + lengths.0, from + lengths.0 + lengths.1);
            let id = EntryId::from_random(7);
            let cutting = Cutting {
                id: &id,
                question: vec![from..asked],
                answer: vec![asked + lengths.2..answered + lengths.2],
                others: vec![0..from / 2, answered + 9..count],
                source: QuestionSource::Live,
                asker: None,
                written: "",
                confidence: 1.0,
                reasons: &[],
            };
            let inputs = material.inputs(None, NOW.parse().unwrap());
            let (near, whole) = (cut(&inputs, &cutting).unwrap(), cut_within(&inputs, &cutting, usize::MAX).unwrap());
            prop_assert_eq!(near, whole);
        }
    }
}
