//! A small language for tests: declare, write in a tick, read.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod drawn;

use bassline_core::{
    Argument, Blend, Change, Computation, ContactId, Content, GadgetDeclaration, GadgetId, Map, Network, NetworkError,
    Value, WireKind, primitive_of,
};
use proptest::prelude::ProptestConfig;
use std::sync::Arc;

/// So many cases of a property, or as many as `PROPTEST_CASES` says. They are the same in every run: `.cargo/config.toml` has the seed.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: usual, ..config },
    }
}

pub(crate) struct World(pub(crate) Network);

#[expect(clippy::unnecessary_wraps, reason = "content is what contacts are compared with")]
pub(crate) fn int(x: i64) -> Content {
    Some(Value::Int(x))
}

pub(crate) fn map(pairs: &[(&str, Value)]) -> Value {
    Value::Map(Arc::new(Map::new(
        pairs
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect(),
    )))
}

pub(crate) fn list(items: &[Value]) -> Value {
    Value::List(Arc::new(items.to_vec()))
}

impl World {
    pub(crate) fn new() -> Self {
        Self(Network::default())
    }

    /// One tick; rolled back on an error.
    pub(crate) fn tick<T>(
        &mut self,
        run: impl FnOnce(&mut Network) -> Result<T, NetworkError>,
    ) -> Result<(T, Vec<Change>), NetworkError> {
        self.0.begin();
        let result = run(&mut self.0).and_then(|out| self.0.settle().map(|()| out));
        match result {
            Ok(out) => Ok((
                out,
                self.0
                    .commit(true, false)
                    .map_or_else(Vec::new, |committed| committed.changes),
            )),
            Err(error) => {
                self.0.rollback();
                Err(error)
            }
        }
    }

    pub(crate) fn contact(&mut self, path: &str, blend: Blend) -> ContactId {
        self.tick(|n| n.declare_contact(n.root(), path, Some(blend), Value::Null))
            .unwrap()
            .0
    }

    pub(crate) fn gadget(&mut self, primitive: &str, ports: &[(&str, &str)]) -> GadgetId {
        self.try_gadget(primitive, ports).unwrap()
    }

    pub(crate) fn try_gadget(&mut self, primitive: &str, ports: &[(&str, &str)]) -> Result<GadgetId, NetworkError> {
        let arguments = ports.iter().map(|(port, path)| {
            let argument = path
                .parse::<i64>()
                .map_or_else(|_| Argument::Path((*path).into()), |x| Argument::Value(Value::Int(x)));
            ((*port).into(), argument)
        });
        self.declare(primitive, arguments.collect())
    }

    pub(crate) fn declare(
        &mut self,
        primitive: &str,
        arguments: Vec<(bassline_core::Text, Argument)>,
    ) -> Result<GadgetId, NetworkError> {
        let computation = Computation::Primitive(primitive_of(primitive)?);
        self.tick(|n| {
            n.declare_gadget(
                n.root(),
                GadgetDeclaration {
                    name: None,
                    computation,
                    arguments,
                    contain: false,
                },
            )
        })
        .map(|out| out.0)
    }

    pub(crate) fn wire(&mut self, from: &str, to: &str, kind: WireKind) {
        self.tick(|n| {
            let from = n.declare_contact(n.root(), from, None, Value::Null)?;
            let to = n.declare_contact(n.root(), to, None, Value::Null)?;
            n.declare_wire(from, to, kind)
        })
        .unwrap();
    }

    pub(crate) fn set(&mut self, writes: &[(&str, Value)]) -> Vec<Change> {
        self.try_set(writes).unwrap()
    }

    pub(crate) fn try_set(&mut self, writes: &[(&str, Value)]) -> Result<Vec<Change>, NetworkError> {
        self.tick(|n| {
            for (path, value) in writes {
                let id = n.declare_contact(n.root(), path, None, Value::Null)?;
                n.write(id, value.clone())?;
            }
            Ok(())
        })
        .map(|out| out.1)
    }

    pub(crate) fn id(&self, path: &str) -> ContactId {
        self.0.find_contact(self.0.root(), path).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Content {
        self.0.content(self.id(path)).unwrap().clone()
    }
}
