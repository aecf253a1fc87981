//! Text, pure: normalisation, sentences, similarity.

pub mod normalize;
pub mod sentence;
pub mod similarity;
