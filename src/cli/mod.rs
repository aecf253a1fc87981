//! The command line: the only place that reads arguments and the environment, prints, and exits.
//!
//! [`main`] is for the program; [`run`] takes the outside world as an [`Env`], so that a whole run can be a test.

mod args;
mod console;
mod doctor;
mod eval;
mod export;
mod init;
mod links;
mod models;
mod process;
mod progress;
mod publish;
mod report;
mod resolve;
mod review;
mod roster;
mod schema;
mod segment;
mod settings;
mod shell;
mod show;
mod status;
mod sync;
mod templates;
mod validate;
mod voices;

pub use console::Console;

use crate::failure::{Exit, Failure, causes};
use crate::library::{Holder, Library};
use crate::progress::Cancel;
use crate::weights::Store;
use args::{Args, Command};
use clap::{CommandFactory, FromArgMatches};
use jiff::Timestamp;
use progress::{Detail, Reporter};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// The outside world.
pub struct Env {
    /// Where text goes.
    pub console: Console,
    /// The folder that relative paths mean.
    pub cwd: PathBuf,
    /// Folder for the user's own data, such as pulled models.
    pub data_home: Option<PathBuf>,
    /// Set when somebody asks to stop.
    pub cancel: Cancel,
}

/// Why a command stopped.
#[derive(Debug)]
pub enum Failed {
    /// With an error to show.
    Because(Box<dyn Failure>),
    /// Its errors are shown already.
    Shown(Exit),
    /// Nobody reads standard output any more.
    Output(io::Error),
}

impl<E: Failure> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Because(Box::new(error))
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A fault of the command line that only a command can see.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Usage {
    what: String,
    remedy: String,
}

impl Usage {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl Failure for Usage {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(self.remedy.clone())
    }
}

/// What every command is given.
struct Context<'a> {
    env: &'a Env,
    args: &'a Args,
}

impl Context<'_> {
    fn say(&self, text: &str) -> Result<(), Failed> {
        Ok(self.env.console.say(text)?)
    }

    fn say_json(&self, value: &impl serde::Serialize) -> Result<(), Failed> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        self.say(&text)
    }

    fn library_path(&self) -> PathBuf {
        settings::library_path(self.args, &self.env.cwd).0
    }

    fn library(&self) -> Result<Library, Failed> {
        Ok(Library::open(&self.library_path())?)
    }

    fn store(&self) -> Store {
        settings::model_store(self.args.models.as_deref(), self.env.data_home.as_deref())
    }

    fn reporter(&self) -> Reporter {
        let detail = match (self.args.quiet, self.env.console.interactive) {
            (true, _) => Detail::Quiet,
            (false, true) => Detail::Bar,
            (false, false) => Detail::Plain,
        };
        Reporter::new(self.env.console.clone(), detail)
    }

    /// Who makes edits here: the system's user.
    fn editor(&self) -> String {
        whoami::username().unwrap_or_else(|_| "somebody".into())
    }

    fn holder(&self) -> Holder {
        let host = whoami::hostname().unwrap_or_else(|_| "this computer".into());
        Holder { process: std::process::id(), host, since: Timestamp::now() }
    }

    /// Shows an error: what happened, why, what to do next.
    fn show_error(&self, error: &dyn Failure) {
        let console = &self.env.console;
        console.tell(&format!("error: {error}"));
        let why = causes(error);
        if !why.is_empty() {
            console.tell(&format!("  why: {why}"));
        }
        if let Some(remedy) = error.remedy() {
            console.tell(&format!("  what to do: {remedy}"));
        }
        if self.args.verbose {
            console.tell(&format!("  detail: {error:?}"));
        }
    }
}

/// An error as `--json` prints it.
#[derive(serde::Serialize)]
struct ErrorDocument {
    what: String,
    why: String,
    next: Option<String>,
    exit: u8,
}

impl ErrorDocument {
    fn of(error: &dyn Failure) -> Self {
        Self { what: error.to_string(), why: causes(error), next: error.remedy(), exit: error.exit().code() }
    }
}

/// Runs the program on the process's own arguments, streams and signals.
#[must_use]
pub fn main() -> ExitCode {
    let cancel = Cancel::default();
    let asked = cancel.clone();
    // Without a handler Ctrl-C just ends the process: finished work is kept all the same.
    let _ = ctrlc::set_handler(move || {
        if asked.is_cancelled() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        asked.cancel();
    });
    let home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let env = Env {
        console: Console::of_process(),
        cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        data_home: home
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::home_dir().map(|home| home.join(".local").join("share"))),
        cancel,
    };
    ExitCode::from(run(std::env::args_os(), &env).code())
}

/// Runs the program on `arguments`, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>, env: &Env) -> Exit {
    let parsed = Args::command().try_get_matches_from(arguments).and_then(|matches| {
        let mut args = Args::from_arg_matches(&matches)?;
        args.library_from_environment = matches.value_source("library") == Some(clap::parser::ValueSource::EnvVariable);
        Ok(args)
    });
    let args = match parsed {
        Ok(args) => args,
        Err(error) if error.use_stderr() => {
            env.console.tell(error.render().to_string().trim_end());
            return Exit::Usage;
        }
        Err(help) => {
            // Help and version are answers.
            return env.console.say(help.render().to_string().trim_end()).map_or(Exit::Done, |()| Exit::Done);
        }
    };
    let context = Context { env, args: &args };
    match dispatch(&context) {
        Ok(exit) => exit,
        Err(Failed::Shown(exit)) => exit,
        Err(Failed::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(Failed::Output(error)) => {
            env.console.tell(&format!("error: the output could not be written\n  why: {error}"));
            crate::failure::exit_of_write(&error)
        }
        Err(Failed::Because(error)) => {
            context.show_error(error.as_ref());
            if args.json {
                // The error stands on standard error too; a closed pipe changes nothing.
                let _ = context.say_json(&serde_json::json!({ "error": ErrorDocument::of(error.as_ref()) }));
            }
            error.exit()
        }
    }
}

fn dispatch(context: &Context) -> Result<Exit, Failed> {
    match &context.args.command {
        Command::Init { dir } => init::run(context, dir.as_deref()),
        Command::Process(args) => process::run(context, args),
        Command::Sync(args) => sync::run(context, args),
        Command::Status => status::run(context),
        Command::Show { what, why, transcript } => show::run(context, what, *why, *transcript),
        Command::Segment { transcript } => segment::run(context, transcript),
        Command::Voices { episode, name } => voices::run(context, episode, name),
        Command::Resolve { entry, code, text, reason, undo: _ } => {
            resolve::run(context, entry, code, text.as_deref(), reason.as_deref())
        }
        Command::Review(args) => review::run(context, args),
        Command::Export(args) => export::run(context, args),
        Command::Validate(args) => validate::run(context, args),
        Command::Schema { document } => schema::run(context, *document),
        Command::CheckLinks(args) => links::run(context, args),
        Command::Publish { command } => publish::run(context, command),
        Command::Templates { name } => templates::run(context, name.as_deref()),
        Command::Eval { dir, predictions, min_f1, model } => {
            eval::run(context, dir, predictions.as_deref(), *min_f1, model.as_deref())
        }
        Command::Models { command } => models::run(context, command),
        Command::Roster { command } => roster::run(context, command),
        Command::Doctor => doctor::run(context),
        Command::Completions { shell } => shell::completions(context, *shell),
        Command::Man => shell::man(context),
    }
}
