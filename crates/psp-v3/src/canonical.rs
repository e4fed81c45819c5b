//! The canonical bytes of a parsed request, over which the server computes the HMAC that tells "same key, same request"
//! from "same key, other request". Two bodies that mean the same (order of members, spaces, `"49900"` for `49900`) have
//! the same bytes; two that differ in any meaning never have. The bytes hold secrets: hash them at once, store them never.

/// Collects fields, each marked and prefixed by its length, so that no two lists of fields run together.
#[derive(Default)]
pub struct Canonical(Vec<u8>);

impl Canonical {
    /// Begins with the name of the request's kind, so that no two kinds are ever equal.
    pub fn of(kind: &str) -> Self {
        Self::default().text(kind)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.push(b'T');
        self.0.extend_from_slice(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// Adds a text that may be absent; absent and empty differ.
    #[must_use]
    pub fn optional(mut self, text: Option<&str>) -> Self {
        if let Some(text) = text {
            return self.text(text);
        }
        self.0.push(b'-');
        self
    }

    /// Adds bytes that may be absent; absent and empty differ.
    #[must_use]
    pub fn bytes(mut self, bytes: Option<&[u8]>) -> Self {
        if let Some(bytes) = bytes {
            self.0.push(b'B');
            self.0.extend_from_slice(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.0.extend_from_slice(bytes);
        } else {
            self.0.push(b'-');
        }
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, number: i64) -> Self {
        self.0.push(b'N');
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Adds a flag.
    #[must_use]
    pub fn flag(mut self, flag: bool) -> Self {
        self.0.push(if flag { b'1' } else { b'0' });
        self
    }

    /// The bytes, to be hashed.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Canonical;

    #[test]
    fn fields_never_run_together_and_absent_is_not_empty() {
        let lists = [
            Canonical::of("a").text("bc").text("d"),
            Canonical::of("a").text("b").text("cd"),
            Canonical::of("a").optional(None).text("d"),
            Canonical::of("a").optional(Some("")).text("d"),
            Canonical::of("a").number(1).flag(true),
            Canonical::of("a").number(1).flag(false),
        ];
        let mut bytes: Vec<_> = lists.into_iter().map(Canonical::into_bytes).collect();
        bytes.sort();
        bytes.dedup();
        assert_eq!(bytes.len(), 6);
    }
}
