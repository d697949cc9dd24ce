//! The network over the kernel: real ticks of a real engine, each noted in the story before the kernel is told.

use crate::story::{Shared, Story, Told, Written, locked, value};
use bassline_core::{Blend, ContactId, Image, Network, OnContradiction, Value};
use bassline_kernel::{Clock, DriverFailure, Engine, Kernel, ManualClock, SharedClock, Source, Time};
use bassline_storage::disk::Random;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Time that stands until it is moved on.
#[derive(Debug, Default)]
pub(crate) struct Standing(AtomicU64);

impl Standing {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_micros() as u64, Ordering::Relaxed);
    }
}

impl Time for Standing {
    fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Wall time, which also jumps back.
#[derive(Default)]
pub(crate) struct Wall {
    clock: Arc<ManualClock>,
    ahead: AtomicU64,
}

impl Wall {
    pub(crate) fn jump(&self, to: u64) {
        self.ahead.store(to, Ordering::Relaxed);
    }
}

impl Clock for Wall {
    fn now_micros(&self) -> i64 {
        self.clock.now() + self.ahead.load(Ordering::Relaxed) as i64
    }
    fn alarm(&self, ring: bassline_kernel::OnTime) -> Box<dyn bassline_kernel::Alarm> {
        SharedClock(Arc::clone(&self.clock)).alarm(ring)
    }
}

/// One opening of the network.
pub(crate) struct Served {
    engine: Mutex<Engine>,
    story: Shared<Story>,
    wall: Arc<Wall>,
}

impl Source for Served {
    fn look(&self, look: &mut dyn FnMut(&Engine)) -> Result<(), DriverFailure> {
        look(&locked(&self.engine));
        Ok(())
    }
    fn epoch_of(&self, tick: u64) -> Option<u64> {
        locked(&self.story).epoch_of(tick)
    }
    fn now_micros(&self) -> i64 {
        self.wall.now_micros()
    }
}

/// How ticks are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    pub(crate) bytes: u64,
    pub(crate) events: u64,
    pub(crate) edits: u64,
    pub(crate) positions: bool,
}

const REGISTERS: u64 = 4;

impl Served {
    pub(crate) fn open(
        image: Image,
        epoch: u64,
        kernel: &Arc<Kernel>,
        story: &Shared<Story>,
        wall: &Arc<Wall>,
    ) -> Result<Arc<Self>, Box<dyn std::error::Error>> {
        let network = Network::load(image, OnContradiction::Record, None)?;
        let clock: Arc<dyn Clock> = Arc::clone(wall) as Arc<dyn Clock>;
        let engine = Engine::new(network, Arc::clone(kernel), clock, epoch, indexmap::IndexMap::new(), 4);
        let served = Arc::new(Self {
            engine: Mutex::new(engine),
            story: Arc::clone(story),
            wall: Arc::clone(wall),
        });
        let weak: std::sync::Weak<dyn Source> = Arc::downgrade(&(Arc::clone(&served) as Arc<dyn Source>));
        kernel.serve(weak);
        Ok(served)
    }

    pub(crate) fn image(&self) -> Image {
        locked(&self.engine).network.image()
    }

    /// Commits one tick of what is drawn. What it is, is noted first: the kernel may hand it over before this returns.
    pub(crate) fn tick(&self, random: &mut Random, next: &mut u64, habits: Habits) {
        let mut engine = locked(&self.engine);
        let mut written = Vec::new();
        let mut draw = |contact: ContactId, event: bool, bytes: u64| {
            *next += 1;
            written.push(Written {
                contact,
                number: *next,
                event,
            });
            (contact, value(*next, bytes as usize))
        };
        let mut writes = Vec::new();
        let network = &mut engine.network;
        let root = network.root();
        let (mut declared, mut removed) = (None, None);
        if network.find_contact(root, "r0").is_err() {
            declared = Some(
                (0..REGISTERS)
                    .map(|at| format!("r{at}"))
                    .chain(["e0".into(), "e1".into()])
                    .collect(),
            );
        } else {
            let mut first = random.below(REGISTERS);
            for _ in 0..=random.below(3) {
                let bytes = random.below(habits.bytes);
                if random.below(100) < habits.events {
                    let contact = network.find_contact(root, ["e0", "e1"][random.below(2) as usize]);
                    writes.extend(contact.map(|contact| draw(contact, true, bytes)));
                } else {
                    first = (first + 1) % REGISTERS;
                    let contact = network.find_contact(root, &format!("r{first}"));
                    writes.extend(contact.map(|contact| draw(contact, false, bytes)));
                }
            }
            if random.below(100) < habits.edits {
                let name = format!("x{}", random.below(3));
                match network.find_contact(root, &name) {
                    Ok(contact) if random.once_in(2) => removed = Some(contact),
                    Ok(contact) => writes.push(draw(contact, false, 0)),
                    Err(_) => declared = Some(vec![name]),
                }
            }
        }
        let (tick, epoch) = (engine.network.now() + 1, engine.epoch());
        assert_eq!(locked(&self.story).last() + 1, tick, "the story and the network part");
        locked(&self.story).ticks.push(Told {
            epoch,
            written,
            removed,
        });
        let position = (habits.positions && random.once_in(2)).then_some(Value::Int(tick as i64));
        let source = if position.is_some() { "feed".into() } else { "".into() };
        let done = engine.tick(&source, position, |network| {
            for name in declared.into_iter().flatten() {
                let name: String = name;
                let blend = name.starts_with('e').then_some(Blend::Stream);
                network.declare_contact(root, &name, blend, Value::Null)?;
            }
            for (contact, value) in writes {
                network.write(contact, value)?;
            }
            removed.map_or(Ok(()), |contact| network.remove_contact(contact))
        });
        done.unwrap_or_else(|error| panic!("tick {tick}: {error}"));
        assert_eq!(engine.network.now(), tick, "a tick changed nothing");
    }
}
