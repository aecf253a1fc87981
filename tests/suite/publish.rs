//! Publishing to a real WordPress.

use crate::publish_stand::{Stand, numbers, of};
use crate::shelf::flag;
use serde_json::{Value, json};
use spinetime::failure::Exit;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

fn first_and_second(stand: &Stand, kind: &str) {
    let approved = stand.approved();
    let ran = stand.publish(&["--dry-run"]);
    assert!(ran.exit == Exit::Done && ran.out.contains(&format!("{} to create", approved.len())), "{ran:?}");
    assert_eq!(stand.posts(), Vec::<Value>::new(), "a dry run changes nothing");
    assert!(!stand.studio.library().join("wordpress.json").exists());

    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [approved.len() as u64, 0, 0, 0, 0]);
    let posts = stand.posts();
    assert_eq!(posts.len(), approved.len());
    for id in &approved {
        let post = of(&posts, id);
        assert!(post["status"] == "draft" && post["type"] == kind && post["author"] == "editor-one", "{post:#}");
    }
    stand.nothing_private_is_there();

    let before = posts.clone();
    std::thread::sleep(Duration::from_millis(1100));
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [0, 0, approved.len() as u64, 0, 0]);
    assert_eq!(stand.posts(), before, "the second time changes nothing, not even a date");
    // Nor when what was noted here is lost.
    std::fs::remove_file(stand.studio.library().join("wordpress.json")).unwrap();
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [0, 0, approved.len() as u64, 0, 0]);
    assert_eq!(stand.posts(), before);

    // An edited entry updates one post, which keeps the status that people gave it.
    let (edited, id) = (&approved[1], of(&posts, &approved[1])["id"].to_string());
    stand.ask(["edit", &id, "post_status", "publish"]);
    stand.change(edited, |entry| entry["answer"]["paragraphs"][0] = "Never on an empty stomach.".into());
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [0, 1, approved.len() as u64 - 1, 0, 0]);
    for (old, new) in before.iter().zip(stand.posts()) {
        if new["name"] == edited.as_str() {
            assert!(new["content"].as_str().unwrap().contains("Never on an empty stomach."), "{new:#}");
            assert_eq!((&new["status"], &new["id"]), (&json!("publish"), &old["id"]));
        } else {
            assert_eq!(old, &new);
        }
    }
}

#[test]
fn first_and_second_time_without_the_plugin() {
    let stand = Stand::new(false, "plain");
    first_and_second(&stand, "post");
    for post in stand.posts() {
        assert_eq!(post["meta"], json!({}), "fields that the site does not know are never sent");
    }
}

#[test]
fn first_and_second_time_with_the_plugin() {
    let stand = Stand::new(true, "pretty");
    stand.settings("post_type = \"spine-answers\"\ncategories = [\"Back & Neck\"]\ntags = [\"webinar\", \"Q <> A\", \"Up < down & on\"]\n");
    first_and_second(&stand, "spine_answer");
    let posts = stand.posts();
    for post in &posts {
        let meta = &post["meta"];
        assert_eq!(meta["spinetime_id"][0], post["name"]);
        let experts = meta["spinetime_experts"][0].as_str().unwrap();
        assert!(post["content"].as_str().unwrap().contains(experts) && meta["spinetime_start"][0] != "0", "{post:#}");
        assert_eq!(post["categories"], json!(["Back &amp; Neck"]));
        assert_eq!(post["tags"].as_array().unwrap().len(), 3, "{post:#}");
    }
    // Found by the id in its fields, when people gave it another name and what was noted here is lost.
    let id = posts[0]["id"].to_string();
    stand.ask(["edit", &id, "post_name", "a-better-name"]);
    std::fs::remove_file(stand.studio.library().join("wordpress.json")).unwrap();
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [0, 0, posts.len() as u64, 0, 0]);
    assert_eq!(stand.posts().len(), posts.len());
    // Categories and tags whose names WordPress keeps otherwise are found again.
    stand.ask(["delete", &posts[1]["id"].to_string()]);
    let (counts, report) = stand.published(&["--overwrite", posts[1]["name"].as_str().unwrap()]);
    // But for one that it keeps without its signs; WordPress names it itself when it is to be made again.
    let notes = report["notes"].as_array().unwrap();
    assert!(counts[0] == 1 && notes.len() == 1 && notes[0].as_str().unwrap().contains("Q <> A"), "{report:#}");
    let again = stand.posts();
    let again = of(&again, posts[1]["name"].as_str().unwrap());
    assert_eq!((&again["categories"], &again["tags"]), (&posts[1]["categories"], &posts[1]["tags"]));
    // Posts of two kinds would be two posts an entry.
    stand.settings("post_type = \"posts\"\n");
    let refused = stand.publish(&[]);
    let told = format!("{} posts on the site were made as \"spine-answers\"", posts.len());
    assert!(refused.exit == Exit::Usage && refused.err.contains(&told), "{refused:?}");
}

#[test]
fn an_episode_that_is_named_twice_is_published_once() {
    let stand = Stand::new(false, "plain");
    let folder = stand.studio.episodes().remove(0);
    let name = folder.file_name().unwrap().to_str().unwrap();
    let (counts, _) = stand.published(&[name, name, &name[..name.len() - 1]]);
    assert_eq!(counts[1..], [0, 0, 0, 0]);
    assert_eq!(stand.posts().len() as u64, counts[0]);
}

#[test]
fn an_approval_that_is_taken_back_while_a_run_goes_on_is_heard() {
    let stand = Stand::new(false, "plain");
    let approved = stand.approved();
    let (last, other) = (&approved[approved.len() - 1], &approved[approved.len() - 2]);
    stand.faults(1000, 0, "after", 400);
    let mut child = stand.studio.program(["publish", "wordpress", "--quiet"]).spawn().unwrap();
    // The ledger is written with the first post.
    while !stand.studio.library().join("wordpress.json").exists() {
        assert!(child.try_wait().unwrap().is_none(), "nothing was noted");
        std::thread::sleep(Duration::from_millis(20));
    }
    stand.change(last, |entry| {
        entry["status"] = "needs_review".into();
        entry["approved_at"] = Value::Null;
    });
    assert!(child.wait().unwrap().success());
    let posts = stand.posts();
    assert_eq!(posts.len(), approved.len() - 1);
    assert!(posts.iter().all(|post| post["name"] != last.as_str()), "{posts:#?}");
    of(&posts, other);
}

#[test]
fn an_approval_that_does_not_hold_is_a_fault() {
    let stand = Stand::new(false, "plain");
    let approved = stand.approved();
    stand.change(&approved[0], |entry| {
        entry["flags"] = json!([flag("lint", true, Value::Null)]);
    });
    for more in [&["--dry-run"][..], &[]] {
        let ran = stand.publish(more);
        assert_eq!(ran.exit, Exit::ChecksFailed, "{ran:?}");
        assert!(ran.err.contains(&format!("{} was approved and is left out", approved[0])), "{ran:?}");
    }
    assert_eq!(stand.posts().len(), approved.len() - 1);
}

#[test]
fn a_post_that_people_publish_from_wordpresss_editor_is_still_ours() {
    for (plugin, kind) in [(false, "posts"), (true, "spine-answers")] {
        let stand = Stand::new(plugin, "pretty");
        stand.settings(&format!("post_type = \"{kind}\"\n"));
        let approved = stand.approved();
        let hostile = "A & B <b> [caption] https://a.example \"so\" it's <!-- x --> \\ – 😀";
        stand.change(&approved[0], |entry| entry["answer"]["paragraphs"] = json!([hostile, "Two.", hostile]));
        stand.published(&[]);
        for post in stand.posts() {
            let (id, sent) = (post["id"].to_string(), post["content"].as_str().unwrap());
            let saved = stand.as_the_editor_saves(sent);
            assert_eq!(saved, sent);
            stand.ask(["edit", &id, "post_content", &saved]);
            stand.ask(["edit", &id, "post_status", "publish"]);
        }
        let (counts, _) = stand.published(&[]);
        assert_eq!(counts, [0, 0, approved.len() as u64, 0, 0]);
        stand.change(&approved[0], |entry| entry["answer"]["paragraphs"][1] = "New words.".into());
        stand.change(&approved[1], |entry| {
            entry["status"] = "withdrawn".into();
            entry["withdrawn"] = "New guidance.".into();
            entry["approved_at"] = Value::Null;
        });
        let (counts, report) = stand.published(&[]);
        assert_eq!(counts, [0, 2, approved.len() as u64 - 2, 0, 0], "{report:#}");
        let posts = stand.posts();
        assert!(of(&posts, &approved[0])["content"].as_str().unwrap().contains("New words."));
        let notice = of(&posts, &approved[1])["content"].as_str().unwrap();
        assert_eq!(stand.as_the_editor_saves(notice), notice);
    }
}

#[test]
fn what_people_did_on_the_site_is_left_to_them() {
    for plugin in [false, true] {
        let stand = Stand::new(plugin, "pretty");
        let approved = stand.approved();
        stand.published(&[]);
        let posts = stand.posts();
        let id = |entry: &str| of(&posts, entry)["id"].to_string();
        let [hand, trashed, deleted, renamed] = [0, 1, 2, 3].map(|n| approved[n].as_str());
        stand.ask(["edit", &id(hand), "post_content", "<p>My own words.</p>"]);
        stand.ask(["trash", &id(trashed)]);
        stand.ask(["delete", &id(deleted)]);
        stand.ask(["edit", &id(renamed), "post_name", "a-better-name"]);
        let stranger = &approved[4];
        for entry in [hand, trashed, deleted, renamed] {
            stand.change(entry, |entry| entry["answer"]["paragraphs"][0] = "New words.".into());
        }
        let (counts, report) = stand.published(&[]);
        assert_eq!(counts, [0, 1, approved.len() as u64 - 4, 3, 0], "{report:#}");
        let why = |entry: &str| {
            let items = report["entries"].as_array().unwrap();
            items.iter().find(|item| item["entry"] == entry).unwrap()["why"].as_str().unwrap().to_owned()
        };
        assert!(why(hand).contains("changed by hand"), "{}", why(hand));
        assert!(why(trashed).contains("trash") && why(deleted).contains("deleted"), "{report:#}");
        let now = stand.posts();
        assert_eq!(of(&now, hand)["content"], "<p>My own words.</p>");
        assert!(of(&now, "a-better-name")["content"].as_str().unwrap().contains("New words."));
        assert_eq!(now.len(), approved.len() - 1);

        let (counts, _) = stand.published(&["--overwrite", hand, "--overwrite", deleted]);
        assert_eq!(counts[..2], [1, 1], "{counts:?}");
        let now = stand.posts();
        assert!(of(&now, hand)["content"].as_str().unwrap().contains("New words."));
        assert_eq!(now.len(), approved.len());
        let refused = stand.publish(&["--overwrite", "e-00000000"]);
        assert_eq!(refused.exit, Exit::Usage, "{refused:?}");

        // A text that nobody knows, under an entry's name.
        stand.ask(["edit", &id(stranger), "post_content", "<p>Somebody's.</p>"]);
        std::fs::remove_file(stand.studio.library().join("wordpress.json")).unwrap();
        let (counts, report) = stand.published(&[]);
        // Without the plugin, the one that people renamed is not recognised any more; what is to be known of that is told.
        let warned = report["notes"].to_string().contains("would be made a second time");
        assert_eq!((counts[0], warned), if plugin { (0, false) } else { (1, true) }, "{report:#}");
        let item =
            report["entries"].as_array().unwrap().iter().find(|item| item["entry"] == stranger.as_str()).unwrap();
        assert_eq!(item["outcome"], "skipped", "{item:#}");
        assert_eq!(of(&stand.posts(), stranger)["content"], "<p>Somebody's.</p>");
    }
}

#[test]
fn what_was_withdrawn_becomes_a_draft_with_a_notice() {
    for plugin in [false, true] {
        let stand = Stand::new(plugin, "plain");
        let approved = stand.approved();
        stand.published(&[]);
        let posts = stand.posts();
        let [withdrawn, hand, back] = [0, 1, 2].map(|n| approved[n].as_str());
        for entry in [withdrawn, hand, back] {
            stand.ask(["edit", &of(&posts, entry)["id"].to_string(), "post_status", "publish"]);
        }
        stand.ask(["edit", &of(&posts, hand)["id"].to_string(), "post_content", "<p>My own words.</p>"]);
        let title = of(&posts, withdrawn)["title"].clone();
        for entry in [withdrawn, hand] {
            stand.change(entry, |entry| {
                entry["status"] = "withdrawn".into();
                entry["withdrawn"] = "New guidance <b>& such</b>.".into();
                entry["approved_at"] = Value::Null;
            });
        }
        let (counts, report) = stand.published(&[]);
        assert_eq!(counts[1], 2, "{report:#}");
        let now = stand.posts();
        let post = of(&now, withdrawn);
        assert_eq!((&post["status"], &post["title"], &post["excerpt"]), (&json!("draft"), &title, &json!("")));
        assert_eq!(
            post["content"],
            "<p class=\"spinetime-notice\">This answer was withdrawn</p>\n\
             <p class=\"spinetime-notice\">New guidance &lt;b&gt;&amp; such&lt;/b&gt;.</p>"
        );
        assert_eq!(
            (&of(&now, hand)["status"], &of(&now, hand)["content"]),
            (&json!("draft"), &json!("<p>My own words.</p>"))
        );
        assert_eq!(of(&now, back)["status"], "publish");
        if plugin {
            let meta = &of(&now, withdrawn)["meta"];
            assert_eq!((&meta["spinetime_id"], &meta["spinetime_experts"]), (&json!([withdrawn]), &json!([""])));
            assert_eq!((&meta["spinetime_watch"], &meta["spinetime_start"]), (&json!([""]), &json!(["0"])));
        }
        let (counts, _) = stand.published(&[]);
        assert_eq!(
            counts,
            [0, 0, approved.len() as u64 - 1, 1, 0],
            "nothing is left to do, and the one by hand is told"
        );
        assert_eq!(stand.posts(), now);
        // It is approved again.
        stand.change(withdrawn, |entry| {
            entry["status"] = "approved".into();
            entry["withdrawn"] = Value::Null;
            entry["approved_at"] = entry["updated_at"].clone();
        });
        let (counts, report) = stand.published(&[]);
        assert_eq!(counts[1], 1, "{report:#}");
        let again = stand.posts();
        assert_eq!(of(&again, withdrawn)["content"], of(&posts, withdrawn)["content"]);
        assert_eq!(of(&again, withdrawn)["status"], "draft", "only people publish");
        stand.nothing_private_is_there();
    }
}

#[test]
fn who_may_not_publish_is_told_why() {
    let stand = Stand::new(false, "plain");
    let password = stand.about["editor"]["password"].as_str().unwrap().to_owned();
    let told = |stand: &Stand, words: &str, exit: Exit| {
        let ran = stand.publish(&[]);
        assert!(ran.exit == exit && ran.err.contains(words) && ran.err.contains("what to do"), "{words}: {ran:?}");
        assert!(!format!("{ran:?}").contains(&password), "the password shows");
    };
    stand.settings_as("editor", "abcd efgh ijkl mnop qrst uvwx", "");
    told(&stand, "does not accept the name or the password", Exit::Usage);
    stand.settings_as("subscriber", stand.about["subscriber"]["password"].as_str().unwrap(), "");
    told(&stand, "may not write posts", Exit::Usage);
    stand.settings("post_type = \"spine-answers\"\n");
    told(&stand, "no kind of post with the name \"spine-answers\"", Exit::Usage);
    stand.settings("");
    std::fs::set_permissions(stand.studio.library().join("password"), std::fs::Permissions::from_mode(0o644)).unwrap();
    told(&stand, "can be read by others", Exit::Usage);
    assert_eq!(stand.posts(), Vec::<Value>::new());

    // The environment wins, and its password shows nowhere either.
    let mut command = stand.studio.program(["publish", "wordpress", "--verbose"]);
    let output = command.env("SPINETIME_WORDPRESS_PASSWORD", &password).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let all: String = stand
        .studio
        .snapshot()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("password"))
        .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    assert!(!format!("{output:?}{all}").contains(&password));
}

#[test]
fn faults_in_the_middle_make_no_second_post() {
    let stand = Stand::new(false, "pretty");
    let approved = stand.approved();
    // Some of them fail before anything is done, and are done by the second attempt.
    stand.faults(2, 2, "before", 0);
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [approved.len() as u64, 0, 0, 0, 0]);
    assert_eq!(stand.posts().len(), approved.len());
    // The post is made and its answer is lost.
    stand.ask(["empty"]);
    std::fs::remove_file(stand.studio.library().join("wordpress.json")).unwrap();
    stand.faults(1, 1, "after", 0);
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [approved.len() as u64, 0, 0, 0, 0]);
    assert_eq!(stand.posts().len(), approved.len(), "one post an entry");
    // A site that does not recover is left in peace, and the rest is done another day.
    stand.ask(["empty"]);
    std::fs::remove_file(stand.studio.library().join("wordpress.json")).unwrap();
    stand.faults(3, 5, "before", 0);
    let ran = stand.publish(&["--json"]);
    let (counts, report) = numbers(&ran);
    assert!(ran.exit == Exit::SourceRefused && ran.err.contains("status 500"), "{ran:?}");
    assert_eq!((counts[0], counts[4]), (approved.len() as u64 - 1, 1), "{report:#}");
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts, [1, 0, approved.len() as u64 - 1, 0, 0]);
    assert_eq!(stand.posts().len(), approved.len());
}

#[test]
fn a_run_that_was_killed_goes_on() {
    let stand = Stand::new(true, "pretty");
    let approved = stand.approved();
    stand.faults(1000, 0, "after", 150);
    let mut killed = 0;
    for wait in [700, 900, 1100] {
        let mut child = stand.studio.program(["publish", "wordpress", "--quiet"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        if child.try_wait().unwrap().is_none() {
            killed += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed > 0);
    // What a killed run still had on its way arrives first.
    std::thread::sleep(Duration::from_millis(500));
    std::fs::remove_file(stand.dir.join("faults.json")).unwrap();
    let partly = stand.posts().len() as u64;
    let (counts, report) = stand.published(&[]);
    assert_eq!((counts[0] + counts[2], counts[4]), (approved.len() as u64, 0), "{report:#}");
    assert_eq!(counts[2], partly, "{report:#}");
    let posts = stand.posts();
    assert_eq!(posts.len(), approved.len());
    for id in &approved {
        of(&posts, id);
    }
}

#[test]
fn a_site_that_was_loaded_from_a_file_is_up_to_date() {
    for (plugin, kind) in [(false, "posts"), (true, "spine-answers")] {
        let stand = Stand::new(plugin, "pretty");
        stand.settings(&format!("post_type = \"{kind}\"\ncategories = [\"Back & Neck\"]\n"));
        let approved = stand.approved();
        // Texts that people and machines read differently.
        stand.change(&approved[0], |entry| {
            entry["question"]["text"] = "Is 3 < 4 & \"so\" on? ]]> [gallery] it's".into();
            entry["answer"]["paragraphs"] = json!([
                "https://www.youtube.com/watch?v=SpineTime01",
                "<!-- wp:html --> <script>alert(1)</script> [caption]"
            ]);
        });
        let out = stand.studio.path("out");
        let arguments = ["export", "--format", "wxr", "--out", out.to_str().unwrap()].map(OsString::from);
        assert_eq!(stand.studio.run(arguments).exit, Exit::Done);
        let file = out.join("wordpress.xml");
        let said = stand.ask(["import", file.to_str().unwrap()]);
        let posts = stand.posts();
        assert_eq!(posts.len(), approved.len(), "{said}");
        for post in &posts {
            assert!(post["status"] == "draft" && post["categories"] == json!(["Back &amp; Neck"]), "{post:#}");
        }
        let hostile = of(&posts, &approved[0])["rendered"].as_str().unwrap();
        for never in ["<script", "<iframe", "wp-block", "gallery-", "[caption]<"] {
            assert!(!hostile.contains(never), "{never}: {hostile}");
        }
        let (counts, report) = stand.published(&[]);
        assert_eq!(counts, [0, 0, approved.len() as u64, 0, 0], "{report:#}");
        assert_eq!(stand.posts(), posts);
        // Loading it twice makes nothing twice.
        stand.ask(["import", file.to_str().unwrap()]);
        assert_eq!(stand.posts().len(), approved.len());
        stand.nothing_private_is_there();
    }
}

#[test]
fn what_is_stored_is_what_was_sent_even_where_everything_is_filtered() {
    let stand = Stand::new(true, "pretty");
    std::fs::write(stand.dir.join("filtered"), "").unwrap();
    let approved = stand.approved();
    stand.change(&approved[0], |entry| {
        entry["question"]["text"] = "AT&T <b>or</b> \"it's\" [5] 100% – ünïcode 😀 \\ back \\\\ slash?".into();
        entry["answer"]["paragraphs"] = json!([
            "A & B &amp; C &#39; < > <em>x</em> [caption] https://a.example \\n",
            "https://www.youtube.com/watch?v=SpineTime01",
            "mailto:x javascript:alert(1) <script>alert(1)</script>",
        ]);
        entry["credits"][0]["name"] = "Jane <i>Doe</i> & Co".into();
    });
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts[0], approved.len() as u64);
    let known: Value =
        serde_json::from_slice(&std::fs::read(stand.studio.library().join("wordpress.json")).unwrap()).unwrap();
    let site = known["sites"].as_object().unwrap().values().next().unwrap().as_object().unwrap();
    for (entry, noted) in site {
        assert_eq!(noted["sent"], noted["site"], "{entry} was stored otherwise than it was sent");
    }
    let posts = stand.posts();
    let post = of(&posts, &approved[0]);
    let rendered = post["rendered"].as_str().unwrap();
    for never in ["<script", "<iframe", "<b>", "<em>x", "<i>"] {
        assert!(!rendered.contains(never), "{never}: {rendered}");
    }
    // WordPress puts its paragraphs around ours only.
    let count = |text: &str, of: &str| text.matches(of).count();
    let content = post["content"].as_str().unwrap();
    assert_eq!((count(rendered, "<p"), count(rendered, "</p>")), (count(content, "<p"), count(content, "</p>")));
    assert!(!rendered.contains("<br"), "{rendered}");
    let (counts, _) = stand.published(&[]);
    assert_eq!(counts[2], approved.len() as u64);
}
