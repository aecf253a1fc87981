//! The text of a file as the contract's types. What can't be read is told, and the rest is read all the same.

use super::faults::{Faults, shown};
use super::place::{Place, Position, Step};
use super::{lines, structure};
use crate::export::contract::{
    CONTRACT, Document, Episode, FORMAT, FeedEntry, FeedTombstone, GoneReason, PublicEntry, Tombstone,
};
use crate::model::{EntryId, EpisodeId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The largest file that is read, in bytes. The feed of 15,000 entries has about 40 million.
pub(super) const LARGEST: usize = 512 << 20;

/// What a file says, as far as it can be read. Numbers are places in the file's lists.
pub(super) struct Read {
    pub(super) document: Document,
    pub(super) contract: String,
    /// Of a feed that lists only what changed: since when.
    pub(super) since: Option<Timestamp>,
    /// Of an `episode.json`.
    pub(super) episode: Option<Episode>,
    /// Of an `episode.json`.
    pub(super) entries: Vec<(usize, PublicEntry)>,
    /// Of a `feed.json`.
    pub(super) rows: Vec<(usize, FeedEntry)>,
    pub(super) gone: Vec<Gone>,
    /// Whether all of its entries and tombstones could be read.
    pub(super) whole: bool,
}

/// A tombstone of either document.
pub(super) struct Gone {
    pub(super) index: usize,
    pub(super) id: EntryId,
    pub(super) episode: EpisodeId,
    pub(super) at: Timestamp,
    pub(super) reason: GoneReason,
    pub(super) notice: Option<String>,
}

impl Gone {
    pub(super) fn place(&self) -> Place {
        Place::default().name("tombstones").item(self.index)
    }
}

/// The place of an entry of either document.
pub(super) fn entry_at(index: usize) -> Place {
    Place::default().name("entries").item(index)
}

/// Reads a file; `None` when it is nothing that can be read on. Notes are what people should know and no fault.
pub(super) fn read(bytes: &[u8], faults: &mut Faults, notes: &mut Vec<String>) -> Option<Read> {
    let root = Place::default();
    let text = match text(bytes) {
        Ok(text) => text,
        Err((at, what)) => {
            faults.add_at(root, at, what);
            return None;
        }
    };
    let mut value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let at = Position { line: error.line().max(1), column: error.column().max(1) };
            faults.add_at(root, at, not_json(text, &error));
            return None;
        }
    };
    for (place, at) in lines::duplicates(text, super::faults::MOST) {
        faults.add_at(
            place,
            at,
            "The object has this name already: a reader would take one of the two and drop the other.",
        );
    }
    let Some(document) = kind(&value) else {
        faults.add(root, "This is JSON, but neither an episode.json nor a feed.json of this program.");
        return None;
    };
    let newer = version(&value, faults, notes)?;
    for unknown in structure::check(document, &value, newer, faults) {
        remove(&mut value, unknown.steps());
    }
    decimals(&value, &root, faults);
    Some(typed(document, &value, faults))
}

fn text(bytes: &[u8]) -> Result<&str, (Position, String)> {
    if bytes.len() > LARGEST {
        return Err((Position::START, format!("The file is larger than {} MB.", LARGEST >> 20)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (Position { line, column }, "This is not UTF-8 text.".to_owned())
    })?;
    if text.starts_with('\u{feff}') {
        return Err((Position::START, "The file begins with a byte order mark, which JSON must not have.".to_owned()));
    }
    Ok(text)
}

fn not_json(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "The file is empty.".to_owned();
    }
    let whole = error.to_string();
    // The line is told already.
    let why = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(why, _)| why);
    match error.classify() {
        // The parser's own limit, which keeps its stack.
        _ if why.contains("recursion limit") => "Lists and objects nest deeper here than in any export.".to_owned(),
        serde_json::error::Category::Eof => "The file ends in the middle: it was not written whole.".to_owned(),
        _ => format!("This is no JSON: {why}."),
    }
}

/// Which document it means to be, by the members that one of them alone has.
fn kind(value: &Value) -> Option<Document> {
    let has = |name| value.get(name).is_some();
    let is_list = |name| value.get(name).is_some_and(Value::is_array);
    match () {
        () if has("version") || !is_list("entries") && !is_list("tombstones") && !has("contract") => None,
        () if has("episode") || has("provenance") => Some(Document::Episode),
        () if has("heading") || has("disclaimer") || has("since") || has("contract") => Some(Document::Feed),
        () => None,
    }
}

/// Whether the document was made with a newer minor version, and may have fields that are not known here; `None` when its
/// major version is not known, so that nothing in it can be judged.
fn version(value: &Value, faults: &mut Faults, notes: &mut Vec<String>) -> Option<bool> {
    let root = Place::default();
    let unknown = |major: u64| {
        let remedy = if major > u64::from(FORMAT) { "use a newer spinetime" } else { "export again" };
        format!("This is version {major} of the contract, and this program knows version {FORMAT}: {remedy}.")
    };
    if let Some(format) = value.get("format").and_then(Value::as_u64)
        && format != u64::from(FORMAT)
    {
        faults.add(root.name("format"), unknown(format));
        return None;
    }
    let Some(stated) = value.get("contract").and_then(Value::as_str).and_then(parts) else { return Some(false) };
    if stated[0] != u64::from(FORMAT) {
        faults.add(root.name("contract"), unknown(stated[0]));
        return None;
    }
    let own = parts(CONTRACT).unwrap_or_default();
    let newer = stated[1] > own[1];
    if newer {
        notes.push(format!(
            "The file was made with version {}.{}.{} of the contract, and this program knows {CONTRACT}: fields that are new \
             in it were not checked.",
            stated[0], stated[1], stated[2]
        ));
    }
    Some(newer)
}

fn parts(version: &str) -> Option<[u64; 3]> {
    let mut numbers = version.split('.').map(|part| part.parse::<u64>().ok());
    let parts = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(parts)
}

/// The major version that a file states which [`read`] can't read on.
pub(super) fn stated_major(bytes: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Stated {
        format: u64,
    }
    serde_json::from_slice::<Stated>(bytes).ok().map(|stated| stated.format)
}

fn remove(value: &mut Value, steps: &[Step]) {
    let Some((last, before)) = steps.split_last() else { return };
    let mut here = value;
    for step in before {
        let inside = match step {
            Step::Name(name) => here.get_mut(name),
            Step::Item(index) => here.get_mut(index),
        };
        let Some(inside) = inside else { return };
        here = inside;
    }
    if let (Value::Object(members), Step::Name(name)) = (here, last) {
        members.shift_remove(name);
    }
}

/// Times are whole milliseconds. A schema can't say that of decimal fractions: validators divide in binary ones.
fn decimals(value: &Value, here: &Place, faults: &mut Faults) {
    const TIMES: [&str; 6] = ["start", "end", "duration", "question_start", "answer_start", "answer_end"];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Number(number) if TIMES.contains(&name.as_str()) => {
                        let text = number.to_string();
                        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
                        if fraction.len() > 3 || text.contains("e-") {
                            faults.add(here.name(name), format!("{text} has more than three decimals."));
                        }
                    }
                    Value::Object(_) | Value::Array(_) => decimals(member, &here.name(name), faults),
                    _ => {}
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                decimals(item, &here.item(index), faults);
            }
        }
        _ => {}
    }
}

fn typed(document: Document, value: &Value, faults: &mut Faults) -> Read {
    let root = Place::default();
    let episode: Option<Episode> = match document {
        Document::Episode => one(value.get("episode"), &root.name("episode"), faults),
        Document::Feed => None,
    };
    let mut read = Read {
        document,
        contract: value.get("contract").and_then(Value::as_str).unwrap_or_default().to_owned(),
        since: value.get("since").and_then(|since| Option::<Timestamp>::deserialize(since).ok()).flatten(),
        entries: Vec::new(),
        rows: Vec::new(),
        gone: Vec::new(),
        whole: true,
        episode,
    };
    let list = |name| value.get(name).and_then(Value::as_array).into_iter().flatten().enumerate();
    for (index, entry) in list("entries") {
        let place = entry_at(index);
        match document {
            Document::Episode => read.entries.extend(one(Some(entry), &place, faults).map(|entry| (index, entry))),
            Document::Feed => read.rows.extend(one(Some(entry), &place, faults).map(|row| (index, row))),
        }
    }
    for (index, tombstone) in list("tombstones") {
        let place = root.name("tombstones").item(index);
        read.gone.extend(match document {
            Document::Feed => one::<FeedTombstone>(Some(tombstone), &place, faults).map(|gone| Gone {
                index,
                id: gone.id,
                episode: gone.episode_id,
                at: gone.at,
                reason: gone.reason,
                notice: gone.notice,
            }),
            // Without its episode nothing can be said of a tombstone.
            Document::Episode => one::<Tombstone>(Some(tombstone), &place, faults)
                .zip(read.episode.as_ref().map(|episode| episode.id.clone()))
                .map(|(gone, episode)| Gone {
                    index,
                    id: gone.id,
                    episode,
                    at: gone.at,
                    reason: gone.reason,
                    notice: gone.notice,
                }),
        });
    }
    let (entries, tombstones) = (list("entries").count(), list("tombstones").count());
    read.whole = entries == read.entries.len() + read.rows.len() && tombstones == read.gone.len();
    read
}

/// A part as its type. What the schema let pass and the type does not is told here.
fn one<T: for<'de> Deserialize<'de>>(value: Option<&Value>, place: &Place, faults: &mut Faults) -> Option<T> {
    match T::deserialize(value?) {
        Ok(part) => Some(part),
        Err(error) => {
            if !faults.touch(place) {
                faults.add(place.clone(), format!("This can't be read: {}.", shown(&error.to_string())));
            }
            None
        }
    }
}
