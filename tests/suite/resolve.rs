//! Findings that an editor closes with a reason, and opens again.

use super::studio::{Studio, fixture};
use serde_json::Value;
use spinetime::failure::Exit;

/// How the findings of the first entry with this code are resolved.
fn resolved(studio: &Studio, code: &str) -> Vec<Value> {
    let entries = studio.json("entries.json");
    let flags = entries["entries"][0]["flags"].as_array().unwrap();
    flags.iter().filter(|flag| flag["code"] == code).map(|flag| flag["resolved"].clone()).collect()
}

#[test]
fn a_finding_is_closed_with_a_reason_stays_so_and_can_be_opened_again() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    studio.process(&clip);
    let entry = studio.json("entries.json")["entries"][0].clone();
    // What the recording's ground truth marks as a negation is in the queue.
    let truth: Value = serde_json::from_slice(&std::fs::read(fixture("truth/clip.json")).unwrap()).unwrap();
    let negations: Vec<&Value> =
        truth["sentences"].as_array().unwrap().iter().filter(|sentence| sentence["tag"] == "negation").collect();
    assert_eq!(negations.len(), 2);
    for sentence in negations {
        let (from, until) = (sentence["start"].as_f64().unwrap() - 0.5, sentence["end"].as_f64().unwrap() + 0.5);
        let mut flags = entry["flags"].as_array().unwrap().iter().filter(|flag| flag["code"] == "negation");
        let inside = |flag: &Value| flag["start"].as_f64().is_some_and(|at| from <= at && at <= until);
        assert!(flags.any(inside), "{sentence}: {entry:#}");
    }
    let id = entry["id"].as_str().unwrap();
    let code = entry["flags"][0]["code"].as_str().unwrap();
    let before = studio.snapshot();
    let resolve = |arguments: &[&str]| studio.run([&["resolve"], arguments].concat());

    // Nothing is written for what can't be meant.
    for wrong in [
        vec![id, code],
        vec![id, code, "--reason", " "],
        vec![id, "no-such-code", "--reason", "heard"],
        vec![id, "compliment", "--reason", "heard"],
        vec![id, code, "--reason", "heard", "--text", "words that are not there"],
        vec![id, code, "--undo"],
        vec![id, code, "--reason", "heard", "--undo"],
    ] {
        assert_eq!(resolve(&wrong).exit, Exit::Usage, "{wrong:?}");
    }
    let nobody = resolve(&["e-zzzzzzzz", code, "--reason", "heard"]);
    assert!(nobody.exit != Exit::Done && nobody.err.contains("e-zzzzzzzz"), "{nobody:?}");
    assert_eq!(studio.snapshot(), before);

    let ran = resolve(&[id, code, "--reason", "Heard it, it is right"]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    assert!(ran.out.contains(&format!("{code} is resolved")), "{ran:?}");
    let closed = resolved(&studio, code);
    assert!(!closed.is_empty() && closed.iter().all(|how| how == "Heard it, it is right"), "{closed:?}");
    let journal = std::fs::read_to_string(studio.episode().join("edits.jsonl")).unwrap();
    assert!(journal.contains("resolve_flag") && journal.contains("Heard it, it is right"), "{journal}");
    assert!(!studio.run(["show", id]).out.contains(&format!("{code}):")));

    // The draft is made again: the finding comes back, and so does the decision.
    let again = studio.run(["process".into(), clip.clone().into_os_string(), "--redo".into(), "draft".into()]);
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    assert_eq!(resolved(&studio, code), closed);
    let settled = studio.snapshot();
    let idle = studio.process(&clip);
    assert!(idle.out.contains("nothing to do"), "{idle:?}");
    assert_eq!(studio.snapshot(), settled);

    let ran = resolve(&[id, code, "--undo"]);
    assert!(ran.exit == Exit::Done && ran.out.contains("open again"), "{ran:?}");
    assert!(resolved(&studio, code).iter().all(Value::is_null));
    let longer = std::fs::read_to_string(studio.episode().join("edits.jsonl")).unwrap();
    assert!(longer.starts_with(&journal) && longer.contains("reopen_flag"), "{longer}");
    assert!(studio.process(&clip).out.contains("nothing to do"));
}
