//! Text, pure: normalisation, sentences, similarity.

pub mod normalize;
mod numbers;
pub mod sentence;
pub mod similarity;
mod spelling;
