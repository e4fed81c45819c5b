//! What a PSP has seen, connections and whole requests, from the outside: the ground truth of "at most once".

use serde_json::Value;

/// Everything that came.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Every connection, in the order of their coming.
    pub connections: Vec<Connection>,
    /// Every whole request, in the order in which their last byte came.
    pub requests: Vec<Request>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Every byte that came on it, whole requests or not.
    pub bytes: usize,
    /// How many of them came after the first whole request; anything but 0 is a fault of the caller.
    pub bytes_after_request: usize,
    /// Whether the caller has closed or lost it.
    pub closed: bool,
}

impl Log {
    /// The whole requests for one payment, attempts and notices.
    pub fn requests_for(&self, psp_transaction_id: &str) -> Vec<Request> {
        let of_payment = |request: &&Request| request.psp_transaction_id() == Some(psp_transaction_id);
        self.requests.iter().filter(of_payment).cloned().collect()
    }

    /// How many bytes came in all.
    pub fn bytes(&self) -> usize {
        self.connections.iter().fold(0, |sum, connection| sum.saturating_add(connection.bytes))
    }
}

/// A request to the PSP.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The index of its connection in the log.
    pub connection: usize,
    /// The method, `POST` if the wallet is right.
    pub method: String,
    /// The request's target: path and query.
    pub target: String,
    /// The headers in their order and spelling.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// The body as JSON; `Null` if it is none.
    pub json: Value,
}

impl Request {
    /// The value of the only header of this name, in any case of letters; `None` if there is none or more than one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let value = found.next()?.1.as_str();
        found.next().is_none().then_some(value)
    }

    /// Which payment it is about.
    pub fn psp_transaction_id(&self) -> Option<&str> {
        self.json.get("pspTransactionId")?.as_str()
    }

    /// `ACCEPTED`, `USER_CANCEL` or `TIMEOUT`.
    pub fn payment_state(&self) -> Option<&str> {
        self.json.get("paymentState")?.as_str()
    }

    /// A member of the network token, such as `cryptogram`.
    pub fn network_token(&self, member: &str) -> Option<&str> {
        self.json.get("networkToken")?.get(member)?.as_str()
    }

    /// Where an operation (`3dssuccess`, `3dscancel`, `3dsfailure`) leads.
    pub fn operation_url(&self, operation: &str) -> Option<&str> {
        let operations = self.json.get("operations")?.as_array()?;
        let named = |entry: &&Value| entry.get("operation").and_then(Value::as_str) == Some(operation);
        operations.iter().find(named)?.get("url")?.as_str()
    }

    /// Reads a request from the bytes of its connection; `None` until it is whole. The second value says how many bytes it took.
    pub(super) fn parse(connection: usize, bytes: &[u8]) -> Option<(Self, usize)> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let (head, rest) = bytes.split_at(end);
        let rest = rest.get(4..)?;
        let head = String::from_utf8_lossy(head);
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        let body = rest.get(..length)?.to_vec();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let taken = end.saturating_add(4).saturating_add(length);
        Some((Self { connection, method, target, headers, body, json }, taken))
    }
}
