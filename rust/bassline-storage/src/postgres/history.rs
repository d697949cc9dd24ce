//! The rows of ticks, written and read.

use super::cells::{Cell, checksum};
use super::plain::{from_plain, to_plain};
use super::trouble::Trouble;
use crate::record::read_structure;
use crate::tabular::changes::ChangesWriter;
use crate::tabular::checksum::compare;
use crate::tabular::key;
use bassline_core::{StructureChange, Text};
use bassline_kernel::Record;
use futures_util::{SinkExt, pin_mut};
use std::borrow::Cow;
use std::ops::Range;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

/// Ticks in order, for [`Stored`].
pub(crate) const SELECT: &str = "SELECT id, epoch, time, source, changes, structure, checksum
    FROM tick WHERE id BETWEEN $1 AND $2 ORDER BY id";
/// The last ticks first of those with a text in what they changed, for [`Stored`].
pub(crate) const SELECT_WITH: &str = "SELECT id, epoch, time, source, changes, structure, checksum
    FROM tick WHERE id BETWEEN $1 AND $2 AND position($3::bytea IN changes) > 0 ORDER BY id DESC LIMIT $4";

/// So few are cheaper in one statement than as a copy, which is three messages and their answers.
const FEW: usize = 8;
/// So many bytes go in one message.
const PIECE: usize = 1 << 20;

/// A tick that is to be written: what it changed, as JSON, and what it added and removed, as bytes, `None` for nothing.
#[derive(Debug)]
pub(crate) struct Unwritten<'batch> {
    pub(crate) record: Record<'batch>,
    pub(crate) changes: Range<usize>,
    pub(crate) structure: Option<Range<usize>>,
}

/// The cells of a tick's row, but for those that are in its record.
struct Cells<'a> {
    id: i64,
    source: Cow<'a, str>,
    changes: &'a [u8],
    structure: Option<&'a [u8]>,
    sum: i32,
}

impl<'batch> Unwritten<'batch> {
    fn cells<'a>(&self, network: i64, changes: &'a ChangesWriter, structure: &'a [u8]) -> Cells<'a>
    where
        'batch: 'a,
    {
        let id = key::tick_row(network, self.record.tick);
        let source = to_plain(self.record.source);
        let changes = changes.at(self.changes.clone());
        let structure = self.structure.clone().map(|place| &structure[place]);
        let sum = checksum(&[
            Cell::Int(id),
            Cell::Int(self.record.epoch as i64),
            Cell::Int(self.record.time_micros),
            Cell::Text(&source),
            Cell::Bytes(changes),
            Cell::MaybeBytes(structure),
        ]);
        Cells {
            id,
            source,
            changes,
            structure,
            sum,
        }
    }
}

/// Writes the rows of ticks, whose texts and bytes stand in `changes` and `structure`.
pub(crate) async fn write(
    client: &Client,
    network: i64,
    ticks: &[Unwritten<'_>],
    changes: &ChangesWriter,
    structure: &[u8],
) -> Result<(), Trouble> {
    if ticks.len() <= FEW {
        for tick in ticks {
            let Cells {
                id,
                source,
                changes,
                structure,
                sum,
            } = tick.cells(network, changes, structure);
            let sql = "INSERT INTO tick (id, epoch, time, source, changes, structure, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7)";
            client
                .execute_typed(
                    sql,
                    &[
                        (&id, Type::INT8),
                        (&(tick.record.epoch as i64), Type::INT8),
                        (&tick.record.time_micros, Type::INT8),
                        (&&*source, Type::TEXT),
                        (&changes, Type::BYTEA),
                        (&structure, Type::BYTEA),
                        (&sum, Type::INT4),
                    ],
                )
                .await?;
        }
        return Ok(());
    }
    let sql = "COPY tick (id, epoch, time, source, changes, structure, checksum) FROM STDIN (FORMAT binary)";
    let sink = client.copy_in::<_, std::io::Cursor<Vec<u8>>>(sql).await?;
    pin_mut!(sink);
    let mut out = Vec::with_capacity(PIECE + (PIECE >> 2));
    // A signature, no flags, no extension (postgresql.org/docs/current/sql-copy.html, binary format).
    out.extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    for tick in ticks {
        let Cells {
            id,
            source,
            changes,
            structure,
            sum,
        } = tick.cells(network, changes, structure);
        out.extend_from_slice(&7_i16.to_be_bytes());
        field(&mut out, &id.to_be_bytes());
        field(&mut out, &tick.record.epoch.to_be_bytes());
        field(&mut out, &tick.record.time_micros.to_be_bytes());
        field(&mut out, source.as_bytes());
        field(&mut out, changes);
        match structure {
            Some(bytes) => field(&mut out, bytes),
            None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
        field(&mut out, &sum.to_be_bytes());
        if out.len() >= PIECE {
            let piece = std::mem::replace(&mut out, Vec::with_capacity(PIECE + (PIECE >> 2)));
            sink.send(std::io::Cursor::new(piece)).await?;
        }
    }
    out.extend_from_slice(&(-1_i16).to_be_bytes());
    sink.send(std::io::Cursor::new(out)).await?;
    sink.finish().await?;
    Ok(())
}

#[inline]
fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// A tick as its row has it.
#[derive(Debug)]
pub(crate) struct Stored<'row> {
    pub(crate) tick: u64,
    pub(crate) epoch: i64,
    pub(crate) time: i64,
    pub(crate) source: Text,
    changes: &'row [u8],
    structure: Option<&'row [u8]>,
    checksum: i32,
    found: i32,
}

impl<'row> Stored<'row> {
    pub(crate) fn read(row: &'row Row) -> Result<Self, tokio_postgres::Error> {
        let (id, epoch, time): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let source: &str = row.try_get(3)?;
        let (changes, structure): (&[u8], Option<&[u8]>) = (row.try_get(4)?, row.try_get(5)?);
        Ok(Self {
            tick: key::tick_of(id),
            epoch,
            time,
            source: from_plain(source).as_ref().into(),
            changes,
            structure,
            checksum: row.try_get(6)?,
            found: checksum(&[
                Cell::Int(id),
                Cell::Int(epoch),
                Cell::Int(time),
                Cell::Text(source),
                Cell::Bytes(changes),
                Cell::MaybeBytes(structure),
            ]),
        })
    }

    /// Whether the row is what was written.
    pub(crate) fn verify(&self) -> Result<(), String> {
        compare(Some(i64::from(self.checksum)), i64::from(self.found)).map_err(|error| error.to_string())
    }

    /// What it changed, as JSON.
    pub(crate) fn changes(&self) -> Result<&'row str, String> {
        std::str::from_utf8(self.changes).map_err(|error| error.to_string())
    }

    /// What it added and removed.
    pub(crate) fn structure(&self) -> Result<Vec<StructureChange>, String> {
        let read = |bytes| read_structure(bytes).map_err(|error| error.to_string());
        self.structure.map_or(Ok(Vec::new()), read)
    }
}
