//! `wordpress.xml`: posts in WordPress's own form (WXR 1.2), for a first bulk load through its importer. Cut into
//! `wordpress-1.xml`, … where one file would be more than a usual site takes.
//!
//! Every post is a draft. Its texts, name and fields are those of [`super::post`], so that publishing afterwards finds
//! nothing to send.

use super::contract::EpisodeDocument;
use super::post::{self, Post};
use super::{ExportError, NamedBytes, page};
use crate::config::Config;
use crate::text::slug;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;
use std::fmt::Write as _;

/// The most bytes of a file: usual sites take uploads of two megabytes.
const MOST: usize = 1_500_000;

/// An author's name where the settings name no user. The importer asks whom to take for it.
const AUTHOR: &str = "spinetime";

/// The files, newest episode first; none when there is nothing to load.
pub(super) fn files(
    documents: &[EpisodeDocument],
    since: Option<Timestamp>,
    config: &Config,
) -> Result<Vec<NamedBytes>, ExportError> {
    let (head, foot) = (head(config), "</channel>\n</rss>\n");
    let mut parts: Vec<String> = Vec::new();
    let mut number = 0_u32;
    for document in documents {
        for post in post::posts(document, config)?.posts {
            if since.is_some_and(|since| post.changed_at < since) {
                continue;
            }
            number += 1;
            let item = item(&post, number, config);
            match parts.last_mut() {
                Some(part) if part.len() + item.len() + foot.len() <= MOST => part.push_str(&item),
                _ => parts.push(format!("{head}{item}")),
            }
        }
    }
    let alone = parts.len() == 1;
    let name = |part: usize| if alone { "wordpress.xml".to_owned() } else { format!("wordpress-{}.xml", part + 1) };
    let file = |(part, text): (usize, String)| NamedBytes { name: name(part), bytes: (text + foot).into_bytes() };
    Ok(parts.into_iter().enumerate().map(file).collect())
}

/// The kind of post by its name in the database, of its name in addresses.
fn post_type(rest_base: &str) -> String {
    match rest_base {
        "posts" => "post".to_owned(),
        "pages" => "page".to_owned(),
        // The plugin's.
        "spine-answers" => "spine_answer".to_owned(),
        // Unless a kind states another name for addresses, WordPress uses its own.
        other => other.to_owned(),
    }
}

/// The site's address, without a name and a password that somebody wrote into it.
fn site(stated: &str) -> String {
    let stated = stated.trim();
    if stated.is_empty() {
        return "https://example.org".to_owned();
    }
    let (scheme, rest) = stated.split_once("://").unwrap_or(("https", stated));
    let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    format!("{scheme}://{}", &rest[host.rfind('@').map_or(0, |at| at + 1)..])
}

fn head(config: &Config) -> String {
    let site = site(&config.wordpress.url);
    let mut head = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n",
    );
    line(&mut head, "title", &page::clean(&config.wording.heading));
    line(&mut head, "link", &site);
    line(&mut head, "wp:wxr_version", "1.2");
    line(&mut head, "wp:base_site_url", &site);
    line(&mut head, "wp:base_blog_url", &site);
    let author = author(config);
    let _ = writeln!(
        head,
        "<wp:author><wp:author_login>{}</wp:author_login>\
         <wp:author_display_name>{}</wp:author_display_name></wp:author>",
        data(author),
        data(author)
    );
    for (name, (kind, nicename)) in terms(config) {
        let _ = match kind {
            "category" => writeln!(
                head,
                "<wp:category><wp:category_nicename>{}</wp:category_nicename><wp:category_parent></wp:category_parent>\
                 <wp:cat_name>{}</wp:cat_name></wp:category>",
                data(&nicename),
                data(&post::term(&name))
            ),
            _ => writeln!(
                head,
                "<wp:tag><wp:tag_slug>{}</wp:tag_slug><wp:tag_name>{}</wp:tag_name></wp:tag>",
                data(&nicename),
                data(&post::term(&name))
            ),
        };
    }
    head
}

fn author(config: &Config) -> &str {
    let user = config.wordpress.user.trim();
    if user.is_empty() { AUTHOR } else { user }
}

/// Categories and tags: name, kind, and the name in addresses.
fn terms(config: &Config) -> Vec<(String, (&'static str, String))> {
    let wordpress = &config.wordpress;
    let categories = wordpress.categories.iter().map(|name| (name, "category"));
    let all = categories.chain(wordpress.tags.iter().map(|name| (name, "post_tag")));
    let named = all.map(|(name, kind)| (page::clean(name), kind)).filter(|(name, _)| !name.is_empty());
    named.map(|(name, kind)| (name.clone(), (kind, slug(&name, 60)))).collect()
}

fn item(post: &Post, number: u32, config: &Config) -> String {
    let mut item = String::from("<item>\n");
    line(&mut item, "title", &post.title);
    line(&mut item, "dc:creator", author(config));
    line(&mut item, "content:encoded", &post.content);
    line(&mut item, "excerpt:encoded", &post.excerpt);
    line(&mut item, "wp:post_id", &number.to_string());
    line(&mut item, "wp:post_date", &date(post));
    // WordPress's own sign of a draft whose date will be that of its publication.
    line(&mut item, "wp:post_date_gmt", "0000-00-00 00:00:00");
    line(&mut item, "wp:comment_status", "closed");
    line(&mut item, "wp:ping_status", "closed");
    line(&mut item, "wp:post_name", &post.slug);
    line(&mut item, "wp:status", "draft");
    line(&mut item, "wp:post_parent", "0");
    line(&mut item, "wp:menu_order", "0");
    line(&mut item, "wp:post_type", &post_type(config.wordpress.post_type.trim()));
    line(&mut item, "wp:post_password", "");
    line(&mut item, "wp:is_sticky", "0");
    for (name, (kind, nicename)) in terms(config) {
        let nicename = attribute(&nicename);
        let _ = writeln!(
            item,
            "<category domain=\"{kind}\" nicename=\"{nicename}\">{}</category>",
            data(&post::term(&name))
        );
    }
    for (key, value) in &post.meta {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = writeln!(
            item,
            "<wp:postmeta><wp:meta_key>{}</wp:meta_key><wp:meta_value>{}</wp:meta_value></wp:postmeta>",
            data(key),
            data(&value)
        );
    }
    item.push_str("</item>\n");
    item
}

/// The importer takes posts of the same title and the same second for the same post. So the date is the day the webinar
/// was held, at the answer's place in the recording: the answers of a webinar begin at different seconds, and of two
/// webinars of one day only answers with the same question could meet.
fn date(post: &Post) -> String {
    let second = post.start % 86_400;
    let day = post.held_on.unwrap_or_else(|| Offset::UTC.to_datetime(post.changed_at).date());
    format!("{day} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// An element on a line of its own. Writing to a text can't fail.
fn line(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "<{name}>{}</{name}>", data(text));
}

/// Text as it is: in a section that its own end can't close, without the characters that XML has no place for.
fn data(text: &str) -> String {
    let kept: String = text.chars().filter(|c| is_xml(*c)).collect();
    format!("<![CDATA[{}]]>", kept.replace("]]>", "]]]]><![CDATA[>"))
}

fn attribute(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c => c.to_string(),
    };
    text.chars().filter(|c| is_xml(*c)).map(escape).collect()
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
}
