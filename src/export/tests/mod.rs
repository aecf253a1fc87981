//! The files as a whole: what they print and what they never print.

mod linked;
mod markup;
mod pages;
mod site;
mod wordpress;

use super::*;
use crate::config::Config;
use crate::model::*;

const ANSWER: [&str; 3] = [
    "Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which \
     stir it up, and then to build a plan around the ones that help.",
    "We look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated \
     a hundred times a day, matter more than one heavy box.",
    "Give it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't \
     wait: call your doctor the same day.",
];

/// An episode with one entry, as a person would see it after approval.
struct Studio {
    head: EpisodeHead,
    entries: Vec<Entry>,
    gone: Vec<contract::Tombstone>,
    published: Option<Published>,
    templates: Vec<(String, String)>,
    config: Config,
}

fn digest() -> Digest {
    Digest::from_bytes([7; 32])
}

fn credit(name: &str, credentials: &str, title: &str, affiliation: &str) -> Credit {
    Credit {
        person: "tracy-maltz".parse().unwrap(),
        name: name.into(),
        credentials: credentials.into(),
        title: title.into(),
        affiliation: affiliation.into(),
        confidence: 0.97,
    }
}

impl Studio {
    fn new() -> Self {
        let youtube: YoutubeId = "SpineTime01".parse().unwrap();
        let (question, answer) =
            (Span::new(Millis(754_310), Millis(761_020)), Span::new(Millis(762_140), Millis(840_900)));
        let speaker = Some("tracy-maltz".parse().unwrap());
        let entry = Entry {
            id: "e-7k3m9q2x".parse().unwrap(),
            status: Status::Approved,
            question: Question {
                text: "Can physical therapy help my back pain?".into(),
                verbatim: "Wilhelmina asks, um, can physical therapy help my back pain?".into(),
                span: question,
                source: QuestionSource::ReadByHost,
                asker: Some("Wilhelmina".into()),
            },
            answer: Some(Answer {
                paragraphs: ANSWER.iter().map(|p| (*p).to_owned()).collect(),
                verbatim: "Thank you, Wilhelmina. Yes, for most people it can.".into(),
                span: answer,
                spans: vec![AnswerSpan { span: answer, speaker }],
            }),
            credits: vec![credit(
                "Tracy Maltz",
                "DPT",
                "Director of outpatient physical therapy",
                "NewYork-Presbyterian and Weill Cornell Medicine",
            )],
            links: Some(Links::new(&youtube, question.start, answer)),
            flags: vec![Flag {
                kind: FlagKind::Privacy,
                code: "asker-name".into(),
                message: "Wilhelmina is named.".into(),
                start: question.start,
                end: question.end,
                text: "Wilhelmina".into(),
                blocking: true,
                resolved: Some("taken out".into()),
            }],
            corrections: vec![Correction {
                from: "Wilhelmina's back".into(),
                to: "my back".into(),
                span: question,
                place: Corrected::Question,
                by: CorrectedBy::Pronoun,
            }],
            confidence: 0.93,
            withdrawn: None,
            approved_by: Some("an editor".into()),
            approved_at: Some("2026-11-20T10:00:00Z".parse().unwrap()),
            updated_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            content_hash: digest(),
        };
        let mut config = Config::default();
        config.website.index_url = "https://spine.example/questions".into();
        config.website.subscribe_url = "https://spine.example/subscribe".into();
        Self {
            head: EpisodeHead {
                id: "2021-07-14-physical-therapy-and-your-back".parse().unwrap(),
                series: "Spine Time".into(),
                title: "Physical Therapy and Your Back: What Works and What Does Not?".into(),
                held_on: Some("2021-07-14".parse().unwrap()),
                recording_url: Some(format!("https://www.youtube.com/watch?v={youtube}")),
                youtube_id: Some(youtube),
                video_cut: VideoCut::default(),
                duration: Millis(3_012_480),
                language: "en".into(),
            },
            entries: vec![entry],
            gone: vec![contract::Tombstone {
                id: "e-00000000".parse().unwrap(),
                at: "2026-11-19T10:00:00Z".parse().unwrap(),
                reason: contract::GoneReason::Removed,
                notice: None,
            }],
            published: None,
            templates: Vec::new(),
            config,
        }
    }

    fn without_video(mut self) -> Self {
        (self.head.youtube_id, self.head.recording_url) = (None, None);
        self.entries[0].links = None;
        self
    }

    fn export(&self, format: Format) -> Result<Vec<NamedBytes>, ExportError> {
        Ok(self.made(format)?.0)
    }

    /// The files, and what people should know.
    fn made(&self, format: Format) -> Result<(Vec<NamedBytes>, Vec<String>), ExportError> {
        let shown: Vec<Publishable> = self.entries.iter().map(|e| e.as_visible_draft().unwrap()).collect();
        let provenance = Provenance {
            spinetime: "0.1.0".into(),
            model: "tiny.en-q8_0".into(),
            model_sha256: digest(),
            source_sha256: digest(),
        };
        let options = Options { formats: vec![format], templates: self.templates.clone(), ..Options::default() };
        let edition = Edition::new(&self.config, options)?;
        let made = edition.episode(&EpisodeInput {
            head: &self.head,
            entries: &shown,
            gone: &self.gone,
            provenance: &provenance,
            published: self.published.as_ref(),
            words: &[],
        })?;
        let whole = edition.finish(vec![made.document])?;
        let notes = made.notes.into_iter().chain(whole.notes).collect();
        Ok((made.files.into_iter().chain(whole.files).map(|(_, file)| file).collect(), notes))
    }

    /// The text of the file whose name ends so.
    fn file(&self, format: Format, end: &str) -> String {
        let files = self.export(format).unwrap();
        let file = files.into_iter().find(|f| f.name.ends_with(end)).unwrap();
        String::from_utf8(file.bytes).unwrap()
    }

    fn html(&self) -> String {
        self.file(Format::Html, "e-7k3m9q2x.html")
    }

    fn markdown(&self) -> String {
        self.file(Format::Markdown, "e-7k3m9q2x.md")
    }

    fn all(&self) -> Vec<(String, String)> {
        let files = Format::ALL.iter().flat_map(|f| self.export(*f).unwrap());
        files.map(|f| (f.name, String::from_utf8(f.bytes).unwrap())).collect()
    }

    /// Puts `text` wherever somebody may have typed or said it.
    fn say_everywhere(&mut self, text: &str) {
        self.head.title = text.into();
        self.head.series = text.into();
        let entry = &mut self.entries[0];
        entry.question.text = text.into();
        entry.answer.as_mut().unwrap().paragraphs = vec![text.into(), text.into()];
        entry.credits = vec![credit(text, text, text, text)];
        let w = &mut self.config.wording;
        for line in [
            &mut w.heading,
            &mut w.question,
            &mut w.answer,
            &mut w.recording,
            &mut w.episode_link,
            &mut w.watch,
            &mut w.play,
            &mut w.play_note,
            &mut w.index,
            &mut w.subscribe,
            &mut w.disclaimer,
            &mut w.draft,
        ] {
            *line = text.into();
        }
        // These lines keep their facts, so that the text arrives through them too.
        w.source.insert_str(0, "x {title} ");
    }
}

/// A document of the contract about the one entry.
pub(in crate::export) fn example(document: contract::Document) -> String {
    match document {
        contract::Document::Episode => Studio::new().file(Format::Json, "episode.json"),
        contract::Document::Feed => Studio::new().file(Format::Feed, "feed.json"),
    }
}

#[test]
fn the_document_for_importers() {
    insta::assert_snapshot!(Studio::new().file(Format::Json, "episode.json"), @r#"
{
  "format": 1,
  "contract": "1.0.0",
  "episode": {
    "id": "2021-07-14-physical-therapy-and-your-back",
    "series": "Spine Time",
    "title": "Physical Therapy and Your Back: What Works and What Does Not?",
    "held_on": "2021-07-14",
    "youtube_id": "SpineTime01",
    "recording_url": "https://www.youtube.com/watch?v=SpineTime01",
    "duration": 3012.48,
    "language": "en",
    "thumbnail_url": "https://i.ytimg.com/vi/SpineTime01/hqdefault.jpg"
  },
  "entries": [
    {
      "id": "e-7k3m9q2x",
      "status": "approved",
      "question": {
        "text": "Can physical therapy help my back pain?",
        "start": 754.31,
        "end": 761.02,
        "source": "read_by_host"
      },
      "answer": {
        "paragraphs": [
          "Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.",
          "We look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.",
          "Give it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day."
        ],
        "start": 762.14,
        "end": 840.9,
        "spans": [
          {
            "start": 762.14,
            "end": 840.9,
            "speaker": "tracy-maltz"
          }
        ]
      },
      "credits": [
        {
          "person": "tracy-maltz",
          "name": "Tracy Maltz",
          "credentials": "DPT",
          "title": "Director of outpatient physical therapy",
          "affiliation": "NewYork-Presbyterian and Weill Cornell Medicine"
        }
      ],
      "links": {
        "answer": "https://www.youtube.com/watch?v=SpineTime01&t=762s",
        "question": "https://www.youtube.com/watch?v=SpineTime01&t=754s",
        "short": "https://youtu.be/SpineTime01?t=762",
        "embed": "https://www.youtube-nocookie.com/embed/SpineTime01?start=762&end=841"
      },
      "approved_at": "2026-11-20T10:00:00Z",
      "updated_at": "2026-11-20T10:00:00Z",
      "content_hash": "0707070707070707070707070707070707070707070707070707070707070707"
    }
  ],
  "tombstones": [
    {
      "id": "e-00000000",
      "at": "2026-11-19T10:00:00Z",
      "reason": "removed"
    }
  ],
  "provenance": {
    "spinetime": "0.1.0",
    "model": "tiny.en-q8_0",
    "model_sha256": "0707070707070707070707070707070707070707070707070707070707070707",
    "source_sha256": "0707070707070707070707070707070707070707070707070707070707070707"
  }
}
"#);
}

#[test]
fn equal_input_gives_equal_bytes_below_the_episodes_folder() {
    let studio = Studio::new();
    for format in Format::ALL {
        let files = studio.export(*format).unwrap();
        assert_eq!(files, studio.export(*format).unwrap());
        let own = |f: &NamedBytes| f.name.starts_with("2021-07-14-physical-therapy-and-your-back/");
        assert!(format.joins_episodes() || files.iter().all(own), "{format}");
        assert_eq!(format.to_string().to_uppercase().parse::<Format>().unwrap(), *format);
    }
    assert!("docx".parse::<Format>().unwrap_err().remedy().unwrap().contains("markdown"));
}

#[test]
fn no_askers_name_leaves_in_any_format() {
    for (name, text) in Studio::new().all() {
        assert!(!text.contains("Wilhelmina"), "{name}");
    }
}

#[test]
fn a_draft_says_so_on_every_page_and_to_every_importer() {
    let mut studio = Studio::new();
    studio.config.wording.draft = "  ".into();
    for (name, text) in studio.all() {
        assert!(!text.contains("Draft - not approved"), "{name}");
    }
    // Three ways of not being approved: nobody looked, a finding is open, nobody is credited.
    let unseen = |e: &mut Entry| e.status = Status::Draft;
    let open = |e: &mut Entry| e.flags[0].resolved = None;
    let uncredited = |e: &mut Entry| e.credits.clear();
    for spoil in [unseen, open, uncredited] as [fn(&mut Entry); 3] {
        let mut studio = Studio::new();
        studio.config.wording.draft = "  ".into();
        spoil(&mut studio.entries[0]);
        for (name, text) in studio.all() {
            if name.ends_with("episode.json") {
                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert_ne!(json["entries"][0]["status"], "approved");
                assert!(json["entries"][0]["approved_at"].is_null());
            } else if name.ends_with(".html") {
                let band = r#"<p class="draft-band"><strong>Draft - not approved</strong></p>"#;
                assert!(text.contains(band) && text.contains("noindex") && !text.contains("ld+json"), "{name}");
            } else if name.ends_with(".md") {
                assert!(text.starts_with("**Draft - not approved**\n"), "{name}");
            }
        }
    }
}

#[test]
fn without_a_video_times_stand_alone() {
    let studio = Studio::new().without_video();
    for (name, text) in studio.all() {
        // The security policy and the script name the player; nothing links to it.
        let links = text.replace("frame-src https://www.youtube-nocookie.com", "");
        assert!(
            name.ends_with(".js")
                || !links.contains("youtube.com") && !links.contains("youtu.be") && !links.contains("nocookie"),
            "{name}"
        );
    }
    assert!(studio.html().contains("In the recording from 12:42 to 14:00."));
    assert!(studio.markdown().contains("In the recording from 12:42 to 14:00."));
    assert!(studio.file(Format::Html, "index.html").contains(r#"<p class="time">12:42</p>"#));
}

#[test]
fn missing_facts_leave_no_holes() {
    let says = |name, credentials, title, affiliation| {
        let mut studio = Studio::new();
        studio.entries[0].credits = vec![credit(name, credentials, title, affiliation)];
        studio.head.held_on = None;
        let text = studio.markdown();
        assert!(text.contains("webinar “Physical Therapy and Your Back: What Works and What Does Not?”."), "{text}");
        let credit = text.lines().find(|l| l.starts_with('*') && !l.starts_with("**")).unwrap().to_owned();
        (text.lines().next().unwrap().to_owned(), credit)
    };
    let pair = |expert: &str, credit: &str| (expert.to_owned(), credit.to_owned());
    assert_eq!(
        says("Dr. Jane Doe", "MD, PhD", "Chief", "General Hospital"),
        pair("**Jane Doe, MD, PhD**", "*Jane Doe, MD, PhD, is Chief at General Hospital.*")
    );
    assert_eq!(says("Jane Doe", "", "Chief", " "), pair("**Jane Doe**", "*Jane Doe is Chief.*"));
    assert_eq!(
        says("Jane Doe", "MD", "", "General Hospital"),
        pair("**Jane Doe, MD**", "*Jane Doe, MD, is with General Hospital.*")
    );
    assert_eq!(says("Jane Doe", "", "", ""), pair("**Jane Doe**", "*Answered by Jane Doe.*"));
}

#[test]
fn nothing_is_left_of_an_address_that_is_none() {
    let mut studio = Studio::new();
    let bad = "javascript:alert(1)";
    studio.head.recording_url = Some(bad.into());
    let links = studio.entries[0].links.as_mut().unwrap();
    (links.answer, links.embed) = (bad.into(), bad.into());
    for (name, text) in studio.all() {
        assert!(!text.contains("javascript"), "{name}");
    }
    studio.config.website.index_url = bad.into();
    let error = studio.export(Format::Html).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    insta::assert_snapshot!(error, @r#"website.index_url in spinetime.toml is no web address: "javascript:alert(1)""#);
}

#[test]
fn no_page_loads_anything_from_elsewhere() {
    for (name, text) in Studio::new().all().into_iter().filter(|(name, _)| name.ends_with(".html")) {
        assert!(text.contains("default-src 'none'"), "{name}");
        for tag in tags(&text) {
            let loads = ["<script", "<link", "<img", "<iframe", "<video", "<style"].iter().any(|t| tag.starts_with(t));
            assert!(!loads || !tag.contains("//"), "{tag}");
            assert!(!bare(tag).contains(" on") && !bare(tag).contains(" style="), "{tag}");
        }
    }
}

/// The tags of a page, whole.
fn tags(page: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        let mut quoted = false;
        let end = rest[open..].find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = open + end.expect("every tag ends") + 1;
        tags.push(&rest[open..end]);
        rest = &rest[end..];
    }
    tags
}

/// A tag without what its attributes say.
fn bare(tag: &str) -> String {
    tag.split('"').step_by(2).collect()
}
