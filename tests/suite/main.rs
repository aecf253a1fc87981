//! One binary for all end-to-end tests: every further one would link the C engines again.
#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod attach;
mod audio;
mod download;
mod eval;
mod export;
mod faults;
mod glossary;
mod layers;
mod licences;
mod links;
mod process;
mod publish;
mod publish_stand;
mod reader;
mod recipes;
mod resolve;
mod review;
mod review_server;
mod review_stand;
mod roster;
mod segment;
mod server;
mod shelf;
mod speakers;
mod speech;
mod stand_in;
mod studio;
mod sync;
mod templates;
