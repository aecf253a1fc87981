//! What gives a wrong cut away, in words. All in lower case without marks; the letters are those of the list of failures.

use super::Code;

/// A finding and the phrases that make it.
type Phrases = (Code, &'static [&'static str]);

/// Phrases that make a question doubtful.
#[rustfmt::skip]
pub(super) const IN_QUESTION: &[Phrases] = &[
    // A
    (Code::CommsCheck, &[
        "can you hear me", "can you hear us", "can you guys hear", "can everybody hear", "can everyone hear",
        "do you hear me", "hear me okay", "am i on mute", "am i muted", "am i audible", "you're on mute", "you are on mute",
        "you're muted", "you are muted", "is this on", "is my mic", "is my microphone", "see my screen", "see my slides",
        "can you see me", "sound check", "mic check", "testing one two", "you're breaking up", "you are breaking up",
        "lost you there", "unmute yourself",
    ]),
    // B
    (Code::GreetingInQuestion, &[
        "good night everyone", "good evening everyone", "good morning everyone", "good afternoon everyone",
        "welcome everyone", "welcome everybody", "welcome to tonight's", "welcome to our", "welcome back to",
        "thanks for joining us", "thank you for joining us", "see you next", "have a good night", "have a great night",
        "have a good evening",
    ]),
    // C
    (Code::Introduction, &[
        "please welcome", "our guest", "introduce yourself", "tell everyone who you are", "telling everyone who you are",
        "tell us about yourself", "tell us a bit about yourself", "our next speaker", "i'd like to introduce",
        "i would like to introduce", "pleased to introduce", "pleasure to introduce", "honored to introduce",
        "joining us tonight is", "joining us today is", "with us tonight is", "with us today is", "joined tonight by",
        "joined today by", "is a board certified", "is a board-certified", "is the director of", "is the chief of",
        "completed his residency", "completed her residency", "completed his fellowship", "completed her fellowship",
    ]),
    // E
    (Code::Announcement, &[
        "register", "survey", "will be recorded", "being recorded", "will be posted", "our website", "next webinar",
        "q&a box", "raise hand button", "raise your hand button", "housekeeping", "link in the chat", "continuing education",
        "cme credit", "for educational purposes only", "not medical advice", "does not replace a visit",
    ]),
    // L
    (Code::Ceremony, &[
        "round of applause", "standing ovation", "congratulations", "this award", "the award", "thank our", "thanks to all of",
        "thank all of", "join me in thanking", "like to thank the organizers", "like to thank everyone", "give it up for",
        "a big thank you to", "moment of silence",
    ]),
];

/// Phrases of announcements, in an answer or beside it.
#[rustfmt::skip]
pub(super) const ANNOUNCED: &[&str] = &[
    "you can register", "register for", "short survey", "fill out the survey", "will be posted", "next webinar",
    "next month's webinar", "q&a box", "q and a box", "is being recorded", "raise hand button", "link in the chat",
    "housekeeping", "quick announcement", "an announcement", "short announcement", "our website", "educational purposes only",
    "not medical advice", "word from our sponsor", "we'll be right back",
];

/// Phrases that show that an answer runs into something else.
#[rustfmt::skip]
pub(super) const IN_ANSWER: &[Phrases] = &[
    // B
    (Code::GreetingInside, &[
        "good night", "good evening", "thank you for having me", "thanks for having me", "thank you for having us",
        "thanks for having us", "welcome back to", "welcome everyone", "thank you for calling", "thanks for calling",
        "see you next", "have a great night", "have a good night", "have a great evening", "thank you all for joining",
        "thank you for joining", "thanks for joining", "that's all we have time for", "take care everyone", "round of applause", "join me in thanking",
    ]),
    // E
    (Code::AnnouncementInside, &[
        "you can register", "short survey", "will be posted", "next webinar", "q&a box", "is being recorded",
        "raise hand button", "link in the chat", "housekeeping", "quick announcement",
    ]),
    (Code::NextQuestionInside, &[
        "next question", "another question", "last question", "question comes from", "question is from", "next caller",
        "another one in the chat", "next one is from", "next up is", "let's move on to", "let's go to the next",
        "we have a question from",
    ]),
];

/// Words that praise; a "question" of praise alone is a compliment (K).
#[rustfmt::skip]
pub(super) const PRAISE: &[&str] = &[
    "great talk", "wonderful talk", "excellent talk", "great presentation", "excellent presentation",
    "wonderful presentation", "fantastic presentation", "amazing presentation", "so informative", "very informative",
    "so helpful", "very helpful", "love this", "love your", "loved this", "loved your", "appreciate you", "appreciate this",
    "great job", "thank you for this", "thank you for all", "thank you so much for", "you saved my life",
    "changed my life", "best webinar", "learned so much",
];

/// Phrases by which a second person's question begins (H).
#[rustfmt::skip]
pub(super) const ANOTHERS: &[&str] = &[
    "somebody else asks", "someone else asks", "another person asks", "another viewer asks", "another attendee asks",
    "a similar question from", "similar question from", "and also from", "a related question from", "and then there's one from",
    "somebody else wants to know", "someone else wants to know", "piggybacking on that",
];

/// Beginnings of sentences that answer (I).
#[rustfmt::skip]
pub(super) const ANSWERS: &[&str] = &[
    "great question", "good question", "that's a great", "that's a good", "that's a very good", "that is a great",
    "that is a good", "excellent question", "thanks for the question", "thank you for the question",
    "thank you for that question", "so the short answer", "the short answer", "the answer is", "so the answer",
    "yeah so", "yes so", "well so", "absolutely", "sure so", "it depends",
];

/// Beginnings of answers that hand over or thank.
#[rustfmt::skip]
pub(super) const HAND_OVERS: &[&str] = &[
    "thank you", "thanks", "over to you", "go ahead", "do you want to", "would you like to", "you want to take",
    "i'll take", "i can take", "i'll start", "let me take that", "let me start", "i'll let", "i'll hand", "i'd like to hand",
    "great question", "good question", "excellent question", "wonderful question", "that's a great question",
    "that's a good question", "that's a very good question", "that's an excellent question", "that is a great question",
    "that is a good question", "so great question", "so that's a great question", "yeah great question", "yeah good question",
    "well that's a great question", "well that's a good question",
];

/// Words that win time. Two of them in a row, or one with a filler, say nothing; one alone may be the answer ("Yeah.").
#[rustfmt::skip]
pub(super) const LIGHT: &[&str] = &[
    "yeah", "yep", "okay", "ok", "alright", "well", "so", "oh", "ah", "hmm", "mm", "like", "right", "sure", "anyway",
];

/// Words with which a question does not end when it is whole.
#[rustfmt::skip]
pub(super) const DANGLING: &[&str] = &[
    "and", "or", "but", "so", "because", "the", "a", "an", "my", "of", "to", "with", "for", "if", "that", "is", "when",
    "in", "at", "from", "your", "their", "than", "was", "are", "should", "could", "would",
];
/// Those of them that end nothing whatever mark stands behind.
pub(super) const NEVER_LAST: &[&str] =
    &["and", "or", "but", "because", "the", "a", "an", "my", "your", "their", "than", "if"];

/// Words that open a question, somewhere behind a comma or at a sentence's start.
#[rustfmt::skip]
pub(super) const OPENERS: &[&str] = &[
    "what", "when", "where", "why", "how", "which", "who", "is", "are", "was", "do", "does", "did", "can", "could",
    "will", "would", "should", "may", "have", "has", "am", "any", "what's", "how's", "who's", "isn't", "aren't", "don't",
    "doesn't", "won't", "can't", "shouldn't", "wouldn't", "were", "whether",
];

/// Words that stand around a name when it is only called up (J).
#[rustfmt::skip]
pub(super) const HANDING: &[&str] = &[
    "next", "first", "second", "last", "then", "up", "is", "we", "have", "from", "in", "our", "the", "and", "okay", "so", "now",
    "caller", "question", "comes", "it's", "that's", "go", "ahead", "please", "hello", "hi", "thank", "thanks", "you",
];
