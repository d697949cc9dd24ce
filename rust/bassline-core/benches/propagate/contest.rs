//! One shape in the engine and in both floors, each at a tick of its own.

use crate::editable_queue::EditableQueue;
use crate::engine::Engine;
use crate::plan::Plan;
use crate::queue::DirtyQueue;
use crate::shape::Shape;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Contender {
    Plan,
    Queue,
    Engine,
    /// The engine, answering with a record of what changed; it is the same network.
    Recorded,
}

impl Contender {
    pub(crate) const ALL: [Self; 4] = [Self::Plan, Self::Queue, Self::Engine, Self::Recorded];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Queue => "queue",
            Self::Engine => "engine",
            Self::Recorded => "recorded",
        }
    }
}

enum Queue {
    Fixed(DirtyQueue),
    Editable(EditableQueue),
}

pub(crate) struct Contest {
    pub(crate) shape: Shape,
    plan: Plan,
    queue: Queue,
    pub(crate) engine: Engine,
    /// How many ticks the plan, the queue and the engine have made.
    at: [usize; 3],
}

impl Contest {
    pub(crate) fn new(shape: Shape) -> Self {
        let queue = if shape.moves.is_empty() {
            Queue::Fixed(DirtyQueue::new(&shape))
        } else {
            Queue::Editable(EditableQueue::new(&shape))
        };
        Self {
            plan: Plan::new(&shape),
            queue,
            engine: Engine::new(&shape),
            shape,
            at: [0; 3],
        }
    }

    /// Whether it can run this shape: a plan cannot change.
    pub(crate) fn can(&self, contender: Contender) -> bool {
        contender != Contender::Plan || self.shape.moves.is_empty()
    }

    fn at(&mut self, contender: Contender) -> &mut usize {
        match contender {
            Contender::Plan => &mut self.at[0],
            Contender::Queue => &mut self.at[1],
            Contender::Engine | Contender::Recorded => &mut self.at[2],
        }
    }

    /// Makes so many ticks; the time they took.
    pub(crate) fn run(&mut self, contender: Contender, ticks: usize) -> Duration {
        let from = *self.at(contender);
        *self.at(contender) += ticks;
        let (shape, range) = (&self.shape, from..from + ticks);
        let started = Instant::now();
        match contender {
            Contender::Plan => range.for_each(|tick| self.plan.tick(shape, tick)),
            Contender::Queue => match &mut self.queue {
                Queue::Fixed(queue) => range.for_each(|tick| queue.tick(shape, tick)),
                Queue::Editable(queue) => range.for_each(|tick| queue.tick(shape, tick)),
            },
            Contender::Engine => range.for_each(|tick| self.engine.tick(shape, tick, false)),
            Contender::Recorded => range.for_each(|tick| self.engine.tick(shape, tick, true)),
        }
        started.elapsed()
    }

    /// Goes on until so many ticks of the period, in which every source takes both its values, are made.
    pub(crate) fn advance(&mut self, contender: Contender, phase: usize) {
        let period = 2 * self.shape.turns.len();
        let missing = (period + phase - *self.at(contender) % period) % period;
        self.run(contender, missing);
    }

    pub(crate) fn column(&self, contender: Contender) -> Vec<f64> {
        match (contender, &self.queue) {
            (Contender::Plan, _) => self.plan.column.clone(),
            (Contender::Queue, Queue::Fixed(queue)) => queue.column.clone(),
            (Contender::Queue, Queue::Editable(queue)) => queue.column.clone(),
            (Contender::Engine | Contender::Recorded, _) => self.engine.column(&self.shape),
        }
    }

    /// Gadgets the queue has fired.
    fn queue_fired(&self) -> usize {
        match &self.queue {
            Queue::Fixed(queue) => queue.fired,
            Queue::Editable(queue) => queue.fired,
        }
    }

    /// Makes two rounds of all turns: the first warms what is kept from tick to tick, the second is counted. Answers the gadgets
    /// fired in a tick, and what `count` grew by in a tick of the engine.
    pub(crate) fn warm(&mut self, name: &str, count: impl Fn() -> usize) -> (f64, f64) {
        let turns = self.shape.turns.len();
        let (mut fired, mut queue_fired, mut counted) = (0, 0, 0);
        for _ in 0..2 {
            (fired, queue_fired, counted) = (self.engine.fired(), self.queue_fired(), count());
            self.run(Contender::Engine, turns);
            counted = count() - counted;
            self.run(Contender::Queue, turns);
            fired = self.engine.fired() - fired;
            queue_fired = self.queue_fired() - queue_fired;
        }
        assert_eq!(fired, queue_fired, "{name}: the queue fires other gadgets");
        self.run(Contender::Plan, 2 * turns);
        let wanted = self.column(Contender::Queue);
        assert!(
            wanted == self.column(Contender::Engine),
            "{name}: the queue comes to other numbers"
        );
        assert!(
            !self.can(Contender::Plan) || wanted == self.column(Contender::Plan),
            "{name}: the plan comes to other numbers"
        );
        (fired as f64 / turns as f64, counted as f64 / turns as f64)
    }
}
