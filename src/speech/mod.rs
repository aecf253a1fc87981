//! 16 kHz audio into a transcript.
