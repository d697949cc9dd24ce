//! What waits to fire, by level: gadgets in linked lists through their rows, one per level, with a bit set of the levels in use;
//! contacts and regions, which wait rarely, in a heap.

use crate::contact::NONE;
use crate::gadget::{Row, flag};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something that waits and is not a gadget.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Waiting {
    /// A contact all of whose writers will have fired.
    Contact(u32),
    /// A region of a cycle.
    Region(u32),
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    Gadgets(Line),
    Other(Waiting),
    Nothing,
}

/// The gadgets that wait at one level, linked through their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) head: u32,
    tail: u32,
}

const EMPTY: Line = Line { head: NONE, tail: NONE };

#[derive(Debug, Default)]
pub(crate) struct Queue {
    lines: Vec<Line>,
    /// One bit per line in use.
    used: Vec<u64>,
    /// The level of line 0.
    base: i32,
    /// No line in use below this word.
    word: usize,
    /// How many lines are in use.
    waiting: usize,
    others: BinaryHeap<Reverse<(i32, Waiting)>>,
}

impl Queue {
    /// Puts a gadget in line at its level; nothing if it waits already.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the innermost of the loop; a call costs a third of it"
    )]
    pub(crate) fn push_gadget(&mut self, rows: &mut [Row], slot: u32) {
        let row = &mut rows[slot as usize];
        if row.flags & flag::QUEUED != 0 {
            return;
        }
        row.flags |= flag::QUEUED;
        row.next = NONE;
        let level = row.level;
        match self.lines.get_mut(level.wrapping_sub(self.base) as usize) {
            Some(line) if line.head != NONE => {
                let tail = std::mem::replace(&mut line.tail, slot);
                rows[tail as usize].next = slot;
            }
            _ => self.begin_line(level, slot),
        }
    }

    /// Puts the first gadget of a level in line.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `push_gadget`")]
    fn begin_line(&mut self, level: i32, slot: u32) {
        let at = level.wrapping_sub(self.base) as usize;
        let at = if at < self.lines.len() {
            at
        } else {
            self.make_room(level)
        };
        self.lines[at] = Line { head: slot, tail: slot };
        self.waiting += 1;
        let word = at / 64;
        self.used[word] |= 1 << (at % 64);
        self.word = self.word.min(word);
    }

    /// Puts the readers of a contact in line, from the first on; how many, until one that is not a gadget waiting by level.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `push_gadget`")]
    pub(crate) fn push_gadgets(&mut self, rows: &mut [Row], readers: &[u32]) -> usize {
        for (at, &reader) in readers.iter().enumerate() {
            // The code of a wire is beyond every row.
            match rows.get(reader as usize) {
                Some(row) if row.flags & (flag::STREAM | flag::CYCLIC) == 0 => self.push_gadget(rows, reader),
                _ => return at,
            }
        }
        readers.len()
    }

    #[cold]
    fn make_room(&mut self, level: i32) -> usize {
        if self.lines.is_empty() {
            self.base = level & !63;
        }
        if level < self.base {
            // Grow downwards by whole words, at least doubling, so that building backwards stays linear.
            let wanted = (self.base - level) as usize;
            let more = wanted.max(self.lines.len()).next_multiple_of(64);
            self.lines.splice(0..0, std::iter::repeat_n(EMPTY, more));
            self.used.splice(0..0, std::iter::repeat_n(0, more / 64));
            self.word += more / 64;
            self.base -= more as i32;
        }
        let at = (level - self.base) as usize;
        if at >= self.lines.len() {
            let len = (at + 1).max(self.lines.len() * 2).next_multiple_of(64);
            self.lines.resize(len, EMPTY);
            self.used.resize(len / 64, 0);
        }
        at
    }

    pub(crate) fn push_other(&mut self, level: i32, what: Waiting) {
        self.others.push(Reverse((level, what)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0 && self.others.is_empty()
    }

    /// Takes what waits at the lowest level, all gadgets of the level first; with the level it waited at.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "once per level")]
    pub(crate) fn take(&mut self) -> (i32, Next) {
        if self.waiting == 0 {
            return self.take_other();
        }
        while self.used[self.word] == 0 {
            self.word += 1;
        }
        let bit = self.used[self.word].trailing_zeros() as usize;
        let at = self.word * 64 + bit;
        let level = self.base + at as i32;
        if let Some(Reverse((other, what))) = self.others.peek().copied()
            && other < level
        {
            self.others.pop();
            return (other, Next::Other(what));
        }
        self.waiting -= 1;
        self.used[self.word] &= !(1 << bit);
        (level, Next::Gadgets(std::mem::replace(&mut self.lines[at], EMPTY)))
    }

    #[inline]
    fn take_other(&mut self) -> (i32, Next) {
        if self.others.is_empty() {
            return (0, Next::Nothing);
        }
        match self.others.pop() {
            Some(Reverse((level, what))) => (level, Next::Other(what)),
            None => (0, Next::Nothing),
        }
    }

    /// Puts the rest of a line back, from `head` on, before what has come to its level since.
    pub(crate) fn put_back(&mut self, rows: &mut [Row], level: i32, line: Line, head: u32) {
        if head == NONE {
            return;
        }
        let at = (level - self.base) as usize;
        let since = self.lines[at];
        self.lines[at].head = head;
        if since.head == NONE {
            self.lines[at].tail = line.tail;
            self.used[at / 64] |= 1 << (at % 64);
            self.word = self.word.min(at / 64);
            self.waiting += 1;
        } else {
            rows[line.tail as usize].next = since.head;
        }
    }

    /// Whether something waits below a level.
    pub(crate) fn has_below(&self, level: i32) -> bool {
        let at = (level - self.base) as usize;
        let word = at / 64;
        self.others.peek().is_some_and(|Reverse((other, _))| *other < level)
            || self.used[self.word.min(word)..word].iter().any(|&bits| bits != 0)
            || self
                .used
                .get(word)
                .is_some_and(|bits| bits & ((1 << (at % 64)) - 1) != 0)
    }

    /// Forgets everything that waits.
    pub(crate) fn clear(&mut self, rows: &mut [Row]) {
        self.others.clear();
        while let (_, Next::Gadgets(line)) = self.take() {
            let mut at = line.head;
            while let Some(row) = rows.get_mut(at as usize) {
                row.flags &= !flag::QUEUED;
                at = row.next;
            }
        }
        self.word = 0;
    }

    /// After the last pop: the next tick begins at the lowest line again.
    pub(crate) fn rewind(&mut self) {
        self.word = self.used.len().saturating_sub(1);
        // A tick in which a great many waited leaves no room behind.
        if self.others.is_empty() && self.others.capacity() > 1 << 12 {
            self.others = BinaryHeap::new();
        }
    }
}
