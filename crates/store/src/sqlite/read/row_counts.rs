//! How many rows each table has: tests compare this before and after.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::sqlite::natural_keys::KeyReader;

/// The rows of every table, by its name. A natural key that waits in memory counts as the row that it will be.
pub(crate) fn all(connection: &Connection, keys: &KeyReader) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut rows = keys.waiting_by_table();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names = connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    for name in names {
        let written =
            connection.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get::<_, i64>(0))?;
        let count = rows.entry(name).or_default();
        *count = count.saturating_add(u64::try_from(written).unwrap_or(0));
    }
    Ok(rows)
}
