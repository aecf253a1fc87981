//! The review page: a small web server on this computer, and the pages that it serves.
//!
//! [`serve`] runs it until somebody asks it to stop. Nothing gets in without the secret of the address that is opened
//! ([`Token`]), nothing is changed but by our own pages, and no text that people wrote becomes markup or a path. What
//! it needs of the rest of the program is handed in as a [`Backstage`].

mod answer;
mod assets;
pub mod backstage;
pub mod desk;
mod desks;
mod error;
mod guard;
mod home;
mod inbox;
mod jobs;
mod media;
mod pages;
mod requests;
mod routes;
mod session;
mod stamp;
mod tls;
pub mod view;
mod waveform;

pub use backstage::{Backstage, Trouble};
pub use error::ReviewError;
pub use guard::Token;
pub use tls::Identity;

use crate::library::{Holder, Library};
use crate::model::EpisodeId;
use crate::progress::Cancel;
use axum::http::Uri;
use desks::Desks;
use guard::{Guard, Own};
use home::Shelf;
use jiff::Timestamp;
use jobs::Jobs;
use pages::Pages;
use session::Session;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tls::Tls;
use tokio::net::TcpListener;
use waveform::Waveforms;

/// How often to look whether somebody asks to stop.
const LOOK: Duration = Duration::from_millis(50);
/// How long answers that are on their way get when somebody does.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long edits that are being saved get after that.
const SAVING: Duration = Duration::from_secs(10);

/// How the page is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to bind; this computer's own unless others are to come in.
    pub bind: IpAddr,
    /// The port; 0 for the one that it had last, or any other that is free.
    pub port: u16,
    /// Who edits.
    pub editor: String,
    /// Whether it is only to look at.
    pub read_only: bool,
    /// Whether other computers may come in. They need TLS or a proxy.
    pub allow_remote: bool,
    /// What TLS is spoken with.
    pub tls: Option<Identity>,
    /// The origin that people see behind a reverse proxy, such as `https://review.example.org`.
    pub behind_proxy: Option<String>,
    /// The secret of the address; without one that of the last time, if that is not long ago.
    pub token: Option<Token>,
    /// Who we are to other runs that want to work on the same episode.
    pub holder: Holder,
    /// The episode to show first; the list of episodes without one.
    pub episode: Option<EpisodeId>,
}

impl Options {
    /// On this computer alone, on any free port.
    #[must_use]
    pub fn new(editor: impl Into<String>, holder: Holder) -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            editor: editor.into(),
            read_only: false,
            allow_remote: false,
            tls: None,
            behind_proxy: None,
            token: None,
            holder,
            episode: None,
        }
    }
}

/// What every request is answered with.
struct App {
    library: Library,
    backstage: Arc<dyn Backstage>,
    editor: String,
    read_only: bool,
    guard: Guard,
    jobs: Jobs,
    desks: Arc<Desks>,
    shelf: Shelf,
    pages: Pages,
    waveforms: Waveforms,
    cancel: Cancel,
}

impl App {
    fn new(
        options: &Options,
        token: Token,
        own: Own,
        backstage: Arc<dyn Backstage>,
        library: Library,
        cancel: Cancel,
    ) -> Result<Self, ReviewError> {
        let desks = Arc::new(Desks::new(library.clone(), options.holder.clone(), Arc::clone(&backstage)));
        Ok(Self {
            editor: options.editor.clone(),
            read_only: options.read_only,
            guard: Guard::new(token, own, options.read_only),
            jobs: Jobs::start(Arc::clone(&backstage), library.inbox(), redrafted(&desks))
                .map_err(ReviewError::Start)?,
            desks,
            shelf: Shelf::default(),
            pages: Pages::new()?,
            waveforms: Waveforms::new(cancel.clone()),
            cancel,
            library,
            backstage,
        })
    }
}

/// Tells the desk of an episode that the attempt at a new draft is over.
fn redrafted(desks: &Arc<Desks>) -> impl Fn(&EpisodeId) + Send + Sync + 'static {
    let desks = Arc::clone(desks);
    move |id| {
        // A desk that can't be opened waits for nothing.
        let _ = desks.at(id, |desk| {
            desk.redraft_ended();
            Ok(())
        });
    }
}

/// Serves the page until `cancel` is set. `announce` hears the address to open, with its secret, once it can be opened.
///
/// # Errors
/// When other computers could come in although nobody allowed it or without encryption, when a certificate can't be
/// used, or when the port can't be had.
pub fn serve(
    options: &Options,
    backstage: Arc<dyn Backstage>,
    library: Library,
    cancel: &Cancel,
    announce: impl FnOnce(&str),
) -> Result<(), ReviewError> {
    let proxy = allowed(options)?;
    let tls = options.tls.as_ref().map(Tls::read).transpose()?.map(Arc::new);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("review")
        .enable_all()
        .build()
        .map_err(ReviewError::Start)?;
    let mut session = Session::of(&library, options.read_only, Timestamp::now())?;
    if let Some(token) = &options.token {
        session.token = token.clone();
    }
    let wanted = SocketAddr::new(options.bind, options.port);
    let bind = |source| ReviewError::Bind { address: wanted, source };
    let served = runtime.block_on(async {
        let listener = listen(wanted, session.port).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let opened = format!("{}{}", origin(address, proxy.as_deref(), tls.is_some()), path(options, &session.token));
        let own = own(address, proxy.as_deref(), tls.clone());
        if !options.read_only {
            session.port = address.port();
            // Where it can't be kept, pages that are open just don't find the next one.
            let _ = session.keep(&library, Timestamp::now());
        }
        // What stops the page also stops what it waits for.
        let app = Arc::new(App::new(options, session.token, own, backstage, library, cancel.clone())?);
        let router = routes::router(Arc::clone(&app));
        let stop = stopped(cancel.clone());
        let server = match &tls {
            Some(tls) => {
                let listener = tls.listen(listener).map_err(bind)?;
                tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stop).into_future())
            }
            None => tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stop).into_future()),
        };
        announce(&opened);
        stopped(cancel.clone()).await;
        // A player that never reads on would keep it open for ever.
        let _ = tokio::time::timeout(FAREWELL, server).await;
        Ok(app)
    });
    // Also when it failed: whatever was begun ends here.
    runtime.shutdown_timeout(SAVING);
    served.map(|app| app.jobs.close())
}

/// The page without a socket, as if it were bound to `port` of this computer. To be called within a runtime.
///
/// # Errors
/// When a template is wrong or the operating system gives no thread.
pub fn router(
    options: &Options,
    port: u16,
    backstage: Arc<dyn Backstage>,
    library: Library,
    cancel: &Cancel,
) -> Result<axum::Router, ReviewError> {
    let proxy = allowed(options)?;
    let own = own(SocketAddr::new(options.bind, port), proxy.as_deref(), None);
    let token = options.token.clone().map_or_else(Token::random, Ok)?;
    Ok(routes::router(Arc::new(App::new(options, token, own, backstage, library, cancel.clone())?)))
}

/// Whether the options make nobody come in who should not; gives the proxy's origin.
fn allowed(options: &Options) -> Result<Option<String>, ReviewError> {
    let address = SocketAddr::new(options.bind, options.port);
    let proxy = options.behind_proxy.as_deref().map(proxy_origin).transpose()?;
    let remote = !options.bind.to_canonical().is_loopback();
    match (options.allow_remote, remote, &proxy) {
        (false, true, _) => Err(ReviewError::Remote { address }),
        (false, false, Some(_)) => Err(ReviewError::Proxied),
        (true, true, None) if options.tls.is_none() => Err(ReviewError::Unencrypted { address }),
        _ => Ok(proxy),
    }
}

/// The origin that `text` names: https, a host, perhaps a port, and nothing else.
fn proxy_origin(text: &str) -> Result<String, ReviewError> {
    let wrong = || ReviewError::Proxy { text: text.to_owned() };
    let uri: Uri = text.trim().parse().map_err(|_| wrong())?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(wrong)?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    if uri.scheme_str() != Some("https") || !bare || authority.host().is_empty() {
        return Err(wrong());
    }
    // As browsers write it: without the port that goes without saying.
    let host = authority.as_str().to_ascii_lowercase();
    Ok(format!("https://{}", host.strip_suffix(":443").unwrap_or(&host)))
}

/// Where requests may say that they go to, and come from.
fn own(address: SocketAddr, proxy: Option<&str>, tls: Option<Arc<Tls>>) -> Own {
    let (port, scheme) = (address.port(), if tls.is_some() { "https" } else { "http" });
    let mut hosts: Vec<String> = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")).into();
    if !address.ip().is_unspecified() {
        hosts.push(address.to_string());
    }
    let mut origins: Vec<String> = hosts.iter().map(|host| format!("{scheme}://{host}")).collect();
    if let Some(host) = proxy.and_then(|origin| origin.strip_prefix("https://")) {
        origins.push(format!("https://{host}"));
        hosts.push(host.to_owned());
    }
    Own { hosts, origins, port, encrypted: proxy.is_some() || tls.is_some(), tls }
}

/// The origin to open.
fn origin(address: SocketAddr, proxy: Option<&str>, tls: bool) -> String {
    if let Some(proxy) = proxy {
        return proxy.to_owned();
    }
    let scheme = if tls { "https" } else { "http" };
    if address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

/// The place to open, with the secret.
fn path(options: &Options, token: &Token) -> String {
    let place = options.episode.as_ref().map_or_else(|| "/".to_owned(), |id| format!("/episodes/{id}"));
    format!("{place}?token={}", token.as_str())
}

/// Binds what is wanted; where any port will do the one of the last time if nobody has it now.
async fn listen(wanted: SocketAddr, last: u16) -> io::Result<TcpListener> {
    if wanted.port() == 0
        && last > 0
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(wanted.ip(), last)).await
    {
        return Ok(listener);
    }
    TcpListener::bind(wanted).await
}

async fn stopped(cancel: Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Exit, Failure};

    pub(super) fn holder() -> Holder {
        Holder { process: 1, host: "desk".into(), since: Timestamp::UNIX_EPOCH }
    }

    fn options(bind: &str) -> Options {
        Options { bind: bind.parse().unwrap(), ..Options::new("Ann", holder()) }
    }

    #[test]
    fn others_come_in_only_when_both_allowed_and_encrypted() {
        for bind in ["0.0.0.0", "192.168.1.2", "::"] {
            let mut options = options(bind);
            let error = allowed(&options).unwrap_err();
            assert!(matches!(error, ReviewError::Remote { .. }) && error.exit() == Exit::Usage, "{error}");
            assert!(error.remedy().unwrap().contains("--allow-remote"));
            options.allow_remote = true;
            assert!(matches!(allowed(&options), Err(ReviewError::Unencrypted { .. })));
            options.behind_proxy = Some("https://Review.example.org/".into());
            assert_eq!(allowed(&options).unwrap().unwrap(), "https://review.example.org");
            options.behind_proxy = None;
            options.tls = Some(Identity { cert: "c".into(), key: "k".into() });
            assert_eq!(allowed(&options).unwrap(), None);
        }
        for bind in ["127.0.0.1", "::1", "127.8.8.8", "::ffff:127.0.0.1"] {
            let mut options = options(bind);
            assert!(allowed(&options).is_ok(), "{bind}");
            options.behind_proxy = Some("https://review.example.org".into());
            assert!(matches!(allowed(&options), Err(ReviewError::Proxied)), "{bind}");
        }
    }

    #[test]
    fn a_proxy_is_an_origin_and_nothing_else() {
        for wrong in
            ["http://a.example", "a.example", "https://", "https://a.example/x", "https://u@a.example", "ftp://a"]
        {
            assert!(matches!(proxy_origin(wrong), Err(ReviewError::Proxy { .. })), "{wrong}");
        }
        assert_eq!(proxy_origin("https://a.example:443").unwrap(), "https://a.example");
        assert_eq!(proxy_origin("https://a.example:8443/").unwrap(), "https://a.example:8443");
    }

    #[test]
    fn the_address_is_the_one_that_people_can_open() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(origin(address("127.0.0.1:8000"), None, false), "http://127.0.0.1:8000");
        assert_eq!(origin(address("0.0.0.0:8000"), None, true), "https://localhost:8000");
        assert_eq!(origin(address("[::1]:8000"), None, false), "http://[::1]:8000");
        assert_eq!(origin(address("127.0.0.1:8000"), Some("https://a.example"), false), "https://a.example");
    }
}
