//! How a journal is kept.

/// What a sync waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// The disk: what is acknowledged survives a power loss.
    #[default]
    Full,
    /// The system: what is acknowledged survives the end of the process. The disk is waited for when a segment is full, before a
    /// checkpoint, and on closing, so that a power loss takes at most the last segment.
    Normal,
    /// The system, and the disk before a checkpoint only: a power loss may take everything since the last checkpoint.
    None,
}

/// How a journal is kept. None of it is in the files: each opening chooses anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What a sync waits for.
    pub sync: Sync,
    /// A segment that has grown beyond this is followed by a new one.
    pub segment_bytes: u64,
    /// The file is filled with zeros so far ahead: a sync then need not make a new length durable, which takes half as long again.
    pub ahead_bytes: u64,
    /// Whoever appends when more than this waits to be written, writes it.
    pub pending_bytes: usize,
    /// The largest payload that is taken.
    pub payload_bytes: usize,
    /// How many checkpoints are kept, at least one; the records since the oldest of them are kept too.
    /// `None`: every checkpoint is kept, and records go as they are told to.
    pub checkpoints: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sync: Sync::Full,
            segment_bytes: 64 << 20,
            ahead_bytes: 1 << 20,
            pending_bytes: 1 << 20,
            payload_bytes: 256 << 20,
            checkpoints: Some(2),
        }
    }
}
