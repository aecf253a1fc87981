//! Text, pure: words, normalisation, alignment, sentences, similarity, corrections.

pub mod align;
pub mod corrections;
pub mod normalize;
mod numbers;
pub mod sentence;
pub mod similarity;
mod slug;
mod spelling;
mod stakes;
pub mod words;

pub use slug::slug;
