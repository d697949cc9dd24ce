//! What goes of the past, and when: up to a base, as later ticks are told from it, and a piece at a time.

use crate::store::KeepHistory;
use crate::tabular::key;
use bassline_core::planted::{self, Bug};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// The newest base that is old enough for everything before it to go; `None` if nothing is to go.
pub(crate) fn cut(
    connection: &Connection,
    network: i64,
    keep: KeepHistory,
    last: u64,
    now: i64,
) -> rusqlite::Result<Option<u64>> {
    let by_ticks = keep.ticks.map(|ticks| last.saturating_sub(ticks));
    let by_age = match keep.age {
        None => None,
        Some(age) => newest_before(connection, network, now.saturating_sub(age.as_micros() as i64))?,
    };
    let Some(unwanted) = by_ticks.max(by_age) else {
        return Ok(None);
    };
    let unwanted = if planted::is(Bug::HistoryCutTooFar) {
        last
    } else {
        unwanted
    };
    let base = super::base::newest(connection, network, unwanted)?;
    let first = first(connection, network)?;
    Ok(base.filter(|&base| first.is_some_and(|first| first <= base)))
}

fn first(connection: &Connection, network: i64) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT min(id) FROM tick WHERE id BETWEEN ?1 AND ?2";
    let rows = key::tick_rows(network, key::LAST_TICK);
    let id: Option<i64> = connection.prepare_cached(sql)?.query_row(rows, |row| row.get(0))?;
    Ok(id.map(key::tick_of))
}

/// The newest base whose tick was before a time.
fn newest_before(connection: &Connection, network: i64, time: i64) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT b.id FROM base b JOIN tick t ON t.id = b.id
               WHERE b.id BETWEEN ?1 AND ?2 AND t.time < ?3 ORDER BY b.id DESC LIMIT 1";
    let [first, last] = key::tick_rows(network, key::LAST_TICK);
    let id: Option<i64> = connection
        .prepare_cached(sql)?
        .query_row([first, last, time], |row| row.get(0))
        .optional()?;
    Ok(id.map(key::tick_of))
}

/// Removes at most so many of the oldest ticks up to `cut`, and what only they need; answers whether there are more.
pub(crate) fn trim(connection: &Connection, network: i64, cut: u64, at_most: u64) -> rusqlite::Result<bool> {
    // Bases first: nothing is told from a base whose ticks are not all there.
    connection
        .prepare_cached("DELETE FROM base WHERE id >= ?1 AND id < ?2")?
        .execute([key::tick_row(network, 0), key::tick_row(network, cut)])?;
    let Some(first) = first(connection, network)?.filter(|&first| first <= cut) else {
        return Ok(false);
    };
    let last = cut.min(first + at_most - 1);
    connection
        .prepare_cached("DELETE FROM tick WHERE id BETWEEN ?1 AND ?2")?
        .execute([key::tick_row(network, first), key::tick_row(network, last)])?;
    if last == cut {
        connection
            .prepare_cached("DELETE FROM gone WHERE network = ?1 AND tick <= ?2")?
            .execute([network, cut as i64])?;
    }
    Ok(last < cut)
}

/// The same in a transaction of its own.
pub(crate) fn trim_one(connection: &mut Connection, network: i64, cut: u64, at_most: u64) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let more = trim(&transaction, network, cut, at_most)?;
    transaction.commit()?;
    Ok(more)
}
