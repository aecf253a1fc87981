//! A document against its JSON Schema, in sentences for people.

use super::faults::{Faults, shown};
use super::place::{Place, Step};
use crate::export::contract::{Document, ENTRY_ID, SHA256, SLUG, VERSION, YOUTUBE_ID};
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;
use std::sync::LazyLock;

/// Adds what the schema finds. Gives the members that the contract does not know, which are faults too unless
/// `newer_fields` are to be expected.
pub(super) fn check(document: Document, value: &Value, newer_fields: bool, faults: &mut Faults) -> Vec<Place> {
    let mut unknown = Vec::new();
    for error in validator(document).iter_errors(value) {
        tell(&error, value, newer_fields, faults, &mut unknown);
        // Enough is told, and it is known that there are more.
        if faults.more > 0 {
            break;
        }
    }
    unknown
}

/// Each is built once: a folder has a file for every episode.
fn validator(document: Document) -> &'static Validator {
    static EPISODE: LazyLock<Validator> = LazyLock::new(|| build(Document::Episode));
    static FEED: LazyLock<Validator> = LazyLock::new(|| build(Document::Feed));
    match document {
        Document::Episode => &EPISODE,
        Document::Feed => &FEED,
    }
}

fn build(document: Document) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .offline()
        .build(&document.schema())
        .expect("the schema is made of the program's own types")
}

fn tell(error: &ValidationError<'_>, value: &Value, newer_fields: bool, faults: &mut Faults, unknown: &mut Vec<Place>) {
    let place = place(error.instance_path(), value);
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                let member = place.name(name);
                if !newer_fields {
                    faults.add(member.clone(), "This is no field of the contract.");
                }
                unknown.push(member);
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.add(place, format!("The field {} is missing.", shown(name)));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            match context.iter().find(|way| is_meant(way, error)) {
                // Of "an object or null" it is the object: what is wrong lies inside.
                Some(way) => way.iter().for_each(|inner| tell(inner, value, newer_fields, faults, unknown)),
                None => faults.add(place, sentence(error)),
            }
        }
        _ => faults.add(place, sentence(error)),
    }
}

/// Whether the value is of the kind that this way of being right asks for.
fn is_meant(way: &[ValidationError<'static>], error: &ValidationError<'_>) -> bool {
    way.iter().all(|inner| {
        inner.instance_path() != error.instance_path()
            || !matches!(inner.kind(), Kind::Type { .. } | Kind::Constant { .. })
    })
}

/// The validator's path. A name of digits and an item's number look alike there: the document tells.
fn place(location: &Location, value: &Value) -> Place {
    let mut here = Some(value);
    let mut steps = Vec::new();
    for segment in location.segments() {
        let step = match (segment, here) {
            (LocationSegment::Index(index), Some(Value::Object(_))) => Step::Name(index.to_string()),
            (LocationSegment::Index(index), _) => Step::Item(index),
            (LocationSegment::Property(name), _) => Step::Name(name.into_owned()),
        };
        here = here.and_then(|value| match &step {
            Step::Name(name) => value.get(name),
            Step::Item(index) => value.get(index),
        });
        steps.push(step);
    }
    steps.into_iter().collect()
}

fn sentence(error: &ValidationError<'_>) -> String {
    let (kind, value) = (error.kind(), error.instance());
    let is = match value.as_ref() {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) => shown(text),
        other => other.to_string(),
    };
    match kind {
        Kind::Type { kind } => format!("This must be {}, and is {is}.", types(kind)),
        Kind::Constant { expected_value } => format!("This must be {expected_value}, and is {is}."),
        Kind::Enum { options } => format!("This must be one of {}, and is {is}.", choices(options.as_array())),
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => match constants(context) {
            names if names.is_empty() => format!("{is} is not what stands here."),
            names => format!("This must be {}, and is {is}.", names.join(" or ")),
        },
        Kind::Format { format } => format!("{is} is not {}.", format_words(format)),
        Kind::Pattern { pattern } => format!("{is} is not {}.", pattern_words(pattern)),
        Kind::MinLength { .. } => "This is empty.".to_owned(),
        Kind::MinItems { .. } => "This list is empty.".to_owned(),
        Kind::MaxLength { limit } => format!("{is} is longer than {limit} characters."),
        Kind::Minimum { limit } => format!("{is} is less than {limit}."),
        _ => format!("{is} breaks the schema's rule \"{}\".", kind.keyword()),
    }
}

fn types(kind: &TypeKind) -> String {
    let word = |one: JsonType| match one {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a text",
    };
    match kind {
        TypeKind::Single(one) => word(*one).to_owned(),
        TypeKind::Multiple(several) => several.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

fn choices(options: Option<&Vec<Value>>) -> String {
    options.into_iter().flatten().map(Value::to_string).collect::<Vec<_>>().join(", ")
}

/// What could have stood here: the constants, or where there are none the types.
fn constants(ways: &[Vec<ValidationError<'static>>]) -> Vec<String> {
    let errors = || ways.iter().flatten().map(ValidationError::kind);
    let constants: Vec<String> = errors()
        .filter_map(|kind| match kind {
            Kind::Constant { expected_value } => Some(expected_value.to_string()),
            _ => None,
        })
        .collect();
    let types = errors().filter_map(|kind| match kind {
        Kind::Type { kind } => Some(types(kind)),
        _ => None,
    });
    if constants.is_empty() { types.collect() } else { constants }
}

fn format_words(format: &str) -> &str {
    match format {
        "uri" => "a web address",
        "date" => "a day such as 2021-07-14",
        "date-time" => "a moment such as 2026-11-24T08:00:00Z",
        other => other,
    }
}

fn pattern_words(pattern: &str) -> &str {
    match pattern {
        ENTRY_ID => "an entry's id, such as e-7k3m9q2x",
        SLUG => "an id of lower-case letters, digits and single hyphens",
        YOUTUBE_ID => "a YouTube video's id of eleven letters, digits, - or _",
        SHA256 => "a SHA-256 of 64 hexadecimal digits",
        VERSION => "a version such as 1.0.0",
        other => other,
    }
}
