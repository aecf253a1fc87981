//! The files as a whole: what they print and what they never print.

mod linked;
mod markup;
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
fn the_page_of_an_entry() {
    insta::assert_snapshot!(Studio::new().html(), @r##"
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'; frame-src https://www.youtube-nocookie.com; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="strict-origin-when-cross-origin">
<meta name="color-scheme" content="light dark">
<title>Can physical therapy help my back pain? – Ask a Spine Doctor</title>
<meta name="description" content="Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the…">
<meta property="og:type" content="article">
<meta property="og:title" content="Can physical therapy help my back pain?">
<meta property="og:description" content="Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the…">
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Question","name":"Can physical therapy help my back pain?","text":"Can physical therapy help my back pain?","inLanguage":"en","answerCount":1,"acceptedAnswer":{"@type":"Answer","text":"Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.\n\nWe look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.\n\nGive it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day.","author":[{"@type":"Person","name":"Tracy Maltz","honorificSuffix":"DPT","jobTitle":"Director of outpatient physical therapy","affiliation":{"@type":"Organization","name":"NewYork-Presbyterian and Weill Cornell Medicine"}}],"dateCreated":"2021-07-14","isBasedOn":"https://www.youtube.com/watch?v=SpineTime01\u0026t=762s"}}]}</script>
<script src="script.js" defer></script>
<meta property="og:site_name" content="Ask a Spine Doctor">
<meta property="og:image" content="https://i.ytimg.com/vi/SpineTime01/hqdefault.jpg">
<link rel="stylesheet" href="style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="site">
<div class="top">
<p class="heading"><a href="https://spine.example/questions">Ask a Spine Doctor</a></p>
</div>
</header>
<main id="content" tabindex="-1">
<article>
<p class="expert">Tracy Maltz, DPT</p>
<h1><span class="label">Q:</span> Can physical therapy help my back pain?</h1>
<div class="watch" data-embed="https://www.youtube-nocookie.com/embed/SpineTime01?start=762&amp;end=841" data-title="Can physical therapy help my back pain?">
<button type="button" class="play" hidden>Play here</button>
<p><a class="on-youtube" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=762s">Watch this answer on YouTube</a> <span class="time">12:42–14:00</span></p>
<p class="note" hidden>Playing here loads the video from YouTube.</p>
</div>
<div class="answer">
<p><span class="label">A:</span> Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.</p>
<p>We look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.</p>
<p>Give it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don&#x27;t wait: call your doctor the same day.</p>
</div>
<div class="facts">
<p class="credit">Tracy Maltz, DPT, is Director of outpatient physical therapy at NewYork-Presbyterian and Weill Cornell Medicine.</p>
<p class="source">This question was answered in the Spine Time webinar “Physical Therapy and Your Back: What Works and What Does Not?”, held on July 14, 2021. <a href="https://www.youtube.com/watch?v=SpineTime01">Watch the recording on YouTube</a></p>
<p><a href="https://spine.example/subscribe">Subscribe to be told of future episodes</a></p>
<p><a href="https://spine.example/questions">See all questions and answers</a></p>
</div>
<ul class="tools">
<li><a class="share" href="e-7k3m9q2x.html">Link to this answer</a> <button type="button" class="copy" hidden data-copied="The link was copied." data-failed="The link could not be copied.">Copy link</button> <span class="told" role="status"></span></li>
</ul>
</article>
<nav class="neighbours" aria-label="More of this episode">
<p class="list"><a href="index.html">All questions of this episode</a></p>
</nav>
</main>
<footer class="site">
<p class="disclaimer">This is general information and does not replace the advice of your own doctor.</p>
</footer>
</body>
</html>
"##);
}

#[test]
fn the_page_of_an_episode() {
    insta::assert_snapshot!(Studio::new().file(Format::Html, "index.html"), @r##"
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'; frame-src https://www.youtube-nocookie.com; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="strict-origin-when-cross-origin">
<meta name="color-scheme" content="light dark">
<title>Physical Therapy and Your Back: What Works and What Does Not? – Ask a Spine Doctor</title>
<meta name="description" content="Questions and answers from the Spine Time webinar, held on July 14, 2021.">
<meta property="og:type" content="website">
<meta property="og:title" content="Physical Therapy and Your Back: What Works and What Does Not?">
<meta property="og:description" content="Questions and answers from the Spine Time webinar, held on July 14, 2021.">
<script src="script.js" defer></script>
<meta property="og:site_name" content="Ask a Spine Doctor">
<meta property="og:image" content="https://i.ytimg.com/vi/SpineTime01/hqdefault.jpg">
<link rel="stylesheet" href="style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="site">
<div class="top">
<p class="heading"><a href="https://spine.example/questions">Ask a Spine Doctor</a></p>
</div>
</header>
<main id="content" tabindex="-1">
<h1>Physical Therapy and Your Back: What Works and What Does Not?</h1>
<p class="source">Questions and answers from the Spine Time webinar, held on July 14, 2021.</p>
<div class="watch" data-embed="https://www.youtube-nocookie.com/embed/SpineTime01?start=0" data-title="Physical Therapy and Your Back: What Works and What Does Not?">
<button type="button" class="play" hidden>Play here</button>
<p><a class="on-youtube" href="https://www.youtube.com/watch?v=SpineTime01">Watch the recording on YouTube</a></p>
<p class="note" hidden>Playing here loads the video from YouTube.</p>
</div>
<ul class="entries timed">
<li>
<p class="time"><a href="https://www.youtube.com/watch?v=SpineTime01&amp;t=762s" data-second="762"><span class="unseen">Watch this answer on YouTube: </span>12:42</a></p>
<div>
<h2><a href="e-7k3m9q2x.html">Can physical therapy help my back pain?</a></h2>
<p class="expert">Tracy Maltz, DPT</p>
</div>
</li>
</ul>
</main>
<footer class="site">
<p><a href="https://spine.example/subscribe">Subscribe to be told of future episodes</a></p>
<p><a href="https://spine.example/questions">See all questions and answers</a></p>
<p class="disclaimer">This is general information and does not replace the advice of your own doctor.</p>
</footer>
</body>
</html>
"##);
}

#[test]
fn the_page_of_an_entry_on_the_site() {
    let mut studio = Studio::new();
    studio.config.website.site_url = "https://spine.example/ask/".into();
    studio.published = Some(Published {
        uploaded: Some("2021-07-15T16:00:00Z".parse().unwrap()),
        thumbnail: Some("https://i.ytimg.com/vi/SpineTime01/maxresdefault.jpg".into()),
        ..Published::default()
    });
    insta::assert_snapshot!(studio.file(Format::Site, "e-7k3m9q2x.html"), @r##"
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'; frame-src https://www.youtube-nocookie.com; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="strict-origin-when-cross-origin">
<meta name="color-scheme" content="light dark">
<title>Can physical therapy help my back pain? – Ask a Spine Doctor</title>
<meta name="description" content="Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the…">
<meta property="og:type" content="article">
<meta property="og:title" content="Can physical therapy help my back pain?">
<meta property="og:description" content="Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the…">
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"VideoObject","name":"Physical Therapy and Your Back: What Works and What Does Not?","description":"Questions and answers from the Spine Time webinar, held on July 14, 2021.","thumbnailUrl":"https://i.ytimg.com/vi/SpineTime01/maxresdefault.jpg","uploadDate":"2021-07-15T16:00:00Z","duration":"PT3012S","embedUrl":"https://www.youtube-nocookie.com/embed/SpineTime01","inLanguage":"en","hasPart":[{"@type":"Clip","name":"Can physical therapy help my back pain?","startOffset":762,"endOffset":841,"url":"https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html?t=762"}]},{"@type":"Question","name":"Can physical therapy help my back pain?","text":"Can physical therapy help my back pain?","inLanguage":"en","url":"https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html","answerCount":1,"acceptedAnswer":{"@type":"Answer","text":"Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.\n\nWe look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.\n\nGive it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day.","author":[{"@type":"Person","name":"Tracy Maltz","honorificSuffix":"DPT","jobTitle":"Director of outpatient physical therapy","affiliation":{"@type":"Organization","name":"NewYork-Presbyterian and Weill Cornell Medicine"}}],"dateCreated":"2021-07-14","isBasedOn":"https://www.youtube.com/watch?v=SpineTime01\u0026t=762s"}}]}</script>
<script src="../assets/script.js" defer></script>
<meta property="og:site_name" content="Ask a Spine Doctor">
<meta property="og:url" content="https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html">
<link rel="canonical" href="https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html">
<meta property="og:image" content="https://i.ytimg.com/vi/SpineTime01/maxresdefault.jpg">
<link rel="stylesheet" href="../assets/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="site">
<div class="top">
<p class="heading"><a href="../index.html">Ask a Spine Doctor</a></p>
<nav aria-label="This website">
<ul>
<li><a href="../index.html">Questions</a></li>
<li><a href="../episodes.html">Episodes</a></li>
<li><a href="../experts.html">Experts</a></li>
</ul>
</nav>
</div>
</header>
<main id="content" tabindex="-1">
<article>
<p class="expert"><a href="../experts/tracy-maltz.html">Tracy Maltz, DPT</a></p>
<h1><span class="label">Q:</span> Can physical therapy help my back pain?</h1>
<div class="watch" data-embed="https://www.youtube-nocookie.com/embed/SpineTime01?start=762&amp;end=841" data-title="Can physical therapy help my back pain?">
<button type="button" class="play" hidden>Play here</button>
<p><a class="on-youtube" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=762s">Watch this answer on YouTube</a> <span class="time">12:42–14:00</span></p>
<p class="note" hidden>Playing here loads the video from YouTube.</p>
</div>
<div class="answer">
<p><span class="label">A:</span> Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.</p>
<p>We look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.</p>
<p>Give it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don&#x27;t wait: call your doctor the same day.</p>
</div>
<div class="facts">
<p class="credit">Tracy Maltz, DPT, is Director of outpatient physical therapy at NewYork-Presbyterian and Weill Cornell Medicine.</p>
<p class="source">This question was answered in the Spine Time webinar “Physical Therapy and Your Back: What Works and What Does Not?”, held on July 14, 2021. <a href="https://www.youtube.com/watch?v=SpineTime01">Watch the recording on YouTube</a></p>
<p><a href="https://spine.example/subscribe">Subscribe to be told of future episodes</a></p>
<p><a href="https://spine.example/questions">See all questions and answers</a></p>
</div>
<details class="sentences">
<summary>The answer with times</summary>
<ul>
<li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=762s" data-second="762">12:42</a> <span>Yes, for most people it can.</span></li>
<li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=767s" data-second="767">12:47</a> <span>The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.</span></li>
<li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=791s" data-second="791">13:11</a> <span>We look at how you sit, lift and walk, since a back is seldom hurt by a single moment.</span></li>
<li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=807s" data-second="807">13:27</a> <span>Small habits, repeated a hundred times a day, matter more than one heavy box.</span></li>
<li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=818s" data-second="818">13:38</a> <span>Give it six to eight weeks.</span></li>
<li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=823s" data-second="823">13:43</a> <span>If you notice numbness, weakness in a leg, or trouble with your bladder, don&#x27;t wait: call your doctor the same day.</span></li>
</ul>
</details>
<ul class="tools">
<li><a href="e-7k3m9q2x.vtt" download>Captions of this answer (WebVTT)</a></li>
<li><a class="share" href="https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html">Link to this answer</a> <button type="button" class="copy" hidden data-copied="The link was copied." data-failed="The link could not be copied.">Copy link</button> <span class="told" role="status"></span></li>
</ul>
</article>
<nav class="neighbours" aria-label="More of this episode">
<p class="list"><a href="index.html">All questions of this episode</a></p>
</nav>
</main>
<footer class="site">
<p class="disclaimer">This is general information and does not replace the advice of your own doctor.</p>
</footer>
</body>
</html>
"##);
}

#[test]
fn an_entry_for_an_editor() {
    insta::assert_snapshot!(Studio::new().markdown(), @r#"
**Tracy Maltz, DPT**

**Q:** Can physical therapy help my back pain?

**A:** Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.

We look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.

Give it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day.

*Tracy Maltz, DPT, is Director of outpatient physical therapy at NewYork-Presbyterian and Weill Cornell Medicine.*

This question was answered in the Spine Time webinar “Physical Therapy and Your Back: What Works and What Does Not?”, held on July 14, 2021. [Watch the recording on YouTube](https://www.youtube.com/watch?v=SpineTime01)

[Watch this answer on YouTube](https://www.youtube.com/watch?v=SpineTime01&t=762s) (12:42–14:00)

[Subscribe to be told of future episodes](https://spine.example/subscribe)

[See all questions and answers](https://spine.example/questions)

*This is general information and does not replace the advice of your own doctor.*
"#);
}

#[test]
fn an_episode_for_an_editor() {
    insta::assert_snapshot!(Studio::new().file(Format::Markdown, "index.md"), @r#"
# Physical Therapy and Your Back: What Works and What Does Not?

Questions and answers from the Spine Time webinar, held on July 14, 2021. [Watch the recording on YouTube](https://www.youtube.com/watch?v=SpineTime01)

- [12:42](https://www.youtube.com/watch?v=SpineTime01&t=762s) Can physical therapy help my back pain? – Tracy Maltz, DPT

[Subscribe to be told of future episodes](https://spine.example/subscribe)

[See all questions and answers](https://spine.example/questions)

*This is general information and does not replace the advice of your own doctor.*
"#);
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
