//! Another program as a child: its lines are heard as they come, a request to stop ends it and what it started, and it
//! ends with us, however we end.

use crate::failure::Cancelled;
use crate::progress::Cancel;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the owner of a child looks at the cancel flag.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// Lines of standard error that are kept, the last ones.
const KEPT_LINES: usize = 200;
/// The longest line that is read: a page's description with all its formats has some hundred kilobytes.
const LONGEST_LINE: u64 = 64 << 20;

/// How a child ended.
pub(super) struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub(super) code: Option<i32>,
    /// What it wrote to standard error.
    pub(super) errors: Vec<String>,
}

/// Why a child did not end by itself.
pub(super) enum Fault {
    /// It could not be started or waited for.
    System(io::Error),
    /// It said nothing for too long.
    Silent,
    /// Somebody asked to stop.
    Cancelled(Cancelled),
}

/// Runs `command`, gives it `input`, and lets `each` hear every line of its output; `false` from there ends it. It is
/// ended too when it says nothing for `patience`.
pub(super) fn run(
    command: &mut Command,
    input: Option<&str>,
    patience: Duration,
    each: &mut dyn FnMut(&str) -> bool,
    cancel: &Cancel,
) -> Result<Ended, Fault> {
    cancel.check().map_err(Fault::Cancelled)?;
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command).map_err(Fault::System)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        // A child that does not read it says why on its standard error.
        let _ = writeln!(stdin, "{text}");
    }
    let lines = read_lines(&mut child);
    let outcome = listen(patience, &lines, each, cancel);
    if !matches!(outcome, Ok(Heard { ended: true, .. })) {
        end(&mut child);
    }
    let status = child.wait().map_err(Fault::System)?;
    outcome.map(|heard| Ended { code: status.code(), errors: heard.errors })
}

enum Said {
    Out(String),
    Err(String),
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
    patience: Duration,
    lines: &Receiver<Said>,
    each: &mut dyn FnMut(&str) -> bool,
    cancel: &Cancel,
) -> Result<Heard, Fault> {
    let mut since = Instant::now();
    let mut errors = Vec::new();
    loop {
        cancel.check().map_err(Fault::Cancelled)?;
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
            Err(RecvTimeoutError::Timeout) => return Err(Fault::Silent),
            Err(RecvTimeoutError::Disconnected) => return Ok(Heard { errors, ended: true }),
        }
    }
}
