//! Wrong PINs, counted by number and where it was tried from: found, counted, reset. The rules are `domain::wrong_pins`'.
//!
//! What is read and written is the same whether a user has the number or not. The rows are numbered as they are written, so that
//! the oldest go when there are too many, without counting them: each try removes as many as it adds.

use lommebok_domain::{PinCount, TenantId, Timestamp, WrongPins};
use rusqlite::{Connection, OptionalExtension, params};

use crate::records::TriedFrom;
use crate::secret::KeyedHash;

/// Counts that are remembered at most, of all numbers together.
const MAX_REMEMBERED: i64 = 1_000_000;

/// What a try counts for.
fn counts(from: &TriedFrom) -> impl Iterator<Item = (PinCount, KeyedHash)> {
    let (source, all) = match *from {
        TriedFrom::KnownBrowser(browser) => (browser, None),
        TriedFrom::Address { here, anywhere } => (here, Some((PinCount::AllAddresses, anywhere))),
    };
    std::iter::once((PinCount::Source, source)).chain(all)
}

/// Until when no PIN from there is looked at.
pub(crate) fn locked_until(
    connection: &Connection,
    from: &TriedFrom,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let mut until = None;
    for (count, source) in counts(from) {
        until = until.max(count.locked_until(read(connection, &source)?, now));
    }
    Ok(until)
}

pub(super) fn count(
    connection: &Connection,
    tenant: TenantId,
    from: &TriedFrom,
    now: Timestamp,
) -> rusqlite::Result<()> {
    for (count, source) in counts(from) {
        let wrong = count.with_another(read(connection, &source)?, now);
        let sql = "INSERT OR REPLACE INTO pin_tries (number, tenant, source, wrong, since) \
                   VALUES ((SELECT coalesce(max(number), 0) + 1 FROM pin_tries), ?1, ?2, ?3, ?4)";
        let params = params![tenant.get(), source.as_bytes(), wrong.count, wrong.since.as_millis()];
        connection.prepare_cached(sql)?.execute(params)?;
    }
    forget_oldest(connection, MAX_REMEMBERED)
}

/// A right PIN ends the count of its source; that of all addresses stays, or a guesser who knows one PIN could go on.
pub(super) fn reset(connection: &Connection, from: &TriedFrom) -> rusqlite::Result<()> {
    let (TriedFrom::KnownBrowser(source) | TriedFrom::Address { here: source, .. }) = from;
    connection.prepare_cached("DELETE FROM pin_tries WHERE source = ?1")?.execute([source.as_bytes()])?;
    Ok(())
}

columns!(wrong_columns, wrong_column { pin_tries { wrong, since } });

fn read(connection: &Connection, source: &KeyedHash) -> rusqlite::Result<Option<WrongPins>> {
    let sql = select!(wrong_columns, "FROM pin_tries WHERE source = ?1");
    let found = connection.prepare_cached(sql)?.query_row([source.as_bytes()], |row| {
        Ok(WrongPins {
            count: row.get(wrong_column::wrong)?,
            since: Timestamp::from_millis(row.get(wrong_column::since)?),
        })
    });
    found.optional()
}

fn forget_oldest(connection: &Connection, most: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM pin_tries WHERE number <= (SELECT max(number) FROM pin_tries) - ?1";
    connection.prepare_cached(sql)?.execute([most])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;

    const TENANT: TenantId = TenantId::new(1);
    const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);

    fn browser(number: u8) -> TriedFrom {
        TriedFrom::KnownBrowser(KeyedHash::new([number; 32]))
    }

    /// The browsers of the first ten that have a count.
    fn remembered(connection: &Connection) -> Vec<u8> {
        let has = |number: &u8| read(connection, &KeyedHash::new([*number; 32])).expect("it is read").is_some();
        (0..10).filter(has).collect()
    }

    #[test]
    fn when_too_many_are_remembered_those_whose_last_wrong_pin_is_the_oldest_go() {
        let connection = Connection::open_in_memory().expect("a database in memory opens");
        schema::migrate(&connection).expect("the tables are made");
        for number in [0, 1, 2, 3, 4, 0, 5] {
            count(&connection, TENANT, &browser(number), NOW).expect("it is counted");
        }
        forget_oldest(&connection, 7).expect("nothing is forgotten");
        assert_eq!(remembered(&connection), [0, 1, 2, 3, 4, 5]);
        forget_oldest(&connection, 4).expect("the oldest are forgotten");
        assert_eq!(remembered(&connection), [0, 3, 4, 5]);
        reset(&connection, &browser(5)).expect("it is reset");
        count(&connection, TENANT, &browser(6), NOW).expect("it is counted");
        assert_eq!(remembered(&connection), [0, 3, 4, 6]);
    }
}
