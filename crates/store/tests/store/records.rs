//! Seeds, PSPs, merchants, users, sessions and the clock.

use lommebok_domain::{CardKind, CardScheme, MerchantStatus};
use lommebok_domain::{MerchantId, Msn, PspId, Timestamp, UserId};
use lommebok_store::{
    Address, CardDetails, Change, ClockMode, ClockRecord, CommitFault, Committed, Expiring, KeyedHash, MerchantDetails,
    MerchantWrite, NewPsp, NewUser, Sealed, Seed, SeededMerchant, SeededPsp, SeededUser, Session, SessionWrite, SignIn,
    TriedFrom, TriedPin, Write,
};
use pollster::block_on;

use crate::world::{NOW, PSP, TENANT, World, change};

fn details(name: &str) -> MerchantDetails {
    MerchantDetails {
        status: MerchantStatus::Active,
        may_skip_landing_page: true,
        organization_number: "918713867".to_owned(),
        company_name: "Kaffe AS".to_owned(),
        company_email: "post@example.com".to_owned(),
        name: name.to_owned(),
        mcc_code: "5814".to_owned(),
        email: None,
        website: Some("https://example.com".to_owned()),
        logo_url: None,
        terms_of_service_accepted: Some(true),
        address: Address {
            line_1: "Storgata 1".to_owned(),
            line_2: None,
            city: "Oslo".to_owned(),
            post_code: "0154".to_owned(),
            country: "NO".to_owned(),
        },
    }
}

fn card(last_four: &str) -> CardDetails {
    CardDetails {
        bin: "492500".to_owned(),
        last_four: last_four.to_owned(),
        scheme: CardScheme::Visa,
        kind: CardKind::Debit,
        expiry_month: 12,
        expiry_year: 2031,
        eligible: true,
    }
}

fn hash(byte: u8) -> KeyedHash {
    KeyedHash::new([byte; 32])
}

fn seed() -> Seed {
    let psp = NewPsp {
        psp_id: "0F14EBCAB9EF4B29994A1EF3A8C0B8D4".to_owned(),
        name: "Sample PSP".to_owned(),
        client_id: hash(1),
        client_secret: hash(2),
        subscription_keys: vec![hash(3), hash(4)],
    };
    let merchants = vec![SeededMerchant { msn: Msn::new("123456").unwrap(), details: details("Kaffe") }];
    let user = NewUser {
        name: "Kari".to_owned(),
        phone: hash(5),
        phone_sealed: Sealed::new(vec![1]),
        pin: Sealed::new(vec![2]),
    };
    Seed {
        tenant_name: "sandbox".to_owned(),
        at: NOW,
        psps: vec![SeededPsp { psp, merchants }],
        users: vec![SeededUser { user, cards: vec![card("0001"), card("0002")] }],
    }
}

async fn seeded() -> World {
    let world = World::new();
    assert_eq!(world.store.commit(change(Write::Seed(Box::new(seed())))).await, Ok(Committed::Done));
    world
}

async fn write_merchant(world: &World, write: MerchantWrite) -> Result<Committed, CommitFault> {
    world.store.commit(change(Write::Merchant(Box::new(write)))).await
}

#[tokio::test]
async fn the_same_seed_twice_changes_nothing_and_a_changed_one_brings_credentials_up_to_date() {
    let world = seeded().await;
    let counts = world.store.row_counts().unwrap();
    world.store.commit(change(Write::Seed(Box::new(seed())))).await.unwrap();
    let mut again = world.store.row_counts().unwrap();
    again.insert("rare_change".to_owned(), counts["rare_change"]);
    assert_eq!(again, counts);
    let mut rotated = seed();
    rotated.psps[0].psp.subscription_keys = vec![hash(4), hash(6)];
    rotated.psps[0].psp.client_secret = hash(7);
    world.store.commit(change(Write::Seed(Box::new(rotated)))).await.unwrap();
    assert_eq!(block_on(world.store.psp_by_subscription_key(&hash(3))).unwrap(), None);
    let psp = block_on(world.store.psp_by_subscription_key(&hash(6))).unwrap().unwrap();
    assert_eq!((psp.id, psp.client_secret), (PSP, hash(7)));
    assert_eq!(block_on(world.store.psp_by_client_id(&hash(1))).unwrap(), Some(psp.clone()));
    assert_eq!(block_on(world.store.psp(TENANT, psp.id)).unwrap(), Some(psp.clone()));
    assert_eq!(block_on(world.store.psps()).unwrap(), [psp]);
    assert_eq!(block_on(world.store.psp_by_client_id(&hash(9))).unwrap(), None);
    assert_eq!(block_on(world.store.subscription_keys(PSP)).unwrap(), [hash(4), hash(6)]);
    assert_eq!(block_on(world.store.tenants()).unwrap()[0].name, "sandbox");
}

#[tokio::test]
async fn a_psp_with_new_credentials_is_the_same_psp_and_keeps_its_merchants() {
    let world = seeded().await;
    let mut renewed = seed();
    renewed.psps[0].psp.psp_id = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF".to_owned();
    renewed.psps[0].psp.client_id = hash(11);
    renewed.psps[0].psp.subscription_keys = vec![hash(13), hash(14)];
    world.store.commit(change(Write::Seed(Box::new(renewed)))).await.unwrap();
    let found = block_on(world.store.psp_by_subscription_key(&hash(13))).unwrap().unwrap();
    assert_eq!((found.id, found.psp_id.as_str()), (PSP, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"));
    assert_eq!(block_on(world.store.psp_by_subscription_key(&hash(3))).unwrap(), None);
    let merchant = block_on(world.store.merchant_by_msn(TENANT, &Msn::new("123456").unwrap())).unwrap().unwrap();
    assert_eq!(merchant.psp, PSP);
}

#[tokio::test]
async fn a_seed_leaves_alone_what_an_api_has_changed_since() {
    let world = seeded().await;
    let msn = Msn::new("123456").unwrap();
    let merchant = block_on(world.store.merchant_by_msn(TENANT, &msn)).unwrap().unwrap();
    let changed = MerchantDetails { status: MerchantStatus::Deactivated, ..merchant.details };
    let (id, guard_version) = (merchant.id, merchant.version);
    let update = MerchantWrite::Update { id, guard_version, details: changed.clone(), logo: None, at: NOW };
    write_merchant(&world, update).await.unwrap();
    world.store.commit(change(Write::Seed(Box::new(seed())))).await.unwrap();
    assert_eq!(block_on(world.store.merchant(TENANT, id)).unwrap().unwrap().details, changed);
}

#[tokio::test]
async fn merchants_get_the_next_free_serial_number_of_six_digits() {
    let world = seeded().await;
    let new =
        |psp, msn| MerchantWrite::New { psp, msn, details: details("Te"), logo: Some("iVBOR".to_owned()), at: NOW };
    let msn = |text| Msn::new(text).unwrap();
    assert_eq!(write_merchant(&world, new(PSP, None)).await, Ok(Committed::Merchant(msn("200000"))));
    assert_eq!(write_merchant(&world, new(PSP, Some(msn("200005")))).await, Ok(Committed::Merchant(msn("200005"))));
    assert_eq!(write_merchant(&world, new(PspId::new(2), None)).await, Ok(Committed::Merchant(msn("200006"))));
    assert_eq!(write_merchant(&world, new(PSP, Some(msn("123456")))).await, Err(CommitFault::MsnExists));
    let all = block_on(world.store.merchants_of_psp(TENANT, PSP, None, 10)).unwrap();
    let msns: Vec<_> = all.iter().map(|merchant| merchant.msn.as_str().to_owned()).collect();
    assert_eq!(msns, ["123456", "200000", "200005"]);
    assert_eq!(block_on(world.store.merchants_of_psp(TENANT, PSP, Some(all[0].id), 1)).unwrap(), [all[1].clone()]);
    assert_eq!(all[1].details, details("Te"));
    assert_eq!(block_on(world.store.merchant_logo(TENANT, all[1].id)).unwrap().as_deref(), Some("iVBOR"));
    assert_eq!(block_on(world.store.merchant_logo(TENANT, all[0].id)).unwrap(), None);
}

#[tokio::test]
async fn a_merchants_change_is_guarded_by_its_version() {
    let world = seeded().await;
    let at = NOW.plus_millis(5);
    let update = |guard_version, name: &str| MerchantWrite::Update {
        id: MerchantId::new(1),
        guard_version,
        details: details(name),
        logo: Some("new".to_owned()),
        at,
    };
    assert!(write_merchant(&world, update(1, "Bar")).await.is_ok());
    assert_eq!(write_merchant(&world, update(1, "Pub")).await, Err(CommitFault::Stale(Vec::new())));
    let merchant = block_on(world.store.merchant(TENANT, MerchantId::new(1))).unwrap().unwrap();
    assert_eq!((merchant.version, merchant.updated_at, merchant.created_at), (2, at, NOW));
    assert_eq!(merchant.details, details("Bar"));
}

#[tokio::test]
async fn a_session_opens_ends_and_expires() {
    let world = seeded().await;
    let session = Session {
        token: hash(8),
        tenant: TENANT,
        user: UserId::new(1),
        created_at: NOW,
        expires_at: NOW.plus_millis(1_000),
    };
    let open = || {
        let from = TriedFrom::KnownBrowser(hash(9));
        let pin = TriedPin::Right { session: session.clone(), browser: hash(9) };
        change(Write::Session(SessionWrite::SignIn(Box::new(SignIn { from, at: NOW, pin }))))
    };
    world.store.commit(open()).await.unwrap();
    assert_eq!(block_on(world.store.session(&hash(8), NOW)).unwrap(), Some(session.clone()));
    assert_eq!(block_on(world.store.session(&hash(9), NOW)).unwrap(), None);
    assert_eq!(block_on(world.store.session(&hash(8), NOW.plus_millis(1_000))).unwrap(), None);
    for _repeated in 0..2 {
        world.store.commit(change(Write::Session(SessionWrite::Close(hash(8))))).await.unwrap();
        assert_eq!(block_on(world.store.session(&hash(8), NOW)).unwrap(), None);
    }
    world.store.commit(open()).await.unwrap();
    let purge = |before| change(Write::Purge { rows: Expiring::Sessions, before, limit: 10 });
    assert_eq!(world.store.commit(purge(NOW.plus_millis(1_000))).await, Ok(Committed::Purged(0)));
    assert!(block_on(world.store.has_expired(TENANT, Expiring::Sessions, NOW.plus_millis(1_001))).unwrap());
    assert_eq!(world.store.commit(purge(NOW.plus_millis(1_001))).await, Ok(Committed::Purged(1)));
}

#[tokio::test]
async fn users_and_cards_are_found_by_what_is_theirs() {
    let world = seeded().await;
    let user = block_on(world.store.user_by_phone(TENANT, &hash(5))).unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.pin.as_bytes()), ("Kari", [2].as_slice()));
    assert_eq!(block_on(world.store.users(TENANT, 10)).unwrap(), std::slice::from_ref(&user));
    let cards = block_on(world.store.cards(TENANT, user.id)).unwrap();
    assert_eq!(cards.iter().map(|card| card.details.clone()).collect::<Vec<_>>(), [card("0001"), card("0002")]);
    assert_eq!(block_on(world.store.card(TENANT, cards[1].id)).unwrap(), Some(cards[1].clone()));
    assert_eq!(block_on(world.store.user_by_phone(TENANT, &hash(6))).unwrap(), None);
}

#[tokio::test]
async fn the_clock_is_kept_and_never_goes_back() {
    let mut world = seeded().await;
    let clock = |last| ClockRecord { mode: ClockMode::Frozen, offset_ms: 5_000, last: Timestamp::from_millis(last) };
    let write = |last| change(Write::Clock(clock(last)));
    world.store.commit(write(1_000)).await.unwrap();
    world.store.commit(write(500)).await.unwrap();
    world.reopen();
    assert_eq!(block_on(world.store.tenant(TENANT)).unwrap().unwrap().clock, clock(1_000));
    let nobody = Change { tenant: lommebok_domain::TenantId::new(9), ..write(1) };
    assert!(matches!(world.store.commit(nobody).await, Err(CommitFault::Refused(_))));
}
