//! Whether what stands behind a break in the chain proves that the broken record was durable.

use super::frame::{Frame, HEADER, Place};

/// How many records were durable, by the word of any whole record or mark in `bytes` from `offset` on, wherever it begins.
pub(super) fn proven_in(bytes: &[u8], segment: u64, offset: usize) -> u64 {
    let mut proven = 0;
    let mut at = offset;
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= HEADER) {
        let place = Place {
            segment,
            offset: at as u64,
        };
        // No header ends in zeros.
        if let [.., a, b, 0, 0] = rest[..HEADER]
            && (a, b) != (0, 0)
            && let Some((frame, _)) = Frame::decode(rest, place)
            && frame.body_in(rest).is_some()
        {
            proven = proven.max(frame.synced());
            at += frame.size() as usize;
        } else {
            at += 1;
        }
    }
    proven
}
