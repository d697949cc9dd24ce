//! What is in each group, in order of coming: lists linked through columns, so that coming and going cost the same in any group.

use crate::contact::NONE;

/// The first and the last of a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    first: u32,
    last: u32,
}

impl Default for Ends {
    fn default() -> Self {
        Self {
            first: NONE,
            last: NONE,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Link {
    before: u32,
    after: u32,
}

/// The links between members of the same group, by slot.
#[derive(Debug, Default)]
pub(crate) struct Members {
    links: Vec<Link>,
}

impl Members {
    pub(crate) fn append(&mut self, ends: &mut Ends, slot: u32) {
        let at = slot as usize;
        if self.links.len() <= at {
            crate::slots::grow(
                &mut self.links,
                at + 1,
                Link {
                    before: NONE,
                    after: NONE,
                },
            );
        }
        self.links[at] = Link {
            before: ends.last,
            after: NONE,
        };
        match ends.last {
            NONE => ends.first = slot,
            last => self.links[last as usize].after = slot,
        }
        ends.last = slot;
    }

    pub(crate) fn remove(&mut self, ends: &mut Ends, slot: u32) {
        let Link { before, after } = self.links[slot as usize];
        match before {
            NONE => ends.first = after,
            before => self.links[before as usize].after = after,
        }
        match after {
            NONE => ends.last = before,
            after => self.links[after as usize].before = before,
        }
    }

    pub(crate) fn of(&self, ends: Ends) -> impl Iterator<Item = u32> + '_ {
        let living = |slot: u32| (slot != NONE).then_some(slot);
        std::iter::successors(living(ends.first), move |&slot| living(self.links[slot as usize].after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn members_behave_as_vectors(operations in prop::collection::vec((0usize..2, 0u32..8), 0..100)) {
            let (mut members, mut ends) = (Members::default(), [Ends::default(); 2]);
            let mut model = [Vec::new(), Vec::new()];
            for (group, slot) in operations {
                if let Some(group) = (0..2).find(|&group| model[group].contains(&slot)) {
                    members.remove(&mut ends[group], slot);
                    model[group].retain(|&other| other != slot);
                } else {
                    members.append(&mut ends[group], slot);
                    model[group].push(slot);
                }
                for group in 0..2 {
                    prop_assert_eq!(&members.of(ends[group]).collect::<Vec<u32>>(), &model[group]);
                }
            }
        }
    }
}
