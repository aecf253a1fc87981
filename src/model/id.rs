//! Names of things. Each is checked where it is made, so that an id can be part of a path or a page address.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not {wanted}")]
pub struct IdError {
    /// The text that was given.
    pub text: String,
    /// What an id of this kind looks like.
    pub wanted: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $wanted:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                let check: fn(&str) -> bool = $check;
                if check(&text) { Ok(Self(text)) } else { Err(IdError { text, wanted: $wanted }) }
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Lower-case letters, digits and single hyphens between them, at most `longest` bytes.
fn is_slug(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

text_id!(
    /// The name of an episode and of its folder: the date held and a slug of the title,
    /// `2021-07-14-physical-therapy-and-your-back`. Fixed when the episode is created.
    EpisodeId,
    "an episode id: lower-case letters, digits and hyphens, such as 2021-07-14-your-back",
    |text| is_slug(text, 120)
);

text_id!(
    /// A person in `roster.toml`: `tracy-maltz`.
    PersonId,
    "a person's id: lower-case letters, digits and hyphens, such as jane-doe",
    |text| is_slug(text, 80)
);

/// Crockford's base 32: digits and lower-case letters without i, l, o and u.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

text_id!(
    /// An entry's id for ever: `e-` and eight characters of Crockford's base 32, random.
    EntryId,
    "an entry id: e- and eight letters or digits, such as e-7k3m9q2x",
    |text| {
        text.strip_prefix("e-")
            .is_some_and(|rest| rest.len() == 8 && rest.bytes().all(|b| CROCKFORD.contains(&b)))
    }
);

impl EntryId {
    /// The id that 40 random bits make; the other bits are not used.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        let letters = (0..8).map(|i| char::from(CROCKFORD[(bits >> (5 * i)) as usize & 31]));
        Self(std::iter::once('e').chain(std::iter::once('-')).chain(letters).collect())
    }
}

text_id!(
    /// A YouTube video: eleven letters, digits, hyphens or underscores.
    YoutubeId,
    "a YouTube video id: eleven letters, digits, - or _",
    |text| text.len() == 11 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
);

text_id!(
    /// A SHA-256 in lower-case hexadecimal.
    Digest,
    "a SHA-256: 64 hexadecimal digits",
    |text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
);

impl Digest {
    /// From the 32 bytes of a finished SHA-256.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes.iter().map(|b| format!("{b:02x}")).collect())
    }
}

/// A voice that diarization told apart, numbered from 0 in the order of first speaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClusterId(pub u32);

impl fmt::Display for ClusterId {
    /// "speaker 1" is cluster 0: people count from one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "speaker {}", self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_could_leave_their_folder() {
        for bad in ["", "..", "a/b", "A", "a--b", "-a", "a\u{0}", "é"] {
            assert!(bad.parse::<EpisodeId>().is_err(), "{bad:?}");
        }
        assert!("2021-07-14-your-back".parse::<EpisodeId>().is_ok());
        assert!("SpineTime01".parse::<YoutubeId>().is_ok());
        assert!("SpineTime01&t".parse::<YoutubeId>().is_err());
    }

    #[test]
    fn every_random_number_makes_a_valid_entry_id() {
        for bits in [0, u64::MAX, 0x1234_5678_9abc_def0] {
            let id = EntryId::from_random(bits);
            assert_eq!(id.as_str().parse::<EntryId>(), Ok(id));
        }
    }
}
