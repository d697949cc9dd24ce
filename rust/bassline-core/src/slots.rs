//! Allocation of slots with generations. An odd generation is alive, an even one free; freeing and rolling back both move it on.

use crate::id::Handle;

/// The allocator behind each arena.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    generation: Vec<u32>,
    free: Vec<u32>,
    /// The generation a slot begins with: of a network that was loaded, beyond all that have died in it.
    first: u32,
    /// In debug builds, which arena this is: no handle of another finds anything here.
    #[cfg(debug_assertions)]
    arena: Arena,
}

/// A number of its own for every arena.
#[cfg(debug_assertions)]
#[derive(Debug)]
struct Arena(u32);

#[cfg(debug_assertions)]
impl Default for Arena {
    fn default() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Slots {
    /// Takes a slot; the columns must be grown to [`Slots::len`] by the caller when it is the last one.
    pub(crate) fn take(&mut self) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.generation[slot as usize] += 1;
            slot
        } else {
            let len = self.generation.len();
            make_room(&mut self.generation, len + 1);
            self.generation.push(self.first.max(1));
            (self.generation.len() - 1) as u32
        }
    }

    /// Takes exactly the slot of `handle`, for a network that is loaded; `false` if it is taken.
    pub(crate) fn take_exactly<H: Handle>(&mut self, handle: H) -> bool {
        let slot = handle.slot() as usize;
        if self.generation.len() <= slot {
            self.generation.resize(slot + 1, 0);
        }
        if self.generation[slot] % 2 == 1 {
            return false;
        }
        self.generation[slot] = handle.generation();
        true
    }

    /// Rebuilds the free list after loading, lowest slot first out. No generation up to `died`, an odd one or 0, is given again.
    pub(crate) fn rebuild_free(&mut self, died: u32) {
        self.first = if died == 0 { 1 } else { died + 2 };
        for generation in self
            .generation
            .iter_mut()
            .filter(|generation| generation.is_multiple_of(2))
        {
            *generation = self.first - 1;
        }
        self.free = (0..self.generation.len() as u32)
            .rev()
            .filter(|&slot| self.generation[slot as usize].is_multiple_of(2))
            .collect();
    }

    pub(crate) fn release(&mut self, slot: u32) {
        self.generation[slot as usize] += 1;
        self.free.push(slot);
    }

    pub(crate) fn is_live(&self, slot: u32) -> bool {
        self.generation.get(slot as usize).is_some_and(|g| g % 2 == 1)
    }

    pub(crate) fn holds<H: Handle>(&self, handle: H) -> bool {
        #[cfg(debug_assertions)]
        if handle.arena() != 0 && handle.arena() != self.arena.0 {
            return false;
        }
        self.generation.get(handle.slot() as usize) == Some(&handle.generation())
            || crate::planted::is(crate::planted::Bug::StaleHandle) && self.is_live(handle.slot())
    }

    pub(crate) fn handle<H: Handle>(&self, slot: u32) -> H {
        let handle = H::new(slot, self.generation[slot as usize]);
        #[cfg(debug_assertions)]
        let handle = handle.of_arena(self.arena.0);
        handle
    }

    /// The generation of each slot.
    #[inline]
    pub(crate) fn generations(&self) -> &[u32] {
        &self.generation
    }

    /// Slots ever taken, alive or free.
    pub(crate) fn len(&self) -> usize {
        self.generation.len()
    }

    pub(crate) fn iter_live(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.generation.len() as u32).filter(|&slot| self.is_live(slot))
    }
}

/// Makes a column at least as long as asked. A long one gets room for an eighth more, so that little of it is room.
pub(crate) fn grow<T: Clone>(column: &mut Vec<T>, len: usize, filler: T) {
    if column.len() < len {
        make_room(column, len);
        column.resize(len, filler);
    }
}

/// Makes room in a column for so many.
pub(crate) fn make_room<T>(column: &mut Vec<T>, len: usize) {
    const LONG: usize = 1 << 16;
    if column.capacity() < len && len > LONG {
        column.reserve_exact((len + len / 8).next_multiple_of(1 << 10) - column.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ContactId;

    #[test]
    fn a_released_slot_is_taken_again_under_a_new_generation() {
        let mut slots = Slots::default();
        let first = slots.take();
        let handle: ContactId = slots.handle(first);
        slots.release(first);
        assert!(!slots.holds(handle));
        assert_eq!(slots.take(), first);
        assert!(!slots.holds(handle));
        assert_eq!(ContactId::from_bits(handle.to_bits()), handle);
    }

    #[test]
    fn what_died_before_loading_is_not_given_again() {
        let mut slots = Slots::default();
        assert!(slots.take_exactly(ContactId::new(2, 5)));
        slots.rebuild_free(7);
        let taken: Vec<ContactId> = [0, 1, 3]
            .map(|_| slots.take())
            .into_iter()
            .map(|slot| slots.handle(slot))
            .collect();
        assert_eq!(
            taken,
            [ContactId::new(0, 9), ContactId::new(1, 9), ContactId::new(3, 9)]
        );
        assert!(slots.holds(ContactId::new(2, 5)));
    }

    #[test]
    #[cfg(debug_assertions)]
    fn a_handle_of_another_arena_finds_nothing() {
        let (mut own, mut other) = (Slots::default(), Slots::default());
        let (slot, same) = (own.take(), other.take());
        assert_eq!(slot, same);
        let handle: ContactId = own.handle(slot);
        assert!(own.holds(handle) && !other.holds(handle));
    }
}
