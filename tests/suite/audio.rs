//! Audio against FFmpeg's own command line.
