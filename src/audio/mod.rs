//! Recordings into 16 kHz mono audio on the player's clock, streamed.
