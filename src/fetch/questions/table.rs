//! Tables: Zoom's Q&A report in its forms, and what people save of it.
//!
//! Above a report's header stand lines about the webinar. Zoom has changed columns and their order over the years, so
//! the header is found by its names, and a column by its name.

use super::{Found, Outcome, moment};
use crate::model::Millis;
use jiff::civil::DateTime;

const QUESTION: [&str; 6] =
    ["question", "questions", "question text", "question content", "question asked", "written question"];
const ASKER: [&str; 10] = [
    "asker name",
    "asker",
    "asked by",
    "attendee name",
    "user name",
    "participant name",
    "author",
    "name",
    "participant",
    "user",
];
const REPLY: [&str; 5] = ["answer", "answers", "reply", "replies", "response"];
const TIME: [&str; 7] =
    ["question time", "time asked", "asked at", "submitted time", "question submitted", "time", "date"];
const START: [&str; 2] = ["actual start time", "start time"];

/// Forms of a date with a time, as Zoom writes them and Excel saves them again.
const FORMS: [&str; 14] = [
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
];

type Rows = Vec<Vec<String>>;

/// Where the columns are.
#[derive(Debug, Clone, Copy)]
struct Header {
    row: usize,
    question: usize,
    asker: Option<usize>,
    reply: Option<usize>,
    time: Option<usize>,
}

/// Reads a table into `found`.
pub(super) fn read(text: &str, found: &mut Found) -> Outcome {
    if text.contains('\0') || text.starts_with("PK") || text.starts_with("%PDF") {
        return Outcome::Other;
    }
    let tables: Vec<Rows> = [b',', b';', b'\t'].into_iter().map(|between| rows(text, between)).collect();
    // A comma inside a name of a column must not hide that semicolons stand between the columns.
    let columns = |header: &Header| [header.asker, header.reply, header.time].iter().flatten().count();
    let best = tables
        .iter()
        .filter_map(|rows| header(rows).map(|header| (rows, header)))
        .reduce(|best, other| if columns(&other.1) > columns(&best.1) { other } else { best });
    let Some((rows, header)) = best else {
        let wide = tables.iter().flatten().any(|row| row.len() > 1);
        return if wide { Outcome::NoColumn } else { Outcome::Other };
    };
    let start = start(&rows[..header.row]);
    let mut last = None;
    for row in &rows[header.row + 1..] {
        let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).map(|cell| cell.trim());
        let reply = cell(header.reply);
        match cell(Some(header.question)).filter(|text| !text.is_empty()) {
            Some(text) => {
                let at = start.zip(cell(header.time)).and_then(|(start, time)| since(start, time));
                last = found.add(text, cell(header.asker), at, reply);
            }
            // A further answer to the question above.
            None => {
                if let Some((number, reply)) = last.zip(reply) {
                    found.reply(number, reply);
                }
            }
        }
    }
    Outcome::Read
}

fn rows(text: &str, between: u8) -> Rows {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(between).has_headers(false).flexible(true).from_reader(text.as_bytes());
    // Cells are text already, so no row fails; one that did would only be missing.
    reader.records().filter_map(Result::ok).map(|row| row.iter().map(str::to_owned).collect()).collect()
}

/// A column's name in the form for comparing: "Answer(s)" is "answer".
fn named(cell: &str) -> String {
    let name = cell.replace("(s)", "").to_lowercase();
    name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '\u{feff}')).replace('_', " ")
}

/// The first row that names a column of questions and another one, or the first that names one of questions.
fn header(rows: &Rows) -> Option<Header> {
    let read = |(row, cells): (usize, &Vec<String>)| {
        let names: Vec<String> = cells.iter().map(|cell| named(cell)).collect();
        // The names are ordered: "asker name" is surer than "name".
        let column = |wanted: &[&str]| wanted.iter().find_map(|name| names.iter().position(|n| n == name));
        let question = column(&QUESTION)?;
        Some(Header { row, question, asker: column(&ASKER), reply: column(&REPLY), time: column(&TIME) })
    };
    let named: Vec<Header> = rows.iter().enumerate().filter_map(read).collect();
    let more = |header: &&Header| header.asker.is_some() || header.reply.is_some() || header.time.is_some();
    named.iter().find(more).or(named.first()).copied()
}

/// The webinar's start, in the words of the lines above the header.
fn start(above: &[Vec<String>]) -> Option<&str> {
    above.windows(2).find_map(|pair| {
        let column = pair[0].iter().position(|cell| START.contains(&named(cell).as_str()))?;
        pair[1].get(column).map(String::as_str)
    })
}

/// How long after `start` it was `time`; `None` unless both are written alike and it was after.
fn since(start: &str, time: &str) -> Option<Millis> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    let (start, time) = (plain(start), plain(time));
    let read =
        |text: &str| FORMS.iter().enumerate().find_map(|(form, f)| Some((form, DateTime::strptime(f, text).ok()?)));
    let (form, began) = read(&start)?;
    // Days and months must not change places from one cell to the next.
    let asked = DateTime::strptime(FORMS[form], &time).ok().or_else(|| read(&time).map(|(_, asked)| asked))?;
    moment(asked.duration_since(began).as_secs_f64())
}
