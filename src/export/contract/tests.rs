use super::*;
use crate::model::{Change, Edit, Entries, Entry, Status, Tombstone as Vanished};

const A: &str = "e-aaaaaaaa";
const B: &str = "e-bbbbbbbb";

fn at(day: i8) -> Timestamp {
    format!("2026-11-{day:02}T10:00:00Z").parse().unwrap()
}

fn edit(seq: u64, day: i8, entry: &str, change: Change) -> Edit {
    Edit { seq, time: at(day), editor: "an editor".into(), entry: entry.parse().ok(), key: None, change }
}

fn approve(seq: u64, day: i8, entry: &str) -> Edit {
    edit(seq, day, entry, Change::Approve { content: None })
}

fn entry(id: &str, status: Status) -> Entry {
    let entry = serde_json::json!({
        "id": id, "status": status, "confidence": 1, "flags": [], "updated_at": at(1), "content_hash": "0".repeat(64),
        "question": { "text": "Q?", "verbatim": "", "start": 1, "end": 2, "source": "live", "asker": null },
        "answer": { "paragraphs": ["A."], "verbatim": "", "start": 2, "end": 3, "spans": [] },
        "credits": [{ "person": "jane-doe", "name": "Jane Doe", "credentials": "MD", "title": "", "affiliation": "",
                      "confidence": 1 }],
        "links": null, "approved_by": null, "approved_at": null,
    });
    serde_json::from_value(entry).unwrap()
}

fn entries(entries: Vec<Entry>, vanished: &[&str]) -> Entries {
    let head = serde_json::json!({
        "id": "2026-11-01-x", "series": "", "title": "", "held_on": null, "youtube_id": null, "recording_url": null,
        "duration": 9, "language": "en",
    });
    let made = serde_json::json!({
        "spinetime": "", "model": "", "model_sha256": "0".repeat(64), "source_sha256": "0".repeat(64),
    });
    let vanished = vanished.iter().map(|id| Vanished { id: id.parse().unwrap(), at: at(9) });
    Entries {
        episode: serde_json::from_value(head).unwrap(),
        entries,
        tombstones: vanished.collect(),
        provenance: serde_json::from_value(made).unwrap(),
    }
}

fn reasons(entries: &Entries, edits: &[Edit]) -> Vec<(String, GoneReason, Timestamp)> {
    gone(entries, edits).into_iter().map(|gone| (gone.id.to_string(), gone.reason, gone.at)).collect()
}

#[test]
fn what_was_never_approved_leaves_no_trace() {
    let all = [Status::Draft, Status::NeedsReview, Status::Dismissed, Status::Possible, Status::Unanswered];
    for status in all {
        assert_eq!(gone(&entries(vec![entry(A, status)], &[]), &[]), [], "{status:?}");
    }
    assert_eq!(gone(&entries(vec![entry(A, Status::Approved)], &[]), &[approve(1, 2, A)]), []);
}

#[test]
fn what_was_approved_once_is_gone_for_the_reason_that_people_gave() {
    let edits = [approve(1, 2, A), approve(2, 3, B), edit(3, 4, A, Change::Dismiss)];
    for (status, reason) in [
        (Status::Dismissed, GoneReason::Removed),
        (Status::NeedsReview, GoneReason::Unapproved),
        (Status::Draft, GoneReason::Unapproved),
    ] {
        let stand = entries(vec![entry(A, status), entry(B, Status::Approved)], &[]);
        assert_eq!(reasons(&stand, &edits), [(A.to_owned(), reason, at(4))]);
    }
    // An approval that was taken back may have been exported before.
    let undone = [approve(1, 2, A), Edit { entry: None, ..edit(2, 5, A, Change::Undo { seq: 1 }) }];
    let stand = entries(vec![entry(A, Status::Draft)], &[]);
    assert_eq!(reasons(&stand, &undone), [(A.to_owned(), GoneReason::Unapproved, at(5))]);
}

#[test]
fn a_withdrawn_entry_keeps_its_notice_and_one_that_came_back_is_not_gone() {
    let mut withdrawn = entry(A, Status::Withdrawn);
    withdrawn.withdrawn = Some("New guidance.".into());
    let found = gone(&entries(vec![withdrawn], &[]), &[]);
    assert_eq!((found[0].reason, found[0].notice.as_deref()), (GoneReason::Withdrawn, Some("New guidance.")));
    let stand = entries(vec![entry(A, Status::Approved)], &[A, B]);
    assert_eq!(reasons(&stand, &[approve(1, 2, A)]), [(B.to_owned(), GoneReason::Removed, at(9))]);
}

#[test]
fn what_was_merged_into_another_or_made_by_a_split_that_was_taken_back_is_removed() {
    let merge = edit(2, 4, B, Change::Merge { other: A.parse().unwrap() });
    let stand = entries(vec![entry(A, Status::Dismissed), entry(B, Status::Approved)], &[]);
    assert_eq!(reasons(&stand, &[approve(1, 2, A), merge]), [(A.to_owned(), GoneReason::Removed, at(4))]);
    assert_eq!(reasons(&entries(Vec::new(), &[]), &[approve(1, 2, A)]), [(A.to_owned(), GoneReason::Removed, at(2))]);
}

#[test]
fn what_is_taken_back_makes_an_entry_newer_and_never_older() {
    let text = |text: &str| Change::SetQuestion { text: text.into() };
    let back = |seq, day, of| Edit { entry: None, ..edit(seq, day, A, Change::Undo { seq: of }) };
    let again = |seq, day, of| Edit { entry: None, ..edit(seq, day, A, Change::Redo { seq: of }) };
    let moments = |edits: &[Edit]| {
        let mut stand = entries(vec![entry(A, Status::Approved), entry(B, Status::Approved)], &[]);
        stand.entries[0].approved_at = Some(at(2));
        move_on(&mut stand, edits);
        let [a, b] = &stand.entries[..] else { panic!() };
        assert_eq!((b.updated_at, b.approved_at), (at(1), None));
        (a.updated_at, a.approved_at)
    };
    assert_eq!(moments(&[edit(1, 3, A, text("X?"))]), (at(1), Some(at(2))));
    assert_eq!(moments(&[edit(1, 3, A, text("X?")), back(2, 4, 1)]), (at(4), Some(at(2))));
    assert_eq!(moments(&[approve(1, 2, A), back(2, 4, 1), again(3, 5, 1)]), (at(1), Some(at(5))));
    assert_eq!(moments(&[edit(1, 3, A, Change::Accept), back(2, 4, 1), back(3, 5, 99)]), (at(1), Some(at(2))));
}
