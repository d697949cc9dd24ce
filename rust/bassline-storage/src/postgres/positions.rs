//! Where the readers of outside sources stand.

use super::cells::{Cell, checksum};
use super::load::verify;
use super::plain::{from_plain, to_plain};
use super::trouble::Trouble;
use crate::json;
use bassline_core::{Text, Value};
use bassline_kernel::Record;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Writes the newest position of each source.
pub(crate) async fn write<'a>(
    client: &Client,
    network: i64,
    records: impl Iterator<Item = Record<'a>>,
) -> Result<(), Trouble> {
    let mut newest = IndexMap::<&str, (&Value, u64), FxBuildHasher>::default();
    for record in records {
        if let Some(position) = record.position {
            newest.insert(record.source.as_str(), (position, record.tick));
        }
    }
    if newest.is_empty() {
        return Ok(());
    }
    let (mut sources, mut positions, mut ticks, mut sums) = (vec![], vec![], vec![], vec![]);
    for (source, (position, tick)) in newest {
        let (source, position) = (to_plain(source), json::to_string(position)?);
        sums.push(checksum(&[
            Cell::Int(network),
            Cell::Text(&source),
            Cell::Text(&position),
            Cell::Int(tick as i64),
        ]));
        sources.push(source);
        positions.push(position);
        ticks.push(tick as i64);
    }
    let change = "UPDATE position p SET position = new.position, tick = new.tick, checksum = new.sum
        FROM unnest($2::text[], $3::text[], $4::bigint[], $5::integer[]) AS new (source, position, tick, sum)
        WHERE p.network = $1 AND p.source = new.source";
    let add = "INSERT INTO position (network, source, position, tick, checksum)
        SELECT $1, new.* FROM unnest($2::text[], $3::text[], $4::bigint[], $5::integer[]) AS new (source, position, tick, sum)
        WHERE NOT EXISTS (SELECT 1 FROM position p WHERE p.network = $1 AND p.source = new.source)";
    let count = sources.len() as u64;
    for sql in [change, add] {
        let written = client
            .execute_typed(
                sql,
                &[
                    (&network, Type::INT8),
                    (&sources, Type::TEXT_ARRAY),
                    (&positions, Type::TEXT_ARRAY),
                    (&ticks, Type::INT8_ARRAY),
                    (&sums, Type::INT4_ARRAY),
                ],
            )
            .await?;
        if written == count {
            break;
        }
    }
    Ok(())
}

/// The positions of a network, by source.
pub(crate) async fn load(client: &Client, network: i64) -> Result<IndexMap<Text, Value>, Trouble> {
    let sql = "SELECT source, position, tick, checksum FROM position WHERE network = $1";
    let mut positions = IndexMap::new();
    for row in client.query_typed(sql, &[(&network, Type::INT8)]).await? {
        let (source, position): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let cells = [
            Cell::Int(network),
            Cell::Text(source),
            Cell::Text(position),
            Cell::Int(row.try_get(2)?),
        ];
        let read = verify(&row, 3, &cells).and_then(|()| Ok(json::from_str(position)?));
        let position = read.map_err(|reason| Trouble::Damaged {
            what: format!("the position of source '{source}'"),
            reason: reason.to_string(),
        })?;
        positions.insert(Text::from(&*from_plain(source)), position);
    }
    positions.sort_keys();
    Ok(positions)
}
