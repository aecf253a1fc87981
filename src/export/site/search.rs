//! The search's index: script files that a page loads as it needs them, since a page on a disk may load scripts and
//! nothing else.
//!
//! Entries have numbers. A shard holds the words that begin with the same two letters, each with the numbers of the
//! entries that have it and with where it stands; blocks hold what is shown of the entries. `index.js` tells which
//! shards there are. All of it calls functions of `search.js`.

use super::super::NamedBytes;
use super::terms::terms;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Entries in a block.
const BLOCK: usize = 500;

/// Where a word may stand, the weightiest first: question, experts, episode's title, answer.
const FIELDS: usize = 4;

/// What the list of results shows of an entry besides its texts.
pub(super) struct Found<'a> {
    pub(super) episode: &'a str,
    pub(super) title: &'a str,
    pub(super) date: &'a str,
    pub(super) id: &'a str,
    /// Whether it must be marked.
    pub(super) draft: bool,
}

/// The index while it grows.
#[derive(Debug, Default)]
pub(super) struct Index {
    blocks: Vec<Block>,
    entries: u32,
    /// By word: numbers of entries in order, each with a bit for every field.
    words: BTreeMap<String, Vec<(u32, u8)>>,
}

#[derive(Debug, Default)]
struct Block {
    episodes: Vec<Value>,
    last: String,
    entries: Vec<Value>,
}

impl Index {
    /// Takes the next entry. `texts` are those of [`FIELDS`].
    pub(super) fn add(&mut self, found: &Found, texts: [&str; FIELDS]) {
        let number = self.entries;
        self.entries += 1;
        for (field, text) in texts.into_iter().enumerate() {
            let bit = 1 << (FIELDS - 1 - field);
            for word in terms(text) {
                let places = self.words.entry(word).or_default();
                match places.last_mut() {
                    Some((last, bits)) if *last == number => *bits |= bit,
                    _ => places.push((number, bit)),
                }
            }
        }
        if self.blocks.last().is_none_or(|block| block.entries.len() == BLOCK) {
            self.blocks.push(Block::default());
        }
        let Some(block) = self.blocks.last_mut() else { return };
        if block.episodes.is_empty() || block.last != found.episode {
            block.episodes.push(json!([found.episode, found.title, found.date]));
            found.episode.clone_into(&mut block.last);
        }
        let mut row = vec![json!(block.episodes.len() - 1), json!(found.id), json!(texts[0]), json!(texts[1])];
        // Left out for all others: they are the most.
        row.extend(found.draft.then(|| json!(1)));
        block.entries.push(row.into());
    }

    /// The files, and a version for their addresses: no browser should mix those of two exports.
    pub(super) fn files(self) -> (String, Vec<NamedBytes>) {
        let mut shards: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for (word, places) in self.words {
            let places = packed(&places);
            shards.entry(shard(&word)).or_default().insert(word, places.into());
        }
        let mut files = Vec::new();
        let mut put = |name: String, call: &str, values: Value| {
            files.push(NamedBytes {
                name: format!("assets/search/{name}.js"),
                bytes: format!("spinetimeSearch.{call}({values});\n").into_bytes(),
            });
        };
        let names: Vec<&str> = shards.keys().map(String::as_str).collect();
        put("index".into(), "open", json!({ "entries": self.entries, "block": BLOCK, "shards": names.join(" ") }));
        for (name, words) in shards {
            put(format!("w-{name}"), "shard", json!({ "name": name, "words": words }));
        }
        for (number, block) in self.blocks.into_iter().enumerate() {
            let values = json!({ "number": number, "episodes": block.episodes, "entries": block.entries });
            put(format!("e-{number}"), "block", values);
        }
        let mut hasher = Sha256::new();
        files.iter().for_each(|file| hasher.update(&file.bytes));
        let version = hasher.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        (version, files)
    }
}

/// The shard of a word, as part of a file's name: its first two characters, those outside ASCII by their number.
fn shard(word: &str) -> String {
    let first: Vec<char> = word.chars().take(2).collect();
    if first.iter().all(char::is_ascii) {
        return first.into_iter().collect();
    }
    first.iter().map(|c| format!("{:x}", u32::from(*c))).collect::<Vec<_>>().join("-")
}

/// Numbers as text, short where they follow each other: the distance to the number before, in base 36 and left out
/// where it is one, then a capital letter for the fields.
fn packed(places: &[(u32, u8)]) -> String {
    let mut text = String::new();
    let mut next = 0;
    for (number, bits) in places {
        if *number > next {
            let mut digits = [0_u8; 7];
            let (mut rest, mut at) = (number - next, digits.len());
            while rest > 0 {
                at -= 1;
                digits[at] = b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
                rest /= 36;
            }
            text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
        }
        let _ = text.write_char(char::from(b'@' + bits));
        next = number + 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As `search.js` reads it.
    fn unpacked(text: &str) -> Vec<(u32, u8)> {
        let (mut places, mut digits, mut next) = (Vec::new(), String::new(), 0);
        for c in text.chars() {
            if c.is_ascii_uppercase() {
                let number = next + u32::from_str_radix(&digits, 36).unwrap_or(0);
                places.push((number, c as u8 - b'@'));
                digits.clear();
                next = number + 1;
            } else {
                digits.push(c);
            }
        }
        places
    }

    #[test]
    fn a_word_is_found_where_it_stands() {
        let mut index = Index::default();
        let found = |id| Found { episode: "ep", title: "Your Back", date: "July 14, 2021", id, draft: id == "e-2" };
        index.add(&found("e-1"), ["Is yoga safe?", "Jane Doe, MD", "Your Back", "It is."]);
        index.add(&found("e-2"), ["Why?", "Jane Doe, MD", "Your Back", "Yoga, «Ünï» and 中文."]);
        let (version, files) = index.files();
        assert_eq!(version.len(), 8);
        let text: Vec<String> = files.iter().map(|file| String::from_utf8(file.bytes.clone()).unwrap()).collect();
        insta::assert_snapshot!(text[0].trim_end(), @r#"spinetimeSearch.open({"entries":2,"block":500,"shards":"4e2d-6587 an ba do is it ja md sa un wh yo"});"#);
        let shard =
            |end: &str| text[files.iter().position(|file| file.name.ends_with(end)).unwrap()].trim_end().to_owned();
        insta::assert_snapshot!(shard("/w-yo.js"), @r#"spinetimeSearch.shard({"name":"yo","words":{"yoga":"HA","your":"BB"}});"#);
        insta::assert_snapshot!(shard("/w-4e2d-6587.js"), @r#"spinetimeSearch.shard({"name":"4e2d-6587","words":{"中文":"1A"}});"#);
        insta::assert_snapshot!(shard("/e-0.js"), @r#"spinetimeSearch.block({"number":0,"episodes":[["ep","Your Back","July 14, 2021"]],"entries":[[0,"e-1","Is yoga safe?","Jane Doe, MD"],[0,"e-2","Why?","Jane Doe, MD",1]]});"#);
    }

    proptest! {
        #[test]
        fn numbers_come_back(gaps in proptest::collection::vec((0_u32..100_000, 1_u8..16), 0..40)) {
            let mut next = 0;
            let places: Vec<(u32, u8)> = gaps
                .into_iter()
                .map(|(gap, bits)| {
                    let number = next + gap;
                    next = number + 1;
                    (number, bits)
                })
                .collect();
            prop_assert_eq!(unpacked(&packed(&places)), places);
        }

        #[test]
        fn a_shards_name_is_a_files_name(word in "\\PC{1,6}") {
            let names: Vec<String> = terms(&word).iter().map(|term| shard(term)).collect();
            let is_plain = |name: &String| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            prop_assert!(names.iter().all(|name| !name.is_empty() && is_plain(name)));
        }
    }
}
