//! How many of the details in fixtures/privacy are found, and how many questions without any are flagged.

use super::*;
use std::ops::Range;

/// The least share of marked details that must be found, in texts with marks …
const FOUND: f64 = 0.97;
/// … and in texts as a recogniser without marks and capitals writes them.
const FOUND_RAW: f64 = 0.90;
/// The greatest share of questions without a detail that may be flagged.
const FLAGGED: f64 = 0.03;

/// A question of the fixtures.
struct Asked {
    raw: bool,
    words: Vec<String>,
    details: Vec<Range<usize>>,
}

fn fixture() -> Vec<Asked> {
    let read = |name: &str| {
        std::fs::read_to_string(format!("{}/fixtures/privacy/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    let text = [read("hand.txt"), read("generated.txt")].concat();
    let asked = |line: &str| {
        let (raw, line) = line.strip_prefix("~ ").map_or((false, line), |rest| (true, rest));
        let (mut words, mut details, mut from) = (Vec::new(), Vec::new(), None);
        for part in line.split(' ') {
            let opened = part.split_once('{').filter(|_| from.is_none());
            let word = match opened {
                Some((mark, rest)) => {
                    from = Some(words.len());
                    format!("{mark}{}", rest.split_once(':').unwrap().1)
                }
                None => part.to_owned(),
            };
            words.push(word.replace('}', ""));
            if word.contains('}') {
                details.push(from.take().unwrap()..words.len());
            }
        }
        Asked { raw, words, details }
    };
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(asked).collect()
}

#[test]
fn details_in_spoken_questions_are_found_and_others_are_left_alone() {
    let questions = fixture();
    let raws = questions.iter().filter(|asked| asked.raw).count();
    assert!(questions.len() >= 300 && raws * 3 >= questions.len() - 3, "{} questions, {raws} raw", questions.len());
    let (mut there, mut found, mut clean, mut flagged) = ([0; 2], [0; 2], [0; 2], [0; 2]);
    let mut faults = Vec::new();
    for asked in &questions {
        let tokens: Vec<&str> = asked.words.iter().map(String::as_str).collect();
        let hits = in_question(&tokens, &Known::default());
        let i = usize::from(asked.raw);
        for detail in &asked.details {
            // Half of its words: a finding points a person to it.
            let covered = detail.clone().filter(|at| hits.iter().any(|hit| (hit.first..hit.end).contains(at))).count();
            there[i] += 1;
            if 2 * covered >= detail.len() {
                found[i] += 1;
            } else {
                faults.push(format!("missed \"{}\": {}", tokens[detail.clone()].join(" "), tokens.join(" ")));
            }
        }
        if asked.details.is_empty() {
            clean[i] += 1;
            if let Some(hit) = hits.first() {
                flagged[i] += 1;
                faults.push(format!("flagged {:?} \"{}\": {}", hit.kind, hit.text, tokens.join(" ")));
            }
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    for (i, name) in ["with marks", "raw"].iter().enumerate() {
        println!(
            "{name}: {} of {} details found ({:.1} %), {} of {} questions without any flagged ({:.1} %)",
            found[i],
            there[i],
            100.0 * share(found[i], there[i]),
            flagged[i],
            clean[i],
            100.0 * share(flagged[i], clean[i])
        );
    }
    let (clean, flagged) = (clean[0] + clean[1], flagged[0] + flagged[1]);
    assert!(clean >= 80, "{clean} questions without a detail");
    println!("{}", faults.join("\n"));
    assert!(share(found[0], there[0]) >= FOUND, "with marks: {} of {}", found[0], there[0]);
    assert!(share(found[1], there[1]) >= FOUND_RAW, "raw: {} of {}", found[1], there[1]);
    assert!(share(flagged, clean) <= FLAGGED, "{flagged} of {clean} questions without a detail are flagged");
}
