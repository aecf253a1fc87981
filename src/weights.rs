//! The models: which ship, which can be pulled, where they are, whether they are whole.

/// Name of the speech model that is used when nobody says otherwise.
pub const DEFAULT_MODEL: &str = "tiny.en-q8_0";

/// Where whisper.cpp publishes its models.
pub const DEFAULT_BASE_URL: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";
