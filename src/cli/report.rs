//! Entries as tables and sentences.

use super::console::Console;
use crate::model::{Credit, Entries, Entry, Status};
use crate::roster::full_name;
use comfy_table::{ContentArrangement, Table, presets};

/// Width of tables where no terminal tells its own.
const PLAIN_WIDTH: u16 = 110;

/// A table with these column heads, as wide as the console.
pub(super) fn table(console: &Console, heads: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(console.width.unwrap_or(PLAIN_WIDTH))
        .set_header(heads.iter().copied());
    table
}

/// The status in an editor's words.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::NeedsReview => "needs review",
        Status::Draft => "draft",
        Status::Approved => "approved",
        Status::Withdrawn => "withdrawn",
        Status::Unanswered => "unanswered",
        Status::Possible => "possible",
        Status::Dismissed => "dismissed",
    }
}

/// "Jane Doe, MD" for everybody credited.
pub(super) fn credits(credits: &[Credit]) -> String {
    let names: Vec<String> = credits.iter().map(|credit| full_name(&credit.name, &credit.credentials)).collect();
    names.join("; ")
}

/// The entries of an episode, one a row.
pub(super) fn entries(console: &Console, entries: &Entries) -> String {
    let mut table = table(console, &["Asked", "Answer", "Question", "Answered by", "State", "Entry"]);
    for entry in &entries.entries {
        table.add_row([
            entry.question.span.start.to_string(),
            entry.answer.as_ref().map_or_else(|| "–".to_owned(), |a| a.span.start.to_string()),
            entry.question.text.clone(),
            if entry.credits.is_empty() { "–".to_owned() } else { credits(&entry.credits) },
            status(entry.status).to_owned(),
            entry.id.to_string(),
        ]);
    }
    table.to_string()
}

/// "7 questions with answers: 2 drafts, 5 need review; 1 question was not answered."
pub(super) fn summary(entries: &[Entry]) -> String {
    let count = |wanted: &[Status]| entries.iter().filter(|e| wanted.contains(&e.status)).count();
    let unanswered = count(&[Status::Unanswered]);
    let answered = entries.iter().filter(|e| e.answer.is_some()).count();
    if answered + unanswered == 0 {
        return "No audience questions found.".into();
    }
    let mut parts = Vec::new();
    for (n, one, many) in [
        (count(&[Status::Approved]), "is approved", "are approved"),
        (count(&[Status::Draft]), "is a draft", "are drafts"),
        (count(&[Status::NeedsReview]), "needs review", "need review"),
        (count(&[Status::Withdrawn]), "is withdrawn", "are withdrawn"),
        (count(&[Status::Dismissed]), "is dismissed", "are dismissed"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    let questions = if answered == 1 { "question" } else { "questions" };
    let mut text = format!("{answered} {questions} with answers");
    if !parts.is_empty() {
        text.push_str(&format!(": {}", parts.join(", ")));
    }
    match unanswered {
        0 => {}
        1 => text.push_str("; 1 question was not answered"),
        n => text.push_str(&format!("; {n} questions were not answered")),
    }
    text.push('.');
    text
}
