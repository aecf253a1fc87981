//! The flat feed as a table, `entries.csv`: RFC 4180, UTF-8, one row an entry, the id first.
//!
//! The columns are the fields of the feed. Entries that must not be shown any more are rows too: their `status` is
//! the reason (`withdrawn`, `removed`, `unapproved`), `updated_at` says since when, and `notice` what their page says
//! instead.
//!
//! A spreadsheet takes a text that begins with `=`, `+`, `-`, `@`, a tab or a line's end for a formula, and runs it.
//! Such a text gets an apostrophe in front, also where it has apostrophes there already. So an importer takes one
//! apostrophe away where a cell matches `^'+[=+@\t\r\n\-＝＋－＠]`, and has the text as it was. Numbers are written by
//! this program, and never begin so.

use super::contract::FeedDocument;
use super::{ExportError, NamedBytes, json};
use csv::{Terminator, WriterBuilder};
use serde_json::{Map, Value};

const NAME: &str = "entries.csv";

/// The columns: the fields of [`super::contract::FeedEntry`], and the notice of what was withdrawn.
const COLUMNS: &[&str] = &[
    "id",
    "status",
    "question",
    "answer_text",
    "answer_html",
    "experts",
    "credit",
    "people",
    "source",
    "series",
    "episode_id",
    "episode_title",
    "held_on",
    "recording_url",
    "watch_url",
    "embed_url",
    "page_url",
    "language",
    "question_start",
    "answer_start",
    "answer_end",
    "approved_at",
    "updated_at",
    "content_hash",
    "notice",
];

/// The table.
pub(super) fn file(feed: &FeedDocument) -> Result<Vec<NamedBytes>, ExportError> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let fault = |e: csv::Error| ExportError::Made { name: NAME.to_owned(), reason: e.to_string() };
    table.write_record(COLUMNS).map_err(fault)?;
    for entry in &feed.entries {
        table.write_record(row(&json::value(NAME, entry)?)).map_err(fault)?;
    }
    for gone in &feed.tombstones {
        let mut fields = json::value(NAME, gone)?;
        for (old, new) in [("at", "updated_at"), ("reason", "status")] {
            if let Some(value) = fields.remove(old) {
                fields.insert(new.to_owned(), value);
            }
        }
        table.write_record(row(&fields)).map_err(fault)?;
    }
    let bytes =
        table.into_inner().map_err(|e| ExportError::Made { name: NAME.to_owned(), reason: e.error().to_string() })?;
    Ok(vec![NamedBytes { name: NAME.to_owned(), bytes }])
}

fn row(fields: &Map<String, Value>) -> Vec<String> {
    COLUMNS.iter().map(|column| fields.get(*column).map(cell).unwrap_or_default()).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => guarded(text),
        Value::Array(items) => guarded(&items.iter().map(bare).collect::<Vec<_>>().join("; ")),
        Value::Object(_) => guarded(&value.to_string()),
    }
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The text as no formula; see above. Control characters, which many readers of tables stop at, are blanks.
fn guarded(text: &str) -> String {
    let is_layout = |c: char| matches!(c, '\t' | '\r' | '\n');
    let text: String = text.chars().map(|c| if c.is_control() && !is_layout(c) { ' ' } else { c }).collect();
    let begins =
        text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if begins { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::export::contract::{self, GoneReason, Tombstone};
    use crate::export::timed::tests::document;
    use proptest::prelude::*;

    fn told() -> FeedDocument {
        let mut document =
            document(&[("=1+1, or \"2\"?", [10.0, 12.5], &["-5 is", "a number"], &[(13.0, 25.0, None)])]);
        document.tombstones = vec![Tombstone {
            id: "e-zzzzzzzz".parse().unwrap(),
            at: "2026-11-21T10:00:00Z".parse().unwrap(),
            reason: GoneReason::Withdrawn,
            notice: Some("@all: new guidance".into()),
        }];
        contract::feed(&[document], None, &Config::default()).unwrap()
    }

    fn table(feed: &FeedDocument) -> String {
        String::from_utf8(file(feed).unwrap().remove(0).bytes).unwrap()
    }

    #[test]
    fn a_table_of_entries_and_of_what_is_gone() {
        insta::assert_snapshot!(table(&told()).replace("\r\n", "␍␊\n"), @r#"
        id,status,question,answer_text,answer_html,experts,credit,people,source,series,episode_id,episode_title,held_on,recording_url,watch_url,embed_url,page_url,language,question_start,answer_start,answer_end,approved_at,updated_at,content_hash,notice␍␊
        e-00000000,approved,"'=1+1, or ""2""?","'-5 is

        a number","<p>-5 is</p>
        <p>a number</p>","Jane Doe, MD; Casper Quill, MD","Answered by Jane Doe, MD. Answered by Casper Quill, MD.",jane-doe; casper-quill,"This question was answered in the Spine Time webinar “Your Back”, held on July 14, 2021.",Spine Time,2021-07-14-your-back,Your Back,2021-07-14,https://www.youtube.com/watch?v=SpineTime01,https://www.youtube.com/watch?v=SpineTime01&t=13s,https://www.youtube-nocookie.com/embed/SpineTime01?start=1&end=2,,en,10.0,13.0,25.0,2026-11-20T10:00:00Z,2026-11-20T10:00:00Z,0000000000000000000000000000000000000000000000000000000000000000,␍␊
        e-zzzzzzzz,withdrawn,,,,,,,,,2021-07-14-your-back,,,,,,,,,,,,2026-11-21T10:00:00Z,,'@all: new guidance␍␊
        "#);
    }

    #[test]
    fn the_columns_are_the_feeds_fields() {
        let entry = serde_json::to_value(&told().entries[0]).unwrap();
        let fields: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(fields, COLUMNS[..COLUMNS.len() - 1].iter().collect::<Vec<_>>());
        assert_eq!(COLUMNS.last(), Some(&"notice"));
    }

    /// What the module's comment tells importers.
    fn unguarded(cell: &str) -> &str {
        let bare = cell.trim_start_matches('\'');
        let was_guarded = bare.len() < cell.len() && bare.starts_with(|c| "=+-@\t\r\n＝＋－＠".contains(c));
        if was_guarded { &cell[1..] } else { cell }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_begins_no_formula(text in "['=+@\\-\t\r\n\",;a＝ é<]{0,12}") {
            let mut feed = told();
            feed.entries[0].question.clone_from(&text);
            let table = table(&feed);
            let mut reader = csv::ReaderBuilder::new().from_reader(table.as_bytes());
            let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
            prop_assert_eq!(rows.len(), 2);
            let is_formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            prop_assert!(!rows.iter().flat_map(|row| row.iter()).any(is_formula));
            prop_assert_eq!(unguarded(&rows[0][2]), text);
            prop_assert_eq!((&rows[0][18], &rows[0][20]), ("10.0", "25.0"));
        }
    }
}
