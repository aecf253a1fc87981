//! Sentences into an outline of segments, questions and answers.
