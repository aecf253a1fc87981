//! Enrolled voices: making a print of a voice, and knowing a voice by the prints.

use super::cluster::{cosine, unit};
use super::embed::{self, DIMENSIONS, Encoder, Window};
use super::turns::Piece;
use super::{Models, SpeakersError};
use crate::failure::Failure;
use crate::model::{Chunk, Millis, PersonId, Turn, VoicePrint, VoiceSample};
use crate::progress::{Cancel, Progress};

/// A print is made of at least this much speech.
pub(super) const LEAST: Millis = Millis(20_000);
/// Turns in which the voice is less sure than this may be somebody else's.
const SURE: f32 = 0.5;
/// A voice is like a print from this cosine on. Found on 10 readers and 6 synthetic voices in twelve recordings: of 737
/// pairs of different people the nearest two had 0.805; one person in two recordings of like sound had 0.94 and more,
/// beside a noisy recording 0.70 to 0.88. A voice that is missed is only unnamed, hence above all pairs of two people.
const ALIKE: f32 = 0.84;
/// And it is by this much less like every other person's print: like both is like neither.
const MARGIN: f32 = 0.08;
/// A voice that speaks less than this is not compared: its mean says more of the words than of the voice.
const HEARD: Millis = Millis(5_000);

/// A voice that is like an enrolled one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Likeness {
    /// The voice, by number.
    pub(super) voice: usize,
    /// Whose print it is like.
    pub(super) person: PersonId,
    /// How like, as a cosine.
    pub(super) cosine: f32,
}

/// Makes a sample of the voice that speaks in `turns`, to be enrolled.
///
/// # Errors
/// When too little of it can be heard, the model or the audio can't be read, or somebody asks to stop.
pub fn enroll<E: Failure>(
    audio: impl Iterator<Item = Result<Chunk, E>>,
    turns: &[Turn],
    models: &Models,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<VoiceSample, SpeakersError> {
    let pieces: Vec<Piece> = turns.iter().filter(|t| t.confidence >= SURE).map(|t| Piece { span: t.span }).collect();
    enough(pieces.iter().fold(Millis::ZERO, |sum, piece| sum.plus(piece.span.length())))?;
    let end = pieces.last().map_or(Millis::ZERO, |piece| piece.span.end);
    let encoder = Encoder::load(models.ge2e)?;
    let windows = embed::embed(audio, &pieces, &encoder, None, end, progress, cancel)?;
    let speech = Millis::from_samples(windows.iter().map(|w| w.own).sum());
    enough(speech)?;
    progress.finish(&format!("{} s of this voice", speech.floor_seconds()));
    Ok(VoiceSample { speech, vector: mean(&windows) })
}

fn enough(speech: Millis) -> Result<(), SpeakersError> {
    if speech < LEAST { Err(SpeakersError::TooLittle { speech, least: LEAST }) } else { Ok(()) }
}

/// The direction of the windows' voices, as the voices' own means are made.
fn mean(windows: &[Window]) -> Vec<f32> {
    let mut sum = vec![0.0; DIMENSIONS];
    for window in windows {
        for (x, y) in sum.iter_mut().zip(&window.voice) {
            *x += y * window.weight();
        }
    }
    unit(&sum)
}

/// Which voices are like exactly one person's print. `heard` says how much each voice speaks.
pub(super) fn alike(means: &[Vec<f32>], heard: &[Millis], prints: &[VoicePrint]) -> Vec<Likeness> {
    let prints: Vec<&VoicePrint> = prints.iter().filter(|print| print.vector.len() == DIMENSIONS).collect();
    let voices = means.iter().zip(heard).enumerate().filter(|(_, (_, heard))| **heard >= HEARD);
    voices
        .filter_map(|(voice, (mean, _))| {
            let mut likes: Vec<(f32, &PersonId)> =
                prints.iter().map(|print| (cosine(mean, &print.vector), &print.person)).collect();
            likes.sort_by(|a, b| b.0.total_cmp(&a.0));
            let &(best, person) = likes.first()?;
            let clear = likes.get(1).is_none_or(|(second, _)| best - second >= MARGIN);
            (best >= ALIKE && clear).then(|| Likeness { voice, person: person.clone(), cosine: best })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClusterId, Digest, Span};
    use crate::progress::Silent;
    use std::path::Path;

    /// A direction at this cosine to the first axis.
    fn vector(cosine: f32) -> Vec<f32> {
        let mut vector = vec![0.0; DIMENSIONS];
        (vector[0], vector[1]) = (cosine, (1.0 - cosine * cosine).sqrt());
        vector
    }

    fn print(person: &str, cosine: f32) -> VoicePrint {
        VoicePrint {
            person: person.parse().unwrap(),
            episodes: Vec::new(),
            speech: LEAST,
            model: Digest::from_bytes([0; 32]),
            vector: vector(cosine),
        }
    }

    #[test]
    fn a_voice_is_known_when_it_is_like_one_print_and_unlike_the_others() {
        let known = |speech: u64, prints: &[VoicePrint]| -> Vec<String> {
            let found = alike(&[vector(1.0)], &[Millis(speech)], prints);
            found.iter().map(|like| format!("{} {:.2}", like.person, like.cosine)).collect()
        };
        assert_eq!(known(60_000, &[print("a", 0.9), print("b", 0.5)]), ["a 0.90"]);
        assert_eq!(known(60_000, &[print("a", 0.9), print("b", 0.88)]), [""; 0]);
        assert_eq!(known(60_000, &[print("a", 0.7)]), [""; 0]);
        assert_eq!(known(2_000, &[print("a", 0.9)]), [""; 0]);
        assert_eq!(known(60_000, &[VoicePrint { vector: vec![1.0], ..print("a", 1.0) }]), [""; 0]);
    }

    #[test]
    fn little_or_doubtful_speech_makes_no_print() {
        let turn = |seconds: u64, confidence| Turn {
            span: Span::new(Millis::ZERO, Millis(seconds * 1000)),
            cluster: ClusterId(0),
            confidence,
        };
        let sound = [0.1; 16_000 * 30];
        let audio = |seconds: usize| {
            let samples = sound[..seconds * 16_000].to_vec();
            std::iter::once(Ok::<_, SpeakersError>(Chunk { start: 0, samples }))
        };
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ge2e-voice-encoder.onnx");
        let run = |seconds, turn: Turn| {
            enroll(audio(seconds), &[turn], &Models { ge2e: &model, overlaps: None }, &Silent, &Cancel::default())
        };
        assert!(run(30, turn(30, 0.9)).unwrap().speech >= LEAST);
        for (seconds, turn) in [(30, turn(19, 0.9)), (30, turn(30, 0.3)), (10, turn(30, 0.9))] {
            let error = run(seconds, turn).unwrap_err();
            assert!(matches!(error, SpeakersError::TooLittle { .. }), "{error:?}");
            assert!(error.remedy().is_some());
        }
    }
}
