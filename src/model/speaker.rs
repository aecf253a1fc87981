//! Who speaks when, and who that is.

use super::{ClusterId, Millis, PersonId, Span};
use serde::{Deserialize, Serialize};

/// A stretch in which one voice speaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Which voice.
    pub cluster: ClusterId,
    /// How sure it is that it is this voice, 0 to 1.
    pub confidence: f32,
}

/// What somebody does in an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Moderates, reads questions, hands over.
    Host,
    /// Answers.
    Expert,
    /// Asks.
    Audience,
}

/// Why a voice is taken for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The sentence that says so, by index; `None` when it is no sentence (a statement in `episode.toml`).
    pub sentence: Option<usize>,
    /// When it is said.
    pub at: Option<Millis>,
    /// What kind of sign it is.
    pub kind: EvidenceKind,
    /// In words, for the editor.
    pub text: String,
}

/// The kinds of signs that tie a voice to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// "I'm Juniper Maplewood."
    SaysOwnName,
    /// "Please welcome Dr. Maplewood", and this voice speaks next.
    Introduced,
    /// "Dr. Starling, would you take this one?", and this voice speaks next; or it is thanked by name after speaking.
    CalledUpon,
    /// It sounds like the voice that was enrolled for that person.
    Enrolled,
    /// `episode.toml` names the only person who can be meant.
    Stated,
    /// How the voice behaves: who hands over, asks, speaks long.
    Behaviour,
    /// An editor told whose voice it is.
    Named,
}

/// One voice of the episode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its number.
    pub id: ClusterId,
    /// How long it speaks in all.
    pub speech: Millis,
    /// What it does; `None` when that is unclear.
    pub role: Option<Role>,
    /// How sure the role is, 0 to 1.
    pub role_confidence: f32,
    /// Who it is, when the evidence suffices to suggest somebody.
    pub person: Option<PersonId>,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
    /// Why.
    pub evidence: Vec<Evidence>,
}

impl Cluster {
    /// Whether a person told whose voice it is.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.kind == EvidenceKind::Named)
    }
}

/// The voices of an episode (`speakers.json`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Speakers {
    /// Who speaks when, in order.
    pub turns: Vec<Turn>,
    /// The voices, by number.
    pub clusters: Vec<Cluster>,
    /// Where several people speak at once, as far as it was noticed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlaps: Vec<Span>,
    /// Words of the transcript, by index, at which another voice begins within a sentence: there the sentence is cut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<usize>,
    /// For each sentence of the transcript, cut at `cuts`, the voice that speaks most of it.
    pub sentences: Vec<Option<ClusterId>>,
    /// What the editor should know, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl Speakers {
    /// The voice with this number.
    #[must_use]
    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        self.clusters.iter().find(|c| c.id == id)
    }

    /// The voice that speaks most of sentence `index`.
    #[must_use]
    pub fn speaker_of(&self, sentence: usize) -> Option<&Cluster> {
        self.sentences.get(sentence).copied().flatten().and_then(|id| self.cluster(id))
    }
}
