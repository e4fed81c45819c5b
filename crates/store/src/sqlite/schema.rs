//! The tables: made step by step, and compared with what they should be. A step is added, never changed; each runs in one
//! transaction with the new version number.
//!
//! A table that was dropped, a column that was added, a version that was edited or another program's file is found at the start,
//! and not at the first payment that needs it. What the tables should be is made by the same steps in an empty database in memory.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use super::database_error;
use crate::fault::StoreError;

/// Step `n` (from 1) makes version `n`.
const STEPS: [&str; 6] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
];

/// Differences that a refusal names, at most.
const MOST_NAMED: usize = 5;

/// What is in a database: of each table and index, what makes it what it is.
type Schema = BTreeMap<String, BTreeMap<String, String>>;

/// Brings a database that was looked at to the newest version.
pub(super) fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let found = version(connection)?;
    for (version, step) in (1_i64..).zip(STEPS) {
        if version > found {
            let script = format!("BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {version};\nCOMMIT;");
            if let Err(error) = connection.execute_batch(&script) {
                let _rolled_back = connection.execute_batch("ROLLBACK");
                return Err(database_error(error));
            }
        }
    }
    Ok(())
}

/// Refuses a database that is newer than this program, or is none of ours. Changes nothing.
pub(super) fn look(connection: &Connection) -> Result<(), StoreError> {
    let (found, known) = (version(connection)?, i64::try_from(STEPS.len()).unwrap_or(i64::MAX));
    if found > known || found < 0 {
        return Err(StoreError::Newer { found, known });
    }
    compare(connection, found)
}

/// Refuses a database whose tables are not those of `version`.
fn compare(connection: &Connection, version: i64) -> Result<(), StoreError> {
    let model = Connection::open_in_memory().map_err(database_error)?;
    steps_until(&model, version)?;
    let expected = read(&model).map_err(database_error)?;
    let mut found = differences(&expected, &read(connection).map_err(database_error)?);
    if found.is_empty() {
        return Ok(());
    }
    let more = found.len().saturating_sub(MOST_NAMED);
    found.truncate(MOST_NAMED);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    Err(StoreError::Schema { version, differences: found.join("; ") })
}

fn differences(expected: &Schema, found: &Schema) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, parts) in expected {
        let Some(found) = found.get(name) else {
            differences.push(format!("{name} is missing"));
            continue;
        };
        for (part, is) in parts {
            match found.get(part) {
                None => differences.push(format!("{part} of {name} is missing")),
                Some(other) if other != is => differences.push(format!("{part} of {name} is another")),
                Some(_) => {}
            }
        }
        let unknown = found.keys().filter(|part| !parts.contains_key(*part));
        differences.extend(unknown.map(|part| format!("{part} of {name} is unknown")));
    }
    let unknown = found.keys().filter(|name| !expected.contains_key(*name));
    differences.extend(unknown.map(|name| format!("{name} is unknown")));
    differences
}

/// Tables with their columns, indexes with what they index, and whatever else is there. What SQLite keeps for itself
/// (statistics) is left out.
fn read(connection: &Connection) -> rusqlite::Result<Schema> {
    let sql = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut statement = connection.prepare(sql)?;
    let objects = statement.query_map([], |row| Ok((row.get::<_, String>("type")?, row.get::<_, String>("name")?)))?;
    let mut schema = Schema::new();
    for object in objects {
        let (kind, name) = object?;
        let parts = match kind.as_str() {
            "table" => table(connection, &name)?,
            "index" => index(connection, &name)?,
            _ => BTreeMap::new(),
        };
        schema.insert(format!("{kind} {name}"), parts);
    }
    Ok(schema)
}

fn table(connection: &Connection, name: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let column = |row: &Row<'_>| {
        let (column, of_type): (String, String) = (row.get("name")?, row.get("type")?);
        let (position, not_null, key): (i64, bool, i64) = (row.get("cid")?, row.get("notnull")?, row.get("pk")?);
        let default: Option<String> = row.get("dflt_value")?;
        Ok((format!("column {column}"), format!("{of_type} {position} {not_null} {key} {default:?}")))
    };
    let sql = "SELECT name, type, cid, \"notnull\", pk, dflt_value FROM pragma_table_xinfo(?1)";
    let mut parts = parts(connection, sql, name, column)?;
    let form = |row: &Row<'_>| {
        let (without_rowid, strict): (bool, bool) = (row.get("wr")?, row.get("strict")?);
        Ok(("form".to_owned(), format!("{without_rowid} {strict}")))
    };
    let sql = "SELECT wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ?1";
    parts.extend(self::parts(connection, sql, name, form)?);
    let unique = |row: &Row<'_>| {
        let (of, columns): (String, String) = (row.get("origin")?, row.get("columns")?);
        Ok((format!("uniqueness ({columns})"), of))
    };
    // Those of CREATE TABLE have no name of their own that means anything.
    let sql = "SELECT list.origin, (SELECT group_concat(coalesce(name, '')) FROM pragma_index_info(list.name)) AS columns \
               FROM pragma_index_list(?1) AS list WHERE list.origin <> 'c'";
    parts.extend(self::parts(connection, sql, name, unique)?);
    Ok(parts)
}

fn index(connection: &Connection, name: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let column = |row: &Row<'_>| {
        let (position, column): (i64, Option<String>) = (row.get("seqno")?, row.get("name")?);
        let (descends, is_key): (bool, bool) = (row.get("desc")?, row.get("key")?);
        Ok((format!("place {position}"), format!("{} {descends} {is_key}", column.unwrap_or_default())))
    };
    let sql = "SELECT seqno, name, \"desc\", key FROM pragma_index_xinfo(?1)";
    let mut parts = parts(connection, sql, name, column)?;
    let of = |row: &Row<'_>| {
        let (table, unique, partial): (String, bool, bool) =
            (row.get("name")?, row.get("unique")?, row.get("partial")?);
        Ok(("table".to_owned(), format!("{table} {unique} {partial}")))
    };
    let sql = "SELECT tables.name, list.\"unique\", list.partial FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS list \
               WHERE tables.type = 'table' AND list.name = ?1";
    parts.extend(self::parts(connection, sql, name, of)?);
    Ok(parts)
}

fn parts(
    connection: &Connection,
    sql: &str,
    name: &str,
    part: impl FnMut(&Row<'_>) -> rusqlite::Result<(String, String)>,
) -> rusqlite::Result<BTreeMap<String, String>> {
    connection.prepare(sql)?.query_map([name], part)?.collect()
}

/// The version that a database says to have.
fn version(connection: &Connection) -> Result<i64, StoreError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(database_error)
}

/// Takes the steps that make `version` in an empty database.
fn steps_until(connection: &Connection, version: i64) -> Result<(), StoreError> {
    let steps = usize::try_from(version).unwrap_or(0);
    STEPS.iter().take(steps).try_for_each(|step| connection.execute_batch(step)).map_err(database_error)
}
