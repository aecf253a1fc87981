//! What the project's own networks are made of: layers of 8 bit weights on the processor's matrix kernels, what
//! stands between them, and a reader for the ONNX files that hold weights.

pub(crate) mod attention;
pub(crate) mod linear;
pub(crate) mod norm;
pub(crate) mod onnx;

/// Runs `work` with matrix kernels that stay on the calling thread: several of them run side by side already, and kernels
/// that share threads wait for each other.
///
/// # Errors
/// When the system gives no thread, in its words.
pub(crate) fn on_one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, rayon::ThreadPoolBuildError> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(1).build()?.install(work))
}
