//! A web server on this machine that serves one recording, well or badly.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How a path behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// All of it, or the part that is asked for.
    Plain,
    /// The connection ends after this part of the file, so often; then plain.
    Cut(f64, usize),
    /// A little at a time, all of it in about this long.
    Slow(Duration),
    /// States twice the length and ends early, always.
    TooShort,
    /// Only this status.
    Status(u16),
    /// This status so often; then plain.
    StatusFirst(u16, usize),
    /// Elsewhere: to the plain path.
    Redirect,
    /// A page without any recording.
    Page,
    /// Sound without end.
    Endless,
}

/// A request: its path and the first byte that it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) from: Option<usize>,
    pub(crate) head_only: bool,
}

/// Serves until the test ends.
pub(crate) struct Server {
    base: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Serves `content` on any path, in the manner that `manners` has for the path's last part without its ending.
    pub(crate) fn new(content: Vec<u8>, manners: &[(&'static str, Manner)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (content, manners) = (Arc::new(content), manners.to_vec());
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let requests = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (content, manners, requests) = (Arc::clone(&content), manners.clone(), Arc::clone(&requests));
                thread::spawn(move || {
                    if let Some(request) = read(&stream) {
                        let name =
                            request.path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
                        let manner = manners.iter().find(|(n, _)| *n == name).map_or(Manner::Plain, |(_, m)| *m);
                        // Only requests for the content count: yt-dlp asks what a page is before it asks for it.
                        let before = {
                            let mut all = requests.lock().unwrap();
                            all.push(request.clone());
                            all.iter().filter(|r| r.path == request.path && !r.head_only).count() - 1
                        };
                        // The client may go whenever it likes.
                        let _ = answer(manner, before, &request, &content, stream);
                    }
                });
            }
        });
        Self { base, seen }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// What was asked for under a path.
    pub(crate) fn requests(&self, path: &str) -> Vec<Request> {
        self.seen.lock().unwrap().iter().filter(|r| r.path.starts_with(&format!("/{path}"))).cloned().collect()
    }
}

/// Serves TLS with a certificate that nobody knows, until the test ends. Returns its address.
pub(crate) fn unknown_to_all() -> String {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            // The client refuses, which is what it is for.
            let _ = session.complete_io(&mut stream);
        }
    });
    base
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let first = lines.next()?;
    let mut words = first.split(' ');
    let head_only = words.next()? == "HEAD";
    let path = words.next()?.to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let range = headers.iter().find_map(|h| h.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let from = range.and_then(|r| r.split('-').next().and_then(|n| n.parse().ok()));
    Some(Request { path, from, head_only })
}

fn answer(
    manner: Manner,
    before: usize,
    request: &Request,
    content: &[u8],
    mut stream: TcpStream,
) -> std::io::Result<()> {
    let total = content.len();
    let from = request.from.unwrap_or(0).min(total);
    let mut plain = |stated: usize, until: usize, pause: Duration| -> std::io::Result<()> {
        let status = match request.from {
            Some(from) => format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{total}", total - 1),
            None => "200 OK".into(),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: audio/mp4\r\nAccept-Ranges: bytes\r\nContent-Length: {stated}\r\n\
             Connection: close\r\n\r\n"
        )?;
        if !request.head_only {
            for piece in content[from..until.max(from)].chunks(4096) {
                stream.write_all(piece)?;
                stream.flush()?;
                thread::sleep(pause);
            }
        }
        Ok(())
    };
    let cut = |part: f64| ((total as f64 * part) as usize).max(from);
    match manner {
        Manner::Cut(part, times) if before < times => plain(total - from, cut(part), Duration::ZERO),
        // yt-dlp looks into the first bytes of a page before it calls it a recording.
        Manner::StatusFirst(status, times) if before < times => status_only(&mut stream, status),
        Manner::Plain | Manner::Cut(..) | Manner::StatusFirst(..) => plain(total - from, total, Duration::ZERO),
        Manner::Slow(whole) => plain(total - from, total, whole / (total / 4096).max(1) as u32),
        Manner::TooShort => plain(2 * total, total, Duration::ZERO),
        Manner::Status(status) => status_only(&mut stream, status),
        Manner::Redirect => {
            write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: /plain.m4a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        }
        Manner::Page => {
            let page = "<!DOCTYPE html><html><head><title>Our webinars</title></head><body>Soon.</body></html>";
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
                page.len()
            )
        }
        Manner::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nConnection: close\r\n\r\n")?;
            // Bounded all the same: 64 MB.
            for _ in 0..16_384 {
                stream.write_all(&[0x55; 4096])?;
            }
            Ok(())
        }
    }
}

fn status_only(stream: &mut TcpStream, status: u16) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}
