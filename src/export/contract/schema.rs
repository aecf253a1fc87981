//! The contract's documents as JSON Schemas (2020-12): what `schema/*.json` holds, and what `validate` checks by.
//!
//! They are made of the types and their doc comments, so that the published schema can't say another thing than the program
//! does. They name no host: `$id` is a URN, and nothing is fetched by it.

use super::{CONTRACT, EpisodeDocument, FORMAT, FeedDocument};
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// A kind of document that the website imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// `episode.json`.
    Episode,
    /// `feed.json`.
    Feed,
}

/// No document of the contract has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no document of the contract: say episode or feed")]
pub struct UnknownDocument(String);

impl FromStr for Document {
    type Err = UnknownDocument;

    fn from_str(text: &str) -> Result<Self, UnknownDocument> {
        let named = |document: &&Self| text.trim().eq_ignore_ascii_case(document.name());
        Self::ALL.iter().find(named).copied().ok_or_else(|| UnknownDocument(text.to_owned()))
    }
}

impl fmt::Display for Document {
    /// The name of its files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.json", self.name())
    }
}

impl Document {
    /// Both.
    pub const ALL: &[Self] = &[Self::Episode, Self::Feed];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Episode => "episode",
            Self::Feed => "feed",
        }
    }

    /// Its JSON Schema.
    #[must_use]
    pub fn schema(self) -> Value {
        match self {
            Self::Episode => schema::<EpisodeDocument>("episode"),
            Self::Feed => schema::<FeedDocument>("feed"),
        }
    }
}

fn schema<T: JsonSchema>(name: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(plain));
    let made = settings.into_generator().into_root_schema_for::<T>();
    let Value::Object(mut members) = made.to_value() else { return Value::Bool(false) };
    let mut schema = serde_json::Map::new();
    if let Some(dialect) = members.remove("$schema") {
        schema.insert("$schema".to_owned(), dialect);
    }
    schema.insert("$id".to_owned(), Value::String(format!("urn:spinetime:schema:{name}:{FORMAT}")));
    // The version of the contract that it describes: an annotation, which no validator minds.
    schema.insert("x-contract-version".to_owned(), Value::String(CONTRACT.to_owned()));
    schema.append(&mut members);
    Value::Object(schema)
}

/// Without the names of Rust's number types, which no validator knows as formats, with descriptions on one line, and with
/// fields that may be null among those that are never left out.
fn plain(schema: &mut Schema) {
    if matches!(schema.get("format").and_then(Value::as_str), Some("double" | "uint32")) {
        schema.remove("format");
    }
    if let Some(text) = schema.get("description").and_then(Value::as_str) {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        schema.insert("description".to_owned(), Value::String(line));
    }
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return };
    let listed = schema.get("required").and_then(Value::as_array);
    let is_listed = |name: &str| listed.is_some_and(|list| list.iter().any(|other| other == name));
    let required: Vec<Value> = fields
        .iter()
        .filter(|(name, field)| is_listed(name) || may_be_null(field))
        .map(|(name, _)| Value::String(name.clone()))
        .collect();
    schema.insert("required".to_owned(), Value::Array(required));
}

/// A field that is left out while there is nothing to say is described without null.
fn may_be_null(field: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    let among = |list: &Value| list.as_array().is_some_and(|kinds| kinds.iter().any(is_null));
    let ways = field.get("anyOf").and_then(Value::as_array);
    field.get("type").is_some_and(among)
        || ways.is_some_and(|ways| ways.iter().any(|way| way.get("type").is_some_and(is_null)))
}
