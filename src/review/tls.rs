//! TLS in front of the page. Handshakes run beside each other, so that one who dawdles keeps nobody out.

use super::ReviewError;
use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections that may wait for the server.
const WAITING: usize = 32;
/// How long to wait after the operating system refused a connection: most often it has no more files.
const REFUSED: Duration = Duration::from_millis(100);

/// A certificate and its key, as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate with its chain, PEM.
    pub cert: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// What TLS is spoken with.
pub(super) struct Tls {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
}

impl Tls {
    /// Reads the files.
    pub(super) fn read(identity: &Identity) -> Result<Self, ReviewError> {
        let wrong = |path: &Path, reason: String| ReviewError::Certificate { path: path.to_owned(), reason };
        let certs = CertificateDer::pem_file_iter(&identity.cert)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(&identity.cert, error.to_string()))?;
        let certificate = certs.first().cloned();
        let certificate = certificate.ok_or_else(|| wrong(&identity.cert, "it holds no certificate".into()))?;
        let key = PrivateKeyDer::from_pem_file(&identity.key).map_err(|e| wrong(&identity.key, e.to_string()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(certs, key))
            .map_err(|error| wrong(&identity.cert, error.to_string()))?;
        Ok(Self { config: Arc::new(config), certificate })
    }

    /// Whether the certificate is for this host name or address.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let (Ok(parsed), Ok(name)) = (ParsedCertificate::try_from(&self.certificate), ServerName::try_from(name))
        else {
            return false;
        };
        rustls::client::verify_server_name(&parsed, &name).is_ok()
    }

    /// Takes connections in on `listener`.
    pub(super) fn listen(&self, listener: TcpListener) -> io::Result<TlsListener> {
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
        let (done, ready) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while !done.is_closed() {
                let Ok((stream, from)) = listener.accept().await else {
                    tokio::time::sleep(REFUSED).await;
                    continue;
                };
                let (acceptor, done) = (acceptor.clone(), done.clone());
                tokio::spawn(async move {
                    // Who does not finish in time, or speaks no TLS, is gone.
                    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                        let _ = done.send((stream, from)).await;
                    }
                });
            }
        });
        Ok(TlsListener { ready, address })
    }
}

/// Connections that have shaken hands.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The task above ends only with the runtime.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
