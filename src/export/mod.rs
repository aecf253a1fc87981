//! Entries into files for the website.
