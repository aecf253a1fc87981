//! The voices found in a recording against its true speakers: error rates, how many they are, and their names.

use super::der::{self, Der, Matching, Speech};
use crate::model::{Cluster, Millis, Speakers, Turn};
use crate::roster::Roster;

/// Around each change of the reference this much on both sides is left out in the field's usual error rate.
pub const COLLAR: Millis = Millis(250);
/// Somebody who speaks less than this in all can't be told from chance: no voice of their own is asked for.
const COUNTS: Millis = Millis(5_000);

/// How well the voices of a recording were told apart.
///
/// The count of voices is right when every true speaker with 5 s or more of speech has a voice of its own, and there is
/// no further voice except those of people who speak less. A voice belongs to the speaker whom it sounds together with
/// the longest; one that sounds where nobody speaks is one too many. People who speak less than 5 s may have a voice
/// each, one for several of them ("another participant"), or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voices {
    /// True speakers.
    pub speakers: usize,
    /// Voices found.
    pub found: usize,
    /// Speakers with 5 s or more who have no voice of their own.
    pub lacking: usize,
    /// Voices that are neither such a speaker's only one nor that of somebody who speaks less.
    pub surplus: usize,
    /// Errors with the [`COLLAR`] left out.
    pub collar: Der,
    /// Errors over everything.
    pub whole: Der,
}

impl Voices {
    /// Whether the count of voices is right.
    #[must_use]
    pub fn count_is_right(&self) -> bool {
        self.lacking == 0 && self.surplus == 0
    }
}

/// Whom the voices were taken for, against the roster's people among the true speakers.
///
/// A voice stands for the speaker whom the error rate matches it with; a further one for whom it mostly is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Names {
    /// Voices with the right name.
    pub right: usize,
    /// Voices with the wrong name. A member of the audience, or anybody who is not in the roster, must have none.
    pub wrong: usize,
    /// Voices without a name whose speaker is in the roster and not of the audience. Further voices don't count here.
    pub unnamed: usize,
}

/// Compares the turns with the true `reference`.
#[must_use]
pub fn score(reference: &[Speech], speakers: &Speakers) -> Voices {
    let turns = turns(speakers);
    let matching = der::matching(reference, &turns);
    let (lacking, surplus) = count_errors(&matching);
    Voices {
        speakers: matching.speakers.len(),
        found: matching.voices.len(),
        lacking,
        surplus,
        collar: der::score(reference, &turns, COLLAR),
        whole: der::score(reference, &turns, Millis::ZERO),
    }
}

fn count_errors(matching: &Matching) -> (usize, usize) {
    let long = |speaker: usize| matching.speakers[speaker].speech >= COUNTS;
    let of = |speaker: usize| matching.voices.iter().filter(|v| v.mostly == Some(speaker)).count();
    let counts: Vec<usize> = (0..matching.speakers.len()).filter(|&s| long(s)).map(of).collect();
    let lacking = counts.iter().filter(|&&count| count == 0).count();
    let nobodys = matching.voices.iter().filter(|v| v.mostly.is_none()).count();
    (lacking, nobodys + counts.iter().map(|count| count.saturating_sub(1)).sum::<usize>())
}

/// Compares the voices' names with those of `reference`. Of the speakers in `audience` nobody may have a name.
#[must_use]
pub fn names(reference: &[Speech], audience: &[String], speakers: &Speakers, roster: &Roster) -> Names {
    let matching = der::matching(reference, &turns(speakers));
    let mut names = Names::default();
    for voice in &matching.voices {
        let person = speakers.clusters.iter().find(|c| label(c) == voice.name).and_then(|c| c.person.as_ref());
        let speaker = voice.partner.or(voice.mostly).map(|speaker| &matching.speakers[speaker].name);
        let nameable = speaker.filter(|s| !audience.contains(s) && roster.people.iter().any(|p| p.name == **s));
        match (person, nameable) {
            (Some(id), Some(name)) if roster.person(id).is_some_and(|p| p.name == *name) => names.right += 1,
            (Some(_), _) => names.wrong += 1,
            (None, Some(_)) if voice.partner.is_some() => names.unnamed += 1,
            (None, _) => {}
        }
    }
    names
}

/// The turns as speech of voices by number.
fn turns(speakers: &Speakers) -> Vec<Speech> {
    let turn = |turn: &Turn| Speech { span: turn.span, speaker: turn.cluster.0.to_string() };
    speakers.turns.iter().map(turn).collect()
}

fn label(cluster: &Cluster) -> String {
    cluster.id.0.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClusterId, PersonId, Span};

    fn truth(turns: &[(u64, u64, &str)]) -> Vec<Speech> {
        let turn = |&(start, end, who): &(u64, u64, &str)| Speech {
            span: Span::new(Millis(start * 1000), Millis(end * 1000)),
            speaker: who.to_owned(),
        };
        turns.iter().map(turn).collect()
    }

    /// Voices with turns in seconds, and their names.
    fn found(turns: &[(u64, u64, u32)], people: &[Option<&str>]) -> Speakers {
        let turn = |&(start, end, id): &(u64, u64, u32)| Turn {
            span: Span::new(Millis(start * 1000), Millis(end * 1000)),
            cluster: ClusterId(id),
            confidence: 1.0,
        };
        let cluster = |(id, person): (usize, &Option<&str>)| Cluster {
            id: ClusterId(id as u32),
            speech: Millis::ZERO,
            role: None,
            role_confidence: 0.0,
            person: person.map(|p| p.parse::<PersonId>().unwrap()),
            confidence: 0.0,
            evidence: Vec::new(),
        };
        Speakers {
            turns: turns.iter().map(turn).collect(),
            clusters: people.iter().enumerate().map(cluster).collect(),
            ..Speakers::default()
        }
    }

    fn count(reference: &[(u64, u64, &str)], turns: &[(u64, u64, u32)]) -> (usize, usize) {
        let voices = score(&truth(reference), &found(turns, &[]));
        assert_eq!(voices.count_is_right(), voices.lacking + voices.surplus == 0);
        (voices.lacking, voices.surplus)
    }

    #[test]
    fn the_count_is_right_when_all_who_speak_long_have_a_voice_and_nobody_else() {
        let talk = [(0, 20, "anna"), (20, 23, "caller"), (23, 40, "ben"), (40, 44, "other caller")];
        // Those who speak shortly have a voice each, one for both, or none.
        assert_eq!(count(&talk, &[(0, 20, 0), (20, 23, 1), (23, 40, 2), (40, 44, 3)]), (0, 0));
        assert_eq!(count(&talk, &[(0, 20, 0), (20, 23, 1), (23, 40, 2), (40, 44, 1)]), (0, 0));
        assert_eq!(count(&talk, &[(0, 23, 0), (23, 44, 1)]), (0, 0));
        // Two are one; one is two; somebody speaks in the silence behind.
        assert_eq!(count(&talk, &[(0, 40, 0)]), (1, 0));
        assert_eq!(count(&talk, &[(0, 17, 0), (17, 20, 1), (23, 44, 2)]), (0, 1));
        assert_eq!(count(&talk, &[(0, 23, 0), (23, 44, 1), (50, 52, 2)]), (0, 1));
        // As many voices as speakers, and yet not right.
        assert_eq!(count(&talk[..3], &[(0, 10, 0), (10, 20, 1), (23, 30, 2), (30, 40, 3)]), (0, 2));
        assert_eq!(count(&[(0, 20, "anna"), (20, 25, "ben")], &[(0, 10, 0), (10, 25, 1)]), (1, 1));
        assert_eq!(count(&talk, &[]), (2, 0));
    }

    #[test]
    fn a_name_is_right_wrong_or_missing_and_the_audience_has_none() {
        let roster = "[[person]]\nid = \"anna\"\nname = \"Anna Ash\"\n[[person]]\nid = \"ben\"\nname = \"Ben Beech\"\n";
        let roster = Roster::parse(roster).unwrap();
        let talk = truth(&[(0, 20, "Anna Ash"), (20, 40, "Ben Beech"), (40, 50, "Cleo")]);
        let turns = [(0, 20, 0), (20, 40, 1), (40, 50, 2)];
        let names = |audience: &[&str], people: &[Option<&str>]| {
            let audience: Vec<String> = audience.iter().map(|&name| name.to_owned()).collect();
            let names = names(&talk, &audience, &found(&turns, people), &roster);
            [names.right, names.wrong, names.unnamed]
        };
        assert_eq!(names(&["Cleo"], &[Some("anna"), Some("ben"), None]), [2, 0, 0]);
        assert_eq!(names(&["Cleo"], &[Some("ben"), None, None]), [0, 1, 1]);
        assert_eq!(names(&["Cleo"], &[None, None, Some("ben")]), [0, 1, 2]);
        // Not in the roster is like the audience; somebody of the audience who is in the roster must have no name.
        assert_eq!(names(&[], &[None, Some("ben"), Some("cleo")]), [1, 1, 1]);
        assert_eq!(names(&["Ben Beech"], &[Some("anna"), Some("ben"), None]), [1, 1, 0]);
    }

    #[test]
    fn a_further_voice_may_have_the_right_name_but_need_not() {
        let roster = Roster::parse("[[person]]\nid = \"anna\"\nname = \"Anna Ash\"\n").unwrap();
        let talk = truth(&[(0, 20, "Anna Ash")]);
        let turns = [(0, 12, 0), (12, 20, 1), (30, 33, 2)];
        let names = |people: &[Option<&str>]| names(&talk, &[], &found(&turns, people), &roster);
        assert_eq!(names(&[Some("anna"), None, None]), Names { right: 1, wrong: 0, unnamed: 0 });
        assert_eq!(names(&[Some("anna"), Some("anna"), Some("anna")]), Names { right: 2, wrong: 1, unnamed: 0 });
    }
}
