//! What is told of a network that is open.

use super::unbounded;
use crate::ledger::Ledger;
use crate::store::{Opened, Store};
use bassline_core::{Network, OnContradiction, Value};
use std::sync::Arc;

#[test]
fn a_checkpoint_that_cannot_be_made_is_told_of_while_the_network_is_open() {
    use crate::disk::{Fault, FaultKind, SimulatedDisk};
    let mut told = 0;
    for call in 0..30 {
        let disk = SimulatedDisk::new(call);
        let ledger = Ledger::on(Arc::new(disk.clone()), unbounded()).checkpoint_every(1);
        let Opened {
            log,
            mut driver,
            epoch,
            condition,
            ..
        } = ledger.open("main").unwrap();
        let log = log.unwrap();
        assert_eq!((condition.closed, condition.trouble()), (Some(true), None));
        let mut network = Network::new(OnContradiction::Record);
        let mut tick = || {
            network.begin();
            network.declare_contact(network.root(), "n", None, Value::Null).unwrap();
            let contact = network.find_contact(network.root(), "n").unwrap();
            network.write(contact, Value::Int(network.now() as i64)).unwrap();
            network.settle().unwrap();
            let committed = network.commit(true, false).unwrap();
            let record = bassline_kernel::TickRecord::new(committed, epoch, 0, "".into(), None);
            log.append_record(&record).unwrap();
        };
        tick();
        let (at, kind) = (disk.calls() + call, FaultKind::Error);
        disk.plan(Some(Fault {
            at,
            kind,
            sticky: false,
        }));
        if log.sync(log.end().sequence).is_err() {
            continue;
        }
        disk.plan(None);
        let Some(trouble) = condition.trouble() else { continue };
        assert!(trouble.contains("checkpoint"), "{trouble}");
        told += 1;
        tick();
        log.sync(log.end().sequence).unwrap();
        assert_eq!(condition.trouble(), None, "the next one was made");
        driver.shutdown(false).unwrap();
    }
    assert!(told >= 3, "{told}");
}
