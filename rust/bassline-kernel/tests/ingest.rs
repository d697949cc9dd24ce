//! Ingesting: a row is a tick, and the stored position covers every row that was read.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use bassline_core::{Argument, Blend, Computation, GadgetDeclaration, Network, NetworkError, Value, primitive_of};
use bassline_kernel::{
    AttachOptions, Batch, Caller, Clock, CsvOptions, Driver, DriverFailure, Engine, FailureClass, Ingest, IngestError,
    Ingested, Kernel, KernelError, Ring, RowReader, Target,
};
use indexmap::IndexMap;
use std::cell::Cell;
use std::sync::{Arc, Mutex};

struct Standing;
impl Clock for Standing {
    fn now_micros(&self) -> i64 {
        0
    }
}

/// Who asks for nothing, unless told to interrupt or to pause.
#[derive(Default)]
struct Asked {
    interrupt: Cell<bool>,
    pause: Cell<bool>,
    refused: Cell<u32>,
}

impl Caller for Asked {
    fn is_interrupted(&self) -> bool {
        self.interrupt.get()
    }
    fn committed(&self) -> bool {
        self.pause.get()
    }
    fn refused(&self) {
        self.refused.set(self.refused.get() + 1);
    }
}

/// A network that divides 100 by `x`, so that a row of zero is refused.
fn dividing() -> Engine {
    let mut network = Network::default();
    network.begin();
    let root = network.root();
    let x = network
        .declare_contact(root, "x", Some(Blend::AcceptLast), Value::Null)
        .unwrap();
    let declaration = GadgetDeclaration {
        name: None,
        computation: Computation::Primitive(primitive_of("math.divide").unwrap()),
        arguments: vec![
            ("a".into(), Argument::Value(Value::Int(100))),
            ("b".into(), Argument::Contact(x)),
            ("quotient".into(), Argument::Path("y".into())),
        ],
        contain: false,
    };
    network.declare_gadget(root, declaration).unwrap();
    network.settle().unwrap();
    network.commit(false, false).unwrap();
    let kernel = Arc::new(Kernel::new(Ring::new()));
    Engine::new(network, kernel, Arc::new(Standing), 1, IndexMap::new(), 100)
}

fn rows(text: &str) -> RowReader {
    let mut reader = RowReader::csv(CsvOptions::default());
    reader.feed(text.as_bytes());
    reader.finish();
    reader
}

fn ingest(skip_bad: bool) -> Ingest {
    Ingest {
        target: Target::Columns,
        source: "f".into(),
        skip_bad,
    }
}

fn all(engine: &mut Engine, reader: &mut RowReader, skip_bad: bool) -> Result<Ingested, IngestError> {
    ingest(skip_bad).run(engine, reader, u64::MAX, &Asked::default())
}

fn counts(done: Ingested) -> (u64, u64, u64) {
    (done.rows, done.bad, done.known)
}

fn value(engine: &Engine, path: &str) -> Value {
    let network = &engine.network;
    let id = network.find_contact(network.root(), path).unwrap();
    network.content(id).unwrap().clone().unwrap_or(Value::Null)
}

fn position(engine: &Engine) -> Option<&Value> {
    engine.position("f")
}

const BAD_AND_REFUSED: &str = "x\n1\nbad,row\n2\n0\n4\nbad,row\n0\n";

#[test]
fn bad_and_refused_rows_are_passed_over_and_the_position_covers_them() {
    let (mut engine, mut reader) = (dividing(), rows(BAD_AND_REFUSED));
    let before = engine.network.now();
    let done = all(&mut engine, &mut reader, true).unwrap();
    assert_eq!((counts(done), done.starved), ((3, 4, 0), true));
    assert_eq!(position(&engine), Some(&Value::Int(7)));
    assert_eq!(value(&engine, "x"), Value::Int(4));
    assert_eq!(
        engine.network.now(),
        before + 4,
        "three rows, and a tick for the position behind the last of them"
    );
}

#[test]
fn a_second_run_knows_every_row_the_bad_ones_too() {
    let mut engine = dividing();
    all(&mut engine, &mut rows(BAD_AND_REFUSED), true).unwrap();
    let tick = engine.network.now();
    for skip_bad in [true, false] {
        let done = all(&mut engine, &mut rows(BAD_AND_REFUSED), skip_bad).unwrap();
        assert_eq!(counts(done), (0, 0, 7));
        assert_eq!(engine.network.now(), tick, "nothing is written for what is known");
    }
    let done = all(&mut engine, &mut rows(&format!("{BAD_AND_REFUSED}5\n")), false).unwrap();
    assert_eq!(counts(done), (1, 0, 7));
}

#[test]
fn a_bad_row_in_the_middle_costs_no_tick_of_its_own() {
    let mut engine = dividing();
    let before = engine.network.now();
    let done = all(&mut engine, &mut rows("x\nbad,row\n1\nbad,row\n2\n"), true).unwrap();
    assert_eq!(counts(done), (2, 2, 0));
    assert_eq!(
        (engine.network.now() - before, position(&engine)),
        (2, Some(&Value::Int(4)))
    );
}

#[test]
fn a_bad_row_stops_the_run_and_comes_again_until_it_is_passed_over() {
    let (mut engine, mut reader) = (dividing(), rows("x\n1\nbad,row\n0\n4\n"));
    for _ in 0..2 {
        let error = all(&mut engine, &mut reader, false).unwrap_err();
        assert!(matches!(&error, IngestError::Row(error) if error.row == 2), "{error}");
        assert_eq!(position(&engine), Some(&Value::Int(1)));
    }
    let mut skipping = ingest(true);
    assert_eq!(
        counts(skipping.run(&mut engine, &mut reader, 1, &Asked::default()).unwrap()),
        (0, 1, 0)
    );
    skipping.skip_bad = false;
    for _ in 0..2 {
        let error = all(&mut engine, &mut reader, false).unwrap_err();
        assert!(matches!(&error, IngestError::Network { row: 3, .. }), "{error}");
    }
    assert_eq!(counts(all(&mut engine, &mut reader, true).unwrap()), (1, 1, 0));
    assert_eq!(position(&engine), Some(&Value::Int(4)));
}

#[test]
fn a_header_that_cannot_be_read_is_an_error_even_where_bad_rows_are_passed_over() {
    let mut engine = dividing();
    let mut reader = rows("x,x\n1,2\n");
    for _ in 0..2 {
        let error = all(&mut engine, &mut reader, true).unwrap_err();
        assert!(matches!(&error, IngestError::Row(error) if error.row == 0), "{error}");
    }
}

#[test]
fn without_a_name_no_row_is_known_and_no_position_is_kept() {
    let mut engine = dividing();
    let nameless = Ingest {
        source: "".into(),
        ..ingest(false)
    };
    for _ in 0..2 {
        let done = nameless
            .run(&mut engine, &mut rows("x\n1\n2\n"), u64::MAX, &Asked::default())
            .unwrap();
        assert_eq!(counts(done), (2, 0, 0));
    }
    assert_eq!(engine.position(""), None);
}

#[test]
fn a_position_that_is_no_row_number_makes_no_row_known() {
    let mut engine = dividing();
    engine.tick(&"f".into(), Some(Value::Int(-3)), |_| Ok(())).unwrap();
    assert_eq!(counts(all(&mut engine, &mut rows("x\n1\n"), false).unwrap()), (1, 0, 0));
}

#[test]
fn a_caller_may_pause_behind_each_row_and_hears_of_refused_ones() {
    let (mut engine, mut reader, caller) = (dividing(), rows("x\n1\n0\n2\n"), Asked::default());
    caller.pause.set(true);
    let mut steps = Vec::new();
    loop {
        let done = ingest(true).run(&mut engine, &mut reader, u64::MAX, &caller).unwrap();
        steps.push(counts(done));
        if done.starved {
            break;
        }
    }
    assert_eq!(steps, [(1, 0, 0), (1, 1, 0), (0, 0, 0)]);
    assert_eq!(caller.refused.get(), 1);
}

#[test]
fn an_interruption_loses_no_row_and_counts_none_as_bad() {
    let (mut engine, mut reader, caller) = (dividing(), rows("x\n1\n0\n2\n"), Asked::default());
    assert_eq!(
        counts(ingest(true).run(&mut engine, &mut reader, 1, &caller).unwrap()),
        (1, 0, 0)
    );
    caller.interrupt.set(true);
    let error = ingest(true)
        .run(&mut engine, &mut reader, u64::MAX, &caller)
        .unwrap_err();
    assert!(
        matches!(error, IngestError::Kernel(KernelError::Interrupted)),
        "{error}"
    );
    assert_eq!(position(&engine), Some(&Value::Int(1)));
    caller.interrupt.set(false);
    assert_eq!(
        counts(ingest(true).run(&mut engine, &mut reader, u64::MAX, &caller).unwrap()),
        (1, 1, 0)
    );
}

/// A store that fails, until it is detached.
struct Broken;
impl Driver for Broken {
    fn handle_changes(&mut self, _: &Batch) -> Result<(), DriverFailure> {
        Err(DriverFailure::new(FailureClass::Fatal, "disk gone"))
    }
}

/// A driver that keeps what it is handed.
#[derive(Default, Clone)]
struct Keeping(Arc<Mutex<Vec<Option<Value>>>>);
impl Driver for Keeping {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        self.0
            .lock()
            .unwrap()
            .extend(batch.records.iter().map(|record| record.position.cloned()));
        Ok(())
    }
}

#[test]
fn a_driver_that_stands_in_the_way_costs_no_row() {
    let (mut engine, mut reader) = (dividing(), rows("x\n1\n2\nbad,row\n"));
    assert_eq!(
        counts(
            ingest(true)
                .run(&mut engine, &mut reader, 1, &Asked::default())
                .unwrap()
        ),
        (1, 0, 0)
    );
    let kernel = Arc::clone(engine.kernel());
    kernel
        .attach("broken", Box::new(Broken), AttachOptions::store())
        .unwrap();
    engine
        .tick(&"".into(), None, |network: &mut Network| -> Result<(), NetworkError> {
            network.write(network.find_contact(network.root(), "x")?, Value::Int(50))
        })
        .unwrap();
    assert!(kernel.flush(None, &|| false).is_err());
    let error = all(&mut engine, &mut reader, true).unwrap_err();
    assert!(
        matches!(&error, IngestError::Kernel(KernelError::DriverFailed { .. })),
        "{error}"
    );
    assert_eq!(value(&engine, "x"), Value::Int(50));

    kernel.detach("broken").unwrap_err();
    let keeping = Keeping::default();
    kernel
        .attach("keeping", Box::new(keeping.clone()), AttachOptions::store())
        .unwrap();
    assert_eq!(counts(all(&mut engine, &mut reader, true).unwrap()), (1, 1, 0));
    kernel.flush(None, &|| false).unwrap();
    assert_eq!(*keeping.0.lock().unwrap(), [Some(Value::Int(2)), Some(Value::Int(3))]);
}
