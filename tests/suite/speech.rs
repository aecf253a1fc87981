//! The whole stage on the shortest fixture, decoded by FFmpeg's own command line.

use spinetime::atomic::WriteError;
use spinetime::eval::wer;
use spinetime::failure::{Exit, Failure};
use spinetime::model::{Chunk, Millis, SAMPLE_RATE, Transcript};
use spinetime::progress::{Amount, Cancel, Progress, Silent};
use spinetime::speech::{Engine, Heard, Options, Reading, SpeechError, transcribe};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

const RATE: usize = SAMPLE_RATE as usize;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// `clip.m4a`, read once: 25 s of a host and an expert.
static CLIP: LazyLock<Vec<f32>> = LazyLock::new(|| decoded("fixtures/clip.m4a"));

fn decoded(name: &str) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(file(name))
        .args(["-ar", "16000", "-ac", "1", "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sample = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
    output.stdout.chunks_exact(4).map(sample).collect()
}

/// What an uninterrupted run with one worker hears in two clips, half a minute apart: two chunks.
static TWICE: LazyLock<(Heard, Vec<Reading>)> = LazyLock::new(|| hear(&twice(), 1, Vec::new()).unwrap());

fn twice() -> Vec<f32> {
    [CLIP.as_slice(), &vec![0.0; 32 * RATE], CLIP.as_slice()].concat()
}

/// Stops the run once so much is done.
struct StopAt(Millis, Cancel);

impl Progress for StopAt {
    fn start(&self, _: &str, _: Amount) {}
    fn at(&self, done: u64) {
        if done >= self.0.0 {
            self.1.cancel();
        }
    }
    fn finish(&self, _: &str) {}
    fn note(&self, _: &str) {}
}

fn chunks(samples: &[f32]) -> impl Iterator<Item = Result<Chunk, Never>> + Send {
    let chunk = |(i, samples): (usize, &[f32])| Ok(Chunk { start: (i * RATE) as u64, samples: samples.to_vec() });
    samples.chunks(RATE).enumerate().map(chunk)
}

/// An error that doesn't happen.
#[derive(Debug)]
struct Never(Infallible);

impl std::fmt::Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {}
    }
}

impl std::error::Error for Never {}

impl Failure for Never {
    fn exit(&self) -> Exit {
        match self.0 {}
    }
    fn remedy(&self) -> Option<String> {
        match self.0 {}
    }
}

fn options(workers: usize) -> Options {
    Options { language: "en".into(), vocabulary: Vec::new(), workers }
}

fn run(
    samples: &[f32],
    whisper: &Path,
    options: &Options,
    finished: Vec<Reading>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> (Result<Heard, SpeechError>, Vec<Reading>) {
    let kept = Mutex::new(Vec::new());
    let keep = |reading: &Reading| -> Result<(), WriteError> {
        // As the journal does it.
        let line = serde_json::to_string(reading).unwrap();
        kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
        Ok(())
    };
    let vad = file("models/silero-vad-sequence.onnx");
    let engine = Engine { whisper, vad: &vad, whisper_cpp: false };
    let heard = transcribe(chunks(samples), &engine, options, finished, &keep, None, progress, cancel);
    (heard, kept.into_inner().unwrap())
}

fn hear(samples: &[f32], workers: usize, finished: Vec<Reading>) -> Result<(Heard, Vec<Reading>), SpeechError> {
    let model = file("models/ggml-tiny.en-q8_0.bin");
    let (heard, kept) = run(samples, &model, &options(workers), finished, &Silent, &Cancel::default());
    heard.map(|heard| (heard, kept))
}

#[test]
fn every_sentence_of_the_clip_begins_where_it_was_said() {
    let (heard, _) = hear(&CLIP, 1, Vec::new()).unwrap();
    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(file("fixtures/truth/clip.json")).unwrap()).unwrap();
    let true_starts = truth["sentences"].as_array().unwrap().iter().map(|s| s["start"].as_f64().unwrap());
    let starts: Vec<f64> = heard.sentences.iter().map(|s| s.span.start.seconds()).collect();
    for start in true_starts {
        assert!(starts.iter().any(|s| (s - start).abs() < 0.15), "no sentence begins at {start}: {starts:?}");
    }
    assert_eq!(heard.warnings, [""; 0]);
    assert_eq!(heard.duration, Millis::from_samples(CLIP.len() as u64));
    assert!(heard.words.iter().all(|w| heard.speech.iter().any(|s| s.overlap(w.span) == w.span.length())));
    let text: Vec<&str> = heard.words.iter().map(|w| w.text.as_str()).collect();
    assert!(text.join(" ").contains("You should not lift anything heavy for the first few days."), "{text:?}");
}

#[test]
fn neither_workers_nor_interruptions_change_anything() {
    let (whole, readings) = &*TWICE;
    assert_eq!(readings.len(), 2);
    assert_eq!(hear(&twice(), 3, Vec::new()).unwrap().0, *whole);

    // Stopped when one was there, then gone on with what was kept.
    let cancel = Cancel::default();
    let stop = StopAt(Millis(1), cancel.clone());
    let model = file("models/ggml-tiny.en-q8_0.bin");
    let (stopped, kept) = run(&twice(), &model, &options(1), Vec::new(), &stop, &cancel);
    assert!(matches!(stopped, Err(SpeechError::Cancelled(_))));
    assert!(!kept.is_empty() && kept.iter().all(|reading| readings.contains(reading)));
    for reading in readings {
        let (resumed, new) = hear(&twice(), 1, vec![reading.clone()]).unwrap();
        assert_eq!(resumed, *whole);
        assert!(new.len() == 1 && new[0] != *reading && readings.contains(&new[0]));
    }
}

#[test]
fn our_engine_writes_what_whisper_cpp_writes() {
    let (model, vad) = (file("models/ggml-tiny.en-q8_0.bin"), file("models/silero-vad-sequence.onnx"));
    let engine = Engine { whisper: &model, vad: &vad, whisper_cpp: true };
    let keep = |_: &Reading| Ok(());
    let theirs =
        transcribe(chunks(&CLIP), &engine, &options(1), Vec::new(), &keep, None, &Silent, &Cancel::default()).unwrap();
    let (ours, _) = hear(&CLIP, 1, Vec::new()).unwrap();
    let text = |heard: &Heard| heard.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
    let apart = wer::score(&text(&theirs), &text(&ours));
    // Weights are rounded in another way: a word of 76 may come out otherwise, and commas.
    assert!(apart.substitutions + apart.insertions + apart.deletions <= 1, "{}\n{}", text(&ours), text(&theirs));
    let same = ours.words.iter().zip(&theirs.words).filter(|(ours, theirs)| ours.text == theirs.text);
    // whisper.cpp's times within a span are by the words' lengths.
    let near = same.filter(|(ours, theirs)| ours.span.start.0.abs_diff(theirs.span.start.0) < 600).count();
    assert!(near * 10 >= ours.words.len() * 9, "{near} of {}", ours.words.len());
}

#[test]
fn readings_of_another_recording_are_not_believed() {
    let (whole, _) = hear(&CLIP[RATE..], 1, TWICE.1.clone()).unwrap();
    assert_eq!(whole, hear(&CLIP[RATE..], 1, Vec::new()).unwrap().0);
}

#[test]
fn a_stop_takes_effect_within_a_second() {
    let cancel = Cancel::default();
    let asked = cancel.clone();
    let asker = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(900));
        asked.cancel();
        Instant::now()
    });
    let long = CLIP.repeat(8);
    let (heard, _) = run(&long, &file("models/ggml-tiny.en-q8_0.bin"), &options(2), Vec::new(), &Silent, &cancel);
    let late = asker.join().unwrap().elapsed();
    assert_eq!(heard.unwrap_err().exit(), Exit::Interrupted);
    assert!(late < Duration::from_secs(1), "{late:?}");
}

#[test]
fn what_is_no_speech_gives_no_words_but_a_warning() {
    let chord = |i: usize| {
        let t = i as f32 / RATE as f32;
        let envelope = (1.0 - (t * 2.0).fract()) * 0.2;
        let notes = [220.0, 277.18, 329.63, 440.0 * 2f32.powf((t * 2.0).floor() % 5.0 / 12.0)];
        envelope * notes.iter().map(|f| (t * f * std::f32::consts::TAU).sin()).sum::<f32>() / 4.0
    };
    // A linear congruential generator: white enough for the ear.
    let mut state = 1_u32;
    let mut noise = |_: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 * 0.1 - 0.1
    };
    let hum = |i: usize| 0.2 * (i as f32 / RATE as f32 * 50.0 * std::f32::consts::TAU).sin();
    let ten_minutes = 0..600 * RATE;
    for audio in [
        vec![0.0; 600 * RATE],
        ten_minutes.clone().map(chord).collect(),
        ten_minutes.clone().map(&mut noise).collect(),
        ten_minutes.map(hum).collect(),
        Vec::new(),
    ] {
        let (heard, _) = hear(&audio, 1, Vec::new()).unwrap();
        assert_eq!(heard.words, []);
        assert_eq!(heard.sentences, []);
        assert_eq!(heard.warnings.len(), 1, "{:?}", heard.warnings);
    }
}

#[test]
fn a_prompt_full_of_names_puts_none_of_them_into_a_recording_without() {
    let names = [
        "gabapentin",
        "meloxicam",
        "oxycodone",
        "prednisone",
        "naproxen",
        "cyclobenzaprine",
        "tramadol",
        "duloxetine",
        "celecoxib",
        "pregabalin",
        "baclofen",
    ];
    let options = Options { vocabulary: names.map(str::to_owned).into(), ..options(2) };
    let model = file("models/ggml-tiny.en-q8_0.bin");
    for recording in ["fixtures/clip.m4a", "fixtures/ep3.mp3"] {
        let heard = run(&decoded(recording), &model, &options, Vec::new(), &Silent, &Cancel::default()).0.unwrap();
        let text: String = heard.words.iter().map(|word| word.text.to_lowercase() + " ").collect();
        let leaked: Vec<&str> = names.into_iter().filter(|name| text.contains(name)).collect();
        assert!(heard.words.len() > 70 && leaked.is_empty(), "{recording}: {leaked:?} in {text}");
    }
}

#[test]
fn a_second_of_speech_in_ten_minutes_of_silence_is_found() {
    // "Our next question", from 0.9 s on.
    let second = &CLIP[RATE * 9 / 10..RATE * 19 / 10];
    let audio = [vec![0.0; 300 * RATE], second.to_vec(), vec![0.0; 299 * RATE]].concat();
    let (heard, _) = hear(&audio, 1, Vec::new()).unwrap();
    let text: String = heard.words.iter().map(|word| word.text.to_lowercase() + " ").collect();
    assert!(text.contains("question"), "{text}");
    let (first, last) = (heard.words[0].span.start.seconds(), heard.words.last().unwrap().span.end.seconds());
    assert!((299.7..300.5).contains(&first) && (300.5..301.5).contains(&last), "{first} to {last}");
}

#[test]
fn models_and_languages_that_cannot_be_used_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(file("models/ggml-tiny.en-q8_0.bin")).unwrap();
    let exit = |model: &Path, language: &str| {
        let options = Options { language: language.into(), ..options(1) };
        let error = run(&CLIP, model, &options, Vec::new(), &Silent, &Cancel::default()).0.unwrap_err();
        assert!(error.remedy().is_some(), "{error}");
        error.exit()
    };
    assert_eq!(exit(&folder.path().join("none.bin"), "en"), Exit::Model);
    for length in [0, 3, 40, 100_000, whole.len() / 2, whole.len() - 1] {
        let cut = folder.path().join("cut.bin");
        std::fs::write(&cut, &whole[..length]).unwrap();
        assert_eq!(exit(&cut, "en"), Exit::Model, "{length}");
    }
    let model = file("models/ggml-tiny.en-q8_0.bin");
    assert_eq!(exit(&model, "de"), Exit::Usage);
    assert_eq!(exit(&model, "klingon"), Exit::Usage);
    assert_eq!(exit(&model, "e\0"), Exit::Usage);
}

#[test]
fn what_was_heard_is_a_transcript() {
    let (heard, _) = &*TWICE;
    let transcript: Transcript = serde_json::from_value(serde_json::json!({
        "language": heard.language, "duration": heard.duration, "speech": heard.speech, "words": heard.words,
        "sentences": heard.sentences, "chunks": heard.chunks, "warnings": heard.warnings,
        "model": { "name": "tiny.en", "sha256": "0".repeat(64) },
        "audio": spinetime::model::AudioReport::default(),
    }))
    .unwrap();
    assert_eq!(transcript.words, heard.words);
    let words: usize = heard.sentences.iter().map(|s| s.words.len()).sum();
    assert_eq!(words, heard.words.len());
}

/// A model of the smallest size that hears one language in everything, in ggml's form: all weights are zero but for the
/// decoder's last bias and that language's embedding.
fn model_that_hears(language: usize) -> Vec<u8> {
    const TOKENS: usize = 51_865;
    const FIRST_LANGUAGE: usize = 50_259;
    const WIDTH: usize = 64;
    let heard = (FIRST_LANGUAGE + language) * WIDTH;
    // Name, sizes with the fastest first, and which of the numbers are ones.
    let mut tensors = vec![
        ("encoder.conv1.weight".to_owned(), vec![3, 80, WIDTH], 0..0),
        ("encoder.conv1.bias".to_owned(), vec![WIDTH], 0..0),
        ("encoder.conv2.weight".to_owned(), vec![3, WIDTH, WIDTH], 0..0),
        ("encoder.conv2.bias".to_owned(), vec![WIDTH], 0..0),
        ("encoder.positional_embedding".to_owned(), vec![WIDTH, 1500], 0..0),
        ("decoder.positional_embedding".to_owned(), vec![WIDTH, 448], 0..0),
        ("decoder.token_embedding.weight".to_owned(), vec![WIDTH, TOKENS], heard..heard + WIDTH),
        ("decoder.ln.weight".to_owned(), vec![WIDTH], 0..0),
        ("decoder.ln.bias".to_owned(), vec![WIDTH], 0..WIDTH),
    ];
    let mut layer = |name: String, inputs: usize, outputs: usize| {
        tensors.push((format!("{name}.weight"), [inputs, outputs][usize::from(inputs == 1)..].to_vec(), 0..0));
        tensors.push((format!("{name}.bias"), vec![outputs], 0..0));
    };
    layer("encoder.ln_post".into(), 1, WIDTH);
    for (side, attentions) in [("encoder", &["attn"][..]), ("decoder", &["attn", "cross_attn"])] {
        let block = format!("{side}.blocks.0");
        for attention in attentions {
            layer(format!("{block}.{attention}_ln"), 1, WIDTH);
            for part in ["query", "key", "value", "out"] {
                layer(format!("{block}.{attention}.{part}"), WIDTH, WIDTH);
            }
        }
        layer(format!("{block}.mlp_ln"), 1, WIDTH);
        layer(format!("{block}.mlp.0"), WIDTH, 4 * WIDTH);
        layer(format!("{block}.mlp.2"), 4 * WIDTH, WIDTH);
    }

    fn ints(file: &mut Vec<u8>, ints: &[usize]) {
        file.extend(ints.iter().flat_map(|int| u32::try_from(*int).unwrap().to_le_bytes()));
    }
    let mut file = Vec::new();
    ints(&mut file, &[0x6767_6d6c, TOKENS, 1500, WIDTH, 1, 1, 448, WIDTH, 1, 1, 80, 0]);
    ints(&mut file, &[80, 201]);
    file.resize(file.len() + 4 * 80 * 201, 0);
    // No vocabulary.
    ints(&mut file, &[0]);
    for (name, sizes, ones) in tensors {
        ints(&mut file, &[sizes.len(), name.len(), 0]);
        ints(&mut file, &sizes);
        file.extend_from_slice(name.as_bytes());
        let value = |i: usize| if ones.contains(&i) { 1.0f32 } else { 0.0 };
        file.extend((0..sizes.iter().product()).flat_map(|i| value(i).to_le_bytes()));
    }
    file
}

#[test]
fn a_language_that_is_not_stated_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("several.bin");
    // Numbers of whisper.cpp's list: English, Chinese, German.
    for (number, code) in [(0, "en"), (2, "de")] {
        std::fs::write(&model, model_that_hears(number)).unwrap();
        let hear = |language: &str| {
            let options = Options { language: language.into(), ..options(1) };
            run(&CLIP, &model, &options, Vec::new(), &Silent, &Cancel::default()).0
        };
        assert_eq!(hear("auto").unwrap().language, code);
        assert_eq!(hear("fr").unwrap().language, "fr");
        // Only the youngest models have Cantonese.
        assert_eq!(hear("yue").unwrap_err().exit(), Exit::Usage);
    }
    // A model for English needs not listen.
    let options = Options { language: "auto".into(), ..options(1) };
    let english = file("models/ggml-tiny.en-q8_0.bin");
    let (heard, _) = run(&CLIP, &english, &options, Vec::new(), &Silent, &Cancel::default());
    assert_eq!(heard.unwrap(), hear(&CLIP, 1, Vec::new()).unwrap().0);
}
