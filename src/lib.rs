//! `spinetime` turns recorded webinars into timestamped question-and-answer entries, linked to the recording.
//!
//! One straight line: a recording becomes 16 kHz audio, audio a transcript, transcript and voices an outline of
//! questions and answers, the outline a draft of entries, which people review and exporters print. Each arrow is
//! one public function of one module; [`pipeline`] alone knows their order. `ARCHITECTURE.md` is the map.

pub mod atomic;
pub mod failure;
pub mod model;
pub mod progress;
