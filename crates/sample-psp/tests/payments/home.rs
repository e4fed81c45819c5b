//! The PSP's own address, asked by a person: a page that says what lives there. Programs get their own kind of answer.

use reqwest::Method;

use crate::customer::with_shop;
use crate::world::World;

/// What browsers say that they take.
const BROWSERS: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_browser_gets_a_page_at_every_address_and_a_program_a_problem() {
    let world = World::with(with_shop).await;
    let shop = world.psp.shop_url.as_ref().unwrap().to_string();
    for (path, status, nb, en) in [
        ("/", 200, "Her bor prøve-PSP-en", "The sample PSP lives here"),
        ("/nowhere", 404, "Her er det ingenting", "Nothing is here"),
        ("/merchant/v1/nothing", 404, "Her er det ingenting", "Nothing is here"),
        ("/make-payment", 405, "Denne adressen er for programmer", "This address is for programs"),
        ("/make-payment/walk-in", 405, "Denne adressen er for programmer", "This address is for programs"),
    ] {
        let address = format!("http://{}{path}", world.psp.address);
        for (lang, words) in [("nb", nb), ("en", en)] {
            let asked = world.http.get(&address).header("Accept", BROWSERS).header("Accept-Language", lang);
            let answer = asked.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{path}");
            assert!(answer.headers()["content-security-policy"].to_str().unwrap().ends_with("frame-ancestors 'none'"));
            let html = answer.text().await.unwrap();
            assert!(html.contains(words) && html.contains(&format!("href=\"{shop}backoffice\"")), "{path}: {html}");
            assert!(
                html.contains("/make-payment/walk-in?amount=49900") && html.contains("http://phone.example/"),
                "{html}"
            );
        }
        if status != 200 {
            for (method, accept) in
                [(Method::GET, "*/*"), (Method::GET, "application/json, text/html"), (Method::PUT, BROWSERS)]
            {
                let status = if method == Method::PUT && path.starts_with("/make") { 405 } else { status };
                let answer =
                    world.http.request(method.clone(), &address).header("Accept", accept).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), status, "{method} {path}");
                assert_eq!(answer.headers()["content-type"], "application/problem+json", "{method} {path}");
                assert_eq!(answer.headers().get("allow").is_some(), status == 405, "{method} {path}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_psp_without_a_shop_leads_to_none() {
    let world = World::start().await;
    let html = world.http.get(format!("http://{}/", world.psp.address)).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("The sample PSP lives here") && !html.contains("Back office"), "{html}");
    assert!(html.contains(&format!("href=\"{}\"", world.wallet.base_url())), "{html}");
    world.stop().await;
}
