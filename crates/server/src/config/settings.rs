//! The list of all settings: names, and what happens when they are not set. The commented default file explains them.

/// Which server reads the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `lommebok dev`.
    Dev,
    /// `lommebok serve`.
    Serve,
}

/// What happens when a setting is not set.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file; `LOMMEBOK_` and capitals in the environment; with hyphens as a flag, unless it is a secret.
    pub name: &'static str,
    /// What its value is, in a word for the help; the values themselves, with `|` between them, where there are few.
    pub value_name: &'static str,
    /// Unset in `lommebok dev`.
    pub dev: Unset,
    /// Unset in `lommebok serve`.
    pub serve: Unset,
    /// Whether it takes several values: between commas, as a flag that comes again, or as a list in the file.
    pub many: bool,
    /// Whether the help of `lommebok dev` has it before all sections.
    pub everyday: bool,
    /// Whether it is a secret: it is no flag, since everybody on a machine sees those.
    pub secret: bool,
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

    /// Its values, where there are few.
    pub fn values(&self) -> Option<Vec<&'static str>> {
        self.value_name.contains('|').then(|| self.value_name.split('|').collect())
    }

    pub(super) const fn default_in(&self, mode: Mode) -> Unset {
        match mode {
            Mode::Dev => self.dev,
            Mode::Serve => self.serve,
        }
    }
}

const fn setting(name: &'static str, value_name: &'static str, dev: Unset, serve: Unset) -> Setting {
    Setting { name, value_name, dev, serve, many: false, everyday: false, secret: false }
}

const fn both(name: &'static str, value_name: &'static str, value: &'static str) -> Setting {
    setting(name, value_name, Unset::Value(value), Unset::Value(value))
}

const fn apart(name: &'static str, value_name: &'static str, dev: &'static str, serve: &'static str) -> Setting {
    setting(name, value_name, Unset::Value(dev), Unset::Value(serve))
}

const fn dev_only(name: &'static str, value_name: &'static str, dev: Unset) -> Setting {
    setting(name, value_name, dev, Unset::Absent)
}

const fn wanted(name: &'static str, value_name: &'static str, dev: Unset) -> Setting {
    setting(name, value_name, dev, Unset::Wanted)
}

const fn several(setting: Setting) -> Setting {
    Setting { many: true, ..setting }
}

const fn secret(setting: Setting) -> Setting {
    Setting { secret: true, ..setting }
}

const fn everyday(setting: Setting) -> Setting {
    Setting { everyday: true, ..setting }
}

const SETTINGS: &[Setting] = &[
    everyday(both("listen", "ADDRESS", "127.0.0.1:8480")),
    everyday(wanted("public_url", "URL", Unset::Derived)),
    everyday(several(dev_only("allowed_host", "HOST", Unset::Derived))),
    several(setting("trusted_proxies", "ADDRESS", Unset::Derived, Unset::Derived)),
    both("connections", "NUMBER", "10000"),
    both("connections_per_address", "NUMBER", "1000"),
    both("idle_s", "SECONDS", "75"),
    both("target_limit_bytes", "BYTES", "8192"),
    both("header_limit_bytes", "BYTES", "16384"),
    both("header_wait_s", "SECONDS", "10"),
    both("body_limit_bytes", "BYTES", "1048576"),
    both("batch_body_limit_bytes", "BYTES", "8388608"),
    both("body_wait_s", "SECONDS", "30"),
    apart("rate_limits", "on|off", "off", "on"),
    both("init_rate", "RATE", "200/s"),
    both("details_rate", "RATE", "500/s"),
    both("updatestatus_rate", "RATE", "20/s"),
    both("merchants_rate", "RATE", "20/s"),
    both("access_token_rate", "RATE", "5/s"),
    both("sign_in_rate", "RATE", "10/s"),
    both("landing_rate", "RATE", "50/s"),
    everyday(dev_only("data_dir", "DIR", Unset::Value(lommebok_engine::keys::DataDirectory::DEFAULT_PATH))),
    wanted("database_url", "URL", Unset::Derived),
    everyday(dev_only("seed_file", "FILE", Unset::Derived)),
    secret(dev_only("control_token", "TOKEN", Unset::Derived)),
    everyday(apart("batch", "WHEN", "immediate", "02:00")),
    apart("batch_kept_days", "DAYS", "7", "90"),
    both("calls_in_flight_per_psp", "NUMBER", "256"),
    apart("prompts_per_number", "NUMBER", "100", "5"),
    dev_only("magic_tokens", "card|vendor", Unset::Value("card")),
    dev_only("outgoing_ca_file", "FILE", Unset::Derived),
    dev_only("shop", "on|off", Unset::Value("on")),
    dev_only("shop_listen", "ADDRESS", Unset::Derived),
    dev_only("shop_public_url", "URL", Unset::Derived),
    dev_only("psp_listen", "ADDRESS", Unset::Derived),
    dev_only("psp_public_url", "URL", Unset::Derived),
    dev_only("psp_reports", "at_once|collected", Unset::Value("at_once")),
    dev_only("psp_if_missing", "reserve|reverse", Unset::Value("reserve")),
    apart("token_lifetime_s", "SECONDS", "3600", "86400"),
    setting("token_issuer", "URI", Unset::Derived, Unset::Derived),
    both("token_audience", "GUID", "8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948"),
    both("brand_name", "NAME", "Lommebok"),
    both("brand_colour", "COLOUR", "#0b6e4f"),
    everyday(both("log_level", "LEVEL", "info")),
    both("log_format", "json|human|auto", "auto"),
    apart("log_calls_per_s", "NUMBER", "1000", "100"),
    dev_only("exchanges_max_bytes", "BYTES", Unset::Value("67108864")),
    dev_only("exchanges_max_age_h", "HOURS", Unset::Value("24")),
    wanted("master_keys_file", "FILE", Unset::Absent),
    wanted("signing_key_file", "FILE", Unset::Absent),
    wanted("control_token_file", "FILE", Unset::Absent),
    wanted("token_service", "NAME", Unset::Absent),
];

/// All settings, in the order of the commented default file. The command line makes its flags from them.
pub const fn settings() -> &'static [Setting] {
    SETTINGS
}

pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
