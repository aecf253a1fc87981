//! How things fail: every error knows its exit code and what a person can do about it.

use std::fmt;

/// The program's exit codes. The numbers are part of the command line's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All is done.
    Done = 0,
    /// A fault of the program or of the machine that nothing below describes.
    Unexpected = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The input is missing, no media, without audio, or not the file that it should be.
    Input = 3,
    /// The source can't be had: private, removed, live, blocked.
    SourceUnavailable = 4,
    /// The source refuses for now: bot check, rate limit, network.
    SourceRefused = 5,
    /// A model is missing or damaged.
    Model = 6,
    /// The disk is full or refuses.
    Disk = 7,
    /// `validate`, `eval --min-f1` or a blocked export or post: the check itself worked and says no.
    ChecksFailed = 8,
    /// Another run holds the episode.
    Busy = 9,
    /// A needed program is missing or too old.
    ProgramMissing = 10,
    /// Somebody pressed Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// An error as people see it: `Display` says what happened and to what, [`std::error::Error::source`] why.
pub trait Failure: std::error::Error + Send + Sync + 'static {
    /// The exit code.
    fn exit(&self) -> Exit;

    /// What to do next, as a sentence; `None` when there is nothing sensible to say.
    fn remedy(&self) -> Option<String>;
}

/// What an I/O error on writing means: a full disk and a missing permission are the user's to mend.
#[must_use]
pub fn exit_of_write(error: &std::io::Error) -> Exit {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull
        | Kind::QuotaExceeded
        | Kind::PermissionDenied
        | Kind::ReadOnlyFilesystem
        | Kind::FileTooLarge => Exit::Disk,
        Kind::Interrupted => Exit::Interrupted,
        _ => Exit::Unexpected,
    }
}

/// What to do about an I/O error on writing.
#[must_use]
pub fn remedy_of_write(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => {
            Some("Free some space on that disk, then run the same command again: finished work is kept.".into())
        }
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => {
            Some("Ask for permission to write to that folder, or choose another library with --library.".into())
        }
        _ => None,
    }
}

/// What happened and what to do next, as sentences, for a failure that stops nothing.
#[must_use]
pub fn told(error: &dyn Failure) -> String {
    let remedy = error.remedy().map(|remedy| format!(" {remedy}")).unwrap_or_default();
    format!("{error}.{remedy}")
}

/// The chain of causes below `error`, joined by ": "; empty when there is none.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// An error of whatever feeds a stage, passed on as it came.
#[derive(Debug)]
pub struct Passed(Box<dyn Failure>);

impl Passed {
    /// Passes `error` on.
    #[must_use]
    pub fn on(error: impl Failure) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Passed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Failure for Passed {
    fn exit(&self) -> Exit {
        self.0.exit()
    }

    fn remedy(&self) -> Option<String> {
        self.0.remedy()
    }
}

/// Somebody asked the run to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped on request")
    }
}

impl std::error::Error for Cancelled {}
