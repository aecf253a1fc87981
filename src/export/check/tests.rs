use super::*;
use crate::export::tests::example;
use proptest::prelude::*;
use serde_json::{Value, json};

fn episode() -> Value {
    serde_json::from_str(&example(Document::Episode)).unwrap()
}

fn feed() -> Value {
    serde_json::from_str(&example(Document::Feed)).unwrap()
}

fn given(name: &str, value: &Value) -> Given {
    Given { name: name.into(), bytes: serde_json::to_vec_pretty(value).unwrap() }
}

fn lines(reports: &[Report]) -> Vec<String> {
    let told = |report: &Report| {
        let name = report.name.clone();
        report.faults.iter().map(move |f| format!("{name}:{}: {}: {}", f.at.line, f.place, f.what)).collect::<Vec<_>>()
    };
    reports.iter().flat_map(told).collect()
}

fn faults(value: &Value) -> Vec<String> {
    lines(&check(&[given("f", value)], &[]).unwrap())
}

fn text_faults(text: &str) -> Vec<String> {
    lines(&check(&[Given { name: "f".into(), bytes: text.into() }], &[]).unwrap())
}

/// The faults after `change`, which must be one.
fn one(mut value: Value, change: impl Fn(&mut Value)) -> String {
    change(&mut value);
    let found = faults(&value);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

fn against(now: &Value, before: &Value) -> Vec<String> {
    lines(&check(&[given("now", now)], &[given("before", before)]).unwrap())
}

#[test]
fn what_the_program_exports_has_no_fault_alone_and_together() {
    let reports = check(&[given("e", &episode()), given("f", &feed())], &[given("b", &episode())]).unwrap();
    assert_eq!(lines(&reports), [""; 0]);
    assert_eq!((reports[0].document, reports[1].document), (Some(Document::Episode), Some(Document::Feed)));
    assert_eq!((reports[1].entries, reports[1].tombstones, reports[1].contract.as_str()), (1, 1, "1.0.0"));
}

#[test]
fn the_form_is_that_of_the_schema() {
    let mut all = Vec::new();
    for change in [
        |v: &mut Value| v["entries"][0]["asker"] = json!("Wilhelmina"),
        |v: &mut Value| drop(v["entries"][0].as_object_mut().unwrap().shift_remove("credits")),
        |v: &mut Value| v["entries"][0]["id"] = json!("e-ILOU0000\u{1b}[2J"),
        |v: &mut Value| v["entries"][0]["status"] = json!("published"),
        |v: &mut Value| v["entries"][0]["question"]["source"] = json!(7),
        |v: &mut Value| v["entries"][0]["answer"]["start"] = json!("12:42"),
        |v: &mut Value| v["entries"][0]["answer"]["start"] = json!(762.1401),
        |v: &mut Value| v["entries"][0]["answer"]["paragraphs"] = json!([]),
        |v: &mut Value| v["entries"][0]["updated_at"] = json!("yesterday"),
        |v: &mut Value| v["entries"][0]["links"]["short"] = json!("youtu be"),
        |v: &mut Value| v["episode"]["held_on"] = json!("14 July 2021"),
        |v: &mut Value| v["episode"]["duration"] = json!(-1),
        |v: &mut Value| v["tombstones"][0] = json!(null),
    ] as [fn(&mut Value); 13]
    {
        all.push(one_form(change));
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
f:59: $.entries[0].asker: This is no field of the contract.
f:16: $.entries[0]: The field "credits" is missing.
f:17: $.entries[0].id: "e-ILOU0000\u{1b}[2J" is not an entry's id, such as e-7k3m9q2x.
f:18: $.entries[0].status: This must be "approved" or "draft" or "needs_review", and is "published".
f:23: $.entries[0].question.source: This must be "read_by_host" or "live" or "chat" or "written", and is 7.
f:31: $.entries[0].answer.start: This must be a number, and is "12:42".
f:31: $.entries[0].answer.start: 762.1401 has more than three decimals.
f:26: $.entries[0].answer.paragraphs: This list is empty.
f:57: $.entries[0].updated_at: "yesterday" is not a moment such as 2026-11-24T08:00:00Z.
f:53: $.entries[0].links.short: "youtu be" is not a web address.
f:8: $.episode.held_on: "14 July 2021" is not a day such as 2021-07-14.
f:11: $.episode.duration: -1 is less than 0.
f:62: $.tombstones[0]: This must be an object, and is null.
"#);
}

/// The first fault after a change of the form, and that there is one.
fn one_form(change: fn(&mut Value)) -> String {
    let mut value = episode();
    change(&mut value);
    faults(&value).first().expect("a fault").clone()
}

#[test]
fn what_is_no_document_says_so_with_its_line() {
    let text = example(Document::Episode);
    let cut = &text[..text.len() / 2];
    let twice = text.replace("\"credentials\":", "\"name\": \"Somebody Else\",\n\"credentials\":");
    let deep = "[".repeat(100_000);
    let all: Vec<String> = [
        "",
        "{\n  \"format\": 1,\n  oops\n}",
        "\u{feff}{}",
        "[]",
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": []}",
        &deep,
        cut,
        &twice,
    ]
    .into_iter()
    .flat_map(text_faults)
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
f:1: $: The file is empty.
f:3: $: This is no JSON: key must be a string.
f:1: $: The file begins with a byte order mark, which JSON must not have.
f:1: $: This is JSON, but neither an episode.json nor a feed.json of this program.
f:1: $: This is JSON, but neither an episode.json nor a feed.json of this program.
f:1: $: Lists and objects nest deeper here than in any export.
f:32: $: The file ends in the middle: it was not written whole.
f:45: $.entries[0].credits[0].name: The object has this name already: a reader would take one of the two and drop the other.
"#);
    let latin = Given { name: "f".into(), bytes: b"{\n\"title\": \"caf\xe9\"}".to_vec() };
    assert_eq!(lines(&check(&[latin], &[]).unwrap()), ["f:2: $: This is not UTF-8 text."]);
}

#[test]
fn another_major_version_is_refused_and_a_newer_minor_one_is_read() {
    let mut newer = episode();
    newer["contract"] = json!("1.7.0");
    newer["entries"][0]["topics"] = json!(["back"]);
    let reports = check(&[given("f", &newer)], &[]).unwrap();
    assert_eq!(lines(&reports), [""; 0]);
    assert_eq!((reports[0].notes.len(), reports[0].entries), (1, 1));
    newer["entries"][0]["answer"]["end"] = json!(1);
    assert!(!faults(&newer).is_empty(), "what is known is checked");
    let mut other = episode();
    (other["format"], other["contract"]) = (json!(2), json!("2.0.0"));
    insta::assert_snapshot!(faults(&other).join("\n"), @r#"f:2: $.format: This is version 2 of the contract, and this program knows version 1: use a newer spinetime."#);
    assert!(against(&episode(), &other)[0].contains("version 2"));
}

#[test]
fn an_entry_must_be_approved_whole_and_where_its_links_lead() {
    let e = episode;
    let all = [
        one(e(), |v| v["entries"][0]["approved_at"] = json!(null)),
        one(e(), |v| (v["entries"][0]["status"], v["entries"][0]["approved_at"]) = (json!("draft"), json!(null))),
        one(e(), |v| v["entries"][0]["question"]["text"] = json!(" ")),
        one(e(), |v| v["entries"][0]["answer"]["paragraphs"][1] = json!("a\u{7}b")),
        one(e(), |v| v["entries"][0]["question"]["end"] = json!(700)),
        one(e(), |v| v["episode"]["duration"] = json!(800)),
        one(e(), |v| v["entries"][0]["answer"]["spans"][0]["speaker"] = json!("somebody-else")),
        one(e(), |v| v["entries"][0]["answer"]["spans"][0]["end"] = json!(900)),
        one(e(), |v| v["entries"][0]["links"]["embed"] = json!("https://www.youtube-nocookie.com/embed/SpineTime01")),
        one(e(), |v| v["entries"][0]["links"] = json!(null)),
        one(e(), |v| v["episode"]["recording_url"] = json!("https://youtu.be/AnotherOne1")),
        one(e(), |v| v["tombstones"][0]["notice"] = json!("why")),
        one(e(), |v| v["tombstones"][0]["reason"] = json!("withdrawn")),
        one(e(), |v| v["tombstones"][0]["id"] = v["entries"][0]["id"].clone()),
        one(feed(), |v| v["entries"][0]["answer_html"] = json!("<p>Something else.</p>")),
        one(feed(), |v| v["entries"][0]["watch_url"] = json!("https://www.youtube.com/watch?v=SpineTime01&t=763s")),
        one(feed(), |v| v["entries"][0]["people"] = json!([])),
        one(feed(), |v| v["since"] = json!("2026-11-21T00:00:00Z")),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
f:56: $.entries[0].approved_at: The entry is approved, and nobody says when.
f:18: $.entries[0].status: Nobody approved this entry: the export was asked for drafts, and must not be shown to the public.
f:20: $.entries[0].question.text: The text is blank.
f:28: $.entries[0].answer.paragraphs[1]: The text has a control character, U+0007.
f:22: $.entries[0].question.end: 11:40 (700 s) is before the question begins at 12:34 (754.31 s).
f:32: $.entries[0].answer.end: 14:00 (840.9 s) is behind the end of the recording, which lasts 13:20 (800 s).
f:37: $.entries[0].answer.spans[0].speaker: somebody-else speaks, and is not among the credits.
f:36: $.entries[0].answer.spans[0].end: 15:00 (900 s) is outside the answer.
f:54: $.entries[0].links.embed: "https://www.youtube-nocookie.com/embed/SpineTime01" does not lead to the entry's time: https://www.youtube-nocookie.com/embed/SpineTime01?start=762&end=841 does.
f:50: $.entries[0].links: The episode has a video, and the entry has no links into it.
f:10: $.episode.recording_url: This is another video than SpineTime01, the episode's youtube_id.
f:66: $.tombstones[0].notice: Only a withdrawn entry has a notice.
f:62: $.tombstones[0]: The entry is withdrawn, and there is no notice for its page.
f:63: $.tombstones[0].id: e-7k3m9q2x is an entry and has a tombstone, one of them in this file.
f:13: $.entries[0].answer_html: This is not answer_text with a p element for each paragraph.
f:25: $.entries[0].watch_url: "https://www.youtube.com/watch?v=SpineTime01&t=763s" does not lead to the entry's time: https://www.youtube.com/watch?v=SpineTime01&t=762s does.
f:16: $.entries[0].people: Nobody is credited for the answer.
f:33: $.entries[0].updated_at: The feed lists what changed since 2026-11-21T00:00:00Z, and this did before.
"#);
    let mut uncredited = episode();
    uncredited["entries"][0]["credits"] = json!([]);
    assert_eq!(faults(&uncredited).len(), 2, "nobody is credited, and somebody speaks");
}

/// A second entry, later than the first.
fn second(value: &mut Value) {
    let mut entry = value["entries"][0].clone();
    (entry["id"], entry["question"]["text"]) = (json!("e-22222222"), json!("And how long?"));
    value["entries"].as_array_mut().unwrap().push(entry);
}

#[test]
fn entries_stand_in_order_and_ids_stand_for_one_each() {
    let mut two = episode();
    second(&mut two);
    assert_eq!(faults(&two), [""; 0]);
    let early = one(two.clone(), |v| {
        v["entries"][1]["question"]["start"] = json!(754);
    });
    assert!(early.contains("in order of time"), "{early}");
    assert!(one(two.clone(), |v| v["entries"][1]["id"] = json!("e-7k3m9q2x")).contains("already"));
    for entry in two["entries"].as_array_mut().unwrap() {
        entry["page_url"] = json!("https://spine.example/same");
    }
    assert!(faults(&two)[0].contains("has the same page"));
    let mut other = episode();
    other["episode"]["id"] = json!("2022-01-01-another");
    let found = lines(&check(&[given("a", &episode()), given("b", &other)], &[]).unwrap());
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("b:") && found[0].contains("stands in a too"), "{found:#?}");
}

#[test]
fn a_feed_agrees_with_the_episodes_beside_it() {
    let pair = |feed: &Value| lines(&check(&[given("f", feed), given("e", &episode())], &[]).unwrap());
    let mut other = feed();
    other["entries"][0]["question"] = json!("Something else?");
    assert_eq!(pair(&other).len(), 1);
    let mut empty = feed();
    (empty["entries"], empty["tombstones"]) = (json!([]), json!([]));
    assert_eq!(pair(&empty).len(), 2, "the entry and the tombstone are missing");
    empty["since"] = json!("2026-11-25T00:00:00Z");
    assert_eq!(pair(&empty).len(), 1, "no entry changed since, and tombstones are always listed");
}

#[test]
fn ids_are_kept_for_ever() {
    let (mut now, before) = (episode(), episode());
    now["entries"] = json!([]);
    assert!(against(&now, &before)[0].contains("neither an entry nor a tombstone"));
    now["tombstones"].as_array_mut().unwrap().push(json!({
        "id": "e-7k3m9q2x", "at": "2026-11-24T10:00:00Z", "reason": "removed",
    }));
    assert_eq!(against(&now, &before), [""; 0]);
    // The other way round: removed before, an entry now.
    let back = against(&before, &now);
    assert!(back.len() == 1 && back[0].contains("ids are not reused"), "{back:#?}");
    let mut moved = episode();
    moved["episode"]["id"] = json!("2022-01-01-another");
    assert!(against(&moved, &before).iter().any(|fault| fault.contains("never moves")));
    // A feed of what changed does not list the rest; a whole one does.
    let mut since = feed();
    (since["entries"], since["tombstones"], since["since"]) = (json!([]), json!([]), json!("2026-11-25T00:00:00Z"));
    assert_eq!(against(&since, &feed()), [""; 0]);
    since["since"] = json!(null);
    assert_eq!(against(&since, &feed()).len(), 2);
}

#[test]
fn hashes_and_moments_change_with_the_content_alone() {
    let hash = json!("a".repeat(64));
    let mut reworded = episode();
    reworded["entries"][0]["question"]["text"] = json!("Can exercise help my back pain?");
    assert!(against(&reworded, &episode())[0].contains("and its hash is."));
    reworded["entries"][0]["content_hash"] = hash.clone();
    reworded["entries"][0]["updated_at"] = json!("2026-11-22T10:00:00Z");
    assert_eq!(against(&reworded, &episode()), [""; 0]);
    assert!(against(&episode(), &reworded)[0].contains("This is before"));
    let mut same = episode();
    same["entries"][0]["content_hash"] = hash;
    assert!(against(&same, &episode())[0].contains("and its hash is not"));
    let mut touched = episode();
    touched["entries"][0]["updated_at"] = json!("2026-11-22T10:00:00Z");
    assert_eq!(against(&touched, &episode()), [""; 0]);
    assert!(against(&episode(), &touched)[0].contains("This is before"));
    let mut renamed = episode();
    renamed["episode"]["title"] = json!("A corrected title");
    renamed["provenance"]["model"] = json!("another");
    assert_eq!(against(&renamed, &episode()), [""; 0]);
}

#[test]
fn an_earlier_export_that_is_none_stops() {
    let earlier = Given { name: "old".into(), bytes: b"{\n\"a\"".to_vec() };
    let error = check(&[given("f", &episode())], &[earlier]).unwrap_err();
    assert_eq!(error.exit(), Exit::Input);
    assert!(error.to_string().contains("old") && error.to_string().contains("line 2"), "{error}");
}

#[test]
fn a_file_of_many_faults_tells_some_and_counts_the_rest() {
    let mut many = episode();
    let entry = json!({});
    many["entries"] = Value::from(vec![entry; 2000]);
    let report = &check(&[given("f", &many)], &[]).unwrap()[0];
    assert!(report.faults.len() <= 500 && report.more > 0 && report.count() > 500);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever becomes of a document, it is judged and nothing panics.
    #[test]
    fn no_document_makes_it_panic(
        feed in any::<bool>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[\\[\\]{}\",:0-9eE.\\\\ -]{0,4}"), 1..4),
    ) {
        let text = example(if feed { Document::Feed } else { Document::Episode });
        let mut bytes = text.into_bytes();
        for (at, length, put) in cuts {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, put.into_bytes());
        }
        let changed = Given { name: "f".into(), bytes };
        let whole = [given("e", &episode()), changed.clone()];
        let reports = check(&whole, &[given("b", &episode())]).unwrap();
        prop_assert_eq!(reports.len(), 2);
        let _ = check(&[given("e", &episode())], &[changed]);
    }
}
