//! Stands in for what other modules will have: `draft::Material` and `model::Fact`.

use serde::{Deserialize, Serialize};

/// All that the entries of a draft are cut from.
#[derive(Debug, Clone, Default)]
pub struct Material {}

/// What people state about an episode and can change on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The title.
    Title,
    /// The day on which the webinar was held.
    HeldOn,
    /// The published video.
    Youtube,
    /// Who hosts.
    Host,
    /// Who answers.
    Experts,
}
