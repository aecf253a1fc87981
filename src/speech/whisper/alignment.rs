//! When each token was said, by what the decoder looked at while it wrote it.
//!
//! Some attention heads follow the audio word by word. Their weights, each position's brought to mean 0 and deviation 1
//! over the tokens, are averaged and smoothed, and the best way through them in time is found by dynamic time warping
//! (the authors' program, `timing.py`; the heads are those that it lists for each model).

use super::file::Shape;

/// Positions that are smoothed over.
const SMOOTH: usize = 7;

/// Heads that follow the audio, by layer and number.
const TINY_EN: &[(u8, u8)] = &[(1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)];
const TINY: &[(u8, u8)] = &[(2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)];
const BASE_EN: &[(u8, u8)] = &[(3, 3), (4, 7), (5, 1), (5, 5), (5, 7)];
const BASE: &[(u8, u8)] = &[(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)];
#[rustfmt::skip]
const SMALL_EN: &[(u8, u8)] = &[
    (6, 6), (7, 0), (7, 3), (7, 8), (8, 2), (8, 5), (8, 7), (9, 0), (9, 4), (9, 8), (9, 10), (10, 0), (10, 1), (10, 2),
    (10, 3), (10, 6), (10, 11), (11, 2), (11, 4),
];
const SMALL: &[(u8, u8)] = &[(5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)];
#[rustfmt::skip]
const MEDIUM_EN: &[(u8, u8)] = &[
    (11, 4), (14, 1), (14, 12), (14, 14), (15, 4), (16, 0), (16, 4), (16, 9), (17, 12), (17, 14), (18, 7), (18, 10),
    (18, 15), (20, 0), (20, 3), (20, 9), (20, 14), (21, 12),
];
const MEDIUM: &[(u8, u8)] = &[(13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)];
const LARGE_V3: &[(u8, u8)] =
    &[(7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4), (24, 1), (25, 6)];
const TURBO: &[(u8, u8)] = &[(2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)];

/// The heads of a model that follow the audio, by layer and number. Where they are not known, two of each later
/// layer: the authors' program takes all of these, which costs more memory than it is worth here.
pub(super) fn heads(shape: &Shape) -> Vec<(usize, usize)> {
    let known = match (shape.text_layers, shape.text_width, shape.multilingual()) {
        (4, 384, false) => TINY_EN,
        (4, 384, true) => TINY,
        (6, 512, false) => BASE_EN,
        (6, 512, true) => BASE,
        (12, 768, false) => SMALL_EN,
        (12, 768, true) => SMALL,
        (24, 1024, false) => MEDIUM_EN,
        (24, 1024, true) => MEDIUM,
        (32, 1280, true) if shape.mels == 128 => LARGE_V3,
        (4, 1280, true) => TURBO,
        _ => &[],
    };
    if !known.is_empty() {
        return known.iter().map(|(layer, head)| (usize::from(*layer), usize::from(*head))).collect();
    }
    let layers = shape.text_layers / 2..shape.text_layers;
    layers.flat_map(|layer| (0..shape.text_heads.min(2)).map(move |head| (layer, head))).collect()
}

/// The position at which each token begins, given for each token the weights of all heads one after the other, each
/// over the same number of positions, of which the first `positions` hold audio.
pub(super) fn starts(tokens: &[&[u16]], heads: usize, positions: usize) -> Vec<usize> {
    let Some(first) = tokens.first() else { return Vec::new() };
    let stride = first.len() / heads.max(1);
    let positions = positions.min(stride);
    if positions == 0 {
        return vec![0; tokens.len()];
    }
    let mut fits = vec![0.0f32; tokens.len() * positions];
    let (mut sums, mut inverses) = (vec![0.0f32; positions], vec![0.0f32; positions]);
    let count = tokens.len() as f32;
    for head in 0..heads {
        let rows = || tokens.iter().map(|token| &token[head * stride..][..positions]);
        sums.fill(0.0);
        inverses.fill(0.0);
        for row in rows() {
            for ((sum, squares), weight) in sums.iter_mut().zip(&mut inverses).zip(row) {
                let weight = f32::from(*weight);
                *sum += weight;
                *squares += weight * weight;
            }
        }
        for (mean, inverse) in sums.iter_mut().zip(&mut inverses) {
            *mean /= count;
            // In steps of 1/65535: a deviation below one step is none.
            *inverse = (*inverse / count - *mean * *mean).max(1.0).sqrt().recip();
        }
        for (row, fits) in rows().zip(fits.chunks_exact_mut(positions)) {
            for (((fit, weight), mean), inverse) in fits.iter_mut().zip(row).zip(&sums).zip(&inverses) {
                *fit += (f32::from(*weight) - mean) * inverse;
            }
        }
    }
    let mut smooth = vec![0.0f32; fits.len()];
    for (fits, smooth) in fits.chunks_exact(positions).zip(smooth.chunks_exact_mut(positions)) {
        median(fits, smooth);
    }
    path(&smooth, positions)
}

/// The middle one of [`SMOOTH`] neighbours; at the ends there are fewer.
fn median(values: &[f32], out: &mut [f32]) {
    let half = SMOOTH / 2;
    for (at, out) in out.iter_mut().enumerate() {
        let near = &values[at.saturating_sub(half)..(at + half + 1).min(values.len())];
        let mut sorted = [0.0; SMOOTH];
        // Insertion: for seven numbers faster than any sort.
        for (count, value) in near.iter().enumerate() {
            let mut place = count;
            while place > 0 && sorted[place - 1] > *value {
                sorted[place] = sorted[place - 1];
                place -= 1;
            }
            sorted[place] = *value;
        }
        *out = sorted[near.len() / 2];
    }
}

/// The best way through `fits`, a row a token, that stays or goes on in both directions: where it enters each row.
fn path(fits: &[f32], positions: usize) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum From {
        Both,
        Token,
        Position,
    }
    let tokens = fits.len() / positions;
    let mut best = vec![f32::NEG_INFINITY; positions + 1];
    best[0] = 0.0;
    let mut came = vec![From::Both; tokens * positions];
    for (row, came) in fits.chunks_exact(positions).zip(came.chunks_exact_mut(positions)) {
        let mut next = vec![f32::NEG_INFINITY; positions + 1];
        for at in 0..positions {
            let (both, token, position) = (best[at], best[at + 1], next[at]);
            let (value, from) = if both >= token && both >= position {
                (both, From::Both)
            } else if token >= position {
                (token, From::Token)
            } else {
                (position, From::Position)
            };
            next[at + 1] = value + row[at];
            came[at] = from;
        }
        best = next;
    }
    let mut starts = vec![0; tokens];
    let (mut token, mut at) = (tokens - 1, positions - 1);
    loop {
        starts[token] = at;
        match came[token * positions + at] {
            From::Both if token > 0 && at > 0 => (token, at) = (token - 1, at - 1),
            From::Token if token > 0 => token -= 1,
            From::Position if at > 0 => at -= 1,
            _ => return starts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tokens_that_look_at_their_place_are_found_there(lengths in prop::collection::vec(4usize..20, 2..12)) {
            let positions: usize = lengths.iter().sum();
            let mut at = 0;
            let mut tokens = Vec::new();
            for length in &lengths {
                let looks = |p: usize| if (at..at + length).contains(&p) { 9000 } else { 50 };
                // The second head looks everywhere alike.
                tokens.push((0..positions).map(looks).chain((0..positions).map(|_| 300)).collect::<Vec<u16>>());
                at += length;
            }
            let tokens: Vec<&[u16]> = tokens.iter().map(Vec::as_slice).collect();
            let starts = starts(&tokens, 2, positions);
            let mut at = 0;
            for (start, length) in starts.iter().zip(&lengths) {
                prop_assert!(start.abs_diff(at) <= 1, "{:?} for {:?}", starts, lengths);
                at += length;
            }
        }

        #[test]
        fn starts_never_go_back(
            tokens in prop::collection::vec(prop::collection::vec(any::<u16>(), 24), 1..9),
            positions in 0usize..20,
        ) {
            let tokens: Vec<&[u16]> = tokens.iter().map(Vec::as_slice).collect();
            let starts = starts(&tokens, 2, positions);
            prop_assert_eq!(starts.len(), tokens.len());
            prop_assert!(starts.is_sorted() && starts.iter().all(|s| *s < positions.clamp(1, 12)));
        }
    }
}
