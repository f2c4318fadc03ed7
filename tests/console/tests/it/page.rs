//! What the page does.

use crate::browser::Browser;
use crate::house::House;
use crate::talk::{self, MARKUP, TALK};
use closare_call::Speaker::{Agent, Caller};
use closare_runtime::{Live, Metered};
use closare_terms::CallId;

/// A waveform that was drawn: dots of the canvas that aren't clear.
pub const DRAWN: &str = "(() => { const canvas = document.querySelector('canvas'); if (!canvas.width) return 0; \
    const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; \
    return dots.filter((_, n) => n % 4 === 3 && dots[n] > 0).length; })()";

const LINES: &str = "document.querySelectorAll('#lines li.line').length";

const SAYING: &str = "document.querySelectorAll('#saying li.line').length";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_from_its_first_ring_to_its_recording() {
    let Some(mut browser) = Browser::start().await else { return };
    let (house, call) = (House::start().await, CallId::from("call1"));
    browser.look(1_280, 860, false).await;

    // Without the link there is nothing to see, and a word on how to get in.
    browser.go(&house.url("/")).await;
    browser.shows("h1", "not open to this browser").await;
    browser.go(&house.server.page().unwrap()).await;
    browser.shows("#running-none", "Nobody is on the line").await;
    browser.until("document.querySelector('#vendors').hidden").await;
    browser.shows("#connection", "Live").await;
    assert_eq!(browser.value("location.href").await, house.url("/"));
    assert_eq!(browser.value("document.cookie").await, "");

    // A call comes in and is spoken.
    house.rings("call1", "Sunrise Dental", "1000");
    browser.shows(".card", "ringing").await;
    house.tell(Live::Answered { call: call.clone() });
    house.says(&call, Agent, "Hello, this is the automated assistant");
    browser.shows(".card .agent.saying", "Hello, this is the automated assistant").await;
    TALK[0].tell(&house, &call);
    browser.shows(".card", TALK[0].heard).await;
    house.says(&call, Caller, "Yes, that's");
    browser.shows(".card .caller.saying", "Yes, that's").await;
    TALK[1].tell(&house, &call);
    browser.shows(".card", TALK[1].heard).await;
    browser.until("!document.querySelector('.card .saying')").await;
    browser.shows("#running-count", "1 call").await;

    // Opened in the middle: what was said is there, and what is said comes.
    browser.click(".card a", 0.5).await;
    browser.shows("#lines", TALK[0].heard).await;
    browser.shows("#state", "Running").await;
    let latency = TALK[2].latency().unwrap();
    house.tell(Live::Latency { call: call.clone(), latency });
    browser.shows("#saying .agent .said", "speaking …").await;
    browser.shows("#saying .agent summary", "552 ms").await;
    house.says(&call, Agent, "Thank you.");
    browser.shows("#saying .agent .said", "Thank you.").await;
    browser.shows("#saying .agent .ai", "AI-generated").await;
    browser.shows("#saying .agent summary", "552 ms").await;
    TALK[2].tell(&house, &call);

    // What the caller says grows while it is spoken, is there for who comes in the middle of it, and becomes the turn.
    house.says(&call, Caller, MARKUP);
    browser.shows("#saying .caller .said", MARKUP).await;
    for words in ["I'd like an", "I'd like an appointment next week."] {
        house.says(&call, Caller, words);
        browser.shows("#saying .caller .said", words).await;
        assert_eq!(browser.value(SAYING).await, 1);
        assert_eq!(browser.value(LINES).await, 3, "it is no turn yet");
    }
    browser.picture("saying").await;
    browser.go(&house.url("/calls/call1")).await;
    browser.shows("#saying .caller .said", "I'd like an appointment next week.").await;
    assert_eq!(browser.value(LINES).await, 3);
    TALK[3].tell(&house, &call);
    browser.shows("#lines .caller:last-child .said", TALK[3].heard).await;
    assert_eq!(browser.value(SAYING).await, 0);
    browser.shows("#log[aria-live=polite]", TALK[3].heard).await;

    // The agent is interrupted, by what turns out to be nothing.
    house.says(&call, Agent, "I'm sorry to hear that.");
    house.says(&call, Caller, "uh");
    browser.shows("#saying .caller .said", "uh").await;
    browser.shows("#saying .agent .said", "I'm sorry to hear that.").await;
    house.says(&call, Caller, "");
    browser.until("!document.querySelector('#saying .caller')").await;
    TALK[4].tell(&house, &call);
    browser.shows("#lines .agent:last-child del", "Wednesday at half past two").await;
    browser.shows("#lines .agent:last-child .latency summary", "882 ms").await;
    browser.shows("#lines .agent .stages", "first token280 ms").await;
    assert_eq!(browser.value(LINES).await, 5);
    browser.picture("running").await;

    // Markup is what the caller said, not the page's.
    TALK[5..].iter().for_each(|turn| turn.tell(&house, &call));
    browser.shows("#lines .said", MARKUP).await;
    assert_eq!(browser.value("document.querySelectorAll('#lines img, #lines b').length").await, 0);

    // It ends, and is there as it was kept.
    talk::keep(&house, &call).await;
    house.tell(Live::Ended { call: call.clone(), ended: "caller_hung_up".into(), reason: String::new() });
    browser.shows("#state", "caller hung up").await;
    house.meters(talk::metered());
    house.kept(&call).await;
    browser.shows(".recording", "AI-generated speech on channel 2").await;
    browser.until(&format!("{DRAWN} > 1000")).await;
    browser.shows("#lines del", "cut off, not heard: Wednesday").await;
    browser.shows(".summary", "took Tuesday, 1 December").await;
    browser.shows(".summary .ai", "AI-generated").await;
    browser.shows(".consents", "granted by voice").await;
    browser.shows(".facts", "new patientno").await;
    browser.shows(".facts", "Mon, 22 Feb 2027").await;
    browser.shows("#about", "Tue, 24 Nov 2026, 09:12:31").await;
    browser.shows(".usage dt", "deepgram nova-3").await;
    browser.shows(".usage dd", "27.3 s of audio, 0.003504 EUR").await;
    browser.shows(".usage dd", "412 characters").await;
    browser.shows(".usage strong", "0.004124 EUR").await;
    browser.shows(".requests code", "req_8c8ebea9dbec").await;
    browser.shows("#waits", "answered after 750 ms (median), at most 1720 ms").await;

    // It can be heard, from where one clicks, and from a line's time on.
    browser.click("canvas", 0.5).await;
    browser.until("document.querySelector('audio').currentTime > 10.9").await;
    browser.value("document.querySelector('audio').pause()").await;
    browser.value("document.querySelectorAll('button.at')[0].focus()").await;
    browser.press("Enter").await;
    browser.until("(time => time > 0.63 && time < 8)(document.querySelector('audio').currentTime)").await;

    // All by keys: the verdicts open, and say what was denied.
    browser.value("document.querySelector('.verdicts summary').focus()").await;
    browser.press("Enter").await;
    browser.until("document.querySelector('.verdicts').open").await;
    browser.shows(".verdicts tr", "understand").await;
    browser.shows(".verdicts summary", "10 verdicts, 1 of them a deny").await;

    // And back in the list.
    browser.click("nav a", 0.5).await;
    browser.shows("#kept li", "appointment").await;
    browser.shows("#kept li", "caller hung up 0:27").await;
    browser.shows("#vendors tr", "1 stalled").await;
    browser.shows("#vendors tr", "https://api.deepgram.com").await;
    browser.shows("#vendors tr", "310 ms, at most 620 ms").await;

    // It grows while it is looked at, as the list does.
    house.meters(Metered { plugin: "openai".into(), ..talk::metered() });
    house.rings("call2", "Sunrise Dental", "1000");
    house.kept(&"call2".into()).await;
    browser.shows("#vendors tbody th", "openai").await;
    let errors: Vec<String> = browser.errors().into_iter().filter(|error| !error.contains("403")).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let own = house.url("/");
    assert!(browser.asked().iter().all(|url| url.starts_with(&own)), "{:#?}", browser.asked());
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_was_away_misses_nothing_and_shows_nothing_twice() {
    let Some(mut browser) = Browser::start().await else { return };
    let (house, call) = (House::start().await, CallId::from("call1"));
    house.rings("call1", "Sunrise Dental", "1000");
    TALK[..2].iter().for_each(|turn| turn.tell(&house, &call));
    browser.go(&house.server.page().unwrap()).await;
    browser.shows("#running", TALK[1].heard).await;
    browser.go(&house.url("/calls/call1")).await;
    browser.shows("#lines", TALK[1].heard).await;

    browser.value(&seen(false)).await;
    TALK[2..6].iter().for_each(|turn| turn.tell(&house, &call));
    house.says(&call, Agent, "Then it's Tuesday");
    // Asked after it was told: had the page listened, it would show it.
    browser.value("fetch('/api/calls/call1').then(answer => answer.text())").await;
    assert_eq!(browser.value(LINES).await, 2);
    browser.value(&seen(true)).await;
    browser.shows("#lines", TALK[5].heard).await;
    assert_eq!(browser.value(LINES).await, 6);
    browser.shows("#saying .agent .said", "Then it's Tuesday").await;

    // The call ends and is kept while nobody looks.
    browser.value(&seen(false)).await;
    talk::keep(&house, &call).await;
    house.kept(&call).await;
    browser.value(&seen(true)).await;
    browser.shows(".summary", "took Tuesday").await;
    assert_eq!(browser.value(LINES).await, TALK.len());
    assert_eq!(browser.value(SAYING).await, 0);
    browser.close().await;
}

/// As if the tab was brought to the front, or another one was.
fn seen(seen: bool) -> String {
    format!(
        "Object.defineProperty(document, 'hidden', {{value: {}, configurable: true}}); \
         document.dispatchEvent(new Event('visibilitychange'))",
        !seen
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_left_alone_says_so() {
    let Some(mut browser) = Browser::start().await else { return };
    let house = House::start().await;
    browser.go(&house.server.page().unwrap()).await;
    browser.shows("#connection", "Live").await;
    let house = house.start_anew().await;
    browser.shows("#connection", "Not let in any more").await;
    browser.go(&house.server.page().unwrap()).await;
    browser.shows("#connection", "Live").await;
    browser.close().await;
}
