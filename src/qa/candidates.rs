//! Possible pairs: every promising start of a question with the most promising answers to it.

use super::cues::Kind;
use super::features::{Row, Sheet, UNKNOWN, class};
use super::words::CLASSES;
use std::collections::HashSet;

/// What the sentence trees tell, in the order of [`Marks`].
pub(super) const MARKS: [&str; 7] =
    ["question", "question start", "answer", "answer start", "answer end", "hand-over", "unanswered"];

/// The probabilities of [`MARKS`] for one sentence.
pub(super) type Marks = [f32; MARKS.len()];

/// Positions in [`MARKS`].
pub(super) mod mark {
    pub(in crate::qa) const QUESTION: usize = 0;
    pub(in crate::qa) const QUESTION_START: usize = 1;
    pub(in crate::qa) const ANSWER: usize = 2;
    pub(in crate::qa) const ANSWER_START: usize = 3;
    pub(in crate::qa) const ANSWER_END: usize = 4;
    pub(in crate::qa) const HAND_OVER: usize = 5;
    pub(in crate::qa) const UNANSWERED: usize = 6;
}

/// A question is looked for where its start is at least this likely.
const START: f32 = 0.01;
/// The answer begins at most so many sentences behind the question's start (the longest seen is 18).
const REACH: usize = 24;
/// The longest answer in sentences (the longest seen is 106).
const LONGEST: usize = 140;
/// How many answer starts, and ends for each, are tried.
const STARTS: usize = 4;
const ENDS: usize = 8;
/// How many ends right before a likely start or hand-over are tried.
const NEXT: usize = 4;
/// A sentence this likely to start a question or to hand over may be the first one behind an answer.
const LEADS_ON: f32 = 0.15;
/// Candidates that the marks alone make less likely than this are left out.
const LIKELY: f32 = 0.0003;

/// A possible pair; both ends of each range belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// First and last sentence of the question.
    pub(super) question: (usize, usize),
    /// First and last sentence of the answer.
    pub(super) answer: (usize, usize),
}

/// The `count` most likely places of an event that happens once, when `odds` tell it for each place in turn.
pub(super) fn likeliest(places: impl Iterator<Item = (usize, f32)>, count: usize) -> Vec<(usize, f32)> {
    let (mut left, mut found) = (1.0f32, Vec::new());
    for (place, odds) in places {
        found.push((left * odds, place));
        left *= 1.0 - odds;
        if left < 1e-4 {
            break;
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.into_iter().take(count).map(|(odds, place)| (place, odds)).collect()
}

/// All candidates, ordered by question and answer.
pub(super) fn propose(sheet: &Sheet<'_>, marks: &[Marks]) -> Vec<Candidate> {
    let last = sheet.len();
    let mut all = Vec::new();
    for first in (0..last).filter(|&i| marks[i][mark::QUESTION_START] >= START) {
        let starts = (first + 1..last.min(first + REACH)).map(|i| (i, marks[i][mark::ANSWER_START]));
        for (start, started) in likeliest(starts, STARTS) {
            // The question ends with its last sentence that looks like one, not with the routing behind it.
            let asks = |m: &Marks| m[mark::QUESTION] > m[mark::HAND_OVER].max(0.2);
            let asked = (first + 1..start).rev().find(|&i| asks(&marks[i])).unwrap_or(first);
            let mut ends = likeliest((start..last.min(start + LONGEST)).map(|i| (i, marks[i][mark::ANSWER_END])), ENDS);
            // In a long answer every sentence takes its part of the odds: what comes before the next start counts too.
            let next =
                |i: &usize| marks.get(i + 1).is_none_or(|m| m[mark::QUESTION_START].max(m[mark::HAND_OVER]) > LEADS_ON);
            ends.extend((start..last.min(start + LONGEST)).filter(next).take(NEXT).map(|i| (i, 1.0)));
            for (end, ended) in ends {
                if marks[first][mark::QUESTION_START] * started * ended > LIKELY {
                    all.push(Candidate { question: (first, asked), answer: (start, end) });
                }
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The columns of sentence `i` that tell what the first round said of it and its neighbours.
pub(super) fn push_context(first: &[Marks], i: usize, row: &mut Row) {
    const FAR: usize = 15;
    for offset in -3isize..=3 {
        let near = i.checked_add_signed(offset).and_then(|at| first.get(at));
        for (mark, name) in MARKS.iter().enumerate() {
            row.push_at(&format!("first {name}"), offset, near.map_or(UNKNOWN, |m| m[mark]));
        }
    }
    let before = Span { marks: &first[i.saturating_sub(FAR)..i] };
    let behind = Span { marks: &first[i + 1..first.len().min(i + 1 + FAR)] };
    for (mark, name) in MARKS.iter().enumerate() {
        row.push_at(&format!("sum {name}"), "before", before.sum(mark));
        row.push_at(&format!("sum {name}"), "behind", behind.sum(mark));
    }
    // How likely it is that the last start before here was a question's and no answer has ended since, and so on.
    let (mut asking, mut answering) = (0.0f32, 0.0f32);
    for marks in &first[i.saturating_sub(4 * FAR)..i] {
        asking = asking.max(marks[mark::QUESTION_START]) * (1.0 - marks[mark::ANSWER_START]);
        answering = answering.max(marks[mark::ANSWER_START]) * (1.0 - marks[mark::ANSWER_END]);
    }
    row.push("asking here", asking);
    row.push("answering here", answering);
}

/// Content words of sentences `from..=to`.
fn content<'a>(sheet: &'a Sheet<'_>, (from, to): (usize, usize)) -> HashSet<&'a str> {
    // Short words are mostly function words.
    const SHORTEST: usize = 5;
    sheet.lines[from..=to].iter().flat_map(|l| &l.words).filter(|w| w.len() >= SHORTEST).map(String::as_str).collect()
}

struct Span<'a> {
    marks: &'a [Marks],
}

impl Span<'_> {
    fn mean(&self, mark: usize) -> f32 {
        let sum: f32 = self.marks.iter().map(|m| m[mark]).sum();
        if self.marks.is_empty() { UNKNOWN } else { sum / self.marks.len() as f32 }
    }

    fn most(&self, mark: usize) -> f32 {
        self.marks.iter().map(|m| m[mark]).fold(UNKNOWN, f32::max)
    }

    fn least(&self, mark: usize) -> f32 {
        self.marks.iter().map(|m| m[mark]).reduce(f32::min).unwrap_or(UNKNOWN)
    }

    fn sum(&self, mark: usize) -> f32 {
        self.marks.iter().map(|m| m[mark]).sum()
    }
}

/// The columns of a candidate.
pub(super) fn push(sheet: &Sheet<'_>, marks: &[Marks], candidate: Candidate, row: &mut Row) {
    let ((first, asked), (start, end)) = (candidate.question, candidate.answer);
    let at = |i: usize, mark: usize| marks.get(i).map_or(UNKNOWN, |m| m[mark]);
    let before = |i: usize, mark: usize| i.checked_sub(1).map_or(UNKNOWN, |i| at(i, mark));
    let slice = |from: usize, to: usize| Span { marks: &marks[from..to] };
    let (question, gap, answer) = (slice(first, asked + 1), slice(asked + 1, start), slice(start, end + 1));

    row.push("start", at(first, mark::QUESTION_START));
    row.push("question mean", question.mean(mark::QUESTION));
    row.push("question least", question.least(mark::QUESTION));
    row.push("question most", question.most(mark::QUESTION));
    row.push("starts inside question", slice(first + 1, asked + 1).sum(mark::QUESTION_START));
    row.push("start before", before(first, mark::QUESTION_START));
    row.push("question before", before(first, mark::QUESTION));
    row.push("hand-over before", before(first, mark::HAND_OVER));
    row.push("hand-over 3 before", slice(first.saturating_sub(3), first).most(mark::HAND_OVER));
    row.push("answer before", before(first, mark::ANSWER));
    row.push("end before", before(first, mark::ANSWER_END));
    row.push("gap", (start - asked - 1) as f32);
    row.push("gap question", gap.mean(mark::QUESTION));
    row.push("gap answer", gap.mean(mark::ANSWER));
    row.push("gap hand-over", gap.mean(mark::HAND_OVER));
    row.push("gap start", gap.most(mark::ANSWER_START));
    row.push("answer start", at(start, mark::ANSWER_START));
    row.push("answer mean", answer.mean(mark::ANSWER));
    row.push("answer least", answer.least(mark::ANSWER));
    row.push("answer first", at(start, mark::ANSWER));
    row.push("answer last", at(end, mark::ANSWER));
    row.push("answer end", at(end, mark::ANSWER_END));
    row.push("ends inside", slice(start, end).sum(mark::ANSWER_END));
    row.push("end inside", slice(start, end).most(mark::ANSWER_END));
    row.push("starts inside", answer.sum(mark::QUESTION_START));
    row.push("start inside", answer.most(mark::QUESTION_START));
    row.push("questions inside", answer.mean(mark::QUESTION));
    row.push("hand-overs inside", answer.sum(mark::HAND_OVER));
    row.push("hand-over inside", answer.most(mark::HAND_OVER));
    row.push("answer behind", at(end + 1, mark::ANSWER));
    row.push("hand-over behind", at(end + 1, mark::HAND_OVER));
    row.push("start behind", at(end + 1, mark::QUESTION_START));
    row.push("start 3 behind", slice(end + 1, (end + 4).min(sheet.len())).most(mark::QUESTION_START));
    row.push("at the end", f32::from(u8::from(end + 1 == sheet.len())));

    let words = |(from, to): (usize, usize)| {
        (1.0 + sheet.lines[from..=to].iter().map(|l| l.words.len()).sum::<usize>() as f32).ln()
    };
    row.push("question words", words(candidate.question));
    row.push("answer words", words(candidate.answer));
    row.push("question sentences", (asked - first + 1) as f32);
    row.push("answer sentences", (end - start + 1) as f32);
    let asks = |from: usize, to: usize| sheet.lines[from..to].iter().filter(|l| l.asks).count() as f32;
    row.push("asks", asks(first, asked + 1));
    row.push("asks inside", asks(start, end + 1) / (end - start + 1) as f32);
    let cued =
        |from: usize, to: usize, kinds: &[Kind]| f32::from(u8::from(sheet.hits[from..to].iter().any(|h| h.any(kinds))));
    let source = [Kind::Attribution, Kind::Source];
    row.push("source", cued(first.saturating_sub(3), asked + 1, &source));
    row.push("numbering", cued(first.saturating_sub(3), first + 1, &[Kind::Numbering]));
    row.push("caller", cued(first.saturating_sub(5), first + 1, &[Kind::Caller, Kind::Greeting]));
    row.push("asker", cued(first, asked + 1, &[Kind::Asker, Kind::History]));
    row.push("asking", cued(first, asked + 1, &[Kind::Asking]));
    row.push("thanks behind", cued(end + 1, (end + 3).min(sheet.len()), &[Kind::Thanks, Kind::Acknowledgement]));
    row.push("rhetorical", cued(first, asked + 1, &[Kind::Rhetorical]));
    for class in [class::QUESTION, class::INTERVIEW, class::TALK, class::ASIDE, class::UNANSWERED, class::ANNOUNCEMENT]
    {
        row.push_at("question", CLASSES[class], sheet.mean(class, first, asked + 1));
    }
    for class in [class::ANSWER, class::REPLY, class::TALK, class::INTERVIEW, class::HAND_OVER, class::ANNOUNCEMENT] {
        row.push_at("answer", CLASSES[class], sheet.mean(class, start, end + 1));
    }
    for class in [class::HAND_OVER, class::QUESTION, class::ANNOUNCEMENT, class::ASIDE, class::GREETING] {
        row.push_at("behind", CLASSES[class], sheet.shares.get(end + 1).map_or(UNKNOWN, |s| s[class]));
    }
    for class in [class::INTERVIEW, class::REPLY, class::TALK, class::ANSWER] {
        row.push_at("10 before", CLASSES[class], sheet.mean(class, first.saturating_sub(10), first));
    }
    push_acts(sheet, candidate, row);
    let (question, answer) = (content(sheet, candidate.question), content(sheet, (start, end.min(start + 15))));
    row.push("common words", question.intersection(&answer).count().min(5) as f32);
    push_voices(sheet, candidate, row);
    let all = Span { marks };
    row.push("all starts", (1.0 + all.sum(mark::QUESTION_START)).ln());
    let strongest = marks.iter().filter(|m| m[mark::QUESTION_START] > at(first, mark::QUESTION_START)).count();
    row.push("rank", (1.0 + strongest as f32).ln());
    sheet.push_document(row);
}

/// What the embeddings say of a candidate.
fn push_acts(sheet: &Sheet<'_>, candidate: Candidate, row: &mut Row) {
    // Sentences at an edge that tell what is spoken about there.
    const EDGE: usize = 6;
    let ((first, asked), (start, end)) = (candidate.question, candidate.answer);
    let (opening, closing) = (start..(start + EDGE).min(end + 1), (end + 1).saturating_sub(EDGE).max(start)..end + 1);
    let behind = end + 1..(end + 1 + EDGE).min(sheet.len());
    row.push("topic answered", sheet.alike(first..asked + 1, opening.clone()));
    row.push("topic kept", sheet.alike(opening, closing.clone()));
    row.push("topic closing", sheet.alike(first..asked + 1, closing.clone()));
    row.push("topic asked before", sheet.alike(first.saturating_sub(EDGE)..first, first..asked + 1));
    row.push("topic asked behind", sheet.alike(first..asked + 1, behind.clone()));
    row.push("topic goes on", sheet.alike(closing, behind));
    for (class, name) in CLASSES.iter().enumerate() {
        row.push_at("act question", name, sheet.mean_act(class, first, asked + 1));
        row.push_at("act answer", name, sheet.mean_act(class, start, end + 1));
        row.push_at("act behind", name, sheet.mean_act(class, end + 1, end + 3));
        row.push_at("act before", name, sheet.mean_act(class, first.saturating_sub(3), first));
    }
    let at = |i: usize, mark: usize| sheet.acts.get(i).map_or(UNKNOWN, |act| act.marks[mark]);
    row.push("act start", at(first, mark::QUESTION_START));
    row.push("act answer start", at(start, mark::ANSWER_START));
    row.push("act answer end", at(end, mark::ANSWER_END));
    row.push("act start behind", at(end + 1, mark::QUESTION_START));
    row.push("act hand-over behind", at(end + 1, mark::HAND_OVER));
    let inside = sheet.acts[start..end].iter();
    row.push("act ends inside", inside.map(|act| act.marks[mark::ANSWER_END]).sum());
}

fn push_voices(sheet: &Sheet<'_>, candidate: Candidate, row: &mut Row) {
    let ((first, asked), (start, end)) = (candidate.question, candidate.answer);
    let voice = |i: usize| sheet.voice.get(i).copied().flatten().map(|v| &sheet.voices[v]);
    row.push("voice changes", 1.0 - sheet.same_voice(asked, start).abs());
    row.push("asker known", f32::from(u8::from(voice(first).is_some())));
    row.push("asker share", voice(asked).map_or(UNKNOWN, |v| v.share));
    row.push("asker sentences", voice(asked).map_or(UNKNOWN, |v| v.sentences.min(30) as f32));
    row.push("asker turns", voice(asked).map_or(UNKNOWN, |v| v.turns.min(30) as f32));
    row.push("expert share", voice(start).map_or(UNKNOWN, |v| v.share));
    for class in [class::HAND_OVER, class::QUESTION, class::INTERVIEW] {
        row.push_at("asker", CLASSES[class], voice(asked).map_or(UNKNOWN, |v| v.shares[class]));
    }
    for class in [class::ANSWER, class::REPLY, class::HAND_OVER] {
        row.push_at("expert", CLASSES[class], voice(start).map_or(UNKNOWN, |v| v.shares[class]));
    }
    let known = voice(start).is_some();
    let same = |with: usize| {
        let count = (start..=end).filter(|&i| sheet.same_voice(i, with) > 0.5).count();
        if known { count as f32 / (end - start + 1) as f32 } else { UNKNOWN }
    };
    row.push("answer by expert", same(start));
    row.push("answer by asker", same(asked));
    row.push("turn before", first.checked_sub(1).map_or(UNKNOWN, |i| sheet.same_voice(i, first)));
    row.push("turn behind", sheet.same_voice(end, end + 1));
    row.push("asker behind", sheet.same_voice(asked, end + 1));
    row.push("into turn", if known { ((first - sheet.turn_start(first)) as f32).min(10.0) } else { UNKNOWN });
}
