//! From what may be published to what is published.
//!
//! Words stay as they are; what lays them out (line ends, tabs, double spaces) becomes single spaces, so that both documents
//! and all pages have the same text.

use super::{
    CONTRACT, Episode, EpisodeDocument, FORMAT, Provenance, PublicAnswer, PublicCredit, PublicEntry, PublicLinks,
    PublicQuestion, PublicSpan, PublicStatus, Tombstone,
};
use crate::config::Website;
use crate::export::page::clean;
use crate::export::{EpisodeInput, address, site_address};
use crate::model::{AnswerSpan, Credit, Links, PersonId, Publishable, Published, Status};

/// The document of an episode. Entries stay in their order; addresses that are none are left out.
#[must_use]
pub fn document(input: &EpisodeInput, website: &Website) -> EpisodeDocument {
    let head = input.head;
    EpisodeDocument {
        format: FORMAT,
        contract: CONTRACT.to_owned(),
        episode: Episode {
            id: head.id.clone(),
            series: clean(&head.series),
            title: clean(&head.title),
            held_on: head.held_on,
            youtube_id: head.youtube_id.clone(),
            recording_url: head.recording_url.clone().filter(|url| address::web(url).is_some()),
            duration: head.duration,
            language: head.language.clone(),
            uploaded_at: input.published.and_then(Published::uploaded_at),
            thumbnail_url: thumbnail(input),
        },
        entries: input.entries.iter().map(|entry| public(*entry, input, website)).collect(),
        tombstones: input.gone.iter().filter(|gone| is_not_shown(gone, input.entries)).map(tombstone).collect(),
        provenance: Provenance {
            spinetime: input.provenance.spinetime.clone(),
            model: input.provenance.model.clone(),
            model_sha256: input.provenance.model_sha256.clone(),
            source_sha256: input.provenance.source_sha256.clone(),
        },
    }
}

fn is_not_shown(gone: &Tombstone, entries: &[Publishable]) -> bool {
    entries.iter().all(|shown| shown.entry().id != gone.id)
}

fn tombstone(gone: &Tombstone) -> Tombstone {
    Tombstone { notice: gone.notice.as_deref().map(clean), ..gone.clone() }
}

/// The picture that its page names, or the one that YouTube has of every video.
fn thumbnail(input: &EpisodeInput) -> Option<String> {
    let stated = input.published.and_then(|page| page.thumbnail.as_deref()).and_then(address::web).map(str::to_owned);
    let usual = || input.head.youtube_id.as_ref().map(|id| format!("https://i.ytimg.com/vi/{id}/hqdefault.jpg"));
    stated.or_else(usual)
}

fn public(publishable: Publishable, input: &EpisodeInput, website: &Website) -> PublicEntry {
    let (entry, answer) = (publishable.entry(), publishable.answer());
    PublicEntry {
        id: entry.id.clone(),
        // An approval that does not hold (a finding is open, nobody is credited) must not pass for one.
        status: match (publishable.is_draft(), entry.status) {
            (false, _) => PublicStatus::Approved,
            (true, Status::Draft) => PublicStatus::Draft,
            (true, _) => PublicStatus::NeedsReview,
        },
        question: PublicQuestion {
            text: clean(&entry.question.text),
            start: entry.question.span.start,
            end: entry.question.span.end,
            source: entry.question.source,
        },
        answer: PublicAnswer {
            paragraphs: answer.paragraphs.iter().map(|text| clean(text)).filter(|text| !text.is_empty()).collect(),
            start: answer.span.start,
            end: answer.span.end,
            spans: answer.spans.iter().map(|stretch| span(stretch, &entry.credits)).collect(),
        },
        credits: entry.credits.iter().map(credit).collect(),
        links: entry.links.as_ref().filter(|links| are_safe(links)).map(|links| PublicLinks {
            answer: links.answer.clone(),
            question: links.question.clone(),
            short: links.short.clone(),
            embed: links.embed.clone(),
        }),
        page_url: site_address::entry(website, &input.head.id, &entry.id),
        approved_at: entry.approved_at.filter(|_| !publishable.is_draft()),
        updated_at: entry.updated_at,
        content_hash: entry.content_hash.clone(),
    }
}

/// Names nobody who is not credited: that would be a person of whom the reader is told nothing.
fn span(span: &AnswerSpan, credits: &[Credit]) -> PublicSpan {
    let credited = |person: &&PersonId| credits.iter().any(|credit| credit.person == **person);
    PublicSpan { start: span.span.start, end: span.span.end, speaker: span.speaker.as_ref().filter(credited).cloned() }
}

fn credit(credit: &Credit) -> PublicCredit {
    PublicCredit {
        person: credit.person.clone(),
        name: clean(&credit.name),
        credentials: clean(&credit.credentials),
        title: clean(&credit.title),
        affiliation: clean(&credit.affiliation),
    }
}

fn are_safe(links: &Links) -> bool {
    [&links.answer, &links.question, &links.short].into_iter().all(|url| address::web(url).is_some())
        && address::player(&links.embed).is_some()
}
