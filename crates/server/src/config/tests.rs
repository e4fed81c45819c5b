//! Layers, faults with their places, and the agreement of the commented default file with the list of settings.

use std::collections::BTreeSet;
use std::path::Path;

use lommebok_engine::keys::DataDirectory;
use lommebok_engine::randomness::Randomness;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::tokens::MagicTokens;

use super::*;

fn file(text: &str) -> Sources {
    Sources { file: Some(("lommebok.toml".into(), text.to_owned())), ..Sources::default() }
}

fn flag(mut sources: Sources, name: &str, value: &str) -> Sources {
    sources.flags.insert(name.to_owned(), value.to_owned());
    sources
}

fn environment(mut sources: Sources, name: &str, value: &str) -> Sources {
    sources.environment.insert(name.to_owned(), value.to_owned());
    sources
}

fn dev_faults(sources: &Sources) -> String {
    DevConfig::load(sources).expect_err("there is a fault").to_string()
}

#[test]
fn without_a_word_the_defaults_hold() {
    let config = DevConfig::load(&Sources::default()).unwrap();
    assert_eq!(config.network.listen.to_string(), "127.0.0.1:8480");
    assert_eq!(config.network.origin_at(config.network.listen), "http://127.0.0.1:8480");
    assert_eq!(config.network.limits, lommebok_web::listener::Limits::default());
    assert_eq!(config.network.body_limit_bytes, 1_048_576);
    assert_eq!(config.network.batch_body_limit_bytes, 8_388_608);
    assert_eq!(config.network.body_wait.as_millis(), u128::from(lommebok_web::listener::BODY_WAIT_MS));
    assert_eq!(config.payments.batch, BatchTime::Immediate);
    assert_eq!(config.payments.calls_in_flight_per_psp, 256);
    assert_eq!(config.access_tokens.lifetime_s, 3_600);
    assert_eq!(config.sandbox.magic_tokens, MagicTokens::Card);
    assert_eq!(config.data.data_dir, Path::new(".lommebok"));
    assert_eq!((config.data.database, config.data.seed_file), (None, None));
}

#[test]
fn flag_counts_before_environment_before_file_before_default() {
    let name = "LOMMEBOK_BRAND_NAME";
    let brand = |sources: &Sources| DevConfig::load(sources).unwrap().appearance.brand_name;
    let from_file = file("brand_name = \"file\"");
    let from_environment = environment(from_file.clone(), name, "environment");
    let from_flag = flag(from_environment.clone(), "brand_name", "flag");
    let brands = [&Sources::default(), &from_file, &from_environment, &from_flag].map(brand);
    assert_eq!(brands, ["Lommebok", "file", "environment", "flag"]);
}

#[test]
fn all_faults_come_together_each_with_its_place() {
    let text = "listen = \"here\"\n\n# a comment\nlistn = 1\nconnections = 0\nbatch = \"25:00\"\nbrand_colour = 7\n[log]\nlevel = 1\n";
    let sources = environment(flag(file(text), "token_lifetime_s", "soon"), "LOMMEBOK_MAGIC_TOKENS", "mine");
    let faults = dev_faults(&sources);
    let mut lines: Vec<&str> = faults.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "--token-lifetime-s: must be a whole number from 60 to 604800",
            "environment: LOMMEBOK_MAGIC_TOKENS: must be \"card\" or \"vendor\"",
            "lommebok.toml, line 1: listen: must be an IP address or localhost, and a port, such as 127.0.0.1:8480, localhost:8480 or [::1]:8480",
            "lommebok.toml, line 4: listn: unknown setting",
            "lommebok.toml, line 5: connections: must be a whole number from 1 to 1000000",
            "lommebok.toml, line 6: batch: must be \"immediate\", \"on_demand\" or a time of day such as \"02:00\"",
            "lommebok.toml, line 7: brand_colour: must be # and six hex digits",
            "lommebok.toml, line 8: log: unknown setting",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    for (text, line) in
        [("listen = \n", 1), ("\nlisten = \"a\"\nlisten = \"b\"\n", 3), ("\n\n= 1", 3), ("brand_name = \"\n", 1)]
    {
        let faults = dev_faults(&file(text));
        assert!(faults.contains(&format!("lommebok.toml, line {line}: ")), "{text:?}: {faults}");
    }
    for wrong in ["1.5", "true", "[1]", "02:00:00", "0x10", "{ a = 1 }"] {
        let faults = dev_faults(&file(&format!("connections = {wrong}")));
        assert!(faults.contains("line 1: connections: must be a text or a whole number"), "{faults}");
    }
}

#[test]
fn values_that_cannot_be_are_refused() {
    let cases = [
        ("public_url", "127.0.0.1:8480"),
        ("public_url", "ftp://wallet.example"),
        ("public_url", "https://wallet.example/path"),
        ("public_url", "https://wallet.example?q"),
        ("public_url", "https://user@wallet.example"),
        ("public_url", "https://"),
        ("listen", "localhost"),
        ("listen", "localhost:"),
        ("listen", "localhost:+1"),
        ("listen", "localhost:65536"),
        ("listen", "wallet.example:8480"),
        ("listen", "8480"),
        ("allowed_host", "wallet.test:8480"),
        ("allowed_host", "https://wallet.test"),
        ("allowed_host", "wallet.test,"),
        ("allowed_host", "wallet.test;shop.test"),
        ("listen", "127.0.0.1"),
        ("listen", "127.0.0.1:65536"),
        ("rate_limits", "yes"),
        ("init_rate", "200"),
        ("init_rate", "0/s"),
        ("init_rate", "-1/s"),
        ("landing_rate", "5/day"),
        ("sign_in_rate", "2000000/s"),
        ("batch", "2:00"),
        ("batch", "24:00"),
        ("batch", "02:60"),
        ("batch", "Immediate"),
        ("batch", ""),
        ("connections", "-1"),
        ("connections_per_address", "0"),
        ("idle_s", "0"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("trusted_proxies", "localhost"),
        ("connections", "1e3"),
        ("calls_in_flight_per_psp", "0"),
        ("token_audience", "me"),
        ("token_issuer", ""),
        ("token_issuer", "a b"),
        ("brand_name", ""),
        ("brand_name", "a\nb"),
        ("brand_colour", "red"),
        ("brand_colour", "#12345g"),
        ("brand_colour", "#fff;} body {"),
        ("log_level", ""),
        ("log_level", "loud=very"),
        ("log_format", "xml"),
        ("data_dir", ""),
        ("database_url", "lommebok.db"),
        ("database_url", "sqlite:"),
        ("database_url", "postgres://localhost/lommebok"),
        ("magic_tokens", "Card"),
        ("outgoing_ca_file", ""),
        ("psp_listen", "8482"),
        ("shop", "yes"),
        ("shop_listen", "8481"),
        ("shop_public_url", "shop.example"),
        ("psp_reports", "daily"),
        ("psp_if_missing", "ignore"),
        ("target_limit_bytes", "65536"),
    ];
    for (name, value) in cases {
        let faults = dev_faults(&flag(Sources::default(), name, value));
        assert_eq!(faults.lines().count(), 1, "{faults}");
        let started = format!("--{}: ", name.replace('_', "-"));
        assert!(faults.starts_with(&started), "{faults}");
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_shown() {
    for setting in settings().iter().filter(|setting| setting.dev != Unset::Absent) {
        if let Err(faults) = DevConfig::load(&flag(Sources::default(), setting.name, "5ecret 5ecret")) {
            assert!(!faults.to_string().contains("5ecret"), "{faults}");
        }
    }
}

#[test]
fn values_are_brought_into_one_form() {
    let load = |name, value| DevConfig::load(&flag(Sources::default(), name, value)).unwrap();
    let origin = |value| load("public_url", value).network.public_url.unwrap();
    assert_eq!(origin("HTTPS://Wallet.Example:443/"), "https://wallet.example");
    assert_eq!(origin("http://localhost:8480"), "http://localhost:8480");
    let batch = |value| load("batch", value).payments.batch;
    assert_eq!(batch("02:30"), BatchTime::Daily(jiff::civil::time(2, 30, 0, 0)));
    assert_eq!(batch("on_demand"), BatchTime::OnDemand);
    let anywhere = load("listen", "0.0.0.0:0").network;
    assert_eq!(anywhere.origin_at("0.0.0.0:4711".parse().unwrap()), "http://127.0.0.1:4711");
    assert_eq!(anywhere.origin_at("[::]:4711".parse().unwrap()), "http://[::1]:4711");
    assert_eq!(load("database_url", "sqlite:a/b.db").data.database.unwrap(), Path::new("a/b.db"));
}

#[test]
fn a_port_that_nobody_set_follows_the_wallets_and_one_that_was_set_anywhere_stays() {
    let addresses = |sources: &Sources| {
        let config = DevConfig::load(sources).unwrap();
        [config.network.listen, config.sample_psp.shop_listen, config.sample_psp.psp_listen].map(|at| at.to_string())
    };
    let listen = |at: &str| flag(Sources::default(), "listen", at);
    assert_eq!(addresses(&Sources::default()), ["127.0.0.1:8480", "127.0.0.1:8481", "127.0.0.1:8482"]);
    assert_eq!(addresses(&listen("127.0.0.1:0")), ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"]);
    assert_eq!(addresses(&listen("0.0.0.0:8480")), ["0.0.0.0:8480", "0.0.0.0:8481", "0.0.0.0:8482"]);
    assert_eq!(addresses(&listen("[::]:9000")), ["[::]:9000", "[::]:8481", "[::]:8482"]);
    assert_eq!(addresses(&listen("LocalHost:0")), ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"]);
    assert_eq!(addresses(&listen("127.0.0.1:8482")), ["127.0.0.1:8482", "127.0.0.1:8481", "127.0.0.1:0"]);
    for sources in [
        flag(listen("127.0.0.1:0"), "psp_listen", "localhost:7001"),
        environment(listen("127.0.0.1:0"), "LOMMEBOK_PSP_LISTEN", "127.0.0.1:7001"),
        flag(file("psp_listen = \"127.0.0.1:7001\""), "listen", "127.0.0.1:0"),
        environment(file("psp_listen = \"127.0.0.1:7001\""), "LOMMEBOK_LISTEN", "127.0.0.1:0"),
    ] {
        assert_eq!(addresses(&sources), ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:7001"]);
    }
}

#[test]
fn allowed_hosts_are_read_from_commas_and_from_a_list_and_an_empty_text_is_none() {
    let hosts = |sources: Sources| {
        let network = DevConfig::load(&sources).unwrap().network;
        let known = network.known_hosts("http://127.0.0.1:8480");
        ["wallet.test", "shop.test", "evil.test"].map(|host| known.knows(host))
    };
    assert_eq!(hosts(flag(Sources::default(), "allowed_host", "wallet.test, Shop.test")), [true, true, false]);
    assert_eq!(hosts(environment(Sources::default(), "LOMMEBOK_ALLOWED_HOST", "")), [false, false, false]);
    assert_eq!(hosts(file("allowed_host = [\"wallet.test\", \"shop.test\"]")), [true, true, false]);
    assert_eq!(hosts(file("allowed_host = \"shop.test\"")), [false, true, false]);
    let fault = dev_faults(&file("allowed_host = [{}]"));
    assert_eq!(fault, "lommebok.toml, line 1: allowed_host: must be a text or a list of texts, not of type array");
}

#[test]
fn each_setting_can_say_by_what_it_is_changed() {
    for setting in settings() {
        assert_eq!(set_by(setting.name).starts_with("--"), !setting.secret, "{}", setting.name);
    }
    assert_eq!(set_by("control_token"), "LOMMEBOK_CONTROL_TOKEN");
    assert_eq!(set_by("psp_listen"), "--psp-listen or LOMMEBOK_PSP_LISTEN");
}

#[test]
fn serve_names_everything_that_it_lacks() {
    let faults = ServeConfig::load(&Sources::default()).expect_err("nothing is there").to_string();
    let missing =
        ["public_url", "database_url", "master_keys_file", "signing_key_file", "control_token_file", "token_service"];
    assert_eq!(faults.lines().collect::<Vec<_>>(), missing.map(|name| format!("{name}: is missing")));
}

#[test]
fn serve_refuses_what_is_a_sandboxs_and_what_is_not_safe() {
    let text = "magic_tokens = \"vendor\"\ndata_dir = \"x\"\npublic_url = \"http://wallet.example\"\n\
                token_service = \"simulated\"\nmaster_keys_file = \"/nowhere/keys\"\nseed_file = \"s\"\npsp_listen = \"x\"\n";
    let faults = ServeConfig::load(&file(text)).expect_err("much is wrong").to_string();
    for expected in [
        "line 1: magic_tokens: belongs to `lommebok dev` only",
        "line 2: data_dir: belongs to `lommebok dev` only",
        "line 3: public_url: must be https",
        "line 4: token_service: none but the simulated one exists yet",
        "line 5: master_keys_file: /nowhere/keys: ",
        "line 6: seed_file: belongs to `lommebok dev` only",
        "line 7: psp_listen: belongs to `lommebok dev` only",
        "signing_key_file: is missing",
    ] {
        assert!(faults.contains(expected), "{expected}\n--\n{faults}");
    }
    let dev = dev_faults(&file("token_service = \"x\""));
    assert_eq!(dev, "lommebok.toml, line 1: token_service: belongs to `lommebok serve` only");
}

#[tokio::test]
async fn with_all_else_in_place_serve_lacks_the_token_service_only() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    let randomness = Randomness::seeded(1);
    directory.master_keys(&randomness).unwrap();
    directory.control_token(None, &randomness).unwrap();
    lommebok_engine::keys::SigningKey::load_or_make(&directory, &Tasks::new()).unwrap().ready().await.unwrap();
    let inside = |name: &str| scratch.path().join(name).display().to_string();
    let sources = [
        ("public_url", "https://wallet.example".to_owned()),
        ("database_url", "sqlite:/var/lib/lommebok.db".to_owned()),
        ("master_keys_file", inside("master-keys.toml")),
        ("signing_key_file", inside("signing-key.pem")),
        ("control_token_file", inside("control-token")),
    ]
    .iter()
    .fold(Sources::default(), |sources, (name, value)| flag(sources, name, value));
    let faults = ServeConfig::load(&sources).expect_err("the token service is missing").to_string();
    assert_eq!(faults, "token_service: is missing");
}

#[test]
fn a_misspelt_environment_variable_is_told_of_and_a_platforms_own_does_no_harm() {
    let sources = ["LOMMEBOK_PUBLIC_ULR", "LOMMEBOK_URL", "LOMMEBOK_CONFIG", "LOMMEBOK_LISTEN", "PATH"]
        .iter()
        .fold(Sources::default(), |sources, name| environment(sources, name, "127.0.0.1:1"));
    assert_eq!(sources.unknown_environment(), ["LOMMEBOK_PUBLIC_ULR"]);
    DevConfig::load(&sources).unwrap();
}

#[test]
fn the_commented_default_file_changes_nothing_and_names_every_setting_in_order_with_its_default() {
    DevConfig::load(&file(commented_default())).unwrap();
    let written: Vec<_> =
        commented_default().lines().filter_map(|line| documentation::assignment(line.strip_prefix('#')?)).collect();
    assert_eq!(
        written.iter().map(|(setting, _)| setting.name).collect::<Vec<_>>(),
        settings().iter().map(|s| s.name).collect::<Vec<_>>()
    );
    for (setting, value) in written {
        if let Unset::Value(default) = setting.dev {
            assert_eq!(value.trim_matches('"'), default, "{}", setting.name);
        }
    }
}

#[test]
fn the_commented_default_file_holds_when_its_comments_are_removed() {
    let of = |mode: fn(&Setting) -> Unset| {
        let lines = commented_default().lines().filter_map(|line| line.strip_prefix('#'));
        let known = lines.filter(|line| documentation::assignment(line).is_some_and(|(s, _)| mode(s) != Unset::Absent));
        known.collect::<Vec<_>>().join("\n")
    };
    DevConfig::load(&file(&of(|setting| setting.dev))).unwrap();
    let faults = ServeConfig::load(&file(&of(|setting| setting.serve))).expect_err("example paths lead nowhere").0;
    let named: BTreeSet<_> = faults.iter().map(|fault| fault.name.as_str()).collect();
    let expected = ["control_token_file", "master_keys_file", "public_url", "signing_key_file", "token_service"];
    assert_eq!(named, expected.into());
}

#[test]
fn the_page_of_documentation_has_every_setting() {
    let page = documentation();
    for setting in settings() {
        let flag = format!("`--{} <{}>`, ", setting.flag_name(), setting.value_name);
        let flag = if setting.secret { "" } else { &flag };
        let heading = format!("\n### `{}`\n\n{flag}`{}`; ", setting.name, setting.environment_name());
        assert!(page.contains(&heading), "{}", setting.name);
    }
    assert!(page.contains("`LOMMEBOK_CALLS_IN_FLIGHT_PER_PSP`; default `256`."));
}
