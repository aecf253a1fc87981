//! The episodes that are open for editing: one desk each, made when it is first needed, one editor's step at a time.

use super::backstage::{Backstage, Trouble};
use super::desk::{Desk, Refused};
use crate::library::{Holder, Library};
use crate::model::EpisodeId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// So many episodes stay open. One more, and the one that was not used for longest is closed; nothing is lost by it.
const OPEN: usize = 4;

type Slot = Arc<Mutex<Option<Desk>>>;

/// The open episodes.
pub(super) struct Desks {
    library: Library,
    holder: Holder,
    backstage: Arc<dyn Backstage>,
    /// The one that was used last is the last one.
    slots: Mutex<Vec<(EpisodeId, Slot)>>,
}

impl Desks {
    pub(super) fn new(library: Library, holder: Holder, backstage: Arc<dyn Backstage>) -> Self {
        Self { library, holder, backstage, slots: Mutex::new(Vec::new()) }
    }

    /// Does something at the desk of `id`, which knows by then what others changed on disk. Blocks.
    ///
    /// # Errors
    /// When the desk can't be opened, or as `work` fails. If it panics, the desk is made anew for the next time.
    pub(super) fn at<T>(
        &self,
        id: &EpisodeId,
        work: impl FnOnce(&mut Desk) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let slot = self.slot(id);
        let mut place = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let desk = match place.as_mut() {
                Some(desk) => {
                    desk.refresh().map_err(Refused::Trouble)?;
                    desk
                }
                None => {
                    let (holder, backstage) = (self.holder.clone(), Arc::clone(&self.backstage));
                    let opened = Desk::open(&self.library, id.clone(), holder, backstage);
                    place.insert(opened.map_err(Refused::Trouble)?)
                }
            };
            work(desk)
        }));
        outcome.unwrap_or_else(|_| {
            *place = None;
            Err(Refused::Trouble(panicked()))
        })
    }

    fn slot(&self, id: &EpisodeId) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let place = match slots.iter().position(|(open, _)| open == id) {
            Some(at) => slots.remove(at),
            None => {
                // One at which somebody works stays open all the same.
                let idle = slots.iter().position(|(_, slot)| Arc::strong_count(slot) == 1);
                if let Some(at) = idle.filter(|_| slots.len() >= OPEN) {
                    slots.remove(at);
                }
                (id.clone(), Slot::default())
            }
        };
        let slot = Arc::clone(&place.1);
        slots.push(place);
        slot
    }
}

/// What a fault of the program is called.
pub(super) fn panicked() -> Trouble {
    Trouble::new(
        "This failed by a fault of the program",
        "Try it once more. If it fails again, start \"spinetime review\" anew; what was saved is kept.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::desk::tests::Office;

    #[test]
    fn after_a_fault_the_next_finds_a_desk() {
        let office = Office::new();
        let desks = Desks::new(
            office.library.clone(),
            crate::library::Holder { process: 1, host: String::new(), since: jiff::Timestamp::UNIX_EPOCH },
            office.backroom.clone(),
        );
        let count = |desks: &Desks| desks.at(&office.id, |desk| Ok(desk.entries().entries.len())).unwrap();
        assert_eq!(count(&desks), 2);
        let fault = desks.at(&office.id, |_| -> Result<(), Refused> { panic!("as the test wants it") });
        assert!(matches!(fault, Err(Refused::Trouble(trouble)) if trouble.what.contains("fault of the program")));
        assert_eq!(count(&desks), 2);
        let unknown = desks.at(&"2020-01-01-none".parse().unwrap(), |_| Ok(()));
        assert!(matches!(unknown, Err(Refused::Trouble(_))));
    }
}
