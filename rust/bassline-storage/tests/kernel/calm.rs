//! The end of a run: faults stop, everybody has to catch up, and is held against the story.

use crate::books::Books;
use crate::model::Rates;
use crate::story::locked;
use crate::world::{Life, NOBODY, World};
use bassline_kernel::{DriverStatus, KernelError, Step};
use std::sync::atomic::Ordering;
use std::time::Duration;

impl World {
    /// Faults stop, and everybody has to catch up.
    pub(crate) fn calm(&mut self) {
        if self.life.is_none() {
            self.open();
        }
        self.note(|| "calm".into());
        self.disk.plan(None);
        self.around.letters.fails.store(false, Ordering::Relaxed);
        for at in 0..self.plan.parties.len() {
            for member in &self.plan.parties[at].members {
                let mut member = locked(member);
                // What is never taken stays so, where it can be put aside.
                let poison = if self.plan.parties[at].options.dead_letters {
                    member.rates.poison
                } else {
                    0
                };
                member.rates = Rates {
                    poison,
                    ..Default::default()
                };
            }
        }
        if self
            .life()
            .kernel
            .admit(NOBODY)
            .is_err_and(|error| matches!(error, KernelError::Log { .. } | KernelError::DriverFailed { .. }))
            || self.life().log_fails.load(Ordering::Relaxed)
        {
            self.crash();
        }
        for at in 0..self.plan.parties.len() {
            if !self.plan.parties[at].attached {
                self.attach(at);
            }
        }
        for round in 0.. {
            assert!(
                round < 3_000,
                "not all have caught up: {:#?}",
                self.life().kernel.status()
            );
            let mut all_wait = true;
            for at in 0..self.life().seats.len() {
                all_wait &= self.step(at) != Step::Again;
            }
            if all_wait {
                self.around.time.advance(Duration::from_millis(100));
                let names: Vec<String> = self.plan.parties.iter().map(|party| party.name.clone()).collect();
                for name in &names {
                    self.restart(name);
                }
                if round > 100 {
                    self.renew();
                }
                let flushed = self.life().kernel.flush(Some(Duration::ZERO), NOBODY);
                let status = self.life().kernel.status();
                let lag = |status: &DriverStatus| status.lag_records + u64::from(status.failure.is_some());
                let members = status.iter().flat_map(|one| std::iter::once(one).chain(&one.members));
                let models = self.plan.parties.iter().flat_map(|party| &party.members);
                let is_shown = models
                    .into_iter()
                    .all(|model| !locked(model).books.blank && locked(model).done() == self.last());
                if flushed.is_ok() && members.map(lag).sum::<u64>() == 0 && is_shown {
                    break;
                }
            }
        }
        self.close();
    }

    /// Attaches anew who cannot begin again: a store that is told only of what it missed.
    fn renew(&mut self) {
        for at in 0..self.plan.parties.len() {
            let party = &self.plan.parties[at];
            let takes_letters = party.options.dead_letters;
            let status = self.life.as_ref().expect("it is open").kernel.status();
            let lost = |text: &String| text.contains("the log begins at") || text.contains("attach it anew");
            let members = status
                .iter()
                .filter(|status| status.name == party.name)
                .flat_map(|one| std::iter::once(one).chain(&one.members));
            if !takes_letters && members.filter_map(|member| member.failure.as_ref()).any(lost) {
                self.count("attached anew");
                self.detach(at);
                self.attach(at);
            }
        }
    }

    /// Holds everybody against the story, and lets them go.
    fn close(&mut self) {
        let letters = self.life().kernel.dead_letters(None).expect("letters in memory").len() as u64;
        locked(&self.around.counts).add("dead letter put aside", letters);
        for party in &self.plan.parties {
            for member in &party.members {
                let member = locked(member);
                if let Err(wrong) = member.with(Books::close) {
                    panic!("{}: {wrong}", member.name);
                }
            }
        }
        let Some(Life {
            kernel,
            served,
            mut seats,
            ..
        }) = self.life.take()
        else {
            return;
        };
        drop((kernel, served));
        for seat in &mut seats {
            assert_eq!(
                seat.courier.step(Duration::MAX / 4),
                Step::Over,
                "{:?} goes on without a kernel",
                seat.courier
            );
        }
        for member in self.plan.parties.iter().flat_map(|party| &party.members) {
            assert!(
                !locked(member).is_running(),
                "{} was not shut down",
                locked(member).name
            );
        }
    }
}
