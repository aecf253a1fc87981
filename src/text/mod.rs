//! Text, pure: normalisation, alignment, sentences, similarity.

pub mod align;
pub mod normalize;
mod numbers;
pub mod sentence;
pub mod similarity;
mod spelling;
