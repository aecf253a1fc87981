//! Word error rate.
