//! `spinetime show`.

use super::{Context, Failed, Usage, report};
use crate::draft::CREDIT_CONFIDENCE;
use crate::failure::Exit;
use crate::library::{Library, LibraryError, artefact, journal};
use crate::model::{CorrectedBy, Correction, Draft, Entries, Entry, EntryId, Speakers, Transcript, Word};
use crate::speakers;

pub(super) fn run(context: &Context, what: &str, why: bool, spoken: bool) -> Result<Exit, Failed> {
    let library = context.library()?;
    if spoken {
        return transcript(context, &library, what);
    }
    if let Ok(id) = what.parse::<EntryId>() {
        return entry(context, &library, &id, why);
    }
    let folder = library.episode(what)?;
    let entries: Entries = artefact::load(&folder.entries())?
        .ok_or_else(|| Usage::new(format!("{} has no entries yet", folder.id), "Run \"spinetime process\" on it."))?;
    if context.args.json {
        context.say_json(&entries)?;
        return Ok(Exit::Done);
    }
    let head = &entries.episode;
    let held = head.held_on.map_or_else(|| "date not stated".to_owned(), |d| format!("held on {d}"));
    context.say(&format!("{}: {} ({held}, {})", head.series, head.title, head.duration))?;
    context.say(&report::entries(&context.env.console, &entries))?;
    context.say(&report::summary(&entries.entries))?;
    if why {
        for entry in &entries.entries {
            context.say("")?;
            print(context, &library, &folder.id.to_string(), entry, true)?;
        }
    }
    Ok(Exit::Done)
}

/// What was said, a sentence a line, words that may be misheard marked.
fn transcript(context: &Context, library: &Library, what: &str) -> Result<Exit, Failed> {
    let folder = library.episode(what)?;
    let transcript: Transcript = artefact::load(&folder.transcript())?.ok_or_else(|| {
        Usage::new(format!("{} has no transcript yet", folder.id), "Run \"spinetime process\" on it.")
    })?;
    if context.args.json {
        context.say_json(&transcript)?;
        return Ok(Exit::Done);
    }
    let voices: Speakers = artefact::load(&folder.speakers())?.unwrap_or_default();
    let (voices, _) = speakers::named(voices, &crate::model::standing(&journal::edits(&folder.edits())?));
    let transcript = transcript.cut_at(&voices.cuts);
    let roster = library.roster()?;
    let mut last = None;
    for (index, sentence) in transcript.sentences.iter().enumerate() {
        let voice = voices.speaker_of(index);
        if voice.map(|voice| voice.id) != last {
            last = voice.map(|voice| voice.id);
            let who = voice.map_or("somebody".to_owned(), |voice| {
                let person = voice.person.as_ref().and_then(|id| roster.person(id));
                let doubt = if voice.confidence < CREDIT_CONFIDENCE { "?" } else { "" };
                person.map_or_else(|| voice.id.to_string(), |person| format!("{}{doubt} ({})", person.name, voice.id))
            });
            context.say(&format!("{who}:"))?;
        }
        let words = transcript.words.get(sentence.words.clone()).unwrap_or_default();
        let marked = |word: &Word| if word.is_unsure() { format!("{} [?]", word.text) } else { word.text.clone() };
        let text: Vec<String> = words.iter().map(marked).collect();
        context.say(&format!("{}  {}", sentence.span.start, text.join(" ")))?;
    }
    for warning in &transcript.warnings {
        context.say(&format!("note: {warning}"))?;
    }
    Ok(Exit::Done)
}

fn entry(context: &Context, library: &Library, id: &EntryId, why: bool) -> Result<Exit, Failed> {
    for folder in library.episodes()? {
        let Some(entries) = artefact::load::<Entries>(&folder.entries())? else { continue };
        if let Some(entry) = entries.entries.iter().find(|e| e.id == *id) {
            if context.args.json {
                context.say_json(entry)?;
            } else {
                print(context, library, folder.id.as_str(), entry, why)?;
            }
            return Ok(Exit::Done);
        }
    }
    Err(LibraryError::NoEntry(id.clone()).into())
}

fn print(context: &Context, library: &Library, episode: &str, entry: &Entry, why: bool) -> Result<(), Failed> {
    context.say(&format!("{} · {} · {}", entry.id, report::status(entry.status), episode))?;
    context.say(&format!("Q {}  {}", entry.question.span.start, entry.question.text))?;
    if let Some(answer) = &entry.answer {
        for (i, paragraph) in answer.paragraphs.iter().enumerate() {
            let mark = if i == 0 { format!("A {}  ", answer.span.start) } else { "  ".to_owned() };
            context.say(&format!("{mark}{paragraph}"))?;
        }
    }
    for correction in &entry.corrections {
        let Correction { from, to, span, .. } = correction;
        let by = match correction.by {
            CorrectedBy::Glossary => "changed by the glossary",
            CorrectedBy::Pronoun => "turned to the asker",
        };
        context.say(&format!("  {by}: \"{from}\" to \"{to}\" at {}", span.start))?;
    }
    if !entry.credits.is_empty() {
        context.say(&format!("Answered by {}", report::credits(&entry.credits)))?;
    }
    if let Some(links) = &entry.links {
        context.say(&format!("Answer in the recording: {}", links.answer))?;
    }
    for flag in entry.flags.iter().filter(|f| f.resolved.is_none()) {
        let weight = if flag.blocking { "must be resolved" } else { "to check" };
        let about = if flag.text.is_empty() { String::new() } else { format!(" [{}]", flag.text) };
        context.say(&format!("  {}{about} ({weight}, {}): {}", flag.start, flag.code, flag.message))?;
    }
    if why {
        context.say(&format!("Why this is an entry (confidence {:.2}):", entry.confidence))?;
        let draft: Option<Draft> = artefact::load(&library.episode(episode)?.draft())?;
        let reasons = draft.and_then(|d| d.entries.into_iter().find(|e| e.entry.id == entry.id)).map(|e| e.reasons);
        for reason in reasons.unwrap_or_default() {
            context.say(&format!("  · {reason}"))?;
        }
    }
    Ok(())
}
