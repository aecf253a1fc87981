use super::*;
use proptest::prelude::*;

/// A report as Zoom writes it today; everybody in it is invented.
const ZOOM: &str = "\u{feff}Q&A Report,\r\n\
    Report Generated:,\"Apr 15, 2031 09:02 AM\"\r\n\
    Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Question\r\n\
    \"Spine Time, live\",912 3456 7890,\"Apr 14, 2031 06:55 PM\",74,5\r\n\
    Question Details\r\n\
    #,Question,Asker Name,Asker Email,Answer(s),Question Time,Answered Time,Answer Name,Answer Email\r\n\
    1,\"Is it safe to swim\r\nafter a fusion?\",Maria Quill,maria@example.org,live answered,\
    \"Apr 14, 2031 07:20 PM\",\"Apr 14, 2031 07:41 PM\",Odette,odette@example.org\r\n\
    2,\"My father is 82, he takes \"\"thinners\"\". Too old for surgery?\",\
    Anonymous Attendee,,Please see our page,\"Apr 14, 2031 06:51 PM\",,Odette,\r\n\
    2,\"My father is 82, he takes \"\"thinners\"\". Too old for surgery?\",\
    Anonymous Attendee,,And ask your heart doctor,\"Apr 14, 2031 06:51 PM\",,Tomas,\r\n\
    3,Heat or ice,Theo,theo@example.org,,,,,\r\n\
    ,,,,Both are fine,,,Tomas,\r\n\
    ,,,,,,,,\r\n\
    4,is it safe to swim after a FUSION,Bertrand,,,\"Apr 14, 2031 07:30 PM\",,,\r\n";

fn question(text: &str, asker: Option<&str>, at: Option<u64>, reply: Option<&str>) -> WrittenQuestion {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    WrittenQuestion {
        text: text.to_owned(),
        asker: owned(asker),
        at: at.map(Millis),
        reply: owned(reply),
        aloud: text.starts_with("Is it safe"),
    }
}

fn in_zoom() -> [WrittenQuestion; 3] {
    [
        question("Is it safe to swim after a fusion?", Some("Maria Quill"), Some(25 * 60_000), None),
        question(
            "My father is 82, he takes \"thinners\". Too old for surgery?",
            None,
            None,
            Some("Please see our page\nAnd ask your heart doctor"),
        ),
        question("Heat or ice", Some("Theo"), None, Some("Both are fine")),
    ]
}

#[test]
fn a_report_gives_each_question_once_with_its_replies() {
    assert_eq!(read("qa.csv", ZOOM.as_bytes()).unwrap(), in_zoom());
}

#[test]
fn excel_saves_it_in_other_ways() {
    let bare = ZOOM.trim_start_matches('\u{feff}');
    let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.into_iter().chain(bare.encode_utf16().flat_map(bytes)).collect()
    };
    assert_eq!(read("qa.csv", &wide([0xff, 0xfe], u16::to_le_bytes)).unwrap(), in_zoom());
    assert_eq!(read("qa.csv", &wide([0xfe, 0xff], u16::to_be_bytes)).unwrap(), in_zoom());
    let western = b"Question;Asker Name\r\nIsn\x92t a clich\xe9 enough?;Zo\xeb\r\n";
    assert_eq!(read("qa.csv", western).unwrap(), [question("Isn’t a cliché enough?", Some("Zoë"), None, None)]);
    for between in [';', '\t'] {
        let mut writer = csv::WriterBuilder::new().delimiter(between as u8).flexible(true).from_writer(Vec::new());
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bare.as_bytes());
        reader.records().for_each(|row| writer.write_record(&row.unwrap()).unwrap());
        assert_eq!(read("qa.csv", &writer.into_inner().unwrap()).unwrap(), in_zoom());
    }
}

#[test]
fn older_and_plain_tables_are_read_too() {
    let old = "Question,Asker Name,Asker Email,Answer(s)\nHow long is the scar?,Daphne,d@example.org,Short\n";
    assert_eq!(
        read("a", old.as_bytes()).unwrap(),
        [question("How long is the scar?", Some("Daphne"), None, Some("Short"))]
    );
    let plain = "id,QUESTION\n7,\"What about yoga, and tai chi?\"\n";
    assert_eq!(read("a", plain.as_bytes()).unwrap(), [question("What about yoga, and tai chi?", None, None, None)]);
    assert_eq!(read("a", b"Question\nWhat about yoga?\n").unwrap().len(), 1);
}

#[test]
fn times_count_from_the_start_where_both_are_known() {
    let at = |start: &str, time: &str| {
        let text = format!("Actual Start Time,x\n\"{start}\",x\nQuestion,Question Time\nWhy?,\"{time}\"\n");
        read("a", text.as_bytes()).unwrap()[0].at.map(|at| at.0 / 1000)
    };
    assert_eq!(at("Apr 4, 2031 06:55 PM", "Apr 4, 2031 07:00 PM"), Some(300));
    assert_eq!(at("04/14/2031 06:55:10 PM", "04/14/2031 06:55:12 PM"), Some(2));
    assert_eq!(at("14/04/2031 23:59", "15/04/2031 00:01"), Some(120));
    assert_eq!(at("2031-04-14 18:55:00", "2031-04-14 19:55:00"), Some(3600));
    assert_eq!(at("2031-04-14 18:55:00", "2031-04-14 18:00:00"), None, "before the start");
    assert_eq!(at("2031-04-14 18:55:00", "2031-06-14 18:55:00"), None, "another day");
    assert_eq!(at("soon", "2031-04-14 18:00:00"), None);
}

#[test]
fn of_youtubes_chat_the_questions_are_kept() {
    let line = |text: &str, at: &str| {
        format!(
            concat!(
                r#"{{"replayChatItemAction":{{"actions":[{{"clientId":"x","addChatItemAction":{{"item":"#,
                r#"{{"liveChatTextMessageRenderer":{{"message":{{"runs":[{{"text":"{}"}},{{"emoji":{{}}}}]}},"#,
                r#""authorName":{{"simpleText":"@theo"}},"timestampUsec":"1618426200000000"}}}}}}}}]}},"#,
                r#""videoOffsetTimeMsec":"{}","isLive":false}}"#
            ),
            text, at
        )
    };
    let lines = [
        line("Hello from Gullhaven, everyone", "1000"),
        line("Hi, can I drive after a fusion", "61500"),
        line("Really?", "62000"),
        line("does it hurt? ", "-500"),
        line("see https://example.org/a?b=c for the slides", "70000"),
        r#"{"replayChatItemAction":{"actions":[{"addLiveChatTickerItemAction":{}}]},"videoOffsetTimeMsec":"1"}"#
            .to_owned(),
        line("cut off", "1")[..60].to_owned(),
    ];
    let expected = [
        question("Hi, can I drive after a fusion", Some("@theo"), Some(61_500), None),
        question("does it hurt?", Some("@theo"), None, None),
    ];
    assert_eq!(read("x.live_chat.json", lines.join("\n").as_bytes()).unwrap(), expected);
    assert_eq!(read("x.live_chat.json", lines[1].as_bytes()).unwrap(), expected[..1]);
}

#[test]
fn plain_json_is_read() {
    let chat = r#"[{"message": "What about yoga", "author": {"name": "Theo"}, "time": "1:02:03"},
        {"text": "Thank you all so much", "user": "Maria"}, {"content": "Is ice okay?", "time_in_seconds": 12.5},
        {"message": "Is heat okay?", "timestamp": 1618426200000000}, 7, null]"#;
    let expected = [
        question("What about yoga", Some("Theo"), Some(3_723_000), None),
        question("Is ice okay?", None, Some(12_500), None),
        question("Is heat okay?", None, None, None),
    ];
    assert_eq!(read("chat.json", chat.as_bytes()).unwrap(), expected);
    let questions = r#"{"questions": [{"text": "Swimming after a fusion", "asker": "Maria"}, "Heat or ice"]}"#;
    assert_eq!(read("q.json", questions.as_bytes()).unwrap().len(), 2);
    let zoom = r#"{"id": 1, "questions": [{"email": "m@example.org", "name": "Maria",
        "question_details": [{"question": "Swimming?", "answer": "Yes"}, {"question": "Running?"}]}]}"#;
    let expected =
        [question("Swimming?", Some("Maria"), None, Some("Yes")), question("Running?", Some("Maria"), None, None)];
    assert_eq!(read("q.json", zoom.as_bytes()).unwrap(), expected);
}

#[test]
fn what_is_no_such_file_is_refused_in_plain_words() {
    let told = |bytes: &[u8]| {
        let error = read("notes", bytes).unwrap_err();
        assert_eq!(error.exit(), Exit::Input);
        assert!(error.remedy().unwrap().contains("Reports -> Webinar -> Q&A Report"));
        error.to_string()
    };
    for other in [&b""[..], b"Good evening", b"PK\x03\x04,x", b"\x00\x01,\x02", b"[1, 2]", b"{\"a\"", b"[[]]"] {
        assert_eq!(told(other), "notes is neither a question report nor a chat");
    }
    assert_eq!(told(b"Name,Join Time\nTheo,7\n"), "notes is a table without a column named \"Question\"");
    for none in [&b"Question,Asker Name\n,\n???,Theo\n"[..], b"[{\"text\": \"hello there\"}]", b"{}"] {
        assert_eq!(told(none), "there is no question in notes");
    }
}

#[test]
fn texts_are_cleaned_and_bounded() {
    assert_eq!(clean(" a\u{7}\u{1b}[31m\u{202e}b \n\t c\u{a0}d ", 100), "a[31mb c d");
    let long = format!("Question\n{}\n", "ä ".repeat(9_000));
    assert!(read("a", long.as_bytes()).unwrap()[0].text.chars().count() <= LONGEST);
    assert_eq!(person(" Anonymous  Attendee "), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(questions) = read("x", &bytes) {
            prop_assert!(!questions.is_empty());
        }
    }

    #[test]
    fn any_damage_to_a_report_is_borne(at in 0usize..1200, piece in "[\\PC,;\"\t\r\n]{0,6}", cut in 0usize..40) {
        let mut bytes = ZOOM.as_bytes().to_vec();
        let at = at.min(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, piece.bytes());
        let Ok(questions) = read("x", &bytes) else { return Ok(()) };
        for question in questions {
            prop_assert_eq!(&clean(&question.text, LONGEST), &question.text);
            prop_assert!(!question.text.is_empty());
        }
    }

    #[test]
    fn what_is_written_is_read_back(texts in proptest::collection::vec("[a-z]{3,8}( [a-z,;\"]{1,8}){0,6}", 1..12)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Question", "Asker Name"]).unwrap();
        texts.iter().for_each(|text| writer.write_record([text.as_str(), "Theo"]).unwrap());
        let found = read("x", &writer.into_inner().unwrap()).unwrap();
        let mut words = std::collections::HashSet::new();
        let once: Vec<&String> = texts.iter().filter(|t| words.insert(similarity::words(t))).collect();
        prop_assert_eq!(found.iter().map(|q| &q.text).collect::<Vec<_>>(), once);
    }
}
