//! Requests of updatestatus: each entry that is processed has one fate, and the fates agree with what waits and with the
//! refusals whose texts are kept.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::batch::{Fate, REFUSALS_KEPT};
use crate::codec;

/// Looks at every request, and at rows that belong to none.
pub(super) fn look(connection: &Connection, faults: &mut Vec<String>) -> rusqlite::Result<()> {
    let waiting = by_batch(connection, "SELECT batch, count(*) AS count FROM waiting_entry GROUP BY batch")?;
    let mut refusals = by_batch(connection, "SELECT batch, count(*) AS count FROM batch_refusal GROUP BY batch")?;
    let mut steps = by_batch(connection, "SELECT batch, count(*) AS count FROM batch_fate GROUP BY batch")?;
    let mut statement = connection.prepare("SELECT id, next FROM batch ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, next): (i64, i64) = (row.get("id")?, row.get("next")?);
        let kept = refusals.remove(&id).unwrap_or(0);
        steps.remove(&id);
        let mut fault = |what: &str| faults.push(format!("batch {id}: {what}"));
        let Some(fates) = fates(connection, id)? else {
            fault("what became of its entries can't be read");
            continue;
        };
        if i64::try_from(fates.len()) != Ok(next) {
            fault("not every entry that has had its turn has a fate");
        }
        let count = |wanted: fn(&Fate) -> bool| i64::try_from(fates.iter().filter(|fate| wanted(fate)).count());
        if count(|fate| *fate == Fate::Waiting) != Ok(waiting.get(&id).copied().unwrap_or(0)) {
            fault("its number of waiting entries is not theirs");
        }
        let refused = count(|fate| matches!(fate, Fate::Refused(_)));
        if refused.map(|refused| refused.min(REFUSALS_KEPT.into())) != Ok(kept) {
            fault("its first refused entries are not kept");
        }
        if !codes_agree(connection, id, &fates)? {
            fault("a refused entry has two reasons");
        }
    }
    for (table, left) in [("batch_refusal", refusals), ("batch_fate", steps)] {
        faults.extend(left.keys().map(|id| format!("{table} has rows of batch {id}, which does not exist")));
    }
    Ok(())
}

fn by_batch(connection: &Connection, sql: &str) -> rusqlite::Result<HashMap<i64, i64>> {
    connection.prepare(sql)?.query_map([], |row| Ok((row.get("batch")?, row.get("count")?)))?.collect()
}

/// The fates of a request, or `None` when its steps do not follow each other or no fate has a byte.
fn fates(connection: &Connection, id: i64) -> rusqlite::Result<Option<Vec<Fate>>> {
    let sql = "SELECT position, fates FROM batch_fate WHERE batch = ?1 ORDER BY position";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut fates = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref("fates")?.as_blob()?;
        let read: Option<Vec<Fate>> = bytes.iter().map(|byte| codec::codes::read_fate(*byte)).collect();
        match read {
            Some(read) if i64::try_from(fates.len()) == Ok(row.get("position")?) => fates.extend(read),
            Some(_) | None => return Ok(None),
        }
    }
    Ok(Some(fates))
}

fn codes_agree(connection: &Connection, id: i64, fates: &[Fate]) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("SELECT position, code FROM batch_refusal WHERE batch = ?1")?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        let code = lommebok_domain::RefusalCode::named(row.get_ref("code")?.as_str()?);
        let fate = usize::try_from(row.get::<_, i64>("position")?).ok().and_then(|position| fates.get(position));
        if fate != Some(&Fate::Refused(code)) {
            return Ok(false);
        }
    }
    Ok(true)
}
