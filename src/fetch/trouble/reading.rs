//! Lines that yt-dlp wrote, into what they mean.
//!
//! yt-dlp prints `ERROR: [website] id: text`, where the text is its own, the network library's, or YouTube's. The
//! wordings below are those of yt-dlp 2026.10.26 and of YouTube as people have met them. What stands earlier in a table
//! wins, for wordings contain each other: a private video asks to "sign in", and so does the check for robots.

use super::Trouble;
use super::clean;

/// Errors whose text begins like this; the rest of it is an address or a file's name, where any word may stand.
const BEGINNINGS: &[(Trouble, &[&str])] = &[
    (Trouble::NotMedia, &["unsupported url"]),
    // yt-dlp names no file when the one of cookies can't be read, but always when another can't.
    (Trouble::Cookies, &["[errno 2]", "[errno 13]", "[errno 21]", "'utf-8' codec can't decode"]),
];

/// What this computer lacks, and checks that come with an HTTP status.
const HERE: &[(Trouble, &[&str])] = &[
    (
        Trouble::DiskFull,
        &[
            "no space left on device",
            "disk quota exceeded",
            "file too large",
            "read-only file system",
            "unable to open for writing",
            "unable to write data",
            "unable to create directory",
            "unable to download video: [errno 13]",
        ],
    ),
    (
        Trouble::Cookies,
        &["netscape format", "failed to load cookies", "cookies database", "browser specified for cookies"],
    ),
    (Trouble::BotCheck, &["cloudflare", "anti-bot"]),
];

/// What the network says. Names of hosts stand in these, so they come before the websites' own words.
const NETWORK: &[(Trouble, &[&str])] = &[
    (
        Trouble::Dns { host: None },
        &[
            "failed to resolve '",
            "could not resolve",
            "name or service not known",
            "getaddrinfo",
            "temporary failure in name resolution",
            "no address associated with hostname",
            "nodename nor servname",
            "name does not resolve",
        ],
    ),
    // A connection that is cut off looks like a fault of TLS.
    (Trouble::Network, &["unexpected_eof", "eof occurred", "timed out"]),
    (
        Trouble::Tls,
        &[
            "certificate_verify_failed",
            "certificate verify failed",
            "certificateverifyerror",
            "[ssl",
            "sslerror",
            "sslv3_alert",
            "unsafe_legacy_renegotiation",
            "curl: (35)",
            "curl: (60)",
        ],
    ),
    (
        Trouble::Network,
        &[
            "connection refused",
            "connection reset",
            "connection aborted",
            "connection broken",
            "failed to establish a new connection",
            "remote end closed",
            "remotedisconnected",
            "network is unreachable",
            "no route to host",
            "host is down",
            "more expected",
            "incompleteread",
            "content too short",
            "unable to connect to proxy",
            "network error has occurred",
            "curl: (7)",
            "curl: (18)",
            "curl: (28)",
            "curl: (56)",
        ],
    ),
];

/// Programs that are not there.
const MISSING: &[&str] = &[
    "ffmpeg not found",
    "ffprobe not found",
    "ffmpeg could not be found",
    "ffmpeg is not installed",
    "neither ffmpeg",
    "no module named",
    "unsupported version of python",
    "command not found",
    "bad interpreter",
];

/// What websites say, and yt-dlp about them.
const PHRASES: &[(Trouble, &[&str])] = &[
    (Trouble::ProgramMissing, MISSING),
    // Its owner may have any name.
    (Trouble::Removed, &["copyright claim"]),
    (Trouble::TooOld { version: String::new() }, &["no such option"]),
    (
        Trouble::BotCheck,
        &["not a bot", "not a robot", "captcha", "ip is likely being blocked", "detected unusual traffic"],
    ),
    (
        Trouble::RateLimited,
        &["rate-limited", "rate limited", "too many requests", "content isn't available, try again"],
    ),
    (
        Trouble::MembersOnly,
        &[
            "members-only",
            "members only",
            "this channel's members",
            "join this channel",
            "music premium members",
            "youtube premium",
            "requires payment",
        ],
    ),
    (
        Trouble::AgeGated,
        &[
            "confirm your age",
            "age-restricted",
            "age restricted",
            "age-verification",
            "age verification",
            "inappropriate for some users",
            "inappropriate or offensive",
            "suicide or self-harm topics",
        ],
    ),
    (
        Trouble::GeoBlocked,
        &[
            "in your country",
            "in your region",
            "from your location",
            "due to your location",
            "geo restrict",
            "geo-restrict",
            "vpn/proxy detected",
            "indian censorship",
            "decision of the russian government",
        ],
    ),
    (Trouble::Forbidden, &["websense filtering", "disabled by the video owner", "without embedding url"]),
    (
        Trouble::Private,
        &[
            "private video",
            "video is private",
            "playlist is private",
            "channel is private",
            "been granted access",
            "privacy settings",
            "not been made available to anyone",
        ],
    ),
    (
        Trouble::Upcoming { when: None },
        &["will begin", "premieres in", "premiere will", "is scheduled for", "not currently live", "not yet started"],
    ),
    (
        Trouble::LiveNow,
        &[
            "live event has ended",
            "live stream has ended",
            "processing this video",
            "live dash videos are not supported",
            "is offline",
        ],
    ),
    (
        Trouble::NotFound,
        &["playlist does not exist", "channel does not exist", "does the playlist exist", "type is unviewable"],
    ),
    (Trouble::Drm, &["drm protect", "unsupported drm", "f4m drm"]),
    (
        Trouble::Removed,
        &[
            "video unavailable",
            "video is unavailable",
            "video is not available",
            "video isn't available",
            "recording is not available",
            "no longer available",
            "content isn't available",
            "content is not available",
            "has been removed",
            "been deleted",
            "been terminated",
            "closed their youtube account",
            "copyright",
            "video does not exist",
            "video doesn't exist",
        ],
    ),
    (
        Trouble::NotMedia,
        &[
            "is not a valid url",
            "did you forget to quote",
            "looks truncated",
            "unable to recognize tab page",
            "no suitable extractor",
            "you've asked yt-dlp to download",
            "unusual and will be skipped",
            "no media found",
            "does not have a ",
            "unsupported url scheme",
        ],
    ),
    (
        Trouble::LoginNeeded,
        &[
            "sign in",
            "log in",
            "logged-in",
            "login",
            "registered users",
            "--video-password",
            "password protected",
            "password-protected",
            "wrong password",
            "wrong video password",
            "invalid password",
            "session cookies are required",
            "use --cookies",
        ],
    ),
];

/// Errors that say little: what else was said may explain them.
const VAGUE: &[(Trouble, &[&str])] = &[
    (Trouble::BotCheck, &["page needs to be reloaded"]),
    (
        Trouble::NoSound,
        &[
            "requested format is not available",
            "no video formats found",
            "only images are available",
            "unable to obtain file audio codec",
        ],
    ),
];

/// Errors that say less still.
const FAINT: &[(Trouble, &[&str])] = &[
    (Trouble::NotMedia, &["downloaded file is empty", "did not get any data blocks"]),
    (Trouble::Network, &["giving up after", "unable to continue"]),
];

/// Errors that say only that the website is not as yt-dlp expects it.
const BROKEN: &[&str] =
    &["please report this issue", "any player response", "extractor error has occurred", "precondition check"];

/// Warnings that there is nothing to run JavaScript with.
const RUNTIME: &[&str] =
    &["no supported javascript runtime", "have a supported javascript runtime", "unsupported javascript runtime"];

/// Warnings that the cookies are of no use.
const STALE: &[&str] = &["cookies are no longer valid", "skipping cookie file entry"];

/// Where a message begins behind the id of a page on any website, which is made of its address.
pub(super) const NOTES: &[&str] = &[
    ": unable to ",
    ": requested format",
    ": failed to ",
    ": no video formats",
    ": this video is drm",
    ": got http error",
    ": a network error",
    ": an extractor error",
    ": did not get",
];

/// How much an error says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Faint,
    Vague,
    Clear,
}

/// The meaning of all that yt-dlp wrote on standard error.
pub(super) fn read(lines: &[String], exit: Option<i32>) -> Trouble {
    let said = Said::of(lines);
    let mut best: Option<(Option<Trouble>, Weight)> = None;
    for found in said.errors.iter().rev().filter_map(|error| judge(error)) {
        if best.as_ref().is_none_or(|(_, weight)| found.1 > *weight) {
            best = Some(found);
        }
    }
    if said.errors.is_empty() {
        best = said.without_errors(exit).map(|trouble| (Some(trouble), Weight::Clear));
    }
    match best {
        Some((Some(trouble), Weight::Clear)) => said.or_stale(trouble),
        Some((guess, _)) => said.explain(guess.as_ref()).or(guess).unwrap_or_else(|| unknown(lines)),
        None => said.crashed().unwrap_or_else(|| unknown(lines)),
    }
}

fn unknown(lines: &[String]) -> Trouble {
    Trouble::Unknown { lines: clean::last(lines) }
}

/// What was said, by kind, each with the lines that continue it.
#[derive(Default)]
struct Said {
    errors: Vec<String>,
    /// Warnings and all else.
    hints: Vec<String>,
    /// What Python says when yt-dlp itself breaks.
    crash: Vec<String>,
}

#[derive(Clone, Copy)]
enum Kind {
    Error,
    Hint,
    Crash,
}

impl Said {
    fn of(lines: &[String]) -> Self {
        let mut said = Self::default();
        let mut kind = None;
        // yt-dlp returns the carriage in the middle of a message, to write over its progress.
        for line in lines.iter().flat_map(|line| line.split(['\r', '\n'])) {
            let line = clean::plain(line);
            let line = line.trim();
            let error = line.strip_prefix("ERROR:").or_else(|| line.split_once(": error: ").map(|(_, text)| text));
            if let Some(text) = error {
                said.errors.push(text.trim().to_owned());
                kind = Some(Kind::Error);
            } else if let Some(text) = line.strip_prefix("WARNING:") {
                said.hints.push(text.trim().to_owned());
                kind = Some(Kind::Hint);
            } else if line.starts_with("Traceback (most recent call last)") {
                kind = Some(Kind::Crash);
            } else if !line.is_empty() {
                let bare = said.errors.last().is_some_and(String::is_empty);
                // "[download] …" is a message of its own, unless it is what an error says.
                let own = line.starts_with('[') && !(matches!(kind, Some(Kind::Error)) && bare);
                match kind.filter(|_| !own) {
                    Some(Kind::Error) => extend(&mut said.errors, line),
                    Some(Kind::Hint) => extend(&mut said.hints, line),
                    Some(Kind::Crash) => said.crash.push(line.to_owned()),
                    None => {
                        said.hints.push(line.to_owned());
                        kind = own.then_some(Kind::Hint);
                    }
                }
            }
        }
        said
    }

    /// Why it ended though it called nothing an error.
    fn without_errors(&self, exit: Option<i32>) -> Option<Trouble> {
        let hints: Vec<String> = self.hints.iter().map(|hint| fold(hint)).collect();
        let passed_over = hints.iter().find_map(|hint| {
            let filter = hint.split_once("does not pass filter (").map(|(_, filter)| filter);
            match filter {
                Some(filter) if filter.contains("live") => Some(Trouble::LiveNow),
                Some(filter) if filter.contains("duration") => Some(Trouble::TooLong),
                Some(filter) if filter.contains("filesize") => Some(Trouble::TooLarge),
                _ => hint.contains("larger than max-filesize").then_some(Trouble::TooLarge),
            }
        });
        // By the shell's custom: it could not be started, or was not found.
        let absent = || matches!(exit, Some(126 | 127)) && self.crash.is_empty();
        let lacks = || hints.iter().any(|hint| has(hint, MISSING));
        passed_over.or_else(|| (absent() || lacks()).then_some(Trouble::ProgramMissing))
    }

    fn crashed(&self) -> Option<Trouble> {
        let last = self.crash.last()?;
        if self.crash.iter().any(|line| line.contains("cookies.py")) && !last.contains("Errno 28") {
            return Some(Trouble::Cookies);
        }
        judge(last).and_then(|(trouble, _)| trouble)
    }

    /// Who is not let in with cookies that are out of date needs others.
    fn or_stale(&self, trouble: Trouble) -> Trouble {
        let barred = matches!(
            trouble,
            Trouble::Private | Trouble::MembersOnly | Trouble::AgeGated | Trouble::LoginNeeded | Trouble::BotCheck
        );
        let stale = || self.hints.iter().any(|hint| has(&fold(hint), STALE));
        if barred && stale() { Trouble::Cookies } else { trouble }
    }

    /// What the warnings say about an error that says little.
    fn explain(&self, guess: Option<&Trouble>) -> Option<Trouble> {
        if self.hints.iter().any(|hint| has(&fold(hint), RUNTIME)) {
            return Some(Trouble::NoRuntime);
        }
        let refused = matches!(guess, Some(Trouble::Forbidden | Trouble::BotCheck));
        let told = self.hints.iter().rev().filter(|_| !refused).find_map(|hint| match judge(hint) {
            Some((Some(Trouble::NotMedia | Trouble::LoginNeeded), _)) => None,
            Some((trouble, Weight::Clear)) => trouble,
            Some((trouble @ Some(Trouble::Forbidden), _)) => trouble,
            _ => None,
        });
        told.or_else(|| self.hints.iter().find_map(|hint| outdated(hint)))
    }
}

fn extend(list: &mut [String], line: &str) {
    if let Some(last) = list.last_mut() {
        if !last.is_empty() {
            last.push(' ');
        }
        last.push_str(line);
    }
}

/// What one error or warning means; `None` for the trouble when it says only that something is wrong.
fn judge(message: &str) -> Option<(Option<Trouble>, Weight)> {
    let text = body(message).replace('\u{2019}', "'");
    let lower = text.to_ascii_lowercase();
    let clear = |trouble: Trouble| Some((Some(trouble), Weight::Clear));
    if let Some((trouble, _)) = BEGINNINGS.iter().find(|(_, words)| words.iter().any(|word| lower.starts_with(word))) {
        return clear(trouble.clone());
    }
    if let Some(trouble) = find(HERE, &lower) {
        return clear(trouble);
    }
    match status(&lower) {
        // YouTube refuses the file itself to programs that it takes for outdated.
        Some(Trouble::Forbidden) if has(&lower, &["video data", "got error"]) => {
            return Some((Some(Trouble::Forbidden), Weight::Vague));
        }
        Some(trouble) => return clear(trouble),
        None => {}
    }
    match find(NETWORK, &lower).or_else(|| find(PHRASES, &lower)) {
        Some(Trouble::Dns { .. }) => return clear(Trouble::Dns { host: host(&text) }),
        Some(Trouble::Upcoming { .. }) => return clear(Trouble::Upcoming { when: when(&text, &lower) }),
        Some(trouble) => return clear(trouble),
        None => {}
    }
    let vague = find(VAGUE, &lower).map(|trouble| (Some(trouble), Weight::Vague));
    let faint = || find(FAINT, &lower).map(|trouble| (Some(trouble), Weight::Faint));
    vague.or_else(faint).or_else(|| has(&lower, BROKEN).then_some((None, Weight::Faint)))
}

fn find(table: &[(Trouble, &[&str])], lower: &str) -> Option<Trouble> {
    table.iter().find(|(_, words)| has(lower, words)).map(|(trouble, _)| trouble.clone())
}

fn has(lower: &str, words: &[&str]) -> bool {
    words.iter().any(|word| lower.contains(word))
}

/// For comparing: one kind of apostrophe, small letters.
fn fold(text: &str) -> String {
    text.replace('\u{2019}', "'").to_ascii_lowercase()
}

/// The message without `[website] id: ` in front.
fn body(message: &str) -> &str {
    let Some((name, rest)) = message.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else { return message };
    if name.contains(char::is_whitespace) || name.ends_with(':') {
        return message; // "[Errno 21] …", "[SSL: …] …"
    }
    if name == "generic" {
        return note(rest).map_or(rest, |at| &rest[at + 2..]);
    }
    match rest.split_once(": ") {
        Some((id, text)) if !id.contains(char::is_whitespace) => text,
        _ => rest,
    }
}

/// Where the first of [`NOTES`] stands.
pub(super) fn note(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    NOTES.iter().filter_map(|note| lower.find(note)).min()
}

/// What an HTTP status means.
fn status(lower: &str) -> Option<Trouble> {
    // Formats are "skipped as they may yield HTTP Error 403": that is no answer of a server.
    let (before, after) = lower.split_once("http error ")?;
    let status: u16 = after.get(..3)?.parse().ok().filter(|_| !before.ends_with("may yield "))?;
    Some(match status {
        401 => Trouble::LoginNeeded,
        403 => Trouble::Forbidden,
        404 | 410 => Trouble::NotFound,
        407 | 408 => Trouble::Network,
        402 | 429 => Trouble::RateLimited, // 402 was YouTube's word for it.
        451 => Trouble::GeoBlocked,
        500..=599 => Trouble::ServerFault { status },
        _ => return None,
    })
}

/// The host whose name is not known.
fn host(text: &str) -> Option<String> {
    let (front, ends): (&str, &[char]) =
        [("Failed to resolve '", &['\''][..]), ("host='", &['\'']), ("resolve host: ", &[' ', ')'])]
            .into_iter()
            .find(|(front, _)| text.contains(front))?;
    let host = text.split_once(front)?.1.split(ends).next()?.trim_end_matches('.');
    let good = (1..=253).contains(&host.len())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_');
    good.then(|| host.to_owned())
}

/// When a broadcast begins, by what YouTube says: "in 3 days", "shortly".
fn when(text: &str, lower: &str) -> Option<String> {
    let at = ["will begin ", "premieres "].iter().find_map(|word| lower.find(word).map(|at| at + word.len()))?;
    let end = text[at..].find(['.', '(', ';', ',']).map_or(text.len(), |end| at + end);
    let words = text[at..end].trim();
    let plain = words.len() <= 40 && words.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
    (plain && (words.starts_with("in ") || words == "shortly")).then(|| words.to_owned())
}

/// Reads the warning "Your yt-dlp version (2025.01.01) is older than 90 days!".
fn outdated(hint: &str) -> Option<Trouble> {
    let (_, rest) = hint.split_once("yt-dlp version (")?;
    let (version, rest) = rest.split_once(')')?;
    let good = version.len() <= 20 && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (good && rest.contains("older than")).then(|| Trouble::TooOld { version: version.to_owned() })
}
