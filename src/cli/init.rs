//! `spinetime init`.

use super::{Context, Failed};
use crate::failure::Exit;
use crate::library::Library;
use std::path::Path;

pub(super) fn run(context: &Context, dir: Option<&Path>) -> Result<Exit, Failed> {
    let path = dir.map_or_else(|| context.library_path(), Path::to_owned);
    let (library, made) = Library::init(&path)?;
    let root = library.root().display();
    if context.args.json {
        context.say_json(&serde_json::json!({ "library": root.to_string(), "made": made }))?;
    } else if made.is_empty() {
        context.say(&format!("{root} is a library already; nothing was changed."))?;
    } else {
        context.say(&format!("Made the library {root} with {}.", made.join(", ")))?;
        context.say("Next: put the series' people into roster.toml, then run \"spinetime process RECORDING\".")?;
    }
    Ok(Exit::Done)
}
