//! How a person sounds, as numbers. Biometric data: kept only where somebody asked for it.

use super::{Digest, EpisodeId, Millis, PersonId};
use serde::{Deserialize, Serialize};

/// A voice as one recording has it.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceSample {
    /// How much speech it was made of.
    pub speech: Millis,
    /// Its direction, of length 1.
    pub vector: Vec<f32>,
}

/// The enrolled voice of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoicePrint {
    /// Whose voice it is.
    pub person: PersonId,
    /// The episodes that it was made of.
    pub episodes: Vec<EpisodeId>,
    /// How much speech it was made of, in all.
    pub speech: Millis,
    /// SHA-256 of the voice model: prints of another one can't be compared.
    pub model: Digest,
    /// The voice's direction, of length 1.
    pub vector: Vec<f32>,
}

impl VoicePrint {
    /// Adds what another episode has of the voice; each counts by how long it is.
    pub fn blend(&mut self, episode: EpisodeId, sample: &VoiceSample) {
        let (old, new) = (self.speech.seconds(), sample.speech.seconds());
        let sum = self.vector.iter().zip(&sample.vector).map(|(a, b)| f64::from(*a) * old + f64::from(*b) * new);
        let sum: Vec<f64> = sum.collect();
        let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 0.0 {
            self.vector = sum.iter().map(|x| (x / length) as f32).collect();
        }
        self.speech = self.speech.plus(sample.speech);
        self.episodes.push(episode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn episodes_count_by_how_long_they_are() {
        let mut print = VoicePrint {
            person: "jane-doe".parse().unwrap(),
            episodes: vec!["a".parse().unwrap()],
            speech: Millis(30_000),
            model: Digest::from_bytes([0; 32]),
            vector: vec![1.0, 0.0],
        };
        print.blend("b".parse().unwrap(), &VoiceSample { speech: Millis(40_000), vector: vec![0.0, 1.0] });
        assert_eq!((print.vector, print.speech), (vec![0.6, 0.8], Millis(70_000)));
        assert_eq!(print.episodes.len(), 2);
    }
}
