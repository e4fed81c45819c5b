//! Seeds on their way into the store: credentials as keyed hashes, numbers sealed. Seeding again changes nothing that is
//! as the seed says, so every start does it.

use lommebok_domain::MerchantStatus;
use lommebok_domain::{PhoneNumber, TenantId};
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::fault::Fault;
use lommebok_engine::keys::Keys;
use lommebok_engine::keys::envelope::Place;
use lommebok_engine::keys::lookup::Purpose;
use lommebok_engine::keys::{PspCredentials, SandboxKeys};
use lommebok_engine::people::pin_hash;
use lommebok_engine::randomness::Randomness;
use lommebok_engine::wallet::Sandbox;
use lommebok_store::{
    Address, CardDetails, Change, CommitFault, KeyedHash, MerchantDetails, NewPsp, NewUser, Sealed, Seed as Rows,
    SeededMerchant, SeededPsp, SeededUser, Store, Write,
};

use super::StartFault;
use crate::http::edge::client_id_hash;
use crate::seeds::{self, Seed, SeedCard, SeedMerchant, SeedUser};

/// A PSP of the seed would be given what a PSP of an earlier seed has in this database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the seed gives PSP {psp} a {what} that PSP {other} of an earlier seed has in this data directory: fix another, or name \
     another directory with --data-dir"
)]
pub struct Taken {
    /// Who would be given it.
    pub psp: String,
    /// Which of the credentials.
    pub what: &'static str,
    /// Who has it.
    pub other: String,
}

/// Gives users the scripts of the seed.
pub(super) async fn set_scripts(sandbox: &Sandbox, seed: &Seed) {
    for user in &seed.users {
        let Some(script) = &user.script else { continue };
        if let Err(fault) = sandbox.scripted_users.set(&user.phone_number, script.clone()).await {
            tracing::error!(%fault, "a script of the seed is not set: set it with `lommebok users script`");
        }
    }
}

/// Looks whether a PSP that is not in the seed has what a PSP of the seed is to have. A PSP with another's `PSP-ID` is that
/// one under a new name.
pub(super) async fn look(
    store: &Store,
    keys: &Keys,
    seed: &Seed,
    credentials: &SandboxKeys,
    tenant: TenantId,
) -> Result<(), StartFault> {
    let known = store.psps().await?;
    let stays = |name: &str| seed.psps.iter().all(|psp| psp.name != name);
    for named in &seed.psps {
        let Some(granted) = credentials.psps.get(&named.name) else { continue };
        let new = new_psp(keys, &named.name, granted);
        let others = known.iter().filter(|psp| psp.tenant != tenant || (stays(&psp.name) && psp.psp_id != new.psp_id));
        for other in others {
            let its_keys = store.subscription_keys(other.id).await?;
            let what = if other.client_id == new.client_id {
                "client_id"
            } else if its_keys.iter().any(|key| new.subscription_keys.contains(key)) {
                "subscription_key"
            } else {
                continue;
            };
            return Err(Taken { psp: named.name.clone(), what, other: other.name.clone() }.into());
        }
    }
    Ok(())
}

/// Stores the `rows` of `tenant`. When nothing can be stored now, a tenant that is known from an earlier start is served as it
/// is, and the answer is the rows that are still to be stored.
pub(super) async fn seed(
    store: &Store,
    rows: Rows,
    tenant: TenantId,
    randomness: &Randomness,
) -> Result<Option<Box<Rows>>, Fault> {
    let rows = Box::new(rows);
    let seeding = Change {
        change_id: u128::from_be_bytes(randomness.bytes()),
        tenant,
        clock_epoch: 0,
        idempotency: None,
        write: Write::Seed(rows.clone()),
    };
    match store.commit(seeding).await {
        Ok(_) => Ok(None),
        Err(CommitFault::Unavailable(_)) if store.tenant(tenant).await?.is_some() => Ok(Some(rows)),
        Err(fault) => Err(fault.into()),
    }
}

/// The seed as rows of the tenant with this number and name.
pub(super) fn rows(keys: &Keys, seed: &Seed, credentials: &SandboxKeys, (tenant, name): (TenantId, &str)) -> Rows {
    let psp = |named: &seeds::SeedPsp| {
        let credentials = credentials.psps.get(&named.name)?;
        let merchants = seed.merchants.iter().filter(|merchant| merchant.psp == named.name).map(merchant).collect();
        Some(SeededPsp { psp: new_psp(keys, &named.name, credentials), merchants })
    };
    Rows {
        tenant_name: name.to_owned(),
        at: ProcessTime.wall(),
        psps: seed.psps.iter().filter_map(psp).collect(),
        users: seed.users.iter().map(|seeded| user(keys, tenant, seeded)).collect(),
    }
}

fn new_psp(keys: &Keys, name: &str, credentials: &PspCredentials) -> NewPsp {
    let hash = |purpose, value: &str| KeyedHash::new(*keys.lookup.hash(purpose, value.as_bytes()).as_bytes());
    let subscription_keys = [&credentials.subscription_key, &credentials.secondary_subscription_key];
    NewPsp {
        psp_id: credentials.psp_id.clone(),
        name: name.to_owned(),
        client_id: client_id_hash(keys, &credentials.client_id),
        client_secret: hash(Purpose::ClientSecret, credentials.client_secret.expose()),
        subscription_keys: subscription_keys.map(|key| hash(Purpose::SubscriptionKey, key.expose())).to_vec(),
    }
}

fn merchant(seeded: &SeedMerchant) -> SeededMerchant {
    SeededMerchant {
        msn: seeded.msn.clone(),
        details: MerchantDetails {
            status: MerchantStatus::Active,
            may_skip_landing_page: seeded.may_skip_landing_page,
            organization_number: seeded.organization_number.clone(),
            company_name: seeded.company_name.clone(),
            company_email: seeded.company_email.clone(),
            name: seeded.name.clone(),
            mcc_code: seeded.mcc_code.clone(),
            email: None,
            website: None,
            logo_url: None,
            terms_of_service_accepted: None,
            address: Address {
                line_1: seeded.address.address_line1.clone(),
                line_2: None,
                city: seeded.address.city.clone(),
                post_code: seeded.address.post_code.clone(),
                country: seeded.address.country.clone(),
            },
        },
    }
}

fn user(keys: &Keys, tenant: TenantId, seeded: &SeedUser) -> SeededUser {
    let number: &PhoneNumber = &seeded.phone_number;
    let phone = keys.lookup.hash_within(Purpose::PhoneNumber, tenant.get(), number.as_str().as_bytes());
    let row = *phone.as_bytes();
    let place = Place { table: "wallet_user", tenant: tenant.get(), row: &row, column: "phone_sealed" };
    let pin = pin_hash(keys, tenant, number, seeded.pin.expose());
    SeededUser {
        user: NewUser {
            name: seeded.name.clone(),
            phone: KeyedHash::new(row),
            phone_sealed: Sealed::new(keys.envelope.seal(place, number.as_str().as_bytes())),
            pin: Sealed::new(pin.as_bytes().to_vec()),
        },
        cards: seeded.cards.iter().map(card).collect(),
    }
}

fn card(seeded: &SeedCard) -> CardDetails {
    CardDetails {
        bin: seeded.bin.clone(),
        last_four: seeded.last_four.clone(),
        scheme: seeded.scheme,
        kind: seeded.kind,
        expiry_month: seeded.expiry_month,
        expiry_year: seeded.expiry_year,
        eligible: seeded.eligible,
    }
}
