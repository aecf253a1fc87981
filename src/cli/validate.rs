//! `spinetime validate`.

use super::args::ValidateArgs;
use super::{Context, Failed};
use crate::export::check::{Given, Report, check};
use crate::failure::{Exit, Failure};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The names that an export's folder has them by.
const NAMES: [&str; 2] = ["episode.json", "feed.json"];

/// A file can't be checked.
#[derive(Debug, thiserror::Error)]
enum Unread {
    /// It can't be read.
    #[error("{} can't be read", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The folder has none.
    #[error("there is no episode.json and no feed.json in {}", path.display())]
    Nothing { path: PathBuf },
}

impl Failure for Unread {
    fn exit(&self) -> Exit {
        Exit::Input
    }

    fn remedy(&self) -> Option<String> {
        Some("Give files or the folder of \"spinetime export --format json,feed\".".into())
    }
}

pub(super) fn run(context: &Context, args: &ValidateArgs) -> Result<Exit, Failed> {
    let mut earlier = Vec::new();
    let mut known = BTreeSet::new();
    for file in args.against.iter().flat_map(|path| given(context, path, &mut known)) {
        // Without what it is to be compared with, nothing is checked.
        earlier.push(file?);
    }
    let (mut files, mut unread, mut known) = (Vec::new(), Vec::new(), BTreeSet::new());
    for file in args.files.iter().flat_map(|path| given(context, path, &mut known)) {
        match file {
            Ok(file) => files.push(file),
            // The others are checked all the same.
            Err(error) => unread.push(error),
        }
    }
    let reports = check(&files, &earlier)?;
    for error in &unread {
        context.show_error(error);
    }
    let faults: usize = reports.iter().map(Report::count).sum();
    if context.args.json {
        context.say_json(&json!({
            "ok": faults == 0 && unread.is_empty(),
            "faults": faults,
            "files": reports.iter().map(as_json).collect::<Vec<_>>(),
            "unread": unread.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?;
    } else {
        for report in &reports {
            tell(context, report)?;
        }
        if !reports.is_empty() {
            context.say(&summary(&reports, faults))?;
        }
    }
    let exits = [(faults > 0, Exit::ChecksFailed), (!unread.is_empty(), Exit::Input)];
    match exits.into_iter().filter(|(is, _)| *is).map(|(_, exit)| exit).max() {
        Some(worst) => Err(Failed::Shown(worst)),
        None => Ok(Exit::Done),
    }
}

/// A file, or those of an export's folder in the order of their names; each once.
fn given(context: &Context, path: &Path, known: &mut BTreeSet<PathBuf>) -> Vec<Result<Given, Unread>> {
    let whole = context.env.cwd.join(path);
    let paths = match whole.is_dir() {
        false => Ok(vec![path.to_owned()]),
        true => in_folder(&whole, path),
    };
    let paths = match paths {
        Ok(paths) if paths.is_empty() => return vec![Err(Unread::Nothing { path: path.to_owned() })],
        Ok(paths) => paths,
        Err(source) => return vec![Err(Unread::File { path: path.to_owned(), source })],
    };
    let read = |path: PathBuf| {
        let whole = context.env.cwd.join(&path);
        let bytes = fs::read(&whole).map_err(|source| Unread::File { path: path.clone(), source });
        let is_new = known.insert(whole.canonicalize().unwrap_or(whole));
        is_new.then(|| bytes.map(|bytes| Given { name: path.display().to_string(), bytes }))
    };
    paths.into_iter().filter_map(read).collect()
}

/// The documents in a folder and in the episodes' folders below it.
fn in_folder(folder: &Path, shown: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut below = vec![PathBuf::new()];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().is_dir() {
            below.push(PathBuf::from(entry.file_name()));
        }
    }
    below.sort();
    for part in below {
        let documents = NAMES.iter().map(|name| part.join(name)).filter(|path| folder.join(path).is_file());
        found.extend(documents.map(|path| shown.join(path)));
    }
    Ok(found)
}

fn tell(context: &Context, report: &Report) -> Result<(), Failed> {
    for fault in &report.faults {
        let (at, name) = (fault.at, &report.name);
        context.say(&format!("{name}:{}:{}: {}: {}", at.line, at.column, fault.place, fault.what))?;
    }
    if report.more > 0 {
        context.say(&format!("{}: {} further faults are not listed.", report.name, report.more))?;
    }
    for note in &report.notes {
        context.say(&format!("{}: {note}", report.name))?;
    }
    Ok(())
}

fn summary(reports: &[Report], faults: usize) -> String {
    let entries: usize = reports.iter().map(|report| report.entries).sum();
    let bad = reports.iter().filter(|report| report.count() > 0).count();
    let files = counted(reports.len(), "file", "files");
    let entries = counted(entries, "entry", "entries");
    match faults {
        0 => format!("{files} with {entries} checked: no faults."),
        _ => format!("{files} with {entries} checked: {} in {bad} of them.", counted(faults, "fault", "faults")),
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn as_json(report: &Report) -> serde_json::Value {
    let fault = |fault: &crate::export::check::Fault| {
        json!({
            "line": fault.at.line, "column": fault.at.column, "path": fault.place.to_string(), "what": fault.what,
        })
    };
    json!({
        "file": report.name,
        "document": report.document.map(|document| document.to_string()),
        "contract": Some(&report.contract).filter(|contract| !contract.is_empty()),
        "entries": report.entries,
        "tombstones": report.tombstones,
        "faults": report.faults.iter().map(fault).collect::<Vec<_>>(),
        "more_faults": report.more,
        "notes": report.notes,
    })
}
