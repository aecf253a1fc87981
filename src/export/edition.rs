//! One export: the files of each episode, then the files that hold all of them.

use super::contract::{self, EpisodeDocument};
use super::page;
use super::templates::Templates;
use super::timed::{self, TimedEntry};
use super::{
    EpisodeInput, ExportError, Format, NamedBytes, address, captions, chapters, csv, html, json, jsonfeed, jsonld,
    markdown, site, wording, wxr,
};
use crate::config::Config;
use jiff::Timestamp;

/// How an export is made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// As what.
    pub formats: Vec<Format>,
    /// Only what changed at this moment or later.
    pub since: Option<Timestamp>,
    /// Templates that take the place of built-in ones: name and text.
    pub templates: Vec<(String, String)>,
}

/// The files of an episode.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is published of it: [`Edition::finish`] wants it back.
    pub document: EpisodeDocument,
    /// Its files, by format.
    pub files: Vec<(Format, NamedBytes)>,
    /// What people should know, as sentences that begin with the format's name.
    pub notes: Vec<String>,
    /// Whether anything changed that is asked for. Without, no file was made.
    pub has_news: bool,
}

/// One export under way. Holds no entries, so that episodes can be made side by side.
#[derive(Debug)]
pub struct Edition<'a> {
    config: &'a Config,
    options: Options,
    templates: Templates,
}

impl<'a> Edition<'a> {
    /// Checks what can be checked before the first episode.
    ///
    /// # Errors
    /// When the settings hold an address that is none or a line of wording with a fact that does not exist, when a template
    /// can't be read, or when the formats don't go together.
    pub fn new(config: &'a Config, options: Options) -> Result<Self, ExportError> {
        wording::check(config)?;
        page::site(config)?;
        let website = &config.website;
        let site_url = &website.site_url;
        if !site_url.trim().is_empty() && address::web(site_url).is_none() {
            return Err(ExportError::Address { key: "website.site_url", value: site_url.clone() });
        }
        let entry_url = website.entry_url.trim();
        if !entry_url.is_empty() && !entry_url.contains("{id}") {
            return Err(ExportError::EntryAddress { value: entry_url.to_owned() });
        }
        let example = entry_url.replace("{id}", "e-00000000").replace("{episode}", "episode");
        if !entry_url.is_empty() && address::web(&example).is_none() {
            return Err(ExportError::Address { key: "website.entry_url", value: entry_url.to_owned() });
        }
        let has = |format| options.formats.contains(&format);
        if has(Format::Html) && has(Format::Site) {
            return Err(ExportError::Together { first: Format::Html, second: Format::Site });
        }
        if has(Format::Site) && options.since.is_some() {
            return Err(ExportError::SiteSince);
        }
        let templates = Templates::new(&options.templates, config)?;
        Ok(Self { config, options, templates })
    }

    /// The document of an episode alone: for [`Edition::finish`], where its own files are there already.
    #[must_use]
    pub fn document(&self, input: &EpisodeInput) -> EpisodeDocument {
        contract::document(input, &self.config.website)
    }

    /// The document of an episode and its own files.
    ///
    /// # Errors
    /// When a file can't be put together.
    pub fn episode(&self, input: &EpisodeInput) -> Result<Made, ExportError> {
        let document = self.document(input);
        let (mut files, mut notes, has_news) = (Vec::new(), Vec::new(), self.has_news(&document));
        if has_news {
            let timed = match self.options.formats.iter().any(|format| format.needs_words()) {
                true => timed::entries(&document, input.words),
                false => Vec::new(),
            };
            for format in &self.options.formats {
                let made = self.files(*format, &document, &timed, &mut notes)?;
                files.extend(made.into_iter().map(|file| (*format, file)));
            }
        }
        Ok(Made { document, files, notes, has_news })
    }

    /// Tombstones are news at any time: an approval may end without anybody's doing, and at no moment that is known.
    fn has_news(&self, document: &EpisodeDocument) -> bool {
        let Some(since) = self.options.since else { return true };
        !document.tombstones.is_empty() || document.entries.iter().any(|entry| since <= entry.changed_at())
    }

    fn files(
        &self,
        format: Format,
        document: &EpisodeDocument,
        timed: &[TimedEntry],
        notes: &mut Vec<String>,
    ) -> Result<Vec<NamedBytes>, ExportError> {
        let config = self.config;
        match format {
            Format::Json => json::episode(document),
            Format::Jsonld => jsonld::file(document, config),
            Format::Chapters => Ok(chapters::description(document, config, notes)),
            Format::ChaptersVtt => Ok(chapters::vtt(document, config)),
            Format::Vtt => Ok(captions::vtt(document, timed, config)),
            Format::Srt => Ok(captions::srt(document, timed, config)),
            Format::Markdown => markdown::files(&page::episode(document, config)?, &self.templates),
            Format::Html => html::files(document, config, &self.templates),
            Format::Site => site::episode(document, timed, config, &self.templates),
            Format::Feed | Format::Csv | Format::Jsonfeed | Format::Wxr => Ok(Vec::new()),
        }
    }

    /// The files that hold all episodes. `documents` are those of [`Edition::episode`], in any order; the newest is
    /// listed first.
    ///
    /// # Errors
    /// When a file can't be put together.
    pub fn finish(&self, mut documents: Vec<EpisodeDocument>) -> Result<Finished, ExportError> {
        let newest_first = |a: &EpisodeDocument, b: &EpisodeDocument| {
            b.episode.held_on.cmp(&a.episode.held_on).then_with(|| b.episode.id.cmp(&a.episode.id))
        };
        documents.sort_by(newest_first);
        let (mut files, mut notes) = (Vec::new(), Vec::new());
        let (config, since) = (self.config, self.options.since);
        for format in &self.options.formats {
            let made = match format {
                Format::Feed => json::feed(&contract::feed(&documents, since, config)?)?,
                Format::Csv => csv::file(&contract::feed(&documents, since, config)?)?,
                Format::Jsonfeed => jsonfeed::file(&documents, since, config)?,
                Format::Wxr => wxr::files(&documents, since, config)?,
                Format::Site => site::whole(&documents, config, &self.templates, &mut notes)?,
                Format::Jsonld => {
                    notes.extend(jsonld::notes(*format, &documents, config));
                    Vec::new()
                }
                _ => Vec::new(),
            };
            files.extend(made.into_iter().map(|file| (*format, file)));
        }
        Ok(Finished { files, notes })
    }
}

/// The files that hold all episodes.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    /// By format.
    pub files: Vec<(Format, NamedBytes)>,
    /// What people should know, as sentences that begin with the format's name.
    pub notes: Vec<String>,
}
