//! What a caller's phone may do at the worst moment: give up before the answer, put us on hold in the disclosure.

use crate::house::{Engine, Phone, Setup, Sipp, Sound, likeness};
use crate::workflows::LINE;
use closare_runtime::Live;

/// The engine is busy as long as it takes no calls; the caller doesn't wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_gives_up() {
    let Some(mut engine) = Setup::new().answers("100", LINE).takes_no_calls_yet().start().await else {
        return;
    };
    let rings = "<recv response=\"100\" optional=\"true\"/>\n  <recv response=\"180\"/>";
    let sipp = Sipp::new("uac-cancel").calls("100").with(rings, "<recv response=\"100\"/>");
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    caller.succeeds().await;

    engine.serve();
    let id = engine.call(1).await;
    let call = engine.kept(&id).await;
    assert_eq!(call.call.answered, None);
    assert!(call.turns.is_empty());
    assert!(engine.when(|live| matches!(live, Live::Answered { .. })).is_none(), "{}", engine.story());
    assert_eq!(engine.runtime.telephony.counters().calls, 0);
    engine.stop().await;
}

/// On hold nobody hears the disclosure: it counts when all of it was heard.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_in_the_disclosure() {
    // The scenario's key is no answer here.
    let line = LINE.replace("as: story", "as: story, listen: {keys: off}");
    let Some(mut engine) = Setup::new().answers("100", &line).start().await else { return };
    let phone = Phone::new().await;
    let disclosure = disclosure(&engine);
    let sipp = Sipp::new("uac-hold").calls("100").sound_at(phone.port).pauses(disclosure.millis() + 2_000);
    let sipp = sipp.with("milliseconds=\"300\"", "milliseconds=\"1500\"");
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    caller.succeeds().await;

    engine.kept(&id).await;
    let log = engine.runtime.store.log(&id).await.unwrap();
    let at = |name: &str, wanted: &str| {
        let found =
            log.iter().position(|entry| entry.name == name && entry.skeleton.to_string().contains(wanted));
        found.unwrap_or_else(|| panic!("no `{name}` with `{wanted}` in the log"))
    };
    let (held, resumed, disclosed) = (at("hold", "true"), at("hold", "false"), at("disclosed", ""));
    assert!(held < resumed && resumed < disclosed, "{held} {resumed} {disclosed}");

    // Nothing of it was lost: it went on where it was cut.
    let heard = phone.heard();
    let (before, after) = heard.around_silence(1_200).expect("a silence as long as the hold");
    let (whole, before) = (disclosure.from_first_word(), before.from_first_word());
    let (first, rest) = whole.samples.split_at(before.samples.len());
    for (heard, wanted) in [(before, first), (after, rest)] {
        let wanted = Sound { rate: whole.rate, samples: wanted.to_vec() };
        let like = likeness(&heard, &wanted);
        assert!(
            wanted.millis() > 1_000 && like > 0.8,
            "{} ms are like the disclosure by {like:.2}",
            wanted.millis()
        );
    }
    engine.stop().await;
}

fn disclosure(engine: &Engine) -> Sound {
    engine.phrase("100", &engine.disclosure("100"))
}
