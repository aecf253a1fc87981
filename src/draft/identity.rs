//! Ids that last: an entry of a new draft keeps the id of the old one that it continues.

use crate::model::{Draft, DraftEntry, EntryId, Millis, Span, Tombstone};
use crate::text::similarity::similarity;
use jiff::Timestamp;
use std::collections::HashSet;

/// What identifies a pair, before it has an id.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) question: Span,
    pub(super) answer: Option<Span>,
    pub(super) text: String,
}

/// The weights of the question's time, the answer's time and the question's words.
const WEIGHTS: [f32; 3] = [0.4, 0.3, 0.3];
/// From here on two pairs are one. Equal times suffice without any common word, since another model may hear others.
const SAME: f32 = 0.5;
/// Words so alike make one pair of two without any common time (a recording that was cut anew), if there are
/// [`FEWEST_WORDS`] of them.
const SAME_WORDS: f32 = 0.85;
const FEWEST_WORDS: usize = 6;

/// The id for each of `shapes`, with the entry that it continues, and the tombstones of all that is gone.
pub(super) fn assign<'a>(
    shapes: &[Shape],
    previous: Option<&'a Draft>,
    now: Timestamp,
    random: &mut dyn FnMut() -> u64,
) -> (Vec<(EntryId, Option<&'a DraftEntry>)>, Vec<Tombstone>) {
    let old: &[DraftEntry] = previous.map_or(&[], |draft| &draft.entries);
    let mut tombstones = previous.map(|draft| draft.tombstones.clone()).unwrap_or_default();
    let mut scores = Vec::new();
    for (i, shape) in shapes.iter().enumerate() {
        for (j, entry) in old.iter().enumerate() {
            let score = likeness(shape, entry);
            if score >= SAME {
                scores.push((score, i, j));
            }
        }
    }
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut continued: Vec<Option<&DraftEntry>> = vec![None; shapes.len()];
    let mut taken = vec![false; old.len()];
    for (_, i, j) in scores {
        if continued[i].is_none() && !taken[j] {
            continued[i] = Some(&old[j]);
            taken[j] = true;
        }
    }
    let mut used: HashSet<EntryId> = old.iter().map(|entry| entry.entry.id.clone()).collect();
    used.extend(tombstones.iter().map(|tombstone| tombstone.id.clone()));
    let ids = continued
        .into_iter()
        .map(|from| match from {
            Some(entry) => (entry.entry.id.clone(), Some(entry)),
            None => (fresh(&mut used, random), None),
        })
        .collect();
    let gone = old.iter().zip(taken).filter(|(_, taken)| !taken);
    tombstones.extend(gone.map(|(entry, _)| Tombstone { id: entry.entry.id.clone(), at: now }));
    (ids, tombstones)
}

/// An id that was never used here; counts on from the random number if that was.
fn fresh(used: &mut HashSet<EntryId>, random: &mut dyn FnMut() -> u64) -> EntryId {
    let mut bits = random();
    loop {
        let id = EntryId::from_random(bits);
        if used.insert(id.clone()) {
            return id;
        }
        bits = bits.wrapping_add(1);
    }
}

/// How much the two are one pair, 0 to 1.
fn likeness(shape: &Shape, old: &DraftEntry) -> f32 {
    let old = &old.entry;
    let words = similarity(&shape.text, &old.question.verbatim);
    let question = shared(shape.question, old.question.span);
    let answers = shape.answer.zip(old.answer.as_ref().map(|answer| answer.span));
    let [by_question, by_answer, by_words] = WEIGHTS;
    let score = match answers {
        Some((new, old)) => by_question * question + by_answer * shared(new, old) + by_words * words,
        None => (by_question * question + by_words * words) / (by_question + by_words),
    };
    let many = shape.text.split_whitespace().count() >= FEWEST_WORDS;
    // Words alone count less than any agreement in time, so that a question asked twice keeps its places.
    if many && words >= SAME_WORDS { score.max(SAME * words / SAME_WORDS * 0.999 + 0.001) } else { score }
}

/// The common time over the whole.
fn shared(a: Span, b: Span) -> f32 {
    if a == b {
        return 1.0;
    }
    let both = a.overlap(b);
    let whole = a.length().plus(b.length()).minus(both);
    if whole == Millis::ZERO { 0.0 } else { (both.seconds() / whole.seconds()) as f32 }
}
