//! When the printed words of an entry sound: each printed word gets the time of the word that was said for it.
//!
//! Only what is printed comes out. The transcript lends its times, never its words: what an editor took out stays out.
//! An answer may leave stretches of the recording out, so words are placed on the entry's own clock, on which such
//! a stretch takes no time, and put back on the recording's clock at the end. That keeps them inside the entry's
//! stretches and in order, whatever the transcript holds.

use super::contract::{EpisodeDocument, PublicAnswer, PublicEntry};
use super::page;
use crate::model::{EntryId, Millis, PersonId, Span, Word};
use crate::text::align::{Step, align_words};
use crate::text::{sentence, words};
use std::ops::{Range, RangeInclusive};

/// The least time of a letter, for words that nobody said. With less, they share that of the words beside them too.
const LETTER: u64 = 20;

/// A printed word and when it sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimedWord {
    /// As printed.
    pub(super) text: String,
    /// When. Empty where there is no time for it.
    pub(super) span: Span,
    /// Whether a new paragraph begins with it.
    pub(super) begins_paragraph: bool,
    /// Who says it, where that is sure.
    pub(super) speaker: Option<PersonId>,
}

/// An entry's printed words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimedEntry {
    pub(super) id: EntryId,
    pub(super) question: Vec<TimedWord>,
    pub(super) answer: Vec<TimedWord>,
}

/// A sentence of a text, with who says it.
pub(super) type Spoken = (Span, String, Option<PersonId>);

/// The entries' printed words with times, in the order of `document`. `words` are those of the transcript, in order of
/// time; without them, time is shared out by letters.
pub(super) fn entries(document: &EpisodeDocument, words: &[Word]) -> Vec<TimedEntry> {
    document.entries.iter().map(|entry| timed(entry, words)).collect()
}

fn timed(entry: &PublicEntry, words: &[Word]) -> TimedEntry {
    // Who asks is nobody's business.
    let asked = Clock::new(vec![(entry.question.span(), None)]);
    let question = printed(std::slice::from_ref(&entry.question.text));
    let answer = printed(&entry.answer.paragraphs);
    TimedEntry {
        id: entry.id.clone(),
        question: placed(question, &asked, words),
        answer: placed(answer, &answered(&entry.answer), words),
    }
}

fn answered(answer: &PublicAnswer) -> Clock {
    let stretches = answer.spans.iter().map(|span| (Span::new(span.start, span.end), span.speaker.clone())).collect();
    match Clock::new(stretches) {
        clock if clock.stretches.is_empty() => Clock::new(vec![(answer.span(), None)]),
        clock => clock,
    }
}

/// The words of paragraphs, each with whether it begins one.
fn printed(paragraphs: &[String]) -> Vec<(String, bool)> {
    let mut printed = Vec::new();
    for paragraph in paragraphs {
        let clean = page::clean(paragraph);
        printed.extend(clean.split_whitespace().enumerate().map(|(at, word)| (word.to_owned(), at == 0)));
    }
    printed
}

fn placed(printed: Vec<(String, bool)>, clock: &Clock, words: &[Word]) -> Vec<TimedWord> {
    let texts: Vec<&str> = printed.iter().map(|(text, _)| text.as_str()).collect();
    let places = places(&texts, &clock.said(words), clock);
    printed
        .into_iter()
        .zip(places)
        .map(|((text, begins_paragraph), place)| {
            let (span, speaker) = (clock.recorded(&place), clock.speaker(&place.stretches));
            TimedWord { text, span, begins_paragraph, speaker }
        })
        .collect()
}

/// The stretches of a text in the recording, on a clock of their own that stands still between them.
struct Clock {
    /// In order, none empty, none before the end of the one before, unless there is only one; with who speaks.
    stretches: Vec<(Span, Option<PersonId>)>,
}

/// A time on a [`Clock`].
type Own = Range<u64>;

/// A word of the transcript in a stretch.
struct Said<'a> {
    text: &'a str,
    own: Own,
    /// The stretch's number.
    stretch: usize,
}

/// Where a printed word belongs.
#[derive(Debug, Clone)]
struct Place {
    own: Own,
    /// The stretches that it may have been said in: one, or several where that can't be told.
    stretches: RangeInclusive<usize>,
}

impl Clock {
    fn new(mut stretches: Vec<(Span, Option<PersonId>)>) -> Self {
        if stretches.len() > 1 {
            stretches.sort_by_key(|(span, _)| *span);
            let mut end = Millis::ZERO;
            for (span, _) in &mut stretches {
                *span = Span::new(span.start.max(end), span.end);
                end = span.end;
            }
            stretches.retain(|(span, _)| span.length() > Millis::ZERO);
        }
        Self { stretches }
    }

    /// Where the stretches end, each behind the one before.
    fn ends(&self) -> impl Iterator<Item = u64> {
        self.stretches.iter().scan(0, |end, (stretch, _)| {
            *end += stretch.length().0;
            Some(*end)
        })
    }

    /// The words that sound in the stretches, with the part of their time that lies there.
    fn said<'a>(&self, words: &'a [Word]) -> Vec<Said<'a>> {
        let (mut said, mut before) = (Vec::new(), 0);
        for (number, (stretch, _)) in self.stretches.iter().enumerate() {
            let first = words.partition_point(|word| word.span.end <= stretch.start);
            for word in words[first..].iter().take_while(|word| word.span.start < stretch.end) {
                let middle = Millis(word.span.start.0.midpoint(word.span.end.0));
                if stretch.contains(middle) {
                    let own = |at: Millis| before + at.max(stretch.start).min(stretch.end).minus(stretch.start).0;
                    let own = own(word.span.start)..own(word.span.end);
                    said.push(Said { text: &word.text, own, stretch: number });
                }
            }
            before += stretch.length().0;
        }
        said
    }

    /// Where a word is in the recording. One that may be in several stretches belongs to where its middle is.
    fn recorded(&self, place: &Place) -> Span {
        let middle = place.own.start.midpoint(place.own.end);
        let mut before = 0;
        for (number, ((stretch, _), end)) in self.stretches.iter().zip(self.ends()).enumerate() {
            let may_be = *place.stretches.start() <= number;
            if may_be && (middle < end || number == *place.stretches.end()) {
                let at = |own: u64| stretch.start.plus(Millis(own.clamp(before, end) - before));
                return Span::new(at(place.own.start), at(place.own.end));
            }
            before = end;
        }
        Span::default()
    }

    /// Who speaks in all of these stretches, if it is one.
    fn speaker(&self, stretches: &RangeInclusive<usize>) -> Option<PersonId> {
        let (first, others) = self.stretches.get(stretches.clone())?.split_first()?;
        if others.iter().all(|other| other.1 == first.1) { first.1.clone() } else { None }
    }
}

/// When each of `texts` sounds: in order, none before the end of the one before.
fn places(texts: &[&str], said: &[Said], clock: &Clock) -> Vec<Place> {
    let heard: Vec<String> = said.iter().map(|said| words::low(said.text)).collect();
    let wanted: Vec<String> = texts.iter().map(|text| words::low(text)).collect();
    let mut places: Vec<Option<Place>> = Vec::with_capacity(texts.len());
    let mut unsaid: Vec<Unsaid> = Vec::new();
    let last = clock.stretches.len().saturating_sub(1);
    let (mut at, mut end) = (0, 0);
    for run in align_words(&heard, &wanted).chunk_by(|a, b| (*a == Step::Equal) == (*b == Step::Equal)) {
        let (first, first_heard, begin) = (places.len(), at, end);
        for step in run {
            if *step == Step::Inserted {
                places.push(None);
                continue;
            }
            let Said { own, stretch, .. } = &said[at];
            let start = own.start.max(end);
            end = own.end.max(start);
            let place = Place { own: start..end, stretches: *stretch..=*stretch };
            places.extend((*step != Step::Deleted).then_some(Some(place)));
            at += 1;
        }
        let instead = &said[first_heard..at];
        if run.contains(&Step::Inserted) {
            // More was printed than said: which word stands for which can't be told, so all share what time there is.
            places[first..].fill(None);
            let own = instead.first().map(|said| said.own.start.max(begin)..end);
            let from = first_heard.checked_sub(1).map_or(0, |before| said[before].stretch);
            let to = said.get(at).map_or(last, |after| after.stretch);
            unsaid.push(Unsaid { run: first..places.len(), own, stretches: from..=to });
        } else if let ([Step::Substituted | Step::Deleted, ..], [one, .., other] | [one @ other]) = (run, instead) {
            // Other words stand for what was said: whoever said any of it may have said these.
            let stretches = one.stretch..=other.stretch;
            places[first..].iter_mut().flatten().for_each(|place| place.stretches = stretches.clone());
        }
    }
    let ends: Vec<u64> = clock.ends().collect();
    for unsaid in unsaid {
        unsaid.share(texts, &mut places, &ends);
    }
    places.into_iter().map(|place| place.unwrap_or(Place { own: 0..0, stretches: 0..=last })).collect()
}

/// Printed words that nobody said so.
struct Unsaid {
    run: Range<usize>,
    /// When something else was said for them.
    own: Option<Own>,
    /// From the stretch of the word before to that of the word behind.
    stretches: RangeInclusive<usize>,
}

impl Unsaid {
    /// Gives the words the time of what was said for them, or else what lies between their neighbours, by letters. `ends`
    /// are where the stretches end.
    fn share(self, texts: &[&str], places: &mut [Option<Place>], ends: &[u64]) {
        let Self { mut run, own, stretches } = self;
        let known = |at: usize| places.get(at).and_then(|place| place.as_ref()).map(|place| place.own.clone());
        let before = run.start.checked_sub(1).and_then(known);
        let after = known(run.end);
        let least = letters(&texts[run.clone()]) * LETTER;
        let length = ends.last().copied().unwrap_or(0);
        let between = before.as_ref().map_or(0, |own| own.end)..after.as_ref().map_or(length, |own| own.start);
        let fits = |own: &Own| own.end.saturating_sub(own.start) >= least;
        let mut room = own.filter(fits).unwrap_or(between);
        let (unsaid, is_one) = (run.clone(), stretches.start() == stretches.end());
        if !fits(&room) {
            // A neighbour keeps to its stretch: it may be somebody else's words that begin behind it.
            match (before, after) {
                (Some(own), None) if is_one => (room.start, run.start) = (own.start, run.start - 1),
                (Some(own), _) if !is_one => {
                    (room.start, run.start) = (own.start, run.start - 1);
                    room.end = ends[*stretches.start()];
                }
                (before, Some(own)) if is_one => {
                    if let Some(own) = before {
                        (room.start, run.start) = (own.start, run.start - 1);
                    }
                    (room.end, run.end) = (own.end, run.end + 1);
                }
                _ => {}
            }
        }
        let (all, length) = (letters(&texts[run.clone()]).max(1), u128::from(room.end.saturating_sub(room.start)));
        let mut seen = 0;
        for at in run {
            let place =
                |seen: u64| room.start + u64::try_from(length * u128::from(seen) / u128::from(all)).unwrap_or(0);
            let start = place(seen);
            seen += letters(&texts[at..=at]);
            let own = start..place(seen);
            match &mut places[at] {
                Some(neighbour) if !unsaid.contains(&at) => neighbour.own = own,
                place => *place = Some(Place { own, stretches: stretches.clone() }),
            }
        }
    }
}

/// The letters of words, with one for the pause behind each.
fn letters(texts: &[&str]) -> u64 {
    texts.iter().map(|text| text.chars().count() as u64 + 1).sum()
}

/// The words as sentences. A sentence ends with its paragraph, and where somebody else begins to speak.
pub(super) fn sentences(words: &[TimedWord]) -> Vec<Spoken> {
    let mut sentences = Vec::new();
    for run in words.chunk_by(|a, b| !b.begins_paragraph && a.speaker == b.speaker) {
        let plain: Vec<Word> =
            run.iter().map(|w| Word { text: w.text.clone(), span: w.span, probability: 1.0 }).collect();
        for range in sentence::sentences(&plain) {
            let part = &plain[range];
            if let [first, ..] = part {
                let span = part.iter().fold(first.span, |span, word| span.hull(word.span));
                let texts: Vec<&str> = part.iter().map(|word| word.text.as_str()).collect();
                sentences.push((span, texts.join(" "), run[0].speaker.clone()));
            }
        }
    }
    sentences
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// An entry: the question, its span, the paragraphs, and the answer's spans with who speaks, in seconds.
    pub(in crate::export) type Told<'a> = (&'a str, [f64; 2], &'a [&'a str], &'a [(f64, f64, Option<&'a str>)]);

    /// An episode of 600 seconds with approved entries.
    pub(in crate::export) fn document(told: &[Told]) -> EpisodeDocument {
        let entries: Vec<Value> = told.iter().enumerate().map(|(at, told)| entry(at, told)).collect();
        let document = json!({
            "format": 1, "contract": "1.0.0",
            "episode": {
                "id": "2021-07-14-your-back", "series": "Spine Time", "title": "Your Back", "held_on": "2021-07-14",
                "youtube_id": "SpineTime01", "recording_url": "https://www.youtube.com/watch?v=SpineTime01",
                "duration": 600, "language": "en",
            },
            "entries": entries, "tombstones": [],
            "provenance": {
                "spinetime": "0.1.0", "model": "m", "model_sha256": "0".repeat(64), "source_sha256": "0".repeat(64),
            },
        });
        serde_json::from_value(document).unwrap()
    }

    fn entry(at: usize, (question, asked, paragraphs, spans): &Told) -> Value {
        let credit = |id: &str, name: &str| {
            let name = json!(name);
            json!({ "person": id, "name": name, "credentials": "MD", "title": "", "affiliation": "" })
        };
        let spans: Vec<Value> =
            spans.iter().map(|(from, to, who)| json!({ "start": from, "end": to, "speaker": who })).collect();
        let end = |which: &str, at: usize| spans.get(at).map_or(json!(asked[1]), |span| span[which].clone());
        let link = |t: f64| format!("https://www.youtube.com/watch?v=SpineTime01&t={}s", t as u64);
        let first = end("start", 0).as_f64().unwrap();
        json!({
            "id": format!("e-{at:08}"), "status": "approved",
            "question": { "text": question, "start": asked[0], "end": asked[1], "source": "read_by_host" },
            "answer": {
                "paragraphs": paragraphs, "start": first, "end": end("end", spans.len().wrapping_sub(1)),
                "spans": spans,
            },
            "credits": [credit("jane-doe", "Jane Doe"), credit("casper-quill", "Casper Quill, MD")],
            "links": {
                "answer": link(first), "question": link(asked[0]), "short": "https://youtu.be/SpineTime01?t=1",
                "embed": "https://www.youtube-nocookie.com/embed/SpineTime01?start=1&end=2",
            },
            "approved_at": "2026-11-20T10:00:00Z", "updated_at": "2026-11-20T10:00:00Z",
            "content_hash": "0".repeat(64),
        })
    }

    /// Words of 300 ms, one after the other from `from` (in milliseconds).
    pub(in crate::export) fn said(from: u64, text: &str) -> Vec<Word> {
        let word = |(at, text): (u64, &str)| Word {
            text: text.to_owned(),
            span: Span::new(Millis(from + at * 300), Millis(from + at * 300 + 300)),
            probability: 1.0,
        };
        (0..).zip(text.split_whitespace()).map(word).collect()
    }

    fn shown(words: &[TimedWord]) -> String {
        let one = |w: &TimedWord| {
            let who = w.speaker.as_ref().map(|who| format!(" {who}")).unwrap_or_default();
            format!("{}-{} {}{}{who}", w.span.start.0, w.span.end.0, if w.begins_paragraph { "¶" } else { "" }, w.text)
        };
        words.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_printed_word_sounds_when_it_was_said() {
        let document =
            document(&[("Can it help?", [1.0, 2.5], &["It can help.", "Wait!"], &[(3.0, 6.0, Some("jane-doe"))])]);
        let words = [said(1000, "can um it help"), said(3000, "Well, it it can really help wait.")].concat();
        let timed = entries(&document, &words);
        insta::assert_snapshot!(shown(&timed[0].question), @r"
        1000-1300 ¶Can
        1600-1900 it
        1900-2200 help?
        ");
        insta::assert_snapshot!(shown(&timed[0].answer), @r"
        3600-3900 ¶It jane-doe
        3900-4200 can jane-doe
        4500-4800 help. jane-doe
        4800-5100 ¶Wait! jane-doe
        ");
    }

    #[test]
    fn what_an_editor_wrote_in_shares_the_time_of_its_neighbours() {
        let document = document(&[("Q?", [1.0, 2.0], &["Take ten new milligrams daily."], &[(3.0, 6.0, None)])]);
        // "ten" stands for a word that was heard wrongly; for "new" nothing was said at all.
        let timed = entries(&document, &said(3000, "take pen milligrams daily"));
        insta::assert_snapshot!(shown(&timed[0].answer), @r"
        3000-3300 ¶Take
        3300-3450 ten
        3450-3600 new
        3600-3900 milligrams
        3900-4200 daily.
        ");
    }

    #[test]
    fn words_stay_out_of_what_was_cut_out_of_the_answer() {
        let spans = [(3.0, 3.6, Some("jane-doe")), (60.0, 61.2, Some("casper-quill"))];
        let document = document(&[("Q?", [1.0, 2.0], &["One two three four."], &spans)]);
        let timed = entries(&document, &[said(3000, "one two spam"), said(60_000, "four")].concat());
        insta::assert_snapshot!(shown(&timed[0].answer), @r"
        3000-3300 ¶One jane-doe
        3300-3420 two jane-doe
        3420-3600 three
        60000-60300 four. casper-quill
        ");
        // Without a transcript the time is shared out by letters, and nobody knows who said what.
        insta::assert_snapshot!(shown(&entries(&document, &[])[0].answer), @r"
        3000-3360 ¶One
        3360-3600 two
        60120-60660 three
        60660-61200 four.
        ");
    }

    #[test]
    fn nobody_is_given_what_another_one_said_or_an_editor_wrote() {
        let spans = [(3.0, 3.4, Some("jane-doe")), (9.0, 10.0, Some("casper-quill"))];
        let document = document(&[("Q?", [1.0, 2.0], &["Take daily with food. And walk."], &spans)]);
        let mut words = [said(3000, "take daily"), said(9000, "and walk")].concat();
        words[1].span.end = Millis(3400);
        (words[2].span.end, words[3].span) = (Millis(9700), Span::new(Millis(9700), Millis(10_000)));
        insta::assert_snapshot!(shown(&entries(&document, &words)[0].answer), @r"
        3000-3300 ¶Take jane-doe
        3300-3335 daily jane-doe
        3335-3364 with
        3364-3400 food.
        9000-9700 And casper-quill
        9700-10000 walk. casper-quill
        ");
    }

    #[test]
    fn sentences_end_with_their_marks_paragraphs_and_speakers() {
        let spans = [(3.0, 7.5, Some("jane-doe")), (9.0, 12.0, Some("casper-quill"))];
        let text = ["Ask Dr. Quill. It is at L4-L5. Wait six", "weeks. Then come back."];
        let document = document(&[("Q?", [1.0, 2.0], &text, &spans)]);
        let words = [said(3000, "ask Dr. Quill. It is at L4-L5. Wait six"), said(9000, "weeks. Then come back.")];
        let told: Vec<String> = sentences(&entries(&document, &words.concat())[0].answer)
            .into_iter()
            .map(|(span, text, who)| format!("{} {text} {}", span.start, who.unwrap()))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        0:03 Ask Dr. Quill. jane-doe
        0:03 It is at L4-L5. jane-doe
        0:05 Wait six jane-doe
        0:09 weeks. casper-quill
        0:09 Then come back. casper-quill
        ");
    }

    /// Words from a few, so that texts have much in common; with marks, an empty one and a long one among them.
    pub(in crate::export) fn any_text(most: usize) -> impl Strategy<Value = Vec<String>> {
        let word = prop::sample::select(vec![
            "a", "it", "helps.", "not", "5", "mg,", "—", "...", "Dr.", "really", "<b>", "-->", "=1+1", "ǘ", "{\\an8}",
        ]);
        prop::collection::vec(prop_oneof![9 => word.prop_map(str::to_owned), 1 => "[a-z]{30,100}"], 0..most)
    }

    proptest! {
        #[test]
        fn a_word_that_was_said_is_its_speakers_and_another_one_that_of_both_neighbours(
            words in prop::collection::vec((0usize..4, any::<bool>()), 1..30),
            lengths in prop::collection::vec(0u64..400, 30),
        ) {
            let people = [Some("jane-doe"), Some("casper-quill"), None];
            let (mut spans, mut said, mut printed, mut wanted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let mut at = 1000;
            // 3: nobody said it. A stretch for each run of words of one person, tight to them.
            for (number, ((who, breaks), length)) in words.iter().zip(&lengths).enumerate() {
                let text = format!("w{number}");
                printed.push(text.clone());
                wanted.push((*who < 3).then(|| people[*who]));
                if *who == 3 {
                    continue;
                }
                let (start, end) = (at, at + length);
                at = end;
                match spans.last_mut() {
                    Some((_, last, speaker)) if *speaker == people[*who] && !breaks => *last = end as f64 / 1000.0,
                    _ => {
                        let gap = 5000;
                        at += gap;
                        spans.push(((start + gap) as f64 / 1000.0, (end + gap) as f64 / 1000.0, people[*who]));
                        said.push(Word { text, span: Span::new(Millis(start + gap), Millis(end + gap)), probability: 1.0 });
                        continue;
                    }
                }
                said.push(Word { text, span: Span::new(Millis(start), Millis(end)), probability: 1.0 });
            }
            let text = printed.join(" ");
            let document = document(&[("Q?", [0.0, 0.0], &[&text], &spans)]);
            let heard: Vec<&str> = said.iter().filter(|word| word.span.length() > Millis::ZERO).map(|w| w.text.as_str()).collect();
            for (at, word) in entries(&document, &said)[0].answer.iter().enumerate() {
                let speaker = word.speaker.as_ref().map(PersonId::as_str);
                if heard.contains(&word.text.as_str()) {
                    prop_assert_eq!(Some(speaker), wanted[at], "{}", word.text);
                } else if let Some(speaker) = speaker {
                    let known = |other: &usize| heard.contains(&printed[*other].as_str());
                    let beside = [(0..at).rev().find(known), (at + 1..printed.len()).find(known)];
                    prop_assert!(beside.into_iter().flatten().all(|other| wanted[other] == Some(Some(speaker))));
                }
            }
        }

        #[test]
        fn every_printed_word_is_there_in_order_and_inside_the_stretches(
            printed in any_text(40),
            heard in any_text(40),
            breaks in prop::collection::vec((0u64..4000, 0u64..4000), 1..4),
            from in 0u64..9000,
            length in 0u64..900,
        ) {
            let mut at = 0;
            let spans: Vec<(f64, f64, Option<&str>)> = breaks.iter().map(|(gap, length)| {
                let start = at + gap;
                at = start + length;
                (start as f64 / 1000.0, at as f64 / 1000.0, None)
            }).collect();
            let text = printed.join(" ");
            let document = document(&[("Q?", [0.0, 0.0], &[&text, " ", &text], &spans)]);
            let words: Vec<Word> = (0u64..).zip(&heard).map(|(at, text)| {
                let start = Millis(from + at * length);
                Word { text: text.clone(), span: Span::new(start, start.plus(Millis(length))), probability: 1.0 }
            }).collect();
            let timed = &entries(&document, &words)[0].answer;
            let got: Vec<&str> = timed.iter().map(|word| word.text.as_str()).collect();
            let wanted: Vec<&str> = text.split_whitespace().chain(text.split_whitespace()).collect();
            prop_assert_eq!(got, wanted);
            let inside = |span: Span| document.entries[0].answer.spans.iter()
                .any(|s| s.start <= span.start && span.end <= s.end);
            prop_assert!(timed.iter().all(|word| word.span.start <= word.span.end && inside(word.span)));
            prop_assert!(timed.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            let paragraphs = timed.iter().filter(|word| word.begins_paragraph).count();
            prop_assert_eq!(paragraphs, 2 * usize::from(!text.is_empty()));
            let all = sentences(timed).into_iter().map(|(_, text, _)| text).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(all, format!("{text} {text}").trim().to_owned());
        }
    }
}
