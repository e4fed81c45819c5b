//! The data directory: made once, private, held by one process, and its content survives a restart.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{
    DataDirectory, FixedCredentials, KeyFault, MasterKeys, PspCredentials, SandboxKeys, Secret, SecretBytes,
    SigningKey, SigningKeyPair,
};
use crate::randomness::Randomness;
use crate::tasks::Tasks;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

static NOTHING: FixedCredentials = FixedCredentials {
    client_id: None,
    client_secret: None,
    subscription_key: None,
    secondary_subscription_key: None,
    psp_id: None,
};

fn unfixed<const N: usize>(names: [&'static str; N]) -> [(&'static str, &'static FixedCredentials); N] {
    names.map(|name| (name, &NOTHING))
}

#[test]
fn keys_and_credentials_survive_a_restart() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("new/.lommebok");
    let first = DataDirectory::open(&path).unwrap();
    let randomness = Randomness::operating_system();
    let master = first.master_keys(&randomness).unwrap();
    let sandbox = first.sandbox_keys(&unfixed(["acme", "other"]), &randomness).unwrap();
    let control = first.control_token(None, &randomness).unwrap();
    drop(first);
    let second = DataDirectory::open(&path).unwrap();
    assert_eq!(second.master_keys(&randomness).unwrap(), master);
    assert_eq!(second.sandbox_keys(&unfixed(["acme", "other"]), &randomness).unwrap(), sandbox);
    assert_eq!(second.control_token(None, &randomness).unwrap(), control);
    assert_eq!(DataDirectory::read_control_token(&path).unwrap(), control);
    assert_eq!(SandboxKeys::read(&path).unwrap(), sandbox);
    assert_eq!(MasterKeys::read(&path.join("master-keys.toml")).unwrap(), master);
}

#[test]
fn directory_and_files_are_private_and_no_temporary_file_stays() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join(".lommebok");
    let directory = DataDirectory::open(&path).unwrap();
    let randomness = Randomness::seeded(1);
    directory.master_keys(&randomness).unwrap();
    directory.sandbox_keys(&unfixed(["acme"]), &randomness).unwrap();
    directory.control_token(None, &randomness).unwrap();
    assert_eq!(mode(&path), 0o700);
    let mut names: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for name in &names {
        assert_eq!(mode(name), 0o600, "{}", name.display());
    }
    let names: Vec<_> = names.iter().map(|name| name.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["control-token", "lock", "master-keys.toml", "sandbox.toml"]);
}

#[test]
fn two_processes_cannot_share_a_data_directory() {
    let scratch = tempfile::tempdir().unwrap();
    let first = DataDirectory::open(scratch.path()).unwrap();
    let refused = DataDirectory::open(scratch.path()).unwrap_err();
    assert!(matches!(refused, KeyFault::InUse { .. }));
    assert!(refused.to_string().contains("in use by another process"));
    drop(first);
    DataDirectory::open(scratch.path()).unwrap();
}

#[test]
fn credentials_have_the_shapes_of_the_vendors() {
    let keys = SandboxKeys::random(&["acme"], &Randomness::seeded(1));
    let psp = &keys.psps["acme"];
    assert_eq!(uuid::Uuid::parse_str(&psp.client_id).unwrap().to_string(), psp.client_id);
    assert_eq!(psp.client_secret.expose().len(), 24);
    assert!(psp.client_secret.expose().ends_with("=="));
    for key in [&psp.subscription_key, &psp.secondary_subscription_key] {
        assert_eq!(key.expose().len(), 32);
        assert!(key.expose().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    }
    assert_eq!(psp.psp_id.len(), 32);
    assert!(psp.psp_id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')));
    assert_ne!(psp.subscription_key, psp.secondary_subscription_key);
}

#[test]
fn a_psp_that_is_new_in_the_seed_gets_credentials_and_the_old_ones_keep_theirs() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    let randomness = Randomness::seeded(1);
    let before = directory.sandbox_keys(&unfixed(["acme"]), &randomness).unwrap();
    let after = directory.sandbox_keys(&unfixed(["acme", "a \"quoted\" name"]), &randomness).unwrap();
    assert_eq!(after.psps["acme"], before.psps["acme"]);
    assert_eq!(after.psps.len(), 2);
    assert_eq!(SandboxKeys::read(scratch.path()).unwrap(), after);
}

#[test]
fn what_a_seed_fixes_replaces_what_was_kept_and_stays_when_the_seed_leaves_it_out_again() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    let randomness = Randomness::seeded(1);
    let before = directory.sandbox_keys(&unfixed(["acme", "other"]), &randomness).unwrap();
    let fixed = FixedCredentials {
        client_secret: Some(Secret::new("a-secret-of-CI~1.2+/=".to_owned())),
        psp_id: Some("0123456789ABCDEF0123456789ABCDEF".to_owned()),
        ..FixedCredentials::default()
    };
    let after = directory.sandbox_keys(&[("acme", &fixed), ("other", &NOTHING)], &randomness).unwrap();
    let expected = PspCredentials {
        client_secret: Secret::new("a-secret-of-CI~1.2+/=".to_owned()),
        psp_id: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
        ..before.psps["acme"].clone()
    };
    assert_eq!(after.psps["acme"], expected, "what is not fixed is kept");
    assert_eq!(after.psps["other"], before.psps["other"]);
    assert_eq!(SandboxKeys::read(scratch.path()).unwrap(), after);
    assert_eq!(directory.sandbox_keys(&unfixed(["acme", "other"]), &randomness).unwrap(), after);
}

#[test]
fn two_psps_are_never_given_the_same_and_the_fault_does_not_show_it() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    let randomness = Randomness::seeded(1);
    let before = directory.sandbox_keys(&unfixed(["acme", "other"]), &randomness).unwrap();
    let taken = before.psps["acme"].subscription_key.clone();
    let fixed = FixedCredentials { secondary_subscription_key: Some(taken.clone()), ..FixedCredentials::default() };
    let fault = directory.sandbox_keys(&[("acme", &NOTHING), ("other", &fixed)], &randomness).unwrap_err().to_string();
    assert!(fault.contains("subscription_key: PSP other would have one that is taken"), "{fault}");
    assert!(!fault.contains(taken.expose()), "{fault}");
    assert_eq!(SandboxKeys::read(scratch.path()).unwrap(), before, "nothing was written");
}

#[test]
fn a_damaged_key_file_is_refused_by_name_and_without_its_content() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    let randomness = Randomness::seeded(1);
    directory.master_keys(&randomness).unwrap();
    let file = scratch.path().join("master-keys.toml");
    let whole = fs::read_to_string(&file).unwrap();
    let secret = whole.split('"').nth(1).unwrap().to_owned();
    for damaged in [
        String::new(),
        whole.replace("handle_key", "handlekey"),
        whole.replace(&secret, &secret[..40]),
        format!("{whole}\nextra = 1\n"),
        whole.replace("id = 1", "id = \"1\""),
    ] {
        fs::write(&file, damaged).unwrap();
        let fault = directory.master_keys(&randomness).unwrap_err().to_string();
        assert!(fault.contains("master-keys.toml"), "{fault}");
        assert!(!fault.contains(&secret[..20]), "{fault}");
    }
}

#[test]
fn a_key_file_without_end_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    fs::write(scratch.path().join("control-token"), "x".repeat(70_000)).unwrap();
    let fault = directory.control_token(None, &Randomness::seeded(1)).unwrap_err().to_string();
    assert!(fault.contains("longer than 65536 bytes"), "{fault}");
}

#[test]
fn secrets_do_not_show_themselves() {
    let shown = format!("{:?} {:?}", SecretBytes::new([7; 32]), Secret::new("hush".to_owned()));
    assert_eq!(shown, "SecretBytes(…) Secret(…)");
    let keys = SandboxKeys::random(&["acme"], &Randomness::seeded(1));
    assert!(!format!("{keys:?}").contains(keys.psps["acme"].client_secret.expose()));
}

#[tokio::test]
async fn the_signing_key_is_made_once_in_the_background() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(scratch.path()).unwrap();
    let tasks = Tasks::new();
    let first = SigningKey::load_or_make(&directory, &tasks).unwrap();
    let made = first.ready().await.unwrap();
    let again = SigningKey::load_or_make(&directory, &tasks).unwrap();
    let kept = again.if_ready().expect("a key that is kept is there at once");
    assert_eq!(kept.kid(), made.kid());
    assert!(kept.verify(b"message", &made.sign(b"message").unwrap()));
    assert!(!kept.verify(b"messagf", &made.sign(b"message").unwrap()));
    assert_eq!(mode(&scratch.path().join("signing-key.pem")), 0o600);
    assert_eq!(
        SigningKey::read(&scratch.path().join("signing-key.pem")).unwrap().ready().await.unwrap().kid(),
        made.kid()
    );
}

#[test]
fn a_file_that_is_no_rsa_key_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("key.pem");
    let no_rsa = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFNaw4pTFCEbnYTTcbjTzTnAYKYIUYBSdKQWjuQ2CUsV\n-----END PRIVATE KEY-----\n";
    for content in ["", "hello", no_rsa] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(SigningKey::read(&path).unwrap_err(), KeyFault::Content { .. }));
    }
}

#[test]
fn a_signing_key_names_itself_by_its_thumbprint_and_hides_the_rest() {
    let pair = SigningKeyPair::generate().unwrap();
    assert_eq!(pair.kid().len(), 43);
    assert_eq!(pair.exponent(), "AQAB");
    assert_eq!(format!("{pair:?}"), format!("SigningKeyPair {{ kid: {:?}, .. }}", pair.kid()));
}
