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
    insta::assert_snapshot!(shown.join("\n"), @r#"
    ERROR: Odd: https://example.org:8080/talk?id=…&token=…
    ERROR: Odd: 'https://example.org/talk' and https://www.youtube.com/@spinecentre
    ERROR: Odd (caused by …@example.org'))
    ERROR: [generic] talk?…: Unable to frobnicate: HTTP Error 400: Bad Request
    ERROR: Odd: https://rr3---sn.googlevideo.com/…
    ERROR: Odd; SID=… access_token=… host='example.org'
    ERROR: Odd: Cookie: …
    ERROR: Odd? Yes: https://example.org/?…
    "#);
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
    insta::assert_snapshot!(text, @r#"
    it is private (4) Ask the channel's owner to make it public or unlisted, or to send you the recording as a file.
    it was taken away, or there never was such a video (4) Open the address in a browser to see whether it is right. If the video is gone there too, ask whoever published it for the file.
    only members of the channel may see it (4) Ask the channel's owner for the recording as a file. If you are a member yourself, name a file of your cookies as "cookies" under [download] in spinetime.toml.
    only people who are signed in and of age may see it (4) Ask the owner for the recording as a file. If you may see it in your browser, name a file of its cookies as "cookies" under [download] in spinetime.toml.
    it is not shown in this country (4) Ask the owner for the recording as a file, or run the same command on a computer in a country where it is shown.
    it is being broadcast right now, or its recording is not ready yet (4) Run the same command again some hours after the end of the broadcast, when its recording is ready.
    it has not been broadcast yet (4) Run the same command again some hours after the broadcast.
    it has not been broadcast yet, but begins in 3 days (4) Run the same command again some hours after the broadcast.
    the website takes this computer for a robot (5) Stop for now: trying again at once makes it worse. Wait some hours, or use another network, then run the same command once. If this goes on for days, update yt-dlp: "spinetime doctor" shows which one is used.
    the website refuses it (HTTP 403) (4) Open the address in a browser. If it plays there, yt-dlp may be too old: put its newest version into scripts/requirements.txt and run "make setup" again. If it does not, ask the owner for access.
    the website has nothing there (HTTP 404) (4) Copy the address again from the browser, where it shows the recording.
    the website was asked too often from here and refuses for a while (5, may heal) Wait an hour or more, then run the same command again. Fetch fewer recordings at a time.
    the website has a fault of its own (HTTP 503) (5, may heal) Run the same command again later: the website has to mend this itself.
    the website's name is not known on this network (5, may heal) Check the spelling of the address and that this computer is on the Internet, then run the same command again.
    the name www.youtube.com is not known on this network (5, may heal) Check the spelling of the address and that this computer is on the Internet, then run the same command again.
    no secure connection to the website comes about (5) Check this computer's date and time, and whether a browser opens the address without a warning. In an office network, ask its administrators: their certificate may be missing on this computer.
    the connection failed or was cut off (5, may heal) Check the connection to the Internet, then run the same command again: what has come already is kept.
    YouTube needs a program that runs JavaScript, and there is none (10) Run "make setup" again: it installs one with yt-dlp. "spinetime doctor" shows whether it is found.
    yt-dlp is missing, or a program that it needs (10) Run "make setup", then "spinetime doctor" to see what is still missing. Recordings on this computer need no yt-dlp.
    yt-dlp is too old (10) Put the newest version of yt-dlp into scripts/requirements.txt and run "make setup" again. "spinetime doctor" shows which one is used.
    yt-dlp 2025.01.01 is too old (10) Put the newest version of yt-dlp into scripts/requirements.txt and run "make setup" again. "spinetime doctor" shows which one is used.
    the disk is full or can't be written to (7) Free some space on that disk and see that you may write to the library, then run the same command again: what has come already is kept.
    nothing with sound is offered there (3) Open the address in a browser. If you can hear it there, yt-dlp may be too old: put its newest version into scripts/requirements.txt and run "make setup" again.
    there is no recording, or none that can be found (3) Open the address in a browser, start the recording, and copy the address from there; or download the recording with the browser and name the file.
    it is protected against copying (4) Ask the owner for the recording as a file.
    it is larger than the settings allow (3) Raise "max_gigabytes" under [download] in spinetime.toml if you want it all the same.
    it is longer than the settings allow (3) Raise "max_hours" under [download] in spinetime.toml if you want it all the same.
    only people who are signed in, or know its password, may see it (4) Ask the owner for the recording as a file. If you may see it in your browser, name a file of its cookies as "cookies" under [download] in spinetime.toml.
    the file of cookies can't be read, or is out of date (2) Save the cookies from your browser again, in the format that is called Netscape or cookies.txt, to the file that "cookies" under [download] in spinetime.toml names.
    yt-dlp ended without a word (1) Run the same command again later. If it fails the same way, update yt-dlp: put its newest version into scripts/requirements.txt and run "make setup" again.
    yt-dlp says "[a] b: Odd" (1) Run the same command again later. If it fails the same way, update yt-dlp: put its newest version into scripts/requirements.txt and run "make setup" again.
    "#);
}

fn line() -> impl Strategy<Value = String> {
    let known: Vec<String> = SINGLE.iter().map(|(_, text)| (*text).to_owned()).collect();
    prop_oneof![
        2 => proptest::sample::select(known),
        2 => "(ERROR: |WARNING: |\\[download\\] |Traceback \\(most recent call last\\):)?(\\[[a-z:]{0,8}\\] )?\\PC{0,60}",
        1 => "(ERROR: )?(HTTP Error |will begin |Premieres |resolve host: |host='|yt-dlp version \\(|filter \\()\\PC{0,30}",
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
        let wide = "z".repeat(padding);
        let lines = [
            format!("{front}https://{name}:{password}@example.org{path}{behind}"),
            format!("{front}{wide}https://example.org{path}?{query}={token}&v=1;{query}={token}#{token}{behind}"),
            // What stands before "=" is a name.
            format!("{front}{path}talk?{}{behind}", token.replace('=', "")),
            format!("{front}{name}:{password}@example.org{behind}"),
            format!("{front} access_token={token}"),
        ];
        for line in lines {
            let trouble = Trouble::read(std::slice::from_ref(&line), Some(1));
            prop_assert!(!format!("{trouble} {trouble:?}").contains("PLANTED"), "{} became {:?}", line, trouble);
        }
    }
}
