//! The shop's orders: placed before anything is paid, and found again by number or by the handle in their address.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Database, DatabaseFault};
use crate::clock::Timestamp;
use crate::merchant_api::Flow;

/// The orders as one file.
#[derive(Clone, Debug)]
pub(crate) struct Orders(Database);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderRow {
    pub(crate) number: i64,
    pub(crate) handle: String,
    pub(crate) order_id: String,
    pub(crate) product: String,
    pub(crate) quantity: i64,
    pub(crate) amount: i64,
    pub(crate) flow: Flow,
    /// 8 digits, or nothing.
    pub(crate) phone: String,
    pub(crate) lang: String,
    pub(crate) payment: Option<String>,
    pub(crate) placed_at: Timestamp,
}

/// An order that is to be placed.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) handle: String,
    /// The form's own key: sent twice it is one order.
    pub(crate) once: String,
    pub(crate) order_id: String,
    pub(crate) product: String,
    pub(crate) quantity: i64,
    pub(crate) amount: i64,
    pub(crate) flow: Flow,
    pub(crate) phone: String,
    pub(crate) lang: String,
    pub(crate) placed_at: Timestamp,
}

const COLUMNS: &str =
    "number, handle, order_id, product, quantity, amount, way, phone, lang, payment, placed_at FROM shop_order";

impl Orders {
    pub(crate) fn open(path: &Path) -> Result<Self, DatabaseFault> {
        let by_payment = "CREATE INDEX shop_order_by_payment ON shop_order (payment);";
        Ok(Self(Database::open(path, &[include_str!("schema/shop.sql"), by_payment])?))
    }

    /// Places an order, or finds the one that the same form placed.
    pub(crate) async fn place(&self, new: NewOrder) -> Result<OrderRow, DatabaseFault> {
        self.0
            .write(move |transaction| {
                let sql = "INSERT INTO shop_order
                           (handle, once, order_id, product, quantity, amount, way, phone, lang, placed_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (once) DO NOTHING";
                let (what, how) = ((&new.product, new.quantity, new.amount), (new.flow.word(), &new.phone, &new.lang));
                let at = new.placed_at.as_millis();
                transaction.execute(
                    sql,
                    params![new.handle, new.once, new.order_id, what.0, what.1, what.2, how.0, how.1, how.2, at],
                )?;
                let placed = one(transaction, "once = ?1", &new.once)?;
                placed.ok_or_else(|| DatabaseFault::Row("an order that was placed is not there".to_owned()))
            })
            .await
    }

    /// Remembers an order's payment.
    pub(crate) async fn keep_payment(&self, number: i64, payment: String) -> Result<(), DatabaseFault> {
        let sql = "UPDATE shop_order SET payment = ?2 WHERE number = ?1";
        let kept = self.0.write(move |transaction| Ok(transaction.execute(sql, params![number, payment])?));
        kept.await.map(drop)
    }

    /// The order with this handle.
    pub(crate) async fn with_handle(&self, handle: String) -> Result<Option<OrderRow>, DatabaseFault> {
        self.0.read(move |connection| one(connection, "handle = ?1", &handle)).await
    }

    /// The order with this number.
    pub(crate) async fn with_number(&self, number: i64) -> Result<Option<OrderRow>, DatabaseFault> {
        self.0.read(move |connection| one(connection, "number = ?1", &number)).await
    }

    /// The order with this payment.
    pub(crate) async fn with_payment(&self, id: String) -> Result<Option<OrderRow>, DatabaseFault> {
        self.0.read(move |connection| one(connection, "payment = ?1", &id)).await
    }

    pub(crate) async fn newest(&self, limit: u32) -> Result<Vec<OrderRow>, DatabaseFault> {
        self.0
            .read(move |connection| {
                let sql = format!("SELECT {COLUMNS} ORDER BY number DESC LIMIT ?1");
                let mut statement = connection.prepare(&sql)?;
                let rows = statement.query_map([limit], read)?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }
}

fn one(
    connection: &Connection,
    condition: &str,
    value: &dyn rusqlite::ToSql,
) -> Result<Option<OrderRow>, DatabaseFault> {
    let sql = format!("SELECT {COLUMNS} WHERE {condition}");
    Ok(connection.query_row(&sql, [value], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<OrderRow> {
    Ok(OrderRow {
        number: row.get(0)?,
        handle: row.get(1)?,
        order_id: row.get(2)?,
        product: row.get(3)?,
        quantity: row.get(4)?,
        amount: row.get(5)?,
        // Every row was written by this program.
        flow: Flow::from_word(&row.get::<_, String>(6)?).unwrap_or_default(),
        phone: row.get(7)?,
        lang: row.get(8)?,
        payment: row.get(9)?,
        placed_at: Timestamp::from_millis(row.get(10)?),
    })
}
