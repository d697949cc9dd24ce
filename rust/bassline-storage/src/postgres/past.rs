//! The network as it was after an earlier tick: the newest base before it, and the ticks since.

use super::base;
use super::history::{self, Stored};
use super::trouble::Trouble;
use crate::replica::Replica;
use crate::tabular::changes;
use crate::tabular::findings::follows;
use crate::tabular::key;
use bassline_core::Image;
use bassline_kernel::TickRecord;
use futures_util::{StreamExt, pin_mut};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// The network after a tick that was, read within one transaction; `None` if the store does not go back so far.
pub(crate) async fn image_at(client: &Client, network: i64, tick: u64) -> Result<Option<Image>, Trouble> {
    let Some(first) = base::newest(client, network, tick).await? else {
        return Ok(None);
    };
    let Some(image) = base::read(client, network, first).await? else {
        return Ok(None);
    };
    let mut replica = Replica::new(image);
    let mut apply = |record: TickRecord| {
        let tick = record.tick;
        if tick != replica.tick() + 1 {
            return Err(damaged(tick, &follows(replica.tick())));
        }
        replica
            .apply(&record)
            .map_err(|error| damaged(tick, &error.to_string()))
    };
    each(client, network, first + 1, tick, &mut apply).await?;
    if replica.tick() != tick {
        return Err(damaged(replica.tick() + 1, "it is missing"));
    }
    Ok(Some(replica.into_image()))
}

fn damaged(tick: u64, reason: &str) -> Trouble {
    Trouble::Damaged {
        what: format!("tick {tick}"),
        reason: reason.to_owned(),
    }
}

/// The ticks from one to another, each as it was committed, but for positions and what contacts held before.
pub(crate) async fn each(
    client: &Client,
    network: i64,
    first: u64,
    last: u64,
    take: &mut dyn FnMut(TickRecord) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let ends = [
        (key::tick_row(network, first), Type::INT8),
        (key::tick_row(network, last.min(key::LAST_TICK)), Type::INT8),
    ];
    let rows = client.query_typed_raw(history::SELECT, ends).await?;
    pin_mut!(rows);
    while let Some(row) = rows.next().await {
        let row = row?;
        let stored = Stored::read(&row)?;
        let told = || -> Result<TickRecord, String> {
            stored.verify()?;
            let changes = changes::all(stored.changes()?, &stored.source).map_err(|error| error.to_string())?;
            Ok(TickRecord {
                epoch: stored.epoch as u64,
                tick: stored.tick,
                time_micros: stored.time,
                source: stored.source.clone(),
                position: None,
                changes,
                structure: stored.structure()?,
            })
        };
        take(told().map_err(|reason| damaged(stored.tick, &reason))?)?;
    }
    Ok(())
}
