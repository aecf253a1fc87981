//! Who speaks when, and who that is: a second pass over the audio, then the transcript's words.
//!
//! Windows of speech become voice embeddings ([`embed`]), embeddings voices ([`cluster`]), voices turns ([`turns`]);
//! then the voices get roles ([`roles`]) and names ([`names`], [`mentions`]) by what is said, and by voices that people
//! had enrolled ([`prints`]). Each decision keeps its
//! reasons as sentences. What is not sure stays without a name: a credit must never go to the wrong person.
//!
//! Memory grows by about 5 MB an hour: one embedding a 0.75 s window; no table over all pairs of windows is ever made.

mod cluster;
mod embed;
mod ge2e;
mod mentions;
mod named;
mod names;
mod overlap;
mod phrases;
mod prints;
mod roles;
#[cfg(test)]
mod script;
mod strangers;
mod turns;

pub use named::{heard, named};
pub use prints::enroll;

use crate::failure::{Cancelled, Exit, Failure, Passed};
use crate::model::{Chunk, Cluster, ClusterId, Millis, Speakers, Transcript, Turn, VoiceCount, VoicePrint};
use crate::progress::{Cancel, Progress};
use crate::roster::Person;
use std::io;
use std::path::{Path, PathBuf};

/// Raised when the same input gives another result.
pub const VERSION: u32 = 2;

/// The model files that this stage uses.
#[derive(Debug, Clone, Copy)]
pub struct Models<'a> {
    /// The GE2E voice encoder, an ONNX file.
    pub ge2e: &'a Path,
    /// The detector of overlapping speech, an ONNX file; without it none is marked.
    pub overlaps: Option<&'a Path>,
}

/// Whom the episode may be about.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Who moderates, by `episode.toml`.
    pub host: Option<Person>,
    /// Who answers, by `episode.toml`; empty when it names nobody.
    pub experts: Vec<Person>,
    /// The whole roster.
    pub people: Vec<Person>,
    /// How many voices there are, by `episode.toml`.
    pub count: Option<VoiceCount>,
    /// Enrolled voices, all of this stage's model.
    pub voices: Vec<VoicePrint>,
}

/// Voices can't be told apart.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeakersError {
    /// The model's file can't be read.
    #[error("the voice model {} can't be read", path.display())]
    ModelUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not the model that it should be.
    #[error("the voice model {} can't be used: {reason}", path.display())]
    ModelDamaged {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
    /// A voice speaks too little to be enrolled.
    #[error(
        "only {} s of this voice can be heard clearly, but {} s are needed to know it again",
        speech.floor_seconds(), least.floor_seconds()
    )]
    TooLittle {
        /// How much it speaks.
        speech: Millis,
        /// How much it should.
        least: Millis,
    },
    /// The audio ended with an error.
    #[error(transparent)]
    Audio(Passed),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Failure for SpeakersError {
    fn exit(&self) -> Exit {
        match self {
            Self::ModelUnreadable { .. } | Self::ModelDamaged { .. } => Exit::Model,
            Self::TooLittle { .. } => Exit::Usage,
            Self::Audio(fault) => fault.exit(),
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::ModelUnreadable { .. } | Self::ModelDamaged { .. } => {
                Some("Put the voice model back: it ships with spinetime, in the folder models.".into())
            }
            Self::TooLittle { .. } => Some("Choose an episode in which this person speaks longer.".into()),
            Self::Audio(fault) => fault.remedy(),
            Self::Cancelled(_) => None,
        }
    }
}

/// Tells the voices of a recording apart, and finds out who they are.
///
/// Only the transcript's speech is listened to; audio that ends early leaves the rest without voices. Sentences in
/// which nobody could be heard have no speaker.
///
/// # Errors
/// When the model or the audio can't be read, or somebody asks to stop.
pub fn diarize<E: Failure>(
    audio: impl Iterator<Item = Result<Chunk, E>>,
    transcript: &Transcript,
    models: &Models,
    expected: &Expected,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Speakers, SpeakersError> {
    let encoder = embed::Encoder::load(models.ge2e)?;
    let pieces = turns::pieces(transcript);
    let mut overlaps = models.overlaps.map(overlap::Overlaps::load).transpose()?;
    let windows = embed::embed(audio, &pieces, &encoder, overlaps.as_mut(), transcript.duration, progress, cancel)?;
    let overlaps = overlaps.map(overlap::Overlaps::finish).unwrap_or_default();
    let voices = cluster::voices(&windows, expected.count, cancel)?;
    let mut heard = vec![0; voices.means.len()];
    for (window, &voice) in windows.iter().zip(&voices.labels) {
        heard[voice] += window.own;
    }
    let heard: Vec<Millis> = heard.into_iter().map(Millis::from_samples).collect();
    let alike = prints::alike(&voices.means, &heard, &expected.voices);
    let stretches = turns::stretches(&pieces, &windows, &voices, transcript);
    let cuts = turns::cuts(transcript, &stretches);
    let transcript = &transcript.cut_at(&cuts);
    let sentences = turns::sentences(transcript, &stretches);
    let runs = roles::runs(transcript, &sentences);
    let parts = roles::parts(transcript, &sentences, &runs, voices.means.len());
    let scene = names::Scene {
        transcript,
        turns: &stretches,
        speakers: &sentences,
        runs: &runs,
        parts: &parts,
        alike: &alike,
        expected,
    };
    let (names, warnings) = names::names(&scene);
    let turns = turns::join(stretches);
    let clusters = clusters(&turns, parts, names);
    progress.finish(&match clusters.len() {
        1 => "1 voice".to_owned(),
        count => format!("{count} voices"),
    });
    Ok(Speakers { turns, clusters, overlaps, cuts, sentences, warnings })
}

/// Puts together what is known of each voice.
fn clusters(turns: &[Turn], parts: Vec<roles::Part>, names: Vec<names::Name>) -> Vec<Cluster> {
    let known = parts.into_iter().zip(names).enumerate();
    known
        .map(|(index, (part, name))| {
            let id = ClusterId(u32::try_from(index).unwrap_or(u32::MAX));
            let speech =
                turns.iter().filter(|t| t.cluster == id).fold(Millis::ZERO, |sum, t| sum.plus(t.span.length()));
            Cluster {
                id,
                speech,
                role: part.role,
                role_confidence: part.confidence,
                person: name.person,
                confidence: name.confidence,
                evidence: name.evidence.into_iter().chain(part.evidence).collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::script::{person, transcript};
    use super::*;
    use crate::model::{Role, SAMPLE_RATE, Sentence, Span};
    use crate::progress::Silent;
    use std::process::Command;

    /// 80 s of the second fixture, from 3:25: the host calls upon an expert, then lets a caller in, whom she answers.
    const FROM: f64 = 205.0;
    const LENGTH: f64 = 80.0;

    fn root(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    fn excerpt() -> Vec<f32> {
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(root("fixtures/ep2.webm"))
            .args(["-ss", &FROM.to_string(), "-t", &LENGTH.to_string()])
            .args(["-ac", "1", "-ar", "16000", "-f", "f32le", "-"])
            .output()
            .expect("tests need the ffmpeg command");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }

    /// The sentences of the excerpt as a transcript without faults, and who says them.
    fn truth() -> (Transcript, Vec<String>) {
        let text = std::fs::read_to_string(root("fixtures/truth/ep2.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut lines = Vec::new();
        for sentence in json["sentences"].as_array().unwrap() {
            let (start, end) = (sentence["start"].as_f64().unwrap() - FROM, sentence["end"].as_f64().unwrap() - FROM);
            if start >= 0.0 && end <= LENGTH {
                let span = Span::new(Millis::from_seconds(start), Millis::from_seconds(end));
                lines.push((sentence["speaker"].as_str().unwrap(), sentence["text"].as_str().unwrap(), span));
            }
        }
        let speakers = lines.iter().map(|(speaker, ..)| (*speaker).to_owned()).collect();
        let mut transcript = transcript(lines.into_iter().map(|(_, text, span)| (text, span)));
        transcript.duration = Millis::from_seconds(LENGTH);
        (transcript, speakers)
    }

    fn stream(samples: &[f32]) -> impl Iterator<Item = Result<Chunk, SpeakersError>> + '_ {
        let chunks = samples.chunks(SAMPLE_RATE as usize).enumerate();
        chunks.map(|(i, c)| Ok(Chunk { start: i as u64 * u64::from(SAMPLE_RATE), samples: c.to_vec() }))
    }

    fn run(samples: &[f32], transcript: &Transcript, cancel: &Cancel) -> Result<Speakers, SpeakersError> {
        let model = root("models/ge2e-voice-encoder.onnx");
        let expected = Expected {
            host: Some(person("Casper Quill")),
            experts: vec![person("Orson Pebble"), person("Clementine Starling")],
            ..Expected::default()
        };
        diarize(stream(samples), transcript, &Models { ge2e: &model, overlaps: None }, &expected, &Silent, cancel)
    }

    #[test]
    fn a_caller_is_told_from_host_and_expert() {
        let (transcript, truth) = truth();
        let speakers = run(&excerpt(), &transcript, &Cancel::default()).unwrap();
        let role = |who: &str| {
            let index = truth.iter().rposition(|t| t == who).unwrap();
            speakers.speaker_of(index).unwrap()
        };
        for (index, who) in truth.iter().enumerate() {
            assert_eq!(speakers.sentences[index], Some(role(who).id), "{}", transcript.sentence_text(index));
        }
        assert_eq!(role("Casper Quill").role, Some(Role::Host));
        assert_eq!(role("Clementine Starling").role, Some(Role::Expert));
        assert_eq!((role("Daphne").role, &role("Daphne").person), (Some(Role::Audience), &None));
        assert_eq!(speakers.clusters.len(), 3);
        assert!(speakers.turns.windows(2).all(|t| t[0].span.end <= t[1].span.start));
    }

    #[test]
    fn audio_that_ends_early_or_never_comes_is_no_error() {
        let (transcript, _) = truth();
        let speakers = run(&excerpt()[..160_000], &transcript, &Cancel::default()).unwrap();
        assert_eq!(speakers.sentences.len(), transcript.sentences.len());
        let speakers = run(&[], &transcript, &Cancel::default()).unwrap();
        assert!(speakers.turns.is_empty() && speakers.sentences.iter().all(Option::is_none));
        let nothing =
            Transcript { speech: Vec::new(), words: Vec::new(), sentences: Vec::<Sentence>::new(), ..transcript };
        assert!(run(&[0.0; 16_000], &nothing, &Cancel::default()).unwrap().clusters.is_empty());
    }

    #[test]
    fn a_request_to_stop_and_a_missing_or_wrong_model_are_told() {
        let (transcript, _) = truth();
        let cancel = Cancel::default();
        cancel.cancel();
        let stopped = run(&[0.0; 16_000], &transcript, &cancel).unwrap_err();
        assert_eq!(stopped.exit(), Exit::Interrupted);
        for path in ["models/none.onnx", "fixtures/ep3.mp3", "models/silero-vad-sequence.onnx"] {
            let models = Models { ge2e: &root(path), overlaps: None };
            let error = diarize(
                stream(&[0.1; 160_000]),
                &transcript,
                &models,
                &Expected::default(),
                &Silent,
                &Cancel::default(),
            );
            let error = error.unwrap_err();
            assert_eq!(error.exit(), Exit::Model, "{error}");
            assert!(error.to_string().contains(path) && error.remedy().is_some());
        }
    }
}
