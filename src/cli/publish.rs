//! `spinetime publish`.

use super::args::{PublishCommand, WordpressArgs};
use super::{Context, ErrorDocument, Failed, Usage, process, report};
use crate::atomic::FileStamp;
use crate::config::Config;
use crate::export::post::{self, Post, Posts};
use crate::export::{Edition, EpisodeInput, Options};
use crate::failure::{Cancelled, Exit, Failure};
use crate::library::{EpisodeFolder, Library, Lock};
use crate::model::EntryId;
use crate::pipeline::handover;
use crate::publish::{Action, Outcome, Plan, Press, PublishError, Report, Settings, Step};
use std::cell::RefCell;
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
    let desk = Desk::new(context, &library, &config)?;
    let gathered = desk.gather(&args.episodes)?;
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
        show_plan(context, settings.site(), &plan, &gathered)?;
    }
    let blocked = if gathered.blocked.is_empty() { Exit::Done } else { Exit::ChecksFailed };
    if args.dry_run {
        return Ok(blocked);
    }
    let planned = plan.notes.clone();
    let still = |entry: &EntryId| desk.still(&gathered, entry);
    let report = press.carry_out(plan, &still, &reporter);
    match show_report(context, settings.site(), &report, &planned, &gathered)? {
        Exit::Done => Ok(blocked),
        failed => Err(Failed::Shown(failed)),
    }
}

/// What an episode has for the site.
#[derive(Default)]
struct Read {
    posts: Posts,
    held_back: usize,
    /// Those that were approved and may not leave all the same, as sentences.
    blocked: Vec<String>,
    /// What is left out for other reasons, as a sentence.
    note: Option<String>,
}

/// All of it, of the episodes named.
#[derive(Default)]
struct Gathered {
    posts: Posts,
    held_back: usize,
    blocked: Vec<String>,
    notes: Vec<String>,
    read: Vec<RefCell<Watched>>,
}

/// An episode of which posts were made.
struct Watched {
    folder: EpisodeFolder,
    entries: BTreeSet<EntryId>,
    stamps: [Option<FileStamp>; 2],
    /// Its posts as they are now, once its files changed.
    now: Option<Vec<Post>>,
}

/// What of a folder tells what may be published.
fn stamps(folder: &EpisodeFolder) -> [Option<FileStamp>; 2] {
    [folder.entries(), folder.edits()].map(|path| FileStamp::of(&path))
}

/// Makes posts of the library's episodes.
struct Desk<'a> {
    context: &'a Context<'a>,
    library: &'a Library,
    config: &'a Config,
    edition: Edition<'a>,
}

impl<'a> Desk<'a> {
    fn new(context: &'a Context, library: &'a Library, config: &'a Config) -> Result<Self, Failed> {
        let edition = Edition::new(config, Options::default())?;
        Ok(Self { context, library, config, edition })
    }

    /// The posts of the episodes named, or of all. Only what is approved comes out of here.
    fn gather(&self, names: &[String]) -> Result<Gathered, Failed> {
        let folders = if names.is_empty() { self.library.episodes()? } else { self.library.named(names)? };
        let mut all = Gathered::default();
        for folder in folders {
            if self.context.env.cancel.is_cancelled() {
                return Err(PublishError::from(Cancelled).into());
            }
            let stamps = stamps(&folder);
            let read = self.read(&folder)?;
            let entries = read.posts.posts.iter().map(|post| post.id.clone()).collect();
            all.read.push(RefCell::new(Watched { folder, entries, stamps, now: None }));
            all.posts.posts.extend(read.posts.posts);
            all.posts.gone.extend(read.posts.gone);
            all.held_back += read.held_back;
            all.blocked.extend(read.blocked);
            all.notes.extend(read.note);
        }
        Ok(all)
    }

    fn read(&self, folder: &EpisodeFolder) -> Result<Read, Failed> {
        let Some(handed) = handover(self.library, folder, &self.context.holder(), false)? else {
            return Ok(Read::default());
        };
        let publication = handed.publication(false);
        let made = self.edition.episode(&EpisodeInput {
            head: &handed.entries.episode,
            entries: &publication.entries,
            gone: &handed.gone,
            provenance: &handed.entries.provenance,
            published: handed.published.as_deref(),
            words: &[],
        })?;
        Ok(Read {
            posts: post::posts(&made.document, self.config)?,
            held_back: publication.held_back,
            blocked: publication.told_blocked(),
            note: handed.note(),
        })
    }

    /// Whether an entry's post is still the one that was gathered. No when that can't be read any more.
    fn still(&self, gathered: &Gathered, entry: &EntryId) -> bool {
        let Some(watched) = gathered.read.iter().find(|watched| watched.borrow().entries.contains(entry)) else {
            return false;
        };
        let mut watched = watched.borrow_mut();
        let stamps = stamps(&watched.folder);
        if watched.stamps != stamps {
            watched.stamps = stamps;
            watched.now = Some(self.read(&watched.folder).map(|read| read.posts.posts).unwrap_or_default());
        }
        watched.now.as_ref().is_none_or(|now| {
            let planned = gathered.posts.posts.iter().find(|post| post.id == *entry);
            now.iter().find(|post| post.id == *entry) == planned
        })
    }
}

fn show_plan(context: &Context, site: &str, plan: &Plan, gathered: &Gathered) -> Result<(), Failed> {
    if context.args.json {
        return context.say_json(&serde_json::json!({
            "site": site, "dry_run": true, "plan": plan.steps, "held_back": gathered.held_back,
            "blocked": gathered.blocked, "notes": plan.notes,
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
    match gathered.held_back {
        0 => {}
        1 => context.say("1 entry stays here because nobody approved it yet.")?,
        count => context.say(&format!("{count} entries stay here because nobody approved them yet."))?,
    }
    for note in &plan.notes {
        context.say(note)?;
    }
    if !gathered.blocked.is_empty() {
        for blocked in &gathered.blocked {
            context.env.console.tell(blocked);
        }
        context.env.console.tell("Resolve what is open on the review page (\"spinetime review\"), then publish again.");
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

/// Tells what was done, and gives the worst that happened.
fn show_report(
    context: &Context,
    site: &str,
    report: &Report,
    planned: &[String],
    gathered: &Gathered,
) -> Result<Exit, Failed> {
    let count = |outcome| report.count(outcome);
    if context.args.json {
        context.say_json(&serde_json::json!({
            "site": site, "dry_run": false,
            "created": count(Outcome::Created), "updated": count(Outcome::Updated),
            "unchanged": count(Outcome::Unchanged),
            "skipped": count(Outcome::Skipped), "failed": count(Outcome::Failed),
            "held_back": gathered.held_back, "blocked": gathered.blocked,
            "entries": report.items, "notes": report.notes,
            "error": report.stopped.as_ref().map(|error| ErrorDocument::of(error)),
        }))?;
    } else {
        let counts: Vec<String> =
            Outcome::ALL.iter().map(|outcome| format!("{} {}", count(*outcome), outcome.word())).collect();
        context.say(&format!("{}.", counts.join(", ")))?;
        for item in report.items.iter().filter(|item| item.outcome == Outcome::Skipped) {
            let Step { entry, why, link, .. } = &item.step;
            context.say(format!("Left: {entry} {why} {link}").trim_end())?;
        }
        // Those of the plan were told with it.
        for note in report.notes.iter().filter(|note| !planned.contains(note)) {
            context.say(note)?;
        }
    }
    // Each fault once: many posts tend to fail for the same reason.
    let mut told = BTreeSet::new();
    for item in report.items.iter().filter(|item| item.outcome == Outcome::Failed) {
        let Step { entry, why, .. } = &item.step;
        if told.insert(why.as_str()) {
            context.env.console.tell(&format!("error: the post of {entry}: {why}"));
        }
    }
    match &report.stopped {
        Some(error) if error.exit() == Exit::Interrupted => process::tell_stopped(context),
        Some(_) => context.env.console.tell("Stopped early, since the next post would have failed in the same way."),
        None => {}
    }
    Ok(report.exit)
}
