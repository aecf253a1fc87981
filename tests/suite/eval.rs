//! What the whole pipeline must reach on the fixtures with the model that ships.

use crate::studio::{Studio, fixture};
use spinetime::failure::Exit;

#[test]
fn the_fixtures_are_transcribed_segmented_and_credited_well_enough() {
    let studio = Studio::new();
    let ran = studio.run(["eval".into(), "--json".into(), fixture("").into_os_string()]);
    assert_eq!(ran.exit, Exit::Done, "{ran:?}");
    let figures: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let (mut starts, mut on_the_spot, mut sentences) = (0, 0, Vec::new());
    for recording in figures["recordings"].as_array().unwrap() {
        let id = recording["id"].as_str().unwrap();
        assert!(recording["wer"].as_f64().unwrap() <= 0.05, "{recording}");
        // A peer's tiny model leaves out 34 words of ep2 in a row.
        assert!(recording["words"]["drop_out"]["words"].as_u64().unwrap_or(0) <= 3, "{recording}");
        let right = recording["pairs"]["right"].as_u64().unwrap();
        let least = match id {
            "clip" => 1,
            "ep1" => 6,
            "ep2" => 5,
            "ep3" => 0,
            _ => panic!("{id} has no floor"),
        };
        assert!(right >= least, "{recording}");
        if id == "ep3" {
            assert_eq!(recording["pairs"]["false"], 0, "{recording}");
        }
        let times = recording["sentence_starts"].as_array().unwrap();
        assert!(times.len() * 10 >= recording["sentences"].as_u64().unwrap() as usize * 9, "{recording}");
        sentences.extend(times.iter().map(|error| error.as_f64().unwrap().abs()));
        assert_eq!(recording["miscredited"], 0, "an answer is never credited to the wrong person: {recording}");
        for start in recording["answer_starts"].as_array().unwrap() {
            starts += 1;
            on_the_spot += usize::from(start.as_f64().unwrap().abs() <= 1.0);
        }
    }
    sentences.sort_by(f64::total_cmp);
    let (half, most) = (sentences[sentences.len() / 2], sentences[sentences.len() * 95 / 100]);
    assert!(half <= 0.15 && most <= 0.5, "sentences start {half} s and {most} s from the truth");
    assert!(on_the_spot * 10 >= starts * 9, "{on_the_spot} of {starts} answers start within a second of the truth");
}
