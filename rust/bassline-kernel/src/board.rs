//! The board: where every driver stands. It is locked for moments only, never while a driver runs.

use crate::error::KernelError;
use crate::lane::{Lane, NEVER, Phase};
use crate::log::{LogError, Mark};
use crate::party::Party;
use bassline_core::planted::{self, Bug};
use std::time::Duration;

/// Everything the writer, the workers and those who wait share.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// What was attached, in an order in which each comes behind those it begins after.
    pub(crate) parties: Vec<Party>,
    /// The drivers of the parties.
    pub(crate) lanes: Vec<Lane>,
    pub(crate) next_id: u64,
    pub(crate) closed: bool,
    /// The first committed tick that the log did not take or make durable, and why.
    pub(crate) broken: Option<(u64, LogError)>,
}

/// A party whose bound is reached.
pub(crate) struct Full {
    pub(crate) name: String,
    pub(crate) lag: Mark,
    /// How long the writer waits for it.
    pub(crate) timeout: Duration,
}

impl Board {
    pub(crate) fn lane(&mut self, id: u64) -> Option<&mut Lane> {
        self.lanes.iter_mut().find(|lane| lane.id == id)
    }

    /// What was attached under a name.
    pub(crate) fn party(&self, name: &str) -> Result<&Party, KernelError> {
        let found = self.parties.iter().find(|party| party.name == name);
        found.ok_or_else(|| KernelError::UnknownDriver {
            driver: name.to_owned(),
            attached: self.parties.iter().map(|party| party.name.clone()).collect(),
        })
    }

    /// Lets go of the lanes of no party whose workers have left.
    pub(crate) fn forget_finished(&mut self) {
        let Self { parties, lanes, .. } = self;
        lanes.retain(|lane| !lane.is_finished() || parties.iter().any(|party| party.holds(lane.id)));
    }

    /// The first record that the log has to keep in memory.
    pub(crate) fn low(&self, end: Mark) -> u64 {
        self.lanes
            .iter()
            .filter_map(|lane| lane.holds_memory_from(end))
            .min()
            .unwrap_or(end.sequence)
    }

    /// The first record that somebody may still be told of.
    pub(crate) fn untold(&self, end: Mark) -> u64 {
        let held = self.lanes.iter().filter(|lane| lane.holds_log_from().is_some());
        held.map(|lane| lane.cursor.sequence).min().unwrap_or(end.sequence)
    }

    /// The lane that another does not overtake, if one is ahead of it.
    fn leader(&self, lane: &Lane) -> Option<&Lane> {
        let mut ahead = lane.behind;
        while let Some(leader) = ahead.and_then(|id| self.lanes.iter().find(|lane| lane.id == id)) {
            match leader.phase {
                // Who has failed holds nobody up.
                Phase::Failed(_) | Phase::Finished(_) => ahead = leader.behind,
                Phase::Starting | Phase::Running => return Some(leader),
            }
        }
        None
    }

    /// How far a lane may go: to the end, or to where the one before it stands; and the last tick that it may be handed.
    pub(crate) fn limit(&self, lane: &Lane, end: Mark) -> (Mark, u64) {
        match self.leader(lane) {
            None => (end, NEVER),
            Some(leader) if leader.owed => (lane.cursor, 0),
            Some(leader) => (leader.cursor, leader.acknowledged_tick),
        }
    }

    /// The parties that keep the writer from going on when they lag too far behind.
    fn holding(&self) -> impl Iterator<Item = &Party> {
        self.parties
            .iter()
            .filter(|party| party.options.policy.holds_the_writer())
    }

    /// Where the writer has to look at the board for the sake of bounds.
    pub(crate) fn bound(&self, end: Mark) -> Mark {
        let mut bound = Mark {
            sequence: crate::lane::NEVER,
            weight: crate::lane::NEVER,
        };
        for party in self.holding() {
            if let Some(sequence) = party.sequence(&self.lanes, end.sequence) {
                bound.sequence = bound
                    .sequence
                    .min(sequence.saturating_add(party.options.max_records as u64));
            }
            if let Some(weight) = party.weight(&self.lanes, end.weight) {
                bound.weight = bound.weight.min(weight.saturating_add(party.options.max_bytes as u64));
            }
        }
        for at in self.lanes.iter().map(Lane::thins_out_at) {
            bound.sequence = bound.sequence.min(at.sequence);
            bound.weight = bound.weight.min(at.weight);
        }
        bound
    }

    /// The first party whose bound is reached. A lag of nil is within any bound.
    pub(crate) fn full(&self, end: Mark, now: Duration) -> Option<Full> {
        self.holding().find_map(|party| {
            let sequence = end.sequence.saturating_sub(party.sequence(&self.lanes, end.sequence)?);
            let weight = end.weight.saturating_sub(party.weight(&self.lanes, end.weight)?);
            let options = &party.options;
            let late = || self.is_late(party, now);
            let full = sequence > 0
                && (sequence >= options.max_records as u64 || weight >= options.max_bytes as u64 || late());
            let full = full && !planted::is(Bug::LagUnbounded);
            full.then(|| Full {
                name: party.name.clone(),
                lag: Mark { sequence, weight },
                timeout: match options.policy {
                    crate::policy::Policy::Error => Duration::ZERO,
                    _ => options.block_timeout,
                },
            })
        })
    }

    /// Asks the drivers of a party for everything before `sequence` at once.
    pub(crate) fn hurry(&mut self, party: &str, sequence: u64) {
        let ids = self
            .parties
            .iter()
            .find(|known| known.name == party)
            .map(|party| party.root.lanes());
        for id in ids.unwrap_or_default() {
            if let Some(lane) = self.lane(id)
                && lane.hurry < sequence
            {
                lane.hurry_to(sequence);
            }
        }
    }

    /// Whether what waits for a party has waited for too long.
    fn is_late(&self, party: &Party, now: Duration) -> bool {
        party.options.max_lag.is_some_and(|max| {
            let waiting = |lane: &Lane| lane.waiting_since.is_some_and(|since| now.saturating_sub(since) > max);
            self.lanes.iter().any(|lane| party.holds(lane.id) && waiting(lane))
        })
    }

    /// Whether the writer has to look at the clock before each tick.
    pub(crate) fn is_timed(&self) -> bool {
        let waited_for = |party: &Party| {
            let waiting = |lane: &Lane| lane.waiting_since.is_some() && party.holds(lane.id);
            party.options.max_lag.is_some() && self.lanes.iter().any(waiting)
        };
        self.holding().any(waited_for)
    }

    /// What the log has failed at.
    pub(crate) fn broken(&self) -> Option<KernelError> {
        let (tick, error) = self.broken.clone()?;
        Some(KernelError::Log { tick, error })
    }

    /// What keeps the writer from going on for good.
    pub(crate) fn refusal(&self) -> Option<KernelError> {
        if self.closed {
            return Some(KernelError::Closed);
        }
        if let Some(broken) = self.broken() {
            return Some(broken);
        }
        self.parties
            .iter()
            .filter(|party| party.options.fail_fast)
            .find_map(|party| party.failed(&self.lanes))
    }
}
