//! Scores against labelled recordings and transcripts. Pure: values in, figures out; only [`gold`] reads files.

pub mod confidence;
pub mod der;
pub mod errors;
pub mod findings;
pub mod gold;
pub mod pairs;
pub mod recording;
pub mod times;
pub mod voices;
pub mod wer;
