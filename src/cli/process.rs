//! `spinetime process`.

use super::args::ProcessArgs;
use super::progress::Reporter;
use super::settings::{self, Origin, Wishes};
use super::{Context, ErrorDocument, Failed, Usage, report};
use crate::failure::{Exit, Failure};
use crate::fetch;
use crate::fetch::address::Address;
use crate::fetch::ytdlp;
use crate::library::Library;
use crate::pipeline::{self, CaptionsFrom, Report, Request, Settings, Wanted, World};
use jiff::Timestamp;
use std::path::Path;

/// In place of a file's name: the captions of the recording's page.
const AUTO: &str = "auto";

pub(super) fn run(context: &Context, args: &ProcessArgs) -> Result<Exit, Failed> {
    let path = context.library_path();
    let there = match Library::open(&path) {
        Ok(library) => Some(library),
        Err(error) if context.args.library.is_some() => return Err(error.into()),
        Err(_) => None,
    };
    let (sources, mut worst, mut errors) = expand(context, there.as_ref(), args)?;
    let file = args.captions.as_deref().filter(|path| *path != Path::new(AUTO));
    let stated = args.title.is_some() || args.held_on.is_some() || args.youtube.is_some();
    if sources.len() > 1 && (stated || args.questions.is_some() || file.is_some()) {
        return Err(Usage::new(
            "--title, --held-on, --youtube, --questions and --captions FILE say something about one recording, but there \
             are several",
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
        let mut refused = false;
        for source in sources {
            let of_youtube = matches!(source, Wanted::Address(Address::Video(_)));
            if refused && of_youtube {
                // Asking on would make it worse; that it refuses was told.
                continue;
            }
            let request = Request {
                source,
                title: args.title.clone(),
                held_on: args.held_on,
                youtube: args.youtube.clone(),
                questions: args.questions.clone(),
                captions: args.captions.as_ref().map(|path| match file {
                    Some(_) => CaptionsFrom::File(path.clone()),
                    None => CaptionsFrom::Page,
                }),
            };
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
                    refused |= of_youtube && error.exit() == Exit::SourceRefused;
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
        keep_video: args.keep_video,
    }
}

/// Folders become their recordings, playlists and channels their videos. What can't be read is told of and passed over.
fn expand(
    context: &Context,
    library: Option<&Library>,
    args: &ProcessArgs,
) -> Result<(Vec<Wanted>, Exit, Vec<ErrorDocument>), Failed> {
    let (mut found, mut worst, mut errors) = (Vec::new(), Exit::Done, Vec::new());
    for source in &args.sources {
        match wanted(context, library, args, source) {
            Ok(wanted) => found.extend(wanted),
            Err(Failed::Because(error)) => {
                context.show_error(error.as_ref());
                worst = worst.max(error.exit());
                errors.push(ErrorDocument::of(error.as_ref()));
            }
            Err(other) => return Err(other),
        }
    }
    Ok((found, worst, errors))
}

/// What one source means: what lies on this computer comes first, then an episode of that name, then an address.
fn wanted(
    context: &Context,
    library: Option<&Library>,
    args: &ProcessArgs,
    source: &Path,
) -> Result<Vec<Wanted>, Failed> {
    let name = source.to_str().filter(|_| !source.exists());
    if let Some(name) = name {
        if library.is_some_and(|library| library.episode(name).is_ok()) {
            return Ok(vec![Wanted::Path(source.to_owned())]);
        }
        match Address::parse(name)? {
            Some(address @ Address::List(_)) => return videos(context, library, args, &address),
            Some(address) => return Ok(vec![Wanted::Address(address)]),
            None => {}
        }
    }
    Ok(fetch::recordings_in(source)?.into_iter().map(Wanted::Path).collect())
}

/// The videos of a playlist or channel, newest first as listed.
fn videos(
    context: &Context,
    library: Option<&Library>,
    args: &ProcessArgs,
    address: &Address,
) -> Result<Vec<Wanted>, Failed> {
    let config = library.map(Library::config).transpose()?.unwrap_or_default();
    let tool = settings::download_tool(&context.library_path(), &wishes(args), &config);
    if !context.args.quiet {
        context.env.console.tell(&format!("Asking what {address} holds …"));
    }
    let listing = ytdlp::list(&tool, address, &context.reporter(), &context.env.cancel)?;
    Ok(listing.videos.into_iter().map(|video| Wanted::Address(Address::Video(video.id))).collect())
}

pub(super) fn one(
    context: &Context,
    library: &Library,
    request: &Request,
    settings: &Settings,
) -> Result<Report, pipeline::Error> {
    if !context.args.quiet {
        context.env.console.tell(&match &request.source {
            Wanted::Path(path) => name_of(path),
            Wanted::Address(address) => address.canonical(),
        });
    }
    let reporter = context.reporter();
    pipeline::process(library, request, settings, &world(context, &reporter))
}

/// The outside world of a run.
pub(super) fn world<'a>(context: &'a Context, reporter: &'a Reporter) -> World<'a> {
    World {
        progress: reporter,
        cancel: &context.env.cancel,
        now: &Timestamp::now,
        random: &random,
        holder: context.holder(),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Random bits of the operating system; of the clock on a machine without them: ids need only differ.
pub(super) fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| Timestamp::now().as_nanosecond() as u64)
}

pub(super) fn tell_stopped(context: &Context) {
    context.env.console.tell("Stopped. What is finished is kept: run the same command again to go on.");
}

fn show(context: &Context, error: &pipeline::Error) {
    if error.exit() == Exit::Interrupted {
        tell_stopped(context);
    } else {
        context.show_error(error);
    }
}

pub(super) fn tell(context: &Context, library: &Library, report: &Report) -> Result<(), Failed> {
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
            "Next: spinetime review {} · spinetime export {} --drafts --format html --out pages",
            report.id, report.id
        ))?;
    }
    Ok(())
}
