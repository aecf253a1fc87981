//! Precision, recall and F1 of question-and-answer pairs.
