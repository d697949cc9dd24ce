//! What a seed draws before anything happens: where the log is, who is attached and how, what goes wrong and how often.

use crate::books::Kind;
use crate::model::{Handle, Model, Rates, Surroundings};
use crate::network::Habits;
use crate::story::{Shared, shared};
use bassline_kernel::{Ack, AttachOptions, Attachment, Member, Mode, OnError, Policy, Retry};
use bassline_storage::disk::Random;
use std::time::Duration;

/// Where the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Memory,
    Kept,
    Ledger,
}

/// What is attached under one name, now or later.
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) options: AttachOptions,
    pub(crate) shape: Option<(Ack, Mode, OnError)>,
    pub(crate) members: Vec<Shared<Model>>,
    pub(crate) attached: bool,
}

impl Party {
    pub(crate) fn attachment(&self) -> Attachment {
        let driver = |model: &Shared<Model>| Member::Driver(Box::new(Handle(std::sync::Arc::clone(model))));
        let member = match self.shape {
            None => driver(&self.members[0]),
            Some((ack, mode, on_error)) => Member::Compound {
                ack,
                mode,
                on_error,
                members: self
                    .members
                    .iter()
                    .enumerate()
                    .map(|(at, model)| (format!("m{at}"), driver(model)))
                    .collect(),
            },
        };
        Attachment {
            name: self.name.clone(),
            member,
            options: self.options.clone(),
            after: Vec::new(),
        }
    }
}

pub(crate) struct Plan {
    pub(crate) place: Place,
    pub(crate) habits: Habits,
    pub(crate) parties: Vec<Party>,
    /// Of a thousand ops, how many are a crash, a fault of the disk, of the log, of the letters.
    pub(crate) crash: u64,
    pub(crate) disk: u64,
    pub(crate) log: u64,
    pub(crate) letters: u64,
    /// How many steps of couriers come to a tick.
    pub(crate) steps: u64,
}

/// One of these.
pub(crate) fn one<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len() as u64) as usize]
}

/// A rate that is nil in most seeds.
fn rate(random: &mut Random, of: &[u64]) -> u64 {
    if random.once_in(2) { 0 } else { one(random, of) }
}

fn rates(random: &mut Random) -> Rates {
    Rates {
        transient: rate(random, &[10, 100, 400]),
        lost_answer: rate(random, &[10, 100]),
        fatal: rate(random, &[5, 30]),
        panics: rate(random, &[5, 30]),
        backpressure: rate(random, &[10, 200]),
        poison: rate(random, &[5, 50, 300]),
        initialize: rate(random, &[50, 300]),
        slow_millis: rate(random, &[1, 50]),
    }
}

fn options(random: &mut Random, place: Place) -> AttachOptions {
    let lossy = [Policy::Coalesce, Policy::DropOldest];
    let policy = match random.below(5) {
        0 => Policy::Error,
        1 if place == Place::Kept => Policy::Spill,
        1 | 2 => one(random, &lossy),
        _ => Policy::Block,
    };
    let store = random.once_in(2);
    let batch_records = one(random, &[1, 2, 3, 7, 1_000]);
    AttachOptions {
        durable: store || random.once_in(3),
        fail_fast: store && random.once_in(2),
        dead_letters: !store || random.once_in(2),
        policy,
        max_records: one(random, &[1, 2, 3, 8, 20, 100]),
        max_bytes: one(random, &[1 << 30, 1 << 30, 3_000, 20_000]),
        max_lag: one(random, &[None, None, Some(Duration::from_millis(500))]).filter(|_| policy != Policy::Spill),
        block_timeout: Duration::ZERO,
        batch_records,
        batch_bytes: one(random, &[1 << 30, 1 << 30, 2_000]),
        max_age: Duration::from_millis(one(random, &[0, 10, 1_000])),
        retry: Retry {
            tries: one(random, &[1, 3, 5]),
            ..Retry::default()
        },
        is_log: false,
    }
}

pub(crate) fn kind_of(policy: Policy) -> Kind {
    match policy {
        Policy::Coalesce => Kind::Newest,
        Policy::DropOldest => Kind::Latest,
        _ => Kind::Exact,
    }
}

impl Plan {
    pub(crate) fn draw(random: &mut Random, around: &Surroundings) -> Self {
        let place = one(random, &[Place::Memory, Place::Kept, Place::Ledger]);
        let count = 1 + random.below(4);
        let parties = (0..count)
            .map(|at| party(random, place, &format!("d{at}"), around))
            .collect();
        Self {
            place,
            habits: Habits {
                bytes: one(random, &[1, 1, 300]),
                events: one(random, &[0, 20, 90]),
                edits: one(random, &[0, 5, 50]),
                positions: random.once_in(3),
            },
            parties,
            crash: rate(random, &[2, 10]),
            disk: rate(random, &[3, 20]),
            log: rate(random, &[1, 3]),
            letters: rate(random, &[5, 50]),
            steps: one(random, &[1, 3, 10]),
        }
    }
}

fn party(random: &mut Random, place: Place, name: &str, around: &Surroundings) -> Party {
    let options = options(random, place);
    let shape = random.once_in(4).then(|| {
        let ack = one(random, &[Ack::All, Ack::Any, Ack::Quorum, Ack::Nobody]);
        let mode = one(random, &[Mode::Parallel, Mode::Sequential]);
        (ack, mode, one(random, &[OnError::Fail, OnError::Continue]))
    });
    let lossy = matches!(options.policy, Policy::Spill | Policy::Coalesce | Policy::DropOldest);
    let policy = match shape {
        Some((Ack::Any | Ack::Quorum | Ack::Nobody, ..)) if !lossy => Policy::Coalesce,
        _ => options.policy,
    };
    let remembers = random.once_in(2);
    let mut members: Vec<Shared<Model>> = Vec::new();
    for at in 0..shape.map_or(1, |_| 2 + random.below(2)) {
        let lane = if shape.is_some() {
            format!("{name}/m{at}")
        } else {
            name.to_owned()
        };
        let mut model = Model::new(&lane, kind_of(policy), remembers, rates(random), random.draw(), around);
        if let Some((_, Mode::Sequential, _)) = shape {
            model.leader = members.last().cloned();
        }
        members.push(shared(model));
    }
    Party {
        name: name.to_owned(),
        options,
        shape,
        members,
        attached: false,
    }
}
