//! The driver: it stores what it is handed, and comes back to a server that was away.

use super::batch::Buffers;
use super::connection::Connection;
use super::lease::Lease;
use super::link::{CONFLICTS, Link, Moment};
use super::trouble::Trouble;
use crate::fork::Use;
use crate::store::KeepHistory;
use crate::tabular::pace::Pace;
use bassline_core::planted::{self, Bug};
use bassline_core::{Map, Value};
use bassline_kernel::{Ask, Batch, Driver, DriverFailure, FailureClass};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a server that is away is left alone, at first and at the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How often the lock of the network is asked for again that was lost with its connection.
const LEASE_EVERY: Duration = Duration::from_secs(1);

/// Stores ticks in a database.
///
/// In one transaction per batch it writes structure, the newest content of each contact that changed, one history row per tick,
/// positions, and the number of the last tick. As that number is stored with the data, a batch that comes again, because the answer to its
/// commit was lost, is known and skipped.
#[derive(Debug)]
pub struct PostgresDriver {
    pub(super) link: Arc<Link>,
    pub(super) name: String,
    pub(super) network: i64,
    epoch: u64,
    begin: String,
    pub(super) keep: KeepHistory,
    pub(super) buffers: Buffers,
    pub(super) pace: Pace,
    /// Up to where the past is to go, as far as it has not.
    pub(super) cut: Option<u64>,
    connection: Option<Connection>,
    lease: Option<Lease>,
    /// When the lock was asked for again.
    asked: Option<Instant>,
    away: Option<Away>,
    figures: Figures,
}

/// Since when the server is away, and why.
#[derive(Debug)]
struct Away {
    since: Instant,
    tries: u32,
    why: String,
}

/// What it counts.
#[derive(Debug, Default)]
struct Figures {
    connections: i64,
    outages: i64,
    conflicts: i64,
    known: i64,
}

/// What a driver is started with.
pub(super) struct Start {
    pub(super) link: Arc<Link>,
    pub(super) name: String,
    pub(super) network: i64,
    pub(super) epoch: u64,
    /// What begins each of its transactions beside what begins all.
    pub(super) durability: &'static str,
    pub(super) pace: Pace,
    pub(super) connection: Connection,
    pub(super) lease: Lease,
}

/// What writes one batch: a connection, and what it is written as.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) name: String,
    pub(super) network: i64,
    pub(super) epoch: u64,
    pub(super) cut: Option<u64>,
    begin: String,
}

impl Writer {
    pub(super) fn begin(&self, _: Moment) -> String {
        self.begin.clone()
    }
}

impl PostgresDriver {
    pub(super) fn new(start: Start) -> Self {
        let begin = format!("{}{}", start.link.begin(Moment::Write), start.durability);
        Self {
            begin,
            keep: start.link.address.keep,
            link: start.link,
            name: start.name,
            network: start.network,
            epoch: start.epoch,
            buffers: Buffers::default(),
            pace: start.pace,
            cut: None,
            connection: Some(start.connection),
            lease: Some(start.lease),
            asked: None,
            away: None,
            figures: Figures::default(),
        }
    }

    /// Writes a batch on the connection there is, or a new one.
    fn write(&mut self, batch: &Batch) -> Result<(), Trouble> {
        let connection = self.stand()?;
        let writer = Writer {
            connection,
            name: self.name.clone(),
            network: self.network,
            epoch: self.epoch,
            cut: self.cut,
            begin: self.begin.clone(),
        };
        let link = Arc::clone(&self.link);
        let time = link.address.timeout;
        let written = link.wait_for(time, writer.write(&mut self.buffers, batch));
        match written {
            Ok(written) => {
                self.connection = Some(writer.connection);
                match written {
                    Some(written) => {
                        if !written.more {
                            self.cut = None;
                        }
                        self.pace.changes += written.changes;
                        (self.pace.last_tick, self.pace.last_time) = (written.tick, written.time);
                    }
                    None => self.figures.known += 1,
                }
                Ok(())
            }
            Err(trouble) => {
                if !trouble.is_outage() {
                    let client = writer.connection.client();
                    let back = async { Ok(client.batch_execute("ROLLBACK").await?) };
                    // What cannot even be rolled back goes with its connection.
                    if link.wait_for(Duration::from_secs(5), back).is_ok() {
                        self.connection = Some(writer.connection);
                    }
                }
                Err(trouble)
            }
        }
    }

    /// The connection, or a new one, with the lock of the network if nobody else has it. It is not waited for: the number of the opening
    /// tells whether another has opened the network meanwhile.
    fn stand(&mut self) -> Result<Connection, Trouble> {
        let held = self.connection.take().filter(|connection| !connection.is_closed());
        let connection = match held {
            Some(connection) => connection,
            None => {
                self.figures.connections += 1;
                let link = Arc::clone(&self.link);
                link.wait_for(link.address.timeout, async { link.connect().await })?
            }
        };
        let lost = self.lease.as_ref().is_none_or(Lease::is_lost);
        if lost && self.asked.is_none_or(|asked| asked.elapsed() >= LEASE_EVERY) {
            self.lease = None;
            self.asked = Some(Instant::now());
            let link = Arc::clone(&self.link);
            let name = self.name.clone();
            self.lease = link
                .wait_for(link.address.timeout, async {
                    Lease::take(&link, &name, Duration::ZERO).await
                })
                .unwrap_or(None);
        }
        Ok(connection)
    }

    /// The failure of a batch. A server that is away is waited for: the batch comes again, and this counts as no try.
    fn failure(&mut self, trouble: Trouble) -> DriverFailure {
        if !trouble.is_outage() {
            return trouble.failure(&self.link.address);
        }
        let why = trouble.to_string();
        let away = self.away.get_or_insert_with(|| Away {
            since: Instant::now(),
            tries: 0,
            why: String::new(),
        });
        away.tries += 1;
        away.why = why;
        if away.since.elapsed() >= self.link.address.patience {
            let since = away.since.elapsed();
            self.away = None;
            let message = format!(
                "the server is away since {since:.0?}: {}",
                trouble.told(&self.link.address, "written")
            );
            return DriverFailure::new(FailureClass::Fatal, message);
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << away.tries.min(10)).min(LONGEST_PAUSE);
        let told = trouble.told(&self.link.address, "written");
        DriverFailure {
            retry_after: Some(if away.tries == 1 { Duration::ZERO } else { pause }),
            ..DriverFailure::of(FailureClass::Transient, told)
        }
    }
}

impl Driver for PostgresDriver {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        let mut tries = 0;
        let trouble = loop {
            tries += 1;
            match self.write(batch) {
                Ok(()) => {
                    if self.away.take().is_some() {
                        self.figures.outages += 1;
                    }
                    self.tidy_up_if_overdue();
                    return Ok(());
                }
                Err(trouble) if trouble.is_conflict() && tries < CONFLICTS => {
                    self.figures.conflicts += 1;
                    std::thread::sleep(Duration::from_millis(u64::from(tries)));
                }
                Err(trouble) => break trouble,
            }
        };
        if planted::is(Bug::PostgresBatchDropped) && trouble.is_outage() {
            return Ok(());
        }
        Err(self.failure(trouble))
    }

    fn ask(&mut self, ask: &Ask) -> Result<Value, DriverFailure> {
        match ask {
            Ask::Health => Ok(self.away.as_ref().map_or(Value::Null, |away| {
                Value::text(&format!(
                    "the server is away since {:.1?}: {}",
                    away.since.elapsed(),
                    away.why
                ))
            })),
            Ask::Stats => {
                let figures = &self.figures;
                let pairs = [
                    ("connections", figures.connections),
                    ("outages", figures.outages),
                    ("conflicts", figures.conflicts),
                    ("known_batches", figures.known),
                ];
                let pairs = pairs.map(|(name, count)| (name.into(), Value::Int(count)));
                Ok(Value::Map(Arc::new(Map::new(pairs.to_vec()))))
            }
            Ask::Command(name, _) => Err(DriverFailure::new(
                FailureClass::Permanent,
                format!("the driver takes no commands, found '{name}'"),
            )),
        }
    }

    fn idle(&mut self) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.tidy_up();
        Ok(())
    }

    fn shutdown(&mut self, _: bool) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.connection = None;
        self.lease = None;
        Ok(())
    }
}
