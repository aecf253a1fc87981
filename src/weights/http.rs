//! One request, read on a thread of its own, so that its owner can stop within a moment while a server, a name
//! look-up or a connection hangs. A stopped owner drops its end; the thread notices at its next word and ends.

use super::error::WeightsError;
use crate::failure::causes;
use crate::http;
use crate::progress::Cancel;
use reqwest::blocking::Response;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderMap, HeaderName, RANGE, RETRY_AFTER};
use reqwest::{StatusCode, Url};
use std::io::{ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often the owner looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(100);
/// Bytes handed over at once; a few of them may wait.
const PIECE: usize = 128 << 10;
const WAITING: usize = 16;

/// What the server said before the bytes.
pub(super) struct Head {
    /// Number of the first byte that comes; 0 for the whole file.
    pub(super) start: u64,
    /// Bytes that come, when the server says so.
    pub(super) length: Option<u64>,
}

enum Word {
    Head(Head),
    Bytes(Vec<u8>),
    End,
    Trouble(WeightsError),
}

/// An answer that is being read.
pub(super) struct Answer<'a> {
    words: Receiver<Word>,
    url: String,
    patience: Duration,
    cancel: &'a Cancel,
}

/// Checks the address of a file under `base`.
pub(super) fn address(base: &str, file: &str) -> Result<Url, WeightsError> {
    let text = format!("{}/{file}", base.trim_end_matches('/'));
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(url),
        _ => Err(WeightsError::Address { url: base.into() }),
    }
}

/// Asks for `url` from byte `from` on. `patience` is how long the server may say nothing.
pub(super) fn get<'a>(
    url: &Url,
    from: u64,
    patience: Duration,
    cancel: &'a Cancel,
) -> Result<(Head, Answer<'a>), WeightsError> {
    let (to, words) = sync_channel(WAITING);
    let target = url.clone();
    thread::Builder::new()
        .name("download".into())
        .spawn(move || {
            // Nobody listening any more is how a stopped owner ends this thread.
            let _ = match read(&target, from, patience, &to) {
                Ok(()) => to.send(Word::End),
                Err(error) => to.send(Word::Trouble(error)),
            };
        })
        .map_err(|error| WeightsError::Network { url: url.to_string(), why: error.to_string() })?;
    let answer = Answer { words, url: url.to_string(), patience, cancel };
    match answer.next()? {
        Word::Head(head) => Ok((head, answer)),
        Word::Trouble(error) => Err(error),
        Word::Bytes(_) | Word::End => Err(answer.silence()),
    }
}

impl Answer<'_> {
    /// The next bytes; `None` at the end.
    pub(super) fn bytes(&self) -> Result<Option<Vec<u8>>, WeightsError> {
        match self.next()? {
            Word::Bytes(bytes) => Ok(Some(bytes)),
            Word::End | Word::Head(_) => Ok(None),
            Word::Trouble(error) => Err(error),
        }
    }

    fn next(&self) -> Result<Word, WeightsError> {
        let since = Instant::now();
        loop {
            self.cancel.check()?;
            match self.words.recv_timeout(LOOK) {
                Ok(word) => return Ok(word),
                Err(RecvTimeoutError::Timeout) if since.elapsed() < self.patience => {}
                Err(_) => return Err(self.silence()),
            }
        }
    }

    fn silence(&self) -> WeightsError {
        let why = format!("no word from the server for {} seconds", self.patience.as_secs());
        WeightsError::Network { url: self.url.clone(), why }
    }
}

/// The thread's side.
fn read(url: &Url, from: u64, patience: Duration, to: &SyncSender<Word>) -> Result<(), WeightsError> {
    let trouble = |error: &reqwest::Error| WeightsError::Network { url: url.to_string(), why: reason(url, error) };
    let client = http::client(url, patience).map_err(|e| trouble(&e))?;
    let mut request = client.get(url.clone());
    if from > 0 {
        request = request.header(RANGE, format!("bytes={from}-"));
    }
    let response = request.send().map_err(|e| trouble(&e))?;
    let Some(head) = head(url, from, &response)? else {
        // The server has no byte after ours: it is for the owner to see whether they are all.
        let _ = to.send(Word::Head(Head { start: from, length: Some(0) }));
        return Ok(());
    };
    if to.send(Word::Head(head)).is_err() {
        return Ok(());
    }
    let mut response = response;
    let mut piece = vec![0; PIECE];
    loop {
        match response.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) if to.send(Word::Bytes(piece[..count].to_vec())).is_err() => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                let why = format!("no word from the server for {} seconds", patience.as_secs());
                return Err(WeightsError::Network { url: url.to_string(), why });
            }
            // A connection that breaks looks to the owner like one that ends early: it counts the bytes.
            Err(_) => return Ok(()),
        }
    }
}

/// What the status and the headers mean; `None` when nothing is left after byte `from`.
fn head(url: &Url, from: u64, response: &Response) -> Result<Option<Head>, WeightsError> {
    let (url, status, headers) = (url.to_string(), response.status(), response.headers());
    let code = status.as_u16();
    match status {
        StatusCode::PARTIAL_CONTENT => {
            // "bytes 100-199/200"
            let range = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let start = range.strip_prefix("bytes ").and_then(|r| r.split_once('-')).and_then(|(a, _)| a.parse().ok());
            match start {
                Some(start) => Ok(Some(Head { start, length: number(headers, CONTENT_LENGTH) })),
                None => Err(WeightsError::Network { url, why: "the server's answer makes no sense".into() }),
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => Ok(None),
        _ if status.is_success() => Ok(Some(Head { start: 0, length: number(headers, CONTENT_LENGTH) })),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(WeightsError::Gone { url, status: code }),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Err(WeightsError::Refused { url, status: code, after: number(headers, RETRY_AFTER) })
        }
        _ if status.is_server_error() => {
            Err(WeightsError::Refused { url, status: code, after: number(headers, RETRY_AFTER) })
        }
        _ => Err(WeightsError::Forbidden { url, status: code }),
    }
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Why a request failed, in words that name the place to look at.
fn reason(url: &Url, error: &reqwest::Error) -> String {
    let host = url.host_str().unwrap_or_default();
    let chain = causes(error);
    if error.is_redirect() {
        return "the server sends us round in circles, or on to an unsafe address".into();
    }
    if error.is_timeout() {
        return format!("{host} does not answer");
    }
    if chain.contains("dns error") {
        return format!("no address is known for {host}");
    }
    if chain.contains("Connection refused") {
        return format!("{host} refuses the connection");
    }
    if chain.to_lowercase().contains("certificate") {
        return format!("the identity of {host} can't be checked: {chain}");
    }
    if chain.is_empty() { error.to_string() } else { chain }
}
