//! Recordings from the network by yt-dlp, which runs as a program of its own: what a page says of a recording, what a
//! playlist holds, and the file itself.
//!
//! Arguments are a list and never pass a shell; the address comes last, behind `--`, or on standard input when it holds
//! something that other users must not read. A download counts only when yt-dlp reported the finished file and that
//! file is there: its exit code alone can mean "passed over". An unfinished one stays as `.part`, from where the next
//! run goes on. The program ends with us, however we end.

use super::FetchError;
use super::address::Address;
use super::child::{self, Ended, Fault, LOOK};
use super::published::{self, Listing, Page};
use super::trouble::Trouble;
use crate::failure::Cancelled;
use crate::model::Millis;
use crate::progress::{Amount, Cancel, Progress};
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Before this version yt-dlp takes no JavaScript runtime, without which YouTube gives nothing.
pub const OLDEST: &str = "2025.11.12";
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
pub fn probe(tool: &Tool, address: &Address, progress: &dyn Progress, cancel: &Cancel) -> Result<Page, FetchError> {
    let arguments = ["--no-playlist", "--dump-single-json", "--format", format(tool), "--format-sort", SORT];
    let text = json(tool, address, &arguments, progress, cancel)?;
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
pub fn list(tool: &Tool, address: &Address, progress: &dyn Progress, cancel: &Cancel) -> Result<Listing, FetchError> {
    let text = json(tool, address, &["--flat-playlist", "--dump-single-json"], progress, cancel)?;
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
    progress.start("download", Amount::Bytes(0));
    let file = again(tool, address, cancel, progress, || {
        let (mut done, mut total, mut too_large) = (None, 0, false);
        let mut each = |line: &str| -> bool {
            if let Some(step) = line.strip_prefix("ST|").and_then(|json| serde_json::from_str::<Step>(json).ok()) {
                let bytes = step.downloaded_bytes.unwrap_or(0.0) as u64;
                let known = step.total_bytes.or(step.total_bytes_estimate).unwrap_or(0.0) as u64;
                too_large = bytes > tool.largest || step.total_bytes.is_some_and(|total| total as u64 > tool.largest);
                // Of a recording in pieces the size is guessed anew with each: the bar does not jump for little.
                if known > bytes && known.abs_diff(total) * 10 > total {
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
            // Passed over by the filter above: it went live since its page was read.
            None if ended.code == Some(0) && ended.errors.is_empty() => Err(Trouble::LiveNow.into()),
            _ => Err(trouble(tool, &ended)),
        }
    })?;
    let bytes = std::fs::metadata(&file).map_or(0, |facts| facts.len());
    progress.finish(&format!("{:.1} MB", bytes as f64 / 1e6));
    Ok(file)
}

/// Downloads the captions that the page at `address` has in `language` (a two-letter code) into `folder`, which exists and
/// is empty: those of people, or else those of a machine. With "auto" those that a machine heard. `None` when it has
/// neither.
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
    let language: String = language.chars().filter(char::is_ascii_alphanumeric).collect();
    // Machines' captions come in every language by translation; "-orig" is what was heard.
    let ways = match language.as_str() {
        "auto" => vec![("--write-auto-subs", ".*-orig".to_owned())],
        code => {
            vec![("--write-subs", format!("{code},{code}-.*")), ("--write-auto-subs", format!("{code}-orig,{code}"))]
        }
    };
    progress.note("Asking for captions …");
    for (way, languages) in &ways {
        let arguments = [
            "--no-playlist",
            "--skip-download",
            way,
            "--sub-langs",
            languages,
            "--sub-format",
            "vtt/srt/best",
            "--output",
            NAME,
        ];
        again(tool, address, cancel, progress, || {
            let ended = run(tool, address, &arguments, Some(folder), &mut |_| true, cancel)?;
            if ended.code == Some(0) { Ok(()) } else { Err(trouble(tool, &ended)) }
        })?;
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "vtt" || ending == "srt"));
        // The plain language before its kinds, and what was heard before what was translated.
        files.sort_by_key(|path| (!path.to_string_lossy().contains("-orig."), path.as_os_str().len(), path.clone()));
        if let Some(file) = files.into_iter().next() {
            return Ok(Some(file));
        }
    }
    Ok(None)
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
    let (mut pause, mut left) = (tool.pause, tool.retries);
    loop {
        let trouble = match attempt() {
            Ok(value) => return Ok(value),
            Err(Failed::Final(error)) => return Err(error),
            Err(Failed::Trouble(trouble)) => trouble,
        };
        if left == 0 || !trouble.may_heal() {
            return Err(unavailable(address, trouble));
        }
        progress.note(&format!("{trouble}. Trying again in {:.0} seconds.", pause.as_secs_f64().ceil()));
        rest(pause, cancel)?;
        pause *= 3;
        left -= 1;
    }
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
fn json(
    tool: &Tool,
    address: &Address,
    arguments: &[&str],
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<String, FetchError> {
    again(tool, address, cancel, progress, || {
        let mut text = String::new();
        let mut each = |line: &str| {
            if line.starts_with('{') {
                text = line.to_owned();
            }
            true
        };
        let ended = run(tool, address, arguments, None, &mut each, cancel)?;
        if ended.code == Some(0) && !text.is_empty() { Ok(text) } else { Err(trouble(tool, &ended)) }
    })
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
    // yt-dlp runs without cookies that it does not find, and breaks at its end.
    if tool.cookies.as_ref().is_some_and(|path| !path.is_file()) {
        return Err(Trouble::Cookies.into());
    }
    let mut command = Command::new(&tool.program);
    command.args(common(tool)).args(arguments).env("PYTHONUTF8", "1").env("PYTHONUNBUFFERED", "1");
    if let Some(folder) = folder {
        // Not as an argument, in which yt-dlp would look for variables.
        command.current_dir(folder);
    }
    let secret = address.is_secret().then(|| address.url());
    match &secret {
        Some(_) => command.args(["--batch-file", "-"]),
        None => command.arg("--").arg(address.url()),
    };
    // yt-dlp notices a silent server by itself and tries a few times; beyond that it hangs.
    let patience = tool.silence * 5 + Duration::from_secs(60);
    let ended = child::run(&mut command, secret.as_deref(), patience, each, cancel).map_err(|fault| match fault {
        Fault::System(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Trouble::ProgramMissing.into(),
            _ => Trouble::Unknown { lines: vec![error.to_string()] }.into(),
        },
        Fault::Silent => Trouble::Network.into(),
        Fault::Cancelled(cancelled) => Failed::Final(cancelled.into()),
    })?;
    Ok(ended)
}

/// Why a call failed.
fn trouble(tool: &Tool, ended: &Ended) -> Failed {
    Trouble::read(&ended.errors, ended.code).with_version(|| version(&tool.program)).into()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use std::os::unix::fs::PermissionsExt;

    /// The yt-dlp that setup installed.
    fn real() -> PathBuf {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/yt-dlp");
        assert!(program.is_file(), "yt-dlp is missing: run `make setup`");
        program
    }

    fn tool(program: &Path) -> Tool {
        Tool {
            program: program.to_owned(),
            runtime: Some("deno:/nowhere/deno".into()),
            cookies: None,
            keep_video: true,
            longest: Millis(3_600_000),
            largest: 1 << 30,
            retries: 0,
            pause: Duration::ZERO,
            silence: Duration::from_secs(1),
        }
    }

    /// A program that writes its arguments down, one a line, and what it is told on standard input; then fails.
    fn recorder(folder: &Path) -> PathBuf {
        let program = folder.join("recorder");
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{0}/arguments'\ncase \"$*\" in *batch-file*) cat > '{0}/input';; esac\nexit 1\n",
            folder.display()
        );
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap().unwrap()
    }

    /// What each kind of call is made with.
    fn calls(address: &Address) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let (stop, here) = (Cancel::default(), folder.path());
        let cookies = here.join("cookies.txt");
        std::fs::write(&cookies, "# Netscape HTTP Cookie File\n").unwrap();
        let tool = Tool { cookies: Some(cookies), ..tool(&recorder(here)) };
        let mut calls = Vec::new();
        let mut keep = |failed: bool| {
            assert!(failed);
            let text = std::fs::read_to_string(here.join("arguments")).unwrap();
            calls.push(text.lines().map(str::to_owned).collect());
        };
        keep(probe(&tool, address, &Silent, &stop).is_err());
        keep(list(&tool, address, &Silent, &stop).is_err());
        keep(download(&tool, address, here, &Silent, &stop).is_err());
        keep(captions(&tool, address, "en", here, &Silent, &stop).is_err());
        calls
    }

    #[test]
    fn the_installed_yt_dlp_knows_every_flag() {
        for mut call in calls(&address("SpineTime01")) {
            assert_eq!(call.pop().unwrap(), "https://www.youtube.com/watch?v=SpineTime01");
            assert_eq!(call.pop().unwrap(), "--");
            let complaint = |more: &[&str]| {
                let output = Command::new(real()).args(&call).args(more).output().unwrap();
                String::from_utf8_lossy(&output.stderr).into_owned()
            };
            // It reads all arguments before it asks for an address.
            assert!(complaint(&[]).contains("at least one URL"), "{call:?}: {}", complaint(&[]));
            assert!(complaint(&["--no-such-flag"]).contains("no such option"));
        }
        assert!(version(&real()).unwrap().as_str() >= OLDEST);
        assert_eq!(version(Path::new("/nowhere/yt-dlp")), Err(Trouble::ProgramMissing));
    }

    #[test]
    fn what_is_secret_is_on_no_command_line() {
        let folder = tempfile::tempdir().unwrap();
        let tool = tool(&recorder(folder.path()));
        let secret = address("https://example.org/talk.mp3?token=hush");
        let error = probe(&tool, &secret, &Silent, &Cancel::default()).unwrap_err();
        let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
        assert!(!arguments.contains("hush") && arguments.ends_with("--batch-file\n-\n"), "{arguments}");
        let input = std::fs::read_to_string(folder.path().join("input")).unwrap();
        assert_eq!(input.trim(), "https://example.org/talk.mp3?token=hush");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }

    /// The real yt-dlp chooses among formats as YouTube lists them: an original, a dubbed track that is louder in bits,
    /// a compressed one, and pictures.
    #[test]
    fn the_original_language_is_chosen_and_no_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let sound = |id: &str, language: &str, preference: i32, abr: u32| {
            serde_json::json!({
                "format_id": id, "url": "http://127.0.0.1:9/x", "ext": "webm", "vcodec": "none", "acodec": "opus",
                "language": language, "language_preference": preference, "abr": abr, "protocol": "https",
            })
        };
        let info = serde_json::json!({
            "id": "SpineTime01", "title": "x", "extractor": "youtube", "extractor_key": "Youtube", "webpage_url": "x",
            "formats": [
                sound("small", "en", 10, 50), sound("original", "en", 10, 128), sound("dubbed", "de", -1, 256),
                {"format_id": "pictures", "url": "http://127.0.0.1:9/v", "ext": "mp4", "vcodec": "avc1", "acodec": "none",
                 "height": 1080, "protocol": "https"},
            ],
        });
        let path = folder.path().join("info.json");
        std::fs::write(&path, info.to_string()).unwrap();
        let chosen = |keep_video: bool| {
            let tool = Tool { keep_video, ..tool(&real()) };
            let output = Command::new(real())
                .args(["--ignore-config", "--simulate", "--print", "format_id", "--load-info-json"])
                .arg(&path)
                .args(["--format", format(&tool), "--format-sort", SORT])
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        assert_eq!(chosen(false), "original");
        assert_eq!(chosen(true), "pictures+original");
    }

    #[test]
    fn a_request_to_stop_ends_the_program_and_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("sleeper");
        let script = format!("#!/bin/sh\nsleep 60 & echo $! > '{0}/child'; wait\n", folder.path().display());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let cancel = Cancel::default();
        let asked = cancel.clone();
        let child = folder.path().join("child");
        let there = child.clone();
        thread::spawn(move || {
            while !std::fs::read_to_string(&there).is_ok_and(|text| text.ends_with('\n')) {
                thread::sleep(LOOK);
            }
            asked.cancel();
        });
        let ended = probe(&tool(&program), &address("SpineTime01"), &Silent, &cancel);
        assert!(matches!(ended, Err(FetchError::Cancelled(_))), "{ended:?}");
        let pid: i32 = std::fs::read_to_string(child).unwrap().trim().parse().unwrap();
        let gone = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => stat.contains(") Z "),
            Err(_) => true,
        };
        while !gone() {
            thread::sleep(LOOK);
        }
    }
}
