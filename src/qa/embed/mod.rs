//! Sentences into embeddings: what a sentence is about, and what it does.
//!
//! [`wordpiece`] cuts a sentence into pieces, [`network`] makes the direction. A sentence's embedding is the same to the last
//! bit in any company and on any number of threads.

mod network;
mod wordpiece;

use crate::failure::{Cancelled, Exit, Failure};
use crate::neural;
use crate::neural::linear::Kernels;
use crate::progress::Cancel;
use network::{LONGEST, Network, PIECES};
use std::collections::HashMap;
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
/// What the network makes of a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Embedding {
    /// What it does: asks, greets, explains. For [`super::acts`], which learned to read it.
    pub act: [f32; WIDTH],
    /// What it is about: of Euclidean length 1, so that the product of two is a cosine, which tells how alike they are.
    pub topic: [f32; WIDTH],
}

/// Pieces that go through the network at a time, in whole sentences: enough to keep the matrix kernels busy, few enough
/// for their states to stay in a core's cache.
const BATCH: usize = 240;
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

    /// The embedding of each sentence. What is behind the first 126 pieces of a
    /// sentence, about 100 words, does not count.
    ///
    /// # Errors
    /// When the system gives no threads, or somebody asks to stop.
    pub fn embed<'a, S: AsRef<str> + ?Sized + 'a>(
        &self,
        sentences: impl IntoIterator<Item = &'a S>,
        cancel: &Cancel,
    ) -> Result<Vec<Embedding>, EmbedError> {
        let sentences = sentences.into_iter().map(AsRef::as_ref);
        self.embed_on(thread::available_parallelism().map_or(1, NonZero::get).min(THREADS), sentences, cancel)
    }

    fn embed_on<'a>(
        &self,
        threads: usize,
        sentences: impl Iterator<Item = &'a str>,
        cancel: &Cancel,
    ) -> Result<Vec<Embedding>, EmbedError> {
        // "Yeah." and "Okay." are said again and again.
        let (mut different, mut numbers, mut order) = (Vec::new(), HashMap::new(), Vec::new());
        for sentence in sentences {
            let number = *numbers.entry(sentence).or_insert(different.len());
            if number == different.len() {
                different.push(sentence);
            }
            order.push(number);
        }
        let embeddings = self.embed_different(threads, &different, cancel)?;
        Ok(order.into_iter().map(|number| embeddings[number]).collect())
    }

    fn embed_different(&self, threads: usize, texts: &[&str], cancel: &Cancel) -> Result<Vec<Embedding>, EmbedError> {
        let pieces: Vec<Vec<u32>> = texts.iter().map(|sentence| self.pieces.pieces(sentence, LONGEST)).collect();
        let batches = batches(&pieces);
        // Whoever is free takes the next batch: the machine may be busy with other things.
        let next = AtomicUsize::new(0);
        let work = || {
            let (kernels, mut done) = (Kernels::default(), Vec::new());
            while !cancel.is_cancelled() {
                let batch = next.fetch_add(1, Ordering::Relaxed);
                let Some(sentences) = batches.get(batch) else { break };
                done.push((batch, self.network.embed(&kernels, &pieces[sentences.clone()])));
            }
            done
        };
        let results = thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads.min(batches.len())).map(|_| scope.spawn(|| neural::on_one_thread(work))).collect();
            let ends = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|p| panic::resume_unwind(p)));
            ends.collect::<Vec<_>>()
        });
        let mut done = Vec::with_capacity(batches.len());
        for result in results {
            done.extend(result.map_err(|error| EmbedError::NoThread { reason: error.to_string() })?);
        }
        cancel.check()?;
        done.sort_by_key(|(batch, _)| *batch);
        Ok(done.into_iter().flat_map(|(_, embeddings)| embeddings).collect())
    }
}

/// Neighbouring sentences of at most [`BATCH`] pieces together; a sentence has fewer.
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

/// The model that ships, for tests of others.
#[cfg(test)]
pub(crate) fn embedder() -> &'static Embedder {
    static EMBEDDER: std::sync::LazyLock<Embedder> = std::sync::LazyLock::new(|| {
        let file = |end: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/all-minilm-{end}"));
        Embedder::open(&file("l6-v2-int8.onnx"), &file("l6-v2-tokenizer.json")).unwrap()
    });
    &EMBEDDER
}

/// The embeddings of utterances, for tests of others. Each text is embedded once: tests say the same again and again.
#[cfg(test)]
pub(crate) fn of(utterances: &[crate::model::Utterance]) -> Vec<Embedding> {
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex};
    static KNOWN: LazyLock<Mutex<HashMap<String, Embedding>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    let mut of = |text: &String| {
        let fresh = || embedder().embed([text], &Cancel::default()).unwrap()[0];
        *known.entry(text.clone()).or_insert_with(fresh)
    };
    utterances.iter().map(|utterance| of(&utterance.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rten_tensor::NdTensor;
    use rten_tensor::prelude::*;

    const SENTENCES: [&str; 6] = [
        "Is it safe to swim after a fusion?",
        "My father is 82 and takes a blood thinner, is he too old for surgery?",
        "In most cases, yes, you can go back into the pool once the wound has healed.",
        "Age alone is not a reason to say no.",
        "That's all the time we have tonight.",
        "Good night, everyone.",
    ];
    /// How alike these are to each other by onnxruntime 1.32, pair by pair.
    const ALIKE: [f32; 15] = [
        0.1979, 0.5176, 0.1075, -0.0478, 0.0508, // the first to all behind it
        0.1827, 0.2929, -0.1117, -0.0494, //
        0.0494, -0.0430, 0.0358, //
        0.0903, 0.0752, //
        0.2897,
    ];

    fn file(end: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/all-minilm-{end}"))
    }

    fn embed(sentences: &[&str]) -> Vec<Embedding> {
        embedder().embed(sentences.iter().copied(), &Cancel::default()).unwrap()
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn an_embedding_is_what_the_file_says() {
        // The same file, run operator by operator in single precision.
        let model = rten::Model::load(std::fs::read(file("l6-v2-int8.onnx")).unwrap()).unwrap();
        let (&[pieces, mask], &[output]) = (model.input_ids(), model.output_ids()) else { panic!("two in, one out") };
        for (sentence, own) in SENTENCES.iter().zip(embed(&SENTENCES)) {
            let numbers: Vec<i32> =
                embedder().pieces.pieces(sentence, LONGEST).iter().map(|piece| *piece as i32).collect();
            let (shape, ones) = ([1, numbers.len()], vec![1i32; numbers.len()]);
            let inputs = vec![
                (pieces, NdTensor::from_data(shape, numbers).into()),
                (mask, NdTensor::from_data(shape, ones).into()),
            ];
            let [value] = model.run_n(inputs, [output], None).unwrap();
            let alike = cosine(&NdTensor::<f32, 2>::try_from(value).unwrap().to_vec(), &own.topic);
            assert!(alike > 0.995, "{alike}: {sentence}");
            assert!((cosine(&own.topic, &own.topic) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn sentences_are_as_alike_as_by_the_reference() {
        let own = embed(&SENTENCES);
        let pairs = (0..6).flat_map(|i| (i + 1..6).map(move |j| (i, j)));
        for ((i, j), expected) in pairs.zip(ALIKE) {
            let alike = cosine(&own[i].topic, &own[j].topic);
            assert!((alike - expected).abs() < 0.03, "{i}, {j}: {alike} instead of {expected}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn company_order_and_threads_do_not_matter(
            picks in prop::collection::vec(0usize..8, 1..14),
            threads in 1usize..4,
        ) {
            let long = SENTENCES.join(" ").repeat(2);
            let sentences: Vec<&str> = SENTENCES.iter().copied().chain(["", &long]).collect();
            let picked: Vec<&str> = picks.iter().map(|&pick| sentences[pick]).collect();
            let together = embedder().embed_on(threads, picked.iter().copied(), &Cancel::default()).unwrap();
            prop_assert_eq!(together.len(), picks.len());
            for (sentence, embedding) in picked.iter().zip(&together) {
                prop_assert_eq!(&embed(&[sentence])[0], embedding);
            }
        }

        #[test]
        fn batches_are_all_sentences_in_order(lengths in prop::collection::vec(2usize..LONGEST, 0..60)) {
            let pieces: Vec<Vec<u32>> = lengths.iter().map(|&length| vec![0; length]).collect();
            let batches = batches(&pieces);
            prop_assert!(batches.iter().all(|batch| !batch.is_empty()));
            prop_assert!(batches.iter().all(|batch| lengths[batch.clone()].iter().sum::<usize>() <= BATCH));
            prop_assert_eq!(batches.into_iter().flatten().collect::<Vec<_>>(), (0..lengths.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_nothing_and_who_asks_to_stop_is_heard() {
        assert!(embed(&[]).is_empty());
        let cancel = Cancel::default();
        cancel.cancel();
        let stopped = embedder().embed(SENTENCES, &cancel).unwrap_err();
        assert_eq!((stopped.exit(), stopped.remedy()), (Exit::Interrupted, None));
    }

    #[test]
    fn files_that_cannot_be_used_are_named_with_what_mends_them() {
        let (model, list) = (file("l6-v2-int8.onnx"), file("l6-v2-tokenizer.json"));
        let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ge2e-voice-encoder.onnx");
        let nowhere = PathBuf::from("no/such.onnx");
        for (model, list, wrong) in
            [(&other, &list, &other), (&list, &list, &list), (&model, &model, &model), (&nowhere, &list, &nowhere)]
        {
            let Err(error) = Embedder::open(model, list) else { panic!("{} was taken", wrong.display()) };
            assert!(error.to_string().contains(&wrong.display().to_string()), "{error}");
            assert_eq!(error.exit(), Exit::Model);
            assert!(error.remedy().is_some_and(|remedy| remedy.contains("models")));
        }
    }
}
