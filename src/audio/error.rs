//! What can be wrong with a recording as a whole, in words for people who never heard of containers and codecs.

use crate::failure::{Exit, Failure};
use crate::model::Millis;
use std::io;
use std::path::{Path, PathBuf};

/// A recording that gives no sound. Damage that leaves something to use is a warning instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// Nothing has this name.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The name as given.
        path: PathBuf,
    },
    /// A folder.
    #[error("{} is a folder, not a recording", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// A pipe, a device, a socket.
    #[error("{} is not an ordinary file", path.display())]
    NoFile {
        /// What it is called.
        path: PathBuf,
    },
    /// A file without a single byte.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Reading is not allowed.
    #[error("{} may not be read by this user", path.display())]
    Forbidden {
        /// The file.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// The file could not be opened for another reason.
    #[error("{} could not be opened", path.display())]
    Unopenable {
        /// The file.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// FFmpeg finds no audio or video format in it.
    #[error("{} is not an audio or video file, or is damaged at its beginning ({reason})", path.display())]
    NotMedia {
        /// The file.
        path: PathBuf,
        /// FFmpeg's word.
        reason: String,
    },
    /// An MP4 without the index that is written last.
    #[error("{} is incomplete: its end, which says where everything is, is missing", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// Media without a sound track.
    #[error("{} has no sound{}", path.display(), if *pictures { ", only pictures" } else { "" })]
    NoSound {
        /// The file.
        path: PathBuf,
        /// Whether it has a picture track.
        pictures: bool,
    },
    /// A sound track that this build of FFmpeg can't decode.
    #[error("the sound in {} is in a format that can't be read here ({codec})", path.display())]
    UnknownCodec {
        /// The file.
        path: PathBuf,
        /// FFmpeg's name of the format.
        codec: String,
    },
    /// A sound track that holds no sound, or none that could be decoded.
    #[error("{} has a sound track, but no sound could be read from it ({reason})", path.display())]
    Silent {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// The disk (or the network that it is on) failed while the file was read.
    #[error("{} could not be read any further at {at}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// How far the sound had come.
        at: Millis,
        /// The system's word.
        #[source]
        source: io::Error,
    },
}

impl AudioError {
    /// What it means that the system won't open the file at `path`.
    pub(super) fn cannot_open(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let path = path.to_owned();
        match source.kind() {
            Kind::NotFound | Kind::NotADirectory => Self::Missing { path },
            Kind::PermissionDenied => Self::Forbidden { path, source },
            _ => Self::Unopenable { path, source },
        }
    }
}

impl Failure for AudioError {
    fn exit(&self) -> Exit {
        match self {
            Self::Missing { .. }
            | Self::Folder { .. }
            | Self::NoFile { .. }
            | Self::Empty { .. }
            | Self::Forbidden { .. }
            | Self::Unopenable { .. }
            | Self::NotMedia { .. }
            | Self::Unfinished { .. }
            | Self::NoSound { .. }
            | Self::UnknownCodec { .. }
            | Self::Silent { .. }
            | Self::Unreadable { .. } => Exit::Input,
        }
    }

    fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::Missing { .. } => "Check the name and the folder, and whether the disk is connected.",
            Self::Folder { .. } => "Name a recording inside the folder.",
            Self::NoFile { .. } => "Save the recording as a file first.",
            Self::Empty { .. } => "The download or copy did not work: fetch the recording again.",
            Self::Forbidden { .. } => "Ask its owner for permission to read it, or copy it to a folder of your own.",
            Self::Unopenable { .. } => "Copy the recording to another folder and try again.",
            Self::NotMedia { .. } => {
                "Play the file to see whether it is a recording. If it doesn't play, fetch it again; if it plays, save \
                 it as MP4, M4A, MP3 or WAV and use that."
            }
            Self::Unfinished { .. } => {
                "The recorder or the copy was interrupted: fetch the whole file again, or let the program that \
                 recorded it repair it."
            }
            Self::NoSound { .. } => "Look for a version of the recording with sound.",
            Self::UnknownCodec { .. } => {
                "Save the recording as MP4, M4A, MP3 or WAV with another program and use that."
            }
            Self::Silent { .. } => "Play the file: if nothing is heard there either, fetch the recording again.",
            Self::Unreadable { .. } => {
                "Check the disk or the connection to it, copy the recording to another one, and run the same command \
                 again."
            }
        };
        Some(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::causes;

    /// All texts, to be read as prose.
    #[test]
    fn texts() {
        let path = || PathBuf::from("talk.mp4");
        let disk = || io::Error::from_raw_os_error(5);
        let all = [
            AudioError::cannot_open(&path(), io::ErrorKind::NotFound.into()),
            AudioError::cannot_open(&path(), io::ErrorKind::NotADirectory.into()),
            AudioError::cannot_open(&path(), io::Error::from_raw_os_error(13)),
            AudioError::cannot_open(&path(), disk()),
            AudioError::Folder { path: path() },
            AudioError::NoFile { path: path() },
            AudioError::Empty { path: path() },
            AudioError::NotMedia { path: path(), reason: "Invalid data found when processing input".into() },
            AudioError::Unfinished { path: path() },
            AudioError::NoSound { path: path(), pictures: true },
            AudioError::NoSound { path: path(), pictures: false },
            AudioError::UnknownCodec { path: path(), codec: "ac4".into() },
            AudioError::Silent { path: path(), reason: "812 damaged pieces".into() },
            AudioError::Unreadable { path: path(), at: Millis(754_310), source: disk() },
        ];
        let text: Vec<String> = all
            .iter()
            .map(|e| {
                assert_eq!(e.exit(), Exit::Input);
                format!("{e}. {}. {}", causes(e), e.remedy().unwrap()).replace(". . ", ". ")
            })
            .collect();
        insta::assert_snapshot!(text.join("\n"), @r"
        there is no file talk.mp4. Check the name and the folder, and whether the disk is connected.
        there is no file talk.mp4. Check the name and the folder, and whether the disk is connected.
        talk.mp4 may not be read by this user. Permission denied (os error 13). Ask its owner for permission to read it, or copy it to a folder of your own.
        talk.mp4 could not be opened. Input/output error (os error 5). Copy the recording to another folder and try again.
        talk.mp4 is a folder, not a recording. Name a recording inside the folder.
        talk.mp4 is not an ordinary file. Save the recording as a file first.
        talk.mp4 is empty. The download or copy did not work: fetch the recording again.
        talk.mp4 is not an audio or video file, or is damaged at its beginning (Invalid data found when processing input). Play the file to see whether it is a recording. If it doesn't play, fetch it again; if it plays, save it as MP4, M4A, MP3 or WAV and use that.
        talk.mp4 is incomplete: its end, which says where everything is, is missing. The recorder or the copy was interrupted: fetch the whole file again, or let the program that recorded it repair it.
        talk.mp4 has no sound, only pictures. Look for a version of the recording with sound.
        talk.mp4 has no sound. Look for a version of the recording with sound.
        the sound in talk.mp4 is in a format that can't be read here (ac4). Save the recording as MP4, M4A, MP3 or WAV with another program and use that.
        talk.mp4 has a sound track, but no sound could be read from it (812 damaged pieces). Play the file: if nothing is heard there either, fetch the recording again.
        talk.mp4 could not be read any further at 12:34. Input/output error (os error 5). Check the disk or the connection to it, copy the recording to another one, and run the same command again.
        ");
    }
}
