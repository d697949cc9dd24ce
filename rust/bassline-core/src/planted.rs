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
    /// What comes to a joining contact is joined in the order in which its writers fire.
    JoinedAsFired,
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
    /// An answer to a call is written though nobody waits for it any more.
    StaleAnswer,
    /// A function that is declared anew with other code does not fire.
    NewCodeWaits,
    /// What code answered that is not bound any more is written.
    OldCodeAnswers,
    /// The network as of a tick is that of the one before.
    AsOfOffByOne,
    /// Why leaves out the first of the events that a statistic was made of.
    EventNotNamed,
    /// Why names events that were undone.
    UndoneEventNamed,
    /// Why does not say that an undo brought a content back.
    UndoNotTold,
    /// Another thread reads what a batch has not committed.
    UncommittedRead,
    /// Of those who wait for a batch, one is told that it is done.
    OneFollowerWoken,
    /// Opening a journal hands no record over.
    ReplaySkipped,
    /// A record is acknowledged before the disk has it.
    AcknowledgedEarly,
    /// The checksum of a record's body is not looked at.
    BodyUnchecked,
    /// The checksum of a record's header is not looked at.
    HeaderUnchecked,
    /// A record may follow on any other.
    LinkUnchecked,
    /// Closing leaves out what nobody waited for.
    LastBatchDropped,
    /// Records of a batch that is not whole count.
    PartialBatchKept,
    /// Opening leaves a number out.
    SequenceSkipped,
    /// The names of files that were made, renamed or removed are not made durable.
    DirectoryUnsynced,
    /// A sync that failed is tried again, and believed.
    SyncRetried,
    /// After a failed write the journal takes more.
    FailureForgotten,
    /// Whatever stands behind a break in the chain is cut off.
    ValidTailEaten,
    /// What was cut off stays in the file.
    TornTailLeft,
    /// What opening has read is not made durable.
    RecoveryUnsynced,
    /// A segment is removed that is still needed.
    SegmentRemovedEarly,
    /// A checkpoint counts before the disk has it.
    CheckpointUnsynced,
    /// A damaged checkpoint is used.
    CheckpointUnchecked,
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
    /// The number of the last tick is committed before the data.
    PostgresCursorOutside,
    /// A batch whose commit was not answered is stored again.
    PostgresNoDeduplication,
    /// The number of the last tick is not stored.
    PostgresTickNotStored,
    /// A batch on whose way the server went away counts as stored.
    PostgresBatchDropped,
    /// Whoever opened a network before another goes on writing it.
    PostgresSupersededWrites,
    /// An opening has the number of the one before.
    PostgresEpochKept,
    /// A migration leaves a step out.
    PostgresMigrationSkipped,
    /// Two ticks of a batch change places.
    BatchReordered,
    /// The last tick of a batch is not handed over.
    LastOfBatchDropped,
    /// What was taken after a failure comes again.
    DoubledOnRetry,
    /// No bound is ever reached.
    LagUnbounded,
    /// A driver that sleeps is not woken by what comes.
    WakeUpLost,
    /// A driver that is about to sleep does not notice that it was woken meanwhile.
    RingMissed,
    /// A driver that is about to sleep does not notice what came before the writer knew that it would.
    EndPassedUnseen,
    /// A cursor moves when a batch is read.
    AcknowledgedBeforeDelivery,
    /// A tick that is to be tried again counts as the last one taken.
    TriedIsAcknowledged,
    /// A failure of a driver counts as success.
    FailureSwallowed,
    /// What is dropped is not told.
    GapNotTold,
    /// A gap goes with the tick that is put aside.
    GapLostWithLetter,
    /// A tick is put aside nowhere.
    DeadLetterLost,
    /// Of a batch that is split, the second half is forgotten.
    SplitLosesHalf,
    /// Of a contact's changes, the oldest is kept.
    CoalesceKeepsOldest,
    /// A driver begins again behind what it had not acknowledged.
    RestartSkips,
    /// What a snapshot stands for comes behind it.
    SnapshotOlderThanRecords,
    /// Closing waits for nobody.
    CloseDoesNotDrain,
    /// Nobody is told that a driver has failed.
    FailedDriverForgotten,
    /// Half of the drivers are a quorum.
    QuorumOfHalf,
    /// A driver in a row is handed what the one before it has not taken.
    RowOvertaken,
    /// A flush does not wait for who has not begun.
    FlushBeforeBegun,
    /// A watcher that is too slow keeps what came first.
    WatcherLosesLast,
    /// What is undone goes through the blend: a maximum stays.
    UndoThroughBlend,
    /// A write after an undo leaves what can be done again.
    RedoTailKept,
    /// A derivation names what an input holds by now, and not what it held.
    WhyWrongInput,
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
    ("joined-as-fired", Bug::JoinedAsFired),
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
    ("stale-answer-wins", Bug::StaleAnswer),
    ("new-code-waits", Bug::NewCodeWaits),
    ("old-code-answers", Bug::OldCodeAnswers),
    ("as-of-off-by-one", Bug::AsOfOffByOne),
    ("why-leaves-an-event-out", Bug::EventNotNamed),
    ("why-names-an-undone-event", Bug::UndoneEventNamed),
    ("undo-not-told-by-why", Bug::UndoNotTold),
    ("uncommitted-read", Bug::UncommittedRead),
    ("journal-one-follower-woken", Bug::OneFollowerWoken),
    ("watcher-loses-last-value", Bug::WatcherLosesLast),
    ("journal-replay-skipped", Bug::ReplaySkipped),
    ("journal-acknowledged-before-sync", Bug::AcknowledgedEarly),
    ("journal-body-unchecked", Bug::BodyUnchecked),
    ("journal-header-unchecked", Bug::HeaderUnchecked),
    ("journal-link-unchecked", Bug::LinkUnchecked),
    ("journal-last-batch-dropped", Bug::LastBatchDropped),
    ("journal-partial-batch-kept", Bug::PartialBatchKept),
    ("journal-number-skipped", Bug::SequenceSkipped),
    ("journal-names-not-synced", Bug::DirectoryUnsynced),
    ("journal-failed-sync-retried", Bug::SyncRetried),
    ("journal-failure-forgotten", Bug::FailureForgotten),
    ("journal-valid-tail-eaten", Bug::ValidTailEaten),
    ("journal-torn-tail-left", Bug::TornTailLeft),
    ("journal-recovery-not-synced", Bug::RecoveryUnsynced),
    ("journal-segment-removed-early", Bug::SegmentRemovedEarly),
    ("journal-checkpoint-not-synced", Bug::CheckpointUnsynced),
    ("journal-damaged-checkpoint-used", Bug::CheckpointUnchecked),
    ("sqlite-position-without-batch", Bug::PositionWithoutBatch),
    ("sqlite-tick-number-not-stored", Bug::TickNumberNotStored),
    ("sqlite-batch-applied-twice", Bug::BatchAppliedTwice),
    ("sqlite-migration-skips-version", Bug::MigrationSkipsVersion),
    ("sqlite-history-cut-too-far", Bug::HistoryCutTooFar),
    ("sqlite-snapshot-of-wrong-tick", Bug::SnapshotOfWrongTick),
    ("sqlite-first-content-wins", Bug::FirstContentWins),
    ("sqlite-past-structure-not-stored", Bug::PastStructureNotStored),
    ("sqlite-checksum-ignored", Bug::ChecksumIgnored),
    ("postgres-cursor-outside-transaction", Bug::PostgresCursorOutside),
    ("postgres-no-deduplication", Bug::PostgresNoDeduplication),
    ("postgres-tick-not-stored", Bug::PostgresTickNotStored),
    ("postgres-batch-dropped-on-reconnect", Bug::PostgresBatchDropped),
    ("postgres-superseded-writes", Bug::PostgresSupersededWrites),
    ("postgres-epoch-kept", Bug::PostgresEpochKept),
    ("postgres-migration-skipped", Bug::PostgresMigrationSkipped),
    ("kernel-batch-reordered", Bug::BatchReordered),
    ("kernel-last-tick-of-batch-dropped", Bug::LastOfBatchDropped),
    ("kernel-doubled-on-retry", Bug::DoubledOnRetry),
    ("kernel-lag-unbounded", Bug::LagUnbounded),
    ("kernel-wake-up-lost", Bug::WakeUpLost),
    ("kernel-ring-missed", Bug::RingMissed),
    ("kernel-end-passed-unseen", Bug::EndPassedUnseen),
    ("kernel-acknowledged-before-delivery", Bug::AcknowledgedBeforeDelivery),
    ("kernel-tried-is-acknowledged", Bug::TriedIsAcknowledged),
    ("kernel-failure-swallowed", Bug::FailureSwallowed),
    ("kernel-gap-not-told", Bug::GapNotTold),
    ("kernel-gap-lost-with-letter", Bug::GapLostWithLetter),
    ("kernel-dead-letter-lost", Bug::DeadLetterLost),
    ("kernel-split-loses-half", Bug::SplitLosesHalf),
    ("kernel-coalesce-keeps-oldest", Bug::CoalesceKeepsOldest),
    ("kernel-restart-skips", Bug::RestartSkips),
    ("kernel-snapshot-older-than-records", Bug::SnapshotOlderThanRecords),
    ("kernel-close-does-not-drain", Bug::CloseDoesNotDrain),
    ("kernel-failed-driver-forgotten", Bug::FailedDriverForgotten),
    ("kernel-quorum-of-half", Bug::QuorumOfHalf),
    ("kernel-row-overtaken", Bug::RowOvertaken),
    ("kernel-flush-before-begun", Bug::FlushBeforeBegun),
    ("undo-through-a-blend", Bug::UndoThroughBlend),
    ("redo-tail-kept", Bug::RedoTailKept),
    ("why-names-a-wrong-input", Bug::WhyWrongInput),
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
