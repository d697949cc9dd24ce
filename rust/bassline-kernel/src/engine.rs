//! A network with its kernel: a committed tick gets its time and position, goes into the log, and is told to whoever watches.

use crate::clock::Clock;
use crate::kernel::Kernel;
use crate::record::{Head, source_of};
use crate::schedule::{Scheduler, Waiting};
use crate::watch::Watchers;
use bassline_core::{Changes, Content, Network, NetworkError, Settled, Text, TickDone, Value};
use indexmap::IndexMap;
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
    watchers: Watchers,
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
            watchers: Watchers::default(),
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
        let watched = self.watchers.are_concerned(&self.network);
        let needed = self.kernel.is_needed();
        if !(watched || needed) {
            self.commit_untold();
        } else if watched || !self.network.drops_nothing() {
            self.commit_aside(watched, needed);
        } else {
            self.commit_to_log();
        }
    }

    /// Commits a tick that concerns nobody.
    fn commit_untold(&mut self) {
        let position = self.position.take();
        let Some(committed) = self.network.commit_untold(position.is_some()) else {
            self.past.meter.came_to_nothing();
            return;
        };
        if let Some(returns) = committed.returns {
            self.source = source_of(returns);
        }
        let time_micros = self.clock.now_micros();
        self.past.committed(committed.tick, time_micros, &self.source);
        if let Some(position) = position {
            self.past.reached(&self.source, position);
        }
    }

    /// Has the tick written where it stays. Nothing is dropped meanwhile, nor is anybody called, as the log is locked.
    fn commit_to_log(&mut self) {
        let time_micros = self.clock.now_micros();
        let mut position = self.position.take();
        let (reached, mut is_kept) = (position.clone(), false);
        let Self {
            network,
            kernel,
            source,
            past,
            epoch,
            ..
        } = self;
        kernel.take(network.now() + 1, &mut |changes| {
            let Some(TickDone {
                tick,
                structure,
                returns,
            }) = network.commit_into(changes, position.is_some())
            else {
                past.meter.came_to_nothing();
                return None;
            };
            if let Some(returns) = returns {
                *source = source_of(returns);
            }
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

    /// Has the tick written aside, tells those whom it concerns, and brings it into the log.
    #[cold]
    fn commit_aside(&mut self, watched: bool, needed: bool) {
        let position = self.position.take();
        let mut changes = std::mem::take(&mut self.changes);
        match self.network.commit_into(&mut changes, position.is_some()) {
            None => self.past.meter.came_to_nothing(),
            Some(done) => self.tell(done, &mut changes, position, watched, needed),
        }
        changes.clear();
        if changes.capacity() <= KEPT {
            self.changes = changes;
        }
    }

    fn tell(&mut self, done: TickDone, changes: &mut Changes, position: Option<Value>, watched: bool, needed: bool) {
        let TickDone {
            tick,
            structure,
            returns,
        } = done;
        if let Some(returns) = returns {
            self.source = source_of(returns);
        }
        let time_micros = self.clock.now_micros();
        self.past.committed(tick, time_micros, &self.source);
        if let Some(position) = &position {
            self.past.reached(&self.source, position.clone());
        }
        let head = Head {
            epoch: self.epoch,
            tick,
            time_micros,
            source: self.source.clone(),
            position,
            structure,
        };
        if watched {
            self.watchers.tell(&head, changes, &self.network);
        }
        if needed {
            self.kernel.learn(&head.structure);
            let mut head = Some(head);
            self.kernel.take(tick, &mut |into| {
                into.append(changes);
                head.take()
            });
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

    /// Those who watch.
    pub fn watchers(&mut self) -> &mut Watchers {
        &mut self.watchers
    }

    /// Whether one who watches is to be called or woken.
    pub fn has_news(&self) -> bool {
        self.watchers.have_news()
    }

    /// When a tick was, if it is one of the last.
    pub fn time_of(&self, tick: u64) -> Option<&TickTime> {
        self.past.time_of(tick)
    }
}
