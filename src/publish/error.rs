//! Why publishing stopped, or why an entry's post could not be written.

use crate::atomic::WriteError;
use crate::failure::{Cancelled, Exit, Failure};
use crate::library::LibraryError;
use std::path::PathBuf;

/// Publishing failed. No message holds the password, nor more of a server's answer than its own word for the fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No site is named.
    #[error("spinetime.toml names no WordPress site")]
    NoSite,
    /// The site's address is none.
    #[error("wordpress.url in spinetime.toml is no web address: \"{value}\"")]
    Address {
        /// Its value.
        value: String,
    },
    /// A password would travel in the clear.
    #[error("wordpress.url in spinetime.toml does not begin with https://: anybody on the way could read the password")]
    Insecure,
    /// Nobody is named.
    #[error("nobody is named who publishes")]
    NoUser,
    /// The user's name can't be sent.
    #[error("the name of the WordPress user \"{user}\" has a colon in it, which can't be sent")]
    UserName {
        /// The user.
        user: String,
    },
    /// There is no password.
    #[error("there is no password for the WordPress user {user}")]
    NoPassword {
        /// The user.
        user: String,
    },
    /// The password's file can't be used.
    #[error("the password file {} can't be used: {why}", path.display())]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Others may read the password's file.
    #[error("the password file {} can be read by others (mode {mode:04o})", path.display())]
    PasswordShown {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A setting has a value that means nothing.
    #[error("wordpress.{key} in spinetime.toml is \"{value}\"")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What may stand there.
        may: &'static str,
    },
    /// The site can't be reached.
    #[error("{host} can't be reached ({why})")]
    Unreachable {
        /// The site's host.
        host: String,
        /// Why.
        why: String,
    },
    /// The site sends requests elsewhere.
    #[error("the site {from} sends us on to {to}, and the password goes to no other site than the one that is named")]
    Moved {
        /// Where it was asked.
        from: String,
        /// Where it sends us.
        to: String,
    },
    /// There is no REST interface.
    #[error("no WordPress answers at {url}, or its REST API is switched off")]
    NoRest {
        /// The site.
        url: String,
    },
    /// Something else than WordPress answers.
    #[error("the site answers with a page where WordPress's data should be (status {status})")]
    NotJson {
        /// The status.
        status: u16,
    },
    /// Application passwords are off.
    #[error("the site takes no application passwords")]
    NoPasswords,
    /// The user's name or password is wrong.
    #[error("the site does not accept the name or the password of {user}")]
    WrongPassword {
        /// The user.
        user: String,
    },
    /// WordPress takes the user for a stranger: that is all that some versions say of a wrong password.
    #[error("the site does not accept the name or the password of {user}, or does not get to see them")]
    Unseen {
        /// The user.
        user: String,
    },
    /// The user may not do that.
    #[error("the WordPress user {user} may not {what}")]
    Forbidden {
        /// The user.
        user: String,
        /// What was tried.
        what: &'static str,
    },
    /// The site has no such kind of post.
    #[error("the site has no kind of post with the name \"{name}\"")]
    NoPostType {
        /// Its name in addresses.
        name: String,
    },
    /// The entries have posts of another kind.
    #[error(
        "{}, and post_type is now \"{now}\": their entries would be on the site twice",
        made(*posts, was)
    )]
    OtherKind {
        /// The kind that they are.
        was: String,
        /// The kind that the settings name.
        now: String,
        /// How many.
        posts: u64,
    },
    /// The site refuses for now.
    #[error("the site refuses for now (status {status}{})", waiting(*after))]
    Refused {
        /// The status.
        status: u16,
        /// How long it asks to wait, in seconds.
        after: Option<u64>,
    },
    /// WordPress says no.
    #[error("WordPress answers \"{message}\" (status {status}, {code})")]
    Answer {
        /// The status.
        status: u16,
        /// Its word for the fault.
        code: String,
        /// The same for people.
        message: String,
        /// The number of the category or tag that is there already, where that is the fault.
        term: Option<u64>,
    },
    /// An answer of WordPress lacks what it should have.
    #[error("an answer of WordPress can't be understood: {what}")]
    Garbled {
        /// What is missing.
        what: &'static str,
    },
    /// The list of posts can't be read.
    #[error("{} can't be read: {why}", path.display())]
    Ledger {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Something in the library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The list of posts can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Somebody asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

fn waiting(after: Option<u64>) -> String {
    after.map(|seconds| format!(", asks to wait {seconds} seconds")).unwrap_or_default()
}

fn made(posts: u64, kind: &str) -> String {
    match posts {
        1 => format!("1 post on the site was made as one of \"{kind}\""),
        _ => format!("{posts} posts on the site were made as \"{kind}\""),
    }
}

impl PublishError {
    /// Whether the next post would fail in the same way.
    pub(super) fn is_everywhere(&self) -> bool {
        matches!(
            self,
            Self::WrongPassword { .. }
                | Self::Unseen { .. }
                | Self::NoPasswords
                | Self::Moved { .. }
                | Self::Cancelled(_)
                | Self::Write(_)
        )
    }

    /// Whether it is likely the site, the way to it or the user, rather than this post.
    pub(super) fn is_of_the_site(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Refused { .. } | Self::NotJson { .. } | Self::Forbidden { .. })
    }
}

impl Failure for PublishError {
    fn exit(&self) -> Exit {
        match self {
            Self::NoSite
            | Self::Address { .. }
            | Self::Insecure
            | Self::NoUser
            | Self::UserName { .. }
            | Self::NoPassword { .. }
            | Self::PasswordFile { .. }
            | Self::PasswordShown { .. }
            | Self::Setting { .. }
            | Self::Moved { .. }
            | Self::NoPasswords
            | Self::WrongPassword { .. }
            | Self::Unseen { .. }
            | Self::Forbidden { .. }
            | Self::NoPostType { .. }
            | Self::OtherKind { .. } => Exit::Usage,
            Self::NoRest { .. } | Self::NotJson { .. } | Self::Answer { .. } | Self::Garbled { .. } => {
                Exit::SourceUnavailable
            }
            Self::Unreachable { .. } | Self::Refused { .. } => Exit::SourceRefused,
            Self::Ledger { .. } => Exit::Unexpected,
            Self::Library(e) => e.exit(),
            Self::Write(e) => e.exit(),
            Self::Cancelled(_) => Exit::Interrupted,
        }
    }

    fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::NoSite => "Write the site's address as url under [wordpress] in spinetime.toml.",
            Self::Address { .. } => "Give it the site's address, such as https://www.example.org.",
            Self::Insecure => "Write https:// in that address. Only a site on this computer may do without.",
            Self::NoUser => {
                "Write the user's name as user under [wordpress] in spinetime.toml, or set SPINETIME_WORDPRESS_USER."
            }
            Self::UserName { .. } => {
                "Publish as a user whose name for logging in has none; the user's e-mail address does as well."
            }
            Self::NoPassword { .. } => {
                "Make an application password in the user's profile on the site, and set SPINETIME_WORDPRESS_PASSWORD \
                 to it or name a file that holds it as password_file under [wordpress] in spinetime.toml."
            }
            Self::PasswordFile { .. } => {
                "Put the application password and nothing else into it, or mend password_file in spinetime.toml."
            }
            Self::PasswordShown { path, .. } => {
                return Some(format!(
                    "Run \"chmod 600 {}\". If others use this computer, revoke that password on the site.",
                    path.display()
                ));
            }
            Self::Setting { may, .. } => return Some(format!("Mend it: {may}.")),
            Self::Unreachable { .. } => {
                "Check the address and the connection, then run the same command again: what is done is recognised."
            }
            Self::Moved { .. } => {
                "If that is the same site, write that address as url under [wordpress] in spinetime.toml."
            }
            Self::NoRest { .. } => {
                "Check the address in a browser. If it is right, ask the site's administrator to let the REST API \
                 (/wp-json/) through; security plugins switch it off."
            }
            Self::NotJson { .. } => {
                "A firewall, a login page or a maintenance page answers in WordPress's place: ask the site's \
                 administrator to let /wp-json/ through to this computer."
            }
            Self::NoPasswords => {
                "Ask the site's administrator to allow application passwords: WordPress offers them where the site has \
                 https, unless a plugin takes them away."
            }
            Self::WrongPassword { .. } => {
                "Use an application password from the user's profile, not the one for logging in; and the name that \
                 the user logs in with."
            }
            Self::Unseen { .. } => {
                "Use an application password from the user's profile, not the one for logging in; and the name that \
                 the user logs in with. If both are right, the web server drops the Authorization header: ask its \
                 administrator to pass it on (for Apache: \"CGIPassAuth On\")."
            }
            Self::Forbidden { .. } => "Give that user the role Editor, or publish as another one.",
            Self::NoPostType { .. } => {
                "Write post_type = \"posts\" under [wordpress] in spinetime.toml, or switch on the plugin that brings \
                 \"spine-answers\" (integrations/wordpress)."
            }
            Self::OtherKind { was, .. } => {
                return Some(format!(
                    "Write post_type = \"{was}\" under [wordpress] in spinetime.toml again. To change over to the other \
                     kind, first move those posts to the trash on the site (while the plugin is switched on, if they are \
                     its kind), then run the same command again."
                ));
            }
            Self::Refused { .. } => {
                "Wait, then run the same command again: what is done is recognised. If it happens often, lower \
                 requests_per_second under [wordpress] in spinetime.toml."
            }
            Self::Answer { .. } => "Ask the site's administrator what that means; the site's error log may say more.",
            Self::Garbled { .. } => "Ask the site's administrator whether a plugin changes what the REST API answers.",
            Self::Ledger { .. } => {
                "Restore that file from a backup. Without it posts are recognised by their names and texts; but if the \
                 site does without the plugin, posts that were given other names there would be made a second time, and \
                 those whose entries changed are left alone. If you accept that, move the file away."
            }
            Self::Library(e) => return e.remedy(),
            Self::Write(e) => return e.remedy(),
            Self::Cancelled(_) => "Run the same command again to go on: what is done is recognised.",
        };
        Some(text.to_owned())
    }
}
