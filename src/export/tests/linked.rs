//! What is said to machines keeps the rules of search engines, whatever the episode is like.

use super::Studio;
use crate::config::Config;
use crate::export::Format;
use crate::model::*;
use proptest::prelude::*;
use serde_json::Value;

/// The structured data of a page.
fn data(page: &str) -> Option<Value> {
    let (_, rest) = page.split_once("ld+json\">")?;
    serde_json::from_str(rest.split_once("</script>")?.0).ok()
}

/// Everything that breaks a rule, in words.
fn faults(data: &Value, page: Option<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    let nodes = data["@graph"].as_array().cloned().unwrap_or_default();
    if data["@context"] != "https://schema.org" || nodes.is_empty() {
        faults.push("no graph".to_owned());
    }
    for node in &nodes {
        match node["@type"].as_str() {
            Some("VideoObject") => video(node, page, &mut faults),
            Some("Question") => question(node, &mut faults),
            other => faults.push(format!("a node of the kind {other:?}")),
        }
    }
    let text = data.to_string();
    for kind in ["QAPage", "FAQPage", "SeekToAction"] {
        if text.contains(&format!("\"@type\":\"{kind}\"")) {
            faults.push(kind.to_owned());
        }
    }
    faults
}

fn has_text(node: &Value, key: &str) -> bool {
    node[key].as_str().is_some_and(|text| !text.trim().is_empty())
}

fn question(node: &Value, faults: &mut Vec<String>) {
    let answer = &node["acceptedAnswer"];
    if !has_text(node, "name") || !has_text(answer, "text") || answer["@type"] != "Answer" {
        faults.push("a question without a name or an answer".to_owned());
    }
}

fn video(node: &Value, page: Option<&str>, faults: &mut Vec<String>) {
    for key in ["name", "description", "thumbnailUrl", "uploadDate", "duration", "embedUrl"] {
        if !has_text(node, key) {
            faults.push(format!("a video without {key}"));
        }
    }
    if node["uploadDate"].as_str().is_none_or(|at| at.parse::<jiff::Timestamp>().is_err()) {
        faults.push("an upload date without a time zone".to_owned());
    }
    let duration = node["duration"].as_str().and_then(|d| d.strip_prefix("PT")?.strip_suffix('S')?.parse::<u64>().ok());
    let Some(duration) = duration.filter(|seconds| *seconds >= 30) else {
        faults.push(format!("a video of {}", node["duration"]));
        return;
    };
    let clips = node["hasPart"].as_array().cloned().unwrap_or_default();
    let mut starts = std::collections::BTreeSet::new();
    for clip in &clips {
        let (start, end) = (clip["startOffset"].as_u64(), clip["endOffset"].as_u64());
        let (Some(start), Some(end)) = (start, end) else {
            faults.push(format!("a clip without times: {clip}"));
            continue;
        };
        if clip["@type"] != "Clip" || !has_text(clip, "name") {
            faults.push(format!("a clip without a name: {clip}"));
        }
        if end <= start || duration < end || !starts.insert(start) {
            faults.push(format!("a clip at a wrong place: {clip}"));
        }
        let url = clip["url"].as_str().unwrap_or_default();
        let own = page.is_some_and(|page| {
            let (page, place) = page.split_at(page.find('#').unwrap_or(page.len()));
            [format!("{page}?t={start}{place}"), format!("{page}&t={start}{place}")].iter().any(|u| u == url)
        });
        if !own {
            faults.push(format!("a clip that does not lead to its page: {url}"));
        }
    }
    if clips.is_empty() {
        faults.push("a video without clips".to_owned());
    }
}

const ENTRY_URLS: [&str; 3] = ["", "https://other.example/?p={id}", "https://other.example/{episode}/{id}#a"];
const SITE: &str = "https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/";

/// An episode of which everything is known.
fn known() -> Studio {
    let mut studio = Studio::new();
    studio.config.website.site_url = "https://spine.example/ask".into();
    let uploaded = Some("2021-07-15T16:00:00Z".parse().unwrap());
    studio.published = Some(Published { uploaded, ..Published::default() });
    studio
}

#[test]
fn a_video_leads_to_each_of_its_answers() {
    let mut studio = known();
    let mut second = studio.entries[0].clone();
    second.id = "e-7k3m9q2y".parse().unwrap();
    second.answer.as_mut().unwrap().span = Span::new(Millis(900_000), Millis(950_000));
    let mut twin = second.clone();
    twin.id = "e-7k3m9q2z".parse().unwrap();
    studio.entries.extend([second, twin]);
    let file: Value = serde_json::from_str(&studio.file(Format::Jsonld, "episode.jsonld")).unwrap();
    let own = format!("{SITE}index.html");
    assert_eq!(faults(&file, Some(&own)), Vec::<String>::new());
    let kinds: Vec<&str> = file["@graph"].as_array().unwrap().iter().map(|n| n["@type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["VideoObject", "Question", "Question", "Question"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&file["@graph"][0]).unwrap(), @r#"
{
  "@type": "VideoObject",
  "name": "Physical Therapy and Your Back: What Works and What Does Not?",
  "description": "Questions and answers from the Spine Time webinar, held on July 14, 2021.",
  "thumbnailUrl": "https://i.ytimg.com/vi/SpineTime01/hqdefault.jpg",
  "uploadDate": "2021-07-15T16:00:00Z",
  "duration": "PT3012S",
  "embedUrl": "https://www.youtube-nocookie.com/embed/SpineTime01",
  "inLanguage": "en",
  "hasPart": [
    {
      "@type": "Clip",
      "name": "Can physical therapy help my back pain?",
      "startOffset": 762,
      "endOffset": 841,
      "url": "https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/index.html?t=762"
    },
    {
      "@type": "Clip",
      "name": "Can physical therapy help my back pain?",
      "startOffset": 900,
      "endOffset": 950,
      "url": "https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/index.html?t=900"
    }
  ]
}
"#);
    let page = data(&studio.file(Format::Site, "e-7k3m9q2y.html")).unwrap();
    let own = format!("{SITE}e-7k3m9q2y.html");
    assert_eq!(faults(&page, Some(&own)), Vec::<String>::new());
    assert_eq!(page["@graph"][0]["hasPart"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_missing_is_told_once() {
    let notes = |spoil: fn(&mut Studio)| {
        let mut studio = known();
        spoil(&mut studio);
        let (files, notes) = studio.made(Format::Jsonld).unwrap();
        assert!(files.iter().all(|file| !String::from_utf8_lossy(&file.bytes).contains("VideoObject")));
        assert_eq!(files.len(), 1);
        notes.join("\n")
    };
    insta::assert_snapshot!(notes(|s| s.config.website.site_url.clear()), @"jsonld: search engines get no video with clips, since website.site_url is not set");
    insta::assert_snapshot!(notes(|s| s.published = None), @"jsonld: search engines get no video with clips where it is not known when the recording was uploaded: 2021-07-14-physical-therapy-and-your-back");
    insta::assert_snapshot!(notes(|s| s.head.duration = Millis(29_000)), @"jsonld: search engines get no video with clips where the recording is shorter than 30 seconds: 2021-07-14-physical-therapy-and-your-back");
    insta::assert_snapshot!(notes(|s| s.head.youtube_id = None), @"jsonld: search engines get no video with clips where the video's id is not known: 2021-07-14-physical-therapy-and-your-back");
}

#[test]
fn the_rules_can_be_broken() {
    let own = format!("{SITE}e-7k3m9q2x.html");
    let good = data(&known().file(Format::Site, "e-7k3m9q2x.html")).unwrap();
    assert!(faults(&good, Some(&own)).is_empty());
    for (pointer, value) in [
        ("/@graph/0/hasPart/0/url", "https://spine.example/?t=762"),
        ("/@graph/0/hasPart/0/endOffset", "1"),
        ("/@graph/0/uploadDate", "2021-07-15"),
        ("/@graph/0/duration", "PT12S"),
        ("/@graph/0/thumbnailUrl", ""),
        ("/@graph/1/@type", "FAQPage"),
        ("/@graph/1/acceptedAnswer/text", " "),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value.into();
        assert!(!faults(&bad, Some(&own)).is_empty(), "{pointer}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_rules_hold_for_any_episode(
        duration in 0_u64..100_000,
        times in proptest::collection::vec((0_u64..120_000, 0_u64..30_000), 1..6),
        question in "[ a-z?<&]{1,8}",
        has in proptest::array::uniform4(any::<bool>()),
        draft in 0_usize..8,
        entry_url in proptest::sample::select(ENTRY_URLS.to_vec()),
    ) {
        let mut studio = known();
        studio.head.duration = Millis(duration);
        studio.config.website.entry_url = entry_url.into();
        let model = studio.entries[0].clone();
        studio.entries = times
            .iter()
            .enumerate()
            .map(|(number, (start, length))| {
                let span = Span::new(Millis(*start), Millis(start + length));
                let mut entry = model.clone();
                entry.id = format!("e-0000000{number}").parse().unwrap();
                entry.question.text = format!("x{question}");
                let answer = entry.answer.as_mut().unwrap();
                answer.span = span;
                answer.spans[0].span = span;
                entry
            })
            .collect();
        if let Some(entry) = studio.entries.get_mut(draft) {
            entry.status = Status::Draft;
        }
        if !has[0] { studio.published = None }
        if !has[1] { studio.head.youtube_id = None }
        if !has[2] { studio.config.website = Config::default().website }
        if !has[3] { studio.head.title.clear() }
        for file in studio.export(Format::Jsonld).unwrap() {
            let file: Value = serde_json::from_slice(&file.bytes).unwrap();
            let own = format!("{SITE}index.html");
            prop_assert_eq!(faults(&file, Some(&own)), Vec::<String>::new());
        }
        let stated = |id: &str| match studio.config.website.entry_url.as_str() {
            "" => format!("{SITE}{id}.html"),
            url => url.replace("{id}", id)
                .replace("{episode}", "2021-07-14-physical-therapy-and-your-back"),
        };
        for file in studio.export(Format::Site).unwrap() {
            let Some((_, name)) = file.name.split_once('/') else { continue };
            let text = String::from_utf8(file.bytes).unwrap();
            let Some(data) = data(&text) else { continue };
            let id = name.trim_end_matches(".html");
            let own = if id == "index" { format!("{SITE}index.html") } else { stated(id) };
            prop_assert_eq!(faults(&data, Some(&own)), Vec::<String>::new());
            prop_assert!(!text.contains("noindex"));
        }
    }
}
