//! When a compound has taken a tick, said once more.

use crate::plan::Party;
use crate::story::locked;
use bassline_kernel::{Ack, DriverState, DriverStatus};

/// Holds a party, of which a flush said that it has taken everything, against the books of its drivers.
pub(crate) fn all_there(party: &Party, last: u64, status: &[DriverStatus]) {
    let there: Vec<bool> = party
        .members
        .iter()
        .map(|member| locked(member).done() >= last)
        .collect();
    let found = status
        .iter()
        .find(|status| status.name == party.name)
        .expect("it is attached");
    let goes_on = |status: &DriverStatus| status.state != DriverState::Failed;
    let count = there.iter().filter(|there| **there).count();
    let is_so = match party.shape {
        None => there[0],
        Some((Ack::All, ..)) => there
            .iter()
            .zip(&found.members)
            .all(|(there, status)| *there || !goes_on(status)),
        Some((Ack::Any, ..)) => count >= 1,
        Some((Ack::Quorum, ..)) => count > there.len() / 2,
        Some((Ack::Nobody, ..)) => true,
    };
    assert!(
        is_so,
        "flush said that {} has taken tick {last}; of its drivers have: {there:?}",
        party.name
    );
}
