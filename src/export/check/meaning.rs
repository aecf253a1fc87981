//! What a document says, beyond its form: an entry that is shown must be approved, whole, and found where its links lead.

use super::faults::{Faults, shown};
use super::place::Place;
use super::read::{Read, entry_at};
use crate::export::contract::{Episode, FeedEntry, GoneReason, PublicCredit, PublicEntry, PublicSpan, PublicStatus};
use crate::export::html;
use crate::model::{EpisodeId, Links, Millis, Span, YoutubeId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Adds what is wrong within the file.
pub(super) fn check(read: &Read, faults: &mut Faults) {
    match &read.episode {
        Some(episode) => head(episode, faults),
        None => feed_order(read, faults),
    }
    let mut before: Option<Millis> = None;
    for (index, entry) in &read.entries {
        let place = entry_at(*index);
        if before.is_some_and(|before| entry.question.start < before) {
            faults.add(
                place.name("question").name("start"),
                "The entry before begins later: entries stand in order of time.",
            );
        }
        before = Some(entry.question.start);
        self::entry(entry, read.episode.as_ref(), &place, faults);
    }
    for (index, row) in &read.rows {
        self::row(row, read.since, &entry_at(*index), faults);
    }
    for gone in &read.gone {
        let notice = gone.place().name("notice");
        match (gone.reason, &gone.notice) {
            (GoneReason::Withdrawn, None) => {
                faults.add(gone.place(), "The entry is withdrawn, and there is no notice for its page.");
            }
            (GoneReason::Withdrawn, Some(text)) => words(text, &notice, faults),
            (_, Some(_)) => faults.add(notice, "Only a withdrawn entry has a notice."),
            (_, None) => {}
        }
    }
}

fn head(episode: &Episode, faults: &mut Faults) {
    let place = Place::default().name("episode");
    if episode.duration == Millis::ZERO {
        faults.add(place.name("duration"), "The recording has no length.");
    }
    words(&episode.title, &place.name("title"), faults);
    if let (Some(url), Some(id)) = (&episode.recording_url, &episode.youtube_id)
        && leads_elsewhere(url, id)
    {
        faults.add(place.name("recording_url"), format!("This is another video than {id}, the episode's youtube_id."));
    }
}

fn entry(entry: &PublicEntry, episode: Option<&Episode>, place: &Place, faults: &mut Faults) {
    approval(entry.status, entry.approved_at, place, faults);
    let (question, answer) = (place.name("question"), place.name("answer"));
    words(&entry.question.text, &question.name("text"), faults);
    for (index, paragraph) in entry.answer.paragraphs.iter().enumerate() {
        words(paragraph, &answer.name("paragraphs").item(index), faults);
    }
    let asked = (entry.question.start, question.name("start"));
    if entry.question.end < entry.question.start {
        let what = format!("{} is before the question begins at {}.", clock(entry.question.end), clock(asked.0));
        faults.add(question.name("end"), what);
    }
    let ends = [(entry.question.end, question.name("end")), (entry.answer.end, answer.name("end"))];
    if let Some(episode) = episode {
        for (end, place) in ends {
            if end > episode.duration {
                let length = clock(episode.duration);
                faults.add(place, format!("{} is behind the end of the recording, which lasts {length}.", clock(end)));
            }
        }
    }
    answered(&asked, (entry.answer.start, answer.name("start")), (entry.answer.end, answer.name("end")), faults);
    spans(entry, &answer.name("spans"), faults);
    credits(&entry.credits, entry.is_draft(), &place.name("credits"), faults);
    if let Some(episode) = episode {
        links(entry, episode, &place.name("links"), faults);
    }
}

fn row(row: &FeedEntry, since: Option<Timestamp>, place: &Place, faults: &mut Faults) {
    approval(row.status, row.approved_at, place, faults);
    words(&row.question, &place.name("question"), faults);
    words(&row.episode_title, &place.name("episode_title"), faults);
    let paragraphs: Vec<String> = row.answer_text.split("\n\n").map(str::to_owned).collect();
    for paragraph in &paragraphs {
        words(paragraph, &place.name("answer_text"), faults);
    }
    if html::paragraphs(&paragraphs) != row.answer_html {
        faults.add(place.name("answer_html"), "This is not answer_text with a p element for each paragraph.");
    }
    let (start, end) = (place.name("answer_start"), place.name("answer_end"));
    answered(
        &(row.question_start, place.name("question_start")),
        (row.answer_start, start),
        (row.answer_end, end),
        faults,
    );
    if row.status == PublicStatus::Approved {
        if row.people.is_empty() {
            faults.add(place.name("people"), "Nobody is credited for the answer.");
        }
        if row.experts.trim().is_empty() {
            faults.add(place.name("experts"), "Nobody is named as who answers.");
        }
    }
    row_links(row, place, faults);
    let changed = row.approved_at.map_or(row.updated_at, |approved| approved.max(row.updated_at));
    if let Some(since) = since
        && changed < since
    {
        faults
            .add(place.name("updated_at"), format!("The feed lists what changed since {since}, and this did before."));
    }
}

/// Nothing that nobody approved may be before the public.
fn approval(status: PublicStatus, approved_at: Option<Timestamp>, place: &Place, faults: &mut Faults) {
    match (status, approved_at) {
        (PublicStatus::Approved, Some(_)) => {}
        (PublicStatus::Approved, None) => {
            faults.add(place.name("approved_at"), "The entry is approved, and nobody says when.");
        }
        (_, approved_at) => {
            faults.add(
                place.name("status"),
                "Nobody approved this entry: the export was asked for drafts, and must not be shown to the public.",
            );
            if approved_at.is_some() {
                faults.add(place.name("approved_at"), "A draft has no moment of approval.");
            }
        }
    }
}

/// A text that a page prints.
fn words(text: &str, place: &Place, faults: &mut Faults) {
    if text.trim().is_empty() {
        faults.add(place.clone(), "The text is blank.");
    } else if let Some(sign) = text.chars().find(|c| c.is_control()) {
        faults.add(place.clone(), format!("The text has a control character, U+{:04X}.", u32::from(sign)));
    }
}

/// An answer takes time, and is not over before it was asked for.
fn answered(asked: &(Millis, Place), start: (Millis, Place), end: (Millis, Place), faults: &mut Faults) {
    if end.0 <= start.0 {
        let what = format!("{} is not behind the answer's beginning at {}.", clock(end.0), clock(start.0));
        faults.add(end.1, what);
    }
    if start.0 < asked.0 {
        let what = format!("The answer begins at {}, before its question at {}.", clock(start.0), clock(asked.0));
        faults.add(start.1, what);
    }
}

fn clock(at: Millis) -> String {
    format!("{at} ({} s)", at.seconds())
}

fn spans(entry: &PublicEntry, place: &Place, faults: &mut Faults) {
    let mut before: Option<&PublicSpan> = None;
    for (index, span) in entry.answer.spans.iter().enumerate() {
        let place = place.item(index);
        if span.end < span.start {
            let what = format!("{} is before the stretch begins at {}.", clock(span.end), clock(span.start));
            faults.add(place.name("end"), what);
        }
        for (at, name) in [(span.start, "start"), (span.end, "end")] {
            if at < entry.answer.start || at > entry.answer.end {
                faults.add(place.name(name), format!("{} is outside the answer.", clock(at)));
            }
        }
        if before.is_some_and(|before| span.start < before.end) {
            faults.add(place.name("start"), "The stretch begins before the one before it ends.");
        }
        before = Some(span);
        if let Some(speaker) = &span.speaker
            && entry.credits.iter().all(|credit| credit.person != *speaker)
        {
            faults.add(place.name("speaker"), format!("{speaker} speaks, and is not among the credits."));
        }
    }
}

fn credits(credits: &[PublicCredit], draft: bool, place: &Place, faults: &mut Faults) {
    if credits.is_empty() && !draft {
        faults.add(place.clone(), "Nobody is credited for the answer.");
    }
    for (index, credit) in credits.iter().enumerate() {
        words(&credit.name, &place.item(index).name("name"), faults);
        if credits[..index].iter().any(|other| other.person == credit.person) {
            faults.add(place.item(index).name("person"), format!("{} is credited already.", credit.person));
        }
    }
}

fn links(entry: &PublicEntry, episode: &Episode, place: &Place, faults: &mut Faults) {
    let (Some(id), Some(stated)) = (&episode.youtube_id, &entry.links) else {
        if episode.youtube_id.is_some() {
            faults.add(place.clone(), "The episode has a video, and the entry has no links into it.");
        } else if entry.links.is_some() {
            faults.add(place.clone(), "The entry has links, and the episode has no youtube_id.");
        }
        return;
    };
    let meant = Links::new(id, entry.question.start, Span::new(entry.answer.start, entry.answer.end));
    for (name, stated, meant) in [
        ("answer", &stated.answer, &meant.answer),
        ("question", &stated.question, &meant.question),
        ("short", &stated.short, &meant.short),
        ("embed", &stated.embed, &meant.embed),
    ] {
        agrees(stated, meant, &place.name(name), faults);
    }
}

fn agrees(stated: &str, meant: &str, place: &Place, faults: &mut Faults) {
    if stated != meant {
        faults.add(place.clone(), format!("{} does not lead to the entry's time: {meant} does.", shown(stated)));
    }
}

/// A feed's entry does not name its video: its links must agree with each other and with its times.
fn row_links(row: &FeedEntry, place: &Place, faults: &mut Faults) {
    let watch = place.name("watch_url");
    let Some(stated) = &row.watch_url else {
        if row.embed_url.is_some() {
            faults.add(watch, "The entry has an embed_url, and no watch_url.");
        }
        return;
    };
    let id = stated.strip_prefix("https://www.youtube.com/watch?v=").and_then(|rest| rest.split('&').next());
    let Some(id) = id.and_then(|id| id.parse::<YoutubeId>().ok()) else {
        faults.add(watch, format!("{} is no address of a YouTube video with a time.", shown(stated)));
        return;
    };
    let meant = Links::new(&id, row.question_start, Span::new(row.answer_start, row.answer_end));
    agrees(stated, &meant.answer, &watch, faults);
    match &row.embed_url {
        Some(embed) => agrees(embed, &meant.embed, &place.name("embed_url"), faults),
        None => faults.add(place.name("embed_url"), "The entry has a watch_url, and no embed_url."),
    }
    if row.recording_url.as_ref().is_some_and(|url| leads_elsewhere(url, &id)) {
        faults.add(place.name("recording_url"), format!("This is another video than {id}, which watch_url leads to."));
    }
}

/// Whether `url` is an address at YouTube that does not name this video.
fn leads_elsewhere(url: &str, id: &YoutubeId) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_youtubes = ["youtube.com", "youtu.be", "youtube-nocookie.com"]
        .iter()
        .any(|own| host.strip_suffix(own).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')));
    is_youtubes && !rest.contains(id.as_str())
}

/// The newest episode first, within it in order of time, and the same facts in all entries of an episode.
fn feed_order(read: &Read, faults: &mut Faults) {
    let mut first: BTreeMap<&EpisodeId, &FeedEntry> = BTreeMap::new();
    let mut before: Option<&FeedEntry> = None;
    for (index, row) in &read.rows {
        let place = entry_at(*index);
        if let Some(before) = before {
            let key = |row: &FeedEntry| (row.held_on, row.episode_id.clone());
            if before.episode_id == row.episode_id {
                if row.question_start < before.question_start {
                    faults.add(
                        place.name("question_start"),
                        "The entry before begins later: an episode's entries stand in order of time.",
                    );
                }
            } else if key(before) < key(row) {
                faults.add(place.name("episode_id"), "The episode before is older: the newest one stands first.");
            }
        }
        before = Some(row);
        let Some(known) = first.get(&row.episode_id) else {
            first.insert(&row.episode_id, row);
            continue;
        };
        let same = [
            ("series", known.series == row.series),
            ("episode_title", known.episode_title == row.episode_title),
            ("held_on", known.held_on == row.held_on),
            ("recording_url", known.recording_url == row.recording_url),
            ("source", known.source == row.source),
            ("language", known.language == row.language),
        ];
        for (name, _) in same.iter().filter(|(_, same)| !same) {
            faults.add(place.name(name), "Another entry of the same episode says something else.");
        }
    }
}
