//! The whole of it against a site that is played: what a real one does only on its bad days.

mod hands;
mod stub;

use super::*;
use crate::export::post::{META_HASH, META_ID};
use crate::failure::{Exit, Failure};
use crate::progress::Silent;
use serde_json::json;
use std::sync::Arc;
use stub::{Desk, Mood, Seen, Stub, counts, post, posts};
use tiny_http::Method;

fn refused(stub: &Stub) -> PublishError {
    Desk::new().publish(&stub.settings(), &posts("x")).unwrap_err()
}

fn is_create(seen: &Seen) -> bool {
    seen.method == Method::Post && seen.path == "/wp-json/wp/v2/posts"
}

#[test]
fn the_second_time_nothing_is_sent() {
    let (stub, desk) = (Stub::working(), Desk::new());
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [0, 0, 5, 0, 0]);
    assert_eq!(stub.writes(), 5);
    let strangers = stub.inside().seen.iter().filter(|seen| !seen.signed).count();
    assert_eq!(strangers, 4, "the home page and the root, twice: all else is signed");
}

#[test]
fn a_site_that_asks_to_wait_gets_its_time_but_not_any_time() {
    let busy = |seconds: &'static str| {
        let mut left = 2;
        Stub::new(move |seen, _| {
            if is_create(seen) && left > 0 {
                left -= 1;
                return Mood::Says(429, String::new(), vec![("Retry-After", seconds.into())]);
            }
            Mood::Work
        })
    };
    let stub = busy("0");
    assert_eq!(counts(&Desk::new().publish(&stub.settings(), &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
    let stub = busy("99999");
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!((counts(&report), report.exit), ([3, 0, 0, 0, 2], Exit::SourceRefused));
    assert!(report.items[0].step.why.contains("asks to wait 99999 seconds"), "{report:?}");
    // A moment in the past is now.
    let stub = busy("Fri, 27 Nov 2020 08:00:00 GMT");
    assert_eq!(counts(&Desk::new().publish(&stub.settings(), &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
}

#[test]
fn a_post_whose_answer_was_lost_is_not_made_twice() {
    let mut left = 1;
    let stub = Stub::new(move |seen, _| {
        if is_create(seen) && left > 0 {
            left -= 1;
            return Mood::Mutters;
        }
        Mood::Work
    });
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    let made = stub.inside().posts.len();
    assert_eq!((counts(&report), made, stub.writes()), ([5, 0, 0, 0, 0], 5, 5));
}

#[test]
fn a_post_that_was_made_by_halves_is_completed() {
    let mut left = 1;
    let stub = Stub::new(move |seen, _| {
        if is_create(seen) && left > 0 {
            left -= 1;
            return Mood::Stumbles;
        }
        match seen.path.as_str() {
            "/wp-json/wp/v2/categories" => {
                Mood::Says(200, r#"[{"id": 3, "name": "Back &amp; Neck"}]"#.into(), Vec::new())
            }
            _ => Mood::Work,
        }
    });
    stub.inside().meta = vec![META_ID, META_HASH];
    let (mut settings, desk) = (stub.settings(), Desk::new());
    settings.categories = vec!["Back & Neck".into()];
    assert_eq!(counts(&desk.publish(&settings, &posts("x")).unwrap()), [5, 0, 0, 0, 0]);
    for post in &stub.inside().posts {
        assert_eq!((&post["meta"][META_ID], &post["categories"]), (&post["slug"], &json!([3])), "{post:#}");
    }
    assert_eq!(counts(&desk.publish(&settings, &posts("x")).unwrap()), [0, 0, 5, 0, 0]);
}

#[test]
fn a_category_that_is_there_after_all_is_taken() {
    let stub = Stub::new(|seen, _| match (&seen.method, seen.path.as_str()) {
        (Method::Get, "/wp-json/wp/v2/categories") => {
            assert_eq!(seen.query["search"], "Q &amp; A &lt;3", "as WordPress keeps it");
            Mood::Says(200, "[]".into(), Vec::new())
        }
        (Method::Post, "/wp-json/wp/v2/categories") => {
            Mood::Says(400, r#"{"code": "term_exists", "data": {"status": 400, "term_id": 7}}"#.into(), Vec::new())
        }
        _ => Mood::Work,
    });
    let mut settings = stub.settings();
    settings.categories = vec!["Q & A <3".into()];
    let report = Desk::new().publish(&settings, &posts("x")).unwrap();
    assert_eq!(counts(&report), [5, 0, 0, 0, 0], "{report:?}");
    assert!(stub.inside().posts.iter().all(|post| post["categories"] == json!([7])));
}

#[test]
fn a_name_that_a_hidden_post_has_is_told() {
    let stub = Stub::new(|seen, _| match is_create(seen) && seen.body["slug"] == "e-00000001" {
        true => {
            let made = json!({
                "id": 9, "slug": "e-00000001-2", "title": { "raw": "" }, "content": { "raw": "" },
            });
            Mood::Says(201, made.to_string(), Vec::new())
        }
        false => Mood::Work,
    });
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    let told: Vec<&String> = report.notes.iter().filter(|note| note.contains("another post")).collect();
    assert!(told.len() == 1 && told[0].contains("e-00000001-2"), "{:?}", report.notes);
}

#[test]
fn a_user_who_may_nothing_is_not_tried_for_ever() {
    let stub = Stub::new(|seen, _| match is_create(seen) {
        true => Mood::Says(403, r#"{"code": "rest_cannot_create"}"#.into(), Vec::new()),
        false => Mood::Work,
    });
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!((counts(&report)[4], stub.writes(), report.exit), (5, 3, Exit::Usage));
}

#[test]
fn a_site_that_fails_again_and_again_is_left_in_peace() {
    let stub = Stub::new(|seen, _| match is_create(seen) {
        true => Mood::Says(503, "<h1>Briefly unavailable</h1>".into(), Vec::new()),
        false => Mood::Work,
    });
    let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!((counts(&report), report.exit), ([0, 0, 0, 0, 5], Exit::SourceRefused));
    assert!(report.stopped.is_some() && report.items[4].step.why == "was not tried any more", "{report:?}");
}

#[test]
fn the_password_goes_to_no_other_host() {
    let other = Stub::working();
    let to = other.url.clone();
    for (path, status) in
        [("/wp-json/wp/v2/users/me", 307), ("/wp-json/wp/v2/posts", 308), ("/", 301), ("/wp-json/", 302)]
    {
        let there = to.clone();
        let stub = Stub::new(move |seen, _| match seen.path == path {
            true => Mood::Says(status, String::new(), vec![("Location", format!("{there}{}", seen.path))]),
            false => Mood::Work,
        });
        let error = refused(&stub);
        assert!(matches!(&error, PublishError::Moved { to: shown, .. } if shown.starts_with(&to)), "{path}: {error:?}");
        assert_eq!(error.exit(), Exit::Usage);
    }
    // Nor where the site says that its interface is elsewhere.
    let link = format!("<{to}/wp-json/>; rel=\"https://api.w.org/\"");
    let stub = Stub::new(move |seen, _| match seen.path == "/" {
        true => Mood::Says(200, String::new(), vec![("Link", link.clone())]),
        false => Mood::Work,
    });
    assert!(matches!(refused(&stub), PublishError::Moved { .. }));
    assert!(other.inside().seen.is_empty(), "{:?}", other.inside().seen);
}

#[test]
fn the_interface_is_found_where_the_home_page_leads_on_within_the_site() {
    for (to, has_link) in [("/en/", true), ("/?lang=en", true), ("/", false), ("/en/", false)] {
        let stub = Stub::new(move |seen, _| match seen.path.as_str() {
            "/" if !seen.query.contains_key("lang") => {
                Mood::Says(302, String::new(), vec![("Location", to.to_owned())])
            }
            "/" | "/en/" if has_link => {
                let link = "</wp-json/?lang=en>; rel=\"https://api.w.org/\"".to_owned();
                Mood::Says(200, String::new(), vec![("Link", link)])
            }
            "/en/" => Mood::Says(302, String::new(), vec![("Location", "/en/".into())]),
            _ => Mood::Work,
        });
        let report = Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
        assert_eq!(counts(&report), [5, 0, 0, 0, 0], "{to}");
        let led = stub.inside().seen.iter().any(|seen| seen.signed && seen.query.contains_key("lang"));
        assert_eq!(led, has_link, "{to}");
    }
}

#[test]
fn who_answers_in_wordpresss_place_is_told_apart() {
    let says = |path: &'static str, status: u16, body: &'static str| {
        refused(&Stub::new(move |seen, _| match seen.path.starts_with(path) {
            true => Mood::Says(status, body.into(), Vec::new()),
            false => Mood::Work,
        }))
    };
    let me = "/wp-json/wp/v2/users/me";
    assert!(matches!(says(me, 200, "<html>Are you human?"), PublishError::NotJson { status: 200 }));
    assert!(matches!(says(me, 403, "<html>Blocked"), PublishError::NotJson { status: 403 }));
    assert!(matches!(says(me, 401, r#"{"code":"incorrect_password"}"#), PublishError::WrongPassword { .. }));
    assert!(matches!(says(me, 401, r#"{"code":"rest_not_logged_in"}"#), PublishError::Unseen { .. }));
    assert!(matches!(says(me, 401, r#"{"code":"application_passwords_disabled"}"#), PublishError::NoPasswords));
    assert!(matches!(says("/", 404, "<html>Not found"), PublishError::NoRest { .. }));
    assert!(matches!(says("/", 403, "<html>Blocked"), PublishError::NotJson { status: 403 }));
    let posts = "/wp-json/wp/v2/posts";
    assert!(matches!(says(posts, 404, r#"{"code":"rest_no_route"}"#), PublishError::NoPostType { .. }));
    assert!(matches!(says(posts, 200, "[]"), PublishError::NoPostType { .. }));
    assert!(matches!(says(posts, 200, r#"{"endpoints":[]}"#), PublishError::Garbled { .. }));
    assert!(matches!(says(posts, 403, r#"{"code":"rest_forbidden"}"#), PublishError::Forbidden { .. }));
    // What a server says is shown short, on one line, and without the password.
    let error = says(posts, 400, "{\"code\":\"x\",\"message\":\"you sent abcd efgh ijkl\\u001b[31m\\nand more\"}");
    assert_eq!(error.to_string(), "WordPress answers \"you sent … [31m and more\" (status 400, x)");
    let unreachable = Stub { url: "http://127.0.0.1:9".into(), inside: Arc::default() };
    assert!(matches!(refused(&unreachable), PublishError::Unreachable { .. }));
}

#[test]
fn a_filter_of_the_sites_is_no_change_by_hand() {
    let (stub, desk) = (Stub::working(), Desk::new());
    stub.inside().filter = Some(|text| text.replace("<p ", "<p lang=\"en\" "));
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("x")).unwrap()), [0, 0, 5, 0, 0]);
    assert_eq!(counts(&desk.publish(&stub.settings(), &posts("y")).unwrap()), [0, 5, 0, 0, 0]);
    stub.inside().posts[0]["content"]["raw"] = "by hand".into();
    let report = desk.publish(&stub.settings(), &posts("z")).unwrap();
    assert_eq!((counts(&report), report.exit), ([0, 4, 0, 1, 0], Exit::Done));
    assert_eq!(stub.inside().posts[0]["content"]["raw"], "by hand");
}

#[test]
fn the_fields_tell_whose_text_it_is_where_the_ledger_is_lost() {
    let stub = Stub::working();
    stub.inside().meta = vec![META_ID, META_HASH];
    Desk::new().publish(&stub.settings(), &posts("x")).unwrap();
    stub.inside().posts[0]["content"]["raw"] = "by hand".into();
    let report = Desk::new().publish(&stub.settings(), &posts("y")).unwrap();
    assert_eq!(counts(&report), [0, 4, 0, 1, 0]);
    assert!(report.items[0].step.why.contains("by hand"), "{report:?}");
    assert_eq!(stub.inside().posts[1]["meta"][META_HASH], post(2, "y").hash.as_str());
}

#[test]
fn what_changed_since_the_plan_is_left() {
    let (stub, desk) = (Stub::working(), Desk::new());
    desk.publish(&stub.settings(), &posts("x")).unwrap();
    let settings = stub.settings();
    let press = Press::open(&settings, &desk.cancel).unwrap();
    let plan = press.plan(&desk.library(), &posts("y"), &BTreeSet::new(), &Silent).unwrap();
    assert_eq!(plan.count(Action::Update), 5);
    stub.inside().posts[2]["title"]["raw"] = "By hand?".into();
    stub.inside().posts[3]["status"] = "trash".into();
    let report = press.carry_out(plan, &|_| true, &Silent);
    assert_eq!(counts(&report), [0, 3, 0, 2, 0]);
    assert_eq!(stub.inside().posts[2]["title"]["raw"], "By hand?");
}

#[test]
fn a_stopped_run_says_so_and_the_next_one_goes_on() {
    let desk = Desk::new();
    let cancel = desk.cancel.clone();
    let mut made = 0;
    let stub = Stub::new(move |seen, _| {
        made += usize::from(is_create(seen));
        if made == 2 {
            cancel.cancel();
        }
        Mood::Work
    });
    let report = desk.publish(&stub.settings(), &posts("x")).unwrap();
    assert_eq!(
        (report.exit, counts(&report)),
        (Exit::Interrupted, [2, 0, 0, 0, 3]),
        "the second one's answer is heard"
    );
    let settings = stub.settings();
    let again = Desk { cancel: Cancel::default(), ..desk };
    let report = again.publish(&settings, &posts("x")).unwrap();
    assert_eq!((counts(&report)[4], stub.inside().posts.len()), (0, 5));
}

#[test]
fn a_damaged_ledger_is_named_and_nothing_is_sent() {
    let (stub, desk) = (Stub::working(), Desk::new());
    std::fs::write(desk.library().posts_path(), "{").unwrap();
    let error = desk.publish(&stub.settings(), &posts("x")).unwrap_err();
    assert!(matches!(error, PublishError::Ledger { .. }) && stub.writes() == 0, "{error:?}");
}
