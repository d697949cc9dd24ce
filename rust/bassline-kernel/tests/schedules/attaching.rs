//! Attaching to a network that runs: a snapshot, then every later tick.

use crate::explore::{Tally, explore};
use crate::witness::{NOBODY, Seen, Witness, kernel, prompt};
use bassline_core::{ContactId, Network, OnContradiction, Value};
use bassline_kernel::sync::{Mutex, thread};
use bassline_kernel::{Attachment, DriverFailure, Engine, Kernel, ManualClock, Member, SharedClock, Source, Standing};
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
