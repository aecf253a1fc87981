//! `spinetime roster`.

use super::args::{PersonArgs, RosterCommand};
use super::{Context, Failed, Usage, process, report};
use crate::atomic;
use crate::failure::{Exit, Failure};
use crate::library::{BIOMETRIC, Library, Lock, read_text};
use crate::model::PersonId;
use crate::pipeline::{self, Model};
use crate::roster::{self, AddError, Addition, Finding, NewPerson, Person, Severity, Stated, Title};
use crate::weights::VOICES;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::time::Duration;

/// How long an addition waits while another run adds something.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run(context: &Context, command: &RosterCommand) -> Result<Exit, Failed> {
    match command {
        RosterCommand::Add(args) => add(context, args),
        RosterCommand::List => list(context),
        RosterCommand::Check => check(context),
        RosterCommand::Enroll { person, episode, consent } => enroll(context, person, episode, *consent),
        RosterCommand::Forget { person } => forget(context, person),
    }
}

fn add(context: &Context, args: &PersonArgs) -> Result<Exit, Failed> {
    let library = context.library()?;
    atomic::create_folder(&library.root().join("episodes"))?;
    let _lock = Lock::take(&library.lock_path(), &context.holder(), PATIENCE)?;
    let path = library.roster_path();
    let text = read_text(&path)?.unwrap_or_default();
    let title = title_of(args);
    let addition = match (&args.name, &args.id) {
        (Some(name), id) => {
            let (name, credentials) = (name.clone(), args.credentials.clone().unwrap_or_default());
            let new = NewPerson { name, credentials, aliases: args.alias.clone(), title, id: id.clone() };
            roster::add_person(&text, &new)?
        }
        (None, Some(id)) => {
            if args.credentials.is_some() || !args.alias.is_empty() {
                return Err(Usage::new(
                    format!("only a title can be added to {id} by command"),
                    "Change credentials and aliases in roster.toml. To add a person, give the name too.",
                )
                .into());
            }
            roster::add_title(&text, id, &title.ok_or(AddError::NoTitle)?)?
        }
        (None, None) => {
            return Err(Usage::new(
                "it is not said who is to be added",
                "Give a name, as in \"spinetime roster add\" with \"Jane Doe\"; or an id with --id to add a title.",
            )
            .into());
        }
    };
    atomic::write(&path, addition.text.as_bytes())?;
    told(context, args, &addition)
}

/// The title that the options state.
fn title_of(args: &PersonArgs) -> Option<Title> {
    let stated = args.title.is_some() || args.affiliation.is_some() || args.from.is_some() || args.until.is_some();
    stated.then(|| Title {
        title: args.title.clone().unwrap_or_default(),
        affiliation: args.affiliation.clone().unwrap_or_default(),
        from: args.from,
        until: args.until,
    })
}

/// Tells what was added, and what became doubtful by it.
fn told(context: &Context, args: &PersonArgs, addition: &Addition) -> Result<Exit, Failed> {
    let id = &addition.id;
    let findings = roster::check(&addition.roster, &[]);
    let findings: Vec<&Finding> = findings.iter().filter(|f| f.people.contains(id)).collect();
    let person = addition.roster.person(id);
    if context.args.json {
        context.say_json(&serde_json::json!({ "id": id, "person": person, "findings": findings }))?;
        return Ok(Exit::Done);
    }
    let name = person.map(Person::full_name).unwrap_or_default();
    context.say(&match &args.name {
        Some(_) => format!("{name} is in roster.toml now, with the id {id}."),
        None => format!("{name} ({id}) has one more title in roster.toml."),
    })?;
    if let Some(namesake) = &addition.namesake {
        context.say(&format!(
            "note: roster.toml has somebody of that name already, {namesake}. If it is the same person, take the new \
             block out again and use --id {namesake} without a name."
        ))?;
    }
    for finding in findings.into_iter().filter(|f| addition.namesake.is_none() || f.code != "same-name") {
        context.say(&format!("note: {} {}", finding.what, finding.next))?;
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a PersonId,
    /// As printed.
    shown: String,
    name: &'a str,
    credentials: &'a str,
    /// That of today.
    title: Option<&'a Title>,
    aliases: &'a [String],
    titles: usize,
    enrolled: bool,
}

impl<'a> Row<'a> {
    fn new(library: &Library, person: &'a Person, today: Date) -> Self {
        Self {
            id: &person.id,
            shown: person.full_name(),
            name: &person.name,
            credentials: &person.credentials,
            title: person.title(Some(today)),
            aliases: &person.aliases,
            titles: person.titles.len(),
            enrolled: library.voice_path(&person.id).exists(),
        }
    }
}

fn list(context: &Context) -> Result<Exit, Failed> {
    let library = context.library()?;
    let roster = library.roster()?;
    // On the editor's own calendar.
    let today = TimeZone::system().to_datetime(Timestamp::now()).date();
    let rows: Vec<Row> = roster.people.iter().map(|person| Row::new(&library, person, today)).collect();
    if context.args.json {
        context.say_json(&serde_json::json!({ "people": rows }))?;
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        context
            .say("Nobody is in roster.toml yet. Next: spinetime roster add \"Jane Doe\" --credentials \"MD, PhD\"")?;
        return Ok(Exit::Done);
    }
    let heads = ["Name", "Id", "Title today", "Also heard as", "Titles", "Voice"];
    let mut table = report::table(&context.env.console, &heads);
    for row in rows {
        let dash = || "–".to_owned();
        table.add_row([
            row.shown,
            row.id.to_string(),
            row.title.map_or_else(dash, Title::to_string),
            if row.aliases.is_empty() { dash() } else { row.aliases.join(", ") },
            row.titles.to_string(),
            if row.enrolled { "enrolled".to_owned() } else { dash() },
        ]);
    }
    context.say(&table.to_string())?;
    Ok(Exit::Done)
}

fn check(context: &Context) -> Result<Exit, Failed> {
    let library = context.library()?;
    let roster = library.roster()?;
    let (mut stated, mut worst) = (Vec::new(), Exit::Done);
    for folder in library.episodes()? {
        match folder.read_facts() {
            Ok(facts) => stated.push(Stated {
                episode: folder.id,
                held_on: facts.held_on,
                host: facts.host,
                experts: facts.experts,
            }),
            Err(error) => {
                // The others are looked at all the same.
                context.env.console.tell(&format!("{}:", folder.id));
                context.show_error(&error);
                worst = worst.max(error.exit());
            }
        }
    }
    let findings = roster::check(&roster, &stated);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        worst = worst.max(Exit::ChecksFailed);
    }
    if context.args.json {
        context.say_json(&serde_json::json!({ "findings": findings, "ok": worst == Exit::Done }))?;
    } else {
        for finding in &findings {
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "hint",
            };
            context.say(&format!("{severity}: {}\n  what to do: {}", finding.what, finding.next))?;
        }
        let (people, episodes) = (roster.people.len(), stated.len());
        let looked = format!(
            "{people} {} and {episodes} {}",
            of(people, "person", "people"),
            of(episodes, "episode", "episodes")
        );
        context.say(&match findings.len() {
            0 => format!("{looked} looked through: all is well."),
            n => format!("{looked} looked through: {n} {}.", of(n, "finding", "findings")),
        })?;
    }
    if worst == Exit::Done { Ok(Exit::Done) } else { Err(Failed::Shown(worst)) }
}

fn of(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

fn enroll(context: &Context, person: &str, episode: &str, consent: bool) -> Result<Exit, Failed> {
    if !consent {
        return Err(Usage::new(
            format!("no voice is enrolled without consent. {BIOMETRIC}"),
            "Ask the person. If they agree, run the same command with --consent.",
        )
        .into());
    }
    let library = context.library()?;
    let roster = library.roster()?;
    let Some(person) = find(&roster.people, person) else {
        return Err(Usage::new(
            format!("roster.toml knows nobody by the id or name \"{person}\""),
            "\"spinetime roster list\" shows the ids.",
        )
        .into());
    };
    let folder = library.episode(episode)?;
    let found = context.store().find(VOICES)?;
    let model = Model { name: found.name, path: found.path, sha256: found.sha256 };
    let reporter = context.reporter();
    let done = match pipeline::enroll(&library, &folder, person, &model, &process::world(context, &reporter)) {
        Ok(done) => done,
        Err(error) if error.exit() == Exit::Interrupted => {
            context.env.console.tell("Stopped. No voice was enrolled.");
            return Err(Failed::Shown(Exit::Interrupted));
        }
        Err(error) => return Err(error.into()),
    };
    let seconds = done.sample.speech.floor_seconds();
    if context.args.json {
        context.say_json(&serde_json::json!({
            "person": person.id,
            "episodes": done.print.episodes,
            "seconds": done.print.speech,
            "file": done.path.display().to_string(),
            "note": BIOMETRIC,
        }))?;
        return Ok(Exit::Done);
    }
    context.say(&format!("The voice of {} is enrolled from {seconds} s of {}.", person.name, done.episode))?;
    if done.renewed {
        context.say("The print before was of another voice model and is gone.")?;
    }
    let episodes = done.print.episodes.len();
    if episodes > 1 {
        context
            .say(&format!("It is made of {episodes} episodes now, {} s in all.", done.print.speech.floor_seconds()))?;
    }
    context.say(&format!("File: {}\n{BIOMETRIC}", done.path.display()))?;
    context.say("Episodes that are processed from now on know the voice.")?;
    Ok(Exit::Done)
}

fn forget(context: &Context, name: &str) -> Result<Exit, Failed> {
    let library = context.library()?;
    // Somebody who left the roster, or a roster that can't be read, must not keep a voice from being forgotten.
    let people = library.roster().map(|roster| roster.people).unwrap_or_default();
    let person = find(&people, name);
    let id = match person {
        Some(person) => person.id.clone(),
        None => name.parse::<PersonId>().map_err(|e| Usage::new(e.to_string(), "Give the id or the whole name."))?,
    };
    let print = library.voice(&id).ok().flatten();
    let removed = library.forget_voice(&id)?;
    let path = library.voice_path(&id);
    if context.args.json {
        let file = removed.then(|| path.display().to_string());
        let episodes = print.map(|print| print.episodes).unwrap_or_default();
        context.say_json(&serde_json::json!({ "person": id, "removed": file, "episodes": episodes }))?;
        return Ok(Exit::Done);
    }
    let name = person.map_or(id.as_str(), |person| person.name.as_str());
    if !removed {
        context.say(&format!("No voice of {name} was kept: there is nothing to forget."))?;
        return Ok(Exit::Done);
    }
    let of = print.map(|print| {
        let episodes: Vec<&str> = print.episodes.iter().map(|id| id.as_str()).collect();
        format!(", made of {} s of {}", print.speech.floor_seconds(), episodes.join(", "))
    });
    context.say(&format!("Removed: {}{}.", path.display(), of.unwrap_or_default()))?;
    context.say(&format!(
        "Nothing of the voice of {name} is kept any more. Names that it gave to voices stay until those episodes are \
         processed again."
    ))?;
    Ok(Exit::Done)
}

/// The person with this id, or the only one with this name.
fn find<'a>(people: &'a [Person], name: &str) -> Option<&'a Person> {
    let mut named = people.iter().filter(|p| p.name.to_lowercase() == name.trim().to_lowercase());
    let by_id = people.iter().find(|p| p.id.as_str() == name);
    by_id.or_else(|| named.next().filter(|_| named.next().is_none()))
}
