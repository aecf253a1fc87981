//! `spinetime segment`.

use super::{Context, Failed, Usage, report, settings};
use crate::eval::gold;
use crate::failure::{Exit, Failure};
use crate::fetch::captions::CaptionsError;
use crate::fetch::spoken;
use crate::library::artefact;
use crate::model::{Outline, Span, Speakers, Transcript, Utterance, hull};
use crate::pipeline;
use crate::qa;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A transcript can't be used.
#[derive(Debug, thiserror::Error)]
enum SegmentError {
    #[error("{path} can't be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path} is no transcript that spinetime knows")]
    OtherForm { path: PathBuf, source: CaptionsError },
}

impl Failure for SegmentError {
    fn exit(&self) -> Exit {
        Exit::Input
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => "Check the path and the permission to read it.".into(),
            Self::OtherForm { .. } => {
                "Give captions (.vtt or .srt), an episode's transcript.json, a labelled transcript \
                 (.json) or a script (.txt)."
                    .into()
            }
        })
    }
}

pub(super) fn run(context: &Context, path: &Path) -> Result<Exit, Failed> {
    let utterances = read(path)?;
    if utterances.is_empty() {
        return Err(Usage::new(
            format!("{} has no sentences", path.display()),
            "Open the file: it may be cut off, or hold only its head.",
        )
        .into());
    }
    let texts = utterances.iter().map(|utterance| &utterance.text);
    let embeddings = settings::embedder(&context.store())?.embed(texts, &context.env.cancel)?;
    let outline = qa::outline(&utterances, &embeddings, &qa::Hints::default());
    if context.args.json {
        context.say_json(&document(&utterances, &outline))?;
        return Ok(Exit::Done);
    }
    let timed = utterances.iter().any(|utterance| utterance.span.is_some());
    let mut table = report::table(&context.env.console, &["Asked", "Answer", "Question", "Answer begins", "Sure"]);
    let at = |sentence: usize| match utterances[sentence].span {
        Some(span) if timed => span.start.to_string(),
        _ => format!("sentence {}", sentence + 1),
    };
    let mut rows = Vec::with_capacity(outline.pairs.len() + outline.unanswered.len());
    for pair in &outline.pairs {
        let Some((question, answer)) = hull(&pair.question).zip(hull(&pair.answer)) else { continue };
        rows.push((
            question.start,
            [
                at(question.start),
                at(answer.start),
                text(&utterances, &pair.question),
                utterances[answer.start].text.clone(),
                format!("{:.0} %", 100.0 * pair.confidence),
            ],
        ));
    }
    for open in &outline.unanswered {
        let asked = text(&utterances, std::slice::from_ref(&open.question));
        rows.push((
            open.question.start,
            [at(open.question.start), "–".into(), asked, "(not answered)".into(), "–".into()],
        ));
    }
    rows.sort_by_key(|(start, _)| *start);
    table.add_rows(rows.into_iter().map(|(_, row)| row));
    context.say(&table.to_string())?;
    context.say(&format!(
        "{} in {} sentences{}",
        counted(outline.pairs.len(), "question with its answer", "questions with answers"),
        utterances.len(),
        match outline.unanswered.len() {
            0 => String::new(),
            n => format!("; {} not answered", counted(n, "question", "questions")),
        }
    ))?;
    Ok(Exit::Done)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The sentences of a file, whichever form it has.
fn read(path: &Path) -> Result<Vec<Utterance>, Failed> {
    let bytes = std::fs::read(path).map_err(|source| SegmentError::Unreadable { path: path.into(), source })?;
    let json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if let Ok(transcript) = serde_json::from_slice::<Transcript>(&bytes) {
        // The voices stand beside it where an episode's own file is meant.
        let voices: Speakers = artefact::load(&path.with_file_name("speakers.json"))?.unwrap_or_default();
        return Ok(pipeline::utterances(&transcript.cut_at(&voices.cuts), &voices));
    }
    let script = std::str::from_utf8(&bytes).is_ok_and(|text| text.lines().any(|line| line.starts_with("# kind:")));
    if json || script {
        let golds = gold::load(path)?;
        return Ok(golds.into_iter().next().map(|gold| gold.utterances).unwrap_or_default());
    }
    Ok(spoken::utterances(&bytes).map_err(|source| SegmentError::OtherForm { path: path.into(), source })?)
}

fn text(utterances: &[Utterance], runs: &[Range<usize>]) -> String {
    let texts: Vec<&str> = runs.iter().cloned().flatten().map(|i| utterances[i].text.as_str()).collect();
    texts.join(" ")
}

/// What `--json` prints: sentences are counted from 0, `sentences` holds the first and the last one of each run.
fn document(utterances: &[Utterance], outline: &Outline) -> serde_json::Value {
    let part = |runs: &[Range<usize>]| {
        let span = runs.iter().cloned().flatten().filter_map(|i| utterances[i].span).reduce(Span::hull);
        serde_json::json!({
            "text": text(utterances, runs),
            "sentences": runs.iter().map(|run| [run.start, run.end - 1]).collect::<Vec<_>>(),
            "start": span.map(|span| span.start), "end": span.map(|span| span.end),
        })
    };
    let pairs: Vec<_> = outline
        .pairs
        .iter()
        .map(|pair| {
            serde_json::json!({
                "question": part(&pair.question), "answer": part(&pair.answer), "source": pair.source,
                "asker": pair.asker, "confidence": pair.confidence, "reasons": pair.reasons,
            })
        })
        .collect();
    let unanswered: Vec<_> = outline
        .unanswered
        .iter()
        .map(
            |open| serde_json::json!({ "question": part(std::slice::from_ref(&open.question)), "reason": open.reason }),
        )
        .collect();
    serde_json::json!({ "sentences": utterances.len(), "pairs": pairs, "unanswered": unanswered })
}
