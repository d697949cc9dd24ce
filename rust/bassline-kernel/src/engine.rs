//! A network with its kernel: a committed tick gets its time and position, goes into the log, and is told to whoever watches.

use crate::clock::Clock;
use crate::engine::meter::EngineMeter;
use crate::kernel::Kernel;
use crate::record::{TickRecord, source_of};
use crate::schedule::{Scheduler, Waiting};
use crate::watch::Watchers;
use bassline_core::{Content, Network, NetworkError, Settled, Text, Value};
use indexmap::IndexMap;
use std::collections::VecDeque;
use std::sync::Arc;

mod meter;

pub use meter::{EngineMeasured, TIMED_OF};

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

/// When a tick was, and who caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickTime {
    /// The tick.
    pub tick: u64,
    /// When, in microseconds since 1970.
    pub time_micros: i64,
    /// Who caused it.
    pub source: Text,
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
    positions: IndexMap<Text, Value>,
    source: Text,
    position: Option<Value>,
    watchers: Watchers,
    times: VecDeque<TickTime>,
    /// How many of the last ticks' times are kept.
    kept: usize,
    /// Whether a store takes every tick, so that no tick may hold what it cannot take.
    stored: bool,
    meter: EngineMeter,
}

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
            positions,
            source: Text::new(),
            position: None,
            watchers: Watchers::default(),
            times: VecDeque::new(),
            kept,
            stored: false,
            meter: EngineMeter::default(),
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
        let settled = if self.meter.is_timed() {
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
        let position = self.position.take();
        let Some(committed) = self.network.commit(watched || needed, position.is_some()) else {
            self.meter.came_to_nothing();
            return;
        };
        self.meter.committed();
        if let Some(returns) = committed.returns {
            self.source = source_of(returns);
        }
        let time_micros = self.clock.now_micros();
        if let Some(position) = &position {
            match self.positions.get_mut(&self.source) {
                Some(known) => *known = position.clone(),
                None => drop(self.positions.insert(self.source.clone(), position.clone())),
            }
        }
        if self.kept > 0 {
            if self.times.len() == self.kept {
                self.times.pop_front();
            }
            self.times.push_back(TickTime {
                tick: committed.tick,
                time_micros,
                source: self.source.clone(),
            });
        }
        if !(watched || needed) {
            return;
        }
        let record = TickRecord::new(committed, self.epoch, time_micros, self.source.clone(), position);
        if watched {
            self.watchers.tell(&record, &self.network);
        }
        if needed {
            self.kernel.publish(record);
        }
    }

    /// Takes the open tick back.
    pub fn rollback(&mut self) {
        self.waiting.count = None;
        self.waiting.due = None;
        self.network.rollback();
        self.position = None;
        self.meter.taken_back();
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
        self.positions.get(source)
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
        let at = self.times.binary_search_by_key(&tick, |time| time.tick).ok()?;
        self.times.get(at)
    }
}
