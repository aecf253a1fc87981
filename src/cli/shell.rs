//! `spinetime completions` and `spinetime man`.

use super::args::Args;
use super::{Context, Failed};
use crate::failure::Exit;
use clap::CommandFactory;
use clap_complete::Shell;

pub(super) fn completions(context: &Context, shell: Shell) -> Result<Exit, Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "spinetime", &mut script);
    context.say(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}

pub(super) fn man(context: &Context) -> Result<Exit, Failed> {
    let mut page = Vec::new();
    let command = Args::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands() {
        // The sub-commands follow as sections of the one page: people type "man spinetime" once.
        let name = sub.get_name().to_owned();
        page.extend_from_slice(format!(".SH \"SPINETIME {}\"\n", name.to_uppercase()).as_bytes());
        let section = clap_mangen::Man::new(sub.clone().bin_name(format!("spinetime {name}")));
        section.render_synopsis_section(&mut page)?;
        section.render_description_section(&mut page)?;
        section.render_options_section(&mut page)?;
    }
    context.say(String::from_utf8_lossy(&page).trim_end())?;
    Ok(Exit::Done)
}
