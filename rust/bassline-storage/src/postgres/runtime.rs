//! The thread on which connections are looked after: one for all stores of a process, begun when the first is used.

use crate::fork::Process;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Builder, Runtime};

static RUNNING: Mutex<Option<(Process, Arc<Runtime>)>> = Mutex::new(None);

/// The runtime of this process. That of a parent has no threads here: it is left alone.
pub(crate) fn runtime() -> io::Result<Arc<Runtime>> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((process, runtime)) = &*running
        && process.is_this()
    {
        return Ok(Arc::clone(runtime));
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("bassline-postgres")
        .enable_io()
        .enable_time()
        .build()?;
    let runtime = Arc::new(runtime);
    let before = running.replace((Process::this(), Arc::clone(&runtime)));
    std::mem::forget(before);
    Ok(runtime)
}
