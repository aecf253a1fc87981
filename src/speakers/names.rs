//! Voices into people of the roster, by what is said and by enrolled voices. A credit must never go to the wrong person:
//! each sign has a weight, signs for somebody else count against, and what does not suffice leaves the voice without a
//! name.

use super::Expected;
use super::mentions::{self, Form, Mention, Token};
use super::phrases::{INTRODUCES, calls, presents_itself};
use super::prints::Likeness;
use super::roles::{LETS_IN, Part, Run, plain, says};
use super::strangers::{Stranger, strangers};
use super::turns::{confidence_at, speaker_of};
use crate::model::{ClusterId, Evidence, EvidenceKind, Millis, PersonId, Role, Span, Transcript, Turn};
use crate::roster::Person;

/// Below this confidence nobody is suggested.
const SUGGEST: f32 = 0.6;
/// No evidence makes it surer than this.
const SUREST: f32 = 0.98;
/// Sentences after which a call by name is forgotten when nobody else has spoken.
pub(super) const PATIENCE: usize = 6;
/// A pause after which whoever speaks was not called (a film, a break).
const SILENCE: Millis = Millis(20_000);

/// From this confidence of the voice on, a name that it says of itself counts in full.
const CLEAR: f32 = 0.8;

/// What the likeness to an enrolled voice counts: enough for a name where nothing is said, less than "I'm Jane Doe".
const ENROLLED: f32 = 0.85;

/// Who a voice is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Name {
    /// `None` when the evidence does not suffice.
    pub(super) person: Option<PersonId>,
    /// 0 to 1; 0 without a person.
    pub(super) confidence: f32,
    /// Everything that points to somebody, the strongest first.
    pub(super) evidence: Vec<Evidence>,
}

/// A reason to take a voice for a person, or not to.
#[derive(Debug, Clone)]
struct Sign {
    cluster: ClusterId,
    person: usize,
    weight: f32,
    against: bool,
    evidence: Evidence,
}

/// What is known of an episode's voices.
pub(super) struct Scene<'a> {
    pub(super) transcript: &'a Transcript,
    /// Stretches of speech with their voices, not yet joined, so that each has a confidence of its own.
    pub(super) turns: &'a [Turn],
    /// For each sentence its voice.
    pub(super) speakers: &'a [Option<ClusterId>],
    pub(super) runs: &'a [Run],
    pub(super) parts: &'a [Part],
    /// Voices that are like an enrolled one.
    pub(super) alike: &'a [Likeness],
    pub(super) expected: &'a Expected,
}

/// Names for the voices, and what an editor should know.
pub(super) fn names(scene: &Scene) -> (Vec<Name>, Vec<String>) {
    let people = scene.people();
    let tokens = mentions::tokens(scene.transcript);
    let mentions = mentions::mentions(scene.transcript, &tokens, &people);
    let mut signs = Vec::new();
    for (index, mention) in mentions.iter().enumerate() {
        let alone = mentions
            .iter()
            .enumerate()
            .all(|(i, m)| i == index || m.sentence != mention.sentence || m.person == mention.person);
        scene.read(mention, alone, &tokens, &people, &mut signs);
    }
    scene.stated(&people, &mut signs);
    scene.enrolled(&people, &mut signs);
    let strangers = strangers(scene, &tokens, &mentions);
    scene.strange(&strangers, people.len(), &mut signs);
    let table = Table::new(&signs, scene.parts.len(), people.len());
    let mut names = table.names(scene, &people, &signs);
    scene.left_over(&people, &table, &strangers, &mut names);
    let warnings = scene.warnings(&people, &mentions, &table, &names);
    (names, warnings)
}

impl Scene<'_> {
    /// Everybody who may be meant, each once.
    fn people(&self) -> Vec<Person> {
        let mut people: Vec<Person> = Vec::new();
        for person in self.expected.host.iter().chain(&self.expected.experts).chain(&self.expected.people) {
            if people.iter().all(|p| p.id != person.id) {
                people.push(person.clone());
            }
        }
        people
    }

    fn role(&self, cluster: ClusterId) -> Option<Role> {
        self.parts.get(cluster.0 as usize).and_then(|p| p.role)
    }

    /// What one mention says of the voices around it.
    fn read(&self, mention: &Mention, alone: bool, tokens: &[Token], people: &[Person], signs: &mut Vec<Sign>) {
        let Some(sentence) = self.transcript.sentences.get(mention.sentence) else { return };
        let before = &tokens[sentence.words.start..mention.words.start];
        let text = self.transcript.sentence_text(mention.sentence);
        let person = &people[mention.person];
        let mut sign = |cluster, weight, against, kind, text: String| {
            let evidence = Evidence { sentence: Some(mention.sentence), at: Some(sentence.span.start), kind, text };
            signs.push(Sign { cluster, person: mention.person, weight, against, evidence });
        };
        let words = &self.transcript.words[mention.words.clone()];
        let span = words.iter().map(|w| w.span).reduce(Span::hull).unwrap_or(sentence.span);
        let last = tokens.get(mention.words.end.saturating_sub(1)).cloned().unwrap_or_default();
        if last.possessive {
            return;
        }
        if presents_itself(before) {
            let Some(speaker) = speaker_of(span, self.turns).or(self.speakers[mention.sentence]) else { return };
            let weight = match mention.form {
                Form::Full => 0.92,
                Form::Titled => 0.8,
                Form::Family | Form::Given => 0.4,
            };
            // When the sentence's greater part is another voice's, the change may lie on either side of the name.
            let whole = if self.speakers[mention.sentence] == Some(speaker) { 1.0 } else { 0.5 };
            let sure = whole * (confidence_at(span, self.turns) / CLEAR).min(1.0);
            let text = format!("At {} this voice says: \"{text}\"", sentence.span.start);
            sign(speaker, weight * sure, false, EvidenceKind::SaysOwnName, text);
            return;
        }
        let Some(run) = self.runs.iter().position(|r| r.sentences.contains(&mention.sentence)) else { return };
        let speaker = self.runs[run].cluster;
        let firm = if mention.form >= Form::Titled { 1.0 } else { 0.5 };
        let trust = if self.role(speaker) == Some(Role::Host) { 1.0 } else { 0.6 };
        let said = plain(&text);
        if !alone {
            return;
        }
        let quoted = || format!("\"{text}\"");
        if says(&said, &["thank you", "thanks"]) {
            // Thanks at the start of a run go to whoever spoke before.
            let early = mention.sentence < self.runs[run].sentences.start + 2;
            let previous =
                run.checked_sub(1).map(|r| &self.runs[r]).filter(|r| early && self.near(r.span, self.runs[run].span));
            if let Some(previous) = previous {
                let text = format!("At {} it is thanked by name after speaking: {}", sentence.span.start, quoted());
                sign(previous.cluster, 0.35 * firm * trust, false, EvidenceKind::CalledUpon, text);
            }
            let text = format!("At {} this voice thanks {}: {}", sentence.span.start, person.name, quoted());
            sign(speaker, 0.4 * firm, true, EvidenceKind::CalledUpon, text);
            return;
        }
        let introduced = says(&said, INTRODUCES);
        if !introduced && !calls(before, &last, tokens.get(mention.words.end..sentence.words.end).unwrap_or_default()) {
            return;
        }
        let text = format!("At {} this voice speaks to or of {}: {}", sentence.span.start, person.name, quoted());
        sign(speaker, 0.4 * firm, true, EvidenceKind::CalledUpon, text);
        let Some(next) = self.runs.get(run + 1) else { return };
        let patient = next.sentences.start <= mention.sentence + PATIENCE;
        let others = self.lets_in(mention.sentence + 1..next.sentences.start);
        if !patient || others || !self.near(self.runs[run].span, next.span) {
            return;
        }
        let (kind, weight, deed) = if introduced {
            (EvidenceKind::Introduced, 0.5, "is introduced")
        } else {
            (EvidenceKind::CalledUpon, 0.5, "is called upon")
        };
        let text =
            format!("At {} {} {deed}, and this voice speaks next: {}", sentence.span.start, person.name, quoted());
        sign(next.cluster, weight * firm * trust, false, kind, text);
    }

    /// Whether the second stretch follows the first without a long pause.
    fn near(&self, first: Span, second: Span) -> bool {
        second.start.minus(first.end) <= SILENCE
    }

    /// Whether one of the sentences lets somebody in to speak.
    fn lets_in(&self, sentences: std::ops::Range<usize>) -> bool {
        sentences.into_iter().any(|i| says(&plain(&self.transcript.sentence_text(i)), LETS_IN))
    }

    /// Signs from `episode.toml`: the only host, the only expert.
    fn stated(&self, people: &[Person], signs: &mut Vec<Sign>) {
        let only = |role: Role| {
            let mut voices = self.parts.iter().enumerate().filter(|(_, p)| p.role == Some(role));
            voices.next().filter(|_| voices.next().is_none())
        };
        let mut state = |person: &Person, role: Role, what: &str| {
            let (Some(index), Some((cluster, part))) = (people.iter().position(|p| p.id == person.id), only(role))
            else {
                return;
            };
            let text = format!("{} is stated as {what}, and this is the only voice that behaves like it.", person.name);
            let evidence = Evidence { sentence: None, at: None, kind: EvidenceKind::Stated, text };
            let cluster = number(cluster);
            signs.push(Sign { cluster, person: index, weight: 0.85 * part.confidence, against: false, evidence });
        };
        if let Some(host) = &self.expected.host {
            state(host, Role::Host, "the host");
        }
        if let [expert] = self.expected.experts.as_slice() {
            state(expert, Role::Expert, "the only expert");
        }
    }

    /// Signs from enrolled voices.
    fn enrolled(&self, people: &[Person], signs: &mut Vec<Sign>) {
        for like in self.alike {
            let Some(person) = people.iter().position(|p| p.id == like.person) else { continue };
            let text =
                format!("This voice is like the enrolled voice of {} ({:.2}).", people[person].name, like.cosine);
            let evidence = Evidence { sentence: None, at: None, kind: EvidenceKind::Enrolled, text };
            signs.push(Sign { cluster: number(like.voice), person, weight: ENROLLED, against: false, evidence });
        }
    }

    /// A voice that goes by a name of nobody in the roster is nobody in it.
    fn strange(&self, strangers: &[Stranger], people: usize, signs: &mut Vec<Sign>) {
        for &Stranger { cluster, sentence, own } in strangers {
            let at = self.transcript.sentences.get(sentence).map(|s| s.span.start);
            let deed = if own { "gives itself" } else { "is given" };
            let said = self.transcript.sentence_text(sentence);
            let text =
                format!("At {} this voice {deed} a name that is not in the roster: \"{said}\"", at.unwrap_or_default());
            let evidence = Evidence { sentence: Some(sentence), at, kind: EvidenceKind::SaysOwnName, text };
            let weight = if own { 0.6 } else { 0.4 };
            let against = |person| Sign { cluster, person, weight, against: true, evidence: evidence.clone() };
            signs.extend((0..people).map(against));
        }
    }

    /// The last stated expert, when all others have their voices and one expert's voice has nobody.
    fn left_over(&self, people: &[Person], table: &Table, strangers: &[Stranger], names: &mut [Name]) {
        if self.expected.experts.len() < 2 {
            return;
        }
        let missing: Vec<&Person> = self
            .expected
            .experts
            .iter()
            .filter(|e| names.iter().all(|n| n.person.as_ref() != Some(&e.id) || n.confidence < 0.7))
            .collect();
        let open: Vec<usize> = (0..names.len())
            .filter(|&i| self.parts[i].role == Some(Role::Expert) && names[i].person.is_none())
            .collect();
        let (&[person], &[voice]) = (missing.as_slice(), open.as_slice()) else { return };
        let Some(index) = people.iter().position(|p| p.id == person.id) else { return };
        if strangers.iter().any(|stranger| stranger.cluster == number(voice)) {
            return;
        }
        if names[voice].evidence.iter().any(|e| e.kind != EvidenceKind::Behaviour) && table.score(voice, index) < 0.3 {
            return;
        }
        let text = format!("{} is stated as an expert, and all other experts have another voice.", person.name);
        names[voice].evidence.push(Evidence { sentence: None, at: None, kind: EvidenceKind::Stated, text });
        names[voice].person = Some(person.id.clone());
        names[voice].confidence = 0.8 * self.parts[voice].confidence;
        if names[voice].confidence < SUGGEST {
            names[voice].person = None;
            names[voice].confidence = 0.0;
        }
    }

    fn warnings(&self, people: &[Person], mentions: &[Mention], table: &Table, names: &[Name]) -> Vec<String> {
        let mut warnings = Vec::new();
        for (index, (part, name)) in self.parts.iter().zip(names).enumerate() {
            let voice = number(index);
            if part.role == Some(Role::Expert) && name.person.is_none() {
                warnings.push(format!("{} answers like an expert, but it is not clear who that is.", capital(voice)));
            }
            if part.role == Some(Role::Audience) && (0..people.len()).any(|p| table.score(index, p) >= SUGGEST) {
                warnings.push(format!(
                    "{} is named like somebody from the roster, but behaves like the audience: it gets no credit.",
                    capital(voice)
                ));
            }
        }
        for person in self.expected.host.iter().chain(&self.expected.experts) {
            if names.iter().all(|n| n.person.as_ref() != Some(&person.id)) {
                warnings.push(format!(
                    "{} is expected in this episode, but no voice could be told to be theirs.",
                    person.name
                ));
            }
        }
        for pair in self.runs.windows(2) {
            let end = pair[0].sentences.end;
            let last = pair[0].sentences.start.max(end.saturating_sub(2))..end;
            let host = self.role(pair[0].cluster) == Some(Role::Host);
            let stranger = mentions.iter().all(|m| !last.contains(&m.sentence)) && self.lets_in(last);
            if host && stranger && self.role(pair[1].cluster) == Some(Role::Expert) {
                warnings.push(format!(
                    "At {} somebody is let in to speak, but the voice that follows is taken for {}: a caller may be \
                     mistaken for an expert.",
                    pair[1].span.start,
                    number(pair[1].cluster.0 as usize)
                ));
            }
        }
        warnings
    }
}

/// How much speaks for each person being each voice.
struct Table {
    people: usize,
    scores: Vec<f32>,
}

impl Table {
    fn new(signs: &[Sign], voices: usize, people: usize) -> Self {
        let mut scores = vec![0.0; voices * people];
        for (index, score) in scores.iter_mut().enumerate() {
            let (voice, person) = (index / people, index % people);
            let doubt = |against: bool| -> f32 {
                signs
                    .iter()
                    .filter(|s| s.cluster == number(voice) && s.person == person && s.against == against)
                    .map(|s| 1.0 - s.weight)
                    .product()
            };
            *score = (1.0 - doubt(false)).min(SUREST) * doubt(true);
        }
        Self { people, scores }
    }

    fn score(&self, voice: usize, person: usize) -> f32 {
        self.scores.get(voice * self.people + person).copied().unwrap_or(0.0)
    }

    /// The person with the highest score for a voice, with a confidence that rivals lower: other people for this
    /// voice, other voices for this person.
    fn best(&self, voice: usize, voices: usize) -> Option<(usize, f32)> {
        let person = (0..self.people).max_by(|&a, &b| self.score(voice, a).total_cmp(&self.score(voice, b)))?;
        let score = self.score(voice, person);
        let odds = |p: f32| p / (1.0 - p).max(1.0 - SUREST);
        let rivals: f32 = (0..self.people).filter(|&p| p != person).map(|p| odds(self.score(voice, p))).sum::<f32>()
            + (0..voices).filter(|&v| v != voice).map(|v| odds(self.score(v, person))).sum::<f32>();
        let own = odds(score);
        (score > 0.0).then(|| (person, score * own / (own + rivals)))
    }

    fn names(&self, scene: &Scene, people: &[Person], signs: &[Sign]) -> Vec<Name> {
        let voices = scene.parts.len();
        (0..voices)
            .map(|voice| {
                let mut own: Vec<&Sign> = signs.iter().filter(|s| s.cluster == number(voice)).collect();
                let best = self.best(voice, voices);
                // What speaks against somebody is shown only where something else speaks for them.
                own.retain(|s| !s.against || self.score(voice, s.person) > 0.0);
                own.sort_by(|a, b| {
                    (a.against, b.weight).partial_cmp(&(b.against, a.weight)).unwrap_or(std::cmp::Ordering::Equal)
                });
                let evidence = own.into_iter().map(|s| s.evidence.clone()).collect();
                let audience = scene.parts[voice].role == Some(Role::Audience);
                match best.filter(|(_, confidence)| *confidence >= SUGGEST && !audience) {
                    Some((person, confidence)) => {
                        Name { person: Some(people[person].id.clone()), confidence, evidence }
                    }
                    None => Name { evidence, ..Name::default() },
                }
            })
            .collect()
    }
}

/// "Speaker 2" at the start of a sentence.
fn capital(voice: ClusterId) -> String {
    let text = voice.to_string();
    text[..1].to_uppercase() + &text[1..]
}

fn number(voice: usize) -> ClusterId {
    ClusterId(u32::try_from(voice).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::script::{Conclusion, conclude, conclude_alike, conclude_with, person};
    use super::*;

    const ANSWER: &str = "In most cases it gets better by itself, and many patients need no operation, so we usually \
        begin with exercises that build up slowly, and we look again after six weeks or so, when the nerve has calmed \
        down, because that is the time when we can see whether anything else is needed at all.";

    fn roster(names: &[&str]) -> Expected {
        Expected { people: names.iter().map(|n| person(n)).collect(), ..Expected::default() }
    }

    fn people(lines: &[(u32, &str)], expected: &Expected) -> Conclusion {
        conclude(lines, expected)
    }

    #[test]
    fn who_says_their_name_has_it_however_it_is_spelt() {
        let roster = roster(&["Casper Quill", "Juniper Maplewood", "Orson Pebble"]);
        for own in ["I'm Juniper Maple Wood.", "My name is Jennifer Maplewood.", "Hi, I am Doctor Juniper Mapelwood."] {
            let lines =
                [(0, "Welcome to the show, I'm Casper Quill."), (1, own), (1, ANSWER), (0, "Until then, take care.")];
            let found = people(&lines, &roster);
            assert_eq!((found.person(0), found.person(1)), ("casper-quill", "juniper-maplewood"), "{own}");
        }
    }

    #[test]
    fn one_call_by_name_is_not_enough_two_are() {
        let roster = roster(&["Casper Quill", "Clementine Starling", "Orson Pebble"]);
        let call = [(0, "Welcome to the show."), (0, "Dr. Sterling, what do you say?"), (1, ANSWER)];
        assert_eq!(people(&call, &roster).person(1), "");
        let twice =
            [&call[..], &[(0, "The next question is for Dr. Starling."), (0, "Is it safe?"), (1, ANSWER)]].concat();
        let found = people(&twice, &roster);
        assert_eq!(found.person(1), "clementine-starling");
        assert_eq!(found.names[1].evidence.len(), 2);
        insta::assert_snapshot!(found.names[1].evidence[1].text, @r#"At 0:27 Clementine Starling is called upon, and this voice speaks next: "The next question is for Dr. Starling.""#);
    }

    #[test]
    fn two_voices_with_one_name_have_none() {
        let lines = [(0, "I'm Orson Pebble."), (0, ANSWER), (1, "I'm Orson Pebble."), (1, ANSWER)];
        let found = people(&lines, &roster(&["Orson Pebble"]));
        assert_eq!((found.person(0), found.person(1)), ("", ""));
        assert_eq!(found.names[0].evidence.len(), 1);
    }

    #[test]
    fn a_voice_with_two_names_has_none() {
        let lines = [(0, "I'm Orson Pebble."), (0, ANSWER), (0, "My name is Clementine Starling.")];
        assert_eq!(people(&lines, &roster(&["Orson Pebble", "Clementine Starling"])).person(0), "");
    }

    #[test]
    fn a_name_said_by_a_doubtful_voice_is_not_enough() {
        let roster = roster(&["Orson Pebble"]);
        let lines = [(0, "I'm Orson Pebble."), (0, ANSWER)];
        let with = |confidence: f32| conclude_with(&lines, &[confidence, 1.0], &roster).person(0).to_owned();
        assert_eq!((with(0.4).as_str(), with(0.7).as_str()), ("", "orson-pebble"));
    }

    #[test]
    fn a_caller_with_an_experts_name_gets_no_credit() {
        let lines = [
            (0, "Hello and welcome to the show, our first question comes from a caller."),
            (0, "We have a raised hand, please go ahead."),
            (1, "Hi, can you hear me?"),
            (1, "I'm Orson Pebble, I'm calling from Queens, and my doctor says I must wait."),
            (1, "Is that so?"),
            (2, ANSWER),
        ];
        let found = people(&lines, &roster(&["Orson Pebble"]));
        assert_eq!(found.person(1), "");
        assert!(found.warnings.iter().any(|w| w.starts_with("Speaker 2 is named like")), "{:?}", found.warnings);
    }

    #[test]
    fn a_caller_whose_voice_is_taken_for_the_experts_is_told() {
        let lines = [
            (0, "Hello and welcome to the show."),
            (1, "I'm Orson Pebble."),
            (1, ANSWER),
            (0, "Rosa, you should be able to unmute now, so please go ahead."),
            (1, "Thank you, is it safe to run?"),
        ];
        let found = people(&lines, &roster(&["Orson Pebble"]));
        assert!(found.warnings.iter().any(|w| w.contains("somebody is let in")), "{:?}", found.warnings);
    }

    #[test]
    fn a_guest_who_is_not_in_the_roster_is_nobody_of_it() {
        let mut expected = roster(&["Orson Pebble"]);
        expected.experts = expected.people.clone();
        let lines =
            [(0, "Welcome to the show, our guest is Dr. Wilbur Kettle."), (1, "I'm Wilbur Kettle."), (1, ANSWER)];
        let found = people(&lines, &expected);
        assert_eq!((found.person(0), found.person(1)), ("", ""));
    }

    #[test]
    fn what_episode_toml_states_counts_only_for_the_only_voice() {
        let expected = Expected {
            host: Some(person("Casper Quill")),
            experts: vec![person("Orson Pebble")],
            ..Expected::default()
        };
        let lines = [
            (0, "Hello and welcome to the show, before we begin, a quick reminder."),
            (1, ANSWER),
            (1, ANSWER),
            (0, "Thank you both, good night everyone."),
        ];
        let found = people(&lines, &expected);
        assert_eq!((found.person(0), found.person(1)), ("casper-quill", "orson-pebble"));
        let two = [&lines[..], &[(2, ANSWER), (2, ANSWER), (0, "Thank you.")]].concat();
        let found = people(&two, &expected);
        assert_eq!((found.person(1), found.person(2)), ("", ""));
        assert!(found.warnings.iter().any(|w| w.starts_with("Orson Pebble is expected")));
    }

    #[test]
    fn the_last_expert_is_found_when_all_others_are() {
        let expected =
            Expected { experts: vec![person("Orson Pebble"), person("Clementine Starling")], ..Expected::default() };
        let lines = [
            (0, "Hello and welcome to the show."),
            (1, "I'm Orson Pebble."),
            (1, ANSWER),
            (1, ANSWER),
            (0, "What else?"),
            (2, ANSWER),
            (0, "I see."),
            (2, ANSWER),
            (0, "Fine."),
            (2, ANSWER),
        ];
        assert_eq!(people(&lines, &expected).person(2), "clementine-starling");
    }

    #[test]
    fn an_enrolled_voice_is_named_unless_it_says_another_name() {
        let both = roster(&["Orson Pebble", "Clementine Starling"]);
        let named = |says: &str, likes: &[(usize, &str)]| {
            let lines = [(0, "Hello and welcome to the show."), (1, says), (1, ANSWER), (0, "I see."), (2, ANSWER)];
            let found = conclude_alike(&lines, likes, &both);
            (found.person(1).to_owned(), found.names[1].clone())
        };
        let orson = (1, "orson-pebble");
        let (person, name) = named("Well.", &[orson]);
        assert_eq!((person.as_str(), name.confidence), ("orson-pebble", ENROLLED));
        assert_eq!(name.evidence[0].text, "This voice is like the enrolled voice of Orson Pebble (0.90).");
        assert!(named("I'm Orson Pebble.", &[orson]).1.confidence > 0.95);
        assert!(named("I'm Clementine Starling.", &[orson]).1.confidence < 0.7);
        assert!(named("I'm Dr. Starling.", &[orson]).1.confidence < 0.7);
        // Two voices like one print, and a print of somebody whom nobody knows.
        assert!(named("Well.", &[orson, (2, "orson-pebble")]).1.confidence < 0.7);
        assert_eq!(named("Well.", &[(1, "nobody")]).0, "");
    }

    #[test]
    fn reported_speech_mentions_and_namesakes_are_no_evidence() {
        let both = roster(&["Orson Pebble", "Ada Smith", "Eve Smith"]);
        for line in [
            "He writes, I'm Orson Pebble and I smoke.",
            "Her name is Orson Pebble.",
            "I'm Dr. Pebble's assistant.",
            "I'm Dr. Smith.",
            "As Dr. Pebble said before, it is safe.",
            "A pebble is a small stone, and I'm a pebble.",
        ] {
            let found = people(&[(0, line), (1, ANSWER), (0, "Yes.")], &both);
            assert!(found.names.iter().all(|n| n.evidence.is_empty()), "{line}: {:?}", found.names);
        }
    }
}
