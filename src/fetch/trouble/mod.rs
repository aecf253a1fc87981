//! What yt-dlp wrote when it failed, into why a recording can't be downloaded, in words for people who write no
//! programs.

mod clean;
#[cfg(test)]
mod messages;
mod reading;
#[cfg(test)]
mod tests;

use crate::failure::Exit;
use std::fmt;

/// Why a recording can't be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Only people whom its owner has chosen may see it.
    Private,
    /// It was taken away, or never was.
    Removed,
    /// Only members of the channel, or people who pay, may see it.
    MembersOnly,
    /// Only people who are signed in and of age may see it.
    AgeGated,
    /// It is not shown in this country.
    GeoBlocked,
    /// It is being broadcast, or just over and not ready.
    LiveNow,
    /// It has not begun.
    Upcoming {
        /// When it will, as the website says it: "in 3 days", "shortly".
        when: Option<String>,
    },
    /// The website takes this computer for a robot.
    BotCheck,
    /// The website says no: HTTP 403.
    Forbidden,
    /// There is nothing at the address: HTTP 404 or 410.
    NotFound,
    /// The website was asked too often: HTTP 429, or YouTube's limit for a session.
    RateLimited,
    /// The website has a fault of its own.
    ServerFault {
        /// Its HTTP status, 500 to 599.
        status: u16,
    },
    /// The network knows no such name.
    Dns {
        /// The name.
        host: Option<String>,
    },
    /// No secure connection comes about, such as for a certificate that is not valid.
    Tls,
    /// The connection was refused, cut off, or silent.
    Network,
    /// YouTube needs a program that runs JavaScript, and there is none.
    NoRuntime,
    /// yt-dlp is missing, or a program that it needs.
    ProgramMissing,
    /// yt-dlp is too old.
    TooOld {
        /// Its version; empty when it is not known.
        version: String,
    },
    /// The disk is full, or can't be written to.
    DiskFull,
    /// Nothing with sound is offered.
    NoSound,
    /// There is no recording, or none that can be found on the page.
    NotMedia,
    /// It is protected against copying.
    Drm,
    /// The file is larger than the settings allow.
    TooLarge,
    /// It is longer than the settings allow.
    TooLong,
    /// Only people who are signed in, or know a password, may see it.
    LoginNeeded,
    /// The file of cookies can't be read, is none, or is out of date.
    Cookies,
    /// Something else.
    Unknown {
        /// The last lines that yt-dlp wrote: at most 5, each at most 300 characters, without control characters and
        /// without what lets somebody in.
        lines: Vec<String>,
    },
}

impl Trouble {
    /// Reads what yt-dlp wrote on standard error, all of it, and its exit code; `None` when a signal ended it.
    pub(super) fn read(lines: &[String], exit: Option<i32>) -> Self {
        reading::read(lines, exit)
    }

    /// The same trouble, with yt-dlp's version where that is the trouble and not known yet.
    pub(super) fn with_version(self, version: impl FnOnce() -> Result<String, Self>) -> Self {
        match self {
            Self::TooOld { version: known } if known.is_empty() => match version() {
                Ok(version) => Self::TooOld { version },
                Err(trouble) => trouble,
            },
            other => other,
        }
    }

    /// Whether the same request may go well a moment later.
    pub(super) fn may_heal(&self) -> bool {
        matches!(self, Self::RateLimited | Self::ServerFault { .. } | Self::Dns { .. } | Self::Network)
    }

    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Private
            | Self::Removed
            | Self::MembersOnly
            | Self::AgeGated
            | Self::GeoBlocked
            | Self::LiveNow
            | Self::Upcoming { .. }
            | Self::Forbidden
            | Self::NotFound
            | Self::Drm
            | Self::LoginNeeded => Exit::SourceUnavailable,
            Self::BotCheck
            | Self::RateLimited
            | Self::ServerFault { .. }
            | Self::Dns { .. }
            | Self::Tls
            | Self::Network => Exit::SourceRefused,
            Self::NoRuntime | Self::ProgramMissing | Self::TooOld { .. } => Exit::ProgramMissing,
            Self::DiskFull => Exit::Disk,
            Self::NoSound | Self::NotMedia | Self::TooLarge | Self::TooLong => Exit::Input,
            Self::Cookies => Exit::Usage,
            Self::Unknown { .. } => Exit::Unexpected,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::Private => {
                "Ask the channel's owner to make it public or unlisted, or to send you the recording as a file."
            }
            Self::Removed => {
                "Open the address in a browser to see whether it is right. If the video is gone there too, ask \
                 whoever published it for the file."
            }
            Self::MembersOnly => {
                "Ask the channel's owner for the recording as a file. If you are a member yourself, name a file of \
                 your cookies as \"cookies\" under [download] in spinetime.toml."
            }
            Self::AgeGated | Self::LoginNeeded => {
                "Ask the owner for the recording as a file. If you may see it in your browser, name a file of its \
                 cookies as \"cookies\" under [download] in spinetime.toml."
            }
            Self::GeoBlocked => {
                "Ask the owner for the recording as a file, or run the same command on a computer in a country where \
                 it is shown."
            }
            Self::LiveNow => {
                "Run the same command again some hours after the end of the broadcast, when its recording is ready."
            }
            Self::Upcoming { .. } => "Run the same command again some hours after the broadcast.",
            Self::BotCheck => {
                "Stop for now: trying again at once makes it worse. Wait some hours, or use another network, then \
                 run the same command once. If this goes on for days, update yt-dlp: \"spinetime doctor\" shows \
                 which one is used."
            }
            Self::Forbidden => {
                "Open the address in a browser. If it plays there, yt-dlp may be too old: put its newest version \
                 into scripts/requirements.txt and run \"make setup\" again. If it does not, ask the owner for \
                 access."
            }
            Self::NotFound => "Copy the address again from the browser, where it shows the recording.",
            Self::RateLimited => {
                "Wait an hour or more, then run the same command again. Fetch fewer recordings at a time."
            }
            Self::ServerFault { .. } => "Run the same command again later: the website has to mend this itself.",
            Self::Dns { .. } => {
                "Check the spelling of the address and that this computer is on the Internet, then run the same \
                 command again."
            }
            Self::Tls => {
                "Check this computer's date and time, and whether a browser opens the address without a warning. In \
                 an office network, ask its administrators: their certificate may be missing on this computer."
            }
            Self::Network => {
                "Check the connection to the Internet, then run the same command again: what has come already is \
                 kept."
            }
            Self::NoRuntime => {
                "Run \"make setup\" again: it installs one with yt-dlp. \"spinetime doctor\" shows whether it is \
                 found."
            }
            Self::ProgramMissing => {
                "Run \"make setup\", then \"spinetime doctor\" to see what is still missing. Recordings on this \
                 computer need no yt-dlp."
            }
            Self::TooOld { .. } => {
                "Put the newest version of yt-dlp into scripts/requirements.txt and run \"make setup\" again. \
                 \"spinetime doctor\" shows which one is used."
            }
            Self::DiskFull => {
                "Free some space on that disk and see that you may write to the library, then run the same command \
                 again: what has come already is kept."
            }
            Self::NoSound => {
                "Open the address in a browser. If you can hear it there, yt-dlp may be too old: put its newest \
                 version into scripts/requirements.txt and run \"make setup\" again."
            }
            Self::NotMedia => {
                "Open the address in a browser, start the recording, and copy the address from there; or download \
                 the recording with the browser and name the file."
            }
            Self::Drm => "Ask the owner for the recording as a file.",
            Self::TooLarge => "Raise \"max_gigabytes\" under [download] in spinetime.toml if you want it all the same.",
            Self::TooLong => "Raise \"max_hours\" under [download] in spinetime.toml if you want it all the same.",
            Self::Cookies => {
                "Save the cookies from your browser again, in the format that is called Netscape or cookies.txt, to \
                 the file that \"cookies\" under [download] in spinetime.toml names."
            }
            Self::Unknown { .. } => {
                "Run the same command again later. If it fails the same way, update yt-dlp: put its newest version \
                 into scripts/requirements.txt and run \"make setup\" again."
            }
        };
        Some(text.into())
    }
}

/// Completes a sentence that begins with the address: "… can't be fetched: the video is private".
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "it is private",
            Self::Removed => "it was taken away, or there never was such a video",
            Self::MembersOnly => "only members of the channel may see it",
            Self::AgeGated => "only people who are signed in and of age may see it",
            Self::GeoBlocked => "it is not shown in this country",
            Self::LiveNow => "it is being broadcast right now, or its recording is not ready yet",
            Self::Upcoming { when: None } => "it has not been broadcast yet",
            Self::Upcoming { when: Some(when) } => {
                return write!(f, "it has not been broadcast yet, but begins {when}");
            }
            Self::BotCheck => "the website takes this computer for a robot",
            Self::Forbidden => "the website refuses it (HTTP 403)",
            Self::NotFound => "the website has nothing there (HTTP 404)",
            Self::RateLimited => "the website was asked too often from here and refuses for a while",
            Self::ServerFault { status } => return write!(f, "the website has a fault of its own (HTTP {status})"),
            Self::Dns { host: None } => "the website's name is not known on this network",
            Self::Dns { host: Some(host) } => return write!(f, "the name {host} is not known on this network"),
            Self::Tls => "no secure connection to the website comes about",
            Self::Network => "the connection failed or was cut off",
            Self::NoRuntime => "YouTube needs a program that runs JavaScript, and there is none",
            Self::ProgramMissing => "yt-dlp is missing, or a program that it needs",
            Self::TooOld { version } if version.is_empty() => "yt-dlp is too old",
            Self::TooOld { version } => return write!(f, "yt-dlp {version} is too old"),
            Self::DiskFull => "the disk is full or can't be written to",
            Self::NoSound => "nothing with sound is offered there",
            Self::NotMedia => "there is no recording, or none that can be found",
            Self::Drm => "it is protected against copying",
            Self::TooLarge => "it is larger than the settings allow",
            Self::TooLong => "it is longer than the settings allow",
            Self::LoginNeeded => "only people who are signed in, or know its password, may see it",
            Self::Cookies => "the file of cookies can't be read, or is out of date",
            Self::Unknown { lines } => {
                let error = lines.iter().rev().find(|line| line.starts_with("ERROR:")).or(lines.last());
                let said = error.map(|line| line.trim_start_matches("ERROR:").trim().trim_end_matches('.'));
                return match said.filter(|said| !said.is_empty()) {
                    Some(said) => write!(f, "yt-dlp says \"{said}\""),
                    None => f.write_str("yt-dlp ended without a word"),
                };
            }
        })
    }
}
