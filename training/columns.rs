//! A step of `training/train.py`, which calls it: figures about the documents in `target/qa-training/`, into files there.
//!
//!     cargo run --release --features training --example training words|sentences|context|pairs

use serde::Deserialize;
use spinetime::model::{ClusterId, Role, Utterance};
use spinetime::qa::training::{self, Columns};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

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
        Some("sentences") => {
            let (shares, mut columns) = (rows("shares.bin", &documents)?, Columns::default());
            for (document, shares) in documents.iter().zip(&shares) {
                training::sentences(document, shares, &mut columns);
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
        _ => Err("which step: words, sentences, context or pairs?".into()),
    }
}

fn words(documents: &[Vec<Utterance>]) -> Outcome<()> {
    let lines = documents.iter().flatten().map(|u| serde_json::to_string(&training::grams(&u.text)));
    Ok(fs::write(file("grams.jsonl"), lines.collect::<Result<Vec<_>, _>>()?.join("\n"))?)
}

fn pairs(documents: &[Vec<Utterance>]) -> Outcome<()> {
    let (shares, marks) = (rows("shares.bin", documents)?, rows("marks.bin", documents)?);
    let (mut columns, mut places) = (Columns::default(), Vec::new());
    for (number, (document, (shares, marks))) in documents.iter().zip(shares.iter().zip(&marks)).enumerate() {
        for [q0, q1, a0, a1] in training::pairs(document, shares, marks, &mut columns) {
            places.extend([number, q0, q1, a0, a1].map(|n| n as f32));
        }
    }
    fs::write(file("places.bin"), bytes(&places))?;
    write("pairs", &columns)
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
