//! `spinetime sync`.

use super::args::SyncArgs;
use super::settings::{self, Wishes};
use super::{Context, ErrorDocument, Failed, process};
use crate::failure::{Exit, Failure};
use crate::fetch::address::List;
use crate::library::Library;
use crate::model::Seen;
use crate::pipeline::Report;
use crate::pipeline::sync::{self, Candidate, Outcome, Plan, Session, Way};
use serde::Serialize;

#[derive(Serialize)]
struct Look {
    address: String,
    /// What was asked; `None` when the look failed.
    way: Option<Way>,
}

/// What a sync found and did, for `--json`.
#[derive(Serialize)]
struct Document {
    sources: Vec<Look>,
    found: Found,
    /// Videos that are taken or, with `--dry-run`, would be.
    new: Vec<Seen>,
    episodes: Vec<Report>,
    errors: Vec<ErrorDocument>,
}

#[derive(Serialize)]
struct Found {
    new: usize,
    known: usize,
    passed_over: usize,
    older: usize,
    waiting: usize,
}

pub(super) fn run(context: &Context, args: &SyncArgs) -> Result<Exit, Failed> {
    let library = context.library()?;
    let settings = settings::settings(&library, &context.store(), &Wishes::of_environment())?;
    let lists = sync::sources(&settings)?;
    let reporter = context.reporter();
    let world = process::world(context, &reporter);
    let mut session = Session::open(&library, &settings, &world, args.dry_run)?;
    let mut run = Run { context, worst: Exit::Done, errors: Vec::new() };
    let (sources, stopped) = run.look(&mut session, &lists);
    let plan = session.plan(&lists, args.since);
    let found = Found {
        new: plan.take.len(),
        known: plan.known,
        passed_over: plan.passed_over,
        older: plan.older,
        waiting: plan.waiting,
    };
    if !stopped {
        run.tell(&summary(&plan));
    }
    let (new, episodes) = match (stopped, args.dry_run) {
        (true, _) => (Vec::new(), Vec::new()),
        (false, true) => (run.preview(&mut session, &plan.take, args)?, Vec::new()),
        (false, false) => run.take(&mut session, &library, &plan.take, args)?,
    };
    if context.args.json {
        context.say_json(&Document { sources, found, new, episodes, errors: run.errors })?;
    }
    if run.worst == Exit::Done { Ok(Exit::Done) } else { Err(Failed::Shown(run.worst)) }
}

struct Run<'a> {
    context: &'a Context<'a>,
    worst: Exit,
    errors: Vec<ErrorDocument>,
}

impl Run<'_> {
    fn tell(&self, text: &str) {
        if !self.context.args.quiet {
            self.context.env.console.tell(text);
        }
    }

    /// Shows an error and goes on, unless it hinders everything that would follow. Tells whether it does.
    fn fail(&mut self, error: &dyn Failure) -> bool {
        if error.exit() == Exit::Interrupted {
            process::tell_stopped(self.context);
        } else {
            self.context.show_error(error);
        }
        self.worst = self.worst.max(error.exit());
        self.errors.push(ErrorDocument::of(error));
        !matches!(error.exit(), Exit::SourceUnavailable | Exit::Input | Exit::Unexpected | Exit::Busy)
    }

    /// Looks through the sources. Tells whether that was stopped.
    fn look(&mut self, session: &mut Session, lists: &[List]) -> (Vec<Look>, bool) {
        let mut looks = Vec::new();
        for list in lists {
            let address = list.canonical();
            self.tell(&format!("Looking through {address} …"));
            let (way, stop) = match session.look(list) {
                Ok(way) => (Some(way), false),
                Err(error) => (None, self.fail(&error)),
            };
            looks.push(Look { address, way });
            if stop {
                return (looks, true);
            }
        }
        (looks, false)
    }

    /// Names what would be taken.
    fn preview(
        &mut self,
        session: &mut Session,
        candidates: &[Candidate],
        args: &SyncArgs,
    ) -> Result<Vec<Seen>, Failed> {
        let mut new = Vec::new();
        for candidate in candidates {
            if args.limit.is_some_and(|limit| new.len() >= limit) {
                break;
            }
            match args.since.map_or(Ok(false), |since| session.is_older(candidate, since)) {
                Ok(true) => {}
                Ok(false) => {
                    if !self.context.args.json {
                        self.context.say(&name(&candidate.video))?;
                    }
                    new.push(candidate.video.clone());
                }
                Err(error) if error.is_early() => self.tell(&early(&candidate.video, &error.reason())),
                Err(error) => {
                    if self.fail(&error) {
                        break;
                    }
                }
            }
        }
        Ok(new)
    }

    /// Takes what is new.
    fn take(
        &mut self,
        session: &mut Session,
        library: &Library,
        candidates: &[Candidate],
        args: &SyncArgs,
    ) -> Result<(Vec<Seen>, Vec<Report>), Failed> {
        let (mut new, mut reports) = (Vec::new(), Vec::new());
        for candidate in candidates {
            if args.limit.is_some_and(|limit| reports.len() >= limit) {
                break;
            }
            self.tell(&name(&candidate.video));
            match session.take(candidate, args.since) {
                Ok(Outcome::Taken(report)) => {
                    if !self.context.args.json {
                        process::tell(self.context, library, &report)?;
                    }
                    new.push(candidate.video.clone());
                    reports.push(*report);
                }
                Ok(Outcome::Older) => self.tell("  older than what was asked for"),
                Ok(Outcome::Early(why)) => self.tell(&early(&candidate.video, &why)),
                Err(error) => {
                    if self.fail(&error) {
                        break;
                    }
                }
            }
        }
        Ok((new, reports))
    }
}

/// "SpineTime01  Your back (16 March 2025)".
fn name(video: &Seen) -> String {
    let title = video.title.as_deref().unwrap_or("(no title)");
    let day = video.uploaded_on.map(|day| day.strftime(" (uploaded on %-d %B %Y)").to_string()).unwrap_or_default();
    format!("{}  {title}{day}", video.id)
}

fn early(video: &Seen, why: &str) -> String {
    format!("  {}: {why}. The next sync tries it again.", video.id)
}

/// "2 new recordings; 480 in the library, 18 passed over".
fn summary(plan: &Plan) -> String {
    let mut text = match plan.take.len() {
        0 => "Nothing new".to_owned(),
        1 => "1 new recording".to_owned(),
        n => format!("{n} new recordings"),
    };
    let others: Vec<String> = [
        (plan.known, "in the library already"),
        (plan.waiting, "waiting (see \"spinetime status\")"),
        (plan.older, "older than asked for"),
        (plan.passed_over, "passed over for their titles"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{n} {what}"))
    .collect();
    if !others.is_empty() {
        text.push_str(&format!("; {}", others.join(", ")));
    }
    text + "."
}
