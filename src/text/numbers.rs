//! Number words as digits: "twenty five hundred" is 2500, "the first" 1st, "ten dollars" $10, "half a percent" stays.

/// What a number word adds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// zero to nine
    Unit(u64),
    /// ten to nineteen
    Teen(u64),
    /// twenty to ninety
    Tens(u64),
    /// hundred
    Hundred,
    /// thousand and above
    Scale(u64),
}

/// How a number word ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Cardinal,
    /// first, twentieth
    Ordinal,
    /// sixties, thousands
    Plural,
}

const UNITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const UNIT_ORDINALS: [&str; 10] =
    ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
const TEENS: [&str; 10] =
    ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(&str, u64); 3] = [("thousand", 1_000), ("million", 1_000_000), ("billion", 1_000_000_000)];

/// Replaces number words by digits and joins the signs of money and percent to their number.
pub(super) fn as_digits(words: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        match number_at(words, at) {
            Some((text, next)) => {
                out.push(text);
                at = next;
            }
            None => {
                out.push(words[at].clone());
                at += 1;
            }
        }
        at = join_sign(&mut out, words, at);
    }
    out
}

/// "5 percent" is "5%", "5 dollars" "$5".
fn join_sign(out: &mut [String], words: &[String], at: usize) -> usize {
    let Some(number) = out.last_mut().filter(|n| n.ends_with(|c: char| c.is_ascii_digit())) else { return at };
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return at;
    }
    match words.get(at).map(String::as_str) {
        Some("percent") => {
            number.push('%');
            at + 1
        }
        Some("dollar" | "dollars") => {
            number.insert(0, '$');
            at + 1
        }
        Some("euro" | "euros") => {
            number.insert(0, '€');
            at + 1
        }
        _ => at,
    }
}

/// The number that begins at word `at`, and the word after it.
fn number_at(words: &[String], at: usize) -> Option<(String, usize)> {
    let mut number = Number::default();
    let mut next = at;
    // "$10 million" begins with its sign, and a figure can be multiplied but not continued.
    let sign = words[at].chars().next().filter(|c| matches!(c, '$' | '€' | '£'));
    let figure = &words[at][sign.map_or(0, char::len_utf8)..];
    if figure.starts_with(|c: char| c.is_ascii_digit()) && figure.chars().all(|c| c.is_ascii_digit() || c == '.') {
        let scale = words.get(at + 1).and_then(|w| part(w)).and_then(|(part, form)| match part {
            Part::Scale(value) if form == Form::Cardinal => Some(value),
            Part::Hundred if form == Form::Cardinal => Some(100),
            _ => None,
        })?;
        let value = figure.parse::<f64>().ok()? * scale as f64;
        // Beyond 2^53 whole numbers are no longer exact, and nobody says them.
        let text = if value.fract() == 0.0 && value < 9e15 { format!("{}", value as u64) } else { value.to_string() };
        let text = format!("{}{text}", sign.map(String::from).unwrap_or_default());
        return Some(if sign.is_none() { with_money(text, words, at + 2) } else { (text, at + 2) });
    }
    while let Some(word) = words.get(next) {
        if word == "and" && number.takes_and() && words.get(next + 1).is_some_and(|w| is_below_hundred(w)) {
            next += 1;
            continue;
        }
        let Some((part, form)) = part(word).or_else(|| zero_between(words, next)) else { break };
        if !number.push(part) {
            break;
        }
        next += 1;
        if form != Form::Cardinal {
            return Some((ending(number.text(), form), next));
        }
    }
    if next == at {
        return None;
    }
    let mut text = number.text();
    if words.get(next).is_some_and(|w| w == "point") {
        let digits: String = words[next + 1..]
            .iter()
            .map_while(|w| match part(w)? {
                (Part::Unit(n), Form::Cardinal) => Some(n.to_string()),
                _ => None,
            })
            .collect();
        if !digits.is_empty() {
            next += 1 + digits.len();
            text = format!("{text}.{digits}");
        }
    } else if words[next..].starts_with(&["and".to_owned(), "a".to_owned(), "half".to_owned()]) {
        next += 3;
        text.push_str(".5");
    }
    Some((text, next))
}

/// Money stands behind its number in speech: "10 million dollars".
fn with_money(text: String, words: &[String], next: usize) -> (String, usize) {
    let mut one = [text];
    let next = join_sign(&mut one, words, next);
    let [text] = one;
    (text, next)
}

/// "oh" and "o" are a zero between digits only: "one oh five".
fn zero_between(words: &[String], at: usize) -> Option<(Part, Form)> {
    let digit = |i: usize| words.get(i).and_then(|w| part(w)).is_some_and(|(p, _)| matches!(p, Part::Unit(_)));
    let is_zero = matches!(words[at].as_str(), "oh" | "o");
    (is_zero && at > 0 && digit(at - 1) && digit(at + 1)).then_some((Part::Unit(0), Form::Cardinal))
}

fn is_below_hundred(word: &str) -> bool {
    part(word).is_some_and(|(part, _)| matches!(part, Part::Unit(_) | Part::Teen(_) | Part::Tens(_)))
}

/// The number as it is being heard. Parts that do not add up stand side by side: "nineteen ninety" is 19 and 90.
#[derive(Debug, Default)]
struct Number {
    /// Digits of what stands before.
    before: String,
    /// Thousands and above.
    total: u64,
    /// Below a thousand, or the hundreds of "twenty five hundred".
    group: u64,
    last: Option<Part>,
}

impl Number {
    /// Adds a part; `false` when it belongs to no number that began here.
    fn push(&mut self, part: Part) -> bool {
        let adds = match (part, self.last) {
            (_, None) => true,
            (Part::Unit(n), Some(Part::Tens(_))) => n > 0,
            (Part::Unit(_) | Part::Teen(_) | Part::Tens(_), Some(Part::Hundred | Part::Scale(_))) => true,
            (Part::Unit(_) | Part::Teen(_) | Part::Tens(_), _) => false,
            (Part::Hundred, Some(Part::Hundred)) => return false,
            (Part::Hundred, Some(_)) => self.group < 100,
            (Part::Scale(value), Some(_)) => {
                if self.total != 0 && !self.total.is_multiple_of(value * 1000) {
                    return false;
                }
                true
            }
        };
        if !adds {
            if matches!(part, Part::Hundred) {
                return false;
            }
            self.before = self.text();
            (self.total, self.group) = (0, 0);
        }
        let grown = match part {
            Part::Unit(n) | Part::Teen(n) | Part::Tens(n) => {
                self.group = self.group.saturating_add(n);
                Some(())
            }
            Part::Hundred => self.group.max(1).checked_mul(100).map(|group| self.group = group),
            Part::Scale(value) => {
                let group = if self.last.is_none() { 1 } else { self.group };
                group.checked_mul(value).and_then(|v| self.total.checked_add(v)).map(|total| {
                    self.total = total;
                    self.group = 0;
                })
            }
        };
        self.last = Some(part);
        grown.is_some()
    }

    fn takes_and(&self) -> bool {
        matches!(self.last, Some(Part::Hundred | Part::Scale(_)))
    }

    fn text(&self) -> String {
        match self.last {
            None => self.before.clone(),
            Some(_) => format!("{}{}", self.before, self.total.saturating_add(self.group)),
        }
    }
}

/// What a word adds to a number, and how it ends.
fn part(word: &str) -> Option<(Part, Form)> {
    let at = |list: &[&str], word: &str| list.iter().position(|w| *w == word).map(|i| i as u64);
    let cardinal = |word: &str| {
        at(&UNITS, word)
            .map(Part::Unit)
            .or_else(|| at(&TEENS, word).map(|n| Part::Teen(n + 10)))
            .or_else(|| at(&TENS, word).map(|n| Part::Tens(n * 10 + 20)))
            .or_else(|| (word == "hundred").then_some(Part::Hundred))
            .or_else(|| SCALES.iter().find(|(name, _)| *name == word).map(|(_, value)| Part::Scale(*value)))
    };
    if let Some(part) = cardinal(word) {
        return Some((part, Form::Cardinal));
    }
    if let Some(n) = at(&UNIT_ORDINALS, word) {
        return Some((Part::Unit(n), Form::Ordinal));
    }
    // twelfth, twentieth, hundredth; twenties, hundreds
    let ordinal = match word {
        "twelfth" => Some("twelve".to_owned()),
        _ => word
            .strip_suffix("ieth")
            .map(|stem| format!("{stem}y"))
            .or_else(|| word.strip_suffix("th").map(str::to_owned)),
    };
    if let Some(part) = ordinal.and_then(|stem| cardinal(&stem)) {
        return Some((part, Form::Ordinal));
    }
    let plural =
        word.strip_suffix("ies").map(|stem| format!("{stem}y")).or_else(|| word.strip_suffix('s').map(str::to_owned));
    match plural.and_then(|stem| cardinal(&stem)) {
        // "ones" and "sevens" count things that are no numbers.
        Some(part @ (Part::Tens(_) | Part::Hundred | Part::Scale(_))) => Some((part, Form::Plural)),
        _ => None,
    }
}

fn ending(mut digits: String, form: Form) -> String {
    digits.push_str(match form {
        Form::Cardinal => "",
        Form::Plural => "s",
        Form::Ordinal => {
            match (digits.ends_with("11") || digits.ends_with("12") || digits.ends_with("13"), digits.chars().last()) {
                (false, Some('1')) => "st",
                (false, Some('2')) => "nd",
                (false, Some('3')) => "rd",
                _ => "th",
            }
        }
    });
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digits(text: &str) -> String {
        as_digits(&text.split(' ').map(str::to_owned).collect::<Vec<_>>()).join(" ")
    }

    /// A number in words, the way it is spoken.
    fn spoken(n: u64) -> String {
        match n {
            0..10 => UNITS[n as usize].into(),
            10..20 => TEENS[n as usize - 10].into(),
            20..100 if n.is_multiple_of(10) => TENS[n as usize / 10 - 2].into(),
            20..100 => format!("{} {}", TENS[n as usize / 10 - 2], UNITS[n as usize % 10]),
            100..1000 if n.is_multiple_of(100) => format!("{} hundred", spoken(n / 100)),
            100..1000 => format!("{} hundred and {}", spoken(n / 100), spoken(n % 100)),
            1000..1_000_000 if n.is_multiple_of(1000) => format!("{} thousand", spoken(n / 1000)),
            1000..1_000_000 => format!("{} thousand {}", spoken(n / 1000), spoken(n % 1000)),
            _ => format!("{} million {}", spoken(n / 1_000_000), spoken(n % 1_000_000)),
        }
    }

    proptest! {
        #[test]
        fn every_spoken_number_is_its_digits(n in 0_u64..1_000_000_000) {
            prop_assume!(n % 1_000_000 != 0 || n < 1_000_000);
            prop_assert_eq!(digits(&format!("about {} people", spoken(n))), format!("about {n} people"));
        }

        #[test]
        fn nothing_makes_it_panic(list in proptest::collection::vec("(one|nine|ten|ninety|hundred|thousand|billion|and|point|half|a|oh|percent|dollars|7|2\\.5|\\$3|third|sixties)", 0..12)) {
            let _ = digits(&list.join(" "));
        }
    }

    #[test]
    fn the_odd_ones() {
        for (text, expected) in [
            ("twenty nineteen", "2019"),
            ("one oh five", "105"),
            ("oh no", "oh no"),
            ("thousands of people", "1000s of people"),
            ("hundred percent", "100%"),
            ("2.5 million dollars", "$2500000"),
            ("half an hour", "half an hour"),
            ("the twelfth and the hundredth", "the 12th and the 100th"),
            ("one hundred and then five", "100 and then 5"),
            ("three and a half", "3.5"),
            ("five or six", "5 or 6"),
            ("forty four thousandths", "44 thousandths"),
        ] {
            assert_eq!(digits(text), expected, "{text}");
        }
    }
}
