//! `spinetime.toml`: everything that a series may set, each with its default. An unknown key is an error with its
//! name, so that a typing error never passes for a setting.

use crate::failure::{Exit, Failure};
use crate::model::YoutubeId;
use crate::text::corrections::Corrections;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Name of the speech model that is used when nobody says otherwise.
pub const DEFAULT_MODEL: &str = "tiny.en-q8_0";

/// Where whisper.cpp publishes its models.
pub const DEFAULT_BASE_URL: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

/// Where YouTube tells of a channel's or playlist's newest videos.
pub const DEFAULT_FEED_URL: &str = "https://www.youtube.com/feeds/videos.xml";

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The webinar series.
    pub series: Series,
    /// The website that shows the entries.
    pub website: Website,
    /// The WordPress site that entries are published to.
    pub wordpress: Wordpress,
    /// The words around the facts on exported pages.
    pub wording: Wording,
    /// Transcription.
    pub speech: Speech,
    /// Telling voices apart.
    pub speakers: Speakers,
    /// An optional second reader of transcripts.
    pub reader: Reader,
    /// Where models are pulled from.
    pub models: Models,
    /// Fetching recordings from addresses.
    pub download: Download,
    /// Finding new recordings.
    pub sync: Sync,
}

/// The webinar series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Two-letter code of the spoken language, or "auto".
    pub language: String,
}

impl Default for Series {
    fn default() -> Self {
        Self { name: "Spine Time".into(), language: "en".into() }
    }
}

/// The website that shows the entries. Empty addresses leave their lines out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Website {
    /// Address of the page that lists all questions and answers.
    pub index_url: String,
    /// Address at which people subscribe to future episodes.
    pub subscribe_url: String,
    /// Address at which the folder of `export --format site` will stand.
    pub site_url: String,
    /// Address of an entry's page on a website that shows entries in its own way; knows `{id}` and `{episode}`. Empty: that
    /// of the exported site.
    pub entry_url: String,
}

/// The WordPress site that entries are published to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wordpress {
    /// Its address; empty for none.
    pub url: String,
    /// The user who publishes.
    pub user: String,
    /// A file with that user's application password, readable to nobody else; empty when the environment has it.
    pub password_file: String,
    /// The kind of post, by its name in the site's addresses: `posts`, or `spine-answers` with the plugin.
    pub post_type: String,
    /// How new posts begin: `draft` or `pending`; `publish` puts them before the public at once.
    pub status: String,
    /// Names of categories that each post gets.
    pub categories: Vec<String>,
    /// Names of tags that each post gets.
    pub tags: Vec<String>,
    /// The most requests a second.
    pub requests_per_second: f64,
}

impl Default for Wordpress {
    fn default() -> Self {
        Self {
            url: String::new(),
            user: String::new(),
            password_file: String::new(),
            post_type: "posts".into(),
            status: "draft".into(),
            categories: Vec::new(),
            tags: Vec::new(),
            requests_per_second: 4.0,
        }
    }
}

/// The words around the facts on exported pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wording {
    /// Heading of the pages.
    pub heading: String,
    /// Before a question.
    pub question: String,
    /// Before an answer.
    pub answer: String,
    /// The credit line; knows `{name}`, `{credentials}`, `{title}`, `{affiliation}`. In this and every other line
    /// an empty fact takes the commas around it along.
    pub credit: String,
    /// The credit line of somebody with an institution and no title; knows the same facts.
    pub credit_untitled: String,
    /// The credit line of somebody with a title and no institution; knows the same facts.
    pub credit_unaffiliated: String,
    /// The credit line of somebody with neither; knows the same facts.
    pub credit_bare: String,
    /// The source line; knows `{series}`, `{title}`, `{date}`.
    pub source: String,
    /// The source line while nobody stated the date; knows `{series}`, `{title}`.
    pub source_undated: String,
    /// Text of the link to the whole recording on YouTube.
    pub recording: String,
    /// Text of the link to a recording that is not on YouTube.
    pub recording_elsewhere: String,
    /// Below the title of an episode's list; knows `{series}`, `{date}`.
    pub episode: String,
    /// The same while nobody stated the date; knows `{series}`.
    pub episode_undated: String,
    /// In place of an episode's list that has no entries.
    pub episode_empty: String,
    /// Text of the link from an entry to its episode's list.
    pub episode_link: String,
    /// Text of the link to the answer in the recording.
    pub watch: String,
    /// In place of that link while the recording has no address; knows `{start}`, `{end}`.
    pub unlinked: String,
    /// On the button that loads the player.
    pub play: String,
    /// Beside that button.
    pub play_note: String,
    /// Text of the link to the index.
    pub index: String,
    /// Text of the subscribe link.
    pub subscribe: String,
    /// Printed on each page.
    pub disclaimer: String,
    /// How a day is written; knows `{day}`, `{month}`, `{year}`.
    pub date: String,
    /// The months' names, January first.
    pub months: [String; 12],
    /// First link of a page, for people who work without a pointer.
    pub skip: String,
    /// What the links at the top of the site are, for people who hear the page.
    pub menu: String,
    /// Text of the link to the site's first page.
    pub questions: String,
    /// Heading of the list of episodes, and the link to it.
    pub episodes: String,
    /// Heading of the list of experts, and the link to it.
    pub experts: String,
    /// Below the heading of the site's first page.
    pub intro: String,
    /// Heading of the newest questions, where the first page can't list all.
    pub newest: String,
    /// The same where it lists all.
    pub all_questions: String,
    /// How many answers an episode or expert has; knows `{count}`.
    pub count: String,
    /// The same for a single one.
    pub count_one: String,
    /// Heading of an expert's page; knows `{name}`, `{credentials}`.
    pub expert: String,
    /// What the links between the pages of a long list are, for people who hear the page.
    pub pages: String,
    /// Which of them it is; knows `{page}`, `{pages}`.
    pub page: String,
    /// Text of the link to the page before.
    pub newer: String,
    /// Text of the link to the page after.
    pub older: String,
    /// Label of the search box.
    pub search: String,
    /// On the button beside it.
    pub search_button: String,
    /// While the search is at work.
    pub search_wait: String,
    /// How much it found; knows `{count}`.
    pub search_count: String,
    /// The same for a single one.
    pub search_one: String,
    /// When it found nothing.
    pub search_none: String,
    /// On the button that shows more of what was found.
    pub search_more: String,
    /// When the files of the search can't be loaded.
    pub search_failed: String,
    /// Opens the answer's words with their times.
    pub transcript: String,
    /// There, in place of a name, where several people answer and it is not sure who says this.
    pub unnamed: String,
    /// Text of the link to the answer's captions.
    pub captions: String,
    /// Text of the link to the page itself.
    pub share: String,
    /// On the button that copies that link.
    pub copy: String,
    /// After that.
    pub copied: String,
    /// When the browser does not let the page copy.
    pub copy_failed: String,
    /// What the links to other questions are, for people who hear the page.
    pub neighbours: String,
    /// Above the question before.
    pub previous: String,
    /// Above the question after.
    pub next: String,
    /// Heading of the page of an answer that was withdrawn; the first line of its post on a WordPress site.
    pub withdrawn: String,
    /// Below it; knows `{date}`.
    pub withdrawn_line: String,
    /// The mark of a draft; left empty, drafts are marked with the default.
    pub draft: String,
    /// Whose voice a question is in captions; who asks is never named. Empty: nobody's.
    pub voice_question: String,
    /// The first of the chapters for YouTube, which begins where the recording does; left empty, it has the default.
    pub chapter_start: String,
}

impl Wording {
    /// The mark of a draft while the series sets none.
    pub const DRAFT: &str = "Draft - not approved";
    /// The title of the first chapter while the series sets none.
    pub const CHAPTER_START: &str = "Introduction";
}

/// English months.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Default for Wording {
    fn default() -> Self {
        Self {
            heading: "Ask a Spine Doctor".into(),
            question: "Q:".into(),
            answer: "A:".into(),
            credit: "{name}, {credentials}, is {title} at {affiliation}.".into(),
            credit_untitled: "{name}, {credentials}, is with {affiliation}.".into(),
            credit_unaffiliated: "{name}, {credentials}, is {title}.".into(),
            credit_bare: "Answered by {name}, {credentials}.".into(),
            source: "This question was answered in the {series} webinar “{title}”, held on {date}.".into(),
            source_undated: "This question was answered in the {series} webinar “{title}”.".into(),
            recording: "Watch the recording on YouTube".into(),
            recording_elsewhere: "Watch the recording".into(),
            episode: "Questions and answers from the {series} webinar, held on {date}.".into(),
            episode_undated: "Questions and answers from the {series} webinar.".into(),
            episode_empty: "No answer of this episode has been published yet.".into(),
            episode_link: "All questions of this episode".into(),
            watch: "Watch this answer on YouTube".into(),
            unlinked: "In the recording from {start} to {end}.".into(),
            play: "Play here".into(),
            play_note: "Playing here loads the video from YouTube.".into(),
            index: "See all questions and answers".into(),
            subscribe: "Subscribe to be told of future episodes".into(),
            disclaimer: "This is general information and does not replace the advice of your own doctor.".into(),
            date: "{month} {day}, {year}".into(),
            months: MONTHS.map(Into::into),
            skip: "Skip to the content".into(),
            menu: "This website".into(),
            questions: "Questions".into(),
            episodes: "Episodes".into(),
            experts: "Experts".into(),
            intro: "Answers from specialists, each with the moment of the recording in which it was given.".into(),
            newest: "Newest questions".into(),
            all_questions: "All questions".into(),
            count: "{count} answers".into(),
            count_one: "1 answer".into(),
            expert: "Answers by {name}, {credentials}".into(),
            pages: "Pages of this list".into(),
            page: "Page {page} of {pages}".into(),
            newer: "Newer answers".into(),
            older: "Older answers".into(),
            search: "Search questions and answers".into(),
            search_button: "Search".into(),
            search_wait: "Searching…".into(),
            search_count: "{count} answers found".into(),
            search_one: "1 answer found".into(),
            search_none: "No answer has all of these words.".into(),
            search_more: "Show more answers".into(),
            search_failed: "The search can't be loaded. The lists on this website lead to every question.".into(),
            transcript: "The answer with times".into(),
            unnamed: "Speaker not named".into(),
            captions: "Captions of this answer (WebVTT)".into(),
            share: "Link to this answer".into(),
            copy: "Copy link".into(),
            copied: "The link was copied.".into(),
            copy_failed: "The link could not be copied.".into(),
            neighbours: "More of this episode".into(),
            previous: "Previous question".into(),
            next: "Next question".into(),
            withdrawn: "This answer was withdrawn".into(),
            withdrawn_line: "Withdrawn on {date}.".into(),
            draft: Self::DRAFT.into(),
            voice_question: "Question".into(),
            chapter_start: Self::CHAPTER_START.into(),
        }
    }
}

/// Transcription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Speech {
    /// Name of a model (`spinetime models list`) or path of a ggml file.
    pub model: String,
    /// How many processor cores transcribe; 0 is all.
    pub jobs: usize,
}

impl Default for Speech {
    fn default() -> Self {
        Self { model: DEFAULT_MODEL.into(), jobs: 0 }
    }
}

/// Telling voices apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Speakers {
    /// Whether it is done. Without it nobody is credited: people name who answers.
    pub diarization: bool,
}

impl Default for Speakers {
    fn default() -> Self {
        Self { diarization: true }
    }
}

/// An optional second reader: a language model that proposes where questions and answers stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reader {
    /// An OpenAI-compatible address, such as `http://127.0.0.1:8080/v1`; empty for none.
    pub url: String,
    /// Its model's name, where the server wants one.
    pub model: String,
    /// A file that holds the key, where the server wants one. Keep it unreadable to others.
    pub key_file: String,
    /// How long one of its answers may take, in seconds.
    pub timeout_seconds: u32,
}

impl Default for Reader {
    fn default() -> Self {
        Self { url: String::new(), model: String::new(), key_file: String::new(), timeout_seconds: 120 }
    }
}

/// Where models are pulled from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// Address of the folder that holds `ggml-NAME.bin`.
    pub base_url: String,
}

impl Default for Models {
    fn default() -> Self {
        Self { base_url: DEFAULT_BASE_URL.into() }
    }
}

/// Fetching recordings from addresses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Download {
    /// The yt-dlp program; empty for the one that setup installed, else the one in the path.
    pub yt_dlp: String,
    /// The JavaScript runtime that yt-dlp may use, such as `deno:/usr/bin/deno`; empty to find one.
    pub js_runtime: String,
    /// A file of cookies for recordings that only members may see; empty for none. Keep it unreadable to others.
    pub cookies: String,
    /// Whether the pictures are kept too.
    pub keep_video: bool,
    /// The longest recording that is taken, in hours.
    pub max_hours: f64,
    /// The largest file that is taken, in gigabytes.
    pub max_gigabytes: f64,
    /// How often a download is tried again when that may help.
    pub retries: u32,
    /// Seconds before the first of these; each further pause is three times as long.
    pub pause_seconds: f64,
    /// How long a server may say nothing, in seconds.
    pub silence_seconds: u32,
}

impl Default for Download {
    fn default() -> Self {
        Self {
            yt_dlp: String::new(),
            js_runtime: String::new(),
            cookies: String::new(),
            keep_video: false,
            max_hours: 6.0,
            max_gigabytes: 20.0,
            retries: 3,
            pause_seconds: 2.0,
            silence_seconds: 30,
        }
    }
}

/// Finding new recordings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sync {
    /// Addresses of the channels or playlists to look through.
    pub sources: Vec<String>,
    /// A regular expression: only recordings whose title it finds are taken. Empty for the series' name, in any case.
    pub title: String,
    /// YouTube ids of videos that are never taken.
    pub skip: Vec<YoutubeId>,
    /// Where YouTube's feeds are.
    pub feed_url: String,
}

impl Default for Sync {
    fn default() -> Self {
        Self { sources: Vec::new(), title: String::new(), skip: Vec::new(), feed_url: DEFAULT_FEED_URL.into() }
    }
}

/// The series' own words (`glossary.toml`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Glossary {
    /// Words that the recogniser should expect, such as "laminectomy"; the most important first.
    pub vocabulary: Vec<String>,
    /// What is printed in place of what is heard, such as "L4-L5" for "L 4 5".
    pub corrections: Corrections,
}

/// A settings file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{file} can't be read: {why}")]
pub struct ConfigError {
    /// The file's name.
    pub file: String,
    /// Which line, key or value is wrong.
    pub why: String,
}

impl Failure for ConfigError {
    fn exit(&self) -> Exit {
        Exit::Usage
    }

    fn remedy(&self) -> Option<String> {
        Some(format!("Mend that line of {}, then run the same command again.", self.file))
    }
}

/// Reads the text of a settings file: [`Config`], [`Glossary`] or [`crate::model::EpisodeFacts`].
///
/// # Errors
/// When it is no TOML, or has a key or value that means nothing.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|e| ConfigError { file: file.to_owned(), why: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_all_defaults_and_a_typing_error_is_named() {
        assert_eq!(parse::<Config>("spinetime.toml", "").unwrap(), Config::default());
        let error = parse::<Config>("spinetime.toml", "[series]\nnmae = \"x\"").unwrap_err();
        assert!(error.to_string().contains("nmae"), "{error}");
    }

    #[test]
    fn a_correction_that_can_not_be_is_named_with_its_line() {
        let read =
            |line: &str| parse::<Glossary>("glossary.toml", &format!("[corrections]\n\"L 4 5\" = \"L4-L5\"\n{line}"));
        assert!(!read("").unwrap().corrections.is_empty());
        for (line, said) in [
            ("\"fifteen\" = \"50\"", "\"fifteen\" can't become \"50\": that changes a number"),
            ("\"l-4-5\" = \"L4-5\"", "are the same words"),
            ("\"x\" = 5", "what is printed, in quotation marks"),
        ] {
            let error = read(line).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("line 3"), "{error}");
        }
        assert!(parse::<Glossary>("glossary.toml", "corrections = 5").is_err());
    }
}
