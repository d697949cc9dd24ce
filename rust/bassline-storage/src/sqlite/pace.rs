//! How far a network has come since its last base.

use super::base;
use crate::tabular::key::tick_row;
use crate::tabular::pace::Pace;
use bassline_core::Image;
use rusqlite::{Connection, OptionalExtension};

/// How far the network has come since its last base, by ticks, as its changes are not counted.
pub(crate) fn of(connection: &Connection, network: i64, image: &Image) -> rusqlite::Result<Pace> {
    let base_tick = base::newest(connection, network, image.tick)?.unwrap_or_default();
    let time = |tick: u64| -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT time FROM tick WHERE id = ?1";
        connection
            .query_row(sql, [tick_row(network, tick)], |row| row.get(0))
            .optional()
    };
    let last_time = time(image.tick)?.unwrap_or_default();
    Ok(Pace {
        contacts: image.contacts.len() as u64,
        changes: image.tick - base_tick,
        base_tick,
        base_time: time(base_tick)?.unwrap_or(last_time),
        last_tick: image.tick,
        last_time,
    })
}
