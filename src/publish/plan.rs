//! What is to be done on the site, decided before anything is sent.
//!
//! The rule that guards people's work: a post is written only when the site's text is the one that was written there
//! last (by the ledger, or by the hash in the post's own fields), or when somebody names the entry to be overwritten.

use super::error::PublishError;
use super::ledger::{Known, Ledger};
use super::settings::Settings;
use super::site::{Site, SitePost, Terms};
use crate::export::contract::GoneReason;
use crate::export::post::{Gone, META_HASH, META_ID, Post, Posts, text_hash};
use crate::model::{Digest, EntryId};
use crate::progress::{Amount, Progress};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

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
        seen: Digest,
        body: Map<String, Value>,
        texts: Option<Texts>,
        meta: Option<Digest>,
    },
}

/// That a write sends new texts, and their hash.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Texts(pub(super) Digest);

/// One entry of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What becomes of its post.
    pub action: Action,
    /// The entry.
    pub entry: EntryId,
    /// The question, as far as it is known.
    pub question: String,
    /// Why, in a few words.
    pub why: String,
    /// The post's number on the site, if it has one.
    pub post: Option<u64>,
    /// Its address.
    pub link: String,
    pub(super) change: Change,
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
    /// Whether anything is to be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.change, Change::Nothing | Change::Note(_)))
    }

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

/// A post of the site, or what became of it.
#[derive(Debug, Clone, PartialEq)]
enum Found {
    One(SitePost),
    /// Several have the entry's name, and nobody knows which is meant.
    Several(Vec<u64>),
    /// The one that was made is gone.
    Deleted(u64),
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
    let found = look(site, posts, &ledger, progress)?;
    let mut steps: Vec<Step> = posts
        .posts
        .iter()
        .map(|post| of_post(&Wanted::of(post, site), found.get(&post.id), &ledger, overwrite, site, settings))
        .collect();
    steps.extend(posts.gone.iter().filter_map(|gone| of_gone(gone, found.get(&gone.id)?, &ledger, overwrite, site)));
    let mut notes = Vec::new();
    let terms = match steps.iter().any(|step| step.action == Action::Create) {
        true => terms(site, settings, &mut notes)?,
        false => Vec::new(),
    };
    if site.meta.contains(META_ID) == site.meta.contains(META_HASH) && !site.meta.contains(META_ID) {
        notes.push(
            "The site has no fields for experts and recordings: its administrator can switch on the plugin in \
             integrations/wordpress."
                .into(),
        );
    }
    Ok(Plan { steps, notes, terms, ledger })
}

/// The entries' posts: by name; by number, for those whose name was changed on the site; by the id in their fields, for
/// those of another computer's ledger.
fn look(
    site: &Site,
    posts: &Posts,
    ledger: &Ledger,
    progress: &dyn Progress,
) -> Result<BTreeMap<EntryId, Found>, PublishError> {
    let ids: Vec<&EntryId> = posts.posts.iter().map(|p| &p.id).chain(posts.gone.iter().map(|g| &g.id)).collect();
    let names: Vec<String> = ids.iter().map(|id| id.to_string()).collect();
    progress.start("look at the site", Amount::Items(names.len() as u64));
    let mut named: BTreeMap<EntryId, Vec<SitePost>> = BTreeMap::new();
    let add = |named: &mut BTreeMap<EntryId, Vec<SitePost>>, id: EntryId, post: SitePost| {
        let posts = named.entry(id).or_default();
        if posts.iter().all(|other| other.id != post.id) {
            posts.push(post);
        }
    };
    for post in site.by_names(&names, &|done| progress.at(done))? {
        if let Ok(id) = post.name().parse() {
            add(&mut named, id, post);
        }
    }
    let missing: BTreeMap<u64, &EntryId> = ids
        .iter()
        .filter_map(|id| Some((ledger.get(id)?.post, *id)))
        .filter(|(number, id)| named.get(*id).is_none_or(|posts| posts.iter().all(|post| post.id != *number)))
        .collect();
    for post in site.by_numbers(&missing.keys().copied().collect::<Vec<_>>())? {
        if let Some(id) = missing.get(&post.id) {
            add(&mut named, (*id).clone(), post);
        }
    }
    let unknown: BTreeSet<&EntryId> =
        ids.iter().copied().filter(|id| !named.contains_key(*id) && ledger.get(id).is_none()).collect();
    if site.meta.contains(META_ID) && !unknown.is_empty() {
        for post in site.with_ids()? {
            let id: Option<EntryId> = post.meta.get(META_ID).and_then(Value::as_str).and_then(|id| id.parse().ok());
            if let Some(id) = id.filter(|id| unknown.contains(id)) {
                add(&mut named, id, post);
            }
        }
    }
    progress.finish(&format!("{} posts found", named.len()));
    let mut found: BTreeMap<EntryId, Found> = named
        .into_iter()
        .map(|(id, posts)| {
            let one = choose(posts, ledger.get(&id));
            (id, one)
        })
        .collect();
    for (number, id) in missing {
        found.entry(id.clone()).or_insert(Found::Deleted(number));
    }
    Ok(found)
}

/// The post that is meant: the one of the ledger, else the only one that is not in the trash.
fn choose(mut posts: Vec<SitePost>, known: Option<&Known>) -> Found {
    if let Some(at) = known.and_then(|known| posts.iter().position(|post| post.id == known.post)) {
        return Found::One(posts.swap_remove(at));
    }
    let alive: Vec<usize> = (0..posts.len()).filter(|at| !posts[*at].is_trashed()).collect();
    match alive[..] {
        [at] => Found::One(posts.swap_remove(at)),
        [] => Found::One(posts.swap_remove(0)),
        _ => Found::Several(posts.iter().filter(|post| !post.is_trashed()).map(|post| post.id).collect()),
    }
}

/// Whose text the site has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// It is what was written there last.
    Ours,
    /// Somebody changed it since.
    Theirs,
    /// Nobody knows who wrote it.
    Unknown,
}

fn hand(post: &SitePost, known: Option<&Known>) -> Hand {
    let now = post.hash();
    let noted = post.meta.get(META_HASH).and_then(Value::as_str).filter(|hash| !hash.is_empty());
    let known = known.filter(|known| known.post == post.id);
    if noted == Some(now.as_str()) || known.is_some_and(|known| known.site == now) {
        return Hand::Ours;
    }
    if noted.is_some() || known.is_some() { Hand::Theirs } else { Hand::Unknown }
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
    let step = |action, why: &str, at: Option<&SitePost>, change| Step {
        action,
        entry: post.id.clone(),
        question: post.question.clone(),
        why: why.to_owned(),
        post: at.map(|at| at.id),
        link: at.map(|at| at.link.clone()).unwrap_or_default(),
        change,
    };
    let create = |why: &str| {
        let mut body = wanted.body(site);
        body.insert("slug".into(), post.slug.as_str().into());
        body.insert("status".into(), settings.status.as_str().into());
        let change =
            Change::Create { name: post.slug.clone(), body, sent: wanted.hash.clone(), meta: meta_hash(&wanted.meta) };
        step(Action::Create, why, None, change)
    };
    let told = overwrite.contains(&post.id);
    let at = match found {
        None => return create("new"),
        Some(Found::Deleted(_)) if told => return create("was deleted on the site"),
        Some(Found::Deleted(_)) => {
            return step(Action::Leave, "was deleted on the site", None, Change::Nothing);
        }
        Some(Found::Several(numbers)) => return step(Action::Leave, &several(numbers), None, Change::Nothing),
        Some(Found::One(at)) if at.is_trashed() => {
            return step(Action::Leave, "is in the site's trash", Some(at), Change::Nothing);
        }
        Some(Found::One(at)) => at,
    };
    let known = ledger.get(&post.id).filter(|known| known.post == at.id);
    let (now, meta) = (at.hash(), meta_hash(&wanted.meta));
    let same_text = now == wanted.hash
        // The site made something else of the same text when it was sent.
        || known.is_some_and(|known| known.sent == wanted.hash && known.site == now);
    let same_meta = wanted.meta.iter().all(|(key, value)| at.meta.get(key) == Some(value))
        || known.is_some_and(|known| known.meta == meta);
    let write = |why: &str, body, texts| {
        let change = Change::Write { post: at.id, seen: now.clone(), body, texts, meta: meta.clone() };
        step(Action::Update, why, Some(at), change)
    };
    if same_text && same_meta {
        let note = Known { post: at.id, sent: wanted.hash.clone(), site: now, meta };
        return step(Action::Keep, "is up to date", Some(at), Change::Note(note));
    }
    if same_text {
        let body = Map::from_iter([("meta".to_owned(), Value::Object(wanted.meta.clone()))]);
        return write("its fields are out of date", body, None);
    }
    let texts = Some(Texts(wanted.hash.clone()));
    match hand(at, known) {
        Hand::Ours => write("the entry changed", wanted.body(site), texts),
        Hand::Theirs if told => write("was changed by hand, and is overwritten as asked", wanted.body(site), texts),
        Hand::Unknown if told => write("is of unknown origin, and is overwritten as asked", wanted.body(site), texts),
        Hand::Theirs => step(Action::Leave, "was changed by hand on the site", Some(at), Change::Nothing),
        Hand::Unknown => {
            let why = "has the entry's name and another text, and nobody knows who wrote it";
            step(Action::Leave, why, Some(at), Change::Nothing)
        }
    }
}

fn several(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    format!("several posts have the entry's name: {}", numbers.join(", "))
}

/// `None` when there is nothing to do nor to say.
fn of_gone(gone: &Gone, found: &Found, ledger: &Ledger, overwrite: &BTreeSet<EntryId>, site: &Site) -> Option<Step> {
    let step = |action, why: &str, at: Option<&SitePost>, change| Step {
        action,
        entry: gone.id.clone(),
        question: at.map(|at| shown(&at.title)).unwrap_or_default(),
        why: why.to_owned(),
        post: at.map(|at| at.id),
        link: at.map(|at| at.link.clone()).unwrap_or_default(),
        change,
    };
    let at = match found {
        Found::Deleted(_) => return None,
        Found::One(at) if at.is_trashed() => return None,
        Found::Several(numbers) => return Some(step(Action::Leave, &several(numbers), None, Change::Nothing)),
        Found::One(at) => at,
    };
    let known = ledger.get(&gone.id).filter(|known| known.post == at.id);
    let is_draft = at.status == "draft";
    let to_draft = |why: &str| {
        let body = Map::from_iter([("status".to_owned(), json!("draft"))]);
        let change = Change::Write { post: at.id, seen: at.hash(), body, texts: None, meta: None };
        step(Action::Unpublish, why, Some(at), change)
    };
    match (gone.reason, &gone.notice) {
        (GoneReason::Unapproved, _) => Some(step(
            Action::Leave,
            "was changed since it was approved, and waits for approval",
            Some(at),
            Change::Nothing,
        )),
        (GoneReason::Withdrawn, Some(notice)) => {
            let wanted = text_hash(&at.title, notice, "");
            if at.hash() == wanted || known.is_some_and(|known| known.sent == wanted && known.site == at.hash()) {
                let note = Known { post: at.id, sent: wanted, site: at.hash(), meta: None };
                return Some(step(Action::Keep, "says that it was withdrawn", Some(at), Change::Note(note)));
            }
            if hand(at, known) == Hand::Ours || overwrite.contains(&gone.id) {
                return Some(step(Action::Withdraw, "was withdrawn", Some(at), withdrawal(at, notice, wanted, site)));
            }
            match is_draft {
                true => {
                    let why = "was withdrawn; its text was changed by hand, so that it stays";
                    Some(step(Action::Leave, why, Some(at), Change::Nothing))
                }
                false => Some(to_draft("was withdrawn; its text was changed by hand, so that only its status changes")),
            }
        }
        _ if is_draft => None,
        (GoneReason::Withdrawn, None) => Some(to_draft("was withdrawn")),
        (GoneReason::Removed, _) => Some(to_draft("is no entry any more")),
    }
}

fn withdrawal(at: &SitePost, notice: &str, wanted: Digest, site: &Site) -> Change {
    let mut body = Map::new();
    body.insert("status".into(), "draft".into());
    body.insert("content".into(), notice.into());
    if site.fields.contains("excerpt") {
        // It quotes the answer.
        body.insert("excerpt".into(), "".into());
    }
    if site.meta.contains(META_HASH) {
        body.insert("meta".into(), json!({ META_HASH: wanted.as_str() }));
    }
    Change::Write { post: at.id, seen: at.hash(), body, texts: Some(Texts(wanted)), meta: None }
}

/// A title of the site as plain text.
fn shown(title: &str) -> String {
    let plain = title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let plain: String = plain.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
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
                notes.push(format!("The site has no \"{name}\" among its {} yet: it is made.", kind.name()));
            }
            terms.push((kind, name.clone(), number));
        }
    }
    Ok(terms)
}
