//! Boundaries set by people, history, and drafts that change under people's work.

use super::super::seen;
use super::super::trial::{LATER, NOW, Trial, edit};
use super::*;
use crate::model::Millis;
use proptest::prelude::*;

const LATEST: &str = "2026-03-05T10:00:00Z";

/// Sentences of a webinar with two pairs; the second one's question is sentence 4.
fn trial() -> Trial {
    Trial::new(&[
        "H Our next question is, is it safe to run?",
        "E It is safe for most people, but do not run on ice.",
        "E Wear good shoes. ",
        "H A word from our sponsor, before we go on.",
        "E And warm up before you run.",
        "H Can I swim after a fusion?",
        "E Yes, you can swim after three months.",
        "H Thank you all for coming tonight.",
    ])
    .pair(0..1, &[1..3, 4..5])
    .pair(5..6, &[6..7])
}

struct Table {
    trial: Trial,
    material: Material,
    draft: Draft,
}

impl Table {
    fn new(trial: Trial) -> Self {
        Self { material: trial.material(), draft: trial.draft(), trial }
    }

    fn id(&self, pair: usize) -> EntryId {
        self.draft.entries[pair].entry.id.clone()
    }

    fn ground(&self) -> Ground<'_> {
        Ground { draft: &self.draft, material: Some(&self.material) }
    }

    /// From the first sentence's first word to the last one's last.
    fn heard(&self, sentences: Range<usize>) -> Span {
        self.trial.transcript.span_of(&sentences).unwrap()
    }

    fn words(&self, words: Range<usize>) -> Span {
        self.trial.transcript.span_of_words(words).unwrap()
    }

    fn after(&self, changes: &[(EntryId, Change)]) -> (Vec<Entry>, Vec<ConflictReason>) {
        let edits: Vec<Edit> = (1..).zip(changes).map(|(seq, (id, change))| edit(seq, id, change.clone())).collect();
        let (entries, conflicts) = apply(self.ground(), &edits);
        (entries.entries, conflicts.into_iter().map(|conflict| conflict.reason).collect())
    }

    fn one(&self, pair: usize, change: Change) -> Entry {
        let (entries, conflicts) = self.after(&[(self.id(pair), change)]);
        assert_eq!(conflicts, []);
        let id = self.id(pair);
        entries.into_iter().find(|entry| entry.id == id).unwrap()
    }
}

fn answer(entry: &Entry) -> String {
    entry.answer.as_ref().unwrap().paragraphs.join(" ")
}

fn fresh(number: u64) -> EntryId {
    EntryId::from_random(number + 7000)
}

#[test]
fn an_answer_ends_where_a_person_says_in_words_times_and_links() {
    let table = Table::new(trial());
    let old = table.draft.entries[0].entry.answer.as_ref().unwrap().span;
    let span = Span::new(old.start, table.heard(1..2).end);
    let entry = table.one(0, Change::SetAnswerTime { span });
    assert_eq!(answer(&entry), "It is safe for most people, but do not run on ice.");
    assert_eq!((entry.answer.as_ref().unwrap().span, entry.credits.len()), (span, 1));
    assert!(entry.links.unwrap().short.ends_with(&format!("?t={}", span.start.floor_seconds())));
    assert!(entry.flags.iter().any(|flag| flag.code == "negation"));
    assert_eq!(entry.updated_at, LATER.parse().unwrap());
    // In the middle of a sentence, and over the gap, which stays one.
    let first = table.trial.transcript.sentences[1].words.start;
    let from = table.words(first + 2..first + 3).start;
    let entry = table.one(0, Change::SetAnswerTime { span: Span::new(from, table.heard(4..5).end) });
    assert_eq!(
        answer(&entry),
        "Safe for most people, but do not run on ice. Wear good shoes. And warm up before you run."
    );
    for (span, reason) in [
        (Span::new(span.start, span.start), ConflictReason::OutsideRecording),
        (Span::new(Millis(1), Millis(2)), ConflictReason::NoWords),
    ] {
        assert_eq!(table.after(&[(table.id(0), Change::SetAnswerTime { span })]).1, [reason]);
    }
}

#[test]
fn a_stretch_is_cut_out_and_put_back() {
    let table = Table::new(trial());
    let cut = Change::CutOut { span: table.heard(2..3) };
    let entry = table.one(0, cut.clone());
    assert_eq!(answer(&entry), "It is safe for most people, but do not run on ice. And warm up before you run.");
    let (entries, _) = table.after(&[(table.id(0), cut), (table.id(0), Change::PutBack { span: table.heard(2..3) })]);
    assert_eq!(answer(&entries[0]), answer(&table.draft.entries[0].entry));
    let all = Change::CutOut { span: table.heard(1..5) };
    assert_eq!(table.after(&[(table.id(0), all)]).1, [ConflictReason::NothingLeft]);
}

#[test]
fn an_answer_that_holds_the_next_question_is_split_and_joined_again() {
    let mut joined = trial();
    joined.outline.pairs.truncate(1);
    joined.outline.pairs[0].answer = vec![1..3, 4..7];
    let table = Table::new(joined);
    let split = Change::Split { question: table.heard(5..6), into: fresh(1) };
    let (entries, conflicts) = table.after(&[(table.id(0), split.clone())]);
    assert_eq!((entries.len(), conflicts), (2, vec![]));
    assert!(answer(&entries[0]).ends_with("And warm up before you run."));
    assert_eq!((entries[1].id.clone(), entries[1].question.text.as_str()), (fresh(1), "Can I swim after a fusion?"));
    assert_eq!(answer(&entries[1]), "Yes, you can swim after three months.");
    assert_eq!(entries[1].credits[0].name, "Juniper Maplewood");
    let merge = Change::Merge { other: fresh(1) };
    let (entries, conflicts) = table.after(&[(table.id(0), split), (table.id(0), merge)]);
    assert_eq!((conflicts, entries[1].status), (vec![], Status::Dismissed));
    assert!(answer(&entries[0]).ends_with("Can I swim after a fusion? Yes, you can swim after three months."));
    let outside = Change::Split { question: table.heard(0..1), into: fresh(2) };
    assert_eq!(table.after(&[(table.id(0), outside)]).1, [ConflictReason::OutsideAnswer]);
}

#[test]
fn a_person_adds_an_entry_and_a_later_find_of_it_steps_back() {
    let mut missed = trial();
    missed.outline.pairs.truncate(1);
    let mut table = Table::new(missed);
    let add = Change::Add { question: table.heard(5..6), answer: Some(table.heard(6..7)) };
    let edits = [(fresh(1), add.clone()), (fresh(1), Change::SetQuestion { text: "Can I swim?".into() })];
    let (entries, conflicts) = table.after(&edits);
    assert_eq!((conflicts, entries.len(), entries[1].question.text.as_str()), (vec![], 2, "Can I swim?"));
    assert_eq!(table.after(&[(fresh(1), add.clone()), (fresh(1), add)]).1, [ConflictReason::EntryThere]);
    table.draft = trial().draft_after(Some(&table.draft), LATEST, 40);
    let (entries, _) = table.after(&edits);
    let stand: Vec<_> = entries.iter().map(|entry| (entry.id == fresh(1), entry.status == Status::Possible)).collect();
    assert_eq!((stand[0], entries.len()), ((false, false), 3));
    assert!(stand.contains(&(true, false)) && stand.contains(&(false, true)), "{stand:?}");
}

#[test]
fn what_people_wrote_and_decided_stays_when_they_move_a_boundary() {
    let table = Table::new(trial());
    let id = table.id(0);
    let negation = table.draft.entries[0].entry.flags.iter().find(|flag| flag.code == "negation").unwrap().clone();
    let mut changes = vec![
        (id.clone(), Change::SetAnswer { paragraphs: vec!["Yes, but do not run on ice.".into()] }),
        (id.clone(), Change::SetSpeakers { people: vec!["second-expert".parse().unwrap()] }),
        (id.clone(), Change::ResolveFlag { flag: Box::new(negation), how: "heard it".into() }),
        (id.clone(), Change::SetAnswerTime { span: table.heard(1..2) }),
    ];
    let (entries, conflicts) = table.after(&changes);
    let entry = &entries[0];
    assert_eq!(conflicts, []);
    assert_eq!(
        (answer(entry).as_str(), entry.credits[0].name.as_str()),
        ("Yes, but do not run on ice.", "Orson Pebble")
    );
    assert!(entry.flags.iter().all(|flag| flag.code != "negation" || flag.resolved.is_some()));
    assert_eq!(entry.answer.as_ref().unwrap().span, table.heard(1..2));
    // Approved as it was seen, and not as it was not.
    changes.push((id.clone(), Change::Approve { content: Some(seen(entry)) }));
    let (approved, conflicts) = table.after(&changes);
    assert_eq!((approved[0].status, conflicts), (Status::Approved, vec![]));
    changes.insert(0, (id, Change::SetQuestion { text: "Something else?".into() }));
    let (entries, conflicts) = table.after(&changes);
    assert_ne!(entries[0].status, Status::Approved);
    assert!(matches!(conflicts[..], [ConflictReason::ChangedSince { .. }]));
}

#[test]
fn an_entry_that_people_worked_on_stays_when_the_machine_finds_it_no_more() {
    let table = Table::new(trial());
    let mut fewer = trial();
    fewer.outline.pairs.truncate(1);
    let opinion = crate::draft::opinion(&fewer.transcript, &[]);
    let worked_on = [table.id(1)];
    let again = |worked_on: &[EntryId], previous: &Draft| {
        let inputs = crate::draft::Inputs { worked_on, ..fewer.inputs(&opinion, Some(previous), LATEST) };
        crate::draft::draft(&inputs, &mut || 90).unwrap()
    };
    let kept = again(&worked_on, &table.draft);
    assert_eq!(kept.entries[1].entry.id, table.id(1));
    assert_eq!(kept.entries[1].entry.question.text, table.draft.entries[1].entry.question.text);
    assert_eq!(kept.tombstones, []);
    assert_eq!(again(&worked_on, &kept).entries[1].entry.id, table.id(1));
    assert_eq!(again(&[], &table.draft).entries.len(), 1);
    assert_eq!(NOW, "2026-03-01T10:00:00Z");
}

fn any_edit(table: &Table) -> impl Strategy<Value = (usize, Change)> + use<> {
    let end = table.trial.transcript.duration.0;
    let span = move || (0..end, 0..end).prop_map(|(a, b)| Span::new(Millis(a.min(b)), Millis(a.max(b))));
    let seen_now = table.draft.entries.iter().map(|drafted| seen(&drafted.entry)).collect::<Vec<_>>();
    let change = prop_oneof![
        span().prop_map(|span| Change::SetAnswerTime { span }),
        span().prop_map(|span| Change::SetQuestionTime { span }),
        span().prop_map(|span| Change::CutOut { span }),
        span().prop_map(|span| Change::PutBack { span }),
        (span(), 0..9u64).prop_map(|(question, id)| Change::Split { question, into: fresh(id) }),
        (span(), prop::option::of(span())).prop_map(|(question, answer)| Change::Add { question, answer }),
        (0..9u64).prop_map(|id| Change::Merge { other: fresh(id) }),
        "[a-z ]{1,20}".prop_map(|text| Change::SetQuestion { text }),
        "[a-z ]{1,20}".prop_map(|text| Change::SetAnswer { paragraphs: vec![text] }),
        (0..2usize).prop_map(move |i| Change::Approve { content: seen_now.get(i).cloned() }),
        Just(Change::Dismiss),
        Just(Change::Restore),
        (1..20u64).prop_map(|seq| Change::Undo { seq }),
        (1..20u64).prop_map(|seq| Change::Redo { seq }),
    ];
    (0..6usize, change)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn edits_over_any_draft_lose_nothing(
        steps in prop::collection::vec(any_edit(&Table::new(trial())), 0..20),
        rerun in any::<bool>(),
    ) {
        let mut table = Table::new(trial());
        let ids: Vec<EntryId> = (0..2).map(|i| table.id(i)).chain((0..4).map(fresh)).collect();
        let edits: Vec<Edit> = (1..).zip(steps).map(|(seq, (i, change))| edit(seq, &ids[i], change)).collect();
        if rerun {
            let mut other = trial();
            other.outline.pairs[0].answer = vec![1..3];
            table.draft = other.draft_after(Some(&table.draft), LATEST, 60);
        }
        let (entries, conflicts) = apply(table.ground(), &edits);
        let held = crate::model::standing(&edits);
        prop_assert!(conflicts.iter().all(|conflict| held.contains(&conflict.edit)));
        let spoken = table.trial.transcript.words.len();
        let mut fold = Fold::new(&table.draft);
        held.iter().for_each(|edit| fold.add(table.ground(), edit));
        prop_assert_eq!(&fold.entries(table.ground()), &entries);
        let mut seen_ids = std::collections::HashSet::new();
        for entry in &entries.entries {
            prop_assert!(seen_ids.insert(entry.id.clone()), "an id twice");
            prop_assert_eq!(&content::hash(entry), &entry.content_hash);
            prop_assert!(entry.status != Status::Approved || entry.approved().is_ok());
            let (drafted, _) = fold.drafted(&entry.id).unwrap();
            let runs = [&drafted.question_words, &drafted.answer_words];
            for runs in runs {
                prop_assert!(runs.iter().all(|run| run.start < run.end && run.end <= spoken));
                prop_assert!(runs.windows(2).all(|two| two[0].end < two[1].start || two[0].end <= two[1].start));
            }
        }
        // Taking everything back gives the draft.
        let mut all = edits;
        while let Some(seq) = crate::model::History::of(&all).undo() {
            let next = all.len() as u64 + 1;
            all.push(edit(next, &ids[0], Change::Undo { seq }));
        }
        let (entries, conflicts) = apply(table.ground(), &all);
        prop_assert_eq!((entries.entries, conflicts.len()), (apply(table.ground(), &[]).0.entries, 0));
    }
}
