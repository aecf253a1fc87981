//! `spinetime models`.

use super::args::ModelsCommand;
use super::{Context, Failed, report};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::library::Library;
use crate::weights::{self, ModelFile, WeightsError};
use serde::Serialize;

pub(super) fn run(context: &Context, command: &ModelsCommand) -> Result<Exit, Failed> {
    match command {
        ModelsCommand::List => list(context),
        ModelsCommand::Pull { name } => pull(context, name),
        ModelsCommand::Verify => verify(context),
    }
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    megabytes: u64,
    purpose: String,
    note: &'static str,
    licence: &'static str,
    state: String,
    path: Option<String>,
}

fn row(context: &Context, model: &ModelFile, ships: bool) -> Row {
    let (state, path) = match context.store().find(model.name) {
        Ok(found) => ("here".to_owned(), Some(found.path.display().to_string())),
        Err(WeightsError::Missing { .. }) if ships => ("missing".to_owned(), None),
        Err(WeightsError::Missing { .. }) => (format!("spinetime models pull {}", model.name), None),
        Err(error) => (error.to_string(), None),
    };
    Row {
        name: model.name,
        megabytes: model.bytes.div_ceil(1_000_000),
        purpose: model.purpose.to_string(),
        note: model.note,
        licence: model.licence,
        state,
        path,
    }
}

fn list(context: &Context) -> Result<Exit, Failed> {
    let shipped = weights::shipped().iter().map(|m| row(context, m, true));
    let rows: Vec<Row> = shipped.chain(weights::pullable().iter().map(|m| row(context, m, false))).collect();
    if context.args.json {
        context.say_json(&serde_json::json!({ "models": rows }))?;
        return Ok(Exit::Done);
    }
    let mut table = report::table(&context.env.console, &["Model", "MB", "For", "What to expect", "State"]);
    for row in rows {
        table.add_row([row.name.to_owned(), row.megabytes.to_string(), row.purpose, row.note.to_owned(), row.state]);
    }
    context.say(&table.to_string())?;
    Ok(Exit::Done)
}

fn pull(context: &Context, name: &str) -> Result<Exit, Failed> {
    // Models can be pulled before there is a library.
    let config = Library::open(&context.library_path()).ok().map(|l| l.config()).transpose()?;
    let base = config.unwrap_or_else(Config::default).models.base_url;
    let path = context.store().pull(name, &base, &context.reporter(), &context.env.cancel)?;
    if context.args.json {
        context.say_json(&serde_json::json!({ "model": name, "path": path.display().to_string() }))?;
    } else {
        context.say(&format!("{name} is here: {}", path.display()))?;
        context.say(&format!("Use it with --model {name}, or as model in spinetime.toml."))?;
    }
    Ok(Exit::Done)
}

fn verify(context: &Context) -> Result<Exit, Failed> {
    let store = context.store();
    let (mut whole, mut worst) = (Vec::new(), Exit::Done);
    for (model, ships) in
        weights::shipped().iter().map(|m| (m, true)).chain(weights::pullable().iter().map(|m| (m, false)))
    {
        match store.verify(model.name, &context.reporter(), &context.env.cancel) {
            Ok(found) => whole.push(found),
            Err(WeightsError::Missing { .. }) if !ships => {}
            Err(error) => {
                worst = worst.max(error.exit());
                context.show_error(&error);
            }
        }
    }
    if context.args.json {
        let rows: Vec<_> = whole
            .iter()
            .map(|m| serde_json::json!({ "model": m.name, "path": m.path.display().to_string(), "sha256": m.sha256 }))
            .collect();
        context.say_json(&serde_json::json!({ "whole": rows, "ok": worst == Exit::Done }))?;
    } else {
        for model in &whole {
            context.say(&format!("{} is whole ({})", model.name, model.path.display()))?;
        }
    }
    if worst == Exit::Done { Ok(Exit::Done) } else { Err(Failed::Shown(worst)) }
}
