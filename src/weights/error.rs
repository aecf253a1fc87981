//! What can be wrong with a model, and with bringing one.

use super::registry::{self, pullable, shipped};
use crate::atomic::WriteError;
use crate::failure::{Cancelled, Exit, Failure};
use std::io;
use std::path::PathBuf;

/// What is wrong with a model's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It has another size than the model.
    #[error("it has {found} bytes instead of {expected}")]
    Size {
        /// The model's.
        expected: u64,
        /// The file's.
        found: u64,
    },
    /// It ends before the model does.
    #[error("it ends too early")]
    CutOff,
    /// It is something else.
    #[error("it is no model")]
    NotAModel,
    /// Its bytes are not the model's.
    #[error("its SHA-256 is {found} instead of {expected}")]
    Checksum {
        /// The model's SHA-256.
        expected: String,
        /// The file's SHA-256.
        found: String,
    },
}

/// A model is not there, not whole, or could not be brought.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// No model has this name.
    #[error("there is no model named \"{name}\"")]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// A model that the product knows is in none of the folders.
    #[error("the model {name} is not there: no {file} in {}", folders(looked))]
    Missing {
        /// The model's name.
        name: String,
        /// The model's file.
        file: String,
        /// Where it was looked for.
        looked: Vec<PathBuf>,
    },
    /// A path that was given by hand leads nowhere.
    #[error("there is no model at {}", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The file is there and is not what it should be.
    #[error("the model {} is damaged: {damage}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The model's file name in the product's lists; `None` for a path that was given by hand.
        file: Option<String>,
        /// What is wrong.
        damage: Damage,
    },
    /// The file can't be read.
    #[error("the model {} can't be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The model ships and is not to be had from the network.
    #[error("the model {name} is no download: it ships with spinetime")]
    Ships {
        /// The model's name.
        name: String,
        /// The model's file.
        file: String,
    },
    /// The address that models are pulled from is none.
    #[error("\"{url}\" is no address of a web server")]
    Address {
        /// The address.
        url: String,
    },
    /// The server has no such file.
    #[error("{url} does not exist (status {status})")]
    Gone {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The server does not give the file to us.
    #[error("the server does not hand out {url} (status {status})")]
    Forbidden {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The server asks for a pause, or has a fault of its own.
    #[error("the server can't hand out {url} now (status {status})")]
    Refused {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
        /// After how many seconds the server wants to be asked again, if it said so.
        after: Option<u64>,
    },
    /// The server can't be reached, or fell silent.
    #[error("{url} can't be fetched: {why}")]
    Network {
        /// The address.
        url: String,
        /// Why.
        why: String,
    },
    /// The connection ended before the file did.
    #[error("the connection ended after {got} of {bytes} bytes of {url}")]
    Dropped {
        /// The address.
        url: String,
        /// Bytes that are there now.
        got: u64,
        /// The file's size.
        bytes: u64,
    },
    /// What the server sends under this address is not the model: a log-in page, or another version.
    #[error("{url} is not the model: {damage}")]
    WrongBytes {
        /// The address.
        url: String,
        /// What is wrong with what came.
        damage: Damage,
    },
    /// The disk does not take the file.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Another run pulls the same model.
    #[error("another run is pulling {name} already")]
    Busy {
        /// The model's name.
        name: String,
    },
    /// Stopped on request; what was fetched is kept.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl WeightsError {
    /// Whether the same request may go well a moment later.
    pub(super) fn may_heal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Network { .. } | Self::Dropped { .. })
    }
}

impl Failure for WeightsError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. }
            | Self::Missing { .. }
            | Self::NoFile { .. }
            | Self::Damaged { .. }
            | Self::Unreadable { .. }
            | Self::WrongBytes { .. } => Exit::Model,
            Self::Ships { .. } | Self::Address { .. } => Exit::Usage,
            Self::Gone { .. } | Self::Forbidden { .. } => Exit::SourceUnavailable,
            Self::Refused { .. } | Self::Network { .. } | Self::Dropped { .. } => Exit::SourceRefused,
            Self::Write(error) => error.exit(),
            Self::Busy { .. } => Exit::Busy,
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } => {
                let names: Vec<&str> = shipped()
                    .iter()
                    .chain(pullable())
                    .filter(|model| model.purpose == registry::Purpose::Transcription)
                    .map(|model| model.name)
                    .collect();
                format!("Choose one of {}, or give the path of a ggml file.", names.join(", "))
            }
            Self::Missing { file, looked, .. } => mend(file, looked.first()),
            Self::NoFile { .. } => {
                "Check the path; `spinetime models list` shows the models that go by a name alone.".into()
            }
            Self::Damaged { path, file, .. } => match file {
                Some(file) => mend(file, path.parent().map(std::path::Path::to_owned).as_ref()),
                None => "Copy the file again from where it came, or use a model that spinetime knows \
                         (`spinetime models list`)."
                    .into(),
            },
            Self::Unreadable { .. } => "Give yourself permission to read that file, or check the disk.".into(),
            Self::Ships { file, .. } => mend(file, None),
            Self::Address { .. } => {
                "Set base_url under [models] in spinetime.toml to an address that begins with https://.".into()
            }
            Self::Gone { .. } => {
                "Check base_url under [models] in spinetime.toml: it is the folder that holds the model files.".into()
            }
            Self::Forbidden { .. } => "Fetch the file in a browser and put it into the models folder, or set \
                                       base_url under [models] in spinetime.toml to another server."
                .into(),
            Self::Refused { after: Some(seconds), .. } => {
                format!("Wait {seconds} seconds, then run the same command again: what was fetched is kept.")
            }
            Self::Refused { after: None, .. } => {
                "Wait some minutes, then run the same command again: what was fetched is kept.".into()
            }
            Self::Network { .. } | Self::Dropped { .. } => {
                "Check the network, then run the same command again: what was fetched is kept.".into()
            }
            Self::WrongBytes { .. } => {
                "Nothing of it was kept. If a network's log-in page stands between, log in and run \
                                        the same command again; else check base_url under [models] in spinetime.toml."
                    .into()
            }
            Self::Write(error) => return error.remedy(),
            Self::Busy { .. } => "Wait until it is done.".into(),
            Self::Cancelled(_) => "Run the same command again to go on: what was fetched is kept.".into(),
        })
    }
}

/// The command that brings a known model's file back.
fn mend(file: &str, folder: Option<&PathBuf>) -> String {
    match registry::named(file) {
        Some((model, false)) => format!("Run `spinetime models pull {}`.", model.name),
        Some((_, true)) | None => {
            let place = folder.map(|f| format!(", or put a copy of it into {}", f.display())).unwrap_or_default();
            format!("It ships with spinetime: run `git checkout -- models/{file}` in spinetime's source folder{place}.")
        }
    }
}

fn folders(looked: &[PathBuf]) -> String {
    if looked.is_empty() {
        return "any folder".into();
    }
    looked.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(" or ")
}
