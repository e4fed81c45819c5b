//! How a scripted PSP answers one request.

use serde_json::{Value, json};
use tokio::sync::watch;

use super::Request;

/// An answer, or the lack of one.
#[derive(Clone, Debug)]
pub enum Reply {
    /// `OK` for the request's payment.
    Ok,
    /// `FAIL` with this `errorId`.
    Fail(u32),
    /// `SOFT_DECLINE` (errorId 1036) with this `url3dSecure`.
    SoftDecline(String),
    /// 200 `{}`: how a notice is taken.
    Taken,
    /// This status with this JSON.
    Json(u16, Value),
    /// These bytes as they are, then the end of the connection.
    Raw(Vec<u8>),
    /// Bytes made of the request, then the end of the connection: a PSP that echoes.
    Echo(fn(&Request) -> Vec<u8>),
    /// These bytes, then silence on an open connection.
    RawThenNever(Vec<u8>),
    /// A reset instead of an answer.
    Reset,
    /// An orderly end of the connection instead of an answer.
    Close,
    /// No answer; the connection stays open.
    Never,
    /// Another reply once the gate opens.
    Held(Gate, Box<Reply>),
}

impl Reply {
    /// This reply, once `gate` opens.
    #[must_use]
    pub fn held_by(self, gate: &Gate) -> Self {
        Self::Held(gate.clone(), Box::new(self))
    }

    /// The bytes on the wire; `None` when the reply is not an HTTP answer that is built here.
    pub(super) fn to_bytes(&self, request: &Request) -> Option<Vec<u8>> {
        let id = request.psp_transaction_id().unwrap_or_default();
        let (status, body) = match self {
            Self::Ok => (200, json!({"paymentInfo": {"pspTransactionId": id, "status": "OK"}})),
            Self::Fail(error) => (200, with_error(&json!({"pspTransactionId": id, "status": "FAIL"}), *error)),
            Self::SoftDecline(url) => {
                let info = json!({"pspTransactionId": id, "status": "SOFT_DECLINE", "url3dSecure": url});
                (200, with_error(&info, 1036))
            }
            Self::Taken => (200, json!({})),
            Self::Json(status, body) => (*status, body.clone()),
            Self::Raw(bytes) | Self::RawThenNever(bytes) => return Some(bytes.clone()),
            Self::Echo(make) => return Some(make(request)),
            Self::Reset | Self::Close | Self::Never | Self::Held(..) => return None,
        };
        let body = body.to_string();
        let length = body.len();
        Some(
            format!("HTTP/1.1 {status} \r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
                .into_bytes(),
        )
    }
}

fn with_error(info: &Value, error: u32) -> Value {
    json!({
        "paymentInfo": info,
        "errorMessage": {"errorId": error.to_string(), "errorText": format!("scripted error {error}")},
    })
}

/// Holds replies back until the test opens it; once open it stays so. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self { open: watch::channel(false).0 }
    }

    /// Lets everything through that it holds, and whatever comes later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    pub(super) async fn opened(&self) {
        // This gate holds a sender of its own, so waiting cannot fail.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
