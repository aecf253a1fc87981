//! Voice embeddings into voices: who is the same person, by sound alone.
//!
//! Average-linkage clustering by cosine, in blocks of windows that are folded into the groups found before, so that
//! memory stays bounded for any length; then groups whose means agree are joined. Distances come from the groups' sums
//! of embeddings alone: the mean distance between two groups' members is exactly 1 - (sum . sum) / (size x size).
//! A voice that speaks little is kept apart when it differs from all others: a caller is not the expert.

use super::embed::{DIMENSIONS, Window};
use crate::failure::Cancelled;
use crate::model::VoiceCount;
use crate::progress::Cancel;

/// Groups closer than this on average are one voice. Found on read speech: 0.30 for this encoder.
const STOP: f32 = 0.30;
/// Where people say that there are more voices, groups are made to hold less, by steps, down to this.
const FINEST: f32 = 0.12;
/// Such a step.
const FINER: f32 = 0.03;
/// Groups whose means have at least this cosine are one voice. The means of two people in twelve recordings had 0.805 at
/// most: above that, since two voices taken for one may credit the wrong person, and one taken for two only asks an editor.
const SAME: f32 = 0.82;
/// A voice with less speech than this (5 s, in samples) can't be told from chance by its own group.
const MAIN: u64 = 80_000;
/// A small group is kept as a voice of its own when its mean has less than this cosine to every main voice.
const OTHER: f32 = 0.69;
/// A group with less speech than this (1.2 s, in samples) is never a voice of its own.
const LEAST: u64 = 19_200;
/// Only windows of at least this weight take part in the search for voices: short ones scatter.
const SOLID: f32 = 0.6;
/// Windows that are clustered at once: a matrix of some 3 MB.
const BLOCK: usize = 600;
/// Groups that are carried from block to block at most; the smallest are let go.
const CARRIED: usize = 300;
/// What a change of voice costs, in cosine: keeps single windows from flickering.
const CHANGE: f32 = 0.15;
/// The same across a pause, where voices do change.
const CHANGE_IN_PAUSE: f32 = 0.08;

/// The voices, and which of them each window is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Voices {
    /// For each window its voice, numbered in the order of first speaking.
    pub(super) labels: Vec<usize>,
    /// For each window how sure that is, 0 to 1.
    pub(super) confidences: Vec<f32>,
    /// For each voice its direction, of length 1.
    pub(super) means: Vec<Vec<f32>>,
}

/// Windows that are taken for one voice.
#[derive(Debug, Clone)]
struct Group {
    sum: Vec<f32>,
    size: f32,
    own: u64,
}

impl Group {
    fn of(window: &Window) -> Self {
        Self { sum: window.voice.clone(), size: 1.0, own: window.own }
    }

    fn absorb(&mut self, other: Self) {
        for (x, y) in self.sum.iter_mut().zip(&other.sum) {
            *x += y;
        }
        self.size += other.size;
        self.own += other.own;
    }

    /// The mean of 1 - cosine over all pairs of members.
    fn average_distance(&self, other: &Self) -> f32 {
        1.0 - dot(&self.sum, &other.sum) / (self.size * other.size)
    }

    /// 1 - cosine between the means.
    fn mean_distance(&self, other: &Self) -> f32 {
        1.0 - cosine(&self.sum, &other.sum)
    }
}

/// Finds the voices in the windows, which are in order of time; as many as `count` says, as far as there are differences.
///
/// # Errors
/// When somebody asks to stop.
pub(super) fn voices(windows: &[Window], count: Option<VoiceCount>, cancel: &Cancel) -> Result<Voices, Cancelled> {
    let mut found = main_voices(groups(windows, STOP, cancel)?);
    if let Some(VoiceCount { least, most }) = count {
        let mut stop = STOP;
        while found.len() < least as usize && stop > FINEST {
            stop -= FINER;
            found = main_voices(groups(windows, stop, cancel)?);
        }
        join_nearest(&mut found, most.max(1) as usize);
    }
    let means = found.iter().map(|group| unit(&group.sum)).collect();
    let mut voices = Voices { means, ..Voices::default() };
    // Twice: the first pass cleans the windows that the second one's means are made of.
    for _ in 0..2 {
        voices.labels = smooth(windows, &voices.means);
        voices.renumber(windows);
    }
    voices.confidences = windows.iter().zip(&voices.labels).map(|(w, &v)| confidence(w, v, &voices.means)).collect();
    Ok(voices)
}

/// Joins the voices that are nearest to each other until there are at most `most`.
fn join_nearest(voices: &mut Vec<Group>, most: usize) {
    while voices.len() > most {
        let pairs = (1..voices.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let nearest = pairs.min_by(|a, b| {
            let distance = |pair: &(usize, usize)| voices[pair.0].mean_distance(&voices[pair.1]);
            distance(a).total_cmp(&distance(b))
        });
        let Some((later, earlier)) = nearest else { return };
        let gone = voices.remove(later);
        voices[earlier].absorb(gone);
    }
}

/// Groups of windows that are no farther apart than `stop`, block by block.
fn groups(windows: &[Window], stop: f32, cancel: &Cancel) -> Result<Vec<Group>, Cancelled> {
    let mut solid: Vec<&Window> = windows.iter().filter(|w| w.weight() >= SOLID).collect();
    if solid.is_empty() {
        solid = windows.iter().collect();
    }
    let mut groups: Vec<Group> = Vec::new();
    for block in solid.chunks(BLOCK) {
        cancel.check()?;
        groups.sort_by_key(|g| std::cmp::Reverse(g.own));
        groups.truncate(CARRIED);
        groups.extend(block.iter().map(|w| Group::of(w)));
        groups = agglomerate(groups, Group::average_distance, stop);
    }
    Ok(agglomerate(groups, Group::mean_distance, (1.0 - SAME) * stop / STOP))
}

/// The groups that stand for voices.
fn main_voices(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by_key(|g| std::cmp::Reverse(g.own));
    let mut voices: Vec<Group> = Vec::new();
    for group in groups {
        let near = voices.iter().map(|voice| cosine(&voice.sum, &group.sum)).fold(f32::MIN, f32::max);
        if voices.is_empty() || group.own >= MAIN || (group.own >= LEAST && near < OTHER) {
            voices.push(group);
        }
    }
    voices
}

/// Joins the two nearest groups until none are nearer than `stop`.
fn agglomerate(mut groups: Vec<Group>, distance: fn(&Group, &Group) -> f32, stop: f32) -> Vec<Group> {
    let n = groups.len();
    let mut matrix = vec![f32::INFINITY; n * n];
    for i in 0..n {
        for j in 0..i {
            let d = distance(&groups[i], &groups[j]);
            matrix[i * n + j] = d;
            matrix[j * n + i] = d;
        }
    }
    let nearest = |matrix: &[f32], i: usize| {
        let row = &matrix[i * n..(i + 1) * n];
        row.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or((i, f32::INFINITY), |(j, &d)| (j, d))
    };
    let mut best: Vec<(usize, f32)> = (0..n).map(|i| nearest(&matrix, i)).collect();
    let mut gone = vec![false; n];
    while let Some((i, &(j, d))) = best.iter().enumerate().min_by(|a, b| a.1.1.total_cmp(&b.1.1)) {
        if d >= stop || d.is_nan() {
            break;
        }
        let other = std::mem::replace(&mut groups[j], Group { sum: Vec::new(), size: 0.0, own: 0 });
        groups[i].absorb(other);
        gone[j] = true;
        best[j] = (j, f32::INFINITY);
        for k in (0..n).filter(|&k| !gone[k] && k != i) {
            let d = distance(&groups[i], &groups[k]);
            matrix[i * n + k] = d;
            matrix[k * n + i] = d;
            matrix[k * n + j] = f32::INFINITY;
            if best[k].0 == i || best[k].0 == j {
                best[k] = nearest(&matrix, k);
            } else if d < best[k].1 {
                best[k] = (i, d);
            }
        }
        matrix[i * n + j] = f32::INFINITY;
        best[i] = nearest(&matrix, i);
    }
    groups.into_iter().zip(gone).filter_map(|(group, gone)| (!gone).then_some(group)).collect()
}

/// The sequence of voices with the most cosine, each change paid for (Viterbi).
fn smooth(windows: &[Window], means: &[Vec<f32>]) -> Vec<usize> {
    let voices = means.len();
    if voices == 0 {
        return Vec::new();
    }
    let mut scores = vec![0.0_f32; voices];
    // For each window and voice the voice before it; a byte would do for few voices, 16 bits do for all.
    let mut from: Vec<u16> = Vec::with_capacity(windows.len() * voices);
    let mut piece = None;
    for window in windows {
        let cost = if piece.replace(window.piece) == Some(window.piece) { CHANGE } else { CHANGE_IN_PAUSE };
        let (leader, &lead) =
            scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("there is at least one voice");
        for (voice, score) in scores.clone().into_iter().enumerate() {
            let change = lead - cost > score;
            let (before, start) = if change { (leader, lead - cost) } else { (voice, score) };
            from.push(u16::try_from(before).unwrap_or(u16::MAX));
            scores[voice] = start - lead + window.weight() * cosine(&window.voice, &means[voice]);
        }
    }
    let mut voice = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(voice, _)| voice);
    let mut labels = vec![0; windows.len()];
    for (label, row) in labels.iter_mut().zip(from.chunks_exact(voices)).rev() {
        *label = voice;
        voice = usize::from(row[voice]);
    }
    labels
}

impl Voices {
    /// Numbers the voices in the order of first speaking, forgets silent ones, and measures their means anew.
    fn renumber(&mut self, windows: &[Window]) {
        let mut number: Vec<Option<usize>> = vec![None; self.means.len()];
        let mut sums: Vec<Vec<f32>> = Vec::new();
        for (label, window) in self.labels.iter_mut().zip(windows) {
            let new = *number[*label].get_or_insert_with(|| {
                sums.push(vec![0.0; DIMENSIONS]);
                sums.len() - 1
            });
            *label = new;
            for (x, y) in sums[new].iter_mut().zip(&window.voice) {
                *x += y * window.weight();
            }
        }
        self.means = sums.iter().map(|sum| unit(sum)).collect();
    }
}

/// How sure it is that `window` is `voice`: from the distance to the second best.
fn confidence(window: &Window, voice: usize, means: &[Vec<f32>]) -> f32 {
    let own = cosine(&window.voice, &means[voice]);
    let others = means.iter().enumerate().filter(|(i, _)| *i != voice).map(|(_, m)| cosine(&window.voice, m));
    match others.reduce(f32::max) {
        Some(second) => 1.0 / (1.0 + (-(own - second) * 15.0).exp()),
        None => own.clamp(0.0, 1.0),
    }
}

/// In eight lanes, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += x * y;
        }
    }
    lanes.iter().sum()
}

/// The cosine of the angle between two vectors; 0 when one has no direction.
pub(super) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let norm = (dot(a, a) * dot(b, b)).sqrt();
    if norm > 0.0 { dot(a, b) / norm } else { 0.0 }
}

/// The vector's direction, of length 1; zeros when it has none.
pub(super) fn unit(vector: &[f32]) -> Vec<f32> {
    let norm = dot(vector, vector).sqrt();
    vector.iter().map(|x| if norm > 0.0 { x / norm } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A window of voice `who`, with an error that differs from window to window.
    fn window(index: usize, who: usize, noise: f32) -> Window {
        let mut voice = vec![0.0; DIMENSIONS];
        voice[who] = 1.0;
        voice[20 + (index * 7) % 200] = noise;
        Window { start: index as u64 * 12_000, length: 24_000, own: 12_000, piece: index / 4, voice: unit(&voice) }
    }

    fn found(windows: &[Window]) -> Voices {
        voices(windows, None, &Cancel::default()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn voices_are_told_apart_and_numbered_as_they_begin(
            turns in prop::collection::vec((0usize..4, 2usize..9), 1..30), noise in 0.0f32..0.45,
        ) {
            let truth: Vec<usize> = turns.iter().flat_map(|&(who, length)| vec![who; length]).collect();
            let windows: Vec<Window> = truth.iter().enumerate().map(|(i, &who)| window(i, who, noise)).collect();
            let voices = found(&windows);
            let mut seen = Vec::new();
            for who in &truth {
                if !seen.contains(who) {
                    seen.push(*who);
                }
            }
            let numbered: Vec<usize> =
                truth.iter().map(|who| seen.iter().position(|s| s == who).unwrap()).collect();
            prop_assert_eq!(voices.labels, numbered);
            prop_assert!(voices.confidences.iter().all(|c| (0.0..=1.0).contains(c)));
        }

        #[test]
        fn any_numbers_give_a_voice_to_every_window(
            raw in prop::collection::vec(prop::collection::vec(-1.0f32..1.0, DIMENSIONS), 0..20),
        ) {
            let windows: Vec<Window> = raw
                .into_iter()
                .enumerate()
                .map(|(i, voice)| Window { voice, ..window(i, 0, 0.0) })
                .collect();
            let voices = found(&windows);
            prop_assert_eq!(voices.labels.len(), windows.len());
            prop_assert!(voices.labels.iter().all(|&label| label < voices.means.len()));
        }
    }

    #[test]
    fn one_voice_stays_one_across_blocks() {
        let windows: Vec<Window> = (0..3 * BLOCK).map(|i| window(i, i / 50 % 3, 0.4)).collect();
        let voices = found(&windows);
        assert_eq!(voices.means.len(), 3);
        assert!(voices.labels.iter().enumerate().all(|(i, &label)| label == i / 50 % 3));
    }

    #[test]
    fn a_short_voice_is_kept_when_it_differs_and_dissolved_when_it_does_not() {
        let talk = |other: f32| -> Vec<Window> {
            let mut windows: Vec<Window> = (0..60).map(|i| window(i, 0, 0.3)).collect();
            for window in &mut windows[30..33] {
                window.voice[0] = other;
                window.voice[5] = 1.0;
                window.voice = unit(&window.voice);
            }
            windows
        };
        assert_eq!(found(&talk(0.1)).labels[29..34], [0, 1, 1, 1, 0]);
        assert_eq!(found(&talk(2.0)).means.len(), 1);
    }

    #[test]
    fn a_single_doubtful_window_does_not_interrupt_a_voice() {
        let mut windows: Vec<Window> = (0..40).map(|i| window(i, i / 20, 0.0)).collect();
        windows[10].voice[0] = 0.68;
        windows[10].voice[1] = 0.73;
        let voices = found(&windows);
        assert_eq!(voices.labels[9..12], [0, 0, 0]);
        assert!(voices.confidences[10] < 0.5 && voices.confidences[9] > 0.9);
    }

    #[test]
    fn there_are_as_many_voices_as_people_say() {
        // Three voices, two of them much alike.
        let mut windows: Vec<Window> = (0..60).map(|i| window(i, [0, 1, 2][i / 20], 0.1)).collect();
        for window in &mut windows[40..] {
            window.voice[1] = 1.6;
            window.voice = unit(&window.voice);
        }
        let count = |least, most| {
            let count = VoiceCount { least, most };
            voices(&windows, Some(count), &Cancel::default()).unwrap().means.len()
        };
        assert_eq!(found(&windows).means.len(), 2);
        assert_eq!([count(1, 9), count(3, 3), count(3, 9), count(2, 2), count(1, 1)], [2, 3, 3, 2, 1]);
        // More than there are differences: what there is.
        assert!(count(50, 50) < 50);
    }

    #[test]
    fn a_request_to_stop_is_heard() {
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(voices(&[window(0, 0, 0.0)], None, &cancel), Err(Cancelled));
    }
}
