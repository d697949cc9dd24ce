//! Ticks: what fires, in what order, how often, and what is left after a failure.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use bassline_core::{Blend, Cause, NetworkError, Value, WireKind};
use world::{World, int, list, map};

#[test]
fn a_diamond_fires_its_join_once() {
    let mut w = World::new();
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "left")]);
    w.gadget("math.multiply", &[("a", "x"), ("b", "10"), ("product", "right")]);
    let join = w.gadget("math.add", &[("a", "left"), ("b", "right"), ("sum", "joined")]);
    w.set(&[("x", Value::Int(1))]);
    assert_eq!(w.get("joined"), int(12));
    let changes = w.set(&[("x", Value::Int(2))]);
    assert_eq!(w.get("joined"), int(23));
    assert_eq!(w.0.firings(join).unwrap(), 2);
    assert_eq!(changes.len(), 4);
}

#[test]
fn one_contact_on_two_ports_fires_once() {
    let mut w = World::new();
    let double = w.gadget("math.add", &[("a", "x"), ("b", "x"), ("sum", "y")]);
    w.set(&[("x", Value::Int(4))]);
    assert_eq!((w.get("y"), w.0.firings(double).unwrap()), (int(8), 1));
}

#[test]
fn a_chain_built_backwards_settles_in_order() {
    let mut w = World::new();
    for i in (0..500).rev() {
        w.gadget(
            "math.add",
            &[("a", &format!("c{i}")), ("b", "1"), ("sum", &format!("c{}", i + 1))],
        );
    }
    w.set(&[("c0", Value::Int(0))]);
    assert_eq!(w.get("c500"), int(500));
}

#[test]
fn a_write_that_is_taken_back_in_the_same_tick_fires_nothing() {
    let mut w = World::new();
    let add = w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.set(&[("x", Value::Int(1))]);
    let (tick, fired) = (w.0.now(), w.0.firings(add).unwrap());
    assert!(w.set(&[("x", Value::Int(5)), ("x", Value::Int(1))]).is_empty());
    assert_eq!((w.0.now(), w.0.firings(add).unwrap()), (tick, fired));
}

#[test]
fn a_failing_gadget_rolls_contents_and_structure_back() {
    let mut w = World::new();
    w.gadget("math.divide", &[("a", "x"), ("b", "y"), ("quotient", "z")]);
    w.set(&[("x", Value::Int(1)), ("y", Value::Int(2))]);
    let before = w.0.image();
    let error = w
        .try_set(&[
            ("new/contact", Value::Int(1)),
            ("x", Value::Int(9)),
            ("y", Value::Int(0)),
        ])
        .unwrap_err();
    assert!(matches!(error, NetworkError::Gadget { .. }), "{error}");
    assert_eq!(w.0.image(), before);
    w.set(&[("y", Value::Int(1))]);
    assert_eq!(w.get("z"), Some(Value::Float(1.0)));
}

#[test]
fn a_cycle_that_does_not_settle_rolls_back_and_names_what_moved() {
    let mut w = World::new();
    w.set(&[("other", Value::Int(1))]);
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "x")]);
    let before = w.0.image();
    let error = w
        .try_set(&[("x", Value::Int(0)), ("other", Value::Int(2))])
        .unwrap_err();
    assert!(error.to_string().contains("x = 10000"), "{error}");
    assert_eq!(w.0.image(), before);
}

#[test]
fn a_cycle_through_lattices_settles() {
    let mut w = World::new();
    w.contact("a", Blend::Max);
    w.contact("b", Blend::Max);
    w.contact("limit", Blend::AcceptLast);
    w.gadget("math.min", &[("a", "a"), ("b", "limit"), ("min", "b")]);
    w.gadget("math.add", &[("a", "b"), ("b", "1"), ("sum", "grown")]);
    w.gadget("math.min", &[("a", "grown"), ("b", "limit"), ("min", "a")]);
    w.set(&[("limit", Value::Int(7)), ("a", Value::Int(1))]);
    assert_eq!((w.get("a"), w.get("b")), (int(7), int(7)));
}

#[test]
fn linked_contacts_hold_the_last_external_write() {
    let mut w = World::new();
    for (a, b) in [("a", "b"), ("b", "c"), ("c", "d")] {
        w.wire(a, b, WireKind::Bidirectional);
    }
    w.set(&[("a", Value::Int(1)), ("d", Value::Int(2))]);
    assert_eq!(w.get("a"), int(2));
    w.set(&[("d", Value::Int(3)), ("b", Value::Int(4))]);
    assert_eq!((w.get("a"), w.get("d")), (int(4), int(4)));
    // The last write wins even where it writes what is there already.
    w.set(&[("a", Value::Int(9)), ("d", Value::Int(4))]);
    assert_eq!((w.get("a"), w.get("b"), w.get("d")), (int(4), int(4), int(4)));
}

#[test]
fn a_joining_end_writes_its_join_back() {
    let mut w = World::new();
    w.contact("peak", Blend::Max);
    w.wire("a", "peak", WireKind::Bidirectional);
    w.set(&[("peak", Value::Int(5))]);
    w.set(&[("a", Value::Int(3))]);
    assert_eq!((w.get("a"), w.get("peak")), (int(5), int(5)));
}

#[test]
fn of_several_writers_the_last_created_wins() {
    let mut w = World::new();
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "mid")]);
    w.gadget("math.add", &[("a", "mid"), ("b", "0"), ("sum", "out")]);
    w.gadget("math.multiply", &[("a", "x"), ("b", "100"), ("product", "out")]);
    w.set(&[("x", Value::Int(1))]);
    assert_eq!(w.get("out"), int(100));
    w.set(&[("out", Value::Int(0))]);
    assert_eq!(w.get("out"), int(0));
    w.set(&[("x", Value::Int(2))]);
    assert_eq!(w.get("out"), int(200));
}

#[test]
fn losing_an_input_empties_what_followed_from_it() {
    let mut w = World::new();
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.gadget("math.add", &[("a", "y"), ("b", "1"), ("sum", "z")]);
    w.set(&[("x", Value::Int(1))]);
    let x = w.id("x");
    w.tick(|n| n.erase(x)).unwrap();
    assert_eq!((w.get("y"), w.get("z")), (None, None));
    w.set(&[("x", Value::Int(1))]);
    w.tick(|n| n.remove_contact(x)).unwrap();
    assert_eq!((w.get("y"), w.get("z")), (None, None));
    assert!(matches!(w.0.content(x), Err(NetworkError::Stale { .. })));
}

#[test]
fn a_stream_delivers_every_event_in_write_order() {
    let mut w = World::new();
    w.contact("s", Blend::Stream);
    w.contact("t", Blend::Stream);
    let count = w.gadget("stat.count", &[("value", "s"), ("count", "n")]);
    let sum = w.gadget("math.subtract", &[("a", "s"), ("b", "t"), ("difference", "d")]);
    w.set(&[("s", Value::Int(1)), ("s", Value::Int(1)), ("s", Value::Int(1))]);
    assert_eq!((w.get("n"), w.0.firings(count).unwrap()), (int(3), 3));
    assert_eq!(w.0.firings(sum).unwrap(), 0);
    w.set(&[("t", Value::Int(5)), ("s", Value::Int(7)), ("t", Value::Int(2))]);
    assert_eq!((w.get("d"), w.0.firings(sum).unwrap()), (int(5), 3));
}

#[test]
fn a_router_makes_a_group_for_a_new_key_and_rolls_it_back() {
    let mut w = World::new();
    w.contact("records", Blend::Stream);
    let template = map(&[
        (
            "contacts",
            list(&[map(&[("id", Value::text("in")), ("blend", Value::text("stream"))])]),
        ),
        (
            "gadgets",
            list(&[
                map(&[
                    ("primitive", Value::text("stream.field")),
                    ("inputs", map(&[("record", Value::text("in"))])),
                    ("outputs", map(&[("value", Value::text("amount"))])),
                    ("config", map(&[("field", Value::text("amount"))])),
                ]),
                map(&[
                    ("primitive", Value::text("math.sqrt")),
                    ("inputs", map(&[("value", Value::text("amount"))])),
                    ("outputs", map(&[("result", Value::text("root"))])),
                ]),
            ]),
        ),
    ]);
    let argument = |value: &Value| bassline_core::Argument::Value(value.clone());
    w.declare(
        "stream.route",
        vec![
            ("record".into(), bassline_core::Argument::Path("records".into())),
            ("key".into(), argument(&Value::text("who"))),
            ("into".into(), argument(&Value::text("by"))),
            ("entry".into(), argument(&Value::text("in"))),
            ("template".into(), argument(&template)),
        ],
    )
    .unwrap();
    let record = |who: &str, amount: i64| map(&[("who", Value::text(who)), ("amount", Value::Int(amount))]);
    w.set(&[
        ("records", record("ann", 9)),
        ("records", record("bob", 16)),
        ("records", record("a/b", 25)),
    ]);
    assert_eq!(w.get("by/ann/root"), Some(Value::Float(3.0)));
    assert_eq!(w.get("by/bob/root"), Some(Value::Float(4.0)));
    assert_eq!(w.get("by/a%2Fb/root"), Some(Value::Float(5.0)));
    let before = w.0.image();
    w.try_set(&[("records", record("eve", -1))]).unwrap_err();
    assert_eq!(w.0.image(), before);
    w.set(&[("records", record("eve", 4)), ("records", record("ann", 1))]);
    assert_eq!(w.get("by/eve/root"), Some(Value::Float(2.0)));
    assert_eq!(w.get("by/ann/root"), Some(Value::Float(1.0)));
    let mut reopened =
        World(bassline_core::Network::load(w.0.image(), bassline_core::OnContradiction::Record, None).unwrap());
    assert_eq!(reopened.0.image(), w.0.image());
    reopened.set(&[("records", record("bob", 36))]);
    assert_eq!(reopened.get("by/bob/root"), Some(Value::Float(6.0)));
}

/// The arguments of a router of `records` to a group for each `who`.
fn routed_by_who(template: Value) -> Vec<(bassline_core::Text, bassline_core::Argument)> {
    let word = |text: &str| bassline_core::Argument::Value(Value::text(text));
    vec![
        ("record".into(), bassline_core::Argument::Path("records".into())),
        ("key".into(), word("who")),
        ("into".into(), word("by")),
        ("entry".into(), word("in")),
        ("template".into(), bassline_core::Argument::Value(template)),
    ]
}

#[test]
fn a_router_declared_again_after_it_made_groups_is_the_router_that_exists() {
    let mut w = World::new();
    w.contact("records", Blend::Stream);
    let template = map(&[(
        "contacts",
        list(&[map(&[("id", Value::text("in")), ("blend", Value::text("stream"))])]),
    )]);
    let arguments = routed_by_who(template);
    let first = w.declare("stream.route", arguments.clone()).unwrap();
    w.set(&[("records", map(&[("who", Value::text("50%/50"))]))]);
    assert_eq!(w.declare("stream.route", arguments).unwrap(), first);
    let mut reopened =
        World(bassline_core::Network::load(w.0.image(), bassline_core::OnContradiction::Record, None).unwrap());
    let groups = reopened.0.image().groups;
    reopened.set(&[("records", map(&[("who", Value::text("50%/50")), ("n", Value::Int(1))]))]);
    assert_eq!(reopened.0.image().groups, groups);
    assert_eq!(
        reopened.get("by/50%25%2F50/in"),
        Some(map(&[("who", Value::text("50%/50")), ("n", Value::Int(1))]))
    );
}

#[test]
fn what_a_removed_router_had_built_is_not_said_to_be_of_the_gadget_that_takes_its_place() {
    let mut w = World::new();
    w.contact("records", Blend::Stream);
    let start = map(&[("id", Value::text("start")), ("value", Value::Int(5))]);
    let template = map(&[
        ("contacts", list(&[map(&[("id", Value::text("in"))]), start])),
        (
            "wires",
            list(&[map(&[("from", Value::text("start")), ("to", Value::text("copy"))])]),
        ),
    ]);
    let arguments = routed_by_who(template);
    let router = w.declare("stream.route", arguments).unwrap();
    w.set(&[("records", map(&[("who", Value::text("a"))]))]);
    let built = ["by/a/start", "by/a/copy"].map(|path| w.id(path));
    assert_eq!(
        built.map(|id| w.0.cause(id).unwrap()),
        [(); 2].map(|()| Cause::Gadget(router))
    );
    w.tick(|n| n.remove_gadget(router)).unwrap();
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    assert_eq!(built.map(|id| w.0.cause(id).unwrap()), [(); 2].map(|()| Cause::Nobody));
}

/// Where the router stands behind `after`, its new group writes to `top` when both have fired: back to what it was when the tick began.
#[test]
fn what_a_new_group_writes_to_a_contact_that_has_been_read_is_read_again() {
    for (blend, steps) in [(Blend::AcceptLast, 0), (Blend::AcceptLast, 8), (Blend::Counter, 8)] {
        let mut w = World::new();
        w.contact("top", blend);
        w.contact("r0", Blend::Stream);
        w.set(&[("top", Value::Int(1))]);
        w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "top")]);
        w.gadget("math.add", &[("a", "other"), ("b", "1"), ("sum", "top")]);
        w.gadget("math.add", &[("a", "top"), ("b", "100"), ("sum", "after")]);
        for step in 0..steps {
            w.contact(&format!("r{}", step + 1), Blend::Stream);
            w.wire(&format!("r{step}"), &format!("r{}", step + 1), WireKind::Directed);
        }
        let start = if blend == Blend::Counter { -6 } else { 1 };
        let id = |id: &str| ("id", Value::text(id));
        let template = map(&[
            (
                "contacts",
                list(&[map(&[id("in")]), map(&[id("start"), ("value", Value::Int(start))])]),
            ),
            (
                "wires",
                list(&[map(&[
                    ("from", Value::text("start")),
                    ("to", Value::text("/top")),
                    ("kind", Value::text("directed")),
                ])]),
            ),
        ]);
        let word = |text: &str| bassline_core::Argument::Value(Value::text(text));
        let record = format!("r{steps}");
        let arguments = vec![
            ("record".into(), bassline_core::Argument::Path(record.as_str().into())),
            ("key".into(), word("who")),
            ("into".into(), word("by")),
            ("entry".into(), word("in")),
            ("template".into(), bassline_core::Argument::Value(template)),
        ];
        w.declare("stream.route", arguments).unwrap();
        w.set(&[("x", Value::Int(5)), ("r0", map(&[("who", Value::text("ann"))]))]);
        assert_eq!(
            (w.get("top"), w.get("after")),
            (int(1), int(101)),
            "{blend:?}, {steps} steps"
        );
    }
}
