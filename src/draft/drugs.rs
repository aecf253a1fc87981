//! Which words are drugs: by a list of names (`drugs/README.md` tells where it is from), and by the endings of
//! international names for what the list lacks.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Names in lower case, sorted.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("drugs/names.txt").lines().collect());

/// Kinds of drugs that are called by the kind.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "steroid", "corticosteroid", "opioid", "opiate", "narcotic", "nsaid", "statin", "antibiotic", "antidepressant",
    "anticoagulant", "anti-inflammatory", "anti-inflammatories", "benzodiazepine", "gabapentinoid", "triptan",
    "bisphosphonate", "biologic", "acetate", "lithium", "caffeine", "nicotine", "anesthetic", "anaesthetic",
];
/// Endings of names by their international stems.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "profen", "cillin", "statin", "olol", "azole", "caine", "codone", "morphone", "triptan", "oxetine", "traline",
    "triptyline", "azepam", "gabalin", "pentin", "coxib", "parin", "xaban", "sartan", "mycin", "floxacin", "solone",
    "methasone", "dronate", "mab", "azine", "benzaprine", "madol", "nacin", "tidine", "tinib", "gliptin", "gliflozin",
    "glutide", "prazole", "cycline", "curonium", "zolam", "barbital", "fentanil",
];
/// Words that only end like a drug.
const NO_DRUGS: &[&str] = &["magazine", "magazines"];
/// The shortest word that an ending makes a drug.
const SHORTEST: usize = 7;
/// The shortest name that is looked for behind misheard words.
const SHORTEST_SOUND: usize = 8;
/// A shorter word beside it is one of the everyday ones: "an advert" is no "antivert".
const SHORTEST_PART: usize = 3;
/// Spellings at least so alike, with the same consonants, are one sound.
const ALIKE: f64 = 0.75;

/// Whether the word, in lower case, is a drug's name or a kind of drug.
pub(super) fn is_drug(word: &str) -> bool {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let one = word.strip_suffix('s').filter(|one| one.len() > 3).unwrap_or(word);
    if NO_DRUGS.contains(&word) {
        return false;
    }
    [word, one].iter().any(|word| NAMES.binary_search(word).is_ok() || KINDS.contains(word))
        || (word.len() >= SHORTEST && ENDINGS.iter().any(|end| one.ends_with(end)))
}

/// The drug that two words in a row sound like: "ibu profane".
pub(super) fn sounds_like(first: &str, second: &str) -> Option<&'static str> {
    static SOUNDS: LazyLock<HashMap<String, Vec<&str>>> = LazyLock::new(|| {
        let mut sounds: HashMap<String, Vec<&str>> = HashMap::new();
        for name in NAMES.iter().filter(|name| name.len() >= SHORTEST_SOUND) {
            sounds.entry(sound(name)).or_default().push(name);
        }
        sounds
    });
    let letters = |word: &str| word.chars().all(|c| c.is_ascii_lowercase());
    let short = first.len().min(second.len()) < SHORTEST_PART || first.len() + second.len() < SHORTEST_SOUND;
    if !letters(first) || !letters(second) || short || is_drug(second) {
        return None;
    }
    let heard = format!("{first}{second}");
    let alike = |name: &&&str| strsim::normalized_levenshtein(&heard, name) >= ALIKE;
    SOUNDS.get(&sound(&heard))?.iter().find(alike).copied()
}

/// The consonants as they sound, voiced and unvoiced alike, with a vowel before the first.
fn sound(word: &str) -> String {
    let word = word.replace("ph", "f").replace("th", "t").replace("ck", "k").replace('x', "ks").replace("ce", "se");
    let mut sound = String::with_capacity(word.len());
    for (i, c) in word.replace("ci", "si").replace("cy", "sy").chars().enumerate() {
        let class = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' if i == 0 => 'a',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'w' => continue,
            'b' | 'p' => 'p',
            'd' | 't' => 't',
            'c' | 'g' | 'k' | 'q' | 'j' => 'k',
            'f' | 'v' => 'f',
            's' | 'z' => 's',
            other => other,
        };
        if !sound.ends_with(class) {
            sound.push(class);
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_one_word_a_line() {
        assert!(NAMES.len() > 2000 && NAMES.windows(2).all(|two| two[0] < two[1]));
        assert!(NAMES.iter().all(|name| name.len() > 3 && name.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn drugs_are_known_and_everyday_words_are_none() {
        for drug in [
            "ibuprofen",
            "gabapentin",
            "tylenol",
            "percocet",
            "aspirin",
            "methocarbamol",
            "tizanidine",
            "cortisone",
            "bupivacaine",
            "denosumab",
            "apixaban",
            "eliquis",
            "steroids",
            "opioids",
            "fosamax",
            "romosozumab",
            "tylenol's",
            "flufenoxaban",
        ] {
            assert!(is_drug(drug), "{drug}");
        }
        for word in [
            "magazine",
            "baseline",
            "comparing",
            "alkaline",
            "orphan",
            "tablet",
            "water",
            "medicine",
            "back",
            "disc",
            "heather",
            "person",
            "emend",
            "camila",
            "reason",
            "treason",
            "saline",
            "caroline",
            "limited",
            "bone",
        ] {
            assert!(!is_drug(word), "{word}");
        }
    }

    #[test]
    fn a_drug_in_two_words_is_heard() {
        assert_eq!(sounds_like("ibu", "profane"), Some("ibuprofen"));
        assert_eq!(sounds_like("gabba", "pentin"), Some("gabapentin"));
        assert_eq!(sounds_like("metho", "carbamall"), Some("methocarbamol"));
        for (first, second) in
            [("in", "the"), ("a", "problem"), ("stay", "active"), ("over", "time"), ("physical", "therapy")]
        {
            assert_eq!(sounds_like(first, second), None, "{first} {second}");
        }
    }
}
