//! A source into a recording at rest in the library.
