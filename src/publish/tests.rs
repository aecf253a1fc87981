//! The whole of it against a site that is played.
