//! Recordings from the network by yt-dlp, which runs as a program of its own: what a page says of a recording, what a
//! playlist holds, and the file itself.
//!
//! Arguments are a list and never pass a shell; the address comes last, behind `--`, or on standard input when it holds
//! something that other users must not read. A download counts only when yt-dlp reported the finished file and that
//! file is there: its exit code alone can mean "passed over". An unfinished one stays as `.part`, from where the next
//! run goes on. The program ends with us, however we end.

use super::FetchError;
use super::address::Address;
use super::published::{self, Listing, Page};
use super::trouble::Trouble;
use crate::failure::Cancelled;
use crate::model::Millis;
use crate::progress::{Amount, Cancel, Progress};
use serde::Deserialize;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Before this version yt-dlp takes no JavaScript runtime, without which YouTube gives nothing.
pub const OLDEST: &str = "2025.11.12";
/// How often the owner of a child looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(50);
/// Lines of standard error that are kept for the report.
const KEPT_LINES: usize = 200;
/// The longest line that is read: a page's description with all its formats has some hundred kilobytes.
const LONGEST_LINE: u64 = 64 << 20;
/// The only name that a download has; its ending is yt-dlp's.
const NAME: &str = "recording";

/// How yt-dlp is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// The program.
    pub program: PathBuf,
    /// The JavaScript runtime that it may use, such as `deno:/usr/bin/deno`; `None` lets it look for one.
    pub runtime: Option<String>,
    /// A file of cookies.
    pub cookies: Option<PathBuf>,
    /// Whether pictures are kept.
    pub keep_video: bool,
    /// The longest recording that is taken.
    pub longest: Millis,
    /// The largest file that is taken, in bytes.
    pub largest: u64,
    /// How often something is tried again when that may help.
    pub retries: u32,
    /// The pause before the first of these; each further one is three times as long.
    pub pause: Duration,
    /// How long a server may say nothing.
    pub silence: Duration,
}

/// The version of yt-dlp, such as "2026.10.26".
///
/// # Errors
/// When there is no such program, or it does not run.
pub fn version(program: &Path) -> Result<String, Trouble> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        _ => Err(Trouble::ProgramMissing),
    }
}

/// What the page at `address` says of its recording. A broadcast that is not over is an error.
///
/// # Errors
/// When it can't be had, is live or yet to come, is too long, or somebody asks to stop.
pub fn probe(tool: &Tool, address: &Address, cancel: &Cancel) -> Result<Page, FetchError> {
    let arguments = ["--no-playlist", "--dump-single-json", "--format", format(tool), "--format-sort", SORT];
    let text = json(tool, address, &arguments, cancel)?;
    let page = published::page(&text).map_err(|reason| unknown(address, reason))?;
    let trouble = match page.published.live_status.as_deref() {
        Some("is_live" | "post_live") => Some(Trouble::LiveNow),
        Some("is_upcoming") => Some(Trouble::Upcoming { when: page.starts.clone() }),
        _ if page.published.duration.is_some_and(|d| d > tool.longest) => Some(Trouble::TooLong),
        _ if page.bytes.is_some_and(|bytes| bytes > tool.largest) => Some(Trouble::TooLarge),
        _ => None,
    };
    trouble.map_or(Ok(page), |trouble| Err(unavailable(address, trouble)))
}

/// The videos of a playlist or channel, as listed, without a look at each.
///
/// # Errors
/// When it can't be had, or somebody asks to stop.
pub fn list(tool: &Tool, address: &Address, cancel: &Cancel) -> Result<Listing, FetchError> {
    let text = json(tool, address, &["--flat-playlist", "--dump-single-json"], cancel)?;
    published::listing(&text).map_err(|reason| unknown(address, reason))
}

/// Downloads the recording at `address` into `folder` (which exists and holds nothing else) and returns the file.
/// What an earlier run left there is taken up.
///
/// # Errors
/// When it can't be had, is too large, the disk is full, or somebody asks to stop; what is there already stays.
pub fn download(
    tool: &Tool,
    address: &Address,
    folder: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<PathBuf, FetchError> {
    let output = format!("{NAME}.%(ext)s");
    let mut arguments = vec![
        "--no-playlist",
        "--format",
        format(tool),
        "--format-sort",
        SORT,
        "--continue",
        "--no-simulate",
        "--newline",
        "--progress",
        "--progress-template",
        "download:ST|%(progress)j",
        "--print",
        "after_move:DONE|%(filepath)j",
        "--match-filters",
        "!is_live & live_status!=?post_live & live_status!=?is_upcoming",
        "--output",
        &output,
    ];
    if tool.keep_video {
        arguments.extend(["--merge-output-format", "mkv"]);
    }
    progress.start("download", Amount::Unknown);
    let file = again(tool, address, cancel, progress, || {
        let (mut done, mut total, mut too_large) = (None, 0, false);
        let mut each = |line: &str| -> bool {
            if let Some(step) = line.strip_prefix("ST|").and_then(|json| serde_json::from_str::<Step>(json).ok()) {
                let bytes = step.downloaded_bytes.unwrap_or(0.0) as u64;
                let known = step.total_bytes.or(step.total_bytes_estimate).unwrap_or(0.0) as u64;
                too_large = bytes > tool.largest || step.total_bytes.is_some_and(|total| total as u64 > tool.largest);
                if known > 0 && known != total {
                    total = known;
                    progress.start("download", Amount::Bytes(total));
                }
                progress.at(bytes);
            } else if let Some(path) = line.strip_prefix("DONE|") {
                done = serde_json::from_str::<String>(path).ok();
            }
            !too_large
        };
        let ended = run(tool, address, &arguments, Some(folder), &mut each, cancel)?;
        if too_large {
            return Err(Trouble::TooLarge.into());
        }
        let file = done.map(|name| folder.join(name)).filter(|path| path.is_file());
        match file {
            Some(file) if ended.code == Some(0) => Ok(file),
            _ => Err(Trouble::read(&ended.errors, ended.code).into()),
        }
    })?;
    let bytes = std::fs::metadata(&file).map_or(0, |facts| facts.len());
    progress.finish(&format!("{:.1} MB", bytes as f64 / 1e6));
    Ok(file)
}

/// Brings the captions that were published with the video, those of people before automatic ones, into `folder` and
/// returns the file; `None` when there are none in this language.
///
/// # Errors
/// When the page can't be had, or somebody asks to stop.
pub fn captions(
    tool: &Tool,
    address: &Address,
    language: &str,
    folder: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Option<PathBuf>, FetchError> {
    // "en", "en-US" and "en-orig", the name of automatic captions in the spoken language.
    let languages = format!("{language}.*");
    let arguments = [
        "--no-playlist",
        "--skip-download",
        "--write-subs",
        "--write-auto-subs",
        "--sub-langs",
        &languages,
        "--sub-format",
        "vtt",
        "--output",
        "captions.%(ext)s",
    ];
    progress.start("captions", Amount::Unknown);
    again(tool, address, cancel, progress, || {
        let ended = run(tool, address, &arguments, Some(folder), &mut |_| true, cancel)?;
        if ended.code == Some(0) { Ok(()) } else { Err(Trouble::read(&ended.errors, ended.code).into()) }
    })?;
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|source| FetchError::Unreadable { path: folder.to_owned(), source })?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "vtt"))
        .collect();
    // The shortest name is the plainest language: captions.en.vtt before captions.en-orig.vtt.
    found.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    progress.finish(if found.is_empty() { "none are published" } else { "" });
    Ok(found.into_iter().next())
}

/// The spoken language first: dubbed tracks come after the original.
const SORT: &str = "lang,quality";

fn format(tool: &Tool) -> &'static str {
    if tool.keep_video { "bestvideo*+bestaudio/best" } else { "bestaudio/best" }
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    downloaded_bytes: Option<f64>,
    #[serde(default)]
    total_bytes: Option<f64>,
    #[serde(default)]
    total_bytes_estimate: Option<f64>,
}

/// Why one attempt failed: some of it may heal.
enum Failed {
    Trouble(Trouble),
    Final(FetchError),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self::Final(error)
    }
}

/// Tries, and tries again what may heal, with longer and longer pauses.
fn again<T>(
    tool: &Tool,
    address: &Address,
    cancel: &Cancel,
    progress: &dyn Progress,
    mut attempt: impl FnMut() -> Result<T, Failed>,
) -> Result<T, FetchError> {
    let mut pause = tool.pause;
    for left in (0..=tool.retries).rev() {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(Failed::Final(error)) => return Err(error),
            Err(Failed::Trouble(trouble)) if left == 0 || !trouble.may_heal() => {
                return Err(unavailable(address, trouble));
            }
            Err(Failed::Trouble(trouble)) => {
                progress.note(&format!("{trouble}. Trying again in {:.0} seconds.", pause.as_secs_f64().ceil()));
                rest(pause, cancel)?;
                pause *= 3;
            }
        }
    }
    Err(unavailable(address, Trouble::Network))
}

fn rest(pause: Duration, cancel: &Cancel) -> Result<(), Cancelled> {
    let until = Instant::now() + pause;
    while Instant::now() < until {
        cancel.check()?;
        thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
    }
    cancel.check()
}

fn unavailable(address: &Address, trouble: Trouble) -> FetchError {
    FetchError::Unavailable { address: address.canonical(), trouble }
}

fn unknown(address: &Address, line: String) -> FetchError {
    unavailable(address, Trouble::Unknown { lines: vec![line] })
}

/// The JSON document that yt-dlp prints.
fn json(tool: &Tool, address: &Address, arguments: &[&str], cancel: &Cancel) -> Result<String, FetchError> {
    again(tool, address, cancel, &crate::progress::Silent, || {
        let mut text = String::new();
        let mut each = |line: &str| {
            if line.starts_with('{') {
                text = line.to_owned();
            }
            true
        };
        let ended = run(tool, address, arguments, None, &mut each, cancel)?;
        if ended.code == Some(0) && !text.is_empty() {
            Ok(text)
        } else {
            Err(Trouble::read(&ended.errors, ended.code).into())
        }
    })
}

/// How a child ended.
struct Ended {
    /// Its exit code; `None` when a signal ended it.
    code: Option<i32>,
    /// What it wrote to standard error.
    errors: Vec<String>,
}

enum Said {
    Out(String),
    Err(String),
}

/// Runs yt-dlp on an address; `each` hears every line of its output and may end it by `false`.
fn run(
    tool: &Tool,
    address: &Address,
    arguments: &[&str],
    folder: Option<&Path>,
    each: &mut dyn FnMut(&str) -> bool,
    cancel: &Cancel,
) -> Result<Ended, Failed> {
    cancel.check().map_err(FetchError::from)?;
    let mut command = Command::new(&tool.program);
    command.args(common(tool)).args(arguments);
    if let Some(folder) = folder {
        // Not as an argument, in which yt-dlp would look for variables.
        command.current_dir(folder);
    }
    let secret = address.is_secret().then(|| address.url());
    match &secret {
        Some(_) => command.args(["--batch-file", "-"]).stdin(Stdio::piped()),
        None => command.arg("--").arg(address.url()).stdin(Stdio::null()),
    };
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).env("PYTHONUTF8", "1").env("PYTHONUNBUFFERED", "1");
    let mut child = spawn(&mut command).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Failed::Trouble(Trouble::ProgramMissing),
        _ => Failed::Trouble(Trouble::Unknown { lines: vec![error.to_string()] }),
    })?;
    if let (Some(text), Some(mut input)) = (secret, child.stdin.take()) {
        // A child that does not read it says why on its standard error.
        let _ = writeln!(input, "{text}");
    }
    let lines = read_lines(&mut child);
    let outcome = listen(tool, &lines, each, cancel);
    if !matches!(outcome, Ok(Heard { ended: true, .. })) {
        end(&mut child);
    }
    let status = child.wait().map_err(|error| Failed::Trouble(Trouble::Unknown { lines: vec![error.to_string()] }))?;
    let heard = outcome?;
    if status.code() == Some(2) && heard.errors.iter().any(|line| line.contains("no such option")) {
        return Err(Trouble::TooOld { version: version(&tool.program)? }.into());
    }
    Ok(Ended { code: status.code(), errors: heard.errors })
}

/// Arguments of every call: nothing of the user's own settings, nothing asked, nothing updated.
fn common(tool: &Tool) -> Vec<String> {
    let seconds = tool.silence.as_secs().max(1).to_string();
    let mut arguments: Vec<String> = [
        "--ignore-config",
        "--no-update",
        "--color",
        "no_color",
        "--no-mtime",
        "--socket-timeout",
        &seconds,
        "--retries",
        "3",
        "--fragment-retries",
        "5",
        "--retry-sleep",
        "exp=1:10",
        "--extractor-retries",
        "2",
        "--abort-on-unavailable-fragments",
    ]
    .map(str::to_owned)
    .into();
    if let Some(runtime) = &tool.runtime {
        arguments.extend(["--js-runtimes".to_owned(), runtime.clone()]);
    }
    if let Some(cookies) = &tool.cookies {
        arguments.extend(["--cookies".to_owned(), cookies.to_string_lossy().into_owned()]);
    }
    arguments
}

#[allow(unsafe_code, reason = "see below")]
fn spawn(command: &mut Command) -> io::Result<Child> {
    // A group of its own, so that what it starts ends with it, and Ctrl-C reaches only us.
    command.process_group(0);
    // SAFETY: between fork and exec only async-signal-safe functions may be called; this is one system call, prctl, and
    // touches no memory. Without it a download would go on after we are killed, and a second one would write to the
    // same file.
    unsafe {
        command.pre_exec(|| {
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
                .map_err(io::Error::from)
        });
    }
    command.spawn()
}

/// Ends a child and what it started. An unfinished file stays as it is.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // It may have ended by itself meanwhile.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}

/// The child's lines, both streams, as they come. The channel closes when both end.
fn read_lines(child: &mut Child) -> Receiver<Said> {
    let (to, lines) = mpsc::channel();
    let reader = |stream: Option<Box<dyn Read + Send>>, wrap: fn(String) -> Said| {
        let (Some(stream), to) = (stream, to.clone()) else { return };
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while let Ok(1..) = stream.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                // Nobody listens any more when the run was given up.
                if to.send(wrap(text)).is_err() {
                    return;
                }
            }
        });
    };
    reader(child.stdout.take().map(|s| Box::new(s) as Box<dyn Read + Send>), Said::Out);
    reader(child.stderr.take().map(|s| Box::new(s) as Box<dyn Read + Send>), Said::Err);
    lines
}

struct Heard {
    errors: Vec<String>,
    /// Whether the child closed its streams by itself.
    ended: bool,
}

fn listen(
    tool: &Tool,
    lines: &Receiver<Said>,
    each: &mut dyn FnMut(&str) -> bool,
    cancel: &Cancel,
) -> Result<Heard, Failed> {
    // yt-dlp notices a silent server by itself and tries a few times; beyond that it hangs.
    let patience = tool.silence * 5 + Duration::from_secs(60);
    let mut since = Instant::now();
    let mut errors = Vec::new();
    loop {
        cancel.check().map_err(FetchError::from)?;
        match lines.recv_timeout(LOOK) {
            Ok(Said::Out(line)) => {
                since = Instant::now();
                if !each(&line) {
                    return Ok(Heard { errors, ended: false });
                }
            }
            Ok(Said::Err(line)) => {
                since = Instant::now();
                if errors.len() == KEPT_LINES {
                    errors.remove(0);
                }
                errors.push(line);
            }
            Err(RecvTimeoutError::Timeout) if since.elapsed() < patience => {}
            Err(RecvTimeoutError::Timeout) => return Err(Trouble::Network.into()),
            Err(RecvTimeoutError::Disconnected) => return Ok(Heard { errors, ended: true }),
        }
    }
}
