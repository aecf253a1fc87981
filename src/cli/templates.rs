//! `spinetime templates`.

use super::{Context, Failed, Usage};
use crate::export::BUILT_IN;
use crate::failure::Exit;

/// Prints the built-in template `name` to the byte, or lists them all.
pub(super) fn run(context: &Context, name: Option<&str>) -> Result<Exit, Failed> {
    let Some(name) = name else { return list(context) };
    let Some(template) = BUILT_IN.iter().find(|template| template.name == name) else {
        return Err(Usage::new(
            format!("there is no template \"{name}\""),
            "Choose one of those that \"spinetime templates\" lists.",
        )
        .into());
    };
    if context.args.json {
        let it = serde_json::json!({ "name": template.name, "about": template.about, "text": template.text });
        context.say_json(&it)?;
    } else {
        context.env.console.write(template.text.as_bytes())?;
    }
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result<Exit, Failed> {
    if context.args.json {
        let rows: Vec<_> = BUILT_IN
            .iter()
            .map(|template| serde_json::json!({ "name": template.name, "about": template.about }))
            .collect();
        context.say_json(&rows)?;
        return Ok(Exit::Done);
    }
    for template in BUILT_IN {
        context.say(&format!("{:<16}{}", template.name, template.about))?;
    }
    Ok(Exit::Done)
}
