//! Which texts a page may link to. Whatever is not plainly a web address is no link.

/// Where the privacy-friendly player lives; nothing else is ever put into a frame.
pub(super) const PLAYER: &str = "https://www.youtube-nocookie.com/embed/";

/// Whether each character may stand in an address as it is: printable ASCII without quotes, angle brackets,
/// backslash, backtick and the others that RFC 3986 leaves out.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b))
}

/// `text` when it is an absolute web address (`http` or `https`, with a host).
pub(super) fn web(text: &str) -> Option<&str> {
    let text = text.trim();
    let scheme =
        ["https://", "http://"].into_iter().find(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)))?;
    let host = &text[scheme.len()..];
    (is_plain(text) && host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')).then_some(text)
}

/// `text` when it is a web address, or a path on the same website (`/questions`, `../index.html`).
pub(super) fn web_or_path(text: &str) -> Option<&str> {
    let text = text.trim();
    // Without a colon before the first slash there is no scheme, nor with a character's name that could stand for
    // one; two slashes at the front would name a host.
    let path = || {
        let first = text.split(['/', '?', '#']).next().unwrap_or_default();
        is_plain(text) && !first.contains([':', '&']) && !text.starts_with("//")
    };
    web(text).or_else(|| path().then_some(text))
}

/// `text` when it is the address of the player that sets no cookies.
pub(super) fn player(text: &str) -> Option<&str> {
    web(text).filter(|t| t.starts_with(PLAYER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_web_is_linked() {
        for bad in [
            "",
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example/x",
            "https:",
            "https://",
            "https:///x",
            "ftp://a.example",
            "https://a.example/\"onclick=x",
            "https://a.example/a b",
            "&#106;avascript:x",
        ] {
            assert_eq!(web_or_path(bad), None, "{bad:?}");
        }
        assert_eq!(web("HTTPS://a.example/x?y=1&z=2#f"), Some("HTTPS://a.example/x?y=1&z=2#f"));
        assert_eq!(web("/questions"), None);
        for good in ["/questions", "../index.html", "questions?page=2", "#all", "http://localhost:8080/"] {
            assert_eq!(web_or_path(good), Some(good));
        }
    }

    #[test]
    fn only_the_player_is_framed() {
        let good = "https://www.youtube-nocookie.com/embed/SpineTime01?start=762&end=841";
        assert_eq!(player(good), Some(good));
        assert_eq!(player("https://www.youtube-nocookie.com.evil.example/embed/x"), None);
        assert_eq!(player("https://www.youtube.com/embed/x"), None);
    }

    proptest! {
        #[test]
        fn what_is_linked_has_no_other_scheme(text in "\\PC{0,12}:?\\PC{0,12}") {
            if let Some(address) = web_or_path(&text) {
                prop_assert!(address.bytes().all(|b| b.is_ascii_graphic()));
                if let Some((scheme, _)) = address.split_once(':') {
                    let lower = scheme.to_ascii_lowercase();
                    let known = lower == "http" || lower == "https" || scheme.contains(['/', '?', '#']);
                    prop_assert!(known, "{}", address);
                }
            }
        }
    }
}
