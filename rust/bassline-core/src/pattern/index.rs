//! Which patterns a contact is of: asked of each pattern once per contact, not once per change.

use super::Pattern;
use crate::id::{ContactId, Handle};
use crate::slots::grow;
use crate::value::Text;
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::sync::Arc;

/// Patterns, each under the key of who has it.
///
/// A contact keeps its path as long as it lives, and a slot that is taken again has another generation, so that what was found
/// for a handle holds until a pattern comes or goes.
///
/// ```
/// use bassline_core::{ContactId, Handle, Pattern, PatternIndex};
/// let mut index = PatternIndex::default();
/// index.add(&Pattern::new("sensors/**"), 1);
/// index.add(&Pattern::new("**/peak"), 2);
/// let found = index.matching(ContactId::from_bits(7), || "sensors/peak".into());
/// assert_eq!(found.map(|keys| keys.to_vec()), Some(vec![1, 2]));
/// ```
#[derive(Debug, Default)]
pub struct PatternIndex {
    /// Patterns by the names they begin with, up to the first that has a star; of a path, all of it.
    beginning: FxHashMap<String, Bucket>,
    /// Those that begin with a star, by the name they end with.
    ending: FxHashMap<String, Bucket>,
    /// How many keys there are.
    len: usize,
    /// Moves on when a pattern comes or goes.
    stamp: u32,
    /// What was found, by the slot of the contact.
    found: Vec<Found>,
}

type Bucket = IndexMap<Pattern, Vec<u64>, FxBuildHasher>;

#[derive(Debug, Clone, Default)]
struct Found {
    generation: u32,
    stamp: u32,
    keys: Option<Arc<[u64]>>,
}

/// Where a pattern stands.
enum Place<'a> {
    Beginning(&'a str),
    Ending(&'a str),
}

fn place_of(pattern: &Pattern) -> Place<'_> {
    let text = pattern.0.as_str();
    let Some(star) = text.find('*') else {
        return Place::Beginning(text);
    };
    let last = text.rsplit('/').next().unwrap_or(text);
    match text.get(..star).and_then(|plain| plain.rsplit_once('/')) {
        Some((names, _)) => Place::Beginning(names),
        None if !last.contains('*') => Place::Ending(last),
        None => Place::Beginning(""),
    }
}

impl PatternIndex {
    /// Adds a pattern under a key. A key is had by one pattern.
    pub fn add(&mut self, pattern: &Pattern, key: u64) {
        let (map, name) = self.side(pattern);
        let bucket = map.entry(name.to_owned()).or_default();
        bucket.entry(pattern.clone()).or_default().push(key);
        self.len += 1;
        self.changed();
    }

    /// Takes the pattern of a key away.
    pub fn remove(&mut self, pattern: &Pattern, key: u64) {
        let (map, name) = self.side(pattern);
        let Some(bucket) = map.get_mut(name) else { return };
        let Some(keys) = bucket.get_mut(pattern) else { return };
        let Some(at) = keys.iter().position(|known| *known == key) else {
            return;
        };
        keys.swap_remove(at);
        if keys.is_empty() {
            bucket.swap_remove(pattern);
        }
        if bucket.is_empty() {
            map.remove(name);
        }
        self.len -= 1;
        self.changed();
    }

    fn side<'a>(&mut self, pattern: &'a Pattern) -> (&mut FxHashMap<String, Bucket>, &'a str) {
        match place_of(pattern) {
            Place::Beginning(names) => (&mut self.beginning, names),
            Place::Ending(name) => (&mut self.ending, name),
        }
    }

    fn changed(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 || self.len == 0 {
            self.found = Vec::new();
        }
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The keys whose patterns a contact is of, in ascending order; `None` for none. `path` is asked the first time only.
    #[inline]
    pub fn matching(&mut self, contact: ContactId, path: impl FnOnce() -> Text) -> Option<&Arc<[u64]>> {
        let (slot, generation) = (contact.slot() as usize, contact.generation());
        let known = self.found.get(slot);
        if known.is_none_or(|found| (found.generation, found.stamp) != (generation, self.stamp)) {
            let keys = self.find(&path());
            grow(&mut self.found, slot + 1, Found::default());
            if let Some(found) = self.found.get_mut(slot) {
                *found = Found {
                    generation,
                    stamp: self.stamp,
                    keys,
                };
            }
        }
        self.found.get(slot).and_then(|found| found.keys.as_ref())
    }

    #[cold]
    fn find(&self, path: &str) -> Option<Arc<[u64]>> {
        let mut keys: Vec<u64> = Vec::new();
        let mut look = |bucket: Option<&Bucket>| {
            let of_it = bucket
                .into_iter()
                .flatten()
                .filter(|(pattern, _)| pattern.matches(path));
            keys.extend(of_it.flat_map(|(_, keys)| keys));
        };
        look(self.beginning.get(""));
        let ends = path.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([path.len()]).filter(|&end| end > 0) {
            look(path.get(..end).and_then(|names| self.beginning.get(names)));
        }
        look(path.rsplit('/').next().and_then(|name| self.ending.get(name)));
        keys.sort_unstable();
        (!keys.is_empty()).then(|| keys.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(slot: u32, generation: u32) -> ContactId {
        ContactId::new(slot, generation)
    }

    fn found(index: &mut PatternIndex, contact: ContactId, path: &str) -> Vec<u64> {
        index
            .matching(contact, || path.into())
            .map_or_else(Vec::new, |keys| keys.to_vec())
    }

    #[test]
    fn it_finds_what_each_pattern_says_by_itself_while_patterns_come_and_go() {
        let names = ["a", "b", "ab", "ba"];
        let parts = ["a", "b", "ab", "*", "**", "a*", "*b"];
        let mut drawn: u64 = 7;
        let mut draw = |upto: usize| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (drawn >> 33) as usize % upto
        };
        let mut index = PatternIndex::default();
        let mut plain: Vec<(u64, Pattern)> = Vec::new();
        let mut matched = 0;
        for step in 0..5_000u64 {
            match draw(4) {
                0 if !plain.is_empty() => {
                    let (key, pattern) = plain.swap_remove(draw(plain.len()));
                    index.remove(&pattern, key);
                }
                0 | 1 => {
                    let text: Vec<&str> = (0..=draw(4)).map(|_| parts[draw(parts.len())]).collect();
                    let pattern = Pattern::new(&text.join("/"));
                    index.add(&pattern, step);
                    plain.push((step, pattern));
                }
                _ => {
                    let depth = draw(4);
                    let path: Vec<&str> = (0..=depth).map(|_| names[draw(names.len())]).collect();
                    let path = path.join("/");
                    // Slots are taken again, each time by a contact of its own.
                    let contact = id(draw(5) as u32, 2 * step as u32 + 1);
                    let mut expected: Vec<u64> = plain
                        .iter()
                        .filter(|(_, pattern)| pattern.matches(&path))
                        .map(|(key, _)| *key)
                        .collect();
                    expected.sort_unstable();
                    matched += expected.len();
                    assert_eq!(found(&mut index, contact, &path), expected, "{path}");
                    assert_eq!(found(&mut index, contact, "not asked again"), expected);
                }
            }
            assert_eq!(index.is_empty(), plain.is_empty());
        }
        assert!(matched > 1_000, "{matched}");
    }

    #[test]
    fn a_contact_is_looked_for_again_when_a_pattern_comes_or_goes_or_another_takes_its_slot() {
        let mut index = PatternIndex::default();
        index.add(&Pattern::new("x"), 1);
        assert_eq!(found(&mut index, id(3, 1), "x"), [1]);
        index.add(&Pattern::new("*"), 2);
        assert_eq!(found(&mut index, id(3, 1), "x"), [1, 2]);
        assert_eq!(found(&mut index, id(3, 3), "y"), [2]);
        index.remove(&Pattern::new("*"), 2);
        assert!(found(&mut index, id(3, 3), "y").is_empty());
        index.remove(&Pattern::new("x"), 1);
        assert!(index.is_empty() && index.found.is_empty() && index.beginning.is_empty());
    }
}
