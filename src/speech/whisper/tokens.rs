//! Whisper's vocabulary: text, special tokens and time stamps.

use super::file::File;
use std::collections::HashMap;

/// The first of the special tokens in a model that knows English only; in others all are one higher, and those behind
/// the languages by one more for each language above 98 (whisper.cpp, `whisper_model_load`).
const END: u32 = 50256;
const LANGUAGES: u32 = 98;

/// Tokens and what they stand for.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    words: Vec<Vec<u8>>,
    ids: HashMap<Vec<u8>, u32>,
    /// No more text. All tokens before it are text.
    pub(super) end: u32,
    /// Begins a transcript.
    pub(super) start: u32,
    /// The task: write down what is said, in its language. Only in models with several languages.
    pub(super) transcribe: u32,
    /// Begins what was said before.
    pub(super) previous: u32,
    /// Nobody speaks.
    pub(super) no_speech: u32,
    /// Moment zero; each token behind it is 20 ms later.
    pub(super) zero: u32,
    /// One more than the last.
    pub(super) count: u32,
    /// A space alone.
    pub(super) blank: Option<u32>,
}

impl Vocabulary {
    pub(super) fn new(file: &File) -> Self {
        let several = u32::from(file.shape.multilingual());
        let count = file.shape.tokens as u32;
        let (end, start) = (END + several, END + 1 + several);
        let behind = if several == 1 { file.shape.languages().saturating_sub(LANGUAGES) } else { 0 };
        let words: Vec<Vec<u8>> = file.vocabulary.iter().take(end as usize).map(|w| w.to_vec()).collect();
        let ids: HashMap<Vec<u8>, u32> = words.iter().zip(0..).map(|(word, id)| (word.clone(), id)).collect();
        Self {
            blank: ids.get(&b" "[..]).copied(),
            words,
            ids,
            end,
            start,
            transcribe: 50358 + behind,
            previous: 50360 + behind,
            no_speech: 50361 + behind,
            zero: 50363 + behind,
            count,
        }
    }

    /// The bytes of a text token; none for others.
    pub(super) fn bytes(&self, token: u32) -> &[u8] {
        self.words.get(token as usize).map_or(&[], Vec::as_slice)
    }

    /// The tokens of languages, in the order of whisper.cpp's list.
    pub(super) fn languages(&self) -> std::ops::Range<u32> {
        self.start + 1..self.transcribe - 1
    }

    /// A text as tokens: words are split as GPT-2 does, each into the longest tokens that fit.
    pub(super) fn tokens(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        for word in words(text) {
            let mut rest = word.as_bytes();
            while !rest.is_empty() {
                let fits = (1..=rest.len()).rev().find_map(|n| Some((n, *self.ids.get(&rest[..n])?)));
                // Every single byte is a token; whatever is none is left out.
                let (taken, token) = fits.map_or((1, None), |(n, id)| (n, Some(id)));
                tokens.extend(token);
                rest = &rest[taken..];
            }
        }
        tokens
    }
}

/// Runs of letters, of digits or of other characters, each with a space before it.
fn words(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Letters,
        Digits,
        Space,
        Other,
    }
    let kind = |c: char| match c {
        c if c.is_alphabetic() => Kind::Letters,
        c if c.is_numeric() => Kind::Digits,
        c if c.is_whitespace() => Kind::Space,
        _ => Kind::Other,
    };
    let mut words = Vec::new();
    let (mut start, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        let now = kind(c);
        // One space belongs to what follows it.
        let joins = last == Some(now) || (last == Some(Kind::Space) && text[start..at] == *" ");
        if at > start && !joins {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(now);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_text_becomes_tokens_and_comes_back() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin");
        let bytes = std::fs::read(path).unwrap();
        let vocabulary = Vocabulary::new(&File::read(&bytes).unwrap());
        for text in ["Orson Pebble, L4-L5, stenosis.", " Dr. Müller  said: 50 mg!", "", "日本"] {
            let tokens = vocabulary.tokens(text);
            let bytes: Vec<u8> = tokens.iter().flat_map(|t| vocabulary.bytes(*t).to_vec()).collect();
            assert_eq!(String::from_utf8(bytes).unwrap(), text);
            assert!(tokens.len() <= text.len());
        }
        assert_eq!(vocabulary.tokens(" the back pain").len(), 3);
        assert_eq!((vocabulary.no_speech, vocabulary.zero, vocabulary.count), (50361, 50363, 51864));
        assert_eq!(vocabulary.languages().len(), 99);
    }

    #[test]
    fn words_are_split_where_their_kind_changes() {
        assert_eq!(words("L4-L5,  50 mg"), ["L", "4", "-", "L", "5", ",", "  ", "50", " mg"]);
    }
}
