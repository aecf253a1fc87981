//! Ensembles of small symmetric trees: the learned part of the outline.
//!
//! In a symmetric tree all nodes of a level ask the same question, so a tree is a list of (column, threshold) and a
//! table of leaf values. The ensembles are learned by `training/train.py` (gradient boosting on the logistic loss).

use serde::Deserialize;

/// Leaf values are whole thousandths in the file.
const UNIT: f32 = 0.001;

#[derive(Debug, Deserialize)]
struct Tree {
    /// Columns asked, from the root down.
    c: Vec<usize>,
    /// A value above the threshold goes right.
    t: Vec<f32>,
    /// Leaf values in thousandths; the root's answer is the highest bit of the index.
    v: Vec<i32>,
}

/// Trees whose sum is the log-odds of something.
#[derive(Debug, Deserialize)]
pub(super) struct Ensemble {
    bias: f32,
    trees: Vec<Tree>,
}

/// The logistic function.
pub(super) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

impl Ensemble {
    /// The probability for a row of columns. Columns that the row lacks count as 0.
    pub(super) fn probability(&self, row: &[f32]) -> f32 {
        let leaf = |tree: &Tree| {
            let index = tree.c.iter().zip(&tree.t).fold(0, |index, (&column, &threshold)| {
                index * 2 + usize::from(row.get(column).copied().unwrap_or(0.0) > threshold)
            });
            tree.v.get(index).copied().unwrap_or(0)
        };
        logistic(self.bias + UNIT * self.trees.iter().map(leaf).sum::<i32>() as f32)
    }

    /// The highest column that a tree asks for, plus one.
    #[cfg(test)]
    pub(super) fn width(&self) -> usize {
        self.trees.iter().flat_map(|t| &t.c).max().map_or(0, |c| c + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_from_the_root_down() {
        let ensemble: Ensemble =
            serde_json::from_str(r#"{"bias":0,"trees":[{"c":[0,1],"t":[0.5,0.5],"v":[-4000,-2000,2000,4000]}]}"#)
                .unwrap();
        assert!((ensemble.probability(&[0.0, 1.0]) - logistic(-2.0)).abs() < 1e-6);
        assert!((ensemble.probability(&[1.0, 0.0]) - logistic(2.0)).abs() < 1e-6);
        assert!((ensemble.probability(&[1.0]) - logistic(2.0)).abs() < 1e-6);
    }
}
