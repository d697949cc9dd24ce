//! The kernel of one network: it routes committed ticks to drivers and knows nothing of what is in them.

use crate::cursors::Cursors;
use crate::error::KernelError;
use crate::letters::{DeadLetters, LettersInMemory};
use crate::lock::lock;
use crate::log::Log;
use crate::names::Names;
use crate::record::TickRecord;
use crate::segment::Commit;
use crate::shared::Shared;
use crate::source::Source;
use crate::status::DriverStatus;
use crate::time::{SinceStart, Time};
use crate::waits::Waited;
use bassline_core::{Changes, Image, StructureChange};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// What a kernel works with, each of which a test may stand in for.
pub struct Equipment {
    /// Where dead letters are kept.
    pub letters: Arc<dyn DeadLetters>,
    /// Where the cursors of drivers that spill are kept, if anywhere.
    pub cursors: Option<Arc<dyn Cursors>>,
    /// What pauses and durations are measured by.
    pub time: Arc<dyn Time>,
    /// What the jitter of retries is drawn from.
    pub seed: u64,
}

impl Default for Equipment {
    fn default() -> Self {
        Self {
            letters: Arc::new(LettersInMemory::default()),
            cursors: None,
            time: Arc::new(SinceStart::default()),
            seed: 0,
        }
    }
}

/// The kernel of one network.
///
/// A committed tick is appended to one log; each driver has a cursor into it, moved by a thread of its own.
///
/// ```
/// use bassline_kernel::{AttachOptions, Batch, Driver, DriverFailure, Kernel, Ring};
///
/// struct Printer;
/// impl Driver for Printer {
///     fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
///         for record in &batch.records {
///             println!("tick {} changed {} contacts", record.tick, record.changes().len());
///         }
///         Ok(())
///     }
/// }
///
/// let kernel = Kernel::new(Ring::new());
/// kernel.attach("printer", Box::new(Printer), AttachOptions::default())?;
/// kernel.flush(None, &|| false)?;
/// assert!(kernel.close(None).undelivered.is_empty());
/// # Ok::<(), bassline_kernel::KernelError>(())
/// ```
pub struct Kernel {
    pub(crate) shared: Arc<Shared>,
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("drivers", &self.status()).finish()
    }
}

impl Kernel {
    /// A kernel over a log.
    pub fn new(log: impl Log + 'static) -> Self {
        Self::with(log, Equipment::default())
    }

    /// A kernel with equipment of its own.
    pub fn with(log: impl Log + 'static, equipment: Equipment) -> Self {
        Self {
            shared: Arc::new(Shared::new(Box::new(log), equipment)),
        }
    }

    /// Whom it serves: asked for snapshots and for the time. It is set once.
    pub fn serve(&self, source: Weak<dyn Source>) {
        // Whoever comes second is not whom it serves.
        let _ = self.shared.source.set(source);
    }

    /// Whether any driver takes records, so that they are worth making.
    #[inline]
    pub fn is_needed(&self) -> bool {
        self.shared.is_needed()
    }

    /// Whether the names of contacts are kept for drivers; without a driver, none are learned.
    pub fn knows_names(&self) -> bool {
        self.shared.names.are_known() && self.is_needed()
    }

    /// The names of contacts, for drivers.
    pub fn names(&self) -> Arc<Names> {
        Arc::clone(&self.shared.names)
    }

    /// From now on the names of contacts are kept for drivers; no tick may be published meanwhile.
    pub fn learn_names(&self, image: &Image) {
        self.shared.names.begin(image);
    }

    /// Is asked by the writer before each tick: whether it may go ahead. It waits while a driver is too far behind.
    #[inline]
    pub fn admit(&self, interrupted: &dyn Fn() -> bool) -> Result<(), KernelError> {
        if self.shared.is_open() {
            Ok(())
        } else {
            self.wait_at_gate(interrupted)
        }
    }

    /// Takes a committed tick. It never waits for a driver.
    pub fn publish(&self, record: TickRecord) {
        if self.shared.is_needed() {
            let tick = record.tick;
            self.shared.learn(&record.structure);
            let mut record = Some(record);
            let commit = &mut |changes: &mut Changes| record.take().map(|record| record.write(changes));
            self.shared.publish(tick, commit);
        }
    }

    /// Knows the names of what the tick adds that is taken next, and of what it removes.
    pub(crate) fn learn(&self, structure: &[StructureChange]) {
        self.shared.learn(structure);
    }

    /// Takes the tick that `commit` writes, which is called once. It never waits for a driver.
    #[inline]
    pub(crate) fn take(&self, tick: u64, commit: Commit<'_>) {
        self.shared.publish(tick, commit);
    }

    /// The time that pauses and durations are measured by.
    pub(crate) fn now(&self) -> Duration {
        self.shared.time.now()
    }

    /// How writers waited for drivers.
    pub fn waited(&self) -> Waited {
        self.shared.waits.read()
    }

    /// How the drivers are doing, in the order they were attached.
    pub fn status(&self) -> Vec<DriverStatus> {
        let board = lock(&self.shared.board);
        let end = self.shared.end();
        let now = self.shared.time.now();
        let parties = board.parties.iter();
        parties.map(|party| DriverStatus::of(party, &board, end, now)).collect()
    }
}
