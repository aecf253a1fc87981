//! Who speaks when, and who that is.
