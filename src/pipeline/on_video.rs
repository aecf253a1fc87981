//! An episode's entries from the recording's clock to that of the published video, which may have been cut since.

use crate::draft;
use crate::model::{Entries, Entry, Millis, Span, VideoCut, Word};

/// Moves all times of `entries` and `words` onto the video's clock. Entries that the video does not have whole are taken
/// out and returned, as they were. What comes back has no cut any more, so that nothing is moved twice.
pub(super) fn move_to_video(entries: &mut Entries, words: &mut Vec<Word>) -> Vec<Entry> {
    let cut = std::mem::take(&mut entries.episode.video_cut);
    if cut.is_none() {
        return Vec::new();
    }
    let recording = entries.episode.duration;
    entries.episode.duration = cut.length(recording);
    let (kept, lost) = std::mem::take(&mut entries.entries).into_iter().partition(|entry| has(cut, entry, recording));
    entries.entries = kept;
    for entry in &mut entries.entries {
        move_entry(entry, |span| cut.clipped(span, recording));
    }
    words.retain(|word| cut.on_video(word.span, recording).is_some());
    words.iter_mut().for_each(|word| word.span = cut.clipped(word.span, recording));
    lost
}

/// Whether a video with this cut of a recording of this length has all of an entry.
pub(super) fn has(cut: VideoCut, entry: &Entry, recording: Millis) -> bool {
    let there = |span: Span| cut.on_video(span, recording).is_some();
    there(entry.question.span) && entry.answer.as_ref().is_none_or(|answer| there(answer.span))
}

/// Links stay: they are on the video's clock already.
fn move_entry(entry: &mut Entry, moved: impl Fn(Span) -> Span) {
    entry.question.span = moved(entry.question.span);
    if let Some(answer) = &mut entry.answer {
        answer.span = moved(answer.span);
        answer.spans.iter_mut().for_each(|part| part.span = moved(part.span));
    }
    for flag in &mut entry.flags {
        let span = moved(Span::new(flag.start, flag.end));
        (flag.start, flag.end) = (span.start, span.end);
    }
    entry.corrections.iter_mut().for_each(|correction| correction.span = moved(correction.span));
    entry.content_hash = draft::content_hash(entry);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Answer, AnswerSpan, Delta, Digest, EpisodeHead, Links, Provenance, Question, QuestionSource, Status,
    };
    use jiff::Timestamp;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Millis(start), Millis(end))
    }

    fn entry(id: &str, question: Span, answer: Span) -> Entry {
        Entry {
            id: id.parse().unwrap(),
            status: Status::Approved,
            question: Question {
                text: "Can I swim?".into(),
                verbatim: "Can I swim?".into(),
                span: question,
                source: QuestionSource::ReadByHost,
                asker: None,
            },
            answer: Some(Answer {
                paragraphs: vec!["Yes.".into()],
                verbatim: "Yes.".into(),
                span: answer,
                spans: vec![AnswerSpan { span: answer, speaker: None }],
            }),
            credits: Vec::new(),
            links: Some(Links::new(&"SpineTime01".parse().unwrap(), question.start, answer)),
            flags: Vec::new(),
            corrections: Vec::new(),
            confidence: 1.0,
            approved_by: None,
            approved_at: None,
            withdrawn: None,
            updated_at: Timestamp::UNIX_EPOCH,
            content_hash: Digest::from_bytes([0; 32]),
        }
    }

    fn entries(cut: VideoCut) -> Entries {
        Entries {
            episode: EpisodeHead {
                id: "2025-01-01-a".parse().unwrap(),
                series: "Spine Time".into(),
                title: "A".into(),
                held_on: None,
                youtube_id: None,
                recording_url: None,
                video_cut: cut,
                duration: Millis(100_000),
                language: "en".into(),
            },
            entries: vec![
                entry("e-7k3m9q2x", span(2_000, 9_000), span(9_500, 20_000)),
                entry("e-7k3m9q2y", span(30_000, 33_000), span(33_500, 50_000)),
                entry("e-7k3m9q2z", span(80_000, 83_000), span(83_500, 99_000)),
            ],
            tombstones: Vec::new(),
            provenance: Provenance {
                spinetime: "0".into(),
                model: "m".into(),
                model_sha256: Digest::from_bytes([0; 32]),
                source_sha256: Digest::from_bytes([0; 32]),
            },
        }
    }

    #[test]
    fn times_move_and_what_the_video_lacks_is_taken_out() {
        let mut moved = entries(VideoCut { head: Delta(7_300), tail: Delta(5_000) });
        let mut words: Vec<Word> = [span(1_000, 1_500), span(31_000, 31_400), span(98_000, 98_500)]
            .map(|span| Word { text: "swim".into(), span, probability: 1.0 })
            .into();
        let lost = move_to_video(&mut moved, &mut words);
        assert_eq!(lost.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["e-7k3m9q2x", "e-7k3m9q2z"]);
        assert_eq!(lost[0].question.span, span(2_000, 9_000), "as it was");
        let [entry] = moved.entries.as_slice() else { panic!("{moved:?}") };
        let answer = entry.answer.as_ref().unwrap();
        assert_eq!((entry.question.span, answer.span), (span(22_700, 25_700), span(26_200, 42_700)));
        assert_eq!(answer.spans[0].span, answer.span);
        assert_eq!(words.iter().map(|word| word.span).collect::<Vec<_>>(), [span(23_700, 24_100)]);
        assert_eq!(moved.episode.duration, Millis(87_700));
        assert_eq!(entry.content_hash, draft::content_hash(entry));
        let again = moved.clone();
        assert!(move_to_video(&mut moved, &mut words).is_empty());
        assert_eq!(moved, again, "nothing is moved twice");
    }

    #[test]
    fn without_a_cut_nothing_changes() {
        let mut same = entries(VideoCut::default());
        assert!(move_to_video(&mut same, &mut Vec::new()).is_empty());
        assert_eq!(same, entries(VideoCut::default()));
    }
}
