//! Snapshots: whole networks kept under numbers of their own, for as long as nobody lets go of them.

use super::base::image_of;
use super::cells::{Cell, checksum};
use super::plain::{from_plain, to_plain};
use super::trouble::Trouble;
use crate::store::{NewSnapshot, SnapshotInfo};
use bassline_core::Image;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

/// Keeps a network in bytes, and lets go of the oldest snapshots beyond what is to be kept; answers its number. `again` if it may be
/// there already, as the answer to its commit was lost.
pub(crate) async fn save(
    client: &Client,
    network: i64,
    (tick, bytes): (u64, &[u8]),
    about: &NewSnapshot,
    again: bool,
) -> Result<u64, Trouble> {
    let label = to_plain(&about.label);
    let sum = checksum(&[
        Cell::Int(network),
        Cell::Text(&label),
        Cell::Int(tick as i64),
        Cell::Int(about.time_micros),
        Cell::Bytes(bytes),
    ]);
    let parameters: &[(&(dyn ToSql + Sync), Type)] = &[
        (&network, Type::INT8),
        (&&*label, Type::TEXT),
        (&(tick as i64), Type::INT8),
        (&about.time_micros, Type::INT8),
        (&sum, Type::INT4),
        (&bytes, Type::BYTEA),
    ];
    if again {
        let sql = "SELECT max(id) FROM snapshot
            WHERE network = $1 AND label = $2 AND tick = $3 AND time = $4 AND checksum = $5 AND image = $6";
        let rows = client.query_typed(sql, parameters).await?;
        if let Some(id) = rows
            .first()
            .map(|row| row.try_get::<_, Option<i64>>(0))
            .transpose()?
            .flatten()
        {
            return Ok(id as u64);
        }
    }
    let sql = "INSERT INTO snapshot (network, label, tick, time, checksum, image) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let row = client.query_typed_one(sql, parameters).await?;
    let id: i64 = row.try_get(0)?;
    if let Some(keep) = about.keep {
        // The one that was asked for stays in any case.
        let keep = keep.max(1) as i64;
        let sql = "DELETE FROM snapshot WHERE network = $1 AND id NOT IN
            (SELECT id FROM snapshot WHERE network = $1 ORDER BY id DESC LIMIT $2)";
        client
            .execute_typed(sql, &[(&network, Type::INT8), (&keep, Type::INT8)])
            .await?;
    }
    Ok(id as u64)
}

pub(crate) async fn delete(client: &Client, network: i64, id: u64) -> Result<bool, Trouble> {
    let sql = "DELETE FROM snapshot WHERE network = $1 AND id = $2";
    let gone = client
        .execute_typed(sql, &[(&network, Type::INT8), (&(id as i64), Type::INT8)])
        .await?;
    Ok(gone == 1)
}

pub(crate) async fn list(client: &Client, network: i64) -> Result<Vec<SnapshotInfo>, Trouble> {
    let sql = "SELECT id, label, tick, time FROM snapshot WHERE network = $1 ORDER BY id";
    let rows = client.query_typed(sql, &[(&network, Type::INT8)]).await?;
    rows.iter().map(info).collect()
}

fn info(row: &Row) -> Result<SnapshotInfo, Trouble> {
    Ok(SnapshotInfo {
        id: row.try_get::<_, i64>(0)? as u64,
        label: from_plain(row.try_get(1)?).as_ref().into(),
        tick: row.try_get::<_, i64>(2)? as u64,
        time_micros: row.try_get(3)?,
    })
}

pub(crate) async fn load(client: &Client, network: i64, id: u64) -> Result<Option<Image>, Trouble> {
    let sql = "SELECT label, tick, time, image, checksum FROM snapshot WHERE network = $1 AND id = $2";
    let rows = client
        .query_typed(sql, &[(&network, Type::INT8), (&(id as i64), Type::INT8)])
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let (tick, bytes): (i64, &[u8]) = (row.try_get(1)?, row.try_get(3)?);
    let found = checksum(&[
        Cell::Int(network),
        Cell::Text(row.try_get(0)?),
        Cell::Int(tick),
        Cell::Int(row.try_get(2)?),
        Cell::Bytes(bytes),
    ]);
    let image = image_of(bytes, row.try_get(4)?, found, tick as u64);
    image.map(Some).map_err(|reason| Trouble::Damaged {
        what: format!("snapshot {id}"),
        reason,
    })
}
