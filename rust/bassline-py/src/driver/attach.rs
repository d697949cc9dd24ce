//! Attaching drivers that are defined in Python.

use super::python::PythonDriver;
use crate::argument::{Count, OwnedWord, Seconds, plain};
use crate::enter::{at_most, detached, is_interrupted, outside_batch};
use crate::error::{DeclarationError, kernel_error};
use crate::network::Network;
use crate::shared::Shared;
use bassline_kernel::{Ack, AttachOptions, Attachment, Member, Mode, Names, OnError, Policy, Retry, Standing};
use pyo3::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// One driver, or several that act as one, as `bassline.drivers` describes them.
#[derive(FromPyObject)]
enum Plan {
    Driver(Single),
    Compound(Several),
}

#[derive(FromPyObject)]
struct Single {
    driver: Py<PyAny>,
    input: Option<Py<PyAny>>,
}

#[derive(FromPyObject)]
struct Several {
    ack: String,
    mode: String,
    on_error: String,
    members: Vec<(OwnedWord, Plan)>,
}

/// What `net.attach` was given.
#[derive(FromPyObject)]
#[expect(clippy::struct_excessive_bools, reason = "keywords of a public call")]
struct Described {
    name: OwnedWord,
    plan: Plan,
    after: Vec<OwnedWord>,
    snapshot: bool,
    durable: bool,
    fail_fast: bool,
    dead_letters: bool,
    policy: String,
    max_records: Option<Count>,
    max_bytes: Option<Count>,
    max_lag: Option<Seconds>,
    max_age: Option<Seconds>,
    batch: Option<Count>,
    timeout: Option<Seconds>,
    tries: Option<Count>,
    pause: Option<Seconds>,
}

fn one_of<T: Copy>(what: &str, word: &str, known: &[(&str, T)]) -> PyResult<T> {
    let found = known.iter().find(|(name, _)| *name == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = known.iter().map(|(name, _)| format!("'{name}'")).collect();
        DeclarationError::new_err(format!("{what} is one of {}; found '{word}'", names.join(", ")))
    })
}

fn seconds(seconds: Option<Seconds>, default: Duration) -> Duration {
    seconds.map_or(default, |seconds| at_most(seconds.0))
}

impl Described {
    fn options(&self) -> PyResult<AttachOptions> {
        let defaults = AttachOptions::default();
        let count = |count: Option<Count>, default: usize| count.map_or(default, |count| count.0);
        let retry = Retry {
            tries: self
                .tries
                .map_or(defaults.retry.tries, |tries| u32::try_from(tries.0).unwrap_or(u32::MAX)),
            first_pause: seconds(self.pause, defaults.retry.first_pause),
            ..defaults.retry
        };
        Ok(AttachOptions {
            durable: self.durable,
            is_log: false,
            fail_fast: self.fail_fast,
            dead_letters: self.dead_letters,
            policy: one_of("policy", &self.policy, &Policy::ALL)?,
            max_records: count(self.max_records, defaults.max_records),
            max_bytes: count(self.max_bytes, defaults.max_bytes),
            max_lag: self.max_lag.map(|lag| at_most(lag.0)),
            block_timeout: seconds(self.timeout, defaults.block_timeout),
            batch_records: count(self.batch, defaults.batch_records),
            batch_bytes: defaults.batch_bytes,
            max_age: seconds(self.max_age, defaults.max_age),
            retry,
        })
    }

    fn attachment(self, shared: &Shared, names: &Arc<Names>) -> PyResult<Attachment> {
        let options = self.options()?;
        let maker = Maker {
            shared,
            names,
            snapshot: self.snapshot,
            network: shared.name.as_str().into(),
        };
        Ok(Attachment {
            name: self.name.0,
            member: maker.member(self.plan)?,
            options,
            after: plain(self.after),
        })
    }
}

struct Maker<'a> {
    shared: &'a Shared,
    names: &'a Arc<Names>,
    snapshot: bool,
    network: Arc<str>,
}

impl Maker<'_> {
    fn member(&self, plan: Plan) -> PyResult<Member> {
        match plan {
            Plan::Driver(Single { driver, input }) => Ok(Member::Driver(Box::new(PythonDriver {
                object: driver,
                name: "".into(),
                input,
                snapshot: self.snapshot,
                has_begun: false,
                engine: self.shared.key(),
                workers: self.shared.kernel.workers(),
                born: self.shared.born,
                network: Arc::clone(&self.network),
                names: Arc::clone(self.names),
                runner: None,
                last: None,
                handed: None,
            }))),
            Plan::Compound(several) => {
                let members = several.members.into_iter();
                Ok(Member::Compound {
                    ack: one_of(
                        "ack",
                        &several.ack,
                        &[
                            ("all", Ack::All),
                            ("any", Ack::Any),
                            ("quorum", Ack::Quorum),
                            ("none", Ack::Nobody),
                        ],
                    )?,
                    mode: one_of(
                        "mode",
                        &several.mode,
                        &[("parallel", Mode::Parallel), ("sequential", Mode::Sequential)],
                    )?,
                    on_error: one_of(
                        "on_error",
                        &several.on_error,
                        &[("fail", OnError::Fail), ("continue", OnError::Continue)],
                    )?,
                    members: members
                        .map(|(name, plan)| Ok((name.0, self.member(plan)?)))
                        .collect::<PyResult<_>>()?,
                })
            }
        }
    }
}

#[pymethods]
impl Network {
    /// Attaches what is described, and waits until it has begun.
    fn _attach(&self, py: Python<'_>, described: Vec<Described>) -> PyResult<()> {
        let shared = &self.shared;
        outside_batch(py, shared, "attach()")?;
        let kernel = &shared.kernel;
        // With the lock held, no tick falls between the names and the first record.
        let state = crate::enter::to_write(py, shared)?;
        shared.check_open(&state)?;
        if !kernel.knows_names() {
            let network = &state.engine.network;
            detached(py, || kernel.learn_names(&network.image()));
        }
        let standing = Standing {
            epoch: state.engine.epoch(),
            tick: state.engine.network.now(),
        };
        let attachments = described
            .into_iter()
            .map(|described| described.attachment(shared, &kernel.names()))
            .collect::<PyResult<Vec<_>>>()?;
        let names = kernel.register(attachments, standing);
        drop(state);
        let begun = names.and_then(|names| detached(py, || kernel.await_start(&names, &is_interrupted)));
        begun.map_err(|error| kernel_error(py, error))
    }
}
