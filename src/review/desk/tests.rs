use super::*;
use crate::draft::trial::{LATER, Trial};
use crate::library::artefact::Key;
use crate::model::{Millis, Span};
use crate::progress::{Cancel, Progress};
use proptest::prelude::*;
use std::sync::Mutex;

const NOW: &str = "2026-03-04T10:00:00Z";

/// The rest of the program, for one episode.
pub(in crate::review) struct Backroom {
    trial: Mutex<Trial>,
    facts: Mutex<Vec<(Fact, Option<String>)>>,
}

impl Backstage for Backroom {
    fn process(&self, _: &str, _: &dyn Progress, _: &Cancel) -> Result<EpisodeId, Trouble> {
        Err(Trouble::new("nothing is processed here", ""))
    }

    fn sources(&self, _: &str, _: &dyn Progress, _: &Cancel) -> Result<Vec<String>, Trouble> {
        Ok(Vec::new())
    }

    fn sync(&self, _: &dyn Progress, _: &Cancel) -> Result<String, Trouble> {
        Ok(String::new())
    }

    fn material(&self, _: &EpisodeId) -> Result<Material, Trouble> {
        Ok(self.trial.lock().unwrap().material())
    }

    fn set_fact(&self, _: &EpisodeId, fact: Fact, value: Option<&str>) -> Result<(), Trouble> {
        self.facts.lock().unwrap().push((fact, value.map(str::to_owned)));
        self.trial.lock().unwrap().facts.title = value.map(str::to_owned);
        Ok(())
    }
}

pub(in crate::review) struct Office {
    pub(in crate::review) library: Library,
    pub(in crate::review) id: EpisodeId,
    pub(in crate::review) backroom: Arc<Backroom>,
    _dir: tempfile::TempDir,
}

fn trial() -> Trial {
    Trial::new(&[
        "H Our next question is, is it safe to run?",
        "E It is safe for most people, but do not run on ice.",
        "E Wear good shoes.",
        "H Can I swim after a fusion?",
        "E Yes, you can swim after three months.",
        "H Thank you all for coming tonight.",
    ])
    .pair(0..1, &[1..3])
    .pair(3..4, &[4..5])
}

fn holder() -> Holder {
    Holder { process: 1, host: "desk".into(), since: Timestamp::UNIX_EPOCH }
}

impl Office {
    pub(in crate::review) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = Library::init(dir.path()).unwrap();
        let backroom = Arc::new(Backroom { trial: Mutex::new(trial()), facts: Mutex::default() });
        let id = trial().head.id.clone();
        std::fs::create_dir_all(library.folder(id.clone()).path()).unwrap();
        let office = Self { library, id, backroom, _dir: dir };
        office.draft_anew(0, &trial());
        office
    }

    fn folder(&self) -> EpisodeFolder {
        self.library.folder(self.id.clone())
    }

    fn drafted(&self) -> Option<Draft> {
        artefact::load(&self.folder().draft()).unwrap()
    }

    /// As a run of the pipeline does.
    fn draft_anew(&self, run: u32, trial: &Trial) {
        *self.backroom.trial.lock().unwrap() = trial.clone();
        let edits = standing(&journal::edits(&self.folder().edits()).unwrap());
        let worked_on: Vec<EntryId> = edits.iter().filter_map(|edit| edit.entry.clone()).collect();
        let previous = self.drafted();
        let material = trial.material();
        let time = LATER.parse().unwrap();
        let inputs = draft::Inputs { worked_on: &worked_on, ..material.inputs(previous.as_ref(), time) };
        let mut seed = u64::from(run) * 100;
        let drafted = draft::draft(&inputs, &mut || {
            seed += 1;
            seed
        })
        .unwrap();
        let key = Key::of("run", run).digest();
        artefact::save(&self.folder().draft(), &key, &drafted).unwrap();
        let (entries, _) = draft::apply(Ground { draft: &drafted, material: Some(&material) }, &edits);
        artefact::save(&self.folder().entries(), &entries_key(draft::VERSION, &key, &edits), &entries).unwrap();
    }

    fn desk(&self) -> Desk {
        Desk::open(&self.library, self.id.clone(), holder(), self.backroom.clone()).unwrap()
    }

    fn saved(&self) -> Entries {
        artefact::load(&self.folder().entries()).unwrap().unwrap()
    }
}

fn ask(desk: &Desk, key: &str, entry: usize, change: Change) -> EditRequest {
    let entry = Some(desk.entries().entries[entry].id.clone());
    EditRequest { version: desk.version(), key: key.into(), entry, change }
}

fn question(text: &str) -> Change {
    Change::SetQuestion { text: text.into() }
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

#[test]
fn an_edit_is_in_the_files_when_the_desk_says_so() {
    let office = Office::new();
    let mut desk = office.desk();
    let delta = desk.edit("Wren", &ask(&desk, "a", 0, question("Can I run?")), now()).unwrap();
    assert_eq!((delta.entries.len(), delta.version.edits), (1, 1));
    assert!(delta.entries[0].question_diff.iter().any(|part| part.op == "add"));
    assert_eq!(office.saved().entries[0].question.text, "Can I run?");
    assert_eq!(delta.undo.as_deref(), Some("changed the question “Can I run?”"));
    assert_eq!(office.desk().entries(), desk.entries());
    // A killed program had saved the edit and not what follows.
    std::fs::remove_file(office.folder().entries()).unwrap();
    office.desk();
    assert_eq!(office.saved().entries[0].question.text, "Can I run?");
}

#[test]
fn what_is_sent_twice_is_one_edit_and_what_cannot_be_is_none() {
    let office = Office::new();
    let mut desk = office.desk();
    let request = ask(&desk, "a", 0, question("Can I run?"));
    desk.edit("Wren", &request, now()).unwrap();
    assert_eq!(desk.edit("Wren", &request, now()).unwrap().version.edits, 1);
    let approve = ask(&desk, "b", 0, Change::SetAnswerTime { span: Span::new(Millis(9), Millis(9)) });
    assert!(
        matches!(desk.edit("Wren", &approve, now()), Err(Refused::Impossible(why)) if why.starts_with("The new time"))
    );
    assert_eq!(journal::edits(&office.folder().edits()).unwrap().len(), 1);
}

#[test]
fn the_second_of_two_who_edit_one_entry_is_told_and_others_are_not_disturbed() {
    let office = Office::new();
    let (mut first, mut second) = (office.desk(), office.desk());
    let late = ask(&second, "late", 0, question("May I run?"));
    let elsewhere = ask(&second, "elsewhere", 1, question("May I swim?"));
    first.edit("Wren", &ask(&first, "a", 0, question("Can I run?")), now()).unwrap();
    let Err(Refused::Stale { changes, delta }) = second.edit("Robin", &late, now()) else { panic!("it was taken") };
    assert_eq!(changes, ["Wren: changed the question “Can I run?”"]);
    assert_eq!(delta.entries[0].question.text, "Can I run?");
    second.edit("Robin", &elsewhere, now()).unwrap();
    // Having seen it, the second may insist.
    second.edit("Robin", &EditRequest { version: delta.version.clone(), ..late }, now()).unwrap();
    assert!(first.refresh().unwrap());
    let texts: Vec<&str> = first.entries().entries.iter().map(|entry| entry.question.text.as_str()).collect();
    assert_eq!(texts, ["May I run?", "May I swim?"]);
    assert!(matches!(first.undo("Wren", &delta.version, None, now()), Err(Refused::Stale { .. })));
}

#[test]
fn undo_and_redo_go_on_where_the_last_program_stopped() {
    let office = Office::new();
    let mut desk = office.desk();
    let start = desk.entries().clone();
    for (key, text) in [("a", "Can I run?"), ("b", "May I run?")] {
        desk.edit("Wren", &ask(&desk, key, 0, question(text)), now()).unwrap();
    }
    let mut desk = office.desk();
    let delta = desk.undo("Wren", &desk.version(), None, now()).unwrap();
    assert_eq!(delta.entries[0].question.text, "Can I run?");
    assert_eq!(delta.redo.as_deref(), Some("changed the question “Can I run?”"));
    desk.undo("Wren", &desk.version(), None, now()).unwrap();
    assert_eq!(*desk.entries(), start);
    assert!(matches!(desk.undo("Wren", &desk.version(), None, now()), Err(Refused::Impossible(_))));
    let mut desk = office.desk();
    desk.redo("Wren", &desk.version(), None, now()).unwrap();
    desk.redo("Wren", &desk.version(), None, now()).unwrap();
    assert_eq!(office.saved().entries[0].question.text, "May I run?");
    assert!(matches!(desk.redo("Wren", &desk.version(), None, now()), Err(Refused::Impossible(_))));
}

#[test]
fn a_new_draft_is_taken_in_and_an_approval_of_what_was_not_seen_is_refused() {
    let office = Office::new();
    let mut desk = office.desk();
    desk.edit("Wren", &ask(&desk, "a", 0, question("Can I run?")), now()).unwrap();
    let approve = ask(&desk, "b", 1, Change::Approve { content: None });
    let mut other = trial();
    other.outline.pairs.truncate(1);
    other.outline.pairs[0].answer = vec![1..2, 2..3];
    other.transcript.words[11].text = "sure".into();
    office.draft_anew(1, &other);
    assert!(desk.refresh().unwrap());
    assert_eq!(desk.entries().entries[0].question.text, "Can I run?");
    assert_eq!(desk.entries().entries.len(), 1);
    let Err(Refused::Stale { .. }) = desk.edit("Wren", &approve, now()) else { panic!("it was approved unseen") };
}

#[test]
fn facts_go_into_the_episodes_file_and_out_again() {
    let office = Office::new();
    let mut desk = office.desk();
    let change = Change::SetFact { fact: Fact::Title, from: None, to: Some("Your back".into()) };
    let request = EditRequest { entry: None, ..ask(&desk, "a", 0, change) };
    let delta = desk.edit("Wren", &request, now()).unwrap();
    assert!(delta.redrafting && desk.wants_redraft());
    // The run that follows makes a new draft.
    let titled = office.backroom.trial.lock().unwrap().clone();
    office.draft_anew(1, &titled);
    desk.refresh().unwrap();
    assert!(!desk.wants_redraft());
    desk.undo("Wren", &desk.version(), None, now()).unwrap();
    let facts = office.backroom.facts.lock().unwrap().clone();
    assert_eq!(facts, [(Fact::Title, Some("Your back".into())), (Fact::Title, None)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Edits, undos and runs of the pipeline between them, in any order.
    #[test]
    fn no_edit_is_lost_and_undoing_all_leads_to_the_draft(steps in prop::collection::vec((0..8u8, any::<u16>()), 1..24)) {
        let office = Office::new();
        let mut desk = office.desk();
        let mut runs = 0;
        let mut told = 0;
        for (number, (step, any)) in steps.into_iter().enumerate() {
            let place = usize::from(any) % desk.entries().entries.len();
            let end = trial().transcript.duration.0;
            let (from, to) = (u64::from(any) % end, u64::from(any.rotate_left(7)) % end);
            let span = Span::new(Millis(from.min(to)), Millis(from.max(to)));
            let change = match step {
                0 => question(&format!("Question {any}?")),
                1 => Change::SetAnswerTime { span },
                2 => Change::CutOut { span },
                3 => Change::Dismiss,
                4 => Change::Restore,
                5 => {
                    told += u64::from(desk.undo("Wren", &desk.version(), None, now()).is_ok());
                    continue;
                }
                6 => {
                    told += u64::from(desk.redo("Wren", &desk.version(), None, now()).is_ok());
                    continue;
                }
                _ => {
                    runs += 1;
                    let mut other = trial();
                    if any % 2 == 0 {
                        other.outline.pairs.truncate(1);
                    }
                    office.draft_anew(runs, &other);
                    desk.refresh().unwrap();
                    continue;
                }
            };
            let request = ask(&desk, &format!("{number}"), place, change);
            told += u64::from(desk.edit("Wren", &request, now()).is_ok());
        }
        let edits = journal::edits(&office.folder().edits()).unwrap();
        prop_assert_eq!(edits.len() as u64, told);
        prop_assert_eq!(&office.saved(), desk.entries());
        let again = office.desk();
        prop_assert_eq!(again.entries(), desk.entries());
        // What people worked on keeps its id, or its edit is told of.
        for edit in standing(&edits) {
            let there = desk.entries().entries.iter().any(|entry| Some(&entry.id) == edit.entry.as_ref());
            prop_assert!(there || desk.fold.conflicts().iter().any(|conflict| conflict.edit.seq == edit.seq));
        }
        while desk.undo("Wren", &desk.version(), None, now()).is_ok() {}
        let drafted: Vec<Entry> = office.drafted().unwrap().entries.into_iter().map(|drafted| drafted.entry).collect();
        prop_assert_eq!(&desk.entries().entries, &drafted);
    }
}
