//! The shop beside a wallet in the same process, with an order in each state: to look at every page.
//!
//! `cargo run -p lommebok-sample-psp --example shop_on_a_test_wallet` prints the addresses and runs until its input ends.
//! The wallet's clock stands still in it, as in a test; `lommebok dev` is where one plays.
#![expect(clippy::print_stdout, reason = "an example says where its pages are")]

use std::error::Error;
use std::io::Read as _;

use lommebok_sample_psp::acquirer::simulated::IssuerRules;
use lommebok_sample_psp::clock::BusinessClock;
use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sample_psp::{
    MerchantConfig, Reporting, RunningSamplePsp, SamplePsp, SamplePspConfig, ShopConfig, WalletAccess,
};
use lommebok_sdk::PspTransactionId;
use lommebok_testing::{Card, TestWallet};
use serde_json::Value;

type Done<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Done {
    let wallet = TestWallet::start().await?;
    let directory = tempfile::tempdir()?;
    let config = SamplePspConfig {
        data_dir: directory.path().to_owned(),
        listen: "127.0.0.1:0".parse()?,
        public_url: None,
        shop: Some(ShopConfig {
            listen: "127.0.0.1:0".parse()?,
            public_url: None,
            allowed_hosts: Vec::new(),
            phone_simulator: Some(format!("{}/phone", wallet.base_url()).parse()?),
        }),
        wallet: WalletAccess {
            base_url: wallet.base_url().to_owned(),
            credentials: wallet.credentials(),
            transport: None,
        },
        cryptogram_test_key: wallet.cryptogram_test_key(),
        merchants: vec![
            MerchantConfig { msn: wallet.merchant(), may_skip_landing_page: false },
            MerchantConfig { msn: wallet.merchant_that_may_skip_the_landing_page(), may_skip_landing_page: true },
        ],
        reporting: Reporting::AtOnce,
        if_missing: IfMissing::SendReserved,
        issuer: IssuerRules::default(),
        clock: BusinessClock::since_1970(wallet.clock()),
        wrap_acquirer: None,
    };
    let psp = SamplePsp::start(config).await?;
    let shop = psp.shop_url.clone().ok_or("the shop runs")?;
    println!("shop {shop}");
    println!("wallet {}", wallet.base_url());
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let example = Example { wallet, psp, shop: shop.to_string(), http };
    example.one_order_in_each_state().await?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    example.psp.stop().await;
    Ok(())
}

struct Example {
    wallet: TestWallet,
    psp: RunningSamplePsp,
    shop: String,
    http: reqwest::Client,
}

impl Example {
    async fn one_order_in_each_state(&self) -> Done {
        let waiting = self.order("morgengry", 2, "landing_page").await?;
        println!("waiting {}", waiting.0);
        let (page, id) = self.order("kverna", 1, "landing_page").await?;
        self.wallet.approve(&id).await?;
        println!("reserved {page}");
        let (page, id) = self.order("kroakoppen", 2, "landing_page").await?;
        self.wallet.approve(&id).await?;
        self.operate(&id, "captures", 49_800).await?;
        self.operate(&id, "refunds", 24_900).await?;
        println!("captured {page}");
        let (page, id) = self.order("spoon-189", 1, "landing_page").await?;
        self.wallet.approve(&id).await?;
        println!("failed {page}");
        let (page, id) = self.order("fjellvann", 1, "landing_page").await?;
        self.wallet.cancel(&id).await?;
        println!("cancelled {page}");
        let (page, id) = self.order("tindebrent", 1, "landing_page").await?;
        self.wallet.approve_with(&id, Card::Mastercard).await?;
        println!("step-up {page}");
        println!("bank {}", self.wallet.step_up_page(&id)?.ok_or("the bank asks")?);
        self.psp.do_what_is_due().await?;
        Ok(())
    }

    /// Buys something and answers the order's page and the payment's id.
    async fn order(&self, product: &str, quantity: u8, way: &str) -> Done<(String, PspTransactionId)> {
        let once = format!("{:032x}", self.payments().await?.len());
        let form = format!("product={product}&quantity={quantity}&way={way}&phone=12345678&once={once}");
        let sent = self.http.post(format!("{}checkout", self.shop)).header("Sec-Fetch-Site", "same-origin");
        let sent = sent.header("Content-Type", "application/x-www-form-urlencoded").body(form).send().await?;
        let pay = sent.headers().get("location").ok_or("the order was placed")?.to_str()?.to_owned();
        self.http.get(format!("{}{pay}", self.shop.trim_end_matches('/'))).send().await?.error_for_status()?;
        let id = self.payments().await?[0]["pspTransactionId"].as_str().ok_or("an id is text")?.parse()?;
        Ok((format!("{}{}", self.shop.trim_end_matches('/'), pay.trim_end_matches("/pay")), id))
    }

    async fn payments(&self) -> Done<Vec<Value>> {
        let page: Value = self.call(reqwest::Method::GET, "/payments").send().await?.json().await?;
        Ok(page["payments"].as_array().cloned().unwrap_or_default())
    }

    async fn operate(&self, id: &PspTransactionId, what: &str, amount: i64) -> Done {
        let request = self.call(reqwest::Method::POST, &format!("/payments/{id}/{what}"));
        let body = serde_json::json!({ "amount": amount });
        request.header("Idempotency-Key", what).json(&body).send().await?.error_for_status()?;
        Ok(())
    }

    fn call(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let key = self.psp.merchant_key("100001").unwrap_or_default();
        self.http.request(method, format!("{}merchant/v1{path}", self.psp.public_url)).bearer_auth(key)
    }
}
