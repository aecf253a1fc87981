//! The plan is carried out, one post after the other. What was done is noted as it is done, and a run that was killed
//! is only another first half: the next one finds what is there.

use super::error::PublishError;
use super::ledger::Known;
use super::plan::{Action, Change, Part, Plan, Step};
use super::site::{Made, Site, SitePost, Terms};
use crate::failure::{Exit, Failure, told};
use crate::model::{Digest, EntryId};
use crate::progress::{Amount, Cancel, Progress};
use serde::Serialize;
use serde_json::{Map, Value};

/// After so many failures in a row that are the site's, it is left in peace.
const IN_A_ROW: usize = 3;

/// What came of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A post was made.
    Created,
    /// Its post was changed.
    Updated,
    /// Its post was as it should be.
    Unchanged,
    /// Its post was left to people.
    Skipped,
    /// It could not be done.
    Failed,
}

impl Outcome {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 5] = [Self::Created, Self::Updated, Self::Unchanged, Self::Skipped, Self::Failed];

    /// A word for a report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// One entry of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// What came of it.
    pub outcome: Outcome,
    /// What was planned, with why it was done or not, and the post as it is now.
    #[serde(flatten)]
    pub step: Step,
}

/// What was done.
#[derive(Debug)]
pub struct Report {
    /// Each entry once, in the order of the plan.
    pub items: Vec<Item>,
    /// What people should know, as sentences.
    pub notes: Vec<String>,
    /// What stopped everything, if anything did.
    pub stopped: Option<PublishError>,
    /// The worst that happened.
    pub exit: Exit,
}

impl Report {
    /// How many entries ended so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.items.iter().filter(|item| item.outcome == outcome).count()
    }
}

/// What came of one step.
struct Done {
    outcome: Outcome,
    why: String,
    post: Option<SitePost>,
}

pub(super) fn carry_out(
    site: &Site,
    mut plan: Plan,
    still: &dyn Fn(&EntryId) -> bool,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Report {
    let mut report =
        Report { items: Vec::new(), notes: std::mem::take(&mut plan.notes), stopped: None, exit: Exit::Done };
    let steps = std::mem::take(&mut plan.steps);
    let mut run = Run { site, plan, still, terms: None };
    progress.start("publish", Amount::Items(steps.len() as u64));
    let mut in_a_row = 0;
    for (number, mut step) in steps.into_iter().enumerate() {
        let done = match report.stopped {
            _ if step.is_settled() => run.settled(&step),
            Some(_) => Ok(Done { outcome: Outcome::Failed, why: "was not tried any more".into(), post: None }),
            None => cancel.check().map_err(PublishError::from).and_then(|()| run.take(&step, &mut report.notes)),
        };
        let (outcome, why, post) = match done {
            Ok(done) => {
                if !step.is_settled() && report.stopped.is_none() {
                    in_a_row = 0;
                }
                (done.outcome, done.why, done.post)
            }
            Err(error) => {
                report.exit = report.exit.max(error.exit());
                in_a_row = if error.is_of_the_site() { in_a_row + 1 } else { 0 };
                let why = told(&error);
                if error.is_everywhere() || in_a_row >= IN_A_ROW {
                    report.stopped = Some(error);
                }
                (Outcome::Failed, why, None)
            }
        };
        step.why = why;
        if let Some(post) = post {
            (step.post, step.link) = (Some(post.id), post.link);
        }
        report.items.push(Item { outcome, step });
        progress.at(number as u64 + 1);
    }
    if let Err(error) = run.plan.ledger.save() {
        report.exit = report.exit.max(error.exit());
        report.stopped.get_or_insert(error);
    }
    let counted = |outcome: Outcome| format!("{} {}", report.count(outcome), outcome.word());
    progress.finish(&format!("{}, {}", counted(Outcome::Created), counted(Outcome::Updated)));
    report
}

struct Run<'a> {
    site: &'a Site<'a>,
    plan: Plan,
    /// Whether an entry may be published as it was planned.
    still: &'a dyn Fn(&EntryId) -> bool,
    /// Numbers of categories and tags as new posts get them, once they are known.
    terms: Option<Map<String, Value>>,
}

impl Run<'_> {
    fn settled(&mut self, step: &Step) -> Result<Done, PublishError> {
        if let Change::Note(known) = &step.change {
            self.plan.ledger.note(&step.entry, known.clone())?;
        }
        let outcome = if step.action == Action::Keep { Outcome::Unchanged } else { Outcome::Skipped };
        Ok(Done { outcome, why: step.why.clone(), post: None })
    }

    fn take(&mut self, step: &Step, notes: &mut Vec<String>) -> Result<Done, PublishError> {
        let left = |why: &str| Done { outcome: Outcome::Skipped, why: why.to_owned(), post: None };
        if matches!(step.action, Action::Create | Action::Update) && !(self.still)(&step.entry) {
            return Ok(left("was changed here in the meantime, or its approval was taken back: publish again"));
        }
        let (outcome, post) = match &step.change {
            Change::Nothing | Change::Note(_) => return self.settled(step),
            Change::Create { name, body, sent, meta } => {
                (Outcome::Created, self.create(&step.entry, name, body, sent, meta.as_ref(), notes)?)
            }
            Change::Write { post, seen, body, part } => {
                // Somebody may have worked on it since the plan was made.
                match self.site.post(*post)? {
                    None => return Ok(left("was deleted on the site in the meantime")),
                    Some(now) if now.is_trashed() => return Ok(left("was thrown away on the site in the meantime")),
                    Some(now) if now.hash() != *seen && matches!(part, Part::Texts { .. } | Part::TakenDown) => {
                        return Ok(left("was changed by hand on the site in the meantime"));
                    }
                    Some(_) => {}
                }
                let written = self.site.update(*post, Value::Object(body.clone()))?;
                let known = self.plan.ledger.get(&step.entry).filter(|known| known.post == written.id).cloned();
                // Where only a part was written, the texts are noted as they were seen to be ours: by now they may be
                // somebody else's.
                let before = known.unwrap_or_else(|| Known::of(written.id, seen.clone(), seen.clone()));
                let known = match part {
                    Part::Texts { sent, meta } => {
                        Some(Known { meta: meta.clone(), ..Known::of(written.id, sent.clone(), written.hash()) })
                    }
                    Part::Fields { meta } => Some(Known { meta: meta.clone(), taken_down: false, ..before }),
                    Part::TakenDown => Some(Known { taken_down: true, ..before }),
                    Part::Status => None,
                };
                if let Some(known) = known {
                    self.plan.ledger.note(&step.entry, known)?;
                }
                (Outcome::Updated, written)
            }
        };
        Ok(Done { outcome, why: step.why.clone(), post: Some(post) })
    }

    fn create(
        &mut self,
        entry: &EntryId,
        name: &str,
        body: &Map<String, Value>,
        sent: &Digest,
        meta: Option<&Digest>,
        notes: &mut Vec<String>,
    ) -> Result<SitePost, PublishError> {
        let mut body = body.clone();
        body.extend(self.terms(notes)?);
        let made = self.site.create(name, Value::Object(body.clone()))?;
        let known = |post: &SitePost| Known::of(post.id, sent.clone(), post.hash());
        let post = match made {
            Made::Told(post) => post,
            Made::Found(post) => {
                // WordPress writes the texts first: fields, categories and tags may be missing, and are sent again.
                self.plan.ledger.note(entry, known(&post))?;
                body.retain(|key, _| ["meta", Terms::Categories.name(), Terms::Tags.name()].contains(&key.as_str()));
                if body.is_empty() { post } else { self.site.update(post.id, Value::Object(body))? }
            }
        };
        self.plan.ledger.note(entry, Known { meta: meta.cloned(), ..known(&post) })?;
        if post.slug != *name {
            notes.push(format!(
                "The site gave the post of {entry} the name \"{}\": another post has the entry's own, and this user can't \
                 see it. Let an editor of the site look which of the two is to stay.",
                post.slug
            ));
        }
        Ok(post)
    }

    /// Categories and tags of new posts. Those that are missing are made when the first post needs them.
    fn terms(&mut self, notes: &mut Vec<String>) -> Result<Map<String, Value>, PublishError> {
        if let Some(terms) = &self.terms {
            return Ok(terms.clone());
        }
        let mut numbers = Map::new();
        for (kind, name, number) in &self.plan.terms {
            let number = match number {
                Some(number) => Some(*number),
                None => self.site.make_term(*kind, name)?,
            };
            match number {
                Some(number) => {
                    let list = numbers.entry(kind.name()).or_insert_with(|| Value::Array(Vec::new()));
                    list.as_array_mut().into_iter().for_each(|list| list.push(number.into()));
                }
                None => notes.push(format!(
                    "The user may not make \"{name}\" among the site's {}: the new posts are without.",
                    kind.name()
                )),
            }
        }
        self.terms = Some(numbers.clone());
        Ok(numbers)
    }
}
