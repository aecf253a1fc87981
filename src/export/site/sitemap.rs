//! `sitemap.xml`: the addresses of what search engines should find, without drafts and without what was withdrawn.

use super::super::NamedBytes;
use super::super::contract::EpisodeDocument;
use quick_xml::escape::escape;

/// The most addresses of one file, by the protocol.
const MOST: usize = 50_000;

/// The sitemap of the site at `address`; `experts` are the names of their pages. Where one file can't take all addresses, several and a list of them.
pub(super) fn files<'a>(
    address: &str,
    documents: &[EpisodeDocument],
    experts: impl Iterator<Item = &'a str>,
) -> Vec<NamedBytes> {
    split(address, &addresses(address, documents, experts), MOST)
}

/// Addresses, each with the day of its last change where that is known.
fn addresses<'a>(
    address: &str,
    documents: &[EpisodeDocument],
    experts: impl Iterator<Item = &'a str>,
) -> Vec<(String, Option<String>)> {
    let is_whole = !documents.iter().any(EpisodeDocument::has_drafts);
    let mut found = Vec::new();
    // Where drafts are among what they list, these pages are hidden.
    if is_whole {
        found.extend(["", "episodes.html", "experts.html"].map(|page| (format!("{address}{page}"), None)));
        found.extend(experts.map(|page| (format!("{address}{page}"), None)));
    }
    for document in documents {
        let published = || document.entries.iter().filter(|entry| !entry.is_draft());
        let changed = published().map(|entry| entry.changed_at()).max();
        if !document.has_drafts()
            && let Some(changed) = changed
        {
            let day = changed.strftime("%Y-%m-%d").to_string();
            found.push((format!("{address}{}/index.html", document.episode.id), Some(day)));
        }
        for entry in published() {
            // An entry that is shown elsewhere is no part of this site for search engines.
            if let Some(url) = entry.page_url.as_ref().filter(|url| url.starts_with(address)) {
                found.push((url.clone(), Some(entry.changed_at().strftime("%Y-%m-%d").to_string())));
            }
        }
    }
    found
}

fn split(address: &str, addresses: &[(String, Option<String>)], most: usize) -> Vec<NamedBytes> {
    if addresses.len() <= most {
        return vec![file("sitemap.xml".into(), "urlset", "url", addresses)];
    }
    let mut files = Vec::new();
    let mut parts = Vec::new();
    for (number, part) in addresses.chunks(most).enumerate() {
        let name = format!("sitemap-{}.xml", number + 1);
        parts.push((format!("{address}{name}"), None));
        files.push(file(name, "urlset", "url", part));
    }
    files.push(file("sitemap.xml".into(), "sitemapindex", "sitemap", &parts));
    files
}

fn file(name: String, list: &str, item: &str, addresses: &[(String, Option<String>)]) -> NamedBytes {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{list} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    );
    for (address, changed) in addresses {
        let changed = changed.as_ref().map(|day| format!("<lastmod>{day}</lastmod>")).unwrap_or_default();
        text.push_str(&format!("<{item}><loc>{}</loc>{changed}</{item}>\n", escape(address)));
    }
    text.push_str(&format!("</{list}>\n"));
    NamedBytes { name, bytes: text.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_one_file_takes_are_listed() {
        let addresses: Vec<_> = (0..5).map(|n| (format!("https://spine.example/?a={n}&b"), None)).collect();
        let files = split("https://spine.example/", &addresses, 2);
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]);
        let text = String::from_utf8(files[2].bytes.clone()).unwrap();
        insta::assert_snapshot!(text, @r#"
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://spine.example/?a=4&amp;b</loc></url>
</urlset>
"#);
        assert!(String::from_utf8_lossy(&files[3].bytes).contains("<loc>https://spine.example/sitemap-2.xml</loc>"));
    }
}
