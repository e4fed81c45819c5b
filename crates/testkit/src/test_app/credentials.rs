//! A seeded PSP's credentials as plain text, for requests that a test builds by hand.

use lommebok_engine::keys::DataDirectory;

use super::TestApp;

/// What a PSP was given.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub client_id: String,
    pub client_secret: String,
    /// `Ocp-Apim-Subscription-Key`
    pub subscription_key: String,
    /// The second subscription key, which works as well.
    pub secondary_subscription_key: String,
    pub psp_id: String,
    /// Its first merchant's serial number in the built-in seed.
    pub msn: &'static str,
}

/// The first PSP of the built-in seed.
pub(super) const FIRST_PSP: &str = "nordlys";
/// The second PSP, which must see nothing of the first.
pub(super) const OTHER_PSP: &str = "polarnatt";

impl TestApp {
    /// The first PSP's.
    pub fn credentials(&self) -> Credentials {
        self.credentials_of(FIRST_PSP, "100001")
    }

    /// The second PSP's.
    pub fn other_credentials(&self) -> Credentials {
        self.credentials_of(OTHER_PSP, "200001")
    }

    /// The bearer token of the Control API.
    ///
    /// # Panics
    /// When there is none.
    pub fn control_token(&self) -> String {
        let token = DataDirectory::read_control_token(self.directory.path()).expect("the sandbox keeps a token");
        token.expose().to_owned()
    }

    fn credentials_of(&self, name: &str, msn: &'static str) -> Credentials {
        let psp = self.running.credentials.psps.get(name).expect("the built-in seed has this PSP");
        Credentials {
            client_id: psp.client_id.clone(),
            client_secret: psp.client_secret.expose().to_owned(),
            subscription_key: psp.subscription_key.expose().to_owned(),
            secondary_subscription_key: psp.secondary_subscription_key.expose().to_owned(),
            psp_id: psp.psp_id.clone(),
            msn,
        }
    }
}
