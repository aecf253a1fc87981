//! A program in yt-dlp's place, for what only YouTube does, and a library that is set up for downloads.

use crate::studio::{Studio, fixture};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub(crate) fn clip() -> Vec<u8> {
    std::fs::read(fixture("clip.m4a")).unwrap()
}

/// A library whose downloads don't wait long.
pub(crate) fn studio() -> Studio {
    let studio = Studio::with_cast();
    settings(&studio, "pause_seconds = 0.05\nsilence_seconds = 5\n");
    studio
}

/// Adds lines to the settings of downloads.
pub(crate) fn settings(studio: &Studio, lines: &str) {
    settings_of(studio, "download", lines);
}

/// Adds lines to a part of the settings.
pub(crate) fn settings_of(studio: &Studio, part: &str, lines: &str) {
    let path = studio.library().join("spinetime.toml");
    let mut text = std::fs::read_to_string(&path).unwrap();
    let head = format!("[{part}]\n");
    if !text.contains(&head) {
        text.push_str(&format!("\n{head}"));
    }
    std::fs::write(&path, text.replacen(&head, &format!("{head}{lines}"), 1)).unwrap();
}

/// A program in yt-dlp's place that says what a folder's files tell it to: `list`, `page`, `file` or `captions`, each
/// `.json` for its output and `.errors` for how it fails; with the video's id before the ending for that video only.
pub(crate) struct StandIn {
    folder: PathBuf,
}

impl StandIn {
    pub(crate) fn new(studio: &Studio) -> Self {
        let folder = studio.path("stand-in");
        std::fs::create_dir(&folder).unwrap();
        let script = format!(
            "#!/bin/sh\ncd_back=$PWD; cd '{}' || exit 1\nprintf '%s\\n' \"$*\" >> calls\n\
             case \"$*\" in\n\
             *--version*) echo 2026.10.26; exit 0;;\n\
             *--flat-playlist*) what=list;;\n\
             *--dump-single-json*) what=page;;\n\
             *--skip-download*) what=captions;;\n\
             *) what=file;;\nesac\n\
             kind=$what; for last; do :; done; id=${{last##*=}}\n\
             if [ -f $what.$id.json ] || [ -f $what.$id.errors ]; then what=$what.$id; fi\n\
             case \"$*\" in *--write-subs*) said=people.vtt;; *) said=auto.vtt;; esac\n\
             if [ $kind = captions ] && [ -f $said ]; then cp $said \"$cd_back/recording.en.vtt\"; fi\n\
             [ -f $what.errors ] && cat $what.errors >&2\n\
             [ -f $what.json ] && cat $what.json\n\
             if [ $kind = file ] && [ -f recording.m4a ]; then cp recording.m4a \"$cd_back/recording.m4a\"\n\
             echo 'ST|{{\"downloaded_bytes\": 5, \"total_bytes\": 10}}'; echo 'DONE|\"recording.m4a\"'; fi\n\
             [ -f $what.errors ] && exit 1\nexit 0\n",
            folder.display()
        );
        let program = folder.join("yt-dlp");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        settings(studio, &format!("yt_dlp = \"{}\"\nretries = 0\n", program.display()));
        Self { folder }
    }

    pub(crate) fn says(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), format!("{text}\n")).unwrap();
    }

    pub(crate) fn forgets(&self, name: &str) {
        std::fs::remove_file(self.folder.join(name)).unwrap();
    }

    pub(crate) fn has(&self, recording: &Path) {
        std::fs::copy(recording, self.folder.join("recording.m4a")).unwrap();
    }

    /// The calls so far, as the arguments were.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("calls")).unwrap_or_default()
    }

    pub(crate) fn calls(&self) -> usize {
        self.log().lines().count()
    }
}

pub(crate) const PAGE: &str = r#"{"id": "SpineTime01", "title": "Spine Time: Your Back <b>& You</b>", "channel": "Spine Centre",
    "timestamp": 1742155200, "upload_date": "20250316", "duration": 39.5, "live_status": "not_live",
    "description": "This webinar was held on March 12, 2025.", "_version": {"version": "2026.10.26"}}"#;

pub(crate) fn page(duration: f64) -> String {
    PAGE.replace('\n', " ").replace("39.5", &duration.to_string())
}

pub(crate) fn clip_seconds() -> f64 {
    let text = std::fs::read(fixture("truth/clip.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&text).unwrap()["duration"].as_f64().unwrap()
}
