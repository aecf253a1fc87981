//! `spinetime eval`: labelled transcripts through segmentation alone, labelled recordings through the whole pipeline.

mod voices;

use super::settings::{self, Origin, Wishes};
use super::{Context, Failed, Usage, process, report};
use crate::atomic;
use crate::eval::confidence::Curve;
use crate::eval::errors::Errors;
use crate::eval::findings::{self, Findings};
use crate::eval::gold::{self, Gold};
use crate::eval::pairs::{self, Report, Score};
use crate::eval::recording::{self, Figures, Made, Truth};
use crate::eval::times::{Times, within};
use crate::failure::Exit;
use crate::fetch;
use crate::library::{Library, LibraryError, artefact};
use crate::model::{Speakers, Transcript};
use crate::pipeline::{self, Request, Settings, Wanted};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

/// An answer that starts within this many seconds of the truth is on the spot.
const ON_THE_SPOT: f64 = 1.0;

pub(super) fn run(
    context: &Context,
    dir: &Path,
    predictions: Option<&Path>,
    min_f1: Option<f64>,
    model: Option<&str>,
) -> Result<Exit, Failed> {
    let f1 = if dir.join("truth").is_dir() {
        recordings(context, dir, model)?
    } else if voices::has_turns(dir) {
        if min_f1.is_some() || predictions.is_some() {
            return Err(Usage::new(
                format!("--min-f1 and --predictions are about pairs, and {} has only turns (.rttm)", dir.display()),
                "Leave the option out, or give a folder of labelled transcripts or of recordings with truth/NAME.json.",
            )
            .into());
        }
        return voices::run(context, dir, model);
    } else {
        transcripts(context, dir, predictions)?
    };
    match min_f1 {
        Some(wanted) if f1 < wanted => {
            context.env.console.tell(&format!("error: the pairs' F1 is {f1:.3}, below {wanted:.3}"));
            Err(Failed::Shown(Exit::ChecksFailed))
        }
        _ => Ok(Exit::Done),
    }
}

fn transcripts(context: &Context, dir: &Path, predictions: Option<&Path>) -> Result<f64, Failed> {
    let golds = gold::load(dir)?;
    let outlines = pairs::outlines(&golds, &settings::embedder(&context.store())?, &context.env.cancel)?;
    let found = pairs::predictions(&golds, &outlines);
    let findings: Vec<Findings> = golds
        .iter()
        .zip(&outlines)
        .map(|(gold, outline)| findings::of_outline(&gold.id, &gold.utterances, outline))
        .collect::<Result<_, _>>()?;
    if let Some(folder) = predictions {
        atomic::create_folder(folder)?;
        for (id, pairs) in &found {
            atomic::write(&folder.join(format!("{id}.json")), gold::predictions(id, pairs).as_bytes())?;
        }
    }
    let scores = Report::new(&golds, &found, false);
    let mut errors = Errors::default();
    golds.iter().for_each(|gold| errors.add(&Errors::new(gold, &found[&gold.id])));
    if context.args.json {
        context.say_json(&scores_document(&scores, &errors, &findings))?;
    } else {
        let (heads, rows) = scores.table();
        let mut table = report::table(&context.env.console, &heads);
        table.add_rows(rows);
        context.say(&table.to_string())?;
        context.say(&format!("false pairs in documents without questions: {}", scores.false_on_negatives()))?;
        tell_distances(context, &scores.all())?;
        tell_errors(context, &errors)?;
        tell_findings(context, findings.iter())?;
    }
    Ok(scores.micro().pairs().f1)
}

/// Says how far off the boundaries of right pairs are.
fn tell_distances(context: &Context, score: &Score) -> Result<(), Failed> {
    let parts = [
        ("questions' start", &score.question_start),
        ("answers' start", &score.answer_start),
        ("answers' end", &score.answer_end),
    ];
    let said = parts.into_iter().filter_map(|(what, distances)| {
        let seconds = distances.mean_seconds().map(|mean| format!(" ({mean:.2} s)")).unwrap_or_default();
        Some(format!("{what} {:.2} sentences{seconds}", distances.mean_sentences()?))
    });
    match said.collect::<Vec<_>>().join(", ") {
        nothing if nothing.is_empty() => Ok(()),
        said => Ok(context.say(&format!("right pairs are off on average by: {said}"))?),
    }
}

/// Says what is wrong with missed and with false pairs.
fn tell_errors(context: &Context, errors: &Errors) -> Result<(), Failed> {
    context.say(&format!("missed pairs: {}", listed(&errors.missed)))?;
    context.say(&format!("false pairs: {}", listed(&errors.surplus)))
}

/// Says how often each finding is made.
fn tell_findings<'a>(context: &Context, all: impl Iterator<Item = &'a Findings>) -> Result<(), Failed> {
    context.say(&format!("findings in the entries, by code: {}", listed(&summed(all))))
}

/// Counts in words, the most frequent first.
fn listed<K: Display>(counts: &BTreeMap<K, usize>) -> String {
    let mut counts: Vec<(&K, &usize)> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let counts: Vec<String> = counts.into_iter().map(|(what, count)| format!("{what} {count}")).collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

fn summed<'a>(all: impl Iterator<Item = &'a Findings>) -> Findings {
    let mut sum = Findings::new();
    for (code, count) in all.flatten() {
        *sum.entry(code.clone()).or_default() += count;
    }
    sum
}

fn scores_document(scores: &Report, errors: &Errors, findings: &[Findings]) -> serde_json::Value {
    let one = |score: &Score| {
        let (pairs, questions) = (score.pairs(), score.questions());
        serde_json::json!({
            "gold": score.gold, "found": score.predicted, "right": score.true_positives, "false": score.false_positives,
            "precision": pairs.precision, "recall": pairs.recall, "f1": pairs.f1, "question_f1": questions.f1,
            "question_start": score.question_start.mean_sentences(),
            "answer_start": score.answer_start.mean_sentences(), "answer_end": score.answer_end.mean_sentences(),
            "question_start_seconds": score.question_start.mean_seconds(),
            "answer_start_seconds": score.answer_start.mean_seconds(),
            "answer_end_seconds": score.answer_end.mean_seconds(),
        })
    };
    let documents: Vec<_> = scores
        .documents
        .iter()
        .zip(findings)
        .map(|((id, kind, score), findings)| {
            serde_json::json!({ "id": id, "kind": kind, "score": one(score), "findings": findings })
        })
        .collect();
    serde_json::json!({
        "documents": documents, "micro": one(&scores.micro()), "all": one(&scores.all()),
        "macro_f1": scores.macro_f1(), "false_on_negatives": scores.false_on_negatives(),
        "errors": { "missed": errors.missed, "false": errors.surplus }, "findings": summed(findings.iter()),
    })
}

/// A library of its own for what is measured, with the settings and people of `DIR/library`.
struct Scratch {
    library: Library,
    settings: Settings,
    // Gone with all that is in it when this is dropped.
    _folder: tempfile::TempDir,
}

impl Scratch {
    fn new(context: &Context, dir: &Path, model: Option<&str>) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let (library, _) = Library::init(folder.path())?;
        for name in ["spinetime.toml", "roster.toml", "glossary.toml"] {
            if let Ok(text) = std::fs::read(dir.join("library").join(name)) {
                atomic::write(&library.root().join(name), &text)?;
            }
        }
        let wishes = Wishes { model: model.map(|m| (m.to_owned(), Origin::Option)), ..Wishes::default() };
        let settings = settings::settings(&library, &context.store(), &wishes)?;
        Ok(Self { library, settings, _folder: folder })
    }

    /// Takes a recording through all stages.
    fn process(&self, context: &Context, file: &Path) -> Result<pipeline::Report, Failed> {
        let request = Request::new(Wanted::Path(file.to_owned()));
        Ok(process::one(context, &self.library, &request, &self.settings)?)
    }

    /// The voices of an episode that was processed.
    fn speakers(&self, done: &pipeline::Report) -> Result<Speakers, Failed> {
        let speakers = artefact::load(&self.library.folder(done.id.clone()).speakers())?;
        Ok(speakers.ok_or_else(|| LibraryError::NoEpisode(done.id.to_string()))?)
    }
}

/// Every recording of `dir` that has its truth in `dir/truth`, through the whole pipeline in a library of its own.
fn recordings(context: &Context, dir: &Path, model: Option<&str>) -> Result<f64, Failed> {
    let golds = gold::load(&dir.join("truth"))?;
    let files = fetch::recordings_in(dir)?;
    let scratch = Scratch::new(context, dir, model)?;
    let roster = scratch.library.roster()?;
    let mut all = Vec::new();
    for gold in &golds {
        let Some(file) = files.iter().find(|f| f.file_stem().is_some_and(|stem| stem == gold.id.as_str())) else {
            continue;
        };
        let done = scratch.process(context, file)?;
        let transcript: Transcript = artefact::load(&scratch.library.folder(done.id.clone()).transcript())?
            .ok_or_else(|| LibraryError::NoEpisode(done.id.to_string()))?;
        let speakers = scratch.speakers(&done)?;
        let truth = truth(dir, gold)?;
        let made = Made { transcript: &transcript, speakers: &speakers, entries: &done.entries };
        all.push(recording::score(&truth, gold, &roster, &made));
    }
    if all.is_empty() {
        return Err(Usage::new(
            format!("{} holds no recording that has its truth in {}/truth", dir.display(), dir.display()),
            "Put truth/NAME.json beside NAME.m4a.",
        )
        .into());
    }
    tell(context, &all)
}

fn truth(dir: &Path, gold: &Gold) -> Result<Truth, Failed> {
    let path = dir.join("truth").join(format!("{}.json", gold.id));
    let read = || -> std::io::Result<Truth> { Ok(serde_json::from_slice(&std::fs::read(&path)?)?) };
    read().map_err(|source| LibraryError::Unreadable { path: path.clone(), source }.into())
}

fn tell(context: &Context, all: &[Figures]) -> Result<f64, Failed> {
    let sum = |f: fn(&Figures) -> usize| all.iter().map(f).sum::<usize>();
    let right = sum(|f| f.pairs.true_positives);
    let errors = sum(|f| f.pairs.false_positives) + sum(|f| f.pairs.gold) - right;
    let f1 = if right + errors == 0 { 1.0 } else { 2.0 * right as f64 / (2 * right + errors) as f64 };
    if context.args.json {
        let rows: Vec<_> = all.iter().map(document).collect();
        context.say_json(&serde_json::json!({ "recordings": rows, "f1": f1 }))?;
        return Ok(f1);
    }
    let heads = [
        "recording",
        "words",
        "WER",
        "longest gap",
        "pairs",
        "false",
        "starts ≤ 1 s",
        "worst start",
        "credited",
        "wrong",
        "unanswered",
    ];
    let mut table = report::table(&context.env.console, &heads);
    for f in all {
        table.add_row([
            f.id.clone(),
            f.words.words.to_string(),
            format!("{:.2} %", 100.0 * f.words.rate()),
            f.words.drop_out.as_ref().map_or(0, |d| d.words).to_string(),
            format!("{} of {}", f.pairs.true_positives, f.pairs.gold),
            f.pairs.false_positives.to_string(),
            format!("{} of {}", f.starts_within(ON_THE_SPOT), f.answer_starts.len()),
            worst(f).map_or_else(|| "–".to_owned(), |w| format!("{w:+.2} s")),
            f.credited.to_string(),
            f.miscredited.to_string(),
            format!("{} of {}", f.unanswered_found, f.unanswered),
        ]);
    }
    context.say(&table.to_string())?;
    voices::tell_with_names(context, all)?;
    let mut times = Times::default();
    all.iter().for_each(|f| times.add(&f.times));
    for (what, errors) in [("starts", &times.starts), ("ends", &times.ends)] {
        if let (Some(median), Some(most)) = (within(errors, 0.5), within(errors, 0.95)) {
            context.say(&format!(
                "sentences' {what}: half within {median:.2} s of the truth, 95 % within {most:.2} s ({} of {} sentences)",
                errors.len(),
                times.sentences
            ))?;
        }
    }
    let mut confidence = Curve::default();
    all.iter().for_each(|f| confidence.add(&f.confidence));
    let curve = confidence.parts.iter().filter(|part| part.words > 0).map(|part| {
        let share = |sum: f64| 100.0 * sum / part.words as f64;
        format!("{:.1} → {:.1} ({})", share(part.probability), share(part.right as f64), part.words)
    });
    let (marked, whole) = (confidence.marked, confidence.whole());
    context.say(&format!(
        "words' probability → right, in %: {}; apart by {:.2} on average",
        curve.collect::<Vec<_>>().join(", "),
        100.0 * confidence.error()
    ))?;
    context.say(&format!(
        "marked as unsure: {} of {} words, {} of {} wrong ones",
        marked.words,
        whole.words,
        marked.words - marked.right,
        whole.words - whole.right
    ))?;
    let mut score = Score::default();
    all.iter().for_each(|f| score.add(&f.pairs));
    tell_distances(context, &score)?;
    tell_findings(context, all.iter().map(|f| &f.findings))?;
    context.say(&format!("pairs' F1 over all: {f1:.3}"))?;
    Ok(f1)
}

fn worst(figures: &Figures) -> Option<f64> {
    figures.answer_starts.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()))
}

fn document(f: &Figures) -> serde_json::Value {
    serde_json::json!({
        "id": f.id, "words": f.words, "wer": f.words.rate(),
        "pairs": { "gold": f.pairs.gold, "right": f.pairs.true_positives, "false": f.pairs.false_positives },
        "sentence_starts": f.times.starts, "sentence_ends": f.times.ends, "sentences": f.times.sentences,
        "confidence": f.confidence, "answer_starts": f.answer_starts, "voices": voices::of_recording(f),
        "credited": f.credited, "miscredited": f.miscredited,
        "credits": {
            "entries": f.credits.entries, "sure": f.credits.sure, "right": f.credits.right, "wrong": f.credits.wrong,
        },
        "unanswered": f.unanswered, "unanswered_found": f.unanswered_found,
        "findings": f.findings,
    })
}
