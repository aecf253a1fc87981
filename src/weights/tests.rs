//! Pulling against a server on this machine that behaves badly, and finding what is there or not.

use super::ggml::tests::tiny_model;
use super::pull::{Patience, pull_into};
use super::*;
use crate::failure::{Exit, Failure};
use crate::progress::Silent;
use std::io::{BufRead, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const QUICK: Patience =
    Patience { silence: Duration::from_millis(400), pauses: &[Duration::from_millis(20), Duration::from_millis(20)] };

/// A model of 300 000 bytes, larger than what a socket buffers.
fn bytes() -> Vec<u8> {
    let mut bytes = b"lmgg".to_vec();
    bytes.extend((0..299_996_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8));
    bytes
}

fn model() -> ModelFile {
    let whole = bytes();
    let sha256 = crate::checksum::of(&mut whole.as_slice(), |_| Ok(())).unwrap().unwrap();
    ModelFile {
        name: "test",
        file: "ggml-test.bin",
        bytes: whole.len() as u64,
        sha256: String::from(sha256).leak(),
        purpose: Purpose::Transcription,
        note: "",
        licence: "",
        source: "",
    }
}

/// A request as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    path: String,
    from: Option<usize>,
}

/// Serves each connection by `answer`, which gets the number of the request, and keeps what was asked.
fn serve(answer: impl Fn(usize, &Request, &mut TcpStream) + Send + 'static) -> (String, Arc<Mutex<Vec<Request>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/models/", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&seen);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut lines = io::BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let range = headers.iter().find_map(|h| h.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
            let from = range.map(|r| r.trim_end_matches('-').parse().unwrap());
            let request = Request { path, from };
            asked.lock().unwrap().push(request.clone());
            answer(number, &request, &mut stream);
        }
    });
    (base, seen)
}

fn say(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let _ = write!(stream, "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(body);
}

/// What a good server says: the part that was asked for.
fn well(request: &Request, stream: &mut TcpStream) {
    let whole = bytes();
    let total = whole.len();
    match request.from {
        None => say(stream, &format!("200 OK\r\nContent-Length: {total}"), &whole),
        Some(from) if from >= total => {
            say(stream, &format!("416 Range Not Satisfiable\r\nContent-Range: bytes */{total}"), b"");
        }
        Some(from) => {
            let range =
                format!("Content-Length: {}\r\nContent-Range: bytes {from}-{}/{total}", total - from, total - 1);
            say(stream, &format!("206 Partial Content\r\n{range}"), &whole[from..]);
        }
    }
}

/// Sends the head of a whole file and only its first `length` bytes.
fn cut(length: usize, stream: &mut TcpStream) {
    let whole = bytes();
    say(stream, &format!("200 OK\r\nContent-Length: {}", whole.len()), &whole[..length]);
}

fn pull(folder: &Path, base: &str) -> Result<PathBuf, WeightsError> {
    pull_into(folder, &model(), base, QUICK, &Silent, &Cancel::default())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_pull_brings_the_file_once() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("deep/models");
    let (base, seen) = serve(|_, request, stream| well(request, stream));
    let path = pull(&folder, &base).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes());
    assert_eq!(names(&folder), ["ggml-test.bin"]);
    assert_eq!(pull(&folder, &base).unwrap(), path);
    assert_eq!(*seen.lock().unwrap(), [Request { path: "/models/ggml-test.bin".into(), from: None }]);
}

#[test]
fn a_cut_connection_is_taken_up_where_it_ended() {
    let dir = tempfile::tempdir().unwrap();
    let (base, seen) = serve(|number, request, stream| match number {
        0 => cut(150_000, stream),
        _ => well(request, stream),
    });
    assert_eq!(fs::read(pull(dir.path(), &base).unwrap()).unwrap(), bytes());
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().map(|r| r.from).collect::<Vec<_>>(), [None, Some(150_000)]);
}

#[test]
fn a_later_run_goes_on_where_an_earlier_one_gave_up() {
    let dir = tempfile::tempdir().unwrap();
    let (base, _) = serve(|number, request, stream| match number {
        0 => cut(100_000, stream),
        1..4 => {}
        _ => well(request, stream),
    });
    let error = pull(dir.path(), &base).unwrap_err();
    assert_eq!(error.exit(), Exit::SourceRefused, "{error}");
    assert_eq!(names(dir.path()), ["ggml-test.bin.part"]);
    assert_eq!(fs::read(pull(dir.path(), &base).unwrap()).unwrap(), bytes());
}

#[test]
fn a_server_without_ranges_sends_all_of_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let (base, _) = serve(|number, _, stream| cut(if number == 0 { 150_000 } else { 300_000 }, stream));
    assert_eq!(fs::read(pull(dir.path(), &base).unwrap()).unwrap(), bytes());
}

#[test]
fn wrong_bytes_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (base, seen) = serve(|_, _, stream| {
        let mut wrong = bytes();
        wrong[200_000] ^= 1;
        say(stream, &format!("200 OK\r\nContent-Length: {}", wrong.len()), &wrong);
    });
    let error = pull(dir.path(), &base).unwrap_err();
    assert!(matches!(error, WeightsError::WrongBytes { damage: Damage::Checksum { .. }, .. }), "{error}");
    assert_eq!(error.exit(), Exit::Model);
    assert!(names(dir.path()).is_empty());
    assert_eq!(seen.lock().unwrap().len(), 1, "the same wrong bytes would come again");
}

#[test]
fn a_stale_part_is_thrown_away_once() {
    let dir = tempfile::tempdir().unwrap();
    for stale in [100_000, 300_000, 400_000] {
        fs::write(dir.path().join("ggml-test.bin.part"), vec![7; stale]).unwrap();
        let (base, _) = serve(|_, request, stream| well(request, stream));
        let path = pull(dir.path(), &base).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes(), "{stale}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_log_in_page_is_no_model_and_costs_nothing_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    for head in ["200 OK\r\nContent-Length: 15", "200 OK"] {
        fs::write(dir.path().join("ggml-test.bin.part"), &bytes()[..1000]).unwrap();
        let (base, _) = serve(|_, _, stream| say(stream, head, b"<!DOCTYPE html>"));
        let error = pull(dir.path(), &base).unwrap_err();
        assert!(matches!(error, WeightsError::WrongBytes { .. }), "{error}");
        assert_eq!(fs::metadata(dir.path().join("ggml-test.bin.part")).unwrap().len(), 1000);
    }
}

#[test]
fn a_body_without_end_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (base, _) = serve(|_, _, stream| {
        say(stream, "200 OK", b"lmgg");
        while stream.write_all(&[0; 65536]).is_ok() {}
    });
    let error = pull(dir.path(), &base).unwrap_err();
    assert!(matches!(error, WeightsError::WrongBytes { damage: Damage::Size { .. }, .. }), "{error}");
    assert!(fs::metadata(dir.path().join("ggml-test.bin.part")).is_ok_and(|m| m.len() <= 300_000));
}

#[test]
fn each_refusal_has_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    for (status, exit, attempts) in [
        ("404 Not Found", Exit::SourceUnavailable, 1),
        ("403 Forbidden", Exit::SourceUnavailable, 1),
        ("429 Too Many Requests", Exit::SourceRefused, 3),
        ("429 Too Many Requests\r\nRetry-After: 3600", Exit::SourceRefused, 1),
        ("503 Service Unavailable", Exit::SourceRefused, 3),
        ("302 Found\r\nLocation: /models/again", Exit::SourceRefused, 0),
    ] {
        let (base, seen) = serve(move |_, _, stream| say(stream, &format!("{status}\r\nContent-Length: 0"), b""));
        let error = pull(dir.path(), &base).unwrap_err();
        assert_eq!(error.exit(), exit, "{status}: {error}");
        assert!(error.remedy().is_some());
        let seen = seen.lock().unwrap().len();
        assert!(attempts == 0 || seen == attempts, "{status}: asked {seen} times");
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = pull(dir.path(), &nobody).unwrap_err();
    assert_eq!(error.exit(), Exit::SourceRefused);
    assert!(error.to_string().contains("refuses the connection"), "{error}");
    assert_eq!(pull(dir.path(), "models.example").unwrap_err().exit(), Exit::Usage);
}

#[test]
fn a_fault_that_passes_is_waited_for_and_a_redirect_followed() {
    let dir = tempfile::tempdir().unwrap();
    let (base, seen) = serve(|number, request, stream| match number {
        0 => say(stream, "503 Service Unavailable\r\nContent-Length: 0", b""),
        1 => say(stream, "302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0", b""),
        _ => well(request, stream),
    });
    assert_eq!(fs::read(pull(dir.path(), &base).unwrap()).unwrap(), bytes());
    assert_eq!(seen.lock().unwrap()[2].path, "/elsewhere");
}

#[test]
fn a_silent_server_is_given_up_and_a_cancel_heard_within_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let (base, _) = serve(|_, _, stream| {
        cut(100_000, stream);
        thread::sleep(Duration::from_secs(5));
    });
    let patient = Patience { silence: Duration::from_secs(60), pauses: &[] };
    let cancel = Cancel::default();
    let stop = cancel.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        stop.cancel();
    });
    let since = Instant::now();
    let error = pull_into(dir.path(), &model(), &base, patient, &Silent, &cancel).unwrap_err();
    assert_eq!(error.exit(), Exit::Interrupted);
    assert!(since.elapsed() < Duration::from_millis(1300), "{:?}", since.elapsed());
    assert_eq!(names(dir.path()), ["ggml-test.bin.part"], "what was fetched is kept");

    let (base, _) = serve(|_, _, _| thread::sleep(Duration::from_secs(5)));
    let error = pull(dir.path(), &base).unwrap_err();
    assert!(matches!(error, WeightsError::Network { .. }), "{error}");
}

#[test]
fn two_runs_do_not_pull_the_same_model() {
    let dir = tempfile::tempdir().unwrap();
    let _other = crate::atomic::Partial::open(&dir.path().join("ggml-test.bin")).unwrap();
    assert_eq!(pull(dir.path(), "http://127.0.0.1:9").unwrap_err().exit(), Exit::Busy);
}

#[test]
fn what_ships_is_found_and_verified() {
    let store = Store { folders: vec!["nowhere".into(), concat!(env!("CARGO_MANIFEST_DIR"), "/models").into()] };
    for model in shipped() {
        let found = store.find(model.name).unwrap();
        assert_eq!(found.sha256.as_str(), model.sha256);
        assert_eq!(store.verify(model.file, &Silent, &Cancel::default()).unwrap(), found);
    }
    let by_path = format!("{}/ggml-{DEFAULT_MODEL}.bin", store.folders[1].display());
    assert_eq!(store.find(&by_path).unwrap().name, DEFAULT_MODEL);
}

#[test]
fn what_is_not_whole_is_named_with_what_mends_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store { folders: vec![dir.path().into()] };
    let mut texts = Vec::new();
    let mut tell = |error: WeightsError| {
        let text = format!("{error}\n  {}", error.remedy().unwrap_or_default());
        texts.push(text.replace(&dir.path().display().to_string(), "FOLDER"));
        assert_eq!(error.exit(), Exit::Model);
    };
    tell(store.find("whisper-huge").unwrap_err());
    tell(store.find("base.en").unwrap_err());
    tell(store.find(DEFAULT_MODEL).unwrap_err());
    tell(store.find("no/such.bin").unwrap_err());
    fs::write(dir.path().join("ggml-base.en.bin"), b"half").unwrap();
    tell(store.find("base.en").unwrap_err());
    let wrong = fs::File::create(dir.path().join("ge2e-voice-encoder.onnx")).unwrap();
    wrong.set_len(5_695_328).unwrap();
    tell(store.find(VOICES).unwrap_err());
    let own = dir.path().join("ggml-own.bin");
    fs::write(&own, &tiny_model()[..500]).unwrap();
    tell(store.find(own.to_str().unwrap()).unwrap_err());
    insta::assert_snapshot!(texts.join("\n"), @r#"
    there is no model named "whisper-huge"
      Choose one of tiny.en-q8_0, tiny.en, base.en, small.en, large-v3-turbo-q5_0, medium.en, large-v3-turbo, large-v3, or give the path of a ggml file.
    the model base.en is not there: no ggml-base.en.bin in FOLDER
      Run `spinetime models pull base.en`.
    the model tiny.en-q8_0 is not there: no ggml-tiny.en-q8_0.bin in FOLDER
      It ships with spinetime: run `git checkout -- models/ggml-tiny.en-q8_0.bin` in spinetime's source folder, or put a copy of it into FOLDER.
    there is no model at no/such.bin
      Check the path; `spinetime models list` shows the models that go by a name alone.
    the model FOLDER/ggml-base.en.bin is damaged: it has 4 bytes instead of 147964211
      Run `spinetime models pull base.en`.
    the model FOLDER/ge2e-voice-encoder.onnx is damaged: it is no model
      It ships with spinetime: run `git checkout -- models/ge2e-voice-encoder.onnx` in spinetime's source folder, or put a copy of it into FOLDER.
    the model FOLDER/ggml-own.bin is damaged: it ends too early
      Copy the file again from where it came, or use a model that spinetime knows (`spinetime models list`).
    "#);

    fs::write(&own, tiny_model()).unwrap();
    assert_eq!(store.find(own.to_str().unwrap()).unwrap().name, "own");
}

#[test]
fn every_byte_counts_when_a_model_is_verified() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store { folders: vec![dir.path().into()] };
    let model = shipped().iter().find(|m| m.name == SPEECH_DETECTION).unwrap();
    let mut bytes = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/models/silero-vad-sequence.onnx")).unwrap();
    bytes[1_000_000] ^= 1;
    fs::write(dir.path().join(model.file), bytes).unwrap();
    assert!(store.find(model.name).is_ok(), "the cheap check looks at size and start");
    let error = store.verify(model.name, &Silent, &Cancel::default()).unwrap_err();
    assert!(matches!(error, WeightsError::Damaged { damage: Damage::Checksum { .. }, .. }), "{error}");
}
