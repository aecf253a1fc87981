//! The pages of an entry and an episode as a whole: they have the house's shape.

use super::Studio;
use crate::export::Format;
use crate::model::Published;

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
    let (alone, on_site) = (Studio::new().html(), studio.file(Format::Site, "e-7k3m9q2x.html"));
    let missing_in = |other: &str, line: &str| other.lines().all(|other| other != line);
    let more = on_site.lines().filter(|line| missing_in(&alone, line)).map(|line| format!("+ {line}"));
    let less = alone.lines().filter(|line| missing_in(&on_site, line)).map(|line| format!("- {line}"));
    // The rest is the page as it stands alone.
    insta::assert_snapshot!(more.chain(less).collect::<Vec<_>>().join("\n"), @r##"
+ <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"VideoObject","name":"Physical Therapy and Your Back: What Works and What Does Not?","description":"Questions and answers from the Spine Time webinar, held on July 14, 2021.","thumbnailUrl":"https://i.ytimg.com/vi/SpineTime01/maxresdefault.jpg","uploadDate":"2021-07-15T16:00:00Z","duration":"PT3012S","embedUrl":"https://www.youtube-nocookie.com/embed/SpineTime01","inLanguage":"en","hasPart":[{"@type":"Clip","name":"Can physical therapy help my back pain?","startOffset":762,"endOffset":841,"url":"https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html?t=762"}]},{"@type":"Question","name":"Can physical therapy help my back pain?","text":"Can physical therapy help my back pain?","inLanguage":"en","url":"https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html","answerCount":1,"acceptedAnswer":{"@type":"Answer","text":"Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.\n\nWe look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.\n\nGive it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day.","author":[{"@type":"Person","name":"Tracy Maltz","honorificSuffix":"DPT","jobTitle":"Director of outpatient physical therapy","affiliation":{"@type":"Organization","name":"NewYork-Presbyterian and Weill Cornell Medicine"}}],"dateCreated":"2021-07-14","isBasedOn":"https://www.youtube.com/watch?v=SpineTime01\u0026t=762s"}}]}</script>
+ <script src="../assets/script.js" defer></script>
+ <meta property="og:url" content="https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html">
+ <link rel="canonical" href="https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html">
+ <meta property="og:image" content="https://i.ytimg.com/vi/SpineTime01/maxresdefault.jpg">
+ <link rel="stylesheet" href="../assets/style.css">
+ <p class="heading"><a href="../index.html">Ask a Spine Doctor</a></p>
+ <nav aria-label="This website">
+ <ul>
+ <li><a href="../index.html">Questions</a></li>
+ <li><a href="../episodes.html">Episodes</a></li>
+ <li><a href="../experts.html">Experts</a></li>
+ <p class="expert"><a href="../experts/tracy-maltz.html">Tracy Maltz, DPT</a></p>
+ <details class="sentences">
+ <summary>The answer with times</summary>
+ <ul>
+ <li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=762s" data-second="762">12:42</a> <span>Yes, for most people it can.</span></li>
+ <li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=766s" data-second="766">12:46</a> <span>The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.</span></li>
+ <li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=790s" data-second="790">13:10</a> <span>We look at how you sit, lift and walk, since a back is seldom hurt by a single moment.</span></li>
+ <li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=804s" data-second="804">13:24</a> <span>Small habits, repeated a hundred times a day, matter more than one heavy box.</span></li>
+ <li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=817s" data-second="817">13:37</a> <span>Give it six to eight weeks.</span></li>
+ <li><a class="time" href="https://www.youtube.com/watch?v=SpineTime01&amp;t=821s" data-second="821">13:41</a> <span>If you notice numbness, weakness in a leg, or trouble with your bladder, don&#x27;t wait: call your doctor the same day.</span></li>
+ </details>
+ <li><a href="e-7k3m9q2x.vtt" download>Captions of this answer (WebVTT)</a></li>
+ <li><a class="share" href="https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html">Link to this answer</a> <button type="button" class="copy" hidden data-copied="The link was copied." data-failed="The link could not be copied.">Copy link</button> <span class="told" role="status"></span></li>
- <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Question","name":"Can physical therapy help my back pain?","text":"Can physical therapy help my back pain?","inLanguage":"en","answerCount":1,"acceptedAnswer":{"@type":"Answer","text":"Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.\n\nWe look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.\n\nGive it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day.","author":[{"@type":"Person","name":"Tracy Maltz","honorificSuffix":"DPT","jobTitle":"Director of outpatient physical therapy","affiliation":{"@type":"Organization","name":"NewYork-Presbyterian and Weill Cornell Medicine"}}],"dateCreated":"2021-07-14","isBasedOn":"https://www.youtube.com/watch?v=SpineTime01\u0026t=762s"}}]}</script>
- <script src="script.js" defer></script>
- <meta property="og:image" content="https://i.ytimg.com/vi/SpineTime01/hqdefault.jpg">
- <link rel="stylesheet" href="style.css">
- <p class="heading"><a href="https://spine.example/questions">Ask a Spine Doctor</a></p>
- <p class="expert">Tracy Maltz, DPT</p>
- <li><a class="share" href="e-7k3m9q2x.html">Link to this answer</a> <button type="button" class="copy" hidden data-copied="The link was copied." data-failed="The link could not be copied.">Copy link</button> <span class="told" role="status"></span></li>
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
