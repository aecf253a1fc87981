//! `spinetime process`.

use super::args::ProcessArgs;
use super::settings::{self, Origin, Wishes};
use super::{Context, ErrorDocument, Failed, Usage, report};
use crate::failure::{Exit, Failure};
use crate::fetch;
use crate::library::Library;
use crate::pipeline::{self, Report, Request, Settings, World};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

pub(super) fn run(context: &Context, args: &ProcessArgs) -> Result<Exit, Failed> {
    if let Some(address) = args.sources.iter().filter_map(|s| s.to_str()).find(|s| s.contains("://")) {
        return Err(Usage::new(
            format!("{address} is an address, and recordings are taken from this computer only so far"),
            "Download the recording, then name the file.",
        )
        .into());
    }
    let path = context.library_path();
    let there = match Library::open(&path) {
        Ok(library) => Some(library),
        Err(error) if context.args.library.is_some() => return Err(error.into()),
        Err(_) => None,
    };
    let (sources, mut worst, mut errors) = expand(context, there.as_ref(), &args.sources);
    let stated = args.title.is_some() || args.held_on.is_some() || args.youtube.is_some();
    if sources.len() > 1 && stated {
        return Err(Usage::new(
            "--title, --held-on and --youtube say something about one recording, but there are several",
            "Process the recordings one by one, or put an episode.toml beside each.",
        )
        .into());
    }
    let library = match there {
        // The library that a first run needs; for nothing, none is made.
        None if !sources.is_empty() => Some(Library::init(&path)?.0),
        there => there,
    };
    let mut reports = Vec::new();
    if let Some(library) = library.filter(|_| !sources.is_empty()) {
        let settings = settings::settings(&library, &context.store(), &wishes(args))?;
        for source in sources {
            let request =
                Request { source, title: args.title.clone(), held_on: args.held_on, youtube: args.youtube.clone() };
            match one(context, &library, &request, &settings) {
                Ok(report) => {
                    if !context.args.json {
                        tell(context, &library, &report)?;
                    }
                    reports.push(report);
                }
                Err(error) => {
                    show(context, &error);
                    worst = worst.max(error.exit());
                    errors.push(ErrorDocument::of(&error));
                    if error.exit() == Exit::Interrupted {
                        break;
                    }
                }
            }
        }
    }
    if context.args.json {
        context.say_json(&serde_json::json!({ "episodes": reports, "errors": errors }))?;
    }
    if worst == Exit::Done { Ok(Exit::Done) } else { Err(Failed::Shown(worst)) }
}

fn wishes(args: &ProcessArgs) -> Wishes {
    Wishes {
        model: args.model.clone().map(|m| (m, Origin::Option)),
        language: args.language.clone(),
        jobs: args.jobs,
        redo: args.redo,
    }
}

/// Folders become their recordings. What can't be read is told of and passed over.
fn expand(
    context: &Context,
    library: Option<&Library>,
    sources: &[PathBuf],
) -> (Vec<PathBuf>, Exit, Vec<ErrorDocument>) {
    let (mut found, mut worst, mut errors) = (Vec::new(), Exit::Done, Vec::new());
    for source in sources {
        let known = || library.zip(source.to_str()).is_some_and(|(library, name)| library.episode(name).is_ok());
        match fetch::recordings_in(source) {
            Ok(paths) => found.extend(paths),
            Err(_) if !source.exists() && known() => found.push(source.clone()),
            Err(error) => {
                context.show_error(&error);
                worst = worst.max(error.exit());
                errors.push(ErrorDocument::of(&error));
            }
        }
    }
    (found, worst, errors)
}

pub(super) fn one(
    context: &Context,
    library: &Library,
    request: &Request,
    settings: &Settings,
) -> Result<Report, pipeline::Error> {
    if !context.args.quiet {
        context.env.console.tell(&name_of(&request.source));
    }
    let reporter = context.reporter();
    let world = World {
        progress: &reporter,
        cancel: &context.env.cancel,
        now: &Timestamp::now,
        random: &random,
        holder: context.holder(),
    };
    pipeline::process(library, request, settings, &world)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Random bits of the operating system; of the clock on a machine without them: ids need only differ.
fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| Timestamp::now().as_nanosecond() as u64)
}

fn show(context: &Context, error: &pipeline::Error) {
    if error.exit() == Exit::Interrupted {
        context.env.console.tell("Stopped. What is finished is kept: run the same command again to go on.");
    } else {
        context.show_error(error);
    }
}

fn tell(context: &Context, library: &Library, report: &Report) -> Result<(), Failed> {
    if !context.args.quiet {
        for warning in &report.warnings {
            context.env.console.tell(&format!("  note: {warning}"));
        }
    }
    if report.ran.is_empty() {
        context.say(&format!("{}: nothing to do, everything is up to date.", report.id))?;
        return context.say(&report::summary(&report.entries.entries));
    }
    context.say(&report.id.to_string())?;
    if !report.entries.entries.is_empty() {
        context.say(&report::entries(&context.env.console, &report.entries))?;
    }
    context.say(&report::summary(&report.entries.entries))?;
    let file = library.folder(report.id.clone()).entries();
    context.say(&format!("Entries: {}", file.display()))?;
    if !report.entries.entries.is_empty() {
        context.say(&format!(
            "Next: spinetime show {} · spinetime export {} --drafts --format html --out pages",
            report.id, report.id
        ))?;
    }
    Ok(())
}
