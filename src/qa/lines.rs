//! A sentence as the cues and the word table see it: lower-case words, with the places where sentences start.

/// The words of one utterance, which can be several sentences or a part of one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    /// Lower-case words without punctuation at their ends; digits are `#`.
    pub(super) words: Vec<String>,
    /// Behind which words a sentence ends (index of the next word), ascending.
    breaks: Vec<usize>,
    /// Whether it ends with a question mark.
    pub(super) ends_asking: bool,
    /// Whether a question mark stands anywhere.
    pub(super) asks: bool,
    /// Whether it ends with a mark that ends sentences.
    pub(super) ends_marked: bool,
    /// How many words behind the first of a sentence have a capital, without "I" and its contractions.
    pub(super) capitals: usize,
}

const CLOSING: [char; 6] = ['"', '\'', '”', '’', ')', ']'];

fn ends_sentence(raw: &str) -> bool {
    // "Dr." and "St." end no sentence; neither do initials such as "J.".
    const TITLES: [&str; 8] = ["Dr.", "Mr.", "Mrs.", "Ms.", "St.", "Prof.", "vs.", "Jr."];
    let bare = raw.trim_end_matches(CLOSING);
    bare.ends_with(['.', '?', '!', '…']) && !TITLES.contains(&bare) && !(bare.len() == 2 && bare.ends_with('.'))
}

fn normal(raw: &str) -> String {
    let bare = raw.trim_matches(|c: char| !c.is_alphanumeric());
    if !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return "#".to_owned();
    }
    bare.to_lowercase().replace('’', "'")
}

impl Line {
    /// Reads a sentence. Words without a letter or digit are dropped.
    pub(super) fn read(text: &str) -> Self {
        let mut line = Self::default();
        let mut fresh = true;
        for raw in text.split_whitespace() {
            let word = normal(raw);
            if !word.is_empty() {
                let capital = raw.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
                if capital && !fresh && word != "i" && !word.starts_with("i'") {
                    line.capitals += 1;
                }
                fresh = false;
                line.words.push(word);
            }
            line.asks |= raw.contains('?');
            if ends_sentence(raw) && !line.words.is_empty() {
                line.breaks.push(line.words.len());
                fresh = true;
            }
        }
        let bare = text.trim_end().trim_end_matches(CLOSING);
        line.ends_asking = bare.ends_with('?');
        line.ends_marked = bare.ends_with(['.', '?', '!', '…']);
        line.breaks.dedup();
        line
    }

    /// Whether a sentence starts at word `at`.
    pub(super) fn starts(&self, at: usize) -> bool {
        at == 0 || self.breaks.binary_search(&at).is_ok()
    }

    /// Whether a sentence ends before word `at`.
    pub(super) fn ends(&self, at: usize) -> bool {
        at > 0 && (at == self.words.len() || self.breaks.binary_search(&at).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_sentences_start() {
        let line = Line::read("Thank you, Dr. Starling. The next one's from Theo: \"Is 12.5 mg okay?\"");
        assert_eq!(line.words.join(" "), "thank you dr starling the next one's from theo is # mg okay");
        assert!(line.starts(0) && line.starts(4) && !line.starts(3));
        assert!(line.ends_asking && line.asks && line.ends_marked);
        assert_eq!(line.capitals, 4, "Dr., Starling, Theo, Is");
    }
}
