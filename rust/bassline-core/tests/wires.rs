//! A wire is declared once, however many edges its ends have.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use bassline_core::{Blend, ContactId, Network, WireId, WireKind};
use proptest::prelude::*;
use world::{World, cases};

const KINDS: [WireKind; 2] = [WireKind::Directed, WireKind::Bidirectional];

/// What makes two declarations of a wire one.
fn identity(from: usize, to: usize, kind: WireKind) -> (usize, usize, WireKind) {
    match kind {
        WireKind::Directed => (from, to, kind),
        WireKind::Bidirectional => (from.min(to), from.max(to), kind),
    }
}

proptest! {
    #![proptest_config(cases(64))]

    /// Two contacts are hubs, which the rest is wired to; `readers` gadgets read each.
    #[test]
    fn a_wire_that_is_declared_again_is_the_one_that_there_is(
        readers in 0..24_usize,
        steps in prop::collection::vec((0..2_usize, 0..40_usize, any::<bool>(), any::<bool>(), 0..12_u8), 0..300),
    ) {
        let mut w = World::new();
        let contacts: Vec<ContactId> = (0..40).map(|at| w.contact(&format!("c{at}"), Blend::Max)).collect();
        for at in 0..readers {
            w.gadget("math.max", &[("a", "c0"), ("b", "c1"), ("max", &format!("m{at}"))]);
        }
        let mut known: Vec<((usize, usize, WireKind), WireId)> = Vec::new();
        let mut kept = known.clone();
        w.0.begin();
        for (hub, other, inwards, both, what) in steps {
            w.0.begin();
            if hub == other {
                continue;
            }
            let ((from, to), kind) = (if inwards { (other, hub) } else { (hub, other) }, KINDS[usize::from(both)]);
            let wire = w.0.declare_wire(contacts[from], contacts[to], kind).unwrap();
            match known.iter().position(|(there, _)| *there == identity(from, to, kind)) {
                Some(at) => {
                    prop_assert_eq!(known[at].1, wire);
                    if what % 3 == 0 {
                        w.0.remove_wire(wire).unwrap();
                        known.swap_remove(at);
                    }
                }
                None => {
                    prop_assert!(known.iter().all(|(_, id)| *id != wire), "a wire of its own");
                    known.push((identity(from, to, kind), wire));
                }
            }
            if what == 10 {
                w.0.settle().unwrap();
                w.0.commit(false, false);
                kept.clone_from(&known);
            } else if what == 11 {
                w.0.rollback();
                known.clone_from(&kept);
            }
            prop_assert_eq!(w.0.wire_ids().len(), known.len());
            prop_assert_eq!(w.0.ownership(), Ok(()));
        }
        let loaded = Network::load(w.0.image(), bassline_core::OnContradiction::Record, None).unwrap();
        prop_assert_eq!(loaded.image(), w.0.image());
    }
}
