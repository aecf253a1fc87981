//! Sentences into embeddings: directions of which the cosine tells how alike two sentences are in what they say.
//!
//! [`wordpiece`] cuts a sentence into pieces, [`network`] makes the direction. A sentence's embedding is the same to the last
//! bit in any company and on any number of threads.

mod network;
mod wordpiece;

use crate::failure::{Cancelled, Exit, Failure};
use crate::neural;
use crate::progress::Cancel;
use network::{LONGEST, Network, PIECES};
use std::io;
use std::num::NonZero;
use std::ops::Range;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use wordpiece::WordPieces;

/// Numbers of an embedding.
pub const WIDTH: usize = 384;
/// Pieces that go through the network at a time, in whole sentences: enough to keep the matrix kernels busy, few enough
/// for their states to stay in a core's cache.
const BATCH: usize = 256;
/// More threads than this are of no use for an hour's sentences.
const THREADS: usize = 8;

/// Sentences can't be embedded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// A file of the model can't be read.
    #[error("the sentence model {} can't be read", path.display())]
    ModelUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is not the model that it should be.
    #[error("the sentence model {} can't be used: {reason}", path.display())]
    ModelDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system gives no thread.
    #[error("sentences can't be compared: {reason}")]
    NoThread {
        /// What the system says.
        reason: String,
    },
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Failure for EmbedError {
    fn exit(&self) -> Exit {
        match self {
            Self::ModelUnreadable { .. } | Self::ModelDamaged { .. } => Exit::Model,
            Self::NoThread { .. } => Exit::Unexpected,
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::ModelUnreadable { .. } | Self::ModelDamaged { .. } => {
                Some("Put the sentence model back: it ships with spinetime, in the folder models.".into())
            }
            Self::NoThread { .. } => Some("Close some programs, then run the same command again.".into()),
            Self::Cancelled(_) => None,
        }
    }
}

/// The model, loaded.
pub struct Embedder {
    pieces: WordPieces,
    network: Network,
}

impl Embedder {
    /// Loads `all-minilm-l6-v2-int8.onnx` and `all-minilm-l6-v2-tokenizer.json`.
    ///
    /// # Errors
    /// When a file is missing or is not what it should be.
    pub fn open(model: &Path, tokenizer: &Path) -> Result<Self, EmbedError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| EmbedError::ModelUnreadable { path: path.into(), source })
        };
        let damaged = |path: &Path, reason: String| EmbedError::ModelDamaged { path: path.into(), reason };
        let pieces = WordPieces::read(&read(tokenizer)?, PIECES).map_err(|reason| damaged(tokenizer, reason))?;
        let network = Network::read(&read(model)?).map_err(|reason| damaged(model, reason.into()))?;
        Ok(Self { pieces, network })
    }

    /// The embedding of each sentence: [`WIDTH`] numbers of Euclidean length 1. What is behind the first 126 pieces of a
    /// sentence, about 100 words, does not count.
    ///
    /// # Errors
    /// When the system gives no threads, or somebody asks to stop.
    pub fn embed(&self, sentences: &[&str], cancel: &Cancel) -> Result<Vec<[f32; WIDTH]>, EmbedError> {
        self.embed_on(thread::available_parallelism().map_or(1, NonZero::get).min(THREADS), sentences, cancel)
    }

    fn embed_on(&self, threads: usize, sentences: &[&str], cancel: &Cancel) -> Result<Vec<[f32; WIDTH]>, EmbedError> {
        let pieces: Vec<Vec<u32>> = sentences.iter().map(|sentence| self.pieces.pieces(sentence, LONGEST)).collect();
        let batches = batches(&pieces);
        // Whoever is free takes the next batch: the machine may be busy with other things.
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Vec<[f32; WIDTH]>)>, Cancelled> {
            let mut done = Vec::new();
            loop {
                cancel.check()?;
                let batch = next.fetch_add(1, Ordering::Relaxed);
                let Some(sentences) = batches.get(batch) else { return Ok(done) };
                done.push((batch, self.network.embed(&pieces[sentences.clone()])));
            }
        };
        let results = thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads.min(batches.len())).map(|_| scope.spawn(|| neural::on_one_thread(work))).collect();
            let ends = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|p| panic::resume_unwind(p)));
            ends.collect::<Vec<_>>()
        });
        let mut done = Vec::with_capacity(batches.len());
        for result in results {
            done.extend(result.map_err(|error| EmbedError::NoThread { reason: error.to_string() })??);
        }
        done.sort_by_key(|(batch, _)| *batch);
        Ok(done.into_iter().flat_map(|(_, embeddings)| embeddings).collect())
    }
}

/// Neighbouring sentences of at most [`BATCH`] pieces together, or one that has more.
fn batches(pieces: &[Vec<u32>]) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut room = 0;
    for (i, sentence) in pieces.iter().enumerate() {
        match batches.last_mut().filter(|_| sentence.len() <= room) {
            Some(batch) => batch.end = i + 1,
            None => {
                batches.push(i..i + 1);
                room = BATCH;
            }
        }
        room = room.saturating_sub(sentence.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adhoc() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let t = std::time::Instant::now();
        let e = Embedder::open(
            &root.join("models/all-minilm-l6-v2-int8.onnx"),
            &root.join("models/all-minilm-l6-v2-tokenizer.json"),
        )
        .unwrap();
        eprintln!("open {:?}", t.elapsed());
        let text = std::fs::read_to_string("/tmp/emb/sentences.txt").unwrap();
        let s: Vec<&str> = text.lines().collect();
        for threads in [1, 2] {
            let t = std::time::Instant::now();
            let out = e.embed_on(threads, &s, &Cancel::default()).unwrap();
            eprintln!("{threads} threads: {:?} for {}", t.elapsed(), s.len());
            let bytes: Vec<u8> = out.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
            std::fs::write("/tmp/emb/ours.bin", bytes).unwrap();
            let ids: Vec<String> = s.iter().map(|s| format!("{:?}", e.pieces.pieces(s, 128))).collect();
            std::fs::write("/tmp/emb/ids.txt", ids.join("\n")).unwrap();
        }
    }
}
