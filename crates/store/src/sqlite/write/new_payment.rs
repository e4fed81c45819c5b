//! A payment at version 1: first its two natural keys, which must be free, then its rows.

use std::sync::Arc;

use lommebok_domain::{Payment, PaymentId};
use rusqlite::{Connection, params};

use super::{Applied, Writer};
use crate::change::{Change, Committed, NewPayment};
use crate::codec;
use crate::fault::{CommitFault, WriteFault};
use crate::secret::Sealed;
use crate::sqlite::connections::run;
use crate::sqlite::fault::broken;
use crate::sqlite::natural_keys::{Key, KeyTable, Reservation};
use crate::sqlite::watermark::StoredAt;
use crate::sqlite::{due, idempotency};

impl Writer {
    pub(super) fn new_payment(&mut self, change: &Change, new: &NewPayment) -> Result<Applied, WriteFault> {
        let terms = &*new.terms;
        if terms.tenant != change.tenant {
            return Err(broken("a new payment must be its change's tenant's"));
        }
        let id = self.next_payment;
        let payment = Payment::initiate(PaymentId::new(id), Arc::clone(&new.terms), new.push_to);
        let key = Key { tenant: terms.tenant.get(), payment: id };
        let transaction = Reservation {
            table: KeyTable::Transaction,
            hash: self.natural_keys.hasher().transaction(terms.tenant, terms.psp, &terms.psp_transaction_id),
            key,
            owner: terms.psp.get(),
            text: terms.psp_transaction_id.as_str(),
        };
        let order = Reservation {
            table: KeyTable::Order,
            hash: self.natural_keys.hasher().order(terms.tenant, terms.merchant, &terms.merchant_order_id),
            key,
            owner: terms.merchant.get(),
            text: terms.merchant_order_id.as_str(),
        };
        let Some(slot) = self.natural_keys.reserve(&self.connection, transaction)? else {
            return Ok(Err(CommitFault::TransactionIdExists));
        };
        if self.natural_keys.reserve(&self.connection, order)?.is_none() {
            self.natural_keys.give_back(slot);
            return Ok(Err(CommitFault::OrderIdExists));
        }
        initiation(&self.connection, id, change, new)?;
        row(&self.connection, &payment)?;
        for (kind, at) in payment.due() {
            due::set(&self.connection, terms.tenant, payment.id, kind, at)?;
        }
        idempotency::store(&self.connection, change.tenant, change.idempotency.as_ref(), id)?;
        self.next_payment = id.saturating_add(1);
        Ok(Ok((Committed::NewPayment(payment.id), StoredAt::Initiation(id))))
    }
}

fn initiation(connection: &Connection, id: i64, change: &Change, new: &NewPayment) -> rusqlite::Result<()> {
    let terms = &*new.terms;
    let sql = "INSERT INTO initiation (id, tenant, psp, merchant, msn, psp_transaction_id, merchant_order_id, amount, \
               created_at, entrance, actor, change_id, psp_redirect_url, make_payment_url, payment_text, \
               sealed_make_payment_token, sealed_customer_number) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?3, ?11, ?12, ?13, ?14, ?15, ?16)";
    let params = params![
        id,
        terms.tenant.get(),
        terms.psp.get(),
        terms.merchant.get(),
        terms.msn.as_str(),
        terms.psp_transaction_id.as_str(),
        terms.merchant_order_id.as_str(),
        terms.amount.ore(),
        terms.created_at.as_millis(),
        codec::codes::entrance(terms.entrance),
        change.change_id.to_be_bytes(),
        terms.psp_redirect_url,
        terms.make_payment_url,
        terms.payment_text,
        new.sealed_make_payment_token.as_ref().map(Sealed::as_bytes),
        new.sealed_customer_number.as_ref().map(Sealed::as_bytes),
    ];
    run(connection, sql, params)?;
    Ok(())
}

fn row(connection: &Connection, payment: &Payment) -> rusqlite::Result<()> {
    let sql = "INSERT INTO payment (id, tenant, psp, version, state, state_at, card, user, prompts, reserved, captured, \
               released, refunded, notice, notice_at, waiting, state_data, partial_operations, without_effect) \
               VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, 0, 0, 0, 0, 0, NULL, 0, ?9, 0, 0)";
    let state = codec::state::columns(&payment.state);
    let params = params![
        payment.id.get(),
        payment.terms.tenant.get(),
        payment.terms.psp.get(),
        state.code,
        state.at,
        state.card,
        codec::payment::binding(payment.binding),
        payment.prompts,
        state.data.as_deref(),
    ];
    run(connection, sql, params)?;
    Ok(())
}
