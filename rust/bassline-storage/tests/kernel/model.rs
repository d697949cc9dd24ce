//! A driver that keeps books, fails as it is drawn, and, if it is a store, remembers what it took through a crash.

use crate::books::{Against, Books, Judged, Kind};
use crate::counts::Counts;
use crate::keeping::FlakyLetters;
use crate::network::Standing;
use crate::story::{Shared, Story, locked};
use bassline_kernel::{Ask, Batch, Begin, Context, Driver, DriverFailure, FailureClass, Position, Time};
use bassline_storage::disk::Random;
use std::sync::Arc;
use std::time::Duration;

/// How often what goes wrong, of a thousand times.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rates {
    pub(crate) transient: u64,
    pub(crate) lost_answer: u64,
    pub(crate) fatal: u64,
    pub(crate) panics: u64,
    pub(crate) backpressure: u64,
    pub(crate) poison: u64,
    pub(crate) initialize: u64,
    pub(crate) slow_millis: u64,
}

/// What a driver and the world share.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) story: Shared<Story>,
    pub(crate) letters: Arc<FlakyLetters>,
    pub(crate) time: Arc<Standing>,
    pub(crate) counts: Shared<Counts>,
    pub(crate) trace: Shared<Vec<String>>,
    /// The first thing that was wrong.
    pub(crate) wrong: Shared<Option<String>>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether it remembers where it stands together with what it was told.
    pub(crate) remembers: bool,
    pub(crate) rates: Rates,
    pub(crate) books: Books,
    /// Whose acknowledgements it does not overtake.
    pub(crate) leader: Option<Shared<Model>>,
    around: Surroundings,
    random: Random,
    poison: u64,
    /// It has remembered something.
    stored: bool,
    running: bool,
    pub(crate) begun: bool,
    restarted: bool,
    /// Its last answer was a failure.
    failing: bool,
    pub(crate) handed: u64,
}

impl Model {
    pub(crate) fn new(name: &str, kind: Kind, remembers: bool, rates: Rates, seed: u64, around: &Surroundings) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            remembers,
            rates,
            books: Books::default(),
            leader: None,
            around: around.clone(),
            random: Random::new(seed),
            poison: seed,
            stored: false,
            running: false,
            begun: false,
            restarted: false,
            failing: false,
            handed: 0,
        }
    }

    /// The process is gone: what it remembers is not.
    pub(crate) fn crash(&mut self) {
        (self.running, self.begun, self.restarted, self.failing) = (false, false, false, false);
        if !self.remembers {
            self.books
                .begin_at(std::collections::BTreeMap::new(), Position::default());
        }
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&Books, &Against<'_>) -> T) -> T {
        let story = locked(&self.around.story);
        let letters = &self.around.letters;
        let against = Against {
            name: &self.name,
            kind: self.kind,
            story: &story,
            letters,
        };
        look(&self.books, &against)
    }

    pub(crate) fn done(&self) -> u64 {
        self.with(Books::done)
    }

    /// Whether it and the kernel count from the same place: it has answered since it began.
    pub(crate) fn is_taking(&self) -> bool {
        let Books {
            handed,
            answered,
            shown,
            ..
        } = &self.books;
        *handed > 0 && *answered > 0 && shown.is_none_or(|shown| shown <= *answered)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running
    }

    fn count(&self, what: &'static str) {
        locked(&self.around.counts).add(what, 1);
    }

    fn happens(&mut self, rate: u64) -> bool {
        self.random.below(1_000) < rate
    }

    fn is_poison(&self, tick: u64) -> bool {
        Random::new(self.poison ^ tick.wrapping_mul(0x9e37_79b9)).below(1_000) < self.rates.poison
    }

    fn wrong(&self, what: &str) {
        let mut wrong = locked(&self.around.wrong);
        wrong.get_or_insert_with(|| format!("{}: {what}", self.name));
    }

    fn begin(&mut self, context: &Context) -> Judged<Begin> {
        if self.running {
            return Err("it is begun twice".into());
        }
        let again = std::mem::replace(&mut self.begun, true);
        self.restarted |= again;
        self.running = true;
        if self.remembers && self.stored {
            self.books.begin_again();
            self.books.answered = self.books.reached.tick;
            return Ok(Begin::After(self.books.reached));
        }
        let epoch = locked(&self.around.story).epoch_of(context.tick).unwrap_or(0);
        let here = Position {
            epoch,
            tick: context.tick,
        };
        let forgets = self.remembers || self.books.blank || self.random.once_in(3);
        if again && !forgets {
            self.books.begin_again();
            return Ok(Begin::Here);
        }
        let blank = forgets && (context.tick > 0 || (again && (self.books.answered > 0 || self.books.blank)));
        let contents = locked(&self.around.story).contents(context.tick);
        self.books.begin_at(contents, here);
        (self.books.blank, self.books.asked) = (blank, forgets);
        if blank {
            self.books.answered = 0;
        }
        Ok(if forgets { Begin::Snapshot } else { Begin::Here })
    }

    fn take(&mut self, batch: &Batch) -> Judged<Books> {
        if !self.running {
            return Err("it is handed something while it is not running".into());
        }
        let mut books = self.books.clone();
        if let Some(letter) = &batch.letter {
            let epoch = locked(&self.around.story).epoch_of(letter.record.tick);
            if *letter.driver != *self.name || batch.records.len() != 1 {
                return Err("a letter that is not its own".into());
            }
            if epoch == Some(letter.record.epoch) {
                books.take_letter(&letter.record);
            }
            return Ok(books);
        }
        self.with(|_, against| books.take(batch, against))?;
        if let (Some(leader), Some(record)) = (&self.leader, batch.records.last()) {
            let leader = locked(leader);
            // While it had failed, nobody was held up.
            if !leader.failing && leader.running && !leader.restarted && leader.done() < record.tick {
                return Err(format!(
                    "tick {} overtakes '{}', which is at {}",
                    record.tick,
                    leader.name,
                    leader.done()
                ));
            }
        }
        Ok(books)
    }

    /// What goes wrong before anything is taken.
    fn refusal(&mut self, batch: &Batch) -> Option<DriverFailure> {
        let Rates {
            transient,
            fatal,
            panics,
            backpressure,
            ..
        } = self.rates;
        if self.happens(backpressure) {
            self.count("backpressure");
            return Some(DriverFailure::backpressure(Duration::from_millis(
                self.random.below(200),
            )));
        }
        if self.happens(transient) {
            self.count("transient failure");
            return Some(DriverFailure::new(FailureClass::Transient, "planned"));
        }
        if self.happens(fatal) {
            self.count("fatal failure");
            return Some(DriverFailure::new(FailureClass::Fatal, "planned"));
        }
        if self.happens(panics) {
            self.count("panic");
            std::panic::resume_unwind(Box::new("planned"));
        }
        let poisonous = batch.records.iter().any(|record| self.is_poison(record.tick));
        poisonous.then(|| {
            self.count("permanent failure");
            DriverFailure::new(FailureClass::Permanent, "planned")
        })
    }

    fn handle(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let slow = Duration::from_micros(self.random.below(1 + self.rates.slow_millis * 1_000));
        self.around.time.advance(slow);
        let books = match self.take(batch) {
            Ok(books) => books,
            Err(what) => {
                self.wrong(&what);
                return Err(DriverFailure::new(FailureClass::Fatal, "it was handed what is wrong"));
            }
        };
        self.failing = true;
        if let Some(failure) = self.refusal(batch) {
            return Err(failure);
        }
        self.books = books;
        self.stored |= batch.letter.is_none();
        self.handed += batch.records.len() as u64;
        if batch.gap.is_some() {
            self.count("gap");
        }
        if batch.snapshot.is_some() {
            self.count("snapshot");
        }
        let lost = self.rates.lost_answer;
        if self.remembers
            && self.kind == Kind::Exact
            && batch.letter.is_none()
            && batch.snapshot.is_none()
            && self.happens(lost)
        {
            self.count("answer lost");
            let class = [FailureClass::Transient, FailureClass::Fatal][self.random.below(2) as usize];
            return Err(DriverFailure::new(class, "the answer was lost"));
        }
        self.failing = false;
        if batch.letter.is_none() {
            self.books.answered = self.books.answered.max(self.books.reached.tick);
        }
        Ok(())
    }
}

/// A model as the kernel knows it.
pub(crate) struct Handle(pub(crate) Shared<Model>);

impl Driver for Handle {
    fn initialize(&mut self, context: &Context) -> Result<Begin, DriverFailure> {
        let mut model = locked(&self.0);
        let rate = model.rates.initialize;
        if model.happens(rate) {
            model.count("failure to begin");
            model.restarted = true;
            return Err(DriverFailure::new(FailureClass::Fatal, "planned"));
        }
        let begins = model.begin(context).map_err(|what| {
            model.wrong(&what);
            DriverFailure::new(FailureClass::Fatal, what)
        });
        let line = format!("  {} begins: {begins:?}", model.name);
        locked(&model.around.trace).push(line);
        begins
    }

    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let mut model = locked(&self.0);
        let outcome = model.handle(batch);
        let ticks: Vec<u64> = batch.records.iter().map(|record| record.tick).collect();
        let snapshot = batch.snapshot.as_ref().map(|snapshot| snapshot.position);
        let answer = outcome.as_ref().map_err(|failure| failure.class);
        let letter = batch.letter.as_ref().map(|letter| letter.id);
        let line = format!(
            "  {} is handed {ticks:?} {snapshot:?} {:?} {letter:?}: {answer:?}",
            model.name, batch.gap
        );
        locked(&model.around.trace).push(line);
        outcome
    }

    fn idle(&mut self) -> Result<(), DriverFailure> {
        let mut model = locked(&self.0);
        model.count("idle");
        let rate = model.rates.fatal;
        if model.happens(rate) {
            model.count("failure while idle");
            model.failing = true;
            return Err(DriverFailure::new(FailureClass::Fatal, "planned"));
        }
        Ok(())
    }

    fn ask(&mut self, _: &Ask) -> Result<bassline_core::Value, DriverFailure> {
        let model = locked(&self.0);
        model.count("question answered");
        Ok(bassline_core::Value::Int(model.around.time.now().as_micros() as i64))
    }

    fn shutdown(&mut self, _: bool) -> Result<(), DriverFailure> {
        locked(&self.0).running = false;
        Ok(())
    }
}
