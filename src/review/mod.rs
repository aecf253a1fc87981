//! The page on which editors review entries.

pub mod backstage;
pub mod desk;
pub mod view;
