//! What is to be done on the site, decided before anything is sent.
//!
//! The rule that guards people's work: a post is written only when the site's text is the one that was written there
//! last (by the ledger, or by the hash in the post's own fields), or when somebody names the entry to be overwritten.

use super::error::PublishError;
use super::ledger::{Known, Ledger};
use super::look::{Found, Hand, hand, look};
use super::settings::Settings;
use super::site::{Site, SitePost, Terms};
use crate::export::contract::GoneReason;
use crate::export::post::{self, Gone, META_HASH, META_ID, Post, Posts, text_hash};
use crate::model::{Digest, EntryId};
use crate::progress::Progress;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// What becomes of an entry's post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// There is none yet.
    Create,
    /// It is brought up to the entry.
    Update,
    /// It becomes a draft that says that the answer was withdrawn.
    Withdraw,
    /// It becomes a draft; its text stays.
    Unpublish,
    /// It is as it should be.
    Keep,
    /// People have to look at it.
    Leave,
}

impl Action {
    /// A word for a table.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Withdraw => "withdraw",
            Self::Unpublish => "to draft",
            Self::Keep => "keep",
            Self::Leave => "leave",
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Nothing,
    /// Nothing is sent, but this is known from now on.
    Note(Known),
    Create {
        name: String,
        body: Map<String, Value>,
        sent: Digest,
        meta: Option<Digest>,
    },
    Write {
        post: u64,
        /// Of its texts when the plan was made.
        seen: Digest,
        body: Map<String, Value>,
        part: Part,
    },
}

/// What of a post is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// All of it, with the hashes of texts and fields.
    Texts { sent: Digest, meta: Option<Digest> },
    /// The fields alone, with their hash.
    Fields { meta: Option<Digest> },
    /// The status of a post whose entry is gone.
    TakenDown,
    /// The status of a withdrawn entry's post, whosoever's its text is.
    Status,
}

/// One entry of the plan, or what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What becomes of its post.
    pub action: Action,
    /// The entry.
    pub entry: EntryId,
    /// The question, as far as it is known.
    pub question: String,
    /// Why, or why not, in a few words.
    pub why: String,
    /// The post's number on the site, if it has one.
    pub post: Option<u64>,
    /// Its address.
    pub link: String,
    #[serde(skip)]
    pub(super) change: Change,
}

impl Step {
    /// Whether nothing is sent for it.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.change, Change::Nothing | Change::Note(_))
    }
}

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// Each entry once.
    pub steps: Vec<Step>,
    /// What people should know, as sentences.
    pub notes: Vec<String>,
    /// Categories and tags for new posts, with their numbers where they exist.
    pub(super) terms: Vec<(Terms, String, Option<u64>)>,
    pub(super) ledger: Ledger,
}

impl Plan {
    /// How many entries have this action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }
}

/// What the site should hold for an entry, in the fields that it has.
struct Wanted<'a> {
    post: &'a Post,
    excerpt: &'a str,
    hash: Digest,
    meta: Map<String, Value>,
}

impl<'a> Wanted<'a> {
    fn of(post: &'a Post, site: &Site) -> Self {
        let excerpt = if site.fields.contains("excerpt") { post.excerpt.as_str() } else { "" };
        let hash = text_hash(&post.title, &post.content, excerpt);
        let registered = post.meta.iter().filter(|(key, _)| site.meta.contains(*key));
        let meta = registered.map(|(key, value)| {
            let value = if *key == META_HASH { hash.as_str().into() } else { value.clone() };
            ((*key).to_owned(), value)
        });
        Self { post, excerpt, meta: meta.collect(), hash }
    }

    fn body(&self, site: &Site) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("title".into(), self.post.title.as_str().into());
        body.insert("content".into(), self.post.content.as_str().into());
        if site.fields.contains("excerpt") {
            body.insert("excerpt".into(), self.excerpt.into());
        }
        if !self.meta.is_empty() {
            body.insert("meta".into(), Value::Object(self.meta.clone()));
        }
        body
    }
}

/// The hash of fields as they are sent; `None` for none.
fn meta_hash(meta: &Map<String, Value>) -> Option<Digest> {
    let text = serde_json::to_string(meta).unwrap_or_default();
    (!meta.is_empty()).then(|| Digest::from_bytes(Sha256::digest(text.as_bytes()).into()))
}

/// Decides; asks the site, but changes nothing.
pub(super) fn plan(
    site: &Site,
    settings: &Settings,
    posts: &Posts,
    ledger: Ledger,
    overwrite: &BTreeSet<EntryId>,
    progress: &dyn Progress,
) -> Result<Plan, PublishError> {
    for (kind, numbers) in ledger.other_kinds() {
        let posts = site.not_trashed(kind, &numbers)?;
        if posts > 0 {
            return Err(PublishError::OtherKind { was: kind.to_owned(), now: settings.post_type.clone(), posts });
        }
    }
    let found = look(site, posts, &ledger, progress)?;
    let mut steps: Vec<Step> = posts
        .posts
        .iter()
        .map(|post| of_post(&Wanted::of(post, site), found.get(&post.id), &ledger, overwrite, site, settings))
        .collect();
    steps.extend(posts.gone.iter().filter_map(|gone| of_gone(gone, found.get(&gone.id)?, &ledger, overwrite, site)));
    let mut notes = Vec::new();
    let creates = steps.iter().any(|step| step.action == Action::Create);
    let terms = if creates { terms(site, settings, &mut notes)? } else { Vec::new() };
    if !site.meta.contains(META_ID) {
        notes.push(
            "The site has no fields for experts and recordings: its administrator can switch on the plugin in \
             integrations/wordpress."
                .into(),
        );
        if creates && ledger.is_new() {
            notes.push(
                "wordpress.json in the library knows no posts of this site yet. If that file was lost, restore it from a \
                 backup first: a post that was given another name on the site is not recognised without it, and would \
                 be made a second time."
                    .into(),
            );
        }
    }
    Ok(Plan { steps, notes, terms, ledger })
}

/// What a step is about.
struct About<'a> {
    entry: &'a EntryId,
    question: String,
    at: Option<&'a SitePost>,
}

impl About<'_> {
    fn step(&self, action: Action, why: &str, change: Change) -> Step {
        Step {
            action,
            entry: self.entry.clone(),
            question: self.question.clone(),
            why: why.to_owned(),
            post: self.at.map(|at| at.id),
            link: self.at.map(|at| at.link.clone()).unwrap_or_default(),
            change,
        }
    }

    fn leave(&self, why: &str) -> Step {
        self.step(Action::Leave, why, Change::Nothing)
    }
}

fn of_post(
    wanted: &Wanted,
    found: Option<&Found>,
    ledger: &Ledger,
    overwrite: &BTreeSet<EntryId>,
    site: &Site,
    settings: &Settings,
) -> Step {
    let post = wanted.post;
    let about = About { entry: &post.id, question: post.question.clone(), at: None };
    let create = |why: &str| {
        let mut body = wanted.body(site);
        body.insert("slug".into(), post.slug.as_str().into());
        body.insert("status".into(), settings.status.as_str().into());
        let change =
            Change::Create { name: post.slug.clone(), body, sent: wanted.hash.clone(), meta: meta_hash(&wanted.meta) };
        about.step(Action::Create, why, change)
    };
    let told = overwrite.contains(&post.id);
    let at = match found {
        None => return create("new"),
        Some(Found::Deleted(_)) if told => return create("was deleted on the site"),
        Some(Found::Deleted(_)) => return about.leave("was deleted on the site"),
        Some(Found::Several(numbers)) => return about.leave(&several(numbers)),
        Some(Found::One(at)) => at,
    };
    let about = About { at: Some(at), ..about };
    if at.is_trashed() {
        return about.leave("is in the site's trash");
    }
    let known = ledger.get(&post.id).filter(|known| known.post == at.id);
    let (now, meta) = (at.hash(), meta_hash(&wanted.meta));
    let same_text = now == wanted.hash
        // The site made something else of the same text when it was sent.
        || known.is_some_and(|known| known.sent == wanted.hash && known.site == now);
    let same_meta = wanted.meta.iter().all(|(key, value)| at.meta.get(key) == Some(value))
        || known.is_some_and(|known| known.meta == meta);
    if same_text && same_meta {
        let note = Known { meta, ..Known::of(at.id, wanted.hash.clone(), now) };
        return about.step(Action::Keep, "is up to date", Change::Note(note));
    }
    let write = |why: &str, body, part| {
        let change = Change::Write { post: at.id, seen: now.clone(), body, part };
        about.step(Action::Update, why, change)
    };
    if same_text {
        let body = Map::from_iter([("meta".to_owned(), Value::Object(wanted.meta.clone()))]);
        return write("its fields are out of date", body, Part::Fields { meta });
    }
    let texts = |why: &str| write(why, wanted.body(site), Part::Texts { sent: wanted.hash.clone(), meta });
    match hand(at, known) {
        Hand::Ours => texts("the entry changed"),
        Hand::Theirs if told => texts("was changed by hand, and is overwritten as asked"),
        Hand::Unknown if told => texts("is of unknown origin, and is overwritten as asked"),
        Hand::Theirs => about.leave("was changed by hand on the site"),
        Hand::Unknown => about.leave("has the entry's name and another text, and nobody knows who wrote it"),
    }
}

fn several(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    format!("several posts have the entry's name: {}", numbers.join(", "))
}

/// `None` when there is nothing to do nor to say.
fn of_gone(gone: &Gone, found: &Found, ledger: &Ledger, overwrite: &BTreeSet<EntryId>, site: &Site) -> Option<Step> {
    let about = About { entry: &gone.id, question: String::new(), at: None };
    let at = match found {
        Found::Deleted(_) => return None,
        Found::One(at) if at.is_trashed() => return None,
        Found::Several(numbers) => return Some(about.leave(&several(numbers))),
        Found::One(at) => at,
    };
    let about = About { question: post::plain(&at.title), at: Some(at), ..about };
    let known = ledger.get(&gone.id).filter(|known| known.post == at.id);
    let told = overwrite.contains(&gone.id);
    match (gone.reason, &gone.notice) {
        (GoneReason::Unapproved, _) => {
            Some(about.leave("waits for people: as it stands, its entry may not be published"))
        }
        (GoneReason::Withdrawn, Some(notice)) => Some(of_withdrawn(&about, at, notice, known, told, site)),
        _ => of_removed(&about, at, known, told),
    }
}

/// Sends the status of a post, and nothing else.
fn to_draft(about: &About, at: &SitePost, why: &str, part: Part) -> Step {
    let body = Map::from_iter([("status".to_owned(), json!("draft"))]);
    about.step(Action::Unpublish, why, Change::Write { post: at.id, seen: at.hash(), body, part })
}

fn of_withdrawn(about: &About, at: &SitePost, notice: &str, known: Option<&Known>, told: bool, site: &Site) -> Step {
    let wanted = text_hash(&at.title, notice, "");
    if at.hash() == wanted || known.is_some_and(|known| known.sent == wanted && known.site == at.hash()) {
        let note = Known::of(at.id, wanted, at.hash());
        return about.step(Action::Keep, "says that it was withdrawn", Change::Note(note));
    }
    match hand(at, known) {
        hand if hand == Hand::Ours || told => {
            about.step(Action::Withdraw, "was withdrawn", withdrawal(at, notice, wanted, site))
        }
        Hand::Unknown => about.leave("was withdrawn, but nobody knows who wrote the post with its name: see to it"),
        _ if at.status == "draft" => about.leave("was withdrawn; its text was changed by hand, so that it stays"),
        _ => {
            let why = "was withdrawn; its text was changed by hand, so that only its status changes";
            to_draft(about, at, why, Part::Status)
        }
    }
}

fn of_removed(about: &About, at: &SitePost, known: Option<&Known>, told: bool) -> Option<Step> {
    if at.status == "draft" {
        return None;
    }
    Some(match hand(at, known) {
        _ if told => to_draft(about, at, "is no entry any more", Part::TakenDown),
        Hand::Ours if known.is_some_and(|known| known.taken_down) => {
            about.leave("is no entry any more, and people put its post back")
        }
        Hand::Ours => to_draft(about, at, "is no entry any more", Part::TakenDown),
        Hand::Theirs => about.leave("is no entry any more; its post was changed by hand, so that it stays"),
        Hand::Unknown => about.leave("is no entry any more, and nobody knows who wrote the post with its name"),
    })
}

fn withdrawal(at: &SitePost, notice: &str, wanted: Digest, site: &Site) -> Change {
    let mut body = Map::new();
    body.insert("status".into(), "draft".into());
    body.insert("content".into(), notice.into());
    if site.fields.contains("excerpt") {
        // It quotes the answer.
        body.insert("excerpt".into(), "".into());
    }
    let emptied = post::emptied().into_iter().chain([(META_HASH, wanted.as_str().into())]);
    let meta: Map<String, Value> =
        emptied.filter(|(key, _)| site.meta.contains(*key)).map(|(key, value)| (key.to_owned(), value)).collect();
    if !meta.is_empty() {
        body.insert("meta".into(), Value::Object(meta));
    }
    Change::Write { post: at.id, seen: at.hash(), body, part: Part::Texts { sent: wanted, meta: None } }
}

fn terms(
    site: &Site,
    settings: &Settings,
    notes: &mut Vec<String>,
) -> Result<Vec<(Terms, String, Option<u64>)>, PublishError> {
    let mut terms = Vec::new();
    for (kind, names) in [(Terms::Categories, &settings.categories), (Terms::Tags, &settings.tags)] {
        if !names.is_empty() && !site.fields.contains(kind.name()) {
            notes.push(format!("This kind of post has no {} on the site: they are left out.", kind.name()));
            continue;
        }
        for name in names {
            let number = site.term(kind, name)?;
            if number.is_none() {
                notes.push(format!(
                    "The site has no \"{name}\" among its {} yet: it is made, unless WordPress keeps it under another form of \
                     that name.",
                    kind.name()
                ));
            }
            terms.push((kind, name.clone(), number));
        }
    }
    Ok(terms)
}
