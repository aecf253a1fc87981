//! What people write, decide and approve, an edit at a time.

use super::super::trial::{LATER, Trial, edit};
use super::*;
use crate::model::Millis;

fn trial() -> Trial {
    Trial::new(&[
        "H Our next question is from Maria in Queens.",
        "H Maria fears that it is not safe to run, so is it safe?",
        "E It is safe for most people, but do not run on ice, Maria.",
    ])
    .pair(1..2, &[2..3])
}

fn settled(draft: &Draft, changes: Vec<Change>) -> (Entry, Vec<ConflictReason>) {
    let id: EntryId = draft.entries[0].entry.id.clone();
    let edits: Vec<Edit> = changes.into_iter().zip(1..).map(|(change, seq)| edit(seq, &id, change)).collect();
    let (mut entries, conflicts) = apply(Ground { draft, material: None }, &edits);
    (entries.entries.remove(0), conflicts.into_iter().map(|conflict| conflict.reason).collect())
}

fn open(entry: &Entry) -> Vec<String> {
    let open = entry.flags.iter().filter(|flag| flag.blocking && flag.resolved.is_none());
    open.map(|flag| format!("{}: {}", flag.code, flag.text)).collect()
}

/// Every edit that clears the trial's findings.
fn cleared(draft: &Draft) -> Vec<Change> {
    let mut changes = vec![
        Change::SetQuestion { text: "Is it safe to run?".into() },
        Change::SetAnswer { paragraphs: vec!["It is safe for most people, but do not run on ice.".into()] },
    ];
    let (entry, _) = settled(draft, changes.clone());
    changes.extend(
        entry
            .flags
            .iter()
            .filter(|f| f.blocking)
            .map(|flag| Change::ResolveFlag { flag: Box::new(flag.clone()), how: "not published".into() }),
    );
    changes
}

#[test]
fn a_detail_that_is_edited_out_still_asks_about_the_word_for_word_text() {
    let draft = trial().draft();
    assert_eq!(open(&draft.entries[0].entry), ["asker-name-in-question: Maria", "asker-name-in-answer: Maria"]);
    let (entry, conflicts) = settled(&draft, cleared(&draft)[..2].to_vec());
    assert_eq!(open(&entry), ["asker-name-in-verbatim: Maria"]);
    assert!(conflicts.is_empty());
    let typed = Change::SetQuestion { text: "Is it safe to run in Queens when I'm 67?".into() };
    assert!(open(&settled(&draft, vec![typed]).0).contains(&"age-in-question: 67".to_owned()));
}

#[test]
fn approval_needs_everything_decided() {
    let draft = trial().draft();
    let (entry, conflicts) = settled(&draft, vec![Change::Approve { content: None }]);
    assert_eq!(entry.status, Status::NeedsReview);
    assert!(conflicts[0].to_string().starts_with("it can't be approved: a finding is still open"), "{}", conflicts[0]);
    let mut changes = cleared(&draft);
    changes.push(Change::Approve { content: None });
    let (entry, conflicts) = settled(&draft, changes.clone());
    assert_eq!((entry.status, conflicts), (Status::Approved, vec![]));
    assert_eq!((entry.approved_by.as_deref(), entry.updated_at), (Some("Wren"), LATER.parse().unwrap()));
    // A later edit keeps it, a personal detail ends it.
    changes.push(Change::SetQuestion { text: "Is running safe?".into() });
    assert_eq!(settled(&draft, changes.clone()).0.status, Status::Approved);
    changes.push(Change::SetQuestion { text: "Is running safe for Maria?".into() });
    assert_eq!(settled(&draft, changes).0.status, Status::NeedsReview);
}

#[test]
fn what_somebody_else_changes_is_to_be_approved_again() {
    let draft = trial().draft();
    let id = draft.entries[0].entry.id.clone();
    let mut changes = cleared(&draft);
    changes.push(Change::Approve { content: None });
    changes.push(Change::SetQuestion { text: "Is running safe?".into() });
    let mut edits: Vec<Edit> = (1..).zip(changes).map(|(seq, change)| edit(seq, &id, change)).collect();
    let status = |edits: &[Edit]| apply(Ground { draft: &draft, material: None }, edits).0.entries[0].status;
    assert_eq!(status(&edits), Status::Approved);
    edits.last_mut().unwrap().editor = "Robin".into();
    assert_eq!(status(&edits), Status::Draft);
    // What leaves the texts, times and credits as they are does not.
    let flag = draft.entries[0].entry.flags.iter().find(|flag| flag.code == "negation").unwrap().clone();
    edits.last_mut().unwrap().change = Change::ResolveFlag { flag: Box::new(flag), how: "heard it".into() };
    assert_eq!(status(&edits), Status::Approved);
}

#[test]
fn a_possible_entry_waits_until_a_person_accepts_it() {
    let mut trial = trial();
    trial.outline.possible = std::mem::take(&mut trial.outline.pairs);
    let draft = trial.draft();
    let (entry, _) = settled(&draft, vec![]);
    assert_eq!(entry.status, Status::Possible);
    assert!(entry.as_visible_draft().is_err() && entry.approved().is_err());
    assert_eq!(settled(&draft, cleared(&draft)).0.status, Status::Possible);
    let (accepted, conflicts) = settled(&draft, vec![Change::Accept]);
    assert_eq!((accepted.status, conflicts), (Status::NeedsReview, vec![]));
    assert_eq!(settled(&draft, vec![Change::Dismiss]).0.status, Status::Dismissed);
    // When a better model takes it for a pair, it is the same entry.
    trial.outline.pairs = std::mem::take(&mut trial.outline.possible);
    let again = trial.draft_after(Some(&draft), "2026-03-05T10:00:00Z", 7);
    assert_eq!((&again.entries[0].entry.id, again.entries[0].entry.status), (&entry.id, Status::NeedsReview));
}

#[test]
fn an_approval_ends_when_the_machine_changes_what_was_approved() {
    let trial = trial();
    let first = trial.draft();
    let mut changes = cleared(&first);
    changes.push(Change::Approve { content: None });
    let again = trial.draft_after(Some(&first), "2026-03-05T10:00:00Z", 7);
    assert_eq!(settled(&again, changes.clone()).0.status, Status::Approved);
    let mut other = trial.clone();
    other.transcript.words[30].text = "slopes,".into();
    let changed = other.draft_after(Some(&first), "2026-03-05T10:00:00Z", 7);
    let (entry, conflicts) = settled(&changed, changes);
    assert_eq!(entry.question.text, "Is it safe to run?", "the person's text stays");
    assert_eq!(conflicts, [ConflictReason::ChangedSince { at: "2026-03-05T10:00:00Z".parse().unwrap() }]);
    assert_eq!(entry.approved_by, None);
}

#[test]
fn naming_who_answers_settles_the_credit() {
    let mut trial = trial();
    trial.speakers.sentences[2] = None;
    let draft = trial.draft();
    let name = |id: &str| Change::SetSpeakers { people: vec![id.parse().unwrap()] };
    let (entry, _) = settled(&draft, vec![name("second-expert")]);
    assert_eq!(entry.credits[0].name, "Orson Pebble");
    assert_eq!(entry.answer.unwrap().spans[0].speaker, Some("second-expert".parse().unwrap()));
    assert!(entry.flags.iter().all(|flag| flag.kind != FlagKind::Credit || flag.resolved.is_some()));
    let (_, conflicts) = settled(&draft, vec![name("nobody")]);
    assert!(matches!(conflicts[..], [ConflictReason::UnknownPerson { .. }]));
}

#[test]
fn edits_of_what_is_gone_come_back_whole() {
    let draft = trial().draft();
    let mut empty = trial();
    empty.outline.pairs.clear();
    let after = empty.draft_after(Some(&draft), LATER, 7);
    let lost = edit(1, &draft.entries[0].entry.id, Change::SetQuestion { text: "Kept?".into() });
    let (entries, conflicts) = apply(Ground { draft: &after, material: None }, std::slice::from_ref(&lost));
    assert!(entries.entries.is_empty() && entries.tombstones.len() == 1);
    assert_eq!(conflicts, [Conflict { edit: lost, reason: ConflictReason::EntryGone }]);
}

#[test]
fn a_finding_is_silenced_with_a_reason_as_long_as_it_comes_back_and_can_be_opened_again() {
    let trial = trial();
    let draft = trial.draft();
    let flag = Box::new(draft.entries[0].entry.flags.iter().find(|f| f.code == "negation").unwrap().clone());
    let reason = |draft: &Draft, changes: Vec<Change>| -> Vec<Option<String>> {
        let flags = settled(draft, changes).0.flags;
        flags.into_iter().filter(|f| f.code == "negation" && f.text == flag.text).map(|f| f.resolved).collect()
    };
    let silence = Change::ResolveFlag { flag: flag.clone(), how: " heard it ".into() };
    let heard = Some("heard it".to_owned());
    assert_eq!(reason(&draft, vec![silence.clone()]), std::slice::from_ref(&heard));
    // The finding comes back elsewhere and with another message.
    let mut again = trial.clone();
    again.transcript.words.iter_mut().for_each(|word| {
        word.span = Span::new(word.span.start.plus(Millis(700)), word.span.end.plus(Millis(700)));
        word.probability = 0.6;
    });
    let again = again.draft_after(Some(&draft), LATER, 7);
    assert_ne!(again.entries[0].entry.flags.iter().find(|f| f.code == "negation").unwrap().message, flag.message);
    assert_eq!(reason(&again, vec![silence.clone()]), [heard]);
    let open = Change::ReopenFlag { flag: flag.clone() };
    assert_eq!(reason(&draft, vec![silence, open]), [None]);
    let blank = Change::ResolveFlag { flag: flag.clone(), how: "  ".into() };
    assert_eq!(settled(&draft, vec![blank]).1, [ConflictReason::NoReason]);
    // Opening a blocking finding ends an approval.
    let mut changes = cleared(&draft);
    let blocking = changes.iter().find_map(|change| match change {
        Change::ResolveFlag { flag, .. } => Some(flag.clone()),
        _ => None,
    });
    changes.extend([Change::Approve { content: None }, Change::ReopenFlag { flag: blocking.unwrap() }]);
    assert_eq!(settled(&draft, changes).0.status, Status::NeedsReview);
}

#[test]
fn withdrawing_says_why_and_restoring_asks_for_a_new_approval() {
    let draft = trial().draft();
    let mut changes = cleared(&draft);
    changes.extend([Change::Approve { content: None }, Change::Withdraw { reason: "Outdated.".into() }]);
    let (entry, _) = settled(&draft, changes.clone());
    assert_eq!((entry.status, entry.withdrawn.as_deref()), (Status::Withdrawn, Some("Outdated.")));
    assert_ne!(entry.content_hash, settled(&draft, cleared(&draft)).0.content_hash);
    changes.extend([Change::Approve { content: None }, Change::Restore]);
    let (entry, conflicts) = settled(&draft, changes);
    assert_eq!((entry.status, entry.withdrawn), (Status::Draft, None));
    assert_eq!(conflicts, [ConflictReason::PutAway]);
}
