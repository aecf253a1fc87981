//! What is published of the contract beside the program: the schemas, the list of fields, and the tables and examples of
//! `docs/contract.md`. All are made of the types; these tests hold the committed files to that. With `RENEW=1` in the
//! environment they write the files instead.

use super::{CONTRACT, Document};
use crate::export::tests::example;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HOW: &str = "renew it with: RENEW=1 cargo test --lib export::contract::published";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn hold(name: &str, meant: &str) {
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(path(name), meant).unwrap();
    }
    let committed = std::fs::read_to_string(path(name)).unwrap_or_default();
    assert!(committed == meant, "{name} is not what the types say; {HOW}");
}

#[test]
fn the_schemas_are_those_of_the_types() {
    for document in Document::ALL {
        let schema = document.schema();
        assert_eq!(schema["$id"], format!("urn:spinetime:schema:{}:1", document.name()));
        assert_eq!(schema["additionalProperties"], false);
        assert!(jsonschema::meta::is_valid(&schema));
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        hold(&format!("schema/{}.schema.json", document.name()), &text);
    }
}

/// The major and the minor number.
fn version(text: &str) -> (u64, u64) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

/// What the version must be at least, when fields go from `old` to `new`.
fn due(released: &str, old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> (u64, u64) {
    let (major, minor) = version(released);
    match () {
        () if old.difference(new).next().is_some() => (major + 1, 0),
        () if new.difference(old).next().is_some() => (major, minor + 1),
        () => (major, minor),
    }
}

#[test]
fn a_field_that_goes_needs_a_major_version_and_one_that_comes_a_minor_one() {
    let fields = fields();
    let text = format!("{CONTRACT}\n{}\n", fields.join("\n"));
    let committed = std::fs::read_to_string(path("schema/fields.txt")).unwrap_or_else(|_| text.clone());
    let (released, old) = committed.split_once('\n').unwrap();
    let (old, new) = (old.lines().collect(), fields.iter().map(String::as_str).collect());
    let least = due(released, &old, &new);
    assert!(
        version(CONTRACT) >= least,
        "the fields of schema/fields.txt changed since {released}: CONTRACT must be {}.{}.0 or more",
        least.0,
        least.1
    );
    hold("schema/fields.txt", &text);
}

#[test]
fn the_rule_of_versions() {
    let set = |fields: &[&'static str]| fields.iter().copied().collect::<BTreeSet<&str>>();
    let old = set(&["a text", "b number"]);
    assert_eq!(due("1.2.0", &old, &old), (1, 2));
    assert_eq!(due("1.2.0", &old, &set(&["a text", "b number", "c text"])), (1, 3));
    assert_eq!(due("1.2.0", &old, &set(&["a text", "b text"])), (2, 0));
    assert_eq!(due("1.2.0", &old, &set(&["a text"])), (2, 0));
}

#[test]
fn the_docs_have_every_field_and_the_examples_that_the_program_makes() {
    let name = "docs/contract.md";
    let mut docs = std::fs::read_to_string(path(name)).unwrap();
    for document in Document::ALL {
        docs = with(&docs, &format!("fields of {document}"), &tables(&document.schema()));
        docs = with(&docs, &format!("example of {document}"), &format!("```json\n{}```\n", example(*document)));
    }
    hold(name, &docs);
}

/// The text with `part` between the marks of `what`.
fn with(docs: &str, what: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- {what} -->\n"), format!("<!-- end of {what} -->\n"));
    let from = docs.find(&begin).unwrap_or_else(|| panic!("docs/contract.md lacks {begin}")) + begin.len();
    let until = docs.find(&end).unwrap_or_else(|| panic!("docs/contract.md lacks {end}"));
    format!("{}\n{part}\n{}", &docs[..from], &docs[until..])
}

/// The objects and enumerations of a schema: the document itself, then what it refers to in the order of the text.
fn parts(schema: &Value) -> Vec<(String, &Value)> {
    let mut parts = vec![(schema["title"].as_str().unwrap().to_owned(), schema)];
    let mut i = 0;
    while i < parts.len() {
        for part in references(parts[i].1) {
            if parts.iter().all(|(name, _)| *name != part) {
                let value = &schema["$defs"][&part];
                parts.push((part, value));
            }
        }
        i += 1;
    }
    parts
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "$defs")
            .flat_map(|(name, member)| match member.as_str().filter(|_| name == "$ref") {
                Some(path) => vec![path.rsplit('/').next().unwrap().to_owned()],
                None => references(member),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// What stands in a field, in words.
fn kind(schema: &Value) -> String {
    if let Some(path) = schema["$ref"].as_str() {
        return format!("`{}`", path.rsplit('/').next().unwrap());
    }
    if let Some(ways) = schema["anyOf"].as_array() {
        return ways.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let names: Vec<String> = match &schema["type"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    };
    let word = |name: &String| match (name.as_str(), schema["format"].as_str()) {
        ("string", Some("uri")) => "web address".to_owned(),
        ("string", Some("date")) => "day".to_owned(),
        ("string", Some("date-time")) => "moment".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        (other, _) => other.to_owned(),
    };
    names.iter().map(word).collect::<Vec<_>>().join(" or ")
}

fn members(part: &Value) -> Vec<(&String, &Value, bool)> {
    let required = part["required"].as_array().cloned().unwrap_or_default();
    let all = part["properties"].as_object();
    all.into_iter()
        .flatten()
        .map(|(name, field)| (name, field, required.contains(&Value::from(name.clone()))))
        .collect()
}

/// The values of an enumeration with what they mean.
fn values(part: &Value) -> Vec<(String, String)> {
    let one =
        |way: &Value| (way["const"].as_str().unwrap().to_owned(), way["description"].as_str().unwrap().to_owned());
    part["oneOf"].as_array().map(|ways| ways.iter().map(one).collect()).unwrap_or_default()
}

fn tables(schema: &Value) -> String {
    let mut text = Vec::new();
    for (name, part) in parts(schema) {
        let about = part["description"].as_str().unwrap();
        let heading = if std::ptr::eq(part, schema) { String::new() } else { format!("### {name}\n\n{about}\n\n") };
        let (fields, values) = (members(part), values(part));
        let mut rows = match fields.is_empty() {
            true => vec!["| value | meaning |".to_owned(), "|---|---|".to_owned()],
            false => vec!["| field | holds | meaning |".to_owned(), "|---|---|---|".to_owned()],
        };
        rows.extend(values.iter().map(|(value, about)| format!("| `{value}` | {about} |")));
        rows.extend(fields.iter().map(|(name, field, required)| {
            let may = if *required { "" } else { ", may be left out" };
            format!("| `{name}` | {}{may} | {} |", kind(field), field["description"].as_str().unwrap())
        }));
        text.push(format!("{heading}{}\n", rows.join("\n")));
    }
    text.join("\n")
}

/// Each field of each document with what it holds, and each value of an enumeration.
fn fields() -> Vec<String> {
    let mut lines = Vec::new();
    for document in Document::ALL {
        let schema = document.schema();
        for (name, part) in parts(&schema) {
            let of = if std::ptr::eq(part, &schema) { String::new() } else { format!("{name}.") };
            lines.extend(values(part).iter().map(|(value, _)| format!("{document} {name}: {value}")));
            for (field, holds, required) in members(part) {
                let may = if required { "" } else { ", may be left out" };
                lines.push(format!("{document} {of}{field}: {}{may}", kind(holds).replace('`', "")));
            }
        }
    }
    lines
}
