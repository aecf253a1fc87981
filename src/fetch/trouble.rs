//! Stub.
use crate::failure::Exit;
use std::fmt;
/// x
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Trouble {
    LiveNow,
    Upcoming { when: Option<String> },
    Network,
    ProgramMissing,
    TooOld { version: String },
    TooLarge,
    TooLong,
    NoSound,
    Unknown { lines: Vec<String> },
}
#[allow(missing_docs)]
impl Trouble {
    pub(super) fn read(lines: &[String], _exit: Option<i32>) -> Self {
        Self::Unknown { lines: lines.to_vec() }
    }
    pub(super) fn may_heal(&self) -> bool {
        matches!(self, Self::Network)
    }
    #[must_use]
    pub fn exit(&self) -> Exit {
        Exit::SourceUnavailable
    }
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        None
    }
}
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
