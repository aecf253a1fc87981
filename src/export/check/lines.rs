//! Finds places in the text of a JSON document, and names that an object has twice.
//!
//! The parser tells neither. It has accepted the text before, so that a walk over its marks is enough: no recursion, and no
//! more memory than the names of the objects that are open, or the places that are looked for. A text that is no JSON gives
//! a wrong answer, never a panic.

use super::place::{Place, Position, Step};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// What the walk comes by.
enum Mark<'t> {
    /// An object or an array begins.
    Opens,
    /// A member: its name with the quotes, and where that stands.
    Member(&'t str, usize),
    /// An item: its number, and where it stands.
    Item(usize, usize),
    /// An object or an array ends.
    Closes,
}

fn walk<'t>(text: &'t str, seen: &mut dyn FnMut(Mark<'t>)) {
    let bytes = text.as_bytes();
    // The number of the next item for an array, nothing for an object.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut wants_name = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' => at += 1,
            b',' => {
                wants_name = matches!(open.last(), Some(None));
                at += 1;
            }
            b'}' | b']' => {
                open.pop();
                wants_name = false;
                seen(Mark::Closes);
                at += 1;
            }
            b'"' if wants_name => {
                let end = string_end(bytes, at);
                seen(Mark::Member(text.get(at..end).unwrap_or_default(), at));
                wants_name = false;
                at = end;
            }
            first => {
                if let Some(Some(next)) = open.last_mut() {
                    seen(Mark::Item(*next, at));
                    *next += 1;
                }
                match first {
                    b'{' | b'[' => {
                        wants_name = *first == b'{';
                        open.push((!wants_name).then_some(0));
                        seen(Mark::Opens);
                        at += 1;
                    }
                    b'"' => at = string_end(bytes, at),
                    _ => {
                        at +=
                            bytes[at..].iter().position(|b| b",]} \t\n\r".contains(b)).map_or(bytes.len(), |n| n.max(1))
                    }
                }
            }
        }
    }
}

/// Behind the string that begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A member's name, from its text with the quotes.
fn name(quoted: &str) -> Cow<'_, str> {
    let bare = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(quoted);
    match bare.contains('\\') {
        true => Cow::Owned(serde_json::from_str(quoted).unwrap_or_else(|_| bare.to_owned())),
        false => Cow::Borrowed(bare),
    }
}

/// The members whose object has their name already, in the order of the text, at most `most`.
pub(super) fn duplicates(text: &str, most: usize) -> Vec<(Place, Position)> {
    let mut found: Vec<(Place, usize)> = Vec::new();
    let mut names: Vec<HashSet<Cow<'_, str>>> = Vec::new();
    let mut path: Vec<Mark<'_>> = Vec::new();
    walk(text, &mut |mark| match mark {
        Mark::Opens => names.push(HashSet::new()),
        Mark::Closes => {
            names.pop();
            path.truncate(names.len());
        }
        Mark::Item(..) | Mark::Member(..) => {
            path.truncate(names.len().saturating_sub(1));
            let new = match &mark {
                Mark::Member(quoted, at) => Some((name(quoted), *at)),
                _ => None,
            };
            path.push(mark);
            if let Some((name, at)) = new
                && names.last_mut().is_some_and(|names| !names.insert(name))
                && found.len() < most
            {
                found.push((path.iter().filter_map(step).collect(), at));
            }
        }
    });
    let offsets: Vec<usize> = found.iter().map(|(_, at)| *at).collect();
    found.into_iter().map(|(place, _)| place).zip(lines(text, &offsets)).collect()
}

fn step(mark: &Mark<'_>) -> Option<Step> {
    match mark {
        Mark::Member(quoted, _) => Some(Step::Name(name(quoted).into_owned())),
        Mark::Item(index, _) => Some(Step::Item(*index)),
        Mark::Opens | Mark::Closes => None,
    }
}

/// The places that are looked for, as a tree.
#[derive(Default)]
struct Wanted {
    names: BTreeMap<String, usize>,
    items: BTreeMap<usize, usize>,
}

/// Where the `places` stand: at a member's name, at an item's first character. One that is not there stands where the
/// nearest one around it does.
pub(super) fn positions(text: &str, places: &[&Place]) -> Vec<Position> {
    let mut tree = vec![Wanted::default()];
    let mut ends = Vec::with_capacity(places.len());
    let mut parents = vec![0];
    for place in places {
        let mut here = 0;
        for step in place.steps() {
            let new = tree.len();
            here = match step {
                Step::Name(name) => *tree[here].names.entry(name.clone()).or_insert(new),
                Step::Item(index) => *tree[here].items.entry(*index).or_insert(new),
            };
            if here == new {
                tree.push(Wanted::default());
                parents.push(0);
            }
        }
        ends.push(here);
    }
    for (parent, wanted) in tree.iter().enumerate() {
        for child in wanted.names.values().chain(wanted.items.values()) {
            parents[*child] = parent;
        }
    }
    let start = text.len() - text.trim_start().len();
    let mut offsets: Vec<Option<usize>> = vec![None; tree.len()];
    offsets[0] = Some(start);
    let mut around: Vec<Option<usize>> = Vec::new();
    let mut here = Some(0);
    walk(text, &mut |mark| {
        let inside = || around.last().copied().flatten();
        let (node, at) = match mark {
            Mark::Opens => return around.push(here.take()),
            Mark::Closes => {
                around.pop();
                here = None;
                return;
            }
            Mark::Member(quoted, at) => (inside().and_then(|node| tree[node].names.get(&*name(quoted))), at),
            Mark::Item(index, at) => (inside().and_then(|node| tree[node].items.get(&index)), at),
        };
        here = node.copied();
        if let Some(node) = here {
            offsets[node] = Some(at);
        }
    });
    let nearest = |mut node: usize| loop {
        match offsets[node] {
            Some(at) => return at,
            None => node = parents[node],
        }
    };
    let wanted: Vec<usize> = ends.into_iter().map(nearest).collect();
    lines(text, &wanted)
}

/// The lines and columns of byte offsets.
fn lines(text: &str, offsets: &[usize]) -> Vec<Position> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|i| offsets[*i]);
    let mut positions = vec![Position::START; offsets.len()];
    let (mut here, mut done) = (Position::START, 0);
    for i in order {
        let at = offsets[i].min(text.len());
        for byte in &text.as_bytes()[done..at] {
            match byte {
                b'\n' => here = Position { line: here.line + 1, column: 1 },
                // The further bytes of a character.
                0x80..=0xbf => {}
                _ => here.column += 1,
            }
        }
        done = at;
        positions[i] = here;
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn at(text: &str, place: &Place) -> (usize, usize) {
        let found = positions(text, &[place])[0];
        (found.line, found.column)
    }

    #[test]
    fn a_place_is_found_by_its_line() {
        let text = "\n{ \"a\": [1, {\"é\": 2, \"b\": [ ]}],\n  \"c\\u0064\": {\"a\": \"}\\\"]\"}, \"last\": null }";
        let root = Place::default();
        let second = root.name("a").item(1);
        assert_eq!(at(text, &root), (2, 1));
        assert_eq!(at(text, &second.name("b")), (2, 21));
        assert_eq!(at(text, &root.name("cd").name("a")), (3, 15));
        assert_eq!(at(text, &root.name("last")), (3, 29));
        // What is missing stands where it should be.
        assert_eq!(at(text, &second.name("b").item(7).name("x")), (2, 21));
        assert_eq!(at(text, &second.name("x")), (2, 12));
    }

    #[test]
    fn a_name_that_comes_twice_is_found_however_it_is_written() {
        let text =
            "{\"a\": {\"x\": 1, \"y\": {\"x\": 2}},\n \"b\": [{\"x\": 1}, {\"x\": 1, \"\\u0078\": 2}], \"a\": 3}";
        let found: Vec<String> =
            duplicates(text, 9).iter().map(|(p, at)| format!("{p} {}:{}", at.line, at.column)).collect();
        assert_eq!(found, ["$.b[1].x 2:27", "$.a 2:42"]);
        assert_eq!(duplicates(text, 1).len(), 1);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn places(value: &Value, here: &Place, all: &mut Vec<(Place, Value)>) {
        all.push((here.clone(), value.clone()));
        match value {
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, item)| places(item, &here.item(i), all));
            }
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| places(member, &here.name(name), all));
            }
            _ => {}
        }
    }

    proptest! {
        /// What stands at each position is what the parser has for its place.
        #[test]
        fn every_place_of_any_document_is_found(value in values(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(duplicates(&text, 9).len(), 0);
            let mut all = Vec::new();
            places(&value, &Place::default(), &mut all);
            let wanted: Vec<&Place> = all.iter().map(|(place, _)| place).collect();
            for ((place, value), at) in all.iter().zip(positions(&text, &wanted)) {
                let line = text.split('\n').nth(at.line - 1).unwrap();
                let column: String = line.chars().skip(at.column - 1).collect();
                let from_here = format!("{column}\n{}", text.split('\n').skip(at.line).collect::<Vec<_>>().join("\n"));
                let mut found = serde_json::Deserializer::from_str(&from_here).into_iter::<Value>();
                let first = found.next().unwrap().unwrap();
                match place.steps().last() {
                    Some(Step::Name(name)) => prop_assert_eq!(&first, name),
                    _ => prop_assert_eq!(&first, value),
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in r#"[\[\]{},:"\\ a1é\n]{0,60}"#) {
            let place = Place::default().name("a").item(1);
            let _ = (positions(&text, &[&place]), duplicates(&text, 3));
        }
    }
}
