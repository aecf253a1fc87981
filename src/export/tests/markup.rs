//! No text becomes markup, whoever wrote it and wherever it is printed.

use super::{Studio, bare, tags};
use crate::export::Format;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, TextMergeStream};

/// What a reader sees or hears of a page: its text with the engine's escapes undone.
fn read(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Text as people type it, and as people attack. The letter in front keeps it from being empty.
fn any_text() -> impl Strategy<Value = String> {
    let nasty = proptest::sample::select(vec![
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "\" onmouseover=\"alert(1)",
        "' x='",
        "-->",
        "<!--",
        "]]>",
        "&lt;",
        "&#60;",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{name}",
        "[x](javascript:alert(1))",
        "![x](y)",
        "**x**",
        "_x_",
        "`x`",
        "~~x~~",
        "$x$",
        "| a | b |",
        "<https://a.example>",
        "[^1]: x",
        "\\",
        "***",
        "a\n\n# b",
        "\n- b",
        "\n---\n",
        "\t",
        "\u{0}",
        "\u{2028}",
        "\u{202e}",
    ]);
    proptest::collection::vec(prop_oneof![nasty.prop_map(str::to_owned), "\\PC{0,6}"], 1..5)
        .prop_map(|parts| format!("x{}", parts.concat()))
}

/// A Markdown text's structure, and its words.
fn structure(text: &str) -> (Vec<String>, Vec<String>) {
    let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
    let (mut shape, mut words) = (Vec::new(), Vec::new());
    for event in TextMergeStream::new(Parser::new_ext(text, options)) {
        match event {
            Event::Text(text) => {
                shape.push("text".to_owned());
                words.push(text.trim().to_owned());
            }
            other => shape.push(format!("{other:?}")),
        }
    }
    (shape, words)
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_becomes_html(text in any_text()) {
        let (mut plain, mut studio) = (Studio::new(), Studio::new());
        plain.say_everywhere("x");
        studio.say_everywhere(&text);
        for end in ["e-7k3m9q2x.html", "index.html"] {
            let (page, wanted) = (studio.file(Format::Html, end), plain.file(Format::Html, end));
            let shape = |page: &str| tags(page).into_iter().map(bare).collect::<Vec<_>>();
            prop_assert_eq!(shape(&page), shape(&wanted));
            prop_assert!(read(&page).contains(&one_line(&text)));
            if let Some((_, data)) = page.split_once("ld+json\">") {
                let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
                prop_assert_eq!(data["@graph"][0]["name"].as_str().unwrap(), one_line(&text));
            }
        }
    }

    #[test]
    fn no_text_becomes_markdown(text in any_text()) {
        let (mut plain, mut studio) = (Studio::new(), Studio::new());
        plain.say_everywhere("x");
        studio.say_everywhere(&text);
        for end in ["e-7k3m9q2x.md", "index.md"] {
            let (shape, words) = structure(&studio.file(Format::Markdown, end));
            prop_assert_eq!(shape, structure(&plain.file(Format::Markdown, end)).0);
            prop_assert!(words.contains(&one_line(&text)), "{:?}", words);
        }
    }

    #[test]
    fn no_text_leads_markdown_astray_from_its_first_character(text in "[-+=*#>|:~!%0-9.)`_ a\\\\]{1,8}") {
        let line = one_line(&text);
        prop_assume!(!line.is_empty());
        let mut studio = Studio::new();
        studio.config.wording.answer.clear();
        studio.entries[0].answer.as_mut().unwrap().paragraphs = vec![text];
        let (_, words) = structure(&studio.markdown());
        prop_assert!(words.contains(&line), "{:?}", words);
    }
}
