//! The part of `spinetime eval` that is about voices: tables, and recordings of which only the turns are known.

use super::super::{Context, Failed, Usage, report};
use super::Scratch;
use crate::eval::der::{self, Der};
use crate::eval::recording::Figures;
use crate::eval::voices::{self, Voices};
use crate::failure::Exit;
use crate::fetch;
use crate::library::LibraryError;
use serde_json::{Value, json};
use std::path::Path;

/// Ending of the files that say who speaks when.
const TURNS: &str = "rttm";

/// Whether the folder holds files of turns.
pub(super) fn has_turns(dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|ending| ending == TURNS))
}

/// Every recording of `dir` that has its turns beside it, through the whole pipeline in a library of its own.
pub(super) fn run(context: &Context, dir: &Path, model: Option<&str>) -> Result<Exit, Failed> {
    let mut files = Vec::new();
    for file in fetch::recordings_in(dir)? {
        let path = file.with_extension(TURNS);
        if path.is_file() {
            let text = std::fs::read_to_string(&path)
                .map_err(|source| LibraryError::Unreadable { path: path.clone(), source })?;
            files.push((file, der::rttm(&path, &text)?));
        }
    }
    if files.is_empty() {
        return Err(Usage::new(
            format!("{} holds no recording beside its file of turns (.rttm)", dir.display()),
            "Put NAME.rttm beside NAME.m4a.",
        )
        .into());
    }
    let scratch = Scratch::new(context, dir, model)?;
    let mut all = Vec::new();
    for (file, reference) in &files {
        let done = scratch.process(context, file)?;
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.push((id, voices::score(reference, &scratch.speakers(&done)?)));
    }
    tell(context, &all)?;
    Ok(Exit::Done)
}

fn tell(context: &Context, all: &[(String, Voices)]) -> Result<(), Failed> {
    let counted = all.iter().filter(|(_, v)| v.count_is_right()).count();
    if context.args.json {
        let rows: Vec<Value> = all.iter().map(|(id, v)| json!({ "id": id, "voices": document(v) })).collect();
        return context.say_json(&json!({
            "recordings": rows, "count_right": counted,
            "mean": { "collar": mean(all, |v| v.collar), "whole": mean(all, |v| v.whole) },
        }));
    }
    let heads =
        ["recording", "voices", "count", "DER 0.25 s", "confusion", "DER", "missed", "false alarm", "confusion"];
    let mut table = report::table(&context.env.console, &heads);
    let percent = |part: f64| format!("{:.2} %", 100.0 * part);
    let figures = |collar: Shares, whole: Shares| {
        [collar.der, collar.confusion, whole.der, whole.missed, whole.false_alarm, whole.confusion].map(percent)
    };
    for (id, v) in all {
        let row = [id.clone(), found(v), count(v)];
        table.add_row(row.into_iter().chain(figures(Shares::of(v.collar), Shares::of(v.whole))));
    }
    let row = ["mean".to_owned(), String::new(), String::new()];
    table.add_row(row.into_iter().chain(figures(mean(all, |v| v.collar), mean(all, |v| v.whole))));
    context.say(&table.to_string())?;
    context.say(
        "DER 0.25 s and the confusion behind it leave out 0.25 s around each true change; the other four leave out nothing.",
    )?;
    context.say(&format!("count right in {counted} of {}", all.len()))
}

/// The table of voices, names and credits; nothing when no truth says who speaks.
pub(super) fn tell_with_names(context: &Context, all: &[Figures]) -> Result<(), Failed> {
    if all.iter().all(|f| f.voices.is_none()) {
        return Ok(());
    }
    let heads = [
        "voices",
        "found",
        "count",
        "DER 0.25 s",
        "DER",
        "confusion",
        "named",
        "wrong",
        "unnamed",
        "credits",
        "right",
        "wrong",
    ];
    let mut table = report::table(&context.env.console, &heads);
    for f in all {
        let Some((v, names)) = &f.voices else { continue };
        let percent = |part: f64| format!("{:.2} %", 100.0 * part);
        table.add_row([
            f.id.clone(),
            found(v),
            count(v),
            percent(v.collar.rate()),
            percent(v.whole.rate()),
            percent(v.whole.share(v.whole.confusion)),
            names.right.to_string(),
            names.wrong.to_string(),
            names.unnamed.to_string(),
            format!("{} of {}", f.credits.sure, f.credits.entries),
            f.credits.right.to_string(),
            f.credits.wrong.to_string(),
        ]);
    }
    context.say(&table.to_string())?;
    context.say(
        "DER 0.25 s leaves out 0.25 s around each true change, DER and its part confusion nothing; named: with the right \
         name;\ncredits: entries that ask nobody to decide whom to credit, and of those the right pairs by their credits",
    )
}

/// "4 of 5": voices found, and true speakers.
fn found(voices: &Voices) -> String {
    format!("{} of {}", voices.found, voices.speakers)
}

/// "right", or what is wrong with the count: "1 lacking, 2 too many".
fn count(voices: &Voices) -> String {
    let lacking = (voices.lacking > 0).then(|| format!("{} lacking", voices.lacking));
    let surplus = (voices.surplus > 0).then(|| format!("{} too many", voices.surplus));
    let faults: Vec<String> = lacking.into_iter().chain(surplus).collect();
    if faults.is_empty() { "right".to_owned() } else { faults.join(", ") }
}

/// Errors as shares of the speech.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
struct Shares {
    der: f64,
    missed: f64,
    false_alarm: f64,
    confusion: f64,
}

impl Shares {
    fn of(der: Der) -> Self {
        Self {
            der: der.rate(),
            missed: der.share(der.missed),
            false_alarm: der.share(der.false_alarm),
            confusion: der.share(der.confusion),
        }
    }
}

/// The mean over recordings: each counts the same, however long.
fn mean(all: &[(String, Voices)], of: fn(&Voices) -> Der) -> Shares {
    let part = |share: f64| share / all.len().max(1) as f64;
    let add = |sum: Shares, (_, v): &(String, Voices)| {
        let shares = Shares::of(of(v));
        Shares {
            der: sum.der + part(shares.der),
            missed: sum.missed + part(shares.missed),
            false_alarm: sum.false_alarm + part(shares.false_alarm),
            confusion: sum.confusion + part(shares.confusion),
        }
    };
    all.iter().fold(Shares::default(), add)
}

/// The voices of a recording with names; null when its truth doesn't say who speaks.
pub(super) fn of_recording(figures: &Figures) -> Value {
    let Some((voices, names)) = &figures.voices else { return Value::Null };
    let mut document = document(voices);
    document["names"] = json!({ "right": names.right, "wrong": names.wrong, "unnamed": names.unnamed });
    document
}

fn document(voices: &Voices) -> Value {
    json!({
        "speakers": voices.speakers, "found": voices.found, "lacking": voices.lacking, "surplus": voices.surplus,
        "count_right": voices.count_is_right(), "speech": voices.whole.speech,
        "collar": Shares::of(voices.collar), "whole": Shares::of(voices.whole),
    })
}
