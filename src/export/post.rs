//! An entry as a post of a content management system.
