//! The values that flow from stage to stage: plain serde data, no I/O, no clock.
//!
//! A [`Recording`] becomes a [`Transcript`], a [`Transcript`] and its [`Speakers`] an [`Outline`], and an
//! [`Outline`] a [`Draft`] of [`Entry`]s. Later values point at words and sentences by index and never copy
//! text, so that "this was really said" stays provable.

mod cut;
mod edit;
mod entry;
mod episode;
mod id;
mod outline;
mod speaker;
mod time;
mod transcript;
mod voice;
mod watch;

pub use cut::{Delta, VideoCut};
pub use edit::{Change, Edit, Fact, History, standing};
pub use entry::{
    Answer, AnswerSpan, Corrected, CorrectedBy, Correction, Credit, Draft, DraftEntry, Entries, Entry, EpisodeHead,
    Flag, FlagKind, Links, NotPublishable, Provenance, Publishable, Question, QuestionSource, Status, Tombstone,
};
pub use episode::{
    AudienceFacts, AudioReport, Caption, Chapter, Chunk, EpisodeFacts, Moment, Published, Recording, Source,
    VoiceCount, WrittenQuestion,
};
pub use id::{ClusterId, Digest, EntryId, EpisodeId, IdError, PersonId, YoutubeId};
pub use outline::{Aloud, Outline, Pair, Proposed, Segment, SegmentKind, Unanswered, Utterance, hull};
pub use speaker::{Cluster, Evidence, EvidenceKind, Role, Speakers, Turn};
pub use time::{Millis, SAMPLE_RATE, Span};
pub use transcript::{ChunkNote, ModelInfo, Sentence, Transcript, Word};
pub use voice::{VoicePrint, VoiceSample};
pub use watch::{Note, NoteKind, Seen, Watch, Watched};
