//! The books of one driver: what it was handed, held against the story.

use crate::keeping::FlakyLetters;
use crate::story::{Story, Written, contents_of, number};
use bassline_core::{ContactId, StructureChange};
use bassline_kernel::{Batch, Gap, GapReason, Position, Record, Snapshot, TickRecord};
use std::collections::{BTreeMap, BTreeSet};

/// What a driver may expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Every tick, whole.
    Exact,
    /// The newest of each contact.
    Newest,
    /// The newest ticks.
    Latest,
}

/// What it was told of, and what follows from that.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Books {
    pub(crate) contents: BTreeMap<ContactId, u64>,
    /// The last tick in the contents.
    pub(crate) reached: Position,
    /// The last tick it has said that it took.
    pub(crate) answered: u64,
    /// The tick of the last snapshot in this life.
    pub(crate) shown: Option<u64>,
    /// The last tick it was handed in this life.
    pub(crate) handed: u64,
    /// It has nothing to go on from: a snapshot has to come first.
    pub(crate) blank: bool,
    /// It asked for a snapshot, so that what one stands for is not missing.
    pub(crate) asked: bool,
    /// What was not acknowledged may come again.
    pub(crate) repeats: bool,
    told: Vec<Gap>,
    /// Of ticks or events: how many were told to be missing, and are; from where on they are counted.
    missing: u64,
    lost: u64,
    seen: u64,
    since: u64,
    /// Whether both can be known.
    counted: bool,
    /// Dead letters that it took in the end.
    pub(crate) late: BTreeSet<(u64, u64)>,
}

/// Whom the books are of, and what they are held against.
pub(crate) struct Against<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: Kind,
    pub(crate) story: &'a Story,
    pub(crate) letters: &'a FlakyLetters,
}

pub(crate) type Judged<T = ()> = Result<T, String>;

fn hold(is_so: bool, otherwise: impl FnOnce() -> String) -> Judged {
    if is_so { Ok(()) } else { Err(otherwise()) }
}

impl Books {
    /// Begins with ticks behind a place, from contents that are known to be those of that place.
    pub(crate) fn begin_at(&mut self, contents: BTreeMap<ContactId, u64>, reached: Position) {
        let late = std::mem::take(&mut self.late);
        *self = Self {
            contents,
            reached,
            answered: reached.tick,
            since: reached.tick,
            counted: true,
            late,
            ..Self::default()
        };
    }

    /// Begins anew with what was not acknowledged.
    pub(crate) fn begin_again(&mut self) {
        (self.shown, self.handed) = (None, 0);
        (self.repeats, self.counted) = (true, false);
    }

    fn is_aside(&self, against: &Against<'_>, tick: u64) -> bool {
        let epoch = against.story.epoch_of(tick).unwrap_or(0);
        self.late.contains(&(tick, epoch)) || against.letters.holds(against.name, tick, epoch)
    }

    fn is_told(&self, tick: u64) -> bool {
        let holds = |gap: &Gap| gap.first_tick.is_none_or(|first| first <= tick) && gap.last_tick >= tick;
        self.told.iter().any(holds)
    }

    /// The last tick up to which everything is taken, or put aside.
    pub(crate) fn done(&self, against: &Against<'_>) -> u64 {
        let mut tick = self.answered;
        if against.kind != Kind::Exact {
            // What lies before a tick that was put aside was handed over, superseded or dropped.
            let aside = (tick + 1..=against.story.last()).rev();
            return aside
                .into_iter()
                .find(|tick| self.is_aside(against, *tick))
                .unwrap_or(tick);
        }
        while tick < against.story.last() && self.is_aside(against, tick + 1) {
            tick += 1;
        }
        tick
    }

    /// Takes a batch, or says what is wrong with it.
    pub(crate) fn take(&mut self, batch: &Batch, against: &Against<'_>) -> Judged {
        if let Some(gap) = batch.gap {
            hold(gap.last_tick <= against.story.last(), || {
                format!("{gap:?} reaches into the future")
            })?;
            self.told.push(gap);
            self.missing += gap.missing.unwrap_or(0);
            self.counted &= gap.reason != GapReason::Resynchronised;
        }
        if let Some(snapshot) = &batch.snapshot {
            self.take_snapshot(snapshot, against)?;
        }
        for record in &batch.records {
            self.take_record(&record, against)?;
        }
        if against.kind == Kind::Latest && self.counted {
            let (lost, told) = (self.lost, self.missing);
            hold(lost <= told, || format!("{lost} ticks are missing, {told} were told"))?;
        }
        Ok(())
    }

    fn take_snapshot(&mut self, snapshot: &Snapshot, against: &Against<'_>) -> Judged {
        let tick = snapshot.position.tick;
        let (found, expected) = (contents_of(&snapshot.image), against.story.contents(tick));
        hold(found == expected, || {
            format!("a snapshot of tick {tick} shows {found:?}, that was {expected:?}")
        })?;
        hold(against.story.epoch_of(tick) == Some(snapshot.position.epoch), || {
            format!("the snapshot's {:?} is a place that never was", snapshot.position)
        })?;
        hold(
            self.shown.is_none_or(|shown| shown <= tick) && self.handed <= tick,
            || format!("a snapshot of tick {tick} behind tick {}", self.handed),
        )?;
        if !self.blank && !self.asked {
            let mut missing = self.reached.tick + 1..=tick;
            hold(
                missing.all(|tick| self.is_told(tick) || self.is_aside(against, tick)),
                || format!("a snapshot of {tick} behind {:?} without a gap", self.reached),
            )?;
        }
        let late = std::mem::take(&mut self.late);
        *self = Self {
            contents: expected,
            reached: snapshot.position,
            shown: Some(tick),
            since: tick,
            counted: true,
            answered: self.answered.min(tick),
            handed: tick,
            late,
            ..Self::default()
        };
        Ok(())
    }

    fn take_record(&mut self, record: &Record<'_>, against: &Against<'_>) -> Judged {
        let tick = record.tick;
        let Some(told) = against.story.tick(tick).filter(|told| told.epoch == record.epoch) else {
            return Err(format!("tick {tick} of epoch {} never was", record.epoch));
        };
        hold(!self.blank, || {
            format!("tick {tick} came, and the snapshot before it did not")
        })?;
        hold(self.shown.is_none_or(|shown| tick > shown), || {
            format!("tick {tick} came behind a snapshot of tick {:?}", self.shown)
        })?;
        if tick <= self.reached.tick {
            let again = self.repeats && against.kind != Kind::Exact;
            hold(again || tick > self.answered, || format!("tick {tick} came again"))?;
            return Ok(()); // its effect is there
        }
        let before = self.reached;
        let known = against.story.epoch_of(before.tick);
        hold(known == Some(before.epoch), || {
            format!("tick {tick} came behind {before:?}, which never was")
        })?;
        for missing in before.tick + 1..tick {
            self.miss(missing, tick, against)?;
        }
        let mut written: Vec<Written> = Vec::new();
        for change in record.changes() {
            let Some(number) = number(&change.new) else { continue };
            let (contact, event) = (change.contact, change.event);
            written.push(Written { contact, number, event });
            if !event {
                self.follow(contact, crate::story::number(&change.old), number, tick, against)?;
            }
        }
        self.compare(written, told, tick, against)?;
        for edit in record.structure {
            if let StructureChange::ContactRemoved(contact) = edit {
                self.contents.remove(contact);
            }
        }
        self.handed = tick;
        self.reached = Position {
            epoch: record.epoch,
            tick,
        };
        Ok(())
    }

    /// A tick before the one that came did not.
    fn miss(&mut self, missing: u64, tick: u64, against: &Against<'_>) -> Judged {
        match against.kind {
            _ if self.is_aside(against, missing) => {}
            Kind::Newest => {}
            Kind::Latest if self.is_told(missing) => self.lost += 1,
            Kind::Exact | Kind::Latest => return Err(format!("tick {tick} came, and tick {missing} did not")),
        }
        Ok(())
    }

    /// Holds what came of a tick against what it wrote.
    fn compare(
        &mut self,
        mut found: Vec<Written>,
        told: &crate::story::Told,
        tick: u64,
        against: &Against<'_>,
    ) -> Judged {
        let mut expected = told.written.clone();
        found.sort_unstable();
        expected.sort_unstable();
        self.seen += found.iter().filter(|written| written.event).count() as u64;
        let is_right = match against.kind {
            Kind::Newest => found.iter().all(|written| expected.contains(written)),
            Kind::Latest if found.is_empty() && !expected.is_empty() => {
                self.lost += 1;
                self.is_told(tick)
            }
            Kind::Exact | Kind::Latest => found == expected,
        };
        hold(is_right, || {
            format!("tick {tick} came as {found:?}, it was {expected:?}")
        })
    }

    /// A register's next value: the one before it is what is known.
    fn follow(&mut self, contact: ContactId, old: Option<u64>, new: u64, tick: u64, against: &Against<'_>) -> Judged {
        let known = self.contents.get(&contact).copied();
        if known.is_some_and(|known| known >= new) {
            return hold(self.repeats, || format!("tick {tick} brings {new} behind {known:?}"));
        }
        let aside = || {
            let letters = against.letters.ticks_of(against.name);
            let late = self.late.iter().map(|(tick, _)| *tick);
            let mut ticks = late.chain(letters.iter().map(|record| record.tick));
            ticks.any(|tick| {
                against
                    .story
                    .tick(tick)
                    .is_some_and(|told| told.written.iter().any(|w| Some(w.number) == old))
            })
        };
        // A driver of the newest that begins again was not told of what a later change superseded.
        let fits = old == known
            || against.kind == Kind::Latest
            || (self.repeats && (old < known || against.kind == Kind::Newest));
        hold(fits || aside(), || {
            format!("tick {tick} goes on from {old:?} for {contact:?}, known is {known:?}")
        })?;
        self.contents.insert(contact, new);
        Ok(())
    }

    /// Takes a dead letter after all.
    pub(crate) fn take_letter(&mut self, record: &TickRecord) {
        self.late.insert((record.tick, record.epoch));
    }

    /// Holds it all against the story, when nothing more is to come.
    pub(crate) fn close(&self, against: &Against<'_>) -> Judged {
        let last = against.story.last();
        let done = self.done(against);
        hold(done == last, || format!("it reached tick {done} of {last}"))?;
        let any_aside = !self.late.is_empty() || !against.letters.ticks_of(against.name).is_empty();
        if against.kind != Kind::Latest && !any_aside {
            let expected = against.story.contents(last);
            hold(self.contents == expected, || {
                format!("it holds {:?}, that is {expected:?}", self.contents)
            })?;
        }
        if self.counted && !any_aside {
            let (told, gone) = match against.kind {
                Kind::Exact => (0, 0),
                Kind::Latest => (self.missing, self.lost),
                Kind::Newest => {
                    let events: u64 = (self.since + 1..=last).map(|tick| against.story.events(tick)).sum();
                    (self.missing, events - self.seen)
                }
            };
            hold(told == gone, || format!("{told} were told to be missing, {gone} are"))?;
        }
        Ok(())
    }
}
