//! Transcription alone, for `bench/asr`: reads a recording and prints the text with the seconds that it took, or scores
//! a text.
//!
//!     cargo run --release --features bench --example transcribe -- RECORDING [--model FILE] [--jobs N] [--language CODE]
//!         [--whisper-cpp]
//!     cargo run --release --features bench --example transcribe -- --score TRUTH.json < TEXT
//!
//! The seconds are those from opening the recording to the last word, loading the models included.

#![expect(clippy::print_stdout, reason = "a program of its own, which answers on standard output")]

use serde::Deserialize;
use spinetime::audio::AudioReader;
use spinetime::eval::wer;
use spinetime::progress::{Cancel, Silent};
use spinetime::speech::{self, Engine, Options};
use std::error::Error;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Deserialize)]
struct Truth {
    sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    if let Some(truth) = option("--score") {
        return score(Path::new(&truth));
    }
    let recording = arguments.first().ok_or("which recording?")?;
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let whisper = option("--model").map_or_else(|| models.join("ggml-tiny.en-q8_0.bin"), PathBuf::from);
    let vad = models.join("silero-vad-sequence.onnx");
    let jobs = option("--jobs").map(|jobs| jobs.parse()).transpose()?;
    let workers = jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let started = Instant::now();
    let mut audio = AudioReader::open(Path::new(recording))?;
    let whisper_cpp = arguments.iter().any(|argument| argument == "--whisper-cpp");
    let engine = Engine { whisper: &whisper, vad: &vad, whisper_cpp };
    let language = option("--language").unwrap_or_else(|| "en".into());
    let options = Options { language, vocabulary: Vec::new(), workers };
    let (keep, expected) = (|_: &speech::Reading| Ok(()), audio.declared());
    let heard =
        speech::transcribe(&mut audio, &engine, &options, Vec::new(), &keep, expected, &Silent, &Cancel::default())?;
    let seconds = started.elapsed().as_secs_f64();
    let text: String = heard.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let audio = heard.duration.seconds();
    let warnings = heard.warnings;
    println!("{}", serde_json::json!({ "seconds": seconds, "audio": audio, "text": text, "warnings": warnings }));
    Ok(())
}

/// Prints the word errors of the text on standard input.
fn score(truth: &Path) -> Result<(), Box<dyn Error>> {
    let truth: Truth = serde_json::from_slice(&std::fs::read(truth)?)?;
    let spoken: Vec<String> = truth.sentences.into_iter().map(|sentence| sentence.text).collect();
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let wer = wer::score(&spoken.join(" "), &text);
    println!(
        "{}",
        serde_json::json!({ "words": wer.words, "errors": wer.substitutions + wer.insertions + wer.deletions })
    );
    Ok(())
}
