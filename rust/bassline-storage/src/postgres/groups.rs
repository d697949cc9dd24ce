//! Groups by their attributes, found by an index.

use super::entry::Entry;
use super::letters::unknown;
use super::link::{Link, Moment};
use super::plain::from_plain;
use super::trouble::Trouble;
use crate::error::StorageError;
use crate::json;
use bassline_core::{Text, Value};
use std::sync::Arc;
use tokio_postgres::types::{ToSql, Type};

/// The groups whose attributes contain others and whose tags, a list or a set, contain these, by path, each with all of its own. What a list
/// or a map contains need not be all of it, and an int may stand for a float: whoever asks looks at what it is given.
pub(super) fn with(
    link: &Link,
    network: &str,
    wanted: &Value,
    tags: &[Text],
) -> Result<Vec<(Text, Value)>, StorageError> {
    let tags = Value::List(Arc::new(tags.iter().cloned().map(Value::Text).collect()));
    link.transact(Moment::Read, "read", async |client| {
        let entry = Entry::named(client, network).await?;
        let number = entry.ok_or_else(|| unknown(link, network))?.id;
        let (wanted, tags) = (json::to_string(wanted)?, json::to_string(&tags)?);
        let mut conditions = String::new();
        // Of no attributes every group has all, also one that has none.
        if wanted != "{}" {
            conditions += " AND json_of(attributes) @> json_of($2::text)";
        }
        if tags != "[]" {
            conditions += " AND (json_of(attributes) @> jsonb_build_object('tags', json_of($3::text))
                OR json_of(attributes) @> jsonb_build_object('tags', jsonb_build_object('$set', json_of($3::text))))";
        }
        let sql = format!(
            "SELECT path, attributes FROM group_ WHERE network = $1 AND parent IS NOT NULL
                AND $2::text IS NOT NULL AND $3::text IS NOT NULL{conditions} ORDER BY path COLLATE \"C\""
        );
        let parameters: &[(&(dyn ToSql + Sync), Type)] =
            &[(&number, Type::INT8), (&wanted, Type::TEXT), (&tags, Type::TEXT)];
        let rows = client.query_typed(&sql, parameters).await?;
        let group = |row: &tokio_postgres::Row| -> Result<_, Trouble> {
            let (path, attributes): (&str, Option<&str>) = (row.try_get(0)?, row.try_get(1)?);
            let attributes = attributes.map_or(Ok(Value::Null), json::from_str)?;
            Ok((Text::from(&*from_plain(path)), attributes))
        };
        rows.iter().map(group).collect()
    })
}
