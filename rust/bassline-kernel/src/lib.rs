//! How changes leave and enter a network. Userspace is pure; the kernel waits, retries and runs threads on its behalf.
//!
//! Out: a committed tick is appended once to a [`Log`], and every [`Driver`] has a cursor into it ([`Kernel`]). A queue is the
//! distance between the end of the log and a cursor, a batch is a slice of the log, and an acknowledgement moves a cursor.
//!
//! In: rows of files become values ([`RowReader`]).
#![forbid(unsafe_code)]

mod board;
mod clock;
mod close;
mod delivery;
mod driver;
mod engine;
mod error;
mod flush;
mod gate;
mod ingest;
mod input;
mod kernel;
mod lock;
mod log;
mod options;
mod record;
mod retry;
mod ring;
mod schedule;
mod shared;
mod status;
#[cfg(test)]
mod testing;
mod worker;

pub use clock::{Alarm, Clock, ManualClock, OnTime, SharedClock, SystemClock};
pub use driver::{Batch, Driver, DriverFailure, FailureClass};
pub use engine::{Engine, Notice, TickTime};
pub use error::KernelError;
pub use ingest::{Caller, Ingest, IngestError, Ingested, Target};
pub use input::{CsvOptions, Row, RowError, RowReader};
pub use kernel::Kernel;
pub use log::{Limits, Log, LogError, Mark};
pub use options::AttachOptions;
pub use record::TickRecord;
pub use retry::{Retry, Sleeper, ThreadSleeper};
pub use ring::Ring;
pub use schedule::{Due, Scheduler};
pub use status::{CloseReport, DriverStatus};
