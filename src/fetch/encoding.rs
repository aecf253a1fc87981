//! The bytes of a file that somebody saved somewhere, as text.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Text in UTF-8, in UTF-16 as Excel saves it, or, when it is neither, in Windows' Western letters; without its byte order
/// mark.
pub(super) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    let encoding = match bytes {
        // Without a mark the first sign tells, which is a plain one in every file that is read here.
        [1..=0x7f, 0, ..] => UTF_16LE,
        [0, 1..=0x7f, ..] => UTF_16BE,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => return text.to_owned(),
            Err(_) => WINDOWS_1252,
        },
    };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Signs that nobody sees: control characters but for blanks, and those that turn or join text. They stay out of what is
/// kept, since a terminal may obey them.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_the_same_text() {
        let text = "1 Isn’t a cliché enough?";
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        let western = WINDOWS_1252.encode(text).0.into_owned();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.as_bytes()),
            marked(b"\xff\xfe", &little),
            marked(b"\xfe\xff", &big),
            little,
            big,
            western,
        ] {
            assert_eq!(decode(&bytes), text, "{bytes:?}");
        }
        assert_eq!(decode(b""), "");
    }
}
