//! Whose voice it is, by an editor's word: it goes before all that the machine found out.

use crate::model::{Change, Cluster, ClusterId, Edit, Evidence, EvidenceKind, Millis, PersonId, Span, Speakers};

/// At most so many stretches are kept to know a voice by: its longest.
const KNOWN_BY: usize = 20;

/// The stretches by which a voice is known again: its longest turns, in order of time.
#[must_use]
pub fn heard(speakers: &Speakers, voice: ClusterId) -> Vec<Span> {
    let mut spans: Vec<Span> = speakers.turns.iter().filter(|t| t.cluster == voice).map(|t| t.span).collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.length()));
    spans.truncate(KNOWN_BY);
    spans.sort_unstable();
    spans
}

/// The voices as editors named them, the latest word last, and what should be told.
///
/// A voice is the one that is heard most where the editor heard it. A person whom an editor gave to one voice is taken
/// from those that the machine took for them: one of the two is wrong, and the editor listened.
#[must_use]
pub fn named(mut speakers: Speakers, edits: &[Edit]) -> (Speakers, Vec<String>) {
    let mut warnings = Vec::new();
    if speakers.clusters.is_empty() {
        return (speakers, warnings);
    }
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.seq);
    for edit in ordered {
        let Change::NameVoice { heard, person } = &edit.change else { continue };
        let Some(voice) = most_heard(&speakers, heard) else {
            let whose = person.as_ref().map_or("a voice that nobody knows".to_owned(), |p| format!("the voice of {p}"));
            warnings.push(format!("{} named {whose}, but no voice is heard there any more.", edit.editor));
            continue;
        };
        if let Some(cluster) = speakers.clusters.iter_mut().find(|c| c.id == voice) {
            name(cluster, person.clone(), edit);
        }
    }
    let given: Vec<PersonId> =
        speakers.clusters.iter().filter(|c| c.is_named()).filter_map(|c| c.person.clone()).collect();
    for cluster in speakers.clusters.iter_mut().filter(|c| !c.is_named()) {
        if cluster.person.as_ref().is_some_and(|person| given.contains(person)) {
            cluster.person = None;
            cluster.confidence = 0.0;
        }
    }
    (speakers, warnings)
}

fn most_heard(speakers: &Speakers, heard: &[Span]) -> Option<ClusterId> {
    let time = |voice: ClusterId| -> Millis {
        let own = speakers.turns.iter().filter(|t| t.cluster == voice);
        let shared = own.flat_map(|t| heard.iter().map(move |span| t.span.overlap(*span)));
        shared.fold(Millis::ZERO, Millis::plus)
    };
    let voices = speakers.clusters.iter().map(|c| (time(c.id), c.id));
    voices.filter(|(time, _)| *time > Millis::ZERO).max_by_key(|(time, _)| *time).map(|(_, voice)| voice)
}

fn name(cluster: &mut Cluster, person: Option<PersonId>, edit: &Edit) {
    let day = edit.time.strftime("%Y-%m-%d");
    let text = match &person {
        Some(person) => format!("{} named this voice on {day}: {person}.", edit.editor),
        None => format!("{} listened on {day}: this voice is nobody's of the roster.", edit.editor),
    };
    cluster.evidence.retain(|evidence| evidence.kind != EvidenceKind::Named);
    cluster.evidence.insert(0, Evidence { sentence: None, at: None, kind: EvidenceKind::Named, text });
    cluster.confidence = if person.is_some() { 1.0 } else { 0.0 };
    cluster.person = person;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Role, Turn};

    fn id(name: &str) -> PersonId {
        name.parse().unwrap()
    }

    fn voices(turns: &[(u64, u64, u32)], people: &[Option<&str>]) -> Speakers {
        let turn = |&(start, end, voice): &(u64, u64, u32)| Turn {
            span: Span::new(Millis(start), Millis(end)),
            cluster: ClusterId(voice),
            confidence: 0.9,
        };
        let cluster = |(voice, person): (u32, &Option<&str>)| Cluster {
            id: ClusterId(voice),
            speech: Millis(1000),
            role: Some(Role::Expert),
            role_confidence: 0.9,
            person: person.map(id),
            confidence: if person.is_some() { 0.9 } else { 0.0 },
            evidence: Vec::new(),
        };
        Speakers {
            turns: turns.iter().map(turn).collect(),
            clusters: (0..).zip(people).map(cluster).collect(),
            ..Speakers::default()
        }
    }

    fn edit(seq: u64, heard: Vec<Span>, person: Option<&str>) -> Edit {
        let change = Change::NameVoice { heard, person: person.map(id) };
        Edit {
            seq,
            time: "2026-05-01T10:00:00Z".parse().unwrap(),
            editor: "Ada".into(),
            entry: None,
            key: None,
            change,
        }
    }

    #[test]
    fn a_named_voice_is_found_again_under_another_number() {
        let before = voices(&[(0, 4000, 0), (4000, 9000, 1), (9000, 9500, 0)], &[None, None]);
        let edit = edit(1, heard(&before, ClusterId(1)), Some("jane-doe"));
        // Another run cut elsewhere, and numbered otherwise.
        let after = voices(&[(0, 3800, 1), (3800, 4200, 2), (4200, 8800, 0), (9000, 9500, 1)], &[None, None, None]);
        let (found, warnings) = named(after, &[edit]);
        assert_eq!(found.clusters[0].person, Some(id("jane-doe")));
        assert!(found.clusters[0].is_named() && found.clusters[0].confidence > 0.99);
        assert!(found.clusters[1].person.is_none() && warnings.is_empty());
    }

    #[test]
    fn the_editors_person_is_taken_from_the_machines_voice() {
        let speakers = voices(&[(0, 4000, 0), (4000, 9000, 1)], &[Some("jane-doe"), None]);
        let spans = heard(&speakers, ClusterId(1));
        let (found, _) = named(speakers, &[edit(1, spans, Some("jane-doe"))]);
        let people: Vec<Option<PersonId>> = found.clusters.iter().map(|c| c.person.clone()).collect();
        assert_eq!(people, [None, Some(id("jane-doe"))]);
    }

    #[test]
    fn the_last_word_holds_and_may_be_that_nobody_knows() {
        let speakers = voices(&[(0, 4000, 0)], &[Some("jane-doe")]);
        let spans = heard(&speakers, ClusterId(0));
        let edits = [edit(2, spans.clone(), None), edit(1, spans, Some("john-roe"))];
        let (found, _) = named(speakers.clone(), &edits);
        assert!(found.clusters[0].person.is_none() && found.clusters[0].is_named());
        let lost = edit(1, vec![Span::new(Millis(50_000), Millis(60_000))], Some("john-roe"));
        let (found, warnings) = named(speakers.clone(), &[lost]);
        assert_eq!(found, speakers);
        assert!(warnings[0].contains("the voice of john-roe"), "{warnings:?}");
    }
}
