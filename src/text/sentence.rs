//! Words into sentences.
