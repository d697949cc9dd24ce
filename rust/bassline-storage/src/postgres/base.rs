//! Bases: whole networks kept every now and then, from which the ticks after them are told.

use super::cells::{Cell, checksum};
use super::trouble::Trouble;
use crate::record::{read_image, write_image};
use crate::tabular::checksum::compare;
use crate::tabular::key;
use bassline_core::Image;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

fn checksum_of(id: i64, tick: u64, bytes: &[u8]) -> i32 {
    checksum(&[Cell::Int(id), Cell::Int(tick as i64), Cell::Bytes(bytes)])
}

/// Keeps a network as the base of the ticks that follow.
pub(crate) async fn write(client: &Client, network: i64, image: &Image) -> Result<(), Trouble> {
    let mut bytes = Vec::new();
    write_image(image, &mut bytes);
    let id = key::tick_row(network, image.tick);
    let sum = checksum_of(id, image.tick, &bytes);
    let sql = "INSERT INTO base (id, network, image, checksum) VALUES ($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET image = excluded.image, checksum = excluded.checksum";
    client
        .execute_typed(
            sql,
            &[
                (&id, Type::INT8),
                (&network, Type::INT8),
                (&bytes, Type::BYTEA),
                (&sum, Type::INT4),
            ],
        )
        .await?;
    Ok(())
}

/// The ticks of the bases up to one, newest first.
pub(crate) async fn ticks(client: &Client, network: i64, last: u64, limit: i64) -> Result<Vec<u64>, Trouble> {
    let sql = "SELECT id FROM base WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT $3";
    let [first, last] = key::tick_rows(network, last);
    let parameters: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] =
        &[(&first, Type::INT8), (&last, Type::INT8), (&limit, Type::INT8)];
    let rows = client.query_typed(sql, parameters).await?;
    let ticks = rows.iter().map(|row| Ok(key::tick_of(row.try_get(0)?)));
    ticks.collect()
}

/// The tick of the newest base up to one.
pub(crate) async fn newest(client: &Client, network: i64, last: u64) -> Result<Option<u64>, Trouble> {
    Ok(ticks(client, network, last, 1).await?.first().copied())
}

/// The base of a tick.
pub(crate) async fn read(client: &Client, network: i64, tick: u64) -> Result<Option<Image>, Trouble> {
    let id = key::tick_row(network, tick);
    let sql = "SELECT image, checksum FROM base WHERE id = $1";
    let rows = client.query_typed(sql, &[(&id, Type::INT8)]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let (bytes, kept): (&[u8], i32) = (row.try_get(0)?, row.try_get(1)?);
    let image = image_of(bytes, kept, checksum_of(id, tick, bytes), tick);
    image.map(Some).map_err(|reason| Trouble::Damaged {
        what: format!("the base of tick {tick}"),
        reason,
    })
}

/// The network in bytes, if their checksum is the one that was kept, and their tick the one they stand for.
pub(crate) fn image_of(bytes: &[u8], kept: i32, found: i32, tick: u64) -> Result<Image, String> {
    compare(Some(i64::from(kept)), i64::from(found)).map_err(|error| error.to_string())?;
    let image = read_image(bytes).map_err(|error| error.to_string())?;
    if image.tick == tick {
        Ok(image)
    } else {
        Err(format!("it shows tick {}", image.tick))
    }
}
