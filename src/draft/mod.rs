//! Outline, transcript and voices into a draft of entries, and edits folded over it.
