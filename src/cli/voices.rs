//! `spinetime voices`.

use super::args::VoiceName;
use super::settings::{self, Wishes};
use super::{Context, Failed, Usage, process, report};
use crate::failure::Exit;
use crate::library::lock::Lock;
use crate::library::{EpisodeFolder, artefact, journal};
use crate::model::{Change, Cluster, ClusterId, Role, Speakers, standing};
use crate::pipeline::{Request, Wanted};
use crate::roster::Roster;
use crate::speakers;
use jiff::Timestamp;
use std::time::Duration;

pub(super) fn run(context: &Context, episode: &str, names: &[VoiceName]) -> Result<Exit, Failed> {
    let library = context.library()?;
    let folder = library.episode(episode)?;
    let roster = library.roster()?;
    if names.is_empty() {
        let voices = voices(&folder)?;
        list(context, &folder, &voices, &roster)?;
        return Ok(Exit::Done);
    }
    keep(context, &folder, &roster, names)?;
    let settings = settings::settings(&library, &context.store(), &Wishes::default())?;
    let request = Request::new(Wanted::Path(folder.id.as_str().into()));
    let done = process::one(context, &library, &request, &settings)?;
    if context.args.json {
        let voices = voices(&folder)?;
        list(context, &folder, &voices, &roster)?;
    } else {
        process::tell(context, &library, &done)?;
    }
    Ok(Exit::Done)
}

/// The voices as the machine found them and people named them.
fn voices(folder: &EpisodeFolder) -> Result<Speakers, Failed> {
    let found: Speakers = artefact::load(&folder.speakers())?.ok_or_else(|| {
        Usage::new(format!("the voices of {} are not told apart yet", folder.id), "Run \"spinetime process\" on it.")
    })?;
    Ok(speakers::named(found, &standing(&journal::edits(&folder.edits())?)).0)
}

/// Checks all names, then adds them to the episode's edits.
fn keep(context: &Context, folder: &EpisodeFolder, roster: &Roster, names: &[VoiceName]) -> Result<(), Failed> {
    let _lock = Lock::take(&folder.lock(), &context.holder(), Duration::ZERO)?;
    let _edits = folder.lock_edits(&context.holder())?;
    let found = voices(folder)?;
    let mut changes = Vec::with_capacity(names.len());
    for VoiceName { number, person } in names {
        let voice = ClusterId(number - 1);
        if found.cluster(voice).is_none() {
            return Err(Usage::new(
                format!("{} has no {voice}", folder.id),
                format!("\"spinetime voices {}\" lists them.", folder.id),
            )
            .into());
        }
        if let Some(stranger) = person.as_ref().filter(|id| roster.person(id).is_none()) {
            return Err(Usage::new(
                format!("roster.toml does not know \"{stranger}\""),
                "Add that person to roster.toml, then run the same command again.",
            )
            .into());
        }
        changes.push(Change::NameVoice { heard: speakers::heard(&found, voice), person: person.clone() });
    }
    let editor = context.editor();
    for change in changes {
        journal::add_edit(&folder.edits(), Timestamp::now(), &editor, None, change)?;
    }
    Ok(())
}

fn list(context: &Context, folder: &EpisodeFolder, voices: &Speakers, roster: &Roster) -> Result<(), Failed> {
    if context.args.json {
        return context.say_json(&voices.clusters);
    }
    if voices.clusters.is_empty() {
        return context.say("Nobody speaks in this episode.");
    }
    let mut table = report::table(&context.env.console, &["Voice", "Speaks", "Does", "Who", "Sure"]);
    for cluster in &voices.clusters {
        let who = match &cluster.person {
            Some(id) => roster.person(id).map_or_else(|| id.to_string(), |person| person.name.clone()),
            None => "–".into(),
        };
        table.add_row([cluster.id.to_string(), cluster.speech.to_string(), does(cluster).into(), who, sure(cluster)]);
    }
    context.say(&table.to_string())?;
    for cluster in &voices.clusters {
        context.say(&format!("{}:", cluster.id))?;
        for evidence in &cluster.evidence {
            context.say(&format!("  · {}", evidence.text))?;
        }
        if let Some(turn) = voices.turns.iter().filter(|t| t.cluster == cluster.id).max_by_key(|t| t.span.length()) {
            context.say(&format!("  Listen at {}.", turn.span.start))?;
        }
    }
    context.say(&format!("To tell whose voice it is: spinetime voices {} --name 2=jane-doe", folder.id))
}

fn does(cluster: &Cluster) -> &'static str {
    match cluster.role {
        Some(Role::Host) => "hosts",
        Some(Role::Expert) => "answers",
        Some(Role::Audience) => "asks",
        None => "–",
    }
}

fn sure(cluster: &Cluster) -> String {
    match (&cluster.person, cluster.is_named()) {
        (_, true) => "named by an editor".into(),
        (Some(_), false) => format!("{:.0} %", 100.0 * cluster.confidence),
        (None, false) => String::new(),
    }
}
