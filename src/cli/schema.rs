//! `spinetime schema`.

use super::{Context, Failed};
use crate::export::contract::Document;
use crate::failure::Exit;

pub(super) fn run(context: &Context, document: Document) -> Result<Exit, Failed> {
    context.say_json(&document.schema())?;
    Ok(Exit::Done)
}
