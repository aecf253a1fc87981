//! Questions that were asked in writing: where a host reads one aloud, there is a question, however it is worded.
//!
//! Each written question is looked for among the runs of neighbouring sentences, by the weight of the words that both
//! have: a rare word of the episode weighs much, a function word nothing. It counts for its best place only, and only
//! if no other place is nearly as good, so that a topic that everybody talks about leads nowhere. A place that was
//! found raises the odds of a question there; nothing lowers any odds, and without written questions nothing changes.

use super::candidates::{Candidate, Marks, mark};
use super::decoder;
use super::features::Sheet;
use super::trees::lifted;
use crate::model::WrittenQuestion;
use crate::text::normalize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A written question is looked for in runs of at most so many sentences.
const RUN: usize = 4;
/// A run this alike (see [`Place::likeness`]) begins to count, and counts in full from the second figure on.
const ALIKE: (f32, f32) = (0.45, 0.7);
/// So many different words that carry meaning must be common, with so many letters together: short words are mostly
/// everyday ones.
const COMMON: (usize, usize) = (2, 9);
/// Another place may be at most this share as good as the best one.
const RIVAL: f32 = 0.8;
/// An answer repeats its question: so many sentences behind the best place are no rivals.
const ECHO: usize = 8;
/// What full support adds to the log-odds of a question's start and of its sentences.
const MARK_GAIN: f32 = 4.0;
/// What full support adds to the log-odds of a pair.
const PAIR_GAIN: f32 = 1.5;
/// A start this likely near the place is the question's own start.
const OWN_START: f32 = 0.7;
/// The same where somebody seems to answer: experts repeat the words of what they were asked.
const COMMON_ANSWERED: (usize, usize) = (4, 20);
/// Somebody seems to answer where all sentences are more likely than this an answer's, and more than a question's.
const ANSWERED: f32 = 0.4;
/// The question's own start lies at most so many sentences before what was found.
const BEFORE: usize = 3;

/// Words that carry no meaning of their own, and those with which hosts introduce and people ask.
const COMMON_WORDS: &str = "\
    a about above after again all also am an and anonymous another any anybody anyone are as ask asked asking asks \
    at attendee audience be because been before being best better but by call called can chat come comes coming \
    could did do doctor does doing done down each either else even ever every few find finish first for from \
    further get gets getting give go goes going good got great had has have having he hello her here hers hi him \
    his how however i if in into is it its just kind know last let like likes line long lot lots made make makes \
    many matter may maybe me mean means might mine mister more most much must my myself name need needs never next \
    no nor not now of off often okay old on once one ones only or other our out over own people person please \
    question questions quick quickly quite rather read really right said same say saying says see she should since \
    so some somebody someone something sort still such take taking tell than thank thanks that the their them then \
    there these they thing things think this those through time to too try type typed under until up us use used \
    using very want wanted wants was way we well were what when where whether which while who whose why will with \
    without wonder wondering wonders would write writes wrote yes yet you your";

/// Where a written question was read aloud.
#[derive(Debug, Clone, PartialEq)]
struct Support {
    /// The written question's number.
    written: usize,
    /// First and last sentence that have its words.
    run: (usize, usize),
    /// Where the question starts.
    start: usize,
    /// From 0 to 1.
    strength: f32,
}

/// What the written questions say of the episode.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prior<'a> {
    written: &'a [WrittenQuestion],
    /// At most one for each written question.
    supports: Vec<Support>,
}

/// A word's beginning, so that "swim" and "swimming", "exercise" and "exercised" are one.
fn stem(word: &str) -> &str {
    const LETTERS: usize = 6;
    const SHORTEST: usize = 4;
    let without = |ending: &str| word.strip_suffix(ending).filter(|rest| rest.chars().count() >= SHORTEST);
    let bare = ["ing", "ed", "es", "s", "e"].into_iter().find_map(without).unwrap_or(word);
    let mut letters = bare.chars().rev();
    let doubled = bare.len() < word.len() && letters.next().is_some_and(|c| letters.next() == Some(c) && c.is_ascii());
    let bare = if doubled { &bare[..bare.len() - 1] } else { bare };
    bare.char_indices().nth(LETTERS).map_or(bare, |(cut, _)| &bare[..cut])
}

/// The words that carry meaning, in order.
fn content(text: &str, common: &BTreeSet<&str>) -> Vec<String> {
    let words = normalize::words(text).into_iter();
    let carries =
        |word: &String| word.len() > 2 && word.chars().any(char::is_alphabetic) && !common.contains(word.as_str());
    words.filter(carries).map(|word| stem(&word).to_owned()).collect()
}

/// Words as numbers, with their weight.
struct Words {
    numbers: HashMap<String, usize>,
    weights: Vec<f32>,
    letters: Vec<usize>,
    /// For each word the sentences that have it, in order.
    places: Vec<Vec<usize>>,
}

impl Words {
    fn read(sentences: &[Vec<String>]) -> Self {
        let mut words = Self { numbers: HashMap::new(), weights: Vec::new(), letters: Vec::new(), places: Vec::new() };
        for (i, sentence) in sentences.iter().enumerate() {
            for word in sentence {
                let next = words.places.len();
                let number = *words.numbers.entry(word.clone()).or_insert(next);
                if number == next {
                    words.letters.push(word.chars().count());
                    words.places.push(Vec::new());
                }
                if words.places[number].last() != Some(&i) {
                    words.places[number].push(i);
                }
            }
        }
        words.weights = words.places.iter().map(|places| rarity(sentences.len(), places.len())).collect();
        words
    }
}

/// The weight of a word that `with` of `all` sentences have.
fn rarity(all: usize, with: usize) -> f32 {
    (1.0 + all as f32 / (with as f32 + 0.5)).ln()
}

/// A run of sentences that has words of a written question.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    run: (usize, usize),
    /// Twice the weight of the common words over the weight of all words of both, each word once: 0 to 1.
    likeness: f32,
    /// The same, less where an answer or a talk is more likely than a question.
    rank: f32,
}

impl<'a> Prior<'a> {
    /// Looks for the written questions among the sentences.
    pub(super) fn find(sheet: &Sheet<'_>, marks: &[Marks], written: &'a [WrittenQuestion]) -> Self {
        let mut prior = Self { written, supports: Vec::new() };
        if written.is_empty() {
            return prior;
        }
        let common: BTreeSet<&str> = COMMON_WORDS.split(' ').collect();
        let sentences: Vec<Vec<String>> = sheet.utterances.iter().map(|u| content(&u.text, &common)).collect();
        let words = Words::read(&sentences);
        let numbered = |text: &[String]| -> BTreeSet<usize> {
            text.iter().filter_map(|word| words.numbers.get(word).copied()).collect()
        };
        let sentences: Vec<BTreeSet<usize>> = sentences.iter().map(|sentence| numbered(sentence)).collect();
        for (number, question) in written.iter().enumerate() {
            let asked = content(&question.text, &common);
            let unheard: BTreeSet<&String> = asked.iter().filter(|w| !words.numbers.contains_key(*w)).collect();
            let unheard = unheard.len() as f32 * rarity(sentences.len(), 0);
            if let Some(place) = best(&places(&words, &sentences, marks, &numbered(&asked), unheard)) {
                let (least, full) = ALIKE;
                let strength = ((place.likeness - least) / (full - least)).min(1.0);
                let start = start(marks, place.run);
                prior.supports.push(Support { written: number, run: place.run, start, strength });
            }
        }
        prior
    }

    /// The support of what lies in sentences `from..=to`: the strongest one, of equals the first.
    fn support(&self, (from, to): (usize, usize)) -> Option<&Support> {
        let inside = |s: &&Support| s.start >= from && s.start <= to && s.run.0 <= to;
        self.supports.iter().filter(inside).fold(None, |best, s| match best {
            Some(best) if best.strength >= s.strength => Some(best),
            _ => Some(s),
        })
    }

    /// The marks with what the written questions add: there, and to what the sentences around make of it.
    pub(super) fn mark(&self, sheet: &Sheet<'_>, marks: &[Marks]) -> Vec<Marks> {
        if self.supports.is_empty() {
            return marks.to_vec();
        }
        let mut raised = decoder::mark(sheet, |first| self.raise(first));
        for (raised, plain) in raised.iter_mut().zip(marks) {
            raised.iter_mut().zip(plain).for_each(|(raised, plain)| *raised = raised.max(*plain));
        }
        self.raise(raised)
    }

    fn raise(&self, mut marks: Vec<Marks>) -> Vec<Marks> {
        let mut gains: BTreeMap<(usize, usize), f32> = BTreeMap::new();
        for support in &self.supports {
            let sentences = (support.start..=support.run.1).map(|i| (i, mark::QUESTION));
            for place in sentences.chain([(support.start, mark::QUESTION_START)]) {
                let gain = gains.entry(place).or_default();
                *gain = gain.max(MARK_GAIN * support.strength);
            }
        }
        for ((i, mark), gain) in gains {
            marks[i][mark] = lifted(marks[i][mark], gain);
        }
        marks
    }

    /// All candidates with the probability that they are pairs. `raised` comes from [`Prior::mark`].
    pub(super) fn rate(&self, sheet: &Sheet<'_>, marks: &[Marks], raised: &[Marks]) -> Vec<(Candidate, f32)> {
        let plain = decoder::rate(sheet, marks);
        if self.supports.is_empty() {
            return plain;
        }
        let mut rated: BTreeMap<Candidate, f32> = plain.into_iter().collect();
        for (candidate, odds) in decoder::rate(sheet, raised) {
            let known = rated.entry(candidate).or_insert(odds);
            *known = known.max(odds);
        }
        // The candidates of one question rise in proportion: which answer is the best one stays as it was.
        let mut best: BTreeMap<usize, f32> = BTreeMap::new();
        for (candidate, odds) in &rated {
            if let Some(support) = self.support(candidate.question) {
                let most = best.entry(support.written).or_default();
                *most = most.max(*odds);
            }
        }
        let raised = |(candidate, odds): (Candidate, f32)| {
            let factor = self.support(candidate.question).map_or(1.0, |support| {
                let most = best.get(&support.written).copied().unwrap_or(odds).max(1e-6);
                lifted(most, PAIR_GAIN * support.strength) / most
            });
            (candidate, (odds * factor).min(1.0))
        };
        rated.into_iter().map(raised).collect()
    }

    /// The number of the written question that is read aloud in these sentences.
    pub(super) fn number_read(&self, question: (usize, usize)) -> Option<usize> {
        self.support(question).map(|support| support.written)
    }

    /// The written question that a pair's question reads aloud.
    pub(super) fn reads(&self, question: (usize, usize)) -> Option<&'a str> {
        self.support(question).and_then(|support| self.written.get(support.written)).map(|w| w.text.as_str())
    }
}

/// The runs that have enough of the words `asked`, in order. `unheard` is the weight of the written question's words
/// that nobody says.
fn places(
    words: &Words,
    sentences: &[BTreeSet<usize>],
    marks: &[Marks],
    asked: &BTreeSet<usize>,
    unheard: f32,
) -> Vec<Place> {
    let weight = |set: &BTreeSet<usize>| set.iter().map(|&word| words.weights[word]).sum::<f32>();
    let whole = weight(asked) + unheard;
    let starts: BTreeSet<usize> = asked.iter().flat_map(|&word| words.places[word].iter().copied()).collect();
    let mut found = Vec::new();
    for first in starts {
        let mut said = BTreeSet::new();
        for (last, sentence) in sentences.iter().enumerate().skip(first).take(RUN) {
            // What only repeats the question is the answer's beginning.
            let adds = sentence.intersection(asked).any(|word| !said.contains(word));
            said.extend(sentence.iter().copied());
            if !adds {
                continue;
            }
            let both: BTreeSet<usize> = said.intersection(asked).copied().collect();
            let likeness = 2.0 * weight(&both) / (weight(&said) + whole);
            let letters: usize = both.iter().map(|&word| words.letters[word]).sum();
            let enough = if answers(marks, (first, last)) { COMMON_ANSWERED } else { COMMON };
            if both.len() >= enough.0 && letters >= enough.1 && likeness > ALIKE.0 * RIVAL {
                let run = (first, last);
                found.push(Place { run, likeness, rank: likeness * asking(marks, run) });
            }
        }
    }
    found
}

/// Whether somebody seems to answer in all sentences of a run.
fn answers(marks: &[Marks], (first, last): (usize, usize)) -> bool {
    marks[first..=last].iter().all(|m| m[mark::ANSWER] > ANSWERED.max(m[mark::QUESTION]))
}

/// From 0.8 where nobody asks to 1 where somebody does.
fn asking(marks: &[Marks], (first, last): (usize, usize)) -> f32 {
    let most = marks[first..=last].iter().map(|m| m[mark::QUESTION]).fold(0.0, f32::max);
    0.8 + 0.2 * most
}

/// The best place, if it is good enough and no other is nearly as good.
fn best(places: &[Place]) -> Option<Place> {
    let best = places.iter().fold(None, |best: Option<Place>, place| match best {
        Some(best) if best.rank >= place.rank => Some(best),
        _ => Some(*place),
    })?;
    let (first, last) = best.run;
    let elsewhere = |place: &&Place| place.run.1 < first || place.run.0 > last + ECHO;
    let rival = places.iter().filter(elsewhere).any(|place| place.rank > best.rank * RIVAL);
    (best.likeness > ALIKE.0 && !rival).then_some(best)
}

/// Where the question starts that has the run's words: at a likely start near it, or with the run.
fn start(marks: &[Marks], (first, last): (usize, usize)) -> usize {
    let near = first.saturating_sub(BEFORE)..=last;
    let likely = near.filter(|&i| marks[i][mark::QUESTION_START] >= OWN_START);
    let most = |a: &usize, b: &usize| {
        marks[*a][mark::QUESTION_START].total_cmp(&marks[*b][mark::QUESTION_START]).then(b.cmp(a))
    };
    likely.max_by(most).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Utterance;
    use proptest::prelude::*;

    fn utterances(texts: &[&str]) -> Vec<Utterance> {
        let say = |text: &&str| Utterance { text: (*text).to_owned(), span: None, speaker: None, role: None };
        texts.iter().map(say).collect()
    }

    fn write(texts: &[&str]) -> Vec<WrittenQuestion> {
        let written = |text: &&str| WrittenQuestion { text: (*text).to_owned(), ..Default::default() };
        texts.iter().map(written).collect()
    }

    const EVENT: [&str; 12] = [
        "Back pain is common, and back pain goes away.",
        "A disc is a cushion between two bones.",
        "The next one asks about sleeping on the stomach with a slipped disc.",
        "You may sleep on your stomach.",
        "Put a flat pillow under it.",
        "Back pain often comes from muscles.",
        "Thank you.",
        "I fell from my horse in April.",
        "Since then my left foot tingles.",
        "Should I see a neurologist about that?",
        "Yes, within a week or two.",
        "Back pain alone would be no reason.",
    ];

    fn runs(written: &[&str]) -> Vec<(usize, usize)> {
        let utterances = utterances(&EVENT);
        let embeddings = crate::qa::embed::of(&utterances);
        let sheet = Sheet::read(&utterances, &embeddings);
        let marks = decoder::mark(&sheet, |first| first);
        Prior::find(&sheet, &marks, &write(written)).supports.into_iter().map(|s| s.run).collect()
    }

    #[test]
    fn a_written_question_belongs_to_the_one_place_where_it_is_read() {
        assert_eq!(runs(&["Can I sleep on my stomach with a slipped disc?"]), [(2, 2)]);
        assert_eq!(
            runs(&["I fell off a horse in April and now my left foot is tingling. Do I need a neurologist?"]),
            [(7, 9)]
        );
        assert_eq!(runs(&["Why do I have back pain?", "Back pain?"]), [], "it is everywhere");
        assert_eq!(runs(&["Is a cortisone injection into the disc safe?", "disc", "", "foot?"]), []);
    }

    proptest! {
        #[test]
        fn nothing_is_lowered_and_odds_stay_odds(
            said in proptest::collection::vec(proptest::sample::select(EVENT.to_vec()), 1..30),
            asked in proptest::collection::vec(proptest::sample::select(EVENT.to_vec()), 0..5),
        ) {
            let (utterances, written) = (utterances(&said), write(&asked));
            let embeddings = crate::qa::embed::of(&utterances);
            let sheet = Sheet::read(&utterances, &embeddings);
            let marks = decoder::mark(&sheet, |first| first);
            let prior = Prior::find(&sheet, &marks, &written);
            let raised = prior.mark(&sheet, &marks);
            for (raised, plain) in raised.iter().flatten().zip(marks.iter().flatten()) {
                prop_assert!(raised >= plain && (0.0..=1.0).contains(raised));
            }
            let plain = decoder::rate(&sheet, &marks);
            if prior.supports.is_empty() {
                prop_assert_eq!(&raised, &marks);
                prop_assert_eq!(&prior.rate(&sheet, &marks, &raised), &plain);
            }
            let all: BTreeMap<_, _> = prior.rate(&sheet, &marks, &raised).into_iter().collect();
            prop_assert!(all.values().all(|odds| (0.0..=1.0).contains(odds)));
            for (candidate, odds) in plain {
                prop_assert!(all[&candidate] >= odds);
            }
        }
    }
}
