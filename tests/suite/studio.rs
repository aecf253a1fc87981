//! The driver of the end-to-end tests: a temporary library, a recording in, the program run as a person would run
//! it, a look at what came of it. Runs in process; [`Studio::program`] starts the real binary.

use spinetime::cli::{Console, Env, run};
use spinetime::failure::Exit;
use spinetime::progress::Cancel;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A folder of its own for one test.
pub(crate) struct Studio {
    dir: tempfile::TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A file of the fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Runs FFmpeg's own command line.
pub(crate) fn ffmpeg(arguments: &[&str]) {
    let output = Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Studio {
    /// An empty folder; the library is made by the first run that needs it.
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A library with the fixtures' settings and people.
    pub(crate) fn with_cast() -> Self {
        let studio = Self::new();
        std::fs::create_dir(studio.library()).unwrap();
        for name in ["spinetime.toml", "roster.toml", "glossary.toml"] {
            std::fs::copy(fixture("library").join(name), studio.library().join(name)).unwrap();
        }
        studio
    }

    /// A path in the studio.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn library(&self) -> PathBuf {
        self.path("library")
    }

    /// A copy of a fixture, with its facts beside it.
    pub(crate) fn bring(&self, name: &str) -> PathBuf {
        let stem = name.split('.').next().unwrap();
        let facts = format!("{stem}.episode.toml");
        if fixture(&facts).exists() {
            std::fs::copy(fixture(&facts), self.path(&facts)).unwrap();
        }
        let path = self.path(name);
        std::fs::copy(fixture(name), &path).unwrap();
        path
    }

    fn arguments<S: Into<OsString>>(&self, arguments: impl IntoIterator<Item = S>) -> Vec<OsString> {
        let mut all = vec!["spinetime".into(), "--library".into(), self.library().into_os_string()];
        all.extend(arguments.into_iter().map(Into::into));
        all
    }

    /// Runs the program in process.
    pub(crate) fn run<S: Into<OsString>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        self.run_until(arguments, Cancel::default())
    }

    /// Runs the program in process until `cancel` stops it.
    pub(crate) fn run_until<S: Into<OsString>>(&self, arguments: impl IntoIterator<Item = S>, cancel: Cancel) -> Ran {
        let (out, err) = (Buffer::default(), Buffer::default());
        let env = Env {
            console: Console::new(Box::new(out.clone()), Box::new(err.clone()), false, None),
            cwd: self.dir.path().to_owned(),
            data_home: Some(self.path("data")),
            cancel,
        };
        if !self.library().join("spinetime.toml").exists() {
            run(
                self.arguments(["init", "--quiet"]),
                &Env {
                    console: Console::new(Box::new(io::sink()), Box::new(io::sink()), false, None),
                    cwd: env.cwd.clone(),
                    data_home: None,
                    cancel: Cancel::default(),
                },
            );
        }
        let exit = run(self.arguments(arguments), &env);
        Ran { exit, out: out.text(), err: err.text() }
    }

    /// `process SOURCE`, which must succeed.
    pub(crate) fn process(&self, source: &Path) -> Ran {
        let ran = self.run([OsString::from("process"), source.into()]);
        assert_eq!(ran.exit, Exit::Done, "{ran:?}");
        ran
    }

    /// The real binary, with this library.
    pub(crate) fn program<S: Into<OsString>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spinetime"));
        command.args(self.arguments(arguments).into_iter().skip(1));
        command.env_remove("SPINETIME_LIBRARY").env_remove("SPINETIME_MODEL").env_remove("SPINETIME_MODELS");
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs the real binary to its end.
    pub(crate) fn output<S: Into<OsString>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// The only episode's folder.
    pub(crate) fn episode(&self) -> PathBuf {
        let mut episodes = self.episodes();
        assert_eq!(episodes.len(), 1, "{episodes:?}");
        episodes.remove(0)
    }

    /// The episodes' folders.
    pub(crate) fn episodes(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.library().join("episodes")) else { return Vec::new() };
        let mut folders: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
        folders.sort();
        folders
    }

    /// A JSON file of the only episode.
    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(self.episode().join(name)).unwrap()).unwrap()
    }

    /// Every file below the library, with its content; but for the locks, which say who was there last.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.library(), &mut files);
        files.retain(|(path, _)| !path.ends_with("lock") && path.extension().is_none_or(|ending| ending != "lock"));
        files.sort();
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
}
