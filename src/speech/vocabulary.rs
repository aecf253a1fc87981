//! Names and terms of the series as a prompt, so that the recogniser spells them as the roster and the glossary do.

/// Characters of the prompt: about forty tokens, each evaluated again for every chunk.
const LONGEST: usize = 160;

/// The prompt for these names and terms, the first ones first, as many as fit; empty without any.
pub(super) fn prompt(vocabulary: &[String]) -> String {
    let mut prompt = String::new();
    let mut seen: Vec<String> = Vec::new();
    for term in vocabulary {
        let term: Vec<&str> =
            term.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
        let term = term.join(" ");
        let plain = term.to_lowercase();
        if term.is_empty() || seen.contains(&plain) || prompt.len() + term.len() + 2 > LONGEST {
            continue;
        }
        if !prompt.is_empty() {
            prompt.push_str(", ");
        }
        prompt.push_str(&term);
        seen.push(plain);
    }
    if !prompt.is_empty() {
        prompt.push('.');
    }
    prompt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_terms_fit_once_each() {
        let terms: Vec<String> = ["Orson Pebble", "", "orson  pebble", "L4-L5\n", "stenosis"].map(String::from).into();
        assert_eq!(prompt(&terms), "Orson Pebble, L4-L5, stenosis.");
        let many: Vec<String> = (0..100).map(|i| format!("term number {i}")).collect();
        assert!(prompt(&many).len() <= LONGEST + 1);
        assert_eq!(prompt(&[]), "");
    }
}
