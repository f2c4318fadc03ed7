//! Who is turned away, and how: by the status that a carrier acts on.

use crate::house::{Engine, Phone, Setup, Sipp};
use crate::workflows::LINE;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nobody_answers() {
    let Some(engine) = Setup::new().answers("100", LINE).start().await else { return };
    let Some(mut caller) = refused(&engine, "101", "404", "") else { return };
    caller.succeeds().await;
    assert!(
        engine.runtime.store.calls(10, &Default::default()).await.unwrap().is_empty(),
        "nothing is kept of it"
    );
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_agent_leaves_within_two_seconds() {
    let Some(mut engine) = Setup::new().answers("100", LINE).start().await else { return };
    let phone = Phone::new().await;
    let Some(mut caller) = listener(&engine, &phone) else { return };
    let id = engine.call(1).await;
    engine.agent_said(&id, "What happened?").await;

    let stopped = Instant::now();
    assert_eq!(engine.runtime.stop("line"), Some(1));
    assert_eq!(engine.ended(&id).await, "stopped");
    caller.succeeds().await;
    assert!(stopped.elapsed() < Duration::from_secs(2), "{:?}", stopped.elapsed());
    assert_eq!(engine.kept(&id).await.call.end_reason.as_deref(), Some("stopped"));

    let Some(mut next) = refused(&engine, "100", "480", "") else { return };
    next.succeeds().await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house() {
    let full = Setup::new().answers("100", LINE).set(|config| config.max_calls = 1);
    let Some(mut engine) = full.start().await else { return };
    let phone = Phone::new().await;
    let Some(mut first) = listener(&engine, &phone) else { return };
    let id = engine.call(1).await;
    engine.answered(&id).await;

    let Some(mut second) = refused(&engine, "100", "503", "Retry-After:") else { return };
    second.succeeds().await;
    assert_eq!(engine.runtime.telephony.counters().over_calls, 1);

    engine.runtime.stop("100");
    first.succeeds().await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_not_on_the_list() {
    let listed =
        Setup::new().answers("100", LINE).set(|config| config.allow = Some(vec!["127.0.0.1/32".to_owned()]));
    let Some(engine) = listed.start().await else { return };
    let outsider = UdpSocket::bind("127.0.0.2:0").await.unwrap();
    outsider.send_to(&options(&outsider, "outsider"), engine.addr()).await.unwrap();
    let friend = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    friend.send_to(&options(&friend, "friend"), engine.addr()).await.unwrap();

    // Datagrams come in their order: when the second is answered, the first was looked at.
    let mut answer = [0; 2_048];
    timeout(Duration::from_secs(10), friend.recv(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with(b"SIP/2.0 200"));
    assert!(outsider.try_recv(&mut answer).is_err(), "no answer at all");
    assert_eq!(engine.runtime.telephony.counters().not_allowed, 1);
    engine.stop().await;
}

fn listener(engine: &Engine, phone: &Phone) -> Option<crate::house::Peer> {
    Sipp::new("uac-until-bye").calls("100").sound_at(phone.port).start(engine.addr(), engine.folder.path())
}

/// A caller who expects this status, and a number in this header.
fn refused(engine: &Engine, number: &str, status: &str, header: &str) -> Option<crate::house::Peer> {
    let expected = if header.is_empty() {
        format!("<recv response=\"{status}\"/>")
    } else {
        format!(
            "<recv response=\"{status}\"><action><ereg regexp=\"[0-9]+\" search_in=\"hdr\" header=\"{header}\" \
             check_it=\"true\" assign_to=\"found\"/></action></recv><Reference variables=\"found\"/>"
        )
    };
    let caller = Sipp::new("uac-refused").calls(number).with("<recv response=\"404\"/>", &expected);
    caller.start(engine.addr(), engine.folder.path())
}

fn options(from: &UdpSocket, name: &str) -> Vec<u8> {
    let own = from.local_addr().unwrap();
    format!(
        "OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{name};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:{name}@{own}>;tag={name}\r\nTo: <sip:100@127.0.0.1>\r\nCall-ID: {name}\r\nCSeq: 1 OPTIONS\r\n\
         Contact: <sip:{name}@{own}>\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}
