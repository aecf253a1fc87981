//! Where the website shows what is exported, by the settings' word.

use super::address;
use crate::config::Website;
use crate::model::{EntryId, EpisodeId};

/// The exported site's own address with a slash at its end; `None` unless the settings name it.
#[must_use]
pub(super) fn site(website: &Website) -> Option<String> {
    let url = address::web(&website.site_url)?;
    Some(if url.ends_with('/') { url.to_owned() } else { format!("{url}/") })
}

/// Where an entry is shown; `None` unless the settings say so.
#[must_use]
pub(super) fn entry(website: &Website, episode: &EpisodeId, id: &EntryId) -> Option<String> {
    let stated = website.entry_url.trim();
    if stated.is_empty() {
        return site(website).map(|site| format!("{site}{episode}/{id}.html"));
    }
    let url = stated.replace("{id}", id.as_str()).replace("{episode}", episode.as_str());
    address::web(&url).map(str::to_owned)
}

/// Where the exported site shows an episode's list; `None` unless the settings name the site.
#[must_use]
pub(super) fn episode(website: &Website, episode: &EpisodeId) -> Option<String> {
    site(website).map(|site| format!("{site}{episode}/index.html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entrys_address_is_the_websites_word() {
        let (episode, id) = ("2021-07-14-your-back".parse().unwrap(), "e-7k3m9q2x".parse().unwrap());
        let mut website = Website::default();
        assert_eq!(entry(&website, &episode, &id), None);
        website.site_url = "https://spine.example/ask".into();
        let own = "https://spine.example/ask/2021-07-14-your-back/e-7k3m9q2x.html";
        assert_eq!(entry(&website, &episode, &id).as_deref(), Some(own));
        website.entry_url = "https://spine.example/?p={id}&e={episode}".into();
        let stated = "https://spine.example/?p=e-7k3m9q2x&e=2021-07-14-your-back";
        assert_eq!(entry(&website, &episode, &id).as_deref(), Some(stated));
    }
}
