//! The list of all settings: names, and what happens when nobody sets them. What they mean says the commented default file.

/// Which server reads the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `lommebok dev`.
    Dev,
    /// `lommebok serve`.
    Serve,
}

/// What happens when nobody sets a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// This value counts.
    Value(&'static str),
    /// It is worked out from other settings, or there is none.
    Derived,
    /// The server refuses to start.
    Wanted,
    /// This server knows no such setting.
    Absent,
}

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file; `LOMMEBOK_` and capitals in the environment; with hyphens as a flag.
    pub name: &'static str,
    /// Unset in `lommebok dev`.
    pub dev: Unset,
    /// Unset in `lommebok serve`.
    pub serve: Unset,
    /// Whether it takes several values: between commas, as a flag that comes again, or as a list in the file.
    pub many: bool,
}

impl Setting {
    /// The name of its environment variable.
    pub fn environment_name(&self) -> String {
        format!("LOMMEBOK_{}", self.name.to_ascii_uppercase())
    }

    /// The name of its flag, without the hyphens before it.
    pub fn flag_name(&self) -> String {
        self.name.replace('_', "-")
    }

    pub(super) const fn default_in(&self, mode: Mode) -> Unset {
        match mode {
            Mode::Dev => self.dev,
            Mode::Serve => self.serve,
        }
    }
}

const fn both(name: &'static str, value: &'static str) -> Setting {
    Setting { name, dev: Unset::Value(value), serve: Unset::Value(value), many: false }
}

const fn apart(name: &'static str, dev: &'static str, serve: &'static str) -> Setting {
    Setting { name, dev: Unset::Value(dev), serve: Unset::Value(serve), many: false }
}

const fn dev_only(name: &'static str, dev: Unset) -> Setting {
    Setting { name, dev, serve: Unset::Absent, many: false }
}

const fn wanted(name: &'static str, dev: Unset) -> Setting {
    Setting { name, dev, serve: Unset::Wanted, many: false }
}

const SETTINGS: &[Setting] = &[
    both("listen", "127.0.0.1:8480"),
    wanted("public_url", Unset::Derived),
    Setting { name: "trusted_proxies", dev: Unset::Derived, serve: Unset::Derived, many: false },
    Setting { name: "allowed_host", dev: Unset::Derived, serve: Unset::Absent, many: true },
    both("connections", "10000"),
    both("connections_per_address", "1000"),
    both("idle_s", "75"),
    both("target_limit_bytes", "8192"),
    both("header_limit_bytes", "16384"),
    both("header_wait_s", "10"),
    both("body_limit_bytes", "1048576"),
    both("batch_body_limit_bytes", "8388608"),
    both("body_wait_s", "30"),
    dev_only("data_dir", Unset::Value(crate::keys::DataDirectory::DEFAULT_PATH)),
    wanted("database_url", Unset::Derived),
    dev_only("seed_file", Unset::Derived),
    apart("batch", "immediate", "02:00"),
    both("calls_in_flight_per_psp", "256"),
    dev_only("magic_tokens", Unset::Value("card")),
    dev_only("outgoing_ca_file", Unset::Derived),
    dev_only("shop", Unset::Value("on")),
    dev_only("shop_listen", Unset::Derived),
    dev_only("shop_public_url", Unset::Derived),
    dev_only("psp_listen", Unset::Derived),
    dev_only("psp_public_url", Unset::Derived),
    dev_only("psp_reports", Unset::Value("at_once")),
    dev_only("psp_if_missing", Unset::Value("reserve")),
    apart("token_lifetime_s", "3600", "86400"),
    Setting { name: "token_issuer", dev: Unset::Derived, serve: Unset::Derived, many: false },
    both("token_audience", "8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948"),
    both("brand_name", "Lommebok"),
    both("brand_colour", "#0b6e4f"),
    both("log_level", "info"),
    both("log_format", "auto"),
    apart("log_calls_per_s", "1000", "100"),
    wanted("master_keys_file", Unset::Absent),
    wanted("signing_key_file", Unset::Absent),
    wanted("control_token_file", Unset::Absent),
    wanted("token_service", Unset::Absent),
];

/// All settings, in the order of the commented default file. The command line makes its flags from them.
pub const fn settings() -> &'static [Setting] {
    SETTINGS
}

pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
