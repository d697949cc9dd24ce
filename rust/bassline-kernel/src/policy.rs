//! What happens when a driver is as far behind as it may be.

/// What happens at the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// The writer's next tick waits, and is refused in the end.
    #[default]
    Block,
    /// The writer's next tick is refused at once.
    Error,
    /// The driver is handed the newest change of each contact only; of events, the newest.
    Coalesce,
    /// What lies longest is dropped, and counted.
    DropOldest,
    /// There is no bound but the disk: the log is kept there.
    Spill,
}

impl Policy {
    /// All, with their names.
    pub const ALL: [(&'static str, Policy); 5] = [
        ("block", Policy::Block),
        ("error", Policy::Error),
        ("coalesce", Policy::Coalesce),
        ("drop-oldest", Policy::DropOldest),
        ("spill", Policy::Spill),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find_map(|(name, policy)| (*policy == self).then_some(*name))
            .unwrap_or_default()
    }

    /// Whether the writer is kept from going on.
    pub(crate) fn holds_the_writer(self) -> bool {
        matches!(self, Policy::Block | Policy::Error)
    }

    /// Whether what waits is thinned out.
    pub(crate) fn thins_out(self) -> bool {
        matches!(self, Policy::Coalesce | Policy::DropOldest)
    }
}
