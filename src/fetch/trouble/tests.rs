use super::messages::{SINGLE, TOGETHER};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;

fn read(text: &str) -> Trouble {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    Trouble::read(&lines, Some(1))
}

/// Everything that is found amiss, together.
fn told_as(cases: &[(&str, String)]) {
    let mut wrong = String::new();
    for (expected, text) in cases {
        let found = format!("{:?}", read(text));
        if found != *expected {
            let _ = writeln!(wrong, "{text}\n  means {expected}, not {found}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_message_of_yt_dlp_has_its_meaning() {
    let cases: Vec<_> = SINGLE.iter().map(|(expected, text)| (*expected, (*text).to_owned())).collect();
    told_as(&cases);
    // What is said before, and colours, change nothing of it.
    let noise = "WARNING: [youtube] Falling back on generic information extractor\n[debug] Loaded 1739 extractors\n";
    let noisy: Vec<_> = cases
        .iter()
        .filter(|(_, text)| text.contains("ERROR:"))
        .map(|(expected, text)| {
            (*expected, format!("{noise}{}", text.replace("ERROR:", "\u{1b}[0;31mERROR:\u{1b}[0m")))
        })
        .collect();
    told_as(&noisy);
}

#[test]
fn lines_explain_each_other() {
    let cases: Vec<_> = TOGETHER.iter().map(|(expected, lines)| (*expected, lines.join("\n"))).collect();
    told_as(&cases);
}

#[test]
fn every_kind_has_a_message_among_the_tests() {
    let kind = |trouble: &Trouble| format!("{trouble:?}").split(' ').next().unwrap_or_default().to_owned();
    let cases = SINGLE.iter().map(|(expected, _)| *expected).chain(TOGETHER.iter().map(|(expected, _)| *expected));
    let tested: BTreeSet<String> = cases.map(|expected| expected.split(' ').next().unwrap().to_owned()).collect();
    let unknown = |trouble: &Trouble| matches!(trouble, Trouble::Unknown { .. });
    let untested: Vec<String> =
        all().iter().filter(|t| !unknown(t)).map(kind).filter(|kind| !tested.contains(kind)).collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn how_it_ended_counts_where_nothing_is_called_an_error() {
    let lines = ["sh: 1: yt-dlp: not found".to_owned()];
    assert_eq!(Trouble::read(&lines, Some(127)), Trouble::ProgramMissing);
    assert_eq!(Trouble::read(&[], Some(126)), Trouble::ProgramMissing);
    for exit in [None, Some(0), Some(1), Some(101)] {
        assert_eq!(Trouble::read(&[], exit), Trouble::Unknown { lines: Vec::new() });
    }
    // A warning alone is no error.
    let lines = ["WARNING: [youtube] x: Video unavailable".to_owned()];
    assert_eq!(Trouble::read(&lines, None), Trouble::Unknown { lines: lines.to_vec() });
}

#[test]
fn what_is_not_known_is_repeated_short_and_plain() {
    let mut lines: Vec<String> = (0..9).map(|n| format!("WARNING: number {n}")).collect();
    lines.push("ERROR: \u{1b}[31m[youtube] x:\u{1b}[0m Some\tnew \u{202e}rea\u{7}son".into());
    lines.push(String::new());
    lines.push(format!("ERROR: {}", "ä".repeat(400)));
    let Trouble::Unknown { lines } = Trouble::read(&lines, Some(1)) else { panic!() };
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[3], "ERROR: [youtube] x: Some new reason");
    assert_eq!(lines[4].chars().count(), 300);
    assert_eq!(
        read("ERROR: [youtube] x: An odd thing happened.; please report this issue on  https://github.com/")
            .to_string(),
        "yt-dlp says \"[youtube] x: An odd thing happened\""
    );
}

#[test]
fn secrets_are_taken_out() {
    let shown = |line: &str| match read(line) {
        Trouble::Unknown { lines } => lines.join("\n"),
        other => panic!("{other:?}"),
    };
    let cases = [
        "ERROR: Odd: https://ann:hush@example.org:8080/talk?id=7&token=hush#hush",
        "ERROR: Odd: 'https://ann:hu@sh/hush@example.org/talk' and https://www.youtube.com/@spinecentre",
        "ERROR: Odd (caused by X('ann:hush@example.org'))",
        "ERROR: [generic] talk?token=hush&q=a hush: Unable to frobnicate: HTTP Error 400: Bad Request",
        "ERROR: Odd: https://rr3---sn.googlevideo.com/videoplayback/signature/hush/x",
        "ERROR: Odd; SID=hush; access_token=hush host='example.org'",
        "ERROR: Odd: Cookie: a=hush; b=hush",
        "ERROR: Odd? Yes: https://example.org/?hush==",
    ];
    let shown: Vec<String> = cases.iter().map(|line| shown(line)).collect();
    assert!(!shown.iter().any(|line| line.contains("hush")), "{shown:#?}");
    insta::assert_snapshot!(shown.join("\n"), @"");
}

/// One of each.
fn all() -> Vec<Trouble> {
    vec![
        Trouble::Private,
        Trouble::Removed,
        Trouble::MembersOnly,
        Trouble::AgeGated,
        Trouble::GeoBlocked,
        Trouble::LiveNow,
        Trouble::Upcoming { when: None },
        Trouble::Upcoming { when: Some("in 3 days".into()) },
        Trouble::BotCheck,
        Trouble::Forbidden,
        Trouble::NotFound,
        Trouble::RateLimited,
        Trouble::ServerFault { status: 503 },
        Trouble::Dns { host: None },
        Trouble::Dns { host: Some("www.youtube.com".into()) },
        Trouble::Tls,
        Trouble::Network,
        Trouble::NoRuntime,
        Trouble::ProgramMissing,
        Trouble::TooOld { version: String::new() },
        Trouble::TooOld { version: "2025.01.01".into() },
        Trouble::DiskFull,
        Trouble::NoSound,
        Trouble::NotMedia,
        Trouble::Drm,
        Trouble::TooLarge,
        Trouble::TooLong,
        Trouble::LoginNeeded,
        Trouble::Cookies,
        Trouble::Unknown { lines: Vec::new() },
        Trouble::Unknown { lines: vec!["WARNING: x".into(), "ERROR: [a] b: Odd..".into(), "y".into()] },
    ]
}

#[test]
fn people_read_what_happened_and_what_to_do() {
    let mut text = String::new();
    for trouble in all() {
        let (what, next) = (trouble.to_string(), trouble.remedy().unwrap_or_default());
        // A sentence goes on before it and may go on behind it.
        assert!(!what.is_empty() && !what.ends_with('.'), "{what}");
        assert!(next.ends_with('.') && !next.ends_with(".."), "{next}");
        let heals = if trouble.may_heal() { ", may heal" } else { "" };
        let _ = writeln!(text, "{} ({}{heals}) {next}", what, trouble.exit().code());
    }
    insta::assert_snapshot!(text, @"");
}

fn line() -> impl Strategy<Value = String> {
    let known: Vec<String> = SINGLE.iter().map(|(_, text)| (*text).to_owned()).collect();
    prop_oneof![
        2 => proptest::sample::select(known),
        2 => "(ERROR: |WARNING: |\\[download\\] |Traceback \\(most recent call last\\):)?(\\[[a-z:]{0,8}\\] )?\\PC{0,60}",
        1 => "(ERROR: )?(HTTP Error |will begin |Premieres |resolve host: |host='|yt-dlp version \\(|does not pass filter \\()\\PC{0,30}",
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_lines_make_it_panic(lines in proptest::collection::vec(line(), 0..8), exit in proptest::option::of(-1..256)) {
        let trouble = Trouble::read(&lines, exit);
        prop_assert!(!trouble.to_string().is_empty());
        prop_assert!(!trouble.to_string().contains(char::is_control));
        if let Trouble::Unknown { lines } = trouble {
            prop_assert!(lines.len() <= 5);
            prop_assert!(lines.iter().all(|l| l.chars().count() <= 300 && !l.contains(char::is_control)));
        }
    }

    #[test]
    fn nothing_that_lets_somebody_in_is_repeated(
        (front, name, path, query) in (
            proptest::sample::select(vec![
                "ERROR: [generic] x: Oddly failed on ", "WARNING: ", "", "ERROR: '", "ERROR: (caused by X(\"", "[debug] url=",
                "ERROR: [generic] ", "\u{1b}[31mERROR:\u{1b}[0m <",
            ]),
            "[a-z]{0,6}", "(/[a-z@:.]{0,8}){0,3}", "[a-z_]{1,8}",
        ),
        plain in "[!$*+,=~A-Za-z0-9._-]{0,9}",
        more in "[/:@A-Za-z]{0,4}",
        behind in proptest::sample::select(vec!["", "'", "\")", "> and more: x", ": Unable to go on", "&x=1 (y)"]),
        padding in 0..320usize,
    ) {
        let (password, token) = (format!("PLANTED{plain}{more}PLANTED"), format!("PLANTED{plain}PLANTED"));
        let lines = [
            format!("{front}https://{name}:{password}@example.org{path}{behind}"),
            format!("{front}{}https://example.org{path}?{query}={token}&v=1;{query}={token}#{token}{behind}", "z".repeat(padding)),
            format!("{front}{path}talk?{token}{behind}"),
            format!("{front}{name}:{password}@example.org{behind}"),
            format!("{front} access_token={token}"),
        ];
        for line in lines {
            let trouble = Trouble::read(std::slice::from_ref(&line), Some(1));
            prop_assert!(!format!("{trouble} {trouble:?}").contains("PLANTED"), "{} became {:?}", line, trouble);
        }
    }
}
