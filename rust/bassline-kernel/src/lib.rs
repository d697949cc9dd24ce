//! How changes leave and enter a network. Userspace is pure; the kernel waits, retries and runs threads on its behalf.
//!
//! Out: a committed tick is appended once to a [`Log`], and every [`Driver`] has a cursor into it ([`Kernel`]). A queue is the
//! distance between the end of the log and a cursor, a batch is a slice of the log, and an acknowledgement moves a cursor.
//!
//! In: rows of files become values ([`RowReader`]).
#![forbid(unsafe_code)]

mod aside;
mod attach;
mod batch;
mod begin;
mod board;
mod clock;
mod close;
mod coalesce;
mod control;
mod courier;
mod cursors;
mod driver;
mod engine;
mod error;
mod failure;
mod flush;
mod gate;
mod histogram;
mod ingest;
mod input;
mod kernel;
mod lane;
mod letters;
mod lock;
mod log;
mod meter;
mod names;
mod options;
mod parcel;
mod party;
mod policy;
mod record;
mod records;
mod resume;
mod retry;
mod ring;
mod schedule;
mod segment;
mod shared;
mod source;
mod status;
pub mod sync;
#[cfg(test)]
mod testing;
mod time;
mod waits;
mod watch;
mod worker;

pub use attach::{Attachment, Member, Standing};
pub use batch::{Batch, Gap, GapReason, Snapshot};
pub use clock::{Alarm, Clock, ManualClock, OnTime, SharedClock, SystemClock};
pub use courier::{Courier, Step};
pub use cursors::{Cursors, CursorsError};
pub use driver::{Ask, Begin, Context, Driver, Position};
pub use engine::{Engine, EngineMeasured, Notice, TIMED_OF, TickTime};
pub use error::KernelError;
pub use failure::{DriverFailure, FailureClass};
pub use histogram::{Distribution, Histogram};
pub use ingest::{Caller, Ingest, IngestError, Ingested, Target};
pub use input::{CsvOptions, Row, RowError, RowReader};
pub use kernel::{Equipment, Kernel};
pub use letters::{DeadLetter, DeadLetters, LettersError, LettersInMemory};
pub use log::{Limits, Log, LogError, Mark, Recalled};
pub use meter::Measured;
pub use names::Names;
pub use options::AttachOptions;
pub use party::{Ack, Mode, OnError};
pub use policy::Policy;
pub use record::{Head, Record, TickRecord, is_reserved, return_of};
pub use records::{Records, RecordsIter};
pub use retry::Retry;
pub use ring::Ring;
pub use schedule::{Due, Scheduler};
pub use segment::Commit;
pub use source::Source;
pub use status::{CloseReport, DriverState, DriverStatus};
pub use time::{SinceStart, Time};
pub use waits::Waited;
pub use watch::{Told, WatchQueue, Watchers};
pub use worker::Workers;
