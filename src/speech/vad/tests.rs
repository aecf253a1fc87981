//! The detector as a whole: against the same network run by a general runtime, and on broken input.

use super::*;
use proptest::prelude::*;
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use std::process::Command;
use std::sync::LazyLock;

static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| std::fs::read(network()).unwrap());

fn network() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/silero-vad-sequence.onnx")
}

#[test]
fn the_cut_of_the_stream_changes_no_bit() {
    let tone = |i: usize| (i as f32 * 0.07).sin() * ((i / 4000 % 2) as f32) * 0.3;
    let audio: Vec<f32> = (0..50_000).map(tone).collect();
    let run = |size: usize| {
        let mut detector = Detector::open(&network()).unwrap();
        let mut heard = Vec::new();
        for part in audio.chunks(size) {
            heard.extend(detector.push(part).unwrap());
        }
        heard.extend(detector.finish().unwrap());
        heard.iter().map(|f| f.probability.to_bits()).collect::<Vec<_>>()
    };
    let whole = run(audio.len());
    assert_eq!(whole.len(), audio.len().div_ceil(FRAME));
    assert_eq!(run(777), whole);
    assert_eq!(run(16_000), whole);
}

#[test]
fn broken_samples_are_silence() {
    let mut detector = Detector::open(&network()).unwrap();
    let mut heard = detector.push(&[f32::NAN, f32::INFINITY, -1e30].repeat(20_000)).unwrap();
    heard.extend(detector.finish().unwrap());
    assert!(heard.iter().all(|f| f.probability.is_finite()));
}

#[test]
fn a_file_that_is_no_network_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.onnx");
    let bytes = std::fs::read(network()).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(Detector::open(&cut), Err(SpeechError::ModelDamaged { .. })));
    assert!(matches!(Detector::open(&folder.path().join("no.onnx")), Err(SpeechError::ModelMissing { .. })));
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ge2e-voice-encoder.onnx");
    assert!(matches!(Detector::open(&other), Err(SpeechError::ModelDamaged { .. })));
}

/// What the network's file says, run operator by operator.
fn reference(audio: &[f32]) -> Vec<f32> {
    let model = rten::Model::load(FILE.clone()).unwrap();
    let node = |name: &str| model.node_id(name).unwrap();
    let mut state = [NdTensor::<f32, 3>::zeros([1, 1, 128]), NdTensor::zeros([1, 1, 128])];
    let mut audio = [&[0.0; CONTEXT], audio].concat();
    audio.resize(CONTEXT + (audio.len() - CONTEXT).div_ceil(FRAME) * FRAME, 0.0);
    let rows: Vec<&[f32]> = audio.windows(CONTEXT + FRAME).step_by(FRAME).collect();
    let mut probabilities = Vec::new();
    for rows in rows.chunks(100) {
        let samples = rows.concat();
        let samples = NdTensorView::from_data([rows.len(), CONTEXT + FRAME], samples.as_slice());
        let [hidden, cell] = &state;
        let inputs =
            vec![(node("input"), samples.into()), (node("h"), hidden.view().into()), (node("c"), cell.view().into())];
        let outputs = model.run_n(inputs, [node("speech_probs"), node("hn"), node("cn")], None).unwrap();
        let [speech, hidden, cell] = outputs;
        let speech: NdTensor<f32, 1> = speech.try_into().unwrap();
        probabilities.extend(speech.iter());
        state = [hidden.try_into().unwrap(), cell.try_into().unwrap()];
    }
    probabilities
}

fn detected(audio: &[f32]) -> Vec<f32> {
    let mut detector = Detector::open(&network()).unwrap();
    let mut heard = detector.push(audio).unwrap();
    heard.extend(detector.finish().unwrap());
    heard.iter().map(|frame| frame.probability).collect()
}

fn spans(probabilities: &[f32]) -> Vec<Voiced> {
    let mut segmenter = Segmenter::default();
    let frame = |probability: &f32| Frame { probability: *probability, loudness: 0.0 };
    let mut spans: Vec<Voiced> = probabilities.iter().filter_map(|p| segmenter.push(frame(p))).collect();
    spans.extend(segmenter.finish());
    spans
}

/// The beginning of a recording, in seconds.
fn decoded(name: &str, seconds: u32) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .args(["-t", &seconds.to_string(), "-ar", "16000", "-ac", "1", "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

#[test]
fn the_probabilities_are_those_of_the_file() {
    let mut state = 1u32;
    let mut noise = |loudness: f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 * loudness - loudness
    };
    let loud: Vec<f32> = (0..200_000).map(|i| noise((i / 20_000) as f32 * 0.1)).collect();
    // A buzz of many harmonics that comes and goes, as a voice does.
    let voice = |i: usize| (1..20).map(|k| (i as f32 * 0.05 * k as f32).sin() / k as f32).sum::<f32>();
    let buzz: Vec<f32> = (0..200_123).map(|i| voice(i) * (i as f32 * 0.0006).sin().max(0.0) * 0.2).collect();
    let recordings =
        [decoded("fixtures/ep1.m4a", 60), decoded("fixtures/ep2.webm", 60), decoded("fixtures/ep3.mp3", 30)];
    for audio in [loud, buzz, vec![0.0; 20_000]].iter().chain(&recordings) {
        let (found, wanted) = (detected(audio), reference(audio));
        assert_eq!(found.len(), wanted.len());
        let difference = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-4, "{difference}");
        assert_eq!(spans(&found), spans(&wanted));
    }
    assert!(recordings.iter().all(|audio| !spans(&detected(audio)).is_empty()));
}

/// Where `needle` lies in the file.
fn places(needle: &[u8]) -> Vec<usize> {
    (0..FILE.len() - needle.len()).filter(|at| FILE[*at..].starts_with(needle)).collect()
}

#[test]
fn a_network_of_another_build_is_told() {
    let told = |places: &[usize], offset: usize| {
        let mut file = FILE.clone();
        for at in places {
            file[at + offset] ^= 1;
        }
        Network::read(&file).is_err()
    };
    let strides = places(b"strides");
    assert_eq!(strides.len(), 6);
    // The number lies one byte behind the attribute's name.
    assert!(strides.iter().all(|at| told(&[*at], b"strides".len() + 1)));
    assert!([&b"LSTM"[..], b"Sigmoid", b"Sqrt", b"Relu"].iter().all(|operator| told(&places(operator), 0)));
    // One weight of the Fourier transform: the sign of the first row's value in the middle.
    let basis = places(&[0x4a, 0x80, 0x90, 0x10]);
    assert!(told(&basis, 4 + 4 * 128 + 3));
}

#[test]
fn weights_beyond_all_measure_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.onnx");
    // The weights of the last convolution of four, which has as many as the second: what it gives is infinite.
    let mut file = FILE.clone();
    let alike = places(&[0x4a, 0x80, 0x80, 0x06]);
    assert_eq!(alike.len(), 2);
    for weight in file[alike[1] + 4..][..4 * 128 * 64 * 3].as_chunks_mut().0 {
        *weight = f32::MAX.to_le_bytes();
    }
    std::fs::write(&path, file).unwrap();
    let mut detector = Detector::open(&path).unwrap();
    let noise: Vec<f32> = (0..40_000).map(|i| (i as f32 * i as f32).sin()).collect();
    assert!(matches!(detector.push(&noise), Err(SpeechError::ModelDamaged { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_that_is_cut_anywhere_is_told(length in 0usize..1_246_165) {
        prop_assert!(Network::read(&FILE[..length]).is_err());
    }

    #[test]
    fn damage_is_told_or_harmless(
        // Half of it where the operators are, or the weights' names and shapes.
        at in prop_oneof![0usize..12_000, 0usize..1_246_165],
        bytes in prop::collection::vec(prop_oneof![Just(0xff), any::<u8>()], 1..14),
    ) {
        let mut file = FILE.clone();
        let end = file.len().min(at + bytes.len());
        file[at..end].copy_from_slice(&bytes[..end - at]);
        if let Ok(mut network) = Network::read(&file) {
            prop_assert_eq!(network.run(&[0.1; CONTEXT + 3 * FRAME]).len(), 3);
        }
    }
}
