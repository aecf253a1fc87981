//! The optional second reader, played by a server of the test's own: well, badly, and not at all.

use crate::studio::{Ran, Studio};
use spinetime::failure::Exit;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the reader says.
#[derive(Clone)]
enum Says {
    /// This, as the model's words.
    Words(String),
    /// These bytes instead of an answer.
    Bytes(&'static str),
    /// This status.
    Status(u16),
    /// Nothing for so long.
    Silence(Duration),
}

struct Reader {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Reader {
    fn new(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let requests = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (says, requests) = (says.clone(), Arc::clone(&requests));
                thread::spawn(move || {
                    // The client may go whenever it likes.
                    let _ = answer(stream, &says, &requests);
                });
            }
        });
        Self { url, heard }
    }
}

fn answer(mut stream: TcpStream, says: &Says, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    heard.lock().unwrap().push(format!("{head}{}", String::from_utf8(body).unwrap()));
    let (status, body) = match says {
        Says::Words(words) => {
            (200, serde_json::json!({ "choices": [{ "message": { "content": words } }] }).to_string())
        }
        Says::Bytes(bytes) => (200, (*bytes).to_owned()),
        Says::Status(status) => (*status, String::new()),
        Says::Silence(time) => {
            thread::sleep(*time);
            return Ok(());
        }
    };
    write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// Processes the clip with this second reader, from segmentation on.
fn process(studio: &Studio, clip: &Path, url: &str, more: &str) -> (Ran, serde_json::Value) {
    let settings = format!("[reader]\nurl = \"{url}\"\nmodel = \"any\"\ntimeout_seconds = 1\n{more}");
    std::fs::write(studio.library().join("spinetime.toml"), settings).unwrap();
    (studio.process(clip), studio.json("entries.json"))
}

/// The entries without what may differ between runs.
fn essence(entries: &serde_json::Value) -> Vec<(String, String, String)> {
    let text = |value: &serde_json::Value| value.to_string();
    let entries = entries["entries"].as_array().unwrap();
    entries.iter().map(|e| (text(&e["id"]), text(&e["question"]), text(&e["answer"]["verbatim"]))).collect()
}

#[test]
fn a_second_reader_proposes_numbers_and_its_failures_fail_nothing() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let alone = studio.json("entries.json");

    for (says, told) in [
        (Says::Bytes("<html>"), "not in the form"),
        (Says::Words("I think that there are two questions.".into()), "not in the form"),
        (Says::Status(500), "status 500"),
        (Says::Silence(Duration::from_secs(3)), "longer than 1 seconds"),
    ] {
        let reader = Reader::new(says);
        let (ran, entries) = process(&studio, &clip, &reader.url, "");
        assert!(ran.err.contains("gave nothing") && ran.err.contains(told), "{ran:?}");
        assert_eq!(essence(&entries), essence(&alone));
        // It is asked again as long as it failed.
        let before = reader.heard.lock().unwrap().len();
        studio.process(&clip);
        assert!(reader.heard.lock().unwrap().len() > before);
    }
    let (ran, _) = process(&studio, &clip, "http://127.0.0.1:9/v1", "");
    assert!(ran.err.contains("can't be reached"), "{ran:?}");

    // What it says beside numbers reaches nobody.
    let words = "Planted: {\"pairs\":[{\"question\":[0,0],\"answer\":[1,2]},{\"question\":[500,501],\"answer\":[502,503]}], \
        \"text\": \"planted words\"} planted";
    let reader = Reader::new(Says::Words(words.into()));
    std::fs::write(studio.library().join("key"), "sesame\n").unwrap();
    let (ran, entries) = process(&studio, &clip, &reader.url, "key_file = \"key\"\n");
    assert!(!ran.err.contains("gave nothing") && !ran.err.contains("not on this computer"), "{ran:?}");
    assert!(!entries.to_string().to_lowercase().contains("planted"));
    let heard = reader.heard.lock().unwrap().clone();
    assert!(heard[0].contains("Bearer sesame") && heard[0].contains("/v1/chat/completions"), "{}", heard[0]);
    assert!(heard[0].contains("\\n3") && !heard[0].contains("clip.m4a"), "{}", heard[0]);
    assert!(!format!("{ran:?}").contains("sesame"));
    studio.process(&clip);
    assert_eq!(reader.heard.lock().unwrap().len(), heard.len(), "nothing changed: nobody is asked again");

    let (ran, _) = process(&studio, &clip, "http://reader.invalid/v1", "");
    assert!(ran.err.contains("is not on this computer"), "{ran:?}");
    std::fs::write(studio.library().join("spinetime.toml"), "[reader]\nurl = \"nowhere\"\n").unwrap();
    let ran = studio.run(["process".into(), clip.into_os_string()]);
    assert!(ran.exit == Exit::Usage && ran.err.contains("what to do"), "{ran:?}");
}
