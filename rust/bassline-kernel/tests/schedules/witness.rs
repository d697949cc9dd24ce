//! A driver that notes what it is handed, and a kernel in which time stands still.

use bassline_core::{Cause, Change, ContactId, Handle, Text, Value};
use bassline_kernel::sync::{Condvar, Mutex, MutexGuard};
use bassline_kernel::{
    AttachOptions, Batch, Begin, Context, Driver, DriverFailure, Equipment, FailureClass, Kernel, Ring, TickRecord,
    Time,
};
use std::sync::Arc;
use std::time::Duration;

/// Nobody interrupts.
pub(crate) const NOBODY: &dyn Fn() -> bool = &|| false;
/// Longer than any run.
pub(crate) const EVER: Duration = Duration::from_secs(1 << 20);

struct Still;

impl Time for Still {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

pub(crate) fn kernel() -> Arc<Kernel> {
    let equipment = Equipment {
        time: Arc::new(Still),
        ..Equipment::default()
    };
    Arc::new(Kernel::with(Ring::new(), equipment))
}

/// A driver that takes what comes at once, two ticks at most.
pub(crate) fn prompt() -> AttachOptions {
    AttachOptions {
        durable: true,
        max_age: Duration::ZERO,
        batch_records: 2,
        block_timeout: EVER,
        ..AttachOptions::default()
    }
}

/// One that takes two ticks, or what it is hurried to.
pub(crate) fn patient() -> AttachOptions {
    AttachOptions {
        max_age: EVER,
        ..prompt()
    }
}

pub(crate) fn record(tick: u64) -> TickRecord {
    TickRecord {
        epoch: 1,
        tick,
        time_micros: 0,
        source: Text::new(),
        position: None,
        changes: vec![],
        structure: vec![],
    }
}

/// A tick that writes its number to one contact.
pub(crate) fn write(tick: u64, contact: u64) -> TickRecord {
    let change = Change {
        contact: ContactId::from_bits(contact),
        old: None,
        new: Some(Value::Int(tick as i64)),
        cause: Cause::Nobody,
        event: false,
    };
    TickRecord {
        changes: vec![change],
        ..record(tick)
    }
}

/// What a driver was handed.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The ticks, in the order they came.
    pub(crate) ticks: Vec<u64>,
    /// The last tick of each snapshot.
    pub(crate) snapshots: Vec<u64>,
    /// Contact and tick of each change.
    pub(crate) written: Vec<(u64, u64)>,
    /// What gaps said was missing.
    pub(crate) missing: u64,
    pub(crate) shut_down: u32,
    /// The tick at which it fails fatally, once.
    pub(crate) fails_at: Option<u64>,
    /// It begins with the network as it is.
    pub(crate) with_snapshot: bool,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Witness(Arc<(Mutex<Seen>, Condvar)>);

impl Witness {
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap()
    }

    /// Waits, for ever, until it has taken what it should; nothing but the kernel has it go on.
    pub(crate) fn until(&self, is_so: impl Fn(&Seen) -> bool) {
        let waits = |seen: &mut Seen| !is_so(seen);
        drop(self.0.1.wait_while(self.seen(), waits).unwrap());
    }

    pub(crate) fn attach(&self, kernel: &Kernel, name: &str, options: AttachOptions) {
        kernel.attach(name, Box::new(self.clone()), options).unwrap();
    }

    /// It was handed every tick of these once, in order.
    pub(crate) fn took(&self, ticks: std::ops::RangeInclusive<u64>) {
        assert_eq!(self.seen().ticks, ticks.collect::<Vec<_>>());
    }
}

impl Driver for Witness {
    fn initialize(&mut self, _: &Context) -> Result<Begin, DriverFailure> {
        Ok(if self.seen().with_snapshot {
            Begin::Snapshot
        } else {
            Begin::Here
        })
    }

    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let mut seen = self.seen();
        let ticks: Vec<u64> = batch.records.iter().map(|record| record.tick).collect();
        if seen.fails_at.is_some_and(|tick| ticks.contains(&tick)) {
            seen.fails_at = None;
            return Err(DriverFailure::new(FailureClass::Fatal, "planned"));
        }
        seen.snapshots
            .extend(batch.snapshot.iter().map(|snapshot| snapshot.position.tick));
        seen.missing += batch.gap.and_then(|gap| gap.missing).unwrap_or(0);
        let changes = batch.records.iter().flat_map(|record| record.changes());
        seen.written.extend(changes.map(|change| match change.new {
            Some(Value::Int(tick)) => (change.contact.to_bits(), tick as u64),
            _ => (change.contact.to_bits(), 0),
        }));
        seen.ticks.extend(ticks);
        drop(seen);
        self.0.1.notify_all();
        Ok(())
    }

    fn shutdown(&mut self, _: bool) -> Result<(), DriverFailure> {
        self.seen().shut_down += 1;
        Ok(())
    }
}
