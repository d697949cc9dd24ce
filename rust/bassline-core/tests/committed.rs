//! What readers find who do not look at the open tick.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use bassline_core::{Argument, Computation, GadgetDeclaration, GadgetId, NetworkError, Value, primitive_of};
use world::World;

fn declare(w: &mut World, group: &str, name: Option<&str>) -> GadgetId {
    let declaration = GadgetDeclaration {
        name: name.map(Into::into),
        computation: Computation::Primitive(primitive_of("math.abs").unwrap()),
        arguments: vec![
            ("value".into(), Argument::Path("x".into())),
            ("result".into(), Argument::Path("y".into())),
        ],
        contain: false,
    };
    let found = w.tick(|n| {
        let group = n.declare_group(n.root(), group, Value::Null)?;
        n.declare_gadget(group, declaration)
    });
    found.unwrap().0
}

#[test]
fn a_gadget_that_is_removed_in_the_open_tick_is_found_where_it_was() {
    let mut w = World::new();
    let named = declare(&mut w, "deep/in", Some("less"));
    let unnamed = declare(&mut w, "deep", None);
    let root = w.0.root();
    let ids = [named, unnamed];
    let paths = ids.map(|id| w.0.gadget_path(id));
    let deep = w.0.find_group(root, "deep").unwrap();

    w.0.begin();
    w.0.remove_group(deep).unwrap();
    for (id, path) in ids.iter().zip(&paths) {
        assert_eq!(w.0.committed().find_gadget(root, path).unwrap(), *id);
        assert!(matches!(
            w.0.current().find_gadget(root, path),
            Err(NetworkError::Unknown { what: "gadget", .. })
        ));
    }
    w.0.rollback();
    for (id, path) in ids.iter().zip(&paths) {
        assert_eq!(w.0.current().find_gadget(root, path).unwrap(), *id);
    }
}

#[test]
fn a_group_of_the_same_name_does_not_hide_the_gadgets_of_the_one_that_is_removed() {
    let mut w = World::new();
    declare(&mut w, "deep", Some("one"));
    let root = w.0.root();
    w.0.begin();
    let deep = w.0.find_group(root, "deep").unwrap();
    w.0.remove_group(deep).unwrap();
    let deep = w.0.declare_group(root, "deep", Value::Null).unwrap();
    assert_eq!(w.0.current().find_group(root, "deep").unwrap(), deep);
    assert!(w.0.committed().find_gadget(root, "deep/one").is_ok());
    assert!(w.0.current().find_gadget(root, "deep/one").is_err());
}
