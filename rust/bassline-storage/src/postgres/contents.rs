//! The newest content of each contact in a batch, in its row.

use super::cells::{Cell, checksum};
use super::plain::to_plain;
use super::structure::ROWS;
use super::trouble::Trouble;
use crate::tabular::cause::to_number;
use crate::tabular::changes::ChangesWriter;
use crate::tabular::key;
use crate::tabular::newest::Latest;
use bassline_core::Cause;
use std::borrow::Cow;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

/// So many bytes go in one statement, and one content, however large it is.
const BYTES: usize = 16 << 20;

const UPSERT: &str = "INSERT INTO content (id, version, cause, source, content, checksum)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::integer[])
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, cause = excluded.cause, source = excluded.source,
        content = excluded.content, checksum = excluded.checksum";

/// Writes contents, which are in the order of their slots, so that two writers wait for each other and never for themselves.
pub(crate) async fn write(
    client: &Client,
    network: i64,
    newest: &[Latest],
    texts: &ChangesWriter,
) -> Result<(), Trouble> {
    let mut rest = newest;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = rest.iter().take(ROWS).take_while(|latest| {
            let fits = bytes < BYTES;
            bytes += latest.text.as_ref().map_or(0, ExactSizeIterator::len);
            fits
        });
        let (chunk, left) = rest.split_at(fits.count().max(1));
        rest = left;
        upsert(client, network, chunk, texts).await?;
    }
    Ok(())
}

async fn upsert(client: &Client, network: i64, chunk: &[Latest], texts: &ChangesWriter) -> Result<(), Trouble> {
    let room = || Vec::with_capacity(chunk.len());
    let (mut ids, mut versions): (Vec<i64>, Vec<i64>) = (room(), room());
    let mut causes: Vec<Option<i64>> = Vec::with_capacity(chunk.len());
    let mut sources: Vec<Option<Cow<'_, str>>> = Vec::with_capacity(chunk.len());
    let mut contents: Vec<Option<&[u8]>> = Vec::with_capacity(chunk.len());
    let mut sums: Vec<i32> = Vec::with_capacity(chunk.len());
    for latest in chunk {
        let (id, version) = (key::row(network, latest.contact), latest.tick as i64);
        let (cause, source) = match &latest.cause {
            Cause::External(source) => (Some(0), (!source.is_empty()).then(|| to_plain(source))),
            within => (to_number(within), None),
        };
        let content = latest.text.clone().map(|place| texts.at(place));
        sums.push(checksum(&[
            Cell::Int(id),
            Cell::Int(version),
            Cell::MaybeInt(cause),
            Cell::MaybeText(source.as_deref()),
            Cell::MaybeBytes(content),
        ]));
        ids.push(id);
        versions.push(version);
        causes.push(cause);
        sources.push(source);
        contents.push(content);
    }
    let written = client
        .execute_typed(
            UPSERT,
            &[
                (&ids, Type::INT8_ARRAY),
                (&versions, Type::INT8_ARRAY),
                (&causes, Type::INT8_ARRAY),
                (&sources, Type::TEXT_ARRAY),
                (&contents, Type::BYTEA_ARRAY),
                (&sums, Type::INT4_ARRAY),
            ],
        )
        .await;
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION) => {
            let detail = error.as_db_error().and_then(|error| error.detail()).unwrap_or_default();
            let missing = chunk
                .iter()
                .find(|latest| detail.contains(&format!("({})", key::row(network, latest.contact))));
            let what = missing.map_or_else(
                || "a contact".to_owned(),
                |latest| format!("contact {:?}", latest.contact),
            );
            Err(Trouble::Unknown { what })
        }
        Err(error) => Err(error.into()),
    }
}
