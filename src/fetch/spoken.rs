//! A transcript from elsewhere as sentences: captions, with their times and nobody's voice.

use super::captions::{self, CaptionsError};
use crate::model::{Caption, Millis, Span, Utterance, Word};
use crate::text::sentence::sentences;

/// Captions with fewer ends of sentences than one in so many words have no punctuation to speak of.
const WORDS_A_SENTENCE: usize = 45;

/// The sentences of a file of captions (WebVTT or SRT). Where it has no punctuation, its lines stand for sentences.
///
/// Times within a line are dealt out by the words' lengths.
///
/// # Errors
/// When the file is no captions, or has no words.
pub fn utterances(bytes: &[u8]) -> Result<Vec<Utterance>, CaptionsError> {
    let captions = captions::read(bytes)?;
    let words: Vec<Word> = captions.iter().flat_map(words_of).collect();
    let ends = words.iter().filter(|word| word.text.ends_with(['.', '?', '!', '…', '。', '？', '！'])).count();
    if ends * WORDS_A_SENTENCE < words.len() {
        let line = |caption: Caption| utterance(caption.text, caption.span);
        return Ok(captions.into_iter().map(line).collect());
    }
    let sentence = |range: std::ops::Range<usize>| {
        let words = &words[range];
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let span = words.iter().map(|word| word.span).reduce(Span::hull).unwrap_or_default();
        utterance(texts.join(" "), span)
    };
    Ok(sentences(&words).into_iter().map(sentence).collect())
}

fn utterance(text: String, span: Span) -> Utterance {
    Utterance { text, span: Some(span), speaker: None, role: None }
}

/// The words of a line, each with its share of the time.
fn words_of(caption: &Caption) -> Vec<Word> {
    let all: usize = caption.text.split_whitespace().map(|word| word.chars().count() + 1).sum();
    let length = caption.span.length().0;
    let mut done = 0;
    let mut word = |text: &str| {
        let moment = |done: usize| Millis(caption.span.start.0 + length * done as u64 / all.max(1) as u64);
        let start = moment(done);
        done += text.chars().count() + 1;
        Word { text: text.to_owned(), span: Span::new(start, moment(done)), probability: 1.0 }
    };
    caption.text.split_whitespace().map(&mut word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(file: &str) -> String {
        let line = |u: &Utterance| format!("{} {}", u.span.unwrap_or_default().start, u.text);
        utterances(file.as_bytes()).unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn sentences_run_over_lines_and_lines_hold_several() {
        let file = "WEBVTT\n\n00:01.000 --> 00:05.000\nIs it safe? Yes. It\n\n00:05.000 --> 00:07.000\nis, mostly.\n";
        insta::assert_snapshot!(shown(file), @r"
        0:01 Is it safe?
        0:03 Yes.
        0:04 It is, mostly.
        ");
    }

    #[test]
    fn without_punctuation_lines_are_kept() {
        let file = "1\n00:00:01,000 --> 00:00:03,000\nso is it safe\n\n2\n00:00:03,000 --> 00:00:05,000\nyes it is\n";
        insta::assert_snapshot!(shown(file), @r"
        0:01 so is it safe
        0:03 yes it is
        ");
    }
}
