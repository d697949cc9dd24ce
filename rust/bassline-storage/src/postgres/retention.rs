//! What goes of the past, and when: up to a base, as later ticks are told from it, and a piece at a time.

use super::base;
use super::trouble::Trouble;
use crate::store::KeepHistory;
use crate::tabular::key;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// The newest base that is old enough for everything before it to go; `None` if nothing is to go.
pub(crate) async fn cut(
    client: &Client,
    network: i64,
    keep: KeepHistory,
    last: u64,
    now: i64,
) -> Result<Option<u64>, Trouble> {
    let by_ticks = keep.ticks.map(|ticks| last.saturating_sub(ticks));
    let by_age = match keep.age {
        None => None,
        Some(age) => newest_before(client, network, now.saturating_sub(age.as_micros() as i64)).await?,
    };
    let Some(unwanted) = by_ticks.max(by_age) else {
        return Ok(None);
    };
    let base = base::newest(client, network, unwanted).await?;
    let first = first(client, network).await?;
    Ok(base.filter(|&base| first.is_some_and(|first| first <= base)))
}

async fn first(client: &Client, network: i64) -> Result<Option<u64>, Trouble> {
    let [first, last] = key::tick_rows(network, key::LAST_TICK);
    let sql = "SELECT min(id) FROM tick WHERE id BETWEEN $1 AND $2";
    let rows = client
        .query_typed(sql, &[(&first, Type::INT8), (&last, Type::INT8)])
        .await?;
    let id: Option<i64> = rows.first().map(|row| row.try_get(0)).transpose()?.flatten();
    Ok(id.map(key::tick_of))
}

/// The newest base whose tick was before a time.
async fn newest_before(client: &Client, network: i64, time: i64) -> Result<Option<u64>, Trouble> {
    let [first, last] = key::tick_rows(network, key::LAST_TICK);
    let sql = "SELECT b.id FROM base b JOIN tick t ON t.id = b.id
        WHERE b.id BETWEEN $1 AND $2 AND t.time < $3 ORDER BY b.id DESC LIMIT 1";
    let parameters: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
        &[(&first, Type::INT8), (&last, Type::INT8), (&time, Type::INT8)];
    let rows = client.query_typed(sql, parameters).await?;
    let id: Option<i64> = rows.first().map(|row| row.try_get(0)).transpose()?;
    Ok(id.map(key::tick_of))
}

/// Removes at most so many of the oldest ticks up to `cut`, and what only they need; answers whether there are more.
pub(crate) async fn trim(client: &Client, network: i64, cut: u64, at_most: u64) -> Result<bool, Trouble> {
    // Bases first: nothing is told from a base whose ticks are not all there.
    let sql = "DELETE FROM base WHERE id >= $1 AND id < $2";
    let (begin, end) = (key::tick_row(network, 0), key::tick_row(network, cut));
    client
        .execute_typed(sql, &[(&begin, Type::INT8), (&end, Type::INT8)])
        .await?;
    let Some(first) = first(client, network).await?.filter(|&first| first <= cut) else {
        return Ok(false);
    };
    let last = cut.min(first + at_most - 1);
    let sql = "DELETE FROM tick WHERE id BETWEEN $1 AND $2";
    let (begin, end) = (key::tick_row(network, first), key::tick_row(network, last));
    client
        .execute_typed(sql, &[(&begin, Type::INT8), (&end, Type::INT8)])
        .await?;
    if last == cut {
        let sql = "DELETE FROM gone WHERE network = $1 AND tick <= $2";
        client
            .execute_typed(sql, &[(&network, Type::INT8), (&(cut as i64), Type::INT8)])
            .await?;
    }
    Ok(last < cut)
}
