//! How the page looks: pictures for people, and what a machine can tell of it.

use crate::browser::Browser;
use crate::house::House;
use crate::page::DRAWN;
use crate::talk::{self, TALK};
use closare_call::Speaker;
use closare_runtime::Live;
use closare_terms::CallId;

/// Nothing is wider than the window.
const FITS: &str = "document.documentElement.scrollWidth <= innerWidth";

#[tokio::test(flavor = "multi_thread")]
async fn it_is_readable_on_wide_and_narrow_windows_in_light_and_dark() {
    let Some(mut browser) = Browser::start().await else { return };
    let house = House::start().await;
    for id in ["call1", "call2", "call3"] {
        talk::keep(&house, &CallId::from(id)).await;
    }
    house.store.flush().await;
    house.meters(talk::metered());
    house.rings("call4", "Sunrise Dental", "+49 30 5550100");
    house.tell(Live::Answered { call: "call4".into() });
    TALK[..5].iter().for_each(|turn| turn.tell(&house, &"call4".into()));
    house.says(&"call4".into(), Speaker::Caller, "Tuesday at nine is");
    house.rings("call5", "Hairdresser", "+49 30 5550200");

    browser.look(1_280, 500, false).await;
    browser.go(&house.url("/")).await;
    browser.shows("h1", "not open").await;
    browser.picture("closed").await;
    browser.go(&house.server.page().unwrap()).await;
    browser.shows("#kept li:nth-child(3)", "appointment").await;
    browser.shows(".card .saying", "Tuesday at nine is").await;
    for (name, width, dark) in [("wide", 1_280, false), ("dark", 1_280, true), ("narrow", 360, false)] {
        browser.look(width, 800, dark).await;
        browser.until(FITS).await;
        browser.picture(&format!("calls-{name}")).await;
    }
    browser.go(&house.url("/calls/call1")).await;
    browser.until(&format!("document.querySelector('canvas') && {DRAWN} > 1000")).await;
    browser.until("document.querySelector('audio').readyState > 0").await;
    browser.value("document.querySelectorAll('.latency')[1].open = true").await;
    for (name, width, dark) in [("wide", 1_280, false), ("dark", 1_280, true), ("narrow", 360, false)] {
        browser.look(width, 800, dark).await;
        browser.until(FITS).await;
        browser.until(&format!("{DRAWN} > 1000")).await;
        browser.picture(&format!("call-{name}")).await;
    }
    browser.value("document.querySelector('.verdicts').open = true").await;
    browser.until(FITS).await;
    browser.look(1_280, 800, false).await;
    browser.picture("call-verdicts").await;
    browser.close().await;
}
