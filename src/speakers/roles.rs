//! Voices into roles, by what they say and how they take turns.
//!
//! A host is known by words (welcomes, hands over, reads questions), an expert by long replies and words of the trade,
//! a member of the audience by little speech after being let in. Points for and against give a confidence; where few
//! points speak for any role there is none.

use crate::model::{ClusterId, Evidence, EvidenceKind, Millis, Role, Span, Transcript};
use std::ops::Range;

/// Sentences in a row by one voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Whose.
    pub(super) cluster: ClusterId,
    /// Which, by index.
    pub(super) sentences: Range<usize>,
    /// From the first one's start to the last one's end.
    pub(super) span: Span,
}

/// The runs in order. A sentence without a voice ends a run.
pub(super) fn runs(transcript: &Transcript, speakers: &[Option<ClusterId>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (index, (sentence, speaker)) in transcript.sentences.iter().zip(speakers).enumerate() {
        let Some(cluster) = *speaker else { continue };
        match runs.last_mut() {
            Some(run) if run.cluster == cluster && run.sentences.end == index => {
                run.sentences.end = index + 1;
                run.span = run.span.hull(sentence.span);
            }
            _ => runs.push(Run { cluster, sentences: index..index + 1, span: sentence.span }),
        }
    }
    runs
}

/// What a voice does, and why that is thought.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// `None` when it is unclear.
    pub(super) role: Option<Role>,
    /// 0 to 1; 0 without a role.
    pub(super) confidence: f32,
    /// Why.
    pub(super) evidence: Vec<Evidence>,
}

/// A kind of words by which a role is known: points for each sentence with one of them, up to three.
struct Cue {
    points: f32,
    /// Completes "This voice …".
    deed: &'static str,
    phrases: &'static [&'static str],
}

const HOST: &[Cue] = &[
    Cue {
        points: 3.0,
        deed: "calls itself the host",
        phrases: &["your host", "your moderator", "i am moderating", "be moderating"],
    },
    Cue {
        points: 2.0,
        deed: "welcomes the audience",
        phrases: &["welcome to", "welcome back", "welcome everyone", "welcome everybody", "thanks for joining"],
    },
    Cue {
        points: 2.0,
        deed: "presents the guests",
        phrases: &[
            "our guest",
            "our guests",
            "two guests",
            "three guests",
            "our speaker",
            "our speakers",
            "our panel",
            "our panelists",
            "please welcome",
            "floor is yours",
            "tell everyone who you are",
            "introduce yourself",
            "introduce yourselves",
            "joined by",
            "joining us today",
            "joining us tonight",
        ],
    },
    Cue {
        points: 1.0,
        deed: "hands over questions",
        phrases: &[
            "first question",
            "next question",
            "last question",
            "another question",
            "question is from",
            "question comes from",
            "question from",
            "next one is",
            "another one",
            "one last question",
            "two questions",
            "your questions",
            "came in by",
            "in the chat",
            "raised hand",
            "unmute",
            "please go ahead",
            "want to add anything",
            "follow up on that",
        ],
    },
    Cue {
        points: 1.0,
        deed: "reads questions of others",
        phrases: &[
            "asks",
            "writes",
            "wants to know",
            "is asking",
            "is wondering",
            "would like to know",
            "someone asked",
        ],
    },
    Cue {
        points: 1.0,
        deed: "makes announcements",
        phrases: &[
            "before we begin",
            "before we start",
            "quick reminder",
            "a reminder",
            "q a box",
            "is being recorded",
            "not medical advice",
            "general information",
            "general education",
            "will be posted",
            "next webinar",
            "join us next",
            "you can register",
            "short survey",
            "quick announcement",
        ],
    },
    Cue {
        points: 1.0,
        deed: "closes the session",
        phrases: &[
            "all the time we have",
            "out of time",
            "good night everyone",
            "thanks to all of you",
            "thank you all for",
            "thank you both",
            "both of you",
            "until then",
            "see you next",
        ],
    },
];

const EXPERT: &[Cue] = &[
    Cue {
        points: 1.0,
        deed: "speaks of its own patients or practice",
        phrases: &[
            "my patients",
            "our patients",
            "i ask patients",
            "i tell patients",
            "my practice",
            "in practice",
            "we recommend",
            "i recommend",
            "i usually suggest",
            "i would recommend",
            "we usually",
            "we may recommend",
            "most patients",
            "many patients",
            "people who have",
        ],
    },
    Cue {
        points: 1.0,
        deed: "names its profession",
        phrases: &[
            "im a doctor",
            "i am a doctor",
            "im a surgeon",
            "im an orthopedic",
            "im a neurosurgeon",
            "im a physical",
            "im a physician",
            "im a physiatrist",
            "im a physiotherapist",
            "im a radiologist",
            "im an anesthesiologist",
            "im a pain",
            "im a spine",
            "im a neurologist",
            "im a rheumatologist",
            "im a chiropractor",
            "im a nurse",
            "im an orthopaedic",
            "i am an orthopedic",
            "i am a neurosurgeon",
            "i am a physical",
            "i am a physician",
            "board certified",
            "my work is",
            "i specialize in",
            "fellowship",
        ],
    },
];

const AUDIENCE: &[Cue] = &[
    Cue {
        points: 1.0,
        deed: "checks whether it is heard",
        phrases: &["can you hear me", "am i unmuted", "am i on", "hear me okay"],
    },
    Cue {
        points: 1.0,
        deed: "presents itself as a caller",
        phrases: &[
            "calling from",
            "im calling",
            "taking my question",
            "taking my call",
            "my question is",
            "i have a question",
            "i was wondering",
            "i wanted to ask",
            "first time caller",
        ],
    },
    Cue {
        points: 1.0,
        deed: "speaks as a patient",
        phrases: &[
            "my doctor",
            "my surgeon",
            "my scan",
            "my mri",
            "my x ray",
            "my pain",
            "years old",
            "i was diagnosed",
            "my physical therapist",
            "my operation",
            "my surgery",
            "i had a",
            "i have had",
        ],
    },
];

/// Words with which a member of the audience is let in to speak.
pub(super) const LETS_IN: &[&str] =
    &["unmute", "unmuted", "raised hand", "go ahead", "on the line", "a caller", "you are on", "youre on the air"];

/// A reply of this length is no mere remark.
const LONG: Millis = Millis(15_000);
/// A reply of this length to somebody's question counts as an answer.
const REPLY: Millis = Millis(8_000);
/// Fewer points are no reason for a role.
const ENOUGH: f32 = 2.0;

/// A sentence in lower case, letters and digits only, with spaces around: phrases can be looked up in it.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 2);
    plain.push(' ');
    for c in text.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')) {
        if c.is_alphanumeric() {
            plain.extend(c.to_lowercase());
        } else if !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    if !plain.ends_with(' ') {
        plain.push(' ');
    }
    plain
}

/// Whether a [`plain`] sentence holds one of the phrases, as whole words.
pub(super) fn says(plain: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        plain
            .match_indices(phrase)
            .any(|(at, _)| plain[..at].ends_with(' ') && plain[at + phrase.len()..].starts_with(' '))
    })
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Points for a role, with their reasons.
#[derive(Debug, Clone, Default)]
struct Points {
    sum: f32,
    evidence: Vec<Evidence>,
}

impl Points {
    fn add(&mut self, points: f32, at: Option<(usize, Millis)>, text: String) {
        self.sum += points;
        self.evidence.push(Evidence {
            sentence: at.map(|(sentence, _)| sentence),
            at: at.map(|(_, time)| time),
            kind: EvidenceKind::Behaviour,
            text,
        });
    }
}

/// What every voice says, as plain sentences.
struct Hall<'a> {
    transcript: &'a Transcript,
    plain: Vec<String>,
    speakers: &'a [Option<ClusterId>],
    runs: &'a [Run],
    all: u64,
}

/// The part of each of `count` voices.
pub(super) fn parts(transcript: &Transcript, speakers: &[Option<ClusterId>], runs: &[Run], count: usize) -> Vec<Part> {
    let plain = (0..transcript.sentences.len()).map(|i| plain(&transcript.sentence_text(i))).collect();
    let all = runs.iter().map(|r| r.span.length().0).sum();
    let hall = Hall { transcript, plain, speakers, runs, all };
    let ids = (0..count).map(|i| ClusterId(u32::try_from(i).unwrap_or(u32::MAX)));
    let hosts: Vec<Points> = ids.clone().map(|id| hall.cues(id, HOST)).collect();
    let host = best(&hosts);
    let mut parts: Vec<Part> = ids
        .map(|id| {
            let (expert, audience) = (hall.expert(id, host), hall.audience(id, host));
            if expert.sum >= audience.sum {
                decided(Role::Expert, expert, audience.sum)
            } else {
                decided(Role::Audience, audience, expert.sum)
            }
        })
        .collect();
    // Co-hosts too: whoever has half of the best host's points and does not speak like an expert.
    let most = host.map_or(0.0, |h| hosts[h].sum);
    for (index, points) in hosts.iter().enumerate() {
        let second = hosts.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, p)| p.sum).fold(0.0, f32::max);
        let is_host = host == Some(index);
        let co_host = points.sum >= (most / 2.0).max(2.0 * ENOUGH) && parts[index].role != Some(Role::Expert);
        // Somebody who moderates and answers alone is the expert: the answers need a credit.
        let alone = parts.iter().enumerate().all(|(i, p)| i == index || p.role != Some(Role::Expert));
        let answers = parts[index].role == Some(Role::Expert) && hall.share(ClusterId(index as u32)) > 0.5;
        if (is_host && !(alone && answers)) || co_host {
            parts[index] = decided(Role::Host, points.clone(), if is_host { second } else { most });
        }
    }
    parts
}

/// The voice with the most points, if they are enough.
fn best(hosts: &[Points]) -> Option<usize> {
    let (index, points) = hosts.iter().enumerate().max_by(|a, b| a.1.sum.total_cmp(&b.1.sum))?;
    (points.sum >= ENOUGH).then_some(index)
}

fn decided(role: Role, points: Points, against: f32) -> Part {
    if points.sum < ENOUGH {
        return Part { role: None, confidence: 0.0, evidence: points.evidence };
    }
    Part { role: Some(role), confidence: points.sum / (points.sum + against + 1.0), evidence: points.evidence }
}

impl Hall<'_> {
    fn sentences(&self, id: ClusterId) -> impl Iterator<Item = usize> + '_ {
        self.speakers.iter().enumerate().filter(move |(_, s)| **s == Some(id)).map(|(i, _)| i)
    }

    fn at(&self, sentence: usize) -> Option<(usize, Millis)> {
        self.transcript.sentences.get(sentence).map(|s| (sentence, s.span.start))
    }

    /// The voice's part of all speech.
    fn share(&self, id: ClusterId) -> f32 {
        let own: u64 = self.runs.iter().filter(|r| r.cluster == id).map(|r| r.span.length().0).sum();
        own as f32 / self.all.max(1) as f32
    }

    fn cues(&self, id: ClusterId, cues: &[Cue]) -> Points {
        let mut points = Points::default();
        for cue in cues {
            let found: Vec<usize> = self.sentences(id).filter(|&i| says(&self.plain[i], cue.phrases)).collect();
            let Some(at) = found.first().and_then(|&first| self.at(first)) else { continue };
            let often = found.len();
            let times = match often {
                1 => format!("at {}", at.1),
                n => format!("{n} times, first at {}", at.1),
            };
            points.add(cue.points * often.min(3) as f32, Some(at), format!("This voice {}, {times}.", cue.deed));
        }
        points
    }

    fn expert(&self, id: ClusterId, host: Option<usize>) -> Points {
        let mut points = self.cues(id, EXPERT);
        let own = |r: &&Run| r.cluster == id;
        let long: Vec<&Run> = self.runs.iter().filter(own).filter(|r| r.span.length() >= LONG).collect();
        if let Some(first) = long.first() {
            let time = Millis(long.iter().map(|r| r.span.length().0).sum());
            let text =
                format!("This voice speaks at length: {time} in {}.", counted(long.len(), "stretch", "stretches"));
            points.add(long.len().min(3) as f32, self.at(first.sentences.start), text);
        }
        let replies = self.runs.windows(2).filter(|pair| {
            own(&&pair[1]) && host.is_some_and(|h| pair[0].cluster.0 as usize == h) && pair[1].span.length() >= REPLY
        });
        let replies: Vec<usize> = replies.map(|pair| pair[1].sentences.start).collect();
        if let Some(&first) = replies.first() {
            let text =
                format!("This voice replies to the host at length, {}.", counted(replies.len(), "time", "times"));
            points.add(replies.len().min(2) as f32, self.at(first), text);
        }
        let share = self.share(id);
        if share >= 0.2 {
            points.add(1.0, None, format!("This voice has {:.0} % of all speech.", share * 100.0));
        }
        points
    }

    fn audience(&self, id: ClusterId, host: Option<usize>) -> Points {
        let mut points = self.cues(id, AUDIENCE);
        for pair in self.runs.windows(2).filter(|pair| pair[1].cluster == id) {
            let end = pair[0].sentences.end;
            let last = pair[0].sentences.start.max(end.saturating_sub(2))..end;
            let by_host = host.is_none_or(|h| pair[0].cluster.0 as usize == h);
            if let Some(index) = last.into_iter().find(|&i| by_host && says(&self.plain[i], LETS_IN)) {
                let at = self.at(index);
                points.add(2.0, at, "This voice speaks next after somebody was let in to speak.".into());
                break;
            }
        }
        let asks = self.runs.windows(2).find(|pair| {
            let question = self.transcript.sentence_text(pair[0].sentences.end - 1).ends_with('?');
            pair[0].cluster == id && question && pair[1].span.length() >= REPLY
        });
        if let Some(pair) = asks {
            points.add(1.0, self.at(pair[0].sentences.end - 1), "This voice asks, and another one answers.".into());
        }
        let share = self.share(id);
        if share < 0.1 && points.sum > 0.0 {
            points.add(1.0, None, "This voice speaks little.".into());
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::super::Expected;
    use super::super::script::conclude;
    use super::*;

    const ANSWER: &str = "In most cases it gets better by itself, and many patients need no operation, so we usually \
        begin with exercises that build up slowly, and we look again after six weeks or so, when the nerve has calmed \
        down, because that is the time when we can see whether anything else is needed at all.";

    fn roles(lines: &[(u32, &str)]) -> Vec<Option<Role>> {
        conclude(lines, &Expected::default()).parts.iter().map(|p| p.role).collect()
    }

    #[test]
    fn host_expert_and_caller_are_known_by_what_they_do() {
        let lines = [
            (0, "Hello, everyone, and welcome to our series."),
            (0, "Our first question is from Rosa."),
            (0, "She asks, is it dangerous?"),
            (1, ANSWER),
            (0, "Now we have a raised hand, please go ahead."),
            (2, "Hi, can you hear me?"),
            (2, "I had a fall in May, and my doctor wants to operate."),
            (2, "Should I wait?"),
            (1, ANSWER),
            (0, "That is all the time we have."),
        ];
        assert_eq!(roles(&lines), [Some(Role::Host), Some(Role::Expert), Some(Role::Audience)]);
        let conclusion = conclude(&lines, &Expected::default());
        let texts: Vec<&str> = conclusion.parts[2].evidence.iter().map(|e| e.text.as_str()).collect();
        insta::assert_snapshot!(texts.join("\n"), @r"
        This voice checks whether it is heard, at 0:35.
        This voice speaks as a patient, at 0:37.
        This voice speaks next after somebody was let in to speak.
        This voice asks, and another one answers.
        ");
    }

    #[test]
    fn who_moderates_and_answers_alone_is_the_expert() {
        let lines =
            [(0, "Welcome to my channel, our first question is from Rosa."), (0, ANSWER), (0, ANSWER), (1, "Thanks.")];
        assert_eq!(roles(&lines), [Some(Role::Expert), None]);
    }

    #[test]
    fn few_words_give_no_role() {
        assert_eq!(roles(&[(0, "Yes."), (1, "No, I think so too.")]), [None, None]);
        assert_eq!(roles(&[]), []);
    }

    #[test]
    fn phrases_are_found_as_whole_words() {
        assert!(
            says(&plain("The Q&A box, please."), &["q a box"]) && says(&plain("I\u{2019}m a nurse"), &["im a nurse"])
        );
        assert!(!says(&plain("He tasks me."), &["asks"]));
    }
}
