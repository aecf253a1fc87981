//! Audio against FFmpeg's own command line.

use spinetime::audio::{AudioError, AudioReader};
use spinetime::failure::Failure;
use spinetime::model::{AudioReport, Millis};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const SECOND: u64 = 16_000;

/// A folder with media made by `ffmpeg` for one test.
struct Bench {
    dir: tempfile::TempDir,
}

/// Everything that a recording gave.
struct Heard {
    samples: Vec<f32>,
    report: AudioReport,
    warnings: Vec<String>,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.dir.path().join(name.as_ref())
    }

    /// Runs `ffmpeg` in the folder; `CLIP` in an argument is the 25 s fixture.
    fn ffmpeg(&self, arguments: &str) -> &Self {
        let clip = fixture("clip.m4a");
        let arguments =
            arguments.split_whitespace().map(|a| if a == "CLIP" { clip.clone().into() } else { OsString::from(a) });
        let output = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y"])
            .args(arguments)
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self
    }

    fn write(&self, name: impl AsRef<OsStr>, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn hear(&self, name: &str) -> Heard {
        hear(&self.path(name))
    }

    fn refused(&self, name: &str) -> AudioError {
        refused(&self.path(name))
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Reads all of it, and checks what every stream must keep.
fn hear(path: &Path) -> Heard {
    let mut reader = AudioReader::open(path).unwrap();
    let mut samples = Vec::new();
    for chunk in reader.by_ref() {
        let chunk = chunk.unwrap();
        assert_eq!(chunk.start, samples.len() as u64, "chunks are contiguous from zero");
        assert!(!chunk.samples.is_empty() && chunk.samples.len() as u64 <= SECOND);
        assert!(chunk.samples.iter().all(|s| (-1.0..=1.0).contains(s)));
        samples.extend(chunk.samples);
    }
    let report = reader.report();
    assert_eq!(report.decoded, Millis::from_samples(samples.len() as u64));
    Heard { samples, report, warnings: reader.warnings() }
}

/// The error of a recording that gives no sound at all.
fn refused(path: &Path) -> AudioError {
    let error = match AudioReader::open(path) {
        Err(error) => error,
        Ok(mut reader) => {
            let first = reader.next().expect("no sound is an error, not an empty stream");
            assert!(reader.next().is_none());
            first.unwrap_err()
        }
    };
    assert_eq!(error.exit().code(), 3);
    assert!(error.remedy().is_some());
    error
}

/// The same by the command line, through 16-bit samples: on that way it doesn't add gain when it mixes.
fn by_command(path: &Path) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "quiet", "-i"])
        .arg(path)
        .args(["-vn", "-ar", "16000", "-ac", "1", "-f", "s16le", "-"])
        .output()
        .unwrap();
    output.stdout.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0).collect()
}

/// Same number of samples, and each the same but for the rounding to 16 bits.
fn assert_same(ours: &[f32], theirs: &[f32], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}: number of samples");
    let worst = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 2e-4, "{what}: samples differ by {worst}");
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, s| s.abs().max(peak))
}

/// Where a half-second piece of `pattern` from its sample `at` on is found in `sound`, by correlation around `near`.
fn found(sound: &[f32], pattern: &[f32], at: usize, near: usize) -> i64 {
    let piece = &pattern[at..at + 8000];
    let score = |from: usize| -> f32 { sound[from..from + 8000].iter().zip(piece).map(|(a, b)| a * b).sum() };
    let places = near.saturating_sub(2000)..near + 2000;
    let best = places.max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap();
    best as i64 - near as i64
}

#[test]
fn every_format_gives_what_the_command_line_gives() {
    let bench = Bench::new();
    for (name, options) in [
        ("mono.m4a", "-ac 1 -ar 44100 -c:a aac"),
        ("stereo.webm", "-ac 2 -ar 48000 -c:a libopus"),
        ("low.mp3", "-ar 22050 -ac 1 -c:a libmp3lame -b:a 48k"),
        ("telephone.wav", "-ar 8000 -ac 1 -c:a pcm_s16le"),
        ("law.wav", "-ar 8000 -ac 1 -c:a pcm_mulaw"),
        ("three.wav", "-af pan=3c|c0=c0|c1=c0|c2=c0 -c:a pcm_s16le"),
        ("surround.m4a", "-af pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0 -c:a aac"),
        ("lossless.flac", "-ac 2 -ar 96000 -c:a flac"),
        ("vorbis.ogg", "-ac 2 -c:a libvorbis"),
        ("raw.aac", "-ac 2 -c:a aac"),
        ("old.avi", "-ac 2 -c:a ac3"),
        ("float.wav", "-ac 1 -ar 16000 -c:a pcm_f32le"),
    ] {
        bench.ffmpeg(&format!("-t 6 -i CLIP -vn {options} {name}"));
        let heard = bench.hear(name);
        assert_same(&heard.samples, &by_command(&bench.path(name)), name);
        assert_eq!(heard.warnings, [""; 0], "{name}");
        assert_eq!((heard.report.bad_packets, heard.report.gaps), (0, 0), "{name}");
    }
}

#[test]
fn the_fixtures_are_read_to_the_sample() {
    for name in ["clip.m4a", "ep1.m4a", "ep1.mp4", "ep2.webm", "ep3.mp3"] {
        let heard = hear(&fixture(name));
        assert_same(&heard.samples, &by_command(&fixture(name)), name);
        assert_eq!(heard.warnings, [""; 0], "{name}");
        assert!(heard.report.declared.unwrap().0.abs_diff(heard.report.decoded.0) < 100, "{name}");
    }
}

#[test]
fn stereo_is_averaged_and_never_clips() {
    let bench = Bench::new();
    bench.ffmpeg("-f lavfi -i sine=frequency=440:duration=2 -af volume=6.0 -ac 1 -c:a pcm_s16le one.wav");
    bench.ffmpeg("-i one.wav -af pan=stereo|c0=c0|c1=c0 two.wav");
    let (one, two) = (bench.hear("one.wav"), bench.hear("two.wav"));
    assert!((peak(&one.samples) - peak(&two.samples)).abs() < 1e-3);
}

#[test]
fn sound_that_starts_late_is_late() {
    let bench = Bench::new();
    let video =
        "-f lavfi -i testsrc=size=64x64:rate=25:duration=12 -itsoffset 2.5 -t 8 -i CLIP -map 0:v -map 1:a -c:a copy";
    for name in ["late.mkv", "late.mp4", "late.ts"] {
        bench.ffmpeg(&format!("{video} -c:v mpeg4 {name}"));
    }
    // Without a picture the container's zero still counts, where it has one.
    bench
        .ffmpeg("-itsoffset 2.5 -t 8 -i CLIP -c:a copy alone.m4a")
        .ffmpeg("-itsoffset 2.5 -t 8 -i CLIP -c:a copy alone.mka");
    let clip = hear(&fixture("clip.m4a")).samples;
    for name in ["late.mkv", "late.mp4", "late.ts", "alone.m4a", "alone.mka"] {
        let heard = bench.hear(name);
        let off = found(&heard.samples, &clip, 48_000, 48_000 + 40_000);
        assert!(off.abs() <= 400, "{name}: {off} samples off");
        assert!(peak(&heard.samples[..38_000]) < 1e-4, "{name}: silence before");
        assert_eq!(heard.report.gaps, 0, "{name}: a late start is no hole");
    }
}

#[test]
fn a_stream_whose_clock_starts_anywhere_starts_at_zero() {
    let bench = Bench::new();
    bench.ffmpeg("-t 6 -i CLIP -c:a copy -output_ts_offset 5000 anywhere.ts");
    let heard = bench.hear("anywhere.ts");
    assert_same(&heard.samples, &by_command(&bench.path("anywhere.ts")), "anywhere.ts");
    assert_eq!(heard.warnings, [""; 0]);
}

#[test]
fn sound_before_zero_is_kept() {
    let bench = Bench::new();
    bench.ffmpeg(
        "-itsoffset -1.2 -t 6 -i CLIP -f lavfi -i testsrc=size=64x64:rate=25:duration=6 -map 1:v -map 0:a -c:v libx264 \
         -c:a copy -avoid_negative_ts disabled early.mkv",
    );
    let heard = bench.hear("early.mkv");
    assert_same(&heard.samples, &by_command(&bench.path("early.mkv")), "early.mkv");
}

#[test]
fn a_hole_is_silence_and_what_follows_keeps_its_time() {
    let bench = Bench::new();
    bench.ffmpeg("-t 4 -i CLIP -c:a copy -muxdelay 0 one.ts");
    bench.ffmpeg("-ss 4 -t 4 -i CLIP -c:a copy -muxdelay 0 -output_ts_offset 14 two.ts");
    let joined = [fs::read(bench.path("one.ts")).unwrap(), fs::read(bench.path("two.ts")).unwrap()].concat();
    bench.write("hole.ts", &joined);
    let heard = bench.hear("hole.ts");
    let clip = hear(&fixture("clip.m4a")).samples;
    let off = found(&heard.samples, &clip, 80_000, 80_000 + 160_000);
    assert!(off.abs() <= 800, "{off} samples off");
    assert_eq!(heard.report.gaps, 1);
    assert!(heard.report.gap_time.0.abs_diff(10_000) < 100, "{:?}", heard.report.gap_time);
    assert!(peak(&heard.samples[70_000..220_000]) < 1e-4);
    assert!(
        heard.warnings[0].starts_with("1 hole in the sound, the first at 0:04, was filled"),
        "{:?}",
        heard.warnings
    );
    assert!((by_command(&bench.path("hole.ts")).len() as u64) < 9 * SECOND, "the command line closes the hole");
}

#[test]
fn a_clock_that_starts_again_loses_no_sound() {
    let bench = Bench::new();
    bench.ffmpeg("-t 5 -i CLIP -c:a copy one.ts");
    let one = fs::read(bench.path("one.ts")).unwrap();
    bench.write("twice.ts", &[one.clone(), one].concat());
    let heard = bench.hear("twice.ts");
    let theirs = by_command(&bench.path("twice.ts"));
    assert_eq!(heard.samples.len(), theirs.len());
    // At the seam the filter starts anew, up to half a sample off.
    assert_same(&heard.samples[..79_000], &theirs[..79_000], "first half");
    assert!(found(&heard.samples, &theirs, 120_000, 120_000).abs() <= 1);
    assert!(heard.warnings.iter().any(|w| w.contains("clock jumps at 0:0")), "{:?}", heard.warnings);
}

#[test]
fn a_format_that_changes_midway_is_followed() {
    let bench = Bench::new();
    let clip = hear(&fixture("clip.m4a")).samples;
    // A bare stream has no clock; a transport stream has one, which goes on.
    for (ending, offset) in [("aac", ""), ("ts", "-muxdelay 0 -output_ts_offset 5")] {
        let before = if ending == "ts" { "-muxdelay 0" } else { "" };
        bench.ffmpeg(&format!("-t 5 -i CLIP -ar 44100 -ac 1 -c:a aac {before} one.{ending}"));
        bench.ffmpeg(&format!("-ss 5 -t 5 -i CLIP -ar 24000 -ac 2 -c:a aac {offset} two.{ending}"));
        let part = |name: &str| fs::read(bench.path(format!("{name}.{ending}"))).unwrap();
        let name = format!("change.{ending}");
        bench.write(&name, &[part("one"), part("two")].concat());
        let heard = bench.hear(&name);
        assert_eq!((heard.report.bad_packets, heard.report.gaps), (0, 0), "{name}");
        // Without a clock the encoder's padding of both parts is heard: 70 ms here.
        assert!(heard.samples.len().abs_diff(160_000) < 2500, "{name}: {}", heard.samples.len());
        for at in [32_000, 128_000] {
            let off = found(&heard.samples, &clip, at, at);
            assert!(off.abs() < 1999, "{name}: {off} samples off");
        }
    }
}

#[test]
fn a_cut_file_gives_what_is_there_and_says_so() {
    let bench = Bench::new();
    bench.ffmpeg("-i CLIP -c:a copy -movflags +faststart whole.m4a").ffmpeg("-i CLIP -c:a libopus -b:a 32k whole.webm");
    bench.ffmpeg("-i CLIP -c:a libmp3lame -b:a 64k whole.mp3").ffmpeg("-i CLIP -c:a flac whole.flac");
    for ending in ["m4a", "webm", "mp3", "flac"] {
        let bytes = fs::read(bench.path(format!("whole.{ending}"))).unwrap();
        let name = format!("cut.{ending}");
        bench.write(&name, &bytes[..bytes.len() * 6 / 10]);
        let heard = bench.hear(&name);
        let theirs = by_command(&bench.path(&name));
        assert_same(&heard.samples, &theirs, &name);
        assert!((10 * SECOND..20 * SECOND).contains(&(heard.samples.len() as u64)), "{name}");
        assert!(
            heard.warnings[0].contains("The recording ends at 0:1") && heard.warnings[0].contains("it lasts 0:25"),
            "{name}: {:?}",
            heard.warnings
        );
    }
}

#[test]
fn damage_in_the_middle_is_passed_over_counted_and_keeps_time() {
    let bench = Bench::new();
    bench.ffmpeg("-i CLIP -c:a copy -movflags +faststart whole.m4a").ffmpeg("-i CLIP -c:a libopus -b:a 32k whole.webm");
    let clip = hear(&fixture("clip.m4a")).samples;
    for name in ["m4a", "webm"] {
        let mut bytes = fs::read(bench.path(format!("whole.{name}"))).unwrap();
        let middle = bytes.len() / 2;
        let mut noise = 12345u32;
        for byte in &mut bytes[middle..middle + 3000] {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (noise >> 24) as u8;
        }
        let name = format!("damaged.{name}");
        bench.write(&name, &bytes);
        let heard = bench.hear(&name);
        assert!(heard.report.bad_packets + heard.report.gaps > 0, "{name}: {:?}", heard.report);
        assert!(!heard.warnings.is_empty(), "{name}");
        assert!(heard.samples.len().abs_diff(clip.len()) < 1600, "{name}: {}", heard.samples.len());
        let off = found(&heard.samples, &clip, 320_000, 320_000);
        assert!(off.abs() <= 400, "{name}: {off} samples off");
    }
}

#[test]
fn what_is_no_recording_is_refused_in_plain_words() {
    let bench = Bench::new();
    let text =
        bench.write("notes.mp4", b"Minutes of the meeting.\nWe talked about the budget.\n".repeat(40).as_slice());
    assert!(matches!(refused(&text), AudioError::NotMedia { .. }));
    bench.write("empty.mp4", b"");
    assert!(matches!(bench.refused("empty.mp4"), AudioError::Empty { .. }));
    assert!(matches!(refused(bench.dir.path()), AudioError::Folder { .. }));
    assert!(matches!(bench.refused("nowhere.mp4"), AudioError::Missing { .. }));
    assert!(matches!(bench.refused("notes.mp4/inside.mp4"), AudioError::Missing { .. }));
    assert!(matches!(bench.refused("nul\0.mp4"), AudioError::Unopenable { .. }));
    assert!(matches!(refused(Path::new("/dev/null")), AudioError::NoFile { .. }));
    assert!(matches!(refused(Path::new("")), AudioError::Missing { .. }));
    bench.ffmpeg("-f lavfi -i testsrc=size=64x64:rate=25:duration=1 -c:v mpeg4 silent.mp4");
    assert!(matches!(bench.refused("silent.mp4"), AudioError::NoSound { pictures: true, .. }));
    bench.ffmpeg("-f lavfi -i testsrc=size=64x64:rate=25:duration=1 -frames:v 1 picture.png");
    assert!(matches!(bench.refused("picture.png"), AudioError::NoSound { .. }));
    bench.write("talk.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n");
    assert!(matches!(bench.refused("talk.srt"), AudioError::NoSound { pictures: false, .. }));
    // Zero length: a WAV header and nothing behind it.
    bench.ffmpeg("-t 1 -i CLIP whole.wav");
    let wav = fs::read(bench.path("whole.wav")).unwrap();
    let data = wav.windows(4).position(|w| w == b"data").unwrap();
    let mut header = wav[..data + 8].to_vec();
    header[data + 4..].fill(0);
    bench.write("header.wav", &header);
    assert!(matches!(bench.refused("header.wav"), AudioError::Silent { .. }));
}

#[test]
fn an_mp4_that_was_never_finished_is_told_apart() {
    let bench = Bench::new();
    bench.ffmpeg("-i CLIP -c:a copy whole.m4a");
    let bytes = fs::read(bench.path("whole.m4a")).unwrap();
    bench.write("cut.m4a", &bytes[..bytes.len() / 2]);
    assert!(matches!(bench.refused("cut.m4a"), AudioError::Unfinished { .. }));
}

#[test]
fn noise_in_place_of_sound_is_an_error_and_no_endless_loop() {
    let bench = Bench::new();
    bench.ffmpeg("-i CLIP -c:a copy -movflags +faststart whole.m4a");
    let mut bytes = fs::read(bench.path("whole.m4a")).unwrap();
    let data = bytes.windows(4).position(|w| w == b"mdat").unwrap() + 4;
    bytes[data..].fill(0xff);
    bench.write("noise.m4a", &bytes);
    let error = bench.refused("noise.m4a");
    assert!(matches!(&error, AudioError::Silent { reason, .. } if reason.contains("damaged pieces")), "{error}");
}

/// Any damage ends in sound or in an error, and soon.
#[test]
fn no_damage_is_too_much() {
    let bench = Bench::new();
    let mut noise = 7u32;
    let mut random = move |below: usize| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 8) as usize % below
    };
    for (name, codec) in [
        ("a.m4a", "-c:a aac"),
        ("a.webm", "-c:a libopus"),
        ("a.mp3", "-c:a libmp3lame"),
        ("a.ts", "-c:a aac"),
        ("a.ogg", "-c:a libvorbis"),
        ("a.wav", "-c:a pcm_s16le"),
        ("a.flac", "-c:a flac"),
        ("a.avi", "-c:a ac3"),
    ] {
        bench.ffmpeg(&format!("-t 2 -i CLIP {codec} {name}"));
        let whole = fs::read(bench.path(name)).unwrap();
        for round in 0..12 {
            let mut bytes = whole.clone();
            // Some rounds hurt the head, where the format is told; some cut, some add.
            let reach = if round % 2 == 0 { bytes.len().min(600) } else { bytes.len() };
            for _ in 0..=random(20) {
                let at = random(reach);
                bytes[at] = random(256) as u8;
            }
            match round % 4 {
                1 => bytes.truncate(random(whole.len()) + 1),
                3 => bytes.extend_from_slice(&whole[random(whole.len())..]),
                _ => {}
            }
            let path = bench.write(format!("{round}-{name}"), &bytes);
            let Ok(mut reader) = AudioReader::open(&path) else { continue };
            let mut end = 0;
            // A damaged time stamp may ask for minutes of silence, not for more.
            for chunk in reader.by_ref().take(20_000) {
                let Ok(chunk) = chunk else { continue };
                assert_eq!(chunk.start, end);
                end += chunk.samples.len() as u64;
            }
            assert!(reader.next().is_none(), "{name}, round {round}: no end in sight after {end} samples");
            assert!(reader.warnings().iter().all(|w| w.ends_with('.')));
        }
    }
}

#[test]
fn any_name_will_do() {
    let bench = Bench::new();
    let bytes = fs::read(fixture("clip.m4a")).unwrap();
    let expected = hear(&fixture("clip.m4a")).samples;
    for name in [
        b"with spaces and 'single' and \"double\".m4a".as_slice(),
        "Rückenschmerzen – 脊椎.m4a".as_bytes(),
        b"http:talk: 10:30.m4a",
        b"concat:a|b",
        b"not unicode \xff\xfe.m4a",
        b"-i",
        b"%03d.m4a",
        b"new\nline.m4a",
    ] {
        let path = bench.write(OsStr::from_bytes(name), &bytes);
        assert!(hear(&path).samples == expected, "{}", path.display());
    }
}

#[test]
fn a_playlist_reaches_no_other_file() {
    let bench = Bench::new();
    bench.ffmpeg("-t 2 -i CLIP -c:a copy secret.ts");
    let secret = bench.path("secret.ts");
    for (name, list) in [
        ("list.m3u8", format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n", secret.display())),
        ("list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n".into()),
        ("list.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n".into()),
        ("list.ffconcat", format!("ffconcat version 1.0\nfile '{}'\n", secret.display())),
    ] {
        bench.write(name, list.as_bytes());
        bench.refused(name);
    }
}

#[test]
fn a_file_without_permission_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let path = bench.write("mine.m4a", b"x");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything: there is nothing to refuse then.
    if fs::File::open(&path).is_err() {
        assert!(matches!(refused(&path), AudioError::Forbidden { .. }));
    }
}

#[test]
fn the_best_track_is_chosen_and_the_choice_is_told() {
    let bench = Bench::new();
    bench.ffmpeg(
        "-f lavfi -i sine=frequency=300:duration=3 -t 3 -i CLIP -map 0:a -map 1:a -c:a aac -disposition:a:0 0 \
         -disposition:a:1 default -metadata title=Spine_Time two.mkv",
    );
    let heard = bench.hear("two.mkv");
    assert_eq!(heard.warnings, ["The recording has 2 sound tracks: number 2 was used."]);
    assert_eq!(AudioReader::open(&bench.path("two.mkv")).unwrap().title().as_deref(), Some("Spine_Time"));
}

#[test]
fn sound_that_ends_before_the_picture_is_told() {
    let bench = Bench::new();
    bench.ffmpeg(
        "-t 5 -i CLIP -f lavfi -i testsrc=size=64x64:rate=5:duration=15 -map 1:v -map 0:a -c:v mpeg4 -c:a copy short.mp4",
    );
    assert_eq!(bench.hear("short.mp4").warnings, ["The sound ends at 0:05 although the recording goes on until 0:15."]);
}

#[test]
fn cover_art_is_no_picture_track() {
    let bench = Bench::new();
    bench.ffmpeg("-f lavfi -i testsrc=size=64x64:rate=1:duration=1 -frames:v 1 cover.jpg");
    bench.ffmpeg(
        "-t 5 -i CLIP -i cover.jpg -map 0:a -map 1:v -c:a libmp3lame -c:v copy -disposition:v attached_pic covered.mp3",
    );
    let heard = bench.hear("covered.mp3");
    assert_same(&heard.samples, &by_command(&bench.path("covered.mp3")), "covered.mp3");
    assert_eq!(heard.warnings, [""; 0]);
}

#[test]
fn wild_numbers_in_a_recording_are_cut_to_full_scale() {
    let bench = Bench::new();
    bench.ffmpeg("-t 2 -i CLIP -ar 16000 -ac 1 -c:a pcm_f32le float.wav");
    let mut bytes = fs::read(bench.path("float.wav")).unwrap();
    let end = bytes.len();
    for (place, value) in [(end - 4000, f32::NAN), (end - 8000, f32::INFINITY), (end - 12_000, 1e30)] {
        let place = place - place % 4 + end % 4;
        bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
    }
    bench.write("wild.wav", &bytes);
    assert_eq!(bench.hear("wild.wav").samples.len(), bench.hear("float.wav").samples.len());
}

#[test]
fn a_dropped_reader_stops_at_once() {
    let start = std::time::Instant::now();
    for _ in 0..20 {
        assert_eq!(AudioReader::open(&fixture("ep1.mp4")).unwrap().take(2).count(), 2);
    }
    assert!(start.elapsed().as_secs() < 10);
}

/// Peak memory must not grow with the recording: three hours may cost 64 MB more than three minutes in the whole
/// pipeline, so an hour must cost next to nothing here. Measured in a process of its own.
#[test]
fn memory_is_flat() {
    let bench = Bench::new();
    bench.ffmpeg("-stream_loop 6 -i CLIP -c:a copy short.m4a").ffmpeg("-stream_loop 141 -i CLIP -c:a copy long.m4a");
    let short = peak_memory(&bench.path("short.m4a"));
    let long = peak_memory(&bench.path("long.m4a"));
    assert!(long < short + 8 * 1024, "an hour takes {long} kB, three minutes {short} kB");
}

/// The peak resident memory in kB of a process that reads all of `path`: this binary with one test.
fn peak_memory(path: &Path) -> u64 {
    let answer = path.with_extension("peak");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["audio::reads_the_recording_that_it_is_given", "--exact"])
        .env("SPINETIME_TEST_RECORDING", path)
        .env("SPINETIME_TEST_PEAK", &answer)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    fs::read_to_string(answer).unwrap().parse().unwrap()
}

/// The child of [`memory_is_flat`]; by itself it does nothing.
#[test]
fn reads_the_recording_that_it_is_given() {
    let Some(path) = std::env::var_os("SPINETIME_TEST_RECORDING") else { return };
    let reader = AudioReader::open(Path::new(&path)).unwrap();
    let samples: usize = reader.map(|chunk| chunk.unwrap().samples.len()).sum();
    assert!(samples > 0);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    fs::write(std::env::var_os("SPINETIME_TEST_PEAK").unwrap(), peak).unwrap();
}
