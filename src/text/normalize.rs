//! Spoken text in a form that can be compared: case, numbers, spelling.
