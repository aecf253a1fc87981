//! Enrolling a voice: from an episode in which it is sure whose voice it is.

use super::place::PATIENCE;
use super::{Error, Model, Stage, World};
use crate::audio::AudioReader;
use crate::draft::CREDIT_CONFIDENCE;
use crate::failure::{Exit, Failure};
use crate::library::{EpisodeFolder, Library, LibraryError, Lock, artefact, journal};
use crate::model::{ClusterId, EpisodeId, EvidenceKind, Recording, Speakers, Turn, VoicePrint, VoiceSample};
use crate::roster::Person;
use crate::speakers;
use std::path::PathBuf;
use std::time::Duration;

/// A voice was enrolled.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// The print as it stands now.
    pub print: VoicePrint,
    /// Its file.
    pub path: PathBuf,
    /// The episode that it was made of this time.
    pub episode: EpisodeId,
    /// What that episode had of the voice.
    pub sample: VoiceSample,
    /// Whether a print of another model gave way to it.
    pub renewed: bool,
}

/// A voice can't be enrolled from an episode.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrollError {
    /// Voices of the episode were not told apart yet.
    #[error("episode {0} is not processed yet")]
    NotProcessed(EpisodeId),
    /// No voice has that name.
    #[error("no voice of episode {episode} is known to be {name}")]
    NotNamed {
        /// Who was asked for.
        name: String,
        /// The episode.
        episode: EpisodeId,
    },
    /// More than one voice has it.
    #[error("{count} voices of episode {episode} may be {name}")]
    Several {
        /// Who was asked for.
        name: String,
        /// The episode.
        episode: EpisodeId,
        /// How many.
        count: usize,
    },
    /// A voice has it, but that may be wrong.
    #[error("{voice} of episode {episode} may be {name}, but that is not sure ({:.0} %)", confidence * 100.0)]
    Unsure {
        /// Who was asked for.
        name: String,
        /// The episode.
        episode: EpisodeId,
        /// The voice.
        voice: ClusterId,
        /// How sure it is.
        confidence: f32,
    },
    /// Only the print says so.
    #[error("in episode {episode} {name} is known by the enrolled voice alone")]
    Circular {
        /// Who was asked for.
        name: String,
        /// The episode.
        episode: EpisodeId,
    },
    /// It was done before.
    #[error("the voice of {name} was enrolled from episode {episode} before")]
    Already {
        /// Who was asked for.
        name: String,
        /// The episode.
        episode: EpisodeId,
    },
}

impl Failure for EnrollError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NotProcessed(id) => format!("Run \"spinetime process {id}\" first."),
            Self::NotNamed { .. } | Self::Several { .. } | Self::Unsure { .. } => {
                "Tell whose voice it is with \"spinetime voices\", or choose an episode in which this person says their \
                 name. A print of somebody else's voice would give wrong credits."
                    .into()
            }
            Self::Circular { .. } => {
                "Choose an episode in which what is said shows who speaks: a print must not confirm itself.".into()
            }
            Self::Already { .. } => {
                "Nothing is to be done. To begin anew, use \"spinetime roster forget\", then enrol again.".into()
            }
        })
    }
}

/// Enrols the voice of `person` from the episode in `folder`, beside what other episodes gave.
///
/// # Errors
/// When it is not sure which voice that is, too little of it is heard, or something can't be read or written.
pub fn enroll(
    library: &Library,
    folder: &EpisodeFolder,
    person: &Person,
    model: &Model,
    world: &World,
) -> Result<Enrolled, Error> {
    let subject = folder.id.to_string();
    let stage = Some(Stage::Speakers);
    let refuse = |e: EnrollError| Error::new(&subject, stage, e);
    let broken = |e: LibraryError| Error::new(&subject, stage, e);
    let _episode = Lock::take(&folder.lock(), &world.holder, Duration::ZERO).map_err(broken)?;
    let speakers = artefact::load::<Speakers>(&folder.speakers())
        .map_err(broken)?
        .ok_or_else(|| refuse(EnrollError::NotProcessed(folder.id.clone())))?;
    let edits = crate::model::standing(&journal::edits(&folder.edits()).map_err(broken)?);
    let (speakers, _) = speakers::named(speakers, &edits);
    let recording = artefact::load::<Recording>(&folder.source())
        .map_err(broken)?
        .ok_or_else(|| broken(LibraryError::NoRecording(subject.clone())))?;
    let voice = voice_of(person, &speakers, &folder.id).map_err(refuse)?;
    // A print that can't be read gives way: the new one says no less.
    let comparable = |print: &VoicePrint| print.model == model.sha256;
    let held = || library.voice(&person.id).ok().flatten();
    if held().filter(comparable).is_some_and(|print| print.episodes.contains(&folder.id)) {
        return Err(refuse(EnrollError::Already { name: person.name.clone(), episode: folder.id.clone() }));
    }

    let turns: Vec<Turn> = speakers.turns.iter().filter(|turn| turn.cluster == voice).cloned().collect();
    let audio = AudioReader::open(&folder.media().join(&recording.file)).map_err(|e| Error::new(&subject, stage, e))?;
    let models = speakers::Models { ge2e: &model.path, overlaps: None };
    let sample = speakers::enroll(audio, &turns, &models, world.progress, world.cancel)
        .map_err(|e| Error::new(&subject, stage, e))?;

    let _library = Lock::take(&library.lock_path(), &world.holder, PATIENCE).map_err(broken)?;
    let before = held();
    let renewed = before.as_ref().is_some_and(|print| !comparable(print));
    let print = match before.filter(comparable) {
        Some(mut print) => {
            print.blend(folder.id.clone(), &sample);
            print
        }
        None => VoicePrint {
            person: person.id.clone(),
            episodes: vec![folder.id.clone()],
            speech: sample.speech,
            model: model.sha256.clone(),
            vector: sample.vector.clone(),
        },
    };
    let path = library.keep_voice(&print).map_err(broken)?;
    Ok(Enrolled { print, path, episode: folder.id.clone(), sample, renewed })
}

/// The one voice that is surely the person's.
fn voice_of(person: &Person, speakers: &Speakers, episode: &EpisodeId) -> Result<ClusterId, EnrollError> {
    let (name, episode) = (person.name.clone(), episode.clone());
    let theirs: Vec<_> = speakers.clusters.iter().filter(|c| c.person.as_ref() == Some(&person.id)).collect();
    match theirs.as_slice() {
        [] => Err(EnrollError::NotNamed { name, episode }),
        [voice] if voice.confidence < CREDIT_CONFIDENCE => {
            Err(EnrollError::Unsure { name, episode, voice: voice.id, confidence: voice.confidence })
        }
        [voice] => {
            let said = |kind| !matches!(kind, EvidenceKind::Enrolled | EvidenceKind::Behaviour);
            let by_print = voice.evidence.iter().any(|e| e.kind == EvidenceKind::Enrolled);
            if by_print && !voice.evidence.iter().any(|e| said(e.kind)) {
                return Err(EnrollError::Circular { name, episode });
            }
            Ok(voice.id)
        }
        several => Err(EnrollError::Several { name, episode, count: several.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cluster, Evidence, Millis};

    fn voice(id: u32, person: &str, confidence: f32, kinds: &[EvidenceKind]) -> Cluster {
        let evidence = |kind: &EvidenceKind| Evidence { sentence: None, at: None, kind: *kind, text: String::new() };
        Cluster {
            id: ClusterId(id),
            speech: Millis(60_000),
            role: None,
            role_confidence: 0.0,
            person: Some(person.parse().unwrap()),
            confidence,
            evidence: kinds.iter().map(evidence).collect(),
        }
    }

    #[test]
    fn a_voice_is_taken_only_when_it_is_sure_whose_it_is() {
        let person = crate::roster::Roster::parse("[[person]]\nid = \"jane-doe\"\nname = \"Jane Doe\"").unwrap();
        let of = |clusters: Vec<Cluster>| {
            let speakers = Speakers { clusters, ..Speakers::default() };
            voice_of(&person.people[0], &speakers, &"e".parse().unwrap())
        };
        use EvidenceKind::{Behaviour, Enrolled, SaysOwnName};
        let sure = voice(1, "jane-doe", 0.9, &[SaysOwnName]);
        assert_eq!(of(vec![voice(0, "rob-roe", 0.9, &[]), sure.clone()]).unwrap(), ClusterId(1));
        assert_eq!(of(vec![voice(1, "jane-doe", 0.9, &[Enrolled, SaysOwnName])]).unwrap(), ClusterId(1));
        assert!(matches!(of(vec![voice(0, "rob-roe", 0.9, &[])]), Err(EnrollError::NotNamed { .. })));
        assert!(matches!(of(vec![voice(0, "jane-doe", 0.69, &[])]), Err(EnrollError::Unsure { .. })));
        assert!(matches!(of(vec![voice(0, "jane-doe", 0.3, &[]), sure]), Err(EnrollError::Several { count: 2, .. })));
        let circular = of(vec![voice(0, "jane-doe", 0.9, &[Enrolled, Behaviour])]).unwrap_err();
        assert!(matches!(circular, EnrollError::Circular { .. }) && circular.remedy().is_some());
    }
}
