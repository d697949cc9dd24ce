//! One file of a simulated disk: what a reader sees, what is durable, and every state in between that a power loss may leave.

use super::faults::Fired;
use super::random::Random;
use std::collections::BTreeMap;

/// What a disk writes as one piece. A torn one holds the beginning of one version and the end of another, never anything else.
pub(super) const SECTOR: usize = 512;

type Sector = [u8; SECTOR];

/// Content and length, durable and not.
#[derive(Debug, Clone, Default)]
pub(super) struct Sectors {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// What each sector held after every write since the last sync, oldest first.
    versions: BTreeMap<usize, Vec<Sector>>,
    /// The lengths since the last sync.
    lengths: Vec<usize>,
}

fn sector_of(content: &[u8], number: usize) -> Sector {
    let mut sector = [0; SECTOR];
    let begin = (number * SECTOR).min(content.len());
    let part = &content[begin..content.len().min(begin + SECTOR)];
    sector[..part.len()].copy_from_slice(part);
    sector
}

fn put(content: &mut Vec<u8>, number: usize, sector: &Sector) {
    let end = (number + 1) * SECTOR;
    if content.len() < end {
        content.resize(end, 0);
    }
    content[end - SECTOR..end].copy_from_slice(sector);
}

impl Sectors {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.now
    }

    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = offset + bytes.len();
        if self.now.len() < end {
            self.now.resize(end, 0);
            self.lengths.push(end);
        }
        self.now[offset..end].copy_from_slice(bytes);
        self.remember(offset, end);
    }

    pub(super) fn set_len(&mut self, length: usize) {
        let (low, high) = (length.min(self.now.len()), length.max(self.now.len()));
        self.now.resize(length, 0);
        self.lengths.push(length);
        self.remember(low, high);
    }

    fn remember(&mut self, begin: usize, end: usize) {
        for number in begin / SECTOR..end.div_ceil(SECTOR) {
            let sector = sector_of(&self.now, number);
            self.versions.entry(number).or_default().push(sector);
        }
    }

    pub(super) fn sync(&mut self) {
        if !self.versions.is_empty() || !self.lengths.is_empty() {
            // What an earlier failed sync dropped is not written now: only what changed since is.
            let mut durable = std::mem::take(&mut self.durable);
            for (number, versions) in &self.versions {
                if let Some(last) = versions.last() {
                    put(&mut durable, *number, last);
                }
            }
            durable.resize(self.now.len(), 0);
            self.durable = durable;
            self.settle();
        }
    }

    /// A sync that fails: some sectors reach the disk, the others are forgotten, and readers do not see the difference.
    pub(super) fn fail_sync(&mut self, random: &mut Random, fired: &mut Fired) {
        self.durable = self.survivors(random, fired);
        self.settle();
    }

    fn settle(&mut self) {
        self.versions.clear();
        self.lengths.clear();
    }

    /// What a power loss leaves: every sector in any of its states since the last sync, the length likewise.
    pub(super) fn survivors(&self, random: &mut Random, fired: &mut Fired) -> Vec<u8> {
        let mut content = self.durable.clone();
        // All or nothing as well: a mixture of many sectors would hardly ever leave either.
        let mood = random.below(4);
        for (number, versions) in &self.versions {
            let durable = sector_of(&self.durable, *number);
            let state = |at: usize| if at == 0 { &durable } else { &versions[at - 1] };
            let chosen = match mood {
                0 => versions.len(),
                1 => 0,
                _ => random.below(versions.len() as u64 + 1) as usize,
            };
            let mut sector = *state(chosen);
            if chosen < versions.len() {
                fired.count(if chosen == 0 {
                    "sector lost"
                } else {
                    "sector of an earlier write"
                });
                if random.once_in(4) {
                    let tear = random.below(SECTOR as u64) as usize;
                    sector[..tear].copy_from_slice(&state(chosen + 1)[..tear]);
                    fired.count("sector torn");
                } else if random.once_in(8) {
                    let tear = random.below(SECTOR as u64) as usize;
                    sector[tear..].copy_from_slice(&state(chosen + 1)[tear..]);
                    fired.count("sector torn");
                }
            }
            put(&mut content, *number, &sector);
        }
        let chosen = match mood {
            0 => self.lengths.len(),
            _ => random.below(self.lengths.len() as u64 + 1) as usize,
        };
        if chosen < self.lengths.len() {
            fired.count("length lost");
        }
        let length = if chosen == 0 {
            self.durable.len()
        } else {
            self.lengths[chosen - 1]
        };
        content.resize(length, 0);
        content
    }

    /// A file whose whole content is durable.
    pub(super) fn durable(content: Vec<u8>) -> Self {
        Self {
            now: content.clone(),
            durable: content,
            ..Self::default()
        }
    }
}
