//! SHA-256 of what is read, with a look at the cancel flag now and then.

use crate::failure::Cancelled;
use crate::model::Digest;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read};

/// Bytes read between two looks at the cancel flag.
const READ: usize = 1 << 20;

/// The SHA-256 of all that `from` holds; `at` hears how many bytes it is through and may stop it.
///
/// # Errors
/// When `from` can't be read; the inner error when `at` stops it.
pub fn of(
    from: &mut dyn Read,
    mut at: impl FnMut(u64) -> Result<(), Cancelled>,
) -> io::Result<Result<Digest, Cancelled>> {
    let (mut hasher, mut buffer, mut done) = (Sha256::new(), vec![0; READ], 0);
    loop {
        if let Err(cancelled) = at(done) {
            return Ok(Err(cancelled));
        }
        match from.read(&mut buffer) {
            Ok(0) => return Ok(Ok(Digest::from_bytes(hasher.finalize().into()))),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                done += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
