//! Two questions that FFmpeg doesn't answer, put to the file's own bytes.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Top-level boxes to look at before giving up: a fragmented MP4 has two for each fragment, but its index comes first.
const BOXES: usize = 1000;

/// Whether an MP3 file states its length (a Xing, Info or VBRI tag in its first frame), so that it can be missed when
/// the file is cut. Without one FFmpeg guesses from the bit rate of the beginning.
pub(super) fn mp3_states_length(file: &File) -> bool {
    let mut head = [0; 10];
    if !read(file, 0, &mut head) {
        return false;
    }
    // An ID3v2 tag in front: "ID3", two bytes of version, one of flags, four times seven bits of size.
    let start = match &head {
        [b'I', b'D', b'3', _, _, _, size @ ..] => {
            10 + size.iter().fold(0u64, |size, byte| size << 7 | u64::from(byte & 0x7f))
        }
        _ => 0,
    };
    let mut frame = vec![0; 2048];
    let got = file.read_at(&mut frame, start).unwrap_or(0);
    frame[..got].windows(4).any(|w| matches!(w, b"Xing" | b"Info" | b"VBRI"))
}

/// Whether this is an MP4 without `moov`, the box that says where everything is. Recorders write it last, so it is
/// missing from a file that was never finished or not wholly copied.
pub(super) fn mp4_without_index(file: &File) -> bool {
    let mut at = 0;
    for number in 0..BOXES {
        let mut head = [0; 16];
        // The second half matters only where the first says so; the last box may be shorter.
        if !read(file, at, &mut head[..8]) {
            return number > 0;
        }
        let [a, b, c, d, kind @ ..] = head.first_chunk::<8>().copied().unwrap_or_default();
        match (number, &kind) {
            (0, b"ftyp") => {}
            (0, _) | (_, b"moov") => return false,
            _ => {}
        }
        let length = match u32::from_be_bytes([a, b, c, d]) {
            // Up to the end of the file.
            0 => return true,
            1 if read(file, at, &mut head) => u64::from_be_bytes(head.last_chunk::<8>().copied().unwrap_or_default()),
            length => length.into(),
        };
        match at.checked_add(length.max(8)) {
            Some(next) => at = next,
            None => return true,
        }
    }
    false
}

fn read(file: &File, at: u64, into: &mut [u8]) -> bool {
    file.read_exact_at(into, at).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn finds_the_length_behind_a_tag() {
        let tag = |frame: &[u8]| file(&[b"ID3\x04\0\0\0\0\x01\x00", [0; 128].as_slice(), frame, &[0; 64]].concat());
        assert!(mp3_states_length(&tag(b"\xff\xfb\x90\x64\0\0\0\0Xing")));
        assert!(!mp3_states_length(&tag(b"\xff\xfb\x90\x64\0\0\0\0LAME")));
    }

    #[test]
    fn an_mp4_is_unfinished_without_its_index_only() {
        let ftyp = b"\0\0\0\x10ftypisom\0\0\0\0".as_slice();
        assert!(mp4_without_index(&file(&[ftyp, b"\0\0\x10\0mdat123"].concat())));
        assert!(!mp4_without_index(&file(&[ftyp, b"\0\0\0\x0cmdat1234\0\0\0\x08moov"].concat())));
        assert!(!mp4_without_index(&file(b"just a text that somebody called talk.mp4")));
    }

    proptest! {
        #[test]
        fn any_bytes_will_do(bytes in prop::collection::vec(any::<u8>(), 0..200), mp4 in any::<bool>()) {
            let bytes = if mp4 { [b"\0\0\0\x08ftyp".as_slice(), &bytes].concat() } else { bytes };
            let file = file(&bytes);
            mp4_without_index(&file);
            mp3_states_length(&file);
        }
    }
}
