//! Entries become posts of a WordPress site: [`Posts`] in, a [`Plan`] to look at, then a [`Report`] of what was done.
//!
//! Nothing is ever deleted, and nothing is published but by the series' own setting: new posts are drafts, and a post
//! keeps the status that people gave it. What people changed on the site is left to them (`plan` knows how that is told).
//! The password goes to the site that is named, and shows nowhere.

mod carry;
mod client;
mod error;
mod ledger;
mod look;
mod plan;
mod settings;
mod site;

#[cfg(test)]
mod tests;

pub use carry::{Item, Outcome, Report};
pub use error::PublishError;
pub use ledger::Ledger;
pub use plan::{Action, Plan, Step};
pub use settings::{Password, Settings};

use crate::export::post::Posts;
use crate::library::Library;
use crate::model::EntryId;
use crate::progress::{Cancel, Progress};
use site::Site;
use std::collections::BTreeSet;

/// A site that was found and that lets the user in.
pub struct Press<'a> {
    settings: &'a Settings,
    site: Site<'a>,
    cancel: &'a Cancel,
}

impl<'a> Press<'a> {
    /// Finds the site's REST interface and shows it the password.
    ///
    /// # Errors
    /// When there is none, it lets the user do nothing, or something else answers in its place.
    pub fn open(settings: &'a Settings, cancel: &'a Cancel) -> Result<Self, PublishError> {
        Ok(Self { settings, site: Site::open(settings, cancel)?, cancel })
    }

    /// What is to be done for `posts`. Entries of `overwrite` are written even where the site's text is not the one
    /// that was written last. Changes nothing, here or there.
    ///
    /// # Errors
    /// When the site can't be asked, or the ledger can't be read.
    pub fn plan(
        &self,
        library: &Library,
        posts: &Posts,
        overwrite: &BTreeSet<EntryId>,
        progress: &dyn Progress,
    ) -> Result<Plan, PublishError> {
        let ledger = Ledger::open(&library.posts_path(), self.settings.site(), &self.settings.post_type)?;
        plan::plan(&self.site, self.settings, posts, ledger, overwrite, progress)
    }

    /// Does it, and notes what was found as it should be. Whoever calls holds the library's publish lock
    /// since before the plan was made. `still` tells, just before a post is made or updated, whether the entry may be
    /// published as it was planned: people go on working while this runs.
    #[must_use]
    pub fn carry_out(&self, plan: Plan, still: &dyn Fn(&EntryId) -> bool, progress: &dyn Progress) -> Report {
        carry::carry_out(&self.site, plan, still, progress, self.cancel)
    }
}
