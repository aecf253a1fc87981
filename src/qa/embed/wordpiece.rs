//! Text into the word pieces of BERT, uncased: lower case without accents, punctuation and Chinese characters alone, each
//! word cut into the longest pieces of a list.

use serde::Deserialize;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer word is not cut but unknown.
const LONGEST_WORD: usize = 100;
/// What stands before a piece that continues a word.
const CONTINUES: &str = "##";
const OTHER_BUILD: &str = "it is no list of word pieces";

/// The list.
#[derive(Debug)]
pub(super) struct WordPieces {
    /// Pieces that begin a word, and those that continue one.
    first: HashMap<String, u32>,
    inner: HashMap<String, u32>,
    start: u32,
    end: u32,
    unknown: u32,
}

/// As much of a `tokenizer.json` as is read.
#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    r#type: String,
    continuing_subword_prefix: String,
    vocab: HashMap<String, u32>,
}

impl WordPieces {
    /// Reads a `tokenizer.json` with pieces of numbers below `count`. Says what is wrong with it.
    pub(super) fn read(file: &[u8], count: usize) -> Result<Self, String> {
        let Tokenizer { model } = serde_json::from_slice(file).map_err(|e| format!("{OTHER_BUILD}: {e}"))?;
        if model.r#type != "WordPiece" || model.continuing_subword_prefix != CONTINUES {
            return Err(OTHER_BUILD.into());
        }
        if model.vocab.values().any(|&piece| piece as usize >= count) {
            return Err("it has more pieces than the model".into());
        }
        let special = |name: &str| model.vocab.get(name).copied().ok_or(format!("the piece {name} is missing"));
        let (start, end, unknown) = (special("[CLS]")?, special("[SEP]")?, special("[UNK]")?);
        let (mut first, mut inner) = (HashMap::with_capacity(model.vocab.len()), HashMap::new());
        for (piece, number) in model.vocab {
            match piece.strip_prefix(CONTINUES) {
                Some(rest) => inner.insert(rest.to_owned(), number),
                None => first.insert(piece, number),
            };
        }
        Ok(Self { first, inner, start, end, unknown })
    }

    /// The numbers of a text's pieces, at most `most` of them (two or more), between those for start and end.
    pub(super) fn pieces(&self, text: &str, most: usize) -> Vec<u32> {
        let mut pieces = vec![self.start];
        let mut word = String::new();
        let room = most.saturating_sub(1);
        for c in plain(text) {
            if pieces.len() >= room {
                break;
            }
            if c.is_whitespace() || is_alone(c) {
                self.cut(&word, &mut pieces);
                word.clear();
            }
            if is_alone(c) {
                self.cut(c.encode_utf8(&mut [0; 4]), &mut pieces);
            } else if !c.is_whitespace() {
                word.push(c);
            }
        }
        self.cut(&word, &mut pieces);
        pieces.truncate(room);
        pieces.push(self.end);
        pieces
    }

    /// Appends the pieces of a word, each the longest that fits; one that does not come out even is unknown.
    fn cut(&self, word: &str, pieces: &mut Vec<u32>) {
        let (before, mut rest, mut list) = (pieces.len(), word, &self.first);
        let mut known = word.len() <= LONGEST_WORD || word.chars().count() <= LONGEST_WORD;
        while known && !rest.is_empty() {
            let ends = rest.char_indices().rev().map(|(at, c)| at + c.len_utf8());
            let longest = ends.map(|end| rest.split_at(end)).find_map(|(piece, rest)| Some((list.get(piece)?, rest)));
            known = longest.is_some();
            if let Some((piece, left)) = longest {
                pieces.push(*piece);
                (rest, list) = (left, &self.inner);
            }
        }
        if !known {
            pieces.truncate(before);
            pieces.push(self.unknown);
        }
    }
}

/// The text in lower case without accents and without what nobody sees.
fn plain(text: &str) -> impl Iterator<Item = char> {
    let seen = text.chars().filter(|&c| matches!(c, '\t' | '\n' | '\r') || !is_unseen(c));
    seen.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase)
}

/// Control and format characters (joiners of emoji, marks of direction, soft hyphens), and what stands for lost text.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffd}' | '\u{e0001}'..='\u{e007f}')
}

/// Whether a character is a word of its own.
fn is_alone(c: char) -> bool {
    c.is_ascii_punctuation() || !c.is_ascii() && (is_punctuation(c) || is_chinese(c))
}

/// Unicode's punctuation in the scripts that speech is transcribed to, without that of ASCII.
fn is_punctuation(c: char) -> bool {
    matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37e}' | '\u{387}' | '\u{589}' | '\u{58a}' | '\u{5be}')
        || matches!(c, '\u{55a}'..='\u{55f}' | '\u{5f3}' | '\u{5f4}' | '\u{60c}' | '\u{61b}' | '\u{61e}' | '\u{61f}')
        || matches!(c, '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{970}' | '\u{e4f}')
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}')
        || matches!(c, '\u{2053}'..='\u{205e}' | '\u{207d}' | '\u{207e}' | '\u{208d}' | '\u{208e}')
        || matches!(c, '\u{2308}'..='\u{230b}' | '\u{2329}' | '\u{232a}' | '\u{2768}'..='\u{2775}')
        || matches!(c, '\u{27e6}'..='\u{27ef}' | '\u{2e00}'..='\u{2e2e}' | '\u{2e30}'..='\u{2e4f}')
        || matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}')
        || matches!(c, '\u{3030}' | '\u{303d}' | '\u{30a0}' | '\u{30fb}' | '\u{fe10}'..='\u{fe19}')
        || matches!(c, '\u{fe30}'..='\u{fe52}' | '\u{fe54}'..='\u{fe61}' | '\u{fe63}' | '\u{fe68}')
        || matches!(c, '\u{ff01}'..='\u{ff03}' | '\u{ff05}'..='\u{ff0a}' | '\u{ff0c}'..='\u{ff0f}')
        || matches!(c, '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{ff20}' | '\u{ff3b}'..='\u{ff3d}' | '\u{ff3f}')
        || matches!(c, '\u{ff5b}' | '\u{ff5d}' | '\u{ff5f}'..='\u{ff65}')
}

/// Chinese characters, which are written without spaces.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
        || matches!(c, '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}')
        || matches!(c, '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::LazyLock;

    const COUNT: usize = 30_522;

    fn file() -> Vec<u8> {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/all-minilm-l6-v2-tokenizer.json")).unwrap()
    }

    static LIST: LazyLock<WordPieces> = LazyLock::new(|| WordPieces::read(&file(), COUNT).unwrap());

    /// The numbers are those of the Python package `tokenizers` 0.23.
    #[test]
    fn pieces_are_those_of_the_reference() {
        let long = format!("{} antidisestablishmentarianism", "x".repeat(101));
        let cases: &[(&str, &[u32])] = &[
            ("", &[]),
            ("Is it safe to swim after a fusion?", &[2003, 2009, 3647, 2000, 9880, 2044, 1037, 10077, 1029]),
            (
                "The café's naïve señor said: L4-L5, don't bend!",
                &[
                    1996, 7668, 1005, 1055, 15743, 12411, 2953, 2056, 1024, 1048, 2549, 1011, 1048, 2629, 1010, 2123,
                    1005, 1056, 8815, 999,
                ],
            ),
            ("Ça va? 😀 ok…", &[6187, 12436, 1029, 100, 7929, 1529]),
            (
                "Straße  ÅNGSTRÖM – “quoted” 5°C \u{200b}\ttab",
                &[2358, 27807, 17076, 15687, 1516, 1523, 9339, 1524, 1019, 7737, 2278, 21628],
            ),
            ("日本 and 脊椎", &[1864, 1876, 1998, 100, 100]),
            (&long, &[100, 3424, 10521, 4355, 7875, 13602, 3672, 12199, 2964]),
            (
                "Dr. O'Neill's 82-year-old father takes 2.5 mg/day.",
                &[
                    2852, 1012, 1051, 1005, 11511, 1005, 1055, 6445, 1011, 2095, 1011, 2214, 2269, 3138, 1016, 1012,
                    1019, 11460, 1013, 2154, 1012,
                ],
            ),
            ("👩\u{200d}⚕\u{fe0f} ❤\u{fe0f} ½ µm №5 ﬁne", &[100, 100, 1092, 1085, 2213, 1578, 2629, 1984, 2638]),
        ];
        for (text, inner) in cases {
            let expected: Vec<u32> = [&[101], *inner, &[102]].concat();
            assert_eq!(LIST.pieces(text, 128), expected, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = "is it safe ".repeat(60);
        let pieces = LIST.pieces(&text, 128);
        assert_eq!((pieces.len(), pieces[0], pieces[126], pieces[127]), (128, 101, 3647, 102));
        assert_eq!(LIST.pieces("antidisestablishmentarianism", 4), [101, 3424, 10521, 102]);
    }

    #[test]
    fn another_or_a_damaged_list_is_refused() {
        let whole = file();
        assert!(WordPieces::read(&whole[..whole.len() / 2], COUNT).unwrap_err().starts_with(OTHER_BUILD));
        assert!(WordPieces::read(&whole, COUNT - 1).unwrap_err().contains("more pieces"));
        let small = r###"{"model":{"type":"T","continuing_subword_prefix":"##","vocab":{"[CLS]":0,"[SEP]":1}}}"###;
        assert_eq!(WordPieces::read(small.as_bytes(), COUNT).unwrap_err(), OTHER_BUILD);
        let lacks = small.replace("\"T\"", "\"WordPiece\"");
        assert_eq!(WordPieces::read(lacks.as_bytes(), COUNT).unwrap_err(), "the piece [UNK] is missing");
    }

    proptest! {
        #[test]
        fn any_text_is_cut(text in "\\PC{0,200}", most in 2usize..130) {
            let pieces = LIST.pieces(&text, most);
            prop_assert!(pieces.len() <= most && pieces[0] == 101 && pieces[pieces.len() - 1] == 102);
            prop_assert!(pieces.iter().all(|&piece| (piece as usize) < COUNT));
        }
    }
}
