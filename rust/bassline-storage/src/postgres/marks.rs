//! Marks as rows: the contradictions and faults that contacts are in.

use super::cells::{Cell, checksum};
use super::plain::{from_plain, to_plain};
use super::trouble::Trouble;
use crate::json;
use crate::tabular::contradiction::{decoded, encoded};
use bassline_core::{Contradiction, GadgetId, Handle, Text};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::borrow::Cow;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

/// What a contact is in, as a tick says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark<'a> {
    pub(crate) contradiction: Option<&'a Contradiction>,
    pub(crate) fault: Option<&'a (GadgetId, Text)>,
}

/// The same as it is stored.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) slot: u32,
    pub(crate) contradiction: Option<Contradiction>,
    pub(crate) fault: Option<(GadgetId, Text)>,
}

/// Writes marks, by slot.
pub(crate) async fn write(
    client: &Client,
    network: i64,
    marks: &IndexMap<u32, Mark<'_>, FxBuildHasher>,
) -> Result<(), Trouble> {
    if marks.is_empty() {
        return Ok(());
    }
    let row = |slot: u32| network << crate::tabular::key::SLOT_BITS | i64::from(slot);
    let (mut gone, mut ids, mut told, mut faults) = (vec![], vec![], vec![], vec![]);
    let (mut gadgets, mut sums) = (vec![], vec![]);
    for (&slot, mark) in marks {
        let id = row(slot);
        if mark.contradiction.is_none() && mark.fault.is_none() {
            gone.push(id);
            continue;
        }
        let contradiction = mark.contradiction.map(|found| json::to_string(&encoded(found)));
        let contradiction = contradiction.transpose()?;
        let fault: Option<Cow<'_, str>> = mark.fault.map(|(_, text)| to_plain(text));
        let gadget = mark.fault.map(|(gadget, _)| gadget.to_bits() as i64);
        sums.push(checksum(&[
            Cell::Int(id),
            Cell::MaybeText(contradiction.as_deref()),
            Cell::MaybeText(fault.as_deref()),
            Cell::MaybeInt(gadget),
        ]));
        ids.push(id);
        told.push(contradiction);
        faults.push(fault);
        gadgets.push(gadget);
    }
    if !gone.is_empty() {
        let sql = "DELETE FROM mark WHERE id = ANY($1)";
        client.execute_typed(sql, &[(&gone, Type::INT8_ARRAY)]).await?;
    }
    if !ids.is_empty() {
        let sql = "INSERT INTO mark (id, contradiction, fault, fault_gadget, checksum)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::integer[])
            ON CONFLICT (id) DO UPDATE SET contradiction = excluded.contradiction, fault = excluded.fault,
                fault_gadget = excluded.fault_gadget, checksum = excluded.checksum";
        client
            .execute_typed(
                sql,
                &[
                    (&ids, Type::INT8_ARRAY),
                    (&told, Type::TEXT_ARRAY),
                    (&faults, Type::TEXT_ARRAY),
                    (&gadgets, Type::INT8_ARRAY),
                    (&sums, Type::INT4_ARRAY),
                ],
            )
            .await?;
    }
    Ok(())
}

/// Of each contact in one: its row and marks.
pub(crate) const MARKS: &str = "
    SELECT id, contradiction, fault, fault_gadget, checksum FROM mark WHERE id BETWEEN $1 AND $2 ORDER BY id";

/// The marks in a row of [`MARKS`].
pub(crate) fn read(row: &Row) -> Result<Marks, super::load::Reason> {
    let (contradiction, fault): (Option<&str>, Option<&str>) = (row.try_get(1)?, row.try_get(2)?);
    let (id, gadget): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(3)?);
    let cells = [
        Cell::Int(id),
        Cell::MaybeText(contradiction),
        Cell::MaybeText(fault),
        Cell::MaybeInt(gadget),
    ];
    super::load::verify(row, 4, &cells)?;
    let contradiction = match contradiction {
        None => None,
        Some(text) => Some(decoded(&json::from_str(text)?)?),
    };
    Ok(Marks {
        slot: id as u32,
        contradiction,
        fault: fault
            .zip(gadget)
            .map(|(text, gadget)| (GadgetId::from_bits(gadget as u64), from_plain(text).as_ref().into())),
    })
}
