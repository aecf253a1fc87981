//! A step of `training/train.py`, which calls it: figures about the documents in `target/qa-training/`, into files there.
//!
//!     cargo run --release --features training --example training words|embed|sentences|context|pairs

use serde::Deserialize;
use spinetime::model::{ClusterId, Role, Utterance};
use spinetime::progress::Cancel;
use spinetime::qa::embed::{Embedder, Embedding, WIDTH};
use spinetime::qa::training::{self, Acts, Columns, Known, Shares};
use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

const MODEL: &str = "models/all-minilm-l6-v2-int8.onnx";
const TOKENIZER: &str = "models/all-minilm-l6-v2-tokenizer.json";

#[derive(Deserialize)]
struct Spoken {
    text: String,
    speaker: Option<u32>,
    role: Option<Role>,
}

fn main() -> Outcome<()> {
    let documents = documents()?;
    match std::env::args().nth(1).as_deref() {
        Some("words") => words(&documents),
        Some("embed") => embed(&documents),
        Some("sentences") => {
            let (figures, mut columns) = (Figures::read(&documents)?, Columns::default());
            for number in 0..documents.len() {
                figures.with(number, |known| training::sentences(known, &mut columns));
            }
            write("sentences", &columns)
        }
        Some("context") => {
            let mut columns = Columns::default();
            for marks in rows("marks.bin", &documents)? {
                training::context(&marks, &mut columns);
            }
            write("context", &columns)
        }
        Some("pairs") => pairs(&documents),
        _ => Err("which step: words, embed, sentences, context or pairs?".into()),
    }
}

fn words(documents: &[Vec<Utterance>]) -> Outcome<()> {
    let lines = documents.iter().flatten().map(|u| serde_json::to_string(&training::grams(&u.text)));
    Ok(fs::write(file("grams.jsonl"), lines.collect::<Result<Vec<_>, _>>()?.join("\n"))?)
}

fn pairs(documents: &[Vec<Utterance>]) -> Outcome<()> {
    let (figures, marks) = (Figures::read(documents)?, rows("marks.bin", documents)?);
    let (mut columns, mut places) = (Columns::default(), Vec::new());
    for (number, marks) in marks.iter().enumerate() {
        for [q0, q1, a0, a1] in figures.with(number, |known| training::pairs(known, marks, &mut columns)) {
            places.extend([number, q0, q1, a0, a1].map(|n| n as f32));
        }
    }
    fs::write(file("places.bin"), bytes(&places))?;
    write("pairs", &columns)
}

/// The embeddings of all texts, each once, and for each sentence the number of its text.
fn embed(documents: &[Vec<Utterance>]) -> Outcome<()> {
    let (mut texts, mut numbers, mut order) = (Vec::new(), HashMap::new(), Vec::new());
    for text in documents.iter().flatten().map(|utterance| utterance.text.as_str()) {
        let number = *numbers.entry(text).or_insert(texts.len());
        if number == texts.len() {
            texts.push(text);
        }
        order.extend(u32::try_from(number)?.to_le_bytes());
    }
    let embedder = Embedder::open(Path::new(MODEL), Path::new(TOKENIZER))?;
    let (mut acts, mut topics) = (Vec::new(), Vec::new());
    for Embedding { act, topic } in embedder.embed(texts, &Cancel::default())? {
        acts.extend(bytes(&act));
        topics.extend(bytes(&topic));
    }
    fs::write(file("texts.bin"), order)?;
    fs::write(file("act-embeddings.bin"), acts)?;
    Ok(fs::write(file("topic-embeddings.bin"), topics)?)
}

/// What the steps before found.
struct Figures<'a> {
    documents: &'a [Vec<Utterance>],
    shares: Vec<Vec<Shares>>,
    acts: Vec<Vec<Acts>>,
    topics: Vec<[f32; WIDTH]>,
    /// For each document the numbers of its sentences' texts.
    texts: Vec<Vec<usize>>,
}

impl<'a> Figures<'a> {
    fn read(documents: &'a [Vec<Utterance>]) -> Outcome<Self> {
        let (order, topics) = (fs::read(file("texts.bin"))?, fs::read(file("topic-embeddings.bin"))?);
        let mut order = order.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b) as usize);
        let topics: Vec<f32> = topics.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        Ok(Self {
            documents,
            shares: rows("shares.bin", documents)?,
            acts: rows("acts.bin", documents)?,
            topics: topics.as_chunks().0.to_vec(),
            texts: documents.iter().map(|d| order.by_ref().take(d.len()).collect()).collect(),
        })
    }

    /// Adds a document's columns by `add`, which gets what is known of its sentences.
    fn with<T>(&self, number: usize, add: impl FnOnce(&Known<'_>) -> T) -> T {
        let topics: Vec<&[f32; WIDTH]> = self.texts[number].iter().map(|text| &self.topics[*text]).collect();
        let (shares, acts) = (&self.shares[number], &self.acts[number]);
        add(&Known { document: &self.documents[number], shares, acts, topics: &topics })
    }
}

fn file(name: impl AsRef<Path>) -> PathBuf {
    Path::new("target/qa-training").join(name)
}

fn documents() -> Outcome<Vec<Vec<Utterance>>> {
    let read = |line: &str| -> Outcome<Vec<Utterance>> {
        let spoken: Vec<Spoken> = serde_json::from_str(line)?;
        let utterance =
            |s: Spoken| Utterance { text: s.text, span: None, speaker: s.speaker.map(ClusterId), role: s.role };
        Ok(spoken.into_iter().map(utterance).collect())
    };
    fs::read_to_string(file("documents.jsonl"))?.lines().map(read).collect()
}

/// The rows of `N` numbers of a file, a list for each document.
fn rows<const N: usize>(name: &str, documents: &[Vec<Utterance>]) -> Outcome<Vec<Vec<[f32; N]>>> {
    let bytes = fs::read(file(name))?;
    let (numbers, _) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let (rows, rest) = numbers.as_chunks::<N>();
    if !rest.is_empty() || rows.len() != documents.iter().map(Vec::len).sum::<usize>() {
        return Err(format!("{name} does not fit documents.jsonl").into());
    }
    let mut rows = rows.iter();
    Ok(documents.iter().map(|d| rows.by_ref().take(d.len()).copied().collect()).collect())
}

fn write(name: &str, columns: &Columns) -> Outcome<()> {
    fs::write(file(format!("{name}.bin")), bytes(&columns.values))?;
    Ok(fs::write(file(format!("{name}.names")), columns.names.join("\n"))?)
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}
