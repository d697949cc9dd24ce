//! The network as its kernel may ask it, from a driver's thread.

use crate::shared::Shared;
use bassline_kernel::{DriverFailure, Engine, FailureClass, Source};
use std::sync::PoisonError;
use std::time::Duration;

/// How long a wait for the network to be at rest goes on before it is looked at again.
const POLL: Duration = Duration::from_millis(20);

impl Source for Shared {
    fn look(&self, look: &mut dyn FnMut(&Engine)) -> Result<(), DriverFailure> {
        if self.born != crate::shared::forks() {
            return Err(DriverFailure::new(FailureClass::Fatal, "the process has forked"));
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // A batch that is open shows what may be rolled back still.
        while state.engine.network.in_tick() {
            state = self
                .freed
                .wait_timeout(state, POLL)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        look(&state.engine);
        Ok(())
    }

    fn epoch_of(&self, tick: u64) -> Option<u64> {
        let opened = self.opened_tick;
        if tick > opened {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            return Some(state.engine.epoch());
        }
        let reader = self.stored.then(|| self.store.reader(&self.name).ok()).flatten()?;
        Some(reader.tick(tick).ok()??.epoch)
    }

    fn now_micros(&self) -> i64 {
        self.clock.now_micros()
    }
}
