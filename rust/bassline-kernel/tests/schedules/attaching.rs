//! Attaching to a network that runs: a snapshot, then every later tick.

use crate::explore::{Tally, explore};
use crate::witness::{NOBODY, Seen, Witness, kernel, patient, prompt};
use bassline_core::{ContactId, Network, OnContradiction, Text, Value};
use bassline_kernel::sync::{Mutex, thread};
use bassline_kernel::{
    Attachment, Batch, Begin, Context, Driver, DriverFailure, Engine, Kernel, ManualClock, Member, Names, SharedClock,
    Source, Standing,
};
use std::sync::{Arc, Weak};

const TICKS: u64 = 5;

/// A network under its lock.
struct Served {
    engine: Mutex<Engine>,
    contact: ContactId,
}

impl Source for Served {
    fn look(&self, look: &mut dyn FnMut(&Engine)) -> Result<(), DriverFailure> {
        look(&self.engine.lock().unwrap());
        Ok(())
    }
    fn epoch_of(&self, _: u64) -> Option<u64> {
        Some(1)
    }
    fn now_micros(&self) -> i64 {
        0
    }
}

impl Served {
    fn new(kernel: &Arc<Kernel>) -> Arc<Self> {
        let mut network = Network::new(OnContradiction::Record);
        let contact = network.declare_contact(network.root(), "x", None, Value::Null).unwrap();
        let clock = Arc::new(SharedClock(Arc::new(ManualClock::default())));
        let engine = Engine::new(network, Arc::clone(kernel), clock, 1, indexmap::IndexMap::new(), 0);
        let served = Arc::new(Self {
            engine: Mutex::new(engine),
            contact,
        });
        let source: Arc<dyn Source> = Arc::<Self>::clone(&served);
        kernel.serve(Arc::downgrade(&source) as Weak<dyn Source>);
        served
    }

    fn write(&self, kernel: &Kernel) {
        kernel.admit(NOBODY).unwrap();
        let mut engine = self.engine.lock().unwrap();
        let next = engine.network.now() as i64 + 1;
        let written = engine.tick(&"".into(), None, |network| {
            network.write(self.contact, Value::Int(next))
        });
        written.unwrap();
    }

    /// As a network has a driver attached: with its lock held, until it has its place.
    fn attach(&self, kernel: &Kernel, name: &str, witness: &Witness) {
        *witness.seen() = Seen {
            with_snapshot: true,
            ..Seen::default()
        };
        let engine = self.engine.lock().unwrap();
        if !kernel.knows_names() {
            kernel.learn_names(&engine.network.image());
        }
        let standing = Standing {
            epoch: 1,
            tick: engine.network.now(),
        };
        let attachment = Attachment {
            name: name.to_owned(),
            member: Member::Driver(Box::new(witness.clone())),
            options: prompt(),
            after: vec![],
        };
        let names = kernel.register(vec![attachment], standing).unwrap();
        drop(engine);
        kernel.await_start(&names, NOBODY).unwrap();
    }
}

#[test]
fn who_is_attached_late_is_handed_a_snapshot_and_every_later_tick() {
    static MIDWAY: Tally = Tally::new();
    let explored = explore(
        "who is attached late is handed a snapshot, and every later tick",
        || {
            let (kernel, early, late) = (kernel(), Witness::default(), Witness::default());
            let served = Served::new(&kernel);
            let first = served.engine.lock().unwrap().network.now();
            let writing = thread::spawn({
                let (served, kernel) = (Arc::clone(&served), Arc::clone(&kernel));
                move || (0..TICKS).for_each(|_| served.write(&kernel))
            });
            let attaching = thread::spawn({
                let (served, kernel, late) = (Arc::clone(&served), Arc::clone(&kernel), late.clone());
                move || served.attach(&kernel, "late", &late)
            });
            served.attach(&kernel, "early", &early);
            writing.join().unwrap();
            attaching.join().unwrap();
            kernel.flush(None, NOBODY).unwrap();
            let last = served.engine.lock().unwrap().network.now();
            for witness in [&early, &late] {
                let seen = witness.seen();
                let [from] = seen.snapshots[..] else {
                    assert!(seen.snapshots.is_empty() && first == 0, "{seen:?}");
                    assert_eq!(seen.ticks, (1..=last).collect::<Vec<_>>());
                    continue;
                };
                assert_eq!(
                    seen.ticks,
                    (from + 1..=last).collect::<Vec<_>>(),
                    "behind a snapshot of {from}"
                );
                MIDWAY.count(from > first && from < last);
            }
            assert!(kernel.close(None).undelivered.is_empty());
        },
    );
    MIDWAY.tell(explored, "one was attached between two ticks");
}

/// Looks up the names of what it is handed; drivers note what they find, as what they assert would be a failure of theirs.
#[derive(Clone, Default)]
struct Named {
    names: Option<Arc<Names>>,
    found: Arc<Mutex<Vec<Option<Text>>>>,
}

impl Driver for Named {
    fn initialize(&mut self, context: &Context) -> Result<Begin, DriverFailure> {
        self.names = Some(Arc::clone(&context.names));
        Ok(Begin::Here)
    }

    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let Some(names) = &self.names else { return Ok(()) };
        for change in batch.records.iter().flat_map(|record| record.changes()) {
            // Others may run between two look-ups.
            let path = names.look(|directory| directory.path(change.contact).cloned());
            self.found.lock().unwrap().push(path);
        }
        Ok(())
    }
}

#[test]
fn who_is_told_of_a_contact_that_is_gone_finds_its_name() {
    static BEHIND: Tally = Tally::new();
    let explored = explore("who is told of a contact that is gone finds its name", || {
        let kernel = kernel();
        let served = Served::new(&kernel);
        let drivers = [Named::default(), Named::default()];
        kernel.learn_names(&served.engine.lock().unwrap().network.image());
        for (driver, (name, options)) in drivers.iter().zip([("eager", prompt()), ("slow", patient())]) {
            kernel.attach(name, Box::new(driver.clone()), options).unwrap();
        }
        for name in ["a", "b", "c"] {
            let mut engine = served.engine.lock().unwrap();
            let made = engine.tick(&"".into(), None, |network| {
                let contact = network.declare_contact(network.root(), name, None, Value::Null)?;
                network.write(contact, Value::Int(1))?;
                Ok(contact)
            });
            let contact = made.unwrap();
            let removed = engine.tick(&"".into(), None, |network| network.remove_contact(contact));
            removed.unwrap();
        }
        BEHIND.count(drivers[1].found.lock().unwrap().len() < 2);
        kernel.flush(None, NOBODY).unwrap();
        for driver in &drivers {
            let found = driver.found.lock().unwrap();
            let named: Vec<&str> = found.iter().map(|path| path.as_deref().unwrap_or("?")).collect();
            assert!(!named.contains(&"?"), "{named:?}");
            assert!(["a", "b", "c"].iter().all(|name| named.contains(name)), "{named:?}");
        }
        assert!(kernel.close(None).undelivered.is_empty());
        assert!(
            kernel
                .names()
                .look(|directory| directory.path(served.contact).is_some())
        );
    });
    BEHIND.tell(explored, "a driver was behind a removal");
}
