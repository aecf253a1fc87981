//! A WordPress site: where its REST interface is, what the kind of post has, and posts in and out.

use super::client::{Ask, Client, Reply, Trouble};
use super::error::PublishError;
use super::settings::Settings;
use crate::export::post::{self, META_ID, text_hash};
use crate::model::{Digest, EntryId};
use crate::progress::Cancel;
use reqwest::{Method, Url};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// How often the site's own address may lead on within the site.
const HOPS: usize = 5;
/// Posts of one question; each has two names, and addresses have an end.
const BATCH: usize = 40;
/// Entries of one page of a list, the most that WordPress gives.
const PAGE: usize = 100;
/// What is read of a post.
const FIELDS: &str = "id,slug,status,title.raw,content.raw,excerpt.raw,meta,link";
/// Every status that WordPress lists.
const ALL: &str = "any,trash";
/// WordPress puts this behind the name of a post in the trash.
const TRASHED: &str = "__trashed";

/// A post as the site has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SitePost {
    pub(super) id: u64,
    pub(super) slug: String,
    pub(super) status: String,
    pub(super) title: String,
    pub(super) content: String,
    pub(super) excerpt: String,
    pub(super) meta: Map<String, Value>,
    pub(super) link: String,
}

impl SitePost {
    /// What people read of it.
    pub(super) fn hash(&self) -> Digest {
        text_hash(&self.title, &self.content, &self.excerpt)
    }

    pub(super) fn is_trashed(&self) -> bool {
        self.status == "trash"
    }

    /// The name that it has, or had before it was thrown away.
    pub(super) fn name(&self) -> &str {
        self.slug.strip_suffix(TRASHED).unwrap_or(&self.slug)
    }

    /// The id of the entry that its fields name.
    pub(super) fn entry(&self) -> Option<&str> {
        self.meta.get(META_ID).and_then(Value::as_str).filter(|id| !id.is_empty())
    }

    fn of(value: &Value) -> Result<Self, PublishError> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let raw = |key: &str| value.get(key).and_then(|v| v.get("raw")).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            id: value.get("id").and_then(Value::as_u64).ok_or(PublishError::Garbled { what: "a post has no id" })?,
            slug: text("slug"),
            status: text("status"),
            title: raw("title").ok_or(PublishError::Garbled { what: "a post comes without its raw title" })?,
            content: raw("content").ok_or(PublishError::Garbled { what: "a post comes without its raw text" })?,
            excerpt: raw("excerpt").unwrap_or_default(),
            // Without any field WordPress writes an empty list.
            meta: value.get("meta").and_then(Value::as_object).cloned().unwrap_or_default(),
            link: text("link"),
        })
    }
}

/// How a post came to be made.
pub(super) enum Made {
    /// The site said so.
    Told(SitePost),
    /// The site's answer was lost, and the post was found there. Whether all of it was written is not known.
    Found(SitePost),
}

/// Categories and tags are both called terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Terms {
    Categories,
    Tags,
}

impl Terms {
    /// The name in addresses and in posts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Categories => "categories",
            Self::Tags => "tags",
        }
    }
}

/// A site that can be published to.
pub(super) struct Site<'a> {
    client: Client<'a>,
    root: Url,
    /// The meta fields that the site registered for this kind of post.
    pub(super) meta: BTreeSet<String>,
    /// The other fields that this kind of post has.
    pub(super) fields: BTreeSet<String>,
}

impl<'a> Site<'a> {
    /// Finds the REST interface and sees that this user may write posts.
    pub(super) fn open(settings: &'a Settings, cancel: &'a Cancel) -> Result<Self, PublishError> {
        let client = Client::new(settings, cancel)?;
        let (root, takes_passwords) = find_root(&client)?;
        let mut site = Self { client, root, meta: BTreeSet::new(), fields: BTreeSet::new() };
        match site.get("wp/v2/users/me", &[("context", "edit")]) {
            Ok(_) => {}
            Err(PublishError::Unseen { .. }) if !takes_passwords => return Err(PublishError::NoPasswords),
            // Some sites hide their users; what follows needs the password all the same.
            Err(PublishError::Answer { status: 404, .. } | PublishError::Forbidden { .. }) => {}
            Err(error) => return Err(error),
        }
        site.look_at_kind()?;
        Ok(site)
    }

    fn settings(&self) -> &'a Settings {
        self.client.settings
    }

    fn kind(&self) -> String {
        format!("wp/v2/{}", self.settings().post_type)
    }

    /// What this kind of post has, by the site's own description.
    fn look_at_kind(&mut self) -> Result<(), PublishError> {
        let unknown = || PublishError::NoPostType { name: self.settings().post_type.clone() };
        let described = match self.ask(Method::OPTIONS, &self.kind(), &[], None) {
            Ok(described) => described,
            Err(PublishError::Answer { status: 404, .. }) => return Err(unknown()),
            Err(error) => return Err(error),
        };
        // What WordPress says of an address that it does not have: nothing, and that all is well.
        if described.body.get("endpoints").is_none() && described.body.get("schema").is_none() {
            return Err(unknown());
        }
        let properties = described.body.get("schema").and_then(|schema| schema.get("properties"));
        let properties = properties
            .and_then(Value::as_object)
            .ok_or(PublishError::Garbled { what: "the kind of post is not described" })?;
        if !described.allow.is_empty() && !described.allow.split(',').any(|method| method.trim() == "POST") {
            return Err(PublishError::Forbidden { user: self.settings().user.clone(), what: "write posts there" });
        }
        let meta = properties.get("meta").and_then(|meta| meta.get("properties")).and_then(Value::as_object);
        self.meta = meta.into_iter().flat_map(|fields| fields.keys().cloned()).collect();
        self.fields = properties.keys().cloned().collect();
        Ok(())
    }

    fn at(&self, path: &str, query: &[(&str, &str)]) -> Url {
        at(&self.root, path, query)
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Value>,
    ) -> Result<Reply, PublishError> {
        self.client.ask(&Ask { method, url: self.at(path, query), body, signed: true })
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Reply, PublishError> {
        self.ask(Method::GET, path, query, None)
    }

    /// One page of a list of posts, and how many pages there are.
    fn page(&self, path: &str, query: &[(&str, &str)]) -> Result<(Vec<Value>, u64), PublishError> {
        let size = PAGE.to_string();
        let mut all = vec![("context", "edit"), ("per_page", size.as_str()), ("orderby", "id"), ("order", "asc")];
        all.extend(query);
        match self.get(path, &all)? {
            Reply { body: Value::Array(posts), pages, .. } => Ok((posts, pages)),
            _ => Err(PublishError::Garbled { what: "a list of posts is none" }),
        }
    }

    fn list(&self, query: &[(&str, &str)]) -> Result<(Vec<SitePost>, u64), PublishError> {
        let mut all = vec![("status", ALL), ("_fields", FIELDS)];
        all.extend(query);
        let (posts, pages) = self.page(&self.kind(), &all)?;
        Ok((posts.iter().map(SitePost::of).collect::<Result<_, _>>()?, pages))
    }

    /// The posts with these names, also those in the trash. `at` hears how many names were asked for.
    pub(super) fn by_names(&self, names: &[String], at: &dyn Fn(u64)) -> Result<Vec<SitePost>, PublishError> {
        let mut posts = Vec::new();
        for (number, batch) in names.chunks(BATCH).enumerate() {
            let both: Vec<String> = batch.iter().flat_map(|n| [n.clone(), format!("{n}{TRASHED}")]).collect();
            let (found, pages) = self.list(&[("slug", &both.join(","))])?;
            posts.extend(found);
            for page in 2..=pages {
                posts.extend(self.list(&[("slug", &both.join(",")), ("page", &page.to_string())])?.0);
            }
            at((number * BATCH + batch.len()) as u64);
        }
        Ok(posts)
    }

    /// The posts with these numbers, as far as they are there.
    pub(super) fn by_numbers(&self, numbers: &[u64]) -> Result<Vec<SitePost>, PublishError> {
        let mut posts = Vec::new();
        for batch in numbers.chunks(PAGE) {
            let text: Vec<String> = batch.iter().map(u64::to_string).collect();
            posts.extend(self.list(&[("include", &text.join(","))])?.0);
        }
        Ok(posts)
    }

    /// The numbers of all posts that carry an entry's id, where the site registered that field.
    pub(super) fn carriers(&self) -> Result<Vec<(u64, EntryId)>, PublishError> {
        let carrier = |post: &Value| {
            let id = post.get("meta")?.get(META_ID)?.as_str()?.parse().ok()?;
            Some((post.get("id")?.as_u64()?, id))
        };
        let mut carriers = Vec::new();
        let mut page = 1;
        loop {
            let number = page.to_string();
            let query = [("status", ALL), ("_fields", "id,meta"), ("page", number.as_str())];
            let (posts, pages) = self.page(&self.kind(), &query)?;
            carriers.extend(posts.iter().filter_map(carrier));
            if page >= pages {
                return Ok(carriers);
            }
            page += 1;
        }
    }

    /// How many of these posts are of this kind and not in the trash. Where the site does not know the kind, all of them
    /// may be: they come back with it.
    pub(super) fn not_trashed(&self, kind: &str, numbers: &[u64]) -> Result<u64, PublishError> {
        let mut count = 0;
        for batch in numbers.chunks(PAGE) {
            let text: Vec<String> = batch.iter().map(u64::to_string).collect();
            let query = [("status", "any"), ("_fields", "id"), ("include", &text.join(","))];
            count += match self.page(&format!("wp/v2/{kind}"), &query) {
                Ok((posts, _)) => posts.len() as u64,
                Err(PublishError::Answer { status: 404, .. }) => batch.len() as u64,
                Err(error) => return Err(error),
            };
        }
        Ok(count)
    }

    /// The post as it is now; `None` when it is gone.
    pub(super) fn post(&self, id: u64) -> Result<Option<SitePost>, PublishError> {
        let path = format!("{}/{id}", self.kind());
        match self.get(&path, &[("context", "edit"), ("_fields", FIELDS)]) {
            Ok(reply) => SitePost::of(&reply.body).map(Some),
            Err(PublishError::Answer { status: 404 | 410, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a post. When an answer is lost it is looked up by its name before it is made again.
    pub(super) fn create(&self, name: &str, body: Value) -> Result<Made, PublishError> {
        let url = self.at(&self.kind(), &[("context", "edit"), ("_fields", FIELDS)]);
        let ask = Ask { method: Method::POST, url, body: Some(body), signed: true };
        let done = || {
            let found = self.by_names(&[name.to_owned()], &|_| ())?;
            Ok(found.into_iter().find(|post| !post.is_trashed()))
        };
        match self.client.ask_unless(&ask, done)? {
            Ok(reply) => SitePost::of(&reply.body).map(Made::Told),
            Err(found) => Ok(Made::Found(found)),
        }
    }

    /// Changes a post; what `body` does not name stays.
    pub(super) fn update(&self, id: u64, body: Value) -> Result<SitePost, PublishError> {
        let path = format!("{}/{id}", self.kind());
        let reply = self.ask(Method::POST, &path, &[("context", "edit"), ("_fields", FIELDS)], Some(body))?;
        SitePost::of(&reply.body)
    }

    /// The number of the category or tag with this name; `None` when there is none.
    pub(super) fn term(&self, terms: Terms, name: &str) -> Result<Option<u64>, PublishError> {
        let path = format!("wp/v2/{}", terms.name());
        // What is searched is the name as WordPress keeps it.
        let kept = post::term(name);
        let mut page = 1;
        loop {
            let number = page.to_string();
            let query =
                [("search", kept.as_str()), ("per_page", "100"), ("_fields", "id,name"), ("page", number.as_str())];
            let reply = self.get(&path, &query)?;
            let found = reply.body.as_array().into_iter().flatten().find(|term| {
                let have = term.get("name").and_then(Value::as_str).unwrap_or_default();
                post::plain(have).to_lowercase() == name.to_lowercase()
            });
            if let Some(id) = found.and_then(|term| term.get("id")).and_then(Value::as_u64) {
                return Ok(Some(id));
            }
            if page >= reply.pages {
                return Ok(None);
            }
            page += 1;
        }
    }

    /// Makes a category or a tag; `None` when this user may not.
    pub(super) fn make_term(&self, terms: Terms, name: &str) -> Result<Option<u64>, PublishError> {
        let path = format!("wp/v2/{}", terms.name());
        match self.ask(Method::POST, &path, &[("_fields", "id")], Some(json!({ "name": name }))) {
            Ok(reply) => Ok(reply.body.get("id").and_then(Value::as_u64)),
            Err(PublishError::Forbidden { .. }) => Ok(None),
            // Made by an attempt whose answer was lost, or in the meantime.
            Err(PublishError::Answer { code, term, .. }) if code == "term_exists" => match term {
                Some(number) => Ok(Some(number)),
                None => self.term(terms, name),
            },
            Err(error) => Err(error),
        }
    }
}

/// An address below the root, in either of its forms: a path, or a path as a parameter where the site's
/// addresses are plain.
fn at(root: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    const ROUTE: &str = "rest_route";
    let mut url = root.clone();
    let route = root.query_pairs().find(|(key, _)| key == ROUTE).map(|(_, value)| value.into_owned());
    match route {
        Some(route) => {
            let others: Vec<(String, String)> = root
                .query_pairs()
                .filter(|(key, _)| key != ROUTE)
                .map(|(k, v)| (k.into_owned(), v.into_owned()))
                .collect();
            let route = format!("{}/{path}", route.trim_end_matches('/'));
            url.query_pairs_mut().clear().extend_pairs(others).append_pair(ROUTE, &route);
        }
        None => url.set_path(&format!("{}/{path}", root.path().trim_end_matches('/'))),
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// The REST interface, and whether it takes application passwords as far as it tells. Asked without a password.
fn find_root(client: &Client) -> Result<(Url, bool), PublishError> {
    let settings = client.settings;
    let open = |url: &Url| client.ask(&Ask { method: Method::GET, url: url.clone(), body: None, signed: false });
    let mut roots = Vec::new();
    let mut page = settings.url.clone();
    for _ in 0..HOPS {
        match client.once(&Ask { method: Method::GET, url: page.clone(), body: None, signed: false }) {
            Ok(reply) => {
                let link = reply.links.iter().find_map(|link| advertised(link));
                if let Some(root) = link.and_then(|link| page.join(&link).ok()) {
                    if root.origin() != settings.url.origin() {
                        return Err(client.moved(root));
                    }
                    roots.push(root);
                }
                break;
            }
            Err(Trouble::Elsewhere(to)) if to.origin() != settings.url.origin() => return Err(client.moved(to)),
            Err(Trouble::Elsewhere(to)) => page = to,
            Err(Trouble::Lasting(error @ PublishError::Cancelled(_))) => return Err(error),
            // The interface may answer all the same, and is asked with more patience.
            Err(_) => break,
        }
    }
    let base = &settings.url;
    roots.extend(base.join("wp-json/"));
    roots.extend(base.join("?rest_route=/"));
    let mut why = PublishError::NoRest { url: settings.site().to_owned() };
    for root in roots {
        match open(&root) {
            Ok(reply) if speaks(&reply.body) => {
                let ways = reply.body.get("authentication");
                let takes = ways.is_none_or(|ways| ways.get("application-passwords").is_some());
                return Ok((root, takes));
            }
            // A page of the site.
            Ok(_) | Err(PublishError::Answer { .. } | PublishError::NotJson { status: 404 }) => {}
            // Closed to strangers, which the user is not.
            Err(PublishError::Unseen { .. } | PublishError::Forbidden { .. }) => return Ok((root, true)),
            Err(error @ PublishError::NotJson { .. }) => why = error,
            // The home page of a site may lead elsewhere where its data does not.
            Err(error @ PublishError::Moved { .. }) => why = error,
            Err(error) => return Err(error),
        }
    }
    Err(why)
}

fn speaks(body: &Value) -> bool {
    let namespaces = body.get("namespaces").and_then(Value::as_array);
    namespaces.into_iter().flatten().any(|name| name.as_str() == Some("wp/v2"))
}

/// The REST interface's address in a `Link` header.
fn advertised(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (address, about) = link.trim().strip_prefix('<')?.split_once('>')?;
        about.contains("https://api.w.org/").then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_two_forms() {
        let pretty: Url = "https://a.example/blog/wp-json/".parse().unwrap();
        let plain: Url = "https://a.example/?rest_route=/".parse().unwrap();
        let query = [("slug", "e-1,e-2"), ("status", "any")];
        let shown = |root: &Url| at(root, "wp/v2/posts", &query).to_string();
        assert_eq!(shown(&pretty), "https://a.example/blog/wp-json/wp/v2/posts?slug=e-1%2Ce-2&status=any");
        assert_eq!(shown(&plain), "https://a.example/?rest_route=%2Fwp%2Fv2%2Fposts&slug=e-1%2Ce-2&status=any");
    }

    #[test]
    fn the_right_link_is_taken() {
        let header = "<https://a.example/>; rel=shortlink, <https://a.example/wp-json/>; rel=\"https://api.w.org/\"";
        assert_eq!(advertised(header).as_deref(), Some("https://a.example/wp-json/"));
        assert_eq!(advertised("<https://a.example/>; rel=shortlink"), None);
    }
}
