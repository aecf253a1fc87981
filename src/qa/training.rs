//! The columns for `training/train.py`, so that it learns from exactly what the program computes.
//!
//! Not tests of anything: each step reads `target/qa-training/` and writes there. `training/README.md` tells the order.

use super::candidates::{self, Marks};
use super::features::{Row, Sheet};
use super::lines::Line;
use super::words::{self, Shares};
use crate::model::{ClusterId, Role, Utterance};
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Spoken {
    text: String,
    speaker: Option<u32>,
    role: Option<Role>,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from("target/qa-training").join(name)
}

fn documents() -> Vec<Vec<Utterance>> {
    let text = fs::read_to_string(file("documents.jsonl")).unwrap();
    let read = |line: &str| {
        let spoken: Vec<Spoken> = serde_json::from_str(line).unwrap();
        spoken
            .into_iter()
            .map(|s| Utterance { text: s.text, span: None, speaker: s.speaker.map(ClusterId), role: s.role })
            .collect()
    };
    text.lines().map(read).collect()
}

fn numbers(name: &str) -> Vec<f32> {
    let bytes = fs::read(file(name)).unwrap();
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn write(name: &str, values: &[f32]) {
    fs::write(file(name), values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
}

fn rows<const N: usize>(values: &[f32], at: usize, count: usize) -> Vec<[f32; N]> {
    values[at * N..(at + count) * N].chunks_exact(N).map(|row| row.try_into().unwrap()).collect()
}

fn sheet(document: &[Utterance], shares: Vec<Shares>) -> Sheet<'_> {
    let lines = document.iter().map(|u| Line::read(&u.text)).collect();
    Sheet::with_shares(document, lines, shares)
}

#[test]
#[ignore = "a step of training"]
fn step_1_words() {
    let lines = documents().concat();
    let grams: Vec<String> =
        lines.iter().map(|u| serde_json::to_string(&words::grams(&Line::read(&u.text))).unwrap()).collect();
    fs::write(file("grams.jsonl"), grams.join("\n")).unwrap();
}

#[test]
#[ignore = "a step of training"]
fn step_2_sentences() {
    let shares = numbers("shares.bin");
    let (mut at, mut columns, mut names) = (0, Vec::new(), Vec::new());
    for document in documents() {
        let sheet = sheet(&document, rows(&shares, at, document.len()));
        at += document.len();
        for i in 0..document.len() {
            let mut row = if names.is_empty() { Row::named() } else { Row::default() };
            sheet.push_sentence(i, &mut row);
            columns.append(&mut row.values);
            if names.is_empty() {
                names = row.into_names();
            }
        }
    }
    write("sentences.bin", &columns);
    fs::write(file("sentences.names"), names.join("\n")).unwrap();
}

#[test]
#[ignore = "a step of training"]
fn step_3_pairs() {
    let (shares, marks) = (numbers("shares.bin"), numbers("marks.bin"));
    let (mut at, mut columns, mut names, mut places) = (0, Vec::new(), Vec::new(), Vec::new());
    for (number, document) in documents().iter().enumerate() {
        let sheet = sheet(document, rows(&shares, at, document.len()));
        let marks: Vec<Marks> = rows(&marks, at, document.len());
        at += document.len();
        for candidate in candidates::propose(&sheet, &marks) {
            let mut row = if names.is_empty() { Row::named() } else { Row::default() };
            candidates::push(&sheet, &marks, candidate, &mut row);
            columns.append(&mut row.values);
            if names.is_empty() {
                names = row.into_names();
            }
            let (question, answer) = (candidate.question, candidate.answer);
            places.extend([number, question.0, question.1, answer.0, answer.1].map(|n| n as f32));
        }
    }
    write("pairs.bin", &columns);
    write("places.bin", &places);
    fs::write(file("pairs.names"), names.join("\n")).unwrap();
}
