//! Whose answer it is: from the voices' names to credits from the roster. A doubtful voice is credited to nobody.

use super::codes::Code;
use crate::model::{
    AnswerSpan, Cluster, ClusterId, Credit, EpisodeFacts, Flag, Millis, PersonId, Role, Span, Speakers, Transcript,
};
use crate::roster::Roster;
use std::ops::Range;

/// A voice's name below this confidence is only a suggestion to the editor: no credit, no speaker in the spans.
pub const CREDIT_CONFIDENCE: f32 = 0.7;
/// A role below this confidence decides nothing.
const ROLE_CONFIDENCE: f32 = 0.5;
/// Somebody who says less than this beside the one who answers gets no credit and asks for no decision ("mm-hm").
const BRIEF: Millis = Millis(2_000);

/// A host who says this much in an answer may be one who answers.
const AT_LENGTH: Millis = Millis(10_000);

/// What a voice is in an answer.
enum Voice {
    Known(PersonId, f32),
    Host(Option<PersonId>),
    Audience,
    NotInRoster(PersonId),
    Unsure(Option<(PersonId, f32)>),
}

/// The credits of an answer, its spans by speaker, and what a person must decide about them.
pub(super) struct Credited {
    pub(super) credits: Vec<Credit>,
    pub(super) spans: Vec<AnswerSpan>,
    pub(super) flags: Vec<Flag>,
}

/// A run of sentences by one voice.
struct Run {
    voice: Option<ClusterId>,
    sentences: Range<usize>,
    span: Span,
}

/// Credits the answer in `ranges`.
pub(super) fn credit(
    transcript: &Transcript,
    speakers: &Speakers,
    ranges: &[Range<usize>],
    roster: &Roster,
    facts: &EpisodeFacts,
) -> Credited {
    let runs = runs(transcript, speakers, ranges);
    let known = |voice: Option<ClusterId>| {
        let cluster = voice.and_then(|id| speakers.cluster(id));
        cluster.map_or(Voice::Unsure(None), |cluster| judge(cluster, roster, facts))
    };
    let mut credits: Vec<Credit> = Vec::new();
    let mut spans = Vec::with_capacity(runs.len());
    for run in &runs {
        let speaker = match known(run.voice) {
            Voice::Known(id, _) => Some(id),
            Voice::Host(id) => id,
            Voice::Audience | Voice::NotInRoster(_) | Voice::Unsure(_) => None,
        };
        spans.push(AnswerSpan { span: run.span, speaker });
    }
    let total = |voice| -> Millis {
        runs.iter().filter(|run| run.voice == voice).fold(Millis::ZERO, |sum, run| sum.plus(run.span.length()))
    };
    let someone = runs.iter().any(|run| matches!(known(run.voice), Voice::Known(..)) && total(run.voice) >= BRIEF);
    let mut flags = Vec::new();
    let mut seen = Vec::new();
    for run in &runs {
        if seen.contains(&run.voice) {
            continue;
        }
        seen.push(run.voice);
        let brief = someone && total(run.voice) < BRIEF;
        let (code, message) = match known(run.voice) {
            Voice::Known(id, confidence) => {
                let Some(person) = roster.person(&id) else { continue };
                if !brief {
                    if !credits.iter().any(|credit| credit.person == id) {
                        credits.push(person.credit(facts.held_on, confidence));
                    }
                    continue;
                }
                (Code::BriefVoice, format!("{} says a few words here and is not credited.", person.name))
            }
            Voice::Host(_) if total(run.voice) >= AT_LENGTH => (
                Code::HostAnswers,
                format!(
                    "The host speaks for {} inside the answer and is not credited. If the host answers too, name everybody who \
                     answers; if not, move the answer's times.",
                    total(run.voice)
                ),
            ),
            Voice::Host(_) => (
                Code::HostInAnswer,
                "The host speaks inside the answer and is not credited. Move the answer's times if that is no part of it.".into(),
            ),
            Voice::Audience => (
                Code::AudienceInAnswer,
                "Somebody of the audience speaks inside the answer. Check where it ends, then name who answers.".into(),
            ),
            Voice::NotInRoster(id) => {
                (Code::NotInRoster, format!("The speaker {id} is not in roster.toml. Add that person, then name who answers."))
            }
            Voice::Unsure(Some((id, confidence))) => (
                Code::UnsureVoice,
                format!(
                    "It is not sure who answers: it may be {} ({:.0} %). Listen, then name who answers.",
                    roster.person(&id).map_or(id.as_str(), |person| person.name.as_str()),
                    confidence * 100.0
                ),
            ),
            Voice::Unsure(None) => (
                Code::UnknownVoice,
                match run.voice {
                    Some(voice) => format!("It is not known who {voice} is. Listen, then name who answers."),
                    None => "It is not known who answers. Listen, then name who answers.".into(),
                },
            ),
        };
        let mut flag = code.flag(message, run.span, &transcript.text(transcript.words_of(&run.sentences)));
        flag.blocking &= !brief;
        flags.push(flag);
    }
    if credits.is_empty() && !flags.iter().any(|flag| flag.blocking) {
        flags.push(Code::NoCredit.found(runs.first().map_or(Span::default(), |run| run.span), ""));
    }
    Credited { credits, spans, flags }
}

/// Where people speak at once within the answer: words may be missing, or be somebody else's.
pub(super) fn overlaps(transcript: &Transcript, speakers: &Speakers, ranges: &[Range<usize>]) -> Vec<Flag> {
    let mut flags = Vec::new();
    for range in ranges {
        let Some(answer) = transcript.span_of(range) else { continue };
        let words = transcript.words.get(transcript.words_of(range)).unwrap_or_default();
        for overlap in speakers.overlaps.iter().filter(|overlap| overlap.overlap(answer) > Millis::ZERO) {
            let at = words.iter().filter(|word| word.span.overlap(*overlap) > Millis::ZERO);
            let text: Vec<&str> = at.map(|word| word.text.as_str()).collect();
            flags.push(Code::Overlap.found(*overlap, &text.join(" ")));
        }
    }
    flags
}

/// The answer as runs of one voice; a run ends where a range does.
fn runs(transcript: &Transcript, speakers: &Speakers, ranges: &[Range<usize>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for range in ranges {
        let first = runs.len();
        for sentence in range.clone() {
            let Some(span) = transcript.sentences.get(sentence).map(|s| s.span) else { continue };
            let voice = speakers.sentences.get(sentence).copied().flatten();
            match runs[first..].last_mut().filter(|run| run.voice == voice) {
                Some(run) => {
                    run.sentences.end = sentence + 1;
                    run.span = run.span.hull(span);
                }
                None => runs.push(Run { voice, sentences: sentence..sentence + 1, span }),
            }
        }
    }
    runs
}

/// A person's word on a voice goes before what the machine makes of its behaviour.
fn judge(cluster: &Cluster, roster: &Roster, facts: &EpisodeFacts) -> Voice {
    let sure = cluster.confidence >= CREDIT_CONFIDENCE;
    let role = cluster.role.filter(|_| cluster.role_confidence >= ROLE_CONFIDENCE && !cluster.is_named());
    let answers = |id| facts.experts.contains(id);
    match (&cluster.person, role) {
        (Some(id), _) if sure && facts.host.as_ref() == Some(id) && !answers(id) => Voice::Host(Some(id.clone())),
        (Some(id), Some(Role::Host)) if sure && answers(id) && roster.person(id).is_some() => {
            Voice::Known(id.clone(), cluster.confidence)
        }
        (person, Some(Role::Host)) => Voice::Host(person.clone().filter(|_| sure)),
        (_, Some(Role::Audience)) => Voice::Audience,
        (Some(id), _) if sure && roster.person(id).is_none() => Voice::NotInRoster(id.clone()),
        (Some(id), _) if sure => Voice::Known(id.clone(), cluster.confidence),
        (person, _) => Voice::Unsure(person.clone().map(|id| (id, cluster.confidence))),
    }
}
