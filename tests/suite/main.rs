//! One binary for all end-to-end tests: every further one would link the C engines again.
