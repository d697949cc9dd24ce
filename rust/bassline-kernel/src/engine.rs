//! A network with its kernel: a committed tick gets its time and position, goes into the log, and is told to whoever watches.

use crate::clock::Clock;
use crate::kernel::Kernel;
use crate::record::Head;
use crate::schedule::{Scheduler, Waiting};
use bassline_core::{Changes, Content, Network, NetworkError, Settled, Text, TickDone, Value};
use indexmap::IndexMap;
use std::collections::VecDeque;
use std::sync::Arc;

mod meter;
mod past;

pub use meter::{EngineMeasured, TIMED_OF};
use past::Past;
pub use past::TickTime;

/// A change as those who watch are told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Which opening of the network.
    pub epoch: u64,
    /// The tick.
    pub tick: u64,
    /// Where it stands in the tick.
    pub index: usize,
    /// The contact's path.
    pub path: Text,
    /// What it held.
    pub old: Content,
    /// What it holds.
    pub new: Content,
    /// Who wrote it, in words.
    pub cause: Text,
    /// When, in microseconds since 1970.
    pub time_micros: i64,
}

/// A network with its kernel.
pub struct Engine {
    /// The network.
    pub network: Network,
    kernel: Arc<Kernel>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scheduler: Scheduler,
    pub(crate) waiting: Waiting,
    epoch: u64,
    source: Text,
    position: Option<Value>,
    watched: bool,
    notices: VecDeque<Vec<Notice>>,
    /// Room for the changes of a tick that is not written into the log at once.
    changes: Changes,
    past: Past,
    /// Whether a store takes every tick, so that no tick may hold what it cannot take.
    stored: bool,
}

/// Room for more changes than this is given back.
const KEPT: usize = 1 << 14;

impl Engine {
    /// A network with its kernel; `kept` is how many of the last ticks it can tell the time of.
    pub fn new(
        network: Network,
        kernel: Arc<Kernel>,
        clock: Arc<dyn Clock>,
        epoch: u64,
        positions: IndexMap<Text, Value>,
        kept: usize,
    ) -> Self {
        Self {
            network,
            kernel,
            clock,
            scheduler: Scheduler::Immediate,
            waiting: Waiting::default(),
            epoch,
            source: Text::new(),
            position: None,
            watched: false,
            notices: VecDeque::new(),
            changes: Changes::default(),
            past: Past::new(positions, kept),
            stored: false,
        }
    }

    /// From now on a store takes every tick: one that holds what a store cannot take is refused.
    pub fn require_storable(&mut self) {
        self.stored = true;
    }

    /// Which opening of the network this is.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What time it is by its clock: microseconds since 1970.
    pub fn now_micros(&self) -> i64 {
        self.clock.now_micros()
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The kernel.
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// Opens a tick of a source; its reader's position is stored with it.
    pub fn begin(&mut self, source: &Text, position: Option<Value>) {
        self.network.begin();
        if self.source != *source {
            self.source = source.clone();
            self.network.set_source(source);
        }
        self.position = position;
    }

    /// Opens an ordinary tick.
    #[inline]
    pub fn begin_plain(&mut self) {
        self.network.begin();
        if !self.source.is_empty() {
            self.source = Text::new();
            self.network.set_source("");
        }
    }

    /// Settles for a while; see [`Network::settle_some`].
    #[inline]
    pub fn settle_some(&mut self, budget: usize) -> Result<Settled, NetworkError> {
        let settled = if self.past.meter.is_timed() {
            self.settle_timed(budget)?
        } else {
            self.network.settle_some(budget)?
        };
        if self.stored && settled == Settled::Done {
            self.network.check_storable()?;
        }
        Ok(settled)
    }

    /// Commits the settled tick: into the log, and to whoever watches.
    pub fn commit(&mut self) {
        self.waiting.count = None;
        self.waiting.due = None;
        let position = self.position.take();
        if !self.kernel.is_needed() && !self.watched {
            match self.network.commit(false, position.is_some()) {
                Some(committed) => {
                    let time = self.clock.now_micros();
                    self.past.committed(committed.tick, time, &self.source);
                    if let Some(position) = position {
                        self.past.reached(&self.source, position);
                    }
                }
                None => self.past.meter.came_to_nothing(),
            }
        } else if self.watched || !self.network.drops_nothing() {
            self.commit_aside(position);
        } else {
            self.commit_to_log(position);
        }
    }

    /// Has the tick written where it stays. Nothing is dropped meanwhile, nor is anybody called, as the log is locked.
    fn commit_to_log(&mut self, mut position: Option<Value>) {
        let time_micros = self.clock.now_micros();
        let (reached, mut is_kept) = (position.clone(), false);
        let Self {
            network,
            kernel,
            source,
            past,
            epoch,
            ..
        } = self;
        kernel.take(network.now() + 1, &[], &mut |changes| {
            let Some(TickDone { tick, structure }) = network.commit_into(changes, position.is_some()) else {
                past.meter.came_to_nothing();
                return None;
            };
            is_kept = true;
            past.committed(tick, time_micros, source);
            Some(Head {
                epoch: *epoch,
                tick,
                time_micros,
                source: source.clone(),
                position: position.take(),
                structure,
            })
        });
        if let Some(reached) = reached.filter(|_| is_kept) {
            past.reached(source, reached);
        }
    }

    /// Has the tick written aside, shows it to whoever watches, and brings it into the log.
    #[cold]
    fn commit_aside(&mut self, mut position: Option<Value>) {
        let mut changes = std::mem::take(&mut self.changes);
        match self.network.commit_into(&mut changes, position.is_some()) {
            None => self.past.meter.came_to_nothing(),
            Some(TickDone { tick, structure }) => {
                let time_micros = self.clock.now_micros();
                self.past.committed(tick, time_micros, &self.source);
                if let Some(position) = &position {
                    self.past.reached(&self.source, position.clone());
                }
                if self.watched {
                    self.notice(&changes, tick, time_micros);
                }
                if self.kernel.is_needed() {
                    let (epoch, source) = (self.epoch, &self.source);
                    self.kernel.take(tick, &structure, &mut |into| {
                        into.append(&mut changes);
                        Some(Head {
                            epoch,
                            tick,
                            time_micros,
                            source: source.clone(),
                            position: position.take(),
                            structure: structure.clone(),
                        })
                    });
                }
            }
        }
        changes.clear();
        if changes.capacity() <= KEPT {
            self.changes = changes;
        }
    }

    fn notice(&mut self, changes: &Changes, tick: u64, time_micros: i64) {
        let named = changes
            .iter()
            // Who watches is told of contents; a store also of who wrote what stays the same.
            .filter(|change| self.network.is_named(change.contact) && (change.event || change.old != change.new));
        let notices: Vec<Notice> = named
            .enumerate()
            .map(|(index, change)| Notice {
                epoch: self.epoch,
                tick,
                index,
                path: self.network.path(change.contact),
                old: change.old,
                new: change.new,
                cause: self.network.cause_text(&change.cause),
                time_micros,
            })
            .collect();
        if !notices.is_empty() {
            self.notices.push_back(notices);
        }
    }

    /// Takes the open tick back.
    pub fn rollback(&mut self) {
        self.waiting.count = None;
        self.waiting.due = None;
        self.network.rollback();
        self.position = None;
        self.past.meter.taken_back();
    }

    /// One whole tick.
    pub fn tick<T>(
        &mut self,
        source: &Text,
        position: Option<Value>,
        run: impl FnOnce(&mut Network) -> Result<T, NetworkError>,
    ) -> Result<T, NetworkError> {
        self.begin(source, position);
        let result = run(&mut self.network).and_then(|out| {
            while self.settle_some(usize::MAX)? == Settled::MoreToDo {}
            Ok(out)
        });
        match result {
            Ok(out) => {
                self.commit();
                Ok(out)
            }
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    /// Where the reader of a source stands.
    pub fn position(&self, source: &str) -> Option<&Value> {
        self.past.positions.get(source)
    }

    /// Whether someone wants to be told of changes.
    pub fn watch(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// The changes of the oldest tick nobody was told of yet.
    pub fn next_notices(&mut self) -> Option<Vec<Notice>> {
        self.notices.pop_front()
    }

    /// Whether there are changes nobody was told of yet.
    pub fn has_notices(&self) -> bool {
        !self.notices.is_empty()
    }

    /// When a tick was, if it is one of the last.
    pub fn time_of(&self, tick: u64) -> Option<&TickTime> {
        self.past.time_of(tick)
    }
}
