//! `spinetime check-links`.

use super::args::LinksArgs;
use super::settings::{self, Wishes};
use super::{Context, ErrorDocument, Failed, process};
use crate::failure::Exit;
use crate::fetch::ytdlp::Tool;
use crate::library::{EpisodeFolder, Library, LibraryError};
use crate::model::{Delta, VideoCut};
use crate::pipeline::links::{self, Checked, Finding, Options};
use crate::pipeline::{Request, Wanted};
use serde::Serialize;

/// An episode's check, for `--json`.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    checked: Checked,
    applied: bool,
}

pub(super) fn run(context: &Context, args: &LinksArgs) -> Result<Exit, Failed> {
    let library = context.library()?;
    let folders: Vec<Result<EpisodeFolder, LibraryError>> = match args.episodes.as_slice() {
        [] => links::with_video(&library)?,
        names => names.iter().map(|name| library.episode(name).map(Ok)).collect::<Result<_, _>>()?,
    };
    let none = folders.is_empty();
    let tool = settings::download_tool(&context.library_path(), &Wishes::of_environment(), &library.config()?);
    let (mut worst, mut documents, mut errors) = (Exit::Done, Vec::new(), Vec::new());
    let mut folders = folders.into_iter();
    for folder in folders.by_ref() {
        match folder.map_err(Failed::from).and_then(|folder| one(context, &library, &folder, &tool, args)) {
            Ok((document, exit)) => {
                worst = worst.max(exit);
                documents.push(document);
            }
            Err(Failed::Because(error)) => {
                match error.exit() {
                    Exit::Interrupted => process::tell_stopped(context),
                    _ => context.show_error(error.as_ref()),
                }
                worst = worst.max(error.exit());
                errors.push(ErrorDocument::of(error.as_ref()));
                // A website that refuses is not asked on.
                if matches!(error.exit(), Exit::Interrupted | Exit::SourceRefused | Exit::ProgramMissing) {
                    break;
                }
            }
            Err(other) => return Err(other),
        }
    }
    let left: Vec<String> = folders.flatten().map(|folder| folder.id.to_string()).collect();
    if !left.is_empty() {
        context.env.console.tell(&format!("Not looked at: {}.", left.join(", ")));
    }
    if context.args.json {
        let document = serde_json::json!({ "episodes": documents, "errors": errors, "not_looked_at": left });
        context.say_json(&document)?;
    } else if none {
        context.say("No episode has a published video.")?;
    }
    if errors.is_empty() { Ok(worst) } else { Err(Failed::Shown(worst)) }
}

fn one(
    context: &Context,
    library: &Library,
    folder: &EpisodeFolder,
    tool: &Tool,
    args: &LinksArgs,
) -> Result<(Document, Exit), Failed> {
    let reporter = context.reporter();
    let world = process::world(context, &reporter);
    let options = Options { thorough: args.thorough, captions_only: args.captions_only };
    let checked = links::check(library, folder, tool, options, &world)?;
    if !context.args.json {
        for line in told(&checked) {
            context.say(&line)?;
        }
    }
    let question = match checked.finding {
        Finding::Moved { .. } => Some("Move all times that leave by that?"),
        Finding::Behind => Some("Make the entries follow now?"),
        _ => None,
    };
    let wanted = question.is_some_and(|question| args.apply || (!context.args.json && asked(context, question)));
    if wanted {
        // What a run needs is looked for before anything is written. Should the run fail all the same, the entries are
        // behind what is stated, and the next check says so.
        let settings = settings::settings(library, &context.store(), &Wishes::of_environment())?;
        links::apply(library, folder, &checked, &context.editor(), &world)?;
        let request = Request::new(Wanted::Path(folder.id.as_str().into()));
        let report = crate::pipeline::process(library, &request, &settings, &world).inspect_err(|_| {
            let id = &checked.id;
            context.env.console.tell(&format!(
                "{id}: the cut is stated in episode.toml, but the entries do not follow it yet. Once the trouble below is \
                 settled: spinetime process {id}"
            ));
        })?;
        if !context.args.json {
            for warning in &report.warnings {
                context.env.console.tell(&format!("  note: {warning}"));
            }
            context.say("  Done: all times that leave are moved. Export or publish again.")?;
            if matches!(checked.finding, Finding::Moved { .. }) {
                context.say("  Undo on the review page takes it back.")?;
            }
        }
    } else if question.is_some() && !context.args.json {
        context.say(&match checked.finding {
            Finding::Behind => format!("  Nothing was changed. To make them follow: spinetime process {}", checked.id),
            _ => format!("  Nothing was changed. To move them: spinetime check-links {} --apply", checked.id),
        })?;
    }
    let exit = if checked.finding == Finding::Same || wanted { Exit::Done } else { Exit::ChecksFailed };
    Ok((Document { checked, applied: wanted }, exit))
}

fn asked(context: &Context, question: &str) -> bool {
    context.env.console.ask(&format!("  {question} [y/N] ")).is_some_and(|answer| {
        let answer = answer.trim();
        answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
    })
}

/// What was found, in lines.
fn told(checked: &Checked) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", checked.id, heading(checked))];
    let mut add = |text: String| lines.push(format!("  {text}"));
    match &checked.finding {
        Finding::Same => {}
        Finding::Behind => add(format!("{} of {} links are wrong.", checked.wrong, checked.entries)),
        Finding::Moved { .. } if checked.wrong == 0 => add("All links stay right.".into()),
        Finding::Moved { .. } => add(format!("{} of {} links would be wrong.", checked.wrong, checked.entries)),
        Finding::Rearranged { head, joints, .. } => {
            if *head != checked.stated.head {
                add(match head.0 {
                    0 => "It begins with the recording again.".into(),
                    ..0 => format!("It has {} before the recording begins.", seconds(*head)),
                    _ => format!("{} were cut from its head, too.", seconds(*head)),
                });
            }
            for joint in joints {
                let (at, seconds) = (joint.at, seconds(joint.cut));
                add(match joint.cut.0 {
                    ..0 => format!("At about {at} of the recording {seconds} were put in."),
                    _ => format!("At about {at} of the recording {seconds} were cut out."),
                });
            }
            add(format!("{} of {} links would be wrong.", checked.wrong, checked.entries));
            add("No one shift is right for all times. To make the entries of the video as it is now:".into());
            add(format!("spinetime process {} --redo fetch", checked.id));
            add(match checked.stated.is_none() {
                true => {
                    "That fetches and transcribes it again. A recording that came as a file is to be processed anew."
                }
                false => {
                    "That fetches and transcribes it again. A recording that came as a file is to be processed anew, \
                     without video_cut in its episode.toml."
                }
            }
            .into());
        }
        Finding::Other { .. } => {
            add("Hardly anything of the recording is in it. Is youtube in episode.toml the right video?".into());
        }
    }
    for note in &checked.notes {
        add(note.clone());
    }
    if !checked.outside.is_empty() {
        add("The video lacks the question or the answer of these entries, which are not exported:".into());
        for outside in &checked.outside {
            add(format!("{} at {} \"{}\"", outside.id, outside.at, outside.question));
        }
    }
    lines
}

fn heading(checked: &Checked) -> String {
    match &checked.finding {
        Finding::Same => "the published video is what was transcribed; all links are right.".into(),
        Finding::Behind => "the entries were made before episode.toml stated the published video as it is.".into(),
        Finding::Moved { cut, .. } => moved(*cut, checked.stated),
        Finding::Rearranged { .. } => "the published video was cut in its middle.".into(),
        Finding::Other { .. } => "the published video is another one.".into(),
    }
}

/// "the published video begins 12.4 s later than the recording: 12.4 s were cut from its head."
fn moved(cut: VideoCut, stated: VideoCut) -> String {
    let mut parts = Vec::new();
    if cut.head != stated.head {
        let size = seconds(cut.head);
        parts.push(match cut.head.0 {
            0 => "the published video begins with the recording again.".to_owned(),
            ..0 => format!("the published video has {size} before the recording begins."),
            _ => format!("the published video begins {size} later than the recording: {size} were cut from its head."),
        });
    }
    if cut.tail != stated.tail {
        let size = seconds(cut.tail);
        let what = match cut.tail.0 {
            0 => "Its end is that of the recording again.".to_owned(),
            ..0 => format!("It goes on for {size} after the recording ends."),
            _ => format!("{size} were cut from its end."),
        };
        parts.push(if parts.is_empty() { format!("the published video ends otherwise. {what}") } else { what });
    }
    parts.join(" ")
}

fn seconds(delta: Delta) -> String {
    format!("{:.1} s", delta.size().seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_is_told_in_plain_words() {
        let cut = |head, tail| VideoCut { head: Delta(head), tail: Delta(tail) };
        let none = VideoCut::default();
        let told = [
            moved(cut(12_400, 0), none),
            moved(cut(-4_000, 0), none),
            moved(cut(0, 30_000), none),
            moved(cut(5_000, -5_000), none),
            moved(none, cut(12_400, 0)),
        ];
        insta::assert_snapshot!(told.join("\n"), @r"
        the published video begins 12.4 s later than the recording: 12.4 s were cut from its head.
        the published video has 4.0 s before the recording begins.
        the published video ends otherwise. 30.0 s were cut from its end.
        the published video begins 5.0 s later than the recording: 5.0 s were cut from its head. It goes on for 5.0 s after the recording ends.
        the published video begins with the recording again.
        ");
    }
}
