//! Whose text a post has, whose it is, and what becomes of posts whose entries are gone.

use super::stub::{Desk, Stub, counts, id, post, posts};
use crate::export::contract::GoneReason;
use crate::export::post::{Gone, META_HASH, META_ID, Posts, emptied};
use crate::failure::Exit;
use crate::progress::Silent;
use crate::publish::{Action, Press, PublishError, Report};
use serde_json::json;
use std::collections::BTreeSet;

fn gone(reason: GoneReason) -> Posts {
    let notice = (reason == GoneReason::Withdrawn).then(|| "<p class=\"spinetime-notice\">Gone.</p>".to_owned());
    Posts { posts: Vec::new(), gone: (1..=5).map(|n| Gone { id: id(n), reason, notice: notice.clone() }).collect() }
}

/// What was planned for each entry, and why.
fn told(report: &Report) -> Vec<(Action, &str)> {
    report.items.iter().map(|item| (item.step.action, item.step.why.as_str())).collect()
}

/// All posts of the site before the public.
fn publish_all(stub: &Stub) {
    stub.inside().posts.iter_mut().for_each(|post| post["status"] = "publish".into());
}

#[test]
fn posts_of_removed_entries_become_drafts_once_and_only_where_they_are_ours() {
    let (stub, desk, settings) = (Stub::working(), Desk::new(), Stub::settings);
    desk.publish(&settings(&stub), &posts("x")).unwrap();
    publish_all(&stub);
    stub.inside().posts[1]["content"]["raw"] = "by hand".into();
    stub.inside().posts[2]["status"] = "draft".into();
    let report = desk.publish(&settings(&stub), &gone(GoneReason::Removed)).unwrap();
    let down = (Action::Unpublish, "is no entry any more");
    let hand = (Action::Leave, "is no entry any more; its post was changed by hand, so that it stays");
    assert_eq!(told(&report), [down, hand, down, down], "the third was a draft already");
    let status = |at: usize| stub.inside().posts[at]["status"].as_str().unwrap().to_owned();
    assert_eq!([0, 1, 2, 3, 4].map(status), ["draft", "publish", "draft", "draft", "draft"]);
    // What people put back stays.
    stub.inside().posts[0]["status"] = "publish".into();
    let report = desk.publish(&settings(&stub), &gone(GoneReason::Removed)).unwrap();
    assert_eq!(told(&report), [(Action::Leave, "is no entry any more, and people put its post back"), hand]);
    assert_eq!(status(0), "publish");
    // Until the entry was there again.
    desk.publish(&settings(&stub), &posts("x")).unwrap();
    let report = desk.publish(&settings(&stub), &gone(GoneReason::Removed)).unwrap();
    assert_eq!(told(&report), [down, hand]);
    // Of posts that nobody knows nothing is touched.
    publish_all(&stub);
    let report = Desk::new().publish(&settings(&stub), &gone(GoneReason::Removed)).unwrap();
    assert_eq!((counts(&report), status(4).as_str()), ([0, 0, 0, 5, 0], "publish"), "{report:?}");
}

#[test]
fn a_withdrawn_entrys_post_is_never_shown_but_one_that_nobody_knows_is_left() {
    let (stub, desk) = (Stub::working(), Desk::new());
    stub.inside().meta = vec![META_ID, META_HASH];
    stub.inside().meta.extend(emptied().into_iter().map(|(key, _)| key));
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    publish_all(&stub);
    stub.inside().posts[1]["content"]["raw"] = "by hand".into();
    stub.inside().posts[2]["content"]["raw"] = "a stranger's".into();
    stub.inside().posts[2]["meta"] = json!({});
    // Without the ledger, as another computer would.
    let report = Desk::new().publish(&stub.settings(), &gone(GoneReason::Withdrawn)).unwrap();
    let actions: Vec<Action> = told(&report).into_iter().map(|(action, _)| action).collect();
    let withdraw = Action::Withdraw;
    assert_eq!(actions, [withdraw, Action::Unpublish, Action::Leave, withdraw, withdraw], "{report:?}");
    let inside = stub.inside();
    let content = |at: usize| inside.posts[at]["content"]["raw"].as_str().unwrap();
    assert_eq!((content(1), content(2)), ("by hand", "a stranger's"));
    assert_eq!((&inside.posts[1]["status"], &inside.posts[2]["status"]), (&json!("draft"), &json!("publish")));
    // Its fields tell nothing of the answer any more.
    for (key, empty) in emptied() {
        assert_eq!(inside.posts[0]["meta"][key], empty, "{key}");
    }
    assert_eq!(inside.posts[0]["meta"][META_HASH].as_str().map(str::len), Some(64));
}

#[test]
fn a_number_that_another_entrys_post_has_now_is_not_taken() {
    let (stub, desk) = (Stub::working(), Desk::new());
    stub.inside().meta = vec![META_ID, META_HASH];
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    // The site was set up anew, and the first post's number is somebody else's.
    stub.inside().posts[0]["slug"] = "other".into();
    stub.inside().posts[0]["meta"] = json!({ META_ID: "e-zzzzzzzz" });
    publish_all(&stub);
    let report = desk.publish(&stub.settings(), &posts("y")).unwrap();
    assert_eq!(told(&report)[0], (Action::Leave, "was deleted on the site"), "{report:?}");
    let report = desk.publish(&stub.settings(), &gone(GoneReason::Withdrawn)).unwrap();
    assert_eq!((counts(&report)[1], &stub.inside().posts[0]["status"]), (4, &json!("publish")));
}

#[test]
fn fields_alone_make_nobodys_text_ours() {
    let stub = Stub::working();
    stub.inside().meta = vec![META_ID];
    Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    // The fields are out of date and the ledger is lost; while the fields are written somebody changes a text.
    stub.inside().meta = vec![META_ID, META_HASH];
    let (desk, settings) = (Desk::new(), stub.settings());
    let press = Press::open(&settings, &desk.cancel).unwrap();
    let plan = press.plan(&desk.library(), &posts("x"), &BTreeSet::new(), &Silent).unwrap();
    stub.inside().posts[0]["content"]["raw"] = "by hand".into();
    assert_eq!(counts(&press.carry_out(plan, &|_| true, &Silent)), [0, 5, 0, 0, 0]);
    assert_eq!(counts(&desk.publish(&settings, &posts("y")).unwrap()), [0, 4, 0, 1, 0]);
    assert_eq!(stub.inside().posts[0]["content"]["raw"], "by hand");
}

#[test]
fn another_kind_of_post_is_refused_while_the_old_posts_are_there() {
    let (stub, desk) = (Stub::working(), Desk::new());
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    let mut settings = stub.settings();
    settings.post_type = "pages".into();
    let error = desk.publish(&settings, &posts("x")).unwrap_err();
    assert!(matches!(&error, PublishError::OtherKind { was, posts: 5, .. } if was == "posts"), "{error:?}");
    assert_eq!(stub.writes(), 5);
    // The old kind goes on as before, and the new one once the old posts were thrown away.
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [0, 0, 5, 0, 0]);
    stub.inside().posts.iter_mut().for_each(|post| post["status"] = "trash".into());
    let press = Press::open(&settings, &desk.cancel).unwrap();
    let plan = press.plan(&desk.library(), &posts("x"), &BTreeSet::new(), &Silent).unwrap();
    assert_eq!(plan.count(Action::Create), 5);
}

#[test]
fn a_run_without_changes_reads_no_strangers_posts() {
    let (stub, desk) = (Stub::working(), Desk::new());
    stub.inside().meta = vec![META_ID, META_HASH];
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    let before = stub.inside().seen.len();
    let mut both = posts("x");
    // An entry that never had a post: it may have one of another name, that another computer made.
    both.gone = vec![Gone { id: id(9), reason: GoneReason::Removed, notice: None }];
    assert_eq!(counts(&desk.publish(&stub.settings(), &both).unwrap()), [0, 0, 5, 0, 0]);
    let inside = stub.inside();
    let whole = inside.seen[before..].iter().filter(|seen| {
        seen.path.ends_with("/posts") && !seen.query.contains_key("slug") && !seen.query.contains_key("include")
    });
    let fields: Vec<Option<&str>> = whole.map(|seen| seen.query.get("_fields").map(String::as_str)).collect();
    assert_eq!(fields, [None, Some("id,meta")], "what the kind of post has, then one look at all of them");
}

#[test]
fn what_was_changed_here_since_the_plan_is_not_sent() {
    let (stub, desk, settings) = (Stub::working(), Desk::new(), Stub::settings);
    let settings = settings(&stub);
    for (answer, planned, writes) in [("x", [4, 0, 0, 1, 0], 4), ("y", [1, 3, 0, 1, 0], 8)] {
        let press = Press::open(&settings, &desk.cancel).unwrap();
        let plan = press.plan(&desk.library(), &posts(answer), &BTreeSet::new(), &Silent).unwrap();
        let held = id(if answer == "x" { 2 } else { 4 });
        let report = press.carry_out(plan, &|entry| *entry != held, &Silent);
        assert_eq!((counts(&report), stub.writes(), report.exit), (planned, writes, Exit::Done));
    }
    assert_eq!(stub.inside().posts.len(), 5);
    let kept = post(4, "x").content;
    assert!(stub.inside().posts.iter().any(|post| post["content"]["raw"] == kept.as_str()));
}

#[test]
fn what_needs_nothing_does_not_fail_when_somebody_stops() {
    let (stub, desk) = (Stub::working(), Desk::new());
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    let settings = stub.settings();
    let press = Press::open(&settings, &desk.cancel).unwrap();
    let plan = press.plan(&desk.library(), &posts("x"), &BTreeSet::new(), &Silent).unwrap();
    desk.cancel.cancel();
    assert_eq!(counts(&press.carry_out(plan, &|_| true, &Silent)), [0, 0, 5, 0, 0]);
}
