//! Ensembles of small trees: the learned part of the outline.
//!
//! The ensembles are learned by `training/train.py` (gradient boosting on the logistic loss).

use serde::Deserialize;

/// Leaf values are whole ten-thousandths in the file.
const UNIT: f32 = 0.0001;

/// A tree: node 0 is the root.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
struct Tree {
    nodes: Vec<Node>,
    leaves: Vec<f32>,
}

#[derive(Debug)]
struct Node {
    column: usize,
    /// A value above it goes right.
    threshold: f32,
    /// Left and right: a node's number, or -1 - a leaf's number.
    children: [i32; 2],
}

/// A tree as the file has it.
#[derive(Deserialize)]
struct Written {
    /// Columns asked, node by node.
    c: Vec<usize>,
    /// Thresholds.
    t: Vec<f32>,
    /// Left children.
    l: Vec<i32>,
    /// Right children.
    r: Vec<i32>,
    /// Leaf values.
    v: Vec<i32>,
}

impl TryFrom<Written> for Tree {
    type Error = &'static str;

    fn try_from(tree: Written) -> Result<Self, Self::Error> {
        let count = tree.c.len();
        if tree.v.is_empty() || [tree.t.len(), tree.l.len(), tree.r.len(), tree.v.len() - 1].iter().any(|n| *n != count)
        {
            return Err("a tree's lists are of different lengths");
        }
        // Children stand behind their node, so that every walk ends.
        let fits = |node: usize, child: i32| match usize::try_from(child) {
            Ok(next) => next > node && next < count,
            Err(_) => ((-1 - child) as usize) < tree.v.len(),
        };
        if !(0..count).all(|node| fits(node, tree.l[node]) && fits(node, tree.r[node])) {
            return Err("a tree's child stands before its node or nowhere");
        }
        let node = |at: usize| Node { column: tree.c[at], threshold: tree.t[at], children: [tree.l[at], tree.r[at]] };
        Ok(Self {
            nodes: (0..count).map(node).collect(),
            leaves: tree.v.iter().map(|value| UNIT * *value as f32).collect(),
        })
    }
}

impl Tree {
    fn value(&self, row: &[f32]) -> f32 {
        let mut at = if self.nodes.is_empty() { -1 } else { 0 };
        while let Ok(node) = usize::try_from(at) {
            let Node { column, threshold, children } = &self.nodes[node];
            at = children[usize::from(row.get(*column).copied().unwrap_or(0.0) > *threshold)];
        }
        self.leaves[(-1 - at) as usize]
    }
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

/// A probability with something added to its log-odds; never less than it was.
pub(super) fn lifted(odds: f32, gain: f32) -> f32 {
    let inside = odds.clamp(1e-6, 1.0 - 1e-6);
    logistic((inside / (1.0 - inside)).ln() + gain).max(odds)
}

impl Ensemble {
    /// The probability for a row of columns. Columns that the row lacks count as 0.
    pub(super) fn probability(&self, row: &[f32]) -> f32 {
        logistic(self.bias + self.trees.iter().map(|tree| tree.value(row)).sum::<f32>())
    }

    /// The highest column that a tree asks for, plus one.
    #[cfg(test)]
    pub(super) fn width(&self) -> usize {
        self.trees.iter().flat_map(|tree| &tree.nodes).map(|node| node.column + 1).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tree: &str) -> Result<Ensemble, serde_json::Error> {
        serde_json::from_str(&format!(r#"{{"bias":0,"trees":[{tree}]}}"#))
    }

    #[test]
    fn walks_from_the_root_down() {
        let ensemble =
            read(r#"{"c":[0,1],"t":[0.5,0.5],"l":[1,-2],"r":[-1,-3],"v":[40000,-20000,20000]},{"c":[],"t":[],"l":[],"r":[],"v":[0]}"#)
                .unwrap();
        for (row, odds) in [([0.0, 0.5], -2.0), ([0.0, 1.0], 2.0), ([1.0, 0.0], 4.0)] {
            assert!((ensemble.probability(&row) - logistic(odds)).abs() < 1e-6, "{row:?}");
        }
        assert!((ensemble.probability(&[1.0]) - logistic(4.0)).abs() < 1e-6);
        assert_eq!(ensemble.width(), 2);
    }

    #[test]
    fn a_tree_that_leads_nowhere_is_refused() {
        for tree in [
            r#"{"c":[0],"t":[0.5],"l":[0],"r":[-1],"v":[1,2]}"#,
            r#"{"c":[0],"t":[0.5],"l":[-3],"r":[-1],"v":[1,2]}"#,
            r#"{"c":[0],"t":[0.5],"l":[-1],"r":[5],"v":[1,2]}"#,
            r#"{"c":[0],"t":[],"l":[-1],"r":[-2],"v":[1,2]}"#,
        ] {
            assert!(read(tree).is_err(), "{tree}");
        }
    }
}
