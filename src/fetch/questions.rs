//! Placeholder.
use crate::failure::{Exit, Failure};
use crate::model::WrittenQuestion;
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct QuestionsError;
impl Failure for QuestionsError {
    fn exit(&self) -> Exit {
        Exit::Input
    }
    fn remedy(&self) -> Option<String> {
        None
    }
}
/// x
pub fn read(_bytes: &[u8]) -> Result<Vec<WrittenQuestion>, QuestionsError> {
    Ok(Vec::new())
}
