//! What people paste into what is meant: one canonical form for each video, playlist, channel and other address, so
//! that the same video under any address is the same episode. Nothing is asked of the network here.

use crate::failure::{Exit, Failure};
use crate::model::YoutubeId;
use reqwest::Url;
use std::fmt;

/// Hosts that serve YouTube's pages, without `www.`, `m.` or `music.` in front.
const YOUTUBE: [&str; 2] = ["youtube.com", "youtube-nocookie.com"];
const SHORT: &str = "youtu.be";
/// What a playlist's id begins with: playlists, uploads, favourites, likes, mixes, courses, albums.
const LISTS: [&str; 8] = ["PL", "UU", "FL", "LL", "RD", "EC", "OL", "UL"];
/// Parts of a query's names whose values let their owner in. They stay out of everything that is written down.
pub(super) const SECRETS: [&str; 13] = [
    "token",
    "sig",
    "key",
    "auth",
    "pass",
    "pwd",
    "secret",
    "credential",
    "session",
    "x-amz-",
    "x-goog-",
    "code",
    "jwt",
];
/// The longest address that is taken, in bytes.
const LONGEST: usize = 4096;

/// An address of one or more recordings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A video on YouTube.
    Video(YoutubeId),
    /// Several videos on YouTube.
    List(List),
    /// Anything else that may hold a recording.
    Media(Media),
}

/// Several videos on YouTube.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum List {
    /// A playlist, by id.
    Playlist(String),
    /// A channel, by its id (`UC` and 22 characters) and the tab of it that is meant.
    Channel(String, Option<Tab>),
    /// A channel by one of its names: `@name`, `c/name` or `user/name`.
    Named(String, Option<Tab>),
}

/// A part of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Uploaded videos.
    Videos,
    /// Broadcasts that are over.
    Streams,
}

/// An address that is no YouTube video.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Media {
    url: Url,
    shown: String,
}

/// A text looks like an address and can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Neither http nor https.
    #[error("\"{0}\" is an address of a kind that is not fetched")]
    Scheme(String),
    /// A name and a password stand in it.
    #[error("the address at {0} has a password in it")]
    Password(String),
    /// A page of YouTube that is no video, playlist or channel.
    #[error("\"{0}\" is a page of YouTube, but no video, playlist or channel")]
    NoVideo(String),
    /// It can't be read as an address.
    #[error("\"{0}\" can't be read as an address")]
    Unreadable(String),
}

impl Failure for AddressError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Scheme(_) => "Give an address that begins with https://.".into(),
            Self::Password(_) => {
                "Other users of this computer could read it. Download the recording with a browser, then name the file."
                    .into()
            }
            Self::NoVideo(_) => "Open the video itself and copy the address from there.".into(),
            Self::Unreadable(_) => "Copy the whole address again.".into(),
        })
    }
}

impl Address {
    /// Reads what somebody pasted: a web address, one without `https://` in front if it is YouTube's, a bare video id,
    /// a playlist's id, or a channel's `@name`. `None` when it looks like none of these.
    ///
    /// # Errors
    /// When it looks like an address and can't be used.
    pub fn parse(text: &str) -> Result<Option<Self>, AddressError> {
        let text = text.trim();
        if let Some((scheme, _)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                return Err(AddressError::Scheme(short(text)));
            }
            return Self::of_url(text).map(Some);
        }
        let host = text.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        if host.len() < text.len() && (is_youtube(&host) || host == SHORT) {
            return Self::of_url(&format!("https://{text}")).map(Some);
        }
        if let Ok(id) = text.parse() {
            return Ok(Some(Self::Video(id)));
        }
        if is_channel(text) {
            return Ok(Some(Self::List(List::Channel(text.into(), None))));
        }
        if is_playlist(text) {
            return Ok(Some(Self::List(List::Playlist(text.into()))));
        }
        let handle = text.strip_prefix('@').filter(|name| is_handle(name));
        Ok(handle.map(|name| Self::List(List::Named(format!("@{}", name.to_ascii_lowercase()), None))))
    }

    fn of_url(text: &str) -> Result<Self, AddressError> {
        let unreadable = || AddressError::Unreadable(short(text));
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(unreadable());
        }
        let mut url = Url::parse(text).map_err(|_| unreadable())?;
        let host = url.host_str().ok_or_else(unreadable)?.to_ascii_lowercase();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Password(host));
        }
        url.set_fragment(None);
        if host == SHORT {
            let id = url.path_segments().and_then(|mut parts| parts.next()).and_then(|id| id.parse().ok());
            return id.map(Self::Video).ok_or_else(|| AddressError::NoVideo(short(text)));
        }
        if is_youtube(&host) {
            return of_youtube(&url).ok_or_else(|| AddressError::NoVideo(short(text)));
        }
        Ok(Self::Media(Media { shown: shown(&url), url }))
    }

    /// The one form of it that may be written down. Parsing it gives the same address again, unless something secret
    /// was taken out of it.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Video(id) => format!("https://www.youtube.com/watch?v={id}"),
            Self::List(list) => list.canonical(),
            Self::Media(media) => media.shown.clone(),
        }
    }

    /// The video's id, for a video on YouTube.
    #[must_use]
    pub fn youtube(&self) -> Option<&YoutubeId> {
        match self {
            Self::Video(id) => Some(id),
            Self::List(_) | Self::Media(_) => None,
        }
    }

    /// What is asked for on the network.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Media(media) => media.url.to_string(),
            Self::Video(_) | Self::List(_) => self.canonical(),
        }
    }

    /// Whether it holds something that must not be seen on a command line.
    pub(super) fn is_secret(&self) -> bool {
        matches!(self, Self::Media(media) if media.url.as_str() != media.shown)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical())
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Media").field(&self.shown).finish()
    }
}

impl List {
    /// The one form of it.
    #[must_use]
    pub fn canonical(&self) -> String {
        let tab = |tab: &Option<Tab>| match tab {
            None => "",
            Some(Tab::Videos) => "/videos",
            Some(Tab::Streams) => "/streams",
        };
        match self {
            Self::Playlist(id) => format!("https://www.youtube.com/playlist?list={id}"),
            Self::Channel(id, part) => format!("https://www.youtube.com/channel/{id}{}", tab(part)),
            Self::Named(name, part) => format!("https://www.youtube.com/{name}{}", tab(part)),
        }
    }
}

impl List {
    /// The feed of its newest videos, as a parameter's name and value. `channel` is the id of a channel that has only a
    /// name here; without it such a channel has no feed.
    #[must_use]
    pub fn feed(&self, channel: Option<&str>) -> Option<(&'static str, String)> {
        let (id, tab) = match self {
            Self::Playlist(id) => return Some(("playlist_id", id.clone())),
            Self::Channel(id, tab) => (id.as_str(), tab),
            Self::Named(_, tab) => (channel?, tab),
        };
        // YouTube keeps a channel's tabs as playlists, whose ids are made of the channel's.
        let part = |front: &str| Some(("playlist_id", format!("{front}{}", id.strip_prefix("UC")?)));
        match tab {
            None => Some(("channel_id", id.to_owned())),
            Some(Tab::Videos) => part("UULF"),
            Some(Tab::Streams) => part("UULV"),
        }
    }
}

fn of_youtube(url: &Url) -> Option<Address> {
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let playlist = || query("list").filter(|id| is_playlist(id)).map(|id| Address::List(List::Playlist(id)));
    let video = |id: &str| id.parse().ok().map(Address::Video);
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let tab = |at: usize| match parts.get(at) {
        Some(&"videos") => Some(Tab::Videos),
        Some(&"streams") => Some(Tab::Streams),
        _ => None,
    };
    match parts.as_slice() {
        ["watch", rest @ ..] => {
            let id = query("v").or_else(|| rest.first().map(|id| (*id).to_owned()));
            id.and_then(|id| video(&id)).or_else(playlist)
        }
        ["playlist"] | ["embed" | "v" | "e", "videoseries"] => playlist(),
        ["embed" | "v" | "e" | "live" | "shorts", id, ..] => video(id),
        ["attribution_link"] => {
            let inner = query("u")?;
            let inner = url.join(&inner).ok().filter(|inner| inner.path() != url.path())?;
            inner.host_str().is_some_and(is_youtube).then(|| of_youtube(&inner)).flatten()
        }
        ["oembed"] => match Address::parse(&query("url")?) {
            Ok(Some(address @ (Address::Video(_) | Address::List(_)))) => Some(address),
            _ => None,
        },
        ["channel", id, ..] if is_channel(id) => Some(Address::List(List::Channel((*id).to_owned(), tab(2)))),
        [kind @ ("c" | "user"), name, ..] => {
            Some(Address::List(List::Named(format!("{kind}/{}", name.to_ascii_lowercase()), tab(2))))
        }
        [handle, ..] if handle.strip_prefix('@').is_some_and(is_handle) => {
            Some(Address::List(List::Named(handle.to_ascii_lowercase(), tab(1))))
        }
        _ => None,
    }
}

/// The address as it may be written down: without the values of parameters that let somebody in.
fn shown(url: &Url) -> String {
    let secret = |name: &str| SECRETS.iter().any(|part| name.to_ascii_lowercase().contains(part));
    if !url.query_pairs().any(|(name, _)| secret(&name)) {
        return url.to_string();
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !secret(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut public = url.clone();
    public.set_query(None);
    if !kept.is_empty() {
        public.query_pairs_mut().extend_pairs(kept);
    }
    public.to_string()
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn is_youtube(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let bare = ["www.", "m.", "music.", "gaming."].iter().find_map(|front| host.strip_prefix(front)).unwrap_or(&host);
    YOUTUBE.contains(&bare)
}

fn is_id(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_channel(text: &str) -> bool {
    text.len() == 24 && text.starts_with("UC") && is_id(text)
}

fn is_playlist(text: &str) -> bool {
    (12..=64).contains(&text.len()) && is_id(text) && LISTS.iter().any(|start| text.starts_with(start))
}

/// A channel's name as it stands in addresses, percent signs included.
fn is_handle(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.%".contains(&b))
}

/// An address for a message: without its query and not too long.
fn short(text: &str) -> String {
    let head = text.split('?').next().unwrap_or_default();
    let clean: String = head.chars().filter(|c| !c.is_control()).take(100).collect();
    // A password is never repeated.
    match clean.split_once('@') {
        Some((front, rest)) if front.contains("://") => {
            format!("{}://{rest}", front.split("://").next().unwrap_or_default())
        }
        _ => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(text: &str) -> String {
        match Address::parse(text) {
            Ok(Some(address)) => address.canonical(),
            Ok(None) => "-".into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_form_of_an_address_has_one_canonical_form() {
        let pasted = [
            "https://www.youtube.com/watch?v=SpineTime01&t=42s",
            "http://youtube.com/watch?app=desktop&v=SpineTime01&list=PLabcdefghijkl&index=3",
            "https://m.youtube.com/watch?v=SpineTime01#t=3",
            "https://music.youtube.com/watch?v=SpineTime01&si=x",
            "https://youtu.be/SpineTime01?si=abc&t=9",
            "youtu.be/SpineTime01",
            "www.youtube.com/embed/SpineTime01?start=3",
            "https://www.youtube-nocookie.com/embed/SpineTime01",
            "https://www.youtube.com/live/SpineTime01?feature=share",
            "https://www.youtube.com/shorts/SpineTime01",
            "https://www.youtube.com/v/SpineTime01",
            "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3DSpineTime01%26feature%3Dshare",
            "  SpineTime01 ",
            "https://www.youtube.com/playlist?list=PLabcdefghijkl",
            "PLabcdefghijkl",
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/streams",
            "UCabcdefghijklmnopqrstuv",
            "https://www.youtube.com/@SpineCentre/videos",
            "@SpineCentre",
            "https://www.youtube.com/c/SpineCentre/about",
            "https://www.youtube.com/feed/trending",
            "https://www.youtube.com/watch?v=short",
            "https://youtu.be/",
            "https://Example.org/talk.mp3?x=1#part",
            "https://example.org/a b/talk.mp3?token=abc&x=1&X-Amz-Signature=def",
            "https://ann:secret@example.org/talk.mp3",
            "ftp://example.org/talk.mp3",
            "file:///etc/passwd",
            "C:\\talks\\march.mp4",
            "my talk.mp4",
            "--exec=touch x",
            "",
        ];
        let table: Vec<String> = pasted.iter().map(|text| canonical(text)).collect();
        insta::assert_snapshot!(table.join("\n"), @r#"
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/watch?v=SpineTime01
        https://www.youtube.com/playlist?list=PLabcdefghijkl
        https://www.youtube.com/playlist?list=PLabcdefghijkl
        https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/streams
        https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv
        https://www.youtube.com/@spinecentre/videos
        https://www.youtube.com/@spinecentre
        https://www.youtube.com/c/spinecentre
        "https://www.youtube.com/feed/trending" is a page of YouTube, but no video, playlist or channel
        "https://www.youtube.com/watch" is a page of YouTube, but no video, playlist or channel
        "https://youtu.be/" is a page of YouTube, but no video, playlist or channel
        https://example.org/talk.mp3?x=1
        https://example.org/a%20b/talk.mp3?x=1
        the address at example.org has a password in it
        "ftp://example.org/talk.mp3" is an address of a kind that is not fetched
        "file:///etc/passwd" is an address of a kind that is not fetched
        -
        -
        -
        -
        "#);
    }

    #[test]
    fn what_lets_somebody_in_is_asked_for_and_never_shown() {
        let text = "https://example.org/talk.mp3?id=7&access_token=hush";
        let address = Address::parse(text).unwrap().unwrap();
        assert!(address.is_secret() && address.url() == text);
        assert!(!format!("{address} {address:?}").contains("hush"));
        let open = Address::parse("https://example.org/talk.mp3?id=7").unwrap().unwrap();
        assert!(!open.is_secret());
        assert_eq!(open.canonical(), address.canonical());
        for text in ["https://a:hush@b.example/?x", "https://hush@b.example/", "ftp://a:hush@b.example"] {
            let error = Address::parse(text).unwrap_err();
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    fn form() -> impl Strategy<Value = (String, String)> {
        let id = "[A-Za-z0-9_-]{11}";
        let scheme = proptest::sample::select(vec!["https://", "http://", "HTTPS://", ""]);
        let host =
            proptest::sample::select(vec!["www.youtube.com", "youtube.com", "m.youtube.com", "music.youtube.com"]);
        let path =
            proptest::sample::select(vec!["watch?v=", "watch?app=desktop&v=", "embed/", "live/", "shorts/", "v/"]);
        let extra = proptest::sample::select(vec!["", "&t=10s", "&list=PLabcdefghijkl&index=2", "#t=1", "&si=A_b-C"]);
        (id, scheme, host, path, extra, any::<bool>()).prop_map(|(id, scheme, host, path, extra, short)| {
            let extra = if path.contains('?') && !short { extra.to_owned() } else { extra.replacen('&', "?", 1) };
            let front = if short { format!("{scheme}youtu.be/") } else { format!("{scheme}{host}/{path}") };
            (format!("{front}{id}{extra}"), id)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn a_video_is_itself_under_every_address((text, id) in form()) {
            let address = Address::parse(&text).unwrap().unwrap();
            prop_assert_eq!(address.youtube().unwrap().as_str(), id.as_str());
            prop_assert_eq!(address.canonical(), format!("https://www.youtube.com/watch?v={id}"));
        }

        #[test]
        fn no_text_makes_it_panic_and_canonical_forms_stay(
            text in prop_oneof![
                "\\PC{0,60}",
                "(https?://)?(www\\.)?(youtube\\.com|youtu\\.be|example\\.org)[/?&#=@%a-zA-Z0-9._-]{0,60}",
                "https?://[a-z:@\\[\\]0-9./?=&%]{0,40}",
            ]
        ) {
            if let Ok(Some(address)) = Address::parse(&text) {
                let canonical = address.canonical();
                prop_assert!(canonical.starts_with("https://") || canonical.starts_with("http://"));
                let again = Address::parse(&canonical).unwrap().unwrap();
                prop_assert_eq!(again.canonical(), canonical);
            }
        }
    }
}
