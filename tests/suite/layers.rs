//! Who may import whom: keeps the table of ARCHITECTURE.md true by reading the sources.

use super::studio::Studio;
use spinetime::failure::Exit;
use spinetime::pipeline::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules, layer by layer. A module may import its own layer and those below, except where [`APART`] says so.
const LAYERS: [&[&str]; 6] = [
    &["model"],
    &["failure", "progress", "atomic", "checksum", "http", "neural", "text", "config", "roster"],
    &["fetch", "weights", "audio", "speech", "speakers", "reader", "qa", "draft", "drift", "export"],
    &["library"],
    &["pipeline", "review", "publish", "eval"],
    &["cli"],
];
/// Layers whose modules never import each other. A library knows no stage either: it saves values of `model`.
const APART: [usize; 2] = [2, 4];
const NOT_FOR_LIBRARY: usize = 2;

/// Crates, and the modules that may name them. One that is missing here fails the test: say where it belongs.
const CRATES: &[(&str, &[&str])] = &[
    ("ffmpeg_next", &["audio"]),
    ("whisper_rs", &["speech"]),
    ("rten", &["speakers"]),
    ("rten_gemm", &["neural", "speech", "speakers"]),
    ("rten_simd", &["neural", "speech", "speakers"]),
    ("rten_tensor", &["neural", "speech", "speakers"]),
    ("rten_vecmath", &["neural", "speech", "speakers"]),
    ("rayon", &["neural"]),
    ("realfft", &["speech", "speakers", "drift"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("comfy_table", &["cli"]),
    ("ctrlc", &["cli"]),
    ("whoami", &["cli"]),
    ("getrandom", &["cli", "pipeline", "review"]),
    ("reqwest", &["http", "weights", "fetch", "reader", "cli", "publish"]),
    ("rustls", &["http", "review"]),
    ("tokio_rustls", &["review"]),
    ("axum", &["review"]),
    ("http_body_util", &["review"]),
    ("tokio", &["review"]),
    ("tokio_util", &["review"]),
    ("minijinja", &["export", "review"]),
    ("schemars", &["export"]),
    ("jsonschema", &["export"]),
    ("tempfile", &["atomic", "cli"]),
    ("similar", &["review"]),
    ("rustix", &["atomic", "fetch", "library", "cli"]),
    // People's files, of which what they wrote must stay: episode.toml, and roster.toml.
    ("toml_edit", &["pipeline", "roster"]),
    ("csv", &["export", "fetch"]),
    ("encoding_rs", &["fetch"]),
    ("quick_xml", &["export", "fetch"]),
    ("regex", &["cli", "pipeline"]),
    ("jiff", ANYWHERE),
    ("serde", ANYWHERE),
    ("serde_json", ANYWHERE),
    ("sha2", ANYWHERE),
    ("thiserror", ANYWHERE),
    ("toml", ANYWHERE),
    ("unicode_normalization", ANYWHERE),
    ("deunicode", ANYWHERE),
    ("strsim", ANYWHERE),
];
const ANYWHERE: &[&str] = &[];

/// What only some modules may do, as the words of the source that do it.
const DEEDS: &[(&str, &[&str])] = &[
    ("println!", &["cli"]),
    ("eprintln!", &["cli"]),
    ("print!", &["cli"]),
    ("eprint!", &["cli"]),
    // The program's own; `.stdout(…)` is a child's.
    ("stdout(", &["cli"]),
    ("stderr(", &["cli"]),
    ("std::env", &["cli"]),
    ("process::exit", &["cli"]),
    ("File::create", &["atomic"]),
    ("File::options", &["atomic"]),
    ("OpenOptions", &["atomic"]),
    ("fs::write", &["atomic"]),
    ("fs::copy", &["atomic"]),
    ("create_dir", &["atomic"]),
];

/// The most lines of a file.
const LINES: usize = 600;

struct Source {
    module: String,
    path: PathBuf,
    /// Without comments, texts and test modules.
    code: String,
    lines: usize,
}

#[test]
fn modules_import_only_what_lies_below() {
    let mut faults = Vec::new();
    for source in sources() {
        for (at, _) in source.code.match_indices("crate::") {
            if source.code[..at].ends_with(is_name) {
                continue;
            }
            let rest = &source.code[at + "crate::".len()..];
            if rest.starts_with(['{', '*']) {
                faults
                    .push(format!("{}: import one path a line, never crate::{{…}} or crate::*", source.path.display()));
                continue;
            }
            let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
            if !may_import(&source.module, &name) {
                faults.push(format!("{}: {} may not import {name}", source.path.display(), source.module));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_module_reaches_another_by_super() {
    let faults: Vec<String> = sources()
        .into_iter()
        // In a module's first file `super` is the crate.
        .filter(|source| {
            source.path.iter().count() == 2 || source.path.ends_with("mod.rs") && source.path.iter().count() == 3
        })
        .filter(|source| names(&source.code, "super::"))
        .map(|source| format!("{}: write crate:: instead of super::", source.path.display()))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn crates_and_deeds_stay_where_they_belong() {
    let mut faults = Vec::new();
    let dependencies = dependencies();
    for name in &dependencies {
        if !CRATES.iter().any(|(known, _)| known == name) {
            faults.push(format!("Cargo.toml: say in tests/suite/layers.rs which modules may use {name}"));
        }
    }
    for (name, _) in CRATES {
        if !dependencies.contains(*name) {
            faults.push(format!("tests/suite/layers.rs: Cargo.toml has no {name} any more"));
        }
    }
    for source in sources() {
        let allowed = |modules: &[&str]| modules.is_empty() || modules.contains(&source.module.as_str());
        for (name, modules) in CRATES {
            if names(&source.code, &format!("{name}::")) && !allowed(modules) {
                faults.push(format!("{}: {name} belongs to {}", source.path.display(), modules.join(", ")));
            }
        }
        for (deed, modules) in DEEDS {
            if names(&source.code, deed) && !allowed(modules) {
                faults.push(format!("{}: {deed} belongs to {}", source.path.display(), modules.join(", ")));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.lines > LINES)
        .map(|source| format!("{} has {} lines of at most {LINES}", source.path.display(), source.lines))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

/// Remedies name commands and stages in plain text, where the compiler doesn't see a wrong one.
#[test]
fn what_people_are_told_to_type_exists() {
    let mut files = BTreeMap::new();
    collect(&root().join("src"), &mut files);
    let studio = Studio::new();
    let after = |text: &str, at: usize| {
        text[at..].split(|c: char| !is_name(c) && c != '-').next().unwrap_or_default().trim_matches('-').to_owned()
    };
    let mut told = BTreeSet::new();
    for (path, text) in &files {
        for (at, redo) in text.match_indices("--redo ") {
            let stage = after(text, at + redo.len());
            assert!(stage.is_empty() || stage.parse::<Stage>().is_ok(), "{}: {stage} is no stage", path.display());
        }
        for mark in ["`spinetime ", "\\\"spinetime "] {
            told.extend(text.match_indices(mark).map(|(at, _)| after(text, at + mark.len())));
        }
    }
    assert!(told.len() > 4, "{told:?}");
    for command in told.iter().filter(|command| !command.is_empty()) {
        let ran = studio.run([command.as_str(), "--help"]);
        assert_eq!(ran.exit, Exit::Done, "messages name \"spinetime {command}\": {ran:?}");
    }
}

#[test]
fn the_test_itself_sees_what_it_should() {
    let code = code_of(concat!(
        "use crate::model::Span; // crate::cli in a comment\n",
        "/* crate::cli /* nested */ */ const A: &str = \"crate::cli \\\" println!\"; const B: char = '\"';\n",
        "fn f<'a>(x: &'a str) -> &'a str { r#\"crate::cli \" \"# }\n",
        "#[cfg(test)]\nmod tests { use crate::cli; fn g() { println!(\"}\"); } }\n",
        "fn last() { crate::text::f() }\n",
    ));
    assert_eq!(code.matches("crate::").count(), 2, "{code}");
    assert!(!code.contains("println!") && code.contains("fn last"), "{code}");
    assert!(may_import("speech", "model") && may_import("pipeline", "library") && may_import("eval", "text"));
    assert!(may_import("qa", "qa") && !may_import("qa", "draft") && !may_import("config", "weights"));
    assert!(!may_import("library", "speech") && !may_import("review", "pipeline") && !may_import("model", "failure"));
    assert!(names("std::fs::write(a)", "fs::write") && !names("eprintln!()", "println!"));
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn may_import(module: &str, other: &str) -> bool {
    let (Some(here), Some(there)) = (layer_of(module), layer_of(other)) else {
        return module == "lib" || module == "main";
    };
    let kept_apart = here == there && APART.contains(&here);
    module == other || (there <= here && !kept_apart && !(module == "library" && there == NOT_FOR_LIBRARY))
}

/// Whether `code` has `words`, not as the end of a longer name nor as a method of something else.
fn names(code: &str, words: &str) -> bool {
    code.match_indices(words).any(|(at, _)| !code[..at].ends_with(|c| is_name(c) || c == '.'))
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn dependencies() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let cargo: toml::Table = text.parse().unwrap();
    cargo["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut files = BTreeMap::new();
    collect(&src, &mut files);
    let tests: BTreeSet<PathBuf> = files.iter().flat_map(|(path, text)| test_files(path, text)).collect();
    files
        .into_iter()
        .map(|(path, text)| {
            // A file of tests is no part of the product, nor is a folder of them.
            let of_tests = tests.iter().any(|file| path == *file || path.starts_with(file.with_extension("")));
            let code = if of_tests { String::new() } else { code_of(&text) };
            let path = path.strip_prefix(root()).unwrap().to_owned();
            let module = path.iter().nth(1).and_then(|name| Path::new(name).file_stem()).unwrap().to_string_lossy();
            Source { module: module.into_owned(), code, lines: text.lines().count(), path }
        })
        .collect()
}

/// The files of the modules that a source declares for tests only.
fn test_files(path: &Path, text: &str) -> Vec<PathBuf> {
    let folder = match path.file_stem() {
        Some(stem) if stem != "mod" && stem != "lib" && stem != "main" => path.with_extension(""),
        _ => path.parent().unwrap().to_owned(),
    };
    let bare = without_texts(text);
    let declared = bare.split("#[cfg(test)]").skip(1).filter_map(|rest| {
        let item = &rest[..rest.find(['{', ';'])?];
        rest[item.len()..].starts_with(';').then(|| item.split_whitespace().last().unwrap_or_default().to_owned())
    });
    declared.map(|name| folder.join(name).with_extension("rs")).collect()
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.insert(path, text);
        }
    }
}

/// The source without comments, texts and inline test modules.
fn code_of(text: &str) -> String {
    let bare = without_texts(text);
    let mut code = String::new();
    let mut rest = bare.as_str();
    while let Some(at) = rest.find("#[cfg(test)]") {
        code.push_str(&rest[..at]);
        rest = &rest[at..];
        // The item ends with its block, or with a semicolon when the module is a file of its own.
        let end = rest.find(['{', ';']).unwrap_or(rest.len() - 1);
        if rest[end..].starts_with('{') {
            let mut depth = 0;
            let close = rest[end..].char_indices().find(|(_, c)| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth == 0
            });
            rest = &rest[end + close.map_or(rest.len() - end - 1, |(at, _)| at) + 1..];
        } else {
            rest = &rest[end + 1..];
        }
    }
    code.push_str(rest);
    code
}

fn without_texts(text: &str) -> String {
    let c: Vec<char> = text.chars().collect();
    let at = |i: usize| c.get(i).copied().unwrap_or('\0');
    let mut kept = String::with_capacity(text.len());
    let mut i = 0;
    while i < c.len() {
        match (c[i], at(i + 1)) {
            ('/', '/') => {
                while i < c.len() && c[i] != '\n' {
                    i += 1;
                }
            }
            ('/', '*') => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => depth += 1,
                        ('*', '/') => depth -= 1,
                        _ => {
                            i += 1;
                            continue;
                        }
                    }
                    i += 2;
                    if depth == 0 || i >= c.len() {
                        break;
                    }
                }
            }
            ('r', '"' | '#') if !kept.ends_with(is_name) && raw_begins(&c[i + 1..]) => {
                let hashes = c[i + 1..].iter().take_while(|h| **h == '#').count();
                i += hashes + 2;
                while i < c.len()
                    && !(c[i] == '"' && c[i + 1..].iter().take(hashes).filter(|h| **h == '#').count() == hashes)
                {
                    i += 1;
                }
                i += hashes + 1;
                kept.push_str("\"\"");
            }
            ('"', _) => {
                i += 1;
                while i < c.len() && c[i] != '"' {
                    i += 1 + usize::from(c[i] == '\\');
                }
                i += 1;
                kept.push_str("\"\"");
            }
            // A character, not a lifetime: '\…' or three signs of which the last is a quote.
            ('\'', '\\') => {
                i += 3;
                while i < c.len() && c[i] != '\'' {
                    i += 1;
                }
                i += 1;
            }
            ('\'', _) if at(i + 2) == '\'' => i += 3,
            (other, _) => {
                kept.push(other);
                i += 1;
            }
        }
    }
    kept
}

/// Whether a raw text begins after the r: any number of #, then a quote. (`r#type` is a name.)
fn raw_begins(rest: &[char]) -> bool {
    rest.iter().find(|c| **c != '#') == Some(&'"')
}
