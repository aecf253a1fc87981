//! `spinetime publish`.

use super::args::{PublishCommand, WordpressArgs};
use super::{Context, ErrorDocument, Failed, Usage, process, report};
use crate::export::post::{self, Posts};
use crate::export::{Edition, EpisodeInput, Options};
use crate::failure::{Cancelled, Exit, Failure};
use crate::library::{EpisodeFolder, Library, Lock};
use crate::model::EntryId;
use crate::pipeline::handover;
use crate::publish::{Action, Outcome, Plan, Press, PublishError, Report, Settings, Step};
use std::collections::BTreeSet;
use std::time::Duration;

/// The variables that name the user and hold the password.
const USER: &str = "SPINETIME_WORDPRESS_USER";
const PASSWORD: &str = "SPINETIME_WORDPRESS_PASSWORD";

pub(super) fn run(context: &Context, command: &PublishCommand) -> Result<Exit, Failed> {
    match command {
        PublishCommand::Wordpress(args) => wordpress(context, args),
    }
}

fn wordpress(context: &Context, args: &WordpressArgs) -> Result<Exit, Failed> {
    let library = context.library()?;
    let config = library.config()?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let (user, password) = (variable(USER), variable(PASSWORD));
    let settings = Settings::new(&config.wordpress, user.as_deref(), password.as_deref(), library.root())?;
    // Taken before the site is looked at: two runs at once would both find a post missing, and both make it.
    let _lock = match args.dry_run {
        true => None,
        false => Some(Lock::take(&library.publish_lock_path(), &context.holder(), Duration::ZERO)?),
    };
    let gathered = gather(context, &library, &args.episodes)?;
    let overwrite: BTreeSet<EntryId> = args.overwrite.iter().cloned().collect();
    let known = |id: &EntryId| {
        gathered.posts.posts.iter().any(|post| post.id == *id) || gathered.posts.gone.iter().any(|gone| gone.id == *id)
    };
    if let Some(unknown) = overwrite.iter().find(|id| !known(id)) {
        return Err(Usage::new(
            format!("--overwrite: {unknown} is not among the entries to be published"),
            "\"spinetime show EPISODE\" lists an episode's entries; only approved ones are published.",
        )
        .into());
    }
    let (reporter, cancel) = (context.reporter(), &context.env.cancel);
    let press = Press::open(&settings, cancel)?;
    let mut plan = press.plan(&library, &gathered.posts, &overwrite, &reporter)?;
    plan.notes.splice(0..0, gathered.notes.iter().cloned());
    if args.dry_run || !context.args.json {
        show_plan(context, settings.site(), &plan, gathered.held_back)?;
    }
    if args.dry_run {
        return Ok(Exit::Done);
    }
    let planned = plan.notes.clone();
    let report = press.carry_out(plan, &reporter);
    show_report(context, settings.site(), &report, &planned, gathered.held_back)
}

struct Gathered {
    posts: Posts,
    held_back: usize,
    /// What is left out for other reasons, as sentences.
    notes: Vec<String>,
}

/// The posts of the episodes named, or of all. Only what is approved comes out of here.
fn gather(context: &Context, library: &Library, names: &[String]) -> Result<Gathered, Failed> {
    let config = library.config()?;
    let edition = Edition::new(&config, Options::default())?;
    let folders: Vec<EpisodeFolder> = match names {
        [] => library.episodes()?,
        names => names.iter().map(|name| library.episode(name)).collect::<Result<_, _>>()?,
    };
    let (mut posts, mut held_back, mut notes) = (Posts::default(), 0, Vec::new());
    for folder in folders {
        if context.env.cancel.is_cancelled() {
            return Err(PublishError::from(Cancelled).into());
        }
        let Some(handed) = handover(library, &folder, &context.holder(), false)? else { continue };
        let publication = handed.publication(false);
        held_back += publication.held_back;
        notes.extend(publication.told_blocked());
        notes.extend(handed.note());
        let made = edition.episode(&EpisodeInput {
            head: &handed.entries.episode,
            entries: &publication.entries,
            gone: &handed.gone,
            provenance: &handed.entries.provenance,
            published: handed.published.as_deref(),
            words: &[],
        })?;
        let Posts { posts: more, gone } = post::posts(&made.document, &config)?;
        posts.posts.extend(more);
        posts.gone.extend(gone);
    }
    Ok(Gathered { posts, held_back, notes })
}

#[derive(serde::Serialize)]
struct Planned<'a> {
    action: Action,
    entry: &'a EntryId,
    question: &'a str,
    why: &'a str,
    post: Option<u64>,
    link: &'a str,
}

fn show_plan(context: &Context, site: &str, plan: &Plan, held_back: usize) -> Result<(), Failed> {
    if context.args.json {
        let steps: Vec<Planned> = plan.steps.iter().map(planned).collect();
        return context.say_json(&serde_json::json!({
            "site": site, "dry_run": true, "plan": steps, "held_back": held_back, "notes": plan.notes,
        }));
    }
    let shown: Vec<&Step> = plan.steps.iter().filter(|step| step.action != Action::Keep).collect();
    if !shown.is_empty() {
        let mut table = report::table(&context.env.console, &["What", "Entry", "Question", "Why"]);
        for step in shown {
            table.add_row([step.action.word(), step.entry.as_str(), &step.question, &step.why]);
        }
        context.say(&table.to_string())?;
    }
    let actions = [Action::Create, Action::Update, Action::Withdraw, Action::Unpublish, Action::Keep, Action::Leave];
    let counts: Vec<String> = actions
        .into_iter()
        .map(|action| (plan.count(action), action))
        .filter(|(count, _)| *count > 0)
        .map(|(count, action)| format!("{count} to {}", told(action)))
        .collect();
    let counts = if counts.is_empty() { "nothing to publish".to_owned() } else { counts.join(", ") };
    context.say(&format!("Plan for {site}: {counts}."))?;
    if held_back > 0 {
        context.say(&format!("{held_back} entries stay here because nobody approved them yet."))?;
    }
    for note in &plan.notes {
        context.say(note)?;
    }
    Ok(())
}

fn told(action: Action) -> &'static str {
    match action {
        Action::Unpublish => "turn back into drafts",
        Action::Leave => "leave to you",
        other => other.word(),
    }
}

fn planned(step: &Step) -> Planned<'_> {
    Planned {
        action: step.action,
        entry: &step.entry,
        question: &step.question,
        why: &step.why,
        post: step.post,
        link: &step.link,
    }
}

fn show_report(
    context: &Context,
    site: &str,
    report: &Report,
    planned: &[String],
    held_back: usize,
) -> Result<Exit, Failed> {
    let count = |outcome| report.count(outcome);
    if context.args.json {
        context.say_json(&serde_json::json!({
            "site": site, "dry_run": false,
            "created": count(Outcome::Created), "updated": count(Outcome::Updated),
            "unchanged": count(Outcome::Unchanged),
            "skipped": count(Outcome::Skipped), "failed": count(Outcome::Failed), "held_back": held_back,
            "entries": report.items, "notes": report.notes,
            "error": report.stopped.as_ref().map(|error| ErrorDocument::of(error)),
        }))?;
    } else {
        let counts: Vec<String> =
            Outcome::ALL.iter().map(|outcome| format!("{} {}", count(*outcome), outcome.word())).collect();
        context.say(&format!("{}.", counts.join(", ")))?;
        for item in report.items.iter().filter(|item| item.outcome == Outcome::Skipped) {
            context.say(format!("Left: {} {} {}", item.entry, item.why, item.link).trim_end())?;
        }
        // Those of the plan were told with it.
        for note in report.notes.iter().filter(|note| !planned.contains(note)) {
            context.say(note)?;
        }
    }
    // Each fault once: many posts tend to fail for the same reason.
    let mut told = BTreeSet::new();
    for item in report.items.iter().filter(|item| item.outcome == Outcome::Failed) {
        if told.insert(item.why.as_str()) {
            context.env.console.tell(&format!("error: the post of {}: {}", item.entry, item.why));
        }
    }
    match &report.stopped {
        Some(error) if error.exit() == Exit::Interrupted => process::tell_stopped(context),
        Some(_) => context.env.console.tell("Stopped early, since the next post would have failed in the same way."),
        None => {}
    }
    if report.exit == Exit::Done { Ok(Exit::Done) } else { Err(Failed::Shown(report.exit)) }
}
