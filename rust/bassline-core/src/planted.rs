//! Planted bugs: small mistakes, each where the real code is, that the tests must find.
//!
//! They are compiled in with the feature `planted` only, and at most one is chosen, at run time. Without the feature [`is`] is
//! `false` at compile time, and nothing is left of them.

/// A mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Bug {
    /// Only a gadget's first input is brought in order: it fires before the others have settled.
    Glitch,
    /// A directed wire is added without bringing the levels in order.
    WireLevel,
    /// Of two gadgets, the one that fires later wins, however old it is.
    FiringOrder,
    /// Losing an input counts as a newer write.
    LossIsNewer,
    /// A gadget that loses an input keeps its outputs.
    LossForgotten,
    /// Every firing in a cycle begins a new round.
    RoundOrder,
    /// A joining end does not answer over its wire.
    AnswerLost,
    /// A bidirectional wire is connected in one direction only.
    OneWayConnect,
    /// Rollback gives versions back, but not contents.
    ContentKept,
    /// Rollback leaves the version of the tick that was not.
    VersionKept,
    /// Rollback leaves a wire that was added.
    StructureKept,
    /// Rollback leaves a gadget unnamed that was removed.
    RemovalKept,
    /// The state of a statistic is changed past the log of the tick.
    StateKept,
    /// An operation that fails inside a batch leaves what it had declared by then.
    FailedKept,
    /// After a rollback, the number of what is there is given again.
    CreationReused,
    /// A handle is good for whatever lives in its slot now.
    StaleHandle,
    /// Change records come in the order of a random hash.
    Unordered,
    /// A tick that changed nothing uses up a number.
    EmptyTick,
    /// NaN does not equal NaN.
    NanDiffers,
    /// What has no order contradicts even itself.
    NullContradictsItself,
    /// Of an int and a float of one value, the one that came first stays.
    TieByArrival,
    /// What contradicts is taken.
    ContradictionTaken,
    /// An erase does not lift a contradiction.
    ContradictionStays,
    /// The next success of a gadget does not lift its fault.
    FaultStays,
    /// What a wire brings when it is connected lifts a fault.
    FaultLiftedByWire,
    /// An event equal to the one before it is not an event.
    EventMerged,
    /// Events stand in the order they arrive.
    EventsAsTheyCome,
    /// Of another stream, a gadget sees the last event of the tick.
    SampledTooLate,
    /// A sum outside 64 bits wraps.
    WrappedSum,
    /// Removing a group leaves the gadgets in it that have no contact in it.
    GroupLeavesGadgets,
    /// Loading leaves the state of gadgets empty.
    StateNotLoaded,
    /// Loading forgets the versions of contacts.
    VersionNotLoaded,
    /// A wire that was removed stays in the store.
    RemovalNotStored,
    /// Of several writes that a gadget makes, only the first is kept.
    ReentrantWriteDropped,
    /// Another thread reads what a batch has not committed.
    UncommittedRead,
    /// A position is stored without the batch that it belongs to.
    PositionWithoutBatch,
    /// The number of the last tick is not stored with the data.
    TickNumberNotStored,
    /// A batch that comes again is stored again.
    BatchAppliedTwice,
    /// A migration leaves out what an earlier version lacked.
    MigrationSkipsVersion,
    /// History is removed up to the last tick, not up to what is to be kept.
    HistoryCutTooFar,
    /// A snapshot says another tick than it shows.
    SnapshotOfWrongTick,
    /// Of the contents of a contact in a batch, the first is stored.
    FirstContentWins,
    /// What a tick added and removed is not kept for the past.
    PastStructureNotStored,
    /// A checksum is not compared.
    ChecksumIgnored,
}

/// Every mistake, by the name it is chosen by.
pub const BUGS: &[(&str, Bug)] = &[
    ("glitch", Bug::Glitch),
    ("wire-level-forgotten", Bug::WireLevel),
    ("last-writer-wrong", Bug::FiringOrder),
    ("loss-is-a-newer-write", Bug::LossIsNewer),
    ("outputs-kept-on-loss", Bug::LossForgotten),
    ("round-order-wrong", Bug::RoundOrder),
    ("join-not-written-back", Bug::AnswerLost),
    ("one-way-connect", Bug::OneWayConnect),
    ("content-not-rolled-back", Bug::ContentKept),
    ("version-not-rolled-back", Bug::VersionKept),
    ("structure-not-rolled-back", Bug::StructureKept),
    ("removal-not-rolled-back", Bug::RemovalKept),
    ("state-not-rolled-back", Bug::StateKept),
    ("failed-operation-half-done", Bug::FailedKept),
    ("creation-number-reused", Bug::CreationReused),
    ("stale-handle-accepted", Bug::StaleHandle),
    ("records-in-random-order", Bug::Unordered),
    ("empty-tick-counted", Bug::EmptyTick),
    ("nan-differs-from-itself", Bug::NanDiffers),
    ("join-not-idempotent", Bug::NullContradictsItself),
    ("join-not-commutative", Bug::TieByArrival),
    ("contradiction-overwrites", Bug::ContradictionTaken),
    ("erase-keeps-contradiction", Bug::ContradictionStays),
    ("fault-not-lifted", Bug::FaultStays),
    ("fault-lifted-by-a-wire", Bug::FaultLiftedByWire),
    ("equal-event-merged", Bug::EventMerged),
    ("events-as-they-arrive", Bug::EventsAsTheyCome),
    ("other-stream-read-ahead", Bug::SampledTooLate),
    ("sum-wraps", Bug::WrappedSum),
    ("group-leaves-gadgets", Bug::GroupLeavesGadgets),
    ("state-not-loaded", Bug::StateNotLoaded),
    ("version-not-loaded", Bug::VersionNotLoaded),
    ("removal-not-stored", Bug::RemovalNotStored),
    ("reentrant-write-dropped", Bug::ReentrantWriteDropped),
    ("uncommitted-read", Bug::UncommittedRead),
    ("sqlite-position-without-batch", Bug::PositionWithoutBatch),
    ("sqlite-tick-number-not-stored", Bug::TickNumberNotStored),
    ("sqlite-batch-applied-twice", Bug::BatchAppliedTwice),
    ("sqlite-migration-skips-version", Bug::MigrationSkipsVersion),
    ("sqlite-history-cut-too-far", Bug::HistoryCutTooFar),
    ("sqlite-snapshot-of-wrong-tick", Bug::SnapshotOfWrongTick),
    ("sqlite-first-content-wins", Bug::FirstContentWins),
    ("sqlite-past-structure-not-stored", Bug::PastStructureNotStored),
    ("sqlite-checksum-ignored", Bug::ChecksumIgnored),
];

#[cfg(feature = "planted")]
static CHOSEN: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(u8::MAX);

/// Chooses a mistake by its name; `false` if there is none of that name.
#[cfg(feature = "planted")]
pub fn choose(name: &str) -> bool {
    let found = BUGS.iter().find(|(known, _)| *known == name);
    if let Some((_, bug)) = found {
        CHOSEN.store(*bug as u8, std::sync::atomic::Ordering::Relaxed);
    }
    found.is_some()
}

/// Whether this mistake is to be made.
#[cfg(feature = "planted")]
#[inline]
pub fn is(bug: Bug) -> bool {
    CHOSEN.load(std::sync::atomic::Ordering::Relaxed) == bug as u8
}

/// Whether this mistake is to be made: it is not compiled in.
#[cfg(not(feature = "planted"))]
#[inline]
pub const fn is(_bug: Bug) -> bool {
    false
}
