//! How the drivers are doing.

use crate::board::Board;
use crate::lane::{Lane, Phase};
use crate::log::Mark;
use crate::meter::Measured;
use crate::party::{Node, Party};
use crate::policy::Policy;
use std::time::Duration;

/// What a driver is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverState {
    /// It was not initialized yet.
    Starting,
    /// It has nothing to do.
    Idle,
    /// It is at something.
    Busy,
    /// It waits to try a batch again.
    Retrying,
    /// It takes nothing more.
    Failed,
    /// It was shut down.
    Finished,
}

impl DriverState {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            DriverState::Starting => "starting",
            DriverState::Idle => "idle",
            DriverState::Busy => "busy",
            DriverState::Retrying => "retrying",
            DriverState::Failed => "failed",
            DriverState::Finished => "finished",
        }
    }
}

/// How one driver is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverStatus {
    /// Its name.
    pub name: String,
    /// Whether `flush` waits for it.
    pub durable: bool,
    /// What happens at its bound.
    pub policy: Policy,
    /// What it is at.
    pub state: DriverState,
    /// How long it has been at that, if it is busy.
    pub busy_for: Option<Duration>,
    /// The last tick it acknowledged; 0 before the first.
    pub acknowledged_tick: u64,
    /// How many records it is behind.
    pub lag_records: u64,
    /// How many bytes it is behind.
    pub lag_bytes: u64,
    /// What stopped it.
    pub failure: Option<String>,
    /// What was counted of it; of a compound, nothing.
    pub measured: Measured,
    /// Of a compound, its drivers.
    pub members: Vec<DriverStatus>,
}

/// What was left when the kernel was closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CloseReport {
    /// The drivers that did not take everything, or did not shut down well: name, ticks not taken, error.
    pub undelivered: Vec<(String, u64, Option<String>)>,
    /// Whoever closed it was interrupted, and waited for nobody any more.
    pub interrupted: bool,
}

impl Lane {
    fn state(&self) -> DriverState {
        match self.phase {
            Phase::Starting => DriverState::Starting,
            Phase::Failed(_) => DriverState::Failed,
            Phase::Finished(_) => DriverState::Finished,
            Phase::Running if self.busy_since.is_some() => DriverState::Busy,
            Phase::Running if self.failed_tries > 0 => DriverState::Retrying,
            Phase::Running => DriverState::Idle,
        }
    }
}

impl DriverStatus {
    fn of_lane(lane: &Lane, end: Mark, now: Duration) -> Self {
        let lag = lane.lag(end);
        lane.meter.lagged(lag);
        Self {
            name: lane.name.clone(),
            durable: lane.options.durable,
            policy: lane.options.policy,
            state: lane.state(),
            busy_for: lane.busy_since.map(|since| now.saturating_sub(since)),
            acknowledged_tick: lane.acknowledged_tick,
            lag_records: lag.sequence,
            lag_bytes: lag.weight,
            failure: lane.failure().map(|failed| failed.failure.message.clone()),
            measured: lane.meter.read(),
            members: Vec::new(),
        }
    }

    pub(crate) fn of(party: &Party, board: &Board, end: Mark, now: Duration) -> Self {
        let lanes = party.root.lanes();
        let mut members = board
            .lanes
            .iter()
            .filter(|lane| lanes.contains(&lane.id))
            .map(|lane| Self::of_lane(lane, end, now));
        if let Node::Lane(_) = party.root
            && let Some(only) = members.next()
        {
            return only;
        }
        let members: Vec<DriverStatus> = members.collect();
        let failed = party.failed(&board.lanes);
        let least = |of: fn(&DriverStatus) -> u64| members.iter().map(of).min().unwrap_or(0);
        let behind = |total: u64, reached: Option<u64>| total.saturating_sub(reached.unwrap_or(0));
        Self {
            name: party.name.clone(),
            durable: party.options.durable,
            policy: party.options.policy,
            state: match &failed {
                Some(_) => DriverState::Failed,
                None => members
                    .iter()
                    .map(|member| member.state)
                    .find(|state| *state != DriverState::Idle)
                    .unwrap_or(DriverState::Idle),
            },
            busy_for: members.iter().filter_map(|member| member.busy_for).max(),
            acknowledged_tick: least(|member| member.acknowledged_tick),
            lag_records: behind(end.sequence, party.sequence(&board.lanes, end.sequence)),
            lag_bytes: behind(end.weight, party.weight(&board.lanes, end.weight)),
            failure: failed.map(|failed| failed.to_string()),
            measured: Measured::default(),
            members,
        }
    }
}
