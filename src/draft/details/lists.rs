//! The words by which personal details are known.

/// Words before a place.
pub(super) const BEFORE_PLACE: &[&str] = &["from", "in", "at", "near", "outside", "around"];
/// Places that may be told: a state or a country is no personal detail by Safe Harbor. New York and Washington are
/// cities as well.
#[rustfmt::skip]
pub(super) const WIDE: &[&str] = &[
    "alabama", "alaska", "arizona", "arkansas", "california", "colorado", "connecticut", "delaware", "florida",
    "georgia", "hawaii", "idaho", "illinois", "indiana", "iowa", "kansas", "kentucky", "louisiana", "maine",
    "maryland", "massachusetts", "michigan", "minnesota", "mississippi", "missouri", "montana", "nebraska", "nevada",
    "new hampshire", "new jersey", "new mexico", "north carolina", "north dakota", "ohio", "oklahoma", "oregon",
    "pennsylvania", "rhode island", "south carolina", "south dakota", "tennessee", "texas", "utah", "vermont",
    "virginia", "west virginia", "wisconsin", "wyoming", "america", "europe", "asia", "africa", "australia", "canada",
    "mexico", "england", "scotland", "ireland", "wales", "britain", "germany", "france", "spain", "italy", "poland",
    "india", "china", "japan", "israel",
];
/// Words before a name that is being introduced.
pub(super) const BEFORE_NAME: &[&str] = &["hi", "hello", "hey", "dear", "says", "asks", "named", "called"];
/// Words behind a name that asks.
pub(super) const BEHIND_NAME: &[&str] = &["asks", "asked", "writes", "wrote", "says", "wants", "wonders", "asking", "here"];
/// People whose name may follow.
#[rustfmt::skip]
pub(super) const RELATIVES: &[&str] = &[
    "husband", "wife", "son", "daughter", "mother", "father", "mom", "mum", "dad", "brother", "sister", "friend",
    "partner", "grandson", "granddaughter", "uncle", "aunt", "cousin", "nephew", "niece", "neighbor", "neighbour",
    "boyfriend", "girlfriend", "fiancé", "fiancée", "grandmother", "grandfather", "grandma", "grandpa", "stepson",
    "stepdaughter", "ex-husband", "ex-wife", "mother-in-law", "father-in-law", "kid", "baby", "roommate", "boss", "coworker",
    "colleague", "twin",
];
/// Words that make capitalised words a hospital or practice.
#[rustfmt::skip]
pub(super) const HOSPITALS: &[&str] = &[
    "hospital", "clinic", "medical", "infirmary", "health", "healthcare", "institute", "center", "centre", "hospice",
    "kaiser", "mayo", "surgery", "orthopedics", "orthopaedics", "rehab",
    "memorial", "presbyterian", "methodist", "lutheran", "infirmary", "sanatorium",
];
pub(super) const STREETS: &[&str] = &["street", "avenue", "ave", "road", "lane", "drive", "boulevard", "court", "crescent", "terrace", "parkway", "highway", "way", "circle"];
/// What a number belongs to when it names a person's record.
pub(super) const RECORDS: &[&str] = &[
    "policy",
    "patient",
    "member",
    "claim",
    "account",
    "record",
    "security",
    "insurance",
    "license",
    "licence",
    "medicare",
    "zip",
];
pub(super) const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
pub(super) const UNITS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
pub(super) const TEENS: &[&str] =
    &["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
#[rustfmt::skip]
pub(super) const DECADES: &[&str] = &[
    "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties", "20s", "30s", "40s",
    "50s", "60s", "70s", "80s", "90s",
];
/// The fewest digits of a telephone number.
pub(super) const PHONE_DIGITS: usize = 7;

/// Words behind which an employer's name comes, read backwards: "at work" is "work at".
pub(super) const BEFORE_EMPLOYER: &[[&str; 2]] = &[
    ["work", "at"], ["work", "for"], ["works", "at"], ["works", "for"], ["worked", "at"], ["worked", "for"],
    ["working", "at"], ["working", "for"], ["employed", "by"], ["employed", "at"], ["been", "with"], ["am", "with"],
    ["teach", "at"], ["teaches", "at"], ["taught", "at"], ["job", "at"], ["job", "with"], ["retired", "from"],
    ["truck", "for"], ["drive", "for"], ["nurse", "at"], ["teacher", "at"], ["manager", "at"], ["engineer", "at"],
    ["serve", "with"], ["retire", "from"],
];
/// Employers that are called by what they are.
pub(super) const EMPLOYERS: &[&[&str]] = &[
    &["post", "office"], &["fire", "department"], &["police", "department"], &["school", "district"], &["sheriff's", "office"],
];
/// Offices that one person of a place holds.
pub(super) const OFFICES: &[&str] = &["mayor", "sheriff", "governor", "senator", "bishop", "postmaster", "principal", "coach"];
/// Where somebody may be the only one.
pub(super) const WHOLE: &[&str] =
    &["state", "country", "world", "county", "town", "city", "village", "region", "family", "hospital", "america"];
/// Words that open no name, place or employer in a text without capitals, besides those of `names`.
pub(super) const PLAIN: &[&str] = &[
    "home", "work", "bed", "night", "day", "pain", "back", "surgery", "school", "therapy", "sitting", "standing", "lifting",
    "walking", "running", "being", "having", "doing", "going", "two", "three", "four", "five", "six", "ten", "something",
    "nothing", "everything", "anything", "certain", "different", "good", "bad", "local", "big", "small", "same", "new", "old",
    "general", "fact", "case", "front", "between", "particular", "terms", "addition", "order", "need", "place", "top",
    "desk", "computer", "heights", "height", "least", "best", "worst", "risk", "really", "very", "not", "no", "never",
    "still", "only", "too", "even", "always", "such", "quite", "bending", "sleeping", "sciatica", "arthritis", "stenosis",
    "scoliosis", "osteoporosis", "scar", "nerve", "hip", "hips", "knee", "neck", "spine", "spinal", "lower", "upper", "disc",
    "discs", "inside", "outside", "down", "there", "each", "every", "age", "insurance", "physical", "teaching", "nearest",
    "another", "children's", "university", "private", "public", "afraid", "worried", "sure", "scared", "curious", "wondering",
    "asking", "hoping", "trying", "taking", "getting", "looking", "thinking", "ready", "able", "tired", "sick", "pregnant",
    "retired", "diabetic", "allergic", "active", "fine", "healthy", "diagnosed", "told", "scheduled", "supposed", "already",
    "says", "said", "gets", "got", "takes", "took", "wants", "needs", "does", "went", "gave", "plays", "loves", "keeps",
    "thinks", "snores", "falls", "fell", "lives", "works", "wears", "complains", "feels", "won't", "can't", "cannot",
    "doesn't", "didn't", "isn't", "wasn't", "hasn't", "never", "left", "right", "also", "lying", "driving", "using",
];
