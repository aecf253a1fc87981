//! The feed in which YouTube tells of the 15 newest videos of a channel or playlist: one small page, asked for before the
//! whole listing. It is a convenience of YouTube's that fails now and then; the listing has all that it has.

use super::published::{self, Listed};
use crate::failure::{Cancelled, causes};
use crate::http;
use crate::progress::Cancel;
use jiff::Timestamp;
use jiff::tz::Offset;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use reqwest::Url;
use std::io::Read;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How many videos a feed has at most: one that has fewer has all.
pub const FULL: usize = 15;
/// More than this is no feed, in bytes.
const LARGEST: u64 = 4 << 20;
/// How often the owner of a request looks at the cancel flag.
const LOOK: Duration = Duration::from_millis(50);

/// There is no feed to be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The server does not give it.
    #[error("the feed can't be had: {0}")]
    Unavailable(String),
    /// What came is no feed.
    #[error("what came is no feed: {0}")]
    Unreadable(String),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Asks for the feed at `base` of which `what` is the parameter's name and `id` its value. `patience` is how long all of
/// it may take.
///
/// # Errors
/// When it can't be had or read, or somebody asks to stop.
pub fn fetch(
    base: &str,
    (what, id): (&str, &str),
    patience: Duration,
    cancel: &Cancel,
) -> Result<Vec<Listed>, FeedError> {
    let url = Url::parse_with_params(base, [(what, id)]).map_err(|e| FeedError::Unavailable(e.to_string()))?;
    // On a thread of its own: a look-up or a connection that hangs can't be asked to stop.
    let (to, answer) = mpsc::channel();
    thread::spawn(move || {
        // Nobody listens any more when the request was given up.
        let _ = to.send(get(&url, patience));
    });
    let since = Instant::now();
    loop {
        cancel.check()?;
        match answer.recv_timeout(LOOK) {
            Ok(bytes) => return read(&bytes.map_err(FeedError::Unavailable)?).map_err(FeedError::Unreadable),
            Err(RecvTimeoutError::Timeout) if since.elapsed() < patience => {}
            Err(_) => return Err(FeedError::Unavailable("the server does not answer".into())),
        }
    }
}

fn get(url: &Url, patience: Duration) -> Result<Vec<u8>, String> {
    let why = |error: &reqwest::Error| format!("{error} {}", causes(error));
    let client = http::client(url, patience).map_err(|e| why(&e))?;
    let response = client.get(url.clone()).timeout(patience).send().map_err(|e| why(&e))?;
    if !response.status().is_success() {
        return Err(format!("HTTP {}", response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    response.take(LARGEST).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes)
}

/// The videos of an Atom feed, as listed. Entries without a video's id are passed over.
fn read(bytes: &[u8]) -> Result<Vec<Listed>, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let mut reader = Reader::from_str(text);
    let (mut videos, mut path) = (Vec::new(), Vec::<String>::new());
    let (mut entry, mut value) = (Entry::default(), String::new());
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(start) => {
                path.push(String::from(start.name().as_ref()));
                value.clear();
            }
            Event::Text(piece) => value.push_str(&piece.xml10_content()),
            Event::CData(piece) => value.push_str(&piece.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok().flatten() {
                Some(c) => value.push(c),
                None => value.push_str(resolve_predefined_entity(&name).unwrap_or_default()),
            },
            Event::End(_) => {
                match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                    ["feed", "entry"] => videos.extend(std::mem::take(&mut entry).listed()),
                    ["feed", "entry", "yt:videoId"] => entry.id.clone_from(&value),
                    ["feed", "entry", "title"] => entry.title.clone_from(&value),
                    ["feed", "entry", "published"] => entry.published.clone_from(&value),
                    _ => {}
                }
                path.pop();
                value.clear();
            }
            Event::Eof if videos.is_empty() && !text.contains("<feed") => return Err("it has no list".into()),
            Event::Eof => return Ok(videos),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Entry {
    id: String,
    title: String,
    published: String,
}

impl Entry {
    fn listed(self) -> Option<Listed> {
        let published = self.published.trim().parse::<Timestamp>().ok();
        Some(Listed {
            id: self.id.trim().parse().ok()?,
            title: published::title(&self.title),
            duration: None,
            uploaded_on: published.map(|at| Offset::UTC.to_datetime(at).date()),
            live_status: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FEED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <link rel="self" href="http://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv"/>
 <id>yt:channel:abcdefghijklmnopqrstuv</id>
 <title>Spine Centre</title>
 <published>2015-02-03T10:00:00+00:00</published>
 <entry>
  <id>yt:video:SpineTime02</id>
  <yt:videoId>SpineTime02</yt:videoId>
  <title>Spine Time: Back &amp; neck &#8211; <![CDATA[<April>]]></title>
  <author><name>Spine Centre</name></author>
  <published>2025-04-16T23:30:00-04:00</published>
  <media:group><media:title>Other</media:title></media:group>
 </entry>
 <entry><title>no video</title></entry>
 <entry><yt:videoId>SpineTime01</yt:videoId><title> Spine
  Time </title></entry>
</feed>"#;

    #[test]
    fn a_feed_is_read() {
        let videos = read(FEED.as_bytes()).unwrap();
        let rows: Vec<_> = videos
            .iter()
            .map(|v| (v.id.as_str(), v.title.as_deref().unwrap(), v.uploaded_on.map(|d| d.to_string())))
            .collect();
        assert_eq!(
            rows,
            [
                ("SpineTime02", "Spine Time: Back & neck – <April>", Some("2025-04-17".to_owned())),
                ("SpineTime01", "Spine Time", None)
            ]
        );
        assert_eq!(read(b"<feed></feed>").unwrap(), []);
        assert!(read(b"<html><body>Sorry</body></html>").is_err());
        assert!(read(&[0xff, 0xfe]).is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(cut in 0..FEED.len(), junk in "\\PC{0,20}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut text = FEED.to_owned();
            let at = (0..=cut).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.insert_str(at, &junk);
            let _ = (read(text.as_bytes()), read(&FEED.as_bytes()[..cut]), read(&bytes));
        }
    }
}
