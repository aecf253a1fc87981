//! Whether a file is still the one that was read.

use std::path::Path;
use std::time::SystemTime;

/// How a file looks from outside: when it was written, and its bytes. `None` where there is none.
pub(super) type Stamp = Option<(SystemTime, u64)>;

/// The stamp of a file as it is now.
pub(super) fn stamp(path: &Path) -> Stamp {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}
