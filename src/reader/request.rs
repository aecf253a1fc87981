//! One question to the reader, asked on a thread of its own, so that its owner can stop within a moment.

use super::{ReaderError, Settings};
use crate::http;
use crate::progress::Cancel;
use reqwest::Url;
use std::io::Read;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How often the owner looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes of an answer that are read: numbers of a few dozen pairs are far fewer.
const MOST: u64 = 1 << 20;

/// What the reader answers to `body`.
pub(super) fn ask(settings: &Settings, body: String, cancel: &Cancel) -> Result<Vec<u8>, ReaderError> {
    let (to, answer) = channel();
    let settings = settings.clone();
    let spawned = thread::Builder::new().name("reader".into()).spawn(move || {
        // A stopped owner has gone.
        let _ = to.send(sent(&settings, body));
    });
    spawned.map_err(|error| ReaderError::Unreachable { why: error.to_string() })?;
    loop {
        cancel.check()?;
        match answer.recv_timeout(LOOK) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(ReaderError::Garbage),
        }
    }
}

fn sent(settings: &Settings, body: String) -> Result<Vec<u8>, ReaderError> {
    let failed = |error: reqwest::Error| match error.is_timeout() {
        true => ReaderError::TooSlow { seconds: settings.patience.as_secs() },
        // The address may hold a secret.
        false => ReaderError::Unreachable { why: error.without_url().to_string() },
    };
    let url = address(&settings.url);
    let client = http::client(&url, settings.patience).map_err(failed)?;
    let mut request = client.post(url).timeout(settings.patience).header("content-type", "application/json").body(body);
    if let Some(key) = &settings.key {
        request = request.bearer_auth(&key.0);
    }
    let response = request.send().map_err(failed)?;
    if !response.status().is_success() {
        return Err(ReaderError::Refused { status: response.status().as_u16() });
    }
    let mut answer = Vec::new();
    let read = response.take(MOST).read_to_end(&mut answer);
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::TimedOut => ReaderError::TooSlow { seconds: settings.patience.as_secs() },
        _ => ReaderError::Unreachable { why: error.to_string() },
    })?;
    Ok(answer)
}

fn address(base: &Url) -> Url {
    let mut url = base.clone();
    let path = format!("{}/chat/completions", base.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}
