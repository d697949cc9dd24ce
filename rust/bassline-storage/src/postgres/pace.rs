//! How far a network has come since its last base.

use super::base;
use super::trouble::Trouble;
use crate::tabular::key::tick_row;
use crate::tabular::pace::Pace;
use bassline_core::Image;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// By ticks, as its changes are not counted.
pub(crate) async fn of(client: &Client, network: i64, image: &Image) -> Result<Pace, Trouble> {
    let base_tick = base::newest(client, network, image.tick).await?.unwrap_or_default();
    let last_time = time(client, network, image.tick).await?.unwrap_or_default();
    Ok(Pace {
        contacts: image.contacts.len() as u64,
        changes: image.tick - base_tick,
        base_tick,
        base_time: time(client, network, base_tick).await?.unwrap_or(last_time),
        last_tick: image.tick,
        last_time,
    })
}

async fn time(client: &Client, network: i64, tick: u64) -> Result<Option<i64>, Trouble> {
    let id = tick_row(network, tick);
    let rows = client
        .query_typed("SELECT time FROM tick WHERE id = $1", &[(&id, Type::INT8)])
        .await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}
