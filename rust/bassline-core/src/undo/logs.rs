//! The logs of ticks that edited nothing, kept as they are: what they name by slot stays so named until something is removed.

use super::entry::{Before, Entry, How};
use super::room::{heap, weight};
use crate::network::Network;
use crate::old::{Kept, Old};
use crate::tick::Touch;
use crate::value::Content;
use std::collections::VecDeque;

/// A log of fewer entries is copied behind others; a longer one is moved.
const NARROW: usize = 64;
/// So many entries, and logs, stand in one segment.
const SEGMENT: usize = 1024;
/// The logs come to so many entries, but for the newest: what is written over and over is to stay in the cache of the processor.
const TOUCHES: usize = 100_000;

/// The places of entries whose contact the tick did not change, and what became of that.
pub(super) type Unchanged = Vec<(u32, Option<How>)>;

/// The log of a tick; its entries stand in its segment.
struct Log {
    tick: u64,
    /// About how much it comes to, written out.
    bytes: usize,
    /// Where its entries begin, and its contents on the heap.
    touches: u32,
    kept: u32,
    /// Whether it has any of those.
    has_heap: bool,
    /// Boxed as hardly a log has one, and there are many logs.
    unchanged: Option<Box<Unchanged>>,
}

impl Log {
    fn how(&self, place: usize) -> Option<How> {
        let Some(unchanged) = &self.unchanged else {
            return Some(How::Changed);
        };
        match unchanged.binary_search_by_key(&(place as u32), |&(place, _)| place) {
            Ok(found) => unchanged.get(found).and_then(|&(_, how)| how),
            Err(_) => Some(How::Changed),
        }
    }
}

/// Logs one behind the other: many narrow ones, or one that is not.
#[derive(Default)]
struct Segment {
    logs: Vec<Log>,
    /// How many of them have been given up.
    gone: usize,
    touches: Vec<Touch>,
    kept: Kept,
    is_wide: bool,
}

impl Segment {
    fn has_room_for(&self, touches: usize) -> bool {
        !self.is_wide && self.touches.len() + touches <= SEGMENT && self.logs.len() < SEGMENT
    }

    /// Begins a log, before its entries and contents join.
    #[inline]
    fn push(&mut self, tick: u64, bytes: usize, has_heap: bool, unchanged: Option<Box<Unchanged>>) {
        self.logs.push(Log {
            has_heap,
            tick,
            bytes,
            touches: self.touches.len() as u32,
            kept: self.kept.all().len() as u32,
            unchanged,
        });
    }

    fn clear(&mut self) {
        self.logs.clear();
        self.gone = 0;
        self.touches.clear();
        self.kept.clear();
    }

    /// What is there of the logs, oldest first.
    fn seen(&self) -> impl Iterator<Item = Seen<'_>> {
        (self.gone..self.logs.len()).filter_map(|place| self.see(place))
    }

    fn see(&self, place: usize) -> Option<Seen<'_>> {
        let log = self.logs.get(place)?;
        let end = self.logs.get(place + 1).map(|next| next.touches as usize);
        let end = end.unwrap_or(self.touches.len());
        Some(Seen {
            log,
            touches: self.touches.get(log.touches as usize..end)?,
            kept: &self.kept,
        })
    }
}

/// A log with its entries.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    log: &'a Log,
    touches: &'a [Touch],
    kept: &'a Kept,
}

impl Seen<'_> {
    fn content(&self, old: Old) -> Content {
        self.kept.content(old.behind(self.log.kept))
    }
}

/// The logs of the last ticks, oldest first.
#[derive(Default)]
pub(super) struct Logs {
    segments: VecDeque<Segment>,
    len: usize,
    /// How many entries there are.
    touches: usize,
    /// How many logs have contents on the heap.
    heaps: usize,
    /// Segments that were given up, for the next narrow logs and the next wide one.
    spare: Option<Segment>,
    wide_spare: Option<Segment>,
}

impl Logs {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn oldest_tick(&self) -> Option<u64> {
        self.iter().next().map(|seen| seen.log.tick)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// So many entries there is room for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        let segments = self.segments.iter().chain(&self.spare).chain(&self.wide_spare);
        segments.map(|segment| segment.touches.capacity()).sum()
    }

    /// Whether one of so many entries is taken without another going for its sake.
    #[inline]
    pub(super) fn takes(&self, touches: usize) -> bool {
        self.touches + touches <= TOUCHES
    }

    /// Whether they hold nothing on the heap.
    #[inline]
    pub(super) fn are_of_numbers(&self) -> bool {
        self.heaps == 0
    }

    pub(super) fn oldest_is_of_numbers(&self) -> bool {
        let oldest = self.segments.front().and_then(|segment| segment.logs.get(segment.gone));
        oldest.is_none_or(|log| !log.has_heap)
    }

    /// Whether the oldest should go.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.touches > TOUCHES && self.len > 1
    }

    /// Takes the log of a tick over; in its place is an empty one. Answers how many bytes it comes to.
    #[inline]
    pub(super) fn push(
        &mut self,
        tick: u64,
        touches: &mut Vec<Touch>,
        kept: &mut Kept,
        unchanged: Option<Unchanged>,
    ) -> usize {
        self.len += 1;
        self.touches += touches.len();
        if touches.len() < NARROW
            && unchanged.is_none()
            && kept.is_empty()
            && let Some(last) = self.segments.back_mut()
            && last.has_room_for(touches.len())
        {
            let bytes = weight(touches.len(), 0, 0);
            last.push(tick, bytes, false, None);
            last.touches.extend_from_slice(touches);
            return bytes;
        }
        self.push_any(tick, touches, kept, unchanged)
    }

    #[cold]
    #[inline(never)]
    fn push_any(
        &mut self,
        tick: u64,
        touches: &mut Vec<Touch>,
        kept: &mut Kept,
        unchanged: Option<Unchanged>,
    ) -> usize {
        let none = |unchanged: &Unchanged| unchanged.iter().filter(|(_, how)| how.is_none()).count();
        let count = touches.len() - unchanged.as_ref().map_or(0, none);
        let bytes = weight(count, kept.all().iter().map(heap).sum(), 0);
        let unchanged = unchanged.map(Box::new);
        let has_heap = !kept.is_empty();
        self.heaps += usize::from(has_heap);
        if touches.len() >= NARROW {
            let mut segment = self.wide_spare.take().unwrap_or_default();
            segment.is_wide = true;
            segment.push(tick, bytes, has_heap, unchanged);
            segment.touches.reserve(touches.len());
            // A short log in much room would keep all of that.
            if touches.len() < touches.capacity() / 2 {
                segment.touches.extend_from_slice(touches);
            } else {
                std::mem::swap(&mut segment.touches, touches);
            }
            std::mem::swap(&mut segment.kept, kept);
            self.segments.push_back(segment);
            return bytes;
        }
        let has_room = |last: &Segment| last.has_room_for(touches.len());
        if !self.segments.back().is_some_and(has_room) {
            self.segments.push_back(self.spare.take().unwrap_or_default());
        }
        if let Some(last) = self.segments.back_mut() {
            last.push(tick, bytes, has_heap, unchanged);
            last.touches.extend_from_slice(touches);
            last.kept.join(kept);
        }
        bytes
    }

    /// Gives the oldest up; answers how many bytes it came to.
    #[inline]
    pub(super) fn give_up_oldest(&mut self) -> Option<usize> {
        let segment = self.segments.front_mut()?;
        let log = segment.logs.get_mut(segment.gone)?;
        let (bytes, from, kept) = (log.bytes, log.touches, log.kept);
        if log.unchanged.is_some() {
            log.unchanged = None;
        }
        self.heaps -= usize::from(log.has_heap);
        segment.gone += 1;
        self.len -= 1;
        if let Some(next) = segment.logs.get(segment.gone) {
            self.touches -= (next.touches - from) as usize;
            if next.kept != kept {
                segment.kept.empty(kept as usize..next.kept as usize);
            }
        } else {
            self.touches -= segment.touches.len() - from as usize;
            self.give_up_segment();
        }
        Some(bytes)
    }

    #[cold]
    #[inline(never)]
    fn give_up_segment(&mut self) {
        let Some(mut segment) = self.segments.pop_front() else {
            return;
        };
        segment.clear();
        if segment.is_wide {
            self.wide_spare = Some(segment);
        } else {
            self.spare = Some(segment);
        }
    }

    /// Each log, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Seen<'_>> {
        self.segments.iter().flat_map(Segment::seen)
    }

    pub(super) fn of_tick(&self, tick: u64) -> Option<Seen<'_>> {
        let ends_before = |segment: &Segment| segment.logs.last().is_some_and(|log| log.tick < tick);
        let segment = self.segments.get(self.segments.partition_point(ends_before))?;
        let place = segment.logs.binary_search_by_key(&tick, |log| log.tick).ok()?;
        (place >= segment.gone).then(|| segment.see(place)).flatten()
    }

    /// Forgets all; a little room is kept.
    fn clear(&mut self) {
        let mut first = self.segments.pop_front().filter(|segment| !segment.is_wide);
        if let Some(first) = &mut first {
            first.clear();
        }
        *self = Self {
            spare: first.or(self.spare.take()),
            ..Self::default()
        };
    }
}

impl Network {
    /// Writes the logs out, before something is removed or what is kept of ticks is applied.
    pub(crate) fn write_out_logs(&mut self) {
        if !self.history.logs.is_empty() {
            let mut logs = std::mem::take(&mut self.history.logs);
            let mut befores = std::mem::take(&mut self.history.befores);
            for seen in logs.iter() {
                let from = befores.len();
                befores.extend(self.befores_of(seen));
                self.history
                    .undo
                    .push_back(Entry::of_log(seen.log, befores.len() - from));
            }
            logs.clear();
            (self.history.logs, self.history.befores) = (logs, befores);
        }
        if !self.history.other_logs.is_empty() {
            let mut logs = std::mem::take(&mut self.history.other_logs);
            for seen in logs.iter() {
                let befores: Vec<Before> = self.befores_of(seen).collect();
                self.history
                    .others
                    .push_back((Entry::of_log(seen.log, befores.len()), befores));
            }
            logs.clear();
            self.history.other_logs = logs;
        }
    }

    fn befores_of<'a>(&'a self, seen: Seen<'a>) -> impl Iterator<Item = Before> + 'a {
        seen.touches.iter().enumerate().filter_map(move |(place, touch)| {
            let how = seen.log.how(place)?;
            Some(self.before(touch, how, seen.log.tick, seen.content(touch.old)))
        })
    }

    /// What a contact was before the tick of a log, if that changed it.
    pub(super) fn logged_before(&self, seen: Seen<'_>, slot: u32) -> Option<Before> {
        let place = seen.touches.iter().position(|touch| touch.contact == slot)?;
        let (touch, how) = (seen.touches.get(place)?, seen.log.how(place)?);
        Some(self.before(touch, how, seen.log.tick, seen.content(touch.old)))
    }

    /// What the contact of an entry of a log was before it.
    #[inline]
    pub(super) fn before(&self, touch: &Touch, how: How, tick: u64, content: Content) -> Before {
        let key = self.key_of_contact(touch.contact);
        let version = touch.version.tick(tick);
        Before {
            contact: key.bits(),
            content,
            by: self.by_of(touch.writer),
            how,
            other: self.stands(key, version),
            version,
        }
    }
}

impl Entry {
    fn of_log(log: &Log, count: usize) -> Self {
        Self {
            tick: log.tick,
            at: log.tick,
            count,
            bytes: log.bytes,
            structure: None,
            is_return: false,
        }
    }
}
