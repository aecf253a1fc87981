//! `spinetime doctor`: is everything there, and which settings are in force.

use super::settings::{self, Origin, Wishes};
use super::{Context, Failed, report};
use crate::audio;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::fetch::ytdlp::{self, Tool};
use crate::library::Library;
use crate::weights::{SENTENCES, SPEECH_DETECTION, VOICES, WORD_PIECES};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Serialize;
use std::path::Path;

/// Below this a long recording may not fit, in bytes.
const LITTLE_SPACE: u64 = 2_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    Good,
    Note,
    Bad,
}

#[derive(Serialize)]
struct Check {
    what: &'static str,
    health: Health,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

#[derive(Serialize)]
struct Setting {
    name: &'static str,
    value: String,
    from: String,
}

pub(super) fn run(context: &Context) -> Result<Exit, Failed> {
    let (path, origin) = settings::library_path(context.args, &context.env.cwd);
    let library = Library::open(&path);
    let config = library.as_ref().map_or_else(|_| Ok(Config::default()), Library::config);
    let wishes = Wishes::of_environment();

    let mut checks = vec![Check::good("FFmpeg", audio::ffmpeg_version())];
    let effective = config.as_ref().map_or_else(|_| Config::default(), Clone::clone);
    let transcribes = settings::model_name(&wishes, &effective).0;
    for name in [transcribes.as_str(), SPEECH_DETECTION, VOICES, SENTENCES, WORD_PIECES] {
        checks.push(match context.store().find(name) {
            Ok(found) => Check::good("model", format!("{} ({})", found.name, found.path.display())),
            Err(error) => Check::bad("model", &error),
        });
    }
    checks.push(match &library {
        Ok(library) => Check::good("library", library.root().display().to_string()),
        Err(error) => Check { health: Health::Note, ..Check::bad("library", error) },
    });
    if let Err(error) = &config {
        checks.push(Check::bad("settings", error));
    }
    if let Ok(library) = &library {
        for fault in [library.roster().err(), library.glossary().err()].into_iter().flatten() {
            checks.push(Check::bad("settings", &fault));
        }
    }
    checks.push(disk(&path));
    let tool = settings::download_tool(&path, &wishes, &effective);
    checks.push(yt_dlp(&tool, Offset::UTC.to_datetime(Timestamp::now()).date()));
    let settings = effective_settings(context, (&path, origin), &wishes, &effective, &tool);
    tell(context, &checks, &settings)?;
    let worst = checks.iter().filter(|c| c.health == Health::Bad).map(|c| c.exit).max();
    worst.map_or(Ok(Exit::Done), |exit| Err(Failed::Shown(exit)))
}

impl Check {
    fn good(what: &'static str, found: String) -> Self {
        Self { what, health: Health::Good, found, next: None, exit: Exit::Done }
    }

    fn bad(what: &'static str, error: &dyn Failure) -> Self {
        Self { what, health: Health::Bad, found: error.to_string(), next: error.remedy(), exit: error.exit() }
    }
}

fn disk(library: &Path) -> Check {
    let there = library.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(there) {
        Ok(facts) => {
            let free = facts.f_bavail.saturating_mul(facts.f_frsize);
            let found = format!("{:.1} GB free for the library", free as f64 / 1e9);
            if free >= LITTLE_SPACE {
                Check::good("disk", found)
            } else {
                let next = Some("Free some space: a recording is kept in the library until it is reviewed.".into());
                Check { what: "disk", health: Health::Note, found, next, exit: Exit::Disk }
            }
        }
        Err(error) => Check {
            what: "disk",
            health: Health::Note,
            found: format!("free space can't be told: {error}"),
            next: None,
            exit: Exit::Unexpected,
        },
    }
}

/// Only downloads need yt-dlp, so that what is wrong with it is a note.
fn yt_dlp(tool: &Tool, today: Date) -> Check {
    let note = |found: String, next: &str| Check {
        what: "yt-dlp",
        health: Health::Note,
        found,
        next: Some(next.into()),
        exit: Exit::ProgramMissing,
    };
    let place = tool.program.display();
    let Ok(version) = ytdlp::version(&tool.program) else {
        return note("not there; only downloads need it, recordings on this computer don't".into(), INSTALL);
    };
    let age = age(&version, today);
    let days = age.map(|days| format!(", {days} days old")).unwrap_or_default();
    let runtime = match &tool.runtime {
        Some(runtime) => runtime.split(':').next().unwrap_or_default().to_owned(),
        None => "no JavaScript runtime of its own".into(),
    };
    let found = format!("{version}{days}, with {runtime} ({place})");
    if version.as_str() < ytdlp::OLDEST {
        return note(found, "It is too old for YouTube. Update it as below, or remove it from spinetime.toml.");
    }
    match (age, &tool.runtime) {
        (Some(AGED..), _) => note(found, UPDATE),
        (_, None) => note(found, INSTALL),
        _ => Check::good("yt-dlp", found),
    }
}

/// After so many days YouTube has usually changed something.
const AGED: i64 = 90;
const INSTALL: &str =
    "Run \"make setup\" in spinetime's source folder: it installs yt-dlp with its JavaScript runtime.";
const UPDATE: &str = "YouTube changes often. Put the newest versions into scripts/requirements.txt in spinetime's source \
                      folder, then run \"make setup\" there.";

/// Days since a version such as "2026.10.26".
fn age(version: &str, today: Date) -> Option<i64> {
    let mut parts = version.split('.');
    let released =
        Date::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?).ok()?;
    Some(i64::from(today.since(released).ok()?.get_days().max(0)))
}

fn effective_settings(
    context: &Context,
    (path, origin): (&Path, Origin),
    wishes: &Wishes,
    config: &Config,
    tool: &Tool,
) -> Vec<Setting> {
    let setting = |name, value: String, from: Origin| Setting { name, value, from: from.to_string() };
    let default = Config::default();
    let origin_of = |same: bool| if same { Origin::Default } else { Origin::File };
    let (model, model_origin) = settings::model_name(wishes, config);
    let (jobs, jobs_origin) = settings::workers(wishes, config);
    let pulled_to = context.store().folders.last().map(|f| f.display().to_string()).unwrap_or_default();
    vec![
        setting("library", path.display().to_string(), origin),
        setting("series.name", config.series.name.clone(), origin_of(config.series.name == default.series.name)),
        setting(
            "series.language",
            config.series.language.clone(),
            origin_of(config.series.language == default.series.language),
        ),
        setting("speech.model", model, model_origin),
        setting("speech.jobs", jobs.to_string(), jobs_origin),
        setting(
            "speakers.diarization",
            config.speakers.diarization.to_string(),
            origin_of(config.speakers == default.speakers),
        ),
        setting("reader.url", config.reader.url.clone(), origin_of(config.reader.url == default.reader.url)),
        setting(
            "models.base_url",
            config.models.base_url.clone(),
            origin_of(config.models.base_url == default.models.base_url),
        ),
        setting(
            "models are pulled to",
            pulled_to,
            if context.args.models.is_some() { Origin::Option } else { Origin::Default },
        ),
        setting("download.yt_dlp", tool.program.display().to_string(), origin_of(config.download.yt_dlp.is_empty())),
        setting(
            "download.max_hours",
            config.download.max_hours.to_string(),
            origin_of(config.download.max_hours.total_cmp(&default.download.max_hours).is_eq()),
        ),
        setting("sync.sources", config.sync.sources.join(", "), origin_of(config.sync.sources.is_empty())),
        setting("website.index_url", config.website.index_url.clone(), origin_of(config.website == default.website)),
    ]
}

fn tell(context: &Context, checks: &[Check], settings: &[Setting]) -> Result<(), Failed> {
    if context.args.json {
        return context.say_json(&serde_json::json!({ "checks": checks, "settings": settings }));
    }
    for check in checks {
        let mark = match check.health {
            Health::Good => "ok  ",
            Health::Note => "note",
            Health::Bad => "BAD ",
        };
        context.say(&format!("{mark}  {:<8} {}", check.what, check.found))?;
        if let Some(next) = &check.next {
            context.say(&format!("               {next}"))?;
        }
    }
    context.say("")?;
    let mut table = report::table(&context.env.console, &["Setting", "Value", "From"]);
    for setting in settings {
        table.add_row([setting.name, setting.value.as_str(), setting.from.as_str()]);
    }
    context.say(&table.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_yt_dlp_is_noticed() {
        let today = "2026-11-24".parse().unwrap();
        assert_eq!(age("2026.10.26", today), Some(29));
        assert_eq!(age("2026.10.26.232840", today), Some(29));
        assert_eq!((age("nightly", today), age("2030.01.01", today)), (None, Some(0)));
    }
}
