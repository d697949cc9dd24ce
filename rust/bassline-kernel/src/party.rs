//! A party: what was attached under one name, a driver or several that act as one.
//!
//! A compound has no queue and no thread of its own: each member reads the log by a cursor of its own, and what the compound has
//! acknowledged is found from theirs.

use crate::error::KernelError;
use crate::lane::Lane;
use crate::options::AttachOptions;
use bassline_core::planted::{self, Bug};

/// When a compound has taken a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ack {
    /// When every member has.
    #[default]
    All,
    /// When one member has.
    Any,
    /// When more than half of the members have.
    Quorum,
    /// At once.
    Nobody,
}

/// How members follow the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Each at its own pace.
    #[default]
    Parallel,
    /// Each takes a tick only when the member before it has.
    Sequential,
}

/// What the failure of a member means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// The compound has failed.
    #[default]
    Fail,
    /// The others go on, as long as they are enough.
    Continue,
}

/// Who stands under a name.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// A driver, by its lane.
    Lane(u64),
    Compound {
        ack: Ack,
        on_error: OnError,
        members: Vec<Node>,
    },
}

/// What was attached under one name.
#[derive(Debug)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) options: AttachOptions,
    pub(crate) root: Node,
}

fn lane_of(lanes: &[Lane], id: u64) -> Option<&Lane> {
    lanes.iter().find(|lane| lane.id == id)
}

impl Node {
    /// The lanes below, in order.
    pub(crate) fn lanes(&self) -> Vec<u64> {
        match self {
            Node::Lane(id) => vec![*id],
            Node::Compound { members, .. } => members.iter().flat_map(Node::lanes).collect(),
        }
    }

    /// How far is acknowledged, given that the log ends at `end`; `None` if nothing will come any more.
    fn acknowledged(&self, lanes: &[Lane], end: u64, of: &impl Fn(&Lane) -> u64) -> Option<u64> {
        match self {
            Node::Lane(id) => lane_of(lanes, *id).filter(|lane| lane.is_consuming()).map(of),
            Node::Compound { ack, on_error, members } => {
                let mut reached: Vec<u64> = members
                    .iter()
                    .filter_map(|member| member.acknowledged(lanes, end, of))
                    .collect();
                if *on_error == OnError::Fail && reached.len() < members.len() {
                    return None;
                }
                reached.sort_unstable_by(|a, b| b.cmp(a));
                let needed = match ack {
                    // Of those that are left.
                    Ack::All => reached.len().max(1),
                    Ack::Any => 1,
                    Ack::Quorum => (members.len() / 2 + usize::from(!planted::is(Bug::QuorumOfHalf))).max(1),
                    Ack::Nobody => return (!reached.is_empty()).then_some(end),
                };
                reached.get(needed - 1).copied()
            }
        }
    }

    /// The failure that keeps it from going on.
    pub(crate) fn failed(&self, lanes: &[Lane]) -> Option<KernelError> {
        match self {
            Node::Lane(id) => lane_of(lanes, *id).and_then(Lane::failed),
            Node::Compound { members, .. } => {
                if self.acknowledged(lanes, 0, &|_| 0).is_some() {
                    return None;
                }
                members.iter().find_map(|member| member.failed(lanes))
            }
        }
    }
}

impl Party {
    /// The place in the log up to which everything is acknowledged; `None` if nothing will come any more.
    pub(crate) fn sequence(&self, lanes: &[Lane], end: u64) -> Option<u64> {
        self.root.acknowledged(lanes, end, &|lane| lane.cursor.sequence)
    }

    /// Whether everything before `target` is acknowledged, by drivers that have begun, are owed no snapshot and have no dead letter to try.
    pub(crate) fn has_all(&self, lanes: &[Lane], target: u64) -> Option<bool> {
        let owes = |lane: &Lane| lane.owed || !lane.requeued.is_empty();
        let of = |lane: &Lane| {
            if owes(lane) && !planted::is(Bug::FlushBeforeBegun) {
                0
            } else {
                lane.cursor.sequence.saturating_add(1)
            }
        };
        let reached = self.root.acknowledged(lanes, target.saturating_add(1), &of)?;
        Some(reached > target)
    }

    /// The same in bytes.
    pub(crate) fn weight(&self, lanes: &[Lane], end: u64) -> Option<u64> {
        self.root.acknowledged(lanes, end, &|lane| lane.cursor.weight)
    }

    /// How many dead letters are to be tried once more.
    pub(crate) fn requeued(&self, lanes: &[Lane]) -> u64 {
        let tries = |lane: &&Lane| lane.is_consuming() && self.holds(lane.id);
        lanes.iter().filter(tries).map(|lane| lane.requeued.len() as u64).sum()
    }

    pub(crate) fn failed(&self, lanes: &[Lane]) -> Option<KernelError> {
        if planted::is(Bug::FailedDriverForgotten) {
            return None;
        }
        self.root.failed(lanes)
    }

    pub(crate) fn holds(&self, id: u64) -> bool {
        self.root.lanes().contains(&id)
    }
}
