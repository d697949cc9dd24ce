//! Attaching: drivers get their place on the board, and begin in an order in which each comes behind those it begins after.

use crate::board::Board;
use crate::courier::Courier;
use crate::driver::{Context, Driver};
use crate::error::KernelError;
use crate::gate::POLL;
use crate::kernel::Kernel;
use crate::lane::{Lane, Stop};
use crate::lock::{lock, wait};
use crate::options::AttachOptions;
use crate::party::{Ack, Mode, Node, OnError, Party};
use crate::policy::Policy;
use crate::sync::thread;
use std::sync::Arc;

/// Who is attached: a driver, or several that act as one.
pub enum Member {
    /// One driver.
    Driver(Box<dyn Driver>),
    /// Several, each with a name of its own within.
    Compound {
        /// When a tick counts as taken.
        ack: Ack,
        /// How they follow the log.
        mode: Mode,
        /// What the failure of one means.
        on_error: OnError,
        /// They.
        members: Vec<(String, Member)>,
    },
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Member::Driver(_) => f.write_str("Driver"),
            Member::Compound { members, .. } => f.debug_list().entries(members.iter().map(|(name, _)| name)).finish(),
        }
    }
}

/// What is attached, and how.
#[derive(Debug)]
pub struct Attachment {
    /// The name it is known by.
    pub name: String,
    /// Who it is.
    pub member: Member,
    /// How.
    pub options: AttachOptions,
    /// Who has to have begun before it begins.
    pub after: Vec<String>,
}

/// Where the network stands when something is attached to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Which opening of the network.
    pub epoch: u64,
    /// The last committed tick.
    pub tick: u64,
}

impl Kernel {
    /// Attaches one driver: it is handed every tick published from now on. Answers when it has begun.
    pub fn attach(&self, name: &str, driver: Box<dyn Driver>, options: AttachOptions) -> Result<(), KernelError> {
        let attachment = Attachment {
            name: name.to_owned(),
            member: Member::Driver(driver),
            options,
            after: Vec::new(),
        };
        let names = self.register(vec![attachment], Standing::default())?;
        self.await_start(&names, &|| false)
    }

    /// Gives each its place: what is published from now on is for it. No tick may be published meanwhile. They begin on threads of their
    /// own, those that do not wait for each other at the same time; answers their names, for [`Kernel::await_start`].
    pub fn register(&self, attachments: Vec<Attachment>, standing: Standing) -> Result<Vec<String>, KernelError> {
        let couriers = self.place(attachments, standing)?;
        let names = couriers.iter().map(|(name, _)| name.clone()).collect();
        for (name, courier) in couriers {
            let id = courier.id;
            let thread = thread::Builder::new()
                .name(format!("bassline-{}", name.replace('\0', "")))
                .spawn(move || crate::worker::run(courier));
            let mut board = lock(&self.shared.board);
            match (thread, board.lane(id)) {
                (Ok(thread), Some(lane)) => lane.thread = Some(thread),
                (Ok(_), None) => {}
                (Err(source), _) => {
                    drop(board);
                    self.take_off(std::slice::from_ref(&name));
                    return Err(KernelError::Thread {
                        driver: name,
                        source: Arc::new(source),
                    });
                }
            }
        }
        Ok(names)
    }

    /// The same without threads: whoever asked runs the couriers, each named by its party.
    pub fn place(
        &self,
        attachments: Vec<Attachment>,
        standing: Standing,
    ) -> Result<Vec<(String, Courier)>, KernelError> {
        let mut board = lock(&self.shared.board);
        if board.closed {
            return Err(KernelError::Closed);
        }
        let attachments = in_order(&board, attachments)?;
        for attachment in &attachments {
            if attachment.options.policy == Policy::Spill {
                if !self.shared.log.is_kept() {
                    return Err(KernelError::NowhereToSpill(attachment.name.clone()));
                }
                if attachment.options.max_lag.is_some() {
                    return Err(KernelError::SpillsInTime(attachment.name.clone()));
                }
            }
        }
        let mut couriers = Vec::new();
        for Attachment {
            name,
            member,
            options,
            after,
        } in attachments
        {
            let mut placed = Vec::new();
            let mut placing = Placing {
                board: &mut board,
                kernel: self,
                standing,
                after: &after,
                placed: &mut placed,
            };
            let root = placing.place(&name, member, &options, None);
            board.parties.push(Party {
                name: name.clone(),
                options,
                root,
            });
            couriers.extend(placed.into_iter().map(|courier| (name.clone(), courier)));
        }
        self.shared.rearm(&board);
        Ok(couriers)
    }

    /// Waits until those have begun; if one cannot, all of them are taken off again, and why is the error.
    pub fn await_start(&self, names: &[String], interrupted: &dyn Fn() -> bool) -> Result<(), KernelError> {
        loop {
            let board = lock(&self.shared.board);
            let parties = || board.parties.iter().filter(|party| names.contains(&party.name));
            let lanes = || {
                board
                    .lanes
                    .iter()
                    .filter(|lane| parties().any(|party| party.holds(lane.id)))
            };
            if let Some(failed) = lanes().filter(|lane| !lane.begun).find_map(Lane::failed) {
                drop(board);
                self.take_off(names);
                return Err(failed);
            }
            // What is committed once this returns comes behind the snapshot, not in it.
            if !lanes().any(|lane| lane.is_consuming() && (lane.is_starting() || lane.resync)) {
                return Ok(());
            }
            drop(wait(&self.shared.moved, board, Some(POLL)));
            if interrupted() {
                self.take_off(names);
                return Err(KernelError::Interrupted);
            }
        }
    }

    /// Takes off what did not begin, without waiting for anything.
    pub(crate) fn take_off(&self, names: &[String]) {
        let mut board = lock(&self.shared.board);
        let gone = |party: &Party| names.contains(&party.name);
        let ids: Vec<u64> = board
            .parties
            .iter()
            .filter(|party| gone(party))
            .flat_map(|party| party.root.lanes())
            .collect();
        board.parties.retain(|party| !gone(party));
        for id in ids {
            if let Some(lane) = board.lane(id) {
                lane.stop(Stop::Forced);
            }
        }
        self.shared.settled(board);
    }
}

/// Gives a party's drivers their lanes.
struct Placing<'a> {
    board: &'a mut Board,
    kernel: &'a Kernel,
    standing: Standing,
    after: &'a [String],
    placed: &'a mut Vec<Courier>,
}

impl Placing<'_> {
    fn place(&mut self, name: &str, member: Member, options: &AttachOptions, behind: Option<u64>) -> Node {
        match member {
            Member::Driver(driver) => {
                let shared = &self.kernel.shared;
                self.board.next_id += 1;
                let id = self.board.next_id;
                let mut lane = Lane::new(id, name, options.clone(), shared.end());
                lane.after = self.after.to_vec();
                lane.behind = behind;
                lane.acknowledged_tick = self.standing.tick;
                lane.pauses = shared.pauses();
                self.board.lanes.push(lane);
                let context = Context {
                    driver: name.into(),
                    epoch: self.standing.epoch,
                    tick: self.standing.tick,
                    names: Arc::clone(&shared.names),
                };
                self.placed.push(Courier::new(Arc::clone(shared), id, driver, context));
                Node::Lane(id)
            }
            Member::Compound {
                ack,
                mode,
                on_error,
                members,
            } => {
                // Whoever is not waited for must not keep a log that has no end.
                let options = match (ack, options.policy) {
                    (Ack::All, _) | (_, Policy::Spill | Policy::Coalesce | Policy::DropOldest) => options.clone(),
                    _ => AttachOptions {
                        policy: Policy::Coalesce,
                        ..options.clone()
                    },
                };
                let mut ahead = behind;
                let mut nodes = Vec::new();
                for (inner, member) in members {
                    let node = self.place(&format!("{name}/{inner}"), member, &options, ahead);
                    if mode == Mode::Sequential {
                        ahead = node.lanes().last().copied().or(ahead);
                    }
                    nodes.push(node);
                }
                Node::Compound {
                    ack,
                    on_error,
                    members: nodes,
                }
            }
        }
    }
}

/// Sorts attachments so that each stands behind those it begins after, and otherwise as they came.
fn in_order(board: &Board, attachments: Vec<Attachment>) -> Result<Vec<Attachment>, KernelError> {
    let mut known: Vec<String> = board.parties.iter().map(|party| party.name.clone()).collect();
    for (at, attachment) in attachments.iter().enumerate() {
        let name = &attachment.name;
        if known.contains(name) || attachments[..at].iter().any(|other| other.name == *name) {
            return Err(KernelError::NameTaken(name.clone()));
        }
    }
    let new: Vec<String> = attachments.iter().map(|attachment| attachment.name.clone()).collect();
    for attachment in &attachments {
        if let Some(unknown) = attachment
            .after
            .iter()
            .find(|name| !known.contains(name) && !new.contains(name))
        {
            let mut attached = known.clone();
            attached.extend(new.into_iter().filter(|name| *name != attachment.name));
            return Err(KernelError::UnknownPredecessor {
                driver: attachment.name.clone(),
                after: unknown.clone(),
                attached,
            });
        }
    }
    let mut sorted = Vec::with_capacity(attachments.len());
    let mut left = attachments;
    while !left.is_empty() {
        let Some(ready) = left
            .iter()
            .position(|attachment| attachment.after.iter().all(|name| known.contains(name)))
        else {
            return Err(KernelError::Circle(circle(&left)));
        };
        let attachment = left.remove(ready);
        known.push(attachment.name.clone());
        sorted.push(attachment);
    }
    Ok(sorted)
}

/// One circle among attachments of which each waits for another: its names in order, the first one again at the end.
fn circle(left: &[Attachment]) -> Vec<String> {
    let mut walked: Vec<String> = Vec::new();
    let mut at = left.first();
    while let Some(attachment) = at {
        let seen = walked.iter().position(|name| *name == attachment.name);
        walked.push(attachment.name.clone());
        if let Some(from) = seen {
            return walked.split_off(from);
        }
        at = left.iter().find(|other| attachment.after.contains(&other.name));
    }
    walked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::Ring;
    use crate::testing::{NEVER, Probe, eventually, plain};
    use std::time::Duration;

    fn member(probe: &Probe) -> Member {
        Member::Driver(Box::new(probe.clone()))
    }

    fn compound(ack: Ack, mode: Mode, probes: &[Probe]) -> Attachment {
        let named = probes.iter().enumerate();
        Attachment {
            name: "all".to_owned(),
            member: Member::Compound {
                ack,
                mode,
                on_error: OnError::Fail,
                members: named.map(|(at, probe)| (format!("m{at}"), member(probe))).collect(),
            },
            options: AttachOptions {
                max_age: Duration::ZERO,
                ..AttachOptions::store()
            },
            after: Vec::new(),
        }
    }

    fn attached(ack: Ack, mode: Mode, probes: &[Probe]) -> Kernel {
        let kernel = Kernel::new(Ring::new());
        let names = kernel
            .register(vec![compound(ack, mode, probes)], Standing::default())
            .unwrap();
        kernel.await_start(&names, NEVER).unwrap();
        kernel
    }

    #[test]
    fn in_a_row_no_member_takes_a_tick_before_the_one_ahead_of_it_has() {
        let probes = [Probe::default(), Probe::default()];
        let kernel = attached(Ack::All, Mode::Sequential, &probes);
        probes[0].set(|seen| seen.held = true);
        for tick in 1..=3 {
            kernel.publish(plain(tick));
        }
        std::thread::sleep(Duration::from_millis(20));
        assert!(probes[1].ticks().is_empty());
        probes[0].set(|seen| seen.held = false);
        kernel.flush(None, NEVER).unwrap();
        assert_eq!((probes[0].ticks(), probes[1].ticks()), (vec![1, 2, 3], vec![1, 2, 3]));
    }

    #[test]
    fn a_quorum_does_not_wait_for_the_slowest_and_all_do() {
        let probes = [Probe::default(), Probe::default(), Probe::default()];
        let kernel = attached(Ack::Quorum, Mode::Parallel, &probes);
        probes[2].set(|seen| seen.held = true);
        kernel.publish(plain(1));
        kernel.flush(None, NEVER).unwrap();
        assert!(probes[2].ticks().is_empty());
        probes[1].set(|seen| seen.held = true);
        kernel.publish(plain(2));
        let late = kernel.flush(Some(Duration::from_millis(30)), NEVER).unwrap_err();
        assert!(matches!(late, KernelError::FlushTimeout { .. }), "{late}");
        probes[1].set(|seen| seen.held = false);
        kernel.flush(None, NEVER).unwrap();
        probes[2].set(|seen| seen.held = false);
        eventually(|| probes[2].ticks() == [1, 2]);
    }

    #[test]
    fn a_circle_is_told_by_its_names_and_nothing_is_attached() {
        let kernel = Kernel::new(Ring::new());
        let waits = |name: &str, after: &str| Attachment {
            name: name.to_owned(),
            after: vec![after.to_owned()],
            ..compound(Ack::All, Mode::Parallel, &[Probe::default()])
        };
        let circle = vec![waits("a", "b"), waits("b", "c"), waits("c", "b")];
        let error = kernel.register(circle, Standing::default()).unwrap_err();
        assert!(
            matches!(&error, KernelError::Circle(names) if *names == ["b", "c", "b"]),
            "{error}"
        );
        assert!(kernel.status().is_empty());
    }
}
