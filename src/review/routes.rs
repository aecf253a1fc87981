//! What can be asked for. Whatever touches a disk or a desk runs on a thread that may block.

use super::answer::{Problem, Reply, Unchanged, dress, json};
use super::backstage::Trouble;
use super::desk::{Delta, Desk, Refused, Version};
use super::guard::{Admission, seal};
use super::home::HomeView;
use super::requests::{self, Sent};
use super::{App, assets, inbox, media, waveform};
use crate::library::EpisodeFolder;
use crate::model::EpisodeId;
use crate::progress::Silent;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The longest thing that somebody types in as a recording, in bytes.
const SOURCE: usize = 4096;

/// Everything that can be asked for, behind the guard.
pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/home.json", get(home_json))
        .route("/jobs", post(add_jobs))
        .route("/jobs/upload", post(upload))
        .route("/jobs/sync", post(sync))
        .route("/jobs/{number}/{act}", post(act_on_job))
        .route("/episodes/{id}", get(episode))
        .route("/episodes/{id}/words.json", get(episode_words))
        .route("/episodes/{id}/peaks.json", get(episode_peaks))
        .route("/episodes/{id}/media", get(episode_media))
        .route("/episodes/{id}/since", get(since))
        .route("/episodes/{id}/edits", post(edit))
        .route("/episodes/{id}/undo", post(undo))
        .route("/episodes/{id}/redo", post(redo))
        .route("/episodes/{id}/voices", post(name_voice))
        .route("/episodes/{id}/facts", post(set_fact))
        .route("/assets/{file}", get(asset))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        // Bodies are read by `requests` and `inbox`, which know their limits.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let reply = Reply::to(&app, request.method(), request.headers());
    let mut response = match app.guard.admit(&request) {
        Admission::Granted => next.run(request).await,
        Admission::Welcome { to, from_elsewhere } => welcome(&app, &to, from_elsewhere),
        Admission::Refused(refusal) => {
            let (what, next) = refusal.words();
            let response = reply.problem(Problem::new(refusal.status(), what, next));
            requests::pass_over(request.into_body()).await;
            response
        }
    };
    seal(response.headers_mut());
    response
}

/// Keeps the secret in the browser and leads to the page without it in the address.
fn welcome(app: &App, to: &str, from_elsewhere: bool) -> Response {
    let mut response = if from_elsewhere {
        // Where the path can be anything it is escaped; it has no character that could end the quotes anyway.
        let to = to.replace('&', "&amp;").replace('"', "%22").replace('<', "%3C");
        let text = format!("<!doctype html><meta http-equiv=\"refresh\" content=\"0;url={to}\"><title>Review</title>");
        ([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
    } else {
        (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
    };
    if let Ok(cookie) = HeaderValue::from_str(&app.guard.set_cookie()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// Runs what blocks. A panic in it is a failure in plain words.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let fault = |_| Problem { status: StatusCode::INTERNAL_SERVER_ERROR, trouble: super::desks::panicked() };
    tokio::task::spawn_blocking(work).await.map_err(fault)
}

/// The same for what may fail.
async fn tried<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    blocking(work).await?
}

async fn nothing_here(reply: Reply) -> Response {
    reply.problem(Problem::gone("There is no such page"))
}

async fn not_so(reply: Reply) -> Response {
    let next = "Reload the page, then try once more.";
    reply.problem(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "That can't be done here", next))
}

async fn asset(Path(file): Path<String>, headers: HeaderMap, reply: Reply) -> Response {
    assets::answer(&file, &headers).unwrap_or_else(|| reply.problem(Problem::gone("There is no such file")))
}

fn home_view(app: &App) -> Result<HomeView, Problem> {
    let view = app.shelf.view(&app.library, app.jobs.all(), &app.editor, app.read_only);
    view.map_err(|error| Trouble::of(&error).into())
}

async fn home(State(app): State<Arc<App>>, reply: Reply) -> Response {
    let made = tried(move || Ok(app.pages.home(&home_view(&app)?)?)).await;
    reply.page(made)
}

async fn home_json(State(app): State<Arc<App>>, reply: Reply) -> Response {
    reply.value(tried(move || home_view(&app)).await)
}

#[derive(Deserialize)]
struct Wanted {
    source: String,
}

async fn add_jobs(State(app): State<Arc<App>>, reply: Reply, body: Sent<Wanted>) -> Response {
    let wanted = match body {
        Sent(Ok(wanted)) => wanted,
        Sent(Err(problem)) => return reply.problem(problem),
    };
    reply.value(tried(move || start(&app, wanted.source.trim())).await)
}

/// Starts a job for each source that the text means.
fn start(app: &App, text: &str) -> Result<Value, Problem> {
    let hint = "Paste a YouTube link, or type the path of a recording or a folder.";
    if text.is_empty() || text.len() > SOURCE || text.contains(char::is_control) {
        return Err(Trouble::new("That is no recording", hint).into());
    }
    let sources = app.backstage.sources(text, &Silent, &app.cancel)?;
    if sources.is_empty() {
        return Err(Trouble::new("There is no recording in it", hint).into());
    }
    let episodes: Vec<EpisodeId> = app.library.episodes().unwrap_or_default().into_iter().map(|f| f.id).collect();
    Ok(serde_json::json!({ "jobs": app.jobs.process(sources, &episodes) }))
}

#[derive(Deserialize)]
struct Upload {
    #[serde(default)]
    name: String,
}

async fn upload(State(app): State<Arc<App>>, Query(upload): Query<Upload>, reply: Reply, body: Body) -> Response {
    let taken = inbox::take(&app.library, &upload.name, body).await;
    let started = match taken {
        Ok(path) => {
            tried(move || {
                let started = start(&app, &path.to_string_lossy());
                if started.is_err() {
                    // Nothing will ever be made of it.
                    let _ = std::fs::remove_file(&path);
                }
                started
            })
            .await
        }
        Err(problem) => Err(problem),
    };
    reply.value(started)
}

async fn sync(State(app): State<Arc<App>>, reply: Reply) -> Response {
    app.jobs.sync();
    reply.value(tried(move || home_view(&app)).await)
}

async fn act_on_job(
    State(app): State<Arc<App>>,
    Path((number, act)): Path<(String, String)>,
    reply: Reply,
) -> Response {
    let Ok(number) = number.parse::<u64>() else { return reply.problem(Problem::gone("There is no such job")) };
    let act: fn(&super::jobs::Jobs, u64) -> bool = match act.as_str() {
        "cancel" => super::jobs::Jobs::cancel,
        "retry" => super::jobs::Jobs::retry,
        "forget" => super::jobs::Jobs::forget,
        _ => return reply.problem(Problem::gone("There is no such page")),
    };
    let made = tried(move || {
        // Two may press at once; then the second sees that it is done.
        act(&app.jobs, number);
        home_view(&app)
    });
    reply.value(made.await)
}

/// The episode of this name, if the library has it. Blocks.
fn folder(app: &App, id: &str) -> Result<EpisodeFolder, Problem> {
    let there = id.parse::<EpisodeId>().ok().map(|id| app.library.folder(id)).filter(|folder| folder.path().is_dir());
    there.ok_or_else(|| Problem::gone("The library has no such episode"))
}

/// Does something at the desk of an episode that the library has. Blocks.
fn at_desk<T>(app: &App, id: &str, work: impl FnOnce(&mut Desk) -> Result<T, Refused>) -> Result<T, Problem> {
    let folder = folder(app, id)?;
    app.desks.at(&folder.id, work).map_err(|refused| match refused {
        Refused::Trouble(trouble) => trouble.into(),
        Refused::Impossible(problem) => Trouble::new(problem, "").into(),
        Refused::Stale { .. } => Trouble::new("The episode was changed meanwhile", "Reload the page.").into(),
    })
}

async fn episode(State(app): State<Arc<App>>, Path(id): Path<String>, reply: Reply) -> Response {
    let made = tried(move || {
        let page = at_desk(&app, &id, |desk| Ok(desk.page(&app.editor, app.read_only)))?;
        Ok(app.pages.episode(&page)?)
    });
    reply.page(made.await)
}

async fn episode_words(State(app): State<Arc<App>>, Path(id): Path<String>, reply: Reply) -> Response {
    reply.value(tried(move || at_desk(&app, &id, |desk| Ok(desk.words()))).await)
}

async fn episode_peaks(State(app): State<Arc<App>>, Path(id): Path<String>, reply: Reply) -> Response {
    match tried(move || Ok(app.waveforms.of(&folder(&app, &id)?))).await {
        Ok(waveform::Answer::Made(peaks)) => json(StatusCode::OK, &peaks),
        Ok(waveform::Answer::Pending) => json(StatusCode::ACCEPTED, &serde_json::json!({ "pending": true })),
        Ok(waveform::Answer::None) => reply.problem(Problem::gone("The recording is not kept here")),
        Ok(waveform::Answer::Failed(trouble)) => reply.problem(trouble),
        Err(problem) => reply.problem(problem),
    }
}

async fn episode_media(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    reply: Reply,
) -> Response {
    let found =
        tried(move || media::find(&folder(&app, &id)?).ok_or_else(|| Problem::gone("The recording is not kept here")));
    match found.await {
        Ok(path) => media::answer(&path, &headers, &reply).await,
        Err(problem) => reply.problem(problem),
    }
}

#[derive(Deserialize)]
struct Seen {
    version: Version,
    /// What an undo or a redo is called: what is sent twice is done once.
    #[serde(default)]
    key: Option<String>,
}

async fn since(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(seen): Query<Seen>,
    reply: Reply,
) -> Response {
    let made = blocking(move || {
        let unchanged = |desk: &Desk| desk.version() == seen.version;
        let delta = at_desk(&app, &id, |desk| Ok((!unchanged(desk)).then(|| desk.entries_since(&seen.version))));
        match delta {
            Ok(None) => Ok(None),
            Ok(Some(delta)) => dress(&app, Ok(delta)).map(Some),
            Err(problem) => Err(Unchanged::Problem(problem)),
        }
    });
    match made.await {
        Ok(Ok(None)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Ok(Some(changed))) => reply.changed(Ok(changed)),
        Ok(Err(other)) => reply.changed(Err(other)),
        Err(problem) => reply.problem(problem),
    }
}

/// Makes a change at the desk of an episode and answers with what became of it.
async fn change<B: Send + 'static>(
    app: Arc<App>,
    id: String,
    reply: Reply,
    body: Sent<B>,
    work: impl FnOnce(&App, &mut Desk, B) -> Result<Delta, Refused> + Send + 'static,
) -> Response {
    let body = match body {
        Sent(Ok(body)) => body,
        Sent(Err(problem)) => return reply.problem(problem),
    };
    let made = blocking(move || {
        let folder = folder(&app, &id).map_err(Unchanged::Problem)?;
        let outcome = app.desks.at(&folder.id, |desk| {
            let delta = work(&app, desk, body)?;
            Ok((delta, desk.wants_redraft()))
        });
        if let Ok((_, true)) = outcome {
            app.jobs.redraft(&folder.id);
        }
        dress(&app, outcome.map(|(delta, _)| delta))
    });
    match made.await {
        Ok(outcome) => reply.changed(outcome),
        Err(problem) => reply.problem(problem),
    }
}

async fn edit(State(app): State<Arc<App>>, Path(id): Path<String>, reply: Reply, body: Sent<Value>) -> Response {
    let work = |app: &App, desk: &mut Desk, body| desk.edit(&app.editor, &requests::edit(body)?, Timestamp::now());
    change(app, id, reply, body, work).await
}

async fn undo(State(app): State<Arc<App>>, Path(id): Path<String>, reply: Reply, body: Sent<Seen>) -> Response {
    let work = |app: &App, desk: &mut Desk, seen: Seen| {
        desk.undo(&app.editor, &seen.version, seen.key.as_deref(), Timestamp::now())
    };
    change(app, id, reply, body, work).await
}

async fn redo(State(app): State<Arc<App>>, Path(id): Path<String>, reply: Reply, body: Sent<Seen>) -> Response {
    let work = |app: &App, desk: &mut Desk, seen: Seen| {
        desk.redo(&app.editor, &seen.version, seen.key.as_deref(), Timestamp::now())
    };
    change(app, id, reply, body, work).await
}

async fn name_voice(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    reply: Reply,
    body: Sent<requests::VoiceName>,
) -> Response {
    let work = |app: &App, desk: &mut Desk, body: requests::VoiceName| {
        desk.name_voice(&app.editor, &body.version, &body.key, body.voice, body.person, Timestamp::now())
    };
    change(app, id, reply, body, work).await
}

async fn set_fact(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    reply: Reply,
    body: Sent<requests::FactSet>,
) -> Response {
    let work = |app: &App, desk: &mut Desk, body| desk.edit(&app.editor, &requests::set_fact(body)?, Timestamp::now());
    change(app, id, reply, body, work).await
}
