//! The SDK's makePayment receiver against a bare axum route: what knowing the wallet, counting attempts and remembering
//! cost. There is no target for it; the figures are for those who choose a memory.

use std::rc::Rc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use super::{AT, keep};
use crate::connection::Connection;
use crate::identifiers::{self, Serials};
use crate::load::{Load, Pace, Target, measure};
use crate::process::Process;
use crate::receiver::{AUTHORIZATION, Form};
use crate::report::Report;

pub(super) async fn measure_all(report: &mut Report, pace: Pace) -> anyhow::Result<()> {
    for form in [Form::Bare, Form::InMemory, Form::Sqlite] {
        let (process, address) = Process::start_own(&["receiver", form.name(), "--listen", "127.0.0.1:0"])?;
        let serials = Rc::new(Serials::default());
        let step = async move |connection: &mut Connection| {
            connection.expect_ok(call(serials.next())).await?;
            Ok(())
        };
        let target = Target { process: &process, address };
        let measured = measure(&target, Load::closed(AT), pace, step).await?;
        keep(report, format!("makePayment receiver, {}, {AT} connections", form.name()), measured);
    }
    Ok(())
}

/// The wallet's call about a payment of its own.
fn call(serial: u64) -> Request<Full<Bytes>> {
    let request = Request::post("/makePayment").header("host", "psp").header("content-type", "application/json");
    let request = request.header("authorization", AUTHORIZATION).body(Full::from(body(serial)));
    request.expect("our headers are visible ASCII")
}

/// An approval as the wallet sends it.
fn body(serial: u64) -> String {
    let id = identifiers::transaction(serial);
    format!(
        "{{\"pspTransactionId\":\"{id}\",\"merchantSerialNumber\":\"100001\",\"paymentState\":\"ACCEPTED\",\
         \"paymentInstrument\":\"TOKEN\",\"binNumber\":\"492556\",\"networkToken\":{{\"number\":\"4895370013193500\",\
         \"expiryMonth\":\"03\",\"expiryYear\":\"2030\",\"cryptogram\":\"AlhlvxmN2ZKuAAESNFZ4GoABFA==\",\
         \"tokenType\":\"VISA\",\"eci\":\"07\"}},\"operations\":[\
         {{\"operation\":\"3dssuccess\",\"url\":\"http://127.0.0.1:8480/mobileintercept?transactionId=0&responsecode=OK\"}},\
         {{\"operation\":\"3dscancel\",\"url\":\"http://127.0.0.1:8480/mobileintercept?transactionId=0&responsecode=CANCEL\"}},\
         {{\"operation\":\"3dsfailure\",\"url\":\"http://127.0.0.1:8480/mobileintercept?transactionId=0&responsecode=FAIL\"}}]}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_json_about_a_payment_of_its_own() {
        let [one, other] = [1, 2].map(|serial| serde_json::from_str::<serde_json::Value>(&body(serial)).unwrap());
        assert_ne!(one["pspTransactionId"], other["pspTransactionId"]);
        assert_eq!(one["networkToken"]["expiryYear"], "2030");
    }
}
