//! Bad inputs, full disks, two runs at once: the right exit code, plain words, and nothing lost.

use crate::server::Server;
use crate::studio::{Ran, Studio, ffmpeg, fixture};
use spinetime::failure::Exit;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn process(studio: &Studio, path: &Path) -> Ran {
    studio.run(["process".into(), path.as_os_str().to_owned()])
}

/// The run failed for the input, told so, and left no trace of an episode.
fn assert_refused(studio: &Studio, ran: &Ran, says: &str) {
    assert_eq!(ran.exit, Exit::Input, "{ran:?}");
    assert!(ran.err.contains(says), "{says:?} is not in: {}", ran.err);
    assert!(ran.err.contains("what to do:"), "{}", ran.err);
    assert!(studio.episodes().is_empty(), "{:?}", studio.episodes());
}

#[test]
fn what_is_no_recording_is_refused_in_plain_words() {
    let studio = Studio::new();
    let text = studio.path("text.mp4");
    std::fs::write(&text, "Dear diary, this is no film.").unwrap();
    assert_refused(&studio, &process(&studio, &text), "text.mp4");
    let empty = studio.path("empty.mp3");
    std::fs::write(&empty, "").unwrap();
    assert_refused(&studio, &process(&studio, &empty), "empty.mp3");
    let folder = studio.path("folder");
    std::fs::create_dir(&folder).unwrap();
    assert_refused(&studio, &process(&studio, &folder), "holds no recording");
    assert_refused(&studio, &process(&studio, &studio.path("none.wav")), "does not exist");
    let film = studio.path("film.mp4");
    ffmpeg(&["-f", "lavfi", "-i", "color=s=64x64:r=5:d=1", film.to_str().unwrap()]);
    assert_refused(&studio, &process(&studio, &film), "film.mp4");
}

#[test]
fn a_file_without_permission_is_refused() {
    let studio = Studio::new();
    let path = studio.bring("clip.m4a");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        // Root may read everything: run as somebody else.
        std::fs::set_permissions(studio.path("."), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::create_dir_all(studio.library()).unwrap();
        std::fs::set_permissions(studio.library(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let binary = studio.path("spinetime");
        std::fs::copy(env!("CARGO_BIN_EXE_spinetime"), &binary).unwrap();
        let models = studio.path("models");
        std::fs::create_dir(&models).unwrap();
        for model in std::fs::read_dir(fixture("../models")).unwrap().flatten().filter(|e| e.path().is_file()) {
            std::fs::copy(model.path(), models.join(model.file_name())).unwrap();
        }
        let output = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&binary)
            .args(["--library"])
            .arg(studio.library().join("nobodys"))
            .args(["init"])
            .current_dir(studio.path("."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let output = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&binary)
            .arg("--library")
            .arg(studio.library().join("nobodys"))
            .arg("process")
            .arg(&path)
            .current_dir(studio.path("."))
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{err}");
        assert!(err.contains("clip.m4a") && err.contains("permission"), "{err}");
    } else {
        assert_refused(&studio, &process(&studio, &path), "clip.m4a");
    }
}

#[test]
fn odd_names_are_no_fault() {
    let studio = Studio::with_cast();
    let folder = studio.path("it's \"an\" ödd: folder");
    std::fs::create_dir(&folder).unwrap();
    let odd = folder.join("Ünïcode 'clip' %20 -.m4a");
    std::fs::copy(fixture("clip.m4a"), &odd).unwrap();
    assert_eq!(process(&studio, &odd).exit, Exit::Done);
    // The title is the one that the file itself carries.
    assert!(studio.episode().ends_with("spine-time-quick-test-clip-bed-rest"), "{:?}", studio.episode());
}

#[test]
fn a_name_that_is_no_text_works_or_is_refused_plainly() {
    let studio = Studio::with_cast();
    let name = std::ffi::OsString::from_vec(b"clip-\xff\xfe.m4a".to_vec());
    let path = studio.path(".").join(name);
    std::fs::copy(fixture("clip.m4a"), &path).unwrap();
    let ran = process(&studio, &path);
    match ran.exit {
        Exit::Done => assert_eq!(studio.episodes().len(), 1),
        _ => assert_refused(&studio, &ran, "clip-"),
    }
}

/// A small file system of its own, where the machine allows one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(path: &Path, kilobytes: u32) -> Option<Self> {
        std::fs::create_dir(path).unwrap();
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).output().ok()?;
        mounted.status.success().then(|| Self(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_a_download_fills_is_told() {
    let studio = Studio::new();
    let server = Server::new(std::fs::read(fixture("clip.m4a")).unwrap(), &[]);
    let Some(disk) = SmallDisk::mount(&studio.path("small"), 100) else { return };
    let library = disk.0.join("library");
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_spinetime")).arg("--library").arg(&library).args(arguments).output().unwrap()
    };
    assert!(run(&["init"]).status.success());
    let output = run(&["process", &server.url("talk.m4a")]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{told}");
    assert!(told.contains("what to do: Free some space"), "{told}");
    assert!(run(&["status"]).status.success());
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let studio = Studio::new();
    let clip = studio.bring("clip.m4a");
    // Room for the settings, not for the copy of the recording; and, bigger, for the copy but not for the transcript.
    for kilobytes in [100, 230] {
        let place = studio.path(&format!("small-{kilobytes}"));
        let Some(disk) = SmallDisk::mount(&place, kilobytes) else {
            // Without the right to mount there is still a device that is always full.
            let output = studio
                .program(["doctor"])
                .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(7), "{output:?}");
            return;
        };
        let library = disk.0.join("library");
        let run = |arguments: &[&std::ffi::OsStr]| {
            Command::new(env!("CARGO_BIN_EXE_spinetime"))
                .arg("--library")
                .arg(&library)
                .args(arguments)
                .output()
                .unwrap()
        };
        assert!(run(&["init".as_ref()]).status.success());
        if kilobytes > 200 {
            // Fills the rest but for a little more than the recording.
            let free = (kilobytes - 16) * 1024 - 158_015 - 12_288;
            std::fs::write(disk.0.join("ballast"), vec![1; free as usize]).unwrap();
        }
        let output = run(&["process".as_ref(), clip.as_os_str()]);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(7), "{err}");
        assert!(err.contains("Free some space"), "{err}");
        let halves: Vec<_> = walk(&library).into_iter().filter(|p| p.contains(".tmp-")).collect();
        assert!(halves.is_empty(), "{halves:?}");
        assert!(library.join("spinetime.toml").exists());
    }
}

fn walk(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|e| if e.path().is_dir() { walk(&e.path()) } else { vec![e.path().display().to_string()] })
        .collect()
}

#[test]
fn a_missing_or_damaged_model_is_told_with_what_mends_it() {
    let studio = Studio::with_cast();
    let clip = studio.bring("clip.m4a");
    let with =
        |model: &str| studio.run(["process".into(), clip.clone().into_os_string(), "--model".into(), model.into()]);
    let unknown = with("huge.en");
    assert_eq!(unknown.exit, Exit::Model, "{unknown:?}");
    let pullable = with("base.en");
    assert_eq!(pullable.exit, Exit::Model, "{pullable:?}");
    assert!(pullable.err.contains("spinetime models pull base.en"), "{}", pullable.err);
    let whole = std::fs::read(fixture("../models/ggml-tiny.en-q8_0.bin")).unwrap();
    let cut = studio.path("cut.bin");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let ran = with(cut.to_str().unwrap());
    assert_eq!(ran.exit, Exit::Model, "{ran:?}");
    let wrong = studio.path("wrong.bin");
    std::fs::write(&wrong, "no model").unwrap();
    let ran = with(wrong.to_str().unwrap());
    assert_eq!(ran.exit, Exit::Model, "{ran:?}");
    assert!(studio.episodes().is_empty());
}

#[test]
fn the_second_run_of_an_episode_is_told_who_holds_it() {
    let studio = Studio::with_cast();
    let recording = studio.bring("ep3.mp3");
    let mut first = studio
        .program(["process".into(), recording.clone().into_os_string()])
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now();
    while studio.episodes().is_empty() || !studio.episode().join("source.json").exists() {
        assert!(patience.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = process(&studio, &recording);
    assert_eq!(second.exit, Exit::Busy, "{second:?}");
    assert!(second.err.contains(&format!("process {}", first.id())), "{}", second.err);
    // A dead process holds nothing.
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(process(&studio, &recording).exit, Exit::Done);
    assert_eq!(studio.episodes().len(), 1);
}

#[test]
fn ctrl_c_stops_soon_keeps_what_is_done_and_says_how_to_go_on() {
    let studio = Studio::with_cast();
    let recording = studio.bring("ep3.mp3");
    let child = studio
        .program(["process".into(), recording.clone().into_os_string()])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now();
    let journal = |studio: &Studio| studio.episodes().first().map(|e| e.join("transcript.partial.jsonl"));
    while journal(&studio).is_none_or(|path| std::fs::metadata(path).map_or(0, |m| m.len()) == 0) {
        assert!(patience.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(20));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("run the same command again"), "{err}");
    let kept = std::fs::read_to_string(journal(&studio).unwrap()).unwrap();
    assert!(!kept.is_empty());
    let again = process(&studio, &recording);
    assert_eq!(again.exit, Exit::Done);
    assert!(again.err.contains("Going on where the last run stopped"), "{}", again.err);
    assert!(!journal(&studio).unwrap().exists());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let studio = Studio::new();
    let mut child = studio.program(["man"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
