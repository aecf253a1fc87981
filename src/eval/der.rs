//! Diarization error rate: how much of the speech is given to the wrong voice, missed, or invented.
//!
//! As usual in the field: frames of 10 ms, speakers of both sides matched so that they agree for as long as possible,
//! a collar around each true change left out, overlapping speech scored.

use crate::failure::{Exit, Failure};
use crate::model::{Millis, Span};
use std::path::{Path, PathBuf};

/// Length of a frame.
const FRAME: u64 = 10;
/// No recording is longer (100 hours): a time beyond it is an error of the file.
const LONGEST: Millis = Millis(360_000_000);

/// Somebody speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// When.
    pub span: Span,
    /// Who, by any name.
    pub speaker: String,
}

/// The errors, as lengths of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Der {
    /// Speech that has no speaker.
    pub missed: Millis,
    /// Speakers where there is no speech.
    pub false_alarm: Millis,
    /// Speech that has the wrong speaker.
    pub confusion: Millis,
    /// All true speech; overlapping speech counts for each speaker.
    pub speech: Millis,
}

impl Der {
    /// The errors' share of the speech; 0 for no speech without error. May exceed 1.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.share(self.missed.plus(self.false_alarm).plus(self.confusion))
    }

    /// The share of the speech that one kind of error, such as [`Der::confusion`], makes up.
    #[must_use]
    pub fn share(&self, errors: Millis) -> f64 {
        if errors == Millis::ZERO { 0.0 } else { errors.0 as f64 / self.speech.0.max(1) as f64 }
    }
}

/// A line of an RTTM file that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of {} is no speaker turn: \"{text}\"", path.display())]
pub struct RttmError {
    /// The file.
    pub path: PathBuf,
    /// Its number, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

impl Failure for RttmError {
    fn exit(&self) -> Exit {
        Exit::Input
    }

    fn remedy(&self) -> Option<String> {
        Some("A turn looks like: SPEAKER name 1 12.50 3.20 <NA> <NA> speaker <NA> <NA>".into())
    }
}

/// Reads the `SPEAKER` lines of an RTTM file, which `path` names in errors; other kinds of lines, comments and empty lines are passed over.
///
/// # Errors
/// When a `SPEAKER` line lacks its times or its speaker.
pub fn rttm(path: &Path, text: &str) -> Result<Vec<Speech>, RttmError> {
    let turns = text.lines().enumerate().filter(|(_, line)| line.split_whitespace().next() == Some("SPEAKER"));
    turns
        .map(|(index, line)| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let time = |field: usize| {
                let seconds: f64 = fields.get(field)?.parse().ok()?;
                let time = Millis::from_seconds(seconds);
                (seconds >= 0.0 && time <= LONGEST).then_some(time)
            };
            let turn = || {
                let start = time(3)?;
                Some(Speech { span: Span::new(start, start.plus(time(4)?)), speaker: (*fields.get(7)?).to_owned() })
            };
            turn().ok_or_else(|| RttmError { path: path.to_owned(), line: index + 1, text: line.to_owned() })
        })
        .collect()
}

/// Compares `hypothesis` with `reference`. Around each start and end in the reference `collar` on both sides is left
/// out.
#[must_use]
pub fn score(reference: &[Speech], hypothesis: &[Speech], collar: Millis) -> Der {
    let frames = Frames::new(reference, hypothesis, collar);
    let partner = assignment(&frames.together());
    let mut der = Der::default();
    frames.visit(|truth, found| {
        let right = truth.iter().filter(|&&t| partner[t].is_some_and(|f| found.contains(&f))).count();
        let frame = |count: usize| Millis(count as u64 * FRAME);
        der.missed = der.missed.plus(frame(truth.len().saturating_sub(found.len())));
        der.false_alarm = der.false_alarm.plus(frame(found.len().saturating_sub(truth.len())));
        der.confusion = der.confusion.plus(frame(truth.len().min(found.len()) - right));
        der.speech = der.speech.plus(frame(truth.len()));
    });
    der
}

/// A true speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Who, as in the reference.
    pub name: String,
    /// How long they speak in all.
    pub speech: Millis,
}

/// A voice of the hypothesis, and who it is. Speakers are given by number, as in [`Matching::speakers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// Which, as in the hypothesis.
    pub name: String,
    /// The speaker whom the error rate takes it for; no two voices have the same one.
    pub partner: Option<usize>,
    /// The speaker whom it sounds together with the longest; `None` when nobody ever speaks while it does.
    pub mostly: Option<usize>,
}

/// Who is who on the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The true speakers, by name.
    pub speakers: Vec<Speaker>,
    /// The voices found, by name. Those that never sound are left out.
    pub voices: Vec<Voice>,
}

/// Matches the voices of `hypothesis` with the speakers of `reference`, as the error rate without a collar does.
#[must_use]
pub fn matching(reference: &[Speech], hypothesis: &[Speech]) -> Matching {
    let frames = Frames::new(reference, hypothesis, Millis::ZERO);
    let together = frames.together();
    let partner = assignment(&together);
    let (mut speech, mut heard) = (vec![Millis::ZERO; together.len()], vec![false; frames.found.names.len()]);
    frames.visit(|truth, found| {
        truth.iter().for_each(|&t| speech[t] = speech[t].plus(Millis(FRAME)));
        found.iter().for_each(|&f| heard[f] = true);
    });
    let speaker = |(name, speech): (&&str, Millis)| Speaker { name: (*name).to_owned(), speech };
    let voice = |number: usize| Voice {
        name: frames.found.names[number].to_owned(),
        partner: partner.iter().position(|p| *p == Some(number)),
        mostly: (0..together.len()).filter(|&t| together[t][number] > 0).max_by_key(|&t| together[t][number]),
    };
    Matching {
        speakers: frames.truth.names.iter().zip(speech).map(speaker).collect(),
        voices: (0..heard.len()).filter(|&number| heard[number]).map(voice).collect(),
    }
}

/// Both sides, moment by moment.
struct Frames<'a> {
    truth: Voices<'a>,
    found: Voices<'a>,
    /// Starts and ends in the reference.
    changes: Vec<Millis>,
    collar: Millis,
    end: Millis,
}

impl<'a> Frames<'a> {
    fn new(reference: &'a [Speech], hypothesis: &'a [Speech], collar: Millis) -> Self {
        let mut changes: Vec<Millis> = reference.iter().flat_map(|s| [s.span.start, s.span.end]).collect();
        changes.sort_unstable();
        let end = reference.iter().chain(hypothesis).map(|s| s.span.end).max().unwrap_or_default().min(LONGEST);
        Self { truth: Voices::new(reference), found: Voices::new(hypothesis), changes, collar, end }
    }

    /// Calls `frame` with the speakers and the voices of each frame outside the collar.
    fn visit(&self, mut frame: impl FnMut(&[usize], &[usize])) {
        let (mut truth, mut found) = (self.truth.sweep(), self.found.sweep());
        for number in 0..self.end.0.div_ceil(FRAME) {
            let at = Millis(number * FRAME + FRAME / 2);
            truth.advance(at);
            found.advance(at);
            let near = self.changes.partition_point(|c| c.plus(self.collar) <= at);
            let skipped =
                self.collar > Millis::ZERO && self.changes.get(near).is_some_and(|c| c.minus(self.collar) <= at);
            if !skipped {
                frame(&truth.active, &found.active);
            }
        }
    }

    /// For each speaker and voice, how many frames they sound together.
    fn together(&self) -> Vec<Vec<i64>> {
        let mut together = vec![vec![0; self.found.names.len()]; self.truth.names.len()];
        self.visit(|truth, found| {
            for &t in truth {
                for &f in found {
                    together[t][f] += 1;
                }
            }
        });
        together
    }
}

/// One side's speech, speakers by number.
struct Voices<'a> {
    names: Vec<&'a str>,
    turns: Vec<(Span, usize)>,
}

impl<'a> Voices<'a> {
    fn new(speech: &'a [Speech]) -> Self {
        let mut names: Vec<&str> = speech.iter().map(|s| s.speaker.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let number = |s: &Speech| names.binary_search(&s.speaker.as_str()).unwrap_or(0);
        let mut turns: Vec<(Span, usize)> = speech.iter().map(|s| (s.span, number(s))).collect();
        turns.sort_unstable();
        Self { names, turns }
    }

    fn sweep(&self) -> Sweep<'_> {
        Sweep { coming: &self.turns, open: Vec::new(), active: Vec::new() }
    }
}

/// Who speaks at a moment that only moves on.
struct Sweep<'a> {
    coming: &'a [(Span, usize)],
    open: Vec<(Span, usize)>,
    active: Vec<usize>,
}

impl Sweep<'_> {
    fn advance(&mut self, at: Millis) {
        while let Some((turn, rest)) = self.coming.split_first().filter(|((span, _), _)| span.start <= at) {
            self.open.push(*turn);
            self.coming = rest;
        }
        self.open.retain(|(span, _)| span.contains(at));
        self.active.clear();
        self.active.extend(self.open.iter().map(|(_, speaker)| *speaker));
        self.active.sort_unstable();
        self.active.dedup();
    }
}

/// For each row the column of its own that makes the sum largest (Kuhn and Munkres, by shortest augmenting paths);
/// `None` for rows that are left over or share nothing with their column.
fn assignment(gain: &[Vec<i64>]) -> Vec<Option<usize>> {
    let (rows, columns) = (gain.len(), gain.first().map_or(0, Vec::len));
    let size = rows.max(columns);
    let cost = |row: usize, column: usize| gain.get(row).and_then(|r| r.get(column)).map_or(0, |g| -g);
    // Row and column 0 are the path's root; potentials keep reduced costs from going below zero.
    let (mut of_row, mut of_column) = (vec![0_i64; size + 1], vec![0_i64; size + 1]);
    let mut row_at = vec![0_usize; size + 1];
    for row in 1..=size {
        row_at[0] = row;
        let mut column = 0;
        let (mut slack, mut seen, mut way) = (vec![i64::MAX; size + 1], vec![false; size + 1], vec![0; size + 1]);
        while row_at[column] != 0 {
            seen[column] = true;
            let (current, mut least, mut next) = (row_at[column], i64::MAX, 0);
            for c in (1..=size).filter(|&c| !seen[c]) {
                let reduced = cost(current - 1, c - 1) - of_row[current] - of_column[c];
                if reduced < slack[c] {
                    (slack[c], way[c]) = (reduced, column);
                }
                if slack[c] < least {
                    (least, next) = (slack[c], c);
                }
            }
            for c in 0..=size {
                if seen[c] {
                    of_row[row_at[c]] += least;
                    of_column[c] -= least;
                } else if slack[c] != i64::MAX {
                    slack[c] -= least;
                }
            }
            column = next;
        }
        while column != 0 {
            row_at[column] = row_at[way[column]];
            column = way[column];
        }
    }
    let mut partner = vec![None; rows];
    for column in 1..=columns {
        let row = row_at[column] - 1;
        if row < rows && gain[row][column - 1] > 0 {
            partner[row] = Some(column - 1);
        }
    }
    partner
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn speech(turns: &[(u64, u64, &str)]) -> Vec<Speech> {
        let turn = |&(start, end, speaker): &(u64, u64, &str)| Speech {
            span: Span::new(Millis(start), Millis(end)),
            speaker: speaker.to_owned(),
        };
        turns.iter().map(turn).collect()
    }

    fn errors(reference: &[(u64, u64, &str)], hypothesis: &[(u64, u64, &str)], collar: u64) -> [u64; 4] {
        let der = score(&speech(reference), &speech(hypothesis), Millis(collar));
        [der.missed.0, der.false_alarm.0, der.confusion.0, der.speech.0]
    }

    #[test]
    fn errors_are_those_counted_by_hand() {
        let truth = [(0, 4000, "anna"), (4000, 10_000, "ben")];
        assert_eq!(errors(&truth, &[(0, 4000, "1"), (4000, 10_000, "2")], 0), [0, 0, 0, 10_000]);
        // One voice for both: the longer one keeps it.
        assert_eq!(errors(&truth, &[(0, 10_000, "1")], 0), [0, 0, 4000, 10_000]);
        // A change 0.5 s late, 1 s missed at the end, 2 s invented behind it.
        assert_eq!(
            errors(&truth, &[(0, 4500, "1"), (4500, 9000, "2"), (10_000, 12_000, "2")], 0),
            [1000, 2000, 500, 10_000]
        );
        // The collar forgives 0.25 s on both sides of 0, 4 and 10 s.
        assert_eq!(errors(&truth, &[(0, 4500, "1"), (4500, 10_000, "2")], 250), [0, 0, 250, 9000]);
        // Overlap: both speak from 3 to 4 s, one is found.
        assert_eq!(
            errors(&[(0, 4000, "a"), (3000, 6000, "b")], &[(0, 4000, "1"), (4000, 6000, "2")], 0),
            [1000, 0, 0, 7000]
        );
        assert_eq!(errors(&[], &[(0, 1000, "1")], 0), [0, 1000, 0, 0]);
        assert_eq!(errors(&truth, &[], 0), [10_000, 0, 0, 10_000]);
    }

    #[test]
    fn the_best_matching_is_not_the_greedy_one() {
        // Greedy takes a-1 (5 s) and leaves b with nothing; best is a-2 and b-1.
        let truth = [(0, 9000, "a"), (9000, 13_000, "b")];
        let found = [(0, 5000, "1"), (5000, 9000, "2"), (9000, 13_000, "1")];
        assert_eq!(errors(&truth, &found, 0), [0, 0, 5000, 13_000]);
    }

    #[test]
    fn voices_are_matched_and_belong_to_whom_they_mostly_are() {
        // Voice 3 is ben's as well, voice 4 nobody's, and chloe has none.
        let truth = [(0, 5000, "anna"), (5000, 9000, "ben"), (9000, 10_000, "chloe")];
        let found =
            [(0, 5000, "1"), (5000, 7500, "2"), (7500, 9400, "3"), (10_000, 11_000, "4"), (11_000, 11_000, "5")];
        let matching = matching(&speech(&truth), &speech(&found));
        let speakers: Vec<_> = matching.speakers.iter().map(|s| (s.name.as_str(), s.speech.0)).collect();
        assert_eq!(speakers, [("anna", 5000), ("ben", 4000), ("chloe", 1000)]);
        let voices: Vec<_> = matching.voices.iter().map(|v| (v.name.as_str(), v.partner, v.mostly)).collect();
        assert_eq!(
            voices,
            [("1", Some(0), Some(0)), ("2", Some(1), Some(1)), ("3", Some(2), Some(1)), ("4", None, None)]
        );
    }

    #[test]
    fn rttm_is_read_and_faults_are_told() {
        let text = ";; a comment\nSPEAKER show 1 1.50 2.25 <NA> <NA> anna <NA> <NA>\n\nSPKR-INFO show 1 <NA>\n";
        let path = Path::new("a.rttm");
        assert_eq!(rttm(path, text).unwrap(), speech(&[(1500, 3750, "anna")]));
        for bad in [
            "SPEAKER x 1 nan 1 <NA> <NA> a",
            "SPEAKER x 1 1 -1 <NA> <NA> a",
            "SPEAKER x 1 1",
            "SPEAKER x 1 0 1e12 . . a",
        ] {
            let error = RttmError { path: path.to_owned(), line: 2, text: bad.into() };
            assert_eq!(rttm(path, &format!("\n{bad}")).unwrap_err(), error);
        }
    }

    proptest! {
        #[test]
        fn names_do_not_matter_and_errors_add_up(
            turns in prop::collection::vec((0u64..50, 1u64..40, 0usize..4), 1..12),
            other in prop::collection::vec((0u64..50, 1u64..40, 0usize..4), 0..12),
        ) {
            let with = |turns: &[(u64, u64, usize)], names: [&str; 4]| -> Vec<Speech> {
                let turn = |&(start, length, who): &(u64, u64, usize)| Speech {
                    span: Span::new(Millis(start * 100), Millis((start + length) * 100)),
                    speaker: names[who].to_owned(),
                };
                turns.iter().map(turn).collect()
            };
            let truth = with(&turns, ["a", "b", "c", "d"]);
            prop_assert_eq!(score(&truth, &with(&turns, ["z", "y", "x", "w"]), Millis(0)).rate(), 0.0);
            let (one, two) = (with(&other, ["1", "2", "3", "4"]), with(&other, ["4", "1", "3", "2"]));
            let der = score(&truth, &one, Millis(0));
            prop_assert_eq!(der, score(&truth, &two, Millis(0)));
            prop_assert!(der.missed.plus(der.confusion) <= der.speech);
        }
    }
}
