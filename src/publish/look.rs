//! Which post of the site is an entry's, and whose text it has.

use super::error::PublishError;
use super::ledger::{Known, Ledger};
use super::site::{Site, SitePost};
use crate::export::post::{META_HASH, META_ID, Posts};
use crate::model::EntryId;
use crate::progress::{Amount, Progress};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A post of the site, or what became of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    One(SitePost),
    /// Several have the entry's name, and nobody knows which is meant.
    Several(Vec<u64>),
    /// The one that was made is gone.
    Deleted(u64),
}

/// The entries' posts: by name; by number, for those whose name was changed on the site; by the id in their fields, for
/// those of another computer's ledger.
pub(super) fn look(
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
        // On a site that was set up anew another post may have the number.
        if let Some(id) = missing.get(&post.id)
            && post.entry().is_none_or(|entry| entry == id.as_str())
        {
            add(&mut named, (*id).clone(), post);
        }
    }
    let unknown: BTreeSet<&EntryId> =
        ids.iter().copied().filter(|id| !named.contains_key(*id) && ledger.get(id).is_none()).collect();
    if site.meta.contains(META_ID) && !unknown.is_empty() {
        let carriers: BTreeMap<u64, EntryId> =
            site.carriers()?.into_iter().filter(|(_, id)| unknown.contains(id)).collect();
        for post in site.by_numbers(&carriers.keys().copied().collect::<Vec<_>>())? {
            if let Some(id) = carriers.get(&post.id) {
                add(&mut named, id.clone(), post);
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
pub(super) enum Hand {
    /// It is what was written there last.
    Ours,
    /// Somebody changed it since.
    Theirs,
    /// Nobody knows who wrote it.
    Unknown,
}

pub(super) fn hand(post: &SitePost, known: Option<&Known>) -> Hand {
    let now = post.hash();
    let noted = post.meta.get(META_HASH).and_then(Value::as_str).filter(|hash| !hash.is_empty());
    let known = known.filter(|known| known.post == post.id);
    if noted == Some(now.as_str()) || known.is_some_and(|known| known.site == now) {
        return Hand::Ours;
    }
    if noted.is_some() || known.is_some() { Hand::Theirs } else { Hand::Unknown }
}
