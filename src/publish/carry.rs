//! The plan is carried out, one post after the other. What was done is noted as it is done, and a run that was killed
//! is only another first half: the next one finds what is there.

use super::error::PublishError;
use super::ledger::Known;
use super::plan::{Action, Change, Plan, Step, Texts};
use super::site::{Site, SitePost};
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What came of it.
    pub outcome: Outcome,
    /// What was planned.
    pub action: Action,
    /// The entry.
    pub entry: EntryId,
    /// The question.
    pub question: String,
    /// Why, or why not.
    pub why: String,
    /// The post's number on the site.
    pub post: Option<u64>,
    /// Its address.
    pub link: String,
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

pub(super) fn carry_out(site: &Site, mut plan: Plan, progress: &dyn Progress, cancel: &Cancel) -> Report {
    let mut report =
        Report { items: Vec::new(), notes: std::mem::take(&mut plan.notes), stopped: None, exit: Exit::Done };
    let mut run = Run { site, plan, terms: None };
    let steps = std::mem::take(&mut run.plan.steps);
    progress.start("publish", Amount::Items(steps.len() as u64));
    let mut in_a_row = 0;
    for (number, step) in steps.into_iter().enumerate() {
        let done = match report.stopped {
            Some(_) if step.is_settled() => run.settled(&step),
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
        report.items.push(Item {
            outcome,
            action: step.action,
            entry: step.entry,
            question: step.question,
            why,
            post: post.as_ref().map(|post| post.id).or(step.post),
            link: post.map(|post| post.link).unwrap_or(step.link),
        });
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

impl Step {
    /// Whether nothing is sent for it.
    fn is_settled(&self) -> bool {
        matches!(self.change, Change::Nothing | Change::Note(_))
    }
}

struct Run<'a> {
    site: &'a Site<'a>,
    plan: Plan,
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
        match &step.change {
            Change::Nothing | Change::Note(_) => self.settled(step),
            Change::Create { name, body, sent, meta } => {
                let mut body = body.clone();
                body.extend(self.terms(notes)?);
                let post = self.site.create(name, Value::Object(body))?;
                self.note(&step.entry, &post, sent.clone(), meta.clone())?;
                if post.slug != *name {
                    notes.push(format!("The site calls the post of {} \"{}\".", step.entry, post.slug));
                }
                Ok(Done { outcome: Outcome::Created, why: step.why.clone(), post: Some(post) })
            }
            Change::Write { post, seen, body, texts, meta } => {
                // Somebody may have worked on it since the plan was made.
                let left = |why: &str| Done { outcome: Outcome::Skipped, why: why.to_owned(), post: None };
                match self.site.post(*post)? {
                    None => return Ok(left("was deleted on the site in the meantime")),
                    Some(now) if now.is_trashed() => return Ok(left("was thrown away on the site in the meantime")),
                    Some(now) if now.hash() != *seen && texts.is_some() => {
                        return Ok(left("was changed by hand on the site in the meantime"));
                    }
                    Some(_) => {}
                }
                let written = self.site.update(*post, Value::Object(body.clone()))?;
                let known = self.plan.ledger.get(&step.entry).filter(|known| known.post == written.id);
                let sent = match (texts, known) {
                    (Some(Texts(sent)), _) => Some(sent.clone()),
                    (None, Some(known)) => Some(known.sent.clone()),
                    // Only its fields were written: its text was what it should be.
                    (None, None) if step.action == Action::Update => Some(written.hash()),
                    (None, None) => None,
                };
                match (sent, texts, known) {
                    (Some(sent), Some(_), _) | (Some(sent), None, None) => {
                        self.note(&step.entry, &written, sent, meta.clone())?;
                    }
                    (Some(_), None, Some(known)) => {
                        let known = Known { meta: meta.clone().or(known.meta.clone()), ..known.clone() };
                        self.plan.ledger.note(&step.entry, known)?;
                    }
                    (None, ..) => {}
                }
                Ok(Done { outcome: Outcome::Updated, why: step.why.clone(), post: Some(written) })
            }
        }
    }

    fn note(
        &mut self,
        entry: &EntryId,
        post: &SitePost,
        sent: Digest,
        meta: Option<Digest>,
    ) -> Result<(), PublishError> {
        self.plan.ledger.note(entry, Known { post: post.id, site: post.hash(), sent, meta })
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
