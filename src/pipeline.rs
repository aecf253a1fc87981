//! The order of the stages: what is stale, run, resume.
