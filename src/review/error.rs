//! Why the review page can't be served.

use crate::failure::{Exit, Failure};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The review page can't be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// The address is not this computer's own, and nobody said that others may come in.
    #[error("{address} can be reached from other computers")]
    Remote {
        /// What was to be bound.
        address: SocketAddr,
    },
    /// Others may come in, but what they send could be read on the way.
    #[error("{address} would be reached from other computers without encryption")]
    Unencrypted {
        /// What was to be bound.
        address: SocketAddr,
    },
    /// A reverse proxy lets others in, and nobody said that they may.
    #[error("a reverse proxy lets other computers in")]
    Proxied,
    /// The proxy's address is none.
    #[error("\"{text}\" is not the address of a reverse proxy")]
    Proxy {
        /// What was given.
        text: String,
    },
    /// The certificate or its key can't be used.
    #[error("{} is no certificate or key that can be used: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The port can't be had.
    #[error("no page could be opened on {address}")]
    Bind {
        /// What was to be bound.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The operating system gives no threads or no random numbers.
    #[error("the review page could not be started")]
    Start(#[source] io::Error),
    /// A page could not be put together: a fault of this program.
    #[error("the page {name} could not be made: {reason}")]
    Page {
        /// The template.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

impl Failure for ReviewError {
    fn exit(&self) -> Exit {
        match self {
            Self::Remote { .. } | Self::Unencrypted { .. } | Self::Proxied | Self::Proxy { .. } => Exit::Usage,
            Self::Certificate { .. } => Exit::Input,
            Self::Bind { .. } => Exit::Busy,
            Self::Start(_) | Self::Page { .. } => Exit::Unexpected,
        }
    }

    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Remote { .. } => {
                "Leave --bind out to review on this computer. To let others in, add --allow-remote with either \
                 --tls-cert and --tls-key, or --behind-proxy."
                    .into()
            }
            Self::Unencrypted { .. } => {
                "Add --tls-cert and --tls-key, or put a reverse proxy with https in front and name it with \
                 --behind-proxy https://its.address."
                    .into()
            }
            Self::Proxied => "Add --allow-remote if that is meant, or leave --behind-proxy out.".into(),
            Self::Proxy { .. } => {
                "Give what people type into the browser, without a path, such as https://review.example.org.".into()
            }
            Self::Certificate { .. } => {
                "Give the certificate with its chain as --tls-cert and its private key as --tls-key, both as PEM files."
                    .into()
            }
            Self::Bind { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "Another program uses that port, perhaps another review: close it, or leave --port out to get a free \
                 one."
                    .into()
            }
            Self::Bind { .. } => "Leave --bind and --port out to get a free port on this computer.".into(),
            Self::Start(_) => "Close some programs, then try again.".into(),
            Self::Page { .. } => return None,
        })
    }
}
