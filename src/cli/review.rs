//! `spinetime review`.

use super::args::ReviewArgs;
use super::settings::{self, Wishes};
use super::{Context, Failed, Usage, process};
use crate::draft::Material;
use crate::failure::{Exit, Failure};
use crate::fetch;
use crate::fetch::address::Address;
use crate::fetch::ytdlp;
use crate::library::{Holder, Library};
use crate::model::{EpisodeId, Fact};
use crate::pipeline::sync::{self, Outcome, Session};
use crate::pipeline::{self, Request, Settings, Wanted, World};
use crate::progress::{Cancel, Progress};
use crate::review::{self, Backstage, Identity, Options, Trouble};
use crate::weights::Store;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

pub(super) fn run(context: &Context, args: &ReviewArgs) -> Result<Exit, Failed> {
    // Editors need not know that there is such a thing as a library before they have one.
    let path = context.library_path();
    let library = match Library::open(&path) {
        Err(_) if context.args.library.is_none() && args.episode.is_none() => Library::init(&path)?.0,
        opened => opened?,
    };
    let episode = args.episode.as_deref().map(|name| library.episode(name)).transpose()?.map(|folder| folder.id);
    let editor = match args.editor.as_deref().map(str::trim) {
        Some("") => return Err(Usage::new("the editor's name is empty", "Give a name with --editor.").into()),
        Some(name) => name.to_owned(),
        None => context.editor(),
    };
    let options = Options {
        bind: args.bind,
        port: args.port,
        read_only: args.read_only,
        allow_remote: args.allow_remote,
        tls: args.tls_cert.clone().zip(args.tls_key.clone()).map(|(cert, key)| Identity { cert, key }),
        behind_proxy: args.behind_proxy.clone(),
        episode,
        ..Options::new(editor, context.holder())
    };
    let backroom = Backroom { library: library.clone(), store: context.store(), holder: context.holder() };
    let console = context.env.console.clone();
    let (quiet, open) = (context.args.quiet, !args.no_open);
    review::serve(&options, Arc::new(backroom), library, &context.env.cancel, move |address| {
        // Whoever can't open a browser here opens it by hand.
        let _ = console.say(&format!("Review: {address}"));
        if open {
            open_browser(address);
        }
        if !quiet {
            console.tell("Leave this window open while you work. Ctrl-C ends it; all changes are saved at once.");
        }
    })?;
    Ok(Exit::Done)
}

/// Opens the address in the desktop's browser. A computer without one stops nothing: the address is printed.
fn open_browser(address: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet =
        Command::new(program).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Ok(mut child) = quiet {
        // Waits for it somewhere, so that it leaves no trace in the list of processes.
        let _ = std::thread::Builder::new().spawn(move || child.wait());
    }
}

/// What the page needs of the rest of the program.
struct Backroom {
    library: Library,
    store: Store,
    holder: Holder,
}

impl Backroom {
    fn settings(&self) -> Result<Settings, Trouble> {
        settings::settings(&self.library, &self.store, &Wishes::of_environment()).map_err(|failed| match failed {
            Failed::Because(error) => Trouble::of(error.as_ref()),
            Failed::Shown(_) | Failed::Output(_) => Trouble::new("The settings can't be read", "See spinetime.toml."),
        })
    }

    fn world<'a>(&self, progress: &'a dyn Progress, cancel: &'a Cancel) -> World<'a> {
        let holder = Holder { since: Timestamp::now(), ..self.holder.clone() };
        World { progress, cancel, now: &Timestamp::now, random: &process::random, holder }
    }
}

fn trouble(error: impl Failure) -> Trouble {
    Trouble::of(&error)
}

impl Backstage for Backroom {
    fn process(&self, source: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<EpisodeId, Trouble> {
        let there = Path::new(source).exists() || self.library.episode(source).is_ok();
        let address = if there { None } else { Address::parse(source).map_err(trouble)? };
        let wanted = address.map_or_else(|| Wanted::Path(PathBuf::from(source)), Wanted::Address);
        let report =
            pipeline::process(&self.library, &Request::new(wanted), &self.settings()?, &self.world(progress, cancel));
        let report = report.map_err(trouble)?;
        report.warnings.iter().for_each(|warning| progress.note(warning));
        Ok(report.id)
    }

    fn sources(&self, text: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<Vec<String>, Trouble> {
        let path = Path::new(text);
        if !path.exists() {
            if self.library.episode(text).is_ok() {
                return Ok(vec![text.to_owned()]);
            }
            match Address::parse(text).map_err(trouble)? {
                Some(list @ Address::List(_)) => {
                    let config = self.library.config().map_err(trouble)?;
                    let tool = settings::download_tool(self.library.root(), &Wishes::of_environment(), &config);
                    let listing = ytdlp::list(&tool, &list, progress, cancel).map_err(trouble)?;
                    let videos = listing.videos.into_iter();
                    return Ok(videos.map(|video| Address::Video(video.id).canonical()).collect());
                }
                Some(address) => return Ok(vec![address.canonical()]),
                None => {}
            }
        }
        let files = fetch::recordings_in(path).map_err(trouble)?;
        Ok(files.into_iter().map(|file| file.to_string_lossy().into_owned()).collect())
    }

    fn sync(&self, progress: &dyn Progress, cancel: &Cancel) -> Result<String, Trouble> {
        let settings = self.settings()?;
        let lists = sync::sources(&settings).map_err(trouble)?;
        let world = self.world(progress, cancel);
        let mut session = Session::open(&self.library, &settings, &world, false).map_err(trouble)?;
        for list in &lists {
            session.look(list).map_err(trouble)?;
        }
        let plan = session.plan(&lists, None);
        let mut taken = 0;
        for candidate in &plan.take {
            match session.take(candidate, None).map_err(trouble)? {
                Outcome::Taken(report) => {
                    taken += 1;
                    progress.note(&format!("{} is ready to review.", report.id));
                }
                Outcome::Older => {}
                Outcome::Early(why) => {
                    progress.note(&format!("{}: {why}. The next look tries it again.", candidate.video.id))
                }
            }
        }
        Ok(match taken {
            0 => "Nothing new.".into(),
            1 => "1 new recording is ready to review.".into(),
            n => format!("{n} new recordings are ready to review."),
        })
    }

    fn material(&self, id: &EpisodeId) -> Result<Material, Trouble> {
        pipeline::material(&self.library, &self.library.folder(id.clone())).map_err(trouble)
    }

    fn set_fact(&self, id: &EpisodeId, fact: Fact, value: Option<&str>) -> Result<(), Trouble> {
        let folder = self.library.folder(id.clone());
        pipeline::set_fact(&self.library, &folder, fact, value).map_err(trouble)?;
        Ok(())
    }
}
