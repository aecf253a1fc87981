//! What can be typed.

use crate::export::Format;
use crate::export::contract::Document;
use crate::model::{EntryId, PersonId, YoutubeId};
use crate::pipeline::Stage;
use clap::{Parser, Subcommand};
use clap_complete::Shell;
use jiff::civil::Date;
use std::path::PathBuf;
use std::str::FromStr;

/// Turns recorded webinars into reviewed, timestamped question-and-answer entries.
#[derive(Debug, Parser)]
#[command(name = "spinetime", version, about, propagate_version = true, disable_help_subcommand = true)]
#[command(after_help = "Start with \"spinetime init\", then \"spinetime process RECORDING\".\n\
    Exit codes: 0 done, 1 unexpected, 2 usage, 3 input unreadable, 4 source unavailable, 5 refused for now,\n\
    6 model missing or damaged, 7 disk, 8 checks failed, 9 busy, 10 program missing, 130 interrupted.")]
pub(super) struct Args {
    /// The library's folder [default: the current folder if it is a library, else ./library]
    #[arg(long, global = true, env = "SPINETIME_LIBRARY", value_name = "DIR")]
    pub library: Option<PathBuf>,
    /// Print one JSON document and nothing else on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Show no progress, only results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show the causes behind errors
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Folder of model files, looked through first
    #[arg(long, global = true, env = "SPINETIME_MODELS", value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Whether the environment named the library; filled in after parsing.
    #[arg(skip)]
    pub library_from_environment: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a library: a folder with commented settings
    Init {
        /// The folder [default: the library's]
        dir: Option<PathBuf>,
    },
    /// Make entries from recordings: files, folders, web addresses, or episodes of the library
    Process(ProcessArgs),
    /// Find new recordings on the channels and playlists of spinetime.toml, and make entries from them
    Sync(SyncArgs),
    /// Tell where the episodes stand
    Status,
    /// Show an episode's entries, or one entry whole
    Show {
        /// An episode or an entry, by id; part of an episode's id will do
        what: String,
        /// Tell why the machine took it for a question and an answer
        #[arg(long)]
        why: bool,
        /// Show what was said in the episode, sentence by sentence; "[?]" stands behind words that may be misheard
        #[arg(long, conflicts_with = "why")]
        transcript: bool,
    },
    /// Find questions and answers in a transcript alone, without a recording
    Segment {
        /// Captions (.vtt, .srt), an episode's transcript.json, a labelled transcript (.json) or a script (.txt)
        #[arg(value_name = "TRANSCRIPT")]
        transcript: PathBuf,
    },
    /// List an episode's voices, or tell whose they are
    Voices {
        /// The episode, by id; part of it will do
        episode: String,
        /// Tells whose voice a speaker's is, everywhere in the episode: the speaker's number and a person's id in
        /// roster.toml, or "nobody" for somebody who is not in it
        #[arg(long, value_name = "NUMBER=PERSON")]
        name: Vec<VoiceName>,
    },
    /// Close a finding of an entry with a reason, for this and later runs, or open it again
    Resolve {
        /// The entry, by id
        entry: EntryId,
        /// The finding's code, as "spinetime show ENTRY" tells it; all findings of the entry with this code
        code: String,
        /// Only the finding about these words
        #[arg(long)]
        text: Option<String>,
        /// Why it may stand as it is
        #[arg(long, required_unless_present = "undo", conflicts_with = "undo")]
        reason: Option<String>,
        /// Open it again
        #[arg(long)]
        undo: bool,
    },
    /// Open the page on which entries are corrected and approved
    Review(ReviewArgs),
    /// Write files for the website
    Export(ExportArgs),
    /// Check exported files: their form, what they say, and what became of an earlier export; exit code 8 for faults
    Validate(ValidateArgs),
    /// Print the JSON Schema of a document that the website imports
    Schema {
        /// episode (for episode.json) or feed (for feed.json)
        document: Document,
    },
    /// Look whether published videos are still what was transcribed; where one was cut at its ends, move all times
    CheckLinks(LinksArgs),
    /// Bring approved entries to a website
    Publish {
        /// Which kind of website.
        #[command(subcommand)]
        command: PublishCommand,
    },
    /// List the templates that exported pages are made with, or print one
    Templates {
        /// The one to print, such as "entry.html"
        name: Option<String>,
    },
    /// Score against labelled recordings or transcripts
    Eval {
        /// A folder of labelled transcripts, of scripts, or of recordings with their ground truth (truth/NAME.json) or
        /// their turns (NAME.rttm)
        dir: PathBuf,
        /// Write what was predicted into this folder
        #[arg(long, value_name = "DIR")]
        predictions: Option<PathBuf>,
        /// Fail with exit code 8 when the pairs' F1 is below this
        #[arg(long, value_name = "X")]
        min_f1: Option<f64>,
        /// Speech model for recordings: a name or the path of a file
        #[arg(long, env = "SPINETIME_MODEL", value_name = "NAME|PATH")]
        model: Option<String>,
    },
    /// List, pull and verify models
    Models {
        /// What to do with them.
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// List, add and check the people of roster.toml; enrol and forget voices
    Roster {
        /// What to do with them.
        #[command(subcommand)]
        command: RosterCommand,
    },
    /// Check that everything is there, and tell the settings in force
    Doctor,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// A speaker, and whose voice it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VoiceName {
    /// As people count.
    pub number: u32,
    /// `None` for nobody of the roster.
    pub person: Option<PersonId>,
}

impl FromStr for VoiceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "say which speaker and who, such as 2=jane-doe";
        let (number, person) = text.split_once('=').ok_or(form)?;
        let number: u32 = number.trim().parse().ok().filter(|number| *number > 0).ok_or(form)?;
        let person = match person.trim() {
            "nobody" => None,
            id => Some(id.parse().map_err(|_| format!("\"{id}\" is no id of a person in roster.toml"))?),
        };
        Ok(Self { number, person })
    }
}

/// What `process` takes.
/// How the review page is opened.
#[derive(Debug, clap::Args)]
pub(super) struct ReviewArgs {
    /// The episode to show first, by id; part of it will do
    pub episode: Option<String>,
    /// Who edits, as recorded with each change [default: the system's user]
    #[arg(long, value_name = "NAME")]
    pub editor: Option<String>,
    /// Only to look at: nothing can be changed
    #[arg(long)]
    pub read_only: bool,
    /// Print the address and do not open a browser
    #[arg(long)]
    pub no_open: bool,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: std::net::IpAddr,
    /// The port to listen on; 0: any that is free
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Let other computers in, too: needs --tls-cert and --tls-key, or --behind-proxy
    #[arg(long)]
    pub allow_remote: bool,
    /// A certificate (PEM) for TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The address that people see, where a reverse proxy speaks TLS in front, such as <https://review.example.org>
    #[arg(long, value_name = "ORIGIN", conflicts_with = "tls_cert")]
    pub behind_proxy: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ProcessArgs {
    /// Recordings: files, folders of files, web addresses (a video, a playlist, a channel), YouTube ids; or episodes of
    /// the library by id
    #[arg(required = true, value_name = "SOURCE", allow_hyphen_values = false)]
    pub sources: Vec<PathBuf>,
    /// The episode's title
    #[arg(long)]
    pub title: Option<String>,
    /// The day on which the webinar was held
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub held_on: Option<Date>,
    /// The recording's YouTube id
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub youtube: Option<YoutubeId>,
    /// The questions that were asked in writing: Zoom's Q&A report (CSV) or a live chat (JSON). They help to find what
    /// was read out, and are never published
    #[arg(long, value_name = "FILE")]
    pub questions: Option<PathBuf>,
    /// Published captions (VTT or SRT) to compare the transcript with, or "auto" to fetch those of the recording's page
    #[arg(long, value_name = "FILE|auto")]
    pub captions: Option<PathBuf>,
    /// Speech model: a name ("spinetime models list") or the path of a file
    #[arg(long, env = "SPINETIME_MODEL", value_name = "NAME|PATH")]
    pub model: Option<String>,
    /// The spoken language, as a two-letter code, or "auto" to hear it. Others than English need a model that knows
    /// them, one without ".en" in its name
    #[arg(long, value_name = "CODE|auto")]
    pub language: Option<String>,
    /// Processor cores that transcribe [default: all]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Keep the pictures of a download too
    #[arg(long)]
    pub keep_video: bool,
    /// Run this stage and those behind it again: fetch, transcribe, speakers, segment, draft
    #[arg(long, value_name = "STAGE")]
    pub redo: Option<Stage>,
}

/// What `export` takes.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// Episodes by id, part of it will do; all without any
    pub episodes: Vec<String>,
    /// One or more of json, feed, jsonld, chapters, vtt, srt, chapters-vtt, markdown, html, csv, jsonfeed, wxr, site,
    /// separated by commas
    #[arg(long, value_delimiter = ',', required = true, value_name = "F[,F]")]
    pub format: Vec<Format>,
    /// The folder to write into; "-" for standard output, which takes one file
    #[arg(long, value_name = "DIR|-")]
    pub out: PathBuf,
    /// Also entries that nobody approved yet, marked as drafts
    #[arg(long)]
    pub drafts: bool,
    /// Only what changed on this day, or at this moment, or later
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
}

/// What `validate` takes.
#[derive(Debug, clap::Args)]
pub(super) struct ValidateArgs {
    /// Files of an export (episode.json, feed.json, by whatever name), or folders: all of them in there. Those that are given
    /// together must agree
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// An earlier export, a file or a folder: its ids must still be known, and none given to something else. May be given
    /// several times
    #[arg(long, value_name = "PREVIOUS")]
    pub against: Vec<PathBuf>,
}

/// What `check-links` takes.
#[derive(Debug, clap::Args)]
pub(super) struct LinksArgs {
    /// Episodes by id, part of it will do; all with a published video without any
    #[arg(value_name = "EPISODE")]
    pub episodes: Vec<String>,
    /// Move the times that leave without asking
    #[arg(long)]
    pub apply: bool,
    /// Compare captions and sound even if the video is as long as before
    #[arg(long)]
    pub thorough: bool,
    /// Compare captions alone and do not fetch the sound: faster, exact to a third of a second, and blind to what differs by
    /// 0.6 seconds or less
    #[arg(long)]
    pub captions_only: bool,
}

/// Where entries can be published.
#[derive(Debug, Subcommand)]
pub(super) enum PublishCommand {
    /// Make and update the posts of the WordPress site that spinetime.toml names: drafts, unless it says otherwise.
    /// Posts that were changed by hand on the site are left alone
    Wordpress(WordpressArgs),
}

/// What `publish wordpress` takes.
#[derive(Debug, clap::Args)]
pub(super) struct WordpressArgs {
    /// Episodes by id, part of it will do; all without any
    pub episodes: Vec<String>,
    /// Only tell what would be done; nothing is changed
    #[arg(long)]
    pub dry_run: bool,
    /// Write this entry's post even though its text on the site is not the one that was written last; may be given
    /// several times
    #[arg(long, value_name = "ENTRY")]
    pub overwrite: Vec<EntryId>,
}

/// What `sync` takes.
#[derive(Debug, clap::Args)]
pub(super) struct SyncArgs {
    /// Only recordings that were uploaded on this day or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub since: Option<Date>,
    /// Take at most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only tell what would be taken; nothing is written
    #[arg(long)]
    pub dry_run: bool,
}

/// What can be done with models.
#[derive(Debug, Subcommand)]
pub(super) enum ModelsCommand {
    /// List the models that are here and those that can be pulled
    List,
    /// Download a model
    Pull {
        /// Its name
        name: String,
    },
    /// Check that the models here are whole
    Verify,
}

/// What can be done with people.
#[derive(Debug, Subcommand)]
pub(super) enum RosterCommand {
    /// Add a person; or, with --id alone, a title to somebody who is there
    Add(PersonArgs),
    /// List the people
    List,
    /// Look for what is doubtful in roster.toml and in what episodes state; exit code 8 when there are errors
    Check,
    /// Keep a print of somebody's voice, so that later episodes know it. Needs the person's consent
    Enroll {
        /// The person, by id or name
        person: String,
        /// A processed episode in which it is sure whose voice it is
        episode: String,
        /// States that the person agreed to have a voice print kept
        #[arg(long)]
        consent: bool,
    },
    /// Remove the print of somebody's voice
    Forget {
        /// The person, by id or name
        person: String,
    },
}

/// What `roster add` takes.
#[derive(Debug, clap::Args)]
pub(super) struct PersonArgs {
    /// First and last name, without "Dr." and without degrees
    pub name: Option<String>,
    /// Degrees, such as "MD, PhD"
    #[arg(long)]
    pub credentials: Option<String>,
    /// What the person is, such as "Chief of spine surgery"
    #[arg(long)]
    pub title: Option<String>,
    /// The institution
    #[arg(long)]
    pub affiliation: Option<String>,
    /// The first day of that title
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<Date>,
    /// The last day of that title
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<Date>,
    /// Another form under which the person is announced or misheard; may be given several times
    #[arg(long, value_name = "NAME")]
    pub alias: Vec<String>,
    /// The id for a new person [default: made of the name]; or who gets the title
    #[arg(long)]
    pub id: Option<PersonId>,
}
