//! The page's files, inside the program: nothing that is asked for ever becomes a path.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The files of the folder by name. A new file's name goes in here, or the test below fails.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("assets/", $name)))),*]
    };
}

/// What pages load.
const FILES: &[(&str, &[u8])] = files![
    "review.css",
    "actions.js",
    "chosen.js",
    "dialogs.js",
    "diff.js",
    "dom.js",
    "entries.js",
    "episode.js",
    "facts.js",
    "fields.js",
    "findings.js",
    "home.js",
    "keys.js",
    "morph.js",
    "page.js",
    "player.js",
    "queue.js",
    "sync.js",
    "timeline.js",
    "times.js",
    "transcript.js",
    "transport.js",
    "upload.js",
    "voices.js",
    "words.js",
    "youtube.js",
];

/// What pages are made of.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("assets/base.html")),
    ("home.html", include_str!("assets/home.html")),
    ("episode.html", include_str!("assets/episode.html")),
    ("entry.html", include_str!("assets/entry.html")),
    ("error.html", include_str!("assets/error.html")),
];

struct Asset {
    bytes: &'static [u8],
    kind: &'static str,
    tag: String,
}

static ASSETS: LazyLock<BTreeMap<&str, Asset>> = LazyLock::new(|| {
    let asset = |(name, bytes): &(&'static str, &'static [u8])| {
        let tag: String = Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        (*name, Asset { bytes, kind: kind_of(name), tag: format!("\"{tag}\"") })
    };
    FILES.iter().map(asset).collect()
});

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

/// The file `name`, or only that it is still the one that the browser has; `None` when there is no such file.
pub(super) fn answer(name: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = ASSETS.get(name)?;
    let common = [(CACHE_CONTROL, "no-cache"), (ETAG, asset.tag.as_str())];
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|line| line.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == asset.tag) {
        return Some((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Some((common, [(CONTENT_TYPE, asset.kind)], asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folder_is_in_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/review/assets");
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.'))
            .collect();
        let files = FILES.iter().map(|(name, _)| *name).chain(TEMPLATES.iter().map(|(name, _)| *name));
        let known: BTreeSet<String> = files.map(str::to_owned).collect();
        assert_eq!(there, known, "src/review/assets.rs names the files");
        for (name, _) in FILES {
            assert_ne!(kind_of(name), "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let first = answer("review.css", &HeaderMap::new()).unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
        assert_eq!(answer("review.css", &headers).unwrap().status(), StatusCode::NOT_MODIFIED);
        headers.insert(IF_NONE_MATCH, "\"other\"".parse().unwrap());
        assert_eq!(answer("review.css", &headers).unwrap().status(), StatusCode::OK);
        // Templates are no files.
        assert!(answer("home.html", &headers).is_none() && answer("../mod.rs", &headers).is_none());
    }
}
