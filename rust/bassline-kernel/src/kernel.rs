//! The kernel of one network: it routes committed ticks to drivers and knows nothing of what is in them.

use crate::board::Lane;
use crate::driver::Driver;
use crate::error::KernelError;
use crate::lock::lock;
use crate::log::Log;
use crate::options::AttachOptions;
use crate::record::TickRecord;
use crate::retry::{Retry, Sleeper, ThreadSleeper};
use crate::shared::Shared;
use crate::status::DriverStatus;
use crate::worker::Worker;
use std::sync::Arc;
use std::thread;

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
///             println!("tick {} changed {} contacts", record.tick, record.changes.len());
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
        Self::with_retry(log, Retry::default(), Arc::new(ThreadSleeper))
    }

    /// A kernel with its own way of trying again.
    pub fn with_retry(log: impl Log + 'static, retry: Retry, sleeper: Arc<dyn Sleeper>) -> Self {
        Self {
            shared: Arc::new(Shared::new(Box::new(log), retry, sleeper)),
        }
    }

    /// Whether any driver takes records, so that they are worth making.
    #[inline]
    pub fn is_needed(&self) -> bool {
        self.shared.is_needed()
    }

    /// Attaches a driver: it is handed every tick published from now on.
    pub fn attach(&self, name: &str, driver: Box<dyn Driver>, options: AttachOptions) -> Result<(), KernelError> {
        let mut board = lock(&self.shared.board);
        if board.closed {
            return Err(KernelError::Closed);
        }
        if board.lanes.iter().any(|lane| lane.name == name) {
            return Err(KernelError::NameTaken(name.to_owned()));
        }
        board.next_id += 1;
        let mut lane = Lane::new(board.next_id, name, options.clone(), self.shared.end());
        let worker = Worker {
            shared: Arc::clone(&self.shared),
            id: lane.id,
            bell: Arc::clone(&lane.bell),
            options,
            driver,
            since: None,
            busy: false,
        };
        // The worker finds its lane, as the board is locked until the lane is on it.
        let thread = thread::Builder::new()
            .name(format!("bassline-{}", name.replace('\0', "")))
            .spawn(move || worker.run());
        lane.thread = Some(thread.map_err(|source| KernelError::Thread {
            driver: name.to_owned(),
            source: Arc::new(source),
        })?);
        board.lanes.push(lane);
        self.shared.rearm(&board);
        Ok(())
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
    #[inline]
    pub fn publish(&self, record: TickRecord) {
        if self.shared.is_needed() {
            self.shared.publish(record);
        }
    }

    /// How the drivers are doing, in the order they were attached.
    pub fn status(&self) -> Vec<DriverStatus> {
        let board = lock(&self.shared.board);
        let end = self.shared.end();
        board.lanes.iter().map(|lane| DriverStatus::of(lane, end)).collect()
    }
}
