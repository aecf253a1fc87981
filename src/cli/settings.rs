//! What was typed, the environment and `spinetime.toml` become checked settings, each with where it comes from.

use super::args::Args;
use super::{Failed, Usage};
use crate::config::Config;
use crate::failure::told;
use crate::fetch::ytdlp::Tool;
use crate::library::{Library, SETTINGS};
use crate::model::Millis;
use crate::pipeline::{Diarization, Model, Settings, Stage};
use crate::qa::embed::Embedder;
use crate::reader;
use crate::weights::{Found, OVERLAPS, SENTENCES, SPEECH_DETECTION, Store, VOICES, WORD_PIECES};
use reqwest::Url;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An option on the command line.
    Option,
    /// An environment variable.
    Environment,
    /// `spinetime.toml`.
    File,
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Option => "command line",
            Self::Environment => "environment",
            Self::File => SETTINGS,
            Self::Default => "default",
        })
    }
}

/// The library to use: the one named, else the current folder if it is one, else `./library`.
#[must_use]
pub(super) fn library_path(args: &Args, cwd: &Path) -> (PathBuf, Origin) {
    match (&args.library, args.library_from_environment) {
        (Some(path), true) => (path.clone(), Origin::Environment),
        (Some(path), false) => (path.clone(), Origin::Option),
        (None, _) if cwd.join(SETTINGS).is_file() => (PathBuf::from("."), Origin::Default),
        (None, _) => (PathBuf::from("library"), Origin::Default),
    }
}

/// Where models are looked for, in order: the folder that `SPINETIME_MODELS` names, `models` here, beside the
/// program and where it was built, and last the user's own folder, to which models are pulled.
#[must_use]
pub(super) fn model_store(named: Option<&Path>, home: Option<&Path>) -> Store {
    let mut folders: Vec<PathBuf> = named.map(Path::to_owned).into_iter().collect();
    folders.push(PathBuf::from("models"));
    folders.extend(homes().into_iter().map(|folder| folder.join("models")).filter(|folder| folder.is_dir()));
    if let Some(named) = named {
        folders.push(named.to_owned());
    } else if let Some(home) = home {
        folders.push(home.join("spinetime").join("models"));
    }
    Store { folders }
}

/// What a command adds to the settings file.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    /// `--model` and whether it comes from the environment.
    pub model: Option<(String, Origin)>,
    /// `--language`.
    pub language: Option<String>,
    /// `--jobs`.
    pub jobs: Option<usize>,
    /// `--redo`.
    pub redo: Option<Stage>,
    /// `--keep-video`.
    pub keep_video: bool,
}

impl Wishes {
    /// Of a command that has no options for them.
    #[must_use]
    pub(super) fn of_environment() -> Self {
        let model = std::env::var("SPINETIME_MODEL").ok().map(|model| (model, Origin::Environment));
        Self { model, ..Self::default() }
    }
}

/// Folders that may hold what belongs to the program: those that it lies in, and the one where it was built.
fn homes() -> Vec<PathBuf> {
    let program = std::env::current_exe().unwrap_or_default();
    let beside = program.ancestors().skip(1).take(3);
    beside.chain([Path::new(env!("CARGO_MANIFEST_DIR"))]).map(Path::to_owned).collect()
}

/// How yt-dlp is called. The program need not be there: only downloads need it.
#[must_use]
pub(super) fn download_tool(library: &Path, wishes: &Wishes, config: &Config) -> Tool {
    let download = &config.download;
    let installed =
        |name: &str| homes().into_iter().map(|home| home.join(".venv/bin").join(name)).find(|path| path.is_file());
    let runtime = match download.js_runtime.as_str() {
        "" => installed("deno").map(|path| format!("deno:{}", path.display())),
        stated => Some(stated.to_owned()),
    };
    let hours = download.max_hours.clamp(0.0, 1e6);
    Tool {
        program: match download.yt_dlp.as_str() {
            "" => installed("yt-dlp").unwrap_or_else(|| "yt-dlp".into()),
            stated => stated.into(),
        },
        runtime,
        // Relative to the library, as the settings file is; and absolute, since yt-dlp runs elsewhere.
        cookies: Some(download.cookies.as_str()).filter(|path| !path.is_empty()).map(|path| {
            let path = library.join(path);
            path.canonicalize().unwrap_or(path)
        }),
        keep_video: download.keep_video || wishes.keep_video,
        longest: Millis::from_seconds(hours * 3600.0),
        largest: (download.max_gigabytes.clamp(0.0, 1e6) * 1e9) as u64,
        retries: download.retries.min(20),
        pause: Duration::from_secs_f64(download.pause_seconds.clamp(0.0, 3600.0)),
        silence: Duration::from_secs(u64::from(download.silence_seconds.clamp(1, 3600))),
    }
}

/// The second reader, if the settings name one.
fn second_reader(library: &Path, config: &Config) -> Result<Option<reader::Settings>, Failed> {
    let stated = &config.reader;
    if stated.url.trim().is_empty() {
        return Ok(None);
    }
    let url = Url::parse(stated.url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.filter(Url::has_host).ok_or_else(|| {
        Usage::new(
            format!("the second reader's address \"{}\" is none", stated.url),
            "Mend url under [reader] in spinetime.toml: it begins with http:// or https://.",
        )
    })?;
    let key = match stated.key_file.as_str() {
        "" => None,
        file => {
            let path = library.join(file);
            let key = std::fs::read_to_string(&path).map_err(|error| {
                Usage::new(
                    format!("the second reader's key {} can't be read: {error}", path.display()),
                    "Mend key_file under [reader] in spinetime.toml.",
                )
            })?;
            Some(reader::Key(key.trim().to_owned()))
        }
    };
    let patience = Duration::from_secs(u64::from(stated.timeout_seconds.clamp(1, 3600)));
    Ok(Some(reader::Settings { url, model: stated.model.clone(), key, patience }))
}

/// The speech model's name or path, and who says so.
#[must_use]
pub(super) fn model_name(wishes: &Wishes, config: &Config) -> (String, Origin) {
    match &wishes.model {
        Some((model, origin)) => (model.clone(), *origin),
        None if config.speech.model != Config::default().speech.model => (config.speech.model.clone(), Origin::File),
        None => (config.speech.model.clone(), Origin::Default),
    }
}

/// How many processor cores transcribe, and who says so.
#[must_use]
pub(super) fn workers(wishes: &Wishes, config: &Config) -> (usize, Origin) {
    match (wishes.jobs.filter(|n| *n > 0), config.speech.jobs) {
        (Some(jobs), _) => (jobs, Origin::Option),
        (None, 0) => (std::thread::available_parallelism().map_or(1, usize::from), Origin::Default),
        (None, jobs) => (jobs, Origin::File),
    }
}

/// The sentence embedder that ships.
///
/// # Errors
/// When a file of it is missing or damaged.
pub(super) fn embedder(store: &Store) -> Result<Embedder, Failed> {
    Ok(Embedder::open(&store.find(SENTENCES)?.path, &store.find(WORD_PIECES)?.path)?)
}

/// Everything that a run needs, checked: models are found and whole.
///
/// # Errors
/// When a settings file or a model can't be used.
pub(super) fn settings(library: &Library, store: &Store, wishes: &Wishes) -> Result<Settings, Failed> {
    let config = library.config()?;
    let model = |found: Found| Model { name: found.name, path: found.path, sha256: found.sha256 };
    Ok(Settings {
        roster: library.roster()?,
        glossary: library.glossary()?,
        speech_model: model(store.find(&model_name(wishes, &config).0)?),
        vad_model: model(store.find(SPEECH_DETECTION)?),
        diarization: match (store.find(VOICES), store.find(OVERLAPS)) {
            _ if !config.speakers.diarization => Diarization::Off,
            (Ok(encoder), Ok(overlaps)) => Diarization::Models { encoder: model(encoder), overlaps: model(overlaps) },
            (Err(error), _) | (_, Err(error)) => Diarization::Unusable(told(&error)),
        },
        sentences: model(store.find(SENTENCES)?),
        word_pieces: model(store.find(WORD_PIECES)?),
        voices: library.voices()?,
        reader: second_reader(library.root(), &config)?,
        language: wishes.language.clone(),
        workers: workers(wishes, &config).0,
        redo: wishes.redo,
        download: download_tool(library.root(), wishes, &config),
        config,
    })
}
