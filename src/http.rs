//! The client of all web requests.

use reqwest::Url;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use std::sync::Once;
use std::time::Duration;

/// As many as browsers follow, roughly; a loop ends there.
const REDIRECTS: usize = 10;

/// A client for `url`. `patience` is how long a connection may take; how long an answer may is for the caller to watch.
///
/// # Errors
/// When TLS can't be set up.
pub fn client(url: &Url, patience: Duration) -> reqwest::Result<Client> {
    following(url, patience, Policy::limited(REDIRECTS))
}

/// The same for requests with a password: it goes nowhere else, whatever the server says.
///
/// # Errors
/// When TLS can't be set up.
pub fn steadfast(url: &Url, patience: Duration) -> reqwest::Result<Client> {
    following(url, patience, Policy::none())
}

fn following(url: &Url, patience: Duration, redirects: Policy) -> reqwest::Result<Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut client = Client::builder()
        .user_agent(concat!("spinetime/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(patience)
        .timeout(None)
        .redirect(redirects)
        // A server that is asked safely must not send us on to an unsafe one.
        .https_only(url.scheme() == "https");
    if url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]") {
        client = client.no_proxy();
    }
    client.build()
}
