//! What the pages show of the recording: voices, transcript and timeline.

use crate::draft::Material;
use crate::model::{
    Cluster, Entry, EntryId, Millis, PersonId, QuestionSource, Role, SegmentKind, Speakers, Status, Transcript,
};
use crate::roster::Roster;
use serde::Serialize;
use std::path::Path;

/// A voice of the episode.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VoiceView {
    /// Its number, from 1.
    pub number: u32,
    /// Whose it is.
    pub name: Option<String>,
    /// Whose it is, by roster id.
    pub person: Option<PersonId>,
    /// "hosts", "answers", "asks", or nothing.
    pub does: &'static str,
    /// How long it speaks, as "3:20".
    pub speech: String,
    /// The same in seconds.
    pub seconds: f64,
    /// How sure the name is, in words.
    pub sure: String,
    /// Where it speaks longest, in seconds: worth a listen.
    pub sample: Option<f64>,
}

/// A stretch of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stretch {
    /// What it is.
    pub kind: SegmentKind,
    /// From here, in seconds …
    pub start: f64,
    /// … to here.
    pub end: f64,
    /// The entry that it belongs to.
    pub entry: Option<EntryId>,
}

/// Sentences of one voice behind each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TurnView {
    /// When it begins, in seconds.
    pub start: f64,
    /// The same as "1:02:03".
    pub clock: String,
    /// Who speaks, or "Voice 2"; empty when voices are not told apart.
    pub speaker: String,
    /// The sentences.
    pub sentences: Vec<SentenceView>,
}

/// A sentence of the transcript.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentenceView {
    /// Its number, from 0.
    pub index: usize,
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends.
    pub end: f64,
    /// Its words, with one space between two.
    pub text: String,
}

/// The times of all words, for the page's script.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordsView {
    /// For each word when it begins and ends, in milliseconds, and how sure it is, in percent.
    pub words: Vec<(u64, u64, u8)>,
    /// For each sentence its first word and the one behind its last.
    pub sentences: Vec<(usize, usize)>,
}

/// The voices, by number.
pub(in crate::review) fn voices(speakers: &Speakers, roster: &Roster) -> Vec<VoiceView> {
    let view = |cluster: &Cluster| {
        let turns = speakers.turns.iter().filter(|turn| turn.cluster == cluster.id);
        VoiceView {
            number: cluster.id.0 + 1,
            name: cluster.person.as_ref().map(|id| name(id, roster)),
            person: cluster.person.clone(),
            does: match cluster.role {
                Some(Role::Host) => "hosts",
                Some(Role::Expert) => "answers",
                Some(Role::Audience) => "asks",
                None => "",
            },
            speech: cluster.speech.to_string(),
            seconds: cluster.speech.seconds(),
            sure: match (&cluster.person, cluster.is_named()) {
                (_, true) => "named by an editor".into(),
                (Some(_), false) => format!("{:.0} %", 100.0 * cluster.confidence),
                (None, false) => String::new(),
            },
            sample: turns.max_by_key(|turn| turn.span.length()).map(|turn| turn.span.start.seconds()),
        }
    };
    speakers.clusters.iter().map(view).collect()
}

fn name(id: &PersonId, roster: &Roster) -> String {
    roster.person(id).map_or_else(|| id.to_string(), |person| person.name.clone())
}

/// The transcript by turns.
pub(in crate::review) fn turns(material: &Material) -> Vec<TurnView> {
    let Material { transcript, speakers, roster, .. } = material;
    let speaker = |sentence: usize| match speakers.speaker_of(sentence) {
        Some(cluster) => {
            cluster.person.as_ref().map_or_else(|| format!("Voice {}", cluster.id.0 + 1), |id| name(id, roster))
        }
        None => String::new(),
    };
    let mut turns: Vec<TurnView> = Vec::new();
    for (index, sentence) in transcript.sentences.iter().enumerate() {
        let (who, start) = (speaker(index), sentence.span.start);
        let view = SentenceView {
            index,
            start: start.seconds(),
            end: sentence.span.end.seconds(),
            text: transcript.text(sentence.words.clone()),
        };
        match turns.last_mut().filter(|turn| turn.speaker == who && turn.sentences.len() < LONGEST_TURN) {
            Some(turn) => turn.sentences.push(view),
            None => turns.push(TurnView {
                start: start.seconds(),
                clock: start.to_string(),
                speaker: who,
                sentences: vec![view],
            }),
        }
    }
    turns
}

/// A turn of more sentences is shown in parts, so that each of them can be found by its time.
const LONGEST_TURN: usize = 12;

/// Whether a recording has a picture, by its name.
pub(in crate::review) fn is_video(path: &Path) -> bool {
    const ENDINGS: [&str; 5] = ["mp4", "m4v", "mov", "mkv", "webm"];
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The times of all words.
pub(in crate::review) fn words(transcript: &Transcript) -> WordsView {
    let percent = |probability: f32| (100.0 * probability.clamp(0.0, 1.0)).round() as u8;
    let words = transcript.words.iter().map(|word| (word.span.start.0, word.span.end.0, percent(word.probability)));
    let sentences = transcript.sentences.iter().map(|sentence| (sentence.words.start, sentence.words.end));
    WordsView { words: words.collect(), sentences: sentences.collect() }
}

/// What the episode consists of: the outline's stretches, and over them the entries as they stand.
pub(in crate::review) fn timeline(material: &Material, entries: &[Entry]) -> Vec<Stretch> {
    let stretch = |kind, start: Millis, end: Millis, entry: Option<&EntryId>| Stretch {
        kind,
        start: start.seconds(),
        end: end.seconds(),
        entry: entry.cloned(),
    };
    let outline = material.outline.segments.iter().filter_map(|segment| {
        let span = material.transcript.span_of(&segment.sentences)?;
        Some(stretch(segment.kind, span.start, span.end, None))
    });
    let live = entries.iter().filter(|entry| !matches!(entry.status, Status::Dismissed | Status::Possible));
    let own = live.flat_map(|entry| {
        let question =
            (entry.question.source != QuestionSource::Written).then_some((SegmentKind::Question, entry.question.span));
        let answer = entry.answer.iter().flat_map(|answer| &answer.spans);
        let parts = question.into_iter().chain(answer.map(|part| (SegmentKind::Answer, part.span)));
        parts.map(|(kind, span)| stretch(kind, span.start, span.end, Some(&entry.id)))
    });
    // Entries as people set them count, not what the outline took for one.
    let outline = outline.filter(|part| !matches!(part.kind, SegmentKind::Question | SegmentKind::Answer));
    outline.chain(own).collect()
}
