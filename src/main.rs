//! The `spinetime` program.

fn main() {}
