//! The transcript and its captions side by side, word by word.
//!
//! Both are aligned between anchors: three words that stand in both at nearly the same time and once only. So hours of
//! speech take a moment, and a phrase that is said again later is never taken for this one.

use crate::model::{Caption, Millis, Span, Transcript};
use crate::text::align::{Step, align};
use crate::text::normalize;
use std::collections::HashMap;
use std::ops::Range;

/// Words that sound further apart are not the same. Captions are shown early and stay late, but not longer.
const APART: Millis = Millis(10_000);
/// Words in a row that make an anchor.
const ANCHOR: usize = 3;
/// Stretches without an anchor whose sizes multiply to more than this are not alike anywhere.
const LARGEST: usize = 1 << 24;

/// A text in words as they are written, and in words for comparing.
#[derive(Debug, Default)]
pub(super) struct Side<'a> {
    /// As written.
    pub(super) words: Vec<&'a str>,
    /// When each sounds.
    spans: Vec<Span>,
    /// The words for comparing, by number; a written word gives none, one or several.
    pub(super) tokens: Vec<usize>,
    /// The written word of each.
    of: Vec<usize>,
}

/// A stretch in which the two differ, by tokens; one of them may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) captions: Range<usize>,
    pub(super) heard: Range<usize>,
}

/// The two texts.
#[derive(Debug)]
pub(super) struct Aligned<'a> {
    pub(super) captions: Side<'a>,
    pub(super) heard: Side<'a>,
    /// The words for comparing.
    pub(super) names: Vec<String>,
}

impl<'a> Side<'a> {
    fn push(&mut self, word: &'a str, span: Span, tokens: &[usize]) {
        self.of.extend(std::iter::repeat_n(self.words.len(), tokens.len()));
        self.tokens.extend(tokens);
        self.words.push(word);
        self.spans.push(span);
    }

    /// From the first to the last word.
    pub(super) fn span(&self) -> Option<Span> {
        Some(self.spans.first()?.hull(*self.spans.last()?))
    }

    /// The tokens of the words that sound within `span`.
    pub(super) fn within(&self, span: Span) -> Range<usize> {
        let start = self.of.partition_point(|&word| self.spans[word].end <= span.start);
        let end = self.of.partition_point(|&word| self.spans[word].start < span.end);
        start..end.max(start)
    }

    /// The written words of a run of tokens; for an empty run the empty range where they would stand.
    pub(super) fn written(&self, tokens: &Range<usize>) -> Range<usize> {
        let at = |token: usize| self.of.get(token).copied().unwrap_or(self.words.len());
        if tokens.is_empty() { at(tokens.start)..at(tokens.start) } else { at(tokens.start)..at(tokens.end - 1) + 1 }
    }

    /// Whether a written word begins with this token.
    fn begins(&self, token: usize) -> bool {
        token == 0 || token >= self.of.len() || self.of[token] != self.of[token - 1]
    }

    fn start(&self, token: usize) -> Millis {
        self.spans[self.of[token]].start
    }
}

impl<'a> Aligned<'a> {
    /// Both texts with the same numbers for the same words.
    pub(super) fn new(transcript: &'a Transcript, captions: &'a [Caption]) -> Self {
        let mut names = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut known: HashMap<&'a str, Vec<usize>> = HashMap::new();
        let mut tokens = |word: &'a str| -> Vec<usize> {
            let number = |token: String| {
                *numbers.entry(token).or_insert_with_key(|token| {
                    names.push(token.clone());
                    names.len() - 1
                })
            };
            known.entry(word).or_insert_with(|| compared(word).into_iter().map(number).collect()).clone()
        };
        let (mut shown, mut heard) = (Side::default(), Side::default());
        for word in &transcript.words {
            heard.push(&word.text, word.span, &tokens(&word.text));
        }
        for caption in captions {
            // Where a caption's words sound is guessed from their letters.
            let (whole, mut done) = (caption.text.len().max(1) as u64, 0);
            let at = |letters: u64| {
                let part = u128::from(caption.span.length().0) * u128::from(letters) / u128::from(whole);
                caption.span.start.plus(Millis(u64::try_from(part).unwrap_or(u64::MAX)))
            };
            for word in caption.text.split_whitespace() {
                let start = at(done);
                done += word.len() as u64 + 1;
                shown.push(word, Span::new(start, at(done.min(whole))), &tokens(word));
            }
        }
        Self { captions: shown, heard, names }
    }

    /// Where they differ, in order.
    pub(super) fn runs(&self) -> Vec<Run> {
        let (mut i, mut j) = (0, 0);
        let mut runs: Vec<Run> = Vec::new();
        for mut step in self.steps() {
            // The same word at another time is another word.
            if step == Step::Equal && !self.are_near(i, j) {
                step = Step::Substituted;
            }
            if step != Step::Equal {
                match runs.last_mut().filter(|run| run.captions.end == i && run.heard.end == j) {
                    Some(run) => (run.captions.end, run.heard.end) = after(step, i, j),
                    None => {
                        let (k, l) = after(step, i, j);
                        runs.push(Run { captions: i..k, heard: j..l });
                    }
                }
            }
            (i, j) = after(step, i, j);
        }
        runs
    }

    /// The run with `more` equal tokens on both sides, and as many as whole written words need.
    pub(super) fn widened(&self, run: &Run, more: usize) -> Run {
        let (a, b) = (&self.captions, &self.heard);
        let Run { captions: Range { start: mut i, end: mut k }, heard: Range { start: mut j, end: mut l } } =
            run.clone();
        let mut left = more;
        while i > 0 && j > 0 && (left > 0 || !a.begins(i) || !b.begins(j)) && a.tokens[i - 1] == b.tokens[j - 1] {
            (i, j, left) = (i - 1, j - 1, left.saturating_sub(1));
        }
        left = more;
        while k < a.tokens.len()
            && l < b.tokens.len()
            && (left > 0 || !a.begins(k) || !b.begins(l))
            && a.tokens[k] == b.tokens[l]
        {
            (k, l, left) = (k + 1, l + 1, left.saturating_sub(1));
        }
        Run { captions: i..k, heard: j..l }
    }

    /// What turns the captions into the transcript.
    fn steps(&self) -> Vec<Step> {
        let (a, b) = (&self.captions.tokens, &self.heard.tokens);
        let mut steps = Vec::with_capacity(a.len().max(b.len()));
        let (mut i, mut j) = (0, 0);
        for (k, l) in self.anchors() {
            between(&a[i..k], &b[j..l], &mut steps);
            steps.push(Step::Equal);
            (i, j) = (k + 1, l + 1);
        }
        between(&a[i..], &b[j..], &mut steps);
        steps
    }

    /// Whether token `i` of the captions and token `j` of what was heard can be the same word.
    fn are_near(&self, i: usize, j: usize) -> bool {
        let (shown, heard) = (self.captions.start(i), self.heard.start(j));
        shown.minus(heard).max(heard.minus(shown)) <= APART
    }

    /// Pairs of equal tokens that surely belong together, both rising.
    fn anchors(&self) -> Vec<(usize, usize)> {
        let (a, b) = (places(&self.captions.tokens), places(&self.heard.tokens));
        let only = |mut near: Box<dyn Iterator<Item = usize> + '_>| near.next().filter(|_| near.next().is_none());
        let mut pairs = Vec::new();
        for (i, words) in self.captions.tokens.windows(ANCHOR).enumerate() {
            let (Some(here), Some(there)) = (a.get(words), b.get(words)) else { continue };
            let Some(j) = only(Box::new(there.iter().copied().filter(|&j| self.are_near(i, j)))) else { continue };
            if only(Box::new(here.iter().copied().filter(|&k| self.are_near(k, j)))).is_some() {
                pairs.push((i, j));
            }
        }
        rising(&pairs)
    }
}

fn after(step: Step, i: usize, j: usize) -> (usize, usize) {
    (i + usize::from(step != Step::Inserted), j + usize::from(step != Step::Deleted))
}

/// Where each run of [`ANCHOR`] tokens stands.
fn places(tokens: &[usize]) -> HashMap<&[usize], Vec<usize>> {
    let mut places: HashMap<&[usize], Vec<usize>> = HashMap::new();
    for (i, words) in tokens.windows(ANCHOR).enumerate() {
        places.entry(words).or_default().push(i);
    }
    places
}

/// The longest selection in which the second numbers rise too; the first numbers do.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that ends such a selection lowest, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (n, (_, j)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < *j);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() { ends.push(n) } else { ends[length] = n }
    }
    let mut chosen = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(n) = next {
        chosen.push(pairs[n]);
        next = before[n];
    }
    chosen.reverse();
    chosen
}

/// Appends the steps for what stands between two anchors.
fn between(a: &[usize], b: &[usize], steps: &mut Vec<Step>) {
    if a.len().saturating_mul(b.len()) <= LARGEST {
        steps.extend(align(a, b));
        return;
    }
    let both = a.len().min(b.len());
    steps.extend(std::iter::repeat_n(Step::Substituted, both));
    steps.extend(std::iter::repeat_n(Step::Deleted, a.len() - both));
    steps.extend(std::iter::repeat_n(Step::Inserted, b.len() - both));
}

/// The words of a text for comparing, doses spelt out: "15mg" is "15" and "milligram".
pub(super) fn compared(text: &str) -> Vec<String> {
    // A bracket without its partner in the same piece would take words with it.
    let bare = text.replace(['(', ')', '[', ']', '<', '>'], " ");
    let mut words = Vec::new();
    for word in normalize::words(&bare) {
        let digits = word.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        match spelt_out(&word[digits..]) {
            Some(unit) => {
                words.extend((digits > 0).then(|| word[..digits].to_owned()));
                words.push(unit.to_owned());
            }
            None => words.push(word),
        }
    }
    words
}

fn spelt_out(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "mg" | "mgs" | "milligrams" | "milligram" => "milligram",
        "mcg" | "mcgs" | "micrograms" | "microgram" => "microgram",
        "ml" | "mls" | "milliliters" | "milliliter" => "milliliter",
        "g" | "grams" | "gram" => "gram",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn doses_are_compared_by_what_they_say() {
        assert_eq!(compared("15mg (of"), compared("fifteen milligrams of"));
        assert_ne!(compared("15 mg"), compared("15 mcg"));
    }

    proptest! {
        #[test]
        fn a_selection_rises_and_none_is_longer(list in proptest::collection::vec(0_usize..12, 0..9)) {
            let pairs: Vec<(usize, usize)> = list.iter().copied().enumerate().collect();
            let chosen = rising(&pairs);
            prop_assert!(chosen.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
            let best = (0..1_u32 << pairs.len())
                .filter(|set| {
                    let picked: Vec<usize> = (0..pairs.len()).filter(|i| set >> i & 1 == 1).map(|i| pairs[i].1).collect();
                    picked.windows(2).all(|two| two[0] < two[1])
                })
                .map(u32::count_ones)
                .max();
            prop_assert_eq!(best, Some(chosen.len() as u32));
        }
    }
}
