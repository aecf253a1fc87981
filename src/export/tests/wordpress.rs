//! Posts for WordPress and the file of the first bulk load.

use super::*;
use crate::export::contract::GoneReason;
use crate::export::post::{self, Posts, text_hash};
use quick_xml::events::Event;

/// What made a post of its entry, over the same gate as an export.
fn posts(studio: &Studio) -> Posts {
    let shown: Vec<Publishable> = studio.entries.iter().map(|e| e.as_visible_draft().unwrap()).collect();
    let provenance = Provenance {
        spinetime: "0.1.0".into(),
        model: "tiny.en-q8_0".into(),
        model_sha256: digest(),
        source_sha256: digest(),
    };
    let input = EpisodeInput {
        head: &studio.head,
        entries: &shown,
        gone: &studio.gone,
        provenance: &provenance,
        published: None,
        words: &[],
    };
    post::posts(&contract::document(&input, &studio.config.website), &studio.config).unwrap()
}

#[test]
fn an_entry_as_a_post() {
    let post = posts(&Studio::new()).posts.remove(0);
    assert_eq!((post.slug.as_str(), post.title.as_str()), ("e-7k3m9q2x", "Can physical therapy help my back pain?"));
    insta::assert_snapshot!(post.content, @r##"
<p class="spinetime-expert"><strong>Tracy Maltz, DPT</strong></p>
<p class="spinetime-question"><strong>Q:</strong> Can physical therapy help my back pain?</p>
<p class="spinetime-answer"><strong>A:</strong> Yes, for most people it can. The aim of the first weeks is to find which movements ease your pain and which stir it up, and then to build a plan around the ones that help.</p>
<p class="spinetime-answer">We look at how you sit, lift and walk, since a back is seldom hurt by a single moment. Small habits, repeated a hundred times a day, matter more than one heavy box.</p>
<p class="spinetime-answer">Give it six to eight weeks. If you notice numbness, weakness in a leg, or trouble with your bladder, don't wait: call your doctor the same day.</p>
<p class="spinetime-watch"><a href="https://www.youtube.com/watch?v=SpineTime01&amp;t=762s">Watch this answer on YouTube</a> (12:42–14:00)</p>
<p class="spinetime-credit"><em>Tracy Maltz, DPT, is Director of outpatient physical therapy at NewYork-Presbyterian and Weill Cornell Medicine.</em></p>
<p class="spinetime-source">This question was answered in the Spine Time webinar “Physical Therapy and Your Back: What Works and What Does Not?”, held on July 14, 2021. <a href="https://www.youtube.com/watch?v=SpineTime01">Watch the recording on YouTube</a></p>
<p class="spinetime-link"><a href="https://spine.example/subscribe">Subscribe to be told of future episodes</a></p>
<p class="spinetime-link"><a href="https://spine.example/questions">See all questions and answers</a></p>
<p class="spinetime-disclaimer"><em>This is general information and does not replace the advice of your own doctor.</em></p>
"##);
    let meta: Vec<String> = post.meta.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    insta::assert_snapshot!(meta.join("\n"), @r##"
spinetime_id: "e-7k3m9q2x"
spinetime_hash: "dd9c799ce765f06a9c2f55de19cf611f7ab4982caede11bf4f976fdd6b7f0efa"
spinetime_episode: "2021-07-14-physical-therapy-and-your-back"
spinetime_experts: "Tracy Maltz, DPT"
spinetime_credit: "Tracy Maltz, DPT, is Director of outpatient physical therapy at NewYork-Presbyterian and Weill Cornell Medicine."
spinetime_held_on: "2021-07-14"
spinetime_recording: "https://www.youtube.com/watch?v=SpineTime01"
spinetime_watch: "https://www.youtube.com/watch?v=SpineTime01&t=762s"
spinetime_start: 762
"##);
}

#[test]
fn what_is_emptied_of_a_withdrawn_entrys_post_is_all_that_tells_of_the_answer() {
    let post = posts(&Studio::new()).posts.remove(0);
    let stay = [post::META_ID, post::META_HASH, "spinetime_episode"];
    let facts: Vec<(&str, bool)> =
        post.meta.iter().filter(|(key, _)| !stay.contains(key)).map(|(key, value)| (*key, value.is_string())).collect();
    let emptied: Vec<(&str, bool)> = post::emptied().iter().map(|(key, value)| (*key, value.is_string())).collect();
    assert_eq!(emptied, facts);
}

#[test]
fn a_text_that_was_written_for_wordpress_reads_as_it_was() {
    for plain in
        ["a & b < c > d &lt; e", "&#39; &#x27;", "[gallery] https://a.example it's \"so\"", "&amp;amp; &&#035;"]
    {
        assert_eq!(post::plain(&post::text(plain)), plain);
        assert_eq!(post::plain(&post::term(plain)), post::plain(&post::text(plain)), "{plain}");
    }
}

#[test]
fn no_text_becomes_markup_a_shortcode_or_an_address_that_loads() {
    let mut studio = Studio::new();
    studio.say_everywhere("<script>a & b</script> [gallery] <!-- wp:x --> https://a.example \u{7}\u{fffe}");
    let post = posts(&studio).posts.remove(0);
    for text in [&post.title, &post.content, &post.excerpt] {
        for never in ["<script", "[", "<!--", "\u{7}", "\u{fffe}", "& "] {
            assert!(!text.contains(never), "{never:?} in {text}");
        }
    }
    assert!(!post.content.contains(">https://"), "{}", post.content);
    for (key, value) in &post.meta {
        assert!(!value.to_string().contains(['<', '>', '\u{7}']), "{key}: {value}");
    }
}

#[test]
fn a_post_is_the_same_as_long_as_its_texts_are() {
    let (mut studio, first) = (Studio::new(), posts(&Studio::new()).posts.remove(0));
    assert_eq!(posts(&studio).posts[0], first);
    studio.entries[0].updated_at = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(posts(&studio).posts[0].hash, first.hash);
    studio.config.wording.watch = "See it".into();
    assert_ne!(posts(&studio).posts[0].hash, first.hash);
}

#[test]
fn a_withdrawn_entry_has_a_notice_and_others_have_none() {
    let mut studio = Studio::new();
    let gone = studio.gone[0].clone();
    let withdrawn =
        contract::Tombstone { reason: GoneReason::Withdrawn, notice: Some("New <b>".into()), ..gone.clone() };
    studio.gone = vec![withdrawn, gone];
    let gone = posts(&studio).gone;
    let notice =
        "<p class=\"spinetime-notice\">This answer was withdrawn</p>\n<p class=\"spinetime-notice\">New &lt;b&gt;</p>";
    assert_eq!(gone[0].notice.as_deref(), Some(notice));
    assert_eq!((gone[1].reason, gone[1].notice.as_deref()), (GoneReason::Removed, None));
}

#[test]
fn every_paragraph_has_a_class_so_that_wordpresss_editor_leaves_it() {
    let mut studio = Studio::new();
    studio.entries[0].status = Status::NeedsReview;
    let linked = posts(&studio).posts.remove(0).content;
    studio.entries[0].links = None;
    let unlinked = posts(&studio).posts.remove(0).content;
    assert!(linked.contains("spinetime-draft") && unlinked.contains("spinetime-watch"), "{linked}{unlinked}");
    for content in [linked, unlinked] {
        assert_eq!(content.matches("<p").count(), content.matches("<p class=\"spinetime-").count(), "{content}");
    }
}

#[test]
fn signs_that_wordpresss_visual_editor_puts_back_are_no_change_by_hand() {
    let mut studio = Studio::new();
    studio.entries[0].answer.as_mut().unwrap().paragraphs = vec!["See [1], &#39; and https://a.example.".into()];
    let post = posts(&studio).posts.remove(0);
    // As TinyMCE gives it back with WordPress's settings (entity_encoding "raw").
    let saved = ["&#091;[", "&#093;]", "&#058;:", "&#035;#"].iter().fold(post.content.clone(), |text, pair| {
        let (reference, sign) = pair.split_at(6);
        assert!(text.contains(reference), "{reference}");
        text.replace(reference, sign)
    });
    assert_eq!(text_hash(&post.title, &saved, &post.excerpt), post.hash);
    assert_ne!(text_hash(&post.title, &saved.replace("[1]", "[2]"), &post.excerpt), post.hash);
}

/// Each element's text, by name, in order.
fn read(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut open): (Vec<(String, String)>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(found.len());
                found.push((start.name().as_ref().to_owned(), String::new()));
            }
            Event::End(_) => {
                open.pop();
            }
            Event::CData(data) => {
                found[*open.last().unwrap()].1.push_str(&data.into_inner());
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn the_file_of_the_bulk_load_holds_what_publishing_would_send() {
    let mut studio = Studio::new();
    studio.say_everywhere("]]> <i>a & b</i> \u{1}\u{fffe}\u{b} ]]]]>");
    studio.config.wordpress.post_type = "spine-answers".into();
    studio.config.wordpress.categories = vec!["Back & \"Neck\" ]]>".into()];
    let post = posts(&studio).posts.remove(0);
    let xml = studio.file(Format::Wxr, "wordpress.xml");
    let found = read(&xml);
    let text = |name: &str| found.iter().rfind(|(n, _)| n == name).map(|(_, text)| text.as_str()).unwrap();
    assert_eq!((text("title"), text("content:encoded")), (post.title.as_str(), post.content.as_str()));
    assert_eq!((text("excerpt:encoded"), text("wp:post_name")), (post.excerpt.as_str(), post.slug.as_str()));
    assert_eq!((text("wp:status"), text("wp:post_type"), text("wp:wxr_version")), ("draft", "spine_answer", "1.2"));
    assert_eq!(text("wp:post_date"), "2021-07-14 00:12:42");
    // Other kinds are called what their addresses say.
    studio.config.wordpress.post_type = "news".into();
    studio.config.wordpress.url = "https://me:p@ss@www.example.org/blog".into();
    let other = read(&studio.file(Format::Wxr, "wordpress.xml"));
    let value = |name: &str| other.iter().rfind(|(n, _)| n == name).map(|(_, text)| text.as_str()).unwrap();
    assert_eq!((value("wp:post_type"), value("link")), ("news", "https://www.example.org/blog"));
    assert!(other.iter().all(|(_, text)| !text.contains("p@ss")), "{other:?}");
    assert_eq!(text("category"), "Back &amp; \"Neck\" ]]&gt;");
    let values: Vec<&str> = found.iter().filter(|(n, _)| n == "wp:meta_value").map(|(_, v)| v.as_str()).collect();
    let wanted: Vec<String> =
        post.meta.iter().map(|(_, v)| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
    assert_eq!(values, wanted);
}

#[test]
fn a_long_load_is_cut_into_parts_that_stand_alone() {
    let mut studio = Studio::new();
    let entry = studio.entries[0].clone();
    studio.entries = (0..1000)
        .map(|number: u64| {
            let mut entry = entry.clone();
            entry.id = EntryId::from_random(number * 7_919_000_000_000_007);
            entry.answer.as_mut().unwrap().span = Span::new(Millis(number * 1000), Millis(number * 1000 + 500));
            entry
        })
        .collect();
    let files = studio.export(Format::Wxr).unwrap();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["wordpress-1.xml", "wordpress-2.xml", "wordpress-3.xml"]);
    assert!(files.iter().all(|file| file.bytes.len() <= 1_500_000));
    let items = files.iter().map(|file| String::from_utf8_lossy(&file.bytes).matches("<item>").count()).sum::<usize>();
    let dates: std::collections::BTreeSet<String> = files
        .iter()
        .flat_map(|file| read(std::str::from_utf8(&file.bytes).unwrap()))
        .filter(|(name, _)| name == "wp:post_date")
        .map(|(_, date)| date)
        .collect();
    assert_eq!((items, dates.len()), (1000, 1000));
}
