//! The library on disk: layout, locks, keys, journals.
