//! The world: one network with its kernel and drivers, run by one thread in an order that the seed draws.

use crate::counts::Counts;
use crate::keeping::{FlakyLetters, FlakyLog, Kept, KeptLog};
use crate::model::Surroundings;
use crate::network::{Served, Standing, Wall};
use crate::plan::{Place, Plan, one};
use crate::story::{Shared, Story, locked, shared};
use bassline_core::Image;
use bassline_kernel::{
    Ask, AttachOptions, Attachment, Courier, Driver, Equipment, Kernel, KernelError, Log, Member, Policy, Ring,
    Standing as Opening, Step,
};
use bassline_storage::disk::{Fault, FaultKind, Random, SimulatedDisk};
use bassline_storage::journal::{Options, Sync};
use bassline_storage::{Ledger, Opened, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) const NOBODY: &dyn Fn() -> bool = &|| false;
const LOG: &str = "log";

/// A driver's place in the world.
pub(crate) struct Seat {
    party: String,
    pub(crate) courier: Courier,
    over: bool,
    /// It is not stepped.
    hangs: bool,
    waits: bool,
}

/// One opening.
pub(crate) struct Life {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) served: Arc<Served>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) log_fails: Arc<AtomicBool>,
}

pub(crate) struct World {
    random: Random,
    pub(crate) plan: Plan,
    pub(crate) around: Surroundings,
    wall: Arc<Wall>,
    next: u64,
    epoch: u64,
    pub(crate) disk: SimulatedDisk,
    kept: Shared<Kept>,
    /// A network that is nowhere else comes back as it was here.
    saved: Image,
    /// The last tick that is on the ledger's disk for certain.
    acknowledged: u64,
    pub(crate) life: Option<Life>,
}

/// A driver of a log that has nothing to do.
struct Keeper;

impl Driver for Keeper {
    fn handle_changes(&mut self, _: &bassline_kernel::Batch) -> Result<(), bassline_kernel::DriverFailure> {
        Ok(())
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let around = Surroundings {
            story: shared(Story::default()),
            letters: Arc::new(FlakyLetters::default()),
            time: Arc::new(Standing::default()),
            counts: shared(Counts::default()),
            trace: shared(Vec::new()),
            wrong: shared(None),
        };
        let plan = Plan::draw(&mut random, &around);
        let mut trace = Vec::new();
        trace.push(format!("{:?}, {:?}", plan.place, plan.habits));
        for party in &plan.parties {
            trace.push(format!("{} {:?} {:?}", party.name, party.shape, party.options));
            for member in &party.members {
                let member = locked(member);
                trace.push(format!(
                    "  {} remembers {} {:?}",
                    member.name, member.remembers, member.rates
                ));
            }
        }
        *locked(&around.trace) = trace;
        Self {
            disk: SimulatedDisk::new(random.draw()),
            random,
            plan,
            around,
            wall: Arc::default(),
            next: 0,
            epoch: 0,
            kept: shared(Kept::default()),
            saved: Image::default(),
            acknowledged: 0,
            life: None,
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let counts = locked(&self.around.counts);
        let mut all = counts.clone();
        all.add(
            "dead letter store failed",
            self.around.letters.failed.load(Ordering::Relaxed),
        );
        all
    }

    pub(crate) fn trace(&self) -> String {
        locked(&self.around.trace).join("\n")
    }

    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        locked(&self.around.trace).push(what());
    }

    pub(crate) fn count(&self, what: &'static str) {
        locked(&self.around.counts).add(what, 1);
    }

    pub(crate) fn last(&self) -> u64 {
        locked(&self.around.story).last()
    }

    pub(crate) fn life(&mut self) -> &mut Life {
        self.life.as_mut().expect("it is open")
    }

    /// Stops at the first thing that a driver found wrong.
    pub(crate) fn check(&self) {
        let wrong = locked(&self.around.wrong).clone();
        assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    }

    fn ledger(&self) -> Ledger {
        let options = Options {
            sync: Sync::Full,
            segment_bytes: 8 << 10,
            ahead_bytes: 2 << 10,
            checkpoints: Some(2),
            ..Options::default()
        };
        Ledger::on(Arc::new(self.disk.clone()), options).checkpoint_every(4 << 10)
    }

    /// Opens the network as its place has it; tries again until the disk lets it.
    pub(crate) fn open(&mut self) {
        let log_fails = Arc::new(AtomicBool::new(false));
        let (image, log, keeper): (Image, Box<dyn Log>, Option<Box<dyn Driver>>) = match self.plan.place {
            Place::Memory => (self.saved.clone(), Box::new(Ring::new()), None),
            Place::Kept => (
                self.saved.clone(),
                Box::new(KeptLog(Arc::clone(&self.kept))),
                Some(Box::new(Keeper)),
            ),
            Place::Ledger => {
                let Opened { image, driver, log, .. } = loop {
                    match self.ledger().open("main") {
                        Ok(opened) => break opened,
                        Err(error) => {
                            assert!(self.disk.fired().any(), "refused without a fault: {error}");
                            self.lose_power();
                        }
                    }
                };
                (image, log.expect("a ledger is a log"), Some(driver))
            }
        };
        self.epoch += 1;
        let tick = image.tick;
        {
            let mut story = locked(&self.around.story);
            assert!(tick <= story.last(), "tick {tick} was never committed");
            assert!(
                tick >= self.acknowledged,
                "tick {} was acknowledged, {tick} is there",
                self.acknowledged
            );
            if tick < story.last() {
                locked(&self.around.counts).add("crash that lost ticks", 1);
            }
            story.ticks.truncate(tick as usize);
            assert_eq!(
                crate::story::contents_of(&image),
                story.contents(tick),
                "the network after tick {tick}"
            );
        }
        locked(&self.kept).cut(tick);
        let letters: Arc<dyn bassline_kernel::DeadLetters> = Arc::clone(&self.around.letters) as _;
        let time: Arc<dyn bassline_kernel::Time> = Arc::clone(&self.around.time) as _;
        let equipment = Equipment {
            letters,
            cursors: None,
            time,
            seed: self.random.draw(),
        };
        let log = FlakyLog {
            log,
            fails: Arc::clone(&log_fails),
        };
        let kernel = Arc::new(Kernel::with(log, equipment));
        let served =
            Served::open(image, self.epoch, &kernel, &self.around.story, &self.wall).expect("an image of ours");
        self.life = Some(Life {
            kernel,
            served,
            seats: Vec::new(),
            log_fails,
        });
        self.note(|| format!("opened at tick {tick}"));
        if let Some(driver) = keeper {
            let options = AttachOptions {
                is_log: true,
                block_timeout: Duration::ZERO,
                ..AttachOptions::store()
            };
            let member = Member::Driver(driver);
            self.place(Attachment {
                name: LOG.into(),
                member,
                options,
                after: Vec::new(),
            });
        }
        for at in 0..self.plan.parties.len() {
            self.plan.parties[at].attached = false;
            for member in &self.plan.parties[at].members {
                locked(member).crash();
            }
            if self.random.below(3) > 0 {
                self.attach(at);
            }
        }
    }

    fn place(&mut self, attachment: Attachment) {
        let standing = Opening {
            epoch: self.epoch,
            tick: self.last(),
        };
        let couriers = self
            .life()
            .kernel
            .place(vec![attachment], standing)
            .expect("a name that is free");
        let seats = couriers.into_iter().map(|(party, courier)| Seat {
            party,
            courier,
            over: false,
            hangs: false,
            waits: false,
        });
        self.life().seats.extend(seats);
    }

    pub(crate) fn attach(&mut self, at: usize) {
        self.count("attached");
        self.plan.parties[at].attached = true;
        let attachment = self.plan.parties[at].attachment();
        self.note(|| format!("attach {}", attachment.name));
        self.place(attachment);
    }

    pub(crate) fn detach(&mut self, at: usize) {
        self.count("detached");
        let name = self.plan.parties[at].name.clone();
        self.note(|| format!("detach {name}"));
        self.plan.parties[at].attached = false;
        let life = self.life();
        life.kernel.dismiss(&name).expect("it is attached");
        for seat in life.seats.iter_mut().filter(|seat| seat.party == name) {
            while !seat.over {
                seat.over = seat.courier.step(Duration::MAX / 4) == Step::Over;
            }
        }
        life.seats.retain(|seat| seat.party != name);
        for member in &self.plan.parties[at].members {
            locked(member).crash();
        }
    }

    /// The process is gone, with all that is not on a disk.
    pub(crate) fn crash(&mut self) {
        self.count("crash");
        self.note(|| "crash".into());
        let image = self.life().served.image();
        let is_kept = match self.plan.place {
            Place::Memory => true,
            Place::Kept => locked(&self.kept).last() == image.tick,
            Place::Ledger => false,
        };
        if self.random.once_in(2) && is_kept {
            self.saved = image;
        }
        self.life = None;
        if self.plan.place == Place::Ledger {
            self.lose_power();
        }
        self.open();
    }

    fn lose_power(&mut self) {
        let fired = self.disk.fired();
        let failed: u64 = bassline_storage::disk::Fired::FAILURES[..4]
            .iter()
            .map(|kind| fired.of(kind))
            .sum();
        locked(&self.around.counts).add("disk failed", failed);
        self.disk = if self.random.once_in(3) {
            self.disk.after_kill()
        } else {
            self.count("power lost");
            self.disk.after_power_loss(self.random.draw())
        };
        self.disk.plan(None);
    }

    /// How far behind a party is, by the books of its drivers, if it is one whose bound the writer keeps; only of single drivers.
    fn lag(&self, at: usize) -> Option<u64> {
        let party = &self.plan.parties[at];
        let holds = matches!(party.options.policy, Policy::Block | Policy::Error);
        let model = locked(&party.members[0]);
        (holds && party.attached && party.shape.is_none() && model.begun && model.is_taking())
            .then(|| self.last().saturating_sub(model.done()))
    }

    fn tick(&mut self) {
        let status = self.life().kernel.status();
        match self.life().kernel.admit(NOBODY) {
            Ok(()) => {
                for at in 0..self.plan.parties.len() {
                    let party = &self.plan.parties[at];
                    // Who begins again has not said yet where it stands.
                    let takes = status.iter().any(|status| {
                        status.name == party.name
                            && status.failure.is_none()
                            && status.state != bassline_kernel::DriverState::Starting
                    });
                    if let Some(lag) = self.lag(at).filter(|_| takes) {
                        assert!(
                            lag == 0 || lag < party.options.max_records as u64,
                            "{} is {lag} ticks behind, and a tick is let in",
                            party.name
                        );
                    }
                }
            }
            Err(KernelError::Backpressure {
                driver, records, bytes, ..
            }) => {
                self.count("tick refused at a bound");
                let party = self.plan.parties.iter().position(|party| party.name == driver);
                let at = party.unwrap_or_else(|| panic!("'{driver}' has no bound"));
                let options = &self.plan.parties[at].options;
                assert!(
                    records >= options.max_records as u64
                        || bytes >= options.max_bytes as u64
                        || options.max_lag.is_some(),
                    "refused for {driver} at {records} records, {bytes} bytes"
                );
                if let Some(lag) = self.lag(at) {
                    // A log on a disk numbers what an opening writes, too; who begins again has not said yet where it stands.
                    let most = lag + self.epoch;
                    assert!(records <= most, "{driver} is {lag} behind, and is said to be {records}");
                }
                self.note(|| format!("tick refused by {driver}"));
                return;
            }
            Err(KernelError::DriverFailed { driver, .. }) => {
                if driver == LOG {
                    self.crash();
                } else {
                    self.note(|| format!("tick refused: {driver} failed"));
                    self.restart(&driver);
                }
                return;
            }
            Err(KernelError::Log { .. }) => {
                self.crash();
                return;
            }
            Err(error) => panic!("{error}"),
        }
        let habits = self.plan.habits;
        let served = Arc::clone(&self.life().served);
        served.tick(&mut self.random, &mut self.next, habits);
        self.count("tick");
        let last = self.last();
        self.note(|| format!("tick {last}"));
    }

    pub(crate) fn step(&mut self, at: usize) -> Step {
        let now = bassline_kernel::Time::now(self.around.time.as_ref());
        let seat = &mut self.life.as_mut().expect("it is open").seats[at];
        let step = seat.courier.step(now);
        seat.over |= step == Step::Over;
        seat.waits = step != Step::Again;
        self.check();
        step
    }

    fn flush(&mut self) {
        let last = self.last();
        match self.life().kernel.flush(Some(Duration::ZERO), NOBODY) {
            Ok(()) => {
                self.count("flush that returned");
                self.note(|| "flush: all there".into());
                if self.plan.place == Place::Ledger {
                    self.acknowledged = last;
                }
                if self.plan.place == Place::Kept {
                    self.saved = self.life().served.image();
                }
                for party in self
                    .plan
                    .parties
                    .iter()
                    .filter(|party| party.attached && party.options.durable)
                {
                    crate::rules::all_there(party, last, &self.life.as_ref().expect("open").kernel.status());
                }
            }
            Err(KernelError::FlushTimeout { .. }) => {
                self.count("flush that timed out");
                self.note(|| "flush: not yet".into());
            }
            Err(KernelError::DriverFailed { driver, .. }) => {
                self.count("flush that told of a failure");
                self.note(|| format!("flush: {driver} failed"));
            }
            Err(KernelError::Log { .. }) => self.crash(),
            Err(error) => panic!("{error}"),
        }
    }

    /// Restarts a party's drivers that have failed.
    pub(crate) fn restart(&mut self, party: &str) {
        let names: Vec<String> = self
            .plan
            .parties
            .iter()
            .filter(|known| known.name == party && known.attached)
            .flat_map(|known| known.members.iter().map(|member| locked(member).name.clone()))
            .collect();
        for name in names {
            if self.life().kernel.restart(&name).is_ok() {
                self.count("restart");
                self.note(|| format!("restart {name}"));
            }
        }
    }

    fn letters(&mut self) {
        let kernel = Arc::clone(&self.life().kernel);
        let letters = kernel.dead_letters(None).expect("letters in memory");
        let attached: Vec<String> = kernel
            .status()
            .iter()
            .flat_map(|status| {
                std::iter::once(status.name.clone()).chain(status.members.iter().map(|member| member.name.clone()))
            })
            .collect();
        let Some(letter) = letters
            .iter()
            .find(|letter| attached.iter().any(|name| **name == *letter.driver))
        else {
            return;
        };
        let (id, tick) = (letter.id, letter.record.tick);
        assert_eq!(kernel.requeue(&[id]).expect("it is attached"), 1);
        self.count("dead letter tried again");
        self.note(|| format!("letter {id}, tick {tick}, again"));
    }

    fn ask(&mut self) {
        let at = self.random.below(self.plan.parties.len() as u64) as usize;
        let name = locked(&self.plan.parties[at].members[0]).name.clone();
        if self.plan.parties[at].attached {
            let answer = self.life().kernel.ask(&name, Ask::Health, Duration::ZERO, NOBODY);
            assert!(matches!(answer, Err(KernelError::NoAnswer { .. })), "{answer:?}");
        }
    }

    /// One thing that happens, at random.
    pub(crate) fn op(&mut self) {
        if self.life.is_none() {
            self.open();
        }
        let draw = self.random.below(1_000);
        let (crash, disk) = (self.plan.crash, self.plan.crash + self.plan.disk);
        let log = disk + self.plan.log;
        let letters = log + self.plan.letters;
        let parties = self.plan.parties.len() as u64;
        let party = self.random.below(parties) as usize;
        match draw {
            _ if draw < crash => self.crash(),
            _ if draw < disk => {
                if self.plan.place == Place::Ledger {
                    let at = self.disk.calls() + self.random.below(20);
                    let kind = one(&mut self.random, &FaultKind::ALL);
                    let fault = Fault {
                        at,
                        kind,
                        sticky: self.random.once_in(2),
                    };
                    self.note(|| format!("planned {fault:?}"));
                    self.disk.plan(Some(fault));
                }
            }
            _ if draw < log => {
                self.count("log failed");
                self.note(|| "the log fails".into());
                self.life().log_fails.store(true, Ordering::Relaxed);
            }
            _ if draw < letters => {
                let fails = &self.around.letters.fails;
                fails.store(!fails.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            300..330 => self.flush(),
            330..340 => self.life().kernel.hurry(),
            340..360 => {
                let name = self.plan.parties[party].name.clone();
                self.restart(&name);
            }
            360..366 if self.plan.parties[party].attached => self.detach(party),
            360..400 if !self.plan.parties[party].attached => self.attach(party),
            400..410 => {
                let seats = self.life().seats.len() as u64;
                if seats > 0 {
                    let at = self.random.below(seats) as usize;
                    self.count("driver hung");
                    let seat = &mut self.life().seats[at];
                    seat.hangs = !seat.hangs;
                }
            }
            410..420 => {
                self.count("clock jumped");
                self.wall.jump(self.random.draw() >> 20);
            }
            420..430 => self.letters(),
            430..440 => self.ask(),
            440..500 => {
                let by = Duration::from_millis(one(&mut self.random, &[1, 20, 300, 2_000]));
                self.around.time.advance(by);
            }
            500..700 => self.tick(),
            _ => self.steps(),
        }
        self.check();
    }

    fn steps(&mut self) {
        let seats = self.life().seats.len() as u64;
        for _ in 0..=self.random.below(self.plan.steps) {
            if seats > 0 {
                let at = self.random.below(seats) as usize;
                if !self.life().seats[at].hangs {
                    self.step(at);
                }
            }
        }
    }
}
