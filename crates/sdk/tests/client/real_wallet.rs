//! The client and the real wallet, from init to refund.

use std::time::Duration;

use lommebok_sdk::client::{Company, MerchantChanges, MerchantStatus, NewMerchant, Operation};
use lommebok_sdk::{Amount, Client, Error, Init, MakePaymentUrl, PspRedirectUrl, Retries, StatusUpdate, StatusUpdates};
use lommebok_testing::{Effect, State, TestWallet};

fn init(id: &str) -> Init {
    init_of(id, &format!("order-{id}"))
}

fn init_of(id: &str, order: &str) -> Init {
    // Nothing listens there: these payments are never approved, or their outcome is that nothing was delivered.
    let nowhere = MakePaymentUrl::new("http://127.0.0.1:9/make-payment").unwrap();
    let back = PspRedirectUrl::new("https://shop.example/thanks").unwrap();
    Init::new(id.parse().unwrap(), order.parse().unwrap(), Amount::nok(499).unwrap(), nowhere, back)
}

#[tokio::test]
async fn the_same_init_again_is_harmless_and_another_one_with_its_id_is_refused() {
    let wallet = TestWallet::start().await.unwrap();
    let (client, msn, first) = (wallet.client(), wallet.merchant(), init("a1"));
    let started = client.init(&msn, &first).await.unwrap();
    assert_eq!(client.init(&msn, &first).await.unwrap(), started);
    let error = client.init(&msn, &init("a1")).await.unwrap_err();
    assert!(error.has_code("44") && error.refusal().unwrap().context_id.is_some(), "{error}");
    assert!(client.init(&msn, &init_of("a2", "order-a1")).await.unwrap_err().has_code("99"));
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_merchant_of_another_psp_is_refused_with_a_hint() {
    let wallet = TestWallet::start().await.unwrap();
    let error = wallet.client().init(&"200001".parse().unwrap(), &init("a1")).await.unwrap_err();
    assert!(error.has_code("51") && error.to_string().contains("200001"), "{error}");
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn another_psp_sees_no_payment_of_ours() {
    let wallet = TestWallet::start().await.unwrap();
    wallet.client().init(&wallet.merchant(), &init("a1")).await.unwrap();
    let other = Client::builder(wallet.other_credentials()).base_url(wallet.base_url()).build().unwrap();
    let error = other.details(&"a1".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 404);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn wrong_credentials_are_told_from_a_wallet_that_is_down() {
    let wallet = TestWallet::start().await.unwrap();
    let wrong = lommebok_sdk::Credentials::new("a", "b", "c", "d");
    let client = Client::builder(wrong).base_url(wallet.base_url()).build().unwrap();
    let error = client.access_token().await.unwrap_err();
    assert!(matches!(&error, Error::Refused(refusal) if refusal.status == 401), "{error:?}");
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn an_expired_token_is_replaced_without_a_word() {
    let wallet = TestWallet::start().await.unwrap();
    let client = wallet.client();
    let before = client.access_token().await.unwrap();
    wallet.advance(Duration::from_hours(2)).await.unwrap();
    client.init(&wallet.merchant(), &init("a1")).await.unwrap();
    assert_ne!(client.access_token().await.unwrap().expose(), before.expose());
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn an_entry_that_does_not_fit_its_payment_is_taken_and_refused_afterwards() {
    let wallet = TestWallet::start().await.unwrap();
    let (client, id) = (wallet.client(), "a1".parse().unwrap());
    client.init(&wallet.merchant(), &init("a1")).await.unwrap();
    // Nothing listens at makePaymentUrl: failed for certain.
    assert_eq!(wallet.approve(&id).await.unwrap(), State::Failed);
    assert!(client.details(&id).await.unwrap().history.iter().all(|entry| !entry.success));
    let entry = |entry: StatusUpdate| client.update_status(entry);
    assert_eq!(entry(StatusUpdate::captured(id.clone(), Amount::nok(1).unwrap())).await.complete().unwrap(), 1);
    let received = wallet.received(&id).unwrap();
    assert!(matches!(&received[0].effect, Effect::Refused(why) if !why.is_empty()), "{received:?}");
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn force_approve_goes_by_the_links_token() {
    let wallet = TestWallet::start().await.unwrap();
    let client = wallet.client();
    let started = client.init(&wallet.merchant(), &init("a1")).await.unwrap();
    let token = started.redirect_url.token().unwrap();
    client.force_approve(&started.psp_transaction_id, &wallet.mobile_number(), &token).await.unwrap();
    assert_eq!(wallet.state(&started.psp_transaction_id).unwrap(), State::Failed);
    let unknown = client.force_approve(&started.psp_transaction_id, &"99999999".parse().unwrap(), &token).await;
    assert!(unknown.unwrap_err().has_code("81"));
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn only_a_merchant_that_may_skips_the_landing_page() {
    let wallet = TestWallet::start().await.unwrap();
    let client = wallet.client();
    let skipping = |id: &str| init(id).skip_landing_page(wallet.mobile_number());
    assert!(client.init(&wallet.merchant(), &skipping("a1")).await.unwrap_err().has_code("51"));
    client.init(&wallet.merchant_that_may_skip_the_landing_page(), &skipping("a2")).await.unwrap();
    assert_eq!(wallet.state(&"a2".parse().unwrap()).unwrap(), State::AwaitingApproval);
    let started = client.init(&wallet.merchant(), &init("a3").app()).await.unwrap();
    assert!(started.redirect_url.expose().starts_with("vippsMT://?token="));
    assert!(started.redirect_url.token().is_some() && !format!("{started:?}").contains("token="));
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn five_thousand_and_one_entries_are_taken_and_counted_once_when_repeated() {
    let wallet = TestWallet::with_settings(&[("batch", "on_demand")]).await.unwrap();
    let (client, id) = (wallet.client(), "a1".parse().unwrap());
    client.init(&wallet.merchant(), &init("a1")).await.unwrap();
    let entry = StatusUpdate::captured(id, Amount::ore(1).unwrap());
    let updates = StatusUpdates::new(vec![entry; 5_001]);
    for _ in 0..2 {
        assert_eq!(client.update_status(updates.clone()).await.complete().unwrap(), 5_001);
    }
    let received = wallet.received(&"a1".parse().unwrap()).unwrap();
    assert_eq!(received.len(), 5_001);
    assert!(received.iter().all(|received| received.effect == Effect::Waiting));
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn merchants_are_signed_up_changed_and_deactivated() {
    let wallet = TestWallet::start().await.unwrap();
    let merchants = wallet.client().merchants();
    let before = merchants.list().await.unwrap().len();
    let address = lommebok_sdk::client::Address::new("Storgata 1", "Oslo", "0155", "NO");
    let company = Company::new("Eksempel AS", "post@eksempel.example");
    let new = NewMerchant::new("910000012", "Eksempel", "5411", company, address);
    let msn = merchants.create(&new).await.unwrap();
    assert_eq!(merchants.create(&new).await.unwrap(), msn);
    merchants.update(&msn, &MerchantChanges::new().name("Nytt navn")).await.unwrap();
    assert_eq!(merchants.get(&msn).await.unwrap().name, "Nytt navn");
    merchants.update(&msn, &MerchantChanges::new().deactivate()).await.unwrap();
    assert_eq!(merchants.get(&msn).await.unwrap().status, MerchantStatus::Deactivated);
    assert_eq!(merchants.list().await.unwrap().len(), before.checked_add(1).unwrap());
    assert!(wallet.client().init(&msn, &init("a1")).await.unwrap_err().has_code("21"));
    let unknown = merchants.get(&"99999".parse().unwrap()).await.unwrap_err();
    assert_eq!(unknown.refusal().unwrap().status, 404);
    let faulty = NewMerchant::new("91", "", "x", Company::new("", "no address"), address_without_city());
    let error = merchants.create(&faulty).await.unwrap_err();
    assert!(error.has_code("name") && error.has_code("address.city"), "{error}");
    wallet.stop().await.unwrap();
}

fn address_without_city() -> lommebok_sdk::client::Address {
    lommebok_sdk::client::Address::new("Storgata 1", "", "0155", "NO")
}

#[tokio::test]
async fn a_cancelled_payment_is_seen_in_its_details() {
    let wallet = TestWallet::start().await.unwrap();
    let (client, id) = (wallet.client(), "a1".parse().unwrap());
    client.init(&wallet.merchant(), &init("a1")).await.unwrap();
    assert_eq!(client.details(&id).await.unwrap().history, []);
    wallet.cancel(&id).await.unwrap();
    let details = client.details(&id).await.unwrap();
    assert!(details.has(&Operation::Cancelled) && details.held_ore() == 0);
    wallet.stop().await.unwrap();
}

#[tokio::test]
async fn a_wallet_that_stops_is_waited_for_no_longer_than_the_retries_say() {
    let wallet = TestWallet::start().await.unwrap();
    let credentials = wallet.credentials();
    let base_url = wallet.base_url().to_owned();
    wallet.stop().await.unwrap();
    let builder = Client::builder(credentials).base_url(base_url).retries(Retries::fixed(2, Duration::from_millis(1)));
    let error = builder.build().unwrap().details(&"a1".parse().unwrap()).await.unwrap_err();
    assert!(!error.may_have_taken_effect(), "{error:?}");
}
