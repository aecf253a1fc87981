//! The website as a whole, and templates that a library brings along.

use super::{Studio, credit};
use crate::export::{BUILT_IN, ExportError, Format, contract};
use crate::failure::Failure;
use crate::model::*;
use std::collections::BTreeMap;

fn names(studio: &Studio) -> Vec<String> {
    let mut names: Vec<String> = studio.export(Format::Site).unwrap().into_iter().map(|file| file.name).collect();
    names.retain(|name| !name.starts_with("assets/search/"));
    names.sort();
    names
}

#[test]
fn a_site_has_a_page_for_everything() {
    let mut studio = Studio::new();
    let without = names(&studio);
    insta::assert_snapshot!(without.join("\n"), @r#"
2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html
2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.vtt
2021-07-14-physical-therapy-and-your-back/index.html
assets/script.js
assets/search.js
assets/style.css
episodes.html
experts.html
experts/tracy-maltz.html
index.html
"#);
    studio.config.website.site_url = "https://spine.example/ask".into();
    assert_eq!(names(&studio).len(), without.len() + 1);
    insta::assert_snapshot!(studio.file(Format::Site, "sitemap.xml"), @r#"
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://spine.example/ask/</loc></url>
<url><loc>https://spine.example/ask/episodes.html</loc></url>
<url><loc>https://spine.example/ask/experts.html</loc></url>
<url><loc>https://spine.example/ask/experts/tracy-maltz.html</loc></url>
<url><loc>https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/index.html</loc><lastmod>2026-11-20</lastmod></url>
<url><loc>https://spine.example/ask/2021-07-14-physical-therapy-and-your-back/e-7k3m9q2x.html</loc><lastmod>2026-11-20</lastmod></url>
</urlset>
"#);
}

#[test]
fn a_withdrawn_answer_leaves_a_notice_and_nothing_else() {
    let mut studio = Studio::new();
    studio.gone[0].reason = contract::GoneReason::Withdrawn;
    studio.gone[0].notice = Some("New <b>guidance</b>.".into());
    studio.config.website.site_url = "https://spine.example/ask".into();
    for format in [Format::Site, Format::Html] {
        let page = studio.file(format, "e-00000000.html");
        for part in ["This answer was withdrawn", "Withdrawn on November 19, 2026.", "New &lt;b&gt;guidance", "noindex"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("canonical") && !page.contains("ld+json"));
    }
    for file in studio.export(Format::Site).unwrap().into_iter().filter(|file| !file.name.ends_with("e-00000000.html"))
    {
        assert!(!String::from_utf8(file.bytes).unwrap().contains("e-00000000"), "{}", file.name);
    }
    for reason in [contract::GoneReason::Removed, contract::GoneReason::Unapproved] {
        studio.gone[0].reason = reason;
        assert!(names(&studio).iter().all(|name| !name.contains("e-00000000")));
    }
}

#[test]
fn a_new_episode_leaves_the_numbers_of_the_others() {
    let studio = Studio::new();
    let block = |studio: &Studio| studio.file(Format::Site, "assets/search/e-0.js");
    let before = block(&studio);
    let mut more = Studio::new();
    let mut entry = more.entries[0].clone();
    entry.id = "e-7k3m9q2y".parse().unwrap();
    // Within an episode the first one has the highest number, so that the newest episode's first is listed first.
    entry.answer.as_mut().unwrap().span = Span::new(Millis(10), Millis(20));
    more.entries.insert(0, entry);
    assert!(block(&more).starts_with(before.trim_end().trim_end_matches("]});")), "{}", block(&more));
}

#[test]
fn the_answers_of_an_expert_fill_pages_that_lead_to_each_other() {
    let mut studio = Studio::new();
    studio.config.website.site_url = "https://spine.example/ask".into();
    let entry = studio.entries[0].clone();
    let numbered = |n: usize| Entry { id: format!("e-{n:08}").parse().unwrap(), ..entry.clone() };
    studio.entries = (0..401).map(numbered).collect();
    // Somebody whose id looks like the number of a page.
    let twin = Credit { person: "tracy-maltz-2".parse().unwrap(), ..entry.credits[0].clone() };
    studio.entries[7].credits.push(twin);
    let files: BTreeMap<String, String> = studio
        .export(Format::Site)
        .unwrap()
        .into_iter()
        .map(|file| (file.name, String::from_utf8(file.bytes).unwrap()))
        .collect();
    let pages: Vec<&str> = files.keys().filter_map(|name| name.strip_prefix("experts/")).collect();
    assert_eq!(pages, ["tracy-maltz-2.html", "tracy-maltz.2.html", "tracy-maltz.3.html", "tracy-maltz.html"]);
    let page = |name: &str| files[&format!("experts/{name}")].as_str();
    let listed = |name| page(name).matches("<h2>").count();
    assert_eq!(pages.iter().map(|name| listed(name)).collect::<Vec<_>>(), [1, 200, 1, 200]);
    let (_, nav) = page("tracy-maltz.2.html").split_once("<nav class=\"pages\" ").unwrap();
    insta::assert_snapshot!(nav.split_once("</nav>").unwrap().0, @r#"
    aria-label="Pages of this list">
    <a rel="prev" href="tracy-maltz.html">Newer answers</a>
    <span>Page 2 of 3</span>
    <a rel="next" href="tracy-maltz.3.html">Older answers</a>
    "#);
    assert!(page("tracy-maltz.2.html").contains("<title>Answers by Tracy Maltz, DPT, Page 2 of 3 – "));
    assert!(!page("tracy-maltz.html").contains("rel=\"prev\"") && !page("tracy-maltz.3.html").contains("rel=\"next\""));
    assert!(!page("tracy-maltz-2.html").contains("Page 1"), "a single page needs no number");
    for name in pages {
        assert!(
            files["sitemap.xml"].contains(&format!("<loc>https://spine.example/ask/experts/{name}</loc>")),
            "{name}"
        );
    }
    assert_eq!(files["experts.html"].matches("<h2>").count(), 2);
}

#[test]
fn two_experts_are_both_named_even_where_they_share_a_name() {
    let mut studio = Studio::new();
    let mut twin = credit("Tracy Maltz", "DPT", "Physiatrist", "");
    twin.person = "tracy-maltz-2".parse().unwrap();
    let mut other = credit("Jane Doe", "MD", "Surgeon", "");
    other.person = "jane-doe".parse().unwrap();
    studio.entries[0].credits.extend([twin.clone(), other, twin]);
    for (format, first) in [(Format::Html, "Tracy Maltz, DPT"), (Format::Site, "../experts/tracy-maltz-2.html")] {
        let page = studio.file(format, "e-7k3m9q2x.html");
        assert_eq!(page.matches("<p class=\"expert\">").count(), 3, "each once: {page}");
        assert!(page.contains(first) && page.contains("Tracy Maltz, DPT, is Physiatrist."), "{page}");
        let list = studio.file(format, "your-back/index.html");
        assert!(list.contains("Tracy Maltz, DPT; Tracy Maltz, DPT; Jane Doe, MD</p>"), "{list}");
    }
    assert!(studio.markdown().contains("**Jane Doe, MD**"));
    let experts: Vec<String> = names(&studio).into_iter().filter(|name| name.starts_with("experts/")).collect();
    assert_eq!(experts, ["experts/jane-doe.html", "experts/tracy-maltz-2.html", "experts/tracy-maltz.html"]);
}

#[test]
fn each_template_can_be_replaced_by_itself() {
    for template in BUILT_IN {
        let mut studio = Studio::new();
        studio.gone[0].reason = contract::GoneReason::Withdrawn;
        let own = match template.name {
            "list.html" => "{% macro list(a, b, c, d) %}MINE{% endmacro %}",
            _ => "MINE {{ words.search if 1 else '' }}",
        };
        studio.templates = vec![(template.name.to_owned(), own.to_owned())];
        let found = studio.all().into_iter().filter(|(_, text)| text.contains("MINE")).count();
        assert!(found > 0, "{}", template.name);
    }
}

#[test]
fn a_fault_of_a_template_is_told_with_its_line() {
    let fault = |name: &str, text: &str| {
        let mut studio = Studio::new();
        studio.templates = vec![(name.into(), text.into())];
        let error = studio.export(Format::Site).unwrap_err();
        assert_eq!(error.exit(), crate::failure::Exit::Usage);
        error
    };
    insta::assert_snapshot!(fault("entry.html", "a\n{% if %}"), @"the template entry.html can't be used: syntax error: unexpected end of block in line 2");
    insta::assert_snapshot!(fault("entry.html", "a\n\n{{ entry.qestion }}"), @"the template entry.html can't be used: undefined value in line 3");
    insta::assert_snapshot!(fault("list.html", "nothing"), @"the template list.html can't be used: invalid operation: value of type undefined is not callable in line 30 of index.html");
    insta::assert_snapshot!(fault("layout.html", "{% include 'other.html' %}"), @"the template layout.html can't be used: template not found: tried to include non-existing template 'other.html' in line 1");
    let unknown = fault("enrty.html", "");
    assert!(matches!(unknown, ExportError::NoTemplate { .. }));
    assert!(unknown.remedy().unwrap().contains("entry.html, episode.html"));
    insta::assert_snapshot!(unknown, @"there is no template enrty.html to be replaced by the one in templates/");
}

#[test]
fn a_template_of_ones_own_escapes_all_the_same() {
    let mut studio = Studio::new();
    studio.say_everywhere("<script>x</script> [x](y)");
    let own = "{{ entry.question }}{{ episode.title }}{{ words.watch }}{{ site.heading }}";
    studio.templates = vec![("entry.html".into(), own.into()), ("entry.md".into(), own.into())];
    assert!(!studio.html().contains("<script"));
    assert!(!studio.markdown().contains("[x]("));
}
