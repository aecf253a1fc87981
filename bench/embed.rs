//! Sentence embeddings alone: reads sentences, a line each, and prints how long they took.
//!
//!     cargo run --release --features bench --example embed < SENTENCES
//!
//! It takes as many threads as it may: `taskset -c 0` in front measures one.

#![expect(clippy::print_stdout, reason = "a program of its own, which answers on standard output")]

use spinetime::progress::Cancel;
use spinetime::qa::embed::Embedder;
use std::error::Error;
use std::io::{read_to_string, stdin};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let text = read_to_string(stdin())?;
    let sentences: Vec<&str> = text.lines().collect();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let started = Instant::now();
    let embedder =
        Embedder::open(&models.join("all-minilm-l6-v2-int8.onnx"), &models.join("all-minilm-l6-v2-tokenizer.json"))?;
    let (loaded, started) = (started.elapsed().as_secs_f64(), Instant::now());
    let embeddings = embedder.embed(&sentences, &Cancel::default())?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{}", serde_json::json!({ "sentences": embeddings.len(), "loading": loaded, "seconds": seconds }));
    Ok(())
}
