//! `spinetime` turns recorded webinars into timestamped question-and-answer entries, linked to the recording.
//!
//! One straight line: a recording becomes 16 kHz audio, audio a transcript, transcript and voices an outline of
//! questions and answers, the outline a draft of entries, which people review and exporters print. Each arrow is
//! one public function of one module; [`pipeline`] alone knows their order. `ARCHITECTURE.md` is the map.

pub mod atomic;
pub mod audio;
pub mod checksum;
pub mod cli;
pub mod config;
pub mod draft;
pub mod drift;
pub mod eval;
pub mod export;
pub mod failure;
pub mod fetch;
pub mod http;
pub mod library;
pub mod model;
mod neural;
pub mod pipeline;
pub mod progress;
pub mod publish;
pub mod qa;
pub mod reader;
pub mod review;
pub mod roster;
pub mod speakers;
pub mod speech;
pub mod text;
pub mod weights;
